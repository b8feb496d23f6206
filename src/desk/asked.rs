//! Readings of sealed values that wait for a signature. In memory alone: a restart forgets them, and they are asked anew.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::grants::time::Timestamp;
use crate::ledger::vault::{ANSWER_WITHIN_MS, Request};

/// The most that wait of one key; only keys of offices that may read have any.
const MOST_OF_ONE: usize = 20;

/// Requests that are not answered yet, each with the session that asked.
#[derive(Default)]
pub struct Asked(Mutex<HashMap<String, (String, Request)>>);

impl Asked {
    /// Keeps a request until it is answered or its time is over. Where too many of its key wait, the oldest goes.
    pub fn keep(&self, session: &str, request: Request, now: Timestamp) {
        let mut asked = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Requests come here in another order than they were made in: one that was made after `now` stays.
        asked.retain(|_, (_, one)| now.ms() - one.made().ms() <= ANSWER_WITHIN_MS);
        let of_one = asked.iter().filter(|(_, (_, one))| one.key() == request.key());
        if of_one.clone().count() >= MOST_OF_ONE
            && let Some(oldest) = of_one.min_by_key(|(_, (_, one))| one.made().ms()).map(|(nonce, _)| nonce.clone())
        {
            asked.remove(&oldest);
        }
        asked.insert(request.nonce(), (session.to_owned(), request));
    }

    /// The request with this nonce and the session that asked, once.
    pub fn take(&self, nonce: &str) -> Option<(String, Request)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::{Asked, MOST_OF_ONE};
    use crate::grants::signer::SignerId;
    use crate::grants::time::Timestamp;
    use crate::ledger::vault::{ANSWER_WITHIN_MS, Request, Wanted};
    use crate::tlog::hash::sha256;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_767_000_000_000 + ms).expect("a time of this century")
    }

    fn request(key: u64, nonce: u8, ms: i64) -> Request {
        let key = SignerId::new(&format!("hibah.example/ledger/official/{key}"), [1; 4]).expect("a key's name");
        let pointer = "/body/sealed/account".to_owned();
        let wanted = vec![Wanted { about: "org/1".to_owned(), statement: sha256(b"x"), pointer }];
        Request::new(("hibah.example/ledger", [nonce; 32], at(ms)), key, "Audit", wanted).expect("a request")
    }

    #[test]
    fn a_request_waits_once_and_not_for_ever() {
        let asked = Asked::default();
        asked.keep("a", request(6, 1, 0), at(0));
        assert_eq!(asked.take(&"01".repeat(32)), Some(("a".to_owned(), request(6, 1, 0))));
        assert_eq!(asked.take(&"01".repeat(32)), None, "once");
        asked.keep("a", request(6, 2, 0), at(0));
        asked.keep("a", request(6, 3, ANSWER_WITHIN_MS + 1), at(ANSWER_WITHIN_MS + 1));
        assert_eq!(asked.take(&"02".repeat(32)), None, "its time is over");
        assert!(asked.take(&"03".repeat(32)).is_some());
    }

    #[test]
    fn two_that_ask_at_once_take_nothing_from_each_other() {
        let asked = Asked::default();
        asked.keep("a", request(6, 1, 200), at(200));
        asked.keep("b", request(6, 2, 100), at(100));
        assert!(asked.take(&"01".repeat(32)).is_some() && asked.take(&"02".repeat(32)).is_some());
    }

    #[test]
    fn one_key_fills_no_memory_and_takes_nothing_from_others() {
        let asked = Asked::default();
        asked.keep("b", request(5, 0xff, 0), at(0));
        let most = u8::try_from(MOST_OF_ONE).expect("few");
        for nonce in 0..=most {
            asked.keep("a", request(6, nonce, nonce.into()), at(nonce.into()));
        }
        assert_eq!(asked.take(&"00".repeat(32)), None, "the oldest went");
        for nonce in (1..=most).chain([0xff]) {
            assert!(asked.take(&format!("{nonce:02x}").repeat(32)).is_some(), "{nonce}");
        }
    }
}
