//! Which cell belongs to which column when a row does not simply have one cell a column.
//!
//! The rule: a value never lands in a wrong column. All the ways in which the cells could fall into the columns are looked
//! at together: neighbours that an unescaped pipe parted, an empty cell too many, a cell left out, two cells that changed
//! places. A way counts only if every cell is of its column's kind. If exactly one way is left, it is taken and said; if
//! there are none or several, the row is dropped.
use super::{
    cell, choice, citations, deadline,
    header::Mapping,
    people::{Assignee, Directory},
    progress,
};
use sheet::{Column, Week};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

/// Columns of a table whose rows are put in order. The widest table a model writes has a dozen; beyond it a row must
/// fit unchanged.
const MAX_COLUMNS: usize = 16;
/// Cells too many that are still put in order: two `||` in one row are four.
const MAX_BEYOND: usize = 4;
/// Rows of one answer that are put in order, a bound on time. An answer with more of them is no table.
const MAX_REPAIRS: usize = 2_000;

/// What cells are judged by.
pub(crate) struct Judge<'a> {
    week: Week,
    pub(crate) people: &'a Directory,
    repairs: Cell<usize>,
}

/// Words of a deadline that is no day: `when the audit ends`, `after launch`, `ongoing`.
const TIME_WORDS: [&str; 67] = [
    "when",
    "sometime",
    "every",
    "since",
    "within",
    "until",
    "till",
    "after",
    "before",
    "once",
    "by",
    "asap",
    "soon",
    "later",
    "now",
    "immediately",
    "immediate",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "quarter",
    "year",
    "end",
    "start",
    "mid",
    "early",
    "late",
    "next",
    "last",
    "this",
    "ongoing",
    "flexible",
    "continuous",
    "rolling",
    "recurring",
    "daily",
    "weekly",
    "monthly",
    "sprint",
    "milestone",
    "launch",
    "release",
    "phase",
    "overdue",
    "passed",
    "today",
    "tomorrow",
    "tonight",
    "yesterday",
    "morning",
    "afternoon",
    "evening",
    "noon",
    "open",
    "eta",
    "deadline",
    "date",
    "due",
    "nach",
    "vor",
    "bis",
    "wenn",
    "sobald",
    "laufend",
];

/// A row whose cells know their columns.
pub(crate) type Placed = [String; 9];

/// Why a row could not be put in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lost {
    pub(crate) reason: String,
    /// The cells that every way to read the row puts under the same column, and in the description the rest as it was
    /// written. `None` if there is no way at all, or no cell is certain.
    pub(crate) certain: Option<Box<Placed>>,
}

impl From<String> for Lost {
    fn from(reason: String) -> Self {
        Self { reason, certain: None }
    }
}

impl From<&str> for Lost {
    fn from(reason: &str) -> Self {
        reason.to_owned().into()
    }
}

/// A row in its columns, with a warning when that took a decision; or why it has none.
type Verdict = Result<(Placed, Option<String>), Lost>;

