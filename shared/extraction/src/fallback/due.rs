//! Deadlines: a whole, unambiguous date phrase right after an unambiguous due word, and nothing that takes it back.
//!
//! The phrase is found here and dated by the answer's reader, so that one phrase means one day in the whole product.
//! No deadline is read from a sentence with a condition, a negation, a second day or the past in it; from a number that
//! may be a version, a time or a day in either order; nor from a day that had passed when it was written.
use super::days::{self, Phrase};
use crate::{
    answer::{Around, Reading, read_deadline},
    message::Message,
    said::{pattern, said, sentences},
    talk::is_small_talk,
};
use jiff::{civil::Date, tz::TimeZone};
use regex::Regex;
use sheet::Week;
use std::sync::LazyLock;

/// Words after which a day is when something is due. `until` and `before` are none of them: who is away until Friday
/// owes nothing by then. What several languages use for both (`bis`, `até`, `do`) counts beside a [`DUTY`].
static DUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)
        \b(?: (?P<by> by ) (?:\s+ (?:no\s+later\s+than|at\s+the\s+latest|latest))? (?:\s+the\b)?
        | (?:no|not)\s+later\s+than | at\s+the\s+latest (?:\s+(?:by|on))?
        | due (?:\s+(?:on|by|date|at|is))* \s*:?
        | dead\s?line (?: \s+for\s+[^.,;:!?]{1,40}? (?: \s*[:=] | \s+(?:is|on|by|at) ) )? (?: \s*[:=] | \s+(?:is|on|by|at|moved\s+to|extended\s+to|set\s+to) )*
        | spätestens (?:\s+(?:bis|am))? (?:\s+zum)? | fällig (?:\s+(?:am|bis|ist))* | (?:frist|abgabe(?:termin)?) (?:\s*[:=]|\s+(?:ist|am|bis))*
        | au\s+plus\s+tard (?:\s+le)? | d'ici (?:\s+(?:à|au|le))? | (?:date\s+limite|échéance) (?:\s*[:=]|\s+(?:est|le|au))*
        | a\s+más\s+tardar (?:\s+el)? | (?:fecha\s+límite|plazo) (?:\s*[:=]|\s+(?:es|el|hasta))* | vence (?:\s+el)?
        | (?:prazo|data\s+limite) (?:\s*[:=]|\s+(?:é|até|o|a))* | no\s+máximo (?:\s+até)?
        | entro (?:\s+(?:il|e\s+non\s+oltre))* | scadenza (?:\s*[:=]|\s+(?:è|il))*
        | uiterlijk (?:\s+op)? | najpóźniej (?:\s+(?:do|w))? | termin (?:\s*[:=]|\s+(?:ist|am|do|to))+
        | не\s+позднее | крайний\s+срок (?:\s*[:=—-]|\s+(?:до|к))* | срок (?:\s*[:=—-]|\s+(?:до|к))+ | дедлайн (?:\s*[:=—-]|\s+(?:до|к|в))*
        | (?P<also> bis (?:\s+(?:zum|spätestens|am))? | pour (?:\s+le)? | para (?:\s+(?:el|o|a|la))? | até (?:\s+(?:o|a|à|ao))? | per (?:\s+il)? | do | до | к )
        )(?:\s+|$)
        | (?:締め?切り?|期限|期日|納期|截止(?:日期|时间|到)?|期限|最晚|最迟)\s*[はが:是为]*\s*",
    )
});

/// What makes a duty of a word that may only name the end of something.
static DUTY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: bitte | fertig | erledig\w* | muss | müssen | sollte?n? | brauch\w* | liefer\w* | abgeben | prüfen | schick\w* | mach\w* | deadline | erforderlich | benötig\w*
        | svp | stp | s'il\s+(?:te|vous) | merci\s+de | il\s+faut | à\s+(?:rendre|livrer|finir|faire|terminer|envoyer) | doi(?:t|s|vent) | besoin
        | por\s+favor | necesit\w+ | hay\s+que | debe\w* | tiene\w*\s+que | entreg\w+ | termin[ae]r? | envi[ae]r?
        | precis\w+ | deve\w* | tem\s+(?:de|que) | favor | per\s+favore | serve | dobbiamo | bisogna | consegn\w+
        | proszę | trzeba | musi\w* | potrzebuj\w* | пожалуйста | нужн\w* | надо | должн\w* | сдел\w* | сдать | готов\w* | пришл\w* )\b",
    )
});

/// What takes a day back, puts it into doubt or makes it depend on something.
static TAKEN_BACK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: if | unless | when(?:ever)? | once | provided | providing | assuming | depend(?:s|ing)? | whether | hopefully | maybe | perhaps | possibly | probably | might | ideally | tentative(?:ly)? | earliest
        | may\s+(?:be|not|have|need|take|slip) | not | \w+n't | cannot | never | no | nobody | nothing | nor | without | unlikely | doubt | joking | kidding
        | wenn | falls | sofern | sobald | vielleicht | eventuell | evtl | ggf | frühestens | nicht | kein\w* | nie(?:mand|mals)? | ohne | hoffentlich
        | si | sauf | quand | lorsque | dès\s+que | peut-être | pas | ne | jamais | sans | personne | cuando | quizás? | tal\s+vez | nunca | sin | nadie
        | se | quando | talvez | não | sem | ninguém | non | forse | mai | senza | nessuno | als | wanneer | zodra | misschien | niet | geen | nooit
        | jeśli | jeżeli | gdy | kiedy | może | nie | nigdy | bez | если | когда | может | не | нет | никогда | без | возможно )\b
        | もし | たら | なければ | ならば | かも | ない | ません | 如果 | 要是 | 假如 | 可能 | 不 | 没 | 也许",
    )
});

