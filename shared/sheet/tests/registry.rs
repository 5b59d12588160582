//! The page of codes and the client's table are made from the registry, so that they cannot drift.
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
    holds(file, &page);
}

#[test]
fn the_clients_table_of_codes_is_the_registry() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/client/src/generated/codes.ts");
    let mut table = String::from(
        "/**\n * Every code a server may answer with, and whether the same change may succeed later without being altered. Made from\n \
         * `shared/sheet/src/refusal.rs` by `UPDATE_DOCS=1 cargo test -p cyclesheet-sheet --test registry`.\n */\nexport const CODES = {\n",
    );
    for code in Code::ALL {
        table.push_str(&format!(
            "  /** {} */\n  {code}: {{ retryable: {} }},\n",
            code.meaning(),
            code.retryable()
        ));
    }
    table.push_str("} as const satisfies Record<string, { retryable: boolean }>;\n");
    holds(file, &table);
}

/// The file says exactly this, or is made to.
fn holds(file: &str, text: &str) {
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(file, text).unwrap();
    }
    assert_eq!(std::fs::read_to_string(file).unwrap(), text, "write it anew with UPDATE_DOCS=1");
}
