//! What offices do: statements of several signers, many cases at once, papers, the counter, cases that go back or end.

use super::*;

#[test]
fn what_waits_can_be_taken_back_by_those_who_sign_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(
        dir.path(),
        "application.submitted case/1/1 by org/1\nbring case/1/1 decree.sealed 50\ndisbursement.requested case/1/1 by org/1 amount=50",
    );
    let finance = Browser::of(&served, &key("official/3"));
    let page = finance.get("/cases/case/1/1");
    assert!(page.text().contains("value=\"agreement.signed\""), "{}", page.text());
    let (draft, page) = agreed(&finance, "case/1/1");
    let sent = finance.sign(&page, &format!("{draft}/check"), &[&key("official/3")], &[]);
    let waiting = sent.header("location").to_owned();
    assert!(waiting.starts_with("/waiting/"), "{waiting} {}", sent.text());
    let organisation = Browser::of(&served, &key("org/1"));
    assert!(organisation.get("/home").text().contains(&waiting));
    let drop =
        |browser: &Browser<'_>| browser.post(&format!("{waiting}/drop"), &vec![("csrf", browser.csrf())], &[]).status;
    assert_eq!(drop(&Browser::of(&served, &key("org/2"))), 404);
    assert_eq!(drop(&organisation), 303);
    assert_eq!(finance.get(&waiting).status, 404);
}

#[test]
fn many_cases_are_decided_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let apply = |org: u64| format!("application.submitted case/{org}/1 by org/{org}\n");
    let served = city(dir.path(), &(1..=3).map(apply).collect::<String>());
    let intake = Browser::of(&served, &key("official/7"));
    let home = intake.get("/home");
    assert!(home.text().contains("name=\"case\" value=\"case/3/1\""), "{}", home.text());
    let draft = intake.begin("completeness.checked", &["case/1/1", "case/3/1"]);
    let page = intake.fill(&draft, &[("control_number", "978/1819")]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(statements(page.text()).len(), 2);
    let results = intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]);
    assert_eq!(results.status, 200, "{}", results.text());
    assert_eq!(results.text().matches(">dicatat</a>").count(), 2, "{}", results.text());
    let home = intake.get("/home");
    assert!(!home.text().contains("value=\"case/1/1\"") && home.text().contains("case/2/1"), "{}", home.text());
}

#[test]
fn a_list_is_made_of_chosen_cases() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "application.submitted case/1/1 by org/1\nbring case/1/1 budget.considered 40\napplication.submitted case/2/1 by org/2\nbring case/2/1 budget.considered 30";
    let served = city(dir.path(), more);
    let mayor = Browser::of(&served, &key("official/1"));
    let draft = mayor.begin("list.nominated", &["case/1/1", "case/2/1"]);
    let sha256 = sha256(b"list").to_hex();
    let page = mayor.fill(
        &draft,
        &[
            ("number", "DNC-1"),
            ("document.title", "Daftar nominatif calon penerima"),
            ("document.file_sha256", &sha256),
            ("document.file_bytes", "4"),
            ("document.file_media_type", "application/pdf"),
        ],
    );
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(statements(page.text())[0].contains("\"total\":70"), "{}", page.text());
    assert_eq!(mayor.sign(&page, &format!("{draft}/check"), &[&key("official/1")], &[]).status, 303);
    for _ in ["rows", "seal"] {
        let home = mayor.get("/home");
        let id = between(home.text(), "href=\"/drafts/", "\"").to_owned();
        // The newest change stands first: of the two that are left either may, and only one can be signed now.
        let ids: Vec<String> = home
            .text()
            .split("href=\"/drafts/")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
            .collect();
        assert!(ids.contains(&id));
        let signed = ids.iter().any(|id| {
            let page = mayor.fill(&format!("/drafts/{id}"), &[]);
            page.status == 200
                && !page.text().contains("class=\"summary\"")
                && mayor.sign(&page, &format!("/drafts/{id}/check"), &[&key("official/1")], &[]).status == 303
        });
        assert!(signed, "{}", home.text());
    }
    assert!(!mayor.get("/home").text().contains("href=\"/drafts/"), "all three are recorded");
}

