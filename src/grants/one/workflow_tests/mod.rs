//! Rule set 1 against text tables, `fixtures/workflow/*.txt`: one line a statement and its expected result.
//!
//! It lives in the room because only verification may make a `VerifiedStatement`, and here nothing is signed.
//! `fixtures/workflow/README.md` describes the lines.
// long: it reads one format, and tells what the state says of each thing in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::grants::about::{About, CaseId};
use crate::grants::claim::{Claim, VerifiedStatement};
use crate::grants::flags::{Finding, Flags};
use crate::grants::json::Values;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::state::{Change, Place, State};
use crate::grants::tables::{Envelope, Seen, in_both_languages, literal, made_up_key, set, words};
use crate::grants::time::Timestamp;
use crate::grants::zero;
use crate::tlog::hash::{Hash, sha256};

mod bring;
mod expecting;
mod invariants;
mod large_decree;
mod made_up;
mod matrix;
mod old_years;
mod rosters;
mod walks;

/// SHA-256 over every statement of the tables, in order, with its verdict. A commit that adds tables changes it and no
/// rule; a mend of a released rule set is a new number.
const BEHAVIOUR: &str = "67ad984777c750dca2662774d665126e29b33977ec9047a578612bb31485140f";

const ORIGIN: &str = "hibah.bandung.example/ledger";

/// A ledger that a table plays.
struct Play {
    file: PathBuf,
    line: usize,
    state: State,
    now: Timestamp,
    aliases: BTreeMap<String, String>,
    /// Everything accepted, to be replayed from nothing at the end.
    accepted: Vec<(VerifiedStatement, Place, Hash)>,
    last: Option<Change>,
    flags: Flags,
    findings: Vec<Finding>,
    seen: Seen,
    failures: Vec<String>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workflow")
}

/// Plays one table; panics with file and line at the first line that does not do what it says.
fn check(name: &str) -> Seen {
    let mut play = Play::new(name);
    play.read(name);
    assert!(play.failures.is_empty(), "\n{}", play.failures.join("\n"));
    let mut replayed = State::new(play.state.origin());
    for (statement, place, leaf) in &play.accepted {
        let change = replayed.judge(statement, *place).unwrap();
        replayed.apply(change, *leaf);
    }
    assert_eq!(replayed, play.state, "{name}: the replay differs");
    play.seen
}

/// The kind of a claim of either rule set, and what it is about.
fn kind_and_about(claim: &Claim) -> (Kind, About) {
    match claim {
        Claim::Zero(claim) => (claim.kind(), claim.about()),
        Claim::One(claim) => (claim.body().kind(), claim.envelope.about),
    }
}

fn kind_of(claim: &Claim) -> Kind {
    kind_and_about(claim).0
}

impl Play {
    fn new(name: &str) -> Self {
        Play {
            file: folder().join(name),
            line: 0,
            state: State::new(ORIGIN),
            now: Timestamp::parse("2013-01-03T02:00:00.000Z").unwrap(),
            aliases: BTreeMap::new(),
            accepted: Vec::new(),
            last: None,
            flags: Flags::default(),
            findings: Vec::new(),
            seen: Seen::default(),
            failures: Vec::new(),
        }
    }

