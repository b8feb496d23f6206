//! What the writer's thread tells an operator of its work: how many wait, how long a group takes, what was refused.
//!
//! Numbers only: nothing of a statement is in them but the rule that refused it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use super::sequencer::Answer;
use super::writer::Outcome;

/// The time that passed since the program began; the command line alone reads clocks.
pub type Passed = Box<dyn Fn() -> Duration + Send + Sync>;

/// The numbers of one writer.
pub struct Metrics {
    passed: OnceLock<Passed>,
    waiting: Gauge,
    group: Histogram,
    group_time: Histogram,
    recorded: Counter,
    known: Counter,
    refused: Family<[(&'static str, &'static str); 1], Counter>,
    failed: Counter,
    behind: Gauge,
    checkpoint_size: Gauge,
    checkpoint_age: Gauge,
    /// When the newest checkpoint was signed, in milliseconds of `passed`.
    signed_ms: AtomicI64,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            passed: OnceLock::new(),
            waiting: Gauge::default(),
            group: Histogram::new(exponential_buckets(1.0, 2.0, 13)),
            group_time: Histogram::new(exponential_buckets(0.000_5, 2.0, 15)),
            recorded: Counter::default(),
            known: Counter::default(),
            refused: Family::default(),
            failed: Counter::default(),
            behind: Gauge::default(),
            checkpoint_size: Gauge::default(),
            checkpoint_age: Gauge::default(),
            signed_ms: AtomicI64::new(0),
        }
    }
}

impl Metrics {
    /// Says where the time comes from; until then no time passes. `size` and `age` are those of the newest checkpoint.
    pub fn keep_time(&self, passed: Passed, size: u64, age: Duration) {
        let now = passed();
        // Only the first clock counts.
        if self.passed.set(passed).is_ok() {
            self.signed_ms.store(ms(now) - ms(age), Ordering::Relaxed);
            self.checkpoint_size.set(i64::try_from(size).unwrap_or(i64::MAX));
        }
    }

    /// The time that passed.
    pub fn now(&self) -> Duration {
        self.passed.get().map_or(Duration::ZERO, |passed| passed())
    }

    /// A statement waits, or does not after all.
    pub(super) fn waits(&self, more: i64) {
        self.waiting.inc_by(more);
    }

    /// So many entries more are not in the derived tables, or fewer.
    pub(super) fn lag(&self, more: i64) {
        self.behind.inc_by(more);
    }

    /// How many entries under a checkpoint the derived tables lack.
    #[must_use]
    pub fn behind(&self) -> u64 {
        self.behind.get().try_into().unwrap_or_default()
    }

    /// A group was taken from the queue at `begun`, and this became of it; none when it could not be made durable.
    pub(super) fn took<'a, E: 'a>(
        &self,
        begun: Duration,
        group: usize,
        answers: Option<impl Iterator<Item = &'a Result<Answer, E>>>,
    ) {
        let size = i64::try_from(group).unwrap_or(i64::MAX);
        self.waiting.dec_by(size);
        self.group.observe(size as f64);
        let now = self.now();
        self.group_time.observe(now.saturating_sub(begun).as_secs_f64());
        let Some(answers) = answers else {
            self.failed.inc();
            return;
        };
        for answer in answers.filter_map(|answer| answer.as_ref().ok()) {
            match &answer.outcome {
                Outcome::Recorded { new: true, .. } => {
                    self.recorded.inc();
                    self.checkpoint_size.set(i64::try_from(answer.checkpoint.size).unwrap_or(i64::MAX));
                    self.signed_ms.store(ms(now), Ordering::Relaxed);
                }
                Outcome::Recorded { new: false, .. } => drop(self.known.inc()),
                Outcome::Refused { refused, .. } => {
                    self.refused.get_or_create(&[("rule", refused.code())]).inc();
                }
                Outcome::KeyMissing { .. } => drop(self.failed.inc()),
            }
        }
    }

    /// Puts all of them into a register, under the names that operators read.
    pub fn register(&self, into: &mut Registry) {
        let seconds = || Unit::Seconds;
        into.register("hibah_waiting_statements", "Statements that wait for the writer", self.waiting.clone());
        into.register("hibah_group_statements", "Statements that were judged together", self.group.clone());
        into.register_with_unit(
            "hibah_group",
            "From taking a group to its signed checkpoint",
            seconds(),
            self.group_time.clone(),
        );
        into.register("hibah_entries_recorded", "Statements that became entries", self.recorded.clone());
        into.register("hibah_statements_known", "Statements that were recorded before", self.known.clone());
        into.register("hibah_statements_refused", "Statements that were refused, by rule", self.refused.clone());
        into.register("hibah_groups_failed", "Groups that could not be made durable", self.failed.clone());
        into.register(
            "hibah_tables_behind",
            "Entries under a checkpoint that search and pages do not show yet",
            self.behind.clone(),
        );
        into.register("hibah_checkpoint_entries", "Entries under the newest checkpoint", self.checkpoint_size.clone());
        into.register_with_unit(
            "hibah_checkpoint_age",
            "Since the newest checkpoint was signed",
            seconds(),
            self.checkpoint_age.clone(),
        );
    }

    /// Brings what depends on the time up to date, before the numbers are read.
    pub fn look(&self) {
        let age = ms(self.now()) - self.signed_ms.load(Ordering::Relaxed);
        self.checkpoint_age.set(age.max(0) / 1_000);
    }
}

fn ms(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
