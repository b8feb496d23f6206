//! What no field of a profile can tell by itself: that its stages can be walked, its words are each said once, and
//! every name leads to something.

use super::{Class, Profile, ReportTerms, Role, default_roles, named_by, signed_together};
use crate::grants::kinds::Kind;
use crate::grants::money::Amount;
use crate::grants::one::ways::Way;
use crate::grants::shape::Fault;
use crate::grants::time::Date;

/// Most bytes of a profile as canonical JSON: entry 0 holds it and the keys within 65,000 bytes.
pub const MAX_BYTES: usize = 50_000;

/// Most items in any list of a profile but that of holidays.
const MAX_ITEMS: usize = 200;
const MAX_HOLIDAYS: usize = 1_000;

/// Most root holders: a statement has at most 16 signers, and an appointment one more than its roots.
const MAX_ROOTS: usize = 15;

/// Languages that titles are written in.
const LANGUAGES: &[&str] = &["id", "en"];

/// Roles that every ledger needs, whatever its stages: somebody registers organisations, somebody looks at them all.
const ALWAYS: &[(Role, &str)] = &[(Role::Registrar, "registers organisations"), (Role::Inspectorate, "inspects")];

/// Most days of the months, of every year.
const DAYS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

impl Profile {
    /// Checks what the fields say together.
    pub(in crate::grants) fn validate(&self) -> Result<(), Fault> {
        self.numbers_are_within_bounds()?;
        self.words_are_said_once()?;
        self.days_are_sorted()?;
        self.agencies_match()?;
        self.roots_are_numbered()?;
        self.ways_can_be_walked()?;
        self.recipients_may_receive()?;
        self.signers_are_offices()?;
        self.delegates_are_offices()?;
        self.every_stage_has_an_office()?;
        self.the_rest_leads_somewhere()?;
        if self.to_json().to_string().len() > MAX_BYTES {
            return Err(Fault::in_english(format!("have at most {MAX_BYTES} bytes as JSON")));
        }
        Ok(())
    }

    fn numbers_are_within_bounds(&self) -> Result<(), Fault> {
        let bounds = [
            (i64::from(self.utc_offset_min), -720, 840, "", "utc_offset_min"),
            (signed(self.expires_max_days), 1, 60, "", "expires_max_days"),
            (signed(self.replacement_days), 1, 366, "", "replacement_days"),
            (signed(self.limits.open_cases), 1, 1_000, "limits", "open_cases"),
            (signed(self.limits.revisions_a_year), 0, 1_000, "limits", "revisions_a_year"),
            (signed(self.report.due_month), 1, 12, "report", "due_month"),
            (signed(self.tolerances.late_entry_days), 0, 366, "tolerances", "late_entry_days"),
            (signed(self.tolerances.year_end_from_day), 1, 31, "tolerances", "year_end_from_day"),
        ];
        for (number, least, most, table, field) in bounds {
            if !(least..=most).contains(&number) {
                let fault = Fault::in_english(format!("be from {least} to {most}")).inside(field);
                return Err(if table.is_empty() { fault } else { fault.inside(table) });
            }
        }
        for (at, deadline) in self.deadlines.iter().flatten().enumerate() {
            if !(1..=366).contains(&deadline.working_days) {
                return Err(Fault::in_english("be from 1 to 366")
                    .inside("working_days")
                    .inside(at)
                    .inside("deadlines"));
            }
        }
        let ReportTerms { due_month, due_day, .. } = self.report;
        let days = usize::try_from(due_month - 1).ok().and_then(|month| DAYS.get(month)).copied().unwrap_or(0);
        if !(1..=days).contains(&due_day) {
            let must = format!("be a day that month {due_month} has in every year, 1 to {days}");
            return Err(Fault::in_english(must).inside("due_day").inside("report"));
        }
        Ok(())
    }

    fn words_are_said_once(&self) -> Result<(), Fault> {
        once("languages", "", self.languages.iter().map(|code| code.0.as_str()))?;
        once("agencies", "/code", self.agencies.iter().map(|agency| agency.code.0.as_str()))?;
        once("agencies", "/n", self.agencies.iter().map(|agency| agency.n))?;
        once("offices", "/code", self.offices.iter().map(|office| office.code.0.as_str()))?;
        once("fields", "/code", self.fields.iter().map(|field| field.code.0.as_str()))?;
        once("recipient_types", "/code", self.recipient_types.iter().map(|term| term.code.0.as_str()))?;
        once("ways", "", self.ways.iter().map(|list| format!("{} {}", list.way.name(), list.form.name())))?;
        once("completeness", "/code", self.completeness.iter().flatten().map(|term| term.code.0.as_str()))?;
        once("checklist", "/code", self.checklist.iter().flatten().map(|term| term.code.0.as_str()))?;
        once("documents", "", self.documents.iter().map(|title| title.0.as_str()))?;
        once("signers", "/kind", self.signers.iter().flatten().map(|signing| signing.kind))?;
        let delegates = self.delegates.iter().flatten();
        once("delegates", "", delegates.map(|delegate| format!("{} by {}", delegate.kind, delegate.office.0)))?;
        once("deadlines", "/kind", self.deadlines.iter().flatten().map(|deadline| deadline.kind))?;
        once("vault_readers", "", self.vault_readers.iter().map(|code| code.0.as_str()))?;
        match self.languages.iter().position(|code| !LANGUAGES.contains(&code.0.as_str())) {
            Some(at) => {
                Err(Fault::in_english("be id or en, in which titles are written").inside(at).inside("languages"))
            }
            None => Ok(()),
        }
    }

