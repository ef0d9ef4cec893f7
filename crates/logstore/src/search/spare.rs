//! Threads that a long search may take besides its own: no more in the whole process than there are cores
//! that one search alone would leave idle.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::segment::cache::{reading, reads_once};

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
        // Made only when it was taken: what is dropped is given back.
        taken.is_ok().then(|| SpareThread { of: self })
    }
}

impl SpareThreads {
    /// Does so many pieces of work, each given its number; spare threads help when that lasts longer than
    /// `patience`. Their outcomes in order.
    pub fn share<T: Send>(
        &self,
        count: usize,
        patience: Duration,
        work: &(dyn Fn(usize) -> T + Sync),
    ) -> Vec<T> {
        let begun = Instant::now();
        let once = reads_once();
        let next = AtomicUsize::new(0);
        let step = |done: &mut Vec<(usize, T)>| {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let is_one = number < count;
            if is_one {
                done.push((number, work(number)));
            }
            is_one
        };
        let mut done = std::thread::scope(|scope| {
            let (mut done, mut others) = (Vec::with_capacity(count), Vec::new());
            loop {
                let left = count.saturating_sub(next.load(Ordering::Relaxed));
                if left > 1 && others.is_empty() && begun.elapsed() >= patience {
                    let spare = std::iter::from_fn(|| self.take());
                    for thread in spare.take(left - 1) {
                        let step = &step;
                        others.push(scope.spawn(move || {
                            let mut done = Vec::new();
                            reading(once, || while step(&mut done) {});
                            drop(thread);
                            done
                        }));
                    }
                }
                if !step(&mut done) {
                    break;
                }
            }
            for other in others {
                let other = other.join();
                done.extend(other.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
            done
        });
        done.sort_unstable_by_key(|(number, _)| *number);
        done.into_iter().map(|(_, outcome)| outcome).collect()
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
    fn work_is_shared_and_its_outcomes_are_in_order() {
        let spare = SpareThreads {
            free: AtomicUsize::new(2),
        };
        // Nobody gets beyond the gate alone.
        let gate = std::sync::Barrier::new(3);
        let shared = spare.share(40, Duration::ZERO, &|number| {
            if number < 3 {
                gate.wait();
            }
            number * 2
        });
        assert_eq!(shared, (0..40).map(|number| number * 2).collect::<Vec<_>>());
        assert_eq!(spare.free.load(Ordering::Relaxed), 2, "they are given back");
        let own = std::thread::current().id();
        let alone = spare.share(40, Duration::MAX, &|_| std::thread::current().id() == own);
        assert_eq!(alone, [true; 40]);
        assert!(spare.share(0, Duration::ZERO, &|number| number).is_empty());
    }

    #[test]
    fn no_more_are_given_than_there_are_and_each_comes_back() {
        let spare = SpareThreads {
            free: AtomicUsize::new(1),
        };
        let first = spare.take();
        assert!(first.is_some());
        assert!(spare.take().is_none() && spare.take().is_none());
        drop(first);
        assert!(spare.take().is_some());
    }
}
