//! The line and field of every mistake in a profile of rule set 1.
// long: one table of every refusal, beside the small profile that it edits.

use hibah::grants::one::profile::{MAX_BYTES, Profile, named};
use hibah::grants::time::Date;
use serde_json::{Value, json};

/// SMALL with one text replaced gives this error at the line of `marker`.
fn check(from: &str, to: &str, marker: &str, field: &str, what: &str) {
    assert_eq!(SMALL.matches(from).count(), 1, "{from} stands once");
    check_text(&SMALL.replacen(from, to, 1), marker, field, what);
}

fn check_text(text: &str, marker: &str, field: &str, what: &str) {
    let error = match Profile::from_toml(text) {
        Ok(_) => panic!("{field} must {what}, but the profile was read"),
        Err(error) => error,
    };
    let line = text.split('\n').position(|line| line.contains(marker)).map(|at| at + 1);
    assert_eq!((error.line, error.field.as_str()), (line, field), "{error}");
    assert!(error.what.contains(what), "{error}, not: {what}");
    assert!(error.to_string().starts_with(&format!("line {}: ", line.unwrap())), "{error}");
    // The auditor, who reads JSON, is told the same of the same field.
    let parsed: toml::Table = toml::from_str(text).unwrap();
    let json = serde_json::to_value(parsed).unwrap();
    if what != "not be a date" && what != "needless spaces" {
        let read = Profile::from_json(&json).expect_err("JSON is judged as TOML is");
        assert_eq!((read.line, read.field, read.what), (None, error.field, error.what));
    }
}

#[test]
fn numbers_keep_their_bounds() {
    assert!(Profile::from_toml(SMALL).is_ok(), "{:?}", Profile::from_toml(SMALL).err());
    let cases = [
        ("utc_offset_min = 420", "utc_offset_min = 841", "/utc_offset_min", "be from -720 to 840"),
        ("utc_offset_min = 420", "utc_offset_min = -721", "/utc_offset_min", "be from -720 to 840"),
        ("utc_offset_min = 420", "utc_offset_min = \"420\"", "/utc_offset_min", "whole number of 32 bits"),
        ("expires_max_days = 60", "expires_max_days = 0", "/expires_max_days", "be from 1 to 60"),
        ("expires_max_days = 60", "expires_max_days = 61", "/expires_max_days", "be from 1 to 60"),
        ("replacement_days = 14", "replacement_days = 0", "/replacement_days", "be from 1 to 366"),
        ("replacement_days = 14", "replacement_days = 367", "/replacement_days", "be from 1 to 366"),
        ("open_cases = 3", "open_cases = 0", "/limits/open_cases", "be from 1 to 1000"),
        ("revisions_a_year = 3", "revisions_a_year = 1001", "/limits/revisions_a_year", "be from 0 to 1000"),
        ("cash = 5_000_000", "cash = -1", "/limits/cash", "minor units from 0"),
        ("due_month = 1", "due_month = 13", "/report/due_month", "be from 1 to 12"),
        ("due_month = 1", "due_month = 0", "/report/due_month", "be from 1 to 12"),
        ("due_day = 10", "due_day = 32", "/report/due_day", "month 1 has in every year, 1 to 31"),
        ("due_day = 10", "due_day = 0", "/report/due_day", "1 to 31"),
        ("late_entry_days = 14", "late_entry_days = 367", "/tolerances/late_entry_days", "be from 0 to 366"),
        ("year_end_from_day = 15", "year_end_from_day = 32", "/tolerances/year_end_from_day", "be from 1 to 31"),
        ("working_days = 14", "working_days = 0", "/deadlines/0/working_days", "be from 1 to 366"),
        ("working_days = 14", "working_days = 367", "/deadlines/0/working_days", "be from 1 to 366"),
    ];
    for (from, to, field, what) in cases {
        check(from, to, to, field, what);
    }
    let leap = "due_month = 2\ndue_day = 29";
    check("due_month = 1\ndue_day = 10", leap, "due_day", "/report/due_day", "month 2 has in every year, 1 to 28");
}

