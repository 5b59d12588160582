//! The sheet for other programs: CSV, Markdown, JSON.
use crate::{column::Column, model::Sheet};

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheet programs: UTF-8 with a byte order mark, so that they read it as such, and safe against cells
    /// that they would run as formulas.
    Csv,
    /// For documents and chats.
    Markdown,
    /// The sheet as clients see it.
    Json,
}

impl Format {
    /// By its name in a query or on a command line.
    pub fn of(word: &str) -> Option<Self> {
        match word {
            "csv" => Some(Self::Csv),
            "md" | "markdown" => Some(Self::Markdown),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Json => "application/json",
        }
    }

    /// The ending of a file of it.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Markdown => "md",
            Self::Json => "json",
        }
    }
}

/// The sheet in a form.
pub fn export(sheet: &Sheet, format: Format) -> Result<String, serde_json::Error> {
    match format {
        Format::Csv => Ok(csv(sheet)),
        Format::Markdown => Ok(markdown(sheet)),
        Format::Json => serde_json::to_string_pretty(sheet),
    }
}

/// RFC 4180. A cell that a spreadsheet program would take for a formula begins with an apostrophe.
fn csv(sheet: &Sheet) -> String {
    let mut text = String::from("\u{feff}");
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        for (n, cell) in cells.enumerate() {
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
            let guard = if runs { "'" } else { "" };
            let comma = if n == 0 { "" } else { "," };
            text.push_str(&format!("{comma}\"{guard}{}\"", cell.replace('"', "\"\"")));
        }
        text.push_str("\r\n");
    };
    line(&mut Column::ALL.iter().map(|column| column.as_str()));
    for row in sheet.rows() {
        line(&mut Column::ALL.iter().map(|column| row.value(*column)));
    }
    text
}

fn markdown(sheet: &Sheet) -> String {
    let escape = |cell: &str| {
        let mut out = String::with_capacity(cell.len());
        for c in cell.chars() {
            match c {
                '\n' => out.push_str("<br>"),
                '\t' => out.push(' '),
                '<' => out.push_str("&lt;"),
                '&' => out.push_str("&amp;"),
                '\\' | '|' | '`' | '*' | '_' | '[' | ']' => {
                    out.push('\\');
                    out.push(c);
                }
                c => out.push(c),
            }
        }
        out
    };
    let mut text = format!("# {}\n\n", escape(&sheet.cycle_id));
    if !sheet.executive_summary.is_empty() {
        text.push_str(&format!("{}\n\n", escape(&sheet.executive_summary)));
    }
    let names = Column::ALL.map(Column::as_str).join(" | ");
    text.push_str(&format!("| {names} |\n|{}\n", " --- |".repeat(Column::ALL.len())));
    for row in sheet.rows() {
        let cells = Column::ALL.map(|column| escape(row.value(column))).join(" | ");
        text.push_str(&format!("| {cells} |\n"));
    }
    text
}
