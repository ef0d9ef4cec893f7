//! Deletes samples by request: from memory at once, from blocks by tombstones.

use std::sync::Arc;

use roaring::RoaringBitmap;
use swarmscope_model::metrics::{Matcher, MetricError};

use super::commit::{commit, exchanged, with_tombstones};
use super::merge;
use crate::appending::refused_by_log;
use crate::block::Tombstones;
use crate::chunk::TimeRange;
use crate::head::series::MemorySeries;
use crate::index::matching::{LabelIndex, matching};
use crate::shared::{Shared, Writer};
use crate::view::BlockPart;

/// Deletes the samples in the span of the series that pass any of the lists.
///
/// # Errors
/// When that cannot be written down.
pub fn delete(
    shared: &Shared,
    span: TimeRange,
    any_of: &[Vec<Matcher>],
) -> Result<(), MetricError> {
    let _alone = shared.maintenance();
    delete_from_blocks(shared, span, any_of)?;
    let position = delete_from_head(shared, span, any_of)?;
    shared
        .syncing
        .wait_for(position)
        .map_err(|error| refused_by_log(&error))
}

fn any_matching(
    index: &dyn LabelIndex,
    any_of: &[Vec<Matcher>],
) -> Result<RoaringBitmap, MetricError> {
    let mut found = RoaringBitmap::new();
    for matchers in any_of {
        found |= matching(index, matchers)?;
    }
    Ok(found)
}

fn delete_from_blocks(
    shared: &Shared,
    span: TimeRange,
    any_of: &[Vec<Matcher>],
) -> Result<(), MetricError> {
    let mut changed = Vec::new();
    for part in &shared.view().blocks {
        let meta = part.block.meta();
        if !span.overlaps(meta.min_time, meta.max_time) {
            continue;
        }
        let found = any_matching(part.block.as_ref(), any_of)?;
        if found.is_empty() {
            continue;
        }
        let mut tombstones = Tombstones::clone(&part.tombstones);
        for series in found {
            tombstones.add(series, span);
        }
        changed.push((part.clone(), with_tombstones(shared, part, tombstones)?));
    }
    if changed.is_empty() {
        return Ok(());
    }
    let (old, new): (Vec<BlockPart>, Vec<BlockPart>) = changed.into_iter().unzip();
    let names: Vec<&str> = old.iter().map(|part| part.block.ulid.as_str()).collect();
    commit(shared, exchanged(shared, &names, new), || {})?;
    for part in old.iter().filter(|part| part.state > 0) {
        shared.remove_tombstones(&part.block.ulid, part.state);
    }
    Ok(())
}

/// Gives the log's position to wait for.
fn delete_from_head(
    shared: &Shared,
    span: TimeRange,
    any_of: &[Vec<Matcher>],
) -> Result<u64, MetricError> {
    let mut writer = shared.writer();
    let Writer {
        log,
        record,
        scratch,
        ..
    } = &mut *writer;
    let found: Vec<Arc<MemorySeries>> = {
        let index = shared.head.index();
        let found = any_matching(&*index, any_of)?;
        found
            .iter()
            .filter_map(|place| index.at(place).cloned())
            .collect()
    };
    record.clear();
    let mut spans = Vec::with_capacity(found.len());
    for series in found {
        // What comes later is not meant, even when the log is replayed over it.
        let newest = series.state().newest_of_all();
        let span = TimeRange {
            start: span.start,
            end: newest.map_or(i64::MIN, |newest| newest.min(span.end)),
        };
        if span.start <= span.end {
            record.deletion(series.id, span);
            spans.push((series, span));
        }
    }
    if spans.is_empty() {
        return Ok(log.syncing.position());
    }
    let position = log.append(record).map_err(|error| refused_by_log(&error))?;
    let _change = shared.head.change();
    for (series, span) in spans {
        if let Err(error) = series.state().delete(span, scratch) {
            tracing::error!(series = ?series.labels, %error, "samples in memory are damaged; check the memory");
        }
    }
    Ok(position)
}

/// Writes the blocks anew from which something is deleted.
///
/// # Errors
/// When a block cannot be rewritten.
pub fn clean(shared: &Shared) -> Result<(), MetricError> {
    let _alone = shared.maintenance();
    let view = shared.view();
    for part in view
        .blocks
        .iter()
        .filter(|part| !part.tombstones.is_empty())
    {
        merge::replace(shared, std::slice::from_ref(part))?;
    }
    Ok(())
}
