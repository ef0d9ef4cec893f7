//! Which documents were counted, the newest of them: one that is sent again, replaced, or read again after a
//! restore is counted once.
//!
//! A document is known by its place (index and id), and as a whole (place and bytes). What replaces another
//! is known by its place. What is the first in its place was counted only if it is the same as a whole: a log
//! store that was restored from a backup gives the ids of documents that were lost to new ones.

use std::collections::{HashSet, VecDeque};

use swarmscope_query::store::Hit;
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
    pub fn new(hashes: Vec<u64>, most: usize) -> Self {
        let mut counted = Self {
            most,
            ..Self::default()
        };
        counted.add(hashes);
        counted
    }

    /// Whether the document was counted.
    pub fn contains(&self, document: &Document) -> bool {
        match document.replaces {
            true => self.known.contains(&document.place),
            false => self.known.contains(&document.whole),
        }
    }

    /// The documents with these hashes are counted now.
    pub fn add(&mut self, hashes: Vec<u64>) {
        for hash in hashes {
            if self.known.insert(hash) {
                self.order.push_back(hash);
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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document {
    pub place: u64,
    pub whole: u64,
    /// Whether it replaced another in its place.
    replaces: bool,
}

impl Document {
    /// The document that was found.
    pub fn of(hit: &Hit) -> Self {
        let mut hash = Xxh3::new();
        hash.update(hit.index.as_bytes());
        // No index has this in its name.
        hash.update(b"/");
        hash.update(hit.id.as_bytes());
        let place = hash.digest();
        hash.update(b"/");
        hash.update(hit.source.get().as_bytes());
        Self {
            place,
            whole: hash.digest(),
            replaces: hit.version > 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    fn document(index: &str, id: &str, version: u64, source: &str) -> Document {
        Document::of(&Hit {
            index: index.to_owned(),
            id: id.to_owned(),
            sequence: 1,
            version,
            time: 0,
            score: 1.0,
            sort: Vec::new(),
            source: RawValue::from_string(source.to_owned()).unwrap(),
        })
    }

    #[test]
    fn the_newest_are_remembered() {
        let mut counted = Counted::new(vec![1, 2, 3], 3);
        counted.add(vec![3, 4]);
        assert_eq!(counted.order, [2, 3, 4]);
        assert_eq!(counted.known, HashSet::from([2, 3, 4]));
    }

    #[test]
    fn a_replacement_is_known_by_its_place_and_a_first_document_as_a_whole() {
        let first = document("a", "1", 1, "{}");
        let counted = Counted::new(vec![first.place, first.whole], 10);
        assert!(counted.contains(&document("a", "1", 1, "{}")), "sent again");
        assert!(counted.contains(&document("a", "1", 2, "[1]")), "replaced");
        assert!(
            !counted.contains(&document("a", "1", 1, "[1]")),
            "another with its id"
        );
        assert!(!counted.contains(&document("b", "1", 2, "{}")));
        assert_ne!(
            document("a", "b", 1, "1").place,
            document("a/b", "", 1, "1").place
        );
    }
}
