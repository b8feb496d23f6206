//! Officials, keys, organisations and past awards.

use crate::grants::about::{About, AwardId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::rules::Rule;
use crate::grants::zero::bodies::{AwardMigrated, KeyRevoked, OfficialAppointed, OrganisationRegistered};
use crate::grants::zero::change::Edit;
use crate::grants::zero::keys::{Holder, KeyNumber, Revocation};
use crate::grants::zero::state::Act;

use super::signers::Required;
use super::{Bench, Outcome, form, refuse};

impl Bench<'_> {
    pub(super) fn appointed(&self, n: u64, body: &OfficialAppointed) -> Outcome {
        self.signed_by(&Required { roots: true, ..Required::default() })?;
        self.state.keys.check_new(&body.key, Holder::Official(n), self.state.origin())?;
        if self.profile().office(&body.office.0).is_none() {
            return Err(form(format!("The profile has no office {}; name one of its offices", body.office.0)));
        }
        Ok((Edit::Appoint { n, body: Box::new(body.clone()) }, vec![About::Official(n)]))
    }

    pub(super) fn revoked(&self, about: About, body: &KeyRevoked) -> Outcome {
        self.signed_by(&Required { roots: true, ..Required::default() })?;
        let id = &body.key;
        let number = self.state.keys.number(id);
        let Some(number) =
            number.filter(|&number| Some(self.state.keys.at(number).holder()) == Bench::holder_of(about))
        else {
            return refuse(Rule::B1, format!("{about} has no key {id}; correct about or key and sign again"));
        };
        if let Some(revoked) = self.state.keys.at(number).revoked() {
            return refuse(
                Rule::B1,
                format!("The key {id} was already revoked by entry {}; nothing is left to do", revoked.index),
            );
        }
        if body.suspect_since > self.place.recorded_at {
            return refuse(
                Rule::B9,
                format!(
                    "The time suspect_since {} is in the future; name when the key's entries became suspect",
                    body.suspect_since
                ),
            );
        }
        let revocation = Revocation { index: self.place.index, suspect_since: body.suspect_since };
        let disputed = self.disputed_by(number, revocation);
        let touches = std::iter::once(about).chain(disputed.iter().copied().filter(|&thing| thing != about)).collect();
        Ok((Edit::Revoke { key: number, revocation, about, disputed }, touches))
    }

    /// The organisations and cases that the key has signed something about since then, and those organisations' cases.
    fn disputed_by(&self, key: KeyNumber, revocation: Revocation) -> Vec<About> {
        let suspect = |acts: &[Act]| acts.iter().any(|act| act.key == key && act.at >= revocation.suspect_since);
        let orgs = self.state.orgs.iter().filter(|(_, org)| suspect(&org.acts));
        let cases = self.state.cases.iter().filter(|(id, case)| {
            let owner = match id.owner {
                CaseOwner::Org(n) => self.state.org(n),
                CaseOwner::Agency(_) => None,
            };
            suspect(&case.acts) || owner.is_some_and(|org| suspect(&org.acts))
        });
        orgs.map(|(&n, _)| About::Org(n)).chain(cases.map(|(&id, _)| About::Case(id))).collect()
    }

    pub(super) fn registered(&self, n: u64, body: &OrganisationRegistered) -> Outcome {
        self.signed_by(&self.office_required(Kind::OrganisationRegistered))?;
        self.state.keys.check_new(&body.key, Holder::Org(n), self.state.origin())?;
        if self.profile().recipient_type(&body.recipient_type.0).is_none() {
            return Err(form(format!(
                "The profile has no recipient type {}; name one of its types",
                body.recipient_type.0
            )));
        }
        if let Some(licence) = &body.registration
            && licence.date > self.today
        {
            return refuse(
                Rule::B9,
                format!(
                    "The registration's date {} is after today, {}; correct it and sign again",
                    licence.date, self.today
                ),
            );
        }
        Ok((Edit::Register { n, body: Box::new(body.clone()) }, vec![About::Org(n)]))
    }

    /// A migrated award is exempt from B1 and B3 to B8; its amounts may be below zero.
    pub(super) fn migrated(&self, id: AwardId, body: &AwardMigrated) -> Outcome {
        self.signed_by(&self.office_required(Kind::AwardMigrated))?;
        let edit = Edit::Migrate { id, fiscal_year: body.fiscal_year.0, figures: body.amounts.0 };
        Ok((edit, vec![About::Award(id)]))
    }
}
