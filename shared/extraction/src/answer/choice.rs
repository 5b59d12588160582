//! Statuses and priorities by their synonyms, in the words, languages and signs that models use.
use super::words::bare;
use regex::Regex;
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
         abgeschlossen, termine, terminee, fini, fait, acheve, hecho, completado, completada, terminado, terminada, \
         finalizado, feito, concluido, concluida, fatto, completato, klaar, afgerond, voltooid, gotowe, \
         zakonczone, ukonczone, shipped to prod, shipped to production, deployed to prod, deployed to production, live in \
         production, merged to main, done and deployed, done and dusted, signed off, готово, готов, закрыто, решено, сделано, выполнено, завершено, 完了, 完了済み, 済, 完成, 已完成, 已解决, 완료, fardig, ferdig, færdig, valmis, hotovo, dokonceno, tamamlandı, \
         виконано, مكتمل, הושלם, x",
    ),
    (
        "In progress",
        "in progress, inprogress, in process, wip, work in progress, ongoing, on going, started, doing, \
         active, under way, underway, in work, working, working on it, in review, under review, review, \
         reviewing, in code review, code review, under code review, pr open, pr in review, in pr, in development, in dev, developing, testing, in testing, in \
         test, in qa, qa, on track, partially done, partly done, partially complete, partially completed, \
         almost done, nearly done, almost complete, nearly complete, mostly done, half done, under \
         investigation, investigating, continuing, in flight, ready for review, deploying, rolling out, in \
         arbeit, in bearbeitung, begonnen, laufend, lauft, en cours, en curso, en progreso, en proceso, em \
         andamento, em progresso, in corso, bezig, w toku, в работе, в процессе, на проверке, en revision, em revisao, en revue, 進行中, 进行中, 対応中, 作業中, レビュー中, 审核中, 处理中, 작업중, 진행 중, \
         진행중, in prufung, in klarung, pagar, kesken, devam ediyor, в процесі, قيد التنفيذ, בתהליך",
    ),
    (
        "Blocked",
        "blocked, stuck, on hold, hold, waiting, paused, stalled, impeded, halted, suspended, blocked \
         externally, needs input, blockiert, wartet, wartend, pausiert, bloque, bloquee, en attente, \
         bloqueado, bloqueada, en espera, em espera, bloccato, in attesa, geblokkeerd, zablokowane, \
         заблокировано, заблокирован, в ожидании, на паузе, en pausa, wstrzymane, ブロック中, 保留, 停止中, 阻塞, 已阻塞, 受阻, 暂停, 차단됨, 보류, en pause, заблоковано",
    ),
    (
        "Not started",
        "not started, notstarted, not yet started, unstarted, not begun, to do, todo, to be done, open, \
         new, planned, backlog, queued, scheduled, upcoming, next up, proposed, ready, ready to start, \
         pending, 0, 0%, offen, nicht begonnen, nicht gestartet, noch nicht begonnen, geplant, neu, a faire, \
         pas commence, non commence, pendiente, por hacer, no iniciado, sin empezar, nao iniciado, a fazer, \
         pendente, da fare, non iniziato, niet gestart, nie rozpoczeto, do zrobienia, не начато, не начата, запланировано, 未着手, 未启动, 待处理, 未开始, \
         待办, 未開始, 시작 전, ikke startet, ikke pabegyndt, ej paborjad, не розпочато",
    ),
];

