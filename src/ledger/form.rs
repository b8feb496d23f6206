//! Why bytes are not a statement, an entry or an opening: the closed list of `fixtures/vectors/v1/README.md`.

use crate::grants::sentence::Sentence;

/// Declares the codes once: the variant and its name in the vectors.
macro_rules! form_codes {
    ($($variant:ident $code:literal $what:literal)*) => {
        /// A stable code: what a second implementation must answer for the same bytes.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum FormCode { $(#[doc = $what] $variant),* }
        impl FormCode {
            /// The code as the golden vectors spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }
        }
    };
}

form_codes! {
    TooLarge "too-large" "Over 65,000 bytes."
    NotUtf8 "not-utf8" "Not UTF-8."
    NotANote "not-a-note" "Not a C2SP signed note."
    WrongLineCount "wrong-line-count" "The text has not exactly four lines."
    WrongVersion "wrong-version" "Line 1 is not the version line."
    WrongOrigin "wrong-origin" "Line 2 is not this ledger's origin."
    UnknownKind "unknown-kind" "Line 3 is not the name of a kind."
    BadJson "bad-json" "Line 4 is not one JSON object."
    RepeatedField "repeated-field" "A field stands twice in one object."
    Null "null" "A null."
    NotAnInteger "not-an-integer" "A fraction, exponent or minus zero."
    NumberTooLarge "number-too-large" "Beyond 2^53-1 either way."
    TooDeep "too-deep" "More than 8 levels."
    BadFieldName "bad-field-name" "A field name that is not `[a-z][a-z0-9_]*`."
    BadCharacter "bad-character" "A character that `schema/characters-v1.txt` does not list."
    NotNfc "not-nfc" "Not in Unicode normal form C."
    BadSpaces "bad-spaces" "Leading, trailing or double spaces."
    NotCanonical "not-canonical" "Not what RFC 8785 prints."
    UnknownField "unknown-field" "An envelope field that does not exist."
    MissingField "missing-field" "An envelope field is absent."
    WrongType "wrong-type" "An envelope field of the wrong JSON type."
    BadAbout "bad-about" "`about` names no kind of thing."
    BadAfter "bad-after" "`after` is no leaf hash."
    BadDate "bad-date" "Not a real date."
    BadSigners "bad-signers" "`signers` is not a sorted list of this ledger's key names."
    MissingSignature "missing-signature" "A signer has no line."
    ExtraSignature "extra-signature" "A line of no signer."
    SignatureOrder "signature-order" "Lines in another order than `signers`."
    UnknownKey "unknown-key" "A key that the ledger does not know."
    BadSignature "bad-signature" "A signature that does not hold."
    EntryTooLarge "entry-too-large" "Over 65,535 bytes."
    BadHeader "bad-header" "Not the header lines of an entry."
    WrongIndex "wrong-index" "Another index than its place."
    WrongPrevious "wrong-previous" "Another previous hash than the entry before."
    TimeGoesBack "time-goes-back" "Recorded before the entry before it."
    BadOpening "bad-opening" "Not an opening file."
    WrongStatement "wrong-statement" "An opening of another statement."
    NoSuchCommitment "no-such-commitment" "The pointer leads to no commitment."
    CommitmentDiffers "commitment-differs" "The commitment is another one."
}

/// Bytes that are refused for their form: the code, and one sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct FormError {
    /// Which rule of the format is broken.
    pub code: FormCode,
    /// What is wrong, where, and what to do.
    pub sentence: Sentence,
}

impl FormError {
    pub(super) fn new(code: FormCode, sentence: Sentence) -> Self {
        Self { code, sentence }
    }
}
