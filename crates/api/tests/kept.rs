//! What the Elasticsearch API promises across requests: what is set up survives a restart, and updates that meet
//! each other are not lost.

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use axum::response::Response;
use axum::{Router, body};
use serde_json::{Value, json};
use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};
use tower::ServiceExt;

fn open(folder: &Path) -> (Router, Arc<EmbeddedLogs>) {
    let logs = Arc::new(EmbeddedLogs::open(Options::new(folder)).expect("the store opens"));
    (router(ElasticState::new(logs.clone())), logs)
}

async fn ask(app: &Router, method: &str, path: &str, body: Value) -> (u16, Value) {
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    let request = Request::builder().method(method).uri(path).body(body);
    let response: Response = app
        .clone()
        .oneshot(request.expect("a request"))
        .await
        .expect("an answer");
    let status = response.status().as_u16();
    let bytes = body::to_bytes(response.into_body(), usize::MAX).await;
    let reply = serde_json::from_slice(&bytes.expect("a body")).unwrap_or_default();
    (status, reply)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_set_up_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, logs) = open(folder.path());
    let template = json!({
        "index_patterns": ["logs-*"],
        "template": { "mappings": { "properties": { "level": { "type": "keyword" } } }, "aliases": { "all-logs": {} } },
    });
    let pipeline = json!({ "processors": [{ "set": { "field": "seen", "value": true } }] });
    let settings = json!({ "index": { "default_pipeline": "mark" } });
    for (path, body) in [
        ("/_index_template/logs", template),
        ("/_ingest/pipeline/mark", pipeline),
        ("/logs-1", Value::Null),
        ("/logs-1/_settings", settings),
    ] {
        assert_eq!(ask(&app, "PUT", path, body).await.0, 200, "{path}");
    }
    tokio::task::spawn_blocking(move || logs.close())
        .await
        .expect("closed");
    drop(app);
    let (app, _) = open(folder.path());
    let (status, written) = ask(&app, "POST", "/all-logs/_doc", json!({ "level": "info" })).await;
    assert_eq!((status, &written["_index"]), (201, &json!("logs-1")));
    let (_, found) = ask(&app, "GET", "/all-logs/_search", Value::Null).await;
    let expected = json!({ "level": "info", "seen": true });
    assert_eq!(found["hits"]["hits"][0]["_source"], expected);
    let (_, index) = ask(&app, "GET", "/logs-1", Value::Null).await;
    assert_eq!(index["logs-1"]["aliases"], json!({ "all-logs": {} }));
    let level = &index["logs-1"]["mappings"]["properties"]["level"];
    assert_eq!(level, &json!({ "type": "keyword" }));
    // A new index is made from the template that was there before.
    ask(&app, "PUT", "/logs-2/_doc/1", json!({ "level": "warn" })).await;
    let (_, counted) = ask(&app, "GET", "/all-logs/_count", Value::Null).await;
    assert_eq!(counted["count"], 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_that_meet_are_all_there_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _logs) = open(folder.path());
    ask(&app, "PUT", "/notes/_doc/1", json!({})).await;
    let writers = (0..8).map(|writer| {
        let app = app.clone();
        tokio::spawn(async move {
            let mut told = Vec::new();
            for round in 0..10 {
                let name = format!("w{writer}r{round}");
                let body = json!({ "doc": { name.as_str(): round } });
                let path = "/notes/_update/1?retry_on_conflict=3";
                let (status, _) = ask(&app, "POST", path, body).await;
                assert!(matches!(status, 200 | 409), "{status}");
                if status == 200 {
                    told.push(name);
                }
            }
            told
        })
    });
    let mut expected = Vec::new();
    for writer in writers.collect::<Vec<_>>() {
        expected.extend(writer.await.expect("no panic"));
    }
    assert!(expected.len() >= 10, "{}", expected.len());
    let (_, found) = ask(&app, "GET", "/notes/_doc/1", Value::Null).await;
    let stored = found["_source"].as_object().expect("a document");
    expected.sort();
    let mut stored: Vec<&String> = stored.keys().collect();
    stored.sort();
    assert_eq!(stored, expected.iter().collect::<Vec<_>>());
    // Each success is one version.
    assert_eq!(found["_version"], expected.len() + 1);
}
