//! Plays a plan on a ledger, day by day: what happened on a day is recorded at 09:00 the day after.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::city::{City, CityError, Registration, Saying};
use super::plan::{Case, Execution, Plan, Script, day};
use crate::grants::about::{About, CaseId, CaseOwner, DecreeId};
use crate::grants::money::Currency;
use crate::grants::profile::{self, Profile};
use crate::grants::state::Series;
use crate::grants::time::Date;
use crate::tlog::hash::sha256;

/// Steps of one day, in the order in which they are said; the number is a place in the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Register(usize),
    Apply(usize),
    Recommend(usize),
    Refuse(usize),
    Decree(usize),
    Request(usize),
    Agree(usize),
    Warrant(usize),
    Credit(usize),
    Report(usize),
}

/// Plays the demo's script in the new folder `dir`; `progress` is told how many steps are done, of how many.
///
/// # Errors
/// What the script gets wrong or the ledger refuses.
pub fn play(dir: &Path, script: &Script, progress: &dyn Fn(u64, u64)) -> Result<City, CityError> {
    let wrong = CityError::Script;
    let profile =
        profile::named(&script.profile).ok_or_else(|| wrong(format!("there is no profile {}", script.profile)))?;
    let currency = Currency::new("IDR", 0).ok_or_else(|| wrong("IDR is no currency".to_owned()))?;
    let founded = day(&script.founded).map_err(wrong)?;
    let until = day(&script.until).map_err(wrong)?;
    let plan = script.plan().map_err(wrong)?;
    let acts = calendar(script, &plan).map_err(wrong)?;
    let city = City::found(dir, &script.origin, &profile, &currency, founded)?;
    let mut stage =
        Stage { script, plan: &plan, profile: &profile, city, orgs: BTreeMap::new(), cases: BTreeMap::new() };
    let acts: Vec<(Date, Act)> = acts.into_iter().filter(|(on, _)| *on <= until).collect();
    for (done, (on, act)) in (1u64..).zip(&acts) {
        stage.city.go_to(next_day(*on))?;
        stage.act(*on, *act)?;
        progress(done, acts.len() as u64);
    }
    stage.city.flush()?;
    Ok(stage.city)
}

/// Everything that happens, by day.
fn calendar(script: &Script, plan: &Plan) -> Result<Vec<(Date, Act)>, String> {
    let mut acts = Vec::new();
    acts.extend(plan.applicants.iter().enumerate().map(|(n, a)| (a.registers, Act::Register(n))));
    for (n, decree) in script.decree.iter().enumerate() {
        acts.push((decree.date()?, Act::Decree(n)));
    }
    for (n, case) in plan.cases.iter().enumerate() {
        acts.push((case.applied, Act::Apply(n)));
        acts.extend(case.recommended.map(|(on, _)| (on, Act::Recommend(n))));
        acts.extend(case.refused.map(|on| (on, Act::Refuse(n))));
        if let Some(execution) = &case.execution {
            acts.push((execution.requested, Act::Request(n)));
            acts.push((execution.agreed.0, Act::Agree(n)));
            acts.push((execution.warrant.0, Act::Warrant(n)));
            acts.push((execution.credited, Act::Credit(n)));
            acts.extend(execution.reported.map(|on| (on, Act::Report(n))));
        }
    }
    acts.sort();
    Ok(acts)
}

fn next_day(on: Date) -> Date {
    // The demo ends in 2016.
    on.plus_days(1).expect("a day within the calendar")
}

struct Stage<'a> {
    script: &'a Script,
    plan: &'a Plan,
    profile: &'a Profile,
    city: City,
    /// Number on the ledger by place in the plan.
    orgs: BTreeMap<usize, u64>,
    cases: BTreeMap<usize, CaseId>,
}

