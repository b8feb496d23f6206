//! The pages' words: one struct, an instance a language, so that no language can lack a word that another has.

pub(crate) mod checking;
pub(crate) mod citizens;
pub(crate) mod dossier;
mod english;
pub(crate) mod forms;
mod indonesian;
pub(crate) mod prose;
pub(crate) mod receipt;
pub(crate) mod sentences;

use crate::grants::explain::Language;
use crate::grants::kinds::Kind;
use crate::public::answer::{Fault, Missing};
use crate::public::closed;

/// The longest title that a heading or a row shows whole.
const MAX_TITLE_CHARS: usize = 90;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// At `/...`.
    Indonesian,
    /// At `/en/...`.
    English,
}

impl Lang {
    /// The language that an address is in, and the address without it.
    pub(crate) fn of(path: &str) -> (Self, &str) {
        match path.strip_prefix("/en") {
            Some("") => (Self::English, "/"),
            Some(rest) if rest.starts_with('/') => (Self::English, rest),
            _ => (Self::Indonesian, path),
        }
    }

    /// BCP 47.
    pub(crate) const fn code(self) -> &'static str {
        self.pick("id", "en")
    }

    /// What addresses in this language begin with.
    pub(crate) const fn prefix(self) -> &'static str {
        self.pick("", "/en")
    }

    /// The other one.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::Indonesian => Self::English,
            Self::English => Self::Indonesian,
        }
    }

    /// The first for Indonesian, the second for English.
    pub(crate) const fn pick<'t>(self, indonesian: &'t str, english: &'t str) -> &'t str {
        match self {
            Self::Indonesian => indonesian,
            Self::English => english,
        }
    }

    /// The language of [`crate::grants::explain`].
    pub(crate) const fn explained(self) -> Language {
        match self {
            Self::Indonesian => Language::Id,
            Self::English => Language::En,
        }
    }

    /// All words of this language.
    pub(crate) const fn words(self) -> &'static Words {
        match self {
            Self::Indonesian => &indonesian::WORDS,
            Self::English => &english::WORDS,
        }
    }
}

