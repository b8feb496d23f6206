//! The list of grants: search, filters with counts, the next spelling where nothing is found, pages.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::beside::flag_title;
use super::narrow::{Narrowed, SIZES};
use super::table::Turns;
use super::words::{Lang, Words};
use super::{Frame, Thing, Visit, html};
use crate::grants::about::About;
use crate::ledger::reader::{Grant, Reader, Record, Sort};
use crate::ledger::search;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::api::flags::REPORT_MISSING;
use crate::public::founding::Founding;
use crate::public::memory::WordsCase;
use crate::public::roll::{Chosen as Taken, Facet, Roll};

/// The amounts that the list shows: asked, decreed, paid.
const COLUMNS: [usize; 3] = [0, 5, 7];

/// The most choices of one filter, the frequent ones first; search finds the rest.
const MAX_CHOICES: usize = 40;

struct Choice {
    label: String,
    count: String,
    href: String,
}

/// A way to narrow the list down; `open` when its choices are shown at once.
struct Filter {
    label: &'static str,
    /// How many choices there are, shown or not.
    total: usize,
    choices: Vec<Choice>,
    open: bool,
}

/// A filter that is in force, and the list without it.
struct Chosen {
    label: String,
    href: String,
}

struct Row {
    href: String,
    title: String,
    recipient: String,
    id: String,
    migrated: bool,
    /// Whether the words name it exactly.
    exact: bool,
    year: u16,
    status: String,
    amounts: Vec<Cell>,
}

/// One amount of a row, or the text that says why there is none.
struct Cell {
    label: &'static str,
    text: String,
    there: bool,
}

