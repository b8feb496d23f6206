//! What of the ledger and the outbox is news for an organisation: what an applicant waits for, and nothing of what offices
//! do among themselves.

use std::collections::HashSet;

use serde_json::Value;

use super::words::{News, What};
use crate::desk::pages::titles_of;
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Currency};
use crate::grants::one::stages;
use crate::grants::one::state::State as One;
use crate::grants::time::Date;
use crate::ledger::reader::{Reader, Record};
use crate::ledger::store::StoreError;

/// How many days before a report is due it is told, the nearest first.
const TOLD_DAYS: [i64; 2] = [7, 30];

/// What news are made with.
pub struct Maker<'a> {
    /// The ledger, as far as it is signed.
    pub reader: &'a Reader,
    /// Its origin.
    pub origin: &'a str,
    /// Its currency.
    pub currency: Currency,
    /// The organisations that are written to.
    pub orgs: &'a HashSet<u64>,
}

/// A report that is not there yet: whose, of which case, and until when.
pub type Awaited = (u64, CaseId, Date);

/// The reports that these organisations have not handed in.
#[must_use]
pub fn awaited(state: &One, orgs: &HashSet<u64>) -> Vec<Awaited> {
    let Some(profile) = state.profile() else { return Vec::new() };
    let of = |n: &u64| {
        let n = *n;
        state.cases_of(n).filter_map(move |(id, case)| Some((n, id, stages::report_waits_until(profile, &case.core)?)))
    };
    orgs.iter().flat_map(of).collect()
}

