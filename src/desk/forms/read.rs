//! What people typed, read as the body of a statement. Each fault names its field and says what to do.

use serde_json::{Map, Value, json};

use super::{Input, Question, within};
use crate::desk::drafting::public_key;
use crate::desk::store::Fields;
use crate::grants::money::{Amount, Currency};
use crate::grants::signer::Vkey;
use crate::grants::time::{Date, Timestamp};
use crate::ledger::canonical;
use crate::public::pages::words::Lang;
use crate::tlog::hash::Hash;
use crate::tlog::note::VerifierKey;

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field's name in the form.
    pub name: String,
    /// What to do.
    pub sentence: String,
}

/// The body that these fields make.
///
/// # Errors
/// Every field that does not hold what it must.
pub fn read(questions: &[Question], fields: &Fields, currency: &Currency, lang: Lang) -> Result<Value, Vec<Fault>> {
    let mut reader = Reader { fields, currency, lang, faults: Vec::new() };
    let body = reader.object(questions, "");
    if reader.faults.is_empty() { Ok(Value::Object(body)) } else { Err(reader.faults) }
}

struct Reader<'a> {
    fields: &'a Fields,
    currency: &'a Currency,
    lang: Lang,
    faults: Vec<Fault>,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        self.fields.get(name).map(|text| canonical::tidied(text)).unwrap_or_default()
    }

    /// Whether anything was typed into this field or one inside it.
    fn is_filled(&self, name: &str) -> bool {
        let inside = format!("{name}.");
        let own = |(field, text): (&String, &String)| {
            (field == name || field.starts_with(&inside)) && !text.trim().is_empty()
        };
        self.fields.iter().any(own)
    }

    fn fault(&mut self, name: &str, id: &str, en: &str) {
        let sentence = self.lang.pick(id, en).to_owned();
        self.faults.push(Fault { name: name.to_owned(), sentence });
    }

    fn object(&mut self, questions: &[Question], path: &str) -> Map<String, Value> {
        let mut object = Map::new();
        for question in questions {
            let name = within(path, &question.name);
            let always = matches!(question.input, Input::Tick | Input::Checklist(_) | Input::Sealed(_));
            if !always && !self.is_filled(&name) {
                if !question.optional {
                    self.missing(&name, question);
                }
                continue;
            }
            if let Some(value) = self.value(&question.input, &name, question.optional) {
                object.insert(question.name.clone(), value);
            }
        }
        object
    }

    fn missing(&mut self, name: &str, question: &Question) {
        let at = match &question.input {
            Input::List(item, _) if matches!(**item, Input::Document(_)) => format!("{name}.0.file"),
            Input::Document(_) => format!("{name}.file"),
            Input::List(item, _) => first_of(item, &format!("{name}.0")),
            input => first_of(input, name),
        };
        let label = &question.label;
        self.fault(&at, &format!("Isi: {label}."), &format!("Fill in: {label}."));
    }

    fn value(&mut self, input: &Input, name: &str, optional: bool) -> Option<Value> {
        match input {
            Input::Line | Input::Text(_) => self.words(input, name),
            Input::Money => self.money(name),
            Input::Whole => {
                let digits: String = self.text(name);
                let number = digits.parse::<u64>().ok().filter(|number| number.to_string() == digits);
                if number.is_none() {
                    self.fault(name, "Tulis bilangan bulat, hanya angka.", "Write a whole number, digits only.");
                }
                number.map(Value::from)
            }
            Input::Day => {
                let day = Date::parse(&self.text(name));
                if day.is_none() {
                    self.fault(name, "Pilih tanggal yang benar.", "Choose a real date.");
                }
                day.map(|day| json!(day.to_string()))
            }
            Input::Time(offset_min) => {
                let time = moment(&self.text(name), *offset_min);
                if time.is_none() {
                    self.fault(name, "Pilih tanggal dan jam yang benar.", "Choose a real date and time.");
                }
                time.map(|time| json!(time.to_string()))
            }
            Input::NewKey => {
                let public = public_half(&self.text(name));
                if public.is_none() {
                    let id = "Tempel seluruh teks berkas baru, seperti pada lembar loket pemegangnya.";
                    self.fault(
                        name,
                        id,
                        "Paste the whole text of the new file, as on its holder's slip for the counter.",
                    );
                }
                public.map(Value::from)
            }
            Input::Tick => {
                let ticked = self.fields.get(name).is_some_and(|text| text == "yes");
                (ticked || !optional).then_some(Value::Bool(ticked))
            }
            Input::Choice(choices) => {
                let word = self.text(name);
                let known = choices.iter().any(|choice| choice.value == word);
                if !known {
                    self.fault(name, "Pilih salah satu.", "Choose one.");
                }
                known.then(|| json!(word))
            }
            Input::Checklist(items) => {
                let ticked = |code: &str| self.fields.get(&format!("{name}.{code}")).is_some_and(|text| text == "yes");
                let answers: Map<String, Value> =
                    items.iter().map(|item| (item.value.clone(), Value::Bool(ticked(&item.value)))).collect();
                (!answers.is_empty()).then_some(Value::Object(answers))
            }
            Input::Document(titles) => self.document(titles, name),
            Input::Sealed(names) => self.sealed(names),
            Input::Group(questions) => Some(Value::Object(self.object(questions, name))),
            Input::List(item, most) => self.list(item, *most, name),
        }
    }

    fn words(&mut self, input: &Input, name: &str) -> Option<Value> {
        let text = self.text(name);
        if let Input::Text(most) = input
            && text.chars().count() as u64 > *most
        {
            let over = text.chars().count() as u64 - most;
            let id = format!("Persingkat {over} karakter: paling banyak {most}.");
            self.fault(name, &id, &format!("Shorten it by {over} characters: at most {most}."));
            return None;
        }
        if canonical::check_text(&text).is_err() {
            let id = "Ada karakter yang tidak dapat disimpan: ketik ulang tanpa tanda khusus.";
            self.fault(name, id, "It has a character that cannot be kept: type it anew without special signs.");
            return None;
        }
        Some(json!(text))
    }

    fn money(&mut self, name: &str) -> Option<Value> {
        let minor = amount(&self.text(name), self.currency.decimals());
        if minor.is_none() {
            let id = "Tulis jumlah rupiah, misalnya 75.000.000.";
            self.fault(name, id, "Write an amount, such as 75.000.000.");
        }
        minor.map(Value::from)
    }

    fn document(&mut self, titles: &[String], name: &str) -> Option<Value> {
        let at = |field: &str| format!("{name}.{field}");
        let title = self.text(&at("title"));
        let (sha256, size) = (self.text(&at("file_sha256")), self.text(&at("file_bytes")));
        if !titles.contains(&title) {
            self.fault(&at("title"), "Pilih nama dokumen dari daftar.", "Choose the document's title from the list.");
            return None;
        }
        let Some(size) = size.parse::<u64>().ok().filter(|size| *size > 0 && sha256.len() == 64) else {
            self.fault(&at("file"), "Unggah berkasnya.", "Upload the file.");
            return None;
        };
        let media_type = self.text(&at("file_media_type")).to_ascii_lowercase();
        let media_type = if media_type.contains('/') { media_type } else { "application/octet-stream".to_owned() };
        Some(json!({ "title": title, "sha256": sha256, "size": size, "media_type": media_type }))
    }

    /// Commitments, which the browser made: what they are to never comes here in a form.
    fn sealed(&mut self, names: &[super::Choice]) -> Option<Value> {
        let mut commitments = Map::new();
        for one in names {
            let at = format!("{}{}", super::SEALED_FIELD, one.value);
            let commitment = self.text(&at);
            if Hash::from_hex(&commitment).is_ok() {
                commitments.insert(one.value.clone(), json!(commitment));
            } else {
                self.fault(&at, &format!("Isi: {}.", one.title), &format!("Fill in: {}.", one.title));
            }
        }
        Some(Value::Object(commitments))
    }

    fn list(&mut self, item: &Input, most: usize, name: &str) -> Option<Value> {
        let mut items = Vec::new();
        for at in 0..most {
            let within = format!("{name}.{at}");
            if self.is_filled(&within)
                && let Some(value) = self.value(item, &within, false)
            {
                items.push(value);
            }
        }
        (!items.is_empty()).then_some(Value::Array(items))
    }
}

