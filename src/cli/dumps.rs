//! Files with the whole of a ledger's data: what `hibah export --format` writes, and the sets of dumps that the public
//! server lists. The same code makes both, so both have the same bytes.

use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Failure, files};
use crate::ledger::reader::Reader;
use crate::public::dumps::{DUMPS, Dump, INDEX, Set, sets};
use crate::public::exports::{self, Source, TableError};
use crate::tlog::hash::Sha256Stream;

/// How many sets are kept: who began to fetch a file of the one before comes to its end.
const KEPT: usize = 2;
/// A making may take at most this part of the time.
const REST: u32 = 20;
/// What an unfinished set is called.
const UNFINISHED: &str = "unfinished-";

/// A form of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// The entries, a line each, with their exact bytes
    Jsonl,
    /// A folder with every table as CSV and a Data Package descriptor
    Datapackage,
    /// A spreadsheet
    Xlsx,
    /// The awards as 360Giving JSON
    #[value(name = "360giving")]
    ThreeSixty,
}

impl Form {
    /// In the order in which they are listed.
    const ALL: [Self; 4] = [Self::Xlsx, Self::Datapackage, Self::Jsonl, Self::ThreeSixty];

    /// Its name within a set; of a package its folder's.
    const fn name(self) -> &'static str {
        match self {
            Self::Jsonl => "entries.jsonl",
            Self::Datapackage => "datapackage",
            Self::Xlsx => "hibah.xlsx",
            Self::ThreeSixty => "360giving.json",
        }
    }
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("jsonl") => "application/jsonl",
        Some("csv") => "text/csv; charset=utf-8; header=present",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        _ => "application/json",
    }
}

/// An earlier file of JSON Lines: a later one of the same ledger begins with its lines.
struct Earlier {
    file: PathBuf,
    set: Set,
}

/// Writes one form to `out`; answers the files, named as a set names them. Nothing is written where the form has no file.
fn write(source: &Source<'_>, form: Form, out: &Path, earlier: Option<&Earlier>) -> Result<Vec<Dump>, TableError> {
    let name = form.name();
    let mut made = Vec::new();
    match form {
        Form::Jsonl => {
            let mut file = BufWriter::new(File::create(out)?);
            let first = match earlier {
                Some(earlier) => begin_with(source, earlier, &mut file)?,
                None => 0,
            };
            source.jsonl(first, &mut file)?;
        }
        Form::Xlsx => source.spreadsheet(BufWriter::new(File::create(out)?))?,
        Form::ThreeSixty => {
            if source.three_sixty(&mut BufWriter::new(File::create(out)?))? == 0 {
                std::fs::remove_file(out)?;
                return Ok(made);
            }
        }
        Form::Datapackage => {
            std::fs::create_dir_all(out)?;
            let mut names = Vec::new();
            source.datapackage(&mut |name| {
                names.push(name.to_owned());
                let file: Box<dyn Write> = Box::new(BufWriter::new(File::create(out.join(name))?));
                Ok(file)
            })?;
            // The descriptor, written last, is read first.
            names.rotate_right(1);
            for file in names {
                made.push(hashed(&out.join(&file), format!("{name}/{file}"))?);
            }
            return Ok(made);
        }
    }
    made.push(hashed(out, name.to_owned())?);
    Ok(made)
}

/// Copies the lines that an earlier file shares with this moment; answers with which entry to go on.
fn begin_with(source: &Source<'_>, earlier: &Earlier, out: &mut dyn Write) -> Result<u64, TableError> {
    let size = earlier.set.checkpoint.size;
    let mut file = File::open(&earlier.file)?;
    let end = format!("{{\"origin\":{},", serde_json::json!(earlier.set.checkpoint.origin));
    let mut tail = vec![0; usize::try_from(file.metadata()?.len().min(4_096)).unwrap_or_default()];
    file.seek(SeekFrom::End(-i64::try_from(tail.len()).unwrap_or_default()))?;
    file.read_exact(&mut tail)?;
    let tail = String::from_utf8_lossy(&tail).into_owned();
    let last = tail.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
    let same = source.keeps_root_of(size, &earlier.set.checkpoint.root)? && source.keeps_lines_of(size)?;
    if !same || !last.starts_with(&end) || !tail.ends_with('\n') {
        return Ok(0);
    }
    file.seek(SeekFrom::Start(0))?;
    let lines = file.metadata()?.len() - last.len() as u64 - 1;
    std::io::copy(&mut file.take(lines), out)?;
    Ok(size)
}

