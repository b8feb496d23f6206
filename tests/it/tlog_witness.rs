//! Requests to witnesses: what is read, every refusal with its status, and what a log makes of the answers.

use hibah::tlog::checkpoint::{self, Checkpoint, CheckpointError};
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::hash::{Hash, leaf_hash};
use hibah::tlog::merkle::prove_consistency;
use hibah::tlog::note::{Note, NoteSigner, VerifierKey};
use hibah::tlog::witness::{AddCheckpoint, Head, MAX_REQUEST_BYTES, Refusal, Told, read_answer};

use crate::tlog_merkle::{Memory, leaf};
use crate::tlog_vectors::{key, log, witness};

/// The tree of `size` leaves; from `forked` on they are other ones than the log's.
pub(crate) fn tree(size: u64, forked: u64) -> Memory {
    let mut memory = Memory::default();
    for index in 0..size {
        let leaf = if index < forked { leaf(index) } else { format!("fork-{forked}-{index}").into_bytes() };
        memory.nodes.extend(memory.frontier.push(leaf_hash(&leaf)));
    }
    memory
}

/// What a witness keeps after it cosigned the tree of `size` leaves.
pub(crate) fn head(size: u64, forked: u64) -> Head {
    Head { size, root: tree(size, forked).frontier.root() }
}

/// The log's request to go on from `old` to `size`, in the history that is another one from `forked` on.
pub(crate) fn request(log: &NoteSigner, old: u64, size: u64, forked: u64) -> AddCheckpoint {
    let memory = tree(size, forked);
    let next = Checkpoint { origin: log.name().to_owned(), size, root: memory.frontier.root() };
    let checkpoint = checkpoint::sign(&next, log).expect("the log's own");
    let proof = if old > size { Vec::new() } else { prove_consistency(old, size, &memory).expect("a proof") };
    AddCheckpoint { old_size: old, proof, checkpoint }
}

/// No fork.
pub(crate) const HONEST: u64 = u64::MAX;

/// What a witness that knows `keys` and cosigned `last` says.
fn judged(bytes: &[u8], keys: &[VerifierKey], last: &Head) -> Result<Note, Refusal> {
    let request = AddCheckpoint::parse(bytes)?;
    let opened = request.opened(keys)?;
    request.grows(opened.checkpoint(), last)?;
    Ok(opened.note().clone())
}

#[test]
fn the_example_of_the_module_is_a_request() {
    let module = include_str!("../../src/tlog/witness.rs");
    let (_, example) = module.split_once("//! ```text\n").expect("an example");
    let (example, _) = example.split_once("//! ```").expect("an example");
    let lines = example.split_inclusive('\n').map(|line| line.trim_start_matches("//!").trim_start_matches(' '));
    let example: String = lines.collect();
    let read = AddCheckpoint::parse(example.as_bytes()).expect("the example is a request");
    assert_eq!(read.to_string(), example);
    assert_eq!(read, request(&log(), 3, 5, HONEST));
    judged(example.as_bytes(), &[log().verifier().clone()], &head(3, HONEST)).expect("the tree grew");
}

#[test]
fn every_growth_is_taken_and_no_other() {
    let keys = [log().verifier().clone()];
    for new in 0..=17 {
        for old in 0..=new {
            let good = request(&log(), old, new, HONEST);
            let check = |request: &AddCheckpoint, last: &Head| judged(request.to_string().as_bytes(), &keys, last);
            assert_eq!(check(&good, &head(old, HONEST)), Ok(good.checkpoint.clone()), "{old} to {new}");
            let mut wrong =
                vec![AddCheckpoint { proof: [&good.proof[..], &[Hash::from_bytes([7; 32])]].concat(), ..good.clone() }];
            for place in 0..good.proof.len() {
                let mut other = good.clone();
                other.proof.remove(place);
                wrong.push(other);
                let mut other = good.clone();
                other.proof[place] = Hash::from_bytes([7; 32]);
                wrong.push(other);
            }
            for request in wrong {
                let refused = check(&request, &head(old, HONEST));
                assert!(matches!(refused, Err(Refusal::NotGrown { size, .. }) if size == old), "{refused:?}");
            }
            if old > 0 {
                // The log's history is another one than the one that was cosigned.
                let refused = check(&good, &head(old, 0));
                assert!(matches!(refused, Err(Refusal::NotGrown { size, .. }) if size == old), "{refused:?}");
            }
        }
    }
}

