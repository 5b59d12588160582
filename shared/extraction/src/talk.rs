//! Small talk and work: the one rule by which a message counts as the one or the other.
//!
//! **Small talk** is a message of at most [`SMALL_TALK_CODE_POINTS`] that says nothing but what small talk says: only
//! signs and laughter; only words of greetings, thanks, wishes, applause and pauses ([`words`]); thanks for something;
//! or the notice that somebody has joined. Everything else is work, in whatever language and in whatever words. The
//! prompt leaves the oldest small talk out first; a fallback makes no row of a thread that is small talk and nothing
//! else. The rule errs towards work: a row too many costs less than a task lost.
mod words;

use crate::said::{GAP, pattern, said, sentences, with_signs};
use regex::Regex;
use std::{collections::HashSet, sync::LazyLock};

/// Longer messages say something.
pub const SMALL_TALK_CODE_POINTS: usize = 200;
/// Words that may be names nobody knows, in a message of small talk: `Thanks Priya!`.
const MAX_STRANGERS: usize = 1;
/// Letters of such a name.
const MAX_NAME: usize = 10;

fn list(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}
static CORE: LazyLock<HashSet<&str>> = LazyLock::new(|| list(words::CORE));
static GLUE: LazyLock<HashSet<&str>> = LazyLock::new(|| list(words::GLUE));
static BREAK: LazyLock<HashSet<&str>> = LazyLock::new(|| list(words::BREAK));
static AROUND_A_BREAK: LazyLock<HashSet<&str>> = LazyLock::new(|| list(words::AROUND_A_BREAK));

/// `haha`, `jajaja`, `kkkk`, `хаха`, `lol`, `xD`, `www`.
static LAUGHTER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:a*(?:(?:ha+){2,}|(?:he+){2,}|(?:hi+){2,}|(?:ho+){2,})h?|(?:j[aeiou]){2,}j?|(?:x[ae]){2,}|a?(?:х[аеи]){2,}х?|k{2,}|w{2,}|(?:rs){2,}|l+o+l+|x+d+|lmf?ao|rofl|mdr+|ptdr)$",
    )
});
/// Thanks for something that is named: no news, as long as it is one sentence and asks for nothing.
static THANKS_FOR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:(?:hi|hey|ok|great|oh|wow|many|vielen|viele|besten|herzlichen|muchas|muito|mille|bardzo|большое|merci|un\s+grand)\s+)*(?:thanks|thank\s+you|thx|cheers|danke|dank|merci|gracias|obrigad[oa]|valeu|grazie|bedankt|dank\s+je|dzięki|dziękuję|спасибо)(?:\s+(?:so\s+much|a\s+lot|again|all|everyone|team|beaucoup|mille))?\s+(?:@\S+\s+)?(?:for|für|pour|por|pel[oa]|per|voor|za|за)\s+[^,;:–—]{1,60}$",
    )
});
/// What makes such thanks say more than thanks.
static SAYS_MORE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:we|i|it|is|are|was|will|i'll|we'll|please|pls|but|can|could|should|must|need\w*|now|when|by|before|until|not|no|\w+n't|asap|tomorrow|today|monday|tuesday|wednesday|thursday|friday|ich|wir|ist|sind|bitte|aber|muss|kann|jetzt|nicht|bis|je|nous|est|mais|il faut|es|está|pero|hay|não|está|mas|preciso|è|ma|devo|ik|we|maar|moet|jest|ale|trzeba|я|мы|но|надо)\b|\?|\d",
    )
});
/// Somebody joined, left, or changed the channel: what systems say.
static NOTICE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:\S+\s+){0,4}?(?: (?:has|have)?\s*(?:joined|left|renamed|archived|unarchived)\s+(?:the\s+|this\s+)?(?:channel|group|conversation|room|workspace|call|huddle|\#\S+)\b.{0,60} | (?:has\s+)?set\s+the\s+channel\s+(?:topic|purpose|description)\b.* | (?:has\s+)?pinned\s+a\s+message\b.* | (?:has\s+)?added\s+an\s+integration\b.* | was\s+(?:added|removed)\s+(?:to|from)\s+(?:the\s+channel|\#\S+)\b.{0,60}
        | ist\s+(?:dem\s+(?:channel|kanal)|\#\S+)\s+beigetreten | hat\s+den\s+(?:channel|kanal)\s+verlassen | a\s+(?:rejoint|quitté)\s+le\s+canal | se\s+(?:unió|ha\s+unido)\s+al\s+canal | (?:salió|ha\s+salido)\s+del\s+canal | entrou\s+no\s+canal | saiu\s+do\s+canal | (?:è\s+entrat[oa]|si\s+è\s+unit[oa])\s+(?:nel|al)\s+canale | neemt\s+nu\s+deel\s+aan.* | heeft\s+zich\s+bij\s+.* | dołączył[ao]?\s+do\s+kanału | присоединил(?:ся|ась)\s+к\s+каналу )[.!\s]*$
        | チャンネルに参加しました | チャンネルから退出しました | 加入了频道 | 离开了频道 | 加入了此频道",
    )
});

