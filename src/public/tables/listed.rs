//! The tables that pages list: grants, organisations, flags with their findings, reports that are missing.

use serde_json::Value;

use super::{Both, Cell, Column, Origin, Sort, Table, TableError, Take, Which, column};
use crate::grants::explain::Topic;
use crate::grants::flags::Flag;
use crate::ledger::findings::{Finding, MissingReport};
use crate::ledger::reader::Grant;
use crate::public::api::flags::REPORT_MISSING;
use crate::public::founding::Founding;
use crate::public::pages::words::Lang;

pub(in crate::public) static GRANTS: Table = Table {
    name: "grants",
    title: Both { id: "Hibah dan bantuan", en: "Grants" },
    about: Both {
        id: "Satu baris untuk tiap hibah: kasus pada buku besar ini, juga yang ditolak, dan hibah dari daftar lama. Jumlah dalam satuan terkecil mata uang; kosong berarti tidak ada atau belum ada, bukan nol.",
        en: "A row for each grant: cases on this ledger, refused ones too, and awards from old lists. Amounts are in minor units of the currency; empty is not there or not yet, and never nought.",
    },
    columns: &[
        column("id", Sort::Text, true, "Nama pada buku besar", "Its name on the ledger"),
        column(
            "recipient",
            Sort::Text,
            false,
            "Penerima; kosong bila tersegel atau dihapus",
            "The recipient; empty where sealed or erased",
        ),
        column(
            "organisation",
            Sort::Number,
            false,
            "Nomor penerima pada buku besar",
            "The recipient's number on the ledger",
        ),
        column("title", Sort::Text, false, "Untuk apa", "What it is for"),
        column("fiscal_year", Sort::Number, true, "Tahun anggaran", "The fiscal year"),
        column("field", Sort::Text, false, "Kode bidang", "The field's code"),
        column("field_title", Sort::Text, false, "Nama bidang", "The field's name"),
        column("agency", Sort::Text, false, "Kode perangkat daerah", "The agency's code"),
        column("agency_title", Sort::Text, false, "Nama perangkat daerah", "The agency's name"),
        column(
            "way",
            Sort::Text,
            false,
            "Jalur: grant, assistance_planned, assistance_unplanned",
            "The way of the law: grant, assistance_planned, assistance_unplanned",
        ),
        column("form", Sort::Text, false, "Bentuk: money, goods, services", "The form: money, goods, services"),
        column(
            "status",
            Sort::Text,
            true,
            "Keadaan: open, refused, settled dan lain-lain",
            "How it stands: open, refused, settled and so on",
        ),
        column("stage", Sort::Text, true, "Jenis langkah terakhir", "The kind of its last step"),
        column("asked", Sort::Number, false, "Diminta", "Asked"),
        column("recommended", Sort::Number, false, "Direkomendasikan", "Recommended"),
        column("considered", Sort::Number, false, "Dipertimbangkan", "Considered"),
        column("proposed", Sort::Number, false, "Diusulkan", "Proposed"),
        column("enacted", Sort::Number, false, "Dianggarkan", "Enacted in the budget"),
        column("decreed", Sort::Number, false, "Ditetapkan dengan keputusan", "Decreed"),
        column("agreed", Sort::Number, false, "Disepakati dalam perjanjian", "Agreed"),
        column(
            "paid",
            Sort::Number,
            false,
            "Dicairkan; di bawah nol: dikembalikan (daftar lama)",
            "Paid; below nought: recovered (old lists)",
        ),
        column("credited", Sort::Number, false, "Diterima di rekening", "Credited"),
        column("reported", Sort::Number, false, "Dilaporkan", "Reported as used"),
        column("refunded", Sort::Number, false, "Disetor kembali", "Given back"),
        column(
            "report_due",
            Sort::Day,
            false,
            "Batas laporan, selama belum dilaporkan",
            "The day by which its use must be reported, as long as it is not",
        ),
        column("numbers", Sort::Texts, false, "Nomor dokumennya", "The numbers of its documents"),
        column(
            "migrated",
            Sort::Truth,
            true,
            "Apakah dari daftar sebelum buku besar",
            "Whether it was taken over from a list of before the ledger",
        ),
        column(
            "adopted_at",
            Sort::Text,
            false,
            "Tahap saat diambil alih dari kertas",
            "The stage at which it was taken over from paper",
        ),
        column("first_entry", Sort::Number, true, "Entri pertamanya", "Its first entry"),
        column("last_entry", Sort::Number, true, "Entri terakhirnya", "Its latest entry"),
    ],
    key: &["id"],
    rows: grants,
};

fn titled(code: &str, title: &str) -> Cell {
    if code == title { Cell::Nothing } else { Cell::text(title) }
}

