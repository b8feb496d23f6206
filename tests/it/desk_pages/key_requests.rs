//! What strangers and thieves try with requests about files, and what offices see of it.

use std::sync::Barrier;

use hibah::desk::code::key_code;

use super::keys::{co_sign, new_file, public, replaced, say, served, set, vkey_id};
use super::*;

/// Where it is told what became of a statement that was refused.
fn refused(browser: &Browser<'_>, page: &Heard, at: &str, key: &NoteSigner) -> String {
    let sent = browser.sign(page, at, &[key], &[]);
    assert_eq!(sent.status, 200, "{}", sent.text());
    sent.text().to_owned()
}

#[test]
fn a_stranger_begins_nothing_but_a_request() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let check = |seed: u8, victim: &str, kind: &str, about: &str, holder: &str, more: &[(&str, &str)]| {
        let (file, named) = new_file(seed, holder);
        let vkey = file.verifier().to_string();
        // The text is what the victim would sign, were it theirs.
        let victim = Browser::of(&served, &key(victim));
        let draft = victim.begin(kind, &[about]);
        let fields: Vec<(&str, &str)> = more.iter().copied().chain([("key", vkey.as_str())]).collect();
        let page = victim.fill(&draft, &fields);
        assert_eq!(statements(page.text()).len(), 1, "{kind}: {}", page.text());
        let stranger = Browser::of(&served, &file);
        for at in ["/waiting/x", "/drafts/x/check"] {
            let told = refused(&stranger, &page, at, &named);
            assert!(told.contains("hanya dapat meminta pendaftaran"), "{kind}: {told}");
        }
        for browser in [&victim, &stranger] {
            assert!(!browser.get("/home").text().contains("/waiting/"), "{kind}: {}", browser.get("/home").text());
        }
    };
    check(20, "org/3", "key.rotated", "org/3", "org/3", &[]);
    let appointed = [
        ("office", "tata_usaha"),
        ("person", "pejabat/0077"),
        ("decree_number", "821.2/1"),
        ("period.from", "2014-01-06"),
        ("period.until", "2014-12-31"),
    ];
    check(21, "root/1", "official.appointed", "official/new", "official/15", &appointed);
    let root = [("root", "5"), ("holder", "Rektor"), ("decree_number", "1"), ("reason", "Pensiun")];
    check(22, "root/1", "root.replaced", "ledger", "root/5", &root);
}

/// A request of a stranger that waits.
fn request(served: &Served, seed: u8, about: &str) -> String {
    let (file, named) = new_file(seed, about);
    say(&Browser::of(served, &file), "key.replaced", about, &[("reason", "Hilang")], &named)
}

#[test]
fn a_code_of_several_requests_shows_them_all_by_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let name = |about: &str| {
        let page = Browser::of(&served, &new_file(30, "org/1").0).get(&format!("/lost?q={about}"));
        between(page.text(), "<span class=\"what\">", " <span").to_owned()
    };
    let names = ["org/1", "org/2"].map(name);
    let waiting = ["org/1", "org/2"].map(|about| request(&served, 31, about));
    let registrar = Browser::of(&served, &key("official/5"));
    let code = key_code(&public(&new_file(31, "org/1").0));
    let page = registrar.get(&format!("/keys/find?code={code}"));
    assert_eq!(page.status, 200);
    for part in names.iter().chain(&waiting) {
        assert!(page.text().contains(part.as_str()), "{part}: {}", page.text());
    }
    assert!(page.text().contains("satu berkas hanya untuk satu lembaga"), "{}", page.text());
    for (at, waiting) in waiting.iter().enumerate() {
        let page = registrar.get(waiting);
        let compare = between(page.text(), "<div class=\"compare\">", "</div>");
        assert!(compare.contains(&format!("<code>org/{}</code>", at + 1)) && compare.contains(&names[at]), "{compare}");
    }
}

#[test]
fn a_registration_is_found_by_its_code_and_compared() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let (file, named) = new_file(32, "org/4");
    let sealed = [b"account", b"chair 2"].map(|text| sha256(text).to_hex());
    let fields = [
        ("name", "Yayasan Baru"),
        ("recipient_type", "foundation"),
        ("address.city", "Bandung"),
        ("sealed_account", sealed[0].as_str()),
        ("sealed_chair", sealed[1].as_str()),
    ];
    let stranger = Browser::of(&served, &file);
    let draft = stranger.begin("organisation.registered", &["org/new"]);
    let page = stranger.fill(&draft, &fields);
    assert_eq!(page.status, 200, "{}", page.text());
    let text = statements(page.text()).remove(0);
    let statement = Statement::parse_draft(text.as_bytes(), ORIGIN).expect("a draft");
    let sent = stranger.sign(&page, &format!("{draft}/check"), &[&named], &[]);
    let waiting = format!("/waiting/{}", statement.hash());
    assert_eq!((sent.status, sent.header("location")), (303, waiting.as_str()), "{}", sent.text());
    let registrar = Browser::of(&served, &key("official/5"));
    let code = key_code(&public(&file));
    assert_eq!(registrar.get(&format!("/keys/find?code={code}")).header("location"), waiting);
    let page = registrar.get(&waiting);
    let compare = between(page.text(), "<div class=\"compare\">", "</div>");
    assert!(compare.contains("Yayasan Baru") && compare.contains("pada aktanya"), "{compare}");
    // Another office that sees to keys is told whose it is to sign, and nobody else that it is there.
    let page = Browser::of(&served, &key("official/6")).get(&format!("/keys/find?code={code}"));
    assert!(page.status == 200 && page.text().contains("ditujukan kepada"), "{}", page.text());
    assert!(!page.text().contains(&waiting), "{}", page.text());
    for other in ["official/7", "org/1"] {
        assert_eq!(Browser::of(&served, &key(other)).get(&format!("/keys/find?code={code}")).status, 404, "{other}");
    }
    assert_eq!(registrar.get("/keys/find?code=").status, 404, "no code is the code of nothing");
}

