//! The audit against a dishonest operator: every way of tampering is told, with the first wrong entry.

use std::collections::BTreeMap;
use std::path::Path;

use hibah::ledger::entry::Entry;
use hibah::ledger::reader::Reader;
use hibah::ledger::replay::{Replay, Signatures};
use hibah::ledger::tree::{self, Tree};
use hibah::ledger::verify::{Checking, Report, Source, SourceError, Trust, VerifyError, verify};
use hibah::tlog::checkpoint::{self, Checkpoint};
use hibah::tlog::cosignature::Cosigner;
use hibah::tlog::ed25519::SigningKey;
use hibah::tlog::hash::{EMPTY_ROOT, Hash, leaf_hash};
use hibah::tlog::merkle::Frontier;
use hibah::tlog::note::{Note, NoteSigner};
use hibah::tlog::policy::Policy;
use hibah::tlog::tile::{Tile, TilePath, TileSource, encode_bundle, tiles_of_size};

use super::ledger_city::{
    LAST_TIME, ORIGIN, award, entries, folder, key, long_year, other_year, published_key, time, warrant, year,
};

/// What an operator serves, true or not: files by their public path, and a checkpoint.
#[derive(Clone)]
pub struct Served {
    pub files: BTreeMap<String, Vec<u8>>,
    pub checkpoint: Vec<u8>,
}

impl Served {
    /// A tree that is made and signed properly over any entries at all: only replay can tell that they are wrong.
    pub fn over(entries: &[Vec<u8>]) -> Self {
        let size = entries.len() as u64;
        let mut frontier = Frontier::new();
        let mut levels: Vec<Vec<Hash>> = vec![Vec::new(); 3];
        for (node, hash) in entries.iter().flat_map(|entry| frontier.push(leaf_hash(entry))) {
            if node.level % 8 == 0 {
                levels[usize::from(node.level / 8)].push(hash);
            }
        }
        let mut files = BTreeMap::new();
        for path in tiles_of_size(size) {
            let part = |index: u64, width: u16| {
                let first = usize::try_from(index * 256).expect("small");
                first..first + usize::from(width)
            };
            let bytes = match path {
                TilePath::Hashes(Tile { level, index, width }) => {
                    levels[usize::from(level)][part(index, width)].iter().flat_map(|hash| *hash.as_bytes()).collect()
                }
                TilePath::Entries { index, width } => {
                    let slices: Vec<&[u8]> = entries[part(index, width)].iter().map(Vec::as_slice).collect();
                    encode_bundle(&slices).expect("within limits")
                }
            };
            files.insert(path.to_string(), bytes);
        }
        Self { files, checkpoint: signed(ORIGIN, size, frontier.root(), &key()) }
    }

    pub fn file(&mut self, path: &str) -> &mut Vec<u8> {
        self.files.get_mut(path).unwrap_or_else(|| panic!("no {path}"))
    }

    /// Cuts off a file's last byte.
    fn shorten(&mut self, path: &str) {
        let length = self.file(path).len();
        self.file(path).truncate(length - 1);
    }

    fn read(&self, path: &TilePath) -> Result<Vec<u8>, SourceError> {
        self.files.get(&path.to_string()).cloned().ok_or_else(|| SourceError(format!("no {path}")))
    }
}

pub fn signed(origin: &str, size: u64, root: Hash, signer: &NoteSigner) -> Vec<u8> {
    let checkpoint = Checkpoint { origin: origin.to_owned(), size, root };
    checkpoint::sign(&checkpoint, signer).expect("signed").to_string().into_bytes()
}

impl TileSource for Served {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Hashes(tile))
    }
}

impl Source for Served {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        Ok(self.checkpoint.clone())
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.read(&TilePath::Entries { index, width })
    }
}

fn trust() -> Trust {
    Trust { vkey: Some(key().verifier().clone()), ..Trust::default() }
}

