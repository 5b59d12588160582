//! The nine columns of a sheet and what may be in each. Every value is text, as the sheet shows it.
use crate::{limits::MAX_CELL_CODE_POINTS, sentences};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A column. The order is the sheet's, the prompt's and the export's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Column {
    /// What it is.
    Title,
    /// What is to be done.
    Description,
    /// One of [`STATUSES`], or empty.
    Status,
    /// One of [`PRIORITIES`], or empty.
    Priority,
    /// The people who do it.
    Assignee,
    /// An ISO date (`2026-11-27`), or text when nobody can date it.
    Deadline,
    /// A whole number from 0 to 100, as text; or empty.
    Progress,
    /// What stands in the way.
    Blockers,
    /// Ids of the messages it came from, `m3, m7`. Read-only: only an extraction writes it.
    Source,
}

/// What a status may be.
pub const STATUSES: [&str; 4] = ["Not started", "In progress", "Blocked", "Done"];
/// What a priority may be.
pub const PRIORITIES: [&str; 4] = ["Low", "Medium", "High", "Urgent"];

impl Column {
    /// All nine, in the sheet's order.
    pub const ALL: [Column; 9] = [
        Self::Title,
        Self::Description,
        Self::Status,
        Self::Priority,
        Self::Assignee,
        Self::Deadline,
        Self::Progress,
        Self::Blockers,
        Self::Source,
    ];

    /// Returns its name in ops, JSON and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Status => "status",
            Self::Priority => "priority",
            Self::Assignee => "assignee",
            Self::Deadline => "deadline",
            Self::Progress => "progress",
            Self::Blockers => "blockers",
            Self::Source => "source",
        }
    }

    /// Returns its place in the sheet, 0 to 8.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Checks that this column accepts `value`.
    ///
    /// The fold never rewrites a value: what a person typed is stored as it is or refused.
    ///
    /// # Errors
    /// [`ValueError`], which says what the column accepts.
    pub fn accepts(self, value: &str) -> Result<(), ValueError> {
        if value.chars().count() > MAX_CELL_CODE_POINTS {
            return Err(ValueError::TooLong(self));
        }
        if value.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(ValueError::Control(self));
        }
        let one_of = |choices: &'static [&'static str]| {
            if value.is_empty() || choices.contains(&value) {
                Ok(())
            } else {
                Err(ValueError::NotOneOf { column: self, choices })
            }
        };
        match self {
            Self::Status => one_of(&STATUSES),
            Self::Priority => one_of(&PRIORITIES),
            Self::Progress if !is_progress(value) => Err(ValueError::Progress),
            _ => Ok(()),
        }
    }
}

/// A value that a column does not accept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// The value is longer than a cell may be.
    #[error("{}", sentences::cell_length(.0, MAX_CELL_CODE_POINTS))]
    TooLong(Column),
    /// The value holds a control character.
    #[error("{}", sentences::cell_control(.0))]
    Control(Column),
    /// The column has a list of values, and this is not in it.
    #[error("{}", sentences::cell_choice(column, choices.join(", ")))]
    NotOneOf {
        /// The column.
        column: Column,
        /// The values that it takes.
        choices: &'static [&'static str],
    },
    /// The value is no percentage.
    #[error("{}", sentences::cell_progress())]
    Progress,
}

/// A word that names no column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a column is one of {}", Column::ALL.map(Column::as_str).join(", "))]
pub struct UnknownColumn;

/// `""`, or 0 to 100 in its one spelling.
fn is_progress(value: &str) -> bool {
    value.is_empty() || value.parse::<u8>().is_ok_and(|n| n <= 100 && n.to_string() == value)
}

/// One enumeration, so that a map by column lists its columns.
impl schemars::JsonSchema for Column {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Column".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "enum": Self::ALL.map(Self::as_str) })
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Column {
    type Err = UnknownColumn;
    fn from_str(name: &str) -> Result<Self, UnknownColumn> {
        Self::ALL.into_iter().find(|column| column.as_str() == name).ok_or(UnknownColumn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: X8
    #[test]
    fn each_column_takes_what_it_should_and_nothing_else() {
        for (column, value, good) in [
            (Column::Status, "In progress", true),
            (Column::Status, "in progress", false),
            (Column::Priority, "", true),
            (Column::Priority, "P1", false),
            (Column::Progress, "100", true),
            (Column::Progress, "101", false),
            (Column::Progress, "060", false),
            (Column::Progress, "+5", false),
            (Column::Deadline, "when the audit ends", true),
            (Column::Title, "two\nlines", true),
            (Column::Title, "bell\u{7}", false),
        ] {
            assert_eq!(column.accepts(value).is_ok(), good, "{column} {value:?}");
        }
        assert!(Column::Title.accepts(&"é".repeat(2_000)).is_ok(), "lengths count code points, not bytes");
        assert!(Column::Title.accepts(&"é".repeat(2_001)).is_err());
    }
}
