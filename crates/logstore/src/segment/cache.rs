//! Decoded columns and pages in memory, within a budget; the longest unused go first.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::codec::text::TextDictionary;
use super::open_texts::OpenTexts;
use crate::block::column::Column;

/// What is cached: group, column, page. Groups keep their number when they are copied, so that what
/// is cached of them outlives merges.
pub type Key = (u64, u32, u32);

/// A cache shared by all segments of a store.
#[derive(Debug)]
pub struct Cache {
    budget: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: HashMap<Key, Entry>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug)]
struct Entry {
    item: Item,
    bytes: usize,
    used: u64,
}

/// What is kept.
#[derive(Debug, Clone)]
pub enum Item {
    Column(Arc<Column>),
    /// The fragments of a column's texts.
    Fragments(Arc<TextDictionary>),
    /// A page of texts of which some were asked for.
    Texts(Arc<OpenTexts>),
    /// That one number of a page was asked for, which was not worth reading the page as a whole.
    Asked,
}

impl Item {
    fn bytes(&self) -> usize {
        match self {
            Item::Column(column) => column.bytes(),
            Item::Fragments(fragments) => fragments.bytes(),
            Item::Texts(texts) => texts.bytes(),
            Item::Asked => 0,
        }
    }
}

impl Cache {
    /// An empty cache that holds so many bytes.
    pub fn new(budget: usize) -> Self {
        Self {
            budget,
            inner: Mutex::default(),
        }
    }

    /// What is kept under the key.
    pub fn get(&self, key: Key) -> Option<Item> {
        let mut inner = self.lock();
        inner.clock += 1;
        let now = inner.clock;
        let entry = inner.entries.get_mut(&key)?;
        entry.used = now;
        Some(entry.item.clone())
    }

    /// Keeps something; others make room.
    pub fn put(&self, key: Key, item: Item) {
        let bytes = item.bytes() + 128;
        if bytes > self.budget / 2 {
            return;
        }
        let mut inner = self.lock();
        inner.clock += 1;
        let entry = Entry {
            item,
            bytes,
            used: inner.clock,
        };
        if let Some(old) = inner.entries.insert(key, entry) {
            inner.bytes -= old.bytes;
        }
        inner.bytes += bytes;
        if inner.bytes > self.budget {
            inner.shrink(self.budget / 4 * 3);
        }
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A cache is right whatever panicked elsewhere.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn shrink(&mut self, target: usize) {
        let mut by_use: Vec<(u64, Key)> = self
            .entries
            .iter()
            .map(|(key, entry)| (entry.used, *key))
            .collect();
        by_use.sort_unstable();
        for (_, key) in by_use {
            if self.bytes <= target {
                return;
            }
            if let Some(entry) = self.entries.remove(&key) {
                self.bytes -= entry.bytes;
            }
        }
    }
}
