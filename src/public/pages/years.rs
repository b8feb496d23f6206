//! Fiscal years: what was budgeted, paid and reported in each; and one year from asked to reported, by field, by agency, beside
//! another year, and beside what the treasury says that it paid.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::response::Response;

use super::chart::{Bar, Chart};
use super::narrow::{Narrowed, escape};
use super::table::{Column, Datum, Row, Table, sum};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::public::Site;
use crate::public::answer::{Fault, Missing};
use crate::public::api::number;
use crate::public::coverage::Coverage;
use crate::public::founding::Founding;
use crate::public::moment::Moment;
use crate::public::pace::{Delays, Pace};
use crate::public::roll::{Line, Roll, Tally};

const ENACTED: usize = 4;
const DECREED: usize = 5;
const PAID: usize = 7;
const REPORTED: usize = 9;
/// The flow's steps: from asked to reported; what is given back is no step of it.
const FLOW: [usize; 10] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/// The flag of a report that came late.
const REPORT_LATE: &str = "report_late";

/// Fiscal years that have grants, and whether a year has none but awards from before the ledger.
pub(in crate::public) fn years(roll: &Roll) -> BTreeMap<u16, bool> {
    let mut years: BTreeMap<u16, bool> = BTreeMap::new();
    for line in roll.lines().iter().filter(|line| line.counted.fiscal_year > 0) {
        *years.entry(line.counted.fiscal_year).or_insert(true) &= line.counted.migrated;
    }
    years
}

/// What a year counts: its cases; of a year before the ledger, its awards.
#[derive(Clone, Copy)]
pub(in crate::public) struct Counting {
    pub(in crate::public) year: u16,
    pub(in crate::public) migrated: bool,
}

impl Counting {
    pub(in crate::public) fn takes(self, line: &Line) -> bool {
        line.counted.fiscal_year == self.year && line.counted.migrated == self.migrated
    }

    pub(in crate::public) fn tally(self, roll: &Roll) -> Tally {
        roll.tally(|line| self.takes(line))
    }

    /// How many different recipients have this amount; one without a number counts by itself.
    pub(in crate::public) fn recipients(self, roll: &Roll, at: usize) -> u64 {
        let having = roll.lines().iter().filter(|line| self.takes(line) && line.counted.amounts[at].is_some());
        let (known, unknown): (Vec<Option<u64>>, Vec<Option<u64>>) =
            having.map(|line| line.counted.organisation).partition(Option::is_some);
        (known.into_iter().collect::<BTreeSet<_>>().len() + unknown.len()) as u64
    }
}

/// Part of a whole in thousandths.
fn per_mille(part: Option<i128>, whole: Option<i128>) -> Option<u64> {
    let (part, whole) = part.zip(whole)?;
    (whole > 0).then(|| u64::try_from(part.max(0) * 1_000 / whole).ok()).flatten()
}

#[derive(Template)]
#[template(path = "years.html", config = "src/public/pages/askama.toml")]
struct List<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    chart: Chart,
    table: Table,
}

/// All years.
pub(super) async fn all(State(site): State<Site>, visit: Visit) -> Result<Response, Fault> {
    let rolls = site.memory.rolls().await?;
    let roll = site.pool.read(move |reader| Ok(rolls.of(reader)?)).await?;
    let (w, lang, founding) = (visit.lang.words(), visit.lang, &site.founding);
    let (mut bars, mut rows) = (Vec::new(), Vec::new());
    for (year, migrated) in years(&roll) {
        let counting = Counting { year, migrated };
        let tally = counting.tally(&roll);
        for (series, at) in [(0, DECREED), (1, PAID)] {
            bars.push(Bar {
                label: format!("{year} {}", w.amounts[at]),
                value: tally.sum(at).map_or_else(|| "–".to_owned(), |sum| founding.money_sum(sum)),
                note: None,
                length: tally.sum(at).unwrap_or(0),
                series,
            });
        }
        let realised = per_mille(tally.sum(PAID), tally.sum(ENACTED));
        rows.push(Row {
            label: year.to_string(),
            href: Some(format!("{}/years/{year}", lang.prefix())),
            sub: if migrated { vec![w.migrated_label.to_owned()] } else { Vec::new() },
            cells: vec![
                sum(founding, &tally, ENACTED),
                sum(founding, &tally, DECREED),
                sum(founding, &tally, PAID),
                Datum::or_nothing(realised.map(|share| w.per_mille(share))),
                Datum::text(w.count(counting.recipients(&roll, PAID))),
                Datum::text(w.count(counting.recipients(&roll, REPORTED))),
                sum(founding, &tally, REPORTED),
            ],
        });
    }
    rows.reverse();
    let columns = [
        w.amounts[ENACTED],
        w.amounts[DECREED],
        w.amounts[PAID],
        w.column_realised,
        w.column_recipients_paid,
        w.column_recipients_reported,
        w.amounts[REPORTED],
    ];
    let columns = columns.map(Column::right).into();
    let page = List {
        frame: Frame::of(&site, &visit, w.years_title.to_owned()),
        w,
        chart: Chart::bars("by-year", w.chart_years.to_owned(), bars),
        table: Table { caption: w.years_caption.to_owned(), first: w.fiscal_year, columns, rows },
    };
    html(&page)
}

