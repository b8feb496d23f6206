//! What is printed at the desk: receipts on paper.

use hibah::tlog::checkpoint::Checkpoint;

use super::*;
use crate::paper::{pages, read_back};

/// An application that is recorded; where its page is.
fn recorded(browser: &Browser<'_>, fields: &[(&str, &str)]) -> String {
    let draft = browser.begin("application.submitted", &["case/1/new"]);
    let all = application();
    let mut all = borrowed(&all);
    all.extend(fields);
    let page = browser.fill(&draft, &all);
    assert_eq!(page.status, 200, "{}", page.text());
    let csrf = browser.csrf();
    let address = format!("/uploads/{}?at=0", sha256(b"proposal"));
    browser.send("PUT", &address, b"proposal", &[("x-hibah-csrf", csrf.as_str())]);
    let sent = browser.sign(&page, &format!("{draft}/check"), &[&key("org/1")], &[]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    sent.header("location").to_owned()
}

/// A text without what lines and columns make of its spaces.
fn joined(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_receipt_is_one_page_that_leads_back_to_the_record() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), "");
    let browser = Browser::of(&served, &key("org/1"));
    // Longer than a line, with a letter that the font lacks.
    let long = "Memperbaiki atap yang bocor, dinding, dan lantai 教室 ".repeat(9);
    let there = recorded(&browser, &[("purpose", long.as_str())]);
    assert!(browser.get(&there).text().contains(&format!("href=\"{there}/receipt.pdf\"")));
    let proof = TlogProof::parse(&browser.get(&format!("{there}/receipt")).body).expect("a receipt");
    // The sheet names the file as it is downloaded.
    let file = format!("entry-{}.tlog-proof", proof.index);
    assert!(browser.get(&there).text().contains(&format!("download=\"{file}\"")), "{file}");
    let reader = Reader::open(dir.path()).expect("opened");
    let leaf = leaf_hash(&reader.entry(proof.index).expect("read").expect("recorded")).to_hex();
    let checkpoint = Checkpoint::parse(&proof.checkpoint.text).expect("a checkpoint");
    let said = [
        (
            "",
            ["Tanda terima", "Rp 75.000.000", "Yayasan org/1", "6 Januari 2014 09:00 WIB", "Saksi tidak ada"]
                .map(str::to_owned),
        ),
        (
            "/en",
            ["Receipt", "Rp 75.000.000", "Recipient", "6 January 2014 09:00 WIB", "Witnesses none"].map(str::to_owned),
        ),
    ];
    for (prefix, words) in said {
        let pdf = browser.get(&format!("{prefix}{there}/receipt.pdf"));
        assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"), "{prefix}");
        assert_eq!(
            browser.get(&format!("{prefix}{there}/receipt.pdf")).body,
            pdf.body,
            "the same receipt, the same bytes"
        );
        let bytes = String::from_utf8_lossy(&pdf.body);
        assert!(
            bytes.contains("pdfuaid:part") && bytes.contains("pdfaid:conformance"),
            "for archives and screen readers"
        );
        assert_eq!(pages(&pdf.body), 1);
        let Some((text, codes)) = read_back(&pdf.body) else { return };
        let text = joined(&text);
        let groups: Vec<&str> = (0..64).step_by(4).map(|at| &leaf[at..at + 4]).collect();
        for part in words.into_iter().chain([
            "case/1/1".to_owned(),
            "Atap madrasah".to_owned(),
            "Memperbaiki atap yang bocor".to_owned(),
            groups[..8].join(" "),
            groups[8..].join(" "),
            format!("{ORIGIN} {}", checkpoint.size),
            format!("https://hibah.example{prefix}/entries/{}", proof.index),
            format!("hibah verify {file}"),
        ]) {
            assert!(text.contains(&part), "{part}: {text}");
        }
        let address = format!("https://hibah.example{prefix}/entries/{}#{}", proof.index, &leaf[..16]);
        assert_eq!(codes, [address]);
    }
    for other in [Browser::of(&served, &key("org/2")), Browser::new(&served)] {
        assert_ne!(other.get(&format!("{there}/receipt.pdf")).status, 200, "another's receipt");
    }
}

/// A case whose decree is sealed, and whose money is asked for.
const DECREED: &str = "application.submitted case/1/1 by org/1\nbring case/1/1 decree.sealed 50\ndisbursement.requested case/1/1 by org/1 amount=50";

