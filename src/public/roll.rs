//! What is counted of all grants, in memory: sums by year, field and agency, counts beside filters, and the order of a
//! list, without a pass over the tables for each page. It follows the ledger: what is new since the last request is read
//! then. About 200 bytes a grant.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};

use super::api::flags::REPORT_MISSING;
use super::founding::Founding;
use super::pages::narrow::SIZES;
use crate::grants::time::Date;
use crate::ledger::reader::{GrantQuery, Reader, SIZE, Sort};
use crate::ledger::roll::{Counted, Progress};
use crate::ledger::search::Matching;
use crate::ledger::store::StoreError;

/// All grants, as far as the tables were when they were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Roll {
    /// How many entries are in.
    pub(super) size: u64,
    /// The local day of the last of them.
    pub(super) day: Option<Date>,
    names: Names,
    /// By their numbers in the tables.
    lines: Vec<Line>,
}

/// One grant.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// What is counted.
    pub(super) counted: Arc<Counted>,
    /// The flags that found something on it.
    pub(super) flags: BTreeSet<Arc<str>>,
    /// What it is found under beside each filter, as [`Names`] number it.
    marks: Arc<[Mark]>,
}

/// A choice of a filter, by the place of its value among [`Names`].
type Mark = (Facet, usize);

/// Every choice of every filter, each with a number: so that grants are counted without comparing texts.
#[derive(Clone, Debug, Default)]
struct Names {
    numbers: HashMap<(Facet, String), usize>,
    values: Vec<(Facet, String)>,
}

impl Names {
    fn number(&mut self, facet: Facet, value: &str) -> usize {
        let key = (facet, value.to_owned());
        if let Some(known) = self.numbers.get(&key) {
            return *known;
        }
        self.values.push(key.clone());
        self.numbers.insert(key, self.values.len() - 1);
        self.values.len() - 1
    }

    fn marks(&mut self, line: &Line) -> Arc<[Mark]> {
        let counted = &line.counted;
        let year = counted.fiscal_year.to_string();
        let size = size_of(counted);
        let band = SIZES.iter().position(|(least, below)| size.is_some_and(|size| size >= *least && size < *below));
        let band = band.map(|at| at.to_string()).unwrap_or_default();
        let values: [(Facet, &str); 7] = [
            (Facet::Year, &year),
            (Facet::Status, &counted.status),
            (Facet::Field, &counted.field),
            (Facet::Agency, &counted.agency),
            (Facet::Stage, &counted.stage),
            (Facet::Size, &band),
            (Facet::Origin, if counted.migrated { BEFORE } else { ON_LEDGER }),
        ];
        let flags = line.flags.iter().map(|flag| (Facet::Flag, &**flag));
        let named = values.into_iter().chain(flags).filter(|(_, value)| !value.is_empty());
        named.map(|(facet, value)| (facet, self.number(facet, value))).collect()
    }
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// The values of [`Facet::Origin`].
const ON_LEDGER: &str = "ledger";
const BEFORE: &str = "before";

/// The grants of a list, and what is counted of them.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// The grants of the page that is asked for, by their numbers in the tables: those that the words name exactly, then the
    /// others, each in the order asked for.
    pub(super) numbers: Vec<u64>,
    /// How many of the whole list the words name exactly.
    pub(super) exact: u64,
    /// The sums over all of the list.
    pub(super) tally: Tally,
    /// How many grants each choice of a filter would leave.
    counts: BTreeMap<(Facet, String), u64>,
}

/// What was paid, or else decreed, or else asked.
fn size_of(counted: &Counted) -> Option<i64> {
    SIZE.iter().find_map(|at| counted.amounts[*at])
}

/// What a query asks for, in the numbers of [`Names`].
struct Wanted<'q> {
    query: &'q GrantQuery,
    /// One choice of each filter that is set; where no grant has the value, a number that nothing has.
    choices: Vec<Mark>,
    /// The number of [`REPORT_MISSING`], which is asked by the day and therefore no mark: the one after all others.
    missing: usize,
    day: Option<Date>,
}

