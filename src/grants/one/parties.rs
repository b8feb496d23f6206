//! Who signs which kind: one table, asked by the judge and told by `hibah explain`.

use crate::grants::kinds::Kind;
use crate::grants::role::Role;

/// One signature, or the signatures of the roots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// As many roots as the threshold asks, or more.
    Roots,
    /// Every root: of the founding.
    AllRoots,
    /// One key of an office that plays one of these roles. The first is the default that a profile may replace.
    Office(&'static [Role]),
    /// One key of the office of the case's agency.
    CaseAgency,
    /// The key of the organisation.
    Organisation,
    /// The key of the organisation, or that of the intake office where the body has the hand-signed paper.
    OrganisationOrCounter,
    /// The organisation of the case; where an agency recorded the case, that agency.
    OwnerOrCounter,
    /// The organisation; or nobody where the body has a deed.
    OrganisationOrDeed,
    /// The key that the statement brings.
    NewKey,
    /// The key that the statement retires.
    OldKey,
    /// The desk's key.
    Desk,
    /// The key that issued the paper.
    SameKey,
    /// The office that holds the next stage of the case.
    Pen,
    /// Whoever signs the superseded kind.
    OfSuperseded,
    /// Another key of the office that signed the entry.
    OtherKeyOfOffice,
    /// The profile's second office for corrections.
    Second,
    /// Any office.
    AnyOffice,
    /// Any office, or the organisation that the note is by.
    NoteSigner,
}

use Party::*;

const HEAD: Party = Office(&[Role::HeadOfRegion]);
const FINANCE: Party = Office(&[Role::FinanceOfficer]);
const TREASURY: Party = Office(&[Role::Treasury]);
const REGISTRAR: Party = Office(&[Role::Registrar]);
const INSPECTORATE: Party = Office(&[Role::Inspectorate]);
const INTAKE: Party = Office(&[Role::Intake]);
const ADVISORY: Party = Office(&[Role::AdvisoryTeam]);
const BUDGET: Party = Office(&[Role::BudgetTeam]);
const CASHIER: Party = Office(&[Role::Cashier]);
const VERIFIER: Party = Office(&[Role::PaymentVerifier]);
const REGISTRAR_OR_INSPECTORATE: Party = Office(&[Role::Registrar, Role::Inspectorate]);
const HEAD_OR_SECRETARY: Party = Office(&[Role::HeadOfRegion, Role::Secretary]);

