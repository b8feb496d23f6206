//! `hibah vault` and `hibah submit` with what comes along: sessions with the real program.

use std::path::{Path, PathBuf};

use hibah::cli::clock::SystemClock;
use hibah::grants::time::Timestamp;
use hibah::ledger::vault::{Vault, VaultKey, VaultReader};
use hibah::ledger::writer::{Clock as _, Writer};
use hibah::tlog::hash::sha256;
use serde_json::{Value, json};

use crate::cli_path::{APPLY, write_bodies};
use crate::cli_serve::{Server, addresses};
use crate::cli_shell::{ORIGIN, PASSPHRASE, Shell};
use crate::documents::{CSV, PDF, paper};

fn applied() -> Shell {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(APPLY);
    shell.check(&format!("$ hibah vault init led\nMade the vault of {ORIGIN}: led/vault.db"));
    shell
}

/// An application that names these documents, as `with-papers.json`.
fn write_application(shell: &Shell, papers: &[Value]) {
    let body = std::fs::read(shell.path().join("application.json")).expect("written before");
    let mut body: Value = serde_json::from_slice(&body).expect("JSON");
    body["documents"] = Value::Array(papers.to_vec());
    shell.write("with-papers.json", body.to_string());
    shell.write("proposal.pdf", PDF);
    shell.write("budget.csv", CSV);
}

const STATEMENT: &str = "$(hibah vault list led --json | grep -m 1 statement | cut -d '\"' -f 4)";

#[test]
fn openings_are_kept_listed_and_erased() {
    let shell = applied();
    shell.check(&format!(
        "$ hibah vault init led
         ? 2
         error: led/vault.db exists already: *
         $ stat -c %a led/vault.db led/keys/vault.key
         600
         600
         $ hibah vault list led
         The vault is empty.
         $ hibah vault put led org.statement.account.opening org.statement.chair.opening
         Put into the vault: /body/sealed/account of org/1
         Put into the vault: /body/sealed/chair of org/1
         $ hibah vault put led org.statement.account.opening
         Nothing new, it is in the vault: /body/sealed/account of org/1
         $ hibah vault list led
         org/1  /body/sealed/account  *  kept since *
         org/1  /body/sealed/chair  *  kept since *
         $ ! hibah vault list led --json | grep Contoh
         $ hibah vault list led --same
         No two organisations have an equal value.
         $ hibah vault list led --readings
         Nobody has read anything.
         $ HIBAH_VAULT_PASSPHRASE='not the right one' hibah vault put led org.statement.account.opening
         ? 2
         error: led/keys/vault.key was not opened *
         $ hibah vault put led 7
         ? 2
         error: 7 could not be read *
         $ hibah vault put led org.json
         ? 2
         error: org.json: the opening is not the five lines *
         $ sed 's/^[0-9a-f]*$/{}/' org.statement.account.opening > strange.opening
         $ hibah vault put led strange.opening
         ? 2
         error: the ledger has no statement *
         $ cp led/vault.db before.db
         $ hibah vault erase led --statement {STATEMENT} --pointer /body/sealed/account --basis ''
         ? 2
         error: the basis of an erasure must be one line *
         $ hibah vault erase led --statement {STATEMENT} --pointer /body/sealed/account --basis 'UU 27/2022' > erasure.json
         /body/sealed/account of org/1 was erased *
         = led
         $ cat erasure.json
         \"basis\": \"UU 27/2022\",
         \"entry\": 18,
         \"/body/sealed/account\"
         \"statement\": *
         \"what\": \"sealed\"
         $ hibah vault list led
         org/1  /body/sealed/account  *  erased * under UU 27/2022
         org/1  /body/sealed/chair  *  kept since *
         $ hibah vault put led org.statement.account.opening
         ? 1
         error: /body/sealed/account of the statement * was erased at * under UU 27/2022: *
         # a backup from before it
         $ cp before.db led/vault.db
         $ hibah vault list led
         org/1  /body/sealed/account  *  erased * under UU 27/2022
         $ rm led/erased.list
         $ hibah vault list led
         ? 2
         error: led/erased.list: it is missing, so nobody knows what must stay erased: *
         $ hibah verify led
         The ledger {ORIGIN} holds.
         entries     20, each linked to the one before it",
        "ab".repeat(32)
    ));
}

