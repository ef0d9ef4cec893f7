//! Removes what is too old or too much, whole segments at a time.

use std::collections::HashSet;

use swarmscope_model::Timestamp;
use swarmscope_query::indices::IndexExpression;

use super::flush::{BackgroundError, commit_in_turn, take_turn};
use crate::options::Options;
use crate::shared::Shared;
use crate::state::State;
use crate::stats::count;

/// Removes segments whose documents all arrived too long ago, and the oldest ones beyond the size.
/// Arrival counts and not the time in the document: last year's log, imported today, is kept as
/// long as what is written today.
///
/// # Errors
/// When the manifest cannot be written; the removal is then not in force on disk.
pub fn retain(shared: &Shared) -> Result<(), BackgroundError> {
    let rules = Rules::of(&shared.options);
    let doomed = doomed(&shared.state(), &rules);
    let turn = take_turn(shared);
    let removed = {
        let mut state = shared.state_mut();
        let removed = remove_segments(&mut state, &doomed);
        removed + remove_empty(&mut state, &doomed, &rules)
    };
    if removed == 0 {
        return Ok(());
    }
    for _ in &doomed {
        count(&shared.counters.expired);
    }
    commit_in_turn(shared, &turn)
}

/// The rules with their limits, as of now. The last one is for every index that no other has.
struct Rules(Vec<Limits>);

struct Limits {
    indices: IndexExpression,
    /// Arrivals before this are too old, in milliseconds.
    oldest: Option<i64>,
    bytes: Option<u64>,
}

impl Rules {
    fn of(options: &Options) -> Self {
        let now = Timestamp::now().as_millisecond();
        let oldest = |age: std::time::Duration| {
            now.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX))
        };
        let own = options.retention.iter().map(|rule| Limits {
            indices: IndexExpression::parse(&rule.pattern),
            oldest: rule.age.or(options.retention_age).map(oldest),
            bytes: rule.bytes,
        });
        let others = Limits {
            indices: IndexExpression::all(),
            oldest: options.retention_age.map(oldest),
            bytes: options.retention_bytes,
        };
        Self(own.chain([others]).collect())
    }

    /// The place of the rule that governs an index.
    fn governing(&self, index: &str) -> usize {
        let place = self.0.iter().position(|rule| rule.indices.matches(index));
        place.unwrap_or(self.0.len() - 1)
    }

    /// The place of the rule whose size an index counts in.
    fn budget(&self, rule: usize) -> usize {
        match self.0[rule].bytes {
            Some(_) => rule,
            None => self.0.len() - 1,
        }
    }
}

/// Indices and segments to remove.
fn doomed(state: &State, rules: &Rules) -> HashSet<(String, u64)> {
    let mut doomed = HashSet::new();
    let mut remaining: Vec<(i64, &String, u64, u64, usize)> = Vec::new();
    let mut totals = vec![0; rules.0.len()];
    // By age first: what goes for its age makes room for what is young.
    for (name, index) in &state.indices {
        let rule = rules.governing(name);
        let budget = rules.budget(rule);
        for part in &index.segments {
            let (number, bytes) = (part.segment.number(), part.segment.bytes());
            let oldest = rules.0[rule].oldest;
            if oldest.is_some_and(|oldest| part.arrived_by < oldest) {
                doom(name, number, "age", &mut doomed);
            } else {
                totals[budget] += bytes;
                remaining.push((part.arrived_by, name, number, bytes, budget));
            }
        }
    }
    remaining.sort();
    for (_, name, number, bytes, budget) in remaining {
        let limit = rules.0[budget].bytes;
        if limit.is_some_and(|limit| totals[budget] > limit) {
            totals[budget] -= bytes;
            doom(name, number, "size", &mut doomed);
        }
    }
    doomed
}

fn doom(index: &str, segment: u64, reason: &str, doomed: &mut HashSet<(String, u64)>) {
    tracing::info!(index, segment, reason, "a segment is removed by retention");
    doomed.insert((index.to_owned(), segment));
}

fn remove_segments(state: &mut State, doomed: &HashSet<(String, u64)>) -> usize {
    let mut removed = 0;
    for (name, index) in &mut state.indices {
        let before = index.segments.len();
        index
            .segments
            .retain(|part| !doomed.contains(&(name.clone(), part.segment.number())));
        removed += before - index.segments.len();
    }
    removed
}

/// Removes indices that retention has emptied, and empty ones made before its age.
fn remove_empty(state: &mut State, doomed: &HashSet<(String, u64)>, rules: &Rules) -> usize {
    let emptied: HashSet<&String> = doomed.iter().map(|(name, _)| name).collect();
    let before = state.indices.len();
    state.indices.retain(|name, index| {
        let empty = index.segments.is_empty() && index.memory.is_empty() && index.frozen.is_none();
        let oldest = rules.0[rules.governing(name)].oldest;
        let old = oldest.is_some_and(|oldest| index.meta.created_at < oldest);
        !(empty && index.damage.is_empty() && (old || emptied.contains(name)))
    });
    before - state.indices.len()
}
