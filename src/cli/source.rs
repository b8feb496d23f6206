//! SOURCE: a ledger's folder, an exported folder, a web address, a receipt, a dossier, or evidence, told apart by what is
//! there.

use std::path::{Path, PathBuf};

use super::{Failure, files, output, progress};
use crate::ledger::cosigned::Cosigned;
use crate::ledger::derived::{self, DERIVED_FILE};
use crate::ledger::evidence::EVIDENCE_FILE;
use crate::ledger::reader::Reader;
use crate::ledger::replay::{Replay, Signatures, Step};
use crate::ledger::store::{Access, ENTRIES_FILE, Entries, LAST_SIGNED_FILE, LastSigned, StoreError};
use crate::ledger::tree::Tree;
use crate::ledger::verify::{self, Source, SourceError, VerifyError};
use crate::network::bucket::{self, Bucket};
use crate::network::remote::Remote;
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::merkle;
use crate::tlog::note::VerifierKey;
use crate::tlog::tile::{self, Tile, TileHashReader, TileSource};

/// The first line of a receipt (C2SP tlog-proof).
const RECEIPT_LINE: &[u8] = b"c2sp.org/tlog-proof@v1\n";

/// What SOURCE turned out to be.
pub enum Opened {
    /// A whole ledger.
    Ledger(Box<Ledger>),
    /// A receipt of one entry: the file's bytes.
    Receipt(Vec<u8>),
    /// Evidence of a monitor: the file's bytes, and the folder that it is in.
    Evidence(Vec<u8>, PathBuf),
    /// A dossier of one grant: the file's bytes.
    Dossier(Vec<u8>),
}

/// A whole ledger, wherever it is.
pub enum Ledger {
    /// A folder with the ledger's own files.
    Folder(Box<Folder>),
    /// An exported folder.
    Tree(PathBuf, Tree),
    /// A web address.
    Remote(String, Remote),
    /// An object store.
    Bucket(Bucket),
}

/// A ledger's own files, as far as ground truth goes: derived tables are not asked.
pub struct Folder {
    dir: PathBuf,
    entries: Entries,
    last_signed: LastSigned,
}

/// Opens SOURCE.
pub fn open(named: &str) -> Result<Opened, Failure> {
    if is_url(named) {
        let remote = Ledger::Remote(named.to_owned(), Remote::new(named));
        return Ok(Opened::Ledger(Box::new(remote)));
    }
    if bucket::is_bucket(named) {
        return open_bucket(named).map(Ledger::Bucket).map(Box::new).map(Opened::Ledger);
    }
    let path = Path::new(named);
    if path.join(EVIDENCE_FILE).is_file() {
        let bytes = files::read(&path.join(EVIDENCE_FILE), "evidence of a monitor")?;
        return Ok(Opened::Evidence(bytes, path.to_owned()));
    }
    if path.is_dir() {
        return open_folder(path).map(Box::new).map(Opened::Ledger);
    }
    if !path.exists() {
        return Err(Failure::CouldNot(format!(
            "{named} does not exist: name a ledger's folder, an exported folder, an address that begins with http:// or https://, or a receipt"
        )));
    }
    let bytes = files::read(path, "a receipt, a dossier or a ledger's folder")?;
    if bytes.starts_with(b"{") {
        return Ok(Opened::Evidence(bytes, path.parent().unwrap_or(path).to_owned()));
    }
    if super::dossier::is_archive(&bytes) {
        return Ok(Opened::Dossier(bytes));
    }
    if !bytes.starts_with(RECEIPT_LINE) {
        return Err(Failure::CouldNot(format!(
            "{named} is a file but no receipt or dossier: name a ledger's folder, an exported folder, a web address, or a file that ends in .tlog-proof or .zip"
        )));
    }
    Ok(Opened::Receipt(bytes))
}

