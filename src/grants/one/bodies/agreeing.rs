//! What no field can tell by itself: lengths of lists, sums, orders, and fields that must agree.

use super::{
    Address, Body, BudgetEnacted, Checklist, CountAndSum, Document, FlagRaised, Instalment, LedgerFounded, NoteId,
    OrganisationAmended, OrganisationRegistered, Period, RefusalCount, Row, Way,
};
use crate::grants::about::NoteSigner;
use crate::grants::money::{self, Amount, Sum};
use crate::grants::sentence::{Both, sentence};
use crate::grants::shape::{Fault, Label, Part, Shape};
use crate::grants::zero::bodies::BudgetLine;

impl Body {
    /// The first fault that is not one field's alone.
    pub(super) fn validate(&self) -> Result<(), Fault> {
        let mut first = Ok(());
        self.parts(&mut |place, part| {
            if first.is_ok() {
                first =
                    part_holds(part).map_err(|fault| Fault { pointer: format!("{place}{}", fault.pointer), ..fault });
            }
        });
        first?;
        self.fields_agree()
    }

    // long: one arm a kind that has a rule
    fn fields_agree(&self) -> Result<(), Fault> {
        match self {
            Body::LedgerFounded(body) => founding(body),
            Body::LedgerRekeyed(body) => one_of(
                body.ledger_key.is_some() || body.retires.is_some(),
                Both("ledger_key and retires", "ledger_key dan retires"),
            ),
            Body::RootReplaced(body) => at_least_one(body.root, "root"),
            Body::OrganisationRegistered(body) => registered(body),
            Body::OrganisationAmended(body) => amended(body),
            Body::ApplicationSubmitted(body) => add_up(body.budget_lines.as_ref(), body.amount, "budget_lines"),
            Body::ApplicationFiledAtCounter(body) => add_up(body.budget_lines.as_ref(), body.amount, "budget_lines"),
            Body::ApplicationRevised(body) => add_up(body.budget_lines.as_ref(), body.amount, "budget_lines"),
            Body::NeedRecorded(body) if body.way == Way::Grant => Err(Fault::here(Both(
                "be assistance_planned or assistance_unplanned, for a need is no grant",
                "assistance_planned atau assistance_unplanned, karena kebutuhan bukan hibah",
            ))
            .inside("way")),
            Body::ListNominated(body) => at_least_one(body.rows, "rows"),
            Body::BudgetEnacted(body) | Body::BudgetAmended(body) => budget(body),
            Body::DecreeIssued(body) => at_least_one(body.rows, "rows"),
            Body::DecreeAmended(body) => at_least_one(body.rows, "rows"),
            Body::ListRows(body) | Body::BudgetRows(body) | Body::DecreeRows(body) => rows_ascend(&body.rows),
            Body::AgreementSigned(body) => instalments(body.instalments.as_ref(), body.amount),
            Body::AgreementAmended(body) => instalments(body.instalments.as_ref(), body.amount),
            Body::PaymentRequested(body) => moves(body.amount),
            Body::PaymentOrdered(body) => moves(body.amount),
            Body::WarrantIssued(body) => moves(body.amount),
            Body::FundsCredited(body) => moves(body.amount),
            Body::FundsReturned(body) => moves(body.amount),
            Body::CreditConfirmed(body) => moves(body.amount),
            Body::CashPaid(body) => moves(body.amount),
            Body::RefundDemanded(body) => moves(body.amount),
            Body::RefundDeposited(body) => moves(body.amount),
            Body::IrregularityRecorded(body) => body.amount.map_or(Ok(()), moves),
            Body::GoodsHandedOver(body) => add_up(body.lines.as_ref(), body.amount, "lines"),
            Body::UseReported(body) => add_up(body.lines.as_ref(), body.amount, "lines"),
            Body::CaseAdopted(body) => {
                once(body.numbers.as_ref(), Both("number", "nomor"), "numbers")?;
                once(body.dates.as_ref(), Both("date", "tanggal"), "dates")
            }
            Body::AwardMigrated(body) => body.validate(),
            Body::TreasuryReconciled(body) => {
                counted(&body.grants).map_err(|fault| fault.inside("grants"))?;
                counted(&body.assistance).map_err(|fault| fault.inside("assistance"))
            }
            Body::NeedsRecapped(body) => counted(&CountAndSum { count: body.count, sum: body.sum }),
            Body::ReportAnswered(body) => report(body.report),
            Body::ReportRated(body) => report(body.report),
            Body::FlagRaised(body) => flag_raised(body),
            Body::FlagAnswered(body) => flag(body.flag),
            Body::FlagClosed(body) => flag(body.flag),
            Body::RefusalsCounted(body) => body.counts.as_ref().map_or(Ok(()), |counts| refusals(counts)),
            Body::ErasureRecorded(body) => pointers(&body.pointers),
            _ => Ok(()),
        }
    }
}

