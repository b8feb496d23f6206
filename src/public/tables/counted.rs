//! The tables of what is counted of all grants, by agency and by fiscal year; and of who may sign what.

use super::{Both, Cell, Origin, Sort, Table, TableError, Take, Which, column};
use crate::grants::time::Date;
use crate::public::appointments;
use crate::public::coverage::Coverage;
use crate::public::pace::Delays;
use crate::public::pages::words::Lang;
use crate::public::pages::years::{Counting, years};
use crate::public::roll::Tally;

const ASKED: usize = 0;
const ENACTED: usize = 4;
const DECREED: usize = 5;
const PAID: usize = 7;
const REPORTED: usize = 9;

/// A sum in minor units; nothing where no grant has the amount.
fn sum(tally: &Tally, at: usize) -> Cell {
    tally.sum(at).and_then(|sum| i64::try_from(sum).ok()).into()
}

pub(in crate::public) static AGENCIES: Table = Table {
    name: "agencies",
    title: Both { id: "Perangkat daerah", en: "Agencies" },
    about: Both {
        id: "Satu baris untuk tiap perangkat daerah: yang diminta kepadanya, yang ditetapkan, dicairkan, dan ditolak. Jumlah dalam satuan terkecil mata uang.",
        en: "A row for each agency: what was asked of it, decreed, paid and refused. Amounts are in minor units of the currency.",
    },
    columns: &[
        column("agency", Sort::Text, true, "Kodenya", "Its code"),
        column("title_id", Sort::Text, true, "Namanya dalam bahasa Indonesia", "Its name in Indonesian"),
        column("title_en", Sort::Text, true, "Namanya dalam bahasa Inggris", "Its name in English"),
        column("grants", Sort::Number, true, "Banyaknya hibah", "How many grants"),
        column("asked", Sort::Number, false, "Jumlah yang diminta", "The sum asked"),
        column("decreed", Sort::Number, false, "Jumlah yang ditetapkan", "The sum decreed"),
        column("paid", Sort::Number, false, "Jumlah yang dicairkan", "The sum paid"),
        column("refused", Sort::Number, true, "Banyaknya yang ditolak", "How many were refused"),
        column(
            "entries",
            Sort::Number,
            true,
            "Banyaknya entri tentang hibahnya",
            "How many entries are about grants of it",
        ),
        column(
            "delay_median",
            Sort::Number,
            false,
            "Jeda tengah dari kejadian sampai tercatat, dalam hari",
            "The middle delay from event to record, in days",
        ),
        column(
            "entries_late",
            Sort::Number,
            true,
            "Banyaknya entri yang dicatat lebih dari 7 hari kemudian",
            "How many entries were recorded more than 7 days later",
        ),
        column(
            "last_entry",
            Sort::Number,
            false,
            "Entri terakhir tentang hibahnya",
            "The latest entry about a grant of it",
        ),
    ],
    key: &["agency"],
    rows: agencies,
};

fn agencies(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let roll = origin.memory.roll_at(origin.reader, origin.at.size)?;
    let tallies = roll.grouped(|line| Some(line.counted.agency.clone()));
    let refused = roll.grouped(|line| (line.counted.status == "refused").then(|| line.counted.agency.clone()));
    let paces = origin.memory.paces_now();
    let recording = paces.at(origin.reader, origin.founding, origin.at.size, |pace| pace.recording.clone())?;
    for code in roll.agencies(origin.founding) {
        let delays = recording.get(&code);
        let tally = tallies.get(&code).cloned().unwrap_or_default();
        let title = |lang| Cell::text(origin.founding.agency(&code, lang));
        take(&[
            Cell::text(&code),
            title(Lang::Indonesian),
            title(Lang::English),
            Cell::count(tally.grants),
            sum(&tally, ASKED),
            sum(&tally, DECREED),
            sum(&tally, PAID),
            Cell::count(refused.get(&code).map_or(0, |tally| tally.grants)),
            Cell::count(delays.map_or(0, Delays::count)),
            delays.and_then(Delays::median).map_or(Cell::Nothing, Cell::Number),
            Cell::count(delays.map_or(0, Delays::late)),
            roll.latest(|line| line.counted.agency == code).map_or(Cell::Nothing, Cell::count),
        ])?;
    }
    Ok(())
}

pub(in crate::public) static YEARS: Table = Table {
    name: "years",
    title: Both { id: "Tahun anggaran", en: "Fiscal years" },
    about: Both {
        id: "Satu baris untuk tiap tahun anggaran: anggaran, realisasi, laporan, dan yang menurut register kas daerah dibayarkan. Tahun sebelum buku besar menghitung hibah dari daftar lama; tahun lain hanya kasus pada buku besar.",
        en: "A row for each fiscal year: budget, payments, reports, and what the treasury's registers say was paid. A year before the ledger counts awards of old lists, any other only cases on the ledger.",
    },
    columns: &[
        column("fiscal_year", Sort::Number, true, "Tahun anggaran", "The fiscal year"),
        column(
            "before_ledger",
            Sort::Truth,
            true,
            "Apakah hanya dari daftar sebelum buku besar",
            "Whether it is only of lists of before the ledger",
        ),
        column("grants", Sort::Number, true, "Banyaknya hibah", "How many grants"),
        column("enacted", Sort::Number, false, "Jumlah yang dianggarkan", "The sum enacted"),
        column("decreed", Sort::Number, false, "Jumlah yang ditetapkan", "The sum decreed"),
        column("paid", Sort::Number, false, "Jumlah yang dicairkan", "The sum paid"),
        column("recipients_paid", Sort::Number, true, "Penerima yang dicairkan", "Recipients that were paid"),
        column("recipients_reported", Sort::Number, true, "Penerima yang melapor", "Recipients that reported"),
        column("reported", Sort::Number, false, "Jumlah yang dilaporkan", "The sum reported"),
        column(
            "treasury_paid",
            Sort::Number,
            false,
            "Yang dibayarkan menurut register kas daerah",
            "What was paid by the treasury's registers",
        ),
        column(
            "treasury_months",
            Sort::Number,
            true,
            "Berapa bulan register itu",
            "How many months those registers cover",
        ),
        column("treasury_as_of", Sort::Day, false, "Hari rekonsiliasi terakhir", "The day of the latest comparison"),
        column(
            "last_entry",
            Sort::Number,
            true,
            "Entri terakhir tentang hibahnya",
            "The latest entry about its grants",
        ),
    ],
    key: &["fiscal_year"],
    rows: all_years,
};

