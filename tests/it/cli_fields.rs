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
         error: the argument '--fields <KIND>' cannot be used with one or more of the other specified arguments",
    );
}