#[test]
fn what_needs_a_comparison_is_signed_by_itself() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let waiting = [33, 34].map(|seed| request(&served, seed, "org/1"));
    let registrar = Browser::of(&served, &key("official/5"));
    let home = registrar.get("/home");
    for address in &waiting {
        assert!(home.text().contains(address.as_str()), "{}", home.text());
    }
    assert!(!home.text().contains("name=\"waiting\""), "nothing to tick: {}", home.text());
    // Nor when a form is made by hand.
    let mut form: Fields<'_> = vec![("csrf", registrar.csrf())];
    form.extend(waiting.iter().map(|address| ("waiting", address.trim_start_matches("/waiting/").to_owned())));
    let page = registrar.post("/together", &form, &[]);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(statements(page.text()).is_empty(), "{}", page.text());
    assert_eq!(page.text().matches("tanda tangani tersendiri").count(), 2, "{}", page.text());
}

#[test]
fn while_a_replacement_waits_either_file_can_be_revoked() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), &replaced());
    let page = Browser::of(&served, &key("root/1")).get("/keys?q=org/1");
    for (label, signer) in [
        ("Cabut berkas yang sekarang berlaku,", key("org/1")),
        ("Cabut berkas baru,", OneCity::new(dir.path()).key("org/1:b")),
    ] {
        let id = vkey_id(&signer);
        let form = page.text().split("<form").find(|form| form.contains(label)).unwrap_or_default();
        assert!(form.contains(&format!("name=\"known.key\" value=\"{id}\"")), "{label}: {}", page.text());
        assert!(form.contains(&format!("{label} {}", &id[id.len() - 8..])), "{label}: {form}");
    }
}

#[test]
fn a_root_whose_key_is_ended_is_not_asked_to_sign_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    let root = Browser::of(&served, &key("root/1"));
    let ended = vkey_id(&key("root/2"));
    let (file, named) = new_file(35, "root/2");
    let (vkey, new) = (file.verifier().to_string(), vkey_id(&named));
    let revoked = [("key", ended.as_str()), ("reason", "Dicuri"), ("suspect_since", "2014-01-06T08:30")];
    let other = [("root", "2"), ("holder", "Rektor"), ("decree_number", "1"), ("reason", "Dicuri"), ("key", &vkey)];
    for (kind, fields) in [("key.revoked", &revoked[..]), ("root.replaced", &other[..])] {
        let draft = root.begin(kind, &["ledger"]);
        // Nor where the form that was shown before the key was typed names it.
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("_with.0", ended.as_str())]).collect();
        let page = root.fill(&draft, &fields);
        let text = statements(page.text()).pop().unwrap_or_else(|| panic!("{kind}: {}", page.text()));
        let statement = Statement::parse_draft(text.as_bytes(), ORIGIN).expect("a draft");
        let named = statement.signers().iter().map(ToString::to_string).filter(|id| *id != new);
        let named: Vec<String> = named.collect();
        assert!(named.len() == 3 && !named.contains(&ended), "{kind}: {named:?}");
        let page = root.get(&draft);
        assert!(!page.text().contains(&format!("<option value=\"{ended}\"")), "{kind}: {}", page.text());
    }
}

