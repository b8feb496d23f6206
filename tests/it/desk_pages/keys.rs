//! Files that are lost, and what roots and registrars do about offices and keys: by pages alone.

use std::sync::atomic::{AtomicI64, Ordering};

use hibah::desk::code::{grouped, key_code};
use hibah::tlog::note::NoteSigner;

use super::*;

/// A new file, and the same key under the name that a statement gives it.
pub fn new_file(seed: u8, holder: &str) -> (NoteSigner, NoteSigner) {
    let of = |name: &str| {
        NoteSigner::new(&format!("{ORIGIN}/{name}"), SigningKey::from_seed([seed; 32])).expect("a key's name")
    };
    (of("org/new"), of(holder))
}

/// The last part of a verifier key.
pub fn public(key: &NoteSigner) -> String {
    key.verifier().to_string().splitn(3, '+').last().expect("three parts").to_owned()
}

pub fn served(dir: &Path, more: &str) -> (Served, Arc<AtomicI64>) {
    let mut city = OneCity::new(dir);
    city.play(&format!("{BEFORE}\n{more}"));
    let clock = city.clock();
    (desk_of(dir, city), clock)
}

/// The line of a table that replaces the file of the first organisation.
pub fn replaced() -> String {
    format!("key.replaced org/1 by registrar,inspector,org/1:b retires={} reason=Hilang", vkey_id(&key("org/1")))
}

pub fn set(clock: &AtomicI64, time: &str) {
    clock.store(Timestamp::parse(time).expect("a time").ms(), Ordering::SeqCst);
}

