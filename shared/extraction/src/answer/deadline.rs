//! Deadlines: `Friday`, `EOD Thu`, `next week`, `11/24`, `24.11.`, `Nov 24` → an ISO date of or near the cycle's week.
//!
//! - A weekday is the cycle's own; `next Friday` the week after; but the week after, too, when every cited message
//!   was written later in the week than that day.
//! - `this week` and `next week` mean their Friday, `the weekend` its Sunday.
//! - A date without a year is the one nearest to the cycle's Thursday, and so is a week's number; a quarter is the one that
//!   has not ended yet.
//! - `24.11.` is day first. `11/24` is what it must be; `12/11` could be both: as the answer's other dates are
//!   written, else month first, and a note says so.
//! - `today` and `tomorrow` count from the latest message the row cites, else from the last message at all.
//! - An instant with an offset is the day it has in the team's zone; without a zone nobody can tell.
//! - Anything else stays text: nobody's condition (`Friday if legal agrees`) is cut off, and a weekday that contradicts
//!   its date is no day.
mod cjk;
mod names;
mod numeric;
mod phrases;
mod zones;

use super::words::{bare, is_dash};
use jiff::{
    Span, ToSpan,
    civil::{Date, Time, Weekday},
    tz::TimeZone,
};
use regex::Regex;
use sheet::Week;
use std::sync::LazyLock;

pub(crate) use numeric::day_first;

/// What days are counted from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Around {
    pub(crate) week: Week,
    /// The day of the earliest message cited.
    pub(crate) earliest: Option<Date>,
    /// The day of the latest message cited, else of the last message at all.
    pub(crate) latest: Option<Date>,
    /// How this answer writes dates with slashes, where another of its dates shows it.
    pub(crate) day_first: Option<bool>,
}

/// What a deadline cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    /// A day, and how it was read where that is a choice.
    Day(Date, Option<String>),
    /// A day, with something in brackets that must not be lost.
    DayAndMore(Date, Option<String>),
    /// Nobody can date it.
    Text,
}

/// Whether the words in brackets behind a day are another day: `Nov 24 (Fri)` where the 24th is a Tuesday, `Friday (or Monday)`.
fn is_another_day(inside: &str, date: Date, around: &Around, zone: Option<&TimeZone>) -> bool {
    const OR: [&str; 5] = ["or ", "oder ", "ou ", "o ", "или "];
    let lower = inside.to_lowercase();
    // `(moved to 2026-11-24)`, `(was Friday)`: the words speak of a day, whatever they say of it.
    let words = lower.split(|c: char| c.is_whitespace() || ",;:".contains(c)).filter(|w| !w.is_empty());
    let names_another = words.clone().count() > 1
        && day(inside, around, zone).is_none()
        && words.clone().any(|w| {
            let w = w.trim_end_matches('.');
            (w.len() > 2 && is_day_word(w))
                || (w.bytes().any(|b| b.is_ascii_digit()) && day(w, around, zone).is_some())
        });
    names_another
        || is_day_word(lower.trim_end_matches('.'))
        || cjk::weekday(inside).is_some()
        || OR.iter().any(|or| lower.starts_with(or))
        || day(inside, around, zone).is_some_and(|(other, _)| other != date)
}

type Day = Option<(Date, Option<String>)>;

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static INSTANT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(\d{4}-\d{2}-\d{2})(?:t|\s+|,\s*)(\d{1,2}:\d{2})(?::\d{2}(?:\.\d+)?)?\s*(?:(z|utc|gmt)|(?:utc|gmt)?([+-])(\d{2}):?(\d{2})?)$",
    )
});
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\d{1,2})(?:st|nd|rd|th|\.|er|º|ª|го|-го)?$"));
/// A time of the day, which changes nothing about the day: `17:00`, `5 pm`, `17 Uhr`, `at 5`, `17h30`.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s,(])(?:(?:at|um|@|à|a las|às|ab)\s*)?(?:\d{1,2}(?:[:.]\d{2}){1,2}\s*(?:[ap]\.?m\.?|uhr|h|z)\b|\d{1,2}(?::\d{2}){1,2}|\d{1,2}\s*(?:[ap]\.m\.|[ap]m\b|uhr\b|h\b|o'?clock\b)|\d{1,2}h\d{2}|\d{1,2}\s*(?:noon|midnight)\b)|(?:^|\s)(?:at|um|@|à|a las|às)\s*\d{1,2}(?:$|[\s,)])",
    )
});
/// `~Nov 24`: about that day.
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:[~≈]|(?:about|around|approx\.?|approximately|circa|ca\.?|ungefähr|etwa|vers)\s)\s*")
});

