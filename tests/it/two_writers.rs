//! Two real programs that would write one ledger: the second refuses, before it records or when it would sign.

use std::process::{Command, Stdio};

use super::cli_path::write_bodies;
use super::cli_shell::{PASSPHRASE, Shell};

/// A desk of one folder, ended with the test.
struct Desk {
    child: std::process::Child,
    url: String,
}

impl Desk {
    fn start(shell: &Shell, folder: &str) -> Self {
        use std::io::BufRead as _;
        let mut child = Command::new(env!("CARGO_BIN_EXE_hibah"))
            .args(["serve", folder, "--desk", "127.0.0.1:0"])
            .current_dir(shell.path())
            .env("HIBAH_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program runs");
        let out = child.stdout.take().expect("its output");
        let mut lines = std::io::BufReader::new(out).lines();
        let line = lines.find_map(|line| line.expect("text").strip_prefix("Desk: ").map(str::to_owned));
        let url = line.expect("it says where it listens").trim_end_matches('/').to_owned();
        // Read on, so that what it prints later finds somebody.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A ledger with two statements ready, of which either may come next.
fn shell() -> Shell {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(
        "$ hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out one
         $ sed s/Melati/Mawar/ org.json > other.json
         $ hibah sign --ledger led --kind organisation.registered --about org/new --body other.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out other",
    );
    shell
}

#[test]
fn a_second_writer_of_the_folder_refuses_to_start() {
    let shell = shell();
    let desk = Desk::start(&shell, "led");
    shell.check(&format!(
        "$ hibah serve led --desk 127.0.0.1:0
         ? 2
         error: another hibah process is writing to led: stop it, or submit to the address of its desk
         $ hibah submit led one
         ? 2
         error: another hibah process is writing to led: stop it, or submit to the address of its desk
         $ hibah restore led
         ? 2
         error: another hibah process is writing to led: *
         = led
         $ hibah submit {} one
         Recorded as entry 18; the ledger has 19 entries.
         $ hibah verify led",
        desk.url
    ));
}

/// A copy of the folder has a lock of its own. As long as it names the same record, only one of the two signs.
#[test]
fn a_copy_that_shares_the_record_signs_nothing() {
    let shell = shell();
    shell.check("$ cp -r led copy && rm copy/last-signed.db* && ln -s ../led/last-signed.db copy/last-signed.db");
    let (first, second) = (Desk::start(&shell, "led"), Desk::start(&shell, "copy"));
    shell.check(&format!(
        "$ hibah submit {} one
         Recorded as entry 18; the ledger has 19 entries.
         $ hibah submit {} other
         ? 2
         error: * the writer stopped before it answered: submit again, a statement is never recorded twice
         = led
         $ test ! -e other.tlog-proof
         $ hibah verify led
         entries     19, *",
        first.url, second.url
    ));
    drop((first, second));
    // Started again, it has an entry that is not the one that was signed.
    shell.check(
        "$ hibah submit copy other
         ? 2
         error: the first 19 entries of copy do not have the root that was signed for them: nothing is signed; `hibah restore copy --from MIRROR` tells *
         = led
         $ hibah restore copy --from led
         ? 1
         error: entry 18 in *copy/ledger.db is not the one that was signed, led has the one that was: *",
    );
}

/// Under two names of one file, two programs do not see what each other signed: SQLite keeps that beside the name.
#[test]
fn a_record_with_two_names_is_not_signed_in() {
    let shell = shell();
    let desk = Desk::start(&shell, "led");
    shell.check(&format!(
        "$ cp -r led copy && rm copy/last-signed.db* && ln led/last-signed.db copy/last-signed.db
         $ hibah submit copy other
         ? 2
         error: copy/last-signed.db has 2 names (hard links), so another program may sign by another one: nothing is signed; *
         $ hibah serve copy --desk 127.0.0.1:0
         ? 2
         error: copy/last-signed.db has 2 names (hard links), *
         $ hibah submit {} one
         Recorded as entry 18; the ledger has 19 entries.
         $ rm copy/last-signed.db* && hibah verify led
         entries     19, *",
        desk.url
    ));
}
