//! What a file is that holds no messages in a form that is read: other programs' exports, archives, documents.
use serde_json::Value;

/// What a file should hold.
pub(crate) const EXPECTED: &str =
    "expected a Slack export, one day of it, or JSON Lines with \"text\", \"author\" and \"at\"";

/// Bytes of a text that are looked at for what wrote it.
const LOOKED_AT: usize = 64 * 1024;

/// What a file of these bytes is, if it is no text: a sentence without its subject.
pub(crate) fn binary(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 12] = [
        (b"\x1f\x8b", "is compressed (gzip): unpack it and name what is in it"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive: unpack it and name the folder"),
        (b"Rar!", "is a rar archive: unpack it and name the folder"),
        (b"\xfd7zXZ\0", "is compressed (xz): unpack it and name the folder"),
        (b"\x28\xb5\x2f\xfd", "is compressed (zstd): unpack it and name the folder"),
        (b"BZh", "is compressed (bzip2): unpack it and name the folder"),
        (b"%PDF", "is a PDF: expected messages as JSON"),
        (b"SQLite format 3\0", "is an SQLite database: expected messages as JSON"),
        (b"\xd0\xcf\x11\xe0", "is an Office document: expected messages as JSON"),
        (b"\x89PNG", "is a picture: expected messages as JSON"),
        (b"\xff\xd8\xff", "is a picture: expected messages as JSON"),
        (b"!BDN", "is an Outlook archive: expected messages as JSON"),
    ];
    if bytes.get(257..262) == Some(b"ustar") {
        return Some("is a tar archive: unpack it and name the folder");
    }
    let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic));
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    match known {
        Some((_, what)) => Some(what),
        None if !is_utf16 && bytes.iter().take(LOOKED_AT).any(|b| *b == 0) => {
            Some("is no text: expected messages as JSON")
        }
        None => None,
    }
}

/// What program's export a text is, if it is one that is known and not read: a sentence without its subject.
pub(crate) fn text(text: &str) -> Option<&'static str> {
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    let lower = first.to_ascii_lowercase();
    if lower.starts_with("<!doctype") || lower.starts_with("<html") || lower.starts_with("<?xml") {
        return Some("is a web page or XML: expected messages as JSON");
    }
    if !start.starts_with(['{', '[']) {
        return None;
    }
    if let Ok(line) = serde_json::from_str::<Value>(first)
        && let Some(kind) = line.get("type").and_then(Value::as_str)
        && (kind == "version" && line.get("version").is_some()
            || kind == "post" && line.get("post").is_some())
    {
        return Some("is a Mattermost export, which is not read: expected a Slack export or JSON Lines");
    }
    let mut end = start.len().min(LOOKED_AT);
    while !start.is_char_boundary(end) {
        end -= 1;
    }
    let head = start.get(..end).unwrap_or_default();
    let has = |all: &[&str]| all.iter().all(|field| head.contains(&format!("\"{field}\"")));
    if has(&["guild", "messages"]) && has(&["content", "author"]) {
        return Some("is a Discord export, which is not read: expected a Slack export or JSON Lines");
    }
    if head.contains("\"@odata.") || has(&["messageType", "createdDateTime"]) || has(&["originalarrivaltime"])
    {
        return Some("is a Teams export, which is not read: expected a Slack export or JSON Lines");
    }
    if has(&["creator", "created_date"]) {
        return Some("is a Google Chat export, which is not read: expected a Slack export or JSON Lines");
    }
    if has(&["zerver_message"]) {
        return Some("is a Zulip export, which is not read: expected a Slack export or JSON Lines");
    }
    if has(&["matrix.org"]) || has(&["room_id", "origin_server_ts"]) {
        return Some("is a Matrix export, which is not read: expected a Slack export or JSON Lines");
    }
    None
}
