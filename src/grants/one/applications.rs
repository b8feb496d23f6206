//! A case begins: an application, a need, or a running case that is taken over from paper. And what is asked changes,
//! or is asked no more.

use std::sync::Arc;

use super::bodies::{ApplicationRevised, Body, CaseAdopted, Form, Way};
use super::cases::{Step, wording};
use super::change::Edit;
use super::profile::{Class, Field};
use super::state::NumberKey;
use super::things::{Closed, Core, Done, Facts, Pay};
use super::{Bench, Made, Outcome, refuse, stages};
use crate::grants::about::{About, CaseId, CaseOwner};
use crate::grants::figures::{Figure, Figures};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::{Code, Text};

/// Most years ahead for which money is asked.
const MAX_YEARS_AHEAD: u16 = 2;

/// What every statement that begins a case says of it.
pub(super) struct Beginning<'a> {
    pub(super) title: &'a Text,
    pub(super) field: &'a Code,
    pub(super) way: Way,
    pub(super) form: Form,
    pub(super) fiscal_year: u16,
    recipient_type: Option<&'a Code>,
}

impl<'a> Beginning<'a> {
    /// Of a body that begins a case.
    pub(super) fn of(body: &'a Body) -> Option<Self> {
        macro_rules! beginning {
            ($body:ident, $recipient_type:expr) => {
                Some(Beginning {
                    title: &$body.title,
                    field: &$body.field,
                    way: $body.way,
                    form: $body.form,
                    fiscal_year: $body.fiscal_year.0,
                    recipient_type: $recipient_type,
                })
            };
        }
        match body {
            Body::ApplicationSubmitted(body) => beginning!(body, body.recipient_type.as_ref()),
            Body::ApplicationFiledAtCounter(body) => beginning!(body, body.recipient_type.as_ref()),
            Body::NeedRecorded(body) => beginning!(body, Some(&body.recipient_type)),
            Body::CaseAdopted(body) => beginning!(body, None),
            _ => None,
        }
    }
}

/// The figures that a stage of an adopted case gives: each is there exactly when its stage is done.
const GIVEN: &[(Kind, Figure)] = &[
    (Kind::DecreeSealed, Figure::Decreed),
    (Kind::AgreementSigned, Figure::Agreed),
    (Kind::WarrantIssued, Figure::Paid),
    (Kind::FundsCredited, Figure::Credited),
    (Kind::UseReported, Figure::Reported),
];

/// No amount of an adopted case is above the one that it rests on.
const RESTS_ON: &[(Figure, Figure)] = &[
    (Figure::Decreed, Figure::Enacted),
    (Figure::Agreed, Figure::Decreed),
    (Figure::Paid, Figure::Agreed),
    (Figure::Paid, Figure::Decreed),
    (Figure::Credited, Figure::Paid),
    (Figure::Refunded, Figure::Paid),
];

/// The papers of an adopted case whose numbers are used once (B10).
const NUMBERED: &[Kind] = &[Kind::AgreementSigned, Kind::PaymentRequested, Kind::PaymentOrdered, Kind::WarrantIssued];

