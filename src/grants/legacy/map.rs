//! The map: what an award list's columns mean. TOML, read strictly: every error names line and field.

use crate::grants::figures::Figure;
use crate::grants::zero::bodies::Outcome;
use encoding_rs::Encoding;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::LegacyError;
use super::amount::NumberFormat;
use super::section::{Section, line_of};
use super::text;
use crate::tlog::hash::{Hash, sha256};

/// The texts a column can become, beside `numbers.<name>`.
const TEXTS: [&str; 17] = [
    "recipient.name",
    "recipient.number",
    "recipient.address.street",
    "recipient.address.street2",
    "recipient.address.ward",
    "recipient.address.district",
    "recipient.address.city",
    "recipient.address.region",
    "recipient.address.postcode",
    "conduit.name",
    "conduit.number",
    "agency",
    "programme",
    "purpose",
    "sponsor",
    "label",
    "fund",
];

/// Tables under `columns` that hold targets.
const GROUPS: [&str; 5] = ["recipient", "recipient.address", "conduit", "amounts", "numbers"];

/// Most columns under `numbers`: with every field at its longest the statement still fits into 65,000 bytes.
const NUMBERS_LIMIT: usize = 8;

/// What the columns of one award list mean.
#[derive(Debug)]
pub struct Map {
    /// SHA-256 of the map's own bytes.
    pub(super) sha256: Hash,
    pub(super) encoding: &'static Encoding,
    pub(super) delimiter: u8,
    /// The same for all rows, unless a column has it.
    pub(super) fiscal_year: Option<u16>,
    pub(super) outcome: String,
    currency: String,
    pub(super) decimals: u8,
    pub(super) number_format: NumberFormat,
    /// What each used column becomes.
    columns: Vec<(Target, Column)>,
    ignored: Vec<Column>,
}

/// What is wrong with a map.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the map, {field}: {problem}")]
pub struct MapError {
    /// Line of the map; 1 is the first. A missing field: where its table begins.
    pub line: usize,
    /// Dotted name of the field.
    pub field: String,
    /// What is wrong with it and what to do.
    pub problem: String,
}

/// What a column becomes: a dotted place in the body of `award.migrated`.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) path: String,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    /// One of [`Figure`].
    Amount(&'static str),
    FiscalYear,
}

/// A column as the map names it.
#[derive(Debug)]
struct Column {
    header: String,
    /// 1 is the first.
    position: Option<usize>,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// [`MapError`] at the first thing that is not TOML 1.1, unknown, missing or out of range.
    pub fn from_toml(text: &str) -> Result<Self, MapError> {
        let document = DeTable::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            MapError { line: line_of(text, at), field: "TOML".into(), problem: error.message().into() }
        })?;
        let root = Section { text, path: String::new(), span: 0..0, table: document.get_ref() };
        root.only(&[
            "encoding",
            "delimiter",
            "fiscal_year",
            "outcome",
            "currency",
            "number_format",
            "columns",
            "ignore",
        ])?;
        let currency = root.section("currency")?;
        currency.only(&["code", "decimals"])?;
        let mut columns = Vec::new();
        let fiscal_year = root.fiscal_year(&mut columns)?;
        root.section("columns")?.columns(&mut columns)?;
        for (needed, any) in [("recipient.name", "recipient.name"), ("amounts.", "amounts.decreed or another amount")] {
            if !columns.iter().any(|(target, _)| target.path.starts_with(needed)) {
                let problem = format!("it names no column for {any}, which every award needs; add it");
                return Err(root.fault("columns", &root.required("columns")?.span(), problem));
            }
        }
        Ok(Self {
            sha256: sha256(text.as_bytes()),
            encoding: root.encoding()?,
            delimiter: root.delimiter()?,
            fiscal_year,
            outcome: root.outcome()?,
            currency: currency.currency_code()?,
            decimals: u8::try_from(currency.integer("decimals", 0..=4)?).unwrap_or(4),
            number_format: root.section("number_format")?.number_format()?,
            columns,
            ignored: root.ignored()?,
        })
    }

    /// Whether the ledger's currency is the map's.
    ///
    /// # Errors
    /// [`LegacyError::Currency`] when code or decimals differ.
    pub fn check_currency(&self, code: &str, decimals: u8) -> Result<(), LegacyError> {
        if self.currency == code && self.decimals == decimals {
            return Ok(());
        }
        let name = |code: &str, decimals: u8| format!("{code} with {decimals} decimals");
        Err(LegacyError::Currency { map: name(&self.currency, self.decimals), ledger: name(code, decimals) })
    }

    pub(super) fn check_decimals(&self, decimals: u8) -> Result<(), LegacyError> {
        self.check_currency(&self.currency, decimals)
    }

    /// For each target its column in this header, counted from 0.
    pub(super) fn places(&self, headers: &[String]) -> Result<Vec<(&Target, usize)>, LegacyError> {
        let mut used: Vec<Option<&str>> = vec![None; headers.len()];
        let mut places = Vec::new();
        let targets = self.columns.iter().map(|(target, column)| (Some(target), column));
        for (target, column) in targets.chain(self.ignored.iter().map(|column| (None, column))) {
            let name = target.map_or("ignore", |target| target.path.as_str());
            let place = column.place(name, headers)?;
            if let Some(first) = used[place].replace(name) {
                let header = headers[place].clone();
                return Err(LegacyError::UsedTwice { header, first: first.into(), second: name.into() });
            }
            places.extend(target.map(|target| (target, place)));
        }
        let unmapped = headers.iter().zip(&used).filter(|(_, used)| used.is_none());
        let unmapped: Vec<String> = unmapped.map(|(header, _)| header.clone()).collect();
        if unmapped.is_empty() { Ok(places) } else { Err(LegacyError::Unmapped { headers: unmapped }) }
    }
}

