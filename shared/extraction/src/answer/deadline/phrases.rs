//! Phrases that name a day without writing it, as data: one line a rule and a language.
use super::{Around, Day, nearest_week};
use jiff::{Span, ToSpan, civil::Date};
use regex::Regex;
use sheet::Week;
use std::{collections::HashMap, sync::LazyLock};

/// What a phrase means. Weeks and months count from the cycle's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// The Friday of that week.
    Week(i32),
    /// The Monday of that week.
    WeekStart(i32),
    /// The Sunday of that week.
    Weekend(i32),
    /// The last day of that month.
    Month(i32),
    /// The last day of the cycle's quarter.
    Quarter,
    /// The last day of the cycle's year.
    Year,
    /// Days after the message that says it.
    Days(i32),
}
use Rule::{Days, Month, Quarter, Week as InWeek, WeekStart, Weekend, Year};

/// Folded by [`bare`](super::super::words::bare).
const PHRASES: &[(Rule, &str)] = &[
    (
        InWeek(0),
        "this week, end of week, end of the week, end of this week, eow, later this week, sometime this week, during the week",
    ),
    (InWeek(0), "diese woche, ende der woche, ende dieser woche, wochenende der woche, in dieser woche"),
    (
        InWeek(0),
        "cette semaine, fin de semaine, fin de la semaine, en fin de semaine, d ici la fin de la semaine",
    ),
    (
        InWeek(0),
        "esta semana, fin de la semana, final de la semana, finales de semana, fim da semana, final da semana",
    ),
    (InWeek(0), "questa settimana, fine settimana lavorativa, deze week, eind van de week"),
    (InWeek(0), "на этой неделе, эта неделя, конец недели, до конца недели, к концу недели"),
    (InWeek(0), "w tym tygodniu, koniec tygodnia, do konca tygodnia, ten tydzien"),
    (InWeek(0), "今週, 今週中, 今週末まで, 本周, 本週, 这周, 本周内, 本周五前, 이번 주"),
    (
        InWeek(1),
        "next week, end of next week, the next week, sometime next week, following week, the following week, eow next week, \
         later next week, in the next week",
    ),
    (
        InWeek(1),
        "nachste woche, nachster woche, ende nachster woche, kommende woche, kommender woche, in der nachsten woche",
    ),
    (
        InWeek(1),
        "semaine prochaine, la semaine prochaine, fin de la semaine prochaine, fin de semaine prochaine",
    ),
    (
        InWeek(1),
        "proxima semana, la proxima semana, la semana que viene, semana que viene, fin de la proxima semana",
    ),
    (
        InWeek(1),
        "semana que vem, na semana que vem, a proxima semana, na proxima semana, fim da proxima semana",
    ),
    (
        InWeek(1),
        "prossima settimana, la prossima settimana, settimana prossima, la settimana prossima, volgende week",
    ),
    (
        InWeek(1),
        "следующая неделя, на следующей неделе, следующей недели, конец следующей недели, до конца следующей недели",
    ),
    (
        InWeek(1),
        "w przyszlym tygodniu, przyszly tydzien, przyszlego tygodnia, w nastepnym tygodniu, nastepny tydzien",
    ),
    (InWeek(1), "来週, 来週中, 下周, 下週, 下星期, 다음 주, 다음주"),
    (
        InWeek(2),
        "week after next, the week after next, ubernachste woche, ubernachster woche, la semaine d apres, 再来週, 下下周",
    ),
    (
        InWeek(-1),
        "last week, letzte woche, la semaine derniere, la semana pasada, semana passada, 先週, 上周",
    ),
    (
        WeekStart(1),
        "start of next week, beginning of next week, early next week, anfang nachster woche, debut de semaine prochaine",
    ),
    (
        Weekend(0),
        "weekend, the weekend, this weekend, over the weekend, wochenende, am wochenende, ce week end, fin de semana",
    ),
    (
        Weekend(0),
        "este fin de semana, fim de semana, este fim de semana, nel fine settimana, выходные, weekend ten, 週末, 今週末, 周末",
    ),
    (
        Weekend(1),
        "next weekend, the next weekend, nachstes wochenende, le week end prochain, proximo fin de semana, 来週末, 下周末",
    ),
    (
        Month(0),
        "end of month, end of the month, end of this month, eom, month end, this month, later this month, by month end",
    ),
    (
        Month(0),
        "monatsende, ende des monats, ende monat, diesen monat, fin du mois, fin de mois, ce mois, ce mois ci",
    ),
    (
        Month(0),
        "fin de mes, a fin de mes, final de mes, finales de mes, este mes, fim do mes, final do mes, fine mese",
    ),
    (
        Month(0),
        "конец месяца, до конца месяца, в этом месяце, koniec miesiaca, do konca miesiaca, w tym miesiacu",
    ),
    (Month(0), "今月, 今月中, 月末, 今月末, 本月, 本月底, 月底, 这个月"),
    (
        Month(1),
        "next month, end of next month, nachsten monat, ende nachsten monats, le mois prochain, fin du mois prochain",
    ),
    (Month(1), "el proximo mes, proximo mes, mes que viene, mes que vem, il mese prossimo, volgende maand"),
    (
        Month(1),
        "в следующем месяце, до конца следующего месяца, w przyszlym miesiacu, 来月, 来月末, 下个月, 下月",
    ),
    (
        Quarter,
        "end of quarter, end of the quarter, end of this quarter, this quarter, eoq, quarter end, quartalsende",
    ),
    (
        Quarter,
        "ende des quartals, fin du trimestre, fin de trimestre, fim do trimestre, конец квартала, koniec kwartalu",
    ),
    (
        Year,
        "end of year, end of the year, end of this year, eoy, year end, this year, jahresende, ende des jahres, fin de l annee",
    ),
    (
        Year,
        "fin d annee, fin de ano, final de ano, fim do ano, fine anno, конец года, до конца года, koniec roku, 年末, 年底",
    ),
    (
        Days(0),
        "today, tonight, eod, cob, eob, end of day, eod today, end of day today, today eod, end of today, this afternoon, \
         this evening, this morning, later today, same day",
    ),
    (
        Days(0),
        "heute, bis heute, heute noch, heute abend, hoy, hoy mismo, aujourd hui, ce soir, hoje, oggi, vandaag",
    ),
    (Days(0), "сегодня, dzis, dzisiaj, 今日, 今日中, 本日, 本日中, 今天, 오늘"),
    (Days(-1), "yesterday, gestern, hier, ayer, ontem, ieri, вчера, wczoraj, 昨日, 昨天"),
    (Days(1), "tomorrow, eod tomorrow, tomorrow eod, end of day tomorrow, end of tomorrow, tmrw, tmr"),
    (Days(1), "morgen, morgen fruh, morgen abend, manana, demain, demain matin, demain soir, amanha, domani"),
    (Days(1), "завтра, к завтра, до завтра, jutro, do jutra, 明日, 明日中, 明天, 내일"),
    (
        Days(2),
        "day after tomorrow, the day after tomorrow, ubermorgen, pasado manana, apres demain, depois de amanha, dopodomani",
    ),
    (Days(2), "послезавтра, pojutrze, 明後日, あさって, 后天"),
];

