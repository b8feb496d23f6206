//! What is counted of all grants, in memory: sums by year, field and agency, counts beside filters, and the order of a
//! list, without a pass over the tables for each page. It follows the ledger: what is new since the last request is read
//! then. About 200 bytes a grant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use super::answer::Fault;
use super::api::flags::REPORT_MISSING;
use super::pages::narrow::SIZES;
use crate::grants::time::Date;
use crate::ledger::reader::{GrantQuery, Reader, SIZE, Sort};
use crate::ledger::roll::{Counted, Progress};

/// All grants, as far as the tables were when they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    /// How many entries are in.
    pub(super) size: u64,
    /// The local day of the last of them.
    pub(super) day: Option<Date>,
    lines: Vec<Line>,
    place: HashMap<u64, usize>,
}

/// One grant.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What is counted.
    pub(super) counted: Arc<Counted>,
    /// The flags that found something on it.
    pub(super) flags: BTreeSet<Arc<str>>,
}

/// Sums over some grants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// How many grants.
    pub(super) grants: u64,
    /// How many have each of the eleven amounts.
    pub(super) counts: [u64; 11],
    /// The sums of each.
    sums: [i128; 11],
}

impl Tally {
    fn add(&mut self, line: &Line) {
        self.grants += 1;
        for (at, amount) in line.counted.amounts.iter().enumerate() {
            if let Some(minor) = amount {
                self.counts[at] += 1;
                self.sums[at] += i128::from(*minor);
            }
        }
    }

    /// The sum of an amount; none where no grant has it.
    pub(super) fn sum(&self, at: usize) -> Option<i128> {
        (self.counts[at] > 0).then_some(self.sums[at])
    }
}

/// What a list of grants can be narrowed by, with what each choice would leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Facet {
    /// The fiscal year.
    Year,
    /// The status.
    Status,
    /// The field's code.
    Field,
    /// The agency's code.
    Agency,
    /// The kind of the last step.
    Stage,
    /// A place in `SIZES` of the list.
    Size,
    /// A flag, or `report_missing`.
    Flag,
    /// `ledger`, or `before`.
    Origin,
}

/// The grants of a list, and what is counted of them.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// In the order asked for.
    pub(super) lines: Vec<Arc<Counted>>,
    /// The sums over them.
    pub(super) tally: Tally,
    /// How many grants each choice of a filter would leave.
    pub(super) counts: BTreeMap<(Facet, String), u64>,
}

/// What was paid, or else decreed, or else asked.
fn size_of(counted: &Counted) -> Option<i64> {
    SIZE.iter().find_map(|at| counted.amounts[*at])
}

impl Chosen {
    fn take(&mut self, line: &Line, query: &GrantQuery, day: Option<Date>) {
        let counted = &line.counted;
        let is = |asked: &Option<String>, own: &str| asked.as_deref().is_none_or(|asked| asked == own);
        let fixed = query.organisation.is_none_or(|n| counted.organisation == Some(n))
            && query.amount.is_none_or(|at| counted.amounts.get(at).is_some_and(Option::is_some));
        if !fixed {
            return;
        }
        let size = size_of(counted);
        let mut flags: Vec<&str> = line.flags.iter().map(|flag| &**flag).collect();
        if counted.report_due.zip(day).is_some_and(|(due, day)| due < day) {
            flags.push(REPORT_MISSING);
        }
        let within = |(least, below): (i64, i64)| size.is_some_and(|size| size >= least && size < below);
        let holds = [
            (Facet::Year, query.fiscal_year.is_none_or(|year| counted.fiscal_year == year)),
            (Facet::Status, is(&query.status, &counted.status)),
            (Facet::Field, is(&query.field, &counted.field)),
            (Facet::Agency, is(&query.agency, &counted.agency)),
            (Facet::Stage, is(&query.stage, &counted.stage)),
            (Facet::Size, query.size.is_none_or(within)),
            (Facet::Flag, query.flag.as_deref().is_none_or(|flag| flags.contains(&flag))),
            (Facet::Origin, query.migrated.is_none_or(|migrated| counted.migrated == migrated)),
        ];
        let mut failing = holds.iter().filter(|(_, holds)| !holds).map(|(facet, _)| *facet);
        // A choice of a filter is counted among what all other filters leave.
        let counting = match (failing.next(), failing.next()) {
            (None, _) => {
                self.tally.add(line);
                self.lines.push(Arc::clone(counted));
                None
            }
            (Some(one), None) => Some(one),
            (Some(_), Some(_)) => return,
        };
        let mut count = |facet: Facet, value: &str| {
            if !value.is_empty() && counting.is_none_or(|only| only == facet) {
                *self.counts.entry((facet, value.to_owned())).or_default() += 1;
            }
        };
        count(Facet::Year, &counted.fiscal_year.to_string());
        count(Facet::Status, &counted.status);
        count(Facet::Field, &counted.field);
        count(Facet::Agency, &counted.agency);
        count(Facet::Stage, &counted.stage);
        count(Facet::Origin, if counted.migrated { "before" } else { "ledger" });
        if let Some(at) = SIZES.iter().position(|size| within(*size)) {
            count(Facet::Size, &at.to_string());
        }
        flags.iter().for_each(|flag| count(Facet::Flag, flag));
    }

