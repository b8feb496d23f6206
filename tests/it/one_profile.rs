//! Profiles of rule set 1: those that ship, their JSON, the line and field of every mistake, working days, and a ninth
//! government that needs no code.

use super::cli_shell::Shell;
use super::one_profile_faults::SMALL;
use hibah::grants::kinds::Kind;
use hibah::grants::one::profile::{
    Class, Instalment, MAX_BYTES, NAMES, Overdue, Profile, Role, default_roles, named, named_by, named_toml,
    signed_together,
};
use hibah::grants::one::ways::{Form, Way};
use hibah::grants::shape::Year;
use hibah::grants::time::Date;
use serde_json::{Value, json};

/// A profile that ships is of this region and head, has so many stages for a grant of money, wants reports on that day
/// of the year after, and lets an organisation have so many open cases.
fn check_shipped(name: &str, region: &str, head: &str, stages: usize, report: &str, open_cases: u64) {
    let profile = Profile::from_toml(named_toml(name).unwrap()).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(profile.name.0, name);
    assert_eq!(profile.government.region_code.0, region);
    assert_eq!(profile.head_title.0, head);
    assert_eq!(profile.stages(Way::Grant, Form::Money).map(<[Kind]>::len), Some(stages), "{name}");
    assert_eq!(format!("{}-{}", profile.report.due_month, profile.report.due_day), report, "{name}");
    assert_eq!(profile.limits.open_cases, open_cases, "{name}");
    let json = profile.to_json();
    assert_eq!(Profile::from_json(&json), Ok(profile));
    assert!(json.to_string().len() < MAX_BYTES / 2, "{name} leaves room to grow");
}

#[test]
fn every_profile_that_ships_reads_back_from_its_json() {
    check_shipped("kota-bandung", "32.73", "Wali Kota", 20, "1-10", 5);
    check_shipped("kab-kerinci", "15.01", "Bupati", 19, "1-10", 2);
    check_shipped("kab-serdang-bedagai", "12.18", "Bupati", 19, "1-10", 3);
    check_shipped("kab-sarolangun", "15.03", "Bupati", 20, "1-10", 3);
    check_shipped("kab-mempawah", "61.02", "Bupati", 19, "1-31", 3);
    check_shipped("kab-tasikmalaya", "32.06", "Bupati", 20, "1-10", 1);
    check_shipped("kota-tanjungpinang", "21.72", "Wali Kota", 19, "1-10", 2);
    check_shipped("kab-aceh-tengah", "11.04", "Bupati", 19, "1-15", 3);
    check_shipped("nyc-council", "US-NY-36061", "Speaker of the Council", 9, "1-10", 5);
    assert_eq!(NAMES.len(), 9);
    for name in NAMES {
        // WIB, but for the one that is not in Indonesia.
        let expected = if *name == "nyc-council" { -300 } else { 420 };
        assert_eq!(named(name).map(|profile| profile.utc_offset_min), Some(expected), "{name}");
    }
    assert!(named("atlantis").is_none() && named_toml("").is_none());
}

#[test]
fn no_two_governments_go_the_same_way() {
    let differing = |profile: &Profile| {
        let json = profile.to_json();
        ["offices", "fields", "ways", "limits", "deadlines", "report", "signers", "delegates", "tolerances"]
            .map(|part| json.get(part).cloned().unwrap_or_default())
    };
    let all: Vec<_> = NAMES.iter().map(|name| differing(&named(name).unwrap())).collect();
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            let same = one.iter().zip(other).filter(|(a, b)| a == b).count();
            assert!(same <= 6 && one[0] != other[0] && one[1] != other[1], "{} is a copy", NAMES[at]);
        }
    }
}

#[test]
fn kota_bandung_goes_the_ways_of_sabilulungan() {
    let bandung = named("kota-bandung").unwrap();
    assert_eq!(bandung.fields.len(), 22, "Sabilulungan had 22 fields");
    assert_eq!(bandung.checklist.as_ref().map(Vec::len), Some(7), "the checklist of seven");
    assert_eq!((bandung.report.instalment, bandung.report.overdue), (Instalment::Accepted, Overdue::Refuse));
    let names = |way, form| -> Vec<&str> {
        bandung.stages(way, form).unwrap_or_default().iter().map(|stage| stage.name()).collect()
    };
    let payment = "payment.requested payment.verified payment.ordered warrant.issued funds.credited";
    let decided = "application.submitted completeness.checked case.routed case.classified amount.recommended \
                   case.considered budget.considered list.sealed budget.sealed decree.sealed";
    let agreed = "disbursement.requested agreement.signed integrity.pledged";
    let reported = "use.reported use.reviewed";
    let words = |text: String| -> Vec<String> { text.split_whitespace().map(str::to_owned).collect() };
    assert_eq!(names(Way::Grant, Form::Money), words(format!("{decided} {agreed} {payment} {reported}")));
    for form in [Form::Goods, Form::Services] {
        assert_eq!(names(Way::Grant, form), words(format!("{decided} {agreed} goods.handed_over {reported}")));
    }
    assert_eq!(
        names(Way::AssistancePlanned, Form::Money),
        words(format!("{decided} integrity.pledged {payment} {reported}"))
    );
    assert_eq!(names(Way::AssistanceUnplanned, Form::Money), words(format!("need.recorded decree.sealed {payment}")));
    assert!(names(Way::AssistancePlanned, Form::Goods).is_empty());
}

