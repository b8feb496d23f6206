//! What letters say, in Indonesian or English.
//!
//! A letter holds no secret beyond the address that ends the letters, and is no proof: it says which entry to read.

use std::fmt::Write as _;

use super::Settings;
use super::kept::{Address, Letter};
use crate::grants::kinds::Kind;
use crate::grants::time::Date;
use crate::public::moment::Moment;
use crate::public::pages::words::Lang;

/// Something that an organisation waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// Which organisation.
    pub org: u64,
    /// Its name; none where it was erased.
    pub name: String,
    /// What tells it from all other news of this organisation.
    pub event: String,
    /// The entry that says so, if it is recorded.
    pub entry: Option<u64>,
    /// The case, and its title.
    pub case: Option<(String, String)>,
    /// What happened.
    pub what: What,
}

/// What happened. Amounts as people write them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The application came back, for this reason.
    Returned(String),
    /// It was refused.
    Refused(String),
    /// The case was ended without a refusal.
    Cancelled(String),
    /// A decree names it, with this amount.
    Decreed(String),
    /// A bank was told to send the money.
    Ordered(String),
    /// That was taken back before it arrived, for this reason.
    TakenBack(String),
    /// The bank sent the money back.
    CameBack {
        /// How much.
        amount: String,
        /// Why.
        reason: String,
    },
    /// Money was paid in cash.
    Paid(String),
    /// The report was looked at.
    Reviewed {
        /// Whether it was accepted.
        accepted: bool,
        /// Why.
        reason: String,
    },
    /// A flag was raised, with this fact.
    Flagged(String),
    /// Another signing file is to take the place of the organisation's, for this reason.
    Replacing(String),
    /// A statement waits for the organisation's signature.
    Sign {
        /// The statement's hash.
        hash: String,
        /// Its kind.
        kind: String,
        /// Its last day.
        until: String,
    },
    /// The report is due on this day, in so many days.
    Due(Date, i64),
    /// It was due on this day.
    Late(Date),
}

