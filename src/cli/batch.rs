//! `hibah sign --batch`: many statements, looked at together, signed with each key's passphrase asked for once.
//!
//! A line of the file is a new statement or a draft that waits for this signer:
//!
//! ```text
//! {"kind":"amount.recommended","about":"case/1/1","body":{...},"event_date":"2026-01-20"}
//! {"draft":"agreement.signed.case-7-2.statement"}
//! ```
//!
//! All are made before the first is signed, and nothing is written when one cannot be made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::sign::{self, Args};
use super::{Failure, agent, files, output};
use crate::grants::about::About;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::ledger::replay::Replay;
use crate::ledger::statement::Statement;
use crate::ledger::wish::{self, Wish};
use crate::tlog::decimal::parse_decimal;

/// As many as one looks at before signing.
const MOST: usize = 200;
/// The fields of a line that asks for a new statement.
const FIELDS: [&str; 6] = ["kind", "about", "body", "event_date", "expires", "signers"];

/// A statement to be signed, and the file it goes to.
struct Made {
    statement: Statement,
    file: PathBuf,
    /// Whether it was in that file before.
    draft: bool,
}

/// Runs the command.
pub(super) fn run(args: &Args, file: &Path) -> Result<(), Failure> {
    let text = files::read_text(file, "a file with a JSON object a line")?;
    let lines: Vec<(usize, &str)> = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()).collect();
    if lines.is_empty() || lines.len() > MOST {
        return Err(Failure::CouldNot(format!(
            "{} has {}: write 1 to {MOST}, a JSON object each",
            file.display(),
            output::count(lines.len() as u64, "line", "lines")
        )));
    }
    let replay = sign::replayed(args)?;
    let mut batch = Batch { args, replay, own: None, lines: BTreeMap::new(), made: Vec::new() };
    for (line, text) in lines {
        batch.add(line, text).map_err(|failure| match failure {
            Failure::CouldNot(what) | Failure::DoesNotHold(what) => {
                Failure::CouldNot(format!("line {line} of {}: {what}; nothing was signed", file.display()))
            }
        })?;
    }
    batch.sign()
}

struct Batch<'a> {
    args: &'a Args,
    replay: Option<Replay>,
    /// Whose keys sign, asked once there is a new statement.
    own: Option<Vec<SignerId>>,
    /// On which line each thing is.
    lines: BTreeMap<String, usize>,
    made: Vec<Made>,
}

