//! The pages and the API of a city under rule set 1: flags, corrections, irregularities, erasures, disputes, what was taken
//! over from paper, goods, and a profile that was changed.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use hibah::ledger::reader::Reader;
use hibah::public::{self, Records};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::one_city::{ORIGIN, OneCity};
use crate::public_pages::{attribute, check_page, walked};
use crate::public_town::Served;

/// Where the story put what the tests ask for.
struct Story {
    dir: TempDir,
    application: u64,
    recommended: u64,
    correction: u64,
    irregularity: u64,
    erasure: u64,
    revocation: u64,
    adopted: u64,
}

fn story() -> &'static Story {
    static STORY: OnceLock<Story> = OnceLock::new();
    STORY.get_or_init(play)
}

fn size(dir: &TempDir) -> u64 {
    Reader::open(dir.path()).expect("a ledger").signed().expect("a checkpoint").size
}

fn play() -> Story {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play_file("golden_case.txt");
    let adopted = size(&dir);
    // Taken over from paper, with three of its amounts; another is paid and not reported.
    city.play(
        "at 2015-02-02T02:00:00.000Z
         case.adopted case/3/1 by ppkd,inspector
         application.submitted case/1/1 by org/1 amount=75 fiscal_year=2015 title=\"Taman baca <b>\" purpose=\"Buku untuk Budi\"
         official.appointed official/15 by root/1,root/2,root/3,official/15 office=tata_usaha person=pejabat/0099
         completeness.checked case/1/1 by intake decided_by.person=pejabat/0099
         bring case/1/1 amount.recommended 75
         correction.recorded case/1/1 by edu,inspector corrects=amount.recommended body.amount=80 reason=\"Salah ketik\"
         bring case/1/1 agreement.signed 75
         integrity.pledged case/1/1 by intake counter.paper.title=\"Berkas bertanda tangan dari loket\" counter.paper.sha256=cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd counter.paper.size=9 counter.paper.media_type=application/pdf
         bring case/1/1 funds.credited 75",
    );
    let application = city.last_entry("case/1/1", "application.submitted");
    let recommended = city.last_entry("case/1/1", "amount.recommended");
    let correction = city.last_entry("case/1/1", "correction.recorded");
    // Goods; and money that was paid outside the rules.
    city.play(
        "at 2015-03-02T02:00:00.000Z
         application.submitted case/2/1 by org/2 form=goods fiscal_year=2015
         bring case/2/1 goods.handed_over 75
         application.submitted case/2/2 by org/2 fiscal_year=2015
         irregularity.recorded case/2/2 by inspector,bud amount=10",
    );
    let irregularity = city.last_entry("case/2/2", "irregularity.recorded");
    let reader = Reader::open(dir.path()).expect("a ledger");
    let hash = reader.statement(application, ORIGIN).expect("read").expect("it is there").hash().to_hex();
    let erasure = size(&dir);
    city.play(&format!(
        "at 2016-03-03T02:00:00.000Z
         erasure.recorded note/official/5/1 by registrar entry={application} statement={hash} pointers=[\"/body/title\",\"/body/purpose\"] what=text basis=\"UU 27/2022 Pasal 8\" case=case/1/1"
    ));
    let revocation = size(&dir);
    city.play(
        "key.revoked official/8 by root/1,root/2,root/3 key=signer:official/8 suspect_since=2015-02-02T00:00:00.000Z
         profile.amended ledger by root/1,root/2,root/3 profile.offices.0.title_en=\"Lord Mayor\" profile.offices.0.title_id=\"Wali Kota Raya\"",
    );
    Story { dir, application, recommended, correction, irregularity, erasure, revocation, adopted }
}

/// The story's ledger.
pub fn folder() -> &'static std::path::Path {
    story().dir.path()
}

fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| {
        let router = public::router_of(story().dir.path().to_owned(), Records::Recorded);
        Served::start(router.unwrap_or_else(|e| panic!("{e}")))
    })
}

fn check(path: &str, there: &[&str], absent: &[&str]) {
    super::public_lists::check(served(), path, there, absent);
}

