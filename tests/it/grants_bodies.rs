//! Bodies of every kind: the smallest and the largest that are taken, every field missing, one field too many.
//! What only the state can refuse is in `fixtures/workflow/zero`.

use serde_json::{Value, json};

use hibah::grants::kinds::Kind;
use hibah::grants::rules::Rule;
use hibah::grants::zero::bodies::Body;
use hibah::grants::zero::profile;

fn document() -> Value {
    json!({ "title": "Proposal hibah", "sha256": "ab".repeat(32), "size": 1, "media_type": "application/pdf" })
}

fn vkey(name: &str) -> String {
    format!("hibah.example/ledger/{name}+1a2b3c4d+{}", "A".repeat(44))
}

/// A body with every field, and the pointers of those that may be absent.
fn full(kind: Kind) -> (Value, &'static [&'static str]) {
    let decided = json!({ "person": "pejabat/0042", "post": "ppkd" });
    let lines = json!([{ "line": "Buku", "amount": 5 }]);
    match kind {
        Kind::LedgerFounded => {
            let body = json!({
                "currency": { "code": "IDR", "decimals": 0 },
                "keys": { "ledger": vkey("x"), "roots": [vkey("root/1")], "threshold": 1 },
                "profile": profile::named("nyc-council").unwrap().to_json(), "rules": 0, "trial": true,
            });
            (body, &[])
        }
        Kind::OfficialAppointed => {
            let period = json!({ "from": "2026-01-01", "until": "2026-01-01" });
            let body = json!({
                "office": "ppkd", "person": "pejabat/0042", "decree_number": "1", "period": period, "key": vkey("official/1"),
            });
            (body, &[])
        }
        Kind::KeyRevoked => {
            (json!({ "key": "a+1a2b3c4d", "reason": "x", "suspect_since": "2026-01-01T00:00:00.000Z" }), &[])
        }
        Kind::OrganisationRegistered => (organisation(), ORGANISATION_MAY_LACK),
        Kind::ApplicationSubmitted => {
            let body = json!({
                "title": "x", "purpose": "x", "amount": 5, "field": "a", "agency": "a", "form": "money", "way": "grant",
                "fiscal_year": 2026, "documents": [document()], "budget_lines": lines, "place": "x",
            });
            (body, &["/agency", "/budget_lines", "/place"])
        }
        Kind::AmountRecommended => (
            json!({ "amount": 5, "checklist": { "a": true }, "reason": "x", "decided_by": decided, "control_number": "1" }),
            &["/checklist", "/control_number", "/checklist/a"],
        ),
        _ => full_from_decree(kind, &decided, &lines),
    }
}

fn full_from_decree(kind: Kind, decided: &Value, lines: &Value) -> (Value, &'static [&'static str]) {
    match kind {
        Kind::DecreeIssued => (
            json!({
                "number": "1", "fiscal_year": 2026, "total": 5, "rows": 1, "document": document(), "decided_by": decided,
            }),
            &[],
        ),
        Kind::DecreeRows => {
            (json!({ "rows": [{ "row": 1, "case": "case/1/1", "after": "ab".repeat(32), "amount": 5 }] }), &[])
        }
        Kind::DecreeSealed => (json!({}), &[]),
        Kind::DecreeAbandoned => (json!({ "reason": "x" }), &[]),
        Kind::DisbursementRequested => (json!({ "amount": 5, "documents": [document()] }), &[]),
        Kind::AgreementSigned => (
            json!({
                "number": "1", "amount": 5, "document": document(), "report_due": "2027-01-10", "decided_by": decided,
            }),
            &[],
        ),
        Kind::WarrantIssued => {
            let payee = json!({ "about": "org/1", "commitment": "ab".repeat(32), "pointer": "/body/sealed/account" });
            let body =
                json!({ "number": "1", "amount": 5, "fiscal_year": 2026, "decided_by": decided, "payee": payee });
            (body, &["/payee"])
        }
        Kind::FundsCredited => (json!({ "amount": 5, "document": document() }), &["/document"]),
        Kind::UseReported => {
            (json!({ "amount": 5, "lines": lines, "documents": [document()], "note": "x" }), &["/lines", "/note"])
        }
        Kind::DecisionRefused => (json!({ "reason": "x", "decided_by": decided }), &[]),
        Kind::AwardMigrated => (award(), AWARD_MAY_LACK),
        _ => unreachable!("{kind} stands above"),
    }
}

const ORGANISATION_MAY_LACK: &[&str] = &[
    "/address/street",
    "/address/street2",
    "/address/ward",
    "/address/district",
    "/address/region",
    "/address/postcode",
    "/registration",
];

