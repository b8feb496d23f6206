//! Publishing: the ledger's files in an object store, so that readers are served by it and by the networks before it.
//!
//! 1. The checkpoint that is in the store says what is there: the tree of its size, which must be the ledger's own tree of
//!    that size. Another one is a fork, or a larger one entries that were lost here: nothing is written.
//! 2. The hashes that come to it are compared with the root that goes out, the entries with those hashes. What was put in
//!    the store stays there, so nothing is put that is not under a signed root.
//! 3. New tiles and bundles are created, the partial ones of this size too ([`new_tiles`]), several at once. One that is
//!    there must have the same bytes.
//! 4. The checkpoint goes last, in the place of the one that was read.
//!
//! | a stop | leaves | the next round |
//! |---|---|---|
//! | while files are put | files that no checkpoint covers | finds them, compares them, puts the others |
//! | when the checkpoint was put and no answer came | everything | reads it, and has nothing to do |
//! | because somebody put a checkpoint meanwhile | files that no checkpoint covers | begins at that checkpoint |
//!
//! Nothing is ever removed. A partial tile is the answer to a reader who came by an earlier checkpoint, of which caches
//! and monitors hold many; the public server answers all of them too.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::bucket::{Bucket, Found, Served};
use crate::ledger::verify::{Source, SourceError};
use crate::tlog::checkpoint::Checkpoint;
use crate::tlog::hash::{HASH_LEN, Hash, leaf_hash};
use crate::tlog::merkle::Frontier;
use crate::tlog::note::Note;
use crate::tlog::tile::{self, Tile, TileHashReader, TilePath, new_tiles};

/// Files on their way at once: what is in memory is twice as many bundles at most.
const AT_ONCE: usize = 8;
/// How often a file is put, and how often a round is begun again because the checkpoint was not taken.
const TRIES: u32 = 3;
/// How long to wait before each further try, times its number.
const PAUSE: Duration = Duration::from_millis(500);

/// Tiles and bundles never change at their address.
const FILE: Served =
    Served { content_type: "application/octet-stream", cache_control: "public, max-age=31536000, immutable" };
/// The checkpoint is fresh for a second, as the public server says.
const CHECKPOINT: Served = Served { content_type: "text/plain; charset=utf-8", cache_control: "public, max-age=1" };

/// A ledger and what of it goes out.
pub struct Outgoing<'a, S> {
    /// Its files; their checkpoint is the last that was signed.
    pub files: &'a S,
    /// The checkpoint that goes out, a signed note; it may cover fewer entries, when witnesses have not seen all.
    pub note: Vec<u8>,
    /// Whether what a checkpoint in the store covers is compared again, file by file.
    pub all: bool,
}

/// What became of the checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Put {
    /// It is in the store now.
    New,
    /// It was there already.
    Same,
    /// The store has a newer one of this ledger, which stays.
    Newer(u64),
}

/// What a round did.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// How many entries the store's checkpoint covered before; none: there was no checkpoint.
    pub before: Option<u64>,
    /// How many entries the checkpoint that goes out covers.
    pub size: u64,
    /// Their root.
    pub root: Hash,
    /// Files that were put.
    pub put: u64,
    /// Files that were there, with the same bytes.
    pub there: u64,
    /// The checkpoint.
    pub checkpoint: Put,
}

/// Why a round ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// What is in the store, or in the ledger, contradicts the ledger: a person must look.
    #[error("{0}")]
    Refused(String),
    /// The store or the ledger's files did not answer: a later round goes on.
    #[error(transparent)]
    Unanswered(#[from] SourceError),
}

fn refused<T>(sentence: String) -> Result<T, PublishError> {
    Err(PublishError::Refused(sentence))
}

/// Puts into the store what it lacks of the ledger. `progress` is told how many files are done, of how many.
///
/// # Errors
/// [`PublishError`]; whatever checkpoint is in the store then, all its files are.
pub fn publish<S: Source>(
    ledger: &Outgoing<'_, S>,
    bucket: &Bucket,
    progress: &dyn Fn(u64, u64),
) -> Result<Published, PublishError> {
    let mut why = SourceError(format!("{}: other publishers were faster each time; try again", bucket.name()));
    for _ in 0..TRIES {
        let (round, put) = begin(ledger, bucket, progress)?;
        let put = match put {
            None => return Ok(round),
            Some(there) => bucket.run(put_checkpoint(ledger, bucket, there.as_ref())),
        };
        match put {
            Ok(true) => return Ok(Published { checkpoint: Put::New, ..round }),
            // Somebody was faster, or it was this program, and the answer was lost: what is there now tells.
            Ok(false) => {}
            Err(fault) => why = fault,
        }
        bucket.run(async { tokio::time::sleep(PAUSE).await });
    }
    Err(why.into())
}

async fn put_checkpoint<S>(
    ledger: &Outgoing<'_, S>,
    bucket: &Bucket,
    there: Option<&Found>,
) -> Result<bool, SourceError> {
    match there {
        None => bucket.create("checkpoint", ledger.note.clone(), CHECKPOINT).await,
        Some(there) => bucket.replace("checkpoint", ledger.note.clone(), CHECKPOINT, there).await,
    }
}