#[test]
fn nobody_reads_where_the_profile_names_nobody() {
    let shell = applied();
    shell.check(
        "$ hibah vault put led org.statement.account.opening
         $ hibah vault open led --case case/1/1 --as led/keys/official-6-inspektorat.key --reason 'Audit 2026'
         ? 1
         error: the ledger's profile names no office that may read the vault, so nobody may: *
         $ hibah vault open led --case case/1/1 --as led/keys/official-6-inspektorat.key --reason 'Audit 2026' --out account.opening
         ? 1
         error: the ledger's profile names no office *
         $ ! test -e account.opening
         $ hibah vault open led --case org/1 --as org.key --reason x
         ? 2
         error: invalid value 'org/1' for '--case <CASE>': *
         $ hibah vault list led --readings --json
         []",
    );
}

/// The whole way of an opening through the real program, under a profile that names who reads.
#[test]
fn the_offices_that_the_profile_names_read_and_no_other() {
    let shell = Shell::with_ledger_of_one();
    write_bodies(&shell);
    let sign = "hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt";
    shell.check(&format!(
        "$ hibah vault init led
         $ {sign} --out org.statement
         $ hibah submit led org.statement --opening org.statement.account.opening
         Recorded as entry 28; *
         $ hibah vault put led org.statement.chair.opening
         Put into the vault: /body/sealed/chair of org/1
         # one that the profile names
         $ hibah vault open led --about org/1 --as led/keys/official-6-inspektorat.key --reason 'Audit 2026'
         /body/sealed/account of org/1: Bank Contoh 0000000001
         /body/sealed/chair of org/1: Ketua Rekaan
         $ hibah vault open led --case case/1/1 --name account --as led/keys/official-4-kuasa_bud.key --reason 'SP2D 1' --out taken.opening
         Opening of /body/sealed/account of org/1: taken.opening
         $ cmp taken.opening org.statement.account.opening
         $ hibah show led 28 --verbatim > entry
         $ hibah verify org.statement.tlog-proof --entry entry --vkey $(cat vkey) --opening taken.opening
         sealed      /body/sealed/account is \"Bank Contoh 0000000001\"
         # others, by name and by key
         $ hibah vault open led --about org/1 --as led/keys/official-3-ppkd.key --reason x
         ? 1
         error: the office ppkd may not read the vault; these may: registrar, inspektorat, kuasa_bud
         $ hibah vault open led --about org/1 --as org.key --reason x
         ? 1
         error: the key {ORIGIN}/org/1+* is not the key of an office: *
         $ hibah key new false.key --name {ORIGIN}/official/6
         $ hibah vault open led --about org/1 --as false.key --reason x
         ? 1
         error: The key {ORIGIN}/official/6+* is not on this ledger; *
         $ hibah vault open led --about org/1 --as led/keys/official-6-inspektorat.key --vault-key false.key --reason x
         ? 2
         error: *
         $ HIBAH_VAULT_PASSPHRASE='not the right one' hibah vault open led --about org/1 --as led/keys/official-6-inspektorat.key --reason x
         ? 2
         error: led/keys/vault.key was not opened *
         $ hibah vault open led --about org/1 --as led/keys/official-6-inspektorat.key --reason ''
         ? 2
         error: *reason* must be one line *
         # every reading is there, and nothing that was refused
         $ hibah vault list led --readings
         *  inspektorat  /body/sealed/account of *  by {ORIGIN}/official/6+*: Audit 2026
         *  inspektorat  /body/sealed/chair of *  by {ORIGIN}/official/6+*: Audit 2026
         *  kuasa_bud  /body/sealed/account of *  by {ORIGIN}/official/4+*: SP2D 1
         $ test $(hibah vault list led --readings | wc -l) = 3
         # erased: what is left says when and under which law
         $ hibah vault erase led --statement {STATEMENT} --pointer /body/sealed/account --basis 'UU 27/2022 pasal 8' > erasure.json
         $ hibah vault open led --about org/1 --as led/keys/official-6-inspektorat.key --reason 'Audit 2027'
         /body/sealed/account of org/1 was erased * under UU 27/2022 pasal 8.
         /body/sealed/chair of org/1: Ketua Rekaan
         $ hibah vault open led --about org/1 --name account --as led/keys/official-6-inspektorat.key --reason 'Audit 2027'
         ? 1
         /body/sealed/account of org/1 was erased * under UU 27/2022 pasal 8.
         error: the vault has nothing to read there: *
         $ test $(hibah vault list led --readings | wc -l) = 4
         $ hibah sign --ledger led --kind erasure.recorded --about note/official/5/new --body erasure.json --key led/keys/official-5-registrar.key --out erasure.statement
         $ hibah submit led erasure.statement
         Recorded as entry 29; *
         $ hibah show led 28
         erased  the opening of /body/sealed/account, erased on * under UU 27/2022 pasal 8 (entry 29)
         $ hibah verify led
         The ledger {ORIGIN} holds."
    ));
}

