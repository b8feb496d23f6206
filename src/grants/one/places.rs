//! Whether a thing exists as a statement about it needs, and whether the statement was signed on its latest state.

use super::state::Known;
use super::things::Case;
use super::{Bench, refuse};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::tlog::hash::Hash;

/// Whether a kind begins a thing, and so takes the next number of its series.
pub fn begins(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::OfficialAppointed
            | Kind::OrganisationRegistered
            | Kind::ApplicationSubmitted
            | Kind::ApplicationFiledAtCounter
            | Kind::NeedRecorded
            | Kind::CaseAdopted
            | Kind::ListNominated
            | Kind::BudgetEnacted
            | Kind::BudgetAmended
            | Kind::DecreeIssued
            | Kind::DecreeAmended
    )
}

impl<'a> Bench<'a> {
    /// The case, whole or archived.
    pub(super) fn known(&self, id: CaseId) -> Option<Known<'a>> {
        match self.own {
            Some((own, known)) if own == id => Some(known),
            _ => self.state.known(&id),
        }
    }

    /// B1: a first statement takes the next number of its series, a later one needs the thing to be there.
    /// B4: a case that was never applied for. B14: an organisation that is not registered.
    pub(super) fn place_in_series(&self) -> Result<(), Refusal> {
        let (kind, about) = (self.body.kind(), self.envelope.about);
        match about {
            About::Ledger | About::Year(_) => Ok(()),
            About::Note { .. } => self.next_of_series(about),
            About::Award(id) if self.state.has_award(&id) => refuse(
                Rule::B1,
                sentence!(
                    "{about} is already migrated; leave this row out",
                    "{about} sudah dipindahkan ke buku besar; hapus baris ini"
                ),
            ),
            About::Award(_) => Ok(()),
            About::Case(id) if begins(kind) => {
                self.owner_known(id)?;
                self.next_of_series(about)
            }
            About::Case(_) if self.own.is_some() => Ok(()),
            About::Case(_) => refuse(
                Rule::B4,
                sentence!(
                    "No application {about} is on the ledger; the organisation must submit it first",
                    "Permohonan {about} tidak ada di buku besar; lembaga harus mengajukannya dulu"
                ),
            ),
            _ if begins(kind) => self.next_of_series(about),
            About::Org(n) if self.state.org(n).is_none() => refuse(
                Rule::B14,
                sentence!(
                    "{about} is not registered; the registrar must register it first",
                    "{about} belum terdaftar; pendaftar lembaga harus mendaftarkannya dulu"
                ),
            ),
            _ if self.state.head(&about).is_none() => refuse(
                Rule::B1,
                sentence!(
                    "There is no {about} on the ledger; correct about and sign again",
                    "{about} tidak ada di buku besar; perbaiki about lalu tandatangani lagi"
                ),
            ),
            _ => Ok(()),
        }
    }

    fn next_of_series(&self, about: About) -> Result<(), Refusal> {
        let (n, next) = (number_of(&about), self.state.last_number(&about) + 1);
        if n == next {
            return Ok(());
        }
        let what = if n < next {
            Both("is already taken", "sudah dipakai")
        } else {
            Both("skips a number", "melompati nomor")
        };
        refuse(
            Rule::B1,
            sentence!(
                "{about} {what}; the next of its series ends in {next}, so sign again about that",
                "{about} {what:#}; nomor urut berikutnya {next}, jadi tandatangani lagi dengan nomor itu"
            ),
        )
    }

    fn owner_known(&self, id: CaseId) -> Result<(), Refusal> {
        match id.owner {
            CaseOwner::Org(org) if self.state.org(org).is_none() => refuse(
                Rule::B14,
                sentence!(
                    "org/{org} is not registered; the registrar must register it first",
                    "org/{org} belum terdaftar; pendaftar lembaga harus mendaftarkannya dulu"
                ),
            ),
            CaseOwner::Agency(n) if self.profile.agency_number(n).is_none() => Err(Refusal::form(sentence!(
                "The profile has no agency number {n}; name one of its agencies",
                "Profil tidak memuat SKPD nomor {n}; sebutkan salah satu SKPD dari profil"
            ))),
            _ => Ok(()),
        }
    }

    /// B13 for the statement itself.
    pub(super) fn latest(&self) -> Result<(), Refusal> {
        self.after_is_latest(&self.envelope.about, self.envelope.after, || {
            Both("The statement's after", "Nilai after pernyataan ini").into()
        })
    }

    /// B13: `after` is the head of the thing, or of its parent if nothing was said about it yet.
    pub(super) fn after_is_latest(
        &self,
        about: &About,
        after: Option<Hash>,
        what: impl Fn() -> Sentence,
    ) -> Result<(), Refusal> {
        let known = match about {
            About::Case(id) => self.known(*id),
            _ => None,
        };
        let expected = known.map(|known| known.head()).or_else(|| self.state.expected_after(about));
        if after == expected {
            return Ok(());
        }
        // After the founding everything that may be judged has a head or a parent.
        let (what, shown) = (what(), expected.map(|head| head.to_hex()).unwrap_or_default());
        Err(Refusal {
            rule: Rule::B13,
            sentence: sentence!(
                "{what} is not the latest entry about {about}, which is {shown}; look at that entry and sign again",
                "{what:#} bukan entri terakhir mengenai {about}, yaitu {shown:#}; lihat entri itu lalu tandatangani lagi"
            ),
            head: expected,
        })
    }

    /// B1: the case is whole in memory and takes steps: not closed, not held by a paper.
    pub(super) fn not_closed(&self, id: CaseId) -> Result<(), Refusal> {
        let closed = match self.known(id) {
            Some(Known::Whole(case)) => case.core.closed,
            Some(Known::Archived(residue)) => Some(residue.closed),
            None => None,
        };
        match closed {
            None => Ok(()),
            Some(closed) => refuse(
                Rule::B1,
                sentence!(
                    "{id} {} and takes no such step; a new undertaking needs a new application",
                    "{id} {:#} dan tidak menerima langkah ini; kegiatan baru memerlukan permohonan baru",
                    closed.words()
                ),
            ),
        }
    }

    /// B1: no open paper holds the case.
    pub(super) fn not_held(&self, id: CaseId) -> Result<(), Refusal> {
        match self.known(id) {
            Some(Known::Whole(Case { held_by: Some(paper), .. })) => refuse(
                Rule::B1,
                sentence!(
                    "{id} is held by {paper}; wait until that paper is sealed or abandoned",
                    "{id} tertahan dalam {paper}; tunggu sampai dokumen itu diberlakukan atau dibatalkan"
                ),
            ),
            _ => Ok(()),
        }
    }
}

fn number_of(about: &About) -> u64 {
    match *about {
        About::Official(n) | About::Org(n) | About::List { n, .. } | About::Note { n, .. } => n,
        About::Case(id) => id.n,
        About::Decree(id) => id.n,
        About::Budget { version, .. } => version,
        About::Ledger | About::Year(_) | About::Award(_) => 0,
    }
}
