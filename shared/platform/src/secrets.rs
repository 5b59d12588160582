//! Secrets, read from Secrets Manager at start-up. Their values never reach a log.
use aws_sdk_secretsmanager::{Client, error::ProvideErrorMetadata};

/// A secret that could not be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "the secret {name} cannot be read ({reason}): create it, give it a value, and let this function read it"
)]
pub struct SecretError {
    name: String,
    reason: String,
}

/// Reads secrets.
#[derive(Clone, Debug)]
pub struct Secrets(Client);

impl Secrets {
    /// With this client.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// The text of a secret.
    pub async fn get(&self, name: &str) -> Result<String, SecretError> {
        let failed = |reason: &str| SecretError { name: name.to_owned(), reason: reason.to_owned() };
        let got = self.0.get_secret_value().secret_id(name).send().await;
        let got = got.map_err(|error| failed(error.code().unwrap_or("no answer")))?;
        match got.secret_string() {
            Some(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            _ => Err(failed("it has no value")),
        }
    }
}
