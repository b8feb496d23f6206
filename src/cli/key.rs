//! `hibah key`: makes key files, shows their public half, and writes the page that makes them in a browser.

use std::io::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::passphrase::Passphrase;
use super::{Failure, files, key_file, output};
use crate::desk::{self, code};
use crate::grants::signer::Vkey;
use crate::public::pages::words::Lang;

/// Make a key file, show the public half of one, or write the page of the key ceremony
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  hibah key new org.key --name hibah.bandung.example/ledger/org/1\n  hibah key show org.key --check\n  hibah key ceremony upacara.html --origin hibah.bandung.example/ledger"
)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    New(New),
    Show(Show),
    Ceremony(Ceremony),
}

/// Make a key from the system's random numbers and encrypt it with a passphrase
#[derive(clap::Args)]
#[command(
    after_help = "Names: <origin>/org/<n>, <origin>/official/<n>, <origin>/root/<n>,\nand <origin> for the ledger's own.\n\nExample:\n  hibah key new org.key --name hibah.bandung.example/ledger/org/1"
)]
struct New {
    /// The new key file; it must not exist
    file: PathBuf,
    /// The key's name on the ledger, such as hibah.bandung.example/ledger/org/1
    #[arg(long)]
    name: String,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Show the verifier key, which is public and needs no passphrase
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hibah key show org.key --check")]
struct Show {
    /// The key file
    file: PathBuf,
    /// Open it as well, to see that passphrase and file are right
    #[arg(long)]
    check: bool,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

/// Write the page of the key ceremony: it makes key files in a browser without a network
#[derive(clap::Args)]
#[command(
    after_help = "The files that it makes are named as `hibah init --keys` looks for them.\n\nExample:\n  hibah key ceremony upacara.html --origin hibah.bandung.example/ledger"
)]
struct Ceremony {
    /// The page; it must not exist
    file: PathBuf,
    /// The ledger's origin
    #[arg(long)]
    origin: String,
    /// In English
    #[arg(long)]
    english: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.act {
        Act::New(new) => make(new),
        Act::Show(show) => tell(show),
        Act::Ceremony(ceremony) => write_page(ceremony),
    }
}

fn write_page(args: &Ceremony) -> Result<(), Failure> {
    if !is_key_name(&args.origin) {
        return Err(Failure::CouldNot(format!(
            "\"{}\" is no origin: use small letters, digits, dots, hyphens and slashes, such as hibah.bandung.example/ledger",
            args.origin
        )));
    }
    let lang = if args.english { Lang::English } else { Lang::Indonesian };
    let file = args.file.display();
    let made = std::fs::File::create_new(&args.file);
    made.and_then(|mut made| made.write_all(desk::ceremony(&args.origin, lang).as_bytes())).map_err(|error| {
        Failure::CouldNot(format!("{file} could not be written ({}): name a new file", files::why(&error)))
    })?;
    output::say(format_args!("{file} makes key files in a browser, without a network: open it there."));
    Ok(())
}

fn make(args: &New) -> Result<(), Failure> {
    if !is_key_name(&args.name) {
        return Err(Failure::CouldNot(format!(
            "\"{}\" is no key name: use small letters, digits, dots, hyphens and slashes, such as hibah.bandung.example/ledger/org/1",
            args.name
        )));
    }
    if args.file.exists() {
        return Err(Failure::CouldNot(format!("{} exists already: name a new file", args.file.display())));
    }
    let signer = key_file::generate(&args.name)?;
    let passphrase = args.passphrase.choose(&args.file.display().to_string())?;
    key_file::write(&args.file, &signer, &passphrase)?;
    let vkey = signer.verifier().to_string();
    if args.json {
        output::json(&json!({ "file": args.file.display().to_string(), "vkey": vkey }));
        return Ok(());
    }
    output::say(&vkey);
    output::remark(format_args!(
        "The line above is the public half: give it to whoever registers or appoints you.\nTheir code for it, to be compared: {}\n{} and its passphrase are yours alone; without both nobody can sign, and nobody can restore them.",
        code_of(&vkey),
        args.file.display()
    ));
    Ok(())
}

/// The code by which an office compares a public half with what its holder shows.
fn code_of(vkey: &str) -> String {
    Vkey::parse(vkey).map(|vkey| code::grouped(&code::key_code(vkey.public_base64()))).unwrap_or_default()
}

fn tell(args: &Show) -> Result<(), Failure> {
    let vkey = key_file::read_public(&args.file)?;
    if args.check {
        let passphrase = args.passphrase.get(&args.file.display().to_string())?;
        key_file::read(&args.file, &passphrase)?;
    }
    if args.json {
        let id = format!("{}+{}", vkey.name(), vkey.key_id());
        output::json(&json!({ "vkey": vkey.to_string(), "name": vkey.name(), "id": id, "checked": args.check }));
        return Ok(());
    }
    output::say(&vkey);
    output::remark(format_args!("Its code, to be compared: {}", code_of(&vkey.to_string())));
    if args.check {
        output::remark("The passphrase opens the file, and the key in it is this one.");
    }
    Ok(())
}

/// `[a-z0-9./-]`, no slash at either end (formats.md section 4).
pub fn is_key_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 255
        && name.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'/' | b'-'))
        && !name.starts_with('/')
        && !name.ends_with('/')
        && !["hibah/statement/", "hibah/entry/", "cosignature/"].iter().any(|taken| name.starts_with(taken))
}
