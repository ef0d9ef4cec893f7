//! All silences, in memory and on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use swarmscope_model::Timestamp;
use swarmscope_model::limits::{
    MAX_SILENCE_COMMENT_BYTES, MAX_SILENCE_MATCHERS, MAX_SILENCES, SILENCE_RETENTION,
};
use tokio::sync::watch;
use uuid::Uuid;

use super::{NewSilence, Silence, SilenceError, SilenceState};
use crate::durable;
use crate::notify::LabelMatcher;

/// All silences. Calls that change something block until it is on disk.
pub struct Silences {
    path: PathBuf,
    known: Mutex<Vec<Silence>>,
    /// Counts changes.
    changed: watch::Sender<u64>,
}

impl Silences {
    /// Reads the file; there are none where there is none. Blocks.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged: to go on without silences would wake people up.
    pub fn open(path: &Path) -> Result<Self, SilenceError> {
        let failed = |source| SilenceError::Io {
            path: path.to_owned(),
            operation: "read",
            source,
        };
        let known = match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        Ok(Self {
            path: path.to_owned(),
            known: Mutex::new(known),
            changed: watch::Sender::new(0),
        })
    }

    /// Makes a silence. Blocks.
    ///
    /// # Errors
    /// When it would silence everything or nothing, or cannot be kept.
    pub fn add(&self, new: NewSilence, now: Timestamp) -> Result<Silence, SilenceError> {
        check(&new, now)?;
        let NewSilence {
            matchers,
            from,
            until,
            comment,
            author,
        } = new;
        let silence = Silence {
            id: Uuid::new_v4().to_string(),
            matchers,
            from,
            until,
            comment,
            author,
            created_at: now,
        };
        let mut known = self.known();
        let mut next: Vec<Silence> = remembered(&known, now).cloned().collect();
        let lasting =
            |silence: &&Silence| silence.state(now.as_millisecond()) != SilenceState::Expired;
        if next.iter().filter(lasting).count() >= MAX_SILENCES {
            return Err(SilenceError::TooMany);
        }
        next.push(silence.clone());
        self.keep(&mut known, next)?;
        Ok(silence)
    }

    /// Ends a silence now, or takes one back that has not begun. Blocks.
    ///
    /// # Errors
    /// When there is none of that id, it has ended, or that cannot be kept.
    pub fn end(&self, id: &str, now: Timestamp) -> Result<Silence, SilenceError> {
        let mut known = self.known();
        let mut next: Vec<Silence> = remembered(&known, now).cloned().collect();
        let silence = next
            .iter_mut()
            .find(|silence| silence.id == id)
            .ok_or_else(|| SilenceError::NotFound { id: id.to_owned() })?;
        match silence.state(now.as_millisecond()) {
            SilenceState::Expired => {
                return Err(SilenceError::EndedAlready { id: id.to_owned() });
            }
            SilenceState::Pending => {
                silence.from = now;
                silence.until = now;
            }
            SilenceState::Active => silence.until = now,
        }
        let ended = silence.clone();
        self.keep(&mut known, next)?;
        Ok(ended)
    }

    /// Every silence that is remembered: those that last first, each kind with the newest first.
    pub fn all(&self, now: Timestamp) -> Vec<Silence> {
        let known = self.known();
        let mut all: Vec<Silence> = remembered(&known, now).rev().cloned().collect();
        all.sort_by_key(|silence| silence.state(now.as_millisecond()) == SilenceState::Expired);
        all
    }

    /// Wakes whoever has to look again.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }

    fn keep(
        &self,
        known: &mut MutexGuard<'_, Vec<Silence>>,
        next: Vec<Silence>,
    ) -> Result<(), SilenceError> {
        let failed = |source| SilenceError::Io {
            path: self.path.clone(),
            operation: "written",
            source,
        };
        let bytes = serde_json::to_vec_pretty(&next).map_err(|error| failed(error.into()))?;
        durable::replace(&self.path, &bytes).map_err(failed)?;
        **known = next;
        self.changed
            .send_modify(|count| *count = count.wrapping_add(1));
        Ok(())
    }

    fn known(&self) -> MutexGuard<'_, Vec<Silence>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn check(new: &NewSilence, now: Timestamp) -> Result<(), SilenceError> {
    if new.matchers.iter().all(LabelMatcher::passes_nothing) {
        return Err(SilenceError::Everything);
    }
    if new.matchers.len() > MAX_SILENCE_MATCHERS {
        return Err(SilenceError::TooManyMatchers);
    }
    if new.until <= new.from || new.until <= now {
        return Err(SilenceError::Ended);
    }
    for (field, text) in [("comment", &new.comment), ("author", &new.author)] {
        if text.len() > MAX_SILENCE_COMMENT_BYTES {
            return Err(SilenceError::TooLong { field });
        }
    }
    Ok(())
}

/// Those that did not end too long ago.
fn remembered(known: &[Silence], now: Timestamp) -> impl DoubleEndedIterator<Item = &Silence> {
    let retention = i64::try_from(SILENCE_RETENTION.as_millis()).unwrap_or(i64::MAX);
    let oldest = now.as_millisecond().saturating_sub(retention);
    known
        .iter()
        .filter(move |silence| silence.until.as_millisecond() > oldest)
}
