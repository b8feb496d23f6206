//! Every kind about a case at every stage of every way: accepted, or the exact refusal.
//!
//! `fixtures/workflow/matrix/<way>-<form>.txt` holds a line for each. Where the rules meant something else, the test
//! writes what they say now beside it and names the command that takes it over.

use std::fmt::Write as _;

use super::*;
use crate::grants::one::stages;
use crate::grants::one::ways::{Form, Way};

/// Kinds about a case, or about a paper that names it: each is tried at each stage.
fn tried() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| {
        !matches!(
            kind,
            Kind::LedgerFounded
                | Kind::RulesAdopted
                | Kind::ProfileAmended
                | Kind::OfficialAppointed
                | Kind::OfficialRetired
                | Kind::DeskAppointed
                | Kind::RootReplaced
                | Kind::LedgerRekeyed
                | Kind::KeyRotated
                | Kind::KeyReplaced
                | Kind::KeyRevoked
                | Kind::ReplacementObjected
                | Kind::OrganisationRegistered
                | Kind::AwardMigrated
                | Kind::TreasuryReconciled
                | Kind::NeedsRecapped
                | Kind::RefusalsCounted
        )
    })
}

fn matrix(way: Way, form: Form) {
    let file = format!("{}-{}.txt", way.name(), form.name());
    let mut said = format!(
        "# {} in {}: at each stage of a case, what becomes of each kind. Made by the rules; read by people.\n",
        way.name(),
        form.name()
    );
    let mut play = Play::new("standard.txt");
    play.read("standard.txt");
    // The fiscal year of the default bodies.
    play.now = Timestamp::parse("2014-02-03T02:00:00.000Z").unwrap();
    let case = if way == Way::AssistanceUnplanned { "case/a1/1" } else { "case/1/1" };
    let stages: Vec<Kind> = play.book().profile().unwrap().stages(way, form).unwrap().to_vec();
    for &stage in &stages {
        play.begin_or_bring(case, way, form, stage);
        writeln!(said, "\n== {stage}").unwrap();
        for kind in tried() {
            writeln!(said, "{kind} {}", play.told(kind, case)).unwrap();
        }
    }
    assert!(!stages::list(play.book().profile().unwrap(), &play.core_of(case)).is_empty());
    let path = folder().join("matrix").join(&file);
    let committed = fs::read_to_string(&path).unwrap_or_default();
    if said != committed {
        let fresh = Path::new(env!("CARGO_MANIFEST_DIR")).join("target").join(format!("matrix-{file}"));
        fs::write(&fresh, &said).unwrap();
        let line = said.lines().zip(committed.lines()).find(|(now, then)| now != then);
        panic!(
            "{file} says otherwise, first: {line:?}; if that is meant: cp target/matrix-{file} fixtures/workflow/matrix/{file}"
        );
    }
}

impl Play {
    fn core_of(&self, case: &str) -> crate::grants::one::things::Core {
        self.book().case(&CaseId::parse(case).unwrap()).unwrap().core.clone()
    }

    fn begin_or_bring(&mut self, case: &str, way: Way, form: Form, stage: Kind) {
        if self.state.head(&About::parse(case).unwrap()).is_none() {
            let kind = if way == Way::AssistanceUnplanned { Kind::NeedRecorded } else { Kind::ApplicationSubmitted };
            self.statement(&format!("{kind} {case} by auto way={} form={} amount=75 => ok", way.name(), form.name()));
        }
        if !self.core_of(case).done.has(stage) {
            self.bring(&format!("{case} {stage} 75"));
        }
        assert!(self.failures.is_empty(), "{}", self.failures.join("\n"));
    }

    /// What the rules say of the default statement of this kind now; nothing stays recorded.
    fn told(&mut self, kind: Kind, case: &str) -> String {
        let (state, accepted) = (self.state.clone(), self.accepted.len());
        let told = self.tried_now(kind, case);
        self.state = state;
        self.accepted.truncate(accepted);
        told
    }

