//! The two golden cases: one real trail of public documents, names withheld.

use serde_json::json;

use super::bodies;
use super::city::{CityError, Registration, Saying};
use super::script::{Golden, day};
use super::town::Town;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::one::things::Core;
use crate::grants::time::Date;

/// The golden case of this number, 0 or 1.
pub(super) fn case(at: usize) -> CaseId {
    CaseId { owner: CaseOwner::Org(at as u64 + 1), n: 1 }
}

/// The day after the founding both register; after that each step on its day.
pub(super) fn on(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let script = town.script;
    let registers = day(&script.founded).map_err(CityError::Script)?.plus_days(1) == Some(on);
    for (at, golden) in script.golden.iter().enumerate() {
        if registers {
            town.city.register(&Registration {
                name: &golden.name,
                recipient_type: "foundation",
                street: &golden.street,
                ward: "Contoh",
                city: "Bandung",
            })?;
        }
        for (kind, date) in &golden.steps {
            if day(date).map_err(CityError::Script)? == on {
                let kind = Kind::parse(kind).ok_or_else(|| CityError::Script(format!("{kind} is no kind")))?;
                step(town, on, at, golden, kind)?;
            }
        }
    }
    Ok(())
}

fn step(town: &mut Town<'_>, on: Date, at: usize, golden: &Golden, kind: Kind) -> Result<(), CityError> {
    let id = case(at);
    let org = format!("org/{}", at + 1);
    town.city.flush()?;
    if kind == Kind::ApplicationSubmitted {
        let body = json!({
            "title": "Bantuan operasional yayasan",
            "purpose": "Kasus contoh dari dokumen publik tahun 2013 sampai 2015; nama penerima disamarkan.",
            "amount": golden.asked, "field": "pendidikan", "form": "money", "way": "grant", "fiscal_year": 2014,
            "documents": [bodies::document("Proposal hibah", &About::Case(id).to_string())],
        });
        return town.city.say(&Saying { kind: kind.name(), about: About::Case(id), body, on, signers: &[&org] });
    }
    let Some(core) = town.core(&id)? else {
        return Err(CityError::Script(format!("{} has no application", About::Case(id))));
    };
    let (amount, number) = match kind {
        Kind::CompletenessChecked => (0, golden.control_number.clone()),
        Kind::AmountRecommended => (golden.recommended, String::new()),
        Kind::CaseConsidered => (golden.considered, String::new()),
        Kind::AgreementSigned => (golden.granted, golden.agreement_number.clone()),
        Kind::PaymentRequested => (golden.granted, golden.request_number.clone()),
        Kind::PaymentOrdered => (golden.granted, golden.order_number.clone()),
        Kind::WarrantIssued => (golden.granted, golden.warrant_number.clone()),
        _ => (golden.granted, String::new()),
    };
    say(town, on, &id, kind, &core, amount, number)
}

fn say(
    town: &mut Town<'_>,
    on: Date,
    id: &CaseId,
    kind: Kind,
    core: &Core,
    amount: i64,
    number: String,
) -> Result<(), CityError> {
    town.given = Some(number);
    let said = town.say(on, id, kind, core, amount);
    town.given = None;
    said
}