/// Puts cleaned cells under their columns. `Ok` with a warning when that took a decision.
pub(crate) fn place(cells: &[String], mapping: &Mapping, judge: &Judge<'_>) -> Verdict {
    let (have, want) = (cells.len(), mapping.len());
    if have == want && !judge.stands_wrong(cells, mapping) {
        return Ok((put(cells, mapping), None));
    }
    // `| Plan the offsite | |`: a title and nothing else. It is no slip of one or two cells.
    let only_first = cells.iter().skip(1).all(|c| cell::is_blank(c));
    if have * 2 < want && only_first && mapping.first() == Some(&Some(Column::Title)) {
        return Ok((put(cells, mapping), Some(counts(have, want) + "; the missing ones are empty")));
    }
    if want > MAX_COLUMNS || have > want + MAX_BEYOND || !judge.may_repair() {
        return Err((counts(have, want) + ", and no way to tell them apart").into());
    }
    let ways = Ways { cells, mapping, judge, kinds: RefCell::default() };
    let mut found = ways.all();
    let mut swapped = false;
    if have == want {
        for way in swaps(cells, mapping, judge) {
            if !found.contains(&way) {
                swapped = true;
                found.push(way);
            }
        }
    }
    match found.as_slice() {
        [one] if one.iter().take(2).all(String::is_empty) => {
            Err((counts(have, want) + ", and the title is none of them").into())
        }
        [one] => {
            let said = if swapped {
                "two cells stood in each other's columns; they were put back".to_owned()
            } else if have == want {
                "a cell was left out; the others were put under their columns".to_owned()
            } else if have < want {
                counts(have, want) + "; the missing ones are empty"
            } else if one.iter().any(|c| c.contains(" | ") && !cells.contains(c)) {
                "an unescaped | stood inside a cell; its parts were joined".to_owned()
            } else if *one == put(cells.get(..want).unwrap_or_default(), mapping) {
                return Ok((one.clone(), None));
            } else {
                "an empty cell too many was passed over".to_owned()
            };
            Ok((one.clone(), Some(said)))
        }
        [] if have > want => beyond(cells, mapping, judge),
        [] if have == want => Err("its cells stand under the wrong columns".into()),
        _ => Err(Lost {
            reason: counts(have, want) + ", and no single way to read them",
            // With as many cells as columns every cell may stand where it stands.
            certain: (have != want).then(|| ways.certain().map(Box::new)).flatten(),
        }),
    }
}

fn counts(have: usize, want: usize) -> String {
    format!("{have} cells where the header has {want}")
}

/// Whether cells fit their columns one to one, each of its column's kind.
pub(crate) fn is_exact(cells: &[String], mapping: &Mapping, judge: &Judge<'_>) -> bool {
    cells.len() == mapping.len()
        && cells.iter().zip(mapping).all(|(cell, column)| column.is_none_or(|c| judge.fits(c, cell)))
        && mapping
            .iter()
            .zip(cells)
            .all(|(column, cell)| *column != Some(Column::Title) || !cell::is_blank(cell))
}

fn put(cells: &[String], mapping: &Mapping) -> Placed {
    let mut placed = Placed::default();
    for (cell, column) in cells.iter().zip(mapping) {
        if let Some(slot) = column.and_then(|c| placed.get_mut(c.index())) {
            slot.clone_from(cell);
        }
    }
    placed
}

/// Cells beyond the header, where all before them fit and the last column is one that only what belongs to it can fill:
/// `… | m1, m5 | see also m9 |`.
fn beyond(cells: &[String], mapping: &Mapping, judge: &Judge<'_>) -> Verdict {
    let (first, extra) = cells.split_at(mapping.len());
    let last = mapping.last().copied().flatten().zip(first.last());
    let is_pinned = last.is_some_and(|(column, cell)| {
        !is_text(column) && !cell::is_blank(cell) && judge.kinds(cell).contains(&column)
    });
    if !is_pinned || judge.stands_wrong(first, mapping) {
        return Err((counts(cells.len(), mapping.len()) + ", and no single way to read them").into());
    }
    let text: Vec<String> = extra.iter().filter(|c| !cell::is_blank(c)).map(|c| cell::shown(c)).collect();
    let warning = format!("{} cells beyond the header were left out: {}", extra.len(), text.join(" | "));
    Ok((put(first, mapping), (!text.is_empty()).then_some(warning)))
}