fn organisation() -> Value {
    json!({
        "name": "Yayasan", "recipient_type": "foundation",
        "address": {
            "street": "x", "street2": "x", "ward": "x", "district": "x", "city": "Bandung", "region": "x", "postcode": "40115",
        },
        "registration": { "type": "AHU", "number": "1", "issuer": "x", "date": "2009-01-01" },
        "key": vkey("org/1"), "sealed": { "account": "aa".repeat(32), "chair": "cc".repeat(32) },
    })
}

const AWARD_MAY_LACK: &[&str] = &[
    "/recipient/number",
    "/recipient/address",
    "/agency",
    "/fund",
    "/conduit",
    "/conduit/name",
    "/conduit/number",
    "/programme",
    "/purpose",
    "/sponsor",
    "/label",
    "/numbers",
    "/cut",
    "/amounts/paid",
    "/amounts/decreed",
    "/recipient/address/street",
    "/recipient/address/street2",
    "/recipient/address/city",
    "/numbers/decree",
    "/numbers/contract",
];

fn award() -> Value {
    json!({
        "recipient": { "name": "x", "number": "1", "address": { "street": "x", "street2": "x", "city": "x" } }, "fiscal_year": 2014,
        "amounts": { "decreed": -20000, "paid": 0 }, "outcome": "cancelled", "agency": "x", "fund": "x", "conduit": { "name": "x", "number": "1" }, "programme": "x",
        "purpose": "x", "sponsor": "x", "label": "*", "numbers": { "decree": "1", "contract": "2" },
        "source": { "file_sha256": "ab".repeat(32), "row": 1, "map_sha256": "ab".repeat(32) },
        "cut": ["purpose", "recipient.name"],
    })
}

/// The body is refused, and the sentence names the place.
fn refused(kind: Kind, body: &Value, place: &str) {
    let refusal = Body::parse(kind, body).expect_err(&format!("{kind} was taken with {place}"));
    assert_eq!((refusal.rule, refusal.head), (Rule::Form, None));
    let named = refusal.sentence.english().contains(&format!("In a statement of {kind}, body{place} must "));
    assert!(named, "{place} is not named: {}", refusal.sentence);
}

/// Pointers of every field of every object, in lists too.
fn pointers(value: &Value, at: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, item)| (format!("{at}/{name}"), item)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (format!("{at}/{place}"), item)).collect(),
        _ => Vec::new(),
    };
    let own = inner.iter().filter(|_| value.is_object()).map(|(pointer, _)| pointer.clone()).collect::<Vec<_>>();
    own.into_iter().chain(inner.iter().flat_map(|(pointer, item)| pointers(item, pointer))).collect()
}

fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (holder, name) = pointer.rsplit_once('/').unwrap();
    body.pointer_mut(holder).unwrap().as_object_mut().unwrap().remove(name);
    body
}

#[test]
fn every_field_is_asked_for_and_none_is_added() {
    for &kind in hibah::grants::zero::bodies::KINDS {
        let (body, may_lack) = full(kind);
        assert_eq!(Body::parse(kind, &body).expect("the full body is taken").kind(), kind);
        let mut smallest = body.clone();
        for pointer in pointers(&body, "") {
            // The profile's own fields have their own test.
            if pointer.starts_with("/profile/") {
                continue;
            }
            if may_lack.contains(&pointer.as_str()) {
                Body::parse(kind, &without(&body, &pointer)).unwrap_or_else(|refusal| panic!("{pointer}: {refusal}"));
                if !pointer[1..].contains('/') {
                    smallest = without(&smallest, &pointer);
                }
            } else {
                refused(kind, &without(&body, &pointer), &pointer);
            }
            wrong_types(kind, &body, &pointer);
        }
        Body::parse(kind, &smallest).expect("the smallest body is taken");
        let mut more = body.clone();
        more["colour"] = json!("red");
        refused(kind, &more, "/colour");
        refused(kind, &json!([]), "");
        refused(kind, &Value::Null, "");
    }
}

/// No field takes a value of another sort.
fn wrong_types(kind: Kind, body: &Value, pointer: &str) {
    for wrong in [Value::Null, json!(1.5), json!({ "x": 1 }), json!([[1]]), json!(-9_007_199_254_740_992_i64)] {
        let mut spoiled = body.clone();
        *spoiled.pointer_mut(pointer).unwrap() = wrong.clone();
        let refusal = Body::parse(kind, &spoiled).expect_err(&format!("{pointer} took {wrong}"));
        assert!(refusal.sentence.english().contains(pointer), "{pointer}: {}", refusal.sentence);
    }
}

