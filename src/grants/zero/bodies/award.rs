//! The body of a past award, taken from an old register as it stands there.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Address;
use crate::grants::about::AwardId;
use crate::grants::figures::{Figure, Figures};
use crate::grants::json::Json;
use crate::grants::json_schema;
use crate::grants::sentence::Both;
use crate::grants::shape::{self, Fault, Field, Label, Shape, SignedAmount, Text, Year, record, vocabulary};
use crate::tlog::hash::Hash;

record! {
    /// One row of an old register.
    pub struct AwardMigrated {
        /// Who received it.
        recipient: Recipient,
        /// Of which fiscal year.
        fiscal_year: Year,
        /// At least one of the eleven; below zero is a recovery, zero is kept.
        amounts: MigratedAmounts,
        /// What became of it.
        outcome: Outcome,
        /// Which agency handled it.
        agency: Option<Text>,
        /// Out of which fund.
        fund: Option<Text>,
        /// Through which other body the money went.
        conduit: Option<Conduit>,
        /// Under which programme.
        programme: Option<Text>,
        /// What for.
        purpose: Option<Text>,
        /// Who proposed it.
        sponsor: Option<Text>,
        /// The register's own mark of its state.
        label: Option<Text>,
        /// Numbers of its documents by name.
        numbers: Option<Numbers>,
        /// The place it comes from.
        source: Source,
        /// Which fields were shortened to 500 characters.
        cut: Option<Vec<Cut>>,
    }
}

record! {
    /// A recipient as the register names it.
    pub struct Recipient {
        /// The name.
        name: Text,
        /// A registration or tax number of the body.
        number: Option<Label>,
        /// The address.
        address: Option<Address>,
    }
}

record! {
    /// A body that took the money on behalf of the recipient.
    pub struct Conduit {
        /// The name.
        name: Option<Text>,
        /// A registration or tax number of the body.
        number: Option<Label>,
    }
}

/// The amounts of a migrated award.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MigratedAmounts(pub Figures);

impl Shape for MigratedAmounts {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let names: Vec<&str> = Figure::ALL.iter().map(|figure| figure.name()).collect();
        let object = shape::object(value, &names)?;
        if object.is_empty() {
            return Err(Fault::here(Both(
                "have at least one of the eleven amounts",
                "memuat sedikitnya satu dari sebelas jumlah",
            )));
        }
        let mut figures = Figures::default();
        for figure in Figure::ALL {
            if let Some(amount) = shape::field::<Option<SignedAmount>>(object, figure.name())? {
                figures.set(*figure, amount.0);
            }
        }
        Ok(MigratedAmounts(figures))
    }

    fn fields() -> Vec<Field> {
        let fields = Figure::ALL.iter().map(|figure| shape::declared::<Option<SignedAmount>>(figure.name(), ""));
        fields.flatten().collect()
    }

    fn schema() -> Value {
        let figures = Figure::ALL.iter().map(|figure| json_schema::property::<Option<SignedAmount>>(figure.name(), ""));
        json_schema::at_least_one(json_schema::object("", figures))
    }
}

vocabulary! {
    /// What became of a past award.
    pub enum Outcome {
        /// It was granted.
        Awarded = "awarded",
        /// It was refused.
        Refused = "refused",
        /// It was not yet decided.
        Pending = "pending",
        /// The applicant withdrew.
        Withdrawn = "withdrawn",
        /// It was granted and taken back.
        Cancelled = "cancelled",
        /// The register does not say.
        NotRecorded = "not_recorded",
    }
}

/// Numbers of documents by name, such as `decree` or `contract`; 1 to 20.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbers(pub BTreeMap<String, Label>);

impl Shape for Numbers {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let object = value.as_object().filter(|object| (1..=20).contains(&object.len()));
        let object = object.ok_or_else(|| {
            Fault::here(Both("be an object of 1 to 20 numbers", "berupa objek berisi 1 sampai 20 nomor"))
        })?;
        let numbers = object.iter().map(|(name, number)| {
            shape::code(name)
                .ok_or_else(|| Fault::here(Both("be named like a code", "bernama seperti kode")).inside(name))?;
            Ok((name.to_owned(), Label::read(number).map_err(|fault| fault.inside(name))?))
        });
        numbers.collect::<Result<_, Fault>>().map(Numbers)
    }

    fn schema() -> Value {
        json_schema::map::<Label>(1, 20)
    }
}

record! {
    /// Which row of which file, read by which map.
    pub struct Source {
        /// SHA-256 of the register's file.
        file_sha256: Hash,
        /// The row, from 1.
        row: u64,
        /// SHA-256 of the map that names its columns.
        map_sha256: Hash,
    }
}

impl Source {
    /// The award that this place names.
    pub fn award(&self) -> AwardId {
        let mut source = [0; 8];
        source.copy_from_slice(&self.file_sha256.as_bytes()[..8]);
        AwardId { source, row: self.row }
    }
}

vocabulary! {
    /// A field of free text that the importer may shorten; in the order of the alphabet.
    pub enum Cut {
        /// `agency`.
        Agency = "agency",
        /// `conduit.name`.
        ConduitName = "conduit.name",
        /// `fund`.
        Fund = "fund",
        /// `label`.
        Label = "label",
        /// `programme`.
        Programme = "programme",
        /// `purpose`.
        Purpose = "purpose",
        /// `recipient.address.city`.
        City = "recipient.address.city",
        /// `recipient.address.district`.
        District = "recipient.address.district",
        /// `recipient.address.region`.
        Region = "recipient.address.region",
        /// `recipient.address.street`.
        Street = "recipient.address.street",
        /// `recipient.address.street2`.
        Street2 = "recipient.address.street2",
        /// `recipient.address.ward`.
        Ward = "recipient.address.ward",
        /// `recipient.name`.
        RecipientName = "recipient.name",
        /// `sponsor`.
        Sponsor = "sponsor",
    }
}

impl AwardMigrated {
    pub(in crate::grants) fn validate(&self) -> Result<(), Fault> {
        if self.source.row == 0 {
            return Err(Fault::here(Both("be at least 1", "sedikitnya 1")).inside("row").inside("source"));
        }
        if let Some(address) = &self.recipient.address {
            address.validate().map_err(|fault| fault.inside("address").inside("recipient"))?;
        }
        if let Some(conduit) = &self.conduit
            && conduit.name.is_none()
            && conduit.number.is_none()
        {
            return Err(Fault::here(Both("have at least one field", "memuat sedikitnya satu kolom")).inside("conduit"));
        }
        let ascending = self.cut.iter().all(|cut| cut.is_sorted_by(|a, b| a < b));
        if !ascending {
            return Err(Fault::here(Both(
                "name each field once, in the order of the alphabet",
                "menyebut setiap kolom satu kali, menurut abjad",
            ))
            .inside("cut"));
        }
        Ok(())
    }
}
