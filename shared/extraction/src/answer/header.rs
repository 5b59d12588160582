//! Which column a header names: synonyms, languages, any order.
use super::words::bare;
use sheet::Column;
use std::{collections::HashMap, sync::LazyLock};

/// The columns of a table from left to right; `None` for one that is no column of a sheet.
pub(crate) type Mapping = Vec<Option<Column>>;

/// What a column is called, folded by [`bare`], better known names first. The first is the column's own.
const NAMES: [(Column, &str); 9] = [
    (
        Column::Title,
        "title, task, tasks, task title, task name, item, items, name, work item, topic, subject, action, \
         action item, activity, issue, what, ticket, deliverable, headline, story, feature, initiative, \
         aufgabe, titel, thema, vorgang, arbeitspaket, tache, titre, sujet, tarea, titulo, asunto, tarefa, \
         taak, attivita, titolo, zadanie, tytul, задача, название, タスク, タイトル, 任务, 標題, 标题, 件名, 작업, 제목, العنوان, المهمة, כותרת, משימה, baslık, gorev, uppgift, oppgave, opgave, ukol, nazov, nazev",
    ),
    (
        Column::Description,
        "description, desc, details, detail, task description, what is to be done, notes, note, context, \
         comment, comments, remarks, summary, beschreibung, einzelheiten, notizen, bemerkung, descripcion, \
         detalles, notas, descricao, detalhes, descrizione, omschrijving, opis, описание, 詳細, 説明, 描述, 说明, 설명, الوصف, תיאור, acıklama, beskrivning, beskrivelse, popis",
    ),
    (
        Column::Status,
        "status, state, stage, current status, task status, estado, situacao, statut, etat, zustand, stand, \
         stato, статус, 状態, ステータス, 状況, 進捗状況, 状态, 狀態, 상태, الحالة, סטטוס, מצב, durum, stav, tila",
    ),
    (
        Column::Priority,
        "priority, prio, task priority, importance, urgency, severity, prioritat, dringlichkeit, wichtigkeit, \
         priorite, prioridad, prioridade, priorita, prioriteit, priorytet, приоритет, 優先度, 优先级, 優先級, 우선순위, الأولوية, עדיפות, oncelik, prioritet, priorita uloh, prioriteetti",
    ),
    (
        Column::Assignee,
        "assignee, assigned to, assigned, assignees, owner, owners, responsible, who, person, dri, lead, \
         responsible person, verantwortlich, verantwortliche, verantwortlicher, zustandig, bearbeiter, \
         responsable, asignado, asignado a, responsavel, assigne a, assigne, assegnatario, toegewezen aan, \
         osoba, исполнитель, ответственный, 担当者, 担当, 负责人, 負責人, 담당자, المسؤول, المكلف, אחראי, sorumlu, atanan, ansvarig, ansvarlig, odpovedny, resitel, vastuuhenkilo",
    ),
    (
        Column::Deadline,
        "deadline, due, due date, due by, by when, target date, target, eta, when, date, end date, frist, \
         fallig, fallig am, falligkeit, termin, echeance, date limite, fecha limite, vencimiento, plazo, \
         prazo, data limite, scadenza, termin realizacji, срок, 期限, 締切, 締め切り, 期日, 截止日期, 마감일, الموعد النهائي, تاريخ الاستحقاق, תאריך יעד, מועד, son tarih, bitis tarihi, teslim tarihi, forfallodatum, forfallsdato, termin splneni, maaraaika",
    ),
    (
        Column::Progress,
        "progress, progress %, % progress, % complete, % completed, %, % done, percent, percentage, \
         completion, completion %, percent complete, progress percent, progress 0 100, progress in %, \
         fortschritt, fortschritt %, fortschritt in %, avancement, progression, progres, progreso, avance, \
         progresso, voortgang, postep, прогресс, 進捗, 進捗率, 进度, 進度, 진행률, التقدم, نسبة الإنجاز, התקדמות, ilerleme, framsteg, fremdrift, edistyminen",
    ),
    (
        Column::Blockers,
        "blockers, blocker, blocked by, impediments, impediment, obstacles, issues, risks, risk, \
         dependencies, blockers risks, risks blockers, blockers dependencies, blockaden, hindernisse, \
         blockierungen, hinderungsgrunde, blocages, obstacles blocages, bloqueos, bloqueadores, impedimentos, \
         obstaculos, blocchi, belemmeringen, blokady, блокеры, препятствия, ブロッカー, 障害, 阻碍, 阻塞, 장애물, العوائق, المعوقات, חסמים, engeller, hinder, hindringer, esteet",
    ),
    (
        Column::Source,
        "source, sources, source message, source messages, source ids, message, messages, message id, message \
         ids, msg, msgs, msg id, msg ids, ids, references, reference, refs, ref, citation, citations, \
         evidence, quelle, quellen, fuente, fuentes, origen, fonte, fontes, fonti, bron, bronnen, zrodlo, \
         источник, источники, 出典, ソース, 来源, 來源, 출처, المصدر, מקור, kaynak, kalla, kilde, zdroj, lahde",
    ),
];

