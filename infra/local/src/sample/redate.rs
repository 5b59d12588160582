//! The same text some weeks earlier or later.
//!
//! The sample's dates are of the forms that its authors used: `2026-11-27`, `27 November`, `Fri 27 Nov 2026`, `the 27th`,
//! `Friday 27`, `(23/24)`, `W47`, and Slack's times. A whole number of weeks keeps every weekday right.
use jiff::{
    Span, Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use regex::{Captures, Regex};
use serde_json::Value;
use sheet::week::time_zone;
use std::sync::LazyLock;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// The month in which the sample was written: what a date without one means.
const WRITTEN: (i16, i8) = (2026, 11);
/// A number of seconds from this on is a time of the sample, and not one of before it, such as when a bot was added:
/// 1 November 2026.
const FIRST_SECOND: i64 = 1_793_491_200;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static DATES: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(January|February|March|April|August|September|October|November|December|Jan|Feb|Aug|Sep|Oct|Nov|Dec)";
    let weekday = "(Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday|Mon|Tue|Wed|Thu|Fri|Sat|Sun)";
    Regex::new(&format!(
        concat!(
            r"(?P<iso>\b\d{{4}}-\d\d-\d\d)",
            // 23 and 26 November; 27th November 2026
            r"|\b(?P<first>\d{{1,2}})(?P<and> and )(?P<second>\d{{1,2}}) (?P<both>{month})\b",
            r"|\b(?P<day>\d{{1,2}})(?P<suffix>st|nd|rd|th)? (?P<month>{month})\b(?: (?P<year>20\d\d)\b)?",
            // Monday and Tuesday (23/24)
            r"|(?P<pair>\b{weekday} )?\((?P<left>\d\d)/(?P<right>\d\d)\)",
            // Friday the 11th, Friday (20th), Monday 23; not Tuesday 15:00
            r"|\b(?P<weekday>{weekday})(?P<between>,? \(?(?:the )?)(?P<number>\d{{1,2}})(?P<ordinal>st|nd|rd|th)?\b(?P<clock>[:.]\d)?(?: (?P<its>{month})\b(?: (?P<its_year>20\d\d)\b)?)?",
            r"|\b(?P<alone>\d{{1,2}})(?:st|nd|rd|th)\b",
            r"|\bW(?P<week>\d\d)\b",
            r"|\b(?P<name>{month})\b(?: (?P<of>20\d\d)\b)?",
        ),
        month = month,
        weekday = weekday
    ))
    .unwrap()
});

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static SLACK_TIME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(\d{10})\.(\d{6})$").unwrap());

/// A number of weeks by which texts are moved.
#[derive(Debug, Clone, Copy)]
pub struct Shift(i32);

impl Shift {
    /// Later by `weeks`, or earlier if it is negative.
    pub fn weeks(weeks: i32) -> Self {
        Self(weeks)
    }

    fn span(self) -> Span {
        self.0.weeks()
    }

    fn date(self, date: Date) -> Date {
        date.saturating_add(self.span())
    }

