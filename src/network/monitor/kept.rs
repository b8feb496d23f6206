//! What a monitor keeps of one ledger in its folder: a mirror, what each source showed last, and evidence.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::ledger::evidence::{EVIDENCE_FILE, Evidence, Finding, SeenAt, Shown};
use crate::ledger::mirror::Mirror;
use crate::ledger::tree::Tree;
use crate::ledger::verify::SourceError;
use crate::tlog::hash::sha256;
use crate::tlog::tile::tiles_of_size;

/// In the monitor's own folder: which ledger each source shows.
const SOURCES_FILE: &str = "sources.json";
const ID_FILE: &str = "id";
const SEEN_FILE: &str = "seen.json";
const VKEY_FILE: &str = "vkey";
const TOLD_FILE: &str = "told";

/// The most findings of a kind that are kept of one ledger: who convicts himself each minute fills no disk.
const MOST_OF_KIND: usize = 100;

/// The folder of one ledger.
pub(super) struct Kept {
    pub(super) dir: PathBuf,
    pub(super) mirror: Mirror,
}

/// By source, the largest checkpoint that it showed, and when it first did.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SeenBySource(pub(super) BTreeMap<String, SeenAt>);

/// What tells a monitor from all others: made once, kept in its folder.
pub(super) fn id(dir: &Path) -> Result<String, SourceError> {
    let file = dir.join(ID_FILE);
    if let Ok(id) = fs::read_to_string(&file) {
        let id = id.trim();
        if id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Ok(id.to_owned());
        }
    }
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|fault| SourceError(format!("the system gives no random numbers ({fault}): try again later")))?;
    let id = format!("{:032x}", u128::from_be_bytes(random));
    write(&file, format!("{id}\n").as_bytes()).map(|()| id)
}

/// The ledger of each source: the first that it showed. Else whoever is listed could speak for any ledger.
#[derive(Default)]
pub(super) struct Bound(BTreeMap<String, String>);

impl Bound {
    /// What a monitor's folder tells; one that was made before this was kept tells it by what each source was seen with.
    pub(super) fn open(dir: &Path) -> Result<Self, SourceError> {
        let file = dir.join(SOURCES_FILE);
        let unread = |fault: &dyn std::fmt::Display| {
            SourceError(format!("{} cannot be read ({fault}): put it back, or move it away", file.display()))
        };
        match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map(Self).map_err(|fault| unread(&fault)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::seen(dir)),
            Err(error) => Err(unread(&error)),
        }
    }

    fn seen(dir: &Path) -> Self {
        let folders = fs::read_dir(dir).into_iter().flatten().flatten();
        let mut seen: Vec<SeenAt> =
            folders.flat_map(|folder| Kept::at(&folder.path()).seen().0.into_values()).collect();
        // The first that a source showed is taken over last.
        seen.sort_by(|one, other| other.at.cmp(&one.at));
        let of = |seen: SeenAt| Some((seen.from.clone(), seen.note().ok()?.1.origin));
        Self(seen.into_iter().filter_map(of).collect())
    }

    pub(super) fn of(&self, from: &str) -> Option<&str> {
        self.0.get(from).map(String::as_str)
    }

    /// Whether a source may show this ledger.
    pub(super) fn allows(&self, dir: &Path, from: &str, origin: &str) -> Result<(), SourceError> {
        match self.of(from) {
            Some(of) if of != origin => Err(SourceError(format!(
                "it shows the ledger {origin}, and has been a source of {of}: it does not count; if its owner says that this is right, take its line out of {}",
                dir.join(SOURCES_FILE).display()
            ))),
            _ => Ok(()),
        }
    }

    /// Binds a source that showed what this ledger signed.
    pub(super) fn bind(&mut self, dir: &Path, from: &str, origin: &str) -> Result<(), SourceError> {
        let file = dir.join(SOURCES_FILE);
        if self.of(from).is_none() || !file.exists() {
            self.0.entry(from.to_owned()).or_insert_with(|| origin.to_owned());
            write(&file, format!("{:#}\n", serde_json::json!(self.0)).as_bytes())?;
        }
        Ok(())
    }
}

/// Evidence in its folder.
#[derive(Clone, Debug)]
pub struct Filed {
    /// The folder.
    pub folder: PathBuf,
    /// Whether it was there before.
    pub known: bool,
}

impl Filed {
    /// Whether somebody was told of it.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.folder.join(TOLD_FILE).exists()
    }

    /// Keeps that somebody was told.
    ///
    /// # Errors
    /// What the disk reports.
    pub fn told(&self) -> Result<(), SourceError> {
        write(&self.folder.join(TOLD_FILE), b"")
    }
}

fn unwritten(file: &Path, error: &std::io::Error) -> SourceError {
    SourceError(format!("{} could not be written ({error}): make room, or name another folder", file.display()))
}

