//! What each room may use: other rooms, libraries, the outside world.

use super::source::Source;
use super::{Fault, House, check, fault, room_of};

/// The rooms, and what of the others each may use. What is not here is forbidden.
const ROOMS: [(&str, &[&str]); 7] = [
    ("tlog", &[]),
    ("grants", &["tlog::hash"]),
    ("ledger", &["tlog", "grants"]),
    (
        "network",
        &[
            "tlog",
            "grants",
            "ledger",
            "public::connections",
            "public::limits",
            // A monitor's page looks like the ledgers' own.
            "public::moment",
            "public::pages::STYLE",
            "public::pages::words::Lang",
        ],
    ),
    ("public", &["tlog", "grants", "ledger"]),
    ("desk", &["tlog", "grants", "ledger", "public"]),
    ("cli", &["tlog", "grants", "ledger", "network", "public", "desk"]),
];

/// Libraries that only some places may name.
const LIBRARIES: [(&str, &[&str]); 27] = [
    ("rusqlite", &["src/ledger/", "src/network/witness/store.rs", "src/desk/store.rs", "src/desk/letters/kept.rs"]),
    ("lettre", &["src/desk/letters/smtp.rs"]),
    ("sha2", &["src/tlog/hash.rs"]),
    ("hmac", &["src/tlog/hash.rs"]),
    ("chacha20poly1305", &["src/ledger/vault/seal.rs"]),
    ("infer", &["src/ledger/documents/shown.rs"]),
    ("ed25519_dalek", &["src/tlog/ed25519/mod.rs"]),
    ("curve25519_dalek", &["src/tlog/ed25519/mod.rs", "src/tlog/ed25519/batch.rs"]),
    ("pkcs8", &["src/tlog/ed25519/mod.rs"]),
    (
        "axum",
        &[
            "src/public/",
            "src/desk/",
            "src/network/witness/served.rs",
            "src/network/monitor/page/",
            "src/cli/serve",
            "src/cli/demo",
        ],
    ),
    (
        "tokio",
        &[
            "src/public/",
            "src/desk/",
            "src/network/witness/served.rs",
            "src/network/monitor/page/",
            "src/network/bucket.rs",
            "src/network/publish.rs",
            "src/cli/",
        ],
    ),
    ("hyper", &["src/public/connections.rs", "src/public/documents.rs", "src/public/stream.rs", "src/desk/parts.rs"]),
    ("hyper_util", &["src/public/connections.rs"]),
    ("prometheus_client", &["src/ledger/metrics.rs", "src/desk/watch.rs"]),
    ("flate2", &["src/public/log.rs"]),
    ("rust_xlsxwriter", &["src/public/exports/spreadsheet.rs"]),
    ("utoipa", &["src/public/", "src/desk/"]),
    ("askama", &["src/public/", "src/desk/pages/", "src/network/monitor/page/"]),
    ("ureq", &["src/network/"]),
    ("object_store", &["src/network/bucket.rs"]),
    ("rustls", &["src/network/bucket.rs"]),
    ("futures_util", &["src/network/publish.rs"]),
    ("clap", &["src/cli/"]),
    ("indicatif", &["src/cli/"]),
    ("rpassword", &["src/cli/"]),
    ("tracing_subscriber", &["src/cli/"]),
    ("encoding_rs", &["src/grants/legacy/"]),
];

