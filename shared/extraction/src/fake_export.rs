//! A Slack export of as many messages as one likes, each a thread of its own: for tests and benches.
use serde_json::{Value, json};
use std::{fs, io, path::Path};

/// Monday, 2026-11-16, 08:00 UTC, in seconds since 1970.
const MONDAY: usize = 1_794_816_000;
const DAY: usize = 24 * 3600;
/// Working hours of a day, in seconds.
const HOURS: usize = 9 * 3600;
const CHANNELS: [&str; 3] = ["platform", "incidents", "random"];

/// Writes the export of the week 2026-W47 into `folder`: `messages` from Monday to Friday, the last of them the latest.
///
/// # Errors
/// If a file or folder cannot be written.
pub fn write(folder: &Path, messages: usize) -> io::Result<()> {
    let users = json!([
        {"id": "U1", "name": "ana", "profile": {"display_name": "Ana"}},
        {"id": "U2", "name": "ben", "profile": {"display_name": "Ben"}},
    ]);
    let channels = CHANNELS.iter().enumerate().map(|(n, name)| json!({"id": format!("C{n}"), "name": name}));
    fs::write(folder.join("users.json"), users.to_string())?;
    fs::write(folder.join("channels.json"), Value::from_iter(channels).to_string())?;
    let a_day = messages.div_ceil(5).max(1);
    for channel in CHANNELS {
        fs::create_dir_all(folder.join(channel))?;
    }
    for day in 0..5 {
        let mut files = [const { Vec::new() }; CHANNELS.len()];
        for n in day * a_day..messages.min((day + 1) * a_day) {
            let second = MONDAY + day * DAY + (n % a_day) * HOURS / a_day;
            files[n % CHANNELS.len()].push(json!({
                "type": "message", "user": format!("U{}", 1 + n % 2), "ts": format!("{second}.{n:06}"),
                "text": format!("please review change {n} of the deployment before the release"),
            }));
        }
        for (channel, messages) in CHANNELS.iter().zip(files) {
            let file = folder.join(channel).join(format!("2026-11-{}.json", 16 + day));
            fs::write(file, Value::Array(messages).to_string())?;
        }
    }
    Ok(())
}
