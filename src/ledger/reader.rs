//! Reading a ledger without being able to change it (I5): connections are read-only and no key is here.
//!
//! What is read never goes beyond the last signed checkpoint (I4): entries that are durable but not signed yet do not
//! exist for a reader.

use crate::grants::figures::Figure;
use std::cell::Cell;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};

use super::cosigned::Cosigned;
use super::derived::{self, DERIVED_FILE};
use super::search::EXACT;
use super::statement::Statement;
use super::store::{self, Access, Entries, LastSigned, Signed, StoreError};
use super::verify::{Source, SourceError};
use super::{entry::Entry, receipts};
use crate::tlog::hash::Hash;
use crate::tlog::proof::TlogProof;
use crate::tlog::tile::{self, Tile, TileSource};

/// A ledger's folder, open for reading.
pub struct Reader {
    dir: PathBuf,
    entries: Entries,
    last_signed: LastSigned,
    /// Where witnesses were ever asked.
    pub(super) cosigned: Option<Cosigned>,
    pub(super) derived: Connection,
    /// A size that was signed: what it covers is covered for ever.
    covered: Cell<u64>,
}

/// One entry as it was recorded.
#[derive(Clone, Debug)]
pub struct Record {
    /// Its place.
    pub index: u64,
    /// The kind of its statement.
    pub kind: String,
    /// The thing it is about.
    pub about: String,
    /// When the ledger recorded it, `YYYY-MM-DDTHH:MM:SS.mmmZ`.
    pub recorded_at: String,
    /// When it happened, as claimed, `YYYY-MM-DD`.
    pub event_date: String,
}

/// One grant: a case, or a migrated award.
#[derive(Clone, Debug)]
pub struct Grant {
    /// `case/<org>/<n>` or `award/<hex>/<row>`.
    pub id: String,
    /// Whether it was taken over from before the ledger.
    pub migrated: bool,
    /// The recipient's name.
    pub recipient: String,
    /// The recipient's number on the ledger, if it is registered.
    pub organisation: Option<u64>,
    /// What it is for.
    pub title: String,
    /// The field's code.
    pub field: String,
    /// The agency's code.
    pub agency: String,
    /// The fiscal year.
    pub fiscal_year: u16,
    /// `open`, `held`, `returned`, `disputed`, `refused`, `withdrawn`, `cancelled`, `reported` (rule set 0), `settled`,
    /// or a migrated award's outcome.
    pub status: String,
    /// The kind of its last step.
    pub stage: String,
    /// What may come next, as JSON: `[{"kind":"...","by":["office code", ...]}]`.
    pub next: String,
    /// Its document numbers, one a line.
    pub numbers: String,
    /// The eleven amounts in minor units, in the order of [`Figure`]; none is "not yet".
    pub amounts: [Option<i64>; 11],
    /// Way of the law and form, `grant` and `money`; empty for a migrated award.
    pub way: (String, String),
    /// The stage at which it was taken over from paper; empty if it was not.
    pub adopted: String,
    /// The day by which its use must be reported, as long as it is not; `YYYY-MM-DD`.
    pub report_due: Option<String>,
    /// Its first entry.
    pub first_index: u64,
    /// Its latest entry.
    pub last_index: u64,
}

/// Which grants, in which order.
#[derive(Clone, Debug, Default)]
pub struct GrantQuery {
    /// Words that must all occur, as beginnings, in recipient, title, numbers or id, or in a migrated
    /// award's recipient number, programme or sponsor; or an id or its beginning, and nothing else. Grants that they name
    /// exactly come first, in every order.
    pub words: String,
    /// One fiscal year.
    pub fiscal_year: Option<u16>,
    /// One status.
    pub status: Option<String>,
    /// One field's code.
    pub field: Option<String>,
    /// One agency's code.
    pub agency: Option<String>,
    /// One organisation.
    pub organisation: Option<u64>,
    /// Only grants taken over from before the ledger, or only those that were not.
    pub migrated: Option<bool>,
    /// The kind of the last step.
    pub stage: Option<String>,
    /// Only grants whose size, as [`SIZE`] has it, is at least the first and less than the second.
    pub size: Option<(i64, i64)>,
    /// Only grants that this flag found something on; `report_missing`: those whose report is overdue.
    pub flag: Option<String>,
    /// Which come first.
    pub sort: Sort,
    /// Only grants that have this one of [`Figure`]; beyond its end, no grant has it.
    pub amount: Option<usize>,
    /// How many to skip.
    pub offset: u32,
    /// How many at most.
    pub limit: u32,
}

