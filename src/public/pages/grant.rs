//! One grant: where it is and what is next, what happened outside the rules, its eleven amounts, its way with what flags
//! found and what was corrected, its documents, how to check it.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::Value;

use super::beside::{Compared, Found};
use super::documents::{Document, Place, with_place};
use super::told::{Fact, Said, Teller};
use super::words::{Lang, Words};
use super::{Frame, Signed, Visit, html};
use crate::grants::kinds::Kind;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::reader::Grant;
use crate::public::Site;
use crate::public::answer::Fault;
use crate::public::citizens;
use crate::public::founding::{self, Founding};
use crate::public::history::{History, Paper, Step};
use crate::public::moment::Moment;
use crate::public::qr::Qr;

/// Fields that the page shows in a better place or in its own words, or that every application has alike.
const TOLD_ELSEWHERE: [&str; 10] =
    ["amount", "title", "key", "sealed", "field", "form", "way", "payee", "decided_by", "body"];
/// Fields of an irregularity that stand in its heading.
const TOLD_IN_HEADING: [&str; 1] = ["amount"];

/// One of the eleven amounts, or the value of goods handed over.
pub(super) struct Rung {
    pub(super) label: &'static str,
    /// The step that gives it; an old register's amounts have no steps.
    pub(super) from: Option<&'static str>,
    pub(super) value: String,
    /// Whether there is an amount.
    pub(super) there: bool,
    /// Its length beside the largest, in percent.
    pub(super) share: u32,
    pub(super) index: Option<u64>,
}

/// One step.
pub(super) struct Stop {
    pub(super) kind: String,
    pub(super) index: u64,
    pub(super) happened: Option<Moment>,
    pub(super) recorded: Option<Moment>,
    pub(super) delay: String,
    pub(super) late: bool,
    pub(super) signed: Vec<Signed>,
    pub(super) amount: Option<String>,
    pub(super) facts: Vec<Fact>,
    /// What else is to be seen at once: disputed, corrected, erased.
    pub(super) marks: Vec<Mark>,
    pub(super) compared: Option<Compared>,
    pub(super) found: Vec<Found>,
}

/// A mark at a step, with the entry that says why.
pub(super) struct Mark {
    pub(super) text: String,
    pub(super) entry: Option<u64>,
}

/// A fact that a rule refuses, but that happened.
struct Irregular {
    index: u64,
    amount: Option<String>,
    facts: Vec<Fact>,
    documents: Vec<Document>,
}

#[derive(Template)]
#[template(path = "grant.html", config = "src/public/pages/askama.toml")]
struct GrantPage<'a> {
    frame: Frame<'a>,
    w: &'static Words,
    grant: &'a Grant,
    title: String,
    recipient: String,
    status: String,
    field: Option<String>,
    agency: Option<String>,
    organisation: Option<String>,
    where_now: String,
    irregular: Vec<Irregular>,
    /// The five papers of evidence, each with the entry that names it; none for an award from before the ledger.
    evidence: Vec<(&'static str, Option<u64>)>,
    evidence_count: String,
    source: Vec<String>,
    rungs: Vec<Rung>,
    stops: Vec<Stop>,
    /// The report that should be there, as a sentence.
    missed: Option<String>,
    sealed: bool,
    /// The numbers of citizens' reports about it, each with when it was recorded.
    reports: Vec<(u64, Option<Moment>)>,
    documents: Vec<Document>,
    numbers: Vec<String>,
    last: u64,
    /// The entries of its timeline, which are checked in the browser.
    checked: String,
    command: String,
    citation: String,
    qr: Option<Qr>,
}

/// A reader of one grant's page.
pub(super) struct View<'a> {
    pub(super) founding: &'a Founding,
    pub(super) lang: Lang,
    pub(super) history: &'a History,
    /// After how many working days cases of its way usually take the step that it waits for.
    pub(super) usual: Option<i64>,
}

