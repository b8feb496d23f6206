//! A small reader of Rust sources for the house's rules: it tells code from comments, strings and characters, finds
//! where a function ends, and lists the paths that lead into the crate's rooms. It knows no more of the language.

use std::ops::Range;

/// One source file.
pub struct Source {
    /// Its path from the project's root, with `/`.
    pub path: String,
    /// The text as it is.
    pub text: String,
    /// The same bytes with comments and the insides of literals turned to spaces; line breaks stay.
    pub code: String,
    /// The string literals: where each stands, quotes included.
    pub strings: Vec<Range<usize>>,
    /// The modules in files of their own that stand behind `#[cfg(test)]`.
    pub test_modules: Vec<String>,
    /// Where each line begins.
    starts: Vec<usize>,
}

/// A function: where it begins and ends, in lines counted from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub first: usize,
    pub last: usize,
}

impl Source {
    /// Reads a text as Rust.
    pub fn new(path: &str, text: &str) -> Self {
        let mut blank = Blank { bytes: text.as_bytes(), code: text.as_bytes().to_vec(), strings: Vec::new() };
        let mut at = 0;
        while at < blank.bytes.len() {
            at = blank.step(at);
        }
        let code = String::from_utf8(blank.code).expect("only whole ranges of bytes turned to spaces");
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(breaks).collect();
        let (path, text) = (path.to_owned(), text.to_owned());
        let mut source = Self { path, text, code, strings: blank.strings, test_modules: Vec::new(), starts };
        source.drop_tests();
        source
    }

