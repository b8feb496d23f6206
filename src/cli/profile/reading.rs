//! What follows from a profile: who signs each stage, and what each office signs.

use serde_json::{Value, json};

use super::warnings::warnings;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::profile::{Office, Profile, Role, STAGES, Stages, named_by};
use crate::grants::one::ways::Way;

/// The kinds that an office signs in its own name, each by the name that a profile calls it.
pub fn signs(profile: &Profile, office: &Office) -> Vec<Kind> {
    let own = |kind: &&Kind| {
        named_by(**kind) == **kind && profile.roles_of(**kind).contains(&office.role) && occurs(profile, **kind)
    };
    Kind::ALL.iter().filter(own).copied().collect()
}

/// The kinds that an office signs on behalf of another, with the decree that says so.
pub fn delegated<'p>(profile: &'p Profile, office: &Office) -> Vec<(Kind, &'p str)> {
    let delegates = profile.delegates.iter().flatten().filter(|delegate| delegate.office == office.code);
    delegates.map(|delegate| (delegate.kind, delegate.decree_number.0.as_str())).collect()
}

/// Whether statements of this kind can occur under this profile.
fn occurs(profile: &Profile, kind: Kind) -> bool {
    let is_stage = |kind| profile.ways.iter().any(|list| list.stages.contains(&kind));
    match kind {
        Kind::ListNominated => is_stage(Kind::ListSealed),
        Kind::BudgetEnacted => is_stage(Kind::BudgetSealed),
        Kind::DecreeIssued => is_stage(Kind::DecreeSealed),
        Kind::WarrantCancelled => is_stage(Kind::WarrantIssued),
        Kind::FundsReturned => is_stage(Kind::FundsCredited),
        Kind::ApplicationFiledAtCounter => is_stage(Kind::ApplicationSubmitted),
        Kind::CashPaid => takes_cash(profile),
        Kind::NeedsRecapped => profile.ways.iter().any(|list| list.way == Way::AssistanceUnplanned),
        Kind::CaseAdopted => profile.adoption_until.is_some(),
        kind if STAGES.contains(&kind) => is_stage(kind),
        _ => true,
    }
}

/// Whether assistance may be paid in cash.
pub fn takes_cash(profile: &Profile) -> bool {
    profile.limits.cash > Amount::ZERO && profile.ways.iter().any(|list| list.way != Way::Grant)
}

/// Whether an organisation signs this stage, alone or with an office. A case that an agency records has none.
pub fn organisation_signs(list: &Stages, stage: Kind) -> bool {
    let signs = matches!(
        stage,
        Kind::ApplicationSubmitted
            | Kind::DisbursementRequested
            | Kind::AgreementSigned
            | Kind::IntegrityPledged
            | Kind::GoodsHandedOver
            | Kind::UseReported
    );
    signs && !list.agency_begins()
}

/// The roles whose offices sign this stage.
pub fn stage_roles<'p>(profile: &'p Profile, list: &Stages, stage: Kind) -> &'p [Role] {
    list.roles_without_organisation(stage).unwrap_or_else(|| profile.roles_of(stage))
}

/// The working days that a profile gives for a stage.
pub fn working_days(profile: &Profile, stage: Kind) -> Option<u64> {
    profile.deadlines.iter().flatten().find(|deadline| deadline.kind == stage).map(|deadline| deadline.working_days)
}

/// The profile and what follows from it, for machines.
pub fn facts(profile: &Profile) -> Value {
    let stage = |list: &Stages, stage: Kind| {
        let roles = stage_roles(profile, list, stage);
        let offices = roles.iter().flat_map(|&role| profile.offices_with(role, None));
        json!({
            "kind": stage.name(),
            "title_id": stage.title_id(),
            "title_en": stage.title_en(),
            "roles": roles.iter().map(|role| role.name()).collect::<Vec<_>>(),
            "offices": offices.map(|office| office.code.0.as_str()).collect::<Vec<_>>(),
            "delegates": profile.delegates(stage).map(|delegate| delegate.office.0.as_str()).collect::<Vec<_>>(),
            "organisation": organisation_signs(list, stage),
            "working_days": working_days(profile, stage),
        })
    };
    let ways = profile.ways.iter().map(|list| {
        let stages: Vec<Value> = list.stages.iter().map(|&kind| stage(list, kind)).collect();
        json!({ "way": list.way.name(), "form": list.form.name(), "stages": stages })
    });
    let offices = profile.offices.iter().map(|office| {
        let signs: Vec<&str> = signs(profile, office).into_iter().map(Kind::name).collect();
        let delegated: Vec<&str> = delegated(profile, office).into_iter().map(|(kind, _)| kind.name()).collect();
        json!({ "code": office.code.0, "role": office.role.name(), "signs": signs, "on_behalf": delegated })
    });
    let warnings = warnings(profile);
    json!({
        "valid": true,
        "name": profile.name.0,
        "ways": ways.collect::<Vec<_>>(),
        "offices": offices.collect::<Vec<_>>(),
        "warnings": warnings.iter().map(|w| json!({ "code": w.code(), "about": w.about() })).collect::<Vec<_>>(),
        "profile": profile.to_json(),
    })
}
