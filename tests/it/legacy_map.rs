//! The map of an award list: what is read, and each refusal with its line and field.

use hibah::grants::legacy::{LegacyError, Map, read};

const MADE_UP: &str = include_str!("../../fixtures/import/made-up.toml");

/// Replaces one piece of the made-up map and compares what reading it says; "" means that it is read.
#[track_caller]
fn check(piece: &str, instead: &str, expected: &str) {
    assert_eq!(MADE_UP.matches(piece).count(), 1, "{piece:?} must stand once in the map");
    let map = Map::from_toml(&MADE_UP.replace(piece, instead));
    let said = map.err().map_or(String::new(), |error| error.to_string());
    let fits = if expected.is_empty() { said.is_empty() } else { said.starts_with(expected) };
    assert!(fits, "{piece:?} -> {instead:?}\n  expected {expected:?}\n  got      {said:?}");
}

#[test]
fn encoding_and_syntax() {
    check("\"windows-1252\"", "\"latin1\"", "");
    check("\"windows-1252\"", "\"utf-16le\"", "");
    check("\"windows-1252\"", "\"ebcdic\"", "line 2 of the map, encoding: unknown encoding");
    check("\"windows-1252\"", "\"replacement\"", "line 2 of the map, encoding: unknown encoding");
    check("\"windows-1252\"", "\"iso-2022-kr\"", "line 2 of the map, encoding: unknown encoding");
    check("\"windows-1252\"", "1252", "line 2 of the map, encoding: must be a text");
    check("encoding = \"windows-1252\"", "", "line 1 of the map, encoding: missing");
    check("encoding =", "encode =", "line 2 of the map, encode: unknown field; known here: encoding,");
    check("encoding =", "outcome = \"awarded\"\nencoding =", "line 6 of the map, TOML: duplicate key");
    check("encoding =", "encoding", "line 2 of the map, TOML: ");
}

#[test]
fn delimiter_and_outcome() {
    for (delimiter, expected) in [
        ("\"\\t\"", ""),
        ("\"|\"", ""),
        ("\"\"", "line 3 of the map, delimiter: must be one ASCII sign"),
        ("\";;\"", "line 3 of the map, delimiter: must be one ASCII sign"),
        ("\"x\"", "line 3 of the map, delimiter: must be one ASCII sign"),
        ("'\"'", "line 3 of the map, delimiter: must be one ASCII sign"),
        ("\"\\n\"", "line 3 of the map, delimiter: must be one ASCII sign"),
        ("\"¦\"", "line 3 of the map, delimiter: must be one ASCII sign"),
    ] {
        check("\";\"", delimiter, expected);
    }
    for (outcome, expected) in [
        ("\"refused\"", ""),
        ("\"\"", "line 5 of the map, outcome: must be one of awarded, refused, pending"),
        ("\"Awarded!\"", "line 5 of the map, outcome: must be one of awarded, refused, pending"),
        ("\"granted\"", "line 5 of the map, outcome: must be one of awarded, refused, pending"),
    ] {
        check("\"awarded\"", outcome, expected);
    }
}

#[test]
fn fiscal_year_and_currency() {
    for (year, expected) in [
        ("2014", ""),
        ("1899", "line 4 of the map, fiscal_year: must be 1900 to 2999"),
        ("0x7de", "line 4 of the map, fiscal_year: must be 1900 to 2999"),
        ("+2014", "line 4 of the map, fiscal_year: must be 1900 to 2999"),
        ("\"2014\"", "line 4 of the map, fiscal_year: must be a year, or { column"),
        ("{ colunm = \"Tahun\" }", "line 4 of the map, fiscal_year.colunm: unknown field"),
        ("{ column = 8 }", "line 4 of the map, fiscal_year.column: must be a column's heading"),
    ] {
        check("{ column = \"Tahun\" }", year, expected);
    }
    check("\"IDR\"", "\"idr\"", "line 8 of the map, currency.code: must be a short plain name");
    check("decimals = 0", "decimals = 5", "line 9 of the map, currency.decimals: must be a whole number from 0 to 4");
    check("decimals = 0", "decimals = -1", "line 9 of the map, currency.decimals: must be a whole number from 0 to 4");
    check("decimals = 0", "", "line 7 of the map, currency.decimals: missing");
    check("decimals = 0", "decimals = 0\nrounding = true", "line 10 of the map, currency.rounding: unknown field");
}