/// A part of a letter.
enum Part {
    Text(String),
    /// Somebody else's words.
    Quote(String),
    /// What is there, and where.
    Link(&'static str, String),
}

/// One line, without control signs: a title with a line break is one all the same.
fn line(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect()
}

/// Where these letters are ended.
#[must_use]
pub fn stop_address(settings: &Settings, stop: &str) -> String {
    format!("{}/notices/stop/{stop}", settings.desk)
}

fn at(settings: &Settings, lang: Lang, path: &str) -> String {
    format!("{}{}{path}", settings.desk, lang.prefix())
}

impl What {
    /// What happened, and what is to be done about it.
    // long: one arm a letter, both languages side by side.
    fn told(&self, lang: Lang) -> (&'static str, Vec<Part>) {
        let p = |id: &'static str, en: &'static str| Part::Text(lang.pick(id, en).to_owned());
        let day = |day: &Date| Moment::day_in_words(*day, lang);
        match self {
            Self::Returned(reason) => (
                lang.pick("Dikembalikan untuk diperbaiki", "Sent back to be mended"),
                vec![
                    p(
                        "Permohonan Anda dikembalikan, dengan alasan:",
                        "Your application was sent back, for this reason:",
                    ),
                    Part::Quote(reason.clone()),
                    p(
                        "Yang perlu Anda lakukan: perbaiki permohonan di meja, lalu tandatangani perbaikannya.",
                        "What to do: mend the application at the desk and sign the revision.",
                    ),
                ],
            ),
            Self::Refused(reason) => (
                lang.pick("Permohonan ditolak", "Application refused"),
                vec![
                    p("Permohonan Anda ditolak, dengan alasan:", "Your application was refused, for this reason:"),
                    Part::Quote(reason.clone()),
                    p(
                        "Kasus ini ditutup. Siapa yang memutuskan tertulis di halaman publik.",
                        "The case is closed. Who decided is on the public page.",
                    ),
                ],
            ),
            Self::Cancelled(reason) => (
                lang.pick("Kasus dibatalkan", "Case cancelled"),
                vec![
                    p("Kasus Anda dibatalkan, dengan alasan:", "Your case was cancelled, for this reason:"),
                    Part::Quote(reason.clone()),
                ],
            ),
            Self::Decreed(amount) => (
                lang.pick("Keputusan penetapan terbit", "Decree issued"),
                vec![Part::Text(match lang {
                    Lang::Indonesian => format!("Keputusan menetapkan hibah Anda sebesar {amount}."),
                    Lang::English => format!("The decree grants you {amount}."),
                })],
            ),
            Self::Ordered(amount) => (
                lang.pick("SP2D terbit", "Warrant issued"),
                vec![
                    Part::Text(match lang {
                        Lang::Indonesian => {
                            format!("SP2D atas {amount} terbit; uang dikirim bank ke rekening lembaga.")
                        }
                        Lang::English => {
                            format!("A warrant (SP2D) over {amount} was issued; the bank sends it to your account.")
                        }
                    }),
                    p(
                        "Bila uang tidak sampai di rekening lembaga, sampaikan di meja.",
                        "If it does not reach the organisation's account, say so at the desk.",
                    ),
                ],
            ),
            Self::TakenBack(reason) => (
                lang.pick("SP2D dibatalkan", "Warrant cancelled"),
                vec![
                    p(
                        "SP2D dibatalkan sebelum uang sampai, dengan alasan:",
                        "The warrant was taken back before the money arrived, for this reason:",
                    ),
                    Part::Quote(reason.clone()),
                ],
            ),
            Self::CameBack { amount, reason } => (
                lang.pick("Uang dikembalikan bank", "Money sent back by the bank"),
                vec![
                    Part::Text(match lang {
                        Lang::Indonesian => format!("{amount} tidak masuk ke rekening lembaga (retur), dengan alasan:"),
                        Lang::English => format!("{amount} did not reach your account, for this reason:"),
                    }),
                    Part::Quote(reason.clone()),
                    p(
                        "Yang perlu Anda lakukan: periksa rekening lembaga, lalu hubungi dinas yang menangani kasus ini.",
                        "What to do: check the organisation's account, then ask the agency of this case.",
                    ),
                ],
            ),
            Self::Paid(amount) => (
                lang.pick("Uang dibayarkan", "Money paid"),
                vec![Part::Text(match lang {
                    Lang::Indonesian => format!("{amount} dibayarkan tunai kepada Anda."),
                    Lang::English => format!("{amount} was paid to you in cash."),
                })],
            ),
            Self::Reviewed { accepted: true, reason } => (
                lang.pick("Laporan diterima", "Report accepted"),
                vec![
                    p("Laporan penggunaan Anda diterima:", "Your report of use was accepted:"),
                    Part::Quote(reason.clone()),
                ],
            ),
            Self::Reviewed { accepted: false, reason } => (
                lang.pick("Laporan dikembalikan", "Report sent back"),
                vec![
                    p(
                        "Laporan penggunaan Anda dikembalikan, dengan alasan:",
                        "Your report of use was sent back, for this reason:",
                    ),
                    Part::Quote(reason.clone()),
                    p(
                        "Yang perlu Anda lakukan: perbaiki laporan di meja dan tandatangani lagi.",
                        "What to do: mend the report at the desk and sign it again.",
                    ),
                ],
            ),
            Self::Flagged(fact) => (
                lang.pick("Temuan menunggu jawaban Anda", "A flag waits for your answer"),
                vec![
                    p(
                        "Inspektorat mencatat temuan tentang lembaga Anda:",
                        "The inspectorate raised a flag about your organisation:",
                    ),
                    Part::Quote(fact.clone()),
                    p(
                        "Temuan bukan putusan bersalah. Jawab di beranda meja, pada bagian temuan: jawaban Anda akan dibaca semua orang di sampingnya.",
                        "A flag is no verdict. Answer it on the first page of the desk, among the flags: your answer will be read by everyone beside it.",
                    ),
                ],
            ),
            Self::Replacing(reason) => (
                lang.pick("Berkas penandatanganan sedang diganti", "Your signing file is being replaced"),
                vec![
                    p(
                        "Berkas penandatanganan baru untuk lembaga Anda dicatat karena yang lama dikatakan hilang:",
                        "A new signing file for your organisation was recorded, because the old one is said to be lost:",
                    ),
                    Part::Quote(reason.clone()),
                    p(
                        "Bukan atas permintaan Anda? Masuk di meja dengan berkas yang lama dan ajukan keberatan sebelum yang baru berlaku; penggantian itu tertahan seketika.",
                        "Not at your request? Sign in at the desk with the old file and object before the new one is in force; the replacement is held at once.",
                    ),
                ],
            ),
            Self::Sign { kind, until, .. } => {
                let (title, until) =
                    (titled(kind, lang), Date::parse(until).map_or(until.clone(), |until| day(&until)));
                let waits = match lang {
                    Lang::Indonesian => format!("{title} menunggu tanda tangan Anda, paling lambat {until}."),
                    Lang::English => format!("{title}: waits for your signature, until {until} at the latest."),
                };
                let headline = match Kind::parse(kind) {
                    Some(Kind::AgreementSigned | Kind::AgreementAmended) => {
                        lang.pick("Perjanjian menunggu tanda tangan Anda", "Agreement waits for your signature")
                    }
                    _ => lang.pick("Menunggu tanda tangan Anda", "Waiting for your signature"),
                };
                (headline, vec![Part::Text(waits)])
            }
            Self::Due(due, days) => (
                lang.pick("Laporan penggunaan segera jatuh tempo", "Report of use due soon"),
                vec![Part::Text(match lang {
                    Lang::Indonesian => {
                        let left = in_days(*days, ["hari ini", "besok"], |n| format!("{n} hari lagi"));
                        format!("Laporan penggunaan jatuh tempo {left}, {}.", day(due))
                    }
                    Lang::English => {
                        let left = in_days(*days, ["today", "tomorrow"], |n| format!("in {n} days"));
                        format!("The report of use is due {left}, on {}.", day(due))
                    }
                })],
            ),
            Self::Late(due) => (
                lang.pick("Laporan penggunaan terlambat", "Report of use is late"),
                vec![
                    Part::Text(match lang {
                        Lang::Indonesian => format!("Laporan penggunaan jatuh tempo {} dan belum ada.", day(due)),
                        Lang::English => format!("The report of use was due on {} and is not there.", day(due)),
                    }),
                    p(
                        "Selama terlambat, lembaga Anda dapat tidak dibayar lagi.",
                        "While it is late, your organisation may not be paid again.",
                    ),
                ],
            ),
        }
    }
}

/// In how many days, as people say it.
fn in_days(days: i64, [today, tomorrow]: [&str; 2], later: impl Fn(i64) -> String) -> String {
    match days {
        0 => today.to_owned(),
        1 => tomorrow.to_owned(),
        n => later(n),
    }
}

fn titled(kind: &str, lang: Lang) -> String {
    Kind::parse(kind).map_or_else(|| kind.to_owned(), |kind| lang.pick(kind.title_id(), kind.title_en()).to_owned())
}

/// The letter of a piece of news to an address.
#[must_use]
pub fn letter(settings: &Settings, to: &Address, news: &News) -> Letter {
    let lang = to.lang;
    let (headline, mut parts) = news.what.told(lang);
    if let Some((id, title)) = &news.case {
        let title = line(title);
        let about = if title.is_empty() { id.clone() } else { format!("{title} ({id})") };
        parts.insert(0, Part::Text(format!("{}: {about}", lang.pick("Kasus", "Case"))));
    }
    let desk = match (&news.what, &news.case) {
        (What::Sign { hash, .. }, _) => format!("/waiting/{hash}"),
        (What::Flagged(_), _) => "/home".to_owned(),
        (_, Some((id, _))) => format!("/cases/{id}"),
        _ => "/home".to_owned(),
    };
    parts.push(Part::Link(lang.pick("Di meja", "At the desk"), at(settings, lang, &desk)));
    if let (Some(entry), Some(public)) = (news.entry, &settings.public) {
        parts.push(Part::Link(
            lang.pick("Entri di halaman publik", "The entry on the public pages"),
            format!("{public}{}/entries/{entry}", lang.prefix()),
        ));
    }
    if let Some(entry) = news.entry {
        parts.push(Part::Text(match lang {
            Lang::Indonesian => format!("Surat ini bukan bukti; yang berlaku adalah entri {entry} di buku besar."),
            Lang::English => format!("This letter is no proof; what holds is entry {entry} of the ledger."),
        }));
    }
    let case = news.case.as_ref().map(|(id, _)| format!(" ({id})")).unwrap_or_default();
    whole(settings, to, news.event.clone(), format!("{headline}{case}"), &news.name, parts)
}

/// The letter that asks whether somebody wants to be written to.
#[must_use]
pub fn confirming(settings: &Settings, to: &Address, name: &str, code: &str) -> Letter {
    let lang = to.lang;
    let parts = vec![
        Part::Text(
            lang.pick(
                "Seseorang meminta agar pemberitahuan hibah untuk lembaga ini dikirim ke alamat ini. Konfirmasi dalam tujuh hari:",
                "Somebody asked that news of this organisation's grants be sent to this address. Confirm it within seven days:",
            )
            .to_owned(),
        ),
        Part::Link(lang.pick("Konfirmasi", "Confirm"), at(settings, lang, &format!("/notices/confirm/{code}"))),
        Part::Text(
            lang.pick(
                "Bila bukan Anda, abaikan surat ini. Tanpa konfirmasi tidak ada pemberitahuan yang dikirim, dan pertanyaan ini datang paling banyak sekali dalam tujuh hari.",
                "If it was not you, ignore this letter. Unless it is confirmed no news is sent, and this question comes at most once in seven days.",
            )
            .to_owned(),
        ),
    ];
    let subject = lang.pick("Konfirmasi alamat surel", "Confirm your e-mail address").to_owned();
    let event = format!("confirm/{}", &super::kept::hashed(code)[..16]);
    let mut letter = whole(settings, to, event, subject, name, parts);
    letter.stop.clear();
    letter
}

/// Why an address gets no more letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// Another one has taken its place.
    Replaced,
    /// Somebody ended them at the desk, signed in as the organisation.
    Ended,
}

