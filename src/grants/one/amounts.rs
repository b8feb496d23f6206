//! B6: what a statement does to the amounts of its case, and how much it may be. One pure function, asked by each step
//! and, for all that a trace tells, by a correction.

use std::sync::Arc;

use super::bodies::{Body, Instalment, Review};
use super::refuse;
use super::things::{Base, Core, Said, Trace};
use super::ways::Way;
use crate::grants::about::CaseId;
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::money::{Amount, Sum};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::Sentence;
use crate::grants::sentence::{Both, sentence};

/// How an amount that repeats another must fit it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// Request, order and warrant are over the same amount.
    Exact,
    /// None is over more than the one before: entries are corrected one after another, and cannot all change at once.
    AtMost,
}

/// What a statement says of amounts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Act<'a> {
    pub(super) kind: Kind,
    pub(super) amount: Option<Amount>,
    pub(super) said: &'a Said,
}

impl<'a> Act<'a> {
    pub(super) fn of(trace: &'a Trace) -> Self {
        Act { kind: trace.kind, amount: trace.amount, said: trace.said() }
    }

    fn amount(&self) -> Amount {
        self.amount.unwrap_or(Amount::ZERO)
    }
}

/// What a body says beside its amount.
pub(super) fn said(body: &Body) -> Said {
    let plan = |parts: Option<&Vec<Instalment>>| parts.into_iter().flatten().map(|part| part.amount).collect();
    match body {
        Body::AgreementSigned(body) => {
            Said::Terms { plan: plan(body.instalments.as_ref()), report_due: body.report_due }
        }
        Body::AgreementAmended(body) => {
            Said::Terms { plan: plan(body.instalments.as_ref()), report_due: body.report_due }
        }
        Body::UseReported(body) => Said::Final(body.r#final.unwrap_or(false)),
        Body::UseReviewed(body) => Said::Review {
            accepted: body.outcome == Review::Accepted,
            disallowed: body.disallowed.unwrap_or(Amount::ZERO),
        },
        Body::CaseReturned(body) => Said::Returned(body.to),
        Body::SanctionImposed(body) => Said::Until(body.until),
        _ => Said::Nothing,
    }
}

/// The amounts of a case before its trace begins.
pub(super) fn begin(core: &mut Core, base: &Base) {
    core.figures = base.figures;
    core.handed_over = base.handed_over;
    core.pay = base.pay.clone();
    core.report_due = base.report_due;
    core.irregular = base.irregular;
}

/// Whether the amounts with which a case is taken over hold among themselves.
pub(super) fn hold(id: CaseId, core: &Core) -> Result<(), Refusal> {
    if let (Some(agreed), Some(decreed)) = (core.figures.get(Figure::Agreed), core.figures.get(Figure::Decreed))
        && agreed > decreed
    {
        return over_decree(id, Both("The agreement", "NPHD"), agreed, decreed);
    }
    if paid(core) > ceiling(core).minor() {
        return too_much(id, core, Both("warrants", "SP2D"), i128::from(paid(core)));
    }
    if core.amount(Figure::Refunded) > core.amount(Figure::Paid) {
        return refunds(id, core.amount(Figure::Refunded), core.amount(Figure::Paid).minor());
    }
    Ok(())
}

/// The amounts of a case after a statement. Stages are the caller's.
///
/// # Errors
/// B6 if the amount is more than what it rests on; B1 if there is nothing that it could be about.
pub(super) fn take(id: CaseId, core: &mut Core, act: Act<'_>, fit: Fit) -> Result<(), Refusal> {
    let amount = act.amount();
    match act.kind {
        Kind::ApplicationSubmitted
        | Kind::ApplicationFiledAtCounter
        | Kind::NeedRecorded
        | Kind::ApplicationRevised => core.figures.set(Figure::Asked, amount),
        Kind::AmountRecommended => core.figures.set(Figure::Recommended, amount),
        Kind::CaseConsidered => core.figures.set(Figure::Considered, amount),
        Kind::BudgetConsidered => core.figures.set(Figure::Proposed, amount),
        Kind::BudgetSealed => core.figures.set(Figure::Enacted, amount),
        Kind::DecreeSealed => core.figures.set(Figure::Decreed, amount),
        Kind::DisbursementRequested => {
            let decreed = core.amount(Figure::Decreed);
            if amount > decreed {
                return over_decree(id, Both("The request", "Permohonan pencairan"), amount, decreed);
            }
        }
        Kind::AgreementSigned | Kind::AgreementAmended => return agreed(id, core, act, fit),
        Kind::PaymentRequested | Kind::PaymentOrdered | Kind::WarrantIssued => return ordered(id, core, act, fit),
        Kind::WarrantCancelled => return cancelled(id, core),
        Kind::FundsCredited => return credited(id, core, amount),
        Kind::FundsReturned => return returned(id, core, amount, fit),
        Kind::CreditConfirmed | Kind::CreditDisputed => return answered(id, core, act, fit),
        Kind::GoodsHandedOver => {
            if amount > ceiling(core) {
                return too_much(id, core, Both("goods", "barang"), i128::from(amount.minor()));
            }
            core.handed_over = Some(amount);
            core.pay.settled = u32::try_from(core.pay.plan.len().max(1)).unwrap_or(u32::MAX);
        }
        Kind::CashPaid => return cash(id, core, amount),
        Kind::UseReported => {
            finish(core);
            let sum = plus(id, core.amount(Figure::Reported), amount, Both("reports", "laporan"))?;
            core.figures.set(Figure::Reported, sum);
            core.pay.last_report = Some(amount);
        }
        Kind::UseReviewed => return reviewed(id, core, act),
        Kind::RefundDemanded | Kind::RefundDeposited => return given_back(id, core, act),
        Kind::IrregularityRecorded if amount > Amount::ZERO => {
            let sum = plus(id, core.amount(Figure::Paid), amount, Both("payments", "pembayaran"))?;
            core.irregular = plus(id, core.irregular, amount, Both("payments", "pembayaran"))?;
            core.figures.set(Figure::Paid, sum);
        }
        _ => {}
    }
    Ok(())
}

/// What may be paid in all: the agreement's amount; without agreement, of assistance, the decree's.
fn ceiling(core: &Core) -> Amount {
    match core.figures.get(Figure::Agreed) {
        Some(agreed) => agreed,
        None if core.facts.way == Way::Grant => Amount::ZERO,
        None => core.amount(Figure::Decreed),
    }
}

/// Paid within the rules.
fn paid(core: &Core) -> i64 {
    core.amount(Figure::Paid).minor() - core.irregular.minor()
}

/// What is not yet paid of what may be paid.
fn left(core: &Core) -> i64 {
    ceiling(core).minor() - paid(core)
}

fn agreed(id: CaseId, core: &mut Core, act: Act<'_>, fit: Fit) -> Result<(), Refusal> {
    let (amount, decreed) = (act.amount(), core.amount(Figure::Decreed));
    if amount > decreed {
        return over_decree(id, Both("The agreement", "NPHD"), amount, decreed);
    }
    if amount.minor() < paid(core) {
        return refuse(
            Rule::B6,
            sentence!(
                "The agreement of {id} over {amount} is less than {}, which is paid; raise the amount",
                "NPHD {id} sebesar {amount:#} kurang dari {:#} yang sudah dibayar; naikkan jumlahnya",
                paid(core)
            ),
        );
    }
    if let Said::Terms { plan, report_due } = act.said {
        if act.kind == Kind::AgreementAmended && fit == Fit::Exact {
            keeps(id, core, plan)?;
        }
        core.pay.plan = Arc::clone(plan);
        core.report_due = Some(*report_due);
    }
    core.figures.set(Figure::Agreed, amount);
    Ok(())
}

/// A new plan begins with the instalments that are credited or on their way.
fn keeps(id: CaseId, core: &Core, plan: &[Amount]) -> Result<(), Refusal> {
    let pay = &core.pay;
    let on_its_way = pay.uncredited.is_some() || (pay.requested.is_some() && pay.last_credit.is_none());
    let kept = pay.settled as usize + usize::from(on_its_way);
    let first: Vec<Amount> = if pay.plan.is_empty() {
        // Without a plan the one payment may be over less than the agreement.
        let one = pay.uncredited.or(pay.requested.filter(|_| on_its_way)).or_else(|| Amount::from_minor(paid(core)));
        if plan.is_empty() { Vec::new() } else { one.into_iter().take(kept).collect() }
    } else {
        pay.plan.iter().copied().take(kept).collect()
    };
    if plan.starts_with(&first) {
        return Ok(());
    }
    let first: Vec<Sentence> = first.iter().map(|amount| sentence!("{amount}", "{amount:#}")).collect();
    refuse(
        Rule::B6,
        sentence!(
            "The instalments of {id} must begin with those that are credited or on their way, {}; keep these",
            "Tahap pembayaran {id} harus diawali yang sudah cair atau sedang diproses, {:#}; pertahankan itu",
            Sentence::joined(&first, Both(", ", ", "))
        ),
    )
}

/// SPP, SPM and SP2D.
fn ordered(id: CaseId, core: &mut Core, act: Act<'_>, fit: Fit) -> Result<(), Refusal> {
    let amount = act.amount();
    let pay = &core.pay;
    let (of, expected) = match act.kind {
        Kind::PaymentRequested => {
            (Both("the next instalment", "tahap berikutnya"), pay.plan.get(pay.settled as usize).copied())
        }
        Kind::PaymentOrdered => (Both("the request", "SPP"), pay.requested),
        _ if pay.ordered.is_some() => (Both("the order", "SPM"), pay.ordered),
        _ => (Both("the request", "SPP"), pay.requested),
    };
    if let Some(expected) = expected
        && (amount > expected || (amount < expected && fit == Fit::Exact))
    {
        return refuse(
            Rule::B6,
            sentence!(
                "{} of {id} is over {amount} and {of} over {expected}; correct the amount",
                "{:#} untuk {id} sebesar {amount:#}, sedangkan {of:#} sebesar {expected:#}; perbaiki jumlahnya",
                act.kind
            ),
        );
    }
    if amount.minor() > left(core) {
        let sum = i128::from(paid(core)) + i128::from(amount.minor());
        return too_much(id, core, Both("warrants", "SP2D"), sum);
    }
    match act.kind {
        Kind::PaymentRequested => {
            finish(core);
            core.pay.requested = Some(amount);
        }
        Kind::PaymentOrdered => core.pay.ordered = Some(amount),
        _ => {
            let sum = plus(id, core.amount(Figure::Paid), amount, Both("warrants", "SP2D"))?;
            core.figures.set(Figure::Paid, sum);
            core.pay.uncredited = Some(amount);
            core.pay.warranted = Some(amount);
        }
    }
    Ok(())
}

fn cancelled(id: CaseId, core: &mut Core) -> Result<(), Refusal> {
    let Some(warrant) = core.pay.uncredited.take() else {
        return refuse(
            Rule::B1,
            sentence!(
                "{id} has no warrant that waits for its credit; a credited one is returned, not cancelled",
                "{id} tidak memiliki SP2D yang menunggu pencairan; SP2D yang sudah cair dicatat sebagai retur, bukan dibatalkan"
            ),
        );
    };
    core.pay.warranted = None;
    take_out(core, Figure::Paid, warrant);
    given_back_before(id, core)
}

/// What was given back was paid: a payment that is undone is not one of which something came back.
fn given_back_before(id: CaseId, core: &Core) -> Result<(), Refusal> {
    let (refunded, paid) = (core.amount(Figure::Refunded), core.amount(Figure::Paid));
    if refunded <= paid {
        return Ok(());
    }
    refuse(
        Rule::B6,
        sentence!(
            "Of {id}, {refunded} is refunded already and only {paid} would be paid; correct the refund first",
            "Untuk {id}, {refunded:#} sudah dikembalikan, sedangkan yang terbayar tinggal {paid:#}; koreksi dulu pengembaliannya"
        ),
    )
}

fn credited(id: CaseId, core: &mut Core, amount: Amount) -> Result<(), Refusal> {
    let pay = &core.pay;
    let limit = if pay.disputed_credit { pay.warranted } else { pay.uncredited };
    let limit = limit.unwrap_or(Amount::ZERO);
    if amount > limit {
        return refuse(
            Rule::B6,
            sentence!(
                "A credit of {amount} to {id} is more than the last warrant's {limit}; correct the amount",
                "Pencairan {amount:#} kepada {id} melebihi SP2D terakhir sebesar {limit:#}; perbaiki jumlahnya"
            ),
        );
    }
    if core.pay.disputed_credit {
        let before = core.pay.last_credit.unwrap_or(Amount::ZERO);
        take_out(core, Figure::Credited, before);
        core.pay.disputed_credit = false;
    } else {
        core.pay.settled += 1;
        core.pay.uncredited = None;
    }
    let sum = plus(id, core.amount(Figure::Credited), amount, Both("credits", "pencairan"))?;
    core.figures.set(Figure::Credited, sum);
    core.pay.last_credit = Some(amount);
    Ok(())
}

fn returned(id: CaseId, core: &mut Core, amount: Amount, fit: Fit) -> Result<(), Refusal> {
    let pay = &core.pay;
    let Some(sent) = pay.uncredited.or(pay.last_credit) else {
        return refuse(
            Rule::B1,
            sentence!(
                "No payment of {id} is on its way or just credited, so none is returned; see refund.deposited",
                "Tidak ada pembayaran {id} yang sedang diproses atau baru cair, sehingga tidak ada yang diretur; lihat “Setoran pengembalian (STS)”, refund.deposited"
            ),
        );
    };
    if amount > sent || (amount < sent && fit == Fit::Exact) {
        return refuse(
            Rule::B6,
            sentence!(
                "A return of {amount} to {id} is not the {sent} that was sent; correct the amount",
                "Retur {amount:#} untuk {id} tidak sama dengan {sent:#} yang dikirim; perbaiki jumlahnya"
            ),
        );
    }
    let warrant = pay.warranted.unwrap_or(sent);
    if pay.uncredited.is_none() {
        take_out(core, Figure::Credited, sent);
        core.pay.settled = core.pay.settled.saturating_sub(1);
    }
    take_out(core, Figure::Paid, warrant);
    core.pay.uncredited = None;
    core.pay.last_credit = None;
    core.pay.warranted = None;
    core.pay.disputed_credit = false;
    given_back_before(id, core)
}

/// The organisation confirms or disputes the last credit.
fn answered(id: CaseId, core: &mut Core, act: Act<'_>, fit: Fit) -> Result<(), Refusal> {
    let amount = act.amount();
    let Some(last) = core.pay.last_credit else {
        return refuse(
            Rule::B1,
            sentence!(
                "{id} has no credit that waits for an answer; wait until one is recorded",
                "{id} tidak memiliki pencairan yang menunggu jawaban; tunggu sampai pencairan dicatat"
            ),
        );
    };
    let disputes = act.kind == Kind::CreditDisputed;
    if disputes && core.pay.disputed_credit {
        return refuse(
            Rule::B1,
            sentence!(
                "The last credit of {id} is already disputed; wait for the treasury's answer",
                "Pencairan terakhir {id} sudah disanggah; tunggu jawaban Kuasa BUD"
            ),
        );
    }
    let differs = amount > last || (amount < last && fit == Fit::Exact);
    if !disputes && differs {
        return refuse(
            Rule::B6,
            sentence!(
                "{amount} is not the {last} that was last credited to {id}; dispute the credit",
                "{amount:#} tidak sama dengan {last:#} yang terakhir cair kepada {id}; sanggah penerimaannya"
            ),
        );
    }
    if disputes && amount == last && fit == Fit::Exact {
        return refuse(
            Rule::B6,
            sentence!(
                "{amount} is just what was last credited to {id}; confirm the credit",
                "{amount:#} sama dengan yang terakhir cair kepada {id}; nyatakan dana diterima"
            ),
        );
    }
    if disputes {
        core.pay.disputed_credit = true;
    } else {
        finish(core);
    }
    Ok(())
}

fn cash(id: CaseId, core: &mut Core, amount: Amount) -> Result<(), Refusal> {
    if amount.minor() > left(core) {
        let sum = i128::from(paid(core)) + i128::from(amount.minor());
        return too_much(id, core, Both("payments", "pembayaran"), sum);
    }
    for figure in [Figure::Paid, Figure::Credited] {
        let sum = plus(id, core.amount(figure), amount, Both("payments", "pembayaran"))?;
        core.figures.set(figure, sum);
    }
    finish(core);
    core.pay.settled += 1;
    Ok(())
}

fn reviewed(id: CaseId, core: &mut Core, act: Act<'_>) -> Result<(), Refusal> {
    let Said::Review { accepted, disallowed } = *act.said else { return Ok(()) };
    let last = core.pay.last_report.take();
    if !accepted {
        take_out(core, Figure::Reported, last.unwrap_or(Amount::ZERO));
        return Ok(());
    }
    let sum = plus(id, core.pay.disallowed, disallowed, Both("disallowed amounts", "jumlah yang tidak diakui"))?;
    let reported = core.amount(Figure::Reported);
    if sum > reported {
        return refuse(
            Rule::B6,
            sentence!(
                "Of {id}, {sum} would be disallowed in all and {reported} is reported; lower disallowed",
                "Untuk {id}, seluruhnya {sum:#} tidak akan diakui, sedangkan yang dilaporkan {reported:#}; turunkan jumlah yang tidak diakui (disallowed)"
            ),
        );
    }
    core.pay.disallowed = sum;
    Ok(())
}

fn given_back(id: CaseId, core: &mut Core, act: Act<'_>) -> Result<(), Refusal> {
    let (amount, paid) = (act.amount(), core.amount(Figure::Paid));
    if act.kind == Kind::RefundDeposited {
        let sum = plus(id, core.amount(Figure::Refunded), amount, Both("refunds", "pengembalian"))?;
        // Money that has not arrived is not given back.
        let arrived = paid.minor() - core.pay.uncredited.unwrap_or(Amount::ZERO).minor();
        if sum.minor() > arrived {
            return refunds(id, sum, arrived);
        }
        core.figures.set(Figure::Refunded, sum);
        return Ok(());
    }
    let sum = plus(id, core.pay.demanded, amount, Both("demands", "tagihan pengembalian"))?;
    if sum > paid {
        return demands(id, sum, paid);
    }
    core.pay.demanded = sum;
    Ok(())
}

/// The last payment is answered: nothing of it is disputed or returned any more.
fn finish(core: &mut Core) {
    let pay = &mut core.pay;
    pay.disputed_credit = false;
    for amount in [&mut pay.last_credit, &mut pay.warranted, &mut pay.requested, &mut pay.ordered] {
        *amount = None;
    }
}

fn plus(id: CaseId, a: Amount, b: Amount, what: Both) -> Result<Amount, Refusal> {
    match a.checked_add(b) {
        Some(sum) => Ok(sum),
        None => refuse(
            Rule::B6,
            sentence!(
                "The {what} of {id} add up to more than an amount can hold; correct the amount",
                "Jumlah {what:#} untuk {id} melebihi batas yang dapat dicatat; perbaiki jumlahnya"
            ),
        ),
    }
}

/// Takes an amount out of a figure; a figure of which nothing is left is "not yet", never zero.
fn take_out(core: &mut Core, figure: Figure, amount: Amount) {
    match core.amount(figure).minor() - amount.minor() {
        left @ 1.. => core.figures.set(figure, Amount::from_minor(left).unwrap_or(Amount::ZERO)),
        _ => core.figures.unset(figure),
    }
}

pub(super) fn refunds<T>(id: CaseId, sum: Amount, paid: i64) -> Result<T, Refusal> {
    let paid = Sum(i128::from(paid));
    refuse(
        Rule::B6,
        sentence!(
            "The refunds of {id} would add up to {sum}, more than the {paid} that was paid and arrived; lower the amount",
            "Pengembalian {id} menjadi {sum:#}, melebihi {paid:#} yang dibayar dan sudah cair; turunkan jumlahnya"
        ),
    )
}

pub(super) fn demands<T>(id: CaseId, sum: Amount, paid: Amount) -> Result<T, Refusal> {
    refuse(
        Rule::B6,
        sentence!(
            "The demands of {id} would add up to {sum}, more than the {paid} that is paid; lower the amount",
            "Tagihan pengembalian {id} menjadi {sum:#}, melebihi {paid:#} yang dibayar; turunkan jumlahnya"
        ),
    )
}

fn over_decree(id: CaseId, what: Both, amount: Amount, decreed: Amount) -> Result<(), Refusal> {
    refuse(
        Rule::B6,
        sentence!(
            "{what} of {id} over {amount} is more than the decree's {decreed}; lower the amount",
            "{what:#} untuk {id} sebesar {amount:#} melebihi {decreed:#} menurut keputusan (SK); turunkan jumlahnya"
        ),
    )
}

fn too_much(id: CaseId, core: &Core, what: Both, sum: i128) -> Result<(), Refusal> {
    let of = if core.figures.get(Figure::Agreed).is_some() {
        Both("agreement", "NPHD")
    } else {
        Both("decree", "keputusan (SK)")
    };
    let (most, sum) = (ceiling(core), Sum(sum));
    refuse(
        Rule::B6,
        sentence!(
            "The {what} of {id} would add up to {sum}, more than the {of}'s {most}; lower the amount",
            "Jumlah {what:#} untuk {id} menjadi {sum:#}, melebihi {of:#} sebesar {most:#}; turunkan jumlahnya"
        ),
    )
}
