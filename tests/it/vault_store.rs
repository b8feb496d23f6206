//! The vault: what it takes, who reads it, what an erasure leaves, and what a restored backup brings back.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use hibah::grants::about::About;
use hibah::grants::time::Timestamp;
use hibah::ledger::erased::{ERASED_FILE, ErasedList};
use hibah::ledger::form::FormCode;
use hibah::ledger::opening::{Opening, commitment};
use hibah::ledger::statement::{Content, Statement};
use hibah::ledger::store::StoreError;
use hibah::ledger::vault::{
    NotAReader, UnlockedVault, VAULT_FILE, Vault, VaultError, VaultKey, VaultReader, readers_of,
};
use hibah::tlog::hash::{Hash, sha256};
use rusqlite::{Connection, params};
use serde_json::json;

use crate::ledger_city::{City, day, published_key, signer_id, time, year};
use crate::public_town::{ORIGIN, found, register};

const AT: &str = "2026-01-20T03:04:05.678Z";
const LATER: &str = "2026-01-21T03:04:05.678Z";
const POINTER: &str = "/body/sealed/account";

fn key(n: u8) -> VaultKey {
    VaultKey::derive(&[n; 32])
}

fn at() -> Timestamp {
    time(AT)
}

/// A statement about `about` with a commitment to `value`, and its opening.
fn sealed_as(about: &str, name: &str, value: &str) -> (Statement, Opening) {
    let pointer = format!("/body/sealed/{name}");
    let salt = *sha256(format!("{about} {name} {value}").as_bytes()).as_bytes();
    let made = commitment(ORIGIN, about, &pointer, &salt, value).to_hex();
    let content = Content {
        origin: ORIGIN.to_owned(),
        kind: "organisation.registered".to_owned(),
        about: About::parse(about).expect("a thing"),
        after: Some(sha256(b"before")),
        body: json!({"sealed": {name: made}}),
        event_date: day("2026-01-20"),
        expires: day("2026-01-30"),
        signers: vec![signer_id(&published_key(ORIGIN, "org/1"))],
    };
    let statement = content.draft().expect("our own statement");
    let opening = Opening { statement: statement.hash(), pointer, salt, value: value.to_owned() };
    (statement, opening)
}

fn sealed(n: u64) -> (Statement, Opening) {
    sealed_as(&format!("org/{n}"), "account", &format!("Bank Rekaan {n}"))
}

fn made(dir: &Path) -> UnlockedVault {
    Vault::create(dir, ORIGIN, key(1)).unwrap_or_else(|e| panic!("{e}"))
}

fn unlocked(dir: &Path) -> UnlockedVault {
    Vault::open(dir).and_then(|vault| vault.unlock(key(1))).unwrap_or_else(|e| panic!("{e}"))
}

/// A vault with openings of org/1 to org/`n`.
fn filled(dir: &Path, n: u64) -> UnlockedVault {
    let mut vault = made(dir);
    for n in 1..=n {
        let (statement, opening) = sealed(n);
        assert!(vault.put(&statement, &opening, at()).expect("taken"));
    }
    vault
}

/// The inspectorate, proved by the key of a city's own.
fn inspector() -> VaultReader {
    let dir = tempfile::tempdir().expect("a folder");
    let city = found(dir.path());
    let signer = city.key("inspektorat").expect("a key");
    VaultReader::prove(city.state(), signer, time("2026-01-05T03:00:00.000Z"), &["inspektorat".to_owned()])
        .unwrap_or_else(|e| panic!("{e}"))
}

fn raw(dir: &Path) -> Connection {
    let connection = Connection::open(dir.join(VAULT_FILE)).expect("a database");
    connection.pragma_update(None, "foreign_keys", false).expect("set");
    connection
}