/// Signs what waits at this address, and says where that leads.
pub fn co_sign(browser: &Browser<'_>, waiting: &str, key: &NoteSigner) -> String {
    let page = browser.get(waiting);
    assert_eq!(page.status, 200, "{}", page.text());
    let sent = browser.sign(&page, waiting, &[key], &[]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    sent.header("location").to_owned()
}

/// Begins, fills in and signs a statement, and says where that leads.
pub fn say(browser: &Browser<'_>, kind: &str, about: &str, fields: &[(&str, &str)], key: &NoteSigner) -> String {
    let draft = browser.begin(kind, &[about]);
    let page = browser.fill(&draft, fields);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.text().contains("class=\"summary\""), "{}", page.text());
    let sent = browser.sign(&page, &format!("{draft}/check"), &[key], &[]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    sent.header("location").to_owned()
}

#[test]
// long: one story, told in order.
fn an_organisation_that_lost_its_file_gets_another_by_pages_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), "application.submitted case/1/1 by org/1");
    // What the old file began: a draft with a document on its way.
    let old = Browser::of(&served, &key("org/1"));
    let draft = old.begin("application.submitted", &["case/1/new"]);
    let csrf = old.csrf();
    let document = format!("/uploads/{}", sha256(b"proposal"));
    old.send("PUT", &format!("{document}?at=0"), b"proposal", &[("x-hibah-csrf", &csrf)]);

    let (file, named) = new_file(7, "org/1");
    let stranger = Browser::new(&served);
    let page = stranger.get("/lost");
    assert!(page.text().contains("data-desk=\"key\"") && page.text().contains("/login?to=/lost"), "{}", page.text());
    for part in ["tanpa masa tunggu", "kepada pemegang kunci akar yang lain"] {
        assert!(page.text().contains(part), "officials and roots go another way: {}", page.text());
    }
    let stranger = Browser::of(&served, &file);
    for (q, found) in [("1", true), ("org/1", true), ("yayasan", true), ("ya", false), ("99", false)] {
        let page = stranger.get(&format!("/lost?q={q}"));
        assert_eq!(page.text().contains("name=\"about\" value=\"org/1\""), found, "{q}: {}", page.text());
    }
    let reason = [("reason", "Telepon pengurus hilang dan tidak ada salinan.")];
    let waiting = say(&stranger, "key.replaced", "org/1", &reason, &named);
    assert!(waiting.starts_with("/waiting/"), "{waiting}");

    // The office finds it by the code on the slip, however that is typed, and is told to compare.
    let registrar = Browser::of(&served, &key("official/5"));
    let code = key_code(&public(&file));
    for typed in [code.clone(), grouped(&code).to_uppercase().replace(' ', "+")] {
        assert_eq!(registrar.get(&format!("/keys/find?code={typed}")).header("location"), waiting);
    }
    assert_eq!(registrar.get(&format!("/keys/find?code={}", &code[..19])).status, 404);
    assert_eq!(Browser::of(&served, &key("official/7")).get(&format!("/keys/find?code={code}")).status, 404);
    assert!(registrar.get("/home").text().contains(&waiting));
    let page = registrar.get(&waiting);
    assert!(page.text().contains("Cocokkan kodenya") && page.text().contains("(2 / 3)"), "{}", page.text());
    assert!(page.text().contains("Minta lembar loket dari orang yang datang"), "{}", page.text());
    assert_eq!(co_sign(&registrar, &waiting, &key("official/5")), waiting);
    let inspector = Browser::of(&served, &key("official/6"));
    let page = inspector.get(&waiting);
    assert!(page.text().contains("dibacakan kepada Anda"), "who meets nobody hears it: {}", page.text());
    assert!(co_sign(&inspector, &waiting, &key("official/6")).starts_with("/sent/"));

    // While it waits: the new file is told from when on, the old one that it is being replaced.
    assert!(stranger.get("/home").text().contains("berlaku mulai 20 Januari 2014"), "{}", stranger.get("/home").text());
    let home = old.get("/home");
    assert!(home.text().contains("sedang diganti") && home.text().contains("replacement.objected"), "{}", home.text());
    let page = stranger.get("/lost?q=1");
    assert!(page.text().contains("berlaku mulai 20 Januari 2014"), "why it cannot be used yet: {}", page.text());
    assert!(!page.text().contains("tidak hilang"), "it is known, and not in force: {}", page.text());
    assert!(old.get("/lost").text().contains("tidak hilang"), "{}", old.get("/lost").text());

    // From its day on: cases, drafts and documents are the new file's, and the old one is refused with the way.
    set(&clock, "2014-01-20T02:00:00.000Z");
    let heard = Browser::new(&served).sign_in(&key("org/1"), |text| text);
    assert_eq!(heard.status, 401);
    assert!(heard.text().contains("berlaku sampai 19 Januari 2014, lalu diganti"), "{}", heard.text());
    assert!(heard.text().contains("href=\"/lost\""));
    let new = Browser::of(&served, &named);
    let home = new.get("/home");
    assert!(home.text().contains(&draft) && home.text().contains("case/1/1"), "{}", home.text());
    assert_eq!(new.send("HEAD", &document, b"", &[]).header("hibah-offset"), "8");
    let fields = application();
    let page = new.fill(&draft, &borrowed(&fields));
    let sent = new.sign(&page, &format!("{draft}/check"), &[&named], &[]);
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.text());
}

#[test]
fn a_session_ends_with_its_key() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), &format!("{}\nat 2014-01-19T16:50:00.000Z", replaced()));
    let old = Browser::of(&served, &key("org/1"));
    assert_eq!(old.get("/home").status, 200);
    set(&clock, "2014-01-19T17:00:00.000Z");
    let page = old.get("/home");
    assert_eq!(page.status, 403);
    assert!(page.text().contains("lalu diganti"), "{}", page.text());
    assert_eq!(old.get("/en/lost").status, 200, "and the way is open");
}

