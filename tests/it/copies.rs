//! `hibah restore SOURCE DIR`: a copy of any mirror, made of what was verified, is the ledger to whoever reads it; nothing is
//! signed in it until it is adopted.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::cli_serve::Server;
use super::cli_shell::Shell;
use super::restore::{NEW, Then, scene, serve};

/// Makes `copy` of a mirror. The derived tables are those of the original, row for row.
fn copied(shell: &Shell, from: &str) {
    shell.check(&format!(
        "$ rm -rf copy && hibah restore {from} copy --vkey $(cat vkey)
         Copied 318 entries to copy, after all of {from} was verified; nothing was signed.
         $ hibah verify copy --vkey $(cat vkey) --since seen
         entries * {NEW}, each linked to the one before it"
    ));
    let rows = |led: &str| {
        let file = Connection::open(shell.path().join(led).join("derived.db")).expect("opened");
        let named = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
        let mut named = file.prepare(named).expect("sql");
        let names: Vec<String> =
            named.query_map([], |row| row.get(0)).expect("sql").map(|name| name.expect("text")).collect();
        let mut rows = BTreeMap::new();
        for name in names {
            let mut read = file.prepare(&format!("SELECT * FROM \"{name}\"")).expect("sql");
            let columns = read.column_count();
            let row = |row: &rusqlite::Row<'_>| {
                (0..columns).map(|at| row.get::<_, rusqlite::types::Value>(at)).collect::<Result<Vec<_>, _>>()
            };
            let read = read.query_map([], row).expect("sql").map(|row| format!("{:?}", row.expect("a row")));
            rows.insert(name, read.collect::<Vec<_>>());
        }
        rows
    };
    let (original, copy) = (rows("led"), rows("copy"));
    assert_eq!(original.keys().collect::<Vec<_>>(), copy.keys().collect::<Vec<_>>());
    assert!(original.values().map(Vec::len).sum::<usize>() > 318, "the tables hold the ledger");
    for (name, rows) in &original {
        assert!(rows == &copy[name], "{name} of the copy has other rows than the original's");
    }
}

#[test]
fn a_copy_of_any_mirror_is_read_and_signs_nothing_until_it_is_adopted() {
    let shell = scene();
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let url = server.address("Public server: ");
    for from in [&url, "mirror", "led"] {
        copied(&shell, from);
    }
    assert!(server.stop());
    shell.check(
        "$ cp -r led/keys copy
         $ hibah import copy next.csv --map map.toml
         ? 2
         error: copy is a copy of a ledger that is written elsewhere, so nothing is signed in it; to go on with it in that ledger's place, run `hibah restore copy --adopt --from MIRROR` with the ledger key
         = copy
         $ hibah restore copy --adopt --from short
         ? 1
         error: copy is a copy of 318 entries and nothing that was given has as many: name a newer mirror; nothing was written
         = copy
         $ hibah restore copy --adopt --from forked
         ? 1
         error: forked and copy/* are two histories of one ledger, and entry 18 is the first that differs: *
         = copy
         $ hibah restore copy --from forked
         ? 1
         error: *two histories*
         = copy
         $ cp -r copy other && cp -r copy later && hibah import led next.csv --map map.toml
         $ hibah restore copy --adopt --from mirror
         Adopted the checkpoint of 318 entries that mirror has; nothing was signed.
         $ hibah import copy next.csv --map map.toml
         imported * 1
         $ hibah verify copy --since seen
         entries * 319, *
         # A copy follows, and stays one.
         $ hibah restore later --from led
         Restored 1 entry, 318 to 318, after all of led was verified.
         $ hibah restore later --from led --from mirror
         Nothing is lacking: later has what was signed.
         $ hibah verify later --since seen
         entries * 319, *
         $ hibah import later other.csv --map map.toml
         ? 2
         error: later is a copy of a ledger that is written elsewhere, *
         = later
         $ hibah restore other --adopt --from led
         Adopted the checkpoint of 319 entries that led has; nothing was signed.
         $ hibah import other lost.csv --map map.toml
         there already * 300",
    );
}

#[test]
fn a_mirror_that_ends_in_the_middle_leaves_the_beginning_of_a_copy() {
    for (then, why) in
        [(Then::Fails, "* answered status 404*"), (Then::Lies, "*not those that were served a moment ago*")]
    {
        let shell = scene();
        let (url, _told) = serve(shell.path().join("mirror"), then);
        shell.check(&format!(
            "$ hibah restore {url} copy --vkey $(cat vkey)
             ? 2
             error: 256 of 318 entries are in copy and durable, then it ended ({why}): run `hibah restore copy --from {url}`, which goes on from there
             $ cp -r led/keys copy && hibah import copy next.csv --map map.toml
             ? 2
             error: copy is a copy of a ledger that is written elsewhere, *
             = copy
             $ hibah restore copy --from mirror
             Restored 62 entries, 256 to 317, after all of mirror was verified.
             $ hibah verify copy --vkey $(cat vkey) --since seen
             entries * {NEW}, *
             $ hibah import copy next.csv --map map.toml
             ? 2
             error: copy is a copy of a ledger that is written elsewhere, *
             = copy"
        ));
    }
}

#[test]
fn a_copy_is_made_of_what_holds_and_where_nothing_is() {
    let shell = scene();
    shell.check(
        "$ hibah key show again/../led/keys/official-5-registrar.key > stranger
         $ cp -r mirror torn && truncate -s -1 torn/tile/entries/001.p/62
         $ cp -r mirror changed && sed -i 's/Yayasan Lama 7/Yayasan Baru 7/' changed/tile/entries/000",
    );
    for (command, sentence) in [
        ("mirror copy --vkey $(cat stranger)", "mirror does not hold*nothing was written"),
        ("changed copy --vkey $(cat vkey)", "changed does not hold: entry 24 is wrong: *; nothing was written"),
        ("torn copy --vkey $(cat vkey)", "torn does not hold*"),
        ("mirror led --vkey $(cat vkey)", "led holds something already: name a new folder, or bring back *"),
    ] {
        shell.check(&format!(
            "$ hibah restore {command}
             ? 1
             error: {sentence}
             = led
             $ test ! -e copy"
        ));
    }
    shell.check(
        "$ hibah restore mirror copy --adopt
         ? 2
         error: *
         $ hibah restore mirror copy
         warning: the key came from the mirror itself, *
         $ hibah verify copy",
    );
}
