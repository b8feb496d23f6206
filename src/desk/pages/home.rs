//! What somebody has to do: what waits for their signature or their decision, what they began, what became of it.

use askama::Template;
use axum::extract::State;

use super::cases::titles_of;
use super::key_words::{self, KeyWords};
use super::papers::PAPERS;
use super::sealed_words::{self, SealedWords};
use super::{Entered, Frame, Page, Visit, holders, html, lost, sealed, sending, uploads};
use crate::desk::Desk;
use crate::desk::drafting::one;
use crate::desk::pages::words::Words;
use crate::desk::persons::{self, Person, Who};
use crate::desk::store::{Draft, Sent, Waiting};
use crate::grants::about::{About, NoteSigner as Whose};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::keys::Holder;
use crate::grants::one::state::State as One;
use crate::grants::time::Date;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

/// As many tasks as a page shows.
const MOST_TASKS: usize = 200;
/// As many of what was recorded.
const MOST_SENT: u32 = 30;
/// As many requests of those whom the ledger does not know.
const MOST_REQUESTS: usize = 50;
/// As many reports of citizens.
const MOST_REPORTS: usize = 50;
/// The kinds that are decided for many cases at once: the same reason for all.
const MANY: [Kind; 6] = [
    Kind::CompletenessChecked,
    Kind::CaseRouted,
    Kind::CaseClassified,
    Kind::AmountRecommended,
    Kind::CaseConsidered,
    Kind::BudgetConsidered,
];

/// A case that waits, as a row.
struct TaskRow {
    case: String,
    title: String,
    organisation: Option<String>,
    asked: String,
    kinds: Vec<Kind>,
    due: Option<Moment>,
    late: bool,
}

/// A case of an organisation.
struct CaseRow {
    id: String,
    title: String,
    asked: String,
    status: String,
}

struct DraftRow {
    id: String,
    kind: String,
    title: String,
    changed: Moment,
}

#[derive(Template)]
#[template(path = "home.html", config = "src/desk/pages/askama.toml")]
struct HomePage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    name: String,
    nobody: bool,
    /// What may be begun from here, about what.
    begin: Option<Kind>,
    begin_about: String,
    /// What waits for their signature, and whether it is signed by itself, once a code is compared.
    to_sign: Vec<(Waiting, bool)>,
    /// How many requests are not shown: they are found by their code.
    more_to_sign: usize,
    /// Whether several can be chosen to be signed together.
    together: bool,
    tasks: Vec<TaskRow>,
    more: usize,
    /// Whether several cases can be chosen.
    choose: bool,
    batch: Vec<Kind>,
    cases: Vec<CaseRow>,
    drafts: Vec<DraftRow>,
    waiting: Vec<Waiting>,
    papers: Vec<(Kind, String)>,
    /// Citizens' reports without an answer: the number, the case, and the note that an answer would be.
    reports: Vec<(u64, Option<String>, String)>,
    /// Flags without an answer of an organisation that they concern: the note, the case, and the note that an answer would be.
    flags: Vec<(String, Option<String>, String)>,
    /// Whether they record what organisations hand in on paper.
    counter: bool,
    sent: Vec<Sent>,
    k: &'static KeyWords,
    /// Why their key is not in force.
    barred: Option<String>,
    /// Whether they see to offices, keys or organisations.
    holders: bool,
    s: &'static SealedWords,
    /// Whether they read sealed values, and whether they see who did.
    reads: bool,
    readings: bool,
    /// A replacement of their key that waits: its entry, its day, and the note that an objection would be.
    replacing: Option<(u64, Moment, String)>,
}

/// What is asked of the state for this page.
struct Asked {
    tasks: Vec<TaskRow>,
    count: usize,
    kinds: Vec<Kind>,
    cases: Vec<CaseRow>,
    reports: Vec<(u64, Option<String>, String)>,
    /// Flags without an answer of an organisation that they concern: the note, the case, and the note that an answer would be.
    flags: Vec<(String, Option<String>, String)>,
    today: Date,
    holders: bool,
    reads: bool,
    readings: bool,
    replacing: Option<(u64, Moment, String)>,
    predecessors: Vec<String>,
}

