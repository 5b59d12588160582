//! The socket as an AsyncAPI 3.0 document: one channel, the frames that a client sends, and those that a server sends.
use crate::schema;
use serde_json::{Map, Value, json};

/// Returns the document.
pub fn document() -> Value {
    let mut schemas = Map::new();
    let sent = frames("client", &schema::client_frame(), &mut schemas);
    let received = frames("server", &schema::server_frame(), &mut schemas);
    let messages: Map<String, Value> = sent
        .iter()
        .chain(&received)
        .map(|(id, name, schema)| {
            let message = json!({
                "name": name,
                "title": name,
                "contentType": "application/json",
                "payload": { "schemaFormat": "application/schema+json;version=draft-07", "schema": schema },
            });
            (id.clone(), message)
        })
        .collect();
    let on_channel: Map<String, Value> = messages
        .keys()
        .map(|id| (id.clone(), json!({ "$ref": format!("#/components/messages/{id}") })))
        .collect();
    let listed = |frames: &[(String, String, Value)]| -> Vec<Value> {
        frames.iter().map(|(id, _, _)| json!({ "$ref": format!("#/channels/room/messages/{id}") })).collect()
    };
    let (receives, sends) = (listed(&sent), listed(&received));
    json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Cyclesheet",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A team's weekly status sheet over one WebSocket. shared/protocol/SPEC.md has the rules.",
            "license": { "name": "Apache-2.0 OR MIT" },
        },
        "servers": {
            "stage": {
                "host": "{host}",
                "protocol": "wss",
                "description": "A deployed stage.",
                "variables": { "host": { "description": "The host and path of the stage's socket." } },
                "security": [{ "$ref": "#/components/securitySchemes/token" }],
            },
        },
        "channels": {
            "room": {
                "address": "/",
                "title": "The room of one team's ISO week",
                "description": format!(
                    "Opened with the subprotocols `{}` and `{}<JWT>`.",
                    protocol::SUBPROTOCOL, protocol::BEARER_SUBPROTOCOL
                ),
                "bindings": { "ws": { "query": {
                    "type": "object",
                    "required": ["team", "cycle"],
                    "properties": {
                        "team": { "type": "string", "description": "The team." },
                        "cycle": { "type": "string", "description": "The ISO week, such as 2026-W47." },
                    },
                } } },
                "messages": on_channel,
            },
        },
        "operations": {
            "receiveFromClient": {
                "action": "receive",
                "channel": { "$ref": "#/channels/room" },
                "summary": "The frames that a client sends.",
                "messages": receives,
            },
            "sendToClient": {
                "action": "send",
                "channel": { "$ref": "#/channels/room" },
                "summary": "The frames that the server sends.",
                "messages": sends,
            },
        },
        "components": {
            "messages": messages,
            "schemas": schemas,
            "securitySchemes": {
                "token": {
                    "type": "userPassword",
                    "description": "A JWT, offered as a subprotocol.",
                },
            },
        },
    })
}

/// Returns an id, the frame's `type` and the schema of each frame; moves the types that they share to `schemas`.
fn frames(side: &str, schema: &Value, schemas: &mut Map<String, Value>) -> Vec<(String, String, Value)> {
    let prefix = |value: &Value| rewritten(value, side);
    for (name, definition) in schema["$defs"].as_object().into_iter().flatten() {
        schemas.insert(format!("{side}-{name}"), prefix(definition));
    }
    let variants = schema["oneOf"].as_array().cloned().unwrap_or_default();
    variants
        .iter()
        .map(|variant| {
            let name = frame_type(variant, &schema["$defs"]);
            (format!("{side}-{name}"), name, prefix(variant))
        })
        .collect()
}

/// Returns the constant of `type`, in the variant or in the definition that it refers to.
fn frame_type(variant: &Value, definitions: &Value) -> String {
    let own = &variant["properties"]["type"]["const"];
    let referred = variant["$ref"].as_str().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let constant = own.as_str().or_else(|| definitions[referred]["properties"]["type"]["const"].as_str());
    constant.unwrap_or("frame").to_owned()
}

/// Returns the schema with its references to `$defs` pointing to this document's components.
fn rewritten(value: &Value, side: &str) -> Value {
    match value {
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| match (key.as_str(), value.as_str()) {
                ("$ref", Some(path)) => {
                    let name = path.trim_start_matches("#/$defs/");
                    (key.clone(), json!(format!("#/components/schemas/{side}-{name}")))
                }
                _ => (key.clone(), rewritten(value, side)),
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| rewritten(item, side)).collect(),
        other => other.clone(),
    }
}
