//! A week in three numbers and one word.
use crate::{
    column::Column,
    model::{Origin, Row, Sheet},
    week::Week,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::stated::Health;

/// A sheet is off track when one in this many of its open rows is blocked or late.
pub const OFF_TRACK_SHARE: usize = 3;

/// Counts of a week's rows. A row without any value is not counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Numbers {
    /// Rows.
    pub rows: usize,
    /// Rows of status Done.
    pub done: usize,
    /// Rows of status Blocked.
    pub blocked: usize,
    /// Rows that are not done and whose deadline is a date that has passed.
    pub late: usize,
    /// Rows that are blocked or late: a row that is both counts once.
    #[serde(rename = "inTrouble")]
    pub in_trouble: usize,
    /// Rows that are blocked or late and of priority Urgent.
    #[serde(rename = "urgentInTrouble")]
    pub urgent_in_trouble: usize,
}

impl Numbers {
    /// Counts the rows of `sheet` as they were on the day `as_of` ([`judged_on`] says which day that is for a week).
    pub fn of(sheet: &Sheet, as_of: Date) -> Self {
        let mut numbers = Self::default();
        for row in sheet.rows().filter(|row| !is_empty(row)) {
            let is_blocked = row.value(Column::Status) == "Blocked";
            let is_late = is_late(row, as_of);
            let is_in_trouble = is_blocked || is_late;
            numbers.rows += 1;
            numbers.done += usize::from(is_done(row));
            numbers.blocked += usize::from(is_blocked);
            numbers.late += usize::from(is_late);
            numbers.in_trouble += usize::from(is_in_trouble);
            numbers.urgent_in_trouble +=
                usize::from(is_in_trouble && row.value(Column::Priority) == "Urgent");
        }
        numbers
    }

    /// Returns the number of rows that are not done.
    pub fn open(&self) -> usize {
        self.rows - self.done
    }
}

impl Health {
    /// Judges a sheet by its numbers. `None`: there is no row to judge.
    ///
    /// `is_complete` says whether the sheet was made from everything that there was to read ([`is_complete`]): a sheet that
    /// may lack rows is never on track.
    pub fn of(numbers: &Numbers, is_complete: bool) -> Option<Self> {
        if numbers.rows == 0 {
            return None;
        }
        let is_off = numbers.urgent_in_trouble > 0
            || (numbers.in_trouble > 0 && numbers.in_trouble * OFF_TRACK_SHARE >= numbers.open());
        Some(match (is_off, numbers.in_trouble > 0 || !is_complete) {
            (true, _) => Self::OffTrack,
            (false, true) => Self::AtRisk,
            (false, false) => Self::OnTrack,
        })
    }

    /// Returns the word that a person chose for the sheet; without one, the word that its numbers give.
    pub fn of_sheet(sheet: &Sheet, numbers: &Numbers) -> Option<Self> {
        let stated = sheet.stated_health.as_ref().map(|stated| stated.health);
        stated.or_else(|| Self::of(numbers, is_complete(sheet)))
    }

    /// Returns the words that people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::OnTrack => "On track",
            Self::AtRisk => "At risk",
            Self::OffTrack => "Off track",
        }
    }
}

/// Returns the day on which `week` is judged: today while it runs, its Sunday once it is over, its Monday before it begins.
pub fn judged_on(week: Week, today: Date) -> Date {
    let monday = week.monday();
    let sunday = week.plus(1).map_or(monday, |next| next.monday().yesterday().unwrap_or(monday));
    today.clamp(monday, sunday)
}

/// Returns whether the sheet was made from everything that there was to read. A sheet made without the model was not; one
/// that only people wrote was.
pub fn is_complete(sheet: &Sheet) -> bool {
    sheet.generation.as_ref().is_none_or(|made| made.origin != Some(Origin::Fallback))
}

/// Returns whether the row is not done and its deadline is a date before `as_of`. Text that is no ISO date is never late.
pub fn is_late(row: &Row, as_of: Date) -> bool {
    !is_done(row) && deadline(row).is_some_and(|date| date < as_of)
}

/// Returns the row's deadline if it is an ISO date (`2026-11-27`).
pub(super) fn deadline(row: &Row) -> Option<Date> {
    let text = row.value(Column::Deadline);
    (text.len() == 10).then(|| text.parse().ok()).flatten()
}

pub(super) fn is_done(row: &Row) -> bool {
    row.value(Column::Status) == "Done"
}

pub(super) fn is_empty(row: &Row) -> bool {
    Column::ALL.iter().all(|column| row.value(*column).is_empty())
}