/// Everything that the vault's files hold.
fn bytes(dir: &Path) -> Vec<u8> {
    let files = ["", "-wal", "-shm"].map(|suffix| dir.join(format!("{VAULT_FILE}{suffix}")));
    let mut bytes = std::fs::read(&files[0]).expect("the vault");
    for file in &files[1..] {
        bytes.extend(std::fs::read(file).unwrap_or_default());
    }
    bytes
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn what_is_put_is_read_back_and_the_reading_is_logged_first() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = filled(dir.path(), 2);
    let (statement, opening) = sealed(2);
    assert!(!vault.put(&statement, &opening, at()).expect("it is there"), "nothing new");
    let reader = inspector();
    let read = vault.read(&statement.hash(), POINTER, &reader, "Audit 2026", time(LATER)).expect("it may");
    assert_eq!(read, opening);
    read.check(&statement, ORIGIN).expect("it opens the commitment");
    let readings = vault.vault().readings().expect("read");
    assert_eq!(readings.len(), 1);
    let reading = &readings[0];
    assert_eq!(
        (reading.office.as_str(), reading.reason.as_str(), reading.at.as_str()),
        ("inspektorat", "Audit 2026", LATER)
    );
    assert_eq!(reading.key, reader.key().to_string());
    assert_eq!((reading.statement, reading.pointer.as_str()), (statement.hash(), POINTER));
    for reason in ["", "two\nlines", &"a".repeat(501), " spaced"] {
        let refused = vault.read(&statement.hash(), POINTER, &reader, reason, at());
        assert!(matches!(refused, Err(VaultError::Unreasoned(_))), "{reason:?}");
    }
    let unknown = vault.read(&statement.hash(), "/body/sealed/chair", &reader, "Audit", at());
    assert!(matches!(unknown, Err(VaultError::NotKept { .. })));
    assert_eq!(vault.vault().readings().expect("read").len(), 1, "what was not there was not read");
    for name in [VAULT_FILE.to_owned(), format!("{VAULT_FILE}-wal")] {
        let mode = std::fs::metadata(dir.path().join(&name)).expect("it is open").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert!(!holds(&bytes(dir.path()), b"Bank Rekaan"), "values are encrypted");
    let raw = raw(dir.path());
    raw.execute("UPDATE readings SET reason = 'x'", []).expect_err("a reading never changes");
    raw.execute("DELETE FROM readings", []).expect_err("a reading is never forgotten");
}

#[test]
fn readings_are_listed_newest_first_and_to_an_organisation_its_own() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = made(dir.path());
    for about in ["org/1", "case/1/1", "org/10", "case/10/1", "org/1", "case/1/2"] {
        let (statement, opening) = sealed_as(about, "account", "Bank Rekaan");
        vault.put(&statement, &opening, at()).expect("taken");
        vault.read(&statement.hash(), POINTER, &inspector(), "Audit", at()).expect("it may");
    }
    let check = |before: Option<i64>, org: Option<u64>, most: usize, expected: &[&str]| {
        let found = vault.vault().newest_readings(before, org, most).expect("read");
        let told: Vec<String> = found.iter().map(|reading| format!("{} {}", reading.n, reading.about)).collect();
        assert_eq!(told, expected, "{before:?} {org:?} {most}");
    };
    check(None, None, 2, &["6 case/1/2", "5 org/1"]);
    check(Some(5), None, 9, &["4 case/10/1", "3 org/10", "2 case/1/1", "1 org/1"]);
    check(None, Some(1), 9, &["6 case/1/2", "5 org/1", "2 case/1/1", "1 org/1"]);
    check(Some(6), Some(1), 2, &["5 org/1", "2 case/1/1"]);
    check(None, Some(10), 9, &["4 case/10/1", "3 org/10"]);
    check(None, Some(2), 9, &[]);
    check(Some(1), None, 9, &[]);
}

#[test]
fn what_cannot_be_logged_is_not_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = filled(dir.path(), 1);
    let full = "CREATE TRIGGER full BEFORE INSERT ON readings BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    raw(dir.path()).execute_batch(full).expect("made");
    let read = vault.read(&sealed(1).0.hash(), POINTER, &inspector(), "Audit", at());
    assert!(matches!(read, Err(VaultError::Store(_))), "{read:?}");
}

