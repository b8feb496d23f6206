//! Citizens' reports on the public side: which wait, which are overdue, which were answered, and what becomes of them.

use std::path::Path;

use hibah::ledger::reader::Reader;
use hibah::public::{self, Manner, Records};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::one_city::{ORIGIN, OneCity};
use crate::public_lists::check;
use crate::public_pages::check_page;
use crate::public_town::Served;

fn served(dir: &Path) -> Served {
    Served::start(public::router_of(dir.to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}")))
}

/// A citizen's report, sealed like no other.
fn report(n: u64, case: &str) -> String {
    format!(
        "report.received note/desk/{n} by desk case={case} sealed.text={} sealed.receipt={}",
        format!("{:02x}", n + 0xa0).repeat(32),
        format!("{:02x}", n + 0xc0).repeat(32)
    )
}

/// Report 1 is about a case, answered twice and rated; 2 names no case and is overdue; 4 came on the last day.
fn city() -> (TempDir, OneCity) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play_file("golden_case.txt");
    city.play(&format!(
        "at 2015-02-02T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=20_000_000 fiscal_year=2015 title=\"Taman baca <b>\"
         bring case/1/1 case.classified 20_000_000
         at 2015-02-03T02:00:00.000Z
         {}
         {}
         at 2015-02-10T02:00:00.000Z
         report.answered note/official/12/1 by edu report=note/desk/1 answer=\"Papan <i>nama</i> dipasang\"
         at 2015-02-11T02:00:00.000Z
         report.answered note/official/12/2 by edu report=note/desk/1 answer=\"Fotonya menyusul\"
         report.rated note/desk/3 by desk report=note/desk/1 rating=4
         at 2015-03-02T02:00:00.000Z
         {}",
        report(1, "case/1/1"),
        report(2, "-"),
        report(4, "case/1/1"),
    ));
    (dir, city)
}

/// A page, what it says, and what it does not.
const PAGES: &[(&str, &[&str], &[&str])] = &[
    (
        "/reports",
        &["Laporan 1", "Laporan 2", "Laporan 4", "7 hari", "4 dari 5", "14 hari kerja", "/lapor"],
        &["Waiting"],
    ),
    (
        "/en/reports?status=overdue",
        &["Report 2", "24 February 2015", "Names no grant", ">All</a>"],
        &["Report 1<", "Report 4<"],
    ),
    ("/en/reports?status=answered", &["Report 1", "Education Agency", "Taman baca &#60;b&#62;"], &["Report 2<", "<b>"]),
    ("/en/reports?status=open", &["Report 4", "20 March 2015"], &["Report 1<", "Report 2<"]),
    (
        "/en/reports?agency=pendidikan",
        &["Report 1", "Report 4", "Overdue</span> <span class=\"value\">0<"],
        &["Report 2<"],
    ),
    ("/en/reports?agency=kesehatan", &["There is no such citizen’s report."], &["Report 1<"]),
    ("/en/reports?page=2", &["There is no such citizen’s report."], &["Report 1<"]),
    (
        "/en/reports/1",
        &[
            "It was answered after 7 days.",
            "/en/grants/case/1/1\">Taman baca &#60;b&#62;",
            "Yayasan",
            "is sealed: only commitments to it are on the ledger",
            "Papan &#60;i&#62;nama&#60;/i&#62; dipasang",
            "Fotonya menyusul",
            "answered after 8 days",
            "Answer rated: 4 of 5",
            "/api/v1/receipts/",
            "data-check",
        ],
        &["<i>", "Dijawab", "Not rated"],
    ),
    ("/reports/1", &["Sudah dijawab setelah 7 hari.", "Penilaian jawaban: 4 dari 5"], &["answered"]),
    (
        "/en/reports/2",
        &["Not answered, though an answer was due by 24 February 2015.", "Names no grant"],
        &["Report rated"],
    ),
    ("/reports/4", &["Belum dijawab; batas jawabannya 20 Maret 2015.", "Belum dinilai"], &["Sudah dijawab"]),
    // The grant, its agency and every page's foot lead here.
    (
        "/en/grants/case/1/1",
        &["/en/reports/1\">Report 1</a>", "/en/reports/4\">Report 4</a>", "/lapor"],
        &["/en/reports/2\""],
    ),
    ("/grants/case/4/1", &["Belum ada laporan warga tentang hibah ini."], &["/reports/1\""]),
    ("/en/agencies/pendidikan", &["1 of 2 reports", "/en/reports?agency=pendidikan"], &[]),
    ("/agencies/kesehatan", &["Belum ada laporan warga"], &["/reports?agency"]),
    ("/", &["<a href=\"/reports\">Laporan warga</a>"], &[]),
];

#[test]
fn reports_are_listed_told_and_given_in_every_form() {
    let (dir, _city) = city();
    let served = served(dir.path());
    let rule = "The ledger’s rules set no limit for an answer; 14 working days are the measure of this page.";
    let numbers =
        |label: &str, value: &str| format!("<span class=\"label\">{label}</span> <span class=\"value\">{value}</span>");
    let [waiting, overdue, answered, median] =
        [("Waiting for an answer", "1"), ("Overdue", "1"), ("Answered", "1"), ("Usually answered within", "7 days")]
            .map(|(label, value)| numbers(label, value));
    check(
        &served,
        "/en/reports",
        &[rule, &waiting, &overdue, &answered, &median, "4 of 5", "2 March 2015"],
        &["Menunggu"],
    );
    for (path, there, absent) in PAGES {
        check(&served, path, there, absent);
    }
    for (path, status) in [
        ("/reports/3", 404),
        ("/en/reports/99", 404),
        ("/reports/01", 404),
        ("/reports/x", 404),
        ("/reports?status=rated", 400),
        ("/reports.csv?status=rated", 400),
        ("/en/reports?page=0", 400),
    ] {
        let heard = served.get(path);
        assert_eq!(heard.status, status, "{path}");
        if !path.contains(".csv") {
            check_page(&heard, path);
        }
    }
}

