//! The page of codes is made from the registry, so that the two cannot drift.
#![allow(clippy::disallowed_methods, clippy::unwrap_used)]
use sheet::Code;

#[test]
fn the_page_of_codes_is_the_registry() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/codes.md");
    let mut page = String::from(
        "# Codes\n\nMade from `shared/sheet/src/refusal.rs` by `UPDATE_DOCS=1 cargo test -p cyclesheet-sheet --test registry`.\n\
         A retryable refusal is retried under the same id before anything later is sent.\n\n| code | retryable | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        page.push_str(&format!("| `{code}` | {retryable} | {} |\n", code.meaning()));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, &page).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), page, "write it anew with UPDATE_DOCS=1");
}
