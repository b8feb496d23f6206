//! One grant: where it is and what is next, its eleven amounts, its way, its documents, how to check it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::told::{Document, Fact, Teller};
use super::words::{Lang, Words};
use super::{Frame, Signed, Visit, html};
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::Grant;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::api::grant::amount_state;
use crate::public::founding::{self, Founding};
use crate::public::history::{Decree, History, Step};
use crate::public::moment::Moment;

/// Fields that the page shows in a better place or in its own words, or that every step of rule set 0 has alike.
const TOLD_ELSEWHERE: [&str; 8] = ["amount", "title", "key", "sealed", "field", "form", "way", "payee"];

/// One of the eleven amounts.
struct Rung {
    label: &'static str,
    /// The step that gives it; an old register's amounts have no steps.
    from: Option<&'static str>,
    value: String,
    /// Whether there is an amount.
    there: bool,
    /// Its length beside the largest, in percent.
    share: u32,
    index: Option<u64>,
}

/// One step.
struct Stop {
    kind: String,
    index: u64,
    happened: Option<Moment>,
    recorded: Option<Moment>,
    delay: String,
    late: bool,
    signed: Vec<Signed>,
    amount: Option<String>,
    facts: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "grant.html", config = "src/public/pages/askama.toml")]
struct GrantPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    grant: &'a Grant,
    title: String,
    status: String,
    field: Option<String>,
    agency: Option<String>,
    organisation: Option<String>,
    where_now: String,
    rungs: Vec<Rung>,
    stops: Vec<Stop>,
    documents: Vec<Document>,
    numbers: Vec<String>,
    last: u64,
    command: String,
    citation: String,
}

/// A reader of one grant's page.
struct View<'a> {
    founding: &'a Founding,
    lang: Lang,
    history: &'a History,
}

