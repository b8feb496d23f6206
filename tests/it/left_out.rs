//! What a test needs and a machine may lack is said past the harness, which hides what a passing test prints. Where
//! nothing may be left out, as in `.ci/run`, lacking it is a failure.

use std::io::Write as _;

/// Says that a test is left out, or fails where `HIBAH_LEAVE_NOTHING_OUT` is set.
pub fn left_out(what: &str) {
    let required = std::env::var_os("HIBAH_LEAVE_NOTHING_OUT").is_some();
    assert!(!required, "HIBAH_LEAVE_NOTHING_OUT is set, but {what}");
    // What cannot be written to standard error cannot be said at all.
    let _ = writeln!(std::io::stderr(), "LEFT OUT: {what}");
}