/// The column of that name, if it is one.
pub(crate) fn column_named(name: &str) -> Option<Column> {
    rank(name).map(|(column, _)| column)
}

/// The column of that name, or of a name about it: `current_status`, `targetDueDate`.
pub(crate) fn column_like(name: &str) -> Option<Column> {
    column_named(name).or_else(|| by_words(name))
}

/// Beginnings of words that name a column wherever they stand last: `Fälligkeitsdatum`, `Current owner`.
const STEMS: [(Column, &str); 9] = [
    (
        Column::Title,
        "title, titel, titre, titulo, task, aufgabe, tarea, tarefa, tache, deliverable, workstream",
    ),
    (
        Column::Description,
        "description, beschreibung, descripcion, descricao, details, detail, notes, bemerkung, kommentar",
    ),
    (Column::Status, "status, zustand, estado, statut, etat"),
    (Column::Priority, "priorit, prio, priorid, urgenc, dringlichkeit, wichtigkeit"),
    (
        Column::Assignee,
        "assignee, owner, responsib, verantwort, zustandig, bearbeiter, responsa, encargad, asignad, person",
    ),
    (
        Column::Deadline,
        "deadline, due, duedate, fallig, frist, termin, echeance, vencim, prazo, eta, date, datum, fecha, data",
    ),
    (Column::Progress, "progress, fortschritt, avance, percent, prozent, pct, %"),
    (
        Column::Blockers,
        "blocker, blocking, blockade, impediment, hindernis, risk, risiken, bloqueo, obstac, dependenc",
    ),
    (Column::Source, "source, quelle, fuente, fonte, citation, evidence, reference, message, beleg, msgs"),
];

/// Words that make another column of a name: `Start date` is no deadline, and `Task ID` no title.
const OTHER: [&str; 34] = [
    "start",
    "started",
    "created",
    "create",
    "updated",
    "update",
    "opened",
    "closed",
    "completed",
    "reported",
    "id",
    "ids",
    "key",
    "number",
    "no",
    "nr",
    "count",
    "link",
    "url",
    "type",
    "category",
    "team",
    "project",
    "channel",
    "author",
    "reporter",
    "reviewer",
    "last",
    "since",
    "previous",
    "old",
    "actual",
    "parent",
    "begin",
];

fn by_words(name: &str) -> Option<Column> {
    let bare = bare(name);
    let words: Vec<&str> = bare.split(' ').collect();
    if words.len() > 5 || words.iter().any(|w| OTHER.contains(w)) {
        return None;
    }
    // The word that a name is about is its last, or the one before `of`.
    let about =
        match words.iter().position(|w| matches!(*w, "of" | "for" | "der" | "des" | "de" | "du" | "in")) {
            Some(at) => words.get(at.checked_sub(1)?)?,
            None => words.last()?,
        };
    let column = |(column, stems): &(Column, &str)| {
        stems
            .split(", ")
            .any(|stem| *about == stem || (stem.len() >= 5 && about.starts_with(stem)))
            .then_some(*column)
    };
    STEMS.iter().find_map(column)
}

