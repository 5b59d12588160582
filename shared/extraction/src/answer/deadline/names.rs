//! Words that days are written with: weekdays, months, and the words around them.
use jiff::civil::Weekday;

/// Folded names of weekdays in the languages that models answer in, in the cases they are said in.
const WEEKDAYS: [(Weekday, &str); 7] = [
    (
        Weekday::Monday,
        "monday, mon, montag, mo, lundi, lunes, lun, segunda, segunda-feira, seg, lunedi, maandag, понедельник, понедельника, \
         понедельнику, пн, понеділок, poniedzialek, poniedzialku, pon, mandag, mandagen, pazartesi, pondeli, 월요일, 月曜日, 月曜, 周一, 星期一",
    ),
    (
        Weekday::Tuesday,
        "tuesday, tue, tues, dienstag, di, mardi, martes, terca, terca-feira, ter, martedi, dinsdag, вторник, вторника, \
         вторнику, вт, вівторок, wtorek, wtorku, wt, tisdag, tirsdag, salı, utery, 화요일, 火曜日, 火曜, 周二, 星期二",
    ),
    (
        Weekday::Wednesday,
        "wednesday, wed, weds, mittwoch, mi, mercredi, mer, miercoles, mie, quarta, quarta-feira, qua, mercoledi, woensdag, \
         среда, среду, среды, среде, ср, середа, середу, onsdag, carsamba, streda, 수요일, sroda, srode, srody, sr, 水曜日, 水曜, 周三, 星期三",
    ),
    (
        Weekday::Thursday,
        "thursday, thu, thur, thurs, donnerstag, do, jeudi, jeu, jueves, jue, quinta, quinta-feira, qui, giovedi, donderdag, torsdag, persembe, ctvrtek, 목요일, \
         четверг, четверга, четвергу, чт, czwartek, czwartku, czw, 木曜日, 木曜, 周四, 星期四",
    ),
    (
        Weekday::Friday,
        "friday, fri, freitag, fr, vendredi, ven, viernes, vie, sexta, sexta-feira, sex, venerdi, vrijdag, пятница, пятницу, \
         пятницы, пятнице, пт, п'ятниця, п'ятницю, piatek, piatku, fredag, cuma, patek, 금요일, 金曜日, 金曜, 周五, 星期五",
    ),
    (
        Weekday::Saturday,
        "saturday, sat, samstag, sonnabend, sa, samedi, sam, sabado, sab, sabato, zaterdag, суббота, субботу, субботы, сб, lordag, lørdag, cumartesi, 토요일, \
         sobota, sobote, soboty, 土曜日, 土曜, 周六, 星期六",
    ),
    (
        Weekday::Sunday,
        "sunday, sun, sonntag, so, dimanche, dim, domingo, dom, domenica, zondag, воскресенье, воскресенья, вс, sondag, søndag, pazar, 일요일, niedziela, \
         niedziele, niedzieli, 日曜日, 日曜, 周日, 星期日, 星期天",
    ),
];

/// Folded names of months, January first.
const MONTHS: [&str; 12] = [
    "january, jan, januar, janner, janvier, janv, enero, ene, janeiro, gennaio, gen, januari, январь, января, styczen, stycznia, ocak, ledna, січня, ιανουαρίου, يناير, ינואר, בינואר",
    "february, feb, februar, fevrier, fevr, fev, febrero, fevereiro, febbraio, februari, февраль, февраля, luty, lutego, subat, unora, лютого, φεβρουαρίου, فبراير, פברואר, בפברואר",
    "march, mar, marz, mrz, mars, marzo, marco, maart, март, марта, marzec, marca, mart, brezna, березня, μαρτίου, مارس, מרץ, במרץ",
    "april, apr, avril, avr, abril, abr, aprile, апрель, апреля, kwiecien, kwietnia, nisan, dubna, квітня, απριλίου, أبريل, אפריל, באפריל",
    "may, mai, mayo, maio, maggio, mei, май, мая, maj, maja, mayıs, kvetna, травня, μαΐου, مايو, מאי, במאי",
    "june, jun, juni, juin, junio, junho, giugno, июнь, июня, czerwiec, czerwca, haziran, cervna, червня, ιουνίου, يونيو, יוני, ביוני",
    "july, jul, juli, juillet, juil, julio, julho, luglio, июль, июля, lipiec, lipca, temmuz, cervence, липня, ιουλίου, يوليو, יולי, ביולי",
    "august, aug, aout, agosto, ago, augustus, август, августа, sierpien, sierpnia, agustos, augusti, srpna, серпня, αυγούστου, أغسطس, אוגוסט, באוגוסט",
    "september, sep, sept, septembre, septiembre, setembro, set, settembre, сентябрь, сентября, wrzesien, wrzesnia, eylul, zari, вересня, σεπτεμβρίου, سبتمبر, ספטמבר, בספטמבר",
    "october, oct, oktober, okt, octobre, octubre, outubro, out, ottobre, октябрь, октября, pazdziernik, pazdziernika, ekim, rijna, жовтня, οκτωβρίου, أكتوبر, אוקטובר, באוקטובר",
    "november, nov, novembre, noviembre, novembro, ноябрь, ноября, listopad, listopada, kasım, listopadu, листопада, νοεμβρίου, نوفمبر, נובמבר, בנובמבר",
    "december, dec, dezember, dez, decembre, diciembre, dic, dezembro, dicembre, декабрь, декабря, grudzien, grudnia, aralık, prosince, desember, грудня, δεκεμβρίου, ديسمبر, דצמבר, בדצמבר",
];

/// Words around a day that do not change it.
const FILLER: &str = "by, due, on, the, of, at, until, till, til, eod, cob, eob, end, day, noon, midday, midnight, morning, \
     afternoon, evening, night, am, pm, latest, lunch, close, business, bis, zum, den, der, um, uhr, spatestens, fruh, abend, mittag, le, el, la, del, de, du, para, \
     pour, na, no dia, em, ate, a, al, entro, il, para el, o'clock, date, deadline, am:, this, coming, diesen, dieser, diesem, \
     kommenden, kommender, ce, cette, este, esta, в, до, к, на, эту, этот, года, г, do, w, we, ten, te, roku, r, por, tarde, \
     tard, matin, soir, dia, -, @";

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

/// Weeks by which a word moves the weekday beside it.
pub(super) fn weeks(word: &str) -> Option<i32> {
    const NEXT: &str = "next, nachsten, nachster, nachste, prochain, prochaine, proximo, proxima, prossimo, prossima, volgende, \
         следующую, следующий, следующее, przyszly, przyszla, nastepny, nasta, næste, neste";
    const LAST: &str = "last, letzten, letzter, dernier, pasado, passado, прошлую, прошлый";
    if lists(NEXT, word) {
        return Some(1);
    }
    lists(LAST, word).then_some(-1)
}
