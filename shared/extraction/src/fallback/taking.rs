//! Finds the person who has a thread's work: the person who plainly took it, or the one known person who was asked for
//! it with a please.
//!
//! A taking is a whole sentence ("I'll take it", "on it, by Friday"), never a word in one ("count on it", "a friend of
//! mine"). A mention is of a person only if it has the whole name: `@Anabel` and `@Ana Kowalska` are not Ana.
use crate::{
    message::Message,
    said::{core, is_sign, pattern, said, sentences},
    source::Person,
};
use regex::Regex;
use std::{collections::HashSet, sync::LazyLock};

const LEAD: &str = r"(?:(?:ok(?:ay)?|sure|yes|yep|yup|yeah|alright|right|cool|fine|great|no\s+problem|np|hi|hey|hello|thanks|of\s+course|happy\s+to|ja|klar|gerne?|alles\s+klar|oui|d'accord|sí|claro|vale|sim|certo|va\s+bene|goed|prima|tak|dobra|jasne|да|хорошо|ок|はい|了解です|了解しました|好的?|嗯)\s*(?:,|!|\.|、)?\s*)*";
/// What may follow a taking: when, thanks, a name, and that nobody needs to worry.
const TRAIL: &str = r"(?:\s*[,–-]?\s*(?:tomorrow|today|tonight|now|later(?:\s+today)?|then|next|asap|right\s+away|first\s+thing|this\s+(?:week|morning|afternoon)|next\s+week|thanks|thank\s+you|please|from\s+here|over|myself|too|as\s+well|(?:by|on|until)\s+[\p{L}\d\s.:/-]{2,24}|no\s+worries|no\s+problem|heute|morgen|gleich|jetzt|dann|bis\s+[\p{L}\d\s.:/-]{2,24}|danke|demain|aujourd'hui|merci|d'ici\s+\S+|mañana|hoy|gracias|amanhã|hoje|obrigad[oa]|domani|oggi|grazie|vandaag|dank\s+je|jutro|dziś|dzięki|завтра|сегодня|спасибо|お願いします|@[\p{L}\d._-]+(?:\s+\p{Lu}[\p{L}]+)?|:\))\b?)*";
/// What work is called where `take` alone could be a day off or a train.
const WORK: &str = r"(?:[a-z]+-\d+|\#\d+|\x{fffc}|(?:the|this|that|those|these)\s+(?:[\w-]+\s+){0,2}?(?:one|tickets?|tasks?|issues?|bugs?|prs?|story|item|review|migration|fix|incident|alert|deploy(?:ment)?|release|request|card|work|job|action|follow-up|investigation|docs?|tests?|upgrade|rollout))";