/// The page.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit) -> Page {
    let entered = desk.enter(visit).await?;
    let (person, lang) = (entered.person.clone(), entered.visit.lang);
    let asked = entered.ask(move |replay, now| {
        let state = one(replay)?;
        Some(ask(state, &person, state.local_date(now), lang))
    });
    let mut asked = asked.await?.ok_or_else(|| entered.missing())?;
    let ids = asked.tasks.iter().map(|task| &task.case).chain(asked.cases.iter().map(|case| &case.id));
    let ids: Vec<String> = ids.cloned().collect();
    let titles = entered.read(move |reader| titles_of(reader, &ids)).await?;
    let tasks = asked.tasks.iter_mut().map(|task| (&task.case, &mut task.title));
    let cases = asked.cases.iter_mut().map(|case| (&case.id, &mut case.title));
    for (id, title) in tasks.chain(cases) {
        *title = lang.words().title(titles.get(id).unwrap_or(title));
    }
    let (web, owner) = (entered.web()?, &entered.person.public);
    let mut to_sign = match &entered.person.signer {
        Some(signer) => entered.kept(web.store.waiting_for(signer))?,
        // Before the ledger knows a key, statements that bring it do.
        None => entered.kept(web.store.waiting_naming(owner))?.into_iter().filter(|one| one.owner != *owner).collect(),
    };
    // Strangers' requests hide nothing: they come last, and so many of them.
    to_sign.sort_by_key(|one| lost::is_for_strangers(&one.kind));
    let requests = to_sign.iter().filter(|one| lost::is_for_strangers(&one.kind)).count();
    let more_to_sign = requests.saturating_sub(MOST_REQUESTS);
    to_sign.truncate(to_sign.len() - more_to_sign);
    if !asked.predecessors.is_empty() {
        uploads::inherit(&entered, entered.kept(web.store.inherit(&asked.predecessors, owner))?)?;
    }
    let offset_min = entered.frame.offset_min;
    let drafts = entered.kept(web.store.drafts(owner))?;
    let with_alone = |one: Waiting| {
        let alone = sending::compares(&entered, &one.kind);
        (one, alone)
    };
    let to_sign: Vec<(Waiting, bool)> = to_sign.into_iter().map(with_alone).collect();
    let together = to_sign.iter().filter(|(_, alone)| !alone).count() + drafts.len() > 1;
    let drafts = drafts.into_iter().map(|draft| row_of(draft, offset_min, lang)).collect();
    let waiting = entered.kept(web.store.waiting_of(owner))?;
    let sent = entered.kept(web.store.sent(owner, MOST_SENT))?;
    Ok(html(&HomePage { to_sign, more_to_sign, together, drafts, waiting, sent, ..made(&entered, asked) }))
}

impl HomePage<'_> {
    /// A day that the store holds, as people write it.
    fn day(&self, day: &str) -> String {
        Date::parse(day).map_or_else(|| day.to_owned(), |day| Moment::day_in_words(day, self.frame.lang))
    }
}

fn made(entered: &Entered, asked: Asked) -> HomePage<'_> {
    let w = entered.w;
    let name = entered.person.name(entered.visit.lang);
    let nobody = entered.person.who == Who::Nobody;
    let barred = match entered.person.who {
        Who::Barred(barred) => Some(key_words::of(entered.visit.lang).barred(barred)),
        _ => None,
    };
    let (begin, begin_about) = match &entered.person.who {
        Who::Organisation { n, .. } => (Some(Kind::ApplicationSubmitted), format!("case/{n}/new")),
        Who::Nobody => (Some(Kind::OrganisationRegistered), "org/new".to_owned()),
        Who::Office { .. } | Who::Root(_) | Who::Barred(_) => (None, String::new()),
    };
    let waiting = |kind: &Kind| asked.tasks.iter().filter(|task| task.kinds.contains(kind)).count();
    let papers = PAPERS.iter().map(|(kind, ..)| *kind).filter(|kind| waiting(kind) > 0);
    let batch: Vec<Kind> = MANY.into_iter().filter(|kind| waiting(kind) > 1).chain(papers).collect();
    let year = asked.today.year();
    let may = |kind: &Kind| asked.kinds.contains(kind) && entered.person.office().is_some();
    let papers = PAPERS.iter().filter(|(kind, ..)| may(kind));
    let papers = papers.map(|(kind, .., series)| (*kind, format!("{series}/{year}/new"))).collect();
    HomePage {
        frame: entered.framed(w.home_title),
        w,
        name,
        nobody,
        begin,
        begin_about,
        to_sign: Vec::new(),
        more_to_sign: 0,
        together: false,
        more: asked.count - asked.tasks.len(),
        choose: !batch.is_empty(),
        tasks: asked.tasks,
        batch,
        cases: asked.cases,
        drafts: Vec::new(),
        waiting: Vec::new(),
        papers,
        reports: asked.reports,
        flags: asked.flags,
        counter: asked.kinds.contains(&Kind::ApplicationFiledAtCounter) && entered.person.office().is_some(),
        sent: Vec::new(),
        k: key_words::of(entered.visit.lang),
        barred,
        holders: asked.holders,
        s: sealed_words::of(entered.visit.lang),
        reads: asked.reads,
        readings: asked.readings,
        replacing: asked.replacing,
    }
}

