//! Phrases that name a day, in eleven languages: found in a sentence, and written as the answer's reader reads them.
use crate::said::{GAP, is_sign, pattern};
use regex::{Captures, Regex};
use std::{ops::Range, sync::LazyLock};

/// A phrase that names a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// In the reader's English: `next friday`, `24 november 2026`.
    pub(super) text: String,
    /// A weekday alone: the reader takes the coming one, and says so.
    pub(super) is_weekday: bool,
}

/// What the reader calls it; names in scripts with spaces between words; names in the others.
type Names = (&'static str, &'static str, &'static str);

/// Weekdays. No abbreviation of two letters: `SA` is a licence, `do` a verb, `so` a word.
const WEEKDAYS: [Names; 7] = [
    (
        "monday",
        r"monday|mon|montag|lundi|lunes|segunda(?:-feira)?|luned[iì]|maandag|poniedział(?:ek|ku)|понедельник[ау]?",
        "月曜日?|(?:周|星期|礼拜)一",
    ),
    (
        "tuesday",
        r"tuesday|tues?|dienstag|mardi|martes|terça(?:-feira)?|marted[iì]|dinsdag|wtor(?:ek|ku)|вторник[ау]?",
        "火曜日?|(?:周|星期|礼拜)二",
    ),
    (
        "wednesday",
        r"wednesday|weds?|mittwoch|mercredi|miércoles|miercoles|quarta(?:-feira)?|mercoled[iì]|woensdag|środ[ayęa]|сред[аыуе]",
        "水曜日?|(?:周|星期|礼拜)三",
    ),
    (
        "thursday",
        r"thursday|thur?s?|donnerstag|jeudi|jueves|quinta(?:-feira)?|gioved[iì]|donderdag|czwart(?:ek|ku)|четверг[ау]?",
        "木曜日?|(?:周|星期|礼拜)四",
    ),
    (
        "friday",
        r"friday|fri|freitag|vendredi|viernes|sexta(?:-feira)?|venerd[iì]|vrijdag|piąt(?:ek|ku)|пятниц[аыуе]",
        "金曜日?|(?:周|星期|礼拜)五",
    ),
    (
        "saturday",
        r"saturday|sat|samstag|samedi|sábado|sabado|sabato|zaterdag|sobot[aęy]|суббот[аыуе]",
        "土曜日?|(?:周|星期|礼拜)六",
    ),
    (
        "sunday",
        r"sunday|sun|sonntag|dimanche|domingo|domenica|zondag|niedziel[aię]|воскресень[ею]|воскресенья",
        "日曜日?|(?:周|星期|礼拜)[日天]",
    ),
];

/// Months, January first.
const MONTHS: [Names; 12] = [
    ("january", r"january|jan|januar|janvier|enero|janeiro|gennaio|januari|stycznia|января", ""),
    ("february", r"february|feb|februar|février|febrero|fevereiro|febbraio|februari|lutego|февраля", ""),
    ("march", r"march|mar|märz|mars|marzo|março|maart|marca|марта", ""),
    ("april", r"april|apr|avril|abril|aprile|kwietnia|апреля", ""),
    ("may", r"may|mai|mayo|maio|maggio|mei|maja|мая", ""),
    ("june", r"june|jun|juni|juin|junio|junho|giugno|czerwca|июня", ""),
    ("july", r"july|jul|juli|juillet|julio|julho|luglio|lipca|июля", ""),
    ("august", r"august|aug|août|agosto|augustus|sierpnia|августа", ""),
    ("september", r"september|sept?|septembre|septiembre|setembro|settembre|września|сентября", ""),
    ("october", r"october|oct|oktober|okt|octobre|octubre|outubro|ottobre|października|октября", ""),
    ("november", r"november|nov|novembre|noviembre|novembro|listopada|ноября", ""),
    ("december", r"december|dec|dezember|dez|décembre|diciembre|dezembro|dicembre|grudnia|декабря", ""),
];

/// Phrases without a number or a weekday's name.
const NAMED: [Names; 8] = [
    (
        "day after tomorrow",
        r"(?:the\s+)?day\s+after\s+tomorrow|übermorgen|après-demain|pasado\s+mañana|depois\s+de\s+amanhã|dopodomani|overmorgen|pojutrza?e?|послезавтра",
        "明後日|后天",
    ),
    (
        "tomorrow",
        r"(?:eod\s+|cob\s+|end\s+of\s+day\s+|noon\s+)?tomorrow|morgen|demain|mañana|amanhã|domani|jutr[ao]|завтра|завтрашнего\s+дня",
        "明日|明天",
    ),
    (
        "today",
        r"today|tonight|this\s+(?:afternoon|evening)|e(?:nd)?\s?o(?:f)?\s?d(?:ay)?(?:\s+today)?|end\s+of\s+(?:the\s+)?(?:business|day|today)|cob(?:\s+today)?|eob|close\s+of\s+business|heute(?:\s+abend)?|feierabend|aujourd'hui|ce\s+soir|hoy|hoje|oggi|stasera|vandaag|vanavond|dziś|dzisiaj|сегодня|конца\s+дня",
        "今日中?|本日中?|今天",
    ),
    (
        "end of next week",
        r"(?:the\s+)?end\s+of\s+next\s+week|ende\s+(?:der\s+)?nächster?n?\s+woche|fin\s+de\s+la\s+semaine\s+prochaine|eind\s+volgende\s+week",
        "",
    ),
    (
        "end of week",
        r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?week|eow|ende\s+(?:der|dieser)\s+woche|wochenende\s+der\s+woche|fin\s+de\s+la\s+semaine|final\s+da\s+semana|fine\s+(?:della\s+)?settimana|eind\s+(?:van\s+)?(?:de(?:ze)?\s+)?week|końca\s+tygodnia|конца\s+недели",
        "今週中|本周(?:内|末前)",
    ),
    (
        "end of month",
        r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?month|month[\s-]end|eom|monatsende|ende\s+(?:des|dieses)\s+monats|(?:la\s+)?fin\s+du\s+mois|fin(?:al)?\s+de\s+mes|final\s+do\s+mês|fine\s+mese|eind(?:e)?\s+van\s+de\s+maand|końca\s+miesiąca|конца\s+месяца",
        "今月末|月末|月底",
    ),
    (
        "end of quarter",
        r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?quarter|eoq|quarter[\s-]end|quartalsende",
        "",
    ),
    (
        "end of year",
        r"(?:the\s+)?end\s+of\s+(?:the\s+|this\s+)?year|eoy|year[\s-]end|jahresende",
        "年末|年底",
    ),
];

/// Times and other words right after a day that do not change it.
const TIME: &str = r"(?:[\s,]*(?:\(|@|\b(?:at|um|gegen|à|a\s+las|às|as|alle|ore|om|o|godz\.?|в|к)\b)?\s*(?:\d{1,2}(?::|h)\d{2}(?::\d{2})?(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\.(?:00|15|30|45)(?:\s*[ap]\.?m\b\.?)?|\d{1,2}\s*(?:[ap]\.?m\b\.?|uhr|hrs?|h|o'clock|時(?:半)?|点)|noon|midday|midnight|lunch(?:time)?|e\.?o\.?d\b|cob\b|end\s+of\s+(?:the\s+)?(?:day|business)|close\s+of\s+business|morning|afternoon|evening|night|(?:at\s+the\s+|the\s+)?latest|mittag|nachmittag|vormittag|abend|früh|spätestens|midi|matin|après-midi|soir|au\s+plus\s+tard|mediodía|por\s+la\s+(?:mañana|tarde|noche)|a\s+más\s+tardar|de\s+manhã|à\s+tarde|mattina|pomeriggio|sera|mezzogiorno|ochtend|middag|avond|uiterlijk|rano|po\s+południu|wieczorem|утра|вечера|中|朝|午前|午後|夕方|上午|下午|晚上|中午)(?:\s*(?:cest|cet|utc|gmt|bst|est|edt|cst|cdt|pst|pdt|et|pt|ist|uhr)\b)?\)?)*";

/// Any of these names. Only words in letters with spaces between them have an edge to look for.
fn alternatives(names: &[Names]) -> String {
    let join = |of: fn(&Names) -> &'static str| {
        names.iter().map(of).filter(|others| !others.is_empty()).collect::<Vec<_>>().join("|")
    };
    match (join(|names| names.1), join(|names| names.2)) {
        (spaced, unspaced) if unspaced.is_empty() => format!(r"(?:{spaced})\b"),
        (spaced, unspaced) => format!(r"(?:(?:{spaced})\b|{unspaced})"),
    }
}

