//! B2 and B3: whose keys may say what, who decided, and which persons must be apart.

use smallvec::SmallVec;

use super::bodies::DecidedBy;
use super::cases;
use super::keys::{Holder, Key, KeyNumber};
use super::parties::{Party, parties, replaces_organisation_key};
use super::profile::{Office, Profile, named_by};
use super::stages;
use super::things::{Case, Core, Duty, PersonNumber};
use super::{Bench, refuse};
use crate::grants::about::{About, CaseId, CaseOwner, NoteSigner};
use crate::grants::kinds::Kind;
use crate::grants::role::Role;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::signer::SignerId;

/// A signature that a statement needs, beside the keys that it brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need<'a> {
    /// Roots up to the threshold, or more.
    Roots,
    /// One key of an office with one of these roles, of this agency where one is named; or of a delegate's office.
    Office { roles: &'a [Role], agency: Option<&'a str>, kind: Kind },
    /// A key of an office with this code that is not this key, where one is named.
    OfficeCode { office: &'a str, not: Option<&'a SignerId> },
    /// Any office.
    AnyOffice,
    /// The key of this organisation.
    Org(u64),
    /// Exactly this key.
    Key(&'a SignerId),
    /// The desk's key.
    Desk,
}

/// The most offices that a refusal names by their titles in place of their role.
const MOST_TITLES: usize = 3;

/// Few statements need more; more cost an allocation.
pub(super) type Needs<'a> = SmallVec<[Need<'a>; 3]>;

/// Persons who speak in a statement.
pub(super) type Persons = SmallVec<[PersonNumber; 3]>;

/// Who signed: which official's key answered which need, in the order of needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Signed {
    /// The appointments whose keys signed.
    pub(super) officials: SmallVec<[u64; 3]>,
}

impl<'a> Bench<'a> {
    /// Every signer's key is in force here, or brought by the statement itself.
    pub(super) fn keys_in_force(&self) -> Result<(), Refusal> {
        for (signer, number) in self.signers() {
            if !self.brings(signer) {
                self.key_in_force(signer, number)?;
            }
        }
        Ok(())
    }

    /// The signers, each with the number of its key; a new key has none yet.
    fn signers(&self) -> impl Iterator<Item = (&'a SignerId, Option<KeyNumber>)> {
        self.envelope.signers.iter().zip(self.numbers.iter().copied())
    }

