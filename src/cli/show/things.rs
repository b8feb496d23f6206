//! What is shown of a thing beside its timeline.

use serde_json::{Value, json};

use super::super::source::{self, Ledger};
use super::super::{Failure, output};
use super::erased::Erasures;
use super::{Frame, title};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::state::State;
use crate::ledger::reader::{Grant, GrantQuery, Reader, Record};
use crate::ledger::shown::{ERASED_MARK, body_shown};

/// The most rows of a paper that are told; --json has all.
const MAX_ROWS: usize = 30;

/// What one entry says, without what was erased.
pub(super) struct Said {
    index: u64,
    kind: String,
    about: About,
    body: Value,
}

/// What is shown of a thing.
pub(super) enum Shown {
    Organisation(Organisation),
    Official(Official),
    Paper(Paper),
    Notes(Vec<Note>),
    Note(Box<Said>),
}

/// An organisation and its cases, the one that changed last first.
pub(super) struct Organisation {
    name: String,
    cases: Vec<Grant>,
    pending: Option<Pending>,
}

/// A replacement of its key that is said and may not be in force yet.
struct Pending {
    entry: u64,
    key: String,
    retires: String,
    effective: String,
}

/// An official as the latest entries leave them.
pub(super) struct Official {
    office: String,
    person: String,
    acting: bool,
    decree_number: String,
    from: String,
    until: String,
    key: String,
    retired: Option<String>,
    revoked: Option<u64>,
}

/// A list, budget or decree as its own entries tell it.
pub(super) struct Paper {
    number: String,
    fiscal_year: u64,
    way: Option<String>,
    amends: Option<String>,
    total: i64,
    rows: u64,
    recorded: Vec<(u64, String, i64)>,
    /// `open`, `sealed`, `abandoned` or `revoked`.
    status: &'static str,
}

/// A note about a case.
pub(super) struct Note {
    index: u64,
    about: String,
    kind: String,
    text: String,
}

/// What is shown of this thing; nothing where its timeline says all.
pub(super) fn shown(
    ledger: &Ledger,
    reader: &Reader,
    about: &About,
    timeline: &[Record],
) -> Result<Option<Shown>, Failure> {
    let origin = ledger.unverified_checkpoint()?.origin;
    let mut statements = Vec::new();
    for record in timeline {
        if let Some(statement) = reader.statement(record.index, &origin)? {
            let covered = Erasures { ledger, reader: Some(reader), origin: &origin }.of(record.index)?;
            statements.push(Said {
                index: record.index,
                kind: statement.kind().to_owned(),
                about: *statement.about(),
                body: body_shown(statement.body(), &covered),
            });
        }
    }
    Ok(match about {
        About::Org(n) => organisation(ledger, reader, *n, timeline)?.map(Shown::Organisation),
        About::Official(_) => Some(Shown::Official(official(&statements))),
        About::Decree(_) | About::List { .. } | About::Budget { .. } => paper(&statements).map(Shown::Paper),
        About::Case(_) => Some(Shown::Notes(notes(&statements))),
        About::Note { .. } => statements.pop().map(|said| Shown::Note(Box::new(said))),
        About::Ledger | About::Year(_) | About::Award(_) => None,
    })
}

fn organisation(
    ledger: &Ledger,
    reader: &Reader,
    n: u64,
    timeline: &[Record],
) -> Result<Option<Organisation>, Failure> {
    let Some(found) = reader.organisation(n)? else { return Ok(None) };
    let query = GrantQuery { organisation: Some(n), limit: u32::MAX, ..GrantQuery::default() };
    // Whether a replacement waits, is held or was retired is what the rule book makes of the entries.
    let replaced = timeline.iter().any(|record| record.kind == Kind::KeyReplaced.name());
    let pending = if replaced { pending(ledger, n)? } else { None };
    Ok(Some(Organisation { name: found.name, cases: reader.grants(&query)?.grants, pending }))
}

fn pending(ledger: &Ledger, n: u64) -> Result<Option<Pending>, Failure> {
    let replay = source::replay(ledger, None, None, &mut |_| ())?;
    let (State::One(book), Some(at)) = (replay.state(), replay.last_time()) else { return Ok(None) };
    let today = book.local_date(at);
    let pending = book.org(n).and_then(|org| org.pending_on(today).cloned());
    Ok(pending.map(|pending| Pending {
        entry: pending.index,
        key: pending.key.to_string(),
        retires: pending.retires.to_string(),
        effective: pending.effective.to_string(),
    }))
}