#[test]
fn what_a_code_or_a_number_names_is_found() {
    let bandung = named("kota-bandung").unwrap();
    assert_eq!(bandung.office("kuasa_bud").map(|office| office.role), Some(Role::Treasury));
    assert_eq!(bandung.agency("kesehatan").map(|agency| agency.n), Some(2));
    assert_eq!(bandung.agency_number(2).map(|agency| agency.code.0.as_str()), Some("kesehatan"));
    assert_eq!(bandung.field("pariwisata").map(|field| field.agency.0.as_str()), Some("budaya"));
    assert_eq!(bandung.recipient_type("family").map(|term| term.class), Some(Class::Individual));
    let offices: Vec<&str> = bandung.offices_with(Role::Agency, Some("kesra")).map(|o| o.code.0.as_str()).collect();
    assert_eq!(offices, ["skpd_kesra"]);
    for n in [0, 16] {
        assert_eq!(bandung.agency_number(n), None);
    }
    assert!(bandung.office("skpd").is_none() && bandung.agency("").is_none() && bandung.field("kesra").is_none());
    assert!(bandung.recipient_type("yayasan").is_none());
}

#[test]
fn each_kind_is_signed_by_its_office() {
    let bandung = named("kota-bandung").unwrap();
    assert_eq!(bandung.role_of(Kind::WarrantIssued), Some(Role::Treasury));
    assert_eq!(bandung.role_of(Kind::DecreeSealed), Some(Role::HeadOfRegion));
    assert_eq!(bandung.role_of(Kind::BudgetSealed), None, "two offices may");
    assert_eq!(bandung.roles_of(Kind::BudgetSealed), [Role::HeadOfRegion, Role::Secretary]);
    assert!(bandung.roles_of(Kind::ApplicationSubmitted).is_empty(), "an organisation signs it");
    assert!(bandung.roles_of(Kind::DecisionRefused).is_empty(), "whoever holds the case signs it");
    assert_eq!(bandung.delegates(Kind::AgreementSigned).count(), 0);

    let kerinci = named("kab-kerinci").unwrap();
    assert_eq!(kerinci.role_of(Kind::UseReviewed), Some(Role::Inspectorate), "its profile says so");
    let tasikmalaya = named("kab-tasikmalaya").unwrap();
    for kind in [Kind::AgreementSigned, Kind::AgreementAmended] {
        let delegates: Vec<&str> = tasikmalaya.delegates(kind).map(|d| d.office.0.as_str()).collect();
        assert_eq!(delegates, ["sekda"], "who signs an agreement may amend it");
    }
}

/// Rows and seals go with their document, so a profile can never give them to another office than it.
#[test]
fn a_document_and_its_rows_are_signed_by_one_office() {
    for &kind in Kind::ALL {
        assert_eq!(default_roles(kind), default_roles(named_by(kind)), "{kind}");
        assert_eq!(named_by(named_by(kind)), named_by(kind), "{kind}");
        assert!(!signed_together(kind) || default_roles(kind).len() > 1, "{kind}");
    }
    let moved =
        SMALL.replacen("[[signers]]", "[[signers]]\nkind = \"decree.issued\"\nrole = \"secretary\"\n[[signers]]", 1);
    let profile = Profile::from_toml(&moved).unwrap();
    for kind in [Kind::DecreeIssued, Kind::DecreeAmended, Kind::DecreeRevoked, Kind::DecreeRows, Kind::DecreeSealed] {
        assert_eq!(profile.role_of(kind), Some(Role::Secretary), "{kind}");
    }
}

fn day(text: &str) -> Date {
    Date::parse(text).unwrap_or_else(|| panic!("{text} is no day"))
}

