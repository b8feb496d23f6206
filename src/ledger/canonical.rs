//! Strict JSON: one value, one spelling (formats.md section 1, RFC 8785).
//!
//! The fourth line of a statement is read by the parser below, which takes all of JSON's syntax but only the values
//! that a statement may hold, and notes on its way whatever an RFC 8785 printer would have written otherwise: a space
//! between tokens, fields out of order, an escape that is not needed. A test prints what was read with such a printer
//! and compares. Integers stay integers; there is no float anywhere.

use std::borrow::Cow;
use std::collections::BTreeSet;

use serde_json::{Map, Value};
use unicode_normalization::{UnicodeNormalization as _, is_nfc};

use super::form::{FormCode, FormError};
use crate::grants::characters::{is_allowed, is_space};
use crate::grants::json::Values;
use crate::grants::sentence::{Both, Sentence, sentence};

/// The deepest nesting a statement may have; the outermost object is level 1.
pub const MAX_DEPTH: usize = 8;
/// The largest magnitude of a number: 2^53 - 1, what every JSON reader keeps exactly.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Values, names of fields among them, that a statement usually has at most.
const USUAL_VALUES: usize = 64;

/// Reads one canonical JSON object.
///
/// # Errors
/// The first rule that `text` breaks, with the byte where it breaks it.
pub fn parse_object(text: &str) -> Result<Map<String, Value>, FormError> {
    let values = read_object(text)?;
    let object = values.root(text).as_object();
    Ok(object.expect("what is read as an object is one").to_map())
}

/// The same, as values over `text`.
///
/// # Errors
/// As [`parse_object`].
pub(super) fn read_object(text: &str) -> Result<Values, FormError> {
    // Few statements have more.
    let values = Values::with_room(USUAL_VALUES);
    let mut reader = Reader { text, at: 0, first_fault: None, canonical: true, values };
    reader.skip_space();
    if reader.peek() != Some(b'{') {
        return Err(reader.fault(FormCode::BadJson, Both("expected a JSON object", "seharusnya objek JSON")));
    }
    reader.object(1)?;
    reader.skip_space();
    if reader.at != text.len() {
        return Err(reader.fault(
            FormCode::BadJson,
            Both("nothing may follow the JSON object", "tidak boleh ada apa pun sesudah objek JSON"),
        ));
    }
    if let Some(fault) = reader.first_fault {
        return Err(fault);
    }
    if !reader.canonical {
        return Err(FormError::new(
            FormCode::NotCanonical,
            sentence!(
                "the JSON line is not in canonical form: print it by RFC 8785 (sorted fields, no spaces) before signing",
                "baris JSON tidak dalam bentuk kanonik: cetak menurut RFC 8785 (kolom terurut, tanpa spasi) sebelum menandatangani"
            ),
        ));
    }
    Ok(reader.values)
}

/// Prints a value of strings, integers, booleans, arrays and objects in RFC 8785 form.
#[must_use]
pub fn print(value: &Value) -> String {
    serde_json_canonicalizer::to_string(value).expect("a value without floats and with string keys always prints")
}

/// Checks one string that people wrote: characters, normal form, spaces.
///
/// # Errors
/// `bad-character`, `not-nfc` or `bad-spaces`.
pub fn check_text(text: &str) -> Result<(), FormError> {
    // Most text is of one-byte characters: those from space to tilde are all allowed, and each is its own normal form.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return check_spaces(text.bytes().map(|byte| byte == b' '));
    }
    if let Some(c) = text.chars().find(|c| !is_allowed(*c)) {
        return Err(FormError::new(
            FormCode::BadCharacter,
            sentence!(
                "character U+{:04X} is not allowed: remove control, format and unassigned characters",
                "karakter U+{:04X} tidak diperbolehkan: hapus karakter kendali, format, dan yang tidak dikenal",
                c as u32
            ),
        ));
    }
    if !is_nfc(text) {
        return Err(FormError::new(
            FormCode::NotNfc,
            sentence!(
                "text is not in Unicode normal form C: normalise it before signing",
                "teks tidak dalam bentuk normal C Unicode: normalkan sebelum menandatangani"
            ),
        ));
    }
    check_spaces(text.chars().map(is_space))
}

