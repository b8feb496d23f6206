//! `hibah init`: founds a ledger and appoints the offices of its profile.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use self::terms::Terms;
use super::clock::{self, SystemClock};
use super::passphrase::Passphrase;
use super::{Failure, files, key, key_file, output, progress};
use crate::grants::about::About;
use crate::grants::money::Currency;
use crate::grants::signer::SignerId;
use crate::grants::time::Date;
use crate::ledger::statement::{Content, Statement};
use crate::ledger::store::StoreError;
use crate::ledger::writer::{Outcome, Writer};
use crate::tlog::hash::Hash;
use crate::tlog::note::{NoteSigner, VerifierKey};

mod terms;

/// How long the first officials hold their office if not told, in days: five years.
const PERIOD_DAYS: i64 = 1_826;
/// How many days ahead the first statements expire; they are recorded at once.
const EXPIRES_DAYS: i64 = 1;

/// Found a new ledger: its keys, its profile, and the first official of each office
#[derive(clap::Args)]
#[command(
    after_help = "`hibah profile list` names the profiles that ship; others are TOML files of the same form.\nA profile names who holds the root keys, and so how many there are.\nUntil hibah 1.0 every ledger is a trial, so its origin must end in .example before its first slash.\n\nExample:\n  hibah init my-ledger \\\n    --origin hibah.bandung.example/ledger --profile kota-bandung"
)]
pub struct Args {
    /// The folder to make
    dir: PathBuf,
    /// The ledger's name for ever, and where it will be served: hibah.bandung.example/ledger
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// The government's stages, offices and terms: a profile that ships with hibah, or a TOML file
    #[arg(long, value_name = "NAME-OR-FILE")]
    profile: String,
    /// The rule set: 1 is the whole way of a grant, 0 the first stages only, with profiles of its own
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(0..=1))]
    rules: u64,
    /// The one currency of all amounts (ISO 4217)
    #[arg(long, default_value = "IDR")]
    currency: String,
    /// Decimal places of its smallest unit on this ledger: 0 counts whole rupiah, 2 counts cents
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=4))]
    decimals: u8,
    /// How many root keys must sign an appointment [default: 3, or all if there are fewer]
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=15))]
    threshold: Option<u8>,
    /// Take the keys from this folder instead of making them; only the ledger key is copied
    #[arg(long, value_name = "DIR")]
    keys: Option<PathBuf>,
    /// Number of the decree that appoints the first officials
    #[arg(long, value_name = "TEXT", default_value = "trial")]
    decree_number: String,
    /// Last day in office of the first officials, YYYY-MM-DD [default: in five years]
    #[arg(long, value_name = "DATE", value_parser = date)]
    until: Option<Date>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    passphrase: Passphrase,
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "write a real date as YYYY-MM-DD".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    check_origin(&args.origin)?;
    if Currency::new(&args.currency, args.decimals).is_none() {
        return Err(Failure::CouldNot(format!(
            "\"{}\" is no currency: write its code of three capital letters, such as IDR",
            args.currency
        )));
    }
    let terms = Terms::read(args.rules, &args.profile)?;
    let roots = terms.holders.len();
    if usize::from(threshold(args, &terms)) > roots {
        return Err(Failure::CouldNot(format!(
            "{} of {roots} root keys cannot sign: choose a --threshold of at most {roots}",
            threshold(args, &terms)
        )));
    }
    let site = Site::reserve(&args.dir)?;
    let keys = Keys::get(args, &terms, &site)?;
    let made = found(args, &terms, &keys, &site)?;
    site.finish()?;
    if args.json {
        made.json(args)
    } else {
        made.tell(args, &terms)
    }
    Ok(())
}

/// How many roots must sign: as told, else three, or all where the profile names fewer holders.
fn threshold(args: &Args, terms: &Terms) -> u8 {
    let all = u8::try_from(terms.holders.len()).unwrap_or(u8::MAX);
    args.threshold.unwrap_or(all.min(3))
}

/// An origin is for ever, so it is looked at closely (formats.md sections 1 and 6).
fn check_origin(origin: &str) -> Result<(), Failure> {
    if !key::is_key_name(origin) {
        return Err(Failure::CouldNot(format!(
            "\"{origin}\" is no origin: use small letters, digits, dots, hyphens and slashes, such as hibah.bandung.example/ledger"
        )));
    }
    let host = origin.split('/').next().unwrap_or_default();
    if !host.ends_with(".example") {
        return Err(Failure::CouldNot(format!(
            "until hibah 1.0 a ledger is a trial and its origin must end in .example before its first slash: name it {host}.example instead of {host}"
        )));
    }
    Ok(())
}

