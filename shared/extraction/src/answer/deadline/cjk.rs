//! Days as Japanese, Chinese and Korean write them, mostly without blanks: `11月24日（火）`, `来週の金曜日`, `下周五`, `3日後`,
//! `11월 24일`, `다음 주 금요일`.
use super::{Around, Day, complete};
use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use regex::Regex;
use std::sync::LazyLock;

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(\d{4})[年년])?(\d{1,2})[月월](\d{1,2})[日号號일]?(?:[(（]?(?:星期|周|週)?([月火水木金土日一二三四五六天월화수목금토일])(?:曜日?|曜|요일)?[)）]?)?$",
    )
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(今週|来週|再来週|本周|这周|本週|这个|這週|次|次週|这|本|下下|下个|下|上|先週|이번주|다음주|다다음주|지난주)?の?(?:(?:周|週|星期|礼拜)([一二三四五六日天末])|([月火水木金土日])(?:曜日?|曜)|([월화수목금토일])요일)$",
    )
});
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"^(\d{1,2}|[一两二三四五])(日|天|週間|周|个星期|個星期)(?:以内|之内|内|後|后|以后)$")
});

/// Returns the day if the whole text is one. The outer `None` means that the text has none of these forms.
pub(super) fn read(text: &str, around: &Around) -> Option<Day> {
    if text.is_ascii() {
        return None;
    }
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = ["までに", "まで", "中に", "迄", "截止", "中", "까지"]
        .iter()
        .fold(text.as_str(), |t, end| t.strip_suffix(end).unwrap_or(t));
    if let Some(found) = DATE.captures(text) {
        return Some(date(&found, around));
    }
    if let Some(found) = WEEKDAY.captures(text) {
        return Some(weekday_of_week(&found, around));
    }
    LATER.captures(text).map(|found| later(&found, around))
}

fn date(found: &regex::Captures<'_>, around: &Around) -> Day {
    let int = |i: usize| found.get(i).and_then(|m| m.as_str().parse::<i16>().ok());
    let thursday = around.week.monday().checked_add(3.days()).ok()?;
    let day: Date = complete(int(1), i8::try_from(int(2)?).ok()?, i8::try_from(int(3)?).ok()?, thursday)?;
    match found.get(4).map(|m| weekday(m.as_str())) {
        // A date that is no such day says two things.
        Some(said) if said != Some(day.weekday()) => None,
        _ => Some((day, None)),
    }
}

fn weekday_of_week(found: &regex::Captures<'_>, around: &Around) -> Day {
    let weeks = match found.get(1).map_or("", |m| m.as_str()) {
        "来週" | "下" | "下个" | "次週" | "다음주" => 1,
        "再来週" | "下下" | "다다음주" => 2,
        "上" | "先週" | "지난주" => -1,
        _ => 0,
    };
    let name = found.get(2).or(found.get(3)).or(found.get(4))?.as_str();
    let day = if name == "末" { Weekday::Sunday } else { weekday(name)? };
    super::of_week(day, weeks, weeks == 0 && name != "末", around)
}

fn later(found: &regex::Captures<'_>, around: &Around) -> Day {
    let count = found.get(1)?.as_str();
    let count: i32 = match count {
        "一" => 1,
        "两" | "二" => 2,
        "三" => 3,
        "四" => 4,
        "五" => 5,
        digits => digits.parse().ok()?,
    };
    let days = if matches!(found.get(2)?.as_str(), "日" | "天") { count } else { count * 7 };
    super::phrases::Rule::Days(days).day(around)
}

/// The weekday of one sign: `金`, `五`, `금`.
pub(super) fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "月" | "월" | "一" => Weekday::Monday,
        "火" | "화" | "二" => Weekday::Tuesday,
        "水" | "수" | "三" => Weekday::Wednesday,
        "木" | "목" | "四" => Weekday::Thursday,
        "金" | "금" | "五" => Weekday::Friday,
        "土" | "토" | "六" => Weekday::Saturday,
        "日" | "일" | "天" => Weekday::Sunday,
        _ => return None,
    })
}
