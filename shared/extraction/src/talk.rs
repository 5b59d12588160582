//! Small talk and work: the one rule by which a message counts as the one or the other.
//!
//! **Small talk** is a message of at most [`SMALL_TALK_CODE_POINTS`] that holds no link, no ticket or number, no mention, no
//! question mark, no code, and none of the words people use about work (do, fix, review, deploy, blocked, deadline, a
//! weekday, …). Everything else is work. The prompt leaves the oldest small talk out first; a fallback makes no row of
//! a lone message that is small talk. The rule errs towards work: a row too many costs less than a task lost.
use regex::Regex;
use std::sync::LazyLock;

/// Longer messages say something.
pub const SMALL_TALK_CODE_POINTS: usize = 200;

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static WORK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?xi) https?:// | [@\#`?0-9] | \b(?:
          todo | to-do | task s? | action | ticket s? | issue s? | bug s? | pr s? | prs | mr | merge[ds]? | merging | review (?:s|ed|ing|er)? | deploy (?:s|ed|ing|ment)? | release [ds]? | releasing | ship (?:s|ped|ping)?
        | fix (?:es|ed|ing)? | broke n? | break s? | fail (?:s|ed|ing|ure)? | error s? | outage | incident | alert s? | rollback | rolled | revert (?:ed|ing)? | hotfix | patch (?:ed|ing)?
        | block (?:ed|er|ers|ing|s)? | stuck | waiting | wait (?:s|ed)? | depends | dependency | pending | on\s+hold | unblock (?:ed)?
        | done | finish (?:ed|ing)? | complete [ds]? | started | start (?:s|ing)? | begin s? | progress | wip | working | work s? | close[ds]? | closing | resolve[ds]? | implement (?:ed|ing)?
        | need (?:s|ed)? | must | should | please | pls | could | can\s+(?:you|we|someone|anyone|i) | will | i'?ll | we'?ll | let'?s | going\s+to | gonna | assign (?:ed|ing)? | owner | take | taking | follow\s*-?\s*up
        | deadline | due | asap | urgent | priority | critical | by\s+(?:eod|tomorrow|next) | eod | eow | tomorrow | today | monday | tuesday | wednesday | thursday | friday | sprint | milestone | launch (?:ed|ing)?
        | plan (?:s|ned|ning)? | estimate [ds]? | spec s? | design (?:s|ed)? | draft (?:s|ed)? | doc s? | document (?:ed|ation)? | test (?:s|ed|ing)? | migrat (?:e|ed|ing|ion) | upgrade [ds]? | update [ds]? | updating | rollout
        | customer s? | client s? | vendor | contract | invoice | budget | decision | decide [ds]? | agreed | approve [ds]? | approval | sign \s* -? off | meeting | demo | schedule [ds]?
        | bitte | erledigt | fertig | aufgabe | blockiert | muss | müssen | termin | frist | gracias\s+por\s+revisar | hacer | terminado | bloqueado | tâche | terminé | bloqué
        )\b | [\u{3400}-\u{9fff}\u{3040}-\u{30ff}\u{ac00}-\u{d7af}]{8,}",
    )
    .unwrap()
});

/// Whether a message is small talk.
pub fn is_small_talk(text: &str) -> bool {
    let mut long = text.char_indices().skip(SMALL_TALK_CODE_POINTS);
    long.next().is_none() && !WORK.is_match(text)
}

/// Whether a message is of high priority: it says that something is urgent, a blocker, an outage or of the first
/// priority, calls on everybody, or holds one of the team's own `words` and is no small talk.
pub fn is_high_priority(text: &str, words: &[String]) -> bool {
    if HIGH_PRIORITY.is_match(text) {
        return true;
    }
    let lower = text.to_lowercase();
    !is_small_talk(text)
        && words.iter().any(|word| !word.trim().is_empty() && lower.contains(&word.trim().to_lowercase()))
}

#[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by a test")]
static HIGH_PRIORITY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\b(?:urgent(?:ly)?|asap|critical|outage|incident|p[01]|sev-?[12]|high prio(?:rity)?|top priority|blocker|blocked|deadline|rollback|hotfix|dringend|urgente|prod(?:uction)? is down)\b|🚨|@(?:here|channel|everyone)\b",
    )
    .unwrap()
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
            "haha nice one",
            "Enjoy the holidays",
            "welcome back :)",
            "+ agree",
            "same here",
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
            "customer x called",
        ] {
            assert!(is_high_priority(text, &own), "{text}");
        }
        for text in ["can you review the PR?", "thanks!", "ship p10 on Friday", "customer y called"] {
            assert!(!is_high_priority(text, &own), "{text}");
        }
    }
}
