//! `refusals.db`: how many statements the rules refused, and the `refusals.counted` that tells it on the ledger.
//!
//! A refusal leaves no entry; so that it is seen all the same, each is counted by local day, rule and office, and the
//! desk's key signs one statement for each day that is over and had some.
//!
//! - Counted is a statement that bears a signature of a key in force, once a day. Whoever has no such key cannot make
//!   the count grow, also not with what others signed: a statement that is recorded is not counted, nor one twice.
//! - The office is that of the first such key; `org`, `root` and `desk` stand for organisations, roots and the desk.
//! - A count is on the disk before the refusal is answered. Nothing of a statement is kept but its hash, until the day
//!   is recorded.
//! - A day is counted on the ledger once, in order. A refusal on a day that is recorded already, which a change of the
//!   profile's UTC offset can bring, counts for the day after the last one recorded.
//! - What was not recorded, because the key is missing or not in force, waits and is tried again later.
//!
//! | a stop | leaves | the next start |
//! |---|---|---|
//! | before a count is durable | a refusal that nobody was told of | nothing to do: it is refused and counted when it comes again |
//! | between the entry and the end of its rows | rows of a day that is recorded | removes them |

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};

use super::admission::Admission;
use super::form::FormError;
use super::replay::Refused;
use super::statement::Content;
use super::store::{self, Access, StoreError};
use super::writer::{Outcome, Writer};
use crate::grants::about::{About, NoteSigner as By};
use crate::grants::kinds::Kind;
use crate::grants::rules::Rule;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;
use crate::tlog::note::NoteSigner;

/// File name of the counts in a ledger's folder.
pub const REFUSALS_FILE: &str = "refusals.db";
/// How often days that are over are looked for, in milliseconds of the ledger's clock.
const LOOK_MS: i64 = 60_000;
/// How long it takes until a day that could not be recorded is tried again.
const RETRY_MS: i64 = 600_000;
/// How many statements of a day are known again; beyond that a statement that comes twice counts twice.
const MOST_SEEN: u64 = 10_000;
/// The most counts in one statement.
const MOST_COUNTS: usize = 100;
/// How many refusals wait in memory while the disk takes none.
const MOST_WAITING: usize = 10_000;
/// How many days ahead the statement expires, as those of `hibah sign`.
const EXPIRES_DAYS: u64 = 14;

/// Why a day's count is not on the ledger.
#[derive(Debug, thiserror::Error)]
enum NotRecorded {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the refusals of {day} were not recorded and are tried again later: {refused}")]
    Refused { day: Date, refused: Refused },
}

/// A rule, an office, and how many.
type Count = (Rule, String, u64);

/// One refusal to be counted.
struct Counted {
    day: Date,
    rule: Rule,
    office: String,
    statement: Hash,
}

/// Counts refusals and records their count. One a ledger, on the writer's thread.
pub struct Refusals {
    path: PathBuf,
    connection: Connection,
    desk: Option<(NoteSigner, SignerId)>,
    waiting: Vec<Counted>,
    looked: Option<Timestamp>,
    pause_ms: i64,
    said: Option<String>,
}

impl Refusals {
    /// Opens the counts of the ledger in `dir`, whose one writer is open, or begins them. Without the desk's key they
    /// are kept and not recorded.
    ///
    /// # Errors
    /// [`StoreError::OtherKey`] when the key is none of this ledger's desk; what the system reports.
    pub fn open(dir: &Path, writer: &Writer, desk: Option<NoteSigner>) -> Result<Self, StoreError> {
        let named = format!("{}/desk", writer.origin());
        let desk = desk.map(|signer| {
            let id = SignerId::new(signer.name(), signer.verifier().key_id().0).filter(|id| id.name() == named);
            let given = signer.verifier().to_string();
            id.map(|id| (signer, id)).ok_or(StoreError::OtherKey { given, named })
        });
        let desk = desk.transpose()?;
        let path = dir.join(REFUSALS_FILE);
        let connection = match path.exists() {
            true => store::open(&path, Access::Write)?,
            false => store::open(&path, Access::Create)?,
        };
        let refusals =
            Self { path, connection, desk, waiting: Vec::new(), looked: None, pause_ms: LOOK_MS, said: None };
        let there = "SELECT count(*) FROM sqlite_master WHERE name IN ('refused', 'seen')";
        let tables: u64 =
            refusals.connection.query_row(there, [], |row| row.get(0)).map_err(|error| refusals.fault(&error))?;
        // A stop between making the file and its tables leaves an empty one.
        if tables == 0 {
            let schema = concat!("BEGIN;", include_str!("../../schema/refusals.sql"), "COMMIT;");
            refusals.connection.execute_batch(schema).map_err(|error| refusals.fault(&error))?;
        }
        Ok(refusals)
    }