/// Whole sentences by which an author takes the thread's work.
static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
    let it = r"(?:it|this|that|these|those|them|this\s+one|that\s+one)";
    let adverbs = r"(?:(?:gladly|happily|also|just|personally|definitely|quickly)\s+)*";
    pattern(&format!(
        r"(?ix)^{LEAD}(?:
          (?:i'?ll|i\s+will|let\s+me|i'?m\s+going\s+to|i\s+can|i'?m\s+happy\s+to|happy\s+to|i'?m\s+gonna)\s+{adverbs}(?:take|do|fix|handle|own|grab|get|tackle|deal\s+with|pick\s+up|take\s+on|take\s+over|take\s+care\s+of|look\s+into|work\s+on|sort(?:\s+out)?)\s+(?:{it}|{WORK})(?:\s+(?:up|on|over|out))?
        | (?:i'?ll|i\s+will|let\s+me)\s+(?:pick|take|sort)\s+{it}\s+(?:up|on|over|out)
        | (?:i'?ll|i\s+will)\s+take\s+over
        | (?:i'?m|i\s+am)\s+(?:already\s+)?(?:on\s+(?:it|this|that)|taking\s+(?:{it}|{WORK})|working\s+on\s+(?:{it}|{WORK})|looking\s+into\s+(?:{it}|{WORK})) | (?:already\s+)?on\s+it
        | taking\s+(?:{it}|{WORK}) | i'?ve\s+got\s+(?:this|this\s+one|that|that\s+one) | i\s+got\s+(?:this|this\s+one)
        | (?:(?:that|this)(?:'s|\s+is|\s+one\s+is|\s+one's)\s+)?mine | dibs | (?:please\s+)?assign\s+(?:it|this)(?:\s+one)?\s+to\s+me | (?:i'?ve\s+|i\s+)?assigned\s+(?:it|this)(?:\s+one)?\s+to\s+(?:me|myself)
        | ich\s+(?:übernehme?|mache?|nehme?|erledige)(?:\s+(?:das|es|dies|den|die|ihn|sie|das\s+\w+|den\s+\w+|die\s+\w+))?(?:\s+gerne?)? | (?:das\s+)?(?:mache?|übernehme?|erledige|nehme?)\s+ich | ich\s+kümmere?\s+mich(?:\s+(?:darum|drum|um\s+(?:das|den|die)(?:\s+\w+)?))? | (?:ich\s+)?bin\s+(?:schon\s+)?dran | ich\s+bin\s+(?:schon\s+)?dabei
        | je\s+m'en\s+(?:occupe|charge) | je\s+(?:le|la|les|l')?\s*(?:prends|fais)(?:\s+(?:ça|celui-là|celle-là|en\s+charge))? | je\s+m'occupe\s+de\s+(?:ça|cela|ce\s+\w+|cette\s+\w+) | c'est\s+pour\s+moi | je\s+suis\s+dessus
        | (?:yo\s+)?me\s+(?:encargo|ocupo)(?:\s+(?:yo|de\s+(?:esto|eso|ello)))? | (?:yo\s+)?(?:lo|la)\s+(?:hago|tomo|cojo|reviso)(?:\s+yo)? | yo\s+(?:me\s+)?(?:lo|la)\s+(?:hago|tomo|quedo)
        | (?:eu\s+)?cuido\s+d(?:isso|isto|e\s+\w+) | (?:pode\s+)?deixar?\s+comigo | eu\s+(?:faço|assumo|pego|trato\s+disso|resolvo)(?:\s+(?:isso|isto))? | fico\s+com\s+(?:isso|isto|essa|esse|este|esta)
        | (?:me\s+ne\s+occupo|ci\s+penso|lo\s+faccio|lo\s+prendo|la\s+prendo|me\s+ne\s+incarico)(?:\s+io)?
        | ik\s+(?:pak|neem|doe|regel|fix)\s+(?:het|dit|dat|deze|die)(?:\s+(?:op|wel|op\s+mij|op\s+me))? | (?:dat|dit)\s+(?:doe|regel|pak)\s+ik(?:\s+(?:op|wel))? | ik\s+ga\s+ermee\s+aan\s+de\s+slag
        | (?:ja\s+)?(?:zajmę|zajmuję)\s+się\s+tym | (?:ja\s+)?(?:to\s+)?(?:zrobię|biorę|wezmę|ogarnę)(?:\s+to)?
        | (?:я\s+)?(?:возьму|беру)(?:\s+(?:это|на\s+себя|эту\s+задачу|задачу))* | (?:я\s+)?(?:это\s+)?сделаю(?:\s+это)? | (?:я\s+)?займусь(?:\s+(?:этим|этой\s+задачей))?
        | (?:私が|僕が|俺が|こちらで)?(?:対応(?:いた)?します|やります|担当(?:いた)?します|引き受けます|見ます|やっておきます|対応中です) | 私が(?:やる|します)
        | (?:这个)?(?:我来(?:处理|做|负责|修|弄|吧|搞|跟进)?|我负责|交给我(?:吧)?|我去(?:处理|做)|由我(?:来)?(?:处理|负责))(?:吧)?
        ){TRAIL}[.!\s]*$"
    ))
});

/// A taking of the work that the sentence names: the work must be the thread's.
static TAKEN_NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?ix)^{LEAD}(?:i'?ll|i\s+will)\s+(?:(?:also|just|then)\s+)?(?:fix|handle|own|write|draft|prepare|review|update|implement|deploy|migrate|test|finish|investigate|build|refactor|document|clean\s+up|roll\s+out|set\s+up|rotate|renew)\s+(?:the|our|this|that|[a-z]+-\d+|\#\d+|\x{{fffc}})\b[^,;:]*{TRAIL}[.!\s]*$"
    ))
});

