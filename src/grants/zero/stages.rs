//! The order of a case's stages, which comes only from the profile in force.

use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::zero::profile::Profile;
use crate::grants::zero::state::{Case, Next};

/// What may come next on a case. Empty when it is closed or held by a decree.
pub(in crate::grants) fn next(profile: &Profile, case: Option<&Case>) -> Vec<Next> {
    let Some(case) = case.filter(|case| case.closed.is_none() && case.held_by.is_none()) else {
        return Vec::new();
    };
    let mut kinds: Vec<Kind> = profile.stages.get(usize::from(case.stage) + 1).copied().into_iter().collect();
    if takes_instalment(profile, case) {
        kinds.push(Kind::WarrantIssued);
    }
    kinds.into_iter().map(|kind| step(profile, kind)).collect()
}

/// The pen of a case before its first payment, if an office holds it: that office may refuse.
pub(super) fn may_refuse(profile: &Profile, case: &Case) -> Option<Next> {
    let unpaid = case.figures.get(Figure::Paid).is_none();
    next(profile, Some(case)).into_iter().find(|next| unpaid && next.office.is_some())
}

/// The place of a stage in the profile, if it has that stage.
pub(super) fn position(profile: &Profile, kind: Kind) -> Option<u8> {
    let at = profile.stages.iter().position(|&stage| stage == kind)?;
    u8::try_from(at).ok()
}

/// Another warrant may follow once the last is credited, as long as less is paid than agreed.
fn takes_instalment(profile: &Profile, case: &Case) -> bool {
    let paid = case.figures.get(Figure::Paid);
    let agreed = case.figures.get(Figure::Agreed);
    let last = profile.stages.get(usize::from(case.stage)).copied();
    let credited = match position(profile, Kind::FundsCredited) {
        Some(_) => last == Some(Kind::FundsCredited),
        None => last == Some(Kind::WarrantIssued),
    };
    credited && paid.is_some() && paid < agreed
}

fn step(profile: &Profile, kind: Kind) -> Next {
    Next { kind, office: profile.office_role(kind), organisation: organisation_signs(kind) }
}

/// Whether the organisation of the case signs this kind.
pub(super) fn organisation_signs(kind: Kind) -> bool {
    matches!(kind, Kind::ApplicationSubmitted | Kind::DisbursementRequested | Kind::AgreementSigned | Kind::UseReported)
}