#[test]
fn an_agreement_is_drafted_from_what_the_ledger_knows() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), DECREED);
    let finance = Browser::of(&served, &key("official/3"));
    assert!(finance.get("/cases/case/1/1").text().contains("href=\"/nphd/case/1/1\""));
    let pdf = finance.get("/nphd/case/1/1");
    assert_eq!((pdf.status, pdf.header("content-type")), (200, "application/pdf"), "{}", pdf.text());
    assert_eq!(finance.get("/nphd/case/1/1").body, pdf.body, "the same case, the same bytes");
    assert!(Browser::of(&served, &key("org/1")).get("/cases/case/1/1").text().contains("href=\"/nphd/case/1/1\""));
    for (who, case) in
        [("org/2", "case/1/1"), ("official/8", "case/1/1"), ("official/3", "case/1/2"), ("official/3", "org/1")]
    {
        assert_eq!(Browser::of(&served, &key(who)).get(&format!("/nphd/{case}")).status, 404, "{who}: {case}");
    }
    // What the draft has so far goes into it.
    let draft = finance.begin("agreement.signed", &["case/1/1"]);
    let mut form: Fields<'_> = vec![("csrf", finance.csrf()), ("version", "1".to_owned()), ("save", "1".to_owned())];
    let typed = [
        ("number", "33/Kep"),
        ("amount", "45"),
        ("report_due", "2015-02-01"),
        ("instalments.0.amount", "40"),
        ("instalments.0.due", "2014-03-01"),
        ("instalments.1.amount", "5"),
        ("_event_date", "2014-01-05"),
    ];
    form.extend(typed.map(|(name, value)| (name, value.to_owned())));
    assert_eq!(finance.post(&draft, &form, &[]).status, 303);
    let id = draft.trim_start_matches("/drafts/");
    let address = format!("/nphd/case/1/1?draft={id}");
    assert!(finance.get(&draft).text().contains(&format!("href=\"{address}\"")));
    let filled = finance.get(&address);
    assert_eq!(Browser::of(&served, &key("official/1")).get(&address).status, 404, "another's draft");
    let (Some((before, _)), Some((after, _))) = (read_back(&pdf.body), read_back(&filled.body)) else { return };
    let (before, after) = (joined(&before), joined(&after));
    for part in [
        "NASKAH PERJANJIAN HIBAH DAERAH",
        "Kota Bandung",
        "Pasal 5",
        "10 Januari 2015",
        "Rp 50 (lima puluh rupiah)",
        "Sekaligus: Rp 50.",
        "PIHAK KESATU",
        "case/1/1",
        "…………",
    ] {
        assert!(before.contains(part), "{part}: {before}");
    }
    for part in [
        "Nomor: 33/Kep",
        "Rp 45 (empat puluh lima rupiah)",
        "1 Februari 2015",
        "5 Januari 2014",
        "Tahap 1, mulai 1 Maret 2014 Rp 40",
        "2. Tahap 2 Rp 5",
    ] {
        assert!(after.contains(part), "{part}: {after}");
    }
}

/// A draft of an agreement with these fields, as a PDF in words; nothing where the programs are missing.
fn agreement(browser: &Browser<'_>, case: &str, typed: &[(&str, &str)]) -> Option<String> {
    let draft = browser.begin("agreement.signed", &[case]);
    let mut form: Fields<'_> = vec![("csrf", browser.csrf()), ("version", "1".to_owned()), ("save", "1".to_owned())];
    form.extend(typed.iter().map(|(name, value)| (*name, (*value).to_owned())));
    assert_eq!(browser.post(&draft, &form, &[]).status, 303);
    let pdf = browser.get(&format!("/nphd/{case}?draft={}", draft.trim_start_matches("/drafts/")));
    assert_eq!(pdf.status, 200, "{}", pdf.text());
    read_back(&pdf.body).map(|(text, _)| joined(&text))
}

#[test]
fn names_of_fields_bound_no_work() {
    let dir = tempfile::tempdir().expect("a folder");
    let served = city(dir.path(), DECREED);
    let finance = Browser::of(&served, &key("official/3"));
    for last in ["18446744073709551614", "18446744073709551615", "18446744073709551616", "4000000000"] {
        let field = format!("instalments.{last}.due");
        let text = agreement(&finance, "case/1/1", &[(&field, "2014-03-01")]);
        assert!(text.is_none_or(|text| text.contains("Sekaligus: Rp 50.")), "{last}");
        // Nor does the button for another row.
        let draft = finance.begin("agreement.signed", &["case/1/1"]);
        let mut form: Fields<'_> = vec![("csrf", finance.csrf()), ("version", "1".to_owned())];
        form.extend([(field.as_str(), "2014-03-01".to_owned()), ("add", "instalments".to_owned())]);
        assert_eq!(finance.post(&draft, &form, &[]).status, 303, "{last}");
        assert_eq!(finance.get(&draft).status, 200, "{last}");
    }
}

