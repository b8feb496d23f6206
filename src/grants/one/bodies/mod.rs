//! What each kind of statement says in rule set 1: the fields of `body`. They are part of signed bytes, so they never
//! change within a rule set. A field whose type is an `Option` may be absent; all others must be there, and no other
//! may.
//!
//! The fields of a kind are those of the record that [`Body`] holds for it. `hibah schema` prints them as a JSON
//! Schema; `schema/statements/` holds all of them. Limits: free text 500 characters, numbers and names 100, lists 100
//! items, rows 200.

mod about;
mod agreeing;
mod agreement;
mod application;
mod ending;
mod founding;
mod keys;
mod note;
mod organisation;
mod papers;
mod parts;
mod payment;
mod reading;
mod report;
mod stages;
mod taken_over;
mod year;

pub use agreement::{AgreementAmended, AgreementSigned, DisbursementRequested, Instalment, IntegrityPledged};
pub use application::{
    ApplicationFiledAtCounter, ApplicationRevised, ApplicationSubmitted, ApplicationWithdrawn, NeedRecorded,
};
pub use ending::{
    CaseCancelled, CaseReturned, CorrectionRecorded, DecisionRefused, EntryConfirmed, IrregularityRecorded,
};
pub use founding::{LedgerFounded, LedgerRekeyed, ProfileAmended, RulesAdopted};
pub use keys::{
    DeskAppointed, KeyReplaced, KeyRevoked, KeyRotated, OfficialAppointed, OfficialRetired, ReplacementObjected,
    RootReplaced,
};
pub use note::{
    Erased, ErasureRecorded, FlagAnswered, FlagClosed, FlagOutcome, FlagRaised, RefusalCount, RefusalsCounted,
    ReportAnswered, ReportRated, ReportReceived, ReportSealed,
};
pub use organisation::{
    OrganisationAmended, OrganisationClaimed, OrganisationRegistered, OrganisationReinstated, OrganisationSuspended,
};
pub use papers::{
    BudgetEnacted, Ceiling, DecreeAmended, DecreeIssued, DecreeRevoked, ListNominated, MAX_ROWS, PaperAbandoned,
    PaperSealed, Row, Rows,
};
pub use parts::{AnyBody, Counter, Licence, Month, NoteId, Payee, ProfileJson, Rating, RuleCode, Sealed};
pub use payment::{
    CashPaid, CreditConfirmed, CreditDisputed, FundsCredited, FundsReturned, GoodsHandedOver, PaymentOrdered,
    PaymentRequested, PaymentVerified, WarrantCancelled, WarrantIssued,
};
pub use report::{
    MonitoringRecorded, RefundDemanded, RefundDeposited, Review, SanctionImposed, UseReported, UseReviewed,
    WarningIssued,
};
pub use stages::{
    AmountRecommended, BudgetConsidered, CaseClassified, CaseConsidered, CaseRouted, CompletenessChecked,
};
pub use taken_over::{AdoptedAmounts, AdoptedDate, AdoptedNumber, CaseAdopted};
pub use year::{CountAndSum, NeedsRecapped, TreasuryReconciled};

pub use super::ways::{Form, Way};
pub use crate::grants::money::Currency;
pub use crate::grants::zero::bodies::{
    Address, AwardMigrated, BudgetLine, Checklist, DecidedBy, Document, LedgerKeys, Period, Registration,
};

use serde_json::Value;

use crate::grants::json::{Json, Values};
use crate::grants::kinds::Kind;
use crate::grants::rules::Refusal;
use crate::grants::sentence::sentence;
use crate::grants::shape::{Fault, Field, Place, Shape, Visit};

macro_rules! bodies {
    ($($kind:ident($record:ident),)*) => {
        /// A body that has the shape of its kind. What it claims is not yet judged.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum Body {
            $(#[doc = concat!("Of [`Kind::", stringify!($kind), "`].")] $kind(Box<$record>),)*
        }

        /// The kinds that rule set 1 has.
        pub const KINDS: &[Kind] = &[$(Kind::$kind,)*];

        impl Body {
            /// The kind of statement that says this.
            pub fn kind(&self) -> Kind {
                match self { $(Body::$kind(_) => Kind::$kind,)* }
            }

            /// Every field of the body of this kind, from the declarations that read it.
            pub fn fields(kind: Kind) -> Vec<Field> {
                match kind { $(Kind::$kind => $record::fields(),)* }
            }

            /// The JSON Schema of the body of this kind, without what names the document.
            fn record_schema(kind: Kind) -> Value {
                match kind { $(Kind::$kind => $record::schema(),)* }
            }

            /// Visits every value inside.
            fn parts<'v>(&'v self, visit: &mut Visit<'_, 'v>) {
                match self { $(Body::$kind(body) => body.parts(Place::TOP, visit),)* }
            }

            fn read(kind: Kind, value: Json<'_>) -> Result<Self, Fault> {
                Ok(match kind { $(Kind::$kind => Body::$kind(Box::new($record::read(value)?)),)* })
            }
        }
    };
}

