//! What has changed since last week, computed from the sheets of the weeks and from nothing else.
//!
//! Rows of two weeks are joined one to one: by lineage (`carriedFrom` names the row of the week before), then by equal
//! normalised titles in the order of the sheet. Citations join nothing: the ids of messages are numbered within a week.
use super::health::{self, Health, Numbers};
use crate::{
    column::Column,
    merge::normalised,
    model::{Row, Sheet},
    name::RowId,
    week::Week,
};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// Weeks that are compared at most: two months of trend. Of more, the latest are taken.
pub const MAX_WEEKS: usize = 8;

/// The weeks of one team, compared.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The week that is looked at, `2026-W47`.
    pub week: String,
    /// The week that it is compared with: the last one before it that has a sheet. `None`: there is none.
    pub before: Option<String>,
    /// The rows that differ from the week before, in the order of the sheet.
    pub rows: Vec<ChangedRow>,
    /// Rows of the week before that were not done and have no row in this week, in their order.
    pub vanished: Vec<VanishedRow>,
    /// The weeks in their order, the one that is looked at last.
    pub trend: Vec<TrendPoint>,
}

/// A row of the week with its differences from the week before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedRow {
    /// The row.
    pub task_id: RowId,
    /// Its title in the week that is looked at.
    pub title: String,
    /// The assignee in the week of the report.
    pub assignee: String,
    /// The id of the row of the week before, if there is one.
    pub before: Option<RowId>,
    /// By what the two rows were joined.
    pub joined_by: Option<JoinedBy>,
    /// The differences, in the order of [`Difference`]; never empty.
    pub differences: Vec<Difference>,
}

/// A row of the week before that this week does not have.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct VanishedRow {
    /// The row in the week before.
    pub task_id: RowId,
    /// Its title there.
    pub title: String,
    /// The assignee before.
    pub assignee: String,
}

/// By what two rows of two weeks were joined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum JoinedBy {
    /// The row says that it continues the other.
    Lineage,
    /// Their titles are the same words.
    Title,
}

/// One way in which a row differs from the week before.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Difference {
    /// There was no such row.
    New,
    /// It is done, and was not.
    Finished,
    /// It was done, and is not.
    Reopened,
    /// It is blocked; `weeks` counts this week and the weeks in a row before it.
    Blocked {
        /// At least 1.
        weeks: usize,
    },
    /// It was blocked, and is neither blocked nor done.
    Unblocked,
    /// Its deadline moved to a later day.
    Slipped {
        /// The deadline of the week before, an ISO date.
        from: String,
        /// The deadline now, an ISO date.
        to: String,
        /// Days between the two, at least 1.
        days: i32,
        /// Weeks in which this row's deadline moved to a later day, this week included.
        times: usize,
    },
    /// Its deadline moved to an earlier day.
    BroughtForward {
        /// The deadline of the week before, an ISO date.
        from: String,
        /// The deadline now, an ISO date.
        to: String,
        /// Days between the two, at least 1.
        days: i32,
    },
    /// Somebody else has it. Empty: nobody.
    Owner {
        /// The assignee before.
        from: String,
        /// The assignee now.
        to: String,
    },
    /// Its progress is another number. Empty progress counts as 0.
    Progress {
        /// Percent in the week before.
        from: u8,
        /// Percent now.
        to: u8,
    },
}

/// One week of a trend.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrendPoint {
    /// `2026-W47`.
    pub week: String,
    /// The week's numbers, judged on the week's own last day, or today while it runs.
    pub numbers: Numbers,
    /// The week's word; `None` without rows.
    pub health: Option<Health>,
    /// Rows whose deadline moved to a later day since the week before.
    pub slipped: usize,
    /// Rows that continue one of the week before.
    pub carried_over: usize,
}

