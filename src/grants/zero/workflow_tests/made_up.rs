//! What the tables leave out: keys that sign nothing, and bodies that are right until a line says otherwise.

use serde_json::{Value, json};

use super::Play;
use crate::grants::about::About;
use crate::grants::zero::profile;

impl Play {
    /// A body that is right as far as one can be without knowing the case.
    pub(super) fn default_body(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        let document = |title: &str| json!({ "title": title, "sha256": "ab".repeat(32), "size": 1000, "media_type": "application/pdf" });
        let decided = self.decided_by(keys);
        let (own, year) = (about.replace("case/", ""), 2014);
        match kind {
            "ledger.founded" => self.founding_body(keys),
            "official.appointed" => json!({
                "office": "wali_kota", "person": "pejabat/0001", "decree_number": "821/1/2013",
                "period": { "from": "2013-01-01", "until": "2018-12-31" }, "key": self.vkey(about),
            }),
            "key.revoked" => json!({
                "key": self.signer(about), "reason": "Kunci hilang", "suspect_since": self.now.to_string(),
            }),
            "organisation.registered" => json!({
                "name": format!("Yayasan {own}"), "recipient_type": "foundation", "address": { "city": "Bandung" },
                "key": self.vkey(about), "sealed": { "account": "aa".repeat(32), "chair": "cc".repeat(32) },
            }),
            "application.submitted" => json!({
                "title": format!("Kegiatan {own}"), "purpose": "Kegiatan belajar", "amount": 600, "field": "pendidikan",
                "form": "money", "way": "grant", "fiscal_year": year, "documents": [document("Proposal hibah")],
            }),
            "amount.recommended" => {
                json!({ "amount": 150, "reason": "Layak", "decided_by": decided })
            }
            "decree.issued" => json!({
                "number": format!("978/{about}"), "fiscal_year": year, "total": 75, "rows": 1,
                "document": document("Keputusan wali kota"), "decided_by": decided,
            }),
            "decree.abandoned" => json!({ "reason": "Salah jumlah" }),
            "disbursement.requested" => {
                json!({ "amount": 75, "documents": [document("Permohonan pencairan")] })
            }
            "agreement.signed" => json!({
                "number": format!("33/{own}"), "amount": 75, "document": document("Naskah perjanjian hibah daerah"),
                "report_due": "2015-01-10", "decided_by": decided,
            }),
            "warrant.issued" => {
                json!({ "number": format!("957/{own}"), "amount": 75, "fiscal_year": year, "decided_by": decided })
            }
            "funds.credited" => json!({ "amount": 75, "document": document("Bukti transfer") }),
            "use.reported" => {
                json!({ "amount": 75, "documents": [document("Laporan penggunaan")] })
            }
            "decision.refused" => json!({ "reason": "Tidak sesuai", "decided_by": decided }),
            "award.migrated" => self.migrated_body(about),
            _ => json!({}),
        }
    }

    fn founding_body(&self, keys: &[String]) -> Value {
        let roots: Vec<String> = keys.iter().filter(|key| key.starts_with("root/")).map(|key| self.vkey(key)).collect();
        json!({
            "currency": { "code": "IDR", "decimals": 0 },
            "keys": { "ledger": self.vkey("ledger"), "roots": roots, "threshold": 2 },
            "profile": profile::named("kota-bandung").unwrap().to_json(), "rules": 0, "trial": true,
        })
    }

    fn migrated_body(&self, about: &str) -> Value {
        let mut parts = about.split('/').skip(1);
        let source = parts.next().unwrap_or_default();
        let row: u64 = parts.next().and_then(|row| row.parse().ok()).unwrap_or_default();
        json!({
            "recipient": { "name": "Yayasan Lama" }, "fiscal_year": 2012, "amounts": { "decreed": 1000 },
            "outcome": "awarded",
            "source": { "file_sha256": format!("{source}{}", "0".repeat(48)), "row": row, "map_sha256": "bb".repeat(32) },
        })
    }

    /// The first signer that is an official of the ledger, with that official's post.
    fn decided_by(&self, keys: &[String]) -> Value {
        let official = keys.iter().find_map(|key| match About::parse(key.split(':').next()?) {
            Some(About::Official(n)) => self.state.official(n),
            _ => None,
        });
        let (person, post) = official
            .map_or(("pejabat/9999", "wali_kota"), |official| (official.person.0.as_str(), official.office.as_str()));
        json!({ "person": person, "post": post })
    }
}