/// Bytes of a header cell; the longest name has 29, marks around it included it stays far below.
const MAX_NAME_BYTES: usize = 80;

/// Each name's column, and how far down its list it stands.
static RANKS: LazyLock<HashMap<&str, (Column, usize)>> = LazyLock::new(|| {
    let ranked = |(column, names): &(Column, &'static str)| {
        let column = *column;
        names.split(", ").enumerate().map(move |(rank, name)| (name, (column, rank)))
    };
    NAMES.iter().flat_map(ranked).collect()
});

/// Ranks below all exact names.
const IN_PARTS: usize = 100;
const BY_WORDS: usize = 200;

/// Column and how far down its list of names the match stands.
fn rank(name: &str) -> Option<(Column, usize)> {
    let exact = |text: &str| RANKS.get(bare(text).as_str()).copied();
    if let Some(found) = exact(name) {
        return Some(found);
    }
    // `Assignee(s)`, `Deadline (YYYY-MM-DD)`: the text in brackets explains.
    let outside = name.split(['(', '[', '（', '<']).next().unwrap_or(name);
    if outside.len() < name.len()
        && let Some((column, rank)) = exact(outside)
    {
        return Some((column, IN_PARTS + rank));
    }
    // `Due / ETA`: several names of one column. Of several columns the first, for its values begin with it.
    let mut parts = outside
        .split(['/', '&', ',', '|', '+', '·', ':'])
        .flat_map(|p| p.split(" or "))
        .flat_map(|p| p.split(" and "));
    let (column, rank) = parts.find_map(exact)?;
    (outside.contains(['/', '&', ',', '|', '+', '·'])
        || outside.contains(" or ")
        || outside.contains(" and "))
    .then_some((column, IN_PARTS + rank))
}

/// Returns the columns of a header row, or `None` if the row is no header.
///
/// A header names the title and another column, or three columns. Where two cells name one column, its better
/// known name wins and the other is an extra. No column is lost because of one name: among known names one is understood
/// by its words, by its place in the sheet's order, or as the title that is missing.
pub(crate) fn read<S: AsRef<str>>(cells: &[S]) -> Option<Mapping> {
    // Prose is no header, and not worth folding.
    let name =
        |c: &S| -> Option<String> { (c.as_ref().len() <= MAX_NAME_BYTES).then(|| c.as_ref().to_owned()) };
    let names: Vec<Option<String>> = cells.iter().map(name).collect();
    let mut ranked: Vec<Option<(Column, usize)>> =
        names.iter().map(|name| name.as_deref().and_then(rank)).collect();
    let named = ranked.iter().flatten().count();
    let filled = cells.iter().filter(|c| !c.as_ref().trim().is_empty()).count();
    // A row of data may hold the word "Done" or "Issue"; a header consists of little else than names. Where it has the
    // columns' own names, `Title` and another, the others may be anything but values.
    let own = |column: Column| ranked.iter().flatten().any(|(c, rank)| *c == column && *rank == 0);
    let is_own = own(Column::Title)
        && Column::ALL.into_iter().filter(|c| own(*c)).count() >= 2
        && !cells.iter().any(|c| c.as_ref().bytes().any(|b| b.is_ascii_digit()));
    if named < 2 || (named * 2 < filled && !is_own) {
        return None;
    }
    for (slot, name) in ranked.iter_mut().zip(&names) {
        if slot.is_none() {
            *slot = name.as_deref().and_then(by_words).map(|column| (column, BY_WORDS));
        }
    }
    let mut mapping: Mapping = vec![None; cells.len()];
    let mut columns = 0;
    for column in Column::ALL {
        let of_column = ranked
            .iter()
            .enumerate()
            .filter_map(|(i, r)| r.filter(|(c, _)| *c == column).map(|(_, n)| (n, i)));
        if let Some((_, at)) = of_column.min()
            && let Some(slot) = mapping.get_mut(at)
        {
            *slot = Some(column);
            columns += 1;
        }
    }
    by_place(&mut mapping, &names);
    let has_title = mapping.contains(&Some(Column::Title));
    (columns >= 3 || (has_title && columns >= 2)).then_some(mapping)
}

