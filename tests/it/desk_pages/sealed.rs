//! Sealed values: who is shown what there is, what a signature opens, who read what; and everybody who is refused.

use std::sync::atomic::{AtomicI64, Ordering};

use hibah::ledger::vault::{ANSWER_WITHIN_MS, MAX_READ_IN_AN_HOUR, MAX_VALUES, Reading, VAULT_FILE};
use hibah::tlog::hash::Hash;
use rusqlite::{Connection, params};

use super::*;

const ACCOUNT: &str = "0012345678901 Bank Rekaan";
const CHAIR: &str = "Siti Rekaan";
const SALT: [u8; 32] = [9; 32];

/// A city with an organisation whose account and chair are in the vault, and a case of it.
struct Sealed {
    served: Served,
    clock: Arc<AtomicI64>,
    /// The registration of the organisation.
    statement: Hash,
    dir: tempfile::TempDir,
}

impl Sealed {
    fn new() -> Self {
        Self::after(|_| Vec::new()).0
    }

    /// As [`Sealed::new`]; with statements of the city that are not recorded yet.
    fn after(more: impl FnOnce(&OneCity) -> Vec<Vec<u8>>) -> (Self, Vec<Vec<u8>>) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut city = OneCity::new(dir.path());
        let seal = |name: &str, value: &str| {
            let pointer = format!("/body/sealed/{name}");
            commitment(ORIGIN, "org/4", &pointer, &SALT, value).to_hex()
        };
        city.play(&format!(
            "{BEFORE}\norganisation.registered org/4 by registrar,org/4 sealed.account={} sealed.chair={}\napplication.submitted case/4/1 by org/4",
            seal("account", ACCOUNT),
            seal("chair", CHAIR)
        ));
        let more = more(&city);
        let clock = city.clock();
        let served = desk_of(dir.path(), city);
        let reader = Reader::open(dir.path()).expect("opened");
        let entry = reader.timeline("org/4").expect("read")[0].index;
        let registered = reader.statement(entry, ORIGIN).expect("read").expect("there");
        let opened = Vault::open(dir.path()).and_then(|vault| vault.unlock(VaultKey::derive(&[1; 32])));
        let mut vault = opened.unwrap_or_else(|e| panic!("{e}"));
        for (name, value) in [("account", ACCOUNT), ("chair", CHAIR)] {
            let pointer = format!("/body/sealed/{name}");
            let opening = Opening { statement: registered.hash(), pointer, salt: SALT, value: value.to_owned() };
            assert!(vault.put(&registered, &opening, at()).unwrap_or_else(|e| panic!("{e}")));
        }
        (Self { served, clock, statement: registered.hash(), dir }, more)
    }

    fn of(&self, name: &str) -> Browser<'_> {
        Browser::of(&self.served, &key(name))
    }

    fn vault(&self) -> Vault {
        Vault::open(self.dir.path()).expect("opened")
    }

    fn readings(&self) -> Vec<Reading> {
        self.vault().readings().expect("read")
    }

    fn raw(&self) -> Connection {
        Connection::open(self.dir.path().join(VAULT_FILE)).expect("a database")
    }

    fn tick(&self, name: &str) -> String {
        format!("{} /body/sealed/{name}", self.statement.to_hex())
    }

    /// Asks for values; the answer.
    fn choose(&self, browser: &Browser<'_>, names: &[&str], reason: &str) -> Heard {
        let mut fields: Fields<'_> = vec![("csrf", browser.csrf()), ("reason", reason.to_owned())];
        fields.extend(names.iter().map(|name| ("opening", self.tick(name))));
        browser.post("/sealed/case/4/1", &fields, &[])
    }

    /// The text that is to be signed for these values.
    fn request(&self, browser: &Browser<'_>, names: &[&str]) -> String {
        text_of(&self.choose(browser, names, "  Audit   2014 "))
    }

    /// Signs these values with this key, and sends it.
    fn open(&self, browser: &Browser<'_>, key: &NoteSigner, names: &[&str]) -> Heard {
        answer(browser, &signed(self.request(browser, names), key))
    }
}