impl Column {
    /// Where it stands in the header, counted from 0.
    fn place(&self, target: &str, headers: &[String]) -> Result<usize, LegacyError> {
        let (target, header) = (target.to_owned(), self.header.clone());
        let mut found = (0..headers.len()).filter(|&place| headers[place] == self.header);
        match (self.position, found.next()) {
            (_, None) => Err(LegacyError::MissingColumn { target, header }),
            (Some(position), Some(first)) => {
                let place = std::iter::once(first).chain(found).find(|place| place + 1 == position);
                place.ok_or(LegacyError::WrongPosition { target, header, position })
            }
            (None, Some(first)) => {
                let others: Vec<usize> = found.collect();
                if others.is_empty() {
                    return Ok(first);
                }
                let positions = std::iter::once(first).chain(others).map(|place| place + 1).collect();
                Err(LegacyError::RepeatedHeader { target, header, positions })
            }
        }
    }
}

/// The fields of a map.
impl<'a> Section<'a> {
    /// One of those that the rule book takes: another would be refused with every row.
    fn outcome(&self) -> Result<String, MapError> {
        let name = self.string("outcome")?;
        if Outcome::parse(name).is_none() {
            let known: Vec<&str> = Outcome::ALL.iter().map(|outcome| outcome.name()).collect();
            let problem = format!("must be one of {}", known.join(", "));
            return Err(self.fault("outcome", &self.required("outcome")?.span(), problem));
        }
        Ok(name.to_owned())
    }

    fn currency_code(&self) -> Result<String, MapError> {
        let code = self.string("code")?;
        if code.is_empty() || code.len() > 50 || !code.bytes().all(|byte| byte.is_ascii_uppercase()) {
            let problem = "must be a short plain name, such as \"IDR\"";
            return Err(self.fault("code", &self.required("code")?.span(), problem));
        }
        Ok(code.to_owned())
    }

