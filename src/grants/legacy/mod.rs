//! Award lists from before the ledger: the bytes of one CSV file and a map give the bodies of `award.migrated`.
//!
//! Pure: the command line reads the two files and signs the rows. What holds here:
//!
//! - Every record of the file is either a [`Row`] or a [`Reject`]; nothing is dropped, merged or repaired. Two equal
//!   records are two rows.
//! - Every column of the file is named in the map, under `columns` or under `ignore` with a reason.
//! - Record numbers depend on the file, its encoding and its delimiter only, so `award/<16 hex of the file>/<row>`
//!   means the same record at every run.
//! - Decoding is strict: a byte that the encoding lacks rejects its record and no other.
//!
//! The map is TOML; `fixtures/maps/` has two for real files, `fixtures/import/made-up.toml` uses every part.

mod amount;
mod decode;
mod map;
mod records;
mod section;
mod text;

use std::collections::BTreeMap;

use serde_json::{Value, json};

pub use self::amount::AmountFault;
use self::map::{Kind, Target};
pub use self::map::{Map, MapError};
use self::records::{Fault, Record, Records};
use crate::tlog::hash::{Hash, sha256};

/// What one file gave: the rows to record and the records that cannot be.
#[derive(Debug)]
pub struct Reading {
    /// SHA-256 of the file's bytes.
    pub file_sha256: Hash,
    /// SHA-256 of the map's bytes.
    pub map_sha256: Hash,
    /// The file's column headings, as written there.
    pub header: Vec<String>,
    /// Good records, in the file's order.
    pub rows: Vec<Row>,
    /// Records that cannot be recorded, in the file's order.
    pub rejects: Vec<Reject>,
}

impl Reading {
    /// Sum of one of the [`super::figures::Figure`] over all rows, in minor units of the currency; rows without it count nothing.
    #[must_use]
    pub fn sum(&self, amount: &str) -> i128 {
        let amounts = self.rows.iter().filter_map(|row| row.body["amounts"][amount].as_i64());
        amounts.map(i128::from).sum()
    }
}

/// One award, ready to be signed.
#[derive(Debug)]
pub struct Row {
    /// Number of the record in the file: 1 is the first after the header; rejected records count, blank lines do not.
    pub row: u64,
    /// Line of the file on which the record begins; 1 is the first. CR, LF and CRLF each end a line.
    pub line: u64,
    /// Body of `award.migrated`: `amounts` (integer minor units), `fiscal_year`, `outcome`, `recipient`, `source`, and
    /// of the optional fields those that the map names and the record fills. `cut` lists the fields shortened to 500
    /// characters, by their names in the map.
    pub body: Value,
}

/// One record that cannot be recorded as it stands.
#[derive(Debug)]
pub struct Reject {
    /// Line of the file on which the record begins; 1 is the first.
    pub line: u64,
    /// Number of the record in the file, as in [`Row::row`].
    pub row: u64,
    /// Why, and what to do.
    pub reason: Reason,
    /// The fields as they stand in the file, uncleaned; U+FFFD stands for bytes that are not text. After a fault in
    /// the quoting: the whole line as one field.
    pub fields: Vec<String>,
}

/// Why a record is rejected. The text is one sentence for the person who mends the file.
#[derive(Debug, thiserror::Error)]
pub enum Reason {
    /// A quoted field has text after its closing quote, or none: only this line is rejected, reading goes on after it.
    #[error(
        "a quote in this line is not closed where its field ends; remove it, or double the quotes inside the field"
    )]
    Quoting,
    /// More or fewer fields than the header has.
    #[error("the record has {found} fields and the header {expected}; add or remove delimiters")]
    Fields {
        /// Fields of the record.
        found: usize,
        /// Fields of the header.
        expected: usize,
    },
    /// Bytes that are no text in the encoding which the map names.
    #[error(
        "the record has bytes that are not {encoding} text; mend them, or name the file's true encoding in the map"
    )]
    Encoding {
        /// Name of the encoding.
        encoding: &'static str,
    },
    /// A character that no statement may hold (`schema/characters-v1.txt`).
    #[error(
        "column {header:?} has the character U+{code:04X}, which no statement may hold; remove it or check the map's encoding"
    )]
    Character {
        /// Heading of the column.
        header: String,
        /// Its code point.
        code: u32,
    },
    /// The recipient's name is empty.
    #[error("column {header:?} is empty, and an award needs its recipient's name; fill it in")]
    NoName {
        /// Heading of the column.
        header: String,
    },
    /// All amounts that the map names are empty.
    #[error("the record has no amount; fill one in (0 is an amount)")]
    NoAmount,
    /// An amount that the map's `number_format` does not read.
    #[error("column {header:?} is not an amount that can be recorded: {fault}")]
    Amount {
        /// Heading of the column.
        header: String,
        /// What is wrong with it.
        fault: AmountFault,
    },
    /// A fiscal year that is not four digits from 1900 to 2999.
    #[error("column {header:?} is not a fiscal year; write four digits, 1900 to 2999")]
    FiscalYear {
        /// Heading of the column.
        header: String,
    },
}

