//! Key files: a few lines for people, then PKCS#8 encrypted with a passphrase (PBES2), which OpenSSL opens too.
//!
//! ```text
//! hibah key file
//! vkey: hibah.bandung.example/ledger/official/2+1a2b3c4d+AQ...
//!
//! -----BEGIN ENCRYPTED PRIVATE KEY-----
//! ...
//! ```

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use super::{Failure, files};
use crate::tlog::ed25519::SigningKey;
use crate::tlog::note::{NoteSigner, VerifierKey};

const FIRST_LINE: &str = "hibah key file";

/// Makes a key for `name` from the system's random numbers.
pub fn generate(name: &str) -> Result<NoteSigner, Failure> {
    NoteSigner::new(name, new_key()?).map_err(Failure::could_not)
}

/// A key from the system's random numbers.
pub fn new_key() -> Result<SigningKey, Failure> {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    random(&mut *seed)?;
    Ok(SigningKey::from_seed(*seed))
}

/// Writes a key file, mode 0600; an existing file is never overwritten.
pub fn write(file: &Path, signer: &NoteSigner, passphrase: &str) -> Result<(), Failure> {
    write_key(file, signer.verifier(), signer.key(), passphrase)
}

/// As [`write`], of any key and its public half.
pub fn write_key(file: &Path, vkey: &VerifierKey, key: &SigningKey, passphrase: &str) -> Result<(), Failure> {
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    random(&mut salt)?;
    random(&mut iv)?;
    let pem = key.to_encrypted_pem(passphrase.as_bytes(), salt, iv);
    let text = format!("{FIRST_LINE}\nvkey: {vkey}\n\n{}", pem.as_str());
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|e| {
            Failure::CouldNot(format!(
                "{} could not be made ({}): name another folder",
                folder.display(),
                files::why(&e)
            ))
        })?;
    }
    files::write_private(file, text.as_bytes())
}

/// The public half, which needs no passphrase.
pub fn read_public(file: &Path) -> Result<VerifierKey, Failure> {
    let text = read_text(file)?;
    let vkey = text.split('\n').find_map(|line| line.strip_prefix("vkey: "));
    vkey.and_then(|vkey| VerifierKey::parse(vkey).ok()).ok_or_else(|| not_a_key_file(file))
}

/// The key itself, which signs notes.
pub fn read(file: &Path, passphrase: &str) -> Result<NoteSigner, Failure> {
    let (public, key) = read_key(file, passphrase)?;
    let signer = NoteSigner::new(public.name(), key).map_err(Failure::could_not)?;
    if *signer.verifier() != public {
        return Err(Failure::CouldNot(format!(
            "{} is the key of a witness, which signs nothing but cosignatures: name another key file",
            file.display()
        )));
    }
    Ok(signer)
}

/// Any key, and its public half.
pub fn read_key(file: &Path, passphrase: &str) -> Result<(VerifierKey, SigningKey), Failure> {
    let public = read_public(file)?;
    let text = read_text(file)?;
    let pem = text.find("-----BEGIN").map(|at| &text[at..]).ok_or_else(|| not_a_key_file(file))?;
    let key = SigningKey::from_encrypted_pem(pem, passphrase.as_bytes()).map_err(|fault| {
        Failure::CouldNot(format!("{} was not opened ({fault}): type its passphrase again", file.display()))
    })?;
    if key.public() != *public.public() {
        return Err(Failure::CouldNot(format!(
            "{} names another key than it holds: restore it from its copy",
            file.display()
        )));
    }
    Ok((public, key))
}

/// The key files of a folder, by name.
pub fn in_folder(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let listed = std::fs::read_dir(folder).map_err(|e| {
        Failure::CouldNot(format!(
            "{} could not be read ({}): name the folder of the key files",
            folder.display(),
            files::why(&e)
        ))
    })?;
    let mut files: Vec<PathBuf> = listed
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "key"))
        .collect();
    files.sort();
    Ok(files)
}

fn read_text(file: &Path) -> Result<String, Failure> {
    String::from_utf8(files::read(file, "a key file")?).map_err(|_| not_a_key_file(file))
}

fn not_a_key_file(file: &Path) -> Failure {
    Failure::CouldNot(format!("{} is not a hibah key file: make one with `hibah key new`", file.display()))
}

/// Fills `bytes` with the system's random numbers.
pub fn random(bytes: &mut [u8]) -> Result<(), Failure> {
    getrandom::fill(bytes).map_err(|e| Failure::CouldNot(format!("the system gives no random numbers ({e})")))
}
