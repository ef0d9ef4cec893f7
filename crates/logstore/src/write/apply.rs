//! Makes decided requests visible: changes the state as the log says.

use std::collections::HashMap;
use std::sync::Arc;

use super::decide::{Change, Decided, new_index};
use crate::block::Block;
use crate::error::SegmentError;
use crate::ids::Salt;
use crate::rows::RowSet;
use crate::state::{Index, State};
use crate::wal::entry::IndexMeta;

/// Makes a request visible. Its frame is on disk.
///
/// # Errors
/// When a segment cannot be read to delete a document in it; everything else is applied.
pub fn apply(state: &mut State, decided: &mut Decided) -> Result<(), SegmentError> {
    for meta in decided.created.drain(..) {
        create_index(state, meta);
    }
    let mut outcome = Ok(());
    let mut dropped: Vec<RowSet> = Vec::new();
    for (index, block) in &decided.blocks {
        let own = decided
            .changes
            .iter()
            .filter(|change| change.index == *index);
        dropped.push(dropped_within(block, own, state.salt));
    }
    for change in &decided.changes {
        if let Some(index) = state.indices.get_mut(&*change.index) {
            let removed = index.remove(&change.id);
            outcome = outcome.and(removed.map(drop));
        }
    }
    for ((index, block), dropped) in decided.blocks.drain(..).zip(dropped) {
        if block.rows > 0 && !state.indices.contains_key(&*index) {
            // Retention removed the empty index since the request was decided.
            create_index(state, new_index(&index, serde_json::Map::new()));
        }
        state.add(&index, block, dropped);
    }
    state.claimed_sequence = state.claimed_sequence.max(decided.claimed_sequence);
    state.newest_sequence = state.newest_sequence.max(decided.last_sequence);
    outcome
}

/// Makes an index, unless it exists.
pub fn create_index(state: &mut State, meta: IndexMeta) {
    let salt = state.salt;
    state
        .indices
        .entry(meta.name.clone())
        .or_insert_with(|| Index::new(Arc::new(meta), salt));
}

/// The rows of a block that a later write of the same request replaces or deletes.
fn dropped_within<'a>(
    block: &Block,
    changes: impl Iterator<Item = &'a Change>,
    salt: Salt,
) -> RowSet {
    let mut dropped = RowSet::none(block.rows);
    let mut last_change: HashMap<&str, u64> = HashMap::new();
    for change in changes {
        last_change.insert(&change.id, change.sequence);
    }
    if last_change.is_empty() {
        return dropped;
    }
    for (row, id) in block.given_ids() {
        let sequence = block.sequences[row as usize] as u64;
        if last_change.get(id).is_some_and(|change| *change > sequence) {
            dropped.insert(row);
        }
    }
    for (id, change) in last_change {
        let sequence = salt.sequence(id).filter(|sequence| *sequence < change);
        if let Some(row) = sequence.and_then(|sequence| block.row_of(sequence))
            && block.given_id(row).is_none()
        {
            dropped.insert(row);
        }
    }
    dropped
}
