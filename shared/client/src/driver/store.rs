//! The file that keeps unsent changes across a restart.
use super::ClientError;
use crate::QueueRecord;
use std::{io, path::Path};

/// Reads the record; none if there is no file. A file that is torn or of another format holds nothing that could be sent.
pub(super) fn load(path: Option<&Path>) -> Result<Vec<QueueRecord>, ClientError> {
    let Some(path) = path else { return Ok(Vec::new()) };
    match std::fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes).into_iter().collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(source) => Err(ClientError::State { path: path.to_owned(), source }),
    }
}

/// Writes the record beside the file and puts it in its place, so that a crash leaves the old one or the new one. A disk that refuses
/// costs the restart its memory, never the edit.
pub(super) async fn keep(path: &Path, record: Option<&QueueRecord>) {
    let written = match record {
        Some(record) => write(path, record).await,
        None => match tokio::fs::remove_file(path).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        },
    };
    drop(written);
}

async fn write(path: &Path, record: &QueueRecord) -> io::Result<()> {
    let beside = path.with_extension("new");
    tokio::fs::write(&beside, serde_json::to_vec(record)?).await?;
    tokio::fs::rename(&beside, path).await
}