#[test]
fn the_counter_files_for_who_comes_with_paper() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let intake = Browser::of(&served, &key("official/7"));
    assert!(intake.get("/home").text().contains("Catat permohonan di loket"));
    // A number that is nobody's is told at once, and who is signed in stays so.
    for org in ["", "9999", "3x", "0", "Yayasan"] {
        let kind = "application.filed_at_counter".to_owned();
        let heard =
            intake.post("/drafts", &vec![("csrf", intake.csrf()), ("kind", kind), ("org", org.to_owned())], &[]);
        assert_eq!(heard.status, 404, "{org}");
        for part in ["Tidak ada lembaga terdaftar dengan nomor itu", "Masuk sebagai", "href=\"/home\">Kembali"] {
            assert!(heard.text().contains(part), "{org}: {part}: {}", heard.text());
        }
    }
    assert!(!intake.get("/home").text().contains("href=\"/drafts/"), "no draft is left of it");
    let form =
        vec![("csrf", intake.csrf()), ("kind", "application.filed_at_counter".to_owned()), ("org", "3".to_owned())];
    let draft = intake.post("/drafts", &form, &[]).header("location").to_owned();
    let mut fields = application();
    let paper = sha256(b"paper").to_hex();
    fields.extend([
        ("paper.title", "Berkas bertanda tangan dari loket".to_owned()),
        ("paper.file_sha256", paper),
        ("paper.file_bytes", "5".to_owned()),
        ("paper.file_media_type", "application/pdf".to_owned()),
    ]);
    let page = intake.fill(&draft, &borrowed(&fields));
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
    let sent = intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]);
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.text());
    // The organisation finds it among its own.
    assert!(Browser::of(&served, &key("org/3")).get("/home").text().contains("Atap madrasah"));
}

