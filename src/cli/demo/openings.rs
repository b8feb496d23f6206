//! What opens the commitments of a made-up city, and the vault that keeps it.
//!
//! Values and salts follow from names, so the commitments on the ledger are the same each time. The vault itself is a
//! real one: what seals it is random, so its bytes differ from run to run, and what it opens does not.

use std::path::Path;

use super::city::{City, published_key};
use crate::grants::about::About;
use crate::grants::time::Timestamp;
use crate::ledger::opening::{Opening, commitment};
use crate::ledger::reader::Reader;
use crate::ledger::store::StoreError;
use crate::ledger::vault::{UnlockedVault, Vault, VaultError, VaultKey};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::NoteSigner;

/// What opens a commitment, and when its statement was recorded.
#[derive(Clone, Debug)]
pub struct Kept {
    /// What the statement is about.
    pub about: About,
    /// Statement, place, salt and value.
    pub opening: Opening,
    /// When the statement was recorded.
    pub at: Timestamp,
}

/// An erasure: which opening, under which law, when.
#[derive(Clone, Debug)]
pub struct Erasing {
    /// The statement with the commitment.
    pub statement: Hash,
    /// The commitment's place in it.
    pub pointer: String,
    /// The law that asks for it.
    pub basis: String,
    /// When.
    pub at: Timestamp,
}

/// Everything that a city sealed, and what was erased of it since.
#[derive(Default)]
pub struct Openings {
    kept: Vec<Kept>,
    erasures: Vec<Erasing>,
}

impl Openings {
    /// What was sealed, in the order of its statements.
    #[must_use]
    pub fn all(&self) -> &[Kept] {
        &self.kept
    }

    /// What was erased of it.
    #[must_use]
    pub fn erasures(&self) -> &[Erasing] {
        &self.erasures
    }

    /// The first opening of a name about a thing.
    #[must_use]
    pub fn first(&self, about: &About, name: &str) -> Option<&Opening> {
        let pointer = pointer(name);
        let of = |kept: &&Kept| kept.about == *about && kept.opening.pointer == pointer;
        self.kept.iter().find(of).map(|kept| &kept.opening)
    }

    /// A commitment to a value, and its opening without the statement, which is not there yet.
    pub(super) fn seal(&self, origin: &str, about: &About, name: &str, value: &str) -> (Hash, Opening) {
        let pointer = pointer(name);
        // Never the same for two commitments of a thing.
        let of = |kept: &&Kept| kept.about == *about && kept.opening.pointer == pointer;
        let before = self.kept.iter().filter(of).count();
        let again = if before == 0 { String::new() } else { format!(" {}", before + 1) };
        let salt = *sha256(format!("hibah published salt\n{origin}/{about}/{name}{again}\n").as_bytes()).as_bytes();
        let made = commitment(origin, &about.to_string(), &pointer, &salt, value);
        (made, Opening { statement: Hash::from_bytes([0; 32]), pointer, salt, value: value.to_owned() })
    }

    pub(super) fn keep(&mut self, openings: impl IntoIterator<Item = Kept>) {
        self.kept.extend(openings);
    }

    pub(super) fn erase(&mut self, erasing: Erasing) {
        self.erasures.push(erasing);
    }
}

/// Where the commitment of a name stands in a statement.
fn pointer(name: &str) -> String {
    format!("/body/sealed/{name}")
}

/// Whose seed the keys of the vault are derived from: it signs nothing.
#[must_use]
pub fn vault_key(origin: &str) -> NoteSigner {
    published_key(origin, "vault")
}

/// Makes the vault beside the ledger in `dir`: every opening from the day of its statement on, and erased what the
/// ledger says was erased.
///
/// # Errors
/// What the ledger or the vault report.
pub fn fill_vault(dir: &Path, city: &City) -> Result<UnlockedVault, VaultError> {
    let origin = city.state().origin();
    let reader = Reader::open(dir)?;
    let mut vault = Vault::create(dir, origin, VaultKey::derive(&vault_key(origin).key().seed()))?;
    let not_there = |hash: &Hash| StoreError::Damaged {
        file: dir.to_owned(),
        what: format!("the statement {hash} that has an opening is not on the ledger"),
    };
    let mut puts = Vec::new();
    for kept in city.openings().all() {
        let hash = kept.opening.statement;
        let index = reader.index_of_statement(&hash)?.ok_or_else(|| not_there(&hash))?;
        let statement = reader.statement(index, origin)?.ok_or_else(|| not_there(&hash))?;
        puts.push((statement, kept.opening.clone(), kept.at));
    }
    vault.put_all(&puts)?;
    for erasing in city.openings().erasures() {
        vault.vault_mut().erase(&erasing.statement, &erasing.pointer, &erasing.basis, erasing.at)?;
    }
    Ok(vault)
}