impl Bench<'_> {
    pub(super) fn begins_case(&self, id: CaseId) -> Outcome {
        self.in_good_standing(id, self.body.kind())?;
        self.said()?;
        self.free_of_personal_data()?;
        self.titles_are_known()?;
        match (self.body, Beginning::of(self.body), self.body.amount()) {
            (Body::CaseAdopted(body), Some(beginning), _) => self.taken_from_paper(id, body, &beginning),
            (_, Some(beginning), Some(asked)) => self.applied(id, &beginning, asked),
            _ => Err(Refusal::form(sentence!(
                "A statement of {} begins no case",
                "Pernyataan {:#} tidak memulai kasus; pakai jenis pernyataan lain",
                self.body.kind()
            ))),
        }
    }

    /// An application or a need.
    fn applied(&self, id: CaseId, beginning: &Beginning, asked: Amount) -> Outcome {
        let (field, list) = self.words_of(id, beginning)?;
        self.year_can_be_asked_for(beginning.fiscal_year)?;
        let class = self.class_of(id, beginning)?;
        let stage = match self.body.kind() {
            Kind::ApplicationFiledAtCounter => Kind::ApplicationSubmitted,
            kind => kind,
        };
        if list.first() != Some(&stage) {
            let first = wording(list.get(..1).unwrap_or_default());
            let (way, form) = (beginning.way.words(), beginning.form.words());
            return refuse(
                Rule::B1,
                sentence!(
                    "A case of {way} in {form} begins with {first}, not with {stage}; begin it so",
                    "Kasus {way:#} berupa {form:#} dimulai dengan {first:#}, bukan dengan {stage:#}; mulailah dengan itu"
                ),
            );
        }
        no_individual(id, beginning.way, class)?;
        self.has_room(id)?;
        let mut figures = Figures::default();
        figures.set(Figure::Asked, asked);
        let core = self.new_core(beginning, field, stage, figures);
        Ok(Made::of(Edit::Open(id, Box::new(core)), About::Case(id)))
    }

    /// Form: field, way and form are words of the profile; the field of a need is one of its agency's.
    fn words_of(&self, id: CaseId, beginning: &Beginning) -> Result<(&Field, &[Kind]), Refusal> {
        let field = self.known_field(beginning.field)?;
        if let CaseOwner::Agency(n) = id.owner
            && let Some(agency) = self.profile.agency_number(n)
            && agency.code != field.agency
        {
            let sentence = sentence!(
                "The field {} is of the agency {}, not of {}; name a field of that agency",
                "Bidang {} milik SKPD {}, bukan {}; sebutkan bidang milik SKPD itu",
                field.code.0,
                field.agency.0,
                agency.code.0
            );
            return Err(Refusal::form(sentence));
        }
        let (way, form) = (beginning.way, beginning.form);
        match self.profile.stages(way, form) {
            Some(list) => Ok((field, list)),
            None => Err(Refusal::form(sentence!(
                "The profile has no way {} in {}; name a way and form of the profile",
                "Profil tidak memuat jalur {:#} berupa {:#}; sebutkan jalur dan bentuk dari profil",
                way.words(),
                form.words()
            ))),
        }
    }

    /// Form: the field is one of the profile's.
    pub(super) fn known_field(&self, code: &Code) -> Result<&Field, Refusal> {
        let sentence = || {
            sentence!(
                "The profile has no field {}; name one of its fields",
                "Profil tidak memuat bidang {}; sebutkan salah satu bidang dari profil",
                code.0
            )
        };
        self.profile.field(&code.0).ok_or_else(|| Refusal::form(sentence()))
    }

    fn year_can_be_asked_for(&self, year: u16) -> Result<(), Refusal> {
        let (first, last) = (self.today.year(), self.today.year().saturating_add(MAX_YEARS_AHEAD));
        if (first..=last).contains(&year) {
            return Ok(());
        }
        Err(Refusal::form(sentence!(
            "The fiscal year {year} is not from {first} to {last}; ask for a year in which it can still be paid",
            "Tahun anggaran {year} di luar {first} sampai {last}; ajukan untuk tahun yang masih dapat dibayar"
        )))
    }

    /// What sort of recipient it is: by the registration, or as the need says.
    fn class_of(&self, id: CaseId, beginning: &Beginning) -> Result<Class, Refusal> {
        let registered = self.state.org_of(&id).map(|org| &*org.recipient_type);
        let named = beginning.recipient_type.map(|code| code.0.as_str());
        if let (Some(registered), Some(named)) = (registered, named)
            && registered != named
        {
            let sentence = sentence!(
                "The recipient of {id} is registered as {registered}, not {named}; leave recipient_type out",
                "Penerima {id} terdaftar sebagai {registered}, bukan {named}; kosongkan recipient_type"
            );
            return Err(Refusal::form(sentence));
        }
        let code = registered.or(named).unwrap_or_default();
        match self.profile.recipient_type(code) {
            Some(term) => Ok(term.class),
            None => Err(Refusal::form(sentence!(
                "The profile has no recipient type {code}; name one of its types",
                "Profil tidak memuat jenis penerima {code}; sebutkan salah satu jenis dari profil"
            ))),
        }
    }

    /// B16: the organisation has not too many open cases.
    fn has_room(&self, id: CaseId) -> Result<(), Refusal> {
        let Some(org) = self.state.org_of(&id) else { return Ok(()) };
        let limit = self.profile.limits.open_cases;
        if org.open_cases < limit {
            return Ok(());
        }
        refuse(
            Rule::B16,
            sentence!(
                "The organisation of {id} has {} open cases and may have {limit}; wait until one is closed",
                "Lembaga pemohon {id} memiliki {} kasus yang sedang berjalan dan hanya boleh {limit}; tunggu sampai salah satunya selesai",
                org.open_cases
            ),
        )
    }

    /// A case at the first of its stages, or one that the caller takes further.
    fn new_core(&self, beginning: &Beginning, field: &Field, stage: Kind, figures: Figures) -> Core {
        let mut done = Done::default();
        done.set(stage);
        let facts = Facts {
            title: beginning.title.0.as_str().into(),
            field: field.code.0.as_str().into(),
            agency: field.agency.0.as_str().into(),
            way: beginning.way,
            form: beginning.form,
            fiscal_year: beginning.fiscal_year,
            began: self.body.kind(),
        };
        let pay = Pay {
            plan: Arc::new([]),
            settled: 0,
            requested: None,
            ordered: None,
            uncredited: None,
            warranted: None,
            last_credit: None,
            disputed_credit: false,
            last_report: None,
            final_report: false,
            disallowed: Amount::ZERO,
            demanded: Amount::ZERO,
        };
        Core {
            facts: Arc::new(facts),
            done,
            stage,
            returned: false,
            figures,
            handed_over: None,
            pay,
            report_due: None,
            decree: None,
            nominated: false,
            irregular: Amount::ZERO,
            closed: None,
            duties: Arc::default(),
            revisions: 0,
        }
    }

    /// A running case. Its open cases are not counted against the limit (B16): it was open on paper already.
    fn taken_from_paper(&self, id: CaseId, body: &CaseAdopted, beginning: &Beginning) -> Outcome {
        self.dates_are_past(body)?;
        let (field, list) = self.words_of(id, beginning)?;
        let class = self.class_of(id, beginning)?;
        let mut core = self.new_core(beginning, field, body.stage, body.amounts.0);
        let last = list.iter().position(|&kind| kind == body.stage);
        if let Some(last) = last {
            list[..=last].iter().for_each(|&kind| core.done.set(kind));
            given_by_its_stages(id, &core)?;
        }
        let used = self.adopted_numbers(id, body)?;
        self.adoption_is_open(id)?;
        if last.is_none() {
            let (stage, way, form) = (body.stage, body.way.words(), body.form.words());
            return refuse(
                Rule::B1,
                sentence!(
                    "A case of {way} in {form} has no stage {stage}; name the last of its stages that is done",
                    "Kasus {way:#} berupa {form:#} tidak memiliki tahap {stage:#}; sebutkan tahap terakhir yang sudah selesai"
                ),
            );
        }
        within_what_they_rest_on(id, &core.figures)?;
        no_individual(id, body.way, class)?;
        self.stand_where_paper_left(&mut core, body);
        Ok(Made { used, ..Made::of(Edit::Open(id, Box::new(core)), About::Case(id)) })
    }

    /// B1: cases are taken over from paper only for a while.
    fn adoption_is_open(&self, id: CaseId) -> Result<(), Refusal> {
        match self.profile.adoption_until {
            Some(until) if self.today <= until => Ok(()),
            Some(until) => refuse(
                Rule::B1,
                sentence!(
                    "Cases were taken over from paper until {until}, so {id} cannot be; it needs a new application",
                    "Kasus dari berkas kertas diambil alih sampai {until:#}, sehingga {id} tidak dapat lagi; perlu permohonan baru"
                ),
            ),
            None => refuse(
                Rule::B1,
                sentence!(
                    "The profile lets no case be taken over from paper, so {id} needs a new application",
                    "Profil tidak mengizinkan kasus diambil alih dari berkas kertas, sehingga {id} memerlukan permohonan baru"
                ),
            ),
        }
    }

    /// B9: what was done before the taking over has happened.
    fn dates_are_past(&self, body: &CaseAdopted) -> Result<(), Refusal> {
        let taken = self.envelope.event_date;
        match body.dates.iter().flatten().find(|dated| dated.date > taken) {
            None => Ok(()),
            Some(dated) => refuse(
                Rule::B9,
                sentence!(
                    "The date {} of {} is after the taking over on {taken}; name only what was done before",
                    "Tanggal {:#} untuk {:#} sesudah pengambilalihan pada {taken:#}; sebutkan hanya yang sudah dilakukan sebelumnya",
                    dated.date,
                    dated.kind
                ),
            ),
        }
    }

    /// B10: the numbers that the case brings are new for their office and fiscal year.
    fn adopted_numbers(&self, id: CaseId, body: &CaseAdopted) -> Result<Vec<NumberKey>, Refusal> {
        let mut used = Vec::new();
        // Numbers of years whose books are closed are asked for no more.
        if body.fiscal_year.0 < self.today.year().saturating_sub(1) {
            return Ok(used);
        }
        let numbered = body.numbers.iter().flatten().filter(|paper| NUMBERED.contains(&paper.kind));
        for paper in numbered {
            let key = self.number_key_of(paper.kind, &paper.number.0, body.fiscal_year.0);
            self.number_is_free(id, &key)?;
            used.push(key);
        }
        Ok(used)
    }

    /// The key of a number that an office used on paper: that of the office by which the kind is signed.
    fn number_key_of(&self, kind: Kind, number: &str, year: u16) -> NumberKey {
        let role = self.profile.roles_of(kind).first().copied();
        let office = role.and_then(|role| self.profile.offices_with(role, None).next());
        let office = office.map_or("", |office| office.code.0.as_str());
        NumberKey::new(year, kind, office, number)
    }

    /// What the stages that are done have left, so that the next step finds it. What a request or an order was over is
    /// not known; a warrant is bound by what it rests on.
    fn stand_where_paper_left(&self, core: &mut Core, body: &CaseAdopted) {
        let done = |kind: Kind| core.done.has(kind);
        let (credited, reported) = (done(Kind::FundsCredited), done(Kind::UseReported));
        core.pay.uncredited = core.figures.get(Figure::Paid).filter(|_| !credited);
        core.pay.warranted = core.figures.get(Figure::Paid).filter(|_| !reported);
        core.pay.last_credit = core.figures.get(Figure::Credited).filter(|_| !reported);
        core.pay.settled = u32::from(credited || done(Kind::GoodsHandedOver));
        core.pay.last_report = core.figures.get(Figure::Reported).filter(|_| !done(Kind::UseReviewed));
        let given = [Kind::AgreementSigned, Kind::WarrantIssued, Kind::GoodsHandedOver];
        let reports = stages::list(self.profile, core).contains(&Kind::UseReported) && given.into_iter().any(done);
        core.nominated = done(Kind::ListSealed);
        core.report_due = body.report_due.or_else(|| reports.then(|| self.profile.report_due(body.fiscal_year)));
        stages::settle(self.profile, core);
    }

    pub(super) fn revised(&self, id: CaseId, step: &mut Step, body: &ApplicationRevised) -> Result<(), Refusal> {
        if !step.core.returned {
            return refuse(
                Rule::B1,
                sentence!(
                    "{id} was not returned to its applicant, so there is nothing to revise; wait, or withdraw it",
                    "{id} tidak dikembalikan kepada pemohon, sehingga tidak ada yang diperbaiki; tunggu, atau cabut permohonannya"
                ),
            );
        }
        self.may_revise(id)?;
        if let Some(title) = &body.title {
            step.core.facts = Arc::new(Facts { title: title.0.as_str().into(), ..(*step.core.facts).clone() });
        }
        step.core.figures.set(Figure::Asked, body.amount);
        step.core.returned = false;
        step.core.revisions = step.core.revisions.saturating_add(1);
        Ok(())
    }

    /// B16: the organisation has not revised too often this year.
    fn may_revise(&self, id: CaseId) -> Result<(), Refusal> {
        let Some(org) = self.state.org_of(&id) else { return Ok(()) };
        let (year, limit) = (self.today.year(), self.profile.limits.revisions_a_year);
        let revisions = if org.revisions.0 == year { org.revisions.1 } else { 0 };
        if revisions < limit {
            return Ok(());
        }
        refuse(
            Rule::B16,
            sentence!(
                "The organisation of {id} has revised {revisions} times in {year} and may do so {limit} times; withdraw it, or wait until the next year",
                "Lembaga pemohon {id} sudah memperbaiki {revisions} kali pada tahun {year} dan hanya boleh {limit} kali; cabut permohonannya, atau tunggu tahun berikutnya"
            ),
        )
    }

    pub(super) fn withdrawn(&self, id: CaseId, step: &mut Step) -> Result<(), Refusal> {
        nothing_given(id, &step.core, Both("withdrawn", "dicabut"))?;
        step.core.closed = Some(Closed::Withdrawn);
        Ok(())
    }
}

