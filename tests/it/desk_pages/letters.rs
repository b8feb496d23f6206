// long: one story after another of who is written to, told with the same desk and mail server.
//! Letters: who gets one, about what, once; and a mail server that is away, refuses, or falls silent.

use std::sync::Arc;

use hibah::desk::letters::{Mailer, Security, Settings, Standing, standing};
use hibah::grants::about::CaseId;

use super::sink::{Does, Letter, Sink, Wire, certified};
use super::*;

const FIRST: &str = "2014-01-06T02:00:00.000Z";
const REFUSED: &str = "application.submitted case/1/1 by org/1\ndecision.refused case/1/1 by official/7";
const ADDRESS: &str = "pengurus@yayasan.example";

fn now() -> Timestamp {
    Timestamp::parse(FIRST).expect("a time")
}

fn after(seconds: i64) -> Timestamp {
    Timestamp::from_ms(now().ms() + seconds * 1_000).expect("a time")
}

pub fn settings(sink: &Sink) -> Settings {
    Settings {
        server: "127.0.0.1".to_owned(),
        port: sink.address.port(),
        security: Security::None,
        login: None,
        ca_pem: None,
        from: "Hibah Kota <hibah@kota.example>".to_owned(),
        desk: "https://meja.example".to_owned(),
        public: Some("https://hibah.example".to_owned()),
        retry_s: 60,
        give_up_days: 4,
    }
}

/// A desk that writes letters.
struct Posted<'d> {
    dir: &'d Path,
    served: Served,
    sequencer: Arc<Sequencer>,
    settings: Arc<Settings>,
    sink: Sink,
    mailer: Option<Mailer>,
}

impl<'d> Posted<'d> {
    /// One letter is made and waits: an application of the organisation that gave its address was refused.
    fn with_a_refusal(dir: &'d Path) -> Self {
        let mut posted = Self::of(dir, REFUSED);
        posted.confirmed("org/1", ADDRESS, "id");
        posted.tell_all();
        posted.make();
        posted
    }

    /// Of a city with this history, of which no letters were made yet.
    fn of(dir: &'d Path, more: &str) -> Self {
        let mut city = OneCity::new(dir);
        city.play(&format!("{BEFORE}\n{more}"));
        let (sink, (writer, enclosures)) = (Sink::start(), beside(dir, city));
        let settings = Arc::new(settings(&sink));
        let mut place = place_of(dir);
        place.web = place.web.map(|web| web.with_letters(Arc::clone(&settings)));
        let sequencer = Arc::new(Sequencer::start(writer, 64));
        let served = Served::start(desk::router_at(Arc::clone(&sequencer), Arc::new(enclosures), place));
        let mut posted = Self { dir, served, sequencer, settings, sink, mailer: None };
        posted.restart();
        posted
    }

    /// As after a stop: whatever was not in the file is gone.
    fn restart(&mut self) {
        let (sequencer, settings) = (Arc::clone(&self.sequencer), Arc::clone(&self.settings));
        self.mailer = Some(Mailer::open(self.dir.to_owned(), sequencer, settings).expect("opened"));
    }

    /// Makes letters, and answers what time it is at the desk.
    fn make(&mut self) -> Timestamp {
        self.mailer.as_mut().expect("opened").make().expect("made").expect("the writer runs")
    }

    fn send(&mut self, at: Timestamp) -> Vec<Letter> {
        self.mailer.as_mut().expect("opened").send(at, || true).expect("sent");
        self.sink.letters()
    }

    /// Makes and sends, and answers what came.
    fn turn(&mut self) -> Vec<Letter> {
        let now = self.make();
        self.send(now)
    }

    /// Lets letters be made of the whole past.
    fn tell_all(&self) {
        let file = rusqlite::Connection::open(self.dir.join("desk.db")).expect("opened");
        file.execute("INSERT OR REPLACE INTO letters_of VALUES (1, 0)", []).expect("changed");
    }

    fn browser(&self, name: &str) -> Browser<'_> {
        Browser::of(&self.served, &key(name))
    }

    fn ask(&self, name: &str, address: &str, lang: &str) -> Heard {
        let browser = self.browser(name);
        let fields = vec![
            ("csrf", browser.csrf()),
            ("do", "ask".to_owned()),
            ("address", address.to_owned()),
            ("lang", lang.to_owned()),
        ];
        browser.post("/notices", &fields, &[])
    }

    /// An organisation's address, asked for and confirmed.
    fn confirmed(&mut self, name: &str, address: &str, lang: &str) {
        assert_eq!(self.ask(name, address, lang).status, 303);
        let letters = self.turn();
        let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
        let words = if lang == "en" { "Confirm:\r\n" } else { "Konfirmasi:\r\n" };
        let path = letter.link(words).strip_prefix("https://meja.example").expect("at the desk").to_owned();
        let anybody = Browser::new(&self.served);
        assert_eq!(anybody.post(&path, &vec![], &[]).status, 200);
    }
}

