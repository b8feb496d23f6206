//! A case: from application to report, one step after another.

use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{self, Amount};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::shape::Label;
use crate::grants::zero::bodies::{
    AgreementSigned, AmountRecommended, ApplicationSubmitted, Body, Checklist, FundsCredited, WarrantIssued,
};
use crate::grants::zero::change::{Edit, NewCase, Step};
use crate::grants::zero::state::{Case, Closed, Next};

use super::signers::Required;
use super::{Bench, Outcome, form, refuse, stages};

impl Bench<'_> {
    pub(super) fn submitted(&self, id: CaseId, body: &ApplicationSubmitted) -> Outcome {
        let Some(field) = self.profile().field(&body.field.0) else {
            return Err(form(format!("The profile has no field {}; name one of its fields", body.field.0)));
        };
        self.signed_by(&self.step_required(id, Kind::ApplicationSubmitted, &field.agency.0))?;
        if let Some(agency) = &body.agency
            && *agency != field.agency
        {
            let sentence = format!(
                "The agency of field {} is {}, not {}; leave agency out",
                body.field.0, field.agency.0, agency.0
            );
            return Err(form(sentence));
        }
        self.titles_are_known()?;
        let case = NewCase {
            title: body.title.0.as_str().into(),
            field: body.field.0.as_str().into(),
            agency: field.agency.0.as_str().into(),
            fiscal_year: body.fiscal_year.0,
            asked: body.amount,
        };
        Ok((Edit::Open { id, case }, vec![About::Case(id)]))
    }

    /// Any statement about a case that exists: the checks that all steps share, then the step's own.
    pub(super) fn case_step(&self, id: CaseId, body: &Body) -> Outcome {
        let case = self.open_case(id)?;
        let kind = body.kind();
        if kind == Kind::DecisionRefused {
            return self.refused(id, case, body);
        }
        self.said_by(body, &self.step_required(id, kind, &case.agency))?;
        self.undisputed(id)?;
        self.titles_are_known()?;
        if let Body::WarrantIssued(_) = body {
            self.rests_on_decree_and_agreement(id, case)?;
        }
        let stage = self.in_order(id, case, kind)?;
        let step = Step { stage: Some(stage), ..self.step(id, case, body)? };
        Ok((Edit::Step { id, step }, vec![About::Case(id)]))
    }

    /// B1: a case that is closed or in an open decree takes no step.
    fn open_case(&self, id: CaseId) -> Result<&Case, Refusal> {
        let Some(case) = self.state.case(&id) else {
            return refuse(
                Rule::B4,
                format!("No application {id} is on the ledger; the organisation must submit it first"),
            );
        };
        self.not_closed(id, case)?;
        self.not_held(id, case)?;
        Ok(case)
    }

    pub(super) fn not_closed(&self, id: CaseId, case: &Case) -> Result<(), Refusal> {
        let why = match case.closed {
            None => return Ok(()),
            Some(Closed::Refused) => "was refused",
            Some(Closed::Reported) => "is closed, for its use was reported",
        };
        refuse(Rule::B1, format!("{id} {why} and takes nothing more; a new undertaking needs a new application"))
    }

    pub(super) fn not_held(&self, id: CaseId, case: &Case) -> Result<(), Refusal> {
        match case.held_by {
            None => Ok(()),
            Some(decree) => {
                refuse(Rule::B1, format!("{id} is held by {decree}; wait until that decree is sealed or abandoned"))
            }
        }
    }

    /// formats.md section 4: a disputed case takes only what mends it; of that, rule set 0 has the refusal.
    pub(super) fn undisputed(&self, id: CaseId) -> Result<(), Refusal> {
        if self.state.is_disputed(&id) {
            return refuse(
                Rule::B2,
                format!(
                    "{id} is disputed, for a revoked key has signed about it while suspect; it takes a refusal only"
                ),
            );
        }
        Ok(())
    }

    /// Public documents bear titles from the profile's list only.
    pub(super) fn titles_are_known(&self) -> Result<(), Refusal> {
        let titles = &self.profile().documents;
        match self.claim.body().documents().into_iter().find(|document| !titles.contains(&document.title)) {
            None => Ok(()),
            Some(_) => Err(form("A document has a title that the profile does not list; choose one of its titles")),
        }
    }

    /// B1: the kind is what comes next by the profile's stages. Answers its place there.
    pub(super) fn in_order(&self, id: CaseId, case: &Case, kind: Kind) -> Result<u8, Refusal> {
        let Some(stage) = stages::position(self.profile(), kind) else {
            return refuse(Rule::B1, format!("The profile has no stage {kind}; leave it out"));
        };
        let next = stages::next(self.profile(), Some(case));
        if next.iter().any(|next| next.kind == kind) {
            return Ok(stage);
        }
        let reached = self.profile().stages.get(usize::from(case.stage)).copied();
        let reached = reached.map_or("nothing", Kind::name);
        let sentence = format!("{id} is at {reached}, so {kind} is out of order; next is {}", wording(&next));
        refuse(Rule::B1, sentence)
    }

    /// B5.
    fn rests_on_decree_and_agreement(&self, id: CaseId, case: &Case) -> Result<(), Refusal> {
        if case.decree.is_none() {
            return refuse(
                Rule::B5,
                format!("{id} has no sealed decree; a warrant rests on one, so issue and seal it first"),
            );
        }
        if case.figures.get(Figure::Agreed).is_none() {
            return refuse(Rule::B5, format!("{id} has no signed agreement; a warrant rests on one, so sign it first"));
        }
        Ok(())
    }

    fn step(&self, id: CaseId, case: &Case, body: &Body) -> Result<Step, Refusal> {
        match body {
            Body::AmountRecommended(body) => self.recommended(body),
            Body::AgreementSigned(body) => agreed(id, case, body),
            Body::WarrantIssued(body) => self.warranted(id, case, body),
            Body::FundsCredited(body) => credited(id, case, body),
            Body::UseReported(body) => {
                let step = figure(Figure::Reported, body.amount);
                Ok(Step { closed: Some(Closed::Reported), ..step })
            }
            // A request for disbursement adds no figure of its own.
            _ => Ok(Step::default()),
        }
    }

    fn recommended(&self, body: &AmountRecommended) -> Result<Step, Refusal> {
        self.checklist_is_answered(body.checklist.as_ref())?;
        let number = body.control_number.as_ref().and_then(|number| numbered(Kind::AmountRecommended, number));
        Ok(Step { number, ..figure(Figure::Recommended, body.amount) })
    }

    /// A checklist, where there is one, answers exactly the profile's items.
    fn checklist_is_answered(&self, checklist: Option<&Checklist>) -> Result<(), Refusal> {
        let Some(answers) = checklist else {
            return Ok(());
        };
        let mut items: Vec<&str> = self.profile().checklist.iter().flatten().map(|term| term.code.0.as_str()).collect();
        items.sort_unstable();
        if answers.0.keys().map(String::as_str).eq(items.iter().copied()) {
            return Ok(());
        }
        let items = if items.is_empty() { "none".to_owned() } else { items.join(", ") };
        Err(form(format!("The checklist must answer exactly the profile's items, {items}; correct it and sign again")))
    }

    fn warranted(&self, id: CaseId, case: &Case, body: &WarrantIssued) -> Result<Step, Refusal> {
        if let Some(payee) = &body.payee {
            let org = match id.owner {
                CaseOwner::Org(n) => self.state.org(n).map(|org| (About::Org(n).to_string(), org.account)),
                CaseOwner::Agency(_) => None,
            };
            let same = org.is_some_and(|(about, account)| {
                payee.about.0 == about && payee.commitment == account && payee.pointer.0 == "/body/sealed/account"
            });
            if !same {
                return Err(form(format!(
                    "The payee is not the account that the organisation of {id} registered; repeat that commitment and its place"
                )));
            }
        }
        let paid = case.figures.get(Figure::Paid).unwrap_or(Amount::ZERO);
        let agreed = case.figures.get(Figure::Agreed).unwrap_or(Amount::ZERO);
        let sum = money::sum([paid, body.amount]);
        match paid.checked_add(body.amount).filter(|&sum| sum <= agreed) {
            Some(sum) => Ok(Step {
                uncredited: Some(body.amount),
                number: numbered(Kind::WarrantIssued, &body.number),
                ..figure(Figure::Paid, sum)
            }),
            None => refuse(
                Rule::B6,
                format!(
                    "The warrants of {id} would add up to {sum}, more than the agreement's {agreed}; lower the amount"
                ),
            ),
        }
    }

    /// Whoever holds the stage may refuse until the first payment.
    fn refused(&self, id: CaseId, case: &Case, body: &Body) -> Outcome {
        let Some(holder) = stages::may_refuse(self.profile(), case) else {
            let next = wording(&stages::next(self.profile(), Some(case)));
            return refuse(Rule::B1, format!("No office may refuse {id} now; next is {next}"));
        };
        let required = self.step_required(id, holder.kind, &case.agency);
        self.said_by(body, &Required { org: None, ..required })?;
        let step = Step { closed: Some(Closed::Refused), ..Step::default() };
        Ok((Edit::Step { id, step }, vec![About::Case(id)]))
    }
}

