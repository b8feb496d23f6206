//! Sentences with numbers in them, in both languages.

use super::{Lang, Words};
use crate::public::pages::papers::Paper;

/// The words of one sort of paper.
pub(in crate::public) struct PaperWords {
    pub(in crate::public) title: &'static str,
    pub(in crate::public) lead: &'static str,
    pub(in crate::public) none: &'static str,
    pub(in crate::public) number: &'static str,
    pub(in crate::public) word: &'static str,
    pub(in crate::public) said: &'static str,
}

impl Words {
    fn either(&self, indonesian: String, english: String) -> String {
        match self.lang {
            Lang::Indonesian => indonesian,
            Lang::English => english,
        }
    }

    /// `3 lembaga`, `1 organisation`.
    pub(in crate::public) fn organisations(&self, count: u64) -> String {
        let text = self.count(count);
        let plural = if count == 1 { "" } else { "s" };
        self.either(format!("{text} lembaga"), format!("{text} organisation{plural}"))
    }

    /// Thousandths as a percentage with one decimal: `97,4 %`.
    pub(in crate::public) fn per_mille(&self, share: u64) -> String {
        let mark = self.lang.pick(",", ".");
        format!("{}{mark}{}%", self.count(share / 10), share % 10)
    }

    /// How late a report is.
    pub(in crate::public) fn late_by(&self, days: i64) -> String {
        let days = self.days(days);
        self.either(format!("Terlambat {days}"), format!("{days} late"))
    }

    /// How long until a report is due.
    pub(in crate::public) fn days_left(&self, days: i64) -> String {
        if days == 0 {
            return self.lang.pick("Hari ini", "Today").to_owned();
        }
        let days = self.days(days);
        self.either(format!("{days} lagi"), format!("in {days}"))
    }

    /// An organisation in a sentence.
    pub(in crate::public) fn org_sentence(&self, grants: u64, paid: &str, late: u64) -> String {
        let grants = self.grants(grants);
        let late_text = self.count(late);
        let (late_id, late_en) = match late {
            0 => ("tidak ada laporan yang terlambat".to_owned(), "no report is overdue".to_owned()),
            1 => ("1 laporan terlambat".to_owned(), "1 report is overdue".to_owned()),
            _ => (format!("{late_text} laporan terlambat"), format!("{late_text} reports are overdue")),
        };
        self.either(format!("{grants}; dicairkan: {paid}; {late_id}."), format!("{grants}; paid: {paid}; {late_en}."))
    }

    /// How soon an agency's entries are recorded.
    pub(in crate::public) fn agency_pace(&self, median: i64, late: u64, all: u64) -> String {
        let days = self.days(median);
        let (late_text, all_text) = (self.count(late), self.count(all));
        let share = self.per_mille(late * 1_000 / all.max(1));
        self.either(
            format!(
                "Separuh dari {all_text} entri tentang kasusnya dicatat paling lambat {days} setelah kejadian; {late_text} ({share}) lewat dari 7 hari."
            ),
            format!(
                "Half of the {all_text} entries about its cases were recorded within {days} of the event; {late_text} ({share}) more than 7 days later."
            ),
        )
    }

    /// What a sort of paper is called, and its lists.
    pub(in crate::public) fn paper(&self, paper: Paper) -> PaperWords {
        let pick = |id, en| self.lang.pick(id, en);
        match paper {
            Paper::Decree => PaperWords {
                title: self.decrees_title,
                lead: self.decrees_lead,
                none: self.decrees_none,
                number: self.decree_number,
                word: self.decree_word,
                said: self.decree_said,
            },
            Paper::Budget => PaperWords {
                title: self.budgets_title,
                lead: pick(
                    "Setiap versi anggaran yang menyebut penerima, dengan semua barisnya.",
                    "Every version of a budget that names recipients, with all its rows.",
                ),
                none: pick("Belum ada anggaran di buku besar ini.", "This ledger has no budget yet."),
                number: self.budget_number,
                word: pick("Anggaran", "Budget"),
                said: pick("Yang dicatat tentang anggaran ini", "What was recorded about this budget"),
            },
            Paper::List => PaperWords {
                title: self.lists_title,
                lead: pick(
                    "Setiap daftar nominatif calon penerima, dengan semua barisnya.",
                    "Every nominative list of recipients to be, with all its rows.",
                ),
                none: pick("Belum ada daftar nominatif di buku besar ini.", "This ledger has no nominative list yet."),
                number: self.list_number,
                word: pick("Daftar nominatif", "Nominative list"),
                said: pick("Yang dicatat tentang daftar ini", "What was recorded about this list"),
            },
        }
    }