/// The letter that tells an address so.
#[must_use]
pub fn farewell(settings: &Settings, to: &Address, name: &str, why: Farewell) -> Letter {
    let lang = to.lang;
    let (subject, said) = match why {
        Farewell::Replaced => (
            lang.pick("Alamat surel diganti", "E-mail address changed"),
            lang.pick(
                "Pemberitahuan hibah lembaga ini sekarang dikirim ke alamat lain; ke sini tidak lagi.",
                "News of this organisation's grants now goes to another address, and here no more.",
            ),
        ),
        Farewell::Ended => (
            lang.pick("Surat dihentikan di meja", "Letters were ended at the desk"),
            lang.pick(
                "Surat ke alamat ini dihentikan di meja. Pemberitahuan hibah lembaga ini tidak dikirim ke sini lagi.",
                "Letters to here were ended at the desk. News of this organisation's grants comes here no more.",
            ),
        ),
    };
    let parts = vec![
        Part::Text(said.to_owned()),
        Part::Text(
            lang.pick(
                "Bila bukan lembaga Anda yang melakukannya, periksa siapa yang memegang berkas penandatanganan.",
                "If it was not your organisation that did this, see who holds the signing file.",
            )
            .to_owned(),
        ),
        Part::Link(lang.pick("Di meja", "At the desk"), at(settings, lang, "/notices")),
    ];
    // Nothing is left that its link could end.
    let to = Address { confirmed: false, ..to.clone() };
    let mut letter = whole(settings, &to, format!("farewell/{}", to.stop), subject.to_owned(), name, parts);
    letter.stop.clear();
    letter
}

