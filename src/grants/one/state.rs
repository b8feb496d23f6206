//! The present state of a ledger under rule set 1, made of nothing but its entries.
//!
//! In memory: open cases, cases of the two open fiscal years, organisations, officials, keys, open papers, and the
//! document numbers of the two open years. A closed case of an older year is a [`Residue`]; a used name is known from
//! the counter of its series, and past awards from ranges of rows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smallvec::SmallVec;

use super::keys::{Key, KeyRing};
use super::profile::Profile;
use super::shelf::Shelf;
use super::things::{Case, Flag, Official, Org, Paper, PersonNumber, Report, Residue, Trace, Year};
use crate::grants::about::{About, AwardId, CaseId, CaseOwner, DecreeId, NoteSigner};
use crate::grants::kinds::Kind;
use crate::grants::money::Currency;
use crate::grants::rules::RuleSet;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::tlog::hash::Hash;

/// All that the entries so far have made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) frame: Option<Arc<Frame>>,
    pub(super) keys: KeyRing,
    pub(super) officials: BTreeMap<u64, Official>,
    pub(super) persons: BTreeMap<Box<str>, PersonNumber>,
    /// The appointments of a person, by number of appointment.
    pub(super) posts: BTreeMap<PersonNumber, Vec<u64>>,
    // Boxed: the trees are searched often, and stay small.
    pub(super) orgs: BTreeMap<u64, Box<Org>>,
    pub(super) cases: Shelf,
    pub(super) archive: BTreeMap<CaseId, Residue>,
    /// The last number of each agency's needs.
    pub(super) needs: BTreeMap<u64, u64>,
    pub(super) papers: BTreeMap<About, Paper>,
    pub(super) awards: BTreeMap<[u8; 8], Rows>,
    /// Past awards whose recipient an organisation turned out to be.
    pub(super) claims: BTreeSet<AwardId>,
    pub(super) years: BTreeMap<u16, Year>,
    pub(super) notes: BTreeMap<NoteSigner, u64>,
    pub(super) flags: BTreeMap<About, Flag>,
    pub(super) reports: BTreeMap<About, Report>,
    /// The last day whose refusals were counted.
    pub(super) refusals_counted: Option<Date>,
    pub(super) numbers: Numbers,
    /// The local year of the last entry: when it grows, books are closed.
    pub(super) year_seen: u16,
}

/// What the ledger stands on: its roots change it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The leaf hash of entry 0, the parent of all that has no other.
    pub(super) entry_0: Hash,
    /// The latest entry about the ledger.
    pub(super) head: Hash,
    /// The rule set in force; number 0 only while its adoption of this one is judged.
    pub rules: RuleSet,
    /// Whether this is a ledger for a demonstration or a test.
    pub trial: bool,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// The profile in force.
    pub profile: Arc<Profile>,
    /// The keys that sign checkpoints now.
    pub ledger_keys: Vec<SignerId>,
    /// How many roots must sign.
    pub threshold: u64,
    /// The key of each root now, by number.
    pub roots: BTreeMap<u64, SignerId>,
    /// The key of the desk now.
    pub desk: Option<SignerId>,
}

/// Rows of one register, as ranges: `first -> last`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rows(BTreeMap<u64, u64>);

impl Rows {
    /// Whether the row is among them.
    pub fn has(&self, row: u64) -> bool {
        self.0.range(..=row).next_back().is_some_and(|(_, &last)| last >= row)
    }

    pub(super) fn insert(&mut self, row: u64) {
        let before = self.0.range(..row).next_back().filter(|(_, last)| **last + 1 == row).map(|(&first, _)| first);
        let after = self.0.remove(&(row + 1));
        self.0.insert(before.unwrap_or(row), after.unwrap_or(row));
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|(first, last)| last - first + 1).sum()
    }
}

/// B10: numbers of documents by fiscal year and kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Numbers(BTreeMap<(u16, Kind), BTreeSet<NumberText>>);