impl Wanted<'_> {
    /// Whether the report of this grant is missing.
    fn is_missing(&self, counted: &Counted) -> bool {
        counted.report_due.zip(self.day).is_some_and(|(due, day)| due < day)
    }

    /// Counts a grant, and says whether it is on the list.
    fn count(&self, line: &Line, counts: &mut [u64]) -> bool {
        let counted = &line.counted;
        let fixed = self.query.organisation.is_none_or(|n| counted.organisation == Some(n))
            && self.query.amount.is_none_or(|at| counted.amounts.get(at).is_some_and(Option::is_some));
        if !fixed {
            return false;
        }
        let missing = self.is_missing(counted);
        let has = |mark: &Mark| line.marks.contains(mark) || (missing && *mark == (Facet::Flag, self.missing));
        let mut failing = self.choices.iter().filter(|mark| !has(mark)).map(|(facet, _)| *facet);
        let (first, second) = (failing.next(), failing.next());
        if second.is_some() {
            return false;
        }
        // A choice of a filter is counted among what all other filters leave.
        let counting = |facet: Facet| first.is_none_or(|only| only == facet);
        for (_, number) in line.marks.iter().filter(|(facet, _)| counting(*facet)) {
            counts[*number] += 1;
        }
        if missing && counting(Facet::Flag) {
            counts[self.missing] += 1;
        }
        first.is_none()
    }
}

impl Chosen {
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

    /// The codes of the profile's agencies, and those that grants name beside them.
    pub(super) fn agencies(&self, founding: &Founding) -> BTreeSet<String> {
        let named = self.lines.iter().map(|line| line.counted.agency.clone());
        named.chain(founding.agencies()).filter(|code| !code.is_empty()).collect()
    }

    /// The grants that a list asks for, and what each of its filters would leave: of these, or of all that have its words.
    pub(super) fn chosen(&self, query: &GrantQuery, words: Option<&Matching>) -> Chosen {
        let wanted = self.wanted(query);
        let mut counts = vec![0; self.names.values.len() + 1];
        let (mut tally, mut found, mut exact) = (Tally::default(), Vec::new(), 0);
        let mut take = |line: &Line| {
            if wanted.count(line, &mut counts) {
                tally.add(line);
                let first = match query.sort {
                    Sort::Changed => 0,
                    Sort::Size => size_of(&line.counted).unwrap_or(-1),
                    Sort::Year => i64::from(line.counted.fiscal_year),
                };
                let n = line.counted.n;
                let named = words.is_some_and(|words| words.exact.contains(&n));
                exact += u64::from(named);
                found.push((Reverse(named), Reverse(first), Reverse(line.counted.last_index), n));
            }
        };
        match words {
            None => self.lines.iter().for_each(&mut take),
            Some(words) => {
                // Both are in order.
                let mut named = words.all.iter().peekable();
                for line in &self.lines {
                    while named.next_if(|n| **n < line.counted.n).is_some() {}
                    if named.next_if(|n| **n == line.counted.n).is_some() {
                        take(line);
                    }
                }
            }
        }
        let skip = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let end = skip.saturating_add(usize::try_from(query.limit).unwrap_or(usize::MAX));
        if end < found.len() {
            found.select_nth_unstable(end);
            found.truncate(end);
        }
        found.sort_unstable();
        let missing = ((Facet::Flag, REPORT_MISSING.to_owned()), counts[wanted.missing]);
        let named = self.names.values.iter().cloned().zip(counts).chain([missing]);
        Chosen {
            numbers: found.into_iter().skip(skip).map(|(.., n)| n).collect(),
            exact,
            tally,
            counts: named.filter(|(_, count)| *count > 0).collect(),
        }
    }

