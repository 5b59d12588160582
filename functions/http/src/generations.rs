//! What a cycle's generations sent to the model, what came back, and what became of it. For admins.
use crate::answer::Reply;
use platform::{Context, room::busy};
use serde_json::{Value, json};
use sheet::{Code, CycleKey, Refusal};
use store::{
    StoreError,
    raw::{self, Artifact},
};

/// Every generation of the cycle, oldest first: its report, or only its number while it has none.
pub(crate) async fn list(context: &Context, key: &CycleKey) -> Result<Reply, Refusal> {
    let mut generations = Vec::new();
    for number in 1..=latest(context, key).await? {
        let report = read(context, key, number, Artifact::Report).await?;
        generations.push(report.unwrap_or_else(|| json!({"generation": number})));
    }
    Ok(Reply::json(json!({"generations": generations}).to_string()))
}

/// One generation with every prompt as it was sent, credentials masked, and every answer as it came.
pub(crate) async fn one(context: &Context, key: &CycleKey, number: u32) -> Result<Reply, Refusal> {
    if number > latest(context, key).await? {
        return Err(Refusal::new(Code::NotFound, format!("this cycle has no generation {number}")));
    }
    let report = read(context, key, number, Artifact::Report).await?;
    let listed = |found: Option<Value>| match found {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    };
    let prompts = listed(read(context, key, number, Artifact::Prompts).await?);
    // A call that is under way, or in which a run died, has a prompt and no outcome.
    let mut outcomes = listed(read(context, key, number, Artifact::Answers).await?).into_iter();
    let attempts: Vec<Value> =
        prompts.into_iter().map(|prompt| json!({"prompt": prompt, "outcome": outcomes.next()})).collect();
    let body = json!({"generation": number, "report": report, "attempts": attempts});
    Ok(Reply::json(body.to_string()))
}

async fn latest(context: &Context, key: &CycleKey) -> Result<u32, Refusal> {
    let tip = context.store.tip(key).await.map_err(|error| busy(&error))?;
    Ok(tip.state.sheet.generation.as_ref().map_or(0, |generation| generation.number))
}

async fn read(
    context: &Context,
    key: &CycleKey,
    number: u32,
    what: Artifact,
) -> Result<Option<Value>, Refusal> {
    let found: Result<Option<Value>, StoreError> = raw::get(context.store.table(), key, number, what).await;
    found.map_err(|error| busy(&error))
}
