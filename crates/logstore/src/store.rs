//! The store's handle: the door that `LogStore` is, over the threads that do the work.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Map, Value};
use swarmscope_files::Lock;
use swarmscope_model::accounting::Account;
use swarmscope_query::indices::{IndexExpression, check_index_name};
use swarmscope_query::store::{
    DeleteRequest, Deletion, FieldInfo, Hit, IndexInfo, LogStore, Refused, SearchReply,
    SearchRequest, StoreError, WriteOperation, Written,
};
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::background::threads;
use crate::backup::{self, Copied};
use crate::definitions;
use crate::delete_by_query::delete_by_query;
use crate::error::OpenError;
use crate::manifest;
use crate::open::{Opened, open};
use crate::options::Options;
use crate::search::part::Data;
use crate::search::{fields, run};
use crate::shared::{Reservation, Shared, parsers};
use crate::state::Index;
use crate::stats::Stats;
use crate::write::admission::admit;
use crate::write::prepare::{Origin, Prepared, deleted, prepare};
use crate::write::writer::{Command, Writer, index_to_create};

/// How often one who waits for a flush looks again.
const FLUSH_TICK: Duration = Duration::from_millis(20);

/// Logs in a folder of this machine.
#[derive(Debug)]
pub struct EmbeddedLogs {
    shared: Arc<Shared>,
    commands: Sender<Command>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// Requests that are parsed at once; more wait in line, in the queue of writes.
    parsing: Semaphore,
    searches: Semaphore,
    waiting: AtomicUsize,
    /// Held until the handle goes.
    _lock: Box<dyn Lock>,
}

impl EmbeddedLogs {
    /// Opens the folder, recovers what the log holds, and starts the threads. Blocks meanwhile.
    ///
    /// # Errors
    /// When the folder is in use, of another format, or cannot be read.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let Opened { shared, log, lock } = open(options)?;
        let shared = Arc::new(shared);
        let (commands, received) = channel();
        let writer = Writer {
            shared: Arc::clone(&shared),
            log,
            frames: Vec::new(),
            commands: received,
        };
        let (for_flusher, flusher_commands) = (Arc::clone(&shared), commands.clone());
        let for_maintainer = Arc::clone(&shared);
        let threads = vec![
            spawn("logs-writer", move || writer.run())?,
            spawn("logs-flusher", move || {
                threads::flusher(&for_flusher, &flusher_commands);
            })?,
            spawn("logs-maintainer", move || {
                threads::maintainer(&for_maintainer);
            })?,
        ];
        Ok(Self {
            parsing: Semaphore::new(parsers()),
            searches: Semaphore::new(shared.options.max_concurrent_searches),
            waiting: AtomicUsize::new(0),
            shared,
            commands,
            threads: Mutex::new(threads),
            _lock: lock,
        })
    }

    /// Writes what is in memory as segments and stops. Blocks meanwhile. Writes fail afterwards,
    /// searches still find everything; the folder is free when the handle is dropped.
    pub fn close(&self) {
        self.flush();
        self.stop();
    }

    /// Writes what is in memory as segments, and waits for it. Blocks meanwhile. Gives whether all that
    /// was acknowledged before is in segments; when the disk refuses, it is in the log.
    pub fn flush(&self) -> bool {
        flush(&self.shared, &self.commands)
    }

    /// The same for who may not block.
    ///
    /// # Errors
    /// When the store is closed.
    pub(crate) async fn flush_soon(&self) -> Result<bool, StoreError> {
        let commands = self.commands.clone();
        self.blocking(move |shared| Ok(flush(shared, &commands)))
            .await
    }

    /// What the store's threads share.
    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    /// Does now what the maintainer does now and then: retention, damage, merging, memory. Blocks meanwhile.
    pub fn maintain(&self) {
        threads::work(&self.shared);
    }

    /// Copies the store as it is at a moment of the call into a folder that is made for it, while
    /// writing goes on. Everything acknowledged before is in the copy, which opens as a store of
    /// its own. Blocks meanwhile.
    ///
    /// # Errors
    /// When a file cannot be read or written; what was copied so far stays for the caller to remove.
    pub fn backup(&self, target: &Path) -> Result<Copied, OpenError> {
        backup::of_open_store(&self.shared, target)
    }

    /// The same of a folder that nobody has open.
    ///
    /// # Errors
    /// As above, and when the folder is in use or no log store.
    pub fn backup_closed(folder: &Path, target: &Path) -> Result<Copied, OpenError> {
        backup::of_closed_store(folder, target)
    }

    /// What tells this store from all others; a copy made by a backup has the same.
    pub fn identity(&self) -> String {
        self.shared.state().salt.id(0)
    }

    /// The store as it stands.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    fn stop(&self) {
        drop(self.commands.send(Command::Close));
        self.shared.begin_closing();
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        for thread in threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a thread of the log store has panicked");
            }
        }
    }

    async fn ask<T: Send>(
        &self,
        command: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Command,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.commands
            .send(command(reply))
            .map_err(|_| StoreError::Closed)?;
        answer.await.map_err(|_| StoreError::Closed)?
    }

    /// A place among the searches that run at once.
    async fn search_permit(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        if let Ok(permit) = self.searches.try_acquire() {
            return Ok(permit);
        }
        let limit = self.shared.options.max_waiting_searches;
        let in_use = self.waiting.fetch_add(1, Ordering::Relaxed);
        let line = InLine(&self.waiting);
        if in_use >= limit {
            return Err(StoreError::Overloaded {
                what: "the line of waiting searches",
                in_use,
                limit,
            });
        }
        let permit = self.searches.acquire().await;
        drop(line);
        permit.map_err(|_| StoreError::Closed)
    }

    /// Runs where it may block.
    pub(crate) async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || work(&shared))
            .await
            .unwrap_or_else(|failure| match failure.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::Closed),
            })
    }

    /// Takes room in the queue of writes, before anything of the request is looked at.
    fn reserve(&self, operations: &[WriteOperation]) -> Result<Reservation, StoreError> {
        let bytes = operations.iter().map(cost).sum();
        // The writer looks again; this spares the parsing of what it would refuse.
        if let Err(refusal) = admit(&self.shared, bytes) {
            let only_deletions = || operations.iter().all(|each| deleted(each.action).is_some());
            if !(refusal.spares_deletions() && only_deletions()) {
                return Err(refusal.into());
            }
        }
        Reservation::take(&self.shared, bytes).map_err(|in_use| StoreError::Overloaded {
            what: "the queue of writes",
            in_use,
            limit: self.shared.options.write_queue_bytes,
        })
    }

    async fn written(
        &self,
        operations: Vec<WriteOperation>,
        origin: Origin,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        let reservation = self.reserve(&operations)?;
        let permit = self.parsing.acquire().await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let prepared: Prepared = self
            .blocking(move |shared| {
                let prepare = |learner: &mut _| prepare(operations, origin, learner);
                Ok(shared.learners.lend(prepare))
            })
            .await?;
        drop(permit);
        self.ask(|reply| Command::Write {
            prepared,
            reservation,
            reply,
        })
        .await
    }

    fn refuse_all(&self, count: usize) {
        let account = Account {
            received: count as u64,
            refused: count as u64,
            ..Account::default()
        };
        self.shared.options.ledger.record("", account);
    }
}

