//! Refusals as problem+json (RFC 9457): which rule, one sentence, and what a second judge needs to judge again.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde::Serialize;

use super::scanner::Unfit;
use crate::grants::rules::Rule;
use crate::grants::time::Timestamp;
use crate::ledger::documents::DocumentError;
use crate::ledger::enclosures::EnclosureError;
use crate::ledger::form::FormCode;
use crate::ledger::replay::Refused;
use crate::ledger::store::{Signed, StoreError};
use crate::public::pages::words::Lang;

/// How long what only an operator can mend may take, in seconds.
const OPERATOR_S: u32 = 300;

/// Why a statement was not recorded.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Problem {
    r#type: &'static str,
    title: String,
    status: u16,
    detail: String,
    /// The same sentence in Indonesian, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail_id: Option<String>,
    instance: String,
    /// For 503: in how many seconds it is worth another try.
    #[serde(skip)]
    retry_after_s: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged_at: Option<JudgedAt>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checkpoint: Option<CheckpointNamed>,
}

/// The place and time that a statement was judged for.
#[derive(Clone, Debug, Serialize)]
struct JudgedAt {
    size: u64,
    time: String,
}

/// The checkpoint that was newest then.
#[derive(Clone, Debug, Serialize)]
struct CheckpointNamed {
    size: u64,
    root: String,
}

impl Problem {
    pub(super) fn new(status: StatusCode, sentence: &str) -> Box<Self> {
        Box::new(Self {
            r#type: "about:blank",
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            detail: sentence.to_owned(),
            detail_id: None,
            instance: "/statements".to_owned(),
            retry_after_s: 1,
            rule: None,
            head: None,
            judged_at: None,
            checkpoint: None,
        })
    }

    /// With a code for machines.
    pub(super) fn with_rule(mut self: Box<Self>, rule: &'static str) -> Box<Self> {
        self.rule = Some(rule);
        self
    }

    fn in_indonesian(mut self: Box<Self>, sentence: Option<String>) -> Box<Self> {
        self.detail_id = sentence;
        self
    }

    /// What is wrong, in a sentence: in this language, where there is one.
    pub(super) fn sentence(&self, lang: Lang) -> &str {
        self.detail_id.as_deref().filter(|_| lang == Lang::Indonesian).unwrap_or(&self.detail)
    }

    fn bytes(&self) -> Vec<u8> {
        // Strings and numbers under fixed names.
        serde_json::to_vec(self).expect("a problem prints as JSON")
    }