#[test]
fn who_still_has_the_old_file_objects() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), &replaced());
    let old = Browser::of(&served, &key("org/1"));
    let home = old.get("/home");
    let index = between(home.text(), "name=\"known.replacement\" value=\"", "\"").to_owned();
    let form = vec![
        ("csrf", old.csrf()),
        ("kind", "replacement.objected".to_owned()),
        ("about", "note/org/1/new".to_owned()),
        ("known.replacement", index),
    ];
    let draft = old.post("/drafts", &form, &[]).header("location").to_owned();
    let page = old.fill(&draft, &[("reason", "Kami tidak pernah meminta penggantian.")]);
    assert_eq!(page.status, 200, "{}", page.text());
    let sent = old.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]);
    assert!(sent.header("location").starts_with("/sent/"), "{}", sent.text());
    assert!(!old.get("/home").text().contains("sedang diganti"));
    set(&clock, "2014-01-20T02:00:00.000Z");
    assert!(Browser::of(&served, &key("org/1")).get("/home").text().contains("case"), "it stays in force");
    let held = Browser::new(&served).sign_in(&OneCity::new(dir.path()).key("org/1:b"), |text| text);
    assert!(held.status == 401 && held.text().contains("berkeberatan"), "{}", held.text());
}

#[test]
fn an_office_begins_it_with_the_text_that_the_person_brings() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let (file, named) = new_file(8, "org/2");
    let inspector = Browser::of(&served, &key("official/6"));
    assert!(inspector.get("/keys?q=2").text().contains("name=\"about\" value=\"org/2\""));
    let draft = inspector.begin("key.replaced", &["org/2"]);
    let vkey = file.verifier().to_string();
    let page = inspector.fill(&draft, &[("reason", "Hilang"), ("key", &vkey[..vkey.len() - 3])]);
    assert_eq!(page.status, 422, "a text that is not whole: {}", page.text());
    assert!(page.text().contains("href=\"#f-key\""), "{}", page.text());
    let fields = [("reason", "Hilang"), ("key", vkey.as_str())];
    let waiting = say(&inspector, "key.replaced", "org/2", &fields, &key("official/6"));
    // Whoever has the file finds it at once, under no name yet.
    let person = Browser::of(&served, &file);
    assert!(person.get("/home").text().contains(&waiting), "{}", person.get("/home").text());
    assert_eq!(Browser::of(&served, &new_file(9, "org/2").0).get(&waiting).status, 404, "nobody else");
    assert_eq!(co_sign(&person, &waiting, &named), waiting);
    let registrar = Browser::of(&served, &key("official/5"));
    assert!(co_sign(&registrar, &waiting, &key("official/5")).starts_with("/sent/"));
    let page = registrar.get("/keys");
    assert!(page.text().contains("Sedang diganti; berlaku mulai 20 Januari 2014"), "{}", page.text());
}