#[test]
fn a_case_is_returned_and_mended_or_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let apply = |org: u64| format!("application.submitted case/{org}/1 by org/{org}\n");
    let served = city(dir.path(), &(1..=2).map(apply).collect::<String>());
    let intake = Browser::of(&served, &key("official/7"));
    let say = |case: &str, kind: &str, fields: &[(&str, &str)]| {
        let page = intake.get(&format!("/cases/{case}"));
        assert!(page.text().contains(&format!("value=\"{kind}\"")), "{kind}: {}", page.text());
        let draft = intake.begin(kind, &[case]);
        let page = intake.fill(&draft, fields);
        assert_eq!(page.status, 200, "{}", page.text());
        assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
        intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]).status
    };
    assert_eq!(say("case/1/1", "case.returned", &[("reason", "Proposal belum ditandatangani")]), 303);
    assert_eq!(say("case/2/1", "decision.refused", &[("reason", "Di luar wilayah kota")]), 303);
    let organisation = Browser::of(&served, &key("org/1"));
    let page = organisation.get("/cases/case/1/1");
    let outcome = |page: &Heard| between(page.text(), "<section class=\"outcome\"", "</section>").to_owned();
    let told = outcome(&page);
    assert!(told.contains("dikembalikan kepada Anda") && told.contains("Proposal belum ditandatangani"), "{told}");
    assert!(page.text().contains("value=\"application.revised\""), "{}", page.text());
    assert!(!intake.get("/cases/case/1/1").text().contains("class=\"outcome\""), "it is the applicant's to act");
    // Who was refused reads why and what now; nobody's turn is left.
    for (browser, begins) in
        [(Browser::of(&served, &key("org/2")), true), (Browser::of(&served, &key("official/7")), false)]
    {
        let refused = browser.get("/cases/case/2/1");
        let told = outcome(&refused);
        assert!(told.contains("Permohonan ini ditolak") && told.contains("Di luar wilayah kota"), "{told}");
        assert!(!refused.text().contains("giliran pihak lain"), "{}", refused.text());
        let begin = "name=\"about\" value=\"case/2/new\"><button name=\"kind\" value=\"application.submitted\">";
        assert_eq!(refused.text().contains(begin), begins, "{}", refused.text());
        assert_eq!(refused.text().contains("Kasus ini sudah selesai"), !begins, "{}", refused.text());
    }
    // Of a document whose bytes are not here, or no more, only the title is there.
    let document = |page: &Heard| between(page.text(), "name=\"documents.0.file_sha256\" value=\"", "\"").to_owned();
    let page = organisation.get(&organisation.begin("application.revised", &["case/1/1"]));
    assert_eq!(document(&page), "", "{}", page.text());
    let held = dir.path().join("documents").join("ab");
    std::fs::create_dir_all(&held).expect("made");
    std::fs::write(held.join("ab".repeat(31)), b"proposal").expect("written");
    let draft = organisation.begin("application.revised", &["case/1/1"]);
    let page = organisation.get(&draft);
    assert_eq!(document(&page), "ab".repeat(32));
    assert!(
        page.text().contains("class=\"notice\">Permohonan dikembalikan kepada Anda: Proposal belum"),
        "{}",
        page.text()
    );
    // What was handed in stands there; only what was mended is typed.
    let page = organisation.fill(&draft, &[("reason", "Sudah ditandatangani")]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
    let reader = Reader::open(dir.path()).expect("opened");
    let first = reader.timeline("case/1/1").expect("read").remove(0).index;
    let first = reader.statement(first, ORIGIN).expect("read").expect("there");
    let revised = Statement::parse_draft(statements(page.text()).remove(0).as_bytes(), ORIGIN).expect("a draft");
    let mut again = 0;
    for name in ["title", "purpose", "amount", "place", "budget_lines", "documents"] {
        assert_eq!(revised.body().get(name), first.body().get(name), "{name}");
        again += usize::from(revised.body().get(name).is_some());
    }
    assert!(again >= 4, "{:?}", revised.body());
    assert_eq!(organisation.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]).status, 303);
    assert!(!organisation.get("/cases/case/1/1").text().contains("class=\"outcome\""), "it goes on");
}

#[test]
fn what_was_erased_is_not_shown_at_the_desk_either() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    let before =
        "application.submitted case/1/1 by org/1 title=\"Rumah Budi\"\napplication.submitted case/1/2 by org/1";
    city.play(&format!("{BEFORE}\n{before}"));
    city.play("case.returned case/1/1 by intake reason=\"Ketua sakit keras\"");
    let shown = |served: &Served| {
        let browser = Browser::of(served, &key("org/1"));
        let home = browser.get("/home").text().to_owned();
        let case = browser.get("/cases/case/1/1").text().to_owned();
        let draft = browser.begin("application.revised", &["case/1/1"]);
        (home, case, browser.get(&draft).text().to_owned())
    };
    for (n, kind, pointer) in [(1, "application.submitted", "/body/title"), (2, "case.returned", "/body/reason")] {
        let reader = Reader::open(dir.path()).expect("opened");
        let records = reader.timeline("case/1/1").expect("read");
        let entry = records.iter().find(|record| record.kind == kind).expect("it is there").index;
        let hash = reader.statement(entry, ORIGIN).expect("read").expect("there").hash();
        city.play(&format!(
            "erasure.recorded note/official/5/{n} by registrar entry={entry} statement={} pointers=[\"{pointer}\"] what=text basis=\"UU 27/2022 Pasal 8\"",
            hash.to_hex()
        ));
    }
    let (home, case, draft) = shown(&desk_of(dir.path(), city));
    for page in [&home, &case, &draft] {
        assert!(!page.contains("Rumah Budi") && !page.contains("Ketua sakit"), "{page}");
    }
    assert!(home.contains("/cases/case/1/2") && case.contains("Dikembalikan"), "the rest is there: {case}");
}
