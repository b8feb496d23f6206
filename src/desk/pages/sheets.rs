//! A paper's rows from a spreadsheet: uploaded, looked at row by row beside the cases that wait, and taken only when an office says so.
//! The file itself is not kept.

use std::fmt::Write as _;

use askama::Template;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Path, Request, State};
use axum::http::StatusCode;
use tokio::sync::Semaphore;

use super::cases::titles_of;
use super::home::money;
use super::{Entered, Frame, MAX_FORM_BYTES, Page, Stop, Visit, drafts, entered_form, html, papers, starting};
use crate::desk::Desk;
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::rows::{self, Judged, Judgement, Row, Rows, Told, Unread};
use crate::desk::store::{Draft, Saved};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::state::State as One;
use crate::public::pages::words::Lang;

/// Those that are being read: one may unfold to tens of megabytes.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

/// One row as the page has it.
struct Line {
    line: u64,
    case: String,
    title: String,
    amount: String,
    stops: bool,
    /// What is to be said of it; nothing where it fits.
    said: String,
}

#[derive(Template)]
#[template(path = "sheet.html", config = "src/desk/pages/askama.toml")]
struct SheetPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    id: String,
    version: u64,
    heading: &'static str,
    about: String,
    lines: Vec<Line>,
    wrong: usize,
    differ: usize,
    /// The case and its name.
    missing: Vec<(String, String)>,
    sum: String,
    other_sum: Option<String>,
    fits: bool,
    /// The rows, as they come back.
    taken: String,
}

/// The paper that a draft begins, and its year; none where the draft is another.
pub(super) fn paper_of(draft: &Draft) -> Option<(Kind, u16)> {
    let kind = Kind::parse(&draft.kind).filter(|kind| papers::series(*kind).is_some())?;
    match About::parse(&draft.about)? {
        About::Decree(id) => Some((kind, id.year)),
        About::List { year, .. } | About::Budget { year, .. } => Some((kind, year)),
        _ => None,
    }
}

/// Looks at a file, and takes nothing.
pub(super) async fn look(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, request: Request) -> Page {
    let entered = desk.enter(visit).await?;
    let draft = drafts::draft(&entered, &id)?;
    let (kind, year) = paper_of(&draft).ok_or_else(|| entered.missing())?;
    let bytes = match file(&entered, request).await? {
        Ok(bytes) => bytes,
        Err(unread) => return drafts::told(&entered, &draft, unread.words(entered.visit.lang)).await,
    };
    let currency = entered.ask(|replay, _| Some(one(replay)?.frame()?.currency.clone())).await?;
    let currency = currency.ok_or_else(|| entered.missing())?;
    // Whoever goes away leaves the work running, so the permit is the work's.
    let permit = AT_ONCE.acquire().await;
    let read = tokio::task::spawn_blocking(move || {
        let _permit = permit;
        rows::read(&bytes, &currency)
    })
    .await;
    let read =
        read.map_err(|_| entered.stop(StatusCode::UNPROCESSABLE_ENTITY, &Unread::Unknown.words(entered.visit.lang)))?;
    match read {
        Ok(rows) => shown(&entered, &draft, kind, year, rows).await,
        Err(unread) => drafts::told(&entered, &draft, unread.words(entered.visit.lang)).await,
    }
}

/// The file of a form in parts, which was made for this session.
async fn file(entered: &Entered, request: Request) -> Result<Result<Vec<u8>, Unread>, Stop> {
    let broken = || entered.stop(StatusCode::BAD_REQUEST, entered.w.fault_csrf);
    let mut request = request;
    DefaultBodyLimit::apply(DefaultBodyLimit::max(rows::MOST_BYTES + MAX_FORM_BYTES), &mut request);
    let mut parts = Multipart::from_request(request, &()).await.map_err(|_| broken())?;
    let (mut token, mut file) = (String::new(), None);
    loop {
        match parts.next_field().await {
            Ok(Some(part)) if part.name() == Some("csrf") => token = part.text().await.map_err(|_| broken())?,
            Ok(Some(part)) if part.name() == Some("sheet") => match part.bytes().await {
                Ok(bytes) => file = Some(bytes.to_vec()),
                Err(_) => return Ok(Err(Unread::TooLarge)),
            },
            Ok(Some(_)) => {}
            Ok(None) => break,
            Err(_) => return Err(broken()),
        }
    }
    if token != entered.session.csrf {
        return Err(entered.stop(StatusCode::FORBIDDEN, entered.w.fault_csrf));
    }
    Ok(file.filter(|bytes| !bytes.is_empty()).ok_or(Unread::None))
}

