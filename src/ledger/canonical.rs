//! Strict JSON: one value, one spelling (formats.md section 1, RFC 8785).
//!
//! The fourth line of a statement is read by the parser below, which takes all of JSON's syntax but only the values
//! that a statement may hold, and notes on its way whatever an RFC 8785 printer would have written otherwise: a space
//! between tokens, fields out of order, an escape that is not needed. A test prints what was read with such a printer
//! and compares. Integers stay integers; there is no float anywhere.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use unicode_normalization::is_nfc;

use super::form::{FormCode, FormError};
use crate::grants::characters::{is_allowed, is_space};

/// The deepest nesting a statement may have; the outermost object is level 1.
pub const MAX_DEPTH: usize = 8;
/// The largest magnitude of a number: 2^53 - 1, what every JSON reader keeps exactly.
pub const MAX_INTEGER: i64 = (1 << 53) - 1;

/// Reads one canonical JSON object.
///
/// # Errors
/// The first rule that `text` breaks, with the byte where it breaks it.
pub fn parse_object(text: &str) -> Result<Map<String, Value>, FormError> {
    let mut reader = Reader { text, at: 0, first_fault: None, canonical: true };
    reader.skip_space();
    if reader.peek() != Some(b'{') {
        return Err(reader.fault(FormCode::BadJson, "expected a JSON object"));
    }
    let map = reader.object(1)?;
    reader.skip_space();
    if reader.at != text.len() {
        return Err(reader.fault(FormCode::BadJson, "nothing may follow the JSON object"));
    }
    if let Some(fault) = reader.first_fault {
        return Err(fault);
    }
    if !reader.canonical {
        return Err(FormError::new(
            FormCode::NotCanonical,
            "the JSON line is not in canonical form: print it by RFC 8785 (sorted fields, no spaces) before signing",
        ));
    }
    Ok(map)
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
            format!("character U+{:04X} is not allowed: remove control, format and unassigned characters", c as u32),
        ));
    }
    if !is_nfc(text) {
        return Err(FormError::new(
            FormCode::NotNfc,
            "text is not in Unicode normal form C: normalise it before signing",
        ));
    }
    check_spaces(text.chars().map(is_space))
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
            "text begins or ends with a space or has two in a row: remove the spare spaces",
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
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.canonical = false;
        }
    }

    fn fault(&self, code: FormCode, what: &str) -> FormError {
        FormError::new(code, format!("{what}, at byte {} of the JSON line", self.at))
    }

    /// Keeps a fault that does not stop the reading.
    fn note(&mut self, fault: FormError) {
        let outranks = |old: &FormError| fault.code == FormCode::RepeatedField && old.code != FormCode::RepeatedField;
        if self.first_fault.as_ref().is_none_or(outranks) {
            self.first_fault = Some(fault);
        }
    }

    fn eat(&mut self, byte: u8, what: &str) -> Result<(), FormError> {
        if self.peek() != Some(byte) {
            return Err(self.fault(FormCode::BadJson, what));
        }
        self.at += 1;
        Ok(())
    }

    /// Reads on over a value that is nested too deep: the rest may still be no JSON, or have a repeated field. With a
    /// stack of its own, since the line may open as many levels as it has bytes.
    fn too_deep(&mut self) -> Result<Value, FormError> {
        self.note(self.fault(FormCode::TooDeep, "more than 8 levels of nesting"));
        // The names in each open object; none for an array.
        let mut open: Vec<Option<BTreeSet<String>>> = Vec::new();
        loop {
            self.skip_space();
            let (level, close) = match self.peek() {
                Some(b'{') => (Some(BTreeSet::new()), b'}'),
                Some(b'[') => (None, b']'),
                _ => {
                    self.value(MAX_DEPTH)?;
                    if self.after_deep_value(&mut open)? { continue } else { return Ok(Value::Null) }
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
                return Ok(Value::Null);
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
                _ => return Err(self.fault(FormCode::BadJson, "expected , or the end of an object or array")),
            }
            open.pop();
        }
        Ok(false)
    }

    /// The field name before the next value, where one belongs.
    fn deep_name(&mut self, open: &mut [Option<BTreeSet<String>>]) -> Result<(), FormError> {
        let Some(Some(names)) = open.last_mut() else { return Ok(()) };
        let name = self.name(|name| names.contains(name))?;
        names.insert(name);
        Ok(())
    }

    /// A field name and the colon behind it; `known` are those of the same object so far.
    fn name(&mut self, known: impl Fn(&str) -> bool) -> Result<String, FormError> {
        self.skip_space();
        let name = self.string()?;
        if !is_field_name(&name) {
            self.note(self.fault(FormCode::BadFieldName, "a field name must match [a-z][a-z0-9_]*"));
        }
        if known(&name) {
            self.note(self.fault(FormCode::RepeatedField, &format!("field \"{name}\" stands twice in one object")));
        }
        self.skip_space();
        self.eat(b':', "expected : after a field name")?;
        Ok(name)
    }

    fn value(&mut self, depth: usize) -> Result<Value, FormError> {
        self.skip_space();
        match self.peek() {
            Some(b'{' | b'[') if depth > MAX_DEPTH => self.too_deep(),
            Some(b'{') => self.object(depth).map(Value::Object),
            Some(b'[') => self.array(depth),
            Some(b'"') => {
                let start = self.at;
                let text = self.string()?;
                if let Err(fault) = check_text(&text) {
                    let sentence = format!("{} (the string at byte {start} of the JSON line)", fault.sentence);
                    self.note(FormError::new(fault.code, sentence));
                }
                Ok(Value::String(text))
            }
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true").map(|()| Value::Bool(true)),
            Some(b'f') => self.word("false").map(|()| Value::Bool(false)),
            Some(b'n') => {
                self.word("null")?;
                self.note(self.fault(FormCode::Null, "null is not allowed: leave the field out"));
                Ok(Value::Null)
            }
            _ => Err(self.fault(FormCode::BadJson, "expected a JSON value")),
        }
    }

    fn word(&mut self, word: &str) -> Result<(), FormError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.fault(FormCode::BadJson, "expected a JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<Map<String, Value>, FormError> {
        self.eat(b'{', "expected {")?;
        let mut map = Map::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(map);
        }
        loop {
            let last = map.keys().next_back();
            let name = self.name(|name| last.is_some_and(|last| name <= last.as_str()) && map.contains_key(name))?;
            // Field names are ASCII, or refused for that; so the order of bytes is RFC 8785's, of UTF-16 units.
            self.canonical &= last.is_none_or(|last| *last < name);
            let value = self.value(depth + 1)?;
            map.insert(name, value);
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.eat(b'}', "expected , or } in an object")?;
            return Ok(map);
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, FormError> {
        self.eat(b'[', "expected [")?;
        let mut values = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Value::Array(values));
        }
        loop {
            values.push(self.value(depth + 1)?);
            self.skip_space();
            if self.peek() == Some(b',') {
                self.at += 1;
                continue;
            }
            self.eat(b']', "expected , or ] in an array")?;
            return Ok(Value::Array(values));
        }
    }

    fn number(&mut self) -> Result<Value, FormError> {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        let token = &self.text[start..self.at];
        let digits = token.strip_prefix('-').unwrap_or(token);
        let whole = digits.bytes().take_while(u8::is_ascii_digit).count();
        if whole == 0 || (whole > 1 && digits.starts_with('0')) {
            return Err(self.fault(FormCode::BadJson, "a number that JSON does not have"));
        }
        if token == "-0" || whole != digits.len() {
            if whole != digits.len() && !is_json_tail(&digits[whole..]) {
                return Err(self.fault(FormCode::BadJson, "a number that JSON does not have"));
            }
            self.note(
                self.fault(FormCode::NotAnInteger, "a number must be whole: no fraction, exponent or minus zero"),
            );
            return Ok(Value::Null);
        }
        match token.parse::<i64>() {
            Ok(n) if (-MAX_INTEGER..=MAX_INTEGER).contains(&n) => Ok(Value::from(n)),
            _ => {
                self.note(self.fault(FormCode::NumberTooLarge, "a number is beyond 2^53-1"));
                Ok(Value::Null)
            }
        }
    }

    fn string(&mut self) -> Result<String, FormError> {
        self.eat(b'"', "expected a string")?;
        let mut out = String::new();
        loop {
            let run = self.text[self.at..].bytes().take_while(|b| *b != b'"' && *b != b'\\' && *b >= 0x20).count();
            out.push_str(&self.text[self.at..self.at + run]);
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => {
                    self.at += 1;
                    out.push(self.escape()?);
                }
                _ => return Err(self.fault(FormCode::BadJson, "a string is not closed")),
            }
        }
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
                return Err(self.fault(FormCode::BadJson, "an escape that JSON does not have"));
            }
        })
    }

    fn unicode_escape(&mut self) -> Result<char, FormError> {
        self.canonical = false;
        let first = self.four_hex()?;
        let code = if (0xd800..0xdc00).contains(&first) {
            self.eat(b'\\', "half a surrogate pair")?;
            self.eat(b'u', "half a surrogate pair")?;
            let second = self.four_hex()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(self.fault(FormCode::BadJson, "half a surrogate pair"));
            }
            0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00)
        } else {
            first
        };
        char::from_u32(code).ok_or_else(|| self.fault(FormCode::BadJson, "half a surrogate pair"))
    }

    fn four_hex(&mut self) -> Result<u32, FormError> {
        let digits = self.text.as_bytes().get(self.at..self.at + 4);
        match digits.filter(|four| four.iter().all(u8::is_ascii_hexdigit)) {
            Some(four) => {
                self.at += 4;
                let digit = |b: &u8| (*b as char).to_digit(16).unwrap_or(0);
                Ok(four.iter().fold(0, |code, b| code * 16 + digit(b)))
            }
            None => Err(self.fault(FormCode::BadJson, "\\u needs four hexadecimal digits")),
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
