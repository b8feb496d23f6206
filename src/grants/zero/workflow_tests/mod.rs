//! The rule book against text tables, `fixtures/workflow/zero/*.txt`: one line a statement and its expected result.
//!
//! It lives in the room because only verification may make a `Said`, and here nothing is signed.
//! `fixtures/workflow/zero/README.md` describes the lines.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::claim::Claim;
use super::state::{Change, Place, State};
use crate::grants::about::{About, CaseId, DecreeId};
use crate::grants::figures::Figure;
use crate::grants::json::Values;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::tables::{Envelope, Seen, literal, made_up_key, set, words};
use crate::grants::time::Timestamp;
use crate::tlog::hash::{Hash, sha256};

mod made_up;

/// SHA-256 over every statement of the tables, in order, with its verdict. A commit that adds tables changes it and no
/// rule; a mend of a released rule set is a new number.
const BEHAVIOUR: &str = "3193f2b0e707f06feb0431e69c676f64a8bd85ae4108b1c48ed1b1e50d9ddfec";

const ORIGIN: &str = "hibah.bandung.example/ledger";

/// A ledger that a table plays.
struct Play {
    file: PathBuf,
    line: usize,
    state: State,
    now: Timestamp,
    aliases: BTreeMap<String, String>,
    /// Everything accepted, to be replayed from nothing at the end.
    accepted: Vec<(Said, Place, Hash)>,
    last: Option<Change>,
    seen: Seen,
    failures: Vec<String>,
}

/// A claim with the hash that its signatures would be over.
struct Said {
    claim: Claim,
    hash: Hash,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workflow/zero")
}

/// Plays one table; panics with file and line at the first line that does not do what it says.
fn check(name: &str) -> Seen {
    let mut play = Play {
        file: folder().join(name),
        line: 0,
        state: State::new(ORIGIN),
        now: Timestamp::parse("2013-01-03T02:00:00.000Z").unwrap(),
        aliases: BTreeMap::new(),
        accepted: Vec::new(),
        last: None,
        seen: Seen::default(),
        failures: Vec::new(),
    };
    play.read(name);
    assert!(play.failures.is_empty(), "\n{}", play.failures.join("\n"));
    let mut replayed = State::new(play.state.origin());
    for (statement, place, leaf) in &play.accepted {
        let change = replayed.judge(&statement.claim, *place).unwrap();
        replayed.apply(change, *leaf);
    }
    assert_eq!(replayed, play.state, "{name}: the replay differs");
    play.totals_are_those_of_the_cases();
    play.seen
}

