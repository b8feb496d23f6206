//! What is searched for exactly comes first: on the page, in every form of the list, in the API, in every order. And where
//! cases are stuck: how long a step usually takes, and what their agency does.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

use hibah::ledger::reader::Reader;
use hibah::ledger::search::{entry_number, thing};
use hibah::public::{self, Records};
use tempfile::TempDir;

use crate::one_city::OneCity;
use crate::public_lists::check;
use crate::public_pages::attribute;
use crate::public_town::Served;

/// A city in which what is named exactly is neither the newest, nor the largest, nor of the latest year.
fn city(dir: &Path) -> OneCity {
    let mut city = OneCity::new(dir);
    city.play_file("golden_case.txt");
    city.play(
        "at 2015-02-02T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=30_000_000 fiscal_year=2015
         application.submitted case/1/2 by org/1 amount=40_000_000 fiscal_year=2015
         application.submitted case/2/1 by org/2 amount=90_000_000 fiscal_year=2016
         application.submitted case/1/3 by org/1 amount=50_000_000 fiscal_year=2016",
    );
    city
}

struct Searched {
    served: Served,
    /// The entry that ordered the money of `case/4/1`.
    warrant: u64,
    _dir: TempDir,
}

fn searched() -> &'static Searched {
    static SEARCHED: OnceLock<Searched> = OnceLock::new();
    SEARCHED.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a folder");
        let warrant = city(dir.path()).last_entry("case/4/1", "warrant.issued");
        let router = public::router_of(dir.path().to_owned(), Records::Recorded);
        Searched { served: Served::start(router.unwrap_or_else(|e| panic!("{e}"))), warrant, _dir: dir }
    })
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The ids of a list as each of its forms has them, in order.
fn forms(query: &str) -> Vec<(&'static str, Vec<String>)> {
    let served = &searched().served;
    let in_json = |path: &str, list: &str| -> Vec<String> {
        let json = served.get(path).json();
        let list = json[list].as_array().unwrap_or_else(|| panic!("{path} is a list: {json}")).clone();
        list.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
    };
    let page = served.get(&format!("/en/grants?{query}"));
    let linked = |text: &str, before: &str| -> Vec<String> {
        let own = |href: &str| href.split_once(before).map(|(_, id)| id.to_owned());
        attribute(text, "href").iter().filter_map(|href| own(href)).filter(|id| !id.contains('.')).collect()
    };
    let csv = served.get(&format!("/grants.csv?{query}"));
    let mut csv = csv::Reader::from_reader(&csv.body[..]);
    let csv = csv.records().map(|row| row.expect("a row").get(0).unwrap_or_default().to_owned()).collect();
    vec![
        ("page", linked(page.text(), "/en/grants/")),
        ("API", in_json(&format!("/api/v1/grants?{query}"), "grants")),
        ("JSON", in_json(&format!("/grants.json?{query}"), "rows")),
        ("CSV", csv),
        ("Atom", linked(served.get(&format!("/grants.atom?{query}")).text(), "/grants/")),
    ]
}

/// What is searched for, and the grant that it names exactly; none where it names none.
fn exact(warrant: u64) -> Vec<(String, Option<&'static str>)> {
    let named = |text: &str, id| (text.to_owned(), Some(id));
    vec![
        named("case/1/1", "case/1/1"),
        named(" CASE / 1 / 1", "case/1/1"),
        named("case/4/1", "case/4/1"),
        named("978/Kep.161-DPKAD/2014", "case/4/1"),
        named("978 / kep. 161 - dpkad / 2014", "case/4/1"),
        named("978KEP161DPKAD2014", "case/4/1"),
        named("33/Kep.I/32/2014", "case/4/1"),
        (format!("{warrant}"), Some("case/4/1")),
        (format!("Entri {warrant}"), Some("case/4/1")),
        (format!("#{warrant}"), Some("case/4/1")),
        ("case/1".to_owned(), None),
        ("33/Kep.I/32".to_owned(), None),
        ("yayasan".to_owned(), None),
        ("case/9/9".to_owned(), None),
        ("99999999".to_owned(), None),
    ]
}

