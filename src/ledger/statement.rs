//! A statement: what a person signs (formats.md section 1).
//!
//! A C2SP signed note whose text has exactly four lines:
//!
//! ```text
//! hibah/statement/v1
//! hibah.bandung.example/ledger
//! application.submitted
//! {"about":"case/123/7","after":"<64 hex>","body":{...},"event_date":"2026-01-20","expires":"2026-02-03","signers":["hibah.bandung.example/ledger/org/123+1a2b3c4d"]}
//!
//! — hibah.bandung.example/ledger/org/123 <base64(key id || signature)>
//! ```
//!
//! There is one spelling of each value, so the hash of the text names the statement. [`Statement`] is well formed
//! and complete but unverified; only [`Statement::verify`] makes the [`VerifiedStatement`] that the rule book takes.

use std::ops::Range;
use std::sync::OnceLock;

use serde_json::Value;
use smallvec::SmallVec;

use super::canonical;
use super::envelope::Envelope;
use super::form::{FormCode, FormError};
use crate::grants::about::About;
use crate::grants::claim::{Claim, VerifiedStatement};
use crate::grants::json::{Json, Values};
use crate::grants::kinds::Kind;
use crate::grants::rules::{Refusal, RuleSet};
use crate::grants::sentence::{Sentence, sentence};
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::tlog::ed25519::{Held, SignatureError};
use crate::tlog::hash::{Hash, sha256};
use crate::tlog::note::{Note, NoteError, NoteParts, NoteSignature, NoteSigner, SignatureLine, VerifierKey};

/// The first line of every statement of this version.
pub const VERSION_LINE: &str = "hibah/statement/v1";
/// The largest statement, signatures included, in bytes.
pub const MAX_STATEMENT_BYTES: usize = 65_000;
/// The most keys that one statement may carry.
pub const MAX_SIGNERS: usize = 16;

/// A well-formed statement, complete or still a draft; its signatures are not checked yet.
#[derive(Clone, Debug)]
pub struct Statement {
    pub(super) note: Note,
    hash: Hash,
    kind: String,
    about: About,
    after: Option<Hash>,
    values: Values,
    /// Where the line of JSON stands in the text, and the body among its values.
    line: Range<usize>,
    body_at: usize,
    /// The body as a tree, once somebody asks for it.
    body: OnceLock<Value>,
    event_date: Date,
    expires: Date,
    signers: Vec<SignerId>,
}

/// What the author of a statement decides; [`Content::draft`] makes the bytes to sign.
#[derive(Clone, Debug)]
pub struct Content {
    /// The ledger it is meant for.
    pub origin: String,
    /// The kind, `application.submitted` and so on.
    pub kind: String,
    /// What the statement is about.
    pub about: About,
    /// Leaf hash of the latest entry about that thing; none for the founding only.
    pub after: Option<Hash>,
    /// The kind's own fields.
    pub body: Value,
    /// When it happened, as claimed.
    pub event_date: Date,
    /// The last local date on which it may be recorded.
    pub expires: Date,
    /// Every key that signs, in any order.
    pub signers: Vec<SignerId>,
}

impl Content {
    /// The statement without signatures.
    ///
    /// # Errors
    /// Whatever rule of the format the content breaks: a draft is read back by the parser that everybody uses.
    pub fn draft(&self) -> Result<Statement, FormError> {
        let mut signers: Vec<String> = self.signers.iter().map(ToString::to_string).collect();
        signers.sort();
        let line = canonical::print(&serde_json::json!({
            "about": self.about.to_string(),
            "after": self.after.map(|hash| hash.to_hex()).unwrap_or_default(),
            "body": self.body,
            "event_date": self.event_date.to_string(),
            "expires": self.expires.to_string(),
            "signers": signers,
        }));
        let text = format!("{VERSION_LINE}\n{}\n{}\n{line}\n\n", self.origin, self.kind);
        Statement::parse_draft(text.as_bytes(), &self.origin)
    }
}

impl Statement {
    /// Reads a complete statement: every signer's line is there, in order. Signatures are not checked.
    ///
    /// # Errors
    /// The first rule of the format that `bytes` breaks, with its code.
    pub fn parse(bytes: &[u8], origin: &str) -> Result<Self, FormError> {
        Parsed::complete(bytes, origin).map(Parsed::into_owned)
    }

