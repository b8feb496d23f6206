//! `hibah monitor`: follows ledgers for ever, and keeps evidence of what should not be.

use std::collections::{BTreeSet, VecDeque};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use super::source::{self, Ledger};
use super::{Failure, clock, files, output, progress, serve};
use crate::ledger::verify::{Source, SourceError};
use crate::network::monitor::page::{self, Board};
use crate::network::monitor::withheld::{NotTaken, Takes};
use crate::network::monitor::{Event, Monitor, Settings, Shower, Watched};
use crate::network::remote;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::note::VerifierKey;
use crate::tlog::policy::Policy;

/// Messages that wait for a webhook that does not answer.
const MOST_WAITING: usize = 10_000;
/// Sources that are asked at the same time.
const AT_ONCE: usize = 32;

/// Follow ledgers: verify all that is new, compare what mirrors and witnesses show, keep evidence
#[derive(Clone, clap::Args)]
#[command(
    after_help = "Name every address of a ledger that you know, and as many ledgers as you like: each checkpoint is\ncompared with all that was seen before. What does not hold is written down as evidence that\n`hibah verify` confirms without believing the monitor, and the monitor ends with status 1, or\ncalls the webhook and goes on, or shows it on a page (--listen) and goes on until Ctrl-C. The folder\nof --state has a verified mirror of each ledger.\nExit status: 1 evidence was found, 2 it could not be done, or a ledger gave no answer at\nthe end; with --once and --listen also 0 nothing was found.\n\nExamples:\n  hibah monitor https://hibah.bandung.example/ledger \\\n    https://mirror.example/bandung --stale-after 36h\n  hibah monitor mirror --once --watch org=12\n  hibah monitor https://hibah.bandung.example https://hibah.kerinci.example \\\n    --policy bandung.policy --policy kerinci.policy --listen 127.0.0.1:8070\n  hibah verify hibah-monitor/hibah.bandung.example_ledger/evidence/fork-1"
)]
pub struct Args {
    /// Ledgers and mirrors of them: web addresses, stores such as s3://BUCKET/PLACE, exported folders, ledgers' folders
    #[arg(required = true)]
    pub(super) source: Vec<String>,
    /// The folder that keeps what was seen
    #[arg(long, value_name = "DIR", default_value = "hibah-monitor")]
    pub(super) state: PathBuf,
    /// How long to wait between rounds, such as 10s, 5m, 1h
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = seconds)]
    pub(super) interval: u64,
    /// Where to serve a page of all ledgers, their alarms and evidence, for everybody to read; the monitor then goes on
    /// after an alarm, and ends with status 1 when it is stopped
    #[arg(long, value_name = "ADDR", value_parser = serve::address, conflicts_with = "once")]
    pub(super) listen: Option<SocketAddr>,
    /// Take statements that a ledger would not record (POST /statements): those that the rules accept are kept, handed to
    /// the desk, and shown as withheld if they are not recorded after this time, such as 24h
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "listen")]
    pub(super) withheld_after: Option<u64>,
    /// The desk that statements are handed to; give it again for each ledger
    #[arg(long, value_name = "ORIGIN=URL", value_parser = desk, requires = "withheld_after")]
    pub(super) desk: Vec<(String, String)>,
    /// One round only
    #[arg(long)]
    pub(super) once: bool,
    /// A verifier key of a ledger, from a place that you trust; give it again for each ledger
    /// [default: the one that the ledger names itself at the first look]
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    pub(super) vkey: Vec<VerifierKey>,
    /// Witnesses whose times count (C2SP tlog-policy): of the logs that the file names, or of all if it names none; give it
    /// again for each ledger
    #[arg(long, value_name = "FILE")]
    pub(super) policy: Vec<PathBuf>,
    /// The address or file of a checkpoint that somebody else saw, such as a witness; give it again for each
    #[arg(long, value_name = "SOURCE")]
    pub(super) seen: Vec<String>,
    /// How old the newest checkpoint may become, such as 36h: by its witnesses, or else by its newest entry
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(super) stale_after: Option<u64>,
    /// Where to post evidence and watched entries as JSON; the monitor then goes on
    #[arg(long, value_name = "URL")]
    pub(super) webhook: Option<String>,
    /// New entries to be told of: org=NUMBER, agency=CODE, rule=CODE (counts of refusals) or kind=KIND
    #[arg(long, value_name = "WHAT", value_parser = Watched::parse)]
    pub(super) watch: Vec<Watched>,
    /// Say it for a machine, one object a line
    #[arg(long)]
    pub(super) json: bool,
    /// Say nothing of ledgers that hold
    #[arg(long)]
    pub(super) quiet: bool,
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