/// Opens an object store, with the settings that the environment has for it.
pub fn open_bucket(named: &str) -> Result<Bucket, Failure> {
    let named_so = |name: &str| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|of_a_store| name.starts_with(of_a_store));
    let settings =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let settings: Vec<_> = settings.filter(|(name, _)| named_so(name)).collect();
    Ok(Bucket::open(named, &settings)?)
}

/// Opens SOURCE where a receipt does not do.
pub fn open_ledger(named: &str) -> Result<Ledger, Failure> {
    match open(named)? {
        Opened::Ledger(ledger) => Ok(*ledger),
        Opened::Receipt(_) | Opened::Dossier(_) => Err(Failure::CouldNot(format!(
            "{named} holds single entries: name a ledger's folder, an exported folder or a web address"
        ))),
        Opened::Evidence(..) => Err(Failure::CouldNot(format!(
            "{named} is evidence of a monitor: name a ledger's folder, an exported folder or a web address"
        ))),
    }
}

/// Whether SOURCE is a web address.
pub fn is_url(named: &str) -> bool {
    named.starts_with("http://") || named.starts_with("https://")
}

fn open_folder(path: &Path) -> Result<Ledger, Failure> {
    if path.join(ENTRIES_FILE).exists() || path.join(LAST_SIGNED_FILE).exists() {
        return Folder::open(path).map(Box::new).map(Ledger::Folder);
    }
    if path.join("checkpoint").is_file() {
        return Ok(Ledger::Tree(path.to_owned(), Tree::new(path)));
    }
    Err(Failure::CouldNot(format!(
        "{} holds no ledger: name a folder made by `hibah init`, `hibah demo` or `hibah export`",
        path.display()
    )))
}

/// Opens a ledger's folder with its derived tables, made anew when they are missing or behind.
pub fn open_reader(dir: &Path) -> Result<Reader, Failure> {
    let folder = Folder::open(dir)?;
    let signed = folder.last_signed.get()?;
    let origin = signed.note.split('\n').next().unwrap_or_default();
    let taken_in = || {
        Reader::open_as(dir, Access::ReadOnce)
            .and_then(|reader| Ok(reader.newest(1)?.first().map_or(0, |last| last.index + 1)))
    };
    // Asked first, since a reader may look at files that it cannot write; a damaged table answers nothing.
    if !dir.join(DERIVED_FILE).exists() || !taken_in().is_ok_and(|size| size >= signed.size) {
        derived::catch_up(dir, origin)?;
    }
    Ok(Reader::open_as(dir, Access::ReadOnce)?)
}

impl Folder {
    fn open(dir: &Path) -> Result<Self, Failure> {
        Ok(Self {
            entries: Entries::open(dir, Access::ReadOnce)?,
            last_signed: LastSigned::open(dir, Access::ReadOnce)?,
            dir: dir.to_owned(),
        })
    }

    /// How many entries are durable but not covered by the newest checkpoint.
    pub fn unsigned(&self) -> Result<u64, Failure> {
        Ok(self.entries.size()?.saturating_sub(self.last_signed.get()?.size))
    }
}

fn unread(error: StoreError) -> SourceError {
    SourceError(error.to_string())
}

impl TileSource for Folder {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.entries.hash_tile(tile).map_err(unread)
    }
}

impl Source for Folder {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        let note = self.last_signed.checkpoint().and_then(|note| Cosigned::note_of(&self.dir, note));
        note.map(String::into_bytes).map_err(unread)
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.entries.bundle(index, width).map_err(unread)
    }
}

impl Ledger {
    fn source(&self) -> &dyn Source {
        match self {
            Self::Folder(folder) => &**folder,
            Self::Tree(_, tree) => tree,
            Self::Remote(_, remote) => remote,
            Self::Bucket(bucket) => bucket,
        }
    }

    /// What the user named.
    pub fn name(&self) -> String {
        match self {
            Self::Folder(folder) => folder.dir.display().to_string(),
            Self::Tree(path, _) => path.display().to_string(),
            Self::Remote(url, _) => url.clone(),
            Self::Bucket(bucket) => bucket.name().to_owned(),
        }
    }