/// The name that the reader knows.
fn english(names: &[Names], word: &str) -> Option<&'static str> {
    static EACH: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
        let all = WEEKDAYS.iter().chain(&MONTHS).chain(&NAMED);
        all.map(|names| (names.0, pattern(&format!("(?i)^{}$", alternatives(&[*names]))))).collect()
    });
    let mut found = EACH.iter().filter(|(name, _)| names.iter().any(|(known, ..)| known == name));
    found.find(|(_, regex)| regex.is_match(word)).map(|(name, _)| *name)
}

/// A day at the beginning of a text, without what follows it.
fn day_pattern() -> String {
    let (weekdays, months, named) = (alternatives(&WEEKDAYS), alternatives(&MONTHS), alternatives(&NAMED));
    let wordy = format!(
        r"(?P<named>{named})|(?P<ends>(?:the\s+)?end\s+of|late|ende|fin|final\s+de|fine|eind|końca|конца)\s+(?P<endmonth>{months})(?:\s+(?P<endyear>20\d\d))?"
    );
    let date = format!(
        r"(?P<iso>20\d\d-\d\d-\d\d)(?:t[\d:.]+(?:z|[+-]\d\d:?\d\d)?)?|(?P<m1>{months})\.?\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y1>20\d\d))?|(?P<d2>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|\.)?\s*(?:of\s+|de\s+)?(?P<m2>{months})\.?(?:,?\s+(?:de\s+|del\s+)?(?P<y2>20\d\d))?|(?P<slash>\d{{1,2}}/\d{{1,2}}(?:/(?:20)?\d\d)?)|(?P<dot>\d{{1,2}}\.\d{{1,2}}\.(?:20\d\d|\d\d)?)|(?:(?P<cy>20\d\d)年)?(?P<cm>\d{{1,2}})月(?P<cd>\d{{1,2}})(?:日|号)(?:\s*[(（][月火水木金土日一二三四五六天][)）])?"
    );
    let weekday = format!(
        r"(?:(?:eod|cob|end\s+of\s+(?:the\s+)?day|noon|midday)\s+(?:on\s+)?)?(?:(?P<next>next|nächste[nrm]?|kommende[nrm]?|来週の?|下)\s*|(?:this\s+coming|this|coming|the|diese[nrm]?|ce|este|esta|questo|deze|w|v|tę|в|эту|эт\w+|今週の?|本|这)\s*)?(?P<weekday>{weekdays})\.?(?P<after>\s+(?:prochaine?|próxim[oa]|que\s+viene|que\s+vem|prossim[oa]|nächster?\s+woche))?(?:\s+(?:the\s+)?(?P<ordinal>\d{{1,2}}(?:st|nd|rd|th)))?(?:,?\s+(?:the\s+|den\s+|dem\s+|le\s+|el\s+)?(?P<withdate>DATE))?"
    );
    let inner =
        Regex::new(r"\?P<\w+>").map(|names| names.replace_all(&date, "?:").into_owned()).unwrap_or_default();
    let weekday = weekday.replace("DATE", &format!("(?:{inner})"));
    format!(r"(?:(?:on|the|am|den|dem|der|le|el|il|na|w|op|am|zum)\s+)?(?:{weekday}|{wordy}|{date})")
}