#[test]
fn what_is_named_exactly_comes_first_in_every_form_and_order() {
    let Searched { served, warrant, .. } = searched();
    let mut faults = Vec::new();
    for (text, id) in exact(*warrant) {
        for sort in ["changed", "size", "year"] {
            let query = format!("q={}&sort={sort}", escaped(&text));
            let told = served.get(&format!("/api/v1/grants?{query}")).json();
            if told["exact"] != u64::from(id.is_some()) {
                faults.push(format!("{text:?} by {sort}: {} are exact", told["exact"]));
            }
            let forms = forms(&query);
            let all: BTreeSet<&String> = forms[1].1.iter().collect();
            for (form, ids) in &forms {
                if id.is_some_and(|id| ids.first().is_none_or(|first| first != id)) {
                    faults.push(format!("{text:?} by {sort}: {form} has {ids:?}"));
                }
                if all != ids.iter().collect() || all.len() != ids.len() {
                    faults.push(format!("{text:?} by {sort}: {form} has {ids:?}, the API {all:?}"));
                }
            }
            let marked = served
                .get(&format!("/en/grants?{query}"))
                .text()
                .matches("Exactly what you searched for</span>")
                .count();
            if marked != usize::from(id.is_some()) {
                faults.push(format!("{text:?} by {sort}: {marked} rows are marked"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
    // Without the rule it would not: case/1/1 is older and smaller than others that begin so.
    let beginning = served.get("/api/v1/grants?q=case%2F1").json();
    assert_ne!(beginning["grants"][0]["id"], "case/1/1");
    assert_eq!(beginning["total"], 3, "{beginning}");
}

#[test]
fn the_beginning_of_an_id_finds_what_begins_so_and_nothing_else() {
    let ids = |query: &str| -> BTreeSet<String> { forms(query).remove(3).1.into_iter().collect() };
    let all = ids("");
    for text in ["case/", "case/1", "CASE/1", " case/1/ ", "(case/1/1).", "award/", "case/99"] {
        let begins = text.trim_matches([' ', '(', ')', '.']).to_lowercase();
        let expected: BTreeSet<String> = all.iter().filter(|id| id.starts_with(&begins)).cloned().collect();
        assert_eq!(ids(&format!("q={}", escaped(text))), expected, "{text:?}");
    }
    // Of two words each is sought by itself, wherever it is.
    assert!(ids("q=case%2F4%2F1+kegiatan").contains("case/4/1"));
}

#[test]
fn an_entry_is_named_as_pages_print_its_number() {
    for (text, index) in [
        ("8112", Some(8112)),
        ("Entri 8.112", Some(8112)),
        (" entry 8,112 ", Some(8112)),
        ("#1.234.567", Some(1_234_567)),
        ("0", Some(0)),
        ("08112", None),
        ("81.12", None),
        ("8112.000.", None),
        ("1.234,567", None),
        ("978.161/2014", None),
        ("entri", None),
        ("", None),
        ("99999999999999999999", None),
    ] {
        assert_eq!(entry_number(text), index, "{text:?}");
    }
    for (text, name) in
        [(" Case / 1 / 1", Some("case/1/1")), ("ORG/7", Some("org/7")), ("case/01/1", None), ("case", None)]
    {
        assert_eq!(thing(text).map(|about| about.to_string()).as_deref(), name, "{text:?}");
    }
}

#[test]
fn an_entry_and_a_thing_that_are_named_have_a_link_above_the_list() {
    let Searched { served, warrant, .. } = searched();
    let entry = format!("href=\"/en/entries/{warrant}\"");
    for (text, href) in [
        (warrant.to_string(), entry.as_str()),
        (format!("entry {warrant}"), entry.as_str()),
        ("decree/2014/1".to_owned(), "href=\"/en/decrees/2014/1\""),
        ("BUDGET/2014/1".to_owned(), "href=\"/en/budgets/2014/1\""),
        ("org/4".to_owned(), "href=\"/en/orgs/4\""),
    ] {
        check(
            served,
            &format!("/en/grants?q={}", escaped(&text)),
            &["<p class=\"named\">Exactly what you searched for", href],
            &[],
        );
    }
    for text in ["org/99", "decree/2014/99", "yayasan", "9999999", "case/1/1"] {
        check(served, &format!("/en/grants?q={}", escaped(text)), &[], &["<p class=\"named\">"]);
    }
}

#[test]
fn a_cursor_misses_nothing_whatever_is_named() {
    let served = &searched().served;
    let listed: BTreeSet<String> = forms("q=case+%2F+1+%2F+1").swap_remove(1).1.into_iter().collect();
    let (mut path, mut seen) = ("/api/v1/grants/changed?q=case+%2F+1+%2F+1&limit=1".to_owned(), Vec::new());
    loop {
        let page = served.get(&path).json();
        seen.extend(
            page["grants"].as_array().expect("grants").iter().filter_map(|one| one["id"].as_str().map(str::to_owned)),
        );
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut path),
            None => break,
        }
    }
    assert!(listed.len() > 2, "{listed:?}");
    assert_eq!((seen.len(), seen.into_iter().collect::<BTreeSet<_>>()), (listed.len(), listed));
}

/// Beside the golden two, twelve cases waited 3, 5 or 9 working days for the agency, one far longer; another waits.
fn stuck(dir: &Path) -> OneCity {
    let mut city = OneCity::new(dir);
    city.play_file("golden_case.txt");
    let cases: Vec<String> = (1..=3).flat_map(|org| (1..=5).map(move |n| format!("{org}/{n}"))).collect();
    city.play("at 2015-02-02T02:00:00.000Z");
    for case in &cases[..14] {
        let (org, _) = case.split_once('/').expect("two numbers");
        city.play(&format!(
            "application.submitted case/{case} by org/{org} amount=20_000_000 fiscal_year=2015
             bring case/{case} case.classified 20_000_000"
        ));
    }
    for (day, part) in [("2015-02-05", 0..4), ("2015-02-09", 4..9), ("2015-02-13", 9..12), ("2015-03-09", 12..13)] {
        city.play(&format!("at {day}T02:00:00.000Z"));
        for case in &cases[part] {
            city.play(&format!("bring case/{case} amount.recommended 20_000_000"));
        }
    }
    city.play(
        "refusals.counted note/desk/1 by desk day=2015-03-05 counts=[{\"rule\":\"B2\",\"office\":\"skpd_pendidikan\",\"count\":7},{\"rule\":\"B6\",\"office\":\"bud\",\"count\":2}]
         report.received note/desk/2 by desk case=case/1/1 sealed.text=abababababababababababababababababababababababababababababababab sealed.receipt=cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd
         report.received note/desk/3 by desk case=case/2/1 sealed.text=bcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbcbc sealed.receipt=dededededededededededededededededededededededededededededededede",
    );
    city
}

#[test]
fn where_a_case_is_stuck_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = stuck(dir.path());
    let served =
        Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}")));
    // Every page that reads what is kept in memory waits for it, so the grant's page has it from then on.
    let agency = "/en/agencies/pendidikan";
    check(
        &served,
        agency,
        &[
            "How long a step takes, against its limit",
            "5 days",
            "14 days",
            "1 (6.6%)",
            "Statements that the rules refused",
            "B2",
            "<td data-label=\"Count\" class=\"right money\">7</td>",
            "0 of 2 reports by citizens about cases of this agency answered.",
        ],
        &["B6"],
    );
    check(
        &served,
        "/agencies/kesehatan",
        &["Belum ada kasus SKPD ini", "Tidak ada yang tercatat.", "Belum ada laporan warga"],
        &["B2"],
    );
    // From Monday 2 February to Monday 9 March 2015, without the holiday of 19 February.
    let waits = "/en/grants/case/3/4";
    check(&served, waits, &["working day 24 of 14, 10 working days over; usually 5. Next: "], &[]);
    check(&served, "/grants/case/3/4", &["; biasanya 5. Berikutnya: "], &[]);
    // What comes later is taken over: half of 16 stays are still at most 5 days.
    city.play("report.answered note/official/12/1 by edu report=note/desk/2 answer=\"Sudah\"\nbring case/3/4 amount.recommended 20_000_000");
    check(&served, agency, &["2 (12.5%)", "1 of 2 reports"], &["1 (6.6%)"]);
    // Of fewer stays than ten nothing is said to be usual.
    let few = &searched().served;
    check(few, "/en/agencies/pendidikan", &["How long a step takes"], &[]);
    check(few, "/en/grants/case/1/1", &["Now with"], &["usually"]);
}

/// A note about a case moves no head: it comes later and is not what is cited.
#[test]
fn a_citation_names_the_entry_whose_leaf_hash_it_gives() {
    let dir = tempfile::tempdir().expect("a folder");
    let _city = stuck(dir.path());
    let served =
        Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}")));
    let page = served.get("/en/grants/case/1/1");
    let cited =
        page.text().split_once("<p class=\"cite\">").and_then(|(_, rest)| rest.split_once("</p>")).expect("cited").0;
    let (_, rest) = cited.split_once("entry ").expect("an entry");
    let (index, rest) = rest.split_once(" (").expect("its leaf hash");
    let (leaf, _) = rest.split_once(')').expect("the same");
    let told = served.get(&format!("/api/v1/entries/{index}"));
    assert!(leaf.len() == 16 && told.text().contains(&format!("\"{leaf}")), "{cited}\n{}", told.text());
}

