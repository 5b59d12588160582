//! Statuses and priorities by their synonyms, in the words, languages and signs that models use.
use super::words::bare;
use std::{collections::HashMap, sync::LazyLock};

/// What a cell of a fixed vocabulary says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Choice {
    /// The sheet's word.
    pub(crate) value: &'static str,
    /// The cell said more than that, and what it said must not be lost.
    pub(crate) said_more: bool,
}

/// Each synonym's word in the sheet.
type Synonyms = HashMap<&'static str, &'static str>;

/// Folded by [`bare`]. Words that could mean two things (`red`, `pending approval`) are left out on purpose.
const STATUS: [(&str, &str); 4] = [
    (
        "Done",
        "done, complete, completed, finished, closed, resolved, shipped, merged, deployed, released, fixed, \
         delivered, live, all done, 100, 100%, solved, implemented, accomplished, erledigt, fertig, \
         abgeschlossen, termine, fini, fait, acheve, hecho, completado, completada, terminado, terminada, \
         finalizado, feito, concluido, concluida, fatto, completato, klaar, afgerond, voltooid, gotowe, \
         zakonczone, готово, сделано, выполнено, завершено, 完了, 完成, 已完成, 완료, x",
    ),
    (
        "In progress",
        "in progress, inprogress, in process, wip, work in progress, ongoing, on going, started, doing, \
         active, under way, underway, in work, working, working on it, in review, under review, review, \
         reviewing, in code review, pr open, in development, in dev, developing, testing, in testing, in \
         test, in qa, qa, on track, partially done, partly done, partially complete, partially completed, \
         almost done, nearly done, almost complete, nearly complete, mostly done, half done, under \
         investigation, investigating, continuing, in flight, ready for review, deploying, rolling out, in \
         arbeit, in bearbeitung, begonnen, laufend, lauft, en cours, en curso, en progreso, en proceso, em \
         andamento, em progresso, in corso, bezig, w toku, в работе, в процессе, 進行中, 进行中, 対応中, 작업중, 진행 중, \
         진행중",
    ),
    (
        "Blocked",
        "blocked, stuck, on hold, hold, waiting, paused, stalled, impeded, halted, suspended, blocked \
         externally, needs input, blockiert, wartet, wartend, pausiert, bloque, bloquee, en attente, \
         bloqueado, bloqueada, en espera, em espera, bloccato, in attesa, geblokkeerd, zablokowane, \
         заблокировано, ブロック中, 保留, 阻塞, 受阻, 차단됨, 보류",
    ),
    (
        "Not started",
        "not started, notstarted, not yet started, unstarted, not begun, to do, todo, to be done, open, \
         new, planned, backlog, queued, scheduled, upcoming, next up, proposed, ready, ready to start, \
         pending, 0, 0%, offen, nicht begonnen, nicht gestartet, noch nicht begonnen, geplant, neu, a faire, \
         pas commence, non commence, pendiente, por hacer, no iniciado, sin empezar, nao iniciado, a fazer, \
         pendente, da fare, non iniziato, niet gestart, nie rozpoczeto, do zrobienia, не начато, 未着手, 未开始, \
         待办, 未開始, 시작 전",
    ),
];

/// Numbers are read as `P0` to `P3`; a bare `1` could begin at either end and is not.
const PRIORITY: [(&str, &str); 4] = [
    (
        "Urgent",
        "urgent, critical, blocker, highest, immediate, immediately, asap, emergency, top, very high, \
         showstopper, p0, p 0, prio 0, sev0, sev 0, sev1, sev 1, dringend, kritisch, sehr hoch, urgente, \
         critica, critico, critique, tres haute, muy alta, critica urgente, pilne, spoed, срочно, срочный, \
         критический, критичный, 緊急, 紧急, 緊急度高, 긴급",
    ),
    (
        "High",
        "high, major, important, elevated, p1, p 1, prio 1, priority 1, hi, sev2, sev 2, hoch, wichtig, \
         haute, elevee, eleve, alta, alto, hoog, wysoki, wysoka, высокий, высокая, 高, 높음",
    ),
    (
        "Medium",
        "medium, med, mid, normal, moderate, average, standard, regular, default, p2, p 2, prio 2, priority \
         2, sev3, sev 3, mittel, moyenne, moyen, normale, media, medio, gemiddeld, sredni, srednia, средний, \
         средняя, 中, 普通, 보통",
    ),
    (
        "Low",
        "low, minor, trivial, lowest, very low, nice to have, optional, lo, p3, p 3, p4, p 4, p5, prio 3, \
         priority 3, sev4, sev 4, niedrig, gering, basse, faible, baja, bajo, baixa, baixo, bassa, basso, \
         laag, niski, niska, низкий, низкая, 低, 낮음",
    ),
];

