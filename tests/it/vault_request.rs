//! Readings that are signed for from afar: what a signature opens, and everything that is none.

use std::path::Path;

use hibah::grants::signer::SignerId;
use hibah::grants::time::Timestamp;
use hibah::ledger::vault::{
    ANSWER_WITHIN_MS, Granted, MAX_VALUES, NotAReader, NotARequest, NotGranted, Request, Wanted,
};
use hibah::tlog::hash::sha256;
use hibah::tlog::note::{Note, NoteSigner};

use crate::one_city::{ORIGIN, OneCity};

const MADE: &str = "2014-01-06T02:00:00.000Z";

fn founded(dir: &Path) -> OneCity {
    let mut city = OneCity::new(dir);
    city.play(&format!("include standard.txt\nat {MADE}"));
    city
}

fn id_of(key: &NoteSigner) -> SignerId {
    SignerId::new(key.name(), key.verifier().key_id().0).expect("a signer")
}

fn wanted(n: usize) -> Vec<Wanted> {
    let pointer = || "/body/sealed/account".to_owned();
    let one = |n: usize| Wanted { about: format!("org/{n}"), statement: sha256(&[n as u8]), pointer: pointer() };
    (1..=n).map(one).collect()
}

fn request(key: &NoteSigner, reason: &str, values: usize) -> Result<Request, NotARequest> {
    let made = Timestamp::parse(MADE).expect("a time");
    Request::new((ORIGIN, [7; 32], made), id_of(key), reason, wanted(values))
}

fn signed(text: &str, keys: &[&NoteSigner]) -> String {
    let mut note = Note::draft(text).expect("the text of a note");
    note.signatures = keys.iter().map(|key| key.sign(text).expect("a note's text")).collect();
    note.to_string()
}

#[test]
fn a_request_names_what_it_opens_and_why() {
    let dir = tempfile::tempdir().expect("a folder");
    let city = founded(dir.path());
    let key = city.key("inspector");
    let text = request(&key, "Audit 2014", 2).expect("a request").text();
    let hash = |n: u8| sha256(&[n]).to_hex();
    assert_eq!(
        text,
        format!(
            "hibah vault reading v1\n{ORIGIN}\n{}\n{MADE}\n{}\nAudit 2014\n{} /body/sealed/account org/1\n{} /body/sealed/account org/2\n",
            "07".repeat(32),
            id_of(&key),
            hash(1),
            hash(2)
        )
    );
    for (reason, values, fault) in [
        ("Audit", 0, NotARequest::Nothing),
        ("Audit", MAX_VALUES + 1, NotARequest::TooMany),
        ("", 1, NotARequest::Unreasoned),
        ("two\nlines", 1, NotARequest::Unreasoned),
        (" spaced", 1, NotARequest::Unreasoned),
        ("turned \u{202e} round", 1, NotARequest::Unreasoned),
        (&"a".repeat(501), 1, NotARequest::Unreasoned),
    ] {
        assert_eq!(request(&key, reason, values), Err(fault), "{reason:?} {values}");
    }
    for (reason, values) in [(&*"a".repeat(500), 1), ("a", MAX_VALUES)] {
        assert!(request(&key, reason, values).is_ok(), "{reason:?} {values}");
    }
}

