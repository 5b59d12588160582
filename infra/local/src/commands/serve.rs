//! `cyclesheet serve`: one machine for a small team, with people who sign in. docs/serve.md has its threat model.
use super::{Done, dev, print};
use extraction::cohere::{DEFAULT_BASE_URL, DEFAULT_MODEL};
use local::{
    Options, Stack, backup,
    database::Embedded,
    schedule::{self, Schedule, WEEKLY},
    signin::{Issuer, SignIn, is_private},
    stack::{Access, Public},
};
use platform::{
    admission::Membership,
    identity::{Keys, Rules, Verifier},
    jwks::Jwks,
    telemetry,
};
use protocol::limits::DEFAULT_EXPECTED_CONNECTIONS;
use sheet::{Name, week::time_zone};
use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};
use store::StoreConfig;
use tokio::signal::unix::{SignalKind, signal};

/// How long `cyclesheet health` waits for an answer.
const HEALTH_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Where everything is kept; made, and private to its owner, if it does not exist
    #[arg(long, env = "CYCLESHEET_DATA", value_name = "DIR")]
    data: PathBuf,
    /// What people type: the https address of the proxy in front
    #[arg(long, env = "CYCLESHEET_URL", value_name = "URL", value_parser = public_url)]
    url: String,
    /// The OpenID issuer that signs people in, as its tokens name it
    #[arg(long, env = "CYCLESHEET_ISSUER", value_name = "URL")]
    issuer: String,
    /// The page's client id at the issuer, which its tokens are for
    #[arg(long, env = "CYCLESHEET_AUDIENCE", value_name = "ID")]
    audience: String,
    /// The one tenant that everybody who signs in belongs to; without it, tokens name theirs
    #[arg(long, env = "CYCLESHEET_TENANT", value_name = "NAME")]
    tenant: Option<Name>,
    /// Where people's teams and roles come from: their tokens, or `cyclesheet member set` (directory)
    #[arg(long, env = "CYCLESHEET_MEMBERSHIP", value_name = "token|directory", default_value = "token", value_parser = membership)]
    membership: Membership,
    /// Where to listen. The proxy alone should reach it: there is no TLS here
    #[arg(long, env = "CYCLESHEET_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4510")]
    listen: SocketAddr,
    /// The IANA time zone that the schedule is read in
    #[arg(long, env = "CYCLESHEET_TIME_ZONE", value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// When the weekly run starts, as a cron pattern
    #[arg(long, env = "CYCLESHEET_SCHEDULE", value_name = "CRON", default_value = WEEKLY)]
    schedule: String,
    /// Seconds between sweeps, which count new messages, seal last week and resume what was interrupted
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    sweep: u64,
    /// Sockets to expect at once in all rooms: clients spread their return by it
    #[arg(long, value_name = "N", default_value_t = DEFAULT_EXPECTED_CONNECTIONS as u32, value_parser = clap::value_parser!(u32).range(1..))]
    expected_connections: u32,
    /// Cohere's key; without it sheets are made straight from the messages
    #[arg(long, env = "COHERE_API_KEY", hide_env_values = true, value_name = "KEY")]
    cohere_api_key: Option<String>,
    /// Where Cohere answers
    #[arg(long, env = "COHERE_BASE_URL", value_name = "URL", default_value = DEFAULT_BASE_URL)]
    cohere_base_url: String,
    /// The model that is asked
    #[arg(long, env = "COHERE_MODEL", value_name = "NAME", default_value = DEFAULT_MODEL)]
    cohere_model: String,
    /// What teams share with Slack and with their scripts: a JSON file of secrets' names and values
    #[arg(long, env = "CYCLESHEET_SECRETS", value_name = "FILE")]
    secrets: Option<PathBuf>,
}

/// An https address without a path; http on this machine itself, to try it.
fn public_url(text: &str) -> Result<String, String> {
    let url = text.trim_end_matches('/');
    let host = url.split_once("://").map_or("", |(_, host)| host);
    let is_plain = !host.is_empty() && !host.contains(['/', '?', '#', '@', '*', ' ']);
    if is_plain && is_private(url) {
        Ok(url.to_owned())
    } else {
        Err("an https address without a path would be right, such as https://sheet.example.com".into())
    }
}

