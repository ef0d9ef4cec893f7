//! Makes decided requests visible: changes the state as the log says.

use std::collections::HashMap;
use std::sync::Arc;

use super::decide::{Change, Decided, new_index};
use crate::block::Block;
use crate::error::SegmentError;
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
        dropped.push(dropped_within(block, own));
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
    state.newest_sequence = state.newest_sequence.max(decided.last_sequence);
    outcome
}

/// Makes an index, unless it exists.
pub fn create_index(state: &mut State, meta: IndexMeta) {
    state
        .indices
        .entry(meta.name.clone())
        .or_insert_with(|| Index::new(Arc::new(meta)));
}

/// The rows of a block that a later write of the same request replaces or deletes.
fn dropped_within<'a>(block: &Block, changes: impl Iterator<Item = &'a Change>) -> RowSet {
    let mut dropped = RowSet::none(block.rows);
    let mut last_change: HashMap<&str, u64> = HashMap::new();
    for change in changes {
        last_change.insert(&change.id, change.sequence);
    }
    if last_change.is_empty() {
        return dropped;
    }
    for (row, id) in (0..).zip(block.ids.iter()) {
        let sequence = block.sequences[row as usize] as u64;
        if last_change.get(id).is_some_and(|change| *change > sequence) {
            dropped.insert(row);
        }
    }
    dropped
}
