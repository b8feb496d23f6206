//! CSV records with the line each begins on, after RFC 4180 with the line ends CR, LF and CRLF.
//!
//! Not the `csv` crate: it counts LF only, so a file with bare CR is all line 1, and it reads on to the end of the file
//! after a stray quote without saying so. Where quoting is sound the fields are the same; a test compares.

use std::borrow::Cow;
use std::ops::Range;

/// One record.
pub(super) struct Record<'t> {
    /// Line on which it begins; 1 is the first.
    pub(super) line: u64,
    /// Where it stands in the text, without its line end.
    pub(super) span: Range<usize>,
    /// Its fields, unquoted; with a fault its whole line.
    pub(super) fields: Vec<Cow<'t, str>>,
    pub(super) fault: Option<Fault>,
}

/// Why a record has no fields.
pub(super) enum Fault {
    /// Text after a closing quote, or a quote never closed.
    Quoting,
}

/// The records of a text. Blank lines are none.
pub(super) struct Records<'t> {
    text: &'t str,
    delimiter: u8,
    at: usize,
    line: u64,
    /// Fields of the header; no limit before it is read.
    columns: usize,
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t str, delimiter: u8) -> Self {
        Self { text, delimiter, at: 0, line: 1, columns: usize::MAX }
    }

    /// The first record.
    pub(super) fn header(&mut self) -> Option<Record<'t>> {
        let header = self.next()?;
        self.columns = header.fields.len();
        Some(header)
    }

    /// Fields and end of the record at `self.at`.
    ///
    /// A record that has run over a line end and has more fields than the header is taken for a stray quote that
    /// swallows its successors; the limit also keeps the time linear, since every such scan ends within few lines
    /// that could begin another.
    fn fields(&self) -> Result<(Vec<Cow<'t, str>>, usize), Fault> {
        let bytes = self.text.as_bytes();
        let mut fields = Vec::new();
        let mut at = self.at;
        let mut lines = 1;
        loop {
            let field = if bytes.get(at) == Some(&b'"') {
                let (field, after) = self.quoted(at + 1).ok_or(Fault::Quoting)?;
                lines += line_ends(&self.text[at..after]);
                at = after;
                field
            } else {
                let start = at;
                while bytes.get(at).is_some_and(|&byte| byte != self.delimiter && !is_line_end(byte)) {
                    at += 1;
                }
                Cow::Borrowed(&self.text[start..at])
            };
            fields.push(field);
            if lines > 1 && fields.len() > self.columns {
                return Err(Fault::Quoting);
            }
            match bytes.get(at) {
                Some(&byte) if byte == self.delimiter => at += 1,
                Some(&byte) if !is_line_end(byte) => return Err(Fault::Quoting),
                _ => return Ok((fields, at)),
            }
        }
    }

    /// The field whose opening quote stands before `start`, and the place after its closing quote.
    fn quoted(&self, start: usize) -> Option<(Cow<'t, str>, usize)> {
        let mut field = Cow::Borrowed("");
        let mut from = start;
        loop {
            let quote = from + self.text[from..].find('"')?;
            field += &self.text[from..quote];
            if self.text.as_bytes().get(quote + 1) != Some(&b'"') {
                return Some((field, quote + 1));
            }
            field += "\"";
            from = quote + 2;
        }
    }

    /// End of the line at `self.at`, before its line end.
    fn line_end(&self) -> usize {
        let rest = &self.text[self.at..];
        rest.find(['\r', '\n']).map_or(self.text.len(), |length| self.at + length)
    }

    /// Moves to `end`, counting lines. A CRLF is never split: `end` is always before a line end or after a whole one.
    fn advance(&mut self, end: usize) {
        self.line += line_ends(&self.text[self.at..end]);
        self.at = end;
    }
}

impl<'t> Iterator for Records<'t> {
    type Item = Record<'t>;

    fn next(&mut self) -> Option<Record<'t>> {
        let rest = &self.text[self.at..];
        let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        self.advance(self.at + blank);
        if self.at == self.text.len() {
            return None;
        }
        let (start, line) = (self.at, self.line);
        let (fields, end, fault) = match self.fields() {
            Ok((fields, end)) => (fields, end, None),
            Err(fault) => {
                let end = self.line_end();
                (vec![Cow::Borrowed(&self.text[start..end])], end, Some(fault))
            }
        };
        self.advance(end);
        Some(Record { line, span: start..end, fields, fault })
    }
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\r' || byte == b'\n'
}

fn line_ends(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let ends = bytes.iter().enumerate();
    let ends = ends.filter(|&(at, &byte)| byte == b'\n' || (byte == b'\r' && bytes.get(at + 1) != Some(&b'\n')));
    ends.count() as u64
}