impl View<'_> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn teller(&self) -> Teller<'_> {
        Teller { founding: self.founding, lang: self.lang }
    }

    fn day(&self, date: &str) -> Option<Moment> {
        Date::parse(date).map(|date| Moment::day(date, self.lang))
    }

    /// The first line: where the grant is, since when, and what is next.
    fn where_now(&self) -> String {
        let grant = &self.history.grant;
        let last = match grant.status.as_str() {
            "disputed" => self.history.steps.last(),
            _ => self.history.last_said(),
        };
        let Some(last) = last else {
            return String::new();
        };
        let recorded = Timestamp::parse(&last.record.recorded_at);
        let since =
            recorded.map(|at| Moment::day(at.local_date(self.founding.offset_min), self.lang).words().to_owned());
        let (since, id) = (since.unwrap_or_default(), self.lang == Lang::Indonesian);
        if grant.migrated {
            return format!("{}. {}", self.words().migrated_label, self.words().migrated_note);
        }
        match (grant.status.as_str(), id) {
            ("refused", true) => format!("Ditolak, dicatat {since}. {}", self.reason(last)),
            ("refused", false) => format!("Refused, recorded {since}. {}", self.reason(last)),
            ("reported", true) => format!("Selesai: penggunaan dana dilaporkan, dicatat {since}."),
            ("reported", false) => {
                format!("Finished: the use of the money was reported, recorded {since}.")
            }
            ("held", true) => {
                format!("Dimuat dalam keputusan yang belum lengkap sejak {since}. Berikutnya: keputusan berlaku.")
            }
            ("held", false) => {
                format!("In a decree that is not complete yet, since {since}. Next: the decree takes effect.")
            }
            ("disputed", true) => {
                format!("Disengketakan sejak {since}: kunci yang dicabut ikut menandatangani. Hanya dapat ditolak.")
            }
            ("disputed", false) => {
                format!("Disputed since {since}: a key that was revoked has signed. It can only be refused.")
            }
            _ => self.under_way(&since),
        }
    }

    fn reason(&self, last: &Step) -> String {
        let reason = last.statement.body().get("reason").and_then(Value::as_str).unwrap_or_default();
        match (reason, self.lang) {
            ("", _) => String::new(),
            (reason, Lang::Indonesian) => format!("Alasan: {reason}"),
            (reason, Lang::English) => format!("Reason: {reason}"),
        }
    }

    fn under_way(&self, since: &str) -> String {
        let next: Vec<Value> = serde_json::from_str(&self.history.grant.next).unwrap_or_default();
        let mut holders: Vec<String> = Vec::new();
        let mut kinds: Vec<String> = Vec::new();
        for step in &next {
            let kind = step.get("kind").and_then(Value::as_str).unwrap_or_default();
            kinds.push(self.words().kind(kind).to_owned());
            let holder = self.holder(step);
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        let or = format!(" {} ", self.words().or);
        let (holders, kinds) = (holders.join(&or), kinds.join(&or));
        match (next.is_empty(), self.lang) {
            (true, Lang::Indonesian) => format!("Sedang berjalan sejak {since}."),
            (true, Lang::English) => format!("Under way since {since}."),
            (false, Lang::Indonesian) => {
                format!("Sekarang di {holders} sejak {since}. Berikutnya: {kinds}.")
            }
            (false, Lang::English) => format!("Now with {holders} since {since}. Next: {kinds}."),
        }
    }

    /// Who takes a next step: the office of that role, the recipient, or both.
    fn holder(&self, step: &Value) -> String {
        let role = step.get("office").and_then(Value::as_str);
        let office = role.map(|role| self.founding.office_of(role, &self.history.grant.agency, self.lang).to_owned());
        let recipient = step.get("organisation").and_then(Value::as_bool).unwrap_or(false);
        let recipient = recipient.then(|| self.history.grant.recipient.clone());
        let both: Vec<String> = office.into_iter().chain(recipient).collect();
        both.join(&format!(" {} ", self.words().and))
    }

    fn rungs(&self) -> Vec<Rung> {
        let grant = &self.history.grant;
        let w = self.words();
        let largest = grant.amounts.iter().flatten().map(|minor| minor.unsigned_abs()).max().unwrap_or(0).max(1);
        let rung = |at: usize| {
            let value = match grant.amounts[at] {
                Some(minor) => self.founding.money(minor),
                None => w.absent(amount_state(self.founding, grant, at)).to_owned(),
            };
            let share =
                grant.amounts[at].map_or(0, |minor| u128::from(minor.unsigned_abs()) * 100 / u128::from(largest));
            let from = |step: &&Step| {
                grant.amounts[at].is_some()
                    && (grant.migrated || founding::gives_amount(&step.record.kind, step.row.is_some(), at))
            };
            Rung {
                label: w.amounts[at],
                from: (!grant.migrated).then(|| w.amount_from[at]),
                value,
                there: grant.amounts[at].is_some(),
                // At most 100.
                share: u32::try_from(share).unwrap_or(100),
                index: self.history.steps.iter().rev().find(from).map(|step| step.record.index),
            }
        };
        // An old register has no steps still to come: what it does not say is told in one sentence.
        (0..grant.amounts.len()).map(rung).filter(|rung| rung.there || !grant.migrated).collect()
    }

    fn stop(&self, step: &Step) -> Stop {
        let date = Date::parse(&step.record.event_date);
        let recorded = Timestamp::parse(&step.record.recorded_at);
        let offset = self.founding.offset_min;
        let days = date.zip(recorded).map(|(date, at)| date.days_until(at.local_date(offset)));
        let mut facts = Vec::new();
        if let Some(decree) = &step.decree {
            facts.extend(self.decree_facts(decree, step.row.is_some()));
        }
        let told = step.row.is_none();
        if told {
            facts.extend(self.teller().facts(step.statement.body(), &TOLD_ELSEWHERE));
            facts.extend(self.payee(step.statement.body()));
        }
        Stop {
            kind: self.step_title(step),
            index: step.record.index,
            happened: self.day(&step.record.event_date),
            recorded: recorded.map(|at| Moment::time(at, offset, self.lang)),
            delay: days.map(|days| self.words().delay(days)).unwrap_or_default(),
            late: days.is_some_and(|days| days > 7),
            signed: step.signatures.iter().map(|signature| Signed::of(signature, self.founding, self.lang)).collect(),
            amount: step.amount().map(|minor| self.founding.money(minor)),
            facts,
        }
    }

    fn step_title(&self, step: &Step) -> String {
        let w = self.words();
        match step.row.as_ref().and_then(|row| row.get("row")?.as_u64()) {
            Some(row) => format!("{} {row}", w.decree_row),
            None => w.kind(&step.record.kind).to_owned(),
        }
    }

    /// The rules refuse a warrant to any account but the registered one, so the page says that; its commitment is on
    /// the entry's page.
    fn payee(&self, body: &Value) -> Option<Fact> {
        body.get("payee")?;
        let w = self.words();
        Some(Fact { label: w.payee_account.to_owned(), text: w.payee_registered.to_owned(), letters: false })
    }

    fn decree_facts(&self, decree: &Decree, in_row: bool) -> Vec<Fact> {
        let w = self.words();
        let number = decree.body.get("number").and_then(Value::as_str).unwrap_or(&decree.about);
        let fact = |label: &str, text: String| Fact { label: label.to_owned(), text, letters: false };
        let mut facts = vec![fact(w.decree_number, number.to_owned())];
        let decided = serde_json::json!({ "decided_by": decree.body.get("decided_by") });
        facts.extend(self.teller().facts(&decided, &[]).into_iter().filter(|_| in_row));
        facts
    }

    /// The documents of all steps, each once; a decree's paper stands in its first entry.
    fn documents(&self) -> Vec<Document> {
        let mut documents: Vec<Document> = Vec::new();
        for step in &self.history.steps {
            let own = self.teller().documents(step.statement.body(), step.record.index);
            let decree = step.decree.iter().flat_map(|decree| self.teller().documents(&decree.body, decree.index));
            for document in own.into_iter().chain(decree) {
                if !documents.iter().any(|known| known.sha256 == document.sha256) {
                    documents.push(document);
                }
            }
        }
        documents
    }

    fn citation(&self, base: &str, last: u64) -> String {
        let grant = &self.history.grant;
        let leaf = &self.history.head.to_hex()[..16];
        let government = self.founding.government(self.lang);
        let entry = self.words().entry_heading.to_lowercase();
        format!(
            "{government}, {}, {}, {entry} {last} ({leaf}), {base}{}/grants/{}",
            grant.recipient,
            grant.id,
            self.lang.prefix(),
            grant.id
        )
    }
}

