//! Bad input on the command line: one clear sentence, the right exit status, and the ledger as it was before.

use super::cli_path::{APPLY, write_bodies};
use super::cli_shell::Shell;
use crate::left_out::left_out;

#[test]
fn files_that_cannot_be_used_are_named() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.write("noise", [0xff; 100]);
    shell.check(
        "$ hibah submit led nothing
         ? 2
         error: nothing could not be read (No such file or directory): name a statement file *
         = led
         $ hibah submit led led
         ? 2
         error: led could not be read (it is a folder): name a statement file *
         = led
         $ hibah submit nowhere org.json
         ? 2
         error: nowhere holds no ledger: name a folder made by `hibah init` or `hibah demo`
         $ hibah verify nowhere
         ? 2
         error: nowhere does not exist: name a ledger's folder, *
         $ hibah verify http://127.0.0.1:9
         ? 2
         error: http://127.0.0.1:9/checkpoint could not be read (Connection refused): check the address, or try again later
         $ hibah submit http://127.0.0.1:9 org.json
         ? 2
         error: http://127.0.0.1:9/statements did not answer (Connection refused): submit again, a statement is never recorded twice
         $ hibah verify noise
         ? 2
         error: noise is a file but no receipt or dossier: *
         $ mkdir empty; hibah verify empty
         ? 2
         error: empty holds no ledger: *
         $ hibah key show noise
         ? 2
         error: noise is not a hibah key file: *
         $ hibah show led 18
         ? 2
         error: led has no entry 18: its 18 entries are numbered from 0
         $ hibah show led case/1/1
         ? 2
         error: led has nothing about case/1/1: *
         $ hibah show led 007
         ? 2
         error: \"007\" is neither the number of an entry nor a thing on a ledger: *
         $ hibah verify led --vkey nonsense
         ? 2
         error: invalid value 'nonsense' for '--vkey <KEY>': a verifier key looks like <name>+<8 hex digits>+<base64>; copy it again from its source
         $ hibah verify led --vkey $(hibah key show org.key)
         ? 1
         error: led does not hold: the checkpoint does not hold: *
         $ hibah verify led --since noise
         ? 2
         error: the earlier checkpoint is not one of this ledger: *
         $ hibah verify led --policy noise
         ? 2
         error: noise: *
         = led",
    );
}

#[test]
fn passphrases_that_do_not_fit_are_told() {
    let shell = Shell::with_ledger();
    shell.write("short", "abc\n");
    shell.check(
        "$ HIBAH_PASSPHRASE='something else' hibah submit led org.key
         ? 2
         error: led/keys/ledger.key was not opened (the passphrase does not open this key file; try again): *
         = led
         $ env -u HIBAH_PASSPHRASE hibah submit led org.key < /dev/null
         ? 2
         error: a passphrase is needed and nobody is at the terminal: set HIBAH_PASSPHRASE or use --passphrase-file
         = led
         $ hibah key show org.key --check
         The passphrase opens the file, and the key in it is this one.
         $ hibah key new other.key --name hibah.bandung.example/ledger/org/2 --passphrase-file short
         ? 2
         error: the passphrase is too short: use at least 8 characters
         $ test ! -e other.key
         $ hibah key new org.key --name hibah.bandung.example/ledger/org/2
         ? 2
         error: org.key exists already: name a new file
         $ hibah key new other.key --name 'Yayasan Contoh'
         ? 2
         error: \"Yayasan Contoh\" is no key name: *",
    );
}

#[test]
fn a_second_writer_is_locked_out() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let lock = std::fs::File::create(shell.path().join("led/ledger.lock")).expect("the lock file");
    lock.lock().expect("nobody else writes");
    shell.check(
        "$ hibah submit led org.json
         ? 2
         error: another hibah process is writing to led: stop it, or submit to the address of its desk
         = led
         $ hibah serve led --desk 127.0.0.1:0
         ? 2
         error: another hibah process is writing to led: *
         = led
         # reading goes on
         $ hibah verify led",
    );
}

