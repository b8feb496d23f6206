//! One value, one spelling: whatever the parsers take, the printers print back, byte for byte.

use hibah::ledger::canonical;
use hibah::ledger::entry::Entry;
use hibah::ledger::form::FormCode;
use hibah::ledger::opening::Opening;
use hibah::ledger::statement::{Content, Statement};
use hibah::tlog::hash::{Hash, sha256};
use serde_json::{Map, Value, json};

use super::ledger_city::{ORIGIN, about, day, entries, published_key, signer_id, year};

/// Numbers that are the same in every run: SHA-256 of a counter.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 += 1;
        let hash = sha256(&self.0.to_be_bytes());
        let (eight, _) = hash.as_bytes().split_first_chunk().expect("32 bytes");
        u64::from_be_bytes(*eight) % n
    }

    fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).expect("small")].clone()
    }
}

/// Every small change of `good`: each byte replaced, removed, doubled, and the tail cut off.
fn changes(good: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let replaced = (0..good.len()).flat_map(move |at| {
        let old = good[at];
        [old ^ 1, old ^ 0x20, old.wrapping_add(1), b'\n', b' ', b'"', 0, 0xff]
            .into_iter()
            .filter(move |new| *new != old)
            .map(move |new| {
                let mut changed = good.to_vec();
                changed[at] = new;
                changed
            })
    });
    let moved = (0..good.len()).flat_map(move |at| {
        let mut doubled = good.to_vec();
        doubled.insert(at, good[at]);
        [[&good[..at], &good[at + 1..]].concat(), doubled, good[..at].to_vec()]
    });
    replaced.chain(moved)
}

/// Runs `read` over all changes of `good`; what it takes, it must print back. Answers how many it took.
fn check(what: &str, good: &[u8], read: impl Fn(&[u8]) -> Option<Vec<u8>>) -> usize {
    assert_eq!(read(good).as_deref(), Some(good), "{what} itself");
    let taken = changes(good).filter(|changed| {
        let printed = read(changed);
        if let Some(printed) = &printed {
            assert_eq!(printed, changed, "{what}: {}", String::from_utf8_lossy(changed));
        }
        printed.is_some()
    });
    taken.count()
}

fn read_statement(bytes: &[u8]) -> Option<Vec<u8>> {
    Statement::parse(bytes, ORIGIN).ok().map(|statement| statement.to_bytes())
}

#[test]
fn statements_have_one_spelling() {
    let made = entries(year().path());
    for index in [5, 27] {
        let statement = Entry::parse(&made[index]).expect("an entry").statement;
        let taken = check(&format!("statement {index}"), statement, read_statement);
        assert!(taken > 0, "another letter in a text is another statement");
        let draft = |bytes: &[u8]| Statement::parse_draft(bytes, ORIGIN).ok().map(|draft| draft.to_bytes());
        check(&format!("draft {index}"), statement, draft);
    }
}

#[test]
fn entries_have_one_spelling() {
    let made = entries(year().path());
    let taken = check("entry 20", &made[20], |bytes| Entry::parse(bytes).ok().map(|entry| entry.to_bytes()));
    assert!(taken > 0, "another time is another entry");
    for index in ["05", "+5", "-5", "", " 5", "5 ", "18446744073709551616", "0x5", "5.0"] {
        let text = String::from_utf8(made[5].clone()).expect("UTF-8").replacen("\n5\n", &format!("\n{index}\n"), 1);
        assert_eq!(Entry::parse(text.as_bytes()).expect_err(index).code, FormCode::BadHeader, "{index}");
    }
    let mut large = made[5].clone();
    large.resize(65_536, b'x');
    assert_eq!(Entry::parse(&large).expect_err("too large").code, FormCode::EntryTooLarge);
    large.truncate(65_535);
    assert!(Entry::parse(&large).is_ok(), "as large as a bundle can say");
}

#[test]
fn openings_have_one_spelling() {
    for value in ["", "Siti", "a b", "1234567890"] {
        let opening = Opening {
            statement: sha256(b"a statement"),
            pointer: "/body/sealed/account".to_owned(),
            salt: *sha256(b"salt").as_bytes(),
            value: value.to_owned(),
        };
        check(value, &opening.to_bytes(), |bytes| Opening::parse(bytes).ok().map(|opening| opening.to_bytes()));
    }
}

/// A string that a statement may hold.
fn text(dice: &mut Dice) -> String {
    let words = ["hibah", "é", "ꦱ", "منحة", "\"", "\\", "/", "𐐷", "🏛", "0", "-1", "null", "{}", "\u{a0}x", "ß"];
    let count = dice.below(4);
    let text: String =
        (0..count).map(|_| dice.pick(&words)).collect::<Vec<_>>().join(if dice.below(2) == 0 { " " } else { "" });
    if canonical::check_text(&text).is_ok() { text } else { "x".to_owned() }
}

