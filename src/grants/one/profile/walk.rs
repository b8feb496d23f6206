//! That the stages of a way can be walked: each is a stage, stands once, and stands behind all that it rests on.

use super::Stages;
use crate::grants::kinds::Kind;
use crate::grants::one::ways::{Form, Way};
use crate::grants::shape::Fault;

/// The kinds that a profile may list as stages. A list, budget or decree stands as its seal, by which it takes effect.
pub const STAGES: &[Kind] = &[
    Kind::ApplicationSubmitted,
    Kind::NeedRecorded,
    Kind::CompletenessChecked,
    Kind::CaseRouted,
    Kind::CaseClassified,
    Kind::AmountRecommended,
    Kind::CaseConsidered,
    Kind::BudgetConsidered,
    Kind::ListSealed,
    Kind::BudgetSealed,
    Kind::DecreeSealed,
    Kind::DisbursementRequested,
    Kind::AgreementSigned,
    Kind::IntegrityPledged,
    Kind::PaymentRequested,
    Kind::PaymentVerified,
    Kind::PaymentOrdered,
    Kind::WarrantIssued,
    Kind::FundsCredited,
    Kind::GoodsHandedOver,
    Kind::UseReported,
    Kind::UseReviewed,
];

/// From the request for payment to the credit, in the only order that they may have.
const PAYMENT: &[Kind] =
    &[Kind::PaymentRequested, Kind::PaymentVerified, Kind::PaymentOrdered, Kind::WarrantIssued, Kind::FundsCredited];

/// What prepares the decree and means nothing after it.
const PREPARATION: &[Kind] = &[
    Kind::CompletenessChecked,
    Kind::CaseRouted,
    Kind::CaseClassified,
    Kind::AmountRecommended,
    Kind::CaseConsidered,
    Kind::BudgetConsidered,
    Kind::ListSealed,
    Kind::BudgetSealed,
];

/// What organisations sign between decree and payment.
const OF_ORGANISATIONS: &[Kind] = &[Kind::DisbursementRequested, Kind::AgreementSigned, Kind::IntegrityPledged];

impl Stages {
    /// Checks that the stages can be walked.
    ///
    /// # Errors
    /// A [`Fault`] with the stage from these `Stages`.
    pub(super) fn can_be_walked(&self) -> Result<(), Fault> {
        self.are_stages()?;
        self.begin_rightly()?;
        self.belong_to_the_way()?;
        self.lead_to_the_decree()?;
        self.rest_on_what_b5_asks()?;
        self.pay_in_order()?;
        self.end_with_the_report()
    }

    fn place(&self, kind: Kind) -> Option<usize> {
        self.stages.iter().position(|&stage| stage == kind)
    }

    fn fault(&self, place: usize, must: impl Into<String>) -> Result<(), Fault> {
        Err(Fault::in_english(must).inside(place).inside("stages"))
    }

    /// A stage, if it is listed, stands behind another, which then must be listed too.
    fn behind(&self, stage: Kind, before: Kind, why: &str) -> Result<(), Fault> {
        match (self.place(stage), self.place(before)) {
            (Some(at), None) => self.fault(at, format!("stand after {before}, which is missing{why}")),
            (Some(at), Some(place)) if place > at => self.fault(at, format!("stand after {before}{why}")),
            _ => Ok(()),
        }
    }

    fn are_stages(&self) -> Result<(), Fault> {
        for (at, stage) in self.stages.iter().enumerate() {
            if !STAGES.contains(stage) {
                let names: Vec<&str> = STAGES.iter().map(|stage| stage.name()).collect();
                return self.fault(at, format!("be one of the stages {}", names.join(", ")));
            }
            if self.place(*stage) != Some(at) {
                return self.fault(at, format!("not repeat {stage}"));
            }
        }
        Ok(())
    }

