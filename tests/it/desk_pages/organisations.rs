//! What an organisation does: drafts, documents, checking, signing, its registration.

use super::*;

#[test]
// long: one story, told in order.
fn an_application_is_drafted_checked_signed_and_proved() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    let draft = browser.begin("application.submitted", &["case/1/new"]);

    // What is missing is told field by field, and nothing is lost.
    let page = browser.fill(&draft, &[("title", "Atap <madrasah>"), ("amount", "7,5 juta"), ("fiscal_year", "2014")]);
    assert_eq!(page.status, 422);
    for part in [
        "href=\"#f-amount\"",
        "href=\"#f-purpose\"",
        "href=\"#f-documents-0-file\"",
        "Tulis jumlah rupiah",
        "Atap &lt;madrasah&gt;",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }

    // The document comes in pieces, and goes on where it stopped.
    let address = format!("/uploads/{}", sha256(b"proposal"));
    let csrf = browser.csrf();
    let token = [("x-hibah-csrf", csrf.as_str())];
    assert_eq!(browser.send("HEAD", &address, b"", &[]).header("hibah-offset"), "0");
    assert_eq!(browser.send("PUT", &format!("{address}?at=0"), b"prop", &[]).status, 403, "without the token");
    assert_eq!(browser.send("PUT", &format!("{address}?at=0"), b"prop", &token).header("hibah-offset"), "4");
    assert_eq!(browser.send("HEAD", &address, b"", &[]).header("hibah-offset"), "4");
    let again = browser.send("PUT", &format!("{address}?at=0"), b"prop", &token);
    assert_eq!((again.status, again.header("hibah-offset")), (409, "4"));
    let other = Browser::of(&served, &key("org/2"));
    assert_eq!(other.send("HEAD", &address, b"", &[]).header("hibah-offset"), "0", "it is the other organisation's");
    let far = format!("{address}?at={}", Limits::SERVED.document_bytes);
    assert_eq!(browser.send("PUT", &far, b"x", &token).status, 413);
    assert_eq!(browser.send("PUT", &format!("{address}?at=4"), b"osal", &token).header("hibah-offset"), "8");

    let fields = application();
    let page = browser.fill(&draft, &borrowed(&fields));
    assert_eq!(page.status, 200, "{}", page.text());
    let texts = statements(page.text());
    let [text] = &texts[..] else { panic!("one statement: {texts:?}") };
    for part in [
        "\"title\":\"Atap madrasah\"",
        "\"purpose\":\"Memperbaiki atap yang bocor\"",
        "\"amount\":75000000",
        "\"about\":\"case/1/1\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert_eq!(other.get(&draft).status, 404, "another organisation's draft");
    assert_eq!(other.get(&format!("{draft}/check")).status, 404);

    // Not signed, or by another: nothing happens.
    let at = format!("{draft}/check");
    assert_eq!(browser.sign(&page, &at, &[], &[]).status, 422);
    let stolen =
        browser.post(&at, &vec![("csrf", browser.csrf()), ("statement", text.replace("75000000", "95000000"))], &[]);
    assert_eq!(stolen.status, 422, "a session cannot sign");

    let sent = browser.sign(&page, &at, &[&key("org/1")], &[]);
    let there = sent.header("location").to_owned();
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(there.starts_with("/sent/"), "{there}");
    let page = browser.get(&there);
    assert!(
        page.text().contains("Unduh tanda terima") && page.text().contains("https://hibah.example/entries/"),
        "{}",
        page.text()
    );
    assert_eq!(other.get(&there).status, 404);
    let receipt = browser.get(&format!("{there}/receipt"));
    let proof = TlogProof::parse(&receipt.body).expect("a receipt");
    let reader = Reader::open(dir.path()).expect("opened");
    let entry = reader.entry(proof.index).expect("read").expect("recorded");
    proof.verify(&leaf_hash(&entry), key("").verifier()).unwrap_or_else(|e| panic!("{e}"));
    assert!(Documents::of(dir.path()).read(&sha256(b"proposal")).expect("read").is_some(), "the document is there");
    assert_eq!(browser.get(&draft).status, 404, "the draft is done");
    assert!(browser.get("/home").text().contains("Atap madrasah"));
    assert_eq!(browser.get("/cases/case/1/1").status, 200);
}

