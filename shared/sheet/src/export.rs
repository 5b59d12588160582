//! The sheet for other programs: CSV, Markdown, JSON.
use crate::{column::Column, doc::DocName, model::Sheet, state::State};
use serde::Serialize;
use std::collections::BTreeMap;

/// A form of export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For spreadsheet programs: UTF-8 with a byte order mark, so that they read it as such, and safe against cells
    /// that they would run as formulas.
    Csv,
    /// For documents and chats.
    Markdown,
    /// The sheet as clients see it, and the documents' texts as Markdown.
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
pub fn export(state: &State, format: Format) -> Result<String, serde_json::Error> {
    match format {
        Format::Csv => Ok(csv(&state.sheet)),
        Format::Markdown => Ok(markdown(&state.sheet, &texts(state))),
        Format::Json => serde_json::to_string_pretty(&Whole { sheet: &state.sheet, texts: texts(state) }),
    }
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    sheet: &'a Sheet,
    texts: Texts,
}

type Texts = BTreeMap<DocName, String>;

/// What people read in the documents; one that does not read is left out.
fn texts(state: &State) -> Texts {
    let named = state.sheet.docs.keys().filter_map(|doc| Some((doc.clone(), state.document(doc)?)));
    named.filter_map(|(doc, document)| Some((doc, document.markdown().ok()?))).collect()
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

/// A text in which Markdown sees no signs of its own, on one line.
pub(crate) fn escaped(cell: &str) -> String {
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
}

fn markdown(sheet: &Sheet, texts: &Texts) -> String {
    let mut text = format!("# {}\n\n", escaped(&sheet.cycle_id));
    // What a person has written stands in the document alone.
    match texts.get(&DocName::summary()).filter(|summary| !summary.is_empty()) {
        Some(summary) => text.push_str(&format!("{summary}\n\n")),
        None if sheet.executive_summary.is_empty() => {}
        None => text.push_str(&format!("{}\n\n", escaped(&sheet.executive_summary))),
    }
    let names = Column::ALL.map(Column::as_str).join(" | ");
    text.push_str(&format!("| {names} |\n|{}\n", " --- |".repeat(Column::ALL.len())));
    for row in sheet.rows() {
        let cells = Column::ALL.map(|column| escaped(row.value(column))).join(" | ");
        text.push_str(&format!("| {cells} |\n"));
    }
    for row in sheet.rows() {
        if let Some(note) = texts.get(&DocName::notes(&row.task_id)).filter(|note| !note.is_empty()) {
            text.push_str(&format!("\n## {}\n\n{note}\n", escaped(row.value(Column::Title))));
        }
    }
    text
}