/// Reads `hibah.bandung.example/ledger=https://meja.hibah.bandung.example`.
fn desk(text: &str) -> Result<(String, String), String> {
    let (origin, url) = text.split_once('=').unwrap_or_default();
    let is_one = !origin.is_empty() && source::is_url(url);
    let wanted = || "write a ledger's origin and its desk's address: ORIGIN=https://...".to_owned();
    is_one.then(|| (origin.to_owned(), url.to_owned())).ok_or_else(wanted)
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let Some(at) = args.listen else { return follow(args, None, &|| false) };
    let listener = serve::bind(at, "--listen")?;
    serve::runtime()?.block_on(async {
        let stop = serve::stop_signal(false)?;
        show(args, listener, stop, || output::say("Ctrl-C stops it.")).await
    })
}

/// Follows the ledgers and serves the page, until `stop`; `greet` is called once the page is served.
pub(super) async fn show(
    args: &Args,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
    greet: impl FnOnce(),
) -> Result<(), Failure> {
    let at = listener.local_addr().map_err(Failure::could_not)?;
    let listener = tokio::net::TcpListener::from_std(listener).map_err(Failure::could_not)?;
    let board = Arc::new(Board::new(args.withheld_after.is_some(), Box::new(|| clock::now().ok())));
    let (tell, ended) = watch::channel(false);
    let (own, shown, stopped) = (args.clone(), Arc::clone(&board), stop.clone());
    // A round may wait for a slow source, so nobody waits for its end.
    let following = std::thread::spawn(move || {
        let done = follow(&own, Some(&shown), &|| *stopped.borrow());
        tell.send_replace(true);
        done
    });
    output::say(format_args!("Monitor: http://{at}/"));
    greet();
    let until = serve::either(stop, Some(ended));
    let served = async {
        page::serve(listener, Arc::clone(&board), serve::asked(until.clone())).await;
        Ok(())
    };
    serve::in_time(served, until.clone()).await?;
    if following.is_finished() {
        following.join().unwrap_or_else(|_| Err(Failure::could_not("the monitor fell by a fault of the program")))?;
    }
    let picture = board.picture();
    let ledgers = |count: usize| output::count(count as u64, "ledger", "ledgers");
    match (picture.alarmed(), picture.silent()) {
        (0, 0) => Ok(()),
        (0, silent) => Err(Failure::CouldNot(format!(
            "{} gave no answer at the end, see above: check the addresses, or run it again later",
            ledgers(silent)
        ))),
        (alarmed, _) => Err(Failure::DoesNotHold(format!(
            "{} with alarms; their evidence is kept in {}: check it with `hibah verify`",
            ledgers(alarmed),
            args.state.display()
        ))),
    }
}

/// Looks at all sources, round by round, until `stop` says so; each round is shown on the board.
fn follow(args: &Args, board: Option<&Board>, stop: &dyn Fn() -> bool) -> Result<(), Failure> {
    let policies = policies(&args.policy)?;
    let mut monitor = Monitor::open(&args.state)?;
    let mut messages = Messages { webhook: args.webhook.as_deref(), waiting: VecDeque::new() };
    let mut log = Log { once: board.is_some(), before: BTreeSet::new() };
    while !stop() {
        let bar = progress::bar("Checking");
        let settings = Settings {
            sources: args.source.clone(),
            vkeys: args.vkey.clone(),
            policies: policies.clone(),
            stale_after_s: args.stale_after,
            watched: args.watch.clone(),
            takes: args.withheld_after.map(|after_s| Takes { after_s, desks: args.desk.iter().cloned().collect() }),
            goes_on: !args.once,
            at: clock::now()?,
            progress: &progress::told(&bar),
        };
        let events = round(args, &mut monitor, &settings);
        bar.finish_and_clear();
        log.tell(args, &events);
        events.iter().for_each(|event| messages.take(event));
        messages.send(&events);
        if stop() {
            break;
        }
        if let Some(board) = board {
            match monitor.picture(&settings, args.interval) {
                Ok(picture) => board.show(picture),
                Err(SourceError(sentence)) => output::remark(sentence),
            }
        } else if args.once || args.webhook.is_none() {
            found_none(&events)?;
        }
        if args.once {
            let troubles = events.iter().filter(|event| matches!(event, Event::Trouble { .. })).count();
            return if troubles == 0 { Ok(()) } else { Err(Failure::CouldNot(unread(troubles))) };
        }
        rest(Duration::from_secs(args.interval), stop, &mut || {
            let Some(board) = board else { return };
            board.take(&mut |bytes| match clock::now() {
                Ok(now) => monitor.hand_in(&settings, now, bytes),
                Err(_) => Err(NotTaken::Later("the monitor's clock cannot be read".to_owned())),
            });
        });
    }
    Ok(())
}

