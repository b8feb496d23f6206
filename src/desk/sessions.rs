//! Who is signed in. A session says whose drafts and tasks are shown; it cannot sign, for that takes the key, which is
//! never here.
//!
//! Sessions are in memory alone: a restart signs everybody out, and nothing of them is ever in a backup.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::challenge::Challenge;
use crate::grants::time::Timestamp;

/// How long a session lasts without a request.
const IDLE_MS: i64 = 30 * 60 * 1_000;
/// How long it lasts at most: a working day.
const WHOLE_MS: i64 = 9 * 60 * 60 * 1_000;
/// The most sessions and the most challenges at once; the oldest make room.
const MOST: usize = 10_000;
/// The most sessions of one key; the one that was not seen for longest makes room.
const MOST_OF_ONE: usize = 50;
/// How many bytes from the system's random numbers make a token.
const TOKEN_BYTES: usize = 32;

/// The system gave no random numbers.
#[derive(Debug, thiserror::Error)]
#[error("the system gives no random numbers ({0}): nobody can be signed in")]
pub struct NoRandom(String);

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Their public key, as a verifier key spells it.
    pub public: String,
    /// What every form of theirs carries, so that no other site can send one.
    pub csrf: String,
    since: Timestamp,
    seen: Timestamp,
}

/// All who are signed in, and what was asked of those who are about to be.
#[derive(Default)]
pub struct Sessions(Mutex<Inside>);

#[derive(Default)]
struct Inside {
    sessions: HashMap<String, Session>,
    challenges: HashMap<String, Challenge>,
}

/// So many random bytes, in hexadecimal.
///
/// # Errors
/// [`NoRandom`].
pub fn token() -> Result<String, NoRandom> {
    random::<TOKEN_BYTES>().map(hex::encode)
}

/// Random bytes from the system.
///
/// # Errors
/// [`NoRandom`].
pub fn random<const N: usize>() -> Result<[u8; N], NoRandom> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| NoRandom(e.to_string()))?;
    Ok(bytes)
}

impl Sessions {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks somebody to prove whose key they have.
    ///
    /// # Errors
    /// [`NoRandom`].
    pub fn challenge(&self, origin: &str, now: Timestamp) -> Result<Challenge, NoRandom> {
        let challenge = Challenge { origin: origin.to_owned(), nonce: random()?, made: now };
        let challenges = &mut self.inside().challenges;
        let late = |made: Timestamp| now.ms() - made.ms() > super::challenge::VALID_FOR_MS;
        challenges.retain(|_, challenge| !late(challenge.made));
        make_room(challenges, |challenge| challenge.made);
        challenges.insert(hex::encode(challenge.nonce), challenge.clone());
        Ok(challenge)
    }

    /// The challenge with this nonce, once.
    pub fn take_challenge(&self, nonce: &str) -> Option<Challenge> {
        self.inside().challenges.remove(nonce)
    }

    /// Begins a session, and answers its token.
    ///
    /// # Errors
    /// [`NoRandom`].
    pub fn begin(&self, public: &str, now: Timestamp) -> Result<String, NoRandom> {
        let (token, csrf) = (token()?, token()?);
        let sessions = &mut self.inside().sessions;
        sessions.retain(|_, session| session.lasts(now));
        let of_one = sessions.iter().filter(|(_, session)| session.public == public);
        if of_one.clone().count() >= MOST_OF_ONE
            && let Some(oldest) = of_one.min_by_key(|(_, session)| session.seen.ms()).map(|(token, _)| token.clone())
        {
            sessions.remove(&oldest);
        }
        make_room(sessions, |session| session.seen);
        sessions.insert(token.clone(), Session { public: public.to_owned(), csrf, since: now, seen: now });
        Ok(token)
    }

    /// The session of a token, which lasts on by this.
    pub fn get(&self, token: &str, now: Timestamp) -> Option<Session> {
        let mut inside = self.inside();
        let session = inside.sessions.get_mut(token)?;
        if !session.lasts(now) {
            inside.sessions.remove(token);
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    /// Ends a session.
    pub fn end(&self, token: &str) {
        self.inside().sessions.remove(token);
    }
}

impl Session {
    fn lasts(&self, now: Timestamp) -> bool {
        now.ms() - self.seen.ms() <= IDLE_MS && now.ms() - self.since.ms() <= WHOLE_MS
    }
}

fn make_room<T>(map: &mut HashMap<String, T>, age: impl Fn(&T) -> Timestamp) {
    if map.len() < MOST {
        return;
    }
    if let Some(oldest) = map.iter().min_by_key(|(_, one)| age(one).ms()).map(|(name, _)| name.clone()) {
        map.remove(&oldest);
    }
}

#[cfg(test)]
mod tests {
    use super::{IDLE_MS, Sessions, WHOLE_MS};
    use crate::grants::time::Timestamp;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_767_000_000_000 + ms).expect("a time of this century")
    }

    #[test]
    fn a_session_lasts_while_it_is_used_and_no_longer_than_a_day() {
        let sessions = Sessions::default();
        let token = sessions.begin("AQ", at(0)).expect("random numbers");
        assert_eq!(token.len(), 64);
        let first = sessions.get(&token, at(IDLE_MS)).expect("it lasts");
        assert_ne!(first.csrf, token);
        assert_eq!(sessions.get(&token, at(2 * IDLE_MS)).map(|session| session.csrf), Some(first.csrf));
        assert_eq!(sessions.get(&token, at(3 * IDLE_MS + 1)), None, "idle for too long");
        assert_eq!(sessions.get(&token, at(0)), None, "it is gone for good");

        let token = sessions.begin("AQ", at(0)).expect("random numbers");
        let mut now = 0;
        while now + IDLE_MS <= WHOLE_MS {
            now += IDLE_MS;
            assert!(sessions.get(&token, at(now)).is_some(), "{now}");
        }
        assert_eq!(sessions.get(&token, at(WHOLE_MS + 1)), None);

        let token = sessions.begin("AQ", at(0)).expect("random numbers");
        sessions.end(&token);
        assert_eq!(sessions.get(&token, at(0)), None);
    }

    #[test]
    fn one_key_cannot_sign_others_out() {
        let sessions = Sessions::default();
        let other = sessions.begin("BQ", at(0)).expect("random numbers");
        let tokens: Vec<String> = (1..=51).map(|ms| sessions.begin("AQ", at(ms)).expect("random numbers")).collect();
        let lasts = |token: &String| sessions.get(token, at(60)).is_some();
        assert!(!lasts(&tokens[0]) && tokens[1..].iter().all(lasts) && lasts(&other));
    }

    #[test]
    fn a_challenge_is_answered_once() {
        let sessions = Sessions::default();
        let challenge = sessions.challenge("hibah.example/ledger", at(0)).expect("random numbers");
        let nonce = hex::encode(challenge.nonce);
        assert_eq!(sessions.take_challenge(&nonce), Some(challenge));
        assert_eq!(sessions.take_challenge(&nonce), None);
        assert_eq!(sessions.take_challenge(&"0".repeat(64)), None);
    }
}