fn synonyms(lists: [(&'static str, &'static str); 4]) -> Synonyms {
    lists.into_iter().flat_map(|(value, words)| words.split(", ").map(move |word| (word, value))).collect()
}
static STATUSES: LazyLock<Synonyms> = LazyLock::new(|| synonyms(STATUS));
static PRIORITIES: LazyLock<Synonyms> = LazyLock::new(|| synonyms(PRIORITY));

/// Signs alone in a status cell. Beside words the words decide.
const STATUS_SIGNS: [(&str, &str); 24] = [
    ("✅", "Done"),
    ("✔", "Done"),
    ("☑", "Done"),
    ("🏁", "Done"),
    ("🎉", "Done"),
    ("[x]", "Done"),
    ("[X]", "Done"),
    ("✓", "Done"),
    ("🔄", "In progress"),
    ("🚧", "In progress"),
    ("⏳", "In progress"),
    ("⌛", "In progress"),
    ("🟡", "In progress"),
    ("🏃", "In progress"),
    ("🛠", "In progress"),
    ("🔨", "In progress"),
    ("⛔", "Blocked"),
    ("🛑", "Blocked"),
    ("🚫", "Blocked"),
    ("🔴", "Blocked"),
    ("⏸", "Blocked"),
    ("⬜", "Not started"),
    ("☐", "Not started"),
    ("[ ]", "Not started"),
];

/// Signs alone in a priority cell.
const PRIORITY_SIGNS: [(&str, &str); 8] = [
    ("🔥", "Urgent"),
    ("🚨", "Urgent"),
    ("🔴", "High"),
    ("🟠", "High"),
    ("🟡", "Medium"),
    ("🟢", "Low"),
    ("⬆", "High"),
    ("⬇", "Low"),
];

/// Words after a match that add nothing: `Done (100%)`, `High priority`.
fn is_filler(word: &str) -> bool {
    let number = word.trim_end_matches('%').bytes().all(|b| b.is_ascii_digit());
    number
        || matches!(
            word,
            "on" | "since" | "priority" | "prio" | "status" | "now" | "yet" | "level" | "already"
        )
}

/// Beginnings after which anything may follow without changing the sense: `Blocked by legal`.
const OPEN_ENDED: [(&str, &str); 12] = [
    ("blocked by ", "Blocked"),
    ("blocked on ", "Blocked"),
    ("blocked due to ", "Blocked"),
    ("blocked until ", "Blocked"),
    ("blocked waiting ", "Blocked"),
    ("blocked pending ", "Blocked"),
    ("waiting for ", "Blocked"),
    ("waiting on ", "Blocked"),
    ("on hold ", "Blocked"),
    ("stuck on ", "Blocked"),
    ("in progress ", "In progress"),
    ("not started ", "Not started"),
];

/// The status a cell names.
pub(crate) fn read_status(cell: &str) -> Option<Choice> {
    let bare = bare(cell);
    read(cell, &bare, &STATUSES, &STATUS_SIGNS).or_else(|| {
        let value = OPEN_ENDED.iter().find(|(start, _)| bare.starts_with(start))?.1;
        // A question is an open matter.
        (!cell.contains('?')).then_some(Choice { value, said_more: true })
    })
}

/// The priority a cell names.
pub(crate) fn read_priority(cell: &str) -> Option<Choice> {
    read(cell, &bare(cell), &PRIORITIES, &PRIORITY_SIGNS)
}

