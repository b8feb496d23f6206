//! A small town for the tests of both servers: real files, a real server on 127.0.0.1, a real client.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use hibah::cli::demo::city::{City, Registration, Saying};
use hibah::grants::about::About;
use hibah::grants::money::Currency;
use hibah::grants::time::Date;
use hibah::grants::zero::profile;
use hibah::public::connections::{self, Bounds};
use serde_json::{Value, json};

/// The town's ledger.
pub const ORIGIN: &str = "kota.example/hibah";
/// A title that is markup if a page forgets to escape it.
pub const TITLE: &str = "Alat <script>alert(1)</script> & \"seruling\"";

pub fn day(text: &str) -> Date {
    Date::parse(text).expect("a day")
}

/// The founding and an official for each office of Kota Bandung's profile.
pub fn found(dir: &Path) -> City {
    let profile = profile::named("kota-bandung").expect("it ships");
    let currency = Currency::new("IDR", 0).expect("a currency");
    City::found(dir, ORIGIN, &profile, &currency, day("2026-01-05")).unwrap_or_else(|e| panic!("{e}"))
}

pub fn register(city: &mut City, name: &str) -> u64 {
    let registration = Registration {
        name,
        recipient_type: "organisation",
        street: "Jalan Contoh 1",
        ward: "Cicadas",
        city: "Bandung",
    };
    city.register(&registration).unwrap_or_else(|e| panic!("{e}"))
}

pub fn document(title: &str) -> Value {
    json!({"title": title, "sha256": "ab".repeat(32), "size": 1234, "media_type": "application/pdf"})
}

/// Says something today, and records it.
pub fn say(city: &mut City, kind: &str, about: &str, body: Value, signers: &[&str]) {
    let about = About::parse(about).expect("a thing");
    let on = city.today();
    city.say(&Saying { kind, about, body, on, signers }).unwrap_or_else(|e| panic!("{e}"));
    city.flush().unwrap_or_else(|e| panic!("{e}"));
}

pub fn application(title: &str, amount: i64) -> Value {
    json!({
        "title": title, "purpose": "Untuk latihan", "amount": amount, "field": "pendidikan", "form": "money",
        "way": "grant", "fiscal_year": 2026, "documents": [document("Proposal hibah")],
    })
}

/// The town's story: `case/1/1` reported, `case/2/1` refused, `case/3/1` under way, `case/4/1` held in an open decree,
/// and an award from before the ledger.
pub fn story(city: &mut City) {
    for name in ["Yayasan Angklung", "Karang Taruna", "Sanggar Tari", "Forum Warga"] {
        register(city, name);
    }
    city.go_to(day("2026-01-20")).expect("a day");
    for n in 1..=4 {
        let title = if n == 1 { TITLE } else { "Taman baca" };
        say(
            city,
            "application.submitted",
            &format!("case/{n}/1"),
            application(title, 75_000_000),
            &[&format!("org/{n}")],
        );
    }
    for n in [1, 4] {
        let body = json!({
            "amount": 50_000_000, "reason": "Sesuai pagu", "decided_by": city.decided_by("skpd_pendidikan"),
            "control_number": "978/1819",
        });
        say(city, "amount.recommended", &format!("case/{n}/1"), body, &["skpd_pendidikan"]);
    }
    let refused = json!({"reason": "Tidak <b>lengkap</b>", "decided_by": city.decided_by("skpd_pendidikan")});
    say(city, "decision.refused", "case/2/1", refused, &["skpd_pendidikan"]);
    decree(city, 1, &[("case/1/1", 50_000_000)], 1);
    decree(city, 2, &[("case/4/1", 40_000_000)], 2);
    execute(city);
    past_award(city);
}

/// An award from before the ledger.
pub fn past_award(city: &mut City) {
    let award = json!({
        "recipient": {"name": "Perkumpulan Lama", "number": "13-1234567"}, "fiscal_year": 2013, "amounts": {"paid": 25_000_000},
        "outcome": "awarded", "purpose": "Perbaikan gedung", "programme": "Rumah Warga", "sponsor": "Komisi D",
        "source": {"file_sha256": "cd".repeat(32), "row": 7, "map_sha256": "ef".repeat(32)},
    });
    say(city, "award.migrated", "award/cdcdcdcdcdcdcdcd/7", award, &["ppkd"]);
}

