//! The `cyclesheet` command.
#![recursion_limit = "256"]
mod commands;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// A weekly status sheet that fills itself in once and that a whole team then edits live.
#[derive(Parser)]
#[command(name = "cyclesheet", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run everything in this process: gateway, functions, schedule, embedded DynamoDB, the page
    Dev(commands::dev::Dev),
    /// Serve a small team from this machine: people sign in at your issuer, a proxy in front ends TLS
    Serve(Box<commands::serve::Serve>),
    /// Say whether a server on this machine is well; ends with an error if it is not
    Health(commands::serve::Health),
    /// Copy a data folder's database to a file, also while a server uses it
    Backup(commands::backup::Backup),
    /// Make a data folder from such a file
    Restore(commands::backup::Restore),
    /// Print a token of the local issuer
    Token(commands::token::TokenArgs),
    /// Print the messages of a Slack export or a JSON Lines file, normalised, as JSON Lines
    Messages(commands::messages::Messages),
    /// Read a model's answer and print the rows it holds, as JSON
    Parse(commands::parse::Parse),
    /// Replay recorded weeks and print what was found of what there was
    Evaluate(commands::evaluate::Evaluate),
    /// Set up teams: their time zones, retention, announcements
    #[command(subcommand)]
    Team(Box<commands::team::Teams>),
    /// Set up where a team's messages come from
    #[command(subcommand)]
    Source(Box<commands::source::Sources>),
    /// Set up the directory of people; remove somebody, and let them back in
    #[command(subcommand)]
    Member(Box<commands::member::Members>),
    /// Print the weeks of a tenant, and how each was filled in
    Cycles(commands::cycles::Cycles),
    /// Close a week, as the weekly run does with the week before its own
    Seal(commands::cycles::Seal),
    /// Print a sheet as CSV, Markdown or JSON, or write all weeks of a tenant to a folder
    Export(commands::export::Export),
    /// Ask for a week's sheet, or for another generation of it, without waiting for the schedule
    Extract(Box<commands::extract::Extract>),
    /// Look into the stage's dead-letter queues, and ask again for what they hold
    #[command(subcommand)]
    Dlq(commands::dlq::Dlq),
    /// Erase a removed person: their words and name in every week, their messages, their rows in the directory
    Erase(commands::erase::Erase),
    /// Look at a stage or a data folder, and say what is wrong and what to do
    Doctor(commands::doctor::Doctor),
    /// Print a cycle's log, human-readable or as JSON Lines; or what became of one change
    Log(commands::log::Log),
    /// Verify a cycle's log
    #[command(subcommand)]
    Audit(commands::log::Audit),
}

/// A change is thousands of small allocations, most of them in the table's JSON: docs/performance.md says what this is worth.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Dev(dev) => dev.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Health(health) => health.run().await,
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Token(token) => token.run(),
        Command::Messages(messages) => messages.run(),
        Command::Parse(parse) => parse.run(),
        Command::Evaluate(evaluate) => evaluate.run().await,
        Command::Team(teams) => teams.run().await,
        Command::Source(sources) => sources.run().await,
        Command::Member(members) => members.run().await,
        Command::Cycles(cycles) => cycles.run().await,
        Command::Seal(seal) => seal.run().await,
        Command::Export(export) => export.run().await,
        Command::Extract(extract) => extract.run().await,
        Command::Dlq(dlq) => dlq.run().await,
        Command::Erase(erase) => erase.run().await,
        Command::Doctor(doctor) => doctor.run().await,
        Command::Log(log) => log.run().await,
        Command::Audit(audit) => audit.run().await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("cyclesheet: {error}");
            // 2 is clap's, for arguments that do not read.
            if error.is::<commands::NotWell>() {
                ExitCode::from(commands::NOT_WELL)
            } else {
                ExitCode::FAILURE
            }
        }
    }
}
