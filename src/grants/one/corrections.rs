//! What mends the record: a correction, by another person with whoever signs the kind; and the confirmation of what a
//! revoked key has signed. Both versions stay visible.

use std::num::NonZeroU64;
use std::sync::Arc;

use super::amounts::{self, Act, Fit};
use super::applications::Beginning;
use super::bodies::{Body, CorrectionRecorded, EntryConfirmed};
use super::change::Edit;
use super::keys::Holder;
use super::parties::{Party, parties};
use super::profile::Profile;
use super::signers::{Need, Needs, Persons, Signed};
use super::state::{Known, NumberKey};
use super::things::{Case, Core, Facts, More, PersonNumber, Said, Trace};
use super::{Bench, Made, Outcome, refuse, stages};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::claim::Envelope;
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::sentence;
use crate::grants::shape::Label;
use crate::grants::time::Date;

/// Which statement a correction replaces.
struct Target {
    /// Its place in the trace.
    at: usize,
    /// The place of the correction that it replaces too, where this is not the first.
    before: Option<usize>,
}

impl<'a> Bench<'a> {
    pub(super) fn corrected(&self, id: CaseId, case: &'a Case, body: &CorrectionRecorded) -> Outcome {
        let target = self.target(id, &case.trace, body.entry)?;
        let old = &case.trace[target.at];
        let new = Body::parse(old.kind, &body.body.0)?;
        let envelope = Envelope { event_date: body.event_date.unwrap_or(old.event_date), ..self.envelope.clone() };
        // The corrected statement, judged as if it were said now of its own day.
        let at = Bench { envelope: &envelope, body: &new, ..*self };
        self.not_after_recording(old, envelope.event_date)?;
        let persons = self.two_persons(id, case, old, &at)?;
        self.free_of_personal_data()?;
        at.free_of_personal_data()?;
        at.titles_are_known()?;
        at.payee_repeats(id)?;
        at.goes_the_same_way(case, &target)?;
        let mut core = Box::new(case.core.clone());
        if let Some(duty) = Self::duty_of(old.kind) {
            at.apart(id, case, &persons, duty)?;
            let duties = persons.iter().map(|&person| (person, duty));
            let more: Vec<_> = duties.filter(|duty| !core.duties.contains(duty)).collect();
            Arc::make_mut(&mut core.duties).extend(more);
        }
        let number = at.corrected_number(id, case, old)?;
        at.corrected_terms(id, &core)?;
        let trace = self.mended(&case.trace, &target, &at, number.clone());
        fold(self.profile, id, &mut core, &trace, target.at)?;
        at.retitle(&mut core, &trace, &target);
        self.settle(&mut core);
        let edit = match self.barred_until(id, old, &trace) {
            Some(until) => Edit::MendBar(id, core, trace, until),
            None => Edit::Mend(id, core, trace),
        };
        let (used, freed) = match (number, old.used().cloned()) {
            (Some(new), Some(old)) if new == old => (Vec::new(), Vec::new()),
            (new, old) => (new.into_iter().collect(), old.into_iter().collect()),
        };
        Ok(Made { used, freed, ..Made::of(edit, About::Case(id)) })
    }