    fn encoding(&self) -> Result<&'static Encoding, MapError> {
        let label = self.string("encoding")?;
        // The "replacement" encoding decodes nothing: it is what browsers call encodings too dangerous to read.
        Encoding::for_label_no_replacement(label.as_bytes()).ok_or_else(|| {
            let problem =
                "unknown encoding; name one of the WHATWG Encoding Standard, such as \"utf-8\", \"macintosh\"";
            self.required("encoding").map_or_else(|error| error, |value| self.fault("encoding", &value.span(), problem))
        })
    }

    fn delimiter(&self) -> Result<u8, MapError> {
        match self.string("delimiter")?.as_bytes() {
            &[byte] if byte == b'\t' || byte == b' ' || (byte.is_ascii_punctuation() && byte != b'"') => Ok(byte),
            _ => {
                let problem = "must be one ASCII sign, such as \",\", \";\" or \"\\t\", and no quote";
                Err(self.fault("delimiter", &self.required("delimiter")?.span(), problem))
            }
        }
    }

    /// The constant; or none, after adding the column that has it.
    fn fiscal_year(&self, columns: &mut Vec<(Target, Column)>) -> Result<Option<u16>, MapError> {
        let value = self.required("fiscal_year")?;
        if let DeValue::Integer(digits) = value.get_ref() {
            let year = text::year(digits.as_str()).filter(|_| digits.radix() == 10);
            return year.map(Some).ok_or_else(|| self.fault("fiscal_year", &value.span(), "must be 1900 to 2999"));
        }
        let section = self
            .table_of("fiscal_year", value)
            .map_err(|error| MapError { problem: "must be a year, or { column = \"heading\" }".into(), ..error })?;
        section.only(&["column"])?;
        let column = section.column("column", section.required("column")?)?;
        columns.push((Target { path: "fiscal_year".into(), kind: Kind::FiscalYear }, column));
        Ok(None)
    }

    /// The targets in this table and the tables below it.
    fn columns(&self, columns: &mut Vec<(Target, Column)>) -> Result<(), MapError> {
        let mut entries: Vec<_> = self.table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in entries {
            let name: &str = key.get_ref();
            let full = self.full(name);
            // The path begins with "columns", which is no part of the target.
            let target = full.strip_prefix("columns.").unwrap_or(&full);
            if GROUPS.contains(&target) {
                self.table_of(name, value)?.columns(columns)?;
                continue;
            }
            let Some(kind) = kind(target) else {
                let problem = "unknown target; known: amounts.<one of the eleven>, numbers.<name>, ".to_owned();
                return Err(self.fault(name, &key.span(), problem + &TEXTS.join(", ")));
            };
            let column = self.column(name, value)?;
            columns.push((Target { path: target.to_owned(), kind }, column));
        }
        let numbers = columns.iter().filter(|(target, _)| target.path.starts_with("numbers.")).count();
        if numbers > NUMBERS_LIMIT {
            let problem = format!("more than {NUMBERS_LIMIT} numbers; keep those that identify the award");
            return Err(self.fault("numbers", &self.span, problem));
        }
        Ok(())
    }

    /// A heading, or `{ header, position }`.
    fn column(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Result<Column, MapError> {
        if let Some(header) = value.get_ref().as_str() {
            return Ok(Column { header: header.to_owned(), position: None });
        }
        let section = self.table_of(key, value).map_err(|error| MapError {
            problem: "must be a column's heading, or { header = \"heading\", position = 3 }".into(),
            ..error
        })?;
        section.only(&["header", "position"])?;
        // Any number of columns a file may have.
        let position = section.integer("position", 1..=100_000)? as usize;
        Ok(Column { header: section.string("header")?.to_owned(), position: Some(position) })
    }

    fn ignored(&self) -> Result<Vec<Column>, MapError> {
        let Some(value) = self.table.get("ignore") else {
            return Ok(Vec::new());
        };
        let tables = value
            .get_ref()
            .as_array()
            .ok_or_else(|| self.fault("ignore", &value.span(), "must be tables: [[ignore]] with column and reason"))?;
        let mut ignored = Vec::new();
        for value in tables {
            let section = self.table_of("ignore", value)?;
            section.only(&["column", "reason"])?;
            if section.string("reason")?.trim().is_empty() {
                let problem = "must say why the column is left out";
                return Err(section.fault("reason", &section.required("reason")?.span(), problem));
            }
            ignored.push(section.column("column", section.required("column")?)?);
        }
        Ok(ignored)
    }

    fn number_format(&self) -> Result<NumberFormat, MapError> {
        self.only(&["thousands", "decimal", "strip", "negative"])?;
        let thousands = self.separator("thousands")?;
        let decimal = self.separator("decimal")?;
        if decimal.is_some() && thousands == decimal {
            let problem = "must differ from thousands";
            return Err(self.fault("decimal", &self.required("decimal")?.span(), problem));
        }
        let mut marks = Vec::new();
        for (mark, span) in self.strings("strip")? {
            let clean = text::clean(mark).is_ok_and(|clean| clean == mark && !clean.is_empty());
            let number = |found: char| found.is_ascii_digit() || "()".contains(found);
            if !clean || mark.contains(number) || mark.starts_with('-') {
                let problem =
                    "a mark must be a text without digits, parentheses, leading minus, outer or double spaces";
                return Err(self.fault("strip", &span, problem));
            }
            marks.push(mark.to_owned());
        }
        // "Rp." before "Rp".
        marks.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let (mut minus, mut parentheses) = (false, false);
        for (form, span) in self.strings("negative")? {
            match form {
                "-1" => minus = true,
                "(1)" => parentheses = true,
                _ => {
                    return Err(self.fault("negative", &span, "must hold \"-1\", \"(1)\", both or none"));
                }
            }
        }
        Ok(NumberFormat { thousands, decimal, marks, minus, parentheses })
    }

    fn separator(&self, key: &str) -> Result<Option<char>, MapError> {
        let Some(value) = self.table.get(key) else {
            return Ok(None);
        };
        let mut signs = self.string(key)?.chars();
        match (signs.next(), signs.next()) {
            (Some(sign), None) if " .,'\u{2019}_".contains(sign) => Ok(Some(sign)),
            _ => {
                let problem = "must be one of space (any blank in the file), point, comma, apostrophe, underscore; or leave it out";
                Err(self.fault(key, &value.span(), problem))
            }
        }
    }
}

/// What a target holds; none for an unknown one.
fn kind(target: &str) -> Option<Kind> {
    if let Some(amount) = target.strip_prefix("amounts.") {
        return Figure::NAMES.iter().copied().find(|&name| name == amount).map(Kind::Amount);
    }
    // The form of every key in a statement (formats.md section 1).
    let named = |name: &str| {
        name.len() <= 50
            && name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let known = TEXTS.contains(&target) || target.strip_prefix("numbers.").is_some_and(named);
    known.then_some(Kind::Text)
}
