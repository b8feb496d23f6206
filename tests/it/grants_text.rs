//! Every text that the rule book reads has one spelling: what parses prints back the same, and all else is refused.

use std::collections::BTreeSet;
use std::fmt::Display;

use hibah::grants::about::{About, CaseId};
use hibah::grants::figures::Figure;
use hibah::grants::kinds::Kind;
use hibah::grants::money::{Amount, Currency};
use hibah::grants::rules::{Rule, RuleSet};
use hibah::grants::signer::{SignerId, Vkey};
use hibah::grants::time::{Date, Timestamp};

/// `good` prints back the same bytes; `bad` does not parse.
fn check<T: Display>(parse: impl Fn(&str) -> Option<T>, good: &[&str], bad: &[&str]) {
    for text in good {
        let value = parse(text).unwrap_or_else(|| panic!("{text:?} was refused"));
        assert_eq!(value.to_string(), *text);
    }
    for text in bad {
        assert!(parse(text).is_none(), "{text:?} was taken");
    }
    for text in good {
        for spoiled in [format!(" {text}"), format!("{text} "), format!("{text}\n"), format!("{text}\r")] {
            assert!(parse(&spoiled).is_none(), "{spoiled:?} was taken");
        }
    }
}

#[test]
fn dates() {
    check(
        Date::parse,
        &["1900-01-01", "1970-01-01", "2000-02-29", "2024-02-29", "2026-12-31", "9999-12-31"],
        &[
            "",
            "1899-12-31",
            "10000-01-01",
            "2023-02-29",
            "1900-02-29",
            "2100-02-29",
            "2026-00-01",
            "2026-13-01",
            "2026-01-00",
            "2026-01-32",
            "2026-04-31",
            "2026-1-1",
            "26-01-01",
            "2026/01/01",
            "+026-01-01",
            "2026-01-1x",
            "２026-01-01",
            "2026-01-01T",
            "20260-1-01",
        ],
    );
}

#[test]
fn every_day_follows_the_last_as_another_calendar_says() {
    let mut day = jiff::civil::date(1900, 1, 1);
    let mut date = Date::parse("1900-01-01").unwrap();
    for at in 0.. {
        if day.year() < 2101 || at % 97 == 0 {
            assert_eq!(date.to_string(), day.to_string());
            assert_eq!(Date::parse(&day.to_string()), Some(date));
            assert_eq!(
                (i32::from(date.year()), date.month(), date.day()),
                (i32::from(day.year()), day.month() as u8, day.day() as u8)
            );
        }
        let Ok(tomorrow) = day.tomorrow() else { break };
        let next = date.plus_days(1).unwrap();
        assert!(date < next && date.days_until(next) == 1);
        (day, date) = (tomorrow, next);
    }
    assert_eq!(date.to_string(), "9999-12-31");
    assert_eq!(date.plus_days(1), None);
    assert_eq!(date.plus_days(i64::MAX), None);
    assert_eq!(Date::parse("1900-01-01").unwrap().plus_days(-1), None);
}

#[test]
fn timestamps() {
    check(
        Timestamp::parse,
        &[
            "1900-01-01T00:00:00.000Z",
            "1969-12-31T23:59:59.999Z",
            "1970-01-01T00:00:00.000Z",
            "2026-01-20T03:04:05.678Z",
            "9999-12-31T23:59:59.999Z",
        ],
        &[
            "",
            "2026-01-20T03:04:05Z",
            "2026-01-20T03:04:05.67Z",
            "2026-01-20T03:04:05.6789Z",
            "2026-01-20 03:04:05.678Z",
            "2026-01-20T03:04:05.678z",
            "2026-01-20T03:04:05,678Z",
            "2026-01-20T03:04:05.678+00:00",
            "2026-01-20T24:00:00.000Z",
            "2026-01-20T03:60:00.000Z",
            "2026-01-20T03:04:60.000Z",
            "2026-02-30T00:00:00.000Z",
            "1899-12-31T23:59:59.999Z",
            "2026-01-20T+3:04:05.678Z",
        ],
    );
    let moment = Timestamp::parse("2026-01-20T03:04:05.678Z").unwrap();
    assert_eq!(moment.ms(), 1_768_878_245_678);
    assert_eq!(Timestamp::from_ms(moment.ms()), Some(moment));
    assert_eq!(Timestamp::from_ms(i64::MAX), None);
    assert_eq!(Timestamp::from_ms(i64::MIN), None);
}

