//! Which documents are for everyone, when the profile that says so is amended while the server runs.

use std::path::Path;

use hibah::ledger::reader::Reader;
use hibah::public::{self, Records};
use hibah::tlog::hash::sha256;

use crate::cli_shell::Shell;
use crate::documents::PDF;
use crate::one_city::{ORIGIN, OneCity};
use crate::public_town::Served;

const OLD: &[u8] = b"%PDF-1.7\nunder the first profile\n%%EOF\n";
const NEW: &[u8] = PDF;

/// Puts a document in its place beside the ledger, as a submission with it does.
fn keep(dir: &Path, bytes: &[u8], entry: u64) {
    let hex = sha256(bytes).to_hex();
    let file = dir.join("documents").join(&hex[..2]).join(&hex[2..]);
    let statement = Reader::open(dir).expect("a ledger").statement(entry, ORIGIN).expect("read").expect("there").hash();
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(file.with_extension("named"), format!("{statement}\n")).expect("written");
    std::fs::write(file, bytes).expect("written");
}

fn apply(case: &str, org: &str, title: &str, bytes: &[u8]) -> String {
    let (hex, size) = (sha256(bytes).to_hex(), bytes.len());
    format!(
        "application.submitted {case} by {org} documents=[{{\"title\":\"{title}\",\"sha256\":\"{hex}\",\"size\":{size},\"media_type\":\"application/pdf\"}}]"
    )
}

#[test]
fn a_title_is_judged_and_shown_by_the_profile_at_its_entry() {
    let shell = Shell::new();
    let dir = shell.path().join("led");
    let mut city = OneCity::new(&dir);
    city.play_file("standard.txt");
    assert_eq!(city.refusal(&apply("case/1/1", "org/1", "Proposal baru", NEW)), Some("form"));
    city.play(&apply("case/1/1", "org/1", "Proposal hibah", OLD));
    let old = city.last_entry("case/1/1", "application.submitted");
    keep(&dir, OLD, old);
    let served = Served::start(public::router_of(dir.clone(), Records::Recorded).expect("a ledger"));
    let address = |bytes: &[u8]| format!("/documents/{}", sha256(bytes));
    let link = |bytes: &[u8]| format!("href=\"{}\"", address(bytes));
    assert_eq!(served.get(&address(OLD)).status, 200);

    // The title loses its place to another one: the server goes on without a restart.
    city.play(
        "profile.amended ledger by root/1,root/2,root/3 profile.documents=[\"Proposal baru\",\"Keputusan wali kota\"]",
    );
    assert_eq!(city.refusal(&apply("case/2/1", "org/2", "Proposal hibah", OLD)), Some("form"));
    city.play(&apply("case/2/1", "org/2", "Proposal baru", NEW));
    let new = city.last_entry("case/2/1", "application.submitted");
    keep(&dir, NEW, new);
    // What was public when it was recorded stays so; what is public now is shown, too.
    for (bytes, entry, case) in [(OLD, old, "case/1/1"), (NEW, new, "case/2/1")] {
        let heard = served.get(&address(bytes));
        assert_eq!((heard.status, &heard.body[..]), (200, bytes), "{entry}");
        for page in [format!("/en/entries/{entry}"), format!("/grants/{case}")] {
            assert!(served.get(&page).text().contains(&link(bytes)), "{page} links it");
        }
    }
    // A document under a title that no profile had at its entry: its note is wrong, for the entry names another.
    let stranger = b"%PDF-1.7\nnamed by nobody\n%%EOF\n";
    keep(&dir, stranger, new);
    assert_eq!(served.get(&address(stranger)).status, 404);

    // Back again: both stay as they were recorded, and the new title is refused from now on.
    city.play("profile.amended ledger by root/1,root/2,root/3 profile.documents=[\"Proposal hibah\"]");
    assert_eq!(city.refusal(&apply("case/3/1", "org/3", "Proposal baru", NEW)), Some("form"));
    for bytes in [OLD, NEW] {
        assert_eq!(served.get(&address(bytes)).status, 200);
    }
    assert!(served.get(&format!("/en/entries/{new}")).text().contains(&link(NEW)));
    drop(city);
    // A fresh start says the same, and so does an audit.
    let again = Served::start(public::router_of(dir, Records::Recorded).expect("a ledger"));
    assert_eq!(again.get(&address(NEW)).status, 200);
    shell.check("$ hibah verify led\nThe ledger kota.example/hibah holds.");
}