    /// Returns the text with its dates moved.
    pub fn text(self, text: &str) -> String {
        if self.0 == 0 {
            return text.to_owned();
        }
        DATES
            .replace_all(text, |found: &Captures<'_>| {
                self.moved(found).unwrap_or_else(|| found.get(0).map_or("", |all| all.as_str()).to_owned())
            })
            .into_owned()
    }

    /// Returns what one date becomes; `None` for something that only looks like one.
    fn moved(self, found: &Captures<'_>) -> Option<String> {
        let part = |name: &str| found.name(name).map(|part| part.as_str());
        let number = |name: &str| part(name)?.parse::<i8>().ok();
        if let Some(iso) = part("iso") {
            return Some(self.date(iso.parse().ok()?).to_string());
        }
        if let Some(month) = part("both") {
            let first = self.date(in_month(number("first")?, month, None)?);
            let second = self.date(in_month(number("second")?, month, None)?);
            let of = |date: Date| named(date, month);
            return Some(match first.month() == second.month() {
                true => format!("{} and {} {}", first.day(), second.day(), of(second)),
                false => format!("{} {} and {} {}", first.day(), of(first), second.day(), of(second)),
            });
        }
        if let Some(month) = part("month") {
            let date = self.date(in_month(number("day")?, month, part("year"))?);
            let day = match part("suffix") {
                Some(_) => ordinal(date.day()),
                None => date.day().to_string(),
            };
            let year = part("year").map(|_| format!(" {}", date.year())).unwrap_or_default();
            return Some(format!("{day} {}{year}", named(date, month)));
        }
        if let Some(weekday) = part("weekday") {
            if part("clock").is_some() {
                return None;
            }
            let day = number("number")?;
            let date = match part("its") {
                Some(month) => in_month(day, month, part("its_year"))?,
                None => on_weekday(day, weekday)?,
            };
            let date = self.date(date);
            let day = part("ordinal").map_or_else(|| date.day().to_string(), |_| ordinal(date.day()));
            let month = part("its").map(|month| format!(" {}", named(date, month))).unwrap_or_default();
            let year = part("its_year").map(|_| format!(" {}", date.year())).unwrap_or_default();
            return Some(format!("{weekday}{}{day}{month}{year}", part("between")?));
        }
        if part("alone").is_some() {
            return Some(ordinal(self.date(in_sample(number("alone")?)?).day()));
        }
        if part("left").is_some() {
            let day = |name| Some(self.date(in_sample(number(name)?)?).day());
            let pair = part("pair").unwrap_or_default();
            return Some(format!("{pair}({:02}/{:02})", day("left")?, day("right")?));
        }
        if part("week").is_some() {
            let monday =
                jiff::civil::ISOWeekDate::new(WRITTEN.0, number("week")?, Weekday::Monday).ok()?.date();
            return Some(format!("W{:02}", self.date(monday).iso_week_date().week()));
        }
        // A month alone is a time of about that long ago: its middle decides.
        let name = part("name")?;
        let date = self.date(in_month(15, name, part("of"))?);
        let year = part("of").map(|_| format!(" {}", date.year())).unwrap_or_default();
        Some(format!("{}{year}", named(date, name)))
    }

    /// Returns a value whose texts and times are moved; times keep their place in the team's day.
    pub fn json(self, value: Value) -> Value {
        match value {
            _ if self.0 == 0 => value,
            Value::String(text) => Value::String(self.slack_time(&text).unwrap_or_else(|| self.text(&text))),
            Value::Number(number) => match number.as_i64().filter(|seconds| *seconds >= FIRST_SECOND) {
                Some(seconds) => self.second(seconds).map_or(Value::Number(number), Value::from),
                None => Value::Number(number),
            },
            Value::Array(items) => items.into_iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => {
                fields.into_iter().map(|(name, field)| (name, self.json(field))).collect()
            }
            other => other,
        }
    }

    fn slack_time(self, text: &str) -> Option<String> {
        let found = SLACK_TIME.captures(text)?;
        let seconds: i64 = found.get(1)?.as_str().parse().ok()?;
        Some(format!("{}.{}", self.second(seconds)?, found.get(2)?.as_str()))
    }

    /// Returns the same wall-clock time of the team's day: an hour is added or lost where the clocks change in between.
    fn second(self, seconds: i64) -> Option<i64> {
        let zone = time_zone(super::TIME_ZONE).unwrap_or(TimeZone::UTC);
        let at = Timestamp::from_second(seconds).ok()?.to_zoned(zone);
        Some(at.checked_add(self.span()).ok()?.timestamp().as_second())
    }
}

/// The month of a name or of its first three letters, counted from 1.
fn month_number(name: &str) -> Option<i8> {
    let at = MONTHS.iter().position(|month| month.get(..3) == name.get(..3))?;
    i8::try_from(at + 1).ok()
}

/// The date's month, as long as `like` is.
fn named(date: Date, like: &str) -> &'static str {
    let full = MONTHS.get(date.month() as usize - 1).copied().unwrap_or_default();
    if like.len() == 3 { full.get(..3).unwrap_or(full) } else { full }
}

/// A day of a month; of the sample's year if none is named.
fn in_month(day: i8, month: &str, year: Option<&str>) -> Option<Date> {
    let year = year.map_or(Some(WRITTEN.0), |year| year.parse().ok())?;
    Date::new(year, month_number(month)?, day).ok()
}

/// A day of the sample's month.
fn in_sample(day: i8) -> Option<Date> {
    Date::new(WRITTEN.0, WRITTEN.1, day).ok()
}

/// A day of the sample's month or of the one after it: the one that is this weekday.
fn on_weekday(day: i8, weekday: &str) -> Option<Date> {
    let first = in_sample(1)?;
    (0..2)
        .filter_map(|months| {
            let month = first.checked_add(months.months()).ok()?;
            Date::new(month.year(), month.month(), day).ok()
        })
        .find(|date| date.strftime("%A").to_string().starts_with(weekday))
}

