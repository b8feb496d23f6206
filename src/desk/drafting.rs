//! From a draft to the statement that is signed: what was typed, what the ledger knows already, and what the rules would say.
//!
//! All of it is asked of the state by which statements are judged, so that nobody signs what would be refused. What is
//! found here binds nobody: the statement is judged again when it is handed in.

use serde_json::{Value, json};

use super::forms::{self, Fault, Setting};
use super::persons::{self, Person, Who};
use super::store::{Draft, Fields};
use crate::grants::about::{About, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::one::bodies::Body;
use crate::grants::one::keys::Holder;
use crate::grants::one::parties::{Party, parties};
use crate::grants::one::state::State as One;
use crate::grants::role::Role;
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::signer::{SignerId, Vkey};
use crate::grants::state::State;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::replay::{Refused, Replay, Signatures};
use crate::ledger::statement::Statement;
use crate::ledger::wish::{self, Unmade, Wish};
use crate::public::pages::words::Lang;
use crate::tlog::ed25519::PublicKey;
use crate::tlog::note::{Algorithm, VerifierKey};

/// The field of a form that says when it happened.
pub const EVENT_DATE: &str = "_event_date";
/// The fields that name who else signs: `_with.0`, `_with.1`.
pub const WITH: &str = "_with";

/// A statement that is ready to be looked at and signed.
#[derive(Debug)]
pub struct Prepared {
    /// Without signatures.
    pub statement: Statement,
    /// Why the rules would refuse it now.
    pub refused: Option<Refused>,
}

/// Why there is no statement.
#[derive(Debug)]
pub enum Unready {
    /// Fields that do not hold what they must.
    Fields(Vec<Fault>),
    /// Something else, a sentence.
    Sentence(Sentence),
}

/// What a draft is written with.
pub struct Writing<'a> {
    /// The ledger's present state.
    pub replay: &'a Replay,
    /// Now.
    pub now: Timestamp,
    /// Who writes.
    pub person: &'a Person,
    /// The language of the sentences.
    pub lang: Lang,
}

/// The state under rule set 1; the web desk knows no other.
#[must_use]
pub fn one(replay: &Replay) -> Option<&One> {
    match replay.state() {
        State::One(state) => Some(state),
        State::Zero(_) => None,
    }
}