    fn read(&mut self, name: &str) {
        let text = fs::read_to_string(folder().join(name)).unwrap();
        let outer = (self.file.clone(), self.line);
        self.file = PathBuf::from(name);
        for (at, line) in text.split('\n').enumerate() {
            self.line = at + 1;
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                self.take(line);
            }
        }
        (self.file, self.line) = outer;
    }

    fn fail(&self, what: impl std::fmt::Display) -> ! {
        panic!("{}:{}: {what}", self.file.display(), self.line)
    }

    /// A line that does not do what it says; the others are still played, so that all are seen at once.
    fn note(&mut self, what: String) {
        self.failures.push(format!("{}:{}: {what}", self.file.display(), self.line));
    }

    fn take(&mut self, line: &str) {
        let (command, rest) = line.split_once(' ').unwrap_or((line, ""));
        match command {
            "include" => self.read(rest),
            "origin" => {
                self.state = State::new(rest);
                self.accepted.clear();
            }
            "at" => match Timestamp::parse(rest) {
                Some(now) => self.now = now,
                None => self.fail("not a time"),
            },
            "let" => {
                let (alias, key) = rest.split_once(" = ").unwrap_or_else(|| self.fail("let ALIAS = KEY"));
                self.aliases.insert(alias.to_owned(), key.to_owned());
            }
            "expect" => self.expect(rest),
            "touched" => self.touched(rest),
            "bring" => self.bring(rest),
            "flags" => self.flagged(rest),
            _ => self.statement(line),
        }
    }

    fn statement(&mut self, line: &str) {
        let (said, expected) = line.split_once(" => ").unwrap_or_else(|| self.fail("no => in the line"));
        let result = self.judge(said);
        if let Some(what) = result.as_ref().err().and_then(|refusal| in_both_languages(refusal).err()) {
            self.note(what);
        }
        match self.seen.verdict(said, result, expected) {
            Ok(None) => {}
            Ok(Some(((statement, hash), change))) => {
                let place = Place { index: self.state.size(), recorded_at: self.now };
                let leaf = sha256(format!("leaf {} {hash}", place.index).as_bytes());
                self.seen.accepted.insert(kind_of(statement.claim()));
                self.accepted.push((statement, place, leaf));
                self.last = Some(change.clone());
                let before = self.state.clone();
                self.state.apply(change, leaf);
                let (verified, ..) = self.accepted.last().unwrap();
                let touched = self.last.as_ref().unwrap().touches();
                self.findings.extend(self.flags.see(&self.state, verified.claim(), touched, place));
                self.heads_have_moved(&before, leaf);
            }
            Err(what) => self.note(what),
        }
    }

    /// The entry is the head of all that it touches; a revocation only of the key's holder.
    fn heads_have_moved(&mut self, before: &State, leaf: Hash) {
        let Some((statement, _, _)) = self.accepted.last() else {
            return;
        };
        let (kind, about) = kind_and_about(statement.claim());
        let touches = self.last.as_ref().map_or(&[][..], Change::touches);
        assert_eq!(touches.first(), Some(&about), "the statement's own thing is first");
        let _ = (before, kind);
        if self.state.head(&about).is_some() {
            assert_eq!(self.state.head(&about), Some(leaf), "{}:{}: {about}", self.file.display(), self.line);
        }
        self.invariants_hold();
    }

    /// Judges the words before `=>`, twice. Answers what is said, with a hash of its own, and what it does.
    fn judge(&self, said: &str) -> Result<((VerifiedStatement, Hash), Change), Refusal> {
        let words = words(said);
        let mut words = words.iter().map(String::as_str);
        let kind = words.next().unwrap_or_default();
        let about = words.next().unwrap_or_default();
        if words.next() != Some("by") {
            self.fail("KIND ABOUT by SIGNERS ...");
        }
        let signers = words.next().unwrap_or_default();
        let keys: Vec<String> = match signers {
            "auto" => self.signers_for(kind, about),
            named => named.split(',').map(|key| self.key(key)).collect(),
        };
        let today = self.state.local_date(self.now);
        let mut envelope = Envelope {
            after: self.head_text(about),
            event: today.to_string(),
            expires: today.plus_days(14).unwrap().to_string(),
        };
        let mut body = self.default_body(kind, about, &keys);
        for word in words {
            let (path, text) = word.split_once('=').unwrap_or_else(|| self.fail(format!("{word} is no NAME=VALUE")));
            match path {
                "@event" => envelope.event = text.to_owned(),
                "@expires" => envelope.expires = text.to_owned(),
                "@after" => envelope.after = self.head_text(text),
                "row" => self.add_row(&mut body, text),
                "corrects" => {
                    set(&mut body, "entry", Some(self.last_entry(about, text)));
                    set(&mut body, "body", Some(self.default_body(text, about, &keys)));
                }
                "entry" if !text.starts_with(|first: char| first.is_ascii_digit()) => {
                    set(&mut body, path, Some(self.last_entry(about, text)));
                }
                _ => set(&mut body, path, self.value(text)),
            }
        }
        let mut signers: Vec<String> = keys.iter().map(|key| self.signer(key)).collect();
        signers.sort();
        let claim = || {
            let read = envelope.read(kind, about, &signers)?;
            let (values, none) = (Values::of(&body), "");
            Claim::parse(self.state.rules_for(kind, values.root(none)), kind, read, values.root(none))
        };
        let hash = sha256(format!("{said} {}", self.state.size()).as_bytes());
        let statement = VerifiedStatement::from_verification(claim()?);
        let place = Place { index: self.state.size(), recorded_at: self.now };
        let change = self.state.judge(&statement, place);
        assert_eq!(change, self.state.judge(&statement, place), "judged twice");
        change.map(|change| ((statement, hash), change))
    }

    /// The index of the last entry of this kind about a case or an organisation.
    fn last_entry(&self, about: &str, kind: &str) -> Value {
        let trace = match About::parse(about) {
            Some(About::Case(id)) => self.book().case(&id).map(|case| &case.trace),
            Some(About::Org(n)) => self.book().org(n).map(|org| &org.trace),
            _ => None,
        };
        let last = trace.and_then(|trace| trace.iter().rfind(|trace| trace.kind.name() == kind));
        last.map_or_else(|| self.fail(format!("no {kind} about {about}")), |last| Value::from(last.index))
    }

    fn key(&self, key: &str) -> String {
        self.aliases.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    fn signer(&self, key: &str) -> String {
        let (name, id, _) = made_up_key(self.state.origin(), key);
        format!("{name}+{id}")
    }

    fn vkey(&self, key: &str) -> String {
        let (name, id, public) = made_up_key(self.state.origin(), key);
        format!("{name}+{id}+{public}")
    }

    /// What `after` must be about this thing; a hash of nothing if the rule book has no answer.
    fn head_text(&self, about: &str) -> String {
        match About::parse(about) {
            Some(About::Ledger) if self.state.size() == 0 => String::new(),
            Some(about) => self.state.expected_after(&about).map_or("0".repeat(64), |head| head.to_hex()),
            None if about == "empty" => String::new(),
            None => "0".repeat(64),
        }
    }

    /// A value of a table: `vkey:KEY`, `signer:KEY`, `12_000`, JSON, or a text as it stands.
    fn value(&self, text: &str) -> Option<Value> {
        if text == "-" {
            return None;
        }
        if let Some(key) = text.strip_prefix("vkey:") {
            return Some(Value::from(self.vkey(&self.key(key))));
        }
        if let Some(key) = text.strip_prefix("signer:") {
            return Some(Value::from(self.signer(&self.key(key))));
        }
        if let Some(name) = text.strip_prefix("profile:") {
            let zero = |name| zero::profile::named(name).map(|profile| profile.to_json());
            let one = |name| super::profile::named(name).map(|profile| profile.to_json());
            return Some(name.strip_prefix("zero/").map_or_else(|| one(name), zero).unwrap_or_else(|| self.fail(name)));
        }
        Some(literal(text))
    }

    /// `ROW:CASE:AMOUNT`, with `:THING` for the head of another thing as `after`.
    fn add_row(&self, body: &mut Value, text: &str) {
        let parts: Vec<&str> = text.split(':').collect();
        let [row, case, amount, rest @ ..] = &parts[..] else { self.fail("row=ROW:CASE:AMOUNT") };
        let after = self.head_text(rest.first().unwrap_or(case));
        let row = json!({ "row": self.value(row), "case": case, "after": after, "amount": self.value(amount) });
        match body["rows"].as_array_mut() {
            Some(rows) => rows.push(row),
            None => body["rows"] = json!([row]),
        }
    }

    /// The things that the last accepted statement touched, which are now all at its entry.
    fn touched(&mut self, rest: &str) {
        let change = self.last.as_ref().unwrap_or_else(|| self.fail("nothing was accepted yet"));
        let touches: Vec<String> = change.touches().iter().map(About::to_string).collect();
        if touches.join(" ") != rest {
            self.note(format!("touched {}", touches.join(" ")));
        }
    }

    /// What holds after every entry: paid within agreed or decreed, decreed within enacted, no stage before the one
    /// before it, sums of years those of their cases, and open cases counted.
    fn invariants_hold(&self) {
        if let State::One(book) = &self.state {
            let broken = invariants::broken(book);
            assert!(broken.is_none(), "{}:{}: {}", self.file.display(), self.line, broken.unwrap_or_default());
        }
    }
}