/// Which grants come first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The one that changed last.
    #[default]
    Changed,
    /// The largest.
    Size,
    /// The one of the latest fiscal year.
    Year,
}

impl Sort {
    const fn order(self) -> &'static str {
        match self {
            Self::Changed => "g.last_idx DESC, g.n",
            Self::Size => "coalesce(g.paid, g.decreed, g.asked, -1) DESC, g.last_idx DESC, g.n",
            Self::Year => "g.fiscal_year DESC, g.last_idx DESC, g.n",
        }
    }
}

/// The size of a grant: what was paid, or else decreed, or else asked, as places in [`Figure`].
pub const SIZE: [usize; 3] = [7, 5, 0];

/// A page of grants and how many there are in all.
#[derive(Clone, Debug, Default)]
pub struct GrantPage {
    /// The grants of this page: those that the words name exactly, then the others, each in the order asked for.
    pub grants: Vec<Grant>,
    /// How many match.
    pub total: u64,
    /// How many of those the words name exactly, as [`Reader::named_exactly`] has it.
    pub exact: u64,
    /// The sums of the eleven amounts over all that match, in minor units; none where no grant has the amount.
    pub sums: [Option<i128>; 11],
    /// How many of those that match have each amount.
    pub counts: [u64; 11],
}

/// A value and how many grants have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// The value.
    pub value: String,
    /// How many.
    pub count: u64,
}

/// An organisation on the ledger.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Its number.
    pub n: u64,
    /// Its name.
    pub name: String,
    /// The entry that registered it.
    pub index: u64,
    /// The number of its licence or deed; empty where it has none or that was erased.
    pub licence: String,
    /// The entry that gave that number.
    pub licensed: Option<u64>,
}

impl Reader {
    /// Opens the ledger in `dir`.
    ///
    /// # Errors
    /// [`StoreError::NoLedger`], [`StoreError::Missing`], [`StoreError::Damaged`].
    pub fn open(dir: &Path) -> Result<Self, StoreError> {
        Self::open_as(dir, Access::Read)
    }

    /// The same, for one who follows the ledger or for one who reads it once ([`Access::ReadOnce`]).
    ///
    /// # Errors
    /// What the files report.
    pub fn open_as(dir: &Path, access: Access) -> Result<Self, StoreError> {
        let entries = Entries::open(dir, access)?;
        let last_signed = LastSigned::open(dir, access)?;
        let file = dir.join(DERIVED_FILE);
        if !file.exists() {
            let what = "it is missing: open the ledger for writing, which makes it anew".to_owned();
            return Err(StoreError::System { file, what });
        }
        let derived = store::open(&file, access)?;
        derived::check_version(&file, &derived)?;
        let cosigned = Cosigned::read(dir)?;
        let reader = Self { dir: dir.to_owned(), entries, last_signed, cosigned, derived, covered: Cell::new(0) };
        // In this order: derived tables follow the checkpoint, so what they have now is signed by the next line.
        let sql = "SELECT size FROM progress";
        let size: u64 = reader.derived.query_row(sql, [], |row| row.get(0)).map_err(|e| reader.fault(&e))?;
        let signed = reader.signed()?.size;
        if size > signed {
            return Err(StoreError::TwoHistories(format!(
                "{} has {size} entries but only {signed} were signed: open the ledger for writing, which makes it anew",
                file.display()
            )));
        }
        Ok(reader)
    }

    /// Lets SQLite keep at most this much of each of the three files in memory, in KiB.
    ///
    /// # Errors
    /// What the files report.
    pub fn keep_pages(&self, kib: u32) -> Result<(), StoreError> {
        self.entries.keep_pages(kib)?;
        self.last_signed.keep_pages(kib)?;
        store::keep_pages(&self.derived, kib).map_err(|e| self.fault(&e))
    }

    /// Whether a signed tree has `width` places of tile `index` on this level.
    fn covers(&self, level: u8, index: u64, width: u16) -> Result<bool, StoreError> {
        let reaches = |size: u64| reaches(index, width, size.checked_shr(8 * u32::from(level)).unwrap_or(0));
        if reaches(self.covered.get()) {
            return Ok(true);
        }
        self.covered.set(self.signed()?.size);
        Ok(reaches(self.covered.get()))
    }

    pub(super) fn fault(&self, error: &rusqlite::Error) -> StoreError {
        StoreError::sql(&self.dir.join(DERIVED_FILE), error)
    }

