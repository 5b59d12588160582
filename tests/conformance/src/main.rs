//! `conformance`: plays the rules of the protocol at an endpoint and prints what it saw.
#![allow(clippy::print_stdout, clippy::print_stderr)]
use clap::{Parser, ValueEnum};
use conformance::{Endpoint, Outcome, Setup, TokenWay, run, tokens_by_command};
use sheet::{TimestampMs, Week, week::time_zone};
use std::{collections::BTreeMap, process::ExitCode, sync::Arc};

/// Plays every rule of the protocol at an endpoint. Exit code 0: none refuted; 1: some refuted; 2: it could not be asked.
#[derive(Parser)]
#[command(name = "conformance")]
struct Cli {
    /// Where sockets open, with the stage: wss://abc123.execute-api.eu-central-1.amazonaws.com/prod
    #[arg(long, env = "WS_URL")]
    ws_url: String,
    /// Where /api stands: https://sheet.example
    #[arg(long, env = "HTTP_URL")]
    http_url: String,
    /// A command for sh that prints a token for $TENANT $TEAMS $USER_ID $NAME $ROLE (viewer, editor, admin) $TTL_S
    #[arg(long, env = "TOKEN_CMD")]
    token_cmd: String,
    /// How a socket's token travels
    #[arg(long, value_enum, default_value_t = Way::Subprotocol)]
    token_way: Way,
    /// The tenant to play in
    #[arg(long, default_value = "acme")]
    tenant: String,
    /// A second tenant, for what must not cross
    #[arg(long, default_value = "globex")]
    other_tenant: String,
    /// A team of the tenant
    #[arg(long, default_value = "platform")]
    team: String,
    /// A second team of the tenant; both must be there (`cyclesheet team add`)
    #[arg(long, default_value = "billing")]
    other_team: String,
    /// The team's time zone, from which the next week is reckoned
    #[arg(long, default_value = "Europe/Berlin")]
    time_zone: String,
    /// An origin that the endpoint allows, as the page's; without it C3's part about origins is left out
    #[arg(long)]
    origin: Option<String>,
    /// RULE=WHY: a rule that something before the endpoint hides; may be repeated
    #[arg(long, value_parser = hidden)]
    hidden: Vec<(String, String)>,
    /// Only these rules: X7,X8
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Way {
    Subprotocol,
    Query,
}

fn hidden(text: &str) -> Result<(String, String), String> {
    let (rule, why) = text.split_once('=').ok_or("a hidden rule is RULE=WHY")?;
    Ok((rule.to_ascii_uppercase(), why.to_owned()))
}

fn setup(cli: &Cli) -> Result<Setup, String> {
    let zone = time_zone(&cli.time_zone).map_err(|error| error.to_string())?;
    let now = jiff::Timestamp::now().as_millisecond();
    let week = Week::containing(TimestampMs(now), &zone).map_err(|error| error.to_string())?;
    Ok(Setup {
        ws_url: cli.ws_url.clone(),
        http_url: cli.http_url.trim_end_matches('/').to_owned(),
        tokens: tokens_by_command(cli.token_cmd.clone()),
        token_way: match cli.token_way {
            Way::Subprotocol => TokenWay::Subprotocol,
            Way::Query => TokenWay::Query,
        },
        tenant: cli.tenant.clone(),
        other_tenant: cli.other_tenant.clone(),
        team: cli.team.clone(),
        other_team: cli.other_team.clone(),
        cycle: week.plus(1).map_err(|error| error.to_string())?.to_string(),
        origin: cli.origin.clone(),
        hidden: BTreeMap::from_iter(cli.hidden.clone()),
        word: format!("c{now}"),
    })
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let setup = match setup(&cli) {
        Ok(setup) => setup,
        Err(error) => {
            eprintln!("conformance: {error}");
            return ExitCode::from(2);
        }
    };
    // A rule fails by panicking; its words are printed in the table, not twice.
    std::panic::set_hook(Box::new(|_| ()));
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::from(2);
    };
    println!("The protocol, version 1, at {} and {}\n", setup.ws_url, setup.http_url);
    let endpoint = Arc::new(Endpoint::new(setup));
    let report = runtime.block_on(run(endpoint, &cli.only, |rule, outcome| println!("{rule:<4} {outcome}")));
    let (shown, refuted, not_shown) = report.counts();
    println!("\n{shown} shown, {refuted} refuted, {not_shown} not shown here");
    let asked = report.outcomes.iter().any(|(_, outcome)| !matches!(outcome, Outcome::NotShown(_)));
    match (asked, refuted) {
        (false, _) => ExitCode::from(2),
        (true, 0) => ExitCode::SUCCESS,
        (true, _) => ExitCode::FAILURE,
    }
}
