//! The table of citizens' reports.

use super::{Both, Cell, Origin, Sort, Table, TableError, Take, Which, column};
use crate::grants::time::Date;
use crate::public::citizens::{Report, State, Wanted};
use crate::public::founding::Founding;

pub(in crate::public) static CITIZENS: Table = Table {
    name: "reports",
    title: Both { id: "Laporan warga", en: "Citizens' reports" },
    about: Both {
        id: "Satu baris untuk tiap laporan warga, yang terbaru lebih dahulu. Isi laporan disegel dan tidak ada di sini.",
        en: "A row for each citizen's report, the newest first. What a report says is sealed and not here.",
    },
    columns: &[
        column("report", Sort::Number, true, "Nomornya", "Its number"),
        column("state", Sort::Text, true, "open, overdue, atau answered", "open, overdue or answered"),
        column("received", Sort::Time, true, "Kapan dicatat", "When it was recorded"),
        column("received_entry", Sort::Number, true, "Entri yang mencatatnya", "The entry that records it"),
        column("case", Sort::Text, false, "Kasusnya; kosong bila tidak disebut", "Its case; empty where it names none"),
        column("agency", Sort::Text, false, "Kode SKPD kasus itu", "The code of that case's agency"),
        column("due", Sort::Day, false, "Batas jawabannya", "The day by which it must be answered"),
        column("answered", Sort::Time, false, "Kapan dijawab pertama kali", "When it was first answered"),
        column("answered_entry", Sort::Number, false, "Entri jawaban itu", "The entry of that answer"),
        column("answered_by", Sort::Text, false, "Kode kantor yang menjawab", "The code of the office that answered"),
        column(
            "days",
            Sort::Number,
            false,
            "Hari dari dicatat sampai jawaban itu",
            "Days from its record to that answer",
        ),
        column("answers", Sort::Number, true, "Banyaknya jawaban", "How many answers there are"),
        column("rating", Sort::Number, false, "Penilaian warga, 1 sampai 5", "The citizen's rating, 1 to 5"),
        column("rating_entry", Sort::Number, false, "Entri penilaian itu", "The entry of that rating"),
    ],
    key: &["report"],
    rows: reports,
};

fn row(report: &Report, state: State, founding: &Founding) -> Vec<Cell> {
    let first = report.answers.first();
    vec![
        Cell::count(report.n),
        Cell::text(state.name()),
        Cell::text(&report.received.at.to_string()),
        Cell::count(report.received.index),
        Cell::text(report.case.as_deref().unwrap_or_default()),
        Cell::text(&report.agency),
        report.due(founding).map_or(Cell::Nothing, |due| Cell::text(&due.to_string())),
        first.map_or(Cell::Nothing, |answer| Cell::text(&answer.entered.at.to_string())),
        first.map_or(Cell::Nothing, |answer| Cell::count(answer.entered.index)),
        first.map_or(Cell::Nothing, |answer| Cell::text(&answer.office)),
        report.waited(founding.offset_min).into(),
        Cell::count(report.answers.len() as u64),
        report.rated.map_or(Cell::Nothing, |(_, rating)| Cell::count(rating)),
        report.rated.map_or(Cell::Nothing, |(entered, _)| Cell::count(entered.index)),
    ]
}

fn reports(origin: &Origin<'_>, which: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let (founding, day) = (origin.founding, Date::parse(&origin.at.day));
    let query = &which.grants;
    let wanted = Wanted::of(query.status.as_deref(), query.agency.as_deref()).unwrap_or_default();
    for report in origin.memory.citizens_now().all(origin.reader, &founding.origin, origin.at.size)? {
        let state = report.state(founding, day);
        if wanted.takes(&report, state) {
            take(&row(&report, state, founding))?;
        }
    }
    Ok(())
}
