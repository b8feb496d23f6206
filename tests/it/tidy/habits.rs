//! How the sources are written: names, sizes, failing, printing, SQL.

use super::{Fault, House, check, fault, room_of};

const MOST_LINES_OF_A_FUNCTION: usize = 70;
const MOST_LINES_OF_A_FILE: usize = 600;
const MOST_LINES_OF_SQL: usize = 2;
/// A message of fewer words names no invariant.
const LEAST_WORDS_OF_EXPECT: usize = 3;

fn names(house: &House) -> Vec<Fault> {
    const NAMELESS: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "types", "manager", "misc"];
    let mut faults = Vec::new();
    for source in &house.sources {
        let parts = source.path.trim_end_matches(".rs").split('/');
        for part in parts.filter(|part| NAMELESS.contains(part)) {
            faults.push(fault(source, 0, format!("\"{part}\" says nothing: name the file after what is in it.")));
        }
        for at in source.places("#[path") {
            faults.push(fault(source, at, "a module stands in the file of its name: take #[path] away."));
        }
        for at in source.places("mod") {
            let rest = source.code[at + 3..].trim_start();
            if let Some(name) =
                rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().filter(|name| NAMELESS.contains(name))
            {
                faults.push(fault(
                    source,
                    at,
                    format!("\"{name}\" says nothing: name the module after what is in it."),
                ));
            }
        }
    }
    faults
}

#[test]
fn no_file_or_module_is_named_after_nothing() {
    check(
        names,
        &[
            ("src/ledger/util.rs", "//! x", 1),
            ("tests/it/common/mod.rs", "//! x", 1),
            ("src/ledger/mod.rs", "//! x\npub mod types;", 2),
            ("src/ledger/mod.rs", "mod\n    helpers { }", 1),
            ("src/lib.rs", "//! x\n#[path = \"cli/demo.rs\"]\nmod demo;", 2),
        ],
        &[("src/ledger/mod.rs", "// mod util;\nmod store; mod utility_bills; let s = \"mod misc\";")],
    );
}

/// A reason stands there: `// long: <reason>`.
fn says_why(line: &str) -> bool {
    line.trim_start().strip_prefix("// long: ").is_some_and(|reason| reason.split_whitespace().count() >= 2)
}

fn sizes(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &house.sources {
        // For a file the reason stands before its first code.
        let first_code = source.code.find(|c: char| !c.is_whitespace()).map_or(source.lines(), |at| source.line(at));
        if source.lines() > MOST_LINES_OF_A_FILE && !(1..first_code).any(|line| says_why(source.line_text(line))) {
            let sentence = format!(
                "{} lines: split the file at a domain name, or say why not with \"// long: <reason>\" at its top.",
                source.lines()
            );
            faults.push(fault(source, 0, sentence));
        }
        for function in source.functions() {
            let length = function.last - function.first + 1;
            // For a function it stands among the comments and attributes right above it.
            let above = (1..function.first).rev().map(|line| source.line_text(line).trim_start());
            let mut above = above.take_while(|line| line.starts_with("//") || line.starts_with("#["));
            if length > MOST_LINES_OF_A_FUNCTION && !above.any(says_why) {
                let name = &function.name;
                let sentence = format!(
                    "{name} has {length} lines: split it at a domain name, or say why not with \"// long: <reason>\" above it."
                );
                faults.push(Fault { path: source.path.clone(), line: function.first, sentence });
            }
        }
    }
    faults
}

#[test]
fn functions_and_files_have_a_size_that_one_reads() {
    let lines = |n: usize| "    x();\n".repeat(n);
    let long = format!("//! x\nfn f() {{\n{}}}\n", lines(69));
    let just = format!("fn f() {{\n{}}}\n", lines(68));
    let hidden = format!("fn f() {{ \"}}\"; '}}'; /* }} */ r#\"}}\"#;\n{}}}\n", lines(69));
    let no_reason = format!("// long:\nfn f() {{\n{}}}\n", lines(69));
    let reason = format!("// long: one arm a kind\n#[must_use]\nfn f() {{\n{}}}\n", lines(69));
    let file = "// x\n".repeat(601);
    let reason_too_late = format!("fn f() {{}}\n// long: all of one table\n{}", "// x\n".repeat(600));
    let file_reason = format!("//! x\n// long: all of one table\n{}", "// x\n".repeat(600));
    check(
        sizes,
        &[
            ("src/ledger/a.rs", &long, 2),
            ("src/ledger/a.rs", &hidden, 1),
            ("tests/it/a.rs", &no_reason, 2),
            ("src/ledger/a.rs", &file, 1),
            ("src/ledger/a.rs", &reason_too_late, 1),
        ],
        &[
            ("src/ledger/a.rs", &just),
            ("src/ledger/a.rs", &reason),
            ("src/ledger/a.rs", &file_reason),
            ("src/ledger/a.rs", &"// x\n".repeat(600)),
        ],
    );
}

fn module_docs(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        let doc = source.text.lines().map_while(|line| line.strip_prefix("//!"));
        let sentence = doc.take_while(|line| !line.trim().is_empty()).any(|line| line.contains('.'));
        if !sentence && source.path != "src/main.rs" {
            faults.push(fault(source, 0, "a file begins with \"//!\" and a sentence that says what is in it."));
        }
        let folder = source.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let door = format!("{folder}/mod.rs");
        if folder != "src" && source.path != door && !house.sources.iter().any(|other| other.path == door) {
            faults.push(fault(source, 0, format!("{folder} has no mod.rs that says what the folder is.")));
        }
    }
    faults
}