/// Numbers are read as `P0` to `P3`; a bare `1` could begin at either end and is not.
const PRIORITY: [(&str, &str); 4] = [
    (
        "Urgent",
        "urgent, critical, blocker, highest, immediate, immediately, asap, emergency, top, very high, \
         showstopper, p0, p 0, prio 0, sev0, sev 0, sev1, sev 1, severity 1, dringend, kritisch, sehr hoch, urgente, \
         critica, critico, critique, tres haute, muy alta, muito alta, molto alta, critica urgente, sehr dringend, pilne, spoed, acil, \
         срочно, срочный, критический, критичный, очень высокий, очень высокая, терміново, 緊急, 紧急, 緊急度高, 至急, 最高, 最優先, 最优先, \
         긴급, 매우 높음, عاجل",
    ),
    (
        "High",
        "high, major, important, elevated, p1, p 1, prio 1, priority 1, hi, sev2, sev 2, hoch, wichtig, \
         hohe, hoher, haute, elevee, eleve, alta, alto, hoog, hoge, hog, høj, høy, korkea, yuksek, wysoki, wysoka, vysoka, vysoky, \
         высокий, высокая, високий, severity 2, 高, 高い, 高优先级, 高優先度, 优先级高, 높음, عالية, גבוהה",
    ),
    (
        "Medium",
        "medium, med, mid, normal, moderate, average, standard, regular, default, p2, p 2, prio 2, priority \
         2, sev3, sev 3, mittel, moyenne, moyen, normale, media, medio, gemiddeld, sredni, srednia, mittlere, mittlerer, medel, middel, orta, stredni, средний, \
         средняя, середній, severity 3, 中, 中等, 中优先级, 中優先度, 普通, 보통, متوسطة, בינונית",
    ),
    (
        "Low",
        "low, minor, trivial, lowest, very low, nice to have, optional, lo, p3, p 3, p4, p 4, p5, prio 3, \
         priority 3, sev4, sev 4, niedrig, gering, basse, faible, baja, bajo, baixa, baixo, bassa, basso, \
         niedrige, niedriger, geringe, sehr niedrig, muy baja, muito baixa, molto bassa, tres basse, laag, lage, lag, lav, matala, dusuk, \
         niski, niska, nizka, nizky, низкий, низкая, очень низкий, низький, severity 4, 低, 低い, 低优先级, 低優先度, 낮음, منخفضة, נמוכה",
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

/// Words after a match that add nothing: `High priority`. A number is never one of them.
fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "on" | "since"
            | "priority"
            | "prio"
            | "status"
            | "now"
            | "yet"
            | "level"
            | "already"
            | "still"
            | "the"
            | "am"
            | "seit"
            | "prioritat"
            | "priorite"
            | "priorita"
            | "prioridad"
            | "prioridade"
            | "prioriteit"
            | "prioritet"
            | "priorytet"
            | "приоритет"
            | "优先级"
            | "優先度"
    )
}

/// Beginnings after which more may follow without changing the sense: `Blocked by legal`.
const OPEN_ENDED: [(&str, &str); 14] = [
    ("blocked by ", "Blocked"),
    ("blocked on ", "Blocked"),
    ("blocked due to ", "Blocked"),
    ("blocked until ", "Blocked"),
    ("blocked waiting ", "Blocked"),
    ("blocked pending ", "Blocked"),
    ("waiting for ", "Blocked"),
    ("waiting on ", "Blocked"),
    ("warten auf ", "Blocked"),
    ("wartet auf ", "Blocked"),
    ("on hold ", "Blocked"),
    ("stuck on ", "Blocked"),
    ("in progress ", "In progress"),
    ("not started ", "Not started"),
];

/// Words after which nobody knows any more what a cell says: `In progress, maybe`, `Done (not deployed)`.
const DOUBT: [&str; 44] = [
    "not",
    "no",
    "never",
    "longer",
    "isn",
    "wasn",
    "un",
    "maybe",
    "perhaps",
    "probably",
    "possibly",
    "likely",
    "unclear",
    "tbd",
    "tbc",
    "or",
    "but",
    "except",
    "was",
    "previously",
    "nicht",
    "kein",
    "noch",
    "pas",
    "vielleicht",
    "won",
    "wont",
    "duplicate",
    "rejected",
    "cancelled",
    "canceled",
    "almost",
    "nearly",
    "fast",
    "presque",
    "casi",
    "quase",
    "quasi",
    "bijna",
    "prawie",
    "почти",
    "partially",
    "partly",
    "teilweise",
];

