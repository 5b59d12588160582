//! What it costs to find an insertion's place, counted before the library is asked.
//!
//! Yjs and `yrs` put an insertion between the two elements that it names. Where others were inserted at the same place
//! at the same time, they walk over all of these to find the one order that every replica finds. Merging n concurrent
//! insertions at one place so takes n²/2 steps, and a forged document can make every replica take them, each time it
//! loads it. People who type together take a handful.
//!
//! This takes the same walk over the document's structure alone, without its content, and counts the steps. It stops
//! at a ceiling, so that counting is itself no more than a few milliseconds.
use super::scan::{Id, Kind, Scan, Struct};
use crate::limits::MAX_DOC_STEPS;
use std::collections::{BTreeMap, HashMap};

/// Where an element is in no list: it has been forgotten, or is on something that has.
const NOWHERE: u32 = u32::MAX;

/// The order of a document's elements, as far as it is needed to count.
#[derive(Default)]
pub struct Order {
    nodes: Vec<Node>,
    /// Each client's nodes by their first clock.
    clients: HashMap<u64, BTreeMap<u64, u32>>,
    clocks: HashMap<u64, u64>,
    /// Each list by the type it is in, and its root's name or its key.
    lists: HashMap<(Option<Id>, u64), u32>,
    /// The first node of each list.
    heads: Vec<Option<u32>>,
    steps: usize,
}

struct Node {
    id: Id,
    len: u64,
    origin: Option<Id>,
    right: Option<Id>,
    list: u32,
    previous: Option<u32>,
    next: Option<u32>,
    /// The walk that last passed it, by the number of the node that walked, and whether it still conflicts there.
    passed: Option<(u32, u32)>,
}

impl Order {
    /// Returns the steps taken so far; no more than a few beyond [`MAX_DOC_STEPS`] are ever counted.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Integrates an update, in the order in which the libraries do: the highest client first, and what an insertion
    /// builds on before it.
    pub fn add(&mut self, update: &Scan) {
        let runs: BTreeMap<u64, &[Struct]> =
            update.clients.iter().map(|(client, runs)| (*client, runs.as_slice())).collect();
        let mut next: HashMap<u64, usize> = HashMap::new();
        for client in runs.keys().rev() {
            let mut stack = vec![*client];
            while let Some(client) = stack.last().copied() {
                let at = next.entry(client).or_default();
                let Some(run) = runs.get(&client).and_then(|runs| runs.get(*at)) else {
                    stack.pop();
                    continue;
                };
                let lacks =
                    self.lacks(run).filter(|needed| runs.contains_key(needed) && !stack.contains(needed));
                if let Some(needed) = lacks.filter(|needed| {
                    next.get(needed).copied().unwrap_or(0) < runs.get(needed).map_or(0, |runs| runs.len())
                }) {
                    stack.push(needed);
                    continue;
                }
                *next.entry(client).or_default() += 1;
                self.integrate(client, run);
                if stack.len() > 1 {
                    stack.pop();
                }
            }
        }
    }

    /// Returns a client whose insertions this run builds on and that are not there yet.
    fn lacks(&self, run: &Struct) -> Option<u64> {
        let Kind::Item { origin, right, parent, .. } = run.kind else { return None };
        let known = |id: &Id| self.clocks.get(&id.client).copied().unwrap_or(0);
        [origin, right, parent].into_iter().flatten().find(|id| id.clock >= known(id)).map(|id| id.client)
    }

    fn integrate(&mut self, client: u64, run: &Struct) {
        let known = self.clocks.get(&client).copied().unwrap_or(0);
        let end = run.clock + run.len;
        if end <= known || matches!(run.kind, Kind::Skip) {
            return;
        }
        let begins = run.clock.max(known);
        self.clocks.insert(client, end);
        let id = Id { client, clock: begins };
        let Kind::Item { origin, right, parent, place, .. } = run.kind else {
            self.push(id, end - begins, None, None, NOWHERE);
            return;
        };
        // What is known of it already is what the rest was typed behind.
        let origin = if begins > run.clock { Some(Id { client, clock: begins - 1 }) } else { origin };
        let left = origin.and_then(|id| self.ending_with(id));
        let before = right.and_then(|id| self.beginning_with(id));
        let list = match (left, before) {
            (Some(at), _) | (None, Some(at)) => self.nodes[at as usize].list,
            (None, None) if parent.is_some_and(|id| self.holding(id).is_none()) => NOWHERE,
            (None, None) => self.list(parent, place),
        };
        let node = self.push(id, end - begins, origin, right, list);
        if list == NOWHERE {
            return;
        }
        let left = if self.conflicts(left, before) { self.place(node, left, before) } else { left };
        self.link(node, left);
    }