    fn wanted<'q>(&self, query: &'q GrantQuery) -> Wanted<'q> {
        let number = |facet: Facet, value: &str| self.names.numbers.get(&(facet, value.to_owned())).copied();
        let size = query.size.and_then(|size| SIZES.iter().position(|known| *known == size)).map(|at| at.to_string());
        let asked = [
            (Facet::Year, query.fiscal_year.map(|year| year.to_string())),
            (Facet::Status, query.status.clone()),
            (Facet::Field, query.field.clone()),
            (Facet::Agency, query.agency.clone()),
            (Facet::Stage, query.stage.clone()),
            (Facet::Size, size),
            (Facet::Flag, query.flag.clone()),
            (Facet::Origin, query.migrated.map(|migrated| if migrated { BEFORE } else { ON_LEDGER }.to_owned())),
        ];
        let missing = self.names.values.len();
        let choice = |(facet, value): (Facet, Option<String>)| {
            let value = value?;
            let is_missing = facet == Facet::Flag && value == REPORT_MISSING;
            Some((facet, if is_missing { missing } else { number(facet, &value).unwrap_or(usize::MAX) }))
        };
        Wanted { query, choices: asked.into_iter().filter_map(choice).collect(), missing, day: self.day }
    }

    /// The same with these grants only.
    pub(super) fn only(&self, chosen: impl Fn(&Line) -> bool) -> Self {
        let lines: Vec<Line> = self.lines.iter().filter(|line| chosen(line)).cloned().collect();
        Self { size: self.size, day: self.day, names: self.names.clone(), lines }
    }

    /// The sums over those that `chosen` takes.
    pub(super) fn tally(&self, chosen: impl Fn(&Line) -> bool) -> Tally {
        let mut tally = Tally::default();
        self.lines.iter().filter(|line| chosen(line)).for_each(|line| tally.add(line));
        tally
    }

    /// The latest entry about those that `chosen` takes.
    pub(super) fn latest(&self, chosen: impl Fn(&Line) -> bool) -> Option<u64> {
        self.lines.iter().filter(|line| chosen(line)).map(|line| line.counted.last_index).max()
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

    /// Where the grant of this number stands, or would.
    fn at(&self, n: u64) -> Result<usize, usize> {
        self.lines.binary_search_by_key(&n, |line| line.counted.n)
    }

    /// The roll after what the ledger says now.
    fn brought_up(&self, reader: &Reader, progress: &Progress) -> Result<Self, StoreError> {
        let mut roll = self.clone();
        let since = roll.size;
        let mut fresh = BTreeSet::new();
        for counted in reader.counted_since(since)? {
            let (n, counted) = (counted.n, Arc::new(counted));
            let at = match roll.at(n) {
                Ok(at) => {
                    roll.lines[at].counted = counted;
                    at
                }
                Err(at) => {
                    // A new grant has the greatest number, so this is the end.
                    roll.lines.insert(at, Line { counted, flags: BTreeSet::new(), marks: Arc::default() });
                    at
                }
            };
            fresh.insert(at);
        }
        for (n, flag) in reader.flagged_since(since)? {
            if let Ok(at) = roll.at(n) {
                roll.lines[at].flags.insert(Arc::from(flag.as_str()));
                fresh.insert(at);
            }
        }
        for at in fresh {
            roll.lines[at].marks = roll.names.marks(&roll.lines[at]);
        }
        (roll.size, roll.day) = (progress.size, progress.day);
        Ok(roll)
    }
}

/// Where the newest roll is kept.
#[derive(Default)]
pub(super) struct RollCase(RwLock<Arc<Roll>>);

impl RollCase {
    /// The roll of what `reader` reads, or a newer one: a request that began earlier, or finds tables that are being made
    /// anew, may see less than is in already, and entries never change.
    pub(super) fn of(&self, reader: &Reader) -> Result<Arc<Roll>, StoreError> {
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        let progress = reader.progress()?;
        if known.size >= progress.size {
            return Ok(known);
        }
        let newer = Arc::new(known.brought_up(reader, &progress)?);
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // Another request may have brought it further meanwhile.
        if kept.size < newer.size {
            *kept = Arc::clone(&newer);
        }
        Ok(newer)
    }
}