/// The opening of org/1's account, read from the vault as the inspectorate would read it.
fn taken_from_the_vault(shell: &Shell) -> Vec<u8> {
    let dir = shell.path().join("led");
    let writer = Writer::open(&dir, shell.key("led/keys/ledger.key"), Box::new(SystemClock::new())).expect("opened");
    let now: Timestamp = SystemClock::new().now().expect("the time");
    let signer = shell.key("led/keys/official-6-inspektorat.key");
    let reader = VaultReader::prove(writer.state(), &signer, now, &["inspektorat".to_owned()]).expect("it may");
    let key = VaultKey::derive(&shell.key("led/keys/vault.key").key().seed());
    let mut vault = Vault::open(&dir).and_then(|vault| vault.unlock(key)).expect("the key of the file");
    let kept = vault.vault().list().expect("read").remove(0);
    vault.read(&kept.statement, &kept.pointer, &reader, "Audit 2026", now).expect("read").to_bytes()
}

#[test]
fn an_opening_from_the_vault_proves_the_value_to_a_third_party() {
    let shell = applied();
    shell.check("$ hibah vault put led org.statement.account.opening");
    shell.write("taken.opening", taken_from_the_vault(&shell));
    shell.check(
        "$ cmp taken.opening org.statement.account.opening
         $ hibah show led 18 --verbatim > entry-18
         $ hibah verify org.statement.tlog-proof --entry entry-18 --vkey $(cat vkey) --opening taken.opening
         The receipt holds.
         sealed      /body/sealed/account is \"Bank Contoh 0000000001\"
         $ hibah show led 19 --verbatim > entry-19
         $ hibah verify application.submitted.case-1-1.statement.tlog-proof --entry entry-19 --vkey $(cat vkey) --opening taken.opening
         ? 1
         error: taken.opening does not open this entry: the opening is of statement *
         $ hibah vault list led --readings
         *  inspektorat  /body/sealed/account of *  by *official/6+*: Audit 2026",
    );
}

const SIGN: &str =
    "hibah sign --ledger led --kind application.submitted --about case/1/new --body with-papers.json --key org.key";

#[test]
fn a_statement_is_submitted_with_its_documents_into_a_folder() {
    let shell = applied();
    write_application(&shell, &[paper(PDF, "application/pdf"), paper(CSV, "text/csv")]);
    shell.write("other.pdf", [PDF, b"\n"].concat());
    let hex = sha256(PDF).to_hex();
    shell.check(&format!(
        "$ {SIGN} --out app
         $ hibah submit led app --document other.pdf
         ? 1
         error: refused by rule document-not-named: the statement names no document with the SHA-256 *
         = led
         $ hibah submit led app --document missing.pdf
         ? 2
         error: missing.pdf could not be read *
         = led
         $ hibah submit led app --document proposal.pdf --document proposal.pdf --json
         ? 1
         \"recorded\": false,
         \"rule\": \"document-twice\",
         = led
         $ find led/documents -type f
         $ hibah submit led app --document proposal.pdf --document budget.csv
         Recorded as entry 20; the ledger has 21 entries.
         Receipt: app.tlog-proof
         $ cmp proposal.pdf led/documents/{}/{}
         $ find led/documents/arriving led/documents/pending -mindepth 1
         $ hibah submit led app --document budget.csv
         Nothing new: it was recorded before, as entry 20; *
         $ hibah submit led app --opening org.statement.account.opening
         ? 1
         error: refused by rule wrong-statement: *
         $ hibah submit led org.statement --opening org.statement.account.opening --opening org.statement.chair.opening
         Nothing new: it was recorded before, as entry 18; *
         $ hibah vault list led
         org/1  /body/sealed/account  *  kept since *
         org/1  /body/sealed/chair  *  kept since *
         $ hibah vault erase led --statement xyz --pointer /body/documents/0 --basis 'UU 27/2022'
         ? 2
         error: --statement: *",
        &hex[..2],
        &hex[2..]
    ));
}