#[test]
fn words_are_words() {
    let cases = [
        ("instalment = \"accepted\"", "instalment = \"seen\"", "/report/instalment", "be one of accepted filed"),
        ("overdue = \"refuse\"", "overdue = \"shout\"", "/report/overdue", "be one of refuse flag"),
        ("rolls = false", "rolls = 0", "/report/rolls", "be true or false"),
        ("class = \"body\"", "class = \"club\"", "/recipient_types/0/class", "be one of government company body"),
        ("form = \"goods\"", "form = \"boats\"", "/ways/1/form", "be one of money goods services"),
        ("outside = true", "outside = \"yes\"", "/root_holders/1/outside", "be true or false"),
        ("languages = [\"id\", \"en\"]", "languages = [\"id\", \"jv\"]", "/languages/1", "be id or en"),
        ("languages = [\"id\", \"en\"]", "languages = [\"id\", \"id\"]", "/languages/1", "not repeat id"),
        ("languages = [\"id\", \"en\"]", "languages = []", "/languages", "a list of at least one"),
        ("adoption_until = \"2014-12-31\"", "adoption_until = \"2014-02-30\"", "/adoption_until", "be a day written"),
        ("adoption_until = \"2014-12-31\"", "adoption_until = 2014-12-31", "/adoption_until", "not be a date"),
        ("head_title = \"Wali Kota\"", "head_title = \"Wali  Kota\"", "/head_title", "needless spaces"),
        ("replacement_days = 14", "colour = 14", "/colour", "not be there"),
    ];
    for (from, to, field, what) in cases {
        check(from, to, to, field, what);
    }
    check("replacement_days = 14\n", "", "# A small", "/replacement_days", "be there");
    check("cash = 5_000_000\n", "", "[limits]", "/limits/cash", "be there");
}

#[test]
fn words_are_said_once() {
    let cases = [
        ("code = \"b\" # agency", "code = \"a\" # 2nd", "/agencies/1/code", "not repeat a"),
        ("n = 2", "n = 1 # 2nd", "/agencies/1/n", "not repeat 1"),
        ("n = 2", "n = 0", "/agencies/1/n", "be 1 or more"),
        ("code = \"sekda\"", "code = \"head\" # 2nd", "/offices/1/code", "not repeat head"),
        ("code = \"field_b\"", "code = \"field_a\" # 2nd", "/fields/1/code", "not repeat field_a"),
        ("code = \"person\"", "code = \"body\" # 2nd", "/recipient_types/1/code", "not repeat body"),
        ("\"Proposal\"", "\"Proposal\", \"Proposal\"", "/documents/1", "not repeat Proposal"),
        ("form = \"goods\"", "form = \"money\" # 2nd", "/ways/1", "not repeat grant money"),
        ("\"treasury\"] # vault", "\"treasury\", \"treasury\"]", "/vault_readers/1", "not repeat treasury"),
        ("code = \"c2\"", "code = \"c1\" # 2nd", "/completeness/1/code", "not repeat c1"),
        ("code = \"k2\"", "code = \"k1\" # 2nd", "/checklist/1/code", "not repeat k1"),
    ];
    for (from, to, field, what) in cases {
        let marker = if field == "/ways/1" { "[[ways]] # 1" } else { to };
        check(from, to, marker, field, what);
    }
    let twice = "[[deadlines]]\nkind = \"amount.recommended\" # 2nd\nworking_days = 1\n\n[limits]";
    check("[limits]", twice, "# 2nd", "/deadlines/1/kind", "not repeat amount.recommended");
    let twice = "[[signers]]\nkind = \"use.reviewed\" # 2nd\nrole = \"treasury\"\n\n[limits]";
    check("[limits]", twice, "# 2nd", "/signers/1/kind", "not repeat use.reviewed");
    let twice =
        "[[delegates]] # 2nd\nkind = \"agreement.signed\"\noffice = \"sekda\"\ndecree_number = \"2\"\n\n[limits]";
    check("[limits]", twice, "# 2nd", "/delegates/1", "not repeat agreement.signed by sekda");
}