impl Writing<'_> {
    /// The state, and today.
    fn ground(&self) -> Result<(&One, Date), Unready> {
        let one = one(self.replay).ok_or_else(|| {
            Unready::Sentence(
                Both(
                    "this ledger is kept under rule set 0, for which there are no pages: use hibah sign",
                    "buku besar ini memakai perangkat aturan 0, yang tidak memiliki halaman: pakai hibah sign",
                )
                .into(),
            )
        })?;
        Ok((one, one.local_date(self.now)))
    }

    /// Whether the intake office hands in for an organisation.
    #[must_use]
    pub fn at_counter(&self, kind: Kind) -> bool {
        let office = |one: &One| Some(one.profile()?.office(self.person.office()?)?.role == Role::Intake);
        let organisations = [Party::OrganisationOrCounter, Party::OwnerOrCounter];
        organisations.iter().any(|party| parties(kind).contains(party))
            && one(self.replay).and_then(office).unwrap_or(false)
    }

    /// The statement of a draft.
    ///
    /// # Errors
    /// [`Unready`].
    pub fn prepare(&self, draft: &Draft) -> Result<Prepared, Unready> {
        let (state, today) = self.ground()?;
        let (Some(profile), Some(frame)) = (state.profile(), state.frame()) else {
            return Err(Unready::Sentence(Both("the ledger is not founded yet", "buku besar belum didirikan").into()));
        };
        let kind = Kind::parse(&draft.kind).ok_or_else(|| unknown(&draft.kind))?;
        let about = wish::resolved(&draft.about, self.replay).ok_or_else(|| unknown(&draft.about))?;
        let (counter, new_key) = (self.at_counter(kind), self.asks_key(kind, &about));
        let setting = Setting { profile, lang: self.lang, counter, new_key };
        let questions = forms::questions(kind, setting).ok_or_else(|| unknown(&draft.kind))?;
        let mut faults = Vec::new();
        let mut body = match forms::read(&questions, &draft.fields, &frame.currency, self.lang) {
            Ok(body) => body,
            Err(found) => {
                faults = found;
                Value::Null
            }
        };
        let event_date = self.event_date(&draft.fields, today, &mut faults);
        if !faults.is_empty() {
            return Err(Unready::Fields(faults));
        }
        self.complete(kind, about, &mut body)?;
        let signers = self.signers(kind, about, &body, &draft.fields)?;
        let after = self.replay.state().expected_after(&about).ok_or_else(|| unknown(&draft.about))?;
        let origin = self.replay.origin().to_owned();
        let kind = draft.kind.clone();
        let wish = Wish { origin, kind, about, after, body, event_date, expires: None, signers };
        let statement = wish.draft(Some(self.replay), today).map_err(|Unmade(why)| {
            Unready::Sentence(sentence!(
                "the statement cannot be made: {why}",
                "pernyataan tidak dapat dibuat: {why:#}"
            ))
        })?;
        let refused = self.replay.judge(&statement, self.now, Signatures::VerifiedBefore).err();
        Ok(Prepared { statement, refused })
    }

    fn event_date(&self, fields: &Fields, today: Date, faults: &mut Vec<Fault>) -> Option<Date> {
        let text = fields.get(EVENT_DATE).map(|text| text.trim()).filter(|text| !text.is_empty())?;
        let day = Date::parse(text).filter(|day| *day <= today);
        if day.is_none() {
            let sentence = self.lang.pick(
                "Pilih tanggal kejadian yang benar, hari ini atau sebelumnya.",
                "Choose a real date, today or before.",
            );
            faults.push(Fault { name: EVENT_DATE.to_owned(), sentence: sentence.to_owned() });
        }
        day
    }

    /// Puts in what the ledger knows.
    fn complete(&self, kind: Kind, about: About, body: &mut Value) -> Result<(), Unready> {
        let (state, _) = self.ground()?;
        let asks = |name: &str| Body::fields(kind).iter().any(|field| field.name == name);
        let owner = match about {
            About::Case(id) => match id.owner {
                CaseOwner::Org(n) => Some(n),
                CaseOwner::Agency(_) => None,
            },
            _ => None,
        };
        if asks("payee")
            && let Some((n, org)) = owner.and_then(|n| Some((n, state.org(n)?)))
        {
            let (commitment, pointer) = (org.account.to_hex(), "/body/sealed/account");
            body["payee"] = json!({ "about": format!("org/{n}"), "commitment": commitment, "pointer": pointer });
        }
        wish::fill_rows(body, self.replay);
        if let Some(holder) = holder_of_new(kind, about, body) {
            let theirs = body.get("key").and_then(Value::as_str).map(str::to_owned);
            let public = theirs.filter(|_| self.asks_key(kind, &about)).unwrap_or_else(|| self.person.public.clone());
            body["key"] = json!(self.named(holder, &public)?.to_string());
        }
        if matches!(kind, Kind::KeyReplaced | Kind::KeyRotated) {
            let (state, today) = self.ground()?;
            let key = match about {
                About::Official(n) => state.official(n).map(|official| &official.key),
                About::Org(n) => state.org(n).map(|org| org.key_on(today)),
                _ => None,
            };
            body["retires"] = json!(key.ok_or_else(|| unknown(&about.to_string()))?.to_string());
        }
        Ok(())
    }

    /// Whether the statement brings a key that is not the writer's own: who is not on the ledger yet writes of their own.
    #[must_use]
    pub fn asks_key(&self, kind: Kind, about: &About) -> bool {
        self.person.who != Who::Nobody && persons::parties_about(kind, about).contains(&Party::NewKey)
    }

    /// A public key under the name that a holder's keys bear.
    fn named(&self, holder: Holder, public: &str) -> Result<VerifierKey, Unready> {
        let unfit = || {
            let words = Both(
                "the signing file has no key that a ledger takes: make a new one",
                "berkas penandatanganan tidak berisi kunci yang diterima buku besar: buat yang baru",
            );
            Unready::Sentence(words.into())
        };
        let public = public_key(public).ok_or_else(unfit)?;
        VerifierKey::new(&holder.key_name(self.replay.origin()), Algorithm::Ed25519, public).map_err(|_| unfit())
    }

    fn signers(&self, kind: Kind, about: About, body: &Value, fields: &Fields) -> Result<Vec<SignerId>, Unready> {
        let (state, today) = self.ground()?;
        let mut signers: Vec<SignerId> = self.person.signer.iter().cloned().collect();
        let new = holder_of_new(kind, about, body).and_then(|_| Vkey::parse(body.get("key")?.as_str()?));
        signers.extend(new.map(|vkey| vkey.id().clone()));
        let others = persons::others(state, self.person, (kind, fields), &about, today);
        for (at, keys) in others.into_iter().enumerate() {
            let field = format!("{WITH}.{at}");
            let named = fields.get(&field).and_then(|text| SignerId::parse(text));
            // The counter signs alone, with the paper that the organisation signed.
            if self.at_counter(kind) && parties(kind).len() == 1 {
                continue;
            }
            let named = named.filter(|id| keys.contains(id));
            if named.as_ref().is_some_and(|id| signers.contains(id)) {
                let sentence = self
                    .lang
                    .pick("Pilih orang lain: yang ini sudah dipilih.", "Choose another: this one is chosen already.");
                return Err(Unready::Fields(vec![Fault { name: field, sentence: sentence.to_owned() }]));
            }
            let first = || keys.iter().find(|id| !signers.contains(id)).cloned();
            let chosen = named.or_else(first);
            signers.extend(chosen);
        }
        if signers.is_empty() {
            let sentence = Both(
                "this signing file is not in force on the ledger: ask the office that registers",
                "berkas penandatanganan ini tidak berlaku di buku besar: tanyakan kepada pendaftar lembaga",
            );
            return Err(Unready::Sentence(sentence.into()));
        }
        Ok(signers)
    }
}

