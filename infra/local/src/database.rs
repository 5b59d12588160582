//! The embedded DynamoDB, as the AWS SDK sees it.
//!
//! The SDK's HTTP connector is replaced by one that hands each request to a database in this process. Everything
//! above it, serialisation, retries, timeouts, errors, is the SDK's own: there is one storage code path. A connector is
//! also where a test injects lost answers and refused requests.
use aws_sdk_dynamodb::{
    Client, Config,
    config::{
        BehaviorVersion, Region,
        endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint},
    },
};
use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use dynoxide::{Database, DynoxideError};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// The table's name in the local stack.
pub const TABLE: &str = "cyclesheet";
/// The database's file in a data folder.
const FILE: &str = "cyclesheet.db";

/// A DynamoDB in this process.
#[derive(Clone)]
pub struct Embedded {
    database: Database,
    /// Does a write wait for a disk? Then it must not hold up the threads that serve sockets.
    on_disk: bool,
    /// Writes under way on a disk.
    writing: Arc<AtomicUsize>,
}

/// A write under way, until it is dropped.
struct Writing<'a>(&'a AtomicUsize);

impl<'a> Writing<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Writing<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The one endpoint: this process. Its name is never looked up.
#[derive(Debug)]
struct InProcess;

impl ResolveEndpoint for InProcess {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url("http://database.invalid").build()))
    }
}

impl std::fmt::Debug for Embedded {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedded").field("on_disk", &self.on_disk).finish_non_exhaustive()
    }
}

impl Embedded {
    /// One that ends with the process.
    pub fn in_memory() -> Result<Self, DynoxideError> {
        Self { database: Database::memory()?, on_disk: false, writing: Arc::default() }.with_table()
    }

    /// One in a folder, which is made if it is not there.
    pub fn in_folder(folder: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        let file = folder.join(FILE);
        let database = Database::new(&file.to_string_lossy())
            .map_err(|error| format!("cannot open {}: {error}", file.display()))?;
        Ok(Self { database, on_disk: true, writing: Arc::default() }.with_table()?)
    }

    /// The one in a folder, for who only reads: a mistyped folder is not made into one.
    pub fn existing(folder: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        if !folder.join(FILE).is_file() {
            return Err(format!("there is no data in {}", folder.display()).into());
        }
        Self::in_folder(folder)
    }

    fn with_table(self) -> Result<Self, DynoxideError> {
        let table = json!({
            "TableName": TABLE,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [
                {"AttributeName": "pk", "AttributeType": "S"}, {"AttributeName": "sk", "AttributeType": "S"}],
            "BillingMode": "PAY_PER_REQUEST",
        });
        match self.run("CreateTable", &table.to_string()) {
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
            Err(error) => return Err(error),
        }
        let expiry = json!({"TableName": TABLE, "TimeToLiveSpecification": {"AttributeName": "expires", "Enabled": true}});
        // On a table that was made before, it is set already.
        let _ = self.run("UpdateTimeToLive", &expiry.to_string());
        Ok(self)
    }

    /// Deletes what has expired, as DynamoDB does by itself.
    pub fn sweep(&self) -> Result<usize, DynoxideError> {
        self.database.sweep_ttl()
    }

    /// Runs one operation on its JSON.
    pub fn run(&self, operation: &str, body: &str) -> Result<String, DynoxideError> {
        fn call<T: DeserializeOwned, U: Serialize>(
            body: &str,
            run: impl FnOnce(T) -> Result<U, DynoxideError>,
        ) -> Result<String, DynoxideError> {
            let malformed =
                |error: serde_json::Error| DynoxideError::SerializationException(error.to_string());
            let request = serde_json::from_str(body).map_err(malformed)?;
            serde_json::to_string(&run(request)?).map_err(malformed)
        }
        let db = &self.database;
        match operation {
            "PutItem" => call(body, |r| db.put_item(r)),
            "GetItem" => call(body, |r| db.get_item(r)),
            "Query" => call(body, |r| db.query(r)),
            "DeleteItem" => call(body, |r| db.delete_item(r)),
            "UpdateItem" => call(body, |r| db.update_item(r)),
            "CreateTable" => call(body, |r| db.create_table(r)),
            "DescribeTable" => call(body, |r| db.describe_table(r)),
            "UpdateTimeToLive" => call(body, |r| db.update_time_to_live(r)),
            other => Err(DynoxideError::ValidationException(format!("{other} is not used here"))),
        }
    }

    /// A client of the SDK that talks to this database.
    pub fn client(&self) -> Client {
        client(self.clone())
    }
}

/// A client of the SDK on any connector: where faults are injected.
pub fn client(http: impl HttpClient + 'static) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        // Nobody checks a signature here, and the endpoint is known: both are work for every call.
        .allow_no_auth()
        .endpoint_resolver(InProcess)
        .retry_config(platform::clients::retries())
        .timeout_config(platform::clients::timeouts())
        .http_client(http)
        .build();
    Client::from_conf(config)
}

impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation =
            request.headers().get("x-amz-target").and_then(|t| t.split_once('.')).map(|(_, o)| o.to_owned());
        let body = request.body().bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (Some(operation), Some(body)) = (operation, body) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("no operation of DynamoDB".into())));
        };
        let reads = matches!(operation.as_str(), "Query" | "GetItem");
        // A read waits for no disk, unless it waits for a write: the database has one lock.
        if reads && (!self.on_disk || self.writing.load(Ordering::Relaxed) == 0) {
            return HttpConnectorFuture::ready(Ok(respond(self.run(&operation, &body))));
        }
        let this = self.clone();
        if !self.on_disk {
            return HttpConnectorFuture::new(async move {
                // A write to a real table is never over at once. What waits meanwhile goes together with the next.
                tokio::task::yield_now().await;
                Ok(respond(this.run(&operation, &body)))
            });
        }
        HttpConnectorFuture::new(async move {
            let ran = tokio::task::spawn_blocking(move || {
                let _writing = (!reads).then(|| Writing::begin(&this.writing));
                this.run(&operation, &body)
            });
            ran.await.map(respond).map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// What DynamoDB answers over HTTP.
fn respond(ran: Result<String, DynoxideError>) -> HttpResponse {
    let (status, body) = match ran {
        Ok(body) => (200, body),
        Err(error) => (error.status_code(), error.to_json()),
    };
    let status = http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::new(status.into(), SdkBody::from(body))
}

impl HttpClient for Embedded {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
