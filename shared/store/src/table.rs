//! Calls to the table, and what their failures mean.
use crate::keys;
use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    operation::{put_item::builders::PutItemFluentBuilder, query::builders::QueryFluentBuilder},
    types::{AttributeValue, ReturnValue},
};
use serde::{Serialize, de::DeserializeOwned};
use std::collections::HashMap;

/// Condition: the stored item, if any, has no higher count.
const NOT_LATER: &str = "attribute_not_exists(#count) OR #count <= :count";

/// A key that no item has.
const NO_KEY: &str = "warm";

/// An item of the table.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A failure of the store. A caller that gets one must not decide anything from a partial read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The call failed or its answer was lost; a write may have landed. The same again has a chance.
    #[error("{operation} failed: {reason}")]
    Unavailable {
        /// The DynamoDB operation.
        operation: &'static str,
        /// For the log, never for a user.
        reason: String,
    },
    /// Written by a later release: this one must not decide.
    #[error("{0} was written by a later release")]
    Newer(String),
    /// The stored data is not what was written.
    #[error("{0}")]
    Corrupt(String),
    /// There is no such cycle.
    #[error("no such cycle")]
    NotFound,
}

/// One DynamoDB table. Opaque outside of this crate: its items are read and written by this crate's functions only.
#[derive(Clone, Debug)]
pub struct Table {
    /// The client; its endpoint or connector decides which DynamoDB it is.
    pub(crate) client: Client,
    /// The table's name.
    pub(crate) name: String,
}

impl Table {
    /// The table of that name.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// Reads an item that does not exist: opens the connection, and shows whether the table answers.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read.
    pub async fn probe(&self) -> Result<(), StoreError> {
        self.get::<serde_json::Value>(NO_KEY, NO_KEY).await.map(drop)
    }

