//! Rule set 0: the first stages, for trial ledgers only. Released rules never change (I8).
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
//! | 7 | B2 | a signer too many or too few, of the wrong office, agency or organisation; `decided_by` without the post |
//! | 8 | B2 | a step on a disputed case other than a refusal |
//! | 9 | form | a word that the profile's vocabularies do not have |
//! | 10 | B5 | a warrant without sealed decree or signed agreement |
//! | 11 | B1 | a stage skipped |
//! | 12 | B6 | more than the amount it rests on |
//!
//! Decisions that the text of the rules leaves open: any root beyond the threshold may sign too, any other extra
//! signer is refused; `decided_by` must have held a post that may itself say the kind; each warrant is credited
//! before the next; the pen's office may refuse until the first warrant; rows, seal and abandonment of a decree
//! move the heads of its cases; rows and seal are by the key that issued the decree, an abandonment by any key of
//! that office; a decree may be over the recommendation (that is a flag, not a refusal).

pub mod bodies;
mod cases;
mod change;
pub mod claim;
mod decrees;
mod founding;
pub mod keys;
mod places;
pub mod profile;
mod registers;
mod signers;
mod stages;
pub mod state;
mod things;
#[cfg(test)]
mod workflow_tests;

pub(super) use stages::next;

use self::bodies::Body;
use self::change::{Change, Edit};
use self::claim::Claim;
use self::profile::Profile;
use self::state::{Founding, Place, State};
use crate::grants::about::About;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::Sentence;
use crate::grants::time::Date;

/// What all judging of one statement looks at.
struct Bench<'a> {
    state: &'a State,
    founding: &'a Founding,
    claim: &'a Claim,
    place: Place,
    /// The local date of recorded_at.
    today: Date,
}

pub(super) fn judge(state: &State, claim: &Claim, place: Place) -> Result<Change, Refusal> {
    let Some(founding) = &state.founding else {
        return founding::judge(state, claim, place);
    };
    let today = place.recorded_at.local_date(founding.profile.utc_offset_min);
    let bench = Bench { state, founding, claim, place, today };
    if matches!(claim.body(), Body::LedgerFounded(_)) {
        return refuse(Rule::B1, "The ledger is already founded; a founding is entry 0 and no other".to_owned());
    }
    dates(claim, today, &founding.profile)?;
    bench.place_in_series()?;
    bench.keys_in_force()?;
    bench.latest()?;
    let (edit, touches) = bench.judge_body()?;
    Ok(Change { index: place.index, recorded_at: place.recorded_at, signers: claim.signers().to_vec(), touches, edit })
}

/// An edit, and everything whose head, figures or standing it changes.
type Outcome = Result<(Edit, Vec<About>), Refusal>;

fn refuse<T>(rule: Rule, sentence: String) -> Result<T, Refusal> {
    Err(Refusal::new(rule, Sentence::only_english(sentence)))
}

/// Rule set 0 is for trials of long ago: nobody meets its sentences at the desk, and they are in English only.
fn form(sentence: impl Into<String>) -> Refusal {
    Refusal::form(Sentence::only_english(sentence))
}

/// B9. The claimed day is not in the future, and the statement is still fresh.
fn dates(claim: &Claim, today: Date, profile: &Profile) -> Result<(), Refusal> {
    let (event, expires) = (claim.event_date(), claim.expires());
    if event > today {
        return refuse(
            Rule::B9,
            format!("The event_date {event} is after today, {today}; record it once it has happened"),
        );
    }
    if expires < today {
        return refuse(Rule::B9, format!("The statement expired on {expires} and today is {today}; sign it again"));
    }
    let ahead = today.days_until(expires);
    let limit = i64::try_from(profile.expires_max_days).unwrap_or(i64::MAX);
    if ahead > limit {
        return refuse(
            Rule::B9,
            format!(
                "The statement expires {ahead} days ahead, more than {limit}; sign it again with an earlier expires"
            ),
        );
    }
    Ok(())
}

impl Bench<'_> {
    fn profile(&self) -> &Profile {
        &self.founding.profile
    }

    fn judge_body(&self) -> Outcome {
        match (self.claim.body(), self.claim.about()) {
            (Body::OfficialAppointed(body), About::Official(n)) => self.appointed(n, body),
            (Body::KeyRevoked(body), about) => self.revoked(about, body),
            (Body::OrganisationRegistered(body), About::Org(n)) => self.registered(n, body),
            (Body::AwardMigrated(body), About::Award(id)) => self.migrated(id, body),
            (Body::ApplicationSubmitted(body), About::Case(id)) => self.submitted(id, body),
            (Body::DecreeIssued(body), About::Decree(id)) => self.issued(id, body),
            (Body::DecreeRows(body), About::Decree(id)) => self.rows(id, &body.rows),
            (Body::DecreeSealed(_), About::Decree(id)) => self.sealed(id),
            (Body::DecreeAbandoned(_), About::Decree(id)) => self.abandoned(id),
            (body, About::Case(id)) => self.case_step(id, body),
            // `Claim::parse` has matched about and kind.
            (_, about) => refuse(Rule::Form, format!("A statement of {} cannot be about {about}", self.claim.kind())),
        }
    }
}
