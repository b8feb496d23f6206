//! The whole cases, where each is found at once: by the number of its owner, then by its own. Both are numbers of series
//! that skip none (formats.md section 1, `about`), so lists hold them without gaps but those of archived cases.

use std::collections::BTreeMap;

use super::things::Case;
use crate::grants::about::{CaseId, CaseOwner};

/// Whole cases, in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Shelf {
    /// Of organisation n at n - 1.
    orgs: Vec<Row>,
    /// Agencies are few, and their numbers the profile's.
    agencies: BTreeMap<u64, Row>,
    count: usize,
}

/// The cases of one owner: number n at n - 1.
type Row = Vec<Option<Box<Case>>>;

impl Shelf {
    pub(super) fn get(&self, id: &CaseId) -> Option<&Case> {
        self.row(id.owner)?.get(place(id.n)?)?.as_deref()
    }

    pub(super) fn get_mut(&mut self, id: &CaseId) -> Option<&mut Case> {
        let row = match id.owner {
            CaseOwner::Org(n) => self.orgs.get_mut(place(n)?)?,
            CaseOwner::Agency(n) => self.agencies.get_mut(&n)?,
        };
        row.get_mut(place(id.n)?)?.as_deref_mut()
    }

    /// Puts a case at its place. Numbers begin with 1; there is none 0.
    pub(super) fn insert(&mut self, id: CaseId, case: Case) {
        let row = match id.owner {
            CaseOwner::Org(n) => place(n).map(|at| {
                self.orgs.resize_with(self.orgs.len().max(at + 1), Row::new);
                &mut self.orgs[at]
            }),
            CaseOwner::Agency(n) => Some(self.agencies.entry(n).or_default()),
        };
        if let Some((row, at)) = row.zip(place(id.n)) {
            row.resize_with(row.len().max(at + 1), || None);
            self.count += usize::from(row[at].replace(Box::new(case)).is_none());
        }
    }

    pub(super) fn remove(&mut self, id: &CaseId) -> Option<Case> {
        let row = match id.owner {
            CaseOwner::Org(n) => self.orgs.get_mut(place(n)?)?,
            CaseOwner::Agency(n) => self.agencies.get_mut(&n)?,
        };
        let case = row.get_mut(place(id.n)?)?.take()?;
        self.count -= 1;
        Some(*case)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (CaseId, &Case)> {
        let orgs = (1..).zip(&self.orgs).map(|(n, row)| (CaseOwner::Org(n), row));
        let agencies = self.agencies.iter().map(|(&n, row)| (CaseOwner::Agency(n), row));
        orgs.chain(agencies).flat_map(|(owner, row)| of_row(owner, row))
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut Case> {
        self.orgs.iter_mut().chain(self.agencies.values_mut()).flatten().filter_map(Option::as_deref_mut)
    }

    /// The cases of one owner.
    pub(super) fn of(&self, owner: CaseOwner) -> impl DoubleEndedIterator<Item = (CaseId, &Case)> {
        of_row(owner, self.row(owner).map_or(&[], Vec::as_slice))
    }

    fn row(&self, owner: CaseOwner) -> Option<&Row> {
        match owner {
            CaseOwner::Org(n) => self.orgs.get(place(n)?),
            CaseOwner::Agency(n) => self.agencies.get(&n),
        }
    }
}

fn of_row(owner: CaseOwner, row: &[Option<Box<Case>>]) -> impl DoubleEndedIterator<Item = (CaseId, &Case)> {
    row.iter().enumerate().filter_map(move |(at, case)| Some((CaseId { owner, n: at as u64 + 1 }, case.as_deref()?)))
}

/// Where number n stands.
fn place(n: u64) -> Option<usize> {
    usize::try_from(n).ok()?.checked_sub(1)
}