/// The rows that two cells give when they change places, where each fits only then.
fn swaps(cells: &[String], mapping: &Mapping, judge: &Judge<'_>) -> Vec<Placed> {
    let mut found = Vec::new();
    let refuses =
        |at: usize, cell: &str| mapping.get(at).copied().flatten().is_some_and(|c| !judge.fits(c, cell));
    for a in 0..cells.len() {
        for b in a + 1..cells.len() {
            let (Some(left), Some(right)) = (cells.get(a), cells.get(b)) else { continue };
            // A text that may stand where it stands, though it looks like something else (a blocker called Ana), could be
            // meant; only a column that cannot hold its cell proves that the two changed places.
            let proves = |at: usize, cell: &str| {
                refuses(at, cell)
                    && mapping
                        .get(at)
                        .copied()
                        .flatten()
                        .is_some_and(|c| !is_text(c) && c != Column::Assignee)
            };
            let both = refuses(a, left) && refuses(b, right);
            let is_name_in_blockers = |at: usize, cell: &str| {
                mapping.get(at) == Some(&Some(Column::Blockers)) && judge.is_person(cell)
            };
            let plausible = is_name_in_blockers(a, left) || is_name_in_blockers(b, right);
            let proven = (both && !plausible) || proves(a, left) || proves(b, right);
            if !proven || refuses(a, right) || refuses(b, left) {
                continue;
            }
            let mut swapped = cells.to_vec();
            swapped.swap(a, b);
            if is_exact(&swapped, mapping, judge) {
                let placed = put(&swapped, mapping);
                if !found.contains(&placed) {
                    found.push(placed);
                }
            }
        }
    }
    found
}

/// Title, description and blockers hold any text.
fn is_text(column: Column) -> bool {
    matches!(column, Column::Title | Column::Description | Column::Blockers)
}

/// All the ways in which cells fall into columns, found column by column. Of each state only two different ways are kept:
/// one more than a row may have.
struct Ways<'a> {
    cells: &'a [String],
    mapping: &'a Mapping,
    judge: &'a Judge<'a>,
    /// Whether the cells from one to another, joined, fit a column.
    kinds: RefCell<HashMap<(usize, usize, usize), bool>>,
}

/// Which cells each column has so far: `(0, 0)` for none.
type Way = Vec<(usize, usize)>;
/// Cells used and columns left out so far.
type State = (usize, usize);

