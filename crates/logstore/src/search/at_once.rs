//! How many documents are read together: as many as those before let expect to fit in some MiB.
//!
//! Never knows how large a document is before it is read; it begins with few and takes no more than twice as many next.

use swarmscope_model::limits::{MAX_OBJECTS_AT_ONCE, SOURCES_AT_ONCE_BYTES};

/// Documents that are read first, when nothing is known of their size.
const FIRST: usize = 16;

/// Documents that are read together at most.
const MOST: usize = 512;

/// The number of documents that are read together.
#[derive(Debug)]
pub struct AtOnce(usize);

impl Default for AtOnce {
    fn default() -> Self {
        Self(FIRST)
    }
}

impl AtOnce {
    /// So many of the rows, at least one if there is one.
    pub fn of(&self, rows: usize) -> usize {
        self.0.min(rows)
    }

    /// Learns from documents that were read together, and from the objects that were found in them.
    pub fn learn(&mut self, documents: usize, bytes: usize, objects: usize) {
        let fitting = |limit: usize, found: usize| limit * documents / found.max(1);
        let by_bytes = fitting(SOURCES_AT_ONCE_BYTES, bytes);
        let by_objects = fitting(MAX_OBJECTS_AT_ONCE, objects);
        let next = by_bytes.min(by_objects).min(2 * self.0);
        self.0 = next.clamp(1, MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_documents_are_read_one_by_one_and_small_ones_together() {
        let mut at_once = AtOnce::default();
        assert_eq!((at_once.of(1_000), at_once.of(3)), (FIRST, 3));
        at_once.learn(16, 16 * 10 * 1024 * 1024, 0);
        assert_eq!(at_once.of(1_000), 1);
        for _ in 0..20 {
            let documents = at_once.of(1_000);
            at_once.learn(documents, documents * 100, documents);
        }
        assert_eq!(at_once.of(1_000), MOST);
        at_once.learn(MOST, MOST * 100, MOST * MAX_OBJECTS_AT_ONCE);
        assert_eq!(at_once.of(1_000), 1);
    }
}
