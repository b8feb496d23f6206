//! B12: personal data in free text. What is signed stays for ever, so what names a person is stopped at the door.
//!
//! Looked for are an identity number (NIK), an account number beside a bank's name, an e-mail address and a mobile
//! number. Typed numbers and names have fields of their own and are not searched. This catches mistakes; whoever wants
//! to hide a number in a text can.

use super::{Bench, refuse};
use crate::grants::rules::{Refusal, Rule};
use crate::grants::sentence::{Both, sentence};

/// How far from a bank's name a number is taken for an account's, in characters.
const NEAR_BANK: usize = 40;

/// Fewer digits than the shortest number that is looked for.
const FEWEST_DIGITS: usize = 8;

/// What comes before account numbers; whole words in lower case.
const BANKS: &[&str] = &["bri", "bni", "bca", "bjb", "btn", "mandiri", "bsi", "bank", "rekening", "norek", "rek"];

impl Bench<'_> {
    /// B12. The refusal says where and what, and repeats no digit.
    pub(super) fn free_of_personal_data(&self) -> Result<(), Refusal> {
        let mut first = None;
        self.body.each_text(&mut |place, text| {
            if first.is_none() {
                first = find(text).map(|found| (place.to_string(), found));
            }
        });
        match first {
            None => Ok(()),
            Some((pointer, found)) => refuse(
                Rule::B12,
                sentence!(
                    "The text at body{pointer} seems to hold {}; leave it out, or seal it in the vault",
                    "Teks pada body{pointer} tampaknya memuat {:#}; hapus, atau simpan tersegel di brankas",
                    found.words()
                ),
            ),
        }
    }
}

/// A sort of personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Identity,
    Account,
    Email,
    Mobile,
}

impl Found {
    fn words(self) -> Both {
        match self {
            Found::Identity => Both("an identity number (NIK)", "nomor induk kependudukan (NIK)"),
            Found::Account => Both("an account number beside a bank's name", "nomor rekening di dekat nama bank"),
            Found::Email => Both("an e-mail address", "alamat surel"),
            Found::Mobile => Both("a mobile number", "nomor telepon seluler"),
        }
    }
}

/// The first personal data of a text.
fn find(text: &str) -> Option<Found> {
    if text.contains('@') && has_email(text) {
        return Some(Found::Email);
    }
    if text.bytes().filter(u8::is_ascii_digit).count() < FEWEST_DIGITS {
        return None;
    }
    let text: Vec<char> = text.chars().collect();
    let groups = groups(&text);
    (0..groups.len()).find_map(|at| number_from(&text, &groups[at..]))
}

/// Digits that stand together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    start: usize,
    digits: Vec<u8>,
    /// What stands between the group before and this one, if that is no more than spaces, dots and hyphens.
    joint: Option<String>,
}

impl Group {
    fn end(&self) -> usize {
        self.start + self.digits.len()
    }

    fn number(&self) -> u32 {
        self.digits.iter().take(9).fold(0, |number, &digit| number * 10 + u32::from(digit))
    }
}

