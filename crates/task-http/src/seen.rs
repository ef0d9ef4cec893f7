//! What changed since the look before, and how far a reader is, as a text that it can come back with.
//!
//! A change is written a little after the time that it bears, so each look goes back a little; what was seen
//! there already is known again by fingerprints of 40 bits. Never knows who reads.

use std::collections::HashSet;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_MARKED, MAX_WATCHED_AT_ONCE, WATCH_EVERY, WATCH_OVERLAP};
use swarmscope_model::state::{StateError, Task};

use crate::steer::Tasks;

/// Hexadecimal digits of a fingerprint.
const DIGITS: usize = 10;

/// What one look found. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Look {
    /// Changed tasks, oldest change first.
    pub changes: Arc<Vec<Change>>,
    /// How far a reader is that has seen this: the text of a [`Mark`].
    pub mark: Arc<str>,
    /// Whether there were more than are sent.
    pub lagged: bool,
}

/// A task as it stands after a change.
#[derive(Debug)]
pub struct Change {
    /// The same for the same task in the same state, in every process of this version.
    pub fingerprint: u64,
    pub task: Task,
}

impl Change {
    fn new(task: Task) -> Self {
        let mut hasher = DefaultHasher::new();
        let text = serde_json::to_vec(&task).expect("a task is plain JSON");
        text.hash(&mut hasher);
        Self {
            fingerprint: hasher.finish() & ((1 << (4 * DIGITS)) - 1),
            task,
        }
    }
}

/// Up to where a reader has seen everything, and what it has seen of the time after that.
#[derive(Debug, Clone)]
pub struct Mark {
    from: Timestamp,
    seen: HashSet<u64>,
}

impl Mark {
    /// That of a reader who has seen nothing since then.
    pub fn at(from: Timestamp) -> Self {
        Self {
            from,
            seen: HashSet::new(),
        }
    }

    /// Whether a reader that is so far has seen the change. One that looks of somebody else find late, because
    /// they had to wait, may be from before the mark.
    pub fn covers(&self, change: &Change) -> bool {
        change.task.updated_at < self.from || self.seen.contains(&change.fingerprint)
    }

    /// Notes what the reader sees now.
    pub fn add(&mut self, look: &Look) {
        let changes = look.changes.iter();
        self.seen.extend(changes.map(|change| change.fingerprint));
    }

    /// Reads what [`Look::mark`] says; `None` when it is something else. One from the future, of an orchestrator
    /// whose clock is ahead or from before the clock was set back, hides nothing that changes now.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, seen) = text.split_once('.').unwrap_or((text, ""));
        let seen = seen.as_bytes().chunks(DIGITS).take(MAX_MARKED + 1);
        let seen = seen.map(|digits| {
            let digits = std::str::from_utf8(digits).ok()?;
            (digits.len() == DIGITS).then_some(())?;
            u64::from_str_radix(digits, 16).ok()
        });
        // From the epoch to the end of the year 9999, which every store can compare with.
        let from: i64 = from.parse().ok()?;
        (0..253_402_300_800_000).contains(&from).then_some(())?;
        let from = Timestamp::from_millisecond(from);
        Some(Self {
            from: from.min(overlapping(Timestamp::now())),
            seen: seen.collect::<Option<_>>()?,
        })
    }
}

/// How far a look that begins then goes back.
pub fn overlapping(at: Timestamp) -> Timestamp {
    let overlap = i64::try_from(WATCH_OVERLAP.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_millisecond(at.as_millisecond() - overlap)
}

/// A mark with the newest of these fingerprints, as many as a reader's header may have.
fn mark(from: Timestamp, recent: &[u64]) -> Arc<str> {
    let newest = &recent[recent.len().saturating_sub(MAX_MARKED)..];
    let mut text = format!("{}.", from.as_millisecond());
    for fingerprint in newest {
        // Writing to a String does not fail.
        let _ = write!(text, "{fingerprint:0DIGITS$x}");
    }
    text.into()
}

/// What was seen, so that looks that overlap tell of nothing twice.
pub struct Seen {
    from: Timestamp,
    /// Fingerprints of what was seen of the time since then.
    known: HashSet<u64>,
    /// Looks in a row that found nothing new.
    quiet_looks: u32,
    /// Every change up to here was found, or told to be more than is sent.
    settled: Timestamp,
}

/// Looks without anything new after which no change can come late any more.
const SETTLING_LOOKS: u32 = (WATCH_OVERLAP.as_millis() / WATCH_EVERY.as_millis()) as u32;

impl Seen {
    pub fn new(mark: Mark) -> Self {
        Self {
            from: mark.from,
            known: mark.seen,
            quiet_looks: 0,
            settled: Timestamp::from_millisecond(i64::MIN),
        }
    }

    /// Tasks that changed since the look before.
    pub async fn look(&mut self, tasks: &dyn Tasks) -> Result<Look, StateError> {
        let store = tasks.store();
        let found = store.changes(self.from, MAX_WATCHED_AT_ONCE).await?;
        let oldest = found.first().map_or(self.from, |task| task.updated_at);
        let newest = found.last().map_or(self.from, |task| task.updated_at);
        let is_full = found.len() >= MAX_WATCHED_AT_ONCE;
        // Agents write times of their own. What is ahead is found by each look until then, and known again; it
        // must not hide what others change before that time.
        let now = Timestamp::now();
        let until = overlapping(newest.min(now)).max(self.from);
        let mut fresh: Vec<Change> = found.into_iter().map(Change::new).collect();
        let recent = fresh
            .iter()
            .filter(|change| change.task.updated_at >= until)
            .map(|change| change.fingerprint)
            .collect::<Vec<u64>>();
        fresh.retain(|change| !self.known.contains(&change.fingerprint));
        self.quiet_looks = match fresh.is_empty() {
            true => self.quiet_looks + 1,
            false => 0,
        };
        if self.quiet_looks > SETTLING_LOOKS {
            // Where so many are ahead that nothing else is found, only they can be told of.
            let hides_the_rest = is_full && oldest > now;
            self.settled = if hides_the_rest {
                newest
            } else {
                newest.min(now)
            };
        }
        let look = Look {
            changes: Arc::new(fresh),
            mark: mark(until, &recent),
            lagged: is_full && oldest > self.settled,
        };
        self.known = recent.into_iter().collect();
        self.from = until;
        Ok(look)
    }
}

#[cfg(test)]
#[path = "seen_tests.rs"]
mod tests;
