//! `hibah officials`: who may say what, at any entry.

use serde_json::{Value, json};

use super::{Failure, output, source};
use crate::grants::kinds::Kind;
use crate::grants::roster::{Holder, Office, Replacement, Root, Roster, Standing};
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};

/// Most characters of a line.
const WIDTH: usize = 80;

/// Show who may say what: offices with their holders and keys, roots, the desk, keys being replaced
#[derive(clap::Args)]
#[command(
    after_help = "An office's key signs only in its own cases and at its own stages. Whether a key is\nin force is told for the day of the entry, or for the one of --date.\n\nExamples:\n  hibah officials my-ledger\n  hibah officials my-ledger --at 17\n  hibah officials https://hibah.bandung.example/ledger --date 2026-01-20"
)]
pub struct Args {
    /// A ledger's folder, an exported folder or a web address
    source: String,
    /// As this entry has left it [default: the last one]
    #[arg(long, value_name = "INDEX", value_parser = source::number)]
    at: Option<u64>,
    /// Which keys are in force on this day [default: the local day of that entry]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    date: Option<Date>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a day as YYYY-MM-DD, such as 2026-01-20".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let ledger = source::open_ledger(&args.source)?;
    let size = ledger.unverified_checkpoint()?.size;
    let index = args.at.unwrap_or(size.saturating_sub(1));
    if index >= size {
        return Err(Failure::CouldNot(format!(
            "{} has no entry {index}: its {size} entries are numbered from 0",
            ledger.name()
        )));
    }
    let mut recorded_at: Option<Timestamp> = None;
    let replay = source::replay(&ledger, Some(index + 1), None, &mut |step| recorded_at = Some(step.recorded_at))?;
    let state = replay.state();
    let day = args.date.or(recorded_at.map(|at| state.local_date(at)));
    let roster = day.and_then(|day| Some((day, Roster::of(state, day)?)));
    let Some((day, roster)) = roster else {
        return Err(Failure::CouldNot(format!("{} is not founded: nobody may say anything yet", ledger.name())));
    };
    if args.json {
        output::json(&as_json(state.origin(), index, day, &roster));
    } else {
        tell(state.origin(), index, day, &roster);
    }
    Ok(())
}

fn tell(origin: &str, index: u64, day: Date, roster: &Roster) {
    output::say(format_args!("{origin}\nas entry {index} has left it, on {day}"));
    output::say(format_args!("rule set {}, profile {}\n", roster.rules, roster.profile));
    output::say(format_args!("Roots, {} of {} sign", roster.threshold, roster.roots.len()));
    roster.roots.iter().for_each(tell_root);
    output::say("\nThe ledger's own keys, for checkpoints only");
    roster.ledger.iter().for_each(|key| output::say(format_args!("  {}", key_id(key))));
    if let Some(desk) = &roster.desk {
        output::say(format_args!("\nDesk\n  {}  {}", key_id(&desk.key), in_force(desk)));
    }
    output::say("\nOffices");
    roster.offices.iter().for_each(tell_office);
    if !roster.replacements.is_empty() {
        output::say("\nOrganisations' keys that are being replaced");
        roster.replacements.iter().for_each(tell_replacement);
    }
}

fn tell_root(root: &Root) {
    output::say(format_args!("  root/{}  {}  {}", root.n, key_id(&root.standing.key), in_force(&root.standing)));
    if let Some(holder) = &root.holder {
        wrapped("          ", holder);
    }
}

fn tell_office(office: &Office) {
    match &office.described {
        Some((role, id, en)) => {
            output::say("");
            wrapped("", &format!("{}: {id} ({en}), {}", office.code, role.name()));
        }
        None => output::say(format_args!("\n{}, which the profile has no more", office.code)),
    }
    if office.holders.is_empty() {
        output::say("  nobody was appointed");
    }
    office.holders.iter().for_each(tell_holder);
    let kinds: Vec<&str> = office.kinds.iter().map(|kind| kind.name()).collect();
    match kinds[..] {
        [] => output::say("  may sign nothing"),
        _ => wrapped("  ", &format!("may sign {}", kinds.join(", "))),
    }
}

fn tell_holder(holder: &Holder) {
    let (from, until) = holder.period;
    output::say(format_args!(
        "  official/{}  {}  {from} to {until}  {}",
        holder.n,
        holder.person,
        key_id(&holder.standing.key)
    ));
    let acting = if holder.acting { "acting (Plt.), " } else { "" };
    wrapped("    ", &format!("{acting}decree {}; {}", holder.decree_number, in_force(&holder.standing)));
}

fn tell_replacement(waiting: &Replacement) {
    output::say(format_args!(
        "  org/{}  {} takes the place of {} on {}",
        waiting.org,
        key_id(&waiting.key),
        key_id(&waiting.retires),
        waiting.effective
    ));
    output::say(format_args!("    by entry {}, unless the old key objects", waiting.index));
}

fn key_id(key: &SignerId) -> String {
    hex::encode(key.key_id())
}

fn in_force(standing: &Standing) -> String {
    standing.why_not.as_ref().map_or("in force".to_owned(), |why| format!("not in force: {why}"))
}

/// Says words in lines of at most [`WIDTH`] characters, with this indent; a line that goes on stands deeper.
fn wrapped(indent: &str, text: &str) {
    let mut words = text.split(' ');
    let mut line = format!("{indent}{}", words.next().unwrap_or_default());
    for word in words {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            output::say(&line);
            line = format!("{indent}    {word}");
        } else {
            line = format!("{line} {word}");
        }
    }
    output::say(line);
}

fn as_json(origin: &str, index: u64, day: Date, roster: &Roster) -> Value {
    let standing = |standing: &Standing| {
        json!({
            "key": standing.key.to_string(),
            "in_force": standing.why_not.is_none(),
            "why_not": standing.why_not,
        })
    };
    let root = |root: &Root| json!({ "root": root.n, "holder": root.holder, "standing": standing(&root.standing) });
    let holder = |holder: &Holder| {
        json!({
            "official": holder.n,
            "person": holder.person,
            "decree_number": holder.decree_number,
            "from": holder.period.0.to_string(),
            "until": holder.period.1.to_string(),
            "acting": holder.acting,
            "standing": standing(&holder.standing),
        })
    };
    let office = |office: &Office| {
        let described = office.described.as_ref();
        json!({
            "code": office.code,
            "role": described.map(|(role, _, _)| role.name()),
            "title_id": described.map(|(_, id, _)| id),
            "title_en": described.map(|(_, _, en)| en),
            "may_sign": office.kinds.iter().map(|kind: &Kind| kind.name()).collect::<Vec<_>>(),
            "holders": office.holders.iter().map(holder).collect::<Vec<_>>(),
        })
    };
    let waiting = |waiting: &Replacement| {
        json!({
            "org": waiting.org,
            "entry": waiting.index,
            "key": waiting.key.to_string(),
            "retires": waiting.retires.to_string(),
            "effective": waiting.effective.to_string(),
        })
    };
    json!({
        "origin": origin,
        "entry": index,
        "date": day.to_string(),
        "rules": roster.rules,
        "profile": roster.profile,
        "threshold": roster.threshold,
        "roots": roster.roots.iter().map(root).collect::<Vec<_>>(),
        "ledger_keys": roster.ledger.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "desk": roster.desk.as_ref().map(standing),
        "offices": roster.offices.iter().map(office).collect::<Vec<_>>(),
        "replacements": roster.replacements.iter().map(waiting).collect::<Vec<_>>(),
    })
}