fn judged(state: &One, kind: Kind, year: u16, rows: &Rows) -> Told {
    rows::judge(state, kind, year, rows, |case| papers::amount(kind, case))
}

async fn shown(entered: &Entered, draft: &Draft, kind: Kind, year: u16, rows: Rows) -> Page {
    let (lang, w) = (entered.visit.lang, entered.w);
    let taken = text_of(&rows);
    let asked = entered.ask(move |replay, _| {
        let state = one(replay)?;
        let told = judged(state, kind, year, &rows);
        let title = |id: &_| state.case(id).map(|case| case.core.facts.title.to_string()).unwrap_or_default();
        let line = |row: &Judged| Line {
            line: row.line,
            case: row.id.map_or_else(|| row.case.clone(), |id| About::Case(id).to_string()),
            title: row.id.as_ref().map(title).unwrap_or_default(),
            amount: money(state, row.amount.map(Amount::minor)),
            stops: row.judgement.stops(),
            said: said(&row.judgement, state, lang),
        };
        let lines: Vec<Line> = told.rows.iter().map(line).collect();
        let missing: Vec<(String, String)> =
            told.missing.iter().map(|id| (About::Case(*id).to_string(), title(id))).collect();
        let sum = |amount: Option<Amount>| money(state, amount.map(Amount::minor));
        let other = told.other_sum.map(|(line, amount)| w.sheet_other_sum(line, &sum(Some(amount))));
        let differ = told.rows.iter().filter(|row| matches!(row.judgement, Judgement::Differs(_))).count();
        Some((lines, missing, sum(told.sum), other, told.fits(), differ))
    });
    let (mut lines, mut missing, sum, other_sum, fits, differ) = asked.await?.ok_or_else(|| entered.missing())?;
    let ids: Vec<String> =
        lines.iter().map(|line| &line.case).chain(missing.iter().map(|(id, _)| id)).cloned().collect();
    let titles = entered.read(move |reader| titles_of(reader, &ids)).await?;
    let all = lines.iter_mut().map(|line| (&line.case, &mut line.title));
    for (id, title) in all.chain(missing.iter_mut().map(|(id, title)| (&*id, title))) {
        // What was erased is not shown, though the state still has it.
        if let Some(shown) = titles.get(id) {
            *title = lang.words().title(shown);
        }
    }
    Ok(html(&SheetPage {
        frame: entered.framed(w.sheet_title),
        w,
        id: draft.id.clone(),
        version: draft.version,
        heading: w.kind(&kind),
        about: draft.about.clone(),
        wrong: lines.iter().filter(|line| line.stops).count(),
        lines,
        differ,
        missing,
        sum,
        other_sum,
        fits,
        taken,
    }))
}