/// Everything below a folder that has these bytes.
fn files_with(dir: &Path, bytes: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("a folder").map(|entry| entry.expect("read")) {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, bytes));
        } else if std::fs::read(&path).expect("read").windows(bytes.len()).any(|window| window == bytes) {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

#[test]
// long: one story, told in order.
fn an_address_is_written_to_once_it_is_confirmed_and_until_it_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), "application.submitted case/1/1 by org/1");
    assert!(posted.turn().is_empty(), "nobody asked");
    for wrong in
        ["", "pengurus", "a@b", "a b@yayasan.example", "a@yayasan.example\r\nBcc: b@x.example", "é@yayasan.example"]
    {
        let heard = posted.ask("org/1", wrong, "id");
        assert_eq!(heard.status, 422, "{wrong}");
        assert!(heard.text().contains("Tulis alamat surel seperti") && heard.text().contains("href=\"#address\""));
    }
    assert!(
        posted.ask("org/1", "pengurus@yayasan", "id").text().contains("value=\"pengurus@yayasan\""),
        "nothing is lost"
    );
    assert_eq!(posted.ask("official/7", ADDRESS, "id").status, 404, "offices are not written to");
    assert!(posted.turn().is_empty());

    assert_eq!(posted.ask("org/1", ADDRESS, "id").status, 303);
    let letters = posted.turn();
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(letter.to, format!("RCPT TO:<{ADDRESS}>"));
    let path = letter.link("Konfirmasi:\r\n").strip_prefix("https://meja.example").expect("at the desk").to_owned();
    assert!(!letter.text.contains("/notices/stop/"), "there is nothing to stop yet");
    assert!(posted.browser("org/1").get("/notices").text().contains("Menunggu konfirmasi"));
    // Looking at the link is not confirming.
    let anybody = Browser::new(&posted.served);
    assert!(anybody.get(&path).text().contains(ADDRESS));

    // The case goes back while nobody has confirmed: nothing is sent.
    let intake = posted.browser("official/7");
    let draft = intake.begin("case.returned", &["case/1/1"]);
    let page = intake.fill(&draft, &[("reason", "Rincian biaya <atap> tidak ada")]);
    assert_eq!(intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]).status, 303);
    assert!(posted.turn().is_empty());

    let anybody = Browser::new(&posted.served);
    assert_eq!(anybody.get("/notices/confirm/0123").status, 404);
    assert_eq!(anybody.post(&path, &vec![], &[("sec-fetch-site", "cross-site")]).status, 403);
    assert_eq!(anybody.post(&path, &vec![], &[]).status, 200);
    assert_eq!(anybody.post(&path, &vec![], &[]).status, 404, "once");
    assert!(posted.turn().is_empty(), "what was before is not told");
    assert!(posted.browser("org/1").get("/notices").text().contains("Surat dikirim ke"));
    assert!(!posted.browser("org/2").get("/notices").text().contains(ADDRESS));

    // It is mended, and goes back again: now it is told, once.
    let organisation = posted.browser("org/1");
    let draft = organisation.begin("application.revised", &["case/1/1"]);
    let mut fields = application();
    fields.push(("reason", "Diperbaiki".to_owned()));
    let page = organisation.fill(&draft, &borrowed(&fields));
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!(organisation.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]).status, 303);
    let intake = posted.browser("official/7");
    let draft = intake.begin("case.returned", &["case/1/1"]);
    let page = intake.fill(&draft, &[("reason", "Rincian biaya <atap> masih kurang")]);
    assert_eq!(intake.sign(&page, &format!("{draft}/check"), &[&key("official/7")], &[]).status, 303);
    let letters = posted.turn();
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(letter.header("Subject"), "Dikembalikan untuk diperbaiki (case/1/1)");
    assert_eq!(letter.header("Auto-Submitted"), "auto-generated");
    let reader = Reader::open(dir.path()).expect("opened");
    let entry = reader.timeline("case/1/1").expect("read").last().expect("an entry").index;
    for part in [
        "> Rincian biaya <atap> masih kurang\r\n",
        "<blockquote>Rincian biaya &lt;atap&gt; masih kurang</blockquote>",
        "Kasus: Atap madrasah (case/1/1)",
        "https://meja.example/cases/case/1/1\r\n",
        &format!("https://hibah.example/entries/{entry}\r\n"),
        &format!("entri {entry} di buku besar"),
    ] {
        assert!(letter.text.contains(part), "{part}: {}", letter.text);
    }
    assert!(posted.turn().is_empty(), "once");
    posted.restart();
    assert!(posted.turn().is_empty(), "also after a stop");

    // The address is in one file, and what was sent is in none of the desk's.
    let at_desk = |text: &str| {
        let files = files_with(dir.path(), text.as_bytes()).into_iter();
        files.filter(|file| file.starts_with("desk.db")).collect::<Vec<_>>()
    };
    let files = files_with(dir.path(), ADDRESS.as_bytes());
    assert!(!files.is_empty() && files.iter().all(|file| file.starts_with("desk.db")), "{files:?}");
    assert_eq!(at_desk("Permohonan Anda dikembalikan"), [""; 0]);
    // Ending it takes what the letter holds and no signing in; a mail program's own button is heard too.
    let stop = letter.link("Berhenti menerima surat ini:\r\n");
    assert_eq!(letter.header("List-Unsubscribe"), format!("<{stop}>"));
    assert_eq!(letter.header("List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    let path = stop.strip_prefix("https://meja.example").expect("at the desk");
    let anybody = Browser::new(&posted.served);
    assert_eq!(anybody.get(path).status, 200);
    assert_eq!(anybody.post(path, &vec![("List-Unsubscribe", "One-Click".to_owned())], &[]).status, 200);
    assert!(!posted.browser("org/1").get("/notices").text().contains(ADDRESS));
    assert_eq!(at_desk(ADDRESS), [""; 0], "the address is in no file any more");
    posted.tell_all();
    assert!(posted.turn().is_empty());
}

/// What an organisation that has said so is told of a history, by the subjects of the letters.
fn check(history: &str, lang: &str, expected: &[&str], said: &[&str]) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), history);
    posted.confirmed("org/1", ADDRESS, lang);
    posted.tell_all();
    let letters = posted.turn();
    let subjects: Vec<String> = letters.iter().map(|letter| letter.header("Subject")).collect();
    assert_eq!(subjects, expected, "{history}");
    let all: String = letters.iter().map(|letter| letter.text.as_str()).collect();
    for part in said {
        assert!(all.contains(part), "{part}: {all}");
    }
    posted.restart();
    posted.tell_all();
    assert!(posted.turn().is_empty(), "no letter is made twice: {history}");
}

