//! Whether a thing exists as a statement about it needs, and whether the statement was signed on its latest state.

use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::Sentence;
use crate::grants::zero::state::Series;
use crate::tlog::hash::Hash;

use super::{Bench, refuse};

impl Bench<'_> {
    /// B1: a first statement takes the next number of its series, a later one needs the thing to be there.
    /// B4: a case that was never applied for. B14: an organisation that is not registered.
    pub(super) fn place_in_series(&self) -> Result<(), Refusal> {
        let about = self.claim.about();
        match (self.claim.kind(), about) {
            (Kind::OfficialAppointed, About::Official(n)) => self.next_of(Series::Officials, n),
            (Kind::OrganisationRegistered, About::Org(n)) => self.next_of(Series::Orgs, n),
            (Kind::DecreeIssued, About::Decree(id)) => self.next_of(Series::Decrees(id.year), id.n),
            (Kind::ApplicationSubmitted, About::Case(id)) => {
                self.owner_registered(id)?;
                self.next_of(Series::Cases(id.owner), id.n)
            }
            (Kind::AwardMigrated, About::Award(id)) if self.state.has_award(&id) => {
                refuse(Rule::B1, format!("{about} is already migrated; leave this row out"))
            }
            (Kind::AwardMigrated, _) => Ok(()),
            (_, About::Case(id)) if self.state.case(&id).is_none() => refuse(
                Rule::B4,
                format!("No application {about} is on the ledger; the organisation must submit it first"),
            ),
            _ if self.state.head(&about).is_none() => {
                refuse(Rule::B1, format!("There is no {about} on the ledger; correct about and sign again"))
            }
            _ => Ok(()),
        }
    }

    fn next_of(&self, series: Series, n: u64) -> Result<(), Refusal> {
        let next = self.state.next_number(series);
        if n == next {
            return Ok(());
        }
        let about = self.claim.about();
        let what = if n < next { "is already taken" } else { "skips a number" };
        refuse(Rule::B1, format!("{about} {what}; the next of its series ends in {next}, so sign again about that"))
    }

    fn owner_registered(&self, id: CaseId) -> Result<(), Refusal> {
        match id.owner {
            CaseOwner::Org(org) if self.state.org(org).is_some() => Ok(()),
            CaseOwner::Org(org) => {
                refuse(Rule::B14, format!("org/{org} is not registered; the registrar must register it first"))
            }
            CaseOwner::Agency(_) => refuse(
                Rule::B14,
                format!("{id} has no organisation; an application is about case/<organisation>/<number>"),
            ),
        }
    }

    /// B13 for the statement itself.
    pub(super) fn latest(&self) -> Result<(), Refusal> {
        let about = self.claim.about();
        self.after_is_latest(&about, self.claim.after(), "The statement's after")
    }

    /// B13: `after` is the head of the thing, or of its parent if nothing was said about it yet.
    pub(super) fn after_is_latest(&self, about: &About, after: Option<Hash>, what: &str) -> Result<(), Refusal> {
        let expected = self.state.expected_after(about);
        if after == expected {
            return Ok(());
        }
        // After the founding everything that may be judged has a head or a parent.
        let shown = expected.map(|head| head.to_hex()).unwrap_or_default();
        Err(Refusal {
            rule: Rule::B13,
            sentence: Sentence::only_english(format!(
                "{what} is not the latest entry about {about}, which is {shown}; look at that entry and sign again"
            )),
            head: expected,
        })
    }
}
