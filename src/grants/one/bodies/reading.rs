//! What the rule book asks of every body alike: who decided, how much, under which number, which key, which texts.

use super::{Body, Counter, DecidedBy, Document, Payee};
use crate::grants::money::Amount;
use crate::grants::shape::{Label, Place, Text, Year};
use crate::grants::signer::{SignerId, Vkey};

/// The same field of several kinds: `Some` of what the expression makes of the body, or `None` for the other kinds.
macro_rules! of {
    ($self:ident, $body:ident => $value:expr, $($kind:ident)*) => {
        match $self { $(Body::$kind($body) => Some($value),)* _ => None }
    };
}

impl Body {
    /// The decision's author, where the kind is a decision.
    pub fn decided_by(&self) -> Option<&DecidedBy> {
        of! {
            self, body => &body.decided_by,
            CompletenessChecked CaseRouted CaseClassified AmountRecommended CaseConsidered BudgetConsidered
            ListNominated BudgetEnacted BudgetAmended DecreeIssued DecreeAmended DecreeRevoked AgreementSigned
            AgreementAmended PaymentRequested PaymentVerified PaymentOrdered WarrantIssued WarrantCancelled
            GoodsHandedOver CashPaid UseReviewed RefundDemanded SanctionImposed DecisionRefused CaseReturned
            CaseCancelled FlagRaised FlagClosed
        }
    }

    /// The paper that the intake office signs for in place of the organisation.
    pub fn counter(&self) -> Option<&Counter> {
        let counter = of! {
            self, body => body.counter.as_ref(),
            ApplicationRevised ApplicationWithdrawn DisbursementRequested AgreementSigned AgreementAmended
            IntegrityPledged CreditConfirmed CreditDisputed GoodsHandedOver UseReported
        };
        counter.flatten()
    }

    /// The commitment to the payee's account, where the body repeats it.
    pub fn payee(&self) -> Option<&Payee> {
        let kinds = of! {
            self, body => body.payee.as_ref(),
            DisbursementRequested PaymentRequested PaymentOrdered WarrantIssued
        };
        kinds.flatten()
    }

    /// The body's one amount. The total of a list, budget or decree is none, nor are sums of a year.
    pub fn amount(&self) -> Option<Amount> {
        if let Body::IrregularityRecorded(body) = self {
            return body.amount;
        }
        of! {
            self, body => body.amount,
            ApplicationSubmitted ApplicationFiledAtCounter NeedRecorded ApplicationRevised AmountRecommended
            CaseConsidered BudgetConsidered DisbursementRequested AgreementSigned AgreementAmended PaymentRequested
            PaymentOrdered WarrantIssued FundsCredited FundsReturned CreditConfirmed CreditDisputed GoodsHandedOver
            CashPaid UseReported RefundDemanded RefundDeposited
        }
    }

    /// The number of the body's paper, with its fiscal year where the body names one.
    pub fn number(&self) -> Option<(Option<Year>, &Label)> {
        if let Body::IrregularityRecorded(body) = self {
            return body.number.as_ref().map(|number| (None, number));
        }
        let in_year = of! {
            self, body => (Some(body.fiscal_year), &body.number),
            ListNominated BudgetEnacted BudgetAmended DecreeIssued DecreeAmended PaymentRequested PaymentOrdered
            WarrantIssued CashPaid
        };
        let in_no_year = of! {
            self, body => (None, &body.number),
            DecreeRevoked AgreementSigned AgreementAmended WarrantCancelled RefundDeposited
        };
        in_year.or(in_no_year)
    }

    /// The key that comes into force and therefore signs too; of a founding, see [`Body::keys_brought`].
    pub fn key_brought(&self) -> Option<&Vkey> {
        of! {
            self, body => &body.key,
            OfficialAppointed DeskAppointed RootReplaced KeyRotated KeyReplaced OrganisationRegistered
        }
    }

    /// Every key that comes into force and therefore signs too. The ledger's own key is not among them: it signs
    /// checkpoints, never statements.
    pub fn keys_brought(&self) -> Vec<&Vkey> {
        match self {
            Body::LedgerFounded(body) => body.keys.roots.iter().collect(),
            _ => self.key_brought().into_iter().collect(),
        }
    }

    /// Whether the body brings this key.
    pub fn brings(&self, signer: &SignerId) -> bool {
        match self {
            Body::LedgerFounded(body) => body.keys.roots.iter().any(|vkey| vkey.id() == signer),
            _ => self.key_brought().is_some_and(|vkey| vkey.id() == signer),
        }
    }

    /// Every public document that the body names, in the order of its fields.
    pub fn documents(&self) -> Vec<&Document> {
        let mut documents = Vec::new();
        self.each_document(&mut |document| documents.push(document));
        documents
    }

    /// Every free text with the JSON pointer to it from the body, in the order of its fields (B12). Numbers and short
    /// names are not among them, nor what stands in a profile or in the body that a correction carries.
    pub fn texts(&self) -> Vec<(String, &str)> {
        let mut texts = Vec::new();
        self.each_text(&mut |place, text| texts.push((place.to_string(), text)));
        texts
    }

    /// Visits the free texts of [`Body::texts`], where they stand.
    pub(in crate::grants::one) fn each_text<'v>(&'v self, visit: &mut dyn FnMut(Place, &'v str)) {
        self.parts(&mut |place, part| {
            if let Some(text) = part.of::<Text>() {
                visit(place, text.0.as_str());
            }
        });
    }

    /// Visits the documents of [`Body::documents`].
    pub(in crate::grants::one) fn each_document<'v>(&'v self, visit: &mut dyn FnMut(&'v Document)) {
        self.parts(&mut |_, part| part.of::<Document>().into_iter().for_each(&mut *visit));
    }
}
