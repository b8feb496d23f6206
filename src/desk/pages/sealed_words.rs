//! The words of the pages about sealed values, each in both languages side by side.

use super::words::{as_sentence, catalogue};
use crate::ledger::vault::{MAX_READ_IN_AN_HOUR, MAX_VALUES, NotAReader, NotARequest, NotGranted, VaultError};
use crate::public::pages::labels;
use crate::public::pages::words::Lang;

catalogue! {
    /// The texts about sealed values in one language.
    SealedWords:
    heading: "Data tersegel", "Sealed data";
    open: "Buka data tersegel", "Open sealed data";
    lead: "Nilainya tidak ada di buku besar. Pilih yang perlu Anda baca dan tulis alasannya; sebelum nilainya tampil, Anda menandatangani dengan berkas Anda, dan pembacaan itu dicatat dengan jabatan, waktu, dan alasannya.",
        "The values are not on the ledger. Choose what you need to read and say why; before any value is shown you sign with your file, and the reading is noted with your office, the time and the reason.";
    none: "Tidak ada data tersegel di sini.", "There is no sealed data here.";
    no_vault: "Peladen ini berjalan tanpa brankas, jadi data tersegel tidak dapat dibuka di sini. Operator membukanya dengan hibah vault open pada mesin yang menyimpan brankas.",
        "This server runs without its vault, so sealed data cannot be opened here. The operator opens it with hibah vault open on the machine that keeps the vault.";
    without_script: "Membuka data tersegel memerlukan JavaScript, sebab berkas penandatanganan tidak pernah meninggalkan peramban Anda. Tanpa JavaScript: minta operator menjalankan hibah vault open bersama Anda pada mesin buku besar.",
        "Opening sealed data needs JavaScript, for the signing file never leaves your browser. Without it: have the operator run hibah vault open with you on the ledger's machine.";
    put: "disimpan", "put here";
    erased: "dihapus", "erased";
    basis: "dasar", "basis";
    choose: "Yang akan dibaca", "What you will read";
    reason: "Alasan membaca", "Why you read it";
    reason_hint: "Satu baris, misalnya nomor surat tugas. Disimpan selamanya; dibaca Inspektorat dan jabatan lain yang boleh membuka. Jangan tulis data pribadi.",
        "One line, such as the number of your assignment. Kept for ever; read by the inspectorate and the other offices that may open sealed data. Write no personal data.";
    next: "Lanjut ke penandatanganan", "Go on to signing";
    check_title: "Tandatangani pembacaan", "Sign the reading";
    check_lead: "Inilah yang akan Anda tandatangani. Tanda tangan ini hanya untuk pembacaan ini, berlaku sekali dan sepuluh menit; tidak ada yang dicatat di buku besar.",
        "This is what you will sign. The signature is for this reading alone, once and within ten minutes; nothing is recorded on the ledger.";
    sign: "Tandatangani dan buka", "Sign and open";
    opened_title: "Data tersegel yang dibuka", "Sealed data, opened";
    opened_lead: "Pembacaan ini sudah dicatat. Nilainya tidak disimpan peramban dan tidak ikut dicetak; setelah halaman ini ditinggalkan, membacanya lagi memerlukan tanda tangan baru.",
        "This reading is noted. The values are not kept by the browser and are not printed; once you leave this page, reading them again takes another signature.";
    opened_print: "Nilai tersegel tidak dicetak.", "Sealed values are not printed.";
    replaced: "sudah diganti", "replaced by now";
    unread_now: "Brankas tidak dapat dibaca sekarang, jadi tidak ada yang dibuka: coba lagi beberapa menit lagi.", "The vault cannot be read now, so nothing was opened: try again in some minutes.";
    other_session: "Pembacaan ini diminta pada sesi masuk lain, jadi tidak ada yang dibuka: mulai lagi dari daftarnya.", "This reading was asked for in another session, so nothing was opened: begin again from the list.";
    report_number: "Nomor laporan warga", "Number of a citizen's report";
    report_show: "Lihat laporan", "Show the report";
    back: "Kembali ke daftarnya", "Back to the list";
    readings_title: "Siapa membaca data tersegel", "Who read sealed data";
    readings_lead: "Setiap pembacaan, yang terbaru di atas. Nilainya tidak pernah tampil di sini.", "Each reading, the newest first. No value is ever shown here.";
    readings_own: "Jabatan mana membaca rekening, ketua, dan data tersegel lain milik lembaga Anda, dan kapan. Alasannya disimpan dan dibaca Inspektorat.",
        "Which office read the account, the chair and other sealed data of your organisation, and when. The reason is kept and read by the inspectorate.";
    readings_none: "Belum ada yang membaca.", "Nobody has read anything.";
    readings_older: "Yang lebih lama", "Older ones";
    readings_newest: "Yang terbaru", "The newest";
    column_when: "Waktu", "When";
    column_what: "Data", "Data";
    column_who: "Jabatan", "Office";
    column_why: "Alasan", "Reason";
    nothing_chosen: "Pilih sedikitnya satu.", "Choose at least one.";
    gone: "Yang Anda pilih sudah tidak ada di sini: pilih lagi.", "What you chose is no longer here: choose again.";
    unreasoned: "Tulis alasannya: satu baris, 1 sampai 500 karakter, tanpa tanda khusus.", "Write the reason: one line of 1 to 500 characters, without special signs.";
    report: "Laporan warga", "Citizen's report";
}

