//! The words of citizens' reports: every text in both languages, so no language can lack one.

use super::Lang;
use crate::public::citizens::State;
use crate::public::founding::ANSWER_DAYS;

macro_rules! citizen_words {
    ($($name:ident: $id:literal, $en:literal;)*) => {
        /// The texts of one language.
        #[allow(missing_docs)] // The names say what each text is.
        pub(in crate::public) struct CitizenWords {
            $(pub(in crate::public) $name: &'static str,)*
            lang: Lang,
        }

        const INDONESIAN: CitizenWords = CitizenWords { $($name: $id,)* lang: Lang::Indonesian };
        const ENGLISH: CitizenWords = CitizenWords { $($name: $en,)* lang: Lang::English };
    };
}

citizen_words! {
    title: "Laporan warga", "Citizens’ reports";
    lead: "Yang dilaporkan warga tentang hibah, dan apa jawaban kantor yang bertanggung jawab. Isi laporan dan nama pelapor disegel; tanggal, jawaban, dan keterlambatannya terbuka.",
        "What citizens reported about grants, and what the offices concerned answered. What a report says and who sent it is sealed; its days, its answers and their delay are open.";
    all: "Semua", "All";
    all_of_agency: "Lihat semuanya", "See them all";
    open: "Menunggu jawaban", "Waiting for an answer";
    overdue: "Lewat batas", "Overdue";
    answered: "Dijawab", "Answered";
    median: "Biasanya dijawab dalam", "Usually answered within";
    median_note: "Nilai tengah, dari dicatat sampai jawaban pertama", "The median, from its record to its first answer";
    median_none: "Belum ada yang dijawab", "None is answered yet";
    open_note: "Batasnya belum lewat", "Their last day is not over";
    overdue_note: "Belum dijawab, batasnya lewat", "Not answered, and their last day is over";
    answered_note: "Paling sedikit satu jawaban", "With one answer at least";
    none: "Belum ada laporan warga pada buku besar ini: belum ada yang dikirim, atau kantor pemerintah belum membuka loket untuknya.",
        "There is no citizen’s report on this ledger yet: none was sent, or the government has not opened its desk for them.";
    none_such: "Tidak ada laporan warga yang demikian.", "There is no such citizen’s report.";
    how_heading: "Melaporkan sesuatu", "Report something";
    how: "Siapa pun boleh melapor, tanpa nama bila mau, di loket daring pemerintah ini: halaman /lapor. Sebutkan nomor hibah, misalnya case/1/1. Laporan diberi nomor, dan Anda mendapat kode tanda terima: simpanlah, sebab hanya dengan kode itu jawaban dapat dinilai.",
        "Anybody may report something, without a name too, at this government’s online desk: its page /lapor. Name the grant by its number, such as case/1/1. The report is given a number, and you a receipt code: keep it, for only with it the answer can be rated.";
    where_unknown: "Alamat loket tidak tercatat pada buku besar; bila Anda tidak mengetahuinya, tanyakan kepada kantor yang menangani hibah itu atau Inspektorat.",
        "The desk’s address is not on the ledger; where you do not know it, ask the office that deals with the grant, or the Inspectorate.";
    report_this: "Laporkan sesuatu tentang hibah ini", "Report something about this grant";
    report_here: "Buat laporan", "Make a report";
    report: "Laporan", "Report";
    received: "Diterima", "Received";
    due: "Batas jawaban", "Answer due";
    no_due: "Tidak diatur", "Not set";
    about: "Tentang", "About";
    no_grant: "Tidak menyebut hibah", "Names no grant";
    answer_after: "Dijawab setelah", "Answered after";
    rating: "Penilaian warga", "The citizen’s rating";
    not_rated: "Belum dinilai", "Not rated yet";
    sealed_heading: "Isi laporan", "What it says";
    sealed: "Isi laporan ini dan nama pelapornya, bila disebut, disegel: pada buku besar hanya ada komitmennya. Kantor yang berhak membacanya; tidak seorang pun dapat menggantinya tanpa ketahuan. Yang terbuka untuk semua ada di bawah ini.",
        "What this report says, and who sent it if that was left, is sealed: only commitments to it are on the ledger. The offices entitled to it read it; nobody can replace it without being found out. What is open to all stands below.";
    way: "Perjalanan laporan ini", "The way of this report";
    check_lead: "Setiap langkah adalah entri yang ditandatangani. Laporan dan penilaiannya ditandatangani loket, jawabannya oleh pejabat kantor yang menjawab.",
        "Each step is an entry that is signed: the report and its rating by the desk, an answer by the official of the office that answers.";
    receipt_of: "Resi entri", "Receipt of entry";
    of_grant: "Laporan warga tentang hibah ini", "Citizens’ reports about this grant";
    of_grant_none: "Belum ada laporan warga tentang hibah ini.", "No citizen has reported anything about this grant yet.";
    erased: "Jawaban ini telah dihapus", "This answer was erased";
}

impl Lang {
    /// The words of citizens' reports in this language.
    pub(in crate::public) const fn citizens(self) -> &'static CitizenWords {
        match self {
            Self::Indonesian => &INDONESIAN,
            Self::English => &ENGLISH,
        }
    }
}

