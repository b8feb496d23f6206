//! Reports that are overdue, and those that are due next.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;

use super::narrow::{PAGE_SIZE, page_of};
use super::table::{Column, Datum, Row, Table, Turns};
use super::words::{Lang, Words};
use super::{Frame, Visit, html};
use crate::grants::time::Date;
use crate::ledger::findings::{MissingReport, Window};
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::moment::Moment;

#[derive(Template)]
#[template(path = "overdue.html", config = "src/public/pages/askama.toml")]
struct Overdue<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    as_of: Option<Moment>,
    late_count: String,
    late: Table,
    turns: Turns,
    coming: Table,
}

fn table(reports: &[MissingReport], day: Option<Date>, lang: Lang, caption: &str, warns: bool) -> Table {
    let w = lang.words();
    let row = |one: &MissingReport| {
        let due = Date::parse(&one.due);
        let days = due.zip(day).map(|(due, day)| due.days_until(day));
        let told = days.map(|days| if warns { w.late_by(days) } else { w.days_left(-days) });
        Row {
            label: w.title_of(&one.title, false),
            href: Some(format!("{}/grants/{}", lang.prefix(), one.case)),
            sub: vec![w.recipient_of(&one.recipient, one.organisation, false), one.case.clone()],
            cells: vec![Datum::day(due.map(|due| Moment::day(due, lang))), Datum { warns, ..Datum::or_nothing(told) }],
        }
    };
    let columns = vec![Column::left(w.column_due), Column::right(w.column_status)];
    Table { caption: caption.to_owned(), first: w.column_case, columns, rows: reports.iter().map(row).collect() }
}

/// The page.
pub(super) async fn page(
    State(site): State<Site>,
    visit: Visit,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Result<Response, Fault> {
    let number = page_of(&pairs)?;
    let read = site.pool.read(move |reader| {
        let window = Window { offset: (number - 1) * PAGE_SIZE, limit: PAGE_SIZE };
        let coming = reader.reports_coming(Window { offset: 0, limit: PAGE_SIZE })?;
        let late = (reader.missing_reports(window)?, reader.missing_reports_count()?);
        Ok((late, coming, reader.progress()?.day))
    });
    let ((late, count), coming, day) = read.await?;
    let (w, lang) = (visit.lang.words(), visit.lang);
    let page = Overdue {
        frame: Frame::of(&site, &visit, w.overdue_title.to_owned()),
        w,
        as_of: day.map(|day| Moment::day(day, lang)),
        late_count: w.count(count),
        late: table(&late, day, lang, w.overdue_late, true),
        turns: Turns::of(number, count, lang, |page| format!("{}/overdue?page={page}", lang.prefix())),
        coming: table(&coming, day, lang, w.overdue_coming, false),
    };
    html(&page)
}
