//! Every list as CSV, JSON and Atom; the feed and the deadlines of a case.

use std::collections::{BTreeMap, BTreeSet};

use hibah::ledger::reader::Reader;
use serde_json::Value;

use super::{ERASED, FORMULA, folder, served};
use crate::public_town::Heard;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Every list with one of its names for a row, and how many rows it has at least.
const LISTS: &[(&str, &str, usize)] = &[
    ("/grants", "id", 4),
    ("/grants?year=2015&status=refused", "id", 1),
    ("/grants?q=tidakada", "id", 0),
    ("/orgs", "number", 2),
    ("/orgs?q=Yayasan", "number", 1),
    ("/orgs?q=tidakada", "number", 0),
    ("/decrees", "decree", 1),
    ("/budgets", "budget", 1),
    ("/lists", "list", 1),
    ("/decrees/2014/1", "case", 1),
    ("/budgets/2014/1", "case", 2),
    ("/lists/2014/1", "case", 2),
    ("/agencies", "agency", 1),
    ("/years", "fiscal_year", 2),
    ("/officials", "official", 5),
    ("/overdue", "case", 1),
    ("/flags", "flag", 6),
    ("/flags/year_end_rush", "case", 1),
    ("/flags/report_late", "case", 1),
    ("/flags/dated_before_predecessor", "case", 0),
    ("/flags/report_missing", "case", 1),
    ("/changes", "index", 60),
];

fn at(list: &str, ending: &str) -> String {
    let (path, query) = list.split_once('?').map_or((list, String::new()), |(path, query)| (path, format!("?{query}")));
    format!("{path}.{ending}{query}")
}

fn get(path: &str, media_type: &str) -> Heard {
    let heard = served().get(path);
    assert_eq!(heard.status, 200, "{path}: {}", String::from_utf8_lossy(&heard.body));
    assert_eq!(heard.header("content-type"), media_type, "{path}");
    assert_eq!(heard.header("access-control-allow-origin"), "*", "{path}");
    assert_eq!(heard.header("set-cookie"), "", "{path}");
    let again = served().ask("GET", path, &[("if-none-match", heard.header("etag"))]);
    assert_eq!((again.status, again.body.len()), (304, 0), "{path} has the same tag twice");
    let head = served().ask("HEAD", path, &[]);
    assert_eq!((head.status, head.header("etag")), (200, heard.header("etag")), "{path}");
    heard
}

fn csv_rows(heard: &Heard) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::ReaderBuilder::new().from_reader(&heard.body[..]);
    let names: Vec<String> = reader.headers().expect("a first line").iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| names.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.expect("a row of the same length"))).collect()
}

/// A JSON value as a cell, before formulas are guarded against.
fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

#[test]
fn csv_and_json_hold_the_same_rows_and_name_their_checkpoint() {
    let signed = Reader::open(folder()).expect("a ledger").signed().expect("a checkpoint");
    for (list, key, least) in LISTS {
        let json = get(&at(list, "json"), "application/json");
        let csv = get(&at(list, "csv"), "text/csv; charset=utf-8; header=present");
        let (json, header) = (json.json(), csv.header("hibah-checkpoint").to_owned());
        assert_eq!(json["checkpoint"]["size"], signed.size, "{list}");
        assert_eq!(json["checkpoint"]["root"], signed.root.to_hex(), "{list}");
        let origin = json["checkpoint"]["origin"].as_str().expect("an origin");
        assert_eq!(header, format!("{origin} {} {}", signed.size, signed.root.to_base64()), "{list}");
        let name = format!("-{}-{}.csv\"", signed.size, &signed.root.to_hex()[..16]);
        assert!(csv.header("content-disposition").ends_with(&name), "{list}: {}", csv.header("content-disposition"));
        let (rows, cells) = (json["rows"].as_array().expect("rows"), csv_rows(&csv));
        assert!(rows.len() >= *least && (*least > 0 || rows.is_empty()), "{list} has {} rows", rows.len());
        assert_eq!(rows.len(), cells.len(), "{list}");
        for (row, line) in rows.iter().zip(&cells) {
            let row = row.as_object().expect("an object");
            assert_eq!(row.keys().collect::<BTreeSet<_>>(), line.keys().collect(), "{list}");
            assert!(!cell(&row[*key]).is_empty(), "{list}: {row:?}");
            for (name, value) in row {
                assert_eq!(cell(value), line[name].replace("'=", "=").replace("'@", "@").replace("'-", "-"), "{list}");
            }
        }
    }
}