#[test]
fn what_an_applicant_waits_for_is_told_and_nothing_else() {
    let applied = "application.submitted case/1/1 by org/1";
    let paid = format!("{applied}\nbring case/1/1 funds.credited 50");
    check(applied, "id", &[], &[]);
    check(&format!("{applied}\nbring case/1/1 list.sealed 50"), "id", &[], &[]);
    check(
        &format!("{applied}\ndecision.refused case/1/1 by official/7 reason=Terlambat"),
        "id",
        &["Permohonan ditolak (case/1/1)"],
        &["> Terlambat"],
    );
    check(
        &format!("{applied}\nbring case/1/1 decree.sealed 50"),
        "en",
        &["Decree issued (case/1/1)"],
        &["The decree grants you Rp 50."],
    );
    check(
        &paid,
        "en",
        &["Decree issued (case/1/1)", "Warrant issued (case/1/1)"],
        &["A warrant (SP2D) over Rp 50 was issued; the bank sends it"],
    );
    check(
        &format!(
            "{paid}\nuse.reported case/1/1 by org/1\nuse.reviewed case/1/1 by official/12 outcome=returned reason=Kurang"
        ),
        "en",
        &["Decree issued (case/1/1)", "Warrant issued (case/1/1)", "Report sent back (case/1/1)"],
        &["> Kurang"],
    );
    check(
        &format!(
            "{applied}\nflag.raised note/official/6/1 by official/6 case=case/1/1 flag=late fact=Nomor decided_by.person=pejabat/0006 decided_by.post=inspektorat"
        ),
        "en",
        &["A flag waits for your answer (case/1/1)"],
        &["> Nomor", "https://meja.example/en/home\r\n", "Case: ", "(case/1/1)"],
    );
    check(
        &super::keys::replaced(),
        "en",
        &["Your signing file is being replaced"],
        &["> Hilang", "object before the new one is in force", "https://meja.example/en/home\r\n"],
    );
    // What concerns another organisation is nobody else's letter.
    check("application.submitted case/2/1 by org/2\ndecision.refused case/2/1 by official/7", "en", &[], &[]);
}

#[test]
fn a_flag_is_answered_from_the_first_page_by_the_organisation_that_it_concerns() {
    let dir = tempfile::tempdir().expect("a folder");
    let rest = "flag=late fact=Nomor decided_by.person=pejabat/0006 decided_by.post=inspektorat";
    let flags = format!(
        "flag.raised note/official/6/1 by official/6 case=case/1/1 {rest}\nflag.raised note/official/6/2 by official/6 org=1 {rest}"
    );
    let mut posted = Posted::of(dir.path(), &format!("application.submitted case/1/1 by org/1\n{flags}"));
    posted.confirmed("org/1", ADDRESS, "id");
    posted.tell_all();
    let told: Vec<String> = posted.turn().iter().map(|letter| letter.header("Subject")).collect();
    assert_eq!(told, ["Temuan menunggu jawaban Anda (case/1/1)", "Temuan menunggu jawaban Anda"]);
    let offers = |name: &str, flag: &str| {
        posted.browser(name).get("/home").text().contains(&format!("name=\"flag\" value=\"{flag}\""))
    };
    for flag in ["note/official/6/1", "note/official/6/2"] {
        assert!(offers("org/1", flag) && !offers("org/2", flag) && !offers("official/6", flag));
        let browser = posted.browser("org/1");
        let form = vec![
            ("csrf", browser.csrf()),
            ("kind", "flag.answered".to_owned()),
            ("about", "note/org/1/new".to_owned()),
            ("flag", flag.to_owned()),
        ];
        let draft = browser.post("/drafts", &form, &[]).header("location").to_owned();
        let page = browser.fill(&draft, &[("answer", "Nomornya keliru diketik")]);
        assert_eq!(page.status, 200, "{}", page.text());
        assert_eq!(browser.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]).status, 303);
        assert!(!offers("org/1", flag), "it is answered");
    }
}