    fn fault(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.path, error)
    }

    /// Counts what was refused of a group; the counts are durable, or wait in memory for a disk that takes them.
    pub(super) fn count<'s>(&mut self, admission: &Admission, judged: impl Iterator<Item = (&'s [u8], &'s Outcome)>) {
        for (bytes, outcome) in judged {
            let Outcome::Refused { refused, time, .. } = outcome else { continue };
            match counted(admission, bytes, refused, *time) {
                Ok(Some(counted)) if self.waiting.len() < MOST_WAITING => self.waiting.push(counted),
                Ok(_) => {}
                Err(error) => self.say(&error),
            }
        }
        if let Err(error) = self.write() {
            self.say(&error);
        }
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let waiting = &self.waiting;
        self.change(|transaction| waiting.iter().try_for_each(|counted| put(transaction, counted)))?;
        self.waiting.clear();
        Ok(())
    }

    /// Records the days that are over, if it is time to look for them; what cannot be recorded is told and waits.
    /// `append` records a statement and answers once it is durable.
    pub(super) fn record_due(
        &mut self,
        admission: &mut Admission,
        append: impl FnMut(&mut Admission, Vec<u8>) -> Result<Outcome, StoreError>,
    ) {
        let now = match admission.time() {
            Ok(now) => now,
            Err(error) => return self.say(&error),
        };
        // A clock that went back is looked at anew, too.
        let soon = |looked: Timestamp| (0..self.pause_ms).contains(&(now.ms() - looked.ms()));
        if self.looked.is_some_and(soon) {
            return;
        }
        self.looked = Some(now);
        self.pause_ms = match self.record(admission, append, now) {
            Ok(()) => {
                self.said = None;
                LOOK_MS
            }
            Err(error) => {
                self.say(&error);
                RETRY_MS
            }
        };
    }

    fn record(
        &mut self,
        admission: &mut Admission,
        mut append: impl FnMut(&mut Admission, Vec<u8>) -> Result<Outcome, StoreError>,
        now: Timestamp,
    ) -> Result<(), NotRecorded> {
        self.write()?;
        // What a stop between an entry and the end of its rows left.
        if let Some(last) = admission.state().refusals_counted() {
            self.forget(last)?;
        }
        let Some((desk, id)) = &self.desk else { return Ok(()) };
        let today = admission.state().local_date(now);
        for (day, counts) in self.days_before(today)? {
            let statement = match statement(admission, (desk, id), day, today, counts) {
                Ok(statement) => statement,
                Err(fault) => return Err(NotRecorded::Refused { day, refused: fault.into() }),
            };
            match append(admission, statement)? {
                Outcome::Refused { refused, .. } => return Err(NotRecorded::Refused { day, refused }),
                Outcome::KeyMissing { vkey } => return Err(StoreError::KeyMissing { vkey }.into()),
                Outcome::Recorded { index, .. } => tracing::info!("the refusals of {day} are entry {index}"),
            }
            self.forget(day)?;
        }
        Ok(())
    }

    /// The counts of every day before this one, in order.
    fn days_before(&self, today: Date) -> Result<BTreeMap<Date, Vec<Count>>, StoreError> {
        let sql = "SELECT day, rule, office, count FROM refused WHERE day < ?1";
        let rows = self.connection.prepare(sql).and_then(|mut found| {
            let row = |row: &rusqlite::Row<'_>| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?, row.get(3)?))
            };
            found.query_map([today.to_string()], row)?.collect::<Result<Vec<_>, _>>()
        });
        let mut days: BTreeMap<Date, Vec<_>> = BTreeMap::new();
        for (day, rule, office, count) in rows.map_err(|error| self.fault(&error))? {
            let known = Rule::ALL.iter().copied().find(|known| known.code() == rule);
            let (Some(day), Some(rule)) = (Date::parse(&day), known) else {
                return Err(StoreError::Damaged { file: self.path.clone(), what: format!("{rule} on {day}") });
            };
            days.entry(day).or_default().push((rule, office, count));
        }
        Ok(days)
    }

    /// Removes all until this day, which is on the ledger.
    fn forget(&self, last: Date) -> Result<(), StoreError> {
        let last = last.to_string();
        self.change(|transaction| {
            transaction.execute("DELETE FROM refused WHERE day <= ?1", [&last])?;
            transaction.execute("DELETE FROM seen WHERE day <= ?1", [&last]).map(|_| ())
        })
    }

    /// All of a change, durable, or nothing of it.
    fn change(&self, make: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        let changed = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate).and_then(|all| {
            make(&all)?;
            all.commit()
        });
        changed.map_err(|error| self.fault(&error))
    }

    /// Tells a trouble once, not at each try.
    fn say(&mut self, error: &dyn std::fmt::Display) {
        let sentence = error.to_string();
        if self.said.as_ref() != Some(&sentence) {
            tracing::error!("{sentence}");
            self.said = Some(sentence);
        }
    }
}

