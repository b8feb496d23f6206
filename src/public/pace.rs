//! How fast things go: how long after an event it was recorded, how long cases stay before a step, on which day each grant got
//! each amount; what was refused before it was an entry. Kept in memory and brought up to the ledger when it is asked for; the
//! first time reads all entries.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::founding::Founding;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::reader::Reader;
use crate::ledger::roll::Told;
use crate::ledger::store::StoreError;

/// From how many days on an entry counts as late, as the flag `late_entry` has it.
pub(super) const LATE_DAYS: i64 = 7;

/// Of fewer stays nothing is said to be usual.
const ENOUGH: u64 = 10;

/// How many entries came after so many days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Delays(BTreeMap<i64, u64>);

impl Delays {
    pub(super) fn add(&mut self, days: i64) {
        *self.0.entry(days).or_default() += 1;
    }

    /// How many there are.
    pub(super) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The middle one; of an even number, the smaller of the two.
    pub(super) fn median(&self) -> Option<i64> {
        let half = self.count().div_ceil(2);
        let mut seen = 0;
        self.0.iter().find_map(|(days, count)| {
            seen += count;
            (seen >= half).then_some(*days)
        })
    }

    /// How many took longer than so many days.
    pub(super) fn beyond(&self, days: i64) -> u64 {
        self.0.range(days + 1..).map(|(_, count)| count).sum()
    }

    /// How many took longer than [`LATE_DAYS`].
    pub(super) fn late(&self) -> u64 {
        self.beyond(LATE_DAYS)
    }

    fn merge(mut self, other: &Self) -> Self {
        other.0.iter().for_each(|(days, count)| *self.0.entry(*days).or_default() += count);
        self
    }
}

/// Where a case stayed: the agency, the way of the law, and the kind of the step that ended the stay.
type Stay = (String, String, String);

/// The pace of a ledger.
#[derive(Debug, Default)]
pub(super) struct Pace {
    size: u64,
    /// By the code of the agency, over entries about its cases.
    pub(super) recording: BTreeMap<String, Delays>,
    /// By the code of the office and the rule: how many statements the rules refused, as the desk counted them.
    attempts: BTreeMap<String, BTreeMap<String, u64>>,
    /// In working days, of steps for which the profile sets a limit.
    stays: BTreeMap<Stay, Delays>,
    /// By grant, as the roll numbers them: when its last step was.
    moved: HashMap<u64, Date>,
    /// By grant: when it first got each amount.
    reached: HashMap<u64, [Option<Date>; 11]>,
}

impl Pace {
    /// When a grant first got each amount.
    pub(super) fn reached(&self, n: u64) -> Option<&[Option<Date>; 11]> {
        self.reached.get(&n)
    }

    /// After how many working days cases of this way usually get a step of this kind: the middle, where enough of them did.
    pub(super) fn usual(&self, way: &str, kind: &str) -> Option<i64> {
        let of_it = self.stays.iter().filter(|((_, of_way, of_kind), _)| of_way == way && of_kind == kind);
        let all = of_it.fold(Delays::default(), |all, (_, delays)| all.merge(delays));
        (all.count() >= ENOUGH).then(|| all.median()).flatten()
    }

    /// How long cases of an agency stayed before each kind of step, in working days.
    pub(super) fn stays(&self, agency: &str) -> BTreeMap<String, Delays> {
        let of_it = self.stays.iter().filter(|((of_agency, ..), _)| of_agency == agency);
        of_it.fold(BTreeMap::new(), |mut all, ((.., kind), delays)| {
            let known: &mut Delays = all.entry(kind.clone()).or_default();
            *known = std::mem::take(known).merge(delays);
            all
        })
    }

    /// How many statements of an office each rule refused.
    pub(super) fn attempts(&self, office: &str) -> impl Iterator<Item = (&str, u64)> {
        self.attempts.get(office).into_iter().flatten().map(|(rule, count)| (rule.as_str(), *count))
    }

