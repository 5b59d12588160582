//! Deadlines: `Friday`, `EOD Thu`, `next week`, `11/24`, `24.11.`, `Nov 24` → an ISO date of or near the cycle's week.
//!
//! - A weekday is the cycle's own; `next Friday` the week after; but the week after, too, when every cited message
//!   was written later in the week than that day.
//! - `this week` and `next week` mean their Friday, `the weekend` its Sunday.
//! - A date without a year is the one nearest to the cycle's Thursday.
//! - `24.11.` is day first. `11/24` is what it must be; `12/11` could be both: as the answer's other dates are
//!   written, else month first, and a note says so.
//! - `today` and `tomorrow` count from the latest message the row cites, else from the last message at all.
//! - Whatever else stands there stays text: nobody's condition (`Friday if legal agrees`) is cut off.
mod names;

use super::words::bare;
use jiff::{
    Span, ToSpan,
    civil::{Date, Weekday},
};
use regex::Regex;
use sheet::Week;
use std::sync::LazyLock;

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

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?(?:t[\d:.]+(?:z|[+-]\d{2}:?\d{2})?)?$")
});
static NUMERIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,2})([./-])(\d{1,2})(?:[./-](\d{4}|\d{2})?)?\.?$"));
static DAY_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,2})[-.]?([a-z]{3,9})\.?(?:-(\d{4}|\d{2}))?$"));
static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^([a-z]{3,9})[-.]?(\d{1,2})(?:-(\d{4}|\d{2}))?$"));
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(\d{1,2})(?:st|nd|rd|th|\.|er|º|ª)?$"));
static TIME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:\d{1,2}(?::\d{2}){1,2}(?:am|pm|h|z)?|\d{1,2}(?:am|pm|h|uhr))$"));
static WEEK_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(?:(\d{4}) )?(?:end of )?(?:week|w|kw|cw|wk|semaine|semana) ?(\d{1,2})(?: (\d{4}))?$")
});
static IN_DAYS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:in|within) (\d{1,2}|a|an|one|two|three) (day|week)s?$"));
static QUARTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:end of |eo)?q([1-4])(?: (\d{4}))?$"));
static SLASHED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[^\d/])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?:$|[^\d/])"));

/// How the slashed dates of an answer are written, if those that allow only one reading agree.
pub(crate) fn day_first<'a>(cells: impl Iterator<Item = &'a str>) -> Option<bool> {
    let (mut day, mut month) = (false, false);
    for found in cells.filter(|c| c.len() <= MAX_BYTES).filter_map(|c| SLASHED.captures(c)) {
        let number = |i| found.get(i).and_then(|m| m.as_str().parse::<u8>().ok()).unwrap_or(0);
        day |= number(1) > 12 && number(2) <= 12;
        month |= number(2) > 12 && number(1) <= 12;
    }
    if day == month { None } else { Some(day) }
}

/// Whether a word is the name of a weekday or a month.
pub(crate) fn is_day_word(word: &str) -> bool {
    names::weekday(word).is_some() || names::month(word).is_some()
}

/// Longer than any way to name a day: prose.
const MAX_BYTES: usize = 120;

/// Reads a deadline cell.
pub(crate) fn read(cell: &str, around: &Around) -> Reading {
    if cell.len() > MAX_BYTES {
        return Reading::Text;
    }
    if let Some((date, note)) = day(cell, around) {
        return Reading::Day(date, note);
    }
    if let Some((before, inside)) = cell.split_once(['(', '['])
        && inside.trim_end().ends_with([')', ']'])
        && let Some((date, note)) = day(before, around)
    {
        return Reading::DayAndMore(date, note);
    }
    Reading::Text
}

type Day = Option<(Date, Option<String>)>;

