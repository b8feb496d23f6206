//! Profiles: those that ship, their JSON, and the line and field of every mistake.

use hibah::grants::kinds::Kind;
use hibah::grants::zero::profile::{NAMES, Profile, Role, named, named_toml};

#[test]
fn every_profile_that_ships_reads_back_from_its_json() {
    for name in NAMES {
        let profile = named(name).unwrap_or_else(|| panic!("{name} does not read"));
        assert_eq!(profile.name.0, *name);
        let json = profile.to_json();
        assert_eq!(Profile::from_json(&json), Ok(profile));
        assert!(json.to_string().len() < 20_000, "entry 0 holds the profile and the keys in 65,000 bytes");
    }
    assert_eq!(named("atlantis"), None);
}

#[test]
fn the_first_profiles_list_the_stages_of_rule_set_0() {
    let stages = [
        Kind::ApplicationSubmitted,
        Kind::AmountRecommended,
        Kind::DecreeSealed,
        Kind::DisbursementRequested,
        Kind::AgreementSigned,
        Kind::WarrantIssued,
        Kind::FundsCredited,
        Kind::UseReported,
    ];
    for name in NAMES {
        assert_eq!(named(name).unwrap().stages, stages);
    }
    let bandung = named("kota-bandung").unwrap();
    assert_eq!(bandung.checklist.as_ref().map(Vec::len), Some(7), "the checklist of seven");
    assert_eq!(bandung.office_role(Kind::WarrantIssued), Some(Role::Treasury));
    assert_eq!(bandung.office_with(Role::Agency, Some("kesehatan")).unwrap().code.0, "skpd_kesehatan");
    assert_eq!(bandung.office_with(Role::HeadOfRegion, None).unwrap().title_en.0, "Mayor");
}

/// A small profile with one text replaced gives this error at the line of `marker`.
fn check(from: &str, to: &str, marker: &str, field: &str, what: &str) {
    assert_eq!(SMALL.matches(from).count(), 1, "{from} stands once");
    let text = SMALL.replacen(from, to, 1);
    let error = Profile::from_toml(&text).expect_err(to);
    let line = text.split('\n').position(|line| line.contains(marker)).unwrap() + 1;
    assert_eq!((error.line, error.field.as_str()), (Some(line), field), "{to}: {error}");
    assert!(error.what.contains(what), "{error}");
    assert!(error.to_string().starts_with(&format!("line {line}: ")), "{error}");
}

#[test]
fn a_mistake_is_told_with_line_and_field() {
    assert!(Profile::from_toml(SMALL).is_ok());
    check("utc_offset_min = 420", "utc_offset_min = 900", "utc_off", "/utc_offset_min", "from -720 to 840");
    check("utc_offset_min = 420", "utc_offset_min = 7.5", "utc_off", "/utc_offset_min", "not be a fraction");
    check("utc_offset_min = 420", "utc_offset_min = 2013-01-01", "utc_off", "/utc_offset_min", "not be a date");
    check("utc_offset_min = 420", "utc_offset_min = 99999999999999999999", "utc_off", "/utc_offset_min", "64 bits");
    check("utc_offset_min = 420", "utc_offset_min = \"420\"", "utc_off", "/utc_offset_min", "whole number");
    check("utc_offset_min = 420\n", "", "# A small", "/utc_offset_min", "be there");
}

#[test]
fn a_mistake_in_a_text_is_told_too() {
    check("expires_max_days = 60", "expires_max_days = 0", "expires", "/expires_max_days", "from 1 to 366");
    check("expires_max_days = 60", "expires_max_days = 60\ncolour = 1", "colour", "/colour", "not be there");
    check("\"Wali Kota\"\n\n", "\"Wali  Kota\"\n\n", "head_title", "/head_title", "needless spaces");
    check("\"Wali Kota\"\n\n", "\"Cafe\u{301}\"\n\n", "head_title", "/head_title", "NFC");
    check("\"Wali Kota\"\n\n", "\"a\\tb\"\n\n", "head_title", "/head_title", "control characters");
    check("region_code = \"32.73\"", "region_code = \"\"", "region_code", "/government/region_code", "1 to 100");
    check("region_code = \"32.73\"\n", "", "[government]", "/government/region_code", "be there");
    check("role = \"registrar\"", "role = \"king\"", "king", "/offices/1/role", "one of head_of_region");
    check("code = \"registrar\"", "code = \"wali_kota\" # twice", "# twice", "/offices/1/code", "not repeat wali_kota");
}

