//! The rows of a list, budget or decree: what each asks of its case.

use std::collections::{BTreeMap, BTreeSet};

use super::bodies::Row;
use super::change::Edit;
use super::papers::{stage_of, with_cases};
use super::state::Known;
use super::things::{Case, Core, Duty, Paper, PaperRow};
use super::{Bench, Made, Outcome, refuse, stages};
use crate::grants::about::{About, DecreeId};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{self, Amount, Sum};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};

impl<'a> Bench<'a> {
    pub(super) fn rows(&self, about: About, rows: &[Row]) -> Outcome {
        let paper = self.open_paper(about)?;
        self.same_signer(about, paper)?;
        if let Some(row) = rows.first().filter(|row| row.row <= paper.last_row) {
            return refuse(
                Rule::B1,
                sentence!(
                    "Row {} of {about} is not above the last recorded row {}; rows ascend over all statements",
                    "Baris {} dari {about} tidak di atas baris terakhir yang dicatat, {}; nomor baris harus menaik di semua pernyataan",
                    row.row,
                    paper.last_row
                ),
            );
        }
        let mut cases = BTreeSet::new();
        let mut more: BTreeMap<&str, i128> = BTreeMap::new();
        for row in rows {
            let own = self.state.known(&row.case).map(|known| (row.case, known));
            let at = Bench { own, ..*self };
            let case = at.row_case(about, row, !cases.insert(row.case))?;
            at.row(about, paper, row, case)?;
            let added = row.amount.minor() - case.core.amount(Figure::Decreed).minor();
            *more.entry(&case.core.facts.field).or_default() += i128::from(added);
        }
        self.not_over(about, paper, rows)?;
        self.within_ceilings(about, paper, &more)?;
        let moves = with_cases(about, rows.iter().map(|row| row.case));
        let recorded = rows.iter().map(|row| PaperRow { row: row.row, case: row.case, amount: row.amount }).collect();
        Ok(Made { moves, ..Made::of(Edit::Rows(about, recorded), about) })
    }

