//! `cargo bench --bench spine`: how long `hibah import` and `hibah verify` take on real award lists, size by size, each
//! as a ratio to a limit measured in the same run: checking the same number of Ed25519 signatures one by one on one core,
//! which is the least that the present audit can take.
//!
//! Reads `../shared/data` or `HIBAH_REAL_DATA`; without it, it says so and ends.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use hibah::tlog::ed25519::SigningKey;

const SIZES: [usize; 4] = [500, 2_000, 6_809, 13_100];
const FILES: [(&str, &str); 2] = [
    ("funded_disclosure_FY2014.csv", "nyc-council-fy2014.toml"),
    ("funded_disclosure_FY2015.csv", "nyc-council-fy2015.toml"),
];

fn main() {
    let data = std::env::var_os("HIBAH_REAL_DATA").map_or_else(|| PathBuf::from("../shared/data"), PathBuf::from);
    let data = data.join("nyc-council-discretionary");
    if !data.exists() {
        println!("left out: {} with the real award lists is not here", data.display());
        return;
    }
    println!(
        "{:>8}  {:>9}  {:>9}  {:>9}  {:>14}  {:>14}",
        "rows", "import", "verify", "limit", "import / limit", "verify / limit"
    );
    for rows in SIZES {
        measure(&data, rows);
    }
    println!("limit: that many signatures checked one by one on one core, in the same run");
}

fn measure(data: &Path, rows: usize) {
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = folder.path().join("ledger");
    let origin = "newyork.example/grants";
    hibah(&[
        "init",
        &text(&ledger),
        "--origin",
        origin,
        "--profile",
        "nyc-council",
        "--currency",
        "USD",
        "--decimals",
        "2",
    ]);
    let mut left = rows;
    let mut import = Duration::ZERO;
    for (file, map) in FILES {
        let part = folder.path().join(file);
        let taken = first_rows(&data.join(file), &part, left);
        left -= taken;
        if taken > 0 {
            let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/maps").join(map);
            import += timed(|| hibah(&["import", &text(&ledger), &text(&part), "--map", &text(&map)]));
        }
    }
    let verify = timed(|| hibah(&["verify", &text(&ledger)]));
    let limit = single_signatures(rows);
    let ratio = |time: Duration| time.as_secs_f64() / limit.as_secs_f64();
    println!(
        "{rows:>8}  {:>8.3}s  {:>8.3}s  {:>8.3}s  {:>14.2}  {:>14.2}",
        import.as_secs_f64(),
        verify.as_secs_f64(),
        limit.as_secs_f64(),
        ratio(import),
        ratio(verify)
    );
}

/// Copies the header and at most `rows` records, byte for byte as far as CSV goes; answers how many.
fn first_rows(from: &Path, to: &Path, rows: usize) -> usize {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(from).expect("the list");
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\r')).from_path(to).expect("a file");
    let mut taken = 0;
    for (at, record) in reader.byte_records().enumerate() {
        if at > rows {
            break;
        }
        writer.write_byte_record(&record.expect("a record")).expect("a file");
        taken = at;
    }
    writer.flush().expect("a file");
    taken
}

fn single_signatures(count: usize) -> Duration {
    let key = SigningKey::from_seed([7; 32]);
    let message = [b'a'; 700];
    let signature = key.sign(&message);
    let public = key.public();
    timed(|| (0..count).for_each(|_| std::hint::black_box(public.verify(&message, &signature)).expect("it holds")))
}

fn timed(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

fn hibah(arguments: &[&str]) {
    let done = Command::new(env!("CARGO_BIN_EXE_hibah"))
        .args(arguments)
        .env("HIBAH_PASSPHRASE", "a bench is no secret")
        .output()
        .expect("the program runs");
    assert!(done.status.success(), "hibah {}: {}", arguments.join(" "), String::from_utf8_lossy(&done.stderr));
}