    /// Reads a statement that may still lack lines of its signers (a draft).
    ///
    /// # Errors
    /// As [`Statement::parse`], but for missing lines.
    pub fn parse_draft(bytes: &[u8], origin: &str) -> Result<Self, FormError> {
        Parsed::draft(bytes, origin).map(Parsed::into_owned)
    }

    /// SHA-256 of the text without signatures: the statement's name, the same for every signature over it.
    #[must_use]
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The kind, as spelled on line 3.
    #[must_use]
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// What the statement is about.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The leaf hash that it follows; none at the founding.
    #[must_use]
    pub fn after(&self) -> Option<Hash> {
        self.after
    }

    /// The kind's own fields, as a tree.
    #[must_use]
    pub fn body(&self) -> &Value {
        self.body.get_or_init(|| self.json().to_value())
    }

    /// The kind's own fields, as values over the text.
    #[must_use]
    pub fn json(&self) -> Json<'_> {
        self.values.at(self.body_at, &self.note.text[self.line.clone()])
    }

    /// When it happened, as claimed.
    #[must_use]
    pub fn event_date(&self) -> Date {
        self.event_date
    }

    /// The last local date on which it may be recorded.
    #[must_use]
    pub fn expires(&self) -> Date {
        self.expires
    }

    /// Every key that must sign, in order.
    #[must_use]
    pub fn signers(&self) -> &[SignerId] {
        &self.signers
    }

    /// The four lines that are signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.note.text
    }

    /// The file: text, empty line, signature lines.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.note.to_string().into_bytes()
    }

    /// The signers whose line is not there yet.
    #[must_use]
    pub fn missing_signers(&self) -> Vec<&SignerId> {
        let signed = |id: &&SignerId| self.note.signatures.iter().any(|line| is_line_of(line, id));
        self.signers.iter().filter(|id| !signed(id)).collect()
    }

    /// Adds the holder's line at its place; a line that is there already is made anew.
    ///
    /// # Errors
    /// [`FormCode::ExtraSignature`] when this key is not among the signers.
    pub fn sign(&mut self, signer: &NoteSigner) -> Result<(), FormError> {
        let line = signer
            .sign(&self.note.text)
            .map_err(|fault| FormError::new(FormCode::NotANote, Sentence::only_english(fault.to_string())))?;
        self.add_line(line)
    }

    /// As [`Statement::sign`], with a signature that something else made, once it is verified.
    ///
    /// # Errors
    /// [`FormCode::BadSignature`] when the signature is not this key's over this statement, and as [`Statement::sign`].
    pub fn add_signature(&mut self, key: &VerifierKey, signature: [u8; 64]) -> Result<(), FormError> {
        let line = NoteSignature { name: key.name().to_owned(), key_id: key.key_id(), bytes: signature.to_vec() };
        let note = Note { text: self.note.text.clone(), signatures: vec![line.clone()] };
        key.verify(&note)
            .map_err(|fault| FormError::new(FormCode::BadSignature, Sentence::only_english(fault.to_string())))?;
        self.add_line(line)
    }

    fn add_line(&mut self, line: NoteSignature) -> Result<(), FormError> {
        let place = self.signers.iter().position(|id| is_line_of(&line, id)).ok_or_else(|| {
            FormError::new(
                FormCode::ExtraSignature,
                sentence!(
                    "{} is not among the signers of this statement: use the key it names",
                    "{} bukan penanda tangan pernyataan ini: pakai kunci yang disebutnya",
                    line.name
                ),
            )
        })?;
        self.note.signatures.retain(|old| (&old.name, old.key_id) != (&line.name, line.key_id));
        let before = |old: &NoteSignature| self.signers[..place].iter().any(|id| is_line_of(old, id));
        let at = self.note.signatures.iter().take_while(|old| before(old)).count();
        self.note.signatures.insert(at, line);
        Ok(())
    }

    /// Checks every signature with the keys that `key_of` knows.
    /// Answers the signers whose signature libraries
    /// without the cofactor refuse (formats.md section 4): worth a warning, since only the key's holder can make one.
    ///
    /// # Errors
    /// [`FormCode::UnknownKey`] or [`FormCode::BadSignature`], naming the signer.
    pub fn check_signatures<'k>(
        &self,
        key_of: impl Fn(&SignerId) -> Option<&'k VerifierKey>,
    ) -> Result<Vec<SignerId>, FormError> {
        let mut cofactor_only = Vec::new();
        for (id, signature) in self.signatures() {
            let key = key_of(id).ok_or_else(|| unknown_key(id))?;
            let held = key.public().check(self.note.text.as_bytes(), signature);
            if held.map_err(|fault| bad_signature(id, fault))? == Held::ByCofactorOnly {
                cofactor_only.push(id.clone());
            }
        }
        Ok(cofactor_only)
    }

    /// Each signer of a complete statement with its signature, in order.
    pub(super) fn signatures(&self) -> impl Iterator<Item = (&SignerId, &[u8; 64])> {
        signatures(&self.signers, &self.note.signatures)
    }

    /// What the statement claims, in the types of this rule set; not verified.
    ///
    /// # Errors
    /// The rule book's refusal of a kind or body it does not know.
    pub fn claim(&self, rules: RuleSet) -> Result<Claim, Refusal> {
        let envelope = crate::grants::claim::Envelope {
            about: self.about,
            after: self.after,
            event_date: self.event_date,
            expires: self.expires,
            signers: self.signers.clone(),
        };
        Claim::parse(rules, &self.kind, envelope, self.json())
    }

    /// The only way to a [`VerifiedStatement`]: every signature holds under the key that `key_of` names for it. With it,
    /// what [`Statement::check_signatures`] answers.
    ///
    /// # Errors
    /// As [`Statement::check_signatures`].
    pub fn verify<'k>(
        &self,
        claim: Claim,
        key_of: impl Fn(&SignerId) -> Option<&'k VerifierKey>,
    ) -> Result<(VerifiedStatement, Vec<SignerId>), FormError> {
        let cofactor_only = self.check_signatures(key_of)?;
        Ok((VerifiedStatement::from_verification(claim), cofactor_only))
    }

    /// For replay of entries that this program has verified before and keeps in its own store.
    pub(super) fn verified_before(claim: Claim) -> VerifiedStatement {
        VerifiedStatement::from_verification(claim)
    }
}

