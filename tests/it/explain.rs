//! `hibah explain`, and the pages in `docs/rules/` that it writes.

use std::path::Path;
use std::process::{Command, Output};

use hibah::grants::explain::{Topic, rules_of};
use hibah::grants::flags::Flag;
use hibah::grants::kinds::Kind;
use hibah::grants::one::bodies::Body;
use hibah::grants::rules::Rule;
use hibah::ledger::canonical;
use serde_json::Value;

use super::cli_shell::Shell;

/// What mends a page that is not what the command writes.
const MEND: &str = "cargo run -- explain --write docs/rules";

fn hibah(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hibah")).args(arguments).current_dir(folder).output().expect("the program runs")
}

fn printed(arguments: &[&str]) -> String {
    let done = hibah(arguments, Path::new("."));
    assert!(done.status.success(), "hibah {arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("the command prints UTF-8")
}

/// Every file of a folder, by name.
fn files(folder: &Path) -> Vec<(String, String)> {
    let listed = std::fs::read_dir(folder).unwrap_or_else(|_| panic!("{} is gone: run {MEND}", folder.display()));
    let mut files: Vec<(String, String)> = listed
        .map(|entry| {
            let entry = entry.expect("an entry of a folder");
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            (name, std::fs::read_to_string(entry.path()).expect("a page in UTF-8"))
        })
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty: run {MEND}", folder.display());
    files
}

#[test]
fn the_pages_are_what_the_command_writes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let done = hibah(&["explain", "--write", "pages"], folder.path());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let written = files(&folder.path().join("pages"));
    assert_eq!(written.len(), Kind::ALL.len() + Rule::ALL.len() + Flag::ALL.len() + 1, "a page each, and the index");
    let kept = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules"));
    for (name, _) in &kept {
        assert!(
            written.iter().any(|(new, _)| new == name),
            "docs/rules/{name} explains nothing that there is: remove it"
        );
    }
    for page in &written {
        assert!(kept.contains(page), "docs/rules/{} is not what the command writes: run {MEND}", page.0);
    }
}

#[test]
fn links_lead_to_pages() {
    let pages = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules"));
    for (name, text) in &pages {
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(
                pages.iter().any(|(page, _)| page == target),
                "docs/rules/{name} links to {target}, which is not there"
            );
        }
        let headings = text.split('\n').filter(|line| line.starts_with("## ")).count();
        assert!(headings >= 3, "docs/rules/{name} has {headings} sections");
    }
}

#[test]
fn everything_has_prose_in_both_languages() {
    let names: Vec<&str> = Topic::all().iter().map(Topic::name).collect();
    let kinds = Kind::ALL.iter().map(|kind| kind.name());
    let rules = Rule::ALL.iter().map(|rule| rule.code());
    let flags = Flag::ALL.iter().map(|flag| flag.name());
    let expected: Vec<&str> = kinds.chain(rules).chain(flags).collect();
    assert_eq!(names, expected, "schema/explain has what there is, in the same order");
    for topic in Topic::all() {
        let record = topic.record().expect("prose is JSON");
        for (field, value) in record.as_object().expect("prose is an object") {
            let Some(stem) = field.strip_suffix("_id") else { continue };
            let english = &record[format!("{stem}_en")];
            assert_eq!(value.is_null(), english.is_null(), "{}: {field} has one language", topic.name());
            for text in [value, english].into_iter().filter_map(Value::as_str) {
                let whole = text.chars().count() >= 5 && (stem == "title" || text.ends_with('.'));
                assert!(whole, "{}: {stem} is no sentence: {text}", topic.name());
            }
            assert!(
                stem == "title" || value.is_null() || value != english,
                "{}: {stem} is one text twice",
                topic.name()
            );
        }
        let cited = record["law"].as_array().is_some_and(|law| !law.is_empty());
        assert!(cited || record["law_id"].is_string(), "{} has neither law nor the reason for its rule", topic.name());
    }
}

#[test]
fn every_example_is_a_canonical_body_of_its_kind() {
    for topic in Topic::all() {
        let Topic::Kind(kind, prose) = topic else { continue };
        let example = prose.example();
        let object = canonical::parse_object(example).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        let value = Value::Object(object);
        assert_eq!(canonical::print(&value), example, "{kind}: the example is as it is signed");
        let body = Body::parse(kind, &value).unwrap_or_else(|refusal| panic!("{kind}: {refusal}"));
        let searched = rules_of(kind.name()).contains(&Rule::B12);
        assert!(searched || body.texts().is_empty(), "{kind} has free text: rules.toml names it under B12");
    }
}

