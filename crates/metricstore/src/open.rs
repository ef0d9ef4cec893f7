//! Opens a data folder: lock, format, then the log.

use std::io;
use std::path::Path;
use std::sync::Arc;

use swarmscope_model::metrics::SeriesId;

use crate::chunk::{Scratch, TimeRange};
use crate::error::OpenError;
use crate::filenames;
use crate::files::{FileSystem, Lock, LockError, durable};
use crate::head::Head;
use crate::head::guard::Guard;
use crate::head::series::MemorySeries;
use crate::options::Options;
use crate::shared::{Shared, Writer, milliseconds};
use crate::stats::Counters;
use crate::view::View;
use crate::wal::log::{self, Log};
use crate::wal::record::{Event, RecordBuilder};
use crate::wal::replay;

/// A folder that is open.
pub struct Opened {
    pub shared: Shared,
    /// Locked as long as it is there.
    pub lock: Box<dyn Lock>,
}

/// Opens the folder, making it when it is not there.
///
/// # Errors
/// When it is in use, of another format, or cannot be read.
pub fn open(options: Options) -> Result<Opened, OpenError> {
    let folder = options.directory.clone();
    let files = Arc::clone(&options.files);
    files
        .create_folder(&folder)
        .map_err(OpenError::io("creating", &folder))?;
    let lock = lock(files.as_ref(), &folder)?;
    check_format(files.as_ref(), &folder)?;
    for part in [
        filenames::WAL_FOLDER,
        filenames::BLOCKS_FOLDER,
        filenames::SNAPSHOTS_FOLDER,
        filenames::DAMAGED_FOLDER,
    ] {
        let path = folder.join(part);
        files
            .create_folder(&path)
            .map_err(OpenError::io("creating", path))?;
    }
    let view = View {
        head_from: i64::MIN,
        is_flushing: true,
    };
    let period = milliseconds(options.block_period).max(1);
    let head = Head::new(period, options.max_exemplars);
    let counters = Counters::default();
    let mut recovery = Recovery {
        head: &head,
        from: view.head_from,
        guard: Guard::default(),
        scratch: Scratch::default(),
    };
    let (segment, number) = recovery
        .replay(files.as_ref(), &folder, &counters)
        .map_err(OpenError::io("reading the log in", &folder))?;
    let guard = recovery.guard;
    head.index_mut().tidy();
    let log = Log::begin(files, &folder, segment + 1, number)
        .map_err(OpenError::io("creating the log in", &folder))?;
    let writer = Writer {
        log,
        guard,
        record: RecordBuilder::default(),
        scratch: Scratch::default(),
    };
    Ok(Opened {
        shared: Shared::new(options, head, counters, writer, view),
        lock,
    })
}

fn lock(files: &dyn FileSystem, folder: &Path) -> Result<Box<dyn Lock>, OpenError> {
    let path = folder.join(filenames::LOCK);
    files.lock(&path).map_err(|error| match error {
        LockError::Held { holder } => OpenError::InUse {
            folder: folder.to_owned(),
            holder: if holder.is_empty() {
                holder
            } else {
                format!(" (process {holder})")
            },
        },
        LockError::Io(error) => OpenError::io("locking", path)(error),
    })
}

/// A new folder takes this format; an old one has to have it.
fn check_format(files: &dyn FileSystem, folder: &Path) -> Result<(), OpenError> {
    let path = folder.join(filenames::FORMAT);
    match durable::read_file(files, &path) {
        Ok(found) if found == filenames::FORMAT_VERSION.as_bytes() => Ok(()),
        Ok(found) => Err(OpenError::UnknownFormat {
            folder: folder.to_owned(),
            found: String::from_utf8_lossy(&found).trim().to_owned(),
            expected: filenames::FORMAT_VERSION.trim_ascii_end(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let strangers = files
                .list(folder)
                .map_err(OpenError::io("reading", folder))?
                .iter()
                .any(|name| name != filenames::LOCK && !filenames::is_temporary(name));
            if strangers {
                return Err(OpenError::NotAStore {
                    folder: folder.to_owned(),
                });
            }
            durable::write_file(files, &path, filenames::FORMAT_VERSION.as_bytes())
                .map_err(OpenError::io("writing", path))
        }
        Err(error) => Err(OpenError::io("reading", path)(error)),
    }
}

/// Puts what is in the log into memory.
struct Recovery<'a> {
    head: &'a Head,
    /// What is older is in blocks.
    from: i64,
    guard: Guard,
    scratch: Scratch,
}

impl Recovery<'_> {
    /// Replays every segment. Gives the number of the newest segment, and of the newest frame.
    fn replay(
        &mut self,
        files: &dyn FileSystem,
        folder: &Path,
        counters: &Counters,
    ) -> io::Result<(u64, u64)> {
        let (segments, _) = log::numbers(files, folder)?;
        let mut replayed = replay::Replayed::default();
        for (place, segment) in segments.iter().enumerate() {
            let is_last = place + 1 == segments.len();
            replay::segment(
                files,
                folder,
                *segment,
                is_last,
                &mut replayed,
                &mut |_, event| self.apply(event),
            )?;
        }
        crate::stats::add(&counters.damaged, replayed.damaged);
        Ok((
            segments.last().copied().unwrap_or_default(),
            replayed.number,
        ))
    }

    fn apply(&mut self, event: Event) {
        match event {
            Event::Series { id, labels } => self.series(id, labels),
            Event::Sample {
                id,
                time,
                value,
                out_of_order,
            } => {
                let Some(series) = self.head.index().get(id).cloned() else {
                    return;
                };
                let known = {
                    let mut state = series.state();
                    // What a checkpoint has is in the log once more.
                    let known = if out_of_order {
                        state
                            .value_at(time, &mut self.scratch)
                            .is_ok_and(|value| value.is_some())
                    } else {
                        time <= state.last_time
                    };
                    if !out_of_order {
                        state.last_time = state.last_time.max(time);
                    }
                    known
                };
                if !known && time >= self.from {
                    self.head
                        .add(&series, time, &value, out_of_order, &mut self.scratch);
                }
            }
            Event::Exemplar { id, exemplar } => {
                if let Some(series) = self.head.index().get(id) {
                    self.head.exemplars_mut().add(&series.labels, exemplar);
                }
            }
            Event::Deletion { id, start, end } => {
                let Some(series) = self.head.index().get(id).cloned() else {
                    return;
                };
                let span = TimeRange { start, end };
                let deleted = series.state().delete(span, &mut self.scratch);
                if let Err(error) = deleted {
                    tracing::error!(series = ?series.labels, %error, "samples could not be deleted");
                }
            }
        }
    }

    /// A place in the index may have had another series before, which was gone when this one came.
    fn series(&mut self, id: SeriesId, labels: swarmscope_model::metrics::Labels) {
        let mut index = self.head.index_mut();
        let gone: Vec<_> = [index.at(id.0 as u32), index.find(&labels)]
            .into_iter()
            .flatten()
            .cloned()
            .collect();
        if gone
            .iter()
            .any(|series| series.id == id && series.labels == labels)
        {
            return;
        }
        for series in gone {
            self.guard.remove(&series.labels);
            index.remove(series.id);
        }
        self.guard.add(&labels);
        index.insert(Arc::new(MemorySeries::new(id, labels)));
    }
}
