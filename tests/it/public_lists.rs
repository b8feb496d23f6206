//! The pages beside that of a grant: organisations, agencies, years, decrees, officials, reports due, newest records, plain
//! text; and search: facets, order, document numbers, the next spelling.

use std::sync::OnceLock;

use hibah::public::{self, Records};
use tempfile::TempDir;

use crate::one_city::OneCity;
use crate::public_pages::{attribute, check_page};
use crate::public_town::{self, Served};

/// A city: the golden cases, one more year, a refusal, a case whose deadline runs, an organisation with two names, a decree
/// that was revoked, and a month of the treasury's.
fn served() -> &'static Served {
    static SERVED: OnceLock<(TempDir, Served)> = OnceLock::new();
    let (_, served) = SERVED.get_or_init(|| {
        let dir = tempfile::tempdir().expect("a folder");
        let mut city = OneCity::new(dir.path());
        city.play_file("golden_case.txt");
        city.play(
            "at 2015-02-02T02:00:00.000Z
             application.submitted case/1/1 by org/1 amount=75_000_000 fiscal_year=2015 title=\"Taman baca <b>\"
             bring case/1/1 funds.credited 75_000_000
             application.submitted case/2/1 by org/2 amount=30_000_000 fiscal_year=2015 field=kesehatan
             bring case/2/1 case.routed 30_000_000
             case.classified case/2/1 by team field=kesehatan
             decision.refused case/2/1 by health reason=\"Proposal <i>ganda</i>\"
             application.submitted case/3/1 by org/3 amount=20_000_000 fiscal_year=2015
             bring case/3/1 case.classified 20_000_000
             at 2015-03-09T02:00:00.000Z
             treasury.reconciled year/2015 by bud,inspector month=2 grants.count=1 grants.sum=70_000_000 assistance.count=0 assistance.sum=0 register.title=\"Register SP2D\" register.sha256=cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd register.size=9 register.media_type=application/pdf
             treasury.reconciled year/2014 by bud,inspector grants.count=2 grants.sum=129_000_000 assistance.count=1 assistance.sum=1_000_000 register.title=\"Register SP2D\" register.sha256=cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd register.size=9 register.media_type=application/pdf
             organisation.amended org/1 by registrar,org/1 name=\"Yayasan Buku Baru\" reason=\"Akta baru\"
             application.submitted case/2/2 by org/2 amount=12 fiscal_year=2016",
        );
        let router = public::router_of(dir.path().to_owned(), Records::Recorded);
        (dir, Served::start(router.unwrap_or_else(|e| panic!("{e}"))))
    });
    served
}

pub fn check(served: &Served, path: &str, there: &[&str], absent: &[&str]) {
    let heard = served.get(path);
    assert_eq!(heard.status, 200, "{path}");
    check_page(&heard, path);
    for text in there {
        assert!(heard.text().contains(text), "{path} lacks {text:?}:\n{}", heard.text());
    }
    for text in absent {
        assert!(!heard.text().contains(text), "{path} has {text:?}");
    }
}

#[test]
fn organisations_are_listed_found_and_told() {
    let served = served();
    check(served, "/orgs", &["5 lembaga", "/orgs/4", "Yayasan Buku Baru", "Laporan terlambat"], &["organisation"]);
    check(served, "/en/orgs?q=BUKU", &["1 organisation", "Yayasan Buku Baru", "All organisations"], &["/orgs/4"]);
    check(served, "/en/orgs?q=%3Cb%3E", &["0 organisations", "No organisation matches", "&#60;b&#62;"], &["<b>"]);
    let spelled = &["Did you mean <a href=\"/en/orgs?q=yayasan\">yayasan</a>?"];
    check(served, "/en/orgs?q=jajasan", spelled, &[]);
    check(
        served,
        "/en/orgs/1",
        &[
            "Every name that it had",
            "Yayasan Buku Baru",
            "Money in, by fiscal year",
            "<svg role=\"img\"",
            "Rp 75.000.000",
            "1 grant; paid: Rp 75.000.000; no report is overdue.",
            "10 January 2016",
            "Not due yet",
            "Organisation amended",
            "Taman baca &#60;b&#62;",
        ],
        &["<b>", "Semua nama"],
    );
    check(served, "/orgs/3", &["Belum ada</", "20.000.000", "Tidak ada laporan yang ditunggu."], &["Suspended"]);
    let names = served.get("/orgs/1").text().matches("Yayasan Buku Baru").count();
    assert!(names >= 2, "its heading and its list of names");
}

