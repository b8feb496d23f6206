#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hibah_fuzz::hold("add_checkpoint", bytes));