#[test]
fn names_lead_somewhere() {
    let (office, role) = ("be the code of one of the offices", "be the role of one of the offices");
    let agency = "be the code of one of the agencies";
    let (late, routed, reported) =
        ("kind = \"amount.recommended\" # late", "kind = \"case.routed\"", "kind = \"use.reported\"");
    let second = "correction_second = \"inspectorate\"";
    let cases = [
        ("agency = \"b\" # office", "agency = \"z\"", "/offices/9/agency", agency),
        ("agency = \"b\" # field", "agency = \"z\"", "/fields/1/agency", agency),
        ("role = \"registrar\"", "role = \"king\"", "/offices/4/role", "be one of head_of_region"),
        ("\"treasury\"] # vault", "\"vizier\"] # vault", "/vault_readers/0", office),
        (second, "correction_second = \"agency\"", "/correction_second", "not be agency"),
        (second, "correction_second = \"budget_team\"", "/correction_second", role),
        (late, routed, "/deadlines/0/kind", "be a stage of one of the ways that an office signs"),
        (late, reported, "/deadlines/0/kind", "be a stage of one of the ways that an office signs"),
        ("root = 2", "root = 3", "/root_holders/1/root", "be 2, for root holders are numbered"),
        ("role = \"secretary\"", "role = \"secretary\"\nagency = \"b\" # x", "/offices/1/agency", "not be there, for"),
    ];
    for (from, to, field, what) in cases {
        check(from, to, to.split('\n').next_back().unwrap(), field, what);
    }
    check("agency = \"b\" # office\n", "", "[[offices]] # agency b", "/offices/9/agency", "be there, for");
    let idle = "[[agencies]]\nn = 3\ncode = \"c\" # idle\ntitle_id = \"C\"\ntitle_en = \"C\"\n\n[limits]";
    check("[limits]", idle, "# idle", "/agencies/2/code", "be the agency of an office");
}

#[test]
fn kinds_are_given_to_offices_that_can_sign_them() {
    let (other, behalf) = ("kind = \"use.reviewed\" # other", "kind = \"agreement.signed\" # behalf");
    let (role, office) = ("role = \"inspectorate\" # other", "office = \"sekda\" # behalf");
    let one = "be a kind that one office signs";
    let cases = [
        (other, "kind = \"use.reported\"", "/signers/0/kind", one),
        (other, "kind = \"decision.refused\"", "/signers/0/kind", one),
        (other, "kind = \"case.adopted\"", "/signers/0/kind", one),
        (other, "kind = \"decree.rows\"", "/signers/0/kind", "be decree.issued, whose office signs decree.rows too"),
        (role, "role = \"budget_team\"", "/signers/0/role", "be the role of one of the offices"),
        (behalf, "kind = \"credit.disputed\"", "/delegates/0/kind", one),
        (behalf, "kind = \"agreement.amended\"", "/delegates/0/kind", "be agreement.signed, whose office"),
        (office, "office = \"vizier\"", "/delegates/0/office", "be the code of one of the offices"),
        (
            office,
            "office = \"finance\"",
            "/delegates/0/office",
            "be another office than one that signs agreement.signed",
        ),
    ];
    for (from, to, field, what) in cases {
        check(from, to, to, field, what);
    }
    let from = format!("{other}\n{role}");
    let to = "kind = \"decree.issued\"\nrole = \"agency\" # other";
    check(&from, to, "role = \"agency\" # other", "/signers/0/role", "not be agency, for decree.issued is not about");
}

#[test]
fn every_stage_has_an_office() {
    let other = |from: &str, to: &str, marker: &str, field: &str, what: &str| check(from, to, marker, field, what);
    let away = "role = \"secretary\" # was";
    other("role = \"registrar\"", away, "[[offices]] # head", "/offices", "have one with the role registrar");
    let nobody = SMALL.replacen("role = \"inspectorate\" # office", away, 1);
    let nobody = nobody.replacen("role = \"inspectorate\" # other", "role = \"treasury\"", 1);
    check_text(&nobody, "[[offices]] # head", "/offices", "have one with the role inspectorate, which inspects");
    let lacks = "be signed by somebody: offices must have one with the role treasury, which signs warrant.issued";
    other("role = \"treasury\"", away, "# grant money", "/ways/0/stages/6", lacks);
    let lacks = "role head_of_region, which signs decree.issued";
    other("role = \"head_of_region\"", away, "# grant money", "/ways/0/stages/2", lacks);
    other(
        "role = \"cashier\"",
        away,
        "cash = ",
        "/limits/cash",
        "be 0, or offices must have one with the role cashier",
    );
    let no_cash = SMALL.replacen("role = \"cashier\"", away, 1).replacen("cash = 5_000_000", "cash = 0", 1);
    assert!(Profile::from_toml(&no_cash).is_ok(), "where nothing is paid in cash nobody need pay it");
}