/// The words of a language.
#[must_use]
pub fn of(lang: Lang) -> &'static SealedWords {
    match lang {
        Lang::Indonesian => &INDONESIAN,
        Lang::English => &ENGLISH,
    }
}

impl SealedWords {
    /// What a commitment at this place is called.
    #[must_use]
    pub fn name(&self, pointer: &str) -> String {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let known = labels::all().find(|(known, ..)| *known == name);
        known.map_or_else(|| name.to_owned(), |(_, id, en)| self.lang.pick(id, en).to_owned())
    }

    /// Why somebody may not read; none: their key is not in force, or no office's.
    #[must_use]
    pub fn not_a_reader(&self, refused: Option<&NotAReader>) -> String {
        match (refused, self.lang) {
            (Some(NotAReader::NobodyMay), Lang::Indonesian) => {
                "Profil buku besar ini tidak menyebut jabatan yang boleh membaca data tersegel, jadi tidak seorang pun boleh.".to_owned()
            }
            (Some(NotAReader::OtherOffice { office, may }), Lang::Indonesian) => {
                format!("Jabatan {office} tidak boleh membaca data tersegel; yang boleh: {may}.")
            }
            (Some(NotAReader::NotInForce(_)), Lang::Indonesian) => {
                "Berkas penandatanganan ini tidak berlaku sekarang, jadi tidak membuka data tersegel.".to_owned()
            }
            (Some(NotAReader::OtherKey(_) | NotAReader::NoOffice(_)) | None, Lang::Indonesian) => {
                "Berkas ini bukan berkas suatu jabatan: hanya jabatan yang disebut profil membaca data tersegel.".to_owned()
            }
            (Some(refused), Lang::English) => as_sentence(&refused.to_string()),
            (None, Lang::English) => {
                "This file is not the file of an office: only offices that the profile names read sealed data.".to_owned()
            }
        }
    }

    /// Why a request cannot be made.
    #[must_use]
    pub fn not_a_request(&self, fault: NotARequest) -> String {
        match (fault, self.lang) {
            (NotARequest::Nothing, _) => self.nothing_chosen.to_owned(),
            (NotARequest::Unreasoned, _) => self.unreasoned.to_owned(),
            (NotARequest::TooMany, Lang::Indonesian) => {
                format!("Paling banyak {MAX_VALUES} sekaligus: pilih lebih sedikit.")
            }
            (NotARequest::TooMany, Lang::English) => format!("At most {MAX_VALUES} at a time: choose fewer."),
        }
    }

    /// Why a signature opens nothing; none: nothing waits for it.
    #[must_use]
    pub fn not_granted(&self, refused: Option<&NotGranted>) -> String {
        let lang = self.lang;
        let told = match refused {
            Some(NotGranted::NotAReader(refused)) => return self.not_a_reader(Some(refused)),
            None | Some(NotGranted::Expired) => lang.pick(
                "Waktunya sudah habis, atau tanda tangan ini sudah dipakai: mulai lagi dari daftarnya.",
                "The time is over, or this signature was used already: begin again from the list.",
            ),
            Some(NotGranted::OtherKey) => lang.pick(
                "Ditandatangani dengan berkas lain: pakai berkas yang Anda pakai untuk masuk, lalu mulai lagi dari daftarnya.",
                "Signed with another file: use the one that you signed in with, and begin again from the list.",
            ),
            Some(NotGranted::NotANote | NotGranted::OtherText | NotGranted::BadSignature) => lang.pick(
                "Yang ditandatangani bukan yang diminta, jadi tidak ada yang dibuka: mulai lagi dari daftarnya.",
                "What was signed is not what was asked, so nothing was opened: begin again from the list.",
            ),
        };
        told.to_owned()
    }

    /// Why a value is not shown.
    #[must_use]
    pub fn unread(&self, fault: &VaultError) -> String {
        match (fault, self.lang) {
            (VaultError::Erased { .. }, _) => self.erased.to_owned(),
            (VaultError::ReadTooMuch { left: 0, .. }, Lang::Indonesian) => {
                format!(
                    "Satu pejabat membaca paling banyak {MAX_READ_IN_AN_HOUR} nilai dalam satu jam, jadi tidak ada yang dibuka: lanjutkan satu jam lagi."
                )
            }
            (VaultError::ReadTooMuch { left: 0, .. }, Lang::English) => {
                format!(
                    "One official reads at most {MAX_READ_IN_AN_HOUR} values in an hour, so nothing was opened: go on in an hour."
                )
            }
            (VaultError::ReadTooMuch { left, .. }, Lang::Indonesian) => {
                format!(
                    "Satu pejabat membaca paling banyak {MAX_READ_IN_AN_HOUR} nilai dalam satu jam, jadi tidak ada yang dibuka: pilih paling banyak {left}, atau lanjutkan satu jam lagi."
                )
            }
            (VaultError::ReadTooMuch { left, .. }, Lang::English) => {
                format!(
                    "One official reads at most {MAX_READ_IN_AN_HOUR} values in an hour, so nothing was opened: choose at most {left}, or go on in an hour."
                )
            }
            (VaultError::Altered { .. }, Lang::Indonesian) => {
                "Tidak dapat dibuka: isinya berubah atau berpindah di brankas. Beri tahu operator.".to_owned()
            }
            (VaultError::Altered { .. }, Lang::English) => {
                "It does not open: it was altered or moved in the vault. Tell the operator.".to_owned()
            }
            _ => self.unread_now.to_owned(),
        }
    }
}
