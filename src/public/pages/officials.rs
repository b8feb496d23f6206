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
use crate::public::appointments::{self, Appointment, Standing, id_of};
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

impl Appointment {
    /// Whether its key may sign on this day; else why not.
    fn standing_told(&self, day: Option<Date>, lang: Lang) -> Datum {
        let w = lang.words();
        let told = |date: Date| Moment::day(date, lang).words().to_owned();
        let href = |entry: u64| format!("{}/entries/{entry}", lang.prefix());
        match self.standing(day) {
            Standing::Revoked(entry) => {
                Datum { warns: true, ..Datum::link(format!("{} {entry}", w.key_revoked), href(entry)) }
            }
            Standing::Retired(entry, last) => {
                let until = last.map(|last| format!(" ({})", told(last))).unwrap_or_default();
                Datum::link(format!("{} {entry}{until}", w.key_retired), href(entry))
            }
            Standing::NotYet(from) => Datum::text(format!("{} {}", w.key_not_yet, told(from))),
            Standing::Expired(until) => Datum::text(format!("{} {}", w.key_expired, told(until))),
            Standing::InForce => Datum::text(w.key_in_force),
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
                self.standing_told(day, lang),
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
    let read = site
        .pool
        .read(move |reader| Ok((appointments::all(reader, &origin)?, roots(reader, &origin)?, reader.progress()?.day)));
    let (appointments, roots, day) = read.await?;
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
