//! What the tables leave out: keys that sign nothing, and bodies that are right until a line says otherwise.

use serde_json::{Value, json};

use super::Play;
use crate::grants::about::{About, CaseId};
use crate::grants::one::profile;
use crate::grants::state::State;

impl Play {
    /// A body that is right as far as one can be without knowing the case.
    pub(super) fn default_body(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        let (family, _) = kind.split_once('.').unwrap_or((kind, ""));
        match family {
            "ledger" | "rules" | "profile" | "official" | "desk" | "root" | "key" | "replacement" => {
                self.body_of_keys(kind, about, keys)
            }
            "organisation" => self.body_of_organisations(kind, about),
            "list" | "budget" | "decree" if kind != "budget.considered" => self.body_of_papers(kind, about, keys),
            "report" | "flag" | "refusals" | "erasure" | "monitoring" | "warning" => self.body_of_notes(kind, keys),
            "treasury" | "needs" | "award" => self.body_of_years(kind, about),
            "application" | "need" | "case" | "completeness" | "amount" | "budget" | "decision" => {
                self.body_of_considering(kind, about, keys)
            }
            _ => self.body_of_execution(kind, about, keys),
        }
    }

    fn body_of_keys(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        // The key that the statement brings is the last that signs.
        let new = keys.last().map(String::as_str).unwrap_or(about);
        match kind {
            "ledger.founded" => self.founding_body(keys),
            "rules.adopted" => json!({
                "rules": 1, "profile": self.profile(), "decree_number": "180/1/2013", "reason": "Perangkat aturan baru",
            }),
            "profile.amended" => {
                json!({ "profile": self.profile(), "decree_number": "180/2/2013", "reason": "Perubahan peraturan" })
            }
            "official.appointed" => json!({
                "office": "wali_kota", "person": "pejabat/0001", "decree_number": "821/1/2013",
                "period": { "from": "2013-01-01", "until": "2018-12-31" }, "key": self.vkey(new),
            }),
            "official.retired" => {
                json!({ "decree_number": "821/9/2013", "last_day": self.today(), "reason": "Pindah tugas" })
            }
            "desk.appointed" => json!({ "decree_number": "555/1/2013", "key": self.vkey("desk") }),
            "root.replaced" => json!({
                "root": 5, "holder": "Ketua DPRD", "decree_number": "180/3/2013", "reason": "Purna tugas",
                "key": self.vkey(new),
            }),
            "ledger.rekeyed" => json!({ "ledger_key": self.vkey("ledger:b"), "reason": "Kunci baru" }),
            "key.rotated" => json!({ "key": self.vkey(new), "retires": self.signer(about) }),
            "key.replaced" => json!({ "key": self.vkey(new), "retires": self.signer(about), "reason": "Kunci hilang" }),
            "replacement.objected" => json!({ "replacement": 0, "reason": "Kunci lama tidak hilang" }),
            _ => json!({
                "key": self.signer(about), "reason": "Kunci hilang", "suspect_since": self.now.to_string(),
            }),
        }
    }

    fn body_of_organisations(&self, kind: &str, about: &str) -> Value {
        match kind {
            "organisation.registered" => json!({
                "name": format!("Yayasan {about}"), "recipient_type": "foundation", "address": { "city": "Bandung" },
                "key": self.vkey(about), "sealed": { "account": "aa".repeat(32), "chair": "cc".repeat(32) },
            }),
            "organisation.amended" => json!({ "name": "Yayasan Berganti Nama", "reason": "Akta perubahan" }),
            "organisation.claimed" => json!({ "award": "award/0123456789abcdef/1", "reason": "Nama yang sama" }),
            _ => json!({ "reason": "Menurut pemeriksaan" }),
        }
    }

    fn body_of_papers(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        let decided = self.decided_by(keys);
        let year: u64 = about.split('/').nth(1).and_then(|year| year.parse().ok()).unwrap_or(2014);
        let issued = |title: &str| {
            json!({
                "number": format!("978/{about}"), "fiscal_year": year, "way": "grant", "total": 75, "rows": 1,
                "document": document(title), "decided_by": decided,
            })
        };
        match kind {
            "list.nominated" => issued("Daftar nominatif calon penerima"),
            "budget.enacted" | "budget.amended" => {
                let mut body = issued("Penjabaran APBD Lampiran III dan IV");
                if let Some(fields) = body.as_object_mut() {
                    fields.remove("way");
                }
                body
            }
            "decree.issued" => issued("Keputusan wali kota"),
            "decree.amended" => {
                let mut body = issued("Perubahan keputusan wali kota");
                body["amends"] = json!(format!("decree/{year}/1"));
                body
            }
            "decree.revoked" => json!({
                "number": "978/cabut", "reason": "Salah penetapan", "document": document("Pencabutan keputusan wali kota"),
                "decided_by": decided,
            }),
            "list.abandoned" | "budget.abandoned" | "decree.abandoned" => json!({ "reason": "Salah jumlah" }),
            _ => json!({}),
        }
    }

