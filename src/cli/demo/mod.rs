//! `hibah demo`: a ledger full of made-up grants in a fresh folder, served, with what to open and how to check it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use self::city::{City, published_key};
use super::{Failure, key_file, progress, serve};
use crate::ledger::reader::Reader;

mod bodies;
pub mod city;
mod events;
mod golden;
mod papers;
pub mod script;
pub mod town;
mod turns;

/// The passphrase of every key file of a demo.
const PASSPHRASE: &str = "hibah demo";

/// Found a ledger full of made-up grants and serve it
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  hibah demo\n  hibah demo /tmp/try --public 127.0.0.1:9000 --desk 127.0.0.1:9001\n\nEvery key of a demo is published: nothing in it is real."
)]
pub struct Args {
    /// The folder: made if it is not there, served as it is if it holds a demo already
    #[arg(default_value = "demo")]
    dir: PathBuf,
    /// Where the public, read-only pages are served
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    public: SocketAddr,
    /// Where the desk takes statements
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8081")]
    desk: SocketAddr,
    /// Make the ledger and stop
    #[arg(long)]
    no_serve: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let script = script::script().map_err(Failure::CouldNot)?;
    if !args.no_serve {
        serve::check_free(args.public, args.desk)?;
    }
    if args.dir.join(crate::ledger::store::ENTRIES_FILE).exists() {
        let named = super::source::Ledger::folder(&args.dir)?.unverified_checkpoint()?.origin;
        if named != script.origin {
            return Err(Failure::CouldNot(format!(
                "{} holds the ledger {named}, not a demo: name a new folder",
                args.dir.display()
            )));
        }
        println!(
            "{} holds a demo already: it is served as it is. Delete the folder to begin anew.",
            args.dir.display()
        );
    } else {
        make(&args.dir, &script)?;
    }
    describe(&args.dir)?;
    if args.no_serve {
        return Ok(());
    }
    let signer = published_key(&script.origin, "");
    let vkey = signer.verifier().to_string();
    serve::demo(&args.dir, args.public, args.desk, signer, || invite(args, &vkey))
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
    let city = town::play(&unfinished, script, &|done, of| {
        bar.set_length(of);
        bar.set_position(done);
    })
    .map_err(Failure::could_not)?;
    bar.finish_and_clear();
    write_keys(&unfinished, &city)?;
    write_example(&unfinished, city)?;
    if dir.exists() {
        std::fs::remove_dir(dir).map_err(|e| could_not(dir, e))?;
    }
    std::fs::rename(&unfinished, dir).map_err(|e| could_not(dir, e))
}

/// Key files to sign with: three roots, every official, two organisations, and the ledger's own.
fn write_keys(dir: &Path, city: &City) -> Result<(), Failure> {
    let mut files = vec![("ledger.key".to_owned(), published_key(city.state().origin(), ""))];
    for n in 1..=3 {
        files.push((format!("root-{n}.key"), published_key(city.state().origin(), &format!("root/{n}"))));
    }
    for (n, office) in city.state().appointments() {
        let name = format!("official-{n}-{office}.key");
        files.push((name, published_key(city.state().origin(), &format!("official/{n}"))));
    }
    for n in 1..=2 {
        files.push((format!("org-{n}.key"), published_key(city.state().origin(), &format!("org/{n}"))));
    }
    let bar = progress::bar("Encrypting key files");
    bar.set_length(files.len() as u64);
    // Each takes a while, on purpose; two at a time.
    let half = files.len() / 2;
    let write = |files: &[(String, crate::tlog::note::NoteSigner)]| {
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

/// One registration with its receipt and the opening of its sealed account, to try `hibah verify` on.
fn write_example(dir: &Path, city: City) -> Result<(), Failure> {
    let origin = city.state().origin().to_owned();
    let reader = Reader::open(dir)?;
    let organisation = reader.organisation(1)?;
    let Some(index) = organisation.map(|organisation| organisation.index) else { return Ok(()) };
    let (entry, receipt) = (reader.entry(index)?, reader.receipt(index)?);
    let statement = reader.statement(index, &origin)?;
    let (Some(entry), Some(receipt), Some(statement)) = (entry, receipt, statement) else { return Ok(()) };
    let opening = city.opening(1, "account", statement.hash()).to_bytes();
    let folder = dir.join("try");
    let files = [
        ("registration.entry", entry),
        ("registration.tlog-proof", receipt.to_string().into_bytes()),
        ("account.opening", opening),
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

fn invite(args: &Args, vkey: &str) {
    let dir = args.dir.display();
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
    println!("Desk      http://{}/          ({hibah} sign --help, {hibah} submit --help)", args.desk);
    println!();
    println!("Stop with Ctrl-C.");
}
