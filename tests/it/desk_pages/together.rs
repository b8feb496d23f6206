//! Several papers of different kinds, signed in one go.

use super::*;

/// Asks for the page of what is ticked.
fn ticked(browser: &Browser<'_>, ticked: &[(&str, &str)]) -> Heard {
    let mut form: Fields<'_> = vec![("csrf", browser.csrf())];
    form.extend(ticked.iter().map(|(name, value)| (*name, (*value).to_owned())));
    browser.post("/together", &form, &[])
}

/// Signs what a page shows, and sends what it would send with it.
fn signed(browser: &Browser<'_>, page: &Heard, signer: &NoteSigner) -> Heard {
    let mut form: Fields<'_> = vec![("csrf", browser.csrf())];
    for of in page.text().split("name=\"of\" value=\"").skip(1) {
        form.push(("of", of.split('"').next().unwrap_or_default().to_owned()));
    }
    for text in statements(page.text()) {
        let mut statement = Statement::parse_draft(text.as_bytes(), ORIGIN).unwrap_or_else(|e| panic!("{e}: {text}"));
        statement.sign(signer).unwrap_or_else(|e| panic!("{e}"));
        form.push(("statement", String::from_utf8(statement.to_bytes()).expect("text")));
    }
    browser.post("/together/sign", &form, &[])
}

#[test]
fn papers_of_different_kinds_are_signed_together() {
    let dir = tempfile::tempdir().expect("a folder");
    let more = "application.submitted case/1/1 by org/1\nbring case/1/1 decree.sealed 50\ndisbursement.requested case/1/1 by org/1 amount=50\napplication.submitted case/1/2 by org/1\napplication.submitted case/1/3 by org/1";
    let served = city(dir.path(), more);
    let finance = Browser::of(&served, &key("official/3"));
    let (draft, page) = agreed(&finance, "case/1/1");
    let sent = finance.sign(&page, &format!("{draft}/check"), &[&key("official/3")], &[]);
    let waiting = sent.header("location").trim_start_matches("/waiting/").to_owned();
    let organisation = Browser::of(&served, &key("org/1"));
    let id = |draft: &str| draft.trim_start_matches("/drafts/").to_owned();
    let drafted = |case: &str, fields: &[(&str, &str)]| {
        let draft = organisation.begin("application.withdrawn", &[case]);
        if !fields.is_empty() {
            organisation.fill(&draft, fields);
        }
        id(&draft)
    };
    let reason = [("reason", "Tidak jadi")];
    let (good, unfinished, same) =
        (drafted("case/1/2", &reason), drafted("case/1/3", &[]), drafted("case/1/2", &[("reason", "Batal")]));
    let home = organisation.get("/home");
    for box_ in [format!("name=\"waiting\" value=\"{waiting}\""), format!("name=\"draft\" value=\"{good}\"")] {
        assert!(home.text().contains(&box_), "{box_}: {}", home.text());
    }
    assert_eq!(ticked(&organisation, &[]).status, 400, "nothing is ticked");
    let all = [("waiting", waiting.as_str()), ("draft", &good), ("draft", &unfinished), ("draft", &same)];
    let page = ticked(&organisation, &all);
    assert_eq!(page.status, 200, "{}", page.text());
    let kinds: Vec<String> =
        statements(page.text()).iter().map(|text| text.lines().nth(2).unwrap_or_default().to_owned()).collect();
    assert_eq!(kinds, ["agreement.signed", "application.withdrawn"]);
    for why in ["Konsepnya belum lengkap", "Yang lain di sini tentang hal yang sama", "Tandatangani semua"] {
        assert!(page.text().contains(why), "{why}: {}", page.text());
    }
    let results = signed(&organisation, &page, &key("org/1"));
    assert_eq!(results.status, 200, "{}", results.text());
    assert_eq!(results.text().matches(">dicatat</a>").count(), 2, "{}", results.text());
    assert_eq!(organisation.get(&format!("/drafts/{good}")).status, 404, "what is recorded is no draft any more");
    for left in [&unfinished, &same] {
        assert_eq!(organisation.get(&format!("/drafts/{left}")).status, 200, "what was left out is there");
    }
    // What the rules would refuse is left out too, and there is nothing to press.
    let page = ticked(&organisation, &[("draft", &same), ("draft", &unfinished)]);
    assert!(page.text().contains("Ini akan ditolak") && statements(page.text()).is_empty(), "{}", page.text());
    assert!(!page.text().contains("Tandatangani semua"), "{}", page.text());
    // Nobody signs with the papers of others.
    assert_eq!(ticked(&Browser::of(&served, &key("org/2")), &[("draft", &same)]).status, 404);
    assert_eq!(ticked(&organisation, &[("waiting", &waiting)]).status, 404, "it is recorded");
}

#[test]
fn a_draft_of_which_something_is_left_out_is_kept() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "application.submitted case/1/1 by org/1\napplication.submitted case/1/2 by org/1");
    let organisation = Browser::of(&served, &key("org/1"));
    let reason = [("reason", "Tidak jadi")];
    let both = organisation.begin("application.withdrawn", &["case/1/1", "case/1/2"]);
    organisation.fill(&both, &reason);
    let one = organisation.begin("application.withdrawn", &["case/1/2"]);
    let page = organisation.fill(&one, &reason);
    assert_eq!(organisation.sign(&page, &format!("{one}/check"), &[&key("org/1")], &[]).status, 303);
    let id = both.trim_start_matches("/drafts/");
    let page = ticked(&organisation, &[("draft", id)]);
    assert!(statements(page.text()).len() == 1 && page.text().contains("Ini akan ditolak"), "{}", page.text());
    // The rule's sentence is the reader's too.
    let (indonesian, english) = (
        "case/1/2 sudah ditarik pemohon dan tidak menerima langkah ini; kegiatan baru memerlukan permohonan baru",
        "case/1/2 was withdrawn and takes no such step; a new undertaking needs a new application",
    );
    let in_english =
        organisation.post("/en/together", &vec![("csrf", organisation.csrf()), ("draft", id.to_owned())], &[]);
    for (page, told, other) in [(&page, indonesian, english), (&in_english, english, indonesian)] {
        assert!(page.text().contains(told) && !page.text().contains(other), "{}", page.text());
    }
    assert_eq!(signed(&organisation, &page, &key("org/1")).status, 303, "the other is recorded");
    assert_eq!(organisation.get(&both).status, 200, "and the draft is there");
}

#[test]
fn no_more_is_prepared_than_is_signed_at_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "application.submitted case/1/1 by org/1");
    let organisation = Browser::of(&served, &key("org/1"));
    let many = || {
        let draft = organisation.begin("application.withdrawn", &["case/1/1"; 120]);
        organisation.fill(&draft, &[("reason", "Tidak jadi")]);
        draft.trim_start_matches("/drafts/").to_owned()
    };
    let (one, other) = (many(), many());
    // Ticked twice is once.
    let page = ticked(&organisation, &[("draft", &one), ("draft", &one)]);
    assert_eq!(page.text().matches("tentang hal yang sama").count(), 119, "{}", page.text());
    let page = ticked(&organisation, &[("draft", &one), ("draft", &one), ("draft", &other)]);
    assert_eq!(page.text().matches("tentang hal yang sama").count(), 119, "{}", page.text());
    assert_eq!(page.text().matches("Lebih dari 200 sekaligus").count(), 1, "{}", page.text());
}
