//! A document for everyone beside the commitment to its original, which stays closed; made by `hibah sign --original`.

use hibah::public::{self, Records};
use hibah::tlog::hash::sha256;
use serde_json::json;

use crate::cli_path::write_bodies;
use crate::cli_shell::Shell;
use crate::one_city::OneCity;
use crate::public_town::Served;

const PUBLIC: &[u8] = b"%PDF-1.7\nwithout names\n%%EOF\n";
const ORIGINAL: &[u8] = b"%PDF-1.7\nwith the names of children\n%%EOF\n";

#[test]
fn pages_and_programs_are_told_that_a_document_is_a_public_version() {
    let shell = Shell::new();
    let dir = shell.path().join("led");
    let mut city = OneCity::new(&dir);
    city.play_file("standard.txt");
    let (hex, commitment) = (sha256(PUBLIC).to_hex(), "cd".repeat(32));
    let name = format!("original_{}", &hex[..16]);
    let apply = |case: &str, org: &str, sealed: &str| {
        format!(
            "application.submitted {case} by {org} documents=[{{\"title\":\"Proposal hibah\",\"sha256\":\"{hex}\",\"size\":30,\"media_type\":\"application/pdf\"}}]{sealed}"
        )
    };
    city.play(&apply("case/1/1", "org/1", &format!(" sealed={{\"{name}\":\"{commitment}\"}}")));
    let tied = city.last_entry("case/1/1", "application.submitted");
    // The same document alone, and beside the original of another one.
    city.play(&apply("case/2/1", "org/2", ""));
    city.play(&apply("case/3/1", "org/3", &format!(" sealed={{\"original_0123456789abcdef\":\"{commitment}\"}}")));
    let served = Served::start(public::router_of(dir, Records::Recorded).expect("a ledger"));
    for (page, told) in [
        (
            "/grants/case/1/1",
            "Versi publik; pembuat entri ini menyegel sidik berkas aslinya (cdcdcdcdcdcdcdcd…), dasar yang lazim: UU 14/2008 pasal 17 huruf h",
        ),
        (
            "/en/grants/case/1/1",
            "sealed the original&#39;s fingerprint in it (cdcdcdcdcdcdcdcd…), usual ground: UU 14/2008 art. 17 (h)",
        ),
        (&format!("/en/entries/{tied}"), "Public version; whoever made this entry"),
        (&format!("/en/entries/{tied}"), "sealed (cdcdcdcdcdcdcdcd…)"),
    ] {
        assert!(served.get(page).text().contains(told), "{page}: {}", served.get(page).text());
    }
    for page in ["/en/grants/case/2/1", "/en/grants/case/3/1"] {
        assert!(!served.get(page).text().contains("Public version"), "{page}");
    }
    let read = served.get(&format!("/api/v1/documents/{hex}")).json();
    let originals: Vec<_> = (0..3).map(|at| read["named_by"][at].get("public_version_of").cloned()).collect();
    assert_eq!(originals, [Some(json!({ "sealed": name, "commitment": commitment })), None, None]);
}

#[test]
fn the_command_line_seals_an_original_and_proves_it() {
    let shell = Shell::with_ledger_of_one();
    write_bodies(&shell);
    shell.check(
        "$ hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out org
         $ hibah submit led org
         Recorded as entry 28; *",
    );
    shell.write("public.pdf", PUBLIC);
    shell.write("original.pdf", ORIGINAL);
    let hex = sha256(PUBLIC).to_hex();
    let document =
        json!({ "title": "Proposal hibah", "sha256": hex, "size": PUBLIC.len(), "media_type": "application/pdf" });
    let body = json!({
        "title": "Ruang kelas", "purpose": "Rehabilitasi dua ruang kelas", "amount": 600_000_000, "field": "pendidikan",
        "form": "money", "way": "grant", "fiscal_year": 2026, "documents": [document],
    });
    shell.write("application.json", body.to_string());
    let sign =
        "hibah sign --ledger led --kind application.submitted --about case/1/new --body application.json --key org.key";
    let (public, original) = (&hex[..16], sha256(ORIGINAL));
    shell.check(&format!(
        "$ {sign} --original original.pdf=public.pdf --out app
         ? 2
         error: original.pdf is not among the statement's documents: name it there by its SHA-256 {original}
         $ ! test -e app
         $ {sign} --original public.pdf
         ? 2
         error: invalid value 'public.pdf' for '--original <PUBLIC=ORIGINAL>': write PUBLIC=ORIGINAL, *
         $ {sign} --original public.pdf=original.pdf --original public.pdf=public.pdf --out app
         ? 2
         error: original_{public} would be sealed twice: seal it once
         $ hibah sign --ledger led --kind use.reported --about case/1/1 --body application.json --key org.key --original public.pdf=original.pdf
         ? 2
         error: a statement of use.reported has no place for commitments, so no original can be sealed in it: leave --original away
         $ {sign} --original public.pdf=original.pdf --out app
         Signed: app
         $ hibah submit led app
         Recorded as entry 29; *
         $ hibah show led 29 --verbatim > entry
         $ hibah verify app.tlog-proof --entry entry --vkey $(cat vkey) --opening app.original_{public}.opening
         sealed      /body/sealed/original_{public} is \"{original}\"
         $ hibah show led 28 --verbatim > other
         $ hibah verify org.tlog-proof --entry other --vkey $(cat vkey) --opening app.original_{public}.opening
         ? 1",
    ));
}
