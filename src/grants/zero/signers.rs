//! B2: whose keys may say what.

use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::signer::SignerId;
use crate::grants::zero::bodies::{Body, DecidedBy};
use crate::grants::zero::keys::Holder;
use crate::grants::zero::profile::{Office, Role};

use super::{Bench, refuse, stages};

/// Who must sign a statement, beside the keys that it brings. Nobody else may.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Required {
    pub(super) roots: bool,
    /// One key of an office with this role and, where it is named, this agency.
    pub(super) office: Option<(Role, Option<String>)>,
    /// The key of this organisation.
    pub(super) org: Option<u64>,
}

impl Bench<'_> {
    /// Every signer's key is in force here, or brought by the statement itself.
    pub(super) fn keys_in_force(&self) -> Result<(), Refusal> {
        for signer in self.claim.signers() {
            if !self.brings(signer) {
                self.state.keys.in_force(signer, self.today)?;
            }
        }
        Ok(())
    }

    fn brings(&self, signer: &SignerId) -> bool {
        self.claim.vkey_brought(signer).is_some()
    }

    /// What a kind needs that no case decides.
    pub(super) fn office_required(&self, kind: Kind) -> Required {
        Required { office: self.profile().office_role(kind).map(|role| (role, None)), ..Required::default() }
    }

    /// What a step of a case needs: its organisation, or the office of the kind, an agency for its own fields only.
    pub(super) fn step_required(&self, id: CaseId, kind: Kind, agency: &str) -> Required {
        let office =
            self.profile().office_role(kind).map(|role| (role, (role == Role::Agency).then(|| agency.to_owned())));
        let org = match id.owner {
            CaseOwner::Org(org) if stages::organisation_signs(kind) => Some(org),
            _ => None,
        };
        Required { roots: false, office, org }
    }

    /// The signers are exactly those required: roots up to their threshold or more, one key of the office, the
    /// organisation's key, the keys brought.
    pub(super) fn signed_by(&self, required: &Required) -> Result<(), Refusal> {
        let (mut roots, mut office, mut org) = (0, 0, 0);
        for signer in self.claim.signers().iter().filter(|signer| !self.brings(signer)) {
            let key = self.state.keys.in_force(signer, self.today)?;
            match key.holder() {
                Holder::Root(_) if required.roots => roots += 1,
                Holder::Official(n) if office == 0 && self.official_is(n, required) => office += 1,
                Holder::Org(n) if required.org == Some(n) && org == 0 => org += 1,
                _ => return refuse(Rule::B2, self.not_for(signer, required)),
            }
        }
        if required.roots && roots < self.founding.threshold {
            let threshold = self.founding.threshold;
            return refuse(
                Rule::B2,
                format!("{roots} of {threshold} root keys have signed; collect the signatures of {threshold}"),
            );
        }
        if required.office.is_some() && office == 0 || required.org.is_some() && org == 0 {
            return refuse(
                Rule::B2,
                format!("{} needs {}; collect the missing signature", self.claim.kind(), self.wording(required)),
            );
        }
        Ok(())
    }

    fn official_is(&self, n: u64, required: &Required) -> bool {
        let office = self.state.official(n).and_then(|official| self.profile().office(&official.office));
        let required = required.office.as_ref();
        office.zip(required).is_some_and(|(office, required)| plays(office, required))
    }

    fn not_for(&self, signer: &SignerId, required: &Required) -> String {
        let kind = self.claim.kind();
        let about = self.claim.about();
        format!("The key {signer} may not sign {kind} of {about}; it is signed by {}", self.wording(required))
    }

    fn wording(&self, required: &Required) -> String {
        let mut parts = Vec::new();
        if required.roots {
            parts.push(format!("{} root keys", self.founding.threshold));
        }
        if let Some((role, agency)) = &required.office {
            let agency = agency.as_ref().map_or(String::new(), |agency| format!(" of {agency}"));
            parts.push(format!("one {}{agency}", role.name()));
        }
        if let Some(org) = required.org {
            parts.push(format!("org/{org}"));
        }
        if !self.claim.vkeys_brought().is_empty() {
            parts.push("the new key".to_owned());
        }
        parts.join(" and ")
    }

    /// The person named held the post on the event's date, and the post may decide this.
    pub(super) fn decided_by(&self, decided: &DecidedBy, required: &Required) -> Result<(), Refusal> {
        let (person, post, day) = (&decided.person, &decided.post.0, self.claim.event_date());
        let may = self.profile().office(post).zip(required.office.as_ref());
        if !may.is_some_and(|(office, required)| plays(office, required)) {
            return refuse(
                Rule::B2,
                format!(
                    "The post {post} may not decide {}; it is decided by {}",
                    self.claim.kind(),
                    self.wording(required)
                ),
            );
        }
        let held = self.state.officials().any(|(_, official)| {
            official.person == *person && official.office == *post && official.period.contains(day)
        });
        if !held {
            return refuse(
                Rule::B2,
                format!(
                    "{} did not hold the post {post} on {day}; name who decided, or record that appointment first",
                    person.0
                ),
            );
        }
        Ok(())
    }

    /// Signers and author of a body, where it has one.
    pub(super) fn said_by(&self, body: &Body, required: &Required) -> Result<(), Refusal> {
        self.signed_by(required)?;
        body.decided_by().map_or(Ok(()), |decided| self.decided_by(decided, required))
    }

    /// The holder that a thing's keys belong to.
    pub(super) fn holder_of(about: About) -> Option<Holder> {
        match about {
            About::Official(n) => Some(Holder::Official(n)),
            About::Org(n) => Some(Holder::Org(n)),
            _ => None,
        }
    }
}

fn plays(office: &Office, (role, agency): &(Role, Option<String>)) -> bool {
    office.role == *role
        && agency.as_ref().is_none_or(|agency| office.agency.as_ref().is_some_and(|own| own.0 == *agency))
}
