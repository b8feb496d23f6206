//! A mail server that keeps what it is given, and answers as it is told (RFC 5321).

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

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
        let listener = TcpListener::bind(address).expect("a port");
        let sink = Self { address: listener.local_addr().expect("an address"), inside: Arc::default() };
        let inside = Arc::clone(&sink.inside);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let inside = Arc::clone(&inside);
                // Who is cut off is not heard to the end.
                std::thread::spawn(move || drop(talk(stream.expect("a connection"), &inside)));
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

    /// Who signed in.
    pub fn logins(&self) -> Vec<String> {
        self.inside.lock().expect("whole").logins.clone()
    }
}

fn talk(stream: TcpStream, inside: &Mutex<Inside>) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream).lines();
    let (mut does, mut to) = (Does::Take, String::new());
    out.write_all(b"220 sink\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_owned();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 AUTH PLAIN\r\n".to_owned(),
            "AUTH" => {
                inside.lock().expect("whole").logins.push(line);
                "235 yes\r\n".to_owned()
            }
            "MAIL" => {
                does = inside.lock().expect("whole").does.pop_front().unwrap_or(Does::Take);
                if let Does::AnswerSender(line) = does { format!("{line}\r\n") } else { "250 yes\r\n".to_owned() }
            }
            "RCPT" => {
                to = line;
                if let Does::Answer(line) = does { format!("{line}\r\n") } else { "250 yes\r\n".to_owned() }
            }
            "DATA" => {
                out.write_all(b"354 go on\r\n")?;
                let mut text = String::new();
                for line in lines.by_ref() {
                    match line?.as_str() {
                        "." => break,
                        line => text.extend([line, "\r\n"]),
                    }
                }
                let text = text.replace("=\r\n", "").replace("=3D", "=");
                inside.lock().expect("whole").letters.push(Letter { to: to.clone(), text });
                if does == Does::TakeSilently {
                    return Ok(());
                }
                "250 mine\r\n".to_owned()
            }
            "QUIT" => return out.write_all(b"221 bye\r\n"),
            _ => "500 what\r\n".to_owned(),
        };
        out.write_all(answer.as_bytes())?;
    }
    Ok(())
}
