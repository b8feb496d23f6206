//! What citizens do: report, read the answer, rate it.

use super::*;

#[test]
// long: one story, told in order.
fn a_citizen_reports_reads_the_answer_and_rates_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "application.submitted case/1/1 by org/1");
    let citizen = Browser::new(&served);
    let form = citizen.get("/lapor?case=case%2F1%2F1");
    assert!(
        form.text().contains("name=\"case\" class=\"short\" autocomplete=\"off\" value=\"case/1/1\""),
        "{}",
        form.text()
    );
    let send = |case: &str, text: &str| {
        citizen.post(
            "/lapor",
            &vec![("case", case.to_owned()), ("text", text.to_owned()), ("identity", "Budi, 0812".to_owned())],
            &[],
        )
    };
    assert_eq!(send("case/1/1", "  ").status, 422);
    assert_eq!(send("taman", "Atap belum ada").status, 422);
    assert_eq!(send("case/1/9", "Atap belum ada").status, 422, "there is no such case");
    assert_eq!(send("case/1/1", &"x".repeat(4_001)).status, 422);
    let cross = [("sec-fetch-site", "cross-site")];
    assert_eq!(citizen.post("/lapor", &vec![("text", "Atap belum ada".to_owned())], &cross).status, 403);
    let sent = send("case/1/1", "Atap belum ada, nomor KTP 3273010101800001 ada pada saya");
    let there = sent.header("location").to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(there.starts_with("/lapor/1?code=") && there.ends_with("&new"), "{there}");
    let page = citizen.get(&there);
    assert!(
        page.text().contains("Laporan Anda sudah dicatat") && page.text().contains("Belum dijawab"),
        "{}",
        page.text()
    );
    let code = between(&there, "code=", "&").to_owned();
    let kept: Vec<String> = Vault::open(dir.path())
        .expect("opened")
        .list()
        .expect("read")
        .into_iter()
        .filter(|kept| kept.in_force)
        .map(|kept| kept.pointer)
        .collect();
    assert_eq!(kept.len(), 3, "text, identity and receipt are in the vault: {kept:?}");
    let reader = Reader::open(dir.path()).expect("opened");
    let size = reader.signed().expect("signed").size;
    let entry = String::from_utf8(reader.entry(size - 1).expect("read").expect("recorded")).expect("text");
    assert!(entry.contains("report.received") && !entry.contains("Atap") && !entry.contains(&code), "{entry}");

    // Another code, another number, a rating before the answer: nothing.
    let other = code.replacen(|c: char| c.is_ascii_alphabetic(), if code.starts_with('A') { "B" } else { "A" }, 1);
    assert_eq!(citizen.get(&format!("/lapor/1?code={other}")).status, 404);
    assert_eq!(citizen.get(&format!("/lapor/2?code={code}")).status, 404);
    let found = citizen.get(&format!("/lapor/find?n=+1&code={}+", code.to_lowercase()));
    assert_eq!((found.status, found.header("location")), (303, format!("/lapor/1?code={code}").as_str()));
    let rate = |rating: &str| {
        citizen.post("/lapor/1", &vec![("code", code.clone()), ("rating", rating.to_owned())], &[]).status
    };
    assert_eq!(rate("4"), 422, "there is no answer yet");

    let office = Browser::of(&served, &key("official/6"));
    let home = office.get("/home");
    assert!(home.text().contains("value=\"note/desk/1\""), "{}", home.text());
    let form = vec![
        ("csrf", office.csrf()),
        ("kind", "report.answered".to_owned()),
        ("about", "note/official/6/new".to_owned()),
        ("report", "note/desk/1".to_owned()),
    ];
    let draft = office.post("/drafts", &form, &[]).header("location").to_owned();
    let page = office.fill(&draft, &[("answer", "Kami periksa pekan ini")]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(office.sign(&page, &format!("{draft}/check"), &[&key("official/6")], &[]).status, 303);
    assert!(!office.get("/home").text().contains("value=\"note/desk/1\""), "it is answered");
    assert!(citizen.get(&format!("/lapor/1?code={code}")).text().contains("Kami periksa pekan ini"));
    assert_eq!(rate("6"), 422);
    assert_eq!(rate("4"), 303);
    assert_eq!(rate("5"), 422, "once");
    assert!(citizen.get(&format!("/en/lapor/1?code={code}")).text().contains("<strong>4</strong> / 5"));
}