#[test]
fn damaged_ledgers_are_not_written_to() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let size = std::fs::metadata(shell.path().join("led/ledger.db")).expect("the entries").len();
    shell.check(&format!(
        "$ cp -r led cut && truncate -s {} cut/ledger.db
         $ hibah verify cut
         ? 2
         error: *cut/ledger.db is damaged (*): nothing is signed; move what is left of it to another place and keep it, then `hibah restore *cut --from MIRROR` brings every entry back
         $ hibah submit cut org.json
         ? 2
         error: *cut/ledger.db is damaged (*): nothing is signed; move what is left of it to another place and keep it, then `hibah restore *cut --from MIRROR` brings every entry back
         $ cp -r led empty && : > empty/ledger.db
         $ hibah verify empty
         ? 2
         error: *empty/ledger.db is damaged (no such table: entries): nothing is signed; *
         $ hibah submit empty org.json
         ? 2
         error: *empty/ledger.db is damaged (no such table: entries): nothing is signed; *
         $ cp -r led lost && rm lost/last-signed.db
         $ hibah submit lost org.json
         ? 2
         error: lost/last-signed.db is missing: it proves what was signed, so nothing is signed without it; put back the file itself, never an old copy, or if it is lost run `hibah restore lost --adopt --from MIRROR`
         $ test ! -e lost/last-signed.db
         $ hibah verify lost
         ? 2
         error: lost/last-signed.db is missing: *
         $ cp -r led lost-too && rm lost-too/ledger.db
         $ hibah submit lost-too org.json
         ? 2
         error: lost-too/ledger.db is missing: nothing is signed; *, then `hibah restore lost-too --from MIRROR` brings every entry back
         # derived tables are made anew
         $ rm led/derived.db && hibah show led official/1
         entry 1 * Official appointed
         = led
         $ echo nonsense > led/derived.db && hibah show led official/1
         entry 1 * Official appointed
         = led
         $ hibah export led tree
         $ hibah verify tree
         $ sed -i s/pejabat/pejabot/ tree/tile/entries/000.p/18 && hibah verify tree
         ? 1
         error: entry 1 is wrong: *
         $ hibah verify tree --json 2>/dev/null | grep -v sentence
         \"holds\": false,
         \"index\": 1,",
        size / 2
    ));
}