#[test]
fn number_format() {
    check("thousands = \".\"", "", "");
    check("thousands = \".\"", "thousands = \" \"", "");
    check("thousands = \".\"", "thousands = \"..\"", "line 12 of the map, number_format.thousands: must be one of");
    check("thousands = \".\"", "thousands = \"0\"", "line 12 of the map, number_format.thousands: must be one of");
    check("thousands = \".\"", "thousands = 0", "line 12 of the map, number_format.thousands: must be a text");
    check("decimal = \",\"", "decimal = \".\"", "line 13 of the map, number_format.decimal: must differ");
    for (marks, expected) in [
        ("[]", ""),
        ("\"Rp\"", "line 14 of the map, number_format.strip: must be a list of texts"),
        ("[1]", "line 14 of the map, number_format.strip: must be a list of texts"),
        ("[\"\"]", "line 14 of the map, number_format.strip: a mark must be"),
        ("[\" Rp\"]", "line 14 of the map, number_format.strip: a mark must be"),
        ("[\"-\"]", "line 14 of the map, number_format.strip: a mark must be"),
        ("[\"Rp0\"]", "line 14 of the map, number_format.strip: a mark must be"),
        ("[\"(Rp\"]", "line 14 of the map, number_format.strip: a mark must be"),
    ] {
        check("[\"Rp\", \"Rp.\", \",-\"]", marks, expected);
    }
    check("[\"-1\", \"(1)\"]", "[]", "");
    check("[\"-1\", \"(1)\"]", "[\"1-\"]", "line 15 of the map, number_format.negative: must hold");
    check("negative =", "minus =", "line 15 of the map, number_format.minus: unknown field");
}

#[test]
fn columns() {
    check("amounts.asked =", "amounts.wished =", "line 18 of the map, columns.amounts.wished: unknown target");
    check("sponsor =", "proposer =", "line 24 of the map, columns.proposer: unknown target");
    check("numbers.sk =", "numbers.SK =", "line 25 of the map, columns.numbers.SK: unknown target");
    check(
        "numbers.sk =",
        "numbers.sk.a =",
        "line 25 of the map, columns.numbers.sk.a: unknown field; known here: header",
    );
    check("agency = \"SKPD\"", "agency = 11", "line 21 of the map, columns.agency: must be a column's heading");
    check("position = 18", "position = 0", "line 26 of the map, columns.label.position: must be a whole number");
    check("position = 18", "at = 18", "line 26 of the map, columns.label.at: unknown field");
    check(", position = 18", "", "line 26 of the map, columns.label.position: missing");
    check("name = \"Nama Lembaga\"", "", "line 17 of the map, columns: it names no column for recipient.name");
    check("[columns.recipient]", "[columns.donor]", "line 28 of the map, columns.donor: unknown target");
}

#[test]
fn columns_needed_and_ignored() {
    let amounts = "amounts.asked = \"Usulan (Rp)\"
amounts.recommended = \"Rekomendasi (Rp)\"
amounts.decreed = \"Ditetapkan (Rp)\"";
    check(amounts, "", "line 17 of the map, columns: it names no column for amounts.decreed or another amount");
    let numbers: Vec<String> = (1..=9).map(|n| format!("numbers.n{n} = \"{n}\"")).collect();
    check("numbers.sk = \"No. SK\"", &numbers[..8].join("\n"), "");
    check("numbers.sk = \"No. SK\"", &numbers.join("\n"), "line 25 of the map, columns.numbers.numbers: more than 8");
    check("column = \"No\"", "", "line 38 of the map, ignore.column: missing");
    check(
        "reason = \"a clerk's remark about a payment that the list does not prove\"",
        "reason = \" \"",
        "line 48 of the map, ignore.reason: must say why",
    );
    check("reason = \"a clerk's", "why = \"a clerk's", "line 48 of the map, ignore.why: unknown field");
    let one_table = MADE_UP.split("[[ignore]]").next().map(|top| top.replace("encoding", "ignore = \"NIK\"\nencoding"));
    let error = Map::from_toml(&one_table.expect("the map has a top")).expect_err("ignore must be tables");
    assert_eq!((error.line, error.field.as_str()), (2, "ignore"));
}