/// What holds of a value of this type wherever it stands.
fn part_holds(part: Part) -> Result<(), Fault> {
    if let Part::List { items, most } = part
        && items > most
    {
        return Err(Fault::here(sentence!("have at most {most} items", "memuat paling banyak {most} butir")));
    }
    if let Some(document) = part.of::<Document>() {
        return at_least_one(document.size, "size");
    }
    if let Some(list) = part.of::<Checklist>()
        && list.0.len() > Checklist::MOST
    {
        return Err(Fault::here(sentence!("have at most {} items", "memuat paling banyak {} butir", Checklist::MOST)));
    }
    if let Some(period) = part.of::<Period>()
        && period.until < period.from
    {
        return Err(Fault::here(Both("not be before from", "sama dengan atau sesudah from")).inside("until"));
    }
    part.of::<Address>().map_or(Ok(()), Address::validate)
}

fn founding(body: &LedgerFounded) -> Result<(), Fault> {
    let roots = u64::try_from(body.keys.roots.len()).unwrap_or(u64::MAX);
    // A statement has at most 16 signers, and every root signs the founding.
    if roots > 16 {
        return Err(Fault::here(Both("have at most 16 items", "memuat paling banyak 16 butir"))
            .inside("roots")
            .inside("keys"));
    }
    if !(1..=roots).contains(&body.keys.threshold) {
        return Err(Fault::here(sentence!("be from 1 to {roots}", "dari 1 sampai {roots}"))
            .inside("threshold")
            .inside("keys"));
    }
    Ok(())
}

fn registered(body: &OrganisationRegistered) -> Result<(), Fault> {
    has_city(&body.address)?;
    for name in ["account", "chair"] {
        if body.sealed.get(name).is_none() {
            return Err(Fault::here(Both("be there", "ada")).inside(name).inside("sealed"));
        }
    }
    differ(&body.sealed)
}

fn amended(body: &OrganisationAmended) -> Result<(), Fault> {
    let changes = [body.name.is_some(), body.address.is_some(), body.registration.is_some(), body.sealed.is_some()];
    one_of(
        changes.contains(&true),
        Both("name, address, registration and sealed", "name, address, registration, dan sealed"),
    )?;
    body.address.as_ref().map_or(Ok(()), has_city)?;
    body.sealed.as_ref().map_or(Ok(()), differ)
}

fn has_city(address: &Address) -> Result<(), Fault> {
    if address.city.is_none() {
        return Err(Fault::here(Both("be there", "ada")).inside("city").inside("address"));
    }
    Ok(())
}

/// Two commitments are never equal, for each has its own salt.
fn differ(sealed: &super::Sealed) -> Result<(), Fault> {
    if sealed.get("account").is_some() && sealed.get("account") == sealed.get("chair") {
        return Err(Fault::here(Both("differ from the account's", "berbeda dari komitmen rekening"))
            .inside("chair")
            .inside("sealed"));
    }
    Ok(())
}

fn budget(body: &BudgetEnacted) -> Result<(), Fault> {
    let Some(ceilings) = &body.ceilings else {
        return match body.rows {
            0 => {
                Err(Fault::here(Both("be at least 1 where there are no ceilings", "sedikitnya 1 bila tidak ada pagu"))
                    .inside("rows"))
            }
            _ => Ok(()),
        };
    };
    for (at, ceiling) in ceilings.iter().enumerate() {
        let same = |other: &super::Ceiling| {
            (other.way, &other.field, &other.agency) == (ceiling.way, &ceiling.field, &ceiling.agency)
        };
        if ceilings[..at].iter().any(same) {
            let must = Both(
                "be of another way, field or agency than the ceilings before it",
                "untuk jalur, bidang, atau SKPD lain daripada pagu sebelumnya",
            );
            return Err(Fault::here(must).inside(at).inside("ceilings"));
        }
    }
    Ok(())
}

fn rows_ascend(rows: &[Row]) -> Result<(), Fault> {
    let mut last = 0;
    for (at, row) in rows.iter().enumerate() {
        if row.row <= last {
            let must = sentence!("be above {last}, for rows ascend", "di atas {last}, karena nomor baris menaik");
            return Err(Fault::here(must).inside("row").inside(at).inside("rows"));
        }
        last = row.row;
    }
    Ok(())
}

fn instalments(parts: Option<&Vec<Instalment>>, amount: Amount) -> Result<(), Fault> {
    let Some(parts) = parts else { return Ok(()) };
    let mut last = None;
    for (at, part) in parts.iter().enumerate() {
        moves(part.amount).map_err(|fault| fault.inside(at).inside("instalments"))?;
        if let (Some(last), Some(due)) = (last, part.due)
            && due <= last
        {
            return Err(Fault::here(sentence!(
                "be after {last}, for they ascend",
                "sesudah {last:#}, karena tanggalnya menaik"
            ))
            .inside("due")
            .inside(at)
            .inside("instalments"));
        }
        last = part.due.or(last);
    }
    sum_is(parts.iter().map(|part| part.amount), amount, "instalments")
}

