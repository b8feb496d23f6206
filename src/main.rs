//! The program `hibah`. Everything is in the library; see `hibah --help`.

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    hibah::cli::run()
}
