//! What the key of an office may sign under a profile: the table of parties, read from the office's side.

use super::bodies::KINDS;
use super::parties::{Party, parties};
use super::profile::{Office, Profile};
use super::stages;
use crate::grants::kinds::Kind;
use crate::grants::role::Role;

/// The kinds that a key of this office may sign, alone or with others: in its own cases, and where the stages have come
/// to them.
pub fn may_sign(profile: &Profile, office: &Office) -> Vec<Kind> {
    KINDS.iter().copied().filter(|&kind| signs(profile, office, kind)).collect()
}

fn signs(profile: &Profile, office: &Office, kind: Kind) -> bool {
    let own = profile.roles_of(kind).contains(&office.role);
    let on_behalf = profile.delegates(kind).any(|delegate| delegate.office == office.code);
    own || on_behalf || parties(kind).iter().any(|party| answers(profile, office, *party))
}

/// Whether the office answers a party that is not named by its role.
fn answers(profile: &Profile, office: &Office, party: Party) -> bool {
    match party {
        Party::OrganisationOrCounter => office.role == Role::Intake,
        // The agency is the owner of the needs that it has recorded.
        Party::OwnerOrCounter => matches!(office.role, Role::Intake | Role::Agency),
        // Who holds a stage may send the case back, and corrects what it said at that stage.
        Party::Pen | Party::OfSuperseded => holds_a_stage(profile, office),
        Party::Second => office.role == profile.correction_second,
        Party::OtherKeyOfOffice | Party::AnyOffice | Party::NoteSigner => true,
        _ => false,
    }
}

fn holds_a_stage(profile: &Profile, office: &Office) -> bool {
    let stages = profile.ways.iter().flat_map(|list| list.stages.iter());
    stages.map(|&stage| stages::begun_by(stage)).any(|kind| {
        profile.roles_of(kind).contains(&office.role)
            || profile.delegates(kind).any(|delegate| delegate.office == office.code)
    })
}
