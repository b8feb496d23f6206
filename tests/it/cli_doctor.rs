//! What an operator is told to see to, through the program.

use super::cli_shell::Shell;

#[test]
fn a_sound_ledger_has_nothing_to_see_to_and_an_old_one_much() {
    let shell = Shell::with_ledger();
    let old = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/vectors/v1/ledger");
    shell.check(&format!(
        "$ hibah doctor led
         ? 1
         - * key files are beside the ledger (led/keys/official-1-wali_kota.key and so on) that are other people's: *
         error: 1 thing to see to on led
         $ mkdir holders; mv led/keys/root-* led/keys/official-* holders
         $ hibah doctor led --vkey $(cat vkey)
         hibah.bandung.example/ledger, 18 entries, on *
         Nothing to see to.
         $ hibah doctor led --json
         \"findings\": [],
         $ chmod 644 led/keys/ledger.key
         $ hibah doctor led
         ? 1
         - Others can read led/keys/ledger.key: run `chmod 600 led/keys/ledger.key`.
         error: 1 thing to see to on led
         $ hibah doctor led --stale-hours 0 --json
         ? 1
         \"code\": \"old-checkpoint\",
         \"code\": \"open-file\",
         error: 2 things to see to on led
         $ hibah doctor {old}
         ? 1
         - The newest entry is from 2026-03-02T02:00:00.000Z, * days ago: *
         error: * to see to on *
         $ hibah doctor nowhere
         ? 2
         error: nowhere *"
    ));
}