/// `holds`, `unchecked`, or code and index of what is wrong.
fn verdict(result: &Result<Report, VerifyError>) -> String {
    match result {
        Ok(_) => "holds".to_owned(),
        Err(VerifyError::Unchecked(error)) => {
            assert!(!error.0.is_empty());
            "unchecked".to_owned()
        }
        Err(VerifyError::Wrong(wrong)) => {
            assert!(!wrong.sentence.is_empty() && !wrong.sentence.contains('\n'), "{}", wrong.sentence);
            match wrong.index {
                Some(index) => format!("{} {index}", wrong.code),
                None => wrong.code.to_owned(),
            }
        }
    }
}

fn check(what: &str, served: &Served, trust: &Trust, expected: &str) {
    for signatures in [Checking::Together, Checking::OneByOne] {
        let result = verify(served, &Trust { signatures, ..trust.clone() }, &|_, _| ());
        let sentence = result.as_ref().err().map(ToString::to_string);
        assert_eq!(verdict(&result), expected, "{what}, {signatures:?}: {sentence:?}");
    }
}

/// The year's entries; the last is 27.
pub fn made() -> Vec<Vec<u8>> {
    let made = entries(year().path());
    assert_eq!(made.len(), 28, "the cases below name its entries by number");
    made
}

/// Chains entries anew, as an operator would who rewrites history: indexes and links fit, times and statements stay.
pub fn chain(entries: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut previous = Hash::from_bytes([0; 32]);
    let mut chained = Vec::new();
    for (index, entry) in (0..).zip(entries) {
        let old = Entry::parse(entry).expect("an entry");
        let entry = Entry { index, previous, ..old }.to_bytes();
        previous = leaf_hash(&entry);
        chained.push(entry);
    }
    chained
}

fn statement_of(entry: &[u8]) -> &[u8] {
    Entry::parse(entry).expect("an entry").statement
}