impl<'a> View<'a> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    fn teller(&self) -> Teller<'a> {
        Teller { founding: self.founding, lang: self.lang }
    }

    fn day(&self, date: &str) -> Option<Moment> {
        Date::parse(date).map(|date| Moment::day(date, self.lang))
    }

    /// The first line: where the grant is, since when, and what is next.
    pub(super) fn where_now(&self) -> String {
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
            ("withdrawn", true) => format!("Ditarik pemohon, dicatat {since}. {}", self.reason(last)),
            ("withdrawn", false) => format!("Withdrawn by the applicant, recorded {since}. {}", self.reason(last)),
            ("cancelled", true) => format!("Dibatalkan, dicatat {since}. {}", self.reason(last)),
            ("cancelled", false) => format!("Cancelled, recorded {since}. {}", self.reason(last)),
            ("settled", true) => {
                format!("Selesai: laporan diterima, tidak ada lagi yang harus dikembalikan, dicatat {since}.")
            }
            ("settled", false) => {
                format!("Settled: the report was accepted and nothing is left to give back, recorded {since}.")
            }
            ("refused", true) => format!("Ditolak, dicatat {since}. {}", self.reason(last)),
            ("refused", false) => format!("Refused, recorded {since}. {}", self.reason(last)),
            ("reported", true) => format!("Selesai: penggunaan dana dilaporkan, dicatat {since}."),
            ("reported", false) => {
                format!("Finished: the use of the money was reported, recorded {since}.")
            }
            ("held", true) if !last.record.about.starts_with("decree/") => {
                format!(
                    "Dimuat dalam daftar atau APBD yang belum lengkap sejak {since}. Berikutnya: daftar atau APBD itu berlaku."
                )
            }
            ("held", false) if !last.record.about.starts_with("decree/") => {
                format!("In a list or budget that is not complete yet, since {since}. Next: it takes effect.")
            }
            ("held", true) => {
                format!("Dimuat dalam keputusan yang belum lengkap sejak {since}. Berikutnya: keputusan berlaku.")
            }
            ("held", false) => {
                format!("In a decree that is not complete yet, since {since}. Next: the decree takes effect.")
            }
            ("disputed", true) if self.founding.rules == 0 => {
                format!("Disengketakan sejak {since}: kunci yang dicabut ikut menandatangani. Hanya dapat ditolak.")
            }
            ("disputed", false) if self.founding.rules == 0 => {
                format!("Disputed since {since}: a key that was revoked has signed. It can only be refused.")
            }
            ("disputed", true) => format!(
                "Disengketakan sejak {since}: kunci yang dicabut ikut menandatangani. Menunggu penegasan, koreksi, pengembalian, atau pembatalan; tidak ada pencairan."
            ),
            ("disputed", false) => format!(
                "Disputed since {since}: a key that was revoked has signed. It waits for a confirmation, a correction, a return or a cancellation; nothing is paid."
            ),
            _ => self.under_way(&since),
        }
    }

    fn reason(&self, last: &Step) -> String {
        let reason = last.shown.body.get("reason").and_then(Value::as_str).unwrap_or_default();
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
            let due = step.get("due").and_then(Value::as_str).and_then(|due| self.day(due));
            let due = due.map(|due| match self.lang {
                Lang::Indonesian => format!(" (paling lambat {})", due.words()),
                Lang::English => format!(" (by {})", due.words()),
            });
            kinds.push(format!("{}{}", self.words().kind(kind), due.unwrap_or_default()));
            let holder = self.holder(step);
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        let since = match self.working_day(&next) {
            Some(day) => format!("{since}: {day}"),
            None => since.to_owned(),
        };
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

    /// On which working day the next step is, where it has a deadline.
    fn working_day(&self, next: &[Value]) -> Option<String> {
        let from = Date::parse(&self.history.last_said()?.record.event_date)?;
        let (n, of) = self.founding.working_days(limited(next, self.founding)?, from, self.history.day?)?;
        let usual = self.usual.map(|days| self.words().usually(days)).unwrap_or_default();
        Some(format!("{}{usual}", self.words().working_day(n, of)))
    }

    /// Who takes a next step: the office of that role, the recipient, or both.
    fn holder(&self, step: &Value) -> String {
        let role = step.get("office").and_then(Value::as_str);
        let office = role.map(|role| self.founding.office_of(role, &self.history.grant.agency, self.lang).to_owned());
        let recipient = step.get("organisation").and_then(Value::as_bool).unwrap_or(false);
        let recipient = recipient.then(|| self.recipient());
        let both: Vec<String> = office.into_iter().chain(recipient).collect();
        both.join(&format!(" {} ", self.words().and))
    }

    pub(super) fn recipient(&self) -> String {
        let grant = &self.history.grant;
        self.words().recipient_of(&grant.recipient, grant.organisation, grant.migrated)
    }

    /// What goods or services are worth that were handed over: never "paid".
    fn handed_over(&self, largest: u64) -> Option<Rung> {
        let w = self.words();
        if !matches!(self.history.grant.way.1.as_str(), "goods" | "services") {
            return None;
        }
        let step = self.history.latest(Kind::GoodsHandedOver);
        let minor = step.and_then(Step::amount);
        Some(Rung {
            label: w.handed_over,
            from: Some(w.handed_over_from),
            value: minor.map_or_else(|| w.not_yet.to_owned(), |minor| self.founding.money(minor)),
            there: minor.is_some(),
            share: minor.map_or(0, |minor| share(minor, largest)),
            index: step.map(|step| step.record.index),
        })
    }

    pub(super) fn rungs(&self) -> Vec<Rung> {
        let grant = &self.history.grant;
        let w = self.words();
        let largest = grant.amounts.iter().flatten().map(|minor| minor.unsigned_abs()).max().unwrap_or(0).max(1);
        let rung = |at: usize| {
            let value = match grant.amounts[at] {
                Some(minor) => self.founding.money(minor),
                None => w.absent(self.founding.amount_state(grant, at)).to_owned(),
            };
            let from = |step: &&Step| {
                grant.amounts[at].is_some()
                    && (grant.migrated || founding::gives_amount(&step.record.kind, step.statement.body(), at))
            };
            Rung {
                label: w.amounts[at],
                from: (!grant.migrated).then(|| w.amount_from[at]),
                value,
                there: grant.amounts[at].is_some(),
                share: grant.amounts[at].map_or(0, |minor| share(minor, largest)),
                index: self.history.steps.iter().rev().find(from).map(|step| step.record.index),
            }
        };
        // An old register has no steps still to come: what it does not say is told in one sentence.
        let rungs = (0..grant.amounts.len()).map(rung).filter(|rung| rung.there || !grant.migrated);
        rungs.chain(self.handed_over(largest)).collect()
    }

    fn irregular(&self) -> Vec<Irregular> {
        let of_kind = |step: &&Step| step.record.kind == Kind::IrregularityRecorded.name();
        let one = |step: &'a Step| Irregular {
            index: step.record.index,
            amount: step.amount().map(|minor| self.founding.money(minor)),
            facts: self.teller().facts(said(step), &TOLD_IN_HEADING),
            documents: self.teller().documents(&step.shown.body, step.record.index),
        };
        self.history.steps.iter().filter(of_kind).map(one).collect()
    }

    /// The numbers of citizens' reports about the grant, each with when it was recorded.
    fn reports(&self) -> Vec<(u64, Option<Moment>)> {
        let of_kind = |step: &&Step| step.record.kind == Kind::ReportReceived.name();
        let one = |step: &Step| {
            let recorded = Timestamp::parse(&step.record.recorded_at);
            let recorded = recorded.map(|at| Moment::time(at, self.founding.offset_min, self.lang));
            Some((citizens::number_of(&step.record.about)?, recorded))
        };
        self.history.steps.iter().filter(of_kind).filter_map(one).collect()
    }

    fn marks(&self, step: &Step) -> Vec<Mark> {
        let w = self.words();
        let disputed = step.disputed.map(|by| Mark { text: w.disputed_by(by), entry: Some(by) });
        let corrected =
            step.shown.corrected_by().map(|by| Mark { text: format!("{} {by}", w.corrected_mark), entry: Some(by) });
        let erased = step.shown.erased.first().map(|erased| {
            let day = self.day(&erased.day).map(|day| day.words().to_owned()).unwrap_or_default();
            Mark { text: format!("{}: {}", w.erased_mark, w.erased_on(&day, &erased.basis)), entry: Some(erased.entry) }
        });
        let adopted = (step.record.kind == Kind::CaseAdopted.name())
            .then(|| Mark { text: w.adopted_note.to_owned(), entry: None });
        disputed.into_iter().chain(corrected).chain(erased).chain(adopted).collect()
    }

    pub(super) fn stop(&self, step: &Step) -> Stop {
        let date = Date::parse(&step.record.event_date);
        let recorded = Timestamp::parse(&step.record.recorded_at);
        let offset = self.founding.offset_min;
        let days = date.zip(recorded).map(|(date, at)| date.days_until(at.local_date(offset)));
        let mut facts = Vec::new();
        if let Some(paper) = &step.paper {
            facts.extend(self.paper_facts(paper, step));
        }
        if step.row.is_none() {
            facts.extend(self.teller().facts(said(step), &TOLD_ELSEWHERE));
            facts.extend(self.teller().decided(&step.shown.body, &step.signatures));
            facts.extend(self.payee(&step.shown.body));
        }
        let teller = self.teller();
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
            marks: self.marks(step),
            compared: step.corrects.as_ref().map(|comparison| Compared::of(comparison, &teller)),
            found: step.findings.iter().map(|finding| Found::of(finding, &teller)).collect(),
        }
    }

    fn step_title(&self, step: &Step) -> String {
        let w = self.words();
        let in_paper = match Kind::parse(&step.record.kind) {
            Some(Kind::ListRows) => w.list_row,
            Some(Kind::BudgetRows) => w.budget_row,
            _ => w.decree_row,
        };
        match step.row.as_ref().and_then(|row| row.get("row")?.as_u64()) {
            Some(row) => format!("{in_paper} {row}"),
            None => w.kind(&step.record.kind).to_owned(),
        }
    }

    /// The rules refuse a warrant to any account but the registered one, so the page says that; its commitment is on
    /// the entry's page.
    fn payee(&self, body: &Value) -> Option<Fact> {
        body.get("payee")?;
        let w = self.words();
        Some(Fact::plain(w.payee_account, w.payee_registered))
    }

    fn paper_facts(&self, paper: &Paper, step: &Step) -> Vec<Fact> {
        let w = self.words();
        let number = paper.body.get("number").and_then(Value::as_str).unwrap_or(&paper.about);
        let label = match paper.about.split('/').next() {
            Some("list") => w.list_number,
            Some("budget") => w.budget_number,
            _ => w.decree_number,
        };
        let mut facts = vec![Fact::linked(label, number, super::papers::address(&paper.about, self.lang))];
        if step.row.is_some() {
            facts.extend(self.teller().decided(&paper.body, &step.signatures));
        }
        facts
    }

    /// The documents of all steps, each once; a decree's paper stands in its first entry.
    fn documents(&self) -> Vec<Document> {
        let mut documents: Vec<Document> = Vec::new();
        for step in &self.history.steps {
            let own = self.teller().documents(&step.shown.body, step.record.index);
            let paper = step.paper.iter().flat_map(|paper| self.teller().documents(&paper.body, paper.index));
            for document in own.into_iter().chain(paper) {
                if !documents.iter().any(|known| known.sha256 == document.sha256) {
                    documents.push(document);
                }
            }
        }
        documents
    }

    fn citation(&self, base: &str) -> String {
        let grant = &self.history.grant;
        // The entry that the leaf hash is of: notes come later and are none of the grant's own.
        let last = self.history.last_said().map_or(grant.last_index, |step| step.record.index);
        let leaf = &self.history.head.to_hex()[..16];
        let government = self.founding.government(self.lang);
        let entry = self.words().entry_heading.to_lowercase();
        format!(
            "{government}, {}, {}, {entry} {last} ({leaf}), {base}{}/grants/{}",
            self.recipient(),
            grant.id,
            self.lang.prefix(),
            grant.id
        )
    }
}

