//! The list of grants: search, filters with counts, pages.

use crate::grants::figures::Figure;
use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::narrow::{Narrowed, PAGE_SIZE};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::ledger::reader::{Count, Facet, Grant, GrantPage, Reader};
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::founding::Founding;

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
    place: String,
    before: Option<String>,
    after: Option<String>,
}

/// What the page needs of the ledger.
struct Found {
    page: GrantPage,
    years: Vec<Count>,
    statuses: Vec<Count>,
    fields: Vec<Count>,
    origins: [u64; 2],
    organisation: Option<String>,
}

fn find(reader: &Reader, narrowed: &Narrowed) -> Result<Found, Fault> {
    let query = narrowed.query();
    let facet =
        |change: fn(&mut Narrowed), column| Ok::<_, Fault>(reader.facet(&narrowed.with(change).query(), column)?);
    let count = |migrated| {
        let query = narrowed.with(|n| n.migrated = Some(migrated)).query();
        Ok::<_, Fault>(reader.grants(&crate::ledger::reader::GrantQuery { limit: 0, ..query })?.total)
    };
    let mut years = facet(|n| n.year = None, Facet::FiscalYear)?;
    years.sort_by(|a, b| b.value.cmp(&a.value));
    Ok(Found {
        page: reader.grants(&query)?,
        years,
        statuses: facet(|n| n.status = None, Facet::Status)?,
        fields: facet(|n| n.field = None, Facet::Field)?,
        origins: [count(false)?, count(true)?],
        organisation: match narrowed.organisation {
            Some(n) => reader.organisation(n)?.map(|organisation| organisation.name),
            None => None,
        },
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

    fn choices(
        &self,
        counts: &[Count],
        label: impl Fn(&str) -> String,
        set: impl Fn(&mut Narrowed, &str),
    ) -> Vec<Choice> {
        let named = counts.iter().filter(|count| !count.value.is_empty());
        named
            .map(|count| Choice {
                label: label(&count.value),
                count: self.lang.words().count(count.count),
                href: self.href(&self.narrowed.with(|n| set(n, &count.value))),
            })
            .collect()
    }

    /// The ways to narrow the list that leave a choice: not those in force, not those with one answer.
    fn filters(&self, found: &Found) -> Vec<Filter> {
        let w = self.lang.words();
        let n = self.narrowed;
        let origins: Vec<Count> = ["ledger", "before"]
            .iter()
            .zip(found.origins)
            .filter(|(_, count)| *count > 0)
            .map(|(value, count)| Count { value: (*value).to_owned(), count })
            .collect();
        let year = self.choices(&found.years, str::to_owned, |n, value| {
            n.year = crate::public::api::number(value).and_then(|year| u16::try_from(year).ok());
        });
        let status =
            self.choices(&found.statuses, |code| w.status(code).to_owned(), |n, v| n.status = Some(v.to_owned()));
        let field =
            self.choices(&found.fields, |code| self.field(code).to_owned(), |n, v| n.field = Some(v.to_owned()));
        let origin = self.choices(
            &origins,
            |value| if value == "before" { w.from_before } else { w.from_ledger }.to_owned(),
            |n, value| n.migrated = Some(value == "before"),
        );
        [
            (w.filter_year, year, n.year.is_none(), true),
            (w.filter_status, status, n.status.is_none(), true),
            (w.filter_from, origin, n.migrated.is_none(), true),
            (w.filter_field, field, n.field.is_none(), false),
        ]
        .into_iter()
        .filter(|(_, choices, free, _)| *free && choices.len() > 1)
        .map(|(label, mut choices, _, open)| {
            let total = choices.len();
            choices.truncate(MAX_CHOICES);
            Filter { open: open || total <= 6, label, total, choices }
        })
        .collect()
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

    fn row(&self, grant: &Grant) -> Row {
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
            year: grant.fiscal_year,
            status: w.status(&grant.status).to_owned(),
            amounts: COLUMNS.map(cell).into(),
        }
    }

    /// Everything that narrows the list but its words: a new search keeps them.
    fn hidden(&self) -> Vec<(&'static str, String)> {
        let n = self.narrowed;
        let mut hidden = Vec::new();
        hidden.extend(n.year.map(|year| ("year", year.to_string())));
        hidden.extend(n.status.clone().map(|status| ("status", status)));
        hidden.extend(n.field.clone().map(|field| ("field", field)));
        hidden.extend(n.organisation.map(|number| ("org", number.to_string())));
        hidden.extend(n.migrated.map(|before| ("from", if before { "before" } else { "ledger" }.to_owned())));
        hidden.extend(n.has.and_then(|at| Figure::NAMES.get(at)).map(|name| ("has", (*name).to_owned())));
        hidden
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
    let asked = narrowed.clone();
    let found = site.pool.read(move |reader| find(reader, &asked)).await?;
    let (w, view) = (visit.lang.words(), View { founding: &site.founding, lang: visit.lang, narrowed: &narrowed });
    let pages = found.page.total.div_ceil(u64::from(PAGE_SIZE)).max(1);
    let chosen = view.chosen(found.organisation.as_deref());
    let empty = match () {
        () if chosen.is_empty() && narrowed.page == 1 => w.empty_no_grants,
        () if !narrowed.words.is_empty() => w.empty_words,
        () => w.empty_filters,
    };
    let summed =
        COLUMNS.into_iter().filter_map(|at| Some((w.amounts[at], site.founding.money_sum(found.page.sums[at]?))));
    let page = List {
        frame: Frame::of(&site, &visit, w.list_title.to_owned()),
        w,
        words: narrowed.words.clone(),
        hidden: view.hidden(),
        total: w.grants(found.page.total),
        clear: view.href(&Narrowed { page: 1, ..Narrowed::default() }),
        filters: view.filters(&found),
        rows: found.page.grants.iter().map(|grant| view.row(grant)).collect(),
        columns: COLUMNS.map(|at| w.amounts[at]),
        sums: summed.collect(),
        empty,
        place: format!("{} / {}", w.count(u64::from(narrowed.page)), w.count(pages)),
        before: (narrowed.page > 1).then(|| view.turned(narrowed.page - 1)),
        after: (u64::from(narrowed.page) < pages).then(|| view.turned(narrowed.page + 1)),
        chosen,
    };
    html(&page)
}
