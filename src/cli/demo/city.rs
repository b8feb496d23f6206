//! A city on a ledger: all its keys, a clock that replays given days, and one call to say something.
//!
//! For demos and tests only: the seed of every key is published (it is the hash of the key's name), so anybody can sign
//! as anybody. The rule book takes such keys on trial ledgers only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde_json::{Value, json};

use super::openings::{Erasing, Kept, Openings};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::money::Currency;
use crate::grants::signer::SignerId;
use crate::grants::state::State;
use crate::grants::time::{Date, Timestamp};
use crate::grants::{one, zero};
use crate::ledger::opening::Opening;
use crate::ledger::replay::Refused;
use crate::ledger::statement::{Content, Statement};
use crate::ledger::store::StoreError;
use crate::ledger::writer::{Clock, Outcome, Writer};
use crate::tlog::ed25519::SigningKey;
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::NoteSigner;

/// How many roots a city under rule set 0 has; under rule set 1 the profile names their holders.
const ROOTS: usize = 5;
/// How many of them must sign.
const THRESHOLD: usize = 3;
/// The most statements in one transaction.
const MAX_GROUP: usize = 500;
const DAY_MS: i64 = 86_400_000;
/// Everything is recorded at 09:00 local time.
const OFFICE_HOUR_MS: i64 = 9 * 3_600_000;

/// Why a city could not say something.
#[derive(Debug, thiserror::Error)]
pub enum CityError {
    /// The ledger refused it.
    #[error("{kind} about {about} was refused ({code}): {refused}")]
    Refused {
        /// What was said.
        kind: String,
        /// About what.
        about: String,
        /// The rule.
        code: &'static str,
        /// Why.
        refused: Box<Refused>,
    },
    /// The ledger's files.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The script itself.
    #[error("{0}")]
    Script(String),
}

/// A clock that stands still until it is set.
struct ReplayClock(Arc<AtomicI64>);

impl Clock for ReplayClock {
    fn now(&mut self) -> Result<Timestamp, String> {
        Timestamp::from_ms(self.0.load(Ordering::SeqCst)).ok_or_else(|| "a day beyond the calendar".to_owned())
    }
}

/// What a city is founded on: a profile of either rule set.
pub struct Constitution {
    rules: u64,
    profile: Value,
    offices: Vec<String>,
    utc_offset_min: i32,
    roots: usize,
}

impl From<&zero::profile::Profile> for Constitution {
    fn from(profile: &zero::profile::Profile) -> Self {
        Constitution {
            rules: 0,
            profile: profile.to_json(),
            offices: profile.offices.iter().map(|office| office.code.0.clone()).collect(),
            utc_offset_min: profile.utc_offset_min,
            roots: ROOTS,
        }
    }
}

impl From<&one::profile::Profile> for Constitution {
    fn from(profile: &one::profile::Profile) -> Self {
        Constitution {
            rules: 1,
            profile: profile.to_json(),
            offices: profile.offices.iter().map(|office| office.code.0.clone()).collect(),
            utc_offset_min: profile.utc_offset_min,
            roots: profile.root_holders.len(),
        }
    }
}

/// A city, its ledger and all its keys.
pub struct City {
    writer: Writer,
    clock: Arc<AtomicI64>,
    today: Date,
    offset_min: i32,
    keys: BTreeMap<String, NoteSigner>,
    offices: BTreeMap<String, u64>,
    /// The person's number of an appointment, where it is another than the appointment's own.
    persons: BTreeMap<u64, u64>,
    /// How many keys were given beside those of [`published_key`].
    spent: usize,
    /// What opens every commitment that this city made.
    openings: Openings,
    /// Organisations whose account is another's.
    accounts: BTreeMap<u64, u64>,
    waiting: Vec<(Vec<u8>, String, About)>,
    touched: BTreeSet<About>,
}

/// Something to be said.
pub struct Saying<'a> {
    /// The kind.
    pub kind: &'a str,
    /// About what.
    pub about: About,
    /// The kind's own fields.
    pub body: Value,
    /// When it happened.
    pub on: Date,
    /// Who signs: `root/1`, `official/3`, `org/12`, or the code of an office.
    pub signers: &'a [&'a str],
}

/// What a registration says of an organisation of ours.
pub struct Registration<'a> {
    /// Its name.
    pub name: &'a str,
    /// A code of the profile's recipient types.
    pub recipient_type: &'a str,
    /// Street and number.
    pub street: &'a str,
    /// Kelurahan.
    pub ward: &'a str,
    /// City.
    pub city: &'a str,
}

