//! What a handler gets: the store, the way to the sockets, and the time and randomness of the outside.
use crate::{
    callback::{Callback, SdkCallback},
    clients,
    config::Environment,
    invoke::{Invoke, LambdaInvoke, NoInvoke},
    metrics::Metrics,
    rates::Rates,
    secrets::Secrets,
};
use protocol::limits::PresencePace;
use sheet::TimestampMs;
use std::{
    error::Error,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use store::{Store, Table, cycle::Random};

/// The clock: milliseconds since 1970. A value, so that a test or a simulator can hand in another.
pub type Clock = Arc<dyn Fn() -> TimestampMs + Send + Sync>;

/// Everything a handler needs. Cheap to clone.
#[derive(Clone)]
pub struct Context {
    /// The table.
    pub store: Store,
    /// The way to the sockets.
    pub callback: Arc<dyn Callback>,
    /// The way to an extraction.
    pub invoke: Arc<dyn Invoke>,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Counts the frames of each socket.
    pub rates: Arc<Rates>,
    /// What teams share with Slack and with their scripts.
    pub secrets: Secrets,
    /// Sockets that this deployment expects at once, in all its rooms: their return is spread by it.
    pub expected_connections: usize,
    /// How often clients tell where they are.
    pub presence_pace: PresencePace,
    /// Counts what happens, and writes it.
    pub metrics: Metrics,
}

impl Context {
    /// Now.
    pub fn now(&self) -> TimestampMs {
        (self.clock)()
    }

    /// Returns a name nobody else has, for a run of the system: 16 hexadecimal digits.
    pub fn unique(&self) -> String {
        format!("{:016x}", (self.random)())
    }

    /// Returns the context of a Lambda, from its environment. Names everything that is missing.
    ///
    /// # Errors
    /// If the environment lacks a variable or a value cannot be read: the message names all of them.
    pub async fn of_lambda(mut env: Environment) -> Result<(Self, Secrets), Box<dyn Error + Send + Sync>> {
        let (table, config) = env.store();
        let (expected_connections, presence_pace) = (env.expected_connections(), env.presence_pace());
        let (callback_url, extract) = (env.optional("CALLBACK_URL"), env.optional("EXTRACT_FUNCTION"));
        let metrics = Metrics::stdout(
            env.optional("STAGE"),
            env.optional("AWS_LAMBDA_FUNCTION_NAME"),
            env.optional("AWS_LAMBDA_FUNCTION_VERSION"),
        );
        env.finish()?;
        let aws = clients::load()?;
        let invoke: Arc<dyn Invoke> = match extract {
            Some(function) => Arc::new(LambdaInvoke::new(aws_sdk_lambda::Client::new(&aws), function)),
            None => Arc::new(NoInvoke),
        };
        let secrets = Secrets::new(aws_sdk_secretsmanager::Client::new(&aws));
        let table = Table::new(aws_sdk_dynamodb::Client::new(&aws), table);
        let random = system_random();
        let context = Self {
            store: Store::new(table, config, random.clone()),
            callback: Arc::new(SdkCallback::new(aws, callback_url).counting(metrics.clone())),
            invoke,
            clock: system_clock(),
            random,
            rates: Arc::default(),
            secrets: secrets.clone(),
            expected_connections,
            presence_pace,
            metrics,
        };
        Ok((context, secrets))
    }
}

/// Returns the system's clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        TimestampMs(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// Returns the operating system's randomness. A process that gets none ends, because it would make names that another
/// process may have made.
pub fn system_random() -> Random {
    Arc::new(|| {
        getrandom::u64().unwrap_or_else(|error| {
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort()
        })
    })
}