/// Why a file cannot be read with this map at all; no row of it is used.
#[derive(Debug, thiserror::Error)]
pub enum LegacyError {
    /// No header: nothing but blank lines.
    #[error("the file has no header line; give a CSV file whose first line names the columns")]
    Empty,
    /// The file's byte order mark is another encoding's.
    #[error(
        "the file begins with the byte order mark of {found}, but the map says {encoding}; correct `encoding` in the map"
    )]
    ByteOrderMark {
        /// Encoding of the mark.
        found: &'static str,
        /// Encoding of the map.
        encoding: &'static str,
    },
    /// The header cannot be read.
    #[error(
        "the header on line {line} has an unclosed quote or bytes that are not {encoding} text; mend it or correct the map"
    )]
    Header {
        /// Line of the header.
        line: u64,
        /// Encoding of the map.
        encoding: &'static str,
    },
    /// The map names a column that the file lacks.
    #[error("the map's {target} names the column {header:?}, which the header lacks; name one of its columns exactly")]
    MissingColumn {
        /// Target in the map, or `ignore`.
        target: String,
        /// Heading in the map.
        header: String,
    },
    /// The map names a heading that the file has more than once.
    #[error("the map's {target} names the column {header:?}, which stands at positions {positions:?}; add `position`")]
    RepeatedHeader {
        /// Target in the map, or `ignore`.
        target: String,
        /// Heading in the map.
        header: String,
        /// Where it stands; 1 is the first column.
        positions: Vec<usize>,
    },
    /// The map names a position at which the file has another heading.
    #[error(
        "the map's {target} expects the column {header:?} at position {position}, where it is not; correct `position`"
    )]
    WrongPosition {
        /// Target in the map, or `ignore`.
        target: String,
        /// Heading in the map.
        header: String,
        /// Position in the map; 1 is the first column.
        position: usize,
    },
    /// Two parts of the map name one column.
    #[error("the map names the column {header:?} for {first} and for {second}; keep one")]
    UsedTwice {
        /// Heading of the column.
        header: String,
        /// First use.
        first: String,
        /// Second use.
        second: String,
    },
    /// Columns that the map does not name.
    #[error(
        "the map says nothing about the columns {headers:?}; add each under `columns`, or under `ignore` with a reason"
    )]
    Unmapped {
        /// Their headings.
        headers: Vec<String>,
    },
    /// The map's currency is not the ledger's.
    #[error("the map counts in {map} and the ledger in {ledger}; import into a ledger of the file's currency")]
    Currency {
        /// The map's currency.
        map: String,
        /// The ledger's currency.
        ledger: String,
    },
}

/// Reads an award list of which the map tells the shape. `decimals` is the ledger's: the digits after the point of its
/// currency (2: cents). The currency's code is compared by [`Map::check_currency`].
///
/// # Errors
/// [`LegacyError`] when map and file do not fit together. A bad record is no error but a [`Reject`].
pub fn read(file: &[u8], map: &Map, decimals: u8) -> Result<Reading, LegacyError> {
    map.check_decimals(decimals)?;
    let decoded = decode::decode(file, map.encoding)?;
    let mut records = Records::new(&decoded.text, map.delimiter);
    let header = records.header().ok_or(LegacyError::Empty)?;
    let unreadable = header.fault.is_some() || decoded.is_malformed(&header.span);
    if unreadable {
        return Err(LegacyError::Header { line: header.line, encoding: map.encoding.name() });
    }
    let columns: Vec<String> = header.fields.into_iter().map(String::from).collect();
    let places = map.places(&columns)?;
    let mut reading = Reading {
        file_sha256: sha256(file),
        map_sha256: map.sha256,
        header: columns,
        rows: Vec::new(),
        rejects: Vec::new(),
    };
    let source = json!({
        "file_sha256": reading.file_sha256.to_string(),
        "map_sha256": reading.map_sha256.to_string(),
    });
    for (record, row) in records.zip(1..) {
        let award = Award { map, header: &reading.header, places: &places };
        let body = match award.refusal(&record, decoded.is_malformed(&record.span)) {
            Some(reason) => Err(reason),
            None => award.body(&record),
        };
        match body {
            Ok(mut body) => {
                body["source"] = source.clone();
                body["source"]["row"] = json!(row);
                reading.rows.push(Row { row, line: record.line, body });
            }
            Err(reason) => {
                let fields = record.fields.into_iter().map(String::from).collect();
                reading.rejects.push(Reject { line: record.line, row, reason, fields });
            }
        }
    }
    Ok(reading)
}