    /// B1: the entry is about the case, may be corrected, and is not corrected yet.
    fn target(&self, id: CaseId, trace: &[Trace], entry: u64) -> Result<Target, Refusal> {
        let Some(named) = trace.iter().position(|trace| trace.index == entry) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "Entry {entry} is not about {id}; name one of the case's own entries",
                    "Entri {entry} bukan mengenai {id}; sebutkan salah satu entri kasus itu sendiri"
                ),
            );
        };
        if let Some(by) = trace[named].superseded() {
            return refuse(
                Rule::B1,
                sentence!(
                    "Entry {entry} is corrected by entry {by} already; correct entry {by} if it is wrong too",
                    "Entri {entry} sudah dikoreksi oleh entri {by}; koreksi entri {by} bila itu juga salah"
                ),
            );
        }
        let target = match trace[named].kind {
            Kind::CorrectionRecorded => {
                let first = trace.iter().position(|trace| trace.superseded() == Some(entry));
                first.map(|at| Target { at, before: Some(named) })
            }
            _ => Some(Target { at: named, before: None }),
        };
        match target.filter(|target| correctable(trace[target.at].kind)) {
            Some(target) => Ok(target),
            None => refuse(
                Rule::B1,
                sentence!(
                    "Entry {entry} is {}, which no correction replaces; what a list, budget or decree says is amended by another",
                    "Entri {entry} adalah {:#}, yang tidak dapat digantikan koreksi; isi daftar, APBD, atau keputusan diubah dengan dokumen lain",
                    trace[named].kind
                ),
            ),
        }
    }

    /// B9: what is corrected had happened when it was recorded.
    fn not_after_recording(&self, old: &Trace, day: Date) -> Result<(), Refusal> {
        let recorded = old.at.local_date(self.profile.utc_offset_min);
        if day <= recorded {
            return Ok(());
        }
        refuse(
            Rule::B9,
            sentence!(
                "The corrected event_date {day} is after {recorded}, when entry {} was recorded; correct it",
                "Tanggal kejadian (event_date) yang dikoreksi {day:#} sesudah {recorded:#}, saat entri {} dicatat; perbaiki",
                old.index
            ),
        )
    }

    /// B2 and B3: whoever signs the kind, and the second office by another person. Answers who said the kind.
    fn two_persons<'b>(&self, id: CaseId, case: &'b Case, old: &Trace, at: &Bench<'b>) -> Result<Persons, Refusal> {
        let own = at.needs_of_superseded(id, &case.core, old)?;
        // The second office first: it has one role, and an own need may have several.
        let second = self.needs(Kind::CorrectionRecorded, None)?;
        let needs: Vec<Need> = second.iter().chain(&own).copied().collect();
        let signed = self.signed_by(&needs)?;
        let decided = at.body.decided_by().map(|decided| at.decided_by(decided, &own)).transpose()?;
        let officials: Vec<(bool, PersonNumber)> = signed
            .officials
            .iter()
            .filter_map(|&n| {
                let official = self.state.official(n)?;
                let office = self.profile.office(&official.office)?;
                Some((second.iter().any(|need| self.plays(office, need)), official.person_number))
            })
            .collect();
        let twice = officials
            .iter()
            .enumerate()
            .any(|(at, (_, person))| officials[..at].iter().any(|(_, other)| other == person));
        let seconds = officials.iter().filter(|(second, person)| *second && Some(*person) != decided).count();
        if twice || seconds == 0 {
            return refuse(
                Rule::B3,
                sentence!(
                    "A correction of {} needs a second person, not the one who signed or decided; let another sign",
                    "Koreksi atas {:#} memerlukan orang kedua, bukan yang menandatangani atau memutuskan; minta orang lain menandatangani",
                    old.kind
                ),
            );
        }
        // Where both are of the second office nobody can tell which of the two is the second.
        let all = officials.iter().all(|(second, _)| *second);
        let said = signed
            .officials
            .iter()
            .zip(&officials)
            .filter(|(_, (second, _))| all || !second)
            .map(|(&n, _)| n)
            .collect();
        Ok(self.persons(&Signed { officials: said }, decided))
    }

    /// Who signs the superseded kind. Whoever held the pen is known by the office that signed.
    fn needs_of_superseded(&self, id: CaseId, core: &'a Core, old: &Trace) -> Result<Needs<'a>, Refusal> {
        if !parties(old.kind).contains(&Party::Pen) {
            return self.needs(old.kind, Some((id, core)));
        }
        let holders = old.keys.iter().flatten().map(|&key| self.state.keys.at(key).holder());
        let offices = holders.filter_map(|holder| match holder {
            Holder::Official(n) => self.state.official(n),
            _ => None,
        });
        Ok(offices.map(|official| Need::OfficeCode { office: &official.office, not: None }).collect())
    }

    /// Form: a correction changes amounts, numbers, dates, texts and documents, never which way the case went.
    fn goes_the_same_way(&self, case: &Case, target: &Target) -> Result<(), Refusal> {
        let (facts, old) = (&case.core.facts, &case.trace[target.at]);
        let classified = |after: usize| case.trace[after..].iter().any(|trace| trace.kind == Kind::CaseClassified);
        let field = |own: &str, after: usize| classified(after) || *facts.field == *own;
        let way = |way, form, year| (way, form, year) == (facts.way, facts.form, facts.fiscal_year);
        let stays = match (self.body, Beginning::of(self.body)) {
            (body, Some(begins)) => {
                // The steps since then rest on the stage that it was adopted at.
                let done = !matches!(body, Body::CaseAdopted(body) if !case.core.done.has(body.stage));
                way(begins.way, begins.form, begins.fiscal_year) && field(&begins.field.0, target.at) && done
            }
            (Body::CaseClassified(body), None) => field(&body.field.0, target.at + 1),
            _ => match (amounts::said(self.body), old.said()) {
                // The stages since then rest on how many instalments there are.
                (Said::Terms { plan, .. }, Said::Terms { plan: before, .. }) => {
                    plan.len().max(1) == before.len().max(1)
                }
                (Said::Review { accepted, .. }, Said::Review { accepted: before, .. }) => accepted == *before,
                (said @ (Said::Final(_) | Said::Returned(_)), before) => said == *before,
                _ => true,
            },
        };
        if stays {
            return Ok(());
        }
        Err(Refusal::form(sentence!(
            "The correction of entry {} changes the way, field, year, stage, outcome or number of instalments, on which later steps rest; correct amounts, numbers, dates, texts and documents only",
            "Koreksi entri {} mengubah jalur, bidang, tahun, tahap, hasil, atau banyaknya tahap pembayaran, yang menjadi dasar langkah sesudahnya; koreksi hanya jumlah, nomor, tanggal, teks, dan dokumen",
            old.index
        )))
    }

    /// B10, and the number as corrected. The office stays the one whose number it was.
    fn corrected_number(&self, id: CaseId, case: &Case, old: &Trace) -> Result<Option<NumberKey>, Refusal> {
        let office = old.used().map(NumberKey::office);
        let number = self.numbered(self.body, case.core.facts.fiscal_year, office);
        if let Some(key) = number.as_ref().filter(|&key| Some(key) != old.used()) {
            self.number_is_free(id, key)?;
        }
        let warrant = |number: &Label| old.number() == Some(number.0.as_str()) || cancels(&case.trace, old, number);
        match self.body {
            Body::WarrantCancelled(body) if !warrant(&body.number) => refuse(
                Rule::B1,
                sentence!(
                    "Entry {} cancelled another warrant of {id} than {}; name that one",
                    "Entri {} membatalkan SP2D {id} yang lain daripada {}; sebutkan yang itu",
                    old.index,
                    body.number.0
                ),
            ),
            _ => Ok(number),
        }
    }

    /// What the kind asks beside its amounts.
    fn corrected_terms(&self, id: CaseId, core: &Core) -> Result<(), Refusal> {
        match self.body {
            Body::AgreementSigned(body) => self.due_after_signing(body.report_due),
            Body::AgreementAmended(body) => self.due_after_signing(body.report_due),
            Body::PaymentRequested(body) => self.burdens(id, core, body.fiscal_year),
            Body::PaymentVerified(body) => self.items_are_known(body.checklist.as_ref()),
            Body::PaymentOrdered(body) => self.burdens(id, core, body.fiscal_year),
            Body::WarrantIssued(body) => self.burdens(id, core, body.fiscal_year),
            Body::CashPaid(body) => {
                self.burdens(id, core, body.fiscal_year)?;
                self.within_cash(id, body)
            }
            Body::SanctionImposed(body) => self.sanction_holds(id, body),
            _ => Ok(()),
        }
    }

    /// The trace with the statement as corrected.
    fn mended(&self, trace: &[Trace], target: &Target, at: &Bench<'_>, used: Option<NumberKey>) -> Vec<Trace> {
        let mut trace = trace.to_vec();
        if let Some(before) = target.before {
            trace[before].more().superseded = NonZeroU64::new(self.place.index);
        }
        let new = &mut trace[target.at];
        new.event_date = at.envelope.event_date;
        new.amount = at.body.amount();
        new.settled = true;
        let more = new.more();
        if let (Some(base), Body::CaseAdopted(body)) = (&mut more.base, at.body) {
            base.figures = body.amounts.0;
            base.report_due = body.report_due;
        }
        *more = More {
            said: amounts::said(at.body),
            superseded: NonZeroU64::new(self.place.index),
            base: more.base.take(),
            ..More::numbered(at.body.number().map(|(_, number)| number.0.as_str()), used)
        };
        trace
    }

    /// The title is the one that was given last.
    fn retitle(&self, core: &mut Core, trace: &[Trace], target: &Target) {
        let title = match self.body {
            Body::ApplicationRevised(body) => body.title.as_ref(),
            body => Beginning::of(body).map(|begins| begins.title),
        };
        let revised = trace[target.at + 1..].iter().any(|trace| trace.kind == Kind::ApplicationRevised);
        if let Some(title) = title.filter(|title| !revised && *core.facts.title != *title.0) {
            core.facts = Arc::new(Facts { title: title.0.as_str().into(), ..(*core.facts).clone() });
        }
    }

    /// The last day of all sanctions that are known, where a sanction was corrected.
    fn barred_until(&self, id: CaseId, old: &Trace, trace: &[Trace]) -> Option<Date> {
        let (Said::Until(_), CaseOwner::Org(n)) = (old.said(), id.owner) else { return None };
        let others = self.state.cases_of(n).filter(|(other, _)| *other != id).flat_map(|(_, case)| &case.trace);
        let days = trace.iter().chain(others).filter_map(|trace| match trace.said() {
            Said::Until(day) => Some(*day),
            _ => None,
        });
        days.max()
    }

    /// B1 and B2: another key of the same office stands for what a revoked key has signed while suspect.
    pub(super) fn confirmed(&self, about: About, body: &EntryConfirmed) -> Outcome {
        let (trace, core) = match about {
            About::Case(id) => match self.state.known(&id) {
                Some(Known::Whole(case)) => {
                    self.not_held(id)?;
                    (&case.trace, Some((id, &case.core)))
                }
                Some(Known::Archived(residue)) => return self.books_closed(id, residue),
                None => {
                    return Err(Refusal::form(sentence!(
                        "There is no {about}; correct about",
                        "{about} tidak ada; perbaiki about"
                    )));
                }
            },
            About::Org(n) => match self.state.org(n) {
                Some(org) => (&org.trace, None),
                None => {
                    return Err(Refusal::form(sentence!(
                        "There is no {about}; correct about",
                        "{about} tidak ada; perbaiki about"
                    )));
                }
            },
            // `Body::about_agrees` lets no other through.
            _ => {
                return Err(Refusal::form(sentence!(
                    "No entry about {about} is confirmed; correct about",
                    "Entri mengenai {about} tidak dapat ditegaskan; perbaiki about"
                )));
            }
        };
        let Some(at) = trace.iter().position(|trace| trace.index == body.entry) else {
            return refuse(
                Rule::B1,
                sentence!(
                    "Entry {} is not about {about}; name one of its own entries",
                    "Entri {} bukan mengenai {about}; sebutkan salah satu entrinya sendiri",
                    body.entry
                ),
            );
        };
        let needs = self.needs_of_confirmed(&trace[at]);
        if needs.is_empty() {
            return refuse(
                Rule::B1,
                sentence!(
                    "Entry {} of {about} is not disputed, so there is nothing to confirm; leave it out",
                    "Entri {} mengenai {about} tidak disengketakan, sehingga tidak ada yang ditegaskan; batalkan pernyataan ini",
                    body.entry
                ),
            );
        }
        self.signed_by(&needs)?;
        let mut trace = trace.clone();
        trace[at].settled = true;
        let edit = match (core, about) {
            (Some((id, core)), _) => Edit::Mend(id, Box::new(core.clone()), trace),
            (None, About::Org(n)) => Edit::SettleOrg(n, trace),
            (None, _) => Edit::Nothing,
        };
        Ok(Made::of(edit, about))
    }

    /// One signature for each key of the entry that is disputed.
    fn needs_of_confirmed(&self, entry: &Trace) -> Vec<Need<'a>> {
        let keys = entry.keys.iter().flatten().filter(|&&key| !entry.settled && self.state.keys.suspect(key, entry.at));
        let needs = keys.filter_map(|&key| {
            let key = self.state.keys.at(key);
            match key.holder() {
                Holder::Official(n) => self
                    .state
                    .official(n)
                    .map(|official| Need::OfficeCode { office: &official.office, not: Some(key.vkey().id()) }),
                Holder::Org(n) => Some(Need::Org(n)),
                _ => None,
            }
        });
        needs.collect()
    }
}

