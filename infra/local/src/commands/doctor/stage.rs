//! The functions, the queues and the table's settings, as AWS has them.
use super::{
    super::{
        Done,
        at::{At, Place},
        dlq,
    },
    Findings,
};
use aws_config::SdkConfig;
use aws_sdk_dynamodb::types::{PointInTimeRecoveryStatus, TimeToLiveStatus};
use aws_sdk_lambda::error::ProvideErrorMetadata;

/// The functions of a stage.
const FUNCTIONS: [&str; 6] = ["authorize", "connect", "default", "disconnect", "http", "extract"];

pub(super) async fn look(findings: &mut Findings, at: &At, aws: &SdkConfig, place: &Place) -> Done {
    functions(findings, at, aws, &place.name).await?;
    queues(findings, at, aws).await?;
    table(findings, place).await
}

/// Whether each function is there, runs, and uses this table.
async fn functions(findings: &mut Findings, at: &At, aws: &SdkConfig, table: &str) -> Done {
    let lambda = aws_sdk_lambda::Client::new(aws);
    let mut well = Vec::new();
    for function in FUNCTIONS {
        let name = format!("cyclesheet-{}-{function}", at.stage);
        let got = lambda.get_function_configuration().function_name(&name).qualifier("live").send().await;
        let found = match got {
            Ok(found) => found,
            Err(error) if error.code() == Some("ResourceNotFoundException") => {
                findings.wrong(
                    format!("there is no function {name}"),
                    format!(
                        "`make deploy STAGE={}`, or name the stage with --stage and its region",
                        at.stage
                    ),
                )?;
                continue;
            }
            Err(error) => {
                findings.unknown(format!("{name}: {}", error.code().unwrap_or("no answer")))?;
                continue;
            }
        };
        let variables = found.environment().and_then(|environment| environment.variables());
        let uses = variables.and_then(|all| all.get("TABLE_NAME"));
        let state = found.state().map_or("Active", |state| state.as_str());
        match uses {
            Some(other) if other != table => findings.wrong(
                format!("{name} uses the table {other}"),
                format!(
                    "look at that one (--table {other}), or set `tableName` in the stage: docs/restore.md"
                ),
            )?,
            _ if state != "Active" && state != "Inactive" => findings.wrong(
                format!("{name} is {state}"),
                format!("the reason is in the console; `make deploy STAGE={}` makes it again", at.stage),
            )?,
            _ => well.push(function),
        }
    }
    if !well.is_empty() {
        findings.well(format!("the functions {} are there and use this table", well.join(", ")))?;
    }
    Ok(())
}

async fn queues(findings: &mut Findings, at: &At, aws: &SdkConfig) -> Done {
    match dlq::queues(&aws_sdk_sqs::Client::new(aws), &at.stage).await {
        Err(error) => findings.unknown(error.to_string()),
        Ok(queues) => {
            for queue in &queues {
                match queue.depth {
                    0 => findings.well(format!("the queue {} is empty", queue.name()))?,
                    some => findings.wrong(
                        format!("the queue {} holds {some}: what was asked of `extract` did not happen", queue.name()),
                        format!("`cyclesheet dlq list --stage {0}` says why, `cyclesheet dlq replay --stage {0}` asks again", at.stage),
                    )?,
                }
            }
            Ok(())
        }
    }
}

/// Whether the table has what a restored one lacks.
async fn table(findings: &mut Findings, place: &Place) -> Done {
    let Place { client, name, .. } = place;
    let recovery = client.describe_continuous_backups().table_name(name).send().await.ok();
    let recovery = recovery
        .and_then(|said| said.continuous_backups_description)
        .and_then(|said| said.point_in_time_recovery_description?.point_in_time_recovery_status);
    match recovery {
        Some(PointInTimeRecoveryStatus::Enabled) => findings.well("the table can be restored to any second")?,
        Some(_) => findings.wrong(
            "the table has no point-in-time recovery: it cannot be restored",
            format!("`aws dynamodb update-continuous-backups --table-name {name} --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true`"),
        )?,
        None => findings.unknown("whether the table can be restored")?,
    }
    let expiry = client.describe_time_to_live().table_name(name).send().await.ok();
    match expiry.and_then(|said| said.time_to_live_description?.time_to_live_status) {
        Some(TimeToLiveStatus::Enabled | TimeToLiveStatus::Enabling) => Ok(()),
        Some(_) => findings.wrong(
            "the table deletes nothing that has expired: closed sockets and old messages stay",
            format!("`aws dynamodb update-time-to-live --table-name {name} --time-to-live-specification Enabled=true,AttributeName=expires`"),
        ),
        None => findings.unknown("whether the table deletes what has expired"),
    }
}
