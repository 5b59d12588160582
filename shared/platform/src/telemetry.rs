//! Logs: one JSON line an event on standard output, where Lambda collects them. No content and no secret is logged:
//! ids, codes, counts and durations only.
use tracing_subscriber::EnvFilter;

/// Begins to log at the level that `LOG_LEVEL` names, `info` if none. A second call changes nothing.
pub fn begin(level: Option<&str>) {
    let filter = EnvFilter::try_new(level.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_current_span(false)
        .try_init();
}
