//! Line 4 of a statement beside its body: what it is about, what it follows, when, and who signs (formats.md section 1).

use smallvec::SmallVec;

use super::canonical;
use super::form::{FormCode, FormError};
use super::statement::MAX_SIGNERS;
use crate::grants::about::About;
use crate::grants::json::{Json, Object, Values};
use crate::grants::sentence::{Both, Sentence, sentence};
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::tlog::decimal::parse_decimal;
use crate::tlog::hash::Hash;

const FIELDS: [&str; 6] = ["about", "after", "body", "event_date", "expires", "signers"];

/// What a statement says beside its kind's own fields.
pub(super) struct Envelope {
    pub(super) about: About,
    pub(super) after: Option<Hash>,
    /// Where it stands among the values of the line.
    pub(super) body_at: usize,
    pub(super) event_date: Date,
    pub(super) expires: Date,
    pub(super) signers: Vec<SignerId>,
}

impl Envelope {
    /// Reads it from the values of the line.
    ///
    /// # Errors
    /// The first field that is unknown, missing or wrong.
    pub(super) fn read(values: &Values, line: &str, kind: &str, origin: &str) -> Result<Self, FormError> {
        let object: Object<'_> = values.root(line).as_object().expect("what is read as an object is one");
        if let Some(name) = object.names().find(|name| !FIELDS.contains(name)) {
            return Err(FormError::new(
                FormCode::UnknownField,
                sentence!(
                    "field \"{name}\" does not belong in a statement: remove it",
                    "kolom \"{name}\" bukan bagian pernyataan: hapus"
                ),
            ));
        }
        if let Some(name) = FIELDS.iter().find(|name| !object.has(name)) {
            return Err(FormError::new(
                FormCode::MissingField,
                sentence!("field \"{name}\" is missing: add it", "kolom \"{name}\" tidak ada: tambahkan"),
            ));
        }
        let body = object.get("body").filter(|body| body.as_object().is_some());
        let body_at = body.ok_or_else(|| wrong_type("body", Both("an object", "objek")))?.place_in(values);
        let text = |name: &str| {
            object.get(name).and_then(Json::as_str).ok_or_else(|| wrong_type(name, Both("a string", "teks")))
        };
        let (about, after, event_date, expires) =
            (text("about")?, text("after")?, text("event_date")?, text("expires")?);
        let signers = object.get("signers").and_then(Json::as_list);
        let signers = signers.and_then(|signers| signers.map(Json::as_str).collect::<Option<SmallVec<[&str; 4]>>>());
        let signers = signers.ok_or_else(|| wrong_type("signers", Both("an array of strings", "larik teks")))?;
        Ok(Self {
            about: About::parse(about).ok_or_else(|| {
                let spellings = About::SPELLINGS.join(", ");
                FormError::new(
                    FormCode::BadAbout,
                    sentence!(
                        "\"about\" names nothing; it is one of {spellings}",
                        "\"about\" tidak menyebut apa pun; isinya salah satu dari {spellings}"
                    ),
                )
            })?,
            after: read_after(after, kind)?,
            body_at,
            event_date: read_date("event_date", event_date)?,
            expires: read_date("expires", expires)?,
            signers: read_signers(&signers, origin)?,
        })
    }
}

fn wrong_type(name: &str, expected: Both) -> FormError {
    FormError::new(
        FormCode::WrongType,
        sentence!("field \"{name}\" must be {expected}", "kolom \"{name}\" harus {expected:#}"),
    )
}

fn read_after(after: &str, kind: &str) -> Result<Option<Hash>, FormError> {
    let hash = Hash::from_hex(after).ok();
    if (kind == "ledger.founded") != after.is_empty() || (hash.is_none() && !after.is_empty()) {
        return Err(FormError::new(
            FormCode::BadAfter,
            sentence!(
                "\"after\" must be the leaf hash (64 hex digits) of the latest entry about this thing, and empty in ledger.founded only",
                "\"after\" harus sidik daun (64 angka heksadesimal) entri terakhir mengenai hal ini, dan kosong hanya pada ledger.founded"
            ),
        ));
    }
    Ok(hash)
}

fn read_date(name: &str, text: &str) -> Result<Date, FormError> {
    Date::parse(text).ok_or_else(|| {
        FormError::new(
            FormCode::BadDate,
            sentence!(
                "\"{name}\" is not a real date YYYY-MM-DD: correct it",
                "\"{name}\" bukan tanggal yang benar YYYY-MM-DD: perbaiki"
            ),
        )
    })
}

fn read_signers(signers: &[&str], origin: &str) -> Result<Vec<SignerId>, FormError> {
    let bad = |what: Sentence| FormError::new(FormCode::BadSigners, what);
    if signers.is_empty() || signers.len() > MAX_SIGNERS {
        return Err(bad(sentence!(
            "{} signers, 1 to 16 are allowed",
            "{} penanda tangan, yang diperbolehkan 1 sampai 16",
            signers.len()
        )));
    }
    if signers.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(bad(sentence!(
            "signers must be sorted, each once",
            "signers harus terurut, masing-masing satu kali"
        )));
    }
    signers
        .iter()
        .map(|text| {
            SignerId::parse(text).filter(|id| is_signer_name(id.name(), origin)).ok_or_else(|| {
                bad(sentence!(
                    "\"{text}\" is not <key name>+<8 hex digits> of this ledger",
                    "\"{text}\" bukan <nama kunci>+<8 angka heksadesimal> buku besar ini"
                ))
            })
        })
        .collect()
}

/// `<origin>/` and then `root/<n>`, `official/<n>`, `org/<n>` or `desk`.
fn is_signer_name(name: &str, origin: &str) -> bool {
    let Some(role) = name.strip_prefix(origin).and_then(|rest| rest.strip_prefix('/')) else {
        return false;
    };
    match role.split_once('/') {
        None => role == "desk",
        Some(("root" | "official" | "org", n)) => {
            parse_decimal(n).is_some_and(|n| (1..=canonical::MAX_INTEGER.unsigned_abs()).contains(&n))
        }
        Some(_) => false,
    }
}
