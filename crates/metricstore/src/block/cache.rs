//! Decoded pages of blocks, the lately used ones, within a budget of memory.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hashbrown::HashMap;

use super::series_page::SeriesPage;
use super::values_page::ValuesPage;

/// A page as it is used.
#[derive(Debug, Clone)]
pub enum CachedPage {
    Chunks(Arc<Vec<u8>>),
    Series(Arc<SeriesPage>),
    Values(Arc<ValuesPage>),
}

impl CachedPage {
    fn bytes(&self) -> usize {
        match self {
            Self::Chunks(page) => page.len(),
            Self::Series(page) => page.bytes(),
            Self::Values(page) => page.bytes(),
        }
    }
}

/// The block and the page's offset in it.
type Key = (u64, u64);

/// Pages by age in two halves: when the younger half is full the older one is forgotten, and the younger
/// takes its place. What is used moves to the younger half.
#[derive(Debug, Default)]
struct Halves {
    young: HashMap<Key, CachedPage>,
    young_bytes: usize,
    old: HashMap<Key, CachedPage>,
    old_bytes: usize,
}

/// The cache of all blocks.
#[derive(Debug)]
pub struct Cache {
    half: usize,
    halves: Mutex<Halves>,
    next_block: AtomicU64,
}

impl Cache {
    /// Holds so many bytes.
    pub fn new(bytes: usize) -> Self {
        Self {
            half: bytes / 2,
            halves: Mutex::default(),
            next_block: AtomicU64::new(0),
        }
    }

    /// A number for a block that nobody else has.
    pub fn number(&self) -> u64 {
        self.next_block.fetch_add(1, Ordering::Relaxed)
    }

    fn halves(&self) -> MutexGuard<'_, Halves> {
        self.halves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page, if it is there.
    pub fn get(&self, key: Key) -> Option<CachedPage> {
        let mut halves = self.halves();
        if let Some(page) = halves.young.get(&key) {
            return Some(page.clone());
        }
        let page = halves.old.remove(&key)?;
        halves.old_bytes -= page.bytes();
        self.insert(&mut halves, key, page.clone());
        Some(page)
    }

    /// Keeps a page.
    pub fn put(&self, key: Key, page: CachedPage) {
        self.insert(&mut self.halves(), key, page);
    }

    fn insert(&self, halves: &mut Halves, key: Key, page: CachedPage) {
        let bytes = page.bytes();
        if bytes > self.half {
            return;
        }
        if halves.young_bytes + bytes > self.half {
            halves.old = std::mem::take(&mut halves.young);
            halves.old_bytes = std::mem::take(&mut halves.young_bytes);
        }
        if halves.young.insert(key, page).is_none() {
            halves.young_bytes += bytes;
        }
    }

    /// Forgets the pages of a block.
    pub fn forget(&self, block: u64) {
        let mut halves = self.halves();
        let Halves {
            young,
            young_bytes,
            old,
            old_bytes,
        } = &mut *halves;
        for (pages, bytes) in [(young, young_bytes), (old, old_bytes)] {
            pages.retain(|(owner, _), page| {
                let keep = *owner != block;
                if !keep {
                    *bytes -= page.bytes();
                }
                keep
            });
        }
    }

    /// Bytes that it holds.
    pub fn bytes(&self) -> usize {
        let halves = self.halves();
        halves.young_bytes + halves.old_bytes
    }
}
