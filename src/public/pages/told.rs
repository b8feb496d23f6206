//! A statement's body in words: every field with a label, amounts as money, codes as the profile's titles.

use serde_json::{Map, Value};

use super::words::{Lang, Words};
use crate::grants::figures::Figure;
use crate::grants::time::{Date, Timestamp};
use crate::public::founding::Founding;
use crate::public::moment::Moment;

/// The most parts of a list that are told; the verbatim text has all.
const MAX_PARTS: usize = 20;

/// Names of fields: as signed, in Indonesian, in English.
const LABELS: &[(&str, &str, &str)] = &[
    ("about", "Tentang", "About"),
    ("account", "Rekening (komitmen)", "Account (commitment)"),
    ("address", "Alamat", "Address"),
    ("after", "Mengikuti entri", "Follows the entry"),
    ("agency", "SKPD", "Agency"),
    ("amount", "Nilai", "Value"),
    ("amounts", "Jumlah", "Amounts"),
    ("budget_lines", "Rincian anggaran", "Budget lines"),
    ("case", "Kasus", "Case"),
    ("chair", "Ketua (komitmen)", "Chair (commitment)"),
    ("checklist", "Daftar periksa", "Checklist"),
    ("city", "Kota", "City"),
    ("code", "Kode", "Code"),
    ("commitment", "Komitmen", "Commitment"),
    ("control_number", "Nomor kendali", "Control number"),
    ("currency", "Mata uang", "Currency"),
    ("cut", "Bagian yang dipendekkan", "Shortened fields"),
    ("date", "Tanggal", "Date"),
    ("decided_by", "Diputuskan oleh", "Decided by"),
    ("decimals", "Angka desimal", "Decimals"),
    ("decree_number", "Nomor keputusan", "Number of the decree"),
    ("district", "Kecamatan", "District"),
    ("field", "Bidang", "Field"),
    ("file_sha256", "SHA-256 berkas", "SHA-256 of the file"),
    ("fiscal_year", "Tahun anggaran", "Fiscal year"),
    ("form", "Bentuk", "Form"),
    ("from", "Dari", "From"),
    ("fund", "Sumber dana", "Fund"),
    ("government", "Pemerintah", "Government"),
    ("issuer", "Penerbit", "Issuer"),
    ("key", "Kunci", "Key"),
    ("keys", "Kunci", "Keys"),
    ("label", "Tanda dalam daftar", "Mark in the register"),
    ("ledger", "Buku besar", "Ledger"),
    ("line", "Uraian", "Line"),
    ("lines", "Rincian", "Lines"),
    ("map_sha256", "SHA-256 peta kolom", "SHA-256 of the column map"),
    ("media_type", "Jenis berkas", "Media type"),
    ("name", "Nama", "Name"),
    ("note", "Catatan", "Remark"),
    ("number", "Nomor", "Number"),
    ("numbers", "Nomor dokumen", "Document numbers"),
    ("office", "Jabatan", "Office"),
    ("outcome", "Hasil", "Outcome"),
    ("payee", "Penerima pembayaran", "Payee"),
    ("period", "Masa jabatan", "Period"),
    ("person", "Orang", "Person"),
    ("place", "Tempat", "Place"),
    ("pointer", "Letak", "Place in the statement"),
    ("post", "Jabatan", "Post"),
    ("postcode", "Kode pos", "Postcode"),
    ("profile", "Profil", "Profile"),
    ("programme", "Program", "Programme"),
    ("purpose", "Tujuan", "Purpose"),
    ("reason", "Alasan", "Reason"),
    ("recipient", "Penerima", "Recipient"),
    ("recipient_type", "Jenis penerima", "Type of recipient"),
    ("region", "Provinsi", "Region"),
    ("registration", "Izin atau akta", "Licence or deed"),
    ("report_due", "Batas laporan", "Report due"),
    ("roots", "Kunci akar", "Root keys"),
    ("row", "Baris", "Row"),
    ("rows", "Baris", "Rows"),
    ("rules", "Perangkat aturan", "Rule set"),
    ("sealed", "Tersegel", "Sealed"),
    ("sha256", "SHA-256", "SHA-256"),
    ("size", "Ukuran", "Size"),
    ("source", "Sumber", "Source"),
    ("sponsor", "Pengusul", "Sponsor"),
    ("street", "Jalan", "Street"),
    ("suspect_since", "Diragukan sejak", "Suspect since"),
    ("threshold", "Tanda tangan yang diperlukan", "Signatures required"),
    ("title", "Judul", "Title"),
    ("total", "Jumlah seluruhnya", "Total"),
    ("trial", "Percobaan", "Trial"),
    ("type", "Jenis", "Type"),
    ("until", "Sampai", "Until"),
    ("ward", "Kelurahan", "Ward"),
    ("way", "Jalur", "Way"),
];