#[test]
fn a_document_is_erased_by_its_place_in_a_statement() {
    let shell = applied();
    write_application(&shell, &[paper(PDF, "application/pdf")]);
    shell.check(&format!("$ {SIGN} --out app --json > signed\n$ hibah submit led app --document proposal.pdf"));
    let hex = sha256(PDF).to_hex();
    shell.check(&format!(
        "$ hibah vault erase led --statement $(grep '\"statement\"' signed | cut -d '\"' -f 4) --pointer /body/documents/0 --basis 'UU 27/2022' --json
         \"case\": \"case/1/2\",
         \"entry\": 20,
         \"document\": \"{hex}\",
         = led
         $ ! test -e led/documents/{}/{}
         $ hibah submit led app --document proposal.pdf
         ? 1
         error: refused by rule document-erased: *
         $ hibah verify led
         The ledger {ORIGIN} holds.",
        &hex[..2],
        &hex[2..]
    ));
}

#[test]
fn a_folder_without_a_vault_says_so() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(APPLY);
    shell.check(
        "$ hibah vault list led
         ? 2
         error: led/vault.db: there is no vault: make one with `hibah vault init`, *
         $ hibah vault put led org.statement.account.opening
         ? 2
         error: led/vault.db: there is no vault: *
         $ hibah submit led org.statement --opening org.statement.account.opening
         ? 1
         error: refused by rule no-vault: this ledger has no vault, *
         = led
         $ hibah vault init nothing
         ? 2
         error: nothing holds no ledger: *",
    );
}

/// The files that a process has open, and what its environment says.
fn looks_like(pid: u32) -> (Vec<PathBuf>, String) {
    let open = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("its files");
    let open = open.filter_map(|entry| std::fs::read_link(entry.expect("a file").path()).ok()).collect();
    let environment = std::fs::read(format!("/proc/{pid}/environ")).expect("its environment");
    (open, String::from_utf8_lossy(&environment).into_owned())
}