    /// One item, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub(crate) async fn get<T: DeserializeOwned>(&self, pk: &str, sk: &str) -> Result<Option<T>, StoreError> {
        let get = self.client.get_item().table_name(&self.name).key("pk", text(pk)).key("sk", text(sk));
        let got = get.consistent_read(true).send().await.map_err(|e| unavailable("GetItem", &e))?;
        got.item.map(|item| read(item)).transpose()
    }

    /// Writes an item unconditionally.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put<T: Serialize>(&self, item: &T) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(write(item)?));
        put.send().await.map(drop).map_err(|e| unavailable("PutItem", &e))
    }

    /// Writes an item if its key is free. Returns whether it was written.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_new<T: Serialize>(&self, item: &T) -> Result<bool, StoreError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(write(item)?));
        put_if(put.condition_expression("attribute_not_exists(pk)")).await
    }

    /// Overwrites an existing item. Returns false, and writes nothing, if there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_over<T: Serialize>(&self, item: &T) -> Result<bool, StoreError> {
        let put = self.client.put_item().table_name(&self.name).set_item(Some(write(item)?));
        put_if(put.condition_expression("attribute_exists(pk)")).await
    }

    /// Replaces an item that has no attribute `mark`. Returns the replaced item; if there was none, or if it had the
    /// mark, writes nothing and returns `None`.
    pub(crate) async fn put_in_place<T: Serialize, U: DeserializeOwned>(
        &self,
        item: &T,
        mark: &str,
    ) -> Result<Option<U>, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(write(item)?))
            .condition_expression("attribute_exists(pk) AND attribute_not_exists(#mark)")
            .expression_attribute_names("#mark", mark)
            .return_values(ReturnValue::AllOld);
        match put.send().await {
            Ok(put) => put.attributes.map(read).transpose(),
            Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(None)
            }
            Err(e) => Err(unavailable("PutItem", &e)),
        }
    }

    /// Puts an item whose `count` is `count` and which is `done` or not, where one stands whose count is one lower, or the
    /// same and not further, or none stands and `count` is 1 at most; false otherwise. The same again changes nothing, and
    /// what arrives late takes nothing back.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_counted<T: Serialize>(
        &self,
        item: &T,
        count: u64,
        done: bool,
    ) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(write(item)?))
            .condition_expression(
                "(#count = :count AND (done = :done OR done = :no)) OR #count = :before \
                 OR (attribute_not_exists(pk) AND :count = :one)",
            )
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":done", AttributeValue::Bool(done))
            .expression_attribute_values(":no", AttributeValue::Bool(false))
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
            .expression_attribute_values(":before", AttributeValue::N(count.saturating_sub(1).to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        put_if(put).await
    }

    /// Writes an item with the count `count` if the stored count is one lower, or if there is no item and `count` is 1.
    /// Returns false otherwise, also when the same item is stored already.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_next<T: Serialize>(&self, item: &T, count: u64) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(write(item)?))
            .condition_expression("#count = :before OR (attribute_not_exists(pk) AND :count = :one)")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()))
            .expression_attribute_values(":before", AttributeValue::N(count.saturating_sub(1).to_string()))
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        put_if(put).await
    }

    /// Puts an item where none stands, or one whose `revision` is lower in text order; false otherwise.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_later<T: Serialize>(&self, item: &T, revision: &str) -> Result<bool, StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(write(item)?))
            .condition_expression("attribute_not_exists(pk) OR revision < :revision")
            .expression_attribute_values(":revision", text(revision));
        put_if(put).await
    }

    /// Puts an item whose `count` is `count`, unless one stands with a higher count.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn put_latest<T: Serialize>(&self, item: &T, count: u64) -> Result<(), StoreError> {
        let put = self
            .client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(write(item)?))
            .condition_expression(NOT_LATER)
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()));
        put_if(put).await.map(drop)
    }

    /// Deletes an item, unless it has a higher count.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn delete_counted(&self, pk: &str, sk: &str, count: u64) -> Result<(), StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.name)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .condition_expression(NOT_LATER)
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":count", AttributeValue::N(count.to_string()));
        match delete.send().await {
            Ok(_) => Ok(()),
            Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
                Ok(())
            }
            Err(e) => Err(unavailable("DeleteItem", &e)),
        }
    }

    /// Deletes an item if it exists.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the answer of the table did not arrive: the write may have been applied, and the
    /// same call again is safe.
    pub(crate) async fn delete(&self, pk: &str, sk: &str) -> Result<(), StoreError> {
        let delete = self.client.delete_item().table_name(&self.name).key("pk", text(pk)).key("sk", text(sk));
        delete.send().await.map(drop).map_err(|e| unavailable("DeleteItem", &e))
    }

    /// Deletes an item and returns it; `None` if there was none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be reached: a write may have been applied, and the same call
    /// again is safe. [`StoreError::Newer`] or [`StoreError::Corrupt`] if an item cannot be understood.
    pub(crate) async fn take<T: DeserializeOwned>(
        &self,
        pk: &str,
        sk: &str,
    ) -> Result<Option<T>, StoreError> {
        let delete = self.client.delete_item().table_name(&self.name).key("pk", text(pk)).key("sk", text(sk));
        let gone = delete
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|e| unavailable("DeleteItem", &e))?;
        gone.attributes.map(read).transpose()
    }

    /// Adds 1 to the attribute `changes` of an item, which is created if there is none. A repeated call adds again.
    pub(crate) async fn count_up(&self, pk: &str, sk: &str) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.name)
            .key("pk", text(pk))
            .key("sk", text(sk))
            .update_expression("ADD changes :one")
            .expression_attribute_values(":one", AttributeValue::N("1".into()));
        update.send().await.map(drop).map_err(|e| unavailable("UpdateItem", &e))
    }

    /// All items of a partition between two sort keys, both included; strongly consistent; every page.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub(crate) async fn range<T: DeserializeOwned>(
        &self,
        pk: &str,
        from: &str,
        to: &str,
    ) -> Result<Vec<T>, StoreError> {
        every_page(self.between(pk, from, to)).await?.into_iter().map(read).collect()
    }

    /// All items of a partition whose sort keys begin with `prefix`; strongly consistent; every page.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the table cannot be read; [`StoreError::Newer`] or [`StoreError::Corrupt`] if an
    /// item cannot be understood.
    pub(crate) async fn prefixed<T: DeserializeOwned>(
        &self,
        pk: &str,
        prefix: &str,
    ) -> Result<Vec<T>, StoreError> {
        // A sort key is never empty, and DynamoDB takes none: a space stands before every one.
        let from = if prefix.is_empty() { " " } else { prefix };
        self.range(pk, from, &keys::end(prefix)).await
    }

    /// The same, but for items that have an attribute `mark`.
    pub(crate) async fn prefixed_without<T: DeserializeOwned>(
        &self,
        pk: &str,
        prefix: &str,
        mark: &str,
    ) -> Result<Vec<T>, StoreError> {
        let query = self.between(pk, prefix, &keys::end(prefix));
        every_page(without(query, mark)).await?.into_iter().map(read).collect()
    }

    /// Returns the stored items with these attributes and no others: other attributes are neither sent nor parsed.
    pub(crate) async fn projected(
        &self,
        pk: &str,
        prefix: &str,
        attributes: &[&str],
        mark: &str,
    ) -> Result<Vec<Item>, StoreError> {
        let mut query = without(self.between(pk, prefix, &keys::end(prefix)), mark);
        for (number, attribute) in attributes.iter().enumerate() {
            // Under another name each: some of DynamoDB's words are reserved.
            query = query.expression_attribute_names(format!("#{number}"), *attribute);
        }
        let numbers: Vec<String> = (0..attributes.len()).map(|number| format!("#{number}")).collect();
        every_page(query.projection_expression(numbers.join(", "))).await
    }

    /// Returns the first items of a range, at most `most` (none: as many as one answer holds), and whether there may be
    /// more behind them.
    pub(crate) async fn page(
        &self,
        pk: &str,
        from: &str,
        to: &str,
        most: Option<usize>,
    ) -> Result<(Vec<Item>, bool), StoreError> {
        let most = most.map(|most| i32::try_from(most).unwrap_or(i32::MAX));
        let page = self.between(pk, from, to).set_limit(most).send().await;
        let page = page.map_err(|e| unavailable("Query", &e))?;
        Ok((page.items.unwrap_or_default(), page.last_evaluated_key.is_some()))
    }

    /// The last item of a partition between two sort keys, both included.
    pub(crate) async fn last(&self, pk: &str, from: &str, to: &str) -> Result<Option<Item>, StoreError> {
        let query = self.between(pk, from, to).scan_index_forward(false).limit(1);
        let page = query.send().await.map_err(|e| unavailable("Query", &e))?;
        Ok(page.items.unwrap_or_default().pop())
    }

    /// A strongly consistent Query of a partition between two sort keys, both included.
    fn between(&self, pk: &str, from: &str, to: &str) -> QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression("pk = :pk AND sk BETWEEN :from AND :to")
            .expression_attribute_values(":pk", text(pk))
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to))
            .consistent_read(true)
    }
}