#[test]
fn only_what_opens_the_commitment_is_taken() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = made(dir.path());
    let (statement, good) = sealed(1);
    let changed = |change: &dyn Fn(&mut Opening)| {
        let mut opening = good.clone();
        change(&mut opening);
        opening
    };
    let cases = [
        (changed(&|o| o.value.push('0')), FormCode::CommitmentDiffers),
        (changed(&|o| o.salt[0] ^= 1), FormCode::CommitmentDiffers),
        (changed(&|o| o.pointer = "/body/sealed/chair".to_owned()), FormCode::NoSuchCommitment),
        (changed(&|o| o.pointer = "/body/sealed/../account".to_owned()), FormCode::NoSuchCommitment),
        (changed(&|o| o.statement = sha256(b"another")), FormCode::WrongStatement),
    ];
    for (opening, code) in cases {
        match vault.put(&statement, &opening, at()) {
            Err(VaultError::Opening(fault)) => assert_eq!(fault.code, code),
            other => panic!("{code:?} expected, {other:?}"),
        }
        let handed = vault.hand_in(&statement, &[good.clone(), opening], at());
        assert!(matches!(handed, Err(VaultError::Opening(_))));
    }
    assert_eq!(vault.vault().list().expect("read"), [], "nothing of a group is kept when one is refused");
    assert_eq!(vault.vault().waiting().expect("read"), []);
}

#[test]
fn many_are_put_all_or_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = filled(dir.path(), 1);
    let puts: Vec<_> = (1..=3).map(sealed).map(|(statement, opening)| (statement, opening, time(LATER))).collect();
    let mut wrong = puts.clone();
    wrong[2].1.value.push('!');
    assert!(matches!(vault.put_all(&wrong), Err(VaultError::Opening(_))));
    assert_eq!(vault.vault().list().expect("read").len(), 1);
    vault.put_all(&puts).expect("taken");
    let kept = vault.vault().list().expect("read");
    let when: Vec<&str> = kept.iter().map(|kept| kept.put_at.as_str()).collect();
    assert_eq!(when, [AT, LATER, LATER], "what is kept already stays as it is");
    vault.vault_mut().erase(&puts[0].0.hash(), POINTER, "UU 27/2022", time(LATER)).expect("erased");
    assert!(matches!(vault.put_all(&puts), Err(VaultError::Erased { .. })));
}

#[test]
fn a_vault_opens_with_its_own_key_and_is_never_made_anew() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(filled(dir.path(), 1));
    let other = Vault::open(dir.path()).expect("opened").unlock(key(2));
    assert!(matches!(other, Err(VaultError::OtherKey)));
    let again = Vault::create(dir.path(), ORIGIN, key(2));
    assert!(matches!(again, Err(VaultError::Store(StoreError::Exists(_)))));
    let empty = tempfile::tempdir().expect("a folder");
    assert!(Vault::open(empty.path()).err().expect("none").to_string().contains("there is no vault"));
    std::fs::write(empty.path().join(VAULT_FILE), b"not a database, but longer than a header of one").expect("written");
    std::fs::write(empty.path().join(ERASED_FILE), b"").expect("written");
    assert!(matches!(Vault::open(empty.path()).err(), Some(VaultError::Store(StoreError::Damaged { .. }))));
}

