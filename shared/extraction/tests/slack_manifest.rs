//! The Slack app's manifest asks for exactly the scopes of the methods that are called.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use std::{collections::BTreeSet, fs, path::Path};

/// What Slack's reference says that a bot token needs for each method, for the kinds of conversations that are read.
const SCOPES: [(&str, &[&str]); 7] = [
    // Every token may ask whose it is.
    ("auth.test", &[]),
    ("chat.postMessage", &["chat:write"]),
    ("conversations.history", &["channels:history", "groups:history", "im:history"]),
    ("conversations.info", &["channels:read", "groups:read"]),
    ("conversations.open", &["im:write"]),
    ("conversations.replies", &["channels:history", "groups:history"]),
    // `.email` shows the emails by which people are found.
    ("users.list", &["users:read", "users:read.email"]),
];

/// The methods that the source names, in quotation marks.
fn called() -> BTreeSet<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source/slack_api");
    let mut found = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        found.extend(text.split('"').filter(|word| is_method(word)).map(str::to_owned));
    }
    found
}

fn is_method(word: &str) -> bool {
    let families = ["auth.", "chat.", "conversations.", "files.", "im.", "reactions.", "team.", "users."];
    families.iter().any(|family| word.starts_with(family))
        && word.bytes().all(|b| b.is_ascii_alphabetic() || b == b'.')
}

#[test]
fn the_manifest_asks_for_the_scopes_of_the_methods_that_are_called_and_for_no_others() {
    let known: BTreeSet<String> = SCOPES.iter().map(|(method, _)| (*method).to_owned()).collect();
    assert_eq!(
        called(),
        known,
        "a method that is called needs its scopes here and in docs/slack-manifest.yaml"
    );
    let needed: BTreeSet<&str> = SCOPES.iter().flat_map(|(_, scopes)| scopes.iter().copied()).collect();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/slack-manifest.yaml");
    let manifest = fs::read_to_string(manifest).unwrap();
    let asked: BTreeSet<&str> = manifest
        .lines()
        .skip_while(|line| line.trim() != "bot:")
        .skip(1)
        .take_while(|line| !line.starts_with("settings"))
        .filter_map(|line| line.trim().strip_prefix("- "))
        .collect();
    assert_eq!(asked, needed);
}
