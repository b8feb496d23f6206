//! Entry 0.

use crate::grants::about::About;
use crate::grants::rules::{Refusal, Rule, RuleSet};
use crate::grants::zero::bodies::{Body, LedgerFounded};
use crate::grants::zero::change::{Change, Edit};
use crate::grants::zero::claim::Claim;
use crate::grants::zero::keys::{Holder, KeyRing};
use crate::grants::zero::state::{Place, State};

use super::{dates, form, refuse};

/// The rule set that a founding names, by which it is itself judged.
fn rules_of_founding(claim: &Claim) -> Result<RuleSet, Refusal> {
    let body = founding_body(claim)?;
    RuleSet::number(body.rules)
        .filter(|rules| *rules == RuleSet::Zero)
        .ok_or_else(|| form(format!("This program has no rule set {}; name rule set 0", body.rules)))
}

fn founding_body(claim: &Claim) -> Result<&LedgerFounded, Refusal> {
    match claim.body() {
        Body::LedgerFounded(body) => Ok(body),
        _ => refuse(Rule::B1, format!("The ledger is not founded; ledger.founded must come before {}", claim.kind())),
    }
}

pub(super) fn judge(state: &State, claim: &Claim, place: Place) -> Result<Change, Refusal> {
    let body = founding_body(claim)?;
    let rules = rules_of_founding(claim)?;
    dates(claim, place.recorded_at.local_date(body.profile.utc_offset_min), &body.profile)?;
    trial(state.origin(), body.trial)?;
    keys(state.origin(), body)?;
    let mut roots: Vec<_> = body.keys.roots.iter().map(|root| root.id()).collect();
    roots.sort();
    if !claim.signers().iter().eq(roots) {
        return refuse(
            Rule::B2,
            "A founding is signed by every root key and no other; sign it again with exactly those".to_owned(),
        );
    }
    Ok(Change {
        index: place.index,
        recorded_at: place.recorded_at,
        signers: claim.signers().to_vec(),
        touches: vec![About::Ledger],
        edit: Edit::Found { rules, body: Box::new(body.clone()) },
    })
}

/// Rule set 0 is for trials, and a trial is known by its origin (formats.md section 6).
fn trial(origin: &str, trial: bool) -> Result<(), Refusal> {
    let host = origin.split('/').next().unwrap_or_default();
    if !trial {
        return Err(form("Rule set 0 is for trial ledgers; found it with trial true"));
    }
    if !host.ends_with(".example") {
        return Err(form(format!(
            "The host of a trial ledger's origin must end in .example, unlike {origin}; choose another origin"
        )));
    }
    Ok(())
}

fn keys(origin: &str, body: &LedgerFounded) -> Result<(), Refusal> {
    let mut ring = KeyRing::default();
    ring.check_new(&body.keys.ledger, Holder::Ledger, origin)?;
    ring.admit(body.keys.ledger.clone(), Holder::Ledger, 0, None);
    for (n, root) in (1..).zip(&body.keys.roots) {
        ring.check_new(root, Holder::Root(n), origin)?;
        ring.admit(root.clone(), Holder::Root(n), 0, None);
    }
    Ok(())
}