impl Play {
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
            _ => self.statement(line),
        }
    }

    fn statement(&mut self, line: &str) {
        let (said, expected) = line.split_once(" => ").unwrap_or_else(|| self.fail("no => in the line"));
        let result = self.judge(said);
        match self.seen.verdict(said, result, expected) {
            Ok(None) => {}
            Ok(Some((statement, change))) => {
                let place = Place { index: self.state.size(), recorded_at: self.now };
                let leaf = sha256(format!("leaf {} {}", place.index, statement.hash).as_bytes());
                self.seen.accepted.insert(statement.claim.kind());
                self.accepted.push((statement, place, leaf));
                self.last = Some(change.clone());
                let before = self.state.clone();
                self.state.apply(change, leaf);
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
        let claim = &statement.claim;
        let touches = self.last.as_ref().map_or(&[][..], Change::touches);
        assert_eq!(touches.first(), Some(&claim.about()), "the statement's own thing is first");
        for thing in touches {
            let still = claim.kind() == Kind::KeyRevoked && *thing != claim.about();
            let expected = if still { before.head(thing) } else { Some(leaf) };
            assert_eq!(self.state.head(thing), expected, "{}:{}: {thing}", self.file.display(), self.line);
        }
        assert_eq!(self.state.head(&About::Ledger).is_some(), self.state.size() > 0);
    }

    /// Judges the words before `=>`, twice.
    fn judge(&self, said: &str) -> Result<(Said, Change), Refusal> {
        let words = words(said);
        let mut words = words.iter().map(String::as_str);
        let kind = words.next().unwrap_or_default();
        let about = words.next().unwrap_or_default();
        if words.next() != Some("by") {
            self.fail("KIND ABOUT by SIGNERS ...");
        }
        let keys: Vec<String> = words.next().unwrap_or_default().split(',').map(|key| self.key(key)).collect();
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
                _ => set(&mut body, path, self.value(text)),
            }
        }
        let mut signers: Vec<String> = keys.iter().map(|key| self.signer(key)).collect();
        signers.sort();
        let claim = || {
            let read = envelope.read(kind, about, &signers)?;
            let values = Values::of(&body);
            Claim::parse(kind, read.about, read.after, values.root(""), read.event_date, read.expires, &read.signers)
        };
        let hash = sha256(format!("{said} {}", self.state.size()).as_bytes());
        let statement = Said { claim: claim()?, hash };
        let place = Place { index: self.state.size(), recorded_at: self.now };
        let change = self.state.judge(&statement.claim, place);
        assert_eq!(change, self.state.judge(&statement.claim, place), "judged twice");
        change.map(|change| (statement, change))
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

    /// `THING NAME=VALUE ...` of the present state.
    fn expect(&mut self, rest: &str) {
        let mut words = rest.split_whitespace();
        let about = words.next().unwrap_or_default();
        for word in words {
            let (name, expected) = word.split_once('=').unwrap_or_else(|| self.fail("NAME=VALUE"));
            let found = match About::parse(about) {
                Some(About::Case(id)) => self.of_case(&id, name),
                Some(About::Decree(id)) => self.of_decree(&id, name),
                _ if about == "totals" => self.of_totals(name),
                _ => self.fail(format!("nothing is known of {about}")),
            };
            if found != expected {
                self.note(format!("{about} {name} is {found}, expected {expected}"));
            }
        }
    }

    fn of_case(&self, id: &CaseId, name: &str) -> String {
        let case = self.state.case(id).unwrap_or_else(|| self.fail(format!("no {id}")));
        if let Some(figure) = Figure::parse(name) {
            return case.figures().get(figure).map_or("none".to_owned(), |amount| amount.to_string());
        }
        match name {
            "stage" => self.state.stage(id).map_or("none", Kind::name).to_owned(),
            "next" => {
                let next = self.state.next(id);
                let kinds: Vec<&str> = next.iter().map(|next| next.kind.name()).collect();
                if kinds.is_empty() { "none".to_owned() } else { kinds.join(",") }
            }
            "closed" => format!("{:?}", case.closed()).to_lowercase(),
            "report_due" => case.report_due().map_or("none".to_owned(), |day| day.to_string()),
            "disputed" => case.disputed().to_string(),
            "held" => case.held_by().map_or("none".to_owned(), |id| id.to_string()),
            "row" => case.decree().map_or("none".to_owned(), |decree| format!("{}#{}", decree.decree, decree.row)),
            "numbers" => case.numbers().map(|(_, number)| number).collect::<Vec<_>>().join(","),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_decree(&self, id: &DecreeId, name: &str) -> String {
        let decree = self.state.decree(id).unwrap_or_else(|| self.fail(format!("no {id}")));
        match name {
            "status" => format!("{:?}", decree.status()).to_lowercase(),
            "rows" => decree.rows().len().to_string(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_totals(&self, name: &str) -> String {
        let totals = self.state.totals();
        match name.split_once('.') {
            Some(("awards", figure)) => totals.award_sums.get(Figure::parse(figure).unwrap()).minor.to_string(),
            Some(("cases", figure)) => totals.case_sums.get(Figure::parse(figure).unwrap()).minor.to_string(),
            _ if name == "awards" => totals.awards.to_string(),
            _ => totals.cases.to_string(),
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

    fn totals_are_those_of_the_cases(&self) {
        let totals = self.state.totals();
        for figure in Figure::ALL {
            let amounts = || self.state.cases().filter_map(|(_, case)| case.figures().get(*figure));
            let sum = totals.case_sums.get(*figure);
            assert_eq!(sum.minor, crate::grants::money::sum(amounts()), "{}: {}", self.file.display(), figure.name());
            assert_eq!(sum.count, amounts().count() as u64);
        }
    }
}

#[test]
fn every_table_holds_and_every_rule_refuses() {
    let all = Seen::of_all(&folder(), check);
    let zero = [Rule::Form, Rule::B1, Rule::B2, Rule::B4, Rule::B5, Rule::B6, Rule::B9, Rule::B13, Rule::B14];
    assert_eq!(all.refusals, BTreeSet::from(zero), "every rule of rule set 0 refuses somewhere");
    assert_eq!(all.accepted, super::bodies::KINDS.iter().copied().collect(), "every kind is accepted somewhere");
    assert!(all.statements >= 120);
    assert_eq!(all.digest(), BEHAVIOUR, "rule set 0 is released and never changes");
}

#[test]
#[should_panic(expected = "a change is applied to the state that judged it")]
fn a_change_of_another_state_is_our_own_bug() {
    let mut state = State::new(ORIGIN);
    let change = Change {
        index: 7,
        recorded_at: Timestamp::parse("2013-01-03T02:00:00.000Z").unwrap(),
        signers: Vec::new(),
        touches: Vec::new(),
        edit: super::change::Edit::AbandonDecree { id: DecreeId { year: 2014, n: 1 } },
    };
    state.apply(change, sha256(b"leaf"));
}
