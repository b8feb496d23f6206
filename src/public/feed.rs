//! Atom feeds (RFC 4287): of every list its newest, and of a grant its steps.
//!
//! What an item is called never changes: a `tag:` address (RFC 4151) of the ledger's host, its first day, and the thing.

use std::sync::Arc;

use askama::Template;
use axum::response::Response;

use super::Site;
use super::answer::{Fault, Missing};
use super::api::flags::REPORT_MISSING;
use super::citizens::{CitizensCase, Wanted};
use super::founding::Founding;
use super::history::{History, Step};
use super::lists::{self, Form};
use super::moment::Moment;
use super::pages::Visit;
use super::pages::narrow::{Narrowed, escape};
use super::pages::papers::Paper;
use super::pages::words::forms::FormWords;
use super::pages::words::{Lang, Words};
use super::pages::years::{Counting, years};
use super::roll::{Roll, Tally};
use crate::grants::explain::Topic;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::findings::{Finding, MissingReport};
use crate::ledger::reader::{Grant, GrantQuery, Reader, Record};
use crate::ledger::snapshot::Snapshot;
use crate::ledger::store::StoreError;

/// How many items a feed has at most.
const ITEMS: u32 = 50;

/// One item of a feed.
pub(crate) struct Item {
    /// What it is called for ever.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// When it changed last (RFC 3339).
    pub(crate) updated: String,
    /// Its page.
    pub(crate) href: String,
    /// What there is to say of it.
    pub(crate) summary: String,
}

#[derive(Template)]
#[template(path = "feed.xml", config = "src/public/pages/askama.toml")]
pub(crate) struct Feed {
    /// The language's code.
    pub(crate) lang: &'static str,
    /// What it is called for ever.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// What it is made from.
    pub(crate) subtitle: String,
    /// When it changed last (RFC 3339).
    pub(crate) updated: String,
    /// Its own address.
    pub(crate) here: String,
    /// The page that it is of.
    pub(crate) page: String,
    /// Whose it is.
    pub(crate) author: String,
    /// The newest first.
    pub(crate) items: Vec<Item>,
}

/// What a thing of the ledger of this origin, founded on this day, is called for ever (RFC 4151).
pub(crate) fn tag(origin: &str, founded: &str, thing: &str) -> String {
    let (host, rest) = origin.split_once('/').unwrap_or((origin, ""));
    let rest = if rest.is_empty() { String::new() } else { format!("{rest}/") };
    format!("tag:{host},{founded}:{rest}{thing}")
}

/// The first moment of a day, as the ledger's own place counts days.
pub(crate) fn midnight(day: &str, offset_min: i32) -> String {
    let sign = if offset_min < 0 { '-' } else { '+' };
    format!("{day}T00:00:00{sign}{:02}:{:02}", offset_min.abs() / 60, offset_min.abs() % 60)
}

/// What items are made with.
struct Maker<'a> {
    reader: &'a Reader,
    founding: &'a Founding,
    at: &'a Snapshot,
    lang: Lang,
    /// What addresses begin with.
    base: String,
    /// The day on which the ledger was founded.
    founded: String,
}