#[test]
// long: one story, told in order.
fn roots_appoint_replace_retire_and_revoke() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), "");
    let roots: Vec<NoteSigner> = (1..=5).map(|n| key(&format!("root/{n}"))).collect();
    let root = Browser::of(&served, &roots[0]);
    let page = root.get("/keys");
    for part in [
        "name=\"known.office\" value=\"tata_usaha\"",
        "official.retired",
        "root.replaced",
        "tanda tangan sebanyak ini: 3.",
    ] {
        assert!(page.text().contains(part), "{part}: {}", page.text());
    }

    // An official lost a file: they ask, and three roots sign, of whom the form names others than those who are first.
    let (file, named) = new_file(10, "official/7");
    let official = Browser::of(&served, &file);
    assert!(official.get("/lost?q=pejabat/0007").text().contains("value=\"official/7\""));
    let draft = official.begin("key.replaced", &["official/7"]);
    let (first, second, fourth) = (vkey_id(&roots[0]), vkey_id(&roots[1]), vkey_id(&roots[3]));
    let doubled = [("reason", "Rusak"), ("_with.0", &second), ("_with.1", &second), ("_with.2", &fourth)];
    let page = official.fill(&draft, &doubled);
    assert!(page.status == 422 && page.text().contains("sudah dipilih"), "{}", page.text());
    let fields = [("reason", "Rusak"), ("_with.0", &second), ("_with.1", &fourth), ("_with.2", &first)];
    let waiting = say(&official, "key.replaced", "official/7", &fields, &named);
    for (at, n) in [1, 3, 0].into_iter().enumerate() {
        let browser = Browser::of(&served, &roots[n]);
        let page = browser.get(&waiting);
        assert!(page.text().contains(&format!("({} / 4)", 3 - at)), "{}", page.text());
        let went = co_sign(&browser, &waiting, &roots[n]);
        assert_eq!(went.starts_with("/sent/"), at == 2, "{went}");
    }
    assert!(official.get("/home").text().contains("Tata"), "in force at once: {}", official.get("/home").text());
    let heard = Browser::new(&served).sign_in(&key("official/7"), |text| text);
    assert!(heard.status == 401 && heard.text().contains("sudah diganti oleh entri"), "{}", heard.text());

    // A new official: a root fills in, the appointee and two roots sign.
    let (file, named) = new_file(11, "official/15");
    let vkey = file.verifier().to_string();
    let fields = [
        ("office", "tata_usaha"),
        ("person", "pejabat/0077"),
        ("decree_number", "821.2/1"),
        ("period.from", "2014-01-06"),
        ("period.until", "2014-12-31"),
        ("key", &vkey),
    ];
    let waiting = say(&root, "official.appointed", "official/new", &fields, &roots[0]);
    co_sign(&Browser::of(&served, &file), &waiting, &named);
    co_sign(&Browser::of(&served, &roots[1]), &waiting, &roots[1]);
    let last = co_sign(&Browser::of(&served, &roots[2]), &waiting, &roots[2]);
    assert!(last.starts_with("/sent/"), "{last}");
    let page = root.get("/keys");
    assert!(page.text().contains("pejabat/0077"), "{}", page.text());

    // It is revoked: the time is local, and what the page knows is filled in.
    set(&clock, "2014-01-06T03:00:00.000Z");
    let root = Browser::of(&served, &roots[0]);
    let signer = vkey_id(&named);
    let fields = [("key", signer.as_str()), ("reason", "Dicuri"), ("suspect_since", "2014-01-06T09:30")];
    let waiting = say(&root, "key.revoked", "official/15", &fields, &roots[0]);
    for n in [1, 2] {
        co_sign(&Browser::of(&served, &roots[n]), &waiting, &roots[n]);
    }
    let heard = Browser::new(&served).sign_in(&named, |text| text);
    assert!(heard.status == 401 && heard.text().contains("dicabut oleh entri"), "{}", heard.text());

    // A root is replaced by the others, by another person, who gets nothing of what the one before began.
    let begun = Browser::of(&served, &roots[4]).begin("root.replaced", &["ledger"]);
    let (file, named) = new_file(12, "root/5");
    let vkey = file.verifier().to_string();
    let fields = [("root", "5"), ("holder", "Rektor"), ("decree_number", "1"), ("reason", "Pensiun"), ("key", &vkey)];
    let waiting = say(&root, "root.replaced", "ledger", &fields, &roots[0]);
    co_sign(&Browser::of(&served, &file), &waiting, &named);
    co_sign(&Browser::of(&served, &roots[1]), &waiting, &roots[1]);
    assert!(co_sign(&Browser::of(&served, &roots[2]), &waiting, &roots[2]).starts_with("/sent/"));
    let other = Browser::of(&served, &named);
    assert!(other.get("/keys").text().contains("5. Rektor") && !other.get("/home").text().contains(&begun));
    let heard = Browser::new(&served).sign_in(&roots[4], |text| text);
    assert!(heard.status == 401 && heard.text().contains("pemegang kunci akar yang lain"), "{}", heard.text());
    assert!(!heard.text().contains("minta penggantian di halaman"), "nobody finds a root there: {}", heard.text());

    // Suspension is the registrar's alone.
    let registrar = Browser::of(&served, &key("official/5"));
    say(&registrar, "organisation.suspended", "org/1", &[("reason", "Alamat tidak ditemukan")], &key("official/5"));
    let page = registrar.get("/keys");
    assert!(page.text().contains("ditangguhkan") && page.text().contains("organisation.reinstated"), "{}", page.text());
    say(&registrar, "organisation.reinstated", "org/1", &[("reason", "Sudah ditinjau")], &key("official/5"));
    assert!(!registrar.get("/keys").text().contains("organisation.reinstated"));
    for other in ["official/3", "org/1"] {
        assert_eq!(Browser::of(&served, &key(other)).get("/keys").status, 404, "{other}");
    }
}

