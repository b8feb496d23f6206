//! What a profile may say and deserves a second look.

use serde_json::Value;

use super::reading::{delegated, signs};
use super::words::Lang;
use crate::grants::kinds::Kind;
use crate::grants::one::profile::{Agency, Class, Office, Profile, Role};
use crate::grants::one::ways::Way;

/// Fewest root holders with whom a threshold of two survives the loss of a key.
const FEW_ROOTS: usize = 3;

/// What is allowed and deserves a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Warning<'p> {
    /// Every root holder is inside the government.
    NobodyOutside,
    /// So few root holders that one lost key stops every appointment.
    FewRoots(usize),
    /// The office signs nothing.
    IdleOffice(&'p Office),
    /// No field is the agency's.
    IdleAgency(&'p Agency),
    /// No office takes in paper.
    NoCounter,
    /// The same role orders a payment and issues its warrant.
    OrdersAndPays(Role),
    /// Every recipient type is a person, and there are grants.
    OnlyPeople,
    /// Deadlines count working days, and there is no holiday.
    NoHolidays,
}

impl Warning<'_> {
    /// A word for machines.
    pub fn code(self) -> &'static str {
        match self {
            Warning::NobodyOutside => "nobody_outside",
            Warning::FewRoots(_) => "few_roots",
            Warning::IdleOffice(_) => "idle_office",
            Warning::IdleAgency(_) => "idle_agency",
            Warning::NoCounter => "no_counter",
            Warning::OrdersAndPays(_) => "orders_and_pays",
            Warning::OnlyPeople => "only_people",
            Warning::NoHolidays => "no_holidays",
        }
    }

    /// What is odd and what to do about it, one sentence.
    pub fn words(self, lang: Lang) -> String {
        let (en, id) = match self {
            Warning::NobodyOutside => (
                "root_holders: nobody outside the government holds a root key, so it can appoint whom it likes unseen by others; give one to a body outside.".to_owned(),
                "root_holders: tidak ada pemegang kunci akar di luar pemerintah; berikan satu kepada badan di luar.".to_owned(),
            ),
            Warning::FewRoots(number) => (
                format!("root_holders: only {number}, so one lost key may stop every appointment; name at least three."),
                format!("root_holders: hanya {number}, sehingga satu kunci hilang dapat menghentikan pengangkatan; tunjuk sedikitnya tiga."),
            ),
            Warning::IdleOffice(office) => (
                format!("offices: {} signs nothing under these ways; take it away or give it a kind in signers.", office.code.0),
                format!("offices: {} tidak menandatangani apa pun; hapus atau beri jenis di signers.", office.code.0),
            ),
            Warning::IdleAgency(agency) => (
                format!("agencies: no field belongs to {}; add one or take the agency away.", agency.code.0),
                format!("agencies: tidak ada bidang milik {}; tambahkan atau hapus SKPD itu.", agency.code.0),
            ),
            Warning::NoCounter => (
                "offices: none has the role intake, so organisations cannot bring anything on paper.".to_owned(),
                "offices: tidak ada yang berperan intake, sehingga lembaga tidak dapat membawa apa pun di atas kertas.".to_owned(),
            ),
            Warning::OrdersAndPays(role) => (
                format!("signers: {} orders payments and issues their warrants, which two persons must do (B3); give one to another office.", role.name()),
                format!("signers: {} memerintahkan pembayaran dan menerbitkan SP2D-nya, yang harus dilakukan dua orang (B3); serahkan salah satunya kepada kantor lain.", role.name()),
            ),
            Warning::OnlyPeople => (
                "recipient_types: all are people, who receive no grant (B15); add a body or take the grants away.".to_owned(),
                "recipient_types: semuanya perorangan, yang tidak menerima hibah (B15); tambahkan badan atau hapus hibah.".to_owned(),
            ),
            Warning::NoHolidays => (
                "holidays: there are none, so deadlines count every Monday to Friday.".to_owned(),
                "holidays: tidak ada, sehingga tenggat menghitung setiap Senin sampai Jumat.".to_owned(),
            ),
        };
        if lang == Lang::En { en } else { id }
    }

    /// What it is about, where it is one thing.
    pub fn about(self) -> Option<Value> {
        match self {
            Warning::IdleOffice(office) => Some(Value::from(office.code.0.as_str())),
            Warning::IdleAgency(agency) => Some(Value::from(agency.code.0.as_str())),
            Warning::OrdersAndPays(role) => Some(Value::from(role.name())),
            Warning::FewRoots(number) => Some(Value::from(number)),
            _ => None,
        }
    }
}

/// What of a profile deserves a second look.
pub fn warnings(profile: &Profile) -> Vec<Warning<'_>> {
    let mut found = Vec::new();
    if !profile.root_holders.iter().any(|holder| holder.outside) {
        found.push(Warning::NobodyOutside);
    }
    if profile.root_holders.len() < FEW_ROOTS {
        found.push(Warning::FewRoots(profile.root_holders.len()));
    }
    let idle = |office: &&Office| signs(profile, office).is_empty() && delegated(profile, office).is_empty();
    found.extend(profile.offices.iter().filter(idle).map(Warning::IdleOffice));
    let fieldless = |agency: &&Agency| !profile.fields.iter().any(|field| field.agency == agency.code);
    found.extend(profile.agencies.iter().filter(fieldless).map(Warning::IdleAgency));
    if profile.offices_with(Role::Intake, None).next().is_none() {
        found.push(Warning::NoCounter);
    }
    let is_stage = |kind| profile.ways.iter().any(|list| list.stages.contains(&kind));
    if let Some(role) = profile.role_of(Kind::WarrantIssued)
        && is_stage(Kind::PaymentOrdered)
        && profile.role_of(Kind::PaymentOrdered) == Some(role)
    {
        found.push(Warning::OrdersAndPays(role));
    }
    if profile.recipient_types.iter().all(|term| term.class == Class::Individual)
        && profile.ways.iter().any(|list| list.way == Way::Grant)
    {
        found.push(Warning::OnlyPeople);
    }
    if profile.deadlines.is_some() && profile.holidays.is_none() {
        found.push(Warning::NoHolidays);
    }
    found
}
