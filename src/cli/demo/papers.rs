//! Lists, budgets and decrees: each on its day takes the cases that wait for it.

use serde_json::{Value, json};

use super::bodies;
use super::city::{CityError, Saying};
use super::golden;
use super::script::{Paper, day};
use super::town::Town;
use crate::grants::about::{About, CaseId, CaseOwner, DecreeId};
use crate::grants::figures::Figure;
use crate::grants::kinds::Kind;
use crate::grants::one::stages;
use crate::grants::one::ways::Way;
use crate::grants::time::Date;

/// Rows in one statement.
const ROWS: usize = 200;

/// A row to be: its number, the case, the amount.
type Row = (u64, CaseId, i64);

/// Every paper of this day.
pub(super) fn on(town: &mut Town<'_>, on: Date) -> Result<(), CityError> {
    let script = town.script;
    for paper in &script.paper {
        if day(&paper.date).map_err(CityError::Script)? == on {
            town.city.flush()?;
            match paper.family.as_str() {
                "revoke" => revoke(town, on, paper)?,
                _ if !paper.amends.is_empty() => amend(town, on, paper)?,
                _ => issue(town, on, paper)?,
            }
        }
    }
    Ok(())
}

fn office(paper: &Paper) -> &'static str {
    if paper.family == "budget" { "sekda" } else { "wali_kota" }
}

fn sealed(family: &str) -> Kind {
    match family {
        "list" => Kind::ListSealed,
        "budget" => Kind::BudgetSealed,
        _ => Kind::DecreeSealed,
    }
}

fn issue(town: &mut Town<'_>, on: Date, paper: &Paper) -> Result<(), CityError> {
    let rows = waiting(town, paper)?;
    if rows.is_empty() {
        return Err(CityError::Script(format!(
            "nothing waits for {} {} on {}",
            paper.family, paper.number, paper.date
        )));
    }
    let kind = match paper.family.as_str() {
        "list" => "list.nominated",
        "budget" if next(town, paper) > 1 => "budget.amended",
        "budget" => "budget.enacted",
        _ => "decree.issued",
    };
    let about = record(town, on, paper, kind, &rows, json!({}))?;
    if paper.end == "abandoned" {
        let body = json!({"reason": "Jumlah pada lampiran keliru; diterbitkan ulang."});
        return town.city.say(&Saying {
            kind: &format!("{}.abandoned", paper.family),
            about,
            body,
            on,
            signers: &[office(paper)],
        });
    }
    town.city.say(&Saying {
        kind: sealed(&paper.family).name(),
        about,
        body: json!({}),
        on,
        signers: &[office(paper)],
    })?;
    town.papers.insert(paper.number.clone(), about);
    for at in 0..town.cases.len() {
        let running = &town.cases[at];
        if rows.iter().any(|(_, id, _)| *id == running.id) {
            // A decree that will be revoked is revoked before anybody asks for its money.
            let wait = if paper.end == "revoked" { 15 } else { 2 };
            let more = town.chance(&format!("{} {}", running.name, paper.family), 25);
            let day = town.later(on, wait + more);
            town.wake(at, day);
        }
    }
    Ok(())
}

fn next(town: &Town<'_>, paper: &Paper) -> u64 {
    About::parse(&format!("{}/{}/1", paper.family, paper.fiscal_year))
        .map_or(1, |first| town.city.state().next_number(&first))
}

/// The cases that wait for this paper, the golden ones at their rows.
fn waiting(town: &Town<'_>, paper: &Paper) -> Result<Vec<Row>, CityError> {
    let kind = sealed(&paper.family);
    let mut golden_rows: Vec<Row> = Vec::new();
    for (at, golden) in town.script.golden.iter().enumerate() {
        if let Some(amount) = takes(town, &golden::case(at), paper, kind)? {
            let row = if paper.family == "decree" { golden.row } else { at as u64 + 1 };
            let own = paper.family != "decree" || golden_decree(&paper.number) == Some(at);
            golden_rows.extend(own.then_some((row, golden::case(at), amount)));
        }
    }
    let mut rows: Vec<Row> = Vec::new();
    let mut number = 0;
    for running in &town.cases {
        if rows.len() + golden_rows.len() >= paper.rows {
            break;
        }
        if running.waits_at(kind) {
            continue;
        }
        if let Some(amount) = takes(town, &running.id, paper, kind)? {
            number += 1;
            while golden_rows.iter().any(|(row, ..)| *row == number) {
                number += 1;
            }
            rows.push((number, running.id, amount));
        }
    }
    rows.extend(golden_rows);
    rows.sort_unstable_by_key(|(row, ..)| *row);
    Ok(rows)
}

/// Which golden case a decree of the source is for.
fn golden_decree(number: &str) -> Option<usize> {
    match number {
        "978/Kep.161-DPKAD/2014" => Some(0),
        "978/Kep.574-DPKAD/2014" => Some(1),
        _ => None,
    }
}

