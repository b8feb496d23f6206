//! The fuzz targets: what is asked of each format stands in `tests/it/fuzzed/`, where every test run asks it too.

pub mod desk_request {
    include!("../../tests/it/fuzzed/desk_request.rs");
}

pub mod properties {
    include!("../../tests/it/fuzzed/properties.rs");
}

/// Asks a target's property of some bytes.
///
/// # Panics
/// Where it does not hold.
pub fn hold(target: &str, bytes: &[u8]) {
    let (_, property) = properties::TARGETS.iter().find(|(name, _)| *name == target).expect("a target of the table");
    property(bytes);
}