/// A change of stored rows that must not go unnoticed.
#[test]
fn rows_that_were_altered_or_moved_do_not_open() {
    const CHANGES: [(&str, &str); 9] = [
        (
            "the sealed bytes of another row",
            "UPDATE openings SET sealed = (SELECT sealed FROM openings WHERE n = 2) WHERE n = 1",
        ),
        (
            "the wrapped key of another row",
            "UPDATE openings SET wrapped = (SELECT wrapped FROM openings WHERE n = 2) WHERE n = 1",
        ),
        (
            "both of another row",
            "UPDATE openings SET (wrapped, sealed) = (SELECT wrapped, sealed FROM openings WHERE n = 2) WHERE n = 1",
        ),
        ("another thing", "UPDATE openings SET about = 'org/2' WHERE n = 1"),
        ("a case of it", "UPDATE openings SET about = 'case/1/1' WHERE n = 1"),
        ("a byte of the sealed", "UPDATE openings SET sealed = CAST(sealed || x'00' AS BLOB) WHERE n = 1"),
        ("a short wrapped key", "UPDATE openings SET wrapped = x'0011' WHERE n = 1"),
        ("nothing sealed", "UPDATE openings SET sealed = x'' WHERE n = 1"),
        ("key and text exchanged", "UPDATE openings SET wrapped = sealed, sealed = wrapped WHERE n = 1"),
    ];
    for (what, sql) in CHANGES {
        let dir = tempfile::tempdir().expect("a folder");
        drop(filled(dir.path(), 2));
        assert_eq!(raw(dir.path()).execute(sql, []).expect(what), 1, "{what}");
        let read = unlocked(dir.path()).read(&sealed(1).0.hash(), POINTER, &inspector(), "Audit", at());
        assert!(matches!(read, Err(VaultError::Altered { .. })), "{what}: {read:?}");
        let other = unlocked(dir.path()).read(&sealed(2).0.hash(), POINTER, &inspector(), "Audit", at());
        assert_eq!(other.expect("untouched"), sealed(2).1, "{what}");
    }
    // Moved to another statement or pointer: read from there, it does not open either.
    for (statement, pointer) in [(sealed(9).0.hash(), POINTER), (sealed(1).0.hash(), "/body/sealed/chair")] {
        let dir = tempfile::tempdir().expect("a folder");
        drop(filled(dir.path(), 1));
        let sql = "UPDATE openings SET statement = ?1, pointer = ?2";
        assert_eq!(raw(dir.path()).execute(sql, params![statement.as_bytes(), pointer]).expect("moved"), 1);
        let read = unlocked(dir.path()).read(&statement, pointer, &inspector(), "Audit", at());
        assert!(matches!(read, Err(VaultError::Altered { .. })), "{pointer}: {read:?}");
    }
    // A vault of another ledger with the same key.
    let dir = tempfile::tempdir().expect("a folder");
    drop(filled(dir.path(), 1));
    raw(dir.path()).execute("UPDATE vault SET origin = 'lain.example/hibah'", []).expect("changed");
    assert!(matches!(Vault::open(dir.path()).expect("opened").unlock(key(1)), Err(VaultError::OtherKey)));
}

/// What is destroyed by an erasure: the wrapped key, the sealed text, the token.
fn secrets(dir: &Path, n: i64) -> [Vec<u8>; 3] {
    let sql = "SELECT wrapped, sealed, token FROM openings WHERE n = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?]);
    raw(dir).query_row(sql, [n], read).expect("the row")
}

#[test]
fn an_erasure_leaves_no_byte_and_stays_told() {
    let dir = tempfile::tempdir().expect("a folder");
    // Enough that pages are split, which leaves copies of cells behind.
    let mut vault = filled(dir.path(), 150);
    for n in [1_i64, 70, 150] {
        let secrets = secrets(dir.path(), n);
        assert!(secrets.iter().all(|secret| secret.len() >= 32 && holds(&bytes(dir.path()), secret)), "{n} is there");
        let (statement, opening) = sealed(n.unsigned_abs());
        let hash = statement.hash();
        assert!(matches!(vault.vault_mut().erase(&hash, POINTER, "", at()), Err(VaultError::Unreasoned(_))));
        let erasure = vault.vault_mut().erase(&hash, POINTER, "UU 27/2022", at()).expect("erased");
        assert_eq!((erasure.at, erasure.basis.as_str()), (at(), "UU 27/2022"));
        let left = bytes(dir.path());
        assert!(!secrets.iter().any(|secret| holds(&left, secret)), "bytes of {n} are left");
        let wal = std::fs::metadata(dir.path().join(format!("{VAULT_FILE}-wal"))).map_or(0, |wal| wal.len());
        assert_eq!(wal, 0, "the write-ahead log is cut");
        let read = vault.read(&hash, POINTER, &inspector(), "Audit", at());
        assert!(matches!(read, Err(VaultError::Erased { .. })));
        assert!(matches!(vault.put(&statement, &opening, at()), Err(VaultError::Erased { .. })));
        assert!(matches!(vault.hand_in(&statement, &[opening], at()), Err(VaultError::Erased { .. })));
        // Again, later and under another law: the first one stands.
        let again = vault.vault_mut().erase(&hash, POINTER, "another law", time(LATER)).expect("erased");
        assert_eq!(again, erasure);
    }
    let kept = vault.vault().list().expect("read");
    let erased: Vec<&str> = kept.iter().filter(|k| k.erased.is_some()).map(|k| k.about.as_str()).collect();
    assert_eq!((kept.len(), erased), (150, vec!["org/1", "org/70", "org/150"]));
    let missing = vault.vault_mut().erase(&sha256(b"none"), POINTER, "UU 27/2022", at());
    assert!(matches!(missing, Err(VaultError::NotKept { .. })));
    assert_eq!(ErasedList::read(dir.path()).expect("read").iter().count(), 3);
    for sql in ["UPDATE openings SET erased_at = NULL", "DELETE FROM openings", "DELETE FROM openings WHERE n = 1"] {
        raw(dir.path()).execute(sql, []).expect_err(sql);
    }
}