/// A small map and a file's header: what [`read`] says about the two. "" means that they fit.
#[track_caller]
fn check_header(columns: &str, file: &[u8], expected: &str) {
    let map = format!(
        "encoding = \"utf-8\"\ndelimiter = \",\"\nfiscal_year = 2014\noutcome = \"awarded\"\n\
         [currency]\ncode = \"USD\"\ndecimals = 2\n[number_format]\nstrip = []\nnegative = []\n\
         [columns]\nrecipient.name = \"Name\"\namounts.paid = \"Paid\"\n{columns}"
    );
    let map = Map::from_toml(&map).expect("the map is sound");
    let said = read(file, &map, 2).err().map_or(String::new(), |error| error.to_string());
    let fits = if expected.is_empty() { said.is_empty() } else { said.starts_with(expected) };
    assert!(fits, "{columns:?} on {file:?}\n  expected {expected:?}\n  got      {said:?}");
}

#[test]
fn header() {
    check_header("", b"Name,Paid", "");
    check_header("", b"\n\r\nPaid,Name\n", "");
    check_header("", b"\xEF\xBB\xBFName,Paid", "");
    check_header("", b"\"Name\",\"Paid\"", "");
    check_header("", b"", "the file has no header line");
    check_header("", b"\r\n\r\n", "the file has no header line");
    check_header("", b"\xFF\xFEN\0", "the file begins with the byte order mark of UTF-16LE, but the map says UTF-8");
    check_header("", b"\n\"Name,Paid\n", "the header on line 2 has an unclosed quote");
    check_header("", b"Name,Paid\xE9\n", "the header on line 1 has an unclosed quote or bytes that are not UTF-8");
}

#[test]
fn columns_of_the_header() {
    check_header("", b"Name ,Paid", "the map's recipient.name names the column \"Name\", which the header lacks");
    check_header("", b"name,Paid", "the map's recipient.name names the column \"Name\", which the header lacks");
    check_header("", b"Name,Paid,Age,", "the map says nothing about the columns [\"Age\", \"\"]");
    check_header("label = { header = \"\", position = 3 }", b"Name,Paid,", "");
    check_header(
        "",
        b"Name,Paid,Name",
        "the map's recipient.name names the column \"Name\", which stands at positions [1, 3]",
    );
    check_header(
        "label = { header = \"N\", position = 4 }\n[[ignore]]\ncolumn = { header = \"N\", position = 3 }\nreason = \"x\"",
        b"Name,Paid,N,N",
        "",
    );
    check_header(
        "label = { header = \"N\", position = 2 }",
        b"Name,Paid,N",
        "the map's label expects the column \"N\" at position 2",
    );
    check_header(
        "label = { header = \"N\", position = 9 }",
        b"Name,Paid,N",
        "the map's label expects the column \"N\" at position 9",
    );
    check_header("label = \"Paid\"", b"Name,Paid", "the map names the column \"Paid\" for amounts.paid and for label");
    check_header(
        "[[ignore]]\ncolumn = \"Paid\"\nreason = \"x\"",
        b"Name,Paid",
        "the map names the column \"Paid\" for amounts.paid and for ignore",
    );
    check_header(
        "[[ignore]]\ncolumn = \"Age\"\nreason = \"x\"",
        b"Name,Paid",
        "the map's ignore names the column \"Age\"",
    );
}

#[test]
fn currency_is_the_ledgers() {
    let map = Map::from_toml(MADE_UP).expect("the map is sound");
    assert!(map.check_currency("IDR", 0).is_ok());
    for (code, decimals) in [("USD", 0), ("IDR", 2)] {
        assert!(matches!(map.check_currency(code, decimals), Err(LegacyError::Currency { .. })));
    }
    let error = read(b"", &map, 2).expect_err("other decimals");
    assert_eq!(
        error.to_string(),
        "the map counts in IDR with 0 decimals and the ledger in IDR with 2 decimals; \
         import into a ledger of the file's currency"
    );
}