/// A well-formed statement where it stands.
pub(super) struct Parsed<'a> {
    text: &'a str,
    lines: Lines<'a>,
    kind: &'a str,
    /// The line of JSON.
    line: &'a str,
    values: Values,
    envelope: Envelope,
}

/// Few statements have more than two signers.
type Lines<'a> = SmallVec<[SignatureLine<'a>; 2]>;

/// The signatures of a complete statement, in the order of its signers.
pub(super) type SignatureBytes = SmallVec<[[u8; 64]; 2]>;

impl<'a> Parsed<'a> {
    /// As [`Statement::parse`].
    pub(super) fn complete(bytes: &'a [u8], origin: &str) -> Result<Self, FormError> {
        let parsed = Self::read(bytes, origin, Lacking::Nothing)?;
        let (signers, lines) = (&parsed.envelope.signers, &parsed.lines);
        let theirs = |line: &SignatureLine<'_>, id: &SignerId| line.name == id.name() && line.key_id.0 == id.key_id();
        // Each signer is there once, so that lines and signers that agree pair by pair are all that belong there.
        if lines.len() == signers.len() && lines.iter().zip(signers).all(|(line, id)| theirs(line, id)) {
            return Ok(parsed);
        }
        if let Some(missing) = signers.iter().find(|id| !lines.iter().any(|line| theirs(line, id))) {
            return Err(FormError::new(
                FormCode::MissingSignature,
                sentence!(
                    "the signature of {missing} is missing: let its holder run `hibah sign FILE` first",
                    "tanda tangan {missing} belum ada: minta pemegangnya menjalankan `hibah sign FILE` dulu"
                ),
            ));
        }
        check_lines(signers, lines).map(|()| parsed)
    }

    /// As [`Statement::parse_draft`].
    pub(super) fn draft(bytes: &'a [u8], origin: &str) -> Result<Self, FormError> {
        let parsed = Self::read(bytes, origin, Lacking::Signatures)?;
        check_lines(&parsed.envelope.signers, &parsed.lines).map(|()| parsed)
    }

