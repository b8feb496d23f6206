//! The body of a running case that is taken over from paper.

use serde_json::Value;

use super::{Document, Form, Way};
use crate::grants::figures::{Figure, Figures};
use crate::grants::json::Json;
use crate::grants::json_schema;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::sentence::Both;
use crate::grants::shape::{self, Code, Fault, Field, Label, Shape, Text, Year, record};
use crate::grants::time::Date;

record! {
    /// A running case is taken over from paper; its earlier steps are not signed.
    pub struct CaseAdopted {
        /// A short name of the undertaking.
        title: Text,
        /// What it is for.
        purpose: Text,
        /// A code of the profile's fields.
        field: Code,
        /// Money, goods or services.
        form: Form,
        /// Which way of the law.
        way: Way,
        /// The fiscal year in which it is to be paid.
        fiscal_year: Year,
        /// The last stage that is done.
        stage: Kind,
        /// Those of the eleven amounts that are known.
        amounts: AdoptedAmounts,
        /// The numbers of its papers.
        numbers: Option<Vec<AdoptedNumber>>,
        /// The dates of its stages.
        dates: Option<Vec<AdoptedDate>>,
        /// By when the use must be reported.
        report_due: Option<Date>,
        /// The minutes of the taking over.
        document: Document,
    }
}

record! {
    /// The number of a paper that was issued before the case was taken over.
    pub struct AdoptedNumber {
        /// The kind of statement that the paper would be.
        kind: Kind,
        /// Its number.
        number: Label,
    }
}

record! {
    /// The day of a stage that was done before the case was taken over.
    pub struct AdoptedDate {
        /// The kind of statement that it would be.
        kind: Kind,
        /// The day.
        date: Date,
    }
}

/// The amounts of a case that is taken over, at least one; none is below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdoptedAmounts(pub Figures);

impl Shape for AdoptedAmounts {
    fn read(value: Json<'_>) -> Result<Self, Fault> {
        let object = shape::object(value, &Figure::NAMES)?;
        if object.is_empty() {
            return Err(Fault::here(Both(
                "have at least one of the eleven amounts",
                "memuat sedikitnya satu dari sebelas jumlah",
            )));
        }
        let mut figures = Figures::default();
        for figure in Figure::ALL {
            if let Some(amount) = shape::field::<Option<Amount>>(object, figure.name())? {
                figures.set(*figure, amount);
            }
        }
        Ok(AdoptedAmounts(figures))
    }

    fn fields() -> Vec<Field> {
        let fields = Figure::ALL.iter().map(|figure| shape::declared::<Option<Amount>>(figure.name(), ""));
        fields.flatten().collect()
    }

    fn schema() -> Value {
        let figures = Figure::ALL.iter().map(|figure| json_schema::property::<Option<Amount>>(figure.name(), ""));
        json_schema::at_least_one(json_schema::object("", figures))
    }
}
