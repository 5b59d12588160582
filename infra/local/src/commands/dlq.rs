//! `cyclesheet dlq`: what the stage's two dead-letter queues hold, and asking for it again.
//!
//! `Undelivered` holds the input of a schedule that could not start `extract`; `Failed` holds Lambda's record of a run that
//! failed three times, with the request in it.
use super::{Done, Failed, at, print};
use aws_sdk_lambda::{primitives::Blob, types::InvocationType};
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use serde_json::{Value, json};
use sheet::Name;
use std::collections::BTreeMap;

/// Messages of one call: SQS hands out ten at most.
const PAGE: i32 = 10;
/// Seconds in which nobody else is handed a message that was read: long enough to ask for it again.
const HELD_S: i32 = 60;
/// Messages that one command reads: a queue that holds more is read again.
const MAX_MESSAGES: usize = 500;
/// What the queues are called in the stack, and so in their names.
const QUEUES: [&str; 2] = ["Undelivered", "Failed"];

#[derive(clap::Subcommand)]
pub(crate) enum Dlq {
    /// Print what the queues hold: what was asked for, when, and why it failed
    List(Queues),
    /// Ask `extract` for each again, and delete what could be asked for
    Replay(Queues),
}

#[derive(clap::Args)]
pub(crate) struct Queues {
    /// The stage
    #[arg(long, default_value = "dev")]
    stage: Name,
    /// A queue's URL, instead of the stage's two; may be repeated
    #[arg(long = "queue", value_name = "URL")]
    queues: Vec<String>,
    /// Say what would be asked for, and leave the queues as they are
    #[arg(long)]
    dry_run: bool,
    /// Print JSON, one value a line
    #[arg(long)]
    json: bool,
}

/// A queue of a stage.
pub(crate) struct Queue {
    /// Its URL.
    pub(crate) url: String,
    /// How many messages it holds, about.
    pub(crate) depth: u64,
}

impl Queue {
    /// Returns the name at the end of its URL.
    pub(crate) fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(&self.url)
    }
}

/// Returns the dead-letter queues of a stage.
pub(crate) async fn queues(sqs: &aws_sdk_sqs::Client, stage: &Name) -> Result<Vec<Queue>, Failed> {
    let listed = sqs.list_queues().queue_name_prefix(format!("cyclesheet-{stage}-")).send().await;
    let listed = listed.map_err(|error| said("the queues cannot be listed", error))?;
    let ours = |url: &String| {
        let name = url.rsplit('/').next().unwrap_or(url);
        QUEUES.iter().any(|queue| name.contains(queue))
    };
    let mut found = Vec::new();
    for url in listed.queue_urls.unwrap_or_default().into_iter().filter(ours) {
        found.push(Queue { depth: depth(sqs, &url).await?, url });
    }
    Ok(found)
}

async fn depth(sqs: &aws_sdk_sqs::Client, url: &str) -> Result<u64, Failed> {
    let what = QueueAttributeName::ApproximateNumberOfMessages;
    let got = sqs.get_queue_attributes().queue_url(url).attribute_names(what.clone()).send().await;
    let got = got.map_err(|error| said("a queue cannot be read", error))?;
    let depth = got.attributes.and_then(|mut all| all.remove(&what)).and_then(|text| text.parse().ok());
    Ok(depth.unwrap_or(0))
}

/// A sentence with the service's own code and words.
fn said<E: std::error::Error + Send + Sync + 'static>(what: &str, error: E) -> Failed {
    let mut reason = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        reason = cause.to_string();
        source = cause.source();
    }
    format!("{what}: {reason}").into()
}

/// What a message asks for, and why it is here.
struct Letter {
    request: Value,
    reason: String,
    at: Option<String>,
}

impl Letter {
    fn of(message: &Message) -> Self {
        let body: Value =
            message.body().and_then(|body| serde_json::from_str(body).ok()).unwrap_or(Value::Null);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        if let Some(request) = body.get("requestPayload") {
            let reason = text(&body["responsePayload"]["errorMessage"])
                .or_else(|| text(&body["requestContext"]["condition"]))
                .unwrap_or_else(|| "no reason is given".into());
            return Self { request: request.clone(), reason, at: text(&body["timestamp"]) };
        }
        let attribute = |name: &str| {
            let value = message.message_attributes().and_then(|all| all.get(name))?.string_value()?;
            Some(value.to_owned())
        };
        let said = [attribute("ERROR_CODE"), attribute("ERROR_MESSAGE")];
        let reason = said.into_iter().flatten().collect::<Vec<_>>().join(": ");
        let reason = if reason.is_empty() { "no reason is given".into() } else { reason };
        Self { request: body, reason, at: attribute("TIMESTAMP") }
    }