/// Entry `index` with `change` made to its parts.
pub fn with(entries: &[Vec<u8>], index: usize, change: impl Fn(&mut Entry<'_>)) -> Vec<Vec<u8>> {
    let mut changed = entries.to_vec();
    let mut entry = Entry::parse(&entries[index]).expect("an entry");
    change(&mut entry);
    changed[index] = entry.to_bytes();
    changed
}

/// An entry behind the others that fits in place, link and time.
pub fn and(entries: &[Vec<u8>], statement: &[u8]) -> Vec<Vec<u8>> {
    let mut longer = entries.to_vec();
    let previous = leaf_hash(longer.last().expect("the last"));
    let index = longer.len() as u64;
    longer.push(Entry { index, previous, recorded_at: time(LAST_TIME), statement }.to_bytes());
    longer
}

pub fn flip_base64(statement: &[u8]) -> Vec<u8> {
    let mut changed = statement.to_vec();
    let at = changed.len() - 10;
    changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
    changed
}

#[test]
fn an_honest_ledger_holds_wherever_it_is_read() {
    for dir in [year(), long_year()] {
        let out = folder();
        let reader = Reader::open(dir.path()).expect("opened");
        let size = tree::export(&reader, out.path(), &|_, _| ()).expect("exported");
        let again = tree::export(&reader, out.path(), &|_, _| ()).expect("exported");
        assert_eq!(size, again);
        let served = Served::over(&entries(dir.path()));
        let own = verify(&reader, &trust(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
        let exported = verify(&Tree::new(out.path()), &trust(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
        let rebuilt = verify(&served, &Trust::default(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
        for report in [&own, &exported, &rebuilt] {
            assert_eq!(report.checkpoint, own.checkpoint);
            assert_eq!((report.checkpoint.size, report.tiles, report.signatures), (size, own.tiles, own.signatures));
            assert!(report.warnings.is_empty() && report.quorum.is_none() && report.since.is_none());
            assert_eq!(report.last_recorded_at, own.last_recorded_at);
        }
        assert!(own.signatures > size, "the founding alone has five");
        assert_eq!((own.vkey_from_ledger, rebuilt.vkey_from_ledger), (false, true));
        // What the test's own operator serves is what the program exports, byte for byte.
        for (path, bytes) in &served.files {
            assert_eq!(&std::fs::read(out.path().join(path)).expect(path), bytes, "{path}");
        }
        assert_eq!(std::fs::read(out.path().join("checkpoint")).expect("read"), served.checkpoint);
    }
}

// long: one table, a lie a line
/// The operator signs whatever he made properly, so every lock but replay is open.
#[test]
fn a_dishonest_operator_is_told_by_replay() {
    let good = made();
    let state = replayed(&good);
    let last = good.len() - 1;
    let other = entries(other_year().path());
    let cases: Vec<(&str, Vec<Vec<u8>>, &str)> = vec![
        ("index", with(&good, 9, |entry| entry.index = 10), "wrong-index 9"),
        ("previous", with(&good, 9, |entry| entry.previous = leaf_hash(b"x")), "wrong-previous 9"),
        (
            "time back",
            with(&good, 20, |entry| entry.recorded_at = time("2026-01-05T01:59:59.999Z")),
            "time-goes-back 20",
        ),
        (
            "time moved within bounds",
            with(&good, 9, |entry| entry.recorded_at = time("2026-01-05T02:00:00.001Z")),
            "wrong-previous 10",
        ),
        (
            "time of the last moved",
            with(&good, last, |entry| entry.recorded_at = time("2026-03-02T02:00:00.001Z")),
            "holds",
        ),
        (
            "statement that was expired then",
            with(&good, last, |entry| entry.recorded_at = time("2026-06-02T02:00:00.001Z")),
            "B9 27",
        ),
        ("header", replaced(&good, 9, |entry| entry[0] = b'H'), "bad-header 9"),
        (
            "a header line more",
            replaced(&good, 9, |entry| {
                entry.splice(14..14, *b"\nx");
            }),
            "bad-header 9",
        ),
        ("no statement", replaced(&good, 9, |entry| entry.truncate(120)), "not-a-note 9"),
        ("one byte more", replaced(&good, last, |entry| entry.push(b'\n')), "not-a-note 27"),
        ("removed", without(&good, 9), "wrong-index 9"),
        ("the last removed", without(&good, last), "holds"),
        ("duplicated", doubled(&good, 9), "wrong-index 10"),
        ("swapped", swapped(&good, 17, 18), "wrong-index 17"),
        ("another ledger's", [&good[..9], &other[9..10], &good[10..]].concat(), "wrong-previous 9"),
        ("another ledger's from the first", other.clone(), "wrong-origin 0"),
        ("chained anew", chain(&good), "holds"),
        ("an official left out", chain(&without(&good, 3)), "B1 3"),
        ("an application left out", chain(&without(&good, 21)), "B13 23"),
        ("an organisation left out", chain(&without(&good, 19)), "unknown-key 20"),
        (
            "a later time for the founding",
            chain(&with(&good, 0, |entry| entry.recorded_at = time("2026-01-05T02:00:00.001Z"))),
            "time-goes-back 1",
        ),
        ("swapped and chained anew", chain(&swapped(&good, 4, 5)), "B1 4"),
        ("the last twice", chain(&doubled(&good, last)), "B13 28"),
        ("warrant within the agreement", and(&good, &warrant(&state, 75_000_000)), "holds"),
        ("warrant above the agreement", and(&good, &warrant(&state, 75_000_001)), "B6 28"),
        ("statement recorded twice", and(&good, statement_of(&good[last])), "B13 28"),
        ("signature", and(&good, &flip_base64(&award(&state, 1))), "bad-signature 28"),
        ("signature of what is refused", and(&good, &flip_base64(&warrant(&state, 75_000_001))), "bad-signature 28"),
        (
            "signature, and after it what is refused",
            and(&and(&good, &flip_base64(&award(&state, 1))), &warrant(&state, 75_000_001)),
            "bad-signature 28",
        ),
        ("award", and(&good, &award(&state, 1)), "holds"),
        ("unsigned", and(&good, &unsigned(&award(&state, 1))), "not-a-note 28"),
    ];
    let mut others = Vec::new();
    for (what, entries, expected) in cases {
        let result = verify(&Served::over(&entries), &trust(), &|_, _| ());
        if verdict(&result) != expected {
            others.push(format!(
                "{what}: {} instead of {expected} ({:?})",
                verdict(&result),
                result.err().map(|e| e.to_string())
            ));
        }
    }
    assert!(others.is_empty(), "{}", others.join("\n"));
}

pub fn replayed(entries: &[Vec<u8>]) -> hibah::grants::state::State {
    let mut replay = Replay::new(ORIGIN);
    for entry in entries {
        replay.extend(entry, Signatures::VerifiedBefore).unwrap_or_else(|e| panic!("{e}"));
    }
    replay.state().clone()
}

fn replaced(entries: &[Vec<u8>], index: usize, change: impl Fn(&mut Vec<u8>)) -> Vec<Vec<u8>> {
    let mut changed = entries.to_vec();
    change(&mut changed[index]);
    changed
}

fn without(entries: &[Vec<u8>], index: usize) -> Vec<Vec<u8>> {
    [&entries[..index], &entries[index + 1..]].concat()
}

fn doubled(entries: &[Vec<u8>], index: usize) -> Vec<Vec<u8>> {
    [&entries[..=index], &entries[index..]].concat()
}

fn swapped(entries: &[Vec<u8>], a: usize, b: usize) -> Vec<Vec<u8>> {
    let mut changed = entries.to_vec();
    changed.swap(a, b);
    changed
}

/// The statement's text without its signature lines.
fn unsigned(statement: &[u8]) -> Vec<u8> {
    let end = statement.windows(2).position(|two| two == b"\n\n").expect("a note") + 2;
    statement[..end].to_vec()
}

/// What it is called, what it does to the served files, and the verdict.
type Harm = (&'static str, fn(&mut Served), &'static str);

/// Served files that were changed after signing.
#[test]
fn changed_files_are_told() {
    let whole = Served::over(&made());
    let cases: Vec<Harm> = vec![
        ("a byte of an entry's signature", |s| flip_in_entry(s, 12, |entry| entry.len() - 10), "bad-signature 12"),
        ("a byte of an entry's time", |s| flip_in_entry(s, 12, |_| 15 + 3 + 65 + 22), "wrong-tile 12"),
        ("a byte of the last entry's time", |s| flip_in_entry(s, 27, |_| 15 + 3 + 65 + 22), "wrong-tile 27"),
        ("a byte of a tile", |s| s.file("tile/0/000.p/28")[32 * 5 + 31] ^= 1, "wrong-tile 5"),
        ("a tile cut short", |s| s.file("tile/0/000.p/28").truncate(32 * 27 + 31), "wrong-tile 27"),
        ("a tile too long", |s| s.file("tile/0/000.p/28").push(0), "wrong-tile"),
        ("an empty tile", |s| s.file("tile/0/000.p/28").clear(), "wrong-tile 0"),
        ("a bundle cut short", |s| s.shorten("tile/entries/000.p/28"), "bad-bundle 0"),
        ("a bundle too long", |s| s.file("tile/entries/000.p/28").push(0), "bad-bundle 0"),
        ("an empty bundle", |s| s.file("tile/entries/000.p/28").clear(), "bad-bundle 0"),
        ("no bundle", |s| drop(s.files.remove("tile/entries/000.p/28")), "unchecked"),
        ("no tile", |s| drop(s.files.remove("tile/0/000.p/28")), "unchecked"),
    ];
    for (what, harm, expected) in cases {
        let mut served = whole.clone();
        harm(&mut served);
        check(what, &served, &trust(), expected);
    }
}

/// Changes the last bit of one byte of entry `index` inside the year's only bundle.
fn flip_in_entry(served: &mut Served, index: usize, place: impl Fn(&[u8]) -> usize) {
    let bundle = served.file("tile/entries/000.p/28");
    let mut start = 0;
    for _ in 0..index {
        start += 2 + usize::from(u16::from_be_bytes([bundle[start], bundle[start + 1]]));
    }
    let length = usize::from(u16::from_be_bytes([bundle[start], bundle[start + 1]]));
    let entry = &mut bundle[start + 2..start + 2 + length];
    let at = place(entry);
    entry[at] ^= if entry[at].is_ascii_digit() { 1 } else { 2 };
}

#[test]
fn upper_tiles_are_compared_too() {
    let whole = Served::over(&entries(long_year().path()));
    let cases: Vec<Harm> = vec![
        ("as it is", |_| (), "holds"),
        ("a byte of the upper tile", |s| s.file("tile/1/000.p/1")[7] ^= 1, "wrong-tile"),
        ("an upper tile too long", |s| s.file("tile/1/000.p/1").push(7), "wrong-tile"),
        ("an empty upper tile", |s| s.file("tile/1/000.p/1").clear(), "wrong-tile"),
        ("no upper tile", |s| drop(s.files.remove("tile/1/000.p/1")), "unchecked"),
        ("a byte of the second tile", |s| s.file("tile/0/001.p/72")[32 * 9] ^= 1, "wrong-tile 265"),
        ("the second bundle cut short", |s| s.shorten("tile/entries/001.p/72"), "bad-bundle 256"),
        (
            "the first bundle twice",
            |s| {
                let first = s.file("tile/entries/000").clone();
                *s.file("tile/entries/001.p/72") = first;
            },
            "bad-bundle 256",
        ),
    ];
    for (what, harm, expected) in cases {
        let mut served = whole.clone();
        harm(&mut served);
        check(what, &served, &trust(), expected);
    }
}

#[test]
fn checkpoints_that_do_not_fit_are_told() {
    let good = made();
    let whole = Served::over(&good);
    let root = tree_root(&good);
    let stranger = same_name_key();
    let unsigned_text = |extra: &str| format!("{ORIGIN}\n28\n{}\n{extra}", root.to_base64());
    let extended = {
        let text = unsigned_text("an extension\n");
        let line = key().sign(&text).expect("signed");
        Note { text, signatures: vec![line] }.to_string().into_bytes()
    };
    let mut flipped = whole.checkpoint.clone();
    let at = flipped.len() - 10;
    flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
    let other = published_key("other.example/hibah", "");
    for (what, checkpoint, expected) in [
        ("another root", signed(ORIGIN, 28, leaf_hash(b"x"), &key()), "wrong-root"),
        ("a smaller size with this root", signed(ORIGIN, 27, root, &key()), "unchecked"),
        ("a larger size", signed(ORIGIN, 29, root, &key()), "unchecked"),
        ("the largest size", signed(ORIGIN, u64::MAX, root, &key()), "unchecked"),
        ("no entries", signed(ORIGIN, 0, EMPTY_ROOT, &key()), "empty"),
        ("no entries and this root", signed(ORIGIN, 0, root, &key()), "empty"),
        ("another key of this name", signed(ORIGIN, 28, root, &stranger), "bad-checkpoint"),
        ("another origin", signed("other.example/hibah", 28, root, &other), "bad-checkpoint"),
        ("another signature", flipped, "bad-checkpoint"),
        ("an extension line", extended, "bad-checkpoint"),
        ("no signature", unsigned_text("").into_bytes(), "bad-checkpoint"),
        ("nothing", Vec::new(), "bad-checkpoint"),
        ("no text", vec![0xff; 100], "bad-checkpoint"),
    ] {
        check(what, &Served { checkpoint, ..whole.clone() }, &trust(), expected);
    }
    // Signed by a key that the auditor was told to trust, over a ledger that names another.
    let served = Served { checkpoint: signed(ORIGIN, 28, root, &stranger), ..whole.clone() };
    let misled = Trust { vkey: Some(stranger.verifier().clone()), ..Trust::default() };
    check("a trusted key that entry 0 does not name", &served, &misled, "other-key 0");
    check("the ledger's own word", &served, &Trust::default(), "bad-checkpoint");
    let mut no_founding = Served::over(&good[1..]);
    check("the key asked of no founding", &no_founding, &Trust::default(), "bad-founding 0");
    no_founding.checkpoint = signed(ORIGIN, 0, EMPTY_ROOT, &key());
    check("the key asked of an empty ledger", &no_founding, &Trust::default(), "empty");
}

/// Another key under the ledger's name.
fn same_name_key() -> NoteSigner {
    let root = published_key(ORIGIN, "root/1");
    NoteSigner::new(ORIGIN, SigningKey::from_seed(*root.key().seed())).expect("a key")
}

fn tree_root(entries: &[Vec<u8>]) -> Hash {
    let mut frontier = Frontier::new();
    for entry in entries {
        frontier.push(leaf_hash(entry));
    }
    frontier.root()
}

#[test]
fn an_earlier_checkpoint_shows_forks_and_shrinking() {
    let good = made();
    let whole = Served::over(&good);
    let state = replayed(&good);
    let now = Served::over(&and(&and(&good, &award(&state, 1)), &award(&state, 2)));
    let fork = Served::over(&and(&good, &award(&state, 3)));
    let signed_at = |size: usize| signed(ORIGIN, size as u64, tree_root(&good[..size]), &key());
    let mut of_wrong_tiles = now.clone();
    of_wrong_tiles.file("tile/0/000.p/30")[3] ^= 1;
    let mut forged = good.clone();
    forged[20] =
        Entry { statement: &flip_base64(statement_of(&good[20])), ..Entry::parse(&good[20]).expect("an entry") }
            .to_bytes();
    for (what, served, since, expected) in [
        ("the same", &whole, whole.checkpoint.clone(), "holds"),
        ("one entry", &now, signed_at(1), "holds"),
        ("a part", &now, signed_at(17), "holds"),
        ("all but two", &now, whole.checkpoint.clone(), "holds"),
        ("none", &now, signed(ORIGIN, 0, EMPTY_ROOT, &key()), "holds"),
        ("none with a root", &now, signed(ORIGIN, 0, leaf_hash(b"x"), &key()), "fork"),
        ("another root of a part", &now, signed(ORIGIN, 17, leaf_hash(b"x"), &key()), "fork"),
        ("another root of the same size", &whole, signed(ORIGIN, 28, leaf_hash(b"x"), &key()), "fork"),
        ("a fork", &now, fork.checkpoint.clone(), "fork"),
        ("shrunk", &whole, now.checkpoint.clone(), "fork"),
        ("a fork that shrank", &fork, now.checkpoint.clone(), "fork"),
        // A tile that was damaged on the way is no proof of two histories.
        ("wrong tiles", &of_wrong_tiles, whole.checkpoint.clone(), "wrong-tile 0"),
        ("another key's", &now, signed(ORIGIN, 28, tree_root(&good), &same_name_key()), "unchecked"),
        ("another ledger's", &now, Served::over(&entries(other_year().path())).checkpoint, "fork"),
        ("no checkpoint", &now, b"nothing".to_vec(), "unchecked"),
        // Signatures before the earlier checkpoint are not checked again, so the forged one shows in the tree only.
        ("a forged signature before it", &Served::over(&forged), whole.checkpoint.clone(), "wrong-previous 21"),
    ] {
        let trust = Trust { since: Some(since), ..trust() };
        check(what, served, &trust, expected);
    }
    let trust = Trust { since: Some(signed_at(17)), ..trust() };
    let report = verify(&now, &trust, &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.since, Some(17));
    let all = verify(&now, &super::ledger_verify::trust(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert!(report.signatures < all.signatures, "signatures are checked from the earlier checkpoint on only");
}

/// What only the key's holder can make: the ledger holds, and the audit says where other libraries will not agree.
#[test]
fn signatures_that_need_the_cofactor_are_warned_of() {
    let good = made();
    let state = replayed(&good);
    let signer = published_key(ORIGIN, &super::ledger_city::role("ppkd"));
    let mixed = |bytes: &[u8], signer: &NoteSigner| {
        let mut note = Note::parse(bytes).expect("a note");
        note.signatures[0].bytes = super::mixed_order::sign(signer.key(), note.text.as_bytes()).to_vec();
        note.to_string()
    };
    let statement = mixed(&award(&state, 1), &signer);
    let mut served = Served::over(&and(&good, statement.as_bytes()));
    let report = verify(&served, &trust(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert!(report.warnings.len() == 1 && report.warnings[0].contains("entry 28"), "{:?}", report.warnings);

    served.checkpoint = mixed(&served.checkpoint, &key()).into_bytes();
    let report = verify(&served, &trust(), &|_, _| ()).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(report.warnings.len(), 2, "{:?}", report.warnings);
}

#[test]
fn policies_ask_for_a_quorum() {
    let good = made();
    let served = Served::over(&good);
    let vkey = key().verifier().to_string();
    let policy = |text: String| Some(Policy::parse(text.as_bytes()).unwrap_or_else(|e| panic!("{e}")));
    let witness = Cosigner::new("witness.example/w1", SigningKey::from_seed([7; 32])).expect("a key");
    let asks = format!("log {vkey}\nwitness w1 {}\nquorum w1\n", witness.verifier());
    for (what, text, expected) in [
        ("no quorum asked", format!("log {vkey}\nquorum none\n"), "holds"),
        ("a witness that did not sign", asks.clone(), "no-quorum"),
        (
            "another log",
            format!("log {}\nquorum none\n", published_key("other.example/hibah", "").verifier()),
            "policy",
        ),
    ] {
        check(what, &served, &Trust { policy: policy(text), ..trust() }, expected);
    }
    let last_s = u64::try_from(time(LAST_TIME).ms() / 1000).expect("after 1970");
    for (time_s, expected, warnings) in [
        (last_s + 60, "holds", 0),
        (last_s - 300, "holds", 0),
        (last_s - 301, "holds", 1),
        (0, "holds", 1),
        (i64::MAX as u64, "holds", 0),
    ] {
        let mut note = Note::parse(&served.checkpoint).expect("a note");
        note.signatures.push(witness.cosign(&note.text, time_s).expect("cosigned"));
        let cosigned = Served { checkpoint: note.to_string().into_bytes(), ..served.clone() };
        let trust = Trust { policy: policy(asks.clone()), ..trust() };
        let result = verify(&cosigned, &trust, &|_, _| ());
        assert_eq!(verdict(&result), expected, "cosigned at {time_s}");
        let report = result.unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(report.warnings.len(), warnings, "cosigned at {time_s}: {:?}", report.warnings);
        assert!(report.quorum.is_some_and(|quorum| quorum.quorum_met));
        // A line that is there and does not hold is no missing line.
        let line = note.signatures.last_mut().expect("the witness's");
        *line.bytes.last_mut().expect("a signature") ^= 1;
        let forged = Served { checkpoint: note.to_string().into_bytes(), ..served.clone() };
        check("a forged cosignature", &forged, &trust, "policy");
    }
}

#[test]
fn a_folder_that_is_no_tree_is_unchecked() {
    let empty = folder();
    let result = verify(&Tree::new(empty.path()), &trust(), &|_, _| ());
    assert_eq!(verdict(&result), "unchecked");
    let result = verify(&Tree::new(Path::new("/nonexistent")), &trust(), &|_, _| ());
    assert_eq!(verdict(&result), "unchecked");
    let out = folder();
    let dir = year();
    tree::export(&Reader::open(dir.path()).expect("opened"), out.path(), &|_, _| ()).expect("exported");
    std::fs::remove_file(out.path().join("tile/entries/000.p/28")).expect("removed");
    assert_eq!(verdict(&verify(&Tree::new(out.path()), &trust(), &|_, _| ())), "unchecked");
}

/// The reader of a ledger's own files is audited like any other source.
#[test]
fn harm_in_the_files_is_found_through_the_reader() {
    use hibah::ledger::store::ENTRIES_FILE;
    for (harm, expected) in [
        (
            "UPDATE entries SET bytes = CAST(replace(CAST(bytes AS TEXT), 'Yayasan Rekaan 1', 'Yayasan Rekaan 9') AS BLOB) WHERE bytes LIKE '%organisation.registered%Rekaan 1%'",
            "bad-signature",
        ),
        ("UPDATE entries SET leaf = zeroblob(32) WHERE idx = 4", "wrong-tile 4"),
        ("DELETE FROM entries WHERE idx = 27", "unchecked"),
        ("DELETE FROM entries WHERE idx = 5", "unchecked"),
    ] {
        let dir = year();
        let shell = rusqlite::Connection::open(dir.path().join(ENTRIES_FILE)).expect("a database");
        shell
            .execute_batch(&format!("DROP TRIGGER entries_never_change; DROP TRIGGER entries_never_go; {harm};"))
            .expect("done");
        let reader = Reader::open(dir.path()).expect("opened");
        let told = verdict(&verify(&reader, &trust(), &|_, _| ()));
        assert!(told.starts_with(expected), "{harm}: {told}");
    }
}
