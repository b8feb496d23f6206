//! One body of every kind of rule set 1, with every field that the kind has. Each free text in them begins with
//! "teks", and nothing else does.

use serde_json::{Value, json};

use hibah::grants::kinds::Kind;

fn document() -> Value {
    json!({ "title": "teks judul", "sha256": "ab".repeat(32), "size": 1, "media_type": "application/pdf" })
}

fn vkey(name: &str) -> String {
    format!("hibah.example/ledger{name}+1a2b3c4d+{}", "A".repeat(44))
}

fn hash(of: &str) -> String {
    of.repeat(32)
}

fn decided() -> Value {
    json!({ "person": "pejabat/0042", "post": "ppkd" })
}

fn counter() -> Value {
    json!({ "paper": document() })
}

fn lines() -> Value {
    json!([{ "line": "teks buku", "amount": 2 }, { "line": "teks meja", "amount": 3 }])
}

fn address() -> Value {
    json!({
        "street": "teks jalan", "street2": "teks lantai", "ward": "teks kelurahan", "district": "teks kecamatan",
        "city": "teks kota", "region": "teks provinsi", "postcode": "40115",
    })
}

fn registration() -> Value {
    json!({ "type": "AHU", "number": "12", "issuer": "teks kementerian", "date": "2009-01-01" })
}

fn sealed() -> Value {
    json!({ "account": hash("aa"), "chair": hash("cc") })
}

fn payee() -> Value {
    json!({ "about": "org/1", "commitment": hash("aa"), "pointer": "/body/sealed/account" })
}

fn licence() -> Value {
    json!({
        "type": "SIOP", "number": "12", "issuer": "teks dinas", "valid_until": "2027-01-01", "checked_at": "2026-01-20",
        "source": "teks register izin",
    })
}

/// Both objects in one; a field of the second counts.
fn with(mut one: Value, more: Value) -> Value {
    let (Value::Object(object), Value::Object(more)) = (&mut one, more) else { panic!("both are objects") };
    object.extend(more);
    one
}

/// A body of this kind with every field, which the rule set takes.
pub fn sample(kind: Kind) -> Value {
    ledger(kind)
        .or_else(|| organisation(kind))
        .or_else(|| stage(kind))
        .or_else(|| paper(kind))
        .or_else(|| payment(kind))
        .or_else(|| report(kind))
        .or_else(|| ending(kind))
        .or_else(|| note(kind))
        .unwrap_or_else(|| panic!("no sample of {kind}"))
}

fn ledger(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::LedgerFounded => json!({
            "currency": { "code": "IDR", "decimals": 0 },
            "keys": { "ledger": vkey(""), "roots": [vkey("/root/1"), vkey("/root/2")], "threshold": 2 },
            "profile": { "name": "teks yang tidak dicari" }, "rules": 1, "trial": true,
        }),
        Kind::RulesAdopted => json!({
            "rules": 1, "profile": { "name": "x" }, "decree_number": "SK/1", "reason": "teks alasan",
        }),
        Kind::ProfileAmended => {
            json!({ "profile": { "name": "x" }, "decree_number": "SK/1", "reason": "teks alasan" })
        }
        Kind::OfficialAppointed => json!({
            "office": "ppkd", "person": "pejabat/0042", "decree_number": "SK/1",
            "period": { "from": "2026-01-01", "until": "2026-12-31" }, "acting": true, "key": vkey("/official/1"),
        }),
        Kind::OfficialRetired => {
            json!({ "decree_number": "SK/1", "last_day": "2026-06-30", "reason": "teks alasan" })
        }
        Kind::DeskAppointed => json!({ "decree_number": "SK/1", "key": vkey("/desk") }),
        Kind::RootReplaced => json!({
            "root": 2, "holder": "teks dewan", "decree_number": "SK/1", "reason": "teks alasan", "key": vkey("/root/2"),
        }),
        Kind::LedgerRekeyed => json!({
            "ledger_key": vkey(""), "retires": "hibah.example/ledger+1a2b3c4d", "reason": "teks alasan",
        }),
        Kind::KeyRotated => {
            json!({ "key": vkey("/official/1"), "retires": "hibah.example/ledger/official/1+1a2b3c4d" })
        }
        Kind::KeyReplaced => json!({
            "key": vkey("/official/1"), "retires": "hibah.example/ledger/official/1+1a2b3c4d", "reason": "teks alasan",
        }),
        Kind::ReplacementObjected => json!({ "replacement": 17, "reason": "teks alasan" }),
        Kind::KeyRevoked => json!({
            "key": "hibah.example/ledger/official/1+1a2b3c4d", "reason": "teks alasan",
            "suspect_since": "2026-01-01T00:00:00.000Z",
        }),
        _ => return None,
    })
}