fn ask(state: &One, person: &Person, today: Date, lang: Lang) -> Asked {
    let money = |minor: Option<i64>| money(state, minor);
    let (tasks, count) = persons::tasks(state, person, MOST_TASKS);
    let tasks = tasks.into_iter().map(|task| TaskRow {
        case: format!("case/{}", task.case).replace("case/case/", "case/"),
        title: task.title,
        organisation: task.organisation.filter(|_| person.organisation().is_none()),
        asked: money(task.asked),
        late: task.due.is_some_and(|due| due < today),
        due: task.due.map(|due| Moment::day(due, lang)),
        kinds: task.kinds,
    });
    let row = |(id, case): (crate::grants::about::CaseId, &crate::grants::one::things::Case)| {
        let row = state.row(&id)?;
        Some(CaseRow {
            id: About::Case(id).to_string(),
            title: case.core.facts.title.to_string(),
            asked: money(case.core.figures.get(Figure::Asked).map(|amount| amount.minor())),
            status: lang.words().status(row.status).to_owned(),
        })
    };
    let cases = person.organisation().map(|n| state.cases_of(n).rev().filter_map(row).collect()).unwrap_or_default();
    let (reports, flags) = (open_reports(state, person), open_flags(state, person));
    let kinds = state.profile().map(|profile| person.kinds(profile)).unwrap_or_default();
    let pending = person.organisation().and_then(|n| Some((n, state.org(n)?.pending_on(today)?)));
    let replacing = pending.map(|(n, one)| (one.index, Moment::day(one.effective, lang), format!("note/org/{n}/new")));
    let (reads, readings) = (sealed::reads(state, person), sealed::sees_readings(state, person));
    let (holders, predecessors) = (holders::is_for(state, person), person.predecessors(state, today));
    Asked {
        tasks: tasks.collect(),
        count,
        kinds,
        cases,
        reports,
        flags,
        today,
        holders,
        reads,
        readings,
        replacing,
        predecessors,
    }
}

/// The newest reports that nobody has answered, for an office.
fn open_reports(state: &One, person: &Person) -> Vec<(u64, Option<String>, String)> {
    let official = person.signer.as_ref().and_then(|signer| match state.key(signer)?.holder() {
        Holder::Official(n) => Some(n),
        _ => None,
    });
    let Some(official) = official else { return Vec::new() };
    let note = |n| About::Note { signer: Whose::Desk, n };
    let open = |n: u64| {
        let report = state.report(&note(n)).filter(|report| !report.answered)?;
        Some((n, report.case.map(|case| About::Case(case).to_string()), format!("note/official/{official}/new")))
    };
    (1..=state.last_number(&note(1))).rev().filter_map(open).take(MOST_REPORTS).collect()
}

/// The flags that nobody has answered, for an organisation that they concern.
fn open_flags(state: &One, person: &Person) -> Vec<(String, Option<String>, String)> {
    let Some(org) = person.organisation() else { return Vec::new() };
    let open = state.flags_of(org).filter(|(_, flag)| !flag.answered);
    let row = |(note, flag): (&About, &crate::grants::one::things::Flag)| {
        (note.to_string(), flag.case.map(|case| About::Case(case).to_string()), format!("note/org/{org}/new"))
    };
    open.map(row).take(MOST_REPORTS).collect()
}

/// An amount for people; a dash where there is none.
pub(super) fn money(state: &One, minor: Option<i64>) -> String {
    let amount = minor.and_then(crate::grants::money::Amount::from_minor);
    match (amount, state.frame()) {
        (Some(amount), Some(frame)) => frame.currency.display(amount),
        _ => "–".to_owned(),
    }
}

fn row_of(draft: Draft, offset_min: i32, lang: Lang) -> DraftRow {
    let title = draft.fields.get("title").filter(|title| !title.trim().is_empty());
    let title = title.cloned().unwrap_or_else(|| draft.about.trim_end_matches("/new").to_owned());
    DraftRow { changed: Moment::time(draft.changed, offset_min, lang), id: draft.id, kind: draft.kind, title }
}