#[test]
fn every_refusal_has_its_status() {
    let stranger = NoteSigner::new(log().name(), key(0x60)).expect("a key name");
    let second = NoteSigner::new(log().name(), key(0x80)).expect("a key name");
    let keys = [log().verifier().clone(), second.verifier().clone()];
    let good = request(&log(), 3, 5, HONEST).to_string();
    let check = |what: &str, bytes: &str, status: u16| {
        let refused = judged(bytes.as_bytes(), &keys, &head(3, HONEST)).expect_err(what);
        assert_eq!(refused.status(), status, "{what}: {refused}");
        assert!(!refused.to_string().contains('\n'), "{what}: one sentence");
    };
    judged(good.as_bytes(), &keys, &head(3, HONEST)).expect("it is good as it stands");
    check("nothing", "", 400);
    check("no empty line", "old 3\nabc", 400);
    check("no old size", &good.replace("old 3", "olds 3"), 400);
    check("a zero before it", &good.replace("old 3", "old 03"), 400);
    check("a plus", &good.replace("old 3", "old +3"), 400);
    check("a space behind it", &good.replace("old 3", "old 3 "), 400);
    check("a line that is no hash", &good.replace("old 3\n", "old 3\nabc\n"), 400);
    check(
        "64 hashes",
        &good.replace(
            "old 3\n",
            &format!("old 3\n{}", format!("{}\n", Hash::from_bytes([1; 32]).to_base64()).repeat(60)),
        ),
        400,
    );
    check("no signature", good.split_once("\u{2014}").expect("a signature").0, 400);
    check("no checkpoint", "old 3\n\nabc\n\n\u{2014} a b\n", 400);
    check("a carriage return", &good.replacen('\n', "\r\n", 1), 400);
    check("over the bound", &format!("{good}{}", "x".repeat(MAX_REQUEST_BYTES)), 413);
    check("another key", &request(&stranger, 3, 5, HONEST).to_string(), 403);
    check("another text under the signature", &good.replace("\n5\n", "\n6\n"), 403);
    check("old above new", &request(&log(), 6, 5, HONEST).to_string(), 400);
    check(
        "a size beyond all",
        &{
            let next = Checkpoint { origin: log().name().to_owned(), size: 1 << 63, root: head(0, 0).root };
            let checkpoint = checkpoint::sign(&next, &log()).expect("the log's own");
            AddCheckpoint { old_size: 3, proof: Vec::new(), checkpoint }.to_string()
        },
        400,
    );
    check("another old size", &request(&log(), 2, 5, HONEST).to_string(), 409);
    check("one size, two roots", &request(&log(), 3, 3, 1).to_string(), 422);
    check("another history", &request(&log(), 3, 5, 2).to_string(), 422);
    assert_eq!(Refusal::UnknownLog("a.example".to_owned()).status(), 404);

    // One of the known keys is enough, and a line of another must hold all the same.
    let by_second = request(&second, 3, 5, HONEST);
    judged(by_second.to_string().as_bytes(), &keys, &head(3, HONEST)).expect("the second key is known");
    let mut both = request(&log(), 3, 5, HONEST);
    let mut broken = by_second.checkpoint.signatures[0].clone();
    both.checkpoint.signatures.push(broken.clone());
    judged(both.to_string().as_bytes(), &keys, &head(3, HONEST)).expect("both hold");
    broken.bytes[0] ^= 1;
    both.checkpoint.signatures[1] = broken;
    check("one of two lines is broken", &both.to_string(), 403);

    // The lines of strangers are left out of what is kept.
    let mut more = request(&log(), 3, 5, HONEST);
    more.checkpoint.signatures.extend(request(&stranger, 3, 5, HONEST).checkpoint.signatures);
    let kept = judged(more.to_string().as_bytes(), &keys, &head(3, HONEST)).expect("a stranger's line is no harm");
    assert_eq!(kept, request(&log(), 3, 5, HONEST).checkpoint);
}

