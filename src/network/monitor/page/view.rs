//! A picture as HTML, JSON and Atom.

use askama::Template;
use serde_json::{Value, json};

use super::super::picture::{Alarm, LedgerSeen, Picture, SourceSeen, Standing};
use super::super::recipients::{Body, By, Licence};
use super::super::withheld::{Fate, Handed, Told};
use super::words::{self, Words};
use crate::grants::kinds::Kind;
use crate::grants::time::Timestamp;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

/// The most bodies in common that the page shows; programs get all that are told.
const MOST_SHOWN: usize = 200;
/// The most statements of a ledger and fate that the page and the feed show; programs get all.
const MOST_HELD: usize = 50;
/// Times are told as in Jakarta: one page for the whole country.
const OFFSET_MIN: i32 = 420;

#[derive(Template)]
#[template(path = "page.html", config = "src/network/monitor/page/askama.toml")]
struct Page<'p> {
    lang: Lang,
    w: &'static Words,
    other: &'static str,
    style: &'p str,
    at: Option<Moment>,
    every_s: u64,
    summary: String,
    trouble: bool,
    /// When the last whole round ended, where that is too long ago.
    late: Option<Moment>,
    cards: Vec<Card<'p>>,
    unread: &'p [SourceSeen],
    bodies: Vec<Common<'p>>,
    more: usize,
    left_out: bool,
}

struct Card<'p> {
    id: String,
    name: &'p str,
    origin: &'p str,
    url: Option<&'p str>,
    vkey: Option<&'p str>,
    vkey_given: bool,
    trial: bool,
    word: &'static str,
    class: &'static str,
    /// Whether its details are shown at once.
    opened: bool,
    sentence: &'static str,
    since: Option<Moment>,
    size: String,
    recorded: Option<Moment>,
    answered: Option<Moment>,
    witnesses: Vec<(&'p str, Option<Moment>)>,
    sources: &'p [SourceSeen],
    alarms: Vec<Shown<'p>>,
    more_alarms: usize,
    handed: Vec<Fated<'p>>,
}

/// Statements that one thing became of.
struct Fated<'p> {
    name: &'static str,
    meaning: &'static str,
    held: Vec<Held<'p>>,
    more: usize,
}

struct Held<'p> {
    handed: &'p Handed,
    kind: &'static str,
    received: Option<Moment>,
    href: String,
}

struct Shown<'p> {
    name: &'static str,
    meaning: &'static str,
    sentence: &'p str,
    first: Moment,
    href: String,
    has_tree: bool,
}

struct Common<'p> {
    name: &'p str,
    licence: Option<String>,
    on: Vec<There<'p>>,
    more: usize,
}

struct There<'p> {
    government: &'p str,
    name: &'p str,
    href: Option<String>,
    paid: &'p str,
    times: u64,
    years: String,
}

/// The page for people.
pub(super) fn page(picture: &Picture, late: Option<Timestamp>, lang: Lang, style: &str) -> String {
    let w = words::of(lang);
    let (bodies, told) = (&picture.shared.bodies, picture.shared.bodies.len().min(MOST_SHOWN));
    let page = Page {
        lang,
        w,
        other: words::of(lang.other()).language,
        style,
        at: picture.at.map(|at| moment(at, lang)),
        every_s: picture.every_s,
        summary: summary(picture, lang),
        trouble: late.is_some() || !is_good(picture),
        late: late.map(|ended| moment(ended, lang)),
        cards: cards(picture, lang),
        unread: &picture.unread,
        bodies: bodies.iter().take(told).map(|body| common(picture, body, lang)).collect(),
        more: bodies.len() - told + picture.shared.more,
        left_out: picture.shared.left_out,
    };
    // Nothing in it can fail to print.
    page.render().expect("the page prints")
}

fn moment(at: Timestamp, lang: Lang) -> Moment {
    Moment::time(at, OFFSET_MIN, lang)
}

fn is_good(picture: &Picture) -> bool {
    picture.unread.is_empty() && picture.ledgers.iter().all(|ledger| ledger.standing == Standing::Good)
}

fn summary(picture: &Picture, lang: Lang) -> String {
    let count = grouped(picture.ledgers.len() as u64, lang);
    let followed = match (lang, picture.ledgers.len()) {
        (Lang::Indonesian, _) => format!("{count} buku besar diikuti."),
        (Lang::English, 1) => "1 ledger is followed.".to_owned(),
        (Lang::English, _) => format!("{count} ledgers are followed."),
    };
    if is_good(picture) {
        let w = words::of(lang);
        return format!("{followed} {}", if picture.watches_growth { w.all_grow } else { w.all_good });
    }
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for ledger in picture.ledgers.iter().filter(|ledger| ledger.standing != Standing::Good) {
        let word = words::standing(ledger.standing, lang).0;
        match counts.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word, 1)),
        }
    }
    let told = counts.into_iter().map(|(word, count)| format!("{word}: {count}."));
    let unread = (!picture.unread.is_empty()).then(|| format!("{}: {}.", words::of(lang).unread, picture.unread.len()));
    std::iter::once(followed).chain(told).chain(unread).collect::<Vec<_>>().join(" ")
}

