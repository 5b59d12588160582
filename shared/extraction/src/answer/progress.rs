//! Progress: from `80%`, `0.8`, `8/10` and `about half` to a whole number from 0 to 100.
use super::words::fold;
use regex::Regex;
use std::sync::LazyLock;

/// What a progress cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// 0 to 100.
    pub(crate) percent: u8,
    /// How it was read, where that is a choice.
    pub(crate) note: Option<&'static str>,
}

/// Phrases by the percentage they stand for, folded. A guess is rounded down to what can be said for sure.
const PHRASES: &[(u8, &str)] = &[
    (0, "not started, nothing yet, none yet, zero"),
    (10, "just started, a tenth"),
    (25, "a quarter, one quarter, quarter, ein viertel, un quart"),
    (33, "a third, one third"),
    (
        50,
        "half, halfway, half way, one half, half done, midway, halfte, die halfte, halb, zur halfte, la \
     moitie, moitie, a moitie, la mitad, mitad, a la mitad, metade, meta, 半分, 一半",
    ),
    (66, "two thirds"),
    (75, "three quarters, most, mostly, drei viertel"),
    (
        90,
        "almost there, almost, nearly, almost done, nearly done, almost complete, almost finished, fast \
     fertig",
    ),
    (
        100,
        "done, complete, completed, finished, full, fully, all, ✅, fertig, erledigt, hecho, termine, 完了, 完成",
    ),
];

/// Words that say how sure a number is, or what it counts; they change nothing.
const FILLER: &str = "about, approx, approx., approximately, around, roughly, circa, ca, ca., c., ~, ≈, some, at, is, the, \
     way, through, there, of, tasks, task, items, steps, done, complete, completed, finished, progress, \
     work, so, far, percent, percentage, pct, now, currently, etwa, ungefahr, rund, prozent, environ, \
     aproximadamente, alrededor, de, casi, cerca, fertig, erledigt, it, mark, points, tickets, subtasks, \
     services, modules";

fn phrase(text: &str) -> Option<u8> {
    PHRASES.iter().find(|(_, phrases)| phrases.split(", ").any(|p| p == text)).map(|(percent, _)| *percent)
}

fn is_filler(word: &str) -> bool {
    FILLER.split(", ").any(|w| w == word)
}

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\+?(\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})\s*(%|/100)?$").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static PERCENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(?:%|percent|prozent|pct|％)").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static FRACTION: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{1,6})\s*(?:/|of|out of|von|de|sur)\s*(\d{1,6})$").unwrap());
#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(\d{1,3})\s*%?\s*(?:-|–|—|to|bis|a)\s*(\d{1,3})\s*%?$").unwrap());

/// Whether the progress cells of an answer count from 0 to 1: at least one has a fraction, and none is above 1.
pub(crate) fn are_fractions<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let mut fraction = false;
    for cell in cells {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match cell.replace(',', ".").parse::<f64>() {
            Ok(n) if (0.0..=1.0).contains(&n) => fraction |= cell.contains(['.', ',']),
            _ => return false,
        }
    }
    fraction
}

