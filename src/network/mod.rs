//! Other machines: reading another ledger over HTTP, and submitting to one.

pub mod remote;
