//! The sample: two weeks of one team and one of another, their people, and the answers that a good model would give.
//!
//! # Layout
//! - this module: names, people, and which answer belongs to which week of which team.
//! - [`files`]: the sample's messages in a folder, dated to the wanted week.
//! - [`redate`]: the same text some weeks earlier or later.
//!
//! The sample was written for one week. Its messages and answers are moved to another by whole weeks, so that every weekday
//! that they name stays right. Nothing here asks for the time: the week comes in as an argument.
pub mod files;
pub mod redate;

use crate::tokens::Person;
use jiff::civil::Date;
use redate::Shift;
use sheet::{Name, NameError, Role, Week, week::WeekError};

/// The tenant of the local stack.
pub const TENANT: &str = "acme";
/// Its team.
pub const TEAM: &str = "platform";
/// The team's name.
pub const TEAM_NAME: &str = "Platform";
/// The sample's second team.
pub const OTHER_TEAM: &str = "mobile";
/// The second team's name.
pub const OTHER_TEAM_NAME: &str = "Mobile";
/// The team's zone: its members write from Berlin.
pub const TIME_ZONE: &str = "Europe/Berlin";
/// The name under which the sheet shows the prepared answers.
pub const MODEL: &str = "prepared sample answer";

/// The prepared answer to the sample week, of the week that it was written for.
pub const ANSWER: &str = include_str!("../../../../events/answers/sample-week.txt");

/// The week for which the sample was written.
const WRITTEN_FOR: (i16, i8) = (2026, 47);

/// The prepared answer to one week of one team.
pub struct Answer {
    /// The team.
    pub team: &'static str,
    /// The team's name, which a prompt begins with.
    pub team_name: &'static str,
    /// The week.
    pub week: Week,
    /// What the model says.
    pub text: String,
}

/// Returns the prepared answers in the order in which their sheets are made: a week's rows are carried over from the week
/// before, so that one comes first.
///
/// # Errors
/// [`WeekError`] if `week` is at the end of the calendar.
pub fn answers(week: Week) -> Result<[Answer; 3], WeekError> {
    let shift = shift_to(week)?;
    let answer = |team, team_name, week, text| Answer { team, team_name, week, text: shift.text(text) };
    Ok([
        answer(
            TEAM,
            TEAM_NAME,
            week.plus(-1)?,
            include_str!("../../../../events/answers/sample-week-before.txt"),
        ),
        answer(TEAM, TEAM_NAME, week, ANSWER),
        answer(
            OTHER_TEAM,
            OTHER_TEAM_NAME,
            week,
            include_str!("../../../../events/answers/sample-other-team.txt"),
        ),
    ])
}

/// Returns the week before the one of `today`: the last whole one.
///
/// # Errors
/// [`WeekError`] if there is none.
pub fn week_before(today: Date) -> Result<Week, WeekError> {
    let date = today.iso_week_date();
    Week::new(date.year(), date.week())?.plus(-1)
}

/// Returns by how much the sample moves so that it is of `week`.
fn shift_to(week: Week) -> Result<Shift, WeekError> {
    let written = Week::new(WRITTEN_FOR.0, WRITTEN_FOR.1)?.monday();
    let days = written.until(week.monday()).map_err(|_| WeekError::Form)?.get_days();
    Ok(Shift::weeks(days / 7))
}

/// The people who may sign in with one click: an admin, two editors and a viewer, members of the sample's teams.
pub fn people() -> Result<Vec<Person>, NameError> {
    let person = |(user, name, role): (&str, &str, Role)| {
        Ok(Person {
            tenant: Name::new(TENANT)?,
            teams: vec![Name::new(TEAM)?, Name::new(OTHER_TEAM)?],
            user: Name::new(user)?,
            name: name.to_owned(),
            role,
        })
    };
    [
        ("jana.hoffmann", "Jana Hoffmann", Role::Admin),
        ("tomas.ferreira", "Tomás Ferreira", Role::Editor),
        ("aylin.demir", "Aylin Demir", Role::Editor),
        ("lena.vogt", "Lena Vogt", Role::Viewer),
    ]
    .into_iter()
    .map(person)
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheet::week::time_zone;

    fn week(text: &str) -> Week {
        text.parse().unwrap()
    }

    #[test]
    fn the_week_before_a_day_is_the_last_whole_one() {
        for (today, before) in [
            ("2026-11-23", "2026-W47"),
            ("2026-11-29", "2026-W47"),
            ("2026-11-30", "2026-W48"),
            ("2027-01-03", "2026-W52"),
            ("2027-01-04", "2026-W53"),
            ("2024-12-30", "2024-W52"),
        ] {
            assert_eq!(week_before(today.parse().unwrap()).unwrap(), week(before), "{today}");
        }
    }

    #[test]
    fn the_answers_of_the_week_that_they_were_written_for_are_as_written() {
        let [before, this, other] = answers(week("2026-W47")).unwrap();
        assert_eq!(
            (before.week, this.week, other.week),
            (week("2026-W46"), week("2026-W47"), week("2026-W47"))
        );
        assert_eq!(this.text, ANSWER);
    }

    /// What a newcomer is to see at once: rows that go on, rows that changed since the week before, and no row that only
    /// one of them has and that would stand unexplained at the end of the sheet.
    #[test]
    fn every_open_row_of_the_week_before_goes_on_in_the_sample_week_and_some_have_changed() {
        let zone = time_zone(TIME_ZONE).unwrap();
        for wanted in ["2026-W47", "2027-W12"] {
            let folder = tempfile::tempdir().unwrap();
            let files = files::write(week(wanted), folder.path()).unwrap();
            let [before, this, other] = answers(week(wanted)).unwrap();
            let rows = |answer: &Answer, paths: &[&std::path::Path]| {
                let mut messages = Vec::new();
                for path in paths {
                    let options = extraction::source::Options {
                        span: Some(answer.week.span(&zone).unwrap()),
                        zone: Some(zone.clone()),
                        ..Default::default()
                    };
                    let loaded = extraction::source::load(path, &options).unwrap();
                    assert!(loaded.problems.is_empty(), "{:?}", loaded.problems);
                    messages.extend(loaded.messages);
                }
                let against = extraction::answer::Context::new(answer.week).with_messages(&messages, &zone);
                let parsed = extraction::answer::parse(&answer.text, &against);
                assert!(parsed.dropped.is_empty() && parsed.missing_citations.is_empty(), "{wanted}");
                assert!(!parsed.summary.is_empty(), "{wanted}");
                parsed.rows
            };
            let of_before = rows(&before, &[&files.week_before]);
            let of_this = rows(&this, &[&files.week]);
            let of_other = rows(&other, &[&files.other_team]);
            assert!(of_other.len() >= 5);
            let title =
                |row: &extraction::answer::Row| sheet::normalised_title(row.get(sheet::Column::Title));
            let (mut carried, mut changed) = (0, 0);
            for row in of_before.iter().filter(|row| row.get(sheet::Column::Status) != "Done") {
                let next = of_this.iter().find(|next| title(next) == title(row));
                let next = next.unwrap_or_else(|| panic!("{} is not in {wanted}", title(row)));
                carried += 1;
                changed += usize::from(next.get(sheet::Column::Status) != row.get(sheet::Column::Status));
            }
            assert!(carried >= 8 && changed >= 3, "{carried} carried, {changed} changed");
            assert!(of_before.iter().any(|row| row.get(sheet::Column::Status) == "Done"));
        }
    }
}