/// The percentage a cell names; `fractions` as [`are_fractions`] found.
pub(crate) fn read(cell: &str, fractions: bool) -> Option<Progress> {
    // Longer than any way to say a percentage.
    const MAX_BYTES: usize = 200;
    if cell.len() > MAX_BYTES {
        return None;
    }
    let exact = |percent| Some(Progress { percent, note: None });
    let text: String = cell
        .trim()
        .to_lowercase()
        .chars()
        .filter(|c| {
            !matches!(
                c,
                '█' | '▓'
                    | '▒'
                    | '░'
                    | '■'
                    | '□'
                    | '▰'
                    | '▱'
                    | '*'
                    | '`'
                    | '~'
                    | '≈'
                    | '('
                    | ')'
                    | '['
                    | ']'
            )
        })
        .collect();
    let text = text.trim().trim_end_matches(['.', '!']).trim();
    if let Some(found) = NUMBER.captures(text) {
        let number: f64 = found.get(1)?.as_str().replace(',', ".").parse().ok()?;
        let is_fraction = found.get(2).is_none() && number <= 1.0 && (fractions || text.contains(['.', ',']));
        return exact(whole(if is_fraction { number * 100.0 } else { number })?);
    }
    if let Some(found) = FRACTION.captures(text) {
        return exact(ratio(&found)?);
    }
    if let Some(found) = RANGE.captures(text) {
        let (low, high): (u8, u8) =
            (found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str().parse().ok()?);
        return (low <= high && high <= 100)
            .then_some(Progress { percent: low, note: Some("a range, read as its lower end") });
    }
    let folded = fold(text);
    if let Some(percent) = phrase(&folded) {
        return Some(Progress { percent, note: guess_note(percent) });
    }
    // One number with a percent sign, and else only filler: `approx. 60% done`.
    let rest = PERCENT.replace_all(&folded, " ");
    let mut numbers = PERCENT.captures_iter(&folded);
    if let (Some(found), None) = (numbers.next(), numbers.next()) {
        return match rest.split_whitespace().all(is_filler) {
            true => exact(whole(found.get(1)?.as_str().replace(',', ".").parse().ok()?)?),
            false => None,
        };
    }
    let kept: Vec<&str> = folded.split_whitespace().collect();
    let without: Vec<&str> = kept.iter().copied().filter(|w| !is_filler(w) || *w == "of").collect();
    let without = without.join(" ");
    if let Some(found) = FRACTION.captures(without.trim_end_matches(" of")) {
        return exact(ratio(&found)?);
    }
    let percent = phrase(without.trim_end_matches(" of").trim())?;
    Some(Progress { percent, note: guess_note(percent) })
}

fn guess_note(percent: u8) -> Option<&'static str> {
    (!matches!(percent, 0 | 50 | 100)).then_some("an estimate in words")
}

/// Rounded to a whole percent, if it is one of 0 to 100.
fn whole(number: f64) -> Option<u8> {
    // The cast is exact: the range is checked before it.
    (number.is_finite() && (0.0..=100.0).contains(&number)).then(|| number.round() as u8)
}

/// `8/10` → 80. More than the whole is nonsense.
fn ratio(found: &regex::Captures<'_>) -> Option<u8> {
    let (part, of): (u32, u32) = (found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str().parse().ok()?);
    if of == 0 || part > of { None } else { whole(f64::from(part) / f64::from(of) * 100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_numbers_fractions_and_words() {
        for (cell, percent) in [
            ("60", 60),
            ("60%", 60),
            ("60 %", 60),
            ("~60%", 60),
            ("approx. 60% done", 60),
            ("0.8", 80),
            ("0,8", 80),
            (".5", 50),
            ("1.0", 100),
            ("1", 1),
            ("8/10", 80),
            ("3 of 5", 60),
            ("3 of 5 tasks done", 60),
            ("60/100", 60),
            ("about half", 50),
            ("Halfway there", 50),
            ("Half", 50),
            ("50-60%", 50),
            ("100", 100),
            ("█████░░░░░ 50%", 50),
            ("Done", 100),
            ("not started", 0),
            ("two thirds", 66),
            ("59,6 %", 60),
            ("almost done", 90),
            ("die Hälfte", 50),
            ("0", 0),
            ("00", 0),
            ("**75%**", 75),
            ("60 percent", 60),
            ("about half done", 50),
            ("1/3", 33),
        ] {
            assert_eq!(read(cell, false).map(|p| p.percent), Some(percent), "{cell}");
        }
        for cell in [
            "",
            "120%",
            "-5",
            "soon",
            "10/8",
            "3/0",
            "60% or 70%",
            "in progress",
            "1e9",
            "60% unless legal objects",
            "999999999999",
            "%",
            "NaN",
            "inf",
        ] {
            assert_eq!(read(cell, false), None, "{cell}");
        }
    }

    #[test]
    fn a_one_among_fractions_is_the_whole() {
        assert!(are_fractions(["0.5", "", "1"].into_iter()));
        assert!(!are_fractions(["0.5", "40"].into_iter()));
        assert!(!are_fractions(["0", "1"].into_iter()), "without a fraction they may be percents");
        assert_eq!(read("1", true).map(|p| p.percent), Some(100));
    }
}
