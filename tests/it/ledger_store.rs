//! The files of a ledger: what SQLite itself refuses, and what damaged files answer.

use std::path::Path;

use hibah::ledger::derived::{DERIVED_FILE, Derived, catch_up};
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::ledger::store::{
    Access, ENTRIES_FILE, Entries, LAST_SIGNED_FILE, LastSigned, NewEntry, NewNode, Signed, StoreError,
};
use hibah::ledger::verify::VerifyError;
use hibah::ledger::writer::Writer;
use hibah::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash};
use hibah::tlog::merkle::{self, Frontier, prove_inclusion};
use hibah::tlog::tile::{Tile, TileHashReader, TileSource, tiles_of_size};
use rusqlite::Connection;

use super::ledger_city::{Hand, LAST_TIME, ORIGIN, audit, folder, key, open, time, year};

/// What somebody with a database shell tries, and the words that refuse it.
#[test]
fn the_files_refuse_what_nobody_may_do() {
    let dir = year();
    for (file, sql, refusal) in [
        (ENTRIES_FILE, "UPDATE entries SET bytes = x'00' WHERE idx = 3", "a recorded entry never changes"),
        (ENTRIES_FILE, "UPDATE OR REPLACE entries SET idx = 4 WHERE idx = 3", "a recorded entry never changes"),
        (ENTRIES_FILE, "DELETE FROM entries WHERE idx = 3", "a recorded entry is never removed"),
        (ENTRIES_FILE, "INSERT INTO entries VALUES (1000, zeroblob(32), x'00')", "an entry takes the next index"),
        (ENTRIES_FILE, "INSERT INTO entries VALUES (3, zeroblob(32), x'00')", "an entry takes the next index"),
        (ENTRIES_FILE, "INSERT INTO entries VALUES (NULL, zeroblob(32), x'00')", "an entry takes the next index"),
        (
            ENTRIES_FILE,
            "INSERT OR REPLACE INTO entries VALUES (3, zeroblob(32), x'00')",
            "an entry takes the next index",
        ),
        (
            ENTRIES_FILE,
            "INSERT INTO entries SELECT max(idx) + 1, zeroblob(31), x'00' FROM entries",
            "CHECK constraint failed",
        ),
        (
            ENTRIES_FILE,
            "INSERT INTO entries SELECT max(idx) + 1, zeroblob(32), zeroblob(65536) FROM entries",
            "CHECK constraint failed",
        ),
        (
            ENTRIES_FILE,
            "INSERT INTO entries SELECT max(idx) + 1, zeroblob(32), '' FROM entries",
            "cannot store TEXT value",
        ),
        (ENTRIES_FILE, "INSERT INTO nodes VALUES (1, 1, zeroblob(32))", "a tree hash takes the next place"),
        (ENTRIES_FILE, "INSERT INTO nodes VALUES (0, 0, zeroblob(32))", "CHECK constraint failed"),
        (LAST_SIGNED_FILE, "UPDATE last_signed SET size = size - 1", "never shrinks"),
        (LAST_SIGNED_FILE, "UPDATE last_signed SET root = zeroblob(32)", "one root a size"),
        (LAST_SIGNED_FILE, "DELETE FROM last_signed", "never removed"),
        (LAST_SIGNED_FILE, "INSERT INTO last_signed VALUES (1, 0, zeroblob(32), '')", "never made anew"),
        (LAST_SIGNED_FILE, "INSERT OR REPLACE INTO last_signed VALUES (1, 0, zeroblob(32), '')", "never made anew"),
        (LAST_SIGNED_FILE, "INSERT INTO last_signed VALUES (2, 0, zeroblob(32), '')", "never made anew"),
    ] {
        let shell = Connection::open(dir.path().join(file)).expect("a database");
        let error = shell.execute(sql, []).expect_err(sql).to_string();
        assert!(error.contains(refusal), "{sql}: {error}");
    }
    audit(dir.path()).unwrap_or_else(|e| panic!("{e}"));
}