/// The first of these next steps for which there is a limit.
fn limited<'n>(next: &'n [Value], founding: &Founding) -> Option<&'n str> {
    let due = next.iter().filter(|step| step.get("due").is_some());
    let mut kinds = due.filter_map(|step| step.get("kind").and_then(Value::as_str));
    kinds.find(|kind| founding.limit(kind).is_some())
}

/// The five papers that account for a grant (Permendagri 32/2011 art. 18), each with the latest entry that brings it.
fn evidence(history: &History, w: &Words) -> Vec<(&'static str, Option<u64>)> {
    if history.grant.migrated {
        return Vec::new();
    }
    let latest = |kinds: &[Kind]| {
        let of_it = |step: &&Step| kinds.iter().any(|kind| step.record.kind == kind.name());
        history.steps.iter().rev().find(of_it).map(|step| step.record.index)
    };
    let in_decree = |step: &&Step| {
        step.paper.as_ref().is_some_and(|paper| {
            paper.about.starts_with("decree/") && paper.body.get("document").is_some() && step.row.is_some()
        })
    };
    let decree =
        history.steps.iter().rev().find(in_decree).and_then(|step| step.paper.as_ref()).map(|paper| paper.index);
    let proposal =
        [Kind::ApplicationSubmitted, Kind::ApplicationFiledAtCounter, Kind::ApplicationRevised, Kind::NeedRecorded];
    vec![
        (w.evidence_proposal, latest(&proposal)),
        (w.evidence_decree, decree),
        (w.evidence_agreement, latest(&[Kind::AgreementSigned, Kind::AgreementAmended])),
        (w.evidence_pledge, latest(&[Kind::IntegrityPledged])),
        (w.evidence_transfer, latest(&[Kind::FundsCredited, Kind::GoodsHandedOver, Kind::CashPaid])),
    ]
}

