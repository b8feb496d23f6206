//! The kinds of statements of all rule sets, in the order of grants.md, "The way of a grant". Which of them a rule
//! set has is its own: [`super::zero::bodies::KINDS`], [`super::one::bodies::KINDS`].

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
    /// A higher rule set is in force from the next entry on.
    RulesAdopted = "rules.adopted", "Penetapan perangkat aturan", "Rule set adopted";
    /// The government's own stages, offices and terms change.
    ProfileAmended = "profile.amended", "Perubahan profil", "Profile amended";
    /// An official holds an office for a period, with a key.
    OfficialAppointed = "official.appointed", "Pengangkatan pejabat", "Official appointed";
    /// An official leaves the office before its period ends.
    OfficialRetired = "official.retired", "Pemberhentian pejabat", "Official retired";
    /// The server's desk has a key for citizens' reports and counts of refusals.
    DeskAppointed = "desk.appointed", "Penunjukan kunci loket daring", "Desk key appointed";
    /// Another holder, with a new key, takes the place of a root.
    RootReplaced = "root.replaced", "Penggantian pemegang kunci akar", "Root holder replaced";
    /// A key for checkpoints is added or retired.
    LedgerRekeyed = "ledger.rekeyed", "Penggantian kunci buku besar", "Ledger rekeyed";
    /// A holder takes a new key and retires the old one.
    KeyRotated = "key.rotated", "Penggantian kunci oleh pemegang", "Key rotated";
    /// A lost key is replaced without its signature.
    KeyReplaced = "key.replaced", "Penggantian kunci yang hilang", "Key replaced";
    /// The old key objects to a pending replacement, which holds it.
    ReplacementObjected = "replacement.objected", "Keberatan atas penggantian kunci", "Replacement objected to";
    /// A key is in force no more.
    KeyRevoked = "key.revoked", "Pencabutan kunci", "Key revoked";
    /// An organisation may apply.
    OrganisationRegistered = "organisation.registered", "Pendaftaran lembaga", "Organisation registered";
    /// An organisation's chair, address, licence or account changes.
    OrganisationAmended = "organisation.amended", "Perubahan data lembaga", "Organisation amended";
    /// An organisation may not apply for now.
    OrganisationSuspended = "organisation.suspended", "Penangguhan lembaga", "Organisation suspended";
    /// A suspended organisation may apply again.
    OrganisationReinstated = "organisation.reinstated", "Pemulihan lembaga", "Organisation reinstated";
    /// A past award's recipient is this registered organisation.
    OrganisationClaimed = "organisation.claimed", "Pengakuan hibah terdahulu", "Past award claimed";
    /// An organisation asks for a grant.
    ApplicationSubmitted = "application.submitted", "Permohonan", "Application submitted";
    /// The intake office files an application that was signed by hand.
    ApplicationFiledAtCounter = "application.filed_at_counter", "Permohonan diterima di loket", "Application filed at the counter";
    /// An agency records a need that nobody could plan for.
    NeedRecorded = "need.recorded", "Kebutuhan dicatat", "Need recorded";
    /// The organisation mends what was returned to it.
    ApplicationRevised = "application.revised", "Perbaikan permohonan", "Application revised";
    /// The organisation asks no more.
    ApplicationWithdrawn = "application.withdrawn", "Permohonan dicabut", "Application withdrawn";
    /// The intake office finds the papers complete and gives a control number.
    CompletenessChecked = "completeness.checked", "Pemeriksaan kelengkapan", "Completeness checked";
    /// The head of the region sends the case on its way.
    CaseRouted = "case.routed", "Disposisi kepala daerah", "Case routed";
    /// The advisory team names the field and so the agency.
    CaseClassified = "case.classified", "Klasifikasi sesuai SKPD", "Case classified";
    /// The agency of the field recommends an amount.
    AmountRecommended = "amount.recommended", "Rekomendasi SKPD", "Amount recommended";
    /// The advisory team considers the recommendation.
    CaseConsidered = "case.considered", "Verifikasi Tim Pertimbangan", "Case considered";
    /// The budget team proposes an amount.
    BudgetConsidered = "budget.considered", "Verifikasi TAPD", "Budget considered";
    /// A nominative list begins: its number, total and count of rows.
    ListNominated = "list.nominated", "Daftar nominatif (DNC)", "List nominated";
    /// Some rows of a nominative list.
    ListRows = "list.rows", "Baris daftar nominatif", "List rows";
    /// The list is complete and takes effect.
    ListSealed = "list.sealed", "Daftar nominatif berlaku", "List sealed";
    /// The list is given up before it took effect.
    ListAbandoned = "list.abandoned", "Daftar nominatif batal", "List abandoned";
    /// A fiscal year's budget of grants begins.
    BudgetEnacted = "budget.enacted", "APBD ditetapkan", "Budget enacted";
    /// A later version of a fiscal year's budget begins.
    BudgetAmended = "budget.amended", "Perubahan APBD", "Budget amended";
    /// Some rows of a budget.
    BudgetRows = "budget.rows", "Baris APBD", "Budget rows";
    /// The budget is complete and takes effect.
    BudgetSealed = "budget.sealed", "APBD berlaku", "Budget sealed";
    /// The budget's record is given up before it took effect.
    BudgetAbandoned = "budget.abandoned", "APBD batal sebelum berlaku", "Budget abandoned";
    /// The head of the region issues a decree: its number, total and count of rows.
    DecreeIssued = "decree.issued", "Keputusan (SK) penetapan", "Decree issued";
    /// A decree changes amounts of an earlier one, or adds recipients.
    DecreeAmended = "decree.amended", "Perubahan keputusan (SK)", "Decree amended";
    /// A sealed decree is taken back; its cases wait for another.
    DecreeRevoked = "decree.revoked", "Keputusan (SK) dicabut", "Decree revoked";
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
    /// Both parties change the grant agreement.
    AgreementAmended = "agreement.amended", "Addendum NPHD", "Agreement amended";
    /// The organisation pledges to use the money as agreed.
    IntegrityPledged = "integrity.pledged", "Pakta integritas", "Integrity pledged";
    /// The cashier requests a payment (SPP).
    PaymentRequested = "payment.requested", "SPP-LS", "Payment requested";
    /// The payment verifier finds the request in order.
    PaymentVerified = "payment.verified", "Uji PPK-PPKD", "Payment verified";
    /// The finance officer orders the payment (SPM).
    PaymentOrdered = "payment.ordered", "SPM terbit", "Payment ordered";
    /// The treasury orders the bank to pay (SP2D).
    WarrantIssued = "warrant.issued", "SP2D terbit", "Warrant issued";
    /// A warrant is taken back before the money arrived.
    WarrantCancelled = "warrant.cancelled", "SP2D dibatalkan", "Warrant cancelled";
    /// The money is in the recipient's account.
    FundsCredited = "funds.credited", "Cair", "Funds credited";
    /// The bank sent the money back.
    FundsReturned = "funds.returned", "Retur", "Funds returned";
    /// The organisation confirms what it received.
    CreditConfirmed = "credit.confirmed", "Dana diterima", "Credit confirmed";
    /// The organisation says that it received another amount.
    CreditDisputed = "credit.disputed", "Penerimaan disanggah", "Credit disputed";
    /// Goods or services are handed over, with their value.
    GoodsHandedOver = "goods.handed_over", "Serah terima barang (BAST)", "Goods handed over";
    /// The cashier pays a small assistance in cash.
    CashPaid = "cash.paid", "Dibayar tunai", "Cash paid";
    /// The organisation reports how the money was used (LPJ).
    UseReported = "use.reported", "LPJ", "Use reported";
    /// The agency accepts the report or returns it.
    UseReviewed = "use.reviewed", "Verifikasi LPJ", "Use reviewed";
    /// Money is to be given back.
    RefundDemanded = "refund.demanded", "Tagihan pengembalian", "Refund demanded";
    /// Money was given back (STS).
    RefundDeposited = "refund.deposited", "Setoran pengembalian (STS)", "Refund deposited";
    /// An office looked at the undertaking.
    MonitoringRecorded = "monitoring.recorded", "Monitoring dan evaluasi", "Monitoring recorded";
    /// An office warns the organisation.
    WarningIssued = "warning.issued", "Teguran", "Warning issued";
    /// The organisation is barred from grants until a day.
    SanctionImposed = "sanction.imposed", "Sanksi", "Sanction imposed";
    /// Whoever holds the stage refuses, with a reason.
    DecisionRefused = "decision.refused", "Ditolak", "Refused";
    /// Whoever holds the stage sends the case back, with a reason.
    CaseReturned = "case.returned", "Dikembalikan", "Returned";
    /// The government gives the case up, with a reason.
    CaseCancelled = "case.cancelled", "Dibatalkan", "Cancelled";
    /// An earlier entry is corrected; both versions stay visible.
    CorrectionRecorded = "correction.recorded", "Koreksi", "Correction recorded";
    /// Another key of the office confirms an entry of a revoked key.
    EntryConfirmed = "entry.confirmed", "Penegasan", "Entry confirmed";
    /// A fact that a rule refuses, but that happened.
    IrregularityRecorded = "irregularity.recorded", "Di luar ketentuan", "Irregularity recorded";
    /// A running case is taken over from paper; its earlier steps are not signed.
    CaseAdopted = "case.adopted", "Kasus berjalan diambil alih", "Case adopted";
    /// A past award, taken from an old register.
    AwardMigrated = "award.migrated", "Hibah sebelum buku besar", "Award before the ledger";
    /// The count and sum of warrants in the treasury's own system.
    TreasuryReconciled = "treasury.reconciled", "Rekonsiliasi", "Treasury reconciled";
    /// The yearly account of unplanned assistance.
    NeedsRecapped = "needs.recapped", "Rekapitulasi bansos tidak terencana", "Needs recapped";
    /// A citizen reported something; text and identity are sealed.
    ReportReceived = "report.received", "Laporan warga", "Citizen's report received";
    /// The office concerned answers a citizen.
    ReportAnswered = "report.answered", "Jawaban laporan warga", "Citizen's report answered";
    /// The citizen rates the answer.
    ReportRated = "report.rated", "Penilaian jawaban", "Answer rated";
    /// The inspectorate found something.
    FlagRaised = "flag.raised", "Temuan", "Flag raised";
    /// Whom a flag concerns answers it.
    FlagAnswered = "flag.answered", "Jawaban temuan", "Flag answered";
    /// The inspectorate confirms or clears a flag.
    FlagClosed = "flag.closed", "Temuan ditutup", "Flag closed";
    /// How many signed statements the rules refused that day.
    RefusalsCounted = "refusals.counted", "Penolakan mesin", "Refusals counted";
    /// Personal data was erased, and under which law.
    ErasureRecorded = "erasure.recorded", "Penghapusan data pribadi", "Erasure recorded";
}

/// The name; with `#` the Indonesian title in quotes, as Indonesian sentences have it.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() { write!(f, "“{}”", self.title_id()) } else { f.write_str(self.name()) }
    }
}
