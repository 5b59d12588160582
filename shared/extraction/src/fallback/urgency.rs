//! Priority: what an author says of the work in so many words, never a word in a link, in code, in a name or denied.
use crate::said::{pattern, said, sentences};
use regex::Regex;
use std::sync::LazyLock;

/// Names of people, groups and channels say nothing about the work.
static NAMES: LazyLock<Regex> = LazyLock::new(|| pattern(r"[@#][\p{L}\d._-]+"));

/// Words that say how urgent something is. What follows one may make another thing of it: `critical thinking`.
static URGENT: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: (?:super\s+|very\s+)?urgent(?:ly|issimo)? | asap | as\s+soon\s+as\s+possible | sev-?1 | dringend | urgente(?:mente)? | urgence | urgentissimo | spoed | pilne | срочно | au\s+plus\s+vite | lo\s+antes\s+posible | o\s+quanto\s+antes | il\s+prima\s+possibile | so\s+schnell\s+wie\s+möglich | zo\s+snel\s+mogelijk | jak\s+najszybciej | как\s+можно\s+скорее
          | critical\s+(?:bug|issue|incident|security|vulnerability|error|outage|failure|problem|alert|fix|hotfix|blocker|priority) | (?:is|it's|are)\s+(?:really\s+|very\s+|absolutely\s+)?critical
          | (?:prod|production)\s+(?:is\s+|ist\s+)?(?:completely\s+|totally\s+)?down | (?:login|checkout|payment|api|auth|site|full|major|total|complete|production|prod|customer|ongoing|current)\s+outage
          | (?:in|prod|production)\s+(?:an\s+)?outage )\b | 至急 | 緊急 | 大至急 | 紧急 | 緊急 | 急ぎ | 加急 | 十万火急",
    )
});
/// A label in front: `urgent: …`, `[P0] …`, `Outage: …`.
static URGENT_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*(?:urgent|critical|outage|incident|emergency|p0|sev-?[01]|dringend|notfall|urgente?|urgence|critique|crítico|critico|kritisch|pilne|krytyczne|срочно|критично|至急|緊急|紧急)\s*(?:[:!\])–—,]|\s-\s)|^\W*p0\s+(?:bug|issue|incident|ticket|in|on|for|from|alert|outage)\b|[\[(]p0[\])]|\b(?:this|it|that)(?:'s|\s+is)\s+(?:a\s+)?p0\b",
    )
});
static HIGH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?: high(?:est)?[\s-]prio(?:rity)? | prio(?:rity)?\s*(?::|is|=)\s*high | top[\s-]priority | prio(?:rität)?\s*1 | höchste\s+prio(?:rität)? | hohe\s+prio(?:rität)? | haute\s+priorité | priorité\s+(?:haute|élevée|maximale) | alta\s+prioridad | prioridad\s+(?:alta|máxima) | alta\s+prioridade | prioridade\s+(?:alta|máxima) | alta\s+priorità | priorità\s+(?:alta|massima) | hoge\s+prioriteit | wysoki\s+priorytet | najwyższy\s+priorytet | высок(?:ий|ого)\s+приоритет\w* )\b | 優先度\s*[:は]?\s*高 | 最優先 | 高优先级 | 优先级\s*[:是]?\s*高 | 最高优先",
    )
});
static HIGH_LABEL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^\W*p1\s*(?:[:!\])–—,]|\s-\s)|^\W*p1\s+(?:bug|issue|incident|ticket|in|on|for|from|alert|outage)\b|[\[(]p1[\])]|\b(?:this|it|that)(?:'s|\s+is)\s+(?:a\s+)?p1\b",
    )
});
/// Labels of other ranks: a message that names two has none.
static RANK: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:p[0-5]|sev-?[0-5])s?\b"));

/// What right before a word denies it, or speaks of another case or time.
static DENIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\b(?: not | \w+n't | no | nothing | never | none | less | non | without | neither | nor | zero | 0 | if | unless | whether | when | in\s+case | nicht | kein\w* | nichts | nie | wenn | falls | pas | rien | aucune? | sans | si | nada | nunca | sin | não | sem | se | niente | nessun\w* | senza | niet | geen | niets | nie | nic | jeśli | не | нет | ничего | если | planned | scheduled | last | past | previous | yesterday's | former | was | were | downgraded | fake | false )[\s-]+(?:[\p{L}'-]+\s+){0,4} | 不 | 不是 | 没有 | 没那么 )$",
    )
});
/// What right after a word denies it or makes another thing of it.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)^(?:\s+(?:care|thinking|thought|acclaim|mass|reading|theory|postmortem|post-mortem|retro\w*|review|report|drill|test|simulation|last|yesterday|was|is over|over|resolved|is resolved|fixed|ended|nicht|pas|no|anymore|any more)\b|\s*[=/_\d]|[.-]\w|(?:では|じゃ)?(?:ありません|ない))",
    )
});
static FALSE_ALARM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)false alarm|fehlalarm|fausse alerte|falsa alarma|alarme falso|falso allarme|vals alarm|fałszywy alarm|ложная тревога|誤報|误报|\b(?:fire |test )?drill\b|\btest alarm\b|all clear|entwarnung",
    )
});
/// Ways to ask for something soon: what makes a question urgent, where `is it urgent?` does not.
static ASKED_SOON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:can|could|would|will) (?:you|someone|somebody|anyone)\b|\b(?:please|kannst|könnte|peux|pouvez|puedes|puede|pode|puoi|kun|możesz|можешь)\b|お願い|请",
    )
});

/// `Urgent`, `High` or nothing, of the messages of a thread.
pub(super) fn priority<'a>(texts: impl Iterator<Item = &'a str> + Clone) -> &'static str {
    if texts.clone().any(is_urgent) {
        "Urgent"
    } else if texts.clone().any(is_high) {
        "High"
    } else {
        ""
    }
}

fn is_urgent(text: &str) -> bool {
    let said = NAMES.replace_all(&said(text), "\u{fffc}").into_owned();
    if said.contains(['🚨', '🆘']) && !FALSE_ALARM.is_match(&said) && said.chars().any(char::is_alphanumeric)
    {
        return true;
    }
    !has_two_ranks(&said) && is_said(&said, &URGENT, &URGENT_LABEL)
}

fn is_high(text: &str) -> bool {
    let said = NAMES.replace_all(&said(text), "\u{fffc}").into_owned();
    !has_two_ranks(&said) && is_said(&said, &HIGH, &HIGH_LABEL)
}

fn has_two_ranks(said: &str) -> bool {
    let mut ranks: Vec<String> = RANK.find_iter(said).map(|rank| rank.as_str().to_lowercase()).collect();
    ranks.dedup();
    ranks.len() > 1
}

fn is_said(said: &str, words: &Regex, label: &Regex) -> bool {
    if FALSE_ALARM.is_match(said) {
        return false;
    }
    sentences(said).iter().any(|sentence| {
        if label.is_match(sentence) {
            return true;
        }
        if sentence.ends_with('?') && !ASKED_SOON.is_match(sentence) {
            return false;
        }
        words.find_iter(sentence).any(|word| {
            let before = sentence.get(..word.start()).unwrap_or_default();
            let after = sentence.get(word.end()..).unwrap_or_default();
            let joined = before.chars().next_back().is_some_and(|c| matches!(c, '/' | '=' | '_' | '-' | '.'));
            !joined && !DENIED.is_match(before) && !OTHER.is_match(after)
        })
    })
}
