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

/// Bytes that several statistics may take together, and each of them.
#[derive(Debug)]
pub struct StatisticsRoom {
    in_use: AtomicUsize,
    limit: usize,
    each: usize,
}

impl StatisticsRoom {
    /// So many bytes, of which each statistics may have so many.
    pub fn new(limit: usize, each: usize) -> Self {
        Self {
            in_use: AtomicUsize::new(0),
            limit,
            each,
        }
    }
}

/// Adds bytes unless that makes more than the limit; gives whether it did.
fn add(in_use: &AtomicUsize, bytes: usize, limit: usize) -> bool {
    let added = |before: usize| before.checked_add(bytes).filter(|after| *after <= limit);
    let (set, fetch) = (Ordering::Relaxed, Ordering::Relaxed);
    in_use.fetch_update(set, fetch, added).is_ok()
}

/// What one statistics has taken of the room. Given back with it.
#[derive(Debug)]
struct Share {
    room: Arc<StatisticsRoom>,
    taken: AtomicUsize,
}

impl Share {
    /// Gives whether there was room.
    fn take(&self, bytes: usize) -> bool {
        if !add(&self.taken, bytes, self.room.each) {
            return false;
        }
        let has_room = add(&self.room.in_use, bytes, self.room.limit);
        if !has_room {
            self.taken.fetch_sub(bytes, Ordering::Relaxed);
        }
        has_room
    }

    fn give_back(&self, bytes: usize) {
        self.taken.fetch_sub(bytes, Ordering::Relaxed);
        self.room.in_use.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let taken = *self.taken.get_mut();
        self.room.in_use.fetch_sub(taken, Ordering::Relaxed);
    }
}

/// Things that are counted once. Whoever asks for one that is being counted waits for it, and for no other.
#[derive(Debug)]
struct Counted<K, V> {
    entries: Mutex<HashMap<K, Entry<V>>>,
}

/// `None` until it is counted.
type Entry<V> = Arc<Mutex<Option<V>>>;

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

impl<K: Hash + Eq + Clone, V: Copy> Counted<K, V> {
    /// `None` when there is no room for another.
    fn entry(&self, key: &K, bytes: usize, share: &Share) -> Option<Entry<V>> {
        let mut entries = locked(&self.entries);
        if let Some(entry) = entries.get(key) {
            return Some(Arc::clone(entry));
        }
        let has_room = share.take(bytes);
        has_room.then(|| Arc::clone(entries.entry(key.clone()).or_default()))
    }

    fn get<E>(
        &self,
        key: &K,
        bytes: usize,
        share: &Share,
        count: impl FnOnce() -> Result<V, E>,
    ) -> Result<V, E> {
        let Some(entry) = self.entry(key, bytes, share) else {
            return count();
        };
        let mut known = locked(&entry);
        if let Some(known) = *known {
            return Ok(known);
        }
        let counted = count();
        match &counted {
            Ok(counted) => *known = Some(*counted),
            Err(_) => {
                let mut entries = locked(&self.entries);
                // Who waited for it and failed as well finds it gone, or another's.
                if entries.get(key).is_some_and(|own| Arc::ptr_eq(own, &entry)) {
                    entries.remove(key);
                    share.give_back(bytes);
                }
            }
        }
        counted
    }
}

/// What was counted so far.
#[derive(Debug)]
pub struct ScoreStatistics {
    lengths: Counted<ScoredField, FieldLengths>,
    holding: Counted<(ScoredField, String), u64>,
    share: Share,
}

impl Default for ScoreStatistics {
    /// Of one search, whose clauses are limited.
    fn default() -> Self {
        Self::within(Arc::new(StatisticsRoom::new(usize::MAX, usize::MAX)))
    }
}

impl ScoreStatistics {
    /// Nothing yet. What there is no room for is counted whenever it is asked for.
    pub fn within(room: Arc<StatisticsRoom>) -> Self {
        Self {
            lengths: Counted::default(),
            holding: Counted::default(),
            share: Share {
                room,
                taken: AtomicUsize::new(0),
            },
        }
    }

    /// The lengths of a field, counted unless they are known.
    ///
    /// # Errors
    /// Those of counting.
    pub fn lengths<E>(
        &self,
        field: ScoredField,
        count: impl FnOnce() -> Result<FieldLengths, E>,
    ) -> Result<FieldLengths, E> {
        let bytes = field.bytes();
        self.lengths.get(&field, bytes, &self.share, count)
    }

    /// How many documents satisfy a test in a field, counted unless it is known.
    ///
    /// # Errors
    /// Those of counting.
    pub fn holding<E>(
        &self,
        field: ScoredField,
        test: &CountedTest,
        count: impl FnOnce() -> Result<u64, E>,
    ) -> Result<u64, E> {
        let bytes = field.bytes() + test.name.len();
        let key = (field, test.name.clone());
        self.holding.get(&key, bytes, &self.share, count)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    fn field(path: &str) -> ScoredField {
        ScoredField::new("logs", path, View::Text)
    }

    fn lengths(words: u64) -> Result<FieldLengths, &'static str> {
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

    /// What is found when the field is counted as so many words, unless it is known.
    fn words(known: &ScoreStatistics, path: &str, counted: u64) -> u64 {
        let found = known.lengths(field(path), || lengths(counted));
        found.expect("counted").words
    }

    fn room(entries: usize, each: usize) -> Arc<StatisticsRoom> {
        let bytes = field("message").bytes();
        Arc::new(StatisticsRoom::new(entries * bytes, each * bytes))
    }

    #[test]
    fn room_is_shared_and_given_back_and_without_it_nothing_is_kept() {
        let room = room(1, 1);
        let one = ScoreStatistics::within(Arc::clone(&room));
        let other = ScoreStatistics::within(Arc::clone(&room));
        assert_eq!([1, 2].map(|count| words(&one, "message", count)), [1, 1]);
        assert_eq!([3, 4].map(|count| words(&other, "message", count)), [3, 4]);
        drop(one);
        assert_eq!([5, 6].map(|count| words(&other, "message", count)), [5, 5]);
    }

    #[test]
    fn nobody_takes_the_room_of_all() {
        let room = room(2, 1);
        let one = ScoreStatistics::within(Arc::clone(&room));
        let other = ScoreStatistics::within(room);
        assert_eq!([1, 2].map(|count| words(&one, "message", count)), [1, 1]);
        assert_eq!([3, 4].map(|count| words(&one, "another", count)), [3, 4]);
        assert_eq!([5, 6].map(|count| words(&other, "message", count)), [5, 5]);
    }

    #[test]
    fn what_could_not_be_counted_takes_no_room() {
        let known = ScoreStatistics::within(room(1, 1));
        let failed = known.lengths(field("another"), || Err("no time"));
        assert_eq!(failed, Err("no time"));
        assert_eq!([1, 2].map(|count| words(&known, "message", count)), [1, 1]);
    }
}