#[test]
fn a_report_is_told_at_30_days_at_7_and_when_it_is_late() {
    let paid = "application.submitted case/1/1 by org/1\nbring case/1/1 funds.credited 50";
    let money = ["Keputusan penetapan terbit (case/1/1)", "SP2D terbit (case/1/1)"];
    let soon = "Laporan penggunaan segera jatuh tempo (case/1/1)";
    let late = "Laporan penggunaan terlambat (case/1/1)";
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play(&format!("{BEFORE}\n{paid}"));
    let case = CaseId::parse("case/1/1").expect("a case");
    let due = city.book().case(&case).expect("a case").core.report_due.expect("a day");
    for (days, expected, said) in [
        (31, None, ""),
        (30, Some(soon), "jatuh tempo 30 hari lagi, "),
        (8, Some(soon), "jatuh tempo 8 hari lagi, "),
        (7, Some(soon), "jatuh tempo 7 hari lagi, "),
        (1, Some(soon), "jatuh tempo besok, "),
        (0, Some(soon), "jatuh tempo hari ini, "),
        (-1, Some(late), "dan belum ada"),
    ] {
        let day = due.plus_days(-days).expect("a day");
        // Something is recorded on that day, elsewhere, so that it is today.
        let history =
            format!("{paid}\nat {day}T02:00:00.000Z\napplication.submitted case/2/1 by org/2 fiscal_year=2016");
        let told: Vec<&str> = money.into_iter().chain(expected).collect();
        check(&history, "id", &told, &[said]);
    }
}

#[test]
fn a_letter_goes_once_whatever_the_mail_server_does() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::with_a_refusal(dir.path());
    let stands = || standing(dir.path()).expect("read").expect("a desk");
    assert_eq!((stands().waiting, stands().given_up), (1, 0));

    // Not now; then a server that does not take the sender, which is no fault of the letter.
    posted.sink.does(&[Does::Answer("450 pengurus@yayasan.example later"), Does::AnswerSender("550 not you")]);
    assert!(posted.send(now()).is_empty());
    assert!(posted.send(after(30)).is_empty());
    assert!(posted.send(after(61)).is_empty());
    assert_eq!(stands().waiting, 1);
    // It takes the letter and falls silent: nobody knows, so it is sent again, as the same letter.
    posted.sink.does(&[Does::TakeSilently]);
    let first = posted.send(after(400));
    assert_eq!((first.len(), stands().waiting), (1, 1));
    posted.restart();
    let second = posted.send(after(4_000));
    assert_eq!((second.len(), stands().waiting), (1, 0));
    assert_eq!(first[0].header("Message-ID"), second[0].header("Message-ID"));
    assert!(posted.send(after(8_000)).is_empty());
    let metrics = posted.served.get("/metrics");
    assert!(metrics.text().contains("\nhibah_letters_waiting 0\n"), "{}", metrics.text());
}

#[test]
fn a_file_that_takes_no_change_sends_no_letter_and_a_stop_waits_for_none() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::with_a_refusal(dir.path());
    posted.mailer.as_mut().expect("opened").send(now(), || false).expect("stopped");
    assert!(posted.sink.letters().is_empty());
    let file = rusqlite::Connection::open(dir.path().join("desk.db")).expect("opened");
    let refuse = "CREATE TRIGGER full BEFORE UPDATE ON letters BEGIN SELECT RAISE(ABORT, 'full'); END";
    file.execute_batch(refuse).expect("changed");
    for seconds in [0, 100] {
        assert!(posted.mailer.as_mut().expect("opened").send(after(seconds), || true).is_err());
        assert!(posted.sink.letters().is_empty());
    }
    file.execute_batch("DROP TRIGGER full").expect("changed");
    assert_eq!(posted.send(after(200)).len(), 1);
}

