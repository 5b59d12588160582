//! The contract of the wire for other languages and tools, made from the Rust types that serve it.
//!
//! # Layout
//! - [`schema`]: JSON Schema of every frame, of a change and of a sheet.
//! - [`typescript`]: the constants that clients share with the server: codes, limits, times, columns, names, sentences.
//! - [`codes`]: the page of codes.
//! - [`openapi`], [`asyncapi`]: the HTTP API and the socket, described for tools.
//!
//! `cargo run -p cyclesheet-contract` writes every artifact into the repository; a test fails when a checked-in file is not
//! what the types say. This crate owns no fact: it prints what `sheet` and `protocol` define.
#![warn(clippy::missing_errors_doc)]
pub mod asyncapi;
pub mod codes;
pub mod openapi;
pub mod schema;
pub mod typescript;

/// One generated file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Artifact {
    /// The path within the repository.
    pub path: &'static str,
    /// The whole text of the file.
    pub text: String,
}

/// The command that writes every artifact, as the artifacts name it.
pub const COMMAND: &str = "make contract";

/// Returns every generated file of the repository.
pub fn artifacts() -> Vec<Artifact> {
    let json = |path, value: &serde_json::Value| Artifact { path, text: format!("{value:#}\n") };
    vec![
        json("docs/contract/client-frame.schema.json", &schema::client_frame()),
        json("docs/contract/server-frame.schema.json", &schema::server_frame()),
        json("docs/contract/types.schema.json", &schema::types()),
        json("docs/contract/openapi.json", &openapi::document()),
        json("docs/contract/asyncapi.json", &asyncapi::document()),
        Artifact { path: "docs/codes.md", text: codes::page() },
        Artifact { path: "web/client/src/generated/codes.ts", text: typescript::codes() },
        Artifact { path: "web/client/src/generated/columns.ts", text: typescript::columns() },
        Artifact { path: "web/client/src/generated/limits.ts", text: typescript::limits() },
        Artifact { path: "web/client/src/generated/names.ts", text: typescript::names() },
        Artifact { path: "web/client/src/generated/sentences.ts", text: typescript::sentences() },
        Artifact { path: "web/client/src/generated/times.ts", text: typescript::times() },
    ]
}