static BY_PHRASE: LazyLock<HashMap<&str, Rule>> = LazyLock::new(|| {
    PHRASES.iter().flat_map(|(rule, words)| words.split(", ").map(move |word| (word, *rule))).collect()
});

/// What may be before a phrase without changing it.
const BEFORE: &[&str] = &[
    "by the ",
    "by ",
    "until ",
    "till ",
    "til ",
    "due ",
    "on ",
    "at ",
    "bis ",
    "bis zum ",
    "spatestens ",
    "no later than ",
    "not later than ",
    "latest ",
    "at the latest ",
    "am ",
    "pour ",
    "d ici ",
    "para ",
    "hasta ",
    "ate ",
    "entro ",
    "до ",
    "к ",
    "в ",
    "do ",
    "w ",
    "around ",
    "about ",
    "approx ",
    "ca ",
    "circa ",
    "ungefahr ",
    "etwa ",
    "vers ",
];

/// The rule of a phrase.
pub(super) fn rule(phrase: &str) -> Option<Rule> {
    let found = |text: &str| BY_PHRASE.get(text).copied();
    found(phrase).or_else(|| {
        let stripped = BEFORE.iter().fold(phrase, |p, prefix| p.strip_prefix(prefix).unwrap_or(p));
        let stripped =
            stripped.strip_suffix("まで").or(stripped.strip_suffix(" at the latest")).unwrap_or(stripped);
        found(stripped.trim())
    })
}

