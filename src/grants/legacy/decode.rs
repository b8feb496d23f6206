//! Strict decoding: every byte becomes text or is marked as not being text; nothing is replaced unseen.

use std::ops::Range;

use encoding_rs::{DecoderResult, Encoding};

use super::LegacyError;

/// A file as text.
pub(super) struct Decoded {
    /// The text, without byte order mark; U+FFFD where bytes were not text.
    pub(super) text: String,
    /// Byte offsets in `text` of those U+FFFD, ascending. A U+FFFD that the file itself holds is not among them.
    malformed: Vec<usize>,
}

impl Decoded {
    /// Whether bytes in this range of the text were not text.
    pub(super) fn is_malformed(&self, span: &Range<usize>) -> bool {
        let first = self.malformed.partition_point(|&at| at < span.start);
        self.malformed.get(first).is_some_and(|&at| at < span.end)
    }
}

/// Decodes all bytes. Fails only on the byte order mark of another encoding.
pub(super) fn decode(bytes: &[u8], encoding: &'static Encoding) -> Result<Decoded, LegacyError> {
    let mut rest = bytes;
    if let Some((found, length)) = Encoding::for_bom(bytes) {
        if found != encoding {
            return Err(LegacyError::ByteOrderMark { found: found.name(), encoding: encoding.name() });
        }
        rest = &bytes[length..];
    }
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut decoded = Decoded { text: String::with_capacity(rest.len() + rest.len() / 8), malformed: Vec::new() };
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(rest, &mut decoded.text, true);
        rest = &rest[read..];
        match result {
            DecoderResult::InputEmpty => return Ok(decoded),
            // The decoder asks for a few free bytes more than the next character needs.
            DecoderResult::OutputFull => decoded.text.reserve(rest.len() + 64),
            DecoderResult::Malformed(..) => {
                decoded.malformed.push(decoded.text.len());
                decoded.text.push(char::REPLACEMENT_CHARACTER);
            }
        }
    }
}