/// The public half of a verifier key, which has a check of its own against slips of the pen. The name that it bears is not
/// taken: that follows from what the statement is about.
fn public_half(text: &str) -> Option<String> {
    let text: String = text.split_whitespace().collect();
    VerifierKey::parse(&text).ok()?;
    Vkey::parse(&text).map(|vkey| vkey.public_base64().to_owned()).filter(|public| public_key(public).is_some())
}

/// A local time as browsers write it: `2026-03-02T17:00`.
fn moment(text: &str, offset_min: i32) -> Option<Timestamp> {
    let minutes = text.get(..16).filter(|_| text.len() == 16 || text.get(16..) == Some(":00"))?;
    let local = Timestamp::parse(&format!("{minutes}:00.000Z"))?;
    Timestamp::from_ms(local.ms() - i64::from(offset_min) * 60_000)
}

fn first_of(input: &Input, name: &str) -> String {
    match input {
        Input::Group(questions) => match questions.first() {
            Some(first) => first_of(&first.input, &format!("{name}.{}", first.name)),
            None => name.to_owned(),
        },
        _ => name.to_owned(),
    }
}

/// An amount as people write it, in minor units: `Rp 75.000.000`, `75,000,000`, `75000000`; with decimals behind the last
/// sign, as many as the currency has.
#[must_use]
pub fn amount(text: &str, decimals: u8) -> Option<i64> {
    let text = text.trim().trim_start_matches("Rp").trim_start_matches('.').trim();
    let text = text.strip_suffix(",-").unwrap_or(text);
    let (whole, cents) = match text.rsplit_once(['.', ',']) {
        Some((whole, cents)) if decimals > 0 && cents.len() == usize::from(decimals) => (whole, cents),
        _ => (text, ""),
    };
    let mut groups = whole.split(['.', ',', ' ']);
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.iter().all(|group| group.len() == 3) && (rest.is_empty() || first.len() <= 3);
    let digits: String = std::iter::once(first).chain(rest.iter().copied()).collect();
    let all = format!("{digits}{cents:0<width$}", width = usize::from(decimals));
    let plain = !digits.is_empty() && all.len() <= 16 && all.bytes().all(|byte| byte.is_ascii_digit());
    if !grouped || !plain {
        return None;
    }
    all.parse().ok().filter(|minor: &i64| *minor <= 9_007_199_254_740_991)
}

