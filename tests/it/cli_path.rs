//! The whole path on the command line: found, register, apply, decide, agree, pay, verify, export, show, check.

use serde_json::{Value, json};

use super::cli_shell::Shell;

const MELATI: &str = "Yayasan Contoh Melati";

fn document(title: &str) -> Value {
    json!({ "title": title, "sha256": "ab".repeat(32), "size": 1000, "media_type": "application/pdf" })
}

/// The bodies of every step up to the report.
pub fn write_bodies(shell: &Shell) {
    let write = |name: &str, body: Value| shell.write(name, format!("{body:#}\n"));
    let vkey = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["key", "show", "org.key"])
        .current_dir(shell.path())
        .output()
        .expect("the program runs");
    let vkey = String::from_utf8(vkey.stdout).expect("text");
    write(
        "org.json",
        json!({
            "name": MELATI, "recipient_type": "foundation", "address": { "street": "Jl. Rekaan 1", "city": "Bandung" },
            "key": vkey.trim(),
        }),
    );
    write(
        "application.json",
        json!({
            "title": "Ruang kelas", "purpose": "Rehabilitasi dua ruang kelas", "amount": 600_000_000, "field": "pendidikan",
            "form": "money", "way": "grant", "fiscal_year": 2026, "documents": [document("Proposal hibah")],
        }),
    );
    let checklist: serde_json::Map<_, _> =
        ["seat_in_region", "registered", "three_years", "management", "proposal_complete", "visited", "fits_programme"]
            .into_iter()
            .map(|item| (item.to_owned(), json!(true)))
            .collect();
    write(
        "recommendation.json",
        json!({
            "amount": 150_000_000, "checklist": checklist, "reason": "Sesuai pagu bidang", "decided_by": by(10, "skpd_pendidikan"),
        }),
    );
    write(
        "decree.json",
        json!({
            "number": "978/Kep.1/2026", "fiscal_year": 2026, "total": 75_000_000, "rows": 1,
            "document": document("Keputusan wali kota"), "decided_by": by(1, "wali_kota"),
        }),
    );
    write("rows.json", json!({ "rows": [{ "row": 1, "case": "case/1/1", "amount": 75_000_000 }] }));
    write("sealed.json", json!({}));
    shell.write("account.txt", "Bank Contoh 0000000001\n");
    shell.write("chair.txt", "Ketua Rekaan\n");
    write_payments(&write);
}

fn by(n: u64, post: &str) -> Value {
    json!({ "person": format!("pejabat/{n:04}"), "post": post })
}

fn write_payments(write: &dyn Fn(&str, Value)) {
    write("request.json", json!({ "amount": 75_000_000, "documents": [document("Permohonan pencairan")] }));
    write(
        "agreement.json",
        json!({
            "number": "33/Kep.I/1/2026", "amount": 75_000_000, "document": document("Naskah perjanjian hibah daerah"),
            "report_due": "2099-01-10", "decided_by": by(3, "ppkd"),
        }),
    );
    let warrant = |amount: u64| {
        json!({
            "number": "957/0239/2026", "amount": amount, "fiscal_year": 2026, "decided_by": by(4, "kuasa_bud"),
        })
    };
    write("warrant.json", warrant(75_000_000));
    // Above what was agreed and above what was decreed, which are the same here.
    write("too-much.json", warrant(75_000_001));
    write("credit.json", json!({ "amount": 75_000_000 }));
    write("report.json", json!({ "amount": 75_000_000, "documents": [document("Laporan penggunaan")] }));
}

/// Registers the organisation and submits its first application: entries 18 and 19.
pub const APPLY: &str = "
    $ hibah sign --ledger led --kind organisation.registered --about org/new --body org.json --key led/keys/official-5-registrar.key --key org.key --seal account=account.txt --seal chair=chair.txt --out org.statement
    Organisation registered, about org/1. These are the lines that are signed:
    Signed: org.statement
    It is complete: 2 signatures. Submit it before * ends: hibah submit LEDGER org.statement
    $ hibah submit led org.statement
    Recorded as entry 18; the ledger has 19 entries.
    Receipt: org.statement.tlog-proof
    $ hibah sign --ledger led --kind application.submitted --about case/1/new --body application.json --key org.key
    Signed: application.submitted.case-1-1.statement
    $ hibah submit led application.submitted.case-1-1.statement
    Recorded as entry 19; the ledger has 20 entries.
