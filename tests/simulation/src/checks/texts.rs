//! The documents of a cycle by a second hand: Yjs on the log's updates, and nothing of `sheet`'s.
use crate::client::docs::{document, read};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sheet::State;
use std::collections::BTreeMap;
use yrs::StateVector;

/// Every document's updates, by version, as the log has them.
#[derive(Clone, Debug, Default)]
pub struct Texts(BTreeMap<String, Vec<(u64, Vec<u8>)>>);

impl Texts {
    /// Folds one op.
    pub fn fold(&mut self, op: &Value, version: u64) {
        let word = |field: &str| op[field].as_str().unwrap_or_default();
        match word("op") {
            "TEXT_UPDATE" => {
                let update = STANDARD.decode(word("update")).unwrap_or_default();
                self.0.entry(word("doc").to_owned()).or_default().push((version, update));
            }
            // A row inserted again begins an empty note; a restored one brings its own (D6).
            "ROW_INSERT" if !op["restored"].is_object() => {
                self.0.remove(&format!("notes:{}", word("taskId")));
            }
            _ => {}
        }
    }

    fn updates(&self, doc: &str, version: u64) -> impl Iterator<Item = &[u8]> {
        let all = self.0.get(doc).into_iter().flatten();
        all.filter(move |(at, _)| *at <= version).map(|(_, update)| &**update)
    }

    /// What a document says at a version, and how far it knows whom.
    pub fn read(&self, doc: &str, version: u64) -> Result<(String, StateVector), String> {
        let (text, vector, waits) = read(&document(self.updates(doc, version))?);
        if waits {
            Err(format!("D3: {doc} at {version} waits for what is not in the log"))
        } else {
            Ok((text, vector))
        }
    }

    /// D4, I4: a fold holds these documents, and the sheet names what they fold to.
    pub fn agree(&self, state: &State) -> Result<(), String> {
        for (doc, entry) in &state.sheet.docs {
            let version = state.version();
            let chain = self.updates(doc.as_str(), version).fold([0_u8; 32], |before, update| {
                Sha256::new().chain_update(before).chain_update(update).finalize().into()
            });
            if hex::encode(chain) != *entry.hash {
                return Err(format!(
                    "D4: the sheet names another chain of {doc} at {version} than the log's"
                ));
            }
            let held =
                state.doc_since(doc, None).map_err(|refusal| format!("I4: {doc}: {}", refusal.message))?;
            let held = read(&document([&*held.0])?);
            let (text, vector) = self.read(doc.as_str(), version)?;
            if held != (text.clone(), vector, false) {
                return Err(format!(
                    "I4: {doc} at {version}: the fold says {:?}, the log says {text:?}",
                    held.0
                ));
            }
        }
        Ok(())
    }
}