/// An amount as a form begins with it, with dots between its thousands where it has no decimals: `75.000.000`.
#[must_use]
pub fn typed(currency: &Currency, amount: Amount) -> String {
    let plain = currency.plain(i128::from(amount.minor()));
    if currency.decimals() > 0 {
        return plain;
    }
    let dots = |(at, digit): (usize, char)| {
        let dot = at > 0 && (plain.len() - at).is_multiple_of(3);
        dot.then_some('.').into_iter().chain([digit])
    };
    plain.chars().enumerate().flat_map(dots).collect()
}

#[cfg(test)]
mod tests {
    use super::{amount, moment, public_half, typed};
    use crate::grants::money::{Amount, Currency};

    #[test]
    fn a_form_begins_with_what_it_would_read() {
        for minor in [0, 7, 70, 700, 7_000, 75_000, 750_000, 75_000_000, 9_007_199_254_740_991] {
            for decimals in [0, 2] {
                let currency = Currency::new("IDR", decimals).expect("a currency");
                let text = typed(&currency, Amount::from_minor(minor).expect("an amount"));
                assert_eq!(amount(&text, decimals), Some(minor), "{text}");
            }
        }
        let rupiah = Currency::new("IDR", 0).expect("a currency");
        assert_eq!(typed(&rupiah, Amount::from_minor(75_000_000).expect("an amount")), "75.000.000");
    }

    #[test]
    fn a_time_is_read_on_the_ledgers_clock_and_a_key_by_its_whole_text() {
        let told = |text: &str| moment(text, 420).map(|time| time.to_string());
        assert_eq!(told("2026-03-02T07:30").as_deref(), Some("2026-03-02T00:30:00.000Z"));
        assert_eq!(told("2026-03-02T06:59:00").as_deref(), Some("2026-03-01T23:59:00.000Z"));
        for text in
            ["", "2026-03-02", "2026-02-30T07:30", "2026-03-02T24:00", "2026-03-02T07:30:01", "2026-03-02 07:30"]
        {
            assert_eq!(told(text), None, "{text:?}");
        }
        let signer = crate::tlog::note::NoteSigner::new(
            "kota.example/hibah/org/new",
            crate::tlog::ed25519::SigningKey::from_seed([7; 32]),
        );
        let vkey = signer.expect("a key's name").verifier().to_string();
        let half = vkey.splitn(3, '+').last().expect("it has three parts");
        let (one, other) = vkey.split_at(40);
        assert_eq!(public_half(&vkey).as_deref(), Some(half));
        assert_eq!(public_half(&format!(" {one}\n {other} ")).as_deref(), Some(half), "as a sheet breaks it");
        for text in [half, "", &vkey.replacen("new", "1", 1), &vkey[..vkey.len() - 1]] {
            assert_eq!(public_half(text), None, "{text:?}");
        }
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let check = |text: &str, decimals: u8, expected: Option<i64>| {
            assert_eq!(amount(text, decimals), expected, "{text:?} with {decimals} decimals");
        };
        for text in
            ["75000000", "75.000.000", "75,000,000", "75 000 000", "Rp 75.000.000", "Rp75.000.000", "Rp. 75.000.000,-"]
        {
            check(text, 0, Some(75_000_000));
        }
        check("0", 0, Some(0));
        check("999", 0, Some(999));
        check("1.500", 0, Some(1_500));
        check("1.500,25", 2, Some(150_025));
        check("1.500", 2, Some(150_000));
        check("7", 2, Some(700));
        check("9007199254740991", 0, Some(9_007_199_254_740_991));
        for text in
            ["", "Rp", "-5", "75.00", "7.5000", "1.50.000", "75000.000", "7,5 juta", "1e6", "9007199254740992", "٣"]
        {
            check(text, 0, None);
        }
    }
}