static DAY: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^(?:{})", day_pattern())));
static AFTER: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i)^(?:{TIME})")));
static SUFFIXED: LazyLock<Regex> = LazyLock::new(|| {
    let time = TIME;
    pattern(&format!(
        r"(?i)(?P<day>{}){time}(?:までに|までのお願い|まで(?:に|で)?お願い|之前|以前|前(?:完成|提交|交|发|做|搞|要|需|给|请|上线|处理|$|[,。!]))",
        day_pattern()
    ))
});
static ANY: LazyLock<Regex> = LazyLock::new(|| {
    let (weekdays, months) = (alternatives(&WEEKDAYS), alternatives(&MONTHS));
    // In other scripts a word has no edge to look for.
    let cased = format!(
        r"(?i)(?:^|[^\p{{L}}\d])(?:{weekdays}|tomorrow|today|tonight|eod|eow|heute|demain|mañana|amanhã|domani|jutro|завтра)(?:s|'s)?\b"
    );
    let dates = format!(
        r"(?i:\b(?:{months})\.?\s+\d{{1,2}}\b|\b\d{{1,2}}(?:st|nd|rd|th|\.)?\s+(?:of\s+|de\s+)?(?:{months})\b)|\b20\d\d-\d\d-\d\d\b|(?:[月火水木金土日]曜|(?:周|星期|礼拜)[一二三四五六日天]|\d月\d{{1,2}}[日号]|明日|明天|今日|今天)"
    );
    pattern(&format!("{cased}|{dates}"))
});

/// Whether a text names a day, in whatever way.
pub(super) fn names_a_day(text: &str) -> bool {
    ANY.is_match(text)
}

/// The phrase at the beginning of a text, and where it and the time beside it end.
pub(super) fn phrase(text: &str) -> Option<(Phrase, usize)> {
    let found = DAY.captures(text)?;
    let end = found.get(0)?.end();
    let after = AFTER.find(text.get(end..)?).map_or(0, |time| time.end());
    Some((read(&found)?, end + after))
}

/// The phrase before a due word of those languages that put it behind the day: `金曜日までに`, `周五前`.
pub(super) fn with_suffix(sentence: &str) -> Option<(Phrase, Range<usize>)> {
    let found = SUFFIXED.captures(sentence)?;
    Some((read(&found)?, found.get(0)?.range()))
}