fn text(body: &Value, pointer: &str) -> String {
    match body.pointer(pointer) {
        Some(Value::Null) => format!("[{ERASED_MARK}]"),
        value => value.and_then(Value::as_str).unwrap_or_default().to_owned(),
    }
}

fn official(statements: &[Said]) -> Official {
    let mut official = Official {
        office: String::new(),
        person: String::new(),
        acting: false,
        decree_number: String::new(),
        from: String::new(),
        until: String::new(),
        key: String::new(),
        retired: None,
        revoked: None,
    };
    for Said { index, kind, body, .. } in statements {
        match Kind::parse(kind) {
            Some(Kind::OfficialAppointed) => {
                official.office = text(body, "/office");
                official.person = text(body, "/person");
                official.acting = body.get("acting").and_then(Value::as_bool).unwrap_or(false);
                official.decree_number = text(body, "/decree_number");
                official.from = text(body, "/period/from");
                official.until = text(body, "/period/until");
                official.key = text(body, "/key");
            }
            Some(Kind::OfficialRetired) => official.retired = Some(text(body, "/last_day")),
            Some(Kind::KeyRotated | Kind::KeyReplaced) => official.key = text(body, "/key"),
            Some(Kind::KeyRevoked) => official.revoked = Some(*index),
            _ => {}
        }
    }
    official
}

fn paper(statements: &[Said]) -> Option<Paper> {
    let mut paper: Option<Paper> = None;
    for Said { kind, body, .. } in statements {
        let word = kind.rsplit('.').next().unwrap_or_default();
        match (word, &mut paper) {
            ("nominated" | "enacted" | "issued" | "amended", None) => {
                let number = |name: &str| body.get(name).and_then(Value::as_u64).unwrap_or_default();
                paper = Some(Paper {
                    number: text(body, "/number"),
                    fiscal_year: number("fiscal_year"),
                    way: body.get("way").and_then(Value::as_str).map(str::to_owned),
                    amends: body.get("amends").and_then(Value::as_str).map(str::to_owned),
                    total: body.get("total").and_then(Value::as_i64).unwrap_or_default(),
                    rows: number("rows"),
                    recorded: Vec::new(),
                    status: "open",
                });
            }
            ("rows", Some(paper)) => {
                let rows = body.get("rows").and_then(Value::as_array).into_iter().flatten();
                paper.recorded.extend(rows.filter_map(|row| {
                    Some((row.get("row")?.as_u64()?, text(row, "/case"), row.get("amount")?.as_i64()?))
                }));
            }
            ("sealed", Some(paper)) => paper.status = "sealed",
            ("abandoned", Some(paper)) => paper.status = "abandoned",
            ("revoked", Some(paper)) => paper.status = "revoked",
            _ => {}
        }
    }
    paper
}

fn notes(statements: &[Said]) -> Vec<Note> {
    let of_note = statements.iter().filter(|said| matches!(said.about, About::Note { .. }));
    let one = |said: &Said| {
        let fields = ["/fact", "/finding", "/answer", "/reason", "/basis"];
        let words = fields.into_iter().find(|field| said.body.pointer(field).is_some());
        Note {
            index: said.index,
            about: said.about.to_string(),
            kind: said.kind.clone(),
            text: words.map(|field| text(&said.body, field)).unwrap_or_default(),
        }
    };
    of_note.map(one).collect()
}

impl Shown {
    /// In words.
    pub(super) fn tell(&self, frame: &Frame) {
        match self {
            Shown::Organisation(organisation) => organisation.tell(),
            Shown::Official(official) => official.tell(frame),
            Shown::Paper(paper) => paper.tell(frame),
            Shown::Notes(notes) if notes.is_empty() => {}
            Shown::Notes(notes) => {
                output::say("\nNotes:\n");
                for note in notes {
                    let said = if note.text.is_empty() { String::new() } else { format!(": {}", note.text) };
                    output::say(format_args!("  entry {:<6} {}  {}{said}", note.index, note.about, title(&note.kind)));
                }
            }
            Shown::Note(said) => {
                output::say("\nIt says:\n");
                super::tell_body(&said.kind, &said.body, frame);
            }
        }
    }

