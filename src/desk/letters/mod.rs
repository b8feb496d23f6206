//! Letters by e-mail to organisations that asked for them.
//!
//! ```text
//! ledger, outbox ──▶ news ──▶ desk.db: letters, and up to which entry ──▶ SMTP
//! ```
//!
//! What is kept is kept in one transaction with the place up to which entries were told, so a stop loses no letter and makes
//! none twice. A letter is forgotten once the mail server has it: of a stop between the two it is sent again, with the same
//! Message-ID, by which mail programs know it. An address is personal data: it is in `desk.db` alone, never on the
//! ledger and never in a log.

pub(super) mod kept;
mod news;
mod smtp;
mod words;

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, TryRecvError, channel};
use std::thread::JoinHandle;
use std::time::Duration;

pub use self::kept::Standing;
use self::kept::{Address, Letter, Waits};
pub(super) use self::news::awaited;
use self::news::{Awaited, Maker};
use self::smtp::{Connection, Unsent};
pub use self::smtp::{is_address, is_certificate, is_sender};
pub(super) use self::words::{Farewell, confirming, farewell};
use super::drafting::one;
use super::store::Store;
use crate::grants::money::Currency;
use crate::grants::one::keys::Holder;
use crate::grants::signer::SignerId;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::Reader;
use crate::ledger::replay::Replay;
use crate::ledger::sequencer::Sequencer;
use crate::ledger::store::StoreError;
use crate::public::pages::words::Lang;

/// How often is looked for news.
const EVERY: Duration = Duration::from_secs(2);
/// As many entries are told at once.
const MOST_ENTRIES: u64 = 500;
/// As many letters go before is looked for news again.
const MOST_LETTERS: u32 = 100;
/// The longest pause between two tries.
const LONGEST_PAUSE_S: i64 = 6 * 60 * 60;

/// How a connection to the mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, without which nothing is sent.
    StartTls,
    /// None: the server is on this machine.
    None,
}

/// How letters are sent.
#[derive(Clone)]
pub struct Settings {
    /// The mail server's name.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: Security,
    /// User and password, where it asks for them.
    pub login: Option<(String, String)>,
    /// The certificate, in PEM, that its own is signed with; none: one of the public ones.
    pub ca_pem: Option<Vec<u8>>,
    /// Whom letters come from: `Name <address>`.
    pub from: String,
    /// Where people find the desk, without a slash at its end.
    pub desk: String,
    /// Where they find the public pages, likewise.
    pub public: Option<String>,
    /// After how many seconds a letter is tried again, the first time; twice as long each time after that.
    pub retry_s: u32,
    /// After how many days it is given up.
    pub give_up_days: u32,
}

/// Makes letters of what is new, and sends them.
pub struct Mailer {
    dir: PathBuf,
    sequencer: Arc<Sequencer>,
    settings: Arc<Settings>,
    store: Store,
    reader: Option<Reader>,
    /// Of which day, size and organisations reports were looked at.
    looked: Option<(Date, u64, HashSet<u64>)>,
    /// What was said last of a mail server that takes nothing: said once.
    ailing: Option<String>,
}

/// What is asked of the state.
struct Ground {
    now: Timestamp,
    today: Date,
    currency: Option<Currency>,
}

impl Mailer {
    /// For the ledger in `dir`.
    ///
    /// # Errors
    /// What the files report.
    pub fn open(dir: PathBuf, sequencer: Arc<Sequencer>, settings: Arc<Settings>) -> Result<Self, StoreError> {
        let store = Store::open(&dir)?;
        Ok(Self { dir, sequencer, settings, store, reader: None, looked: None, ailing: None })
    }

