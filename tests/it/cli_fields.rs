//! `hibah sign --fields`: whoever has only the program learns the fields of every body.

use hibah::grants::kinds::Kind;
use hibah::grants::shape::Field;
use hibah::grants::{one, zero};
use serde_json::json;

use super::cli_shell::Shell;

/// The table at the head of the module, which people read.
const TABLE: &str = include_str!("../../src/grants/zero/bodies/mod.rs");

/// The fields that are told are those that are read: the refusals of an empty and of a wrong body name the same.
fn check(kind: Kind, fields: &[Field], parse: impl Fn(&serde_json::Value) -> String) {
    let own: Vec<&Field> = fields.iter().filter(|field| !field.name.contains('.')).collect();
    let names: Vec<&str> = own.iter().map(|field| field.name.as_str()).collect();
    let known = if names.is_empty() { "nothing".to_owned() } else { names.join(", ") };
    let refused = parse(&json!({ "no_such": 1 }));
    assert!(refused.contains(&format!("(the fields here are {known});")), "{kind}: {names:?}, but {refused}");

    let required: Vec<&str> = own.iter().filter(|field| !field.optional).map(|field| field.name.as_str()).collect();
    let must = match required.split_first() {
        None => return,
        Some((first, [])) => format!("body/{first} must be there; "),
        Some((first, others)) => format!("body/{first} must be there, and so must {}; ", others.join(", ")),
    };
    let refused = parse(&json!({}));
    assert!(refused.contains(&must), "{kind}: {must}, but {refused}");

    for field in fields {
        assert!(!field.what.is_empty(), "{kind} does not say what {} is", field.name);
        let told = field.meaning.ends_with('.') || field.name.starts_with("amounts.");
        assert!(told, "{kind} does not say what {} means in a sentence: {}", field.name, field.meaning);
        let same = fields.iter().filter(|other| other.name == field.name).count();
        assert_eq!(same, 1, "{kind} has {} twice", field.name);
    }
}

/// The table of rule set 0, which people read, says the same.
fn check_table(kind: Kind) {
    let fields = zero::bodies::Body::fields(kind);
    let own: Vec<&Field> = fields.iter().filter(|field| !field.name.contains('.')).collect();
    let row = TABLE.split('\n').find(|line| line.starts_with(&format!("//! | `{kind}` |")));
    let cell = row.and_then(|row| row.split('|').nth(2)).unwrap_or_else(|| panic!("the table lacks {kind}"));
    assert_eq!(cell.matches('`').count(), 2 * own.len(), "the table has other fields of {kind}: {cell}");
    for field in own {
        let name = if field.optional { format!("`{}?", field.name) } else { format!("`{}", field.name) };
        let stands = [format!("{name}`"), format!("{name} ")].iter().any(|name| cell.contains(name));
        assert!(stands, "the table says something else of {} of {kind}: {cell}", field.name);
    }
}

#[test]
fn every_kind_tells_the_fields_that_are_read() {
    for &kind in zero::bodies::KINDS {
        let parse = |body: &serde_json::Value| {
            zero::bodies::Body::parse(kind, body).expect_err("the body is wrong").to_string()
        };
        check(kind, &zero::bodies::Body::fields(kind), parse);
        check_table(kind);
    }
    for &kind in one::bodies::KINDS {
        let parse =
            |body: &serde_json::Value| one::bodies::Body::parse(kind, body).expect_err("the body is wrong").to_string();
        check(kind, &one::bodies::Body::fields(kind), parse);
    }
}

#[test]
fn fields_that_an_object_inside_lacks_are_told_together() {
    let body =
        json!({ "rows": [{ "row": 1, "case": "case/1/1", "after": "ab".repeat(32), "amount": 1 }, { "row": 2 }] });
    let refused =
        zero::bodies::Body::parse(Kind::DecreeRows, &body).expect_err("the second row is not whole").to_string();
    assert!(refused.contains("body/rows/1/case must be there, and so must after, amount; "), "{refused}");
}

#[test]
fn the_program_prints_them_one_a_line() {
    Shell::new().check(
        "$ hibah sign --fields organisation.registered
         name                 text of 1 to 500 characters. Its name.
         address              an object. Its seat; the city must be there.
         address.street       optional, text of 1 to 500 characters. Street and house number.
         registration.type    text of 1 to 100 characters. What it is, *
         sealed               an object of 1 to 20 commitments. *
         $ hibah sign --fields decree.rows
         rows           a list of at least one, each an object. 1 to 200 rows.
         rows[].case    a case, case/<organisation>/<number>. The case that it decides.
         $ hibah sign --fields amount.recommended
         checklist * optional, an object. *
         decided_by.person * a person's public number such as pejabat/0042. *
         $ hibah sign --fields award.migrated
         amounts.paid  * optional, a whole number of minor units *
         cut * optional, a list of at least one, each one of agency *
         $ hibah sign --fields ledger.founded
         currency.code * Three capital letters *
         profile * The government's own stages, offices and terms.
         $ hibah sign --fields decree.sealed
         The body of decree.sealed has no fields: write {}.
         $ hibah sign --fields grant.given
         ? 2
         error: invalid value 'grant.given' for '--fields <KIND>': it is not a kind of statement: `hibah sign --help` lists them
         $ hibah sign --fields use.reported --key org.key
         ? 2
         error: the argument '--fields <KIND>' cannot be used with '--key <FILE>'",
    );
}

