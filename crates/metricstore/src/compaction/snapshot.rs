//! A consistent copy of everything in a folder of its own, which can be opened as a store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use swarmscope_files::durable;
use swarmscope_model::metrics::{MetricError, SeriesSamples};

use super::flush::finished;
use crate::block::ulid;
use crate::block::writer::BlockWriter;
use crate::chunk::Scratch;
use crate::error::io_error;
use crate::filenames;
use crate::manifest::Manifest;
use crate::shared::Shared;

/// Makes the copy. Gives its folder's name.
///
/// # Errors
/// When it cannot be written.
pub fn snapshot(shared: &Shared, skip_head: bool) -> Result<String, MetricError> {
    let _alone = shared.maintenance();
    let name = ulid::new();
    let to = shared
        .folder()
        .join(filenames::SNAPSHOTS_FOLDER)
        .join(&name);
    let failed = io_error("writing the snapshot", &to);
    write(shared, &to, skip_head).map_err(failed)?;
    Ok(name)
}

fn write(shared: &Shared, to: &Path, skip_head: bool) -> std::io::Result<()> {
    let files = shared.options.files.as_ref();
    let blocks = to.join(filenames::BLOCKS_FOLDER);
    files.create_folder(&blocks)?;
    let view = shared.view();
    let mut manifest = Manifest::of(&view);
    for part in &view.blocks {
        let block = &part.block;
        files.link(&block.path, &filenames::block(to, &block.ulid))?;
        if part.state > 0 {
            let from = filenames::tombstones(shared.folder(), &block.ulid, part.state);
            files.link(&from, &filenames::tombstones(to, &block.ulid, part.state))?;
        }
    }
    if !skip_head && let Some(name) = write_head(shared, to, view.head_from)? {
        manifest.head_from = shared.head.max_time().saturating_add(1);
        manifest.blocks.push((name, 0));
    }
    // The copy has a log of its own.
    manifest.flushed = 0;
    files.sync_folder(&blocks)?;
    manifest.write(files, to)?;
    let format: PathBuf = to.join(filenames::FORMAT);
    durable::write_file(files, &format, filenames::FORMAT_VERSION.as_bytes())?;
    files.sync_folder(&shared.folder().join(filenames::SNAPSHOTS_FOLDER))
}

/// Writes everything in memory as one block.
fn write_head(shared: &Shared, to: &Path, from: i64) -> std::io::Result<Option<String>> {
    let name = ulid::new();
    let files = Arc::clone(&shared.options.files);
    let mut writer = BlockWriter::begin(files, &filenames::block(to, &name), 1)?;
    let mut scratch = Scratch::default();
    let all = {
        // Nobody writes while it is noted who is there; batches behind it may be in the copy in part.
        let _writer = shared.writer();
        shared.head.index().by_labels()
    };
    for series in &all {
        let (mut chunks, late) = {
            let state = series.state();
            let mut late = SeriesSamples::default();
            if let Some(out_of_order) = &state.out_of_order {
                out_of_order
                    .read(crate::chunk::TimeRange::ALL, &mut scratch, &mut late)
                    .map_err(std::io::Error::other)?;
            }
            (state.chunks_before(i64::MAX, &mut scratch), late)
        };
        chunks.retain(|chunk| chunk.max_time >= from);
        let late = (!late.is_empty()).then_some(late);
        let chunks = finished(chunks, late, &mut scratch).map_err(std::io::Error::other)?;
        writer.add(&series.labels, &chunks)?;
    }
    if writer.series() == 0 {
        writer.abandon()?;
        return Ok(None);
    }
    writer.finish()?;
    Ok(Some(name))
}