    fn ask<T: Send + 'static>(&self, question: impl FnOnce(&Replay, Timestamp) -> T + Send + 'static) -> Option<T> {
        let (told, answer) = channel();
        let ask = Box::new(move |replay: &Replay, now| drop(told.send(question(replay, now))));
        self.sequencer.ask(ask).ok()?;
        answer.recv().ok()
    }

    /// Makes letters of all that is new, and says what time it is; none where the writer has stopped.
    ///
    /// # Errors
    /// What the files report.
    pub fn make(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let ground = self.ask(|replay, now| {
            let state = one(replay)?;
            let currency = state.frame().map(|frame| frame.currency.clone());
            Some(Ground { now, today: state.local_date(now), currency })
        });
        let Some(Some(ground)) = ground else { return Ok(None) };
        let reader = match self.reader.take() {
            Some(reader) => reader,
            None => Reader::open(&self.dir)?,
        };
        self.make_with(&reader, &ground)?;
        self.reader = Some(reader);
        Ok(Some(ground.now))
    }

    fn make_with(&mut self, reader: &Reader, ground: &Ground) -> Result<(), StoreError> {
        let Some(currency) = ground.currency.clone() else { return Ok(()) };
        let size = reader.signed()?.size;
        // Who begins to send letters does not tell the past.
        let mut told = self.store.letters_begin(size)?;
        let addresses: HashMap<u64, Address> =
            self.store.confirmed_addresses()?.into_iter().map(|address| (address.org, address)).collect();
        let orgs: HashSet<u64> = addresses.keys().copied().collect();
        let origin = self.sequencer.origin().to_owned();
        let maker = Maker { reader, origin: &origin, currency, orgs: &orgs };
        let (before, mut news) = (told, Vec::new());
        while told < size.min(before + MOST_ENTRIES) {
            // The tables may be behind; what they lack is told when they have it.
            let Some(record) = reader.record(told)? else { break };
            news.extend(maker.of_entry(&record)?);
            told += 1;
        }
        let waiting = if orgs.is_empty() { Vec::new() } else { self.store.signatures_missing(ground.today)? };
        for (org, waiting) in self.signers(waiting) {
            news.extend(maker.of_waiting(org, &waiting)?);
        }
        let look = (ground.today, told, orgs.clone());
        let looks = self.looked.as_ref() != Some(&look);
        if looks {
            self.store.forget_unanswered(ground.now)?;
            news.extend(maker.of_reports(&self.awaited(&orgs), ground.today)?);
        }
        let letters: Vec<Letter> = news
            .iter()
            .filter_map(|news| Some(words::letter(&self.settings, addresses.get(&news.org)?, news)))
            .collect();
        if told > before || !letters.is_empty() {
            self.store.keep_letters(&letters, told, ground.now)?;
        }
        if looks {
            self.looked = Some(look);
        }
        Ok(())
    }

    /// Whose signature each of these waits for, where that is an organisation's.
    fn signers(&self, waiting: Vec<[String; 5]>) -> Vec<(u64, [String; 5])> {
        if waiting.is_empty() {
            return Vec::new();
        }
        let asked = self.ask(move |replay, _| {
            let of = |waiting: [String; 5]| {
                let key = one(replay)?.key(&SignerId::parse(&waiting[4])?)?;
                match key.holder() {
                    Holder::Org(n) => Some((n, waiting)),
                    _ => None,
                }
            };
            waiting.into_iter().filter_map(of).collect()
        });
        asked.unwrap_or_default()
    }

    fn awaited(&self, orgs: &HashSet<u64>) -> Vec<Awaited> {
        let orgs = orgs.clone();
        let asked = self.ask(move |replay, _| one(replay).map(|state| awaited(state, &orgs)));
        asked.flatten().unwrap_or_default()
    }

    /// Sends what is to be tried by now, while `goes_on`.
    ///
    /// # Errors
    /// What the files report.
    pub fn send(&mut self, now: Timestamp, goes_on: impl Fn() -> bool) -> Result<(), StoreError> {
        let settings = Arc::clone(&self.settings);
        let mut connection: Option<Connection<'_>> = None;
        for _ in 0..MOST_LETTERS {
            // One by one: who ends the letters gets none that was read before.
            let Some(waits) = self.store.letters_to_send(now, 1)?.pop().filter(|_| goes_on()) else { break };
            // Before it is handed over: a file that takes no change sends no letter again and again.
            self.store.letter_again(waits.n, self.next(&waits, now))?;
            let open = match connection.take().filter(Connection::is_open) {
                Some(open) => Ok(open),
                None => Connection::open(&settings),
            };
            let sent = open.and_then(|mut open| {
                let sent = open.send(&waits, self.sequencer.origin());
                connection = Some(open);
                sent
            });
            self.became(&waits, sent, now)?;
        }
        drop(connection);
        self.store.wipe()
    }

    fn became(&mut self, waits: &Waits, sent: Result<(), Unsent>, now: Timestamp) -> Result<(), StoreError> {
        let days = self.settings.give_up_days;
        let give_up_ms = i64::from(days) * 86_400_000;
        match sent {
            Ok(()) => {
                self.ailing = None;
                self.store.letter_done(waits.n, "sent", now)
            }
            Err(Unsent::Never(why)) => {
                tracing::warn!("letter {} is given up: the mail server answered {why}", waits.n);
                self.store.letter_done(waits.n, &why, now)
            }
            Err(Unsent::Later(why)) if now.ms() - waits.made.ms() > give_up_ms => {
                tracing::warn!("letter {} is given up after {days} days: {why}", waits.n);
                self.store.letter_done(waits.n, "late", now)
            }
            // It was put off before it was handed over.
            Err(Unsent::Later(_)) => Ok(()),
            Err(Unsent::Server(why)) => {
                // Such a server is not asked once for each letter: all are put off, the old ones given up.
                for waits in self.store.letters_to_send(now, u32::MAX)? {
                    self.store.letter_again(waits.n, self.next(&waits, now))?;
                }
                let given_up = self.store.letters_late(give_up_ms, now)?;
                if given_up > 0 {
                    tracing::warn!("{given_up} letters are given up after {days} days: {why}");
                }
                if self.ailing.as_ref() != Some(&why) {
                    tracing::warn!("the mail server takes no letters ({why}): they wait and are tried again");
                    self.ailing = Some(why);
                }
                Ok(())
            }
        }
    }

    fn next(&self, waits: &Waits, now: Timestamp) -> Timestamp {
        let pause_s = (i64::from(self.settings.retry_s) << waits.tries.min(16)).clamp(1, LONGEST_PAUSE_S);
        Timestamp::from_ms(now.ms() + pause_s * 1_000).unwrap_or(now)
    }
}

