//! The REQUEST authorizer: what it is asked, what it answers, and what its policy means.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

use crate::{
    AuthorizerContext, RequestContext,
    config::MAX_AUTHORIZER_RESULT_BYTES,
    event::{Multi, Single},
};

/// What a REQUEST authorizer of a WebSocket API receives.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerEvent {
    /// Always `REQUEST`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `arn:aws:execute-api:<region>:<account>:<api>/<stage>/$connect`.
    pub method_arn: String,
    /// The upgrade request's headers.
    pub headers: Single,
    /// The same, with every value.
    pub multi_value_headers: Multi,
    /// The query; empty if there is none.
    pub query_string_parameters: Single,
    /// The same, with every value.
    pub multi_value_query_string_parameters: Multi,
    /// The `$connect` event's context.
    pub request_context: RequestContext,
}

/// Why an authorizer gave no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuthorizerError {
    /// The function failed with the text `Unauthorized`: the client gets 401.
    #[error("Unauthorized")]
    Unauthorized,
    /// It failed otherwise: the client gets 500.
    #[error("{0}")]
    Failed(String),
}

/// An authorizer's answer. Anything but strings, numbers and booleans in `context` is refused; all arrive as strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AuthorizerResponse {
    /// The principal.
    pub principal_id: String,
    /// Whether they may.
    pub policy_document: PolicyDocument,
    /// What every later event of the socket says of them in `requestContext.authorizer`.
    #[serde(default, deserialize_with = "scalars")]
    pub context: BTreeMap<String, String>,
}

/// An IAM policy, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyDocument {
    /// One statement or several.
    #[serde(rename = "Statement", deserialize_with = "one_or_many")]
    pub statement: Vec<Statement>,
}

/// A statement of a policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Statement {
    /// `Allow` or `Deny`.
    pub effect: String,
    /// What it is about, with `*` and `?`. The service requires it; a statement without it counts for everything.
    #[serde(default, deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
}

impl AuthorizerResponse {
    /// Lets `principal_id` in.
    pub fn allow(principal_id: impl Into<String>) -> Self {
        Self::with_effect(principal_id.into(), "Allow")
    }

    /// Keeps `principal_id` out, with 403.
    pub fn deny(principal_id: impl Into<String>) -> Self {
        Self::with_effect(principal_id.into(), "Deny")
    }

    /// The same with one more fact for later events.
    pub fn with_context(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.insert(name.into(), value.into());
        self
    }

    fn with_effect(principal_id: String, effect: &str) -> Self {
        let statement = vec![Statement { effect: effect.into(), resource: Vec::new() }];
        Self { principal_id, policy_document: PolicyDocument { statement }, context: BTreeMap::new() }
    }

    /// IAM's rule: some statement allows and none denies.
    pub(crate) fn allows(&self, method_arn: &str) -> bool {
        let about = |statement: &&Statement| {
            statement.resource.is_empty()
                || statement.resource.iter().any(|pattern| matches(pattern, method_arn))
        };
        let mut relevant = self.policy_document.statement.iter().filter(about).peekable();
        relevant.peek().is_some() && relevant.all(|statement| statement.effect == "Allow")
    }

    /// Whether the answer is longer than the service takes.
    pub(crate) fn is_too_large(&self) -> bool {
        serde_json::to_vec(self).map_or(true, |json| json.len() > MAX_AUTHORIZER_RESULT_BYTES)
    }
}

/// IAM's wildcards: `*` for any run of characters, `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at_pattern, mut at_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at_text < text.len() {
        match pattern.get(at_pattern) {
            Some(b'*') => {
                retry = Some((at_pattern + 1, at_text));
                at_pattern += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[at_text] => {
                at_pattern += 1;
                at_text += 1;
            }
            _ => match retry {
                Some((after_star, from)) => {
                    retry = Some((after_star, from + 1));
                    at_pattern = after_star;
                    at_text = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at_pattern..].iter().all(|byte| *byte == b'*')
}

fn one_or_many<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrMany<T> {
        One(T),
        Many(Vec<T>),
    }
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

fn scalars<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, String>, D::Error> {
    let Some(values) = Option::<BTreeMap<String, Value>>::deserialize(deserializer)? else {
        return Ok(BTreeMap::new());
    };
    let text = |value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Bool(bool) => Ok(bool.to_string()),
        _ => Err(D::Error::custom("a context value is a string, a number or a boolean")),
    };
    values.into_iter().map(|(name, value)| Ok((name, text(value)?))).collect()
}

impl From<AuthorizerResponse> for AuthorizerContext {
    fn from(response: AuthorizerResponse) -> Self {
        let mut context = response.context;
        context.insert("principalId".into(), response.principal_id);
        Self::new(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:execute-api:us-east-1:123456789012:local/dev/$connect";

    fn answer(statement: &str) -> AuthorizerResponse {
        let json = format!(
            r#"{{"principalId":"u","policyDocument":{{"Version":"2012-10-17","Statement":{statement}}},"context":{{"n":7,"b":true,"s":"x"}}}}"#
        );
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn a_policy_allows_only_if_a_statement_about_the_method_allows_and_none_denies() {
        let allow = r#"{"Action":"execute-api:Invoke","Effect":"Allow","Resource":"*/dev/$connect"}"#;
        let deny = r#"{"Effect":"Deny","Resource":["arn:aws:execute-api:*"]}"#;
        let elsewhere = r#"{"Effect":"Deny","Resource":"arn:aws:execute-api:*/prod/$connect"}"#;
        assert!(answer(allow).allows(ARN));
        assert!(answer(&format!("[{allow},{elsewhere}]")).allows(ARN));
        assert!(!answer(&format!("[{allow},{deny}]")).allows(ARN));
        assert!(!answer(&elsewhere.replace("Deny", "Allow")).allows(ARN));
        assert!(!answer("[]").allows(ARN));
        assert!(!answer(r#"{"Effect":"Perhaps"}"#).allows(ARN));
    }

    #[test]
    fn context_values_become_strings_and_structures_are_refused() {
        let context = AuthorizerContext::from(answer("[]"));
        assert_eq!(
            serde_json::to_string(&context).unwrap(),
            r#"{"b":"true","n":"7","principalId":"u","s":"x"}"#
        );
        let nested = r#"{"principalId":"u","policyDocument":{"Statement":[]},"context":{"a":[1]}}"#;
        assert!(serde_json::from_str::<AuthorizerResponse>(nested).is_err());
    }

    #[test]
    fn wildcards_match_as_iam_matches_them() {
        for (pattern, text, expected) in [
            ("*", "", true),
            ("a*c", "abbc", true),
            ("a*c", "abb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*b*b*", "abab", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