    fn list(&mut self, parent: Option<Id>, place: u64) -> u32 {
        let heads = &mut self.heads;
        *self.lists.entry((parent, place)).or_insert_with(|| {
            heads.push(None);
            index(heads.len() - 1)
        })
    }

    fn push(&mut self, id: Id, len: u64, origin: Option<Id>, right: Option<Id>, list: u32) -> u32 {
        let node = index(self.nodes.len());
        self.nodes.push(Node { id, len, origin, right, list, previous: None, next: None, passed: None });
        self.clients.entry(id.client).or_default().insert(id.clock, node);
        node
    }

    /// The node that holds an element.
    fn holding(&self, id: Id) -> Option<u32> {
        let (_, node) = self.clients.get(&id.client)?.range(..=id.clock).next_back()?;
        let held = &self.nodes[*node as usize];
        (id.clock < held.id.clock + held.len).then_some(*node)
    }

    /// The node that ends with an element, cut there if it goes on. None: the element is in no list.
    fn ending_with(&mut self, id: Id) -> Option<u32> {
        let node = self.holding(id).filter(|node| self.nodes[*node as usize].list != NOWHERE)?;
        self.cut(node, id.clock + 1);
        Some(node)
    }

    /// The node that begins with an element, cut there if it begins before. None: the element is in no list.
    fn beginning_with(&mut self, id: Id) -> Option<u32> {
        let node = self.holding(id).filter(|node| self.nodes[*node as usize].list != NOWHERE)?;
        Some(self.cut(node, id.clock).unwrap_or(node))
    }

    /// Cuts a node before a clock inside of it. Returns the later part.
    fn cut(&mut self, node: u32, clock: u64) -> Option<u32> {
        let Node { id, len, right, list, next, passed, .. } = self.nodes[node as usize];
        if clock <= id.clock || clock >= id.clock + len {
            return None;
        }
        let begins = Id { client: id.client, clock };
        let origin = Some(Id { clock: clock - 1, ..begins });
        let later = self.push(begins, id.clock + len - clock, origin, right, list);
        self.nodes[node as usize].len = clock - id.clock;
        self.nodes[later as usize].passed = passed;
        self.nodes[later as usize].previous = Some(node);
        self.nodes[later as usize].next = next;
        self.nodes[node as usize].next = Some(later);
        if let Some(next) = next {
            self.nodes[next as usize].previous = Some(later);
        }
        Some(later)
    }

    /// Returns whether something is between the two elements that an insertion names.
    fn conflicts(&self, left: Option<u32>, right: Option<u32>) -> bool {
        match (left, right) {
            (Some(left), right) => self.nodes[left as usize].next != right,
            (None, Some(right)) => self.nodes[right as usize].previous.is_some(),
            (None, None) => true,
        }
    }

    /// Walks to the place of a node. Returns the node that it is behind.
    fn place(&mut self, node: u32, left: Option<u32>, right: Option<u32>) -> Option<u32> {
        let Node { id, origin, right: right_origin, list, .. } = self.nodes[node as usize];
        let first = || self.heads[list as usize];
        let mut at = left.map_or_else(first, |left| self.nodes[left as usize].next);
        let (mut behind, mut era) = (left, 0);
        while let Some(passed) = at.filter(|at| Some(*at) != right) {
            if self.steps > MAX_DOC_STEPS {
                // More is not counted: where it stands matters no more.
                return behind;
            }
            self.steps += 1;
            self.nodes[passed as usize].passed = Some((node, era));
            let other = &self.nodes[passed as usize];
            let next = other.next;
            if other.origin == origin {
                if other.id.client < id.client {
                    behind = Some(passed);
                    era += 1;
                } else if other.right == right_origin {
                    break;
                }
            } else {
                let stands = other.origin.and_then(|id| self.holding(id));
                match stands.and_then(|origin| self.nodes[origin as usize].passed) {
                    Some((walk, passed_in)) if walk == node => {
                        if passed_in < era {
                            behind = Some(passed);
                            era += 1;
                        }
                    }
                    _ => break,
                }
            }
            at = next;
        }
        behind
    }

    fn link(&mut self, node: u32, left: Option<u32>) {
        let list = self.nodes[node as usize].list as usize;
        let next = match left {
            Some(left) => self.nodes[left as usize].next.replace(node),
            None => self.heads[list].replace(node),
        };
        self.nodes[node as usize].previous = left;
        self.nodes[node as usize].next = next;
        if let Some(next) = next {
            self.nodes[next as usize].previous = Some(node);
        }
    }
}

fn index(at: usize) -> u32 {
    // A document has a few ten thousand parts.
    u32::try_from(at).unwrap_or(NOWHERE - 1)
}
