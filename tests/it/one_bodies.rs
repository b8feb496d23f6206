//! Bodies of every kind of rule set 1: every field missing, one too many, one of another type, and each way in which
//! fields can disagree. The samples are in `one_samples.rs`. What only the state can refuse is in `fixtures/workflow`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use hibah::grants::about::About;
use hibah::grants::kinds::Kind;
use hibah::grants::one::bodies::{Body, KINDS};
use hibah::grants::rules::Rule;

use crate::one_samples::sample;

/// Every field of a value by its JSON pointer, the outer before the inner.
pub fn pointers(value: &Value, at: &str) -> Vec<String> {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(name, item)| (format!("{at}/{name}"), item)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, item)| (format!("{at}/{place}"), item)).collect(),
        _ => Vec::new(),
    };
    let own = inner.iter().filter(|_| value.is_object()).map(|(pointer, _)| pointer.clone()).collect::<Vec<_>>();
    own.into_iter().chain(inner.iter().flat_map(|(pointer, item)| pointers(item, pointer))).collect()
}

/// A profile and the body of a correction are read elsewhere.
pub fn is_read_elsewhere(pointer: &str) -> bool {
    pointer.starts_with("/profile/") || pointer.starts_with("/body/")
}

/// The body with another value at a place.
pub fn spoiled(body: &Value, pointer: &str, value: Value) -> Value {
    let mut body = body.clone();
    *body.pointer_mut(pointer).expect("a place of the sample") = value;
    body
}

fn without(body: &Value, pointer: &str) -> Value {
    let mut body = body.clone();
    let (holder, name) = pointer.rsplit_once('/').expect("a pointer to a field");
    let holder = body.pointer_mut(holder).and_then(Value::as_object_mut).expect("an object of the sample");
    holder.remove(name).expect("a field of the sample");
    body
}

/// The field's name as `Body::fields` writes it: `rows[].case`.
fn field_name(pointer: &str) -> String {
    let mut name = String::new();
    for part in pointer.split('/').skip(1) {
        match part.parse::<usize>() {
            Ok(_) => name.push_str("[]"),
            Err(_) if name.is_empty() => name.push_str(part),
            Err(_) => name.push_str(&format!(".{part}")),
        }
    }
    name
}

fn refused(kind: Kind, body: &Value, place: &str) -> String {
    let refusal = Body::parse(kind, body).expect_err(&format!("{kind} was taken with {place}"));
    assert_eq!((refusal.rule, refusal.head), (Rule::Form, None));
    let named = refusal.sentence.english().starts_with(&format!("In a statement of {kind}, body{place} must "));
    assert!(named, "{place} is not named: {}", refusal.sentence);
    refusal.sentence.english().to_owned()
}

#[test]
fn every_kind_is_read() {
    assert_eq!(KINDS, Kind::ALL);
    for &kind in KINDS {
        let body = Body::parse(kind, &sample(kind)).unwrap_or_else(|refusal| panic!("{refusal}"));
        assert_eq!(body.kind(), kind);
        assert_eq!(Body::parse(kind, &sample(kind)).as_ref(), Ok(&body));
    }
}

#[test]
fn the_samples_have_every_field_and_no_other_may_be_there() {
    for &kind in KINDS {
        let body = sample(kind);
        let there: BTreeSet<String> = pointers(&body, "").iter().map(|pointer| field_name(pointer)).collect();
        for field in Body::fields(kind) {
            // The eleven amounts stand in two samples of them.
            let is_amount = field.name.starts_with("amounts.");
            assert!(is_amount || there.contains(&field.name), "the sample of {kind} lacks {}", field.name);
            assert!(is_amount || !field.meaning.is_empty(), "{kind} does not say what {} means", field.name);
        }
        let mut more = body.clone();
        more["colour"] = json!("red");
        assert!(refused(kind, &more, "/colour").contains("not be there"), "{kind}");
        for (at, value) in [json!([]), Value::Null, json!("x"), json!(1)].iter().enumerate() {
            assert!(Body::parse(kind, value).is_err(), "{kind} took value {at}");
        }
    }
}

/// Fields that may be absent in some bodies of their kind, but not in the sample.
const NEEDED_IN_THE_SAMPLE: &[(Kind, &str)] =
    &[(Kind::OrganisationRegistered, "/address/city"), (Kind::OrganisationAmended, "/address/city")];