#[test]
fn a_search_narrows_every_form_and_english_addresses_answer_too() {
    for (query, ids) in [
        ("?year=2015&status=refused", vec!["case/2/1"]),
        ("?year=2015&status=refused&page=2", vec!["case/2/1"]),
        ("?org=2", vec!["case/2/1", "case/2/2"]),
        ("?q=tidakada", vec![]),
    ] {
        for prefix in ["", "/en"] {
            let found =
                csv_rows(&get(&format!("{prefix}/grants.csv{query}"), "text/csv; charset=utf-8; header=present"));
            let found: Vec<&str> =
                found.iter().map(|row| row["id"].as_str()).filter(|id| id.starts_with("case/2")).collect();
            assert_eq!(found, ids, "{prefix}{query}");
            let atom = get(&format!("{prefix}/grants.atom{query}"), "application/atom+xml; charset=utf-8");
            for id in &ids {
                assert!(atom.text().contains(&format!("{prefix}/grants/{id}\"")), "{query}: {}", atom.text());
            }
        }
    }
}

#[test]
fn no_cell_is_a_formula_and_what_was_erased_is_in_no_form() {
    let csv = get("/grants.csv", "text/csv; charset=utf-8; header=present");
    let row = csv_rows(&csv).into_iter().find(|row| row["id"] == "case/2/1").expect("the refused case");
    assert_eq!(row["title"], "'=SUM(A1:A9); '@x");
    let json = get("/grants.json", "application/json").json();
    let row = json["rows"].as_array().expect("rows").iter().find(|row| row["id"] == "case/2/1").cloned();
    assert_eq!(row.expect("the refused case")["title"], FORMULA);
    for (list, _, _) in LISTS {
        for ending in ["csv", "json", "atom"] {
            let heard = served().get(&at(list, ending));
            assert!(!heard.text().contains(ERASED), "{list}.{ending} shows what was erased");
        }
    }
    for path in ["/grants/case/1/1.atom", "/grants/case/1/1.ics"] {
        assert!(!served().get(path).text().contains("Budi"), "{path} shows what was erased");
    }
}

/// A feed's own id and its entries: id, title, updated, address.
fn feed(path: &str) -> (String, Vec<[String; 4]>) {
    let heard = get(path, "application/atom+xml; charset=utf-8");
    let document = roxmltree::Document::parse(heard.text()).unwrap_or_else(|e| panic!("{path}: {e}"));
    let root = document.root_element();
    assert!(root.has_tag_name((ATOM, "feed")), "{path}");
    let one = |node: roxmltree::Node<'_, '_>, name: &str| -> String {
        let found: Vec<_> = node.children().filter(|child| child.has_tag_name((ATOM, name))).collect();
        assert_eq!(found.len(), 1, "{path} has one {name} in {:?}", node.tag_name());
        found[0].text().unwrap_or_default().to_owned()
    };
    let link = |node: roxmltree::Node<'_, '_>, rel: &str| {
        let is =
            |child: &roxmltree::Node<'_, '_>| child.has_tag_name((ATOM, "link")) && child.attribute("rel") == Some(rel);
        let found = node.children().find(is).and_then(|child| child.attribute("href"));
        found.unwrap_or_else(|| panic!("{path} has a link {rel}")).to_owned()
    };
    assert!(link(root, "self").ends_with(path), "{path}: {}", link(root, "self"));
    let page = link(root, "alternate");
    assert_eq!(served().get(page.strip_prefix(&served().url("")).expect("our own address")).status, 200, "{page}");
    assert!(one(root, "subtitle").contains("Merkle"), "{path}");
    let author = root.children().find(|child| child.has_tag_name((ATOM, "author"))).expect("an author");
    assert!(!one(author, "name").is_empty());
    let entries = root.children().filter(|child| child.has_tag_name((ATOM, "entry")));
    let entries: Vec<[String; 4]> = entries
        .map(|entry| [one(entry, "id"), one(entry, "title"), one(entry, "updated"), link(entry, "alternate")])
        .collect();
    for updated in entries.iter().map(|entry| &entry[2]).chain([&one(root, "updated")]) {
        assert!(updated.len() >= 20 && updated.as_bytes()[10] == b'T', "{path}: {updated}");
    }
    (one(root, "id"), entries)
}

