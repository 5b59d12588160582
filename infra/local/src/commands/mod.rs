//! The command's words, one module each.
pub(crate) mod backup;
pub(crate) mod dev;
pub(crate) mod evaluate;
pub(crate) mod extract;
pub(crate) mod log;
pub(crate) mod messages;
pub(crate) mod parse;
pub(crate) mod serve;
pub(crate) mod tenant;
pub(crate) mod token;

/// How a command ends when it does not end well: a sentence that says what to do.
pub(crate) type Done = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Writes to standard output; a reader that has gone away (`| head`) is no error.
pub(crate) fn print(text: &str) -> Done {
    use std::io::Write;
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
