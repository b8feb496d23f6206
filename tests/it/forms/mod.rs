//! What the public side gives to programs and spreadsheets: lists in all forms, feeds, deadlines, exports and dumps.

mod data;
mod exports;
mod headers;
mod lists;
mod programs;

use std::path::Path;
use std::sync::OnceLock;

use hibah::public::{self, Records};
use tempfile::TempDir;

use crate::one_city::OneCity;
use crate::public_town::Served;

/// A title that a spreadsheet would take for a formula, twice.
const FORMULA: &str = "=SUM(A1:A9); @x";
/// A title and a purpose that were erased.
const ERASED: &str = "Taman baca Budi Rekaan";

/// A city under rule set 1: a case reported, one refused, one with an erased text, one whose report is missing, one open.
fn city(dir: &Path) -> OneCity {
    let mut city = OneCity::new(dir);
    city.play_file("golden_case.txt");
    city.play(&format!(
        "at 2015-02-02T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=75 fiscal_year=2015 title=\"{ERASED}\" purpose=\"Buku untuk Budi\"
         bring case/1/1 funds.credited 75
         application.submitted case/2/1 by org/2 amount=50 fiscal_year=2015 title=\"{FORMULA}\"
         decision.refused case/2/1 by intake reason=\"-Tidak lengkap\"
         application.submitted case/2/2 by org/2 amount=60 fiscal_year=2016"
    ));
    let application = city.last_entry("case/1/1", "application.submitted");
    let reader = hibah::ledger::reader::Reader::open(dir).expect("a ledger");
    let hash = reader.statement(application, crate::one_city::ORIGIN).expect("read").expect("there").hash().to_hex();
    city.play(&format!(
        "at 2016-03-03T02:00:00.000Z
         erasure.recorded note/official/5/1 by registrar entry={application} statement={hash} pointers=[\"/body/title\",\"/body/purpose\"] what=text basis=\"UU 27/2022 Pasal 8\" case=case/1/1"
    ));
    city
}

fn folder() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let dir = tempfile::tempdir().expect("a folder");
            drop(city(dir.path()));
            dir
        })
        .path()
}

fn served() -> &'static Served {
    static SERVED: OnceLock<Served> = OnceLock::new();
    SERVED.get_or_init(|| {
        let router = public::router_of(folder().to_owned(), Records::Recorded);
        Served::start(router.unwrap_or_else(|e| panic!("{e}")))
    })
}
