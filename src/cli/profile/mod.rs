//! `hibah profile`: explains a government's profile in words, lists those that ship with hibah, and shows one to begin
//! from.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Failure, files, output};
use crate::grants::one::profile::{self, Profile, ProfileError};

mod reading;
mod warnings;
mod words;

use words::Lang;

/// Explain a government's profile in words and find its mistakes
#[derive(clap::Args)]
#[command(
    after_help = "A new government begins with a copy of a profile that ships with hibah:\n  hibah profile show kota-bandung > my-region.toml\n  hibah profile check my-region.toml"
)]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(clap::Subcommand)]
enum Act {
    Check(Check),
    List(List),
    Show(Show),
}

/// Check a profile and say in words what it lays down: offices, stages, who signs what, limits
#[derive(clap::Args)]
#[command(
    after_help = "Exit status: 0 the profile is valid, 1 it has a mistake, 2 it could not be read.\n\nExamples:\n  hibah profile check kota-bandung\n  hibah profile check my-region.toml --lang id"
)]
struct Check {
    /// A profile that ships with hibah, or a TOML file; - reads standard input
    #[arg(value_name = "NAME-OR-FILE")]
    profile: String,
    /// The language to explain it in
    #[arg(long, value_enum, default_value_t = Lang::En)]
    lang: Lang,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// List the profiles that ship with hibah
#[derive(clap::Args)]
#[command(after_help = "Example:\n  hibah profile list")]
struct List {
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// Print the TOML of a profile that ships with hibah, so that another government can begin from it
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  hibah profile show kota-bandung > my-region.toml\n  hibah profile show kab-kerinci --json"
)]
struct Show {
    /// Its name; `hibah profile list` has them all
    name: String,
    /// Print the JSON that goes on the ledger instead
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    match &args.act {
        Act::Check(check) => explain(check),
        Act::List(list) => tell_names(list),
        Act::Show(show) => print_toml(show),
    }
}

fn explain(args: &Check) -> Result<(), Failure> {
    let text = read(&args.profile)?;
    let profile = match Profile::from_toml(&text) {
        Ok(profile) => profile,
        Err(fault) => return Err(wrong(args, &text, &fault)),
    };
    if args.json {
        output::json(&reading::facts(&profile));
        return Ok(());
    }
    for line in words::explain(&profile, args.lang) {
        output::say(line);
    }
    Ok(())
}

fn read(named: &str) -> Result<String, Failure> {
    if let Some(text) = profile::named_toml(named) {
        return Ok(text.to_owned());
    }
    let file = PathBuf::from(named);
    if file != Path::new("-") && !file.exists() {
        return Err(Failure::CouldNot(format!(
            "there is no file {named}, and no profile of that name ships with hibah: name a TOML file or one of {}",
            profile::NAMES.join(", ")
        )));
    }
    files::read_text(&file, "a profile in TOML")
}

/// One sentence with line and field, and the line itself.
fn wrong(args: &Check, text: &str, fault: &ProfileError) -> Failure {
    if args.json {
        output::json(&json!({
            "valid": false, "line": fault.line, "field": fault.field, "what": fault.what, "sentence": fault.to_string(),
        }));
    }
    let field = if fault.field.is_empty() { "the profile" } else { &fault.field };
    let (place, shown) = match fault.line {
        Some(line) => {
            let number = line.to_string();
            let shown = text.lines().nth(line - 1).map(|shown| format!("\n  {number} | {}", shown.trim_end()));
            (format!("{} line {number}", args.profile), shown.unwrap_or_default())
        }
        None => (args.profile.clone(), String::new()),
    };
    Failure::DoesNotHold(format!("{place}: {field} {}; correct it and check the profile again{shown}", fault.what))
}

fn tell_names(args: &List) -> Result<(), Failure> {
    let profiles: Vec<Profile> = profile::NAMES.iter().filter_map(|name| profile::named(name)).collect();
    if args.json {
        let list = profiles.iter().map(|profile| {
            json!({
                "name": profile.name.0,
                "name_id": profile.government.name_id.0,
                "name_en": profile.government.name_en.0,
                "region_code": profile.government.region_code.0,
            })
        });
        output::json(&Value::Array(list.collect()));
        return Ok(());
    }
    let told =
        |profile: &Profile| format!("{}, region {}", profile.government.name_en.0, profile.government.region_code.0);
    let rows: Vec<(&str, String)> = profiles.iter().map(|profile| (profile.name.0.as_str(), told(profile))).collect();
    output::facts(&rows);
    output::say("\nExplain one: hibah profile check kota-bandung");
    output::say("Begin from one: hibah profile show kota-bandung > my-region.toml");
    Ok(())
}

fn print_toml(args: &Show) -> Result<(), Failure> {
    let unknown = || {
        Failure::CouldNot(format!(
            "no profile \"{}\" ships with hibah: name one of {}",
            args.name,
            profile::NAMES.join(", ")
        ))
    };
    if args.json {
        output::json(&profile::named(&args.name).ok_or_else(unknown)?.to_json());
    } else {
        output::raw(profile::named_toml(&args.name).ok_or_else(unknown)?.as_bytes());
    }
    Ok(())
}