#[test]
fn another_reader_that_keeps_the_log_is_told() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = filled(dir.path(), 3);
    let reading = raw(dir.path());
    reading.execute_batch("BEGIN; SELECT count(*) FROM openings;").expect("a snapshot");
    let hash = sealed(2).0.hash();
    let erased = vault.vault_mut().erase(&hash, POINTER, "UU 27/2022", at());
    assert!(matches!(erased, Err(VaultError::StillThere)), "{erased:?}");
    assert!(vault.vault().list().expect("read")[1].erased.is_some(), "it is erased for all who look now");
    reading.execute_batch("COMMIT").expect("done");
    vault.vault_mut().erase(&hash, POINTER, "UU 27/2022", at()).expect("again");
}

/// The files of a vault as a backup keeps them: without erased.list.
fn backup(dir: &Path) -> Vec<u8> {
    assert!(!dir.join(format!("{VAULT_FILE}-wal")).exists(), "nobody has it open");
    std::fs::read(dir.join(VAULT_FILE)).expect("the vault")
}

#[test]
fn a_restored_backup_is_erased_again() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(filled(dir.path(), 2));
    let before = backup(dir.path());
    let secrets = secrets(dir.path(), 2);
    let (statement, opening) = sealed(2);
    let mut vault = unlocked(dir.path());
    let (late, late_opening) = sealed(3);
    vault.put(&late, &late_opening, at()).expect("taken");
    for hash in [statement.hash(), late.hash()] {
        vault.vault_mut().erase(&hash, POINTER, "UU 27/2022", at()).expect("erased");
    }
    drop(vault);

    std::fs::write(dir.path().join(VAULT_FILE), &before).expect("restored");
    assert!(holds(&bytes(dir.path()), &secrets[0]), "the backup knows nothing of it");
    let mut vault = unlocked(dir.path());
    assert!(!secrets.iter().any(|secret| holds(&bytes(dir.path()), secret)), "erased again");
    let read = vault.read(&statement.hash(), POINTER, &inspector(), "Audit", time(LATER));
    assert!(matches!(read, Err(VaultError::Erased { .. })));
    assert!(matches!(vault.put(&statement, &opening, time(LATER)), Err(VaultError::Erased { .. })));
    // It was put in after the backup, and cannot be put in again either.
    assert!(matches!(vault.put(&late, &late_opening, time(LATER)), Err(VaultError::Erased { .. })));
    let told: Vec<bool> = vault.vault().list().expect("read").iter().map(|kept| kept.erased.is_some()).collect();
    assert_eq!(told, [false, true, true]);
    drop(vault);

    // Without the list nobody knows, so nothing is opened; an old list is brought up by the vault.
    let list = dir.path().join(ERASED_FILE);
    let lines = std::fs::read_to_string(&list).expect("the list");
    std::fs::remove_file(&list).expect("lost");
    let lost = Vault::open(dir.path()).err().expect("refused").to_string();
    assert!(lost.contains("erased.list") && lost.contains("restore its newest copy"), "{lost}");
    std::fs::write(&list, "").expect("an old one");
    drop(Vault::open(dir.path()).expect("opened"));
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
        lines.sort();
        lines
    };
    assert_eq!(sorted(&std::fs::read_to_string(&list).expect("the list")), sorted(&lines));
    std::fs::write(&list, "2026-01-20T03:04:05.678Z opening abc\n").expect("damaged");
    assert!(matches!(Vault::open(dir.path()).err(), Some(VaultError::Store(StoreError::Damaged { .. }))));
}