#[test]
fn tree_hashes_cannot_be_replaced() {
    let dir = super::ledger_city::long_year();
    let shell = Connection::open(dir.path().join(ENTRIES_FILE)).expect("a database");
    for (sql, refusal) in [
        ("UPDATE nodes SET hash = zeroblob(32)", "a tree hash never changes"),
        ("DELETE FROM nodes", "a tree hash is never removed"),
        ("INSERT OR REPLACE INTO nodes VALUES (1, 0, zeroblob(32))", "a tree hash takes the next place"),
    ] {
        let error = shell.execute(sql, []).expect_err(sql).to_string();
        assert!(error.contains(refusal), "{sql}: {error}");
    }
}

#[test]
fn last_signed_grows_and_never_forks() {
    let dir = folder();
    let signed = |size, fill| Signed { size, root: Hash::from_bytes([fill; 32]), note: format!("note {size} {fill}") };
    let empty = Signed { root: EMPTY_ROOT, ..signed(0, 0) };
    let mut record = LastSigned::create(dir.path(), &empty).expect("made");
    assert!(matches!(LastSigned::create(dir.path(), &empty), Err(StoreError::Exists(_))));
    for (next, allowed) in [
        (signed(5, 1), true),
        (signed(5, 1), true),
        (signed(5, 2), false),
        (signed(4, 1), false),
        (empty.clone(), false),
        (signed(6, 2), true),
        (signed(5, 1), false),
        (signed(u64::MAX, 1), false),
    ] {
        let before = record.get().expect("read");
        let advanced = record.advance(&next);
        assert_eq!(advanced.is_ok(), allowed, "{next:?}: {advanced:?}");
        if next.size < u64::MAX {
            assert!(allowed || matches!(advanced, Err(StoreError::TwoHistories(_))), "{next:?}: {advanced:?}");
        }
        assert_eq!(record.get().expect("read"), if allowed { next } else { before });
    }
    assert!(matches!(LastSigned::open(&dir.path().join("nowhere"), Access::Write), Err(StoreError::Missing(_))));
}

#[test]
fn files_are_opened_as_the_ledger_relies_on() {
    let dir = year();
    let journal: String = Connection::open(dir.path().join(ENTRIES_FILE))
        .and_then(|shell| shell.pragma_query_value(None, "journal_mode", |row| row.get(0)))
        .expect("asked");
    assert_eq!(journal, "wal");
    let mut reading = Entries::open(dir.path(), Access::Read).expect("opened");
    let size = reading.size().expect("read");
    let entry = NewEntry { leaf: leaf_hash(b"x"), bytes: b"x".to_vec() };
    assert!(reading.append(size, &[entry], &[]).is_err(), "a reading connection wrote");
    let mut reading = LastSigned::open(dir.path(), Access::Read).expect("opened");
    let same = reading.get().expect("read");
    assert!(reading.advance(&same).is_err(), "a reading connection wrote");
    assert!(matches!(Entries::open(dir.path(), Access::Create), Err(StoreError::Exists(_))));
    let none = folder();
    assert!(matches!(Entries::open(none.path(), Access::Write), Err(StoreError::NoLedger(_))));
    assert!(matches!(Reader::open(none.path()), Err(StoreError::NoLedger(_))));
    assert_eq!(std::fs::read_dir(none.path()).expect("read").count(), 0, "opening made a file");
}

/// Numbers that no ledger has are answers, not panics.
#[test]
fn numbers_beyond_the_ledger_are_answered() {
    let dir = year();
    let entries = Entries::open(dir.path(), Access::Read).expect("opened");
    let reader = Reader::open(dir.path()).expect("opened");
    for index in [1_000, i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        assert_eq!(entries.entry(index).expect("read"), None);
        assert_eq!(entries.leaf(index).expect("read"), None);
        assert!(entries.range(index, 2).is_err());
        assert!(entries.range(0, index).is_err());
        assert!(entries.hash_tile(Tile { level: 0, index, width: 256 }).is_err());
        assert!(entries.hash_tile(Tile { level: 255, index, width: 256 }).is_err());
        assert_eq!(reader.entry(index).expect("read"), None);
        assert!(reader.receipt(index).expect("read").is_none());
        assert_eq!(reader.entry_bundle(index, 1).expect("read"), None);
        assert_eq!(reader.tile(Tile { level: 0, index, width: 1 }).expect("read"), None);
    }
    for (level, width) in [(0, 0), (0, 257), (0, u16::MAX), (1, 1), (8, 1), (63, 1), (255, 1), (255, 0)] {
        assert_eq!(reader.tile(Tile { level, index: 0, width }).expect("read"), None, "level {level} width {width}");
    }
    for width in [0, 256, 257, u16::MAX] {
        assert_eq!(reader.entry_bundle(0, width).expect("read"), None, "width {width}");
    }
}

