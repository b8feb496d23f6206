//! The program `hibah`; it does nothing yet.

fn main() {}