fn at() -> Timestamp {
    Timestamp::parse("2014-01-06T02:00:00.000Z").expect("a time")
}

fn text_of(page: &Heard) -> String {
    assert_eq!(page.status, 200, "{}", page.text());
    let rest = between(page.text(), "<textarea name=\"request\" ", "</textarea>");
    unescaped(rest.split_once('>').expect("a tag").1)
}

fn signed(text: String, key: &NoteSigner) -> String {
    let mut note = Note { text, signatures: Vec::new() };
    note.signatures.push(key.sign(&note.text).expect("signed"));
    note.to_string()
}

/// As a browser's form sends it.
fn answer(browser: &Browser<'_>, note: &str) -> Heard {
    let note = note.replace('\n', "\r\n");
    browser.post("/sealed", &vec![("csrf", browser.csrf()), ("about", "case/4/1".to_owned()), ("note", note)], &[])
}

#[test]
// long: one story, told in order.
fn an_office_reads_what_it_signs_for_and_it_is_noted() {
    let sealed = Sealed::new();
    let inspector = sealed.of("official/6");
    let page = inspector.get("/cases/case/4/1");
    assert!(page.text().contains("href=\"/sealed/case/4/1\"") && page.text().contains("Rekening"), "{}", page.text());
    let list = inspector.get("/sealed/case/4/1");
    for told in ["Yayasan org/4 (org/4)", "Rekening", "Ketua", "disimpan", "hibah vault open"] {
        assert!(list.text().contains(told), "{told}: {}", list.text());
    }
    assert_eq!(sealed.readings(), [], "what there is was told, and nothing read");
    for (names, reason) in [(&[][..], "Audit"), (&["account"][..], " "), (&["account"][..], &*"x".repeat(501))] {
        assert_eq!(sealed.choose(&inspector, names, reason).status, 422, "{names:?} {reason:?}");
    }
    assert_eq!(sealed.choose(&inspector, &["account", "other"], "Audit").status, 422, "there is no such value");
    assert_eq!(sealed.choose(&inspector, &["account", "account"], "Audit").status, 422, "twice");

    let text = sealed.request(&inspector, &["account"]);
    assert!(text.starts_with(&format!("hibah vault reading v1\n{ORIGIN}\n")), "{text}");
    assert!(text.ends_with(&format!("\nAudit 2014\n{} org/4\n", sealed.tick("account"))), "{text}");
    let note = signed(text, &key("official/6"));
    let opened = answer(&inspector, &note);
    assert_eq!((opened.status, opened.header("cache-control")), (200, "no-store"), "{}", opened.text());
    assert!(opened.text().contains(ACCOUNT) && !opened.text().contains(CHAIR), "{}", opened.text());
    let readings = sealed.readings();
    let told = |one: &Reading| format!("{} {} {} {} {}", one.office, one.key, one.reason, one.pointer, one.about);
    let id = format!("{ORIGIN}/official/6+{}", key("official/6").verifier().key_id());
    assert_eq!(
        readings.iter().map(told).collect::<Vec<_>>(),
        [format!("inspektorat {id} Audit 2014 /body/sealed/account org/4")]
    );
    assert_eq!(inspector.get("/sealed").header("location"), "/home", "who goes there again finds nothing");
    // The answer is good once.
    let again = answer(&inspector, &note);
    assert_eq!((again.status, sealed.readings().len()), (422, 1), "{}", again.text());
    assert!(!again.text().contains(ACCOUNT));
    let both = sealed.open(&inspector, &key("official/6"), &["account", "chair"]);
    assert!(both.text().contains(ACCOUNT) && both.text().contains(CHAIR), "{}", both.text());
    assert_eq!(sealed.readings().len(), 3);

    // Who read what, for those who may know; never a value.
    let registrar = sealed.of("official/5");
    assert!(registrar.get("/home").text().contains("href=\"/readings\""));
    let list = registrar.get("/readings");
    assert_eq!(list.text().matches("Audit 2014").count(), 3, "{}", list.text());
    let organisation = sealed.of("org/4");
    let own = organisation.get("/readings");
    assert_eq!((own.status, own.text().matches("org/4").count() >= 3), (200, true), "{}", own.text());
    assert!(own.text().contains("Inspektorat") && !own.text().contains("Audit 2014"), "{}", own.text());
    assert!(!own.text().contains("official/6") && !own.text().contains("/sealed"), "{}", own.text());
    assert!(list.text().contains("<a href=\"/sealed/org/4\">Yayasan org/4 (org/4)</a>"), "{}", list.text());
    assert_eq!(registrar.get("/sealed?report=7").header("location"), "/sealed/note/desk/7");
    assert!(sealed.of("org/1").get("/readings").text().contains("Belum ada yang membaca"), "others' are not theirs");
    for page in [&list, &own, &inspector.get("/cases/case/4/1")] {
        assert!(!page.text().contains("0012345678901") && !page.text().contains(CHAIR), "{}", page.text());
    }
    let english = inspector.get("/en/readings");
    assert!(
        english.text().contains("Who read sealed data") && english.text().contains("Account"),
        "{}",
        english.text()
    );
}