#[test]
fn of_two_who_write_one_draft_the_second_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let (one, two) = (Browser::of(&served, &key("org/1")), Browser::of(&served, &key("org/1")));
    let draft = one.begin("application.submitted", &["case/1/new"]);
    let save = |browser: &Browser<'_>, version: &str, title: &str, auto: bool| {
        let mut form = vec![("csrf", browser.csrf()), ("version", version.to_owned()), ("title", title.to_owned())];
        if auto {
            form.push(("autosave", "1".to_owned()));
        }
        browser.post(&draft, &form, &[])
    };
    let saved = save(&one, "1", "Dari yang pertama", true);
    assert_eq!((saved.status, saved.json()["version"].as_u64()), (200, Some(2)));
    assert_eq!(save(&two, "1", "Dari yang kedua", true).status, 409);
    let told = save(&two, "1", "Dari yang kedua", false);
    assert_eq!(told.status, 409);
    assert!(
        told.text().contains("Dari yang pertama") && told.text().contains("value=\"Dari yang kedua\""),
        "{}",
        told.text()
    );
    // In the words of the form, with a way to the field, and where the focus begins.
    let row = "<li><a href=\"#f-title\">Judul kegiatan</a>, tersimpan: <strong>Dari yang pertama</strong></li>";
    assert!(told.text().contains(row) && told.text().contains("autofocus><h2>Konsep ini"), "{}", told.text());
    assert_eq!(between(told.text(), "name=\"version\" value=\"", "\""), "2");
    assert_eq!(save(&two, "2", "Dari yang kedua", false).status, 303);
    assert!(one.get(&draft).text().contains("value=\"Dari yang kedua\""));

    // Rows come and go, and what was typed stays with its row.
    let row = |fields: Vec<(&'static str, &str)>, version: &str| {
        let mut form: Fields<'_> = vec![("csrf", one.csrf()), ("version", version.to_owned())];
        form.extend(fields.into_iter().map(|(name, value)| (name, value.to_owned())));
        one.post(&draft, &form, &[])
    };
    let more = row(vec![("budget_lines.0.line", "Genteng"), ("add", "budget_lines")], "3");
    assert_eq!((more.status, more.header("location")), (303, format!("{draft}#f-budget_lines-1").as_str()));
    assert!(one.get(&draft).text().contains("id=\"f-budget_lines-1\" tabindex=\"-1\""), "who adds a row goes on there");
    let page = one.get(&draft);
    assert!(page.text().contains("name=\"budget_lines.1.line\""), "a row more");
    let two_rows =
        vec![("budget_lines.0.line", "Genteng"), ("budget_lines.1.line", "Kayu"), ("remove", "budget_lines.0")];
    let less = row(two_rows, "4");
    assert_eq!((less.status, less.header("location")), (303, format!("{draft}#f-budget_lines").as_str()));
    assert!(one.get(&draft).text().contains("id=\"f-budget_lines\" tabindex=\"-1\""));
    // No address is made of what only looks like a list.
    let odd = row(vec![("budget_lines.0.line", "Kayu"), ("add", "x\r\ny?z")], "5");
    assert_eq!((odd.status, odd.header("location")), (303, draft.as_str()));
    let page = one.get(&draft);
    assert!(
        page.text().contains("name=\"budget_lines.0.line\" value=\"Kayu\"") && !page.text().contains("Genteng"),
        "{}",
        page.text()
    );
    assert_eq!(one.post(&format!("{draft}/drop"), &vec![("csrf", one.csrf())], &[]).status, 303);
    assert_eq!(two.get(&draft).status, 404);
}

/// Saves a draft with these fields alone.
fn saved_as(browser: &Browser<'_>, draft: &str, fields: &[(&str, &str)]) -> Heard {
    let mut form: Fields<'_> = vec![("csrf", browser.csrf())];
    form.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post(draft, &form, &[])
}