#[test]
fn days_are_sorted_and_said_once() {
    let holidays = "holidays = [\"2014-12-25\", \"2014-12-26\", \"2015-01-01\"]";
    let cases = [
        ("holidays = [\"2014-12-26\", \"2014-12-25\"]", "/holidays/1", "be later than the day before it"),
        ("holidays = [\"2014-12-25\", \"2014-12-25\"]", "/holidays/1", "in the list, 2014-12-25"),
        ("holidays = []", "/holidays", "a list of at least one"),
    ];
    for (to, field, what) in cases {
        check(holidays, to, "holidays", field, what);
    }
    check(
        "elections = [\"2014-04-09\"]",
        "elections = [\"2014-04-09\", \"2013-04-09\"]",
        "elections",
        "/elections/1",
        "later",
    );
    let many = |days: i64| {
        let first = Date::parse("2014-01-01").unwrap();
        let list: Vec<String> = (0..days).map(|n| format!("\"{}\"", first.plus_days(n).unwrap())).collect();
        format!("holidays = [{}]", list.join(", "))
    };
    assert!(Profile::from_toml(&SMALL.replacen(holidays, &many(1_000), 1)).is_ok());
    check(holidays, &many(1_001), "holidays", "/holidays", "have at most 1000 days");
}

#[test]
fn lists_and_the_whole_have_a_size() {
    let titles = |count: usize, width: usize| {
        let list: Vec<String> = (0..count).map(|n| format!("\"{n:0width$}\"")).collect();
        format!("documents = [{}]", list.join(", "))
    };
    let documents = "documents = [\"Proposal\"]";
    assert!(Profile::from_toml(&SMALL.replacen(documents, &titles(200, 5), 1)).is_ok());
    check(documents, &titles(201, 5), "documents", "/documents", "have at most 200 items");
    let roots: String = (3..=16).fold(String::new(), |text, n| {
        text + &format!("[[root_holders]]\nroot = {n}\nholder = \"H\"\noutside = false\n")
    });
    let text = SMALL.replacen("[limits]", &format!("{roots}\n[limits]"), 1);
    check_text(&text, "[[root_holders]]", "/root_holders", "have at most 15 items");
    // To the byte: the profile as it is on the ledger.
    let size = |text: &str| Profile::from_toml(text).map(|profile| profile.to_json().to_string().len());
    let of_size = |bytes: usize| {
        let room = bytes - size(SMALL).unwrap();
        // A title takes its quotes and a comma besides; the last two fill what is left.
        let (count, left) = (room / 403 - 1, 403 + room % 403 - 6);
        let (one, other) = ("a".repeat(left / 2), "b".repeat(left - left / 2));
        let list = titles(count, 400).replace("documents = [", "documents = [\"Proposal\", ");
        SMALL.replacen(documents, &list.replace(']', &format!(", \"{one}\", \"{other}\"]")), 1)
    };
    assert_eq!(size(&of_size(MAX_BYTES)), Ok(MAX_BYTES));
    check_text(&of_size(MAX_BYTES + 1), "# A small", "", "have at most 50000 bytes");
}

/// The stages of SMALL's way at this place, replaced by these, are refused at the stage of this number, or as a whole.
fn check_stages(way: usize, stages: &str, at: impl Into<Option<usize>>, what: &str) {
    let marker = MARKERS[way];
    let field = at.into().map_or(format!("/ways/{way}/stages"), |at| format!("/ways/{way}/stages/{at}"));
    check_text(&with_stages(way, stages), marker, &field, what);
}

const MARKERS: [&str; 4] = ["# grant money", "# grant goods", "# planned", "# unplanned"];

