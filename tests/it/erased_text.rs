//! A text that `erasure.recorded` covers is shown nowhere: not on pages, in the API, in search, in what is shown of an
//! exported copy, nor by `hibah show`.

use std::path::Path;

use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::public::{self, Records};
use serde_json::Value;

use crate::cli_shell::Shell;
use crate::one_city::{ORIGIN, OneCity};
use crate::public_town::Served;

const TITLE: &str = "Taman baca Budi";
const PURPOSE: &str = "Buku untuk anak Budi";
const NAME: &str = "Yayasan Budi Rekaan";
const AGREEMENT: &str = "33/Kep.I/32/2014";
const DECREE: &str = "978/Kep.161-DPKAD/2014";
const WARRANT: &str = "957/0239/1.20.06.01/BTL/2014";
const CORRECTED: &str = "991/Budi/2015";
const NOTE: &str = "Rumah ketua kosong";

/// The first entry about a thing.
fn first(dir: &Path, about: &str) -> u64 {
    Reader::open(dir).expect("a ledger").timeline(about).expect("read").first().expect("it is there").index
}

fn erase(city: &mut OneCity, dir: &Path, n: u64, entry: u64, pointers: &str) {
    let hash = Reader::open(dir).expect("a ledger").statement(entry, ORIGIN).expect("read").expect("there").hash();
    city.play(&format!(
        "erasure.recorded note/official/5/{n} by registrar entry={entry} statement={} pointers=[{pointers}] what=text basis=\"UU 27/2022 Pasal 8\"",
        hash.to_hex()
    ));
}

fn found(dir: &Path, words: &str) -> u64 {
    let query = GrantQuery { words: words.to_owned(), limit: 10, ..GrantQuery::default() };
    Reader::open(dir).expect("a ledger").grants(&query).expect("read").total
}

/// The numbers by which grants are found, as the tables hold them.
fn numbers(dir: &Path) -> Vec<(String, String)> {
    let grants = Reader::open(dir).expect("a ledger").grants(&GrantQuery { limit: 100, ..GrantQuery::default() });
    grants.expect("read").grants.into_iter().map(|grant| (grant.id, grant.numbers)).collect()
}