fn day(text: &str, around: &Around) -> Day {
    let words = bare(text);
    let phrase = [
        "by the ",
        "by ",
        "until ",
        "till ",
        "due ",
        "on ",
        "bis ",
        "no later than ",
        "latest ",
        "pour ",
        "para ",
        "hasta ",
    ]
    .iter()
    .fold(words.as_str(), |p, prefix| p.strip_prefix(prefix).unwrap_or(p));
    named_day(phrase, around).or_else(|| written_day(text, around))
}

fn friday(week: Week, weeks: i32) -> Option<Date> {
    week.plus(weeks).ok()?.monday().checked_add(4.days()).ok()
}

fn month_end(date: Date) -> Option<(Date, Option<String>)> {
    Some((date.last_of_month(), None))
}

/// Phrases that name a day without writing it.
fn named_day(phrase: &str, around: &Around) -> Day {
    let week = around.week;
    let thursday = week.monday().checked_add(3.days()).ok()?;
    let plain = |date: Option<Date>| Some((date?, None));
    let relative = |days: i32| -> Day {
        let latest = around.latest?;
        let date = latest.checked_add(days.days()).ok()?;
        let unsure = around.earliest != around.latest;
        Some((date, unsure.then(|| format!("counted from {latest}, the day of the last message about it"))))
    };
    match phrase {
        "this week" | "end of week" | "end of the week" | "end of this week" | "eow" | "later this week"
        | "ende der woche" | "diese woche" | "ende dieser woche" | "cette semaine" | "esta semana"
        | "questa settimana" | "今週" | "本周" | "今週中" => plain(friday(week, 0)),
        "next week"
        | "end of next week"
        | "the next week"
        | "sometime next week"
        | "following week"
        | "nachste woche"
        | "ende nachster woche"
        | "kommende woche"
        | "semaine prochaine"
        | "la semaine prochaine"
        | "proxima semana"
        | "la proxima semana"
        | "semana que vem"
        | "prossima settimana"
        | "来週"
        | "下周" => plain(friday(week, 1)),
        "week after next" | "the week after next" | "ubernachste woche" => plain(friday(week, 2)),
        "start of next week" | "beginning of next week" | "anfang nachster woche" => {
            plain(week.plus(1).ok().map(Week::monday))
        }
        "last week" => plain(friday(week, -1)),
        "weekend" | "the weekend" | "this weekend" | "over the weekend" | "wochenende" => {
            plain(week.monday().checked_add(6.days()).ok())
        }
        "end of month" | "end of the month" | "end of this month" | "eom" | "month end" | "this month"
        | "monatsende" | "ende des monats" | "fin du mois" | "fin de mes" => month_end(thursday),
        "next month" | "end of next month" => month_end(thursday.checked_add(Span::new().months(1)).ok()?),
        "end of quarter" | "end of the quarter" | "end of this quarter" | "eoq" | "quarter end" => {
            quarter_end(thursday.year(), (thursday.month() - 1) / 3 + 1)
        }
        "end of year" | "end of the year" | "eoy" | "year end" | "jahresende" => {
            plain(Date::new(thursday.year(), 12, 31).ok())
        }
        "today" | "tonight" | "eod" | "cob" | "eob" | "end of day" | "eod today" | "end of day today"
        | "today eod" | "this afternoon" | "this evening" | "heute" | "hoy" | "aujourd hui" | "hoje"
        | "oggi" | "今日" | "今天" => relative(0),
        "tomorrow"
        | "eod tomorrow"
        | "tomorrow eod"
        | "tomorrow morning"
        | "tomorrow afternoon"
        | "end of day tomorrow"
        | "morgen"
        | "manana"
        | "demain"
        | "amanha"
        | "domani"
        | "明日"
        | "明天" => relative(1),
        "day after tomorrow" | "the day after tomorrow" | "ubermorgen" | "pasado manana" | "apres demain" => {
            relative(2)
        }
        _ => {
            // Most cells are a plain weekday or date; a look at a letter spares them the patterns.
            if phrase.contains("in ")
                && let Some(found) = IN_DAYS.captures(phrase)
            {
                let count = match found.get(1)?.as_str() {
                    "a" | "an" | "one" => 1,
                    "two" => 2,
                    "three" => 3,
                    n => n.parse().ok()?,
                };
                return relative(if found.get(2)?.as_str() == "week" { count * 7 } else { count });
            }
            if phrase.contains('q')
                && let Some(found) = QUARTER.captures(phrase)
            {
                let year = found.get(2).and_then(|y| y.as_str().parse().ok()).unwrap_or(thursday.year());
                return quarter_end(year, found.get(1)?.as_str().parse().ok()?);
            }
            if phrase.contains(['w', 's'])
                && let Some(found) = WEEK_NUMBER.captures(phrase)
            {
                let year = found
                    .get(1)
                    .or(found.get(3))
                    .and_then(|y| y.as_str().parse().ok())
                    .unwrap_or(thursday.year());
                return plain(friday(Week::new(year, found.get(2)?.as_str().parse().ok()?).ok()?, 0));
            }
            let month = phrase
                .strip_prefix("end of ")
                .or_else(|| phrase.strip_prefix("ende "))
                .or_else(|| phrase.strip_prefix("late "))?;
            let (name, year) =
                month.split_once(' ').map_or((month, None), |(m, y)| (m, y.parse::<i16>().ok()));
            let first = complete(year, names::month(name)?, 1, thursday)?;
            month_end(first)
        }
    }
}

