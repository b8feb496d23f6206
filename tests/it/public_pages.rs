//! The pages: both languages, every link, nothing unescaped, nothing from elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use hibah::public::{self, Records};
use tempfile::TempDir;

use crate::paper::pages;
use crate::public_town::{Heard, Served, found, past_award, story};

fn town(records: Records) -> (TempDir, Served) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    story(&mut city);
    let router = public::router_of(dir.path().to_owned(), records).unwrap_or_else(|e| panic!("{e}"));
    (dir, Served::start(router))
}

/// What every page must be.
pub fn check_page(heard: &Heard, path: &str) {
    let text = heard.text();
    assert_eq!(heard.header("content-type"), "text/html; charset=utf-8", "{path}");
    let policy = heard.header("content-security-policy");
    for part in [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(policy.contains(part), "{path}: {policy}");
    }
    assert_eq!(heard.header("x-content-type-options"), "nosniff", "{path}");
    assert!(!heard.header("referrer-policy").is_empty(), "{path}");
    assert_eq!(heard.header("access-control-allow-origin"), "", "{path}");
    let lang = if path == "/en" || path.starts_with("/en/") { "en" } else { "id" };
    assert!(text.starts_with(&format!("<!doctype html>\n<html lang=\"{lang}\">")), "{path}");
    // One script at most, of this origin, and nothing of it in the page itself.
    let scripts: Vec<&str> = text.split("<script").skip(1).collect();
    let ours = |rest: &&str| rest.starts_with(" type=\"module\" src=\"/assets/check-") && rest.contains("\"></script>");
    assert!(scripts.len() <= 1 && scripts.iter().all(ours), "{path}: {scripts:?}");
    for forbidden in ["style=", "onclick", "javascript:", "<style", "<iframe", "{{", "{%"] {
        assert!(!text.contains(forbidden), "{path} has {forbidden}");
    }
    for needed in [
        "<title>",
        "<h1",
        "<main id=\"main\"",
        "href=\"#main\"",
        "name=\"viewport\"",
        "hreflang=\"id\"",
        "hreflang=\"en\"",
    ] {
        assert!(text.contains(needed), "{path} lacks {needed}");
    }
    assert_eq!(text.matches("<h1").count(), 1, "{path}");
    assert_eq!(text.matches("<table").count(), text.matches("<caption").count(), "{path}");
    let headings = text.matches("<th ").count() + text.matches("<th>").count();
    let scopes = text.matches("<th scope=\"col\"").count() + text.matches("<th scope=\"row\"").count();
    assert_eq!(headings, scopes, "{path}: a heading of a table without a scope");
    // The one whole address that a page has is its own, in both languages, as search engines want it.
    let whole = |line: &&str| line.starts_with("<link rel=\"alternate\" hreflang=");
    let own = |line: &str| line.contains("href=\"https://") || line.contains("href=\"http://127.0.0.1:");
    assert!(text.lines().filter(whole).all(own) && text.lines().filter(whole).count() == 2, "{path}");
    let text: String = text.lines().filter(|line| !whole(line)).collect::<Vec<_>>().join("\n");
    let text = text.as_str();
    for elsewhere in ["src=\"http", "href=\"http", "src=\"//", "href=\"//", "url("] {
        assert!(!text.contains(elsewhere), "{path} has {elsewhere}");
    }
    assert!(heard.body.len() < 80_000, "{path} has {} bytes", heard.body.len());
    let ids = attribute(text, "id");
    let once: BTreeSet<&String> = ids.iter().collect();
    assert_eq!(ids.len(), once.len(), "{path} repeats an id: {ids:?}");
}