    /// Runs `work` on one state of the three files, whatever is written meanwhile; its queries need not ask for that state
    /// one by one.
    ///
    /// # Errors
    /// What the files report.
    pub fn still<T>(&self, work: impl FnOnce(&Self) -> T) -> Result<T, StoreError> {
        let fault = |e: rusqlite::Error| self.fault(&e);
        // In this order: what the derived tables have is signed, and what is signed is there.
        let _derived = self.derived.unchecked_transaction().map_err(fault)?;
        let pinned = self.derived.prepare_cached("SELECT size FROM progress");
        pinned.and_then(|mut read| read.query_row([], |_| Ok(()))).map_err(fault)?;
        let _last_signed = self.last_signed.hold()?;
        let _entries = self.entries.hold()?;
        Ok(work(self))
    }

    /// Three numbers that change, for this reader, whenever a checkpoint, the derived tables or what witnesses said do.
    ///
    /// # Errors
    /// What the files report.
    pub fn version(&self) -> Result<[i64; 3], StoreError> {
        let of = |file: &Connection| file.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0));
        let cosigned = self.cosigned.as_ref().map_or(Ok(0), Cosigned::version)?;
        Ok([self.last_signed.version()?, of(&self.derived).map_err(|e| self.fault(&e))?, cosigned])
    }

    /// Tiles that do not give the tree that was signed.
    pub(super) fn unreadable(&self, why: &dyn std::fmt::Display) -> StoreError {
        StoreError::Damaged { file: self.dir.join(store::ENTRIES_FILE), what: why.to_string() }
    }

    /// The newest checkpoint.
    ///
    /// # Errors
    /// What the files report.
    pub fn signed(&self) -> Result<Signed, StoreError> {
        self.last_signed.get()
    }

    /// Entry `index`, verbatim, when a checkpoint covers it.
    ///
    /// # Errors
    /// What the files report.
    pub fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if index >= self.signed()?.size { Ok(None) } else { self.entries.entry(index) }
    }

    /// The entry and statement of `index`, read.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the stored bytes are no entry.
    pub fn statement(&self, index: u64, origin: &str) -> Result<Option<Statement>, StoreError> {
        let Some(bytes) = self.entry(index)? else { return Ok(None) };
        let read = Entry::parse(&bytes).and_then(|entry| Statement::parse(entry.statement, origin));
        read.map(Some).map_err(|fault| StoreError::Damaged {
            file: self.dir.join(store::ENTRIES_FILE),
            what: format!("entry {index}: {fault}"),
        })
    }

    /// As [`Reader::statement`], of an entry that holds the rows of a paper: with the row about `case` only, where that is
    /// found at once. So its hash is not that of the entry's statement.
    ///
    /// # Errors
    /// As [`Reader::statement`].
    pub fn statement_about(&self, index: u64, origin: &str, case: &str) -> Result<Option<Statement>, StoreError> {
        let Some(bytes) = self.entry(index)? else { return Ok(None) };
        let cut = Entry::parse(&bytes).ok().and_then(|entry| with_one_row(entry.statement, case));
        match cut.and_then(|cut| Statement::parse(&cut, origin).ok()) {
            Some(statement) => Ok(Some(statement)),
            None => self.statement(index, origin),
        }
    }

    /// The note of this checkpoint, with the lines of witnesses where a quorum has seen just this one.
    ///
    /// # Errors
    /// What the files report.
    pub fn note_of(&self, signed: Signed) -> Result<String, StoreError> {
        Cosigned::note_of(&self.dir, signed.note)
    }

    /// The receipt of entry `index`: under the newest checkpoint that a quorum of witnesses has seen, or if that does not
    /// cover it, under the newest.
    ///
    /// # Errors
    /// What the files report.
    pub fn receipt(&self, index: u64) -> Result<Option<TlogProof>, StoreError> {
        let signed = match self.seen()? {
            Some(seen) if index < seen.signed.size => seen.signed,
            _ => self.signed()?,
        };
        if index >= signed.size {
            return Ok(None);
        }
        receipts::receipt(&self.entries, &signed, index).map(Some)
    }

    /// A hash tile, if the newest checkpoint's tree is large enough for it.
    ///
    /// # Errors
    /// What the files report.
    pub fn tile(&self, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
        if self.covers(tile.level, tile.index, tile.width)? { self.entries.hash_tile(tile).map(Some) } else { Ok(None) }
    }

    /// An entry bundle, if the newest checkpoint's tree is large enough for it.
    ///
    /// # Errors
    /// What the files report.
    pub fn entry_bundle(&self, index: u64, width: u16) -> Result<Option<Vec<u8>>, StoreError> {
        if self.covers(0, index, width)? { self.entries.bundle(index, width).map(Some) } else { Ok(None) }
    }

    /// The place of the entry with this statement.
    ///
    /// # Errors
    /// What the files report.
    pub fn index_of_statement(&self, hash: &Hash) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT idx FROM records WHERE statement = ?1";
        let found = self.derived.prepare_cached(sql).and_then(|mut s| s.query_row([hash.as_bytes()], |row| row.get(0)));
        found.optional().map_err(|e| self.fault(&e))
    }

    /// One grant.
    ///
    /// # Errors
    /// What the files report.
    pub fn grant(&self, id: &str) -> Result<Option<Grant>, StoreError> {
        let sql = format!("SELECT {} FROM grants AS g WHERE id = ?1", grant_columns());
        let found = self.derived.prepare_cached(&sql).and_then(|mut s| s.query_row([id], read_grant));
        found.optional().map_err(|e| self.fault(&e))
    }

    /// The grants that match, latest change first, with count and sums.
    ///
    /// # Errors
    /// What the files report.
    pub fn grants(&self, query: &GrantQuery) -> Result<GrantPage, StoreError> {
        let fault = |e: rusqlite::Error| self.fault(&e);
        let asked = self.asked(query)?;
        let (filter, values) = (asked.filter(), &asked.values()[..]);
        // In two parts, each far from 64 bits, since SQLite ends a sum that overflows with an error.
        let sums = Figure::NAMES
            .map(|name| format!("count(g.{name}), sum(g.{name} / {SUM_PART}), sum(g.{name} % {SUM_PART})"));
        let counted = format!("SELECT count(*), {}, coalesce(sum({EXACT}), 0) {filter}", sums.join(", "));
        let ((total, sums, counts), exact) = self
            .derived
            .query_row(&counted, values, |row| Ok((read_sums(row)?, row.get(1 + 3 * Figure::NAMES.len())?)))
            .map_err(fault)?;
        let sql = format!(
            "SELECT {} {filter} ORDER BY {}{} LIMIT {} OFFSET {}",
            grant_columns(),
            asked.first(),
            query.sort.order(),
            query.limit,
            query.offset
        );
        let mut statement = self.derived.prepare(&sql).map_err(fault)?;
        let rows = statement.query_map(values, read_grant).map_err(fault)?;
        Ok(GrantPage { grants: rows.collect::<Result<_, _>>().map_err(fault)?, total, exact, sums, counts })
    }

    /// How many grants have each value of `column`, which is `fiscal_year`, `status`, `field` or `agency`, among those
    /// that match.
    ///
    /// # Errors
    /// What the files report.
    pub fn facet(&self, query: &GrantQuery, column: Facet) -> Result<Vec<Count>, StoreError> {
        let fault = |e: rusqlite::Error| self.fault(&e);
        let asked = self.asked(query)?;
        let (filter, column) = (asked.filter(), column.column());
        let sql =
            format!("SELECT CAST(g.{column} AS TEXT), count(*) {filter} GROUP BY g.{column} ORDER BY count(*) DESC, 1");
        let mut statement = self.derived.prepare(&sql).map_err(fault)?;
        let values = &asked.values()[..];
        let rows =
            statement.query_map(values, |row| Ok(Count { value: row.get(0)?, count: row.get(1)? })).map_err(fault)?;
        rows.collect::<Result<_, _>>().map_err(fault)
    }

    /// The entries of a thing, in order.
    ///
    /// # Errors
    /// What the files report.
    pub fn timeline(&self, about: &str) -> Result<Vec<Record>, StoreError> {
        let sql = "SELECT r.idx, r.kind, r.about, r.recorded_at, r.event_date FROM timeline AS t JOIN records AS r USING (idx) WHERE t.about = ?1 ORDER BY r.idx";
        self.records(sql, params![about])
    }

    /// The newest entries, newest first.
    ///
    /// # Errors
    /// What the files report.
    pub fn newest(&self, count: u32) -> Result<Vec<Record>, StoreError> {
        let sql = "SELECT idx, kind, about, recorded_at, event_date FROM records ORDER BY idx DESC LIMIT ?1";
        self.records(sql, params![count])
    }

    fn records(&self, sql: &str, values: &[&dyn ToSql]) -> Result<Vec<Record>, StoreError> {
        self.listed(sql, values, read_record)
    }

    /// One organisation.
    ///
    /// # Errors
    /// What the files report.
    pub fn organisation(&self, n: u64) -> Result<Option<Organisation>, StoreError> {
        let sql = format!("SELECT {} FROM organisations WHERE n = ?1", Organisation::COLUMNS);
        let found = self.derived.prepare_cached(&sql).and_then(|mut s| s.query_row([n], Organisation::read));
        found.optional().map_err(|e| self.fault(&e))
    }
}