/// So many working days after a day is this day, in a profile whose holidays are those of SMALL.
fn check_deadline(from: &str, working_days: u64, expected: &str) {
    let profile = Profile::from_toml(SMALL).unwrap();
    let found = profile.working_days_after(day(from), working_days);
    assert_eq!(found.map(|day| day.to_string()).as_deref(), Some(expected), "{working_days} after {from}");
}

#[test]
fn working_days_leave_out_weekends_and_holidays() {
    check_deadline("2014-08-13", 1, "2014-08-14");
    check_deadline("2014-08-14", 1, "2014-08-15");
    // Friday to Monday, and from the days between.
    check_deadline("2014-08-15", 1, "2014-08-18");
    check_deadline("2014-08-16", 1, "2014-08-18");
    check_deadline("2014-08-17", 1, "2014-08-18");
    check_deadline("2014-08-15", 5, "2014-08-22");
    check_deadline("2014-08-15", 6, "2014-08-25");
    // Thursday 25 and Friday 26 December are holidays; the weekend follows.
    check_deadline("2014-12-24", 1, "2014-12-29");
    check_deadline("2014-12-25", 1, "2014-12-29");
    check_deadline("2014-12-23", 2, "2014-12-29");
    // Over the end of a year and a holiday that falls on a Sunday, which takes no other day.
    check_deadline("2014-12-31", 1, "2015-01-02");
    check_deadline("2014-12-24", 0, "2014-12-24");
    check_deadline("2016-02-26", 2, "2016-03-01");
    let profile = Profile::from_toml(SMALL).unwrap();
    for (text, works) in
        [("2014-12-24", true), ("2014-12-25", false), ("2014-12-27", false), ("2014-12-29", true), ("1900-01-01", true)]
    {
        assert_eq!(profile.is_working_day(day(text)), works, "{text}");
    }
    assert_eq!(profile.working_days_after(day("9999-12-30"), 5), None, "no such day can be written");
}

#[test]
fn a_deadline_is_that_of_the_kind() {
    let bandung = named("kota-bandung").unwrap();
    let deadline = |kind, from| bandung.deadline(kind, day(from)).map(|day| day.to_string());
    // 14 working days from 10 April 2013, with 9 May far off; 5 over Good Friday and 9 April, days of rest in 2014.
    assert_eq!(deadline(Kind::AmountRecommended, "2013-04-10").as_deref(), Some("2013-04-30"));
    assert_eq!(deadline(Kind::CaseConsidered, "2014-04-14").as_deref(), Some("2014-04-22"));
    assert_eq!(deadline(Kind::CaseConsidered, "2014-04-08").as_deref(), Some("2014-04-16"));
    assert_eq!(deadline(Kind::CaseRouted, "2014-04-08"), None);
    assert_eq!(deadline(Kind::CaseConsidered, "9999-12-31"), None);
}

/// The report on a fiscal year is due on this day, by the profile with this rule.
fn check_due(rule: &str, fiscal_year: u16, expected: &str) {
    let text = SMALL.replacen("due_month = 1\ndue_day = 10\nrolls = false", rule, 1);
    let profile = Profile::from_toml(&text).unwrap_or_else(|error| panic!("{rule}: {error}"));
    assert_eq!(profile.report_due(Year(fiscal_year)).to_string(), expected, "{rule}, {fiscal_year}");
}

#[test]
fn a_report_is_due_in_the_year_after() {
    let stays = "due_month = 1\ndue_day = 10\nrolls = false";
    let rolls = "due_month = 1\ndue_day = 10\nrolls = true";
    let holiday = "due_month = 12\ndue_day = 25\nrolls = true";
    check_due(stays, 2014, "2015-01-10"); // a Saturday
    check_due(rolls, 2014, "2015-01-12");
    check_due(rolls, 2015, "2016-01-11"); // from a Sunday
    check_due(rolls, 2013, "2014-01-10"); // a Friday
    check_due(holiday, 2013, "2014-12-29"); // two holidays and a weekend
    check_due("due_month = 2\ndue_day = 28\nrolls = false", 2015, "2016-02-28");
    check_due("due_month = 12\ndue_day = 31\nrolls = true", 9998, "9999-12-31");
    check_due(stays, 9999, "9999-12-31"); // no later day can be written
    let bandung = named("kota-bandung").unwrap();
    assert_eq!(bandung.report_due(Year(2014)), day("2015-01-10"), "12 January 2015 is two days late");
}

