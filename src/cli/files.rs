//! Files that the user names: each fault is one sentence with the file's name.

use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::Failure;

/// The largest file that is read whole, in bytes; award lists and maps are far smaller.
const MAX_FILE_BYTES: u64 = 256 * 1024 * 1024;

/// An error in words: the system's, without its number ` (os error 13)`.
pub fn why(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let Some((before, rest)) = text.split_once(" (os error ") else { return text };
    let Some((number, behind)) = rest.split_once(')') else { return text };
    if number.bytes().all(|digit| digit.is_ascii_digit()) { format!("{before}{behind}") } else { text }
}

/// Reads a file, or standard input for `-`. `what` says what it should be: "a statement file".
pub fn read(file: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let fault = |why: &dyn std::fmt::Display| {
        Failure::CouldNot(format!("{} could not be read ({}): name {what}", file.display(), self::why(why)))
    };
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(|e| fault(&e))?;
        return Ok(bytes);
    }
    let opened = std::fs::File::open(file).map_err(|e| fault(&e))?;
    let about = opened.metadata().map_err(|e| fault(&e))?;
    if about.is_dir() {
        return Err(fault(&"it is a folder"));
    }
    if about.len() > MAX_FILE_BYTES {
        return Err(fault(&"it is larger than 256 MB"));
    }
    opened.take(MAX_FILE_BYTES).read_to_end(&mut bytes).map_err(|e| fault(&e))?;
    Ok(bytes)
}

/// As [`read`], of a text.
pub fn read_text(file: &Path, what: &str) -> Result<String, Failure> {
    String::from_utf8(read(file, what)?)
        .map_err(|_| Failure::CouldNot(format!("{} is not UTF-8 text: name {what}", file.display())))
}

/// Writes a file whole or not at all, and durably: a receipt may be all that its holder has. What was there before is
/// replaced.
pub fn write(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".unfinished");
    let unfinished = file.with_file_name(name);
    let written = std::fs::File::create(&unfinished).and_then(|mut out| {
        out.write_all(bytes)?;
        out.sync_all()
    });
    written.and_then(|()| std::fs::rename(&unfinished, file)).map_err(|error| {
        // Best effort: the error that matters is the one being reported.
        let _ = std::fs::remove_file(&unfinished);
        Failure::CouldNot(format!("{} could not be written ({}): name a file that can be", file.display(), why(&error)))
    })
}

/// Writes a file that must not exist yet.
pub fn write_new(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if file.exists() {
        return Err(Failure::CouldNot(format!("{} exists already: name a new file with --out", file.display())));
    }
    write(file, bytes)
}

/// As [`write_new`], readable by its owner only.
pub fn write_private(file: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut options = std::fs::OpenOptions::new();
    let opened = options.write(true).create_new(true).mode(0o600).open(file);
    opened.and_then(|mut out| out.write_all(bytes).and_then(|()| out.sync_all())).map_err(|error| {
        Failure::CouldNot(format!("{} could not be written ({}): name a new file", file.display(), why(&error)))
    })
}

/// The file's name with more at its end: `a.statement` and `.tlog-proof` make `a.statement.tlog-proof`.
pub fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