/// Opens a folder in every way there is; errors must be one sentence.
fn touch_everything(dir: &Path, what: &str) {
    let sentence = |error: &dyn std::fmt::Display| {
        let text = error.to_string();
        assert!(!text.is_empty() && !text.contains('\n') && text.len() < 600, "{what}: {text}");
    };
    match Reader::open(dir) {
        Err(error) => sentence(&error),
        Ok(reader) => {
            let listed = reader.grants(&GrantQuery { limit: 10, words: "yayasan".to_owned(), ..GrantQuery::default() });
            let _ = listed.map_err(|e| sentence(&e));
            let _ = reader.timeline("case/1/1").map_err(|e| sentence(&e));
            let _ = reader.newest(5).map_err(|e| sentence(&e));
            let _ = reader.receipt(3).map_err(|e| sentence(&e));
            let _ = reader.statement(3, ORIGIN).map_err(|e| sentence(&e));
            match audit(dir) {
                Ok(_) | Err(VerifyError::Unchecked(_)) => {}
                Err(VerifyError::Wrong(wrong)) => sentence(&wrong),
            }
        }
    }
    let _ = catch_up(dir, ORIGIN).map_err(|e| sentence(&e));
    let _ = Writer::open(dir, key(), Box::new(Hand::at(time(LAST_TIME)))).map_err(|e| sentence(&e));
}

#[test]
fn damaged_files_answer_with_a_sentence() {
    let whole = year();
    for file in [ENTRIES_FILE, LAST_SIGNED_FILE, DERIVED_FILE] {
        let good = std::fs::read(whole.path().join(file)).expect("read");
        let mut cases: Vec<(String, Vec<u8>)> = vec![
            ("empty".to_owned(), Vec::new()),
            ("text".to_owned(), b"this is not a database, whatever its name says\n".repeat(100)),
        ];
        for part in [1, 100, good.len() / 3, good.len() / 2, good.len() - 4096, good.len() - 1] {
            cases.push((format!("cut to {part}"), good[..part].to_vec()));
        }
        // The places are spread over header, pages and cells by a stride that is prime to the page size.
        for at in (0..good.len()).step_by(good.len() / 12 + 1).chain([16, 18, 28, 60, 100, 105]) {
            let mut flipped = good.clone();
            flipped[at] ^= 0x41;
            cases.push((format!("bit flips at {at}"), flipped));
        }
        for (name, bytes) in cases {
            let dir = folder();
            super::ledger_city::copy(whole.path(), dir.path());
            std::fs::write(dir.path().join(file), bytes).expect("written");
            touch_everything(dir.path(), &format!("{file} {name}"));
            if file == DERIVED_FILE {
                // Disposable: whatever it was, opening the ledger for writing leaves a whole one.
                drop(open(dir.path()));
                audit(dir.path()).unwrap_or_else(|e| panic!("{name}: {e}"));
            }
        }
    }
}

#[test]
fn empty_and_cut_ground_truth_is_called_damaged() {
    let whole = year();
    for file in [ENTRIES_FILE, LAST_SIGNED_FILE] {
        let good = std::fs::read(whole.path().join(file)).expect("read");
        for length in [0, 4096, good.len() / 2] {
            let dir = folder();
            super::ledger_city::copy(whole.path(), dir.path());
            std::fs::write(dir.path().join(file), &good[..length]).expect("written");
            let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
            assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{file} cut to {length}: {:?}", opened.err());
        }
    }
}

#[test]
fn stored_hashes_that_differ_are_found_on_opening() {
    for (guard, harm) in [
        ("entries_never_change", "UPDATE entries SET leaf = zeroblob(32) WHERE idx = 7"),
        ("nodes_never_change", "UPDATE nodes SET hash = zeroblob(32) WHERE idx = 0"),
        ("nodes_never_go", "DELETE FROM nodes"),
    ] {
        let dir = super::ledger_city::long_year();
        let shell = Connection::open(dir.path().join(ENTRIES_FILE)).expect("a database");
        shell.execute_batch(&format!("DROP TRIGGER {guard}; {harm};")).expect("done");
        drop(shell);
        let opened = Writer::open(dir.path(), key(), Box::new(Hand::at(time(LAST_TIME))));
        assert!(matches!(opened, Err(StoreError::Damaged { .. })), "{harm}: {:?}", opened.err());
    }
}

