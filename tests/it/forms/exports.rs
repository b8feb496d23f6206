//! `hibah export --format`: the same bytes each time, what each form says, and what the official schemas say of it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use calamine::{Data, Reader as _, Xlsx};
use hibah::ledger::reader::Reader;
use hibah::ledger::snapshot::Snapshot;
use hibah::tlog::hash::{leaf_hash, sha256};
use serde_json::{Value, json};

use super::{ERASED, FORMULA, folder};
use crate::left_out::left_out;

fn moment() -> Snapshot {
    let reader = Reader::open(folder()).expect("a ledger");
    reader.in_snapshot(|at| Ok::<_, hibah::ledger::store::StoreError>(at.clone())).expect("read")
}

/// Exports in a form; answers what the command says with `--json`.
fn export(form: &str, out: &Path) -> Value {
    let run = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["export", "--json", "--format", form])
        .args([folder(), out])
        .output()
        .expect("it runs");
    assert!(run.status.success(), "{form}: {}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_slice(&run.stdout).expect("JSON")
}

/// Exports twice: both have the same bytes, and the command names each file's SHA-256 and the checkpoint.
fn exported(form: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let (first, second) = (dir.path().join("first"), dir.path().join("second"));
    let (said, again) = (export(form, &first), export(form, &second));
    assert_eq!(said["files"], again["files"], "{form}");
    let at = moment();
    assert_eq!(said["checkpoint"]["size"], at.size, "{form}");
    assert_eq!(said["checkpoint"]["root"], at.root.to_hex(), "{form}");
    for file in said["files"].as_array().expect("files") {
        let name = file["name"].as_str().expect("a name");
        let there = if first.is_dir() { name.strip_prefix("datapackage/").expect("within") } else { "" };
        let read = |folder: &Path| std::fs::read(if there.is_empty() { folder.into() } else { folder.join(there) });
        let (bytes, same) = (read(&first).expect("a file"), read(&second).expect("a file"));
        assert!(bytes == same, "{form} has other bytes the second time");
        assert_eq!(file["sha256"], sha256(&bytes).to_hex(), "{name}");
        assert_eq!(file["bytes"], bytes.len(), "{name}");
        assert!(!String::from_utf8_lossy(&bytes).contains(ERASED), "{name} shows what was erased");
    }
    assert!(!dir.path().join("first.unfinished").exists(), "{form} left something unfinished");
    (dir, first)
}

/// An official schema; none where the folder is not there.
fn official(path: &str) -> Option<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas").join(path);
    let Ok(text) = std::fs::read_to_string(&file) else {
        left_out(&format!("the official schema {path} is not at ../shared/schemas: an export is not held against it"));
        return None;
    };
    Some(serde_json::from_str(&text).expect("a schema is JSON"))
}