fn name(ledger: &LedgerSeen, lang: Lang) -> &str {
    match (&ledger.name, lang) {
        (Some((id, _)), Lang::Indonesian) => id,
        (Some((_, en)), Lang::English) => en,
        (None, _) => &ledger.origin,
    }
}

/// A ledger chooses its name itself; its origin is what its key signs for.
fn full_name(ledger: &LedgerSeen, lang: Lang) -> String {
    let trial = if ledger.trial { format!(" [{}]", words::of(lang).trial_tag) } else { String::new() };
    match &ledger.name {
        Some(_) => format!("{} ({}){trial}", name(ledger, lang), ledger.origin),
        None => format!("{}{trial}", ledger.origin),
    }
}

/// Whoever must be looked at comes first.
fn cards(picture: &Picture, lang: Lang) -> Vec<Card<'_>> {
    let mut ledgers: Vec<&LedgerSeen> = picture.ledgers.iter().collect();
    let rank = |ledger: &LedgerSeen| match ledger.standing {
        Standing::Alarm => 0,
        Standing::Silent(_) => 1,
        Standing::Withheld => 2,
        Standing::Unwitnessed { too_long: true, .. } => 3,
        Standing::Stale => 4,
        Standing::Unwitnessed { too_long: false, .. } => 5,
        Standing::Good => 6,
    };
    ledgers.sort_by_key(|ledger| (rank(ledger), name(ledger, lang)));
    ledgers.into_iter().map(|ledger| card(ledger, lang)).collect()
}

fn card(ledger: &LedgerSeen, lang: Lang) -> Card<'_> {
    let (word, sentence) = words::standing(ledger.standing, lang);
    let (alarms, more_alarms) = ledger.shown_alarms();
    Card {
        id: ledger.origin.replace('/', "_"),
        name: name(ledger, lang),
        origin: &ledger.origin,
        url: ledger.url(),
        vkey: ledger.vkey.as_deref(),
        vkey_given: ledger.vkey_given,
        trial: ledger.trial,
        word,
        class: match ledger.standing {
            Standing::Good => "",
            Standing::Stale | Standing::Unwitnessed { too_long: false, .. } => " tag-before",
            _ => " tag-bad",
        },
        opened: ledger.standing != Standing::Good,
        sentence,
        since: since(ledger.standing).map(|since| moment(since, lang)),
        size: grouped(ledger.size, lang),
        recorded: ledger.recorded.map(|at| moment(at, lang)),
        answered: ledger.answered().map(|at| moment(at, lang)),
        witnesses: ledger
            .witnesses
            .iter()
            .map(|witness| (witness.name.as_str(), witness.cosigned.map(|at| moment(at, lang))))
            .collect(),
        sources: &ledger.sources,
        alarms: alarms.into_iter().map(|alarm| shown(alarm, lang)).collect(),
        more_alarms,
        handed: [Fate::Withheld, Fate::Lapsed, Fate::NotHandedOn]
            .into_iter()
            .filter_map(|fate| fated(ledger, fate, lang))
            .collect(),
    }
}

fn since(standing: Standing) -> Option<Timestamp> {
    match standing {
        Standing::Silent(since) | Standing::Unwitnessed { since, .. } => Some(since),
        _ => None,
    }
}

fn fated(ledger: &LedgerSeen, fate: Fate, lang: Lang) -> Option<Fated<'_>> {
    let (name, meaning) = words::fate(fate, lang);
    let count = ledger.of_fate(fate).count();
    let held = ledger.of_fate(fate).take(MOST_HELD).map(|told| held(ledger, told, lang)).collect();
    (count > 0).then(|| Fated { name, meaning, held, more: count.saturating_sub(MOST_HELD) })
}

fn held<'p>(ledger: &LedgerSeen, told: &'p Told, lang: Lang) -> Held<'p> {
    let handed = &told.handed;
    Held {
        handed,
        kind: Kind::parse(&handed.kind).map_or("", |kind| lang.pick(kind.title_id(), kind.title_en())),
        received: handed.received().map(|at| moment(at, lang)),
        href: statement_href(ledger, handed),
    }
}

