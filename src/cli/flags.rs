//! `hibah flags`: what is allowed and still worth a question, worked out from the entries.

use serde_json::{Value, json};

use super::{Failure, output, source};
use crate::grants::about::{About, CaseId};
use crate::grants::flags::{Finding, Flag};
use crate::grants::time::Date;

/// List what is allowed and still worth a question, from the entries alone
#[derive(clap::Args)]
#[command(
    after_help = "A flag is a question, not a verdict: `hibah explain report_late` says how each is found.\nWhat should be there and is not stands in a list of its own.\n\nExamples:\n  hibah flags my-ledger\n  hibah flags my-ledger --flag year_end_rush\n  hibah flags my-ledger --case case/1/1"
)]
pub struct Args {
    /// A ledger's folder, an exported folder or a web address
    source: String,
    /// Only this flag
    #[arg(long, value_parser = flag)]
    flag: Option<Flag>,
    /// Only this case
    #[arg(long, value_name = "CASE", value_parser = case)]
    case: Option<CaseId>,
    /// Say it for a machine
    #[arg(long)]
    json: bool,
}

fn flag(text: &str) -> Result<Flag, String> {
    let names: Vec<&str> = Flag::ALL.iter().map(|flag| flag.name()).collect();
    Flag::parse(text).ok_or_else(|| format!("choose one of {}", names.join(", ")))
}

fn case(text: &str) -> Result<CaseId, String> {
    CaseId::parse(text).ok_or_else(|| "write a case such as case/1/1".to_owned())
}

/// Runs the command.
pub fn run(args: &Args) -> Result<(), Failure> {
    let ledger = source::open_ledger(&args.source)?;
    let mut findings: Vec<Finding> = Vec::new();
    let mut last = None;
    let replay = source::replay_with_flags(&ledger, &mut |step| {
        findings.extend(step.findings.iter().cloned());
        last = Some(step.recorded_at);
    })?;
    let today = replay.state().local_date(last.ok_or_else(|| Failure::could_not("the ledger has no entry yet"))?);
    let wanted = |id: CaseId, flag: Flag| {
        args.case.is_none_or(|case| case == id) && args.flag.is_none_or(|wanted| wanted == flag)
    };
    findings.retain(|finding| wanted(finding.case, finding.flag));
    findings.sort();
    let mut missing = replay.state().reports_missing(today);
    missing.retain(|(id, _)| wanted(*id, Flag::ReportLate));
    if args.json {
        output::json(&report(&findings, &missing, today));
    } else {
        tell(&findings, &missing, today);
    }
    Ok(())
}

fn tell(findings: &[Finding], missing: &[(CaseId, Date)], today: Date) {
    if findings.is_empty() {
        output::say("Worth a question: nothing.");
    } else {
        output::say(format_args!("Worth a question: {}", output::count(findings.len() as u64, "finding", "findings")));
    }
    for &flag in Flag::ALL {
        let own: Vec<&Finding> = findings.iter().filter(|finding| finding.flag == flag).collect();
        if own.is_empty() {
            continue;
        }
        output::say(format_args!("\n{} ({})", flag.name(), output::grouped(own.len() as u64)));
        for finding in own {
            let facts: Vec<String> =
                finding.facts.iter().map(|(name, value)| format!("{} {value}", name.replace('_', " "))).collect();
            let others: Vec<String> = finding.others.iter().map(|id| About::Case(*id).to_string()).collect();
            let beside = if others.is_empty() { String::new() } else { format!(", beside {}", others.join(", ")) };
            output::say(format_args!(
                "  {}  entry {}  {}{beside}",
                About::Case(finding.case),
                finding.entry,
                facts.join(", ")
            ));
        }
    }
    output::say(format_args!(
        "\nMissing on {today}: {}",
        match missing.len() {
            0 => "nothing.".to_owned(),
            n => output::count(n as u64, "report", "reports"),
        }
    ));
    for (id, due) in missing {
        output::say(format_args!("  {}  report was due {due}", About::Case(*id)));
    }
}

fn report(findings: &[Finding], missing: &[(CaseId, Date)], today: Date) -> Value {
    let one = |finding: &Finding| {
        let facts: serde_json::Map<String, Value> =
            finding.facts.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "flag": finding.flag.name(),
            "case": About::Case(finding.case).to_string(),
            "entry": finding.entry,
            "others": finding.others.iter().map(|id| About::Case(*id).to_string()).collect::<Vec<_>>(),
            "facts": facts,
        })
    };
    let absent = |(id, due): &(CaseId, Date)| json!({ "case": About::Case(*id).to_string(), "due": due.to_string() });
    json!({
        "as_of": today.to_string(),
        "suspicious": findings.iter().map(one).collect::<Vec<_>>(),
        "missing": missing.iter().map(absent).collect::<Vec<_>>(),
    })
}