/// Where what the page says comes from.
fn source(history: &History, w: &Words) -> Vec<String> {
    let mut told = Vec::new();
    let (first, last) = (history.steps.first(), history.steps.last());
    if let Some((first, last)) = first.zip(last) {
        told.push(w.source_entries(history.steps.len(), first.record.index, last.record.index));
    }
    let copied = first.and_then(|step| step.shown.body.get("source")).filter(|_| history.grant.migrated);
    if let Some(copied) = copied {
        let sha256 = copied.get("file_sha256").and_then(Value::as_str).unwrap_or_default();
        told.push(w.source_file(copied.get("row").and_then(Value::as_u64).unwrap_or_default(), sha256));
    }
    if !history.grant.adopted.is_empty() {
        told.push(w.source_adopted.to_owned());
    }
    told.push(w.source_computed.to_owned());
    told
}

fn said(step: &Step) -> Said<'_> {
    Said { kind: &step.record.kind, body: &step.shown.body, erased: &step.shown.erased }
}

/// The entries of a history, with spaces between.
fn entries(history: &History) -> String {
    let entries: Vec<String> = history.steps.iter().map(|step| step.record.index.to_string()).collect();
    entries.join(" ")
}

/// The length of an amount beside the largest, in percent.
fn share(minor: i64, largest: u64) -> u32 {
    let share = u128::from(minor.unsigned_abs()) * 100 / u128::from(largest.max(1));
    u32::try_from(share.min(100)).unwrap_or(100)
}

