//! Code that signs in the person's own browser: the server never holds a person's key, and a stolen session signs nothing.
//!
//! The modules of the public side that read statements and notes are served beside these in one folder, from the very same
//! files, so each imports the others as neighbours. The folder is named after what is in it and may be kept for ever.
//! `desk.js` is the one that pages load; what they mark for it is in its first lines.

mod words;

use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::grants::kinds::Kind;
use crate::public::browser::{FILES, File, SCRIPT, bundled};
use crate::public::pages::labels;
use crate::public::pages::words::Lang;
use crate::tlog::hash::Sha256Stream;
pub use words::WORDS;

/// The desk's own files.
static OWN: [File; 19] = [
    ("desk.js", SCRIPT, include_str!("desk.js")),
    ("keys.js", SCRIPT, include_str!("keys.js")),
    ("signing.js", SCRIPT, include_str!("signing.js")),
    ("sealing.js", SCRIPT, include_str!("sealing.js")),
    ("upload.js", SCRIPT, include_str!("upload.js")),
    ("draft.js", SCRIPT, include_str!("draft.js")),
    ("submit.js", SCRIPT, include_str!("submit.js")),
    ("chooser.js", SCRIPT, include_str!("chooser.js")),
    ("element.js", SCRIPT, include_str!("element.js")),
    ("keep.js", SCRIPT, include_str!("keep.js")),
    ("keyfile.js", SCRIPT, include_str!("keyfile.js")),
    ("login.js", SCRIPT, include_str!("login.js")),
    ("reading.js", SCRIPT, include_str!("reading.js")),
    ("qr.js", SCRIPT, include_str!("qr.js")),
    ("save.js", SCRIPT, include_str!("save.js")),
    ("seal.js", SCRIPT, include_str!("seal.js")),
    ("sheet.js", SCRIPT, include_str!("sheet.js")),
    ("sign.js", SCRIPT, include_str!("sign.js")),
    ("words.js", SCRIPT, include_str!("words.js")),
];

/// What the page of the key ceremony runs, which is no part of the folder.
const CEREMONY: File = ("ceremony.js", SCRIPT, include_str!("ceremony.js"));

/// The script of the page of the key ceremony: the same modules as one text.
pub(super) static OFFLINE: LazyLock<String> = LazyLock::new(|| {
    let files: Vec<File> = files().copied().chain([CEREMONY]).collect();
    bundled(CEREMONY.0, &files)
});

/// What these import of the public side; a test follows every import.
const TAKEN: [&str; 12] = [
    "say.js",
    "source.js",
    "statement.js",
    "note.js",
    "signature.js",
    "refused.js",
    "characters-v1.txt",
    "vendor/noble-ed25519.js",
    "vendor/sha2.js",
    "vendor/_md.js",
    "vendor/_u64.js",
    "vendor/utils.js",
];

fn files() -> impl Iterator<Item = &'static File> {
    OWN.iter().chain(FILES.iter().filter(|(name, ..)| TAKEN.contains(name)))
}

/// The folder's name.
pub static FOLDER: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256Stream::new();
    for (name, _, text) in files() {
        digest.update(name.as_bytes());
        digest.update(text.as_bytes());
    }
    format!("desk-{}", &digest.finish().to_hex()[..16])
});

/// What the scripts say in a language: the name that they ask for, and the sentence. What fields, kinds and the words of closed
/// vocabularies are called is what readers' pages call them.
pub(super) fn sentences(lang: Lang) -> Vec<(String, String)> {
    let own = WORDS.iter().map(|(name, id, en)| ((*name).to_owned(), lang.pick(id, en).to_owned()));
    let fields = labels::all().map(|(name, id, en)| (format!("field-{name}"), lang.pick(id, en).to_owned()));
    let kinds = Kind::ALL
        .iter()
        .map(|kind| (format!("kind-{}", kind.name()), lang.pick(kind.title_id(), kind.title_en()).to_owned()));
    let terms =
        labels::terms().map(|(field, word, id, en)| (format!("term-{field}-{word}"), lang.pick(id, en).to_owned()));
    fields.filter(|(name, _)| !WORDS.iter().any(|(own, ..)| own == name)).chain(own).chain(kinds).chain(terms).collect()
}

