//! The table of variables in docs/configuration.md is the code's.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use platform::config::VARIABLES;
use std::path::Path;

/// The heading of the table: the rows below it, to the next empty line, are written from the code.
const HEADING: &str = "| variable | default | meaning |\n|---|---|---|\n";

#[test]
fn the_documented_table_of_variables_is_the_one_of_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let row = |(name, default, meaning): &(&str, &str, &str)| {
        format!("| `{name}` | {default} | {meaning} |\n").replace("|  |", "| |")
    };
    let table: String = VARIABLES.iter().map(row).collect();
    let (before, rest) = page.split_once(HEADING).expect("the page has the table's heading");
    let (written, after) = rest.split_once("\n\n").expect("an empty line ends the table");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{before}{HEADING}{table}\n{after}")).unwrap();
        return;
    }
    assert_eq!(
        format!("{written}\n"),
        table,
        "write it again: UPDATE_DOCS=1 cargo test -p cyclesheet-platform --test configuration"
    );
}
