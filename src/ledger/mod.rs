//! Where the log and the rule book meet: statements, entries, the store, the only writer, the audit.

mod audit;
pub mod canonical;
mod crew;
pub mod derived;
pub mod documents;
pub mod enclosures;
pub mod entry;
pub mod erased;
pub mod findings;
pub mod form;
mod hidden;
pub mod ledger_keys;
pub mod metrics;
pub mod opening;
pub mod reader;
pub mod refusals;
pub mod replay;
pub mod sequencer;
pub mod shown;
pub mod statement;
pub mod store;
pub mod tree;
pub mod vault;
pub mod verify;
pub mod writer;
