//! The public server under load.
//!
//! `hibah serve` over a ledger of rule set 1 (`HIBAH_BENCH_ENTRIES` entries, or 1,000,000), with nothing in its memory at
//! first. The limit is a bare axum handler in this program that finds the same bytes in a map. Both are loaded by wrk from
//! the same two processors, one after the other, twice, with uniformly random addresses. Without wrk (the Debian package
//! of that name) this part is left out.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::routing::get;
use hibah::ledger::reader::{GrantQuery, Reader};
use hibah::tlog::tile::{TILE_WIDTH, Tile, TilePath};

/// Clients at once.
const CONNECTIONS: &str = "64";
/// How long each server is loaded at a time.
const SECONDS: &str = "5";
const ROUNDS: u32 = 2;
/// How long a case page may take for all but one of a hundred readers, in milliseconds.
const PAGE_MS: f64 = 20.0;
/// So many addresses are hot.
const HOT: usize = 100;
/// As many case pages as are asked for.
const PAGES: u32 = 20_000;

type Bodies = Arc<HashMap<String, Bytes>>;

/// The rows of the table.
pub fn table(entries: &str) {
    if Command::new("wrk").arg("--version").output().is_err() {
        println!("\npublic server: left out, since wrk is not installed");
        return;
    }
    crate::heading("public server, requests a second");
    let folder = tempfile::tempdir().expect("a folder for the ledger");
    let ledger = folder.path().join("ledger");
    crate::audit::hibah(&["bench", "fill", &ledger.display().to_string(), entries]);
    let reader = Reader::open(&ledger).expect("the ledger opens");
    let size = reader.signed().expect("a checkpoint").size;
    let (tiles, bundles) = bodies(&reader, size / u64::from(TILE_WIDTH));
    let pages = GrantQuery { limit: PAGES, ..GrantQuery::default() };
    let pages = reader.grants(&pages).expect("the grants are read").grants;
    let pages: Vec<String> = pages.iter().map(|grant| format!("/grants/{}", grant.id)).collect();
    drop(reader);

    let sorted = |bodies: &Bodies| {
        let mut paths: Vec<String> = bodies.keys().cloned().collect();
        paths.sort();
        paths
    };
    let (tile_paths, bundle_paths) = (sorted(&tiles), sorted(&bundles));
    let some = |paths: &[String]| -> Vec<String> {
        paths.iter().step_by((paths.len() / (HOT / 2)).max(1)).take(HOT / 2).cloned().collect()
    };
    let hot = [some(&tile_paths), some(&bundle_paths)].concat();
    let all: Bodies = Arc::new(tiles.iter().chain(bundles.iter()).map(|(k, v)| (k.clone(), v.clone())).collect());
    let bare = Bare::start(all);
    for (name, paths, asked) in
        [("hash tiles", &tile_paths, 0.70), ("entry bundles", &bundle_paths, 0.40), ("a hot set of 100", &hot, 0.90)]
    {
        let ours = Served::start(&ledger);
        compare(folder.path(), name, size, paths, (&ours.url, &bare.url), asked);
        println!("  peak memory of the server {} MB", ours.peak_bytes() / 1_000_000);
    }
    let ours = Served::start(&ledger);
    let heard = wrk(folder.path(), &ours.url, &pages);
    println!(
        "{:<34} {size:>9} {:>8.1}ms {PAGE_MS:>8.1}ms {:>7.2}   99 of 100 sooner; {:.0} a second",
        "a case page",
        heard.p99_ms,
        heard.p99_ms / PAGE_MS,
        heard.rate
    );
}

fn compare(folder: &Path, name: &str, size: u64, paths: &[String], (ours, bare): (&str, &str), asked: f64) {
    let (mut by_ours, mut by_bare) = (0.0, 0.0);
    // What fills the memory is not measured.
    wrk(folder, ours, paths);
    for _ in 0..ROUNDS {
        by_bare += wrk(folder, bare, paths).rate / f64::from(ROUNDS);
        by_ours += wrk(folder, ours, paths).rate / f64::from(ROUNDS);
    }
    println!(
        "{name:<34} {size:>9} {by_ours:>10.0} {by_bare:>10.0} {:>7.2}   bare axum; asked: {asked:.2} of it",
        by_ours / by_bare
    );
}