#[test]
fn the_desk_keeps_openings_and_the_public_process_has_no_way_to_them() {
    let shell = applied();
    write_application(&shell, &[paper(PDF, "application/pdf")]);
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0", "--desk", "127.0.0.1:0"]);
    let (desk, public) = addresses(&mut server);
    let hex = sha256(PDF).to_hex();
    shell.check(&format!(
        "$ {SIGN} --out app
         $ hibah submit {desk} app --document budget.csv
         ? 1
         error: refused by rule document-not-named: *
         = led
         $ hibah submit {desk} app --document proposal.pdf
         Recorded as entry 20; the ledger has 21 entries.
         $ hibah submit {desk} app --document proposal.pdf
         Nothing new: it was recorded before, as entry 20; *
         $ hibah submit {desk} org.statement --opening org.statement.account.opening --opening org.statement.chair.opening
         Nothing new: it was recorded before, as entry 18; *
         $ hibah submit {desk} org.statement --opening org.statement.account.opening --opening org.statement.account.opening
         ? 1
         error: refused by rule opening-twice: *
         # another process looks into the vault meanwhile
         $ hibah vault list led
         org/1  /body/sealed/account  *  kept since *
         org/1  /body/sealed/chair  *  kept since *"
    ));
    let agent: ureq::Agent = ureq::Agent::new_with_defaults();
    let mut served = agent.get(format!("{public}/documents/{hex}")).call().expect("an answer");
    assert_eq!(served.body_mut().read_to_vec().expect("a body"), PDF);
    // Erased by another process while all run: gone at once.
    shell.check(&format!(
        "$ hibah vault erase led --statement {STATEMENT} --pointer /body/sealed/account --basis 'UU 27/2022'
         \"entry\": 18,
         $ hibah submit {desk} org.statement --opening org.statement.account.opening
         ? 1
         error: refused by rule opening-erased: /body/sealed/account of the statement * was erased at *
         $ hibah vault list led
         org/1  /body/sealed/account  *  erased *"
    ));

    let children = format!("/proc/{0}/task/{0}/children", server.pid());
    let children = std::fs::read_to_string(children).expect("its children");
    let child: u32 = children.trim().parse().expect("the public process, and no other");
    let ends_in = |files: &[PathBuf], name: &str| {
        files.iter().any(|file| file.file_name().is_some_and(|file| Path::new(file) == Path::new(name)))
    };
    let (files, environment) = looks_like(server.pid());
    assert!(ends_in(&files, "vault.db") && environment.contains(PASSPHRASE), "the desk has both: {files:?}");
    let (files, environment) = looks_like(child);
    assert!(ends_in(&files, "ledger.db"), "{files:?}");
    assert!(!ends_in(&files, "vault.db") && !ends_in(&files, "vault.db-wal"), "{files:?}");
    assert!(!environment.contains(PASSPHRASE) && !environment.contains("HIBAH_PASSPHRASE"));
    assert!(server.stop(), "a desk that is asked to stop ends well");
    shell.check("$ hibah verify led\nentries     21, each linked to the one before it");
}

#[test]
fn the_public_process_serves_where_the_vault_cannot_be_read() {
    let shell = applied();
    write_application(&shell, &[paper(PDF, "application/pdf")]);
    shell.check(&format!("$ {SIGN} --out app\n$ hibah submit led app --document proposal.pdf"));
    // Not readable as a vault by anybody; as under another user, to whom it is shut.
    shell.check("$ rm led/vault.db led/keys/vault.key\n$ mkdir led/vault.db");
    let mut server = Server::start(&shell, &["--public", "127.0.0.1:0"]);
    let public = server.address("Public server: ");
    let agent: ureq::Agent = ureq::Agent::new_with_defaults();
    for path in ["/", "/checkpoint", "/entries/18", &format!("/documents/{}", sha256(PDF).to_hex())] {
        let answer = agent.get(format!("{public}{path}")).call().unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(answer.status(), 200, "{path}");
    }
    assert!(server.stop());
}

#[test]
fn equal_accounts_are_listed_in_groups() {
    let shell = applied();
    shell.check(&format!(
        "$ hibah key new org2.key --name {ORIGIN}/org/2
         $ hibah key show org2.key > vkey2"
    ));
    let vkey = std::fs::read_to_string(shell.path().join("vkey2")).expect("a key");
    let body = json!({
        "name": "Yayasan Contoh Kenanga", "recipient_type": "foundation", "address": { "city": "Bandung" },
        "key": vkey.trim(),
    });
    shell.write("org2.json", body.to_string());
    shell.write("chair2.txt", "Ketua Lain\n");
    shell.check(
        "$ hibah sign --ledger led --kind organisation.registered --about org/new --body org2.json --key led/keys/official-5-registrar.key --key org2.key --seal account=account.txt --seal chair=chair2.txt --out org2.statement
         $ hibah submit led org2.statement --opening org2.statement.account.opening --opening org2.statement.chair.opening
         Recorded as entry 20; the ledger has 21 entries.
         $ hibah vault put led org.statement.account.opening org.statement.chair.opening
         $ hibah vault list led --same
         Group 1: an equal account
         org/2  /body/sealed/account  *
         org/1  /body/sealed/account  *
         $ hibah vault list led --same --json | grep -c '\"pointer\"'
         2
         $ ! hibah vault list led --same --json | grep chair",
    );
}