#[test]
fn both_lists_and_each_flag_have_a_page() {
    check(
        "/flags",
        &["Patut ditanyakan", "Belum ada", "Laporan terlambat", "Pencairan akhir tahun", "Laporan belum ada"],
        &["Worth a"],
    );
    check(
        "/en/flags",
        &["Worth a question", "Missing", "Report late", "Late entry", "3 March 2016"],
        &["Patut ditanyakan"],
    );
    check(
        "/en/flags/report_late",
        &["Method", "Law", "Exceptions", "2 findings", "Yayasan A", "case/5/1", "10 January 2015", "12 January 2015"],
        &["2015-01-12</", "Cara menemukan"],
    );
    check(
        "/flags/consecutive_control_numbers",
        &["Cara menemukan", "978/1820", "10 April 2013", "bersama"],
        &["Method"],
    );
    check("/flags/year_end_rush", &["1 temuan", "15 Desember 2014"], &["case/4/1"]);
    check("/en/flags/dated_before_predecessor", &["0 findings", "There is no finding of this flag."], &["<table"]);
    check("/en/flags/report_missing", &["10 January 2016", "53 days", "case/1/1"], &["case/4/1"]);
    assert_eq!(served().get("/flags/nothing").status, 404);
    assert_eq!(served().get("/flags/report_late?page=0").status, 400);
}

#[test]
fn a_case_shows_its_findings_and_what_is_missing_at_their_place() {
    check(
        "/en/grants/case/5/1",
        &["Year-end rush", "/en/flags/year_end_rush", "Report late", "Consecutive control numbers"],
        &["Report missing", "Outside the rules"],
    );
    check(
        "/en/grants/case/1/1",
        &["Report missing", "The report was due on 10 January 2016 and was not there on 3 March 2016."],
        &[],
    );
}

#[test]
fn every_step_is_told_well() {
    let story = story();
    check(
        "/en/grants/case/1/1",
        &[
            "recorded by Intake (pejabat/0007), decided by Intake (pejabat/0099)",
            "filed at the counter, hand-signed paper",
            "Correction: both versions",
            "Rp 75",
            "Rp 80",
            &format!("Corrected by entry {}", story.correction),
            "Salah ketik",
            &format!("Disputed: signed with a key that was revoked since (entry {})", story.revocation),
            "In the nominative list, row 1",
            "In the budget, row 1",
            "In the decree, row 1",
            "Lord Mayor",
        ],
        &["Budi", "Taman baca", ">Mayor<"],
    );
    for entry in [story.recommended, story.correction] {
        check(&format!("/en/entries/{entry}"), &["Correction: both versions", "Rp 75", "Rp 80"], &[]);
    }
    check("/en/grants/case/2/1", &["Handed over", "BAST", "goods"], &[]);
    check(
        "/en/grants/case/2/2",
        &["Outside the rules", "B5: ", "Dibayar tanpa NPHD", &format!("/en/entries/{}", story.irregularity)],
        &[],
    );
    check(
        "/en/grants/case/3/1",
        &["Taken over from paper", "earlier steps are not signed", "Not recorded", "Not yet"],
        &[],
    );
    check(&format!("/en/entries/{}", story.adopted), &["earlier steps are not signed", "Decree sealed"], &[]);
    check("/en/entries/16", &["sealed (aaaaaaaaaaaaaaaa…)", "What is sealed is not on the ledger"], &[]);
    check("/grants/case/1/1", &["dicatat oleh", "diputuskan oleh", "Wali Kota Raya", "Dihapus"], &["Budi"]);
}

#[test]
fn what_was_erased_is_shown_nowhere() {
    let story = story();
    let told = "erased on 3 March 2016 under UU 27/2022 Pasal 8";
    check(&format!("/en/entries/{}", story.application), &[told, "[erased]", "--verbatim"], &["Budi", "Taman baca"]);
    check(&format!("/en/entries/{}", story.erasure), &["a text", "/body/title", "UU 27/2022 Pasal 8"], &[]);
    check("/en/grants?org=1", &["Erased"], &["Taman baca"]);
    let found = served().get("/api/v1/grants?q=taman").json();
    assert_eq!(found["total"], 0, "{found}");
    let entry = served().get(&format!("/api/v1/entries/{}", story.application));
    assert!(!entry.text().contains("Budi"), "{}", entry.text());
    let entry = entry.json();
    assert_eq!(
        (&entry["raw"], &entry["body"]["title"], &entry["body"]["amount"]),
        (&Value::Null, &Value::Null, &json!(75))
    );
    assert_eq!(entry["erased"][0]["entry"], story.erasure);
    let raw = served().get(&format!("/api/v1/entries/{}/raw", story.application));
    assert_eq!(raw.status, 410);
    assert!(!served().get("/api/v1/cases/1/1").text().contains("Budi"));
}

