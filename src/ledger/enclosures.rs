//! What comes with a statement: openings for the vault and documents, all or nothing.
//!
//! The order of writes, for one submission:
//!
//! 1. documents are received into `documents/arriving`; all is checked against the statement;
//! 2. openings are stored in the vault as handed in, documents moved to `documents/pending`: both durable, neither seen;
//! 3. the statement goes to the writer, which records it or refuses it;
//! 4. recorded: openings and documents are put in force; refused: they are dropped.
//!
//! | a stop | leaves | the next start |
//! |---|---|---|
//! | in 1 | half of it in `arriving` | removes it; the sender submits again |
//! | between 1 and 3 | openings or documents that wait, no statement | drops them a day after they came |
//! | between 3 and 4 | a recorded statement, openings and documents that wait | puts them in force |
//! | in 4 | some in force, some that wait | puts the rest in force |
//!
//! A statement that was recorded before, without them, takes its openings and documents in the same way. What waits for
//! a statement that could not be answered for stays until a start finds it recorded, or a day is over.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::documents::{Arrival, DocumentError, Documents, Limits, Pending};
use super::opening::Opening;
use super::statement::Statement;
use super::store::StoreError;
use super::vault::{Granted, HandIn, Kept, Read, Reading, UnlockedVault, VaultError};
use super::writer::{Clock, Writer};
use crate::grants::time::Timestamp;
use crate::tlog::hash::Hash;

/// The most openings with one statement.
pub const MAX_OPENINGS: usize = 20;
/// The largest opening file, in bytes.
pub const MAX_OPENING_BYTES: usize = 16 * 1024;
/// After how long what waits for a statement is dropped, in milliseconds.
const WAIT_MS: i64 = 24 * 3_600_000;

/// Why what came with a statement was not taken; then the statement was not recorded by this submission either.
#[derive(Debug, thiserror::Error)]
pub enum EnclosureError {
    /// There is no vault to put openings in.
    #[error(
        "this ledger has no vault, so openings are not taken here: submit the statement without them, and keep them"
    )]
    NoVault,
    /// Over the bound of their number.
    #[error("more than 20 openings: a statement has at most 20 commitments")]
    TooManyOpenings,
    /// Not an opening file.
    #[error("{0}")]
    BadOpening(super::form::FormError),
    /// Two openings of one commitment.
    #[error("two openings of {0}: send one of each commitment")]
    OpeningTwice(String),
    /// A document is not what the statement says, or not named by it.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The vault does not take an opening.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The clock cannot be right.
    #[error("{0}")]
    Clock(String),
}

impl From<StoreError> for EnclosureError {
    fn from(error: StoreError) -> Self {
        Self::Document(error.into())
    }
}

impl EnclosureError {
    /// A stable code for machines; none where an operator must look.
    #[must_use]
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Self::NoVault => Some("no-vault"),
            Self::TooManyOpenings => Some("too-many-openings"),
            Self::BadOpening(fault) | Self::Vault(VaultError::Opening(fault)) => Some(fault.code.as_str()),
            Self::OpeningTwice(_) => Some("opening-twice"),
            Self::Vault(VaultError::Erased { .. }) => Some("opening-erased"),
            Self::Document(DocumentError::Store(_)) | Self::Vault(_) | Self::Clock(_) => None,
            Self::Document(fault) => Some(fault.code()),
        }
    }

    /// What the files reported, where that is the cause.
    #[must_use]
    pub fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Document(DocumentError::Store(error)) | Self::Vault(VaultError::Store(error)) => Some(error),
            _ => None,
        }
    }
}

/// What one submission brought, received whole but not yet checked.
#[derive(Debug)]
pub struct Enclosed {
    /// Openings, in the order of arrival.
    pub openings: Vec<Opening>,
    /// Documents.
    pub documents: Arrival,
}

/// What waits, durable, for its statement.
#[derive(Debug)]
#[must_use = "what waits is settled or dropped"]
pub struct Held {
    openings: Option<HandIn>,
    documents: Option<Pending>,
}

