//! The identity of a user: learned once from a token at `$connect`, then carried by the gateway in every event.
//!
//! Identity comes from the connection only. Nothing a client writes in a frame names anybody.
use crate::{
    event::SocketEvent,
    jwks::{Jwks, KeyError},
};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use protocol::server::{Peer, User};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sheet::{Author, Code, CycleKey, Name, Refusal, Role, TimestampMs, Week, change::SYSTEM_ID};
use std::sync::Arc;
use store::Connection;

/// Code points of a name on a screen; longer ones are cut.
const MAX_NAME_CODE_POINTS: usize = 80;
/// Teams one token may name.
const MAX_TEAMS: usize = 100;
/// Colours a person may get, each with at least 4.5 : 1 against white.
const COLORS: [&str; 12] = [
    "#b3261e", "#8c4a00", "#6b5d00", "#3f6600", "#006a5b", "#00658a", "#2a56c6", "#5b3fd6", "#8a2fc4",
    "#a5247f", "#7a4a3a", "#4a5a68",
];

/// Where teams and role come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Membership {
    /// From the token. A role that an admin has set outranks the token's all the same.
    #[default]
    Token,
    /// From the directory. Somebody of whom it says nothing is of no team, and a viewer.
    Directory,
}

/// What a token must satisfy beside its signature and its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Its `iss`.
    pub issuer: String,
    /// Its `aud`.
    pub audience: String,
}

/// The keys that sign tokens.
#[derive(Clone)]
pub enum Keys {
    /// One key that issuer and we share (HS256).
    Shared(Arc<DecodingKey>),
    /// The issuer's published keys (RS256, ES256).
    Published(Jwks),
}

impl Keys {
    /// Returns the shared key of these bytes.
    ///
    /// # Errors
    /// If there are none: an empty key would let everybody sign.
    pub fn shared(secret: &[u8]) -> Result<Self, jsonwebtoken::errors::Error> {
        Ok(Self::Shared(Arc::new(DecodingKey::from_secret(secret)?)))
    }
}

/// Verifies tokens.
#[derive(Clone)]
pub struct Verifier {
    rules: Rules,
    keys: Keys,
    membership: Membership,
    /// The tenant of everybody, where the deployment has one alone: an issuer then need not name it.
    tenant: Option<Name>,
}

/// What a token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Claims {
    /// The user's id within the tenant.
    pub sub: String,
    /// Their name on a screen.
    #[serde(default)]
    pub name: Option<String>,
    /// Their email, by which they are found in Slack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The tenant.
    pub tenant: String,
    /// The teams whose rooms they may enter.
    pub teams: Vec<String>,
    /// `viewer`, `editor` or `admin`.
    pub role: String,
    /// The issuer of the token.
    pub iss: String,
    /// For whom.
    pub aud: Value,
    /// Until when, seconds.
    pub exp: i64,
}

/// Somebody, as far as the system knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Identity {
    /// Their tenant.
    pub tenant: Name,
    /// Their id there.
    pub user: Name,
    /// Their name.
    pub name: String,
    /// Their colour.
    pub color: String,
    /// What they may do, says the token.
    pub role: Role,
    /// The teams whose rooms they may enter.
    pub teams: Vec<Name>,
    /// When the token ends.
    pub expires_at: TimestampMs,
    /// Their email, if the token says it.
    pub email: Option<String>,
}

/// Why a token is none. The reason goes to the log; a caller only learns the code.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Not signed by the issuer, not for us, or not whole.
    #[error("the token does not verify: {0}")]
    Invalid(String),
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// The issuer's keys could not be read.
    #[error("the issuer's keys could not be read: {0}")]
    Keys(String),
    /// Whether they are a member could not be read.
    #[error("the directory could not be read: {0}")]
    Directory(String),
}

impl Verifier {
    /// Returns one that holds tokens to `rules` with `keys`.
    pub fn new(rules: Rules, keys: Keys) -> Self {
        Self { rules, keys, membership: Membership::Token, tenant: None }
    }

