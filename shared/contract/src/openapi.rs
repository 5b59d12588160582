//! The HTTP API as an OpenAPI 3.1 document.
use protocol::http::{ENDPOINTS, Endpoint, PATH_PARAMETERS, Parameter, Problem, RejectedFrame, Success};
use schemars::{
    JsonSchema, SchemaGenerator,
    generate::{Contract, SchemaSettings},
};
use serde_json::{Map, Value, json};
use sheet::{Role, limits::MAX_CHANGE_BYTES};

/// Returns the document.
pub fn document() -> Value {
    let mut generator = SchemaSettings::openapi3()
        .with(|settings| {
            settings.contract = Contract::Serialize;
            settings.meta_schema = None;
            // OpenAPI 3.1 takes JSON Schema as it is; nothing is to be rewritten for 3.0.
            settings.transforms.clear();
        })
        .into_generator();
    let mut paths: Map<String, Value> = Map::new();
    for endpoint in &ENDPOINTS {
        let operation = operation(endpoint, &mut generator);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method.to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Cyclesheet",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A team's weekly status sheet over HTTPS",
            "description": "The same cycles, changes and refusals as over the socket; see asyncapi.json.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" },
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT" },
                "slack": {
                    "type": "apiKey", "in": "header", "name": "x-slack-signature",
                    "description": "Slack's signature (v0) over the raw body, with x-slack-request-timestamp.",
                },
                "inbox": { "type": "http", "scheme": "bearer", "description": "The bearer of the team's inbox." },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let in_path = PATH_PARAMETERS.iter().filter(|p| endpoint.path.contains(&format!("{{{}}}", p.name)));
    let parameters: Vec<Value> = in_path
        .map(|p| parameter(p, "path"))
        .chain(endpoint.query.iter().map(|p| parameter(p, "query")))
        .collect();
    let security = match endpoint.role {
        Some(_) => json!([{ "token": [] }]),
        None => json!([{ "slack": [] }, { "inbox": [] }]),
    };
    let mut operation = json!({
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "description": described(endpoint.role),
        "parameters": parameters,
        "security": security,
        "responses": responses(endpoint, generator),
    });
    if let Some(body) = endpoint.body {
        let schema = body(generator).to_value();
        operation["requestBody"] = json!({
            "required": true,
            "description": format!("At most {} KB.", MAX_CHANGE_BYTES / 1024),
            "content": { "application/json": { "schema": schema } },
        });
    }
    operation
}

fn described(role: Option<Role>) -> String {
    match role {
        Some(Role::Viewer) => "Every member of the team may ask.".into(),
        Some(role) => format!("The lowest role that may ask is {}.", role.as_str()),
        None => "The team's own secret is asked for, not a person's token.".into(),
    }
}

fn parameter(parameter: &Parameter, place: &str) -> Value {
    let Parameter { name, kind, meaning, required, example } = *parameter;
    let schema =
        if kind == "integer" { json!({ "type": kind, "minimum": 0 }) } else { json!({ "type": kind }) };
    let example = example.parse::<u64>().map_or_else(
        |_| json!(example),
        |number| {
            if kind == "integer" { json!(number) } else { json!(example) }
        },
    );
    json!({ "name": name, "in": place, "description": meaning, "required": required, "schema": schema, "example": example })
}

fn responses(endpoint: &Endpoint, generator: &mut SchemaGenerator) -> Value {
    let success = match endpoint.success {
        Success::Json(schema) => {
            let schema = schema(generator).to_value();
            json!({ "description": "The answer.", "content": { "application/json": { "schema": schema } } })
        }
        Success::File(kinds) => {
            let content: Map<String, Value> = kinds
                .iter()
                .map(|kind| {
                    // A file of JSON is parsed by whatever reads the document; every other file is text.
                    let shape = if *kind == "application/json" { "object" } else { "string" };
                    ((*kind).to_owned(), json!({ "schema": { "type": shape } }))
                })
                .collect();
            json!({ "description": "A file to be saved.", "content": content })
        }
    };
    let refused = if endpoint.operation == "commitChange" {
        let (rejected, problem) = (shape::<RejectedFrame>(generator), shape::<Problem>(generator));
        json!({ "anyOf": [rejected, problem] })
    } else {
        shape::<Problem>(generator)
    };
    let mut responses = json!({
        "200": success,
        "default": {
            "description": "Refused: the code says why. docs/codes.md lists the codes.",
            "content": { "application/json": { "schema": refused } },
        },
    });
    if endpoint.operation == "getSheet" {
        responses["304"] = json!({ "description": "The sheet is the one that If-None-Match names." });
    }
    responses
}

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
    generator.subschema_for::<T>().to_value()
}