#[test]
fn an_erasure_that_stopped_half_way_is_finished() {
    let (statement, _) = sealed(1);
    let line = format!("{AT} opening {} {POINTER} org/1 UU 27/2022\n", statement.hash());
    // The line is whole: it is erased by whoever opens the vault next.
    let dir = tempfile::tempdir().expect("a folder");
    drop(filled(dir.path(), 1));
    let secrets = secrets(dir.path(), 1);
    std::fs::write(dir.path().join(ERASED_FILE), &line).expect("written");
    assert!(unlocked(dir.path()).vault().list().expect("read")[0].erased.is_some());
    assert!(!secrets.iter().any(|secret| holds(&bytes(dir.path()), secret)));
    // The line is cut off anywhere: nothing was destroyed, and the next erasure does not run into it.
    for cut in [1, 30, 100, line.len() - 1] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut vault = filled(dir.path(), 2);
        std::fs::write(dir.path().join(ERASED_FILE), &line[..cut]).expect("written");
        assert_eq!(unlocked(dir.path()).vault().list().expect("read")[0].erased, None, "{cut}");
        vault.vault_mut().erase(&sealed(2).0.hash(), POINTER, "UU 27/2022", at()).expect("erased");
        let list = ErasedList::read(dir.path()).unwrap_or_else(|e| panic!("{cut}: {e}"));
        assert_eq!(list.iter().count(), 1, "{cut}");
    }
}

#[test]
fn what_was_handed_in_takes_its_place_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = made(dir.path());
    let (statement, opening) = sealed(1);
    let first = vault.hand_in(&statement, std::slice::from_ref(&opening), at()).expect("held");
    let second = vault.hand_in(&statement, std::slice::from_ref(&opening), at()).expect("held");
    let hash = statement.hash();
    let read = vault.read(&hash, POINTER, &inspector(), "Audit", at());
    assert!(matches!(read, Err(VaultError::NotKept { .. })), "what waits is not read");
    let states = |vault: &UnlockedVault| -> Vec<bool> {
        vault.vault().list().expect("read").iter().map(|kept| kept.in_force).collect()
    };
    assert_eq!(states(&vault), [false, false]);
    assert_eq!(vault.vault().waiting().expect("read").len(), 2);
    vault.vault_mut().drop_hand_in(first).expect("dropped");
    assert_eq!(states(&vault), [false]);
    drop(vault);
    // A stop: it waits all the same.
    let mut vault = unlocked(dir.path());
    let waiting = vault.vault().waiting().expect("read");
    assert_eq!(waiting.iter().map(|w| (w.hand_in, w.statement, w.at)).collect::<Vec<_>>(), [(second, hash, at())]);
    vault.vault_mut().settle(second).expect("settled");
    vault.vault_mut().settle(second).expect("a second time changes nothing");
    assert_eq!(states(&vault), [true]);
    assert_eq!(vault.read(&hash, POINTER, &inspector(), "Audit", at()).expect("in force"), opening);
    // The same again, and after an erasure.
    let third = vault.hand_in(&statement, std::slice::from_ref(&opening), at()).expect("held");
    vault.vault_mut().erase(&hash, POINTER, "UU 27/2022", at()).expect("erased");
    vault.vault_mut().settle(third).expect("settled");
    let kept = vault.vault().list().expect("read");
    assert_eq!(kept.len(), 1);
    assert!(kept[0].erased.is_some(), "an erasure wins");
}

#[test]
fn equal_values_of_two_organisations_are_found_without_the_key() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut vault = made(dir.path());
    let all = [
        sealed_as("org/1", "account", "Bank A 1"),
        sealed_as("org/2", "account", "Bank A 1"),
        sealed_as("org/3", "account", "Bank B 2"),
        // The same organisation twice is no group; another name is another value.
        sealed_as("case/3/1", "account", "Bank B 2"),
        sealed_as("org/4", "chair", "Bank A 1"),
        sealed_as("case/5/1", "account", "Bank A 1"),
    ];
    for (statement, opening) in &all {
        vault.put(statement, opening, at()).expect("taken");
    }
    let groups = |dir: &Path| -> Vec<Vec<String>> {
        let groups = Vault::open(dir).expect("no key").same().expect("read");
        groups.iter().map(|group| group.iter().map(|kept| kept.about.clone()).collect()).collect()
    };
    assert_eq!(groups(dir.path()), [["org/1", "org/2", "case/5/1"]]);
    vault.vault_mut().erase(&all[1].0.hash(), POINTER, "UU 27/2022", at()).expect("erased");
    assert_eq!(groups(dir.path()), [["org/1", "case/5/1"]], "a token goes with what it is of");
    // Another vault's key makes other tokens.
    let other = tempfile::tempdir().expect("a folder");
    let mut second = Vault::create(other.path(), ORIGIN, key(2)).expect("made");
    second.put(&all[0].0, &all[0].1, at()).expect("taken");
    assert_ne!(secrets(other.path(), 1)[2], secrets(dir.path(), 1)[2]);
}