#[test]
fn stages_can_be_walked() {
    let stages = "\"application.submitted\", \"decree.sealed\"";
    let check = |to: &str, at: usize, what: &str| {
        check(stages, to, "stages = ", &format!("/stages/{at}"), what);
    };
    check("\"decree.sealed\", \"application.submitted\"", 0, "be application.submitted");
    check("\"application.submitted\", \"application.submitted\"", 1, "not repeat application.submitted");
    check("\"application.submitted\", \"award.migrated\"", 1, "one of the stages");
    check("\"application.submitted\", \"stage.two\"", 1, "the name of a kind");
    check("\"application.submitted\", \"agreement.signed\", \"decree.sealed\"", 1, "after decree.sealed");
    check("\"application.submitted\", \"decree.sealed\", \"warrant.issued\"", 2, "after agreement.signed");
    check("\"application.submitted\", \"decree.sealed\", \"funds.credited\"", 2, "next after warrant.issued");
    check("\"application.submitted\", \"use.reported\", \"decree.sealed\"", 1, "be the last stage");
    check("\"application.submitted\", \"use.reported\"", 1, "funds.credited stand before it");
}

#[test]
fn words_agree_with_each_other() {
    let stages = "\"application.submitted\", \"decree.sealed\"";
    let agreed = "\"application.submitted\", \"decree.sealed\", \"agreement.signed\"";
    check(stages, agreed, "[[offices]] # 0", "/offices", "have one with the role finance_officer");
    check("\"Proposal\"", "\"Proposal\", \"Proposal\"", "documents", "/documents/1", "not repeat Proposal");
    check("\"Proposal\"", "", "documents", "/documents", "at least one");
    check("code = \"foundation\"", "code = \"person\"", "\"person\"", "/recipient_types/0/code", "not be a person");
    check("agency = \"a\" # field", "agency = \"b\"", "\"b\"", "/fields/0/agency", "the agency of an office");
    check("role = \"agency\" # two", "role = \"secretary\"", "\"x\" # office", "/offices/2/agency", "not be there");
    check("agency = \"x\" # office\n", "", "[[offices]] # 2", "/offices/2/agency", "be there");
    check("kind = \"decree.issued\"", "kind = \"use.reported\"", "use.reported", "/signers/0/kind", "one office signs");
    check(
        "role = \"head_of_region\" # signer",
        "role = \"agency\" # signer",
        "decree.issued",
        "/signers/0/kind",
        "agency only recommend",
    );
}

#[test]
fn what_is_not_toml_is_told_with_its_line() {
    let error = Profile::from_toml("name = \"x\"\nname = \"y\"\n").unwrap_err();
    assert_eq!(error.line, Some(2));
    let error = Profile::from_toml("name = \"x\"\n\n= 3\n").unwrap_err();
    assert_eq!(error.line, Some(3));
    assert!(error.what.contains("must be TOML"), "{error}");
    let error = Profile::from_toml("").unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (Some(1), "/name"));
    let error = Profile::from_json(&serde_json::json!([])).unwrap_err();
    assert_eq!((error.line, error.field.as_str()), (None, ""));
    assert_eq!(error.to_string(), "the profile must be an object; correct it and read the profile again");
    assert!(named_toml("kota-bandung").is_some() && named_toml("").is_none());
}

const SMALL: &str = r#"# A small profile.
name = "small"
utc_offset_min = 420
expires_max_days = 60
stages = ["application.submitted", "decree.sealed"]
documents = ["Proposal"]
head_title = "Wali Kota"

[government]
name_id = "Kota"
name_en = "City"
region_code = "32.73"

[[offices]] # 0
code = "wali_kota"
role = "head_of_region"
title_id = "Wali Kota"
title_en = "Mayor"

[[offices]] # 1
code = "registrar"
role = "registrar"
title_id = "Pendaftar"
title_en = "Registrar"

[[offices]] # 2
code = "agency_x"
role = "agency" # two
title_id = "Dinas X"
title_en = "Agency X"
agency = "x" # office

[[offices]] # 3
code = "agency_a"
role = "agency"
title_id = "Dinas A"
title_en = "Agency A"
agency = "a" # office a

[[fields]]
code = "field_a"
title_id = "Bidang A"
title_en = "Field A"
agency = "a" # field

[[recipient_types]]
code = "foundation"
title_id = "Yayasan"
title_en = "Foundation"

[[signers]]
kind = "decree.issued"
role = "head_of_region" # signer
"#;