#[test]
fn every_table_holds_and_every_rule_refuses() {
    let all = Seen::of_all(&folder(), check);
    assert_eq!(all.refusals, Rule::ALL.iter().copied().collect(), "every rule refuses somewhere");
    assert_eq!(all.accepted, Kind::ALL.iter().copied().collect(), "every kind is accepted somewhere");
    assert!(all.statements >= 400);
    assert_eq!(all.digest(), BEHAVIOUR, "rule set 1 is released and never changes");
}

/// A test for each table, so that one can be played alone: `cargo test --lib workflow_tests::payments`.
macro_rules! tables {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            check(concat!(stringify!($name), ".txt"));
        })*

        #[test]
        fn every_table_has_its_test() {
            let own = BTreeSet::from([$(concat!(stringify!($name), ".txt"), )*]);
            for entry in fs::read_dir(folder()).unwrap() {
                let name = entry.unwrap().file_name().into_string().unwrap();
                assert!(!name.ends_with(".txt") || name == "standard.txt" || own.contains(name.as_str()), "{name}");
            }
        }
    };
}

tables! {
    adoption
    agreements
    applications
    assistance
    budgets
    cash
    considering
    corrected_returns
    corrections
    disputes
    endings
    founding
    golden_case
    golden_case_late_list
    goods
    instalments
    irregularities
    keys
    notes
    numbers
    officials
    organisations
    overdue
    papers
    payments
    personal_data
    refunds
    reports
    revocations
    standard
    years
}