/// A sentence about the past has no deadline.
static PAST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: was | were | had | ago | used\s+to | supposed\s+to | expected | predict\w* | overdue | past\s+due | war | waren | wurden? | hatten? | sollte\s+eigentlich | était | étaient | avait | era | eran | estaba\w* | fue | foi | estava\w* | stava\w* | doveva\w* | had(?:den)? | był[aoy]?\w* | miał\w* | был[аои]? )\b | でした | だった",
    )
});

/// Words that make another thing of the `by` after them: a visit, a return, an author, a measure.
static OTHER_BY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:stop\w*|pass\w*|swing\w*|drop\w*|com(?:e|es|ing)|came|go(?:es|ing)?|went|fl(?:y|ies|ew)|walk\w*|driv\w*|back|here|there|home|powered|sponsored|acquired|hosted|played|followed|preceded|replaced|won|increas\w*|reduc\w*|off|up|down|near|day|one|step|side|stand\w*|liv(?:e|es|ed|ing)|cc|caused|broken|blocked|stuck)\s*$",
    )
});

/// A question that asks somebody for work rather than for news.
static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:can|could|would|will) (?:you|someone|somebody|anyone|anybody)|please|pls|kannst|könntest|könnt ihr|können sie|peux-tu|pourrais-tu|pouvez|pourriez|puedes|podrías|pueden|pode|poderia|puoi|potresti|kun je|kunnen jullie|kunt u|możesz|możecie|можешь|можете)\b|お願い|もらえ|くれ|いただけ|请|請|能不能|能否",
    )
});

/// What moves a deadline that stood.
static MOVED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: postpon\w* | delay\w* | extend\w* | push(?:ed|ing)?\s+(?:it\s+|this\s+)?(?:back|out|to) | mov(?:e|ed|ing) | slip\w* | slid | reschedul\w* | resched | no\s+longer\s+due | not\s+due | new\s+(?:date|deadline)
        | verschoben | verschieb\w* | verläng\w* | report(?:é|ée|er) | repouss\w* | décal\w* | aplaz\w* | pospuest\w* | adiad\w* | prorrog\w* | rimandat\w* | posticipat\w* | uitgesteld | verzet | przesuni\w* | przełoż\w* | перенес\w* | отлож\w* | продлил\w* )\b
        | 延期 | 延長 | 推迟 | 延后 | 改到",
    )
});

/// What words make of a day that somebody names in answer to a deadline: another one.
static INSTEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:not|\w+n't|no|instead|rather|earlier|later|actually|too|sooner|nicht|eher|lieber|doch|erst|pas|plutôt|no|mejor|não|melhor|non|meglio|niet|liever|nie|raczej|не|лучше)\b",
    )
});

/// The deadline that was said last in a thread and that nothing said after it moves.
pub(super) fn deadline(thread: &[&Message], week: Week, zone: &TimeZone) -> Option<Date> {
    for message in thread.iter().rev() {
        let day = message.day(zone)?;
        let text = said(&message.text);
        let mut found: Vec<Date> = Vec::new();
        for sentence in sentences(&text) {
            found.extend(of_sentence(sentence, week, day));
        }
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [one] => return Some(*one),
            // Two days are no day.
            [_, _, ..] => return None,
            [] => {}
        }
        let moves = MOVED.is_match(&text) || days::names_a_day(&text) && INSTEAD.is_match(&text);
        if moves && !is_small_talk(&message.text) {
            return None;
        }
    }
    None
}

/// The day by which a sentence says that something is due.
fn of_sentence(sentence: &str, week: Week, day: Date) -> Option<Date> {
    if sentence.ends_with('?') && !REQUEST.is_match(sentence) {
        return None;
    }
    if let Some((phrase, span)) = days::with_suffix(sentence) {
        let around = format!("{}…{}", sentence.get(..span.start)?, sentence.get(span.end..)?);
        return (!is_undone(&around)).then(|| dated(&phrase, week, day)).flatten();
    }
    let mut found = None;
    for due in DUE.captures_iter(sentence) {
        let whole = due.get(0)?;
        let (before, rest) = (sentence.get(..whole.start())?, sentence.get(whole.end()..)?);
        if due.name("by").is_some() && OTHER_BY.is_match(before) {
            continue;
        }
        if due.name("also").is_some() && !DUTY.is_match(sentence) {
            continue;
        }
        // `due: on Friday` names the day after the next due word; `due to Friday's outage` names a cause.
        let Some((phrase, end)) = days::phrase(rest) else { continue };
        let after = rest.get(end..)?;
        if !days::ends_here(after, whole.as_str()) || is_undone(&format!("{before}…{after}")) {
            return None;
        }
        match found {
            None => found = Some(phrase),
            Some(_) => return None,
        }
    }
    dated(&found?, week, day)
}

/// Whether the rest of the sentence takes the day back, is of the past, or names another day.
fn is_undone(around: &str) -> bool {
    TAKEN_BACK.is_match(around) || PAST.is_match(around) || days::names_a_day(around)
}

fn dated(phrase: &Phrase, week: Week, day: Date) -> Option<Date> {
    let around = Around { week, earliest: Some(day), latest: Some(day), day_first: None };
    match read_deadline(&phrase.text, &around) {
        // A note says that the reader had to choose; that a weekday is the coming one is no choice.
        Reading::Day(date, note) if note.is_none() || phrase.is_weekday => Some(date).filter(|d| *d >= day),
        _ => None,
    }
}
