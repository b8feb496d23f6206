//! Several papers of one person, of whatever kinds, looked at one by one and signed with one passphrase: finished drafts, and what
//! waits for their signature. What cannot be signed with the others is left out, and the page says why.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::StatusCode;

use super::drafts::{self, CheckPage, refusal};
use super::sending::{self, MOST_STATEMENTS};
use super::{Entered, Form, MAX_FORM_BYTES, MAX_SIGNED_BYTES, Page, Stop, Visit, entered_form, html};
use crate::desk::Desk;
use crate::desk::drafting::{Prepared, Unready, Writing};
use crate::desk::store::Draft;
use crate::ledger::replay::Replay;
use crate::ledger::statement::Statement;

/// What is signed together.
#[derive(Default)]
struct Chosen {
    texts: Vec<String>,
    /// The hash of each statement of a draft, also of one that is left out, and the draft that it is of.
    of: Vec<(String, String)>,
    /// What is left out: about what, what it is, and why.
    left: Vec<(String, String, String)>,
    /// What the rules would refuse: about what, the rule, and its sentence.
    refused: Vec<(String, String, String)>,
    /// What they are about, which no two of them may share: each names the entry before it.
    touched: BTreeSet<String>,
}

impl Chosen {
    /// Takes it among those that are signed, where it can be signed with those before it.
    fn add(&mut self, entered: &Entered, statement: &Statement) {
        let touched = touched(statement);
        let (w, about) = (entered.w, statement.about().to_string());
        if !self.touched.is_disjoint(&touched) {
            self.left.push((about, w.kind_named(statement.kind()), w.together_same.to_owned()));
            return;
        }
        self.touched.extend(touched);
        self.texts.push(String::from_utf8_lossy(&statement.to_bytes()).into_owned());
    }

    /// Leaves a whole draft out.
    fn leave(&mut self, entered: &Entered, draft: &Draft, why: String) {
        let about = draft.about.trim_end_matches("/new").to_owned();
        self.left.push((about, entered.w.kind_named(&draft.kind), why));
    }
}

/// The things whose latest entry a statement names.
fn touched(statement: &Statement) -> BTreeSet<String> {
    let rows = statement.body().get("rows").and_then(|rows| rows.as_array());
    let cases = rows.into_iter().flatten().filter_map(|row| row.get("case")?.as_str());
    cases.map(str::to_owned).chain([statement.about().to_string()]).collect()
}

/// What was chosen, in words.
pub(super) async fn check(State(desk): State<Desk>, visit: Visit, body: Body) -> Page {
    let (entered, form) = entered_form(&desk, visit, body, MAX_FORM_BYTES).await?;
    let mut chosen = Chosen::default();
    for hash in form.all("waiting").take(MOST_STATEMENTS) {
        let statement = sending::to_sign(&entered, hash)?;
        if sending::compares(&entered, statement.kind()) {
            let (about, kind) = (statement.about().to_string(), entered.w.kind_named(statement.kind()));
            chosen.left.push((about, kind, entered.w.together_alone.to_owned()));
            continue;
        }
        chosen.add(&entered, &statement);
    }
    let drafts = drafts(&entered, &form, &mut chosen)?;
    let (person, lang) = (entered.person.clone(), entered.visit.lang);
    let prepared = entered.ask(move |replay: &Replay, now| {
        let writing = Writing { replay, now, person: &person, lang };
        let prepare = |(draft, each): (Draft, Vec<Draft>)| {
            let all: Result<Vec<Prepared>, Unready> = each.iter().map(|draft| writing.prepare(draft)).collect();
            (draft, all)
        };
        drafts.into_iter().map(prepare).collect::<Vec<_>>()
    });
    for (draft, prepared) in prepared.await? {
        add(&entered, &mut chosen, &draft, prepared);
    }
    let all = chosen.texts.len() + chosen.left.len() + chosen.refused.len();
    if all == 0 {
        return Err(entered.stop(StatusCode::BAD_REQUEST, entered.w.together_none));
    }
    Ok(html(&CheckPage {
        several: !chosen.texts.is_empty() && all > 1,
        refusals: chosen.refused,
        left: chosen.left,
        of: chosen.of,
        ..CheckPage::new(&entered, chosen.texts, "/together/sign", "/home")
    }))
}

/// The drafts that are ticked, each once and with those that it stands for: as many as are signed at once, for the writer waits
/// while they are prepared. Others are left out.
fn drafts(entered: &Entered, form: &Form, chosen: &mut Chosen) -> Result<Vec<(Draft, Vec<Draft>)>, Stop> {
    let (mut seen, mut room, mut found) = (BTreeSet::new(), MOST_STATEMENTS - chosen.texts.len(), Vec::new());
    for id in form.all("draft").take(MOST_STATEMENTS).filter(|id| seen.insert(*id)) {
        let draft = drafts::draft(entered, id)?;
        let each = drafts::each(&draft);
        match room.checked_sub(each.len()) {
            Some(left) => {
                room = left;
                found.push((draft, each));
            }
            None => chosen.leave(entered, &draft, entered.w.together_many.to_owned()),
        }
    }
    Ok(found)
}

/// A draft among the others, or why it is not.
fn add(entered: &Entered, chosen: &mut Chosen, draft: &Draft, prepared: Result<Vec<Prepared>, Unready>) {
    let prepared = match prepared {
        Ok(prepared) => prepared,
        Err(Unready::Fields(_)) => return chosen.leave(entered, draft, entered.w.together_unfinished.to_owned()),
        Err(Unready::Sentence(sentence)) => return chosen.leave(entered, draft, entered.w.sentence(&sentence)),
    };
    for one in prepared {
        chosen.of.push((one.statement.hash().to_hex(), draft.id.clone()));
        match &one.refused {
            Some(refused) => {
                let (title, sentence) = refusal(refused, entered.visit.lang);
                chosen.refused.push((one.statement.about().to_string(), title, sentence));
            }
            None => chosen.add(entered, &one.statement),
        }
    }
}

/// Takes them all, and says of each what became of it.
pub(super) async fn sign(State(desk): State<Desk>, visit: Visit, request: Request) -> Page {
    let source = crate::desk::sources::of(&request);
    let (entered, form) = entered_form(&desk, visit, request.into_body(), MAX_SIGNED_BYTES).await?;
    let results = sending::sign_all(&entered, source, &form).await?;
    let gone: BTreeSet<&str> = results.iter().filter_map(sending::ResultRow::gone).collect();
    for id in done(&form, &gone) {
        entered.kept(entered.web()?.store.drop_draft(&entered.person.public, id))?;
    }
    sending::results(&entered, results)
}

/// The drafts of which every statement is on its way.
fn done<'f>(form: &'f Form, gone: &BTreeSet<&str>) -> Vec<&'f str> {
    let mut drafts: BTreeMap<&str, bool> = BTreeMap::new();
    for (hash, id) in form.all("of").filter_map(|of| of.split_once(' ')) {
        *drafts.entry(id).or_insert(true) &= gone.contains(hash);
    }
    drafts.into_iter().filter_map(|(id, all)| all.then_some(id)).collect()
}