#[test]
fn agencies_tell_sums_pace_and_refusals() {
    let served = served();
    check(
        served,
        "/en/agencies",
        &["Education Agency", "/en/agencies/pendidikan", "Refused", "Over 7 days", "Rp 1.445.000.012"],
        &["Dinas Pendidikan"],
    );
    check(
        served,
        "/en/agencies/kesehatan",
        &[
            "Half of the",
            "Refusals, and why",
            "Proposal &#60;i&#62;ganda",
            "Rp 30.000.000",
            "Sums at each stage",
            "<svg",
        ],
        &["<i>", "Ditolak"],
    );
    check(served, "/agencies/pendidikan", &["Separuh dari", "Tidak ada permohonan yang ditolak."], &["Half of"]);
}

#[test]
fn a_year_is_told_from_asked_to_reported() {
    let served = served();
    check(
        served,
        "/years",
        &["2014", "2015", "2016", "Ditetapkan dan dicairkan per tahun", "Realisasi", "100,0%", "Rp 125.000.000"],
        &["Budget"],
    );
    check(
        served,
        "/en/years/2014",
        &[
            "This ledger holds Rp 125.000.000 of the Rp 130.000.000 that the treasury paid (96.1%), as reconciled last on 9 March 2015.",
            "From asked to reported",
            "Rp 1.350.000.000",
            "9.2%",
            "class=\"wedge\"",
            "On time",
            "Late",
            "By field",
            "By agency",
            "Compare with another year",
            "Of 2 grants that were paid",
        ],
        &["Never reconciled", "Dari yang"],
    );
    check(
        served,
        "/en/years/2015",
        &["Reconciled with the treasury for 1 month of 12, last on 9 March 2015", "Rp 70.000.000", "/en/entries/"],
        &["Never reconciled with"],
    );
    check(served, "/en/years/2015?with=2014", &["aria-current=\"true\"", "Difference", "-Rp", "+"], &[]);
    check(
        served,
        "/en/years/2016",
        &["No grant of this year has to be reported yet.", "Never reconciled with the treasury"],
        &[],
    );
    // Bars begin at zero, and every chart is named and stands beside a table.
    for path in ["/years", "/en/years/2014", "/orgs/1", "/agencies/pendidikan"] {
        let heard = served.get(path);
        let text = heard.text();
        let charts = text.matches("<figure class=\"chart\">").count();
        assert!(charts > 0, "{path}");
        assert_eq!(charts, text.matches("<figcaption id=").count(), "{path}");
        assert!(text.matches("<table").count() >= charts, "{path}");
        let bars: Vec<&str> = text.split("<rect class=\"series-").skip(1).collect();
        assert!(!bars.is_empty() && bars.iter().all(|bar| bar.contains("x=\"0\"")), "{path}");
    }
}