fn read(found: &Captures<'_>) -> Option<Phrase> {
    let group = |name: &str| found.name(name).map(|m| m.as_str().trim());
    let with_year = |date: String, year: Option<&str>| match year {
        Some(year) => format!("{date} {year}"),
        None => date,
    };
    let date = |day: &str, month: &str, year: Option<&str>| {
        Some(with_year(format!("{} {day}", english(&MONTHS, month)?), year))
    };
    let plain = |text: String| Some(Phrase { text, is_weekday: false });
    if let Some(named) = group("named") {
        return plain(english(&NAMED, named)?.to_owned());
    }
    if let Some(month) = group("endmonth") {
        return plain(with_year(format!("end of {}", english(&MONTHS, month)?), group("endyear")));
    }
    if let Some(iso) = group("iso") {
        return plain(iso.to_owned());
    }
    if let (Some(day), Some(month)) = (group("d1").or(group("d2")), group("m1").or(group("m2"))) {
        return plain(date(day, month, group("y1").or(group("y2")))?);
    }
    if let (Some(month), Some(day)) = (group("cm"), group("cd")) {
        let (name, ..) = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        return plain(with_year(format!("{name} {day}"), group("cy")));
    }
    if let Some(numbers) = group("slash").or(group("dot")) {
        return plain(of_numbers(numbers)?);
    }
    let weekday = english(&WEEKDAYS, group("weekday")?)?;
    if let Some(inner) = found.name("withdate") {
        let (inner, end) = phrase(inner.as_str()).filter(|(inner, _)| !inner.is_weekday)?;
        return (end > 0).then(|| Phrase { text: format!("{weekday} {}", inner.text), is_weekday: false });
    }
    if let Some(ordinal) = group("ordinal") {
        return plain(format!("{weekday} {ordinal}"));
    }
    let is_next = found.name("next").is_some() || found.name("after").is_some();
    let text = if is_next { format!("next {weekday}") } else { weekday.to_owned() };
    Some(Phrase { text, is_weekday: true })
}

/// Two or three numbers as a date that can only be one: `24/11` is, `12/11` may be two, `24/7` is a way of working.
fn of_numbers(numbers: &str) -> Option<String> {
    if numbers == "24/7" {
        return None;
    }
    let is_dotted = numbers.contains('.');
    let parts: Vec<u16> =
        numbers.split(['/', '.']).filter(|p| !p.is_empty()).map_while(|p| p.parse().ok()).collect();
    let (a, b, year) = match parts.as_slice() {
        [a, b] => (*a, *b, None),
        [a, b, year] => (*a, *b, Some(if *year < 100 { 2000 + year } else { *year })),
        _ => return None,
    };
    let (day, month) = match (a > 12, b > 12) {
        (true, false) => (a, b),
        (false, true) if !is_dotted => (b, a),
        // Dots are day first; a version has no third dot.
        (false, false) if is_dotted || a == b => (a, b),
        _ => return None,
    };
    let (name, ..) = MONTHS.get(usize::from(month).checked_sub(1)?)?;
    Some(match year {
        Some(year) => format!("{name} {day} {year}"),
        None => format!("{name} {day}"),
    })
}

/// Words that may follow a day without a mark between them and leave it a day: `Friday for the launch`, not `Friday standup`.
static GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:for|so|to|please|pls|plz|thanks?|thx|and|because|since|as|in|on|with|via|at|from|but|then|we|you|i|they|it|the|in order|cc|ok(?:ay)?|asap)\b",
    )
});

/// Whether the day's phrase ends where it was read to end. What may follow depends on the due word's language: English
/// puts nouns after a day that make another thing of it, others put the verb there.
pub(super) fn ends_here(after: &str, due: &str) -> bool {
    let Some(first) = after.chars().next() else { return true };
    if ",;:!?.)…。、".contains(first) || is_sign(first) {
        let next = after.chars().nth(1);
        // `24.11.5` and `Friday.com` go on.
        return !(first == '.' && next.is_some_and(char::is_alphanumeric));
    }
    if !first.is_whitespace() {
        return false;
    }
    let rest = after.trim_start();
    let Some(next) = rest.chars().next() else { return true };
    if next.is_ascii_digit() || next == '/' || next == '+' {
        return false;
    }
    if !next.is_alphanumeric() {
        return next != GAP || rest.chars().nth(1).is_none_or(char::is_whitespace);
    }
    let is_english = due.is_ascii() && pattern_english(due);
    if is_english { GOES_ON.is_match(rest) } else { !next.is_uppercase() }
}

fn pattern_english(due: &str) -> bool {
    static ENGLISH: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(?:by|no\s|not\s|at\s|due|dead\s?line)"));
    ENGLISH.is_match(due)
}