/// Where the ledger is built: beside its place, so that nothing half-made is ever there.
struct Site {
    place: PathBuf,
    building: PathBuf,
}

impl Site {
    fn reserve(place: &Path) -> Result<Self, Failure> {
        let empty = || std::fs::read_dir(place).is_ok_and(|mut listed| listed.next().is_none());
        if place.exists() && !empty() {
            return Err(StoreError::Exists(place.to_owned()).into());
        }
        let name = place
            .file_name()
            .ok_or_else(|| Failure::CouldNot(format!("{} is no name for a new folder: name one", place.display())))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".unfinished-{}", std::process::id()));
        let site = Self { place: place.to_owned(), building: place.with_file_name(hidden) };
        std::fs::create_dir_all(&site.building).map_err(|error| {
            Failure::CouldNot(format!(
                "{} cannot be made ({}): name a folder that can",
                place.display(),
                files::why(&error)
            ))
        })?;
        Ok(site)
    }

    fn finish(self) -> Result<(), Failure> {
        std::fs::rename(&self.building, &self.place).map_err(|error| {
            Failure::CouldNot(format!(
                "{} cannot be made ({}): name a new folder",
                self.place.display(),
                files::why(&error)
            ))
        })
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Gone already when it was finished; else best effort, for the error that matters is being reported.
        let _ = std::fs::remove_dir_all(&self.building);
    }
}

/// The private keys that the founding needs.
struct Keys {
    ledger: NoteSigner,
    roots: Vec<NoteSigner>,
    /// One for each office of the profile, in its order.
    officials: Vec<NoteSigner>,
    /// Of the server's desk; rule set 0 has none.
    desk: Option<NoteSigner>,
}

impl Keys {
    fn get(args: &Args, terms: &Terms, site: &Site) -> Result<Self, Failure> {
        let wanted = wanted(args, terms);
        let mut signers = match &args.keys {
            Some(folder) => take(folder, &wanted, &args.passphrase, site)?,
            None => make(&wanted, &args.passphrase, &args.dir, site)?,
        };
        let mut officials = signers.split_off(1 + terms.holders.len());
        let roots = signers.split_off(1);
        // `wanted` begins with the ledger's and ends with the desk's.
        let desk = officials.split_off(terms.offices.len()).pop();
        Ok(Self { ledger: signers.remove(0), roots, officials, desk })
    }
}

/// The file name and key name of every key: the ledger's, the roots', the officials', the desk's.
fn wanted(args: &Args, terms: &Terms) -> Vec<(String, String)> {
    let origin = &args.origin;
    let mut wanted = vec![("ledger.key".to_owned(), origin.clone())];
    wanted.extend((1..=terms.holders.len()).map(|n| (format!("root-{n}.key"), format!("{origin}/root/{n}"))));
    wanted.extend(
        (1..)
            .zip(&terms.offices)
            .map(|(n, office): (u64, _)| (official_file(n, office), format!("{origin}/official/{n}"))),
    );
    if terms.rules > 0 {
        wanted.push(("desk.key".to_owned(), format!("{origin}/desk")));
    }
    wanted
}

fn official_file(n: u64, office: &str) -> String {
    format!("official-{n}-{office}.key")
}

fn make(
    wanted: &[(String, String)],
    passphrase: &Passphrase,
    dir: &Path,
    site: &Site,
) -> Result<Vec<NoteSigner>, Failure> {
    let passphrase = passphrase.choose(&format!("the {} keys of {}", wanted.len(), dir.display()))?;
    let bar = progress::bar("Making keys");
    bar.set_length(wanted.len() as u64);
    let folder = site.building.join("keys");
    let made = wanted.iter().map(|(file, name)| {
        let signer = key_file::generate(name)?;
        key_file::write(&folder.join(file), &signer, &passphrase)?;
        bar.inc(1);
        Ok(signer)
    });
    let made = made.collect();
    bar.finish_and_clear();
    made
}

