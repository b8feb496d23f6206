//! `hibah monitor`: follows ledgers for ever, and keeps evidence of what should not be.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use super::{Failure, clock, files, output, progress, source};
use crate::ledger::verify::{Source as _, SourceError};
use crate::network::monitor::{Event, Monitor, Settings, Shower, Watched};
use crate::network::remote;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::Policy;

/// Messages that wait for a webhook that does not answer.
const MOST_WAITING: usize = 10_000;

/// Follow ledgers: verify all that is new, compare what mirrors and witnesses show, keep evidence
#[derive(clap::Args)]
#[command(
    after_help = "Name every address of a ledger that you know, and as many ledgers as you like: each checkpoint is\ncompared with all that was seen before. What does not hold is written down as evidence that\n`hibah verify` confirms without believing the monitor, and the monitor ends with status 1, or\ncalls the webhook and goes on. The folder of --state has a verified mirror of each ledger.\nExit status: 1 evidence was found, 2 it could not be done; with --once also 0 nothing was found.\n\nExamples:\n  hibah monitor https://hibah.bandung.example/ledger \\\n    https://mirror.example/bandung --stale-after 36h\n  hibah monitor mirror --once --watch org=12\n  hibah verify hibah-monitor/hibah.bandung.example_ledger/evidence/fork-1"
)]
pub struct Args {
    /// Ledgers and mirrors of them: web addresses, stores such as s3://BUCKET/PLACE, exported folders, ledgers' folders
    #[arg(required = true)]
    source: Vec<String>,
    /// The folder that keeps what was seen
    #[arg(long, value_name = "DIR", default_value = "hibah-monitor")]
    state: PathBuf,
    /// How long to wait between rounds, such as 10s, 5m, 1h
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = seconds)]
    interval: u64,
    /// One round only
    #[arg(long)]
    once: bool,
    /// A verifier key of a ledger, from a place that you trust; give it again for each ledger
    /// [default: the one that the ledger names itself at the first look]
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    vkey: Vec<VerifierKey>,
    /// Witnesses whose times count (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// The address or file of a checkpoint that somebody else saw, such as a witness; give it again for each
    #[arg(long, value_name = "SOURCE")]
    seen: Vec<String>,
    /// How old the newest checkpoint may become, such as 36h: by its witnesses, or else by its newest entry
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    stale_after: Option<u64>,
    /// Where to post evidence and watched entries as JSON; the monitor then goes on
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
    /// New entries to be told of: org=NUMBER, agency=CODE, rule=CODE (counts of refusals) or kind=KIND
    #[arg(long, value_name = "WHAT", value_parser = Watched::parse)]
    watch: Vec<Watched>,
    /// Say it for a machine, one object a line
    #[arg(long)]
    json: bool,
}

/// Reads `10s`, `5m`, `36h`, `7d`.
fn seconds(text: &str) -> Result<u64, String> {
    let unit = |last: &str| match last {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        "d" => Some(86_400),
        _ => None,
    };
    let (number, last) = text.split_at_checked(text.len().saturating_sub(1)).unwrap_or_default();
    let read = parse_decimal(number).zip(unit(last)).and_then(|(number, unit)| number.checked_mul(unit));
    read.filter(|seconds| *seconds > 0).ok_or_else(|| "write a time such as 10s, 5m, 36h or 7d".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let witnesses = witnesses(args.policy.as_deref())?;
    let mut monitor = Monitor::open(&args.state)?;
    let mut messages = Messages { webhook: args.webhook.as_deref(), waiting: VecDeque::new() };
    loop {
        let bar = progress::bar("Checking");
        let settings = Settings {
            vkeys: args.vkey.clone(),
            witnesses: witnesses.clone(),
            stale_after_s: args.stale_after,
            watched: args.watch.clone(),
            goes_on: !args.once,
            at: clock::now()?,
            progress: &progress::told(&bar),
        };
        let events = round(args, &mut monitor, &settings);
        bar.finish_and_clear();
        let (mut found, mut troubles) = (Vec::new(), 0);
        for event in &events {
            tell(args, event);
            messages.take(event);
            match event {
                Event::Found { filed, shown, .. } => {
                    found.push(format!("{} (kept in {})", shown.sentence, filed.folder.display()));
                }
                Event::Trouble { .. } => troubles += 1,
                _ => {}
            }
        }
        messages.send(&events);
        if !found.is_empty() && (args.once || args.webhook.is_none()) {
            return Err(Failure::DoesNotHold(format!(
                "{}: check it with `hibah verify` and keep it",
                found.join("; ")
            )));
        }
        if args.once {
            return if troubles == 0 { Ok(()) } else { Err(Failure::CouldNot(unread(troubles))) };
        }
        std::thread::sleep(Duration::from_secs(args.interval));
    }
}

fn unread(troubles: usize) -> String {
    let many = u64::try_from(troubles).unwrap_or(u64::MAX);
    format!(
        "{} could not be judged, see above: check the addresses, or run it again later",
        output::count(many, "source", "sources")
    )
}

fn witnesses(policy: Option<&Path>) -> Result<Vec<VerifierKey>, Failure> {
    let Some(file) = policy else { return Ok(Vec::new()) };
    let bytes = files::read(file, "a policy file")?;
    let policy = Policy::parse(&bytes).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))?;
    Ok(policy.witnesses().iter().map(|witness| witness.key.clone()).collect())
}