";

const DECIDE: &str = "
    $ hibah sign --ledger led --kind amount.recommended --about case/1/1 --body recommendation.json --key led/keys/official-10-skpd_pendidikan.key --out 1
    $ hibah submit led 1
    $ hibah sign --ledger led --kind decree.issued --about decree/2026/new --body decree.json --key led/keys/official-1-wali_kota.key --out 2
    $ hibah submit led 2
    $ hibah show led decree/2026/1
    rows         1, of which 0 recorded
    status       not sealed yet
    # the rows leave `after` to the ledger
    $ hibah sign --ledger led --kind decree.rows --about decree/2026/1 --body rows.json --key led/keys/official-1-wali_kota.key --out 3
    $ hibah submit led 3
    $ hibah sign --ledger led --kind decree.sealed --about decree/2026/1 --body sealed.json --key led/keys/official-1-wali_kota.key --out 4
    $ hibah submit led 4
    Recorded as entry 23; the ledger has 24 entries.
";

const PAY: &str = "
    $ hibah sign --ledger led --kind disbursement.requested --about case/1/1 --body request.json --key org.key --out 5
    $ hibah submit led 5
    # two parties: a draft with a signature missing is carried to the other
    $ hibah sign --ledger led --kind agreement.signed --about case/1/1 --body agreement.json --key led/keys/official-3-ppkd.key --signer $(hibah key show org.key) --out nphd
    It still needs 1 signature:
    hibah.bandung.example/ledger/org/1+*
    Hand the file to each holder, who runs: hibah sign nphd --key THEIR.key
    $ hibah submit led nphd
    ? 1
    error: refused by rule missing-signature: the signature of hibah.bandung.example/ledger/org/1+* is missing: *
    = led
    $ hibah sign nphd
    Agreement signed, about case/1/1. These are the lines that are signed:
    It still needs 1 signature:
    $ hibah sign nphd --key led/keys/official-4-kuasa_bud.key
    ? 2
    error: hibah.bandung.example/ledger/official/4 is not among the signers of this statement: *
    $ hibah sign nphd --key org.key
    Signed: nphd
    It is complete: 2 signatures. *
    $ hibah submit led nphd
    Recorded as entry 25; the ledger has 26 entries.
    # more than was agreed, and more than was decreed
    $ hibah sign --ledger led --kind warrant.issued --about case/1/1 --body too-much.json --key led/keys/official-4-kuasa_bud.key --out 6
    warning: the ledger would refuse it now: B6: The warrants of case/1/1 would add up to 75000001, more than the agreement's 75000000; *
    $ hibah check 6 led
    ? 1
    error: it would be refused by rule B6: *
    $ hibah submit led 6
    ? 1
    error: refused by rule B6: *
    = led
    $ hibah sign --ledger led --kind warrant.issued --about case/1/1 --body warrant.json --key led/keys/official-4-kuasa_bud.key --out 7
    $ hibah check 7 led
    It would be recorded: warrant.issued about case/1/1, as entry 26 at *
    = led
    $ hibah submit led 7
    $ hibah sign --ledger led --kind funds.credited --about case/1/1 --body credit.json --key led/keys/official-4-kuasa_bud.key --out 8
    $ hibah submit led 8
    $ hibah sign --ledger led --kind use.reported --about case/1/1 --body report.json --key org.key --out 9
    $ hibah submit led 9
    Recorded as entry 28; the ledger has 29 entries.
    # a second time: the same receipt, nothing new
    $ hibah submit led 9
    Nothing new: it was recorded before, as entry 28; the ledger has 29 entries.
    = led
    $ hibah check 9 led
    It is on the ledger already, as entry 28; submitting it again gives its receipt.
";

