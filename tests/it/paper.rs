//! What is printed as PDF, read back by other programs: its text by pdftotext, its QR code from the picture that pdftoppm makes.

use std::process::Command;

use hibah::ledger::reader::Reader;

use crate::cli_shell::{ORIGIN, Shell};
use crate::left_out::left_out;
use crate::one_city::OneCity;

/// The text of a PDF, and what its QR codes say; nothing where the programs are missing.
pub fn read_back(pdf: &[u8]) -> Option<(String, Vec<String>)> {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("a.pdf");
    std::fs::write(&file, pdf).expect("written");
    let run = |program: &str, args: &[&str]| {
        let Ok(output) = Command::new(program).args(args).arg(&file).arg("-").output() else {
            left_out(&format!("{program} is not installed: PDFs are not read back"));
            return None;
        };
        assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(output.stderr.is_empty(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
        Some(output.stdout)
    };
    let text = String::from_utf8(run("pdftotext", &["-layout"])?).expect("UTF-8");
    let Ok(made) = Command::new("pdftoppm").args(["-r", "150", "-gray"]).arg(&file).output() else {
        left_out("pdftoppm is not installed: QR codes of PDFs are not read back");
        return None;
    };
    Some((text, codes(&made.stdout)))
}

/// What the QR codes in portable graymaps say.
fn codes(mut pages: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    while !pages.is_empty() {
        // `P5\n<width> <height>\n255\n`, then a byte a point.
        let head = pages.splitn(4, |byte| *byte == b'\n').collect::<Vec<_>>();
        let [magic, size, depth, rest] = head[..] else { panic!("a graymap") };
        assert_eq!((magic, depth), (&b"P5"[..], &b"255"[..]));
        let size = std::str::from_utf8(size).expect("two numbers");
        let (width, height) = size.split_once(' ').expect("two numbers");
        let (width, height): (usize, usize) = (width.parse().expect("a number"), height.parse().expect("a number"));
        let (page, next) = rest.split_at(width * height);
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| page[y * width + x]);
        found.extend(picture.detect_grids().iter().map(|grid| grid.decode().expect("readable").1));
        pages = next;
    }
    found
}

/// How many pages a PDF has.
pub fn pages(pdf: &[u8]) -> usize {
    // Page objects may be compressed; the tree's count is not, for it is what readers begin with.
    let text = String::from_utf8_lossy(pdf);
    let count = text.split("/Type/Pages").nth(1).or_else(|| text.split("/Type /Pages").nth(1)).expect("a page tree");
    let count = count.split("/Count").nth(1).expect("a count").trim_start();
    count.split(|c: char| !c.is_ascii_digit()).next().and_then(|n| n.parse().ok()).expect("a number")
}

#[test]
fn the_command_line_prints_a_receipt_too() {
    let shell = Shell::with_ledger_of_one();
    shell.check(
        "$ hibah show led 3 --pdf receipt.pdf
         $ hibah show led 3 --pdf again.pdf --english
         $ hibah show led 99 --pdf none.pdf
         ? 2
         error: the ledger has no entry 99 that a checkpoint covers: *
         $ test ! -e none.pdf
         $ hibah show led ledger --pdf none.pdf
         ? 2
         error: only an entry has bytes and a receipt of its own: *",
    );
    for (name, word) in [("receipt.pdf", "Tanda terima"), ("again.pdf", "Receipt")] {
        let pdf = std::fs::read(shell.path().join(name)).expect("it was written");
        assert_eq!(pages(&pdf), 1);
        let Some((text, codes)) = read_back(&pdf) else { return };
        assert!(text.contains(word), "{text}");
        let prefix = if word == "Receipt" { "/en" } else { "" };
        let [code] = &codes[..] else { panic!("one code: {codes:?}") };
        assert!(code.starts_with(&format!("https://{ORIGIN}{prefix}/entries/3#")), "{code}");
    }
}

#[test]
fn a_receipt_says_what_later_entries_say_of_its_own() {
    let shell = Shell::new();
    let dir = shell.path().join("led");
    let mut city = OneCity::new(&dir);
    city.play(&format!(
        "include standard.txt
         at 2014-01-06T02:00:00.000Z
         application.submitted case/1/1 by org/1 amount=60 title=\"Judul lama\" purpose=\"Buku untuk Budi\"
         case.returned case/1/1 by intake
         application.revised case/1/1 by org/1 amount=60 title=\"Judul baru\" documents=[{{\"title\":\"Proposal hibah\",\"sha256\":\"{digest}\",\"size\":1000,\"media_type\":\"application/pdf\"}}] reason=\"Dilengkapi\"
         bring case/1/1 payment.requested 50
         correction.recorded case/1/1 by cashier,inspector corrects=payment.requested body.amount=50 reason=\"Salah ketik\"
         at 2014-01-07T02:00:00.000Z
         key.revoked official/9 by root/1,root/2,root/3 key=signer:official/9 suspect_since=2014-01-06T02:00:00.000Z",
        digest = "ab".repeat(32)
    ));
    let of = |kind: &str| city.last_entry("case/1/1", kind);
    let (submitted, paid) = (of("application.submitted"), of("payment.requested"));
    let (considered, corrected) = (of("budget.considered"), of("correction.recorded"));
    let reader = Reader::open(&dir).expect("a ledger");
    let revoked = reader.timeline("official/9").expect("read").last().expect("it is there").index;
    let text = |entry: u64| {
        shell.check(&format!("$ hibah show led {entry} --pdf {entry}.pdf; test $? = 0"));
        let pdf = std::fs::read(shell.path().join(format!("{entry}.pdf"))).expect("it was written");
        std::fs::remove_file(shell.path().join(format!("{entry}.pdf"))).expect("it was there");
        assert_eq!(pages(&pdf), 1);
        read_back(&pdf).map(|(text, _)| text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let check = |entry: u64, has: &[&str], lacks: &[&str]| {
        let Some(text) = text(entry) else { return };
        for part in has {
            assert!(text.contains(part), "{part}: {text}");
        }
        for part in lacks {
            assert!(!text.contains(part), "{part}: {text}");
        }
    };
    let marks = ["Dikoreksi oleh entri", "dicabut"];
    check(submitted, &["Judul lama", "hibah verify", "Belum ada saksi"], &[&marks[..], &["Judul baru"]].concat());
    let now = "Judul menurut titik periksa Judul baru ini";
    check(paid, &[&format!("Dikoreksi oleh entri {corrected}"), now], &["tidak seorang pun"]);
    check(considered, &[&format!("entri {revoked}")], &["Dikoreksi"]);
    // Five have signed the founding.
    check(0, &["dan 1 lagi"], &[]);
    let hash = reader.statement(submitted, crate::one_city::ORIGIN).expect("read").expect("there").hash().to_hex();
    city.play(&format!(
        "erasure.recorded note/official/5/1 by registrar entry={submitted} statement={hash} pointers=[\"/body/purpose\"] what=text basis=\"UU 27/2022 Pasal 8\""
    ));
    check(
        submitted,
        &["Judul lama", "UU 27/2022 Pasal 8", "Pindai kode ini"],
        &["hibah verify", "KUNCI", "Budi", "/verify"],
    );
}
