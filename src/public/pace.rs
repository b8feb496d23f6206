//! How fast things go: how long after an event it was recorded, by agency, and on which day each grant got each amount. Kept
//! in memory and brought up to the ledger when it is asked for; the first time reads all entries.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};

use super::answer::Fault;
use crate::grants::time::Date;
use crate::ledger::reader::Reader;

/// From how many days on an entry counts as late, as the flag `late_entry` has it.
pub(super) const LATE_DAYS: i64 = 7;

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

    /// How many took longer than [`LATE_DAYS`].
    pub(super) fn late(&self) -> u64 {
        self.0.range(LATE_DAYS + 1..).map(|(_, count)| count).sum()
    }
}

/// The pace of a ledger.
#[derive(Debug, Default)]
pub(super) struct Pace {
    size: u64,
    /// By the code of the agency, over entries about its cases.
    pub(super) recording: BTreeMap<String, Delays>,
    /// By grant, as the roll numbers them: when it first got each amount.
    reached: HashMap<u64, [Option<Date>; 11]>,
}

impl Pace {
    /// The days between two amounts of a grant, where it has both in this order.
    pub(super) fn days_between(&self, n: u64, from: usize, to: usize) -> Option<i64> {
        let reached = self.reached.get(&n)?;
        let days = (*reached.get(from)?)?.days_until((*reached.get(to)?)?);
        (days >= 0).then_some(days)
    }

    fn bring_up(&mut self, reader: &Reader, offset_min: i32) -> Result<(), Fault> {
        let size = reader.progress()?.size;
        if size < self.size {
            *self = Self::default();
        }
        if size == self.size {
            return Ok(());
        }
        // What is recorded meanwhile is read the next time.
        for said in reader.said_since(self.size)?.into_iter().filter(|said| said.index < size) {
            let days = said.event.days_until(said.recorded.local_date(offset_min));
            self.recording.entry(said.agency).or_default().add(days);
        }
        for given in reader.given_since(self.size)? {
            let at = crate::grants::figures::Figure::ALL.iter().position(|figure| *figure == given.figure);
            let reached = self.reached.entry(given.n).or_default();
            if let Some(day) = at.and_then(|at| reached.get_mut(at)) {
                day.get_or_insert(given.event);
            }
        }
        self.size = size;
        Ok(())
    }
}

/// Where the pace is kept.
#[derive(Default)]
pub(super) struct PaceCase(Mutex<Pace>);

impl PaceCase {
    /// What `work` makes of the pace of what `reader` reads.
    pub(super) fn with<T>(&self, reader: &Reader, offset_min: i32, work: impl FnOnce(&Pace) -> T) -> Result<T, Fault> {
        let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pace.bring_up(reader, offset_min)?;
        Ok(work(&pace))
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
