//! What a heading says about the rows below it: `## In progress`, `**Ana Ruiz**`, `High priority:`.
use super::{cell, choice, people::Directory};
use sheet::Column;

/// A column that all rows of a group share, and their value in it.
pub(crate) type Group = (Column, String);

/// Headings of a text, outermost first, with what each says.
#[derive(Default)]
pub(crate) struct Groups {
    open: Vec<(usize, Option<Group>)>,
}

impl Groups {
    /// Takes a line as a heading, if it is one. One that is as high as an earlier one ends its group.
    pub(crate) fn heading(&mut self, line: &str, people: &Directory) {
        if let Some((level, text)) = heading(line) {
            self.open.retain(|(above, _)| *above < level);
            self.open.push((level, of(text, people)));
        }
    }

    /// What the headings above a row say, the nearest last.
    pub(crate) fn of_row(&self) -> impl Iterator<Item = &Group> {
        self.open.iter().filter_map(|(_, group)| group.as_ref())
    }
}

/// A heading's level, 1 for the highest, and its text.
fn heading(line: &str) -> Option<(usize, &str)> {
    /// Headings are short; a paragraph that ends in a colon is none.
    const MAX_BYTES: usize = 80;
    let line = line.trim();
    if line.is_empty() || line.len() > MAX_BYTES {
        return None;
    }
    let hashes = line.bytes().take_while(|b| *b == b'#').count();
    if (1..=6).contains(&hashes) {
        return Some((hashes, line.trim_matches('#').trim()));
    }
    let unmarked = line.trim_end_matches(':').trim();
    let bold = ["**", "__"].iter().find_map(|mark| unmarked.strip_prefix(mark)?.strip_suffix(mark));
    match bold {
        Some(text) => Some((7, text.trim_end_matches(':').trim())),
        None => line.ends_with(':').then_some((8, unmarked)),
    }
}

/// The group that a text names. `In progress (3)` and `Done ✅` say no more than their word.
pub(crate) fn of(text: &str, people: &Directory) -> Option<Group> {
    let text = cell::clean(text);
    let counted =
        text.trim_end_matches(|c: char| c.is_ascii_digit() || "()[]:".contains(c) || c.is_whitespace());
    for noun in ["", " tasks", " items", " work", " issues", " Tasks", " Items", " Work"] {
        let Some(name) = counted.strip_suffix(noun) else { continue };
        let plain =
            |choice: Option<choice::Choice>| choice.filter(|c| !c.said_more).map(|c| c.value.to_owned());
        if let Some(value) = plain(choice::read_status(name)) {
            return Some((Column::Status, value));
        }
        if let Some(value) = plain(choice::read_priority(name)) {
            return Some((Column::Priority, value));
        }
    }
    let is_person = !people.is_empty() && !counted.is_empty() && people.is_one(counted);
    is_person.then(|| (Column::Assignee, counted.to_owned()))
}
