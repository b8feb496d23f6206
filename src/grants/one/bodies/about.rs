//! What a statement of each kind is about.

use super::Body;
use crate::grants::about::{About, CaseId, CaseOwner, DecreeId, NoteSigner};
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::signer::SignerId;

impl Body {
    /// Whether `about` is of the sort that the kind needs, and says the same as the body where both say it.
    ///
    /// # Errors
    /// What it must be about, in words: `org/<number>`.
    pub fn about_agrees(&self, about: About) -> Result<(), Sentence> {
        match self {
            Body::ListNominated(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::List { year: of, .. } if of == year);
                told(agrees, || {
                    sentence!("list/{year}/<number>, the year of its body", "list/{year}/<nomor>, tahun menurut isinya")
                })
            }
            Body::BudgetEnacted(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::Budget { year: of, version: 1 } if of == year);
                told(agrees, || {
                    sentence!("budget/{year}/1, the year of its body", "budget/{year}/1, tahun menurut isinya")
                })
            }
            Body::BudgetAmended(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::Budget { year: of, version: 2.. } if of == year);
                told(agrees, || {
                    sentence!(
                        "budget/{year}/<version>, the year of its body and a version from 2 on",
                        "budget/{year}/<versi>, tahun menurut isinya dan versi mulai 2"
                    )
                })
            }
            Body::DecreeIssued(body) => decree_of(body.fiscal_year.0, about),
            Body::DecreeAmended(body) if about == About::Decree(body.amends) => told(false, || {
                Both("a decree of its own, not the one that it amends", "keputusan tersendiri, bukan yang diubahnya")
            }),
            Body::DecreeAmended(body) => decree_of(body.fiscal_year.0, about),
            Body::AwardMigrated(body) => {
                let award = body.source.award();
                told(about == About::Award(award), || {
                    sentence!("{award}, the source of its body", "{award}, sumber menurut isinya")
                })
            }
            Body::KeyRevoked(body) => match holder(&body.key) {
                Some(holder) => told(about == holder, || {
                    sentence!("{holder}, whose key its body names", "{holder}, yang kuncinya disebut isinya")
                }),
                None => told(false, || {
                    Both(
                        "the holder of a key of an official, an organisation, a root or the desk",
                        "pemegang kunci pejabat, lembaga, kunci akar, atau loket daring",
                    )
                }),
            },
            _ => {
                let (agrees, expected) = self.sort_agrees(about);
                told(agrees, || expected)
            }
        }
    }

    /// For the kinds whose body says nothing of what they are about.
    fn sort_agrees(&self, about: About) -> (bool, Both) {
        match self {
            Body::LedgerFounded(_)
            | Body::RulesAdopted(_)
            | Body::ProfileAmended(_)
            | Body::DeskAppointed(_)
            | Body::RootReplaced(_)
            | Body::LedgerRekeyed(_) => (about == About::Ledger, Both("ledger", "ledger")),
            Body::OfficialAppointed(_) | Body::OfficialRetired(_) => {
                (matches!(about, About::Official(_)), Both("official/<number>", "official/<nomor>"))
            }
            Body::KeyRotated(_) | Body::KeyReplaced(_) => (
                matches!(about, About::Official(_) | About::Org(_)),
                Both(
                    "the key's holder, official/<number> or org/<number>",
                    "pemegang kunci, official/<nomor> atau org/<nomor>",
                ),
            ),
            Body::OrganisationRegistered(_)
            | Body::OrganisationAmended(_)
            | Body::OrganisationSuspended(_)
            | Body::OrganisationReinstated(_)
            | Body::OrganisationClaimed(_) => (matches!(about, About::Org(_)), Both("org/<number>", "org/<nomor>")),
            Body::ListRows(_) | Body::ListSealed(_) | Body::ListAbandoned(_) => {
                (matches!(about, About::List { .. }), Both("list/<year>/<number>", "list/<tahun>/<nomor>"))
            }
            Body::BudgetRows(_) | Body::BudgetSealed(_) | Body::BudgetAbandoned(_) => {
                (matches!(about, About::Budget { .. }), Both("budget/<year>/<version>", "budget/<tahun>/<versi>"))
            }
            Body::DecreeRevoked(_) | Body::DecreeRows(_) | Body::DecreeSealed(_) | Body::DecreeAbandoned(_) => {
                (matches!(about, About::Decree(_)), Both("decree/<year>/<number>", "decree/<tahun>/<nomor>"))
            }
            Body::TreasuryReconciled(_) | Body::NeedsRecapped(_) => {
                (matches!(about, About::Year(_)), Both("year/<year>", "year/<tahun>"))
            }
            _ => self.case_or_note_agrees(about),
        }
    }

    fn case_or_note_agrees(&self, about: About) -> (bool, Both) {
        match self {
            Body::ReplacementObjected(_) => {
                (note_of(about) == Some(Signer::Org), Both("note/org/<number>/<number>", "note/org/<nomor>/<nomor>"))
            }
            Body::ReportReceived(_) | Body::ReportRated(_) | Body::RefusalsCounted(_) => {
                (note_of(about) == Some(Signer::Desk), Both("note/desk/<number>", "note/desk/<nomor>"))
            }
            Body::ReportAnswered(_)
            | Body::FlagRaised(_)
            | Body::FlagClosed(_)
            | Body::MonitoringRecorded(_)
            | Body::WarningIssued(_)
            | Body::ErasureRecorded(_) => (
                note_of(about) == Some(Signer::Official),
                Both("note/official/<number>/<number>", "note/official/<nomor>/<nomor>"),
            ),
            Body::FlagAnswered(_) => (
                matches!(note_of(about), Some(Signer::Official | Signer::Org)),
                Both(
                    "note/official/<number>/<number> or note/org/<number>/<number>",
                    "note/official/<nomor>/<nomor> atau note/org/<nomor>/<nomor>",
                ),
            ),
            Body::ApplicationSubmitted(_) | Body::ApplicationFiledAtCounter(_) | Body::CaseAdopted(_) => (
                matches!(about, About::Case(CaseId { owner: CaseOwner::Org(_), .. })),
                Both("case/<organisation>/<number>", "case/<lembaga>/<nomor>"),
            ),
            Body::NeedRecorded(_) => (
                matches!(about, About::Case(CaseId { owner: CaseOwner::Agency(_), .. })),
                Both("case/a<agency>/<number>", "case/a<SKPD>/<nomor>"),
            ),
            Body::EntryConfirmed(_) => (
                matches!(about, About::Case(_) | About::Org(_)),
                Both(
                    "a case, case/<organisation>/<number>, or an organisation, org/<number>",
                    "kasus, case/<lembaga>/<nomor>, atau lembaga, org/<nomor>",
                ),
            ),
            Body::IrregularityRecorded(_) => (
                matches!(about, About::Case(_) | About::Year(_)),
                Both(
                    "a case, case/<organisation>/<number>, or a fiscal year, year/<year>",
                    "kasus, case/<lembaga>/<nomor>, atau tahun anggaran, year/<tahun>",
                ),
            ),
            _ => (matches!(about, About::Case(_)), Both("case/<organisation>/<number>", "case/<lembaga>/<nomor>")),
        }
    }
}