fn shown(alarm: &Alarm, lang: Lang) -> Shown<'_> {
    let (name, meaning) = words::finding(alarm.finding, lang);
    Shown {
        name,
        meaning,
        sentence: &alarm.sentence,
        first: moment(alarm.first, lang),
        href: href(alarm),
        has_tree: alarm.has_tree(),
    }
}

/// Where the evidence of an alarm is served.
fn href(alarm: &Alarm) -> String {
    let (ledger, evidence) = alarm.place();
    format!("/evidence/{ledger}/{evidence}")
}

fn common<'p>(picture: &'p Picture, body: &'p Body, lang: Lang) -> Common<'p> {
    let there = |on: &'p super::super::recipients::OnLedger| {
        let ledger = picture.ledgers.iter().find(|ledger| ledger.origin == on.origin);
        There {
            government: ledger.map_or(&on.origin, |ledger| name(ledger, lang)),
            name: &on.name,
            href: ledger.and_then(LedgerSeen::url).map(|url| format!("{url}{}/orgs/{}", lang.prefix(), on.n)),
            paid: &on.paid,
            times: on.times,
            years: on.years.iter().map(u16::to_string).collect::<Vec<_>>().join(", "),
        }
    };
    Common {
        name: &body.name,
        licence: match &body.by {
            By::Licence(licence) => Some(format!("{} ({}, {})", licence.number, licence.kind, licence.issuer)),
            By::Name => None,
        },
        on: body.on.iter().map(there).collect(),
        more: body.more,
    }
}

/// `1.234` or `1,234`.
fn grouped(number: u64, lang: Lang) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push_str(lang.pick(".", ","));
        }
        text.push(digit);
    }
    text
}

/// The same for programs.
pub(super) fn state(picture: &Picture, late: Option<Timestamp>) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    let source = |source: &SourceSeen| {
        json!({
            "from": source.from,
            "answered_at": time(source.answered),
            "trouble": source.trouble.as_ref().map(|(_, why)| why),
            "trouble_since": time(source.trouble.as_ref().map(|(since, _)| *since)),
            "older": source.older.map(|older| json!({
                "size": older.size, "known": older.known, "since": older.since.to_string(),
            })),
        })
    };
    let alarm = |alarm: &Alarm| {
        json!({
            "finding": alarm.finding.as_str(),
            "sentence": alarm.sentence,
            "first_seen_at": alarm.first.to_string(),
            "evidence": format!("{}/evidence.json", href(alarm)),
        })
    };
    let ledger = |ledger: &LedgerSeen| {
        let witness = |witness: &super::super::picture::WitnessSeen| json!({ "name": witness.name, "cosigned_at": time(witness.cosigned) });
        let handed_in = |fate| ledger.of_fate(fate).map(|told| told_of(ledger, told)).collect::<Vec<_>>();
        json!({
            "origin": ledger.origin,
            "name_id": ledger.name.as_ref().map(|(id, _)| id),
            "name_en": ledger.name.as_ref().map(|(_, en)| en),
            "trial": ledger.trial,
            "vkey": ledger.vkey,
            "vkey_from_ledger": ledger.vkey.is_some() && !ledger.vkey_given,
            "size": ledger.size,
            "recorded_at": time(ledger.recorded),
            "witnesses": ledger.witnesses.iter().map(witness).collect::<Vec<_>>(),
            "quorum": ledger.quorum,
            "answered_at": time(ledger.answered()),
            "standing": ledger.standing.as_str(),
            "unwitnessed_since": time(if let Standing::Unwitnessed { since, .. } = ledger.standing { Some(since) } else { None }),
            "silent_since": time(if let Standing::Silent(since) = ledger.standing { Some(since) } else { None }),
            "alarms": ledger.shown_alarms().0.into_iter().map(alarm).collect::<Vec<_>>(),
            "alarms_more": ledger.shown_alarms().1,
            "withheld": handed_in(Fate::Withheld),
            "lapsed": handed_in(Fate::Lapsed),
            "not_handed_on": handed_in(Fate::NotHandedOn),
            "sources": ledger.sources.iter().map(source).collect::<Vec<_>>(),
        })
    };
    json!({
        "at": time(picture.at),
        "every_s": picture.every_s,
        "ended_at": time(picture.ended),
        "is_late": late.is_some(),
        "ledgers": picture.ledgers.iter().map(ledger).collect::<Vec<_>>(),
        "unread": picture.unread.iter().map(source).collect::<Vec<_>>(),
        "shared": picture.shared.bodies.iter().map(|body| in_common(picture, body)).collect::<Vec<_>>(),
        "shared_more": picture.shared.more,
        "shared_complete": !picture.shared.left_out,
    })
}