const READ: &str = "
    $ hibah show led org/1
    org/1
    name  Yayasan Contoh Melati
    Cases:
    case/1/1  Ruang kelas, reported
    Timeline:
    entry 18 *  Organisation registered
    $ hibah show led org/1 --json
    \"id\": \"case/1/1\",
    \"status\": \"reported\",
    \"name\": \"Yayasan Contoh Melati\",
    $ hibah show led decree/2026/1
    decree/2026/1
    number       978/Kep.1/2026
    fiscal year  2026
    total        Rp 75.000.000
    rows         1, of which 1 recorded
    status       sealed: in effect
    Timeline:
    entry 23 *  Decree sealed
    $ hibah show led decree/2026/1 --json
    \"number\": \"978/Kep.1/2026\",
    \"recorded_rows\": 1,
    \"rows\": 1,
    \"status\": \"sealed\",
    \"total\": 75000000,
    $ hibah show led case/1/1
    recipient    Yayasan Contoh Melati (org/1)
    status       reported
    numbers      *
    asked        Rp 600.000.000
    recommended  Rp 150.000.000
    considered   not applicable
    decreed      Rp 75.000.000
    paid         Rp 75.000.000
    refunded     not applicable
    Timeline:
    entry 19 *  Application submitted
    entry 28 *  Use reported
    $ hibah show led 26
    Entry 26: Warrant issued
    signed by  official/4, key *
    amount * Rp 75.000.000
    Verbatim:
    hibah/entry/v1
    $ hibah show led 26 --verbatim > entry-26
    $ hibah show tree 26 --verbatim | cmp - entry-26
    $ hibah show led case/1/1 --json | grep -c '\"paid\": 75000000'
    1
    $ hibah verify 7.tlog-proof --entry entry-26 --vkey $(cat vkey)
    The receipt holds.
    entry       26, warrant.issued about case/1/1, recorded *
    not proved  that the rules allowed it *
    $ hibah show led 18 --verbatim > entry-18
    $ hibah verify org.statement.tlog-proof --entry entry-18 --vkey $(cat vkey) --opening org.statement.account.opening
    sealed      /body/sealed/account is \"Bank Contoh 0000000001\"
    $ hibah verify org.statement.tlog-proof --entry entry-18 --vkey $(cat vkey) --opening org.statement.chair.opening
    sealed      /body/sealed/chair is \"Ketua Rekaan\"
    $ hibah verify org.statement.tlog-proof --entry entry-26 --vkey $(cat vkey)
    ? 1
    error: the receipt does not hold: *
    $ hibah verify org.statement.tlog-proof --entry entry-18 --vkey $(cat vkey) --opening 7
    ? 2
    error: 7: the opening is not the five lines *
    $ hibah verify org.statement.tlog-proof --entry entry-18
    ? 2
    error: whose signature is it: give the verifier key of hibah.bandung.example/ledger, *
    $ hibah verify org.statement.tlog-proof
    ? 2
    error: a receipt proves something of an entry: write entry 18 to a file *
";

#[test]
fn a_grant_from_founding_to_report() {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check("$ hibah verify led --save-checkpoint seen\nentries     18, each linked to the one before it");
    shell.check(APPLY);
    shell.check(DECIDE);
    shell.check(PAY);
    shell.check(
        "$ hibah verify led
         The ledger hibah.bandung.example/ledger holds.
         entries     29, each linked to the one before it
         grants      1 on this ledger, 0 taken over from before it
         (named by the ledger itself)
         warning: the key came from the ledger itself, *
         $ hibah verify led --vkey $(cat vkey) --since seen --json | grep -v root
         \"holds\": true,
         \"since\": 18,
         \"size\": 29,
         $ hibah export led tree
         Exported 29 entries to tree.
         $ hibah verify tree --vkey $(cat vkey) --since seen
         entries     29, each linked to the one before it
         (the one that you gave)
         earlier     the checkpoint of 18 entries that you kept is part of it; *
         $ hibah export led tree
         Exported 29 entries to tree.
         # the tree alone is enough to judge by
         $ hibah check 9 tree
         It is on the ledger already, as entry 28; *
         $ hibah check 7 tree --at 26
         It would be recorded: warrant.issued about case/1/1, as entry 26 at *
         $ hibah check 7 tree --at 25 --time 2026-01-01T00:00:00.000Z
         ? 1
         error: it would be refused by rule *
         Judged after 25 entries at 2026-01-01T00:00:00.000Z.",
    );
    shell.check(READ);
}
