//! The page of codes.
use crate::COMMAND;
use sheet::Code;

/// Returns `docs/codes.md`: a row for each code, in the registry's order.
pub fn page() -> String {
    let mut page = format!(
        "# Codes\n\nMade from `shared/sheet/src/refusal.rs` by `{COMMAND}`.\n\
         A retryable refusal is retried under the same id before anything later is sent.\n\n\
         | code | retryable | meaning |\n|---|---|---|\n",
    );
    for code in Code::ALL {
        let retryable = if code.retryable() { "yes" } else { "no" };
        page.push_str(&format!("| `{code}` | {retryable} | {} |\n", code.meaning()));
    }
    page
}