impl Drop for EmbeddedLogs {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Has the memtables written as segments, and waits until they are or the store closes.
fn flush(shared: &Shared, commands: &Sender<Command>) -> bool {
    // Twice: one memtable may be frozen already.
    (0..2).all(|_| flush_once(shared, commands))
}

fn flush_once(shared: &Shared, commands: &Sender<Command>) -> bool {
    let (reply, frozen) = oneshot::channel();
    let freeze = Command::Freeze { reply: Some(reply) };
    if commands.send(freeze).is_err() || frozen.blocking_recv().is_err() {
        return false;
    }
    let failed = shared.failed_flushes.load(Ordering::Relaxed);
    loop {
        let is_frozen = shared.state().frozen_sequence.is_some();
        if !is_frozen && !shared.commit_wanted.load(Ordering::Relaxed) {
            return true;
        }
        let has_failed = shared.failed_flushes.load(Ordering::Relaxed) > failed;
        if has_failed || shared.closing.load(Ordering::Relaxed) {
            return false;
        }
        // It may rest after an attempt that failed, and not hear the first call.
        shared.flush_wanted.notify_all();
        shared.rest(&shared.flush_done, FLUSH_TICK);
    }
}

/// Leaves the line of waiting searches when dropped.
struct InLine<'a>(&'a AtomicUsize);

impl Drop for InLine<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Memory that an operation holds while it waits: the document twice, once as columns.
fn cost(operation: &WriteOperation) -> usize {
    operation.source.len() * 2 + operation.index.len() + 128
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map_err(OpenError::Thread)
}

#[async_trait]
impl LogStore for EmbeddedLogs {
    async fn write(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        let documents = operations.len();
        let answer = self.written(operations, Origin::Sender).await;
        answer.inspect_err(|_| self.refuse_all(documents))
    }

