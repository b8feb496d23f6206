//! Which office signs which kind: by default as in grants.md, "The way of a grant", else as the profile says.

use Role::{
    AdvisoryTeam, Agency, BudgetTeam, Cashier, FinanceOfficer, HeadOfRegion, Inspectorate, Intake, PaymentVerifier,
    Registrar, Secretary, Treasury,
};

use super::{Delegate, Profile, Role, Stages};
use crate::grants::kinds::Kind;

/// The roles whose offices sign a kind by default: one of them, or all where [`signed_together`]. Empty where no
/// office signs, where any may, or where whoever holds the case does.
///
/// A kind that an organisation signs is here if an office signs with it. What the counter files for an organisation
/// is signed by intake beside this table.
pub const fn default_roles(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::OrganisationRegistered | Kind::OrganisationAmended | Kind::ErasureRecorded => &[Registrar],
        Kind::OrganisationSuspended | Kind::OrganisationReinstated | Kind::OrganisationClaimed => {
            &[Registrar, Inspectorate]
        }
        Kind::ApplicationFiledAtCounter | Kind::CompletenessChecked => &[Intake],
        Kind::CaseRouted | Kind::SanctionImposed => &[HeadOfRegion],
        Kind::CaseClassified | Kind::CaseConsidered => &[AdvisoryTeam],
        Kind::BudgetConsidered => &[BudgetTeam],
        Kind::NeedRecorded | Kind::AmountRecommended | Kind::GoodsHandedOver | Kind::UseReviewed => &[Agency],
        Kind::ListNominated | Kind::ListRows | Kind::ListSealed | Kind::ListAbandoned => &[HeadOfRegion],
        Kind::BudgetEnacted | Kind::BudgetAmended | Kind::BudgetRows | Kind::BudgetSealed | Kind::BudgetAbandoned => {
            &[HeadOfRegion, Secretary]
        }
        Kind::DecreeIssued
        | Kind::DecreeAmended
        | Kind::DecreeRevoked
        | Kind::DecreeRows
        | Kind::DecreeSealed
        | Kind::DecreeAbandoned => &[HeadOfRegion],
        Kind::AgreementSigned | Kind::AgreementAmended => &[FinanceOfficer],
        Kind::PaymentRequested | Kind::CashPaid => &[Cashier],
        Kind::PaymentVerified => &[PaymentVerifier],
        Kind::PaymentOrdered | Kind::NeedsRecapped | Kind::AwardMigrated => &[FinanceOfficer],
        Kind::WarrantIssued
        | Kind::WarrantCancelled
        | Kind::FundsCredited
        | Kind::FundsReturned
        | Kind::RefundDeposited => &[Treasury],
        Kind::RefundDemanded => &[Inspectorate, FinanceOfficer],
        Kind::MonitoringRecorded => &[Agency, Inspectorate],
        Kind::WarningIssued => &[Agency, Inspectorate, FinanceOfficer],
        Kind::CaseCancelled => &[HeadOfRegion, FinanceOfficer],
        Kind::FlagRaised | Kind::FlagClosed => &[Inspectorate],
        Kind::CaseAdopted => &[FinanceOfficer, Inspectorate],
        Kind::TreasuryReconciled => &[Treasury, Inspectorate],
        Kind::IrregularityRecorded => &[Inspectorate, Treasury, FinanceOfficer],
        _ => &[],
    }
}

/// Kinds that several offices sign together: the first role and one of the others.
pub const fn signed_together(kind: Kind) -> bool {
    matches!(kind, Kind::CaseAdopted | Kind::TreasuryReconciled | Kind::IrregularityRecorded)
}

/// The kind by which a profile names who signs this one: rows and seal belong to whoever signs the document, and an
/// amended one to whoever signs the first.
pub const fn named_by(kind: Kind) -> Kind {
    match kind {
        Kind::ListRows | Kind::ListSealed | Kind::ListAbandoned => Kind::ListNominated,
        Kind::BudgetAmended | Kind::BudgetRows | Kind::BudgetSealed | Kind::BudgetAbandoned => Kind::BudgetEnacted,
        Kind::DecreeAmended | Kind::DecreeRevoked | Kind::DecreeRows | Kind::DecreeSealed | Kind::DecreeAbandoned => {
            Kind::DecreeIssued
        }
        Kind::AgreementAmended => Kind::AgreementSigned,
        other => other,
    }
}

impl Profile {
    /// The role whose office signs this kind, where it is one: as the profile's `signers` say, else by default.
    /// `None` where no office signs, where one of several does ([`Profile::roles_of`]), or whoever holds the case.
    pub fn role_of(&self, kind: Kind) -> Option<Role> {
        match self.roles_of(kind) {
            [role] => Some(*role),
            _ => None,
        }
    }

    /// The roles whose offices sign this kind; see [`default_roles`].
    pub fn roles_of(&self, kind: Kind) -> &[Role] {
        let named = self.signers.iter().flatten().find(|signing| signing.kind == named_by(kind));
        named.map_or(default_roles(kind), |signing| std::slice::from_ref(&signing.role))
    }

    /// The delegations of this kind.
    pub fn delegates(&self, kind: Kind) -> impl Iterator<Item = &Delegate> {
        self.delegates.iter().flatten().filter(move |delegate| delegate.kind == named_by(kind))
    }
}

impl Stages {
    /// Whether an agency begins such a case, so that no organisation has it.
    pub fn agency_begins(&self) -> bool {
        self.stages.first() == Some(&Kind::NeedRecorded)
    }

    /// The roles that sign what an organisation would, where none has the case: the agency reports and hands over;
    /// the counter signs for the recipient's paper. `None` where it makes no difference.
    pub fn roles_without_organisation(&self, stage: Kind) -> Option<&'static [Role]> {
        match stage {
            _ if !self.agency_begins() => None,
            Kind::UseReported => Some(&[Agency]),
            Kind::IntegrityPledged => Some(&[Intake]),
            _ => None,
        }
    }
}
