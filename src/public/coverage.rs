//! How much of what the treasury paid is on the ledger, as `treasury.reconciled` says it.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;

/// What the treasury's registers say of a fiscal year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coverage {
    /// No register was ever compared.
    Never,
    /// Registers were: of the whole year, or of so many months.
    Registers {
        /// 12 for a whole year.
        months: u8,
        /// What the treasury paid, grants and assistance.
        paid: i128,
        /// The day of the newest comparison.
        as_of: Date,
        /// Its entry.
        entry: u64,
    },
}

impl Coverage {
    /// What is said of this fiscal year; of registers of the same month, the latest counts.
    pub(super) fn read(reader: &Reader, origin: &str, year: u16) -> Result<Self, StoreError> {
        let mut whole = None;
        let mut months: BTreeMap<u64, i128> = BTreeMap::new();
        let mut newest = None;
        for record in reader.timeline(&format!("year/{year}"))? {
            if record.kind != Kind::TreasuryReconciled.name() {
                continue;
            }
            let Some(statement) = reader.statement(record.index, origin)? else { continue };
            let sum = |part: &str| statement.body().pointer(part).and_then(Value::as_i64).map_or(0, i128::from);
            let paid = sum("/grants/sum") + sum("/assistance/sum");
            match statement.body().get("month").and_then(Value::as_u64) {
                Some(month) => drop(months.insert(month, paid)),
                None => whole = Some(paid),
            }
            newest = Some((statement.event_date(), record.index));
        }
        let Some((as_of, entry)) = newest else { return Ok(Self::Never) };
        let (count, paid) = match whole {
            Some(paid) => (12, paid),
            None => (u8::try_from(months.len()).unwrap_or(12), months.values().sum()),
        };
        Ok(Self::Registers { months: count, paid, as_of, entry })
    }
}