bodies! {
    LedgerFounded(LedgerFounded),
    RulesAdopted(RulesAdopted),
    ProfileAmended(ProfileAmended),
    OfficialAppointed(OfficialAppointed),
    OfficialRetired(OfficialRetired),
    DeskAppointed(DeskAppointed),
    RootReplaced(RootReplaced),
    LedgerRekeyed(LedgerRekeyed),
    KeyRotated(KeyRotated),
    KeyReplaced(KeyReplaced),
    ReplacementObjected(ReplacementObjected),
    KeyRevoked(KeyRevoked),
    OrganisationRegistered(OrganisationRegistered),
    OrganisationAmended(OrganisationAmended),
    OrganisationSuspended(OrganisationSuspended),
    OrganisationReinstated(OrganisationReinstated),
    OrganisationClaimed(OrganisationClaimed),
    ApplicationSubmitted(ApplicationSubmitted),
    ApplicationFiledAtCounter(ApplicationFiledAtCounter),
    NeedRecorded(NeedRecorded),
    ApplicationRevised(ApplicationRevised),
    ApplicationWithdrawn(ApplicationWithdrawn),
    CompletenessChecked(CompletenessChecked),
    CaseRouted(CaseRouted),
    CaseClassified(CaseClassified),
    AmountRecommended(AmountRecommended),
    CaseConsidered(CaseConsidered),
    BudgetConsidered(BudgetConsidered),
    ListNominated(ListNominated),
    ListRows(Rows),
    ListSealed(PaperSealed),
    ListAbandoned(PaperAbandoned),
    BudgetEnacted(BudgetEnacted),
    BudgetAmended(BudgetEnacted),
    BudgetRows(Rows),
    BudgetSealed(PaperSealed),
    BudgetAbandoned(PaperAbandoned),
    DecreeIssued(DecreeIssued),
    DecreeAmended(DecreeAmended),
    DecreeRevoked(DecreeRevoked),
    DecreeRows(Rows),
    DecreeSealed(PaperSealed),
    DecreeAbandoned(PaperAbandoned),
    DisbursementRequested(DisbursementRequested),
    AgreementSigned(AgreementSigned),
    AgreementAmended(AgreementAmended),
    IntegrityPledged(IntegrityPledged),
    PaymentRequested(PaymentRequested),
    PaymentVerified(PaymentVerified),
    PaymentOrdered(PaymentOrdered),
    WarrantIssued(WarrantIssued),
    WarrantCancelled(WarrantCancelled),
    FundsCredited(FundsCredited),
    FundsReturned(FundsReturned),
    CreditConfirmed(CreditConfirmed),
    CreditDisputed(CreditDisputed),
    GoodsHandedOver(GoodsHandedOver),
    CashPaid(CashPaid),
    UseReported(UseReported),
    UseReviewed(UseReviewed),
    RefundDemanded(RefundDemanded),
    RefundDeposited(RefundDeposited),
    MonitoringRecorded(MonitoringRecorded),
    WarningIssued(WarningIssued),
    SanctionImposed(SanctionImposed),
    DecisionRefused(DecisionRefused),
    CaseReturned(CaseReturned),
    CaseCancelled(CaseCancelled),
    CorrectionRecorded(CorrectionRecorded),
    EntryConfirmed(EntryConfirmed),
    IrregularityRecorded(IrregularityRecorded),
    CaseAdopted(CaseAdopted),
    AwardMigrated(AwardMigrated),
    TreasuryReconciled(TreasuryReconciled),
    NeedsRecapped(NeedsRecapped),
    ReportReceived(ReportReceived),
    ReportAnswered(ReportAnswered),
    ReportRated(ReportRated),
    FlagRaised(FlagRaised),
    FlagAnswered(FlagAnswered),
    FlagClosed(FlagClosed),
    RefusalsCounted(RefusalsCounted),
    ErasureRecorded(ErasureRecorded),
}

impl Body {
    /// Reads the body of a statement of this kind. The value is strict canonical JSON already.
    ///
    /// # Errors
    /// A refusal of [`crate::grants::rules::Rule::Form`] that names the field and what it must be.
    pub fn parse(kind: Kind, value: &Value) -> Result<Self, Refusal> {
        Body::parse_json(kind, Values::of(value).root(""))
    }

    /// The same from values that stand in a text.
    ///
    /// # Errors
    /// As [`Body::parse`].
    pub fn parse_json(kind: Kind, value: Json<'_>) -> Result<Self, Refusal> {
        let sentence = |fault: Fault| {
            Refusal::form(sentence!(
                "In a statement of {kind}, body{} must {}; correct it and sign again",
                "Dalam pernyataan {kind:#}, body{} harus {:#}; perbaiki lalu tandatangani lagi",
                fault.pointer,
                fault.must
            ))
        };
        let body = Body::read(kind, value).map_err(sentence)?;
        body.validate().map_err(sentence)?;
        Ok(body)
    }

    /// The JSON Schema (draft 2020-12) of the body of this kind. It takes every body that [`Body::parse`] takes.
    pub fn schema(kind: Kind) -> Value {
        let mut schema = Body::record_schema(kind);
        schema["$schema"] = Value::from("https://json-schema.org/draft/2020-12/schema");
        schema["$id"] = Value::from(format!("https://hibah.example/schema/statements/{kind}.json"));
        schema["title"] = Value::from(format!("{} / {}", kind.title_id(), kind.title_en()));
        schema
    }
}
