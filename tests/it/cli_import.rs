//! Award lists on the command line: good rows are imported once, bad rows are listed, the sums are exact.

use std::path::Path;

use super::cli_shell::Shell;

fn shell() -> Shell {
    let shell = Shell::with_ledger();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    for (from, to) in [("made-up-awards.csv", "awards.csv"), ("made-up.toml", "map.toml")] {
        std::fs::copy(fixtures.join(from), shell.path().join(to)).expect("a fixture");
    }
    shell
}

#[test]
fn good_rows_are_imported_once_and_bad_rows_are_listed() {
    shell().check(
        "$ env -u HIBAH_PASSPHRASE hibah import led awards.csv --map map.toml --dry-run
         ? 1
         read             20 rows
         to import        8
         there already    0
         rejected         12
         sum asked        Rp 1.362.500.000
         sum decreed      Rp 175.750.000
         Nothing was recorded: this was a dry run.
         = led
         $ hibah import led awards.csv --map map.toml --rejects rejects.csv
         ? 1
         line 11, row 8: column \"Nama Lembaga\" is empty, *
         ... and 2 more
         read             20 rows
         imported         8
         there already    0
         rejected         12
         sum asked        Rp 1.362.500.000
         sum recommended  Rp 150.000.000
         sum decreed      Rp 175.750.000
         ledger           26 entries
         error: 12 rows cannot be imported, they are listed in rejects.csv: *
         $ head -3 rejects.csv
         line,row,reason,No,Nama Lembaga,*
         11,8,*is empty, and an award needs its recipient's name*
         12,9,*has no amount*
         $ wc -l < rejects.csv
         13
         # a second run adds nothing
         $ hibah import led awards.csv --map map.toml --json
         ? 1
         \"imported\": 0,
         \"rejected\": 12,
         \"decreed\": \"175750000\",
         \"there\": 8
         = led
         $ hibah verify led
         grants      0 on this ledger, 8 taken over from before it
         $ hibah show led award/ff5bf29a19e28b11/4
         recipient    Koperasi Rekaan Mawar
         decreed  -Rp 1.250.000",
    );
}

#[test]
fn a_list_without_bad_rows_is_a_success() {
    let shell = shell();
    let text = std::fs::read(shell.path().join("awards.csv")).expect("the list");
    // The header, the first record, which stands on one line, and an equal one.
    let lines: Vec<&[u8]> = text.split_inclusive(|b| *b == b'\n').take(2).collect();
    shell.write("short.csv", [lines[0], lines[1], lines[1]].concat());
    shell.check(
        "$ hibah import led short.csv --map map.toml --rejects none.csv
         imported         2
         sum decreed      Rp 150.000.000
         $ wc -l < none.csv
         1",
    );
}

#[test]
fn a_list_that_cannot_be_read_imports_nothing() {
    let shell = shell();
    shell.write("broken.toml", "encoding = \n");
    shell.check(
        "$ sed s/IDR/USD/ map.toml > usd.toml; hibah import led awards.csv --map usd.toml
         ? 2
         error: awards.csv: the map counts in USD * and the ledger in IDR *; import into a ledger of the file's currency
         = led
         $ hibah import led awards.csv --map broken.toml
         ? 2
         error: broken.toml: *line 1*
         = led
         $ hibah import led nothing.csv --map map.toml
         ? 2
         error: nothing.csv could not be read (*): name an award list in CSV
         = led
         $ hibah import led map.toml --map map.toml
         ? 2
         error: map.toml: *
         = led
         # only the finance officer signs past awards
         $ hibah import led awards.csv --map map.toml --key led/keys/official-1-wali_kota.key
         ? 2
         error: led/keys/official-1-wali_kota.key is not the key of the finance officer, *: use the key of hibah.bandung.example/ledger/official/3+*
         = led
         $ mkdir away && mv led/keys/official-3-ppkd.key away && hibah import led awards.csv --map map.toml
         ? 2
         error: led/keys does not hold the key of the finance officer, *: name its file with --key
         = led
         $ hibah import led awards.csv --map map.toml --key away/official-3-ppkd.key
         ? 1
         imported         8",
    );
}

/// The real lists, through the real program: every row, and the exact sums. They are not in the repository; see
/// `legacy_real_files.rs`.
#[test]
fn the_lists_of_new_york_city_are_imported_whole() {
    let shell = Shell::new();
    let files = ["funded_disclosure_FY2014.csv", "funded_disclosure_FY2015.csv"];
    for (file, map) in files.into_iter().zip(["nyc-council-fy2014.toml", "nyc-council-fy2015.toml"]) {
        let Some(bytes) = super::legacy_real_files::real_file(file) else {
            return;
        };
        shell.write(file, bytes);
        let maps = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps");
        std::fs::copy(maps.join(map), shell.path().join(map)).expect("a map");
    }
    shell.check(
        "$ hibah init led --rules 0 --origin council.example --profile nyc-council --currency USD --decimals 2
         currency  USD, with 2 decimal places
         $ hibah import led funded_disclosure_FY2014.csv --map nyc-council-fy2014.toml
         read           6,809 rows
         imported       6,809
         rejected       0
         sum decreed    USD 393,736,975.00
         $ hibah import led funded_disclosure_FY2015.csv --map nyc-council-fy2015.toml
         read           6,291 rows
         imported       6,291
         rejected       0
         sum decreed    USD 290,430,654.22
         $ hibah import led funded_disclosure_FY2014.csv --map nyc-council-fy2014.toml
         imported       0
         there already  6,809
         sum decreed    USD 393,736,975.00
         = led
         $ hibah verify led
         grants      0 on this ledger, 13,100 taken over from before it",
    );
}