#[test]
fn a_moment_has_one_day_at_a_fixed_offset() {
    let day = |time: &str, offset_min| Timestamp::parse(time).unwrap().local_date(offset_min).to_string();
    assert_eq!(day("2013-02-01T16:59:59.999Z", 420), "2013-02-01");
    assert_eq!(day("2013-02-01T17:00:00.000Z", 420), "2013-02-02");
    assert_eq!(day("2013-02-01T04:59:59.999Z", -300), "2013-01-31");
    assert_eq!(day("2013-02-01T05:00:00.000Z", -300), "2013-02-01");
    assert_eq!(day("1970-01-01T00:00:00.000Z", -1), "1969-12-31");
    assert_eq!(day("9999-12-31T23:59:59.999Z", 420), "9999-12-31");
    assert_eq!(day("1900-01-01T00:00:00.000Z", -300), "1900-01-01");
}

#[test]
fn amounts() {
    check(
        Amount::parse_minor,
        &["0", "1", "75000000", "-200", "9007199254740991", "-9007199254740991"],
        &[
            "",
            "-",
            "-0",
            "00",
            "007",
            "+5",
            "5.0",
            "1e3",
            "9007199254740992",
            "-9007199254740992",
            "99999999999999999999",
            "٣",
        ],
    );
    let amount = |minor| Amount::from_minor(minor).unwrap();
    let most = amount((1 << 53) - 1);
    assert_eq!(Amount::from_minor(1 << 53), None);
    assert_eq!(Amount::from_minor(i64::MIN), None);
    assert_eq!(most.checked_add(amount(1)), None);
    assert_eq!(most.checked_add(amount(-1)), Some(amount((1 << 53) - 2)));
    // An order in which 64 bits, or 53, would overflow on the way.
    assert_eq!(Amount::checked_sum([most, most, amount(-(1 << 53) + 1)]), Some(most));
}

#[test]
fn money_as_people_and_machines_read_it() {
    let check = |code: &str, decimals, minor, people: &str, machines: &str| {
        let currency = Currency::new(code, decimals).unwrap();
        assert_eq!(currency.display(Amount::from_minor(minor).unwrap()), people);
        assert_eq!(currency.plain(i128::from(minor)), machines);
    };
    check("IDR", 0, 75_000_000, "Rp 75.000.000", "75000000");
    check("IDR", 0, 0, "Rp 0", "0");
    check("IDR", 0, 999, "Rp 999", "999");
    check("IDR", 0, -1_000, "-Rp 1.000", "-1000");
    check("IDR", 2, 123_456, "Rp 1.234,56", "1234.56");
    check("USD", 2, 750_000, "USD 7,500.00", "7500.00");
    check("USD", 2, -20_000, "-USD 200.00", "-200.00");
    check("USD", 2, 5, "USD 0.05", "0.05");
    check("USD", 2, -5, "-USD 0.05", "-0.05");
    check("JPY", 0, 1_234_567, "JPY 1,234,567", "1234567");
    let sum = Currency::new("USD", 2).unwrap().display_sum(i128::from(i64::MAX) * 10);
    assert_eq!(sum, "USD 922,337,203,685,477,580.70");
    for (code, decimals) in [("idr", 0), ("ID", 0), ("IDRX", 0), ("ID1", 0), ("", 0), ("IDR", 5)] {
        assert_eq!(Currency::new(code, decimals), None);
    }
}

