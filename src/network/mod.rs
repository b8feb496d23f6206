//! Other machines: reading another ledger over HTTP, submitting to one, asking witnesses and being one.

mod asked;
pub mod asking;
pub mod remote;
pub mod witness;
