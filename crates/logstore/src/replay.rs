//! Puts the writes that are in the log and in no segment into memtables, when the store is opened.

use std::path::Path;
use std::sync::Arc;

use swarmscope_files::FileSystem;

use crate::block::builder::BlockBuilder;
use crate::block::learner::Learner;
use crate::error::{OpenError, SegmentError};
use crate::rows::RowSet;
use crate::state::State;
use crate::wal::entry::Entry;
use crate::wal::recovery;
use crate::write::apply::create_index;
use crate::write::decide::new_index;

/// Documents that are gathered before they become a block.
const RECOVERED_ROWS: u32 = 8 * 1024;

/// Applies what is in the log and in no segment.
///
/// # Errors
/// When the log cannot be read.
pub fn replay(
    files: &dyn FileSystem,
    folder: &Path,
    state: &mut State,
) -> Result<recovery::Recovered, OpenError> {
    let mut replay = Replay {
        flushed: state.flushed_sequence,
        state,
        pending: None,
        learner: Learner::default(),
        failure: None,
    };
    let recovered = recovery::replay(files, folder, |sequence, entry| {
        replay.entry(sequence, &entry);
    })
    .map_err(OpenError::io("reading the log in", folder))?;
    replay.settle();
    match replay.failure {
        // Without it a document that was replaced would be there twice.
        Some(error) => Err(OpenError::Segment(error)),
        None => Ok(recovered),
    }
}

/// Applies the log's entries, gathering documents of one index into blocks.
struct Replay<'a> {
    flushed: u64,
    state: &'a mut State,
    pending: Option<Pending>,
    learner: Learner,
    failure: Option<SegmentError>,
}

struct Pending {
    index: String,
    builder: BlockBuilder,
    sequences: Vec<i64>,
    versions: Vec<i64>,
}

impl Replay<'_> {
    fn entry(&mut self, sequence: u64, entry: &Entry<'_>) {
        if sequence <= self.flushed {
            return;
        }
        match entry {
            Entry::CreateIndex(meta) => {
                self.settle();
                create_index(self.state, (**meta).clone());
            }
            Entry::DeleteIndex { name } => {
                self.settle();
                self.state.indices.remove(*name);
            }
            Entry::Delete { index, id } => self.remove(index, id),
            Entry::Put {
                index, id, version, ..
            } => {
                if let (Some(id), 2..) = (id, version) {
                    self.remove(index, id);
                }
                self.put(sequence, entry);
            }
            Entry::Skip => {}
        }
        self.state.newest_sequence = self.state.newest_sequence.max(sequence);
    }

    fn remove(&mut self, index: &str, id: &str) {
        self.settle();
        if let Some(index) = self.state.indices.get_mut(index)
            && let Err(error) = index.remove(id)
        {
            self.failure = Some(error);
        }
    }

    fn put(&mut self, sequence: u64, entry: &Entry<'_>) {
        let Entry::Put {
            index,
            id,
            version,
            arrival,
            source,
        } = entry
        else {
            return;
        };
        let Ok(source) = std::str::from_utf8(source) else {
            return;
        };
        let claimed = id.and_then(|id| self.state.salt.sequence(id));
        if let Some(claimed) = claimed.filter(|claimed| *claimed > sequence) {
            self.state.claimed_sequence = self.state.claimed_sequence.max(claimed);
        }
        let fits =
            |pending: &Pending| pending.index == *index && pending.builder.len() < RECOVERED_ROWS;
        if !self.pending.as_ref().is_some_and(fits) {
            self.settle();
        }
        let pending = self.pending.get_or_insert_with(|| Pending {
            index: (*index).to_owned(),
            builder: BlockBuilder::default(),
            sequences: Vec::new(),
            versions: Vec::new(),
        });
        // It was parsed before it was logged, so it is a document.
        let pushed = pending
            .builder
            .push(&mut self.learner, *id, source, *arrival);
        if pushed.is_ok() {
            pending.sequences.push(sequence as i64);
            pending.versions.push(*version as i64);
        }
    }

    fn settle(&mut self) {
        let Some(pending) = self.pending.take() else {
            return;
        };
        self.learner.renew();
        if !self.state.indices.contains_key(&pending.index) {
            create_index(
                self.state,
                new_index(&pending.index, serde_json::Map::new()),
            );
        }
        let mut block = pending.builder.finish();
        block.sequences = Arc::new(pending.sequences);
        block.versions = Arc::new(pending.versions);
        let none = RowSet::none(block.rows);
        self.state.add(&pending.index, block, none);
    }
}