/// The values of an attribute, unescaped.
pub fn attribute(text: &str, name: &str) -> Vec<String> {
    text.split(&format!(" {name}=\""))
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .map(|value| value.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}

/// An address as a walk asks for it: what names a place on a page is the reader's, and lists that are narrowed in two ways or
/// more are those that are narrowed in one.
pub fn walked(href: &str) -> Option<String> {
    let address = href.split('#').next().unwrap_or_default();
    (!address.is_empty() && address.matches('&').count() == 0).then(|| address.to_owned())
}

#[test]
fn every_link_of_every_page_leads_somewhere() {
    let (_dir, served) = town(Records::Recorded);
    let home = served.get("/");
    let sheet = attribute(home.text(), "href").into_iter().find(|href| href.ends_with(".css")).expect("a style sheet");
    let sheet_bytes = served.get(&sheet).body.len();
    let mut waiting = vec!["/".to_owned(), "/en/".to_owned()];
    let mut seen: BTreeMap<String, u16> = BTreeMap::new();
    while let Some(path) = waiting.pop() {
        if seen.contains_key(&path) {
            continue;
        }
        let heard = served.get(&path);
        assert_eq!(heard.status, 200, "{path}");
        seen.insert(path.clone(), heard.status);
        if path.ends_with("/receipt.pdf") {
            assert_eq!((heard.header("content-type"), pages(&heard.body)), ("application/pdf", 1), "{path}");
        }
        if !heard.header("content-type").starts_with("text/html") || !heard.header("content-disposition").is_empty() {
            continue;
        }
        check_page(&heard, &path);
        let first_view = heard.body.len() + sheet_bytes;
        assert!(first_view < 80_000, "{path} and its style sheet have {first_view} bytes");
        for href in attribute(heard.text(), "href") {
            // In its head a page names itself whole.
            let href = href.strip_prefix(&served.url("")).map_or(href.clone(), str::to_owned);
            if href.starts_with('#') || href.starts_with("data:") {
                continue;
            }
            assert!(href.starts_with('/') && !href.starts_with("//"), "{path} links elsewhere: {href}");
            waiting.extend(walked(&href));
        }
    }
    for path in [
        "/grants",
        "/en/grants/case/1/1",
        "/grants/award/cdcdcdcdcdcdcdcd/7",
        "/log",
        "/en/entries/0",
        "/en/entries/0/receipt.pdf",
        "/entries/3/receipt.pdf",
        "/grants?year=2026",
        "/orgs",
        "/en/orgs/1",
        "/agencies/pendidikan",
        "/en/years/2026",
        "/decrees/2026/1",
        "/en/officials",
        "/overdue",
        "/en/changes",
        "/about",
        "/en/privacy",
        "/help",
    ] {
        assert!(seen.contains_key(path), "no link leads to {path}");
    }
    assert!(seen.len() > 100, "{} addresses", seen.len());
}

/// Path, texts that must be there, texts that must not.
const PAGES: &[(&str, &[&str], &[&str])] = &[
    (
        "/",
        &[
            "Tahun anggaran 2026",
            "Rp 300.000.000",
            "Rp 50.000.000",
            "ditandatangani <time",
            "2 Maret 2026 09:00 WIB",
            "Sebelum buku besar",
            "Setiap hibah, dari permohonan sampai laporan",
        ],
        &["Fiscal"],
    ),
    ("/en/", &["Fiscal year 2026", "2 March 2026 09:00 WIB", "Before the ledger", "Indonesia"], &["Tahun anggaran"]),
    (
        "/grants/case/1/1",
        &[
            "Selesai: penggunaan dana dilaporkan",
            "Tidak berlaku",
            "957/0239/2026",
            "Wali Kota",
            "978/Kep.1/2026",
            "hibah verify http://127.0.0.1",
            "abababababababababababababababababababababababababababababababab",
            "/api/v1/receipts/",
            "Jumlah di setiap tahap",
            "Masuk keputusan, baris 1",
            "<dt>Rekening penerima</dt><dd>sama dengan yang didaftarkan (nomornya disegel)",
        ],
        &["<script>", "Belum ada</", "Daftar lama", "/body/sealed/account", "Komitmen"],
    ),
    (
        "/en/grants/case/1/1",
        &[
            "Finished: the use of the money was reported",
            "Not applicable",
            "Mayor",
            "recorded the same day",
            "1,234 bytes",
            "The amounts, step by step",
            "In the decree, row 1",
            "the one registered (its number is sealed)",
        ],
        &["Selesai", "The old list"],
    ),
    (
        "/grants/case/2/1",
        &["Ditolak, dicatat 20 Januari 2026", "Alasan: Tidak &#60;b&#62;lengkap", "Tidak berlaku"],
        &["<b>lengkap", "Belum ada</"],
    ),
    (
        "/grants/case/3/1",
        &["Sekarang di Dinas Pendidikan sejak 20 Januari 2026. Berikutnya: Rekomendasi SKPD.", "Belum ada"],
        &["Daftar lama"],
    ),
    (
        "/en/grants/case/3/1",
        &["Now with Education Agency since 20 January 2026. Next: Amount recommended.", "Not yet"],
        &[],
    ),
    ("/grants/case/4/1", &["Dimuat dalam keputusan yang belum lengkap sejak 20 Januari 2026"], &[]),
    (
        "/grants/award/cdcdcdcdcdcdcdcd/7",
        &[
            "Sebelum buku besar",
            "Rp 25.000.000",
            "Perkumpulan Lama",
            "<p class=\"hint\">Daftar lama tidak memuat jumlah lain.</p>",
            "Rumah Warga",
        ],
        &["Belum ada</td", "Tidak tercatat", "Tidak berlaku", "TAPD", "APBD", "class=\"absent\""],
    ),
    (
        "/en/grants/award/cdcdcdcdcdcdcdcd/7",
        &["The old list has no other amounts."],
        &["Not recorded", "Not applicable", "TAPD", "class=\"absent\""],
    ),
    ("/grants?q=13-1234567", &["1 hibah", "Perkumpulan Lama"], &[]),
    ("/en/grants?q=rumah+warga", &["1 grant", "Perkumpulan Lama"], &[]),
    ("/grants?q=angklung", &["1 hibah", "value=\"angklung\"", "Hapus saringan"], &["Taman baca"]),
    ("/grants?q=%3Cscript%3E", &["&#60;script&#62;"], &["<script>"]),
    (
        "/grants?q=tidakada&year=2026",
        &["Tidak ada hibah yang cocok", "Coba lebih sedikit kata", "name=\"year\" value=\"2026\""],
        &["<table"],
    ),
    ("/en/grants?status=refused&year=2013", &["No grant meets all filters at once", "Remove all"], &["<table"]),
    (
        "/en/entries/0",
        &["Ledger founded", "The first entry: nothing precedes it", "see the verbatim text", "sha256sum", "Root key 1"],
        &[],
    ),
    ("/entries/0", &["Pendirian", "Kunci akar 1"], &[]),
    (
        "/log",
        &[
            "kota.example/hibah\n",
            "curl -s http://127.0.0.1",
            "--save-checkpoint checkpoint.checked",
            "--since checkpoint.checked",
            "Sidik entri 0",
        ],
        &[],
    ),
    ("/en/log", &["Newest checkpoint", "Verifier key", "hibah verify http://127.0.0.1"], &[]),
];

/// What a module names: other modules, and the table of characters.
fn named(module: &str) -> Vec<String> {
    let quoted = ["from \"./", "import(\"./", "new URL(\""];
    let mut names = Vec::new();
    for before in quoted {
        names.extend(module.split(before).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    names
}

#[test]
fn the_code_for_browsers_is_served_whole() {
    let (_dir, served) = town(Records::Recorded);
    let page = served.get("/entries/0");
    let folder = page.text().split("src=\"").find_map(|rest| rest.split_once("/page.js\"")).expect("a script").0;
    let begins = ["page.js", "online.js", "offline.js"].map(str::to_owned);
    let (mut wanted, mut met) = (Vec::from(begins), BTreeSet::new());
    while let Some(name) = wanted.pop() {
        if !met.insert(name.clone()) {
            continue;
        }
        let heard = served.get(&format!("{folder}/{name}"));
        assert_eq!(heard.status, 200, "{name}");
        assert!(heard.header("cache-control").contains("immutable"), "{name}");
        let media_type =
            if name.ends_with(".js") { "text/javascript; charset=utf-8" } else { "text/plain; charset=utf-8" };
        assert_eq!(heard.header("content-type"), media_type, "{name}");
        if name.ends_with(".js") {
            let beside = if name.starts_with("vendor/") { "vendor/" } else { "" };
            wanted.extend(named(heard.text()).into_iter().map(|name| format!("{beside}{name}")));
        }
    }
    assert_eq!(met.len(), 20, "{met:?}");
    assert_eq!(served.get(&format!("{folder}/nothing.js")).status, 404);
    assert_eq!(served.get("/assets/check-0000000000000000/page.js").status, 404);
}

#[test]
fn pages_say_what_they_must() {
    let (_dir, served) = town(Records::Recorded);
    for (path, there, absent) in PAGES {
        let heard = served.get(path);
        assert_eq!(heard.status, 200, "{path}");
        check_page(&heard, path);
        for text in *there {
            assert!(heard.text().contains(text), "{path} lacks {text:?}:\n{}", heard.text());
        }
        for text in *absent {
            assert!(!heard.text().contains(text), "{path} has {text:?}");
        }
    }
}

#[test]
fn a_ledger_of_old_awards_only_promises_no_way_from_application_to_report() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = found(dir.path());
    past_award(&mut city);
    let router = public::router_of(dir.path().to_owned(), Records::Recorded).unwrap_or_else(|e| panic!("{e}"));
    let served = Served::start(router);
    for (path, there, absent) in [
        ("/", "Setiap hibah yang disalin dari daftar lama", "dari permohonan"),
        ("/en/", "Every award taken over from the old list", "from application"),
    ] {
        let heard = served.get(path);
        check_page(&heard, path);
        assert!(heard.text().contains(there) && !heard.text().contains(absent), "{path}:\n{}", heard.text());
    }
}

#[test]
fn trial_and_made_up_are_said_on_every_page() {
    let paths = ["/", "/grants", "/grants/case/1/1", "/entries/3", "/log", "/nothing"];
    for (records, id, en) in [
        (Records::Recorded, "Buku besar percobaan", "Trial ledger"),
        (Records::MadeUp, "Data contoh: bukan hibah nyata", "Sample data: no real grants"),
    ] {
        let (_dir, served) = town(records);
        for path in paths {
            assert!(served.get(path).text().contains(id), "{path}");
            assert!(served.get(&format!("/en{path}")).text().contains(en), "/en{path}");
        }
    }
}

#[test]
fn faults_are_pages_in_the_language_of_the_address() {
    let (_dir, served) = town(Records::Recorded);
    let cases = [
        ("/nothing", 404, "Tidak ditemukan"),
        ("/en/nothing", 404, "Not found"),
        ("/english", 404, "Tidak ditemukan"),
        ("/grants/case/9/9", 404, "Tidak ada hibah dengan nomor ini"),
        ("/en/grants/case/9/9", 404, "There is no grant of this name"),
        ("/grants/", 404, "Tidak ditemukan"),
        ("/entries/9999", 404, "Belum ada entri dengan nomor ini"),
        ("/en/entries/007", 404, "There is no entry of this number"),
        ("/grants?year=abc", 400, "Parameter year"),
        ("/en/grants?page=0", 400, "The parameter page"),
        ("/entries/%ff", 400, "tidak dapat dibaca"),
        ("/assets/style.css", 404, "Tidak ditemukan"),
        ("/assets/style-0000000000000000.css", 404, "Tidak ditemukan"),
    ];
    for (path, status, text) in cases {
        let heard = served.get(path);
        assert_eq!(heard.status, status, "{path}");
        check_page(&heard, path);
        assert!(heard.text().contains(text), "{path} lacks {text:?}:\n{}", heard.text());
        assert_eq!((heard.header("cache-control"), heard.header("etag")), ("no-store", ""), "{path}");
    }
    let post = served.ask("POST", "/grants", &[]);
    assert_eq!((post.status, post.header("allow")), (405, "GET, HEAD"));
    assert!(post.text().contains("Hanya untuk dibaca"));
    let moved = served.get("/en");
    assert_eq!((moved.status, moved.header("location")), (308, "/en/"));
}

#[test]
fn the_style_sheet_is_kept_forever_and_loads_nothing() {
    let (_dir, served) = town(Records::Recorded);
    let home = served.get("/");
    let sheets: Vec<String> =
        attribute(home.text(), "href").into_iter().filter(|href| href.ends_with(".css")).collect();
    assert_eq!(sheets.len(), 1);
    let style = served.get(&sheets[0]);
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(style.header("cache-control"), "public, max-age=31536000, immutable");
    for forbidden in ["url(", "@import", "http:", "https:"] {
        assert!(!style.text().contains(forbidden), "{forbidden}");
    }
    assert!(style.body.len() + home.body.len() < 80_000);
    for needed in ["prefers-color-scheme: dark", "@media print", "tabular-nums", ":focus-visible"] {
        assert!(style.text().contains(needed), "{needed}");
    }
}

#[test]
fn only_the_readers_own_machine_is_named_in_commands() {
    let (_dir, served) = town(Records::Recorded);
    let named = |host: &str| served.ask("GET", "/log", &[("host", host)]).text().to_owned();
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost:x", "127.0.0.1:080"] {
        let text = named(host);
        assert!(text.contains("hibah verify https://kota.example/hibah "), "{host}: {text}");
        assert!(!text.contains("evil"), "{host}");
    }
    for host in ["127.0.0.1:8080", "localhost", "localhost:1"] {
        assert!(named(host).contains(&format!("hibah verify http://{host} ")), "{host}");
    }
    // No host has a user before it.
    let heard = served.ask("GET", "/log", &[("host", "localhost:80@evil.example")]);
    assert!(heard.status == 400 && !heard.text().contains("evil"), "{}", heard.text());
}