fn rooms(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        let room = room_of(&source.path);
        let allowed: Vec<&str> = match (ROOMS.iter().find(|(name, _)| *name == room), room) {
            (Some((_, allowed)), _) => allowed.iter().copied().chain([room]).collect(),
            (None, "lib.rs") => continue,
            (None, "main.rs") => vec!["cli"],
            (None, _) => {
                faults.push(fault(source, 0, format!("\"{room}\" is no room of the house: put the file into one.")));
                continue;
            }
        };
        for (at, path) in source.crate_paths() {
            let path = path.join("::");
            let below = |room: &&str| path == *room || path.starts_with(&format!("{room}::"));
            if !allowed.iter().any(below) {
                let sentence = format!("{room} must not use \"{path}\": data flows downward through the rooms.");
                faults.push(fault(source, at, sentence));
            }
        }
    }
    faults
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    check(
        rooms,
        &[
            ("src/tlog/note.rs", "//! x\nuse crate::grants::money::Money;", 2),
            ("src/tlog/note.rs", "fn f() {\n    super::super::ledger::g()\n}", 2),
            ("src/grants/state.rs", "use crate::tlog::hash::Hash;\nuse crate::tlog::{hash::Hash, merkle};", 2),
            ("src/grants/state.rs", "use crate::tlog;", 1),
            ("src/grants/legacy/mod.rs", "use crate::{\n    ledger,\n};", 2),
            ("src/ledger/store.rs", "use crate::public::answer;", 1),
            ("src/ledger/store.rs", "use crate::*;", 1),
            ("src/public/mod.rs", "fn f(x: crate::desk::Desk) {}", 1),
            ("src/public/mod.rs", "use super::cli;", 1),
            ("src/public/pages/mod.rs", "use crate as c;", 1),
            ("src/network/mod.rs", "use crate::cli::clock;", 1),
            ("src/network/remote.rs", "use crate::public::pages;", 1),
            ("src/extra/mod.rs", "//! x", 1),
            ("src/main.rs", "fn main() { hibah::ledger::go() }", 1),
        ],
        &[
            ("src/tlog/note.rs", "use super::hash::Hash; use crate::tlog::tile; // crate::grants"),
            ("src/grants/state.rs", "use crate::tlog::hash::Hash; use super::money;"),
            ("src/ledger/store.rs", "use crate::{grants, tlog::{self, hash}}; f(\"crate::cli\");"),
            ("src/cli/demo/play.rs", "use crate::desk; use super::super::public; use super::super::clock;"),
            ("src/lib.rs", "pub mod cli;"),
            ("src/main.rs", "fn main() -> std::process::ExitCode { hibah::cli::run() }"),
        ],
    );
}

/// I5: the public side cannot write.
fn public_side(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.room("public") {
        for (at, word) in source.words() {
            let holds_key = ["SigningKey", "NoteSigner", "Sequencer", "LastSigned", "Vault", "Enclosures"]
                .iter()
                .any(|name| word.contains(name));
            let writes = matches!(word, "Writer" | "vault" | "enclosures")
                || source.code[at..].starts_with("Access::Write")
                || source.code[at..].starts_with("Access::Create");
            let chained = source.code[..at].trim_end().ends_with(").");
            let method = chained && matches!(word, "post" | "put" | "patch" | "delete");
            if holds_key || writes || method {
                faults.push(fault(
                    source,
                    at,
                    format!("the public side must not name \"{word}\": it reads, and holds no key (I5)."),
                ));
            }
        }
        for (at, path) in source.library_paths("axum") {
            if path[0] == "routing" && !matches!(path.get(1).map(String::as_str), Some("get" | "MethodRouter")) {
                faults.push(fault(
                    source,
                    at,
                    format!("the public side must not route \"{}\": it answers GET and HEAD (I5).", path.join("::")),
                ));
            }
        }
    }
    faults
}

#[test]
fn the_public_side_cannot_write() {
    check(
        public_side,
        &[
            ("src/public/mod.rs", "\nuse crate::tlog::ed25519::SigningKey;", 2),
            ("src/public/mod.rs", "fn f(signer: &NoteSigner) {}", 1),
            ("src/public/mod.rs", "let w = ledger::writer::Writer::open(dir);", 1),
            ("src/public/log.rs", "struct PublicSequencer;", 1),
            ("src/public/log.rs", "use crate::ledger::vault;", 1),
            ("src/public/log.rs", "fn f(v: &UnlockedVault) {}", 1),
            ("src/public/log.rs", "ledger::enclosures::f()", 1),
            ("src/public/log.rs", "Entries::open(dir,\nAccess::Write)", 2),
            ("src/public/log.rs", "router.route(\"/\", get(home).post(take))", 1),
            ("src/public/log.rs", "router.route(\"/\", axum::routing::put(take))", 1),
            ("src/public/log.rs", "use axum::{routing::{get,\n post}};", 2),
            ("src/public/log.rs", "use axum::routing;", 1),
        ],
        &[
            ("src/public/mod.rs", "// no NoteSigner here\nlet s = \"Writer\"; router.route(\"/post\", get(home));"),
            ("src/desk/mod.rs", "use crate::ledger::sequencer::Sequencer;"),
        ],
    );
}

/// The first half of I2: nothing reaches the rule book unverified.
fn verification(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        let definition =
            |at: usize| source.path == "src/grants/claim.rs" && source.code[..at].trim_end().ends_with(" fn");
        for at in source.places("from_verification") {
            if source.path != "src/ledger/statement.rs" && !definition(at) {
                faults.push(fault(
                    source,
                    at,
                    "only src/ledger/statement.rs, which verifies, makes a VerifiedStatement.",
                ));
            }
        }
    }
    faults
}