/// A number as its office has used it, `<office>\n<number>`. Many begin alike, so that they are ordered by a digest
/// first: a search compares a text only where the digests are equal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct NumberText {
    digest: u64,
    // Shared with the trace that uses it.
    text: Arc<str>,
}

/// A document's number, as it is used once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NumberKey {
    pub(super) year: u16,
    pub(super) kind: Kind,
    // Without its digest: each trace with a number has one of these.
    text: Arc<str>,
}

impl NumberKey {
    /// The number that this office uses in the year.
    pub(super) fn new(year: u16, kind: Kind, office: &str, number: &str) -> Self {
        // On the stack first, as long as both are codes and numbers of a usual length.
        let mut text = SmallVec::<[u8; 96]>::new();
        text.extend_from_slice(office.as_bytes());
        text.push(b'\n');
        text.extend_from_slice(number.trim().as_bytes());
        let text = str::from_utf8(&text).expect("text and text are text");
        NumberKey { year, kind, text: text.into() }
    }

    fn text(&self) -> NumberText {
        NumberText { digest: digest(&self.text), text: Arc::clone(&self.text) }
    }

    /// The office that used it.
    pub(super) fn office(&self) -> &str {
        self.text.split_once('\n').map_or("", |(office, _)| office)
    }

    /// As the paper bears it, without spaces around it.
    pub(super) fn number(&self) -> &str {
        self.text.split_once('\n').map_or("", |(_, number)| number)
    }
}

/// FNV-1a. It only spreads texts; equal ones are told by the texts themselves.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

impl Numbers {
    pub(super) fn has(&self, key: &NumberKey) -> bool {
        self.0.get(&(key.year, key.kind)).is_some_and(|numbers| numbers.contains(&key.text()))
    }

    pub(super) fn insert(&mut self, key: NumberKey) {
        self.0.entry((key.year, key.kind)).or_default().insert(key.text());
    }

    pub(super) fn remove(&mut self, key: &NumberKey) {
        if let Some(numbers) = self.0.get_mut(&(key.year, key.kind)) {
            numbers.remove(&key.text());
        }
    }

    /// The first year of which a number is known.
    #[cfg(test)]
    pub(super) fn oldest_year(&self) -> Option<u16> {
        self.0.iter().find(|(_, numbers)| !numbers.is_empty()).map(|((year, _), _)| *year)
    }

    /// Numbers of years before this one are asked for no more.
    pub(super) fn close_before(&mut self, year: u16) {
        self.0 = self.0.split_off(&(year, Kind::LedgerFounded));
    }
}

/// A case in memory: whole, or what is left of it.
#[derive(Debug, Clone, Copy)]
pub enum Known<'a> {
    /// Open, or of an open fiscal year.
    Whole(&'a Case),
    /// Closed, and its year's books are closed.
    Archived(&'a Residue),
}

impl Known<'_> {
    /// The latest entry about it.
    pub fn head(&self) -> Hash {
        match self {
            Known::Whole(case) => case.head,
            Known::Archived(residue) => residue.head,
        }
    }
}

impl State {
    /// Before entry 0 of the ledger of this origin.
    pub fn new(origin: &str) -> Self {
        State {
            origin: origin.to_owned(),
            size: 0,
            frame: None,
            keys: KeyRing::default(),
            officials: BTreeMap::new(),
            persons: BTreeMap::new(),
            posts: BTreeMap::new(),
            orgs: BTreeMap::new(),
            cases: Shelf::default(),
            archive: BTreeMap::new(),
            needs: BTreeMap::new(),
            papers: BTreeMap::new(),
            awards: BTreeMap::new(),
            claims: BTreeSet::new(),
            years: BTreeMap::new(),
            notes: BTreeMap::new(),
            flags: BTreeMap::new(),
            reports: BTreeMap::new(),
            refusals_counted: None,
            numbers: Numbers::default(),
            year_seen: 0,
        }
    }

    /// The ledger's origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many entries made this state; the index of the next.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What the ledger stands on; `None` before the founding.
    pub fn frame(&self) -> Option<&Frame> {
        self.frame.as_deref()
    }

