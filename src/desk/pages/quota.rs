//! How much strangers may do: so many from one source in an hour, and so many in a day from all. What is recorded stays for ever,
//! and what waits is looked at by people.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::grants::time::Timestamp;

const ONE_MS: i64 = 3_600_000;
const ALL_MS: i64 = 24 * 3_600_000;

/// What came lately, and from where.
pub struct Quota {
    most_of_one: usize,
    most_of_all: usize,
    came: Mutex<HashMap<Option<IpAddr>, Vec<Timestamp>>>,
}

impl Quota {
    /// At most so many from one source in an hour, and so many in a day from all.
    #[must_use]
    pub fn new(most_of_one: usize, most_of_all: usize) -> Self {
        Self { most_of_one, most_of_all, came: Mutex::default() }
    }

    /// Whether one more may come from this source now; then it is counted.
    pub fn take(&self, source: Option<IpAddr>, now: Timestamp) -> bool {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.values_mut().for_each(|times| times.retain(|at| now.ms() - at.ms() < ALL_MS));
        came.retain(|_, times| !times.is_empty());
        let all: usize = came.values().map(Vec::len).sum();
        let own = came.entry(source).or_default();
        // Where no source can be told, all are one, and only their sum is bounded.
        let late = own.iter().filter(|at| now.ms() - at.ms() < ONE_MS).count();
        if all >= self.most_of_all || (source.is_some() && late >= self.most_of_one) {
            return false;
        }
        own.push(now);
        true
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{ALL_MS, ONE_MS, Quota};
    use crate::grants::time::Timestamp;

    #[test]
    fn one_source_and_all_together_have_their_bounds() {
        let quota = Quota::new(2, 5);
        let take = |source: u8, ms: i64| {
            let source = (source > 0).then(|| IpAddr::V4(Ipv4Addr::new(192, 0, 2, source)));
            quota.take(source, Timestamp::from_ms(1_767_000_000_000 + ms).expect("a time of this century"))
        };
        assert!(take(1, 0) && take(1, 1) && !take(1, 2), "two of one source in an hour");
        assert!(take(2, 2), "another source");
        assert!(take(1, ONE_MS), "its first hour is over");
        assert!(take(0, ONE_MS), "of none that is told");
        assert!(!take(0, ONE_MS) && !take(3, ONE_MS), "five of all in a day");
        assert!(take(3, ALL_MS), "the day is over for the first");
    }
}