    pub(super) fn answer(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = Response::new(Body::from(self.bytes()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(self.retry_after_s));
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

/// Names the path that was asked for in a problem.
pub(super) fn at(mut response: Response, path: &str) -> Response {
    if let Some(mut problem) = response.extensions_mut().remove::<Problem>() {
        path.clone_into(&mut problem.instance);
        response.headers_mut().remove(header::CONTENT_LENGTH);
        *response.body_mut() = Body::from(problem.bytes());
    }
    response
}

/// A body over the bound.
pub(super) fn too_large() -> Box<Problem> {
    let sentence = "the statement has more than 65,000 bytes: name documents by their digest, split rows";
    let indonesian = "pernyataan ini lebih dari 65.000 bita: sebut dokumen dengan sidiknya, pecah baris-barisnya";
    let problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, sentence);
    problem.in_indonesian(Some(indonesian.to_owned())).with_rule(FormCode::TooLarge.as_str())
}

/// The files could not be written: 507 when the disk is full, 503 otherwise. An operator must look first.
pub(super) fn of_store(error: &StoreError) -> Box<Problem> {
    let cause = if let StoreError::NotYetSigned(cause) = error { cause } else { error };
    let status = match cause {
        StoreError::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        StoreError::Suspected => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let indonesian = match error {
        StoreError::DiskFull => {
            Some("cakram peladen penuh: tidak ada yang dicatat; beri tahu operator, lalu kirim lagi")
        }
        StoreError::Suspected => Some(
            "dari alamat seperti ini datang tanda tangan yang tidak berlaku, dan terlalu banyak pernyataan dari sana menunggu: tidak ada yang dicatat; kirim lagi sepuluh menit lagi",
        ),
        _ => None,
    };
    let mut problem = Problem::new(status, &error.to_string()).in_indonesian(indonesian.map(str::to_owned));
    problem.retry_after_s = OPERATOR_S;
    problem
}

/// What came with a statement was not taken: 413 when it is too much, 422 when it does not fit the statement, and where
/// an operator must look, 507 or 503.
pub(super) fn of_enclosure(error: &EnclosureError) -> Box<Problem> {
    if let Some(store) = error.store() {
        tracing::error!("{store}");
        return of_store(store);
    }
    let Some(code) = error.code() else {
        tracing::error!("{error}");
        let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, &error.to_string());
        problem.retry_after_s = OPERATOR_S;
        return problem;
    };
    let status = match code {
        "document-too-large" | "too-many-documents" | "too-many-openings" => StatusCode::PAYLOAD_TOO_LARGE,
        "bad-opening" => StatusCode::BAD_REQUEST,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    Problem::new(status, &error.to_string()).in_indonesian(indonesian(error)).with_rule(code)
}

/// What an enclosure's error says, where a person at the desk can mend it.
fn indonesian(error: &EnclosureError) -> Option<String> {
    let document = match error {
        EnclosureError::NoVault => {
            let sentence = "buku besar ini tidak mempunyai brankas, jadi nilai tersegel tidak diterima di sini: kirim pernyataannya tanpa itu, dan simpan nilainya";
            return Some(sentence.to_owned());
        }
        EnclosureError::Document(document) => document,
        _ => return None,
    };
    Some(match document {
        DocumentError::TooLarge(most) => {
            format!("ada dokumen yang lebih dari {most} bita: pindai lebih kecil, atau pecah")
        }
        DocumentError::TotalTooLarge(most) => {
            format!("semua dokumen bersama lebih dari {most} bita: kirim sebagian dengan pernyataan lain")
        }
        DocumentError::TooMany(most) => {
            format!("ada lebih dari {most} dokumen: kirim sebagian dengan pernyataan lain")
        }
        DocumentError::Size { sha256, size, said } => {
            format!(
                "dokumen {sha256} berisi {size} bita, sedangkan pernyataan menyebut {said}: pilih lagi berkasnya di konsep, lalu tanda tangani"
            )
        }
        DocumentError::MediaType { sha256, shown, said } => {
            format!(
                "dokumen {sha256} ternyata berjenis {shown}, sedangkan pernyataan menyebut {said}: pilih lagi berkasnya di konsep, lalu tanda tangani"
            )
        }
        DocumentError::Erased { sha256, erasure } => {
            let (at, basis) = (erasure.at, &erasure.basis);
            format!("dokumen {sha256} sudah dihapus pada {at} dengan dasar {basis}: tidak diterima lagi")
        }
        DocumentError::Store(_) | DocumentError::Twice(_) | DocumentError::NotNamed(_) | DocumentError::Unreasoned => {
            return None;
        }
    })
}

/// A document that the virus scanner did not let through.
pub(super) fn of_scanner(unfit: &Unfit) -> Box<Problem> {
    let (status, code) = match unfit {
        Unfit::Found(_) => (StatusCode::UNPROCESSABLE_ENTITY, "document-infected"),
        Unfit::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "document-too-large"),
        Unfit::Unscanned(_) => {
            let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, &unfit.to_string());
            problem.retry_after_s = OPERATOR_S;
            return problem;
        }
    };
    Problem::new(status, &unfit.to_string()).with_rule(code)
}

/// A refusal, with all that `hibah check` needs to repeat the judgement from public data.
pub(super) fn of_statement(refused: &Refused, size: u64, time: Timestamp, checkpoint: &Signed) -> Box<Problem> {
    let sentence = refused.sentence();
    let mut problem = Problem::new(status(refused), sentence.english());
    // Rule set 0 has no other language than English.
    problem.detail_id = Some(sentence.indonesian().to_owned()).filter(|indonesian| indonesian != sentence.english());
    problem.rule = Some(refused.code());
    problem.head = refused.head().map(|head| head.to_hex());
    problem.judged_at = Some(JudgedAt { size, time: time.to_string() });
    problem.checkpoint = Some(CheckpointNamed { size: checkpoint.size, root: checkpoint.root.to_hex() });
    problem
}

/// | status | refusal |
/// |---|---|
/// | 400 | the bytes are not a statement |
/// | 403 | a key or role that may not say this |
/// | 409 | not signed on the latest state |
/// | 413 | too large |
/// | 422 | a statement that this ledger, or a rule, does not take |
fn status(refused: &Refused) -> StatusCode {
    match refused {
        Refused::Form(error) => match error.code {
            FormCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            FormCode::UnknownKey | FormCode::BadSignature => StatusCode::FORBIDDEN,
            FormCode::WrongOrigin | FormCode::UnknownKind => StatusCode::UNPROCESSABLE_ENTITY,
            _ => StatusCode::BAD_REQUEST,
        },
        Refused::Rule(refusal) => match refusal.rule {
            Rule::B2 => StatusCode::FORBIDDEN,
            Rule::B13 => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        },
    }
}
