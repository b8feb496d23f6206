//! `cargo bench --bench report`: ours, the limit and the ratio, each pair measured in this run on this machine.
//! `cargo bench --bench report -- audit` makes one part of it: each module is one.

mod append;
mod audit;
mod desk;
mod growth;
mod http;
mod public;

// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let entries = std::env::var("HIBAH_BENCH_ENTRIES").unwrap_or_else(|_| "1000000".to_owned());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let asked = |part: &str| named.is_empty() || named.iter().any(|name| name == part);
    println!("{cores} processors");
    if asked("audit") {
        audit::table(&entries, cores);
    }
    if asked("append") {
        append::table(cores);
    }
    if asked("growth") {
        growth::table();
    }
    if asked("desk") {
        desk::table();
    }
    if asked("public") {
        public::table(&entries);
    }
}

/// The first line of a part.
fn heading(part: &str) {
    println!("\n{part:<34} {:>9} {:>10} {:>10} {:>7}   {:<12}", "entries", "ours", "limit", "ratio", "limit is");
}
