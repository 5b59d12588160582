//! The DynamoDB connector of a test: every call passes here, and is counted, lost, refused or held as the test says.
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use local::database::Embedded;
use serde_json::Value;
use std::{
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};
use tokio::sync::Notify;

/// One attempt of one call.
#[derive(Clone, Debug)]
pub struct Call {
    /// `PutItem`, `Query`, …
    pub operation: String,
    /// Its JSON.
    pub body: Value,
    /// Items that DynamoDB answered with.
    pub items: usize,
}

impl Call {
    /// The sort key it is about; of a Query, where its range begins.
    pub fn sk(&self) -> &str {
        ["/Item/sk/S", "/Key/sk/S", "/ExpressionAttributeValues/:from/S"]
            .iter()
            .find_map(|path| self.body.pointer(path))
            .and_then(Value::as_str)
            .unwrap_or_default()
    }

    /// What it writes is billed by: each KB begun of the item that is put; a row that is deleted or updated here is
    /// smaller than one.
    pub fn write_units(&self) -> usize {
        match self.operation.as_str() {
            "PutItem" => {
                let item = self.body["Item"].as_object();
                let bytes: usize =
                    item.into_iter().flatten().map(|(name, value)| name.len() + bytes(value)).sum();
                bytes.div_ceil(1024).max(1)
            }
            "DeleteItem" | "UpdateItem" => 1,
            _ => 0,
        }
    }

    /// Returns whether it is the put of a log entry.
    pub fn is_commit(&self) -> bool {
        self.operation == "PutItem" && self.sk().starts_with("LOG#")
    }
}

/// The bytes of an attribute's value, as DynamoDB counts them: a number is half its digits, binary what it decodes to.
fn bytes(value: &Value) -> usize {
    let Some((kind, value)) = value.as_object().and_then(|value| value.iter().next()) else { return 1 };
    let text = value.as_str().map_or(1, str::len);
    match kind.as_str() {
        "N" => text / 2 + 1,
        "B" => text * 3 / 4,
        _ => text,
    }
}

/// What becomes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is carried out; its answer never arrives.
    LoseAnswer,
    /// It never arrives.
    LoseRequest,
    /// DynamoDB refuses it.
    Throttle,
    /// It never arrives and nothing is ever answered: the caller hangs until it is dropped.
    Hold,
    /// It is carried out and nothing is ever answered: the caller hangs until it is dropped.
    HoldAnswer,
}

type Rule = Box<dyn FnMut(&Call) -> Option<Fault> + Send>;

#[derive(Default)]
struct Inner {
    rule: Mutex<Option<Rule>>,
    calls: Mutex<Vec<Call>>,
    happened: Notify,
    /// Give way before and after each call, so that a future of the store suspends at every call.
    gives_way: AtomicBool,
    /// Attempts that were carried out and are held since.
    landed: AtomicUsize,
}

/// The connector. Clones are the same one.
#[derive(Clone)]
pub struct Faults {
    database: Embedded,
    inner: Arc<Inner>,
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Faults")
    }
}

impl Faults {
    /// A connector to `database` that does nothing but count.
    pub fn new(database: Embedded) -> Self {
        Self { database, inner: Arc::default() }
    }

    /// A client of the SDK on this connector.
    pub fn client(&self) -> aws_sdk_dynamodb::Client {
        local::database::client(self.clone())
    }

    /// Asks `rule` about every attempt from now on.
    pub fn rule(&self, rule: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        *self.inner.rule.lock().unwrap() = Some(Box::new(rule));
    }

    /// The first `times` attempts that `which` names meet `fault`.
    pub fn next(&self, times: usize, fault: Fault, which: impl Fn(&Call) -> bool + Send + 'static) {
        let mut left = times;
        self.rule(move |call| {
            let hit = left > 0 && which(call);
            left -= usize::from(hit);
            hit.then_some(fault)
        });
    }

    /// No faults from now on.
    pub fn clear(&self) {
        *self.inner.rule.lock().unwrap() = None;
    }

    /// Suspends every call before and after it is carried out.
    pub fn give_way(&self) {
        self.inner.gives_way.store(true, Ordering::SeqCst);
    }

    /// Every attempt since the last [`Faults::forget`].
    pub fn calls(&self) -> Vec<Call> {
        self.inner.calls.lock().unwrap().clone()
    }

    /// How many attempts of an operation there were since the last [`Faults::forget`].
    pub fn count(&self, operation: &str) -> usize {
        self.inner.calls.lock().unwrap().iter().filter(|call| call.operation == operation).count()
    }

    /// Resets the count.
    pub fn forget(&self) {
        self.inner.calls.lock().unwrap().clear();
    }

    /// Returns once an attempt that `which` names has been made since the last [`Faults::forget`].
    pub async fn happened(&self, what: &str, which: impl Fn(&Call) -> bool) {
        crate::patiently(what, async {
            loop {
                let happened = self.inner.happened.notified();
                if self.inner.calls.lock().unwrap().iter().any(&which) {
                    return;
                }
                happened.await;
            }
        })
        .await;
    }

    /// Returns once `times` attempts in all have been carried out and are held by [`Fault::HoldAnswer`].
    pub async fn landed(&self, times: usize) {
        crate::patiently("a write to land", async {
            loop {
                let happened = self.inner.happened.notified();
                if self.inner.landed.load(Ordering::SeqCst) >= times {
                    return;
                }
                happened.await;
            }
        })
        .await;
    }

    /// Notes how many items the answer to the last attempt of a Query brought.
    fn note_items(&self, answer: &HttpResponse) {
        let body: Value =
            answer.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
        let items = body["Items"].as_array().map_or(0, Vec::len);
        if let Some(call) = self.inner.calls.lock().unwrap().last_mut() {
            call.items = items;
        }
    }

    fn note(&self, request: &HttpRequest) -> Option<Fault> {
        let target = request.headers().get("x-amz-target").and_then(|target| target.split_once('.'));
        let operation = target.map(|(_, operation)| operation.to_owned()).unwrap_or_default();
        let body =
            request.body().bytes().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or_default();
        let call = Call { operation, body, items: 0 };
        let fault = self.inner.rule.lock().unwrap().as_mut().and_then(|rule| rule(&call));
        self.inner.calls.lock().unwrap().push(call);
        self.inner.happened.notify_waiters();
        fault
    }
}

impl HttpConnector for Faults {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            let gives_way = this.inner.gives_way.load(Ordering::SeqCst);
            if gives_way {
                tokio::task::yield_now().await;
            }
            let lost = || Err(ConnectorError::io("lost by a test".into()));
            let answer = match this.note(&request) {
                None => {
                    let answer = this.database.call(request).await;
                    answer.inspect(|answer| this.note_items(answer))
                }
                Some(Fault::LoseRequest) => lost(),
                Some(Fault::LoseAnswer) => this.database.call(request).await.and_then(|_| lost()),
                Some(Fault::Throttle) => Ok(throttled()),
                Some(Fault::Hold) => std::future::pending().await,
                Some(Fault::HoldAnswer) => {
                    let _ = this.database.call(request).await;
                    this.inner.landed.fetch_add(1, Ordering::SeqCst);
                    this.inner.happened.notify_waiters();
                    std::future::pending().await
                }
            };
            if gives_way {
                tokio::task::yield_now().await;
            }
            answer
        })
    }
}

fn throttled() -> HttpResponse {
    let body = r#"{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow down"}"#;
    HttpResponse::new(http::StatusCode::BAD_REQUEST.into(), body.into())
}

impl HttpClient for Faults {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