/// A value of at most `levels` levels; `wild` ones hold what a statement may not.
fn value(dice: &mut Dice, levels: u64, wild: bool) -> Value {
    match dice.below(if levels > 1 { 6 } else { 4 }) {
        0 => json!(text(dice)),
        1 => json!(dice.below(2) == 0),
        2 if wild && dice.below(4) == 0 => dice.pick(&[
            json!(null),
            json!(1.5),
            json!(-0.0),
            json!(u64::MAX),
            json!(i64::MIN),
            json!(1e300),
            json!("a\u{0}b"),
            json!(" a"),
            json!("e\u{301}"),
            json!("\u{202e}"),
            json!("a\n"),
        ]),
        2 => json!(dice.pick(&[0, 1, -1, 42, canonical::MAX_INTEGER, -canonical::MAX_INTEGER])),
        3 => json!(i64::try_from(dice.below(1 << 53)).expect("53 bits")),
        4 => (0..dice.below(4)).map(|_| value(dice, levels - 1, wild)).collect::<Vec<_>>().into(),
        _ => object(dice, levels, wild).into(),
    }
}

fn object(dice: &mut Dice, levels: u64, wild: bool) -> Map<String, Value> {
    let names = ["a", "b", "amount", "a_1", "z9", "sealed", "a__"];
    let wild_names = ["", "A", "1", "_", "é", "a b", "a\"", "aa"];
    let mut map = Map::new();
    for _ in 0..dice.below(5) {
        let name = if wild && dice.below(8) == 0 { dice.pick(&wild_names) } else { dice.pick(&names) };
        let inside = value(dice, levels - 1, wild);
        map.insert(name.to_owned(), inside);
    }
    map
}

#[test]
fn what_a_statement_may_hold_prints_and_reads_back() {
    let mut dice = Dice(1);
    for _ in 0..2_000 {
        let map = object(&mut dice, 8, false);
        let line = canonical::print(&Value::Object(map.clone()));
        assert_eq!(canonical::parse_object(&line).unwrap_or_else(|e| panic!("{line}: {e}")), map);
    }
}

#[test]
fn whatever_is_read_prints_back_and_no_other_reader_disagrees() {
    let mut dice = Dice(1_000_000);
    let mut taken = 0;
    for _ in 0..1_500 {
        let levels = 1 + dice.below(10);
        let wild = dice.below(3) != 0;
        let mut line = canonical::print(&Value::Object(object(&mut dice, levels, wild))).into_bytes();
        for _ in 0..dice.below(3) {
            let at = usize::try_from(dice.below(line.len() as u64)).expect("small");
            let byte = dice.pick(b"{}[],:\"\\/ \n0123456789-+.eEutfnl\x01a");
            match dice.below(3) {
                0 => line[at] = byte,
                1 => line.insert(at, byte),
                _ => drop(line.remove(at)),
            }
            if line.is_empty() {
                line.push(b'{');
            }
        }
        let Ok(line) = String::from_utf8(line) else { continue };
        let ours = canonical::parse_object(&line);
        let theirs: Result<Map<String, Value>, _> = serde_json::from_str(&line);
        match (&ours, &theirs) {
            (Ok(map), Ok(same)) => {
                taken += 1;
                assert_eq!(map, same, "{line}");
                assert_eq!(canonical::print(&Value::Object(map.clone())), line);
            }
            (Ok(_), Err(error)) => panic!("{line}: serde_json refuses it: {error}"),
            (Err(fault), Ok(_)) => assert_ne!(fault.code, FormCode::BadJson, "{line}: {fault}"),
            (Err(fault), Err(error)) => {
                // The one thing that is JSON and that serde_json has no room for.
                let no_room = error.to_string().starts_with("number out of range");
                assert!(fault.code == FormCode::BadJson || no_room, "{line}: {fault}, but {error}");
            }
        }
    }
    assert!(taken > 300, "{taken} were taken: too few to show anything");
}

