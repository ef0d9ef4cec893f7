//! The writer: the one thread that decides, appends to the log and makes writes visible.
//!
//! Requests that wait together share one fsync. Nothing is acknowledged or visible before it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Refused, StoreError, Written};
use tokio::sync::oneshot;

use super::admission::admit;
use super::apply::{apply, create_index};
use super::decide::{Decided, Decider, new_index};
use super::prepare::Prepared;
use crate::background::flush;
use crate::memory;
use crate::shared::{Reservation, Shared};
use crate::stats::count;
use crate::wal::entry::{Entries, Entry, IndexMeta};
use crate::wal::frame;
use crate::wal::log::Log;

/// Prepared bytes that share one fsync at most.
const GROUP_BYTES: usize = 16 * 1024 * 1024;
/// Memory for frames that is kept between writes: a few requests of usual size.
const KEPT_BYTES: usize = 8 * 1024 * 1024;
/// How long the writer waits for the flusher before it looks again.
const FLUSH_WAIT: Duration = Duration::from_millis(100);

/// How long the writer keeps its memory while there is nothing to write.
const BREATH: Duration = Duration::from_secs(2);

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

/// What the writer is asked for.
pub enum Command {
    Write {
        prepared: Prepared,
        reservation: Reservation,
        reply: Reply<Vec<Result<Written, Refused>>>,
    },
    CreateIndex {
        meta: Box<IndexMeta>,
        reply: Reply<()>,
    },
    DeleteIndices {
        expression: IndexExpression,
        reply: Reply<Vec<String>>,
    },
    /// Freezes the memtable; the flusher does the rest. Answered when it is frozen.
    Freeze {
        reply: Option<oneshot::Sender<()>>,
    },
    Close,
}

/// The writer's thread.
pub struct Writer {
    pub shared: Arc<Shared>,
    pub log: Log,
    /// Empty between writes; kept for its memory while there are some, which the system would have to clear each time.
    pub frames: Vec<u8>,
    pub commands: Receiver<Command>,
}

/// A write that waits.
struct Request {
    prepared: Prepared,
    /// Given back when the request is answered: until then it takes memory, whoever still waits for it.
    reservation: Reservation,
    reply: Reply<Vec<Result<Written, Refused>>>,
}

type Group = Vec<Request>;

impl Writer {
    /// Works until it is told to close or nobody can ask any more.
    pub fn run(mut self) {
        let mut next = self.commands.recv().ok();
        while let Some(command) = next.take() {
            match command {
                Command::Close => return,
                Command::Write {
                    prepared,
                    reservation,
                    reply,
                } => {
                    let mut group = vec![Request {
                        prepared,
                        reservation,
                        reply,
                    }];
                    next = self.gather(&mut group);
                    self.write(group);
                }
                Command::CreateIndex { meta, reply } => {
                    drop(reply.send(self.create(*meta)));
                }
                Command::DeleteIndices { expression, reply } => {
                    drop(reply.send(self.delete(&expression)));
                }
                Command::Freeze { reply } => {
                    self.freeze();
                    if let Some(reply) = reply {
                        let _ = reply.send(());
                    }
                }
            }
            self.freeze_when_full();
            if next.is_none() {
                next = self.wait();
            }
        }
    }

    /// The next command; `None` when there will be none. Lets go of memory when there is none for a while.
    fn wait(&mut self) -> Option<Command> {
        match self.commands.recv_timeout(BREATH) {
            Ok(command) => Some(command),
            Err(RecvTimeoutError::Disconnected) => None,
            Err(RecvTimeoutError::Timeout) => {
                self.frames = Vec::new();
                memory::give_back();
                self.commands.recv().ok()
            }
        }
    }

    /// Takes the writes that wait already; gives the first other command.
    fn gather(&self, group: &mut Group) -> Option<Command> {
        let mut gathered: usize = group.iter().map(|each| each.reservation.bytes()).sum();
        while gathered < GROUP_BYTES {
            match self.commands.try_recv() {
                Ok(Command::Write {
                    prepared,
                    reservation,
                    reply,
                }) => {
                    gathered += reservation.bytes();
                    group.push(Request {
                        prepared,
                        reservation,
                        reply,
                    });
                }
                Ok(other) => return Some(other),
                Err(_) => return None,
            }
        }
        None
    }

    fn write(&mut self, group: Group) {
        let group = self.admitted(group);
        let state = self.shared.state();
        let mut decider = Decider::new(&state, std::mem::take(&mut self.frames));
        let decisions: Vec<_> = group
            .iter()
            .map(|request| decider.request(&request.prepared))
            .collect();
        let frames = decider.frames;
        drop(state);
        let mut replies = Vec::with_capacity(group.len());
        let mut decided = Vec::with_capacity(group.len());
        for (request, decision) in group.into_iter().zip(decisions) {
            match decision {
                Ok(decision) => {
                    decided.push(decision.of(request.prepared));
                    replies.push((request.reply, request.reservation));
                }
                Err(source) => {
                    let source = io::Error::other(source);
                    drop(
                        request
                            .reply
                            .send(Err(io_error("looking up an id", source))),
                    );
                }
            }
        }
        let outcome = self.append(&frames);
        self.frames = frames;
        self.frames.clear();
        self.frames.shrink_to(KEPT_BYTES);
        match outcome {
            Ok(()) => {
                self.show(&mut decided);
                for (request, (reply, _reservation)) in decided.into_iter().zip(replies) {
                    count(&self.shared.counters.writes);
                    request
                        .accounts
                        .record(&request.agents, &self.shared.options.ledger);
                    drop(reply.send(Ok(request.results)));
                }
            }
            Err(error) => {
                for (reply, _reservation) in replies {
                    let again = io::Error::new(error.kind(), error.to_string());
                    drop(reply.send(Err(self.log_error(again))));
                }
            }
        }
    }