/// Looks at every source once.
fn round(args: &Args, monitor: &mut Monitor, settings: &Settings<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut heard = |event| events.push(event);
    for named in &args.source {
        let opened = source::open_ledger(named).map_err(|failure| match failure {
            Failure::CouldNot(sentence) | Failure::DoesNotHold(sentence) => SourceError(sentence),
        });
        let shower = match &opened {
            Ok(ledger) => Shower { from: named, checkpoint: ledger.checkpoint(), files: Some(ledger) },
            Err(error) => Shower { from: named, checkpoint: Err(error.clone()), files: None },
        };
        monitor.look(settings, &shower, &mut heard);
    }
    for named in &args.seen {
        let checkpoint = if source::is_url(named) {
            remote::fetch(named)
        } else {
            std::fs::read(named).map_err(|error| SourceError(files::why(&error)))
        };
        monitor.look(settings, &Shower { from: named, checkpoint, files: None }, &mut heard);
    }
    monitor.end_round(settings, &mut heard);
    events
}

fn tell(args: &Args, event: &Event) {
    if args.json {
        output::say(message(event));
        return;
    }
    match event {
        Event::First { origin, size, vkey, from_ledger } => {
            let entries = output::count(*size, "entry", "entries");
            output::say(format_args!("{origin}: {entries}, all verified; its key is {vkey}"));
            if *from_ledger {
                output::remark("warning: the key came from the ledger itself; compare it with one published elsewhere");
            }
        }
        Event::Grown { origin, before, size, from } => {
            let grown = output::count(size - before, "new entry", "new entries");
            output::say(format_args!("{origin}: {grown}, {before} to {}, all hold ({from})", size - 1));
        }
        Event::Noted { origin, noted } => output::say(format_args!(
            "{origin}: entry {}, {} about {}, recorded {} ({})",
            noted.index, noted.kind, noted.about, noted.recorded_at, noted.watched
        )),
        Event::Found { filed, shown, .. } => {
            let again = if filed.known { " again" } else { "" };
            output::remark(format_args!("{} found{again}: {}", shown.finding.as_str(), shown.sentence));
            output::remark(format_args!("Check it: hibah verify {}", filed.folder.display()));
        }
        Event::Trouble { from, sentence } => output::remark(format_args!("{from}: {sentence}")),
    }
}

/// An event as one object.
fn message(event: &Event) -> Value {
    match event {
        Event::First { origin, size, vkey, from_ledger } => {
            json!({ "event": "first", "origin": origin, "size": size, "vkey": vkey, "vkey_from_ledger": from_ledger })
        }
        Event::Grown { origin, before, size, from } => {
            json!({ "event": "grown", "origin": origin, "before": before, "size": size, "from": from })
        }
        Event::Noted { origin, noted } => json!({
            "event": "entry",
            "origin": origin,
            "index": noted.index,
            "kind": noted.kind,
            "about": noted.about,
            "recorded_at": noted.recorded_at,
            "watched": noted.watched,
        }),
        Event::Found { filed, shown, evidence } => json!({
            "event": "found",
            "origin": shown.origin,
            "finding": shown.finding.as_str(),
            "sentence": shown.sentence,
            "folder": filed.folder.display().to_string(),
            "evidence": evidence.print(),
        }),
        Event::Trouble { from, sentence } => json!({ "event": "trouble", "from": from, "sentence": sentence }),
    }
}

/// What a webhook is told, in order; what it does not take waits.
struct Messages<'a> {
    webhook: Option<&'a str>,
    waiting: VecDeque<Value>,
}

impl Messages<'_> {
    fn take(&mut self, event: &Event) {
        if self.webhook.is_some() && matches!(event, Event::Noted { .. }) && self.waiting.len() < MOST_WAITING {
            self.waiting.push_back(message(event));
        }
    }

    /// Evidence is posted until it was taken once, also after a new start.
    fn send(&mut self, events: &[Event]) {
        let Some(url) = self.webhook else { return };
        for event in events {
            let Event::Found { filed, .. } = event else { continue };
            if !filed.is_told() {
                let sent = remote::post_json(url, &message(event)).and_then(|()| filed.told());
                sent.unwrap_or_else(|SourceError(sentence)| output::remark(sentence));
            }
        }
        while let Some(next) = self.waiting.front() {
            if let Err(SourceError(sentence)) = remote::post_json(url, next) {
                return output::remark(sentence);
            }
            self.waiting.pop_front();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn times_are_read_strictly() {
        for (text, expected) in [("10s", Some(10)), ("5m", Some(300)), ("36h", Some(129_600)), ("7d", Some(604_800))] {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
        for text in ["", "s", "10", "+5m", "05m", "0s", "1y", "18446744073709551615d", "5µ"] {
            assert!(seconds(text).is_err(), "{text}");
        }
    }
}