#[derive(Template)]
#[template(path = "year.html", config = "src/public/pages/askama.toml")]
struct One<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    year: u16,
    /// The year has nothing but awards from before the ledger.
    migrated: bool,
    covered: bool,
    coverage: String,
    coverage_entry: Option<u64>,
    /// Awards from before the ledger that are not counted here.
    apart: Option<(String, String)>,
    flow: Chart,
    ladder: Table,
    reports_sentence: String,
    reports_chart: Chart,
    reports: Table,
    fields_chart: Chart,
    fields: Table,
    agencies: Table,
    others: Vec<(String, String, bool)>,
    compared: Option<Table>,
}

/// What the page of one year needs of the ledger.
struct Found {
    roll: Arc<Roll>,
    coverage: Coverage,
    /// All years that have grants.
    known: BTreeMap<u16, bool>,
    other: Option<Counting>,
    /// The middle number of days to each step of the flow from the one before it that the grant has.
    days: [Option<i64>; 11],
}

/// The days that each step took, of all grants that a year counts.
fn days(roll: &Roll, pace: &Pace, counting: Counting) -> [Option<i64>; 11] {
    let mut delays: [Delays; 11] = Default::default();
    for line in roll.lines().iter().filter(|line| counting.takes(line)) {
        let Some(reached) = pace.reached(line.counted.n) else { continue };
        let mut before = None;
        for at in FLOW {
            let Some(day) = reached[at] else { continue };
            let days = before.replace(day).map(|before| before.days_until(day));
            days.filter(|days| *days >= 0).into_iter().for_each(|days| delays[at].add(days));
        }
    }
    delays.map(|delays| delays.median())
}

/// The sentence about the treasury, whether it has a comparison, and the entry of that.
pub(super) fn coverage_told(
    coverage: Coverage,
    paid: Option<i128>,
    founding: &Founding,
    lang: Lang,
) -> (String, bool, Option<u64>) {
    let w = lang.words();
    match coverage {
        Coverage::Never => (w.coverage_never.to_owned(), false, None),
        Coverage::Registers { months, paid: treasury, as_of, entry } => {
            let day = Moment::day(as_of, lang).words().to_owned();
            let treasury_told = founding.money_sum(treasury);
            let share = per_mille(paid, Some(treasury)).filter(|_| months >= 12);
            let told = match share {
                Some(_) if paid > Some(treasury) => {
                    let more = founding.money_sum(paid.unwrap_or(0) - treasury);
                    w.coverage_more(&founding.money_sum(paid.unwrap_or(0)), &treasury_told, &more, &day)
                }
                Some(share) => {
                    let paid = founding.money_sum(paid.unwrap_or(0));
                    w.coverage_whole(&paid, &treasury_told, &w.per_mille(share), &day)
                }
                None => w.coverage_months(months, &treasury_told, &day),
            };
            (told, true, Some(entry))
        }
    }
}

/// The page of one year in one language.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    found: &'a Found,
    counting: Counting,
}

