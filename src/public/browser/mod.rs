//! Code that checks records and documents in the reader's browser: a second implementation that shares nothing with this server but the
//! formats, and is held to the same golden vectors (`tests/browser`).
//!
//! The modules are served in a folder named after what is in all of them, so they may be kept for ever and name each
//! other by plain relative addresses. `vendor/` holds other people's files, unchanged: noble-ed25519 3.2.0 and the SHA-2
//! of noble-hashes 2.4.0 (MIT, see `vendor/LICENSE`), for browsers without Ed25519 and for pages without TLS.

mod bundle;

use std::sync::LazyLock;

use axum::extract::Path;
use axum::response::Response;

use super::answer::{self, Fault, Missing};
use crate::tlog::hash::Sha256Stream;

/// A file that is served: name, media type, text.
pub(crate) type File = (&'static str, &'static str, &'static str);

/// The media type of modules.
pub(crate) const SCRIPT: &str = "text/javascript; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// What a string may hold.
pub(super) const CHARACTERS: &str = include_str!("../../../schema/characters-v1.txt");

/// The script of the page that is saved: the same modules as one text.
pub(super) static OFFLINE: LazyLock<String> = LazyLock::new(|| bundle::of("offline.js", &FILES));

/// One script of a module and all that it imports, for a page that is saved.
pub(crate) fn bundled(entry: &'static str, files: &[File]) -> String {
    bundle::of(entry, files)
}

/// Every file of the folder. The desk serves some of them beside its own.
pub(crate) static FILES: [File; 20] = [
    ("page.js", SCRIPT, include_str!("page.js")),
    ("online.js", SCRIPT, include_str!("online.js")),
    ("offline.js", SCRIPT, include_str!("offline.js")),
    ("verify.js", SCRIPT, include_str!("verify.js")),
    ("given.js", SCRIPT, include_str!("given.js")),
    ("zip.js", SCRIPT, include_str!("zip.js")),
    ("say.js", SCRIPT, include_str!("say.js")),
    ("source.js", SCRIPT, include_str!("source.js")),
    ("record.js", SCRIPT, include_str!("record.js")),
    ("statement.js", SCRIPT, include_str!("statement.js")),
    ("tree.js", SCRIPT, include_str!("tree.js")),
    ("note.js", SCRIPT, include_str!("note.js")),
    ("signature.js", SCRIPT, include_str!("signature.js")),
    ("refused.js", SCRIPT, include_str!("refused.js")),
    ("characters-v1.txt", TEXT, CHARACTERS),
    ("vendor/noble-ed25519.js", SCRIPT, include_str!("vendor/noble-ed25519.js")),
    ("vendor/sha2.js", SCRIPT, include_str!("vendor/sha2.js")),
    ("vendor/_md.js", SCRIPT, include_str!("vendor/_md.js")),
    ("vendor/_u64.js", SCRIPT, include_str!("vendor/_u64.js")),
    ("vendor/utils.js", SCRIPT, include_str!("vendor/utils.js")),
];

/// The folder's name.
pub(super) static FOLDER: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256Stream::new();
    for (name, _, text) in FILES {
        digest.update(name.as_bytes());
        digest.update(text.as_bytes());
    }
    format!("check-{}", &digest.finish().to_hex()[..16])
});

/// One file of the folder.
pub(super) async fn file(Path((folder, name)): Path<(String, String)>) -> Result<Response, Fault> {
    let known = FILES.iter().find(|(known, _, _)| *known == name).filter(|_| folder == *FOLDER);
    let (_, media_type, text) = known.ok_or(Fault::missing(Missing::Path))?;
    Ok(answer::body(media_type, answer::FOREVER, text.as_bytes().to_vec()))
}