const LICENCE: &str = "AHU-0012.AH.01.04 (Kemenkumham) – Tahun 2013";

#[test]
fn an_organisation_is_found_by_the_number_of_its_licence() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = city(dir.path());
    let licence = |number: &str| {
        format!("{{\"type\":\"AHU\",\"number\":\"{number}\",\"issuer\":\"Kementerian Hukum\",\"date\":\"2013-01-02\"}}")
    };
    city.play(&format!(
        "organisation.amended org/1 by registrar,org/1 name=- reason=Izin registration={}",
        licence(LICENCE)
    ));
    let served = Served::start(public::router_of(dir.path().to_owned(), Records::Recorded).expect("a ledger"));
    let asked = escaped("ahu 0012 ah 01 04 kemenkumham tahun 2013");
    let found = |q: &str| -> BTreeSet<String> {
        let told = served.get(&format!("/api/v1/grants?q={q}")).json();
        let grants = told["grants"].as_array().expect("a list").clone();
        grants.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect()
    };
    let of_it = BTreeSet::from(["case/1/1", "case/1/2", "case/1/3"].map(str::to_owned));
    assert_eq!(found(&asked), of_it);
    check(&served, &format!("/en/orgs?q={asked}"), &["href=\"/en/orgs/1\""], &["href=\"/en/orgs/2\""]);
    let verify = format!("/en/verify?q={asked}");
    let entry =
        Reader::open(dir.path()).and_then(|reader| reader.timeline("org/1")).expect("read").last().expect("it").index;
    let command = format!("{entry} --verbatim");
    check(&served, &verify, &["Organisation", "href=\"/en/orgs/1\"", LICENCE, &command], &[]);
    assert!(served.get("/orgs.csv").text().contains(LICENCE));
    // Another number takes its place; then that is erased.
    city.play(&format!(
        "organisation.amended org/1 by registrar,org/1 name=- reason=Izin registration={}",
        licence("SKT 7/2014")
    ));
    let reader = Reader::open(dir.path()).expect("a ledger");
    let entry = reader.timeline("org/1").expect("read").last().expect("an amendment").index;
    let statement = reader.statement(entry, crate::one_city::ORIGIN).expect("read").expect("there").hash();
    assert_eq!((found(&asked), found(&escaped("SKT/7/2014"))), (BTreeSet::new(), of_it));
    city.play(&format!(
        "erasure.recorded note/official/5/1 by registrar entry={entry} statement={statement} what=text basis=UU pointers=[\"/body/registration\"]"
    ));
    assert_eq!(found(&escaped("SKT/7/2014")), BTreeSet::new());
    assert!(!served.get("/orgs.csv").text().contains("SKT"));
}

#[test]
fn verify_answers_for_papers_and_organisations_by_name_and_by_address() {
    let Searched { served, .. } = searched();
    for (text, what, href) in [
        ("decree/2014/1", "Decree", "/en/decrees/2014/1"),
        ("https://kota.example/decrees/2014/1", "Decree", "/en/decrees/2014/1"),
        ("budget/2014/1", "Budget", "/en/budgets/2014/1"),
        ("list/2014/1", "Nominative list", "/en/lists/2014/1"),
        ("org/4", "Organisation", "/en/orgs/4"),
        ("https://kota.example/en/orgs/4", "Organisation", "/en/orgs/4"),
    ] {
        check(served, &format!("/en/verify?q={}", escaped(text)), &[what, &format!("href=\"{href}\"")], &[]);
    }
}