impl Ways<'_> {
    /// How many columns may be left out, and how many cells may be too many.
    fn slack(&self) -> (usize, usize) {
        let (have, want) = (self.cells.len(), self.mapping.len());
        match have.cmp(&want) {
            std::cmp::Ordering::Less => (want - have, 0),
            std::cmp::Ordering::Equal => (1, 1),
            std::cmp::Ordering::Greater => (0, have - want),
        }
    }

    /// The ways to fill a column after `used` cells: the cells it takes, `(0, 0)` if it is left out, and the state after it.
    fn steps(&self, column: usize, (used, missing): State) -> Vec<((usize, usize), State)> {
        let (have, want) = (self.cells.len(), self.mapping.len());
        let (max_missing, max_extra) = self.slack();
        // With as many cells as columns, a pipe too many and a cell left out would be two slips.
        let max_joined = if have > want { max_extra } else { 0 };
        let mut steps = Vec::new();
        // Cells too many so far.
        let extra = (used + missing).saturating_sub(column);
        if missing < max_missing {
            steps.push(((0, 0), (used, missing + 1)));
        }
        for skipped in 0..=max_extra.saturating_sub(extra) {
            let start = used + skipped;
            // Only empty cells are passed over.
            if skipped > 0 && !self.is_blank(start - 1) {
                break;
            }
            for more in 0..=max_joined.saturating_sub(extra + skipped) {
                let end = start + more + 1;
                if end <= have && self.fits(start, end, column) {
                    steps.push((self.normal(start, end, column), (end, missing)));
                }
            }
        }
        steps
    }

    /// Whether a state after the last column leaves nothing out.
    fn is_whole(&self, (used, missing): State) -> bool {
        let (have, (max_missing, max_extra)) = (self.cells.len(), self.slack());
        (used..have).all(|at| self.is_blank(at)) && missing <= max_missing && have - used <= max_extra
    }

    /// The cells that all ways, however many, put under one column.
    fn certain(&self) -> Option<Placed> {
        let want = self.mapping.len();
        let mut reached: Vec<BTreeSet<State>> = vec![BTreeSet::from([(0, 0)])];
        for column in 0..want {
            let next = reached
                .last()?
                .iter()
                .flat_map(|state| self.steps(column, *state))
                .map(|(_, to)| to)
                .collect();
            reached.push(next);
        }
        let mut good: BTreeSet<State> =
            reached.pop()?.into_iter().filter(|state| self.is_whole(*state)).collect();
        let mut way: Way = Vec::new();
        for column in (0..want).rev() {
            let (mut spans, mut before) = (BTreeSet::new(), BTreeSet::new());
            for state in reached.pop()? {
                for (span, _) in self.steps(column, state).into_iter().filter(|(_, to)| good.contains(to)) {
                    spans.insert(span);
                    before.insert(state);
                }
            }
            good = before;
            way.push(if spans.len() == 1 { spans.pop_first()? } else { (0, 0) });
        }
        way.reverse();
        let taken = |at: usize| way.iter().any(|(start, end)| (*start..*end).contains(&at));
        let rest: Vec<&str> = (0..self.cells.len())
            .filter(|at| !taken(*at) && !self.is_blank(*at))
            .filter_map(|at| self.cells.get(at).map(String::as_str))
            .collect();
        let mut placed = self.placed(&way);
        let is_any = placed.iter().any(|cell| !cell.is_empty());
        if let Some(text) = placed.get_mut(Column::Description.index()).filter(|_| !rest.is_empty()) {
            let before = if text.is_empty() { String::new() } else { format!("{text}\n") };
            *text = format!("{before}Written as: {}", rest.join(" | "));
        }
        is_any.then_some(placed)
    }

    fn all(&self) -> Vec<Placed> {
        let want = self.mapping.len();
        // By (cells used, columns that were left out), column by column.
        let mut states: HashMap<State, Vec<Way>> = HashMap::from([((0, 0), vec![Vec::new()])]);
        for column in 0..want {
            let mut next: HashMap<State, Vec<Way>> = HashMap::new();
            for (state, ways) in &states {
                for (cells, to) in self.steps(column, *state) {
                    add(&mut next, to, ways, cells);
                }
            }
            states = next;
        }
        let mut found: Vec<Placed> = Vec::new();
        for (state, ways) in states {
            if !self.is_whole(state) {
                continue;
            }
            for way in ways {
                let placed = self.placed(&way);
                if !found.contains(&placed) {
                    found.push(placed);
                }
            }
        }
        found
    }

    fn is_blank(&self, at: usize) -> bool {
        self.cells.get(at).is_some_and(|c| cell::is_blank(c))
    }

    /// Two ways that give one row are one way.
    fn normal(&self, start: usize, end: usize, column: usize) -> (usize, usize) {
        let unused = self.mapping.get(column).copied().flatten().is_none();
        if unused || (end - start == 1 && self.is_blank(start)) { (0, 0) } else { (start, end) }
    }

    /// Whether these cells, joined, are of that column's kind.
    fn fits(&self, start: usize, end: usize, column: usize) -> bool {
        if let Some(known) = self.kinds.borrow().get(&(start, end, column)) {
            return *known;
        }
        // A cell does not begin or end with a pipe of its own.
        let is_joined = end - start > 1;
        let cut = is_joined && (self.is_blank(start) || self.is_blank(end - 1));
        let fits = !cut
            && match self.mapping.get(column).copied().flatten() {
                None => !is_joined,
                Some(Column::Title) if self.is_blank(start) => self.cells.len() < self.mapping.len(),
                // A text that was cut in two has no part that is a name, a date, a number or an id by itself; it may have one
                // that is a status, and then there may be two ways to read the row.
                Some(column) if is_joined && is_text(column) => {
                    let parts = self.cells.get(start..end).unwrap_or_default();
                    let is_word = |kind: &Column| matches!(kind, Column::Status | Column::Priority);
                    parts.iter().all(|part| self.judge.kinds(part).iter().all(is_word))
                }
                // No status, date or number has a pipe in it.
                Some(Column::Status | Column::Priority | Column::Deadline | Column::Progress)
                    if is_joined =>
                {
                    false
                }
                Some(column) => self.judge.fits(column, &self.joined(start, end)),
            };
        self.kinds.borrow_mut().insert((start, end, column), fits);
        fits
    }

    fn joined(&self, start: usize, end: usize) -> String {
        let parts = self.cells.get(start..end).unwrap_or_default();
        // Between two pipes with nothing in between there is nothing to trim.
        parts.join(" | ").replace(" |  | ", " || ")
    }

    fn placed(&self, way: &Way) -> Placed {
        let mut placed = Placed::default();
        for ((start, end), column) in way.iter().zip(self.mapping) {
            if let Some(slot) = column.and_then(|c| placed.get_mut(c.index())).filter(|_| start != end) {
                *slot = self.joined(*start, *end);
            }
        }
        placed
    }
}

