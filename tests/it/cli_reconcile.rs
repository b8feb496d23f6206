//! `hibah reconcile` as a shell session: the ledger's warrants against registers that agree, differ, or cannot be read.

use crate::cli_shell::Shell;
use crate::one_city::OneCity;

/// Both golden cases: two warrants of 2014.
fn golden() -> Shell {
    let shell = Shell::new();
    OneCity::new(&shell.path().join("led")).play_file("golden_case.txt");
    shell
}

const HEADER: &str = "nomor,uraian,tanggal,nilai\n";
const FIRST: &str = "957/0239/1.20.06.01/BTL/2014,A,2014-05-21,75000000\n";
const SECOND: &str = "957/1111/1.20.06.01/BTL/2014,B,2014-12-15,50000000\n";

// long: one session, command by command
#[test]
fn registers_that_agree_and_differ() {
    let shell = golden();
    let file = |name: &str, lines: &[&str]| shell.write(name, format!("{HEADER}{}", lines.concat()));
    file("same.csv", &[SECOND, FIRST]);
    file("missing.csv", &[FIRST, SECOND, "957/9,C,2014-06-01,1000\n"]);
    file("extra.csv", &[FIRST]);
    file("amount.csv", &[FIRST, "957/1111/1.20.06.01/BTL/2014,B,2014-12-15,50000001\n"]);
    file("date.csv", &[FIRST, "957/1111/1.20.06.01/BTL/2014,B,2014-12-16,50000000\n"]);
    file("twice.csv", &[FIRST, SECOND, SECOND]);
    file("none.csv", &[]);
    // As a spreadsheet of the treasury writes it: other names and order, CRLF, days and thousands as on paper.
    shell.write(
        "paper.csv",
        "Tanggal,Jumlah,No_SP2D\r\n21/5/2014,75.000.000,957/0239/1.20.06.01/BTL/2014\r\n15/12/2014,\"50.000.000,00\",957/1111/1.20.06.01/BTL/2014\r\n",
    );
    shell.check(
        "$ hibah reconcile led same.csv
         ledger            2 warrants, Rp 125.000.000
         register          2 warrants, Rp 125.000.000
         the same in both  2
         $ hibah reconcile led paper.csv
         the same in both  2
         $ hibah reconcile led missing.csv
         ? 1
         register          3 warrants, Rp 125.001.000
         Missing on the ledger: *
         957/9  2014-06-01  Rp 1.000  (line 4)
         error: the ledger and missing.csv differ: *
         $ hibah reconcile led extra.csv
         ? 1
         Extra on the ledger: *
         957/1111/1.20.06.01/BTL/2014  2014-12-15  Rp 50.000.000  (case/5/1, entry *)
         error: the ledger and extra.csv differ: *
         $ hibah reconcile led extra.csv --year 2014 --month 5
         the same in both  1
         $ hibah reconcile led amount.csv
         ? 1
         the same in both  1
         Different: the ledger above, the register below
         957/1111/1.20.06.01/BTL/2014  2014-12-15  Rp 50.000.000  (case/5/1, entry *)
         957/1111/1.20.06.01/BTL/2014  2014-12-15  Rp 50.000.001  (line 3)
         error: the ledger and amount.csv differ: *
         $ hibah reconcile led date.csv
         ? 1
         Different: the ledger above, the register below
         957/1111/1.20.06.01/BTL/2014  2014-12-16  Rp 50.000.000  (line 3)
         error: the ledger and date.csv differ: *
         $ hibah reconcile led twice.csv
         ? 1
         Twice in the register
         957/1111/1.20.06.01/BTL/2014  2014-12-15  Rp 50.000.000  (line 4)
         error: the ledger and twice.csv differ: *
         $ hibah reconcile led none.csv
         ? 1
         register          0 warrants, Rp 0
         Extra on the ledger: *
         error: the ledger and none.csv differ: *
         $ hibah reconcile led none.csv --year 2013
         ledger            0 warrants, Rp 0",
    );
    shell.check(
        "$ hibah reconcile led same.csv --json
         \"ledger\": {
         \"count\": 2,
         \"grants\": {
         \"count\": 2,
         \"sum\": 125000000
         \"sum\": \"125000000\"
         \"same\": 2",
    );
}

#[test]
fn a_corrected_and_a_cancelled_warrant_count_as_they_stand_now() {
    let shell = Shell::new();
    let mut city = OneCity::new(&shell.path().join("led"));
    city.play_file("standard.txt");
    city.play(
        "at 2014-03-03T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=100
         bring case/1/1 warrant.issued 75",
    );
    let warrant = city.last_entry("case/1/1", "warrant.issued");
    city.play("at 2014-03-04T02:00:00.000Z");
    let number = format!("957/1/1/{}", warrant);
    city.play(&format!("warrant.cancelled case/1/1 by bud number={number}"));
    drop(city);
    shell.write("old.csv", format!("{HEADER}{number},A,2014-03-03,75\n"));
    shell.check(
        "$ hibah reconcile led old.csv
         ? 1
         ledger            0 warrants, Rp 0
         Missing on the ledger: *
         error: the ledger and old.csv differ: *",
    );
}

#[test]
fn registers_that_cannot_be_read() {
    let shell = golden();
    for (name, text) in [
        ("number.csv", format!("{HEADER},A,2014-05-21,75000000\n")),
        ("date.csv", format!("{HEADER}957/1,A,31/2/2014,75000000\n")),
        ("amount.csv", format!("{HEADER}957/1,A,2014-05-21,7.50.000\n")),
        ("sign.csv", format!("{HEADER}957/1,A,2014-05-21,-75000000\n")),
        ("column.csv", "nomor,tanggal\n957/1,2014-05-21\n".to_owned()),
        ("cells.csv", format!("{HEADER}957/1,A,2014-05-21\n")),
        ("empty.csv", String::new()),
    ] {
        shell.write(name, text);
    }
    shell.check(
        "$ hibah reconcile led number.csv
         ? 2
         error: number.csv, line 2: the number is empty: every warrant has one
         $ hibah reconcile led date.csv
         ? 2
         error: date.csv, line 2: \"31/2/2014\" is no day: write YYYY-MM-DD or DD/MM/YYYY
         $ hibah reconcile led amount.csv
         ? 2
         error: amount.csv, line 2: \"7.50.000\" is no amount: write digits
         $ hibah reconcile led sign.csv
         ? 2
         error: sign.csv, line 2: \"-75000000\" is no amount: write digits
         $ hibah reconcile led column.csv
         ? 2
         error: column.csv, line 1: there is no column nilai or jumlah or amount: name one of its columns so
         $ hibah reconcile led cells.csv
         ? 2
         error: cells.csv, line 2: it is not CSV: mend the line
         $ hibah reconcile led empty.csv
         ? 2
         error: empty.csv, line 1: there is no column nomor or no_sp2d or number: name one of its columns so
         $ hibah reconcile led nothing.csv
         ? 2
         error: *nothing.csv*
         $ hibah reconcile led empty.csv --month 5
         ? 2
         error: *",
    );
}
