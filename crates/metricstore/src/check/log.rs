//! The newest checkpoint and the log behind it, as a start would read them.

use std::io;
use std::path::{Path, PathBuf};

use swarmscope_files::FileSystem;

use crate::filenames;
use crate::wal::checkpoint;
use crate::wal::frame::{Frames, Next};
use crate::wal::log::numbers;
use crate::wal::record;

/// A file of the log.
#[derive(Debug)]
pub struct LogFile {
    pub path: PathBuf,
    pub bytes: u64,
    pub frames: u64,
    pub problem: Option<String>,
    pub note: Option<String>,
}

/// Reads what a start would read.
///
/// # Errors
/// When a file cannot be read.
pub fn read(files: &dyn FileSystem, folder: &Path) -> io::Result<Vec<LogFile>> {
    let (segments, checkpoints) = numbers(files, folder)?;
    let newest = checkpoints.last().copied();
    let mut found = Vec::new();
    if let Some(number) = newest {
        let path = filenames::checkpoint(folder, number);
        let mut frames = 0;
        let damaged = checkpoint::read(files, folder, number, &mut |_| frames += 1)?;
        found.push(LogFile {
            bytes: files.open(&path)?.length()?,
            path,
            frames,
            problem: (damaged > 0).then(|| {
                format!("{damaged} places cannot be read: acknowledged samples may be lost")
            }),
            note: None,
        });
    }
    let behind = segments
        .into_iter()
        .filter(|segment| Some(*segment) >= newest);
    let mut logs = Vec::new();
    for segment in behind {
        let path = filenames::wal(folder, segment);
        let bytes = files.open(&path)?.length()?;
        logs.push((path, bytes));
    }
    // What is behind the newest one with content was begun in vain.
    let last = logs.iter().rposition(|(_, bytes)| *bytes > 0);
    for (place, (path, bytes)) in logs.into_iter().enumerate() {
        found.push(segment(files, path, bytes, Some(place) >= last)?);
    }
    Ok(found)
}

fn segment(
    files: &dyn FileSystem,
    path: PathBuf,
    bytes: u64,
    is_last: bool,
) -> io::Result<LogFile> {
    let mut frames = Frames::new(files.open(&path)?)?;
    let mut found = LogFile {
        path,
        bytes,
        frames: 0,
        problem: None,
        note: None,
    };
    let mut lost = 0;
    loop {
        match frames.next()? {
            Next::End => break,
            Next::Frame(_) => {
                found.frames += 1;
                if record::read(frames.payload(), &mut |_| {}).is_err() {
                    lost += frames.payload().len() as u64;
                }
            }
            Next::Torn { bytes, .. } if is_last => {
                found.note = Some(format!(
                    "ends in {bytes} bytes of a write that was never acknowledged; the next start cuts them off"
                ));
                break;
            }
            Next::Torn { bytes, .. } => {
                lost += bytes;
                break;
            }
            Next::Damage { bytes, .. } => lost += bytes,
        }
    }
    if lost > 0 {
        found.problem = Some(format!(
            "{lost} bytes are no record: acknowledged samples may be lost"
        ));
    }
    Ok(found)
}