fn grant(grant: &Grant, founding: &Founding) -> Vec<Cell> {
    let mut cells = vec![
        Cell::text(&grant.id),
        Cell::text(&grant.recipient),
        grant.organisation.map_or(Cell::Nothing, Cell::count),
        Cell::text(&grant.title),
        Cell::Number(i64::from(grant.fiscal_year)),
        Cell::text(&grant.field),
        titled(&grant.field, founding.field(&grant.field, Lang::Indonesian)),
        Cell::text(&grant.agency),
        titled(&grant.agency, founding.agency(&grant.agency, Lang::Indonesian)),
        Cell::text(&grant.way.0),
        Cell::text(&grant.way.1),
        Cell::text(&grant.status),
        Cell::text(&grant.stage),
    ];
    cells.extend(grant.amounts.map(Cell::from));
    let numbers: Vec<String> = grant.numbers.split('\n').filter(|n| !n.is_empty()).map(str::to_owned).collect();
    cells.extend([
        grant.report_due.as_deref().map_or(Cell::Nothing, Cell::text),
        if numbers.is_empty() { Cell::Nothing } else { Cell::Texts(numbers) },
        Cell::Truth(grant.migrated),
        Cell::text(&grant.adopted),
        Cell::count(grant.first_index),
        Cell::count(grant.last_index),
    ]);
    cells
}

fn grants(origin: &Origin<'_>, which: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_grant(&which.grants, |one| take(&grant(&one, origin.founding)))
}

pub(in crate::public) static ORGANISATIONS: Table = Table {
    name: "orgs",
    title: Both { id: "Organisasi", en: "Organisations" },
    about: Both {
        id: "Organisasi yang terdaftar, dengan nama sekarang.",
        en: "The organisations that are registered, by their present names.",
    },
    columns: &[
        column("number", Sort::Number, true, "Nomornya pada buku besar", "Its number on the ledger"),
        column("name", Sort::Text, false, "Namanya; kosong bila dihapus", "Its name; empty where erased"),
        column("registered", Sort::Number, true, "Entri pendaftarannya", "The entry that registered it"),
        column("licence", Sort::Text, false, "Nomor izin atau aktanya", "The number of its licence or deed"),
    ],
    key: &["number"],
    rows: organisations,
};

fn organisations(origin: &Origin<'_>, which: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_organisation(&which.letters, |one| {
        let licence = if one.licence.is_empty() { Cell::Nothing } else { Cell::text(&one.licence) };
        take(&[Cell::count(one.n), Cell::text(&one.name), Cell::count(one.index), licence])
    })
}

pub(in crate::public) static FLAGS: Table = Table {
    name: "flags",
    title: Both { id: "Tanda", en: "Flags" },
    about: Both {
        id: "Tiap tanda dan banyaknya temuan. Tanda adalah pertanyaan, bukan tuduhan; dua daftar, tidak pernah satu nilai.",
        en: "Each flag and how often it was found. A flag is a question, no accusation; two lists, and never one score.",
    },
    columns: &[
        column("flag", Sort::Text, true, "Nama tanda", "The flag's name"),
        column(
            "list",
            Sort::Text,
            true,
            "worth_a_question (patut ditanyakan) atau missing (belum ada)",
            "worth_a_question, or missing",
        ),
        column("title_id", Sort::Text, true, "Judul dalam bahasa Indonesia", "Its title in Indonesian"),
        column("title_en", Sort::Text, true, "Judul dalam bahasa Inggris", "Its title in English"),
        column("count", Sort::Number, true, "Banyaknya", "How many"),
    ],
    key: &["flag"],
    rows: flags,
};

fn flags(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    let counts = origin.reader.finding_counts()?;
    for flag in Flag::ALL {
        let title = Topic::find(flag.name()).map(|topic| topic.title());
        let (id, en) = title.map(|both| (both.id, both.en)).unwrap_or_default();
        let count = counts.iter().find(|(known, _)| known == flag.name()).map_or(0, |(_, count)| *count);
        let list = Cell::text("worth_a_question");
        take(&[Cell::text(flag.name()), list, Cell::text(&id), Cell::text(&en), Cell::count(count)])?;
    }
    let [id, en] = [Lang::Indonesian, Lang::English].map(|lang| Cell::text(lang.words().report_missing_title));
    take(&[
        Cell::text(REPORT_MISSING),
        Cell::text("missing"),
        id,
        en,
        Cell::count(origin.reader.missing_reports_count()?),
    ])
}

