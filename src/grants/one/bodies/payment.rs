//! Bodies of payment: request, verification, order, warrant, credit, and what takes their place.

use super::{BudgetLine, Checklist, Counter, DecidedBy, Document, Licence, Payee};
use crate::grants::money::Amount;
use crate::grants::shape::{Label, Text, Year, record};

record! {
    /// The cashier requests a payment (SPP).
    pub struct PaymentRequested {
        /// The SPP's number.
        number: Label,
        /// The fiscal year that it burdens.
        fiscal_year: Year,
        /// How much, at least 1.
        amount: Amount,
        /// The account's commitment, repeated.
        payee: Option<Payee>,
        /// The papers on which it rests.
        documents: Option<Vec<Document>>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The payment verifier finds the request in order.
    pub struct PaymentVerified {
        /// The profile's items, each yes or no.
        checklist: Option<Checklist>,
        /// The recipient's licence as its register shows it now.
        licence: Option<Licence>,
        /// The paper.
        document: Option<Document>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The finance officer orders the payment (SPM).
    pub struct PaymentOrdered {
        /// The SPM's number.
        number: Label,
        /// The fiscal year that it burdens.
        fiscal_year: Year,
        /// How much, at least 1.
        amount: Amount,
        /// The budget code (kode rekening).
        budget_code: Option<Label>,
        /// The account's commitment, repeated.
        payee: Option<Payee>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The treasury's order to the bank (SP2D).
    pub struct WarrantIssued {
        /// The SP2D's number.
        number: Label,
        /// The fiscal year that it burdens.
        fiscal_year: Year,
        /// How much, at least 1.
        amount: Amount,
        /// The account's commitment, repeated.
        payee: Option<Payee>,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// A warrant is taken back before the money arrived.
    pub struct WarrantCancelled {
        /// The number of the warrant.
        number: Label,
        /// Why.
        reason: Text,
        /// Who decided.
        decided_by: DecidedBy,
    }
}

record! {
    /// The money has arrived.
    pub struct FundsCredited {
        /// How much, at least 1.
        amount: Amount,
        /// The proof of transfer.
        document: Option<Document>,
    }
}

record! {
    /// The bank sent the money back.
    pub struct FundsReturned {
        /// How much, at least 1.
        amount: Amount,
        /// Why.
        reason: Text,
        /// The bank's notice.
        document: Option<Document>,
    }
}

record! {
    /// The organisation confirms what it received.
    pub struct CreditConfirmed {
        /// How much, at least 1.
        amount: Amount,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// The organisation says that it received another amount.
    pub struct CreditDisputed {
        /// How much it really received; may be 0.
        amount: Amount,
        /// What is wrong.
        reason: Text,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// Goods or services are handed over.
    pub struct GoodsHandedOver {
        /// Their value.
        amount: Amount,
        /// What was handed over; adds up to the value.
        lines: Option<Vec<BudgetLine>>,
        /// The minutes (BAST).
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
        /// The hand-signed paper, where it was handed in at the counter.
        counter: Option<Counter>,
    }
}

record! {
    /// The cashier pays a small assistance in cash.
    pub struct CashPaid {
        /// The receipt's number.
        number: Label,
        /// The fiscal year that it burdens.
        fiscal_year: Year,
        /// How much, at least 1.
        amount: Amount,
        /// The receipt.
        document: Document,
        /// Who decided.
        decided_by: DecidedBy,
    }
}
