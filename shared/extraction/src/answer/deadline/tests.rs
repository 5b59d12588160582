use super::*;

fn around() -> Around {
    Around { week: "2026-W47".parse().unwrap(), earliest: None, latest: None, day_first: None }
}

fn day(cell: &str) -> Option<String> {
    match read_in(cell, &around(), Some(&TimeZone::UTC)) {
        Reading::Day(date, _) => Some(date.to_string()),
        _ => None,
    }
}

#[test]
fn days_are_read_against_the_cycles_week() {
    // Week 47 of 2026 runs from Monday, 16 November to Sunday, 22 November.
    for (cell, date) in [
        ("Friday", "2026-11-20"),
        ("friday", "2026-11-20"),
        ("by Friday", "2026-11-20"),
        ("EOD Thu", "2026-11-19"),
        ("Thu EOD", "2026-11-19"),
        ("Thursday, 5pm", "2026-11-19"),
        ("Wed 17:00 CET", "2026-11-18"),
        ("this Wednesday", "2026-11-18"),
        ("next Monday", "2026-11-23"),
        ("Next Friday", "2026-11-27"),
        ("end of week", "2026-11-20"),
        ("EOW", "2026-11-20"),
        ("next week", "2026-11-27"),
        ("end of month", "2026-11-30"),
        ("end of November", "2026-11-30"),
        ("EOQ", "2026-12-31"),
        ("end of Q1 2027", "2027-03-31"),
        ("W48", "2026-11-27"),
        ("KW 49", "2026-12-04"),
        ("weekend", "2026-11-22"),
        ("11/24", "2026-11-24"),
        ("24/11", "2026-11-24"),
        ("11/24/2026", "2026-11-24"),
        ("11/24/26", "2026-11-24"),
        ("24.11.", "2026-11-24"),
        ("24.11", "2026-11-24"),
        ("24.11.2026", "2026-11-24"),
        ("3.12.", "2026-12-03"),
        ("Nov 24", "2026-11-24"),
        ("Nov. 24th", "2026-11-24"),
        ("November 24, 2026", "2026-11-24"),
        ("24 Nov", "2026-11-24"),
        ("24th of November", "2026-11-24"),
        ("24. November", "2026-11-24"),
        ("24-Nov", "2026-11-24"),
        ("24-Nov-2026", "2026-11-24"),
        ("Tue, Nov 24", "2026-11-24"),
        ("Tuesday 24 November 2026", "2026-11-24"),
        ("2026-11-24", "2026-11-24"),
        ("2026/11/24", "2026-11-24"),
        ("20261124", "2026-11-24"),
        ("2026-11-24T17:00:00Z", "2026-11-24"),
        ("2026-11-24 (Tue)", "2026-11-24"),
        ("2026-11-24 EOD", "2026-11-24"),
        ("Jan 5", "2027-01-05"),
        ("Monday the 30th", "2026-11-30"),
        ("Monday (23rd)", "2026-11-23"),
        ("Freitag", "2026-11-20"),
        ("nächste Woche", "2026-11-27"),
        ("vendredi", "2026-11-20"),
        ("viernes", "2026-11-20"),
        ("25 de noviembre", "2026-11-25"),
        ("**Friday**", "2026-11-20"),
    ] {
        assert_eq!(day(cell).as_deref(), Some(date), "{cell}");
    }
}

#[test]
fn what_nobody_can_date_stays_text() {
    for cell in [
        "",
        "when the audit ends",
        "ASAP",
        "Friday if legal agrees",
        "before Friday",
        "Friday or Monday",
        "2026-02-30",
        "31.11.",
        "13/13",
        "Nov 24-26",
        "24",
        "November",
        "2026",
        "Q5",
        "W60",
        "tomorrow",
        "in 3 days",
        "9/9/9/9",
        "Nov 24 or Dec 1",
        "3-5",
        "soon",
        "99999999999999999999",
        "next",
        "Monday the 24th",
        "the 30th",
    ] {
        assert_eq!(read(cell, &around()), Reading::Text, "{cell}");
    }
}