fn decree_of(year: u16, about: About) -> Result<(), Sentence> {
    told(matches!(about, About::Decree(DecreeId { year: of, .. }) if of == year), || {
        sentence!("decree/{year}/<number>, the year of its body", "decree/{year}/<nomor>, tahun menurut isinya")
    })
}

/// What was expected is put into words only where it is not so.
fn told<S: Into<Sentence>>(agrees: bool, expected: impl FnOnce() -> S) -> Result<(), Sentence> {
    if agrees { Ok(()) } else { Err(expected().into()) }
}

/// What a statement about this key is about, by the end of its name (formats.md section 4): the official or the
/// organisation that holds it, and the ledger for `/root/<n>` and `/desk`.
fn holder(key: &SignerId) -> Option<About> {
    let mut end = key.name().rsplitn(3, '/');
    let (last, before) = (end.next()?, end.next()?);
    match About::parse(&format!("{before}/{last}")) {
        Some(holder @ (About::Official(_) | About::Org(_))) => Some(holder),
        _ if before == "root" || last == "desk" => Some(About::Ledger),
        _ => None,
    }
}

#[derive(PartialEq, Eq)]
enum Signer {
    Official,
    Org,
    Desk,
}

fn note_of(about: About) -> Option<Signer> {
    match about {
        About::Note { signer: NoteSigner::Official(_), .. } => Some(Signer::Official),
        About::Note { signer: NoteSigner::Org(_), .. } => Some(Signer::Org),
        About::Note { signer: NoteSigner::Desk, .. } => Some(Signer::Desk),
        _ => None,
    }
}
