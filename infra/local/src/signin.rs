//! What an OpenID issuer says of itself: where its keys are, and where people sign in.
use serde::Deserialize;
use std::time::Duration;

/// How long the issuer may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of its document that are read; the largest in public use has about 4 KB.
const MAX_BYTES: usize = 64 * 1024;
/// Where the document is, below the issuer's address (OpenID Connect Discovery 1.0, section 4).
const PATH: &str = "/.well-known/openid-configuration";

/// Where the page signs people in: the authorization code flow with PKCE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Where the browser goes.
    pub authorize_url: String,
    /// Where the page then gets the identity token.
    pub token_url: String,
    /// The page's id there.
    pub client_id: String,
}

/// What is read of an issuer's document.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Issuer {
    /// Its name, as its tokens have it.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    /// Where a code becomes a token.
    pub token_endpoint: String,
}

/// Returns whether an address keeps what is sent there from being read or changed on the way: it is `https`, or it does not
/// leave this machine.
pub fn is_private(url: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(url) else { return false };
    let is_here = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "https" || (url.scheme() == "http" && is_here)
}

impl Issuer {
    /// Asks the issuer at `url` where everything is. Fails with a sentence that names what was wrong.
    pub async fn discover(url: &str) -> Result<Self, String> {
        if !is_private(url) {
            return Err(format!("the issuer {url:?} must be an https address"));
        }
        let unread = |why: &dyn std::fmt::Display| {
            format!("cannot read {url}{PATH}: {why}; check --issuer, and that this machine reaches it")
        };
        let client = reqwest::Client::builder().timeout(TIMEOUT).build().map_err(|error| unread(&error))?;
        // An issuer's name may end with a slash, and the path has one slash all the same.
        let mut answer = client
            .get(format!("{}{PATH}", url.trim_end_matches('/')))
            .send()
            .await
            .and_then(reqwest::Response::error_for_status)
            .map_err(|error| unread(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| unread(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > MAX_BYTES {
                return Err(unread(&format!("it is larger than {MAX_BYTES} bytes")));
            }
        }
        let found: Self = serde_json::from_slice(&body).map_err(|error| unread(&error))?;
        found.checked(url)
    }

    fn checked(self, url: &str) -> Result<Self, String> {
        // Another issuer's document under this address would have tokens of the other one taken.
        if self.issuer != url {
            return Err(format!(
                "the issuer at {url} calls itself {}: give --issuer that name exactly, to the last slash",
                self.issuer
            ));
        }
        for place in [&self.jwks_uri, &self.authorization_endpoint, &self.token_endpoint] {
            if !is_private(place) {
                return Err(format!("the issuer {url} names {place:?}, which is no https address"));
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(name: &str, place: &str) -> Issuer {
        Issuer {
            issuer: name.to_owned(),
            jwks_uri: place.to_owned(),
            authorization_endpoint: place.to_owned(),
            token_endpoint: place.to_owned(),
        }
    }

    #[test]
    fn an_issuer_is_taken_under_its_own_name_alone() {
        let place = "https://id.example/x";
        assert!(issuer("https://id.example", place).checked("https://id.example").is_ok());
        for other in ["https://id.example/", "https://evil.example", "http://id.example", ""] {
            let refusal = issuer(other, place).checked("https://id.example").unwrap_err();
            assert!(refusal.contains("to the last slash"), "{refusal}");
        }
    }

    #[test]
    fn addresses_that_others_could_read_on_the_way_are_refused() {
        for place in
            ["https://id.example/keys", "http://127.0.0.1:1/keys", "http://[::1]/", "http://localhost/a"]
        {
            assert!(is_private(place), "{place}");
        }
        for place in [
            "http://id.example/keys",
            "http://127.0.0.1.evil.example/",
            "http://localhost@evil.example/",
            "file:///etc/passwd",
            "ftp://127.0.0.1/",
            "id.example",
            "",
        ] {
            assert!(!is_private(place), "{place}");
            assert!(issuer("https://id.example", place).checked("https://id.example").is_err(), "{place}");
        }
    }
}
