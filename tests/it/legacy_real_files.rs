//! The two award lists of the New York City Council: 13,100 real grants. The files are not in the repository; the folder
//! that holds `nyc-council-discretionary/` is named by HIBAH_REAL_DATA, by default `../shared/data`.

use std::path::PathBuf;

use crate::left_out::left_out;
use hibah::grants::legacy::{Map, read, rejects_csv};

/// What is known of one file.
struct Known {
    file: &'static str,
    map: &'static str,
    rows: usize,
    /// Sum of the awards, US cents.
    cents: i128,
    zeros: usize,
    /// The negative awards, US cents.
    negative: &'static [i64],
    /// Rows whose purpose is cut.
    cut: usize,
    /// A text that the source itself broke, and that stays so.
    broken: &'static str,
}

#[test]
fn new_york_city_council_fy2014() {
    check(&Known {
        file: "funded_disclosure_FY2014.csv",
        map: include_str!("../../fixtures/maps/nyc-council-fy2014.toml"),
        rows: 6809,
        cents: 39_373_697_500,
        zeros: 200,
        negative: &[],
        cut: 113,
        broken: "council memberâ€™s district",
    });
}

#[test]
fn new_york_city_council_fy2015() {
    check(&Known {
        file: "funded_disclosure_FY2015.csv",
        map: include_str!("../../fixtures/maps/nyc-council-fy2015.toml"),
        rows: 6291,
        cents: 29_043_065_422,
        zeros: 66,
        negative: &[-20_000],
        cut: 236,
        broken: "Repertorio EspaÃ±ol",
    });
}

fn check(known: &Known) {
    let Some(file) = real_file(known.file) else {
        return;
    };
    let map = Map::from_toml(known.map).expect("the map is sound");
    assert!(map.check_currency("USD", 2).is_ok());
    let reading = read(&file, &map, 2).expect("map and file fit");
    assert_eq!(String::from_utf8_lossy(&rejects_csv(&reading)).matches('\n').count(), 1, "only a heading");
    assert!(reading.rejects.is_empty());
    assert_eq!(reading.rows.len(), known.rows);
    assert_eq!(reading.sum("decreed"), known.cents);
    let amounts: Vec<i64> = reading.rows.iter().filter_map(|row| row.body["amounts"]["decreed"].as_i64()).collect();
    assert_eq!(amounts.iter().filter(|&&amount| amount == 0).count(), known.zeros);
    let negative: Vec<i64> = amounts.into_iter().filter(|&amount| amount < 0).collect();
    assert_eq!(negative, known.negative);
    let cut: Vec<_> = reading.rows.iter().filter_map(|row| row.body.get("cut")).collect();
    assert!(cut.iter().all(|cut| **cut == serde_json::json!(["purpose"])));
    assert_eq!(cut.len(), known.cut);
    let broken = reading.rows.iter().any(|row| row.body.to_string().contains(known.broken));
    assert!(broken, "{:?} is in no row", known.broken);
    let numbered =
        reading.rows.iter().zip(1..).all(|(row, number)| row.row == number && row.body["source"]["row"] == number);
    assert!(numbered, "without rejects the rows are numbered 1, 2, 3, ...");
    let largest = reading.rows.iter().map(|row| row.body.to_string().len()).max();
    assert!(largest.is_some_and(|bytes| bytes < 10_000), "a body of {largest:?} bytes");
}

/// The bytes of a real file; none, with a word about it, where the folder is absent and not required.
pub fn real_file(name: &str) -> Option<Vec<u8>> {
    let folder = std::env::var_os("HIBAH_REAL_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let folder = folder.join("nyc-council-discretionary");
    if !folder.is_dir() {
        left_out(&format!("no folder {}; name the folder of the real files in HIBAH_REAL_DATA", folder.display()));
        return None;
    }
    let path = folder.join(name);
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => panic!("{} is needed and cannot be read: {error}", path.display()),
    }
}