impl Maker<'_> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn forms(&self) -> &'static FormWords {
        self.lang.forms()
    }

    fn tag(&self, thing: &str) -> String {
        tag(&self.founding.origin, &self.founded, thing)
    }

    fn href(&self, path: &str) -> String {
        format!("{}{}{path}", self.base, self.lang.prefix())
    }

    fn recorded(&self, index: u64) -> Result<Record, Fault> {
        let mut found = None;
        self.reader.each_record(index, 1, |record| {
            found = Some(record);
            Ok::<_, StoreError>(())
        })?;
        found.ok_or(Fault::missing(Missing::Entry))
    }

    fn time(&self, text: &str) -> String {
        let time = Timestamp::parse(text).map(|at| Moment::time(at, self.founding.offset_min, self.lang));
        time.map(|time| time.words().to_owned()).unwrap_or_default()
    }

    fn day(&self, text: &str) -> String {
        Date::parse(text).map(|day| Moment::day(day, self.lang).words().to_owned()).unwrap_or_default()
    }

    fn money(&self, grant: &Grant) -> String {
        let there = self.words().amounts.iter().zip(grant.amounts);
        let told = there.filter_map(|(label, minor)| Some(format!("{label} {}", self.founding.money(minor?))));
        told.collect::<Vec<_>>().join(" · ")
    }

    fn grant(&self, grant: &Grant) -> Result<Item, Fault> {
        let w = self.words();
        let recipient = w.recipient_of(&grant.recipient, grant.organisation, grant.migrated);
        let (status, amounts) = (w.status(&grant.status), self.money(grant));
        Ok(Item {
            id: self.tag(&format!("grants/{}", grant.id)),
            title: format!("{} · {recipient}", w.title_of(&grant.title, grant.migrated)),
            updated: self.recorded(grant.last_index)?.recorded_at,
            href: self.href(&format!("/grants/{}", grant.id)),
            summary: format!("{} · {} · {status} · {amounts}", grant.id, grant.fiscal_year),
        })
    }

    fn entry(&self, record: &Record) -> Item {
        let (w, f) = (self.words(), self.forms());
        let (happened, recorded) = (self.day(&record.event_date), self.time(&record.recorded_at));
        Item {
            id: self.tag(&format!("entries/{}", record.index)),
            title: format!("{}: {}", w.kind(&record.kind), record.about),
            updated: record.recorded_at.clone(),
            href: self.href(&format!("/entries/{}", record.index)),
            summary: format!(
                "{} {} · {} {happened} · {} {recorded}",
                w.entry_heading, record.index, f.happened, f.recorded
            ),
        }
    }

    fn step(&self, step: &Step) -> Item {
        let mut item = self.entry(&step.record);
        item.title = self.words().kind(&step.record.kind).to_owned();
        if let Some(minor) = step.amount() {
            item.title = format!("{}: {}", item.title, self.founding.money(minor));
        }
        item
    }

    /// Things of which it is counted: each with its name, address and grants, and the latest entry about one of those.
    fn counted(&self, mut things: Vec<(u64, String, String, Tally)>, items: &mut Vec<Item>) -> Result<(), Fault> {
        things.sort_unstable_by_key(|(last, ..)| std::cmp::Reverse(*last));
        for (last, title, path, tally) in things.into_iter().take(ITEMS as usize) {
            let told = self.words().amounts.iter().enumerate();
            let told =
                told.filter_map(|(at, label)| Some(format!("{label} {}", self.founding.money_sum(tally.sum(at)?))));
            let told: Vec<String> = std::iter::once(self.words().grants(tally.grants)).chain(told).collect();
            items.push(Item {
                id: self.tag(path.trim_start_matches('/')),
                title,
                updated: self.recorded(last)?.recorded_at,
                href: self.href(&path),
                summary: told.join(" · "),
            });
        }
        Ok(())
    }

    fn agencies(&self, roll: &Roll, items: &mut Vec<Item>) -> Result<(), Fault> {
        let tallies = roll.grouped(|line| Some(line.counted.agency.clone()).filter(|code| !code.is_empty()));
        let things = tallies.into_iter().filter_map(|(code, tally)| {
            let last = roll.latest(|line| line.counted.agency == code)?;
            let title = self.founding.agency(&code, self.lang).to_owned();
            Some((last, title, format!("/agencies/{}", escape(&code)), tally))
        });
        self.counted(things.collect(), items)
    }

    fn years(&self, roll: &Roll, items: &mut Vec<Item>) -> Result<(), Fault> {
        let things = years(roll).into_iter().filter_map(|(year, migrated)| {
            let counting = Counting { year, migrated };
            let last = roll.latest(|line| counting.takes(line))?;
            Some((
                last,
                format!("{} {year}", self.words().year_heading),
                format!("/years/{year}"),
                counting.tally(roll),
            ))
        });
        self.counted(things.collect(), items)
    }

    /// The latest entry about each thing of a sort, the newest first.
    fn latest_of(&self, sort: &str, items: &mut Vec<Item>) -> Result<(), Fault> {
        let mut latest: Vec<u64> = self.reader.things(sort)?.into_iter().map(|(.., latest)| latest).collect();
        latest.sort_unstable_by(|a, b| b.cmp(a));
        for index in latest.into_iter().take(ITEMS as usize) {
            items.push(self.entry(&self.recorded(index)?));
        }
        Ok(())
    }

    /// The first entry about each paper of a sort, the newest first.
    fn first_of(&self, paper: Paper, items: &mut Vec<Item>) -> Result<(), Fault> {
        for (_, first, _) in self.reader.things(paper.sort())?.into_iter().rev().take(ITEMS as usize) {
            items.push(self.entry(&self.recorded(first)?));
        }
        Ok(())
    }

    fn finding(&self, finding: &Finding) -> Result<Item, Fault> {
        let w = self.words();
        let others: Vec<String> = finding.others.iter().map(|other| format!("/{other}")).collect();
        let title = Topic::find(&finding.flag).map(|topic| topic.title());
        let title =
            title.map_or_else(|| finding.flag.clone(), |both| both.in_language(self.lang.explained()).to_owned());
        let (named, recipient) =
            (w.title_of(&finding.title, false), w.recipient_of(&finding.recipient, finding.organisation, false));
        Ok(Item {
            id: self.tag(&format!("findings/{}/{}/{}{}", finding.flag, finding.entry, finding.case, others.concat())),
            title: format!("{title}: {}", finding.case),
            updated: self.recorded(finding.entry)?.recorded_at,
            href: self.href(&format!("/grants/{}", finding.case)),
            summary: format!("{named} · {recipient} · {} {}", w.entry_heading, finding.entry),
        })
    }

    fn missing(&self, missing: &MissingReport) -> Item {
        let w = self.words();
        let recipient = w.recipient_of(&missing.recipient, missing.organisation, false);
        // Missing from the day after it was due, as the ledger's own place counts days.
        let since = Date::parse(&missing.due).and_then(|due| due.plus_days(1)).map(|day| day.to_string());
        Item {
            id: self.tag(&format!("missing/{}/{}", missing.case, missing.due)),
            title: format!("{}: {}", w.report_missing_title, missing.case),
            updated: midnight(since.as_ref().unwrap_or(&missing.due), self.founding.offset_min),
            href: self.href(&format!("/grants/{}", missing.case)),
            summary: format!(
                "{} · {recipient} · {} {}",
                w.title_of(&missing.title, false),
                w.column_due,
                self.day(&missing.due)
            ),
        }
    }

    /// Citizens' reports, each as new as its latest entry, the newest first.
    fn reports(&self, kept: &CitizensCase, narrowed: &Narrowed, items: &mut Vec<Item>) -> Result<(), Fault> {
        let (c, day) = (self.lang.citizens(), Date::parse(&self.at.day));
        let wanted = Wanted::of(narrowed.status.as_deref(), narrowed.agency.as_deref()).unwrap_or_default();
        let mut found = Vec::new();
        for report in kept.all(self.reader, &self.founding.origin, self.at.size)? {
            let state = report.state(self.founding, day);
            if wanted.takes(&report, state) {
                found.push((report.entries().into_iter().max().unwrap_or_default(), state, report));
            }
        }
        found.sort_unstable_by_key(|(newest, ..)| std::cmp::Reverse(*newest));
        for (newest, state, report) in found.into_iter().take(ITEMS as usize) {
            let due = report.due(self.founding).map(|due| Moment::day(due, self.lang));
            let stands = c.stands(state, due.as_ref().map(Moment::words), report.waited(self.founding.offset_min));
            items.push(Item {
                id: self.tag(&format!("reports/{}", report.n)),
                title: format!("{} {}: {}", c.report, report.n, c.state(state)),
                updated: self.recorded(newest)?.recorded_at,
                href: self.href(&format!("/reports/{}", report.n)),
                summary: format!("{stands} {}", report.case.as_deref().unwrap_or(c.no_grant)),
            });
        }
        Ok(())
    }

    /// A feed of these items at `path` without its ending, of the page at `page`.
    fn feed(&self, title: String, path: &str, page: &str, items: Vec<Item>) -> Feed {
        let (path_only, query) =
            page.split_once('?').map_or((page, String::new()), |(at, query)| (at, format!("?{query}")));
        let government = self.founding.government(self.lang);
        Feed {
            lang: self.lang.code(),
            id: self.tag(&format!("{}{}{query}", self.lang.code(), path_only)),
            title: format!("{title} · {government}"),
            subtitle: self.forms().made_from(self.words(), self.at.size, &self.at.root.to_hex()),
            // An empty list is as new as the ledger.
            updated: items.first().map_or_else(|| self.at.recorded_at.clone(), |item| item.updated.clone()),
            here: self.href(&format!("{path}.atom{query}")),
            page: self.href(page),
            author: government.to_owned(),
            items,
        }
    }
}