/// The Query without items that have an attribute `mark`.
fn without(query: QueryFluentBuilder, mark: &str) -> QueryFluentBuilder {
    query.filter_expression("attribute_not_exists(#mark)").expression_attribute_names("#mark", mark)
}

/// The items of every page of a Query.
async fn every_page(query: QueryFluentBuilder) -> Result<Vec<Item>, StoreError> {
    let (mut items, mut start) = (Vec::new(), None);
    loop {
        let page = query.clone().set_exclusive_start_key(start).send().await;
        let page = page.map_err(|e| unavailable("Query", &e))?;
        items.extend(page.items.unwrap_or_default());
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok(items);
        }
    }
}

/// Sends a put with a condition; false if the condition does not hold.
async fn put_if(put: PutItemFluentBuilder) -> Result<bool, StoreError> {
    match put.send().await {
        Ok(_) => Ok(true),
        Err(e) if e.as_service_error().is_some_and(|e| e.is_conditional_check_failed_exception()) => {
            Ok(false)
        }
        Err(e) => Err(unavailable("PutItem", &e)),
    }
}

/// A text attribute.
pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

/// An item as a value; an item that does not read is corrupt.
pub(crate) fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    serde_dynamo::from_item(item)
        .map_err(|error| StoreError::Corrupt(format!("an item does not read: {error}")))
}

/// A value as an item.
pub(crate) fn write<T: Serialize>(value: &T) -> Result<Item, StoreError> {
    serde_dynamo::to_item(value)
        .map_err(|error| StoreError::Corrupt(format!("an item does not write: {error}")))
}

/// What a failed call is to its caller: the code of the service, or the kind of the failure; never a payload.
pub(crate) fn unavailable<E: ProvideErrorMetadata, R>(
    operation: &'static str,
    error: &SdkError<E, R>,
) -> StoreError {
    let reason = match error {
        SdkError::ServiceError(service) => {
            let meta = service.err();
            format!("{}: {}", meta.code().unwrap_or("unknown"), meta.message().unwrap_or(""))
        }
        SdkError::TimeoutError(_) => "timed out".to_owned(),
        SdkError::DispatchFailure(failure) => {
            failure.as_connector_error().map_or("not sent".to_owned(), |error| format!("{error:?}"))
        }
        _ => "no answer that reads".to_owned(),
    };
    StoreError::Unavailable { operation, reason }
}
