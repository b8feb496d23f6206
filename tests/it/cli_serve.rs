//! `hibah serve` as others see it: read over HTTP, stopped by a signal; and the desk beside it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::cli_path::{APPLY, write_bodies};
use super::cli_shell::{PASSPHRASE, Shell};

#[test]
fn a_text_of_agreements_that_is_wrong_is_told_before_a_key_is_opened() {
    let shell = Shell::with_ledger_of_one();
    shell.write("nphd.txt", "# PERJANJIAN\nJumlah {{jumlah_uang}}\n");
    shell.check(
        "$ HIBAH_PASSPHRASE=wrong hibah serve led --desk 127.0.0.1:0 --nphd nphd.txt
         ? 2
         error: nphd.txt: line 2 of the template has {{jumlah_uang}}, which stands for nothing: *
         $ hibah serve led --desk 127.0.0.1:0 --nphd none
         ? 2
         error: none could not be read *",
    );
}

/// A running server, stopped by SIGTERM.
pub struct Server {
    child: Child,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
}

impl Server {
    pub fn start(shell: &Shell, options: &[&str]) -> Self {
        Self::of(shell, &[&["serve", "led"], options].concat())
    }

    /// As [`Server::start`], of any command that serves.
    pub fn of(shell: &Shell, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hibah"))
            .args(args)
            .current_dir(shell.path())
            .env("HIBAH_PASSPHRASE", PASSPHRASE)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let out = child.stdout.take().expect("its output");
        Self { child, lines: BufReader::new(out).lines() }
    }

    /// The address on the next line that begins with `what`.
    pub fn address(&mut self, what: &str) -> String {
        let line = self.lines.find_map(|line| line.expect("text").strip_prefix(what).map(str::to_owned));
        line.expect("it says where it listens").trim().trim_end_matches('/').to_owned()
    }

    /// The number of its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself, and answers whether it ended well.
    pub fn ends(mut self) -> bool {
        self.child.wait().expect("it ends").success()
    }

    /// Asks it to stop, as the system does, and answers whether it ended well.
    pub fn stop(mut self) -> bool {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        self.child.wait().expect("it ends").success()
    }
}

impl Drop for Server {
    /// A test that failed leaves no server behind; its child ends with it.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_served_ledger_is_verified_over_http() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(APPLY);
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let url = server.address("Public server: ");
    shell.check(&format!(
        "$ hibah verify {url} --vkey $(cat vkey) --save-checkpoint seen
         The ledger hibah.bandung.example/ledger holds.
         entries     20, each linked to the one before it
         $ hibah verify {url}/ --since seen
         earlier     the checkpoint of 20 entries that you kept is part of it; *
         $ hibah show {url} 19 --verbatim > far; hibah show led 19 --verbatim | cmp - far
         $ hibah check org.statement {url}
         It is on the ledger already, as entry 18; *
         $ hibah sign --ledger {url} --kind application.submitted --about case/1/new --body application.json --key org.key
         Signed: application.submitted.case-1-2.statement
         $ hibah check application.submitted.case-1-2.statement {url}
         It would be recorded: application.submitted about case/1/2, as entry 20 at *
         $ hibah show {url} case/1/1
         ? 2
         error: a web address shows its grants as pages: *
         $ hibah submit {url} application.submitted.case-1-2.statement
         ? 2
         error: {url} answered status 40*
         = led"
    ));
    assert!(server.stop(), "a server that is asked to stop ends well");
    shell.check(&format!(
        "$ hibah verify {url}
         ? 2
         error: {url}/checkpoint could not be read (*): check the address, or try again later"
    ));
}

#[test]
fn a_statement_handed_in_at_the_desk_is_served_by_the_other_process() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0"]);
    let (desk, public) = addresses(&mut server);
    let home = ureq::get(format!("{public}/en")).call().expect("answered").body_mut().read_to_string().expect("text");
    assert!(home.contains(&format!("href=\"{desk}/en/\"")), "the pages link the desk beside them: {home}");
    shell.check(&format!(
        "$ hibah sign --ledger {public} --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out org.statement
         $ hibah submit {desk} org.statement
         Recorded as entry 18; the ledger has 19 entries.
         Receipt: org.statement.tlog-proof
         $ hibah submit {desk} org.statement --json
         \"index\": 18,
         $ hibah show {public} 18 --verbatim > entry
         $ hibah verify org.statement.tlog-proof --entry entry --vkey $(cat vkey)
         The receipt holds.
         $ hibah sign --ledger {public} --kind application.submitted --about case/1/1 --body application.json --key org.key --after $(printf %064d 0) --out stale
         $ hibah submit {desk} stale
         ? 1
         error: refused by rule B13: *
         The latest entry about it now has the leaf hash *
         = led
         Judged after 19 entries at *; the judgement is repeated from public data by:
         hibah check stale LEDGER --at 19 --time *
         $ hibah submit {desk} stale --json > refusal
         ? 1
         $ hibah check stale {public} --at 19 --time $(grep time refusal | cut -d '\"' -f 4)
         ? 1
         error: it would be refused by rule B13: *
         Judged after 19 entries at *
         # one writer only
         $ hibah submit led stale
         ? 2
         error: another hibah process is writing to led: *
         $ hibah verify {public} --vkey $(cat vkey)
         entries     19, each linked to the one before it"
    ));
    assert!(server.stop(), "a desk that is asked to stop ends well");
    shell.check("$ hibah verify led\nentries     19, each linked to the one before it");
}

/// The two processes speak in any order.
pub fn addresses(server: &mut Server) -> (String, String) {
    let (mut desk, mut public) = (None, None);
    while let (None, _) | (_, None) = (&desk, &public) {
        let line = server.lines.next().expect("it says where it listens").expect("text");
        let address = |what: &str| line.strip_prefix(what).map(|at| at.trim_end_matches('/').to_owned());
        desk = desk.or_else(|| address("Desk: "));
        public = public.or_else(|| address("Public server: "));
    }
    (desk.expect("just seen"), public.expect("just seen"))
}