#[test]
fn what_a_holder_began_comes_back_from_a_thief() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), "");
    let own = Browser::of(&served, &key("org/3"));
    let draft = own.begin("application.submitted", &["case/3/new"]);
    let document = format!("/uploads/{}", sha256(b"proposal"));
    let csrf = own.csrf();
    own.send("PUT", &format!("{document}?at=0"), b"proposal", &[("x-hibah-csrf", &csrf)]);
    // The thief takes another file with the stolen one, and what was begun with it.
    let (file, named) = new_file(36, "org/3");
    let vkey = file.verifier().to_string();
    let waiting = say(&own, "key.rotated", "org/3", &[("key", &vkey)], &key("org/3"));
    let thief = Browser::of(&served, &file);
    assert!(co_sign(&thief, &waiting, &named).starts_with("/sent/"));
    assert!(thief.get("/home").text().contains(&draft));
    let theirs = thief.begin("application.submitted", &["case/3/new"]);
    // Roots revoke it.
    let fields = [("key", &*vkey_id(&named)), ("reason", "Dicuri"), ("suspect_since", "2014-01-06T09:00")];
    let waiting = say(&Browser::of(&served, &key("root/1")), "key.revoked", "org/3", &fields, &key("root/1"));
    for n in [2, 3] {
        co_sign(&Browser::of(&served, &key(&format!("root/{n}"))), &waiting, &key(&format!("root/{n}")));
    }
    // The organisation asks for a third.
    let (file, named) = new_file(37, "org/3");
    let waiting = say(&Browser::of(&served, &file), "key.replaced", "org/3", &[("reason", "Dicuri")], &named);
    co_sign(&Browser::of(&served, &key("official/5")), &waiting, &key("official/5"));
    assert!(co_sign(&Browser::of(&served, &key("official/6")), &waiting, &key("official/6")).starts_with("/sent/"));
    set(&clock, "2014-02-03T02:00:00.000Z");
    let new = Browser::of(&served, &file);
    let home = new.get("/home");
    assert!(home.text().contains(&draft), "{}", home.text());
    assert!(!home.text().contains(&theirs), "what the thief began is not theirs: {}", home.text());
    assert_eq!(new.send("HEAD", &document, b"", &[]).header("hibah-offset"), "8");
}

#[test]
fn a_strangers_drafts_are_small_and_short_lived() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, clock) = served(dir.path(), "");
    let (file, _) = new_file(38, "org/1");
    let stranger = Browser::of(&served, &file);
    let draft = stranger.begin("key.replaced", &["org/1"]);
    let long = "x".repeat(4_000);
    let post = |fields: &[(&'static str, &str)]| {
        let mut form: Fields<'_> = vec![("csrf", stranger.csrf()), ("version", "1".to_owned())];
        form.extend(fields.iter().map(|(name, text)| (*name, (*text).to_owned())));
        stranger.post(&draft, &form, &[]).status
    };
    assert_eq!(post(&["reason.0", "reason.1", "reason.2", "reason.3", "reason.4"].map(|name| (name, &*long))), 413);
    assert_eq!(post(&[("reason", "Hilang"), ("other", &long), ("other.0.text", &long), ("known.key", "x")]), 303);
    let kept: String = rusqlite::Connection::open(dir.path().join("desk.db"))
        .expect("opened")
        .query_row("SELECT fields FROM drafts", [], |row| row.get(0))
        .expect("one draft");
    assert!(kept.contains("Hilang") && !kept.contains("other") && !kept.contains("known"), "{kept}");
    // It is dropped after a week; what somebody with a file in force began is not.
    let own = Browser::of(&served, &key("org/3")).begin("application.submitted", &["case/3/new"]);
    set(&clock, "2014-01-13T02:00:00.001Z");
    let (again, other) = (Browser::of(&served, &file), Browser::of(&served, &key("org/3")));
    assert_eq!(again.get(&draft).status, 200, "until somebody begins another");
    other.begin("application.submitted", &["case/3/new"]);
    assert_eq!((again.get(&draft).status, other.get(&own).status), (404, 200));
}

#[test]
fn who_sign_at_once_lose_no_signature() {
    let dir = tempfile::tempdir().expect("a folder");
    let (served, _) = served(dir.path(), "");
    for (seed, official) in [(40, 1), (41, 2), (42, 4), (43, 7)] {
        let about = format!("official/{official}");
        let (file, named) = new_file(seed, &about);
        let waiting = say(&Browser::of(&served, &file), "key.replaced", &about, &[("reason", "Rusak")], &named);
        let roots = ["root/1", "root/2", "root/3"];
        let barrier = Barrier::new(roots.len());
        let went: Vec<String> = std::thread::scope(|scope| {
            let sign = |name: &'static str| {
                let (served, waiting, barrier) = (&served, waiting.as_str(), &barrier);
                scope.spawn(move || {
                    let browser = Browser::of(served, &key(name));
                    let page = browser.get(waiting);
                    assert_eq!(page.status, 200, "{}", page.text());
                    barrier.wait();
                    let sent = browser.sign(&page, waiting, &[&key(name)], &[]);
                    assert_eq!(sent.status, 303, "{}", sent.text());
                    sent.header("location").to_owned()
                })
            };
            let threads = roots.map(sign);
            threads.map(|thread| thread.join().expect("it signed")).to_vec()
        });
        // Whoever came last completed it, and nothing waits any more.
        assert_eq!(went.iter().filter(|went| went.starts_with("/sent/")).count(), 1, "{about}: {went:?}");
        assert_eq!(Browser::of(&served, &file).get(&waiting).status, 404, "{about}");
    }
}