    fn print(&self, queue: &str, json: bool, done: Option<&str>) -> Done {
        let Self { request, reason, at } = self;
        if json {
            let line = json!({"queue": queue, "request": request, "reason": reason, "at": at, "done": done});
            return print(&format!("{line}\n"));
        }
        let at = at.as_deref().unwrap_or("");
        let done = done.map(|done| format!("\n  {done}")).unwrap_or_default();
        print(&format!("{queue}  {at}\n  {request}\n  {reason}{done}\n"))
    }
}

impl Dlq {
    pub(crate) async fn run(self) -> Done {
        let aws = at::aws().await?;
        let sqs = aws_sdk_sqs::Client::new(&aws);
        let (to, replays) = match self {
            Self::List(to) => (to, false),
            Self::Replay(to) => (to, true),
        };
        let found = if to.queues.is_empty() {
            queues(&sqs, &to.stage).await?
        } else {
            to.queues.iter().map(|url| Queue { url: url.clone(), depth: 0 }).collect()
        };
        if found.is_empty() {
            let stage = &to.stage;
            return Err(
                format!("there is no queue of the stage {stage}: is it deployed in this region?").into()
            );
        }
        let lambda = aws_sdk_lambda::Client::new(&aws);
        let (mut count, mut left) = (0, 0);
        for queue in &found {
            for message in messages(&sqs, &queue.url).await? {
                count += 1;
                let letter = Letter::of(&message);
                if !replays || to.dry_run {
                    letter.print(queue.name(), to.json, None)?;
                    continue;
                }
                match again(&lambda, &to.stage, &letter.request).await {
                    Ok(()) => {
                        let handle = message.receipt_handle().unwrap_or_default();
                        let gone =
                            sqs.delete_message().queue_url(&queue.url).receipt_handle(handle).send().await;
                        gone.map_err(|error| {
                            said("it was asked for, and the message cannot be deleted", error)
                        })?;
                        letter.print(queue.name(), to.json, Some("asked for again"))?;
                    }
                    Err(error) => {
                        left += 1;
                        letter.print(queue.name(), to.json, Some(&error.to_string()))?;
                    }
                }
            }
        }
        if count == 0 && !to.json {
            print("both queues are empty\n")?;
        }
        if left > 0 {
            return Err(format!("{left} of {count} could not be asked for, and stay in their queue").into());
        }
        Ok(())
    }
}

/// Reads what a queue holds, each message once. They are handed out again after a minute unless they are deleted.
async fn messages(sqs: &aws_sdk_sqs::Client, url: &str) -> Result<Vec<Message>, Failed> {
    let mut found = BTreeMap::new();
    while found.len() < MAX_MESSAGES {
        let receive = sqs.receive_message().queue_url(url).max_number_of_messages(PAGE);
        let page = receive.visibility_timeout(HELD_S).message_attribute_names("All").send().await;
        let page = page.map_err(|error| said("a queue cannot be read", error))?.messages.unwrap_or_default();
        let before = found.len();
        for message in page {
            found.entry(message.message_id().unwrap_or_default().to_owned()).or_insert(message);
        }
        if found.len() == before {
            break;
        }
    }
    Ok(found.into_values().collect())
}

/// Asks the stage's extraction for what a message asked for.
async fn again(lambda: &aws_sdk_lambda::Client, stage: &Name, request: &Value) -> Done {
    if !request.is_object() {
        return Err("its body is no request: delete it by hand".into());
    }
    let invoke = lambda.invoke().function_name(format!("cyclesheet-{stage}-extract:live"));
    let payload = Blob::new(serde_json::to_vec(request)?);
    let sent = invoke.invocation_type(InvocationType::Event).payload(payload).send().await;
    sent.map(drop).map_err(|error| said("extract could not be asked", error))
}
