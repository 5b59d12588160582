//! The embedded DynamoDB, as the AWS SDK sees it.
//!
//! The SDK's HTTP connector is replaced by one that hands each request to a database in this process. Everything
//! above it, serialisation, retries, timeouts, errors, is the SDK's own: there is one storage code path. A connector is
//! also where a test injects lost answers and refused requests.
use crate::{
    durable::{DiskFailed, Durable, Key},
    folder::DataFolder,
};
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
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::json;
use std::{borrow::Cow, path::Path};

/// The table's name in the local stack.
pub const TABLE: &str = "cyclesheet";
/// The database's file in a data folder.
pub(crate) const FILE: &str = "cyclesheet.db";

/// A DynamoDB in this process.
#[derive(Clone)]
pub struct Embedded {
    database: Database,
    /// The syncs of its file, if it has one.
    disk: Option<Durable>,
    /// Held, so that no other process uses the folder.
    _folder: Option<DataFolder>,
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
        f.debug_struct("Embedded").field("on_disk", &self.disk.is_some()).finish_non_exhaustive()
    }
}

impl Embedded {
    /// One that ends with the process.
    pub fn in_memory() -> Result<Self, DynoxideError> {
        Self { database: Database::memory()?, disk: None, _folder: None }.with_table()
    }

    /// One in a folder, which is made if it is not there. One process at a time may have it.
    pub fn in_folder(folder: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let taken = DataFolder::take(folder)?;
        let file = taken.file(FILE)?;
        let database = Database::new(&file.to_string_lossy())
            .map_err(|error| format!("cannot open {}: {error}", file.display()))?;
        let this = Self { database, disk: None, _folder: Some(taken) }.with_table()?;
        // `synchronous = NORMAL`: SQLite syncs before and after it moves its write-ahead log into the file, and we sync the log.
        this.database.disable_bulk_loading()?;
        let disk = Durable::of(&file)
            .map_err(|error| format!("cannot sync the write-ahead log of {}: {error}", file.display()))?;
        Ok(Self { disk: Some(disk), ..this })
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

/// As much of a GetItem or a write as says which item it is about.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct One<'a> {
    #[serde(borrow, alias = "Item")]
    key: Option<KeyOf<'a>>,
}

/// As much of a Query as says which items it is about.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Many<'a> {
    #[serde(borrow)]
    expression_attribute_values: Between<'a>,
}

#[derive(Deserialize)]
struct KeyOf<'a> {
    #[serde(borrow)]
    pk: Text<'a>,
    #[serde(borrow)]
    sk: Text<'a>,
}

/// The store's one shape of a Query.
#[derive(Deserialize)]
struct Between<'a> {
    #[serde(borrow, rename = ":pk")]
    pk: Text<'a>,
    #[serde(borrow, rename = ":from")]
    from: Text<'a>,
    #[serde(borrow, rename = ":to")]
    to: Text<'a>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow, rename = "S")]
    text: Cow<'a, str>,
}

impl Embedded {
    /// Runs one operation on its JSON and answers as DynamoDB does, once what it did or saw is on the disk.
    async fn answer(self, operation: &str, body: &str) -> Result<HttpResponse, ConnectorError> {
        let Some(disk) = &self.disk else { return Ok(respond(self.run(operation, body))) };
        let failed = |error: DiskFailed| ConnectorError::other(error.into(), None);
        let unnamed = |error: serde_json::Error| ConnectorError::user(error.into());
        if operation == "Query" {
            let Many { expression_attribute_values: Between { pk, from, to } } =
                serde_json::from_str(body).map_err(unnamed)?;
            let response = respond(self.run(operation, body));
            disk.seen(&pk.text, &from.text, &to.text).await.map_err(failed)?;
            return Ok(response);
        }
        let one: One<'_> = serde_json::from_str(body).map_err(unnamed)?;
        let Some(KeyOf { pk: Text { text: pk }, sk: Text { text: sk } }) = one.key else {
            return Ok(respond(self.run(operation, body)));
        };
        if operation == "GetItem" {
            let response = respond(self.run(operation, body));
            disk.seen(&pk, &sk, &sk).await.map_err(failed)?;
            return Ok(response);
        }
        let key: Key = (pk.into_owned(), sk.into_owned());
        disk.begin(&key);
        let response = respond(self.run(operation, body));
        // Also when a condition did not hold: the answer shows the stored item, and that must be on the disk too.
        disk.written(key).await.map_err(failed)?;
        Ok(response)
    }
}

impl HttpConnector for Embedded {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation =
            request.headers().get("x-amz-target").and_then(|t| t.split_once('.')).map(|(_, o)| o.to_owned());
        let body = request.body().bytes().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let (Some(operation), Some(body)) = (operation, body) else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user("no operation of DynamoDB".into())));
        };
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            if this.disk.is_none() && !matches!(operation.as_str(), "Query" | "GetItem") {
                // A write to a real table is never over at once. What waits meanwhile goes together with the next.
                tokio::task::yield_now().await;
            }
            this.answer(&operation, &body).await
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