#[test]
fn the_fields_are_those_of_the_rule_set_of_the_ledger() {
    Shell::with_ledger().check(
        "$ hibah sign --fields application.submitted --ledger led > old
         $ hibah sign --fields application.submitted > new
         $ ! cmp -s old new
         $ ! grep -F proposer old
         $ hibah sign --fields list.nominated --ledger led
         ? 2
         error: rule set 0, which is in force on this ledger, has no list.nominated: its roots may adopt rule set 1 (rules.adopted)
         $ hibah sign --fields rules.adopted --ledger led
         rules *
         $ hibah sign --fields decree.sealed --ledger led
         The body of decree.sealed has no fields: write {}.
         $ hibah sign --fields use.reported --ledger nowhere
         ? 2
         error: nowhere does not exist: *
         $ hibah sign --fields use.reported --kind use.reported --about case/1/1 --body x
         ? 2
         error: the argument *",
    );
    Shell::with_ledger_of_one().check(
        "$ hibah sign --fields application.submitted --ledger led > told
         $ hibah sign --fields application.submitted > new
         $ cmp told new
         $ grep -F proposer told
         $ hibah sign --fields list.nominated --ledger led
         fiscal_year *",
    );
}

/// What a clerk writes for these keys, under rule set 1.
fn write_papers(shell: &Shell) {
    let document =
        |title: &str| json!({ "title": title, "sha256": "ab".repeat(32), "size": 9, "media_type": "application/pdf" });
    let by = |n: u64, post: &str| json!({ "person": format!("pejabat/{n:04}"), "post": post });
    let write = |name: &str, body: serde_json::Value| shell.write(name, body.to_string());
    let issued = |number: &str, title: &str| {
        json!({
            "number": number, "fiscal_year": 2027, "way": "grant", "total": 5, "rows": 1,
            "document": document(title), "decided_by": by(1, "wali_kota"),
        })
    };
    write("list.json", issued("978/1", "Daftar nominatif calon penerima"));
    write(
        "budget.json",
        json!({
            "number": "Perda 1", "fiscal_year": 2027, "total": 0, "rows": 0,
            "ceilings": [{ "way": "grant", "amount": 5 }],
            "document": document("Penjabaran APBD Lampiran III dan IV"), "decided_by": by(1, "wali_kota"),
        }),
    );
    write(
        "flag.json",
        json!({
            "org": 1, "flag": "alamat", "fact": "Alamat tidak ditemukan", "decided_by": by(6, "inspektorat"),
        }),
    );
    write(
        "need.json",
        json!({
            "title": "Bantuan kebakaran", "purpose": "Rumah terbakar", "amount": 5, "field": "sosial", "form": "money",
            "way": "assistance_unplanned", "recipient_type": "family", "fiscal_year": 2027,
        }),
    );
    write("nothing.json", json!({}));
}

/// `new` takes the next number of each series, before its first thing and after it.
#[test]
fn new_is_the_next_number_of_a_series() {
    let shell = Shell::with_ledger_of_one();
    crate::cli_path::write_bodies(&shell);
    write_papers(&shell);
    shell.check(
        "$ hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out org.statement
         $ hibah submit led org.statement",
    );
    let (key, sosial) = ("led/keys/official", "led/keys/official-14-skpd_sosial.key");
    let (mayor, inspector) = (format!("{key}-1-wali_kota.key"), format!("{key}-6-inspektorat.key"));
    for (kind, again, series, body, key) in [
        ("list.nominated", "list.nominated", "list/2027", "list.json", mayor.as_str()),
        ("budget.enacted", "budget.amended", "budget/2027", "budget.json", &mayor),
        ("flag.raised", "flag.raised", "note/official/6", "flag.json", &inspector),
        ("need.recorded", "need.recorded", "case/a3", "need.json", sosial),
    ] {
        let file = |n: u64| format!("{}-{n}.statement", series.replace('/', "-"));
        shell.check(&format!(
            "$ hibah sign --ledger led --kind {kind} --about {series}/new --body {body} --key {key} --json
             \"about\": \"{series}/1\",
             \"file\": \"{kind}.{}\",
             $ hibah submit led {kind}.{}
             Recorded as *",
            file(1),
            file(1)
        ));
        if kind == "budget.enacted" {
            shell.check(&format!(
                "$ hibah sign --ledger led --kind budget.sealed --about budget/2027/1 --body nothing.json --key {mayor} --out sealed
                 $ hibah submit led sealed"
            ));
        }
        shell.check(&format!(
            "$ hibah sign --ledger led --kind {again} --about {series}/new --body {body} --key {key} --json
             \"about\": \"{series}/2\",
             $ hibah check {again}.{} led
             It would be recorded: {again} about {series}/2, as *",
            file(2)
        ));
    }
    // What is no series, and what is nothing at all, is told with every spelling there is.
    for about in ["ledger/new", "year/2027/new", "list/new", "note/6/new", "case/b3/new", "something"] {
        shell.check(&format!(
            "$ hibah sign --ledger led --kind list.nominated --about {about} --body list.json --key {mayor}
             ? 2
             error: \"{about}\" is nothing that a statement can be about: write ledger, year/<year>, official/<n>, org/<n>, case/<org>/<n>, case/a<agency>/<n>, decree/<year>/<n>, list/<year>/<n>, budget/<year>/<version>, note/official/<n>/<n>, note/org/<n>/<n>, note/desk/<n> or award/<16 hex>/<row>"
        ));
    }
}
