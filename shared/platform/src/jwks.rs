//! An issuer's published keys, fetched when a token names one that is not known.
use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, Jwk, JwkSet, KeyAlgorithm},
};
use sheet::TimestampMs;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Milliseconds between two fetches: a stranger's made-up key ids must not become requests to the issuer.
const MIN_REFETCH_MS: i64 = 60_000;
/// Milliseconds after a request that failed before the next one: every other token meanwhile is answered "try again".
const RETRY_MS: i64 = 1_000;
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
    /// Held by the one request that is under way.
    fetching: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Default)]
struct Known {
    keys: HashMap<String, Key>,
    /// When the set was last read whole.
    fetched: Option<TimestampMs>,
    /// When it last could not be read, and why.
    failed: Option<(TimestampMs, String)>,
}

impl Known {
    /// The answer that needs no request, if there is one.
    fn answer(&self, kid: &str, now: TimestampMs) -> Option<Result<Key, KeyError>> {
        if let Some(key) = self.keys.get(kid) {
            return Some(Ok(key.clone()));
        }
        let within = |at: TimestampMs, ms| now.since(at) < ms;
        match (&self.fetched, &self.failed) {
            // The issuer listed its keys a moment ago, and this key is not among them.
            (Some(at), _) if within(*at, MIN_REFETCH_MS) => Some(Err(KeyError::Unknown)),
            // Whether it is one of them is not known, and asking again at once would find out nothing new.
            (_, Some((at, why))) if within(*at, RETRY_MS) => Some(Err(KeyError::Unreadable(why.clone()))),
            _ => None,
        }
    }
}

impl Jwks {
    /// Returns the keys at `url`; nothing is fetched yet.
    pub fn new(url: String) -> Self {
        Self { url: url.into(), known: Arc::default(), fetching: Arc::default() }
    }

    /// Returns the key of that id and the algorithms it signs with. A key that is known is answered without a request, also
    /// while another request is under way or has failed; an unknown one while the set cannot be read is
    /// [`KeyError::Unreadable`], which is worth a retry, and never [`KeyError::Unknown`].
    ///
    /// # Errors
    /// [`KeyError`] if the issuer does not list the key, or cannot be reached.
    pub async fn key(&self, kid: &str, now: TimestampMs) -> Result<Key, KeyError> {
        if let Some(answer) = self.known().answer(kid, now) {
            return answer;
        }
        let _one = self.fetching.lock().await;
        // The previous holder of the lock may have fetched the key.
        if let Some(answer) = self.known().answer(kid, now) {
            return answer;
        }
        let fetched = self.fetch().await;
        let mut known = self.known();
        match fetched {
            Ok(keys) => *known = Known { keys, fetched: Some(now), failed: None },
            Err(error) => {
                let why = error.to_string();
                known.failed = Some((now, why.clone()));
                return Err(KeyError::Unreadable(why));
            }
        }
        known.keys.get(kid).cloned().ok_or(KeyError::Unknown)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn fetch(&self) -> Result<HashMap<String, Key>, FetchError> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build()?;
        let mut answer = client.get(&*self.url).send().await.and_then(|a| a.error_for_status())?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
        }
        let set: JwkSet = serde_json::from_slice(&body)?;
        Ok(set.keys.iter().take(MAX_KEYS).filter_map(usable).collect())
    }
}

/// Why the keys could not be fetched.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    /// The endpoint did not answer.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// The answer is longer than a key set may be.
    #[error("the key set is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// The answer is no key set.
    #[error(transparent)]
    Format(#[from] serde_json::Error),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// An RSA key as an issuer publishes it, of the id `now`.
    const SET: &str = r#"{"keys":[{"kty":"RSA","kid":"now","use":"sig","alg":"RS256","e":"AQAB","n":"sXchDaQebHnPiGvyDOAT4saGEUetSyo9MKLOoWFsueri23bOdgWp4Dy1WlUzewbgBHod5pcM9H95GQRV3JDXboIRROSBigeC5yjU1hGzHHyXss8UDprecbAYxknTcQkhslANGRUZmdTOQ5qTRsLAt6BTYuyvVRdhS8exSZEy_c4gs_7svlJJQ4H9_NxsiIoLwAEk7-Q3UXERGYw_75IDrGA84-lA_-Ct4eTlXHBIY2EaV7t7LjJaynVJCpkv4LKjTTAumiGUIuQhrNhZLuF_RJLqHpM2kgWFLU7-VTdL1VbC2tejvcI2BlMkEpk1BzBZI0KQB0GaDWFLN-aEAw3vRw"}]}"#;

    /// An issuer that answers with these statuses, one a request, and with the last forever.
    async fn issuer(statuses: &'static [u16]) -> (Jwks, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        tokio::spawn(async move {
            loop {
                let (mut socket, _) = listener.accept().await.unwrap();
                let mut head = [0; 4096];
                let _ = socket.read(&mut head).await;
                let status = statuses[count.fetch_add(1, SeqCst).min(statuses.len() - 1)];
                let body = if status == 200 { SET } else { "" };
                let answer = format!(
                    "HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        });
        (Jwks::new(url), asked)
    }

    fn says(answer: Result<Key, KeyError>) -> &'static str {
        match answer {
            Ok(_) => "found",
            Err(KeyError::Unknown) => "unknown",
            Err(KeyError::Unreadable(_)) => "try again",
        }
    }

    #[tokio::test]
    async fn a_fetch_that_fails_says_try_again_until_one_succeeds_and_never_that_a_key_is_unknown() {
        let (jwks, asked) = issuer(&[503, 503, 200]).await;
        let mut said = Vec::new();
        for at in [0, 1, RETRY_MS - 1, RETRY_MS, 2 * RETRY_MS - 1, 2 * RETRY_MS, 2 * RETRY_MS + 1] {
            said.push(says(jwks.key("now", TimestampMs(at)).await));
        }
        assert_eq!(said, ["try again", "try again", "try again", "try again", "try again", "found", "found"]);
        assert_eq!(asked.load(SeqCst), 3, "one request a second at most while they fail");
    }

    #[tokio::test]
    async fn a_failed_fetch_refuses_nobody_whose_key_is_known() {
        let (jwks, asked) = issuer(&[200, 503]).await;
        assert_eq!(says(jwks.key("now", TimestampMs(0)).await), "found");
        let later = MIN_REFETCH_MS + 1;
        assert_eq!(says(jwks.key("rotated", TimestampMs(later)).await), "try again");
        assert_eq!(says(jwks.key("now", TimestampMs(later)).await), "found");
        assert_eq!(asked.load(SeqCst), 2);
    }

    #[tokio::test]
    async fn made_up_key_ids_become_one_request_a_minute() {
        let (jwks, asked) = issuer(&[200]).await;
        for at in 0..100 {
            assert_eq!(says(jwks.key(&format!("made-up-{at}"), TimestampMs(at)).await), "unknown");
        }
        assert_eq!(asked.load(SeqCst), 1);
    }
}