    /// For a machine: the name of the field, and its value.
    pub(super) fn json(&self) -> (&'static str, Value) {
        match self {
            Shown::Organisation(organisation) => ("organisation", organisation.json()),
            Shown::Official(official) => ("official", official.json()),
            Shown::Paper(paper) => ("paper", paper.json()),
            Shown::Notes(notes) => {
                let one = |note: &Note| json!({ "index": note.index, "about": note.about, "kind": note.kind, "text": note.text });
                ("notes", notes.iter().map(one).collect())
            }
            Shown::Note(said) => ("body", said.body.clone()),
        }
    }
}

impl Organisation {
    fn tell(&self) {
        output::say("");
        let mut rows = vec![("name", self.name.clone())];
        if let Some(pending) = &self.pending {
            let told = format!(
                "{} takes the place of {} from {} on, unless its holder objects (entry {})",
                pending.key, pending.retires, pending.effective, pending.entry
            );
            rows.push(("new key", told));
        }
        output::facts(&rows);
        output::say("\nCases:\n");
        let told = |case: &Grant| format!("{}, {}", case.title, case.status);
        let rows: Vec<(&str, String)> = self.cases.iter().map(|case| (case.id.as_str(), told(case))).collect();
        if rows.is_empty() {
            output::say("  none yet");
        }
        output::facts(&rows);
    }

    fn json(&self) -> Value {
        let case = |case: &Grant| json!({ "id": case.id, "title": case.title, "status": case.status });
        let pending = self.pending.as_ref().map(|pending| {
            json!({
                "entry": pending.entry, "key": pending.key, "retires": pending.retires,
                "effective": pending.effective,
            })
        });
        json!({
            "name": self.name,
            "cases": self.cases.iter().map(case).collect::<Vec<_>>(),
            "pending_replacement": pending,
        })
    }
}

impl Official {
    fn tell(&self, frame: &Frame) {
        output::say("");
        let acting = if self.acting { "acting (Plt.) " } else { "" };
        let mut rows = vec![
            ("office", format!("{acting}{} ({})", frame.office(&self.office), self.office)),
            ("person", self.person.clone()),
            ("decree", self.decree_number.clone()),
            ("period", format!("{} to {}", self.from, self.until)),
            ("key", self.key.clone()),
        ];
        rows.extend(self.retired.iter().map(|day| ("retired", format!("last day {day}"))));
        rows.extend(self.revoked.iter().map(|entry| ("revoked", format!("a key of this official, by entry {entry}"))));
        output::facts(&rows);
    }

    fn json(&self) -> Value {
        json!({
            "office": self.office, "person": self.person, "acting": self.acting, "decree_number": self.decree_number,
            "from": self.from, "until": self.until, "key": self.key, "last_day": self.retired, "revoked_by": self.revoked,
        })
    }
}

impl Paper {
    fn tell(&self, frame: &Frame) {
        let status = match self.status {
            "open" => "not sealed yet",
            "sealed" => "sealed: in effect",
            other => other,
        };
        output::say("");
        let mut facts = vec![("number", self.number.clone()), ("fiscal year", self.fiscal_year.to_string())];
        facts.extend(self.way.iter().map(|way| ("way", way.replace('_', " "))));
        facts.extend(self.amends.iter().map(|decree| ("amends", decree.clone())));
        facts.extend([
            ("total", frame.money(self.total)),
            ("rows", format!("{}, of which {} recorded", self.rows, self.recorded.len())),
            ("status", status.to_owned()),
        ]);
        output::facts(&facts);
        output::say("\nRows:\n");
        for (row, case, amount) in self.recorded.iter().take(MAX_ROWS) {
            output::say(format_args!("  {row:<6} {case}  {}", frame.money(*amount)));
        }
        if self.recorded.len() > MAX_ROWS {
            output::say(format_args!("  and {} more: see --json", self.recorded.len() - MAX_ROWS));
        }
    }

    fn json(&self) -> Value {
        let listed =
            self.recorded.iter().map(|(row, case, amount)| json!({ "row": row, "case": case, "amount": amount }));
        json!({
            "amends": self.amends,
            "fiscal_year": self.fiscal_year,
            "listed": listed.collect::<Vec<_>>(),
            "number": self.number,
            "recorded_rows": self.recorded.len(),
            "rows": self.rows,
            "status": self.status,
            "total": self.total,
            "way": self.way,
        })
    }
}
