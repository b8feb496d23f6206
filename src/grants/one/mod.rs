//! Rule set 1: the whole way of a grant. Released rules never change (I8).
//!
//! A statement is judged in this order; the first that refuses counts:
//!
//! | step | rule | refused |
//! |---|---|---|
//! | 1 | B1 | any statement before the founding, and a second founding |
//! | 2 | B9 | `event_date` after the local date of recorded_at; `expires` before it, or too far ahead |
//! | 3 | B1, B4, B14 | a thing that should exist and does not, or should not and does; a number that is not the next |
//! | 4 | B2 | a signer whose key is not in force |
//! | 5 | B13 | `after` not the latest |
//! | 6 | B1 | a step on a closed or held case |
//! | 7 | B14 | a suspended or barred organisation that asks for something, or is given something |
//! | 8 | B2 | a signer too many or too few, of the wrong office, agency or organisation; `decided_by` without the post |
//! | 9 | B2 | a step on a disputed case that does not mend it |
//! | 10 | B12 | personal data in free text |
//! | 11 | form | a word that the profile's vocabularies do not have |
//! | 12 | B3 | a person in two roles that must be apart |
//! | 13 | B10 | a document's number that is used already |
//! | 14 | B9, B11, B5, B7, B8 | a day in the body that cannot be; what the step rests on is not there |
//! | 15 | B1 | a stage skipped |
//! | 16 | B6, B15, B16 | more than the amount or the count allowed; an individual as recipient of a grant |

mod agreements;
mod amounts;
mod applications;
pub mod bodies;
mod cases;
mod change;
pub mod claim;
mod considering;
mod corrections;
mod endings;
mod execution;
mod founding;
mod frame;
mod from_zero;
pub mod keys;
mod notes;
mod numbers;
pub mod offices;
mod officials;
mod organisations;
mod paper_rows;
mod papers;
pub mod parties;
mod payments;
mod personal_data;
mod places;
pub mod profile;
mod reports;
mod row;
mod shelf;
mod signers;
pub mod stages;
pub mod state;
pub mod things;
pub mod ways;
#[cfg(test)]
mod workflow_tests;
mod years;

use smallvec::smallvec;

use self::bodies::Body;
use self::change::{Abouts, Edit, KeyEdit};
use self::claim::Claim;
use self::keys::KeyNumber;
use self::profile::Profile;
use self::signers::{Needs, Persons, Signed};
use self::state::{Frame, Known, NumberKey, State};
use self::things::{More, Trace};
use crate::grants::about::{About, CaseId};
use crate::grants::claim::Envelope;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Sentence, sentence};
use crate::grants::state::Place;
use crate::grants::time::Date;

pub use self::bodies::KINDS;
pub use self::change::Change;
pub(super) use self::from_zero::{from_zero, taken_over};

/// What all judging of one statement looks at.
struct Bench<'a> {
    state: &'a State,
    frame: &'a Frame,
    profile: &'a Profile,
    envelope: &'a Envelope,
    body: &'a Body,
    /// The numbers of the signers' keys; none for a key that is not on the ledger yet.
    numbers: &'a [Option<KeyNumber>],
    /// The case that is judged, looked up once.
    own: Option<(CaseId, Known<'a>)>,
    place: Place,
    /// The local date of recorded_at.
    today: Date,
}

/// What an allowed statement makes: an edit, and what goes with it.
struct Made {
    edit: Edit,
    /// The things whose head the entry becomes, the statement's own first.
    moves: Abouts,
    /// Things beside those that are shown otherwise from now on.
    shown: Vec<About>,
    keys: KeyEdit,
    used: Vec<NumberKey>,
    freed: Vec<NumberKey>,
}

type Outcome = Result<Made, Refusal>;

impl Made {
    /// An edit of the statement's own thing and of nothing else.
    fn of(edit: Edit, about: About) -> Self {
        Made {
            edit,
            moves: smallvec![about],
            shown: Vec::new(),
            keys: KeyEdit::default(),
            used: Vec::new(),
            freed: Vec::new(),
        }
    }
}