fn take(
    folder: &Path,
    wanted: &[(String, String)],
    passphrase: &Passphrase,
    site: &Site,
) -> Result<Vec<NoteSigner>, Failure> {
    if let Some((file, name)) = wanted.iter().find(|(file, _)| !folder.join(file).exists()) {
        return Err(Failure::CouldNot(format!(
            "{} has no {file}: make it with `hibah key new {} --name {name}`",
            folder.display(),
            folder.join(file).display()
        )));
    }
    let bar = progress::bar("Opening keys");
    bar.set_length(wanted.len() as u64);
    let mut signers = Vec::new();
    for (file, name) in wanted {
        let path = folder.join(file);
        let signer = key_file::read(&path, &passphrase.get(&path.display().to_string())?)?;
        if signer.name() != name {
            return Err(Failure::CouldNot(format!(
                "{} is the key of {}, not of {name}: make it again with `hibah key new`",
                path.display(),
                signer.name()
            )));
        }
        signers.push(signer);
        bar.inc(1);
    }
    bar.finish_and_clear();
    // The server's keys go with the ledger; people keep theirs.
    let keys = site.building.join("keys");
    let mut own =
        wanted.iter().map(|(file, _)| file).filter(|file| ["ledger.key", "desk.key"].contains(&file.as_str()));
    let copied = std::fs::create_dir_all(&keys)
        .and_then(|()| own.try_for_each(|file| std::fs::copy(folder.join(file), keys.join(file)).map(drop)));
    copied
        .map_err(|error| Failure::CouldNot(format!("the server's keys could not be copied: {}", files::why(&error))))?;
    Ok(signers)
}

/// What was founded.
struct Made {
    size: u64,
    root: Hash,
    vkey: VerifierKey,
    roots: Vec<VerifierKey>,
    officials: Vec<(String, VerifierKey)>,
}

fn found(args: &Args, terms: &Terms, keys: &Keys, site: &Site) -> Result<Made, Failure> {
    let today = clock::now()?.local_date(terms.utc_offset_min);
    let day = |days| {
        today
            .plus_days(days)
            .ok_or_else(|| Failure::CouldNot("the clock is near the year 9999: set it right".to_owned()))
    };
    let dates = (today, day(EXPIRES_DAYS)?);
    let roots: Vec<&NoteSigner> = keys.roots.iter().collect();
    let vkeys: Vec<String> = roots.iter().map(|root| root.verifier().to_string()).collect();
    let body = json!({
        "currency": { "code": args.currency, "decimals": args.decimals },
        "keys": { "ledger": keys.ledger.verifier().to_string(), "roots": vkeys, "threshold": threshold(args, terms) },
        "profile": terms.json,
        "rules": terms.rules,
        "trial": true,
    });
    let founding = signed(args, "ledger.founded", About::Ledger, None, body, dates, &roots)?;
    let clock = Box::new(SystemClock::new());
    let founded = Writer::found(&site.building, &args.origin, &founding.to_bytes(), keys.ledger.clone(), clock)?;
    let mut writer = founded.map_err(|refused| Failure::DoesNotHold(format!("the founding is refused: {refused}")))?;
    let until = match args.until {
        Some(until) => until,
        None => day(PERIOD_DAYS)?,
    };
    appoint(args, terms, keys, &mut writer, (dates, until))?;
    let offices = terms.offices.iter().cloned();
    Ok(Made {
        size: writer.size(),
        root: writer.root(),
        vkey: keys.ledger.verifier().clone(),
        roots: keys.roots.iter().map(|key| key.verifier().clone()).collect(),
        officials: offices.zip(keys.officials.iter().map(|key| key.verifier().clone())).collect(),
    })
}