    /// Returns the same, for people whose teams and role come from there.
    pub fn with(self, membership: Membership) -> Self {
        Self { membership, ..self }
    }

    /// The same, for a deployment that serves `tenant` alone: whatever tenant a token names, its bearer is of this one.
    pub fn of_tenant(self, tenant: Name) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// Where teams and role come from.
    pub(crate) fn membership(&self) -> Membership {
        self.membership
    }

    /// Returns the identity of the bearer of `token` at `now`.
    ///
    /// # Errors
    /// [`TokenError`] with the reason, for the log: the caller is refused without it.
    pub async fn verify(&self, token: &str, now: TimestampMs) -> Result<Identity, TokenError> {
        let invalid = |error: jsonwebtoken::errors::Error| TokenError::Invalid(error.to_string());
        let header = decode_header(token).map_err(invalid)?;
        let (key, algorithms) = match &self.keys {
            Keys::Shared(key) => (key.clone(), vec![Algorithm::HS256]),
            Keys::Published(jwks) => {
                // The algorithm is the issuer's key's, never the token's choice between a public key and a shared one.
                let kid =
                    header.kid.as_deref().ok_or_else(|| TokenError::Invalid("it names no key".into()))?;
                jwks.key(kid, now).await.map_err(|error| match error {
                    KeyError::Unknown => TokenError::Invalid(error.to_string()),
                    KeyError::Unreadable(reason) => TokenError::Keys(reason),
                })?
            }
        };
        let mut validation = Validation::new(*algorithms.first().unwrap_or(&Algorithm::RS256));
        validation.algorithms = algorithms;
        validation.set_audience(&[&self.rules.audience]);
        validation.set_issuer(&[&self.rules.issuer]);
        validation.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Time comes in with the request, so that every decision about it is made on one clock: ours.
        validation.validate_exp = false;
        let mut claims = decode::<Value>(token, &key, &validation).map_err(invalid)?.claims;
        if let (Membership::Directory, Some(claims)) = (self.membership, claims.as_object_mut()) {
            // Whatever the token says of them: the directory says it, or nobody does.
            claims.insert("teams".into(), Value::Array(Vec::new()));
            claims.insert("role".into(), Role::Viewer.as_str().into());
        }
        if let (Some(tenant), Some(claims)) = (&self.tenant, claims.as_object_mut()) {
            claims.insert("tenant".into(), tenant.as_str().into());
        }
        let claims: Claims =
            serde_json::from_value(claims).map_err(|error| TokenError::Invalid(error.to_string()))?;
        let identity = Identity::of(claims)?;
        if identity.expired(now) { Err(TokenError::Expired) } else { Ok(identity) }
    }
}

impl Identity {
    fn of(claims: Claims) -> Result<Self, TokenError> {
        let name = |word: &str| Name::new(word).map_err(|error| TokenError::Invalid(error.to_string()));
        let user = name(&claims.sub)?;
        if user.as_str() == SYSTEM_ID {
            return Err(TokenError::Invalid("its subject is the system's own id".into()));
        }
        if claims.teams.len() > MAX_TEAMS {
            return Err(TokenError::Invalid(format!("it names more than {MAX_TEAMS} teams")));
        }
        let role = Role::of_person(&claims.role);
        Ok(Self {
            tenant: name(&claims.tenant)?,
            name: display_name(claims.name.as_deref(), &user),
            color: color_of(&user),
            user,
            role: role.ok_or_else(|| TokenError::Invalid("role is one of viewer, editor, admin".into()))?,
            teams: claims.teams.iter().map(|team| name(team)).collect::<Result<_, _>>()?,
            expires_at: TimestampMs(claims.exp.saturating_mul(1000)),
            email: claims.email.filter(|email| is_email(email)),
        })
    }

    /// Returns whether the token has expired at `now`.
    pub fn expired(&self, now: TimestampMs) -> bool {
        now >= self.expires_at
    }

    /// Returns whether the token allows this team's rooms.
    pub fn enters(&self, team: &Name) -> bool {
        self.teams.contains(team)
    }