/// What people typed, in the spelling that a statement holds: normal form C, lines and spare spaces made one space each.
#[must_use]
pub fn tidied(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").nfc().collect()
}

/// No space at either end and no two in a row; told of each character whether it is a space.
fn check_spaces(spaces: impl Iterator<Item = bool>) -> Result<(), FormError> {
    // As if a space stood before the first character; empty text has none to follow it.
    let (mut after_space, mut empty) = (true, true);
    let mut spare = false;
    for space in spaces {
        spare |= after_space && space;
        (after_space, empty) = (space, false);
    }
    if spare || (after_space && !empty) {
        return Err(FormError::new(
            FormCode::BadSpaces,
            sentence!(
                "text begins or ends with a space or has two in a row: remove the spare spaces",
                "teks diawali atau diakhiri spasi, atau berisi dua spasi berturut-turut: hapus spasi yang berlebih"
            ),
        ));
    }
    Ok(())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// The first value that JSON has and a statement may not hold. Reading goes on, for a line that is not JSON at all
    /// is refused as such, and a repeated field before the rest.
    first_fault: Option<FormError>,
    /// Whether an RFC 8785 printer writes these bytes of what was read so far.
    canonical: bool,
    /// What was read so far.
    values: Values,
}

/// A string that was read.
struct Spelled<'a> {
    /// The first byte behind the quotation mark.
    from: usize,
    /// What it says.
    text: Cow<'a, str>,
    /// Whether [`check_text`] must be asked of it: some of its bytes are not from space to tilde, or a space is spare.
    suspect: bool,
}

/// What a byte of a string is to its reader.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Byte {
    Plain,
    Space,
    /// A quotation mark, a backslash or a control character: the run ends.
    End,
    /// Part of a character that is not of one byte, or DEL.
    Other,
}