/// As many as nearly all statements have at most; more cost an allocation.
const FEW_SIGNERS: usize = 4;

fn refuse<T>(rule: Rule, sentence: Sentence) -> Result<T, Refusal> {
    Err(Refusal::new(rule, sentence))
}

pub(super) fn judge(state: &State, claim: &Claim, place: Place) -> Result<Change, Refusal> {
    let Some(frame) = state.frame() else {
        return founding::judge(state, claim, place);
    };
    let profile = &*frame.profile;
    let today = place.recorded_at.local_date(profile.utc_offset_min);
    let signers = &claim.envelope.signers;
    let (mut few, many);
    let numbers: &[Option<KeyNumber>] = if signers.len() <= FEW_SIGNERS {
        few = [None; FEW_SIGNERS];
        few.iter_mut().zip(signers).for_each(|(number, signer)| *number = state.keys.number(signer));
        &few[..signers.len()]
    } else {
        many = signers.iter().map(|signer| state.keys.number(signer)).collect::<Vec<_>>();
        &many
    };
    let own = match claim.envelope.about {
        About::Case(id) => state.known(&id).map(|known| (id, known)),
        _ => None,
    };
    let (envelope, body) = (&claim.envelope, &claim.body);
    let bench = Bench { state, frame, profile, envelope, body, numbers, own, place, today };
    if matches!(claim.body, Body::LedgerFounded(_)) {
        return refuse(
            Rule::B1,
            sentence!(
                "The ledger is already founded; a founding is entry 0 and no other",
                "Buku besar sudah didirikan; pendirian hanya entri 0"
            ),
        );
    }
    dates(&claim.envelope, today, profile)?;
    bench.place_in_series()?;
    bench.keys_in_force()?;
    bench.latest()?;
    let made = bench.judge_body()?;
    Ok(bench.change(made))
}

/// B9. The claimed day is not in the future, and the statement is still fresh.
fn dates(envelope: &Envelope, today: Date, profile: &Profile) -> Result<(), Refusal> {
    let (event, expires) = (envelope.event_date, envelope.expires);
    if event > today {
        return refuse(
            Rule::B9,
            sentence!(
                "The event_date {event} is after today, {today}; record it once it has happened",
                "Tanggal kejadian (event_date) {event:#} sesudah hari ini, {today:#}; catat setelah terjadi"
            ),
        );
    }
    if expires < today {
        return refuse(
            Rule::B9,
            sentence!(
                "The statement expired on {expires} and today is {today}; sign it again",
                "Pernyataan ini kedaluwarsa pada {expires:#} dan hari ini {today:#}; tandatangani lagi"
            ),
        );
    }
    let ahead = today.days_until(expires);
    let limit = i64::try_from(profile.expires_max_days).unwrap_or(i64::MAX);
    if ahead > limit {
        return refuse(
            Rule::B9,
            sentence!(
                "The statement expires {ahead} days ahead, more than {limit}; sign it again with an earlier expires",
                "Pernyataan ini berlaku {ahead} hari ke depan, lebih dari {limit}; tandatangani lagi dengan tanggal expires yang lebih awal"
            ),
        );
    }
    Ok(())
}

impl<'a> Bench<'a> {
    /// The change of an allowed statement: what every kind leaves, and what it makes.
    fn change(&self, made: Made) -> Change {
        let Made { edit, moves, shown, keys, used, freed } = made;
        let number = self.body.number().map(|(_, number)| number.0.as_str());
        let used_here = used.first().filter(|_| !matches!(edit, Edit::Mend(..) | Edit::MendBar(..))).cloned();
        let more = More {
            said: amounts::said(self.body),
            base: match &edit {
                Edit::Open(_, core) => Some(Box::new(things::Base::of(core))),
                _ => None,
            },
            ..More::numbered(number, used_here)
        };
        let kind = self.body.kind();
        let act = Trace {
            keys: self.key_numbers(),
            amount: self.body.amount(),
            ..Trace::new(self.place.index, self.place.recorded_at, self.envelope.event_date, kind).with(more)
        };
        let moved = moves.len();
        let mut touches = moves;
        touches.extend(shown);
        touches.extend(edit.barred());
        Change { index: self.place.index, today: self.today, act, touches, moved, edit, keys, used, freed }
    }

