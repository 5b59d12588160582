//! A document's text for other programs: Markdown, as far as it has words for what an editor makes.
use super::naming::label;
use yrs::{
    Any, Out, ReadTxn, Text, Xml, XmlElementRef, XmlFragment, XmlFragmentRef, XmlOut, XmlTextRef,
    types::text::YChange,
};

/// The lines of an editor's fragment. Documents are no deeper than `check` lets them become.
pub(super) fn lines<T: ReadTxn>(reading: &T, fragment: &XmlFragmentRef) -> Vec<String> {
    joined(fragment.children(reading).map(|node| block(reading, &node)))
}

/// Blocks with an empty line between them.
fn joined(blocks: impl Iterator<Item = Vec<String>>) -> Vec<String> {
    let mut lines = Vec::new();
    for block in blocks.filter(|block| !block.is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(block);
    }
    lines
}

fn block<T: ReadTxn>(reading: &T, node: &XmlOut) -> Vec<String> {
    let element = match node {
        XmlOut::Element(element) => element,
        XmlOut::Text(text) => return vec![inline(reading, text)],
        XmlOut::Fragment(fragment) => return lines(reading, fragment),
    };
    let children = || element.children(reading);
    match element.try_tag().map_or("", |tag| &**tag) {
        "heading" => vec![format!("{} {}", "#".repeat(level(reading, element)), words(reading, element))],
        "bulletList" | "taskList" => {
            children().flat_map(|item| item_lines("- ", block(reading, &item))).collect()
        }
        "orderedList" => {
            let numbered = children().zip(1..);
            numbered.flat_map(|(item, n)| item_lines(&format!("{n}. "), block(reading, &item))).collect()
        }
        "listItem" | "taskItem" => children().flat_map(|node| block(reading, &node)).collect(),
        "blockquote" => {
            let quoted = joined(children().map(|node| block(reading, &node)));
            quoted.into_iter().map(|line| format!("> {line}")).collect()
        }
        "codeBlock" => {
            let code: String = children().map(|node| plain(reading, &node)).collect();
            let mut lines = vec!["````".to_owned()];
            // Four marks hold a text with three; longer ones lose theirs.
            lines.extend(code.replace("````", "```").lines().map(str::to_owned));
            lines.push("````".into());
            lines
        }
        "horizontalRule" => vec!["---".into()],
        _ => vec![words(reading, element)],
    }
}

fn item_lines(marker: &str, lines: Vec<String>) -> Vec<String> {
    let rest = " ".repeat(marker.len());
    let numbered = lines.into_iter().enumerate();
    numbered.map(|(n, line)| format!("{}{line}", if n == 0 { marker } else { &rest })).collect()
}

fn level<T: ReadTxn>(reading: &T, element: &XmlElementRef) -> usize {
    let level = element.attributes(reading).find(|(name, _)| *name == "level").map(|(_, value)| value);
    let level = match level {
        Some(Out::Any(value)) => value.to_string().parse().unwrap_or(1.0),
        _ => 1.0,
    };
    (level as usize).clamp(1, 6)
}

/// Returns the text of an element, on one line.
fn words<T: ReadTxn>(reading: &T, element: &XmlElementRef) -> String {
    let word = |node: XmlOut| match node {
        XmlOut::Text(text) => inline(reading, &text),
        XmlOut::Element(inner) if inner.try_tag().is_some_and(|tag| &**tag == "hardBreak") => "<br>".into(),
        XmlOut::Element(inner) => match label(reading, &inner) {
            Some(name) => escaped(&format!("@{name}")),
            None => words(reading, &inner),
        },
        XmlOut::Fragment(_) => String::new(),
    };
    element.children(reading).map(word).collect()
}

/// A text with its marks.
fn inline<T: ReadTxn>(reading: &T, text: &XmlTextRef) -> String {
    let mut line = String::new();
    for run in text.diff(reading, YChange::identity) {
        let Out::Any(Any::String(said)) = run.insert else { continue };
        let mut said = escaped(&said);
        let marks = run.attributes.map(|marks| *marks).unwrap_or_default();
        for (mark, sign) in [("code", "`"), ("strike", "~~"), ("italic", "*"), ("bold", "**")] {
            if marks.get(mark).is_some_and(|value| *value != Any::Null) {
                said = format!("{sign}{said}{sign}");
            }
        }
        line.push_str(&said);
    }
    line
}

/// A text as it is.
fn plain<T: ReadTxn>(reading: &T, node: &XmlOut) -> String {
    let XmlOut::Text(text) = node else { return String::new() };
    let said = text.diff(reading, YChange::identity).into_iter().map(|run| match run.insert {
        Out::Any(Any::String(said)) => said.to_string(),
        _ => String::new(),
    });
    said.collect()
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
            '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