#[test]
fn a_letter_that_cannot_arrive_is_given_up_and_told() {
    for (does, at, given_up) in [
        (Does::Answer("550 pengurus@yayasan.example unknown"), 0, 1),
        (Does::Answer("553 5.1.3 no mailbox"), 0, 1),
        (Does::Answer("550 5.7.1 relaying denied"), 0, 0),
        (Does::Answer("550 5.7.1 relaying denied"), 4 * 86_400 + 1, 1),
        (Does::Answer("530 5.7.0 sign in"), 0, 0),
        (Does::Answer("535 5.7.8 wrong password"), 0, 0),
        (Does::Answer("554 5.7.1 blocked"), 0, 0),
        (Does::Answer("552 mailbox full"), 0, 0),
        (Does::Answer("450 later"), 4 * 86_400 - 1, 0),
        (Does::Answer("450 later"), 4 * 86_400 + 1, 1),
        (Does::AnswerSender("550 not you"), 4 * 86_400 + 1, 1),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let mut posted = Posted::of(dir.path(), REFUSED);
        posted.confirmed("org/1", ADDRESS, "id");
        posted.tell_all();
        posted.make();
        posted.sink.does(&[does]);
        assert!(posted.send(after(at)).is_empty());
        let stands = standing(dir.path()).expect("read").expect("a desk");
        assert_eq!((stands.given_up, stands.waiting), (given_up, 1 - given_up), "{does:?} at {at}");
        let metrics = posted.served.get("/metrics");
        assert!(metrics.text().contains(&format!("\nhibah_letters_given_up {given_up}\n")), "{}", metrics.text());
        let told = files_with(dir.path(), b"yayasan.example unknown");
        assert!(told.is_empty(), "the server's words, which may hold the address, are kept nowhere: {told:?}");
    }
}

#[test]
fn letters_wait_for_a_server_that_is_down() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), REFUSED);
    posted.confirmed("org/1", ADDRESS, "id");
    posted.tell_all();
    // A port at which nobody listens any more.
    let down = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    posted.settings = Arc::new(Settings { port: down.port(), ..(*posted.settings).clone() });
    posted.restart();
    assert!(posted.turn().is_empty());
    posted.restart();
    posted.sink = Sink::at(down);
    assert!(posted.turn().is_empty(), "it is not asked again at once");
    assert_eq!(posted.send(after(61)).len(), 1);
    assert!(posted.send(after(1_000)).is_empty());
}

#[test]
fn a_desk_from_before_letters_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(standing(dir.path()).expect("read"), None, "there never was a desk");
    let file = rusqlite::Connection::open(dir.path().join("desk.db")).expect("opened");
    file.execute_batch(include_str!("../../../schema/desk.sql")).expect("made");
    assert_eq!(standing(dir.path()).expect("read"), Some(Standing::default()));
    assert!(Web::open(dir.path(), None, false).is_ok());
    file.query_row("SELECT count(*) FROM letters", [], |row| row.get::<_, u64>(0)).expect("the tables are there");
    assert_eq!(standing(dir.path()).expect("read"), Some(Standing::default()));
}

#[test]
fn an_address_is_replaced_by_the_next_that_is_confirmed() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), "application.submitted case/1/1 by org/1");
    posted.confirmed("org/1", ADDRESS, "id");
    // Asked for again it only changes the language.
    assert_eq!(posted.ask("org/1", ADDRESS, "en").status, 303);
    assert!(posted.turn().is_empty());
    posted.confirmed("org/1", "lain@yayasan.example", "id");
    let letters = posted.turn();
    let [letter] = &letters[..] else { panic!("the old one is told: {letters:?}") };
    assert_eq!(letter.to, format!("RCPT TO:<{ADDRESS}>"));
    assert_eq!(letter.header("Subject"), "E-mail address changed");
    let page = posted.browser("org/1").get("/notices");
    assert!(page.text().contains("lain@yayasan.example") && !page.text().contains(ADDRESS));
    // Nobody floods strangers by the desk.
    for n in 3..=5 {
        assert_eq!(posted.ask("org/1", &format!("a{n}@x.example"), "id").status, 303);
    }
    let letters = posted.turn();
    assert_eq!(
        letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(),
        ["RCPT TO:<a5@x.example>"],
        "the last alone"
    );
    let heard = posted.ask("org/1", "a6@x.example", "id");
    assert!(heard.status == 422 && heard.text().contains("Sudah lima surat"), "{}", heard.text());
    let browser = posted.browser("org/1");
    let drop =
        vec![("csrf", browser.csrf()), ("do", "drop".to_owned()), ("address", "lain@yayasan.example".to_owned())];
    assert_eq!(browser.post("/notices", &drop, &[]).status, 303);
    assert!(!browser.get("/notices").text().contains("lain@yayasan.example"));
    // It is told that somebody signed in ended the letters, before another address is asked and confirmed.
    let letters = posted.turn();
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(letter.to, "RCPT TO:<lain@yayasan.example>");
    assert_eq!(letter.header("Subject"), "Surat dihentikan di meja");
    assert!(!letter.text.contains("/notices/stop/"), "{}", letter.text);
    assert!(posted.turn().is_empty(), "once");
}