    /// Entry `index`, verbatim. The source is believed; `hibah verify` is what checks it.
    pub fn entry(&self, index: u64) -> Result<Vec<u8>, Failure> {
        let size = self.unverified_checkpoint()?.size;
        if index >= size {
            return Err(Failure::CouldNot(format!(
                "{} has no entry {index}: its {size} entries are numbered from 0",
                self.name()
            )));
        }
        let width = tile::width_at(index / 256, size);
        let bundle = self.bundle(index / 256, width)?;
        let entries = tile::decode_bundle(&bundle, width).map_err(Failure::could_not)?;
        // The remainder is below 256, and below the width because the entry is.
        Ok(entries[usize::try_from(index % 256).unwrap_or_default()].to_vec())
    }

    /// Reads every entry behind `index`, with its place. The source is believed.
    pub fn entries_after(&self, index: u64, each: &mut dyn FnMut(u64, &[u8])) -> Result<(), Failure> {
        let size = self.unverified_checkpoint()?.size;
        for tile in (index + 1) / 256..size.div_ceil(256) {
            let width = tile::width_at(tile, size);
            let bundle = self.bundle(tile, width)?;
            let entries = tile::decode_bundle(&bundle, width).map_err(Failure::could_not)?;
            (tile * 256..)
                .zip(entries)
                .filter(|(place, _)| *place > index)
                .for_each(|(place, bytes)| each(place, bytes));
        }
        Ok(())
    }

    /// The ledger in a folder of its own files.
    pub fn folder(dir: &Path) -> Result<Self, Failure> {
        Folder::open(dir).map(Box::new).map(Self::Folder)
    }

    /// The newest checkpoint's three lines.
    pub fn unverified_checkpoint(&self) -> Result<Checkpoint, Failure> {
        let bytes = self.checkpoint()?;
        let text = String::from_utf8_lossy(&bytes);
        let end = text.find("\n\n").map_or(text.len(), |at| at + 1);
        Checkpoint::parse(&text[..end])
            .map_err(|fault| Failure::CouldNot(format!("the checkpoint of {} is none: {fault}", self.name())))
    }
}

impl TileSource for Ledger {
    type Error = SourceError;

    fn hash_tile(&self, tile: Tile) -> Result<Vec<u8>, SourceError> {
        self.source().hash_tile(tile)
    }
}

impl Source for Ledger {
    fn checkpoint(&self) -> Result<Vec<u8>, SourceError> {
        self.source().checkpoint()
    }

    fn bundle(&self, index: u64, width: u16) -> Result<Vec<u8>, SourceError> {
        self.source().bundle(index, width)
    }
}

/// Replays the first `at` entries (all of them, if not told) and checks that they are those of the signed checkpoint.
/// Signatures of statements are checked unless the entries are this machine's own. `each` sees every entry.
pub fn replay(
    ledger: &Ledger,
    at: Option<u64>,
    vkey: Option<&VerifierKey>,
    each: &mut dyn FnMut(&Step),
) -> Result<Replay, Failure> {
    replay_from(Replay::new, ledger, at, vkey, each)
}

/// The same over all entries, asking every flag of each: only for who tells what flags found.
pub fn replay_with_flags(ledger: &Ledger, each: &mut dyn FnMut(&Step)) -> Result<Replay, Failure> {
    replay_from(Replay::with_flags, ledger, None, None, each)
}

