//! What the errors of a batch come to, group by group: counts, spans of time, names, tasks. Pure.

use std::borrow::Cow;
use std::collections::BTreeMap;

use swarmscope_model::Timestamp;
use swarmscope_model::error_groups::{GroupChange, Occurrence};
use swarmscope_model::limits::MAX_GROUP_TEXT_BYTES;

use super::buckets;

/// What names an error has, as they stand in `error_group_parts.kind`.
pub const AGENT: &str = "agent";
pub const VERSION: &str = "version";
pub const TASK_TYPE: &str = "task_type";

/// After so many errors of a group what is beyond its limits is removed: seldom enough to cost nothing.
const TIDY_EVERY: i64 = 256;

/// The errors of one group in one batch.
pub struct Tally<'a> {
    pub change: &'a GroupChange,
    pub count: i64,
    /// In milliseconds; errors from the future are from now.
    pub first_seen: i64,
    pub last_seen: i64,
    /// By width and start.
    pub counts: BTreeMap<(i64, i64), i64>,
    /// Count and last error, by kind and name.
    pub parts: BTreeMap<(&'static str, Cow<'a, str>), (i64, i64)>,
    /// What the errors say of each id, be it a task's or a correlation id.
    pub ids: BTreeMap<Cow<'a, str>, Named>,
}

/// How errors name an id.
#[derive(Debug, Clone, Copy, Default)]
pub struct Named {
    /// The last that does, counted from the batch's first.
    pub number: i64,
    /// Whether one names it as its task.
    pub is_task: bool,
    /// Whether it is the correlation id of one that names no task.
    pub is_alone: bool,
}

impl<'a> Tally<'a> {
    /// Counts them, as things are `now`.
    pub fn new(change: &'a GroupChange, now: Timestamp) -> Self {
        let mut tally = Self {
            change,
            count: 0,
            first_seen: i64::MAX,
            last_seen: i64::MIN,
            counts: BTreeMap::new(),
            parts: BTreeMap::new(),
            ids: BTreeMap::new(),
        };
        for occurrence in &change.occurrences {
            tally.add(occurrence, now);
        }
        tally
    }

    /// Whether what is beyond the limits of the group, which has so many errors now, is to be removed.
    pub fn is_to_be_tidied(&self, count: i64) -> bool {
        (count - self.count) / TIDY_EVERY != count / TIDY_EVERY
    }

    fn add(&mut self, occurrence: &'a Occurrence, now: Timestamp) {
        self.count += 1;
        // A clock that is ahead must not make a group of tomorrow.
        let time = occurrence.timestamp.min(now);
        let at = time.as_millisecond();
        self.first_seen = self.first_seen.min(at);
        self.last_seen = self.last_seen.max(at);
        for span in buckets::of(time) {
            *self.counts.entry(span).or_default() += 1;
        }
        let names = [
            (AGENT, Some(occurrence.agent_name.as_str())),
            (VERSION, occurrence.version.as_deref()),
            (TASK_TYPE, occurrence.task_type.as_deref()),
        ];
        for (kind, name) in names {
            let Some(name) = name.filter(|name| !name.is_empty()) else {
                continue;
            };
            let part = self
                .parts
                .entry((kind, storable(name)))
                .or_insert((0, i64::MIN));
            part.0 += 1;
            part.1 = part.1.max(at);
        }
        let named = |id: &'a Option<String>| id.as_deref().filter(|id| !id.is_empty());
        let (task_id, correlation_id) = (
            named(&occurrence.task_id),
            named(&occurrence.correlation_id),
        );
        if let Some(id) = correlation_id {
            let named = self.ids.entry(storable(id)).or_default();
            named.number = self.count;
            named.is_alone |= task_id.is_none();
        }
        if let Some(id) = task_id {
            let named = self.ids.entry(storable(id)).or_default();
            named.number = self.count;
            named.is_task = true;
        }
    }
}

/// A text as the store keeps it: not too long, and without the character that PostgreSQL cannot keep.
pub fn storable(text: &str) -> Cow<'_, str> {
    let end = text.floor_char_boundary(MAX_GROUP_TEXT_BYTES);
    if end == text.len() && !text.contains('\0') {
        return Cow::Borrowed(text);
    }
    let mut kept = text[..end].replace('\0', "\u{fffd}");
    if end < text.len() {
        kept.push('…');
    }
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_between_characters_and_hold_no_nul() {
        assert_eq!(storable("a\0b"), "a\u{fffd}b");
        let long = "ä".repeat(MAX_GROUP_TEXT_BYTES);
        let kept = storable(&long);
        assert!(kept.ends_with("ä…") && kept.len() <= MAX_GROUP_TEXT_BYTES + 3);
    }
}
