//! The weekly run, as EventBridge Scheduler would start it.
use crate::stack::Stack;
use croner::Cron;
use cyclesheet_extract::Event;
use jiff::{Timestamp, tz::TimeZone};
use platform::invoke::ExtractRequest;
use std::time::Duration;

/// When the weekly run starts unless told otherwise: Friday morning at eight, as in the deployed stack.
pub const WEEKLY: &str = "0 8 * * FRI";
/// How often the clock is looked at. The Scheduler itself keeps to the minute.
const TICK: Duration = Duration::from_secs(20);

/// A pattern and the zone it is read in.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: Cron,
    zone: TimeZone,
}

impl Schedule {
    /// A cron pattern of five fields, `0 8 * * FRI`, in an IANA zone.
    pub fn new(pattern: &str, zone: TimeZone) -> Result<Self, String> {
        let cron =
            pattern.parse::<Cron>().map_err(|error| format!("{pattern:?} is no cron pattern: {error}"))?;
        Ok(Self { cron, zone })
    }

    /// Returns whether the pattern fires in the minute of `now_ms`.
    pub fn fires(&self, now_ms: i64) -> bool {
        let Ok(now) = Timestamp::from_millisecond(now_ms - now_ms.rem_euclid(60_000)) else { return false };
        let now = now.to_zoned(self.zone.clone());
        self.cron.is_time_matching(&now).unwrap_or(false)
    }
}

/// Starts the weekly run whenever the schedule fires; does not return.
pub async fn keep(stack: Stack, schedule: Schedule) {
    let mut last = None;
    loop {
        tokio::time::sleep(TICK).await;
        let now = stack.context.now().0;
        let minute = now.div_euclid(60_000);
        if last == Some(minute) || !schedule.fires(now) {
            continue;
        }
        last = Some(minute);
        let weekly = Event::Request(ExtractRequest::Weekly);
        if let Err(error) = stack.extractor.handle(&stack.context, weekly).await {
            tracing::error!(%error, "the weekly run failed");
        }
    }
}
