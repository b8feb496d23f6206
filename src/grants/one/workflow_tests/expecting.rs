//! `expect THING NAME=VALUE ...`: what the state says of a thing; `flags ...`: what flags say.

use std::collections::BTreeSet;

use super::Play;
use crate::grants::about::{About, CaseId};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::stages;
use crate::grants::one::state::State as Book;
use crate::grants::one::things::Closed;
use crate::grants::signer::SignerId;
use crate::grants::state::State;

impl Play {
    /// `THING NAME=VALUE ...` of the present state.
    pub(super) fn expect(&mut self, rest: &str) {
        let mut words = rest.split_whitespace();
        let about = words.next().unwrap_or_default();
        for word in words {
            let (name, expected) = word.split_once('=').unwrap_or_else(|| self.fail("NAME=VALUE"));
            let found = match About::parse(about) {
                Some(About::Case(id)) => self.of_case(&id, name),
                Some(About::Org(n)) => self.of_org(n, name),
                Some(About::Official(n)) => self.of_official(n, name),
                Some(About::Year(year)) => self.of_year(year, name),
                Some(paper @ (About::Decree(_) | About::List { .. } | About::Budget { .. })) => {
                    self.of_paper(&paper, name)
                }
                Some(note @ About::Note { .. }) => self.of_note(&note, name),
                None if about.starts_with("key:") => self.of_key(&about[4..], name),
                _ => self.fail(format!("nothing is known of {about}")),
            };
            if found != expected {
                self.note(format!("{about} {name} is {found}, expected {expected}"));
            }
        }
    }

    /// `CASE FLAG,FLAG`: exactly these flags have findings on the case so far, in alphabetical order; or `none`.
    pub(super) fn flagged(&mut self, rest: &str) {
        let (case, expected) = rest.split_once(' ').unwrap_or((rest, "none"));
        let id = CaseId::parse(case).unwrap_or_else(|| self.fail(format!("{case} is no case")));
        let own = self.findings.iter().filter(|finding| finding.case == id);
        let names: BTreeSet<&str> = own.map(|finding| finding.flag.name()).collect();
        let found = if names.is_empty() { "none".to_owned() } else { Vec::from_iter(names).join(",") };
        if found != expected {
            self.note(format!("{case} is flagged {found}, expected {expected}"));
        }
    }

    /// The state of rule set 1.
    pub(super) fn book(&self) -> &Book {
        match &self.state {
            State::One(book) => book,
            State::Zero(_) => self.fail("rule set 1 is not in force"),
        }
    }

    fn of_case(&self, id: &CaseId, name: &str) -> String {
        let row = self.state.case_row(id).unwrap_or_else(|| self.fail(format!("no {id}")));
        if let Some(figure) = Figure::parse(name) {
            return none_or(row.figures.and_then(|figures| figures.get(figure)));
        }
        let join = |kinds: Vec<&str>| if kinds.is_empty() { "none".to_owned() } else { kinds.join(",") };
        match name {
            "stage" => row.stage.map_or("none", Kind::name).to_owned(),
            "status" => row.status.to_owned(),
            "next" => join(row.next.iter().map(|next| next.kind.name()).collect()),
            "due" => none_or(row.next.first().and_then(|next| next.due)),
            "numbers" => join(row.numbers.iter().map(|(number, _)| number.as_str()).collect()),
            "archived" => self.book().case(id).is_none().to_string(),
            "disputed" => self.book().is_disputed(id).to_string(),
            _ => self.of_core(id, name),
        }
    }

    fn of_core(&self, id: &CaseId, name: &str) -> String {
        let case = self.book().case(id).unwrap_or_else(|| self.fail(format!("{id} is archived")));
        let core = &case.core;
        match name {
            "closed" => none_or(core.closed.map(Closed::name)),
            "report_due" => none_or(core.report_due),
            "held" => none_or(case.held_by),
            "row" => core.decree.map_or("none".to_owned(), |decree| format!("{}#{}", decree.decree, decree.row)),
            "field" => core.facts.field.to_string(),
            "agency" => core.facts.agency.to_string(),
            "title" => core.facts.title.to_string(),
            "nominated" => core.nominated.to_string(),
            "returned" => core.returned.to_string(),
            "handed_over" => none_or(core.handed_over),
            "irregular" => core.irregular.to_string(),
            "left" => stages::left_to_refund(core).to_string(),
            "settled" => core.pay.settled.to_string(),
            "entries" => case.trace.len().to_string(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_org(&self, n: u64, name: &str) -> String {
        let org = self.book().org(n).unwrap_or_else(|| self.fail(format!("no org/{n}")));
        match name {
            "name" => org.name.replace(' ', "_"),
            "suspended" => none_or(org.suspended),
            "barred" => none_or(org.barred_until),
            "open" => org.open_cases.to_string(),
            "cases" => org.cases.to_string(),
            "pending" => none_or(org.pending.as_ref().map(|pending| pending.effective)),
            "account" => org.account.to_hex()[..8].to_owned(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_official(&self, n: u64, name: &str) -> String {
        let official = self.book().official(n).unwrap_or_else(|| self.fail(format!("no official/{n}")));
        match name {
            "office" => official.office.to_string(),
            "until" => official.period.until.to_string(),
            "acting" => official.acting.to_string(),
            "retired" => official.retired.is_some().to_string(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_year(&self, year: u16, name: &str) -> String {
        let year = self.book().year(year).unwrap_or_else(|| self.fail(format!("no year/{year}")));
        match name.split_once('.') {
            Some(("awards", figure)) => year.award_sums.get(Figure::parse(figure).unwrap()).minor.to_string(),
            Some(("cases", figure)) => year.case_sums.get(Figure::parse(figure).unwrap()).minor.to_string(),
            _ if name == "awards" => year.awards.to_string(),
            _ if name == "irregular" => year.irregular.to_string(),
            _ => year.cases.to_string(),
        }
    }

    fn of_paper(&self, about: &About, name: &str) -> String {
        let paper = self.book().paper(about).unwrap_or_else(|| self.fail(format!("no {about}")));
        match name {
            "status" => format!("{:?}", paper.status).to_lowercase(),
            "rows" => paper.recorded.to_string(),
            "sum" => paper.sum.to_string(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    fn of_note(&self, about: &About, name: &str) -> String {
        match name {
            "flag" => self.book().flag(about).map_or("none".to_owned(), |flag| format!("answered={}", flag.answered)),
            "report" => {
                self.book().report(about).map_or("none".to_owned(), |report| format!("answered={}", report.answered))
            }
            _ => self.fail(format!("nothing is called {name}")),
        }
    }

    /// Whether a key may sign today: `yes`, or `no`.
    fn of_key(&self, key: &str, name: &str) -> String {
        let id = SignerId::parse(&self.signer(&self.key(key))).unwrap();
        match name {
            "in_force" if self.state.in_force(&id, self.state.local_date(self.now)).is_ok() => "yes".to_owned(),
            "in_force" => "no".to_owned(),
            _ => self.fail(format!("nothing is called {name}")),
        }
    }
}

fn none_or(value: Option<impl std::fmt::Display>) -> String {
    value.map_or("none".to_owned(), |value| value.to_string())
}
