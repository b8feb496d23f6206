//! What is committed beside the sources: fixtures, the manifest, and what no file may say.

use super::{Fault, House, check, fault};

fn fixtures(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in
        house.texts.iter().filter(|(path, _)| path.starts_with("fixtures/") || path.starts_with("schema/"))
    {
        if text.trim().is_empty() {
            faults.push(Fault { path: path.clone(), line: 1, sentence: "an empty fixture tests nothing.".to_owned() });
        }
    }
    for source in house.sources.iter().filter(|source| house.is_test(&source.path) && source.text.contains("fixtures"))
    {
        for at in source.places("read_dir").into_iter().take(1) {
            if source.places("is_empty").is_empty() && source.places("len() >=").is_empty() {
                faults.push(fault(
                    source,
                    at,
                    "a test that lists a folder also asks is_empty or len() >=, so that an empty list fails.",
                ));
            }
        }
    }
    faults
}

#[test]
fn an_empty_list_of_fixtures_fails() {
    check(
        fixtures,
        &[
            ("fixtures/vectors/v1/keys.jsonl", "", 1),
            ("fixtures/demo/a.toml", "\n \n", 1),
            ("schema/a.sql", "", 1),
            ("tests/it/a.rs", "fn f() {\n    for x in read_dir(\"fixtures\") {}\n}", 2),
        ],
        &[
            ("fixtures/vectors/v1/keys.jsonl", "{}\n"),
            ("tests/it/a.rs", "let list = read_dir(\"fixtures\").collect(); assert!(!list.is_empty());"),
            ("tests/it/a.rs", "for file in read_dir(ledger) { copy(file); }"),
        ],
    );
    let house = House::here();
    for folder in [
        "fixtures/demo/",
        "fixtures/import/",
        "fixtures/maps/",
        "fixtures/profiles/",
        "fixtures/vectors/v1/",
        "fixtures/workflow/",
        "schema/",
    ] {
        assert!(house.texts.iter().any(|(path, _)| path.starts_with(folder)), "{folder} is empty or gone");
    }
}

/// The second implementation is short enough to be read in one sitting, and needs nothing but Python.
fn second_implementation(house: &House) -> Vec<Fault> {
    const MOST_LINES: usize = 300;
    const LIBRARY: [&str; 12] = [
        "base64",
        "datetime",
        "functools",
        "hashlib",
        "itertools",
        "json",
        "pathlib",
        "re",
        "sys",
        "threading",
        "unicodedata",
        "urllib.request",
    ];
    let mut faults = Vec::new();
    for (path, text) in house.texts.iter().filter(|(path, _)| path == "tests/vectors/check.py") {
        if text.lines().count() > MOST_LINES {
            let sentence = format!("more than {MOST_LINES} lines: the second implementation stays short.");
            faults.push(Fault { path: path.clone(), line: MOST_LINES + 1, sentence });
        }
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_start();
            let named = line.strip_prefix("import ").or_else(|| line.strip_prefix("from ")?.split(" import ").next());
            for name in named.into_iter().flat_map(|names| names.split(',')).map(str::trim) {
                if !LIBRARY.contains(&name) {
                    let sentence = format!("\"{name}\" is not among the parts of Python's own library that it uses.");
                    faults.push(Fault { path: path.clone(), line: number, sentence });
                }
            }
        }
    }
    faults
}

#[test]
fn the_second_implementation_is_short_and_needs_nothing() {
    check(
        second_implementation,
        &[
            ("tests/vectors/check.py", &"\n".repeat(301), 301),
            ("tests/vectors/check.py", "import json\nimport json, nacl", 2),
            ("tests/vectors/check.py", "from cryptography import x509", 1),
        ],
        &[("tests/vectors/check.py", "import json, sys\nfrom hashlib import sha256\n")],
    );
    assert!(
        House::here().texts.iter().any(|(path, _)| path == "tests/vectors/check.py"),
        "tests/vectors/check.py is gone"
    );
}