#[test]
fn a_verified_statement_comes_only_from_verification() {
    check(
        verification,
        &[
            ("src/ledger/replay.rs", "x;\nVerifiedStatement::from_verification(claim, hash)", 2),
            (
                "src/grants/claim.rs",
                "impl V { pub(crate) fn from_verification() {} }\nfn f() { V::from_verification() }",
                2,
            ),
            ("src/cli/check.rs", "let make = VerifiedStatement::from_verification;", 1),
        ],
        &[
            ("src/ledger/statement.rs", "VerifiedStatement::from_verification(claim, hash)"),
            ("src/grants/claim.rs", "pub(crate) fn from_verification(claim: Claim) -> Self {}"),
        ],
    );
    let house = House::here();
    let there = |path: &str| house.program().any(|s| s.path == path && !s.places("from_verification").is_empty());
    assert!(
        there("src/grants/claim.rs") && there("src/ledger/statement.rs"),
        "from_verification has moved: mend this rule"
    );
}

/// The last-signed record proves what was signed (I3): founding makes it, and adopting a checkpoint after a loss. That of a
/// copy, with which nothing is signed, is made and adopted where a ledger is restored.
fn makers_of_the_record(house: &House) -> Vec<Fault> {
    const MAKERS: [(&str, &[&str]); 4] = [
        ("LastSigned::create", &["src/ledger/writer.rs", "src/ledger/restore/mod.rs"]),
        ("LastSigned::create_copy", &["src/ledger/restore/mod.rs"]),
        ("LastSigned::follow_copy", &["src/ledger/restore/mod.rs"]),
        ("LastSigned::adopt_copy", &["src/ledger/restore/mod.rs"]),
    ];
    let mut faults = Vec::new();
    for source in house.program() {
        for (maker, homes) in MAKERS {
            for at in source.places(maker).into_iter().filter(|_| !homes.contains(&source.path.as_str())) {
                faults.push(fault(
                    source,
                    at,
                    "a last-signed record is made by founding and by `hibah restore --adopt` only.",
                ));
            }
        }
    }
    faults
}

#[test]
fn a_last_signed_record_is_made_in_two_places() {
    check(
        makers_of_the_record,
        &[
            ("src/ledger/derived.rs", "x;\nLastSigned::create(dir, &signed)?;", 2),
            ("src/cli/submit.rs", "let make = store::LastSigned::create;", 1),
            ("src/ledger/writer.rs", "LastSigned::create_copy(dir, &signed)?;", 1),
            ("src/cli/restore.rs", "LastSigned::adopt_copy(dir, &signed)?;", 1),
        ],
        &[
            ("src/ledger/writer.rs", "LastSigned::create(dir, &empty)?;"),
            ("src/ledger/reader.rs", "LastSigned::open(dir, Access::Read)?; // LastSigned::create"),
        ],
    );
    let house = House::here();
    for path in ["src/ledger/writer.rs", "src/ledger/restore/mod.rs"] {
        let makes = |source: &Source| source.path == path && source.places("LastSigned::create").len() == 1;
        assert!(house.program().any(makes), "{path} makes no record any more, or more than one: mend this rule");
    }
}

fn libraries(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        for (at, word) in source.words() {
            let Some((_, homes)) = LIBRARIES.iter().find(|(name, _)| *name == word) else { continue };
            if !homes.iter().any(|home| source.path.starts_with(home)) {
                faults.push(fault(source, at, format!("{word} may be named in {} only.", homes.join(", "))));
            }
        }
    }
    faults
}

