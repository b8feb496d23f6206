//! `hibah`: a ledger that makes public grants checkable by anyone.
//!
//! Data flows downward through the rooms and never back; `ARCHITECTURE.md` is the map.

pub mod cli;
pub mod desk;
pub mod grants;
pub mod ledger;
pub mod network;
pub mod public;
pub mod tlog;
