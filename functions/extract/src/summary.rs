//! The executive summary as a document: what the extraction says, until a person writes in it.
use sheet::{DocName, Op, State, op::Generated};

/// The ops that commit one part of a result. The first part brings the summary's text along, in the same change, as
/// long as no person has touched it; from then on `executiveSummary` alone holds what an extraction says, and the page
/// offers it. The client id is the generation's, so a run that is repeated writes the same bytes.
pub(crate) fn ops(state: &State, part: Generated) -> Vec<Op> {
    let doc = DocName::summary();
    let touched = state.sheet.docs.get(&doc).is_some_and(|entry| entry.is_manually_edited);
    let text = (part.part == 1 && !part.summary.is_empty() && !touched)
        .then(|| state.rewritten(&doc, part.generation, &part.summary));
    let text = text.and_then(|written| {
        written.inspect_err(|error| tracing::warn!(%error, "the summary's document stays as it is")).ok()
    });
    let update = text.map(|update| Op::TextUpdate { doc, update, mentions: Vec::new() });
    [Op::Generated(Box::new(part))].into_iter().chain(update).collect()
}
