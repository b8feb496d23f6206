//! A profile in words, English or Indonesian, in lines of at most 80 columns.

use super::{reading, warnings};
use crate::cli::output;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::profile::{Class, Instalment, Office, Overdue, Profile, Role, Stages, signed_together};
use crate::grants::one::ways::{Form, Way};
use crate::grants::time::{MONTHS_EN, MONTHS_ID};

/// Most characters of a line.
const WIDTH: usize = 80;
/// Where the text of a list's item begins.
const BODY: usize = 6;

/// In which language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Lang {
    /// English
    En,
    /// Indonesian
    Id,
}

impl Lang {
    fn pick<'t>(self, en: &'t str, id: &'t str) -> &'t str {
        match self {
            Lang::En => en,
            Lang::Id => id,
        }
    }
}

/// The profile in words, line by line.
pub fn explain(profile: &Profile, lang: Lang) -> Vec<String> {
    let mut page = Page { profile, lang, lines: Vec::new() };
    page.government();
    page.ways();
    page.offices();
    page.agencies();
    page.recipients();
    page.limits();
    page.reports();
    page.roots();
    page.vault();
    page.days();
    page.warnings();
    page.lines
}

struct Page<'p> {
    profile: &'p Profile,
    lang: Lang,
    lines: Vec<String>,
}

