//! Cohere's JSON: requests, responses, and what tokens cost.
use super::{Answer, Failure, MAX_MESSAGE, MAX_OUTPUT_TOKENS, TEMPERATURE};
use crate::prompt::Prompt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Millionths of a dollar per 1,000 input tokens of `command-a-03-2025` (2.50 USD a million).
const INPUT_MICRODOLLARS_PER_1000: u64 = 2_500;
/// The same for output (10.00 USD a million).
const OUTPUT_MICRODOLLARS_PER_1000: u64 = 10_000;

/// Why the model stopped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Finish {
    /// It was done.
    Complete,
    /// It met a stop sequence.
    StopSequence,
    /// It met the token limit: the end is missing.
    MaxTokens,
    /// It wants a tool. None is offered.
    ToolCall,
    /// It failed, with HTTP 200.
    Error,
    /// It took too long, with HTTP 200.
    Timeout,
    /// A reason that is not documented yet.
    #[serde(untagged)]
    Other(String),
}

/// Billed tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Of the prompt.
    pub input_tokens: u64,
    /// Of the answer.
    pub output_tokens: u64,
}

impl Usage {
    /// Returns what it cost, in millionths of a dollar, rounded up.
    pub fn cost_microdollars(self) -> u64 {
        let thousandths = self
            .input_tokens
            .saturating_mul(INPUT_MICRODOLLARS_PER_1000)
            .saturating_add(self.output_tokens.saturating_mul(OUTPUT_MICRODOLLARS_PER_1000));
        thousandths.div_ceil(1000)
    }

    /// Returns both questions together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
        }
    }
}

/// The body of a request.
pub(super) fn request(prompt: &Prompt, model: &str) -> String {
    let mut body = json!({
        "model": model,
        "messages": [{ "role": "system", "content": prompt.system }, { "role": "user", "content": prompt.user }],
        "temperature": TEMPERATURE,
        "max_tokens": MAX_OUTPUT_TOKENS,
    });
    if let (Some(schema), Some(map)) = (&prompt.schema, body.as_object_mut()) {
        // The OpenAPI document says `json_schema`, the guide says `schema`. The answer is read as tolerantly as any other.
        map.insert("response_format".into(), json!({ "type": "json_object", "json_schema": schema }));
    }
    body.to_string()
}

/// `{"message","id"}`, or the beginning of whatever it is.
pub(super) fn error_message(body: &[u8]) -> String {
    let message = serde_json::from_slice::<Value>(body)
        .ok()
        .and_then(|v| v.get("message")?.as_str().map(str::to_owned));
    let text = message.unwrap_or_else(|| String::from_utf8_lossy(body).into_owned());
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .filter(|c| !c.is_control())
        .take(MAX_MESSAGE)
        .collect()
}

/// A response with status 200. Only the text is required.
pub(super) fn answer(body: &[u8], model: &str, attempts: u32) -> Result<Answer, Failure> {
    let malformed = |reason: &str| Failure::Malformed { reason: reason.to_owned() };
    let value: Value = serde_json::from_slice(body).map_err(|_| malformed("it is not JSON"))?;
    let finish = match value.get("finish_reason") {
        Some(Value::String(word)) => {
            serde_json::from_value(Value::String(word.to_uppercase())).unwrap_or(Finish::Other(word.clone()))
        }
        _ => return Err(malformed("finish_reason is missing")),
    };
    let text = match value.get("message").and_then(|m| m.get("content")) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter(|p| p.get("type").is_none_or(|t| t == "text"));
            texts.filter_map(|p| p.get("text").and_then(Value::as_str)).collect()
        }
        _ if matches!(finish, Finish::Error | Finish::Timeout | Finish::ToolCall) => String::new(),
        _ => return Err(malformed("message.content is missing")),
    };
    // Counts come as 12 or 12.0.
    let count = |field: &str| {
        let units = value.get("usage").and_then(|u| u.get("billed_units").or(u.get("tokens")));
        units.and_then(|u| u.get(field)).and_then(Value::as_f64).map_or(0, |n| n.max(0.0) as u64)
    };
    let usage = Usage { input_tokens: count("input_tokens"), output_tokens: count("output_tokens") };
    Ok(Answer { text, finish, usage, model: model.to_owned(), attempts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_text_parts_and_thinking_is_left_out() {
        let body = json!({"id":"x","finish_reason":"COMPLETE","message":{"role":"assistant","content":[
            {"type":"thinking","thinking":"hm"},{"type":"text","text":"a"},{"type":"text","text":"b"}]},
            "usage":{"billed_units":{"input_tokens":1000.0,"output_tokens":200},"tokens":{"input_tokens":9999}}});
        let answer = answer(body.to_string().as_bytes(), "m", 2).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish, answer.attempts), ("ab", Finish::Complete, 2));
        assert_eq!(answer.usage.cost_microdollars(), 2_500 + 2_000);
    }

    #[test]
    fn a_reason_unknown_today_is_kept_and_garbage_is_named() {
        let with = |body: Value| answer(body.to_string().as_bytes(), "m", 1);
        let content = json!({"content":[{"type":"text","text":"a"}]});
        assert_eq!(
            with(json!({"finish_reason":"MAX_TOKENS","message":content})).unwrap().finish,
            Finish::MaxTokens
        );
        assert_eq!(
            with(json!({"finish_reason":"moon","message":content})).unwrap().finish,
            Finish::Other("MOON".into())
        );
        assert_eq!(with(json!({"finish_reason":"ERROR"})).unwrap().finish, Finish::Error);
        for bad in [json!({}), json!({"finish_reason":"COMPLETE"}), json!([]), json!("x")] {
            assert!(matches!(with(bad), Err(Failure::Malformed { .. })));
        }
        assert!(answer(b"<html>", "m", 1).is_err());
    }

    #[test]
    fn the_request_has_the_documented_shape() {
        let prompt = Prompt {
            system: "s".into(),
            user: "u".into(),
            schema: Some(json!({"type":"object"})),
            left_out: Default::default(),
            masked: 0,
        };
        let body: Value = serde_json::from_str(&request(&prompt, "command-a-03-2025")).unwrap();
        assert_eq!(
            body,
            json!({"model":"command-a-03-2025","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],
                "temperature":0.2,"max_tokens":4096,"response_format":{"type":"json_object","json_schema":{"type":"object"}}})
        );
    }
}
