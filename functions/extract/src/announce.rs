//! A new sheet's summary is posted to the team's channel, with a link: once a cycle.
//!
//! What Slack does and what the table remembers cannot be one step, so both sides of it are noted: `begun` before the
//! post and `done` after it. Who finds `begun` and no answer asks the channel whether the post, which is marked, stands
//! there. So a post is lost only if Slack loses it, and made twice only if Slack shows a post later than it made it.
use crate::{ExtractError, Extractor, slack};
use platform::Context;
use serde::{Deserialize, Serialize};
use sheet::{
    Column, CycleKey, Sheet, TimestampMs,
    model::{GenerationState, Origin},
};
use store::{directory::Team, keys};

/// How long somebody else's `begun` is left alone, milliseconds: longer than a function lives.
const UNDER_WAY_MS: i64 = 11 * 60_000;
/// How far before `begun` the channel is searched, milliseconds: two clocks are never one.
const SKEW_MS: i64 = 60_000;
/// Code points of the summary in the post.
const MAX_SUMMARY: usize = 2_000;

#[derive(Serialize, Deserialize)]
struct Row {
    pk: String,
    sk: String,
    is_done: bool,
    at: TimestampMs,
}

/// Announces the sheet, if the team wants it, it holds something, and nobody has done it. That it could not be posted is
/// no failure of the extraction: the sweep tries again.
pub(crate) async fn sheet(
    extractor: &Extractor,
    context: &Context,
    key: &CycleKey,
    team: &Team,
    sheet: &Sheet,
) -> Result<(), ExtractError> {
    let Some(announce) = &team.announce else { return Ok(()) };
    let generation = sheet.generation.as_ref().filter(|made| made.state == GenerationState::Generated);
    if generation.is_none_or(|made| made.origin == Some(Origin::Empty)) {
        return Ok(());
    }
    let (table, now) = (&context.store.table, context.now());
    let (pk, sk) = (keys::cycle(key), keys::ANNOUNCED.to_owned());
    let row = |is_done, at| Row { pk: pk.clone(), sk: sk.clone(), is_done, at };
    let begun = match table.get::<Row>(&pk, &sk).await? {
        Some(found) if found.is_done || now.since(found.at) < UNDER_WAY_MS => return Ok(()),
        Some(found) => Some(found.at),
        None if table.put_new(&row(false, now)).await? => None,
        None => return Ok(()),
    };
    let api = match slack::api(context, &extractor.slack_base_url, &announce.secret).await {
        Ok(api) => api,
        Err(reason) => {
            tracing::warn!(cycle = %key, reason, "the sheet is not announced");
            return Ok(());
        }
    };
    let cycle = key.cycle_id();
    if let Some(at) = begun {
        match api.was_posted(&announce.channel, at.plus_ms(-SKEW_MS), &cycle).await {
            Ok(Some(_)) => return Ok(table.put(&row(true, at)).await?),
            Ok(None) => table.put(&row(false, now)).await?,
            Err(error) => {
                tracing::warn!(cycle = %key, %error, "whether the sheet was announced is not known");
                return Ok(());
            }
        }
    }
    match api.post_summary(&announce.channel, &text(extractor, key, team, sheet), &cycle).await {
        Ok(_) => table.put(&row(true, now)).await?,
        Err(error) => tracing::warn!(cycle = %key, %error, "the sheet is not announced yet"),
    }
    Ok(())
}

fn text(extractor: &Extractor, key: &CycleKey, team: &Team, sheet: &Sheet) -> String {
    let blocked = sheet.rows().filter(|row| row.value(Column::Status) == "Blocked").count();
    let mut lines = vec![format!("*{}, week {}*", escaped(&team.name), key.week)];
    let summary: String = sheet.executive_summary.chars().take(MAX_SUMMARY).collect();
    lines.extend((!summary.is_empty()).then(|| escaped(&summary)));
    let rows = sheet.row_count();
    lines.push(format!("{rows} rows, {blocked} blocked."));
    if sheet.generation.as_ref().is_some_and(|made| made.origin == Some(Origin::Fallback)) {
        lines.push("Made without the model, straight from the messages.".to_owned());
    }
    lines.extend(extractor.page_url.as_deref().map(|url| {
        let url = url.trim_end_matches('/');
        format!("<{url}/?team={}&cycle={}|Open the sheet>", key.team, key.week)
    }));
    lines.join("\n")
}

/// As Slack wants text: three signs are its own. What a message says cannot mention anybody or forge a link.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
