//! The rule book of grants. Knows nothing of logs, SQL or HTTP. Pure: no clock, no I/O, no float, and nothing is
//! iterated whose order is not fixed.
//!
//! ```text
//! envelope (ledger) -> Claim::parse -> signatures (ledger) -> VerifiedStatement
//! State::judge(statement, place) -> Change or Refusal;  State::apply(change, leaf)
//! ```
//!
//! I2: what [`state::State::judge`] refuses is not in the ledger, and replaying the entries through it from nothing
//! gives the present state. I8: it dispatches by the number of the rule set in force; [`zero`] is number 0.

pub mod about;
pub mod characters;
pub mod claim;
mod decimal;
pub mod explain;
pub mod figures;
pub mod flags;
pub mod json;
pub mod json_schema;
pub mod kinds;
pub mod legacy;
pub mod money;
pub mod one;
pub mod role;
pub mod roster;
pub mod rules;
pub mod sentence;
pub mod shape;
pub mod signer;
pub mod state;
#[cfg(test)]
mod tables;
pub mod time;
pub mod toml_text;
pub mod zero;