    fn body_of_notes(&self, kind: &str, keys: &[String]) -> Value {
        let decided = self.decided_by(keys);
        match kind {
            "monitoring.recorded" => json!({ "case": "case/1/1", "finding": "Kegiatan berjalan" }),
            "warning.issued" => json!({ "case": "case/1/1", "reason": "Laporan belum masuk" }),
            "report.received" => {
                json!({ "case": "case/1/1", "sealed": { "text": "ab".repeat(32), "receipt": "cd".repeat(32) } })
            }
            "report.answered" => json!({ "report": "note/desk/1", "answer": "Sudah ditinjau" }),
            "report.rated" => json!({ "report": "note/desk/1", "rating": 4 }),
            "flag.raised" => json!({
                "case": "case/1/1", "flag": "same_account", "fact": "Rekening sama dengan lembaga lain",
                "decided_by": decided,
            }),
            "flag.answered" => json!({ "flag": "note/official/6/1", "answer": "Rekening bersama" }),
            "flag.closed" => json!({
                "flag": "note/official/6/1", "outcome": "cleared", "reason": "Sudah dijelaskan", "decided_by": decided,
            }),
            "refusals.counted" => json!({
                "day": self.today(), "counts": [{ "rule": "B1", "office": "wali_kota", "count": 2 }],
            }),
            _ => json!({
                "entry": 1, "statement": "ab".repeat(32), "pointers": ["/body/sealed/chair"], "what": "sealed",
                "basis": "UU 27/2022 Pasal 8",
            }),
        }
    }

    fn body_of_years(&self, kind: &str, about: &str) -> Value {
        match kind {
            "treasury.reconciled" => json!({
                "month": 1, "grants": { "count": 0, "sum": 0 }, "assistance": { "count": 0, "sum": 0 },
                "register": document("Register SP2D"),
            }),
            "needs.recapped" => json!({ "count": 0, "sum": 0, "document": document("Laporan penggunaan") }),
            _ => migrated_body(about),
        }
    }

    fn body_of_considering(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        let (decided, own) = (self.decided_by(keys), about.replace("case/", ""));
        let application = || {
            json!({
                "title": format!("Kegiatan {own}"), "purpose": "Kegiatan belajar", "amount": 600, "field": "pendidikan",
                "form": "money", "way": "grant", "fiscal_year": 2014, "documents": [document("Proposal hibah")],
            })
        };
        match kind {
            "application.submitted" => application(),
            "application.filed_at_counter" => {
                let mut body = application();
                body["paper"] = document("Berkas bertanda tangan dari loket");
                body
            }
            "need.recorded" => {
                let mut body = application();
                body["way"] = json!("assistance_unplanned");
                body["recipient_type"] = json!("person");
                body["sealed"] = json!({ "recipient": "ee".repeat(32), "account": "ff".repeat(32) });
                body["documents"] = json!([document("Proposal bantuan sosial")]);
                body
            }
            "application.revised" => {
                json!({ "amount": 500, "documents": [document("Proposal hibah")], "reason": "Sudah dilengkapi" })
            }
            "application.withdrawn" => json!({ "reason": "Tidak jadi" }),
            "completeness.checked" => {
                json!({ "control_number": format!("978/{own}"), "decided_by": decided })
            }
            "case.routed" => json!({ "decided_by": decided }),
            "case.classified" => json!({ "field": self.field_of(about), "decided_by": decided }),
            "amount.recommended" | "case.considered" | "budget.considered" => {
                json!({ "amount": 150, "reason": "Layak", "decided_by": decided })
            }
            "case.adopted" => json!({
                "title": format!("Kegiatan {own}"), "purpose": "Kegiatan belajar", "field": "pendidikan",
                "form": "money", "way": "grant", "fiscal_year": 2014, "stage": "decree.sealed",
                "amounts": { "asked": 600, "decreed": 75 }, "document": document("Proposal hibah"),
            }),
            _ => json!({ "reason": "Tidak sesuai", "decided_by": decided }),
        }
    }