#[test]
fn every_field_that_must_be_there_is_asked_for() {
    let mut needed = 0;
    for &kind in KINDS {
        let body = sample(kind);
        let optional: BTreeMap<String, bool> =
            Body::fields(kind).into_iter().map(|field| (field.name, field.optional)).collect();
        for pointer in pointers(&body, "").iter().filter(|pointer| !is_read_elsewhere(pointer)) {
            let less = without(&body, pointer);
            match optional.get(&field_name(pointer)) {
                Some(false) => _ = refused(kind, &less, pointer),
                Some(true) if NEEDED_IN_THE_SAMPLE.contains(&(kind, pointer.as_str())) => {
                    needed += 1;
                    refused(kind, &less, pointer);
                }
                Some(true) => _ = Body::parse(kind, &less).unwrap_or_else(|why| panic!("{kind} {pointer}: {why}")),
                // One of a map: a name is as good as another, unless it is the only one or must be there.
                None => {}
            }
        }
    }
    assert_eq!(needed, NEEDED_IN_THE_SAMPLE.len());
}

/// Values that no field takes, whatever its type.
pub fn of_no_type() -> [Value; 5] {
    [Value::Null, json!(1.5), json!({ "x": 1 }), json!([[1]]), json!(-9_007_199_254_740_992_i64)]
}

#[test]
fn no_field_takes_a_value_of_another_type() {
    for &kind in KINDS {
        let body = sample(kind);
        for pointer in pointers(&body, "").iter().filter(|pointer| !is_read_elsewhere(pointer)) {
            for wrong in of_no_type() {
                if wrong.is_object() && matches!(pointer.as_str(), "/profile" | "/body") {
                    continue;
                }
                let sentence = Body::parse(kind, &spoiled(&body, pointer, wrong.clone()));
                let sentence = sentence.expect_err(&format!("{kind} {pointer} took {wrong}")).sentence;
                assert!(sentence.english().contains(pointer.as_str()), "{pointer}: {sentence}");
            }
        }
    }
}

#[test]
fn lists_have_limits_and_documents_a_size() {
    let (mut lists, mut documents) = (0, 0);
    for &kind in KINDS {
        let body = sample(kind);
        for pointer in pointers(&body, "").iter().filter(|pointer| !is_read_elsewhere(pointer)) {
            let value = body.pointer(pointer).expect("a place of the sample");
            if let Some(items) = value.as_array() {
                lists += 1;
                let most = if pointer == "/rows" { 200 } else { 100 };
                refused(kind, &spoiled(&body, pointer, json!([])), pointer);
                let over = spoiled(&body, pointer, Value::from(vec![items[0].clone(); most + 1]));
                assert!(refused(kind, &over, pointer).contains(&format!("have at most {most} items")), "{kind}");
            }
            if let Some(document) = pointer.strip_suffix("/media_type") {
                documents += 1;
                let size = format!("{document}/size");
                assert!(refused(kind, &spoiled(&body, &size, json!(0)), &size).contains("be at least 1"), "{kind}");
            }
        }
    }
    assert!(lists > 30 && documents > 45, "{lists} lists and {documents} documents");
    let row = |row: usize| json!({ "row": row, "case": "case/1/1", "after": "ab".repeat(32), "amount": 5 });
    let rows = |count: usize| json!({ "rows": (1..=count).map(row).collect::<Vec<_>>() });
    assert!(Body::parse(Kind::DecreeRows, &rows(200)).is_ok());
    assert!(Body::parse(Kind::DecreeRows, &rows(201)).is_err());
}

/// The kind refuses its sample with these values in place, and says this of this place.
fn disagrees(kind: Kind, values: &[(&str, Value)], place: &str, must: &str) {
    let mut body = sample(kind);
    for (pointer, value) in values {
        let (holder, name) = pointer.rsplit_once('/').expect("a pointer to a field");
        let holder = body.pointer_mut(holder).expect("a place of the sample");
        match (holder, value) {
            // `null` stands for a field that is not there.
            (Value::Object(object), Value::Null) => _ = object.remove(name).expect("a field of the sample"),
            (Value::Object(object), value) => _ = object.insert((*name).to_owned(), value.clone()),
            (holder, value) => holder[name.parse::<usize>().expect("a place of a list")] = value.clone(),
        }
    }
    let sentence = refused(kind, &body, place);
    let expected = format!("In a statement of {kind}, body{place} must {must}; correct it and sign again");
    assert_eq!(sentence, expected);
}

