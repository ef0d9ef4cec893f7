//! What `_reindex` and `_update_by_query` promise beside what they write: they leave the store room for others, go on
//! when nobody waits for them, and are nothing that arrived.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::Request;
use serde_json::{Map, Value, json};
use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::accounting::Ledger;
use swarmscope_model::limits::REWRITE_BATCH_BYTES;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    DeleteRequest, Deletion, FieldInfo, Hit, IndexInfo, LogStore, Refused, SearchReply,
    SearchRequest, StoreError, WriteOperation, Written,
};
use tempfile::TempDir;
use tokio::sync::{Notify, Semaphore};
use tower::ServiceExt;

/// A store whose rewrites are watched, held up and refused.
struct Watched {
    logs: EmbeddedLogs,
    /// Documents and bytes of each rewrite.
    rewrites: Mutex<Vec<(usize, usize)>>,
    begun: Notify,
    gate: Semaphore,
    refusals: Mutex<VecDeque<StoreError>>,
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
        let bytes = operations.iter().map(|each| each.source.len()).sum();
        let rewrite = (operations.len(), bytes);
        self.rewrites.lock().expect("a list").push(rewrite);
        self.begun.notify_one();
        let _passed = self.gate.acquire().await.expect("a gate");
        let refusal = self.refusals.lock().expect("a list").pop_front();
        match refusal {
            Some(refusal) => Err(refusal),
            None => self.logs.rewrite(operations).await,
        }
    }

    async fn search(&self, request: SearchRequest) -> Result<SearchReply, StoreError> {
        self.logs.search(request).await
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

struct Server {
    app: Router,
    store: Arc<Watched>,
    ledger: Arc<Ledger>,
    _folder: TempDir,
}

impl Server {
    /// Lets so many rewrites through at once.
    fn start(open: usize) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options::new(folder.path());
        let ledger = Arc::clone(&options.ledger);
        let store = Arc::new(Watched {
            logs: EmbeddedLogs::open(options).expect("the store opens"),
            rewrites: Mutex::default(),
            begun: Notify::new(),
            gate: Semaphore::new(open),
            refusals: Mutex::default(),
        });
        Self {
            app: router(ElasticState::new(store.clone())),
            store,
            ledger,
            _folder: folder,
        }
    }

    async fn ask(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        ask(self.app.clone(), method, path, body).await
    }

    async fn put(&self, id: usize, document: Value) {
        let path = format!("/old/_doc/{id}");
        assert_eq!(self.ask("PUT", &path, document).await.0, 201);
    }
}

async fn ask(app: Router, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    let request = Request::builder().method(method).uri(path).body(body);
    let response = app.oneshot(request.expect("a request")).await;
    let response = response.expect("an answer");
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), usize::MAX).await;
    let reply = serde_json::from_slice(&bytes.expect("a body")).unwrap_or_default();
    (status, reply)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_documents_are_written_a_few_at_a_time() {
    let server = Server::start(1);
    let long = "x".repeat(REWRITE_BATCH_BYTES * 3 / 10);
    for id in 0..7 {
        server.put(id, json!({ "n": id, "text": long })).await;
    }
    let body = json!({ "source": { "index": "old" }, "dest": { "index": "new" } });
    let (status, reply) = server.ask("POST", "/_reindex", body).await;
    assert_eq!((status, &reply["created"]), (200, &json!(7)), "{reply}");
    let rewrites = server.store.rewrites.lock().expect("a list").clone();
    let counts: Vec<usize> = rewrites.iter().map(|(count, _)| *count).collect();
    assert_eq!(counts, [3, 3, 1], "{rewrites:?}");
    assert!(
        rewrites
            .iter()
            .all(|(_, bytes)| *bytes <= REWRITE_BATCH_BYTES)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_store_is_asked_again_and_a_full_disk_is_not() {
    let server = Server::start(1);
    server.put(1, json!({ "n": 1 })).await;
    let refuse = |refusals: Vec<StoreError>| {
        *server.store.refusals.lock().expect("a list") = refusals.into();
    };
    let busy = || StoreError::Overloaded {
        what: "the queue of writes",
        in_use: 1,
        limit: 1,
    };
    refuse(vec![busy(), busy()]);
    let (status, reply) = server
        .ask("POST", "/old/_update_by_query", Value::Null)
        .await;
    assert_eq!((status, &reply["updated"]), (200, &json!(1)), "{reply}");
    assert_eq!(reply["retries"]["bulk"], 2);
    let full = StoreError::DiskFull { free: 1, needed: 2 };
    refuse(vec![full]);
    let (status, reply) = server
        .ask("POST", "/old/_update_by_query", Value::Null)
        .await;
    assert_eq!((status, &reply["status"]), (429, &json!(429)), "{reply}");
    assert_eq!(reply["error"]["type"], "cluster_block_exception");
    assert_eq!(server.store.rewrites.lock().expect("a list").len(), 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_goes_on_when_its_client_has_gone() {
    let server = Server::start(0);
    for id in 0..3 {
        server.put(id, json!({ "n": id })).await;
    }
    let body = json!({ "source": { "index": "old", "size": 1 }, "dest": { "index": "new" } });
    let waiting = tokio::spawn({
        let (app, body) = (server.app.clone(), body.clone());
        async move { ask(app, "POST", "/_reindex", body).await }
    });
    server.store.begun.notified().await;
    waiting.abort();
    assert!(waiting.await.expect_err("ended").is_cancelled());
    let (_, running) = server.ask("GET", "/_tasks", Value::Null).await;
    let nodes = running["nodes"].as_object().expect("nodes");
    let tasks = nodes.values().filter_map(|node| node["tasks"].as_object());
    let ids: Vec<&String> = tasks.flat_map(Map::keys).collect();
    assert_eq!(ids.len(), 1, "{running}");
    server.store.gate.add_permits(1);
    let path = format!("/_tasks/{}?wait_for_completion=true", ids[0]);
    let (_, task) = server.ask("GET", &path, Value::Null).await;
    assert_eq!(task["response"]["created"], 3, "{task}");
    // One that nobody waits for is a task as well.
    let path = "/_reindex?wait_for_completion=false";
    let (_, reply) = server.ask("POST", path, body).await;
    let id = reply["task"].as_str().expect("an id");
    let path = format!("/_tasks/{id}?wait_for_completion=true");
    let (_, task) = server.ask("GET", &path, Value::Null).await;
    assert_eq!(task["response"]["updated"], 3, "{task}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_written_again_arrives_from_nobody() {
    let server = Server::start(1);
    let documents = [
        json!({ "agent_name": "teller", "event_type": "events_dropped", "metadata": { "dropped": 40 } }),
        json!({ "agent_name": "teller", "message": "one" }),
    ];
    for (id, document) in documents.into_iter().enumerate() {
        server.put(id, document).await;
    }
    let before = server.ledger.by_agent();
    let teller = before.iter().find(|(name, _)| name == "teller");
    let figures = teller.map(|(_, account)| (account.received, account.stored, account.dropped));
    assert_eq!(figures, Some((2, 2, 40)));
    let body = json!({ "source": { "index": "old" }, "dest": { "index": "new" } });
    let (_, reply) = server.ask("POST", "/_reindex", body).await;
    assert_eq!(reply["created"], 2, "{reply}");
    let (_, reply) = server
        .ask("POST", "/old/_update_by_query", Value::Null)
        .await;
    assert_eq!(reply["updated"], 2, "{reply}");
    assert_eq!(server.ledger.by_agent(), before);
}
