//! The house's rules, checked by reading the sources. Each rule is one function from the house to its faults; each is
//! first shown samples that it must refuse, at the line that is wrong, and samples that it must let pass. So no rule
//! can check nothing without this saying so.

mod files;
mod habits;
mod rooms;
mod sentences;
mod source;

use std::fmt;
use std::path::Path;

use source::Source;

/// Everything that is committed, as text.
struct House {
    /// Path and text of every file that is UTF-8.
    texts: Vec<(String, String)>,
    /// The Rust files among them.
    sources: Vec<Source>,
    /// The modules below `src` that only tests are built from: `src/grants/workflow_tests`.
    tests: Vec<String>,
}

/// One thing that is wrong, and where.
struct Fault {
    path: String,
    line: usize,
    sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.path, self.line, self.sentence)
    }
}

impl House {
    fn new(texts: Vec<(String, String)>) -> Self {
        let rust = texts.iter().filter(|(path, _)| path.ends_with(".rs"));
        let sources: Vec<Source> = rust.map(|(path, text)| Source::new(path, text)).collect();
        let tests = sources.iter().flat_map(|source| {
            let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
            source.test_modules.iter().map(move |name| format!("{folder}/{name}"))
        });
        let tests = tests.collect();
        Self { texts, sources, tests }
    }

    /// The house that this test was built from, without what is not committed.
    fn here() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        let mut folders = vec![root.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).expect("a folder of the house") {
                let path = entry.expect("an entry of a folder of the house").path();
                let name = path.strip_prefix(root).expect("it is below the root").to_string_lossy().replace('\\', "/");
                if matches!(
                    name.as_str(),
                    "target"
                        | ".git"
                        | "demo"
                        | "fuzz/target"
                        | "fuzz/artifacts"
                        | "fuzz/coverage"
                        | "tests/browser/node_modules"
                ) {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(text) = String::from_utf8(std::fs::read(&path).expect("a file of the house")) {
                    texts.push((name, text));
                }
            }
        }
        texts.sort();
        Self::new(texts)
    }

    /// Whether a file is built into tests only.
    fn is_test(&self, path: &str) -> bool {
        let inside = |module: &String| {
            let rest = path.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        !path.starts_with("src/") || self.tests.iter().any(inside)
    }

    /// The program: what is in `src` without its tests.
    fn program(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| !self.is_test(&source.path))
    }

    /// A room's files.
    fn room<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Source> {
        self.program().filter(move |source| room_of(&source.path) == name)
    }
}

fn room_of(path: &str) -> &str {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    inner.split('/').next().unwrap_or(inner)
}

fn fault(source: &Source, at: usize, sentence: impl Into<String>) -> Fault {
    Fault { path: source.path.clone(), line: source.line(at), sentence: sentence.into() }
}

/// Shows a rule samples (path, text, line that is wrong), samples that are right, and then the house.
fn check(rule: fn(&House) -> Vec<Fault>, wrong: &[(&str, &str, usize)], right: &[(&str, &str)]) {
    assert!(!wrong.is_empty() && !right.is_empty(), "a rule is shown samples of both sorts");
    for (path, text, line) in wrong {
        let faults = rule(&House::new(vec![((*path).to_owned(), (*text).to_owned())]));
        let lines: Vec<usize> = faults.iter().map(|fault| fault.line).collect();
        assert_eq!(lines, [*line], "the rule must refuse line {line} of {path} and no other:\n{text}");
        assert!(faults[0].sentence.ends_with('.'), "a fault is one sentence: {}", faults[0]);
    }
    for (path, text) in right {
        let faults = rule(&House::new(vec![((*path).to_owned(), (*text).to_owned())]));
        assert!(faults.is_empty(), "the rule must let {path} pass, but says {}:\n{text}", faults[0]);
    }
    let house = House::here();
    assert!(house.sources.len() > 50, "the house was not found");
    let faults = rule(&house);
    let list: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "the house is not tidy:\n{}\n", list.join("\n"));
}

#[test]
fn tests_inside_the_program_are_told_from_it() {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let house = House::new(vec![
        file("src/a/mod.rs", "mod b;\n#[cfg(test)]\nmod c;"),
        file("src/a/b.rs", ""),
        file("src/a/c.rs", ""),
        file("src/a/c/d.rs", ""),
        file("src/a/cd.rs", ""),
        file("src/b/c.rs", ""),
        file("tests/it/main.rs", ""),
    ]);
    let program: Vec<&str> = house.program().map(|source| source.path.as_str()).collect();
    assert_eq!(program, ["src/a/mod.rs", "src/a/b.rs", "src/a/cd.rs", "src/b/c.rs"]);
}
