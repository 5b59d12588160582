//! Logs: one JSON line an event on standard output, where Lambda collects them. No content and no secret is logged:
//! ids, codes, counts and durations only.
use tracing_subscriber::{
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// Begins to log at the level that `LOG_LEVEL` names, `info` if none. A second call changes nothing.
pub fn begin(level: Option<&str>) {
    let lines = fmt::layer().json().flatten_event(true).with_current_span(false);
    let _ = tracing_subscriber::registry().with(lines).with(targets(level)).try_init();
}

/// A level, or levels by target such as `store=debug,info`. The crate's other filter knows spans and fields as well, by
/// regular expressions, which would be a tenth of a bootstrap.
fn targets(level: Option<&str>) -> Targets {
    let named = level.and_then(|level| level.parse().ok());
    named.unwrap_or_else(|| Targets::new().with_default(LevelFilter::INFO))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracing::Level;

    #[test]
    fn a_level_is_for_all_and_a_target_may_have_its_own() {
        let plain = targets(Some("warn"));
        assert!(plain.would_enable("store", &Level::WARN) && !plain.would_enable("store", &Level::INFO));
        let store = targets(Some("store=debug,error"));
        assert!(
            store.would_enable("store::log", &Level::DEBUG) && !store.would_enable("platform", &Level::WARN)
        );
        for none in [None, Some("store=loud")] {
            let usual = targets(none);
            assert!(
                usual.would_enable("any", &Level::INFO) && !usual.would_enable("any", &Level::DEBUG),
                "{none:?}"
            );
        }
    }
}
