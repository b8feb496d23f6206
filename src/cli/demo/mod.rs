//! `hibah demo`: a ledger full of made-up grants in a fresh folder, served, with what to open and how to check it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use self::city::{City, published_key};
use self::federation::Incident;
use self::town::Town;
use super::{Failure, key_file, progress, serve};
use crate::grants::about::About;
use crate::ledger::opening::Opening;
use crate::ledger::reader::Reader;
use crate::ledger::vault::{Vault, VaultKey};
use crate::tlog::note::NoteSigner;

mod bodies;
pub mod city;
mod events;
pub mod federation;
mod golden;
pub mod openings;
mod papers;
pub mod script;
pub mod town;
mod turns;

/// The passphrase of every key file of a demo.
const PASSPHRASE: &str = "hibah demo";
/// The treasury's register of the month in which it lacks a warrant, in the folder of things to try.
const REGISTER: &str = "SP2D-2014-08.csv";

/// Found a ledger full of made-up grants and serve it
#[derive(clap::Args)]
#[command(
    after_help = "With --federation: Kota Bandung and the seven governments that took over its application in 2018,\neach with a ledger of its own and a witness of two others, and one monitor of them all, whose page\nis at --public; the ledgers follow at the next ports. With --incident it ends with status 1 when\nthe monitor found evidence.\n\nExamples:\n  hibah demo\n  hibah demo /tmp/try --public 127.0.0.1:9000 --desk 127.0.0.1:9001\n  hibah demo --federation\n  hibah demo --federation --incident fork\n\nEvery key of a demo is published: nothing in it is real."
)]
pub struct Args {
    /// The folder: made if it is not there, served as it is if it holds a demo already
    /// [default: demo; with --federation: federation]
    dir: Option<PathBuf>,
    /// Where the public, read-only pages are served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    public: SocketAddr,
    /// Where the desk takes statements
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    desk: SocketAddr,
    /// Make the ledger and stop
    #[arg(long)]
    no_serve: bool,
    /// Eight governments, their witnesses and a monitor
    #[arg(long, conflicts_with = "desk")]
    federation: bool,
    /// What goes wrong after a few checkpoints, for the monitor to find
    #[arg(long, value_enum, requires = "federation")]
    incident: Option<Incident>,
    /// How many seconds lie between two checkpoints of a ledger of the federation
    #[arg(long, value_name = "SECONDS", default_value_t = 5, requires = "federation",
          value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
    /// How many of the governments
    #[arg(long, hide = true, default_value_t = 8, requires = "federation",
          value_parser = clap::value_parser!(u64).range(3..=8))]
    governments: u64,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let usual = if args.federation { "federation" } else { "demo" };
    let dir = args.dir.as_deref().unwrap_or(Path::new(usual));
    if args.federation {
        return federation::run(&federation::Options {
            dir,
            at: args.public,
            incident: args.incident,
            every_s: args.every,
            count: usize::try_from(args.governments).unwrap_or(usize::MAX),
            serves: !args.no_serve,
        });
    }
    one(args, dir)
}

fn one(args: &Args, dir: &Path) -> Result<(), Failure> {
    let script = script::script().map_err(Failure::CouldNot)?;
    if !args.no_serve {
        serve::check_free(args.public, args.desk)?;
    }
    if dir.join(crate::ledger::store::ENTRIES_FILE).exists() {
        let named = super::source::Ledger::folder(dir)?.unverified_checkpoint()?.origin;
        if named != script.origin {
            return Err(Failure::CouldNot(format!(
                "{} holds the ledger {named}, not a demo: name a new folder",
                dir.display()
            )));
        }
        println!("{} holds a demo already: it is served as it is. Delete the folder to begin anew.", dir.display());
    } else {
        make(dir, &script)?;
    }
    describe(dir)?;
    if args.no_serve {
        return Ok(());
    }
    let signer = published_key(&script.origin, "");
    let vkey = signer.verifier().to_string();
    let vault = match Vault::exists(dir) {
        true => {
            let key = VaultKey::derive(&openings::vault_key(&script.origin).key().seed());
            Some(Vault::open(dir)?.unlock(key)?)
        }
        false => None,
    };
    serve::demo(dir, args.public, args.desk, signer, vault, || invite(args, dir, &vkey))
}

/// Plays the script beside `dir` and moves it there when it is whole.
fn make(dir: &Path, script: &script::Script) -> Result<(), Failure> {
    if dir.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::CouldNot(format!("{} is not empty: name a new folder", dir.display())));
    }
    let could_not = |what: &Path, e: std::io::Error| Failure::CouldNot(format!("{}: {e}", what.display()));
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let unfinished = parent.join(format!(".{}.unfinished", dir.file_name().unwrap_or_default().display()));
    if unfinished.exists() {
        std::fs::remove_dir_all(&unfinished).map_err(|e| could_not(&unfinished, e))?;
    }
    let bar = progress::bar("Playing 2013 to 2016");
    let town = town::play(&unfinished, script, &|done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
    .map_err(Failure::could_not)?;
    bar.finish_and_clear();
    let city = &town.city;
    drop(openings::fill_vault(&unfinished, city)?);
    write_keys(&unfinished, city)?;
    write_examples(&unfinished, &town)?;
    if dir.exists() {
        std::fs::remove_dir(dir).map_err(|e| could_not(dir, e))?;
    }
    std::fs::rename(&unfinished, dir).map_err(|e| could_not(dir, e))
}