fn all_years(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let roll = origin.memory.roll_at(origin.reader, origin.at.size)?;
    for (year, migrated) in years(&roll) {
        let counting = Counting { year, migrated };
        let tally = counting.tally(&roll);
        let (months, paid, as_of) = match Coverage::read(origin.reader, &origin.founding.origin, year)? {
            Coverage::Never => (0, None, None),
            Coverage::Registers { months, paid, as_of, .. } => (months, i64::try_from(paid).ok(), Some(as_of)),
        };
        let last = roll.latest(|line| counting.takes(line));
        take(&[
            Cell::count(u64::from(year)),
            Cell::Truth(migrated),
            Cell::count(tally.grants),
            sum(&tally, ENACTED),
            sum(&tally, DECREED),
            sum(&tally, PAID),
            Cell::count(counting.recipients(&roll, PAID)),
            Cell::count(counting.recipients(&roll, REPORTED)),
            sum(&tally, REPORTED),
            paid.into(),
            Cell::count(u64::from(months)),
            day(as_of),
            last.map_or(Cell::Nothing, Cell::count),
        ])?;
    }
    Ok(())
}

fn day(day: Option<Date>) -> Cell {
    day.map_or(Cell::Nothing, |day| Cell::text(&day.to_string()))
}

pub(in crate::public) static OFFICIALS: Table = Table {
    name: "officials",
    title: Both { id: "Pemegang jabatan", en: "Holders of offices" },
    about: Both {
        id: "Satu baris untuk tiap pengangkatan, dengan kuncinya dan apakah kunci itu berlaku pada hari entri terakhir. Orang disebut dengan nomor publiknya.",
        en: "A row for each appointment, with its key and whether that is in force on the day of the newest entry. Persons are named by their public numbers.",
    },
    columns: &[
        column(
            "official",
            Sort::Text,
            true,
            "Nama pengangkatan pada buku besar",
            "The appointment's name on the ledger",
        ),
        column("office", Sort::Text, true, "Kode jabatan", "The office's code"),
        column("office_title", Sort::Text, false, "Nama jabatan", "The office's name"),
        column("person", Sort::Text, false, "Nomor publik orangnya", "The person's public number"),
        column("decree", Sort::Text, false, "Nomor keputusan pengangkatan", "The number of the decree of appointment"),
        column("from", Sort::Day, false, "Sejak hari", "From this day"),
        column("until", Sort::Day, false, "Sampai hari", "Until this day"),
        column("acting", Sort::Truth, true, "Apakah pelaksana tugas", "Whether acting"),
        column("key", Sort::Text, false, "Kuncinya, nama dan 8 hex", "Its key, name and 8 hex"),
        column("key_entry", Sort::Number, true, "Entri yang membawa kunci itu", "The entry that brought that key"),
        column(
            "standing",
            Sort::Text,
            true,
            "in_force, not_yet, expired, retired atau revoked",
            "in_force, not_yet, expired, retired or revoked",
        ),
        column("retired_entry", Sort::Number, false, "Entri yang mengakhirinya", "The entry that ended it"),
        column("last_day", Sort::Day, false, "Hari terakhirnya, bila disebut", "Its last day, where one is named"),
        column("revoked_entry", Sort::Number, false, "Entri yang mencabut kunci", "The entry that revoked the key"),
    ],
    key: &["official"],
    rows: officials,
};

fn officials(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let today = Date::parse(&origin.at.day);
    for one in appointments::all(origin.reader, &origin.founding.origin)? {
        let title = origin.founding.office(&one.office, Lang::Indonesian);
        let entry = |entry: Option<u64>| entry.map_or(Cell::Nothing, Cell::count);
        take(&[
            Cell::text(&format!("official/{}", one.n)),
            Cell::text(&one.office),
            if title == one.office { Cell::Nothing } else { Cell::text(title) },
            Cell::text(&one.person),
            Cell::text(&one.decree),
            day(one.period.0),
            day(one.period.1),
            Cell::Truth(one.acting),
            Cell::text(&one.key),
            Cell::count(one.since),
            Cell::text(one.standing(today).name()),
            entry(one.ended.map(|(entry, _)| entry)),
            day(one.ended.and_then(|(_, last)| last)),
            entry(one.revoked),
        ])?;
    }
    Ok(())
}
