//! What the made-up city says: the body of each kind, right for the case that it is about.

use serde_json::{Value, json};

use crate::grants::kinds::Kind;
use crate::grants::one::ways::Form;
use crate::tlog::hash::sha256;

/// What the bodies of a case need to know.
pub(super) struct About<'a> {
    pub(super) case: &'a str,
    pub(super) amount: i64,
    pub(super) year: u16,
    pub(super) field: &'a str,
    pub(super) decided: Value,
    /// The running number of a document of this kind.
    pub(super) number: String,
    pub(super) report_due: String,
    /// The amounts of instalments; one or none: no plan.
    pub(super) plan: &'a [i64],
    /// The organisation and the commitment to its account.
    pub(super) payee: Option<(String, String)>,
    pub(super) checklist: &'a [String],
    pub(super) form: Form,
}

/// A public document whose bytes exist nowhere: only its digest is told, made from its title and place.
pub(super) fn document(title: &str, place: &str) -> Value {
    let digest = sha256(format!("made-up document {title} {place}").as_bytes()).to_hex();
    let size = 40_000 + u64::from(sha256(digest.as_bytes()).as_bytes()[0]) * 900;
    json!({"title": title, "sha256": digest, "size": size, "media_type": "application/pdf"})
}

/// The body of a step of a case.
pub(super) fn step(kind: Kind, about: &About<'_>) -> Value {
    match kind {
        Kind::CompletenessChecked
        | Kind::CaseRouted
        | Kind::CaseClassified
        | Kind::AmountRecommended
        | Kind::CaseConsidered
        | Kind::BudgetConsidered => considered(kind, about),
        Kind::PaymentRequested
        | Kind::PaymentVerified
        | Kind::PaymentOrdered
        | Kind::WarrantIssued
        | Kind::CashPaid => paid(kind, about),
        _ => executed(kind, about),
    }
}

fn considered(kind: Kind, about: &About<'_>) -> Value {
    let About { amount, field, decided, number, checklist, .. } = about;
    match kind {
        Kind::CompletenessChecked => json!({"control_number": number, "decided_by": decided}),
        Kind::CaseRouted => json!({"decided_by": decided}),
        Kind::CaseClassified => json!({"field": field, "decided_by": decided}),
        Kind::AmountRecommended => {
            let answers: serde_json::Map<String, Value> =
                checklist.iter().map(|code| (code.clone(), json!(true))).collect();
            json!({
                "amount": amount, "checklist": answers, "decided_by": decided,
                "reason": "Memenuhi syarat; peninjauan lapangan sesuai dengan proposal.",
            })
        }
        Kind::CaseConsidered => {
            json!({"amount": amount, "decided_by": decided, "reason": "Sesuai rekomendasi dan kebutuhan kelurahan."})
        }
        _ => json!({"amount": amount, "decided_by": decided, "reason": "Sesuai kemampuan keuangan daerah."}),
    }
}

fn paid(kind: Kind, about: &About<'_>) -> Value {
    let mut money = json!({
        "number": about.number, "fiscal_year": about.year, "amount": about.amount, "decided_by": about.decided,
    });
    match kind {
        Kind::PaymentVerified => json!({"decided_by": about.decided}),
        Kind::CashPaid => {
            money["document"] = document("Kuitansi", about.case);
            money
        }
        Kind::WarrantIssued => {
            if let Some((org, account)) = &about.payee {
                money["payee"] = json!({"about": org, "commitment": account, "pointer": "/body/sealed/account"});
            }
            money
        }
        _ => money,
    }
}

fn executed(kind: Kind, about: &About<'_>) -> Value {
    let About { case, amount, decided, number, report_due, plan, .. } = about;
    match kind {
        Kind::DisbursementRequested => {
            json!({"amount": amount, "documents": [document("Permohonan pencairan", case)]})
        }
        Kind::AgreementSigned => {
            let mut body = json!({
                "number": number, "amount": amount, "report_due": report_due, "decided_by": decided,
                "document": document("Naskah perjanjian hibah daerah", case),
            });
            if plan.len() > 1 {
                body["instalments"] = plan.iter().map(|amount| json!({"amount": amount})).collect();
            }
            body
        }
        Kind::IntegrityPledged => json!({"document": document("Pakta integritas", case)}),
        Kind::GoodsHandedOver => json!({
            "amount": amount, "document": document("Berita acara serah terima", case), "decided_by": decided,
            "lines": [{
                "line": if about.form == Form::Services { "Jasa pelatih sesuai proposal" } else { "Peralatan sesuai proposal" },
                "amount": amount,
            }],
        }),
        Kind::FundsCredited => json!({"amount": amount, "document": document("Bukti transfer", case)}),
        Kind::FundsReturned => json!({"amount": amount, "reason": "Nomor rekening tidak sesuai nama lembaga."}),
        Kind::CreditConfirmed => json!({"amount": amount}),
        Kind::CreditDisputed => json!({"amount": amount, "reason": "Jumlah yang diterima kurang dari yang tertulis."}),
        Kind::UseReported => json!({
            "amount": amount, "documents": [document("Laporan penggunaan", case), document("Bukti pengeluaran", case)],
        }),
        Kind::RefundDeposited => {
            json!({"number": number, "amount": amount, "document": document("Bukti transfer", number)})
        }
        Kind::RefundDemanded => {
            json!({"amount": amount, "reason": "Sisa dana belum disetor ke kas daerah.", "decided_by": decided})
        }
        Kind::UseReviewed => {
            json!({"outcome": "accepted", "reason": "Laporan lengkap dan sah.", "decided_by": decided})
        }
        _ => json!({}),
    }
}