#[test]
fn what_only_the_first_wrote_stays_where_a_script_says_what_the_second_changed() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let (one, two) = (Browser::of(&served, &key("org/1")), Browser::of(&served, &key("org/1")));
    let draft = one.begin("application.submitted", &["case/1/new"]);
    let save = |browser: &Browser<'_>, fields: &[(&str, &str)]| saved_as(browser, &draft, fields);
    let theirs = [("version", "1"), ("title", "Atap"), ("place", "Cibiru"), ("field", "pendidikan")];
    assert_eq!(save(&one, &theirs).status, 303);
    let rows = [("budget_lines.0.line", "Genteng"), ("checklist.proposal", "yes"), ("final", "yes")];
    let own = [("version", "1"), ("title", ""), ("purpose", "Atap bocor"), ("place", ""), ("field", "")];
    let own: Vec<_> = own.into_iter().chain(rows).collect();
    let told = |touched: &str| save(&two, &[&own[..], &[("touched", touched)]].concat());
    // The field, what the page has in it, and whether it is among the differences.
    for (touched, place, purpose, differ) in [
        ("purpose budget_lines.0.line", "Cibiru", "Atap bocor", false),
        ("place purpose", "", "Atap bocor", true),
        ("", "Cibiru", "", false),
        // What the page itself gives the form is nobody's to change.
        ("version csrf touched", "Cibiru", "", false),
    ] {
        let told = told(touched);
        assert_eq!(told.status, 409);
        let fields = inputs(told.text());
        let has = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        assert_eq!(
            (has("place"), has("purpose"), has("title")),
            (Some(place), Some(purpose), Some("Atap")),
            "{touched}"
        );
        assert_eq!((has("version"), has("touched")), (Some("2"), Some(touched)), "{touched}");
        let said = told.text().contains("Tempat kegiatan</a>, tersimpan: <strong>Cibiru</strong>");
        assert_eq!(said, differ, "{touched}: {}", told.text());
    }
    let page = told("field budget_lines.0.line");
    let field = "<a href=\"#f-field\">Bidang</a>, tersimpan: <strong>Pendidikan</strong>";
    let line = "<a href=\"#f-budget_lines-0-line\">Rincian anggaran (RAB), nomor 1, Uraian</a>, tersimpan: <strong>(kosong)</strong>";
    assert!(page.text().contains(field) && page.text().contains(line), "{}", page.text());
    // Nothing was saved by all this.
    assert!(one.get(&draft).text().contains("value=\"Cibiru\""));
}

#[test]
fn of_two_who_change_rows_each_keeps_whole_lists() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let (one, two) = (Browser::of(&served, &key("org/1")), Browser::of(&served, &key("org/1")));
    let draft = one.begin("application.submitted", &["case/1/new"]);
    let lines = ["budget_lines.0.line", "budget_lines.1.line", "budget_lines.2.line"];
    let rows = |texts: &[&'static str]| lines.into_iter().zip(texts.to_vec()).collect::<Vec<_>>();
    // The first has taken the first row away, so that every row has moved.
    let theirs = [vec![("version", "1"), ("place", "Cibiru")], rows(&["Semen", "Cat"])].concat();
    assert_eq!(saved_as(&one, &draft, &theirs).status, 303);
    let own = [vec![("version", "1")], rows(&["Kayu", "Semen putih", "Cat"])].concat();
    for (said, expected) in [
        (("touched", "budget_lines.1.line"), vec!["Kayu", "Semen putih", "Cat"]),
        (("touched", "purpose"), vec!["Semen", "Cat"]),
        (("remove", "budget_lines.0"), vec!["Semen putih", "Cat"]),
    ] {
        let told = saved_as(&two, &draft, &[&own[..], &[said, ("touched", "")]].concat());
        assert_eq!(told.status, 409, "{said:?}");
        let fields = inputs(told.text());
        let has = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, text)| text.as_str());
        let shown: Vec<&str> = lines.into_iter().filter_map(has).filter(|text| !text.is_empty()).collect();
        assert_eq!((shown, has("place")), (expected, Some("Cibiru")), "{said:?}");
    }
}

#[test]
fn a_document_is_taken_whole_and_what_is_sealed_stays_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let (one, two) = (Browser::of(&served, &key("org/1")), Browser::of(&served, &key("org/1")));
    let draft = one.begin("application.submitted", &["case/1/new"]);
    let save = |browser: &Browser<'_>, fields: &[(&str, &str)]| saved_as(browser, &draft, fields);
    // The digest of one file is not beside the media type of another.
    let file = |media_type, name| [("documents.0.file_media_type", media_type), ("documents.0.file_name", name)];
    assert_eq!(save(&one, &[&[("version", "1")], &file("application/pdf", "a.pdf")[..]].concat()).status, 303);
    let own = [("version", "1"), ("touched", "documents.0.file_name _event_date"), ("_event_date", "2014-01-05")];
    let page = save(&two, &[&own, &file("text/plain", "b.txt")[..]].concat());
    assert_eq!(page.status, 409);
    let fields = inputs(page.text());
    for part in file("text/plain", "b.txt") {
        assert!(fields.contains(&(part.0.to_owned(), part.1.to_owned())), "{part:?}: {fields:?}");
    }
    for row in [
        "Dokumen, nomor 1, berkas</a>, tersimpan: <strong>a.pdf<",
        "Tanggal kejadian</a>, tersimpan: <strong>(kosong)<",
    ] {
        assert_eq!(page.text().matches(row).count(), 1, "{row}: {}", page.text());
    }
    // Of what is sealed nobody is shown the commitment.
    let stranger = NoteSigner::new(&format!("{ORIGIN}/org/new"), SigningKey::from_seed([9; 32])).expect("a key name");
    let stranger = Browser::of(&served, &stranger);
    let draft = stranger.begin("organisation.registered", &["org/new"]);
    let saved = |hex: &str| saved_as(&stranger, &draft, &[("version", "1"), ("sealed_chair", hex.repeat(32).as_str())]);
    assert_eq!(saved("ab").status, 303);
    let told = saved("cd");
    let row = "<a href=\"#f-sealed_chair\">Ketua</a>, tersimpan: <strong>Sudah diisi; tersegel</strong>";
    assert!(told.status == 409 && told.text().contains(row), "{}", told.text());
}