/// The thread that writes letters; it ends with this.
pub struct Post {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Post {
    /// Begins to write letters.
    #[must_use]
    pub fn start(mut mailer: Mailer) -> Self {
        let (stop, stopped) = channel::<()>();
        let thread = std::thread::spawn(move || {
            let mut fault = None;
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                // A stop waits for the letter that is on its way, not for all that follow.
                let goes_on = || matches!(stopped.try_recv(), Err(TryRecvError::Empty));
                let done = mailer.make().and_then(|now| now.map_or(Ok(()), |now| mailer.send(now, goes_on)));
                let told = done.err().map(|error| error.to_string());
                if told != fault {
                    told.iter().for_each(|error| tracing::error!("no letters are written: {error}"));
                    fault = told;
                }
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        drop(self.stop.take());
        // What the mail server has just taken is noted before this ends.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Sends one letter at once, so that an operator sees whether the mail server takes it.
///
/// # Errors
/// Why it did not go.
pub fn try_one(settings: &Settings, address: &str, origin: &str, now: Timestamp) -> Result<(), String> {
    let to =
        Address { org: 0, address: address.to_owned(), lang: Lang::Indonesian, confirmed: false, stop: String::new() };
    // Another letter each time: mail programs show two of one Message-ID once.
    let letter = Letter { event: format!("trial/{now}"), ..words::trial(settings, &to) };
    let waits = Waits { n: 0, letter, made: now, tries: 0 };
    let sent = Connection::open(settings).and_then(|mut open| open.send(&waits, origin));
    sent.map_err(|unsent| unsent.to_string())
}

/// How the letters of the ledger in `dir` stand; none where there never was a desk.
///
/// # Errors
/// What the file reports.
pub fn standing(dir: &std::path::Path) -> Result<Option<Standing>, StoreError> {
    Store::read(dir)?.map(|store| store.letters_standing()).transpose()
}