/// What the list of grants can be narrowed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Facet {
    /// The fiscal year.
    FiscalYear,
    /// The status.
    Status,
    /// The field.
    Field,
    /// The agency.
    Agency,
}

impl Facet {
    const fn column(self) -> &'static str {
        match self {
            Self::FiscalYear => "fiscal_year",
            Self::Status => "status",
            Self::Field => "field",
            Self::Agency => "agency",
        }
    }
}

/// A row of idx, kind, about, recorded_at, event_date.
pub(super) fn read_record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        index: row.get(0)?,
        kind: row.get(1)?,
        about: row.get(2)?,
        recorded_at: row.get(3)?,
        event_date: row.get(4)?,
    })
}

/// A statement whose body is rows and nothing else, with the one about `case`: reading two hundred for each page takes
/// most of its time. What looks like a field's name between quotes is never part of a text, for there quotes are escaped.
fn with_one_row(statement: &[u8], case: &str) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(statement).ok()?;
    let rows = text.find(ROWS)? + ROWS.len();
    let end = rows + text[rows..].find("]},\"event_date\":\"")?;
    let about = rows + text[rows..end].find(&format!("\"case\":\"{case}\""))?;
    let first = rows + text[rows..about].rfind('{')?;
    let last = about + text[about..end].find('}')?;
    Some([&text[..rows], &text[first..=last], &text[end..]].concat().into_bytes())
}