    fn bring_up(&mut self, reader: &Reader, founding: &Founding) -> Result<(), StoreError> {
        // What is in the tables and not signed yet cannot be read.
        let size = reader.progress()?.size.min(reader.signed()?.size);
        // A request that began earlier may see less than is in already.
        if size <= self.size {
            return Ok(());
        }
        let read = self.read_on(reader, founding, size);
        if read.is_err() {
            // Half of an entry must not be counted twice.
            *self = Self::default();
        }
        read
    }

    fn read_on(&mut self, reader: &Reader, founding: &Founding, size: u64) -> Result<(), StoreError> {
        // What is recorded meanwhile is read the next time.
        reader.each_told(self.size..size, |told| {
            self.take(&told, founding);
            Ok::<_, StoreError>(())
        })?;
        for record in reader.of_kind(Kind::RefusalsCounted.name(), self.size..size)? {
            let Some(statement) = reader.statement(record.index, &founding.origin)? else { continue };
            let counts = statement.body().get("counts").and_then(Value::as_array);
            for one in counts.into_iter().flatten() {
                let text = |name: &str| one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
                let by_rule = self.attempts.entry(text("office")).or_default();
                *by_rule.entry(text("rule")).or_default() += one.get("count").and_then(Value::as_u64).unwrap_or(0);
            }
        }
        self.size = size;
        Ok(())
    }

    fn take(&mut self, told: &Told, founding: &Founding) {
        if told.own {
            let days = told.event.days_until(told.recorded.local_date(founding.offset_min));
            self.recording.entry(told.agency.clone()).or_default().add(days);
        }
        if told.own || told.paper {
            let before = self.moved.insert(told.n, told.event);
            let worked = before.and_then(|before| founding.working_days(&told.kind, before, told.event));
            if let Some(days) = worked.and_then(|(days, _)| i64::try_from(days).ok()) {
                let stay = (told.agency.clone(), told.way.clone(), told.kind.clone());
                self.stays.entry(stay).or_default().add(days);
            }
        }
        if let Some(figure) = told.gives() {
            let at = Figure::ALL.iter().position(|known| *known == figure);
            let reached = self.reached.entry(told.n).or_default();
            if let Some(day) = at.and_then(|at| reached.get_mut(at)) {
                day.get_or_insert(told.event);
            }
        }
    }
}

/// Where the pace is kept.
#[derive(Default)]
pub(super) struct PaceCase(Mutex<Pace>);

impl PaceCase {
    /// What `work` makes of the pace of what `reader` reads.
    pub(super) fn with<T>(
        &self,
        reader: &Reader,
        founding: &Founding,
        work: impl FnOnce(&Pace) -> T,
    ) -> Result<T, StoreError> {
        let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pace.bring_up(reader, founding)?;
        Ok(work(&pace))
    }

    /// As [`PaceCase::with`], of the pace at this size, where `reader` stands; one that has gone on is made anew.
    pub(super) fn at<T>(
        &self,
        reader: &Reader,
        founding: &Founding,
        size: u64,
        work: impl FnOnce(&Pace) -> T,
    ) -> Result<T, StoreError> {
        let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pace.bring_up(reader, founding)?;
        if pace.size == size {
            return Ok(work(&pace));
        }
        drop(pace);
        let mut then = Pace::default();
        then.bring_up(reader, founding)?;
        Ok(work(&then))
    }
}

#[cfg(test)]
mod tests {
    use super::Delays;

    #[test]
    fn the_middle_delay_and_the_late_ones() {
        let cases: [(&[i64], Option<i64>, u64); 5] = [
            (&[], None, 0),
            (&[3], Some(3), 0),
            (&[9, 1], Some(1), 1),
            (&[7, 8, 100], Some(8), 2),
            (&[-2, 0, 0, 0, 30], Some(0), 1),
        ];
        for (days, median, late) in cases {
            let mut delays = Delays::default();
            days.iter().for_each(|days| delays.add(*days));
            assert_eq!((delays.median(), delays.late()), (median, late), "{days:?}");
        }
    }
}
