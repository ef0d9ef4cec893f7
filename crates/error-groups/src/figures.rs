//! What the follower tells of itself: how far it is, what it counted, and what is in its way.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use swarmscope_model::error_groups::NewGroups;

/// The follower's figures at a moment.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FollowerFigures {
    /// Errors counted since the start.
    pub errors: u64,
    /// Documents since the start that had been counted before.
    pub repeated: u64,
    /// Batches since the start.
    pub batches: u64,
    /// Groups that were new, and groups that came back, since the start.
    pub created: u64,
    pub regressed: u64,
    /// Groups that retention removed since the start.
    pub removed: u64,
    /// Times since the start that a store did not answer.
    pub failures: u64,
    /// Times since the start that the log store was found to be older than what was counted.
    pub set_back: u64,
    /// The last write that was read, and the newest there is.
    pub position: u64,
    pub newest: u64,
    /// For how long it has not been at the newest write; zero when it is.
    pub lag: Duration,
    /// What is in its way, while something is.
    pub problem: Option<String>,
}

impl FollowerFigures {
    /// Writes that were not looked at yet.
    pub fn behind(&self) -> u64 {
        self.newest.saturating_sub(self.position)
    }
}

/// The figures as they are kept.
#[derive(Debug)]
pub struct Figures(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    figures: FollowerFigures,
    behind_since: Option<Instant>,
}

impl Default for Figures {
    fn default() -> Self {
        Self(Mutex::new(Kept {
            figures: FollowerFigures::default(),
            behind_since: Some(Instant::now()),
        }))
    }
}

impl Figures {
    /// As they are now.
    pub fn read(&self) -> FollowerFigures {
        let kept = self.lock();
        let lag = kept.behind_since.map(|since| since.elapsed());
        FollowerFigures {
            lag: lag.unwrap_or_default(),
            ..kept.figures.clone()
        }
    }

    pub(crate) fn reached(&self, position: u64, newest: u64) {
        let mut kept = self.lock();
        kept.figures.position = position;
        kept.figures.newest = newest;
        kept.behind_since = match position < newest {
            true => kept.behind_since.or_else(|| Some(Instant::now())),
            false => None,
        };
    }

    pub(crate) fn counted(&self, errors: u64, repeated: u64, news: &NewGroups) {
        let mut kept = self.lock();
        kept.figures.errors += errors;
        kept.figures.repeated += repeated;
        kept.figures.batches += 1;
        kept.figures.created += news.created.len() as u64;
        kept.figures.regressed += news.regressed.len() as u64;
    }

    pub(crate) fn removed(&self, groups: u64) {
        self.lock().figures.removed += groups;
    }

    pub(crate) fn set_back(&self) {
        self.lock().figures.set_back += 1;
    }

    /// Notes what is in the way; gives whether it is news.
    pub(crate) fn failed(&self, problem: String) -> bool {
        let mut kept = self.lock();
        kept.figures.failures += 1;
        kept.behind_since.get_or_insert_with(Instant::now);
        kept.figures.problem.replace(problem).is_none()
    }

    /// Notes that nothing is in the way; gives whether that is news.
    pub(crate) fn works(&self) -> bool {
        self.lock().figures.problem.take().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // Counters stay usable whatever panicked elsewhere.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
