//! Filling in: a draft is saved while it is written, and checked before it is signed. It is kept outside the ledger, with
//! fields still empty, and survives a closed browser. Of two who write one draft, the second is shown what the first wrote.

use askama::Template;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};

use super::cases::titles_of;
use super::starting::proposed;
use super::{
    Entered, Form, Frame, MAX_FORM_BYTES, Page, Stop, Visit, conflict, entered_form, html, key_words, revising,
    sending, sheets,
};
use crate::desk::Desk;
use crate::desk::drafting::{EVENT_DATE, Prepared, Unready, WITH, Writing, one};
use crate::desk::forms::html::{Shown, id as id_of, rows};
use crate::desk::forms::{self, Fault, Question, SEALED, SEALED_FIELD, Setting};
use crate::desk::pages::words::{self, Words};
use crate::desk::persons;
use crate::desk::store::{Draft, Fields, Saved};
use crate::grants::about::About;
use crate::grants::kinds::Kind;
use crate::grants::one::bodies::MAX_ROWS;
use crate::grants::one::state::State as One;
use crate::grants::rules::Rule;
use crate::grants::signer::SignerId;
use crate::ledger::replay::Refused;
use crate::ledger::wish::resolved;
use crate::public::pages::words::Lang;

/// The most fields of a draft, and bytes of one of them.
const MOST_FIELDS: usize = 3_000;
/// See [`MOST_FIELDS`].
pub(super) const MOST_FIELD_BYTES: usize = 4_000;
/// The most bytes that who has no key in force fills in.
const MOST_STRANGERS_BYTES: usize = 16 * 1024;
/// The fields that hold the amounts of several cases: `_amount.0`, `_amount.1`.
pub(super) const AMOUNT: &str = "_amount";
/// Fields of the page that are not the draft's.
pub(super) const NOT_KEPT: [&str; 8] =
    ["csrf", "version", "save", "check", "add", "remove", "autosave", conflict::TOUCHED];

/// One of several cases that are decided at once.
struct BatchCase {
    id: String,
    title: String,
    /// Whether an amount is set for it, and the field that has it.
    amount: bool,
    field: String,
    field_id: String,
    value: String,
}

/// A choice among the keys that may sign too.
struct With {
    name: String,
    /// A key, and whose it is.
    choices: Vec<(String, String)>,
    chosen: String,
}

#[derive(Template)]
#[template(path = "draft.html", config = "src/desk/pages/askama.toml")]
struct DraftPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    id: String,
    version: u64,
    heading: &'static str,
    /// What it is about, in words.
    what: Option<String>,
    /// Why what it mends was sent back.
    why: Option<String>,
    /// As the statement names it, where it is known already.
    about: String,
    faults: Vec<Fault>,
    changed: bool,
    differences: Vec<conflict::Difference>,
    /// What a script said was changed, of a draft that somebody else changed meanwhile.
    touched: Option<String>,
    saved: bool,
    batch: Vec<BatchCase>,
    questions: String,
    /// Who else signs.
    with: Vec<With>,
    event_date: String,
    /// The case whose agreement can be printed as it stands here.
    agreement: Option<String>,
    /// Whether its rows may come from a spreadsheet.
    sheet: bool,
}

#[derive(Template)]
#[template(path = "check.html", config = "src/desk/pages/askama.toml")]
pub(super) struct CheckPage<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) w: &'static Words,
    pub(super) texts: Vec<String>,
    /// Where there are several drafts: a statement's hash, and the draft that it is of.
    pub(super) of: Vec<(String, String)>,
    /// What was chosen with them and is left out: about what, what it is, and why.
    pub(super) left: Vec<(String, String, String)>,
    pub(super) several: bool,
    /// About what, the rule in words, and its sentence.
    pub(super) refusals: Vec<(String, String, String)>,
    pub(super) action: String,
    /// Where it is changed.
    pub(super) change: String,
    pub(super) signed: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) until: String,
    /// Where it is taken back, if it can be.
    pub(super) drop: Option<String>,
    /// Whether this person signed first.
    pub(super) own: bool,
    /// What is to be compared before it is signed.
    pub(super) compare: Option<sending::Compare>,
}

