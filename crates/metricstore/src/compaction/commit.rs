//! Makes a change of the blocks valid: first on disk, then for everybody who reads.

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_files::durable;
use swarmscope_model::metrics::MetricError;

use crate::block::{Block, Tombstones, ulid};
use crate::error::io_error;
use crate::filenames;
use crate::manifest::Manifest;
use crate::shared::Shared;
use crate::view::{BlockPart, View};

/// Opens a block that was just written.
///
/// # Errors
/// When it cannot be read.
pub fn open_block(shared: &Shared, name: &str) -> Result<BlockPart, MetricError> {
    let path = filenames::block(shared.folder(), name);
    let files = shared.options.files.as_ref();
    let block = Block::open(files, &path, name, &shared.cache, &shared.damage)?;
    Ok(BlockPart {
        block: Arc::new(block),
        tombstones: Arc::default(),
        state: 0,
    })
}

/// A name for a new block, and where its file will be.
pub fn new_block(shared: &Shared) -> (String, std::path::PathBuf) {
    let name = ulid::new();
    let path = filenames::block(shared.folder(), &name);
    (name, path)
}

/// The present view with some blocks instead of others.
pub fn exchanged(shared: &Shared, gone: &[&str], new: Vec<BlockPart>) -> View {
    let view = shared.view();
    let kept = view.blocks.iter();
    let mut blocks: Vec<BlockPart> = kept
        .filter(|part| !gone.contains(&part.block.ulid.as_str()))
        .cloned()
        .collect();
    blocks.extend(new);
    blocks.sort_by(|one, other| one.block.ulid.cmp(&other.block.ulid));
    View {
        blocks,
        head_from: view.head_from,
        flushed: view.flushed,
        reliance: Arc::clone(&view.reliance),
    }
}

/// Makes a view valid. `together` is done in the moment in which readers begin to see it. Gives the view
/// that was valid before.
///
/// # Errors
/// When the manifest cannot be written; the old view stays valid then.
pub fn commit(
    shared: &Shared,
    view: View,
    together: impl FnOnce(),
) -> Result<Arc<View>, MetricError> {
    let folder = shared.folder();
    Manifest::of(&view)
        .write(shared.options.files.as_ref(), folder)
        .map_err(io_error("writing", &folder.join(filenames::MANIFEST)))?;
    let _change = shared.head.change();
    together();
    Ok(shared.exchange_view(view))
}

/// Removes the files of blocks that do not count any more. Whoever reads them goes on with the open files.
pub fn remove_blocks(shared: &Shared, gone: &[BlockPart]) {
    for part in gone {
        let files = shared.options.files.as_ref();
        let mut paths = vec![part.block.path.clone()];
        if part.state > 0 {
            paths.push(filenames::tombstones(
                shared.folder(),
                &part.block.ulid,
                part.state,
            ));
        }
        for path in paths {
            if let Err(error) = durable::remove(files, &path) {
                // The next start removes what the manifest does not name.
                tracing::warn!(file = %path.display(), %error, "a file that is not needed any more could not be removed");
            }
        }
    }
}

/// Moves a file to where a human finds it.
///
/// # Errors
/// When the file system refuses.
pub fn set_aside(shared: &Shared, path: &Path) -> io::Result<()> {
    let to = filenames::damaged(shared.folder(), path);
    shared.options.files.rename(path, &to)
}

/// Writes the tombstones of a block as its next state. Gives the block with them.
///
/// # Errors
/// When the file system refuses.
pub fn with_tombstones(
    shared: &Shared,
    part: &BlockPart,
    tombstones: Tombstones,
) -> Result<BlockPart, MetricError> {
    let state = part.state + 1;
    let path = filenames::tombstones(shared.folder(), &part.block.ulid, state);
    tombstones
        .write(shared.options.files.as_ref(), &path)
        .map_err(io_error("writing", &path))?;
    Ok(BlockPart {
        block: Arc::clone(&part.block),
        tombstones: Arc::new(tombstones),
        state,
    })
}