/// Keeps two different ways of a state.
fn add(states: &mut HashMap<State, Vec<Way>>, state: State, ways: &[Way], cells: (usize, usize)) {
    let kept = states.entry(state).or_default();
    for way in ways {
        let mut way = way.clone();
        way.push(cells);
        if kept.len() < 2 && !kept.contains(&way) {
            kept.push(way);
        }
    }
}

impl<'a> Judge<'a> {
    pub(crate) fn new(week: Week, people: &'a Directory) -> Self {
        Self { week, people, repairs: Cell::new(0) }
    }

    fn may_repair(&self) -> bool {
        self.repairs.set(self.repairs.get() + 1);
        self.repairs.get() <= MAX_REPAIRS
    }

    /// How many cells of typed columns hold what their column holds: whether a line without a header is a row at all.
    pub(crate) fn evidence(&self, placed: &Placed) -> i32 {
        let mut score = 0;
        for (column, cell) in Column::ALL.iter().zip(placed) {
            let (blank, typed) = (cell::is_blank(cell), !is_text(*column));
            score += match (blank, typed, self.fits(*column, cell)) {
                (true, ..) => -i32::from(*column == Column::Title),
                (false, true, true) => {
                    i32::from(*column != Column::Assignee || self.is_person(cell))
                        * (1 + i32::from(*column != Column::Deadline))
                }
                (false, true, false) if *column == Column::Assignee => 0,
                (false, _, false) => -2,
                (false, false, true) => 0,
            };
        }
        score
    }

    /// Whether a cell is of that column's kind. An empty one always is.
    fn fits(&self, column: Column, cell: &str) -> bool {
        if cell::is_blank(cell) || cell::is_ditto(cell) {
            return true;
        }
        if is_text(column) {
            return self.kinds(cell).is_empty();
        }
        if cell::is_unknown(cell) {
            return true;
        }
        match column {
            Column::Status => choice::read_status(cell).is_some(),
            Column::Priority => choice::read_priority(cell).is_some(),
            // `Done` is a progress, but as likely a status that stands in the wrong place.
            Column::Progress => {
                progress::read(cell, false).is_some() && !self.kinds(cell).contains(&Column::Status)
            }
            Column::Deadline => self.is_day(cell),
            Column::Source => is_citation(cell),
            _ if self.people.is_empty() => self.kinds(cell).is_empty(),
            _ => self.people.knows(cell),
        }
    }

    fn is_person(&self, cell: &str) -> bool {
        !self.people.is_empty() && self.people.knows(cell) && !cell::is_unknown(cell)
    }

    /// The typed columns to which a cell, alone, plainly belongs. None for text.
    fn kinds(&self, cell: &str) -> Vec<Column> {
        /// What belongs elsewhere is a word, a name or a date; longer cells are prose.
        const MAX_BYTES: usize = 60;
        if cell.len() > MAX_BYTES || cell::is_blank(cell) {
            return Vec::new();
        }
        let number = cell.trim_end_matches(['%', ' ']).replace(',', ".").parse::<f64>().is_ok();
        let mut kinds = Vec::new();
        let mut add = |is: bool, column| {
            if is {
                kinds.push(column);
            }
        };
        // A letter alone is a text as short as that, not the `x` of a box.
        let letter = cell.chars().count() == 1 && cell.chars().all(char::is_alphabetic) && cell.is_ascii();
        add(choice::read_status(cell).is_some_and(|c| !c.said_more) && !number && !letter, Column::Status);
        add(choice::read_priority(cell).is_some_and(|c| !c.said_more), Column::Priority);
        add(self.is_person(cell), Column::Assignee);
        add(self.is_day(cell), Column::Deadline);
        add(number || (cell.contains('%') && progress::read(cell, false).is_some()), Column::Progress);
        add(is_citation(cell) && cell.contains(['m', 'M']), Column::Source);
        kinds
    }

