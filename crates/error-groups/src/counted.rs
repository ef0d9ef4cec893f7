//! Which documents were counted, the newest of them. A document is known by its index and id, so that one
//! that is sent again, replaced, or read again after a restore is counted once.

use std::collections::{HashSet, VecDeque};

use xxhash_rust::xxh3::Xxh3;

/// The documents that were counted last.
#[derive(Debug, Default)]
pub struct Counted {
    order: VecDeque<u64>,
    known: HashSet<u64>,
    most: usize,
}

impl Counted {
    /// Those that the store remembers, oldest first; so many at most.
    pub fn new(documents: Vec<u64>, most: usize) -> Self {
        let mut counted = Self {
            most,
            ..Self::default()
        };
        counted.add(documents);
        counted
    }

    /// Whether the document was counted.
    pub fn contains(&self, document: u64) -> bool {
        self.known.contains(&document)
    }

    /// These are counted now.
    pub fn add(&mut self, documents: Vec<u64>) {
        for document in documents {
            if self.known.insert(document) {
                self.order.push_back(document);
            }
            if self.order.len() > self.most
                && let Some(oldest) = self.order.pop_front()
            {
                self.known.remove(&oldest);
            }
        }
    }
}

/// What tells a document from others.
pub fn document(index: &str, id: &str) -> u64 {
    let mut hash = Xxh3::new();
    hash.update(index.as_bytes());
    // No index has this in its name.
    hash.update(b"/");
    hash.update(id.as_bytes());
    hash.digest()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_remembered() {
        let mut counted = Counted::new(vec![1, 2, 3], 3);
        counted.add(vec![3, 4]);
        assert!(!counted.contains(1));
        assert!(
            [2, 3, 4]
                .into_iter()
                .all(|document| counted.contains(document))
        );
        assert_ne!(document("a", "b"), document("ab", ""));
    }
}