fn hashed(path: &Path, name: String) -> std::io::Result<Dump> {
    let mut file = File::open(path)?;
    let (mut digest, mut bytes, mut chunk) = (Sha256Stream::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            let sha256 = digest.finish().to_hex();
            return Ok(Dump { media_type: media_type(&name).to_owned(), name, bytes, sha256 });
        }
        digest.update(&chunk[..read]);
        bytes += read as u64;
    }
}

/// Why an export ended, with the place that was to be written.
fn failed(error: TableError, out: &Path) -> Failure {
    match error {
        TableError::Store(error) => error.into(),
        TableError::Sink(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            Failure::CouldNot(format!("the disk of {} is full: make room and export again", out.display()))
        }
        TableError::Sink(error) => Failure::CouldNot(format!(
            "{} could not be written ({}): name a place that you may write to",
            out.display(),
            files::why(&error)
        )),
    }
}

/// Beside `out`, until it is whole.
fn beside(out: &Path) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    out.with_file_name(name)
}

/// Writes one form of the data of `reader`'s ledger to `out`, whole or not at all; answers the moment and the files.
pub fn export(reader: &Reader, dir: &Path, form: Form, out: &Path) -> Result<Set, Failure> {
    let unfinished = beside(out);
    let made = exports::at_one_moment(reader, dir, |source| {
        let mut set = Set::of(source.moment());
        set.files = write(source, form, &unfinished, None)?;
        if set.files.is_empty() {
            return Ok(set);
        }
        if out.is_dir() {
            std::fs::remove_dir_all(out)?;
        }
        std::fs::rename(&unfinished, out)?;
        Ok(set)
    });
    made.map_err(|error| failed(error, out))
}

/// Makes the set of dumps of the ledger's present moment; none if this version of the program made it already.
pub fn make(dir: &Path) -> Result<Option<Set>, Failure> {
    let folder = dir.join(DUMPS);
    let reader = Reader::open(dir)?;
    let made = exports::at_one_moment(&reader, dir, |source| {
        let mut set = Set::of(source.moment());
        let place = folder.join(&set.set);
        if Set::read(&place).is_some() {
            return Ok(None);
        }
        std::fs::create_dir_all(&folder)?;
        remove(&folder, |name| name.starts_with(UNFINISHED))?;
        let unfinished = folder.join(format!("{UNFINISHED}{}", set.set));
        std::fs::create_dir_all(&unfinished)?;
        // Another version may have written other lines.
        let earlier = sets(&folder)
            .into_iter()
            .find(Set::is_of_this_version)
            .map(|set| Earlier { file: folder.join(&set.set).join(Form::Jsonl.name()), set });
        for form in Form::ALL {
            set.files.extend(write(source, form, &unfinished.join(form.name()), earlier.as_ref())?);
        }
        let sums: String = set.files.iter().map(|dump| format!("{}  {}\n", dump.sha256, dump.name)).collect();
        std::fs::write(unfinished.join("SHA256SUMS"), sums)?;
        set.files.push(hashed(&unfinished.join("SHA256SUMS"), "SHA256SUMS".to_owned())?);
        let index = serde_json::to_vec_pretty(&set).map_err(std::io::Error::from)?;
        std::fs::write(unfinished.join(INDEX), index)?;
        if place.exists() {
            std::fs::remove_dir_all(&place)?;
        }
        std::fs::rename(&unfinished, &place)?;
        let kept: Vec<String> = sets(&folder).into_iter().take(KEPT).map(|set| set.set).collect();
        remove(&folder, |name| !kept.iter().any(|kept| kept == name))?;
        Ok(Some(set))
    });
    made.map_err(|error| failed(error, &folder))
}

/// Removes the folders within `folder` that are `unwanted`.
fn remove(folder: &Path, unwanted: impl Fn(&str) -> bool) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name().to_str().is_some_and(&unwanted) {
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Keeps the newest set made, on a thread of its own: looks every so often whether the ledger has gone on, and takes at most
/// a twentieth of the time for making.
pub fn keep(dir: PathBuf, every: Duration) {
    std::thread::spawn(move || {
        let mut told = None;
        loop {
            let begun = Instant::now();
            let failed = make(&dir).err().map(|failure| match failure {
                Failure::DoesNotHold(why) | Failure::CouldNot(why) => why,
            });
            // Once a cause, not once a minute.
            if let Some(why) = failed.clone().filter(|_| failed != told) {
                tracing::warn!("no dumps were made for /data: {why}");
            }
            told = failed;
            std::thread::sleep(every.max(begun.elapsed() * REST));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::beside;
    use std::path::Path;

    #[test]
    fn what_is_unfinished_is_beside_its_place() {
        assert_eq!(beside(Path::new("a/b.json")), Path::new("a/b.json.unfinished"));
        assert_eq!(beside(Path::new("b")), Path::new("b.unfinished"));
    }
}
