//! `hibah flags` as a shell session: both golden cases raise exactly their flags, through the binary.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::cli_shell::Shell;
use crate::one_city::OneCity;

fn flags_json(dir: &Path) -> Value {
    let done = Command::new(env!("CARGO_BIN_EXE_hibah")).arg("flags").arg(dir).arg("--json").output().expect("it runs");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    serde_json::from_slice(&done.stdout).expect("JSON")
}

/// What a table says that it raises: `flags case/4/1 late_entry,report_late`.
fn expected(table: &str) -> BTreeMap<String, BTreeSet<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/workflow").join(table);
    let text = std::fs::read_to_string(path).expect("a table");
    let lines = text.lines().filter_map(|line| line.strip_prefix("flags ")?.split_once(' '));
    let found: BTreeMap<String, BTreeSet<String>> =
        lines.map(|(case, flags)| (case.to_owned(), flags.split(',').map(str::to_owned).collect())).collect();
    assert_eq!(found.len(), 2, "{table} names both cases");
    found
}

#[test]
fn both_golden_cases_raise_exactly_their_flags() {
    for table in ["golden_case.txt", "golden_case_late_list.txt"] {
        let shell = Shell::new();
        OneCity::new(&shell.path().join("led")).play_file(table);
        let report = flags_json(&shell.path().join("led"));
        let mut raised: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for finding in report["suspicious"].as_array().expect("a list") {
            let text = |name: &str| finding[name].as_str().expect("a text").to_owned();
            raised.entry(text("case")).or_default().insert(text("flag"));
        }
        assert_eq!(raised, expected(table), "{table}");
        assert_eq!(report["missing"].as_array().map(Vec::len), Some(0), "{table}");
    }
}

#[test]
fn the_two_lists_are_told_apart() {
    let shell = Shell::new();
    let mut city = OneCity::new(&shell.path().join("led"));
    city.play_file("golden_case.txt");
    // A third case is credited and never reported; an agreement of 2015 says by when.
    city.play(
        "at 2015-02-02T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=75 fiscal_year=2015
         bring case/1/1 payment.verified 75
         payment.ordered case/1/1 by ppkd
         warrant.issued case/1/1 by bud
         funds.credited case/1/1 by bud
         at 2016-03-02T02:00:00.000Z
         organisation.suspended org/2 by registrar",
    );
    drop(city);
    shell.check(
        "$ hibah flags led
         Worth a question: 5 findings
         report_late (2)
         case/4/1  entry *  due 2015-01-10, reported 2015-01-12, days 2
         case/5/1  entry *  due 2015-01-10, reported 2015-01-12, days 2
         consecutive_control_numbers (2)
         case/4/1  entry *  number 978/1820, day 2013-04-10, beside case/5/1
         year_end_rush (1)
         case/5/1  entry *  ordered 2014-12-15, from 2014-12-15
         Missing on 2016-03-02: 1 report
         case/1/1  report was due 2016-01-10
         $ hibah flags led --flag year_end_rush --case case/4/1
         Worth a question: nothing.
         Missing on 2016-03-02: nothing.
         $ hibah flags led --case case/1/1 --json
         \"as_of\": \"2016-03-02\",
         \"due\": \"2016-01-10\"
         $ hibah export led tree > /dev/null
         $ hibah flags tree --vkey nonsense
         ? 2
         error: *
         $ hibah flags tree
         Worth a question: 5 findings
         $ hibah flags led --flag nonsense
         ? 2
         error: *choose one of report_late, consecutive_control_numbers, year_end_rush, dated_before_predecessor, late_entry
         $ hibah flags led --case case/1
         ? 2
         error: *write a case such as case/1/1
         $ hibah flags nothing
         ? 2
         error: *",
    );
}
