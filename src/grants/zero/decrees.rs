//! A decree: issued, its rows recorded, sealed or abandoned. It takes effect when sealed, and only if rows and
//! total agree exactly.

use std::collections::BTreeSet;

use crate::grants::about::{About, DecreeId};
use crate::grants::kinds::Kind;
use crate::grants::money;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::zero::bodies::{DecreeIssued, DecreeRow};
use crate::grants::zero::change::Edit;
use crate::grants::zero::state::{Decree, DecreeEntry, DecreeStatus};

use super::{Bench, Outcome, refuse, stages};

impl Bench<'_> {
    pub(super) fn issued(&self, id: DecreeId, body: &DecreeIssued) -> Outcome {
        self.said_by(self.claim.body(), &self.office_required(Kind::DecreeIssued))?;
        self.titles_are_known()?;
        if !self.profile().has_stage(Kind::DecreeSealed) {
            return refuse(Rule::B1, "The profile has no stage decree.sealed; leave the decree out".to_owned());
        }
        // `signed_by` found exactly one signer, for a decree brings no key and needs one office.
        let Some(signer) = self.claim.signers().first().cloned() else {
            return refuse(Rule::B2, format!("{id} has no signer; sign it"));
        };
        Ok((Edit::IssueDecree { id, body: Box::new(body.clone()), signer }, vec![About::Decree(id)]))
    }

    pub(super) fn rows(&self, id: DecreeId, rows: &[DecreeRow]) -> Outcome {
        let decree = self.open_decree(id, Kind::DecreeRows)?;
        self.same_signer(id, decree)?;
        let last = decree.rows.last().map_or(0, |entry| entry.row);
        if let Some(row) = rows.first().filter(|row| row.row <= last) {
            return refuse(
                Rule::B1,
                format!(
                    "Row {} of {id} is not above the last recorded row {last}; rows ascend over all statements",
                    row.row
                ),
            );
        }
        let mut cases = BTreeSet::new();
        for row in rows {
            if !cases.insert(row.case) {
                return refuse(
                    Rule::B1,
                    format!("Row {} of {id} names {} a second time; name each case once", row.row, row.case),
                );
            }
            self.row(id, row)?;
        }
        let count = decree.rows.len() as u64 + rows.len() as u64;
        if count > decree.row_count {
            return refuse(
                Rule::B1,
                format!(
                    "{id} would have {count} rows, more than its {}; record only those, or abandon it",
                    decree.row_count
                ),
            );
        }
        let sum = sum_of(decree) + money::sum(rows.iter().map(|row| row.amount));
        if sum > i128::from(decree.total.minor()) {
            return refuse(
                Rule::B6,
                format!(
                    "The rows of {id} would add up to {sum}, more than its total {}; correct them, or abandon it",
                    decree.total
                ),
            );
        }
        let entries = rows.iter().map(|row| DecreeEntry { row: row.row, case: row.case, amount: row.amount });
        let edit = Edit::RecordRows { id, rows: entries.collect() };
        let touches = std::iter::once(About::Decree(id)).chain(rows.iter().map(|row| About::Case(row.case)));
        Ok((edit, touches.collect()))
    }

    fn row(&self, id: DecreeId, row: &DecreeRow) -> Result<(), Refusal> {
        let Some(case) = self.state.case(&row.case) else {
            return refuse(
                Rule::B4,
                format!("Row {} of {id} names {}, for which there is no application; leave it out", row.row, row.case),
            );
        };
        self.after_is_latest(&About::Case(row.case), Some(row.after), &format!("The after of row {}", row.row))?;
        self.not_closed(row.case, case)?;
        self.not_held(row.case, case)?;
        self.undisputed(row.case)?;
        self.in_order(row.case, case, Kind::DecreeSealed).map(|_| ())
    }

    pub(super) fn sealed(&self, id: DecreeId) -> Outcome {
        let decree = self.open_decree(id, Kind::DecreeSealed)?;
        self.same_signer(id, decree)?;
        let (count, sum) = (decree.rows.len(), sum_of(decree));
        if count as u64 != decree.row_count {
            return refuse(
                Rule::B1,
                format!("{id} has {count} rows of {}; record the others before its seal", decree.row_count),
            );
        }
        if sum != i128::from(decree.total.minor()) {
            return refuse(
                Rule::B1,
                format!(
                    "The rows of {id} add up to {sum}, not to its total {}; abandon it and issue it again",
                    decree.total
                ),
            );
        }
        for entry in &decree.rows {
            self.undisputed(entry.case)?;
        }
        // `issued` found that the profile has the stage.
        let Some(stage) = stages::position(self.profile(), Kind::DecreeSealed) else {
            return refuse(Rule::B1, "The profile has no stage decree.sealed; leave the decree out".to_owned());
        };
        Ok((Edit::SealDecree { id, stage }, touched(id, decree)))
    }

    pub(super) fn abandoned(&self, id: DecreeId) -> Outcome {
        let decree = self.open_decree(id, Kind::DecreeAbandoned)?;
        Ok((Edit::AbandonDecree { id }, touched(id, decree)))
    }

    /// The decree, if it still takes rows; signed by the office of the kind.
    fn open_decree(&self, id: DecreeId, kind: Kind) -> Result<&Decree, Refusal> {
        self.signed_by(&self.office_required(kind))?;
        let Some(decree) = self.state.decree(&id) else {
            return refuse(Rule::B1, format!("There is no {id} on the ledger; correct about and sign again"));
        };
        let why = match decree.status {
            DecreeStatus::Open => return Ok(decree),
            DecreeStatus::Sealed => "sealed",
            DecreeStatus::Abandoned => "abandoned",
        };
        refuse(Rule::B1, format!("{id} is {why} and takes nothing more; issue another decree"))
    }

    /// Rows and seal come from the key that issued the decree.
    fn same_signer(&self, id: DecreeId, decree: &Decree) -> Result<(), Refusal> {
        if self.claim.signers() == std::slice::from_ref(&decree.signer) {
            return Ok(());
        }
        refuse(Rule::B2, format!("{id} was issued with the key {}; sign with the same, or abandon it", decree.signer))
    }
}

fn sum_of(decree: &Decree) -> i128 {
    money::sum(decree.rows.iter().map(|entry| entry.amount))
}

fn touched(id: DecreeId, decree: &Decree) -> Vec<About> {
    let cases = decree.rows.iter().map(|entry| About::Case(entry.case));
    std::iter::once(About::Decree(id)).chain(cases).collect()
}