/// What makes a taking depend on something or takes it back, anywhere in the message.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\?|\b(?: if | unless | when | once | maybe | perhaps | could | might | would | not | \w+n't | cannot | never | nobody | nevermind | never\s+mind | actually | instead | but | unfortunately | sorry | joking | kidding | wenn | falls | vielleicht | nicht | nie | kein\w* | aber | doch\s+nicht | si | peut-être | pas | jamais | mais | quizás? | nunca | pero | se | talvez | não | mas | forse | non | ma | als | misschien | niet | geen | maar | jeśli | może | nie | ale | если | может | не | но )\b | ない | ません | たら | かも | 不 | 没 | 如果",
    )
});
static COURTESY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:no problem|no worries|don't worry|not a problem|keine? problem|kein ding|pas de (?:problème|souci)|sin problema|sem problema|geen probleem|nie ma sprawy|без проблем)\b",
    )
});

/// Whether the author takes the work, whole and without condition. In a reply named work must be the thread's own.
pub(super) fn takes(said: &str, opening: Option<&str>) -> bool {
    if OPEN.is_match(&COURTESY.replace_all(said, " ")) {
        return false;
    }
    sentences(said).iter().any(|sentence| {
        let sentence = core(sentence);
        TAKEN.is_match(sentence)
            || TAKEN_NAMED.is_match(sentence) && opening.is_none_or(|opening| is_same_work(sentence, opening))
    })
}

/// Whether two texts share a word that could name work.
pub(super) fn is_same_work(said: &str, opening: &str) -> bool {
    /// Shorter ones are articles, pronouns and prepositions in most languages.
    const MIN_LETTERS: usize = 4;
    const COMMON: [&str; 16] = [
        "this", "that", "with", "from", "have", "been", "will", "please", "today", "tomorrow", "they",
        "what", "when", "which", "done", "finished",
    ];
    let words = |text: &str| -> HashSet<String> {
        let lower = text.to_lowercase();
        let all = lower.split(|c: char| !c.is_alphanumeric()).filter(|w| w.chars().count() >= MIN_LETTERS);
        all.filter(|w| !COMMON.contains(w)).map(str::to_owned).collect()
    };
    let is_spaced = said.chars().filter(|c| c.is_alphabetic()).all(|c| (c as u32) < 0x3000);
    !is_spaced || !words(said).is_disjoint(&words(opening))
}

/// What asks somebody for work, right after their name or in the same sentence.
const ASK: &str = r"(?:please|pls|plz|can\s+you|could\s+you|would\s+you|will\s+you|are\s+you\s+able\s+to|bitte|kannst\s+du|könntest\s+du|können\s+sie|magst\s+du|stp|svp|s'il\s+te\s+plaît|s'il\s+vous\s+plaît|peux-tu|tu\s+peux|pourrais-tu|pouvez-vous|por\s+favor|porfa|puedes|podrías|puede|pode|você\s+pode|poderia|podes|per\s+favore|puoi|potresti|alsjeblieft|graag|kun\s+je|kan\s+je|wil\s+je|proszę|możesz|czy\s+możesz|mógłbyś|mogłabyś|пожалуйста|можешь|не\s+мог\s+бы\s+ты|посмотри|お願い|もらえ|いただけ|ください|下さい|请|請|麻烦|帮忙|能不能)";