#[test]
fn things() {
    check(
        About::parse,
        &[
            "ledger",
            "year/1900",
            "year/9999",
            "official/1",
            "org/9007199254740991",
            "case/123/7",
            "case/a3/12",
            "decree/2014/1",
            "list/2014/2",
            "budget/2014/3",
            "note/official/4/1",
            "note/org/5/2",
            "note/desk/3",
            "award/00112233445566aa/13100",
        ],
        &[
            "",
            "Ledger",
            "ledger/",
            "/ledger",
            "year/1899",
            "year/10000",
            "year/02014",
            "official/0",
            "official/01",
            "official/+1",
            "official/-1",
            "official/",
            "official",
            "official/1/",
            "org/9007199254740992",
            "case/1",
            "case/0/1",
            "case/1/0",
            "case/a/1",
            "case/aa1/1",
            "case/A1/1",
            "case/a01/1",
            "case/1/1/1",
            "decree/2014",
            "decree/14/1",
            "list/2014/0",
            "budget/2014/",
            "note/1",
            "note/root/1/1",
            "note/desk/0",
            "note/desk/x/1",
            "award/00112233445566AA/1",
            "award/00112233445566a/1",
            "award/00112233445566aab/1",
            "award/00112233445566aa/0",
            "organisation/1",
            "case//1",
            "org/1 ",
            "org/１",
        ],
    );
    check(CaseId::parse, &["case/1/2"], &["org/1", "1/2", "case/1"]);
}

#[test]
fn signers() {
    check(
        SignerId::parse,
        &["hibah.bandung.example/ledger/org/123+1a2b3c4d", "a+00000000", "x-y.z/0+ffffffff"],
        &[
            "",
            "+1a2b3c4d",
            "a+1A2B3C4D",
            "a+1a2b3c4",
            "a+1a2b3c4d5",
            "A+1a2b3c4d",
            "a b+1a2b3c4d",
            "a_b+1a2b3c4d",
            "a+b+1a2b3c4d",
            "a1a2b3c4d",
            "é+1a2b3c4d",
        ],
    );
    let long = format!("{}+00000000", "a".repeat(256));
    assert_eq!(SignerId::parse(&long), None);
}

#[test]
fn signers_are_ordered_as_their_texts_are() {
    let names = ["a", "a-b", "a.b", "a/b", "a0", "ab", "b"];
    let ids: Vec<SignerId> = names
        .iter()
        .flat_map(|name| ["00000000", "ffffffff"].map(|id| SignerId::parse(&format!("{name}+{id}")).unwrap()))
        .collect();
    let by_value: BTreeSet<SignerId> = ids.iter().cloned().collect();
    let by_text: BTreeSet<String> = ids.iter().map(SignerId::to_string).collect();
    assert!(by_value.iter().map(SignerId::to_string).eq(by_text));
}

#[test]
fn verifier_keys() {
    // A base64 that holds the separator itself.
    let public = format!("AQ+/{}", "A".repeat(40));
    let text = format!("hibah.example/org/1+1a2b3c4d+{public}");
    let vkey = Vkey::parse(&text).unwrap();
    assert_eq!(vkey.as_str(), text);
    assert_eq!(vkey.id().to_string(), "hibah.example/org/1+1a2b3c4d");
    assert_eq!(vkey.public_base64(), public);
    for bad in [
        String::new(),
        "hibah.example/org/1+1a2b3c4d".to_owned(),
        format!("hibah.example/org/1+1a2b3c4d+{public}A"),
        format!("hibah.example/org/1+1a2b3c4d+{}", &public[1..]),
        format!("hibah.example/org/1+1a2b3c4d+{}=", &public[1..]),
        format!("hibah.example/org/1+1A2B3C4D+{public}"),
        format!("+1a2b3c4d+{public}"),
        format!("{text}\n"),
    ] {
        assert!(Vkey::parse(&bad).is_none(), "{bad:?} was taken");
    }
}

#[test]
fn names_are_said_once_and_read_back() {
    let mut names = BTreeSet::new();
    for kind in Kind::ALL {
        assert_eq!(Kind::parse(kind.name()), Some(*kind));
        assert!(names.insert(kind.name()) && !kind.title_id().is_empty() && !kind.title_en().is_empty());
    }
    assert_eq!(names.len(), 83);
    for figure in Figure::ALL {
        assert_eq!(Figure::parse(figure.name()), Some(*figure));
    }
    assert_eq!(Figure::ALL.len(), 11);
    let codes: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
    assert_eq!(codes.len(), 17, "form and B1 to B16");
    for text in ["", "Ledger.founded", "ledger.founded ", "ledger_founded", "note.written"] {
        assert_eq!(Kind::parse(text), None);
    }
    assert_eq!(RuleSet::number(0), Some(RuleSet::Zero));
    assert_eq!(RuleSet::number(1), Some(RuleSet::One));
    assert_eq!(RuleSet::number(2), None);
}