    /// Every key that was ever admitted.
    pub fn keys(&self) -> &KeyRing {
        &self.keys
    }

    /// The key of this name and id, whether or not in force.
    pub fn key(&self, id: &SignerId) -> Option<&Key> {
        self.keys.get(id)
    }

    /// The profile in force.
    pub fn profile(&self) -> Option<&Profile> {
        self.frame().map(|frame| &*frame.profile)
    }

    /// The last day whose refusals are counted.
    pub fn refusals_counted(&self) -> Option<Date> {
        self.refusals_counted
    }

    /// The government's local day; UTC before the founding.
    pub fn local_date(&self, at: Timestamp) -> Date {
        at.local_date(self.profile().map_or(0, |profile| profile.utc_offset_min))
    }

    /// The leaf hash of the latest entry about this thing, if there is one.
    pub fn head(&self, about: &About) -> Option<Hash> {
        match about {
            About::Ledger => self.frame().map(|frame| frame.head),
            About::Official(n) => self.officials.get(n).map(|official| official.head),
            About::Org(n) => self.orgs.get(n).map(|org| org.head),
            About::Case(id) => self.known(id).map(|known| known.head()),
            About::Decree(_) | About::List { .. } | About::Budget { .. } => {
                self.papers.get(about).map(|paper| paper.head)
            }
            About::Year(year) => self.years.get(year).and_then(|year| year.head),
            // A note or an award takes one statement.
            About::Note { .. } | About::Award(_) => None,
        }
    }

    /// What a statement about this thing must name as `after`: the thing's own head, else its parent's (a case of an
    /// organisation: that organisation; others: entry 0).
    pub fn expected_after(&self, about: &About) -> Option<Hash> {
        self.head(about).or_else(|| match about {
            About::Case(CaseId { owner: CaseOwner::Org(org), .. }) => self.head(&About::Org(*org)),
            _ => self.frame().map(|frame| frame.entry_0),
        })
    }

    /// The last number of a thing's series, 0 where there is none yet. Awards have no series.
    pub fn last_number(&self, about: &About) -> u64 {
        let papers = |first: About, last: About| {
            self.papers.range(first..=last).next_back().map_or(0, |(about, _)| series_number(about))
        };
        match *about {
            About::Official(_) => self.officials.last_key_value().map_or(0, |(&n, _)| n),
            About::Org(_) => self.orgs.last_key_value().map_or(0, |(&n, _)| n),
            About::Case(CaseId { owner: CaseOwner::Org(org), .. }) => self.orgs.get(&org).map_or(0, |org| org.cases),
            About::Case(CaseId { owner: CaseOwner::Agency(agency), .. }) => {
                self.needs.get(&agency).copied().unwrap_or(0)
            }
            About::Decree(DecreeId { year, .. }) => {
                papers(About::Decree(DecreeId { year, n: 0 }), About::Decree(DecreeId { year, n: u64::MAX }))
            }
            About::List { year, .. } => papers(About::List { year, n: 0 }, About::List { year, n: u64::MAX }),
            About::Budget { year, .. } => {
                papers(About::Budget { year, version: 0 }, About::Budget { year, version: u64::MAX })
            }
            About::Note { signer, .. } => self.notes.get(&signer).copied().unwrap_or(0),
            About::Ledger | About::Year(_) | About::Award(_) => 0,
        }
    }

