//! A table of what is known of a dictionary's entries within each parent bucket: found without hashing.

use std::sync::Arc;

use crate::block::column::{Column, Values};
use crate::block::strings::Strings;

/// Entries of a table: 4 MB of numbers.
const MAX_ENTRIES: usize = 1 << 20;

/// One value for each parent and entry of the dictionary of the pages that come.
#[derive(Debug)]
pub struct Table<T> {
    dictionary: Arc<Strings>,
    parents: u32,
    pub values: Vec<T>,
}

impl<T: Copy> Table<T> {
    /// For a page's dictionary. `None` when the page has none, or the table would be large, or larger than
    /// what it is to spare.
    pub fn new(page: &Column, parents: u32, rows: usize, empty: T) -> Option<Self> {
        let Values::Coded { dictionary, .. } = &page.values else {
            return None;
        };
        let entries = dictionary.len().checked_mul(parents as usize)?;
        (entries <= MAX_ENTRIES && entries <= rows.saturating_mul(4).max(1024)).then(|| Self {
            dictionary: Arc::clone(dictionary),
            parents,
            values: vec![empty; entries],
        })
    }

    /// Whether the table is that of the page, too.
    pub fn is_of(&self, page: &Column) -> bool {
        matches!(&page.values, Values::Coded { dictionary, .. } if Arc::ptr_eq(dictionary, &self.dictionary))
    }

    /// The values of a parent, by code.
    pub fn of_parent(&mut self, parent: u32) -> &mut [T] {
        let entries = self.dictionary.len();
        let from = parent as usize * entries;
        &mut self.values[from..from + entries]
    }

    /// The dictionary's entries.
    pub fn dictionary(&self) -> &Arc<Strings> {
        &self.dictionary
    }

    /// Parents, above each of their numbers.
    pub fn parents(&self) -> u32 {
        self.parents
    }
}