    fn begin_rightly(&self) -> Result<(), Fault> {
        let (first, must): (&[Kind], _) = match self.way {
            Way::Grant => (&[Kind::ApplicationSubmitted], "be application.submitted, for B4"),
            Way::AssistancePlanned => {
                (&[Kind::ApplicationSubmitted, Kind::NeedRecorded], "be application.submitted or need.recorded, for B4")
            }
            Way::AssistanceUnplanned => (&[Kind::NeedRecorded], "be need.recorded, for B4"),
        };
        if !self.stages.first().is_some_and(|stage| first.contains(stage)) {
            return self.fault(0, must);
        }
        let begins = [Kind::ApplicationSubmitted, Kind::NeedRecorded];
        match self.stages.iter().skip(1).position(|stage| begins.contains(stage)) {
            Some(at) => self.fault(at + 1, "not stand here, for it begins a case"),
            None => Ok(()),
        }
    }

    fn belong_to_the_way(&self) -> Result<(), Fault> {
        for (at, stage) in self.stages.iter().enumerate() {
            let must = match (self.way, self.form) {
                (_, Form::Money) if *stage == Kind::GoodsHandedOver => "not stand here, for money is paid",
                (_, Form::Goods | Form::Services) if PAYMENT.contains(stage) => {
                    "not stand here, for goods and services are handed over"
                }
                (Way::AssistanceUnplanned, _) if OF_ORGANISATIONS.contains(stage) => {
                    "not stand here, for an agency records such a case and no organisation signs in it"
                }
                (Way::AssistancePlanned, _) if *stage == Kind::DisbursementRequested && self.agency_begins() => {
                    "not stand here, for an agency records such a case and no organisation signs in it"
                }
                (Way::AssistancePlanned, _) if *stage == Kind::AgreementSigned => {
                    "not stand here, for only a grant has an agreement"
                }
                _ => continue,
            };
            return self.fault(at, must);
        }
        let needed = self.given_by();
        match self.place(needed) {
            Some(_) => Ok(()),
            None => {
                Err(Fault::in_english(format!("list {needed}, for the form is {}", self.form.name())).inside("stages"))
            }
        }
    }

    /// The stage by which the thing is given.
    fn given_by(&self) -> Kind {
        if self.form == Form::Money { Kind::WarrantIssued } else { Kind::GoodsHandedOver }
    }

    fn lead_to_the_decree(&self) -> Result<(), Fault> {
        let decree = self.place(Kind::DecreeSealed);
        for &stage in PREPARATION {
            match (self.place(stage), decree) {
                (Some(at), None) => return self.fault(at, "stand before decree.sealed, which is missing"),
                (Some(at), Some(decree)) if decree < at => return self.fault(at, "stand before decree.sealed"),
                _ => {}
            }
        }
        self.behind(Kind::AgreementSigned, Kind::DecreeSealed, ", for B6")?;
        for &stage in OF_ORGANISATIONS {
            self.behind(stage, Kind::DecreeSealed, "")?;
        }
        Ok(())
    }

    fn rest_on_what_b5_asks(&self) -> Result<(), Fault> {
        let asked: &[Kind] = match self.way {
            Way::Grant => &[Kind::DecreeSealed, Kind::AgreementSigned, Kind::IntegrityPledged],
            Way::AssistancePlanned => &[Kind::DecreeSealed, Kind::IntegrityPledged],
            Way::AssistanceUnplanned => &[Kind::DecreeSealed],
        };
        for &stage in PAYMENT.iter().chain([&Kind::GoodsHandedOver]) {
            for &before in asked {
                self.behind(stage, before, ", for B5")?;
            }
            // Nobody asks for money that is on its way already.
            if self.place(Kind::DisbursementRequested).is_some() {
                self.behind(stage, Kind::DisbursementRequested, "")?;
            }
        }
        Ok(())
    }

    fn pay_in_order(&self) -> Result<(), Fault> {
        let listed = || PAYMENT.iter().copied().filter(|&stage| self.place(stage).is_some());
        for (before, stage) in listed().zip(listed().skip(1)) {
            self.behind(stage, before, "")?;
        }
        Ok(())
    }

    fn end_with_the_report(&self) -> Result<(), Fault> {
        let given = if self.form == Form::Money { Kind::FundsCredited } else { Kind::GoodsHandedOver };
        self.behind(Kind::UseReported, given, "")?;
        self.behind(Kind::UseReviewed, Kind::UseReported, "")
    }
}
