//! Other machines: reading another ledger over HTTP, submitting to one, following many, asking witnesses and being one,
//! publishing to object stores.

mod asked;
pub mod asking;
pub mod bucket;
pub mod monitor;
pub mod publish;
pub mod remote;
pub mod witness;