/// Whether a word is the name of a weekday or a month.
pub(crate) fn is_day_word(word: &str) -> bool {
    names::weekday(word).is_some() || names::month(word).is_some()
}

/// Longer than any way to name a day: prose.
const MAX_BYTES: usize = 120;

/// Reads a deadline cell where nobody knows the team's zone.
pub(crate) fn read(cell: &str, around: &Around) -> Reading {
    read_in(cell, around, None)
}

/// Reads a deadline cell; an instant is the day that it has in that zone.
pub(crate) fn read_in(cell: &str, around: &Around, zone: Option<&TimeZone>) -> Reading {
    if cell.len() > MAX_BYTES || cell.contains('?') || cell.contains("~~") {
        return Reading::Text;
    }
    // Models write U+2011 between the numbers of a date.
    let cell: String = cell.chars().map(|c| if is_dash(c) { '-' } else { c }).collect();
    if let Some(found) = day(&cell, around, zone) {
        return Reading::Day(found.0, found.1);
    }
    if let Some((before, inside)) = cell.split_once(['(', '['])
        && inside.trim_end().ends_with([')', ']'])
        && let Some((date, note)) = day(before, around, zone)
        && !is_another_day(inside.trim_end().trim_end_matches([')', ']']).trim(), date, around, zone)
    {
        return Reading::DayAndMore(date, note);
    }
    Reading::Text
}

/// Years from the cycle's beyond which a date is a slip or another calendar's: `24/11/2569` is the year 2026 in Thailand.
const MAX_YEARS: i16 = 20;

fn day(text: &str, around: &Around, zone: Option<&TimeZone>) -> Day {
    let year = around.week.monday().year();
    any_day(text, around, zone).filter(|(date, _)| (date.year() - year).abs() <= MAX_YEARS)
}

fn any_day(text: &str, around: &Around, zone: Option<&TimeZone>) -> Day {
    let lower = super::words::fold_keeping_dashes(text.trim());
    let lower = lower.trim_matches(['*', '`', '_', '"', '\'']).trim_end_matches(['!', ';', ',']).trim();
    // `<2026-11-24 Tue>` is how Org writes a day.
    let lower = lower.strip_prefix('<').and_then(|l| l.strip_suffix('>')).unwrap_or(lower);
    if let Some(found) = INSTANT.captures(lower) {
        return instant(&found, zone?);
    }
    if let Some(found) = zones::read(lower, around, zone) {
        return found;
    }
    if let Some(about) = ABOUT.find(lower) {
        let (date, note) = exact_day(lower.get(about.end()..)?, around)?;
        return Some((date, Some(note.unwrap_or_else(|| format!("about {date}")))));
    }
    exact_day(lower, around)
}

/// The day of an instant in the team's zone.
fn instant(found: &regex::Captures<'_>, zone: &TimeZone) -> Day {
    let part = |i: usize| found.get(i).map_or("", |m| m.as_str());
    let written: Date = part(1).parse().ok()?;
    let (hour, minute) = part(2).split_once(':')?;
    let int = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<i32>().ok() };
    let sign = if part(4) == "-" { -1 } else { 1 };
    let offset = sign * (int(part(5))? * 3_600 + int(part(6))? * 60);
    let offset = jiff::tz::Offset::from_seconds(offset).ok()?;
    // `24:00` and `25:00` are times of no day.
    let time = Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()?;
    let at = written.to_datetime(time).to_zoned(TimeZone::fixed(offset)).ok()?;
    let date = at.timestamp().to_zoned(zone.clone()).date();
    if date == written {
        return Some((date, None));
    }
    // Midnight in UTC is how programs write a day without a time: then there are two readings.
    if int(hour)? == 0 && int(minute)? == 0 && offset.seconds() == 0 {
        return None;
    }
    Some((date, Some(format!("{date} in the team's time zone"))))
}