    fn read(bytes: &'a [u8], origin: &str, lacking: Lacking) -> Result<Self, FormError> {
        if bytes.len() > MAX_STATEMENT_BYTES {
            return Err(FormError::new(
                FormCode::TooLarge,
                sentence!(
                    "the statement has {} bytes, at most 65,000 are allowed: name documents by their digest, split rows",
                    "pernyataan berisi {} bita, paling banyak 65.000: sebutkan dokumen dengan sidiknya, bagi baris-barisnya",
                    bytes.len()
                ),
            ));
        }
        let Ok(file) = std::str::from_utf8(bytes) else {
            return Err(FormError::new(
                FormCode::NotUtf8,
                sentence!("the statement is not UTF-8 text", "pernyataan bukan teks UTF-8: kirim berkas aslinya"),
            ));
        };
        let (text, lines) = note(file, lacking).map_err(|fault| {
            let indonesian = "pernyataan bukan catatan bertanda tangan: kirim berkas yang ditandatangani".to_owned();
            let english = format!("the statement is not a signed note: {fault}");
            FormError::new(FormCode::NotANote, Sentence::of(english, indonesian))
        })?;
        if lines.iter().any(|line| line.bytes.len() != 64) {
            return Err(FormError::new(
                FormCode::NotANote,
                sentence!(
                    "a signature line of a statement holds 4 + 64 bytes",
                    "baris tanda tangan pernyataan berisi 4 + 64 bita: tandatangani lagi"
                ),
            ));
        }
        let (kind, line) = header(text, origin)?;
        let values = canonical::read_object(line)?;
        let envelope = Envelope::read(&values, line, kind, origin)?;
        Ok(Self { text, lines, kind, line, values, envelope })
    }

    fn into_owned(self) -> Statement {
        // The text is the four lines with their newlines, and this is the last.
        let line = self.text.len() - 1 - self.line.len()..self.text.len() - 1;
        let signatures = self.lines.into_iter().map(SignatureLine::into_owned).collect();
        let Envelope { about, after, body_at, event_date, expires, signers } = self.envelope;
        Statement {
            hash: sha256(self.text.as_bytes()),
            note: Note { text: self.text.to_owned(), signatures },
            kind: self.kind.to_owned(),
            about,
            after,
            values: self.values,
            line,
            body_at,
            body: OnceLock::new(),
            event_date,
            expires,
            signers,
        }
    }

    /// The four lines that are signed.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The signatures, in the order of the signers.
    pub(super) fn signatures(&self) -> SignatureBytes {
        // Reading has found 64 bytes in each line.
        self.lines.iter().filter_map(|line| line.bytes.as_slice().try_into().ok()).collect()
    }

    /// Whether the kind may bring other rules into force than those that judged before it.
    pub(super) fn may_bring_rules(&self) -> bool {
        matches!(Kind::parse(self.kind), None | Some(Kind::LedgerFounded | Kind::RulesAdopted))
    }

    /// As [`Statement::claim`].
    pub(super) fn into_claim(self, rules: RuleSet) -> Result<Claim, Refusal> {
        let Envelope { about, after, body_at, event_date, expires, signers } = self.envelope;
        let envelope = crate::grants::claim::Envelope { about, after, event_date, expires, signers };
        Claim::parse(rules, self.kind, envelope, self.values.at(body_at, self.line))
    }
}

/// What a statement that is read may lack.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lacking {
    Nothing,
    Signatures,
}

fn note(file: &str, lacking: Lacking) -> Result<(&str, Lines<'_>), NoteError> {
    let parts = NoteParts::split(file)?;
    let lines = parts.lines().collect::<Result<Lines<'_>, _>>()?;
    if lines.is_empty() && lacking == Lacking::Nothing {
        return Err(NoteError::NoSignature);
    }
    Ok((parts.text, lines))
}

fn signatures<'s>(
    signers: &'s [SignerId],
    lines: &'s [NoteSignature],
) -> impl Iterator<Item = (&'s SignerId, &'s [u8; 64])> {
    // Reading has found 64 bytes in each line.
    let bytes = lines.iter().filter_map(|line| line.bytes.as_slice().try_into().ok());
    signers.iter().zip(bytes)
}