    async fn rewrite(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        self.written(operations, Origin::Store).await
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchReply, StoreError> {
        let _permit = self.search_permit().await?;
        self.blocking(move |shared| run::search(shared, &request))
            .await
    }

    async fn get(&self, index: &str, id: &str) -> Result<Option<Hit>, StoreError> {
        let (index, id) = (index.to_owned(), id.to_owned());
        self.blocking(move |shared| get(shared, &index, &id)).await
    }

    async fn indices(&self, expression: &IndexExpression) -> Result<Vec<IndexInfo>, StoreError> {
        let expression = expression.clone();
        self.blocking(move |shared| {
            let state = shared.state();
            let chosen = run::chosen(&state, &expression)?;
            Ok(chosen.into_iter().map(info).collect())
        })
        .await
    }

    async fn create_index(
        &self,
        name: &str,
        definition: Map<String, Value>,
    ) -> Result<(), StoreError> {
        check_index_name(name)?;
        let meta = index_to_create(name, definition);
        if !manifest::can_hold(&meta) {
            return Err(StoreError::InvalidRequest {
                reason: format!("the definition of [{name}] is nested too deep to be kept"),
            });
        }
        self.ask(|reply| Command::CreateIndex { meta, reply }).await
    }

    async fn delete_indices(
        &self,
        expression: &IndexExpression,
    ) -> Result<Vec<String>, StoreError> {
        let expression = expression.clone();
        self.ask(|reply| Command::DeleteIndices { expression, reply })
            .await
    }

    async fn delete_by_query(&self, request: DeleteRequest) -> Result<Deletion, StoreError> {
        delete_by_query(self, request).await
    }

    async fn definitions(&self) -> Result<bytes::Bytes, StoreError> {
        self.blocking(|shared| {
            let read = definitions::read(shared.options.files.as_ref(), shared.folder());
            read.map(bytes::Bytes::from)
                .map_err(|source| StoreError::Io {
                    context: "reading what is set up beside the documents".to_owned(),
                    source,
                })
        })
        .await
    }

    async fn keep_definitions(&self, definitions: bytes::Bytes) -> Result<(), StoreError> {
        self.blocking(move |shared| {
            let files = shared.options.files.as_ref();
            definitions::write(files, shared.folder(), &definitions).map_err(|source| {
                StoreError::Io {
                    context: "writing what is set up beside the documents".to_owned(),
                    source,
                }
            })
        })
        .await
    }

    async fn fields(&self, expression: &IndexExpression) -> Result<Vec<FieldInfo>, StoreError> {
        let expression = expression.clone();
        self.blocking(move |shared| {
            let parts = run::snapshot(shared, &expression)?.parts;
            fields::fields(&parts)
                .map_err(|error| crate::search::error::SearchError::from(error).into_store_error())
        })
        .await
    }
}

fn get(shared: &Shared, index: &str, id: &str) -> Result<Option<Hit>, StoreError> {
    let parts = {
        let state = shared.state();
        let Some(index) = state.indices.get(index) else {
            return Err(StoreError::IndexNotFound {
                index: index.to_owned(),
            });
        };
        match index.find_in_memory(id) {
            Some((part, row)) => {
                let found = run::hits_of(&run::memory_part(index, part), &[row]);
                return Ok(found.ok().and_then(|mut hits| hits.pop()));
            }
            None => run::parts_of(index),
        }
    };
    let on_disk = parts
        .iter()
        .filter(|part| matches!(part.data, Data::Group(..)));
    for part in on_disk.rev() {
        let found = part.rows_with_id(id).and_then(|row| match row {
            Some(row) => run::hits_of(part, &[row]).map(|mut hits| hits.pop()),
            None => Ok(None),
        });
        match found {
            Ok(None) => {}
            Ok(hit) => return Ok(hit),
            Err(error) => run::leave_out(shared, part, &error)
                .map_err(crate::search::error::SearchError::into_store_error)?,
        }
    }
    Ok(None)
}

fn info(index: &Index) -> IndexInfo {
    let mut info = IndexInfo {
        name: index.meta.name.clone(),
        uuid: index.meta.uuid.clone(),
        created_at: index.meta.created_at,
        documents: 0,
        deleted: 0,
        bytes: 0,
        segments: index.segments.len() as u64,
        time: None,
        definition: index.meta.definition.clone(),
        damage: None,
    };
    let mut damage: Vec<String> = index.damage.clone();
    for part in &index.segments {
        info.bytes += part.segment.bytes();
        damage.extend(part.segment.damage().map(str::to_owned));
    }
    for part in run::parts_of(index) {
        let deleted = u64::from(part.deleted.count());
        info.deleted += deleted;
        info.documents += u64::from(part.rows()) - deleted;
        let (oldest, newest) = part.time_range;
        let (first, last) = info.time.unwrap_or((oldest, newest));
        info.time = Some((first.min(oldest), last.max(newest)));
    }
    info.damage = (!damage.is_empty()).then(|| damage.join("; "));
    info
}
