//! A log store and a state store in a folder, and what can go wrong between them.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use serde_json::{Map, Value, json};
use swarmscope_error_groups::{Figures, Fingerprints, Follower, FollowerFigures, Newest, Stores};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::error_groups::{
    Applied, ErrorGroup, ErrorGroupStore, FollowerPosition, GroupAction, GroupBatch, GroupDetail,
    GroupFilter, GroupPage, GroupRetention, GroupTasks, Span,
};
use swarmscope_model::state::StateError;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, DeleteRequest, Deletion, FieldInfo, Hit, IndexInfo, LogStore, Refused, SearchReply,
    SearchRequest, StoreError, WriteOperation, Written,
};
use swarmscope_state::SqliteState;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Long enough for a machine that other tests keep busy.
const PATIENCE: Duration = Duration::from_secs(60);

pub struct World {
    pub logs: Arc<EmbeddedLogs>,
    /// Bytes of the documents of the largest reply.
    pub largest_reply: Arc<AtomicUsize>,
    pub groups: Arc<Unsteady>,
    state: SqliteState,
    pub fingerprints: Arc<dyn Fingerprints>,
}

impl World {
    pub async fn new(folder: &Path) -> Self {
        let state = SqliteState::open(&folder.join("state.db")).await.unwrap();
        Self {
            logs: open(&folder.join("logs")),
            largest_reply: Arc::default(),
            groups: Arc::new(Unsteady::over(state.clone())),
            state,
            fingerprints: Arc::new(Newest),
        }
    }

    /// The same state with another log store.
    pub fn with_logs(self, logs: Arc<EmbeddedLogs>) -> Self {
        Self { logs, ..self }
    }

    /// What blocks, beside the runtime's threads.
    pub async fn with_store(&self, work: impl FnOnce(&EmbeddedLogs) + Send + 'static) {
        let logs = self.logs.clone();
        tokio::task::spawn_blocking(move || work(&logs))
            .await
            .unwrap();
    }

    pub async fn follow(&self) -> Following {
        let stores = Stores {
            source: self.logs.identity(),
            logs: Arc::new(Watched {
                logs: self.logs.clone(),
                largest_reply: self.largest_reply.clone(),
            }),
            groups: self.groups.clone(),
            state: Arc::new(self.state.clone()),
        };
        let follower = Follower::new(stores, self.fingerprints.clone())
            .await
            .unwrap();
        let figures = follower.figures();
        let (stop, stopping) = watch::channel(false);
        Following {
            figures,
            stop,
            task: tokio::spawn(follower.run(stopping)),
        }
    }

    /// Follows until everything is read, and ends in order.
    pub async fn catch_up(&self) -> FollowerFigures {
        let newest = self.newest().await;
        let following = self.follow().await;
        let figures = following
            .until(|figures| {
                figures.problem.is_none() && figures.position >= newest && figures.newest >= newest
            })
            .await;
        following.end().await;
        figures
    }

    async fn newest(&self) -> u64 {
        let request = SearchRequest::new(
            IndexExpression::all(),
            swarmscope_query::ast::Query::Nothing,
        );
        self.logs.search(request).await.unwrap().newest_sequence
    }

    pub async fn write(&self, documents: impl IntoIterator<Item = (Option<String>, Value)>) {
        let operations = documents.into_iter().map(|(id, document)| WriteOperation {
            index: Arc::from("agents-2026"),
            action: Action::Index,
            id,
            source: Bytes::from(document.to_string()),
        });
        let written = self.logs.write(operations.collect()).await.unwrap();
        assert!(written.iter().all(Result::is_ok));
    }

    /// Title and count of every group, by title.
    pub async fn counts(&self) -> Vec<(String, u64)> {
        let page = self
            .state
            .error_groups(&GroupFilter::default())
            .await
            .unwrap();
        let groups = page.groups.into_iter();
        let mut counts: Vec<_> = groups.map(|group| (group.title, group.count)).collect();
        counts.sort();
        counts
    }

    pub async fn groups(&self) -> Vec<ErrorGroup> {
        self.state
            .error_groups(&GroupFilter::default())
            .await
            .unwrap()
            .groups
    }
}