#[test]
fn feeds_are_atom_with_names_that_stay() {
    for (list, _, least) in LISTS.iter().filter(|(list, ..)| *list != "/flags") {
        for prefix in ["", "/en"] {
            let path = format!("{prefix}{}", at(list, "atom"));
            let (id, entries) = feed(&path);
            assert!(id.starts_with("tag:") && (entries.len() >= *least.min(&50)), "{path}: {id}, {}", entries.len());
            let ids: BTreeSet<&String> = entries.iter().map(|entry| &entry[0]).collect();
            assert_eq!(ids.len(), entries.len(), "{path} names each thing once");
            for [.., href] in entries.iter().take(3) {
                let own = href.strip_prefix(&served().url("")).expect("our own address");
                assert_eq!(served().get(own).status, 200, "{path}: {href}");
            }
        }
    }
    assert!(!feed("/flags.atom").1.is_empty(), "findings of all flags");
    let (id, entries) = feed("/changes.atom");
    let newest = Reader::open(folder()).expect("a ledger").newest(50).expect("entries");
    assert_eq!(entries.len(), newest.len());
    let host = crate::one_city::ORIGIN.split('/').next().unwrap_or_default();
    assert!(id.starts_with(&format!("tag:{host},20")), "{id}");
    assert!(entries[0][0].ends_with(&format!("entries/{}", newest[0].index)), "{:?}", entries[0]);
    assert_eq!(entries[0][2], newest[0].recorded_at);
}

