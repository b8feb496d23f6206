//! What the demo plays: the golden cases of `fixtures/demo/kota-bandung.toml` and made-up ones around them, each a plan
//! of days and amounts. Everything follows from the file: two runs make the same ledger, byte for byte.

use serde::Deserialize;

use crate::grants::time::Date;
use crate::tlog::hash::sha256;

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    pub(super) origin: String,
    pub(super) profile: String,
    pub(super) founded: String,
    pub(super) until: String,
    golden: Vec<Golden>,
    pub(super) decree: Vec<Decree>,
    made_up: MadeUp,
}

/// A decree and how many rows it has.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Decree {
    pub(super) number: String,
    date: String,
    rows: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Golden {
    name: String,
    street: String,
    title: String,
    purpose: String,
    control_number: String,
    applied: Step,
    recommended: Step,
    decree: Row,
    requested: Step,
    agreement: Step,
    warrant: Step,
    credited: Step,
    reported: Step,
}

/// A dated step; `made_up` marks what the source lacks and is for the reader of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    date: String,
    #[serde(default)]
    amount: i64,
    #[serde(default)]
    number: String,
    #[serde(default, rename = "made_up")]
    _made_up: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    number: String,
    #[serde(rename = "date")]
    _date: String,
    row: u64,
    amount: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MadeUp {
    refused: u64,
    waiting: u64,
    kinds: Vec<String>,
    names: Vec<String>,
    wards: Vec<String>,
    purpose: Vec<Purpose>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Purpose {
    field: String,
    title: String,
    purpose: String,
}

/// An organisation and when it registers.
pub(super) struct Applicant {
    pub(super) name: String,
    pub(super) street: String,
    pub(super) ward: String,
    pub(super) recipient_type: &'static str,
    pub(super) registers: Date,
}

/// One case from application to report; a day that is absent is a step that is not taken.
pub(super) struct Case {
    /// Place in [`Plan::applicants`].
    pub(super) applicant: usize,
    pub(super) title: String,
    pub(super) purpose: String,
    pub(super) field: String,
    pub(super) fiscal_year: u16,
    pub(super) asked: i64,
    pub(super) applied: Date,
    pub(super) recommended: Option<(Date, i64)>,
    pub(super) control_number: Option<String>,
    pub(super) refused: Option<Date>,
    pub(super) execution: Option<Execution>,
}

/// What follows a decree.
pub(super) struct Execution {
    /// Place in [`Script::decree`], and the row there.
    pub(super) decree: usize,
    pub(super) row: u64,
    pub(super) amount: i64,
    pub(super) requested: Date,
    pub(super) agreed: (Date, String),
    pub(super) warrant: (Date, String),
    pub(super) credited: Date,
    pub(super) reported: Option<Date>,
}

/// Everything that is played.
pub(super) struct Plan {
    pub(super) applicants: Vec<Applicant>,
    pub(super) cases: Vec<Case>,
}

/// How many organisations share the made-up cases.
const APPLICANTS: usize = 190;

/// Reads the file that ships with the program.
///
/// # Errors
/// A sentence that names line and field.
pub fn script() -> Result<Script, String> {
    toml::from_str(include_str!("../../../fixtures/demo/kota-bandung.toml")).map_err(|e| e.to_string())
}

/// A day of the file.
pub(super) fn day(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| format!("\"{text}\" in the demo's file is not a day: write YYYY-MM-DD"))
}

impl Decree {
    pub(super) fn date(&self) -> Result<Date, String> {
        day(&self.date)
    }
}

/// A number below `n` that depends on `what` alone.
fn pick(what: &str, n: u64) -> u64 {
    let mut eight = [0; 8];
    eight.copy_from_slice(&sha256(format!("hibah demo\n{what}\n").as_bytes()).as_bytes()[..8]);
    u64::from_be_bytes(eight) % n
}