    fn body_of_execution(&self, kind: &str, about: &str, keys: &[String]) -> Value {
        let (decided, own) = (self.decided_by(keys), about.replace("case/", ""));
        // Each statement has another number, unless its line says otherwise.
        let number = |first: &str| format!("{first}/{own}/{}", self.state.size());
        let money =
            |first: &str| json!({ "number": number(first), "fiscal_year": 2014, "amount": 75, "decided_by": decided });
        match kind {
            "disbursement.requested" => json!({ "amount": 75, "documents": [document("Permohonan pencairan")] }),
            "agreement.signed" | "agreement.amended" => {
                let mut body = json!({
                    "number": number("33"), "amount": 75, "document": document("Naskah perjanjian hibah daerah"),
                    "report_due": "2015-01-10", "decided_by": decided,
                });
                if kind == "agreement.amended" {
                    body["reason"] = json!("Perubahan rencana");
                }
                body
            }
            "integrity.pledged" => json!({ "document": document("Pakta integritas") }),
            "payment.requested" => money("991"),
            "payment.verified" => json!({ "decided_by": decided }),
            "payment.ordered" => money("931"),
            "warrant.issued" => money("957"),
            "warrant.cancelled" => json!({ "number": "957", "reason": "Rekening tutup", "decided_by": decided }),
            "funds.credited" => json!({ "amount": 75, "document": document("Bukti transfer") }),
            "funds.returned" => json!({ "amount": 75, "reason": "Rekening tutup" }),
            "credit.confirmed" => json!({ "amount": 75 }),
            "credit.disputed" => json!({ "amount": 70, "reason": "Kurang lima" }),
            "goods.handed_over" => {
                json!({ "amount": 75, "document": document("Berita acara serah terima"), "decided_by": decided })
            }
            "cash.paid" => {
                let mut body = money("TU");
                body["document"] = document("Kuitansi");
                body
            }
            "use.reported" => json!({ "amount": 75, "documents": [document("Laporan penggunaan")] }),
            "use.reviewed" => json!({ "outcome": "accepted", "reason": "Lengkap", "decided_by": decided }),
            "refund.demanded" => json!({ "amount": 5, "reason": "Sisa dana", "decided_by": decided }),
            "refund.deposited" => {
                json!({ "number": number("STS"), "amount": 5, "document": document("Bukti transfer") })
            }
            "sanction.imposed" => json!({ "until": "2016-12-31", "reason": "Tidak melapor", "decided_by": decided }),
            "correction.recorded" => json!({ "entry": 0, "body": {}, "reason": "Salah ketik" }),
            "entry.confirmed" => json!({ "entry": 0 }),
            "irregularity.recorded" => json!({
                "rule": "B5", "fact": "Dibayar tanpa NPHD", "amount": 10, "documents": [document("Bukti transfer")],
            }),
            _ => json!({}),
        }
    }

    fn founding_body(&self, keys: &[String]) -> Value {
        let roots: Vec<String> = keys.iter().filter(|key| key.starts_with("root/")).map(|key| self.vkey(key)).collect();
        json!({
            "currency": { "code": "IDR", "decimals": 0 },
            "keys": { "ledger": self.vkey("ledger"), "roots": roots, "threshold": 3 },
            "profile": self.profile(), "rules": 1, "trial": true,
        })
    }

    /// Kota Bandung's profile, or the one in force.
    fn profile(&self) -> Value {
        match &self.state {
            State::One(book) if book.profile().is_some() => book.profile().unwrap().to_json(),
            _ => profile::named("kota-bandung").unwrap().to_json(),
        }
    }

    fn today(&self) -> String {
        self.state.local_date(self.now).to_string()
    }

    fn field_of(&self, about: &str) -> String {
        let case = match (&self.state, CaseId::parse(about)) {
            (State::One(book), Some(id)) => book.case(&id),
            _ => None,
        };
        case.map_or("pendidikan".to_owned(), |case| case.core.facts.field.to_string())
    }

    /// The first signer that is an official of the ledger, with that official's post.
    fn decided_by(&self, keys: &[String]) -> Value {
        let State::One(book) = &self.state else {
            return json!({ "person": "pejabat/9999", "post": "wali_kota" });
        };
        let official = keys.iter().find_map(|key| match About::parse(key.split(':').next()?) {
            Some(About::Official(n)) => book.official(n),
            _ => None,
        });
        let (person, post) =
            official.map_or(("pejabat/9999", "wali_kota"), |official| (&*official.person, &*official.office));
        json!({ "person": person, "post": post })
    }
}

fn document(title: &str) -> Value {
    json!({ "title": title, "sha256": "ab".repeat(32), "size": 1000, "media_type": "application/pdf" })
}

fn migrated_body(about: &str) -> Value {
    let mut parts = about.split('/').skip(1);
    let source = parts.next().unwrap_or_default();
    let row: u64 = parts.next().and_then(|row| row.parse().ok()).unwrap_or_default();
    json!({
        "recipient": { "name": "Yayasan Lama" }, "fiscal_year": 2012, "amounts": { "decreed": 1000 },
        "outcome": "awarded",
        "source": { "file_sha256": format!("{source}{}", "0".repeat(48)), "row": row, "map_sha256": "bb".repeat(32) },
    })
}