#[test]
fn nobody_else_is_shown_anything() {
    let sealed = Sealed::new();
    let check = |name: &str, told: &str| {
        let browser = sealed.of(name);
        let page = browser.get("/cases/case/4/1");
        assert!(page.status == 200 && !page.text().contains("/sealed/"), "{name}: {}", page.text());
        for about in ["case/4/1", "org/4", "org/999", "note/desk/1"] {
            let heard = browser.get(&format!("/sealed/{about}"));
            assert_eq!(heard.status, 403, "{name} {about}");
            assert!(heard.text().contains(told) && !heard.text().contains("Rekening"), "{name}: {}", heard.text());
        }
        let chosen = sealed.choose(&browser, &["account"], "Audit");
        assert!(chosen.status == 403 && chosen.text().contains(told), "{name}: {}", chosen.text());
    };
    check(
        "official/7",
        "Jabatan tata_usaha tidak boleh membaca data tersegel; yang boleh: registrar, inspektorat, kuasa_bud.",
    );
    check("org/4", "hanya jabatan yang disebut profil");
    check("root/1", "hanya jabatan yang disebut profil");
    check("official/99", "hanya jabatan yang disebut profil");
    let english = sealed.of("official/7").get("/en/sealed/org/4");
    assert!(english.text().contains("The office tata_usaha may not read the vault"), "{}", english.text());
    assert_eq!(sealed.of("official/7").get("/readings").status, 403);
    assert_eq!(sealed.of("official/99").get("/readings").status, 403);
    let stranger = Browser::new(&sealed.served);
    for path in ["/sealed/case/4/1", "/readings"] {
        assert!(stranger.get(path).header("location").starts_with("/login?to="), "{path}");
    }
    let cross = [("sec-fetch-site", "cross-site")];
    let inspector = sealed.of("official/6");
    assert_eq!(inspector.post("/sealed/case/4/1", &vec![("csrf", inspector.csrf())], &cross).status, 403);
    assert_eq!(inspector.post("/sealed", &vec![("csrf", "0".repeat(64))], &[]).status, 403);
    assert_eq!(inspector.get("/sealed/nothing").status, 404);
    assert_eq!(sealed.readings(), []);
}