/// Takes what comes with statements. One a ledger, beside its one writer.
pub struct Enclosures {
    origin: String,
    documents: Documents,
    vault: Option<Mutex<UnlockedVault>>,
    clock: Mutex<Box<dyn Clock>>,
    limits: Limits,
}

impl Enclosures {
    /// Beside the writer of the ledger in `dir`, whose lock keeps other processes away: finishes what a stop left, by
    /// the code that ends every submission.
    ///
    /// # Errors
    /// [`VaultError::OtherLedger`], a clock that cannot be right, what the system reports.
    pub fn open(
        dir: &Path,
        writer: &Writer,
        vault: Option<UnlockedVault>,
        clock: Box<dyn Clock>,
        limits: Limits,
    ) -> Result<Self, EnclosureError> {
        Self::open_awaiting(dir, writer, vault, clock, limits, &|_| false)
    }

    /// As [`Enclosures::open`]; what waits for a statement that is awaited still, since not all have signed it, stays.
    ///
    /// # Errors
    /// As [`Enclosures::open`].
    pub fn open_awaiting(
        dir: &Path,
        writer: &Writer,
        vault: Option<UnlockedVault>,
        clock: Box<dyn Clock>,
        limits: Limits,
        awaited: &dyn Fn(&Hash) -> bool,
    ) -> Result<Self, EnclosureError> {
        if let Some(vault) = vault.as_ref().map(UnlockedVault::vault)
            && vault.origin() != writer.origin()
        {
            return Err(VaultError::OtherLedger(vault.origin().to_owned()).into());
        }
        let documents = Documents::open(dir)?;
        let origin = writer.origin().to_owned();
        let enclosures = Self { origin, documents, vault: vault.map(Mutex::new), clock: Mutex::new(clock), limits };
        enclosures.recover(&|statement| writer.index_of(statement), awaited)?;
        Ok(enclosures)
    }

    fn recover(
        &self,
        recorded: &dyn Fn(&Hash) -> Result<Option<u64>, StoreError>,
        awaited: &dyn Fn(&Hash) -> bool,
    ) -> Result<(), EnclosureError> {
        let now = self.now()?;
        for (statement, at, held) in self.waiting()? {
            if recorded(&statement)?.is_some() {
                self.settle(held)?;
            } else if now.ms() - at.ms() > WAIT_MS && !awaited(&statement) {
                self.discard(held)?;
            }
        }
        Ok(())
    }

    /// All that waits, for which statement, and since when.
    fn waiting(&self) -> Result<Vec<(Hash, Timestamp, Held)>, EnclosureError> {
        let openings = match self.vault() {
            Some(vault) => vault.vault().waiting()?,
            None => Vec::new(),
        };
        let openings =
            openings.into_iter().map(|w| (w.statement, w.at, Held { openings: Some(w.hand_in), documents: None }));
        let documents = self.documents.waiting()?.into_iter();
        let documents = documents.map(|p| (p.statement, p.at, Held { openings: None, documents: Some(p) }));
        Ok(openings.chain(documents).collect())
    }

    /// What waits for this statement: it came with an earlier signature.
    ///
    /// # Errors
    /// What the files report.
    pub fn waiting_for(&self, statement: &Hash) -> Result<Vec<Held>, EnclosureError> {
        Ok(self.waiting()?.into_iter().filter(|(of, ..)| of == statement).map(|(.., held)| held).collect())
    }

    fn now(&self) -> Result<Timestamp, EnclosureError> {
        self.clock.lock().unwrap_or_else(PoisonError::into_inner).now().map_err(EnclosureError::Clock)
    }

