//! The checked-in contract is what the Rust types say.
#![allow(clippy::unwrap_used)]
use std::path::Path;

#[test]
fn every_generated_file_is_what_the_types_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let stale: Vec<&str> = contract::artifacts()
        .into_iter()
        .filter(|artifact| {
            std::fs::read_to_string(root.join(artifact.path)).ok().as_ref() != Some(&artifact.text)
        })
        .map(|artifact| artifact.path)
        .collect();
    assert!(stale.is_empty(), "these files are not current, run `{}`: {stale:#?}", contract::COMMAND);
}
