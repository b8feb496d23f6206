//! What holds after every entry, whatever was said.

use std::collections::BTreeMap;

use crate::grants::about::CaseOwner;
use crate::grants::figures::{Figure, Sums};
use crate::grants::kinds::Kind;
use crate::grants::one::corrections;
use crate::grants::one::stages;
use crate::grants::one::state::State;
use crate::grants::one::things::Core;
use crate::grants::one::ways::Way;

/// The first invariant that the state breaks, in words.
pub(super) fn broken(state: &State) -> Option<String> {
    let profile = state.profile()?;
    let mut sums: BTreeMap<u16, Sums> = BTreeMap::new();
    let mut open: BTreeMap<u64, u64> = BTreeMap::new();
    for (id, case) in state.cases() {
        let core = &case.core;
        sums.entry(core.facts.fiscal_year).or_default().add(&core.figures);
        if let CaseOwner::Org(n) = id.owner
            && core.closed.is_none()
        {
            *open.entry(n).or_default() += 1;
        }
        let told = corrections::retold(profile, id, case);
        if let Some(told) = told.filter(|told| told.as_ref() != Ok(core)) {
            return Some(format!("{id}: its entries tell {told:?}, and it is {core:?}"));
        }
        if let Some(words) = amounts(core).or_else(|| order(stages::list(profile, core), core)) {
            return Some(format!("{id}: {words}"));
        }
    }
    for (n, org) in state.orgs() {
        let counted = open.get(&n).copied().unwrap_or(0);
        if org.open_cases != counted {
            return Some(format!("org/{n} counts {} open cases, there are {counted}", org.open_cases));
        }
    }
    // Archived cases stay in the sums of their year.
    let archived = state.case_count() as usize > state.cases().count();
    let differs = |year: u16| {
        let known = state.year(year).map(|year| year.case_sums).unwrap_or_default();
        known != sums.get(&year).copied().unwrap_or_default()
    };
    let year = state.years().map(|(year, _)| year).find(|&year| !archived && differs(year));
    year.map(|year| format!("the sums of {year} are not those of its cases"))
}

fn amounts(core: &Core) -> Option<String> {
    let amount = |figure| core.amount(figure).minor();
    let paid = amount(Figure::Paid) - core.irregular.minor();
    let limit = match core.facts.way {
        Way::Grant => Figure::Agreed,
        _ => Figure::Decreed,
    };
    let over = |less: Figure, more: Figure| {
        core.figures.get(less).is_some() && core.figures.get(more).is_some() && amount(less) > amount(more)
    };
    if paid > amount(limit) {
        return Some(format!("{paid} is paid and {} {}", amount(limit), limit.name()));
    }
    if over(Figure::Agreed, Figure::Decreed) || over(Figure::Decreed, Figure::Enacted) {
        return Some("agreed is over decreed, or decreed over enacted".to_owned());
    }
    if over(Figure::Refunded, Figure::Paid) || amount(Figure::Credited) > amount(Figure::Paid) {
        return Some("refunded or credited is over paid".to_owned());
    }
    None
}

/// No stage is done before the one before it; the agreement and the pledge come in either order.
fn order(list: &[Kind], core: &Core) -> Option<String> {
    let pair = [Kind::AgreementSigned, Kind::IntegrityPledged];
    let mut missing: Option<Kind> = None;
    for &kind in list {
        match (core.done.has(kind), missing) {
            (true, Some(before)) if !(pair.contains(&kind) && pair.contains(&before)) => {
                return Some(format!("{kind} is done and {before} is not"));
            }
            (false, None) => missing = Some(kind),
            _ => {}
        }
    }
    None
}