/// The amount that this paper gives the case, if the case waits for it.
fn takes(town: &Town<'_>, id: &CaseId, paper: &Paper, kind: Kind) -> Result<Option<i64>, CityError> {
    let book = town.book()?;
    let Some(case) = book.case(id) else { return Ok(None) };
    let core = &case.core;
    let way = paper.way.is_empty() || core.facts.way.name() == paper.way;
    let stages = book.profile().map(|profile| stages::next(profile, core)).unwrap_or_default();
    if !way
        || core.facts.fiscal_year != paper.fiscal_year
        || case.held_by.is_some()
        || stages.first() != Some(&kind)
        || book.is_disputed(id)
    {
        return Ok(None);
    }
    if kind == Kind::DecreeSealed {
        let standing = match id.owner {
            CaseOwner::Org(n) => book.org(n).is_some_and(|org| {
                org.suspended.is_none() && org.barred_until.is_none_or(|until| until < town.city.today())
            }),
            CaseOwner::Agency(_) => true,
        };
        if !standing || town.is_overdue(id)? {
            return Ok(None);
        }
    }
    let figures = [Figure::Enacted, Figure::Proposed, Figure::Considered, Figure::Asked];
    Ok(figures.into_iter().find_map(|figure| core.figures.get(figure)).map(|amount| amount.minor()))
}

/// Says the paper and its rows; answers what it is about.
fn record(
    town: &mut Town<'_>,
    on: Date,
    paper: &Paper,
    kind: &str,
    rows: &[Row],
    more: Value,
) -> Result<About, CityError> {
    let text = format!("{}/{}/{}", paper.family, paper.fiscal_year, next(town, paper));
    let about = About::parse(&text).ok_or_else(|| CityError::Script(format!("{text} is nothing")))?;
    let title = match (paper.family.as_str(), kind) {
        ("list", _) => "Daftar nominatif calon penerima",
        ("budget", _) => "Penjabaran APBD Lampiran III dan IV",
        (_, "decree.amended") => "Perubahan keputusan wali kota",
        _ => "Keputusan wali kota",
    };
    let signer = office(paper);
    let mut body = json!({
        "number": paper.number, "fiscal_year": paper.fiscal_year, "rows": rows.len(),
        "total": rows.iter().map(|(.., amount)| amount).sum::<i64>(), "document": bodies::document(title, &text),
        "decided_by": town.city.decided_by(signer),
    });
    if paper.family == "budget" {
        body["ceilings"] = json!([
            {"way": "grant", "amount": 90_000_000_000_i64},
            {"way": "assistance_planned", "amount": 12_000_000_000_i64},
            {"way": "assistance_unplanned", "amount": 1_500_000_000_i64},
        ]);
    } else {
        body["way"] = json!(paper.way);
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        body[name.as_str()] = value.clone();
    }
    town.city.say(&Saying { kind, about, body, on, signers: &[signer] })?;
    for part in rows.chunks(ROWS) {
        town.city.flush()?;
        let row = |(row, case, amount): &Row| {
            let after = town.city.state().head(&About::Case(*case)).map(|head| head.to_hex());
            json!({"row": row, "case": About::Case(*case).to_string(), "after": after, "amount": amount})
        };
        let body = json!({"rows": part.iter().map(row).collect::<Vec<_>>()});
        let kind = format!("{}.rows", paper.family);
        town.city.say(&Saying { kind: &kind, about, body, on, signers: &[signer] })?;
    }
    Ok(about)
}

/// An amendment lowers what the first few cases of a decree get that have no agreement yet.
fn amend(town: &mut Town<'_>, on: Date, paper: &Paper) -> Result<(), CityError> {
    let Some(&About::Decree(amends)) = town.papers.get(&paper.amends) else {
        return Err(CityError::Script(format!("there is no decree {} to amend", paper.amends)));
    };
    let rows = of_decree(town, amends)?;
    let rows: Vec<Row> =
        rows.into_iter().take(paper.rows).zip(1..).map(|((_, id, amount), row)| (row, id, amount * 9 / 10)).collect();
    if rows.is_empty() {
        return Err(CityError::Script(format!("no case of {} can be amended", paper.amends)));
    }
    let about = record(town, on, paper, "decree.amended", &rows, json!({"amends": About::Decree(amends).to_string()}))?;
    town.city.say(&Saying { kind: "decree.sealed", about, body: json!({}), on, signers: &["wali_kota"] })
}

/// The cases of a decree that have no agreement yet, with what it gave them.
fn of_decree(town: &Town<'_>, decree: DecreeId) -> Result<Vec<Row>, CityError> {
    let cases = town.book()?.cases().filter(|(_, case)| {
        case.core.decree.is_some_and(|place| place.decree == decree)
            && case.core.closed.is_none()
            && case.held_by.is_none()
            && case.core.figures.get(Figure::Agreed).is_none()
            && case.core.facts.way == Way::Grant
    });
    Ok(cases.map(|(id, case)| (0, id, case.core.amount(Figure::Decreed).minor())).collect())
}

fn revoke(town: &mut Town<'_>, on: Date, paper: &Paper) -> Result<(), CityError> {
    let Some(&about) = town.papers.get(&paper.number) else {
        return Err(CityError::Script(format!("there is no decree {} to revoke", paper.number)));
    };
    let body = json!({
        "number": format!("{}-cabut", paper.number), "reason": "Lampiran memuat penerima yang salah kelurahan.",
        "document": bodies::document("Pencabutan keputusan wali kota", &paper.number),
        "decided_by": town.city.decided_by("wali_kota"),
    });
    town.city.say(&Saying { kind: "decree.revoked", about, body, on, signers: &["wali_kota"] })
}
