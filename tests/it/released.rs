//! A ledger founded now must still verify later: `fixtures/vectors/v1/ledger` was exported once, and every version of
//! the program must find it whole. It has every kind of rule set 0 in it.

use std::path::{Path, PathBuf};

use hibah::cli::demo::city::{City, Registration, Saying};
use hibah::grants::about::About;
use hibah::grants::kinds::Kind;
use hibah::grants::money::Currency;
use hibah::grants::time::Date;
use hibah::grants::zero::profile;
use hibah::ledger::reader::Reader;
use hibah::ledger::tree::{self, Tree};
use hibah::ledger::verify::{Source, Trust, verify};
use hibah::tlog::hash::sha256;
use hibah::tlog::tile::decode_bundle;
use serde_json::{Value, json};

/// The root of the committed ledger. It never changes.
const ROOT: &str = "18a2f22b8cf163a83d2b0eda9f7329c7b0b0c2c8588092c6ae45889acb757af4";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/vectors/v1/ledger")
}

fn day(text: &str) -> Date {
    Date::parse(text).expect("our own day")
}

fn about(text: &str) -> About {
    About::parse(text).expect("our own thing")
}

fn paper(title: &str) -> Value {
    json!({"title": title, "sha256": sha256(title.as_bytes()).to_hex(), "size": 1000, "media_type": "application/pdf"})
}

/// One small city's year, with every kind.
fn play(dir: &Path) -> City {
    let profile = profile::named("kota-bandung").expect("it ships");
    let rupiah = Currency::new("IDR", 0).expect("a currency");
    let mut city =
        City::found(dir, "released.example/hibah", &profile, &rupiah, day("2026-01-05")).expect("it is founded");
    for n in 1..=3 {
        let name = format!("Yayasan Rekaan {n}");
        let place = Registration {
            name: &name,
            recipient_type: "foundation",
            street: "Jalan Rekaan 1",
            ward: "Coblong",
            city: "Bandung",
        };
        assert_eq!(city.register(&place).expect("registered"), n);
    }
    city.go_to(day("2026-01-12")).expect("a Monday");
    for n in 1..=3 {
        let body = json!({
            "title": "Taman baca", "purpose": "Buku dan rak.", "amount": 90_000_000, "field": "perpustakaan",
            "form": "money", "way": "grant", "fiscal_year": 2026, "documents": [paper("Proposal hibah")],
        });
        say(&mut city, "application.submitted", &format!("case/{n}/1"), body, &[&format!("org/{n}")]);
    }
    for n in 1..=2 {
        let decided_by = city.decided_by("skpd_pendidikan");
        let checklist: serde_json::Map<String, Value> =
            profile.checklist.iter().flatten().map(|item| (item.code.0.clone(), json!(true))).collect();
        let body =
            json!({"amount": 75_000_000, "checklist": checklist, "reason": "Sesuai pagu.", "decided_by": decided_by});
        say(&mut city, "amount.recommended", &format!("case/{n}/1"), body, &["skpd_pendidikan"]);
    }
    let body = json!({"reason": "Proposal tidak lengkap.", "decided_by": city.decided_by("skpd_pendidikan")});
    say(&mut city, "decision.refused", "case/3/1", body, &["skpd_pendidikan"]);
    decrees(&mut city);
    execution(&mut city);
    city
}

fn say(city: &mut City, kind: &str, thing: &str, body: Value, signers: &[&str]) {
    let on = city.today();
    city.say(&Saying { kind, about: about(thing), body, on, signers }).unwrap_or_else(|e| panic!("{e}"));
}

/// One decree that is given up, and one that takes effect.
fn decrees(city: &mut City) {
    for n in 1..=2 {
        let thing = format!("decree/2026/{n}");
        let issued = json!({
            "number": format!("978/Kep.{n}/2026"), "fiscal_year": 2026, "total": 150_000_000, "rows": 2,
            "document": paper("Keputusan wali kota"), "decided_by": city.decided_by("wali_kota"),
        });
        say(city, "decree.issued", &thing, issued, &["wali_kota"]);
        city.flush().expect("recorded");
        let rows: Vec<Value> = (1..=2)
            .map(|row| {
                let case = format!("case/{row}/1");
                let after = city.state().head(&about(&case)).expect("it applied").to_hex();
                json!({"row": row, "case": case, "after": after, "amount": 75_000_000})
            })
            .collect();
        say(city, "decree.rows", &thing, json!({"rows": rows}), &["wali_kota"]);
        if n == 1 {
            say(city, "decree.abandoned", &thing, json!({"reason": "Salah ketik."}), &["wali_kota"]);
        } else {
            say(city, "decree.sealed", &thing, json!({}), &["wali_kota"]);
        }
    }
}

