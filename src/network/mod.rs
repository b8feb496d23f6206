//! Other machines: reading another ledger over HTTP, submitting to one, following many, asking witnesses and being one.

mod asked;
pub mod asking;
pub mod monitor;
pub mod remote;
pub mod witness;
