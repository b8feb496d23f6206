//! What a statement of each kind is about.

use super::Body;
use crate::grants::about::{About, CaseId, CaseOwner, DecreeId, NoteSigner};
use crate::grants::signer::SignerId;

impl Body {
    /// Whether `about` is of the sort that the kind needs, and says the same as the body where both say it.
    ///
    /// # Errors
    /// What it must be about, in words: `org/<number>`.
    pub fn about_agrees(&self, about: About) -> Result<(), String> {
        let (agrees, expected) = match self {
            Body::ListNominated(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::List { year: of, .. } if of == year);
                (agrees, format!("list/{year}/<number>, the year of its body"))
            }
            Body::BudgetEnacted(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::Budget { year: of, version: 1 } if of == year);
                (agrees, format!("budget/{year}/1, the year of its body"))
            }
            Body::BudgetAmended(body) => {
                let year = body.fiscal_year.0;
                let agrees = matches!(about, About::Budget { year: of, version: 2.. } if of == year);
                (agrees, format!("budget/{year}/<version>, the year of its body and a version from 2 on"))
            }
            Body::DecreeIssued(body) => decree_of(body.fiscal_year.0, about),
            Body::DecreeAmended(body) if about == About::Decree(body.amends) => {
                (false, "a decree of its own, not the one that it amends".to_owned())
            }
            Body::DecreeAmended(body) => decree_of(body.fiscal_year.0, about),
            Body::AwardMigrated(body) => {
                let award = body.source.award();
                (about == About::Award(award), format!("{award}, the source of its body"))
            }
            Body::KeyRevoked(body) => match holder(&body.key) {
                Some(holder) => (about == holder, format!("{holder}, whose key its body names")),
                None => (false, "the holder of a key of an official, an organisation, a root or the desk".to_owned()),
            },
            _ => {
                let (agrees, expected) = self.sort_agrees(about);
                (agrees, expected.to_owned())
            }
        };
        if agrees { Ok(()) } else { Err(expected) }
    }

    /// For the kinds whose body says nothing of what they are about.
    fn sort_agrees(&self, about: About) -> (bool, &'static str) {
        match self {
            Body::LedgerFounded(_)
            | Body::RulesAdopted(_)
            | Body::ProfileAmended(_)
            | Body::DeskAppointed(_)
            | Body::RootReplaced(_)
            | Body::LedgerRekeyed(_) => (about == About::Ledger, "ledger"),
            Body::OfficialAppointed(_) | Body::OfficialRetired(_) => {
                (matches!(about, About::Official(_)), "official/<number>")
            }
            Body::KeyRotated(_) | Body::KeyReplaced(_) => (
                matches!(about, About::Official(_) | About::Org(_)),
                "the key's holder, official/<number> or org/<number>",
            ),
            Body::OrganisationRegistered(_)
            | Body::OrganisationAmended(_)
            | Body::OrganisationSuspended(_)
            | Body::OrganisationReinstated(_)
            | Body::OrganisationClaimed(_) => (matches!(about, About::Org(_)), "org/<number>"),
            Body::ListRows(_) | Body::ListSealed(_) | Body::ListAbandoned(_) => {
                (matches!(about, About::List { .. }), "list/<year>/<number>")
            }
            Body::BudgetRows(_) | Body::BudgetSealed(_) | Body::BudgetAbandoned(_) => {
                (matches!(about, About::Budget { .. }), "budget/<year>/<version>")
            }
            Body::DecreeRevoked(_) | Body::DecreeRows(_) | Body::DecreeSealed(_) | Body::DecreeAbandoned(_) => {
                (matches!(about, About::Decree(_)), "decree/<year>/<number>")
            }
            Body::TreasuryReconciled(_) | Body::NeedsRecapped(_) => (matches!(about, About::Year(_)), "year/<year>"),
            _ => self.case_or_note_agrees(about),
        }
    }

    fn case_or_note_agrees(&self, about: About) -> (bool, &'static str) {
        match self {
            Body::ReplacementObjected(_) => (note_of(about) == Some(Signer::Org), "note/org/<number>/<number>"),
            Body::ReportReceived(_) | Body::ReportRated(_) | Body::RefusalsCounted(_) => {
                (note_of(about) == Some(Signer::Desk), "note/desk/<number>")
            }
            Body::ReportAnswered(_)
            | Body::FlagRaised(_)
            | Body::FlagClosed(_)
            | Body::MonitoringRecorded(_)
            | Body::WarningIssued(_)
            | Body::ErasureRecorded(_) => (note_of(about) == Some(Signer::Official), "note/official/<number>/<number>"),
            Body::FlagAnswered(_) => (
                matches!(note_of(about), Some(Signer::Official | Signer::Org)),
                "note/official/<number>/<number> or note/org/<number>/<number>",
            ),
            Body::ApplicationSubmitted(_) | Body::ApplicationFiledAtCounter(_) | Body::CaseAdopted(_) => {
                (matches!(about, About::Case(CaseId { owner: CaseOwner::Org(_), .. })), "case/<organisation>/<number>")
            }
            Body::NeedRecorded(_) => {
                (matches!(about, About::Case(CaseId { owner: CaseOwner::Agency(_), .. })), "case/a<agency>/<number>")
            }
            Body::EntryConfirmed(_) => (
                matches!(about, About::Case(_) | About::Org(_)),
                "a case, case/<organisation>/<number>, or an organisation, org/<number>",
            ),
            Body::IrregularityRecorded(_) => (
                matches!(about, About::Case(_) | About::Year(_)),
                "a case, case/<organisation>/<number>, or a fiscal year, year/<year>",
            ),
            _ => (matches!(about, About::Case(_)), "case/<organisation>/<number>"),
        }
    }
}

fn decree_of(year: u16, about: About) -> (bool, String) {
    let agrees = matches!(about, About::Decree(DecreeId { year: of, .. }) if of == year);
    (agrees, format!("decree/{year}/<number>, the year of its body"))
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