/// B6 at the corrected statement's place and at each that followed; the amounts after all of them.
fn fold(profile: &Profile, id: CaseId, core: &mut Core, trace: &[Trace], target: usize) -> Result<(), Refusal> {
    let begins = trace.iter().rposition(|trace| trace.base().is_some()).filter(|&begins| begins <= target);
    let Some((begins, base)) = begins.and_then(|at| Some((at, trace[at].base()?))) else {
        return refuse(
            Rule::B1,
            sentence!(
                "Entry {} is from before this rule set, which cannot judge it anew; record an irregularity",
                "Entri {} dari masa sebelum perangkat aturan ini, yang tidak dapat menilainya lagi; catat sebagai kejadian di luar ketentuan",
                trace[target].index
            ),
        );
    };
    let now = core.clone();
    amounts::begin(core, base);
    if begins == target {
        amounts::hold(id, core)?;
    }
    // The base holds the beginning itself, unless that is corrected.
    let begins = begins + usize::from(trace[begins].superseded().is_none());
    for entry in &trace[begins..] {
        if let Some(to) = goes_back(profile, core, entry) {
            stages::forget(profile, core, to);
        }
        let judged = amounts::take(id, core, Act::of(entry), Fit::AtMost);
        judged.map_err(|refusal| at_entry(refusal, entry, &trace[target]))?;
    }
    // Outcomes stay, and so does what followed from them.
    core.pay.final_report = now.pay.final_report;
    core.report_due = core.report_due.or(now.report_due);
    (core.decree, core.nominated) = (now.decree, now.nominated);
    Ok(())
}

