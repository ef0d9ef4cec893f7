//! What scores know of all documents, each thing counted once: how long fields are, how many documents hold a word.
//!
//! Searches that share it agree on their scores, whatever was written between them: so the pages of a scroll do. It
//! never counts anything itself, and takes no more memory than it is given room for.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::bm25::FieldLengths;
use crate::evaluate::{CountedTest, View};

/// What an entry takes beside its names, in bytes: two hash tables' share and the entry itself.
const ENTRY_BYTES: usize = 128;

/// A field of an index in one view.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ScoredField {
    pub index: String,
    pub path: String,
    is_whole: bool,
}

impl ScoredField {
    /// The field at a path.
    pub fn new(index: &str, path: &str, view: View) -> Self {
        Self {
            index: index.to_owned(),
            path: path.to_owned(),
            is_whole: view == View::Whole,
        }
    }

    fn bytes(&self) -> usize {
        self.index.len() + self.path.len() + ENTRY_BYTES
    }
}

/// There is no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the statistics of scores take more than {limit} bytes together")]
pub struct NoRoom {
    pub in_use: usize,
    pub limit: usize,
}

/// Bytes that several statistics may take together.
#[derive(Debug)]
pub struct StatisticsRoom {
    in_use: AtomicUsize,
    limit: usize,
}

impl StatisticsRoom {
    /// So many bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            in_use: AtomicUsize::new(0),
            limit,
        }
    }

    fn take(&self, bytes: usize) -> Result<(), NoRoom> {
        let before = self.in_use.fetch_add(bytes, Ordering::Relaxed);
        if before.saturating_add(bytes) <= self.limit {
            return Ok(());
        }
        self.give_back(bytes);
        Err(NoRoom {
            in_use: before,
            limit: self.limit,
        })
    }

    fn give_back(&self, bytes: usize) {
        self.in_use.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Things that are counted once. Whoever asks for one that is being counted waits for it, and for no other.
#[derive(Debug)]
struct Counted<K, V> {
    entries: Mutex<HashMap<K, Arc<Mutex<Option<V>>>>>,
}

impl<K, V> Default for Counted<K, V> {
    fn default() -> Self {
        Self {
            entries: Mutex::default(),
        }
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Hash + Eq, V: Copy> Counted<K, V> {
    fn get<E>(
        &self,
        key: K,
        take: impl FnOnce() -> Result<(), NoRoom>,
        count: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E>
    where
        E: From<NoRoom>,
    {
        let entry = {
            let mut entries = locked(&self.entries);
            match entries.get(&key) {
                Some(entry) => Arc::clone(entry),
                None => {
                    take()?;
                    Arc::clone(entries.entry(key).or_default())
                }
            }
        };
        let mut entry = locked(&entry);
        if let Some(known) = *entry {
            return Ok(known);
        }
        let counted = count()?;
        *entry = Some(counted);
        Ok(counted)
    }
}

/// What was counted so far.
#[derive(Debug)]
pub struct ScoreStatistics {
    lengths: Counted<ScoredField, FieldLengths>,
    holding: Counted<(ScoredField, String), u64>,
    room: Arc<StatisticsRoom>,
    taken: AtomicUsize,
}

impl Default for ScoreStatistics {
    /// Of one search, whose clauses are limited.
    fn default() -> Self {
        Self::within(Arc::new(StatisticsRoom::new(usize::MAX)))
    }
}

impl ScoreStatistics {
    /// Nothing yet, and no more than there is room for.
    pub fn within(room: Arc<StatisticsRoom>) -> Self {
        Self {
            lengths: Counted::default(),
            holding: Counted::default(),
            room,
            taken: AtomicUsize::new(0),
        }
    }

    /// The lengths of a field, counted unless they are known.
    ///
    /// # Errors
    /// Those of counting, and when there is no room.
    pub fn lengths<E: From<NoRoom>>(
        &self,
        field: ScoredField,
        count: impl FnOnce() -> Result<FieldLengths, E>,
    ) -> Result<FieldLengths, E> {
        let bytes = field.bytes();
        self.lengths.get(field, || self.take(bytes), count)
    }

    /// How many documents satisfy a test in a field, counted unless it is known.
    ///
    /// # Errors
    /// Those of counting, and when there is no room.
    pub fn holding<E: From<NoRoom>>(
        &self,
        field: ScoredField,
        test: &CountedTest,
        count: impl FnOnce() -> Result<u64, E>,
    ) -> Result<u64, E> {
        let bytes = field.bytes() + test.name.len();
        let key = (field, test.name.clone());
        self.holding.get(key, || self.take(bytes), count)
    }

    fn take(&self, bytes: usize) -> Result<(), NoRoom> {
        self.room.take(bytes)?;
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for ScoreStatistics {
    fn drop(&mut self) {
        self.room.give_back(*self.taken.get_mut());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn field(path: &str) -> ScoredField {
        ScoredField::new("logs", path, View::Text)
    }

    fn lengths(words: u64) -> Result<FieldLengths, NoRoom> {
        Ok(FieldLengths {
            documents: 1,
            words,
        })
    }

    #[test]
    fn what_is_known_is_not_counted_again() {
        let known = ScoreStatistics::default();
        let first = known.lengths(field("message"), || lengths(1));
        let again = known.lengths(field("message"), || lengths(2));
        assert_eq!(first, again);
        let whole = ScoredField::new("logs", "message", View::Whole);
        assert_ne!(known.lengths(whole, || lengths(2)), first);
    }

    #[test]
    fn one_thing_is_counted_while_another_is() {
        let known = ScoreStatistics::default();
        let (began, begun) = mpsc::channel();
        let (done, other) = mpsc::channel();
        std::thread::scope(|scope| {
            scope.spawn(|| {
                known.lengths(field("one"), move || {
                    began.send(()).expect("somebody waits");
                    // With one lock for all, the other would wait for this, and this for it.
                    other.recv().expect("the other was counted");
                    lengths(1)
                })
            });
            begun.recv().expect("begun");
            let counted = known.lengths(field("other"), || lengths(2));
            assert_eq!(counted.map(|found| found.words), Ok(2));
            done.send(()).expect("somebody waits");
        });
    }

    #[test]
    fn room_is_shared_and_given_back() {
        let room = Arc::new(StatisticsRoom::new(2 * ENTRY_BYTES));
        let one = ScoreStatistics::within(Arc::clone(&room));
        one.lengths(field("message"), || lengths(1)).expect("room");
        let other = ScoreStatistics::within(Arc::clone(&room));
        let refused = other.lengths(field("message"), || lengths(1));
        assert!(refused.is_err(), "{refused:?}");
        // What is there already needs none.
        one.lengths(field("message"), || lengths(1)).expect("known");
        drop(one);
        other
            .lengths(field("message"), || lengths(1))
            .expect("room");
    }
}