pub(in crate::public) static FINDINGS: Table = Table {
    name: "findings",
    title: Both { id: "Temuan tanda", en: "Findings of flags" },
    about: Both {
        id: "Yang diperbolehkan dan tetap patut ditanyakan: satu baris tiap temuan, yang terbaru lebih dahulu.",
        en: "What is allowed and still worth a question: a row a finding, the newest first.",
    },
    columns: &[
        column("flag", Sort::Text, true, "Nama tanda", "The flag's name"),
        column("case", Sort::Text, true, "Kasusnya", "The case"),
        column("entry", Sort::Number, true, "Entri yang menunjukkannya", "The entry that shows it"),
        column("recipient", Sort::Text, false, "Penerima kasus itu", "The recipient of the case"),
        column("title", Sort::Text, false, "Judul kasus itu", "The title of the case"),
        column("others", Sort::Texts, false, "Kasus lain yang terkait", "Other cases that it is about"),
        column("facts", Sort::Object, true, "Yang ditemukan, menurut nama", "What was found, by name"),
    ],
    key: &["flag", "case", "entry", "others"],
    rows: findings,
};

fn finding(finding: &Finding) -> Vec<Cell> {
    vec![
        Cell::text(&finding.flag),
        Cell::text(&finding.case),
        Cell::count(finding.entry),
        Cell::text(&finding.recipient),
        Cell::text(&finding.title),
        if finding.others.is_empty() { Cell::Nothing } else { Cell::Texts(finding.others.clone()) },
        // The derived tables hold what `Finding::facts` made: an object of texts.
        Cell::Object(serde_json::from_str(&finding.facts).unwrap_or(Value::Null)),
    ]
}

fn findings(origin: &Origin<'_>, which: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_finding(which.flag.as_deref(), i64::MAX.unsigned_abs(), |one| take(&finding(&one)))
}

const MISSING_COLUMNS: &[Column] = &[
    column("case", Sort::Text, true, "Kasusnya", "The case"),
    column("due", Sort::Day, true, "Batas laporannya", "The day by which the report was due"),
    column("recipient", Sort::Text, false, "Penerima", "The recipient"),
    column(
        "organisation",
        Sort::Number,
        false,
        "Nomor penerima pada buku besar",
        "The recipient's number on the ledger",
    ),
    column("title", Sort::Text, false, "Judul kasus itu", "The title of the case"),
    column("last_entry", Sort::Number, true, "Entri terakhir kasus itu", "The latest entry of the case"),
];

pub(in crate::public) static MISSING_REPORTS: Table = Table {
    name: "missing-reports",
    title: Both { id: "Laporan belum ada", en: "Reports that are missing" },
    about: Both {
        id: "Laporan penggunaan yang belum ada pada hari entri terakhir, yang terbaru jatuh tempo lebih dahulu.",
        en: "Reports on use that are missing on the day of the newest entry, the one due last before the others.",
    },
    columns: MISSING_COLUMNS,
    key: &["case"],
    rows: missing,
};

fn missing_report(missing: &MissingReport) -> [Cell; 6] {
    [
        Cell::text(&missing.case),
        Cell::text(&missing.due),
        Cell::text(&missing.recipient),
        missing.organisation.map_or(Cell::Nothing, Cell::count),
        Cell::text(&missing.title),
        Cell::count(missing.last_index),
    ]
}

fn missing(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_missing_report(i64::MAX.unsigned_abs(), |one| take(&missing_report(&one)))
}

pub(in crate::public) static REPORTS_DUE: Table = Table {
    name: "overdue",
    title: Both { id: "Laporan yang ditunggu", en: "Reports that are due" },
    about: Both {
        id: "Laporan penggunaan yang belum ada, yang sudah lewat batas dan yang belum, menurut batasnya.",
        en: "Reports on use that are not there yet, late or still to come, by the day on which they are due.",
    },
    columns: &[
        column("case", Sort::Text, true, "Kasusnya", "The case"),
        column("due", Sort::Day, true, "Batas laporannya", "The day by which the report is due"),
        column(
            "late",
            Sort::Truth,
            true,
            "Apakah lewat batas pada hari entri terakhir",
            "Whether it is late on the day of the newest entry",
        ),
        column("recipient", Sort::Text, false, "Penerima", "The recipient"),
        column(
            "organisation",
            Sort::Number,
            false,
            "Nomor penerima pada buku besar",
            "The recipient's number on the ledger",
        ),
        column("title", Sort::Text, false, "Judul kasus itu", "The title of the case"),
        column("last_entry", Sort::Number, true, "Entri terakhir kasus itu", "The latest entry of the case"),
    ],
    key: &["case"],
    rows: due,
};

fn due(origin: &Origin<'_>, _: &Which, take: &mut Take<'_>) -> Result<(), TableError> {
    origin.reader.each_report_due(|one| {
        let [case, due, recipient, organisation, title, last] = missing_report(&one);
        take(&[case, due, Cell::Truth(one.due < origin.at.day), recipient, organisation, title, last])
    })
}