/// Synonyms that are in any sentence about work, so that they do not contradict a word before them.
const WEAK: [&str; 32] = [
    "new",
    "open",
    "ready",
    "live",
    "active",
    "review",
    "test",
    "testing",
    "in test",
    "fixed",
    "hold",
    "x",
    "qa",
    "dev",
    "in dev",
    "working",
    "planned",
    "scheduled",
    "started",
    "closed",
    "released",
    "major",
    "important",
    "default",
    "regular",
    "standard",
    "average",
    "minor",
    "top",
    "normal",
    "optional",
    "mid",
];

/// Whether a priority says how soon and could be in a deadline as well.
pub(crate) fn is_haste(cell: &str) -> bool {
    matches!(bare(cell).as_str(), "asap" | "immediate" | "immediately" | "emergency")
}

#[expect(clippy::unwrap_used, reason = "constant patterns, compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}
/// `80% done`, `3/5 done`: a share, not the word after it.
static SHARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:about |approx\.? |ca\.? |~ ?|currently )?(?:(\d{1,3}(?:[.,]\d+)?) ?(?:%|percent|prozent|pct)|(\d{1,4}) ?(?:/|of|out of|von|de|sur) ?(\d{1,4})(?: (?:tasks|items|steps|points|subtasks|tickets))?) (?:are |is )?(?:done|complete|completed|finished|deployed|merged|shipped|migrated|implemented|resolved|fertig|erledigt|abgeschlossen|hecho|completado|termine|fait|feito|concluido|completato|fatto|gotowe|готово)$",
    )
});
static PERCENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(\d{1,3}(?:[.,]\d+)?) ?%|\b(\d{1,4}) ?/ ?(\d{1,4})\b"));
static SPACED_PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d) %"));
static DATE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d{4}-\d{2}-\d{2}\b"));