#[test]
fn derived_tables_are_made_anew_when_they_are_not_this_ledgers() {
    let dir = year();
    let size = Reader::open(dir.path()).expect("opened").signed().expect("read").size;
    let digest = |dir: &Path| {
        let entries = Entries::open(dir, Access::Read).expect("opened");
        Derived::open_for(dir, &entries, size).expect("opened").content_digest().expect("read")
    };
    let good = digest(dir.path());
    let other = super::ledger_city::other_year();
    for what in ["missing", "foreign", "another version", "behind"] {
        let file = dir.path().join(DERIVED_FILE);
        match what {
            "missing" => std::fs::remove_file(&file).expect("removed"),
            "foreign" => drop(std::fs::copy(other.path().join(DERIVED_FILE), &file).expect("copied")),
            "another version" => Connection::open(&file)
                .and_then(|shell| shell.execute_batch("PRAGMA user_version = 1; DROP TABLE timeline;"))
                .expect("done"),
            _ => Connection::open(&file)
                .and_then(|shell| shell.execute_batch("DELETE FROM records; UPDATE progress SET size = 0;"))
                .map(|()| std::fs::remove_file(&file).expect("removed"))
                .expect("done"),
        }
        if what == "another version" {
            let error = Reader::open(dir.path()).err().expect("its tables may lack what is read");
            assert!(error.to_string().contains("made by another version of the program"), "{error}");
        }
        catch_up(dir.path(), ORIGIN).unwrap_or_else(|e| panic!("{what}: {e}"));
        assert_eq!(digest(dir.path()), good, "{what}");
    }
}

/// Leaves without meaning, appended in groups as the writer does.
fn append_leaves(entries: &mut Entries, frontier: &mut Frontier, until: u64) {
    let first = frontier.size();
    let (mut group, mut nodes) = (Vec::new(), Vec::new());
    for index in first..until {
        let bytes = index.to_be_bytes().to_vec();
        let leaf = leaf_hash(&bytes);
        for (node, hash) in frontier.push(leaf) {
            if node.level > 0 && node.level % 8 == 0 {
                nodes.push(NewNode { level: node.level / 8, index: node.index, hash });
            }
        }
        group.push(NewEntry { leaf, bytes });
    }
    entries.append(first, &group, &nodes).expect("appended");
}

#[test]
fn tiles_of_three_levels_lead_to_the_root() {
    let dir = folder();
    let mut entries = Entries::open(dir.path(), Access::Create).expect("made");
    let mut frontier = Frontier::new();
    for size in [1, 255, 256, 257, 511, 512, 65_535, 65_536, 65_537, 70_000] {
        append_leaves(&mut entries, &mut frontier, size);
        assert_eq!(entries.size().expect("read"), size);
        let tiles = TileHashReader::new(&entries, size);
        let root = frontier.root();
        assert_eq!(merkle::root(size, &tiles).expect("read"), root, "size {size}");
        for index in [0, size / 2, size - 1] {
            let proof = prove_inclusion(index, size, &tiles).expect("read");
            merkle::check_inclusion(&proof, index, &leaf_hash(&index.to_be_bytes()), size, &root).expect("it holds");
        }
        // Every tile that a mirror may ask for is there, of its length; one hash more is not.
        let hashes = tiles_of_size(size).filter_map(|path| match path {
            hibah::tlog::tile::TilePath::Hashes(tile) => Some(tile),
            hibah::tlog::tile::TilePath::Entries { .. } => None,
        });
        for tile in hashes.filter(|tile| tile.level > 0 || tile.index % 64 == 0 || tile.width < 256) {
            assert_eq!(entries.hash_tile(tile).expect("there").len(), usize::from(tile.width) * 32, "{tile:?}");
            if tile.width < 256 {
                assert!(entries.hash_tile(Tile { width: tile.width + 1, ..tile }).is_err(), "{tile:?}");
            }
        }
    }
}
