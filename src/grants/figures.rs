//! The eleven amounts of a grant, side by side and never one total (grants.md, "Eleven amounts").

use super::money::Amount;
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

    /// The names of the stages that give this amount; a profile with none of them never does ("not applicable").
    pub const fn given_by(self) -> &'static [&'static str] {
        match self {
            Figure::Asked => &["application.submitted"],
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

    /// Takes out what was counted in before it changed.
    pub(super) fn remove(&mut self, figures: &Figures) {
        for (figure, amount) in figures.iter() {
            let sum = &mut self.0[figure as usize];
            sum.count -= 1;
            sum.minor -= i128::from(amount.minor());
        }
    }
}