/// The first official of each office and the desk, in one group: appointed by as many roots as the threshold asks for.
fn appoint(
    args: &Args,
    terms: &Terms,
    keys: &Keys,
    writer: &mut Writer,
    ((today, expires), until): ((Date, Date), Date),
) -> Result<(), Failure> {
    let mut appointments = Vec::new();
    for ((n, office), key) in (1u64..).zip(&terms.offices).zip(&keys.officials) {
        let about = About::Official(n);
        let body = json!({
            "office": office,
            "person": format!("pejabat/{n:04}"),
            "decree_number": args.decree_number,
            "period": { "from": today.to_string(), "until": until.to_string() },
            "key": key.verifier().to_string(),
        });
        let mut signers: Vec<&NoteSigner> = keys.roots.iter().take(usize::from(threshold(args, terms))).collect();
        signers.push(key);
        let after = writer.state().expected_after(&about);
        let dates = (today, expires);
        let statement = signed(args, "official.appointed", about, after, body, dates, &signers)?;
        appointments.push(statement.to_bytes());
    }
    if let Some(desk) = &keys.desk {
        let about = About::Ledger;
        let body = json!({ "decree_number": args.decree_number, "key": desk.verifier().to_string() });
        let mut signers: Vec<&NoteSigner> = keys.roots.iter().take(usize::from(threshold(args, terms))).collect();
        signers.push(desk);
        let after = writer.state().expected_after(&about);
        let statement = signed(args, "desk.appointed", about, after, body, (today, expires), &signers)?;
        appointments.push(statement.to_bytes());
    }
    for outcome in writer.append(&appointments)? {
        if let Outcome::Refused { refused, .. } = outcome {
            return Err(Failure::DoesNotHold(format!("an appointment is refused: {refused}")));
        }
    }
    Ok(())
}

/// A complete statement.
fn signed(
    args: &Args,
    kind: &str,
    about: About,
    after: Option<Hash>,
    body: Value,
    (event_date, expires): (Date, Date),
    signers: &[&NoteSigner],
) -> Result<Statement, Failure> {
    let ids = signers.iter().map(|signer| {
        // Every name here was made from an origin that `check_origin` passed.
        SignerId::new(signer.name(), signer.verifier().key_id().0)
            .ok_or_else(|| Failure::could_not("a key name is too long"))
    });
    let content = Content {
        origin: args.origin.clone(),
        kind: kind.to_owned(),
        about,
        after,
        body,
        event_date,
        expires,
        signers: ids.collect::<Result<_, _>>()?,
    };
    let mut statement = content.draft().map_err(Failure::could_not)?;
    for signer in signers {
        statement.sign(signer).map_err(Failure::could_not)?;
    }
    Ok(statement)
}

impl Made {
    fn tell(&self, args: &Args, terms: &Terms) {
        let dir = args.dir.display();
        output::say(format_args!("Founded the trial ledger {} in {dir}.\n", args.origin));
        let offices: Vec<String> =
            (1..).zip(&self.officials).map(|(n, (office, _)): (u64, _)| format!("official/{n} {office}")).collect();
        let holders: Vec<String> = (1..).zip(&terms.holders).map(|(n, holder)| format!("root/{n} {holder}")).collect();
        output::facts(&[
            (
                "entries",
                match terms.rules {
                    0 => format!("{}: the founding, and one appointment for each office", self.size),
                    _ => format!("{}: the founding, one appointment for each office, and the desk", self.size),
                },
            ),
            ("rules", format!("rule set {}", terms.rules)),
            ("profile", terms.title.clone()),
            (
                "currency",
                match args.decimals {
                    0 => format!("{}, in whole units", args.currency),
                    decimals => format!("{}, with {decimals} decimal places", args.currency),
                },
            ),
            (
                "roots",
                format!(
                    "{} keys; any {} of them appoint officials and revoke keys\n{}",
                    self.roots.len(),
                    threshold(args, terms),
                    holders.join("\n")
                ),
            ),
            ("offices", offices.join("\n")),
            ("vkey", self.vkey.to_string()),
        ]);
        output::say("\nPublish the vkey where people already trust you: with it anyone can check the ledger.");
        if args.keys.is_none() {
            output::say(format_args!(
                "Move {dir}/keys/root-*.key off this machine now, each to another holder; then each official's key to\nits holder. Only keys/ledger.key and keys/desk.key stay. A lost key or\npassphrase cannot be restored."
            ));
        }
        output::say(format_args!("\nNext:\n  hibah serve {dir}\n  hibah verify {dir}\n  hibah sign --help"));
    }

    fn json(&self, args: &Args) {
        let officials = (1u64..).zip(&self.officials).map(|(n, (office, vkey))| {
            json!({ "about": format!("official/{n}"), "office": office, "vkey": vkey.to_string(), "file": official_file(n, office) })
        });
        output::json(&json!({
            "dir": args.dir.display().to_string(),
            "origin": args.origin,
            "vkey": self.vkey.to_string(),
            "size": self.size,
            "root": self.root.to_hex(),
            "roots": self.roots.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "officials": officials.collect::<Vec<_>>(),
        }));
    }
}
