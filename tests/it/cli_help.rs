//! Every subcommand explains itself, with examples that its own parser takes.

/// A verifier key, which a shell would read from the file in its place.
const VKEY: &str = "hibah.bandung.example/ledger+5bd97d7b+AYY+3QdK1+X/Je7lDhId6iz2qx16eiuQYByWtdonFmjx";

/// The words of an example as a shell would split them: up to a pipe or a redirection.
fn words(example: &str) -> Vec<String> {
    let example = example.replace("$(cat vkey)", VKEY).replace("$(cat root-2.vkey)", VKEY);
    example.split_whitespace().take_while(|word| !matches!(*word, ">" | "|")).map(str::to_owned).collect()
}

fn check(command: &clap::Command, path: &str) {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let joined = help.replace("\\\n", " ");
    let examples: Vec<&str> = joined
        .split('\n')
        .flat_map(|line| line.split("&&"))
        .map(str::trim)
        .filter(|line| line.starts_with("hibah "))
        .collect();
    assert!(!examples.is_empty(), "{path} --help has no example");
    assert!(command.get_about().is_some(), "{path} does not say what it is for");
    for example in examples {
        let parsed = hibah::cli::command().try_get_matches_from(words(example));
        if let Err(error) = parsed {
            panic!("{path} --help has an example that does not parse: {example}\n{error}");
        }
    }
    // A line that the terminal wraps is copied as two commands.
    let mut inside = false;
    for line in help.split('\n') {
        if inside || line.trim_start().starts_with("hibah ") {
            assert!(line.chars().count() <= 78, "{path} --help has an example that is wrapped: {line}");
        }
        assert!(line.chars().count() <= 100, "{path} --help has a line that is wrapped: {line}");
        inside = line.ends_with('\\');
    }
    for option in command.get_arguments().filter(|option| !option.is_hide_set()) {
        assert!(option.get_help().is_some(), "{path} does not say what {} is", option.get_id());
    }
}

#[test]
fn every_subcommand_has_examples_that_parse() {
    let cli = hibah::cli::command();
    let names: Vec<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let expected = [
        "init",
        "profile",
        "key",
        "sign",
        "submit",
        "import",
        "serve",
        "verify",
        "witness",
        "check",
        "export",
        "publish",
        "dossier",
        "restore",
        "monitor",
        "show",
        "officials",
        "flags",
        "doctor",
        "letter",
        "reconcile",
        "vault",
        "explain",
        "schema",
        "demo",
        "bench",
    ];
    assert_eq!(names, expected);
    for command in cli.get_subcommands() {
        check(command, command.get_name());
        for act in command.get_subcommands() {
            check(act, &format!("{} {}", command.get_name(), act.get_name()));
        }
    }
}

#[test]
fn clap_finds_no_contradiction() {
    hibah::cli::command().debug_assert();
}

#[test]
fn an_example_that_does_not_parse_would_be_found() {
    assert!(hibah::cli::command().try_get_matches_from(words("hibah verify led --sinse x")).is_err());
    assert_eq!(words("hibah show led 17 --verbatim > entry-17"), ["hibah", "show", "led", "17", "--verbatim"]);
}

#[test]
fn the_commands_of_the_runbooks_parse() {
    for (runbook, least) in [
        ("docs/restoring.md", 6),
        ("docs/running.md", 6),
        ("docs/witnessing.md", 6),
        ("docs/monitoring.md", 2),
        ("docs/publishing.md", 4),
    ] {
        let text = std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(runbook));
        let text = text.expect("a document");
        let commands: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("$ hibah ")).collect();
        assert!(commands.len() >= least, "{runbook} names only {} commands", commands.len());
        for command in commands {
            let command = command.split(" #").next().unwrap_or_default();
            let parsed = hibah::cli::command().try_get_matches_from(words(&format!("hibah {command}")));
            assert!(parsed.is_ok(), "{runbook} names a command that does not parse: {command}");
        }
    }
}
