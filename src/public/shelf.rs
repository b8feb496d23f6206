//! Full tiles and bundles, kept in memory within a bound: they never change, so what is kept is never stale.
//!
//! Hash tiles have a shelf of their own, so that bundles, which are twenty times as large, do not push them out. Partial
//! ones are not kept: there are 255 of each, and soon nobody asks for them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::HeaderValue;

use super::limits::{BUNDLE_SHELF_BYTES, TILE_SHELF_BYTES};
use crate::tlog::tile::{TILE_WIDTH, Tile, TilePath};

/// What the maps and queues add to the bytes of one tile, at most.
const BESIDE_BYTES: usize = 512;

/// How a body is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    /// As it is.
    Identity,
    /// Compressed.
    Gzip,
}

/// A tile or bundle as it is sent.
#[derive(Clone)]
pub(super) struct Kept {
    pub(super) bytes: Bytes,
    pub(super) tag: HeaderValue,
}

type Key = (TilePath, Coding);

/// Both shelves.
pub(super) struct Shelves {
    tiles: Mutex<Shelf>,
    bundles: Mutex<Shelf>,
}

impl Default for Shelves {
    fn default() -> Self {
        Self { tiles: Mutex::new(Shelf::new(TILE_SHELF_BYTES)), bundles: Mutex::new(Shelf::new(BUNDLE_SHELF_BYTES)) }
    }
}

impl Shelves {
    fn of(&self, path: TilePath) -> MutexGuard<'_, Shelf> {
        let shelf = match path {
            TilePath::Hashes(_) => &self.tiles,
            TilePath::Entries { .. } => &self.bundles,
        };
        shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn get(&self, path: TilePath, coding: Coding) -> Option<Kept> {
        if is_full(path) { self.of(path).get((path, coding)) } else { None }
    }

    pub(super) fn keep(&self, path: TilePath, coding: Coding, kept: &Kept) {
        if is_full(path) {
            self.of(path).keep((path, coding), kept.clone());
        }
    }
}

fn is_full(path: TilePath) -> bool {
    let (TilePath::Hashes(Tile { width, .. }) | TilePath::Entries { width, .. }) = path;
    width == TILE_WIDTH
}

/// A bounded number of bytes; what was not asked for since its last turn goes first.
struct Shelf {
    most: usize,
    bytes: usize,
    held: HashMap<Key, Place>,
    turns: VecDeque<Key>,
}

struct Place {
    kept: Kept,
    asked: bool,
}

fn weight(kept: &Kept) -> usize {
    kept.bytes.len() + BESIDE_BYTES
}

impl Shelf {
    fn new(most: usize) -> Self {
        Self { most, bytes: 0, held: HashMap::new(), turns: VecDeque::new() }
    }

    fn get(&mut self, key: Key) -> Option<Kept> {
        let place = self.held.get_mut(&key)?;
        place.asked = true;
        Some(place.kept.clone())
    }

    fn keep(&mut self, key: Key, kept: Kept) {
        let more = weight(&kept);
        if more > self.most || self.held.contains_key(&key) {
            return;
        }
        while self.bytes + more > self.most {
            self.make_room();
        }
        self.bytes += more;
        self.held.insert(key, Place { kept, asked: false });
        self.turns.push_back(key);
    }

    /// Takes the next turn: what was asked for since its last one stays for one more.
    fn make_room(&mut self) {
        // There is something as long as there are bytes, and only then is room made.
        let Some(key) = self.turns.pop_front() else { return };
        match self.held.get_mut(&key) {
            Some(place) if place.asked => {
                place.asked = false;
                self.turns.push_back(key);
            }
            _ => {
                let gone = self.held.remove(&key);
                self.bytes -= gone.map_or(0, |place| weight(&place.kept));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::HeaderValue;

    use super::{BESIDE_BYTES, Coding, Kept, Shelf};
    use crate::tlog::tile::TilePath;

    #[test]
    fn a_shelf_keeps_what_is_asked_for_and_never_more_than_its_bound() {
        let key = |index| (TilePath::Entries { index, width: 256 }, Coding::Identity);
        let kept = |bytes| Kept { bytes: Bytes::from(vec![0; bytes]), tag: HeaderValue::from_static("\"a\"") };
        let mut shelf = Shelf::new(3 * (1_000 + BESIDE_BYTES));
        for index in 0..3 {
            shelf.keep(key(index), kept(1_000));
        }
        assert!(shelf.get(key(0)).is_some());
        shelf.keep(key(3), kept(1_000));
        let there: Vec<bool> = (0..4).map(|index| shelf.held.contains_key(&key(index))).collect();
        assert_eq!(there, [true, false, true, true], "1 was asked for by nobody");
        shelf.keep(key(4), kept(5_000));
        assert!(shelf.get(key(4)).is_none(), "larger than the shelf");
        for index in 5..500 {
            shelf.keep(key(index), kept(usize::try_from(index).expect("small") * 7 % 1_000));
            let held: usize = shelf.held.values().map(|place| place.kept.bytes.len() + BESIDE_BYTES).sum();
            assert_eq!((held, shelf.turns.len()), (shelf.bytes, shelf.held.len()));
            assert!(shelf.bytes <= shelf.most);
        }
        shelf.keep(key(499), kept(10));
        assert_ne!(shelf.get(key(499)).map(|kept| kept.bytes.len()), Some(10), "what is there stays");
    }
}
