//! The README's examples run: every ```console block, one after the other in one shell, as a reader would type them,
//! with the real binary. Shown output is compared: `...` stands for anything within a line, and alone for any lines.

use crate::left_out::left_out;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// A command of a console block and the output shown below it.
#[derive(Debug, PartialEq, Eq)]
struct Example {
    /// The README's line, from 1.
    line: usize,
    command: String,
    shown: Vec<String>,
}

/// The commands (`$ ...`, continued by `> ...`) of all console blocks.
fn examples(readme: &str) -> Vec<Example> {
    let mut found: Vec<Example> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(readme.split('\n')) {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if inside && let Some(command) = line.strip_prefix("$ ") {
            found.push(Example { line: number, command: command.to_owned(), shown: Vec::new() });
        } else if inside {
            let example = found.last_mut().expect("a console block begins with a command");
            match line.strip_prefix("> ").filter(|_| example.shown.is_empty()) {
                Some(more) => example.command.push_str(&format!("\n{more}")),
                None => example.shown.push(line.to_owned()),
            }
        }
    }
    found
}

/// Whether the output is what is shown.
fn agrees(shown: &[&str], output: &[&str]) -> bool {
    match (shown.split_first(), output.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=output.len()).any(|skipped| agrees(rest, &output[skipped..])),
        (Some((line, shown)), Some((printed, output))) => line_agrees(line, printed) && agrees(shown, output),
        _ => false,
    }
}

fn line_agrees(shown: &str, printed: &str) -> bool {
    match shown.split_once("...") {
        None => shown == printed,
        Some((start, rest)) => printed.strip_prefix(start).is_some_and(|tail| {
            (0..=tail.len()).filter(|at| tail.is_char_boundary(*at)).any(|at| line_agrees(rest, &tail[at..]))
        }),
    }
}

/// A line that no command prints, before the output of each.
const MARK: &str = "=====readme=====";

/// The shell's script: each command behind a mark; a server in the background is waited for, and stopped at the end.
fn script(examples: &[Example], public: u16) -> String {
    let mut script = String::from("exec 2>&1\ntrap 'kill $(jobs -p) 2> /dev/null' EXIT\n");
    for example in examples {
        script.push_str(&format!("echo '{MARK}'\n"));
        match example.command.strip_suffix(" &") {
            None => script.push_str(&format!("{}\n", example.command)),
            Some(server) => script.push_str(&format!(
                "{server} > server.log &\nfor _ in $(seq 3000); do\n  curl -fs -o /dev/null http://127.0.0.1:{public}/checkpoint && break\n  sleep 0.1\ndone\ncat server.log\n"
            )),
        }
    }
    script.push_str(&format!("echo '{MARK}'\n"));
    script
}

/// Two ports that nobody listens on.
fn free_ports() -> (u16, u16) {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port of this machine"));
    let port = |at: usize| held[at].local_addr().expect("a bound port").port();
    (port(0), port(1))
}

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|answer| answer.status.success())
}