/// A province, made up: the text of Kota Bandung with other words, in another time zone, with one stage less and another
/// office for one kind.
fn province() -> String {
    let mut text = named_toml("kota-bandung").unwrap().to_owned();
    for (from, to) in [
        ("name = \"kota-bandung\"", "name = \"provinsi-contoh\""),
        ("utc_offset_min = 420", "utc_offset_min = 540"),
        ("head_title = \"Wali Kota\"", "head_title = \"Gubernur\""),
        ("Pemerintah Kota Bandung", "Pemerintah Provinsi Contoh"),
        ("Government of the City of Bandung", "Government of Example Province"),
        ("region_code = \"32.73\"", "region_code = \"99\""),
        ("code = \"wali_kota\"", "code = \"gubernur\""),
        ("title_id = \"Wali Kota\"\ntitle_en = \"Mayor\"", "title_id = \"Gubernur\"\ntitle_en = \"Governor\""),
        (
            "title_id = \"Bagian Tata Usaha\"\ntitle_en = \"Intake\"",
            "title_id = \"Biro Umum\"\ntitle_en = \"General Affairs Bureau\"",
        ),
        ("{ kind = \"case.considered\", working_days = 5 }", "{ kind = \"case.considered\", working_days = 8 }"),
        ("deadlines = [", "signers = [{ kind = \"case.routed\", role = \"secretary\" }]\ndeadlines = ["),
        ("\"Keputusan wali kota\"", "\"Keputusan gubernur\""),
    ] {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once");
        text = text.replacen(from, to, 1);
    }
    text.replace("    \"case.classified\",\n", "")
}

#[test]
fn a_ninth_government_needs_no_code() {
    let shell = Shell::new();
    shell.write("provinsi-contoh.toml", province());
    shell.check(
        "$ hibah profile check provinsi-contoh.toml
provinsi-contoh: this profile is valid
Government of Example Province (Pemerintah Provinsi Contoh), region 99

  head              Gubernur
  local time        UTC+09:00
*
Grant in money: 19 steps
   1. Application submitted   the organisation
   2. Completeness checked    General Affairs Bureau
   3. Case routed             Regional Secretary
   4. Amount recommended      the agency of the field; within 14 working days
   5. Case considered         Advisory Team; within 8 working days
   6. Budget considered       Budget Team
   7. List sealed             Governor
   8. Budget sealed           Governor or Regional Secretary
   9. Decree sealed           Governor
  10. Disbursement requested  the organisation
  11. Agreement signed        Regional Finance Officer and the organisation
  12. Integrity pledged       the organisation
*
      Steps 11 and 12 may come in either order.

Grant in goods or services: 15 steps
*
Nothing deserves a second look.
$ hibah profile check provinsi-contoh.toml --lang id
provinsi-contoh: profil ini sah
*
   3. Disposisi kepala daerah      Sekretaris Daerah
*
Tidak ada yang perlu ditinjau lagi.
",
    );
    let facts = machine(&shell, "hibah profile check provinsi-contoh.toml --json");
    let ninth = Profile::from_json(&facts["profile"]).unwrap();
    assert_eq!(Profile::from_toml(&province()), Ok(ninth), "what is told is what was read");
    let routed = &facts["ways"][0]["stages"][2];
    assert_eq!((&routed["kind"], &routed["offices"]), (&json!("case.routed"), &json!(["sekda"])));
    assert_eq!(facts["ways"][0]["stages"].as_array().map(Vec::len), Some(19));
    assert_eq!(facts["warnings"], json!([]));
}

/// What a command says for machines.
fn machine(shell: &Shell, command: &str) -> Value {
    shell.check(&format!("$ {command} > out.json\n"));
    serde_json::from_slice(&std::fs::read(shell.path().join("out.json")).unwrap()).unwrap()
}

#[test]
fn a_mistake_is_told_with_file_line_and_field() {
    let shell = Shell::new();
    shell.write("mine.toml", SMALL.replacen("role = \"treasury\"", "role = \"king\"", 1));
    shell.write("not.toml", "name = \"x\"\n= 3\n");
    shell.check(
        "$ hibah profile check mine.toml
? 1
error: mine.toml line 52: /offices/3/role must be one of head_of_region * agency payment_verifier cashier; correct it and check the profile again
  52 | role = \"king\"
$ hibah profile check - < mine.toml
? 1
error: - line 52: /offices/3/role must be one of *
$ hibah profile check not.toml
? 1
error: not.toml line 2: the profile must be TOML: *
  2 | = 3
$ hibah profile check nobody.toml
? 2
error: there is no file nobody.toml, and no profile of that name ships with hibah: name a TOML file or one of kota-bandung, *
$ hibah profile check mine.toml --json | grep -v what
  \"field\": \"/offices/3/role\",
  \"line\": 52,
  \"sentence\": \"line 52: /offices/3/role must be one of *
  \"valid\": false,
*
",
    );
}