/// The parties whose signatures a statement of this kind bears, and no others.
///
/// `key.rotated`, `key.replaced` and `key.revoked` differ by whose key it is: [`replaces_organisation_key`].
pub fn parties(kind: Kind) -> &'static [Party] {
    match kind {
        Kind::LedgerFounded => &[AllRoots],
        Kind::RulesAdopted | Kind::ProfileAmended | Kind::LedgerRekeyed | Kind::OfficialRetired | Kind::KeyRevoked => {
            &[Roots]
        }
        Kind::OfficialAppointed | Kind::DeskAppointed | Kind::RootReplaced | Kind::KeyReplaced => &[Roots, NewKey],
        Kind::KeyRotated => &[OldKey, NewKey],
        Kind::ReplacementObjected | Kind::ApplicationSubmitted => &[Organisation],
        Kind::OrganisationRegistered => &[REGISTRAR, NewKey],
        Kind::OrganisationAmended => &[REGISTRAR, OrganisationOrDeed],
        Kind::OrganisationSuspended | Kind::OrganisationReinstated | Kind::OrganisationClaimed => {
            &[REGISTRAR_OR_INSPECTORATE]
        }
        Kind::ApplicationFiledAtCounter | Kind::CompletenessChecked => &[INTAKE],
        Kind::NeedRecorded | Kind::AmountRecommended | Kind::UseReviewed => &[CaseAgency],
        Kind::ApplicationRevised | Kind::ApplicationWithdrawn | Kind::UseReported => &[OwnerOrCounter],
        Kind::DisbursementRequested | Kind::IntegrityPledged | Kind::CreditConfirmed | Kind::CreditDisputed => {
            &[OwnerOrCounter]
        }
        Kind::CaseRouted | Kind::SanctionImposed => &[HEAD],
        Kind::CaseClassified | Kind::CaseConsidered => &[ADVISORY],
        Kind::BudgetConsidered => &[BUDGET],
        Kind::ListNominated | Kind::DecreeIssued | Kind::DecreeAmended | Kind::DecreeRevoked => &[HEAD],
        Kind::ListAbandoned | Kind::DecreeAbandoned => &[HEAD],
        Kind::BudgetEnacted | Kind::BudgetAmended | Kind::BudgetAbandoned => &[HEAD_OR_SECRETARY],
        Kind::ListRows
        | Kind::ListSealed
        | Kind::BudgetRows
        | Kind::BudgetSealed
        | Kind::DecreeRows
        | Kind::DecreeSealed => &[SameKey],
        Kind::AgreementSigned | Kind::AgreementAmended => &[FINANCE, OrganisationOrCounter],
        Kind::PaymentRequested | Kind::CashPaid => &[CASHIER],
        Kind::PaymentVerified => &[VERIFIER],
        Kind::PaymentOrdered | Kind::AwardMigrated | Kind::NeedsRecapped => &[FINANCE],
        Kind::WarrantIssued
        | Kind::WarrantCancelled
        | Kind::FundsCredited
        | Kind::FundsReturned
        | Kind::RefundDeposited => &[TREASURY],
        Kind::GoodsHandedOver => &[CaseAgency, OrganisationOrCounter],
        Kind::RefundDemanded => &[Office(&[Role::Inspectorate, Role::FinanceOfficer])],
        Kind::MonitoringRecorded => &[Office(&[Role::Agency, Role::Inspectorate])],
        Kind::WarningIssued => &[Office(&[Role::Agency, Role::Inspectorate, Role::FinanceOfficer])],
        Kind::DecisionRefused | Kind::CaseReturned => &[Pen],
        Kind::CaseCancelled => &[Office(&[Role::HeadOfRegion, Role::FinanceOfficer])],
        Kind::CorrectionRecorded => &[OfSuperseded, Second],
        Kind::EntryConfirmed => &[OtherKeyOfOffice],
        Kind::IrregularityRecorded => &[INSPECTORATE, Office(&[Role::Treasury, Role::FinanceOfficer])],
        Kind::CaseAdopted => &[FINANCE, INSPECTORATE],
        Kind::TreasuryReconciled => &[TREASURY, INSPECTORATE],
        Kind::ReportReceived | Kind::ReportRated | Kind::RefusalsCounted => &[Desk],
        Kind::ReportAnswered => &[AnyOffice],
        Kind::FlagAnswered => &[NoteSigner],
        Kind::FlagRaised | Kind::FlagClosed => &[INSPECTORATE],
        Kind::ErasureRecorded => &[REGISTRAR],
    }
}

/// The parties of `key.replaced` for an organisation, whose roots are not asked.
pub fn replaces_organisation_key() -> &'static [Party] {
    &[REGISTRAR, INSPECTORATE, NewKey]
}

#[cfg(test)]
mod tests {
    use super::{Party, parties};
    use crate::grants::kinds::Kind;
    use crate::grants::one::profile::{default_roles, named_by};
    use crate::grants::role::Role;

    /// What a profile says of who signs begins from the same table.
    #[test]
    fn the_offices_are_those_that_profiles_start_from() {
        for &kind in Kind::ALL {
            let asked = if parties(kind) == [Party::SameKey] { named_by(kind) } else { kind };
            let mut roles: Vec<Role> = Vec::new();
            for party in parties(asked) {
                match party {
                    Party::Office(own) => roles.extend(own.iter()),
                    Party::CaseAgency => roles.push(Role::Agency),
                    _ => {}
                }
            }
            assert_eq!(default_roles(kind), roles, "{kind}");
        }
    }
}