fn agreed(id: CaseId, case: &Case, body: &AgreementSigned) -> Result<Step, Refusal> {
    let decreed = case.figures.get(Figure::Decreed).unwrap_or(Amount::ZERO);
    if body.amount > decreed {
        return refuse(
            Rule::B6,
            format!("The agreement of {id} over {} is more than the decree's {decreed}; lower the amount", body.amount),
        );
    }
    Ok(Step {
        report_due: Some(body.report_due),
        number: numbered(Kind::AgreementSigned, &body.number),
        ..figure(Figure::Agreed, body.amount)
    })
}

fn credited(id: CaseId, case: &Case, body: &FundsCredited) -> Result<Step, Refusal> {
    let ordered = case.uncredited.unwrap_or(Amount::ZERO);
    if body.amount > ordered {
        return refuse(
            Rule::B6,
            format!(
                "A credit of {} to {id} is more than the last warrant's {ordered}; correct the amount",
                body.amount
            ),
        );
    }
    let before = case.figures.get(Figure::Credited).unwrap_or(Amount::ZERO);
    // At most what was paid, which is within the limits.
    match before.checked_add(body.amount) {
        Some(sum) => Ok(figure(Figure::Credited, sum)),
        None => {
            refuse(Rule::B6, format!("The credits of {id} add up to more than an amount can hold; correct the amount"))
        }
    }
}

fn figure(figure: Figure, amount: Amount) -> Step {
    Step { figure: Some((figure, amount)), ..Step::default() }
}

fn numbered(kind: Kind, number: &Label) -> Option<(Kind, Box<str>)> {
    Some((kind, number.0.as_str().into()))
}

/// `warrant.issued by treasury, or use.reported by the organisation`.
fn wording(next: &[Next]) -> String {
    let one = |next: &Next| {
        let who = match (next.office, next.organisation) {
            (Some(role), true) => format!("{} and the organisation", role.name()),
            (Some(role), false) => role.name().to_owned(),
            (None, _) => "the organisation".to_owned(),
        };
        format!("{} by {who}", next.kind)
    };
    if next.is_empty() { "nothing".to_owned() } else { next.iter().map(one).collect::<Vec<_>>().join(", or ") }
}
