//! The sheet for other programs: CSV, Markdown, JSON.
use crate::{
    column::Column,
    doc::{DocName, markdown::escaped},
    model::Sheet,
    state::State,
};
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

/// The separator between the cells of a CSV file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Separator {
    /// As RFC 4180 has it.
    #[default]
    Comma,
    /// What Excel expects where the decimal sign is a comma: most of Europe and South America.
    Semicolon,
    /// Tab-separated values.
    Tab,
}

impl Separator {
    const ALL: [Self; 3] = [Self::Comma, Self::Semicolon, Self::Tab];

    /// By its name or its sign, also as a query has it (`%3B`).
    pub fn of(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "," | "%2c" | "comma" => Some(Self::Comma),
            ";" | "%3b" | "semicolon" => Some(Self::Semicolon),
            "\t" | "%09" | "tab" => Some(Self::Tab),
            _ => None,
        }
    }

    fn sign(self) -> char {
        char::from(self.byte())
    }

    fn byte(self) -> u8 {
        match self {
            Self::Comma => b',',
            Self::Semicolon => b';',
            Self::Tab => b'\t',
        }
    }
}

/// The sheet in a form; CSV with commas.
///
/// # Errors
/// If the sheet does not serialise, which no folded sheet does.
pub fn export(state: &State, format: Format) -> Result<String, serde_json::Error> {
    export_separated(state, format, Separator::default())
}

/// Returns the sheet in `format`; `separator` goes between the cells of CSV.
///
/// # Errors
/// If the sheet does not serialise, which no folded sheet does.
pub fn export_separated(
    state: &State,
    format: Format,
    separator: Separator,
) -> Result<String, serde_json::Error> {
    match format {
        Format::Csv => csv(&state.sheet, separator),
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

/// RFC 4180: every cell in quotes, CRLF between rows. What a spreadsheet program would run begins with an apostrophe.
fn csv(sheet: &Sheet, separator: Separator) -> Result<String, serde_json::Error> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator.byte())
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    let written = writer.write_record(Column::ALL.iter().map(|column| column.as_str())).and_then(|()| {
        sheet.rows().try_for_each(|row| {
            writer.write_record(Column::ALL.iter().map(|column| guarded(row.value(*column), separator)))
        })
    });
    // Memory takes every write; what cannot be is still no reason to panic.
    written.map_err(serde::ser::Error::custom)?;
    let bytes = writer.into_inner().map_err(serde::ser::Error::custom)?;
    let text = String::from_utf8(bytes).map_err(serde::ser::Error::custom)?;
    Ok(format!("\u{feff}{text}"))
}

/// Whether a field that begins with this sign is run, or has its sign taken off and is run. The fullwidth and small forms
/// are taken for the ASCII ones by programs in East Asian locales.
fn runs(sign: char) -> bool {
    matches!(
        sign,
        '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫'
    )
}

/// A cell of which no field begins with a sign that runs, whichever separator it is read with.
///
/// A program that takes another separator than the file's finds fields in the middle of a cell: after that separator and
/// after a line break, with or without quotes. There too an apostrophe stands before the sign; the file's own separator
/// needs none, because the cell's quotes hold. Spaces before `=` are passed over, as some programs trim them.
fn guarded(cell: &str, separator: Separator) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut begins = true;
    for (at, sign) in cell.char_indices() {
        if begins {
            let rest = cell.get(at..).unwrap_or_default();
            let first = rest.chars().find(|sign| *sign != '"');
            let trimmed = rest.trim_start_matches(['"', ' ', '\u{a0}', '\u{3000}']);
            if first.is_some_and(runs) || trimmed.starts_with(['=', '＝', '﹦']) {
                out.push('\'');
            }
        }
        out.push(sign);
        begins = matches!(sign, '\n' | '\r')
            || (Separator::ALL.iter().any(|other| other.sign() == sign) && separator.sign() != sign);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_each_cell_as_it_stands_in_the_sheet() {
        for (cell, markdown) in [
            ("~~old~~ new", r"\~\~old\~\~ new"),
            ("~5 h", r"\~5 h"),
            ("a|b", r"a\|b"),
            ("**bold** _it_ `code`", r"\*\*bold\*\* \_it\_ \`code\`"),
            ("[link](https://a.example)", r"\[link\](https://a.example)"),
            ("<b>&amp;", "&lt;b>&amp;amp;"),
            (r"C:\temp", r"C:\\temp"),
            ("two\nlines\tand a tab", "two<br>lines and a tab"),
            ("ünï 🚀 – plain", "ünï 🚀 – plain"),
        ] {
            assert_eq!(escaped(cell), markdown, "{cell}");
        }
    }

    #[test]
    fn no_field_runs_whichever_separator_it_is_read_with() {
        let cells = [
            "=1+1",
            "see notes\";=1+1;\"",
            "a;=1+1",
            "a\t=1+1",
            "a,=1+1",
            "a;\"=1+1\"",
            "a;\"\"\"=1",
            "a;+1;-1;@x",
            "a\n=1+1",
            "a\r=1+1",
            "＝1+1",
            "a;＋1",
            "﹦1",
            "a;  =1",
            "\";=1+1",
            ";;=1",
            "\"\"=1",
            " =1",
            "ends;",
            "ends\t",
        ];
        for own in Separator::ALL {
            let mut writer = csv::WriterBuilder::new()
                .flexible(true)
                .delimiter(own.byte())
                .quote_style(csv::QuoteStyle::Always)
                .from_writer(Vec::new());
            for first in cells {
                writer.write_record(cells.iter().map(|cell| guarded(cell, own))).unwrap();
                writer.write_record([first, "x"].map(|cell| guarded(cell, own))).unwrap();
                writer.flush().unwrap();
            }
            let file = writer.into_inner().unwrap();
            for read in Separator::ALL {
                let mut reader = csv::ReaderBuilder::new()
                    .delimiter(read.byte())
                    .has_headers(false)
                    .flexible(true)
                    .from_reader(file.as_slice());
                for field in reader
                    .records()
                    .flat_map(|record| record.unwrap().iter().map(str::to_owned).collect::<Vec<_>>())
                {
                    // A cell that ends with a separator leaves the file's own, or the row's end, to the next field.
                    let shown = field.trim_start_matches(['\r', '\n', '\t']);
                    assert!(!shown.starts_with(runs), "{own:?} read as {read:?}: {field:?}");
                    assert!(
                        !field.trim_start().starts_with(['=', '＝']),
                        "{own:?} read as {read:?}: {field:?}"
                    );
                }
            }
        }
    }

    #[test]
    fn ordinary_words_stay_as_they_are() {
        for cell in ["Ana, @ben", "a; b", "5 - 3 = 2", "done, +1 from Ben", "C:\\temp", "a\nb", "", "x=1"] {
            assert_eq!(guarded(cell, Separator::Comma), cell);
        }
        assert_eq!(guarded("- a\n- b", Separator::Comma), "'- a\n'- b");
    }
}