fn organisation(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::OrganisationRegistered => json!({
            "name": "teks yayasan", "recipient_type": "foundation", "address": address(),
            "registration": registration(), "key": vkey("/org/1"), "sealed": sealed(),
        }),
        Kind::OrganisationAmended => json!({
            "name": "teks yayasan", "address": address(), "registration": registration(), "sealed": sealed(),
            "deed": document(), "reason": "teks alasan",
        }),
        Kind::OrganisationSuspended => json!({ "reason": "teks alasan", "documents": [document()] }),
        Kind::OrganisationReinstated => json!({ "reason": "teks alasan" }),
        Kind::OrganisationClaimed => json!({ "award": "award/0123456789abcdef/7", "reason": "teks alasan" }),
        Kind::ApplicationSubmitted => application(),
        Kind::ApplicationFiledAtCounter => with(application(), json!({ "paper": document() })),
        Kind::NeedRecorded => {
            let mut need = with(application(), json!({ "way": "assistance_unplanned" }));
            for gone in ["budget_lines", "proposer"] {
                need.as_object_mut().and_then(|object| object.remove(gone)).expect("a field of an application");
            }
            need
        }
        Kind::ApplicationRevised => json!({
            "title": "teks judul", "purpose": "teks tujuan", "amount": 5, "documents": [document()],
            "budget_lines": lines(), "place": "teks tempat", "reason": "teks alasan", "counter": counter(),
        }),
        Kind::ApplicationWithdrawn => json!({ "reason": "teks alasan", "counter": counter() }),
        _ => return None,
    })
}

fn application() -> Value {
    json!({
        "title": "teks judul", "purpose": "teks tujuan", "amount": 5, "field": "pendidikan", "form": "money",
        "way": "grant", "recipient_type": "foundation", "fiscal_year": 2026, "documents": [document()],
        "budget_lines": lines(), "place": "teks tempat", "proposer": "pokir 12", "sealed": { "members": hash("dd") },
    })
}

fn stage(kind: Kind) -> Option<Value> {
    let considered = json!({
        "amount": 5, "reason": "teks alasan", "document": document(), "decided_by": decided(),
    });
    Some(match kind {
        Kind::CompletenessChecked => json!({
            "control_number": "978/1819", "checklist": { "proposal": true, "stamp": false }, "licence": licence(),
            "decided_by": decided(),
        }),
        Kind::CaseRouted => json!({ "note": "teks disposisi", "decided_by": decided() }),
        Kind::CaseClassified => {
            json!({ "field": "pendidikan", "reason": "teks alasan", "decided_by": decided() })
        }
        Kind::AmountRecommended => with(considered, json!({ "checklist": { "proposal": true } })),
        Kind::CaseConsidered | Kind::BudgetConsidered => considered,
        _ => return None,
    })
}