#[test]
fn decrees_officials_reports_and_records_have_pages() {
    let served = served();
    check(served, "/decrees", &["978/Kep.161-DPKAD/2014", "/decrees/2014/1", "Berlaku"], &["In effect"]);
    check(
        served,
        "/en/decrees/2014/1",
        &[
            "Decree 978/Kep.161-DPKAD/2014",
            "In effect. 1 row recorded.",
            "the same as the total that it names",
            "/en/grants/case/4/1",
            "Yayasan A",
            "Rp 75.000.000",
            "Decree sealed",
        ],
        &["Berlaku"],
    );
    for (path, there) in [
        ("/budgets", "/budgets/2014/1\">Perda APBD 2014"),
        ("/lists", "/lists/2014/1\">978/DNC/2014"),
        ("/budgets/2014/1", "Anggaran Perda APBD 2014"),
        ("/lists/2014/1", "Daftar nominatif 978/DNC/2014"),
        ("/budgets/2014/1", "Berlaku. 2 baris tercatat."),
        ("/lists/2014/1", "Rp 125.000.000"),
        ("/lists/2014/1", "/grants/case/5/1"),
        ("/grants/case/4/1", "<a href=\"/budgets/2014/1\">Perda APBD 2014</a>"),
        ("/grants/case/4/1", "<a href=\"/lists/2014/1\">978/DNC/2014</a>"),
        ("/grants/case/4/1", "<a href=\"/decrees/2014/1\">978/Kep.161-DPKAD/2014</a>"),
    ] {
        check(served, path, &[there], &["This budget", "In effect"]);
    }
    check(
        served,
        "/en/officials",
        &["Holders of offices", "Mayor", "pejabat/0001", "In force", "since entry 1", "Root key 1", "Warrant issued"],
        &["Pemegang"],
    );
    check(served, "/overdue", &["Berikutnya jatuh tempo", "10 Januari 2016", "Tidak ada laporan"], &["Due next"]);
    check(served, "/en/changes", &["Newest records", "Older", "Organisation amended"], &[]);
    check(served, "/en/changes?before=10", &["9 – 0", "Ledger founded", "Newest"], &["before=0", "Older"]);
    for (path, id, en) in [
        ("/about", "Apa yang dibuktikannya", "What it proves"),
        ("/privacy", "Tidak ada kuki", "No cookies"),
        ("/help", "Mencari hibah", "Find a grant"),
    ] {
        check(served, path, &[id], &[]);
        check(served, &format!("/en{path}"), &[en], &[id]);
    }
}

#[test]
fn what_is_not_there_is_said() {
    let served = served();
    for (path, status, text) in [
        ("/orgs/99", 404, "Tidak ada lembaga dengan nomor ini"),
        ("/en/orgs/01", 404, "There is no organisation of this number"),
        ("/en/agencies/nothing", 404, "There is no agency of this code"),
        ("/years/1999", 404, "Tidak ada hibah dari tahun anggaran ini"),
        ("/en/years/02014", 404, "There is no grant of this fiscal year"),
        ("/en/decrees/2014/99", 404, "There is no decree of this number"),
        ("/en/decrees/x", 404, "There is no decree of this number"),
        ("/en/budgets/2014/9", 404, "There is no budget of this number"),
        ("/lists/2014/9", 404, "Tidak ada daftar nominatif dengan nomor ini"),
        ("/en/years/2014?with=1999", 400, "The parameter with"),
        ("/en/changes?before=x", 400, "The parameter before"),
        ("/en/grants?size=9", 400, "The parameter size"),
        ("/en/grants?sort=name", 400, "The parameter sort"),
        ("/en/orgs?page=0", 400, "The parameter page"),
    ] {
        let heard = served.get(path);
        assert_eq!(heard.status, status, "{path}");
        check_page(&heard, path);
        assert!(heard.text().contains(text), "{path} lacks {text:?}:\n{}", heard.text());
    }
}

#[test]
fn the_deadline_the_evidence_and_the_source_of_a_grant_are_told() {
    let served = served();
    // From Monday 2 February to Monday 9 March 2015, without the holiday of 19 February.
    check(
        served,
        "/en/grants/case/3/1",
        &["since 2 February 2015: working day 24 of 14, 10 working days over. Next: ", "Evidence: 1 of 5"],
        &[],
    );
    check(
        served,
        "/grants/case/4/1",
        &["Bukti: 5 dari 5", "Tercatat, entri", "Dari mana data ini?", "berlaku sejak entri", "Ada yang keliru?"],
        &["Belum tercatat", "dicabut kemudian"],
    );
}

/// A list, and how many grants are on it.
const LISTS: &[(&str, u64)] = &[
    ("", 6),
    ("year=2015", 3),
    ("year=2015&agency=pendidikan", 2),
    ("agency=kesehatan", 1),
    ("status=refused", 1),
    ("stage=case.classified", 2),
    ("size=1", 2),
    ("size=2", 4),
    ("size=5", 0),
    ("flag=report_late", 2),
    ("flag=report_missing", 0),
    ("has=paid", 3),
    ("q=yayasan&sort=size", 6),
    ("q=yay+buk", 1),
    ("q=161+DPKAD", 1),
    ("q=978Kep161DPKAD2014", 1),
    ("q=978+%2F+Kep.+161+-+DPKAD+%2F+2014", 1),
    ("q=33%2FKep.I%2F32%2F2014", 1),
    ("q=33KepI32%202014", 1),
    ("q=tidakada", 0),
];