#[test]
fn an_address_is_asked_once_whoever_wishes_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), "application.submitted case/1/1 by org/1");
    let check = |posted: &Posted<'_>, name: &str, address: &str, often: &str| {
        let heard = posted.ask(name, address, "id");
        assert!(heard.status == 422 && heard.text().contains("sudah kami tanya"), "{often}: {}", heard.text());
    };
    assert_eq!(posted.ask("org/1", ADDRESS, "id").status, 303);
    check(&posted, "org/1", ADDRESS, "again");
    check(&posted, "org/2", &ADDRESS.to_ascii_uppercase(), "another organisation, otherwise spelled");
    // Neither taking it back nor asking elsewhere meanwhile helps.
    let browser = posted.browser("org/1");
    let drop = vec![("csrf", browser.csrf()), ("do", "drop".to_owned()), ("address", ADDRESS.to_owned())];
    assert_eq!(browser.post("/notices", &drop, &[]).status, 303);
    check(&posted, "org/1", ADDRESS, "taken back");
    assert!(posted.turn().is_empty(), "it was taken back, and an address that never confirmed gets no farewell");
    // After seven days nothing is left of it, and it may be asked.
    assert_eq!(posted.ask("org/1", "a1@x.example", "id").status, 303);
    let file = rusqlite::Connection::open(dir.path().join("desk.db")).expect("opened");
    let old =
        "UPDATE questions SET asked_ms = asked_ms - 604800000; UPDATE addresses SET asked_ms = asked_ms - 604800000";
    file.execute_batch(old).expect("changed");
    posted.restart();
    assert!(posted.turn().is_empty());
    let left = "SELECT (SELECT count(*) FROM addresses) + (SELECT count(*) FROM questions)";
    assert_eq!(file.query_row(left, [], |row| row.get::<_, u64>(0)).expect("read"), 0);
    posted.confirmed("org/2", ADDRESS, "id");
    // What was answered may be asked by others; whoever ended letters is not asked again for as long.
    posted.confirmed("org/1", ADDRESS, "id");
    let stop: String = file.query_row("SELECT stop FROM addresses WHERE org = 1", [], |row| row.get(0)).expect("read");
    let path = format!("/notices/stop/{stop}");
    assert_eq!(Browser::new(&posted.served).post(&path, &vec![], &[]).status, 200);
    check(&posted, "org/1", ADDRESS, "ended");
}

#[test]
fn who_moves_letters_with_a_stolen_file_is_noticed_at_the_old_address() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::of(dir.path(), "application.submitted case/1/1 by org/1");
    posted.confirmed("org/1", ADDRESS, "id");
    let browser = posted.browser("org/1");
    let drop = vec![("csrf", browser.csrf()), ("do", "drop".to_owned()), ("address", ADDRESS.to_owned())];
    assert_eq!(browser.post("/notices", &drop, &[]).status, 303);
    // At once, before any letter went: drop, ask, confirm.
    assert_eq!(posted.ask("org/1", "maling@x.example", "id").status, 303);
    let letters = posted.turn();
    let link =
        |letter: &Letter| letter.link("Konfirmasi:\r\n").strip_prefix("https://meja.example").expect("ours").to_owned();
    let asked = letters.iter().find(|letter| letter.to == "RCPT TO:<maling@x.example>").expect("the question");
    assert_eq!(Browser::new(&posted.served).post(&link(asked), &vec![], &[]).status, 200);
    let told: Vec<String> =
        letters.iter().filter(|letter| letter.to.contains(ADDRESS)).map(|letter| letter.header("Subject")).collect();
    assert_eq!(told, ["Surat dihentikan di meja"]);
    assert_eq!(letters.len(), 2, "{letters:?}");
}

#[test]
fn what_waits_goes_to_the_address_in_place_of_the_old() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut posted = Posted::with_a_refusal(dir.path());
    // The old mailbox is full; meanwhile another is confirmed, while the mail server takes letters again.
    posted.sink.does(&[Does::Answer("452 full")]);
    assert!(posted.send(now()).is_empty());
    let other = "lain@yayasan.example";
    posted.confirmed("org/1", other, "id");
    let mut letters = posted.turn();
    letters.sort_by_key(|letter| letter.header("Subject"));
    let [farewell, refused] = &letters[..] else { panic!("two letters: {letters:?}") };
    assert_eq!(farewell.to, format!("RCPT TO:<{ADDRESS}>"));
    assert!(!farewell.text.contains("/notices/stop/"), "{}", farewell.text);
    assert_eq!(
        (refused.to.as_str(), refused.header("Subject").as_str()),
        (&*format!("RCPT TO:<{other}>"), "Permohonan ditolak (case/1/1)")
    );
    let stop = refused.link("Berhenti menerima surat ini:\r\n");
    assert_eq!(refused.header("List-Unsubscribe"), format!("<{stop}>"));
    assert!(refused.text.contains(&format!("href=\"{stop}\"")), "{}", refused.text);
    assert!(posted.turn().is_empty());
    // What it holds ends the letters to the new address.
    let path = stop.strip_prefix("https://meja.example").expect("at the desk");
    assert_eq!(Browser::new(&posted.served).post(path, &vec![], &[]).status, 200);
    assert!(!posted.browser("org/1").get("/notices").text().contains(other));
}

