//! Writes a checkpoint and removes what of the log it makes needless.

use std::io;
use std::sync::atomic::Ordering;

use swarmscope_files::durable;

use crate::filenames;
use crate::shared::Shared;
use crate::stats::count;
use crate::wal::checkpoint;
use crate::wal::log;

/// Writes a checkpoint while samples are written. Whoever calls has the turn of maintenance.
///
/// # Errors
/// When the file system refuses; the log is then as long as before.
pub fn checkpoint(shared: &Shared) -> io::Result<()> {
    let (segment, number) = {
        let mut writer = shared.writer();
        shared.syncing.wait_for_all()?;
        (writer.log.rotate()?, writer.log.number())
    };
    finish(shared, segment, number)?;
    shared.writer().log.forget_earlier();
    Ok(())
}

/// Begins the log anew after it has failed: everything in memory goes into a checkpoint, so that it does
/// not matter what of the old segments is on disk. Nobody writes meanwhile.
///
/// # Errors
/// When the file system still refuses.
pub fn begin_anew(shared: &Shared) -> io::Result<()> {
    let mut writer = shared.writer();
    let (segment, file) = writer.log.prepare()?;
    finish(shared, segment, writer.log.number())?;
    writer.log.install(segment, file);
    writer.log.forget_earlier();
    Ok(())
}

fn finish(shared: &Shared, segment: u64, number: u64) -> io::Result<()> {
    let files = shared.options.files.as_ref();
    let from = shared.view().head_from;
    let bytes = checkpoint::write(files, shared.folder(), segment, number, &shared.head, from)?;
    count(&shared.counters.checkpoints);
    shared.checkpoint_bytes.store(bytes, Ordering::Relaxed);
    let (segments, checkpoints) = log::numbers(files, shared.folder())?;
    for old in segments.into_iter().filter(|old| *old < segment) {
        durable::remove(files, &filenames::wal(shared.folder(), old))?;
    }
    for old in checkpoints.into_iter().filter(|old| *old < segment) {
        durable::remove(files, &filenames::checkpoint(shared.folder(), old))?;
    }
    Ok(())
}
