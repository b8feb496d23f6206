//! Where a passphrase comes from: a file, the environment, or the person at the terminal.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use zeroize::Zeroizing;

use super::{Failure, files};

/// The passphrase options that several commands share.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Passphrase {
    /// File whose first line is the passphrase of the key files [else: HIBAH_PASSPHRASE, else asked]
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
}

/// The passphrase option of the vault's key file, which is another person's than that of an office's key.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct VaultPassphrase {
    /// File whose first line is the passphrase of the vault's key file
    /// [else: HIBAH_VAULT_PASSPHRASE, HIBAH_PASSPHRASE, else asked]
    #[arg(long, value_name = "FILE")]
    vault_passphrase_file: Option<PathBuf>,
}

impl VaultPassphrase {
    /// As an option of its own, with what it falls back to.
    fn of(&self) -> Option<Passphrase> {
        self.vault_passphrase_file.clone().map(|file| Passphrase { passphrase_file: Some(file) })
    }

    /// The passphrase of an existing vault's key file.
    pub fn get(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        match (self.of(), std::env::var("HIBAH_VAULT_PASSPHRASE")) {
            (Some(file), _) => file.get(what),
            (None, Ok(given)) => Ok(Zeroizing::new(given)),
            (None, Err(_)) => Passphrase::default().get(what),
        }
    }

    /// A passphrase for a new vault's key file.
    pub fn choose(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        match (self.of(), std::env::var("HIBAH_VAULT_PASSPHRASE")) {
            (Some(file), _) => file.choose(what),
            (None, Ok(given)) => long_enough(Zeroizing::new(given)),
            (None, Err(_)) => Passphrase::default().choose(what),
        }
    }
}

impl Passphrase {
    /// The passphrase of an existing key file.
    pub fn get(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        if let Some(given) = self.given()? {
            return Ok(given);
        }
        ask(&format!("Passphrase of {what}: "))
    }

    /// A passphrase for new key files: asked twice.
    pub fn choose(&self, what: &str) -> Result<Zeroizing<String>, Failure> {
        let chosen = match self.given()? {
            Some(given) => given,
            None => {
                let first = ask(&format!("New passphrase for {what}: "))?;
                if *first != *ask("The same again: ")? {
                    return Err(Failure::CouldNot("the two passphrases differ: run the command again".to_owned()));
                }
                first
            }
        };
        long_enough(chosen)
    }

    fn given(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        if let Some(file) = &self.passphrase_file {
            let text = std::fs::read_to_string(file).map(Zeroizing::new).map_err(|error| {
                Failure::CouldNot(format!(
                    "{} could not be read ({}): name a file with the passphrase",
                    file.display(),
                    files::why(&error)
                ))
            })?;
            let line = text.split(['\n', '\r']).next().unwrap_or_default();
            return Ok(Some(Zeroizing::new(line.to_owned())));
        }
        Ok(std::env::var("HIBAH_PASSPHRASE").ok().map(Zeroizing::new))
    }
}

fn long_enough(chosen: Zeroizing<String>) -> Result<Zeroizing<String>, Failure> {
    if chosen.chars().count() < 8 {
        return Err(Failure::CouldNot("the passphrase is too short: use at least 8 characters".to_owned()));
    }
    Ok(chosen)
}

fn ask(prompt: &str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::CouldNot(
            "a passphrase is needed and nobody is at the terminal: set HIBAH_PASSPHRASE or use --passphrase-file"
                .to_owned(),
        ));
    }
    rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(Failure::could_not)
}