/// The key of a role on a ledger; its seed is the hash of its name.
///
/// # Panics
/// Never for an origin that founds a ledger.
#[must_use]
pub fn published_key(origin: &str, role: &str) -> NoteSigner {
    let name = if role.is_empty() { origin.to_owned() } else { format!("{origin}/{role}") };
    let seed = sha256(format!("hibah published seed\n{name}\n").as_bytes());
    NoteSigner::new(&name, SigningKey::from_seed(*seed.as_bytes())).expect("an origin and a role make a key name")
}

impl City {
    /// Founds the city's ledger in `dir` on the day `today` and appoints an official for each office of its profile;
    /// under rule set 1 the desk too.
    ///
    /// # Errors
    /// What the ledger or its files refuse.
    pub fn found(
        dir: &Path,
        origin: &str,
        constitution: impl Into<Constitution>,
        currency: &Currency,
        today: Date,
    ) -> Result<Self, CityError> {
        let clock = Arc::new(AtomicI64::new(0));
        let Constitution { rules, profile, offices, utc_offset_min: offset_min, roots } = constitution.into();
        clock.store(office_hour(today, offset_min), Ordering::SeqCst);
        let mut keys: BTreeMap<String, NoteSigner> = BTreeMap::new();
        for n in 1..=roots {
            keys.insert(format!("root/{n}"), published_key(origin, &format!("root/{n}")));
        }
        let roots: Vec<String> = keys.values().map(|key| key.verifier().to_string()).collect();
        let ledger_key = published_key(origin, "");
        let founding = Content {
            origin: origin.to_owned(),
            kind: "ledger.founded".to_owned(),
            about: About::Ledger,
            after: None,
            body: json!({
                "currency": {"code": currency.code(), "decimals": currency.decimals()},
                "keys": {"ledger": ledger_key.verifier().to_string(), "roots": roots, "threshold": THRESHOLD},
                "profile": profile,
                "rules": rules,
                "trial": true,
            }),
            event_date: today,
            expires: plus(today, 14)?,
            signers: keys.values().map(signer_id).collect(),
        };
        let bytes = signed(&founding, keys.values())?;
        let founded = Writer::found(dir, origin, &bytes, ledger_key, Box::new(ReplayClock(Arc::clone(&clock))))?;
        let writer = founded.map_err(|refused| refusal("ledger.founded", About::Ledger, refused))?;
        let mut city = Self {
            writer,
            clock,
            today,
            offset_min,
            keys,
            offices: BTreeMap::new(),
            persons: BTreeMap::new(),
            spent: 0,
            openings: Openings::default(),
            accounts: BTreeMap::new(),
            waiting: Vec::new(),
            touched: BTreeSet::new(),
        };
        for (n, office) in (1..).zip(&offices) {
            city.appoint(office, n)?;
        }
        if rules > 0 {
            city.appoint_desk()?;
        }
        city.flush()?;
        Ok(city)
    }

    fn appoint_desk(&mut self) -> Result<(), CityError> {
        let key = published_key(self.writer.origin(), "desk");
        let body = json!({"decree_number": "555/Kep.1-REKAAN", "key": key.verifier().to_string()});
        self.keys.insert("desk".to_owned(), key);
        let signers = ["root/1", "root/2", "root/3", "desk"];
        self.say(&Saying { kind: "desk.appointed", about: About::Ledger, body, on: self.today, signers: &signers })
    }

    /// A new key for a role that may have one already; the role signs with it from now on. Answers it as bodies name
    /// it, with the id of the old one.
    pub fn new_key(&mut self, role: &str) -> (String, Option<String>) {
        let old = self.keys.get(role).map(|key| signer_id(key).to_string());
        let seed_name = format!("{role} {}", self.keys.len() + self.spent);
        let name = format!("{}/{role}", self.writer.origin());
        let seed = sha256(format!("hibah published seed\n{name}\n{seed_name}\n").as_bytes());
        let key = NoteSigner::new(&name, SigningKey::from_seed(*seed.as_bytes()))
            .expect("an origin and a role make a key name");
        let vkey = key.verifier().to_string();
        self.spent += 1;
        if let Some(old) = self.keys.insert(role.to_owned(), key) {
            self.keys.insert(format!("{role}:old"), old);
        }
        (vkey, old)
    }