/// Compares the weeks of one team. `weeks` are in their order, the one that is looked at last; `today` is the team's date.
/// `None` for no weeks. Costs one pass over the rows of each of the last [`MAX_WEEKS`] weeks.
pub fn compare(weeks: &[&Sheet], today: Date) -> Option<Comparison> {
    let weeks = &weeks[weeks.len().saturating_sub(MAX_WEEKS)..];
    let (last, earlier) = weeks.split_last()?;
    let joins: Vec<Joins> = weeks.windows(2).map(|pair| join(pair[0], pair[1])).collect();
    let mut trend = Vec::with_capacity(weeks.len());
    for (at, sheet) in weeks.iter().enumerate() {
        let pairs =
            at.checked_sub(1).and_then(|before| joins.get(before)).map(|joins| joins.pairs.as_slice());
        trend.push(trend_point(sheet, pairs.unwrap_or_default(), today));
    }
    let (rows, vanished) = match (earlier.last(), joins.last()) {
        (Some(before), Some(last)) => (changed(&last.pairs, &joins), vanished(before, &last.pairs)),
        _ => (Vec::new(), Vec::new()),
    };
    let before = earlier.last().map(|sheet| week_of(sheet).to_owned());
    Some(Comparison { week: week_of(last).to_owned(), before, rows, vanished, trend })
}

/// A row of a week and the row of the week before that it continues.
struct Pair {
    now: Arc<Row>,
    before: Option<(Arc<Row>, JoinedBy)>,
}

/// The rows of a week in their order, and where each stands.
struct Joins {
    pairs: Vec<Pair>,
    places: BTreeMap<RowId, usize>,
}

impl Joins {
    fn pair(&self, task_id: &RowId) -> Option<&Pair> {
        self.places.get(task_id).and_then(|at| self.pairs.get(*at))
    }
}

/// Returns the part of `platform/2026-W47` that names the week.
fn week_of(sheet: &Sheet) -> &str {
    sheet.cycle_id.rsplit_once('/').map_or(sheet.cycle_id.as_str(), |(_, week)| week)
}

fn filled(sheet: &Sheet) -> impl Iterator<Item = &Arc<Row>> {
    sheet.rows().filter(|row| !health::is_empty(row))
}

fn join(before: &Sheet, now: &Sheet) -> Joins {
    let prefix = format!("{}/", week_of(before));
    let mut free: BTreeMap<&RowId, &Arc<Row>> = filled(before).map(|row| (&row.task_id, row)).collect();
    let mut pairs: Vec<Pair> = filled(now).map(|row| Pair { now: row.clone(), before: None }).collect();
    for pair in &mut pairs {
        let origin = pair.now.carried_from.as_deref().and_then(|from| from.strip_prefix(&prefix));
        let row = origin.and_then(|id| RowId::new(id).ok()).and_then(|id| free.remove(&id));
        pair.before = row.map(|row| (row.clone(), JoinedBy::Lineage));
    }
    let mut by_title: BTreeMap<String, VecDeque<&Arc<Row>>> = BTreeMap::new();
    for row in filled(before).filter(|row| free.contains_key(&row.task_id)) {
        by_title.entry(normalised(row.value(Column::Title))).or_default().push_back(row);
    }
    by_title.remove("");
    for pair in pairs.iter_mut().filter(|pair| pair.before.is_none()) {
        let title = normalised(pair.now.value(Column::Title));
        let row = by_title.get_mut(&title).and_then(VecDeque::pop_front);
        pair.before = row.map(|row| (row.clone(), JoinedBy::Title));
    }
    let places = pairs.iter().enumerate().map(|(at, pair)| (pair.now.task_id.clone(), at)).collect();
    Joins { pairs, places }
}

fn changed(pairs: &[Pair], joins: &[Joins]) -> Vec<ChangedRow> {
    let rows = pairs.iter().filter_map(|pair| {
        let differences = differences(pair, joins);
        (!differences.is_empty()).then(|| ChangedRow {
            task_id: pair.now.task_id.clone(),
            title: pair.now.value(Column::Title).to_owned(),
            assignee: pair.now.value(Column::Assignee).to_owned(),
            before: pair.before.as_ref().map(|(row, _)| row.task_id.clone()),
            joined_by: pair.before.as_ref().map(|(_, by)| *by),
            differences,
        })
    });
    rows.collect()
}