    /// As the author of a change.
    pub fn author(&self) -> Author {
        Author { id: self.user.clone(), name: self.name.clone() }
    }

    /// As others see them.
    pub fn user(&self) -> User {
        User { id: self.user.to_string(), name: self.name.clone(), color: self.color.clone() }
    }

    /// As a row of the connection map, known to live at `now`.
    pub fn connection(&self, connection_id: &str, now: TimestampMs) -> Connection {
        Connection {
            connection_id: connection_id.into(),
            user: self.user.clone(),
            name: self.name.clone(),
            color: self.color.clone(),
            role: self.role,
            token_expires_at: self.expires_at,
            seen_at: now,
        }
    }

    /// Returns what the authorizer passes to every later event of the socket; all values are text.
    pub fn to_context(&self, room: &CycleKey) -> Map<String, Value> {
        let teams: Vec<&str> = self.teams.iter().map(Name::as_str).collect();
        let pairs = [
            ("tenant", self.tenant.to_string()),
            ("user", self.user.to_string()),
            ("name", self.name.clone()),
            ("color", self.color.clone()),
            ("role", self.role.as_str().to_owned()),
            ("teams", teams.join(",")),
            ("team", room.team.to_string()),
            ("cycle", room.week.to_string()),
            ("exp", (self.expires_at.0 / 1000).to_string()),
        ];
        let email = self.email.iter().map(|email| ("email", email.clone()));
        pairs.into_iter().chain(email).map(|(key, value)| (key.to_owned(), Value::String(value))).collect()
    }

    /// Returns the sender of an event and the room of their socket, as the gateway carries them.
    ///
    /// # Errors
    /// [`Refusal`] if the event does not carry what the authorizer put into it.
    pub fn of_event(event: &SocketEvent) -> Result<(Self, CycleKey), Refusal> {
        match &event.request_context.authorizer {
            Some(context) => Self::from_context(context),
            None => Self::from_context(&Map::new()),
        }
    }

    /// Returns the sender of an event and the room of their socket. An event without them is refused.
    ///
    /// # Errors
    /// [`Refusal`] if a field of the authorizer is missing or wrong.
    pub fn from_context(context: &Map<String, Value>) -> Result<(Self, CycleKey), Refusal> {
        let refused = || Refusal::new(Code::Forbidden, "this connection carries no identity: connect again");
        let field = |key: &str| context.get(key).and_then(Value::as_str).ok_or_else(refused);
        let name = |key: &str| Name::new(field(key)?).map_err(|_| refused());
        let tenant = name("tenant")?;
        let room = CycleKey {
            tenant: tenant.clone(),
            team: name("team")?,
            week: field("cycle")?.parse::<Week>().map_err(|_| refused())?,
        };
        let identity = Self {
            tenant,
            user: name("user")?,
            name: field("name")?.to_owned(),
            color: field("color")?.to_owned(),
            role: Role::of_person(field("role")?).ok_or_else(refused)?,
            teams: field("teams")?.split(',').filter_map(|team| Name::new(team).ok()).collect(),
            expires_at: TimestampMs(
                field("exp")?.parse::<i64>().map_err(|_| refused())?.saturating_mul(1000),
            ),
            email: field("email").ok().filter(|email| is_email(email)).map(str::to_owned),
        };
        if identity.enters(&room.team) { Ok((identity, room)) } else { Err(refused()) }
    }
}

/// Short, without blanks, and with something on both sides of its `@`: enough to compare it with another.
fn is_email(text: &str) -> bool {
    let sides = text.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    sides && text.len() <= 254 && !text.contains(|c: char| c.is_whitespace() || c.is_control())
}

/// Returns a socket of the connection map as others see it.
pub fn peer(connection: &Connection) -> Peer {
    Peer {
        connection_id: connection.connection_id.clone(),
        user: User {
            id: connection.user.to_string(),
            name: connection.name.clone(),
            color: connection.color.clone(),
        },
        role: connection.role,
    }
}