#[test]
fn what_the_prose_names_is_there() {
    for topic in Topic::all() {
        let names: Vec<&str> = match topic {
            Topic::Kind(_, prose) => prose.neighbours().collect(),
            Topic::Rule(_, prose) => prose.kinds().iter().map(String::as_str).filter(|name| *name != "*").collect(),
            Topic::Flag(_) => Vec::new(),
        };
        for name in names {
            assert!(Kind::parse(name).is_some(), "{} names {name}, which is no kind", topic.name());
        }
    }
    let codes = |kind: Kind| rules_of(kind.name()).iter().map(|rule| rule.code()).collect::<Vec<_>>();
    assert_eq!(codes(Kind::DecreeSealed), ["form", "B1", "B2", "B3", "B9", "B13"]);
    assert!(codes(Kind::WarrantIssued).contains(&"B5"));
}

#[test]
fn it_is_read_at_80_columns() {
    let mut checked = 0;
    for language in ["id", "en"] {
        for name in [None].into_iter().chain(Topic::all().iter().map(|topic| Some(topic.name()))) {
            let mut arguments = vec!["explain", "--lang", language];
            arguments.extend(name);
            let text = printed(&arguments);
            // JSON is shown as it is: a key or a digest is one word.
            let prose = text.split("\n  {\n").next().unwrap_or(&text);
            for line in prose.split('\n') {
                let fits = line.chars().count() <= 80 || !line.trim().contains(' ');
                assert!(fits, "hibah explain {name:?} --lang {language}: {line}");
                assert_eq!(line, line.trim_end(), "hibah explain {name:?} ends a line with a space");
                checked += 1;
            }
        }
    }
    assert!(checked > 4_000, "only {checked} lines were printed");
}

#[test]
fn it_answers_by_name() {
    Shell::new().check(
        "
$ hibah explain warrant.issued
warrant.issued: Warrant issued
about case/<org>/<n>
*
Who signs
*Kuasa BUD*
*after payment.ordered
*then funds.credited
*fiscal_year
*B5 *
Law
*Permendagri 32/2011 Pasal 14*
*957/0239/1.20.06.01/BTL/2027*
$ hibah explain b6 --lang id
B6: Melebihi plafon
*
Apa yang harus dilakukan
$ hibah explain integrity.pledged
*planned assistance, money:
*
$ hibah explain late_entry
late_entry: Late entry
*
Method
$ hibah explain agreement.signed --markdown
*
# NPHD ditandatangani · Agreement signed
*
## Dasar hukum · Law
$ hibah explain
Kinds of statements
  ledger.founded *
*
Rules that refuse
*B16 *
*
Flags that are shown
",
    );
}

#[test]
fn an_unknown_name_is_answered_with_the_nearest() {
    for (asked, near) in [
        ("warant.issued", "warrant.issued (Warrant issued)"),
        ("warrent", "warrant.issued"),
        ("NPHD", "agreement.signed"),
        ("SP2D", "warrant.issued"),
        ("b17", "B1"),
        ("late", "late_entry"),
    ] {
        let done = hibah(&["explain", asked], Path::new("."));
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(2), "{said}");
        assert!(said.contains("did you mean") && said.contains(near), "{asked}: {said}");
    }
    let said = String::from_utf8_lossy(&hibah(&["explain", "qqqqqq"], Path::new(".")).stderr).into_owned();
    assert_eq!(said, "error: \"qqqqqq\" is no kind, rule or flag: `hibah explain` lists all of them\n");
}

#[test]
fn machines_get_json() {
    let value: Value = serde_json::from_str(&printed(&["explain", "agreement.signed", "--json"])).expect("JSON");
    assert_eq!(value["sort"], "kind");
    assert_eq!(value["title"]["id"], "NPHD ditandatangani");
    assert_eq!(value["law"][0], "Permendagri 32/2011 Pasal 13");
    assert_eq!(value["example"]["number"], "33/Kep.I/32/2027");
    assert!(value["rules"].as_array().is_some_and(|rules| rules.contains(&Value::from("B10"))), "{value}");
    assert!(value["fields"].as_array().is_some_and(|fields| fields.iter().any(|field| field["name"] == "report_due")));
    let list: Value = serde_json::from_str(&printed(&["explain", "--json"])).expect("JSON");
    assert_eq!(list.as_array().map(Vec::len), Some(Topic::all().len()));
    assert_eq!(list[0]["name"], "ledger.founded");
}
