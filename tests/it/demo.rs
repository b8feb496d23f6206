//! The demo is the same for everybody, byte for byte; the golden cases in it say what their papers say; and every
//! state that a case can be in is there.

use std::collections::BTreeSet;
use std::path::Path;

use hibah::cli::demo::{script, town};
use hibah::grants::about::CaseId;
use hibah::grants::figures::Figure;
use hibah::grants::kinds::Kind;
use hibah::grants::one::profile;
use hibah::grants::state::State;
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::replay::{Replay, Signatures};
use hibah::ledger::verify::{Trust, verify};

/// Kinds that a demo has not: another rule set's adoption, and a second key that its servers would need.
const ABSENT: [Kind; 2] = [Kind::RulesAdopted, Kind::LedgerRekeyed];

#[test]
fn the_demo_has_the_committed_root_and_the_golden_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = script::script().expect("the script");
    drop(town::play(dir.path(), &script, &|_, _| ()).unwrap_or_else(|e| panic!("{e}")));
    let reader = Reader::open(dir.path()).expect("a ledger");
    let report = verify(&reader, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    let seen = format!("{} {}\n", report.checkpoint.size, report.checkpoint.root);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/v1/demo-root.txt");
    if std::env::var_os("HIBAH_WRITE_VECTORS").is_some() {
        std::fs::write(&file, &seen).expect("the file can be written");
    }
    assert_eq!(seen, std::fs::read_to_string(&file).expect("the committed root"));

    golden(&reader, "case/1/1", [600, 150, 100, 75], "978/Kep.161-DPKAD/2014");
    golden(&reader, "case/2/1", [750, 175, 100, 50], "978/Kep.574-DPKAD/2014");
    let (flags, kinds, state) = replayed(&reader, report.checkpoint.size);
    let of = |case: &str| {
        let id = CaseId::parse(case).expect("a case");
        flags.iter().filter(|(case, _)| *case == id).map(|(_, flag)| *flag).collect::<BTreeSet<_>>()
    };
    assert_eq!(of("case/1/1"), BTreeSet::from(["consecutive_control_numbers", "report_late"]));
    assert_eq!(of("case/2/1"), BTreeSet::from(["consecutive_control_numbers", "report_late", "year_end_rush"]));
    let missing: Vec<&Kind> = Kind::ALL.iter().filter(|kind| !kinds.contains(kind)).collect();
    assert_eq!(missing, ABSENT.iter().collect::<Vec<_>>(), "these kinds never happen");
    every_state_is_there(&reader, &state);
}

/// Flags with their cases, the kinds that happen, and the last state.
fn replayed(reader: &Reader, size: u64) -> (Vec<(CaseId, &'static str)>, BTreeSet<Kind>, State) {
    let mut replay = Replay::with_flags(script::script().expect("the script").origin());
    let (mut flags, mut kinds) = (Vec::new(), BTreeSet::new());
    for index in 0..size {
        let entry = reader.entry(index).expect("read").expect("it is there");
        let step = replay.extend(&entry, Signatures::VerifiedBefore).expect("it holds");
        kinds.extend(Kind::parse(step.statement.kind()));
        flags.extend(step.findings.iter().map(|finding| (finding.case, finding.flag.name())));
    }
    (flags, kinds, replay.state().clone())
}

/// At the end some case waits before every stage of a grant in money, and cases were closed in every way.
fn every_state_is_there(reader: &Reader, state: &State) {
    let total = |query: GrantQuery| reader.grants(&GrantQuery { limit: 1, ..query }).expect("the list").total;
    for status in ["open", "disputed", "refused", "withdrawn", "cancelled", "settled"] {
        let found = total(GrantQuery { status: Some(status.to_owned()), ..GrantQuery::default() });
        assert!(found > 0, "no grant is {status}");
    }
    let State::One(book) = state else { panic!("the demo is of rule set 1") };
    let waiting: BTreeSet<Kind> =
        book.cases().filter(|(_, case)| case.core.closed.is_none()).map(|(_, case)| case.core.stage).collect();
    for way in &profile::named("kota-bandung").expect("it ships").ways[..1] {
        for stage in &way.stages {
            assert!(waiting.contains(stage), "no open case has come to {stage}");
        }
    }
    let cases = state.case_count();
    assert!(cases >= 1_500, "{cases} cases: the demo plays two fiscal years of a city");
    assert!(state.org_count() >= 400 && book.orgs().any(|(_, org)| org.suspended.is_none()));
    assert!(!state.reports_missing(state.local_date(replay_end(reader))).is_empty(), "no report is missing");
}

fn replay_end(reader: &Reader) -> hibah::grants::time::Timestamp {
    let size = reader.signed().expect("read").size;
    let bytes = reader.entry(size - 1).expect("read").expect("it is there");
    hibah::ledger::entry::Entry::parse(&bytes).expect("an entry").recorded_at
}

/// `millions`: asked, recommended, considered, and the amount of proposal, budget, decree, agreement, warrant, credit
/// and report.
fn golden(reader: &Reader, id: &str, millions: [i64; 4], decree: &str) {
    let grant = reader.grant(id).expect("read").expect("it is there");
    let [asked, recommended, considered, granted] = millions.map(|m| m * 1_000_000);
    for (name, amount) in Figure::NAMES.iter().zip(grant.amounts) {
        let expected = match *name {
            "asked" => Some(asked),
            "recommended" => Some(recommended),
            "considered" => Some(considered),
            "refunded" => None,
            _ => Some(granted),
        };
        assert_eq!(amount, expected, "{id} {name}");
    }
    assert!(grant.numbers.split('\n').any(|number| number == decree), "{id}: {}", grant.numbers);
    let steps = reader.timeline(id).expect("read");
    let last = steps.last().expect("it has steps");
    assert_eq!((last.kind.as_str(), last.event_date.as_str()), ("use.reported", "2015-01-12"));
    let local_morning = "T02:00:00.000Z";
    assert!(steps.iter().all(|step| step.recorded_at.ends_with(local_morning)), "09:00 in Bandung is 02:00 UTC");
}