impl Batch<'_> {
    fn add(&mut self, line: usize, text: &str) -> Result<(), Failure> {
        let Value::Object(fields) = sign::read_object(text).map_err(Failure::CouldNot)? else {
            return Err(Failure::could_not("it is no JSON object"));
        };
        let made = match fields.get("draft") {
            Some(draft) => waiting(&fields, draft)?,
            None => self.new_statement(fields)?,
        };
        // What follows a statement names its leaf hash, which it has only once it is recorded.
        let about = made.statement.about().to_string();
        if let Some(earlier) = self.lines.insert(about.clone(), line) {
            return Err(Failure::CouldNot(format!(
                "{about} is on line {earlier} already: what follows that can be signed once it is recorded"
            )));
        }
        self.made.push(made);
        Ok(())
    }

    fn new_statement(&mut self, mut fields: Map<String, Value>) -> Result<Made, Failure> {
        if let Some(unknown) = fields.keys().find(|name| !FIELDS.contains(&name.as_str())) {
            return Err(Failure::CouldNot(format!("the field {unknown} is not known: use {}", FIELDS.join(", "))));
        }
        let Some(replay) = &self.replay else {
            return Err(Failure::could_not("a new statement names the latest entry about its subject: add --ledger"));
        };
        let text = |name: &str| match fields.get(name) {
            None => Ok(None),
            Some(value) => value.as_str().map(Some).ok_or_else(|| Failure::CouldNot(format!("{name} must be a text"))),
        };
        let needed = |name: &str| text(name)?.ok_or_else(|| Failure::CouldNot(format!("{name} is missing")));
        let day = |name: &str| match text(name)? {
            None => Ok(None),
            Some(day) => Date::parse(day)
                .map(Some)
                .ok_or_else(|| Failure::CouldNot(format!("{name} must be a real date, YYYY-MM-DD"))),
        };
        let kind = needed("kind")?;
        sign::check_kind(kind)?;
        let about = self.about(needed("about")?, replay)?;
        let mut signers = match &self.own {
            Some(own) => own.clone(),
            None => self.own.insert(sign::signers_of(&self.args.key, Some(replay))?).clone(),
        };
        signers.extend(others(fields.get("signers"))?);
        let (kind, event_date, expires) = (kind.to_owned(), day("event_date")?, day("expires")?);
        let mut body = fields.remove("body").ok_or_else(|| Failure::could_not("body is missing"))?;
        wish::fill_rows(&mut body, replay);
        let after = sign::after(None, &about, Some(replay))?;
        let origin = replay.origin().to_owned();
        let wish = Wish { origin, kind, about, after, body, event_date, expires, signers };
        let statement = wish.draft(Some(replay), sign::today(Some(replay))?).map_err(Failure::could_not)?;
        let file = self.place(&statement);
        Ok(Made { statement, file, draft: false })
    }

    /// As for a statement alone, but `new` goes on behind the numbers that earlier lines took.
    fn about(&self, text: &str, replay: &Replay) -> Result<About, Failure> {
        let mut about = sign::about(text, Some(replay))?;
        while text.ends_with("/new") && self.lines.contains_key(&about.to_string()) {
            let named = about.to_string();
            let next = named
                .rsplit_once('/')
                .and_then(|(series, n)| About::parse(&format!("{series}/{}", parse_decimal(n)?.checked_add(1)?)));
            about = next.ok_or_else(|| Failure::CouldNot(format!("{named} is the last of its series")))?;
        }
        Ok(about)
    }

    /// In the order of the lines, for what is recorded in another may be refused.
    fn place(&self, statement: &Statement) -> PathBuf {
        let about: About = *statement.about();
        let name = format!(
            "{:03}.{}.{}.statement",
            self.made.len() + 1,
            statement.kind(),
            about.to_string().replace('/', "-")
        );
        self.args.out.clone().unwrap_or_default().join(name)
    }

    fn sign(mut self) -> Result<(), Failure> {
        let new = self.made.iter().filter(|made| !made.draft);
        if let Some(there) = new.map(|made| &made.file).find(|file| file.exists()) {
            return Err(Failure::CouldNot(format!(
                "{} exists already: name a new folder with --out; nothing was signed",
                there.display()
            )));
        }
        for made in &self.made {
            sign::show(&made.statement);
        }
        let count = output::count(self.made.len() as u64, "statement", "statements");
        let who = match self.args.key.iter().any(|key| agent::is_meant(key)) {
            true => {
                "Each key signs them all: a file's once its passphrase is typed, an ssh-agent's at once, or on a terminal once you say so."
            }
            false => "Whoever types the passphrase signs them all.",
        };
        output::remark(format_args!("These are {count}. {who}"));
        for key in &self.args.key {
            let files: Vec<PathBuf> = self.made.iter().map(|made| made.file.clone()).collect();
            let mut statements: Vec<&mut Statement> = self.made.iter_mut().map(|made| &mut made.statement).collect();
            sign::sign_all(key, &self.args.passphrase, &mut statements).map_err(|(at, failure)| {
                match (at, failure) {
                    (Some(at), Failure::CouldNot(what)) => {
                        Failure::CouldNot(format!("{}: {what}; nothing was written", files[at].display()))
                    }
                    (_, failure) => failure,
                }
            })?;
        }
        self.write()?;
        self.tell(&count);
        Ok(())
    }

    fn write(&self) -> Result<(), Failure> {
        if let Some(folder) = self.args.out.as_deref().filter(|_| self.made.iter().any(|made| !made.draft)) {
            std::fs::create_dir_all(folder).map_err(|error| {
                Failure::CouldNot(format!(
                    "{} could not be made ({}): name another folder with --out",
                    folder.display(),
                    files::why(&error)
                ))
            })?;
        }
        self.made.iter().try_for_each(|made| files::write(&made.file, &made.statement.to_bytes()))
    }

    fn tell(&self, count: &str) {
        let missing =
            |made: &Made| made.statement.missing_signers().iter().map(ToString::to_string).collect::<Vec<_>>();
        if self.args.json {
            let told = |made: &Made| {
                json!({
                    "file": made.file.display().to_string(),
                    "statement": made.statement.hash().to_hex(),
                    "about": made.statement.about().to_string(),
                    "missing": missing(made),
                })
            };
            output::json(&json!({ "signed": self.made.iter().map(told).collect::<Vec<_>>() }));
        } else {
            for made in &self.made {
                output::say(format_args!("Signed: {}", made.file.display()));
            }
        }
        let waiting = self.made.iter().filter(|made| !missing(made).is_empty()).count() as u64;
        match waiting {
            0 => output::remark(format_args!("All {count} are complete. Submit them: hibah submit LEDGER FILE ...")),
            _ => output::remark(format_args!(
                "{} still {} other signers: `hibah sign FILE` shows whom.",
                output::count(waiting, "statement", "statements"),
                if waiting == 1 { "needs" } else { "need" }
            )),
        }
        for made in &self.made {
            if let Some(replay) = &self.replay {
                sign::foretell(&made.statement, replay);
            }
        }
    }
}

fn waiting(fields: &Map<String, Value>, draft: &Value) -> Result<Made, Failure> {
    let (Some(named), 1) = (draft.as_str(), fields.len()) else {
        return Err(Failure::could_not("draft must be a file's name, and nothing else on its line"));
    };
    let file = PathBuf::from(named);
    Ok(Made { statement: sign::read_draft(&file)?, file, draft: true })
}

fn others(named: Option<&Value>) -> Result<Vec<SignerId>, Failure> {
    let fault = || Failure::could_not("signers must be a list of <key name>+<8 hex digits>");
    let Some(named) = named else { return Ok(Vec::new()) };
    let named = named.as_array().ok_or_else(fault)?;
    named.iter().map(|id| id.as_str().and_then(SignerId::parse).ok_or_else(fault)).collect()
}
