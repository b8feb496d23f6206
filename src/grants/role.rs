//! What an office does, in every rule set.

use super::sentence::Both;
use super::shape::vocabulary;

vocabulary! {
    /// What an office does in the way of a grant, whatever it is called.
    pub enum Role {
        /// Walikota, Bupati, Gubernur.
        HeadOfRegion = "head_of_region",
        /// Sekretaris Daerah.
        Secretary = "secretary",
        /// PPKD.
        FinanceOfficer = "finance_officer",
        /// Kuasa BUD.
        Treasury = "treasury",
        /// Who registers organisations.
        Registrar = "registrar",
        /// Inspektorat.
        Inspectorate = "inspectorate",
        /// Bagian Tata Usaha.
        Intake = "intake",
        /// Tim Pertimbangan.
        AdvisoryTeam = "advisory_team",
        /// TAPD.
        BudgetTeam = "budget_team",
        /// SKPD, for the fields of its agency only.
        Agency = "agency",
        /// PPK-PPKD.
        PaymentVerifier = "payment_verifier",
        /// Bendahara PPKD.
        Cashier = "cashier",
    }
}

impl Role {
    /// As sentences name whoever plays it.
    pub(super) fn words(self) -> Both {
        let indonesian = match self {
            Role::HeadOfRegion => "kepala daerah",
            Role::Secretary => "Sekretaris Daerah",
            Role::FinanceOfficer => "PPKD",
            Role::Treasury => "Kuasa BUD",
            Role::Registrar => "pendaftar lembaga",
            Role::Inspectorate => "Inspektorat",
            Role::Intake => "Bagian Tata Usaha",
            Role::AdvisoryTeam => "Tim Pertimbangan",
            Role::BudgetTeam => "TAPD",
            Role::Agency => "SKPD",
            Role::PaymentVerifier => "PPK-PPKD",
            Role::Cashier => "Bendahara PPKD",
        };
        Both(self.name(), indonesian)
    }
}
