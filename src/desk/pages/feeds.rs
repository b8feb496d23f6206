//! What waits for somebody as Atom, and their deadlines as iCalendar, at an address that only they know: feed readers and
//! calendars sign in nowhere. The address opens these two and nothing else.

use std::collections::HashSet;

use askama::Template as _;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use super::cases::titles_of;
use super::{Page, Visit, words};
use crate::desk::Desk;
use crate::desk::drafting::one;
use crate::desk::letters::awaited;
use crate::desk::persons::{self, Person, Task};
use crate::desk::store::Waiting;
use crate::grants::about::About;
use crate::grants::time::{Date, Timestamp};
use crate::public::calendar::{Day, calendar, stamp};
use crate::public::feed::{Feed, Item, midnight, tag};
use crate::public::moment::Moment;

/// How many items a feed, and days a calendar, have at most.
const ITEMS: usize = 100;

/// What is asked of the state.
struct Asked {
    person: Person,
    tasks: Vec<Task>,
    /// By which days the use of which cases must be reported.
    reports: Vec<(String, Date)>,
    offset_min: i32,
    government: (String, String),
    size: u64,
    now: Timestamp,
    today: Date,
}

/// All that both forms are made of.
struct Waits {
    asked: Asked,
    to_sign: Vec<Waiting>,
    titles: std::collections::HashMap<String, String>,
    founded: String,
}

/// `<token>.atom` or `<token>.ics`.
pub(super) async fn feed(State(desk): State<Desk>, visit: Visit, Path(file): Path<String>) -> Page {
    let missing = || desk.missing(&visit);
    let (token, form) = file.split_once('.').ok_or_else(missing)?;
    let web = desk.web(&visit)?;
    let kept = |error| desk.fault(&visit, &error);
    let owner = web.store.feed_owner(token).map_err(kept)?.ok_or_else(missing)?;
    let asked = desk.ask(move |replay, now| {
        let state = one(replay)?;
        let today = state.local_date(now);
        let person = Person::of(state, &owner, today);
        // A key that was revoked is nobody's at once.
        person.signer.as_ref()?;
        let (tasks, _) = persons::tasks(state, &person, ITEMS);
        let orgs: HashSet<u64> = person.organisation().into_iter().collect();
        let reports = awaited(state, &orgs).into_iter().map(|(_, case, due)| (About::Case(case).to_string(), due));
        let profile = state.profile()?;
        let government = (profile.government.name_id.0.clone(), profile.government.name_en.0.clone());
        let (reports, offset_min) = (reports.collect(), profile.utc_offset_min);
        Some(Asked { tasks, reports, person, offset_min, government, size: state.size(), now, today })
    });
    let asked = asked.await.flatten().ok_or_else(missing)?;
    let mut to_sign = match &asked.person.signer {
        Some(signer) => web.store.waiting_for(signer).map_err(kept)?,
        None => Vec::new(),
    };
    // What may be recorded no more waits for nobody.
    to_sign.retain(|one| Date::parse(&one.expires).is_some_and(|expires| expires >= asked.today));
    let tasks = asked.tasks.iter().map(|task| About::Case(task.case).to_string());
    let cases: Vec<String> = tasks.chain(asked.reports.iter().map(|(case, _)| case.clone())).collect();
    let origin = desk.sequencer.origin().to_owned();
    let (titles, founded) = desk
        .read(&visit, move |reader| {
            let first = reader.statement(0, &origin)?.map(|first| first.event_date().to_string());
            Ok((titles_of(reader, &cases)?, first.unwrap_or_default()))
        })
        .await?;
    let waits = Waits { asked, to_sign, titles, founded };
    let base = format!("{}{}", web.base(&visit), visit.lang.prefix());
    match form {
        "atom" => atom(&desk, &visit, &waits, &base, &file),
        "ics" => Ok(typed("text/calendar; charset=utf-8", ics(&desk, &visit, &waits, &base))),
        _ => Err(missing()),
    }
}

fn typed(media_type: &'static str, text: String) -> Response {
    ([(header::CONTENT_TYPE, media_type)], text).into_response()
}

impl Waits {
    fn title(&self, case: &str, visit: &Visit) -> String {
        let title = self.titles.get(case).map(|title| visit.lang.words().title(title)).unwrap_or_default();
        format!("{title} ({case})")
    }
}