/// Everything but the checkpoint. Answers in which place it shall go, if it shall.
fn begin<S: Source>(
    ledger: &Outgoing<'_, S>,
    bucket: &Bucket,
    progress: &dyn Fn(u64, u64),
) -> Result<(Published, Option<Option<Found>>), PublishError> {
    let (note, ours) = read(&ledger.note).map_err(|why| {
        PublishError::Refused(format!("the ledger's own checkpoint is none ({why}): nothing was put"))
    })?;
    let found = bucket.run(bucket.get("checkpoint"))?;
    let theirs = found.as_ref().map(|found| judged(ledger, bucket, &ours, found)).transpose()?;
    let before = theirs.as_ref().map(|(_, theirs)| theirs.size);
    let old = if ledger.all { 0 } else { before.unwrap_or_default().min(ours.size) };
    check_own(ledger.files, old, &ours)?;
    let (put, there) = bucket.run(put_files(ledger.files, bucket, (old, ours.size), progress))?;
    let round = |checkpoint| Published { before, size: ours.size, root: ours.root, put, there, checkpoint };
    Ok(match theirs {
        Some((_, theirs)) if theirs.size > ours.size => (round(Put::Newer(theirs.size)), None),
        Some((there, theirs)) if theirs.size == ours.size && !gains(&there, &note, &ours.origin) => {
            (round(Put::Same), None)
        }
        _ => (round(Put::New), Some(found)),
    })
}

fn read(bytes: &[u8]) -> Result<(Note, Checkpoint), String> {
    let note = Note::parse(bytes).map_err(|fault| fault.to_string())?;
    let checkpoint = Checkpoint::parse(&note.text).map_err(|fault| fault.to_string())?;
    Ok((note, checkpoint))
}

/// Whether the note of the ledger goes in the place of the store's, of the same tree: it has the signatures of all keys
/// that are there, and of more, so that two publishers never take turns; or what is there under the ledger's name is not
/// what the ledger signed, which never changes.
fn gains(there: &Note, ours: &Note, origin: &str) -> bool {
    let keys =
        |note: &Note| note.signatures.iter().map(|line| (line.name.clone(), line.key_id)).collect::<BTreeSet<_>>();
    let signed = |note: &Note| note.signatures.iter().filter(|line| line.name == origin).cloned().collect::<Vec<_>>();
    let (theirs, own) = (signed(there), signed(ours));
    let broken = own.iter().any(|line| !theirs.contains(line));
    broken || (keys(there).is_subset(&keys(ours)) && keys(there) != keys(ours))
}

/// The store's checkpoint, if it is one of the ledger's own.
fn judged<S: Source>(
    ledger: &Outgoing<'_, S>,
    bucket: &Bucket,
    ours: &Checkpoint,
    found: &Found,
) -> Result<(Note, Checkpoint), PublishError> {
    let name = bucket.name();
    let (note, theirs) = match read(&found.bytes) {
        Ok(read) => read,
        Err(why) => {
            return refused(format!(
                "{name} has a checkpoint that is none ({why}): nothing was put; look who wrote it"
            ));
        }
    };
    if theirs.origin != ours.origin {
        return refused(format!(
            "{name} has another ledger, {}, and this one is {}: nothing was put; name another place",
            theirs.origin, ours.origin
        ));
    }
    // Asked after the store was: meanwhile more may have been signed, and published by another publisher.
    let signed = read(&ledger.files.checkpoint()?).map_err(SourceError)?.1.size;
    if theirs.size > signed {
        return refused(format!(
            "{name} has a checkpoint of {} entries and only {} were signed here, so this is an old copy or another machine signs for this ledger: nothing was put; find out which before anything more is signed",
            theirs.size, signed
        ));
    }
    let own = Frontier::read(theirs.size, &TileHashReader::new(ledger.files, theirs.size)).map_err(unread)?;
    if own.root() != theirs.root {
        return refused(format!(
            "{name} has a checkpoint of another history: its {} entries have the root {}, the first {0} of this ledger have {}; nothing was put; sign nothing, keep both, and compare them with `hibah monitor`",
            theirs.size,
            theirs.root,
            own.root()
        ));
    }
    Ok((note, theirs))
}

fn unread(fault: impl std::fmt::Display) -> SourceError {
    SourceError(fault.to_string())
}

fn damaged<T>(what: impl std::fmt::Display) -> Result<T, PublishError> {
    refused(format!("the ledger is damaged, {what}: no checkpoint was put; run `hibah verify` on it"))
}

