//! The command line: one file a subcommand; the only place that reads arguments, environment, clock and exit codes.
//!
//! Exit status: 0 it holds or is done, 1 it does not hold or was refused, 2 it could not be checked or done.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod agent;
mod batch;
pub mod bench;
mod check;
pub mod clock;
pub mod demo;
mod doctor;
mod dossier;
pub mod dumps;
mod explain;
mod export;
mod files;
mod flags;
mod import;
mod init;
mod key;
mod key_file;
mod letter;
mod monitor;
mod officials;
mod output;
mod passphrase;
mod profile;
mod progress;
mod publish;
mod reconcile;
mod restore;
mod schema;
mod serve;
mod show;
mod sign;
mod source;
mod submit;
mod vault;
mod verify;
mod witness;

/// A ledger that makes public grants checkable by anyone.
#[derive(Parser)]
#[command(name = "hibah", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Try it: hibah demo\nCheck a ledger: hibah verify https://hibah.example.go.id\nExit status: 0 holds or done, 1 does not hold or refused, 2 could not be checked or done."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Init(init::Args),
    Profile(profile::Args),
    Key(key::Args),
    Sign(sign::Args),
    Submit(submit::Args),
    Import(import::Args),
    Serve(serve::Args),
    Verify(verify::Args),
    Witness(witness::Args),
    Check(check::Args),
    Export(export::Args),
    Publish(publish::Args),
    Dossier(dossier::Args),
    Restore(restore::Args),
    Monitor(monitor::Args),
    Show(show::Args),
    Officials(officials::Args),
    Flags(flags::Args),
    Doctor(doctor::Args),
    Letter(letter::Args),
    Reconcile(reconcile::Args),
    Vault(vault::Args),
    Explain(explain::Args),
    Schema(schema::Args),
    Demo(demo::Args),
    #[command(hide = true)]
    Bench(bench::Args),
}

/// Why a command ended without doing what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// It does not hold, or was refused: exit status 1.
    DoesNotHold(String),
    /// It could not be checked or done: exit status 2.
    CouldNot(String),
}

impl Failure {
    fn could_not(error: impl std::fmt::Display) -> Self {
        Self::CouldNot(files::why(&error))
    }
}

impl From<crate::ledger::store::StoreError> for Failure {
    fn from(error: crate::ledger::store::StoreError) -> Self {
        Self::could_not(error)
    }
}

/// The command line as clap sees it: every subcommand, option and help text.
#[must_use]
pub fn command() -> clap::Command {
    <Cli as clap::CommandFactory>::command()
}

/// Runs the command that the arguments name.
#[must_use]
pub fn run() -> ExitCode {
    tracing_subscriber::fmt()
        // What a certificate lacks is in the sentence that a command ends with, once.
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("HIBAH_LOG")
                .unwrap_or_else(|_| "warn,rustls_platform_verifier=off".into()),
        )
        .with_writer(std::io::stderr)
        .init();
    let done = match Cli::parse().command {
        Command::Init(args) => init::run(&args),
        Command::Profile(args) => profile::run(&args),
        Command::Key(args) => key::run(&args),
        Command::Sign(args) => sign::run(&args),
        Command::Submit(args) => submit::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Verify(args) => verify::run(&args),
        Command::Witness(args) => witness::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Publish(args) => publish::run(&args),
        Command::Dossier(args) => dossier::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Monitor(args) => monitor::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Officials(args) => officials::run(&args),
        Command::Flags(args) => flags::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        Command::Letter(args) => letter::run(&args),
        Command::Reconcile(args) => reconcile::run(&args),
        Command::Vault(args) => vault::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Bench(args) => bench::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::DoesNotHold(sentence)) => {
            output::remark(format_args!("error: {sentence}"));
            ExitCode::from(1)
        }
        Err(Failure::CouldNot(sentence)) => {
            output::remark(format_args!("error: {sentence}"));
            ExitCode::from(2)
        }
    }
}