/// B1: while nothing was paid or handed over a case can be given up.
pub(super) fn nothing_given(id: CaseId, core: &Core, what: Both) -> Result<(), Refusal> {
    let paid = core.amount(Figure::Paid);
    if paid > Amount::ZERO {
        return refuse(
            Rule::B1,
            sentence!(
                "{id} can no longer be {what}, for {paid} was paid; report its use",
                "{id} tidak dapat lagi {what:#}, karena {paid:#} sudah dibayar; laporkan penggunaannya"
            ),
        );
    }
    if core.done.has(Kind::GoodsHandedOver) {
        return refuse(
            Rule::B1,
            sentence!(
                "{id} can no longer be {what}, for it was handed over; report its use",
                "{id} tidak dapat lagi {what:#}, karena sudah diserahkan; laporkan penggunaannya"
            ),
        );
    }
    Ok(())
}

/// B15: a person or family receives no grant.
fn no_individual(id: CaseId, way: Way, class: Class) -> Result<(), Refusal> {
    if way == Way::Grant && class == Class::Individual {
        return refuse(
            Rule::B15,
            sentence!(
                "The recipient of {id} is an individual, who receives no grant; apply for social assistance",
                "Penerima {id} perorangan, yang tidak dapat menerima hibah; ajukan bantuan sosial"
            ),
        );
    }
    Ok(())
}

