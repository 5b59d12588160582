//! A cycle's week: an ISO week in the team's time zone.
use crate::time::TimestampMs;
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, ISOWeekDate, Weekday},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize, de::Error as _};
use std::{fmt, str::FromStr};

/// An ISO 8601 week, written `2026-W47`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Week {
    year: i16,
    week: i8,
}

/// A week's first instant and the first instant after it.
pub type WeekSpan = (TimestampMs, TimestampMs);

/// Not a week, or not a time zone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WeekError {
    /// Not of the form `2026-W47`, or a week that its year does not have.
    #[error("a cycle is an ISO week such as 2026-W47")]
    Form,
    /// A name the IANA database does not hold.
    #[error("unknown time zone {0:?}: use an IANA name such as Europe/Berlin")]
    TimeZone(String),
}

/// Returns the zone of that IANA name. The database is compiled in: no platform file decides what a week is.
///
/// # Errors
/// [`WeekError`] if there is no zone of that name.
pub fn time_zone(name: &str) -> Result<TimeZone, WeekError> {
    TimeZone::get(name).map_err(|_| WeekError::TimeZone(name.into()))
}

/// Returns the date at `now` for somebody in `zone`. An instant that no calendar holds gives the first day of 1970.
pub fn date(now: TimestampMs, zone: &TimeZone) -> Date {
    Timestamp::from_millisecond(now.0).unwrap_or_default().to_zoned(zone.clone()).date()
}

impl Week {
    /// Returns the week of that number, if its year has it.
    ///
    /// # Errors
    /// [`WeekError`] if the year has no such week.
    pub fn new(year: i16, week: i8) -> Result<Self, WeekError> {
        match ISOWeekDate::new(year, week, Weekday::Monday) {
            Ok(_) if (2000..=9999).contains(&year) => Ok(Self { year, week }),
            _ => Err(WeekError::Form),
        }
    }

    /// Returns the week in which `at` falls for somebody in `zone`.
    ///
    /// # Errors
    /// [`WeekError`] if the instant is beyond the calendar.
    pub fn containing(at: TimestampMs, zone: &TimeZone) -> Result<Self, WeekError> {
        let at = Timestamp::from_millisecond(at.0).map_err(|_| WeekError::Form)?;
        let date = at.to_zoned(zone.clone()).date().iso_week_date();
        Self::new(date.year(), date.week())
    }

    /// Returns its Monday.
    pub fn monday(self) -> Date {
        // `new` has proved that the week exists; the fallback is unreachable and keeps this free of panics.
        ISOWeekDate::new(self.year, self.week, Weekday::Monday).map(|d| d.date()).unwrap_or(Date::ZERO)
    }

    /// Returns the week `weeks` later (earlier when negative).
    ///
    /// # Errors
    /// [`WeekError`] if the result is beyond the calendar.
    pub fn plus(self, weeks: i32) -> Result<Self, WeekError> {
        let date = self.monday().checked_add(weeks.weeks()).map_err(|_| WeekError::Form)?.iso_week_date();
        Self::new(date.year(), date.week())
    }

    /// Returns whether people may begin this week's cycle at `now`: the present week's and the next week's.
    pub fn may_begin(self, now: TimestampMs, zone: &TimeZone) -> bool {
        Self::containing(now, zone)
            .is_ok_and(|current| self == current || current.plus(1).is_ok_and(|next| self == next))
    }

    /// Returns its first instant and the first instant after it, in `zone`.
    ///
    /// # Errors
    /// [`WeekError`] if the week is beyond the calendar.
    pub fn span(self, zone: &TimeZone) -> Result<WeekSpan, WeekError> {
        let start = |date: Date| {
            date.to_zoned(zone.clone())
                .map(|z| TimestampMs(z.timestamp().as_millisecond()))
                .map_err(|_| WeekError::Form)
        };
        Ok((start(self.monday())?, start(self.plus(1)?.monday())?))
    }

    /// Returns the calendar quarter of its Thursday (the day that decides an ISO week's year): `2026-Q4`.
    pub fn fiscal_period(self) -> String {
        let thursday = self.monday().checked_add(3.days()).unwrap_or(self.monday());
        format!("{}-Q{}", thursday.year(), (thursday.month() - 1) / 3 + 1)
    }
}

impl fmt::Display for Week {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-W{:02}", self.year, self.week)
    }
}

impl FromStr for Week {
    type Err = WeekError;
    fn from_str(text: &str) -> Result<Self, WeekError> {
        let (year, week) = text.split_once("-W").ok_or(WeekError::Form)?;
        if year.len() != 4
            || week.len() != 2
            || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-' || b == b'W')
        {
            return Err(WeekError::Form);
        }
        Self::new(year.parse().map_err(|_| WeekError::Form)?, week.parse().map_err(|_| WeekError::Form)?)
    }
}

impl Serialize for Week {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl schemars::JsonSchema for Week {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Week".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]{4}-W[0-9]{2}$",
            "description": "An ISO week: `2026-W47`."
        })
    }
}

impl<'de> Deserialize<'de> for Week {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_read_only_in_its_one_spelling() {
        assert_eq!("2026-W47".parse::<Week>().unwrap().to_string(), "2026-W47");
        assert_eq!("2026-W53".parse::<Week>().unwrap().to_string(), "2026-W53");
        for bad in
            ["2026-W00", "2025-W53", "2026-W54", "26-W47", "2026-W7", "2026W47", "+026-W47", "2026-W-1", ""]
        {
            assert!(bad.parse::<Week>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_week_is_the_teams_own() {
        // Sunday 2026-11-22 23:30 UTC is Monday in Berlin.
        let at = TimestampMs(1_795_390_200_000);
        assert_eq!(Week::containing(at, &time_zone("UTC").unwrap()).unwrap().to_string(), "2026-W47");
        assert_eq!(
            Week::containing(at, &time_zone("Europe/Berlin").unwrap()).unwrap().to_string(),
            "2026-W48"
        );
    }

    #[test]
    fn a_week_with_a_clock_change_is_an_hour_longer() {
        let (from, to) =
            "2026-W43".parse::<Week>().unwrap().span(&time_zone("Europe/Berlin").unwrap()).unwrap();
        assert_eq!(to.since(from), (7 * 24 + 1) * 3_600_000);
    }

    #[test]
    fn weeks_cross_the_year() {
        assert_eq!("2026-W53".parse::<Week>().unwrap().plus(1).unwrap().to_string(), "2027-W01");
        assert_eq!("2026-W47".parse::<Week>().unwrap().fiscal_period(), "2026-Q4");
        assert_eq!("2027-W01".parse::<Week>().unwrap().fiscal_period(), "2027-Q1");
    }
}