/// The refusal as it is counted; none where no key in force signed, or where the statement is recorded.
fn counted(
    admission: &Admission,
    bytes: &[u8],
    refused: &Refused,
    time: Timestamp,
) -> Result<Option<Counted>, StoreError> {
    let Some((statement, signer)) = admission.signed_in_force(bytes, time) else { return Ok(None) };
    if admission.index_of(&statement)?.is_some() {
        return Ok(None);
    }
    let state = admission.state();
    let office =
        state.office_of_key(&signer).map_or_else(|| class_of(&signer, admission.replay().origin()), str::to_owned);
    let rule = match refused {
        Refused::Form(_) => Rule::Form,
        Refused::Rule(refusal) => refusal.rule,
    };
    let today = state.local_date(time);
    let next = state.refusals_counted().and_then(|last| last.plus_days(1));
    Ok(Some(Counted { day: next.map_or(today, |next| next.max(today)), rule, office, statement }))
}

/// `org`, `root` or `desk`: the first word of a key's name behind the ledger's.
fn class_of(signer: &SignerId, origin: &str) -> String {
    let name = signer.name().strip_prefix(origin).unwrap_or_default();
    name.split('/').nth(1).unwrap_or_default().to_owned()
}

fn put(transaction: &Transaction<'_>, counted: &Counted) -> rusqlite::Result<()> {
    let Counted { day, rule, office, statement } = counted;
    let day = day.to_string();
    let known = "SELECT EXISTS (SELECT 1 FROM seen WHERE day = ?1 AND statement = ?2)";
    let statement: &[u8] = statement.as_bytes();
    if transaction.prepare_cached(known)?.query_row(params![day, statement], |row| row.get(0))? {
        return Ok(());
    }
    let all = "SELECT count(*) FROM seen WHERE day = ?1";
    if transaction.prepare_cached(all)?.query_row([&day], |row| row.get::<_, u64>(0))? < MOST_SEEN {
        let sql = "INSERT INTO seen (day, statement) VALUES (?1, ?2)";
        transaction.prepare_cached(sql)?.execute(params![day, statement])?;
    }
    let sql = concat!(
        "INSERT INTO refused (day, rule, office, count) VALUES (?1, ?2, ?3, 1)",
        " ON CONFLICT (day, rule, office) DO UPDATE SET count = count + 1"
    );
    transaction.prepare_cached(sql)?.execute(params![day, rule.code(), office])?;
    Ok(())
}

/// The statement that tells the refusals of a day.
fn statement(
    admission: &Admission,
    (desk, id): (&NoteSigner, &SignerId),
    day: Date,
    today: Date,
    counts: Vec<Count>,
) -> Result<Vec<u8>, FormError> {
    let state = admission.state();
    let series = About::Note { signer: By::Desk, n: 1 };
    let about = About::Note { signer: By::Desk, n: state.next_number(&series) };
    let ahead = state.expires_max_days().map_or(EXPIRES_DAYS, |most| most.min(EXPIRES_DAYS));
    let content = Content {
        origin: admission.replay().origin().to_owned(),
        kind: Kind::RefusalsCounted.name().to_owned(),
        about,
        after: state.expected_after(&about),
        body: json!({ "day": day.to_string(), "counts": listed(counts) }),
        event_date: day,
        expires: i64::try_from(ahead).ok().and_then(|ahead| today.plus_days(ahead)).unwrap_or(today),
        signers: vec![id.clone()],
    };
    let mut statement = content.draft()?;
    statement.sign(desk)?;
    Ok(statement.to_bytes())
}

/// The counts in the order of the rule book. Where they are more than a statement holds, each rule's are added up, with
/// `all` in the place of the office.
fn listed(counts: Vec<Count>) -> Value {
    let mut sorted: BTreeMap<(Rule, String), u64> = BTreeMap::new();
    let too_many = counts.len() > MOST_COUNTS;
    for (rule, office, count) in counts {
        *sorted.entry((rule, if too_many { "all".to_owned() } else { office })).or_default() += count;
    }
    let one = |((rule, office), count)| json!({ "rule": Rule::code(rule), "office": office, "count": count });
    sorted.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::{MOST_COUNTS, listed};
    use crate::grants::rules::Rule;
    use serde_json::json;

    #[test]
    fn counts_stand_in_the_order_of_the_rules_and_fit_one_statement() {
        let count = |rule, office: &str, count| (rule, office.to_owned(), count);
        let few = vec![count(Rule::B10, "org", 1), count(Rule::B2, "tapd", 4), count(Rule::B2, "org", 2)];
        assert_eq!(
            listed(few),
            json!([
                {"rule": "B2", "office": "org", "count": 2},
                {"rule": "B2", "office": "tapd", "count": 4},
                {"rule": "B10", "office": "org", "count": 1},
            ])
        );
        let mut many: Vec<_> = (0..MOST_COUNTS).map(|n| count(Rule::B1, &format!("skpd_{n}"), 3)).collect();
        assert_eq!(listed(many.clone()).as_array().map(Vec::len), Some(MOST_COUNTS));
        many.push(count(Rule::Form, "org", 5));
        assert_eq!(
            listed(many),
            json!([{"rule": "form", "office": "all", "count": 5}, {"rule": "B1", "office": "all", "count": 300}])
        );
    }
}