fn ordinal(day: i8) -> String {
    let end = match day {
        1 | 21 | 31 => "st",
        2 | 22 => "nd",
        3 | 23 => "rd",
        _ => "th",
    };
    format!("{day}{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_every_form_move_and_what_only_looks_like_one_stays() {
        for (weeks, was, is) in [
            (1, "not_after = 2026-11-27T10:00:00Z", "not_after = 2026-12-04T10:00:00Z"),
            (1, "expires on *27 November* and", "expires on *4 December* and"),
            (1, "moved to Tue 24 Nov 22:00", "moved to Tue 1 Dec 22:00"),
            (6, "sunset on *31 January 2027*", "sunset on *14 March 2027*"),
            (6, "billed on 30 November 2026", "billed on 11 January 2027"),
            (1, "failing since the 2nd", "failing since the 9th"),
            (1, "Thursday 19th: go", "Thursday 26th: go"),
            (1, "so I aim for Friday the 11th.", "so I aim for Friday the 18th."),
            (1, "By Monday the 30th.", "By Monday the 7th."),
            (1, "by Friday (20th), I write", "by Friday (27th), I write"),
            (1, "on Monday 23 while", "on Monday 30 while"),
            (1, "go/no-go Tuesday 15:00", "go/no-go Tuesday 15:00"),
            (1, "covers Tuesday 08:00–14:00", "covers Tuesday 08:00–14:00"),
            (1, "Monday and Tuesday (23/24), one", "Monday and Tuesday (30/01), one"),
            (1, "batches to 23 and 26 November", "batches to 30 November and 3 December"),
            (-1, "batches to 23 and 26 November", "batches to 16 and 19 November"),
            (1, "on call W47: Aylin", "on call W48: Aylin"),
            (7, "on call W47: Aylin", "on call W01: Aylin"),
            (8, "the October cloud bill", "the December cloud bill"),
            (
                1,
                "10:52 Marcus: 3 decisions, 12 of 14, infra#977",
                "10:52 Marcus: 3 decisions, 12 of 14, infra#977",
            ),
            (1, "Postgres 17, Q1, m27, 900 of 1,500", "Postgres 17, Q1, m27, 900 of 1,500"),
            (1, "d0bd342b-4607-5adf-b5c8-a0546e9ed621", "d0bd342b-4607-5adf-b5c8-a0546e9ed621"),
            (0, "27 November", "27 November"),
        ] {
            assert_eq!(Shift::weeks(weeks).text(was), is, "{weeks} {was:?}");
        }
    }

    #[test]
    fn times_of_messages_move_with_the_clock_on_the_wall_and_those_of_before_stay() {
        let is = |value: Value| Shift::weeks(20).json(value);
        // 16 November, 09:00 in Berlin; twenty weeks later it is summer there.
        let at = 1_794_816_000;
        let later = at + 20 * 7 * 24 * 3600 - 3600;
        assert_eq!(is(Value::from(format!("{at}.665209"))), Value::from(format!("{later}.665209")));
        assert_eq!(
            is(serde_json::json!({ "created": at, "updated": 1_735_689_600, "count": 3 })),
            serde_json::json!({ "created": later, "updated": 1_735_689_600, "count": 3 })
        );
    }

    /// Every weekday beside a date is the date's, before and after.
    #[test]
    fn weekdays_beside_dates_stay_right() {
        let pattern = Regex::new(
            r"\b(Mon|Tue|Wednes|Thurs|Fri|Satur|Sun)(?:day)?,? \*?(\d{1,2}) (January|February|March|April|May|June|July|August|September|October|November|December)\b",
        )
        .unwrap();
        let text = include_str!("../../../../events/answers/sample-week.txt").to_owned()
            + include_str!("../../../../events/week/platform/2026-11-20.json")
            + include_str!("../../../../events/week/platform/2026-11-16.json")
            + include_str!("../../../../events/answers/sample-week-before.txt")
            + include_str!("../../../../events/answers/sample-other-team.txt");
        for weeks in [0, 1, 3, 10, -9] {
            let text = Shift::weeks(weeks).text(&text);
            let mut seen = 0;
            for found in pattern.captures_iter(&text) {
                let (weekday, day, month) = (&found[1], found[2].parse().unwrap(), &found[3]);
                let year = [2026, 2027].into_iter().find(|year| {
                    Date::new(*year, month_number(month).unwrap(), day)
                        .is_ok_and(|date| date.strftime("%A").to_string().starts_with(weekday))
                });
                assert!(year.is_some(), "{weeks}: {}", &found[0]);
                seen += 1;
            }
            assert!(seen > 5, "{weeks}: {seen}");
        }
    }
}
