//! What is known of a target's series, by the text that names them on its page, so that a page without
//! new series costs no labels and no relabelling.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

use swarmscope_model::metrics::{AppendOutcome, Labels, Refusal, SeriesId};
use xxhash_rust::xxh3::xxh3_128;

/// A series as its page names it. The hash stands for the text: of one target's pages, two texts never
/// share 128 bits by accident.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(u128);

impl Key {
    pub(super) fn of(text: &str) -> Self {
        Self(xxh3_128(text.as_bytes()))
    }
}

/// A series that is kept, or one that relabelling drops.
#[derive(Debug)]
pub(super) enum Entry {
    Kept(Kept),
    Dropped { seen: u64 },
}

#[derive(Debug)]
pub(super) struct Kept {
    pub labels: Labels,
    pub series: Option<SeriesId>,
    /// The last scrape whose page had it.
    pub seen: u64,
    /// Whether the page of that scrape leaves it to us when the series ends.
    pub tracked: bool,
    pub histogram: bool,
    /// Whether its newest sample in the store is a real one that has to be followed by a marker.
    live: bool,
}

/// A series to be marked as gone.
#[derive(Debug)]
pub(super) struct Stale {
    pub labels: Labels,
    pub series: Option<SeriesId>,
    pub histogram: bool,
}

/// The series of one target.
#[derive(Debug, Default)]
pub(crate) struct SeriesCache {
    /// The scrape that is under way.
    pub(super) scrape: u64,
    entries: HashMap<Key, Entry, BuildHasherDefault<KeyHasher>>,
    /// Entries after the last scrape that succeeded.
    successful: usize,
}

impl SeriesCache {
    pub(super) fn get(&mut self, key: Key) -> Option<&mut Entry> {
        self.entries.get_mut(&key)
    }

    pub(super) fn insert_dropped(&mut self, key: Key) {
        let seen = self.scrape;
        self.entries.insert(key, Entry::Dropped { seen });
    }

    pub(super) fn insert(&mut self, key: Key, labels: Labels, tracked: bool, histogram: bool) {
        let entry = Entry::Kept(Kept {
            labels,
            series: None,
            seen: self.scrape,
            tracked,
            histogram,
            live: false,
        });
        self.entries.insert(key, entry);
    }

    /// Ends the scrape and gives the series that were there before and are not any more: after a failure
    /// all, otherwise those that the page did not have.
    pub(super) fn end(&mut self, success: bool) -> Vec<Stale> {
        let scrape = self.scrape;
        let mut stale = Vec::new();
        for entry in self.entries.values_mut() {
            let Entry::Kept(kept) = entry else {
                continue;
            };
            let present = success && kept.seen == scrape;
            if kept.live && !(present && kept.tracked) {
                stale.push(Stale {
                    labels: kept.labels.clone(),
                    series: kept.series,
                    histogram: kept.histogram,
                });
            }
            kept.live = present && kept.tracked;
        }
        if success {
            self.drop_unseen();
            self.successful = self.entries.len();
        } else if self.entries.len() > 2 * self.successful + 1_000 {
            // Pages that change all the time and never succeed must not fill the memory.
            self.drop_unseen();
        }
        self.scrape += 1;
        if !stale.is_empty() && success {
            self.keep_renamed(&mut stale);
        }
        stale
    }

    fn drop_unseen(&mut self) {
        let scrape = self.scrape;
        self.entries.retain(|_, entry| match entry {
            Entry::Kept(kept) => kept.seen == scrape,
            Entry::Dropped { seen } => *seen == scrape,
        });
    }

    /// A series that the page now names by another text is not gone.
    fn keep_renamed(&self, stale: &mut Vec<Stale>) {
        let present: HashSet<&Labels> = self
            .entries
            .values()
            .filter_map(|entry| match entry {
                Entry::Kept(kept) => Some(&kept.labels),
                Entry::Dropped { .. } => None,
            })
            .collect();
        stale.retain(|series| !present.contains(&series.labels));
    }

    /// Notes the store's names of new series, and forgets those it refused.
    pub(super) fn learn(
        &mut self,
        new: &[(Key, usize)],
        outcome: &AppendOutcome,
        refused: &[(usize, Refusal)],
    ) {
        let refused: HashSet<usize> = refused
            .iter()
            .filter(|(_, refusal)| *refusal != Refusal::OutOfOrderExemplar)
            .map(|(position, _)| *position)
            .collect();
        for (key, position) in new {
            if refused.contains(position) {
                self.entries.remove(key);
            } else if let Some(Entry::Kept(kept)) = self.entries.get_mut(key) {
                kept.series = outcome.series.get(*position).copied().flatten();
            }
        }
    }

    /// Forgets series that never got into the store.
    pub(super) fn forget_new(&mut self, new: &[(Key, usize)]) {
        for (key, _) in new {
            self.entries.remove(key);
        }
    }
}

/// Keys are hashes already.
#[derive(Debug, Default)]
pub(super) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }
}