#[test]
fn money_that_moves_is_not_nothing() {
    for kind in [
        Kind::PaymentRequested,
        Kind::PaymentOrdered,
        Kind::WarrantIssued,
        Kind::FundsCredited,
        Kind::FundsReturned,
        Kind::CreditConfirmed,
        Kind::CashPaid,
        Kind::RefundDemanded,
        Kind::RefundDeposited,
        Kind::IrregularityRecorded,
    ] {
        disagrees(kind, &[("/amount", json!(0))], "/amount", "be at least 1");
        assert!(Body::parse(kind, &spoiled(&sample(kind), "/amount", json!(1))).is_ok());
    }
}

#[test]
fn lines_and_instalments_add_up() {
    let lines = [
        (Kind::ApplicationSubmitted, "/budget_lines"),
        (Kind::ApplicationFiledAtCounter, "/budget_lines"),
        (Kind::ApplicationRevised, "/budget_lines"),
        (Kind::GoodsHandedOver, "/lines"),
        (Kind::UseReported, "/lines"),
    ];
    for (kind, place) in lines {
        disagrees(kind, &[("/amount", json!(6))], place, "add up to the amount 6 (they add up to 5)");
    }
    for kind in [Kind::AgreementSigned, Kind::AgreementAmended] {
        let sum = "add up to the amount 6 (they add up to 5)";
        disagrees(kind, &[("/amount", json!(6))], "/instalments", sum);
        let least = ("/instalments/0/amount", json!(0));
        disagrees(kind, &[least], "/instalments/0/amount", "be at least 1");
        let due = ("/instalments/1/due", json!("2026-05-01"));
        disagrees(kind, &[due], "/instalments/1/due", "be after 2026-05-01, for they ascend");
        assert!(Body::parse(kind, &without(&sample(kind), "/instalments/0/due")).is_ok());
    }
}