impl CitizenWords {
    fn either(&self, id: String, en: String) -> String {
        match self.lang {
            Lang::Indonesian => id,
            Lang::English => en,
        }
    }

    /// How a report stands.
    pub(in crate::public) const fn state(&self, state: State) -> &'static str {
        match state {
            State::Open => self.open,
            State::Overdue => self.overdue,
            State::Answered => self.answered,
        }
    }

    /// After how many days a report was answered: `the same day`, `3 days`.
    pub(in crate::public) fn after(&self, days: i64) -> String {
        match days {
            0 => self.lang.pick("hari yang sama", "the same day").to_owned(),
            _ => self.days(days),
        }
    }

    /// The same in a sentence, without its end: `answered after 3 days`.
    pub(in crate::public) fn answered_after(&self, days: i64) -> String {
        match days {
            0 => self.lang.pick("dijawab pada hari yang sama", "answered the same day").to_owned(),
            _ => self
                .either(format!("dijawab setelah {}", self.days(days)), format!("answered after {}", self.days(days))),
        }
    }

    /// `3 hari`, `1 day`.
    pub(in crate::public) fn days(&self, days: i64) -> String {
        let plural = if days == 1 { "" } else { "s" };
        self.either(format!("{days} hari"), format!("{days} day{plural}"))
    }

    /// `4 dari 5`, `4 of 5`.
    pub(in crate::public) fn rated(&self, rating: u64) -> String {
        self.either(format!("{rating} dari 5"), format!("{rating} of 5"))
    }

    /// Which rule says when a report is overdue.
    pub(in crate::public) fn rule(&self) -> String {
        self.either(
            format!("Lewat batas: belum dijawab {ANSWER_DAYS} hari kerja setelah dicatat, menurut hari libur pada profil pemerintah ini. Buku besar tidak menetapkan batas jawaban; {ANSWER_DAYS} hari kerja adalah ukuran halaman ini."),
            format!("Overdue: not answered {ANSWER_DAYS} working days after it was recorded, by the holidays of this government’s profile. The ledger’s rules set no limit for an answer; {ANSWER_DAYS} working days are the measure of this page."),
        )
    }

    /// The first line of a report's page.
    pub(in crate::public) fn stands(&self, state: State, due: Option<&str>, waited: Option<i64>) -> String {
        match (state, due, waited) {
            (State::Answered, _, waited) => {
                let answered = self.answered_after(waited.unwrap_or_default());
                self.either(format!("Sudah {answered}."), format!("It was {answered}."))
            }
            (State::Open, Some(due), _) => self.either(
                format!("Belum dijawab; batas jawabannya {due}."),
                format!("Not answered yet; an answer is due by {due}."),
            ),
            (State::Overdue, Some(due), _) => self.either(
                format!("Belum dijawab, padahal batasnya {due} sudah lewat."),
                format!("Not answered, though an answer was due by {due}."),
            ),
            (_, None, _) => self.either("Belum dijawab.".to_owned(), "Not answered yet.".to_owned()),
        }
    }
}
