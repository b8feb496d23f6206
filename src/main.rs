//! The program `hibah`. Everything is in the library; see `hibah --help`.

fn main() -> std::process::ExitCode {
    hibah::cli::run()
}