/// Whose new key a statement brings, if it brings one.
fn holder_of_new(kind: Kind, about: About, body: &Value) -> Option<Holder> {
    match (kind, about) {
        (Kind::RootReplaced, About::Ledger) => Some(Holder::Root(body.get("root")?.as_u64()?)),
        (Kind::DeskAppointed, About::Ledger) => Some(Holder::Desk),
        (kind, about) if persons::parties_about(kind, &about).contains(&Party::NewKey) => match about {
            About::Official(n) => Some(Holder::Official(n)),
            About::Org(n) => Some(Holder::Org(n)),
            _ => None,
        },
        _ => None,
    }
}

/// The key that a statement brings, if it brings one.
#[must_use]
pub fn brought(statement: &Statement) -> Option<Vkey> {
    statement.body().get("key").and_then(Value::as_str).and_then(Vkey::parse)
}

/// The public key of a verifier key's last part.
#[must_use]
pub fn public_key(base64: &str) -> Option<PublicKey> {
    use base64::Engine as _;
    let bytes = base64::engine::general_purpose::STANDARD.decode(base64).ok()?;
    let (algorithm, key) = bytes.split_first()?;
    (*algorithm == 1).then_some(())?;
    PublicKey::from_bytes(key.try_into().ok()?).ok()
}

fn unknown(what: &str) -> Unready {
    Unready::Sentence(sentence!(
        "{what} is nothing that these pages know: begin again from the first page",
        "{what} tidak dikenal halaman ini: mulai lagi dari halaman pertama"
    ))
}
