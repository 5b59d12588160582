//! JSON Schema (draft 2020-12) of what crosses the wire.
use protocol::{
    ServerFrame,
    client::{ClientFrame, ProposedChange},
    server::{Committed, Notification},
};
use schemars::{
    JsonSchema, Schema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
    transform::{Transform, transform_subschemas},
};
use serde_json::{Value, json};
use sheet::{Change, Sheet, report::Comparison};

/// Returns the schema of a frame that a server accepts: what may be left out is not required.
pub fn client_frame() -> Value {
    let mut generator = SchemaSettings::draft2020_12().into_generator();
    let root = generator.root_schema_for::<ClientFrame>();
    titled(root, "A frame from a client")
}

/// Returns the schema of a frame that a server sends.
pub fn server_frame() -> Value {
    let mut generator = sent();
    let mut variants = variants(&mut generator, ServerFrame::json_schema);
    variants.push(tagged("committed", generator.subschema_for::<Committed>()));
    variants.push(tagged("notification", generator.subschema_for::<Notification>()));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A frame to a client",
        "oneOf": variants,
        "$defs": generator.take_definitions(true),
    })
}

/// Returns one schema that defines every type of the wire as the server writes it: what TypeScript's types are made from.
pub fn types() -> Value {
    let mut generator = sent();
    for add in [
        SchemaGenerator::subschema_for::<Change>,
        SchemaGenerator::subschema_for::<Sheet>,
        SchemaGenerator::subschema_for::<ProposedChange>,
        SchemaGenerator::subschema_for::<Committed>,
        SchemaGenerator::subschema_for::<Notification>,
        SchemaGenerator::subschema_for::<Comparison>,
    ] {
        add(&mut generator);
    }
    generator.subschema_for::<ServerFrame<'static>>();
    let mut definitions = generator.take_definitions(true);
    // What only clients send is described as the server reads it: with fields that may be left out.
    let read = client_frame();
    definitions.insert(
        "ClientFrame".into(),
        json!({
            "description": "A frame from a client.",
            "oneOf": read["oneOf"],
        }),
    );
    definitions.insert("PresenceState".into(), read["$defs"]["PresenceState"].clone());
    let mut value = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Types",
        "description": "Every type of the wire, as the server writes it.",
    });
    definitions.sort_keys();
    value["$defs"] = Value::Object(definitions);
    value
}

/// Returns a generator for what the server writes: a field that is always written is required.
fn sent() -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.contract = Contract::Serialize);
    settings.with_transform(AbsentIsNotNull).into_generator()
}

/// Removes `null` from fields that the server leaves out when there is nothing to say.
#[derive(Clone, Debug)]
struct AbsentIsNotNull;

impl Transform for AbsentIsNotNull {
    fn transform(&mut self, schema: &mut Schema) {
        transform_subschemas(self, schema);
        let required: Vec<Value> =
            schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
        for (name, property) in properties {
            if !required.iter().any(|field| field == name) {
                without_null(property);
            }
        }
    }
}

fn without_null(property: &mut Value) {
    if let Some(kinds) = property.get_mut("type").and_then(Value::as_array_mut) {
        kinds.retain(|kind| kind != "null");
        if let [only] = kinds.as_slice() {
            property["type"] = only.clone();
        }
    }
    let Some(choices) = property.get_mut("anyOf").and_then(Value::as_array_mut) else { return };
    choices.retain(|choice| choice.get("type").is_none_or(|kind| kind != "null"));
    if let [only] = choices.as_slice() {
        let only = only.clone();
        if let (Some(fields), Value::Object(only)) = (property.as_object_mut(), only) {
            fields.remove("anyOf");
            fields.extend(only);
        }
    }
}

fn variants(generator: &mut SchemaGenerator, schema: fn(&mut SchemaGenerator) -> Schema) -> Vec<Value> {
    let schema = schema(generator).to_value();
    schema.get("oneOf").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// Returns the schema of a struct that serde writes with a `type`, which schemars leaves out of a struct's own schema.
fn tagged(name: &str, schema: Schema) -> Value {
    let mut value = schema.to_value();
    value["type"] = "object".into();
    value["properties"] = json!({ "type": { "type": "string", "const": name } });
    value["required"] = json!(["type"]);
    value
}

fn titled(schema: Schema, title: &str) -> Value {
    let mut value = schema.to_value();
    value["title"] = title.into();
    value
}
