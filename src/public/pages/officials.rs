//! Who may sign what: every appointment with its key and whether that is in force on the ledger's day, what each office may
//! sign, and the root keys that appoint.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde_json::Value;

use super::narrow::{PAGE_SIZE, page_of};
use super::table::{Column, Datum, Row, Table, Turns};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::ledger::reader::Reader;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::founding::Founding;
use crate::public::moment::Moment;

/// Offices that may sign the same, with what that is.
struct Group {
    offices: String,
    kinds: Vec<String>,
}

#[derive(Template)]
#[template(path = "officials.html", config = "src/public/pages/askama.toml")]
struct Officials<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    as_of: Option<Moment>,
    holders: Table,
    turns: Turns,
    groups: Vec<Group>,
    roots: Table,
}

/// One appointment, and what became of its key.
struct Appointment {
    n: u64,
    office: String,
    person: String,
    decree: String,
    period: (Option<Date>, Option<Date>),
    acting: bool,
    /// `<key name>+<8 hex>`, and the entry that brought it.
    key: String,
    since: u64,
    /// The entry that ended it, and the last day if it says one.
    ended: Option<(u64, Option<Date>)>,
    revoked: Option<u64>,
}

/// A key without its bytes.
fn id_of(vkey: &str) -> String {
    vkey.splitn(3, '+').take(2).collect::<Vec<_>>().join("+")
}

fn appointment(reader: &Reader, origin: &str, about: &str) -> Result<Option<Appointment>, Fault> {
    let mut found: Option<Appointment> = None;
    for record in reader.timeline(about)? {
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        let body = statement.body();
        let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let day = |pointer: &str| Date::parse(text(pointer));
        match (Kind::parse(&record.kind), &mut found) {
            (Some(Kind::OfficialAppointed), _) => {
                found = Some(Appointment {
                    n: crate::public::api::number(about.trim_start_matches("official/")).unwrap_or_default(),
                    office: text("/office").to_owned(),
                    person: text("/person").to_owned(),
                    decree: text("/decree_number").to_owned(),
                    period: (day("/period/from"), day("/period/until")),
                    acting: body.get("acting").and_then(Value::as_bool).unwrap_or(false),
                    key: id_of(text("/key")),
                    since: record.index,
                    ended: None,
                    revoked: None,
                });
            }
            (Some(Kind::KeyRotated | Kind::KeyReplaced), Some(one)) => {
                (one.key, one.since, one.revoked) = (id_of(text("/key")), record.index, None);
            }
            (Some(Kind::KeyRevoked), Some(one)) if text("/key") == one.key => one.revoked = Some(record.index),
            (Some(Kind::OfficialRetired), Some(one)) => one.ended = Some((record.index, day("/last_day"))),
            _ => {}
        }
    }
    Ok(found)
}

impl Appointment {
    /// Whether its key may sign on this day; else why not.
    fn standing(&self, day: Option<Date>, lang: Lang) -> Datum {
        let w = lang.words();
        let told = |date: Date| Moment::day(date, lang).words().to_owned();
        let href = |entry: u64| format!("{}/entries/{entry}", lang.prefix());
        if let Some(entry) = self.revoked {
            return Datum { warns: true, ..Datum::link(format!("{} {entry}", w.key_revoked), href(entry)) };
        }
        if let Some((entry, last)) = self.ended.filter(|(_, last)| last.zip(day).is_none_or(|(last, day)| day > last)) {
            let until = last.map(|last| format!(" ({})", told(last))).unwrap_or_default();
            return Datum::link(format!("{} {entry}{until}", w.key_retired), href(entry));
        }
        match (self.period, day) {
            ((Some(from), _), Some(day)) if day < from => Datum::text(format!("{} {}", w.key_not_yet, told(from))),
            ((_, Some(until)), Some(day)) if day > until => Datum::text(format!("{} {}", w.key_expired, told(until))),
            _ => Datum::text(w.key_in_force),
        }
    }

    fn row(&self, founding: &Founding, day: Option<Date>, lang: Lang) -> Row {
        let w = lang.words();
        let acting = if self.acting { lang.pick("Plt. ", "Acting ") } else { "" };
        let key = self.key.rsplit_once('+').map_or("", |(_, hash)| hash);
        let span =
            |date: Option<Date>| date.map_or_else(|| "…".to_owned(), |date| Moment::day(date, lang).words().to_owned());
        Row {
            label: format!("{acting}{}", founding.office(&self.office, lang)),
            href: None,
            sub: vec![format!("{} · {}", self.person, self.decree)],
            cells: vec![
                Datum::text(format!("{} – {}", span(self.period.0), span(self.period.1))),
                Datum::link(
                    format!("{key}, {} {}", w.since_entry, w.count(self.since)),
                    format!("{}/entries/{}", lang.prefix(), self.since),
                ),
                self.standing(day, lang),
            ],
        }
    }
}