/// Every full tile of level 0 and every full bundle, by its path.
fn bodies(reader: &Reader, full: u64) -> (Bodies, Bodies) {
    let (mut tiles, mut bundles) = (HashMap::new(), HashMap::new());
    for index in 0..full {
        let tile = Tile { level: 0, index, width: TILE_WIDTH };
        let bytes = reader.tile(tile).expect("the ledger is read").expect("it is signed");
        tiles.insert(format!("/{}", TilePath::Hashes(tile)), Bytes::from(bytes));
        let bytes = reader.entry_bundle(index, TILE_WIDTH).expect("the ledger is read").expect("it is signed");
        bundles.insert(format!("/{}", TilePath::Entries { index, width: TILE_WIDTH }), Bytes::from(bytes));
    }
    (Arc::new(tiles), Arc::new(bundles))
}

/// The limit: an axum handler and a map.
struct Bare {
    url: String,
    _runtime: tokio::runtime::Runtime,
}

impl Bare {
    fn start(bodies: Bodies) -> Self {
        async fn found(State(bodies): State<Bodies>, uri: Uri) -> Result<Bytes, StatusCode> {
            bodies.get(uri.path()).cloned().ok_or(StatusCode::NOT_FOUND)
        }
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let router = Router::new().route("/tile/{*path}", get(found)).with_state(bodies);
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { url, _runtime: runtime }
    }
}

/// The program itself.
struct Served {
    child: Child,
    url: String,
}

impl Served {
    fn start(ledger: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_hibah"))
            .arg("serve")
            .arg(ledger)
            .args(["--public", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let out = BufReader::new(child.stdout.take().expect("its output"));
        let url = out.lines().find_map(|line| line.ok()?.strip_prefix("Public server: ").map(str::to_owned));
        let url = url.expect("it says where it listens").trim_end_matches('/').to_owned();
        Self { child, url }
    }

    fn peak_bytes(&self) -> u64 {
        crate::audit::resident_peak(self.child.id()).unwrap_or_default()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Heard {
    rate: f64,
    p99_ms: f64,
}

/// Loads a server; every answer must be a 200.
fn wrk(folder: &Path, url: &str, paths: &[String]) -> Heard {
    let (list, script) = (folder.join("paths"), folder.join("random.lua"));
    std::fs::write(&list, paths.join("\n")).expect("the paths are written");
    let random = format!(
        "local requests = {{}}\nfunction init(args)\n  math.randomseed(7)\n  for path in io.lines({:?}) do\n    requests[#requests + 1] = wrk.format(\"GET\", path)\n  end\nend\nfunction request()\n  return requests[math.random(#requests)]\nend\n",
        list.display().to_string()
    );
    std::fs::write(&script, random).expect("the script is written");
    let out = Command::new("wrk")
        .args(["--threads", "1", "--connections", CONNECTIONS, "--duration", SECONDS, "--latency", "--script"])
        .args([&script.display().to_string(), url])
        .output()
        .expect("wrk runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    assert!(!text.contains("Non-2xx") && !text.contains("Socket errors"), "{text}");
    let after = |word: &str| -> String {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(word));
        line.unwrap_or_else(|| panic!("wrk says no {word}: {text}")).trim().to_owned()
    };
    let p99 = after("99%");
    let (value, unit) = p99.split_at(p99.find(|c: char| c.is_alphabetic()).expect("a time has a unit"));
    let unit_ms = match unit {
        "us" => 0.001,
        "ms" => 1.0,
        _ => 1_000.0,
    };
    let number = |text: &str| text.trim().parse::<f64>().expect("wrk prints numbers");
    Heard { rate: number(&after("Requests/sec:")), p99_ms: number(value) * unit_ms }
}