#[test]
fn the_examples_of_the_readme_run_as_shown() {
    if !has("curl") {
        return left_out("the README's examples need curl, which is not installed");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (public, desk) = free_ports();
    let readme = std::fs::read_to_string(root.join("README.md")).expect("README.md");
    let readme = readme.replace("127.0.0.1:8080", &format!("127.0.0.1:{public}"));
    let examples = examples(&readme.replace("127.0.0.1:8081", &format!("127.0.0.1:{desk}")));
    assert!(examples.len() >= 10, "the README shows only {} commands", examples.len());

    let folder = tempfile::tempdir().expect("a folder");
    std::os::unix::fs::symlink(root.join("fixtures"), folder.path().join("fixtures")).expect("a link");
    let binary = Path::new(env!("CARGO_BIN_EXE_hibah")).parent().expect("the folder of the program").to_owned();
    let path = std::env::var("PATH").expect("a PATH");
    let answer = Command::new("bash")
        .arg("-c")
        .arg(script(&examples, public))
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", binary.display()))
        .env_remove("HIBAH_PASSPHRASE")
        .stdin(std::process::Stdio::null())
        .output()
        .expect("bash");
    let output = String::from_utf8(answer.stdout).expect("the commands print UTF-8");
    let parts: Vec<&str> = output.split(&format!("{MARK}\n")).skip(1).collect();
    assert_eq!(parts.len(), examples.len() + 1, "a command printed no line end, or ended the shell:\n{output}");
    let mut wrong = Vec::new();
    let mut servers = String::new();
    for (example, printed) in examples.iter().zip(&parts) {
        let shown: Vec<&str> = example.shown.iter().map(String::as_str).collect();
        let lines: Vec<&str> = printed.split_terminator('\n').collect();
        if example.command.ends_with(" &") {
            servers.push_str(printed);
        } else if !agrees(&shown, &lines) {
            wrong.push(format!("README.md:{}: $ {}\n{printed}", example.line, example.command));
        }
    }
    assert!(
        wrong.is_empty(),
        "these commands print something else than the README shows:\n\n{}\n\nServers:\n{servers}",
        wrong.join("\n")
    );
}

#[test]
fn console_blocks_are_read_as_a_shell_shows_them() {
    let text = "# x\n```console\n$ a\nout\n\nmore\n$ b <<END\n> in\n> END\n```\n$ no\n```sh\n$ no\n```\n```console\n$ c\n```\n";
    let example = |line, command: &str, shown: &[&str]| Example {
        line,
        command: command.to_owned(),
        shown: shown.iter().map(|line| (*line).to_owned()).collect(),
    };
    assert_eq!(
        examples(text),
        [example(3, "a", &["out", "", "more"]), example(7, "b <<END\nin\nEND", &[]), example(16, "c", &[])]
    );
}

#[test]
fn shown_output_is_compared_line_by_line() {
    for (shown, printed) in [
        ("", ""),
        ("a\nb", "a\nb"),
        ("...", ""),
        ("...", "a\nb"),
        ("a ... c", "a b c"),
        ("...\nb", "a\na\nb"),
        ("a\n...\nc\n...", "a\nb\nc"),
    ] {
        assert!(check_shown(shown, printed), "{shown:?} shows {printed:?}");
    }
    for (shown, printed) in [
        ("a", ""),
        ("", "a"),
        ("a", "b"),
        ("a\nb", "a"),
        ("a ... c", "a b d"),
        ("...\nb", "a\nb\nc"),
        ("a\n...\nc", "a\nb"),
    ] {
        assert!(!check_shown(shown, printed), "{shown:?} does not show {printed:?}");
    }
}

fn check_shown(shown: &str, printed: &str) -> bool {
    agrees(&shown.split_terminator('\n').collect::<Vec<_>>(), &printed.split_terminator('\n').collect::<Vec<_>>())
}

/// What a document puts between backticks outside of blocks, with its line.
fn quoted(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut block = false;
    for (number, line) in (1..).zip(text.split('\n')) {
        if line.starts_with("```") {
            block = !block;
        } else if !block {
            found.extend(line.split('`').skip(1).step_by(2).map(|quoted| (number, quoted)));
        }
    }
    found
}

/// Whether `a::b::c` ends in a name that the sources have.
fn is_named(path: &str, sources: &str) -> bool {
    let name = path.rsplit("::").next().unwrap_or(path);
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    sources.match_indices(name).any(|(at, _)| {
        let before = sources[..at].strip_suffix(|c: char| c == ' ').is_some_and(|text| {
            ["fn", "struct", "enum", "mod", "trait", "const"].iter().any(|item| text.ends_with(item))
        });
        before && !sources[at + name.len()..].starts_with(is_word)
    })
}

/// The Rust sources below a folder, in one string.
fn sources_below(folder: &Path) -> String {
    let mut text = String::new();
    let listed: Vec<_> = std::fs::read_dir(folder).expect("a folder of sources").collect();
    assert!(!listed.is_empty(), "{} is empty", folder.display());
    for entry in listed {
        let path = entry.expect("an entry of a folder of sources").path();
        if path.is_dir() {
            text.push_str(&sources_below(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            text.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
    text
}

/// The names in a document that are nowhere: paths of the house, and `Type::function`.
fn dead_names(text: &str, root: &Path, sources: &str) -> Vec<String> {
    const TOPS: [&str; 7] = ["src/", "tests/", "fixtures/", "schema/", ".ci/", "docs/", "fuzz/"];
    let links = (1..).zip(text.split('\n')).flat_map(|(number, line)| {
        let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
        targets
            .filter(|target| !target.is_empty() && !target.contains("://"))
            .map(move |target| (number, target, true))
            .collect::<Vec<_>>()
    });
    let quotes = quoted(text).into_iter().map(|(number, quoted)| (number, quoted, false));
    let dead = links.chain(quotes).filter(|(_, name, link)| {
        let path = *link || (TOPS.iter().any(|top| name.starts_with(top)) && !name.contains([' ', '*', '<']));
        let item = name.contains("::") && name.chars().all(|c| c.is_alphanumeric() || matches!(c, ':' | '_'));
        (path && !root.join(name).exists()) || (item && !is_named(name, sources))
    });
    dead.map(|(number, name, _)| format!("line {number}: {name}")).collect()
}

#[test]
fn documents_name_only_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sources = sources_below(&root.join("src")) + &sources_below(&root.join("tests"));
    let sample = "[x](README.md) [x](gone.md#a) [x](https://a/b) `src/lib.rs` `src/gone.rs` `src/*.rs`\n`State::judge` `State::jud` `is_gone`\n```\n`src/no.rs`\n```";
    assert_eq!(dead_names(sample, root, &sources), ["line 1: gone.md", "line 1: src/gone.rs", "line 2: State::jud"]);
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "docs/security.md"] {
        let text = std::fs::read_to_string(root.join(name)).expect("a document");
        let dead = dead_names(&text, root, &sources);
        assert!(dead.is_empty(), "{name} names what is not there:\n{}", dead.join("\n"));
    }
}
