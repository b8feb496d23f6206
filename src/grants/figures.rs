//! The eleven amounts of a grant, side by side and never one total (grants.md, "Eleven amounts").

use serde_json::Value;

use super::money::Amount;
use super::sentence::Both;
use super::shape::vocabulary;

vocabulary! {
    /// Which of the eleven amounts, in the order in which they arise.
    pub enum Figure {
        /// In the application.
        Asked = "asked",
        /// By the agency.
        Recommended = "recommended",
        /// By the advisory team.
        Considered = "considered",
        /// By the budget team.
        Proposed = "proposed",
        /// In the budget, latest version.
        Enacted = "enacted",
        /// In the decree.
        Decreed = "decreed",
        /// In the agreement.
        Agreed = "agreed",
        /// By warrants.
        Paid = "paid",
        /// In the recipient's account.
        Credited = "credited",
        /// As used.
        Reported = "reported",
        /// Given back.
        Refunded = "refunded",
    }
}

impl Figure {
    /// Their names, in order: columns, JSON fields and the targets of import maps.
    pub const NAMES: [&'static str; Figure::ALL.len()] = {
        let mut names = [""; Figure::ALL.len()];
        let mut at = 0;
        while at < names.len() {
            names[at] = Figure::ALL[at].name();
            at += 1;
        }
        names
    };

    /// As sentences name it.
    pub(super) fn words(self) -> Both {
        let indonesian = match self {
            Figure::Asked => "yang diminta",
            Figure::Recommended => "rekomendasi SKPD",
            Figure::Considered => "menurut Tim Pertimbangan",
            Figure::Proposed => "menurut TAPD",
            Figure::Enacted => "dalam APBD",
            Figure::Decreed => "dalam keputusan (SK)",
            Figure::Agreed => "dalam NPHD",
            Figure::Paid => "yang dibayar",
            Figure::Credited => "yang cair",
            Figure::Reported => "yang dilaporkan",
            Figure::Refunded => "yang dikembalikan",
        };
        Both(self.name(), indonesian)
    }

    /// The names of the stages that give this amount; a profile with none of them never does ("not applicable").
    pub const fn given_by(self) -> &'static [&'static str] {
        match self {
            Figure::Asked => &["application.submitted", "need.recorded"],
            Figure::Recommended => &["amount.recommended"],
            Figure::Considered => &["case.considered"],
            Figure::Proposed => &["budget.considered"],
            Figure::Enacted => &["budget.enacted", "budget.sealed"],
            Figure::Decreed => &["decree.issued", "decree.sealed"],
            Figure::Agreed => &["agreement.signed"],
            Figure::Paid => &["warrant.issued"],
            Figure::Credited => &["funds.credited"],
            Figure::Reported => &["use.reported"],
            Figure::Refunded => &["refund.deposited"],
        }
    }
}

/// Why a case lacks an amount; never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Absent {
    /// Its step has not happened.
    NotYet,
    /// No stage of the case's way gives it, or the case is closed without.
    NotApplicable,
    /// It was before the case was taken over from paper, which does not say.
    NotRecorded,
}

/// What decides why a case lacks an amount.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The profile in force, as the ledger has it.
    pub profile: &'a Value,
    /// Way of the law and form: `grant`, `money`.
    pub way: (&'a str, &'a str),
    /// `open`, `refused` and so on.
    pub status: &'a str,
    /// The stage at which it was taken over from paper; empty if it was not.
    pub adopted: &'a str,
}

impl Standing<'_> {
    /// The stages of the case's way, in order; rule set 0 has one list for all.
    fn stages(&self) -> Vec<&str> {
        let is = |list: &Value, name: &str, word: &str| list.get(name).and_then(Value::as_str) == Some(word);
        let list = match self.profile.get("ways").and_then(Value::as_array) {
            Some(ways) => ways.iter().find(|list| is(list, "way", self.way.0) && is(list, "form", self.way.1)),
            None => Some(self.profile),
        };
        let stages = list.and_then(|list| list.get("stages")).and_then(Value::as_array);
        stages.into_iter().flatten().filter_map(Value::as_str).collect()
    }

    /// Why the case lacks this amount.
    pub fn absent(&self, figure: Figure) -> Absent {
        let stages = self.stages();
        let place = |kinds: &[&str]| stages.iter().position(|stage| kinds.contains(stage));
        // No stage gives money back; as long as a case is not settled it may have to.
        let may_refund = figure == Figure::Refunded && self.profile.get("ways").is_some();
        let given = if may_refund { place(Figure::Paid.given_by()) } else { place(figure.given_by()) };
        let closed = ["refused", "withdrawn", "cancelled", "settled"].contains(&self.status);
        match (given, place(&[self.adopted])) {
            (Some(given), Some(adopted)) if given <= adopted && !may_refund => Absent::NotRecorded,
            (None, _) => Absent::NotApplicable,
            (Some(_), _) if closed => Absent::NotApplicable,
            (Some(_), _) => Absent::NotYet,
        }
    }
}

/// The amounts so far. Absent is "not yet" or "not recorded", never zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures([Option<Amount>; Figure::ALL.len()]);

impl Figures {
    /// The amount, if there is one.
    pub fn get(&self, figure: Figure) -> Option<Amount> {
        self.0[figure as usize]
    }

    /// Those that there are, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Figure, Amount)> + '_ {
        Figure::ALL.iter().filter_map(|&figure| self.get(figure).map(|amount| (figure, amount)))
    }

    /// There is no such amount any more.
    pub(super) fn unset(&mut self, figure: Figure) {
        self.0[figure as usize] = None;
    }

    /// Records an amount in place of any before it.
    pub fn set(&mut self, figure: Figure, amount: Amount) {
        self.0[figure as usize] = Some(amount);
    }
}

/// Exact sums of amounts, and how many each adds up. 128 bits cannot overflow: fewer than 2^64 amounts of 53 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums([Sum; Figure::ALL.len()]);

/// One exact sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sum {
    /// How many amounts.
    pub count: u64,
    /// Their sum in minor units.
    pub minor: i128,
}

impl Sums {
    /// The sum of one of the eleven.
    pub fn get(&self, figure: Figure) -> Sum {
        self.0[figure as usize]
    }

    /// Counts a case's or an award's amounts in.
    pub fn add(&mut self, figures: &Figures) {
        for (figure, amount) in figures.iter() {
            let sum = &mut self.0[figure as usize];
            sum.count += 1;
            sum.minor += i128::from(amount.minor());
        }
    }

    /// Counts the amounts of other sums in.
    pub fn add_sums(&mut self, other: &Sums) {
        for (sum, more) in self.0.iter_mut().zip(other.0) {
            sum.count += more.count;
            sum.minor += more.minor;
        }
    }

    /// Counts amounts in place of those that were counted in before.
    pub(super) fn replace(&mut self, before: &Figures, after: &Figures) {
        for ((sum, before), after) in self.0.iter_mut().zip(before.0).zip(after.0).filter(|((_, b), a)| b != a) {
            if let Some(before) = before {
                sum.count -= 1;
                sum.minor -= i128::from(before.minor());
            }
            if let Some(after) = after {
                sum.count += 1;
                sum.minor += i128::from(after.minor());
            }
        }
    }

    /// Takes out what was counted in before it changed.
    pub(super) fn remove(&mut self, figures: &Figures) {
        for (figure, amount) in figures.iter() {
            let sum = &mut self.0[figure as usize];
            sum.count -= 1;
            sum.minor -= i128::from(amount.minor());
        }
    }
}