    /// Somebody holds an office from now on: the next appointment, with the person's number and the last day.
    ///
    /// # Errors
    /// What the ledger refuses.
    pub fn appoint_person(&mut self, office: &str, person: u64, until: Date, acting: bool) -> Result<u64, CityError> {
        self.flush()?;
        let n = self.state().next_number(&About::Official(1));
        let role = format!("official/{n}");
        let key = published_key(self.writer.origin(), &role);
        let mut body = json!({
            "office": office,
            "person": format!("pejabat/{person:04}"),
            "decree_number": format!("821/Kep.{n:03}-REKAAN/{}", self.today.year()),
            "period": {"from": plus(self.today, -1)?.to_string(), "until": until.to_string()},
            "key": key.verifier().to_string(),
        });
        if acting {
            body["acting"] = json!(true);
        }
        self.keys.insert(role.clone(), key);
        self.offices.insert(office.to_owned(), n);
        self.persons.insert(n, person);
        let signers = ["root/1", "root/2", "root/3", &role];
        // What happened yesterday is recorded today.
        let on = plus(self.today, -1)?;
        self.say(&Saying { kind: "official.appointed", about: About::Official(n), body, on, signers: &signers })?;
        Ok(n)
    }

    /// What opens the commitments of this city.
    #[must_use]
    pub fn openings(&self) -> &Openings {
        &self.openings
    }

    /// An opening is erased now.
    ///
    /// # Errors
    /// That the clock stands beyond the calendar.
    pub fn erase(&mut self, statement: Hash, pointer: &str, basis: &str) -> Result<(), CityError> {
        let (pointer, basis, at) = (pointer.to_owned(), basis.to_owned(), self.now()?);
        self.openings.erase(Erasing { statement, pointer, basis, at });
        Ok(())
    }

    /// The organisation `n`, which registers later, has the account of `other`.
    pub fn share_account(&mut self, n: u64, other: u64) {
        self.accounts.insert(n, other);
    }

    /// The appointment that an office's key is of now.
    #[must_use]
    pub fn holder(&self, office: &str) -> u64 {
        self.offices.get(office).copied().unwrap_or_default()
    }

    /// An office is signed for by this appointment again.
    pub fn give_back(&mut self, office: &str, n: u64) {
        self.offices.insert(office.to_owned(), n);
    }

    /// Appoints an official with a new key to an office, for twenty years from today.
    ///
    /// # Errors
    /// What the ledger refuses.
    pub fn appoint(&mut self, office: &str, n: u64) -> Result<(), CityError> {
        let role = format!("official/{n}");
        let key = published_key(self.writer.origin(), &role);
        let body = json!({
            "office": office,
            "person": format!("pejabat/{n:04}"),
            "decree_number": format!("821/Kep.{n:03}-REKAAN/{}", self.today.year()),
            "period": {"from": self.today.to_string(), "until": plus(self.today, 7305)?.to_string()},
            "key": key.verifier().to_string(),
        });
        self.keys.insert(role.clone(), key);
        self.offices.insert(office.to_owned(), n);
        let signers = ["root/1", "root/2", "root/3", &role];
        self.say(&Saying {
            kind: "official.appointed",
            about: About::Official(n),
            body,
            on: self.today,
            signers: &signers,
        })
    }

    /// Registers an organisation with a new key today; answers its number.
    ///
    /// # Errors
    /// What the ledger refuses.
    pub fn register(&mut self, registration: &Registration<'_>) -> Result<u64, CityError> {
        self.flush()?;
        self.enrol(registration)
    }

    /// The number of the next organisation, after those that wait to be recorded.
    #[must_use]
    pub fn next_org(&self) -> u64 {
        let waiting =
            self.touched.iter().filter_map(|about| if let About::Org(n) = about { Some(n + 1) } else { None });
        waiting.fold(self.state().next_number(&About::Org(1)), u64::max)
    }

    /// As [`City::register`], and what waits goes on waiting.
    ///
    /// # Errors
    /// What the ledger refuses.
    pub fn enrol(&mut self, registration: &Registration<'_>) -> Result<u64, CityError> {
        self.enrol_licensed(registration, None)
    }