impl<'a> CheckPage<'a> {
    /// Statements of one's own that wait nowhere yet; `action` takes them signed, `change` leads back.
    pub(super) fn new(entered: &'a Entered, texts: Vec<String>, action: &str, change: &str) -> Self {
        let href = |path: &str| format!("{}{path}", entered.visit.lang.prefix());
        Self {
            frame: Frame { scripted: true, ..entered.framed(entered.w.check_title) },
            w: entered.w,
            several: texts.len() > 1,
            texts,
            of: Vec::new(),
            left: Vec::new(),
            refusals: Vec::new(),
            action: href(action),
            change: href(change),
            signed: Vec::new(),
            missing: Vec::new(),
            until: String::new(),
            drop: None,
            own: true,
            compare: None,
        }
    }
}

pub(super) fn batch_field(at: usize) -> String {
    format!("{AMOUNT}.{at}")
}

/// The drafts that one draft stands for: itself, or one for each of its cases.
pub(super) fn each(draft: &Draft) -> Vec<Draft> {
    let abouts: Vec<&str> = draft.about.split(' ').collect();
    let of = |(at, about): (usize, &&str)| {
        let mut draft = Draft { about: (*about).to_owned(), ..draft.clone() };
        if abouts.len() > 1
            && let Some(amount) = draft.fields.get(&batch_field(at)).cloned()
        {
            draft.fields.insert("amount".to_owned(), amount);
        }
        draft
    };
    abouts.iter().enumerate().map(of).collect()
}

/// What the page of a draft is made of.
struct Asked {
    questions: Vec<Question>,
    what: Option<String>,
    cases: Vec<(String, String)>,
    with: Vec<(String, Vec<(String, String)>)>,
}

async fn ask(entered: &Entered, draft: &Draft) -> Result<Asked, Stop> {
    let ids: Vec<String> = draft.about.split(' ').map(str::to_owned).collect();
    let (person, lang, draft) = (entered.person.clone(), entered.visit.lang, draft.clone());
    let asked = entered.ask(move |replay, now| {
        let state = one(replay)?;
        let kind = Kind::parse(&draft.kind)?;
        let writing = Writing { replay, now, person: &person, lang };
        let abouts: Vec<About> = draft.about.split(' ').filter_map(|about| resolved(about, replay)).collect();
        let about = *abouts.first()?;
        let (counter, new_key) = (writing.at_counter(kind), writing.asks_key(kind, &about));
        let setting = Setting { profile: state.profile()?, lang, counter, new_key };
        let mut questions = forms::questions(kind, setting)?;
        let title = |about: &About| match about {
            // What is filed at the counter has no case yet: it says whose it will be.
            About::Case(id) => match state.case(id) {
                Some(case) => Some(case.core.facts.title.to_string()),
                None => state.org_of(id).map(|org| org.name.to_string()),
            },
            About::Org(n) => state.org(*n).map(|org| org.name.to_string()),
            _ => None,
        };
        let cases = if abouts.len() > 1 {
            questions.retain(|question| question.name != "amount");
            abouts.iter().map(|about| (about.to_string(), title(about).unwrap_or_default())).collect()
        } else {
            Vec::new()
        };
        let others = persons::others(state, &person, (kind, &draft.fields), &about, state.local_date(now));
        let with = others.into_iter().enumerate().filter(|(_, keys)| keys.len() > 1);
        let named = |key: &SignerId| (key.to_string(), named(state, key, lang));
        let with = with.map(|(at, keys)| (format!("{WITH}.{at}"), keys.iter().map(named).collect())).collect();
        let what = if abouts.len() > 1 { None } else { title(&about).or_else(|| Some(about.to_string())) };
        let begins = matches!(kind, Kind::ApplicationSubmitted | Kind::OrganisationRegistered);
        Some(Asked { questions, what: what.filter(|_| !begins), cases, with })
    });
    let mut asked = asked.await?.ok_or_else(|| entered.missing())?;
    let titles = entered.read(move |reader| titles_of(reader, &ids)).await?;
    for (id, title) in &mut asked.cases {
        *title = lang.words().title(titles.get(id).unwrap_or(title));
    }
    if let (Some(what), Some(title)) = (&mut asked.what, titles.values().next()) {
        *what = lang.words().title(title);
    }
    Ok(asked)
}

