//! What `fuzz/` asks of each format for as long as one likes, asked here of good inputs and of small changes to them:
//! the same inputs at every run, and memory within a bound.
//!
//! `HIBAH_WRITE_CORPUS=1 cargo test fuzzed` writes the beginning of each corpus anew.

mod desk_request;
mod mutations;
mod properties;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hibah::grants::{one, zero};
use hibah::ledger::canonical;
use serde_json::Value;

use mutations::{Dice, mutated, stretched};
use properties::{PARTING, Property, TARGETS};

/// Set in the process that has a bound on its memory.
const WITHIN: &str = "HIBAH_FUZZED_WITHIN";
/// What that process may have, in KiB: its threads, the desk's ledger, and what an input of a megabyte makes.
const MOST_KIB: u32 = 400 * 1024;
/// How often a seed is changed.
const MUTATIONS: usize = 3000;
/// The same where asking takes long: a real desk with files of its own, long texts read by two rule sets.
const FEWER_MUTATIONS: usize = 300;
const SLOW: [&str; 4] = ["desk_request", "import_csv", "profile_json", "profile_toml"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn corpus_folder(target: &str) -> PathBuf {
    root().join("fuzz/corpus").join(target)
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

/// A field of every line of golden vectors, decoded.
fn golden(file: &str, field: &str) -> Vec<Vec<u8>> {
    let text = String::from_utf8(read(&format!("fixtures/vectors/v1/{file}.jsonl"))).expect("lines of JSON");
    let decoded = |line: &str| {
        let vector: Value = serde_json::from_str(line).expect("a line of JSON");
        STANDARD.decode(vector[field].as_str().expect("a field of every line")).expect("base64")
    };
    let vectors: Vec<Vec<u8>> = text.lines().map(decoded).collect();
    assert!(vectors.len() >= 10, "{file} has only {} vectors", vectors.len());
    vectors
}

/// A part of the vectors that other implementations of the log made, by its heading.
fn tlog_vector(heading: &str) -> Vec<u8> {
    let text = String::from_utf8(read("fixtures/vectors/tlog-vectors.txt")).expect("a text");
    let (_, part) = text.split_once(heading).expect("a heading of the vectors");
    let (_, part) = part.split_once('\n').expect("a line after the heading");
    part.split("--- ").next().unwrap_or(part).as_bytes().to_vec()
}

/// The JSON line of a statement in golden vectors.
fn json_lines(statements: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let line = |statement: &Vec<u8>| Some(statement.split(|byte| *byte == b'\n').nth(3)?.to_vec());
    statements.iter().filter_map(line).collect()
}

fn lines_after(note: &[u8], beginning: &str) -> Vec<Vec<u8>> {
    let lines = note.split(|byte| *byte == b'\n').filter(|line| line.starts_with(beginning.as_bytes()));
    lines.map(<[u8]>::to_vec).collect()
}

/// Inputs that are good, or nearly: the first few of them begin the target's corpus.
// long: one arm a target
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let texts = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    let checkpoint = || tlog_vector("cosigned checkpoint");
    match target {
        "add_checkpoint" => vec![request_of_the_module(), [b"old 0\n\n", &checkpoint()[..]].concat()],
        "bundle" => {
            let bundle = read("fixtures/vectors/v1/ledger/tile/entries/000.p/40");
            vec![b"\x01\0\x07grant-0\0\x07grant-1".to_vec(), b"\x00\0\0".to_vec(), [&[39], &bundle[..]].concat()]
        }
        "checkpoint" => vec![
            checkpoint(),
            read("fixtures/vectors/v1/ledger/checkpoint"),
            b"log.example/grants\n5\nSkdMIOyAeX9yrF2cHgAvanaCVn42erTcmDtM0D2XeBE=\nan extension\n".to_vec(),
        ],
        "cosignature" => lines_after(&checkpoint(), "\u{2014} "),
        "desk_request" => desk_request::requests(),
        "entry" => golden("entries", "entry_base64"),
        "import_csv" => {
            let made_up = [&read("fixtures/import/made-up.toml")[..], PARTING.as_bytes()].concat();
            let small = "encoding = \"utf-8\"\ndelimiter = \",\"\nfiscal_year = 2014\noutcome = \"awarded\"\n[currency]\ncode = \"USD\"\ndecimals = 2\n[number_format]\nthousands = \",\"\ndecimal = \".\"\nstrip = [\"$\"]\nnegative = [\"-1\"]\n[columns]\nrecipient.name = \"Name\"\namounts.decreed = \"Sum\"";
            let list = "Name,Sum\nA,\"$1,000.50\"\n\"B \"\"b\"\"\",-2\n,3\nC\n";
            vec![
                [small, PARTING, list].concat().into_bytes(),
                [made_up, read("fixtures/import/made-up-awards.csv")].concat(),
            ]
        }
        "import_map" => vec![
            read("fixtures/import/made-up.toml"),
            read("fixtures/maps/nyc-council-fy2014.toml"),
            read("fixtures/maps/nyc-council-fy2015.toml"),
        ],
        "json" => {
            let small = texts(&["{}", r#"{"a":-5,"b":[true,false,"x y"],"c":{"d":""}}"#, r#"{"a":9007199254740991}"#]);
            [small, json_lines(&golden("statements", "note_base64"))].concat()
        }
        "note" => vec![
            checkpoint(),
            "one\n\ntwo\n\n\u{2014} a/b AAAAAAA=\n".as_bytes().to_vec(),
            golden("statements", "note_base64").swap_remove(0),
        ],
        "opening" => golden("openings", "opening_base64"),
        "policy" => policies(),
        "profile_json" => {
            let of_one = ["nyc-council", "kota-bandung", "kab-kerinci"]
                .map(|name| one::profile::named(name).expect("it ships").to_json());
            let of_zero = zero::profile::named("kota-bandung").expect("it ships").to_json();
            of_one.iter().chain([&of_zero]).map(|json| canonical::print(json).into_bytes()).collect()
        }
        "profile_toml" => ["nyc-council", "kota-bandung", "zero/kota-bandung", "kab-kerinci"]
            .map(|name| read(&format!("fixtures/profiles/{name}.toml")))
            .to_vec(),
        "proof" => {
            let proof = tlog_vector("tlog-proof idx2");
            let extra = String::from_utf8(proof.clone()).expect("a text").replace("\nindex", "\nextra AAEC\nindex");
            vec![proof, extra.into_bytes()]
        }
        "statement" => golden("statements", "note_base64"),
        "tile_path" => texts(&[
            "tile/0/000",
            "tile/0/x001/x234/067",
            "tile/0/273.p/112",
            "tile/entries/000.p/5",
            "tile/63/x999/999.p/255",
        ]),
        "vkey" => texts(&[
            "log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4",
            "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X",
        ]),
        other => panic!("the target {other} has no seeds"),
    }
}

/// The example of `src/tlog/witness.rs`.
fn request_of_the_module() -> Vec<u8> {
    let module = String::from_utf8(read("src/tlog/witness.rs")).expect("a text");
    let example = module.split("//! ```").nth(1).expect("an example");
    let lines = example.split_inclusive('\n').skip(1);
    lines.map(|line| line.trim_start_matches("//!").trim_start_matches(' ')).collect::<String>().into_bytes()
}

fn policies() -> Vec<Vec<u8>> {
    let log = "log log.example/grants+e4d32d15+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4\n";
    let one =
        "witness one witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X https://a.example/\n";
    let two = "witness two press.example/w1+61c8ecdc+BCVDuS/xCVURR2rcg2nbbdyTNmWhGXjdoUBO4QZsqVWd\n";
    [
        format!("# nobody is asked\n\n{log}quorum none\n"),
        format!("{log}{one}quorum one\n"),
        format!("{log}\t{one}{two}group all-of-them all one two\ngroup any 1 all-of-them\nquorum  any \n"),
    ]
    .map(String::into_bytes)
    .to_vec()
}

/// The committed corpus.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = corpus_folder(target);
    let listed = std::fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = listed.map(|file| file.expect("a file of the corpus").path()).collect();
    assert!(files.len() >= 2, "the corpus of {target} has only {} files", files.len());
    // In an order of our own: that of a folder differs from disk to disk.
    files.sort();
    files.iter().map(|file| std::fs::read(file).expect("a file of the corpus")).collect()
}

/// Asks a property of seeds and of what is made from them. Answers how many were taken, of how many.
fn ask(target: &str, property: Property) -> (usize, usize) {
    let seeds = [corpus(target), seeds(target)].concat();
    let whole = seeds.iter().filter(|seed| property(seed)).count();
    assert!(whole > 0, "{target} takes none of its {} seeds", seeds.len());
    let mut dice = Dice::new(target);
    let count = if SLOW.contains(&target) { FEWER_MUTATIONS } else { MUTATIONS };
    let mut taken = 0;
    for _ in 0..count {
        taken += usize::from(property(&mutated(&seeds, &mut dice)));
    }
    for _ in 0..3 {
        property(&stretched(&seeds[dice.below(seeds.len())], &mut dice));
    }
    (taken, count)
}

#[test]
fn every_target_holds_within_its_bound() {
    if std::env::var_os("HIBAH_WRITE_CORPUS").is_some() {
        write_corpus();
    }
    if std::env::var_os(WITHIN).is_none() {
        return within_a_bound();
    }
    for (target, property) in TARGETS {
        let (taken, of) = ask(target, property);
        println!("{target}: {taken} of {of} changed inputs taken");
        assert!(taken > 0 && taken < of, "{target} took {taken} of {of} changed inputs: it checks nothing");
    }
}

/// The same test again, in a process that ends when it asks for more memory than it may have.
fn within_a_bound() {
    let run = Command::new("bash")
        .args(["-c", &format!("ulimit -d {MOST_KIB}; exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().expect("this program"))
        .args(["--exact", "fuzzed::every_target_holds_within_its_bound", "--nocapture"])
        .env(WITHIN, "1")
        .env_remove("HIBAH_WRITE_CORPUS")
        .output()
        .expect("bash");
    let said = [run.stdout, run.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(run.status.success() && said.contains("1 passed"), "{}:\n{said}", run.status);
    print!("{said}");
}

fn write_corpus() {
    for (target, _) in TARGETS {
        let folder = corpus_folder(target);
        std::fs::create_dir_all(&folder).expect("a folder");
        for (number, seed) in seeds(target).iter().take(6).enumerate() {
            std::fs::write(folder.join(format!("seed-{number}")), seed).expect("a file");
        }
    }
}

/// A target is in the table, has a file, a line in the manifest and a corpus; and there is nothing else.
#[test]
fn the_table_of_targets_and_the_fuzzers_folder_agree() {
    let listed = |folder: &str| {
        let listed = std::fs::read_dir(root().join("fuzz").join(folder)).expect("a folder of the fuzzers");
        let name = |entry: std::fs::DirEntry| entry.path().file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let mut names: Vec<String> = listed.filter_map(|entry| name(entry.expect("an entry"))).collect();
        assert!(!names.is_empty(), "{folder} is empty");
        names.sort();
        names
    };
    let names = TARGETS.map(|(name, _)| name);
    assert!(names.is_sorted(), "by name");
    assert_eq!(listed("fuzz_targets"), names);
    assert_eq!(listed("corpus"), names);
    let manifest = String::from_utf8(read("fuzz/Cargo.toml")).expect("a text").parse::<toml::Table>().expect("TOML");
    let bins = manifest["bin"].as_array().expect("binaries");
    let bins: Vec<&str> = bins.iter().filter_map(|bin| bin["name"].as_str()).collect();
    assert_eq!(bins, names);
    for name in names {
        let text = String::from_utf8(read(&format!("fuzz/fuzz_targets/{name}.rs"))).expect("a text");
        assert!(text.contains(&format!("hibah_fuzz::hold(\"{name}\", bytes)")), "{name}.rs asks another property");
    }
}
