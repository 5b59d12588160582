//! The folded cycles that a warm process keeps, bounded by bytes: the least recently used go first.
use crate::room::Room;
use sheet::CycleKey;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Rooms by cycle. A room that is dropped from the cache while a caller uses it lives until that caller is done; a
/// second room for the same cycle is harmless, because the log decides who was first.
#[derive(Debug)]
pub struct Cache {
    inner: Mutex<Inner>,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Inner {
    rooms: HashMap<CycleKey, Kept>,
    bytes: usize,
    tick: u64,
}

#[derive(Debug)]
struct Kept {
    room: Arc<Room>,
    bytes: usize,
    used: u64,
}

impl Cache {
    /// Returns a cache of at most `max_bytes`, estimated; the cycle in use always stays.
    pub fn new(max_bytes: usize) -> Self {
        Self { inner: Mutex::default(), max_bytes }
    }

    /// The cycle's room, new if it is not kept.
    pub(crate) fn room(&self, key: &CycleKey) -> Arc<Room> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.tick += 1;
        let used = inner.tick;
        if let Some(kept) = inner.rooms.get_mut(key) {
            kept.used = used;
            return kept.room.clone();
        }
        let room = Arc::new(Room::default());
        inner.rooms.insert(key.clone(), Kept { room: room.clone(), bytes: 0, used });
        room
    }

    /// Notes what the cycle's fold weighs now, and drops others while the sum is too large.
    pub(crate) fn weigh(&self, key: &CycleKey, bytes: usize) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = inner.rooms.get_mut(key) else { return };
        let before = std::mem::replace(&mut kept.bytes, bytes);
        inner.bytes = inner.bytes.saturating_sub(before) + bytes;
        while inner.bytes > self.max_bytes {
            let others = inner.rooms.iter().filter(|(other, _)| *other != key);
            let Some(oldest) = others.min_by_key(|(_, kept)| kept.used).map(|(other, _)| other.clone())
            else {
                return;
            };
            if let Some(gone) = inner.rooms.remove(&oldest) {
                inner.bytes = inner.bytes.saturating_sub(gone.bytes);
            }
        }
    }

    /// Cycles kept, and their estimated bytes.
    pub fn size(&self) -> (usize, usize) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        (inner.rooms.len(), inner.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheet::Name;

    fn key(team: &str) -> CycleKey {
        CycleKey {
            tenant: Name::new("acme").unwrap(),
            team: Name::new(team).unwrap(),
            week: "2026-W47".parse().unwrap(),
        }
    }

    #[test]
    fn the_least_recently_used_cycle_goes_first_and_the_one_in_use_stays() {
        let cache = Cache::new(100);
        for team in ["a", "b", "c"] {
            cache.room(&key(team));
            cache.weigh(&key(team), 40);
        }
        assert_eq!(cache.size(), (2, 80));
        let b = cache.room(&key("b"));
        cache.room(&key("d"));
        cache.weigh(&key("d"), 40);
        assert!(Arc::ptr_eq(&b, &cache.room(&key("b"))), "b was used after c");
        cache.weigh(&key("d"), 500);
        assert_eq!(cache.size(), (1, 500));
    }
}