    /// B4, B13, B1: the case of a row, once in the paper, known as it is now, neither closed nor held.
    fn row_case(&self, about: About, row: &Row, again: bool) -> Result<&'a Case, Refusal> {
        let id = row.case;
        let Some((_, known)) = self.own else {
            return refuse(
                Rule::B4,
                sentence!(
                    "Row {} of {about} names {id}, for which there is no application; leave it out",
                    "Baris {} dari {about} menyebut {id}, yang tidak ada permohonannya; hapus baris itu",
                    row.row
                ),
            );
        };
        let case = match known {
            Known::Whole(case) => Some(case),
            Known::Archived(_) => None,
        };
        if again || case.is_some_and(|case| case.held_by == Some(about)) {
            return refuse(
                Rule::B1,
                sentence!(
                    "Row {} of {about} names {id} a second time; name each case once",
                    "Baris {} dari {about} menyebut {id} untuk kedua kalinya; sebut setiap kasus satu kali",
                    row.row
                ),
            );
        }
        self.after_is_latest(&About::Case(id), Some(row.after), || {
            sentence!("The after of row {}", "Nilai after pada baris {}", row.row)
        })?;
        self.not_closed(id)?;
        self.not_held(id)?;
        // A case that is not whole is closed, and so was refused.
        case.ok_or_else(|| {
            Refusal::new(
                Rule::B1,
                sentence!("{id} is closed; leave it out", "{id} sudah ditutup; keluarkan kasus itu dari dokumen ini"),
            )
        })
    }

    /// What the case asks, in the order of the rules.
    fn row(&self, about: About, paper: &Paper, row: &Row, case: &Case) -> Result<(), Refusal> {
        let (id, core) = (row.case, &case.core);
        let decree = matches!(about, About::Decree(_));
        let gives = core.figures.get(Figure::Decreed).is_none_or(|before| row.amount > before);
        if decree && gives {
            self.in_good_standing(id, Kind::DecreeRows)?;
        }
        self.undisputed(id)?;
        if decree {
            self.apart(id, case, &paper.persons, Duty::Approved)?;
            self.was_nominated(about, row, core)?;
            if gives {
                self.overdue(id)?;
            }
        }
        self.belongs(about, paper, row, core)?;
        self.is_next(about, paper, row, core)?;
        match about {
            About::Decree(_) => self.within_its_case(about, row, core),
            About::Budget { .. } => {
                not_below(about, row, core.amount(Figure::Decreed), Both("decreed", "menurut keputusan (SK)"))
            }
            _ => Ok(()),
        }
    }

    /// B11: where the way goes through a list, a sealed one has nominated the case.
    fn was_nominated(&self, about: About, row: &Row, core: &Core) -> Result<(), Refusal> {
        if core.nominated || !stages::list(self.profile, core).contains(&Kind::ListSealed) {
            return Ok(());
        }
        refuse(
            Rule::B11,
            sentence!(
                "Row {} of {about} names {}, which no sealed list has nominated; nominate it first",
                "Baris {} dari {about} menyebut {}, yang tidak ada dalam daftar nominatif yang berlaku; masukkan dulu ke daftar nominatif",
                row.row,
                row.case
            ),
        )
    }

    /// B1: the case is of the paper's fiscal year and way.
    fn belongs(&self, about: About, paper: &Paper, row: &Row, core: &Core) -> Result<(), Refusal> {
        let (id, facts) = (row.case, &core.facts);
        if facts.fiscal_year != paper.fiscal_year {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} is of the fiscal year {}, not that of {about}; leave it out",
                    "{id} untuk tahun anggaran {}, sedangkan {about} untuk tahun lain; keluarkan kasus itu dari dokumen ini",
                    facts.fiscal_year
                ),
            );
        }
        match paper.way.filter(|&way| way != facts.way) {
            None => Ok(()),
            Some(way) => refuse(
                Rule::B1,
                sentence!(
                    "{id} goes the way {} and {about} is for {}; leave it out",
                    "{id} menempuh jalur {:#}, sedangkan {about} untuk {:#}; keluarkan kasus itu dari dokumen ini",
                    facts.way.words(),
                    way.words()
                ),
            ),
        }
    }

    /// B1: the paper's seal is the next stage of the case. A later version also changes what an earlier one gave.
    fn is_next(&self, about: About, paper: &Paper, row: &Row, core: &Core) -> Result<(), Refusal> {
        let (id, stage) = (row.case, stage_of(about));
        let next = stages::next(self.profile, core);
        if next.contains(&stage) {
            return Ok(());
        }
        if core.done.has(stage) {
            let changes = match (about, paper.amends) {
                (About::Budget { version, .. }, _) => version > 1,
                (_, Some(amended)) => core.decree.is_some_and(|place| self.first(place.decree) == self.first(amended)),
                _ => false,
            };
            if changes {
                return Ok(());
            }
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} has {stage} already and {about} does not amend that; leave row {} out",
                    "{id} sudah melewati tahap {stage:#} dan {about} tidak mengubahnya; hapus baris {}",
                    row.row
                ),
            );
        }
        refuse(
            Rule::B1,
            sentence!(
                "{id} is at {}, so {stage} is out of order; next is {}",
                "{id} ada pada tahap {:#}, sehingga {stage:#} tidak sesuai urutan; tahap berikutnya {:#}",
                core.stage,
                super::cases::wording(&next)
            ),
        )
    }

    /// The decree that a row of amendments goes back to.
    fn first(&self, decree: DecreeId) -> DecreeId {
        let mut first = decree;
        // A decree amends one that was there before it, so this ends.
        while let Some(amended) = self.state.paper(&About::Decree(first)).and_then(|paper| paper.amends) {
            first = amended;
        }
        first
    }

    /// B6: not more than what was enacted for the case, and not less than what rests on the decree.
    fn within_its_case(&self, about: About, row: &Row, core: &Core) -> Result<(), Refusal> {
        let (id, amount) = (row.case, row.amount);
        let enacted = core.amount(Figure::Enacted);
        if stages::list(self.profile, core).contains(&Kind::BudgetSealed) && amount > enacted {
            return refuse(
                Rule::B6,
                sentence!(
                    "Row {} of {about} grants {id} {amount}, more than the {enacted} enacted; lower the amount",
                    "Baris {} dari {about} memberi {id} {amount:#}, melebihi {enacted:#} yang ditetapkan dalam APBD; turunkan jumlahnya",
                    row.row
                ),
            );
        }
        let handed_over = core.handed_over.unwrap_or(Amount::ZERO);
        let rests = core.amount(Figure::Agreed).max(core.amount(Figure::Paid)).max(handed_over);
        not_below(about, row, rests, Both("agreed or given", "yang diperjanjikan atau diserahkan"))
    }

    /// B1, B6: not more rows, and no more money, than the paper was issued for.
    fn not_over(&self, about: About, paper: &Paper, rows: &[Row]) -> Result<(), Refusal> {
        let count = paper.recorded + rows.len() as u64;
        if count > paper.row_count {
            return refuse(
                Rule::B1,
                sentence!(
                    "{about} would have {count} rows, more than its {}; record only those, or abandon it",
                    "{about} akan memiliki {count} baris, lebih dari {} yang ditetapkan; catat hanya sebanyak itu, atau batalkan",
                    paper.row_count
                ),
            );
        }
        let sum = paper.sum + money::sum(rows.iter().map(|row| row.amount));
        if sum > i128::from(paper.total.minor()) {
            let sum = Sum(sum);
            return refuse(
                Rule::B6,
                sentence!(
                    "The rows of {about} would add up to {sum}, more than its total {}; correct them, or abandon it",
                    "Jumlah baris {about} menjadi {sum:#}, melebihi totalnya {:#}; perbaiki baris-barisnya, atau batalkan",
                    paper.total
                ),
            );
        }
        Ok(())
    }
}

/// B6: an amended amount still covers what rests on it.
fn not_below(about: About, row: &Row, rests: Amount, what: Both) -> Result<(), Refusal> {
    if row.amount >= rests {
        return Ok(());
    }
    refuse(
        Rule::B6,
        sentence!(
            "Row {} of {about} gives {} {}, less than the {rests} {what}; raise the amount",
            "Baris {} dari {about} memberi {} {:#}, kurang dari {rests:#} {what:#}; naikkan jumlahnya",
            row.row,
            row.case,
            row.amount
        ),
    )
}