/// As a statement names it among its signers.
pub fn vkey_id(key: &NoteSigner) -> String {
    let vkey = key.verifier().to_string();
    vkey[..vkey.len() - 45].to_owned()
}

#[test]
fn a_holder_takes_another_file_with_both() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let own = Browser::of(&served, &key("org/3"));
    assert!(own.get("/key").text().contains("value=\"org/3\""), "{}", own.get("/key").text());
    let (file, named) = new_file(13, "org/3");
    let vkey = file.verifier().to_string();
    let waiting = say(&own, "key.rotated", "org/3", &[("key", &vkey)], &key("org/3"));
    let new = Browser::of(&served, &file);
    assert!(co_sign(&new, &waiting, &named).starts_with("/sent/"));
    assert!(new.get("/home").text().contains("Ajukan permohonan hibah"), "{}", new.get("/home").text());
    assert_eq!(own.get("/home").status, 403, "the other one is done");
}

#[test]
fn strangers_cannot_fill_the_desk() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let (file, named) = new_file(14, "org/1");
    let stranger = Browser::of(&served, &file);
    let csrf = stranger.csrf();
    let address = format!("/uploads/{}?at=0", sha256(b"x"));
    assert_eq!(stranger.send("PUT", &address, b"x", &[("x-hibah-csrf", &csrf)]).status, 403, "no documents");
    let begin = |kind: &str, about: &str| {
        let form = vec![("csrf", csrf.clone()), ("kind", kind.to_owned()), ("about", about.to_owned())];
        stranger.post("/drafts", &form, &[]).status
    };
    assert_eq!(begin("application.submitted", "case/1/new"), 404, "what only others may say");
    for n in 1..=5 {
        let fields = [("reason", format!("Hilang {n}"))];
        say(&stranger, "key.replaced", "org/1", &borrowed(&fields), &named);
    }
    let draft = stranger.begin("key.replaced", &["org/1"]);
    let page = stranger.fill(&draft, &[("reason", "Hilang lagi")]);
    let sent = stranger.sign(&page, &format!("{draft}/check"), &[&named], &[]);
    assert!(sent.text().contains("sudah dipakai untuk permintaan"), "{}", sent.text());
    for _ in 2..=5 {
        assert_eq!(begin("key.replaced", "org/2"), 303);
    }
    assert_eq!(begin("key.replaced", "org/2"), 409, "five drafts");
    // By how many files one place comes in an hour, as its proxy tells it.
    let from = [("x-forwarded-for", "192.0.2.7")];
    let sign_in = |seed: u8, headers: &[(&str, &str)]| {
        let (file, _) = new_file(seed, "org/1");
        let browser = Browser::new(&served);
        let page = browser.get("/login");
        let text = between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
        let mut note = Note { text, signatures: Vec::new() };
        note.signatures.push(file.sign(&note.text).expect("signed"));
        use base64::Engine as _;
        let public = base64::engine::general_purpose::STANDARD.encode(file.key().public().as_bytes());
        browser.post("/login", &vec![("note", note.to_string()), ("public_key", public)], headers).status
    };
    let told: Vec<u16> = (100..161).map(|seed| sign_in(seed, &from)).collect();
    assert!(told[..60].iter().all(|status| *status == 303) && told[60] == 401, "{told:?}");
    assert_eq!(sign_in(100, &from), 303, "who came today comes again");
    assert_eq!(sign_in(200, &[("x-forwarded-for", "192.0.2.8")]), 303, "another place");
    // Whose signature an office waits for is not kept out with the others.
    assert_eq!(sign_in(201, &from), 401);
    let inspector = Browser::of(&served, &key("official/6"));
    let vkey = new_file(201, "org/2").0.verifier().to_string();
    say(&inspector, "key.replaced", "org/2", &[("reason", "Hilang"), ("key", &vkey)], &key("official/6"));
    assert_eq!(sign_in(201, &from), 303);
    assert_eq!(Browser::of(&served, &key("org/1")).get("/home").status, 200, "and who is known");
}
