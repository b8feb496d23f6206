//! `hibah officials`: who may say what, at any entry.

use super::cli_shell::Shell;

#[test]
fn offices_holders_and_keys_are_told() {
    let shell = Shell::with_ledger();
    shell.check(
        r#"
        $ hibah officials led
        hibah.bandung.example/ledger
        as entry * has left it, on *
        rule set 0, profile kota-bandung
        Roots, 3 of 5 sign
          root/1  *  in force
          root/5  *  in force
        The ledger's own keys, for checkpoints only
        Offices
        wali_kota: Wali Kota (Mayor), head_of_region
          official/1  pejabat/0001  *
            decree *; in force
          may sign decree.issued, decree.rows, decree.sealed, decree.abandoned,
              decision.refused
        $ hibah officials led --at 0
        as entry 0 has left it, on *
        wali_kota: Wali Kota (Mayor), head_of_region
          nobody was appointed
        $ hibah officials led --date 1999-12-31
        as entry * has left it, on 1999-12-31
            decree *; not in force: from * on
        $ hibah officials led --at 99999
        ? 2
        error: led has no entry 99999: its * entries are numbered from 0
        $ hibah officials led --date 31-12-1999
        ? 2
        * write a day as YYYY-MM-DD, such as 2026-01-20
        $ hibah export led mirror
        $ hibah officials mirror --json
          "rules": 0,
        "#,
    );
}

#[test]
fn no_line_is_wider_than_a_terminal() {
    let shell = Shell::with_ledger();
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(["officials", "led"])
        .current_dir(shell.path())
        .output()
        .expect("hibah runs");
    let text = String::from_utf8(out.stdout).expect("UTF-8");
    assert!(text.split('\n').count() > 30);
    for line in text.split('\n') {
        assert!(line.chars().count() <= 80, "{line}");
    }
}