    /// What a list, budget or decree is, by the kind of its latest entry.
    pub(in crate::public) fn paper_state(&self, latest: &str) -> &'static str {
        match latest {
            "decree.sealed" | "budget.sealed" | "list.sealed" => self.lang.pick("Berlaku", "In effect"),
            "decree.revoked" => self.lang.pick("Dicabut", "Revoked"),
            "decree.abandoned" | "budget.abandoned" | "list.abandoned" => {
                self.lang.pick("Tidak diselesaikan", "Abandoned")
            }
            "correction.recorded" => self.lang.pick("Dikoreksi", "Corrected"),
            _ => self.lang.pick("Belum lengkap", "Not complete yet"),
        }
    }

    /// How many rows a paper has.
    pub(in crate::public) fn decree_count(&self, rows: u64) -> String {
        let text = self.count(rows);
        let plural = if rows == 1 { "" } else { "s" };
        self.either(format!("{text} baris tercatat."), format!("{text} row{plural} recorded."))
    }

    /// How much of a year's payments is here: this much of that, a share, as of a day.
    pub(in crate::public) fn coverage_whole(&self, here: &str, treasury: &str, share: &str, day: &str) -> String {
        self.either(
            format!("Buku besar ini memuat {here} dari {treasury} yang dibayarkan kas daerah ({share}), menurut rekonsiliasi terakhir pada {day}."),
            format!("This ledger holds {here} of the {treasury} that the treasury paid ({share}), as reconciled last on {day}."),
        )
    }

    /// More is here than the treasury's register has.
    pub(in crate::public) fn coverage_more(&self, here: &str, treasury: &str, more: &str, day: &str) -> String {
        self.either(
            format!("Buku besar ini memuat {here}; register kas daerah {treasury}. Yang tercatat di sini {more} lebih banyak, menurut rekonsiliasi terakhir pada {day}."),
            format!("This ledger holds {here}; the treasury's register has {treasury}. What is recorded here is {more} more, as reconciled last on {day}."),
        )
    }

    /// On which of so many working days a step is.
    pub(in crate::public) fn working_day(&self, n: u64, of: u64) -> String {
        match n.checked_sub(of).filter(|over| *over > 0) {
            None => self.either(format!("hari kerja ke-{n} dari {of}"), format!("working day {n} of {of}")),
            Some(over) => {
                let plural = if over == 1 { "" } else { "s" };
                self.either(
                    format!("hari kerja ke-{n} dari {of}, lewat {over} hari kerja"),
                    format!("working day {n} of {of}, {over} working day{plural} over"),
                )
            }
        }
    }

    /// After how many working days a step usually comes.
    pub(in crate::public) fn usually(&self, days: i64) -> String {
        self.either(format!("; biasanya {days}"), format!("; usually {days}"))
    }

    /// How many reports of citizens about an agency's cases were answered.
    pub(in crate::public) fn reports_answered(&self, answered: u64, received: u64) -> String {
        let (answered, all) = (self.count(answered), self.count(received));
        let plural = if received == 1 { "" } else { "s" };
        match received {
            0 => self.either(
                "Belum ada laporan warga tentang kasus SKPD ini.".to_owned(),
                "No citizen has reported anything about a case of this agency yet.".to_owned(),
            ),
            _ => self.either(
                format!("{answered} dari {all} laporan warga tentang kasus SKPD ini sudah dijawab."),
                format!("{answered} of {all} report{plural} by citizens about cases of this agency answered."),
            ),
        }
    }

    /// How many of some cases took longer than allowed.
    pub(in crate::public) fn over_limit(&self, over: u64, all: u64) -> String {
        format!("{} ({})", self.count(over), self.per_mille(over * 1_000 / all.max(1)))
    }

    /// How many of the five papers of evidence are recorded.
    pub(in crate::public) fn evidence_count(&self, there: usize) -> String {
        self.either(format!("{there} dari 5"), format!("{there} of 5"))
    }

    /// From which entries a page is made.
    pub(in crate::public) fn source_entries(&self, entries: usize, first: u64, last: u64) -> String {
        let (count, first, last) = (self.count(entries as u64), self.count(first), self.count(last));
        self.either(
            format!("Halaman ini dibuat dari {count} entri buku besar, dari entri {first} sampai {last}, masing-masing ditandatangani oleh kantor atau lembaga yang disebut di sampingnya."),
            format!("This page is made from {count} entries of the ledger, from entry {first} to {last}, each signed by the office or organisation named beside it."),
        )
    }

    /// From which row of which file a past award was copied.
    pub(in crate::public) fn source_file(&self, row: u64, sha256: &str) -> String {
        let row = self.count(row);
        self.either(
            format!("Disalin dari baris {row} sebuah daftar lama; SHA-256 berkasnya {sha256}."),
            format!("Copied from row {row} of an old list; SHA-256 of its file {sha256}."),
        )
    }

    /// Some months of a year were compared.
    pub(in crate::public) fn coverage_months(&self, months: u8, treasury: &str, day: &str) -> String {
        let plural = if months == 1 { "" } else { "s" };
        self.either(
            format!("Dicocokkan dengan kas daerah untuk {months} dari 12 bulan, terakhir pada {day}: dalam bulan itu kas daerah membayar {treasury}. Untuk bulan lain belum pernah dicocokkan."),
            format!("Reconciled with the treasury for {months} month{plural} of 12, last on {day}: the treasury paid {treasury} in them. The other months were never reconciled."),
        )
    }

    /// Reports on time, late, missing and not due yet, of all that are to be reported.
    pub(in crate::public) fn reports_sentence(&self, counts: [u64; 4], all: u64) -> String {
        if all == 0 {
            let (id, en) =
                ("Belum ada hibah tahun ini yang harus dilaporkan.", "No grant of this year has to be reported yet.");
            return self.lang.pick(id, en).to_owned();
        }
        let [on_time, late, missing, waiting] = counts.map(|count| self.count(count));
        let all = self.count(all);
        self.either(
            format!("Dari {all} hibah yang dicairkan, {on_time} dilaporkan tepat waktu, {late} terlambat, {missing} belum dilaporkan walaupun jatuh tempo, dan {waiting} belum jatuh tempo."),
            format!("Of {all} grants that were paid, {on_time} were reported on time and {late} late; {missing} are overdue and {waiting} not due yet."),
        )
    }
}