#[test]
fn programs_read_flags_findings_and_states() {
    let flags = served().get("/api/v1/flags").json();
    let counts: Vec<(String, u64)> = flags["suspicious"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), one["count"].as_u64().unwrap_or_default()))
        .collect();
    let expected = [
        ("report_late", 2),
        ("consecutive_control_numbers", 2),
        ("year_end_rush", 1),
        ("dated_before_predecessor", 0),
        ("late_entry", 0),
    ];
    assert_eq!(counts, expected.map(|(name, count)| (name.to_owned(), count)));
    assert_eq!(flags["missing"][0]["count"], 2);
    assert_eq!(flags["as_of"], "2016-03-03");
    let late = served().get("/api/v1/flags/report_late").json();
    assert_eq!(late["findings"][0]["facts"]["due"], "2015-01-10");
    let missing = served().get("/api/v1/flags/report_missing").json();
    let due = |at: usize| (&missing["missing"][at]["case"], &missing["missing"][at]["due"]);
    assert_eq!(due(0), (&json!("case/1/1"), &json!("2016-01-10")));
    // Money that was paid without an agreement is to be reported by the profile's day.
    assert_eq!(due(1), (&json!("case/2/2"), &json!("2016-01-10")));
    let case = served().get("/api/v1/cases/5/1").json();
    let names: BTreeSet<&str> =
        case["findings"].as_array().expect("a list").iter().filter_map(|one| one["flag"].as_str()).collect();
    assert_eq!(names, BTreeSet::from(["consecutive_control_numbers", "report_late", "year_end_rush"]));
    let states = |path: &str| -> Vec<String> {
        let amounts = served().get(path).json()["amounts"].as_array().expect("amounts").clone();
        amounts.iter().map(|one| one["state"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let (r, y, n, m) = ("recorded", "not_yet", "not_applicable", "not_recorded");
    assert_eq!(states("/api/v1/cases/3/1"), [r, m, m, m, m, r, y, y, y, y, y]);
    assert_eq!(states("/api/v1/cases/2/1"), [r, r, r, r, r, r, r, n, n, y, n]);
}

#[test]
fn every_link_leads_somewhere_and_every_entry_has_a_page() {
    let mut links: BTreeSet<String> = BTreeSet::new();
    for lang in ["", "/en"] {
        for index in 0..size(&story().dir) {
            links.insert(format!("{lang}/entries/{index}"));
        }
        links.extend(["/", "/flags", "/grants"].map(|path| format!("{lang}{path}")));
    }
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(path) = links.pop_first() {
        if !seen.insert(path.clone()) {
            continue;
        }
        let heard = served().get(&path);
        let erased = path.ends_with("/raw") && heard.status == 410;
        assert!(heard.status == 200 || erased, "{path}: {}", heard.status);
        if heard.header("content-type").starts_with("text/html") && heard.header("content-disposition").is_empty() {
            check_page(&heard, &path);
            let hrefs = attribute(heard.text(), "href").into_iter();
            links.extend(
                hrefs.filter_map(|href| walked(&href)).filter(|href| href.starts_with('/') && !seen.contains(href)),
            );
        }
    }
    assert!(seen.len() > 200, "{} addresses", seen.len());
}

#[test]
fn a_profile_that_is_changed_is_told_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play_file("standard.txt");
    let router = public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    assert!(!served.get("/").text().contains("Kota Baru"));
    city.play("profile.amended ledger by root/1,root/2,root/3 profile.government.name_id=\"Pemerintah Kota Baru\"");
    assert!(served.get("/").text().contains("Pemerintah Kota Baru"));
}
