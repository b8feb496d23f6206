//! Where the log and the rule book meet: statements, entries, the store, the only writer, the audit.

pub mod canonical;
pub mod derived;
pub mod entry;
pub mod form;
pub mod opening;
pub mod reader;
pub mod replay;
pub mod sequencer;
pub mod statement;
pub mod store;
pub mod tree;
pub mod verify;
pub mod writer;