/// Writes a file whole or not at all.
pub(super) fn write(file: &Path, bytes: &[u8]) -> Result<(), SourceError> {
    let unfinished = file.with_extension("unfinished");
    let written = fs::write(&unfinished, bytes).and_then(|()| fs::rename(&unfinished, file));
    written.map_err(|error| unwritten(file, &error))
}

impl Kept {
    /// The folder of the ledger with this origin. Its name comes from a stranger, so it is only what an origin may be.
    ///
    /// # Errors
    /// A sentence when it is no name of a ledger.
    pub(super) fn of(dir: &Path, origin: &str) -> Result<Self, SourceError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"./-".contains(&byte);
        if origin.is_empty() || origin.len() > 200 || origin.starts_with('.') || !origin.bytes().all(allowed) {
            return Err(SourceError(format!("\"{origin}\" is no name of a ledger: name a ledger of hibah")));
        }
        Ok(Self::at(&dir.join(origin.replace('/', "_"))))
    }

    /// What is kept in a ledger's own folder.
    pub(super) fn at(dir: &Path) -> Self {
        Self { mirror: Mirror::new(dir), dir: dir.to_owned() }
    }

    /// The evidence that was filed and still holds.
    pub(super) fn filed(&self) -> Vec<(PathBuf, Evidence, Shown)> {
        let read = |folder: PathBuf| {
            let evidence = Evidence::parse(&fs::read(folder.join(EVIDENCE_FILE)).ok()?).ok()?;
            let shown = evidence.check(None, Some(&Tree::new(&folder))).ok()?;
            Some((folder, evidence, shown))
        };
        let folders = fs::read_dir(self.dir.join("evidence")).into_iter().flatten().flatten();
        folders.filter_map(|folder| read(folder.path())).collect()
    }

    pub(super) fn seen(&self) -> SeenBySource {
        // Lost, it is begun anew: what a source showed before is then known from the mirror alone.
        let read = fs::read(self.dir.join(SEEN_FILE)).ok();
        read.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    pub(super) fn keep_seen(&self, seen: &SeenBySource) -> Result<(), SourceError> {
        write(&self.dir.join(SEEN_FILE), format!("{:#}\n", serde_json::json!(seen)).as_bytes())
    }

    /// The key that the ledger was first known by.
    pub(super) fn vkey(&self) -> Option<String> {
        fs::read_to_string(self.dir.join(VKEY_FILE)).ok().map(|text| text.trim().to_owned())
    }

    pub(super) fn keep_vkey(&self, vkey: &str) -> Result<(), SourceError> {
        write(&self.dir.join(VKEY_FILE), format!("{vkey}\n").as_bytes())
    }

    /// Files evidence under a name that its subject gives, so that one thing is filed once. A tree is hard links to the
    /// mirror's files, which are replaced and never changed. `None`: enough of its kind are kept.
    pub(super) fn file(&self, evidence: &Evidence, subject: &str) -> Result<Option<Filed>, SourceError> {
        let finding = evidence.finding().map_err(SourceError)?;
        let prefix = format!("{}-", finding.as_str());
        let name = format!("{prefix}{}", &sha256(subject.as_bytes()).to_hex()[..16]);
        let folder = self.dir.join("evidence").join(&name);
        if folder.join(EVIDENCE_FILE).exists() {
            return Ok(Some(Filed { folder, known: true }));
        }
        let filed = fs::read_dir(self.dir.join("evidence")).into_iter().flatten().flatten();
        let of_kind =
            |entry: &fs::DirEntry| entry.path().is_dir() && entry.file_name().to_string_lossy().starts_with(&prefix);
        // A stale checkpoint takes its time, and how the ledger stands depends on it.
        if finding != Finding::Stale && filed.filter(of_kind).count() >= MOST_OF_KIND {
            return Ok(None);
        }
        let fault = |error: std::io::Error| unwritten(&folder, &error);
        let unfinished = self.dir.join("evidence").join(format!("{name}.unfinished"));
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(fault)?;
        }
        fs::create_dir_all(&unfinished).map_err(fault)?;
        if evidence.has_tree() {
            let (note, checkpoint) = evidence.first().note().map_err(SourceError)?;
            for path in tiles_of_size(checkpoint.size).map(|path| path.to_string()) {
                let (from, to) = (self.dir.join(&path), unfinished.join(&path));
                to.parent().map_or(Ok(()), fs::create_dir_all).map_err(fault)?;
                // Where links are not to be had, a copy does.
                fs::hard_link(&from, &to).or_else(|_| fs::copy(&from, &to).map(drop)).map_err(fault)?;
            }
            fs::write(unfinished.join("checkpoint"), note.to_string()).map_err(fault)?;
        }
        fs::write(unfinished.join(EVIDENCE_FILE), evidence.print()).map_err(fault)?;
        fs::rename(&unfinished, &folder).map_err(fault)?;
        Ok(Some(Filed { folder, known: false }))
    }
}
