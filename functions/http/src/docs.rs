//! One document: what a replica of it lacks, now or as it was at an earlier version.
use crate::answer::Reply;
use base64::{
    Engine,
    alphabet::URL_SAFE,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use platform::{Context, room};
use serde_json::json;
use sheet::{Code, CycleKey, DocName, Refusal, State};
use std::sync::Arc;

/// Base64 in the alphabet of addresses, padded or not.
const IN_ADDRESS: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a replica with this state vector (none: with nothing) lacks, at `version` (none: at the tip).
pub(crate) async fn doc(
    context: &Context,
    key: &CycleKey,
    doc: &str,
    state_vector: Option<&str>,
    version: Option<u64>,
) -> Result<Reply, Refusal> {
    let doc = DocName::new(doc).map_err(|error| Refusal::new(Code::NotFound, error.to_string()))?;
    let known = state_vector.map(|text| IN_ADDRESS.decode(text)).transpose();
    let known = known.map_err(|_| Refusal::new(Code::Malformed, "sv is a state vector as base64url"))?;
    let tip = context.store.tip(key).await.map_err(|error| room::busy(&error))?.state;
    let state: Arc<State> = match version {
        None => tip,
        Some(version) if version > tip.version() => {
            return Err(Refusal::new(Code::NotFound, format!("there is no version {version} yet")));
        }
        Some(version) => context.store.at(key, version).await.map_err(|error| room::busy(&error))?.into(),
    };
    let update = state.doc_since(&doc, known.as_deref())?;
    let body = json!({"doc": doc, "version": state.version(), "update": update});
    Ok(Reply::json(body.to_string()).unkept())
}