/// One grant.
pub(super) async fn page(State(site): State<Site>, visit: Visit, Path(id): Path<String>) -> Result<Response, Fault> {
    let (founding, paces) = (site.founding.clone(), site.memory.paces_made());
    let read = site.pool.read(move |reader| {
        let history = History::read(reader, &founding.origin, &id)?;
        let next: Vec<Value> = serde_json::from_str(&history.grant.next).unwrap_or_default();
        let usual = match (limited(&next, &founding), paces) {
            (Some(kind), Some(paces)) => {
                paces.with(reader, &founding, |pace| pace.usual(&history.grant.way.0, kind))?
            }
            _ => None,
        };
        Ok((history, usual))
    });
    let (history, usual) = read.await?;
    let view = View { founding: &site.founding, lang: visit.lang, history: &history, usual };
    let (w, grant, base) = (visit.lang.words(), &history.grant, visit.base(&site.founding));
    let last = history.steps.last().map_or(grant.last_index, |step| step.record.index);
    let (title, recipient) = (w.title_of(&grant.title, grant.migrated), view.recipient());
    let day = |text: &str| view.day(text).map(|day| day.words().to_owned()).unwrap_or_default();
    let has_sealed = |step: &Step| step.shown.body.get("sealed").is_some() || step.shown.body.get("payee").is_some();
    let evidence = evidence(&history, w);
    let titled = |code: &str, title: &str| (!code.is_empty()).then(|| title.to_owned());
    let page = GrantPage {
        frame: Frame::of(&site, &visit, format!("{title}, {recipient}")),
        w,
        status: w.status(&grant.status).to_owned(),
        field: titled(&grant.field, site.founding.field(&grant.field, visit.lang)),
        agency: titled(&grant.agency, site.founding.agency(&grant.agency, visit.lang)),
        organisation: grant.organisation.map(|n| format!("{}/orgs/{n}", visit.lang.prefix())),
        where_now: view.where_now(),
        evidence_count: w.evidence_count(evidence.iter().filter(|(_, entry)| entry.is_some()).count()),
        evidence,
        source: source(&history, w),
        irregular: view.irregular(),
        rungs: view.rungs(),
        missed: history.missed.as_ref().map(|missed| w.report_was_due(&day(&missed.due), &day(&missed.as_of))),
        sealed: history.steps.iter().any(has_sealed),
        reports: view.reports(),
        stops: history.steps.iter().map(|step| view.stop(step)).collect(),
        documents: with_place(&site, visit.lang, view.documents()).await?,
        numbers: grant.numbers.split('\n').filter(|number| !number.is_empty()).map(str::to_owned).collect(),
        command: format!("hibah verify {base} --vkey '{}'", site.founding.vkey()),
        citation: view.citation(&base),
        qr: Qr::of_latest(&history, &format!("{base}{}", visit.lang.prefix())),
        checked: entries(&history),
        grant,
        title,
        recipient,
        last,
    };
    html(&page)
}