    /// The choices of one filter, with how many each would leave.
    pub(super) fn choices(&self, facet: Facet) -> Vec<(&str, u64)> {
        let of_it = self.counts.iter().filter(|((known, _), _)| *known == facet);
        of_it.map(|((_, value), count)| (value.as_str(), *count)).collect()
    }
}

impl Roll {
    /// Every grant, in the order of arrival.
    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The grants that a list asks for, and what each of its filters would leave: of these, or of all that have its words.
    pub(super) fn chosen(&self, query: &GrantQuery, words: Option<&[u64]>) -> Chosen {
        let mut chosen = Chosen::default();
        let all: Vec<&Line> = match words {
            None => self.lines.iter().collect(),
            Some(numbers) => {
                let mut places: Vec<usize> = numbers.iter().filter_map(|n| self.place.get(n).copied()).collect();
                places.sort_unstable();
                places.into_iter().filter_map(|at| self.lines.get(at)).collect()
            }
        };
        for line in all {
            chosen.take(line, query, self.day);
        }
        chosen.lines.sort_by_cached_key(|line| match query.sort {
            Sort::Changed => (Reverse(0), Reverse(line.last_index), line.n),
            Sort::Size => (Reverse(size_of(line).unwrap_or(-1)), Reverse(line.last_index), line.n),
            Sort::Year => (Reverse(i64::from(line.fiscal_year)), Reverse(line.last_index), line.n),
        });
        chosen
    }

    /// The sums over those that `chosen` takes.
    pub(super) fn tally(&self, chosen: impl Fn(&Line) -> bool) -> Tally {
        let mut tally = Tally::default();
        self.lines.iter().filter(|line| chosen(line)).for_each(|line| tally.add(line));
        tally
    }

    /// The sums over each group of those that have a key.
    pub(super) fn grouped<K: Ord>(&self, key: impl Fn(&Line) -> Option<K>) -> BTreeMap<K, Tally> {
        let mut groups: BTreeMap<K, Tally> = BTreeMap::new();
        for line in &self.lines {
            if let Some(key) = key(line) {
                groups.entry(key).or_default().add(line);
            }
        }
        groups
    }

    /// The roll after what the ledger says now.
    fn brought_up(&self, reader: &Reader, progress: &Progress) -> Result<Self, Fault> {
        // Tables that were made anew, and are not as far yet, are read from their beginning.
        let mut roll = if progress.size < self.size { Self::default() } else { self.clone() };
        let since = roll.size;
        for counted in reader.counted_since(since)? {
            let (n, counted) = (counted.n, Arc::new(counted));
            match roll.place.get(&n) {
                Some(at) => roll.lines[*at].counted = counted,
                None => {
                    roll.place.insert(n, roll.lines.len());
                    roll.lines.push(Line { counted, flags: BTreeSet::new() });
                }
            }
        }
        for (n, flag) in reader.flagged_since(since)? {
            if let Some(at) = roll.place.get(&n) {
                roll.lines[*at].flags.insert(Arc::from(flag.as_str()));
            }
        }
        (roll.size, roll.day) = (progress.size, progress.day);
        Ok(roll)
    }
}

/// Where the newest roll is kept.
#[derive(Default)]
pub(super) struct RollCase(RwLock<Arc<Roll>>);

impl RollCase {
    /// The roll of what `reader` reads.
    pub(super) fn of(&self, reader: &Reader) -> Result<Arc<Roll>, Fault> {
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let progress = reader.progress()?;
        if known.size == progress.size {
            return Ok(known);
        }
        let newer = Arc::new(known.brought_up(reader, &progress)?);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have brought it further meanwhile.
        if kept.size < newer.size || progress.size < known.size {
            *kept = Arc::clone(&newer);
        }
        Ok(newer)
    }
}