/// What a share says about the status: nothing, a part or all of it is done.
fn of_share(found: &regex::Captures<'_>) -> Option<&'static str> {
    let number = |i: usize| found.get(i).and_then(|m| m.as_str().replace(',', ".").parse::<f64>().ok());
    let (part, whole) = match (number(1), number(2), number(3)) {
        (Some(percent), ..) => (percent, 100.0),
        (_, Some(part), Some(whole)) => (part, whole),
        _ => return None,
    };
    match part {
        _ if whole <= 0.0 || part > whole => None,
        0.0 => Some("Not started"),
        _ if part < whole => Some("In progress"),
        _ => Some("Done"),
    }
}

/// Signs by the names that Slack and GitHub write in their place. Others stay as they are, for they may contradict.
const ALIASES: [(&str, &str); 25] = [
    (":white_check_mark:", "✅"),
    (":heavy_check_mark:", "✔"),
    (":ballot_box_with_check:", "☑"),
    (":checkered_flag:", "🏁"),
    (":tada:", "🎉"),
    (":arrows_counterclockwise:", "🔄"),
    (":construction:", "🚧"),
    (":hourglass:", "⌛"),
    (":hourglass_flowing_sand:", "⏳"),
    (":no_entry:", "⛔"),
    (":no_entry_sign:", "🚫"),
    (":octagonal_sign:", "🛑"),
    (":stop_sign:", "🛑"),
    (":double_vertical_bar:", "⏸"),
    (":white_large_square:", "⬜"),
    (":x:", "❌"),
    (":red_circle:", "🔴"),
    (":large_orange_circle:", "🟠"),
    (":large_yellow_circle:", "🟡"),
    (":yellow_circle:", "🟡"),
    (":large_green_circle:", "🟢"),
    (":green_circle:", "🟢"),
    (":fire:", "🔥"),
    (":rotating_light:", "🚨"),
    (":arrow_up:", "⬆"),
];

fn with_signs(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.matches(':').count() < 2 {
        return cell.into();
    }
    ALIASES.iter().fold(cell.to_owned(), |cell, (alias, sign)| cell.replace(alias, sign)).into()
}

/// The status a cell names.
pub(crate) fn read_status(cell: &str) -> Option<Choice> {
    let cell = &*with_signs(cell);
    if is_off(cell) {
        return None;
    }
    let cell = &*SPACED_PERCENT.replace_all(cell, "$1%");
    let (bare, folded) = (bare(cell), super::words::fold(cell));
    if cell.trim_start().starts_with(['-', '−']) && bare.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(found) =
        SHARE.captures(folded.trim_matches(|c: char| !c.is_alphanumeric() && !"%~".contains(c)))
    {
        let value = of_share(&found)?;
        return Some(Choice { value, said_more: value == "In progress" });
    }
    let found = read(cell, &bare, &STATUSES, &STATUS_SIGNS).or_else(|| {
        let (start, value) = *OPEN_ENDED.iter().find(|(start, _)| bare.starts_with(start))?;
        let rest = bare.get(start.len()..).unwrap_or_default();
        // A question is an open matter, and a second status contradicts the first.
        let is_plain = !cell.contains('?') && !contradicts(rest, &folded, value, &STATUSES);
        is_plain.then_some(Choice { value, said_more: true })
    })?;
    // `✅ In progress`: the sign says one thing and the words another. Coloured dots say how it goes, not how far it is.
    let contradicted = STATUS_SIGNS.iter().any(|(sign, value)| {
        cell.contains(sign)
            && *value != found.value
            && matches!(*sign, "✅" | "✔" | "☑" | "✓" | "🏁" | "⛔" | "🛑" | "🚫" | "⏸" | "[ ]" | "☐" | "⬜")
    });
    let crossed = found.value == "Done" && ["❌", "✗", "✘", "❎"].iter().any(|cross| cell.contains(cross));
    (!contradicted && !crossed).then_some(found)
}

/// The priority a cell names.
pub(crate) fn read_priority(cell: &str) -> Option<Choice> {
    let cell = &*with_signs(cell);
    let found = read(cell, &bare(cell), &PRIORITIES, &PRIORITY_SIGNS)?;
    // `🔴 Low`, `🟢 Urgent`: the sign is at the other end of the scale.
    let against: &[&str] = match found.value {
        "Low" => &["🔥", "🚨", "🔴", "🟠", "⬆"],
        "Urgent" | "High" => &["🟢", "⬇"],
        _ => &[],
    };
    let contradicted = against.iter().any(|sign| cell.contains(sign));
    (!contradicted && !is_off(cell)).then_some(found)
}

/// Whether a sign says that a value is not quite meant: `P2+`, `High-`, `≥ Medium`. `~80% done` is a part, however large.
fn is_off(cell: &str) -> bool {
    let cell = cell.trim();
    let before = cell.trim_end_matches(['+', '-', '−', '–']);
    let said = cell.trim_start_matches(['≥', '≤', '≈', '~']).trim_start();
    (before.len() < cell.len() && before.ends_with(char::is_alphanumeric))
        || (said.len() < cell.len() && !said.starts_with(|c: char| c.is_ascii_digit()))
}

/// Whether words after a value say something else than it does.
fn contradicts(rest: &str, folded: &str, value: &str, synonyms: &Synonyms) -> bool {
    if PERCENT
        .captures_iter(folded)
        .any(|found| of_share(&found).is_some_and(|share| share != value && value != "Blocked"))
    {
        return true;
    }
    let words: Vec<&str> = rest.split(' ').collect();
    let says_else = |from: usize| {
        (from + 1..=words.len().min(from + 4)).any(|end| {
            let text = words.get(from..end).unwrap_or_default().join(" ");
            synonyms.get(text.as_str()).is_some_and(|other| *other != value && !WEAK.contains(&text.as_str()))
        })
    };
    words.iter().any(|w| DOUBT.contains(w)) || (0..words.len()).any(says_else)
}

fn read(cell: &str, bare: &str, synonyms: &Synonyms, signs: &[(&str, &'static str)]) -> Option<Choice> {
    // Longer than any synonym with its filler: prose.
    const MAX_BYTES: usize = 200;
    if cell.len() > MAX_BYTES || cell.contains('?') {
        return None;
    }
    let exact = |text: &str| synonyms.get(text).copied();
    // `~~Done~~ In progress`, `-5%`: what is struck out or below nothing is not said.
    if cell.contains("~~")
        || (bare.starts_with(|c: char| c.is_ascii_digit()) && cell.trim_start().starts_with(['-', '−']))
    {
        return None;
    }
    if let Some(value) = exact(bare) {
        return Some(Choice { value, said_more: false });
    }
    if bare.is_empty() || bare == "x" {
        let mut found = signs.iter().filter(|(sign, _)| cell.contains(sign)).map(|(_, value)| *value);
        let value = found.next()?;
        // A sign that nobody knows may contradict the one beside it.
        let rest = signs.iter().fold(cell.to_owned(), |rest, (sign, _)| rest.replace(sign, ""));
        let is_mark = |c: char| {
            c.is_whitespace() || c.is_ascii_punctuation() || c == '\u{fe0f}' || c == 'x' || c == 'X'
        };
        if !rest.chars().all(is_mark) {
            return None;
        }
        return found.all(|other| other == value).then_some(Choice { value, said_more: false });
    }
    if let Some(found) = all_mean_one(cell, synonyms) {
        return Some(found);
    }
    // `High (customer is waiting)`: the text in brackets explains, unless it says something else.
    let (before, rest) = cell.split_once(['(', '['])?;
    let value = exact(&super::words::bare(before))?;
    let inside = super::words::bare(rest);
    let is_plain = !inside.is_empty() && !contradicts(&inside, &super::words::fold(rest), value, synonyms);
    is_plain.then_some(Choice { value, said_more: true })
}

/// `P1 - High`, `Done (100%)`, `High priority`, `Completed on Nov 18`: all words mean the same, or nothing, or a day.
fn all_mean_one(cell: &str, synonyms: &Synonyms) -> Option<Choice> {
    let undated = DATE.replace_all(cell, " ");
    let bare = super::words::bare(&undated);
    let pieces: Vec<&str> = bare.split(' ').collect();
    let mut more = undated != cell;
    let mut value = None;
    let (mut day, mut numbers, mut at) = (more, 0, 0);
    while let Some(word) = pieces.get(at) {
        let longest = (at + 1..=pieces.len().min(at + 4))
            .rev()
            .find_map(|end| Some((*synonyms.get(pieces.get(at..end)?.join(" ").as_str())?, end)));
        let share = word.strip_suffix('%').and_then(|n| n.parse::<f64>().ok());
        match (longest, share) {
            (Some((meaning, end)), _) => {
                if value.replace(meaning).is_some_and(|before| before != meaning) {
                    return None;
                }
                at = end;
                continue;
            }
            // `In progress (60%)`: a part is done. The number is kept.
            (_, Some(percent))
                if percent > 0.0 && percent < 100.0 && synonyms.contains_key("in progress") =>
            {
                if value.replace("In progress").is_some_and(|before| before != "In progress") {
                    return None;
                }
                more = true;
            }
            _ if is_filler(word) => {}
            // The day changes nothing, but it is worth keeping.
            _ if super::deadline::is_day_word(word) => (day, more) = (true, true),
            _ if word.parse::<u8>().is_ok_and(|n| (1..=31).contains(&n)) => numbers += 1,
            _ => return None,
        }
        at += 1;
    }
    let value = value?;
    // A number is part of a day, or it is not understood.
    (numbers == 0 || (day && numbers == 1)).then_some(Choice { value, said_more: more })
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
            ("🟡 In Progress (60%)", "In progress", true),
            ("80% done", "In progress", true),
            ("3/5 done", "In progress", true),
            ("50% complete", "In progress", true),
            ("60% deployed", "In progress", true),
            ("100% done", "Done", false),
            ("0% complete", "Not started", false),
            ("In progress with Bob", "In progress", true),
            ("Code review", "In progress", false),
            ("Shipped to prod", "Done", false),
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
            "Done (80%)",
            "Done 80%",
            "Done (not deployed)",
            "Done 3",
            "Not Started (blocked)",
            "Not started, now in progress",
            "blocked until yesterday, now done",
            "In progress → done",
            "✅ In progress",
            "~~Done~~ In progress",
            "-5% done",
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