#[test]
fn profiles_that_ship_are_listed_and_shown_byte_for_byte() {
    let shell = Shell::new();
    shell.check(
        "$ hibah profile list
  kota-bandung         Government of the City of Bandung, region 32.73
*
  kab-aceh-tengah      Government of Aceh Tengah Regency, region 11.04
*
$ hibah profile show kota-bandung > mine.toml && hibah profile check mine.toml
kota-bandung: this profile is valid
*
$ hibah profile show atlantis
? 2
error: no profile \"atlantis\" ships with hibah: name one of kota-bandung, *
",
    );
    let shown = std::fs::read_to_string(shell.path().join("mine.toml")).unwrap();
    assert_eq!(Some(shown.as_str()), named_toml("kota-bandung"));
    assert_eq!(machine(&shell, "hibah profile show kab-kerinci --json"), named("kab-kerinci").unwrap().to_json());
    assert_eq!(machine(&shell, "hibah profile list --json").as_array().map(Vec::len), Some(NAMES.len()));
}

/// Every line fits a terminal, in both languages; a profile that ships has no warning but that of the one without a
/// counter.
#[test]
fn explanations_fit_a_terminal_of_80_columns() {
    let shell = Shell::new();
    shell.write("small.toml", SMALL);
    for name in NAMES.iter().copied().chain(["small.toml"]) {
        for lang in ["en", "id"] {
            shell.check(&format!("$ hibah profile check {name} --lang {lang} > out.txt\n"));
            let text = std::fs::read_to_string(shell.path().join("out.txt")).unwrap();
            assert!(text.lines().count() > 40, "{name} is explained");
            let wide = text.lines().find(|line| line.chars().count() > 80 || line.ends_with(' '));
            assert_eq!(wide, None, "{name}, {lang}");
        }
        let warnings = &machine(&shell, &format!("hibah profile check {name} --json"))["warnings"];
        let codes: Vec<&str> = warnings.as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
        let expected: &[&str] = match name {
            "nyc-council" => &["no_counter"],
            "small.toml" => &["few_roots", "idle_office"],
            _ => &[],
        };
        assert_eq!(codes, expected, "{name}");
    }
}

/// SMALL with texts replaced is valid, and this is what it is warned of besides its two roots and its idle verifier.
fn check_warning(edits: &[(&str, &str)], code: &str, en: &str, id: &str) {
    let text = edits.iter().fold(SMALL.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} stands once");
        text.replacen(from, to, 1)
    });
    let shell = Shell::new();
    shell.write("edited.toml", text);
    let warnings = &machine(&shell, "hibah profile check edited.toml --json")["warnings"];
    let codes: Vec<&str> = warnings.as_array().unwrap().iter().map(|w| w["code"].as_str().unwrap()).collect();
    assert!(codes.contains(&code), "{codes:?}");
    shell.check(&format!(
        "$ hibah profile check edited.toml\nLook again at this\n  - {en}*\n$ hibah profile check edited.toml --lang id\nTinjau kembali\n  - {id}*\n"
    ));
}

#[test]
fn what_deserves_a_second_look_is_told() {
    let outside = [("outside = true", "outside = false")];
    check_warning(&outside, "nobody_outside", "root_holders: nobody outside", "root_holders: tidak ada");
    check_warning(&[], "few_roots", "root_holders: only 2", "root_holders: hanya 2");
    check_warning(&[], "idle_office", "offices: verifier signs nothing", "offices: verifier tidak");
    let idle = [("code = \"field_b\"", "code = \"field_c\""), ("agency = \"b\" # field", "agency = \"a\"")];
    check_warning(&idle, "idle_agency", "agencies: no field belongs to b", "agencies: tidak ada bidang milik b");
    let counter = [("role = \"intake\"", "role = \"budget_team\"")];
    check_warning(
        &counter,
        "no_counter",
        "offices: none has the role intake",
        "offices: tidak ada yang berperan intake",
    );
    let both = [(
        "kind = \"use.reviewed\" # other\nrole = \"inspectorate\"",
        "kind = \"payment.ordered\"\nrole = \"treasury\"",
    )];
    check_warning(&both, "orders_and_pays", "signers: treasury orders payments", "signers: treasury memerintahkan");
    let people = [("class = \"body\"", "class = \"individual\"")];
    check_warning(&people, "only_people", "recipient_types: all are people", "recipient_types: semuanya");
    let days = [("holidays = [\"2014-12-25\", \"2014-12-26\", \"2015-01-01\"]\n", "")];
    check_warning(&days, "no_holidays", "holidays: there are none", "holidays: tidak ada");
}
