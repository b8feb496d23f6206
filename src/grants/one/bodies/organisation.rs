//! Bodies of an organisation: its registration, what changes in it, and whether it may apply.

use super::{Address, Document, Registration, Sealed};
use crate::grants::about::AwardId;
use crate::grants::shape::{Code, Text, record};
use crate::grants::signer::Vkey;

record! {
    /// An organisation is known and brings a key.
    pub struct OrganisationRegistered {
        /// Its name.
        name: Text,
        /// A code of the profile's recipient types.
        recipient_type: Code,
        /// Its seat; the city must be there.
        address: Address,
        /// Its licence, if it has one.
        registration: Option<Registration>,
        /// The key, named `<origin>/org/<n>`.
        key: Vkey,
        /// Commitments to its account, to its chair and to what else stays in the vault.
        sealed: Sealed,
    }
}

record! {
    /// What changes in an organisation; a field that is absent stays as it is.
    pub struct OrganisationAmended {
        /// The new name.
        name: Option<Text>,
        /// The new seat, whole; the city must be there.
        address: Option<Address>,
        /// The new licence, whole.
        registration: Option<Registration>,
        /// New commitments, such as to another chair or account.
        sealed: Option<Sealed>,
        /// The deed on which the registrar alone records the change.
        deed: Option<Document>,
        /// Why.
        reason: Text,
    }
}

record! {
    /// An organisation may not apply for now.
    pub struct OrganisationSuspended {
        /// Why.
        reason: Text,
        /// The evidence.
        documents: Option<Vec<Document>>,
    }
}

record! {
    /// A suspended organisation may apply again.
    pub struct OrganisationReinstated {
        /// Why.
        reason: Text,
    }
}

record! {
    /// The recipient of a past award is this organisation.
    pub struct OrganisationClaimed {
        /// The past award.
        award: AwardId,
        /// What shows that it is the same body.
        reason: Text,
    }
}
