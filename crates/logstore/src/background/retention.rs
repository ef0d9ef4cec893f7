//! Removes what is too old or too much, whole segments at a time.

use std::collections::HashSet;

use swarmscope_model::Timestamp;

use super::flush::{BackgroundError, commit_in_turn, take_turn};
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
    let doomed = doomed(shared);
    let oldest_index = shared
        .options
        .retention_age
        .map(|age| before(age.as_millis()));
    let turn = take_turn(shared);
    let removed = {
        let mut state = shared.state_mut();
        let removed = remove_segments(&mut state, &doomed);
        removed + remove_empty(&mut state, &doomed, oldest_index)
    };
    if removed == 0 {
        return Ok(());
    }
    for _ in &doomed {
        count(&shared.counters.expired);
    }
    commit_in_turn(shared, &turn)
}

fn before(milliseconds: u128) -> i64 {
    let age = i64::try_from(milliseconds).unwrap_or(i64::MAX);
    Timestamp::now().as_millisecond().saturating_sub(age)
}

/// Indices and segments to remove.
fn doomed(shared: &Shared) -> HashSet<(String, u64)> {
    let options = &shared.options;
    let mut all: Vec<(i64, String, u64, u64)> = Vec::new();
    for (name, index) in &shared.state().indices {
        for part in &index.segments {
            let segment = &part.segment;
            all.push((
                part.arrived_by,
                name.clone(),
                segment.number(),
                segment.bytes(),
            ));
        }
    }
    all.sort();
    let mut total: u64 = all.iter().map(|(_, _, _, bytes)| bytes).sum();
    let oldest = options.retention_age.map(|age| before(age.as_millis()));
    let mut doomed = HashSet::new();
    for (newest, name, number, bytes) in all {
        let too_old = oldest.is_some_and(|oldest| newest < oldest);
        let too_much = options.retention_bytes.is_some_and(|limit| total > limit);
        if !too_old && !too_much {
            break;
        }
        total -= bytes;
        tracing::info!(
            index = name,
            segment = number,
            reason = if too_old { "age" } else { "size" },
            "a segment is removed by retention"
        );
        doomed.insert((name, number));
    }
    doomed
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
fn remove_empty(state: &mut State, doomed: &HashSet<(String, u64)>, oldest: Option<i64>) -> usize {
    let emptied: HashSet<&String> = doomed.iter().map(|(name, _)| name).collect();
    let before = state.indices.len();
    state.indices.retain(|name, index| {
        let empty = index.segments.is_empty() && index.memory.is_empty() && index.frozen.is_none();
        let old = oldest.is_some_and(|oldest| index.meta.created_at < oldest);
        !(empty && index.damage.is_empty() && (old || emptied.contains(name)))
    });
    before - state.indices.len()
}