/// Where the rows of a list, budget or decree begin.
const ROWS: &str = "\"body\":{\"rows\":[";

/// Whether a level of `nodes` fills `width` places of tile `index`; a full tile only when it is full.
fn reaches(index: u64, width: u16, nodes: u64) -> bool {
    (1..=tile::TILE_WIDTH).contains(&width)
        && index.checked_mul(256).and_then(|first| first.checked_add(u64::from(width))).is_some_and(|end| end <= nodes)
}

pub(super) fn grant_columns() -> String {
    let amounts = Figure::NAMES.map(|name| format!("g.{name}")).join(", ");
    format!(
        "g.id, g.migrated, g.recipient, g.organisation, g.title, g.field, g.agency, g.fiscal_year, g.status, g.stage, g.next, g.numbers, g.first_idx, g.last_idx, g.way, g.form, g.adopted, g.report_due, {amounts}"
    )
}

/// What a sum of amounts is split at.
const SUM_PART: i64 = 1_000_000_000;

type Totals = (u64, [Option<i128>; 11], [u64; 11]);

fn read_sums(row: &Row<'_>) -> rusqlite::Result<Totals> {
    let (mut sums, mut counts) = ([None; 11], [0; 11]);
    for at in 0..Figure::NAMES.len() {
        counts[at] = row.get(1 + 3 * at)?;
        let high: Option<i64> = row.get(2 + 3 * at)?;
        let low: Option<i64> = row.get(3 + 3 * at)?;
        sums[at] = high.zip(low).map(|(high, low)| i128::from(high) * i128::from(SUM_PART) + i128::from(low));
    }
    Ok((row.get(0)?, sums, counts))
}

pub(super) fn read_grant(row: &Row<'_>) -> rusqlite::Result<Grant> {
    let mut amounts = [None; 11];
    for (at, amount) in amounts.iter_mut().enumerate() {
        *amount = row.get(at + 18)?;
    }
    Ok(Grant {
        id: row.get(0)?,
        migrated: row.get(1)?,
        recipient: row.get(2)?,
        organisation: row.get(3)?,
        title: row.get(4)?,
        field: row.get(5)?,
        agency: row.get(6)?,
        fiscal_year: row.get(7)?,
        status: row.get(8)?,
        stage: row.get(9)?,
        next: row.get(10)?,
        numbers: row.get(11)?,
        first_index: row.get(12)?,
        last_index: row.get(13)?,
        way: (row.get(14)?, row.get(15)?),
        adopted: row.get(16)?,
        report_due: row.get(17)?,
        amounts,
    })
}

impl TileSource for Reader {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        match self.tile(tile) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(SourceError(format!("{} has no such hash tile", self.dir.display()))),
            Err(error) => Err(SourceError(error.to_string())),
        }
    }
}

impl Source for Reader {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.last_signed.checkpoint().map(String::into_bytes).map_err(|e| SourceError(e.to_string()))
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        match self.entry_bundle(index, width) {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => Err(SourceError(format!("{} has no such entry bundle", self.dir.display()))),
            Err(error) => Err(SourceError(error.to_string())),
        }
    }
}
