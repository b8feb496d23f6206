//! The ways that a grant or assistance may go, and what is given.

use crate::grants::sentence::Both;
use crate::grants::shape::vocabulary;

vocabulary! {
    /// Under which rules a case goes.
    pub enum Way {
        /// Hibah: on application, by agreement.
        Grant = "grant",
        /// Bansos that the budget names: on application or proposal, without agreement.
        AssistancePlanned = "assistance_planned",
        /// Bansos for what nobody could foresee: recorded by an agency.
        AssistanceUnplanned = "assistance_unplanned",
    }
}

vocabulary! {
    /// What is given.
    pub enum Form {
        /// Paid.
        Money = "money",
        /// Handed over.
        Goods = "goods",
        /// Rendered.
        Services = "services",
    }
}

impl Way {
    /// As sentences name it.
    pub(super) fn words(self) -> Both {
        let indonesian = match self {
            Way::Grant => "hibah",
            Way::AssistancePlanned => "bansos terencana",
            Way::AssistanceUnplanned => "bansos tidak terencana",
        };
        Both(self.name(), indonesian)
    }
}

impl Form {
    /// As sentences name it.
    pub(super) fn words(self) -> Both {
        let indonesian = match self {
            Form::Money => "uang",
            Form::Goods => "barang",
            Form::Services => "jasa",
        };
        Both(self.name(), indonesian)
    }
}
