//! The sample's messages as files of a folder, dated to the wanted week.
use super::{redate::Shift, shift_to};
use serde_json::Value;
use sheet::Week;
use std::{
    fs::{self, DirBuilder},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

/// Where the sample's messages are in the folder.
#[derive(Debug, Clone)]
pub struct Files {
    /// The sample week: a Slack export.
    pub week: PathBuf,
    /// The week before it: JSON Lines.
    pub week_before: PathBuf,
    /// The second team's week: JSON Lines.
    pub other_team: PathBuf,
}

impl Files {
    fn of(folder: &Path) -> Self {
        Self {
            week: folder.join("week"),
            week_before: folder.join("week-before.jsonl"),
            other_team: folder.join("other-team.jsonl"),
        }
    }

    /// Returns the sample that [`write`] once put into `folder`, if it is there.
    pub fn found(folder: &Path) -> Option<Self> {
        let files = Self::of(folder);
        files.week.is_dir().then_some(files)
    }
}

/// Writes the sample of `week` into `folder`, which must not exist or be empty: all of it or nothing.
///
/// # Errors
/// If a file of the sources cannot be read, or a file of `folder` cannot be written.
pub fn write(week: Week, folder: &Path) -> io::Result<Files> {
    let shift = shift_to(week).map_err(io::Error::other)?;
    // A process that is killed half-way leaves a folder of another name, which the next one writes again.
    let half = folder.with_extension("half");
    if half.exists() {
        fs::remove_dir_all(&half)?;
    }
    // The sample's own folder is as private as the data folder around it.
    DirBuilder::new().recursive(true).mode(0o700).create(&half)?;
    let (from, to) = (Files::of(&events()), Files::of(&half));
    copy_export(&from.week, &to.week, &shift)?;
    for (from, to) in [(&from.week_before, &to.week_before), (&from.other_team, &to.other_team)] {
        fs::write(to, lines(&fs::read_to_string(from)?, &shift)?)?;
    }
    if folder.exists() {
        fs::remove_dir(folder)?;
    }
    fs::rename(&half, folder)?;
    Ok(Files::of(folder))
}

/// The sample as it was written, beside the sources.
fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

/// Copies a Slack export: its lists as they are, its days under the names of the days to which they move.
fn copy_export(from: &Path, to: &Path, shift: &Shift) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, name) = (entry.path(), entry.file_name());
        if !path.is_dir() {
            fs::copy(&path, to.join(&name))?;
            continue;
        }
        let channel = to.join(&name);
        fs::create_dir_all(&channel)?;
        for day in fs::read_dir(&path)? {
            let day = day?.path();
            let name = day.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let json: Value = serde_json::from_str(&fs::read_to_string(&day)?)?;
            fs::write(channel.join(shift.text(&name)), shift.json(json).to_string())?;
        }
    }
    Ok(())
}

fn lines(text: &str, shift: &Shift) -> io::Result<String> {
    let line = |line: &str| Ok(shift.json(serde_json::from_str(line)?).to_string() + "\n");
    text.lines().filter(|line| !line.trim().is_empty()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::WRITTEN_FOR;
    use extraction::source::{Options, load};
    use sheet::{TimestampMs, week::time_zone};

    #[test]
    fn a_moved_sample_has_the_same_messages_in_the_wanted_week_and_each_at_the_same_time_of_the_week() {
        let zone = time_zone(crate::sample::TIME_ZONE).unwrap();
        let written = Week::new(WRITTEN_FOR.0, WRITTEN_FOR.1).unwrap();
        let loaded = |week: Week| {
            let folder = tempfile::tempdir().unwrap();
            let files = write(week, &folder.path().join("sample")).unwrap();
            let options = Options {
                span: Some(week.span(&zone).unwrap()),
                zone: Some(zone.clone()),
                ..Options::default()
            };
            load(&files.week, &options).unwrap()
        };
        let of_week = |at: TimestampMs, zone: &jiff::tz::TimeZone| {
            let at = jiff::Timestamp::from_millisecond(at.0).unwrap().to_zoned(zone.clone());
            (at.weekday(), at.time())
        };
        let as_written =
            load(&events().join("week"), &Options { zone: Some(zone.clone()), ..Options::default() });
        let as_written = as_written.unwrap().messages;
        assert_eq!(loaded(written).messages, as_written, "where nothing moves, nothing changes");
        for week in ["2026-W48", "2027-W01", "2027-W13", "2026-W30"] {
            let moved = loaded(week.parse().unwrap());
            assert!(moved.problems.is_empty(), "{:?}", moved.problems);
            assert_eq!(moved.messages.len(), as_written.len(), "{week}");
            for (was, is) in as_written.iter().zip(&moved.messages) {
                assert_eq!((&was.id, &was.author, &was.channel), (&is.id, &is.author, &is.channel), "{week}");
                assert_eq!(of_week(was.at, &zone), of_week(is.at, &zone), "{week} {}", is.id);
            }
        }
    }

    #[test]
    fn a_sample_that_is_there_is_found_and_one_half_written_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("sample");
        assert!(Files::found(&place).is_none());
        fs::create_dir_all(place.with_extension("half").join("week")).unwrap();
        assert!(Files::found(&place).is_none());
        write("2026-W47".parse().unwrap(), &place).unwrap();
        assert!(Files::found(&place).is_some() && !place.with_extension("half").exists());
    }
}