fn days(what: &str, from: u64, to: u64) -> i64 {
    i64::try_from(from + pick(what, to - from + 1)).unwrap_or_default()
}

fn later(from: Date, days: i64) -> Date {
    // The demo ends in 2017.
    from.plus_days(days).expect("a day within the calendar")
}

impl Script {
    /// The plan that the file makes.
    ///
    /// # Errors
    /// A sentence that names what the file gets wrong.
    pub(super) fn plan(&self) -> Result<Plan, String> {
        let mut plan = Plan { applicants: Vec::new(), cases: Vec::new() };
        for golden in &self.golden {
            plan.add_golden(self, golden)?;
        }
        let golden_count = plan.applicants.len();
        for n in 0..APPLICANTS {
            plan.applicants.push(self.made_up.applicant(n));
        }
        let mut n = 0;
        for (at, decree) in self.decree.iter().enumerate() {
            let taken: Vec<u64> =
                self.golden.iter().filter(|g| g.decree.number == decree.number).map(|g| g.decree.row).collect();
            for row in (1..=decree.rows).filter(|row| !taken.contains(row)) {
                let case = self.made_up.decided(n, golden_count, at, row, decree.date()?);
                plan.add(case);
                n += 1;
            }
        }
        for _ in 0..self.made_up.refused {
            let year = 2014 + u16::try_from(n % 3).unwrap_or_default();
            let case = self.made_up.refused(n, golden_count, year);
            plan.add(case);
            n += 1;
        }
        for _ in 0..self.made_up.waiting {
            let case = self.made_up.waiting(n, golden_count);
            plan.add(case);
            n += 1;
        }
        Ok(plan)
    }
}

impl Plan {
    /// Adds a case; its organisation registers a week before its first application.
    fn add(&mut self, case: Case) {
        let applicant = &mut self.applicants[case.applicant];
        applicant.registers = applicant.registers.min(later(case.applied, -7));
        self.cases.push(case);
    }

    fn add_golden(&mut self, script: &Script, golden: &Golden) -> Result<(), String> {
        let decree = script.decree.iter().position(|decree| decree.number == golden.decree.number);
        let decree = decree.ok_or_else(|| format!("the demo's file has no decree {}", golden.decree.number))?;
        self.applicants.push(Applicant {
            name: golden.name.clone(),
            street: golden.street.clone(),
            ward: "Cicadas".to_owned(),
            recipient_type: "foundation",
            // Before all others, so that these cases are case/1/1 and case/2/1.
            registers: day(&script.founded)?,
        });
        self.cases.push(Case {
            applicant: self.applicants.len() - 1,
            title: golden.title.clone(),
            purpose: golden.purpose.clone(),
            field: "pendidikan".to_owned(),
            fiscal_year: 2014,
            asked: golden.applied.amount,
            applied: day(&golden.applied.date)?,
            recommended: Some((day(&golden.recommended.date)?, golden.recommended.amount)),
            control_number: Some(golden.control_number.clone()),
            refused: None,
            execution: Some(Execution {
                decree,
                row: golden.decree.row,
                amount: golden.decree.amount,
                requested: day(&golden.requested.date)?,
                agreed: (day(&golden.agreement.date)?, golden.agreement.number.clone()),
                warrant: (day(&golden.warrant.date)?, golden.warrant.number.clone()),
                credited: day(&golden.credited.date)?,
                reported: Some(day(&golden.reported.date)?),
            }),
        });
        Ok(())
    }
}

impl MadeUp {
    fn applicant(&self, n: usize) -> Applicant {
        let what = format!("applicant {n}");
        let kind = &self.kinds[at(&what, "kind", self.kinds.len())];
        let name = &self.names[at(&what, "name", self.names.len())];
        let ward = &self.wards[at(&what, "ward", self.wards.len())];
        Applicant {
            name: format!("{kind} {name} {ward} {:03} (rekaan)", n + 1),
            street: format!("Jalan Rekaan {}", 1 + pick(&format!("{what} house"), 199)),
            ward: ward.clone(),
            recipient_type: match kind.as_str() {
                "Yayasan" => "foundation",
                "Karang Taruna" | "Paguyuban" | "Komunitas" => "community",
                _ => "organisation",
            },
            // Later than any application; the first one sets it right.
            registers: Date::parse("2099-12-31").expect("a day that every year has"),
        }
    }

