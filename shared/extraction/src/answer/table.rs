//! Tables: GFM or anything near it, tabs, CSV; with or without a header, whole or cut.
use super::{
    Context, Notes, RawRow,
    align::{self, Judge},
    cell,
    group::{self, Group, Groups},
    header::{self, Mapping},
    split::{self, Line, MAX_CELLS, Separator},
};
use sheet::{Column, limits::MAX_ROWS};

/// Lines that one row may run on for when a model breaks a line inside a cell.
const MAX_CONTINUATION: usize = 8;
/// Rows after which the rest is not even placed: some of the first may yet turn out to be empty.
const MAX_PLACED: usize = MAX_ROWS * 2;
/// Cells from which a line without any header is looked at as a row.
const MIN_HEADERLESS: usize = 6;

/// What reads tables line by line.
pub(crate) struct Reader<'a> {
    context: &'a Context,
    judge: Judge<'a>,
    /// The columns of the table at hand.
    mapping: Option<Mapping>,
    /// A table of something else (a legend, a count): its rows are no tasks.
    foreign: bool,
    separator: Separator,
    /// Rows of this table begin and end with a pipe.
    opens: bool,
    closes: bool,
    /// A blank line or prose came since the last row.
    apart: bool,
    /// What the headings above the table say.
    groups: Groups,
    /// What the row above says that is a heading within the table: `| **Done** | | | |`.
    section: Option<Group>,
    pub(crate) rows: Vec<RawRow>,
    /// Lines that were taken as part of a table: they are no summary.
    pub(crate) saw_table: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(context: &'a Context, judge: Judge<'a>) -> Self {
        Self {
            context,
            judge,
            mapping: None,
            foreign: false,
            separator: Separator::Pipe,
            opens: true,
            closes: true,
            apart: false,
            groups: Groups::default(),
            section: None,
            rows: Vec::new(),
            saw_table: false,
        }
    }

    /// Reads all lines of an answer.
    pub(crate) fn read(&mut self, text: &str, notes: &mut Notes) {
        let lines: Vec<&str> = text.lines().map(|l| l.trim_end_matches('\r')).map(unquote).collect();
        let last = lines.iter().rposition(|l| !l.trim().is_empty()).unwrap_or(0);
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let number = at + 1;
            at += 1;
            if line.trim().is_empty() || is_fence(line) {
                self.apart = true;
                self.foreign &= !line.trim().is_empty();
                continue;
            }
            if split::is_rule(line) {
                continue;
            }
            let next_is_rule = lines.get(at).is_some_and(|l| {
                split::is_rule(l)
                    && l.contains(['-', '─', '═', '=', '—', '–'])
                    && (split::has_pipe(l) || l.contains('+'))
            });
            if self.separator == Separator::Pipe || self.mapping.is_none() || next_is_rule {
                let joined = self.continued(&lines, at, number);
                let (line, used) = joined.as_ref().map_or((*line, 0), |(text, used)| (text.as_str(), *used));
                if split::has_pipe(line) && !(self.separator == Separator::Tab && line.contains('\t')) {
                    at += used;
                    self.pipe_line(line, number, next_is_rule, at > last, notes);
                    continue;
                }
            }
            let joined = self.quoted_on(&lines, at, line);
            let (line, used) = joined.as_ref().map_or((*line, 0), |(text, used)| (text.as_str(), *used));
            at += used;
            self.other_line(line, number, at > last, notes);
        }
    }

    /// A line of CSV with the lines that its quoted cell runs on to (RFC 4180 2.6).
    fn quoted_on(&self, lines: &[&str], next: usize, first: &str) -> Option<(String, usize)> {
        let Separator::Comma(by) = self.separator else { return None };
        if !split::is_quote_open(first, by) {
            return None;
        }
        let mut text = first.to_owned();
        for (used, line) in lines.iter().skip(next).take(MAX_CONTINUATION).enumerate() {
            text.push('\n');
            text.push_str(line);
            if !split::is_quote_open(&text, by) {
                return Some((text, used + 1));
            }
        }
        None
    }

    /// The row at hand with the lines it runs on to, when a later line closes it and neither begins a row.
    fn continued(&self, lines: &[&str], next: usize, number: usize) -> Option<(String, usize)> {
        let first = lines.get(number - 1)?;
        let want = self.mapping.as_ref()?.len();
        let row = split::pipes(first, false)?;
        if !(self.closes && self.opens && row.opened) || row.closed {
            return None;
        }
        let mut text = (*first).to_owned();
        let mut blank = false;
        for (used, line) in lines.iter().skip(next).take(MAX_CONTINUATION).enumerate() {
            blank |= line.trim().is_empty();
            if line.trim_start().starts_with(['|', '#'])
                || is_fence(line)
                || (split::is_rule(line) && !line.trim().is_empty())
            {
                return None;
            }
            text.push('\n');
            text.push_str(line);
            let whole = split::pipes(&text, false)?;
            // Across a blank line only what makes the row whole belongs to it.
            if whole.closed && if blank { whole.cells.len() == want } else { whole.cells.len() <= want } {
                return Some((text, used + 1));
            }
        }
        None
    }

    fn pipe_line(&mut self, line: &str, number: usize, next_is_rule: bool, is_last: bool, notes: &mut Notes) {
        let Some(mut row) = split::pipes(line, false) else {
            notes.drop(number, format!("more than {MAX_CELLS} cells"));
            return;
        };
        // Of two kinds of pipes those without blanks are text, if that gives exactly the row that was asked for.
        let as_cells = |row: &Line| row.cells.iter().map(|c| cell::clean(c)).collect::<Vec<String>>();
        if let Some(mapping) = &self.mapping
            && !align::is_exact(&as_cells(&row), mapping, &self.judge)
            && let Some(padded) = split::padded(line)
            && align::is_exact(&as_cells(&padded), mapping, &self.judge)
        {
            notes.warn(format!("line {number}: an unescaped | stood inside a cell; its parts were joined"));
            row = padded;
        }
        // A pipe in a code span is text, unless GFM's way (it parts cells even there) gives a row that fits better.
        let standard = header::standard();
        let mapping = self.mapping.as_ref().unwrap_or(&standard);
        if row.cells.len() != mapping.len()
            && let Some(gfm) = split::pipes(line, true).filter(|r| r.cells.len() == mapping.len())
            && align::is_exact(&as_cells(&gfm), mapping, &self.judge)
        {
            row = gfm;
        }
        self.row(row, number, next_is_rule, is_last, Separator::Pipe, notes);
    }

    /// A line without pipes: tabs, CSV, or prose.
    fn other_line(&mut self, line: &str, number: usize, is_last: bool, notes: &mut Notes) {
        let known = self.mapping.is_some();
        self.groups.heading(line, self.judge.people);
        if line.contains('\t')
            && let Some(row) = split::tabs(line)
        {
            let is_header = header::read(&row.cells).is_some();
            if is_header || (known && self.separator == Separator::Tab) || row.cells.len() >= MIN_HEADERLESS {
                return self.row(row, number, false, is_last, Separator::Tab, notes);
            }
        }
        for by in [',', ';'] {
            if !line.contains(by) {
                continue;
            }
            let Some(row) = split::csv(line, by) else { continue };
            // A quote without an end: nobody can tell where its cell ends.
            if known && self.separator == Separator::Comma(by) && split::is_quote_open(line, by) {
                return notes.lose(
                    number,
                    "a quote without an end, so its cells cannot be told apart".into(),
                    &row.cells,
                );
            }
            let is_header = header::read(&row.cells).is_some_and(|m| {
                let named = m.iter().flatten().count();
                named >= 4 || (named == 3 && m.len() == 3)
            });
            if is_header
                || (known
                    && self.separator == Separator::Comma(by)
                    && row.cells.len() * 2 > self.mapping.as_ref().map_or(0, Vec::len))
            {
                return self.row(row, number, false, is_last, Separator::Comma(by), notes);
            }
        }
        self.apart = true;
    }

    /// One line of cells: a header, a row, or neither.
    pub(crate) fn row(
        &mut self,
        row: Line,
        number: usize,
        next_is_rule: bool,
        is_last: bool,
        separator: Separator,
        notes: &mut Notes,
    ) {
        let mut cells: Vec<String> = row.cells.iter().map(|c| cell::clean(c)).collect();
        cell::spread_strike(&mut cells);
        if let Some(mapping) = header::read(&cells) {
            self.begin(mapping, &row, separator);
            return self.say_what_is_left_out(&cells, number, notes);
        }
        // A rule below a line that reads like a row of the table at hand is a grid's line or an empty row.
        let in_table = self.mapping.is_some() && (!self.apart || self.judge.evidence(&pad(&cells)) >= 2);
        if next_is_rule && cells.len() >= 2 && !in_table {
            if cells.len() == Column::ALL.len() {
                notes.warn(format!("line {number}: the header was not understood; its nine columns were taken in the sheet's order"));
                return self.begin(header::standard(), &row, separator);
            }
            // The first line of a table whose header is missing may stand right above the rule.
            if cells.iter().filter(|c| !c.is_empty()).all(|c| c.chars().count() <= 40)
                && self.judge.evidence(&pad(&cells)) < 2
            {
                notes.drop(number, format!("a table of something else: {}", cell::shown(&cells.join(", "))));
                self.foreign = true;
                self.mapping = None;
                return;
            }
        }
        if split::is_empty(&row.cells) {
            return;
        }
        if let Some(section) = self.section_of(&cells) {
            self.section = Some(section);
            return;
        }
        if self.foreign {
            return notes.drop(number, "a row of a table of something else");
        }
        self.body(&row, cells, number, is_last, separator, notes);
    }

    fn begin(&mut self, mapping: Mapping, row: &Line, separator: Separator) {
        self.saw_table = true;
        (self.opens, self.closes) = (row.opened, row.closed);
        (self.foreign, self.apart, self.separator) = (false, false, separator);
        self.section = None;
        self.mapping = Some(mapping);
    }

    fn say_what_is_left_out(&self, cells: &[String], number: usize, notes: &mut Notes) {
        let Some(mapping) = &self.mapping else { return };
        let extra: Vec<&str> = cells
            .iter()
            .zip(mapping)
            .filter(|(c, m)| m.is_none() && !is_counter(c))
            .map(|(c, _)| c.as_str())
            .collect();
        if !extra.is_empty() {
            notes.warn(format!(
                "line {number}: columns of no use were left out: {}",
                cell::shown(&extra.join(", "))
            ));
        }
    }

    fn body(
        &mut self,
        row: &Line,
        cells: Vec<String>,
        number: usize,
        is_last: bool,
        separator: Separator,
        notes: &mut Notes,
    ) {
        let standard = header::standard();
        let mapping = match &self.mapping {
            Some(mapping) => mapping,
            None => {
                let fits = cells.len() == standard.len()
                    || (cells.len() >= MIN_HEADERLESS && self.judge.evidence(&pad(&cells)) >= 2);
                if !fits {
                    if row.opened && cells.len() >= 3 {
                        notes.drop(number, format!("{} cells, and no header that names them", cells.len()));
                    }
                    return;
                }
                notes.warn(format!("line {number}: no header; the columns were taken in the sheet's order"));
                self.begin(standard.clone(), row, separator);
                self.mapping.as_ref().unwrap_or(&standard)
            }
        };
        let want = mapping.len();
        let unlike = separator == Separator::Pipe && self.opens && !row.opened;
        if (unlike || self.apart) && cells.len() * 2 < want.max(4) {
            // `Note: use a | b.` below a table is prose, `| Total | 2 |` a footer.
            if row.opened {
                notes.drop(
                    number,
                    format!("{} cells where the header has {want}, apart from the table", cells.len()),
                );
            }
            return;
        }
        if let Some(chained) = self.unchain(&cells, mapping) {
            notes.warn(format!("line {number}: {} rows stood on one line", chained.len()));
            chained.into_iter().for_each(|cells| self.push(number, cells));
            return;
        }
        let told = self.context.truncated && !(row.closed && cells.len() >= want);
        if is_last && separator == Separator::Pipe && (told || (self.closes && !row.closed))
            || (is_last && separator != Separator::Pipe && self.context.truncated)
        {
            return notes.drop(number, "the answer was cut off in this row");
        }
        self.apart = false;
        if self.rows.len() >= MAX_PLACED {
            return notes.drop(number, format!("a sheet holds {MAX_ROWS} rows"));
        }
        match align::place(&cells, mapping, &self.judge) {
            Ok((cells, warning)) => {
                if let Some(warning) = warning {
                    notes.warn(format!("line {number}: {warning}"));
                }
                self.push(number, cells);
            }
            Err(reason) => notes.lose(number, reason, &cells),
        }
    }
}

