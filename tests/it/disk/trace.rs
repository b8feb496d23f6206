//! What a program did to its files, step by step, and what of it a power loss would leave on the disk.
//!
//! The model is the weakest disk that a program may rely on: what was written before a file's last sync is there; of
//! what was written since, each write is there, is not, or is torn; a name is there for certain once its folder was
//! synced, and names that were not come in the order in which they were made. What a failed sync covered is lost for
//! good, although the page cache still shows it.

use std::collections::{BTreeMap, HashMap};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// The bytes before those of a step: kind, inode, offset, length.
const HEAD_BYTES: usize = 21;
const DATABASES: [&str; 3] = ["ledger.db", "last-signed.db", "derived.db"];
const SECTOR_BYTES: usize = 512;

/// One thing that happened; `tests/faults/disk.c` tells how each is written.
#[derive(Debug)]
pub enum Step {
    Made { inode: u64, name: String },
    Wrote { inode: u64, offset: usize, bytes: Vec<u8> },
    Cut { inode: u64, length: usize },
    Synced { inode: u64 },
    SyncFailed { inode: u64 },
    FolderSynced { inode: u64 },
    Unlinked { name: String },
    Left { bytes: Vec<u8> },
    Failed,
}

impl Step {
    /// Whether the program made something durable here.
    pub fn is_sync(&self) -> bool {
        matches!(self, Self::Synced { .. } | Self::FolderSynced { .. })
    }
}

/// The steps of a trace, in order.
pub fn read(file: &Path) -> Vec<Step> {
    let trace = std::fs::read(file).expect("a trace");
    let mut rest = &trace[..];
    let mut steps = Vec::new();
    while let Some((head, after)) = rest.split_at_checked(HEAD_BYTES) {
        let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().expect("eight bytes"));
        let (inode, offset) = (number(1), usize::try_from(number(9)).expect("a place in a file"));
        let length = u32::from_le_bytes(head[17..].try_into().expect("four bytes")) as usize;
        let (bytes, after) = after.split_at_checked(length).expect("a whole step");
        steps.push(step(head[0], inode, offset, bytes));
        rest = after;
    }
    assert!(rest.is_empty(), "the trace ends within a step");
    steps
}

fn step(kind: u8, inode: u64, offset: usize, bytes: &[u8]) -> Step {
    let name = || {
        let path = std::str::from_utf8(bytes).expect("a path");
        path.rsplit('/').next().expect("a name").to_owned()
    };
    match kind {
        b'O' => Step::Made { inode, name: name() },
        b'W' => Step::Wrote { inode, offset, bytes: bytes.to_vec() },
        b'T' => Step::Cut { inode, length: offset },
        b'S' => Step::Synced { inode },
        b'F' => Step::SyncFailed { inode },
        b'D' => Step::FolderSynced { inode },
        b'U' => Step::Unlinked { name: name() },
        b'A' => Step::Left { bytes: bytes.to_vec() },
        b'E' => Step::Failed,
        // A ledger renames none of its files.
        other => panic!("the model does not know the step {:?}", char::from(other)),
    }
}

/// What becomes of a write that was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Kept,
    Dropped,
    /// Its first half is there.
    Half,
    /// Every other sector is there, from the first or from the second.
    Sectors {
        from: usize,
    },
}

impl Fate {
    pub const ALL: [Self; 5] =
        [Self::Kept, Self::Dropped, Self::Half, Self::Sectors { from: 0 }, Self::Sectors { from: 1 }];
}

/// What the power loss leaves: each file's name and bytes.
pub type Image = BTreeMap<String, Vec<u8>>;

enum Change {
    Wrote { offset: usize, bytes: Vec<u8> },
    Cut { length: usize },
}

/// A file, known by its number in [`Disk::files`], since a system gives an inode again.
#[derive(Default)]
struct File {
    synced: Vec<u8>,
    /// Each with its place among all that are not synced.
    since: Vec<(usize, Change)>,
}

