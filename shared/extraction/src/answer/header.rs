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
         taak, attivita, titolo, zadanie, tytul, задача, название, タスク, タイトル, 任务, 標題, 标题, 件名, 작업, 제목",
    ),
    (
        Column::Description,
        "description, desc, details, detail, task description, what is to be done, notes, note, context, \
         comment, comments, remarks, summary, beschreibung, einzelheiten, notizen, bemerkung, descripcion, \
         detalles, notas, descricao, detalhes, descrizione, omschrijving, opis, описание, 詳細, 説明, 描述, 说明, 설명",
    ),
    (
        Column::Status,
        "status, state, stage, current status, task status, estado, situacao, statut, etat, zustand, stand, \
         stato, статус, 状態, ステータス, 状态, 狀態, 상태",
    ),
    (
        Column::Priority,
        "priority, prio, task priority, importance, urgency, severity, prioritat, dringlichkeit, wichtigkeit, \
         priorite, prioridad, prioridade, priorita, prioriteit, priorytet, приоритет, 優先度, 优先级, 優先級, 우선순위",
    ),
    (
        Column::Assignee,
        "assignee, assigned to, assigned, assignees, owner, owners, responsible, who, person, dri, lead, \
         responsible person, verantwortlich, verantwortliche, verantwortlicher, zustandig, bearbeiter, \
         responsable, asignado, asignado a, responsavel, assigne a, assigne, assegnatario, toegewezen aan, \
         osoba, исполнитель, ответственный, 担当者, 担当, 负责人, 負責人, 담당자",
    ),
    (
        Column::Deadline,
        "deadline, due, due date, due by, by when, target date, target, eta, when, date, end date, frist, \
         fallig, fallig am, falligkeit, termin, echeance, date limite, fecha limite, vencimiento, plazo, \
         prazo, data limite, scadenza, termin realizacji, срок, 期限, 締切, 締め切り, 截止日期, 마감일",
    ),
    (
        Column::Progress,
        "progress, progress %, % progress, % complete, % completed, %, % done, percent, percentage, \
         completion, completion %, percent complete, progress percent, progress 0 100, progress in %, \
         fortschritt, fortschritt %, fortschritt in %, avancement, progression, progres, progreso, avance, \
         progresso, voortgang, postep, прогресс, 進捗, 進捗率, 进度, 進度, 진행률",
    ),
    (
        Column::Blockers,
        "blockers, blocker, blocked by, impediments, impediment, obstacles, issues, risks, risk, \
         dependencies, blockers risks, risks blockers, blockers dependencies, blockaden, hindernisse, \
         blockierungen, hinderungsgrunde, blocages, obstacles blocages, bloqueos, bloqueadores, impedimentos, \
         obstaculos, blocchi, belemmeringen, blokady, блокеры, препятствия, ブロッカー, 障害, 阻碍, 阻塞, 장애물",
    ),
    (
        Column::Source,
        "source, sources, source message, source messages, source ids, message, messages, message id, message \
         ids, msg, msgs, msg id, msg ids, ids, references, reference, refs, ref, citation, citations, \
         evidence, quelle, quellen, fuente, fuentes, origen, fonte, fontes, fonti, bron, bronnen, zrodlo, \
         источник, источники, 出典, ソース, 来源, 來源, 출처",
    ),
];

/// The column of that name, if it is one.
pub(crate) fn column_named(name: &str) -> Option<Column> {
    rank(&bare(name)).map(|(column, _)| column)
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

/// Column and how far down its list of names the match stands.
fn rank(name: &str) -> Option<(Column, usize)> {
    RANKS.get(name).copied()
}

/// The columns of a header row, or `None` if it is none.
///
/// A header names the title and another column, or three columns. Where two cells name one column, its better
/// known name wins and the other is an extra.
pub(crate) fn read<S: AsRef<str>>(cells: &[S]) -> Option<Mapping> {
    let ranked: Vec<Option<(Column, usize)>> = cells
        .iter()
        .map(|c| {
            let cell = c.as_ref();
            // Prose is no header, and not worth folding.
            if cell.len() > MAX_NAME_BYTES { None } else { rank(&bare(cell)) }
        })
        .collect();
    let named = ranked.iter().flatten().count();
    let filled = cells.iter().filter(|c| !c.as_ref().trim().is_empty()).count();
    // A row of data may hold the word "Done" or "Issue"; a header consists of little else than names.
    if named < 2 || named * 2 < filled {
        return None;
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
    let has_title = mapping.contains(&Some(Column::Title));
    (columns >= 3 || (has_title && columns >= 2)).then_some(mapping)
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
        assert_eq!(read("Status|Meaning"), None);
        assert_eq!(read("Fix the issue|In progress|High|Ana"), None);
        assert_eq!(read("Review|Status of audit|Title page"), None);
    }
}
