//! The constants that the TypeScript client shares with the server.
use crate::COMMAND;
use serde_json::{Value, json};
use sheet::{
    Code, Column,
    change::{SYSTEM_ID, SYSTEM_NAME},
    column::{PRIORITIES, STATUSES},
    constants::Constant,
    sentences::{self, Sentence},
};

/// Returns the table of codes with what each means and whether it is retryable.
pub fn codes() -> String {
    let mut file = head(
        "Every code a server may answer with, and whether the same change may succeed later without being altered.",
        "shared/sheet/src/refusal.rs",
    );
    file.push_str("export const CODES = {\n");
    for code in Code::ALL {
        let (meaning, retryable) = (code.meaning(), code.retryable());
        file.push_str(&format!("  /** {meaning} */\n  {code}: {{ retryable: {retryable} }},\n"));
    }
    file.push_str("} as const satisfies Record<string, { retryable: boolean }>;\n");
    file
}

/// Returns the bounds of a cycle and of the wire.
pub fn limits() -> String {
    let mut file = head(
        "Every bound of a cycle and of the wire, with the reason for its number.",
        "shared/sheet/src/limits.rs and shared/protocol/src/limits.rs",
    );
    let all = sheet::limits::all().into_iter().chain(protocol::limits::all());
    all.for_each(|constant| push(&mut file, &constant));
    file
}

/// Returns the waits of a client.
pub fn times() -> String {
    let mut file = head(
        "Every wait and bound of a client, with its reason. Milliseconds unless the name says otherwise.",
        "shared/protocol/src/times.rs",
    );
    protocol::times::all().iter().for_each(|constant| push(&mut file, constant));
    file
}

/// Returns the columns and the choices of those that have some.
pub fn columns() -> String {
    let mut file = head("The columns of a sheet, and what may stand in them.", "shared/sheet/src/column.rs");
    let constants = [
        ("COLUMNS", json!(Column::ALL.map(Column::as_str)), "The nine columns, in the sheet's order."),
        ("STATUSES", json!(STATUSES), "What a status may be, or empty."),
        ("PRIORITIES", json!(PRIORITIES), "What a priority may be, or empty."),
    ];
    constants.into_iter().for_each(|(name, value, doc)| push(&mut file, &Constant { name, value, doc }));
    file
}

/// Returns the names that the wire fixes.
pub fn names() -> String {
    let mut file =
        head("Names that the wire fixes.", "shared/protocol/src/lib.rs and shared/sheet/src/change.rs");
    let constants = [
        (
            "PROTOCOL_VERSION",
            json!(protocol::PROTOCOL_VERSION),
            "The version of the protocol, raised for breaking changes only.",
        ),
        (
            "SUBPROTOCOL",
            json!(protocol::SUBPROTOCOL),
            "The subprotocol that a client offers and the server answers.",
        ),
        (
            "BEARER_SUBPROTOCOL",
            json!(protocol::BEARER_SUBPROTOCOL),
            "The prefix of the subprotocol that carries the token; the server never answers it.",
        ),
        (
            "SYSTEM_ID",
            json!(SYSTEM_ID),
            "The id under which the system itself writes. No person may have it.",
        ),
        ("SYSTEM_NAME", json!(SYSTEM_NAME), "The system's name on a screen."),
        ("PERSON_OPS", json!(sheet::Op::sendable().collect::<Vec<_>>()), "The ops that a client may send."),
    ];
    constants.into_iter().for_each(|(name, value, doc)| push(&mut file, &Constant { name, value, doc }));
    file
}

/// Returns the sentences of refusals that a client says as well.
pub fn sentences() -> String {
    let mut file = head(
        "What refusals say: the server's sentences, for the early check.",
        "shared/sheet/src/sentences.rs",
    );
    for Sentence { name, words, text } in sentences::ALL {
        let (name, template) = (camel(name), text.replace('{', "${"));
        let words: Vec<String> = words.iter().map(|word| format!("{word}: string | number")).collect();
        file.push_str(&format!("export const {name} = ({}) => `{template}`;\n", words.join(", ")));
    }
    file
}

/// Returns a name in the case of TypeScript: `no_row` becomes `noRow`.
fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| {
        let (head, rest) = part.split_at(1.min(part.len()));
        name + &head.to_uppercase() + rest
    })
}

fn head(what: &str, source: &str) -> String {
    format!("/**\n * {what}\n * Made from {source} by `{COMMAND}`: do not edit.\n */\n")
}

fn push(file: &mut String, constant: &Constant) {
    let lines: Vec<&str> = constant.doc.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let doc = match lines.as_slice() {
        [line] => format!("/** {line} */"),
        lines => format!("/**\n * {}\n */", lines.join("\n * ")),
    };
    let suffix = if matches!(constant.value, Value::Array(_)) { " as const" } else { "" };
    file.push_str(&format!("{doc}\nexport const {} = {}{suffix};\n", constant.name, constant.value));
}
