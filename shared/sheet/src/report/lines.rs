//! The report of a week in sentences, for posts and exports. Plain text: who shows it escapes it.
use super::{
    health::{Health, Numbers},
    since::{Comparison, Difference},
};
use crate::model::{Generation, Origin, Sheet};

/// Returns the numbers in a sentence: `12 rows: 3 done, 2 blocked, 1 late.`
pub fn numbers(numbers: &Numbers) -> String {
    let rows = if numbers.rows == 1 { "row" } else { "rows" };
    format!(
        "{} {rows}: {} done, {} blocked, {} late.",
        numbers.rows, numbers.done, numbers.blocked, numbers.late
    )
}

/// Returns what the sheet was made from and what was left out; first of all, when it was made without the model. `None`: no
/// extraction has ended.
pub fn coverage(sheet: &Sheet) -> Option<String> {
    let made = sheet.generation.as_ref()?;
    let from = match made.origin? {
        Origin::Empty => "Made from no messages: there were none.".to_owned(),
        Origin::Fallback => format!("Made without the model, straight from {}.", messages(made)),
        Origin::Sample => format!("Sample data: no model was asked. Made from {}.", messages(made)),
        Origin::Model => format!("Made from {}.", messages(made)),
    };
    Some([Some(from), made.note.clone()].into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// Returns how many rows differ from the week before, by kind: `Since 2026-W46: 2 finished, 1 slipped.` `None`: there is no
/// week before, or nothing differs.
pub fn since(comparison: &Comparison) -> Option<String> {
    let before = comparison.before.as_ref()?;
    let count = |is: fn(&Difference) -> bool| {
        comparison.rows.iter().filter(|row| row.differences.iter().any(is)).count()
    };
    let counts = [
        (count(|it| matches!(it, Difference::Finished)), "finished"),
        (count(|it| matches!(it, Difference::New)), "new"),
        (count(|it| matches!(it, Difference::Slipped { .. })), "slipped"),
        (count(|it| matches!(it, Difference::Blocked { weeks: 2.. })), "still blocked"),
        (count(|it| matches!(it, Difference::Reopened)), "reopened"),
        (count(|it| matches!(it, Difference::Owner { .. })), "with another owner"),
        (comparison.vanished.len(), "gone without being done"),
    ];
    let said: Vec<String> = counts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    (!said.is_empty()).then(|| format!("Since {before}: {}.", said.join(", ")))
}

/// Returns the lines that are above a sheet, in their order: health, numbers, what has changed, coverage. A sheet that was
/// not made from everything says so first.
pub fn head(sheet: &Sheet, comparison: &Comparison) -> Vec<String> {
    let week = comparison.trend.last();
    let health = week.and_then(|week| week.health).map(Health::label).map(|label| format!("{label}."));
    let numbers = week.map(|week| numbers(&week.numbers));
    let counted = [health, numbers].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let lines = [Some(counted), since(comparison), coverage(sheet)].into_iter().flatten();
    let mut lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    if !super::health::is_complete(sheet) {
        lines.rotate_right(1);
    }
    lines
}

fn messages(made: &Generation) -> String {
    match made.messages {
        1 => "1 message".to_owned(),
        n => format!("{n} messages"),
    }
}
