//! `schema/statements/`: the JSON Schema of every kind's body is what the program writes, and another implementation
//! of JSON Schema judges by it as the program reads.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use hibah::grants::kinds::Kind;
use hibah::grants::one::bodies::{Body, KINDS};

use crate::one_bodies::{is_read_elsewhere, of_no_type, pointers, spoiled};
use crate::one_samples::sample;

fn committed() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/statements")
}

fn schema(kind: Kind) -> Value {
    let text = std::fs::read_to_string(committed().join(format!("{kind}.json"))).expect("a schema of every kind");
    serde_json::from_str(&text).expect("a schema is JSON")
}

fn run(target: &str) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_hibah")).args(["schema", target]).output().expect("it runs")
}

#[test]
fn the_committed_schemas_are_what_the_command_writes() {
    let dir = tempfile::tempdir().expect("a folder");
    assert!(run(&dir.path().to_string_lossy()).status.success());
    let names = |folder: &Path| -> BTreeSet<String> {
        let entries = std::fs::read_dir(folder).expect("a folder of schemas");
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    };
    let mend = "run `cargo run -- schema schema/statements` and commit what it writes";
    assert_eq!(names(&committed()), names(dir.path()), "{mend}");
    assert_eq!(names(dir.path()).len(), KINDS.len());
    for name in names(dir.path()) {
        let written = std::fs::read_to_string(dir.path().join(&name)).expect("a schema");
        let there = std::fs::read_to_string(committed().join(&name)).expect("a schema");
        assert!(written == there, "schema/statements/{name} is not what the program writes: {mend}");
    }
}

#[test]
fn the_command_prints_a_kind_and_refuses_what_is_neither() {
    let printed = run("decree.issued");
    assert!(printed.status.success());
    let file = std::fs::read(committed().join("decree.issued.json")).expect("a schema");
    assert_eq!(printed.stdout, file);
    let refused = run("decree.isued");
    assert_eq!(refused.status.code(), Some(2));
    let sentence = String::from_utf8(refused.stderr).expect("text");
    let expected = "error: decree.isued is neither a kind of rule set 1 nor a folder: name a kind such as \
                    decree.issued, or a folder that there is\n";
    assert_eq!(sentence, expected);
}

#[test]
fn every_schema_is_valid_and_says_what_it_is_of() {
    for &kind in KINDS {
        let schema = schema(kind);
        jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|fault| panic!("{kind}: {fault}"));
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["$id"], format!("https://hibah.example/schema/statements/{kind}.json"));
        assert_eq!(schema["title"], format!("{} / {}", kind.title_id(), kind.title_en()));
        assert!(schema["description"].as_str().is_some_and(|text| text.ends_with('.')), "{kind}");
        whole(kind, &schema);
    }
}

/// Every object is closed, every list and number has limits, every text a length or a form.
fn whole(kind: Kind, schema: &Value) {
    match schema["type"].as_str() {
        Some("object") => {
            let open = schema.get("additionalProperties").is_none();
            assert!(!open || schema.get("properties").is_none(), "{kind}: an object takes any field: {schema}");
            let fields = schema["properties"].as_object().into_iter().flatten();
            fields.for_each(|(_, field)| whole(kind, field));
        }
        Some("array") => {
            assert!(schema["maxItems"].is_u64(), "{kind}: a list has no limit: {schema}");
            whole(kind, &schema["items"]);
        }
        Some("integer") => {
            let limits = schema["minimum"].is_i64() && schema["maximum"].is_i64();
            assert!(limits, "{kind}: a number has no limits: {schema}");
        }
        Some("string") => {
            let form = ["pattern", "enum", "maxLength"].iter().any(|name| schema.get(name).is_some());
            assert!(form, "{kind}: a text has no form: {schema}");
        }
        Some("boolean") => {}
        other => panic!("{kind}: a type {other:?}: {schema}"),
    }
}

