//! Dates in one word: `2026-11-24`, `24.11.`, `11/24`, `24-Nov-2026`.
use super::{Around, complete, names};
use jiff::civil::Date;
use regex::Regex;
use std::sync::LazyLock;

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\.?(?:t(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?)?$",
    )
});
static NUMERIC: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,2})([./-])(\d{1,2})(?:[./-](\d{4}|\d{2})?)?\.?$"));
static DAY_MONTH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,2})(?:st|nd|rd|th)?[-./]?(\p{L}{3,12})\.?(?:[-/](\d{4}|\d{2}))?$"));
static MONTH_DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\p{L}{3,12})[-./]?(\d{1,2})(?:st|nd|rd|th)?(?:[-/](\d{4}|\d{2}))?$"));
static SLASHED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[^\d/])(\d{1,2})/(\d{1,2})(?:/\d{2,4})?(?:$|[^\d/])"));

/// How the slashed dates of an answer are written, if those that allow only one reading agree.
pub(crate) fn day_first<'a>(cells: impl Iterator<Item = &'a str>) -> Option<bool> {
    let (mut day, mut month) = (false, false);
    for found in cells.filter(|c| c.len() <= super::MAX_BYTES).filter_map(|c| SLASHED.captures(c)) {
        let number = |i| found.get(i).and_then(|m| m.as_str().parse::<u8>().ok()).unwrap_or(0);
        day |= number(1) > 12 && number(2) <= 12;
        month |= number(2) > 12 && number(1) <= 12;
    }
    if day == month { None } else { Some(day) }
}

fn int<T: std::str::FromStr>(found: &regex::Captures<'_>, i: usize) -> Option<T> {
    found.get(i).and_then(|m| m.as_str().parse().ok())
}

/// A date in one word. The outer `None`: it looks like one but no calendar has it, or it is a range.
#[expect(clippy::option_option, reason = "the two are told apart by `?` at the one place that asks")]
pub(super) fn read(token: &str, around: &Around, near: Date) -> Option<Option<(Date, Option<String>)>> {
    if !token.bytes().any(|b| b.is_ascii_digit()) {
        return Some(None);
    }
    if let Some(found) = ISO.captures(token) {
        return Some(Some((Date::new(int(&found, 1)?, int(&found, 2)?, int(&found, 3)?).ok()?, None)));
    }
    if token.len() == 8 && token.starts_with("20") && token.bytes().all(|b| b.is_ascii_digit()) {
        let part = |range: std::ops::Range<usize>| token.get(range)?.parse::<i16>().ok();
        let (month, day) = (i8::try_from(part(4..6)?).ok()?, i8::try_from(part(6..8)?).ok()?);
        return Some(Some((Date::new(part(0..4)?, month, day).ok()?, None)));
    }
    if let Some(found) = NUMERIC.captures(token) {
        return of_numbers(token, &found, around, near).map(Some);
    }
    let named = |found: &regex::Captures<'_>, day: usize, month: usize| -> Option<(Date, Option<String>)> {
        let month = names::month(found.get(month)?.as_str())?;
        Some((complete(full_year(found, 3, near)?, month, int(found, day)?, near)?, None))
    };
    let is_month = |found: &regex::Captures<'_>, i: usize| {
        found.get(i).is_some_and(|m| names::month(m.as_str()).is_some())
    };
    if let Some(found) = DAY_MONTH.captures(token).filter(|f| is_month(f, 2)) {
        return named(&found, 1, 2).map(Some);
    }
    if let Some(found) = MONTH_DAY.captures(token).filter(|f| is_month(f, 1)) {
        return named(&found, 2, 1).map(Some);
    }
    Some(None)
}

/// The year a date was written with, if it was. The outer `None`: two digits that are no year around the cycle's, so that
/// `26-11-24` may as well begin with its year.
#[expect(clippy::option_option, reason = "the two are told apart by `?` at the places that ask")]
fn full_year(found: &regex::Captures<'_>, i: usize, near: Date) -> Option<Option<i16>> {
    let Some(year) = int::<i16>(found, i) else { return Some(None) };
    if year >= 100 {
        return Some(Some(year));
    }
    (-1..=3).contains(&(2000 + year - near.year())).then_some(Some(2000 + year))
}

fn of_numbers(
    token: &str,
    found: &regex::Captures<'_>,
    around: &Around,
    near: Date,
) -> Option<(Date, Option<String>)> {
    let (a, b): (i8, i8) = (int(found, 1)?, int(found, 3)?);
    let (separator, year) = (found.get(2)?.as_str(), full_year(found, 4, near)?);
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
    Some((complete(year, month, day, near)?, note))
}