impl<'p> Page<'p> {
    fn say(&self, en: &'p str, id: &'p str) -> &'p str {
        self.lang.pick(en, id)
    }

    fn heading(&mut self, text: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.lines.push(text.to_owned());
    }

    /// Text that begins behind `lead`, at column `indent`, and keeps to it.
    fn item(&mut self, lead: &str, indent: usize, text: &str) {
        let mut line = format!("{lead:indent$}");
        if line.chars().count() > indent {
            self.lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent);
        }
        let mut words = false;
        for word in text.split(' ') {
            if words && line.chars().count() + 1 + word.chars().count() > WIDTH {
                self.lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
                words = false;
            }
            if words {
                line.push(' ');
            }
            line.push_str(word);
            words = true;
        }
        self.lines.push(line);
    }

    fn point(&mut self, text: &str) {
        self.item("  -", 4, text);
    }

    fn title(&self, office: &'p Office) -> &'p str {
        self.say(&office.title_en.0, &office.title_id.0)
    }

    fn kind(&self, kind: Kind) -> &'static str {
        match self.lang {
            Lang::En => kind.title_en(),
            Lang::Id => kind.title_id(),
        }
    }

    fn number(&self, number: u64) -> String {
        let grouped = output::grouped(number);
        if self.lang == Lang::Id { grouped.replace(',', ".") } else { grouped }
    }

    fn any_of(&self, names: &[&str]) -> String {
        names.join(self.say(" or ", " atau "))
    }

    /// The offices of these roles in words.
    fn roles(&self, roles: &[Role]) -> String {
        let mut names = Vec::new();
        for &role in roles {
            if role == Role::Agency {
                names.push(self.say("the agency of the field", "SKPD bidangnya"));
            } else {
                names.extend(self.profile.offices_with(role, None).map(|office| self.title(office)));
            }
        }
        self.any_of(&names)
    }

    fn government(&mut self) {
        let profile = self.profile;
        let own = &profile.government;
        let valid = self.say("this profile is valid", "profil ini sah");
        self.heading(&format!("{}: {valid}", profile.name.0));
        let (name, other) = (self.say(&own.name_en.0, &own.name_id.0), self.say(&own.name_id.0, &own.name_en.0));
        let region = self.say("region", "kode wilayah");
        let text = format!("{name} ({other}), {region} {}", own.region_code.0);
        self.item("", 0, &text);
        self.lines.push(String::new());
        let facts = [
            (self.say("head", "kepala daerah"), profile.head_title.0.clone()),
            (self.say("local time", "waktu setempat"), offset(profile.utc_offset_min)),
            (self.say("languages", "bahasa"), self.languages()),
        ];
        for (name, value) in facts {
            self.item(&format!("  {name}"), 20, &value);
        }
        let days = profile.expires_max_days;
        let text = match self.lang {
            Lang::En => format!("A statement may wait at most {days} days between signing and recording."),
            Lang::Id => format!("Pernyataan yang ditandatangani harus dicatat paling lama {days} hari kemudian."),
        };
        self.item("", 2, &text);
    }

    fn languages(&self) -> String {
        let name = |code: &str| {
            if code == "id" { self.say("Indonesian", "Indonesia") } else { self.say("English", "Inggris") }
        };
        let names: Vec<&str> = self.profile.languages.iter().map(|code| name(&code.0)).collect();
        names.join(self.say(", then ", ", lalu "))
    }

    fn ways(&mut self) {
        let width = 8 + self
            .profile
            .ways
            .iter()
            .flat_map(|list| &list.stages)
            .fold(0, |width, &stage| width.max(self.kind(stage).chars().count()));
        let same = |a: &Stages, b: &Stages| a.way == b.way && a.stages == b.stages;
        for forms in self.profile.ways.chunk_by(same) {
            let list = &forms[0];
            let steps = self.say("steps", "tahap");
            self.heading(&format!("{}: {} {steps}", self.way(forms), list.stages.len()));
            for (n, &stage) in (1..).zip(&list.stages) {
                let who = self.who(list, stage);
                let kind = self.kind(stage);
                self.item(&format!("{n:4}. {kind}"), width, &who);
            }
            self.notes_on(list);
        }
        self.heading(self.say("At every step", "Pada setiap tahap"));
        self.point(self.say(
            "Whoever holds the case may refuse it or return it, always with a reason. The organisation may withdraw it while nothing is paid.",
            "Pemegang kasus dapat menolak atau mengembalikannya, selalu dengan alasan. Lembaga dapat mencabut permohonannya selama belum ada pembayaran.",
        ));
        if self.profile.offices_with(Role::Intake, None).next().is_some() {
            let counter = self.roles(&[Role::Intake]);
            let text = match self.lang {
                Lang::En => format!(
                    "What an organisation signs may be brought on paper: {counter} then signs for it, and it is shown as such."
                ),
                Lang::Id => format!(
                    "Yang ditandatangani lembaga dapat dibawa di atas kertas: {counter} lalu menandatanganinya, dan hal itu diperlihatkan."
                ),
            };
            self.point(&text);
        }
        let second = self.roles(&[self.profile.correction_second]);
        let text = match self.lang {
            Lang::En => format!(
                "A correction is signed by the office that made the entry and by {second}; both versions stay visible."
            ),
            Lang::Id => format!(
                "Koreksi ditandatangani oleh kantor yang membuat entri dan oleh {second}; kedua versi tetap terlihat."
            ),
        };
        self.point(&text);
    }

    /// A way, and the forms that have the same stages.
    fn way(&self, forms: &[Stages]) -> String {
        let way = match forms[0].way {
            Way::Grant => self.say("Grant", "Hibah"),
            Way::AssistancePlanned => self.say("Planned assistance", "Bansos terencana"),
            Way::AssistanceUnplanned => self.say("Unplanned assistance", "Bansos tidak terencana"),
        };
        let form = |list: &Stages| match list.form {
            Form::Money => self.say("money", "uang"),
            Form::Goods => self.say("goods", "barang"),
            Form::Services => self.say("services", "jasa"),
        };
        let forms: Vec<&str> = forms.iter().map(form).collect();
        format!("{way} {} {}", self.say("in", "berupa"), self.any_of(&forms))
    }

    /// Who signs a stage, and how long it may take.
    fn who(&self, list: &Stages, stage: Kind) -> String {
        let organisation = self.say("the organisation", "lembaga");
        let offices = self.roles(reading::stage_roles(self.profile, list, stage));
        let mut text = match (offices.is_empty(), reading::organisation_signs(list, stage)) {
            (true, _) => organisation.to_owned(),
            (false, true) => format!("{offices} {} {organisation}", self.say("and", "dan")),
            (false, false) => offices,
        };
        for delegate in self.profile.delegates(stage) {
            if let Some(office) = self.profile.office(&delegate.office.0) {
                let delegated = self.say("on behalf", "atas nama");
                text = format!("{text}; {delegated}: {}", self.title(office));
            }
        }
        if let Some(days) = reading::working_days(self.profile, stage) {
            let within = match self.lang {
                Lang::En => format!("within {days} working days"),
                Lang::Id => format!("dalam {days} hari kerja"),
            };
            text = format!("{text}; {within}");
        }
        text
    }

    fn notes_on(&mut self, list: &Stages) {
        let place = |kind| list.stages.iter().position(|&stage| stage == kind).map(|at| at + 1);
        if let (Some(agreement), Some(pledge)) = (place(Kind::AgreementSigned), place(Kind::IntegrityPledged))
            && agreement.abs_diff(pledge) == 1
        {
            let (first, second) = (agreement.min(pledge), agreement.max(pledge));
            let text = match self.lang {
                Lang::En => format!("Steps {first} and {second} may come in either order."),
                Lang::Id => format!("Tahap {first} dan {second} boleh bertukar urutan."),
            };
            self.item("", BODY, &text);
        }
        let pays = list.way != Way::Grant && list.form == Form::Money;
        if pays && reading::takes_cash(self.profile) {
            let (cash, cashier) =
                (self.amount(self.profile.limits.cash), self.roles(self.profile.roles_of(Kind::CashPaid)));
            let text = match self.lang {
                Lang::En => format!("Up to {cash} may be paid in cash by {cashier} in place of the steps of payment."),
                Lang::Id => {
                    format!("Sampai {cash} dapat dibayar tunai oleh {cashier} sebagai ganti tahap-tahap pembayaran.")
                }
            };
            self.item("", BODY, &text);
        }
    }

    fn amount(&self, amount: Amount) -> String {
        self.number(amount.minor().unsigned_abs())
    }

    fn offices(&mut self) {
        let several = self.say("Offices, and what each signs", "Kantor dan apa yang ditandatanganinya");
        self.heading(several);
        for office in self.profile.offices.iter().filter(|office| office.role != Role::Agency) {
            self.office(&office.code.0, self.title(office), office);
        }
        if let Some(office) = self.profile.offices_with(Role::Agency, None).next() {
            let each = self.say("each agency, for its own fields", "setiap SKPD, untuk bidangnya sendiri");
            self.office(self.say("(agency)", "(SKPD)"), each, office);
        }
        self.item(
            "",
            2,
            self.say(
                "Besides, every office may answer citizens' reports and flags that concern it.",
                "Selain itu setiap kantor dapat menjawab laporan warga dan temuan yang menyangkutnya.",
            ),
        );
    }

    fn office(&mut self, code: &str, title: &str, office: &Office) {
        self.item(&format!("  {code}"), 22, title);
        let together = self.say(" (with another office)", " (bersama kantor lain)");
        let name = |kind: Kind| format!("{}{}", self.kind(kind), if signed_together(kind) { together } else { "" });
        let mut kinds: Vec<String> = reading::signs(self.profile, office).into_iter().map(name).collect();
        for (kind, decree) in reading::delegated(self.profile, office) {
            let behalf = self.say("on behalf, by decree", "atas nama, keputusan nomor");
            kinds.push(format!("{} ({behalf} {decree})", self.kind(kind)));
        }
        let signs = if kinds.is_empty() { self.say("nothing", "tidak ada").to_owned() } else { kinds.join("; ") };
        self.item("", 24, &signs);
    }

    fn agencies(&mut self) {
        let (agencies, fields) = (self.profile.agencies.len(), self.profile.fields.len());
        let heading = match self.lang {
            Lang::En => format!(
                "{} and {}",
                output::count(agencies as u64, "agency", "agencies"),
                output::count(fields as u64, "field", "fields")
            ),
            Lang::Id => format!("{agencies} SKPD dan {fields} bidang"),
        };
        self.heading(&heading);
        for agency in &self.profile.agencies {
            let own = self.profile.fields.iter().filter(|field| field.agency == agency.code);
            let own: Vec<&str> = own.map(|field| self.say(&field.title_en.0, &field.title_id.0)).collect();
            let none = self.say("no field", "tanpa bidang");
            let fields = if own.is_empty() { none.to_owned() } else { own.join("; ") };
            let text = format!("{}: {fields}", self.say(&agency.title_en.0, &agency.title_id.0));
            self.item(&format!("{:4}.", agency.n), BODY, &text);
        }
    }

    fn recipients(&mut self) {
        self.heading(self.say("Recipients", "Penerima"));
        for (class, en, id) in [
            (Class::Government, "governments", "pemerintah"),
            (Class::Company, "companies", "perusahaan"),
            (Class::Body, "bodies", "badan"),
            (Class::Community, "communities", "masyarakat"),
            (Class::Individual, "people, assistance only", "perorangan, hanya bansos"),
        ] {
            let own = self.profile.recipient_types.iter().filter(|term| term.class == class);
            let own: Vec<&str> = own.map(|term| self.say(&term.title_en.0, &term.title_id.0)).collect();
            if !own.is_empty() {
                self.item(&format!("  {}", self.say(en, id)), 28, &own.join("; "));
            }
        }
        for (en, id, terms) in [
            ("Completeness is checked by", "Kelengkapan diperiksa menurut", &self.profile.completeness),
            ("A recommendation answers", "Rekomendasi menjawab", &self.profile.checklist),
        ] {
            let Some(terms) = terms else { continue };
            let items: Vec<&str> = terms.iter().map(|term| self.say(&term.title_en.0, &term.title_id.0)).collect();
            let count = self.number(terms.len() as u64);
            let items_word = self.say("items", "butir");
            self.item("", 2, &format!("{} {count} {items_word}: {}.", self.say(en, id), items.join("; ")));
        }
        let titles = self.profile.documents.len();
        let text = match self.lang {
            Lang::En => {
                format!("Public documents bear one of {}.", output::count(titles as u64, "title", "titles"))
            }
            Lang::Id => format!("Dokumen publik memakai salah satu dari {titles} judul."),
        };
        self.item("", 2, &text);
    }

    fn limits(&mut self) {
        self.heading(self.say("Limits", "Batas"));
        let (cases, revisions) = (self.profile.limits.open_cases, self.profile.limits.revisions_a_year);
        let text = match self.lang {
            Lang::En => format!(
                "An organisation has at most {} and makes at most {} a year (B16).",
                output::count(cases, "open case", "open cases"),
                output::count(revisions, "revision", "revisions")
            ),
            Lang::Id => format!(
                "Sebuah lembaga mempunyai paling banyak {} kasus terbuka dan {} perbaikan setahun (B16).",
                self.number(cases),
                self.number(revisions)
            ),
        };
        self.point(&text);
        let cash = self.amount(self.profile.limits.cash);
        let text = match (reading::takes_cash(self.profile), self.lang) {
            (true, Lang::En) => {
                format!("Cash: at most {cash} of the ledger's smallest unit in one case of assistance.")
            }
            (true, Lang::Id) => {
                format!("Tunai: paling banyak {cash} satuan terkecil buku besar untuk satu kasus bansos.")
            }
            (false, Lang::En) => "Nothing is paid in cash.".to_owned(),
            (false, Lang::Id) => "Tidak ada yang dibayar tunai.".to_owned(),
        };
        self.point(&text);
        let (late, rush) = (self.profile.tolerances.late_entry_days, self.profile.tolerances.year_end_from_day);
        let (late, rush) = match self.lang {
            Lang::En => (
                format!(
                    "What is recorded more than {} after it happened is flagged as late.",
                    output::count(late, "day", "days")
                ),
                format!("Warrants from {rush} December on are flagged as a rush at the end of the year."),
            ),
            Lang::Id => (
                format!("Yang dicatat lebih dari {late} hari setelah terjadi ditandai terlambat."),
                format!("SP2D sejak {rush} Desember ditandai sebagai kesibukan akhir tahun."),
            ),
        };
        self.point(&late);
        self.point(&rush);
    }

    fn reports(&mut self) {
        self.heading(self.say("Reports on the use (LPJ)", "Laporan penggunaan (LPJ)"));
        let report = &self.profile.report;
        let day = format!("{} {}", report.due_day, self.month(report.due_month));
        let text = match (self.lang, report.rolls) {
            (Lang::En, true) => {
                format!("Due on {day} after the fiscal year; when no office works that day, on the next working day.")
            }
            (Lang::En, false) => format!("Due on {day} after the fiscal year, also when no office works that day."),
            (Lang::Id, true) => {
                format!("Jatuh tempo {day} setelah tahun anggaran; bila bukan hari kerja, pada hari kerja berikutnya.")
            }
            (Lang::Id, false) => format!("Jatuh tempo {day} setelah tahun anggaran, juga bila bukan hari kerja."),
        };
        self.point(&text);
        self.point(self.say("An agreement may name another day.", "NPHD dapat menentukan hari lain."));
        self.point(match report.instalment {
            Instalment::Accepted => self.say(
                "The next instalment waits until the report on the last one is accepted (B7).",
                "Tahap pembayaran berikutnya menunggu laporan tahap sebelumnya diterima (B7).",
            ),
            Instalment::Filed => self.say(
                "The next instalment waits until the report on the last one is filed (B7).",
                "Tahap pembayaran berikutnya menunggu laporan tahap sebelumnya masuk (B7).",
            ),
        });
        self.point(match report.overdue {
            Overdue::Refuse => self.say(
                "Whose report is overdue gets no new decree, agreement or warrant (B8).",
                "Yang laporannya terlambat tidak mendapat SK, NPHD, atau SP2D baru (B8).",
            ),
            Overdue::Flag => self.say(
                "Whose report is overdue is flagged and may still be paid (B8 is softened).",
                "Yang laporannya terlambat ditandai dan masih dapat dibayar (B8 dilunakkan).",
            ),
        });
    }

    fn month(&self, month: u64) -> &'p str {
        // The profile is valid, so there is such a month.
        let at = usize::try_from(month).unwrap_or(1).saturating_sub(1).min(11);
        self.say(MONTHS_EN[at], MONTHS_ID[at])
    }

    fn roots(&mut self) {
        self.heading(self.say(
            "Root keys, which appoint officials and amend this profile",
            "Kunci akar, yang mengangkat pejabat dan mengubah profil ini",
        ));
        for holder in &self.profile.root_holders {
            let outside =
                if holder.outside { self.say(" (outside the government)", " (di luar pemerintah)") } else { "" };
            self.item(&format!("{:4}.", holder.root), BODY, &format!("{}{outside}", holder.holder.0));
        }
        let days = self.profile.replacement_days;
        let text = match self.lang {
            Lang::En => {
                format!("A key that replaces a lost one waits in public for {}.", output::count(days, "day", "days"))
            }
            Lang::Id => format!("Kunci pengganti kunci yang hilang menunggu di muka umum selama {days} hari."),
        };
        self.item("", 2, &text);
    }

    fn vault(&mut self) {
        self.heading(
            self.say("Sealed names and accounts may be opened by", "Nama dan rekening tersegel dapat dibuka oleh"),
        );
        let readers = self.profile.vault_readers.iter().filter_map(|code| self.profile.office(&code.0));
        for reader in readers.collect::<Vec<_>>() {
            self.point(self.title(reader));
        }
    }

    fn days(&mut self) {
        self.heading(self.say("Days", "Hari"));
        let working = self.say("Offices work from Monday to Friday", "Kantor bekerja Senin sampai Jumat");
        let text = match self.profile.holidays.as_deref() {
            Some([first, .., last]) => {
                let count = self.profile.holidays.as_ref().map_or(0, Vec::len);
                let but = self.say("except on", "kecuali");
                let holidays = self.say("holidays from", "hari libur dari");
                format!("{working}, {but} {count} {holidays} {first} {} {last}.", self.say("to", "sampai"))
            }
            Some([only]) => format!("{working}, {} {only}.", self.say("except on", "kecuali")),
            _ => format!("{working}{}.", self.say("; the profile has no holidays", "; profil tidak memuat hari libur")),
        };
        self.point(&text);
        if let Some(elections) = &self.profile.elections {
            let days: Vec<String> = elections.iter().map(ToString::to_string).collect();
            let text = format!("{}: {}.", self.say("Elections", "Pemilihan"), days.join(", "));
            self.point(&text);
        }
        let text = match (self.profile.adoption_until, self.lang) {
            (Some(day), Lang::En) => format!("Running cases may be taken over from paper until {day}."),
            (Some(day), Lang::Id) => format!("Kasus berjalan dapat diambil alih dari kertas sampai {day}."),
            (None, Lang::En) => "No running case may be taken over from paper.".to_owned(),
            (None, Lang::Id) => "Kasus berjalan tidak dapat diambil alih dari kertas.".to_owned(),
        };
        self.point(&text);
    }

    fn warnings(&mut self) {
        let found = warnings::warnings(self.profile);
        if found.is_empty() {
            self.heading(self.say("Nothing deserves a second look.", "Tidak ada yang perlu ditinjau lagi."));
            return;
        }
        self.heading(self.say("Look again at this", "Tinjau kembali"));
        for warning in found {
            self.point(&warning.words(self.lang));
        }
    }
}

/// `UTC+07:00`
fn offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}