#[test]
fn an_export_never_covers_what_it_does_not_continue() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(
        "$ cp -r led before && hibah export led tree && mkdir other && echo hello > other/letter && cp -r led fork",
    );
    shell.check(APPLY);
    shell.check(
        "$ hibah export led tree
         Exported 20 entries to tree.
         $ hibah export before tree
         ? 1
         error: tree holds 20 entries of this ledger, which has only 18: *
         $ hibah verify tree
         $ hibah export led other
         ? 1
         error: other holds files that are no export: nothing was written; name a new folder
         $ test ! -e other/checkpoint
         $ hibah export led org.json
         ? 1
         error: org.json is a file: *
         $ hibah export led /proc/x
         ? 2
         error: /proc/x/* could not be written (No such file or directory): name a folder that you may write to
         $ hibah sign --ledger fork --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out fork.statement
         $ hibah submit fork fork.statement
         $ hibah show fork org/1
         name  Yayasan Contoh Melati
         Cases:
         none yet
         $ hibah export fork forked
         $ hibah export led forked
         ? 1
         error: forked holds another history of this ledger; keep it as evidence: *
         # two checkpoints that cannot both be of one ledger
         $ hibah verify led --since forked/checkpoint
         ? 1
         error: led does not hold: the earlier checkpoint of size 19 is not part of this one*
         = led",
    );
}

#[test]
fn a_port_in_use_is_told() {
    let shell = Shell::with_ledger();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("its address");
    shell.check(&format!(
        "$ hibah serve led --public {address}
         ? 2
         error: {address} cannot be served at (another program listens there): stop that program, or name another address with --public
         = led
         $ hibah serve led --desk {address}
         ? 2
         error: {address} cannot be served at (another program listens there): stop that program, or name another address with --desk
         = led
         $ hibah serve led --desk 127.0.0.1:0 --public {address}
         ? 2
         error: {address} cannot be served at (another program listens there): stop that program, or name another address with --public
         = led
         $ hibah serve led --public somewhere
         ? 2
         error: invalid value 'somewhere' for '--public <ADDR>': write an address and a port, such as 127.0.0.1:8080 or [::1]:8080"
    ));
}

#[test]
fn what_cannot_be_signed_is_not_signed() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.write("fraction.json", r#"{"amount": 1.5}"#);
    shell.write("twice.json", r#"{"amount": 1, "amount": 2}"#);
    shell.write("list.json", "[1]");
    shell.write("torn.json", "{\"amount\": ");
    let sign = "hibah sign --ledger led --key org.key --out made";
    shell.check(&format!(
        "$ {sign} --kind grant.given --about org/new --body org.json
         ? 2
         error: \"grant.given\" is not a kind of statement: `hibah sign --help` lists them
         $ {sign} --kind organisation.registered --about somewhere --body org.json
         ? 2
         error: \"somewhere\" is nothing that a statement can be about: *
         $ {sign} --kind application.submitted --about case/9/1 --body application.json
         ? 2
         error: case/9/1 belongs to nothing on this ledger yet: *
         $ {sign} --kind use.reported --about case/1/1 --body fraction.json
         ? 2
         error: fraction.json cannot be the statement's fields: a number must be whole: *
         $ {sign} --kind use.reported --about case/1/1 --body twice.json
         ? 2
         error: twice.json cannot be the statement's fields: field \"amount\" stands twice *
         $ {sign} --kind use.reported --about case/1/1 --body list.json
         ? 2
         error: list.json cannot be the statement's fields: expected a JSON object, *
         $ {sign} --kind use.reported --about case/1/1 --body torn.json
         ? 2
         error: torn.json cannot be the statement's fields: *
         $ {sign} --kind organisation.registered --about org/new --body application.json
         ? 2
         error: the statement cannot be made: In a statement of organisation.registered, *
         $ {sign} --kind organisation.registered --about org/new
         ? 2
         error: the following required arguments were not provided:
         --body <FILE>
         $ hibah sign --kind organisation.registered --about org/1 --body org.json --key org.key --out made
         ? 2
         error: a statement names the latest entry about its subject: say with --ledger where to look it up, *
         $ hibah sign --kind organisation.registered --about org/1 --body org.json --key org.key --out made --after 12
         ? 2
         error: --after \"12\" is no leaf hash: *
         $ hibah sign org.json
         ? 2
         error: org.json is no statement that can be signed: *
         $ hibah sign
         ? 2
         error: the following required arguments were not provided:
         --key <FILE>
         <FILE>
         $ test ! -e made
         = led"
    ));
}

#[test]
fn nothing_half_made_is_left_when_a_founding_fails() {
    let shell = Shell::with_ledger();
    shell.write("bad.toml", "name = \"x\"\n");
    shell.check(
        "$ hibah init new --origin hibah.bandung.go.id/ledger --profile kota-bandung
         ? 2
         error: until hibah 1.0 a ledger is a trial and its origin must end in .example before its first slash: name it hibah.bandung.go.id.example instead of hibah.bandung.go.id
         $ hibah init new --origin Hibah.example --profile kota-bandung
         ? 2
         error: \"Hibah.example\" is no origin: *
         $ hibah init new --origin a.example --profile kota-bandoeng
         ? 2
         error: there is no profile \"kota-bandoeng\" and no file of that name: *
         $ hibah init new --origin a.example --profile bad.toml
         ? 2
         error: bad.toml is no profile: *
         $ hibah init new --origin a.example --profile kota-bandung --threshold 6
         ? 2
         error: 6 of 5 root keys cannot sign: choose a --threshold of at most 5
         $ hibah init new --origin a.example --profile kota-bandung --currency rupiah
         ? 2
         error: \"rupiah\" is no currency: *
         $ hibah init led --origin a.example --profile kota-bandung
         ? 2
         error: led exists already: name a new folder
         = led
         $ mkdir given && cp led/keys/root-1.key given && hibah init new --origin hibah.bandung.example/ledger --profile kota-bandung --keys given
         ? 2
         error: given has no ledger.key: make it with `hibah key new given/ledger.key --name hibah.bandung.example/ledger`
         $ hibah init new --origin b.example --profile kota-bandung --rules 0 --keys led/keys
         ? 2
         error: led/keys/ledger.key is the key of hibah.bandung.example/ledger, not of b.example: *
         $ test -z \"$(ls -a | grep -e new -e unfinished)\"",
    );
}

#[test]
fn given_keys_found_a_ledger_and_stay_where_they_are() {
    let shell = Shell::with_ledger();
    shell.check(
        "$ hibah init second --origin hibah.bandung.example/ledger --profile kota-bandung --rules 0 --keys led/keys
         Founded the trial ledger hibah.bandung.example/ledger in second.
         $ ls second/keys
         ledger.key
         $ ls second/keys | wc -l
         1
         $ hibah verify second --vkey $(cat vkey)",
    );
}

/// A small file system of its own, which needs either root or a user namespace.
#[test]
fn a_full_disk_is_told_and_nothing_is_recorded() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(
        "$ hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out good",
    );
    shell.write(
        "full.sh",
        "set -e
         mkdir small
         mount -t tmpfs -o size=600k tmpfs small
         cp -r led small/led
         hibah verify small/led --json | grep root
         dd if=/dev/zero of=small/fill bs=1k 2>/dev/null || true
         if hibah submit small/led good; then exit 7; else echo status $?; fi
         rm small/fill
         hibah verify small/led --json | grep root
         hibah submit small/led good\n",
    );
    let root = std::process::Command::new("sh").args(["-c", "unshare -rm true"]).status().expect("sh runs");
    if !root.success() {
        return left_out("no user namespaces here, so no small disk can be filled; run the tests as root");
    }
    shell.check(
        "$ unshare -rm sh full.sh > told; cat told; test $(grep root told | sort -u | wc -l) = 1
         error: the disk is full: nothing was recorded; make room and submit again
         status 2
         Recorded as entry 18; the ledger has 19 entries.",
    );
}
