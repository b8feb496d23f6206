//! Random walks: statements drawn by chance, right ones and wrong ones, on many cases at once. Whatever is accepted
//! keeps every invariant, and the replay of what was accepted gives the same state.

use super::*;
use crate::grants::one::places;
use crate::grants::one::stages;
use crate::grants::one::things::Core;

/// Chance from a seed: the same walk each time, on every machine.
struct Chance {
    seed: u64,
    drawn: u64,
}

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.drawn += 1;
        let hash = sha256(format!("walk {} {}", self.seed, self.drawn).as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&hash.as_bytes()[..8]);
        // The remainder's bias is no matter here.
        usize::try_from(u64::from_be_bytes(bytes) % limit as u64).unwrap()
    }

    fn of<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }
}

const AMOUNTS: &[u64] = &[1, 50, 74, 75, 76, 100, 600];
const OWNERS: &[&str] = &["1", "2", "3", "a1"];

/// Kinds about a case that exists, whether or not they come next.
fn any_kind(chance: &mut Chance) -> Kind {
    let kinds: Vec<Kind> = Kind::ALL
        .iter()
        .copied()
        .filter(|kind| {
            let family = kind.name().split('.').next().unwrap();
            !places::begins(*kind)
                && !matches!(
                    family,
                    "ledger"
                        | "rules"
                        | "profile"
                        | "official"
                        | "desk"
                        | "root"
                        | "key"
                        | "replacement"
                        | "organisation"
                        | "list"
                        | "decree"
                        | "note"
                        | "monitoring"
                        | "warning"
                        | "report"
                        | "flag"
                        | "refusals"
                        | "erasure"
                        | "award"
                        | "treasury"
                        | "needs"
                )
                && !matches!(kind, Kind::BudgetRows | Kind::BudgetSealed | Kind::BudgetAbandoned)
        })
        .collect();
    chance.of(&kinds)
}

impl Play {
    /// One statement by chance; answers whether it was accepted.
    fn stumble(&mut self, chance: &mut Chance) -> bool {
        let (case, known) = self.case_of(chance.of(OWNERS));
        let case = case.as_str();
        let amount = chance.of(AMOUNTS);
        let kind = match &known {
            None if case.starts_with("case/a") => return self.attempt("need.recorded", case, "auto", 75),
            None => return self.attempt("application.submitted", case, "auto", amount),
            Some(core) if chance.below(5) > 0 => match stages::next(self.book().profile().unwrap(), core)[..] {
                [] => any_kind(chance),
                ref next => chance.of(next),
            },
            Some(_) => any_kind(chance),
        };
        match kind {
            Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed => self.paper_by_chance(case, kind, amount),
            Kind::DecisionRefused | Kind::CaseReturned => {
                let office = format!("official/{}", 1 + chance.below(14));
                self.attempt(kind.name(), case, &office, amount)
            }
            Kind::CorrectionRecorded | Kind::EntryConfirmed => {
                let by = format!("official/{},official/6", 1 + chance.below(14));
                self.attempt(kind.name(), case, &by, amount)
            }
            _ => self.attempt(kind.name(), case, "auto", amount),
        }
    }

    /// The owner's last case, and where it is; once that is closed and two months old, the next one.
    fn case_of(&self, owner: &str) -> (String, Option<Core>) {
        let next = self.state.next_number(&About::parse(&format!("case/{owner}/1")).unwrap());
        let last = CaseId::parse(&format!("case/{owner}/{}", next - 1));
        let known = last.and_then(|id| self.book().case(&id));
        let over = known.is_none_or(|case| {
            let days =
                case.trace.last().map_or(0, |trace| trace.event_date.days_until(self.state.local_date(self.now)));
            case.core.closed.is_some() && days > 10
        });
        if over {
            return (format!("case/{owner}/{next}"), None);
        }
        (format!("case/{owner}/{}", next - 1), known.map(|case| case.core.clone()))
    }