/// To which stage a return or a revoked decree took the case.
fn goes_back(profile: &Profile, core: &Core, entry: &Trace) -> Option<Kind> {
    match (entry.said(), entry.kind) {
        (Said::Returned(None), _) => stages::list(profile, core).get(1).copied(),
        (Said::Returned(to), _) => *to,
        (_, Kind::DecreeRevoked) => Some(Kind::DecreeSealed),
        _ => None,
    }
}

/// The case as its trace alone tells its amounts; what every table holds against the case itself.
#[cfg(test)]
pub(super) fn retold(profile: &Profile, id: CaseId, case: &Case) -> Option<Result<Core, Refusal>> {
    case.trace.iter().rposition(|trace| trace.base().is_some())?;
    let mut core = case.core.clone();
    let last = case.trace.len() - 1;
    Some(fold(profile, id, &mut core, &case.trace, last).map(|()| core))
}

/// A later entry would not hold with the corrected one.
fn at_entry(refusal: Refusal, entry: &Trace, target: &Trace) -> Refusal {
    if entry.index == target.index {
        return refusal;
    }
    let sentence = sentence!(
        "With this correction entry {} holds no more: {}",
        "Dengan koreksi ini entri {} tidak lagi sah: {:#}",
        entry.index,
        refusal.sentence
    );
    Refusal::new(refusal.rule, sentence)
}

/// Whether a statement of this kind may be corrected: not what a paper says, and not what mends the record itself.
fn correctable(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::ListNominated
            | Kind::ListRows
            | Kind::ListSealed
            | Kind::ListAbandoned
            | Kind::BudgetEnacted
            | Kind::BudgetAmended
            | Kind::BudgetRows
            | Kind::BudgetSealed
            | Kind::BudgetAbandoned
            | Kind::DecreeIssued
            | Kind::DecreeAmended
            | Kind::DecreeRows
            | Kind::DecreeSealed
            | Kind::DecreeAbandoned
            | Kind::DecreeRevoked
            | Kind::CorrectionRecorded
            | Kind::EntryConfirmed
    )
}

/// Whether a cancellation was of the warrant that bears this number now.
fn cancels(trace: &[Trace], cancellation: &Trace, number: &Label) -> bool {
    let before = trace.iter().take_while(|trace| trace.index != cancellation.index);
    let warrant = before.filter(|trace| trace.kind == Kind::WarrantIssued).last();
    warrant.is_some_and(|warrant| warrant.number() == Some(number.0.as_str()))
}
