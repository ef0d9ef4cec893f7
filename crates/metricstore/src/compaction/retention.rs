//! Old blocks go, by age and by size; damaged ones are set aside.

use std::sync::atomic::Ordering;

use swarmscope_model::metrics::MetricError;

use super::commit::{commit, exchanged, remove_blocks, set_aside};
use crate::shared::{Shared, milliseconds};
use crate::stats::add;
use crate::view::BlockPart;

/// Removes what is older, or more, than is kept.
///
/// # Errors
/// When the manifest cannot be written; nothing is removed then.
pub fn retain(shared: &Shared) -> Result<(), MetricError> {
    let view = shared.view();
    let mut by_age: Vec<&BlockPart> = view.blocks.iter().collect();
    by_age.sort_by_key(|part| std::cmp::Reverse(part.block.meta().max_time));
    let newest = by_age
        .first()
        .map_or(i64::MIN, |part| part.block.meta().max_time);
    let newest = newest.max(shared.head.max_time());
    let oldest = shared
        .options
        .retention_age
        .map_or(i64::MIN, |age| newest.saturating_sub(milliseconds(age)));
    let most = shared.options.retention_bytes.unwrap_or(u64::MAX);
    let mut bytes = shared.wal_bytes();
    let mut gone = Vec::new();
    for part in by_age {
        bytes = bytes.saturating_add(part.block.bytes);
        if part.block.meta().max_time < oldest || bytes > most {
            gone.push(part.clone());
        }
    }
    if gone.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = gone.iter().map(|part| part.block.ulid.as_str()).collect();
    commit(shared, exchanged(shared, &names, Vec::new()), || {})?;
    remove_blocks(shared, &gone);
    add(&shared.counters.expired, gone.len() as u64);
    Ok(())
}

/// Moves away the blocks whose index turned out to be damaged.
///
/// # Errors
/// When the manifest cannot be written.
pub fn set_damaged_aside(shared: &Shared) -> Result<(), MetricError> {
    let view = shared.view();
    let damaged: Vec<BlockPart> = view
        .blocks
        .iter()
        .filter(|part| part.block.is_damaged())
        .cloned()
        .collect();
    if damaged.is_empty() || shared.closing.load(Ordering::Relaxed) {
        return Ok(());
    }
    let names: Vec<&str> = damaged
        .iter()
        .map(|part| part.block.ulid.as_str())
        .collect();
    commit(shared, exchanged(shared, &names, Vec::new()), || {})?;
    for part in &damaged {
        match set_aside(shared, &part.block.path) {
            Ok(()) => tracing::error!(
                block = part.block.ulid,
                "a damaged block was moved to the folder damaged"
            ),
            Err(error) => tracing::error!(
                block = part.block.ulid, %error,
                "a damaged block is left out and could not be moved away"
            ),
        }
    }
    Ok(())
}