fn paper(kind: Kind) -> Option<Value> {
    let begun = json!({
        "number": "978/Kep.161/2026", "fiscal_year": 2026, "way": "grant", "total": 5, "rows": 2,
        "document": document(), "decided_by": decided(),
    });
    Some(match kind {
        Kind::ListNominated | Kind::DecreeIssued => begun,
        Kind::DecreeAmended => with(begun, json!({ "amends": "decree/2026/1" })),
        Kind::BudgetEnacted | Kind::BudgetAmended => json!({
            "number": "Perda 12", "fiscal_year": 2026, "total": 5, "rows": 2, "document": document(),
            "ceilings": [
                { "way": "grant", "field": "pendidikan", "agency": "disdik", "amount": 9 },
                { "way": "assistance_unplanned", "field": "pendidikan", "agency": "disdik", "amount": 9 },
            ],
            "decided_by": decided(),
        }),
        Kind::DecreeRevoked => json!({
            "number": "978/Kep.162/2026", "reason": "teks alasan", "document": document(), "decided_by": decided(),
        }),
        Kind::ListRows | Kind::BudgetRows | Kind::DecreeRows => json!({
            "rows": [
                { "row": 1, "case": "case/1/1", "after": hash("ab"), "amount": 2 },
                { "row": 3, "case": "case/a2/1", "after": hash("ab"), "amount": 3 },
            ],
        }),
        Kind::ListSealed | Kind::BudgetSealed | Kind::DecreeSealed => json!({}),
        Kind::ListAbandoned | Kind::BudgetAbandoned | Kind::DecreeAbandoned => json!({ "reason": "teks alasan" }),
        _ => return None,
    })
}

fn agreement() -> Value {
    json!({
        "number": "33/Kep.I/32/2026", "amount": 5, "document": document(), "report_due": "2027-01-10",
        "instalments": [{ "amount": 2, "due": "2026-05-01" }, { "amount": 3, "due": "2026-08-01" }],
        "decided_by": decided(), "counter": counter(),
    })
}

fn payment(kind: Kind) -> Option<Value> {
    let paid = json!({ "number": "957/0239", "fiscal_year": 2026, "amount": 5, "decided_by": decided() });
    Some(match kind {
        Kind::DisbursementRequested => {
            json!({ "amount": 5, "documents": [document()], "payee": payee(), "counter": counter() })
        }
        Kind::AgreementSigned => agreement(),
        Kind::AgreementAmended => with(agreement(), json!({ "reason": "teks alasan" })),
        Kind::IntegrityPledged => json!({ "document": document(), "counter": counter() }),
        Kind::PaymentRequested => with(paid, json!({ "payee": payee(), "documents": [document()] })),
        Kind::PaymentVerified => json!({
            "checklist": { "spp": true }, "licence": licence(), "document": document(), "decided_by": decided(),
        }),
        Kind::PaymentOrdered => with(paid, json!({ "payee": payee(), "budget_code": "5.1.4.05.01" })),
        Kind::WarrantIssued => with(paid, json!({ "payee": payee() })),
        Kind::WarrantCancelled => {
            json!({ "number": "957/0239", "reason": "teks alasan", "decided_by": decided() })
        }
        Kind::FundsCredited => json!({ "amount": 5, "document": document() }),
        Kind::FundsReturned => json!({ "amount": 5, "reason": "teks alasan", "document": document() }),
        Kind::CreditConfirmed => json!({ "amount": 5, "counter": counter() }),
        Kind::CreditDisputed => json!({ "amount": 0, "reason": "teks alasan", "counter": counter() }),
        Kind::GoodsHandedOver => json!({
            "amount": 5, "lines": lines(), "document": document(), "decided_by": decided(), "counter": counter(),
        }),
        Kind::CashPaid => with(paid, json!({ "document": document() })),
        _ => return None,
    })
}

fn report(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::UseReported => json!({
            "amount": 5, "lines": lines(), "documents": [document()], "final": true, "note": "teks catatan",
            "counter": counter(),
        }),
        Kind::UseReviewed => json!({
            "outcome": "accepted", "disallowed": 1, "reason": "teks alasan", "decided_by": decided(),
        }),
        Kind::RefundDemanded => json!({
            "amount": 5, "reason": "teks alasan", "due": "2027-02-01", "decided_by": decided(),
        }),
        Kind::RefundDeposited => json!({ "number": "STS/1", "amount": 5, "interest": 1, "document": document() }),
        Kind::MonitoringRecorded => {
            json!({ "case": "case/1/1", "finding": "teks temuan", "documents": [document()] })
        }
        Kind::WarningIssued => json!({ "case": "case/1/1", "reason": "teks alasan", "documents": [document()] }),
        Kind::SanctionImposed => json!({
            "until": "2027-12-31", "reason": "teks alasan", "document": document(), "decided_by": decided(),
        }),
        _ => return None,
    })
}

