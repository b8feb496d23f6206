//! Bodies of an organisation: its registration and its application.

use super::{BudgetLine, Code, Document, documents, lines_add_up};
use crate::grants::money::Amount;
use crate::grants::sentence::Both;
use crate::grants::shape::{Fault, Label, Text, Year, record, vocabulary};
use crate::grants::signer::Vkey;
use crate::grants::time::Date;
use crate::tlog::hash::Hash;

record! {
    /// An organisation is known and brings a key.
    pub struct OrganisationRegistered {
        /// Its name.
        name: Text,
        /// A code of the profile's recipient types. None of them is a person (B15).
        recipient_type: Code,
        /// Its seat; the city must be there.
        address: Address,
        /// Its licence, if it has one.
        registration: Option<Registration>,
        /// The key, named `<origin>/org/<n>`.
        key: Vkey,
        /// Commitments to personal data that stays in the vault.
        sealed: Sealed,
    }
}

record! {
    /// Where an organisation has its seat; at least one field.
    pub struct Address {
        /// Street and house number.
        street: Option<Text>,
        /// What the street line has no room for.
        street2: Option<Text>,
        /// Kelurahan or desa.
        ward: Option<Text>,
        /// Kecamatan.
        district: Option<Text>,
        /// City or regency.
        city: Option<Text>,
        /// Province or state.
        region: Option<Text>,
        /// Postcode.
        postcode: Option<Label>,
    }
}

impl Address {
    pub(in crate::grants) fn validate(&self) -> Result<(), Fault> {
        let texts = [&self.street, &self.street2, &self.ward, &self.district, &self.city, &self.region];
        if texts.iter().all(|text| text.is_none()) && self.postcode.is_none() {
            return Err(Fault::here(Both("have at least one field", "memuat sedikitnya satu kolom")));
        }
        Ok(())
    }
}

record! {
    /// A licence or deed.
    pub struct Registration {
        /// What it is, such as `AHU` or `SKT`.
        r#type: Label,
        /// Its number.
        number: Label,
        /// Who issued it.
        issuer: Text,
        /// When.
        date: Date,
    }
}

record! {
    /// Commitments (formats.md section 5), made once at registration.
    pub struct Sealed {
        /// To the bank account.
        account: Hash,
        /// To the chair's identity.
        chair: Hash,
    }
}

impl OrganisationRegistered {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        if self.address.city.is_none() {
            return Err(Fault::here(Both("be there", "ada")).inside("city").inside("address"));
        }
        if self.sealed.account == self.sealed.chair {
            return Err(Fault::here(Both("differ from the account's", "berbeda dari komitmen rekening"))
                .inside("chair")
                .inside("sealed"));
        }
        Ok(())
    }
}

vocabulary! {
    /// What is asked for. Rule set 0 knows money only.
    pub enum Form {
        /// Money.
        Money = "money",
    }
}

vocabulary! {
    /// Which way of the law. Rule set 0 knows grants (hibah) only.
    pub enum Way {
        /// Hibah.
        Grant = "grant",
    }
}

record! {
    /// An organisation asks for a grant.
    pub struct ApplicationSubmitted {
        /// A short name of the undertaking.
        title: Text,
        /// What the money is for.
        purpose: Text,
        /// How much is asked.
        amount: Amount,
        /// A code of the profile's fields.
        field: Code,
        /// The agency of that field; may be left out.
        agency: Option<Code>,
        /// Money.
        form: Form,
        /// Grant.
        way: Way,
        /// The fiscal year in which it is to be paid.
        fiscal_year: Year,
        /// At least one document.
        documents: Vec<Document>,
        /// The budget (RAB); adds up to the amount.
        budget_lines: Option<Vec<BudgetLine>>,
        /// Where it is to happen.
        place: Option<Text>,
    }
}

impl ApplicationSubmitted {
    pub(super) fn validate(&self) -> Result<(), Fault> {
        documents(&self.documents)?;
        lines_add_up(self.budget_lines.as_ref(), self.amount, "budget_lines")
    }
}