    /// The case, whole or archived.
    pub fn known(&self, id: &CaseId) -> Option<Known<'_>> {
        let whole = self.case(id).map(Known::Whole);
        whole.or_else(|| self.archive.get(id).map(Known::Archived))
    }

    /// The case, as long as it is whole.
    pub fn case(&self, id: &CaseId) -> Option<&Case> {
        self.cases.get(id)
    }

    /// Every whole case.
    pub fn cases(&self) -> impl Iterator<Item = (CaseId, &Case)> {
        self.cases.iter()
    }

    /// The whole cases of one organisation.
    pub fn cases_of(&self, org: u64) -> impl DoubleEndedIterator<Item = (CaseId, &Case)> {
        self.cases.of(CaseOwner::Org(org))
    }

    /// How many cases there are, whole and archived.
    pub fn case_count(&self) -> u64 {
        self.cases.len() as u64 + self.archive.len() as u64
    }

    /// How many past awards there are.
    pub fn award_count(&self) -> u64 {
        self.awards.values().map(Rows::count).sum()
    }

    /// Whether this row was migrated.
    pub fn has_award(&self, id: &AwardId) -> bool {
        self.awards.get(&id.source).is_some_and(|rows| rows.has(id.row))
    }

    /// The organisation of this number.
    pub fn org(&self, n: u64) -> Option<&Org> {
        self.orgs.get(&n).map(|org| &**org)
    }

    /// Every organisation.
    pub fn orgs(&self) -> impl Iterator<Item = (u64, &Org)> {
        self.orgs.iter().map(|(&n, org)| (n, &**org))
    }

    /// The organisation of a case.
    pub fn org_of(&self, id: &CaseId) -> Option<&Org> {
        match id.owner {
            CaseOwner::Org(n) => self.org(n),
            CaseOwner::Agency(_) => None,
        }
    }

    /// The appointment of this number.
    pub fn official(&self, n: u64) -> Option<&Official> {
        self.officials.get(&n)
    }

    /// Every appointment.
    pub fn officials(&self) -> impl Iterator<Item = (u64, &Official)> {
        self.officials.iter().map(|(&n, official)| (n, official))
    }

    /// A list, budget or decree.
    pub fn paper(&self, about: &About) -> Option<&Paper> {
        self.papers.get(about)
    }

    /// A fiscal year.
    pub fn year(&self, year: u16) -> Option<&Year> {
        self.years.get(&year)
    }

    /// Every fiscal year that something names.
    pub fn years(&self) -> impl Iterator<Item = (u16, &Year)> {
        self.years.iter().map(|(&year, totals)| (year, totals))
    }

    /// An open flag of the inspectorate.
    pub fn flag(&self, note: &About) -> Option<&Flag> {
        self.flags.get(note)
    }

    /// The open flags that concern an organisation: that name it, or a case of its own.
    pub fn flags_of(&self, org: u64) -> impl Iterator<Item = (&About, &Flag)> {
        let owns = move |flag: &Flag| flag.case.is_some_and(|case| case.owner == CaseOwner::Org(org));
        self.flags.iter().filter(move |(_, flag)| flag.org == Some(org) || owns(flag))
    }

    /// A citizen's report that is not rated yet.
    pub fn report(&self, note: &About) -> Option<&Report> {
        self.reports.get(note)
    }

    /// Whether a key that was revoked since has signed, while suspect, about the case or its organisation, and nobody
    /// has settled it (formats.md section 4).
    pub fn is_disputed(&self, id: &CaseId) -> bool {
        // Hardly ever is a key revoked; then no trace need be read.
        self.keys.any_revoked()
            && (self.case(id).is_some_and(|case| self.suspect(&case.trace))
                || self.org_of(id).is_some_and(|org| self.suspect(&org.trace)))
    }

    /// The number of a person: the one given before, or the next.
    pub(super) fn person_number(&self, person: &str) -> PersonNumber {
        let next = || PersonNumber(u32::try_from(self.persons.len()).unwrap_or(u32::MAX));
        self.persons.get(person).copied().unwrap_or_else(next)
    }

    pub(super) fn suspect(&self, traces: &[Trace]) -> bool {
        let unsettled = traces.iter().filter(|trace| !trace.settled);
        unsettled.flat_map(|trace| trace.keys.iter().flatten().map(move |&key| (key, trace.at))).any(|(key, at)| {
            // A key that was never revoked is the common case, and answers at once.
            self.keys.suspect(key, at)
        })
    }
}

fn series_number(about: &About) -> u64 {
    match about {
        About::Decree(id) => id.n,
        About::List { n, .. } => *n,
        About::Budget { version, .. } => *version,
        _ => 0,
    }
}
