//! Somebody's copy of a document: Yjs as `yrs` has it, with updates as they travel.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use yrs::{
    Doc, GetString, OffsetKind, Options, ReadTxn, Text, TextRef, Transact, Update, Xml, XmlElementPrelim,
    XmlFragment, XmlTextPrelim,
    updates::{decoder::Decode, encoder::Encode},
};

/// A copy under a client id of its own.
pub struct Editor {
    doc: Doc,
    text: TextRef,
}

impl Editor {
    /// An empty copy.
    pub fn new(client: u64) -> Self {
        let guid = format!("editor-{client}");
        let options = Options {
            offset_kind: OffsetKind::Utf16,
            ..Options::with_guid_and_client_id(guid.into(), yrs::ClientID::new(client))
        };
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("body");
        Self { doc, text }
    }

    /// Types; the update that says so.
    pub fn insert(&self, at: u32, text: &str) -> String {
        let mut typing = self.doc.transact_mut();
        self.text.insert(&mut typing, at, text);
        STANDARD.encode(typing.encode_update_v1())
    }

    /// Deletes; the update that says so.
    pub fn remove(&self, at: u32, count: u32) -> String {
        let mut typing = self.doc.transact_mut();
        self.text.remove_range(&mut typing, at, count);
        STANDARD.encode(typing.encode_update_v1())
    }

    /// Takes an update in.
    pub fn take(&self, update: &str) {
        let update = Update::decode_v1(&STANDARD.decode(update).expect("base64")).expect("an update");
        self.doc.transact_mut().apply_update(update).expect("it can be applied");
    }

    /// What it reads.
    pub fn text(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// Returns the content of the editor's own root, as XML.
    pub fn xml(&self) -> String {
        let root = self.doc.get_or_insert_xml_fragment("default");
        root.get_string(&self.doc.transact())
    }

    /// Returns whether it waits for an update that it lacks.
    pub fn waits(&self) -> bool {
        self.doc.transact().has_missing_updates()
    }

    /// Begins a paragraph that names somebody, as the page's editor does; the update that says so.
    pub fn name(&self, before: &str, user: &str, label: &str) -> String {
        let root = self.doc.get_or_insert_xml_fragment("default");
        let mut typing = self.doc.transact_mut();
        let paragraph = root.push_back(&mut typing, XmlElementPrelim::empty("paragraph"));
        paragraph.push_back(&mut typing, XmlTextPrelim::new(before));
        let mention = paragraph.push_back(&mut typing, XmlElementPrelim::empty("mention"));
        mention.insert_attribute(&mut typing, "id", user);
        mention.insert_attribute(&mut typing, "label", label);
        STANDARD.encode(typing.encode_update_v1())
    }

    /// What it knows, as `hello` says it.
    pub fn state_vector(&self) -> String {
        STANDARD.encode(self.doc.transact().state_vector().encode_v1())
    }

    /// Everything that a copy with this state vector lacks.
    pub fn since(&self, state_vector: &str) -> String {
        let known = STANDARD.decode(state_vector).expect("base64");
        let known = yrs::StateVector::decode_v1(&known).expect("a state vector");
        STANDARD.encode(self.doc.transact().encode_state_as_update_v1(&known))
    }
}

/// The op that carries an update.
pub fn text_update(doc: &str, update: impl Into<String>) -> Value {
    json!({"op": "TEXT_UPDATE", "doc": doc, "update": update.into()})
}

/// The same with whom it names.
pub fn naming_update(doc: &str, update: impl Into<String>, mentions: &[&str]) -> Value {
    json!({"op": "TEXT_UPDATE", "doc": doc, "update": update.into(), "mentions": mentions})
}

/// The bytes of an update as it travels.
pub fn bytes(update: &str) -> Vec<u8> {
    STANDARD.decode(update).expect("base64")
}