fn atom(desk: &Desk, visit: &Visit, waits: &Waits, base: &str, file: &str) -> Page {
    let (w, lang, origin) = (words::of(visit.lang), visit.lang, desk.sequencer.origin());
    let (asked, day) = (&waits.asked, |day: Date| Moment::day_in_words(day, lang));
    let until = |text: &str| Date::parse(text).map(day).unwrap_or_default();
    let to_sign = waits.to_sign.iter().map(|one| Item {
        id: tag(origin, &waits.founded, &format!("desk/waiting/{}", one.hash)),
        title: format!("{}: {}", w.to_sign_heading, w.kind_named(&one.kind)),
        updated: one.changed.to_string(),
        href: format!("{base}/waiting/{}", one.hash),
        summary: format!("{} · {} {}", one.about, w.waiting_until, until(&one.expires)),
    });
    let tasks = asked.tasks.iter().map(|task| {
        let (case, since) = (About::Case(task.case).to_string(), task.since.map(|day| day.to_string()));
        let since = since.unwrap_or_else(|| waits.founded.clone());
        let kinds: Vec<&str> = task.kinds.iter().map(|kind| w.kind(kind)).collect();
        let due = task.due.map_or_else(|| w.no_due.to_owned(), day);
        Item {
            // Whatever comes back to them is new.
            id: tag(origin, &waits.founded, &format!("desk/{case}/{since}/{}", task.kinds[0].name())),
            title: format!("{}: {}", kinds.join(", "), waits.title(&case, visit)),
            updated: midnight(&since, asked.offset_min),
            href: format!("{base}/cases/{case}"),
            summary: format!("{} {due}", w.column_due),
        }
    });
    let mut items: Vec<Item> = to_sign.chain(tasks).take(ITEMS).collect();
    items.sort_by(|a, b| b.updated.cmp(&a.updated));
    let name = asked.person.name(lang);
    let feed = Feed {
        lang: lang.code(),
        id: tag(origin, &waits.founded, &format!("desk/{}/{}", lang.code(), &asked.person.public)),
        title: format!("{} · {name}", w.home_title),
        subtitle: w.feeds_secret.to_owned(),
        updated: items.first().map_or_else(|| asked.now.to_string(), |item| item.updated.clone()),
        here: format!("{base}/feeds/{file}"),
        page: format!("{base}/home"),
        author: lang.pick(&asked.government.0, &asked.government.1).to_owned(),
        items,
    };
    let text = feed.render().map_err(|fault| {
        tracing::error!("a feed could not be made: {fault}");
        desk.stop(visit, StatusCode::INTERNAL_SERVER_ERROR, w.fault_stopped)
    })?;
    Ok(typed("application/atom+xml; charset=utf-8", text))
}

fn ics(desk: &Desk, visit: &Visit, waits: &Waits, base: &str) -> String {
    let (w, lang, origin) = (words::of(visit.lang), visit.lang, desk.sequencer.origin());
    let asked = &waits.asked;
    let made = |name: &str, what: &str, case: &str, day: Date| Day {
        uid: format!("desk/{case}/{name}@{origin}"),
        stamp: stamp(&asked.now.to_string()),
        // A day that is put off is a change of the same event.
        sequence: asked.size,
        day,
        title: format!("{what}: {}", waits.title(case, visit)),
        note: w.home_title.to_owned(),
        address: format!("{base}/cases/{case}"),
    };
    let tasks = asked.tasks.iter().filter_map(|task| {
        let kind = task.kinds.first()?;
        Some(made(kind.name(), w.kind(kind), &About::Case(task.case).to_string(), task.due?))
    });
    let reports = asked.reports.iter().map(|(case, due)| made("report", w.feeds_report, case, *due));
    let to_sign = waits.to_sign.iter().filter_map(|one| {
        Some(Day {
            uid: format!("desk/waiting/{}@{origin}", one.hash),
            stamp: stamp(&one.changed.to_string()),
            sequence: 0,
            day: Date::parse(&one.expires)?,
            title: format!("{}: {}", w.to_sign_heading, w.kind_named(&one.kind)),
            note: one.about.clone(),
            address: format!("{base}/waiting/{}", one.hash),
        })
    });
    let days: Vec<Day> = to_sign.chain(tasks).chain(reports).take(2 * ITEMS).collect();
    calendar(&format!("{} · {}", w.home_title, asked.person.name(lang)), lang, &days)
}
