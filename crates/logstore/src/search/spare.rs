//! Threads that a long search may take besides its own: no more in the whole process than there are cores
//! that one search alone would leave idle.

use std::sync::atomic::{AtomicUsize, Ordering};

/// The spare threads of a store.
#[derive(Debug)]
pub struct SpareThreads {
    free: AtomicUsize,
}

impl Default for SpareThreads {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            free: AtomicUsize::new(cores - 1),
        }
    }
}

impl SpareThreads {
    /// The right to one thread, when one is left.
    pub fn take(&self) -> Option<SpareThread<'_>> {
        let less = |free: usize| free.checked_sub(1);
        let taken = self
            .free
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, less);
        taken.is_ok().then_some(SpareThread { of: self })
    }
}

/// The right to one thread; given back when dropped.
#[derive(Debug)]
pub struct SpareThread<'a> {
    of: &'a SpareThreads,
}

impl Drop for SpareThread<'_> {
    fn drop(&mut self) {
        self.of.free.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_are_given_than_there_are_and_each_comes_back() {
        let spare = SpareThreads {
            free: AtomicUsize::new(1),
        };
        let first = spare.take();
        assert!(first.is_some() && spare.take().is_none());
        drop(first);
        assert!(spare.take().is_some());
    }
}