#[test]
fn what_waits_for_a_signature_is_told_while_it_waits() {
    let dir = tempfile::tempdir().expect("a folder");
    let history = "application.submitted case/1/1 by org/1\nbring case/1/1 decree.sealed 50\ndisbursement.requested case/1/1 by org/1 amount=50";
    let mut posted = Posted::of(dir.path(), history);
    posted.confirmed("org/1", ADDRESS, "id");
    assert!(posted.turn().is_empty());
    let finance = posted.browser("official/3");
    let (draft, page) = agreed(&finance, "case/1/1");
    let sent = finance.sign(&page, &format!("{draft}/check"), &[&key("official/3")], &[]);
    let waiting = sent.header("location").to_owned();
    let letters = posted.turn();
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert_eq!(letter.header("Subject"), "Perjanjian menunggu tanda tangan Anda (case/1/1)");
    assert!(letter.text.contains(&format!("https://meja.example{waiting}\r\n")), "{}", letter.text);
    assert!(posted.turn().is_empty());
    // Whoever is confirmed after a stop hears of it too.
    let stop = letter.link("Berhenti menerima surat ini:\r\n");
    let path = stop.strip_prefix("https://meja.example").expect("at the desk");
    assert_eq!(Browser::new(&posted.served).post(path, &vec![], &[]).status, 200);
    assert!(posted.turn().is_empty());
    posted.confirmed("org/1", "lain@yayasan.example", "en");
    let letters = posted.turn();
    let subjects: Vec<String> = letters.iter().map(|letter| letter.header("Subject")).collect();
    assert_eq!(subjects, ["Agreement waits for your signature (case/1/1)"]);
    // What may be signed no more is asked of nobody.
    let file = rusqlite::Connection::open(dir.path().join("desk.db")).expect("opened");
    file.execute_batch("DELETE FROM letters; UPDATE outbox SET expires = '2014-01-01'").expect("changed");
    assert!(posted.turn().is_empty());
}

#[test]
fn the_file_that_says_how_letters_are_sent_is_checked_and_tried() {
    let shell = crate::cli_shell::Shell::new();
    let sink = Sink::start();
    let good = format!(
        "server = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"Hibah <hibah@kota.example>\"\ndesk = \"https://meja.example\"\n",
        sink.address.port()
    );
    let tried = |file: &str, address: &str, password: Option<&str>| {
        std::fs::write(shell.path().join("smtp.toml"), file).expect("written");
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"));
        program.args(["letter", "--smtp", "smtp.toml", address]).current_dir(shell.path());
        program.env_remove("HIBAH_SMTP_PASSWORD").envs(password.map(|password| ("HIBAH_SMTP_PASSWORD", password)));
        let done = program.output().expect("it runs");
        (done.status.code(), String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned())
    };
    for (from, to, told) in [
        ("server = \"127.0.0.1\"", "server = \"mail.example\"", "for a mail server on this machine only"),
        ("\"none\"", "\"ssl\"", "security is one of tls, starttls, none"),
        ("<hibah@kota.example>", "<hibah>", "from is no sender"),
        ("https://meja", "http://meja", "desk is where people find the desk"),
        ("port", "porto", "unknown field `porto`"),
        ("desk = \"https://meja.example\"\n", "", "missing field `desk`"),
        ("security", "user = \"hibah\"\nsecurity", "set HIBAH_SMTP_PASSWORD or add password_file"),
        ("security", "user = \"hibah\"\npassword_file = \"none\"\nsecurity", "none could not be read"),
        ("security", "ca_file = \"smtp.toml\"\nsecurity", "ca_file is no certificate"),
    ] {
        let (code, said) = tried(&good.replace(from, to), ADDRESS, None);
        assert_eq!(code, Some(2), "{to}: {said}");
        assert!(said.contains(told), "{told}: {said}");
    }
    assert_eq!(tried(&good, "nobody", None).0, Some(2));
    let (code, said) = tried(&good.replace("security = \"none\"", "security = \"starttls\""), ADDRESS, None);
    assert!(code == Some(1) && said.contains("it has no TLS (STARTTLS)"), "{said}");
    sink.does(&[Does::Answer("550 pengurus@yayasan.example unknown")]);
    let (code, said) = tried(&good, ADDRESS, None);
    assert!(code == Some(1) && said.contains("(550)") && !said.contains("unknown"), "{said}");
    assert!(sink.letters().is_empty());
    std::fs::write(shell.path().join("password"), "rahasia\nmore").expect("written");
    let with_user = good.replace("security", "user = \"hibah\"\npassword_file = \"password\"\nsecurity");
    for (password, expected) in [(None, "\0hibah\0rahasia"), (Some("other"), "\0hibah\0other")] {
        use base64::Engine as _;
        let (code, said) = tried(&with_user, ADDRESS, password);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!(sink.letters().len(), 1);
        let encoded = base64::engine::general_purpose::STANDARD.encode(expected);
        assert_eq!(sink.logins().last(), Some(&format!("AUTH PLAIN {encoded}")));
    }
}