fn groups(text: &[char]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut at = 0;
    while at < text.len() {
        if !text[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let digits: Vec<u8> = text[at..]
            .iter()
            .map_while(|digit| digit.to_digit(10))
            .filter_map(|digit| u8::try_from(digit).ok())
            .collect();
        let between = groups.last().map(|before| &text[before.end()..at]);
        let joins = |between: &&[char]| (1..=3).contains(&between.len()) && between.iter().all(|&mark| separates(mark));
        let joint = between.filter(joins).map(|between| between.iter().collect());
        let group = Group { start: at, digits, joint };
        at = group.end();
        groups.push(group);
    }
    groups
}

/// Spaces, dots and hyphens, also those that word processors make of them.
fn separates(mark: char) -> bool {
    matches!(mark, ' ' | '.' | '-' | '\u{a0}' | '\u{2010}'..='\u{2014}')
}

/// Personal data that begins with the first of these groups.
fn number_from(text: &[char], groups: &[Group]) -> Option<Found> {
    let mut digits: Vec<u8> = Vec::new();
    for (at, group) in groups.iter().enumerate() {
        if at > 0 && group.joint.is_none() {
            break;
        }
        digits.extend(&group.digits);
        if digits.len() > 16 {
            break;
        }
        let run = &groups[..=at];
        if digits.len() < FEWEST_DIGITS || is_several(run) {
            continue;
        }
        if is_identity(&digits) {
            return Some(Found::Identity);
        }
        if is_mobile(text, &digits, run) {
            return Some(Found::Mobile);
        }
        let whole = groups.get(at + 1).is_none_or(|next| next.joint.is_none());
        if whole && run[0].joint.is_none() && !is_amount(text, run) && !is_code(run) && near_bank(text, run) {
            return Some(Found::Account);
        }
    }
    None
}

/// Region, day, month and year of birth, and a number: the day of women is 40 more.
fn is_identity(digits: &[u8]) -> bool {
    let pair = |at: usize| digits[at] * 10 + digits[at + 1];
    digits.len() == 16
        && (11..=96).contains(&pair(0))
        && pair(2) > 0
        && matches!(pair(6), 1..=31 | 41..=71)
        && (1..=12).contains(&pair(8))
}

/// `08`, `628` or `+62 8`; without the country, 10 to 13 digits.
fn is_mobile(text: &[char], digits: &[u8], run: &[Group]) -> bool {
    let (own, next) = match digits {
        [0, 8, next, ..] => (digits.len(), *next),
        [6, 2, 8, next, ..] => (digits.len() - 1, *next),
        _ => return false,
    };
    let country = run[0].start > 0 && text[run[0].start - 1] == '+';
    let amount = run[0].joint.as_deref() == Some(".") || digits[0] != 0 && !country && is_amount(text, run);
    (10..=13).contains(&own) && next != 0 && !amount
}

/// Two or more dates or amounts that stand side by side: their joints differ, and one of them is a date or an amount.
fn is_several(run: &[Group]) -> bool {
    if run.windows(3).any(is_date) && run.len() != 7 {
        return true;
    }
    let joints: Vec<&str> = run.iter().skip(1).filter_map(|group| group.joint.as_deref()).collect();
    let mixed = joints.windows(2).any(|pair| pair[0] != pair[1]);
    let thousands = |group: &Group| group.digits.len() == 3 && group.joint.as_deref() == Some(".");
    mixed && run.iter().skip(1).any(thousands)
}

/// `15-01-2012`, `2012-01-15`, `15.1.2012`.
fn is_date(groups: &[Group]) -> bool {
    let [first, month, last] = groups else { return false };
    let year = |group: &Group| group.digits.len() == 4 && (1900..=2100).contains(&group.number());
    let day = |group: &Group| group.digits.len() <= 2 && (1..=31).contains(&group.number());
    let joined = month.joint == last.joint;
    let in_month = month.digits.len() <= 2 && (1..=12).contains(&month.number());
    joined && in_month && (day(first) && year(last) || year(first) && day(last))
}

/// `600.000.000`, or any number behind `Rp`.
fn is_amount(text: &[char], run: &[Group]) -> bool {
    let thousands = run.len() > 1
        && run[0].digits.len() <= 3
        && run[1..].iter().all(|group| group.digits.len() == 3 && group.joint.as_deref() == Some("."));
    let before: String = text[..run[0].start].iter().rev().filter(|mark| !separates(**mark)).take(3).collect();
    let before = before.to_lowercase();
    thousands || before.starts_with("pr") || before == "rdi"
}

/// A budget code, `5.1.5.05.01.0001`.
fn is_code(run: &[Group]) -> bool {
    run.len() >= 4 && run[0].digits.len() == 1 && run[1..].iter().all(|group| group.joint.as_deref() == Some("."))
}

/// Whether a bank or the word for an account stands so near that the number is an account's.
fn near_bank(text: &[char], run: &[Group]) -> bool {
    let (start, end) = (run[0].start, run.last().map_or(0, Group::end));
    // A word counts when a part of it is near, so it is read to its end.
    let word = |mark: &char| mark.is_alphabetic();
    let from = start.saturating_sub(NEAR_BANK);
    let from = text[..from].iter().rposition(|mark| !word(mark)).map_or(0, |at| at + 1);
    let to = end.saturating_add(NEAR_BANK).min(text.len());
    let to = text[to..].iter().position(|mark| !word(mark)).map_or(text.len(), |at| to + at);
    let has = |part: &[char]| {
        let part: String = part.iter().flat_map(|mark| mark.to_lowercase()).collect();
        part.split(|mark: char| !mark.is_alphabetic()).any(|word| BANKS.contains(&word))
    };
    has(&text[from..start]) || has(&text[end..to])
}

/// `nama@lembaga.or.id`.
fn has_email(text: &str) -> bool {
    let local = |mark: char| mark.is_ascii_alphanumeric() || matches!(mark, '.' | '_' | '%' | '+' | '-');
    text.match_indices('@').any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(local);
        let host: String = text[at + 1..].chars().take_while(|&mark| local(mark)).collect();
        let host = host.trim_end_matches('.');
        let dotted = host.rsplit_once('.');
        before
            && dotted.is_some_and(|(name, end)| {
                !name.is_empty() && end.len() >= 2 && end.bytes().all(|b| b.is_ascii_alphabetic())
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{Found, find};

    /// What is found in each text of a list.
    fn check(found: Option<Found>, texts: &[&str]) {
        for text in texts {
            assert_eq!(find(text), found, "{text}");
        }
    }

    #[test]
    fn identity_numbers_are_found_however_they_are_written() {
        check(
            Some(Found::Identity),
            &[
                "3273011508800001",
                "NIK3273011508800001.",
                "ketua, NIK 3273 0115 0880 0001",
                "ketua 32.73.01.15.08.80.0001",
                "ketua 32.73.01.150880.0001",
                "ketua 327301-550880-0001, perempuan",
                "NIK 327301\u{2013}150880\u{2013}0001",
                "1. 3273013112800001 2. Budi",
            ],
        );
        // No such province, day or month; a digit too many or too few.
        check(
            None,
            &[
                "1073011508800001",
                "9773011508800001",
                "3273013208800001",
                "3273014008800001",
                "3273017208800001",
                "3273011500800001",
                "3273011513800001",
                "32730115088000012",
                "327301150880000",
            ],
        );
    }

    #[test]
    fn account_numbers_are_found_beside_a_bank() {
        check(
            Some(Found::Account),
            &[
                "rekening 12345678",
                "BJB 0012345678901 atas nama yayasan",
                "rek. 1234-5678-9012",
                "no. rek: 345-01-23456",
                "norek 0123.01.012345.53.7",
                "1234567890 (Bank Mandiri)",
                "Bank Kota X, dengan nomor yang berikut ini: 12345678",
            ],
        );
        check(
            None,
            &[
                "rekening 1234567",
                "rekening 12345678901234567",
                "kegiatan bridge 12345678",
                "Bank BJB, Rp 600.000.000",
                "Bank BJB sebesar 75.000.000",
                "disetor ke Bank BJB Rp.600000000",
                "Bank BJB tanggal 15-01-2012 dan 20-02-2014",
                "kode rekening 5.1.5.05.01.01.0001",
                "Bank Kota, dan sesudah itu empat puluh satu huruf: 12345678",
            ],
        );
    }

    #[test]
    fn email_and_mobile_numbers_are_found() {
        check(Some(Found::Email), &["tulis ke a.b+c@lembaga.or.id.", "x@y.id", "(ketua@lembaga.or.id)"]);
        check(None, &["@lembaga", "harga @ 5.000", "x@y", "x@.id", "2 kotak @12.5 kg"]);
        check(
            Some(Found::Mobile),
            &[
                "0812345678",
                "0812345678901",
                "0812-3456-7890",
                "0812 3456 7890",
                "081.234.567.890",
                "08 12 34 56 78 90",
                "+62 812 3456 7890",
                "+62.812.345.678",
                "WA 6281234567890",
                "hubungi 0812-3456-7890 2014",
            ],
        );
        check(None, &["081234567", "08123456789012", "0801234567", "628.123.456.789", "15.081.234.567.890"]);
    }

    #[test]
    fn numbers_of_papers_amounts_and_dates_are_no_personal_data() {
        check(
            None,
            &[
                "",
                "Keputusan 978/Kep.161-DPKAD/2014, 14 Februari 2014",
                "SPP 991/022/1.20.06.01/LS/HB/2014 dan SPM 931/022/1.20.06.01/LS/HB/2014",
                "957/0239/1.20.06.01/BTL/2014",
                "Rp 600.000.000, 75.000.000 dan Rp 1.234.567.890.123",
                "12.345.631 11.500.000",
                "08-10-2013 10-11-2014",
                "15-01-2012 05-02-2014",
                "15-01-2012 - 05-02-2014",
                "2013-12-20 2014-01-05",
                "2008-2009 2010-2011 2012",
                "tahun 2011 2012 2013 2014 2015",
                "telepon kantor 022 4232338",
            ],
        );
    }
}
