//! Many cases at once: each organisation applies, and then each case takes one step after another, all of them side by
//! side. What is handed in together in one wave depends on nothing else of it, so its order does not matter.

use std::collections::BTreeMap;

use super::town::{self, CONSIDERING};
use crate::grants::about::About;
use crate::grants::one::profile;
use crate::grants::state::State;
use crate::tlog::hash::Hash;
use crate::tlog::note::NoteSigner;

/// How many waves there are: the application, and each step until the nominative list.
pub const WAVES: usize = 1 + CONSIDERING.len();

/// A case more of each organisation of a [`town`].
pub struct Caseload {
    /// Each case, and the latest entry about its organisation.
    cases: Vec<(u64, String, Hash)>,
    offices: BTreeMap<String, (u64, NoteSigner)>,
}

impl Caseload {
    /// Of the organisations with these numbers, in a town whose ledger has this state.
    ///
    /// # Panics
    /// If it is not a town's.
    #[must_use]
    pub fn of(state: &State, organisations: std::ops::RangeInclusive<u64>) -> Self {
        let case = |org: u64| {
            let case = town::next_case(state, org);
            let about = About::parse(&case).expect("cases are named so");
            (org, case, state.expected_after(&about).expect("the organisation is registered"))
        };
        Self { cases: organisations.map(case).collect(), offices: offices() }
    }

    /// The key of the official who holds this office.
    ///
    /// # Panics
    /// If the profile has no such office.
    #[must_use]
    pub fn office(code: &str) -> NoteSigner {
        offices().remove(code).expect("an office of the profile").1
    }

    /// How many cases there are, and statements in a wave.
    #[must_use]
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// What they are called.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.cases.iter().map(|(_, case, _)| case.clone()).collect()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The statements of a wave, one a case. `heads` are the leaf hashes of those of the wave before.
    ///
    /// # Panics
    /// If there is no such wave, or a head is missing.
    #[must_use]
    pub fn wave(&self, wave: usize, heads: &[Hash]) -> Vec<Vec<u8>> {
        let one = |(at, (org, case, after)): (usize, &(u64, String, Hash))| {
            let about = About::parse(case).expect("cases are named so");
            let content = match wave.checked_sub(1).map(|step| CONSIDERING[step]) {
                None => {
                    let key = town::signer(&format!("org/{org}"));
                    let body = town::application(case);
                    (town::content("application.submitted", about, Some(*after), body, &[&key]), key)
                }
                Some((kind, office)) => {
                    let (n, key) = &self.offices[office];
                    let body = town::considered(kind, case, &town::decided(*n, office));
                    (town::content(kind, about, Some(heads[at]), body, &[key]), key.clone())
                }
            };
            let (content, key) = content;
            let mut draft = content.draft().expect("the form of these holds");
            draft.sign(&key).expect("the key is its signer");
            draft.to_bytes()
        };
        self.cases.iter().enumerate().map(one).collect()
    }
}

/// The number and the key of each office's official.
fn offices() -> BTreeMap<String, (u64, NoteSigner)> {
    let profile = profile::named("kota-bandung").expect("the profile ships with us");
    let office =
        |(n, office): (u64, &profile::Office)| (office.code.0.clone(), (n, town::signer(&format!("official/{n}"))));
    (1..).zip(&profile.offices).map(office).collect()
}
