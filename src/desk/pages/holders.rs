//! Offices, roots and organisations for those who appoint, replace, revoke and suspend: what is in force, and for each the forms of
//! the statements that change it, with what is known filled in.

use askama::Template;
use axum::extract::{Query, State};

use super::key_words::{self, KeyWords};
use super::sealed_words::{self, SealedWords};
use super::{Frame, Page, Visit, asked_for, html, lost, sealed};
use crate::desk::Desk;
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::persons::{Barred, Person, Who, Why};
use crate::grants::kinds::Kind;
use crate::grants::one::profile::Office;
use crate::grants::one::state::State as One;
use crate::grants::role::Role;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

/// How long before its last day a key is shown to end soon, in days; as `hibah doctor` tells it.
const ENDING_DAYS: i64 = 60;
/// The most organisations in a list.
const MOST_LISTED: usize = 100;

/// A form that begins a statement.
struct Act {
    kind: Kind,
    label: String,
    about: String,
    /// Fields that are filled in already.
    known: Vec<(&'static str, String)>,
}

impl Act {
    fn new(kind: Kind, label: &str, about: &str, known: Vec<(&'static str, String)>) -> Self {
        Self { kind, label: label.to_owned(), about: about.to_owned(), known }
    }

    fn revoke(label: &str, about: &str, key: &SignerId) -> Self {
        Self::new(Kind::KeyRevoked, label, about, vec![("key", key.to_string())])
    }

    /// Revokes a key of several, which the button names.
    fn revoke_one(label: &str, about: &str, key: &SignerId) -> Self {
        Self::revoke(&format!("{label} {}", hex::encode(key.key_id())), about, key)
    }
}

/// One holder of a key.
struct Row {
    title: String,
    sub: String,
    standing: String,
    warns: bool,
    acts: Vec<Act>,
    /// What of theirs is sealed, for who may read it: `org/7`.
    sealed: Option<String>,
}

/// An office with those who were appointed to it and have not long gone.
struct OfficeRows {
    title: String,
    holders: Vec<Row>,
    /// Who holds it, or that nobody may sign for it today.
    told: String,
    /// Whether somebody should see to it.
    warns: bool,
    acts: Vec<Act>,
}

/// What a person may do here.
#[derive(Clone, Copy, PartialEq, Eq)]
enum May {
    /// A root.
    Appoint,
    /// The registrar or the inspectorate.
    Register,
}

#[derive(Template)]
#[template(path = "holders.html", config = "src/desk/pages/askama.toml")]
struct HoldersPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    k: &'static KeyWords,
    s: &'static SealedWords,
    appoints: bool,
    threshold: u64,
    roots: Vec<Row>,
    offices: Vec<OfficeRows>,
    q: String,
    found: Vec<Row>,
    pending: Vec<Row>,
    suspended: Vec<Row>,
}

struct Asked {
    threshold: u64,
    roots: Vec<Row>,
    offices: Vec<OfficeRows>,
    found: Vec<Row>,
    pending: Vec<Row>,
    suspended: Vec<Row>,
}

/// Whether the page has anything to do for this person.
pub(super) fn is_for(state: &One, person: &Person) -> bool {
    may(state, person).is_some()
}

fn may(state: &One, person: &Person) -> Option<May> {
    match &person.who {
        Who::Root(_) => Some(May::Appoint),
        Who::Office { code, .. } => {
            let role = state.profile()?.office(code)?.role;
            matches!(role, Role::Registrar | Role::Inspectorate).then_some(May::Register)
        }
        _ => None,
    }
}

/// The page; `?q=` looks for organisations.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit, Query(query): Query<Vec<(String, String)>>) -> Page {
    let entered = desk.enter(visit).await?;
    let q = asked_for(query, "q");
    let (person, lang, asked) = (entered.person.clone(), entered.visit.lang, q.clone());
    let asked = entered.ask(move |replay, now| {
        let state = one(replay)?;
        let (may, reads) = (may(state, &person)?, sealed::reads(state, &person));
        let telling = Telling { state, may, reads, today: state.local_date(now), lang };
        telling.all(&asked)
    });
    let Asked { threshold, roots, offices, found, pending, suspended } =
        asked.await?.ok_or_else(|| entered.missing())?;
    let (k, s) = (key_words::of(lang), sealed_words::of(lang));
    let (frame, appoints) = (entered.framed(k.keys_title), matches!(entered.person.who, Who::Root(_)));
    Ok(html(&HoldersPage {
        frame,
        w: entered.w,
        k,
        s,
        appoints,
        threshold,
        roots,
        offices,
        q,
        found,
        pending,
        suspended,
    }))
}

