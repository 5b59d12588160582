//! The table: the embedded DynamoDB, and beside it what every write left there, read by the checks.
//!
//! The copy is kept from the requests as DynamoDB took them, not through any code of the store.
use local::database::Embedded;
use serde_json::Value;
use std::collections::BTreeMap;

/// The rows, by partition and sort key, as DynamoDB's JSON.
pub type Rows = BTreeMap<(String, String), Value>;

/// The table.
pub struct Table {
    embedded: Embedded,
    /// Its content.
    pub rows: Rows,
}

/// What a write changed.
pub struct Written {
    /// Its partition.
    pub pk: String,
    /// Its sort key.
    pub sk: String,
    /// The earlier item.
    pub before: Option<Value>,
    /// The current item.
    pub after: Option<Value>,
}

impl Table {
    /// A table with these rows.
    pub fn with(rows: Rows) -> Self {
        let mut table =
            Self { embedded: Embedded::in_memory().expect("a database in memory"), rows: Rows::new() };
        for item in rows.into_values() {
            let body = serde_json::json!({"TableName": local::database::TABLE, "Item": item}).to_string();
            let (status, answer, _) = table.run("PutItem", &body);
            assert_eq!(status, 200, "{answer}");
        }
        table
    }

    /// Carries out one operation: the status and body of the answer, and what was written.
    pub fn run(&mut self, operation: &str, body: &str) -> (u16, String, Option<Written>) {
        let answer = match self.embedded.run(operation, body) {
            Ok(answer) => answer,
            Err(error) => return (error.status_code(), error.to_json(), None),
        };
        let written = match operation {
            "PutItem" | "DeleteItem" | "UpdateItem" => Some(self.note(operation, body)),
            "GetItem" | "Query" => None,
            other => panic!("the simulation does not know the write {other}"),
        };
        (200, answer, written)
    }

    fn note(&mut self, operation: &str, body: &str) -> Written {
        let mut body: Value = serde_json::from_str(body).expect("a request that DynamoDB took is JSON");
        let after = match operation {
            "PutItem" => Some(body["Item"].take()),
            "UpdateItem" => Some(self.item(&body["Key"])),
            _ => None,
        };
        let key = after.as_ref().unwrap_or(&body["Key"]);
        let (pk, sk) = (text(&key["pk"]), text(&key["sk"]));
        let at = (pk.clone(), sk.clone());
        let before = match &after {
            Some(item) => self.rows.insert(at, item.clone()),
            None => self.rows.remove(&at),
        };
        Written { pk, sk, before, after }
    }

    /// What an update left.
    fn item(&self, key: &Value) -> Value {
        let body = serde_json::json!({"TableName": local::database::TABLE, "Key": key}).to_string();
        let answer = self.embedded.run("GetItem", &body).expect("an item that was just updated");
        let mut answer: Value = serde_json::from_str(&answer).expect("an answer of DynamoDB is JSON");
        answer["Item"].take()
    }

    /// A row.
    pub fn row(&self, pk: &str, sk: &str) -> Option<&Value> {
        self.rows.get(&(pk.to_owned(), sk.to_owned()))
    }

    /// The rows of a partition whose sort keys begin with `prefix`.
    pub fn prefixed<'a>(
        &'a self,
        pk: &'a str,
        prefix: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let from = (pk.to_owned(), prefix.to_owned());
        let rows = self.rows.range(from..).take_while(move |((p, s), _)| p == pk && s.starts_with(prefix));
        rows.map(|((_, sk), item)| (sk.as_str(), item))
    }
}

/// Returns a text attribute; empty if it is no text.
pub fn text(value: &Value) -> String {
    value["S"].as_str().unwrap_or_default().to_owned()
}

/// Returns a number attribute; 0 if it is no number.
pub fn number(value: &Value) -> u64 {
    value["N"].as_str().and_then(|n| n.parse().ok()).unwrap_or_default()
}

/// A binary attribute.
pub fn binary(value: &Value) -> Vec<u8> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    value["B"].as_str().and_then(|b| STANDARD.decode(b).ok()).unwrap_or_default()
}
