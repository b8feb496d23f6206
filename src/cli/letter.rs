//! How letters are sent: the file that `hibah serve --smtp` reads, and `hibah letter`, which tries it.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Failure, clock, files, output};
use crate::desk::letters::{Security, Settings, is_address, is_certificate, is_sender, try_one};

/// The variable that holds the password of the mail server.
pub(super) const PASSWORD: &str = "HIBAH_SMTP_PASSWORD";
/// After how many seconds a letter is tried again, unless the file says so.
const RETRY_S: u32 = 60;
/// After how many days it is given up, likewise.
const GIVE_UP_DAYS: u32 = 4;

/// Send one letter, to see whether the mail server takes it
#[derive(clap::Args)]
#[command(
    after_help = "The file says how letters are sent, as for `hibah serve --smtp` (docs/running.md):\n\n  server = \"mail.bandung.example\"\n  security = \"tls\"\n  from = \"Hibah Kota Bandung <hibah@bandung.example>\"\n  desk = \"https://meja.hibah.bandung.example\"\n  user = \"hibah\"\n  password_file = \"smtp.password\"\n\nExamples:\n  hibah letter --smtp smtp.toml somebody@bandung.example"
)]
pub struct Args {
    /// The file that says how letters are sent
    #[arg(long, value_name = "FILE")]
    smtp: PathBuf,
    /// To whom
    address: String,
}

/// The file, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: String,
    port: Option<u16>,
    security: Option<String>,
    from: String,
    desk: String,
    user: Option<String>,
    password_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    retry_s: Option<u32>,
    give_up_days: Option<u32>,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let settings = read(&args.smtp, None)?;
    if !is_address(&args.address) {
        return Err(Failure::CouldNot(format!("{} is no e-mail address: write name@place.example", args.address)));
    }
    let server = format!("{}:{}", settings.server, settings.port);
    try_one(&settings, &args.address, "trial", clock::now()?).map_err(|why| {
        Failure::DoesNotHold(format!("{server} did not take the letter ({why}): compare {}", args.smtp.display()))
    })?;
    output::say(format_args!("{server} took the letter: see whether it arrived."));
    Ok(())
}

fn is_own_machine(server: &str) -> bool {
    server == "localhost" || server.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Reads the file; `public` is where readers find the public pages.
pub(super) fn read(path: &Path, public: Option<&str>) -> Result<Settings, Failure> {
    let text = files::read_text(path, "the file that says how letters are sent")?;
    let wrong = |what: &str| Failure::CouldNot(format!("{}: {what}", path.display()));
    let file: File = toml::from_str(&text).map_err(|error| wrong(error.to_string().trim_end()))?;
    let (security, port) = match file.security.as_deref() {
        None | Some("tls") => (Security::Tls, 465),
        Some("starttls") => (Security::StartTls, 587),
        Some("none") if is_own_machine(&file.server) => (Security::None, 25),
        Some("none") => {
            return Err(wrong(
                "security is none, which is for a mail server on this machine only: write tls or starttls",
            ));
        }
        Some(_) => return Err(wrong("security is one of tls, starttls, none: write one of them")),
    };
    if !is_sender(&file.from) {
        return Err(wrong("from is no sender: write \"Name <address>\""));
    }
    let desk = file.desk.trim_end_matches('/').to_owned();
    let host = desk.strip_prefix("http://").map(|rest| rest.rsplit_once(':').map_or(rest, |(host, _)| host));
    if !desk.starts_with("https://") && !host.is_some_and(is_own_machine) {
        return Err(wrong("desk is where people find the desk: write its address, https://..."));
    }
    let beside = |file: &PathBuf| path.parent().unwrap_or(path).join(file);
    let login = match file.user {
        None => None,
        Some(user) => Some((user, password(file.password_file.as_ref().map(beside), path)?)),
    };
    let ca_pem = match file.ca_file.as_ref().map(beside) {
        None => None,
        Some(ca) => Some(files::read(&ca, "a certificate in PEM")?),
    };
    if ca_pem.as_ref().is_some_and(|pem| !is_certificate(pem)) {
        return Err(wrong("ca_file is no certificate: name one in PEM"));
    }
    Ok(Settings {
        server: file.server,
        port: file.port.unwrap_or(port),
        security,
        login,
        ca_pem,
        from: file.from,
        desk,
        public: public.map(|public| public.trim_end_matches('/').to_owned()),
        retry_s: file.retry_s.unwrap_or(RETRY_S),
        give_up_days: file.give_up_days.unwrap_or(GIVE_UP_DAYS),
    })
}

/// The password: of the environment, or the first line of a file.
fn password(file: Option<PathBuf>, of: &Path) -> Result<String, Failure> {
    if let Ok(given) = std::env::var(PASSWORD) {
        return Ok(given);
    }
    let none = || {
        let sentence = format!("{}: it has a user and no password: set {PASSWORD} or add password_file", of.display());
        Failure::CouldNot(sentence)
    };
    let text = files::read_text(&file.ok_or_else(none)?, "a file with the password of the mail server")?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
