//! Who brought a signature that does not hold: from then on its statements wait apart, a few of them join each group,
//! and their signatures are checked one by one. So one bad signature costs others no second check, and many cost them
//! only a share of the time.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use crate::grants::time::Timestamp;

/// For how long somebody is checked one by one after a bad signature.
const SUSPECT_MS: i64 = 600_000;
/// How many are remembered; beyond that the one who is soonest free is forgotten.
const MOST_SUSPECTS: usize = 100_000;
/// How many of their statements wait.
pub(super) const MOST_WAITING: usize = 256;
/// One of their statements joins a group for so many others.
const OTHERS_EACH: usize = 32;
/// How many join a group in which there are no others: few, for others may come while these are checked one by one.
const ALONE: usize = 4;

/// Those who are checked one by one, and their statements that wait.
pub(super) struct Suspects<T> {
    /// Until which millisecond of the ledger's clock.
    until_ms: BTreeMap<IpAddr, i64>,
    waiting: VecDeque<T>,
}

impl<T> Suspects<T> {
    /// Nobody.
    pub(super) fn none() -> Self {
        Self { until_ms: BTreeMap::new(), waiting: VecDeque::new() }
    }

    /// Somebody brought a bad signature.
    pub(super) fn suspect(&mut self, source: IpAddr, now: Timestamp) {
        if self.until_ms.len() >= MOST_SUSPECTS {
            let soonest = self.until_ms.iter().min_by_key(|(_, until)| **until).map(|(source, _)| *source);
            soonest.map(|source| self.until_ms.remove(&source));
        }
        self.until_ms.insert(source, now.ms() + SUSPECT_MS);
    }

    /// Whether somebody is suspected now.
    pub(super) fn is_suspect(&mut self, source: IpAddr, now: Timestamp) -> bool {
        match self.until_ms.get(&source) {
            Some(until) if now.ms() < *until => true,
            Some(_) => {
                self.until_ms.remove(&source);
                false
            }
            None => false,
        }
    }

    /// Lets a suspect's statement wait.
    ///
    /// # Errors
    /// The statement, when too many wait.
    pub(super) fn wait(&mut self, statement: T) -> Result<(), T> {
        if self.waiting.len() >= MOST_WAITING {
            return Err(statement);
        }
        self.waiting.push_back(statement);
        Ok(())
    }

    /// Whether any statement waits.
    pub(super) fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// The statements that join a group with so many others.
    pub(super) fn join(&mut self, others: usize) -> impl Iterator<Item = T> + '_ {
        let share = if others == 0 { ALONE } else { others.div_ceil(OTHERS_EACH) };
        self.waiting.drain(..share.min(self.waiting.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::{ALONE, MOST_WAITING, OTHERS_EACH, SUSPECT_MS, Suspects};
    use crate::grants::time::Timestamp;
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn suspicion_ends() {
        let start = Timestamp::parse("2026-01-05T02:00:00.000Z").expect("a time");
        let after = |ms| Timestamp::from_ms(start.ms() + ms).expect("a time");
        let [one, other] = [1, 2].map(|n| IpAddr::V4(Ipv4Addr::new(192, 0, 2, n)));
        let mut suspects = Suspects::<u8>::none();
        assert!(!suspects.is_suspect(one, start));
        suspects.suspect(one, start);
        for (at, suspected) in [(0, true), (SUSPECT_MS - 1, true), (SUSPECT_MS, false), (0, false)] {
            assert_eq!(suspects.is_suspect(one, after(at)), suspected, "after {at} ms");
            assert!(!suspects.is_suspect(other, after(at)));
        }
    }

    #[test]
    fn a_share_of_those_who_wait_joins_in_order() {
        let mut suspects = Suspects::none();
        for n in 0..MOST_WAITING {
            assert_eq!(suspects.wait(n), Ok(()));
        }
        assert_eq!(suspects.wait(MOST_WAITING), Err(MOST_WAITING));
        let mut next = 0;
        for (others, joins) in [(1, 1), (OTHERS_EACH, 1), (OTHERS_EACH + 1, 2), (0, ALONE), (OTHERS_EACH * 1000, 248)] {
            let joined: Vec<_> = suspects.join(others).collect();
            assert_eq!(joined, (next..next + joins).collect::<Vec<_>>(), "beside {others} others");
            next += joins;
        }
        assert!(!suspects.is_waiting());
    }
}