impl Reader<'_> {
    /// Whether a row is a heading that says something of the rows below it.
    pub(crate) fn is_section(&self, cells: &[String]) -> bool {
        let cells: Vec<String> = cells.iter().map(|c| cell::clean(c)).collect();
        self.section_of(&cells).is_some()
    }

    /// `| **Done** | | | |` in a table whose rows have a status: a heading, and no task.
    fn section_of(&self, cells: &[String]) -> Option<Group> {
        let mapping = self.mapping.as_ref()?;
        let mut filled = cells.iter().filter(|c| !cell::is_blank(c));
        let (only, None) = (filled.next()?, filled.next()) else { return None };
        let is_first = cells.iter().position(|c| !cell::is_blank(c)) == Some(0) && cells.len() >= 3;
        let group = group::of(only, self.judge.people).filter(|_| is_first)?;
        mapping.contains(&Some(group.0)).then_some(group)
    }

    /// A row, with what the headings above it say of columns that it leaves open.
    fn push(&mut self, line: usize, mut cells: align::Placed) {
        let mapping = self.mapping.as_deref().unwrap_or_default();
        let above = self.groups.of_row().filter(|(column, _)| !mapping.contains(&Some(*column)));
        for (column, value) in above.chain(&self.section) {
            if let Some(cell) = cells.get_mut(column.index()).filter(|c| cell::is_blank(c)) {
                cell.clone_from(value);
            }
        }
        self.rows.push(RawRow::new(line, cells));
    }

    /// `| a | b | | c | d |` under two columns: rows whose line break was lost, if each of them fits its columns.
    fn unchain(&self, cells: &[String], mapping: &Mapping) -> Option<Vec<align::Placed>> {
        let want = mapping.len();
        if cells.len() <= want || !(cells.len() + 1).is_multiple_of(want + 1) {
            return None;
        }
        let rows: Option<Vec<align::Placed>> = cells
            .chunks(want + 1)
            .map(|chunk| {
                let (row, gap) = chunk.split_at_checked(want)?;
                let (placed, _) = align::place(row, mapping, &self.judge).ok()?;
                (gap.iter().all(String::is_empty) && self.judge.evidence(&placed) > 0).then_some(placed)
            })
            .collect();
        rows
    }
}

/// The first nine cells, for judging a line that has no header.
fn pad(cells: &[String]) -> align::Placed {
    let mut placed = align::Placed::default();
    for (slot, cell) in placed.iter_mut().zip(cells) {
        slot.clone_from(cell);
    }
    placed
}

/// `#`, `No.` and the like: a column that only counts is not worth a word.
fn is_counter(name: &str) -> bool {
    matches!(
        super::words::bare(name).as_str(),
        "" | "#" | "no" | "nr" | "n" | "id" | "row" | "num" | "number" | "index"
    )
}

/// A line without the `>` of a quotation.
fn unquote(line: &str) -> &str {
    let mut rest = line.trim_start();
    // Deeper than any answer quotes; the bound keeps a megabyte of `>` linear.
    for _ in 0..3 {
        match rest.strip_prefix('>') {
            Some(inner) => rest = inner.trim_start(),
            None => break,
        }
    }
    if rest.len() == line.trim_start().len() { line } else { rest }
}

/// ```` ``` ```` or `~~~`, with or without a language.
pub(crate) fn is_fence(line: &str) -> bool {
    let line = line.trim();
    (line.starts_with("```") || line.starts_with("~~~")) && !split::has_pipe(line)
}