#[test]
fn letters_go_over_tls_to_the_server_that_the_certificate_names() {
    let shell = crate::cli_shell::Shell::new();
    let config = certified(shell.path());
    let any = "127.0.0.1:0".parse().expect("an address");
    let (tls, start) = (Sink::over(any, Wire::Tls(Arc::clone(&config))), Sink::over(any, Wire::StartTls(config)));
    let plain = Sink::start();
    // The server, how it is spoken to, its name, whether its certificate is known; and what comes of it.
    for (sink, security, server, known, told) in [
        (&tls, "tls", "localhost", true, "took the letter"),
        (&start, "starttls", "localhost", true, "took the letter"),
        (&tls, "tls", "localhost", false, "invalid peer certificate"),
        (&start, "starttls", "localhost", false, "invalid peer certificate"),
        (&tls, "tls", "127.0.0.1", true, "invalid peer certificate"),
        (&start, "starttls", "127.0.0.1", true, "invalid peer certificate"),
        (&plain, "tls", "localhost", true, "did not take the letter"),
        (&plain, "starttls", "localhost", true, "it has no TLS"),
    ] {
        let ca = if known { "ca_file = \"cert.pem\"\n" } else { "" };
        let file = format!(
            "server = \"{server}\"\nport = {}\nsecurity = \"{security}\"\nuser = \"hibah\"\nfrom = \"hibah@kota.example\"\ndesk = \"https://meja.example\"\n{ca}",
            sink.address.port()
        );
        std::fs::write(shell.path().join("smtp.toml"), file).expect("written");
        let mut program = std::process::Command::new(env!("CARGO_BIN_EXE_hibah"));
        program.args(["letter", "--smtp", "smtp.toml", ADDRESS]).current_dir(shell.path());
        let done = program.env("HIBAH_SMTP_PASSWORD", "rahasia").output().expect("it runs");
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(said.contains(told), "{security} {server} {known}: {said}");
        let taken = told == "took the letter";
        assert_eq!((sink.letters().len(), done.status.code()), (usize::from(taken), Some(i32::from(!taken))));
    }
    assert!(plain.logins().is_empty(), "no password goes where there is no TLS");
}

/// What became of the only letter, once it is done.
fn outcome(file: &Path) -> String {
    for _ in 0..600 {
        let opened = rusqlite::Connection::open(file).expect("opened");
        let found = opened.query_row("SELECT outcome FROM letters WHERE outcome IS NOT NULL", [], |row| row.get(0));
        if let Ok(outcome) = found {
            return outcome;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("no letter is done");
}

#[test]
fn a_desk_that_is_killed_loses_no_letter_and_makes_none_twice() {
    let shell = crate::cli_shell::Shell::new();
    let mut city = OneCity::new(&shell.path().join("led"));
    city.play(&format!("{BEFORE}\napplication.submitted case/1/1 by org/1\ndecision.refused case/1/1 by official/7"));
    drop(city);
    std::fs::create_dir_all(shell.path().join("led/keys")).expect("made");
    shell.write_key("led/keys/ledger.key", &key(""));
    let sink = Sink::start();
    let file = format!(
        "server = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"hibah@kota.example\"\ndesk = \"https://meja.example\"\nretry_s = 1\n",
        sink.address.port()
    );
    shell.write("smtp.toml", file);
    let started = || {
        let options = ["--desk", "127.0.0.1:0", "--no-vault", "--smtp", "smtp.toml"];
        let mut server = crate::cli_serve::Server::start(&shell, &options);
        server.address("Desk: ");
        server
    };
    // The desk makes its file; the organisation has confirmed.
    drop(started());
    let desk_db = shell.path().join("led/desk.db");
    let change = |sql: &str| rusqlite::Connection::open(&desk_db).expect("opened").execute_batch(sql).expect("changed");
    change(&format!("INSERT INTO addresses VALUES (1, '{ADDRESS}', 'id', NULL, 0, 'stop')"));
    // Killed while the mail server has the letter and has not said so; and at some moment before or after.
    for while_it_goes in [true, false, true] {
        change("DELETE FROM letters; INSERT OR REPLACE INTO letters_of VALUES (1, 0)");
        sink.does(&[Does::TakeSlowly]);
        let server = started();
        match while_it_goes {
            true => sink.hears_one(),
            false => std::thread::sleep(Duration::from_secs(1)),
        }
        drop(server);
        let server = started();
        assert_eq!(outcome(&desk_db), "sent");
        assert!(server.stop());
        let letters = sink.letters();
        let ids: std::collections::BTreeSet<String> =
            letters.iter().map(|letter| letter.header("Message-ID")).collect();
        assert_eq!(ids.len(), 1, "one letter, however often it is sent");
        assert!(letters.len() == 2 || !while_it_goes && letters.len() == 1, "{letters:?}");
    }
}