/// The databases of a folder, by inode.
pub fn inodes(dir: &Path) -> HashMap<u64, String> {
    let named = |name: &str| (std::fs::metadata(dir.join(name)).expect("it is there").ino(), name.to_owned());
    DATABASES.map(named).into()
}

/// The ledger's folder: what is certainly on the disk, and what may be.
#[derive(Default)]
pub struct Disk {
    folder: u64,
    files: Vec<File>,
    inodes: HashMap<u64, usize>,
    names: BTreeMap<String, usize>,
    /// Names made and removed since the folder was synced.
    names_since: Vec<(String, Option<usize>)>,
    changes: usize,
}

impl Disk {
    /// The folder as it is, all of it on the disk.
    pub fn of(dir: &Path) -> Self {
        let folder = std::fs::metadata(dir).expect("it is there").ino();
        let mut disk = Self { folder, ..Self::default() };
        for (inode, name) in inodes(dir) {
            let id = disk.file(inode);
            disk.files[id].synced = std::fs::read(dir.join(&name)).expect("a file of the ledger");
            disk.names.insert(name, id);
        }
        disk
    }

    fn file(&mut self, inode: u64) -> usize {
        self.files.push(File::default());
        self.inodes.insert(inode, self.files.len() - 1);
        self.files.len() - 1
    }

    /// Takes a step over.
    pub fn take(&mut self, step: &Step) {
        match step {
            Step::Made { inode, name } => {
                let id = self.file(*inode);
                self.names_since.push((name.clone(), Some(id)));
            }
            Step::Unlinked { name } => self.names_since.push((name.clone(), None)),
            Step::Wrote { inode, offset, bytes } => {
                self.change(*inode, Change::Wrote { offset: *offset, bytes: bytes.clone() });
            }
            Step::Cut { inode, length } => self.change(*inode, Change::Cut { length: *length }),
            Step::Synced { inode } => {
                let file = &mut self.files[self.inodes[inode]];
                for (_, change) in file.since.drain(..) {
                    apply(&mut file.synced, &change, Fate::Kept);
                }
            }
            Step::SyncFailed { inode } => self.files[self.inodes[inode]].since.clear(),
            Step::FolderSynced { inode } if *inode == self.folder => {
                let names = std::mem::take(&mut self.names_since);
                names.into_iter().for_each(|(name, id)| rename(&mut self.names, name, id));
            }
            Step::FolderSynced { .. } | Step::Left { .. } | Step::Failed => {}
        }
    }

    fn change(&mut self, inode: u64, change: Change) {
        self.changes += 1;
        self.files[self.inodes[&inode]].since.push((self.changes, change));
    }

    /// The numbers of the changes that may be lost, in order.
    pub fn unsynced(&self) -> Vec<usize> {
        let mut numbers: Vec<usize> = self.files.iter().flat_map(|file| &file.since).map(|(n, _)| *n).collect();
        numbers.sort_unstable();
        numbers
    }

    /// How many names may be lost.
    pub fn unsynced_names(&self) -> usize {
        self.names_since.len()
    }

    /// What is found when the power comes back: of what is not synced, what `fate` says, and the first `names` names.
    pub fn after_power_loss(&self, names: usize, fate: impl Fn(usize) -> Fate) -> Image {
        let mut there = self.names.clone();
        for (name, id) in &self.names_since[..names] {
            rename(&mut there, name.clone(), *id);
        }
        let image = there.into_iter().map(|(name, id)| {
            let file = &self.files[id];
            let mut bytes = file.synced.clone();
            file.since.iter().for_each(|(number, change)| apply(&mut bytes, change, fate(*number)));
            (name, bytes)
        });
        image.collect()
    }
}

fn rename(names: &mut BTreeMap<String, usize>, name: String, id: Option<usize>) {
    match id {
        Some(id) => names.insert(name, id),
        None => names.remove(&name),
    };
}