impl View<'_> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn listed(&self, change: impl FnOnce(&mut Narrowed)) -> String {
        let narrowed = Narrowed {
            year: Some(self.counting.year),
            migrated: Some(self.counting.migrated),
            page: 1,
            ..Narrowed::default()
        };
        format!("{}/grants{}", self.lang.prefix(), narrowed.with(change).address())
    }

    fn money(&self, sum: Option<i128>) -> String {
        sum.map_or_else(|| "–".to_owned(), |sum| self.founding.money_sum(sum))
    }

    fn flow(&self, tally: &Tally) -> (Chart, Table) {
        let w = self.words();
        let shown = FLOW.into_iter().filter(|at| tally.counts[*at] > 0 || !self.counting.migrated);
        let days = |at: usize| self.found.days[at].map(|days| w.days(days));
        let (mut bars, mut rows) = (Vec::new(), Vec::new());
        for at in shown {
            let took = days(at).map(|days| format!(" · +{days}")).unwrap_or_default();
            bars.push(Bar {
                label: w.amounts[at].to_owned(),
                value: self.money(tally.sum(at)),
                note: Some(format!("{}{took}", w.grants(tally.counts[at]))),
                length: tally.sum(at).unwrap_or(0),
                series: 0,
            });
            rows.push(Row {
                label: w.amounts[at].to_owned(),
                href: (tally.counts[at] > 0).then(|| self.listed(|n| n.has = Some(at))),
                sub: vec![w.amount_from[at].to_owned()],
                cells: vec![
                    Datum::text(w.count(tally.counts[at])),
                    sum(self.founding, tally, at),
                    Datum::or_nothing(per_mille(tally.sum(at), tally.sum(0)).map(|share| w.per_mille(share))),
                    Datum::or_nothing(days(at)),
                ],
            });
        }
        let columns = [w.nav_grants_count, w.ladder_column_sum, w.column_of_asked, w.column_days].map(Column::right);
        let table =
            Table { caption: w.year_flow.to_owned(), first: w.ladder_column_amount, columns: columns.into(), rows };
        (Chart::flow("steps", w.chart_flow.to_owned(), bars), table)
    }

    /// Reports on time, late, missing, and not due yet.
    fn report_counts(&self) -> [u64; 4] {
        let roll = &self.found.roll;
        let day = roll.day;
        let is_late = |line: &Line| line.flags.iter().any(|flag| &**flag == REPORT_LATE);
        roll.lines().iter().filter(|line| self.counting.takes(line)).fold([0; 4], |mut counts, line| {
            let due = line.counted.report_due;
            let at = match (line.counted.amounts[REPORTED], due) {
                (_, Some(due)) if Some(due) < day => Some(2),
                (_, Some(_)) => Some(3),
                (Some(_), None) if is_late(line) => Some(1),
                (Some(_), None) => Some(0),
                (None, None) => None,
            };
            if let Some(at) = at {
                counts[at] += 1;
            }
            counts
        })
    }

    fn reports(&self) -> (String, Chart, Table) {
        let w = self.words();
        let counts = self.report_counts();
        let labels = [w.reports_on_time, w.reports_late, w.reports_missing, w.reports_not_due];
        let all: u64 = counts.iter().sum();
        let (mut bars, mut rows) = (Vec::new(), Vec::new());
        for (at, (label, count)) in labels.into_iter().zip(counts).enumerate() {
            let length = i128::from(count);
            let series = u8::from(at == 1 || at == 2);
            bars.push(Bar { label: label.to_owned(), value: w.count(count), note: None, length, series });
            let share = (all > 0).then(|| w.per_mille(count * 1_000 / all));
            let cells = vec![Datum::text(w.count(count)), Datum::or_nothing(share)];
            rows.push(Row { label: label.to_owned(), href: None, sub: Vec::new(), cells });
        }
        let columns = vec![Column::right(w.column_count), Column::right(w.column_share)];
        let table = Table { caption: w.year_reports.to_owned(), first: w.reports_word, columns, rows };
        (w.reports_sentence(counts, all), Chart::bars("reported", w.chart_reports.to_owned(), bars), table)
    }

    /// Sums by a code of the grants, the largest decreed first.
    fn grouped(&self, code: impl Fn(&Line) -> &str) -> Vec<(String, Tally)> {
        let key = |line: &Line| self.counting.takes(line).then(|| code(line).to_owned());
        let mut groups: Vec<(String, Tally)> = self.found.roll.grouped(key).into_iter().collect();
        groups.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.sum(PAID), tally.grants)));
        groups
    }

    fn row(&self, label: String, href: Option<String>, tally: &Tally) -> Row {
        let mut cells = vec![Datum::text(self.words().count(tally.grants))];
        cells.extend([0, DECREED, PAID, REPORTED].map(|at| sum(self.founding, tally, at)));
        Row { label, href, sub: Vec::new(), cells }
    }

    fn columns(&self) -> Vec<Column> {
        let w = self.words();
        let amounts = [0, DECREED, PAID, REPORTED].map(|at| Column::right(w.amounts[at]));
        std::iter::once(Column::right(w.nav_grants_count)).chain(amounts).collect()
    }

    fn fields(&self) -> (Chart, Table) {
        let w = self.words();
        let groups = self.grouped(|line| &line.counted.field);
        let title = |code: &str| match code {
            "" => w.not_recorded.to_owned(),
            code => self.founding.field(code, self.lang).to_owned(),
        };
        let bars = groups.iter().map(|(code, tally)| Bar {
            label: title(code),
            value: self.money(tally.sum(PAID)),
            note: None,
            length: tally.sum(PAID).unwrap_or(0),
            series: 0,
        });
        let rows = groups.iter().map(|(code, tally)| {
            let href = (!code.is_empty()).then(|| self.listed(|n| n.field = Some(code.clone())));
            self.row(title(code), href, tally)
        });
        let rows = rows.collect();
        let table = Table { caption: w.year_fields.to_owned(), first: w.field, columns: self.columns(), rows };
        (Chart::bars("by-field", w.chart_fields.to_owned(), bars.collect()), table)
    }

    fn agencies(&self) -> Table {
        let w = self.words();
        let rows = self.grouped(|line| &line.counted.agency).into_iter().map(|(code, tally)| match code.as_str() {
            "" => self.row(w.not_recorded.to_owned(), None, &tally),
            code => {
                let href = format!("{}/agencies/{}", self.lang.prefix(), escape(code));
                self.row(self.founding.agency(code, self.lang).to_owned(), Some(href), &tally)
            }
        });
        let rows = rows.collect();
        Table { caption: w.year_agencies.to_owned(), first: w.agency, columns: self.columns(), rows }
    }

    /// The two years side by side: count and sum of each amount.
    fn compared(&self, other: Counting) -> Table {
        let w = self.words();
        let (here, there) = (self.counting.tally(&self.found.roll), other.tally(&self.found.roll));
        let row = |at: usize| Row {
            label: w.amounts[at].to_owned(),
            href: None,
            sub: vec![format!("{} · {}", w.grants(here.counts[at]), w.grants(there.counts[at]))],
            cells: vec![
                sum(self.founding, &here, at),
                sum(self.founding, &there, at),
                Datum::or_nothing(here.sum(at).zip(there.sum(at)).map(|(here, there)| {
                    let sign = if here > there { "+" } else { "" };
                    format!("{sign}{}", self.founding.money_sum(here - there))
                })),
            ],
        };
        let (first, second) = (self.counting.year.to_string(), other.year.to_string());
        let columns = vec![Column::right(first), Column::right(second), Column::right(w.column_difference)];
        let rows = (0..w.amounts.len()).map(row).collect();
        Table { caption: w.year_compare.to_owned(), first: w.ladder_column_amount, columns, rows }
    }
}

