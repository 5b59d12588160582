//! The environment, read once at start-up. docs/configuration.md lists every variable; a test compares the two.
use crate::identity::{Keys, Membership, Rules};
use protocol::limits::{DEFAULT_EXPECTED_CONNECTIONS, PresencePace};
use sheet::check::Policy;
use std::{collections::BTreeMap, fmt};
use store::StoreConfig;

/// Every variable that any function reads, with what it means. The table of docs/configuration.md is made of this.
pub const VARIABLES: &[(&str, &str, &str)] = &[
    ("TABLE_NAME", "required", "The DynamoDB table."),
    ("MAX_CACHE_BYTES", "67108864", "Folded cycles that a warm function keeps, in bytes (estimated)."),
    ("MAX_GROUP", "256", "Changes that may share one log entry; 1 turns group commit off."),
    ("RATE_PER_10S", "100", "Changes one author may commit in ten seconds."),
    (
        "EXPECTED_CONNECTIONS",
        "500",
        "Sockets open at once in all rooms of the deployment: clients spread their return by it.",
    ),
    (
        "PRESENCE_FLOOR_MS",
        "1000",
        "Milliseconds between two presence frames of one client, at least: more is a smaller bill, less is livelier.",
    ),
    (
        "PRESENCE_POSTS_PER_SECOND",
        "75",
        "Posts of presence a second that one room may cost: in larger rooms each client tells less often.",
    ),
    (
        "EPOCH_SALT",
        "",
        "Change it after restoring a table under its old name: every client then starts from a snapshot.",
    ),
    ("JWT_ISSUER", "required by authorize and http", "The `iss` a token must carry."),
    ("JWT_AUDIENCE", "required by authorize and http", "The `aud` a token must carry."),
    ("JWT_JWKS_URL", "this or JWT_SECRET_ARN", "Where the issuer publishes its keys (RS256, ES256)."),
    ("JWT_SECRET_ARN", "this or JWT_JWKS_URL", "Secrets Manager secret that holds the HS256 key."),
    (
        "MEMBERSHIP",
        "token",
        "Where a person's teams and role come from: `token`, or `directory`, where the token proves only who they are.",
    ),
    ("ALLOWED_ORIGINS", "required by authorize", "Origins that may open a socket, separated by commas."),
    (
        "CALLBACK_URL",
        "from the event",
        "The gateway's callback endpoint, if it is not `https://{domain}/{stage}`.",
    ),
    ("EXTRACT_FUNCTION", "", "The extract function's name or ARN; without it only the schedule extracts."),
    (
        "COHERE_SECRET_ARN",
        "",
        "Secrets Manager secret that holds Cohere's key; without it sheets are fallbacks.",
    ),
    ("COHERE_BASE_URL", "https://api.cohere.com", "Where Cohere answers."),
    ("COHERE_MODEL", "command-a-03-2025", "The model that is asked."),
    ("SLACK_BASE_URL", "https://slack.com/api", "Where Slack's Web API answers."),
    ("PAGE_URL", "", "Where the page is, for the link in a sheet's announcement; without it there is none."),
    ("STAGE", "", "The dimension `stage` of the metrics; without it they have none."),
    ("LOG_LEVEL", "info", "error, warn, info, debug or trace; or by target, such as `store=debug,info`."),
];

/// What is wrong with the environment: every problem at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the environment is not complete: {}", self.0.join("; "))
    }
}

impl std::error::Error for ConfigError {}

/// The environment, and what was wrong with it so far.
pub struct Environment {
    variables: BTreeMap<String, String>,
    problems: Vec<String>,
}

/// Where the HS256 key or the JWKS is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// The issuer's published keys.
    Jwks(String),
    /// A secret.
    Secret(String),
}

impl Environment {
    /// The process's.
    pub fn of_process() -> Self {
        Self::new(std::env::vars())
    }