    fn judge_body(&self) -> Outcome {
        match (self.body, self.envelope.about) {
            (Body::RulesAdopted(body), _) => self.adopted(body),
            (Body::ProfileAmended(body), _) => self.amended(body),
            (Body::DeskAppointed(body), _) => self.desk_appointed(body),
            (Body::RootReplaced(body), _) => self.root_replaced(body),
            (Body::LedgerRekeyed(body), _) => self.rekeyed(body),
            (Body::OfficialAppointed(body), About::Official(n)) => self.appointed(n, body),
            (Body::OfficialRetired(body), About::Official(n)) => self.retired(n, body),
            (Body::KeyRotated(body), about) => self.rotated(about, body),
            (Body::KeyReplaced(body), about) => self.replaced(about, body),
            (Body::KeyRevoked(body), about) => self.revoked(about, body),
            (Body::OrganisationRegistered(body), About::Org(n)) => self.registered(n, body),
            (Body::OrganisationAmended(body), About::Org(n)) => self.org_amended(n, body),
            (Body::OrganisationSuspended(body), About::Org(n)) => self.suspended(n, body),
            (Body::OrganisationReinstated(body), About::Org(n)) => self.reinstated(n, body),
            (Body::OrganisationClaimed(body), About::Org(n)) => self.claimed(n, body),
            (Body::EntryConfirmed(body), about) => self.confirmed(about, body),
            (Body::AwardMigrated(body), About::Award(id)) => self.migrated(id, body),
            (_, About::Note { .. }) => self.note(),
            (_, About::Year(year)) => self.about_year(year),
            (_, About::List { .. } | About::Budget { .. } | About::Decree(_)) => self.paper_step(),
            (_, About::Case(id)) if places::begins(self.body.kind()) => self.begins_case(id),
            (_, About::Case(id)) => self.case_step(id),
            // `Claim::parse` has matched about and kind.
            (body, about) => Err(Refusal::form(sentence!(
                "A statement of {} cannot be about {about}",
                "Pernyataan {:#} tidak dapat mengenai {about}; perbaiki about",
                body.kind()
            ))),
        }
    }

    /// The needs of the kind met, and who decided; for kinds about no case.
    fn said(&self) -> Result<(Needs<'a>, Signed, Persons), Refusal> {
        self.said_of(None)
    }

    /// The needs of the kind met, and who decided.
    fn said_of(&self, case: Option<(CaseId, &'a things::Core)>) -> Result<(Needs<'a>, Signed, Persons), Refusal> {
        let needs = self.needs(self.body.kind(), case)?;
        let signed = self.signed_by(&needs)?;
        let decided = self.body.decided_by().map(|decided| self.decided_by(decided, &needs)).transpose()?;
        let persons = self.persons(&signed, decided);
        Ok((needs, signed, persons))
    }

    /// What every statement about no case is asked: who signed and decided, its texts, and its documents' titles.
    /// Answers which appointments' keys signed, and who spoke.
    fn heard(&self) -> Result<(Signed, Persons), Refusal> {
        let (_, signed, persons) = self.said()?;
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        Ok((signed, persons))
    }

    /// Form: public documents bear titles from the profile's list only.
    fn titles_are_known(&self) -> Result<(), Refusal> {
        let titles = &self.profile.documents;
        let mut unknown = None;
        self.body.each_document(&mut |document| {
            if unknown.is_none() && !titles.contains(&document.title) {
                unknown = Some(document);
            }
        });
        match unknown {
            None => Ok(()),
            Some(document) => Err(Refusal::form(sentence!(
                "The profile does not list documents with the title \"{}\"; choose one of its titles",
                "Profil tidak memuat dokumen dengan nama \"{}\"; pilih salah satu nama dokumen dari profil",
                document.title.0
            ))),
        }
    }
}