    fn vault(&self) -> Option<MutexGuard<'_, UnlockedVault>> {
        self.vault.as_ref().map(|vault| vault.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The ledger's origin.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The bounds of a submission's documents.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Whether openings are taken.
    #[must_use]
    pub fn has_vault(&self) -> bool {
        self.vault.is_some()
    }

    /// What the vault has of these things, without values; none where there is no vault.
    ///
    /// # Errors
    /// What the files report.
    pub fn sealed(&self, things: &[String]) -> Result<Option<Vec<Kept>>, VaultError> {
        self.vault().map(|vault| vault.vault().about(things)).transpose()
    }

    /// As [`Vault::newest_readings`](super::vault::Vault::newest_readings); none where there is no vault.
    ///
    /// # Errors
    /// What the files report.
    pub fn newest_readings(
        &self,
        before: Option<i64>,
        org: Option<u64>,
        most: usize,
    ) -> Result<Option<Vec<Reading>>, VaultError> {
        self.vault().map(|vault| vault.vault().newest_readings(before, org, most)).transpose()
    }

    /// As [`UnlockedVault::read_granted`]; none where there is no vault. The vault is held for one durable write, as by a
    /// statement that brings openings.
    ///
    /// # Errors
    /// As [`UnlockedVault::read_granted`].
    pub fn read(&self, granted: Granted, at: Timestamp) -> Result<Option<Vec<Read>>, VaultError> {
        self.vault().map(|mut vault| vault.read_granted(granted, at)).transpose()
    }

    /// Begins to receive what comes with one statement.
    ///
    /// # Errors
    /// What the system reports.
    pub fn begin(&self) -> Result<Enclosed, EnclosureError> {
        Ok(Enclosed { openings: Vec::new(), documents: self.documents.begin(self.limits)? })
    }

    /// Checks all that came against its statement, then keeps it, durable and unseen, until the statement is recorded
    /// or refused.
    ///
    /// # Errors
    /// [`EnclosureError`]; then nothing is kept.
    pub fn hold(&self, enclosed: Enclosed, statement: &Statement) -> Result<Held, EnclosureError> {
        let Enclosed { openings, documents } = enclosed;
        self.check_openings(&openings, statement)?;
        self.documents.check(&documents, statement)?;
        let at = self.now()?;
        let openings = match self.vault() {
            Some(mut vault) if !openings.is_empty() => Some(vault.hand_in(statement, &openings, at)?),
            _ => None,
        };
        match self.documents.pend(documents, statement.hash(), at) {
            Ok(documents) => Ok(Held { openings, documents }),
            Err(error) => {
                self.discard(Held { openings, documents: None })?;
                Err(error.into())
            }
        }
    }

    fn check_openings(&self, openings: &[Opening], statement: &Statement) -> Result<(), EnclosureError> {
        for (at, opening) in openings.iter().enumerate() {
            let vault = self.vault().ok_or(EnclosureError::NoVault)?;
            vault.check(statement, opening)?;
            if openings[..at].iter().any(|earlier| earlier.pointer == opening.pointer) {
                return Err(EnclosureError::OpeningTwice(opening.pointer.clone()));
            }
        }
        Ok(())
    }

    /// The statement is recorded: puts what came with it in force.
    ///
    /// # Errors
    /// What the files report; then the rest waits for the next start.
    pub fn settle(&self, held: Held) -> Result<(), EnclosureError> {
        if let (Some(hand_in), Some(mut vault)) = (held.openings, self.vault()) {
            vault.vault_mut().settle(hand_in)?;
        }
        if let Some(pending) = &held.documents {
            self.documents.settle(pending)?;
        }
        Ok(())
    }

    /// The statement was refused: drops what came with it.
    ///
    /// # Errors
    /// What the files report; then a start drops it a day after it came.
    pub fn discard(&self, held: Held) -> Result<(), EnclosureError> {
        if let (Some(hand_in), Some(mut vault)) = (held.openings, self.vault()) {
            vault.vault_mut().drop_hand_in(hand_in)?;
        }
        if let Some(pending) = &held.documents {
            self.documents.drop_pending(pending)?;
        }
        Ok(())
    }
}

impl Enclosed {
    /// Takes an opening file.
    ///
    /// # Errors
    /// [`EnclosureError::BadOpening`], [`EnclosureError::TooManyOpenings`].
    pub fn add_opening(&mut self, bytes: &[u8]) -> Result<(), EnclosureError> {
        if self.openings.len() >= MAX_OPENINGS {
            return Err(EnclosureError::TooManyOpenings);
        }
        self.openings.push(Opening::parse(bytes).map_err(EnclosureError::BadOpening)?);
        Ok(())
    }
}