struct Telling<'s> {
    state: &'s One,
    may: May,
    reads: bool,
    today: Date,
    lang: Lang,
}

impl Telling<'_> {
    fn k(&self) -> &'static KeyWords {
        key_words::of(self.lang)
    }

    fn all(&self, q: &str) -> Option<Asked> {
        let (frame, profile) = (self.state.frame()?, self.state.profile()?);
        let appoints = self.may == May::Appoint;
        let roots = frame.roots.iter().filter(|_| appoints).map(|(n, key)| self.root(*n, key));
        let offices = profile.offices.iter().filter(|_| appoints).map(|office| self.office(office));
        let found = lost::find(self.state, q, self.today, self.lang).into_iter();
        let found = found.filter_map(|found| self.organisation(found.about.strip_prefix("org/")?.parse().ok()?));
        let pending = self.state.orgs().filter(|(_, org)| org.pending_on(self.today).is_some());
        let suspended = self.state.orgs().filter(|(_, org)| org.suspended.is_some());
        let rows =
            |numbers: Vec<u64>| numbers.into_iter().filter_map(|n| self.organisation(n)).take(MOST_LISTED).collect();
        Some(Asked {
            threshold: frame.threshold,
            roots: roots.collect(),
            offices: offices.collect(),
            found: found.collect(),
            pending: rows(pending.map(|(n, _)| n).collect()),
            suspended: rows(suspended.map(|(n, _)| n).collect()),
        })
    }

    fn day(&self, day: Date) -> String {
        Moment::day_in_words(day, self.lang)
    }

    /// Whether a key may sign today, in words; and whether somebody should see to it.
    fn standing(&self, key: &SignerId) -> (String, bool) {
        let w = self.lang.words();
        let Some(known) = self.state.key(key) else { return (String::new(), true) };
        let Some(barred) = Barred::of(known, self.today) else {
            let until = known.days().1;
            let soon = until.is_some_and(|until| self.today.days_until(until) <= ENDING_DAYS);
            let until = until.map(|until| format!(" {} {}", self.k().until, self.day(until))).unwrap_or_default();
            let soon_told = if soon { format!(" ({})", self.k().ending) } else { String::new() };
            return (format!("{}{until}{soon_told}", self.k().in_force), soon);
        };
        match barred.why {
            Why::From(day) => (format!("{} {}", w.key_not_yet, self.day(day)), false),
            Why::Until(day) => (format!("{} {}", w.key_expired, self.day(day)), true),
            Why::Ended(entry) => (format!("{} {entry}", w.key_retired), true),
            Why::Revoked(entry) => (format!("{} {entry}", w.key_revoked), true),
            Why::Held => (self.k().barred(barred), true),
        }
    }

    /// The key's id and the entry that brought it.
    fn sub(&self, before: &str, key: &SignerId) -> String {
        let since = self.state.key(key).map(|key| format!(", {} {}", self.k().since_entry, key.since()));
        format!("{before} · {}{}", hex::encode(key.key_id()), since.unwrap_or_default())
    }

    fn root(&self, n: u64, key: &SignerId) -> Row {
        let k = self.k();
        let profile = self.state.profile();
        let holder = profile.and_then(|profile| profile.root_holders.iter().find(|holder| holder.root == n));
        let holder = holder.map(|holder| holder.holder.0.clone()).unwrap_or_default();
        let replaced = vec![("root", n.to_string()), ("holder", holder.clone())];
        let (standing, warns) = self.standing(key);
        Row {
            title: format!("{n}. {holder}"),
            sub: self.sub(&format!("root/{n}"), key),
            standing,
            warns,
            acts: vec![
                Act::new(Kind::RootReplaced, k.replace_root, "ledger", replaced),
                Act::revoke(k.revoke, "ledger", key),
            ],
            sealed: None,
        }
    }

    fn office(&self, office: &Office) -> OfficeRows {
        let k = self.k();
        let in_office = |until: Date| self.today <= until;
        let held =
            self.state.officials().filter(|(_, one)| *one.office == *office.code.0 && in_office(one.period.until));
        let holders = held.map(|(n, official)| {
            let about = format!("official/{n}");
            let acting = if official.acting { format!(" ({})", k.acting) } else { String::new() };
            let (standing, warns) = self.standing(&official.key);
            Row {
                title: format!("{}{acting}", official.person),
                sub: self.sub(&format!("{about}, {}", official.decree_number), &official.key),
                standing,
                warns,
                acts: vec![
                    Act::new(Kind::KeyReplaced, k.replace, &about, Vec::new()),
                    Act::new(Kind::OfficialRetired, k.retire, &about, vec![("last_day", self.today.to_string())]),
                    Act::revoke(k.revoke, &about, &official.key),
                ],
                sealed: None,
            }
        });
        let holders: Vec<Row> = holders.collect();
        let may = |key: &SignerId| self.state.keys().in_force(key, self.today).is_ok();
        let empty = !self.state.officials().any(|(_, one)| *one.office == *office.code.0 && may(&one.key));
        let persons: Vec<&str> = holders.iter().map(|row| row.title.as_str()).collect();
        OfficeRows {
            title: self.lang.pick(&office.title_id.0, &office.title_en.0).to_owned(),
            told: if empty { k.nobody.to_owned() } else { persons.join(", ") },
            warns: empty || holders.iter().all(|row| row.warns),
            holders,
            acts: vec![Act::new(
                Kind::OfficialAppointed,
                k.appoint,
                "official/new",
                vec![("office", office.code.0.clone())],
            )],
        }
    }

    fn organisation(&self, n: u64) -> Option<Row> {
        let (k, org) = (self.k(), self.state.org(n)?);
        let about = format!("org/{n}");
        let key = org.key_on(self.today);
        let (mut standing, mut warns) = self.standing(key);
        let pending = org.pending_on(self.today);
        if let Some(pending) = pending {
            standing = format!("{} {}", k.lost_pending, self.day(pending.effective));
        }
        if org.suspended.is_some() {
            (standing, warns) = (format!("{standing} · {}", k.suspended), true);
        }
        let acts = match self.may {
            May::Appoint => match pending {
                // Either may be the stolen one.
                Some(pending) => {
                    vec![
                        Act::revoke_one(k.revoke_present, &about, key),
                        Act::revoke_one(k.revoke_new, &about, &pending.key),
                    ]
                }
                None => vec![Act::revoke(k.revoke, &about, key)],
            },
            May::Register => {
                let replace = pending.is_none().then(|| Act::new(Kind::KeyReplaced, k.replace, &about, Vec::new()));
                let (kind, label) = match org.suspended {
                    None => (Kind::OrganisationSuspended, k.suspend),
                    Some(_) => (Kind::OrganisationReinstated, k.reinstate),
                };
                replace.into_iter().chain([Act::new(kind, label, &about, Vec::new())]).collect()
            }
        };
        let (title, sub) = (org.name.to_string(), self.sub(&about, key));
        Some(Row { title, sub, standing, warns, acts, sealed: self.reads.then_some(about) })
    }
}