/// What is preloaded into the program to make its disk fail is C, says what it is, and is read in one sitting.
fn shims(house: &House) -> Vec<Fault> {
    const MOST_LINES: usize = 450;
    let mut faults = Vec::new();
    for (path, text) in house.texts.iter().filter(|(path, _)| path.starts_with("tests/faults/") || path.ends_with(".c"))
    {
        let mut fault = |line: usize, sentence: String| faults.push(Fault { path: path.clone(), line, sentence });
        if !(path.starts_with("tests/faults/") && path.ends_with(".c")) {
            fault(1, "C is in tests/faults/ only, and nothing else is there.".to_owned());
        } else if !text.starts_with("// ") {
            fault(1, "the file begins with \"// \" and a sentence that says what it is.".to_owned());
        } else if text.lines().count() > MOST_LINES {
            fault(MOST_LINES + 1, format!("more than {MOST_LINES} lines: what makes a disk fail stays short."));
        }
    }
    faults
}

#[test]
fn what_makes_a_disk_fail_is_short_and_says_what_it_is() {
    check(
        shims,
        &[
            ("src/ledger/fast.c", "// Faster.", 1),
            ("tests/faults/disk.py", "# Python", 1),
            ("tests/faults/disk.c", "#include <stdio.h>", 1),
            ("tests/faults/disk.c", &"// x\n".repeat(451), 451),
        ],
        &[("tests/faults/disk.c", "// A disk that fails.\n#include <stdio.h>\n"), ("tests/it/disk.rs", "")],
    );
    let house = House::here();
    assert!(house.texts.iter().any(|(path, _)| path == "tests/faults/disk.c"), "tests/faults/disk.c is gone");
}

/// Every dependency is a released version of the public registry, and unsafe code is forbidden.
fn manifest(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in house.texts.iter().filter(|(path, _)| path == "Cargo.toml") {
        let mut fault = |name: &str, sentence: String| {
            let line = text.split('\n').position(|line| line.trim_start().starts_with(name)).map_or(1, |at| at + 1);
            faults.push(Fault { path: path.clone(), line, sentence });
        };
        let Ok(parsed) = text.parse::<toml::Table>() else {
            fault("", "Cargo.toml is not TOML.".to_owned());
            continue;
        };
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            for (name, asked) in parsed.get(section).and_then(toml::Value::as_table).into_iter().flatten() {
                let version = asked.as_str().or_else(|| asked.get("version").and_then(toml::Value::as_str));
                let elsewhere = ["git", "path", "registry"].iter().any(|key| asked.get(key).is_some());
                if elsewhere
                    || !version.is_some_and(|version| version.split('.').count() == 3 && !version.contains('*'))
                {
                    fault(name, format!("{name} must be a released version a.b.c, no wildcard, branch or folder."));
                }
            }
        }
        let unsafe_code = parsed.get("lints").and_then(|l| l.get("rust")).and_then(|l| l.get("unsafe_code"));
        if unsafe_code.and_then(toml::Value::as_str) != Some("forbid") {
            fault("[lints", "unsafe_code must be \"forbid\" under [lints.rust].".to_owned());
        }
    }
    faults
}

#[test]
fn dependencies_are_released_versions() {
    let with = |dependency: &str| format!("[lints.rust]\nunsafe_code = \"forbid\"\n[dependencies]\n{dependency}\n");
    check(
        manifest,
        &[
            ("Cargo.toml", &with("hex = \"*\""), 4),
            ("Cargo.toml", &with("hex = \"0.4\""), 4),
            ("Cargo.toml", &with("hex = { git = \"https://x\" }"), 4),
            ("Cargo.toml", &with("hex = { path = \"../hex\", version = \"0.4.3\" }"), 4),
            ("Cargo.toml", "[package]\n[lints.rust]\nunsafe_code = \"warn\"", 2),
            ("Cargo.toml", "=", 1),
        ],
        &[("Cargo.toml", &with("hex = \"0.4.3\"\ntokio = { version = \"1.54.1\" }"))],
    );
    assert!(House::here().texts.iter().any(|(path, _)| path == "Cargo.toml"), "Cargo.toml is gone");
}