    /// As [`City::enrol`], with a licence as a body has it.
    ///
    /// # Errors
    /// What the ledger refuses.
    pub fn enrol_licensed(&mut self, of: &Registration<'_>, licence: Option<Value>) -> Result<u64, CityError> {
        let n = self.next_org();
        let role = format!("org/{n}");
        let key = published_key(self.writer.origin(), &role);
        let mut body = json!({
            "name": of.name,
            "recipient_type": of.recipient_type,
            "address": {"street": of.street, "ward": of.ward, "city": of.city},
            "key": key.verifier().to_string(),
        });
        if let Some(licence) = licence {
            body["registration"] = licence;
        }
        self.keys.insert(role.clone(), key);
        let signers = ["registrar", &role];
        let on = self.today;
        let account = self.accounts.get(&n).copied().unwrap_or(n);
        let sealed = [("account", format!("account {account} (rekaan)")), ("chair", format!("chair {n} (rekaan)"))];
        let saying = Saying { kind: "organisation.registered", about: About::Org(n), body, on, signers: &signers };
        self.say_sealed(saying, &sealed)?;
        Ok(n)
    }

    /// Says something with commitments to these values, by name, and keeps what opens them.
    ///
    /// # Errors
    /// As [`City::say`].
    pub fn say_sealed(&mut self, mut saying: Saying<'_>, sealed: &[(&str, String)]) -> Result<(), CityError> {
        let mut made = Vec::new();
        for (name, value) in sealed {
            let (commitment, opening) = self.openings.seal(self.writer.origin(), &saying.about, name, value);
            saying.body["sealed"][*name] = json!(commitment.to_hex());
            made.push(opening);
        }
        self.say(&saying)?;
        let bytes = self.waiting.last().map(|(bytes, ..)| bytes.as_slice()).unwrap_or_default();
        let statement = Statement::parse(bytes, self.writer.origin()).map_err(|e| CityError::Script(e.to_string()))?;
        let (statement, at) = (statement.hash(), self.now()?);
        self.openings.keep(made.into_iter().map(|opening| Kept {
            about: saying.about,
            opening: Opening { statement, ..opening },
            at,
        }));
        Ok(())
    }

    fn now(&self) -> Result<Timestamp, CityError> {
        let now = Timestamp::from_ms(self.clock.load(Ordering::SeqCst));
        now.ok_or_else(|| CityError::Script("a day beyond the calendar".to_owned()))
    }

    /// Says something, signed by everyone it names, to be recorded with the next group. It follows the latest entry
    /// about its thing.
    ///
    /// # Errors
    /// What the ledger refuses of the group before, when this one rests on it.
    pub fn say(&mut self, saying: &Saying<'_>) -> Result<(), CityError> {
        if self.rests_on_waiting(saying) || self.waiting.len() >= MAX_GROUP {
            self.flush()?;
        }
        let bytes = self.statement(saying)?;
        self.waiting.push((bytes, saying.kind.to_owned(), saying.about));
        self.touched.insert(saying.about);
        Ok(())
    }

    /// The bytes of a statement that says this now.
    ///
    /// # Errors
    /// [`CityError::Script`] when it breaks the format.
    pub fn statement(&self, saying: &Saying<'_>) -> Result<Vec<u8>, CityError> {
        let signers: Vec<&NoteSigner> = saying.signers.iter().map(|role| self.key(role)).collect::<Result<_, _>>()?;
        let content = Content {
            origin: self.writer.origin().to_owned(),
            kind: saying.kind.to_owned(),
            about: saying.about,
            after: self.state().expected_after(&saying.about),
            body: saying.body.clone(),
            event_date: saying.on,
            expires: plus(self.today, 14)?,
            signers: signers.iter().map(|signer| signer_id(signer)).collect(),
        };
        signed(&content, signers)
    }

    /// A statement about a thing rests on a waiting one about the same thing; a case also on its organisation; a decree,
    /// whose rows name cases, on everything.
    fn rests_on_waiting(&self, saying: &Saying<'_>) -> bool {
        let parent = match saying.about {
            About::Case(id) => About::parse(&format!("org/{}", owner_number(&id))),
            About::Decree(_) | About::List { .. } | About::Budget { .. } => return !self.waiting.is_empty(),
            _ => None,
        };
        self.touched.contains(&saying.about) || parent.is_some_and(|parent| self.touched.contains(&parent))
    }

    /// Records what waits, in one transaction.
    ///
    /// # Errors
    /// The first refusal.
    pub fn flush(&mut self) -> Result<(), CityError> {
        let group = std::mem::take(&mut self.waiting);
        self.touched.clear();
        let statements: Vec<&[u8]> = group.iter().map(|(bytes, _, _)| bytes.as_slice()).collect();
        for (outcome, (_, kind, about)) in self.writer.append(&statements)?.into_iter().zip(&group) {
            if let Outcome::Refused { refused, .. } = outcome {
                return Err(refusal(kind, *about, refused));
            }
        }
        Ok(())
    }