fn read(cell: &str, bare: &str, synonyms: &Synonyms, signs: &[(&str, &'static str)]) -> Option<Choice> {
    // Longer than any synonym with its filler: prose.
    const MAX_BYTES: usize = 200;
    if cell.len() > MAX_BYTES || cell.contains('?') {
        return None;
    }
    let exact = |text: &str| synonyms.get(text).copied();
    if let Some(value) = exact(bare) {
        return Some(Choice { value, said_more: false });
    }
    if bare.is_empty() || bare == "x" {
        let mut found = signs.iter().filter(|(sign, _)| cell.contains(sign)).map(|(_, value)| *value);
        let value = found.next()?;
        return found.all(|other| other == value).then_some(Choice { value, said_more: false });
    }
    // `P1 - High`, `Done (100%)`, `High priority`: all words are filler or mean the same.
    let (mut meanings, mut dated) = (Vec::new(), false);
    let mut words = bare.split(' ').peekable();
    let pieces: Vec<&str> = words.by_ref().collect();
    let mut at = 0;
    while at < pieces.len() {
        let longest = (at + 1..=pieces.len().min(at + 4))
            .rev()
            .find_map(|end| Some((exact(&pieces.get(at..end)?.join(" "))?, end)));
        match longest {
            Some((value, end)) => {
                meanings.push(value);
                at = end;
            }
            None if pieces.get(at).is_some_and(|w| is_filler(w)) => at += 1,
            // `Completed on Nov 18`: the day changes nothing, but it is worth keeping.
            None if pieces.get(at).is_some_and(|w| super::deadline::is_day_word(w)) => {
                dated = true;
                at += 1;
            }
            None => {
                meanings.clear();
                break;
            }
        }
    }
    if let Some(value) = meanings.first().copied()
        && meanings.iter().all(|m| *m == value)
    {
        return Some(Choice { value, said_more: dated });
    }
    // `High (customer is waiting)`: what stands in brackets explains.
    let (before, rest) = cell.split_once(['(', '['])?;
    let value = exact(&super::words::bare(before))?;
    (!rest.trim().is_empty()).then_some(Choice { value, said_more: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_is_written_as_it_is_compared_and_means_one_thing() {
        for list in [STATUS, PRIORITY] {
            let mut seen = std::collections::HashSet::new();
            for word in list.iter().flat_map(|(_, words)| words.split(", ")) {
                assert_eq!(word, bare(word));
                assert!(seen.insert(word), "{word} means two things");
            }
        }
        for (list, allowed) in [(STATUS, sheet::column::STATUSES), (PRIORITY, sheet::column::PRIORITIES)] {
            assert!(list.iter().all(|(value, _)| allowed.contains(value)));
        }
    }

    #[test]
    fn a_status_is_known_by_synonym_language_sign_and_with_filler() {
        for (cell, value, said_more) in [
            ("Done", "Done", false),
            ("✅", "Done", false),
            ("✅ Completed", "Done", false),
            ("erledigt", "Done", false),
            ("[x]", "Done", false),
            ("Done (100%)", "Done", false),
            ("IN-PROGRESS", "In progress", false),
            ("🟡 In Progress (60%)", "In progress", false),
            ("En cours", "In progress", false),
            ("進行中", "In progress", false),
            ("Waiting on legal", "Blocked", true),
            ("Blocked by vendor", "Blocked", true),
            ("Blocked (vendor)", "Blocked", true),
            ("🔴", "Blocked", false),
            ("To-Do", "Not started", false),
            ("[ ]", "Not started", false),
            ("Almost done", "In progress", false),
            ("Completed on Nov 18", "Done", true),
        ] {
            assert_eq!(read_status(cell), Some(Choice { value, said_more }), "{cell}");
        }
        for cell in [
            "",
            "not done",
            "done?",
            "Done, pending deploy",
            "maybe",
            "🙂",
            "❌",
            "blocked?",
            "✅🔴",
            "Done or blocked",
        ] {
            assert_eq!(read_status(cell), None, "{cell}");
        }
    }

    #[test]
    fn a_priority_is_known_by_its_number_word_and_sign() {
        for (cell, value) in [
            ("P0", "Urgent"),
            ("p1 - High", "High"),
            ("High priority", "High"),
            ("🔴 High", "High"),
            ("Mittel", "Medium"),
            ("élevée", "High"),
            ("ASAP", "Urgent"),
            ("**Low**", "Low"),
            ("🔥", "Urgent"),
            ("高", "High"),
            ("P2/Medium", "Medium"),
        ] {
            assert_eq!(read_priority(cell).map(|c| c.value), Some(value), "{cell}");
        }
        for cell in ["", "1", "Medium-High", "P1/P2", "whenever", "not high"] {
            assert_eq!(read_priority(cell), None, "{cell}");
        }
    }
}
