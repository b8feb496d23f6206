//! Who is signed in, and what other sites may not.

use super::*;

#[test]
// long: one story, told in order.
fn whoever_holds_a_key_signs_in_and_nobody_else() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    assert!(browser.get("/home").text().contains("Ajukan permohonan hibah"));

    let stranger = Browser::new(&served);
    let first = stranger.get("/home");
    assert_eq!((first.status, first.header("location")), (303, "/login?to=%2Fhome"));
    let script = served.ask("GET", "/home", &[("sec-fetch-mode", "cors")]);
    assert_eq!(script.status, 401, "a script is not sent to another page");

    // Every way in which an answer is not one.
    let refused = |heard: &Heard, why: &str| {
        assert_eq!(heard.status, 401, "{why}");
        assert!(heard.text().contains("role=\"alert\""), "{why}");
        assert_eq!(heard.header("set-cookie"), "", "{why}");
    };
    let other = |from: &'static str, to: &'static str| move |text: String| text.replace(from, to);
    refused(&stranger.sign_in(&key("org/1"), other("login v1", "login v2")), "another version");
    refused(&stranger.sign_in(&key("org/1"), other(ORIGIN, "other.example/hibah")), "another ledger");
    refused(&stranger.sign_in(&key("org/1"), |text| text.replacen(['a', '1', '7'], "0", 1)), "another nonce");
    let page = stranger.get("/login");
    let text = between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
    let mut note = Note { text: text.clone(), signatures: Vec::new() };
    note.signatures.push(key("org/1").sign(&text).expect("signed"));
    refused(&stranger.answer(&key("org/2"), &note.to_string()), "another key");
    refused(&stranger.answer(&key("org/1"), &note.to_string()), "a nonce is good for one answer, also a wrong one");
    let page = stranger.get("/login");
    let text = between(page.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
    let mut note = Note { text: text.clone(), signatures: Vec::new() };
    note.signatures.push(key("org/1").sign(&text).expect("signed"));
    assert_eq!(stranger.answer(&key("org/1"), &note.to_string()).status, 303);
    refused(&stranger.answer(&key("org/1"), &note.to_string()), "replayed");

    // Signing out ends it, whoever kept the cookie.
    let heard = browser.post("/logout", &vec![("csrf", browser.csrf())], &[]);
    assert_eq!(heard.status, 303);
    assert_eq!(browser.get("/home").header("location"), "/login?to=%2Fhome");
}

#[test]
fn another_site_sends_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    let form = |csrf: String| {
        vec![("csrf", csrf), ("kind", "application.submitted".to_owned()), ("about", "case/1/new".to_owned())]
    };
    let own = browser.csrf();
    let host = served.address.to_string();
    let check = |csrf: &str, headers: &[(&str, &str)], status: u16| {
        let heard = browser.post("/drafts", &form(csrf.to_owned()), headers);
        assert_eq!(heard.status, status, "{headers:?}");
    };
    check(&own, &[("sec-fetch-site", "cross-site")], 403);
    check(&own, &[("sec-fetch-site", "same-site")], 403);
    check(&own, &[("origin", "https://evil.example")], 403);
    check(&own, &[("origin", "null")], 403);
    check("", &[], 403);
    check(&"0".repeat(64), &[("sec-fetch-site", "same-origin")], 403);
    let other = Browser::of(&served, &key("org/2"));
    check(&other.csrf(), &[], 403);
    assert!(!browser.get("/home").text().contains("/drafts/"), "nothing was begun");
    check(&own, &[("sec-fetch-site", "same-origin"), ("origin", &format!("http://{host}"))], 303);
    let page = browser.get("/home");
    let policy = page.header("content-security-policy");
    for part in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{policy}");
    }
    assert_eq!((page.header("cache-control"), page.header("x-content-type-options")), ("no-store", "nosniff"));
}

#[test]
fn where_nothing_is_a_person_gets_a_page_and_a_program_a_problem() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    for (path, accept, media_type, part) in [
        ("/nothing", "text/html", "text/html; charset=utf-8", "Tidak ada halaman di alamat ini"),
        ("/en/nothing", "text/html", "text/html; charset=utf-8", "There is no page at this address"),
        ("/nothing", "*/*", "application/problem+json", "submit with POST /statements"),
    ] {
        let heard = served.ask("GET", path, &[("accept", accept)]);
        assert_eq!((heard.status, heard.header("content-type")), (404, media_type), "{path}");
        assert!(heard.text().contains(part), "{}", heard.text());
    }
}