/// Declares the words: a struct whose every field is a text.
macro_rules! words {
    ($($name:ident)*) => {
        /// The texts of the pages in one language.
        #[allow(missing_docs)] // The names say what each text is; the texts stand in the two instances.
        pub(crate) struct Words {
            pub(crate) lang: Lang,
            pub(crate) months: [&'static str; 12],
            /// What each of the eleven amounts is called.
            pub(crate) amounts: [&'static str; 11],
            /// Which step gives each of them.
            pub(crate) amount_from: [&'static str; 11],
            /// Status codes and how they read.
            pub(crate) statuses: [(&'static str, &'static str); 12],
            /// What a check in the browser says: the step or the code of a refusal, and the sentence.
            pub(crate) check_sentences: [(&'static str, &'static str); 20],
            $(pub(crate) $name: &'static str,)*
        }
    };
}

words! {
    // Every page.
    language site skip banner_trial_title banner_trial banner_made_up_title banner_made_up
    nav_label nav_grants nav_log nav_api foot_trust foot_privacy foot_origin
    // Home.
    home_title home_sentence home_sentence_before search_label search_hint search_button year_heading
    figures_applications figures_none newest_heading state_check all_entries before_heading
    // Flags.
    nav_flags flags_title flags_lead flags_worth flags_missing flags_caption missing_caption column_flag column_count
    column_meaning column_case column_found column_due column_overdue report_missing_title report_missing_sentence
    report_missing_method report_missing_not findings_heading findings_caption findings_none missing_heading missing_none
    flag_beside flag_question how_found flags_all findings_of_entry
    // The list.
    list_title list_caption filters_label filter_year filter_status filter_field filter_from remove clear_all
    from_ledger from_before column_grant column_year column_status
    empty_title empty_no_grants empty_words empty_filters pages_label page_before page_after organisation_of untitled
    // One grant.
    ladder_heading ladder_heading_before ladder_caption ladder_column_amount ladder_column_sum ladder_column_step
    not_yet not_applicable not_recorded ladder_note ladder_note_before timeline_heading happened recorded signed_by documents_heading documents_caption
    document_title document_size document_hash document_step documents_note no_documents check_heading check_lead
    check_here check_here_lead
    check_receipt check_entry check_command cite_heading recipient field agency fiscal_year grant_id numbers_label
    migrated_label migrated_note decree_row list_row budget_row decree_number list_number budget_number payee_account
    payee_registered adopted_label adopted_note irregular_heading irregular_lead corrected_mark correction_heading
    correction_field correction_before correction_after correction_none correction_lead absent_field
    sealed_value closed_by original sealed_note at_counter erased_text erased_title erased_mark recipient_sealed decided_and_recorded
    handed_over handed_over_from missing_report_title hidden_note reason ladder_note_adopted
    // One entry.
    entry_heading statement_heading text_heading text_note proof_heading proof_lead leaf_hash previous
    previous_none root size proof_hashes proof_hashes_none download_receipt download_entry recompute_heading
    recompute_lead recompute_expect about kind newest_entry statement_hash key
    // The log.
    log_title log_lead checkpoint_heading checkpoint_note verifier_key verifier_key_note identity rules_label
    check_yourself step_fetch step_verify step_since step_compare other_tools
    // Values.
    yes no bytes see_text office_root office_desk and or
    // Lists beside that of grants, and years.
    nav_orgs nav_agencies nav_years nav_grants_count foot_find foot_watch foot_know foot_state foot_state_none
    foot_newest foot_about foot_help foot_privacy_page orgs_title orgs_lead orgs_search orgs_all orgs_none
    orgs_none_yet orgs_none_named orgs_caption column_late org_number org_suspended org_money org_no_grants
    chart_org_paid sums_note org_reports org_reports_none not_due_yet org_grants org_all_grants org_past
    org_past_note org_names column_name org_said agencies_title agencies_lead agencies_caption agencies_note
    column_refused column_delay column_delayed agency_steps agency_years agency_status agency_refused
    agency_stays agency_stays_note agency_stays_none column_usual column_limit column_over column_rule
    agency_attempts agency_attempts_note agency_attempts_none agency_heard
    agency_refused_none agency_no_entries reports_word years_title years_lead years_caption years_note chart_years
    column_realised column_recipients_paid column_recipients_reported coverage_never year_apart year_flow
    year_flow_lead chart_flow column_of_asked column_days year_days_note year_reports year_reports_note
    chart_reports reports_on_time reports_late reports_missing reports_not_due column_share year_fields chart_fields
    year_agencies year_compare year_compare_none column_difference budgets_title lists_title decrees_title decrees_lead decrees_none
    column_rows decree_total decree_word decree_sum decree_sum_same decree_sum_differs decree_rows decree_no_rows
    decree_said column_row overdue_title overdue_lead overdue_as_of overdue_late overdue_coming overdue_coming_none
    changes_title changes_lead changes_none changes_newest changes_older officials_title officials_lead
    officials_holders officials_none officials_may officials_may_lead officials_roots officials_roots_lead
    column_office column_period column_in_force column_holder since_entry key_in_force key_not_yet key_expired
    key_retired key_revoked
    filter_stage filter_size size_below size_from did_you_mean named_exactly sort_label sort_changed sort_size sort_year
    column_key evidence_heading evidence_lead evidence_proposal evidence_decree evidence_agreement evidence_pledge
    evidence_transfer evidence_there evidence_absent evidence_column key_since key_revoked_later source_heading
    source_adopted source_computed foot_desk wrong_heading wrong_text figures_late home_year_more
    // Faults.
    fault_back
}

impl Words {
    /// How a status reads.
    pub(crate) fn status<'a>(&'a self, code: &'a str) -> &'a str {
        self.statuses.iter().find(|(known, _)| *known == code).map_or(code, |(_, text)| *text)
    }

    /// A grant's title, cut at a word where it is as long as a whole purpose.
    pub(crate) fn title(&self, title: &str) -> String {
        if title.is_empty() {
            return self.untitled.to_owned();
        }
        let Some((cut, _)) = title.char_indices().nth(MAX_TITLE_CHARS) else {
            return title.to_owned();
        };
        let whole = title[..cut].rfind(' ').unwrap_or(cut);
        format!("{}…", &title[..whole])
    }

    /// What stands in the place of an amount that is not there.
    pub(crate) fn absent(&self, state: &str) -> &'static str {
        match state {
            "not_applicable" => self.not_applicable,
            "not_recorded" => self.not_recorded,
            _ => self.not_yet,
        }
    }

    /// How a kind reads.
    pub(crate) fn kind<'a>(&self, name: &'a str) -> &'a str {
        match (Kind::parse(name), self.lang) {
            (Some(kind), Lang::Indonesian) => kind.title_id(),
            (Some(kind), Lang::English) => kind.title_en(),
            (None, _) => name,
        }
    }

    /// An article as this language cites it.
    pub(crate) fn article(&self, basis: &str) -> String {
        match self.lang {
            Lang::Indonesian => closed::in_indonesian(basis),
            Lang::English => basis.to_owned(),
        }
    }

    /// What a public version says of its original, by the beginning of the commitment to it.
    pub(crate) fn public_version(&self, commitment: &str) -> String {
        let basis = self.article(closed::ORIGINALS);
        match self.lang {
            Lang::Indonesian => format!(
                "Versi publik; pembuat entri ini menyegel sidik berkas aslinya ({commitment}…), dasar yang lazim: {basis}"
            ),
            Lang::English => format!(
                "Public version; whoever made this entry sealed the original's fingerprint in it ({commitment}…), usual ground: {basis}"
            ),
        }
    }

    /// By how many witnesses something was seen; nothing where by none.
    pub(crate) fn seen_by(&self, witnesses: usize) -> String {
        match (self.lang, witnesses) {
            (_, 0) => String::new(),
            (Lang::Indonesian, count) => format!(", dilihat {count} saksi"),
            (Lang::English, 1) => ", seen by 1 witness".to_owned(),
            (Lang::English, count) => format!(", seen by {count} witnesses"),
        }
    }

    /// What was erased: when, and under which law.
    pub(crate) fn erased_on(&self, day: &str, basis: &str) -> String {
        match (self.lang, basis.is_empty()) {
            (Lang::Indonesian, false) => format!("dihapus pada {day} berdasarkan {basis}"),
            (Lang::Indonesian, true) => format!("dihapus pada {day}"),
            (Lang::English, false) => format!("erased on {day} under {basis}"),
            (Lang::English, true) => format!("erased on {day}"),
        }
    }

    /// A decision that another person recorded.
    pub(crate) fn recorded_by_decided_by(&self, recorder: &str, decider: &str) -> String {
        match self.lang {
            Lang::Indonesian => format!("dicatat oleh {recorder}, diputuskan oleh {decider}"),
            Lang::English => format!("recorded by {recorder}, decided by {decider}"),
        }
    }

    /// What is left out at the end of a list.
    pub(crate) fn and_more(&self, count: u64) -> String {
        let count = self.count(count);
        match self.lang {
            Lang::Indonesian => format!("dan {count} lagi"),
            Lang::English => format!("and {count} more"),
        }
    }

    /// `1 temuan`, `2 findings`.
    pub(crate) fn findings(&self, count: u64) -> String {
        let text = self.count(count);
        match self.lang {
            Lang::Indonesian => format!("{text} temuan"),
            Lang::English if count == 1 => "1 finding".to_owned(),
            Lang::English => format!("{text} findings"),
        }
    }

    /// How long something is overdue.
    pub(crate) fn days(&self, days: i64) -> String {
        match (self.lang, days) {
            (Lang::Indonesian, _) => format!("{days} hari"),
            (Lang::English, 1) => "1 day".to_owned(),
            (Lang::English, _) => format!("{days} days"),
        }
    }

    /// A report that is missing on a day of the ledger.
    pub(crate) fn report_was_due(&self, due: &str, as_of: &str) -> String {
        match self.lang {
            Lang::Indonesian => format!("Laporan jatuh tempo pada {due} dan belum ada pada {as_of}."),
            Lang::English => format!("The report was due on {due} and was not there on {as_of}."),
        }
    }

    /// A key that was revoked since has signed an entry.
    pub(crate) fn disputed_by(&self, entry: u64) -> String {
        match self.lang {
            Lang::Indonesian => {
                format!("Disengketakan: ditandatangani dengan kunci yang kemudian dicabut (entri {entry})")
            }
            Lang::English => format!("Disputed: signed with a key that was revoked since (entry {entry})"),
        }
    }

    /// A grant's title, or why there is none.
    pub(crate) fn title_of(&self, title: &str, migrated: bool) -> String {
        if title.is_empty() && !migrated { self.erased_title.to_owned() } else { self.title(title) }
    }

    /// A recipient's name, or why there is none.
    pub(crate) fn recipient_of(&self, name: &str, organisation: Option<u64>, migrated: bool) -> String {
        match (name, organisation) {
            ("", None) if !migrated => self.recipient_sealed.to_owned(),
            ("", _) => self.erased_title.to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    /// `3 hibah`, `1 grant`.
    pub(crate) fn grants(&self, count: u64) -> String {
        let count_text = self.count(count);
        match self.lang {
            Lang::Indonesian => format!("{count_text} hibah"),
            Lang::English if count == 1 => "1 grant".to_owned(),
            Lang::English => format!("{count_text} grants"),
        }
    }

    /// A count with its language's marks: `12.408`, `12,408`.
    pub(crate) fn count(&self, count: u64) -> String {
        let digits = count.to_string();
        let mark = self.lang.pick(".", ",");
        digits.char_indices().fold(String::new(), |mut out, (at, digit)| {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                out.push_str(mark);
            }
            out.push(digit);
            out
        })
    }

    /// How long after it happened it was recorded.
    pub(crate) fn delay(&self, days: i64) -> String {
        match (self.lang, days) {
            (Lang::Indonesian, ..=-1) => "dicatat sebelum tanggal kejadian".to_owned(),
            (Lang::Indonesian, 0) => "dicatat pada hari yang sama".to_owned(),
            (Lang::Indonesian, _) => format!("dicatat {days} hari kemudian"),
            (Lang::English, ..=-1) => "recorded before the date of the event".to_owned(),
            (Lang::English, 0) => "recorded the same day".to_owned(),
            (Lang::English, 1) => "recorded 1 day later".to_owned(),
            (Lang::English, _) => format!("recorded {days} days later"),
        }
    }

    /// A fault as a sentence: what is wrong, and what to do.
    pub(in crate::public) fn fault(&self, fault: &Fault) -> String {
        let pick = |id, en| self.lang.pick(id, en).to_owned();
        match fault {
            Fault::Missing(what) => self.missing(*what).to_owned(),
            Fault::Parameter(name, must) => match self.lang {
                Lang::Indonesian => {
                    format!("Parameter {name} pada alamat ini tidak dapat dibaca: mulai lagi dari daftar hibah.")
                }
                Lang::English => {
                    format!("The parameter {name} of this address must {must}: correct it.")
                }
            },
            Fault::Http(status) => match self.lang {
                Lang::Indonesian => format!("Permintaan ini tidak dapat dibaca (status {status}): periksa alamatnya."),
                Lang::English => {
                    format!("This request could not be read (status {status}): check its address.")
                }
            },
            Fault::Hidden => pick(
                "Sebagian teks entri ini telah dihapus: bita yang persis hanya ada pada ubin buku besar.",
                "A text of this entry was erased: its exact bytes are in the tiles of the log only, see `hibah show URL N --verbatim`.",
            ),
            Fault::Erased => pick(
                "Dokumen ini telah dihapus menurut undang-undang: buku besar masih menyebut sidik jarinya.",
                "This document was erased as the law demands: the ledger still names its digest.",
            ),
            Fault::Method => pick(
                "Alamat ini hanya untuk dibaca: gunakan GET atau HEAD.",
                "This address is for reading only: use GET or HEAD.",
            ),
            Fault::Busy => pick(
                "Terlalu banyak pembaca sekaligus: coba lagi sebentar lagi.",
                "Too many are reading at once: try again in a moment.",
            ),
            Fault::Counting => pick(
                "Layanan ini baru dinyalakan dan masih menghitung semua hibah: coba lagi beberapa detik lagi. Satu hibah dan satu entri sudah dapat dibuka.",
                "This server was just started and is still counting all grants: try again in a few seconds. A single grant or entry can be opened already.",
            ),
            Fault::Unseen => pick(
                "Belum ada titik periksa yang dilihat cukup banyak saksi: coba lagi sebentar lagi. Halaman lain tetap dapat dibaca.",
                "Not enough witnesses have seen a checkpoint of this ledger yet: try again in a moment. All other addresses can be read.",
            ),
            Fault::Store => pick(
                "Buku besar sedang tidak dapat dibaca di sini: coba lagi nanti, atau gunakan cermin. Tidak ada yang berubah.",
                "The ledger cannot be read here at the moment: try again later, or use a mirror. Nothing has changed.",
            ),
        }
    }

    fn missing(&self, what: Missing) -> &'static str {
        let pick = |id, en| self.lang.pick(id, en);
        match what {
            Missing::Path => pick(
                "Tidak ada apa-apa di alamat ini: periksa ejaannya, atau cari hibah dari halaman depan.",
                "There is nothing at this address: check its spelling, or search from the first page.",
            ),
            Missing::Tile => pick(
                "Tidak ada ubin dengan nama ini di bawah titik periksa terbaru.",
                "The newest checkpoint's tree has no tile of this name: read /checkpoint for its size; paths are those of C2SP tlog-tiles.",
            ),
            Missing::Entry => pick(
                "Belum ada entri dengan nomor ini: nomor entri mulai dari 0 sampai titik periksa terbaru.",
                "There is no entry of this number: entries run from 0 to the newest checkpoint (see /checkpoint).",
            ),
            Missing::Grant => pick(
                "Tidak ada hibah dengan nomor ini: cari dengan nama lembaga atau nomor dokumen.",
                "There is no grant of this name: search by the recipient's name or a document's number.",
            ),
            Missing::Statement => pick(
                "Pernyataan ini tidak ada di buku besar.",
                "The ledger has no statement of this hash: it is SHA-256 of the text without signatures, 64 lowercase hex digits.",
            ),
            Missing::Key => pick(
                "Tidak ada entri yang membawa kunci ini.",
                "No entry brings this key: write it as statements name their signers, <key name>+<8 hex>.",
            ),
            Missing::Flag => pick(
                "Tidak ada pemeriksaan dengan nama ini: lihat daftarnya di /flags.",
                "There is no flag of this name: /flags lists them.",
            ),
            Missing::Dump => pick(
                "Berkas data itu tidak ada di sini: hanya dua kumpulan terbaru yang disimpan. Lihat /data, atau /data/latest/<nama>.",
                "That data file is not here: only the newest two sets are kept. See /data, or /data/latest/<name>.",
            ),
            Missing::Agency => pick(
                "Tidak ada SKPD dengan kode ini: lihat daftarnya di /agencies.",
                "There is no agency of this code: /agencies lists them.",
            ),
            Missing::Year => pick(
                "Tidak ada hibah dari tahun anggaran ini: lihat daftarnya di /years.",
                "There is no grant of this fiscal year: /years lists them.",
            ),
            Missing::Decree => pick(
                "Tidak ada keputusan dengan nomor ini: lihat daftarnya di /decrees.",
                "There is no decree of this number: /decrees lists them.",
            ),
            Missing::List => pick(
                "Tidak ada daftar nominatif dengan nomor ini: lihat semuanya di /lists.",
                "There is no nominative list of this number: /lists has them all.",
            ),
            Missing::Budget => pick(
                "Tidak ada anggaran dengan nomor ini: lihat semuanya di /budgets.",
                "There is no budget of this number: /budgets has them all.",
            ),
            Missing::Document => pick(
                "Dokumen dengan sidik jari ini tidak tersimpan di sini, atau tidak disebut oleh entri mana pun: mintalah kepada lembaga atau kantor yang menyebutnya.",
                "No document of this digest is kept here, or no entry names it: ask the organisation or office that named it.",
            ),
            Missing::Report => pick(
                "Tidak ada laporan warga dengan nomor ini: lihat semuanya di /reports.",
                "There is no citizen's report of this number: /reports has them all.",
            ),
            Missing::Organisation => {
                pick("Tidak ada lembaga dengan nomor ini.", "There is no organisation of this number.")
            }
        }
    }

    /// The heading of a fault's page.
    pub(crate) fn fault_title(&self, status: u16) -> &'static str {
        match status {
            404 => self.lang.pick("Tidak ditemukan", "Not found"),
            410 => self.lang.pick("Telah dihapus", "Erased"),
            405 => self.lang.pick("Hanya untuk dibaca", "For reading only"),
            503 => self.lang.pick("Sedang tidak tersedia", "Not available at the moment"),
            _ => self.lang.pick("Permintaan tidak dapat dibaca", "The request could not be read"),
        }
    }
}