/// One file of the folder: mount it at `/assets/{folder}/{*file}`.
pub async fn file(Path((folder, name)): Path<(String, String)>) -> Response {
    let Some((_, media_type, text)) = files().find(|(known, ..)| *known == name).filter(|_| folder == *FOLDER) else {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        return missing;
    };
    let mut response = Response::new(Body::from(*text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::{CEREMONY, OFFLINE, OWN, WORDS, files};
    use crate::grants::money::Amount;
    use crate::grants::one::bodies::{Body, KINDS};
    use crate::grants::shape::Shape as _;

    /// What stands between `before` and the next double quote, wherever it does.
    fn quoted<'t>(text: &'t str, before: &'t str) -> impl Iterator<Item = &'t str> {
        text.split(before).skip(1).filter_map(|rest| rest.split('"').next())
    }

    #[test]
    fn every_import_is_served_and_everything_served_is_imported() {
        let mut imported = vec!["desk.js".to_owned(), "characters-v1.txt".to_owned()];
        for (name, _, text) in files() {
            let folder = name.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
            let code: String = text.lines().filter(|line| !line.trim_start().starts_with('*')).collect();
            let found = quoted(&code, " from \"./").chain(quoted(&code, "import(\"./"));
            imported.extend(found.map(|neighbour| format!("{folder}{neighbour}")));
        }
        imported.sort();
        imported.dedup();
        let mut served: Vec<&str> = files().map(|(name, ..)| *name).collect();
        served.sort_unstable();
        assert_eq!(imported, served);
    }

    #[test]
    fn the_page_of_the_ceremony_has_all_its_modules_and_fetches_nothing() {
        for module in ["ceremony.js", "keyfile.js", "sheet.js", "qr.js", "vendor/noble-ed25519.js", "vendor/sha2.js"] {
            assert!(OFFLINE.contains(&format!("// {module}\n")), "{module}");
        }
        for forbidden in ["fetch(", "indexedDB", "localStorage", "</script", "<!--", "$module99"] {
            assert!(!OFFLINE.contains(forbidden), "{forbidden}");
        }
    }

    #[tokio::test]
    async fn the_folder_is_served_for_ever_and_nothing_beside_it() {
        let ask = async |folder: &str, name: &str| {
            let answer = super::file(super::Path((folder.to_owned(), name.to_owned()))).await;
            let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            format!("{} {} {}", answer.status().as_u16(), header("content-type"), header("cache-control"))
        };
        let folder = super::FOLDER.as_str();
        let kept = "public, max-age=31536000, immutable";
        for (name, media_type, _) in files() {
            assert_eq!(ask(folder, name).await, format!("200 {media_type} {kept}"), "{name}");
        }
        for (folder, name) in [(folder, "mod.rs"), (folder, "../desk.js"), (folder, ""), ("desk-0", "desk.js")] {
            assert_eq!(ask(folder, name).await, "404  ", "{folder}/{name}");
        }
    }

    #[test]
    fn every_sentence_that_a_script_says_is_there_in_both_languages() {
        assert!(WORDS.windows(2).all(|two| two[0].0 < two[1].0), "the words are in the order of their names");
        let known = |name: &str| WORDS.iter().any(|(known, ..)| *known == name);
        let mut asked = 0;
        for (file, _, text) in OWN.iter().chain([&CEREMONY]) {
            let said = quoted(text, "say(\"");
            let refused = text.lines().filter(|line| line.contains("require(") || line.contains("new Refused("));
            let codes = refused.filter_map(|line| line.rsplit('"').nth(1));
            // These a person cannot bring about: then something is wrong with the page, and that is said.
            let of_pages = ["bad-field-name", "bad-key-name", "bad-opening"];
            for name in said.chain(codes.filter(|code| !of_pages.contains(code))) {
                assert!(known(name), "{file} says {name}");
                asked += 1;
            }
        }
        assert!(asked > 60, "the scripts say less than they did: {asked}");
        for (name, id, en) in WORDS {
            assert!(!id.is_empty() && !en.is_empty(), "{name}");
            let told = format!(" {} ", en.to_lowercase());
            for jargon in [" key ", " keys ", "hash", "signature", "digest"] {
                assert!(!told.contains(jargon), "{name}: {en}");
            }
        }
    }

    #[test]
    fn amounts_in_words_are_those_that_the_kinds_declare() {
        let (_, _, script) = OWN.iter().find(|(name, ..)| *name == "words.js").expect("words.js is served");
        let listed = script.split("const AMOUNTS = [").nth(1).and_then(|rest| rest.split(']').next());
        let listed: Vec<&str> = listed.unwrap_or_default().split(", ").map(|name| name.trim_matches('"')).collect();
        for &kind in KINDS {
            for field in Body::fields(kind) {
                let (above, name) = field.name.rsplit_once('.').unwrap_or(("", &field.name));
                if above != "amounts" {
                    let declared = field.what == Amount::what();
                    assert_eq!(listed.contains(&name), declared, "{kind}: {} is {}", field.name, field.what);
                }
            }
        }
    }
}