#[test]
// long: a table.
fn an_answer_opens_what_it_names_and_nothing_is_opened_by_another() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = founded(dir.path());
    let key = |name: &str| city.key(name);
    let text = |name: &str| request(&key(name), "Audit 2014", 1).expect("a request").text();
    let own = text("inspector");
    let good = signed(&own, &[&key("inspector")]);
    let other = |from: &str, to: &str| {
        let changed = own.replacen(from, to, 1);
        assert_ne!(changed, own, "{from}");
        signed(&changed, &[&key("inspector")])
    };
    let renamed = NoteSigner::new(&format!("{ORIGIN}/official/61"), key("inspector").key().clone()).expect("a name");
    let login = format!("hibah desk login v1\n{ORIGIN}\n{}\n{MADE}\n", "07".repeat(32));
    let unsigned = good.split_inclusive("\n\n").next().expect("a text").to_owned();
    let opens = |granted: Granted| format!("{granted:?}");
    let check = |city: &OneCity, who: &str, answer: &str, after_ms: i64| {
        let now = Timestamp::from_ms(Timestamp::parse(MADE).expect("a time").ms() + after_ms).expect("a time");
        let request = request(&city.key(who), "Audit 2014", 1).expect("a request");
        request.answered(answer.as_bytes(), city.state(), now).map(opens)
    };
    let cases = [
        ("as asked", "inspector", good.clone(), 0, Ok(())),
        ("at the last moment", "inspector", good.clone(), ANSWER_WITHIN_MS, Ok(())),
        ("another office that may", "registrar", signed(&text("registrar"), &[&key("registrar")]), 0, Ok(())),
        ("late", "inspector", good.clone(), ANSWER_WITHIN_MS + 1, Err(NotGranted::Expired)),
        ("before it was asked", "inspector", good.clone(), -1, Err(NotGranted::Expired)),
        ("no signature", "inspector", unsigned, 0, Err(NotGranted::NotANote)),
        ("lines of a form", "inspector", good.replace('\n', "\r\n"), 0, Err(NotGranted::NotANote)),
        ("another reason", "inspector", other("Audit 2014", "Audit 2015"), 0, Err(NotGranted::OtherText)),
        ("another value", "inspector", other("account org/1", "account org/2"), 0, Err(NotGranted::OtherText)),
        ("another place", "inspector", other("sealed/account", "sealed/chair"), 0, Err(NotGranted::OtherText)),
        ("another ledger", "inspector", other(ORIGIN, "other.example/hibah"), 0, Err(NotGranted::OtherText)),
        ("another version", "inspector", other("reading v1", "reading v2"), 0, Err(NotGranted::OtherText)),
        ("another nonce", "inspector", other("0707", "0708"), 0, Err(NotGranted::OtherText)),
        ("another time", "inspector", other("02:00:00.000Z", "02:00:01.000Z"), 0, Err(NotGranted::OtherText)),
        ("a line more", "inspector", signed(&format!("{own}x\n"), &[&key("inspector")]), 0, Err(NotGranted::OtherText)),
        ("a request to sign in", "inspector", signed(&login, &[&key("inspector")]), 0, Err(NotGranted::OtherText)),
        (
            "of the other office",
            "inspector",
            signed(&text("registrar"), &[&key("registrar")]),
            0,
            Err(NotGranted::OtherText),
        ),
        ("signed by another", "inspector", signed(&own, &[&key("registrar")]), 0, Err(NotGranted::OtherKey)),
        ("by two", "inspector", signed(&own, &[&key("inspector"), &key("registrar")]), 0, Err(NotGranted::OtherKey)),
        ("under another name", "inspector", signed(&own, &[&renamed]), 0, Err(NotGranted::OtherKey)),
        (
            "the signature of another text",
            "inspector",
            other("Audit 2014", "Audit 2015").replace("Audit 2015", "Audit 2014"),
            0,
            Err(NotGranted::BadSignature),
        ),
    ];
    for (what, who, answer, after_ms, expected) in cases {
        assert_eq!(check(&city, who, &answer, after_ms).map(drop), expected, "{what}");
    }
    let granted = check(&city, "inspector", &good, 0).expect("it holds");
    assert!(
        granted.contains("inspektorat") && granted.contains("Audit 2014") && granted.contains("org/1"),
        "{granted}"
    );

    // Whoever signs properly, but may not read.
    let refused = |city: &OneCity, who: &str| match check(
        city,
        who,
        &signed(&request(&city.key(who), "Audit 2014", 1).expect("a request").text(), &[&city.key(who)]),
        0,
    ) {
        Err(NotGranted::NotAReader(refused)) => refused,
        other => panic!("{who}: {other:?}"),
    };
    assert!(matches!(refused(&city, "intake"), NotAReader::OtherOffice { .. }));
    assert!(matches!(refused(&city, "org/1"), NotAReader::NoOffice(_)));
    assert!(matches!(refused(&city, "root/1"), NotAReader::NoOffice(_)));
    assert!(matches!(refused(&city, "official/99"), NotAReader::NotInForce(_)));
    let revoked = id_of(&city.key("inspector"));
    city.play(&format!(
        "key.revoked official/6 by root/1,root/2,root/3 key={revoked} reason=Hilang suspect_since={MADE}"
    ));
    assert!(matches!(refused(&city, "inspector"), NotAReader::NotInForce(_)));
}
