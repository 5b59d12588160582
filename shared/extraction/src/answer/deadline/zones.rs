//! Days with a time in a zone that is named: `Nov 24, 11 pm PST`.
use super::{Around, Day};
use jiff::{
    civil::{Date, Time},
    tz::TimeZone,
};
use regex::Regex;
use std::sync::LazyLock;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// A time of the day in a named zone, before, behind or without a day: `Nov 24, 11 pm PST`.
static ZONED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:^|[\s,(])(?:at\s+)?(\d{1,2})(?:[:.](\d{2}))?(?::\d{2})?\s*([ap])?\.?(?:m\.?)?\s*\(?(utc|gmt|wet|cet|cest|met|eet|eest|msk|bst|est|edt|et|cst|cdt|ct|mst|mdt|mt|pst|pdt|pt|jst|kst|ist|sgt|hkt|aest|aedt|nzst|nzdt)\)?(?:$|[\s,)])",
    )
});

/// Returns the day of a text that names a time in a zone. The outer `None` means that it names none; nobody can tell the day
/// if the team's zone is not known.
pub(super) fn read(text: &str, around: &Around, zone: Option<&TimeZone>) -> Option<Day> {
    let found = ZONED.captures(text)?;
    Some(zone.and_then(|zone| of_zone(text, &found, around, zone)))
}

/// Hours ahead of UTC that the name of a zone may mean: `et` does not say whether it is summer, and `ist` is three zones.
fn offsets(name: &str) -> &'static [f32] {
    match name {
        "utc" | "gmt" | "wet" => &[0.0],
        "cet" | "met" => &[1.0],
        "cest" | "eet" => &[2.0],
        "eest" | "msk" => &[3.0],
        "bst" => &[1.0],
        "est" => &[-5.0],
        "edt" => &[-4.0],
        "et" => &[-5.0, -4.0],
        "cst" => &[-6.0, 8.0],
        "cdt" => &[-5.0],
        "ct" => &[-6.0, -5.0],
        "mst" => &[-7.0],
        "mdt" => &[-6.0],
        "mt" => &[-7.0, -6.0],
        "pst" => &[-8.0],
        "pdt" => &[-7.0],
        "pt" => &[-8.0, -7.0],
        "jst" | "kst" => &[9.0],
        "ist" => &[5.5, 1.0, 2.0],
        "sgt" | "hkt" => &[8.0],
        "aest" => &[10.0],
        "aedt" => &[11.0],
        "nzst" => &[12.0],
        "nzdt" => &[13.0],
        _ => &[],
    }
}

/// A day with a time in a named zone: the day that this instant has in the team's zone, if all that the name may mean
/// agree on it.
fn of_zone(text: &str, found: &regex::Captures<'_>, around: &Around, zone: &TimeZone) -> Day {
    let part = |i: usize| found.get(i).map_or("", |m| m.as_str());
    let whole = found.get(0)?;
    let rest = format!("{} {}", text.get(..whole.start())?, text.get(whole.end()..)?);
    let (written, note) = super::exact_day(rest.trim().trim_end_matches([',', '(']).trim(), around)?;
    let hour: i8 = part(1).parse().ok()?;
    let hour = match part(3) {
        "" => hour,
        _ if !(1..=12).contains(&hour) => return None,
        "p" => hour % 12 + 12,
        _ => hour % 12,
    };
    let minute = if part(2).is_empty() { 0 } else { part(2).parse().ok()? };
    let time = Time::new(hour, minute, 0, 0).ok()?;
    let days: Vec<Date> = offsets(part(4))
        .iter()
        .filter_map(|hours| {
            // Whole minutes of at most 14 hours.
            #[expect(clippy::cast_possible_truncation, reason = "at most 14 hours")]
            let offset = jiff::tz::Offset::from_seconds((hours * 3_600.0) as i32).ok()?;
            let at = written.to_datetime(time).to_zoned(TimeZone::fixed(offset)).ok()?;
            Some(at.timestamp().to_zoned(zone.clone()).date())
        })
        .collect();
    let date = *days.first()?;
    if days.iter().any(|day| *day != date) {
        return None;
    }
    let moved = (date != written).then(|| format!("{date} in the team's time zone"));
    Some((date, moved.or(note)))
}