#[test]
fn only_an_office_of_the_list_reads_and_only_with_its_key_in_force() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city: City = found(dir.path());
    register(&mut city, "Yayasan Satu");
    city.flush().expect("registered");
    let may = ["inspektorat".to_owned(), "ppkd".to_owned()];
    let now = time("2026-01-05T03:00:00.000Z");
    let prove = |signer: &_, now, may: &[String]| VaultReader::prove(city.state(), signer, now, may);
    let own = |role: &str| city.key(role).expect("a key");
    assert_eq!(prove(own("inspektorat"), now, &may).expect("it may").office(), "inspektorat");
    assert_eq!(prove(own("ppkd"), now, &may).expect("it may").office(), "ppkd");
    assert_eq!(prove(own("inspektorat"), now, &readers_of(city.state())), Err(NotAReader::NobodyMay));
    let other = prove(own("kuasa_bud"), now, &may).expect_err("another office");
    assert_eq!(other.to_string(), "the office kuasa_bud may not read the vault; these may: inspektorat, ppkd");
    assert!(matches!(prove(own("org/1"), now, &may), Err(NotAReader::NoOffice(_))));
    assert!(matches!(prove(own("root/1"), now, &may), Err(NotAReader::NoOffice(_))));
    let ledger = published_key(ORIGIN, "");
    assert!(matches!(prove(&ledger, now, &may), Err(NotAReader::NotInForce(_))), "it signs checkpoints only");
    let unknown = published_key(ORIGIN, "official/900");
    assert!(matches!(prove(&unknown, now, &may), Err(NotAReader::NotInForce(_))));
    for then in ["2025-01-05T03:00:00.000Z", "2099-01-05T03:00:00.000Z"] {
        assert!(matches!(prove(own("inspektorat"), time(then), &may), Err(NotAReader::NotInForce(_))), "{then}");
    }
}

#[test]
fn a_revoked_key_reads_no_more() {
    let dir = year();
    let writer = crate::ledger_city::open(dir.path());
    let state = writer.state();
    let n = state.appointments().into_iter().find(|(_, office)| *office == "inspektorat").expect("appointed").0;
    let signer = published_key(crate::ledger_city::ORIGIN, &format!("official/{n}"));
    let may = ["inspektorat".to_owned()];
    let now = time(crate::ledger_city::LAST_TIME);
    VaultReader::prove(state, &signer, now, &may).expect("in force");
    let body = json!({
        "key": signer_id(&signer).to_string(), "reason": "Hilang", "suspect_since": crate::ledger_city::LAST_TIME,
    });
    let roots: Vec<String> = (1..=3).map(|n| format!("root/{n}")).collect();
    let roots: Vec<&str> = roots.iter().map(String::as_str).collect();
    let bytes = crate::ledger_city::statement(state, "key.revoked", &format!("official/{n}"), body, &roots);
    let mut writer = writer;
    let outcome = writer.append(&[bytes]).expect("written").remove(0);
    assert!(matches!(outcome, hibah::ledger::writer::Outcome::Recorded { new: true, .. }), "{outcome:?}");
    let refused = VaultReader::prove(writer.state(), &signer, now, &may).expect_err("revoked").to_string();
    assert!(refused.contains("revoked"), "{refused}");
}

/// The bound place is part of what is authenticated, so a hash of nothing stands for no statement.
#[test]
fn the_mark_of_a_vault_is_not_an_opening() {
    let dir = tempfile::tempdir().expect("a folder");
    drop(filled(dir.path(), 1));
    let sql =
        "UPDATE openings SET (wrapped, sealed) = (SELECT wrapped, sealed FROM vault), statement = ?1, about = 'ledger'";
    raw(dir.path()).execute(sql, [Hash::from_bytes([0; 32]).as_bytes()]).expect("moved");
    let read = unlocked(dir.path()).read(&Hash::from_bytes([0; 32]), POINTER, &inspector(), "Audit", at());
    assert!(matches!(read, Err(VaultError::Altered { .. })));
}
