//! The ledger's clocks: the system's, watched for jumps, and one that replays given times for demos.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::Failure;
use crate::grants::time::Timestamp;
use crate::ledger::writer::Clock;

/// How far the clock may run ahead of the time that passed, in milliseconds (formats.md section 2).
const JUMP_MS: i64 = 3_600_000;

/// What the system says of the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// The clock on the wall, in milliseconds since 1970; it can be set.
    pub wall_ms: i64,
    /// The time that passed since the program looked first; it cannot be set.
    pub passed: Duration,
}

/// The system's clock. While it is ahead of the time that passed by more than an hour, nothing is recorded: an operator
/// looks at the clock and starts the program again.
pub struct SystemClock {
    read: Box<dyn FnMut() -> Reading + Send>,
    started: Reading,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl SystemClock {
    /// A clock that takes the system's present time as right.
    #[must_use]
    pub fn new() -> Self {
        let started = Instant::now();
        Self::reading(move || Reading { wall_ms: system_ms(), passed: started.elapsed() })
    }

    /// A clock that is read from `read` and takes its first reading as right.
    pub fn reading(mut read: impl FnMut() -> Reading + Send + 'static) -> Self {
        let started = read();
        Self { read: Box::new(read), started }
    }
}

impl Clock for SystemClock {
    fn now(&mut self) -> Result<Timestamp, String> {
        let Reading { wall_ms, passed } = (self.read)();
        let passed = passed.saturating_sub(self.started.passed);
        let passed_ms = i64::try_from(passed.as_millis()).unwrap_or(i64::MAX);
        if wall_ms.saturating_sub(self.started.wall_ms).saturating_sub(passed_ms) > JUMP_MS {
            return Err("the system's clock jumped ahead by more than an hour: nothing is recorded; check the clock and start the program again".to_owned());
        }
        readable(wall_ms)
    }
}

/// The present time.
///
/// # Errors
/// When the system's clock is beyond the year 9999.
pub fn now() -> Result<Timestamp, Failure> {
    readable(system_ms()).map_err(Failure::CouldNot)
}

/// The time that a ledger would give the next entry after one recorded at `last`.
///
/// # Errors
/// As [`now`].
pub fn after(last: Option<Timestamp>) -> Result<Timestamp, Failure> {
    let now = now()?;
    Ok(last.map_or(now, |last| last.max(now)))
}

fn readable(ms: i64) -> Result<Timestamp, String> {
    Timestamp::from_ms(ms)
        .ok_or_else(|| "the system's clock is beyond the year 9999: nothing is done; set it right".to_owned())
}

fn system_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