/// One field in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// What it is.
    pub(super) label: String,
    /// What it says.
    pub(super) text: String,
    /// Whether it is to be compared letter by letter: a hash, a key.
    pub(super) letters: bool,
}

/// A document that a statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Document {
    pub(super) title: String,
    pub(super) size: String,
    pub(super) sha256: String,
    pub(super) media_type: String,
    /// The entry that names it.
    pub(super) index: u64,
}

/// Tells statements of one ledger in one language.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub(super) founding: &'a Founding,
    pub(super) lang: Lang,
}

impl Teller<'_> {
    fn words(&self) -> &'static Words {
        self.lang.words()
    }

    /// Every field of `body`, but documents and the fields in `skip`.
    pub(super) fn facts(&self, body: &Value, skip: &[&str]) -> Vec<Fact> {
        let mut facts = Vec::new();
        if let Some(map) = body.as_object() {
            self.object(map, "", skip, &mut facts);
        }
        facts
    }

    fn object(&self, map: &Map<String, Value>, above: &str, skip: &[&str], facts: &mut Vec<Fact>) {
        for (name, value) in map {
            if skip.contains(&name.as_str()) || is_document(value) || name == "documents" {
                continue;
            }
            let own = self.label(name, above);
            let label =
                if above.is_empty() { own } else { format!("{}: {}", self.label(above, ""), lower_first(&own)) };
            match (value, value.as_object().and_then(|inner| self.whole(name, inner))) {
                (_, Some(text)) => facts.push(Fact { label, text, letters: false }),
                (Value::Object(inner), None) => self.object(inner, name, skip, facts),
                _ => facts.push(Fact { letters: is_letters(value), text: self.text(name, above, value), label }),
            }
        }
    }

    /// Objects that read best as one text.
    fn whole(&self, name: &str, map: &Map<String, Value>) -> Option<String> {
        let text = |field: &str| map.get(field).map(|value| self.text(field, name, value));
        match name {
            "profile" => Some(self.words().see_text.to_owned()),
            "decided_by" => Some(format!("{} ({})", text("post")?, text("person")?)),
            "period" => Some(format!("{} – {}", text("from")?, text("until")?)),
            "address" => {
                let parts = ["street", "ward", "district", "city", "region", "postcode"].into_iter().filter_map(text);
                Some(parts.collect::<Vec<_>>().join(", "))
            }
            "checklist" => {
                let no: Vec<String> = map
                    .iter()
                    .filter(|(_, answer)| **answer == false)
                    .map(|(item, _)| self.label(item, name))
                    .collect();
                let w = self.words();
                let met = format!("{} / {} {}", map.len() - no.len(), map.len(), w.yes);
                Some(if no.is_empty() { met } else { format!("{met}; {}: {}", w.no, no.join(", ")) })
            }
            _ => None,
        }
    }

    fn label(&self, name: &str, above: &str) -> String {
        if above == "checklist" {
            return self.founding.checklist_item(name, self.lang).to_owned();
        }
        if let (true, Some(at)) = (above == "amounts", Figure::NAMES.iter().position(|amount| *amount == name)) {
            return self.words().amounts[at].to_owned();
        }
        let found = LABELS.iter().find(|(known, ..)| *known == name);
        found.map_or(name.replace('_', " "), |(_, id, en)| match self.lang {
            Lang::Indonesian => (*id).to_owned(),
            Lang::English => (*en).to_owned(),
        })
    }

    fn text(&self, name: &str, above: &str, value: &Value) -> String {
        let w = self.words();
        match value {
            Value::Bool(true) => w.yes.to_owned(),
            Value::Bool(false) => w.no.to_owned(),
            Value::Number(number) => match number.as_i64() {
                Some(minor) if above == "amounts" || name == "amount" || name == "total" => self.founding.money(minor),
                _ => number.to_string(),
            },
            Value::String(text) => self.coded(name, text),
            Value::Array(parts) => self.list(name, parts),
            Value::Object(_) | Value::Null => w.see_text.to_owned(),
        }
    }

    fn coded(&self, name: &str, text: &str) -> String {
        if let Some(date) = Date::parse(text) {
            return Moment::day(date, self.lang).words().to_owned();
        }
        if let Some(time) = Timestamp::parse(text) {
            return Moment::time(time, self.founding.offset_min, self.lang).words().to_owned();
        }
        match name {
            "field" => self.founding.field(text, self.lang).to_owned(),
            "post" | "office" => self.founding.office(text, self.lang).to_owned(),
            "recipient_type" => self.founding.recipient_type(text, self.lang).to_owned(),
            "outcome" => self.words().status(text).to_owned(),
            "form" if text == "money" => self.lang.pick("uang", "money").to_owned(),
            "way" if text == "grant" => self.lang.pick("hibah", "grant").to_owned(),
            _ => text.to_owned(),
        }
    }

    /// The parts of a list, one after the other.
    fn list(&self, name: &str, parts: &[Value]) -> String {
        let told = parts.iter().take(MAX_PARTS).map(|part| match part {
            Value::Object(map) => {
                let fields = map.iter().filter(|(_, value)| !value.is_object() && !is_letters(value));
                fields.map(|(field, value)| self.text(field, "", value)).collect::<Vec<_>>().join(" ")
            }
            other => self.text(name, "", other),
        });
        let mut text = told.collect::<Vec<_>>().join("; ");
        if parts.len() > MAX_PARTS {
            let more = parts.len() - MAX_PARTS;
            text.push_str(&match self.lang {
                Lang::Indonesian => format!("; dan {more} lagi"),
                Lang::English => format!("; and {more} more"),
            });
        }
        text
    }

    /// Every document that `body` names.
    pub(super) fn documents(&self, body: &Value, index: u64) -> Vec<Document> {
        let Some(map) = body.as_object() else {
            return Vec::new();
        };
        let values = map.values().flat_map(|value| match value {
            Value::Array(parts) => parts.iter().collect(),
            other => vec![other],
        });
        values.filter(|value| is_document(value)).map(|value| self.document(value, index)).collect()
    }

    fn document(&self, value: &Value, index: u64) -> Document {
        let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let size = value.get("size").and_then(Value::as_u64).unwrap_or_default();
        Document {
            title: text("title"),
            size: format!("{} {}", self.words().count(size), self.words().bytes),
            sha256: text("sha256"),
            media_type: text("media_type"),
            index,
        }
    }
}

fn is_document(value: &Value) -> bool {
    ["title", "sha256", "size"].iter().all(|name| value.get(name).is_some())
}

/// Hashes and keys, and lists of them.
fn is_letters(value: &Value) -> bool {
    if let Some(parts) = value.as_array() {
        return !parts.is_empty() && parts.iter().all(is_letters);
    }
    value.as_str().is_some_and(|text| {
        (text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()))
            || (text.len() > 40 && text.contains('+') && !text.contains(' '))
    })
}

/// For a label behind another: `Recipient: name`. Abbreviations keep their capitals.
fn lower_first(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(chars).collect(),
        _ => label.to_owned(),
    }
}