/// Judges by a schema, formats of texts included.
fn judge(schema: &Value, draft: jsonschema::Draft, document: &Value) -> Vec<String> {
    let options = jsonschema::options().with_draft(draft).should_validate_formats(true);
    let validator = options.build(schema).unwrap_or_else(|e| panic!("a schema: {e}"));
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn json_lines_hold_every_entry_and_end_with_the_checkpoint() {
    let (_dir, file) = exported("jsonl");
    let text = std::fs::read_to_string(file).expect("text");
    let at = moment();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(lines.len() as u64, at.size + 1);
    assert!(text.ends_with('\n'));
    let last = lines.last().expect("a last line");
    assert_eq!(
        (&last["type"], &last["size"], &last["root"]),
        (&json!("checkpoint"), &json!(at.size), &json!(at.root.to_hex()))
    );
    let reader = Reader::open(folder()).expect("a ledger");
    let mut erased = 0;
    for (index, line) in (0_u64..).zip(&lines[..lines.len() - 1]) {
        let bytes = reader.entry(index).expect("read").expect("it is there");
        assert_eq!((&line["type"], &line["index"]), (&json!("entry"), &json!(index)));
        assert_eq!(line["leaf_hash"], leaf_hash(&bytes).to_hex());
        match line["raw"].as_str() {
            Some(raw) => assert_eq!(raw.as_bytes(), bytes),
            None => {
                erased += 1;
                assert_eq!(line["erased"], json!(["/body/purpose", "/body/title"]));
                assert_eq!((&line["body"]["title"], &line["body"]["purpose"]), (&Value::Null, &Value::Null));
                assert_eq!(line["body"]["fiscal_year"], 2015);
            }
        }
    }
    assert_eq!(erased, 1);
}

#[test]
fn a_data_package_is_one_and_its_files_are_what_it_says() {
    let (_dir, folder) = exported("datapackage");
    let text = std::fs::read_to_string(folder.join("datapackage.json")).expect("a descriptor");
    let package: Value = serde_json::from_str(&text).expect("JSON");
    let at = moment();
    assert_eq!(package["checkpoint"]["root"], at.root.to_hex());
    assert_eq!(package["version"], at.short());
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for resource in package["resources"].as_array().expect("resources") {
        let path = resource["path"].as_str().expect("a path");
        let bytes = std::fs::read(folder.join(path)).expect("its file");
        assert_eq!(resource["bytes"], bytes.len(), "{path}");
        assert_eq!(resource["hash"], format!("sha256:{}", sha256(&bytes).to_hex()), "{path}");
        let mut reader = csv::Reader::from_reader(&bytes[..]);
        let fields = resource["schema"]["fields"].as_array().expect("fields");
        let names: Vec<&str> = fields.iter().filter_map(|field| field["name"].as_str()).collect();
        assert_eq!(reader.headers().expect("a first line").iter().collect::<Vec<_>>(), names, "{path}");
        let mut keys = std::collections::BTreeSet::new();
        let key: Vec<usize> = resource["schema"]["primaryKey"]
            .as_array()
            .expect("a key")
            .iter()
            .map(|name| names.iter().position(|known| name == known).expect("a column"))
            .collect();
        for record in reader.records() {
            let record = record.expect("a row");
            for (cell, field) in record.iter().zip(fields) {
                assert!(!cell.is_empty() || field["constraints"]["required"] == false, "{path}: {field}");
            }
            assert!(keys.insert(key.iter().map(|at| record[*at].to_owned()).collect::<Vec<_>>()), "{path}: {record:?}");
            *rows.entry(path.to_owned()).or_default() += 1;
        }
    }
    assert_eq!(rows["entries.csv"] as u64, at.size);
    assert_eq!(rows["refusals.csv"], 1);
    let refusals = std::fs::read_to_string(folder.join("refusals.csv")).expect("refusals");
    assert!(refusals.contains("case/2/1,") && refusals.contains(",'-Tidak lengkap,"), "{refusals}");
    assert!(rows["steps.csv"] > rows["grants.csv"] && rows["findings.csv"] > 0 && rows["missing-reports.csv"] > 0);
    if let Some(schema) = official("datapackage-2.0/datapackage.json") {
        assert_eq!(judge(&schema, jsonschema::Draft::Draft7, &package), Vec::<String>::new());
        let mut broken = package.clone();
        broken["resources"][0]["bytes"] = json!("many");
        assert!(!judge(&schema, jsonschema::Draft::Draft7, &broken).is_empty(), "a wrong package is told");
    }
}

#[test]
fn a_spreadsheet_has_texts_as_texts_and_amounts_as_numbers() {
    let (_dir, file) = exported("xlsx");
    let mut book: Xlsx<_> = calamine::open_workbook(&file).expect("a spreadsheet");
    let sheets = "about grants orgs agencies years lists budgets decrees officials refusals refused-statements reports flags findings missing-reports overdue";
    assert_eq!(book.sheet_names().join(" "), sheets);
    let about = book.worksheet_range("about").expect("a sheet");
    let said: Vec<String> = about.rows().flatten().map(ToString::to_string).collect();
    assert!(said.contains(&moment().root.to_hex()), "{said:?}");
    let formulas = book.worksheet_formula("grants").expect("a sheet");
    assert!(formulas.used_cells().all(|(_, _, formula)| formula.is_empty()), "no cell is a formula");
    let grants = book.worksheet_range("grants").expect("a sheet");
    let mut rows = grants.rows();
    let head: Vec<String> = rows.next().expect("names").iter().map(ToString::to_string).collect();
    let at = |name: &str| head.iter().position(|known| known == name).expect("a column");
    let row = rows.find(|row| row[at("id")] == Data::String("case/2/1".to_owned())).expect("the refused case");
    assert_eq!(row[at("title")], Data::String(FORMULA.to_owned()));
    assert_eq!(row[at("asked")], Data::Float(50.0));
    assert_eq!(row[at("paid")], Data::Empty);
}

#[test]
fn awards_are_360giving() {
    let (_dir, file) = exported("360giving");
    let package: Value = serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON");
    assert_eq!(package["version"], "1.4");
    assert!(package["description"].as_str().is_some_and(|text| text.contains(&moment().root.to_hex())));
    let grants = package["grants"].as_array().expect("grants");
    let of = |id: &str| grants.iter().find(|grant| grant["id"] == format!("{}/{id}", crate::one_city::ORIGIN));
    assert!(of("case/2/1").is_none() && of("case/2/2").is_none(), "a refused and an open case are no awards");
    let golden = of("case/4/1").expect("the golden case was awarded");
    assert!(golden["amountAwarded"].is_i64() && golden["currency"] == "IDR", "{golden}");
    assert_eq!(golden["recipientOrganization"][0]["id"], format!("{}/org/4", crate::one_city::ORIGIN));
    let erased = of("case/1/1").expect("it was awarded");
    assert!(erased["title"].as_str().is_some_and(|title| !title.is_empty()), "{erased}");
    if let Some(mut schema) = official("360giving-1.4.3/360-giving-package-schema.json")
        && let Some(mut grant) = official("360giving-1.4.3/360-giving-schema.json")
    {
        // The published address of the dialect is https; their files say http.
        grant["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        schema["$schema"] = grant["$schema"].clone();
        schema["properties"]["grants"]["items"] = grant;
        let draft = jsonschema::Draft::Draft202012;
        assert_eq!(judge(&schema, draft, &package), Vec::<String>::new());
        let mut broken = package.clone();
        broken["grants"][0]["awardDate"] = json!("2015-02-30T00:00:00Z");
        assert!(!judge(&schema, draft, &broken).is_empty(), "a wrong date is told");
    }
}

#[test]
fn an_export_refuses_a_place_that_holds_something_else() {
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(dir.path().join("mine.txt"), "mine").expect("a file");
    for (form, place, sentence) in [
        ("jsonl", dir.path().to_owned(), "holds something else"),
        ("datapackage", dir.path().to_owned(), "holds something else"),
        ("xlsx", dir.path().join("no/such/folder.xlsx"), "could not be written"),
    ] {
        let run = Command::new(env!("CARGO_BIN_EXE_hibah"))
            .args(["export", "--format", form])
            .args([folder(), &place])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert!(!run.status.success() && said.starts_with("error: ") && said.contains(sentence), "{form}: {said}");
    }
    assert_eq!(std::fs::read(dir.path().join("mine.txt")).expect("it is there"), b"mine");
}
