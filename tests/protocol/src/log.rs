//! The log as stored in the table.
use sheet::{Change, CycleKey, State};
use std::collections::BTreeSet;
use store::{
    Table,
    log::{self, Limit, Since},
};

/// A log that was read and verified.
pub struct Verified {
    /// Its changes, in order.
    pub changes: Vec<Change>,
    /// How many items they are in.
    pub entries: usize,
    /// What they fold to.
    pub state: State,
}

impl Verified {
    /// The versions at which a change id stands.
    pub fn versions_of(&self, id: &str) -> Vec<u64> {
        self.changes
            .iter()
            .filter(|change| change.id.to_string() == id)
            .map(|change| change.version)
            .collect()
    }

    /// The sheet in the bytes in which replicas are compared.
    pub fn bytes(&self) -> String {
        sheet::canonical::to_string(&self.state.sheet).unwrap()
    }
}

/// Reads the log from its first entry: versions are 1, 2, 3 …, every hash continues the chain, no id is twice.
pub async fn verified(table: &Table, key: &CycleKey) -> Verified {
    let (mut entries, mut next) = (Vec::new(), Some(Since::Entry(0)));
    while let Some(since) = next {
        let page = log::page(table, key, since, Limit::PAGE).await.expect("the log reads");
        entries.extend(page.entries.into_iter().map(|stored| stored.entry().expect("an entry reads")));
        next = page.next;
    }
    let mut state = State::genesis(key);
    for entry in &entries {
        entry.fold(&mut state).expect("every entry continues the chain");
    }
    let changes: Vec<Change> = entries.iter().flat_map(|entry| entry.changes.iter().cloned()).collect();
    let versions: Vec<u64> = changes.iter().map(|change| change.version).collect();
    assert_eq!(versions, (1..=changes.len() as u64).collect::<Vec<_>>(), "no gap and no twin");
    let mut ids = BTreeSet::new();
    for change in changes.iter().filter(|change| change.id.seq > 0) {
        assert!(ids.insert((change.author.id.clone(), change.id.to_string())), "{} stands twice", change.id);
    }
    Verified { changes, entries: entries.len(), state }
}