/// Makes sure that the ledger's hash tiles behind the first `old` entries lead to the root that goes out.
fn check_own<S: Source>(files: &S, old: u64, ours: &Checkpoint) -> Result<(), PublishError> {
    let mut edge = Frontier::read(old, &TileHashReader::new(files, old)).map_err(unread)?;
    // By level from 1: the hashes of the tile that is not full yet.
    let mut rows = Vec::new();
    for level in 1..8u8 {
        let nodes = old >> (8 * level);
        let width = tile::width_at(nodes / 256, nodes);
        rows.push(if width > 0 { files.hash_tile(Tile { level, index: nodes / 256, width })? } else { Vec::new() });
    }
    let is_own = |level: u8, row: &[u8], nodes: u64| {
        let index = (nodes - 1) / 256;
        let tile = Tile { level, index, width: tile::width_at(index, nodes) };
        let same = files.hash_tile(tile)? == row;
        if same { Ok(()) } else { damaged(format!("{} is not of the tiles below it", TilePath::Hashes(tile))) }
    };
    for index in old / 256..ours.size.div_ceil(256) {
        let leaves = leaves(files, index, tile::width_at(index, ours.size))?;
        let known = usize::try_from(old.saturating_sub(index * 256)).unwrap_or(0);
        for leaf in leaves.into_iter().skip(known) {
            for (node, hash) in edge.push(leaf).iter().filter(|(node, _)| node.level > 0 && node.level % 8 == 0) {
                let level = node.level / 8;
                let row = &mut rows[usize::from(level) - 1];
                row.extend_from_slice(hash.as_bytes());
                if row.len() == 256 * HASH_LEN {
                    is_own(level, row, node.index + 1)?;
                    row.clear();
                }
            }
        }
    }
    for (level, row) in (1..).zip(&rows).filter(|(_, row)| !row.is_empty()) {
        is_own(level, row, ours.size >> (8 * level))?;
    }
    let made = edge.root();
    if made == ours.root {
        Ok(())
    } else {
        damaged(format!("its hashes have the root {made} and {} was signed", ours.root))
    }
}

/// The leaf hashes of a tile.
fn leaves<S: Source>(files: &S, index: u64, width: u16) -> Result<Vec<Hash>, PublishError> {
    let bytes = files.hash_tile(Tile { level: 0, index, width })?;
    let (hashes, rest) = bytes.as_chunks::<HASH_LEN>();
    if hashes.len() != usize::from(width) || !rest.is_empty() {
        return damaged(format!("it has not all hashes of the entries from {} on", index * 256));
    }
    Ok(hashes.iter().map(|hash| Hash::from_bytes(*hash)).collect())
}

/// A file of the ledger; entries are compared with their hashes.
fn file<S: Source>(files: &S, path: TilePath) -> Result<Vec<u8>, PublishError> {
    let (index, width) = match path {
        TilePath::Hashes(tile) => return Ok(files.hash_tile(tile)?),
        TilePath::Entries { index, width } => (index, width),
    };
    let bundle = files.bundle(index, width)?;
    let same = tile::decode_bundle(&bundle, width).is_ok_and(|entries| {
        leaves(files, index, width).is_ok_and(|leaves| entries.into_iter().map(leaf_hash).eq(leaves))
    });
    if same {
        Ok(bundle)
    } else {
        damaged(format!("the entries from {} on are not those that were signed", index * 256))
    }
}

/// Puts what the tree of the second size has and that of the first has not. Answers how many files were put, and how many
/// were there.
async fn put_files<S: Source>(
    files: &S,
    bucket: &Bucket,
    (old, size): (u64, u64),
    progress: &dyn Fn(u64, u64),
) -> Result<(u64, u64), PublishError> {
    let of = new_tiles(old, size).count() as u64;
    let putting = stream::iter(new_tiles(old, size)).map(|path| {
        // Read when its turn comes, so that few are in memory.
        let bytes = file(files, path);
        async move { put_file(bucket, &path.to_string(), bytes?).await }
    });
    putting
        .buffer_unordered(AT_ONCE)
        .try_fold((0, 0), |(put, there), new| async move {
            let done = if new { (put + 1, there) } else { (put, there + 1) };
            progress(done.0 + done.1, of);
            Ok(done)
        })
        .await
}

/// Puts a file that never changes; false when it was there. It is looked for first: after a stop most of them are there,
/// and a request without an answer may have been heard.
async fn put_file(bucket: &Bucket, path: &str, bytes: Vec<u8>) -> Result<bool, PublishError> {
    let mut why = SourceError(format!("{path} in {} comes and goes: try again later", bucket.name()));
    for attempt in 0..TRIES {
        tokio::time::sleep(PAUSE * attempt).await;
        let looked = bucket.get(path).await;
        match looked {
            Ok(Some(found)) if found.bytes == bytes => return Ok(false),
            Ok(Some(_)) => {
                return refused(format!(
                    "{path} in {} has other bytes than this ledger: nothing was written over it and no checkpoint was put; keep a copy, find out who wrote it, then remove it by hand",
                    bucket.name()
                ));
            }
            Ok(None) => match bucket.create(path, bytes.clone(), FILE).await {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(fault) => why = fault,
            },
            Err(fault) => why = fault,
        }
    }
    Err(why.into())
}