#[test]
fn nesting_of_any_depth_is_an_answer() {
    for (depth, code) in [
        (7, None),
        (8, Some(FormCode::TooDeep)),
        (100, Some(FormCode::TooDeep)),
        (200, Some(FormCode::TooDeep)),
        (30_000, Some(FormCode::TooDeep)),
    ] {
        let line = format!("{{\"a\":{}1{}}}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(canonical::parse_object(&line).err().map(|fault| fault.code), code, "{depth} arrays");
        let line = format!("{}1{}", "{\"a\":".repeat(depth + 1), "}".repeat(depth + 1));
        assert_eq!(canonical::parse_object(&line).err().map(|fault| fault.code), code, "{depth} objects");
        let open = format!("{{\"a\":{}", "[".repeat(depth));
        assert_eq!(canonical::parse_object(&open).expect_err("open").code, FormCode::BadJson, "{depth} left open");
        let wrong = format!("{{\"a\":{}1{}}}", "[".repeat(depth), "}".repeat(depth));
        assert_eq!(
            canonical::parse_object(&wrong).expect_err("wrong").code,
            FormCode::BadJson,
            "{depth} closed otherwise"
        );
    }
}

/// Which of several faults is told: no JSON first, then a repeated field anywhere, then the first in the line.
#[test]
fn the_first_fault_is_told() {
    for (line, code) in [
        (r#"{"a":null,"b":[[[[[[[[1]]]]]]]]}"#, FormCode::Null),
        (r#"{"b":[[[[[[[[1]]]]]]]],"a":null}"#, FormCode::TooDeep),
        (r#"{"b":[[[[[[[[1.5,{"c":null}]]]]]]]],"a":null}"#, FormCode::TooDeep),
        (r#"{"b":[[[[[[[[1]]]]]]]],"b":1}"#, FormCode::RepeatedField),
        (r#"{"b":[[[[[[[[{"c":1,"d":{"c":2},"c":2}]]]]]]]]}"#, FormCode::RepeatedField),
        (r#"{"b":[[[[[[[[{"c":1,"d":{"c":[]}},{},[]]]]]]]]]}"#, FormCode::TooDeep),
        (r#"{"b":[[[[[[[[{"c":1 "d":2}]]]]]]]]}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[{"c"}]]]]]]]]}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[{,}]]]]]]]]}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[1,]]]]]]]]}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[1]]]]]]]]]}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[1]]]]]]]],}"#, FormCode::BadJson),
        (r#"{"b":[[[[[[[[1]]]]]]]]"#, FormCode::BadJson),
        (r#"{"A":null,"b":1,"b":2}"#, FormCode::RepeatedField),
        (r#"{"b":1,"a":2,"b":3}"#, FormCode::RepeatedField),
        (r#"{"c":1,"a":[{"d":2},{}],"b":3,"a":4}"#, FormCode::RepeatedField),
        (r#"{"c":1,"a":[{"d":2},{}],"b":3}"#, FormCode::NotCanonical),
        (r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"z":{},"b":1,"z":2}}}}}}}}"#, FormCode::RepeatedField),
        (r#"{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"z":[1,{"c":2}],"b":1}}}}}}}}"#, FormCode::TooDeep),
        (r#"{"A":null}"#, FormCode::BadFieldName),
        (r#"{"a":null,"B":1}"#, FormCode::Null),
        (r#"{"a":1.5,"b":null}"#, FormCode::NotAnInteger),
        (r#"{"a":null,"b":nul}"#, FormCode::BadJson),
        (r#"{"b":1,"a":2}"#, FormCode::NotCanonical),
        (r#"{"a":1} "#, FormCode::NotCanonical),
        (r#"{"a":1}x"#, FormCode::BadJson),
        (r#"["a"]"#, FormCode::BadJson),
        ("", FormCode::BadJson),
    ] {
        let told = canonical::parse_object(line).map_err(|fault| fault.code);
        assert_eq!(told.err(), Some(code), "{line}");
    }
}

/// What an author may write into a body that no statement can hold is refused in a sentence when it is drafted.
#[test]
fn drafts_refuse_what_no_statement_holds() {
    let signer = signer_id(&published_key(ORIGIN, "org/1"));
    for (body, code) in [
        (json!({"a": 1.5}), FormCode::NotAnInteger),
        (json!({"a": 1e300}), FormCode::NotAnInteger),
        (json!({"a": u64::MAX}), FormCode::NumberTooLarge),
        (json!({"a": i64::MIN}), FormCode::NumberTooLarge),
        (json!({"a": canonical::MAX_INTEGER + 1}), FormCode::NumberTooLarge),
        (json!({"a": null}), FormCode::Null),
        (json!({"A": 1}), FormCode::BadFieldName),
        (json!({"a": "x\n"}), FormCode::BadCharacter),
        (json!({"a": "\u{2028}"}), FormCode::BadCharacter),
        (json!({"a": " x"}), FormCode::BadSpaces),
        (json!({"a": "e\u{301}"}), FormCode::NotNfc),
        (json!([1]), FormCode::WrongType),
        (json!("x"), FormCode::WrongType),
        (json!({"a": "x".repeat(65_000)}), FormCode::TooLarge),
    ] {
        let content = Content {
            origin: ORIGIN.to_owned(),
            kind: "application.submitted".to_owned(),
            about: about("case/1/1"),
            after: Some(Hash::from_bytes([1; 32])),
            body: body.clone(),
            event_date: day("2026-01-20"),
            expires: day("2026-02-03"),
            signers: vec![signer.clone()],
        };
        let drafted = content.draft();
        assert_eq!(drafted.err().map(|fault| fault.code), Some(code), "{:.60}", body.to_string());
    }
}
