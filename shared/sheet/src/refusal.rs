//! The codes with which a change, a frame or a request is refused: part of the contract, never reworded.
//!
//! A refusal carries two things for two readers: the code for programs, a sentence for people that says what
//! was wrong and what would be right. Neither holds internals; what happened inside goes to the log.
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident $name:literal $retryable:literal $meaning:literal;)*) => {
        /// A stable code of a refusal.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize, JsonSchema)]
        pub enum Code { $(#[doc = $meaning] #[serde(rename = $name)] $variant,)* }

        impl Code {
            /// Every code, in the registry's order.
            pub const ALL: &[Code] = &[$(Code::$variant),*];

            /// Returns the code as it is sent.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$variant => $name,)* }
            }

            /// Returns whether the same change, sent again under the same id, can succeed.
            pub fn retryable(self) -> bool {
                match self { $(Code::$variant => $retryable,)* }
            }

            /// Returns what it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Code::$variant => $meaning,)* }
            }
        }
    };
}

codes! {
    Conflict "CONFLICT" false "Something else stands where the change was made: look at `current`, then decide.";
    Locked "LOCKED" false "Somebody holds the row: `current` names the holder and when the lock ends.";
    Forbidden "FORBIDDEN" false "The role does not allow this.";
    Revoked "REVOKED" false "The member has been removed from the tenant.";
    RateLimited "RATE_LIMITED" true "Too many in too short a time: wait, then send the same again.";
    Superseded "SUPERSEDED" false "A later change of this client is already in the log, or the server no longer remembers its history: replay, and send what is absent under a new sequence number.";
    InvalidValue "INVALID_VALUE" false "A value that its place does not take.";
    UnknownTarget "UNKNOWN_TARGET" false "The row, comment or document does not exist, or an id is taken.";
    PayloadTooLarge "PAYLOAD_TOO_LARGE" false "More than the limit allows: the frame, the change, or what the cycle would become.";
    Malformed "MALFORMED" false "Not a frame, request or change of this protocol.";
    Unsupported "UNSUPPORTED" false "A type this server does not know.";
    TokenExpired "TOKEN_EXPIRED" true "The token has expired: connect again with a fresh one, then send the same again.";
    NotFound "NOT_FOUND" false "No such cycle or path.";
    Unchanged "UNCHANGED" false "A refresh leaves the sheet as it is: there is nothing new, or nobody could look just now.";
    Busy "BUSY" true "The server could not decide now: send the same again.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why something was refused.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, thiserror::Error, JsonSchema)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// What was wrong and what would be right, for a person.
    pub message: String,
    /// The current value, where that helps to decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
}

impl Refusal {
    /// Returns a refusal with nothing to show.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), current: None }
    }

    /// Returns the refusal with the current value.
    #[must_use]
    pub fn showing(mut self, current: Value) -> Self {
        self.current = Some(current);
        self
    }
}