/// A letter by which an operator sees whether letters arrive.
#[must_use]
pub fn trial(settings: &Settings, to: &Address) -> Letter {
    let said = "Surat percobaan dari buku besar hibah. · A letter to try it, from the ledger of grants.".to_owned();
    let parts = vec![Part::Text(said), Part::Link("Meja", settings.desk.clone())];
    let mut letter = whole(settings, to, "trial".to_owned(), "Percobaan · Trial".to_owned(), "", parts);
    letter.stop.clear();
    letter
}

fn whole(
    settings: &Settings,
    to: &Address,
    event: String,
    subject: String,
    name: &str,
    mut parts: Vec<Part>,
) -> Letter {
    let lang = to.lang;
    if !name.is_empty() {
        parts.insert(0, Part::Text(format!("{} {}", lang.pick("Kepada", "To"), line(name))));
    }
    if to.confirmed {
        parts.push(Part::Link(
            lang.pick("Berhenti menerima surat ini", "Get these letters no more"),
            stop_address(settings, &to.stop),
        ));
    }
    let (plain, html) = (plain(&parts), html(&parts, lang));
    Letter {
        org: to.org,
        event,
        address: to.address.clone(),
        stop: to.stop.clone(),
        subject: line(&subject),
        plain,
        html,
    }
}

