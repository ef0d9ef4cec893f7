//! A store in a temporary folder, and short ways to ask it.
#![allow(dead_code, reason = "each test uses its part")]

pub mod truth;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::accounting::Ledger;
use swarmscope_query::ast::{Field, Query};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, LogStore, Refused, SearchRequest, WriteOperation, Written};

pub struct Store {
    logs: Option<Logs>,
    pub folder: tempfile::TempDir,
    options: fn(&std::path::Path) -> Options,
    ledger: Arc<Ledger>,
}

/// The store, for tests that run on an async runtime.
#[derive(Clone)]
pub struct Logs(pub Arc<EmbeddedLogs>);

impl std::ops::Deref for Logs {
    type Target = EmbeddedLogs;

    fn deref(&self) -> &EmbeddedLogs {
        &self.0
    }
}

impl Logs {
    pub async fn flush_async(&self) {
        self.try_flush_async().await;
    }

    /// Gives whether everything is in segments.
    pub async fn try_flush_async(&self) -> bool {
        let logs = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || logs.flush())
            .await
            .expect("flushed")
    }

    pub async fn maintain_async(&self) {
        let logs = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || logs.maintain())
            .await
            .expect("maintained");
    }
}

pub fn options(folder: &std::path::Path) -> Options {
    Options {
        // Tests say themselves when background work is due.
        maintenance_interval: Duration::from_secs(3600),
        retention_age: None,
        // Few documents are to be merged, too, in both ways.
        merge_fan_in: 3,
        small_group_rows: 6,
        // Every search of several parts is one of several threads.
        search_patience: Duration::ZERO,
        ..Options::new(folder)
    }
}

/// For tests that count segments: each flush leaves its own.
pub fn never_merging(folder: &std::path::Path) -> Options {
    Options {
        merge_fan_in: usize::MAX,
        ..options(folder)
    }
}

impl Store {
    pub fn new() -> Self {
        Self::with_options(options)
    }

    pub fn never_merging() -> Self {
        Self::with_options(never_merging)
    }

    fn with_options(options: fn(&std::path::Path) -> Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Self {
            logs: None,
            folder,
            options,
            ledger: Arc::default(),
        };
        store.open();
        store
    }

    fn open(&mut self) {
        let options = Options {
            ledger: Arc::clone(&self.ledger),
            ..(self.options)(self.folder.path())
        };
        let logs = EmbeddedLogs::open(options).expect("an open store");
        self.logs = Some(Logs(Arc::new(logs)));
    }

    /// Drops the store as a crash would, but for what the system has not written yet.
    pub fn reopen(&mut self) {
        self.logs = None;
        self.open();
    }

    /// Closes the store and gives its folder.
    pub fn folder_alone(self) -> tempfile::TempDir {
        let Self { logs, folder, .. } = self;
        drop(logs);
        folder
    }

    pub fn logs(&self) -> Logs {
        self.logs.clone().expect("an open store")
    }

    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub async fn write(&self, operations: Vec<WriteOperation>) -> Vec<Result<Written, Refused>> {
        self.logs().write(operations).await.expect("written")
    }

    pub async fn count(&self, query: Query) -> u64 {
        let request = SearchRequest::new(IndexExpression::all(), query);
        let reply = self.logs().search(request).await.expect("a reply");
        reply.total.expect("a total").count
    }
}

pub fn all() -> Query {
    Query::All
}

pub fn exists(field: &str) -> Query {
    Query::Exists {
        field: Field::from_text(field),
    }
}

pub fn operation(action: Action, index: &str, id: Option<&str>, source: &Value) -> WriteOperation {
    WriteOperation {
        index: index.into(),
        action,
        id: id.map(str::to_owned),
        source: source.to_string().into_bytes().into(),
    }
}

pub fn put(index: &str, id: &str, source: &Value) -> WriteOperation {
    operation(Action::Create, index, Some(id), source)
}

pub fn index(index: &str, id: &str, source: &Value) -> WriteOperation {
    operation(Action::Index, index, Some(id), source)
}

pub fn delete(index: &str, id: &str) -> WriteOperation {
    operation(Action::Delete, index, Some(id), &Value::Null)
}