    fn days_are_sorted(&self) -> Result<(), Fault> {
        for (list, days, most) in
            [("holidays", &self.holidays, MAX_HOLIDAYS), ("elections", &self.elections, MAX_ITEMS)]
        {
            let days: &[Date] = days.as_deref().unwrap_or_default();
            if days.len() > most {
                return Err(Fault::in_english(format!("have at most {most} days")).inside(list));
            }
            if let Some(at) = days.windows(2).position(|pair| pair[0] >= pair[1]) {
                let must = format!("be later than the day before it in the list, {}", days[at]);
                return Err(Fault::in_english(must).inside(at + 1).inside(list));
            }
        }
        Ok(())
    }

    fn agencies_match(&self) -> Result<(), Fault> {
        if let Some(at) = self.agencies.iter().position(|agency| agency.n == 0) {
            return Err(Fault::in_english("be 1 or more").inside("n").inside(at).inside("agencies"));
        }
        for (at, office) in self.offices.iter().enumerate() {
            let must = match (office.role, &office.agency) {
                (Role::Agency, None) => "be there, for the office's role is agency",
                (Role::Agency, Some(code)) if self.agency(&code.0).is_none() => "be the code of one of the agencies",
                (Role::Agency, Some(_)) | (_, None) => continue,
                (_, Some(_)) => "not be there, for the office's role is not agency",
            };
            return Err(Fault::in_english(must).inside("agency").inside(at).inside("offices"));
        }
        let idle = |code: &str| self.offices_with(Role::Agency, Some(code)).next().is_none();
        if let Some(at) = self.agencies.iter().position(|agency| idle(&agency.code.0)) {
            let must = "be the agency of an office with the role agency";
            return Err(Fault::in_english(must).inside("code").inside(at).inside("agencies"));
        }
        match self.fields.iter().position(|field| self.agency(&field.agency.0).is_none()) {
            Some(at) => Err(Fault::in_english("be the code of one of the agencies")
                .inside("agency")
                .inside(at)
                .inside("fields")),
            None => Ok(()),
        }
    }

    fn roots_are_numbered(&self) -> Result<(), Fault> {
        if self.root_holders.len() > MAX_ROOTS {
            return Err(Fault::in_english(format!("have at most {MAX_ROOTS} items")).inside("root_holders"));
        }
        match (1..).zip(&self.root_holders).find(|(n, holder)| holder.root != *n) {
            Some((n, _)) => {
                let must = format!("be {n}, for root holders are numbered from 1 without gaps");
                Err(Fault::in_english(must).inside("root").inside(n - 1).inside("root_holders"))
            }
            None => Ok(()),
        }
    }

    fn ways_can_be_walked(&self) -> Result<(), Fault> {
        let mut ways = self.ways.iter().enumerate();
        ways.try_for_each(|(at, list)| list.can_be_walked().map_err(|fault| fault.inside(at).inside("ways")))
    }

    fn recipients_may_receive(&self) -> Result<(), Fault> {
        let assistance = self.ways.iter().any(|list| list.way != Way::Grant);
        let individual = self.recipient_types.iter().position(|term| term.class == Class::Individual);
        match individual {
            Some(at) if !assistance => {
                let must = "not be individual where no way is assistance, for B15";
                Err(Fault::in_english(must).inside("class").inside(at).inside("recipient_types"))
            }
            _ => Ok(()),
        }
    }

    fn signers_are_offices(&self) -> Result<(), Fault> {
        for (at, signing) in self.signers.iter().flatten().enumerate() {
            let fault = |must: String, part| Err(Fault::in_english(must).inside(part).inside(at).inside("signers"));
            if let Some(must) = not_nameable(signing.kind) {
                return fault(must, "kind");
            }
            if signing.role == Role::Agency && !has_one_field(signing.kind) {
                return fault(format!("not be agency, for {} is not about one case", signing.kind), "role");
            }
            if !self.has_office(signing.role) {
                return fault("be the role of one of the offices".to_owned(), "role");
            }
        }
        Ok(())
    }