#[test]
fn one_of_several_fields_is_there() {
    let absent = |pointers: &[&'static str]| pointers.iter().map(|&at| (at, Value::Null)).collect::<Vec<_>>();
    let none = absent(&["/ledger_key", "/retires"]);
    disagrees(Kind::LedgerRekeyed, &none, "", "have at least one of ledger_key and retires");
    let none = absent(&["/name", "/address", "/registration", "/sealed"]);
    let must = "have at least one of name, address, registration and sealed";
    disagrees(Kind::OrganisationAmended, &none, "", must);
    disagrees(Kind::FlagRaised, &absent(&["/case", "/org"]), "", "have at least one of case and org");
    let none = ("/amounts", json!({}));
    disagrees(Kind::CaseAdopted, std::slice::from_ref(&none), "/amounts", "have at least one of the eleven amounts");
    disagrees(Kind::AwardMigrated, &[none], "/amounts", "have at least one of the eleven amounts");
    for (kind, place) in [(Kind::OrganisationRegistered, "/sealed"), (Kind::FlagRaised, "/sealed")] {
        disagrees(kind, &[("/sealed", json!({}))], place, "be an object of 1 to 20 commitments");
        let over: serde_json::Map<String, Value> = (0..21).map(|n| (format!("s{n}"), "ab".repeat(32).into())).collect();
        disagrees(kind, &[("/sealed", over.into())], place, "be an object of 1 to 20 commitments");
    }
    let checklist: serde_json::Map<String, Value> = (0..101).map(|n| (format!("c{n}"), true.into())).collect();
    let over = [("/checklist", checklist.into())];
    disagrees(Kind::PaymentVerified, &over, "/checklist", "have at most 100 items");
}

#[test]
fn a_founding_and_an_organisation_are_whole() {
    let kind = Kind::LedgerFounded;
    let root = sample(kind).pointer("/keys/roots/0").cloned().expect("a root of the sample");
    let roots = ("/keys/roots", Value::from(vec![root; 17]));
    disagrees(kind, &[roots], "/keys/roots", "have at most 16 items");
    for wrong in [0, 3] {
        disagrees(kind, &[("/keys/threshold", json!(wrong))], "/keys/threshold", "be from 1 to 2");
    }
    disagrees(Kind::RootReplaced, &[("/root", json!(0))], "/root", "be at least 1");
    let period = ("/period/until", json!("2025-12-31"));
    disagrees(Kind::OfficialAppointed, &[period], "/period/until", "not be before from");
    let kind = Kind::OrganisationRegistered;
    for name in ["/sealed/account", "/sealed/chair"] {
        disagrees(kind, &[(name, Value::Null)], name, "be there");
    }
    for kind in [kind, Kind::OrganisationAmended] {
        let same = ("/sealed/chair", json!("aa".repeat(32)));
        disagrees(kind, &[same], "/sealed/chair", "differ from the account's");
        disagrees(kind, &[("/address/city", Value::Null)], "/address/city", "be there");
        disagrees(kind, &[("/address", json!({}))], "/address", "have at least one field");
    }
    let amended = sample(Kind::OrganisationAmended);
    assert!(Body::parse(Kind::OrganisationAmended, &without(&amended, "/sealed/chair")).is_ok());
}

#[test]
fn lists_budgets_and_decrees_are_whole() {
    for kind in [Kind::ListNominated, Kind::DecreeIssued, Kind::DecreeAmended] {
        disagrees(kind, &[("/rows", json!(0))], "/rows", "be at least 1");
    }
    for kind in [Kind::BudgetEnacted, Kind::BudgetAmended] {
        let none = [("/rows", json!(0)), ("/ceilings", Value::Null)];
        disagrees(kind, &none, "/rows", "be at least 1 where there are no ceilings");
        assert!(Body::parse(kind, &spoiled(&sample(kind), "/rows", json!(0))).is_ok());
        let same = ("/ceilings/1/way", json!("grant"));
        let must = "be of another way, field or agency than the ceilings before it";
        disagrees(kind, &[same], "/ceilings/1", must);
    }
    for kind in [Kind::ListRows, Kind::BudgetRows, Kind::DecreeRows] {
        disagrees(kind, &[("/rows/0/row", json!(0))], "/rows/0/row", "be above 0, for rows ascend");
        disagrees(kind, &[("/rows/1/row", json!(1))], "/rows/1/row", "be above 1, for rows ascend");
    }
    let need = ("/way", json!("grant"));
    let must = "be assistance_planned or assistance_unplanned, for a need is no grant";
    disagrees(Kind::NeedRecorded, &[need], "/way", must);
}

#[test]
fn years_and_takings_over_are_whole() {
    for wrong in [0, 13, 256 + 12] {
        disagrees(Kind::TreasuryReconciled, &[("/month", json!(wrong))], "/month", "be a month from 1 to 12");
    }
    let none = ("/grants/count", json!(0));
    disagrees(Kind::TreasuryReconciled, &[none], "/grants/sum", "be 0 where the count is 0");
    let some = ("/assistance/sum", json!(1));
    disagrees(Kind::TreasuryReconciled, &[some], "/assistance/sum", "be 0 where the count is 0");
    disagrees(Kind::NeedsRecapped, &[("/count", json!(0))], "/sum", "be 0 where the count is 0");
    let number = json!({ "kind": "warrant.issued", "number": "1" });
    let numbers = ("/numbers", json!([number, number]));
    disagrees(Kind::CaseAdopted, &[numbers], "/numbers/1", "not repeat a number of its kind");
    let date = json!({ "kind": "warrant.issued", "date": "2026-01-01" });
    let dates = ("/dates", json!([date, date]));
    disagrees(Kind::CaseAdopted, &[dates], "/dates/1", "not repeat a date of its kind");
    let below = ("/amounts/asked", json!(-1));
    let must = "be a whole number of minor units from 0 to 2^53-1";
    disagrees(Kind::CaseAdopted, &[below], "/amounts/asked", must);
    let kind = Kind::AwardMigrated;
    disagrees(kind, &[("/source/row", json!(0))], "/source/row", "be at least 1");
    disagrees(kind, &[("/conduit", json!({}))], "/conduit", "have at least one field");
    let cut = ("/cut", json!(["purpose", "purpose"]));
    disagrees(kind, &[cut], "/cut", "name each field once, in the order of the alphabet");
}

#[test]
fn notes_are_whole() {
    for wrong in [0, 6] {
        disagrees(Kind::ReportRated, &[("/rating", json!(wrong))], "/rating", "be a rating from 1 to 5");
    }
    for kind in [Kind::ReportAnswered, Kind::ReportRated] {
        let note = ("/report", json!("note/official/1/1"));
        disagrees(kind, &[note], "/report", "be a citizen's report, note/desk/<number>");
        disagrees(kind, &[("/report", json!("org/1"))], "/report", "be a note, note/<signer>/<number>");
    }
    for kind in [Kind::FlagAnswered, Kind::FlagClosed] {
        for note in ["note/desk/1", "note/org/1/1"] {
            disagrees(kind, &[("/flag", json!(note))], "/flag", "be a flag, note/official/<number>/<number>");
        }
    }
    disagrees(Kind::FlagRaised, &[("/org", json!(0))], "/org", "be at least 1");
    let kind = Kind::RefusalsCounted;
    disagrees(kind, &[("/counts/1/count", json!(0))], "/counts/1/count", "be at least 1");
    let must = "name each rule and office once, in their order";
    disagrees(kind, &[("/counts/1/office", json!("ppkd"))], "/counts", must);
    disagrees(kind, &[("/counts/0/rule", json!("B16"))], "/counts", must);
    let kind = Kind::ErasureRecorded;
    let must = "begin with /, as /body/sealed/chair does";
    disagrees(kind, &[("/pointers/1", json!("body"))], "/pointers/1", must);
    let twice = ("/pointers/1", json!("/body/sealed/chair"));
    disagrees(kind, &[twice], "/pointers/1", "not repeat a pointer before it");
    for no_rule in ["form", "B0", "B17"] {
        let sentence = refused(
            Kind::IrregularityRecorded,
            &spoiled(&sample(Kind::IrregularityRecorded), "/rule", json!(no_rule)),
            "/rule",
        );
        assert!(sentence.contains("be one of B1 B2 "), "{sentence}");
    }
}

#[test]
fn what_is_asked_of_every_body_alike_is_what_its_fields_say() {
    for &kind in KINDS {
        let value = sample(kind);
        let body = Body::parse(kind, &value).expect("the sample is taken");
        let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
        assert_eq!(body.decided_by().map(|by| by.person.0.as_str()), text("/decided_by/person"), "{kind}");
        let title = body.counter().map(|counter| counter.paper.title.0.as_str());
        assert_eq!(title, text("/counter/paper/title"), "{kind}");
        assert_eq!(body.payee().map(|payee| payee.about.to_string()).as_deref(), text("/payee/about"), "{kind}");
        let amount = value.get("amount").and_then(Value::as_i64);
        assert_eq!(body.amount().map(|amount| amount.minor()), amount, "{kind}");
        let number = body.number().map(|(_, number)| number.0.as_str());
        assert_eq!(number, text("/number"), "{kind}");
        let year = body.number().and_then(|(year, _)| year).map(|year| u64::from(year.0));
        let expected = value.get("fiscal_year").filter(|_| number.is_some()).and_then(Value::as_u64);
        assert_eq!(year, expected, "{kind}");
        assert_eq!(body.key_brought().map(|key| key.as_str()), text("/key").filter(|key| key.len() > 60), "{kind}");
        let roots = value.pointer("/keys/roots").and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(body.keys_brought().len(), roots + usize::from(body.key_brought().is_some()), "{kind}");
        let documents = pointers(&value, "").into_iter().filter(|pointer| pointer.ends_with("/media_type")).count();
        let in_lists = value.get("documents").and_then(Value::as_array).map_or(0, Vec::len);
        assert!(documents >= in_lists, "{kind}");
        assert_eq!(body.documents().len(), documents, "{kind}");
    }
}

#[test]
fn every_free_text_is_searched_and_nothing_else() {
    let mut found = 0;
    for &kind in KINDS {
        let value = sample(kind);
        let body = Body::parse(kind, &value).expect("the sample is taken");
        let texts: BTreeMap<String, &str> = body.texts().into_iter().collect();
        let expected: BTreeMap<String, &str> = pointers(&value, "")
            .into_iter()
            .filter(|pointer| !is_read_elsewhere(pointer))
            .filter_map(|pointer| {
                let text = value.pointer(&pointer).and_then(Value::as_str).filter(|text| text.starts_with("teks "));
                text.map(|text| (pointer, text))
            })
            .collect();
        found += expected.len();
        assert_eq!(texts, expected, "{kind}");
    }
    assert!(found >= 150, "{found} texts");
}

/// One thing of every sort.
const THINGS: [&str; 15] = [
    "ledger",
    "year/2026",
    "official/1",
    "org/1",
    "case/1/1",
    "case/a2/1",
    "decree/2026/2",
    "decree/2025/2",
    "list/2026/1",
    "budget/2026/1",
    "budget/2026/2",
    "note/official/1/1",
    "note/org/1/1",
    "note/desk/1",
    "award/abababababababab/1",
];

/// What of [`THINGS`] a statement of each kind may be about. The kinds that are not here: any case.
const ABOUTS: &[(&str, &[&str])] = &[
    ("ledger.founded rules.adopted profile.amended desk.appointed root.replaced ledger.rekeyed", &["ledger"]),
    ("official.appointed official.retired key.revoked", &["official/1"]),
    ("key.rotated key.replaced", &["official/1", "org/1"]),
    ("organisation.registered organisation.amended organisation.suspended", &["org/1"]),
    ("organisation.reinstated organisation.claimed", &["org/1"]),
    ("application.submitted application.filed_at_counter case.adopted", &["case/1/1"]),
    ("need.recorded", &["case/a2/1"]),
    ("list.nominated list.rows list.sealed list.abandoned", &["list/2026/1"]),
    ("budget.enacted", &["budget/2026/1"]),
    ("budget.amended", &["budget/2026/2"]),
    ("budget.rows budget.sealed budget.abandoned", &["budget/2026/1", "budget/2026/2"]),
    ("decree.issued decree.amended", &["decree/2026/2"]),
    ("decree.revoked decree.rows decree.sealed decree.abandoned", &["decree/2026/2", "decree/2025/2"]),
    ("award.migrated", &["award/abababababababab/1"]),
    ("treasury.reconciled needs.recapped", &["year/2026"]),
    ("irregularity.recorded", &["year/2026", "case/1/1", "case/a2/1"]),
    ("entry.confirmed", &["org/1", "case/1/1", "case/a2/1"]),
    ("replacement.objected", &["note/org/1/1"]),
    ("report.received report.rated refusals.counted", &["note/desk/1"]),
    ("report.answered flag.raised flag.closed monitoring.recorded warning.issued", &["note/official/1/1"]),
    ("erasure.recorded", &["note/official/1/1"]),
    ("flag.answered", &["note/official/1/1", "note/org/1/1"]),
];

#[test]
fn every_kind_is_about_its_sort_of_thing() {
    for &kind in KINDS {
        let row = ABOUTS.iter().find(|(kinds, _)| kinds.split(' ').any(|name| name == kind.name()));
        let taken = row.map_or(&["case/1/1", "case/a2/1"][..], |(_, taken)| taken);
        let body = Body::parse(kind, &sample(kind)).expect("the sample is taken");
        for thing in THINGS {
            let about = About::parse(thing).expect("a thing");
            match body.about_agrees(about) {
                Ok(()) => assert!(taken.contains(&thing), "{kind} may not be about {thing}"),
                Err(expected) => assert!(!taken.contains(&thing), "{kind} may be about {thing}, not only {expected}"),
            }
        }
    }
}

fn agrees(kind: Kind, field: &str, value: &str, about: &str) -> Result<(), String> {
    let body = Body::parse(kind, &spoiled(&sample(kind), field, json!(value))).expect("the body is taken");
    body.about_agrees(About::parse(about).expect("a thing")).map_err(|must| must.to_string())
}

#[test]
fn about_and_body_name_the_same_thing() {
    let key = |name: &str, about: &str| agrees(Kind::KeyRevoked, "/key", &format!("a.example/x{name}+1a2b3c4d"), about);
    for (name, about) in
        [("/official/1", "official/1"), ("/org/7", "org/7"), ("/root/2", "ledger"), ("/desk", "ledger")]
    {
        assert_eq!(key(name, about), Ok(()));
    }
    assert_eq!(key("/official/1", "official/2"), Err("official/1, whose key its body names".to_owned()));
    assert_eq!(key("/official/1", "ledger"), Err("official/1, whose key its body names".to_owned()));
    assert_eq!(key("/desk", "official/1"), Err("ledger, whose key its body names".to_owned()));
    let nobody = "the holder of a key of an official, an organisation, a root or the desk";
    assert_eq!(key("", "ledger"), Err(nobody.to_owned()));
    let own = agrees(Kind::DecreeAmended, "/amends", "decree/2026/2", "decree/2026/2");
    assert_eq!(own, Err("a decree of its own, not the one that it amends".to_owned()));
    assert_eq!(agrees(Kind::DecreeAmended, "/amends", "decree/2025/2", "decree/2026/2"), Ok(()));
    for (kind, expected) in [
        (Kind::DecreeIssued, "decree/2026/<number>, the year of its body"),
        (Kind::ListNominated, "list/2026/<number>, the year of its body"),
        (Kind::BudgetEnacted, "budget/2026/1, the year of its body"),
        (Kind::BudgetAmended, "budget/2026/<version>, the year of its body and a version from 2 on"),
        (Kind::AwardMigrated, "award/abababababababab/1, the source of its body"),
    ] {
        let body = Body::parse(kind, &sample(kind)).expect("the sample is taken");
        assert_eq!(body.about_agrees(About::Ledger).map_err(|must| must.to_string()), Err(expected.to_owned()));
    }
}