    /// The line, from 1, of a byte.
    pub fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at)
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        self.starts.len() - usize::from(self.text.ends_with('\n'))
    }

    /// The text of a line, from 1.
    pub fn line_text(&self, line: usize) -> &str {
        let end = self.starts.get(line).map_or(self.text.len(), |next| next - 1);
        &self.text[self.starts[line - 1]..end]
    }

    /// Every identifier and keyword of the code, with its place.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        let bytes = self.code.as_bytes();
        let mut at = 0;
        std::iter::from_fn(move || {
            while at < bytes.len() && !is_word(bytes[at]) {
                at += 1;
            }
            let start = at;
            while at < bytes.len() && is_word(bytes[at]) {
                at += 1;
            }
            (start < at).then(|| (start, &self.code[start..at]))
        })
    }

    /// Where these characters stand in the code as a whole word, or path of words.
    pub fn places(&self, wanted: &str) -> Vec<usize> {
        let bytes = self.code.as_bytes();
        let free = |at: usize, end: usize| {
            let before = at == 0 || !is_word(bytes[at - 1]) || !is_word(wanted.as_bytes()[0]);
            let last = wanted.as_bytes()[wanted.len() - 1];
            before && (end >= bytes.len() || !is_word(bytes[end]) || !is_word(last))
        };
        self.code.match_indices(wanted).map(|(at, _)| at).filter(|at| free(*at, at + wanted.len())).collect()
    }

    /// Every function with a body.
    pub fn functions(&self) -> Vec<Function> {
        let mut found = Vec::new();
        for (at, word) in self.words() {
            if word != "fn" {
                continue;
            }
            let after = &self.code[at + 2..];
            let name_at = at + 2 + after.len() - after.trim_start().len();
            let name: String = self.code[name_at..].bytes().take_while(|b| is_word(*b)).map(char::from).collect();
            if name.is_empty() {
                continue; // A function pointer's type.
            }
            if let Some(end) = self.body_end(name_at + name.len()) {
                found.push(Function { name, first: self.line(at), last: self.line(end) });
            }
        }
        found
    }

    /// The last byte of the block that opens next, outside parentheses and brackets; none before a `;`.
    fn body_end(&self, from: usize) -> Option<usize> {
        let (mut round, mut depth) = (0i32, 0i32);
        for (at, byte) in self.code.bytes().enumerate().skip(from) {
            match byte {
                b'(' | b'[' => round += 1,
                b')' | b']' => round -= 1,
                b';' if round == 0 && depth == 0 => return None,
                b'{' if round == 0 || depth > 0 => depth += 1,
                b'}' if depth > 0 => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// Turns what stands behind `#[cfg(test)]` to spaces: tests may do what the house may not.
    fn drop_tests(&mut self) {
        for at in self.places("#[cfg(test)]") {
            let after = at + "#[cfg(test)]".len();
            let semicolon = || self.code[after..].find(';').map(|found| after + found);
            let Some(end) = self.body_end(after).or_else(semicolon) else { continue };
            let item = self.code[after..=end].trim();
            if let Some(name) = item.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                self.test_modules.push(name.trim().to_owned());
            }
            let blank = |(i, byte)| if (at..=end).contains(&i) && byte != b'\n' { b' ' } else { byte };
            let blanked: Vec<u8> = self.code.bytes().enumerate().map(blank).collect();
            self.code = String::from_utf8(blanked).expect("code outside literals is cut at its own braces");
            self.strings.retain(|string| !(at..=end).contains(&string.start));
        }
    }

    /// The paths that begin at the crate's root, with `use` groups spelled out: `["tlog", "hash", "Hash"]`. `super`
    /// that climbs to the root is followed.
    pub fn crate_paths(&self) -> Vec<(usize, Vec<String>)> {
        let depth = module_depth(&self.path);
        let mut found = Vec::new();
        let mut supers = 0;
        let mut next_super = 0;
        for (at, word) in self.words() {
            let end = at + word.len();
            match word {
                "crate" | "hibah" => self.expand(end, at, &[], &mut found),
                "super" => {
                    supers = if at == next_super { supers + 1 } else { 1 };
                    let rest = &self.code[end..];
                    let gap = rest.len() - rest.trim_start().len();
                    next_super = if rest[gap..].starts_with("::") { end + gap + 2 } else { 0 };
                    if supers >= depth {
                        self.expand(end, at, &[], &mut found);
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The paths behind a library's name, groups spelled out: `["routing", "get"]` for `axum`.
    pub fn library_paths(&self, library: &str) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        for (at, word) in self.words().filter(|(_, word)| *word == library) {
            self.expand(at + word.len(), at, &[], &mut found);
        }
        found
    }

    /// Follows `::name`, `::{group}` and `::*` from a byte on.
    fn expand(&self, from: usize, origin: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) {
        let rest = self.code[from..].trim_start();
        let Some(rest) = rest.strip_prefix("::").map(str::trim_start) else {
            if !prefix.is_empty() || rest.starts_with("as ") {
                found.push((origin, prefix.to_vec()));
            }
            return;
        };
        let at = self.code.len() - rest.len();
        if !rest.starts_with('{') {
            self.expand_name(at, prefix, found);
            return;
        }
        let (mut depth, mut begins) = (0, true);
        for (place, byte) in self.code.bytes().enumerate().skip(at) {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => break,
                b'}' => depth -= 1,
                b',' if depth == 1 => begins = true,
                _ if begins && depth == 1 && (is_word(byte) || byte == b'*') => {
                    begins = false;
                    self.expand_name(place, prefix, found);
                }
                _ => {}
            }
        }
    }

    fn expand_name(&self, at: usize, prefix: &[String], found: &mut Vec<(usize, Vec<String>)>) {
        let name: String = self.code[at..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        let name = if name.is_empty() { "*".to_owned() } else { name };
        let end = at + name.len();
        let path: Vec<String> = prefix.iter().cloned().chain([name]).collect();
        self.expand(end, at, &path, found);
    }
}

/// How many `super` lead from a file's module to the crate's root.
fn module_depth(path: &str) -> usize {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let parts = inner.split('/').count();
    match inner.rsplit('/').next() {
        Some("mod.rs") => parts - 1,
        Some("lib.rs" | "main.rs") => 0,
        _ => parts,
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

struct Blank<'a> {
    bytes: &'a [u8],
    code: Vec<u8>,
    strings: Vec<Range<usize>>,
}

impl Blank<'_> {
    /// Takes one token, or one byte of code; answers where the next begins.
    fn step(&mut self, at: usize) -> usize {
        let rest = &self.bytes[at..];
        if rest.starts_with(b"//") {
            let end = rest.iter().position(|b| *b == b'\n').map_or(self.bytes.len(), |n| at + n);
            return self.blank(at..end);
        }
        if rest.starts_with(b"/*") {
            let end = self.comment_end(at);
            return self.blank(at..end);
        }
        if let Some(end) = self.raw_string_end(at) {
            self.strings.push(at..end);
            return self.blank(at..end);
        }
        match rest[0] {
            b'"' => {
                let end = self.quoted_end(at, b'"');
                self.strings.push(at..end);
                self.blank(at + 1..end - 1);
                end
            }
            b'\'' => match self.is_char(at) {
                true => {
                    let end = self.quoted_end(at, b'\'');
                    self.blank(at + 1..end - 1);
                    end
                }
                false => at + 1, // A lifetime.
            },
            byte if is_word(byte) => at + rest.iter().take_while(|b| is_word(**b)).count(),
            _ => at + 1,
        }
    }

    fn blank(&mut self, range: Range<usize>) -> usize {
        for byte in &mut self.code[range.clone()] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
        range.end
    }

    /// Block comments nest.
    fn comment_end(&self, at: usize) -> usize {
        let (mut depth, mut i) = (0, at);
        while i < self.bytes.len() {
            if self.bytes[i..].starts_with(b"/*") {
                depth += 1;
                i += 2;
            } else if self.bytes[i..].starts_with(b"*/") {
                depth -= 1;
                i += 2;
                if depth == 0 {
                    return i;
                }
            } else {
                i += 1;
            }
        }
        i
    }

    /// The end of `r"..."`, `br#"..."#` and the like, if one begins here. `r#name` is none.
    fn raw_string_end(&self, at: usize) -> Option<usize> {
        let rest = &self.bytes[at..];
        let mark = match rest {
            [b'b' | b'c', b'r', ..] => 2,
            [b'r', ..] => 1,
            _ => return None,
        };
        let hashes = rest[mark..].iter().take_while(|b| **b == b'#').count();
        if rest.get(mark + hashes) != Some(&b'"') {
            return None;
        }
        let close: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
        let body = mark + hashes + 1;
        let end = rest[body..].windows(close.len()).position(|window| window == close);
        Some(end.map_or(self.bytes.len(), |n| at + body + n + close.len()))
    }

    fn quoted_end(&self, at: usize, quote: u8) -> usize {
        let mut i = at + 1;
        while i < self.bytes.len() && self.bytes[i] != quote {
            i += if self.bytes[i] == b'\\' { 2 } else { 1 };
        }
        (i + 1).min(self.bytes.len())
    }

    /// Whether a quote begins a character and no lifetime.
    fn is_char(&self, at: usize) -> bool {
        match self.bytes[at + 1..] {
            [b'\\', ..] => true,
            [first, ref rest @ ..] => {
                let more = rest.iter().take_while(|b| (**b & 0xC0) == 0x80).count();
                first != b'\'' && rest.get(more) == Some(&b'\'')
            }
            [] => false,
        }
    }
}

/// What the reader must leave of a text when its blanks are squeezed.
fn check_code(text: &str, expected: &str) {
    let code = Source::new("src/sample.rs", text).code;
    assert_eq!(code.split_whitespace().collect::<Vec<_>>().join(" "), expected, "of {text:?}");
    assert_eq!(code.len(), text.len(), "of {text:?}");
    assert_eq!(code.matches('\n').count(), text.matches('\n').count(), "of {text:?}");
}

#[test]
fn code_is_told_from_literals_and_comments() {
    check_code("a // { \" b\nc", "a c");
    check_code("a /* { /* } */ \" */ b", "a b");
    check_code("a /* never closed { b", "a");
    check_code(r#"f("{ \" }", x)"#, r#"f(" ", x)"#);
    check_code(r#"f("// no comment", x) // one"#, r#"f(" ", x)"#);
    check_code("f('{', b'}', '\\'', '\\\\', '\\u{7d}')", "f(' ', b' ', ' ', ' ', ' ')");
    check_code("f('é', '\"', x)", "f(' ', ' ', x)");
    check_code("fn f<'a>(x: &'a str, y: &'static [&'a u8]) {}", "fn f<'a>(x: &'a str, y: &'static [&'a u8]) {}");
    check_code("f(r\"\\\", x)", "f( , x)");
    check_code("f(r#\"a \"} b\"#, br##\"}\"#\"##, r#fn, bar\"}\")", "f( , , r#fn, bar\" \")");
    check_code("f(\"a\n{\n\", x)", "f(\" \", x)");
    check_code("f(\"é\", x)", "f(\" \", x)");
    check_code("a #[cfg(test)] mod t { fn f() { g(\"}\") } } b", "a b");
    check_code("a #[cfg(test)] use x; b", "a b");
}

/// The functions of a text: name, first line, last line.
fn check_functions(text: &str, expected: &[(&str, usize, usize)]) {
    let found = Source::new("src/sample.rs", text).functions();
    let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.first, f.last)).collect();
    assert_eq!(found, expected, "of {text:?}");
}

#[test]
fn functions_end_at_their_own_brace() {
    check_functions("fn a() {}\nfn b() {\n}", &[("a", 1, 1), ("b", 2, 3)]);
    check_functions(
        "fn a(x: [u8; 3],\n) -> [u8; 2]\nwhere T: X {\n  { '}'; \"}\"; r#\"}\"#; /* } */ } // }\n}",
        &[("a", 1, 5)],
    );
    check_functions("trait T { fn a();\n fn b() { x(); }\n}", &[("b", 2, 2)]);
    check_functions("const F: fn(u8) = g; fn a() {}", &[("a", 1, 1)]);
    check_functions("fn a() {\n fn b() {\n }\n}", &[("a", 1, 4), ("b", 2, 3)]);
    check_functions("fn never_closed() {", &[]);
}

/// The paths from the crate's root in a text.
fn check_paths(path: &str, text: &str, expected: &[&str]) {
    let found = Source::new(path, text).crate_paths();
    let found: Vec<_> = found.iter().map(|(_, path)| path.join("::")).collect();
    assert_eq!(found, expected, "of {text:?} in {path}");
}

#[test]
fn paths_into_rooms_are_spelled_out() {
    check_paths(
        "src/a/b.rs",
        "use crate::x::{y::{Z, W as V}, self};\nlet q = crate ::x::y();",
        &["x::y::Z", "x::y::W", "x::self", "x::y"],
    );
    check_paths("src/a/b.rs", "use crate::{x, y::*}; pub(crate) fn f() {}", &["x", "y::*"]);
    check_paths("src/a/b.rs", "use crate as c; use crate::*; use hibah::x;", &["", "*", "x"]);
    check_paths("src/a/b.rs", "use super::super::x::Y; use super::z;", &["x::Y"]);
    check_paths("src/a/mod.rs", "use super::x::Y; use self::z;", &["x::Y"]);
    check_paths("src/a/b/c.rs", "use super::super::x; use super::super::super::y;", &["y"]);
    check_paths("src/a/b.rs", "// crate::x\nf(\"crate::y\");", &[]);
}