fn ending(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::DecisionRefused => json!({ "reason": "teks alasan", "decided_by": decided() }),
        Kind::CaseReturned => {
            json!({ "to": "completeness.checked", "reason": "teks alasan", "decided_by": decided() })
        }
        Kind::CaseCancelled => {
            json!({ "reason": "teks alasan", "document": document(), "decided_by": decided() })
        }
        Kind::CorrectionRecorded => json!({
            "entry": 17, "body": { "reason": "teks di dalam" }, "event_date": "2026-01-20", "reason": "teks alasan",
        }),
        Kind::EntryConfirmed => json!({ "entry": 17 }),
        Kind::IrregularityRecorded => json!({
            "rule": "B5", "fact": "teks kejadian", "amount": 5, "number": "957/0239", "documents": [document()],
        }),
        Kind::CaseAdopted => json!({
            "title": "teks judul", "purpose": "teks tujuan", "field": "pendidikan", "form": "money", "way": "grant",
            "fiscal_year": 2026, "stage": "decree.sealed", "amounts": { "asked": 9, "decreed": 5 },
            "numbers": [{ "kind": "decree.issued", "number": "978/Kep.161/2026" }],
            "dates": [{ "kind": "decree.sealed", "date": "2026-02-14" }], "report_due": "2027-01-10",
            "document": document(),
        }),
        Kind::AwardMigrated => json!({
            "recipient": { "name": "teks yayasan", "number": "1", "address": address() }, "fiscal_year": 2014,
            "amounts": { "decreed": -20000, "paid": 0 }, "outcome": "cancelled", "agency": "teks dinas",
            "fund": "teks dana", "conduit": { "name": "teks induk", "number": "1" }, "programme": "teks program",
            "purpose": "teks tujuan", "sponsor": "teks pengusul", "label": "teks tanda", "numbers": { "decree": "1" },
            "source": { "file_sha256": hash("ab"), "row": 1, "map_sha256": hash("ab") },
            "cut": ["purpose", "recipient.name"],
        }),
        Kind::TreasuryReconciled => json!({
            "month": 12, "grants": { "count": 2, "sum": 5 }, "assistance": { "count": 0, "sum": 0 },
            "register": document(),
        }),
        Kind::NeedsRecapped => json!({ "count": 2, "sum": 5, "document": document() }),
        _ => return None,
    })
}

fn note(kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::ReportReceived => json!({
            "case": "case/1/1", "sealed": { "text": hash("aa"), "receipt": hash("bb"), "identity": hash("cc") },
        }),
        Kind::ReportAnswered => json!({ "report": "note/desk/1", "answer": "teks jawaban" }),
        Kind::ReportRated => json!({ "report": "note/desk/1", "rating": 5 }),
        Kind::FlagRaised => json!({
            "case": "case/1/1", "org": 1, "flag": "same_account", "fact": "teks temuan", "documents": [document()],
            "sealed": { "accounts": hash("dd") }, "decided_by": decided(),
        }),
        Kind::FlagAnswered => {
            json!({ "flag": "note/official/3/1", "answer": "teks jawaban", "documents": [document()] })
        }
        Kind::FlagClosed => json!({
            "flag": "note/official/3/1", "outcome": "cleared", "reason": "teks alasan", "decided_by": decided(),
        }),
        Kind::RefusalsCounted => json!({
            "day": "2026-01-20",
            "counts": [
                { "rule": "form", "office": "org", "count": 1 }, { "rule": "B2", "office": "org", "count": 1 },
                { "rule": "B2", "office": "ppkd", "count": 2 }, { "rule": "B10", "office": "ppkd", "count": 2 },
            ],
        }),
        Kind::ErasureRecorded => json!({
            "entry": 17, "statement": hash("ab"), "pointers": ["/body/sealed/chair", "/body/sealed/account"],
            "what": "sealed", "basis": "teks UU 27/2022", "case": "case/1/1",
        }),
        _ => return None,
    })
}