#[test]
fn a_signature_opens_what_it_names_for_who_asked() {
    let sealed = Sealed::new();
    let (inspector, registrar) = (sealed.of("official/6"), sealed.of("official/5"));
    let own = key("official/6");
    let request = || sealed.request(&inspector, &["account"]);
    let refused = |heard: &Heard, status: u16, why: &str| {
        assert_eq!(heard.status, status, "{why}: {}", heard.text());
        assert!(!heard.text().contains(ACCOUNT) && !heard.text().contains(CHAIR), "{why}");
        assert_eq!(sealed.readings(), [], "{why}");
    };
    let changed = |from: &str, to: &str| answer(&inspector, &signed(request().replacen(from, to, 1), &own));
    refused(&changed("sealed/account", "sealed/chair"), 422, "another value");
    refused(&changed("Audit 2014", "Audit 2015"), 422, "another reason");
    let more = format!("{}{} org/4\n", request(), sealed.tick("chair"));
    refused(&answer(&inspector, &signed(more, &own)), 422, "a value more");
    refused(&answer(&inspector, &signed(request(), &key("official/5"))), 422, "the key of another office");
    let stolen = request();
    refused(&answer(&registrar, &signed(stolen.clone(), &key("official/5"))), 403, "a session of another office");
    refused(&answer(&inspector, &signed(stolen, &own)), 422, "it was answered, and by another");
    refused(&answer(&registrar, &signed(request(), &own)), 403, "a signature in another session");
    refused(&answer(&inspector, ""), 422, "nothing");
    refused(&answer(&inspector, &signed("x\ny\nz\n".to_owned(), &own)), 422, "what was never asked");
    // A request to sign in is signed every day.
    let login = inspector.get("/login");
    let login = between(login.text(), "<textarea name=\"challenge\" hidden>", "</textarea>").to_owned();
    refused(&answer(&inspector, &signed(login, &own)), 422, "a request to sign in");
    let asked = request();
    let heard = inspector.sign_in(&own, |_| asked.clone());
    assert_eq!(heard.status, 401, "and this one signs nobody in");
    let late = request();
    sealed.clock.fetch_add(ANSWER_WITHIN_MS + 1, Ordering::SeqCst);
    refused(&answer(&inspector, &signed(late, &own)), 422, "late");
    assert!(sealed.open(&inspector, &own, &["account"]).text().contains(ACCOUNT));
}

#[test]
fn who_may_read_no_more_opens_nothing() {
    let id = format!("{ORIGIN}/official/6+{}", key("official/6").verifier().key_id());
    let revoked = format!(
        "key.revoked official/6 by root/1,root/2,root/3 key={id} reason=Hilang suspect_since=2014-01-06T02:00:00.000Z"
    );
    let amended = "profile.amended ledger by root/1,root/2,root/3 profile.vault_readers=[\"registrar\"]";
    let check = |meanwhile: &str, told: &str| {
        let (sealed, statements) = Sealed::after(|city| vec![city.statement(meanwhile)]);
        let inspector = sealed.of("official/6");
        let csrf = inspector.csrf();
        let note = signed(sealed.request(&inspector, &["account"]), &key("official/6"));
        assert_eq!(inspector.send("POST", "/statements", &statements[0], &[]).status, 201);
        let fields = vec![("csrf", csrf), ("about", "case/4/1".to_owned()), ("note", note)];
        let heard = inspector.post("/sealed", &fields, &[]);
        assert!(heard.status == 403 && heard.text().contains(told), "{}", heard.text());
        assert!(!heard.text().contains(ACCOUNT));
        assert_eq!(sealed.readings(), []);
    };
    check(&revoked, "dicabut");
    check(amended, "Jabatan inspektorat tidak boleh membaca data tersegel; yang boleh: registrar.");
}

#[test]
fn a_reading_is_answered_in_the_session_that_asked() {
    let sealed = Sealed::new();
    let (one, other) = (sealed.of("official/6"), sealed.of("official/6"));
    let note = signed(sealed.request(&one, &["account"]), &key("official/6"));
    let heard = answer(&other, &note);
    assert!(heard.status == 403 && heard.text().contains("sesi masuk lain"), "{}", heard.text());
    assert!(!heard.text().contains(ACCOUNT));
    assert_eq!(answer(&one, &note).status, 422, "it is gone");
    assert_eq!(sealed.readings(), []);
}