fn differences(pair: &Pair, joins: &[Joins]) -> Vec<Difference> {
    let now = &pair.now;
    let (is_done, is_blocked) = (health::is_done(now), is_blocked(now));
    let before = pair.before.as_ref().map(|(row, _)| row);
    let was_done = before.is_some_and(|row| health::is_done(row));
    let was_blocked = before.is_some_and(|row| self::is_blocked(row));
    let mut found = Vec::new();
    found.extend(before.is_none().then_some(Difference::New));
    found.extend((is_done && !was_done).then_some(Difference::Finished));
    found.extend((was_done && !is_done).then_some(Difference::Reopened));
    found.extend(is_blocked.then(|| Difference::Blocked { weeks: blocked_weeks(pair, joins) }));
    found.extend((was_blocked && !is_blocked && !is_done).then_some(Difference::Unblocked));
    let Some(before) = before else { return found };
    found.extend(moved(before, now).map(|(from, to, days)| match days {
        1.. => Difference::Slipped { from, to, days, times: slips(pair, joins) },
        _ => Difference::BroughtForward { from, to, days: -days },
    }));
    let owner = |row: &Row| row.value(Column::Assignee).trim().to_owned();
    found.extend(
        (owner(before) != owner(now)).then(|| Difference::Owner { from: owner(before), to: owner(now) }),
    );
    let (from, to) = (progress(before), progress(now));
    found.extend((from != to).then_some(Difference::Progress { from, to }));
    found
}

fn vanished(before: &Sheet, pairs: &[Pair]) -> Vec<VanishedRow> {
    let continued: BTreeSet<&RowId> =
        pairs.iter().filter_map(|pair| pair.before.as_ref().map(|(row, _)| &row.task_id)).collect();
    let gone = filled(before).filter(|row| !continued.contains(&row.task_id) && !health::is_done(row));
    gone.map(|row| VanishedRow {
        task_id: row.task_id.clone(),
        title: row.value(Column::Title).to_owned(),
        assignee: row.value(Column::Assignee).to_owned(),
    })
    .collect()
}

fn trend_point(sheet: &Sheet, pairs: &[Pair], today: Date) -> TrendPoint {
    let judged_on = week_of(sheet).parse::<Week>().map_or(today, |week| health::judged_on(week, today));
    let numbers = Numbers::of(sheet, judged_on);
    let slipped =
        |pair: &&Pair| pair.before.as_ref().is_some_and(|(before, _)| has_slipped(before, &pair.now));
    TrendPoint {
        week: week_of(sheet).to_owned(),
        numbers,
        health: Health::of_sheet(sheet, &numbers),
        slipped: pairs.iter().filter(slipped).count(),
        carried_over: pairs.iter().filter(|pair| pair.before.is_some()).count(),
    }
}

/// The row and the rows that it continues, the latest first, one for each week as far as they are joined.
fn line<'a>(pair: &'a Pair, joins: &'a [Joins]) -> impl Iterator<Item = &'a Arc<Row>> {
    let mut next = Some(pair);
    let mut earlier = joins.iter().rev().skip(1);
    let mut last = None;
    std::iter::from_fn(move || {
        if let Some(pair) = next.take() {
            last = pair.before.as_ref().map(|(row, _)| row);
            if let Some(row) = last {
                next = earlier.next().and_then(|joins| joins.pair(&row.task_id));
            }
            return Some(&pair.now);
        }
        last.take()
    })
}

fn blocked_weeks(pair: &Pair, joins: &[Joins]) -> usize {
    line(pair, joins).take_while(|row| is_blocked(row)).count()
}

fn slips(pair: &Pair, joins: &[Joins]) -> usize {
    let rows: Vec<_> = line(pair, joins).collect();
    rows.windows(2).filter(|weeks| has_slipped(weeks[1], weeks[0])).count()
}

fn is_blocked(row: &Row) -> bool {
    row.value(Column::Status) == "Blocked"
}

fn progress(row: &Row) -> u8 {
    row.value(Column::Progress).parse().unwrap_or(0)
}

/// The two deadlines and the days from the first to the second, if both are dates and differ.
fn moved(before: &Row, now: &Row) -> Option<(String, String, i32)> {
    let (from, to) = (health::deadline(before)?, health::deadline(now)?);
    let days = from.until(to).ok()?.get_days();
    (days != 0).then(|| (from.to_string(), to.to_string(), days))
}

fn has_slipped(before: &Row, now: &Row) -> bool {
    moved(before, now).is_some_and(|(_, _, days)| days > 0)
}
