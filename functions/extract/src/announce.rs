//! A new sheet's summary is posted to the team's channel, with a link: once a cycle.
use crate::{
    ExtractError, Extractor,
    posting::{self, Turn},
    slack::{self, escaped},
};
use extraction::source::slack_api::Mark;
use platform::Context;
use sheet::{
    Column, CycleKey, Sheet,
    model::{GenerationState, Origin},
};
use store::{directory::Team, keys};

/// Code points of the summary in the post.
const MAX_SUMMARY: usize = 2_000;

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
    let Turn::Mine(posting) = posting::begin(context, keys::cycle(key), keys::ANNOUNCED.to_owned()).await?
    else {
        return Ok(());
    };
    let api = match slack::api(context, &extractor.slack_base_url, &announce.secret).await {
        Ok(api) => api,
        Err(reason) => {
            tracing::warn!(cycle = %key, reason, "the sheet is not announced");
            return Ok(());
        }
    };
    let mark = Mark::summary(key.cycle_id());
    let text = text(extractor, key, team, sheet);
    if let Err(error) = posting.post(&api, &announce.channel, &mark, &text).await? {
        tracing::warn!(cycle = %key, %error, "the sheet is not announced yet");
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
    lines.extend(slack::link(extractor, &key.team, key.week, "Open the sheet"));
    lines.join("\n")
}