    /// A case up to its application, in the spring before its fiscal year.
    fn case(&self, n: u64, golden_count: usize, fiscal_year: u16) -> Case {
        let what = format!("case {n}");
        let purpose = &self.purpose[at(&what, "purpose", self.purpose.len())];
        let spring = Date::parse(&format!("{}-03-01", fiscal_year - 1)).expect("a day that every year has");
        let asked = 10_000_000 + 2_500_000 * i64::try_from(pick(&format!("{what} asked"), 120)).unwrap_or_default();
        let applied = later(spring, days(&format!("{what} applied"), 0, 90));
        let recommended = asked * i64::try_from(30 + pick(&format!("{what} share"), 60)).unwrap_or_default() / 100;
        Case {
            applicant: golden_count + usize::try_from(n).unwrap_or_default() % APPLICANTS,
            title: purpose.title.clone(),
            purpose: purpose.purpose.clone(),
            field: purpose.field.clone(),
            fiscal_year,
            asked,
            applied,
            recommended: Some((later(applied, days(&format!("{what} recommended"), 10, 60)), rounded(recommended))),
            control_number: None,
            refused: None,
            execution: None,
        }
    }

    fn decided(&self, n: u64, golden_count: usize, decree: usize, row: u64, decreed: Date) -> Case {
        let mut case = self.case(n, golden_count, decreed.year());
        let what = format!("case {n}");
        let recommended = case.recommended.map(|(_, amount)| amount).unwrap_or_default();
        let share = i64::try_from(60 + pick(&format!("{what} decreed"), 41)).unwrap_or_default();
        let requested = later(decreed, days(&format!("{what} requested"), 20, 120));
        let agreed = later(requested, days(&format!("{what} agreed"), 1, 10));
        let warrant = later(agreed, days(&format!("{what} warrant"), 5, 12));
        let year = decreed.year();
        let due = Date::parse(&format!("{}-01-10", year + 1)).expect("a day that every year has");
        let reported = match pick(&format!("{what} report"), 30) {
            0 => None,
            1 | 2 => Some(later(due, days(&format!("{what} late"), 1, 25))),
            _ => Some(later(due, -days(&format!("{what} early"), 1, 40))),
        };
        case.execution = Some(Execution {
            decree,
            row,
            amount: rounded(recommended * share / 100),
            requested,
            agreed: (agreed, format!("{n}/Kep.REKAAN/{row}/{year}")),
            warrant: (warrant, format!("957/R{n:04}/1.20.06.01/BTL/{year}")),
            credited: later(warrant, days(&format!("{what} credited"), 1, 5)),
            reported,
        });
        case
    }

    fn refused(&self, n: u64, golden_count: usize, fiscal_year: u16) -> Case {
        let mut case = self.case(n, golden_count, fiscal_year);
        case.refused = Some(later(case.applied, days(&format!("case {n} refused"), 10, 60)));
        case.recommended = None;
        case
    }

    fn waiting(&self, n: u64, golden_count: usize) -> Case {
        let mut case = self.case(n, golden_count, 2017);
        if n.is_multiple_of(2) {
            case.recommended = None;
        }
        case
    }
}

fn at(what: &str, of: &str, count: usize) -> usize {
    usize::try_from(pick(&format!("{what} {of}"), count as u64)).unwrap_or_default()
}

/// Down to whole half millions, at least one.
fn rounded(amount: i64) -> i64 {
    (amount / 500_000).max(1) * 500_000
}