/// The field takes `good` and refuses `bad`.
fn limit(kind: Kind, pointer: &str, good: &[Value], bad: &[Value]) {
    let (body, _) = full(kind);
    let with = |value: &Value| {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = value.clone();
        body
    };
    for value in good {
        Body::parse(kind, &with(value)).unwrap_or_else(|refusal| panic!("{pointer}: {refusal}"));
    }
    for value in bad {
        assert!(Body::parse(kind, &with(value)).is_err(), "{kind} {pointer} took {value}");
    }
}

#[test]
fn limits_of_texts_and_numbers() {
    let text = |count| json!("é".repeat(count));
    let (most, over) = (json!(9_007_199_254_740_991_i64), json!(9_007_199_254_740_992_i64));
    limit(Kind::DecreeAbandoned, "/reason", &[text(1), text(500)], &[text(0), text(501)]);
    limit(Kind::DecreeIssued, "/number", &[text(1), text(100)], &[text(0), text(101)]);
    limit(Kind::DecreeIssued, "/rows", &[json!(1), most.clone()], &[json!(0), json!(-1)]);
    limit(Kind::DecreeIssued, "/total", &[json!(0)], &[json!(-1), over.clone()]);
    let (years, no_years) = ([json!(1900), json!(9999)], [json!(1899), json!(10_000)]);
    limit(Kind::DecreeIssued, "/fiscal_year", &years, &no_years);
    let least = json!(-9_007_199_254_740_991_i64);
    limit(Kind::AwardMigrated, "/amounts/paid", &[most, least], &[over]);
}

#[test]
fn limits_of_lists() {
    let row = |row: usize| json!({ "row": row, "case": "case/1/1", "after": "ab".repeat(32), "amount": 5 });
    let rows = |count: usize| Value::from((1..=count).map(row).collect::<Vec<_>>());
    let twice = json!([row(1), row(1)]);
    limit(Kind::DecreeRows, "/rows", &[rows(1), rows(200)], &[rows(0), rows(201), twice]);
    let documents = |count| Value::from(vec![document(); count]);
    for kind in [Kind::ApplicationSubmitted, Kind::DisbursementRequested, Kind::UseReported] {
        let (good, bad) = ([documents(1), documents(100)], [documents(0), documents(101)]);
        limit(kind, "/documents", &good, &bad);
    }
    let line = |amount| json!({ "line": "x", "amount": amount });
    // One line of 5 and others of nothing add up to the body's amount.
    let lines = |count| {
        let mut lines = vec![line(0); count];
        lines[0] = line(5);
        Value::from(lines)
    };
    let (good, bad) = ([lines(1), lines(100)], [lines(101), json!([line(4)]), json!([])]);
    limit(Kind::ApplicationSubmitted, "/budget_lines", &good, &bad);
    limit(Kind::UseReported, "/lines", &good, &bad);
}

#[test]
fn spellings() {
    let texts = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<_>>();
    let people = texts(&["pejabat/0001", "pejabat/123456789"]);
    let others = texts(&["pejabat/001", "pejabat/1234567890", "official/0001", "pejabat/00a1", "pejabat/"]);
    limit(Kind::OfficialAppointed, "/person", &people, &others);
    let good = texts(&["image/svg+xml", "application/vnd.ms-excel"]);
    let no_type = ["", "pdf", "application/", "/pdf", "a/b/c", "-a/b", "Text/Plain", "a/b; c=d"];
    limit(Kind::FundsCredited, "/document/media_type", &good, &texts(&no_type));
    let long = "a".repeat(41);
    let codes = texts(&["a", "skpd_2"]);
    limit(Kind::OfficialAppointed, "/office", &codes, &texts(&["", "A", "2a", "_a", "a-b", &long]));
}

#[test]
fn an_object_of_optional_fields_is_not_empty() {
    for pointer in ["/recipient/address", "/conduit", "/amounts", "/numbers"] {
        let mut body = award();
        *body.pointer_mut(pointer).unwrap() = json!({});
        refused(Kind::AwardMigrated, &body, pointer);
    }
}

#[test]
fn a_founding_has_at_most_16_roots() {
    let (mut body, _) = full(Kind::LedgerFounded);
    let root = body["keys"]["roots"][0].clone();
    body["keys"]["roots"] = Value::from(vec![root.clone(); 16]);
    body["keys"]["threshold"] = json!(16);
    assert!(Body::parse(Kind::LedgerFounded, &body).is_ok());
    body["keys"]["roots"] = Value::from(vec![root; 17]);
    refused(Kind::LedgerFounded, &body, "/keys/roots");
}
