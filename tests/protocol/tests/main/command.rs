//! The command's other words, on the sample week and on what is broken.
use super::restart::PROGRAM;
use harness::process::run;
use serde_json::Value;
use std::path::{Path, PathBuf};

fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").canonicalize().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[tokio::test]
async fn a_token_of_the_command_names_its_bearer_and_ends_when_it_was_told() {
    let here = tempfile::tempdir().unwrap();
    let arguments = [
        "token",
        "--tenant",
        "acme",
        "--teams",
        "platform,billing",
        "--user",
        "ana",
        "--name",
        "Ana Ruiz",
        "--role",
        "editor",
        "--ttl",
        "60",
    ];
    let (code, token, errors) = run(PROGRAM, &arguments, here.path()).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let now = (platform::context::system_clock())();
    let verifier = local::tokens::verifier(local::tokens::SECRET).unwrap();
    let identity = verifier.verify(token.trim(), now).await.unwrap();
    assert_eq!(
        (identity.user.as_str(), identity.name.as_str(), identity.teams.len()),
        ("ana", "Ana Ruiz", 2)
    );
    assert!(verifier.verify(token.trim(), now.plus_ms(61_000)).await.is_err());
    for (name, value) in [("--role", "system"), ("--user", "a b"), ("--ttl", "0"), ("--teams", "a/b")] {
        let at = arguments.iter().position(|argument| *argument == name).unwrap();
        let mut wrong = arguments;
        wrong[at + 1] = value;
        let (code, out, errors) = run(PROGRAM, &wrong, here.path()).await;
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name} {value}");
        assert!(errors.contains(name), "{errors}");
    }
}

#[tokio::test]
async fn the_messages_of_the_sample_week_come_out_as_json_lines() {
    let here = tempfile::tempdir().unwrap();
    let (code, out, errors) = run(PROGRAM, &["messages", text(&events().join("week"))], here.path()).await;
    // What was left out is counted, and nothing else is said.
    assert!(code == Some(0) && errors.lines().count() == 1, "{errors}");
    assert!(
        errors.contains("12 messages by apps (Alertmanager 7, CI 3, Deploys 2), 4 joins or leaves"),
        "{errors}"
    );
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 100, "{}", lines.len());
    // What comes out goes in again, and is the same.
    let file = here.path().join("messages.jsonl");
    std::fs::write(&file, &out).unwrap();
    let (code, again, errors) = run(PROGRAM, &["messages", text(&file)], here.path()).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert_eq!(again.lines().count(), lines.len());
}

#[tokio::test]
async fn a_broken_file_of_an_export_is_named_with_its_line_and_the_rest_is_used() {
    let here = tempfile::tempdir().unwrap();
    let (week, broken) = (events().join("week"), here.path().join("export"));
    copy(&week, &broken);
    let (_, whole, _) = run(PROGRAM, &["messages", text(&week)], here.path()).await;
    let day = broken.join("platform").join("2026-11-18.json");
    let good = std::fs::read_to_string(&day).unwrap();
    let at = good.len() / 2;
    let at = (at..).find(|at| good.is_char_boundary(*at)).unwrap();
    std::fs::write(&day, format!("{}\n}}}} here it is broken\n", &good[..at])).unwrap();
    std::fs::write(broken.join("random").join("2026-11-17.json"), [0xff, 0xfe, b'x']).unwrap();
    let (code, out, errors) = run(PROGRAM, &["messages", text(&broken)], here.path()).await;
    assert_eq!(code, Some(0));
    let named = errors
        .lines()
        .find(|line| line.contains("2026-11-18.json"))
        .unwrap_or_else(|| panic!("not named: {errors}"));
    let after = named.split("2026-11-18.json").nth(1).unwrap();
    assert!(after.chars().any(|c| c.is_ascii_digit()), "names the line: {named}");
    assert!(errors.contains("2026-11-17.json"), "{errors}");
    let (some, all) = (out.lines().count(), whole.lines().count());
    assert!(some < all && some > all / 2, "{some} of {all}");
}

#[tokio::test]
async fn a_path_that_is_not_there_is_named_and_ends_with_one() {
    let here = tempfile::tempdir().unwrap();
    for arguments in [["messages", "nowhere"], ["parse", "nowhere"]] {
        let (code, out, errors) = run(PROGRAM, &arguments, here.path()).await;
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(errors.contains("nowhere"), "{errors}");
    }
    let (code, _, errors) = run(PROGRAM, &["dev", "--week", "nowhere", "--port", "0"], here.path()).await;
    assert_eq!(code, Some(1));
    assert!(errors.contains("nowhere"), "{errors}");
}

#[tokio::test]
async fn parse_prints_the_rows_of_an_answer_and_ends_with_zero_whatever_it_is_given() {
    let here = tempfile::tempdir().unwrap();
    let (answer, week) = (events().join("answers/sample-week.txt"), events().join("week"));
    let arguments = [
        "parse",
        text(&answer),
        "--messages",
        text(&week),
        "--cycle",
        "2026-W47",
        "--time-zone",
        "Europe/Berlin",
    ];
    let (code, out, errors) = run(PROGRAM, &arguments, here.path()).await;
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let parsed: Value = serde_json::from_str(&out).unwrap();
    assert!(parsed["rows"].as_array().unwrap().len() > 5);
    for (n, bytes) in [
        Vec::new(),
        b"I'm sorry, but I can't help with that.".to_vec(),
        vec![0xff; 4_096],
        b"| Title |\n| --- |\n| half a".to_vec(),
        b"{\"rows\": [{\"title\": ".to_vec(),
        "|".repeat(100_000).into_bytes(),
        "[".repeat(100_000).into_bytes(),
    ]
    .into_iter()
    .enumerate()
    {
        let file = here.path().join(format!("answer-{n}"));
        std::fs::write(&file, bytes).unwrap();
        let (code, out, errors) = run(PROGRAM, &["parse", text(&file)], here.path()).await;
        assert_eq!(code, Some(0), "answer {n}: {errors}");
        let parsed: Value = serde_json::from_str(&out).unwrap();
        assert!(parsed["rows"].is_array(), "answer {n}: {out}");
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