/// The refusal of a signer whose key no entry brought.
pub(super) fn unknown_key(id: &SignerId) -> FormError {
    let sentence = sentence!(
        "the key {id} is not known to this ledger: register or appoint its holder first",
        "kunci {id} tidak dikenal buku besar ini: daftarkan atau angkat pemegangnya dulu"
    );
    FormError::new(FormCode::UnknownKey, sentence)
}

/// A signature that does not hold under its signer's key.
pub(super) fn bad_signature(id: &SignerId, fault: SignatureError) -> FormError {
    // What is wrong with the bytes is told in English alone, as all errors of the log are.
    let english = format!("the signature of {id} does not hold ({fault}): sign the statement again");
    let indonesian = format!("tanda tangan {id} tidak cocok: tandatangani lagi pernyataannya");
    FormError::new(FormCode::BadSignature, Sentence::of(english, indonesian))
}

/// Splits the four lines and checks the first three.
fn header<'a>(text: &'a str, origin: &str) -> Result<(&'a str, &'a str), FormError> {
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut lines = text.split('\n');
    let four = [lines.next(), lines.next(), lines.next(), lines.next()];
    let ([Some(version), Some(named_origin), Some(kind), Some(line)], None) = (four, lines.next()) else {
        let count = text.split('\n').count();
        return Err(FormError::new(
            FormCode::WrongLineCount,
            sentence!(
                "the text has {count} lines, a statement has exactly four: version, origin, kind, JSON",
                "teksnya {count} baris, sedangkan pernyataan tepat empat baris: versi, buku besar, jenis, JSON"
            ),
        ));
    };
    if version != VERSION_LINE {
        return Err(FormError::new(
            FormCode::WrongVersion,
            sentence!("line 1 must be \"{VERSION_LINE}\"", "baris 1 harus \"{VERSION_LINE}\""),
        ));
    }
    if named_origin != origin {
        return Err(FormError::new(
            FormCode::WrongOrigin,
            sentence!(
                "the statement is for another ledger: line 2 must be \"{origin}\"",
                "pernyataan ini untuk buku besar lain: baris 2 harus \"{origin}\""
            ),
        ));
    }
    if !is_kind_name(kind) {
        return Err(FormError::new(
            FormCode::UnknownKind,
            sentence!(
                "line 3 is not the name of a kind: see `hibah sign --help` for the kinds",
                "baris 3 bukan nama jenis pernyataan: lihat `hibah sign --help`"
            ),
        ));
    }
    Ok((kind, line))
}

/// `[a-z]+(_[a-z]+)*` on both sides of one dot, at most 64 bytes.
fn is_kind_name(kind: &str) -> bool {
    let part =
        |part: &str| part.split('_').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
    kind.len() <= 64 && kind.split_once('.').is_some_and(|(left, right)| part(left) && part(right))
}

pub(super) fn is_line_of(line: &NoteSignature, id: &SignerId) -> bool {
    line.name == id.name() && line.key_id.0 == id.key_id()
}

/// Each line is one signer's, no signer has two, and they are in the order of the signers; some may be missing.
fn check_lines(signers: &[SignerId], lines: &[SignatureLine<'_>]) -> Result<(), FormError> {
    let place =
        |line: &SignatureLine<'_>| signers.iter().position(|id| line.name == id.name() && line.key_id.0 == id.key_id());
    let places: Vec<Option<usize>> = lines.iter().map(place).collect();
    let stranger = places.iter().position(Option::is_none);
    let repeated = (1..places.len()).find(|at| places[..*at].contains(&places[*at]));
    if let Some(at) = stranger.or(repeated) {
        return Err(FormError::new(
            FormCode::ExtraSignature,
            sentence!(
                "a signature line of {} that \"signers\" does not call for: remove it",
                "baris tanda tangan {} yang tidak diminta \"signers\": hapus",
                lines[at].name
            ),
        ));
    }
    if !places.is_sorted() {
        return Err(FormError::new(
            FormCode::SignatureOrder,
            sentence!(
                "signature lines must stand in the order of \"signers\": sort them",
                "baris tanda tangan harus menurut urutan \"signers\": urutkan"
            ),
        ));
    }
    Ok(())
}
