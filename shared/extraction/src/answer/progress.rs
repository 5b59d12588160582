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
     services, modules, est, est., estimated, hecho, completado, completo, fait, termine, concluido, feito, \
     completato, fatto, abgeschlossen, gotowe, выполнено, готово, 完了, 完成, erledigt.";

fn phrase(text: &str) -> Option<u8> {
    PHRASES.iter().find(|(_, phrases)| phrases.split(", ").any(|p| p == text)).map(|(percent, _)| *percent)
}

fn is_filler(word: &str) -> bool {
    FILLER.split(", ").any(|w| w == word)
}

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static NUMBER: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})\s*(%|/\s*100%?)?$"));
static PERCENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(\d{1,9}(?:[.,]\d{1,9})?)\s*(?:%|percent\b|prozent\b|pct\b)"));
static FRACTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,6})\s*(?:/|of|out of|von|de|sur|из|z)\s*(\d{1,6})$"));
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(\d{1,3})\s*%?\s*(?:-|~|to|bis|a|à)\s*(\d{1,3})\s*%?$"));
static DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\d{1,2}\.\d{1,2}\.$"));
static UNCLEAR: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:[1-9][.,]0*[1-9]\d*|[2-9][.,]\d+|[1-9]\d{0,2}[.,]\d{3})$"));
/// `60-%`: a range without its end.
static OPEN_ENDED: LazyLock<Regex> = LazyLock::new(|| pattern(r"\d\s*-\s*%"));
static NEGATIVE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?:^|[\s(\[])[-+]\s?[\d.,]"));
/// `80% (4/5)`: a number, and in brackets how it was counted.
static TWICE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([^()\[\]]+)[(\[]([^()\[\]]+)[)\]]$"));

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
    if cell.len() > MAX_BYTES || cell.contains(['?', '→', '>', '<']) || cell.contains("~~") {
        return None;
    }
    // Full-width digits and signs, vulgar fractions and every dash as ASCII has them.
    let text = super::words::fold_keeping_dashes(cell).replace('⁄', "/");
    let text: String = text.chars().map(|c| if super::words::is_dash(c) { '-' } else { c }).collect();
    if NEGATIVE.is_match(&text) || OPEN_ENDED.is_match(&text) || is_drawn_otherwise(&text) {
        return None;
    }
    if let Some(found) = TWICE.captures(text.trim())
        && let (Some(number), Some(count)) = (found.get(1), found.get(2))
        && let Some(counted) = one(count.as_str(), false)
    {
        // Two numbers are one reading only if they agree.
        return one(number.as_str(), fractions)
            .filter(|p| p.percent.abs_diff(counted.percent) <= 1 && p.note.is_none());
    }
    one(&text, fractions)
}

/// Whether a bar beside a percentage shows another one: `██░░░░░░░░ 60%`. The bar is as exact as one of its blocks.
fn is_drawn_otherwise(text: &str) -> bool {
    let count = |signs: [char; 4]| text.chars().filter(|c| signs.contains(c)).count();
    let (full, empty) = (count(['█', '▓', '■', '▰']), count(['░', '□', '▱', '▯']));
    let all = full + empty;
    let Some(percent) =
        PERCENT.captures(text).and_then(|f| f.get(1)?.as_str().replace(',', ".").parse::<f64>().ok())
    else {
        return false;
    };
    let block = 100.0 / all.max(1) as f64;
    // A bar of full blocks alone has no end to measure by.
    all >= 3 && empty > 0 && (full as f64 * block - percent).abs() > block
}

/// The percentage that a folded text names once.
fn one(text: &str, fractions: bool) -> Option<Progress> {
    let exact = |percent| Some(Progress { percent, note: None });
    let bare: String = text
        .chars()
        .map(|c| match c {
            '█' | '▓' | '▒' | '░' | '■' | '□' | '▰' | '▱' | '*' | '`' | '≈' | '(' | ')' | '[' | ']' | '"'
            | '“' | '”' | '\'' => ' ',
            c => c,
        })
        .collect();
    // `24.11.` is a day.
    if DAY.is_match(bare.trim()) {
        return None;
    }
    let text = bare.trim().trim_start_matches('~').trim().trim_end_matches(['.', '!']).trim();
    // `1.5` may be 1.5 % or half as much again, and `1.000` a thousand.
    if UNCLEAR.is_match(text) {
        return None;
    }
    if let Some(found) = NUMBER.captures(text) {
        let digits = found.get(1)?.as_str();
        let is_fraction = found.get(2).is_none() && digits.contains(['.', ',']) && hundredths(digits)? <= 100;
        let is_one = fractions && found.get(2).is_none() && hundredths(digits)? == 100;
        return exact(if is_fraction || is_one {
            u8::try_from(hundredths(digits)?).ok()?
        } else {
            whole(digits)?
        });
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
        let is_plain = rest.split_whitespace().map(|w| w.trim_end_matches([':', ',', ';'])).all(is_filler);
        return exact(whole(found.get(1)?.as_str()).filter(|_| is_plain)?);
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

/// `99.6` → 99: rounded down to what can be said for sure, by its digits. `None` above 100, and for `1,000`.
fn whole(digits: &str) -> Option<u8> {
    let (before, after) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    if digits.contains(',') && after.len() == 3 {
        return None;
    }
    let number: u32 = if before.is_empty() { 0 } else { before.parse().ok()? };
    let more = after.bytes().any(|b| b != b'0');
    u8::try_from(number).ok().filter(|n| *n < 100 || (*n == 100 && !more))
}

/// `0.8` → 80, `0.999` → 99.
fn hundredths(digits: &str) -> Option<u32> {
    let (before, after) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let number: u32 = if before.is_empty() { 0 } else { before.parse().ok()? };
    let cut: u32 = after.chars().chain(['0', '0']).take(2).collect::<String>().parse().ok()?;
    let more = after.bytes().skip(2).any(|b| b != b'0');
    let hundredths = number.checked_mul(100)?.checked_add(cut)?;
    // A hair above the whole is above the whole.
    Some(if hundredths == 100 && more { 101 } else { hundredths })
}

/// `8/10` → 80. More than the whole is nonsense, and `50/50` is a saying.
fn ratio(found: &regex::Captures<'_>) -> Option<u8> {
    let (part, of): (u32, u32) = (found.get(1)?.as_str().parse().ok()?, found.get(2)?.as_str().parse().ok()?);
    if of == 0 || part > of || (part == 50 && of == 50) {
        return None;
    }
    u8::try_from(u64::from(part) * 100 / u64::from(of)).ok()
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
            ("59,6 %", 59),
            ("99.6%", 99),
            ("0.999", 99),
            ("0.29", 29),
            ("½", 50),
            ("¾", 75),
            ("50% (est.)", 50),
            ("80% (4/5)", 80),
            ("4/5 (80%)", 80),
            ("\"60%\"", 60),
            ("60% hecho", 60),
            ("６０％", 60),
            ("50~60%", 50),
            ("Progress: 60%", 60),
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
            "-5%",
            "−5%",
            "+10%",
            "60(80)",
            "80% (3/5)",
            "50/50",
            "1,000%",
            "60% → 80%",
            "> 60%",
            "60%?",
            "60% remaining",
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