const BYTES: [Byte; 256] = {
    let mut bytes = [Byte::Other; 256];
    let mut byte = 0;
    while byte < 0x7f {
        bytes[byte] = match byte as u8 {
            b'"' | b'\\' | 0..0x20 => Byte::End,
            b' ' => Byte::Space,
            _ => Byte::Plain,
        };
        byte += 1;
    }
    bytes
};

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.canonical = false;
        }
    }

    fn fault(&self, code: FormCode, what: impl Into<Sentence>) -> FormError {
        let what = what.into();
        FormError::new(
            code,
            sentence!("{what}, at byte {} of the JSON line", "{what:#}, pada bita {} baris JSON", self.at),
        )
    }

    /// Keeps a fault that does not stop the reading.
    fn note<S: Into<Sentence>>(&mut self, code: FormCode, what: impl FnOnce() -> S) {
        self.keep(code, |reader| reader.fault(code, what()));
    }

    /// Keeps the first fault, put into words only then: a hostile line has thousands.
    fn keep(&mut self, code: FormCode, fault: impl FnOnce(&Self) -> FormError) {
        let outranks = |old: &FormError| code == FormCode::RepeatedField && old.code != FormCode::RepeatedField;
        if self.first_fault.as_ref().is_none_or(outranks) {
            self.first_fault = Some(fault(self));
        }
    }

    fn eat(&mut self, byte: u8, what: Both) -> Result<(), FormError> {
        if self.peek() != Some(byte) {
            return Err(self.fault(FormCode::BadJson, what));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads on over a value that is nested too deep: the rest may still be no JSON, or have a repeated field. With a
    /// stack of its own, since the line may open as many levels as it has bytes.
    fn too_deep(&mut self) -> Result<(), FormError> {
        self.note(FormCode::TooDeep, || Both("more than 8 levels of nesting", "lebih dari 8 tingkat"));
        // One value to whoever goes over those so far, whatever is in it.
        let open = self.values.open();
        self.deep_values()?;
        self.values.close_list(open, 0);
        Ok(())
    }

    fn deep_values(&mut self) -> Result<(), FormError> {
        // The names in each open object; none for an array.
        let mut open: Vec<Option<BTreeSet<String>>> = Vec::new();
        loop {
            self.skip_space();
            let (level, close) = match self.peek() {
                Some(b'{') => (Some(BTreeSet::new()), b'}'),
                Some(b'[') => (None, b']'),
                _ => {
                    self.value(MAX_DEPTH)?;
                    if self.after_deep_value(&mut open)? { continue } else { return Ok(()) }
                }
            };
            self.at += 1;
            self.skip_space();
            if self.peek() != Some(close) {
                open.push(level);
                self.deep_name(&mut open)?;
                continue;
            }
            self.at += 1;
            if !self.after_deep_value(&mut open)? {
                return Ok(());
            }
        }
    }

    /// Closes what ends after a value; answers whether another value follows.
    fn after_deep_value(&mut self, open: &mut Vec<Option<BTreeSet<String>>>) -> Result<bool, FormError> {
        while let Some(level) = open.last() {
            let close = if level.is_some() { b'}' } else { b']' };
            self.skip_space();
            match self.peek() {
                Some(b',') => {
                    self.at += 1;
                    return self.deep_name(open).map(|()| true);
                }
                Some(byte) if byte == close => self.at += 1,
                _ => {
                    return Err(self.fault(
                        FormCode::BadJson,
                        Both("expected , or the end of an object or array", "seharusnya , atau akhir objek atau larik"),
                    ));
                }
            }
            open.pop();
        }
        Ok(false)
    }

    /// The field name before the next value, where one belongs.
    fn deep_name(&mut self, open: &mut [Option<BTreeSet<String>>]) -> Result<(), FormError> {
        let Some(Some(names)) = open.last_mut() else { return Ok(()) };
        let name = self.name(|_, name| names.contains(name))?;
        names.insert(name.text.into_owned());
        Ok(())
    }

    /// A field name and the colon behind it; `known` are those of the same object so far.
    fn name(&mut self, known: impl FnOnce(&Self, &str) -> bool) -> Result<Spelled<'a>, FormError> {
        self.skip_space();
        let name = self.string()?;
        if !is_field_name(&name.text) {
            self.note(FormCode::BadFieldName, || {
                Both("a field name must match [a-z][a-z0-9_]*", "nama kolom harus sesuai [a-z][a-z0-9_]*")
            });
        }
        if known(self, &name.text) {
            let name = &name.text;
            self.note(FormCode::RepeatedField, || {
                sentence!(
                    "field \"{name}\" stands twice in one object",
                    "kolom \"{name}\" ada dua kali dalam satu objek"
                )
            });
        }
        self.skip_space();
        self.eat(b':', Both("expected : after a field name", "seharusnya : sesudah nama kolom"))?;
        Ok(name)
    }

    fn value(&mut self, depth: usize) -> Result<(), FormError> {
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth > MAX_DEPTH => self.too_deep(),
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                let start = self.at;
                let text = self.string()?;
                if text.suspect
                    && let Err(fault) = check_text(&text.text)
                {
                    self.keep(fault.code, |_| {
                        let sentence = sentence!(
                            "{} (the string at byte {start} of the JSON line)",
                            "{:#} (teks pada bita {start} baris JSON)",
                            fault.sentence
                        );
                        FormError::new(fault.code, sentence)
                    });
                }
                self.add(&text);
                Ok(())
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true").map(|()| self.values.bool(true)),
            Some(b'f') => self.word("false").map(|()| self.values.bool(false)),
            Some(b'n') => {
                self.word("null")?;
                self.note(FormCode::Null, || {
                    Both("null is not allowed: leave the field out", "null tidak diperbolehkan: hapus kolomnya")
                });
                self.values.null();
                Ok(())
            }
            _ => Err(self.fault(FormCode::BadJson, Both("expected a JSON value", "seharusnya nilai JSON"))),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), FormError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.fault(FormCode::BadJson, Both("expected a JSON value", "seharusnya nilai JSON")));
        }
        self.at += word.len();
        Ok(())
    }

    /// Takes a string, or the name of a field, up among the values.
    fn add(&mut self, read: &Spelled<'a>) {
        match &read.text {
            Cow::Borrowed(text) => self.values.text(read.from, text.len()),
            Cow::Owned(text) => self.values.spelled(text),
        }
    }

    fn object(&mut self, depth: usize) -> Result<(), FormError> {
        self.eat(b'{', Both("expected {", "seharusnya {"))?;
        let (open, mut fields) = (self.values.open(), 0);
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            self.values.close_object(open, 0);
            return Ok(());
        }
        let mut last: Option<Cow<'a, str>> = None;
        // As long as each name is behind the last, none stands twice; after that all are remembered.
        let mut names: Option<BTreeSet<String>> = None;
        loop {
            let name = self.name(|reader, name| {
                if last.as_ref().is_none_or(|last| **last < *name) {
                    return false;
                }
                let so_far = || reader.values.names_so_far(open, fields, reader.text).map(str::to_owned).collect();
                names.get_or_insert_with(so_far).contains(name)
            })?;
            fields += 1;
            self.add(&name);
            if let Some(names) = &mut names {
                names.insert(name.text.clone().into_owned());
            }
            // Field names are ASCII, or refused for that; so the order of bytes is RFC 8785's, of UTF-16 units.
            if last.as_ref().is_none_or(|last| *last < name.text) {
                last = Some(name.text);
            } else {
                self.canonical = false;
            }
            self.value(depth + 1)?;
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.eat(b'}', Both("expected , or } in an object", "seharusnya , atau } dalam objek"))?;
            self.values.close_object(open, fields);
            return Ok(());
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), FormError> {
        self.eat(b'[', Both("expected [", "seharusnya ["))?;
        let (open, mut items) = (self.values.open(), 0);
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            self.values.close_list(open, 0);
            return Ok(());
        }
        loop {
            self.value(depth + 1)?;
            items += 1;
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.eat(b']', Both("expected , or ] in an array", "seharusnya , atau ] dalam larik"))?;
            self.values.close_list(open, items);
            return Ok(());
        }
    }

    fn number(&mut self) -> Result<(), FormError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let token = &self.text[start..self.at];
        let digits = token.strip_prefix('-').unwrap_or(token);
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        if whole == 0 || (whole > 1 && digits.starts_with('0')) {
            return Err(self
                .fault(FormCode::BadJson, Both("a number that JSON does not have", "angka yang tidak dikenal JSON")));
        }
        if token == "-0" || whole != digits.len() {
            if whole != digits.len() && !is_json_tail(&digits[whole..]) {
                return Err(self.fault(
                    FormCode::BadJson,
                    Both("a number that JSON does not have", "angka yang tidak dikenal JSON"),
                ));
            }
            self.note(FormCode::NotAnInteger, || {
                Both(
                    "a number must be whole: no fraction, exponent or minus zero",
                    "angka harus bulat: tanpa pecahan, eksponen, atau minus nol",
                )
            });
            self.values.null();
            return Ok(());
        }
        match token.parse::<i64>() {
            Ok(n) if (-MAX_INTEGER..=MAX_INTEGER).contains(&n) => self.values.number(n),
            _ => {
                self.note(FormCode::NumberTooLarge, || Both("a number is beyond 2^53-1", "angka melebihi 2^53-1"));
                self.values.null();
            }
        }
        Ok(())
    }

    fn string(&mut self) -> Result<Spelled<'a>, FormError> {
        self.eat(b'"', Both("expected a string", "seharusnya teks"))?;
        let (from, text) = (self.at, self.text);
        let suspect = self.run();
        if self.peek() == Some(b'"') {
            self.at += 1;
            return Ok(Spelled { from, text: Cow::Borrowed(&text[from..self.at - 1]), suspect });
        }
        let mut out = text[from..self.at].to_owned();
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(Spelled { from, text: Cow::Owned(out), suspect: true });
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.fault(FormCode::BadJson, Both("a string is not closed", "teks tidak ditutup"))),
            }
            let run = self.at;
            self.run();
            out.push_str(&text[run..self.at]);
        }
    }

    /// Goes to where a string ends or an escape begins; answers whether [`check_text`] must be asked of what it passed.
    fn run(&mut self) -> bool {
        // As if a space stood before the first character; empty text has none to follow it.
        let (mut after_space, mut suspect) = (true, false);
        let bytes = &self.text.as_bytes()[self.at..];
        let mut len = 0;
        for byte in bytes {
            match BYTES[usize::from(*byte)] {
                Byte::Plain => after_space = false,
                Byte::Space => {
                    suspect |= after_space;
                    after_space = true;
                }
                Byte::End => break,
                Byte::Other => suspect = true,
            }
            len += 1;
        }
        self.at += len;
        suspect || (after_space && len > 0)
    }

    fn escape(&mut self) -> Result<char, FormError> {
        let byte = self.peek();
        self.at += 1;
        Ok(match byte {
            Some(b @ (b'"' | b'\\')) => b as char,
            // The printer escapes nothing else but control characters, which no text may hold.
            Some(b'/') => {
                self.canonical = false;
                '/'
            }
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(),
            _ => {
                self.at -= 1;
                return Err(self.fault(
                    FormCode::BadJson,
                    Both("an escape that JSON does not have", "urutan lolos yang tidak dikenal JSON"),
                ));
            }
        })
    }

    fn unicode_escape(&mut self) -> Result<char, FormError> {
        self.canonical = false;
        let first = self.four_hex()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            self.eat(b'\\', Both("half a surrogate pair", "setengah pasangan surogat"))?;
            self.eat(b'u', Both("half a surrogate pair", "setengah pasangan surogat"))?;
            let second = self.four_hex()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.fault(FormCode::BadJson, Both("half a surrogate pair", "setengah pasangan surogat")));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code)
            .ok_or_else(|| self.fault(FormCode::BadJson, Both("half a surrogate pair", "setengah pasangan surogat")))
    }

    fn four_hex(&mut self) -> Result<u32, FormError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        match digits.filter(|four| four.iter().all(u8::is_ascii_hexdigit)) {
            Some(four) => {
                self.at += 4;
                let digit = |b: &u8| (*b as char).to_digit(16).unwrap_or(0);
                Ok(four.iter().fold(0, |code, b| code * 16 + digit(b)))
            }
            None => Err(self.fault(
                FormCode::BadJson,
                Both("\\u needs four hexadecimal digits", "\\u memerlukan empat angka heksadesimal"),
            )),
        }
    }
}

/// What may follow the whole part of a JSON number: `.digits` and an exponent, either or both.
fn is_json_tail(tail: &str) -> bool {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let (fraction, exponent) = match tail.find(['e', 'E']) {
        Some(at) => (&tail[..at], Some(&tail[at + 1..])),
        None => (tail, None),
    };
    let fraction_holds = fraction.is_empty() || fraction.strip_prefix('.').is_some_and(digits);
    let exponent_holds = exponent.is_none_or(|e| digits(e.strip_prefix(['+', '-']).unwrap_or(e)));
    fraction_holds && exponent_holds
}

pub(super) fn is_field_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}