fn text(body: &Value, name: &str) -> String {
    // A text that was erased is empty.
    body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

impl Maker<'_> {
    fn money(&self, value: Option<&Value>) -> String {
        let amount = value.and_then(Value::as_i64).and_then(Amount::from_minor);
        amount.map(|amount| self.currency.display(amount)).unwrap_or_default()
    }

    /// News about a case, if somebody is to be told.
    fn of_case(&self, id: CaseId, event: String, entry: Option<u64>, what: What) -> Result<Option<News>, StoreError> {
        let CaseOwner::Org(org) = id.owner else { return Ok(None) };
        if !self.orgs.contains(&org) {
            return Ok(None);
        }
        let case = About::Case(id).to_string();
        let title = titles_of(self.reader, std::slice::from_ref(&case))?.remove(&case).unwrap_or_default();
        Ok(Some(News { org, name: self.name(org)?, event, entry, case: Some((case, title)), what }))
    }

    fn of_org(&self, org: u64, event: String, entry: Option<u64>, what: What) -> Result<Option<News>, StoreError> {
        if !self.orgs.contains(&org) {
            return Ok(None);
        }
        Ok(Some(News { org, name: self.name(org)?, event, entry, case: None, what }))
    }

    fn name(&self, org: u64) -> Result<String, StoreError> {
        Ok(self.reader.organisation(org)?.map(|found| found.name).unwrap_or_default())
    }

    /// What an entry is news of.
    ///
    /// # Errors
    /// What the files report.
    pub fn of_entry(&self, record: &Record) -> Result<Vec<News>, StoreError> {
        let (entry, kind) = (record.index, Kind::parse(&record.kind));
        let told = [
            Kind::CaseReturned,
            Kind::DecisionRefused,
            Kind::CaseCancelled,
            Kind::WarrantIssued,
            Kind::WarrantCancelled,
            Kind::FundsReturned,
            Kind::CashPaid,
            Kind::UseReviewed,
            Kind::FlagRaised,
            Kind::DecreeSealed,
            Kind::KeyReplaced,
        ];
        let Some(kind) = kind.filter(|kind| told.contains(kind)) else { return Ok(Vec::new()) };
        if kind == Kind::DecreeSealed {
            return self.of_decree(record);
        }
        let Some(statement) = self.reader.statement(entry, self.origin)? else { return Ok(Vec::new()) };
        let body = self.reader.body_shown(entry, &statement)?;
        let what = match kind {
            // To a stage done before, it is the offices' matter.
            Kind::CaseReturned if body.get("to").is_some() => return Ok(Vec::new()),
            Kind::CaseReturned => What::Returned(text(&body, "reason")),
            Kind::DecisionRefused => What::Refused(text(&body, "reason")),
            Kind::CaseCancelled => What::Cancelled(text(&body, "reason")),
            // The order, not the money: a bank sends it.
            Kind::WarrantIssued => What::Ordered(self.money(body.get("amount"))),
            Kind::WarrantCancelled => What::TakenBack(text(&body, "reason")),
            Kind::FundsReturned => {
                What::CameBack { amount: self.money(body.get("amount")), reason: text(&body, "reason") }
            }
            Kind::CashPaid => What::Paid(self.money(body.get("amount"))),
            Kind::UseReviewed => {
                let accepted = body.get("outcome").and_then(Value::as_str) == Some("accepted");
                What::Reviewed { accepted, reason: text(&body, "reason") }
            }
            Kind::KeyReplaced => What::Replacing(text(&body, "reason")),
            _ => What::Flagged(text(&body, "fact")),
        };
        let event = format!("entry/{entry}");
        let case = match kind {
            Kind::FlagRaised => body.get("case").and_then(Value::as_str).and_then(CaseId::parse),
            _ => CaseId::parse(&record.about),
        };
        let own = match About::parse(&record.about) {
            Some(About::Org(org)) => Some(org),
            _ => body.get("org").and_then(Value::as_u64),
        };
        let news = match (case, own) {
            (Some(case), _) => self.of_case(case, event, Some(entry), what)?,
            (None, Some(org)) => self.of_org(org, event, Some(entry), what)?,
            (None, None) => None,
        };
        Ok(news.into_iter().collect())
    }

    /// The rows of a decree take effect with its seal.
    fn of_decree(&self, record: &Record) -> Result<Vec<News>, StoreError> {
        let mut news = Vec::new();
        let rows = self.reader.timeline(&record.about)?;
        for rows in rows.into_iter().filter(|rows| rows.kind == Kind::DecreeRows.name() && rows.index < record.index) {
            let Some(statement) = self.reader.statement(rows.index, self.origin)? else { continue };
            for row in statement.body().get("rows").and_then(Value::as_array).into_iter().flatten() {
                let Some(case) = row.get("case").and_then(Value::as_str).and_then(CaseId::parse) else { continue };
                let event = format!("entry/{}/{}", record.index, About::Case(case));
                let what = What::Decreed(self.money(row.get("amount")));
                news.extend(self.of_case(case, event, Some(record.index), what)?);
            }
        }
        Ok(news)
    }

    /// Reports that are due soon or late: each is told once at 30 days, at 7, and when it is late.
    ///
    /// # Errors
    /// What the files report.
    pub fn of_reports(&self, awaited: &[Awaited], today: Date) -> Result<Vec<News>, StoreError> {
        let mut news = Vec::new();
        for (_, case, due) in awaited {
            let left = today.days_until(*due);
            let (step, what) = match TOLD_DAYS.into_iter().find(|days| left <= *days) {
                _ if left < 0 => ("late".to_owned(), What::Late(*due)),
                Some(days) => (days.to_string(), What::Due(*due, left)),
                None => continue,
            };
            news.extend(self.of_case(*case, format!("due/{}/{due}/{step}", About::Case(*case)), None, what)?);
        }
        Ok(news)
    }

    /// A statement that waits for the signature of an organisation.
    ///
    /// # Errors
    /// What the files report.
    pub fn of_waiting(&self, org: u64, waiting: &[String; 5]) -> Result<Option<News>, StoreError> {
        let [hash, kind, about, until, _] = waiting.clone();
        let (event, what) = (format!("sign/{hash}"), What::Sign { hash, kind, until });
        match CaseId::parse(&about).filter(|case| case.owner == CaseOwner::Org(org)) {
            Some(case) => self.of_case(case, event, None, what),
            None => self.of_org(org, event, None, what),
        }
    }
}
