//! The JSON of a profile, field by field as [`super::Profile`] declares them. What is absent is left out.

use serde_json::{Map, Value};

use super::{
    Agency, Class, Deadline, Delegate, Field, Government, Instalment, Limits, Office, Overdue, Profile, RecipientType,
    ReportTerms, Role, RootHolder, Signing, Stages, Term, Tolerances,
};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::ways::{Form, Way};
use crate::grants::shape::{Code, Label, Text};
use crate::grants::time::Date;

/// What is printed as JSON; `None` is left out.
trait Print {
    fn print(&self) -> Option<Value>;
}

impl Profile {
    /// The JSON for the ledger; [`Profile::from_json`] reads back the same profile.
    pub fn to_json(&self) -> Value {
        self.print().unwrap_or_default()
    }
}

/// Every field is named, or the pattern does not compile.
macro_rules! print_fields {
    ($($record:ident { $($field:ident),* })*) => {
        $(impl Print for $record {
            fn print(&self) -> Option<Value> {
                let $record { $($field),* } = self;
                let fields = [$((stringify!($field), $field.print())),*];
                let there = fields.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
                Some(Value::Object(there.collect::<Map<_, _>>()))
            }
        })*
    };
}

print_fields! {
    Profile {
        name, government, utc_offset_min, head_title, languages, expires_max_days, agencies, offices, fields,
        recipient_types, ways, completeness, checklist, documents, root_holders, signers, delegates, limits, deadlines,
        report, tolerances, replacement_days, adoption_until, holidays, elections, correction_second, vault_readers
    }
    Government { name_id, name_en, region_code }
    Agency { n, code, title_id, title_en }
    Office { code, role, title_id, title_en, agency }
    Field { code, title_id, title_en, agency }
    RecipientType { code, title_id, title_en, class }
    Stages { way, form, stages }
    Term { code, title_id, title_en }
    RootHolder { root, holder, outside }
    Signing { kind, role }
    Delegate { kind, office, decree_number }
    Limits { open_cases, revisions_a_year, cash }
    Deadline { kind, working_days }
    ReportTerms { due_month, due_day, rolls, instalment, overdue }
    Tolerances { late_entry_days, year_end_from_day }
}

macro_rules! print_as {
    ($($type:ty: $value:expr;)*) => {
        $(impl Print for $type {
            fn print(&self) -> Option<Value> {
                let print: fn(&$type) -> Value = $value;
                Some(print(self))
            }
        })*
    };
}

print_as! {
    Text: |text| Value::from(text.0.as_str());
    Label: |label| Value::from(label.0.as_str());
    Code: |code| Value::from(code.0.as_str());
    Date: |day| Value::from(day.to_string());
    Amount: |amount| Value::from(amount.minor());
    u64: |number| Value::from(*number);
    i32: |number| Value::from(*number);
    bool: |truth| Value::from(*truth);
    Kind: |kind| Value::from(kind.name());
    Role: |role| Value::from(role.name());
    Way: |way| Value::from(way.name());
    Form: |form| Value::from(form.name());
    Class: |class| Value::from(class.name());
    Instalment: |word| Value::from(word.name());
    Overdue: |word| Value::from(word.name());
}

impl<T: Print> Print for Vec<T> {
    fn print(&self) -> Option<Value> {
        Some(self.iter().filter_map(Print::print).collect())
    }
}

impl<T: Print> Print for Option<T> {
    fn print(&self) -> Option<Value> {
        self.as_ref().and_then(Print::print)
    }
}