#[test]
fn each_library_is_named_in_its_own_place() {
    check(
        libraries,
        &[
            ("src/public/pool.rs", "\nuse rusqlite::Connection;", 2),
            ("src/tlog/note.rs", "use sha2::Sha256;", 1),
            ("src/cli/key.rs", "fn f(k: ed25519_dalek::SigningKey) {}", 1),
            ("src/ledger/statement.rs", "use curve25519_dalek as curve;", 1),
            ("src/cli/key_file.rs", "pkcs8::f();", 1),
            ("src/ledger/verify.rs", "axum::serve();", 1),
            ("src/cli/verify.rs", "ureq::get(url);", 1),
            ("src/grants/state.rs", "tokio::spawn(x);", 1),
            ("src/ledger/vault/mod.rs", "use chacha20poly1305::XNonce;", 1),
            ("src/ledger/vault/seal.rs", "use hmac::Hmac;", 1),
            ("src/desk/parts.rs", "infer::get(bytes)", 1),
        ],
        &[
            ("src/ledger/store.rs", "use rusqlite::Connection;"),
            ("src/ledger/vault/seal.rs", "use chacha20poly1305::XNonce;"),
            ("src/tlog/hash.rs", "use sha2::{Digest, Sha256};"),
            ("src/tlog/ed25519/mod.rs", "use ed25519_dalek::x; use curve25519_dalek::y; use pkcs8::z;"),
            ("src/public/log.rs", "use axum::Router; // not rusqlite\nlet sha256 = \"sha2\";"),
            ("tests/it/mixed_order.rs", "use curve25519_dalek::Scalar;"),
        ],
    );
    let house = House::here();
    for (name, _) in LIBRARIES {
        let manifest =
            house.texts.iter().find(|(path, _)| path == "Cargo.toml").map(|(_, text)| text.replace('-', "_"));
        assert!(
            manifest.is_some_and(|text| text.contains(&format!("\n{name} = "))),
            "{name} is no dependency: mend LIBRARIES"
        );
    }
}

/// Clock, environment and exit codes belong to the command line.
fn outside_world(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program().filter(|source| !matches!(room_of(&source.path), "cli" | "main.rs")) {
        for (at, word) in source.words() {
            let behind = &source.code[at + word.len()..];
            let before = &source.code[..at];
            let named = match word {
                "SystemTime" | "ExitCode" | "set_hook" => true,
                "Instant" | "Zoned" | "Timestamp" | "Utc" | "Local" => behind.starts_with("::now"),
                "env" => !behind.starts_with('!'),
                "exit" | "abort" => before.ends_with("process::"),
                _ => false,
            };
            if named {
                faults.push(fault(
                    source,
                    at,
                    format!("\"{word}\": only src/cli reads clock and environment or sets exit codes."),
                ));
            }
        }
    }
    faults
}

#[test]
fn only_the_command_line_meets_clock_environment_and_exit() {
    check(
        outside_world,
        &[
            ("src/ledger/writer.rs", "\nuse std::time::SystemTime;", 2),
            ("src/public/log.rs", "let t = Instant::now();", 1),
            ("src/public/log.rs", "let t = jiff::Timestamp::now();", 1),
            ("src/network/remote.rs", "std::env::var(\"X\")", 1),
            ("src/network/remote.rs", "use std::{env, fs};", 1),
            ("src/ledger/verify.rs", "std::process::exit(1)", 1),
            ("src/ledger/verify.rs", "fn f() -> ExitCode {}", 1),
        ],
        &[
            ("src/cli/clock.rs", "SystemTime::now(); std::env::var(\"X\"); std::process::exit(1)"),
            ("src/main.rs", "fn main() -> std::process::ExitCode {}"),
            (
                "src/ledger/writer.rs",
                "clock.now(); Timestamp::parse(x); env!(\"CARGO_PKG_VERSION\"); \"SystemTime\"; // std::env",
            ),
        ],
    );
}

/// `tlog` and `grants` are pure: an auditor elsewhere comes to the same end.
fn purity(house: &House) -> Vec<Fault> {
    const IMPURE: [&str; 10] = ["fs", "net", "thread", "async", "await", "f32", "f64", "HashMap", "HashSet", "Mutex"];
    let mut faults = Vec::new();
    for source in house.room("tlog").chain(house.room("grants")) {
        for (at, word) in source.words().filter(|(_, word)| IMPURE.contains(word)) {
            faults.push(fault(
                source,
                at,
                format!("\"{word}\": tlog and grants are pure, without input, threads, floats or hash order."),
            ));
        }
    }
    faults
}

#[test]
fn the_log_and_the_rule_book_are_pure() {
    check(
        purity,
        &[
            ("src/tlog/tile.rs", "\nstd::fs::read(path)", 2),
            ("src/grants/money.rs", "fn f(x: f64) {}", 1),
            ("src/grants/state.rs", "use std::collections::{BTreeMap, HashMap};", 1),
            ("src/tlog/note.rs", "pub async fn f() {}", 1),
        ],
        &[
            ("src/grants/state.rs", "use std::collections::BTreeMap; // a HashMap has no order"),
            ("src/ledger/replay.rs", "use std::collections::HashMap;"),
        ],
    );
}
