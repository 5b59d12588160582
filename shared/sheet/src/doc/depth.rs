//! How deep the types of a document are nested.
//!
//! The library, and the one in browsers, walk a document's types by recursion: one nested without end takes the
//! process with it, which nothing catches. So the depth is known before the library sees the update. A type's place is
//! often said only by its neighbours; this follows them without recursion.
use super::scan::{Clocks, Id, Kind, Scan, Struct};
use std::collections::{HashMap, HashSet};

/// Every run of a document, by client and clock.
#[derive(Default)]
pub struct Runs {
    clients: HashMap<u64, Vec<Struct>>,
    clocks: Clocks,
    /// How many types the runs that were asked for are in. What a run builds on is before it, so this stays.
    levels: HashMap<Id, usize>,
}

impl Runs {
    /// Takes in what an update brings; what is known already is passed over.
    pub fn add(&mut self, scan: &Scan) {
        for (client, runs) in &scan.clients {
            let known = self.clocks.get(client).copied().unwrap_or(0);
            let fresh =
                runs.iter().filter(|run| run.clock + run.len > known && !matches!(run.kind, Kind::Skip));
            self.clients.entry(*client).or_default().extend(fresh);
        }
        scan.advance(&mut self.clocks);
    }

    fn run(&self, id: Id) -> Option<(Id, Kind)> {
        let runs = self.clients.get(&id.client)?;
        let at = runs.partition_point(|run| run.clock <= id.clock).checked_sub(1)?;
        let run = runs.get(at).filter(|run| id.clock < run.clock + run.len)?;
        Some((Id { client: id.client, clock: run.clock }, run.kind))
    }

    /// Returns all runs as one update, as they would be merged.
    pub fn merged(&self) -> Scan {
        let clients = self.clients.iter().map(|(client, runs)| (*client, runs.clone())).collect();
        Scan { clients, deletes: Vec::new() }
    }

    /// How many types an element is in. One whose place its neighbours say is where the deeper of them is: which of them
    /// counts depends on what has been forgotten since.
    fn level(&mut self, id: Id) -> usize {
        let mut open = HashSet::new();
        let mut path: Vec<(Id, Kind)> = self.run(id).into_iter().collect();
        while let Some((start, kind)) = path.last().copied() {
            let (above, inside) = match kind {
                Kind::Item { parent: Some(parent), .. } => ([Some(parent), None], 1),
                Kind::Item { origin, right, .. } => ([origin, right], 0),
                Kind::Gone | Kind::Skip => ([None, None], 0),
            };
            open.insert(start);
            let above: Vec<(Id, Kind)> = above.into_iter().flatten().filter_map(|id| self.run(id)).collect();
            // A circle, which no honest update has, ends at itself.
            let next = above.iter().find(|(id, _)| !self.levels.contains_key(id) && !open.contains(id));
            if let Some(next) = next {
                path.push(*next);
                continue;
            }
            let level = above
                .iter()
                .filter_map(|(id, _)| self.levels.get(id))
                .max()
                .map_or(0, |level| level + inside);
            self.levels.insert(start, level);
            path.pop();
        }
        self.run(id).and_then(|(start, _)| self.levels.get(&start)).copied().unwrap_or(0)
    }

    /// Levels of types inside each other that an update reaches, which has been taken in.
    pub fn depth_of(&mut self, update: &Scan) -> usize {
        let is_type = |run: &&Struct| matches!(run.kind, Kind::Item { is_type: true, .. });
        let types = update.clients.iter().flat_map(|(client, runs)| {
            runs.iter().filter(is_type).map(|run| Id { client: *client, clock: run.clock })
        });
        types.map(|id| self.level(id) + 1).max().unwrap_or(0)
    }
}
