//! Decoded columns and pages in memory, within a budget; whatever nobody has asked for in a while goes.
//!
//! Who has to go for others is drawn by lot, and who was asked for again since the last time is spared once for each:
//! a scan over more than the budget finds part of what it kept the last time. If the longest unused went, it would
//! find nothing, since each entry would go just before it is its turn.
//!
//! Who reads all documents once, in the order of their writes, has a small part of the budget for itself: else it
//! would fill the memory with what nobody needs again, in place of what others do.

use std::cell::Cell;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use xxhash_rust::xxh3::Xxh3Builder;

use super::codec::text::TextDictionary;
use super::open_texts::OpenTexts;
use crate::block::column::Column;

/// What is cached: group, column, page. Groups keep their number when they are copied, so that what
/// is cached of them outlives merges.
pub type Key = (u64, u32, u32);

/// Part of the budget that is for those who read everything once: the columns of a group and the pages around one
/// place.
const ONCE: usize = 16;

/// Who reads everything once comes back for more at once, or has come to the end.
const ONCE_IDLE: Duration = Duration::from_secs(30);

thread_local! {
    /// Whether this thread works for such a one.
    static READS_ONCE: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread works for one who reads everything once.
pub fn reads_once() -> bool {
    READS_ONCE.get()
}

/// Does a piece of work on this thread; when it is for one who reads everything once, its columns and pages are
/// unlikely to be needed again.
pub fn reading<T>(once: bool, work: impl FnOnce() -> T) -> T {
    /// Sets it back, even when the work panics.
    struct Before(bool);
    impl Drop for Before {
        fn drop(&mut self) {
            READS_ONCE.set(self.0);
        }
    }
    let _before = Before(READS_ONCE.replace(once));
    work()
}

/// A cache shared by all segments of a store.
#[derive(Debug)]
pub struct Cache {
    budget: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    kept: Entries,
    /// For those who read everything once.
    once: Entries,
    /// Counts what is asked for.
    clock: u64,
    /// Where it stood when somebody looked for what is unused.
    looks: VecDeque<(Instant, u64)>,
}

#[derive(Debug, Default)]
struct Entries {
    by_key: HashMap<Key, Entry, Xxh3Builder>,
    /// Every key of them; some that are gone are still here.
    drawn_from: Vec<Key>,
    /// Where the lots stand.
    lot: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Entry {
    item: Item,
    bytes: usize,
    used: u64,
    /// How often it is spared yet.
    spared: u8,
}

/// How often an entry is spared at most, however often it was asked for.
const SPARED: u8 = 3;

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
        let Inner { kept, once, .. } = &mut *inner;
        let entry = match kept.by_key.get_mut(&key) {
            Some(entry) => entry,
            None => once.by_key.get_mut(&key)?,
        };
        entry.used = now;
        entry.spared = SPARED.min(entry.spared + 1);
        Some(entry.item.clone())
    }

    /// Keeps something; others make room.
    pub fn put(&self, key: Key, item: Item) {
        let bytes = item.bytes() + 128;
        let mut inner = self.lock();
        // What others have asked for stays theirs.
        let once = reads_once() && !inner.kept.by_key.contains_key(&key);
        let share = self.budget / ONCE;
        let budget = if once { share } else { self.budget - share };
        if bytes > budget / 2 {
            return;
        }
        inner.clock += 1;
        let entry = Entry {
            item,
            bytes,
            used: inner.clock,
            spared: 0,
        };
        if once {
            inner.once.put(key, entry, budget);
        } else {
            inner.once.remove(key);
            inner.kept.put(key, entry, budget);
        }
    }

    /// Forgets what nobody has asked for in so long. To be called several times in it: what was asked for is known
    /// from one call to the next.
    pub fn forget_unused(&self, since: Duration) {
        let mut inner = self.lock();
        let look = (Instant::now(), inner.clock);
        inner.looks.push_back(look);
        let newest = |looks: &VecDeque<(Instant, u64)>, since: Duration| {
            let old = looks.iter().take_while(|(at, _)| at.elapsed() >= since);
            old.last().map(|(_, clock)| *clock)
        };
        if let Some(clock) = newest(&inner.looks, since.min(ONCE_IDLE)) {
            inner.once.forget_until(clock);
        }
        if let Some(clock) = newest(&inner.looks, since) {
            inner.kept.forget_until(clock);
            inner.looks.retain(|(at, _)| at.elapsed() < since);
        }
    }

    /// Bytes in use.
    pub fn bytes(&self) -> usize {
        let inner = self.lock();
        inner.kept.bytes + inner.once.bytes
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // A cache is right whatever panicked elsewhere.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn put(&mut self, key: Key, entry: Entry, budget: usize) {
        self.remove(key);
        self.shrink(budget.saturating_sub(entry.bytes));
        self.bytes += entry.bytes;
        self.by_key.insert(key, entry);
        self.drawn_from.push(key);
        if self.drawn_from.len() > 64 + 2 * self.by_key.len() {
            self.forget_gone();
        }
    }

    fn remove(&mut self, key: Key) {
        if let Some(entry) = self.by_key.remove(&key) {
            self.bytes -= entry.bytes;
        }
    }

    fn shrink(&mut self, target: usize) {
        while self.bytes > target && !self.drawn_from.is_empty() {
            let at = self.draw();
            match self.by_key.get_mut(&self.drawn_from[at]) {
                Some(entry) if entry.spared > 0 => entry.spared -= 1,
                _ => {
                    let key = self.drawn_from.swap_remove(at);
                    self.remove(key);
                }
            }
        }
    }

    /// A place in the list of keys: the numbers of a linear generator (Knuth's MMIX), of which the upper bits are the
    /// better ones.
    fn draw(&mut self) -> usize {
        self.lot = self
            .lot
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.lot >> 32) as usize) % self.drawn_from.len()
    }

    fn forget_gone(&mut self) {
        self.drawn_from.clear();
        self.drawn_from.extend(self.by_key.keys());
    }

    fn forget_until(&mut self, clock: u64) {
        let bytes = &mut self.bytes;
        self.by_key.retain(|_, entry| {
            let stays = entry.used > clock;
            if !stays {
                *bytes -= entry.bytes;
            }
            stays
        });
        if self.by_key.is_empty() {
            // The tables of a full cache are large as well.
            self.by_key = HashMap::default();
            self.drawn_from = Vec::new();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::column::{Rows, Values};

    const BUDGET: usize = 1 << 20;

    fn column(bytes: usize) -> Item {
        let item = Item::Column(Arc::new(Column {
            rows: Rows::Dense { first: 0 },
            values: Values::Integer(vec![7; bytes / 8]),
        }));
        assert!(item.bytes() >= bytes / 8 * 8);
        item
    }

    fn fill(cache: &Cache, numbers: std::ops::Range<u32>) {
        for number in numbers {
            cache.put((1, 0, number), column(10_000));
        }
    }

    #[test]
    fn who_reads_everything_once_drives_out_nothing_of_the_others() {
        let cache = Cache::new(BUDGET);
        fill(&cache, 0..10);
        reading(true, || fill(&cache, 5..1000));
        assert!((0..10).all(|number| cache.get((1, 0, number)).is_some()));
        // It finds what it has read last.
        assert!(cache.get((1, 0, 999)).is_some() && cache.get((1, 0, 500)).is_none());
        assert!(cache.bytes() < 10 * 11_000 + BUDGET / ONCE);
    }

    #[test]
    fn a_scan_over_more_than_the_budget_finds_part_of_it() {
        let cache = Cache::new(BUDGET);
        let scan = || {
            let mut found = 0;
            for number in 0..120 {
                match cache.get((1, 0, number)) {
                    Some(_) => found += 1,
                    None => cache.put((1, 0, number), column(10_000)),
                }
            }
            found
        };
        scan();
        // Of 120 entries 97 have room.
        let found: Vec<u32> = (0..4).map(|_| scan()).collect();
        assert!(found.iter().all(|found| *found > 40), "{found:?}");
    }

    #[test]
    fn what_is_asked_for_again_and_again_outlives_a_scan() {
        let cache = Cache::new(BUDGET);
        cache.put((2, 0, 0), column(10_000));
        for number in 200..500 {
            assert!(cache.get((2, 0, 0)).is_some(), "after {number}");
            cache.put((1, 0, number), column(10_000));
        }
    }

    #[test]
    fn the_budget_holds_whoever_reads() {
        let cache = Cache::new(BUDGET);
        fill(&cache, 0..500);
        reading(true, || fill(&cache, 1000..1500));
        assert!(cache.bytes() <= BUDGET && cache.bytes() > BUDGET / 2);
        // What others ask for as well is kept once.
        let before = cache.bytes();
        assert!(cache.get((1, 0, 1499)).is_some());
        cache.put((1, 0, 1499), column(10_000));
        assert!(cache.bytes() <= before + 256, "{} {before}", cache.bytes());
    }

    #[test]
    fn what_nobody_asks_for_is_forgotten() {
        let cache = Cache::new(BUDGET);
        fill(&cache, 0..10);
        reading(true, || fill(&cache, 10..12));
        cache.forget_unused(Duration::from_secs(3600));
        assert!(cache.get((1, 0, 3)).is_some() && cache.get((1, 0, 11)).is_some());
        cache.forget_unused(Duration::ZERO);
        assert_eq!(cache.bytes(), 0);
        assert!(cache.get((1, 0, 3)).is_none() && cache.get((1, 0, 11)).is_none());
    }
}