    /// Whether a row with a cell a column nevertheless has a cell that plainly belongs to another column, and that column
    /// has nothing of its own.
    fn stands_wrong(&self, cells: &[String], mapping: &Mapping) -> bool {
        let own =
            |column: Column| mapping.iter().position(|c| *c == Some(column)).and_then(|at| cells.get(at));
        // `Waiting for legal` is a status in so many words, and as likely a blocker.
        let in_words = |column: Column, c: &str| {
            column == Column::Status && choice::read_status(c).is_some_and(|c| c.said_more)
        };
        let lacks = |column: Column| {
            own(column).is_some_and(|c| cell::is_blank(c) || !self.fits(column, c) || in_words(column, c))
        };
        // A row in which a text is missing, and something that cannot be meant stands under the deadline or the assignee.
        let texts = [Column::Title, Column::Description, Column::Blockers];
        let lacks_text = texts.iter().any(|column| own(*column).is_some_and(|c| cell::is_blank(c)));
        let mut odd = false;
        for (cell, column) in cells.iter().zip(mapping) {
            let Some(column) = *column else { continue };
            // A number alone may be a message, unless the progress is what is missing.
            let bare = column == Column::Source && cell.parse::<u32>().is_ok() && lacks(Column::Progress);
            if cell::is_blank(cell) || (self.fits(column, cell) && !bare) {
                continue;
            }
            // `ASAP` is a priority, and what people write where they know no day.
            if column == Column::Deadline && choice::is_haste(cell) {
                continue;
            }
            if lacks_text && self.is_prose(column, cell) {
                return true;
            }
            odd |= !is_text(column);
            // A task may be called `Review` or `Testing`. Such a title changed places with a status only if something
            // stands where the status should be.
            let moved = |kind: Column| {
                lacks(kind) && !(column == Column::Title && own(kind).is_some_and(|c| cell::is_blank(c)))
            };
            if bare || self.kinds(cell).into_iter().any(|kind| kind != column && moved(kind)) {
                return true;
            }
        }
        odd && own(Column::Title).is_some_and(|title| cell::is_blank(title))
    }

    /// Whether a text under the deadline says nothing about time, or one under the assignee is longer than a name.
    fn is_prose(&self, column: Column, cell: &str) -> bool {
        // A list of words is no judge of a language that it does not know.
        if !cell.is_ascii() || cell.len() > 200 {
            return false;
        }
        let bare = super::words::bare(cell);
        match column {
            // `Reported twice this week` has a word of time in it, and says nothing of when.
            Column::Deadline => {
                let words: Vec<&str> = bare.split(' ').collect();
                let considered = if words.len() > 2 { 1 } else { words.len() };
                !words.iter().take(considered).any(|w| {
                    TIME_WORDS.contains(w)
                        || deadline::is_day_word(w)
                        || w.contains(|c: char| c.is_ascii_digit())
                })
            }
            Column::Assignee if !self.people.is_empty() => {
                bare.split(' ').count() > 3
                    && matches!(self.people.read(cell), Assignee::Text(text, _) if text == cell)
            }
            _ => false,
        }
    }

    fn is_day(&self, cell: &str) -> bool {
        let day = self.week.monday();
        let around = deadline::Around { week: self.week, earliest: None, latest: Some(day), day_first: None };
        deadline::read_in(cell, &around, Some(&jiff::tz::TimeZone::UTC)) != deadline::Reading::Text
    }
}

/// Nothing but ids.
fn is_citation(cell: &str) -> bool {
    let found = citations::read(cell);
    !found.ids.is_empty() && !found.other_text
}

/// The ids of the cells that hold nothing but ids, for a row that could not be read.
pub(crate) fn cited(cells: &[String]) -> Vec<String> {
    let mut ids = Vec::new();
    for cell in cells.iter().filter(|c| is_citation(c) && c.contains(['m', 'M'])) {
        for id in citations::read(cell).ids {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    ids
}