/// A root key: its number, its holder, the key, and the entry that brought it.
struct Root {
    n: u64,
    holder: Option<String>,
    key: String,
    since: u64,
}

fn roots(reader: &Reader, origin: &str) -> Result<Vec<Root>, Fault> {
    let mut roots: BTreeMap<u64, Root> = BTreeMap::new();
    for record in reader.timeline("ledger")? {
        let kind = Kind::parse(&record.kind);
        if !matches!(kind, Some(Kind::LedgerFounded | Kind::RootReplaced)) {
            continue;
        }
        let Some(statement) = reader.statement(record.index, origin)? else { continue };
        let body = statement.body();
        let founded = body.pointer("/keys/roots").and_then(Value::as_array).into_iter().flatten();
        let replaced = body.get("key").filter(|_| kind == Some(Kind::RootReplaced)).into_iter();
        for vkey in founded.chain(replaced).filter_map(Value::as_str) {
            let key = id_of(vkey);
            let name = key.rsplit_once('+').map_or("", |(name, _)| name);
            let n = name.rsplit_once('/').and_then(|(_, n)| crate::public::api::number(n)).unwrap_or_default();
            let holder = body.get("holder").and_then(Value::as_str).map(str::to_owned);
            roots.insert(n, Root { n, holder, key, since: record.index });
        }
    }
    Ok(roots.into_values().collect())
}

fn roots_table(roots: &[Root], founding: &Founding, lang: Lang) -> Table {
    let w = lang.words();
    let rows = roots.iter().map(|root| {
        let holder = root.holder.clone().or_else(|| founding.root_holder(root.n));
        let key = root.key.rsplit_once('+').map_or("", |(_, hash)| hash);
        Row {
            label: format!("{} {}", w.office_root, root.n),
            href: None,
            sub: Vec::new(),
            cells: vec![
                Datum::or_nothing(holder),
                Datum::link(
                    format!("{key}, {} {}", w.since_entry, w.count(root.since)),
                    format!("{}/entries/{}", lang.prefix(), root.since),
                ),
            ],
        }
    });
    let columns = vec![Column::left(w.column_holder), Column::left(w.column_key)];
    Table { caption: w.officials_roots.to_owned(), first: w.office_root, columns, rows: rows.collect() }
}

/// Offices that may sign the same, under one heading.
fn groups(founding: &Founding, lang: Lang) -> Vec<Group> {
    let w = lang.words();
    let mut groups: Vec<(Vec<Kind>, Vec<String>)> = Vec::new();
    for (code, kinds) in founding.signing() {
        let title = founding.office(&code, lang).to_owned();
        match groups.iter_mut().find(|(known, _)| *known == kinds) {
            Some((_, offices)) => offices.push(title),
            None => groups.push((kinds, vec![title])),
        }
    }
    let group = |(kinds, offices): (Vec<Kind>, Vec<String>)| Group {
        offices: offices.join(", "),
        kinds: kinds.iter().map(|kind| w.kind(kind.name()).to_owned()).collect(),
    };
    groups.into_iter().map(group).collect()
}

/// The page.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let number = page_of(&pairs)?;
    let origin = site.founding.origin.clone();
    let read = site.pool.read(move |reader| {
        let mut appointments = Vec::new();
        for (about, ..) in reader.things("official")? {
            appointments.extend(appointment(reader, &origin, &about)?);
        }
        Ok((appointments, roots(reader, &origin)?, reader.progress()?.day))
    });
    let (mut appointments, roots, day) = read.await?;
    appointments.sort_by_key(|one| one.n);
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let total = appointments.len() as u64;
    let skip = usize::try_from((number - 1) * PAGE_SIZE).unwrap_or(usize::MAX);
    let rows = appointments.iter().skip(skip).take(PAGE_SIZE as usize).map(|one| one.row(founding, day, lang));
    let columns = vec![Column::left(w.column_period), Column::left(w.column_key), Column::left(w.column_in_force)];
    let holders =
        Table { caption: w.officials_holders.to_owned(), first: w.column_office, columns, rows: rows.collect() };
    let page = Officials {
        frame: Frame::of(&site, &visit, w.officials_title.to_owned()),
        w,
        as_of: day.map(|day| Moment::day(day, lang)),
        holders,
        turns: Turns::of(number, total, lang, |page| format!("{}/officials?page={page}", lang.prefix())),
        groups: groups(founding, lang),
        roots: roots_table(&roots, founding, lang),
    };
    html(&page)
}
