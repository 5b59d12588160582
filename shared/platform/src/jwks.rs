//! An issuer's published keys, fetched when a token names one that is not known.
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm},
};
use sheet::TimestampMs;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Mutex;

/// Milliseconds between two fetches: a stranger's made-up key ids must not become requests to the issuer.
const MIN_REFETCH_MS: i64 = 60_000;
/// How long the issuer may take.
const TIMEOUT: Duration = Duration::from_secs(3);
/// Bytes of a key set that are read.
const MAX_BYTES: usize = 256 * 1024;
/// Keys that are kept.
const MAX_KEYS: usize = 64;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The issuer has none of that id.
    #[error("it names a key that the issuer does not have")]
    Unknown,
    /// The key set could not be read.
    #[error("{0}")]
    Unreadable(String),
}

type Key = (Arc<DecodingKey>, Vec<Algorithm>);

/// The keys at one address.
#[derive(Clone)]
pub struct Jwks {
    url: Arc<str>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Key>,
    fetched: Option<TimestampMs>,
}

impl Jwks {
    /// The keys at `url`; nothing is fetched yet.
    pub fn new(url: String) -> Self {
        Self { url: url.into(), known: Arc::default() }
    }

    /// The key of that id and the algorithm it signs with.
    pub async fn key(&self, kid: &str, now: TimestampMs) -> Result<Key, KeyError> {
        let mut known = self.known.lock().await;
        if let Some(key) = known.keys.get(kid) {
            return Ok(key.clone());
        }
        if known.fetched.is_none_or(|at| now.since(at) >= MIN_REFETCH_MS) {
            known.fetched = Some(now);
            known.keys = self.fetch().await.map_err(KeyError::Unreadable)?;
        }
        known.keys.get(kid).cloned().ok_or(KeyError::Unknown)
    }

    async fn fetch(&self) -> Result<HashMap<String, Key>, String> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|e| e.to_string())?;
        let mut answer = client
            .get(&*self.url)
            .send()
            .await
            .and_then(|a| a.error_for_status())
            .map_err(|e| e.to_string())?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|e| e.to_string())? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(format!("the key set is larger than {MAX_BYTES} bytes"));
            }
        }
        let set: JwkSet = serde_json::from_slice(&body).map_err(|e| e.to_string())?;
        Ok(set.keys.iter().take(MAX_KEYS).filter_map(usable).collect())
    }
}

/// A key that signs with an algorithm we take.
fn usable(jwk: &Jwk) -> Option<(String, Key)> {
    let algorithm = match (&jwk.algorithm, jwk.common.key_algorithm) {
        (AlgorithmParameters::RSA(_), Some(KeyAlgorithm::RS256) | None) => Algorithm::RS256,
        (AlgorithmParameters::EllipticCurve(_), Some(KeyAlgorithm::ES256) | None) => Algorithm::ES256,
        _ => return None,
    };
    let key = DecodingKey::from_jwk(jwk).ok()?;
    Some((jwk.common.key_id.clone()?, (Arc::new(key), vec![algorithm])))
}
