//! The command's words, one module each. `at`: the options that words about tables share.
pub(crate) mod at;
pub(crate) mod backup;
pub(crate) mod cycles;
pub(crate) mod dev;
pub(crate) mod dlq;
pub(crate) mod doctor;
pub(crate) mod erase;
pub(crate) mod evaluate;
pub(crate) mod export;
pub(crate) mod extract;
pub(crate) mod log;
pub(crate) mod member;
pub(crate) mod messages;
pub(crate) mod parse;
pub(crate) mod serve;
pub(crate) mod source;
pub(crate) mod team;
pub(crate) mod token;

/// Why a command fails: a sentence that says what to do.
pub(crate) type Failed = Box<dyn std::error::Error + Send + Sync>;
/// How a command ends.
pub(crate) type Done = Result<(), Failed>;

/// The exit code of a command that worked and found something wrong, or did not find what it was asked for.
pub(crate) const NOT_WELL: u8 = 3;

/// What was looked at is not well, or is not there: the command itself did not fail.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct NotWell(pub(crate) String);

/// Writes to standard output; a reader that has gone away (`| head`) is no error.
pub(crate) fn print(text: &str) -> Done {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints values as JSON, one a line.
pub(crate) fn lines(lines: impl Iterator<Item = serde_json::Result<String>>) -> Done {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line?);
        text.push('\n');
    }
    print(&text)
}