#[test]
fn tomorrow_counts_from_the_message_that_says_it() {
    let monday: Date = "2026-11-16".parse().unwrap();
    let around = Around { earliest: Some(monday), latest: Some(monday), ..around() };
    for (cell, date) in [
        ("tomorrow", "2026-11-17"),
        ("Today", "2026-11-16"),
        ("EOD", "2026-11-16"),
        ("in 3 days", "2026-11-19"),
        ("in two weeks", "2026-11-30"),
        ("morgen", "2026-11-17"),
    ] {
        assert_eq!(read(cell, &around), Reading::Day(date.parse().unwrap(), None), "{cell}");
    }
    let later = Around { latest: Some("2026-11-19".parse().unwrap()), ..around };
    assert!(matches!(read("tomorrow", &later), Reading::Day(d, Some(_)) if d.to_string() == "2026-11-20"));
}

#[test]
fn a_weekday_that_had_passed_when_it_was_said_is_the_coming_one() {
    let said = |day: &str| Around { earliest: day.parse().ok(), latest: day.parse().ok(), ..around() };
    assert!(
        matches!(read("Tuesday", &said("2026-11-20")), Reading::Day(d, Some(_)) if d.to_string() == "2026-11-24")
    );
    assert!(
        matches!(read("Tuesday", &said("2026-11-17")), Reading::Day(d, None) if d.to_string() == "2026-11-17")
    );
    assert!(
        matches!(read("Tuesday", &said("2026-11-24")), Reading::Day(d, Some(_)) if d.to_string() == "2026-11-24")
    );
    assert!(
        matches!(read("Tuesday", &said("2026-11-25")), Reading::Day(d, Some(_)) if d.to_string() == "2026-12-01")
    );
}

#[test]
fn an_ambiguous_date_is_read_as_its_siblings_are_and_says_so() {
    assert_eq!(day_first(["12/11", "24/11"].into_iter()), Some(true));
    assert_eq!(day_first(["12/11", "11/24"].into_iter()), Some(false));
    assert_eq!(day_first(["24/11", "11/24"].into_iter()), None);
    let read_with = |day_first| read("12/11", &Around { day_first, ..around() });
    assert!(
        matches!(read_with(None), Reading::Day(d, Some(note)) if d.to_string() == "2026-12-11" && note.contains("month first"))
    );
    assert!(
        matches!(read_with(Some(true)), Reading::Day(d, Some(note)) if d.to_string() == "2026-11-12" && note.contains("day first"))
    );
    assert!(matches!(read("11/11", &around()), Reading::Day(_, None)));
}

#[test]
fn a_weekday_that_contradicts_its_date_is_no_day() {
    assert_eq!(read("Friday 2026-11-24", &around()), Reading::Text);
    assert_eq!(read("11月24日（金）", &around()), Reading::Text);
}

#[test]
fn an_instant_is_the_day_it_has_in_the_teams_zone() {
    let instant = "2026-11-24T23:30:00-08:00";
    assert_eq!(read(instant, &around()), Reading::Text, "nobody knows the zone");
    let in_zone = |cell: &str, zone: &str| match read_in(cell, &around(), Some(&TimeZone::get(zone).unwrap()))
    {
        Reading::Day(date, _) => date.to_string(),
        _ => "text".to_owned(),
    };
    assert_eq!(in_zone(instant, "UTC"), "2026-11-25");
    assert_eq!(in_zone(instant, "America/Los_Angeles"), "2026-11-24");
    assert_eq!(in_zone("2026-11-24T17:00:00+01:00", "Europe/Berlin"), "2026-11-24");
    assert_eq!(in_zone("2026-11-24 23:30 UTC", "Europe/Berlin"), "2026-11-25");
    assert_eq!(in_zone("2026-11-24T00:00:00Z", "Europe/Berlin"), "2026-11-24");
    assert_eq!(in_zone("2026-11-24T00:00:00Z", "America/New_York"), "text", "a day, or an evening before");
}

#[test]
fn what_stands_in_brackets_is_kept() {
    assert!(
        matches!(read("Nov 24 (tentative)", &around()), Reading::DayAndMore(d, None) if d.to_string() == "2026-11-24")
    );
}