impl Rule {
    /// The week that a weekday beside it is in.
    pub(super) fn week(self) -> Option<i32> {
        match self {
            Self::Week(weeks) => Some(weeks),
            _ => None,
        }
    }

    pub(super) fn day(self, around: &Around) -> Day {
        let week = around.week;
        let thursday = week.monday().checked_add(3.days()).ok()?;
        let of_week = |weeks: i32, day: i64| week.plus(weeks).ok()?.monday().checked_add(day.days()).ok();
        let date = match self {
            Self::Week(weeks) => of_week(weeks, 4)?,
            Self::WeekStart(weeks) => of_week(weeks, 0)?,
            Self::Weekend(weeks) => of_week(weeks, 6)?,
            Self::Month(months) => thursday.checked_add(Span::new().months(months)).ok()?.last_of_month(),
            Self::Quarter => quarter_end(thursday.year(), (thursday.month() - 1) / 3 + 1)?,
            Self::Year => Date::new(thursday.year(), 12, 31).ok()?,
            Self::Days(days) => return counted(days, around),
        };
        Some((date, None))
    }
}

/// Days after the last message about it.
fn counted(days: i32, around: &Around) -> Day {
    let latest = around.latest?;
    let date = latest.checked_add(days.days()).ok()?;
    let unsure = around.earliest != around.latest;
    Some((date, unsure.then(|| format!("counted from {latest}, the day of the last message about it"))))
}

fn quarter_end(year: i16, quarter: i8) -> Option<Date> {
    Some(Date::new(year, quarter * 3, 1).ok()?.last_of_month())
}

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// `KW 2`, `2027-W02`, `week 3 of 2027`, folded.
static WEEK_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(\d{4}) )?(?:end of |ende |fin de la |fin )?(?:calendar )?(?:week|w|kw|cw|wk|woche|kalenderwoche|semaine|semana|sem|settimana|неделя|tydzien) ?(\d{1,2})(?: (?:of |de )?(\d{4}))?$",
    )
});
/// `Q1`, `end of Q2 2027`, `2027 Q3`, `H1`, folded.
static QUARTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:end of |eo|ende |fin (?:de |du )?)?(?:(\d{4}) )?(?:q|quarter )([1-4])(?: (?:of |de )?(\d{4}|\d{2}))?$",
    )
});
static HALF: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^(?:end of |ende )?(?:(\d{4}) )?h([12])(?: (?:of )?(\d{4}))?$"));
/// `in 3 days`, `dans 2 semaines`, `через 2 недели`, folded.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:in|within|dans|en|em|tra|fra|za|через|innerhalb von|binnen|d ici) (?:the next )?(\d{1,3}|\p{L}{1,6}) (\p{L}+)|(\d{1,3}|a|an|one|two|three|four) (\p{L}+) (?:from now|from today))$",
    )
});
/// Words for small numbers.
const NUMBERS: &[(i32, &str)] = &[
    (1, "a, an, one, ein, eine, einem, einer, un, une, una, uno, um, uma, одну, один"),
    (2, "two, zwei, deux, dos, dois, duas, due, два, две, dwa, couple"),
    (3, "three, drei, trois, tres, tre, три, trzy"),
    (4, "four, vier, quatre, cuatro, quatro, quattro, четыре, cztery"),
];
/// Words for days and weeks, by their number of days.
const UNITS: &[(i32, &str)] = &[
    (
        1,
        "day, days, tag, tage, tagen, jour, jours, dia, dias, giorno, giorni, день, дня, дней, dzien, dni, dag, dagen",
    ),
    (
        7,
        "week, weeks, woche, wochen, semaine, semaines, semana, semanas, settimana, settimane, неделю, недели, недель, \
         tydzien, tygodnie, tygodni, weken",
    ),
];