#[test]
fn an_account_that_was_replaced_is_told_apart() {
    let newer = "1109 Bank Baru";
    let hex = commitment(ORIGIN, "org/4", "/body/sealed/account", &SALT, newer).to_hex();
    let update = format!("organisation.amended org/4 by registrar,org/4 sealed.account={hex} reason=Pindah");
    let (sealed, updated) = Sealed::after(|city| vec![city.statement(&update)]);
    let inspector = sealed.of("official/6");
    assert!(!inspector.get("/sealed/org/4").text().contains("sudah diganti"));
    let heard = inspector.send("POST", "/statements", &updated[0], &[]);
    assert_eq!(heard.status, 201, "{}", heard.text());
    let statement = Statement::parse(&updated[0], ORIGIN).expect("a statement");
    let pointer = "/body/sealed/account".to_owned();
    let opening = Opening { statement: statement.hash(), pointer, salt: SALT, value: newer.to_owned() };
    let mut vault = sealed.vault().unlock(VaultKey::derive(&[1; 32])).unwrap_or_else(|e| panic!("{e}"));
    assert!(vault.put(&statement, &opening, at()).unwrap_or_else(|e| panic!("{e}")));
    for path in ["/sealed/org/4", "/sealed/case/4/1", "/cases/case/4/1"] {
        let list = inspector.get(path);
        assert_eq!(list.text().matches("sudah diganti").count(), 1, "{path}: {}", list.text());
    }
    let list = inspector.get("/sealed/org/4");
    let row = between(list.text(), &sealed.tick("account"), "</div>");
    assert!(row.contains("sudah diganti"), "the older one: {row}");
    let new = format!("{} /body/sealed/account", statement.hash().to_hex());
    let mut fields: Fields<'_> = vec![("csrf", inspector.csrf()), ("reason", "Audit".to_owned())];
    fields.extend([("opening", sealed.tick("account")), ("opening", new)]);
    let check = inspector.post("/sealed/org/4", &fields, &[]);
    assert!(check.text().contains("Yayasan org/4 (org/4)"), "{}", check.text());
    let opened = answer(&inspector, &signed(text_of(&check), &key("official/6")));
    let of_old = between(opened.text(), "<dl", ACCOUNT);
    assert!(of_old.contains("sudah diganti") && !of_old.contains(newer), "{}", opened.text());
    let of_new = between(opened.text(), ACCOUNT, newer);
    assert!(!of_new.contains("sudah diganti") && of_new.contains("disimpan"), "{}", opened.text());
}

