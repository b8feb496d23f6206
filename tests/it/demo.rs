//! The demo is the same for everybody, byte for byte, and the golden cases in it say what their papers say.

use hibah::grants::figures::Figure;
use std::path::Path;

use hibah::cli::demo::{plan, play};
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::verify::{Trust, verify};

#[test]
fn the_demo_has_the_committed_root_and_the_golden_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let script = plan::script().expect("the script");
    drop(play::play(dir.path(), &script, &|_, _| ()).unwrap_or_else(|e| panic!("{e}")));
    let reader = Reader::open(dir.path()).expect("a ledger");
    let report = verify(&reader, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    let seen = format!("{} {}\n", report.checkpoint.size, report.checkpoint.root);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/v1/demo-root.txt");
    if std::env::var_os("HIBAH_WRITE_VECTORS").is_some() {
        std::fs::write(&file, &seen).expect("the file can be written");
    }
    assert_eq!(seen, std::fs::read_to_string(&file).expect("the committed root"));

    golden(&reader, "case/1/1", [600, 150, 75], "978/Kep.161-DPKAD/2014", "2015-01-12");
    golden(&reader, "case/2/1", [750, 175, 50], "978/Kep.574-DPKAD/2014", "2015-01-12");

    let all = reader.grants(&GrantQuery { limit: 1, ..GrantQuery::default() }).expect("the list");
    assert!(all.total >= 300, "{} grants: a few hundred belong in a demo", all.total);
    for status in ["open", "refused", "reported"] {
        let query = GrantQuery { status: Some(status.to_owned()), limit: 1, ..GrantQuery::default() };
        assert!(reader.grants(&query).expect("the list").total > 0, "no grant is {status}");
    }
}

/// `millions`: asked, recommended, and the amount of decree, agreement, warrant, credit and report.
fn golden(reader: &Reader, id: &str, millions: [i64; 3], decree: &str, reported: &str) {
    let grant = reader.grant(id).expect("read").expect("it is there");
    let [asked, recommended, granted] = millions.map(|m| m * 1_000_000);
    for (name, amount) in Figure::NAMES.iter().zip(grant.amounts) {
        let expected = match *name {
            "asked" => Some(asked),
            "recommended" => Some(recommended),
            "decreed" | "agreed" | "paid" | "credited" | "reported" => Some(granted),
            _ => None,
        };
        assert_eq!(amount, expected, "{id} {name}");
    }
    assert!(grant.numbers.split('\n').any(|number| number == decree), "{id}: {}", grant.numbers);
    assert_eq!(grant.status, "reported");
    let steps = reader.timeline(id).expect("read");
    let last = steps.last().expect("it has steps");
    assert_eq!((last.kind.as_str(), last.event_date.as_str()), ("use.reported", reported));
    let local_morning = "T02:00:00.000Z";
    assert!(steps.iter().all(|step| step.recorded_at.ends_with(local_morning)), "09:00 in Bandung is 02:00 UTC");
}