impl Stage<'_> {
    fn act(&mut self, on: Date, act: Act) -> Result<(), CityError> {
        match act {
            Act::Register(n) => self.register(n),
            Act::Decree(n) => self.decree(n, on),
            Act::Apply(n) => self.apply(n, on),
            Act::Recommend(n) => self.recommend(n, on),
            Act::Refuse(n) => self.refuse(n, on),
            Act::Request(n) | Act::Agree(n) | Act::Warrant(n) | Act::Credit(n) | Act::Report(n) => {
                self.execute(n, on, act)
            }
        }
    }

    fn register(&mut self, n: usize) -> Result<(), CityError> {
        let applicant = &self.plan.applicants[n];
        let number = self.city.register(&Registration {
            name: &applicant.name,
            recipient_type: applicant.recipient_type,
            street: &applicant.street,
            ward: &applicant.ward,
            city: "Bandung",
        })?;
        self.orgs.insert(n, number);
        Ok(())
    }

    fn apply(&mut self, n: usize, on: Date) -> Result<(), CityError> {
        // Case numbers follow the ledger's state, so the applications of one organisation are recorded one by one.
        self.city.flush()?;
        let case = &self.plan.cases[n];
        let org = self.orgs.get(&case.applicant).copied().unwrap_or_default();
        let owner = CaseOwner::Org(org);
        let id = CaseId { owner, n: self.city.state().next_number(Series::Cases(owner)) };
        self.cases.insert(n, id);
        let half = case.asked / 2;
        let body = json!({
            "title": case.title,
            "purpose": case.purpose,
            "amount": case.asked,
            "field": case.field,
            "form": "money",
            "way": "grant",
            "fiscal_year": case.fiscal_year,
            "documents": [paper("Proposal hibah", id, n), paper("Rencana anggaran biaya", id, n)],
            "budget_lines": [
                {"line": "Belanja barang dan jasa", "amount": half},
                {"line": "Belanja kegiatan", "amount": case.asked - half},
            ],
        });
        self.say(n, "application.submitted", body, on, &[&format!("org/{org}")])
    }

    fn say(&mut self, n: usize, kind: &str, body: Value, on: Date, signers: &[&str]) -> Result<(), CityError> {
        let id = self.cases.get(&n).copied();
        let id = id.ok_or_else(|| CityError::Script(format!("case {n} of the plan has not applied yet")))?;
        self.city.say(&Saying { kind, about: About::Case(id), body, on, signers })
    }

    /// The office of the agency of a case's field.
    fn agency(&self, case: &Case) -> Result<String, CityError> {
        let field = self.profile.fields.iter().find(|field| field.code.0 == case.field);
        let office = field
            .and_then(|field| self.profile.offices.iter().find(|office| office.agency.as_ref() == Some(&field.agency)));
        office
            .map(|office| office.code.0.clone())
            .ok_or_else(|| CityError::Script(format!("the profile has no office for the field {}", case.field)))
    }

    fn recommend(&mut self, n: usize, on: Date) -> Result<(), CityError> {
        let case = &self.plan.cases[n];
        let office = self.agency(case)?;
        let (_, amount) = case.recommended.unwrap_or((on, 0));
        let items = self.profile.checklist.iter().flatten();
        let checklist: serde_json::Map<String, Value> =
            items.map(|item| (item.code.0.clone(), Value::Bool(true))).collect();
        let mut body = json!({
            "amount": amount,
            "checklist": checklist,
            "reason": "Sesuai hasil evaluasi dan pagu bidang.",
            "decided_by": self.city.decided_by(&office),
        });
        if let Some(number) = &case.control_number {
            body["control_number"] = json!(number);
        }
        self.say(n, "amount.recommended", body, on, &[&office])
    }

    fn refuse(&mut self, n: usize, on: Date) -> Result<(), CityError> {
        let office = self.agency(&self.plan.cases[n])?;
        let reasons = [
            "Proposal tidak lengkap: rencana anggaran biaya tidak dirinci.",
            "Kegiatan di luar kewenangan dan program daerah.",
            "Organisasi belum terdaftar tiga tahun.",
        ];
        let body = json!({"reason": reasons[n % reasons.len()], "decided_by": self.city.decided_by(&office)});
        self.say(n, "decision.refused", body, on, &[&office])
    }

    fn decree(&mut self, n: usize, on: Date) -> Result<(), CityError> {
        self.city.flush()?;
        let decree = &self.script.decree[n];
        let mut rows: Vec<(u64, CaseId, i64)> = Vec::new();
        for (at, case) in self.plan.cases.iter().enumerate() {
            if let Some(execution) = case.execution.as_ref().filter(|execution| execution.decree == n) {
                let id = self.cases.get(&at).copied();
                let id = id.ok_or_else(|| CityError::Script(format!("case {at} is decreed before it applies")))?;
                rows.push((execution.row, id, execution.amount));
            }
        }
        rows.sort_unstable();
        let year = on.year();
        let about = About::Decree(DecreeId { year, n: self.city.state().next_number(Series::Decrees(year)) });
        let total: i64 = rows.iter().map(|(_, _, amount)| amount).sum();
        let issued = json!({
            "number": decree.number,
            "fiscal_year": year,
            "total": total,
            "rows": rows.len(),
            "document": document("Keputusan wali kota", &decree.number),
            "decided_by": self.city.decided_by("wali_kota"),
        });
        let signers = ["wali_kota"];
        self.city.say(&Saying { kind: "decree.issued", about, body: issued, on, signers: &signers })?;
        for part in rows.chunks(100) {
            self.city.flush()?;
            let rows: Vec<Value> = part
                .iter()
                .map(|(row, case, amount)| {
                    let after = self.city.state().head(&About::Case(*case)).map(|hash| hash.to_hex());
                    json!({"row": row, "case": About::Case(*case).to_string(), "after": after, "amount": amount})
                })
                .collect();
            self.city.say(&Saying {
                kind: "decree.rows",
                about,
                body: json!({"rows": rows}),
                on,
                signers: &signers,
            })?;
        }
        self.city.say(&Saying { kind: "decree.sealed", about, body: json!({}), on, signers: &signers })?;
        self.city.flush()
    }

    fn execute(&mut self, n: usize, on: Date, act: Act) -> Result<(), CityError> {
        let case = &self.plan.cases[n];
        let Some(execution) = &case.execution else { return Ok(()) };
        let id = self.cases.get(&n).copied();
        let id = id.ok_or_else(|| CityError::Script(format!("case {n} is carried out before it applies")))?;
        let CaseOwner::Org(org) = id.owner else { return Ok(()) };
        let own = format!("org/{org}");
        let amount = execution.amount;
        match act {
            Act::Request(_) => {
                let body = json!({"amount": amount, "documents": [paper("Permohonan pencairan", id, n)]});
                self.say(n, "disbursement.requested", body, on, &[&own])
            }
            Act::Agree(_) => {
                let body = self.agreement(execution, case.fiscal_year, id, n);
                self.say(n, "agreement.signed", body, on, &["ppkd", &own])
            }
            Act::Warrant(_) => {
                let body = self.warrant(execution, case.fiscal_year, org);
                self.say(n, "warrant.issued", body, on, &["kuasa_bud"])
            }
            Act::Credit(_) => {
                let body = json!({"amount": amount, "document": paper("Bukti transfer", id, n)});
                self.say(n, "funds.credited", body, on, &["kuasa_bud"])
            }
            _ => {
                let body = json!({
                    "amount": amount,
                    "documents": [paper("Laporan penggunaan", id, n), paper("Bukti pengeluaran", id, n)],
                });
                self.say(n, "use.reported", body, on, &[&own])
            }
        }
    }

    fn agreement(&self, execution: &Execution, year: u16, id: CaseId, n: usize) -> Value {
        json!({
            "number": execution.agreed.1,
            "amount": execution.amount,
            "document": paper("Naskah perjanjian hibah daerah", id, n),
            "report_due": format!("{}-01-10", year + 1),
            "decided_by": self.city.decided_by("ppkd"),
        })
    }

    fn warrant(&self, execution: &Execution, year: u16, org: u64) -> Value {
        let account = self.city.state().org(org).map(|org| org.account().to_hex());
        json!({
            "number": execution.warrant.1,
            "amount": execution.amount,
            "fiscal_year": year,
            "decided_by": self.city.decided_by("kuasa_bud"),
            "payee": {"about": format!("org/{org}"), "commitment": account, "pointer": "/body/sealed/account"},
        })
    }
}

/// A made-up paper of a case: the digest of a text that says so.
fn paper(title: &str, id: CaseId, n: usize) -> Value {
    document(title, &format!("{} {n}", About::Case(id)))
}

fn document(title: &str, of: &str) -> Value {
    let text = format!("Dokumen rekaan: {title}, {of}\n");
    json!({"title": title, "sha256": sha256(text.as_bytes()).to_hex(), "size": text.len(), "media_type": "text/plain"})
}