#[test]
fn the_empty_tree_has_one_root() {
    let wrong = Checkpoint { origin: log().name().to_owned(), size: 0, root: head(1, HONEST).root };
    let checkpoint = checkpoint::sign(&wrong, &log()).expect("the log's own");
    let request = AddCheckpoint { old_size: 0, proof: Vec::new(), checkpoint };
    let refused = judged(request.to_string().as_bytes(), &[log().verifier().clone()], &Head::EMPTY);
    assert_eq!(refused.expect_err("another root").status(), 422);
}

#[test]
fn a_changed_byte_is_refused_or_printed_back() {
    let good = request(&log(), 3, 5, HONEST).to_string().into_bytes();
    let mut taken = 0;
    for place in 0..good.len() {
        for change in [1, 0x20, 0x80] {
            let mut bytes = good.clone();
            bytes[place] ^= change;
            if let Ok(read) = AddCheckpoint::parse(&bytes) {
                assert_eq!(read.to_string().as_bytes(), bytes);
                taken += 1;
                let judged = judged(&bytes, &[log().verifier().clone()], &head(3, HONEST));
                assert!(judged.is_err(), "byte {place} was changed and it is cosigned");
            }
        }
    }
    assert!(taken > 100, "only {taken} changes were read at all");
}

#[test]
fn answers_say_what_they_say() {
    let text = request(&log(), 3, 5, HONEST).checkpoint.text;
    let other = request(&log(), 3, 6, HONEST).checkpoint.text;
    let line = witness().cosign(&text, 1_700_000_000).expect("a checkpoint");
    let strange = Cosigner::new("witness.example/w1", key(0x40)).expect("a name").cosign(&text, 5).expect("a line");
    let timeless = witness().cosign(&text, 0).expect("a line");
    let check = |status: u16, body: &str, expected: &str| {
        let told = format!("{:?}", read_answer(status, body.as_bytes(), &text, witness().verifier()));
        assert!(told.starts_with(expected), "{status} {body:?}: {told}");
    };
    check(200, &format!("{line}\n"), "Cosigned(");
    check(200, &format!("{strange}\n{line}\n"), "Cosigned(");
    check(200, &line.to_string(), "Unclear(\"its answer is not lines of signatures\")");
    check(200, "", "Unclear(\"its answer is not lines of signatures\")");
    check(200, "<html></html>\n", "Unclear(\"its answer is not lines of signatures\")");
    check(200, &format!("{line}\n\n"), "Unclear(\"its answer is not lines of signatures\")");
    check(200, &format!("{strange}\n"), "Unclear(\"its answer has no line of its key\")");
    check(200, &format!("{timeless}\n"), "Unclear(\"its cosignature has no time\")");
    check(200, &format!("{}\n", witness().cosign(&other, 7).expect("a line")), "Unclear(\"the cosignature of ");
    check(200, &format!("{}\n", "x".repeat(20_000)), "Unclear(");
    check(409, "5\n", "Size(5)");
    check(409, "05\n", "Conflict");
    check(409, "5", "Conflict");
    check(409, "", "Conflict");
    check(422, "", "NotGrown");
    check(403, "", "UnknownLog");
    check(404, "", "UnknownLog");
    check(429, "", "Later");
    check(503, "", "Later");
    check(400, "", "Unclear(\"it answered status 400\")");
    check(301, "", "Unclear(");
    let told = read_answer(200, &[0xff, b'\n'], &text, witness().verifier());
    assert!(matches!(told, Told::Unclear(_)));
    // The bytes of an error do not matter to the rest.
    assert!(matches!(AddCheckpoint::parse(&[0xff]), Err(Refusal::Checkpoint(CheckpointError::Note(_)))));
}