#[test]
fn a_schema_takes_what_is_taken_and_refuses_what_a_type_refuses() {
    let (mut refused, mut taken) = (0, 0);
    for &kind in KINDS {
        let validator = jsonschema::draft202012::new(&schema(kind)).expect("a schema that holds");
        let body = sample(kind);
        if let Err(fault) = validator.validate(&body) {
            panic!("{kind} at {}: {fault}", fault.instance_path());
        }
        let mut more = body.clone();
        more["colour"] = json!("red");
        assert!(!validator.is_valid(&more), "{kind} takes an unknown field");
        for pointer in pointers(&body, "").iter().filter(|pointer| !is_read_elsewhere(pointer)) {
            for wrong in of_no_type() {
                let body = spoiled(&body, pointer, wrong.clone());
                let is_taken = Body::parse(kind, &body).is_ok();
                *(if is_taken { &mut taken } else { &mut refused }) += 1;
                assert_eq!(validator.is_valid(&body), is_taken, "{kind}{pointer}: {wrong}");
            }
        }
        for field in Body::fields(kind).iter().filter(|field| !field.optional && !field.name.contains('.')) {
            let mut less = body.clone();
            less.as_object_mut().and_then(|object| object.remove(&field.name)).expect("a field of the sample");
            assert!(!validator.is_valid(&less), "{kind} needs no {}", field.name);
        }
    }
    // An object in place of a profile or of a correction's body.
    assert_eq!(taken, 4, "of {refused} refused");
}

/// Spellings at the edges of each form of text and number: the schema says the same as the program.
#[test]
fn forms_of_texts_and_numbers_are_the_same() {
    let long = |count: usize| json!("é".repeat(count));
    let most = 9_007_199_254_740_991_i64;
    let edges: [(Kind, &str, &[Value]); 15] = [
        (Kind::DecreeAbandoned, "/reason", &[long(0), long(1), long(500), long(501)]),
        (Kind::DecreeIssued, "/number", &[long(0), long(100), long(101)]),
        (Kind::DecreeIssued, "/total", &[json!(-1), json!(0), json!(most), json!(most + 1)]),
        (Kind::DecreeIssued, "/fiscal_year", &[json!(1899), json!(1900), json!(9999), json!(10_000)]),
        (Kind::AwardMigrated, "/amounts/paid", &[json!(-most), json!(-most - 1), json!(most + 1)]),
        (Kind::OfficialAppointed, "/office", &["a", "skpd_2", "", "2a", "A", "a-b", "a\n"].map(Value::from)),
        (Kind::OfficialAppointed, "/person", &["pejabat/0001", "pejabat/001", "pejabat/1234567890"].map(Value::from)),
        (
            Kind::OfficialRetired,
            "/last_day",
            &["1899-12-31", "1900-01-01", "9999-12-31", "2026-13-01"].map(Value::from),
        ),
        (
            Kind::KeyRevoked,
            "/suspect_since",
            &["2026-01-01T23:59:59.999Z", "2026-01-01T24:00:00.000Z"].map(Value::from),
        ),
        (Kind::KeyRevoked, "/key", &["a+1a2b3c4d", "a+1A2b3c4d", "A+1a2b3c4d", "+1a2b3c4d"].map(Value::from)),
        (Kind::FundsCredited, "/document/media_type", &["image/svg+xml", "a/b/c", "Text/plain"].map(Value::from)),
        (Kind::WarningIssued, "/case", &["case/a1/1", "case/0/1", "case/1/01", "case/1"].map(Value::from)),
        (Kind::OrganisationClaimed, "/award", &["award/0123456789abcdef/0", "award/0123/1"].map(Value::from)),
        (Kind::DecreeAmended, "/amends", &["decree/1899/1", "decree/2026/1", "list/2026/1"].map(Value::from)),
        (Kind::DisbursementRequested, "/payee/about", &THINGS.map(Value::from)),
    ];
    for (kind, pointer, values) in edges {
        let validator = jsonschema::draft202012::new(&schema(kind)).expect("a schema that holds");
        for value in values {
            let body = spoiled(&sample(kind), pointer, value.clone());
            assert_eq!(validator.is_valid(&body), Body::parse(kind, &body).is_ok(), "{kind}{pointer}: {value}");
        }
    }
}

const THINGS: [&str; 12] = [
    "ledger",
    "year/2026",
    "org/1",
    "case/1/1",
    "case/a1/1",
    "decree/2026/1",
    "budget/2026/1",
    "note/desk/1",
    "note/official/1/1",
    "award/0123456789abcdef/7",
    "note/1",
    "",
];
