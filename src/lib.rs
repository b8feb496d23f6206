//! `hibah`: a ledger that makes public grants checkable by anyone.
//!
//! Data flows downward through the rooms and never back; `ARCHITECTURE.md` is the map.

pub mod grants;
pub mod ledger;
pub mod tlog;
