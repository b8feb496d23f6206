//! The command line's clock: a jump ahead of more than an hour is told, whatever else the clock does is not.

use std::time::Duration;

use hibah::cli::clock::{Reading, SystemClock};
use hibah::grants::time::Timestamp;
use hibah::ledger::writer::Clock as _;

const START_MS: i64 = 1_770_000_000_000;
const MINUTE_MS: i64 = 60_000;
const JUMPED: &str = "the system's clock jumped ahead by more than an hour: nothing is recorded; check the clock and start the program again";

/// After `passed` minutes the clock on the wall is `ahead_ms` ahead of where it should be.
fn check(passed: u32, ahead_ms: i64, expected: Result<i64, &str>) {
    let minutes = Duration::from_secs(60) * passed;
    let wall_ms = START_MS + i64::from(passed) * MINUTE_MS + ahead_ms;
    // The machine ran for a while before the program looked first.
    let since = Duration::from_secs(7200);
    let mut readings =
        [Reading { wall_ms: START_MS, passed: since }, Reading { wall_ms, passed: since + minutes }].into_iter();
    let mut clock = SystemClock::reading(move || readings.next().expect("one reading to start, one for each question"));
    let expected = expected.map(|ms| Timestamp::from_ms(ms).expect("a time of these years")).map_err(str::to_owned);
    assert_eq!(clock.now(), expected, "{passed} minutes passed, {ahead_ms} ms ahead");
}

#[test]
fn only_a_jump_ahead_of_more_than_an_hour_is_told() {
    for passed in [0, 1, 600, 500_000] {
        let now = START_MS + i64::from(passed) * MINUTE_MS;
        check(passed, 0, Ok(now));
        check(passed, 59 * MINUTE_MS, Ok(now + 59 * MINUTE_MS));
        check(passed, 60 * MINUTE_MS, Ok(now + 60 * MINUTE_MS));
        check(passed, 60 * MINUTE_MS + 1, Err(JUMPED));
        check(passed, 61 * MINUTE_MS, Err(JUMPED));
        check(passed, -5_000, Ok(now - 5_000));
    }
}

#[test]
fn a_clock_beyond_the_calendar_is_told() {
    let mut clock = SystemClock::reading(|| Reading { wall_ms: i64::MAX, passed: Duration::ZERO });
    let told = clock.now().expect_err("no ledger has such a time");
    assert_eq!(told, "the system's clock is beyond the year 9999: nothing is done; set it right");
}

#[test]
fn the_systems_own_clock_goes() {
    let mut clock = SystemClock::new();
    let (first, second) = (clock.now().expect("a time"), clock.now().expect("a time"));
    assert!(first <= second && first.ms() > START_MS - 366 * 24 * 60 * MINUTE_MS, "{first} and {second}");
}