    fn attempt(&mut self, kind: &str, about: &str, by: &str, amount: u64) -> bool {
        let body = self.default_body(kind, about, &[]);
        let amount = if body.get("amount").is_some() { format!(" amount={amount}") } else { String::new() };
        // A sanction that ends soon, or the walk would stand still.
        let until = self.state.local_date(self.now).plus_days(10).unwrap();
        let until = if kind == "sanction.imposed" { format!(" until={until}") } else { String::new() };
        let said = format!("{kind} {about} by {by}{amount}{until}");
        self.said(&said)
    }

    /// Judges a statement and records it if it is allowed.
    pub(super) fn said(&mut self, said: &str) -> bool {
        let Ok(((statement, hash), change)) = self.judge(said) else { return false };
        let place = Place { index: self.state.size(), recorded_at: self.now };
        let leaf = sha256(format!("leaf {} {hash}", place.index).as_bytes());
        self.accepted.push((statement, place, leaf));
        self.state.apply(change, leaf);
        self.invariants_hold();
        true
    }

    fn paper_by_chance(&mut self, case: &str, sealed: Kind, amount: u64) -> bool {
        let core = self.book().case(&CaseId::parse(case).unwrap()).unwrap().core.clone();
        let (year, way) = (core.facts.fiscal_year, core.facts.way.name());
        let (family, issue) = match sealed {
            Kind::ListSealed => ("list", "list.nominated"),
            Kind::BudgetSealed => ("budget", "budget.enacted"),
            _ => ("decree", "decree.issued"),
        };
        let n = self.state.next_number(&About::parse(&format!("{family}/{year}/1")).unwrap());
        let about = format!("{family}/{year}/{n}");
        let issue = if family == "budget" && n > 1 { "budget.amended" } else { issue };
        let way = if family == "budget" { String::new() } else { format!(" way={way}") };
        let issued = self.said(&format!("{issue} {about} by auto total={amount} rows=1 fiscal_year={year}{way}"));
        if !issued {
            return false;
        }
        let rows = self.said(&format!("{family}.rows {about} by auto row=1:{case}:{amount}"));
        let done = if rows { "sealed" } else { "abandoned" };
        let by = if rows { "auto" } else { "official/1" };
        self.said(&format!("{family}.{done} {about} by {by}"))
    }
}

/// A walk of `steps` statements; answers how many were accepted, and how far cases came.
fn walk(seed: u64, steps: usize) -> (usize, BTreeSet<Kind>) {
    let mut play = Play::new("standard.txt");
    play.read("standard.txt");
    // The fiscal year of the default bodies.
    play.now = Timestamp::parse("2014-01-06T02:00:00.000Z").unwrap();
    let mut chance = Chance { seed, drawn: 0 };
    let mut accepted = 0;
    for _ in 0..steps {
        let hours = i64::try_from(chance.below(60)).unwrap();
        play.now = Timestamp::from_ms(play.now.ms() + hours * 3_600_000).unwrap();
        accepted += usize::from(play.stumble(&mut chance));
    }
    let mut replayed = State::new(play.state.origin());
    for (statement, place, leaf) in &play.accepted {
        let change = replayed.judge(statement, *place).unwrap();
        replayed.apply(change, *leaf);
    }
    assert!(replayed == play.state, "walk {seed}: the replay differs");
    let reached = play.accepted.iter().map(|(statement, ..)| kind_of(statement.claim())).collect();
    (accepted, reached)
}

#[test]
fn random_walks_keep_every_invariant() {
    let mut reached = BTreeSet::new();
    let mut accepted = 0;
    for seed in 0..60 {
        let (count, kinds) = walk(seed, 160);
        accepted += count;
        reached.extend(kinds);
    }
    assert!(accepted > 2_000, "only {accepted} statements were accepted: the walks stand still ({reached:?})");
    for kind in [Kind::WarrantIssued, Kind::UseReported, Kind::RefundDeposited, Kind::CaseCancelled] {
        assert!(reached.contains(&kind), "no walk came to {kind}");
    }
}
