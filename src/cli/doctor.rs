//! `hibah doctor`: what an operator should see to before it stops the ledger.
//!
//! It asks what the ledger itself says (roots who have not signed for a year, keys that end, offices that nobody holds)
//! and, of a folder, what only its machine knows: entries that no checkpoint covers, files that others can read.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::{Failure, clock, files, key_file, output, source};
use crate::desk::letters::{self, Standing};
use crate::desk::scanner::Scanner;
use crate::grants::roster::{Holder, Roster};
use crate::grants::time::{Date, Timestamp};
use crate::tlog::decimal::parse_decimal;
use crate::tlog::note::VerifierKey;

/// How long a root may be silent, in days: who has not signed for a year may have lost the key.
const SILENT_DAYS: i64 = 365;
/// How long before its last day an office's key is told, in days.
const ENDING_DAYS: i64 = 60;

/// For how many days a letter that was given up is told.
const GIVEN_UP_DAYS: i64 = 14;

/// Say what should be seen to: silent roots, keys that end, offices without a holder, an old checkpoint
#[derive(clap::Args)]
#[command(
    after_help = "Exit status 1 when there is something to see to, so that a timer can tell an operator.\nA root that did not sign anything for a year counts as silent: one more than the threshold\nshould have signed, so that a lost key can still be replaced.\n\nExamples:\n  hibah doctor my-ledger\n  hibah doctor https://hibah.bandung.example/ledger --stale-hours 48"
)]
pub struct Args {
    /// A ledger's folder, an exported folder or a web address
    source: String,
    /// The ledger's verifier key, to be sure which ledger that is
    #[arg(long, value_name = "KEY", value_parser = source::vkey)]
    vkey: Option<VerifierKey>,
    /// After how many hours without a new entry the checkpoint is old
    #[arg(long, value_name = "HOURS", default_value_t = 24 * 7)]
    stale_hours: u64,
    /// Where clamd listens, to see whether it answers
    #[arg(long, value_name = "PATH|ADDR")]
    clamd: Option<Scanner>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Something to see to.
struct Finding {
    /// For machines: `silent-roots` and so on.
    code: &'static str,
    /// What is wrong and what to do.
    sentence: String,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let ledger = source::open_ledger(&args.source)?;
    let mut signed = BTreeMap::new();
    let replay = source::replay(&ledger, None, args.vkey.as_ref(), &mut |step| {
        let roots = step.statement.signers().iter().filter_map(|id| root_number(id.name()));
        signed.extend(roots.map(|root| (root, step.recorded_at)));
    })?;
    let now = clock::now()?;
    let (state, last) = (replay.state(), replay.last_time());
    let (today, mut found) = (state.local_date(now), Vec::new());
    let Some(roster) = Roster::of(state, today) else {
        return Err(Failure::CouldNot(format!("{} is not founded: there is nothing to look at yet", ledger.name())));
    };
    found.extend(last.and_then(|last| old(last, now, args.stale_hours)));
    found.extend(roots(&roster, |root| signed.get(&root).map(|at| state.local_date(*at)), today));
    found.extend(offices(&roster, today));
    if let source::Ledger::Folder(folder) = &ledger {
        found.extend(unsigned(folder.unsigned()?));
        found.extend(open_files(Path::new(&args.source)));
        found.extend(keys_of_others(Path::new(&args.source)));
        found.extend(letters(letters::standing(Path::new(&args.source))?.unwrap_or_default(), now));
    }
    found.extend(args.clamd.as_ref().and_then(scanner));
    tell(args, state.origin(), replay.size(), today, &found);
    match found.len() as u64 {
        0 => Ok(()),
        found => {
            let things = output::count(found, "thing", "things");
            Err(Failure::DoesNotHold(format!("{things} to see to on {}", ledger.name())))
        }
    }
}

fn tell(args: &Args, origin: &str, size: u64, today: Date, found: &[Finding]) {
    if args.json {
        let told = |finding: &Finding| json!({ "code": finding.code, "sentence": finding.sentence });
        output::json(&json!({
            "origin": origin,
            "size": size,
            "date": today.to_string(),
            "findings": found.iter().map(told).collect::<Vec<_>>(),
        }));
        return;
    }
    output::say(format_args!("{origin}, {}, on {today}\n", output::count(size, "entry", "entries")));
    if found.is_empty() {
        output::say("Nothing to see to.");
    }
    for finding in found {
        output::say(format_args!("- {}", finding.sentence));
    }
}

/// The number in `<origin>/root/<n>`.
fn root_number(name: &str) -> Option<u64> {
    let (holder, n) = name.rsplit_once('/')?;
    if holder.ends_with("/root") { parse_decimal(n) } else { None }
}

fn old(last: Timestamp, now: Timestamp, stale_hours: u64) -> Option<Finding> {
    let hours = u64::try_from((now.ms() - last.ms()) / 3_600_000).unwrap_or(0);
    let ago = match hours {
        0..48 => output::count(hours, "hour", "hours"),
        _ => output::count(hours / 24, "day", "days"),
    };
    (hours >= stale_hours).then(|| Finding {
        code: "old-checkpoint",
        sentence: format!(
            "The newest entry is from {last}, {ago} ago: see whether the desk runs and offices can reach it."
        ),
    })
}

/// One more than the threshold should be able to sign, and have shown it within a year.
fn roots(roster: &Roster, last_signed: impl Fn(u64) -> Option<Date>, today: Date) -> Option<Finding> {
    let needed = (roster.threshold + 1).min(roster.roots.len() as u64);
    let is_silent = |day: Option<Date>| day.is_none_or(|day| day.days_until(today) > SILENT_DAYS);
    // A key that was revoked signs no more, whenever it did.
    let silent = roster.roots.iter().filter(|root| root.standing.why_not.is_some() || is_silent(last_signed(root.n)));
    let silent: Vec<String> = silent
        .map(|root| match (&root.standing.why_not, last_signed(root.n)) {
            (Some(why_not), _) => format!("root/{} ({why_not})", root.n),
            (None, Some(day)) => format!("root/{} (last on {day})", root.n),
            (None, None) => format!("root/{} (never)", root.n),
        })
        .collect();
    let heard = (roster.roots.len() - silent.len()) as u64;
    (heard < needed).then(|| Finding {
        code: "silent-roots",
        sentence: format!(
            "Fewer than {needed} of {} roots have signed anything for a year; {} sign together. Silent: {}. Let each sign something, and replace a key that is lost (root.replaced).",
            roster.roots.len(),
            roster.threshold,
            silent.join(", ")
        ),
    })
}

fn offices(roster: &Roster, today: Date) -> Vec<Finding> {
    let mut found = Vec::new();
    for office in roster.offices.iter().filter(|office| office.described.is_some() && !office.kinds.is_empty()) {
        let in_force: Vec<&Holder> = office.holders.iter().filter(|holder| holder.standing.why_not.is_none()).collect();
        let last = in_force.iter().map(|holder| holder.period.1).max();
        // Who is appointed for later follows without a gap or not: the day after the last one is what counts.
        let next = last.and_then(|last| last.plus_days(1));
        let follows = |holder: &&Holder| next.is_some_and(|next| holder.period.0 <= next && next <= holder.period.1);
        match last {
            None => found.push(Finding {
                code: "office-empty",
                sentence: format!(
                    "Nobody may sign for {}: appoint somebody (official.appointed), or its cases stand still.",
                    office.code
                ),
            }),
            Some(last)
                if today.days_until(last) <= ENDING_DAYS && !office.holders.iter().any(|holder| follows(&holder)) =>
            {
                found.push(Finding {
                    code: "key-ends",
                    sentence: format!(
                        "The key of {} ends on {last}, in {}, and nobody is appointed to follow: record the appointment before that day.",
                        office.code,
                        output::count(u64::try_from(today.days_until(last)).unwrap_or(0), "day", "days")
                    ),
                });
            }
            Some(_) => {}
        }
    }
    found
}

fn unsigned(entries: u64) -> Option<Finding> {
    (entries > 0).then(|| Finding {
        code: "unsigned-entries",
        sentence: format!(
            "{} no checkpoint covers: start the desk (`hibah serve --desk`), which signs them.",
            output::count(entries, "entry is durable that", "entries are durable that")
        ),
    })
}

/// Letters that do not go: who waits for one misses a deadline.
fn letters(standing: Standing, now: Timestamp) -> Vec<Finding> {
    let days = |since: Timestamp| (now.ms() - since.ms()) / 86_400_000;
    let mut found = Vec::new();
    if standing.oldest.is_some_and(|oldest| days(oldest) >= 1) {
        found.push(Finding {
            code: "letters-wait",
            sentence: format!(
                "{} for the mail server, the oldest for more than a day: try it with `hibah letter` and read the desk's log.",
                output::count(standing.waiting, "letter waits", "letters wait")
            ),
        });
    }
    if standing.last_given_up.is_some_and(|last| days(last) < GIVEN_UP_DAYS) {
        found.push(Finding {
            code: "letters-given-up",
            sentence: format!(
                "{} so far, the last within {GIVEN_UP_DAYS} days: the desk's log has the mail server's codes; ask those organisations for another address.",
                output::count(standing.given_up, "letter was given up", "letters were given up")
            ),
        });
    }
    found
}

fn scanner(scanner: &Scanner) -> Option<Finding> {
    let error = scanner.ping().err()?;
    Some(Finding {
        code: "scanner-away",
        sentence: format!(
            "The virus scanner does not answer ({}): no document is taken until clamd runs again.",
            files::why(&error)
        ),
    })
}

/// Keys of roots, officials and organisations in the ledger's folder: who has the machine can speak for them.
fn keys_of_others(dir: &Path) -> Option<Finding> {
    let files = key_file::in_folder(&dir.join("keys")).unwrap_or_default();
    let of_others = |file: &PathBuf| {
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        ["root-", "official-", "org-"].iter().any(|of| name.starts_with(of))
    };
    let theirs: Vec<PathBuf> = files.into_iter().filter(of_others).collect();
    let first = theirs.first()?;
    Some(Finding {
        code: "keys-of-others",
        sentence: format!(
            "{} beside the ledger ({} and so on) that are other people's: move each to its holder, so that this machine cannot speak for them.",
            output::count(theirs.len() as u64, "key file is", "key files are"),
            first.display()
        ),
    })
}

/// Key files and the vault that others than their owner can read.
fn open_files(dir: &Path) -> Vec<Finding> {
    let mut private = key_file::in_folder(&dir.join("keys")).unwrap_or_default();
    private.push(dir.join("vault.db"));
    let open = |path: &PathBuf| std::fs::metadata(path).is_ok_and(|about| about.mode() & 0o077 != 0);
    let found = private.into_iter().filter(open).map(|path| Finding {
        code: "open-file",
        sentence: format!("Others can read {0}: run `chmod 600 {0}`.", path.display()),
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::{letters, offices, roots};
    use crate::desk::letters::Standing as Letters;
    use crate::grants::kinds::Kind;
    use crate::grants::role::Role;
    use crate::grants::roster::{Holder, Office, Root, Roster, Standing};
    use crate::grants::signer::SignerId;
    use crate::grants::time::{Date, Timestamp};

    fn day(text: &str) -> Date {
        Date::parse(text).expect("a day")
    }

    fn standing(n: u64, in_force: bool) -> Standing {
        let key = SignerId::new(&format!("city.example/ledger/official/{n}"), [0; 4]).expect("a name");
        Standing { key, why_not: (!in_force).then(|| "until then".to_owned()) }
    }

    fn holder(n: u64, from: &str, until: &str, in_force: bool) -> Holder {
        Holder {
            n,
            person: n.to_string(),
            decree_number: "1".to_owned(),
            period: (day(from), day(until)),
            acting: false,
            standing: standing(n, in_force),
        }
    }

    fn roster(holders: Vec<Holder>, roots: u64, threshold: u64) -> Roster {
        let described = Some((Role::ALL[0], "Kantor".to_owned(), "Office".to_owned()));
        Roster {
            rules: 1,
            profile: "made-up".to_owned(),
            threshold,
            roots: (1..=roots).map(|n| Root { n, holder: None, standing: standing(n, true) }).collect(),
            desk: None,
            ledger: Vec::new(),
            offices: vec![Office { code: "ppkd".to_owned(), described, kinds: vec![Kind::WarrantIssued], holders }],
            replacements: Vec::new(),
        }
    }

    #[test]
    fn an_office_is_told_before_nobody_holds_it() {
        let now = || holder(1, "2026-01-01", "2026-12-31", true);
        for (today, holders, told) in [
            ("2026-06-01", vec![now()], None),
            ("2026-10-31", vec![now()], None),
            ("2026-11-01", vec![now()], Some("ends on 2026-12-31, in 60 days, and nobody is appointed to follow")),
            ("2026-12-31", vec![now()], Some("ends on 2026-12-31, in 0 days,")),
            ("2026-12-30", vec![now()], Some("ends on 2026-12-31, in 1 day,")),
            ("2026-12-01", vec![now(), holder(2, "2027-01-01", "2027-12-31", false)], None),
            ("2026-12-01", vec![now(), holder(2, "2026-11-01", "2027-12-31", true)], None),
            ("2026-12-01", vec![now(), holder(2, "2027-01-02", "2027-12-31", false)], Some("and nobody is appointed")),
            ("2026-12-01", Vec::new(), Some("Nobody may sign for ppkd")),
            ("2027-01-01", vec![holder(1, "2026-01-01", "2026-12-31", false)], Some("Nobody may sign for ppkd")),
        ] {
            let found: Vec<String> =
                offices(&roster(holders, 3, 2), day(today)).into_iter().map(|finding| finding.sentence).collect();
            match told {
                None => assert!(found.is_empty(), "{today}: {found:?}"),
                Some(told) => assert!(found.len() == 1 && found[0].contains(told), "{today}: {found:?}"),
            }
        }
    }

    #[test]
    fn one_root_more_than_the_threshold_must_have_signed_within_a_year() {
        // By root, the day on which it signed last.
        for (last, told) in [
            (["2026-01-01", "2025-12-01", "2025-12-01"], None),
            (["2026-01-01", "2025-12-01", "2024-12-01"], Some("Silent: root/3 (last on 2024-12-01).")),
            (["2026-01-01", "", "2025-01-01"], Some("Silent: root/2 (never).")),
            (["2025-01-01", "2025-01-01", "2025-01-01"], None),
            (["2024-12-31", "", ""], Some("Silent: root/1 (last on 2024-12-31), root/2 (never), root/3 (never).")),
        ] {
            let last_signed = |n: u64| Date::parse(last[n as usize - 1]);
            let found = roots(&roster(Vec::new(), 3, 2), last_signed, day("2026-01-01"));
            match (told, found) {
                (None, None) => {}
                (Some(told), Some(found)) => assert!(found.sentence.contains(told), "{}", found.sentence),
                (told, found) => panic!("{last:?}: {told:?}, {:?}", found.map(|found| found.sentence)),
            }
        }
        // Whose key was revoked is not counted, however lately it signed.
        let mut revoked = roster(Vec::new(), 3, 2);
        revoked.roots[2].standing.why_not = Some("revoked by entry 9".to_owned());
        let found = roots(&revoked, |_| Some(day("2026-01-01")), day("2026-01-01"));
        assert!(found.is_some_and(|found| found.sentence.contains("Silent: root/3 (revoked by entry 9).")));
        // Where all must sign, all must have signed.
        let found = roots(&roster(Vec::new(), 2, 2), |n| (n == 1).then(|| day("2026-01-01")), day("2026-01-01"));
        assert!(found.is_some_and(|found| found.sentence.starts_with("Fewer than 2 of 2 roots")));
    }

    #[test]
    fn letters_that_do_not_go_are_told() {
        let at = |day: &str| Timestamp::parse(&format!("{day}T12:00:00.000Z"));
        for (oldest, last_given_up, told) in [
            ("", "", Vec::new()),
            ("2026-01-09", "2025-12-20", Vec::new()),
            ("2026-01-08", "", vec!["2 letters wait"]),
            ("", "2025-12-28", vec!["1 letter was given up so far"]),
            ("2026-01-01", "2026-01-09", vec!["2 letters wait", "1 letter was given up so far"]),
        ] {
            let standing = Letters { waiting: 2, oldest: at(oldest), given_up: 1, last_given_up: at(last_given_up) };
            let found = letters(standing, Timestamp::parse("2026-01-09T18:00:00.000Z").expect("a time"));
            assert_eq!(found.len(), told.len(), "{oldest} {last_given_up}");
            for (found, told) in found.iter().zip(told) {
                assert!(found.sentence.starts_with(told), "{}", found.sentence);
            }
        }
    }
}
