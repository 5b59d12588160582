//! A team's last weeks: whether their logs hold, and whether and how they were filled in.
use super::{
    super::{Done, at::Place, log},
    Findings,
};
use cyclesheet_extract::report::Report;
use extraction::ladder::Reason;
use sheet::{
    CycleKey, Name, State, Week, chain,
    model::{GenerationState, Origin},
    week::time_zone,
};
use store::{
    StoreError,
    directory::{self, Team},
    raw::{self, Artifact},
};

/// Weeks of a team that are looked at, newest first: next week if somebody has opened it, this one, and the one before.
const WEEKS: usize = 3;

pub(super) async fn look(findings: &mut Findings, place: &Place, tenant: &Name, team: &Team) -> Done {
    let cycles = directory::cycles(&place.table, tenant, &team.team).await?;
    if cycles.is_empty() {
        findings.unknown(format!(
            "{tenant}/{} has no week yet: the first visitor or the schedule begins one",
            team.team
        ))?;
    }
    let store = place.store();
    let now = (platform::context::system_clock())();
    let current = time_zone(&team.time_zone).and_then(|zone| Week::containing(now, &zone)).ok();
    for indexed in cycles.into_iter().take(WEEKS) {
        let key = CycleKey { tenant: tenant.clone(), team: team.team.clone(), week: indexed.cycle };
        let tip = match store.tip(&key).await {
            Ok(tip) => tip,
            Err(StoreError::NotFound) => continue,
            Err(error @ StoreError::Newer(_)) => {
                findings.wrong(
                    format!("{key} cannot be read by this release: {error}"),
                    "deploy the newer release again: docs/runbook.md says when one may go back",
                )?;
                continue;
            }
            Err(error) => {
                findings.wrong(
                    format!("{key} cannot be read: {error}"),
                    format!(
                        "export its log (`cyclesheet log --json --cycle {}`), then docs/restore.md",
                        key.cycle_id()
                    ),
                )?;
                continue;
            }
        };
        let (entries, head) = log::read(place, &key).await?;
        if let Err(broken) = chain::verify(&key, &entries, head.as_ref()) {
            findings
                .wrong(format!("the log of {key} is not what was written: {broken}"), "docs/restore.md")?;
        }
        // People open next week before anything fills it in.
        if tip.state.sheet.generation.is_some() || current.is_none_or(|current| key.week <= current) {
            filled(findings, place, &key, &tip.state).await?;
        }
    }
    Ok(())
}

/// Says how a week was filled in, and what to do where it was not, or not by the model.
async fn filled(findings: &mut Findings, place: &Place, key: &CycleKey, state: &State) -> Done {
    let again = format!("`cyclesheet extract --replay --cycle {}`", key.cycle_id());
    let Some(made) = &state.sheet.generation else {
        let to_do = format!(
            "`cyclesheet extract --now --team {}` begins the current week; `cyclesheet dlq list` shows what failed",
            key.team
        );
        return findings.wrong(format!("{key} was never filled in"), to_do);
    };
    match (made.state, made.origin) {
        (GenerationState::Started, _) if state.wants_extraction((platform::context::system_clock())()) => {
            findings.wrong(
                format!("{key}: the extraction began and did not end"),
                "the sweep resumes it within a quarter of an hour; if not, the log of `extract` says why",
            )
        }
        (GenerationState::Started, _) => findings.well(format!("{key}: the extraction runs")),
        (GenerationState::Failed, _) => findings.wrong(
            format!("{key}: {}", made.note.as_deref().unwrap_or("no source could be read")),
            format!("`cyclesheet source list --team {}`, mend the source, then {again}", key.team),
        ),
        (GenerationState::Generated, Some(Origin::Fallback)) => {
            let report: Option<Report> = raw::get(&place.table, key, made.number, Artifact::Report).await?;
            let reasons = report.map(|report| report.reasons).unwrap_or_default();
            let last = reasons.last().copied();
            let why = last.map_or("the report is gone", Reason::for_people);
            findings.wrong(
                format!("{key} is a fallback, made straight from the messages: {why}"),
                advice(last, &again),
            )
        }
        (GenerationState::Generated, _) => findings.well(format!(
            "{key}: {} rows, version {}, generation {} of {} messages",
            state.sheet.row_count(),
            state.version(),
            made.number,
            made.messages
        )),
    }
}

/// Returns what to do about a sheet that was made without the model.
fn advice(reason: Option<Reason>, again: &str) -> String {
    match reason {
        Some(Reason::NoKey) => format!(
            "set `cohereSecret` in the stage, give it with `make secret STAGE=… NAME=cohere`, deploy, then {again}"
        ),
        Some(Reason::BadKey) => format!(
            "`make secret STAGE=… NAME=cohere` with a key that is accepted, deploy (the key is read at start), then {again}"
        ),
        Some(Reason::Quota) => format!("raise the limit of the Cohere account, then {again}"),
        Some(Reason::Outage) => format!("the sweep asks again by itself, twice at most; or {again}"),
        Some(Reason::Refused | Reason::Unusable | Reason::Truncated | Reason::ModelError) => {
            format!("an admin sees in the page what was sent and what came; then {again}")
        }
        None => again.to_owned(),
    }
}