/// The words of names that messages of small talk may hold: `Thanks Ana`.
#[derive(Debug, Default)]
pub(crate) struct Names(HashSet<String>);

impl Names {
    /// Of these people.
    pub(crate) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let words = names.flat_map(|name| name.split(|c: char| !c.is_alphanumeric()));
        Self(words.filter(|word| word.chars().count() > 1).map(str::to_lowercase).collect())
    }
}

/// Returns whether a message is small talk.
pub fn is_small_talk(text: &str) -> bool {
    is_small_talk_among(text, &Names::default())
}

/// Whether a message is small talk among people of these names.
pub(crate) fn is_small_talk_among(text: &str, names: &Names) -> bool {
    // The marks around a link and code may be the work: such a message says more than its words.
    if text.chars().nth(SMALL_TALK_CODE_POINTS).is_some() {
        return false;
    }
    let text = said(text);
    if text.contains(GAP) {
        return false;
    }
    let text = MENTION.replace_all(&text, "$1 ").into_owned();
    if !text.chars().any(char::is_alphanumeric) {
        return !text.contains('?');
    }
    let text = text.trim();
    if NOTICE.is_match(text) {
        return true;
    }
    let parts = sentences(text);
    if let [one] = parts.as_slice()
        && THANKS_FOR.is_match(one)
        && !one.split_once(char::is_whitespace).is_some_and(|(_, rest)| SAYS_MORE.is_match(rest))
    {
        return true;
    }
    is_of_words(text, names) || is_unspaced(text)
}

/// A mention: up to two capitalised words behind the sign, so that `@Ana Ruiz` goes as a whole.
static MENTION: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(^|[\s(,.!])@[\p{L}\d._-]+(?:\s\p{Lu}\p{Ll}+\b)?"));

/// A person who is `on it` has taken something, with thanks or without.
static ON_IT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bon (?:it|this|that)\b"));
static AGREEMENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\+\d{1,3}\b"));
/// Words of which only the pair is a farewell.
static FAREWELL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:(?:see|c|talk to|catch) (?:you|ya|u)|talk soon|take care|bis (?:morgen|später|bald|dann|montag|gleich)|à (?:bientôt|demain|plus|lundi|tout à l'heure)|hasta (?:luego|mañana|pronto|el lunes)|até (?:logo|amanhã|mais|breve|segunda)|a (?:domani|presto|dopo|lunedì)|tot (?:morgen|straks|later|maandag)|do (?:jutra|zobaczenia|poniedziałku)|до (?:завтра|скорого|встречи|свидания|понедельника))\b",
    )
});

/// Whether every word is one of small talk, and one makes it small talk.
fn is_of_words(text: &str, names: &Names) -> bool {
    if ON_IT.is_match(text) {
        return false;
    }
    let text = AGREEMENT.replace_all(text, "ok");
    let (mut is_core, mut is_break, mut other, mut strangers) = (FAREWELL.is_match(&text), false, false, 0);
    let words = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '-' | '&' | ':')));
    for (n, word) in words.map(|w| w.trim_matches(['\'', '-', ':'])).filter(|w| !w.is_empty()).enumerate() {
        let lower = word.to_lowercase();
        let plain = squeezed(&lower);
        let is = |list: &HashSet<&str>| list.contains(lower.as_str()) || list.contains(plain.as_str());
        if LAUGHTER.is_match(&lower) || is(&CORE) {
            is_core = true;
            is_break |= is(&BREAK);
        } else if is(&BREAK) {
            is_break = true;
        } else if is(&GLUE) || names.0.contains(&lower) {
        } else if is(&AROUND_A_BREAK) || is_time(&lower) {
            other = true;
        } else if n > 0
            && word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().count() <= MAX_NAME
            && !is_code_name(word)
        {
            strangers += 1;
        } else {
            return false;
        }
    }
    let is_talk = is_break || is_core && !other;
    is_talk && strangers <= MAX_STRANGERS
}

