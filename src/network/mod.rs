//! Other machines: reading another ledger over HTTP, submitting to one, following many.

pub mod monitor;
pub mod remote;