#[derive(Template)]
#[template(path = "list.html", config = "src/public/pages/askama.toml")]
struct List<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    words: String,
    hidden: Vec<(&'static str, String)>,
    total: String,
    chosen: Vec<Chosen>,
    clear: String,
    filters: Vec<Filter>,
    rows: Vec<Row>,
    columns: [&'static str; 3],
    sums: Vec<(&'static str, String)>,
    empty: &'static str,
    /// The next spelling, where nothing is found: the words, and the list of them.
    spelled: Option<(String, String)>,
    /// What the words name exactly beside grants: how it reads, and its page.
    named: Vec<(String, String)>,
    /// The orders that the list may have: the words, the list so, and whether it is.
    sorts: Vec<(&'static str, String, bool)>,
    turns: Turns,
}

/// What the page needs of the ledger.
struct Found {
    taken: Taken,
    grants: Vec<Grant>,
    organisation: Option<String>,
    spelled: Option<String>,
    /// The entry whose number the words are.
    entry: Option<Record>,
    /// The thing, no grant, whose name the words are.
    thing: Option<About>,
}

/// The thing that words name, where it is on the ledger and in no list of grants.
fn other_thing(reader: &Reader, words: &str) -> Result<Option<About>, Fault> {
    let thing = search::thing(words).filter(|about| !matches!(about, About::Case(_) | About::Award(_)));
    let Some(about) = thing else { return Ok(None) };
    Ok((!reader.timeline(&about.to_string())?.is_empty()).then_some(about))
}

fn find(reader: &Reader, roll: &Roll, spelling: &WordsCase, narrowed: &Narrowed) -> Result<Found, Fault> {
    let query = narrowed.query();
    let words = reader.matching(&narrowed.words)?;
    let taken = roll.chosen(&query, words.as_ref());
    let nothing = words.is_some_and(|words| words.all.is_empty());
    Ok(Found {
        grants: reader.grants_at(&taken.numbers)?,
        organisation: match narrowed.organisation {
            Some(n) => reader.organisation(n)?.map(|organisation| organisation.name),
            None => None,
        },
        spelled: if nothing {
            let finds = |words: &str| Ok(reader.matching(words)?.is_some_and(|found| !found.all.is_empty()));
            spelling.next_spelling(reader, &narrowed.words, finds)?
        } else {
            None
        },
        entry: search::entry_number(&narrowed.words).map(|index| reader.record(index)).transpose()?.flatten(),
        thing: other_thing(reader, &narrowed.words)?,
        taken,
    })
}

/// The list as a reader narrows it.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    narrowed: &'a Narrowed,
}

impl View<'_> {
    fn href(&self, narrowed: &Narrowed) -> String {
        format!("{}/grants{}", self.lang.prefix(), narrowed.address())
    }

    fn field<'a>(&'a self, code: &'a str) -> &'a str {
        if code.is_empty() { self.lang.words().not_recorded } else { self.founding.field(code, self.lang) }
    }

    /// How a choice of a filter reads.
    fn label(&self, facet: Facet, value: &str) -> String {
        let w = self.lang.words();
        match facet {
            Facet::Year => value.to_owned(),
            Facet::Status => w.status(value).to_owned(),
            Facet::Field => self.field(value).to_owned(),
            Facet::Agency => self.founding.agency(value, self.lang).to_owned(),
            Facet::Stage => w.kind(value).to_owned(),
            Facet::Size => self.size(crate::public::api::number(value).unwrap_or_default()),
            Facet::Flag if value == REPORT_MISSING => w.report_missing_title.to_owned(),
            Facet::Flag => flag_title(value, self.lang),
            Facet::Origin => if value == "before" { w.from_before } else { w.from_ledger }.to_owned(),
        }
    }

    /// One of [`SIZES`] in words.
    fn size(&self, at: u64) -> String {
        let w = self.lang.words();
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let Some((least, below)) = SIZES.get(at).copied() else { return String::new() };
        match (least, below) {
            (0, below) => format!("{} {}", w.size_below, self.founding.money(below)),
            (least, i64::MAX) => format!("{} {}", w.size_from, self.founding.money(least)),
            (least, below) => format!("{} – {}", self.founding.money(least), self.founding.money(below)),
        }
    }

    /// The list with this choice.
    fn with_choice(&self, facet: Facet, value: &str) -> String {
        let number = crate::public::api::number(value);
        self.href(&self.narrowed.with(|n| match facet {
            Facet::Year => n.year = number.and_then(|year| u16::try_from(year).ok()),
            Facet::Status => n.status = Some(value.to_owned()),
            Facet::Field => n.field = Some(value.to_owned()),
            Facet::Agency => n.agency = Some(value.to_owned()),
            Facet::Stage => n.stage = Some(value.to_owned()),
            Facet::Size => n.size = number.and_then(|at| usize::try_from(at).ok()),
            Facet::Flag => n.flag = Some(value.to_owned()),
            Facet::Origin => n.migrated = Some(value == "before"),
        }))
    }

    /// The ways to narrow the list that leave a choice: not those in force, not those with one answer, but for flags.
    fn filters(&self, taken: &Taken) -> Vec<Filter> {
        let (w, n) = (self.lang.words(), self.narrowed);
        let filters = [
            (Facet::Year, w.filter_year, n.year.is_none()),
            (Facet::Status, w.filter_status, n.status.is_none()),
            (Facet::Field, w.filter_field, n.field.is_none()),
            (Facet::Agency, w.agency, n.agency.is_none()),
            (Facet::Stage, w.filter_stage, n.stage.is_none()),
            (Facet::Size, w.filter_size, n.size.is_none()),
            (Facet::Flag, w.nav_flags, n.flag.is_none()),
            (Facet::Origin, w.filter_from, n.migrated.is_none()),
        ];
        let mut shown = Vec::new();
        for (facet, label, free) in filters {
            let mut counts = taken.choices(facet);
            let least = if facet == Facet::Flag { 1 } else { 2 };
            if !free || counts.len() < least {
                continue;
            }
            match facet {
                Facet::Year => counts.reverse(),
                Facet::Size => {}
                _ => counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count)),
            }
            let choice = |(value, count): &(&str, u64)| Choice {
                label: self.label(facet, value),
                count: w.count(*count),
                href: self.with_choice(facet, value),
            };
            let choices: Vec<Choice> = counts.iter().take(MAX_CHOICES).map(choice).collect();
            shown.push(Filter { label, total: counts.len(), choices, open: facet == Facet::Year });
        }
        shown
    }

    fn sorts(&self) -> Vec<(&'static str, String, bool)> {
        let w = self.lang.words();
        [(w.sort_changed, Sort::Changed), (w.sort_size, Sort::Size), (w.sort_year, Sort::Year)]
            .map(|(label, sort)| (label, self.href(&self.narrowed.with(|n| n.sort = sort)), self.narrowed.sort == sort))
            .into()
    }

    fn chosen(&self, organisation: Option<&str>) -> Vec<Chosen> {
        let w = self.lang.words();
        let n = self.narrowed;
        let without = |change: fn(&mut Narrowed)| self.href(&n.with(change));
        let mut chosen = Vec::new();
        let mut add = |label: String, href| chosen.push(Chosen { label, href });
        if !n.words.is_empty() {
            add(format!("“{}”", n.words), without(|n| n.words.clear()));
        }
        if let Some(year) = n.year {
            add(format!("{}: {year}", w.filter_year), without(|n| n.year = None));
        }
        if let Some(status) = &n.status {
            add(format!("{}: {}", w.filter_status, w.status(status)), without(|n| n.status = None));
        }
        if let Some(field) = &n.field {
            add(format!("{}: {}", w.filter_field, self.field(field)), without(|n| n.field = None));
        }
        if let Some(agency) = &n.agency {
            add(format!("{}: {}", w.agency, self.label(Facet::Agency, agency)), without(|n| n.agency = None));
        }
        if let Some(stage) = &n.stage {
            add(format!("{}: {}", w.filter_stage, w.kind(stage)), without(|n| n.stage = None));
        }
        if let Some(at) = n.size {
            add(self.size(at as u64), without(|n| n.size = None));
        }
        if let Some(flag) = &n.flag {
            add(self.label(Facet::Flag, flag), without(|n| n.flag = None));
        }
        if let Some(number) = n.organisation {
            let name = organisation.map_or_else(|| number.to_string(), str::to_owned);
            add(format!("{}: {name}", w.organisation_of), without(|n| n.organisation = None));
        }
        if let Some(before) = n.migrated {
            add(if before { w.from_before } else { w.from_ledger }.to_owned(), without(|n| n.migrated = None));
        }
        if let Some(at) = n.has {
            add(w.amounts[at].to_owned(), without(|n| n.has = None));
        }
        chosen
    }

    fn row(&self, grant: &Grant, exact: bool) -> Row {
        let w = self.lang.words();
        let cell = |at: usize| Cell {
            label: w.amounts[at],
            text: match grant.amounts[at] {
                Some(minor) => self.founding.money(minor),
                None => w.absent(self.founding.amount_state(grant, at)).to_owned(),
            },
            there: grant.amounts[at].is_some(),
        };
        Row {
            href: format!("{}/grants/{}", self.lang.prefix(), grant.id),
            title: w.title_of(&grant.title, grant.migrated),
            recipient: w.recipient_of(&grant.recipient, grant.organisation, grant.migrated),
            id: grant.id.clone(),
            migrated: grant.migrated,
            exact,
            year: grant.fiscal_year,
            status: w.status(&grant.status).to_owned(),
            amounts: COLUMNS.map(cell).into(),
        }
    }

    /// What the words name exactly beside grants.
    fn named(&self, found: &Found) -> Vec<(String, String)> {
        let w = self.lang.words();
        let entry = found.entry.as_ref().map(|record| {
            let told =
                format!("{} {}: {}, {}", w.entry_heading, w.count(record.index), w.kind(&record.kind), record.about);
            (told, format!("{}/entries/{}", self.lang.prefix(), record.index))
        });
        let thing = found.thing.map(|about| Thing::of(&about.to_string(), self.lang));
        let thing = thing.and_then(|thing| Some((thing.name, thing.href?)));
        entry.into_iter().chain(thing).collect()
    }

    /// Everything that narrows the list but its words: a new search keeps them.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        self.narrowed.pairs().into_iter().filter(|(name, _)| *name != "q").collect()
    }

    fn turned(&self, page: u32) -> String {
        self.href(&Narrowed { page, ..self.narrowed.clone() })
    }
}