fn listed(lists: &[(i32, &str)], word: &str) -> Option<i32> {
    lists.iter().find(|(_, words)| words.split(", ").any(|w| w == word)).map(|(value, _)| *value)
}

/// Weeks, quarters and counted days. A number without a year is the one nearest to the cycle, or for a quarter the one
/// that has not ended yet: what people plan does not lie behind them.
pub(super) fn numbered(phrase: &str, around: &Around) -> Day {
    let phrase = BEFORE.iter().fold(phrase, |p, prefix| p.strip_prefix(prefix).unwrap_or(p));
    let int = |m: Option<regex::Match<'_>>| m.and_then(|m| m.as_str().parse::<i16>().ok());
    if !phrase.contains(|c: char| c.is_ascii_digit()) && !phrase.contains(' ') {
        return None;
    }
    if let Some(found) = COUNTED.captures(phrase) {
        let (count, unit) =
            (found.get(1).or(found.get(3))?.as_str(), found.get(2).or(found.get(4))?.as_str());
        let count: i32 = count.parse().ok().or_else(|| listed(NUMBERS, count))?;
        return counted(count.checked_mul(listed(UNITS, unit)?)?, around);
    }
    let year_of = |found: &regex::Captures<'_>| {
        int(found.get(1).or(found.get(3))).map(|y| if y < 100 { 2000 + y } else { y })
    };
    let monday = around.week.monday();
    if let Some(found) = QUARTER.captures(phrase) {
        let quarter = i8::try_from(int(found.get(2))?).ok()?;
        let this = quarter_end(year_of(&found).unwrap_or(monday.year()), quarter)?;
        let next = if year_of(&found).is_none() && this < monday {
            quarter_end(monday.year() + 1, quarter)?
        } else {
            this
        };
        return Some((next, behind(next, around)));
    }
    if let Some(found) = HALF.captures(phrase) {
        let quarter = if int(found.get(2))? == 1 { 2 } else { 4 };
        let this = quarter_end(year_of(&found).unwrap_or(monday.year()), quarter)?;
        let next = if year_of(&found).is_none() && this < monday {
            quarter_end(monday.year() + 1, quarter)?
        } else {
            this
        };
        return Some((next, behind(next, around)));
    }
    let found = WEEK_NUMBER.captures(phrase)?;
    let number = u8::try_from(int(found.get(2))?).ok()?;
    let week = match year_of(&found) {
        Some(year) => Week::new(year, number.try_into().ok()?).ok()?,
        None => nearest_week(around.week, number)?,
    };
    let friday = week.monday().checked_add(4.days()).ok()?;
    Some((friday, behind(friday, around)))
}

/// What is said of a day that lies before the cycle's week.
pub(super) fn behind(date: Date, around: &Around) -> Option<String> {
    (date < around.week.monday()).then(|| format!("{date} lies before the week"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::words::bare;

    #[test]
    fn each_phrase_stands_once_and_as_it_is_compared() {
        let mut seen = std::collections::HashSet::new();
        for word in PHRASES.iter().flat_map(|(_, words)| words.split(", ")) {
            assert_eq!(word, bare(word));
            assert!(seen.insert(word), "{word} stands twice");
        }
    }
}