#[test]
fn an_agreement_says_nothing_in_place_of_what_cannot_be_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let lines = "budget_lines=[{\"line\":\"Buku\",\"amount\":40},{\"line\":\"Rak\",\"amount\":20}]";
    let more = format!(
        "application.submitted case/1/1 by org/1 amount=60 {lines}
         application.submitted case/2/1 by org/2 amount=60 {lines}
         case.returned case/2/1 by intake
         application.revised case/2/1 by org/2 amount=50 documents=[{{\"title\":\"Proposal hibah\",\"sha256\":\"{digest}\",\"size\":1000,\"media_type\":\"application/pdf\"}}] reason=\"Dilengkapi\"
         bring case/1/1 decree.sealed 50
         bring case/2/1 decree.sealed 50
         disbursement.requested case/1/1 by org/1 amount=50
         disbursement.requested case/2/1 by org/2 amount=50",
        digest = "ab".repeat(32)
    );
    let served = city(dir.path(), &more);
    let finance = Browser::of(&served, &key("official/3"));
    let typed = [
        ("amount", "lima puluh"),
        ("report_due", "awal tahun"),
        ("_event_date", "kemarin"),
        ("instalments.0.amount", "empat puluh"),
        ("instalments.0.due", "2014-03-01"),
        ("instalments.2.amount", "5"),
        ("instalments.2.due", "nanti"),
    ];
    let Some(text) = agreement(&finance, "case/1/1", &typed) else { return };
    let dots = hibah::desk::nphd::DOTS;
    for part in [
        format!("Jumlah hibah adalah {dots} ({dots})."),
        format!("paling lambat {dots}."),
        format!("Pada hari ini, {dots},"),
        format!("1. Tahap 1, mulai 1 Maret 2014 {dots}"),
        format!("2. Tahap 2, mulai {dots} Rp 5"),
        "1. Buku Rp 40".to_owned(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
    assert!(!text.contains("Sekaligus"), "{text}");
    // The budget of an earlier amount is none of the present one.
    let Some(text) = agreement(&finance, "case/2/1", &[]) else { return };
    assert!(text.contains(&format!("Rincian: {dots}")) && !text.contains("Buku"), "{text}");
}

#[test]
fn a_government_gives_its_own_text_of_agreements() {
    use hibah::desk::nphd::{BLOCKS, PLACES, Template};
    let dir = tempfile::tempdir().expect("a folder");
    let mut city = OneCity::new(dir.path());
    city.play(&format!("{BEFORE}\n{DECREED}"));
    let all: String = PLACES.iter().map(|(name, _)| format!("{name}: {{{{{name}}}}} ;\n")).collect();
    let blocks: String = BLOCKS.iter().map(|(name, _)| format!("{{{{{name}}}}}\n")).collect();
    let template = Template::parse(&format!("% tidak dicetak\n# PERJANJIAN\n{all}{blocks}")).expect("a template");
    let mut place = place_of(dir.path());
    place.web = place.web.map(|web| web.with_agreement(template));
    let served = desk_at(dir.path(), city, place);
    let pdf = Browser::of(&served, &key("official/3")).get("/nphd/case/1/1");
    let Some((text, _)) = read_back(&pdf.body) else { return };
    let text = joined(&text);
    assert!(text.starts_with("PERJANJIAN") && !text.contains("tidak dicetak") && !text.contains("{{"), "{text}");
    // Of what the ledger knows of this case nothing is left open.
    for (name, _) in
        PLACES.iter().filter(|(name, _)| !["nomor", "tanggal", "tempat", "titik", "penerima_terdaftar"].contains(name))
    {
        let said = between(&text, &format!("{name}: "), " ;");
        assert!(!said.is_empty() && !said.contains('…'), "{name}: {said}");
    }
    let desk = std::fs::read_to_string("docs/desk.md").expect("a document");
    for (name, what) in PLACES.iter().chain(&BLOCKS) {
        assert!(desk.contains(&format!("| `{{{{{name}}}}}` | {what} |")), "docs/desk.md has no {name}");
    }
}