fn told_of(ledger: &LedgerSeen, Told { handed: one, receipt, .. }: &Told) -> Value {
    let mut told = handed(one);
    told["statement"] = json!(statement_href(ledger, one));
    told["receipt"] = json!(receipt.as_ref().map(|_| format!("{}/receipt", statement_href(ledger, one))));
    told
}

/// What is said of a statement that was handed in.
pub(super) fn handed(one: &Handed) -> Value {
    json!({
        "hash": one.hash,
        "kind": one.kind,
        "about": one.about,
        "received_at": one.received_at,
        "accepted_after_entries": one.size,
        "checkpoint": one.checkpoint,
        "desk": one.desk,
        "desk_answered_at": one.answered_at,
        "lapsed_after_entries": one.lapsed.as_ref().map(|(size, _)| size),
        "lapsed_because": one.lapsed.as_ref().map(|(_, why)| why),
        "entry": one.entry,
    })
}

/// Where a withheld statement is served.
fn statement_href(ledger: &LedgerSeen, one: &Handed) -> String {
    format!("/statements/{}/{}", ledger.origin.replace('/', "_"), one.hash)
}

fn in_common(picture: &Picture, body: &Body) -> Value {
    let on = body.on.iter().map(|on| {
        let ledger = picture.ledgers.iter().find(|ledger| ledger.origin == on.origin);
        json!({
            "origin": on.origin,
            "about": format!("org/{}", on.n),
            "name": on.name,
            "url": ledger.and_then(LedgerSeen::url).map(|url| format!("{url}/orgs/{}", on.n)),
            "paid": on.paid,
            "payments": on.times,
            "years": on.years,
        })
    });
    let (by, licence) = match &body.by {
        By::Licence(Licence { kind, number, issuer }) => {
            ("licence", Some(json!({ "type": kind, "number": number, "issuer": issuer })))
        }
        By::Name => ("name", None),
    };
    json!({ "by": by, "possible_only": body.by == By::Name, "licence": licence, "on": on.collect::<Vec<_>>(), "on_more": body.more })
}

#[derive(Template)]
#[template(path = "alarms.xml", config = "src/network/monitor/page/askama.toml")]
struct Feed<'p> {
    lang: Lang,
    w: &'static Words,
    id: &'p str,
    updated: String,
    items: Vec<Item>,
}

struct Item {
    id: String,
    title: String,
    at: Timestamp,
    href: String,
    summary: String,
}

/// What was found, and who does not answer, the newest first.
pub(super) fn feed(picture: &Picture, lang: Lang) -> String {
    let mut items: Vec<Item> = Vec::new();
    for ledger in &picture.ledgers {
        let of = |what: &str| format!("{}: {what}", full_name(ledger, lang));
        for alarm in ledger.shown_alarms().0 {
            let (sort, meaning) = words::finding(alarm.finding, lang);
            items.push(Item {
                id: href(alarm).trim_start_matches("/evidence/").to_owned(),
                title: of(sort),
                at: alarm.first,
                href: format!("{}/evidence.json", href(alarm)),
                summary: format!("{meaning} {}.", alarm.sentence),
            });
        }
        for Told { handed: one, .. } in ledger.of_fate(Fate::Withheld).take(MOST_HELD) {
            let Some(at) = one.received() else { continue };
            items.push(Item {
                id: format!("{}/statement-{}", ledger.origin.replace('/', "_"), one.hash),
                title: of(words::fate(Fate::Withheld, lang).0),
                at,
                href: statement_href(ledger, one),
                summary: format!("{} ({}, {})", words::fate(Fate::Withheld, lang).1, one.kind, one.about),
            });
        }
        // One round in which nobody answered may be chance.
        let again = |since: &Timestamp| picture.at.is_some_and(|at| at > *since);
        let since = match ledger.standing {
            Standing::Silent(since) | Standing::Unwitnessed { since, too_long: true } => Some(since),
            _ => None,
        };
        if let Some(since) = since.filter(again) {
            let (word, sentence) = words::standing(ledger.standing, lang);
            let place = ledger.origin.replace('/', "_");
            items.push(Item {
                id: format!("{place}/{}-{since}", ledger.standing.as_str()),
                title: of(word),
                at: since,
                href: format!("{}/#{place}", lang.prefix()),
                summary: sentence.to_owned(),
            });
        }
    }
    items.sort_by_key(|item| std::cmp::Reverse(item.at));
    let newest = items.first().map(|item| item.at).or(picture.at);
    let updated = newest.map_or_else(|| "1970-01-01T00:00:00Z".to_owned(), |at| at.to_string());
    let feed = Feed { lang, w: words::of(lang), id: &picture.id, updated, items };
    // Nothing in it can fail to print.
    feed.render().expect("the feed prints")
}