/// `QA`, `AWS`, `v2`, `iPhone`: words of letters that are no name of a person.
fn is_code_name(word: &str) -> bool {
    word.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit())
}

/// `soooo` → `so`, `yayyy` → `yay`: letters that are said more than twice are said once.
fn squeezed(word: &str) -> String {
    let chars: Vec<char> = word.chars().collect();
    let mut out = String::with_capacity(word.len());
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let run = chars.iter().skip(at).take_while(|other| **other == c).count();
        let keep = if run > 2 { 1 } else { run };
        out.extend(std::iter::repeat_n(c, keep));
        at += run;
    }
    out
}

/// `13:30`, `12`, `1pm`, `12h30`.
fn is_time(word: &str) -> bool {
    static TIME: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"^\d{1,2}(?:[:h.]\d{2})?(?:am|pm|h|min|mins|m|ish)?$"));
    TIME.is_match(word)
}

/// Whether a text without blanks between words is made of nothing but sayings.
fn is_unspaced(text: &str) -> bool {
    static WHOLE: LazyLock<Regex> =
        LazyLock::new(|| pattern(&format!(r"^(?:{}|[a-zA-Z]{{2,10}}さん|w+)+$", words::UNSPACED)));
    static CORE: LazyLock<Regex> = LazyLock::new(|| pattern(words::UNSPACED_CORE));
    let joined: String = text.chars().filter(|c| c.is_alphanumeric() || *c == 'ー' || *c == '々').collect();
    joined.chars().any(|c| (c as u32) >= 0x3000) && CORE.is_match(&joined) && WHOLE.is_match(&joined)
}

/// Returns whether a message is of high priority: it says that something is urgent, a blocker, an outage or of the
/// first priority, calls on everybody, or holds one of the team's own `words` and is no small talk.
pub fn is_high_priority(text: &str, words: &[String]) -> bool {
    // Code and quotations count here: who pastes an alert passes it on. A parameter of a link does not.
    static LINK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\bhttps?://\S+"));
    if HIGH_PRIORITY.is_match(&LINK.replace_all(&with_signs(text), " ")) {
        return true;
    }
    let lower = text.to_lowercase();
    !is_small_talk(text)
        && words.iter().any(|word| !word.trim().is_empty() && lower.contains(&word.trim().to_lowercase()))
}

static HIGH_PRIORITY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:urgent(?:ly)?|asap|critical|outage|incident|p[01]|sev-?[12]|high prio(?:rity)?|top priority|blocker|blocked|deadline|rollback|hotfix|dringend|urgente|prod(?:uction)? is down)\b|🚨|@(?:here|channel|everyone)\b",
    )
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thanks_and_jokes_are_small_talk_and_whatever_could_be_work_is_not() {
        for text in [
            "Thanks!",
            "good morning all",
            "lol",
            "🎉🎉",
            ":tada: :+1::skin-tone-3:",
            "haha nice one",
            "Enjoy the holidays",
            "welcome back :)",
            "+ agree",
            "same here",
            "Thanks so much for the review @Ben Okafor",
            "@Ana Ruiz has joined the channel",
            "(lunch, back at 13:30)",
            "Thaaaanks Priya!!!",
        ] {
            assert!(is_small_talk(text), "{text}");
        }
        for text in [
            "can you review the PR?",
            "deployed",
            "PLAT-123",
            "see https://x.io",
            "@Ana ping",
            "blocked on legal",
            "I'll take it",
            "the build fails",
            "by Friday",
            "anyone?",
            "bitte prüfen",
            "Thanks for waiting for me, here is the spec",
            "Thanks for the report we will fix it",
            "coffee machine is broken",
            "Guten Morgen, Server kaputt",
            "good, QA next",
            &"nice ".repeat(60),
        ] {
            assert!(!is_small_talk(text), "{text}");
        }
    }

    #[test]
    fn what_is_urgent_is_of_high_priority_and_so_is_what_the_team_says() {
        let own = ["Customer X".to_owned(), " ".to_owned()];
        for text in [
            "this is urgent",
            "P0: login",
            "@here look",
            "we are blocked by legal",
            "🚨 down",
            ":rotating_light: down",
            "customer x called",
        ] {
            assert!(is_high_priority(text, &own), "{text}");
        }
        for text in [
            "can you review the PR?",
            "thanks!",
            "ship p10 on Friday",
            "customer y called",
            "see https://x.io/?p1=51",
        ] {
            assert!(!is_high_priority(text, &own), "{text}");
        }
    }
}
