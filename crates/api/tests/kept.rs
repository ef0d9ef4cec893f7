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

/// Fields one in the other, `levels` of them.
fn nested_mapping(levels: usize) -> Value {
    (0..levels).fold(
        json!({ "type": "long" }),
        |field, _| json!({ "properties": { "a": field } }),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_could_not_be_read_again_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, logs) = open(folder.path());
    let dotted = |parts: usize| {
        let name = vec!["a"; parts].join(".");
        json!({ "properties": { name: { "type": "long" } } })
    };
    let template = |mappings: Value| json!({ "index_patterns": ["made-*"], "template": { "mappings": mappings } });
    assert_eq!(ask(&app, "PUT", "/there", Value::Null).await.0, 200);
    for deep in [dotted(21), dotted(62), dotted(10_000), nested_mapping(50)] {
        let in_template = template(deep.clone());
        let of_old = json!({ "index_patterns": ["made-*"], "mappings": deep });
        for (method, path, body) in [
            ("PUT", "/deep", json!({ "mappings": deep })),
            ("PUT", "/there/_mapping", deep.clone()),
            ("PUT", "/_index_template/deep", in_template.clone()),
            (
                "PUT",
                "/_component_template/deep",
                json!({ "template": in_template["template"] }),
            ),
            ("POST", "/_index_template/_simulate", in_template.clone()),
            ("PUT", "/_template/deep", of_old.clone()),
        ] {
            let (status, reply) = ask(&app, method, path, body).await;
            assert_eq!(status, 400, "{path}");
            let reason = reply["error"]["reason"].as_str().unwrap_or_default();
            assert!(reason.contains("mapping depth [20]"), "{path}: {reason}");
        }
    }
    // What no limit of its own keeps away: whatever it is, it would be lost with the rest of the file.
    let deep = (0..124).fold(json!(1), |inner, _| json!({ "a": inner }));
    let meta = json!({ "mappings": { "_meta": deep } });
    for (path, body) in [
        ("/deep", meta.clone()),
        ("/_component_template/deep", json!({ "template": meta })),
    ] {
        let (status, reply) = ask(&app, "PUT", path, body).await;
        assert_eq!(status, 400, "{path}");
        let reason = reply["error"]["reason"].as_str().unwrap_or_default();
        assert!(reason.contains("nested too deep"), "{path}: {reason}");
    }
    let fits = json!({ "mappings": dotted(20) });
    assert_eq!(ask(&app, "PUT", "/fits", fits).await.0, 200);
    let fits = template(dotted(20));
    assert_eq!(ask(&app, "PUT", "/_index_template/fits", fits).await.0, 200);
    assert_eq!(
        ask(&app, "PUT", "/made-1/_doc/1", json!({ "n": 1 }))
            .await
            .0,
        201
    );
    tokio::task::spawn_blocking(move || logs.close())
        .await
        .expect("closed");
    drop(app);
    let (app, _) = open(folder.path());
    for index in ["there", "fits", "made-1"] {
        assert_eq!(
            ask(&app, "GET", &format!("/{index}"), Value::Null).await.0,
            200,
            "{index}"
        );
    }
    assert_eq!(ask(&app, "GET", "/deep", Value::Null).await.0, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_whose_key_has_very_many_dots_has_a_mapping() {
    let folder = tempfile::tempdir().expect("a folder");
    let (app, _) = open(folder.path());
    let name = vec!["a"; 10_000].join(".");
    let (status, _) = ask(&app, "PUT", "/dots/_doc/1", json!({ name.as_str(): 1 })).await;
    if status == 201 {
        let (status, reply) = ask(&app, "GET", "/dots/_mapping", Value::Null).await;
        assert_eq!(status, 200);
        let field = &reply["dots"]["mappings"]["properties"][&name];
        assert_eq!(*field, json!({ "type": "long" }));
    }
}
