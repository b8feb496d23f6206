//! What the disk has room for, and what it really holds.

use std::os::unix::fs::FileExt as _;
use std::path::Path;

use super::store::{StoreError, beside};

/// What is left free on the disk beside the room for a group, in bytes.
const SPARE_BYTES: u64 = 64 * 1024;
/// How many bytes the files may grow by for one byte of statements: log and file of the entries, and of derived tables.
const GROWTH: u64 = 16;

/// Whether statements of so many bytes find room in `dir`: better refused before than when they are written.
///
/// # Errors
/// [`StoreError::DiskFull`].
pub(super) fn check_room(dir: &Path, bytes: u64) -> Result<(), StoreError> {
    // Where the system cannot tell, writing will.
    let Ok(disk) = rustix::fs::statvfs(dir) else { return Ok(()) };
    let free = disk.f_bavail.saturating_mul(disk.f_frsize);
    if free < SPARE_BYTES + GROWTH * bytes { Err(StoreError::DiskFull) } else { Ok(()) }
}

/// Makes the log of a file durable, whoever wrote it. After a failed sync the system may still show what it never put
/// on the disk, and a later sync of what looks clean writes none of it. So a start writes the log anew before anything
/// rests on it.
///
/// # Errors
/// What the system reports.
pub(super) fn settle(file: &Path) -> Result<(), StoreError> {
    let log = beside(file, "-wal");
    let fault = |error: std::io::Error| StoreError::io(&log, &error);
    let bytes = match std::fs::read(&log) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        read => read.map_err(fault)?,
    };
    let open = std::fs::File::options().write(true).open(&log).map_err(fault)?;
    open.write_all_at(&bytes, 0).map_err(fault)?;
    open.sync_all().map_err(fault)
}
