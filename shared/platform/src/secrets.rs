//! Secrets, read from Secrets Manager: at start-up, or when a team's is needed, and then kept for minutes. Their values
//! never reach a log.
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};
use futures::future::BoxFuture;
use serde::Deserialize;
use sheet::TimestampMs;
use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// How long a team's secret is kept, milliseconds: a rotated one counts within minutes.
const KEPT_MS: i64 = 5 * 60_000;
/// How long it is remembered that one cannot be read: strangers' requests must not become calls.
const MISSING_MS: i64 = 60_000;
/// Secrets a process keeps; beyond, it forgets them all and reads again.
const MAX_KEPT: usize = 1_000;

/// A secret that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the secret {name} cannot be read ({reason}): create it, give it a value, and let this function read it"
)]
pub struct SecretError {
    name: String,
    reason: String,
}

impl SecretError {
    /// Returns the error that the secret `name` cannot be read, with its reason.
    pub fn new(name: &str, reason: &str) -> Self {
        Self { name: name.to_owned(), reason: reason.to_owned() }
    }
}

/// Where secrets lie.
pub trait Vault: Send + Sync {
    /// The text of the secret of that name or ARN.
    fn read<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, SecretError>>;
}

impl Vault for Client {
    fn read<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, SecretError>> {
        Box::pin(async move {
            let got = self.get_secret_value().secret_id(name).send().await;
            let got = got.map_err(|error| SecretError::new(name, error.code().unwrap_or("no answer")))?;
            got.secret_string().map(str::to_owned).ok_or_else(|| SecretError::new(name, "it has no value"))
        })
    }
}

/// A vault in memory, for the local stack and for tests.
impl Vault for BTreeMap<String, String> {
    fn read<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, SecretError>> {
        let found = self.get(name).cloned().ok_or_else(|| SecretError::new(name, "there is none"));
        Box::pin(std::future::ready(found))
    }
}

type Kept = HashMap<String, (TimestampMs, Result<Arc<str>, SecretError>)>;

/// Reads secrets. Clones share what is kept.
#[derive(Clone)]
pub struct Secrets {
    vault: Arc<dyn Vault>,
    kept: Arc<Mutex<Kept>>,
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Those of this vault.
    pub fn new(vault: impl Vault + 'static) -> Self {
        Self { vault: Arc::new(vault), kept: Arc::default() }
    }

    /// Returns the text of a secret.
    ///
    /// # Errors
    /// [`SecretError`] if the secret does not exist, has no text, or may not be read.
    pub async fn get(&self, name: &str) -> Result<String, SecretError> {
        match self.vault.read(name).await?.trim() {
            "" => Err(SecretError::new(name, "it has no value")),
            text => Ok(text.to_owned()),
        }
    }

    /// Returns the same as read within the last minutes.
    ///
    /// # Errors
    /// [`SecretError`] if the secret does not exist, has no text, or may not be read.
    pub async fn kept(&self, name: &str, now: TimestampMs) -> Result<Arc<str>, SecretError> {
        if let Some((at, found)) = self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(name)
            && now.since(*at) < if found.is_ok() { KEPT_MS } else { MISSING_MS }
        {
            return found.clone();
        }
        let found: Result<Arc<str>, SecretError> = self.get(name).await.map(Into::into);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT {
            kept.clear();
        }
        kept.insert(name.to_owned(), (now, found.clone()));
        found
    }

    /// Returns what a team shares with Slack and with its own scripts.
    ///
    /// # Errors
    /// [`SecretError`] if the secret cannot be read, or is not the JSON of a team's secret.
    pub async fn of_team(&self, name: &str, now: TimestampMs) -> Result<TeamSecret, SecretError> {
        let text = self.kept(name, now).await?;
        serde_json::from_str(&text).map_err(|_| {
            SecretError::new(name, r#"its value is no JSON such as {"botToken","signingSecret","bearer"}"#)
        })
    }
}

/// The value of a team's secret: a JSON object, each field of which may be absent.
#[derive(Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TeamSecret {
    /// `xoxb-…`: reads channels, and posts the summary.
    #[serde(default)]
    pub bot_token: Option<String>,
    /// With which Slack signs its events.
    #[serde(default)]
    pub signing_secret: Option<String>,
    /// With which the team's own scripts push messages.
    #[serde(default)]
    pub bearer: Option<String>,
}

impl fmt::Debug for TeamSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TeamSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Counts how often it is read, and says each time another word.
    struct Counting(Arc<AtomicUsize>);

    impl Vault for Counting {
        fn read<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<String, SecretError>> {
            let n = self.0.fetch_add(1, Ordering::SeqCst);
            let gone = || Err(SecretError::new(name, "gone"));
            Box::pin(std::future::ready(if name == "missing" { gone() } else { Ok(n.to_string()) }))
        }
    }

    #[tokio::test]
    async fn a_secret_is_kept_for_minutes_and_read_again_after_them() {
        let count = Arc::new(AtomicUsize::new(0));
        let secrets = Secrets::new(Counting(count.clone()));
        let at = |ms| secrets.kept("a", TimestampMs(ms));
        assert_eq!((&*at(0).await.unwrap(), &*at(KEPT_MS - 1).await.unwrap()), ("0", "0"));
        assert_eq!(&*at(KEPT_MS).await.unwrap(), "1");
        for _ in 0..10 {
            assert!(secrets.kept("missing", TimestampMs(0)).await.is_err());
        }
        assert_eq!(count.load(Ordering::SeqCst), 3, "also that there is none is remembered");
    }

    #[tokio::test]
    async fn no_secret_shows_itself() {
        let canary = r#"{"botToken":"canary","signingSecret":"canary","bearer":"canary","other":1}"#;
        let vault = [("a", canary), ("b", "canary")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        let secrets = Secrets::new(BTreeMap::from(vault));
        let team = secrets.of_team("a", TimestampMs(0)).await.unwrap();
        assert_eq!(team.bearer.as_deref(), Some("canary"));
        let error = secrets.of_team("b", TimestampMs(0)).await.unwrap_err();
        assert!(!format!("{secrets:?} {team:?} {error} {error:?}").contains("canary"));
    }
}
