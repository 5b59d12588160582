//! The model: a table of tasks as asked for, or one of the ways in which models fail.
use crate::random::Random;
use extraction::cohere::{Failure, Response};
use serde_json::json;

const TITLES: [&str; 6] =
    ["Move billing", "Fix the login", "Write the runbook", "Rotate keys", "Plan the offsite", "Tidy alerts"];
const STATUSES: [&str; 4] = ["Not started", "In progress", "Blocked", "Done"];

fn response(finish: &str, text: &str) -> Response {
    let body = json!({"id": "x", "finish_reason": finish, "message": {"role": "assistant",
        "content": [{"type": "text", "text": text}]}, "usage": {"billed_units": {"input_tokens": 10, "output_tokens": 10}}});
    Response { status: 200, body: body.to_string().into_bytes() }
}

/// A table over the messages m1 to m6; titles drift from answer to answer, sources stay.
fn table(random: &mut Random) -> String {
    let mut text = String::from(
        "SUMMARY: A week of work.\n\n| Title | Description | Status | Priority | Assignee | Deadline | Progress | Blockers | Source |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    for (n, title) in TITLES.iter().enumerate().filter(|_| random.chance(7_500)).collect::<Vec<_>>() {
        let (status, progress) = (STATUSES[random.below(4) as usize], random.below(101));
        let again = if random.chance(2_000) { " again" } else { "" };
        let said = random.below(1_000);
        text += &format!(
            "| {title}{again} | said {said} | {status} | High |  |  | {progress} |  | m{} |\n",
            n + 1
        );
    }
    text
}

/// After how many milliseconds it answers, and what; none: it never does, and its caller gives up.
pub fn answer(random: &mut Random, fails: u32) -> (u64, Option<Result<Response, Failure>>) {
    let ms = random.between(500, 60_000);
    if !random.chance(fails) {
        return (ms, Some(Ok(response("COMPLETE", &table(random)))));
    }
    let answer = match random.below(9) {
        0 => return (120_000, None),
        1 => Ok(response("COMPLETE", "I'm sorry, but I can't help with summarising these messages.")),
        2 => Ok(response("ERROR", "")),
        3 => Ok(Response { status: 429, body: br#"{"message":"slow down","id":"x"}"#.to_vec() }),
        4 => Ok(Response { status: 200, body: b"<html><body>502 Bad Gateway</body></html>".to_vec() }),
        5 => Err(Failure::Network { reason: "reset".into() }),
        6 => Ok(Response { status: 503, body: Vec::new() }),
        // Everything twice, and not the same both times.
        7 => Ok(response("COMPLETE", &(table(random) + "\n" + &table(random)))),
        _ => {
            let mut cut = table(random);
            cut.truncate(cut.len() - cut.len() / 4);
            Ok(response("MAX_TOKENS", &cut))
        }
    };
    (ms, Some(answer))
}
