//! A new sheet's summary is posted to the team's channel, with a link: once a cycle.
use crate::{
    ExtractError, Extractor,
    posting::{self, PostError, Turn},
    slack::{self, escaped},
};
use extraction::source::slack_api::Mark;
use platform::Context;
use sheet::{
    CycleKey, Sheet,
    model::{GenerationState, Origin},
    report::{Comparison, compare, lines},
    week::{date, time_zone},
};
use store::{directory::Team, postings::Posting};

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
    let Turn::Mine(post) = posting::begin(context, Posting::announcement(key)).await? else {
        return Ok(());
    };
    let api = match slack::api(context, &extractor.slack_base_url, &announce.secret).await {
        Ok(api) => api,
        Err(error) => {
            tracing::warn!(cycle = %key, %error, "the sheet is not announced");
            return Ok(());
        }
    };
    let mark = Mark::summary(key.cycle_id());
    let comparison = comparison(context, key, team, sheet).await?;
    let text = text(extractor, key, team, sheet, comparison.as_ref());
    match post.send(&api, &announce.channel, &mark, &text).await {
        Ok(()) => {}
        Err(PostError::Slack(error)) => {
            tracing::warn!(cycle = %key, %error, "the sheet is not announced yet")
        }
        Err(PostError::Store(error)) => return Err(error.into()),
    }
    Ok(())
}

/// Compares the week with those before it. That it cannot be compared is no reason to leave the post out.
async fn comparison(
    context: &Context,
    key: &CycleKey,
    team: &Team,
    sheet: &Sheet,
) -> Result<Option<Comparison>, ExtractError> {
    let today = date(context.now(), &time_zone(&team.time_zone)?);
    Ok(context.store.comparison(key, today).await.unwrap_or_else(|error| {
        tracing::warn!(cycle = %key, %error, "the sheet is announced without a comparison");
        compare(&[sheet], today)
    }))
}

fn text(
    extractor: &Extractor,
    key: &CycleKey,
    team: &Team,
    sheet: &Sheet,
    comparison: Option<&Comparison>,
) -> String {
    let mut lines = vec![format!("*{}, week {}*", escaped(&team.name), key.week)];
    let head = comparison.map(|comparison| lines::head(sheet, comparison)).unwrap_or_default();
    lines.extend(head.iter().map(|line| escaped(line)));
    let summary: String = sheet.executive_summary.chars().take(MAX_SUMMARY).collect();
    lines.extend((!summary.is_empty()).then(|| escaped(&summary)));
    lines.extend(slack::link(extractor, &key.team, key.week, "Open the sheet"));
    lines.join("\n")
}
