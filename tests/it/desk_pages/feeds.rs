//! What waits for somebody as a feed and a calendar, at an address that only they know.

use super::*;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// The secret addresses that a page shows once, without what they begin with.
fn made(browser: &Browser<'_>, served: &Served, path: &str) -> [String; 2] {
    let page = browser.post(path, &vec![("csrf", browser.csrf()), ("do", "renew".to_owned())], &[]);
    assert_eq!(page.status, 200, "{}", page.text());
    let base = served.url("");
    [".atom", ".ics"].map(|end| {
        let found = page.text().split('"').find(|part| part.starts_with(&base) && part.ends_with(end));
        found.expect("an address").strip_prefix(&base).expect("at the desk").to_owned()
    })
}

#[test]
fn what_waits_is_read_at_a_secret_address_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "application.submitted case/1/1 by org/1 title=\"Atap <1> & 'madrasah'\"\napplication.submitted case/2/1 by org/2\nbring case/2/1 funds.credited 50";
    let served = city(dir.path(), more);
    let intake = Browser::of(&served, &key("official/7"));
    assert!(!intake.get("/notices").text().contains(".atom"), "nothing is made that nobody asked for");
    let [atom, ics] = made(&intake, &served, "/notices");
    assert!(!intake.get("/notices").text().contains(".atom"), "they are shown once");
    let token = between(&atom, "/feeds/", ".atom").to_owned();
    let kept = ["desk.db", "desk.db-wal"].map(|file| std::fs::read(dir.path().join(file)).unwrap_or_default()).concat();
    assert!(!kept.windows(token.len()).any(|window| window == token.as_bytes()), "the file does not open the feed");

    // No cookie goes with it.
    let feed = served.get(&atom);
    assert_eq!((feed.status, feed.header("content-type")), (200, "application/atom+xml; charset=utf-8"));
    assert_eq!(feed.header("cache-control"), "no-store");
    let document = roxmltree::Document::parse(feed.text()).unwrap_or_else(|e| panic!("{e}: {}", feed.text()));
    let text = |node: roxmltree::Node<'_, '_>, name: &str| {
        let found = node.children().find(|child| child.has_tag_name((ATOM, name)));
        found.and_then(|found| found.text()).unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    let entries: Vec<_> = document.descendants().filter(|node| node.has_tag_name((ATOM, "entry"))).collect();
    assert_eq!(entries.len(), 1, "what waits for others is not in it: {}", feed.text());
    assert!(text(entries[0], "title").ends_with("Atap <1> & 'madrasah' (case/1/1)"), "{}", feed.text());
    assert!(text(entries[0], "id").starts_with("tag:kota.example,2013-01-03:hibah/desk/case/1/1/"), "{}", feed.text());
    let updated = text(document.root_element(), "updated");
    assert_eq!(updated, "2014-01-06T00:00:00+07:00");
    assert_eq!(served.get(&atom).text(), feed.text(), "the same until something happens");

    let calendar = served.get(&ics);
    assert_eq!((calendar.status, calendar.header("content-type")), (200, "text/calendar; charset=utf-8"));
    let unfolded = calendar.text().replace("\r\n ", "");
    let task = intake.get("/home").text().contains("<time datetime=\"2014-");
    assert_eq!(unfolded.contains("UID:desk/case/1/1/completeness.checked@kota.example/hibah\r\n"), task, "{unfolded}");
    assert!(unfolded.starts_with("BEGIN:VCALENDAR\r\n") && unfolded.ends_with("END:VCALENDAR\r\n"));

    // The organisation's has the day by which it must report; in English, where it was made so.
    let organisation = Browser::of(&served, &key("org/2"));
    let [english, days] = made(&organisation, &served, "/en/notices");
    assert!(english.starts_with("/en/feeds/"), "{english}");
    assert!(served.get(&english).text().contains("xml:lang=\"en\""));
    let days = served.get(&days).text().replace("\r\n ", "");
    assert!(days.contains("DTSTART;VALUE=DATE:2015") && days.contains("SUMMARY:Report on use due: "), "{days}");

    // Another's, a wrong one, one that was replaced or ended: none is there.
    let wrong = format!("/feeds/{}.atom", "0".repeat(64));
    for path in [&wrong, "/feeds/x", "/feeds/.atom", &atom.replace(".atom", ".xml")] {
        assert_eq!(served.get(path).status, 404, "{path}");
    }
    let [renewed, _] = made(&intake, &served, "/notices");
    assert_eq!((served.get(&atom).status, served.get(&ics).status, served.get(&renewed).status), (404, 404, 200));
    assert_eq!(intake.post("/notices", &vec![("csrf", intake.csrf()), ("do", "end".to_owned())], &[]).status, 303);
    assert_eq!(served.get(&renewed).status, 404);
    // It opens nothing else, and no other site makes one.
    assert_eq!(served.ask("GET", "/home", &[("cookie", &format!("hibah-desk={token}"))]).status, 303);
    assert_eq!(intake.post("/notices", &vec![("do", "renew".to_owned())], &[]).status, 403);
}

#[test]
fn a_revoked_key_reads_nothing_any_more() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "application.submitted case/1/1 by org/1");
    let intake = Browser::of(&served, &key("official/7"));
    let [atom, _] = made(&intake, &served, "/notices");
    assert_eq!(served.get(&atom).status, 200);
    let statement = {
        let dir = tempfile::tempdir().expect("a folder");
        let mut city = OneCity::new(dir.path());
        city.play(&format!("{BEFORE}\napplication.submitted case/1/1 by org/1"));
        city.statement("key.revoked official/7 by root/1,root/2,root/3 key=signer:official/7 suspect_since=2014-01-01T00:00:00.000Z")
    };
    let sent = intake.send("POST", "/statements", &statement, &[]);
    assert_eq!(sent.status, 201, "{}", sent.text());
    assert_eq!(served.get(&atom).status, 404);
}