/// Form: an amount is there exactly when the stage that gives it is done.
fn given_by_its_stages(id: CaseId, core: &Core) -> Result<(), Refusal> {
    for &(stage, figure) in GIVEN {
        let name = figure.words();
        match (core.done.has(stage), core.figures.get(figure)) {
            (true, None) => {
                let sentence = sentence!(
                    "{id} is past {stage} and has no amount {name}; name that amount",
                    "{id} sudah melewati {stage:#} tetapi tidak menyebut jumlah {name:#}; sebutkan jumlah itu"
                );
                return Err(Refusal::form(sentence));
            }
            (false, Some(_)) => {
                let sentence = sentence!(
                    "{id} has the amount {name} without its stage {stage}; leave that amount out",
                    "{id} menyebut jumlah {name:#} tanpa tahap {stage:#}; jangan cantumkan jumlah itu"
                );
                return Err(Refusal::form(sentence));
            }
            _ => {}
        }
    }
    Ok(())
}

/// B6.
fn within_what_they_rest_on(id: CaseId, figures: &Figures) -> Result<(), Refusal> {
    for &(figure, rests_on) in RESTS_ON {
        let most = figures.get(rests_on).or((rests_on == Figure::Paid).then_some(Amount::ZERO));
        if let (Some(amount), Some(most)) = (figures.get(figure), most)
            && amount > most
        {
            return refuse(
                Rule::B6,
                sentence!(
                    "The amount {} of {id} is {amount}, more than its {} {most}; correct the amounts",
                    "Jumlah {:#} {id} adalah {amount:#}, melebihi jumlah {:#} sebesar {most:#}; perbaiki jumlahnya",
                    figure.words(),
                    rests_on.words()
                ),
            );
        }
    }
    Ok(())
}
