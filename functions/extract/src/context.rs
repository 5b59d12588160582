//! What the prompt is given beside the messages: last week's open rows, and where people corrected the model.
use extraction::{answer::Row, prompt::Correction};
use sheet::{Column, Sheet, change::SYSTEM_ID};

/// Rows that are not done, as last week left them.
pub(crate) fn open_rows(sheet: &Sheet) -> Vec<Row> {
    let open = sheet
        .rows()
        .filter(|row| row.value(Column::Status) != "Done" && !row.value(Column::Title).is_empty());
    open.map(|row| {
        let mut copy = Row::default();
        for column in Column::ALL.into_iter().filter(|column| *column != Column::Source) {
            copy.set(column, row.value(column));
        }
        copy
    })
    .collect()
}

/// Cells in which a person replaced the model's value, most corrected column first.
pub(crate) fn corrections(sheet: &Sheet) -> Vec<Correction> {
    let mut found: Vec<Correction> = Vec::new();
    for row in sheet.rows() {
        for (column, cell) in &row.cells {
            match &cell.ai_value {
                Some(model) if **model != *cell.value && cell.author.as_str() != SYSTEM_ID => {
                    found.push(Correction {
                        title: row.value(Column::Title).to_owned(),
                        column: *column,
                        model: model.to_string(),
                        person: cell.value.to_string(),
                    })
                }
                _ => {}
            }
        }
    }
    let often = |column: Column, all: &[Correction]| all.iter().filter(|c| c.column == column).count();
    let counts: Vec<usize> = Column::ALL.iter().map(|column| often(*column, &found)).collect();
    found.sort_by_key(|correction| std::cmp::Reverse(counts[correction.column.index()]));
    found
}
