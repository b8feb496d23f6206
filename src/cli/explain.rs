//! `hibah explain`: what a kind of statement, a rule or a flag is, who signs, which law; and the pages of all of them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Failure, files, output};
use crate::grants::explain::{Around, Language, Topic, Way, page, rules_of, terminal};
use crate::grants::one::bodies::Body;
use crate::grants::one::profile::{self, Stages};
use crate::grants::shape::Field;

/// Explain a kind of statement, a rule or a flag: what it is, who signs, what comes before and after, which law
#[derive(clap::Args)]
#[command(
    after_help = "Without a name, all kinds, rules and flags are listed with their titles.\n\nExamples:\n  hibah explain\n  hibah explain warrant.issued\n  hibah explain B6 --lang id\n  hibah explain report_late --markdown\n  hibah explain --write docs/rules"
)]
pub struct Args {
    /// The name of a kind, a rule or a flag: warrant.issued, B6, report_late [default: list all]
    #[arg(value_name = "KIND|RULE|FLAG")]
    name: Option<String>,
    /// The language at the terminal; pages have both
    #[arg(long, value_name = "LANGUAGE", value_parser = ["id", "en"], default_value = "en")]
    lang: String,
    /// Show the page in Markdown, in both languages
    #[arg(long, requires = "name", conflicts_with = "json")]
    markdown: bool,
    /// Write a page for each of them, and an index, into this folder
    #[arg(long, value_name = "DIR", conflicts_with_all = ["name", "markdown"])]
    write: Option<PathBuf>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

/// The width of what is printed, in characters.
const WIDTH: usize = 80;

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let language = if args.lang == "id" { Language::Id } else { Language::En };
    if let Some(folder) = &args.write {
        return write(args, folder);
    }
    let Some(name) = &args.name else {
        list(args, language);
        return Ok(());
    };
    let topic = Topic::find(name).ok_or_else(|| unknown(name))?;
    let (ways, fields) = (ways(), fields(&topic));
    let around = Around { ways: &ways, fields: &fields };
    if args.json {
        output::json(&record(&topic, &fields)?);
    } else if args.markdown {
        output::say(page::page(&topic, around).trim_end());
    } else {
        output::say(terminal::text(&topic, around, language, WIDTH).trim_end());
    }
    Ok(())
}

/// The ways and stages of a case as Kota Bandung has them, whose procedure the others took over.
fn ways() -> Vec<Way> {
    let profile = profile::named("kota-bandung").expect("the profile of Kota Bandung ships with the program");
    let words = |way: &Stages| Way {
        way: way.way.name().to_owned(),
        form: way.form.name().to_owned(),
        stages: way.stages.iter().map(|stage| stage.name().to_owned()).collect(),
    };
    profile.ways.iter().map(words).collect()
}

/// The fields of a kind's body; rules and flags have none.
fn fields(topic: &Topic) -> Vec<Field> {
    match topic {
        Topic::Kind(kind, _) => Body::fields(*kind),
        Topic::Rule(..) | Topic::Flag(_) => Vec::new(),
    }
}

fn unknown(name: &str) -> Failure {
    let near: Vec<String> =
        Topic::nearest(name).iter().map(|topic| format!("{} ({})", topic.name(), topic.title().en)).collect();
    let hint = match near.split_last() {
        None => "`hibah explain` lists all of them".to_owned(),
        Some((last, [])) => format!("did you mean {last}? `hibah explain` lists all of them"),
        Some((last, others)) => {
            format!("did you mean {} or {last}? `hibah explain` lists all of them", others.join(", "))
        }
    };
    Failure::CouldNot(format!("\"{name}\" is no kind, rule or flag: {hint}"))
}

fn list(args: &Args, language: Language) {
    let topics = Topic::all();
    if args.json {
        let listed =
            topics.iter().map(|topic| json!({ "sort": topic.sort(), "name": topic.name(), "title": topic.title() }));
        output::json(&Value::Array(listed.collect()));
        return;
    }
    output::say(terminal::list(&topics, language, WIDTH).trim_end());
}

fn record(topic: &Topic, fields: &[Field]) -> Result<Value, Failure> {
    let mut value = topic.record().map_err(Failure::could_not)?;
    value["sort"] = json!(topic.sort());
    value["title"] = json!(topic.title());
    if let Topic::Kind(kind, prose) = topic {
        let rules: Vec<&str> = rules_of(kind.name()).iter().map(|rule| rule.code()).collect();
        value["rules"] = json!(rules);
        value["example"] = serde_json::from_str(prose.example()).map_err(Failure::could_not)?;
        let told = fields.iter().map(|field| {
            json!({ "name": field.name, "what": field.what, "optional": field.optional, "meaning": field.meaning })
        });
        value["fields"] = Value::Array(told.collect());
    }
    Ok(value)
}

/// Every page with its file's name, the index first.
pub fn pages() -> Vec<(String, String)> {
    let topics = Topic::all();
    let ways = ways();
    let index = ("README.md".to_owned(), page::index(&topics));
    let each = topics.iter().map(|topic| {
        let fields = fields(topic);
        (page::file_name(topic), page::page(topic, Around { ways: &ways, fields: &fields }))
    });
    std::iter::once(index).chain(each).collect()
}

fn write(args: &Args, folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|error| {
        let why = files::why(&error);
        Failure::CouldNot(format!("{} could not be made ({why}): name a folder that can be", folder.display()))
    })?;
    let pages = pages();
    for (name, text) in &pages {
        files::write(&folder.join(name), text.as_bytes())?;
    }
    if args.json {
        let names: Vec<&String> = pages.iter().map(|(name, _)| name).collect();
        output::json(&json!({ "folder": folder.display().to_string(), "pages": names }));
        return Ok(());
    }
    let count = u64::try_from(pages.len()).map_err(Failure::could_not)?;
    output::say(format_args!("{} written into {}", output::count(count, "page", "pages"), folder.display()));
    Ok(())
}