#[test]
fn files_and_feeds_say_what_the_page_says() {
    let (dir, _city) = city();
    let served = served(dir.path());
    let csv = served.get("/reports.csv");
    let rows: Vec<&str> = csv.text().lines().collect();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows[0].starts_with("report,state,received,received_entry,case,agency,due,answered,"), "{}", rows[0]);
    assert!(rows[1].starts_with("4,open,2015-03-02T02:00:00.000Z,"), "{}", rows[1]);
    assert!(rows[2].contains(",,,2015-02-24,,,,,0,,"), "{}", rows[2]);
    let list = served.get("/en/reports.json?status=answered").json();
    let one = &list["rows"][0];
    assert_eq!(list["rows"].as_array().map(Vec::len), Some(1), "{list}");
    let told = json!([1, "answered", "case/1/1", "pendidikan", "2015-02-24", "skpd_pendidikan", 7, 2, 4]);
    let fields = ["report", "state", "case", "agency", "due", "answered_by", "days", "answers", "rating"];
    assert_eq!(Value::from_iter(fields.map(|name| one[name].clone())), told, "{list}");
    // What they name is there and is what they say.
    for (field, kind) in
        [("received_entry", "report.received"), ("answered_entry", "report.answered"), ("rating_entry", "report.rated")]
    {
        assert_eq!(served.get(&format!("/api/v1/entries/{}", one[field])).json()["kind"], kind, "{field}");
    }
    let feed = served.get("/en/reports.atom");
    let titles: Vec<&str> =
        feed.text().split("<entry>").skip(1).filter_map(|one| one.split("Report ").nth(1)).collect();
    let heads: Vec<&str> = titles.iter().filter_map(|title| title.split('<').next()).collect();
    assert_eq!(heads, ["4: Waiting for an answer", "1: Answered", "2: Overdue"], "the one with the newest entry first");
    assert!(!served.get("/reports.atom?status=overdue").text().contains("/reports/1"));
}

/// The page is of what is recorded now: an answer, its erasure, other holidays.
#[test]
fn what_comes_later_is_taken_over() {
    let (dir, mut city) = city();
    let served = served(dir.path());
    check(&served, "/en/reports/2", &["Not answered"], &[]);
    city.play("report.answered note/official/12/3 by edu report=note/desk/2 answer=\"Kata Budi benar\"");
    check(&served, "/en/reports/2", &["It was answered after 27 days.", "Kata Budi benar"], &["Not answered"]);
    let reader = Reader::open(dir.path()).expect("a ledger");
    let entry = reader.timeline("note/official/12/3").expect("read").first().expect("it is there").index;
    let hash = reader.statement(entry, ORIGIN).expect("read").expect("it is there").hash().to_hex();
    city.play(&format!(
        "erasure.recorded note/official/5/1 by registrar entry={entry} statement={hash} pointers=[\"/body/answer\"] what=text basis=\"UU 27/2022 Pasal 8\" case=-"
    ));
    check(&served, "/en/reports/2", &["This answer was erased"], &["Budi"]);
    // A holiday more is a day more to answer.
    check(&served, "/en/reports/4", &["due by 20 March 2015"], &[]);
    city.play("profile.amended ledger by root/1,root/2,root/3 profile.holidays=[\"2015-03-20\"]");
    check(&served, "/en/reports/4", &["due by 23 March 2015"], &[]);
}

#[test]
fn a_ledger_without_reports_says_so_and_how_to_report() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play_file("golden_case.txt");
    let served = served(dir.path());
    check(&served, "/reports", &["Belum ada laporan warga pada buku besar ini", "/lapor", "Inspektorat"], &["<table"]);
    check(&served, "/en/reports", &["There is no citizen’s report on this ledger yet", "/lapor"], &["<table"]);
    assert_eq!(served.get("/reports.json").json()["rows"], json!([]));
    assert_eq!(served.get("/reports/1").status, 404);
}

#[test]
fn pages_link_the_desk_where_it_is_known() {
    let (dir, _city) = city();
    let manner = Manner { desk: Some("https://loket.example".into()), ..Manner::default() };
    let served = Served::start(public::router_of(dir.path().to_owned(), manner).unwrap_or_else(|e| panic!("{e}")));
    for (page, there, not) in [
        ("/grants/case/1/1", "href=\"https://loket.example/lapor?case=case/1/1\"", "Alamat loket tidak"),
        ("/en/reports", "href=\"https://loket.example/en/lapor\"", "desk’s address is not on"),
        ("/", "href=\"https://loket.example/\"", "Alamat loket"),
    ] {
        let text = served.get(page).text().to_owned();
        assert!(text.contains(there) && !text.contains(not), "{page}: {text}");
    }
}