/// Whose key it is, in words.
pub(super) fn named(state: &One, key: &SignerId, lang: Lang) -> String {
    use crate::grants::one::keys::Holder;
    let holder = state.key(key).map(|key| key.holder());
    let name = match holder {
        Some(Holder::Official(n)) => state.official(n).and_then(|official| {
            let office = state.profile()?.office(&official.office)?;
            Some(format!("{}, {}", lang.pick(&office.title_id.0, &office.title_en.0), official.person))
        }),
        Some(Holder::Org(n)) => state.org(n).map(|org| org.name.to_string()),
        Some(Holder::Root(n)) => state.profile().map(|profile| {
            let held = profile.root_holders.iter().find(|held| held.root == n);
            let by = held.map(|held| format!(": {}", held.holder.0)).unwrap_or_default();
            format!("{} {n}{by}", lang.pick("Pemegang kunci akar", "Holder of root key"))
        }),
        _ => None,
    };
    name.unwrap_or_else(|| key.to_string())
}

/// What is shown of a draft beside its fields.
#[derive(Default)]
struct Told {
    faults: Vec<Fault>,
    changed: Option<Draft>,
    touched: Option<String>,
    saved: bool,
}

/// A draft, to be filled in.
pub(super) async fn page(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Page {
    let saved = visit.query.contains("saved");
    let entered = desk.enter(visit).await?;
    let draft = draft(&entered, &id)?;
    shown(&entered, &draft, Told { saved, ..Told::default() }, StatusCode::OK).await
}

pub(super) fn draft(entered: &Entered, id: &str) -> Result<Draft, Stop> {
    let read = entered.web()?.store.draft(&entered.person.public, id);
    entered.kept(read)?.ok_or_else(|| entered.stop(StatusCode::NOT_FOUND, entered.w.fault_draft_gone))
}

/// A draft beside a sentence that says what is wrong.
pub(super) async fn told(entered: &Entered, draft: &Draft, sentence: String) -> Page {
    let faults = vec![Fault { name: String::new(), sentence }];
    shown(entered, draft, Told { faults, ..Told::default() }, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// A draft that somebody else changed meanwhile: what was wished, beside what is there.
pub(super) async fn changed(entered: &Entered, wished: &Draft, there: Draft) -> Page {
    shown(entered, wished, Told { changed: Some(there), ..Told::default() }, StatusCode::CONFLICT).await
}

async fn shown(entered: &Entered, draft: &Draft, told: Told, status: StatusCode) -> Page {
    let Asked { questions, what, cases, with } = ask(entered, draft).await?;
    let w = entered.w;
    let heading = Kind::parse(&draft.kind).map(|kind| w.kind(&kind)).unwrap_or_default();
    let chosen = |name: &str| draft.fields.get(name).cloned().unwrap_or_default();
    let amount = Kind::parse(&draft.kind).is_some_and(|kind| proposed(kind, |_| Some(())).is_some());
    let batch = cases.into_iter().enumerate().map(|(at, (id, title))| {
        let field = batch_field(at);
        BatchCase { value: chosen(&field), field_id: id_of(&field), field, amount, title, id }
    });
    let with = with.into_iter().map(|(name, choices)| {
        let chosen = chosen(&name);
        With { name, choices, chosen }
    });
    let differ = |there: &Draft| conflict::differences(&questions, &draft.fields, &there.fields, w);
    let differences = told.changed.as_ref().map(differ).unwrap_or_default();
    let shown = Shown { fields: &draft.fields, faults: &told.faults, w, uploads: "/uploads" };
    let frame = Frame { scripted: true, ..entered.framed(heading) };
    let page = DraftPage {
        frame,
        w,
        id: draft.id.clone(),
        about: draft.about.clone(),
        version: told.changed.as_ref().map_or(draft.version, |there| there.version),
        heading,
        what,
        why: revising::why(entered, draft).await?,
        changed: told.changed.is_some(),
        differences,
        touched: told.touched,
        saved: told.saved,
        batch: batch.collect(),
        questions: shown.questions(&questions),
        with: with.collect(),
        event_date: chosen(EVENT_DATE),
        sheet: sheets::paper_of(draft).is_some(),
        agreement: (draft.kind == Kind::AgreementSigned.name() && !draft.about.contains(' '))
            .then(|| draft.about.clone()),
        faults: told.faults.clone(),
    };
    let mut response = html(&page);
    *response.status_mut() = status;
    Ok(response)
}

/// Saves a draft; goes on to the check when that is asked for.
pub(super) async fn save(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let known = draft(&entered, &id)?;
    let mut fields = typed(&form, &known.fields);
    // Where somebody goes on who has asked for a row, or that one goes.
    let mut place = String::new();
    if form.has("add") {
        let list = form.get("add").to_owned();
        let at = rows(&fields, &list, MAX_ROWS).max(1);
        // A row is there as soon as one of its fields is.
        fields.insert(format!("{list}.{at}.new"), String::new());
        place = id_of(&format!("{list}.{at}"));
    }
    if form.has("remove") {
        let row = form.get("remove");
        place = id_of(row.rsplit_once('.').map_or(row, |(list, _)| list));
        fields = without(fields, row);
    }
    if entered.person.signer.is_none() {
        fields = asked_for(&entered, &known, fields).await?;
    }
    let version = form.get("version").parse().unwrap_or(0);
    let saved = entered.web()?.store.save(&entered.person.public, &id, version, &fields, entered.now);
    let autosave = form.has("autosave");
    match entered.kept(saved)? {
        Saved::Version(version) if autosave => {
            Ok(axum::Json(serde_json::json!({ "version": version })).into_response())
        }
        Saved::Changed(_) if autosave => Ok(StatusCode::CONFLICT.into_response()),
        Saved::Version(_) if form.has("check") => Ok(entered.see(&format!("/drafts/{id}/check"))),
        Saved::Version(_) if form.has("add") || form.has("remove") => {
            let known = place.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
            Ok(entered.see(&if known { format!("/drafts/{id}#{place}") } else { format!("/drafts/{id}") }))
        }
        Saved::Version(_) => Ok(entered.see(&format!("/drafts/{id}?saved"))),
        Saved::Changed(there) => {
            let fields = conflict::merged(&form, fields, &there.fields);
            let touched = form.has(conflict::TOUCHED).then(|| form.get(conflict::TOUCHED).to_owned());
            let told = Told { changed: Some(*there), touched, ..Told::default() };
            shown(&entered, &Draft { fields, ..known }, told, StatusCode::CONFLICT).await
        }
        Saved::Gone => Err(entered.stop(StatusCode::NOT_FOUND, entered.w.fault_draft_gone)),
    }
}

/// What was typed. A field that the page does not show stays as it was.
fn typed(form: &Form, known: &Fields) -> Fields {
    // Of a file that was chosen without a script only its name comes, which says nothing.
    let kept = |name: &str| !NOT_KEPT.contains(&name) && !name.ends_with(".file") && name.len() <= 100;
    let mut fields = Fields::new();
    for (name, text) in form.0.iter().filter(|(name, _)| kept(name)).take(MOST_FIELDS) {
        let mut text = text.replace("\r\n", "\n");
        if text.len() > MOST_FIELD_BYTES {
            let cut = (0..=MOST_FIELD_BYTES).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            text.truncate(cut);
        }
        fields.insert(name.clone(), text);
    }
    for (name, text) in known {
        if ["agency", "fiscal_year"].contains(&name.as_str()) {
            fields.entry(name.clone()).or_insert_with(|| text.clone());
        }
    }
    fields
}

/// Of what somebody typed whom the ledger does not know only what the form asks for: anybody can send it, and as much as they like.
async fn asked_for(entered: &Entered, draft: &Draft, mut fields: Fields) -> Result<Fields, Stop> {
    let Asked { questions, with, .. } = ask(entered, draft).await?;
    fields.retain(|name, _| {
        let first = name.split('.').next().unwrap_or_default();
        let sealed = name.strip_prefix(SEALED_FIELD).is_some_and(|one| SEALED.contains(&one));
        let asked = sealed || questions.iter().any(|question| question.name == first);
        asked || name == EVENT_DATE || draft.fields.contains_key(name) || with.iter().any(|(with, _)| with == name)
    });
    let bytes: usize = fields.iter().map(|(name, text)| name.len() + text.len()).sum();
    if bytes > MOST_STRANGERS_BYTES {
        let sentence = key_words::of(entered.visit.lang).draft_large;
        return Err(entered.stop(StatusCode::PAYLOAD_TOO_LARGE, sentence));
    }
    Ok(fields)
}

/// Without one row of a list; those behind it move up.
fn without(fields: Fields, row: &str) -> Fields {
    let Some((list, at)) = row.rsplit_once('.').and_then(|(list, at)| Some((list, at.parse::<usize>().ok()?))) else {
        return fields;
    };
    let inside = format!("{list}.");
    let moved = |(name, text): (String, String)| {
        let Some((n, rest)) = name.strip_prefix(&inside).and_then(|rest| rest.split_once('.')) else {
            return Some((name, text));
        };
        match n.parse::<usize>() {
            Ok(n) if n == at => None,
            Ok(n) if n > at => Some((format!("{inside}{}.{rest}", n - 1), text)),
            _ => Some((name, text)),
        }
    };
    fields.into_iter().filter_map(moved).collect()
}

/// Throws a draft away.
pub(super) async fn drop_it(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>, body: Body) -> Page {
    let (entered, _) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    entered.kept(entered.web()?.store.drop_draft(&entered.person.public, &id))?;
    Ok(entered.see("/home"))
}

/// What will be signed, and what the rules say of it.
pub(super) async fn check(State(desk): State<Desk>, visit: Visit, Path(id): Path<String>) -> Page {
    let entered = desk.enter(visit).await?;
    let draft = draft(&entered, &id)?;
    let (person, lang, all) = (entered.person.clone(), entered.visit.lang, each(&draft));
    let prepared = entered.ask(move |replay, now| {
        let writing = Writing { replay, now, person: &person, lang };
        all.iter().map(|draft| writing.prepare(draft)).collect::<Result<Vec<Prepared>, Unready>>()
    });
    let faults = match prepared.await? {
        Ok(prepared) => return Ok(checked(&entered, &id, &prepared)),
        Err(Unready::Fields(faults)) => faults,
        Err(Unready::Sentence(sentence)) => {
            vec![Fault { name: String::new(), sentence: entered.w.sentence(&sentence) }]
        }
    };
    shown(&entered, &draft, Told { faults, ..Told::default() }, StatusCode::UNPROCESSABLE_ENTITY).await
}

fn checked(entered: &Entered, id: &str, prepared: &[Prepared]) -> Response {
    let lang = entered.visit.lang;
    let refused = |one: &Prepared| {
        let (title, sentence) = refusal(one.refused.as_ref()?, lang);
        Some((one.statement.about().to_string(), title, sentence))
    };
    let text = |one: &Prepared| String::from_utf8_lossy(&one.statement.to_bytes()).into_owned();
    let texts = prepared.iter().map(text).collect();
    html(&CheckPage {
        refusals: prepared.iter().filter_map(refused).collect(),
        ..CheckPage::new(entered, texts, &format!("/drafts/{id}/check"), &format!("/drafts/{id}"))
    })
}

/// A refusal in words: the rule's title and its sentence.
pub(super) fn refusal(refused: &Refused, lang: Lang) -> (String, String) {
    let title = match refused {
        Refused::Rule(refusal) if refusal.rule != Rule::Form => {
            format!("{} · {}", refusal.rule.code(), lang.pick(refusal.rule.title_id(), refusal.rule.title_en()))
        }
        _ => lang.pick("Bentuk pernyataan", "The statement's form").to_owned(),
    };
    (title, words::of(lang).sentence(refused.sentence()))
}
