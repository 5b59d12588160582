//! Exports as they are found in the wild, each a folder or a file in `exports/`: what they hold, and what is said of the
//! rest.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]
use extraction::source::{Loaded, Options, SourceError, load};
use sheet::{TimestampMs, Week, week::time_zone};
use std::{
    fs,
    path::{Path, PathBuf},
};

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports").join(name)
}

fn read(name: &str) -> Result<Loaded, SourceError> {
    load(&path(name), &Options::default())
}

fn lines(loaded: &Loaded) -> Vec<String> {
    loaded.messages.iter().map(|m| format!("{}: {}", m.author, m.text)).collect()
}

fn problems(loaded: &Loaded) -> Vec<String> {
    loaded.problems.iter().map(ToString::to_string).collect()
}

/// Problems of an export, and what was left out of it.
type Said = (&'static [&'static str], Option<&'static str>);
const NOTHING: Said = (&[], None);

#[test]
fn each_export_holds_what_people_wrote_and_says_what_was_left_out() {
    let deploy: &[&str] = &["Ana: Deploy the billing fix"];
    let cases: [(&str, &[&str], Said); 19] = [
        (
            "forwarded-message-without-comment",
            &[
                "Ana: please look",
                "Ben: Forwarded from Carla in #ops: The vendor confirms delivery on Friday",
            ],
            NOTHING,
        ),
        (
            "forwarded-message-with-comment",
            &[
                "Ana: can you take this one by Thursday?\nForwarded from Carla: Customer X cannot log in since 09:00",
            ],
            NOTHING,
        ),
        ("person-writes-through-an-app", &["Ana: I'll take PLAT-7 and finish it by Thursday"], NOTHING),
        ("workflow-form-by-a-person", &[], (&[], Some("Left out: 1 message by apps (Weekly status 1)."))),
        ("unzipped-one-folder-too-high", deploy, NOTHING),
        (
            "one-line-day-with-a-broken-message",
            &[
                "Ana: task 0, please review",
                "Ana: task 2, please review",
                "Ana: task 3, please review",
                "Ana: task 4, please review",
                "Ana: task 5, please review",
            ],
            (
                &[
                    "platform/2026-11-16.json: line 1: control character (\\u0000-\\u001F) found while parsing a string; it was left out",
                ],
                Some("Left out: 1 unreadable line."),
            ),
        ),
        (
            "users-json-null",
            &["U01: Deploy the billing fix"],
            (&["users.json: holds no list of users: authors are shown by their ids"], None),
        ),
        ("users-json-wrapped", &["Ana: hi @Ben, please review"], NOTHING),
        (
            "messages-wrapped-in-an-object",
            &["Ana: Deploy the billing fix", "Ana: second, please review"],
            NOTHING,
        ),
        (
            "mention-of-somebody-in-user-profile-only",
            &["Carla: on it", "Ana: @Carla can you review the plan?"],
            NOTHING,
        ),
        ("canvas-of-a-person", deploy, NOTHING),
        (
            "empty-day-file",
            deploy,
            (&["platform/2026-11-16.json: is empty"], Some("Left out: 1 unreadable line.")),
        ),
        ("macos-resource-fork", deploy, NOTHING),
        ("upper-case-ending", deploy, NOTHING),
        (
            "direct-messages-in-the-export",
            &["Ana: please review"],
            (&[], Some("Left out: 1 direct message.")),
        ),
        (
            "date-token-without-fallback",
            &["Ana: please review by 2026-11-24", "Ana: due 2026-11-24"],
            NOTHING,
        ),
        ("nested-list-in-blocks", &["Ana: 1. Billing\n  - due Friday\n2. Login"], NOTHING),
        ("symlink-out-of-the-export", deploy, NOTHING),
        (
            "export.zip",
            &[
                "Ana: old message 0, please review",
                "Ana: old message 1, please review",
                "Ana: old message 2, please review",
                "Ana: fix the login by tomorrow",
                "Ana: please rotate the keys",
            ],
            NOTHING,
        ),
    ];
    for (name, right, (named, left_out)) in cases {
        let loaded = read(name).unwrap();
        assert_eq!(lines(&loaded), right, "{name}: {:?}", loaded.problems);
        assert_eq!(problems(&loaded), named, "{name}");
        assert_eq!(loaded.coverage.note().as_deref(), left_out, "{name}");
    }
}

#[test]
fn somebody_whom_only_a_message_names_is_one_of_the_people() {
    let loaded = read("mention-of-somebody-in-user-profile-only").unwrap();
    let carla = loaded.people.iter().find(|person| person.name == "Carla").unwrap();
    assert_eq!(carla.aliases, ["Carla Diaz", "U77"]);
}