/// A follower at work.
pub struct Following {
    figures: Arc<Figures>,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Following {
    /// Waits until the figures are as expected.
    pub async fn until(&self, holds: impl Fn(&FollowerFigures) -> bool) -> FollowerFigures {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let figures = self.figures.read();
            if holds(&figures) {
                return figures;
            }
            assert!(Instant::now() < deadline, "{figures:?}");
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    pub async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }

    /// As a crash does: wherever it is.
    pub async fn crash(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

pub fn open(folder: &Path) -> Arc<EmbeddedLogs> {
    let mut options = Options::new(folder);
    options.retention_age = None;
    Arc::new(EmbeddedLogs::open(options).unwrap())
}

pub fn error(kind: &str) -> (Option<String>, Value) {
    let document = json!({
        "timestamp": "2026-01-31T12:00:00.000Z", "agent_name": "a", "event_type": "task_failed",
        "severity": "ERROR", "message": format!("{kind} went wrong"),
        "metadata": {"exception": {"type": kind, "message": "it is broken", "traceback": []}}
    });
    (None, document)
}

pub fn note() -> (Option<String>, Value) {
    (
        None,
        json!({"severity": "INFO", "message": "no error at all", "agent_name": "a"}),
    )
}

/// A log store that notes how much it gives at once.
struct Watched {
    logs: Arc<EmbeddedLogs>,
    largest_reply: Arc<AtomicUsize>,
}

#[async_trait]
impl LogStore for Watched {
    async fn write(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        self.logs.write(operations).await
    }

    async fn rewrite(
        &self,
        operations: Vec<WriteOperation>,
    ) -> Result<Vec<Result<Written, Refused>>, StoreError> {
        self.logs.rewrite(operations).await
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchReply, StoreError> {
        let reply = self.logs.search(request).await?;
        let bytes = reply.hits.iter().map(|hit| hit.source.get().len()).sum();
        self.largest_reply.fetch_max(bytes, Ordering::SeqCst);
        Ok(reply)
    }

    async fn get(&self, index: &str, id: &str) -> Result<Option<Hit>, StoreError> {
        self.logs.get(index, id).await
    }

    async fn indices(&self, expression: &IndexExpression) -> Result<Vec<IndexInfo>, StoreError> {
        self.logs.indices(expression).await
    }

    async fn create_index(
        &self,
        name: &str,
        definition: Map<String, Value>,
    ) -> Result<(), StoreError> {
        self.logs.create_index(name, definition).await
    }

    async fn delete_indices(
        &self,
        expression: &IndexExpression,
    ) -> Result<Vec<String>, StoreError> {
        self.logs.delete_indices(expression).await
    }

    async fn delete_by_query(&self, request: DeleteRequest) -> Result<Deletion, StoreError> {
        self.logs.delete_by_query(request).await
    }

    async fn definitions(&self) -> Result<Bytes, StoreError> {
        self.logs.definitions().await
    }

    async fn keep_definitions(&self, definitions: Bytes) -> Result<(), StoreError> {
        self.logs.keep_definitions(definitions).await
    }

    async fn fields(&self, expression: &IndexExpression) -> Result<Vec<FieldInfo>, StoreError> {
        self.logs.fields(expression).await
    }
}

/// A state store that can be away, and whose answers can be lost on the way.
pub struct Unsteady {
    inner: SqliteState,
    pub away: AtomicBool,
    /// So many next answers are lost.
    pub lost_answers: AtomicU32,
    /// Most errors of one batch.
    pub largest: AtomicUsize,
    /// Batches with more errors take too long.
    pub too_many: AtomicUsize,
}

impl Unsteady {
    fn over(inner: SqliteState) -> Self {
        Self {
            inner,
            away: AtomicBool::new(false),
            lost_answers: AtomicU32::new(0),
            largest: AtomicUsize::new(0),
            too_many: AtomicUsize::new(usize::MAX),
        }
    }

    fn check(&self) -> Result<(), StateError> {
        match self.away.load(Ordering::SeqCst) {
            true => Err(away()),
            false => Ok(()),
        }
    }
}

fn away() -> StateError {
    StateError::Unavailable(Box::new(std::io::Error::other("the network is down")))
}

#[async_trait]
impl ErrorGroupStore for Unsteady {
    async fn follower_position(&self, source: &str) -> Result<FollowerPosition, StateError> {
        self.check()?;
        self.inner.follower_position(source).await
    }

    async fn apply_errors(&self, batch: &GroupBatch) -> Result<Applied, StateError> {
        self.check()?;
        let errors = batch.documents.len() / 2;
        if errors > self.too_many.load(Ordering::SeqCst) {
            return Err(away());
        }
        self.largest.fetch_max(errors, Ordering::SeqCst);
        let applied = self.inner.apply_errors(batch).await;
        let lost = self
            .lost_answers
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        match lost {
            Ok(_) => Err(away()),
            Err(_) => applied,
        }
    }

    async fn known_groups(&self, ids: &[String]) -> Result<Vec<(String, u32)>, StateError> {
        self.inner.known_groups(ids).await
    }

    async fn fingerprint_versions_before(&self, version: u32) -> Result<Vec<u32>, StateError> {
        self.inner.fingerprint_versions_before(version).await
    }

    async fn error_groups(&self, filter: &GroupFilter) -> Result<GroupPage, StateError> {
        self.inner.error_groups(filter).await
    }

    async fn error_group(&self, id: &str, history: Span) -> Result<GroupDetail, StateError> {
        self.inner.error_group(id, history).await
    }

    async fn act_on_groups(
        &self,
        ids: &[String],
        action: &GroupAction,
    ) -> Result<Vec<ErrorGroup>, StateError> {
        self.inner.act_on_groups(ids, action).await
    }

    async fn error_group_tasks(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
    ) -> Result<GroupTasks, StateError> {
        self.inner.error_group_tasks(id, limit, offset).await
    }

    async fn requeueable_tasks(&self, id: &str, limit: usize) -> Result<Vec<String>, StateError> {
        self.inner.requeueable_tasks(id, limit).await
    }

    async fn prune_error_groups(
        &self,
        retention: &GroupRetention,
    ) -> Result<(u64, bool), StateError> {
        self.inner.prune_error_groups(retention).await
    }
}