fn found_none(events: &[Event]) -> Result<(), Failure> {
    let told = |event: &Event| match event {
        Event::Found { filed, shown, .. } => Some(format!("{} (kept in {})", shown.sentence, filed.folder.display())),
        _ => None,
    };
    let found: Vec<String> = events.iter().filter_map(told).collect();
    if found.is_empty() {
        return Ok(());
    }
    Err(Failure::DoesNotHold(format!("{}: check it with `hibah verify` and keep it", found.join("; "))))
}

/// Sleeps, and wakes soon after a stop; something is done meanwhile, again and again.
pub(super) fn rest(time: Duration, stop: &dyn Fn() -> bool, meanwhile: &mut dyn FnMut()) {
    const NAP: Duration = Duration::from_millis(100);
    let mut left = time;
    while !left.is_zero() && !stop() {
        meanwhile();
        std::thread::sleep(left.min(NAP));
        left = left.saturating_sub(NAP);
    }
}

fn unread(troubles: usize) -> String {
    let many = u64::try_from(troubles).unwrap_or(u64::MAX);
    format!(
        "{} could not be judged, see above: check the addresses, or run it again later",
        output::count(many, "source", "sources")
    )
}

fn policies(files: &[PathBuf]) -> Result<Vec<Policy>, Failure> {
    let read = |file: &PathBuf| {
        let bytes = files::read(file, "a policy file")?;
        Policy::parse(&bytes).map_err(|fault| Failure::CouldNot(format!("{}: {fault}", file.display())))
    };
    files.iter().map(read).collect()
}

/// Looks at every source once.
fn round(args: &Args, monitor: &mut Monitor, settings: &Settings<'_>) -> Vec<Event> {
    let mut events = Vec::new();
    let mut heard = |event| events.push(event);
    for together in args.source.chunks(AT_ONCE) {
        for (named, (opened, checkpoint)) in together.iter().zip(asked(together)) {
            let files = opened.as_ref().map(|ledger| ledger as &dyn Source);
            monitor.look(settings, &Shower { from: named, checkpoint, files }, &mut heard);
        }
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

/// A source, where it could be opened, and the checkpoint that it shows.
type Asked = (Option<Ledger>, Result<Vec<u8>, SourceError>);

/// Asks these sources for their checkpoints, all at the same time: one that is slow keeps no other waiting.
fn asked(sources: &[String]) -> Vec<Asked> {
    let ask = |named: &str| match source::open_ledger(named) {
        Ok(ledger) => {
            let checkpoint = ledger.checkpoint();
            (Some(ledger), checkpoint)
        }
        Err(Failure::CouldNot(sentence) | Failure::DoesNotHold(sentence)) => (None, Err(SourceError(sentence))),
    };
    std::thread::scope(|scope| {
        let asking: Vec<_> = sources.iter().map(|named| scope.spawn(move || ask(named))).collect();
        let fell = |_| (None, Err(SourceError("it could not be read by a fault of the program".to_owned())));
        asking.into_iter().map(|asking| asking.join().unwrap_or_else(fell)).collect()
    })
}

/// What is told of rounds.
struct Log {
    /// What stays the same is told once: who asks finds it on the page.
    once: bool,
    /// The troubles of the round before.
    before: BTreeSet<(String, String)>,
}

impl Log {
    fn tell(&mut self, args: &Args, events: &[Event]) {
        let trouble = |event: &Event| match event {
            Event::Trouble { from, sentence } => Some((from.clone(), sentence.clone())),
            _ => None,
        };
        for event in events {
            let again = match event {
                Event::Found { filed, .. } => filed.known,
                event => trouble(event).is_some_and(|trouble| self.before.contains(&trouble)),
            };
            let grown = matches!(event, Event::First { .. } | Event::Grown { .. });
            if !(self.once && again || args.quiet && grown) {
                tell(args, event);
            }
        }
        self.before = events.iter().filter_map(trouble).collect();
    }
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