fn quarter_end(year: i16, quarter: i8) -> Day {
    month_end(Date::new(year, quarter * 3, 1).ok()?)
}

/// A date or a weekday, with filler around it and nothing else.
fn written_day(text: &str, around: &Around) -> Day {
    let lower = super::words::fold_keeping_dashes(text);
    let (mut found, mut weekday, mut weeks) = (None::<(Date, Option<String>)>, None, 0);
    let (mut month, mut number, mut year) = (None, None, None);
    let thursday = around.week.monday().checked_add(3.days()).ok()?;
    for token in lower.split(|c: char| c.is_whitespace() || ",;()[]".contains(c)).filter(|t| !t.is_empty()) {
        let trimmed = token.trim_matches([':', '!', '*', '`', '\'']);
        let dotless = trimmed.trim_end_matches('.');
        if let Some(day) = numeric_date(trimmed, around, thursday)? {
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
        } else if matches!(dotless, "next" | "nachsten" | "nachster" | "kommenden" | "prochain" | "proximo") {
            weeks = 1;
        } else if matches!(dotless, "last" | "letzten") {
            weeks = -1;
        } else if names::is_filler(dotless)
            || names::is_filler(trimmed)
            || TIME.is_match(dotless)
            || TIME.is_match(trimmed)
        {
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
        (None, None) if year.is_none() || found.is_some() => {}
        _ => return None,
    }
    match (found, weekday) {
        (Some((date, note)), Some(day)) if date.weekday() != day => {
            let wrong = format!("{date} is no {day:?}; the date was taken");
            Some((date, Some(note.map_or(wrong.clone(), |n| format!("{n}; {wrong}")))))
        }
        (Some(found), _) if weeks == 0 => Some(found),
        (None, Some(day)) => {
            let monday = around.week.plus(weeks).ok()?.monday();
            let date = monday.checked_add(i64::from(day.to_monday_zero_offset()).days()).ok()?;
            match around.earliest {
                Some(said) if weeks == 0 && date < said => {
                    let behind = said.since(date).ok()?.get_days();
                    let later = date
                        .checked_add(
                            (behind.div_euclid(7) + 1 - i32::from(behind % 7 == 0)).saturating_mul(7).days(),
                        )
                        .ok()?;
                    Some((later, Some(format!("said on {said}, so the coming {day:?} was taken"))))
                }
                _ => Some((date, None)),
            }
        }
        _ => None,
    }
}

/// A date in one word. The outer `None`: it looks like one but no calendar has it, or it is a range.
#[expect(clippy::option_option, reason = "the two are told apart by `?` at the one place that asks")]
fn numeric_date(token: &str, around: &Around, near: Date) -> Option<Option<(Date, Option<String>)>> {
    fn int<T: std::str::FromStr>(found: &regex::Captures<'_>, i: usize) -> Option<T> {
        found.get(i).and_then(|m| m.as_str().parse().ok())
    }
    if !token.bytes().any(|b| b.is_ascii_digit()) {
        return Some(None);
    }
    if let Some(found) = ISO.captures(token) {
        return Some(Some((Date::new(int(&found, 1)?, int(&found, 2)?, int(&found, 3)?).ok()?, None)));
    }
    if token.len() == 8 && token.starts_with("20") && token.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| token.get(range)?.parse::<i16>().ok();
        return Some(Some((Date::new(part(0..4)?, part(4..6)? as i8, part(6..8)? as i8).ok()?, None)));
    }
    let full_year =
        |found: &regex::Captures<'_>, i| int::<i16>(found, i).map(|y| if y < 100 { 2000 + y } else { y });
    if let Some(found) = NUMERIC.captures(token) {
        let (a, b): (i8, i8) = (int(&found, 1)?, int(&found, 3)?);
        let (separator, year) = (found.get(2)?.as_str(), full_year(&found, 4));
        if separator == "-" && year.is_none() {
            // 11-24 is a date, 3-5 may be a range of days.
            return None;
        }
        let (day_first, note) = match (a > 12, b > 12) {
            (true, true) => return None,
            (true, false) => (true, None),
            (false, true) => (false, None),
            _ if a == b || separator == "." => (true, None),
            _ => {
                let day_first = around.day_first.unwrap_or(separator == "-");
                let order = if day_first { "day first" } else { "month first" };
                let why = if around.day_first.is_some() {
                    "as the answer's other dates are"
                } else {
                    "which it does not say"
                };
                (day_first, Some(format!("{token} was read {order}, {why}")))
            }
        };
        let (day, month) = if day_first { (a, b) } else { (b, a) };
        return Some(Some((complete(year, month, day, near)?, note)));
    }
    let named = |found: &regex::Captures<'_>, day, month: usize| -> Option<(Date, Option<String>)> {
        Some((
            complete(full_year(found, 3), names::month(found.get(month)?.as_str())?, int(found, day)?, near)?,
            None,
        ))
    };
    if let Some(found) =
        DAY_MONTH.captures(token).filter(|f| f.get(2).is_some_and(|m| names::month(m.as_str()).is_some()))
    {
        return named(&found, 1, 2).map(Some);
    }
    if let Some(found) =
        MONTH_DAY.captures(token).filter(|f| f.get(1).is_some_and(|m| names::month(m.as_str()).is_some()))
    {
        return named(&found, 2, 1).map(Some);
    }
    Some(None)
}

/// The date nearest to `near` that is the `number`-th of a month and that weekday.
fn day_of_month(number: i8, weekday: Weekday, near: Date) -> Option<Date> {
    let months =
        [-1, 0, 1].into_iter().filter_map(|m| near.first_of_month().checked_add(Span::new().months(m)).ok());
    let dates = months.filter_map(|first| Date::new(first.year(), first.month(), number).ok());
    dates
        .filter(|d| d.weekday() == weekday)
        .min_by_key(|d| near.until(*d).map_or(i32::MAX, |s| s.get_days().abs()))
}

/// The date of that year; without one, the date nearest to `near`.
fn complete(year: Option<i16>, month: i8, day: i8, near: Date) -> Option<Date> {
    if let Some(year) = year {
        return Date::new(year, month, day).ok();
    }
    let years = [near.year() - 1, near.year(), near.year() + 1];
    let dates = years.into_iter().filter_map(|y| Date::new(y, month, day).ok());
    dates.min_by_key(|d| near.until(*d).map_or(i32::MAX, |s| s.get_days().abs()))
}

#[cfg(test)]
mod tests;