/// Issues a decree over `rows` with one row fewer than `expected` if it is to stay open; seals it if it is complete.
fn decree(city: &mut City, n: u64, rows: &[(&str, i64)], expected: usize) {
    let about = format!("decree/2026/{n}");
    let total: i64 = rows.iter().map(|(_, amount)| amount).sum();
    let body = json!({
        "number": format!("978/Kep.{n}/2026"), "fiscal_year": 2026, "total": total, "rows": expected,
        "document": document("Keputusan wali kota"), "decided_by": city.decided_by("wali_kota"),
    });
    say(city, "decree.issued", &about, body, &["wali_kota"]);
    let rows: Vec<Value> = (1..)
        .zip(rows)
        .map(|(row, (case, amount))| {
            let head = city.state().head(&About::parse(case).expect("a case")).expect("it has a head");
            json!({"row": row, "case": case, "after": head.to_hex(), "amount": amount})
        })
        .collect();
    let complete = rows.len() == expected;
    say(city, "decree.rows", &about, json!({"rows": rows}), &["wali_kota"]);
    if complete {
        say(city, "decree.sealed", &about, json!({}), &["wali_kota"]);
    }
}

fn execute(city: &mut City) {
    let (case, own, amount) = ("case/1/1", "org/1", 50_000_000);
    let papers = |title: &str| json!([document(title)]);
    let body = json!({"amount": amount, "documents": papers("Permohonan pencairan")});
    say(city, "disbursement.requested", case, body, &[own]);
    let body = json!({
        "number": "33/Kep.I/32/2026", "amount": amount, "document": document("Naskah perjanjian hibah daerah"),
        "report_due": "2027-01-10", "decided_by": city.decided_by("ppkd"),
    });
    say(city, "agreement.signed", case, body, &["ppkd", own]);
    let account = city.state().org(1).expect("it is registered").1.to_hex();
    let body = json!({
        "number": "957/0239/2026", "amount": amount, "fiscal_year": 2026, "decided_by": city.decided_by("kuasa_bud"),
        "payee": {"about": "org/1", "commitment": account, "pointer": "/body/sealed/account"},
    });
    say(city, "warrant.issued", case, body, &["kuasa_bud"]);
    say(
        city,
        "funds.credited",
        case,
        json!({"amount": amount, "document": document("Bukti transfer")}),
        &["kuasa_bud"],
    );
    city.go_to(day("2026-03-02")).expect("a day");
    let body = json!({"amount": amount, "documents": papers("Laporan penggunaan")});
    say(city, "use.reported", case, body, &[own]);
}

/// A server on 127.0.0.1 that ends with the test.
pub struct Served {
    pub address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
}

impl Served {
    pub fn start(router: axum::Router) -> Self {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("an address");
        let never = std::future::pending();
        runtime.spawn(connections::serve(listener, router, never, Bounds::SERVED));
        Self { address, _runtime: runtime }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn get(&self, path: &str) -> Heard {
        self.ask("GET", path, &[])
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Heard {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        let answer = agent.run(request.body(()).expect("a request"));
        Heard::of(answer.unwrap_or_else(|e| panic!("{method} {path}: {e}")))
    }

    /// Sends a request line as it stands, which a client library would tidy first.
    pub fn raw(&self, target: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address).expect("a connection");
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address).expect("sent");
        let mut text = Vec::new();
        stream.read_to_end(&mut text).expect("an answer");
        let text = String::from_utf8_lossy(&text).into_owned();
        let status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
        (status, text)
    }
}

/// An answer.
pub struct Heard {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Heard {
    pub fn of(mut answer: ureq::http::Response<ureq::Body>) -> Self {
        let body = match answer.body_mut().read_to_vec() {
            // The answer to HEAD names the coding of a body that is not sent; this client wants to unpack it all the same.
            Err(ureq::Error::Decompress(_, why)) if why.kind() == std::io::ErrorKind::UnexpectedEof => Vec::new(),
            body => body.expect("a body"),
        };
        Self { status: answer.status().as_u16(), headers: answer.headers().clone(), body }
    }

    /// A header's value, empty when it is absent.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII")).unwrap_or_default()
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("UTF-8")
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }
}