fn said(judgement: &Judgement, state: &One, lang: Lang) -> String {
    let (id, en) = match judgement {
        Judgement::Fits => ("", ""),
        Judgement::Differs(other) => {
            let other = money(state, Some(other.minor()));
            return match lang {
                Lang::Indonesian => format!("Jumlah sebelumnya {other}"),
                Lang::English => format!("The amount before is {other}"),
            };
        }
        Judgement::Twice(line) => {
            return match lang {
                Lang::Indonesian => format!("Sudah ada di baris {line}: hapus salah satunya"),
                Lang::English => format!("It is in row {line} already: remove one of them"),
            };
        }
        Judgement::OtherYear(year) => {
            return match lang {
                Lang::Indonesian => format!("Kasus tahun anggaran {year}"),
                Lang::English => format!("A case of fiscal year {year}"),
            };
        }
        Judgement::Unknown => (
            "Tidak ada kasus bernomor ini: tulis seperti case/12/1",
            "There is no case of this number: write it as in case/12/1",
        ),
        Judgement::Day => (
            "Sel kasusnya berupa tanggal: beri format teks dan tulis seperti case/12/1",
            "The case's cell is a date: format it as text and write it as in case/12/1",
        ),
        Judgement::NotWaiting => ("Kasus ini tidak menunggu naskah ini", "This case does not wait for this paper"),
        Judgement::Held => {
            ("Sudah ada di naskah lain yang belum selesai", "Another paper that is not done has it already")
        }
        Judgement::OtherWay => {
            ("Jalur hukumnya lain dari baris pertama", "It goes another way of the law than the first row")
        }
        Judgement::NoAmount => (
            "Jumlahnya tidak terbaca: tulis seperti 75.000.000",
            "The amount cannot be read: write it as in 75.000.000",
        ),
    };
    lang.pick(id, en).to_owned()
}

/// The rows as a form brings them back, a line each: row, case, minor units.
fn text_of(rows: &Rows) -> String {
    let mut text = String::new();
    for row in &rows.rows {
        if let (Some(id), Some(amount)) = (rows::case_of(&row.case), row.amount) {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {} {}", row.line, About::Case(id), amount.minor());
        }
    }
    text
}

fn rows_of(text: &str) -> Option<Rows> {
    let row = |line: &str| {
        let [line, case, minor] = <[&str; 3]>::try_from(line.split(' ').collect::<Vec<_>>()).ok()?;
        let amount = minor.parse().ok().and_then(Amount::from_minor).filter(|amount| amount.minor() > 0);
        Some(Row { line: line.parse().ok()?, case: case.to_owned(), day: false, amount })
    };
    let rows = text.lines().take(rows::MOST_ROWS).map(row).collect::<Option<Vec<_>>>()?;
    Some(Rows { rows, total: None })
}

/// Takes the rows that were looked at: into this draft, and into new ones for the rows and the seal.
pub(super) async fn take(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let draft = drafts::draft(&entered, &id)?;
    let (kind, year) = paper_of(&draft).ok_or_else(|| entered.missing())?;
    let rows = rows_of(form.get("taken")).ok_or_else(|| entered.missing())?;
    let (person, known) = (entered.person.clone(), rows.clone());
    let planned = entered.ask(move |replay, _| {
        let state = one(replay)?;
        let told = judged(state, kind, year, &known);
        // What waited when it was looked at may wait no more.
        let named =
            told.fits().then(|| told.rows.iter().filter_map(|row| Some((row.id?, row.amount?))).collect::<Vec<_>>());
        Some(named.and_then(|named| papers::planned(state, &person, kind, &named)))
    });
    let Some(plan) = planned.await?.ok_or_else(|| entered.missing())? else {
        return shown(&entered, &draft, kind, year, rows).await;
    };
    let (web, owner) = (entered.web()?, &entered.person.public);
    let mut plan = plan.into_iter();
    let (_, issue) = plan.next().ok_or_else(|| entered.missing())?;
    let mut fields = draft.fields.clone();
    // Who decides, number and paper stay as they were typed.
    fields.extend(issue.into_iter().filter(|(name, _)| !name.starts_with("decided_by")));
    let version = form.get("version").parse().unwrap_or(0);
    let wished = Draft { fields, version, changed: entered.now, ..draft };
    // Rows of an earlier file go.
    let after = plan.map(|(kind, fields)| starting::new(&entered, kind, wished.about.clone(), fields));
    let after = after.collect::<Result<Vec<Draft>, Stop>>()?;
    match entered.kept(web.store.save_with(owner, &wished, &after))? {
        Some(Saved::Version(_)) => Ok(entered.see(&format!("/drafts/{id}?saved"))),
        Some(Saved::Changed(there)) => drafts::changed(&entered, &wished, *there).await,
        Some(Saved::Gone) => Err(entered.stop(StatusCode::NOT_FOUND, entered.w.fault_draft_gone)),
        None => Err(entered.stop(StatusCode::CONFLICT, entered.w.fault_too_many)),
    }
}
