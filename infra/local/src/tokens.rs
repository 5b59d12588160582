//! Tokens of the local issuer.
use jsonwebtoken::{EncodingKey, Header, encode};
use platform::identity::{Claims, Keys, Rules, Verifier};
use serde_json::Value;
use sheet::{Name, Role, TimestampMs};

/// The `iss` of local tokens.
pub const ISSUER: &str = "cyclesheet-dev";
/// Their `aud`.
pub const AUDIENCE: &str = "cyclesheet";
/// The key that signs them unless `JWT_SECRET` names another. It is public: the local stack listens on this machine
/// only, and guards nothing that the person at the keyboard does not have.
pub const SECRET: &str = "cyclesheet-dev-secret-known-to-everybody";

/// Whom a token is for.
#[derive(Clone, Debug)]
pub struct Person {
    /// The tenant.
    pub tenant: Name,
    /// The teams whose rooms they may enter.
    pub teams: Vec<Name>,
    /// Their id.
    pub user: Name,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
}

/// A token for `person` that ends at `expires_at`.
pub fn issue(
    secret: &str,
    person: &Person,
    expires_at: TimestampMs,
) -> Result<String, jsonwebtoken::errors::Error> {
    let claims = Claims {
        sub: person.user.to_string(),
        name: Some(person.name.clone()),
        email: None,
        tenant: person.tenant.to_string(),
        teams: person.teams.iter().map(Name::to_string).collect(),
        role: person.role.as_str().to_owned(),
        iss: ISSUER.to_owned(),
        aud: Value::String(AUDIENCE.to_owned()),
        exp: expires_at.0 / 1000,
    };
    encode(&Header::default(), &claims, &EncodingKey::from_secret(secret.as_bytes())?)
}

/// Returns a verifier of the local issuer's tokens.
///
/// # Errors
/// If the secret is empty.
pub fn verifier(secret: &str) -> Result<Verifier, jsonwebtoken::errors::Error> {
    let rules = Rules { issuer: ISSUER.to_owned(), audience: AUDIENCE.to_owned() };
    Ok(Verifier::new(rules, Keys::shared(secret.as_bytes())?))
}