fn replay_from(
    begin: fn(&str) -> Replay,
    ledger: &Ledger,
    at: Option<u64>,
    vkey: Option<&VerifierKey>,
    each: &mut dyn FnMut(&Step),
) -> Result<Replay, Failure> {
    let opened = verify::open_checkpoint(ledger, vkey)?;
    let Checkpoint { origin, size: newest, root } = opened.checkpoint.clone();
    let size = at.unwrap_or(newest);
    if size > newest {
        return Err(Failure::CouldNot(format!(
            "{} has {newest} entries, not {size}: name an earlier size",
            ledger.name()
        )));
    }
    let mut replay = begin(&origin);
    extend(ledger, &mut replay, size, newest, each)?;
    if size == newest {
        confirm(ledger, &opened, &replay, vkey.is_some())?;
    } else if !opened.by_trusted || !names(&replay, &opened) {
        // Only later entries can tell which keys must have signed.
        let mut whole = Replay::new(&origin);
        extend(ledger, &mut whole, newest, newest, &mut |_| {})?;
        confirm(ledger, &opened, &whole, vkey.is_some())?;
    }
    let reader = TileHashReader::new(ledger, newest);
    let proof = merkle::prove_consistency(size, newest, &reader).map_err(Failure::could_not)?;
    merkle::check_consistency(&proof, size, &replay.root(), newest, &root).map_err(|_| not_of_checkpoint(ledger))?;
    Ok(replay)
}

/// Replays the entries up to `size` of a ledger that has `newest`.
fn extend(
    ledger: &Ledger,
    replay: &mut Replay,
    size: u64,
    newest: u64,
    each: &mut dyn FnMut(&Step),
) -> Result<(), Failure> {
    let signatures = match ledger {
        Ledger::Folder(..) => Signatures::VerifiedBefore,
        _ => Signatures::Check,
    };
    let bar = progress::bar("Replaying");
    for tile in 0..size.div_ceil(256) {
        let width = tile::width_at(tile, newest);
        let bundle = ledger.bundle(tile, width)?;
        let entries = tile::decode_bundle(&bundle, width).map_err(Failure::could_not)?;
        for (index, bytes) in (tile * 256..size).zip(entries) {
            let step = replay.extend(bytes, signatures);
            each(&step.map_err(|refused| Failure::DoesNotHold(format!("entry {index} is wrong: {refused}")))?);
        }
        progress::told(&bar)(replay.size(), size);
    }
    bar.finish_and_clear();
    Ok(())
}

/// Whether the key that the ledger is known by is one that these entries name, or there is none yet.
fn names(replay: &Replay, opened: &verify::Opened) -> bool {
    let (keys, vkey) = (replay.state().ledger_keys(), opened.vkey.to_string());
    keys.is_empty() || keys.iter().any(|key| key.vkey.as_str() == vkey)
}

/// The checkpoint is over these entries and signed by the keys that they brought. Entry 0 may be another one by now than
/// the one that a key was read from.
fn confirm(ledger: &Ledger, opened: &verify::Opened, replay: &Replay, given: bool) -> Result<(), Failure> {
    if opened.by_trusted && replay.size() == 0 {
        return Ok(());
    }
    opened.confirm(replay.state())?;
    if let Some(warning) = opened.retired(replay.state(), false).filter(|_| given) {
        output::remark(format_args!("warning: {warning}"));
    }
    if replay.root() == opened.checkpoint.root { Ok(()) } else { Err(not_of_checkpoint(ledger)) }
}

fn not_of_checkpoint(ledger: &Ledger) -> Failure {
    Failure::DoesNotHold(format!(
        "the entries of {} are not those of its signed checkpoint: run `hibah verify`",
        ledger.name()
    ))
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self::could_not(error)
    }
}

impl From<VerifyError> for Failure {
    fn from(error: VerifyError) -> Self {
        match error {
            VerifyError::Wrong(wrong) => Self::DoesNotHold(wrong.to_string()),
            VerifyError::Unchecked(error) => Self::could_not(error),
        }
    }
}

/// Reads the value of `--vkey`.
pub fn vkey(text: &str) -> Result<VerifierKey, String> {
    VerifierKey::parse(text).map_err(|fault| fault.to_string())
}

/// Reads a whole number as the log spells it: no sign, no leading zero.
pub fn number(text: &str) -> Result<u64, String> {
    parse_decimal(text).ok_or_else(|| "write a whole number, such as 17".to_owned())
}
