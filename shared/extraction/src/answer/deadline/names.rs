//! Words that days are written with: weekdays, months, and what stands around them.
use jiff::civil::Weekday;

/// Folded names of weekdays in the languages that models answer in.
const WEEKDAYS: [(Weekday, &str); 7] = [
    (Weekday::Monday, "monday, mon, montag, mo, lundi, lunes, segunda, lunedi, maandag, 月曜日, 周一"),
    (
        Weekday::Tuesday,
        "tuesday, tue, tues, dienstag, di, mardi, martes, terca, martedi, dinsdag, 火曜日, 周二",
    ),
    (
        Weekday::Wednesday,
        "wednesday, wed, weds, mittwoch, mi, mercredi, miercoles, quarta, mercoledi, woensdag, 水曜日, 周三",
    ),
    (
        Weekday::Thursday,
        "thursday, thu, thur, thurs, donnerstag, do, jeudi, jueves, quinta, giovedi, donderdag, 木曜日, 周四",
    ),
    (Weekday::Friday, "friday, fri, freitag, fr, vendredi, viernes, sexta, venerdi, vrijdag, 金曜日, 周五"),
    (Weekday::Saturday, "saturday, sat, samstag, sa, samedi, sabado, sabato, zaterdag, 土曜日, 周六"),
    (Weekday::Sunday, "sunday, sun, sonntag, so, dimanche, domingo, domenica, zondag, 日曜日, 周日"),
];

/// Folded names of months, January first.
const MONTHS: [&str; 12] = [
    "january, jan, januar, janvier, enero, ene, janeiro, gennaio",
    "february, feb, februar, fevrier, febrero, fevereiro, febbraio",
    "march, mar, marz, mrz, mars, marzo, marco",
    "april, apr, avril, abril, abr, aprile",
    "may, mai, mayo, maio, maggio",
    "june, jun, juni, juin, junio, junho, giugno",
    "july, jul, juli, juillet, julio, julho, luglio",
    "august, aug, aout, agosto, ago",
    "september, sep, sept, septembre, septiembre, setembro, settembre",
    "october, oct, oktober, okt, octobre, octubre, outubro, ottobre",
    "november, nov, novembre, noviembre, novembro",
    "december, dec, dezember, dez, decembre, diciembre, dic, dezembro, dicembre",
];

/// Words around a day that do not change it.
const FILLER: &str = "by, due, on, the, of, at, until, till, eod, cob, eob, end, day, noon, midday, midnight, morning, \
     afternoon, evening, night, am, pm, latest, lunch, utc, gmt, cet, cest, est, edt, pst, pdt, et, pt, \
     bst, ist, close, business, bis, zum, den, der, um, uhr, spatestens, le, el, del, de, du, para, pour, \
     avant, no, later, than, o'clock, date, deadline, am:, this, coming, diesen, dieser, ce, este, -, –, \
     —, @, ~";

fn lists(names: &str, word: &str) -> bool {
    names.split(", ").any(|name| name == word)
}

/// The weekday of that name.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    WEEKDAYS.iter().find(|(_, names)| lists(names, word)).map(|(day, _)| *day)
}

/// The month of that name, 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    MONTHS.iter().zip(1..).find(|(names, _)| lists(names, word)).map(|(_, number)| number)
}

/// Whether a word changes nothing about a day.
pub(super) fn is_filler(word: &str) -> bool {
    lists(FILLER, word)
}