    /// One made of `variables`; empty values count as absent.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let variables = variables.into_iter().filter(|(_, value)| !value.trim().is_empty()).collect();
        Self { variables, problems: Vec::new() }
    }

    /// A variable that may be absent.
    pub fn optional(&self, name: &str) -> Option<String> {
        self.variables.get(name).map(|value| value.trim().to_owned())
    }

    /// A variable that must be there.
    pub fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.problems.push(format!("{name} is not set"));
            String::new()
        })
    }

    fn number(&mut self, name: &str, default: u64, least: u64) -> u64 {
        match self.optional(name).map(|value| value.parse::<u64>()) {
            None => default,
            Some(Ok(number)) if number >= least => number,
            Some(_) => {
                self.problems.push(format!("{name} must be a whole number of at least {least}"));
                default
            }
        }
    }

    /// Returns a number that counts something in memory: one beyond what memory holds is as good as none.
    fn size(&mut self, name: &str, default: u64, least: u64) -> usize {
        usize::try_from(self.number(name, default, least)).unwrap_or(usize::MAX)
    }

    /// The table's name, and how the store keeps it.
    pub fn store(&mut self) -> (String, StoreConfig) {
        let config = StoreConfig {
            max_cache_bytes: self.size("MAX_CACHE_BYTES", 64 * 1024 * 1024, 0),
            max_group: self.size("MAX_GROUP", 256, 1),
            policy: Policy {
                rate_per_window: u32::try_from(self.number("RATE_PER_10S", 100, 1)).unwrap_or(u32::MAX),
            },
            epoch_salt: self.optional("EPOCH_SALT").unwrap_or_default(),
        };
        (self.required("TABLE_NAME"), config)
    }

    /// Sockets that are expected at once, in all rooms.
    pub fn expected_connections(&mut self) -> usize {
        self.size("EXPECTED_CONNECTIONS", DEFAULT_EXPECTED_CONNECTIONS as u64, 1)
    }

    /// How often clients tell where they are.
    pub fn presence_pace(&mut self) -> PresencePace {
        let PresencePace { floor_ms, posts_per_second } = PresencePace::default();
        PresencePace {
            floor_ms: self.number("PRESENCE_FLOOR_MS", floor_ms, 100),
            posts_per_second: self.number("PRESENCE_POSTS_PER_SECOND", posts_per_second, 1),
        }
    }

    /// What a token must satisfy, but for the keys.
    pub fn tokens(&mut self) -> (Rules, KeySource) {
        let rules = Rules { issuer: self.required("JWT_ISSUER"), audience: self.required("JWT_AUDIENCE") };
        let source = match (self.optional("JWT_JWKS_URL"), self.optional("JWT_SECRET_ARN")) {
            (Some(url), None) => {
                if !url.starts_with("https://") {
                    self.problems.push("JWT_JWKS_URL must begin with https://".into());
                }
                KeySource::Jwks(url)
            }
            (None, Some(secret)) => KeySource::Secret(secret),
            _ => {
                self.problems.push("exactly one of JWT_JWKS_URL and JWT_SECRET_ARN must be set".into());
                KeySource::Secret(String::new())
            }
        };
        (rules, source)
    }

    /// Where teams and role come from.
    pub fn membership(&mut self) -> Membership {
        let word = self.optional("MEMBERSHIP");
        word.as_deref().map_or(Some(Membership::Token), Membership::of_word).unwrap_or_else(|| {
            self.problems.push("MEMBERSHIP is token or directory".into());
            Membership::Token
        })
    }

    /// The origins that may open a socket.
    pub fn origins(&mut self) -> Vec<String> {
        let origins: Vec<String> =
            self.required("ALLOWED_ORIGINS").split(',').map(|o| o.trim().to_owned()).collect();
        for origin in origins.iter().filter(|origin| !is_origin(origin)) {
            self.problems
                .push(format!("ALLOWED_ORIGINS: {origin:?} is no origin such as https://sheet.example.com"));
        }
        origins
    }

    /// Everything that was wrong, if anything was.
    ///
    /// # Errors
    /// [`ConfigError`] with every variable that is missing or wrong.
    pub fn finish(self) -> Result<(), ConfigError> {
        if self.problems.is_empty() { Ok(()) } else { Err(ConfigError(self.problems)) }
    }
}

/// A scheme and a host, and nothing behind them. A wildcard is none: a page anywhere could then open sockets.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.contains(['/', '*', ' ', '?', '#', '@']))
}

impl KeySource {
    /// Reads the keys: the secret now, the published ones when a token first needs them.
    ///
    /// # Errors
    /// [`SecretError`](crate::secrets::SecretError) if the secret of the key cannot be read.
    pub async fn keys(&self, secrets: &crate::secrets::Secrets) -> Result<Keys, crate::secrets::SecretError> {
        match self {
            Self::Jwks(url) => Ok(Keys::Published(crate::jwks::Jwks::new(url.clone()))),
            Self::Secret(arn) => Keys::shared(secrets.get(arn).await?.as_bytes())
                .map_err(|_| crate::secrets::SecretError::new(arn, "it is empty")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        Environment::new(pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())))
    }

    #[test]
    fn every_missing_or_bad_variable_is_named_at_once() {
        let mut env = environment(&[
            ("MAX_GROUP", "0"),
            ("EXPECTED_CONNECTIONS", "many"),
            ("PRESENCE_FLOOR_MS", "99"),
            ("PRESENCE_POSTS_PER_SECOND", "0"),
            ("ALLOWED_ORIGINS", "https://a.example, *"),
            ("JWT_ISSUER", " "),
            ("MEMBERSHIP", "ldap"),
        ]);
        env.membership();
        env.store();
        env.expected_connections();
        env.presence_pace();
        env.tokens();
        env.origins();
        let error = env.finish().unwrap_err().to_string();
        for name in [
            "TABLE_NAME",
            "MAX_GROUP",
            "EXPECTED_CONNECTIONS",
            "PRESENCE_FLOOR_MS",
            "PRESENCE_POSTS_PER_SECOND",
            "JWT_ISSUER",
            "JWT_AUDIENCE",
            "JWT_JWKS_URL",
            "MEMBERSHIP",
            "\"*\"",
        ] {
            assert!(error.contains(name), "{name} is not in: {error}");
        }
    }

    #[test]
    fn a_complete_environment_is_read() {
        let mut env = environment(&[
            ("TABLE_NAME", "cyclesheet"),
            ("RATE_PER_10S", "50"),
            ("JWT_ISSUER", "https://id.example"),
            ("JWT_AUDIENCE", "cyclesheet"),
            ("JWT_JWKS_URL", "https://id.example/keys"),
            ("ALLOWED_ORIGINS", "https://sheet.example"),
        ]);
        let (table, config) = env.store();
        assert_eq!((table.as_str(), config.policy.rate_per_window), ("cyclesheet", 50));
        assert_eq!(env.expected_connections(), DEFAULT_EXPECTED_CONNECTIONS);
        assert_eq!(env.tokens().1, KeySource::Jwks("https://id.example/keys".into()));
        assert_eq!(env.origins(), ["https://sheet.example"]);
        assert_eq!(env.finish(), Ok(()));
    }
}