#[test]
fn one_file_of_slacks_own_shape_is_read_as_it_is_in_its_folder() {
    let day = read("one-slack-day-file.json").unwrap();
    assert_eq!(lines(&day), ["U01: @U02 please review the PR (https://x.example) & merge"]);
    assert_eq!(day.coverage.to_string(), "1 message; left out: 1 message by apps (CI 1), 1 join or leave");
    // In its folder, with its export's names and its channel's.
    let day = read("person-writes-through-an-app/platform/2026-11-16.json").unwrap();
    assert_eq!(lines(&day), ["Ana: I'll take PLAT-7 and finish it by Thursday"]);
    assert_eq!(day.messages[0].channel, "platform");
    let dump = read("conversation-dump.json").unwrap();
    assert_eq!(lines(&dump), ["U01: Deploy the billing fix", "U01: second, please review"]);
    assert_eq!(dump.messages[0].channel, "ops");
}

#[test]
fn times_without_a_zone_are_the_teams_or_are_named() {
    let loaded = read("millis-as-text.jsonl").unwrap();
    assert_eq!(lines(&loaded), ["Ana: please fix the login"]);
    assert_eq!(
        problems(&loaded),
        [
            "millis-as-text.jsonl: line 2: the time 2026-11-16T10:00:00 has no zone: write it with Z or an offset, or name \
             the team's zone; the line was left out"
        ]
    );
    let berlin = Options { zone: Some(time_zone("Europe/Berlin").unwrap()), ..Options::default() };
    let loaded = load(&path("millis-as-text.jsonl"), &berlin).unwrap();
    assert_eq!((loaded.messages.len(), loaded.problems.len()), (2, 0));
    assert_eq!(loaded.messages[1].at, TimestampMs(1_794_819_600_000));
}

#[test]
fn one_bad_clock_does_not_choose_the_week_and_is_named() {
    let loaded = read("one-bad-clock.jsonl").unwrap();
    let utc = time_zone("UTC").unwrap();
    let week: Week = "2026-W47".parse().unwrap();
    // In the week after, and long before: where all lies ahead it is `now` that is wrong.
    for now in [1_795_500_000_000, 1_700_000_000_000] {
        assert_eq!(loaded.latest_week(TimestampMs(now), &utc), Some(week), "{now}");
    }
    assert_eq!(
        loaded.ahead(TimestampMs(1_795_500_000_000)),
        [
            "m2: a message of Ben in #messages is dated 9999-12-30, which is to come: the clock that wrote it was wrong"
        ]
    );
    assert_eq!(loaded.ahead(TimestampMs(1_700_000_000_000)), Vec::<String>::new());
}

#[test]
fn numbers_are_those_of_the_week_that_is_asked_for() {
    let span = "2026-W47".parse::<Week>().unwrap().span(&time_zone("UTC").unwrap()).unwrap();
    let loaded =
        load(&path("export-of-two-weeks"), &Options { span: Some(span), ..Options::default() }).unwrap();
    let ids: Vec<&str> = loaded.messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!((ids.as_slice(), loaded.coverage.outside), (["m1", "m2"].as_slice(), 3));
    assert_eq!(loaded.messages[0].text, "fix the login by tomorrow");
}

#[test]
fn links_and_pipes_in_an_export_are_named_and_not_opened() {
    let here = tempfile::tempdir().unwrap();
    let export = here.path().join("export");
    copy(&path("symlink-out-of-the-export"), &export);
    let secret = here.path().join("secret.json");
    fs::write(&secret, r#"[{"type":"message","user":"U01","ts":"1794819600.000200","text":"a secret"}]"#)
        .unwrap();
    std::os::unix::fs::symlink(&secret, export.join("platform/2026-11-17.json")).unwrap();
    std::os::unix::fs::symlink(here.path(), export.join("ops")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(export.join("platform/2026-11-18.json")).unwrap();
    let pipe =
        std::process::Command::new("mkfifo").arg(export.join("platform/2026-11-19.json")).status().unwrap();
    assert!(pipe.success());
    let loaded = load(&export, &Options::default()).unwrap();
    assert_eq!(lines(&loaded), ["Ana: Deploy the billing fix"]);
    let mut said = problems(&loaded);
    said.sort();
    let link = "is a symbolic link, which is not followed; it was left out";
    let special = "is no regular file (a folder, a pipe, a socket or a device) and was left out";
    assert_eq!(
        said,
        [
            format!("ops: {link}"),
            format!("platform/2026-11-17.json: {link}"),
            format!("platform/2026-11-18.json: {special}"),
            format!("platform/2026-11-19.json: {special}"),
        ]
    );
    for (alone, right) in
        [("platform/2026-11-19.json", "is a pipe"), ("platform/2026-11-18.json", "is a pipe")]
    {
        let refused = load(&export.join(alone), &Options::default()).unwrap_err().to_string();
        assert!(refused.contains(right), "{refused}");
    }
    assert!(load(Path::new("/dev/zero"), &Options::default()).is_err());
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