/// The lines, where there are any, add up to the amount.
fn add_up(lines: Option<&Vec<BudgetLine>>, amount: Amount, name: &str) -> Result<(), Fault> {
    lines.map_or(Ok(()), |lines| sum_is(lines.iter().map(|line| line.amount), amount, name))
}

fn sum_is(parts: impl Iterator<Item = Amount>, amount: Amount, name: &str) -> Result<(), Fault> {
    let sum = money::sum(parts);
    if sum != i128::from(amount.minor()) {
        let sum = Sum(sum);
        return Err(Fault::here(sentence!(
            "add up to the amount {amount} (they add up to {sum})",
            "berjumlah {amount:#} (jumlahnya {sum:#})"
        ))
        .inside(name));
    }
    Ok(())
}

/// Money that moves is not nothing: a warrant or credit of zero would be a step without an event.
fn moves(amount: Amount) -> Result<(), Fault> {
    if amount == Amount::ZERO {
        return Err(Fault::here(Both("be at least 1", "sedikitnya 1")).inside("amount"));
    }
    Ok(())
}

fn at_least_one(number: u64, name: &str) -> Result<(), Fault> {
    if number == 0 {
        return Err(Fault::here(Both("be at least 1", "sedikitnya 1")).inside(name));
    }
    Ok(())
}

fn one_of(there: bool, names: Both) -> Result<(), Fault> {
    if there {
        Ok(())
    } else {
        Err(Fault::here(sentence!("have at least one of {names}", "memuat sedikitnya satu dari {names:#}")))
    }
}

/// One case may have several numbers or dates of a kind, but none is written twice.
fn once<T: PartialEq>(items: Option<&Vec<T>>, what: Both, name: &str) -> Result<(), Fault> {
    let Some(items) = items else { return Ok(()) };
    match (1..items.len()).find(|&at| items[..at].contains(&items[at])) {
        None => Ok(()),
        Some(at) => {
            Err(Fault::here(sentence!("not repeat a {what} of its kind", "lain dari {what:#} sejenis sebelumnya"))
                .inside(at)
                .inside(name))
        }
    }
}

fn counted(counted: &CountAndSum) -> Result<(), Fault> {
    if counted.count == 0 && counted.sum != Amount::ZERO {
        return Err(Fault::here(Both("be 0 where the count is 0", "0 bila banyaknya 0")).inside("sum"));
    }
    Ok(())
}

fn report(note: NoteId) -> Result<(), Fault> {
    match note.signer {
        NoteSigner::Desk => Ok(()),
        _ => Err(Fault::here(Both(
            "be a citizen's report, note/desk/<number>",
            "berupa laporan warga, note/desk/<nomor>",
        ))
        .inside("report")),
    }
}

fn flag(note: NoteId) -> Result<(), Fault> {
    match note.signer {
        NoteSigner::Official(_) => Ok(()),
        _ => Err(Fault::here(Both(
            "be a flag, note/official/<number>/<number>",
            "berupa temuan, note/official/<nomor>/<nomor>",
        ))
        .inside("flag")),
    }
}

fn flag_raised(body: &FlagRaised) -> Result<(), Fault> {
    one_of(body.case.is_some() || body.org.is_some(), Both("case and org", "case dan org"))?;
    body.org.map_or(Ok(()), |org| at_least_one(org, "org"))
}

fn refusals(counts: &[RefusalCount]) -> Result<(), Fault> {
    for (at, count) in counts.iter().enumerate() {
        at_least_one(count.count, "count").map_err(|fault| fault.inside(at).inside("counts"))?;
    }
    let ascends = |a: &RefusalCount, b: &RefusalCount| (a.rule, &a.office) < (b.rule, &b.office);
    if !counts.is_sorted_by(ascends) {
        return Err(Fault::here(Both(
            "name each rule and office once, in their order",
            "menyebut setiap aturan dan jabatan satu kali, menurut urutannya",
        ))
        .inside("counts"));
    }
    Ok(())
}

fn pointers(pointers: &[Label]) -> Result<(), Fault> {
    for (at, pointer) in pointers.iter().enumerate() {
        if !pointer.0.starts_with('/') {
            return Err(Fault::here(Both(
                "begin with /, as /body/sealed/chair does",
                "diawali /, seperti /body/sealed/chair",
            ))
            .inside(at)
            .inside("pointers"));
        }
        if pointers[..at].contains(pointer) {
            return Err(Fault::here(Both("not repeat a pointer before it", "lain dari penunjuk sebelumnya"))
                .inside(at)
                .inside("pointers"));
        }
    }
    Ok(())
}
