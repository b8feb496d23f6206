//! A mail server that keeps what it is given, and answers as it is told (RFC 5321).

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What it does with a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Does {
    /// Takes it.
    Take,
    /// Answers the recipient's address with this line.
    Answer(&'static str),
    /// Answers the sender's address with this line.
    AnswerSender(&'static str),
    /// Takes it and goes away without a word.
    TakeSilently,
    /// Takes it and says so three seconds later.
    TakeSlowly,
}

/// A letter as it came.
#[derive(Clone, Debug)]
pub struct Letter {
    pub to: String,
    /// Head and body, with what quoted-printable wrapped unwrapped.
    pub text: String,
}

impl Letter {
    /// A header's value.
    pub fn header(&self, name: &str) -> String {
        let head = self.text.split("\r\n\r\n").next().expect("a head").replace("\r\n ", " ");
        let found = head.split("\r\n").find_map(|line| line.strip_prefix(&format!("{name}: ")).map(str::to_owned));
        found.unwrap_or_else(|| panic!("no {name}: {head}"))
    }

    /// The path of the first link behind these words.
    pub fn link(&self, before: &str) -> String {
        let rest = self.text.split_once(before).unwrap_or_else(|| panic!("no {before}: {}", self.text)).1;
        rest.split_whitespace().next().expect("a link").to_owned()
    }
}

/// How its connections are secured.
#[derive(Clone)]
pub enum Wire {
    Plain,
    Tls(Arc<ServerConfig>),
    StartTls(Arc<ServerConfig>),
}

/// A certificate for `localhost` that signs itself, written to `cert.pem` in a folder.
pub fn certified(dir: &Path) -> Arc<ServerConfig> {
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"])
        .args([
            "-subj",
            "/CN=localhost",
            "-addext",
            "subjectAltName=DNS:localhost",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .current_dir(dir)
        .output()
        .expect("openssl runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let cert = CertificateDer::from_pem_file(dir.join("cert.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(dir.join("key.pem")).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(config.with_no_client_auth().with_single_cert(vec![cert], key).expect("a pair"))
}

#[derive(Default)]
struct Inside {
    letters: Vec<Letter>,
    does: VecDeque<Does>,
    logins: Vec<String>,
}

/// The server; its thread ends with the tests.
#[derive(Clone)]
pub struct Sink {
    pub address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Sink {
    pub fn start() -> Self {
        Self::at("127.0.0.1:0".parse().expect("an address"))
    }

    pub fn at(address: SocketAddr) -> Self {
        Self::over(address, Wire::Plain)
    }

    pub fn over(address: SocketAddr, wire: Wire) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let sink = Self { address: listener.local_addr().expect("an address"), inside: Arc::default() };
        let inside = Arc::clone(&sink.inside);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (inside, wire) = (Arc::clone(&inside), wire.clone());
                // Who is cut off is not heard to the end.
                std::thread::spawn(move || drop(talk_over(stream.expect("a connection"), &wire, &inside)));
            }
        });
        sink
    }

    /// What it does with the next letters; it takes those behind them.
    pub fn does(&self, next: &[Does]) {
        self.inside.lock().expect("whole").does.extend(next);
    }

    /// The letters since this was asked last.
    pub fn letters(&self) -> Vec<Letter> {
        std::mem::take(&mut self.inside.lock().expect("whole").letters)
    }

    /// Waits until it has heard a letter, whether it has answered or not.
    pub fn hears_one(&self) {
        for _ in 0..600 {
            if !self.inside.lock().expect("whole").letters.is_empty() {
                return;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("no letter came");
    }

    /// Who signed in.
    pub fn logins(&self) -> Vec<String> {
        self.inside.lock().expect("whole").logins.clone()
    }
}

fn talk_over(mut stream: TcpStream, wire: &Wire, inside: &Mutex<Inside>) -> std::io::Result<()> {
    let server = |config: &Arc<ServerConfig>| ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other);
    match wire {
        Wire::Plain => talk(&mut stream, true, "", inside).map(drop),
        Wire::Tls(config) => talk(&mut StreamOwned::new(server(config)?, stream), true, "", inside).map(drop),
        Wire::StartTls(config) => match talk(&mut stream, true, "250-STARTTLS\r\n", inside)? {
            true => talk(&mut StreamOwned::new(server(config)?, stream), false, "", inside).map(drop),
            false => Ok(()),
        },
    }
}

/// The next line, without its end; none at the end.
fn line(from: &mut impl Read) -> std::io::Result<Option<String>> {
    let (mut line, mut byte) = (Vec::new(), [0]);
    while from.read(&mut byte)? == 1 {
        line.push(byte[0]);
        if line.ends_with(b"\r\n") {
            line.truncate(line.len() - 2);
            return String::from_utf8(line).map(Some).map_err(std::io::Error::other);
        }
    }
    Ok(None)
}

/// Whether it ends with a wish for TLS.
fn talk(stream: &mut (impl Read + Write), greets: bool, more: &str, inside: &Mutex<Inside>) -> std::io::Result<bool> {
    let (mut does, mut to) = (Does::Take, String::new());
    if greets {
        stream.write_all(b"220 sink\r\n")?;
    }
    while let Some(said) = line(stream)? {
        let verb = said.split([' ', ':']).next().unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" => format!("250-sink\r\n{more}250 AUTH PLAIN\r\n"),
            "STARTTLS" => return stream.write_all(b"220 go\r\n").map(|()| true),
            "AUTH" => {
                inside.lock().expect("whole").logins.push(said);
                "235 yes\r\n".to_owned()
            }
            "MAIL" => {
                does = inside.lock().expect("whole").does.pop_front().unwrap_or(Does::Take);
                if let Does::AnswerSender(line) = does { format!("{line}\r\n") } else { "250 yes\r\n".to_owned() }
            }
            "RCPT" => {
                to = said;
                if let Does::Answer(line) = does { format!("{line}\r\n") } else { "250 yes\r\n".to_owned() }
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                while let Some(said) = line(stream)?.filter(|said| said != ".") {
                    text.extend([said.as_str(), "\r\n"]);
                }
                let text = text.replace("=\r\n", "").replace("=3D", "=");
                inside.lock().expect("whole").letters.push(Letter { to: to.clone(), text });
                match does {
                    Does::TakeSilently => return Ok(false),
                    Does::TakeSlowly => std::thread::sleep(Duration::from_secs(3)),
                    _ => {}
                }
                "250 mine\r\n".to_owned()
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").map(|()| false),
            _ => "500 what\r\n".to_owned(),
        };
        stream.write_all(answer.as_bytes())?;
    }
    Ok(false)
}
