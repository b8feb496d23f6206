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
    came: Mutex<HashMap<Option<IpAddr>, Vec<Came>>>,
}

/// When one came, and by which key, where it is keys that are counted.
struct Came {
    at: Timestamp,
    key: Option<String>,
}

/// Why one more may not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Too many of its source in an hour.
    One,
    /// Too many of all in a day.
    All,
}

impl Quota {
    /// At most so many from one source in an hour, and so many in a day from all.
    #[must_use]
    pub fn new(most_of_one: usize, most_of_all: usize) -> Self {
        Self { most_of_one, most_of_all, came: Mutex::default() }
    }

    /// Counts one more from this source now. A key that came within the day is counted no second time.
    ///
    /// # Errors
    /// [`Full`]: then it may not come.
    pub fn take(&self, source: Option<IpAddr>, key: Option<&str>, now: Timestamp) -> Result<(), Full> {
        let mut came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.values_mut().for_each(|times| times.retain(|one| now.ms() - one.at.ms() < ALL_MS));
        came.retain(|_, times| !times.is_empty());
        if key.is_some() && came.values().flatten().any(|one| one.key.as_deref() == key) {
            return Ok(());
        }
        let all: usize = came.values().map(Vec::len).sum();
        let own = came.entry(source).or_default();
        // Where no source can be told, all are one, and only their sum is bounded.
        let late = own.iter().filter(|one| now.ms() - one.at.ms() < ONE_MS).count();
        if source.is_some() && late >= self.most_of_one {
            return Err(Full::One);
        }
        if all >= self.most_of_all {
            return Err(Full::All);
        }
        own.push(Came { at: now, key: key.map(str::to_owned) });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use super::{ALL_MS, Full, ONE_MS, Quota};
    use crate::grants::time::Timestamp;

    fn take(quota: &Quota, source: u8, key: Option<&str>, ms: i64) -> Result<(), Full> {
        let source = (source > 0).then(|| IpAddr::V4(Ipv4Addr::new(192, 0, 2, source)));
        quota.take(source, key, Timestamp::from_ms(1_767_000_000_000 + ms).expect("a time of this century"))
    }

    #[test]
    fn one_source_and_all_together_have_their_bounds() {
        let quota = Quota::new(2, 5);
        let check = |source: u8, ms: i64, expected: Result<(), Full>, why: &str| {
            assert_eq!(take(&quota, source, None, ms), expected, "{why}");
        };
        check(1, 0, Ok(()), "the first");
        check(1, 1, Ok(()), "the second");
        check(1, 2, Err(Full::One), "two of one source in an hour");
        check(2, 2, Ok(()), "another source");
        check(1, ONE_MS, Ok(()), "its first hour is over");
        check(0, ONE_MS, Ok(()), "of none that is told");
        check(0, ONE_MS, Err(Full::All), "five of all in a day");
        check(3, ONE_MS, Err(Full::All), "five of all in a day, from anywhere");
        check(3, ALL_MS, Ok(()), "the day is over for the first");
    }

    #[test]
    fn a_key_is_counted_once_a_day() {
        let quota = Quota::new(1, 2);
        for at in [0, 1, ONE_MS] {
            assert_eq!(take(&quota, 1, Some("AQ"), at), Ok(()), "the same key");
        }
        assert_eq!(take(&quota, 0, Some("BQ"), ONE_MS), Ok(()), "another");
        assert_eq!(take(&quota, 0, Some("CQ"), ONE_MS), Err(Full::All));
        assert_eq!(take(&quota, 2, Some("AQ"), ONE_MS), Ok(()), "who came before still comes, from anywhere");
        assert_eq!(take(&quota, 0, Some("CQ"), ALL_MS), Ok(()), "the day is over for the first");
    }
}