/// The rejects file: CSV in UTF-8, LF line ends; a heading, then for each reject line, row, reason and its raw fields.
/// Lines are as long as their records, so programs must read it as CSV of varying width.
#[must_use]
pub fn rejects_csv(reading: &Reading) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let heading = ["line", "row", "reason"].into_iter().chain(reading.header.iter().map(String::as_str));
    // Writing into memory cannot fail, and a flexible writer takes any number of fields.
    writer.write_record(heading).expect("a record written into memory");
    for reject in &reading.rejects {
        let mut record = vec![reject.line.to_string(), reject.row.to_string(), reject.reason.to_string()];
        record.extend(reject.fields.iter().cloned());
        writer.write_record(&record).expect("a record written into memory");
    }
    writer.into_inner().expect("memory flushed into itself")
}

/// What turns one record into one body.
struct Award<'a> {
    map: &'a Map,
    header: &'a [String],
    /// For each target its column, counted from 0.
    places: &'a [(&'a Target, usize)],
}

impl Award<'_> {
    /// Why the record as a whole cannot be read.
    fn refusal(&self, record: &Record<'_>, malformed: bool) -> Option<Reason> {
        if malformed {
            return Some(Reason::Encoding { encoding: self.map.encoding.name() });
        }
        match record.fault {
            Some(Fault::Quoting) => Some(Reason::Quoting),
            None if record.fields.len() != self.header.len() => {
                Some(Reason::Fields { found: record.fields.len(), expected: self.header.len() })
            }
            None => None,
        }
    }

    fn body(&self, record: &Record<'_>) -> Result<Value, Reason> {
        let mut body = json!({ "outcome": self.map.outcome });
        if let Some(year) = self.map.fiscal_year {
            body["fiscal_year"] = json!(year);
        }
        let mut cut = Vec::new();
        let mut amounts = BTreeMap::new();
        for &(target, place) in self.places {
            let header = || self.header[place].clone();
            let text = text::clean(&record.fields[place])
                .map_err(|found| Reason::Character { header: header(), code: u32::from(found) })?;
            match target.kind {
                Kind::Text if text.is_empty() && target.path == "recipient.name" => {
                    return Err(Reason::NoName { header: header() });
                }
                Kind::Text | Kind::Amount(_) if text.is_empty() => {}
                Kind::Text => {
                    let (text, shortened) = text::cut(text);
                    put(&mut body, &target.path, text);
                    if shortened {
                        cut.push(target.path.as_str());
                    }
                }
                Kind::Amount(name) => {
                    let amount = self.map.number_format.read(&text, self.map.decimals);
                    let amount = amount.map_err(|fault| Reason::Amount { header: header(), fault })?;
                    amounts.insert(name, amount);
                }
                Kind::FiscalYear => {
                    let year = text::year(&text).ok_or_else(|| Reason::FiscalYear { header: header() })?;
                    body["fiscal_year"] = json!(year);
                }
            }
        }
        if amounts.is_empty() {
            return Err(Reason::NoAmount);
        }
        body["amounts"] = json!(amounts);
        if !cut.is_empty() {
            cut.sort_unstable();
            body["cut"] = json!(cut);
        }
        Ok(body)
    }
}

/// Puts a text at a dotted path, making the objects on the way: indexing a null `Value` by name makes it an object.
fn put(body: &mut Value, path: &str, text: String) {
    let place = path.split('.').fold(body, |place, name| &mut place[name]);
    *place = Value::String(text);
}