#[test]
fn a_list_is_counted_alike_in_memory_and_in_the_tables() {
    let served = served();
    let mut faults = Vec::new();
    for (query, expected) in LISTS {
        let page = served.get(&format!("/en/grants?{query}"));
        check_page(&page, &format!("/en/grants?{query}"));
        let total = page.text().split("role=\"status\"><strong>").nth(1).unwrap_or_default();
        let told = total.split(' ').next().unwrap_or_default().to_owned();
        let listed = served.get(&format!("/api/v1/grants?{query}")).json()["total"].to_string();
        if told != expected.to_string() || listed != told {
            faults.push(format!("{query}: {expected} expected, {told} on the page, {listed} from the API"));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn filters_count_what_they_leave_and_can_be_taken_away() {
    let served = served();
    let text = served.get("/en/grants?year=2015").text().to_owned();
    for choice in [
        "/en/grants?year=2015&amp;status=refused\">Refused <span class=\"count\">1</span>",
        "/en/grants?year=2015&amp;agency=kesehatan\">Health Agency <span class=\"count\">1</span>",
        "/en/grants?year=2015&amp;size=2\">Rp 25.000.000 – Rp 100.000.000 <span class=\"count\">2</span>",
        "/en/grants?year=2015&amp;stage=case.classified\">",
        "Sort by: <strong>latest change</strong>",
        "/en/grants?year=2015&amp;sort=size",
    ] {
        let plain = text.replace("&#38;", "&amp;");
        assert!(plain.contains(choice), "lacks {choice:?}:\n{text}");
    }
    assert!(text.contains("Remove filter: </span>Year: 2015"), "{text}");
    // Each choice leads to as many grants as it says.
    let mut followed = 0;
    for part in text.split("<li><a href=\"").skip(1) {
        let Some((href, rest)) = part.split_once('"') else { continue };
        let Some(count) = rest.split("<span class=\"count\">").nth(1).and_then(|rest| rest.split('<').next()) else {
            continue;
        };
        let href = href.replace("&#38;", "&").replace("&amp;", "&");
        let list = served.get(&href);
        assert!(list.text().contains(&format!("<strong>{count} grant")), "{href} says {count}:\n{}", list.text());
        followed += 1;
    }
    assert!(followed >= 6, "{followed} choices");
    let largest = served.get("/en/grants?sort=size");
    let first = attribute(largest.text(), "href").into_iter().find(|href| href.starts_with("/en/grants/case/"));
    assert_eq!(first.as_deref(), Some("/en/grants/case/1/1"), "75,000,000 was paid, and it changed later");
}

#[test]
fn a_word_that_finds_nothing_is_spelled_as_the_ledger_spells_it() {
    let served = served();
    for (words, spelled) in [("jajasan", "yayasan"), ("yayasn", "yayasan"), ("Kegiaatan", "kegiatan")] {
        let page = served.get(&format!("/en/grants?q={words}"));
        let told = format!("Did you mean <a href=\"/en/grants?q={spelled}\">{spelled}</a>?");
        assert!(page.text().contains(&told), "{words}:\n{}", page.text());
    }
    assert!(!served.get("/en/grants?q=zzzzzzz").text().contains("Did you mean"));
    assert!(!served.get("/en/grants?q=yayasan").text().contains("Did you mean"));
}

#[test]
fn a_ledger_of_rule_set_0_has_all_pages_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = public_town::found(dir.path());
    public_town::story(&mut city);
    let router = public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    check(&served, "/years/2013", &["Sebelum buku besar", "Rp 25.000.000"], &[]);
    check(&served, "/en/years", &["Before the ledger", "2026", "Rp 50.000.000"], &["Sebelum"]);
    check(&served, "/en/officials", &["In force", "Warrant issued"], &[]);
    check(&served, "/decrees/2026/2", &["Belum lengkap. 1 baris tercatat.", "Forum Warga"], &[]);
}