/// The keys that a demo gives out, each in force at its end, by the name of their file: the ledger's own, three roots
/// (enough to appoint), the desk, every office's, two organisations', and the vault's.
///
/// # Errors
/// That the city has not one of them.
pub fn keys(city: &City) -> Result<Vec<(String, NoteSigner)>, city::CityError> {
    let origin = city.state().origin();
    let mut files = vec![
        ("ledger.key".to_owned(), published_key(origin, "")),
        ("vault.key".to_owned(), openings::vault_key(origin)),
    ];
    let roles = ["root/1", "root/2", "root/3", "desk", "org/1", "org/2"];
    for role in roles.into_iter().chain(city.offices()) {
        files.push((format!("{}.key", role.replace('/', "-")), city.key(role)?.clone()));
    }
    Ok(files)
}

fn write_keys(dir: &Path, city: &City) -> Result<(), Failure> {
    let files = keys(city).map_err(Failure::could_not)?;
    let bar = progress::bar("Encrypting key files");
    bar.set_length(files.len() as u64);
    // Each takes a while, on purpose; two at a time.
    let half = files.len() / 2;
    let write = |files: &[(String, NoteSigner)]| {
        files.iter().try_for_each(|(name, key)| {
            bar.inc(1);
            key_file::write(&dir.join("keys").join(name), key, PASSPHRASE)
        })
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| write(&files[..half]));
        write(&files[half..])?;
        other.join().unwrap_or_else(|_| Err(Failure::CouldNot("a key file could not be made".to_owned())))
    })?;
    bar.finish_and_clear();
    Ok(())
}

/// One registration with its receipt and the opening of its sealed account, to try `hibah verify` on; and the treasury's
/// register of the month that differs, to try `hibah reconcile` on.
fn write_examples(dir: &Path, town: &Town<'_>) -> Result<(), Failure> {
    let city = &town.city;
    let reader = Reader::open(dir)?;
    let organisation = reader.organisation(1)?;
    let Some(index) = organisation.map(|organisation| organisation.index) else { return Ok(()) };
    let (entry, receipt) = (reader.entry(index)?, reader.receipt(index)?);
    let opening = city.openings().first(&About::Org(1), "account").map(Opening::to_bytes);
    let (Some(entry), Some(receipt), Some(opening)) = (entry, receipt, opening) else { return Ok(()) };
    let folder = dir.join("try");
    let files = [
        ("registration.entry", entry),
        ("registration.tlog-proof", receipt.to_string().into_bytes()),
        ("account.opening", opening),
        (REGISTER, town.register_of(town::DIFFERENT_MONTH).into_bytes()),
    ];
    std::fs::create_dir_all(&folder)
        .and_then(|()| files.iter().try_for_each(|(name, bytes)| std::fs::write(folder.join(name), bytes)))
        .map_err(|e| Failure::CouldNot(format!("{}: {e}", folder.display())))
}

fn describe(dir: &Path) -> Result<(), Failure> {
    let signed = Reader::open(dir)?.signed()?;
    println!();
    println!("A made-up ledger of Kota Bandung, 2013 to 2016: {} entries in {}", signed.size, dir.display());
    println!("  root {}", signed.root);
    println!("  two cases follow a real trail of documents with names withheld; all else is invented");
    println!("  every key is published, passphrase \"{PASSPHRASE}\"; they are in {}", dir.join("keys").display());
    Ok(())
}

fn invite(args: &Args, dir: &Path, vkey: &str) {
    let dir = dir.display();
    let public = args.public;
    // As it was called, so that the lines below can be copied: under cargo it is not on the path.
    let hibah = std::env::args().next().unwrap_or_else(|| "hibah".to_owned());
    println!();
    println!("Open      http://{public}/          (English: http://{public}/en/)");
    println!("          http://{public}/grants/case/1/1   one grant from application to report");
    println!("Check     {hibah} verify http://{public} --vkey {vkey}");
    println!("Offline   {hibah} export {dir} {dir}-tree && {hibah} verify {dir}-tree --vkey {vkey}");
    println!("Sealed    {hibah} verify {dir}/try/registration.tlog-proof --entry {dir}/try/registration.entry \\");
    println!("            --opening {dir}/try/account.opening --vkey {vkey}");
    println!("Vault     HIBAH_PASSPHRASE=\"{PASSPHRASE}\" {hibah} vault open {dir} --case case/1/1 \\");
    println!("            --as {dir}/keys/inspektorat.key --reason Trial");
    println!("Treasury  {hibah} reconcile {dir} {dir}/try/{REGISTER} --year 2014 --month 8");
    println!("Desk      http://{}/          ({hibah} sign --help, {hibah} submit --help)", args.desk);
    println!();
    println!("Stop with Ctrl-C.");
}