fn with_stages(way: usize, stages: &str) -> String {
    let marker = MARKERS[way];
    let line = SMALL.split('\n').find(|line| line.contains(marker)).unwrap();
    let list: Vec<String> = stages.split_whitespace().map(|stage| format!("\"{stage}\"")).collect();
    SMALL.replacen(line, &format!("stages = [{}] {marker}", list.join(", ")), 1)
}

#[test]
fn stages_begin_rightly_and_are_stages() {
    let paid = "decree.sealed agreement.signed integrity.pledged warrant.issued";
    check_stages(0, "decree.sealed warrant.issued", 0, "be application.submitted, for B4");
    check_stages(0, "need.recorded decree.sealed warrant.issued", 0, "be application.submitted, for B4");
    check_stages(2, "decree.sealed warrant.issued", 0, "be application.submitted or need.recorded, for B4");
    check_stages(3, "application.submitted decree.sealed warrant.issued", 0, "be need.recorded, for B4");
    check_stages(0, &format!("application.submitted need.recorded {paid}"), 1, "not stand here, for it begins a case");
    check_stages(
        0,
        &format!("application.submitted {paid} application.submitted"),
        5,
        "not repeat application.submitted",
    );
    check_stages(0, &format!("application.submitted {paid} stage.two"), 5, "be the name of a kind");
    for kind in ["award.migrated", "decree.issued", "credit.confirmed", "cash.paid", "refund.deposited"] {
        check_stages(
            0,
            &format!("application.submitted {paid} {kind}"),
            5,
            "be one of the stages application.submitted",
        );
    }
    check_stages(0, "", None, "be a list of at least one");
}

#[test]
fn stages_belong_to_way_and_form() {
    let begun = "application.submitted decree.sealed agreement.signed integrity.pledged";
    check_stages(0, &format!("{begun} goods.handed_over"), 4, "not stand here, for money is paid");
    check_stages(0, begun, None, "list warrant.issued, for the form is money");
    check_stages(1, begun, None, "list goods.handed_over, for the form is goods");
    for stage in ["payment.requested", "payment.verified", "payment.ordered", "warrant.issued", "funds.credited"] {
        check_stages(1, &format!("{begun} {stage} goods.handed_over"), 4, "goods and services are handed over");
    }
    check_stages(2, &format!("{begun} warrant.issued"), 2, "not stand here, for only a grant has an agreement");
    for stage in ["disbursement.requested", "agreement.signed", "integrity.pledged"] {
        let stages = format!("need.recorded decree.sealed {stage} warrant.issued");
        check_stages(3, &stages, 2, "an agency records such a case and no organisation signs in it");
    }
    let asked = "need.recorded decree.sealed integrity.pledged disbursement.requested warrant.issued";
    check_stages(2, asked, 3, "an agency records such a case and no organisation signs in it");
    assert!(Profile::from_toml(&with_stages(2, &asked.replace("disbursement.requested", ""))).is_ok());
    let nobody = with_stages(2, "need.recorded decree.sealed integrity.pledged warrant.issued");
    let nobody = nobody.replacen("role = \"intake\"", "role = \"secretary\"", 1);
    check_text(&nobody, MARKERS[2], "/ways/2/stages/2", "have one with the role intake");
    let people = SMALL.split("[[ways]] # 2").next().unwrap();
    check_text(people, "class = \"individual\"", "/recipient_types/1/class", "no way is assistance, for B15");
}