#[test]
fn every_module_says_what_it_is() {
    check(
        module_docs,
        &[
            ("src/ledger/mod.rs", "pub mod store;", 1),
            ("src/ledger/mod.rs", "//! wip\npub mod store;", 1),
            ("src/ledger/mod.rs", "// Not a module's doc.", 1),
            ("src/ledger/store.rs", "//! A file in a folder without a door.", 1),
        ],
        &[("src/ledger/mod.rs", "//! Where the log and the rule book meet."), ("src/main.rs", "fn main() {}")],
    );
}

fn panics(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in house.program() {
        for (at, word) in source.words() {
            if !source.code[..at].trim_end().ends_with('.') {
                continue;
            }
            let call = source.code[at + word.len()..].trim_start();
            if matches!(word, "unwrap" | "unwrap_err") && call.starts_with("()") {
                faults.push(fault(
                    source,
                    at,
                    "use expect with the invariant, or answer an error: unwrap says nothing.",
                ));
            }
            if matches!(word, "expect" | "expect_err") && call.starts_with('(') {
                let argument = source.code.len() - call[1..].trim_start().len();
                let literal = source.strings.iter().find(|string| string.start == argument);
                let words = literal.map_or(0, |string| source.text[string.clone()].split_whitespace().count());
                if words < LEAST_WORDS_OF_EXPECT {
                    faults.push(fault(
                        source,
                        at,
                        "the message of expect states the invariant, in at least three words.",
                    ));
                }
            }
        }
    }
    faults
}

#[test]
fn a_panic_states_the_invariant_that_was_broken() {
    check(
        panics,
        &[
            ("src/ledger/a.rs", "f()\n    .unwrap();", 2),
            ("src/ledger/a.rs", "f().unwrap_err();", 1),
            ("src/ledger/a.rs", "f().expect(\"\");", 1),
            ("src/ledger/a.rs", "f().expect(\"it works\");", 1),
            ("src/ledger/a.rs", "f().expect(message);", 1),
            ("src/ledger/a.rs", "f().expect(\n\"no\")", 1),
        ],
        &[
            ("src/ledger/a.rs", "f().unwrap_or(1); f().unwrap_or_default(); // .unwrap()\n\".unwrap()\";"),
            ("src/ledger/a.rs", "f().expect(\n    \"a number below 256 is a byte\",\n);"),
            ("src/ledger/a.rs", "#[cfg(test)]\nmod tests { fn f() { g().unwrap() } }"),
            ("tests/it/a.rs", "f().unwrap();"),
        ],
    );
}

fn loose_ends(house: &House) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in &house.sources {
        let program = source.path.starts_with("src/");
        for (at, word) in source.words() {
            if !source.code[at + word.len()..].starts_with('!') {
                continue;
            }
            let unfinished = matches!(word, "todo" | "unimplemented" | "dbg");
            let prints = matches!(word, "print" | "println" | "eprint" | "eprintln");
            if unfinished || (prints && program && room_of(&source.path) != "cli") {
                let why = if unfinished { "no unfinished work is committed" } else { "only the command line prints" };
                faults.push(fault(source, at, format!("{word}!: {why}.")));
            }
        }
    }
    faults
}

#[test]
fn nothing_unfinished_is_committed_and_only_the_command_line_prints() {
    check(
        loose_ends,
        &[
            ("src/ledger/a.rs", "fn f() {\n    todo!()\n}", 2),
            ("src/cli/a.rs", "unimplemented!(\"x\")", 1),
            ("tests/it/a.rs", "dbg!(x);", 1),
            ("src/public/a.rs", "println!(\"x\");", 1),
            ("src/ledger/a.rs", "eprint!(\"x\");", 1),
        ],
        &[("src/cli/a.rs", "println!(\"x\"); // todo!()"), ("src/ledger/a.rs", "writeln!(f, \"todo!()\")")],
    );
}

/// Long SQL stands in a file of its own, where it is read and coloured as SQL.
fn sql(house: &House) -> Vec<Fault> {
    const OPENINGS: [&str; 9] =
        ["SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "WITH ", "PRAGMA ", "REPLACE ", "DROP "];
    let mut faults = Vec::new();
    for source in house.program() {
        for string in &source.strings {
            let text = source.text[string.clone()].trim_start_matches(['r', 'b', '#', '"']).trim_start();
            let lines = source.text[string.clone()].matches('\n').count() + 1;
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if lines > MOST_LINES_OF_SQL && OPENINGS.iter().any(|opening| text.starts_with(opening)) {
                faults.push(fault(
                    source,
                    string.start,
                    format!("{lines} lines of SQL: SQL longer than two lines stands in schema/."),
                ));
            }
        }
    }
    faults
}

#[test]
fn long_sql_stands_in_the_schema_folder() {
    check(
        sql,
        &[
            ("src/ledger/store.rs", "f();\nq(\"SELECT a\n FROM b\n WHERE c\")", 2),
            ("src/ledger/store.rs", "q(r#\"\nCREATE TABLE t (\n a)\"#)", 1),
            ("src/ledger/store.rs", "q(\"INSERT INTO a \\\n VALUES \\\n (1)\")", 1),
        ],
        &[
            ("src/ledger/store.rs", "q(\"SELECT a\n FROM b\"); include_str!(\"../../schema/ledger.sql\")"),
            ("src/cli/init.rs", "say(\"Choose\none of\nthese three\")"),
        ],
    );
}
