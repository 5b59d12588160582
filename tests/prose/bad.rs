//! Who asks is told what stands there.

/// Is it time to write the record anew?
fn due(told: bool) -> bool {
    let anew = told; // An identifier is no prose, and "tell" is a word like any other.
    tracing::warn!("what died half way is gone on with for ever");
    anew
}

/// When.
struct At;
