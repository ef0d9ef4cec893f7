//! What a bulk finds out about the names that its actions go to, it finds out once, whether they can be written to or
//! not: a shipper that names a wrong index names it in every action.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::Request;
use serde_json::{Map, Value, json};
use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    DeleteRequest, Deletion, FieldInfo, Hit, IndexInfo, LogStore, Refused, SearchReply,
    SearchRequest, StoreError, WriteOperation, Written,
};
use tower::ServiceExt;

/// A store that counts how often it is asked for its indices.
struct Counting {
    logs: EmbeddedLogs,
    asked: AtomicUsize,
}

#[async_trait]
impl LogStore for Counting {
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
        self.logs.search(request).await
    }

    async fn get(&self, index: &str, id: &str) -> Result<Option<Hit>, StoreError> {
        self.logs.get(index, id).await
    }

    async fn indices(&self, expression: &IndexExpression) -> Result<Vec<IndexInfo>, StoreError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
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

async fn ask(app: &Router, method: &str, path: &str, body: String) -> Value {
    let request = Request::builder().method(method).uri(path);
    let request = request.body(Body::from(body)).expect("a request");
    let response = app.clone().oneshot(request).await.expect("an answer");
    let bytes = to_bytes(response.into_body(), usize::MAX).await;
    serde_json::from_slice(&bytes.expect("a body")).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_cannot_be_written_to_is_looked_up_once_however_often_it_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = EmbeddedLogs::open(Options::new(folder.path())).expect("the store opens");
    let store = Arc::new(Counting {
        logs,
        asked: AtomicUsize::new(0),
    });
    let app = router(ElasticState::new(store.clone()));
    for index in ["logs-1", "logs-2"] {
        let body = json!({ "aliases": { "logs": {} } });
        ask(&app, "PUT", &format!("/{index}"), body.to_string()).await;
    }
    let action = |n: usize| match n % 2 {
        0 => "{\"index\":{\"_index\":\"logs\"}}\n{\"a\":1}\n",
        _ => "{\"delete\":{\"_index\":\"logs\",\"_id\":\"x\"}}\n",
    };
    let mut asked = Vec::new();
    // The first bulk also learns which indices refuse fields.
    for actions in [2, 2, 400] {
        let before = store.asked.load(Ordering::Relaxed);
        let body: String = (0..actions).map(action).collect();
        for path in ["/_bulk", "/_bulk?require_alias=true"] {
            let reply = ask(&app, "POST", path, body.clone()).await;
            let items = reply["items"].as_array().expect("items");
            assert_eq!(items.len(), actions);
            for item in items {
                let (_, outcome) = item
                    .as_object()
                    .and_then(|item| item.iter().next())
                    .expect("one");
                assert_eq!(outcome["status"], 400, "{outcome}");
            }
        }
        asked.push(store.asked.load(Ordering::Relaxed) - before);
    }
    assert_eq!(asked[1], asked[2], "asked for the indices");
}