#[test]
fn stages_stand_behind_what_they_rest_on() {
    let all = "application.submitted amount.recommended list.sealed budget.sealed decree.sealed disbursement.requested \
               agreement.signed integrity.pledged payment.requested payment.verified payment.ordered warrant.issued \
               funds.credited use.reported use.reviewed";
    let stages: Vec<&str> = all.split_whitespace().collect();
    let place = |stage: &str| stages.iter().position(|other| *other == stage).unwrap();
    // `stage` moved to stand just before `before` is refused there, or at the one that it left behind.
    let moved = |stage: &str, to: usize, at: usize, what: &str| {
        let mut list = stages.clone();
        let stage = list.remove(place(stage));
        list.insert(to, stage);
        check_stages(0, &list.join(" "), at, what);
    };
    moved("amount.recommended", 4, 4, "stand before decree.sealed");
    moved("list.sealed", 4, 4, "stand before decree.sealed");
    moved("budget.sealed", 5, 5, "stand before decree.sealed");
    moved("disbursement.requested", 4, 4, "stand after decree.sealed");
    moved("agreement.signed", 4, 4, "stand after decree.sealed, for B6");
    moved("integrity.pledged", 4, 4, "stand after decree.sealed");
    moved("disbursement.requested", 8, 7, "stand after disbursement.requested");
    moved("agreement.signed", 8, 7, "stand after agreement.signed, for B5");
    moved("integrity.pledged", 8, 7, "stand after integrity.pledged, for B5");
    moved("payment.requested", 9, 8, "stand after payment.requested");
    moved("payment.verified", 10, 9, "stand after payment.verified");
    moved("payment.ordered", 11, 10, "stand after payment.ordered");
    moved("warrant.issued", 12, 11, "stand after warrant.issued");
    moved("use.reported", 12, 12, "stand after funds.credited");
    moved("use.reviewed", 13, 13, "stand after use.reported");
    // A profile may ask for the money after agreement and pledge, and have them in either order.
    for free in [("disbursement.requested", 7), ("integrity.pledged", 6), ("list.sealed", 3)] {
        let mut list = stages.clone();
        let stage = list.remove(place(free.0));
        list.insert(free.1, stage);
        assert!(Profile::from_toml(&with_stages(0, &list.join(" "))).is_ok(), "{free:?}");
    }
    let without = |stage: &str, at: usize, what: &str| {
        let list: Vec<&str> = stages.iter().copied().filter(|other| *other != stage).collect();
        check_stages(0, &list.join(" "), at, what);
    };
    without("decree.sealed", 1, "stand before decree.sealed, which is missing");
    without("agreement.signed", 7, "stand after agreement.signed, which is missing, for B5");
    without("integrity.pledged", 7, "stand after integrity.pledged, which is missing, for B5");
    without("funds.credited", 12, "stand after funds.credited, which is missing");
    without("use.reported", 13, "stand after use.reported, which is missing");
    for free in ["amount.recommended", "list.sealed", "disbursement.requested", "payment.verified", "use.reviewed"] {
        let list: Vec<&str> = stages.iter().copied().filter(|other| *other != free).collect();
        let text = with_stages(0, &list.join(" "));
        // The deadline of a stage goes with it.
        let text = text.replacen("kind = \"amount.recommended\" # late", "kind = \"warrant.issued\"", 1);
        assert!(Profile::from_toml(&text).is_ok(), "{free} may be left out: {:?}", Profile::from_toml(&text).err());
    }
    check_stages(
        2,
        "application.submitted decree.sealed warrant.issued",
        2,
        "integrity.pledged, which is missing, for B5",
    );
    check_stages(3, "need.recorded warrant.issued", 1, "stand after decree.sealed, which is missing, for B5");
    let goods = "application.submitted decree.sealed integrity.pledged goods.handed_over";
    check_stages(1, goods, 3, "stand after agreement.signed, which is missing, for B5");
    let early = "application.submitted decree.sealed agreement.signed integrity.pledged use.reported goods.handed_over";
    check_stages(1, early, 4, "stand after goods.handed_over");
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let error = Profile::from_toml("name = \"x\"\n\n= 3\n").unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.what.contains("must be TOML"), "{error}");
    let error = Profile::from_toml("").unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (Some(1), "/name"));
    let error = Profile::from_json(&json!([])).unwrap_err();
    assert_eq!(error.to_string(), "the profile must be an object; correct it and read the profile again");
    let mut json = named("kota-bandung").unwrap().to_json();
    json["limits"]["cash"] = Value::from(0.5);
    assert_eq!(Profile::from_json(&json).unwrap_err().field, "/limits/cash");
}

/// Two agencies and an office for each role that signs something here, in four ways.
pub const SMALL: &str = r#"# A small profile.
name = "small"
utc_offset_min = 420
head_title = "Wali Kota"
languages = ["id", "en"]
expires_max_days = 60
replacement_days = 14
adoption_until = "2014-12-31"
correction_second = "inspectorate"
vault_readers = ["treasury"] # vault
documents = ["Proposal"]
holidays = ["2014-12-25", "2014-12-26", "2015-01-01"]
elections = ["2014-04-09"]