    /// Records what waits, if it bears on a thing of this owner: it is about the owner or a case that `also` names, or
    /// about neither a case nor an organisation.
    ///
    /// # Errors
    /// As [`City::flush`].
    pub fn flush_for(&mut self, owner: CaseOwner, also: impl Fn(&CaseId) -> bool) -> Result<(), CityError> {
        let bears = |about: &About| match about {
            About::Case(id) => also(id),
            About::Org(n) => owner == CaseOwner::Org(*n),
            About::Note { .. } => false,
            _ => true,
        };
        if self.touched.iter().any(bears) { self.flush() } else { Ok(()) }
    }

    /// Records what waits and moves on to 09:00 of another day.
    ///
    /// # Errors
    /// As [`City::flush`].
    pub fn go_to(&mut self, day: Date) -> Result<(), CityError> {
        if day == self.today {
            return Ok(());
        }
        self.flush()?;
        self.today = day;
        self.clock.store(office_hour(day, self.offset_min), Ordering::SeqCst);
        Ok(())
    }

    /// The day it is.
    #[must_use]
    pub fn today(&self) -> Date {
        self.today
    }

    /// The state after what is recorded.
    #[must_use]
    pub fn state(&self) -> &State {
        self.writer.state()
    }

    /// The ledger.
    pub fn writer(&mut self) -> &mut Writer {
        &mut self.writer
    }

    /// Gives the ledger out of hand.
    #[must_use]
    pub fn into_writer(self) -> Writer {
        self.writer
    }

    /// The key of a role (`root/1`, `official/3`, `org/12`) or of the holder of an office.
    ///
    /// # Errors
    /// [`CityError::Script`] when nobody has it.
    pub fn key(&self, role: &str) -> Result<&NoteSigner, CityError> {
        let by_office = self.offices.get(role).map(|n| format!("official/{n}"));
        self.keys
            .get(by_office.as_deref().unwrap_or(role))
            .ok_or_else(|| CityError::Script(format!("nobody in this city has the key {role}")))
    }

    /// Every office that has a holder, by code.
    pub fn offices(&self) -> impl Iterator<Item = &str> {
        self.offices.keys().map(String::as_str)
    }

    /// `decided_by` of the holder of an office.
    #[must_use]
    pub fn decided_by(&self, office: &str) -> Value {
        let n = self.holder(office);
        let person = self.persons.get(&n).copied().unwrap_or(n);
        json!({"person": format!("pejabat/{person:04}"), "post": office})
    }
}

fn owner_number(id: &crate::grants::about::CaseId) -> u64 {
    match id.owner {
        CaseOwner::Org(n) | CaseOwner::Agency(n) => n,
    }
}

/// The id under which a key signs statements.
///
/// # Panics
/// Never for the name of a key of ours.
#[must_use]
pub fn signer_id(signer: &NoteSigner) -> SignerId {
    SignerId::new(signer.name(), signer.verifier().key_id().0).expect("a key name that a ledger uses")
}

fn signed<'k>(content: &Content, signers: impl IntoIterator<Item = &'k NoteSigner>) -> Result<Vec<u8>, CityError> {
    let script = |e: crate::ledger::form::FormError| CityError::Script(e.to_string());
    let mut statement = content.draft().map_err(script)?;
    for signer in signers {
        statement.sign(signer).map_err(script)?;
    }
    Ok(statement.to_bytes())
}

fn refusal(kind: &str, about: About, refused: Refused) -> CityError {
    CityError::Refused {
        kind: kind.to_owned(),
        about: about.to_string(),
        code: refused.code(),
        refused: Box::new(refused),
    }
}

fn plus(day: Date, days: i64) -> Result<Date, CityError> {
    day.plus_days(days).ok_or_else(|| CityError::Script("a day beyond the calendar".to_owned()))
}

fn office_hour(day: Date, offset_min: i32) -> i64 {
    // 1970-01-01 is a date that every parser of ours takes.
    let epoch = Date::parse("1970-01-01").expect("the epoch is a date");
    epoch.days_until(day) * DAY_MS + OFFICE_HOUR_MS - i64::from(offset_min) * 60_000
}