fn exact_day(text: &str, around: &Around) -> Day {
    if let Some(found) = cjk::read(text, around) {
        return found;
    }
    let text =
        ["no later than ", "not later than "].iter().find_map(|by| text.strip_prefix(by)).unwrap_or(text);
    let words = bare(text);
    if let Some(rule) = phrases::rule(&words) {
        return rule.day(around);
    }
    if let Some(found) = phrases::numbered(&words, around) {
        return Some(found);
    }
    if let Some(found) = month_end(&words, around) {
        return Some(found);
    }
    let timeless = TIME.replace_all(text, " ");
    if let Some(rule) = phrases::rule(&without_times_of_day(&timeless)) {
        return rule.day(around);
    }
    written_day(&timeless, around).or_else(|| day_of_a_week(&timeless, around))
}

/// `noon tomorrow` → `tomorrow`.
fn without_times_of_day(text: &str) -> String {
    const TIMES: &str = " noon midday midnight morning afternoon evening night eod cob eob lunch lunchtime am pm \
         matin soir midi abend mittag fruh tarde noche manha noite утром вечером rano wieczorem ";
    let bare = bare(text);
    bare.split(' ').filter(|w| !TIMES.contains(&format!(" {w} "))).collect::<Vec<_>>().join(" ")
}

/// `end of November`.
fn month_end(phrase: &str, around: &Around) -> Day {
    const ENDS: [&str; 17] = [
        "by end of ",
        "end of ",
        "by the end of ",
        "the end of ",
        "ende ",
        "bis ende ",
        "fin ",
        "fin de ",
        "finales de ",
        "final de ",
        "fim de ",
        "fine ",
        "конец ",
        "до конца ",
        "koniec ",
        "do konca ",
        "end ",
    ];
    let month = ENDS.iter().find_map(|end| phrase.strip_prefix(end))?;
    let (name, year) = match month.split_once(' ') {
        Some((name, year)) => (name, Some(year.trim_start_matches("de ").parse::<i16>().ok()?)),
        None => (month, None),
    };
    let thursday = around.week.monday().checked_add(3.days()).ok()?;
    let first = complete(year, names::month(name)?, 1, thursday)?;
    Some((first.last_of_month(), None))
}

/// `Thursday of next week`: a weekday, and a phrase for its week.
fn day_of_a_week(text: &str, around: &Around) -> Day {
    let lower = super::words::fold_keeping_dashes(text);
    let (mut weekday, mut rest) = (None, Vec::new());
    for word in lower.split(|c: char| c.is_whitespace() || ",()".contains(c)).filter(|w| !w.is_empty()) {
        match names::weekday(word.trim_end_matches(['.', ':'])) {
            Some(day) if weekday.is_some_and(|before| before != day) => return None,
            Some(day) => weekday = Some(day),
            None => rest.push(word),
        }
    }
    // The words that tie the two together.
    const TIES: [&str; 12] = ["of", "in", "on", "der", "de", "la", "da", "na", "am", "por", "em", "el"];
    let phrase = bare(&rest.join(" "));
    let loose: Vec<&str> = phrase.split(' ').skip_while(|w| TIES.contains(w)).collect();
    let weeks = match loose.join(" ").as_str() {
        "que viene" | "que vem" | "prochain" | "proximo" | "prossimo" => 1,
        loose => phrases::rule(&phrase).or_else(|| phrases::rule(loose))?.week()?,
    };
    of_week(weekday?, weeks, false, around)
}

/// That weekday of a week near the cycle's. `coming`: if it had passed when it was said, the next one is meant.
fn of_week(day: Weekday, weeks: i32, coming: bool, around: &Around) -> Day {
    let monday = around.week.plus(weeks).ok()?.monday();
    let date = monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok()?;
    match around.earliest {
        Some(said) if coming && date < said => {
            let behind = said.since(date).ok()?.get_days();
            let weeks = behind.div_euclid(7) + 1 - i32::from(behind % 7 == 0);
            let later = date.checked_add(weeks.saturating_mul(7).days()).ok()?;
            Some((later, Some(format!("said on {said}, so the coming {day:?} was taken"))))
        }
        _ => Some((date, None)),
    }
}