#[test]
fn what_was_refused_is_asked_again_as_it_was() {
    let sealed = Sealed::new();
    let inspector = sealed.of("official/6");
    let refused = sealed.open(&inspector, &key("official/5"), &["chair"]);
    let tick = format!("value=\"{}\" checked", sealed.tick("chair"));
    assert!(refused.text().contains(&tick) && refused.text().contains("value=\"Audit 2014\""), "{}", refused.text());
    assert_eq!(refused.text().matches(" checked").count(), 1);
    // More than one signature opens.
    let more = "INSERT INTO openings (statement, about, pointer, put_at, wrapped, sealed, token) WITH RECURSIVE few(one) AS (SELECT 1 UNION ALL SELECT one + 1 FROM few WHERE one < 20) SELECT statement, about, pointer || '_' || one, put_at, wrapped, sealed, token FROM openings, few WHERE pointer = '/body/sealed/account'";
    assert_eq!(sealed.raw().execute(more, []).expect("made"), MAX_VALUES);
    let names: Vec<String> = (1..=MAX_VALUES).map(|n| format!("account_{n}")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(sealed.choose(&inspector, &names, "Audit").status, 200);
    names.push("account");
    let refused = sealed.choose(&inspector, &names, "Audit");
    assert!(refused.status == 422 && refused.text().contains("Paling banyak 20"), "{}", refused.text());
    assert_eq!(refused.text().matches(" checked").count(), MAX_VALUES + 1);
}

#[test]
fn a_vault_of_before_finds_readings_as_fast() {
    let sealed = Sealed::new();
    sealed.raw().execute_batch("DROP INDEX readings_of; DROP INDEX readings_by_key").expect("dropped");
    drop(sealed.vault());
    let sql = "SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name IN ('readings_of', 'readings_by_key')";
    assert_eq!(sealed.raw().query_row(sql, [], |row| row.get::<_, i64>(0)).expect("read"), 2);
}

#[test]
fn what_was_erased_or_altered_is_told_and_the_rest_is_read() {
    let sealed = Sealed::new();
    let (inspector, own) = (sealed.of("official/6"), key("official/6"));
    // Erased between the question and the answer, by another process.
    let text = sealed.request(&inspector, &["account", "chair"]);
    sealed.vault().erase(&sealed.statement, "/body/sealed/chair", "UU 27/2022 Pasal 8", at()).expect("erased");
    let opened = answer(&inspector, &signed(text, &own));
    assert!(opened.text().contains(ACCOUNT) && opened.text().contains("UU 27/2022 Pasal 8"), "{}", opened.text());
    assert!(!opened.text().contains(CHAIR), "{}", opened.text());
    assert_eq!(sealed.readings().len(), 1, "what was erased was not read");
    let list = inspector.get("/sealed/case/4/1");
    assert!(
        list.text().contains("UU 27/2022 Pasal 8") && !list.text().contains(&sealed.tick("chair")),
        "{}",
        list.text()
    );
    assert!(inspector.get("/cases/case/4/1").text().contains("UU 27/2022 Pasal 8"));
    assert_eq!(sealed.choose(&inspector, &["chair"], "Audit").status, 422, "it is asked for no more");

    let altered = "UPDATE openings SET sealed = x'00' WHERE erased_at IS NULL AND pointer = '/body/sealed/account'";
    assert_eq!(sealed.raw().execute(altered, []).expect("altered"), 1);
    let opened = sealed.open(&inspector, &own, &["account"]);
    assert!(opened.status == 200 && opened.text().contains("berubah atau berpindah"), "{}", opened.text());
    assert!(!opened.text().contains(ACCOUNT));

    // A vault that cannot be read keeps nobody from the case.
    sealed.raw().execute_batch("ALTER TABLE openings RENAME TO gone").expect("renamed");
    let page = inspector.get("/cases/case/4/1");
    assert!(page.status == 200 && !page.text().contains("Data tersegel"), "{}", page.text());
    assert_eq!(inspector.get("/sealed/case/4/1").status, 503);
}

#[test]
fn what_cannot_be_noted_is_not_shown() {
    let sealed = Sealed::new();
    let (inspector, own) = (sealed.of("official/6"), key("official/6"));
    let full = "CREATE TRIGGER full BEFORE INSERT ON readings WHEN NEW.pointer LIKE '%chair' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END";
    sealed.raw().execute_batch(full).expect("made");
    // All of one answer are noted, or none is shown.
    let opened = sealed.open(&inspector, &own, &["account", "chair"]);
    assert_eq!(opened.status, 503, "{}", opened.text());
    assert!(!opened.text().contains(ACCOUNT) && !opened.text().contains(CHAIR));
    assert_eq!(sealed.readings(), []);
    assert!(sealed.open(&inspector, &own, &["account"]).text().contains(ACCOUNT));
}

#[test]
fn a_key_reads_so_many_in_an_hour() {
    let sealed = Sealed::new();
    let (inspector, own) = (sealed.of("official/6"), key("official/6"));
    let noted = |count: usize, who: &str, at: &str| {
        let id = format!("{ORIGIN}/{who}");
        let sql = "INSERT INTO readings (statement, pointer, at, office, key, reason) VALUES (?1, '/body/sealed/chair', ?2, 'x', ?3, 'Lama')";
        let raw = sealed.raw();
        for _ in 0..count {
            raw.execute(sql, params![sealed.statement.as_bytes(), at, id]).expect("noted");
        }
    };
    let present = format!("official/6+{}", key("official/6").verifier().key_id());
    noted(MAX_READ_IN_AN_HOUR, &present, "2014-01-06T01:00:00.000Z");
    for other in ["official/5+00000000", "official/61+00000000"] {
        noted(MAX_READ_IN_AN_HOUR, other, "2014-01-06T01:59:00.000Z");
    }
    // A new file in place of the old one reads no more.
    noted(MAX_READ_IN_AN_HOUR - 2, "official/6+00000000", "2014-01-06T01:59:00.000Z");
    noted(1, &present, "2014-01-06T01:59:00.000Z");
    let refused = sealed.open(&inspector, &own, &["account", "chair"]);
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(refused.text().contains("pilih paling banyak 1,") && !refused.text().contains(ACCOUNT));
    assert!(sealed.open(&inspector, &own, &["account"]).text().contains(ACCOUNT), "one more");
    assert_eq!(sealed.open(&inspector, &own, &["account"]).status, 429);
    let page = inspector.get("/readings");
    assert_eq!(page.text().matches("data-label=\"Waktu\"").count(), 50, "a page has fifty");
    let older = between(page.text(), "href=\"/readings?before=", "\"").to_owned();
    let next = inspector.get(&format!("/readings?before={older}"));
    assert_eq!(next.text().matches("data-label=\"Waktu\"").count(), 50);
    assert!(page.text().contains("Audit 2014") && !next.text().contains("Audit 2014"), "the newest come first");
    let last = inspector.get("/readings?before=1");
    assert!(last.status == 200 && last.text().contains("Belum ada yang membaca"), "{}", last.text());
}

#[test]
fn a_citizens_report_is_opened_without_its_receipt_code() {
    let sealed = Sealed::new();
    let citizen = Browser::new(&sealed.served);
    let report = vec![("text", "Atap belum ada".to_owned()), ("identity", "Budi, 0812".to_owned())];
    let sent = citizen.post("/lapor", &report, &[]);
    let code = between(sent.header("location"), "code=", "&").to_owned();
    let (inspector, own) = (sealed.of("official/6"), key("official/6"));
    assert!(inspector.get("/home").text().contains("href=\"/sealed/note/desk/1\""));
    assert!(!sealed.of("official/7").get("/home").text().contains("/sealed/"));
    let list = inspector.get("/sealed/note/desk/1");
    let ticks: Vec<String> = list
        .text()
        .split("name=\"opening\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(ticks.len(), 2, "{}", list.text());
    let ask = |ticks: &[String]| {
        let mut fields: Fields<'_> = vec![("csrf", inspector.csrf()), ("reason", "Laporan 1".to_owned())];
        fields.extend(ticks.iter().map(|tick| ("opening", tick.clone())));
        inspector.post("/sealed/note/desk/1", &fields, &[])
    };
    let receipt = format!("{} /body/sealed/receipt", ticks[0].split(' ').next().unwrap_or_default());
    assert_eq!(ask(&[receipt]).status, 422, "the code is the citizen's alone");
    let opened = answer(&inspector, &signed(text_of(&ask(&ticks)), &own));
    for told in ["Atap belum ada", "Budi, 0812"] {
        assert!(opened.text().contains(told), "{told}: {}", opened.text());
    }
    assert!(!opened.text().contains(&code), "{}", opened.text());
}

#[test]
fn a_desk_without_its_vault_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play(&format!("{BEFORE}\napplication.submitted case/1/1 by org/1"));
    let writer = city.into_writer();
    let enclosures =
        Enclosures::open(dir.path(), &writer, None, Box::new(Still(at())), Limits::SERVED).expect("opened");
    let place = place_of(dir.path());
    let served = Served::start(desk::router_at(Arc::new(Sequencer::start(writer, 64)), Arc::new(enclosures), place));
    let inspector = Browser::of(&served, &key("official/6"));
    for path in ["/cases/case/1/1", "/sealed/case/1/1", "/readings"] {
        let page = inspector.get(path);
        assert!(page.status == 200 && page.text().contains("tanpa brankas"), "{path}: {}", page.text());
    }
    assert_eq!(Browser::of(&served, &key("official/7")).get("/sealed/case/1/1").status, 403);
}