    /// Rows are tried in a paper that begins for them, a seal and an abandonment with the row in it.
    fn begin_paper(&mut self, kind: Kind, about: &str, case: &str) {
        let (family, word) = kind.name().split_once('.').unwrap();
        if !matches!(word, "rows" | "sealed" | "abandoned") || !matches!(family, "list" | "budget" | "decree") {
            return;
        }
        let core = self.core_of(case);
        let (year, way) = (core.facts.fiscal_year, core.facts.way.name());
        let issue = match family {
            "list" => "list.nominated",
            "budget" if about.ends_with("/1") => "budget.enacted",
            "budget" => "budget.amended",
            _ => "decree.issued",
        };
        let way = if family == "budget" { String::new() } else { format!(" way={way}") };
        let signer = if family == "budget" { "official/1" } else { "auto" };
        self.said(&format!("{issue} {about} by {signer} fiscal_year={year}{way}"));
        if word != "rows" {
            self.said(&format!("{family}.rows {about} by official/1 row=1:{case}:75"));
        }
    }

    fn tried_now(&mut self, kind: Kind, case: &str) -> String {
        let core = self.core_of(case);
        let year = core.facts.fiscal_year;
        let next = |first: &str| {
            let n = self.state.next_number(&About::parse(first).unwrap());
            format!("{}/{n}", first.rsplit_once('/').unwrap().0)
        };
        let owner = case.split('/').nth(1).unwrap();
        let about = match kind.name().split_once('.').unwrap() {
            ("list", _) => next(&format!("list/{year}/1")),
            ("budget", word) if word != "considered" => next(&format!("budget/{year}/1")),
            ("decree", _) => next(&format!("decree/{year}/1")),
            ("organisation", _) => "org/1".to_owned(),
            ("monitoring" | "warning", _) => next("note/official/12/1"),
            ("flag", "answered") => next("note/org/1/1"),
            ("flag", _) => next("note/official/6/1"),
            ("erasure", _) => next("note/official/5/1"),
            ("report", "answered") => next("note/official/12/1"),
            ("report", _) => next("note/desk/1"),
            _ if super::super::places::begins(kind) => next(&format!("case/{owner}/1")),
            _ => case.to_owned(),
        };
        let about = match kind {
            Kind::DecreeRevoked => core.decree.map_or(about, |place| place.decree.to_string()),
            Kind::BudgetEnacted => format!("budget/{year}/1"),
            _ => about,
        };
        self.begin_paper(kind, &about, case);
        let signers = match kind {
            Kind::DecisionRefused | Kind::CaseReturned => self.pen_of(case),
            Kind::ReportAnswered => "official/12".to_owned(),
            Kind::FlagAnswered => "org/1".to_owned(),
            Kind::CorrectionRecorded => "official/12,official/6".to_owned(),
            Kind::EntryConfirmed => "official/12".to_owned(),
            Kind::ListRows | Kind::BudgetRows | Kind::DecreeRows => "official/1".to_owned(),
            Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed => "official/1".to_owned(),
            _ => "auto".to_owned(),
        };
        let way = core.facts.way.name();
        let extra = match kind {
            Kind::DecreeIssued | Kind::DecreeAmended | Kind::ListNominated => format!(" way={way}"),
            Kind::NeedRecorded => " way=assistance_unplanned".to_owned(),
            Kind::ListRows | Kind::BudgetRows | Kind::DecreeRows => format!(" row=1:{case}:75"),
            Kind::MonitoringRecorded | Kind::WarningIssued | Kind::FlagRaised | Kind::ReportReceived => {
                format!(" case={case}")
            }
            _ => String::new(),
        };
        match self.judge(&format!("{kind} {about} by {signers}{extra}")) {
            Ok(_) => "ok".to_owned(),
            Err(refusal) => refusal.to_string(),
        }
    }

    /// The office that holds the next stage; the first office where an organisation does.
    fn pen_of(&self, case: &str) -> String {
        let next = stages::next(self.book().profile().unwrap(), &self.core_of(case));
        let asked = next.first().map(|kind| stages::begun_by(*kind));
        let keys = asked.map(|kind| self.signers_for(kind.name(), case)).unwrap_or_default();
        keys.into_iter().find(|key| key.starts_with("official/")).unwrap_or_else(|| "official/1".to_owned())
    }
}

/// The refusals of statements that need more than a default body are those of their form.
#[test]
fn grants_in_money() {
    matrix(Way::Grant, Form::Money);
}

#[test]
fn grants_in_goods() {
    matrix(Way::Grant, Form::Goods);
}

#[test]
fn planned_assistance() {
    matrix(Way::AssistancePlanned, Form::Money);
}

#[test]
fn unplanned_assistance() {
    matrix(Way::AssistanceUnplanned, Form::Money);
}