/// Names that nobody knows, in a table whose other columns are known.
fn by_place(mapping: &mut Mapping, names: &[Option<String>]) {
    // Nine columns in the sheet's order: the others say what this one is.
    let known = mapping.iter().flatten().count();
    let in_order = mapping.len() == Column::ALL.len()
        && mapping.iter().zip(Column::ALL).all(|(found, own)| found.is_none_or(|c| c == own));
    if in_order && known >= 5 {
        *mapping = standard();
        return;
    }
    // Tasks have a title: without one it is the first column that is no counter.
    if known >= 2 && !mapping.contains(&Some(Column::Title)) {
        let is_name = |name: &Option<String>| {
            name.as_ref().is_some_and(|n| {
                let bare = bare(n);
                let words: Vec<&str> = bare.split(' ').collect();
                bare.chars().any(char::is_alphabetic) && !words.iter().any(|w| OTHER.contains(w))
            })
        };
        let first = mapping.iter().zip(names).position(|(column, name)| column.is_none() && is_name(name));
        // The second only behind a counter: `Risk, Likelihood, Owner` has no title.
        let counted = mapping.first().is_some_and(Option::is_none);
        let first = first.filter(|at| *at == 0 || (*at == 1 && counted));
        if let Some(slot) = first.and_then(|at| mapping.get_mut(at)) {
            *slot = Some(Column::Title);
        }
    }
}

/// The nine columns in the sheet's order: what a row without a header is read by.
pub(crate) fn standard() -> Mapping {
    Column::ALL.into_iter().map(Some).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_stands_once_and_as_it_is_compared() {
        let mut seen = std::collections::HashSet::new();
        for name in NAMES.iter().flat_map(|(_, names)| names.split(", ")) {
            assert_eq!(name, bare(name));
            assert!(seen.insert(name), "{name} names two columns");
        }
    }

    #[test]
    fn a_header_is_known_in_any_order_and_language_and_a_row_is_not_one() {
        let read = |line: &str| {
            read(&line.split('|').collect::<Vec<_>>())
                .map(|m| m.into_iter().map(|c| c.map(Column::as_str)).collect::<Vec<_>>())
        };
        assert_eq!(
            read("**Owner**|📌 Task|Due date:"),
            Some(vec![Some("assignee"), Some("title"), Some("deadline")])
        );
        assert_eq!(
            read("Aufgabe|Fällig am|Priorität"),
            Some(vec![Some("title"), Some("deadline"), Some("priority")])
        );
        assert_eq!(
            read("#|Title|Notes|Description"),
            Some(vec![None, Some("title"), None, Some("description")])
        );
        for (line, columns) in [
            ("Title|Status|Assignee(s)|Deadline (YYYY-MM-DD)", "title status assignee deadline"),
            ("Task / Title|Due / ETA|Owner(s)|Status", "title deadline assignee status"),
            ("Aufgabe / Titel|Fälligkeitsdatum|Verantwortliche(r)|Status", "title deadline assignee status"),
            ("Title|Current status|Target due date|Start date", "title status deadline -"),
            ("Workstream|Status|Owner|Due", "title status assignee deadline"),
            ("Task ID|Title|Status|Priority level", "- title status -"),
        ] {
            let got: Vec<&str> = read(line).unwrap().into_iter().map(|c| c.unwrap_or("-")).collect();
            assert_eq!(got.join(" "), columns, "{line}");
        }
        assert_eq!(read("Status|Meaning"), None);
        assert_eq!(read("Fix the issue|In progress|High|Ana"), None);
        assert_eq!(read("Review|Status of audit|Title page"), None);
    }
}