/// The list of grants.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let narrowed = Narrowed::read(&pairs)?;
    let (asked, rolls, words) = (narrowed.clone(), site.memory.rolls().await?, site.memory.words());
    let found = site.pool.read(move |reader| find(reader, &*rolls.of(reader)?, &words, &asked)).await?;
    let (w, view) = (visit.lang.words(), View { founding: &site.founding, lang: visit.lang, narrowed: &narrowed });
    let total = found.taken.tally.grants;
    let first = u64::from(narrowed.query().offset);
    let chosen = view.chosen(found.organisation.as_deref());
    let empty = match () {
        () if chosen.is_empty() && narrowed.page == 1 => w.empty_no_grants,
        () if !narrowed.words.is_empty() => w.empty_words,
        () => w.empty_filters,
    };
    let sums = &found.taken.tally;
    let summed = COLUMNS.into_iter().filter_map(|at| Some((w.amounts[at], site.founding.money_sum(sums.sum(at)?))));
    let spelled =
        found.spelled.as_ref().map(|words| (words.clone(), view.href(&narrowed.with(|n| n.words.clone_from(words)))));
    let page = List {
        frame: Frame::of(&site, &visit, w.list_title.to_owned()),
        w,
        words: narrowed.words.clone(),
        hidden: view.hidden(),
        total: w.grants(total),
        clear: view.href(&Narrowed { page: 1, ..Narrowed::default() }),
        filters: view.filters(&found.taken),
        rows: found.grants.iter().zip(first..).map(|(grant, at)| view.row(grant, at < found.taken.exact)).collect(),
        columns: COLUMNS.map(|at| w.amounts[at]),
        sums: summed.collect(),
        empty,
        spelled,
        named: view.named(&found),
        sorts: view.sorts(),
        turns: Turns::of(narrowed.page, total, visit.lang, |page| view.turned(page)),
        chosen,
    };
    html(&page)
}