/// The other year that an address names, if it is a year of the ledger.
fn other_year(pairs: &[(String, String)], known: &BTreeMap<u16, bool>, year: u16) -> Result<Option<Counting>, Fault> {
    let Some((_, value)) = pairs.iter().rev().find(|(name, value)| name == "with" && !value.is_empty()) else {
        return Ok(None);
    };
    let other = number(value).and_then(|other| u16::try_from(other).ok()).filter(|other| *other != year);
    let found = other.and_then(|other| known.get(&other).map(|migrated| Counting { year: other, migrated: *migrated }));
    found.map(Some).ok_or(Fault::Parameter("with", "be another fiscal year of this ledger"))
}

/// One year.
pub(super) async fn one(
    State(site): State<Site>,
    visit: Visit,
    Path(year): Path<String>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let missing = Fault::missing(Missing::Year);
    let year = number(&year).and_then(|year| u16::try_from(year).ok()).ok_or(missing.clone())?;
    let (rolls, paces) = (site.memory.rolls().await?, site.memory.paces().await?);
    let founding = Arc::clone(&site.founding);
    let read = site.pool.read(move |reader| {
        let roll = rolls.of(reader)?;
        let known = years(&roll);
        let counting = Counting { year, migrated: *known.get(&year).ok_or(missing)? };
        let other = other_year(&pairs, &known, year)?;
        let shown = |line: &Line| {
            line.counted.fiscal_year == year || other.is_some_and(|other| line.counted.fiscal_year == other.year)
        };
        let roll = Arc::new(roll.only(shown));
        let days = paces.with(reader, &founding, |pace| days(&roll, pace, counting))?;
        let coverage = Coverage::read(reader, &founding.origin, year)?;
        Ok((counting, Found { roll, coverage, known, other, days }))
    });
    let (counting, found) = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let (known, other) = (&found.known, found.other);
    let view = View { founding: &site.founding, lang, found: &found, counting };
    let tally = counting.tally(&found.roll);
    let (coverage, covered, coverage_entry) = coverage_told(found.coverage, tally.sum(PAID), &site.founding, lang);
    let apart = Counting { year, migrated: true }.tally(&found.roll).grants;
    let (flow, ladder) = view.flow(&tally);
    let (reports_sentence, reports_chart, reports) = view.reports();
    let (fields_chart, fields) = view.fields();
    let others = known.keys().rev().filter(|known| **known != year).map(|known| {
        let current = other.is_some_and(|other| other.year == *known);
        (known.to_string(), format!("{}/years/{year}?with={known}#compare", lang.prefix()), current)
    });
    let page = One {
        frame: Frame::of(&site, &visit, format!("{} {year}", w.year_heading)),
        w,
        year,
        migrated: counting.migrated,
        covered,
        coverage,
        coverage_entry,
        apart: (apart > 0 && !counting.migrated).then(|| (w.grants(apart), view.listed(|n| n.migrated = Some(true)))),
        flow,
        ladder,
        reports_sentence,
        reports_chart,
        reports,
        fields_chart,
        fields,
        agencies: view.agencies(),
        others: others.collect(),
        compared: other.map(|other| view.compared(other)),
    };
    html(&page)
}