/// A feed made by `make` at one moment.
async fn made(
    site: Site,
    visit: &Visit,
    make: impl FnOnce(&Maker<'_>) -> Result<Feed, Fault> + Send + 'static,
) -> Result<Response, Fault> {
    let (base, lang, founding) = (visit.base(&site.founding), visit.lang, site.founding.clone());
    let feed = site.pool.read(move |reader| {
        reader.in_snapshot(|at| {
            let founded = reader.statement(0, &founding.origin)?.map(|first| first.event_date().to_string());
            let founded = founded.ok_or(Fault::missing(Missing::Entry))?;
            make(&Maker { reader, founding: &founding, at, lang, base, founded })
        })
    });
    let text = feed.await?.render().map_err(|fault| Fault::store(&fault))?;
    Ok(lists::formed(Form::Atom, text.into_bytes()))
}

/// The newest of a list.
pub(super) async fn of_list(site: Site, visit: &Visit, path: String, narrowed: Narrowed) -> Result<Response, Fault> {
    let memory = Arc::clone(&site.memory);
    made(site, visit, move |maker| {
        let (w, f) = (maker.words(), maker.forms());
        let mut items = Vec::new();
        let title = match path.as_str() {
            "/grants" => {
                let query = GrantQuery { offset: 0, limit: ITEMS, ..narrowed.query() };
                for grant in maker.reader.grants(&query)?.grants {
                    items.push(maker.grant(&grant)?);
                }
                w.list_title.to_owned()
            }
            "/orgs" => {
                for record in newest_of(maker.reader, "organisation.registered")? {
                    items.push(maker.entry(&record));
                }
                f.organisations.to_owned()
            }
            "/agencies" => {
                maker.agencies(&*memory.roll_at(maker.reader, maker.at.size)?, &mut items)?;
                w.agencies_title.to_owned()
            }
            "/years" => {
                maker.years(&*memory.roll_at(maker.reader, maker.at.size)?, &mut items)?;
                w.years_title.to_owned()
            }
            "/officials" => {
                maker.latest_of("official", &mut items)?;
                w.officials_title.to_owned()
            }
            "/decrees" => {
                maker.first_of(Paper::Decree, &mut items)?;
                w.decrees_title.to_owned()
            }
            "/budgets" => {
                maker.first_of(Paper::Budget, &mut items)?;
                w.budgets_title.to_owned()
            }
            "/lists" => {
                maker.first_of(Paper::List, &mut items)?;
                w.lists_title.to_owned()
            }
            "/overdue" => findings(maker, Some(REPORT_MISSING), &mut items)?,
            "/reports" => {
                maker.reports(memory.citizens_now(), &narrowed, &mut items)?;
                maker.lang.citizens().title.to_owned()
            }
            "/changes" => {
                items.extend(
                    maker.reader.newest(ITEMS)?.iter().filter(|r| r.index < maker.at.size).map(|r| maker.entry(r)),
                );
                f.newest_entries.to_owned()
            }
            _ => match Paper::at(&path) {
                Some((paper, about)) => {
                    items.extend(
                        maker.reader.timeline(&about)?.iter().rev().take(ITEMS as usize).map(|r| maker.entry(r)),
                    );
                    format!("{} {about}", w.paper(paper).word)
                }
                None => findings(maker, path.strip_prefix("/flags/"), &mut items)?,
            },
        };
        let page = format!("{path}{}", narrowed.address_of_all());
        Ok(maker.feed(title, &path, &page, items))
    })
    .await
}

fn newest_of(reader: &Reader, kind: &str) -> Result<Vec<Record>, Fault> {
    let mut all = Vec::new();
    reader.each_of_kind(kind, |record| {
        all.push(record);
        Ok::<_, StoreError>(())
    })?;
    all.reverse();
    all.truncate(ITEMS as usize);
    Ok(all)
}

/// The items of one flag or of all, and the title of their feed.
fn findings(maker: &Maker<'_>, flag: Option<&str>, items: &mut Vec<Item>) -> Result<String, Fault> {
    let w = maker.words();
    if flag == Some(REPORT_MISSING) {
        maker.reader.each_missing_report(u64::from(ITEMS), |missing| {
            items.push(maker.missing(&missing));
            Ok::<_, StoreError>(())
        })?;
        return Ok(w.report_missing_title.to_owned());
    }
    let mut found = Vec::new();
    maker.reader.each_finding(flag, u64::from(ITEMS), |finding| {
        found.push(finding);
        Ok::<_, StoreError>(())
    })?;
    for finding in &found {
        items.push(maker.finding(finding)?);
    }
    let title = flag.and_then(Topic::find).map(|topic| topic.title().in_language(maker.lang.explained()).to_owned());
    Ok(title.unwrap_or_else(|| w.flags_title.to_owned()))
}

/// The steps of a grant, the newest first.
pub(super) async fn of_grant(site: Site, visit: &Visit, id: String) -> Result<Response, Fault> {
    made(site, visit, move |maker| {
        let history = History::read(maker.reader, &maker.founding.origin, &id)?;
        let w = maker.words();
        let items = history.steps.iter().rev().take(ITEMS as usize).map(|step| maker.step(step)).collect();
        let title = w.title_of(&history.grant.title, history.grant.migrated);
        let path = format!("/grants/{id}");
        Ok(maker.feed(format!("{title} ({id})"), &path, &path, items))
    })
    .await
}
