//! Letters over SMTP (RFC 5321): one connection for as many letters as wait.
//!
//! What a mail server answers may repeat the address, so of its answers only the code is kept or told.

use std::error::Error as _;
use std::fmt;
use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, Message};

use super::Security;
use super::Settings;
use super::kept::Waits;

/// How long the mail server may take for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a letter did not go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// The mail server does not take any letter now.
    Server(String),
    /// It does not take this one now.
    Later(String),
    /// It never takes this one.
    Never(String),
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Server(what) | Self::Later(what) | Self::Never(what)) = self;
        f.write_str(what)
    }
}

/// What is told of an error: a code, or what the system or TLS reports; never the server's words.
fn told(error: &Error) -> String {
    match (error.status(), error.source()) {
        (Some(code), _) => code.to_string(),
        (None, Some(below)) if !error.is_response() && !error.is_client() => below.to_string(),
        _ => "an answer that is no SMTP".to_owned(),
    }
}

/// Whether a recipient was refused because there is no such mailbox. RFC 3463: X.7.X is a rule of the server, which its
/// operator may mend.
fn names_no_mailbox(error: &Error) -> bool {
    let code = error.status().map(u16::from);
    let by_a_rule = error.source().is_some_and(|said| said.to_string().trim_start().starts_with("5.7."));
    matches!(code, Some(550 | 551 | 553)) && !by_a_rule
}

/// Whose fault another answer is: one that would meet every letter (who signed in may not, no service here) is the server's;
/// whatever else it says is tried again, up to the day on which letters are given up.
fn of(error: &Error) -> Unsent {
    match error.status().map(u16::from) {
        Some(421 | 530 | 535 | 554) | None => Unsent::Server(told(error)),
        Some(_) => Unsent::Later(told(error)),
    }
}

/// Whether a text is an address that letters can go to: of letters, digits and signs of ASCII alone, as every mail server
/// takes it.
#[must_use]
pub fn is_address(text: &str) -> bool {
    let domain = text.rsplit_once('@').map_or("", |(_, domain)| domain);
    text.is_ascii() && text.len() <= 254 && domain.contains('.') && text.parse::<Address>().is_ok()
}

/// Whether a text is whom letters come from: `Name <address>` or an address.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Whether this is a certificate in PEM.
#[must_use]
pub fn is_certificate(pem: &[u8]) -> bool {
    // The library takes a file without any for a list of none.
    let begins = b"-----BEGIN CERTIFICATE-----";
    pem.windows(begins.len()).any(|window| window == begins) && Certificate::from_pem(pem).is_ok()
}

fn domain_of(settings: &Settings) -> String {
    let from = settings.from.parse::<Mailbox>();
    from.map_or_else(|_| "localhost".to_owned(), |from| from.email.domain().to_owned())
}

/// A connection to the mail server, signed in.
pub struct Connection<'s> {
    settings: &'s Settings,
    open: SmtpConnection,
}

impl<'s> Connection<'s> {
    /// Connects, with TLS unless the settings say that the server is on this machine.
    ///
    /// # Errors
    /// [`Unsent::Server`].
    pub fn open(settings: &'s Settings) -> Result<Self, Unsent> {
        Self::opened(settings).map_err(|error| Unsent::Server(told(&error))).and_then(|open| match open {
            Some(open) => Ok(Self { settings, open }),
            None => Err(Unsent::Server("it has no TLS (STARTTLS)".to_owned())),
        })
    }

    fn opened(settings: &Settings) -> Result<Option<SmtpConnection>, Error> {
        let mut tls = TlsParameters::builder(settings.server.clone());
        if let Some(pem) = &settings.ca_pem {
            tls = tls.add_root_certificate(Certificate::from_pem(pem)?);
        }
        let tls = tls.build()?;
        let hello = ClientId::Domain(domain_of(settings));
        let at_once = (settings.security == Security::Tls).then_some(&tls);
        let server = (settings.server.as_str(), settings.port);
        let mut open = SmtpConnection::connect(server, Some(PATIENCE), &hello, at_once, None)?;
        if settings.security == Security::StartTls {
            if !open.can_starttls() {
                open.abort();
                return Ok(None);
            }
            open.starttls(&tls, &hello)?;
        }
        if let Some((user, password)) = &settings.login {
            open.auth(DEFAULT_MECHANISMS, &Credentials::new(user.clone(), password.clone()))?;
        }
        Ok(Some(open))
    }

    /// Hands over a letter: once this has answered `Ok`, it is the mail server's. `origin` makes its Message-ID the same each
    /// time it is sent.
    ///
    /// # Errors
    /// [`Unsent`].
    pub fn send(&mut self, waits: &Waits, origin: &str) -> Result<(), Unsent> {
        let message = message(self.settings, waits, origin).map_err(|()| Unsent::Never("no letter".to_owned()))?;
        let (from, to) = (message.envelope().from().cloned(), message.envelope().to().to_vec());
        // Who does not take the sender takes no letter, whoever it is to.
        let begun = self.step(Mail::new(from, Vec::new())).map_err(|error| Unsent::Server(told(&error)));
        let sent = begun.and_then(|()| {
            let addressed = to.into_iter().try_for_each(|to| self.step(Rcpt::new(to, Vec::new())));
            addressed
                .map_err(|error| if names_no_mailbox(&error) { Unsent::Never(told(&error)) } else { of(&error) })?;
            // Its parts are encoded, so that what goes is ASCII whatever it says.
            let handed_over = self.step(Data).and_then(|()| self.open.message(&message.formatted()).map(drop));
            handed_over.map_err(|error| of(&error))
        });
        if sent.is_err() {
            self.open.abort();
        }
        sent
    }

    fn step(&mut self, command: impl fmt::Display) -> Result<(), Error> {
        self.open.command(command).map(drop)
    }

    /// Whether another letter can go over it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.open.has_broken()
    }
}

impl Drop for Connection<'_> {
    fn drop(&mut self) {
        if self.is_open() {
            // Every letter was answered before.
            let _ = self.open.quit();
        }
    }
}

/// The letter as it goes over the wire. Headers are made by the library, which encodes what a name or a title could break out
/// of a line with.
fn message(settings: &Settings, waits: &Waits, origin: &str) -> Result<Message, ()> {
    let letter = &waits.letter;
    let to: Address = letter.address.parse().map_err(drop)?;
    let from: Mailbox = settings.from.parse().map_err(drop)?;
    let same = format!("{origin}\n{}\n{}\n{}", letter.org, letter.event, letter.address);
    let id = format!("<{}@{}>", &super::kept::hashed(&same)[..32], from.email.domain());
    let made = UNIX_EPOCH + Duration::from_millis(u64::try_from(waits.made.ms()).unwrap_or_default());
    let raw = |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let mut head = Message::builder()
        .from(from)
        .to(Mailbox::new(None, to))
        .subject(letter.subject.clone())
        .message_id(Some(id))
        .date(made)
        // Programs that answer letters do not answer these (RFC 3834).
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
    if !letter.stop.is_empty() {
        // RFC 2369 and RFC 8058: a mail program has a button of its own.
        let stop = format!("<{}>", super::words::stop_address(settings, &letter.stop));
        head = head.raw_header(raw("List-Unsubscribe", stop));
        head = head.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    head.multipart(MultiPart::alternative_plain_html(letter.plain.clone(), letter.html.clone())).map_err(drop)
}

/// The bytes of a letter.
#[cfg(test)]
pub fn wire(settings: &Settings, waits: &Waits, origin: &str) -> Result<Vec<u8>, ()> {
    message(settings, waits, origin).map(|message| message.formatted())
}