    fn key_in_force(&self, signer: &SignerId, number: Option<KeyNumber>) -> Result<&'a Key, Refusal> {
        match number {
            Some(number) => self.state.keys.numbered_in_force(number, self.today),
            None => self.state.keys.in_force(signer, self.today),
        }
    }

    fn brings(&self, signer: &SignerId) -> bool {
        self.body.brings(signer)
    }

    /// The numbers of the keys that sign, for the trace; new keys have none yet.
    pub(super) fn key_numbers(&self) -> [Option<KeyNumber>; 3] {
        let mut numbers = self.numbers.iter().copied().flatten();
        [numbers.next(), numbers.next(), numbers.next()]
    }

    /// The needs of a kind. `case` is there for kinds about a case that exists.
    pub(super) fn needs(&self, kind: Kind, case: Option<(CaseId, &'a Core)>) -> Result<Needs<'a>, Refusal> {
        let parties = match (kind, self.envelope.about) {
            (Kind::KeyReplaced, About::Org(_)) => replaces_organisation_key(),
            _ => parties(kind),
        };
        let mut needs = Needs::new();
        for party in parties {
            needs.extend(self.need(kind, *party, case)?);
        }
        Ok(needs)
    }

    fn need(&self, kind: Kind, party: Party, case: Option<(CaseId, &'a Core)>) -> Result<Option<Need<'a>>, Refusal> {
        Ok(Some(match party {
            Party::Roots | Party::AllRoots => Need::Roots,
            Party::NewKey => return Ok(None),
            Party::Office(roles) => {
                // An agency speaks for the cases of its own fields only.
                let roles = self.roles(kind, roles);
                let agency = case.filter(|_| roles == [Role::Agency]).map(|(_, core)| &*core.facts.agency);
                Need::Office { roles, agency, kind: named_by(kind) }
            }
            Party::CaseAgency => self.case_agency(kind, case)?,
            Party::Organisation => Need::Org(self.organisation()?),
            Party::OrganisationOrDeed if self.has_deed() => return Ok(None),
            Party::OrganisationOrDeed => Need::Org(self.organisation()?),
            Party::OrganisationOrCounter | Party::OwnerOrCounter if self.body.counter().is_some() => {
                Need::Office { roles: &[Role::Intake], agency: None, kind: Kind::ApplicationFiledAtCounter }
            }
            Party::OrganisationOrCounter | Party::OwnerOrCounter => match self.envelope.about {
                About::Case(CaseId { owner: CaseOwner::Agency(_), .. }) => self.case_agency(kind, case)?,
                _ => Need::Org(self.organisation()?),
            },
            Party::OldKey => Need::Key(self.retired_key()?),
            Party::Desk => Need::Desk,
            Party::SameKey => Need::Key(self.paper_key()?),
            Party::Pen => self.pen(case)?,
            // These two kinds have their own way to find who must sign.
            Party::OfSuperseded | Party::OtherKeyOfOffice => return Ok(None),
            Party::Second => {
                let roles = std::slice::from_ref(&self.profile.correction_second);
                Need::Office { roles, agency: None, kind }
            }
            Party::AnyOffice => Need::AnyOffice,
            Party::NoteSigner => match self.envelope.about {
                About::Note { signer: NoteSigner::Org(n), .. } => Need::Org(n),
                _ => Need::AnyOffice,
            },
        }))
    }

    /// The roles that sign a kind: by default, else as the profile says.
    fn roles(&self, kind: Kind, default: &'a [Role]) -> &'a [Role] {
        let named = self.profile.signers.iter().flatten().find(|signing| signing.kind == named_by(kind));
        named.map_or(default, |signing| std::slice::from_ref(&signing.role))
    }

    fn case_agency(&self, kind: Kind, case: Option<(CaseId, &'a Core)>) -> Result<Need<'a>, Refusal> {
        let agency: &str = match (case, self.envelope.about) {
            (Some((_, core)), _) => &core.facts.agency,
            (None, About::Case(CaseId { owner: CaseOwner::Agency(n), .. })) => match self.profile.agency_number(n) {
                Some(agency) => &agency.code.0,
                None => {
                    let sentence = sentence!(
                        "The profile has no agency number {n}; name one of its agencies",
                        "Profil tidak memuat SKPD nomor {n}; sebutkan salah satu SKPD dari profil"
                    );
                    return Err(Refusal::form(sentence));
                }
            },
            (None, about) => {
                return Err(Refusal::form(sentence!(
                    "{about} has no agency; correct about",
                    "{about} tidak memiliki SKPD; perbaiki about"
                )));
            }
        };
        let roles = self.roles(kind, &[Role::Agency]);
        let agency = (roles == [Role::Agency]).then_some(agency);
        Ok(Need::Office { roles, agency, kind: named_by(kind) })
    }

    /// Whether an organisation's change rests on a deed in place of its signature.
    fn has_deed(&self) -> bool {
        matches!(self.body, super::bodies::Body::OrganisationAmended(body) if body.deed.is_some())
    }

    /// The key that the statement retires.
    fn retired_key(&self) -> Result<&'a SignerId, Refusal> {
        match self.body {
            super::bodies::Body::KeyRotated(body) => Ok(&body.retires),
            _ => Err(Refusal::form(sentence!(
                "Only key.rotated is signed by the key that it retires",
                "Hanya key.rotated yang ditandatangani kunci yang digantikannya; pakai jenis itu"
            ))),
        }
    }

    /// The organisation that the statement is about, or whose case it is, or whose note.
    fn organisation(&self) -> Result<u64, Refusal> {
        match self.envelope.about {
            About::Org(n)
            | About::Case(CaseId { owner: CaseOwner::Org(n), .. })
            | About::Note { signer: NoteSigner::Org(n), .. } => Ok(n),
            about => refuse(
                Rule::B2,
                sentence!(
                    "{about} has no organisation that could sign; correct about",
                    "{about} tidak memiliki lembaga yang dapat menandatangani; perbaiki about"
                ),
            ),
        }
    }

    /// The office that holds the next stage of a case; where two may come, the first.
    pub(super) fn pen(&self, case: Option<(CaseId, &'a Core)>) -> Result<Need<'a>, Refusal> {
        let Some((id, core)) = case else {
            return Err(Refusal::form(sentence!(
                "Only a case has a stage that somebody holds",
                "Hanya kasus yang memiliki tahap yang sedang ditangani; perbaiki about"
            )));
        };
        for &kind in stages::next(self.profile, core).iter() {
            let asked = stages::begun_by(kind);
            for party in parties(asked) {
                if let Party::Office(_) | Party::CaseAgency = party
                    && let Some(need) = self.need(asked, *party, case)?
                {
                    return Ok(need);
                }
            }
        }
        let next = cases::wording(stages::next(self.profile, core).get(..1).unwrap_or_default());
        refuse(
            Rule::B1,
            sentence!(
                "No office holds the next stage of {id}, which is {next}; wait for it",
                "Tidak ada jabatan yang menangani tahap berikutnya {id}, yaitu {next:#}; tunggu tahap itu"
            ),
        )
    }

    /// The signers are exactly those needed: each need by another signer, and nobody else.
    pub(super) fn signed_by(&self, needs: &[Need]) -> Result<Signed, Refusal> {
        // Whether each need is met; few kinds have more than three.
        let (mut few, mut many);
        let met: &mut [bool] = if needs.len() <= 4 {
            few = [false; 4];
            &mut few[..needs.len()]
        } else {
            many = vec![false; needs.len()];
            &mut many
        };
        let (mut roots, mut signed) = (0, Signed::default());
        for (signer, number) in self.signers().filter(|(signer, _)| !self.brings(signer)) {
            let holder = self.key_in_force(signer, number)?.holder();
            if let Holder::Root(_) = holder
                && needs.contains(&Need::Roots)
            {
                roots += 1;
                continue;
            }
            let open = |&at: &usize| !met[at] && self.answers(&needs[at], signer, holder);
            let Some(at) = (0..needs.len()).find(open) else {
                let sentence = sentence!(
                    "The key {signer} may not sign {} of {}; it is signed by {}",
                    "Kunci {signer} tidak boleh menandatangani {:#} mengenai {}; yang menandatangani: {:#}",
                    self.body.kind(),
                    self.envelope.about,
                    self.wording(needs)
                );
                return refuse(Rule::B2, sentence);
            };
            met[at] = true;
            if let Holder::Official(n) = holder {
                signed.officials.push(n);
            }
        }
        let threshold = self.frame.threshold;
        if needs.contains(&Need::Roots) && roots < threshold {
            return refuse(
                Rule::B2,
                sentence!(
                    "{roots} of {threshold} root keys have signed; collect the signatures of {threshold}",
                    "Baru {roots} dari {threshold} kunci akar yang menandatangani; kumpulkan {threshold} tanda tangan"
                ),
            );
        }
        if needs.iter().zip(&*met).any(|(need, met)| !met && *need != Need::Roots) {
            let sentence = sentence!(
                "{} needs {}; collect the missing signature",
                "{:#} memerlukan {:#}; kumpulkan tanda tangan yang kurang",
                self.body.kind(),
                self.wording(needs)
            );
            return refuse(Rule::B2, sentence);
        }
        Ok(signed)
    }

    fn answers(&self, need: &Need, signer: &SignerId, holder: Holder) -> bool {
        match (need, holder) {
            (Need::Office { .. }, Holder::Official(n)) => {
                let office = self.state.official(n).and_then(|official| self.profile.office(&official.office));
                office.is_some_and(|office| self.plays(office, need))
            }
            (Need::OfficeCode { office, not }, Holder::Official(n)) => {
                *not != Some(signer) && self.state.official(n).is_some_and(|official| *official.office == **office)
            }
            (Need::AnyOffice, Holder::Official(_)) | (Need::Desk, Holder::Desk) => true,
            (Need::Org(n), Holder::Org(own)) => *n == own,
            (Need::Key(key), _) => *key == signer,
            _ => false,
        }
    }

    /// Whether an office is one that a need asks for: by role and agency, or as a delegate.
    pub(super) fn plays(&self, office: &Office, need: &Need) -> bool {
        if let Need::OfficeCode { office: code, .. } = need {
            return office.code.0 == *code;
        }
        let Need::Office { roles, agency, kind } = need else { return false };
        let own = office.agency.as_ref().map(|agency| agency.0.as_str());
        let delegate = |profile: &Profile| profile.delegates(*kind).any(|delegate| delegate.office == office.code);
        roles.contains(&office.role) && agency.is_none_or(|agency| own == Some(agency)) || delegate(self.profile)
    }

    /// `3 root keys and one agency of pendidikan and org/1`.
    pub(super) fn wording(&self, needs: &[Need]) -> Sentence {
        let mut parts: Vec<Sentence> = needs.iter().map(|need| self.wording_of(need)).collect();
        if self.body.kind() != Kind::LedgerFounded && !self.body.keys_brought().is_empty() {
            parts.push(Both("the new key", "kunci baru").into());
        }
        Sentence::joined(&parts, Both(" and ", ", serta "))
    }

    fn wording_of(&self, need: &Need) -> Sentence {
        match need {
            Need::Roots => sentence!("{} root keys", "{} kunci akar", self.frame.threshold),
            Need::Office { roles, agency, .. } => {
                let role = |role: &Role| self.office_wording(*role, *agency);
                let roles: Vec<Sentence> = roles.iter().map(role).collect();
                let agency = agency.map_or(String::new(), |agency| format!(" of {agency}"));
                let roles = Sentence::joined(&roles, Both(" or ", " atau "));
                let one_of = if roles.indonesian().contains(" atau ") { "salah satu dari " } else { "" };
                Sentence::of(format!("one {roles}{agency}"), format!("{one_of}{roles:#}"))
            }
            Need::OfficeCode { office, not: None } => sentence!("a key of {office}", "satu kunci {office}"),
            Need::OfficeCode { office, not: Some(not) } => {
                sentence!("a key of {office} other than {not}", "satu kunci {office} selain {not}")
            }
            Need::AnyOffice => Both("one office", "salah satu jabatan").into(),
            Need::Org(n) => Sentence::name(&format!("org/{n}")),
            Need::Key(key) => sentence!("the key {key}", "kunci {key}"),
            Need::Desk => Both("the desk", "loket daring").into(),
        }
    }

    /// The role; in Indonesian the titles of the offices that play it, where these are few.
    fn office_wording(&self, role: Role, agency: Option<&str>) -> Sentence {
        let titles: Vec<&str> =
            self.profile.offices_with(role, agency).map(|office| office.title_id.0.as_str()).collect();
        let indonesian = match (titles.len(), agency) {
            (1..=MOST_TITLES, _) => titles.join(" atau "),
            (_, Some(agency)) => format!("{:#} {agency}", role.words()),
            (_, None) => format!("{:#}", role.words()),
        };
        Sentence::of(role.name().to_owned(), indonesian)
    }

    /// The person named held the post on the event's date, and the post may decide this.
    pub(super) fn decided_by(&self, decided: &DecidedBy, needs: &[Need]) -> Result<PersonNumber, Refusal> {
        let (person, post, day) = (&decided.person.0, &decided.post.0, self.envelope.event_date);
        let may = self.profile.office(post).is_some_and(|office| needs.iter().any(|need| self.plays(office, need)));
        if !may {
            let sentence = sentence!(
                "The post {post} may not decide {}; it is decided by {}",
                "Jabatan {post} tidak boleh memutuskan {:#}; yang memutuskan: {:#}",
                self.body.kind(),
                self.wording(needs)
            );
            return refuse(Rule::B2, sentence);
        }
        match self.held_post(person, post, day) {
            Some(number) => Ok(number),
            None => refuse(
                Rule::B2,
                sentence!(
                    "{person} did not hold the post {post} on {day}; name who decided, or record that appointment first",
                    "{person} tidak memegang jabatan {post} pada {day:#}; sebutkan siapa yang memutuskan, atau catat pengangkatannya dulu"
                ),
            ),
        }
    }

    pub(super) fn held_post(&self, person: &str, post: &str, day: crate::grants::time::Date) -> Option<PersonNumber> {
        let number = *self.state.persons.get(person)?;
        let appointments = self.state.posts.get(&number)?;
        let held = |&n: &u64| {
            self.state.official(n).is_some_and(|official| *official.office == *post && official.period.contains(day))
        };
        appointments.iter().any(held).then_some(number)
    }

    /// The persons who speak here: of the offices that signed, and who decided.
    pub(super) fn persons(&self, signed: &Signed, decided: Option<PersonNumber>) -> Persons {
        let signers = signed.officials.iter().filter_map(|n| self.state.official(*n));
        let mut persons: Persons = signers.map(|official| official.person_number).chain(decided).collect();
        persons.sort_unstable();
        persons.dedup();
        persons
    }

    /// B3: none of these persons has done on this case what must be apart from the duty.
    pub(super) fn apart(&self, id: CaseId, case: &Case, persons: &[PersonNumber], duty: Duty) -> Result<(), Refusal> {
        let (other, words) = match duty {
            Duty::Recommended => (Duty::Approved, Both("approved", "menyetujui")),
            Duty::Approved => (Duty::Recommended, Both("recommended", "merekomendasikan")),
            Duty::Ordered => (Duty::Paid, Both("paid", "membayar")),
            Duty::Paid => (Duty::Ordered, Both("ordered the payment of", "memerintahkan pembayaran")),
            Duty::Considered => {
                (Duty::Inspected, Both("spoken for the inspectorate on", "bertindak atas nama Inspektorat atas"))
            }
            Duty::Inspected => {
                (Duty::Considered, Both("considered for the advisory team", "bertindak sebagai Tim Pertimbangan atas"))
            }
        };
        match persons.iter().find(|&&person| case.core.duties.contains(&(person, other))) {
            None => Ok(()),
            Some(&person) => {
                let known = self.state.persons.iter().find(|(_, number)| **number == person);
                let same = || Both("The same person", "Orang yang sama").into();
                let name = known.map_or_else(same, |(name, _)| Sentence::name(name));
                refuse(
                    Rule::B3,
                    sentence!(
                        "{name} has already {words} {id}; another person must sign and decide {}",
                        "{name:#} sudah {words:#} {id}; orang lain harus menandatangani dan memutuskan {:#}",
                        self.body.kind()
                    ),
                )
            }
        }
    }

    /// The duty of a kind on a case, if it has one.
    pub(super) fn duty_of(kind: Kind) -> Option<Duty> {
        match kind {
            Kind::AmountRecommended => Some(Duty::Recommended),
            Kind::DecreeRows | Kind::DecreeSealed => Some(Duty::Approved),
            Kind::PaymentOrdered => Some(Duty::Ordered),
            Kind::WarrantIssued => Some(Duty::Paid),
            Kind::CaseConsidered | Kind::CaseClassified => Some(Duty::Considered),
            Kind::FlagRaised | Kind::FlagClosed => Some(Duty::Inspected),
            _ => None,
        }
    }
}
