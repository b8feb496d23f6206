//! What no field of a profile can tell by itself: that its stages can be walked and its words are each said once.

use super::{Profile, Role};
use crate::grants::kinds::Kind;
use crate::grants::shape::Fault;

/// Stages that a profile of rule set 0 may list. A decree stands as its seal, by which it takes effect.
const STAGES: &[Kind] = &[
    Kind::ApplicationSubmitted,
    Kind::AmountRecommended,
    Kind::DecreeSealed,
    Kind::DisbursementRequested,
    Kind::AgreementSigned,
    Kind::WarrantIssued,
    Kind::FundsCredited,
    Kind::UseReported,
];

/// Most items in any list of a profile. Entry 0 holds it all within 65,000 bytes.
const MAX_ITEMS: usize = 200;

/// Recipient types that would be people: B15, an individual is no recipient of a grant.
const PEOPLE: &[&str] = &["person", "individual", "family"];

impl Profile {
    /// Checks what the fields say together.
    pub(in crate::grants) fn validate(&self) -> Result<(), Fault> {
        if !(-720..=840).contains(&self.utc_offset_min) {
            return Err(Fault::in_english("be from -720 to 840").inside("utc_offset_min"));
        }
        if !(1..=366).contains(&self.expires_max_days) {
            return Err(Fault::in_english("be from 1 to 366").inside("expires_max_days"));
        }
        self.stages_can_be_walked()?;
        self.words_are_said_once()?;
        self.offices_and_agencies_match()?;
        self.signers_are_offices()?;
        self.every_stage_has_an_office()
    }

    fn stages_can_be_walked(&self) -> Result<(), Fault> {
        let fault = |at: usize, must: String| Err(Fault::in_english(must).inside(at).inside("stages"));
        let at = |kind| self.stages.iter().position(|&stage| stage == kind);
        once("stages", "", self.stages.iter().map(|stage| stage.name()))?;
        if let Some(place) = self.stages.iter().position(|stage| !STAGES.contains(stage)) {
            let names: Vec<&str> = STAGES.iter().map(|stage| stage.name()).collect();
            return fault(place, format!("be one of the stages {}", names.join(", ")));
        }
        if at(Kind::ApplicationSubmitted) != Some(0) {
            return fault(0, "be application.submitted".to_owned());
        }
        if let Some(warrant) = at(Kind::WarrantIssued) {
            for before in [Kind::DecreeSealed, Kind::AgreementSigned] {
                if at(before).is_none_or(|place| place > warrant) {
                    return fault(warrant, format!("stand after {before}, for B5"));
                }
            }
        }
        if let Some(agreement) = at(Kind::AgreementSigned)
            && at(Kind::DecreeSealed).is_none_or(|place| place > agreement)
        {
            return fault(agreement, "stand after decree.sealed, for B6".to_owned());
        }
        if let Some(credit) = at(Kind::FundsCredited)
            && at(Kind::WarrantIssued).is_none_or(|place| place + 1 != credit)
        {
            return fault(credit, "stand next after warrant.issued".to_owned());
        }
        if let Some(report) = at(Kind::UseReported)
            && (at(Kind::FundsCredited).is_none() || report + 1 != self.stages.len())
        {
            return fault(report, "be the last stage, and funds.credited stand before it".to_owned());
        }
        Ok(())
    }

    fn words_are_said_once(&self) -> Result<(), Fault> {
        once("offices", "/code", self.offices.iter().map(|office| office.code.0.as_str()))?;
        once("fields", "/code", self.fields.iter().map(|field| field.code.0.as_str()))?;
        once("recipient_types", "/code", self.recipient_types.iter().map(|term| term.code.0.as_str()))?;
        once("documents", "", self.documents.iter().map(|title| title.0.as_str()))?;
        let checklist = self.checklist.iter().flatten();
        once("checklist", "/code", checklist.map(|term| term.code.0.as_str()))?;
        let person = |code: &str| PEOPLE.contains(&code);
        match self.recipient_types.iter().position(|term| person(&term.code.0)) {
            Some(at) => {
                Err(Fault::in_english("not be a person, for B15").inside("code").inside(at).inside("recipient_types"))
            }
            None => Ok(()),
        }
    }

    fn offices_and_agencies_match(&self) -> Result<(), Fault> {
        for (at, office) in self.offices.iter().enumerate() {
            let must = match (office.role, &office.agency) {
                (Role::Agency, None) => "be there, for the office's role is agency",
                (Role::Agency, Some(_)) | (_, None) => continue,
                (_, Some(_)) => "not be there, for the office's role is not agency",
            };
            return Err(Fault::in_english(must).inside("agency").inside(at).inside("offices"));
        }
        let agencies = || self.offices.iter().filter_map(|office| office.agency.as_ref());
        let orphan = |field: &super::Field| !agencies().any(|agency| *agency == field.agency);
        match self.fields.iter().position(orphan) {
            Some(at) => {
                Err(Fault::in_english("be the agency of an office").inside("agency").inside(at).inside("fields"))
            }
            None => Ok(()),
        }
    }

    fn signers_are_offices(&self) -> Result<(), Fault> {
        let signers = self.signers.iter().flatten();
        once("signers", "/kind", signers.clone().map(|signing| signing.kind.name()))?;
        for (at, signing) in signers.enumerate() {
            // Only a recommendation is about a case whose field names one agency.
            let sensible = super::default_role(signing.kind).is_some()
                && (signing.role != Role::Agency || signing.kind == Kind::AmountRecommended);
            if !sensible {
                let must = "be a kind that one office signs, and agency only recommend";
                return Err(Fault::in_english(must).inside("kind").inside(at).inside("signers"));
            }
        }
        Ok(())
    }

    fn every_stage_has_an_office(&self) -> Result<(), Fault> {
        let kinds = std::iter::once(&Kind::OrganisationRegistered).chain(&self.stages);
        for &kind in kinds {
            if let Some(role) = self.office_role(kind)
                && !self.offices.iter().any(|office| office.role == role)
            {
                let must = format!("have one with the role {}, which signs {kind}", role.name());
                return Err(Fault::in_english(must).inside("offices"));
            }
        }
        Ok(())
    }
}

/// The words of a list are each said once, and not too many.
fn once<'a>(list: &str, part: &str, words: impl Iterator<Item = &'a str>) -> Result<(), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    for (at, word) in words.enumerate() {
        if at == MAX_ITEMS {
            return Err(Fault::in_english(format!("have at most {MAX_ITEMS} items")).inside(list));
        }
        if !seen.insert(word) {
            let fault = Fault { pointer: part.to_owned(), ..Fault::in_english(format!("not repeat {word}")) };
            return Err(fault.inside(at).inside(list));
        }
    }
    Ok(())
}