fn execution(city: &mut City) {
    city.go_to(day("2026-03-02")).expect("a Monday");
    let request = json!({"amount": 75_000_000, "documents": [paper("Permohonan pencairan")]});
    say(city, "disbursement.requested", "case/1/1", request, &["org/1"]);
    let agreement = json!({
        "number": "1/NPHD/2026", "amount": 75_000_000, "document": paper("Naskah perjanjian hibah daerah"),
        "report_due": "2027-01-10", "decided_by": city.decided_by("ppkd"),
    });
    say(city, "agreement.signed", "case/1/1", agreement, &["org/1", "ppkd"]);
    let account = city.state().org(1).expect("registered").1.to_hex();
    let warrant = json!({
        "number": "957/1/2026", "amount": 75_000_000, "fiscal_year": 2026, "decided_by": city.decided_by("kuasa_bud"),
        "payee": {"about": "org/1", "commitment": account, "pointer": "/body/sealed/account"},
    });
    say(city, "warrant.issued", "case/1/1", warrant, &["kuasa_bud"]);
    say(
        city,
        "funds.credited",
        "case/1/1",
        json!({"amount": 75_000_000, "document": paper("Bukti transfer")}),
        &["kuasa_bud"],
    );
    let report =
        json!({"amount": 75_000_000, "documents": [paper("Laporan penggunaan")], "note": "Selesai tepat waktu."});
    say(city, "use.reported", "case/1/1", report, &["org/1"]);
    let key = city.key("org/2").map(hibah::cli::demo::city::signer_id).expect("registered").to_string();
    let revoked = json!({"key": key, "reason": "Kunci hilang.", "suspect_since": "2026-02-01T00:00:00.000Z"});
    say(city, "key.revoked", "org/2", revoked, &["root/1", "root/2", "root/3"]);
    let source = sha256(b"an old register").to_hex();
    let award = json!({
        "recipient": {"name": "Yayasan Lama"}, "fiscal_year": 2012, "amounts": {"decreed": 5_000_000, "paid": -1}, "outcome": "awarded",
        "source": {"file_sha256": source, "row": 7, "map_sha256": sha256(b"its map").to_hex()},
    });
    say(city, "award.migrated", &format!("award/{}/7", &source[..16]), award, &["ppkd"]);
    city.flush().expect("recorded");
}

#[test]
fn the_released_ledger_verifies() {
    if !folder().join("checkpoint").exists() && std::env::var_os("HIBAH_WRITE_VECTORS").is_some() {
        let dir = tempfile::tempdir().expect("a folder");
        drop(play(dir.path()));
        let reader = Reader::open(dir.path()).expect("a ledger");
        tree::export(&reader, &folder(), &|_, _| ()).expect("exported");
    }
    let report = verify(&Tree::new(&folder()), &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.checkpoint.root.to_hex(), ROOT);
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}

#[test]
fn the_released_ledger_has_every_kind() {
    let tree = Tree::new(&folder());
    let size = verify(&tree, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}")).checkpoint.size;
    let width = u16::try_from(size).expect("one bundle");
    let bundle = tree.bundle(0, width).expect("the bundle");
    let entries: Vec<String> = decode_bundle(&bundle, width)
        .expect("a bundle")
        .into_iter()
        .map(|bytes| String::from_utf8(bytes.to_vec()).expect("UTF-8"))
        .collect();
    let first_set = [
        "ledger.founded",
        "official.appointed",
        "key.revoked",
        "organisation.registered",
        "application.submitted",
        "amount.recommended",
        "decree.issued",
        "decree.rows",
        "decree.sealed",
        "decree.abandoned",
        "disbursement.requested",
        "agreement.signed",
        "warrant.issued",
        "funds.credited",
        "use.reported",
        "decision.refused",
        "award.migrated",
    ];
    for kind in first_set {
        assert!(Kind::parse(kind).is_some(), "{kind} must stay a kind");
        assert!(entries.iter().any(|entry| entry.contains(&format!("\n{kind}\n"))), "no entry of {kind}");
    }
}

#[test]
fn a_year_with_every_kind_still_plays_the_same() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = play(dir.path());
    assert_eq!(city.writer().root().to_hex(), ROOT, "the rule book or the bytes of a statement changed");
}