/// The name is before what is asked: at the beginning, after a greeting or a mark, and nobody else is spoken to.
static BEFORE_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?:^|[.,:;!?…。、(\n–—-])\s*(?:(?:hi|hey|hello|hallo|moin|salut|bonjour|hola|olá|oi|ciao|hoi|cześć|hej|привет|ok(?:ay)?|and|so|urgent|please|pls|bitte|por\s+favor|по)\s*[,!]?\s*)*$",
    )
});
static AFTER_NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?ix)^(?:さん|様|さま|君)?(?:\s*[,:!、–—-]\s*|\s+)(?:(?:hi|hey|hello|thanks|ok(?:ay)?|when\s+you\s+have\s+time|sorry)[,!]?\s+)?(?:{ASK}|[^.!?]*?(?:{ASK}))"
    ))
});
static DIRECT: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)^(?:さん|様|さま|君)?(?:\s*[,:!、–—-]\s*|\s+)?{ASK}")));
static ASKS: LazyLock<Regex> = LazyLock::new(|| pattern(&format!("(?i){ASK}")));
/// The name is behind what is asked.
static BEHIND: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?i)(?:[,–—-]|\b(?:this|that|it|please|pls|bitte|das|ça|esto|isso|questo|dit|to|это))\s*$")
});
/// What is asked is no work, or not of them, or not to be done.
static NO_ASK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: do\s+not | don't | never | ignore | disregard | stop | no\s+need | wait | not | enjoy | get\s+well | rest | relax | congrat\w* | welcome | hear | see\s+(?:me|my) | believe | forgive | nicht | kein\w* | ignorier\w* | genieß\w* | ne | pas | ignore[zr]? | no | ignora\w* | não | non | niet | geen | nie | не | someone | somebody | anyone | anybody | jemand | quelqu'un | alguien | alguém | qualcuno | iemand | ktoś | кто-нибудь )\b
        | ないで | 不要 | 别",
    )
});
static DECLINES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: can't | cannot | won't | not | no\s+time | don't | sorry | unable | busy | kann\s+nicht | nicht | leider | keine\s+zeit | peux\s+pas | désolée? | no\s+puedo | no\s+tengo | não\s+posso | desculp\w+ | non\s+posso | kan\s+niet | helaas | nie\s+mogę | niestety | не\s+могу | извини\w* )\b | できません | 無理 | 不行 | 没空 | 没时间",
    )
});

/// The one person of the team whom a message asks for something by name.
fn asked<'a>(text: &str, people: &'a [Person]) -> Option<&'a str> {
    let mentions = mentions(text, people);
    // Another person who is mentioned may be the one who is meant.
    let [(start, end, Some(name))] = mentions.as_slice() else { return None };
    let (before, after) = (text.get(..*start)?, text.get(*end..)?);
    let sentence_after = sentences(after).first().copied().unwrap_or_default();
    let sentence_before = before.rsplit(['\n', '.', '!', '?', '。']).next().unwrap_or_default();
    if NO_ASK.is_match(sentence_after) || NO_ASK.is_match(sentence_before) || after.starts_with("'s") {
        return None;
    }
    let is_spoken_to = BEFORE_NAME.is_match(before);
    let head: String = after.chars().take(1).collect();
    let is_marked = head.starts_with([',', ':', '!', '、', '–', '—', '-']);
    let line_after = after.lines().next().unwrap_or_default();
    let is_before = is_spoken_to
        && (DIRECT.is_match(after)
            || is_marked && AFTER_NAME.is_match(line_after)
            || ends_with_please(before, after));
    let is_behind = after.trim_start_matches(|c: char| is_sign(c) || " .!?,)".contains(c)).is_empty()
        && BEHIND.is_match(sentence_before)
        && ASKS.is_match(sentence_before);
    (is_before || is_behind).then_some(*name)
}

/// `@Ben review the PR please`: what follows the name is asked for in the end.
fn ends_with_please(before: &str, after: &str) -> bool {
    static END: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\s+(?:\p{Ll}[^.!?,]*?|[^\x00-\x7f].*?)(?:,?\s*(?:please|pls|plz|bitte|stp|svp|s'il te plaît|por favor|per favore|alsjeblieft|proszę|пожалуйста)|(?:お願いします|してください))[.!)\s]*$",
        )
    });
    static THIRD: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)^\s+(?:is|was|has|had|will|would|said|says|wants|wanted|needs|asked|told|and|or|ist|hat|war|est|a|es|está|é|jest|в)\b",
        )
    });
    before.trim().is_empty() && END.is_match(after) && !THIRD.is_match(after)
}