    /// Answers the requests that cannot be taken; gives the others.
    fn admitted(&mut self, group: Group) -> Group {
        let bytes = group.iter().map(|each| each.reservation.bytes()).sum();
        let Err(refusal) = admit(&self.shared, bytes) else {
            return group;
        };
        // As segments the documents take a part of what the log takes for them.
        self.freeze();
        let mut admitted = Vec::new();
        for request in group {
            if refusal.spares_deletions() && !request.prepared.has_documents() {
                admitted.push(request);
            } else {
                drop(request.reply.send(Err(refusal.into())));
            }
        }
        admitted
    }

    /// Why the log did not take a write, of which nothing is on disk unless the log has failed.
    fn log_error(&self, error: io::Error) -> StoreError {
        let is_full = matches!(
            error.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        );
        if is_full && !self.log.has_failed() {
            return StoreError::DiskFull { free: 0, needed: 0 };
        }
        io_error("writing to the log", error)
    }

    fn show(&self, decided: &mut [Decided]) {
        let mut state = self.shared.state_mut();
        for request in decided {
            if let Err(error) = apply(&mut state, request) {
                // It was read a moment ago to decide the version.
                tracing::error!(%error, "a replaced document could not be deleted from its segment");
            }
        }
    }

    fn append(&mut self, frames: &[u8]) -> io::Result<()> {
        if frames.is_empty() {
            return Ok(());
        }
        let outcome = self.log.append(frames, &self.shared.counters);
        if self.log.has_failed() && !self.shared.read_only.swap(true, Ordering::Relaxed) {
            tracing::error!(
                "the log could not be written: the store takes nothing more until it is restarted"
            );
        }
        outcome
    }

    fn create(&mut self, meta: IndexMeta) -> Result<(), StoreError> {
        let sequence = {
            let state = self.shared.state();
            if state.indices.contains_key(&meta.name) {
                return Err(StoreError::IndexExists { index: meta.name });
            }
            state.newest_sequence + 1
        };
        self.log_entry(sequence, &Entry::CreateIndex(Box::new(meta.clone())))?;
        let mut state = self.shared.state_mut();
        create_index(&mut state, meta);
        state.newest_sequence = sequence;
        Ok(())
    }

    fn delete(&mut self, expression: &IndexExpression) -> Result<Vec<String>, StoreError> {
        let (mut sequence, names) = {
            let state = self.shared.state();
            for name in expression.concrete_names() {
                if !state.indices.contains_key(name) {
                    return Err(StoreError::IndexNotFound {
                        index: name.to_owned(),
                    });
                }
            }
            let names: Vec<String> = state
                .indices
                .keys()
                .filter(|name| expression.matches(name))
                .cloned()
                .collect();
            (state.newest_sequence, names)
        };
        for name in &names {
            sequence += 1;
            self.log_entry(sequence, &Entry::DeleteIndex { name })?;
            let mut state = self.shared.state_mut();
            state.indices.remove(name);
            state.newest_sequence = sequence;
        }
        if !names.is_empty()
            && let Err(error) = flush::commit(&self.shared)
        {
            // The log has the deletion; only the files stay until the next commit.
            tracing::warn!(%error, "removing the files of deleted indices was put off");
        }
        Ok(names)
    }

    fn log_entry(&mut self, sequence: u64, entry: &Entry<'_>) -> Result<(), StoreError> {
        let mut frames = Vec::new();
        let start = frame::begin(&mut frames, sequence);
        Entries::default().encode(entry, &mut frames);
        frame::finish(&mut frames, start);
        self.append(&frames).map_err(|error| self.log_error(error))
    }

    fn freeze(&mut self) {
        let Some(sequence) = self.shared.state_mut().freeze() else {
            return;
        };
        if let Err(error) = self.log.rotate(sequence + 1) {
            tracing::warn!(%error, "the log goes on in its old file");
        }
        self.shared.flush_wanted.notify_all();
    }

    /// Freezes a full memtable; with the last one not yet written, waits before it grows further.
    fn freeze_when_full(&mut self) {
        if self.shared.is_memory_full() {
            self.freeze();
        }
        // While the disk refuses, whoever writes is told instead of waiting.
        while self.shared.is_memory_full()
            && self.shared.state().frozen_sequence.is_some()
            && !self.shared.flush_failing.load(Ordering::Relaxed)
            && !self.shared.closing.load(Ordering::Relaxed)
        {
            self.shared.rest(&self.shared.flush_done, FLUSH_WAIT);
            self.freeze();
        }
    }
}

fn io_error(context: &str, source: io::Error) -> StoreError {
    StoreError::Io {
        context: context.to_owned(),
        source,
    }
}

/// For callers that make an index by hand.
pub fn index_to_create(
    name: &str,
    definition: serde_json::Map<String, serde_json::Value>,
) -> Box<IndexMeta> {
    Box::new(new_index(name, definition))
}