fn apply(file: &mut Vec<u8>, change: &Change, fate: Fate) {
    let (offset, bytes) = match change {
        Change::Wrote { offset, bytes } => (*offset, &bytes[..]),
        // There is no half of it.
        Change::Cut { length } if fate == Fate::Kept => return file.resize(*length, 0),
        Change::Cut { .. } => return,
    };
    let mut put = |from: usize, to: usize| {
        let end = (offset + to).max(file.len());
        file.resize(end, 0);
        file[offset + from..offset + to].copy_from_slice(&bytes[from..to]);
    };
    match fate {
        Fate::Kept => put(0, bytes.len()),
        Fate::Dropped => {}
        Fate::Half => put(0, bytes.len() / 2),
        Fate::Sectors { from } => {
            // A sector's place is the file's, not the write's.
            let first = offset / SECTOR_BYTES;
            let last = (offset + bytes.len()).div_ceil(SECTOR_BYTES);
            for sector in (first..last).filter(|sector| sector % 2 == from) {
                let start = (sector * SECTOR_BYTES).max(offset) - offset;
                let end = ((sector + 1) * SECTOR_BYTES).min(offset + bytes.len()) - offset;
                put(start, end);
            }
        }
    }
}

#[test]
fn what_is_synced_stays_and_the_rest_is_as_fate_has_it() {
    let mut disk = Disk { folder: 1, ..Disk::default() };
    let wrote = |offset, byte, length| Step::Wrote { inode: 7, offset, bytes: vec![byte; length] };
    let name = "ledger.db-wal".to_owned();
    let image = |disk: &Disk, names, fate: Fate| disk.after_power_loss(names, |_| fate);
    let is = |found: Image, bytes: &[&[u8]]| assert_eq!(found, Image::from([(name.clone(), bytes.concat())]));
    disk.take(&Step::Made { inode: 7, name: name.clone() });
    disk.take(&wrote(0, b'a', 600));
    disk.take(&Step::Synced { inode: 7 });
    // Its bytes are on the disk, its name is not yet.
    assert_eq!(image(&disk, 0, Fate::Kept), Image::new());
    is(image(&disk, 1, Fate::Dropped), &[&[b'a'; 600]]);
    disk.take(&Step::FolderSynced { inode: 1 });
    disk.take(&wrote(500, b'b', 600));
    assert_eq!((disk.unsynced().len(), disk.unsynced_names()), (1, 0));
    is(image(&disk, 0, Fate::Kept), &[&[b'a'; 500], &[b'b'; 600]]);
    is(image(&disk, 0, Fate::Dropped), &[&[b'a'; 600]]);
    is(image(&disk, 0, Fate::Half), &[&[b'a'; 500], &[b'b'; 300]]);
    is(image(&disk, 0, Fate::Sectors { from: 0 }), &[&[b'a'; 500], &[b'b'; 12], &[b'a'; 88], &[0; 424], &[b'b'; 76]]);
    is(image(&disk, 0, Fate::Sectors { from: 1 }), &[&[b'a'; 512], &[b'b'; 512]]);
    // What a failed sync covered is gone, and a sync that succeeds later does not bring it back.
    disk.take(&Step::SyncFailed { inode: 7 });
    disk.take(&Step::Synced { inode: 7 });
    is(image(&disk, 0, Fate::Kept), &[&[b'a'; 600]]);
    disk.take(&Step::Cut { inode: 7, length: 3 });
    is(image(&disk, 0, Fate::Kept), &[b"aaa"]);
    is(image(&disk, 0, Fate::Half), &[&[b'a'; 600]]);
    disk.take(&Step::Unlinked { name: name.clone() });
    assert_eq!(image(&disk, 1, Fate::Kept), Image::new());
    is(image(&disk, 0, Fate::Dropped), &[&[b'a'; 600]]);
}