/// What a test leaves out unless a variable is set, `.ci/run` sets.
fn switches(house: &House) -> Vec<Fault> {
    let run = house.texts.iter().find(|(path, _)| path == ".ci/run").map_or("", |(_, text)| text.as_str());
    let mut faults = Vec::new();
    for (path, text) in house.texts.iter().filter(|(path, _)| path.starts_with("tests/it/") && path.ends_with(".rs")) {
        for (line, said) in (1..).zip(text.lines()) {
            let asked = ["env::var(\"", "env::var_os(\""].iter().find_map(|call| said.split_once(call));
            let Some((name, _)) = asked.and_then(|(_, rest)| rest.split_once('"')) else { continue };
            // What makes fixtures anew is for people.
            if name.starts_with("HIBAH_") && !name.starts_with("HIBAH_WRITE_") && !run.contains(&format!("{name}=")) {
                let sentence = format!(".ci/run does not set {name}: set it before `cargo test` there.");
                faults.push(Fault { path: path.clone(), line, sentence });
            }
        }
    }
    faults
}

#[test]
fn what_tests_leave_out_is_run_before_a_merge() {
    check(
        switches,
        &[("tests/it/a.rs", concat!("fn f() {\n    std::env::var_os(", "\"HIBAH_ALL\")\n}"), 2)],
        &[
            ("tests/it/a.rs", concat!("fn f() { std::env::var(", "\"HIBAH_WRITE_CORPUS\") }")),
            ("tests/it/a.rs", concat!("fn f() { std::env::var(", "\"PATH\") }")),
            ("src/a.rs", concat!("fn f() { std::env::var(", "\"HIBAH_ALL\") }")),
        ],
    );
}

/// Nothing committed knows the machine it was made on, or where its packages came from.
fn places(house: &House) -> Vec<Fault> {
    // Put together here, so that this file does not hold them.
    let machine = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
        concat!("C:", "\\"),
    ];
    let registry = [
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("proxy.golang", ".org"),
        concat!("deb.debian", ".org"),
        concat!("npmjs", ".com"),
    ];
    let mut faults = Vec::new();
    // Cargo writes its registry into Cargo.lock itself.
    for (path, text) in house.texts.iter().filter(|(path, _)| !path.ends_with("Cargo.lock")) {
        for (number, line) in (1..).zip(text.split('\n')) {
            // `<origin>/root/1` is the name of a key, and `../x` leads nowhere in particular.
            let starts = |pattern: &&&str| {
                line.match_indices(**pattern).any(|(at, found)| {
                    let before = line[..at].chars().next_back();
                    let after = line[at + found.len()..].chars().next();
                    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '>' | '}' | ']'))
                        && after.is_some_and(|c| c.is_ascii_alphabetic() || c == '.')
                })
            };
            if let Some(found) = machine.iter().find(starts) {
                faults.push(Fault {
                    path: path.clone(),
                    line: number,
                    sentence: format!("\"{found}\" is a path of one machine."),
                });
            }
            if let Some(found) = registry.iter().find(|host| line.contains(**host)) {
                faults.push(Fault {
                    path: path.clone(),
                    line: number,
                    sentence: format!("\"{found}\" names the host of a registry."),
                });
            }
        }
    }
    faults
}

#[test]
fn nothing_committed_names_a_machine_or_a_registry() {
    let path = concat!("see\nfile = ", "\"/ho", "me/somebody/x\"");
    let root = concat!("cd /ro", "ot/x");
    let host = concat!("\n\nindex = \"https://index.crates", ".io/\"");
    check(
        places,
        &[("README.md", path, 2), (".ci/run", root, 1), (".cargo/config.toml", host, 3)],
        &[
            ("README.md", "hibah.bandung.example/home/x and /root/1, `/root/<n>` are said as <origin>/root/n"),
            ("Cargo.lock", host),
            ("fuzz/Cargo.lock", host),
        ],
    );
}