fn membership(word: &str) -> Result<Membership, String> {
    Membership::of_word(word).ok_or_else(|| "it is token or directory".to_owned())
}

impl Serve {
    pub(crate) async fn run(self: Box<Self>) -> Done {
        telemetry::begin(Some(&std::env::var("LOG_LEVEL").unwrap_or_else(|_| "info".into())));
        let schedule = Schedule::new(&self.schedule, time_zone(&self.time_zone)?)?;
        let issuer = Issuer::discover(&self.issuer).await?;
        let key = self.cohere_api_key.clone().filter(|key| !key.trim().is_empty());
        let stack = Stack::start(Options {
            listen: self.listen,
            access: Access::Public(self.public(issuer)),
            membership: self.membership,
            model: key.map(|key| dev::ask(&self.cohere_base_url, key, &self.cohere_model)).transpose()?,
            secrets: dev::secrets(self.secrets.as_deref())?,
            expected_connections: self.expected_connections as usize,
            store: StoreConfig { epoch_salt: backup::epoch(&self.data)?, ..StoreConfig::default() },
            ..Options::new(Embedded::in_folder(&self.data)?)
        })
        .await?;
        let (mut interrupted, mut terminated) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        print(&format!("ready {} behind {}\n", stack.address, self.url))?;
        tokio::spawn(schedule::keep(stack.clone(), schedule));
        tokio::spawn(stack.clone().sweep(Duration::from_secs(self.sweep)));
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
        match stack.shutdown().await {
            0 => Ok(()),
            left => Err(format!("{left} sockets or messages did not end in time").into()),
        }
    }

    fn public(&self, issuer: Issuer) -> Public {
        let rules = Rules { issuer: issuer.issuer, audience: self.audience.clone() };
        let verifier = Verifier::new(rules, Keys::Published(Jwks::new(issuer.jwks_uri)));
        Public {
            url: self.url.clone(),
            verifier: match &self.tenant {
                Some(tenant) => verifier.of_tenant(tenant.clone()),
                None => verifier,
            },
            sign_in: SignIn {
                authorize_url: issuer.authorization_endpoint,
                token_url: issuer.token_endpoint,
                client_id: self.audience.clone(),
            },
        }
    }
}

#[derive(clap::Args)]
pub(crate) struct Health {
    /// Where the server listens
    #[arg(long, env = "CYCLESHEET_LISTEN", value_name = "ADDRESS:PORT", default_value = "127.0.0.1:4510")]
    listen: SocketAddr,
}

impl Health {
    pub(crate) async fn run(self) -> Done {
        // A server that listens everywhere also listens on this machine's own address.
        let at = match self.listen.ip().is_unspecified() {
            true => SocketAddr::from((Ipv4Addr::LOCALHOST, self.listen.port())),
            false => self.listen,
        };
        let client = reqwest::Client::builder().timeout(HEALTH_TIMEOUT).build()?;
        let answer = client.get(format!("http://{at}/healthz")).header("host", "localhost").send().await?;
        match answer.status().is_success() {
            true => print("ok\n"),
            false => Err(format!("the server at {at} is not well: {}", answer.status()).into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_https_and_has_no_path() {
        assert_eq!(public_url("https://sheet.example.com/").as_deref(), Ok("https://sheet.example.com"));
        assert_eq!(
            public_url("https://sheet.example.com:8443").as_deref(),
            Ok("https://sheet.example.com:8443")
        );
        assert_eq!(public_url("http://127.0.0.1:4950").as_deref(), Ok("http://127.0.0.1:4950"));
        for bad in [
            "",
            "https://",
            "sheet.example.com",
            "http://sheet.example.com",
            "https://sheet.example.com/x",
            "https://*.example.com",
            "https://me@sheet.example.com",
            "ftp://sheet.example.com",
        ] {
            assert!(public_url(bad).is_err(), "{bad:?}");
        }
    }
}
