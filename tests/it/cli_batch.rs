//! Many statements signed with one look and one passphrase, and handed in together.

use super::cli_path::{APPLY, write_bodies};
use super::cli_shell::Shell;

const APPLICATION: &str = r#"{"title":"Buku","purpose":"Buku bacaan","amount":5000000,"field":"pendidikan","fiscal_year":2026,"way":"grant","form":"money","documents":[{"title":"Proposal hibah","media_type":"application/pdf","size":1000,"sha256":"abababababababababababababababababababababababababababababababab"}]}"#;

fn line(kind: &str, about: &str, body: &str) -> String {
    format!(r#"{{ "kind": "{kind}", "about": "{about}", "body": {body} }}"#)
}

/// A ledger with an organisation that has one case.
fn shell() -> Shell {
    let shell = Shell::with_ledger();
    write_bodies(&shell);
    shell.check(APPLY);
    shell
}

#[test]
fn many_are_signed_and_handed_in_together() {
    let shell = shell();
    let apply = line("application.submitted", "case/1/new", APPLICATION);
    shell.write("three.jsonl", format!("{apply}\n\n{apply}\n{apply}\n"));
    shell.check(
        "$ hibah sign --ledger led --batch three.jsonl --key org.key --out signed
         Application submitted, about case/1/2. These are the lines that are signed:
         Application submitted, about case/1/3. *
         Application submitted, about case/1/4. *
         These are 3 statements. Whoever types the passphrase signs them all.
         Signed: signed/001.application.submitted.case-1-2.statement
         Signed: signed/002.application.submitted.case-1-3.statement
         Signed: signed/003.application.submitted.case-1-4.statement
         All 3 statements are complete. Submit them: hibah submit LEDGER FILE ...
         $ hibah sign --ledger led --batch three.jsonl --key org.key --out signed
         ? 2
         error: signed/001.application.submitted.case-1-2.statement exists already: *
         $ hibah submit led signed/001.application.submitted.case-1-2.statement signed/002.application.submitted.case-1-3.statement signed/003.application.submitted.case-1-4.statement
         Entry 20: signed/001.application.submitted.case-1-2.statement
         Entry 21: signed/002.application.submitted.case-1-3.statement
         Entry 22: signed/003.application.submitted.case-1-4.statement
         $ hibah show led 21 --verbatim > entry
         $ hibah verify signed/002.application.submitted.case-1-3.statement.tlog-proof --entry entry --vkey $(cat vkey)
         The receipt holds.
         # again, with one that is refused among them
         $ hibah sign --ledger led --kind amount.recommended --about case/1/1 --body recommendation.json --key led/keys/official-10-skpd_pendidikan.key --out late
         $ hibah submit led late
         $ hibah sign --ledger led --kind amount.recommended --about case/1/2 --body recommendation.json --key org.key --out wrong
         $ hibah submit led late wrong signed/001.application.submitted.case-1-2.statement --json
         ? 1
         \"index\": 23,
         \"new\": false,
         \"recorded\": false,
         \"index\": 20,
         error: 1 of 3 statements were refused and the others recorded: *
         $ hibah submit led late wrong
         ? 1
         Entry 23 (recorded before): late
         Refused by rule B2: wrong: *
         error: 1 of 2 statements were refused and the others recorded: *
         $ hibah submit led late wrong --receipt r
         ? 2
         error: --receipt, --opening and --document are of one statement: *
         $ hibah submit led late missing
         ? 2
         error: missing could not be read *",
    );
}

#[test]
fn drafts_of_several_signers_are_signed_together() {
    let shell = shell();
    for (n, about) in [(1, "case/1/1"), (2, "case/1/2")] {
        shell.write("note.json", r#"{"reason":"Ditarik"}"#);
        shell.write(&format!("line-{n}"), format!("{{\"draft\":\"draft-{n}\"}}\n"));
        shell.check(&format!(
            "$ hibah sign --kind application.withdrawn --about {about} --after {} --body note.json --key org.key --signer $(hibah key show led/keys/official-3-ppkd.key) --out draft-{n}
             It still needs 1 signature:",
            "ab".repeat(32)
        ));
    }
    shell.check(
        "$ cat line-1 line-2 > both.jsonl
         $ hibah sign --batch both.jsonl --key led/keys/official-3-ppkd.key
         These are 2 statements. Whoever types the passphrase signs them all.
         Signed: draft-1
         Signed: draft-2
         All 2 statements are complete. *
         $ hibah sign draft-2
         It is complete: 2 signatures. *
         $ hibah sign --batch both.jsonl --key led/keys/official-4-kuasa_bud.key
         ? 2
         error: draft-1: hibah.bandung.example/ledger/official/4 is not among the signers *",
    );
}

#[test]
fn a_line_that_cannot_be_signed_is_named_and_nothing_is_signed() {
    let shell = shell();
    let apply = line("application.submitted", "case/1/new", APPLICATION);
    let reduced = |field: &str| apply.replace(&format!("\"{field}\""), &format!("\"no_{field}\""));
    for (lines, told) in [
        (String::new(), "has 0 lines: write 1 to 200"),
        (format!("{apply}\n").repeat(201), "has 201 lines: write 1 to 200"),
        (format!("{apply}\n[]"), "line 2 of batch.jsonl: expected a JSON object"),
        (format!("{apply}\n{{"), "line 2 of batch.jsonl: "),
        (reduced("kind"), "line 1 of batch.jsonl: the field no_kind is not known"),
        (r#"{"about":"case/1/new","body":{}}"#.to_owned(), "kind is missing"),
        (r#"{"kind":"application.submitted","body":{}}"#.to_owned(), "about is missing"),
        (r#"{"kind":"application.submitted","about":"case/1/new"}"#.to_owned(), "body is missing"),
        (
            r#"{"kind":"application.submitted","about":"case/1/new","body":{}}"#.to_owned(),
            "the statement cannot be made",
        ),
        (line("application.eaten", "case/1/new", "{}"), "\"application.eaten\" is not a kind of statement"),
        (line("application.submitted", "case/9/new", APPLICATION), "case/9/1 belongs to nothing on this ledger yet"),
        (format!("{0}\n{0}", line("application.submitted", "case/1/2", APPLICATION)), "case/1/2 is on line 1 already"),
        (apply.replacen('{', r#"{ "event_date": "2026-02-30","#, 1), "event_date must be a real date"),
        (apply.replacen('{', r#"{ "expires": 5,"#, 1), "expires must be a text"),
        (apply.replacen('{', r#"{ "signers": ["nobody"],"#, 1), "signers must be a list of"),
        (r#"{"draft":"none"}"#.to_owned(), "none could not be read"),
        (r#"{"draft":"none","kind":"x"}"#.to_owned(), "name, and nothing else on its line"),
    ] {
        shell.write("batch.jsonl", &lines);
        shell.check(&format!(
            "$ hibah sign --ledger led --batch batch.jsonl --key org.key --out signed 2> told; test $? = 2 && grep -cF '{told}' told
             1
             $ test ! -e signed"
        ));
    }
    shell.write("batch.jsonl", &apply);
    shell.check(
        "$ hibah sign --batch batch.jsonl --key org.key --out signed
         ? 2
         error: line 1 of batch.jsonl: a new statement names the latest entry about its subject: add --ledger; nothing was signed",
    );
}