/// A date or a weekday, with filler around it and nothing else.
fn written_day(text: &str, around: &Around) -> Day {
    let (mut found, mut weekday, mut weeks) = (None::<(Date, Option<String>)>, None, 0);
    let (mut month, mut number, mut year) = (None, None, None);
    let thursday = around.week.monday().checked_add(3.days()).ok()?;
    for token in text.split(|c: char| c.is_whitespace() || ",;()[]".contains(c)).filter(|t| !t.is_empty()) {
        let trimmed = token.trim_matches([':', '!', '*', '`', '\'']);
        let dotless = trimmed.trim_end_matches('.');
        if let Some(day) = numeric::read(trimmed, around, thursday)? {
            if found.replace(day).is_some() {
                return None;
            }
        } else if let Some(day) = names::weekday(dotless) {
            if weekday.replace(day).is_some_and(|before| before != day) {
                return None;
            }
        } else if let Some(m) = names::month(dotless) {
            if month.replace(m).is_some() {
                return None;
            }
        } else if let Some(moved) = names::weeks(dotless) {
            weeks = moved;
        } else if names::is_filler(dotless) || names::is_filler(trimmed) {
        } else if let Some(n) = ORDINAL.captures(trimmed).and_then(|c| c.get(1)?.as_str().parse::<i8>().ok())
        {
            if number.replace(n).is_some() {
                return None;
            }
        } else {
            let y: i16 = dotless.parse().ok().filter(|y| (2000..=2100).contains(y))?;
            if year.replace(y).is_some() {
                return None;
            }
        }
    }
    match (month, number) {
        (Some(month), Some(number)) if found.is_none() => {
            found = Some((complete(year, month, number, thursday)?, None));
        }
        // `Monday the 30th`: of this or a neighbouring month, where that day is a Monday.
        (None, Some(number)) if found.is_none() && year.is_none() => {
            found = Some((day_of_month(number, weekday?, thursday)?, None));
        }
        (None, None) if year.is_none() => {}
        _ => return None,
    }
    match (found, weekday) {
        // A day that says two things says nothing.
        (Some((date, _)), Some(day)) if date.weekday() != day => None,
        (Some(found), _) if weeks == 0 => Some(found),
        (None, Some(day)) => of_week(day, weeks, weeks == 0, around),
        _ => None,
    }
}

/// The date nearest to `near` that is the `number`-th of a month and that weekday.
fn day_of_month(number: i8, weekday: Weekday, near: Date) -> Option<Date> {
    let months =
        [-1, 0, 1].into_iter().filter_map(|m| near.first_of_month().checked_add(Span::new().months(m)).ok());
    let dates = months.filter_map(|first| Date::new(first.year(), first.month(), number).ok());
    dates.filter(|d| d.weekday() == weekday).min_by_key(|d| distance(near, *d))
}

/// The date of that year; without one, the date nearest to `near`.
fn complete(year: Option<i16>, month: i8, day: i8, near: Date) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let years = [near.year() - 1, near.year(), near.year() + 1];
    let dates = years.into_iter().filter_map(|y| Date::new(y, month, day).ok());
    dates.min_by_key(|d| distance(near, *d))
}

/// The week of that number nearest to the cycle's; of two as near, the later.
fn nearest_week(near: Week, number: u8) -> Option<Week> {
    let year = near.monday().checked_add(3.days()).ok()?.year();
    let weeks =
        [year + 1, year, year - 1].into_iter().filter_map(|y| Week::new(y, number.try_into().ok()?).ok());
    weeks.min_by_key(|week| distance(near.monday(), week.monday()))
}

fn distance(a: Date, b: Date) -> i32 {
    a.until(b).map_or(i32::MAX, |span| span.get_days().abs())
}

#[cfg(test)]
mod tests;
