//! Fourth lines that are refused for their JSON.

use super::{AFTER, Case, Shape, keys, note, shape};

// long: one table, a line a case
pub(super) fn refused(cases: &mut Vec<Case>) {
    let keys = keys();
    let org = &keys["org/123"];
    let json = shape(org).json();
    let mut refuse = |name: &str, json: String, code| {
        cases.push((name.to_owned(), note("application.submitted", &json, &[org]), Some(code)));
    };
    let body = |body: &str| Shape { body: body.into(), ..shape(org) }.json();
    for (name, json, code) in [
        ("not JSON", "hello".to_owned(), "bad-json"),
        ("array for an object", format!("[{json}]"), "bad-json"),
        ("string for an object", "\"x\"".to_owned(), "bad-json"),
        ("unclosed object", json[..json.len() - 1].to_owned(), "bad-json"),
        ("two objects", format!("{json}{json}"), "bad-json"),
        ("trailing comma", body(r#"{"amount":1,}"#), "bad-json"),
        ("single quotes", body("{'amount':1}"), "bad-json"),
        ("leading zero", body(r#"{"amount":007}"#), "bad-json"),
        ("plus sign", body(r#"{"amount":+5}"#), "bad-json"),
        ("hexadecimal", body(r#"{"amount":0x10}"#), "bad-json"),
        ("fraction without digits", body(r#"{"amount":1.}"#), "bad-json"),
        ("not a number", body(r#"{"amount":NaN}"#), "bad-json"),
        ("infinity", body(r#"{"amount":Infinity}"#), "bad-json"),
        ("comment", body(r#"{"amount":1/*x*/}"#), "bad-json"),
        ("half a surrogate pair", body(r#"{"text":"\ud800"}"#), "bad-json"),
        ("low surrogate first", body(r#"{"text":"\udc00\ud800"}"#), "bad-json"),
        ("unknown escape", body(r#"{"text":"\x41"}"#), "bad-json"),
        ("capital True", body(r#"{"a":True}"#), "bad-json"),
        ("repeated field in the body", body(r#"{"amount":1,"amount":2}"#), "repeated-field"),
        ("repeated field, same value", body(r#"{"amount":1,"amount":1}"#), "repeated-field"),
        (
            "repeated field in the envelope",
            json.replacen("{\"about\"", "{\"about\":\"case/1/1\",\"about\"", 1),
            "repeated-field",
        ),
        ("repeated field, escaped name", body(r#"{"amount":1,"\u0061mount":2}"#), "repeated-field"),
        ("null", body(r#"{"amount":null}"#), "null"),
        ("null in an array", body(r#"{"a":[1,null]}"#), "null"),
        ("fraction", body(r#"{"amount":0.5}"#), "not-an-integer"),
        ("fraction of zero", body(r#"{"amount":75000000.0}"#), "not-an-integer"),
        ("exponent", body(r#"{"amount":75e6}"#), "not-an-integer"),
        ("minus zero", body(r#"{"amount":-0}"#), "not-an-integer"),
        ("2^53", body(r#"{"amount":9007199254740992}"#), "number-too-large"),
        ("-2^53", body(r#"{"amount":-9007199254740992}"#), "number-too-large"),
        ("beyond 64 bits", body(r#"{"amount":18446744073709551616}"#), "number-too-large"),
        ("nine levels", body(r#"{"a":[[[[[[[1]]]]]]]}"#), "too-deep"),
        ("two hundred levels", body(&format!(r#"{{"a":{}1{}}}"#, "[".repeat(200), "]".repeat(200))), "too-deep"),
        ("capital field name", body(r#"{"Amount":1}"#), "bad-field-name"),
        ("field name with hyphen", body(r#"{"a-b":1}"#), "bad-field-name"),
        ("field name begins with digit", body(r#"{"1a":1}"#), "bad-field-name"),
        ("field name begins with underscore", body(r#"{"_a":1}"#), "bad-field-name"),
        ("empty field name", body(r#"{"":1}"#), "bad-field-name"),
        ("field name with accent", body(r#"{"é":1}"#), "bad-field-name"),
    ] {
        refuse(name, json, code);
    }
    for (name, text, code) in [
        ("newline in a string", "a\\nb", "bad-character"),
        ("tab in a string", "a\\tb", "bad-character"),
        ("null character in a string", "a\\u0000b", "bad-character"),
        ("delete", "a\u{7f}b", "bad-character"),
        ("C1 control", "a\u{85}b", "bad-character"),
        ("zero width space", "a\u{200b}b", "bad-character"),
        ("right-to-left override", "a\u{202e}b", "bad-character"),
        ("soft hyphen", "a\u{ad}b", "bad-character"),
        ("byte order mark", "\u{feff}a", "bad-character"),
        ("private use", "a\u{e000}b", "bad-character"),
        ("unassigned", "a\u{378}b", "bad-character"),
        ("noncharacter", "a\u{ffff}b", "bad-character"),
        ("assigned after Unicode 14", "a\u{1e4d0}b", "bad-character"),
        ("line separator", "a\u{2028}b", "bad-character"),
        ("paragraph separator", "a\u{2029}b", "bad-character"),
        ("decomposed e acute", "e\u{301}", "not-nfc"),
        ("angstrom sign", "\u{212b}", "not-nfc"),
        ("decomposed hangul", "\u{1100}\u{1161}", "not-nfc"),
        ("marks out of order", "q\u{307}\u{323}", "not-nfc"),
        ("leading space", " a", "bad-spaces"),
        ("trailing space", "a ", "bad-spaces"),
        ("double space", "a  b", "bad-spaces"),
        ("space and no-break space", "a \u{a0}b", "bad-spaces"),
        ("ideographic space at the end", "a\u{3000}", "bad-spaces"),
        ("a space alone", " ", "bad-spaces"),
    ] {
        refuse(name, body(&format!("{{\"text\":\"{text}\"}}")), code);
    }
    for (name, json) in [
        ("space after a colon", json.replacen("\"about\":", "\"about\": ", 1)),
        ("space after the object", format!("{json} ")),
        (
            "fields out of order",
            format!("{{\"after\":\"{AFTER}\",{}", json[1..].replacen(&format!("\"after\":\"{AFTER}\","), "", 1)),
        ),
        ("body fields out of order", body(r#"{"b":1,"a":2}"#)),
        ("escaped letter", body(r#"{"text":"\u0061"}"#)),
        ("escaped solidus", body(r#"{"text":"a\/b"}"#)),
        ("escaped accent", body(r#"{"text":"\u00e9"}"#)),
        ("escaped pair", body(r#"{"text":"\ud83c\udfdb"}"#)),
    ] {
        refuse(name, json, "not-canonical");
    }
}