/// One grant.
pub(super) async fn page(State(site): State<Site>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let founding = site.founding.clone();
    let history = site.pool.read(move |reader| History::read(reader, &founding.origin, &id)).await?;
    let view = View { founding: &site.founding, lang: visit.lang, history: &history };
    let (w, grant, base) = (visit.lang.words(), &history.grant, visit.base(&site.founding));
    let last = history.steps.last().map_or(grant.last_index, |step| step.record.index);
    let title = w.title(&grant.title);
    let titled = |code: &str, title: &str| (!code.is_empty()).then(|| title.to_owned());
    let page = GrantPage {
        frame: Frame::of(&site, &visit, format!("{title}, {}", grant.recipient)),
        w,
        status: w.status(&grant.status).to_owned(),
        field: titled(&grant.field, site.founding.field(&grant.field, visit.lang)),
        agency: titled(&grant.agency, site.founding.office_of("agency", &grant.agency, visit.lang)),
        organisation: grant.organisation.map(|n| format!("{}/grants?org={n}", visit.lang.prefix())),
        where_now: view.where_now(),
        rungs: view.rungs(),
        stops: history.steps.iter().map(|step| view.stop(step)).collect(),
        documents: view.documents(),
        numbers: grant.numbers.split('\n').filter(|number| !number.is_empty()).map(str::to_owned).collect(),
        command: format!("hibah verify {base} --vkey '{}'", site.founding.vkey),
        citation: view.citation(&base, last),
        grant,
        title,
        last,
    };
    html(&page)
}
