//! Where a row goes: a key between its neighbours'.
use crate::{
    limits::MAX_POSITION_BYTES,
    model::{Row, Sheet},
    name::RowId,
    position,
};
use std::sync::Arc;

/// A key for the place below `after`, the top when none. An unknown `after` means the end.
///
/// When keys have grown long by insertions in one place, all rows get new keys first.
pub(crate) fn next_position(
    sheet: &mut Sheet,
    after: Option<&RowId>,
    moving: Option<&RowId>,
) -> Option<Arc<str>> {
    let key = |sheet: &Sheet| {
        let (lower, upper) = match after {
            Some(id) if sheet.row(id).is_none() => (sheet.last_position(), None),
            _ => sheet.gap(after, moving),
        };
        position::between(lower.as_deref(), upper.as_deref())
    };
    match key(sheet) {
        Some(key) if key.len() <= MAX_POSITION_BYTES => Some(key.into()),
        _ => {
            let rows: Vec<Arc<Row>> = sheet.rows().cloned().collect();
            for row in &rows {
                sheet.take_row(&row.task_id);
            }
            for (row, position) in rows.iter().zip(position::evenly(rows.len())) {
                sheet.put_row(Row { position: position.into(), ..Row::clone(row) });
            }
            key(sheet).map(Into::into)
        }
    }
}