#[test]
fn a_case_has_a_feed_of_its_steps_and_its_deadlines() {
    let (_, steps) = feed("/en/grants/case/1/1.atom");
    let history = served().get("/api/v1/cases/1/1").json();
    let kept: Vec<u64> =
        history["steps"].as_array().expect("steps").iter().filter_map(|s| s["entry"].as_u64()).collect();
    let told: Vec<String> = kept.iter().rev().map(|entry| served().url(&format!("/en/entries/{entry}"))).collect();
    assert_eq!(steps.iter().map(|step| step[3].clone()).collect::<Vec<_>>(), told);

    let ics = get("/en/grants/case/1/1.ics", "text/calendar; charset=utf-8");
    let text = ics.text();
    assert!(text.lines().all(|line| line.len() <= 75) && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    let text = text.replace("\r\n ", "");
    for line in [
        "BEGIN:VEVENT",
        "DTSTART;VALUE=DATE:20160110",
        "DTEND;VALUE=DATE:20160111",
        "UID:case/1/1/report@",
        "SUMMARY:Report on use due",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // Fourteen working days after Monday 2015-02-02 for the agency; offices rest on 19 February.
    let waiting = get("/grants/case/2/2.ics", "text/calendar; charset=utf-8");
    let next = served().get("/api/v1/cases/2/2").json()["next"].clone();
    assert!(next.as_array().is_some_and(|next| !next.is_empty()), "{next}");
    assert!(waiting.text().starts_with("BEGIN:VCALENDAR\r\n"), "{}", waiting.text());
    assert!(!get("/grants/case/2/1.ics", "text/calendar; charset=utf-8").text().contains("VEVENT"), "it was refused");
}

#[test]
fn what_is_counted_and_the_rows_of_a_paper_are_what_pages_say() {
    let rows = |list: &str| get(&at(list, "json"), "application/json").json()["rows"].clone();
    let (agencies, years) = (rows("/agencies"), rows("/years"));
    let own = agencies.as_array().expect("rows").iter().find(|row| row["agency"] == "pendidikan").expect("it is there");
    let grants = served().get("/api/v1/grants?agency=pendidikan").json();
    assert_eq!(own["grants"], grants["total"]);
    for (name, column) in [("asked", "asked"), ("decreed", "decreed"), ("paid", "paid")] {
        let sums = grants["sums"].as_array().expect("sums");
        let sum = sums.iter().find(|sum| sum["name"] == name).expect("each amount has a sum");
        assert_eq!(cell(&own[column]), cell(&sum["minor"]), "{name}");
    }
    let year = years.as_array().expect("rows").iter().find(|row| row["fiscal_year"] == 2014).expect("it is there");
    assert_eq!((&year["paid"], &year["grants"], &year["treasury_months"]), (&125_000_000.into(), &2.into(), &0.into()));
    let row = &rows("/budgets/2014/1")[0];
    assert_eq!((&row["row"], &row["case"], &row["amount"]), (&1.into(), &"case/4/1".into(), &75_000_000.into()));
    let official = &rows("/officials")[0];
    assert_eq!((&official["official"], &official["standing"]), (&"official/1".into(), &"in_force".into()));
}

#[test]
fn pages_link_to_their_other_forms() {
    for (list, ..) in LISTS {
        let html = served().get(list);
        for (ending, media_type) in
            [("csv", "text/csv"), ("json", "application/json"), ("atom", "application/atom+xml")]
        {
            let href = format!("href=\"{}\"", at(list, ending).replace('&', "&#38;"));
            let mut lines = html.text().lines().filter(|line| line.contains(&href));
            assert!(
                lines.any(|line| line.starts_with("<link rel=\"alternate\"") && line.contains(media_type)),
                "{list} links {href}"
            );
        }
    }
    let html = served().get("/en/grants/case/1/1");
    for href in ["/en/grants/case/1/1.atom", "/en/grants/case/1/1.ics", "/api/v1/cases/1/1"] {
        assert!(html.text().contains(&format!("<a href=\"{href}\"")), "{href}");
    }
    assert!(served().get("/").text().contains("href=\"/changes.atom\""));
    let json = served().get("/grants/case/1/1.json");
    assert_eq!((json.status, json.header("location")), (308, "/api/v1/cases/1/1"));
}

#[test]
fn what_is_no_list_is_a_problem() {
    for (path, status) in [
        ("/nothing.csv", 404),
        ("/grants.xml", 404),
        ("/grants.ics", 404),
        ("/grants/case/9/9.atom", 404),
        ("/grants/case/9/9.ics", 404),
        ("/grants/case/1/1.csv", 404),
        ("/grants///evil.example/1.json", 404),
        ("/flags/nothing.csv", 404),
        ("/flags/late_entry.ics", 404),
        ("/decrees/2014/99.csv", 404),
        ("/budgets/x.json", 404),
        ("/lists/2014/99.atom", 404),
        ("/lists/2014/1.ics", 404),
        ("/agencies.ics", 404),
        ("/grants.csv?year=x", 400),
        ("/grants.atom?has=x", 400),
    ] {
        let heard = served().get(path);
        assert_eq!(heard.status, status, "{path}");
        if !path.ends_with(".xml") {
            assert_eq!(heard.header("content-type"), "application/problem+json", "{path}");
            assert_eq!(heard.json()["status"], status, "{path}");
        }
    }
    assert_eq!(served().ask("POST", "/grants.csv", &[]).status, 405);
}