// long: one story, surface by surface
#[test]
fn an_erased_text_is_shown_nowhere() {
    let shell = Shell::new();
    let dir = shell.path().join("led");
    let mut city = OneCity::new(&dir);
    city.play_file("golden_case.txt");
    city.play(&format!(
        "at 2015-02-02T02:00:00.000Z
         organisation.amended org/1 by registrar,org/1 name=\"{NAME}\" reason=\"Nama baru\"
         application.submitted case/1/1 by org/1 amount=75 fiscal_year=2015 title=\"{TITLE}\" purpose=\"{PURPOSE}\"
         bring case/1/1 payment.requested 75
         correction.recorded case/1/1 by cashier,inspector corrects=payment.requested body.amount=75 body.number={CORRECTED} body.fiscal_year=2015 reason=\"Salah ketik\"
         monitoring.recorded note/official/6/1 by inspector case=case/1/1 finding=\"{NOTE}\"
         use.reviewed case/4/1 by edu outcome=accepted reason=\"Lengkap\"",
    ));
    for text in [TITLE, NAME, AGREEMENT, DECREE, WARRANT, CORRECTED] {
        assert!(found(&dir, text) > 0, "{text} is found before it is erased");
    }
    let application = city.last_entry("case/1/1", "application.submitted");
    let correction = city.last_entry("case/1/1", "correction.recorded");
    let agreement = city.last_entry("case/4/1", "agreement.signed");
    let warrant = city.last_entry("case/4/1", "warrant.issued");
    let (decree, note) = (first(&dir, "decree/2014/1"), first(&dir, "note/official/6/1"));
    let named = Reader::open(&dir).expect("a ledger").timeline("org/1").expect("read");
    let named = named.iter().find(|record| record.kind == "organisation.amended").expect("it is there").index;
    city.play("at 2015-03-02T02:00:00.000Z");
    erase(&mut city, &dir, 1, application, "\"/body/title\",\"/body/purpose\"");
    erase(&mut city, &dir, 2, named, "\"/body/name\"");
    erase(&mut city, &dir, 3, agreement, "\"/body/number\"");
    erase(&mut city, &dir, 4, decree, "\"/body/number\"");
    erase(&mut city, &dir, 5, correction, "\"/body/body/number\"");
    erase(&mut city, &dir, 6, note, "\"/body/finding\"");
    // Later steps of the case bring none of it back, nor does an archived case keep a number.
    city.play(
        "bring case/1/1 funds.credited 75
         at 2018-03-02T02:00:00.000Z
         application.submitted case/2/1 by org/2 fiscal_year=2018",
    );
    erase(&mut city, &dir, 7, warrant, "\"/body/number\"");
    drop(city);

    let texts = [TITLE, PURPOSE, NAME, AGREEMENT, DECREE, WARRANT, CORRECTED, NOTE];
    let entries = [application, named, agreement, decree, correction, note, warrant];
    // Search.
    for text in texts {
        assert_eq!(found(&dir, text), 0, "{text} is found");
    }
    let kept = numbers(&dir);
    assert!(kept.iter().any(|(id, numbers)| id == "case/4/1" && numbers.contains("931/022/")), "{kept:?}");
    // Pages and API.
    let served = Served::start(public::router_of(dir.clone(), Records::Recorded).expect("a ledger"));
    let mut paths: Vec<String> =
        entries.iter().flat_map(|n| [format!("/en/entries/{n}"), format!("/api/v1/entries/{n}")]).collect();
    for id in ["case/1/1", "case/4/1"] {
        paths.extend([
            format!("/grants/{id}"),
            format!("/en/grants/{id}"),
            format!("/api/v1/{}", id.replace("case", "cases")),
        ]);
    }
    paths
        .extend(["/en/grants", "/en/grants?org=1", "/api/v1/grants", "/api/v1/grants?q=33", "/en/"].map(str::to_owned));
    for path in &paths {
        let heard = served.get(path);
        assert_eq!(heard.status, 200, "{path}");
        let shown = heard.text();
        for text in texts {
            assert!(!shown.contains(text), "{path} shows {text}:\n{shown}");
        }
    }
    for entry in entries {
        assert_eq!(served.get(&format!("/api/v1/entries/{entry}/raw")).status, 410, "{entry}");
        let told = served.get(&format!("/en/entries/{entry}"));
        assert!(told.text().contains("erased on 2 March 201"), "{entry}: {}", told.text());
    }
    // `hibah show`, of the ledger and of an exported copy, whose tiles must have every byte.
    shell.check("$ hibah export led copy\n$ hibah verify copy\nThe ledger kota.example/hibah holds.");
    let anything = texts.map(|text| format!("-e '{text}'")).join(" ");
    for source in ["led", "copy"] {
        for entry in entries {
            // The application lost two texts, each other entry one.
            let lost = if entry == application { 2 } else { 1 };
            shell.check(&format!(
                "$ hibah show {source} {entry} > told; hibah show {source} {entry} --json > told.json
                 $ ! grep -F {anything} told told.json
                 $ grep -c 'erased on 201' told
                 {lost}
                 $ grep -F '[erased]' told
                 $ grep -F 'UU 27/2022 Pasal 8' told.json
                 $ hibah show {source} {entry} --verbatim | grep -cF {anything}
                 1"
            ));
        }
    }
    for thing in ["case/1/1", "case/4/1", "org/1", "decree/2014/1", "note/official/6/1"] {
        shell.check(&format!(
            "$ hibah show led {thing} > told; hibah show led {thing} --json >> told
             $ ! grep -F {anything} told"
        ));
    }
    shell.check(
        "$ hibah show led decree/2014/1
         number       [erased]
         $ hibah show led case/1/1
         Notes:
         entry *  note/official/6/1  Monitoring recorded: [erased]",
    );
    // Made anew from the entries, the tables are the same.
    std::fs::remove_file(dir.join("derived.db")).expect("it was there");
    shell.check(&format!("$ hibah show led {application}"));
    assert_eq!(numbers(&dir), kept);
    let entry: Value =
        Served::start(public::router(dir).expect("a ledger")).get(&format!("/api/v1/entries/{note}")).json();
    assert_eq!(entry["erased"][0]["pointer"], "/body/finding");
}
