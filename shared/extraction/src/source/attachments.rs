//! What hangs on a Slack message beside its text: messages that were forwarded with it, files, an app's attachments.
use super::{
    MAX_NAME_CODE_POINTS, blocks,
    markup::{self, Names},
    tidy,
};
use serde_json::Value;

/// Attachments and files of one message that are read: Slack shows 100 attachments at most.
const MAX_PARTS: usize = 100;
/// Code points of a file's name: what it is called in the text.
const MAX_FILE_NAME_CODE_POINTS: usize = 200;
/// What Slack writes where it has only blocks or a forwarded message to show.
const PLACEHOLDERS: [&str; 2] =
    ["This content can't be displayed.", "This message contains interactive elements."];

fn word<'a>(of: &'a Value, field: &str) -> &'a str {
    of.get(field).and_then(Value::as_str).unwrap_or_default().trim()
}

/// Whether a message's text only says that there is something else.
pub(crate) fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.contains(&text.trim())
}

/// The messages that were forwarded or quoted by their link, each as `Forwarded from Carla in #ops: the words`.
pub(crate) fn forwards(attachments: &Value, names: &Names) -> String {
    let each = attachments.as_array().into_iter().flatten().take(MAX_PARTS);
    let forwards: Vec<String> = each.filter_map(|attachment| forward(attachment, names)).collect();
    forwards.join("\n")
}

fn forward(attachment: &Value, names: &Names) -> Option<String> {
    let is = |field: &str| attachment.get(field) == Some(&Value::Bool(true));
    if !is("is_share") && !is("is_msg_unfurl") {
        return None;
    }
    let said = match body(attachment, names) {
        said if !said.is_empty() => said,
        _ => file_words(attachment.get("files").unwrap_or(&Value::Null)),
    };
    if said.is_empty() {
        return None;
    }
    let known = names.users.get(word(attachment, "author_id")).map(String::as_str);
    let author =
        [known.unwrap_or_default(), word(attachment, "author_name"), word(attachment, "author_subname")];
    let author = author.into_iter().find(|author| !author.is_empty()).unwrap_or("somebody");
    let channel = [word(attachment, "channel_name"), names.channel(word(attachment, "channel_id"))];
    let channel = channel.into_iter().find(|channel| !channel.is_empty());
    let author = tidy(author, MAX_NAME_CODE_POINTS);
    Some(match channel {
        Some(channel) => format!("Forwarded from {author} in #{}: {said}", channel.trim_start_matches('#')),
        None => format!("Forwarded from {author}: {said}"),
    })
}

/// An app's attachments: what a workflow or a person through an app wrote below, or in the place of, a text. Previews of
/// links are a website's words and are no part of it.
pub(crate) fn of_app(attachments: &Value, names: &Names) -> String {
    let is_preview = |of: &&Value| !word(of, "from_url").is_empty() || !word(of, "original_url").is_empty();
    let is_forward = |of: &&Value| {
        ["is_share", "is_msg_unfurl"].iter().any(|field| of.get(*field) == Some(&Value::Bool(true)))
    };
    let each = attachments.as_array().into_iter().flatten().take(MAX_PARTS);
    let parts: Vec<String> = each
        .filter(|of| !is_preview(of) && !is_forward(of))
        .map(|of| body(of, names))
        .filter(|text| !text.is_empty())
        .collect();
    parts.join("\n")
}

/// Title, text and fields; the blocks where there is no text; the fallback where there is nothing else.
fn body(attachment: &Value, names: &Names) -> String {
    let decoded = |text: &str| markup::decode(text, names).trim().to_owned();
    let mut parts: Vec<String> = Vec::new();
    for field in ["pretext", "title"] {
        parts.push(decoded(word(attachment, field)));
    }
    let text = Some(word(attachment, "text")).filter(|text| !is_placeholder(text)).unwrap_or_default();
    parts.push(match decoded(text) {
        text if !text.is_empty() => text,
        _ => {
            let of_message = attachment.get("message_blocks").and_then(Value::as_array).into_iter().flatten();
            let of_message = of_message.filter_map(|block| block.pointer("/message/blocks"));
            let all: Vec<String> = std::iter::once(attachment.get("blocks").unwrap_or(&Value::Null))
                .chain(of_message)
                .map(|blocks| blocks::text(blocks, names).trim().to_owned())
                .filter(|text| !text.is_empty())
                .collect();
            all.join("\n")
        }
    });
    for field in attachment.get("fields").and_then(Value::as_array).into_iter().flatten().take(MAX_PARTS) {
        let (title, value) = (decoded(word(field, "title")), decoded(word(field, "value")));
        parts.push(if title.is_empty() { value } else { format!("{title}: {value}") });
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        let fallback = decoded(word(attachment, "fallback"));
        // `[no preview available]` says that there is nothing to say.
        return if fallback.starts_with("[no preview") { String::new() } else { fallback };
    }
    parts.join("\n")
}

/// Names of documents that hang on a message, each as `[file: plan.pdf]`. Pictures, sounds and films are not named: their
/// names are a camera's.
pub(crate) fn file_names(files: &Value) -> String {
    let each = files.as_array().into_iter().flatten().take(MAX_PARTS);
    let names: Vec<String> = each
        .filter(|file| {
            let kind = word(file, "mimetype").split('/').next().unwrap_or_default();
            !matches!(kind, "image" | "video" | "audio") && word(file, "mode") != "tombstone"
        })
        .filter_map(|file| {
            [word(file, "title"), word(file, "name")].into_iter().find(|name| !name.is_empty())
        })
        .map(|name| format!("[file: {}]", tidy(name, MAX_FILE_NAME_CODE_POINTS).replace('\n', " ")))
        .collect();
    names.join("\n")
}

/// The words inside of files: an e-mail, a snippet or a post that was shared, and what was said in a clip.
pub(crate) fn file_words(files: &Value) -> String {
    let each = files.as_array().into_iter().flatten().take(MAX_PARTS);
    let texts: Vec<String> = each
        .filter_map(|file| {
            let title =
                [word(file, "subject"), word(file, "title")].into_iter().find(|title| !title.is_empty());
            let said =
                file.pointer("/transcription/preview/content").and_then(Value::as_str).unwrap_or_default();
            let is_text = matches!(word(file, "filetype"), "email" | "text" | "post" | "space" | "markdown");
            let said = match said.trim() {
                "" if is_text => {
                    [word(file, "plain_text"), word(file, "preview_plain_text"), word(file, "preview")]
                        .into_iter()
                        .find(|text| !text.is_empty())?
                }
                "" => return None,
                said => said,
            };
            Some(match title {
                Some(title) => format!("{title}: {said}"),
                None => said.to_owned(),
            })
        })
        .collect();
    texts.join("\n")
}