[government]
name_id = "Kota"
name_en = "City"
region_code = "32.73"

[[agencies]]
n = 1
code = "a" # agency
title_id = "Dinas A"
title_en = "Agency A"

[[agencies]]
n = 2
code = "b" # agency
title_id = "Dinas B"
title_en = "Agency B"

[[offices]] # head
code = "head"
role = "head_of_region"
title_id = "Wali Kota"
title_en = "Mayor"

[[offices]]
code = "sekda"
role = "secretary"
title_id = "Sekda"
title_en = "Secretary"

[[offices]]
code = "finance"
role = "finance_officer"
title_id = "PPKD"
title_en = "Finance"

[[offices]]
code = "treasury"
role = "treasury"
title_id = "Kuasa BUD"
title_en = "Treasury"

[[offices]]
code = "registrar"
role = "registrar"
title_id = "Pendaftar"
title_en = "Registrar"

[[offices]]
code = "inspectorate"
role = "inspectorate" # office
title_id = "Inspektorat"
title_en = "Inspectorate"

[[offices]]
code = "intake"
role = "intake"
title_id = "Tata Usaha"
title_en = "Intake"

[[offices]]
code = "cashier"
role = "cashier"
title_id = "Bendahara"
title_en = "Cashier"

[[offices]]
code = "office_a"
role = "agency"
title_id = "Dinas A"
title_en = "Agency A"
agency = "a" # office

[[offices]] # agency b
code = "office_b"
role = "agency"
title_id = "Dinas B"
title_en = "Agency B"
agency = "b" # office

[[offices]]
code = "verifier"
role = "payment_verifier"
title_id = "PPK"
title_en = "Verifier"

[[fields]]
code = "field_a"
title_id = "Bidang A"
title_en = "Field A"
agency = "a" # field

[[fields]]
code = "field_b"
title_id = "Bidang B"
title_en = "Field B"
agency = "b" # field

[[recipient_types]]
code = "body"
title_id = "Badan"
title_en = "Body"
class = "body"

[[recipient_types]]
code = "person"
title_id = "Perorangan"
title_en = "Person"
class = "individual"

[[completeness]]
code = "c1"
title_id = "Satu"
title_en = "One"

[[completeness]]
code = "c2"
title_id = "Dua"
title_en = "Two"

[[checklist]]
code = "k1"
title_id = "Satu"
title_en = "One"

[[checklist]]
code = "k2"
title_id = "Dua"
title_en = "Two"

[[root_holders]]
root = 1
holder = "Sekda"
outside = false

[[root_holders]]
root = 2
holder = "Universitas"
outside = true

[[signers]]
kind = "use.reviewed" # other
role = "inspectorate" # other

[[delegates]]
kind = "agreement.signed" # behalf
office = "sekda" # behalf
decree_number = "1"

[[deadlines]]
kind = "amount.recommended" # late
working_days = 14

[limits]
open_cases = 3
revisions_a_year = 3
cash = 5_000_000

[report]
due_month = 1
due_day = 10
rolls = false
instalment = "accepted"
overdue = "refuse"

[tolerances]
late_entry_days = 14
year_end_from_day = 15

[[ways]]
way = "grant"
form = "money"
stages = ["application.submitted", "amount.recommended", "decree.sealed", "agreement.signed", "integrity.pledged", "payment.ordered", "warrant.issued", "funds.credited", "use.reported", "use.reviewed"] # grant money

[[ways]] # 1
way = "grant"
form = "goods"
stages = ["application.submitted", "decree.sealed", "agreement.signed", "integrity.pledged", "goods.handed_over"] # grant goods

[[ways]] # 2
way = "assistance_planned"
form = "money"
stages = ["application.submitted", "decree.sealed", "integrity.pledged", "warrant.issued"] # planned

[[ways]]
way = "assistance_unplanned"
form = "money"
stages = ["need.recorded", "decree.sealed", "warrant.issued"] # unplanned
"#;