    fn delegates_are_offices(&self) -> Result<(), Fault> {
        for (at, delegate) in self.delegates.iter().flatten().enumerate() {
            let fault = |must: String, part| Err(Fault::in_english(must).inside(part).inside(at).inside("delegates"));
            if let Some(must) = not_nameable(delegate.kind) {
                return fault(must, "kind");
            }
            match self.office(&delegate.office.0) {
                None => return fault("be the code of one of the offices".to_owned(), "office"),
                Some(office) if self.roles_of(delegate.kind).contains(&office.role) => {
                    return fault(format!("be another office than one that signs {} itself", delegate.kind), "office");
                }
                Some(_) => {}
            }
        }
        Ok(())
    }

    fn every_stage_has_an_office(&self) -> Result<(), Fault> {
        if let Some((role, does)) = ALWAYS.iter().find(|(role, _)| !self.has_office(*role)) {
            return Err(
                Fault::in_english(format!("have one with the role {}, which {does}", role.name())).inside("offices")
            );
        }
        for (way, list) in self.ways.iter().enumerate() {
            for (at, &stage) in list.stages.iter().enumerate() {
                let roles = list.roles_without_organisation(stage).unwrap_or_else(|| self.roles_of(stage));
                if !roles.is_empty() && !roles.iter().any(|&role| self.has_office(role)) {
                    let must = format!("be signed by somebody: offices must {}", lacks(roles, named_by(stage)));
                    return Err(Fault::in_english(must).inside(at).inside("stages").inside(way).inside("ways"));
                }
            }
        }
        Ok(())
    }

    fn the_rest_leads_somewhere(&self) -> Result<(), Fault> {
        let is_stage = |kind: Kind| self.ways.iter().any(|list| list.stages.contains(&kind));
        for (at, deadline) in self.deadlines.iter().flatten().enumerate() {
            if !is_stage(deadline.kind) || default_roles(deadline.kind).is_empty() {
                let must = "be a stage of one of the ways that an office signs";
                return Err(Fault::in_english(must).inside("kind").inside(at).inside("deadlines"));
            }
        }
        if self.limits.cash > Amount::ZERO && !self.roles_of(Kind::CashPaid).iter().any(|&role| self.has_office(role)) {
            let must = format!("be 0, or offices must {}", lacks(self.roles_of(Kind::CashPaid), Kind::CashPaid));
            return Err(Fault::in_english(must).inside("cash").inside("limits"));
        }
        if self.correction_second == Role::Agency {
            return Err(
                Fault::in_english("not be agency, which speaks for its own field only").inside("correction_second")
            );
        }
        if !self.has_office(self.correction_second) {
            return Err(Fault::in_english("be the role of one of the offices").inside("correction_second"));
        }
        match self.vault_readers.iter().position(|code| self.office(&code.0).is_none()) {
            Some(at) => Err(Fault::in_english("be the code of one of the offices").inside(at).inside("vault_readers")),
            None => Ok(()),
        }
    }

    fn has_office(&self, role: Role) -> bool {
        self.offices.iter().any(|office| office.role == role)
    }
}

fn lacks(roles: &[Role], kind: Kind) -> String {
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    format!("have one with the role {}, which signs {kind}", names.join(" or "))
}

/// Why a profile cannot give this kind to another office.
fn not_nameable(kind: Kind) -> Option<String> {
    if default_roles(kind).is_empty() || signed_together(kind) {
        return Some("be a kind that one office signs".to_owned());
    }
    let named = named_by(kind);
    (named != kind).then(|| format!("be {named}, whose office signs {kind} too"))
}

/// Whether the kind is about one case, whose field then tells the agency.
fn has_one_field(kind: Kind) -> bool {
    match kind {
        Kind::CompletenessChecked | Kind::CaseRouted | Kind::CaseClassified | Kind::CaseConsidered => true,
        Kind::BudgetConsidered | Kind::PaymentRequested | Kind::PaymentVerified | Kind::CashPaid => true,
        Kind::PaymentOrdered | Kind::AgreementSigned | Kind::RefundDemanded | Kind::CaseCancelled => true,
        Kind::MonitoringRecorded | Kind::WarningIssued => true,
        kind => default_roles(kind) == [Role::Agency],
    }
}

/// A bounded number for comparing with bounds; what is too large is beyond them all.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The words of a list are each said once, and not too many.
fn once<W: Ord + std::fmt::Display>(list: &str, part: &str, words: impl Iterator<Item = W>) -> Result<(), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    for (at, word) in words.enumerate() {
        if at == MAX_ITEMS {
            return Err(Fault::in_english(format!("have at most {MAX_ITEMS} items")).inside(list));
        }
        if seen.contains(&word) {
            let fault = Fault { pointer: part.to_owned(), ..Fault::in_english(format!("not repeat {word}")) };
            return Err(fault.inside(at).inside(list));
        }
        seen.insert(word);
    }
    Ok(())
}