#[test]
// long: one story, told in order.
fn a_registration_waits_for_the_registrar_and_its_seals_go_to_the_vault() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let seed = SigningKey::from_seed([7; 32]);
    let named = |name: &str| NoteSigner::new(&format!("{ORIGIN}/{name}"), seed.clone()).expect("a key name");
    let applicant = Browser::of(&served, &named("org/new"));
    let home = applicant.get("/home");
    assert!(home.text().contains("Minta pendaftaran lembaga"), "{}", home.text());
    let draft = applicant.begin("organisation.registered", &["org/new"]);
    let sealed = |name: &str, value: &str, salt: u8| {
        let pointer = format!("/body/sealed/{name}");
        (commitment(ORIGIN, "org/4", &pointer, &[salt; 32], value), pointer, [salt; 32], value.to_owned())
    };
    let seals = [sealed("account", "0012345678 BJB", 1), sealed("chair", "Siti Contoh", 2)];
    let hex: Vec<String> = seals.iter().map(|(commitment, ..)| commitment.to_hex()).collect();
    let page = applicant.get(&draft);
    assert!(page.text().contains("data-about=\"org/4\""), "{}", page.text());
    // What is sealed has no name, so no form can send it.
    assert!(
        !page.text().contains("name=\"account\"") && page.text().contains("data-seal=\"account\""),
        "{}",
        page.text()
    );
    let missing = applicant
        .fill(&draft, &[("name", "Yayasan Baru"), ("recipient_type", "foundation"), ("address.city", "Bandung")]);
    assert_eq!(missing.status, 422);
    assert!(missing.text().contains("href=\"#f-sealed_account\""), "{}", missing.text());
    let page = applicant.fill(&draft, &[("sealed_account", &hex[0]), ("sealed_chair", &hex[1])]);
    assert_eq!(page.status, 200, "{}", page.text());
    let text = statements(page.text()).remove(0);
    let statement = Statement::parse_draft(text.as_bytes(), ORIGIN).expect("a draft");
    let openings: Vec<String> = seals
        .into_iter()
        .map(|(_, pointer, salt, value)| Opening { statement: statement.hash(), pointer, salt, value })
        .map(|opening| String::from_utf8(opening.to_bytes()).expect("text"))
        .collect();
    let sent = applicant.sign(&page, &format!("{draft}/check"), &[&named("org/4")], &openings);
    let waiting = format!("/waiting/{}", statement.hash());
    assert_eq!((sent.status, sent.header("location")), (303, waiting.as_str()), "{}", sent.text());
    let vault = || Vault::open(dir.path()).expect("opened").list().expect("read");
    assert_eq!(vault().iter().filter(|kept| kept.in_force).count(), 0, "nothing is in force before it is recorded");

    // Nobody but the two sees it.
    assert_eq!(Browser::of(&served, &key("org/1")).get(&waiting).status, 404);
    let registrar = Browser::of(&served, &key("official/5"));
    assert!(registrar.get("/home").text().contains(&waiting), "it is on the registrar's page");
    let page = registrar.get(&waiting);
    assert!(page.text().contains("Belum menandatangani"), "{}", page.text());
    let sent = registrar.sign(&page, &waiting, &[&key("official/5")], &[]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.header("location"));
    assert_eq!(vault().iter().filter(|kept| kept.in_force).count(), 2);
    let home = applicant.get("/home");
    assert!(home.text().contains("Yayasan Baru") && home.text().contains("Ajukan permohonan hibah"), "{}", home.text());
    assert!(home.text().contains(sent.header("location")), "who signed first has the receipt too");
    assert_eq!(applicant.get(&waiting).status, 404);
}