/// One line, without control characters, of bearable length; the id if nothing is left.
fn display_name(name: Option<&str>, user: &Name) -> String {
    let clean: String =
        name.unwrap_or_default().chars().filter(|c| !c.is_control()).take(MAX_NAME_CODE_POINTS).collect();
    if clean.trim().is_empty() { user.to_string() } else { clean.trim().to_owned() }
}

/// The same colour for the same user on every screen.
fn color_of(user: &Name) -> String {
    let digest = Sha256::digest(user.as_str().as_bytes());
    COLORS[digest[4] as usize % COLORS.len()].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{EncodingKey, Header, encode};
    use serde_json::json;

    const SECRET: &[u8] = b"a secret of the tests, long enough";

    fn token(change: impl FnOnce(&mut Value)) -> String {
        let mut claims = json!({"sub":"ana","name":"Ana Ruiz","tenant":"acme","teams":["platform"],"role":"editor",
            "iss":"https://id.example","aud":"cyclesheet","exp":2_000_000_000});
        change(&mut claims);
        encode(&Header::default(), &claims, &EncodingKey::from_secret(SECRET).unwrap()).unwrap()
    }

    async fn verify(token: &str) -> Result<Identity, TokenError> {
        let rules = Rules { issuer: "https://id.example".into(), audience: "cyclesheet".into() };
        Verifier::new(rules, Keys::shared(SECRET).unwrap())
            .verify(token, TimestampMs(1_800_000_000_000))
            .await
    }

    #[tokio::test]
    async fn a_good_token_names_its_bearer_and_travels_in_the_context() {
        let identity = verify(&token(|_| ())).await.unwrap();
        let room = CycleKey {
            tenant: identity.tenant.clone(),
            team: Name::new("platform").unwrap(),
            week: "2026-W47".parse().unwrap(),
        };
        let (again, same) = Identity::from_context(&identity.to_context(&room)).unwrap();
        assert_eq!((again, same), (identity, room));
    }

    // rule: C2
    #[tokio::test]
    async fn a_token_that_lacks_anything_or_is_anothers_is_refused() {
        for claim in ["sub", "tenant", "teams", "role", "iss", "aud", "exp"] {
            let token = token(|claims| drop(claims.as_object_mut().unwrap().remove(claim)));
            assert!(matches!(verify(&token).await, Err(TokenError::Invalid(_))), "{claim}");
        }
        for (claim, value) in [
            ("iss", json!("https://evil.example")),
            ("aud", json!("other")),
            ("role", json!("system")),
            ("sub", json!("cyclesheet")),
            ("sub", json!("a#b")),
            ("tenant", json!("a/b")),
        ] {
            let token = token(|claims| claims[claim] = value.clone());
            assert!(matches!(verify(&token).await, Err(TokenError::Invalid(_))), "{claim} {value}");
        }
        let old = token(|claims| claims["exp"] = json!(1_700_000_000));
        assert!(matches!(verify(&old).await, Err(TokenError::Expired)));
        let mut forged = token(|_| ());
        forged.replace_range(forged.len() - 4.., "AAAA");
        assert!(verify(&forged).await.is_err());
        let none = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbmEifQ.";
        assert!(verify(none).await.is_err());
    }

    #[test]
    fn a_context_that_lacks_anything_is_nobody() {
        let whole = json!({"tenant":"acme","user":"ana","name":"Ana","color":"#fff","role":"editor","teams":"platform",
            "team":"platform","cycle":"2026-W47","exp":"2000000000","principalId":"ana","integrationLatency":12});
        let whole = whole.as_object().unwrap();
        assert!(Identity::from_context(whole).is_ok());
        for key in ["tenant", "user", "name", "color", "role", "teams", "team", "cycle", "exp"] {
            let mut less = whole.clone();
            less.remove(key);
            assert!(Identity::from_context(&less).is_err(), "{key}");
        }
        let mut elsewhere = whole.clone();
        elsewhere.insert("team".into(), json!("billing"));
        assert!(Identity::from_context(&elsewhere).is_err());
    }
}