fn plain(parts: &[Part]) -> String {
    let mut text = String::new();
    for part in parts {
        // Writing to a string does not fail.
        let _ = match part {
            Part::Text(said) => write!(text, "{said}\n\n"),
            Part::Quote(said) => write!(text, "> {}\n\n", line(said)),
            Part::Link(what, address) => write!(text, "{what}:\n{address}\n\n"),
        };
    }
    text
}

fn html(parts: &[Part], lang: Lang) -> String {
    let mut text = format!("<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"></head><body>", lang.code());
    for part in parts {
        let _ = match part {
            Part::Text(said) => write!(text, "<p>{}</p>", escaped(said)),
            Part::Quote(said) => write!(text, "<blockquote>{}</blockquote>", escaped(&line(said))),
            Part::Link(what, address) => write!(text, "<p><a href=\"{}\">{}</a></p>", escaped(address), escaped(what)),
        };
    }
    text + "</body></html>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::kept::{Address, Waits};
    use super::super::{Security, Settings, smtp};
    use super::{Lang, News, What, letter};
    use crate::grants::time::Timestamp;

    #[test]
    fn nothing_that_people_are_called_becomes_a_header_or_markup() {
        let settings = Settings {
            server: "localhost".to_owned(),
            port: 25,
            security: Security::None,
            login: None,
            ca_pem: None,
            from: "Hibah <hibah@kota.example>".to_owned(),
            desk: "https://meja.example".to_owned(),
            public: None,
            retry_s: 60,
            give_up_days: 4,
        };
        let to = Address {
            org: 1,
            address: "a@yayasan.example".to_owned(),
            lang: Lang::Indonesian,
            confirmed: true,
            stop: "0".repeat(64),
        };
        let made = Timestamp::parse("2026-01-06T02:00:00.000Z").expect("a time");
        for bad in [
            "x\r\nBcc: b@x.example",
            "x\n\nbody",
            "x\r\n.\r\nMAIL FROM:<b@x.example>",
            "=?utf-8?q?=0d=0aBcc:?=",
            "<b>é</b>",
        ] {
            let news = News {
                org: 1,
                name: bad.to_owned(),
                event: "entry/1".to_owned(),
                entry: Some(1),
                case: Some((bad.to_owned(), bad.to_owned())),
                what: What::Returned(bad.to_owned()),
            };
            let letter = letter(&settings, &to, &news);
            assert!(!letter.html.contains("<b>") && !letter.subject.contains(['\r', '\n']), "{bad}");
            let message =
                smtp::wire(&settings, &Waits { n: 1, letter, made, tries: 0 }, "kota.example/hibah").expect("a letter");
            let text = String::from_utf8(message).expect("ASCII");
            let head = text.split("\r\n\r\n").next().expect("a head");
            let names: Vec<&str> = head
                .split("\r\n")
                .filter(|line| !line.starts_with(' '))
                .filter_map(|line| Some(line.split_once(':')?.0))
                .collect();
            let expected = [
                "From",
                "To",
                "Subject",
                "Message-ID",
                "Date",
                "Auto-Submitted",
                "List-Unsubscribe",
                "List-Unsubscribe-Post",
                "MIME-Version",
                "Content-Type",
            ];
            assert_eq!(names, expected, "{bad}");
            assert!(text.is_ascii());
        }
    }
}