/// Every mention: where it begins and ends, and the one person whose whole name it is.
fn mentions<'a>(text: &str, people: &'a [Person]) -> Vec<(usize, usize, Option<&'a str>)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('@') {
        let rest = text.get(at + 1..).unwrap_or_default();
        // `a@x.io` is an address; said() has made a gap of it, but not of `a@host`.
        let is_inside = text.get(..at).and_then(|t| t.chars().next_back()).is_some_and(char::is_alphanumeric);
        if is_inside || rest.chars().next().is_none_or(char::is_whitespace) {
            continue;
        }
        if ["here", "channel", "everyone", "all"].iter().any(|group| starts_with_name(rest, group)) {
            found.push((at, at + 1, None));
            continue;
        }
        let mut best: Option<(usize, Vec<&str>)> = None;
        for person in people {
            for name in std::iter::once(&person.name).chain(&person.aliases) {
                let name = name.trim().trim_start_matches('@');
                if name.is_empty() || !starts_with_name(rest, name) {
                    continue;
                }
                match &mut best {
                    Some((length, names)) if *length == name.len() => names.push(&person.name),
                    Some((length, _)) if *length > name.len() => {}
                    _ => best = Some((name.len(), vec![person.name.as_str()])),
                }
            }
        }
        let person = best.map(|(length, mut names)| {
            names.dedup();
            let end = at + 1 + length;
            let one = if let [one] = names.as_slice() { Some(*one) } else { None };
            (at, end, one.filter(|_| !goes_on(text.get(end..).unwrap_or_default())))
        });
        found.push(person.unwrap_or((at, at + 1, None)));
    }
    found
}

/// Whether the text begins with that name, whole: not with a longer one.
fn starts_with_name(text: &str, name: &str) -> bool {
    let Some(head) = text.get(..name.len()) else { return false };
    let next = text.get(name.len()..).unwrap_or_default();
    let mut after = next.chars();
    let ends = match after.next() {
        None => true,
        Some(c @ ('.' | '-' | '_')) => c != '_' && after.next().is_none_or(|c| !c.is_alphanumeric()),
        // A name in Japanese or Chinese is followed by the next word without a blank.
        Some(c) => {
            !c.is_alphanumeric()
                || (c as u32) >= 0x3000 && name.is_ascii()
                || ["さん", "様", "君"].iter().any(|s| next.starts_with(s))
        }
    };
    ends && head.to_lowercase() == name.to_lowercase()
}

/// Whether a capitalised word follows that may belong to the name: Slack writes `@Ana Kowalska` for her display name.
fn goes_on(after: &str) -> bool {
    static WORD: LazyLock<Regex> = LazyLock::new(|| pattern(&format!(r"(?i)^\s+(?:{ASK})")));
    let next = after.strip_prefix(' ').and_then(|rest| rest.chars().next());
    next.is_some_and(char::is_uppercase) && !WORD.is_match(after)
}

/// The person who has the work according to the last message about it.
pub(super) fn assignee(thread: &[&Message], people: &[Person]) -> Option<String> {
    let first = said(&thread.first()?.text);
    let mut declined: HashSet<&str> = HashSet::new();
    for (n, message) in thread.iter().enumerate().rev() {
        let text = said(&message.text);
        let opening = if n == 0 { None } else { Some(first.as_str()) };
        if takes(&text, opening) {
            return (!declined.contains(message.author.as_str())).then(|| message.author.clone());
        }
        if let Some(name) = asked(&text, people) {
            return (!declined.contains(name)).then(|| name.to_owned());
        }
        if DECLINES.is_match(&text) {
            declined.insert(&message.author);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_of_a_person_only_by_the_whole_name() {
        let people: Vec<Person> = ["Ana", "Ana Ruiz", "Ben", "Mine"].into_iter().map(Person::from).collect();
        for (text, names) in [
            ("@Ana please", vec![Some("Ana")]),
            ("@Ana Ruiz please", vec![Some("Ana Ruiz")]),
            ("@Anabel please", vec![None]),
            ("@Ana-Maria and @ana.k", vec![None, None]),
            ("@Ana Kowalska please", vec![None]),
            ("@Ana Please look", vec![Some("Ana")]),
            ("@here @Ben", vec![None, Some("Ben")]),
            ("a@host @ ben", vec![]),
        ] {
            let found: Vec<Option<&str>> =
                mentions(text, &people).into_iter().map(|(.., name)| name).collect();
            assert_eq!(found, names, "{text}");
        }
    }
}
