//! What a command says: results on standard output, remarks on standard error.

use std::fmt::Display;
use std::io::Write as _;

/// Writes a line of the result, see [`harmless`]. A reader that went away (`| head`) is no fault of the command.
pub fn say(line: impl Display) {
    let mut out = std::io::stdout().lock();
    // Nothing can be told to a reader that is gone.
    let _ = writeln!(out, "{}", harmless(&line.to_string()));
}

/// Writes bytes as they are.
pub fn raw(bytes: &[u8]) {
    let mut out = std::io::stdout().lock();
    // As above.
    let _ = out.write_all(bytes).and_then(|()| out.flush());
}

/// Writes a result for machines.
pub fn json(value: &serde_json::Value) {
    let text = format!("{value:#}");
    say(text.chars().fold(String::with_capacity(text.len()), |mut text, c| {
        // The one way to write such a character in JSON that changes nothing; all of them are below U+10000.
        if steers(c) {
            text.push_str(&format!("\\u{:04x}", u32::from(c)))
        } else {
            text.push(c)
        }
        text
    }));
}

/// What is said may come from a server or a file that lies. Nothing of it may move the cursor, hide a line or turn the
/// reading direction: such characters are shown as U+FFFD.
fn harmless(text: &str) -> String {
    text.chars().map(|c| if steers(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Writes a remark for the person at the terminal.
pub fn remark(line: impl Display) {
    // As above.
    let _ = writeln!(std::io::stderr().lock(), "{}", harmless(&line.to_string()));
}

/// Asks the person at the terminal; the answer stands on the same line.
pub fn question(text: impl Display) {
    // As above.
    let _ = write!(std::io::stderr().lock(), "{}", harmless(&text.to_string()));
}

/// A table of two columns, the first as wide as its widest cell.
pub fn facts(rows: &[(&str, String)]) {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in rows {
        let indent = format!("\n  {:width$}  ", "");
        say(format_args!("  {name:width$}  {}", value.replace('\n', &indent)));
    }
}

/// `1 entry`, `2 entries`: a count with its noun.
pub fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", grouped(n), if n == 1 { one } else { many })
}

/// Digits in groups of three: `13,100`.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
