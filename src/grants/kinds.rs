//! The kinds of statements of rule set 0, in the order of grants.md, "The way of a grant".

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal, $id:literal, $en:literal;)*) => {
        /// What a statement says. Ordered as in the way of a grant.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
        }

        impl Kind {
            /// Every kind, in order.
            pub const ALL: &'static [Kind] = &[$(Kind::$variant),*];

            /// The name as it is signed, line 3 of a statement.
            pub fn name(self) -> &'static str {
                match self { $(Kind::$variant => $name,)* }
            }

            /// The Indonesian title for pages.
            pub fn title_id(self) -> &'static str {
                match self { $(Kind::$variant => $id,)* }
            }

            /// The English title for pages.
            pub fn title_en(self) -> &'static str {
                match self { $(Kind::$variant => $en,)* }
            }

            /// The kind of this exact name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($name => Some(Kind::$variant),)* _ => None }
            }
        }
    };
}

kinds! {
    /// The ledger begins: its keys, currency, profile and rules.
    LedgerFounded = "ledger.founded", "Pendirian", "Ledger founded";
    /// An official holds an office for a period, with a key.
    OfficialAppointed = "official.appointed", "Pengangkatan pejabat", "Official appointed";
    /// A key is in force no more.
    KeyRevoked = "key.revoked", "Pencabutan kunci", "Key revoked";
    /// An organisation may apply.
    OrganisationRegistered = "organisation.registered", "Pendaftaran lembaga", "Organisation registered";
    /// An organisation asks for a grant.
    ApplicationSubmitted = "application.submitted", "Permohonan", "Application submitted";
    /// The agency of the field recommends an amount.
    AmountRecommended = "amount.recommended", "Rekomendasi SKPD", "Amount recommended";
    /// The head of the region issues a decree: its number, total and count of rows.
    DecreeIssued = "decree.issued", "Keputusan (SK) penetapan", "Decree issued";
    /// Some rows of a decree.
    DecreeRows = "decree.rows", "Baris keputusan", "Decree rows";
    /// The decree is complete and takes effect.
    DecreeSealed = "decree.sealed", "Keputusan berlaku", "Decree sealed";
    /// The decree is given up before it took effect.
    DecreeAbandoned = "decree.abandoned", "Keputusan dibatalkan sebelum berlaku", "Decree abandoned";
    /// The organisation asks for the money.
    DisbursementRequested = "disbursement.requested", "Permohonan pencairan", "Disbursement requested";
    /// The grant agreement (NPHD) is signed by both parties.
    AgreementSigned = "agreement.signed", "NPHD ditandatangani", "Agreement signed";
    /// The treasury orders the bank to pay (SP2D).
    WarrantIssued = "warrant.issued", "SP2D terbit", "Warrant issued";
    /// The money is in the recipient's account.
    FundsCredited = "funds.credited", "Cair", "Funds credited";
    /// The organisation reports how the money was used (LPJ).
    UseReported = "use.reported", "LPJ", "Use reported";
    /// Whoever holds the stage refuses, with a reason.
    DecisionRefused = "decision.refused", "Ditolak", "Refused";
    /// A past award, taken from an old register.
    AwardMigrated = "award.migrated", "Hibah sebelum buku besar", "Award before the ledger";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
