//! A damaged segment is told to whoever searches: at the first search, later, and after a restart.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::store::{Action, LogStore, WriteOperation};

const DOCUMENTS: usize = 50;

fn open(folder: &Path) -> Arc<EmbeddedLogs> {
    let options = Options {
        retention_age: None,
        // The test says itself when damaged files are set aside.
        maintenance_interval: Duration::from_secs(3600),
        ..Options::new(folder)
    };
    Arc::new(EmbeddedLogs::open(options).expect("an open store"))
}

async fn serve(logs: Arc<EmbeddedLogs>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the port that was bound");
    let app = router(ElasticState::new(logs));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn store(logs: &Arc<EmbeddedLogs>, index: &str) {
    let operations = (0..DOCUMENTS).map(|n| WriteOperation {
        index: index.into(),
        action: Action::Create,
        id: None,
        source: json!({ "n": n, "message": format!("step {n} in {index}") })
            .to_string()
            .into_bytes()
            .into(),
    });
    let written = logs.write(operations.collect()).await.expect("written");
    assert!(written.iter().all(Result::is_ok));
    let logs = Arc::clone(logs);
    tokio::task::spawn_blocking(move || logs.flush())
        .await
        .expect("flushed");
}

/// Spoils the pages of the only segment, not its end: it is found when pages are read.
fn spoil(folder: &Path) {
    let mut segments = fs::read_dir(folder.join("segments")).expect("segments");
    let path = segments.next().expect("one").expect("an entry").path();
    assert!(segments.next().is_none(), "one segment");
    let mut bytes = fs::read(&path).expect("a segment");
    let pages = bytes.len() / 2;
    for byte in bytes.iter_mut().take(pages).skip(8) {
        *byte ^= 0x55;
    }
    fs::write(&path, bytes).expect("spoiled");
}

async fn get(url: String) -> (u16, Value) {
    let response = reqwest::get(url).await.expect("a reply");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

/// What holds of a search in both indices while one is damaged.
async fn assert_partial(base: &str) {
    let (status, reply) = get(format!("{base}/_search?q=message:step&size=0")).await;
    assert_eq!(status, 200);
    assert_eq!(reply["hits"]["total"]["value"], DOCUMENTS, "{reply}");
    let shards = &reply["_shards"];
    let counts = ["total", "successful", "skipped", "failed"].map(|key| shards[key].clone());
    assert_eq!(counts, [2, 1, 0, 1].map(Value::from), "{shards}");
    let failure = &shards["failures"][0];
    assert_eq!(failure["index"], "broken");
    assert_eq!(failure["reason"]["type"], "corrupt_index_exception");

    let (_, count) = get(format!("{base}/_count?q=message:step")).await;
    assert_eq!(
        (&count["count"], &count["_shards"]["failed"]),
        (&json!(DOCUMENTS), &json!(1))
    );

    let (status, refused) = get(format!(
        "{base}/_search?q=message:step&allow_partial_search_results=false"
    ))
    .await;
    assert_eq!(status, 500);
    let error = &refused["error"];
    assert_eq!(error["type"], "search_phase_execution_exception");
    assert_eq!(error["reason"], "Partial shards failure");
    assert_eq!(error["root_cause"][0]["type"], "corrupt_index_exception");
    assert_eq!(error["failed_shards"][0]["index"], "broken");

    let (status, whole) = get(format!(
        "{base}/whole/_search?q=message:step&allow_partial_search_results=false"
    ))
    .await;
    assert_eq!((status, &whole["_shards"]["failed"]), (200, &json!(0)));

    let (_, health) = get(format!("{base}/_cluster/health")).await;
    assert_eq!(health["status"], "red");
    let (_, indices) = get(format!("{base}/_cat/indices/broken?format=json")).await;
    assert_eq!(indices[0]["health"], "red", "{indices}");
}

async fn assert_partial_in_msearch(base: &str) {
    let body = [
        json!({ "index": "broken" }),
        json!({ "query": { "match": { "message": "step" } } }),
        json!({ "index": "broken", "allow_partial_search_results": false }),
        json!({ "query": { "match": { "message": "step" } } }),
        json!({ "index": "whole", "allow_partial_search_results": false }),
        json!({ "query": { "match": { "message": "step" } } }),
    ];
    let lines: String = body.iter().map(|line| format!("{line}\n")).collect();
    let request = reqwest::Client::new()
        .post(format!("{base}/_msearch"))
        .header("content-type", "application/x-ndjson")
        .body(lines);
    let reply: Value = request
        .send()
        .await
        .expect("a reply")
        .json()
        .await
        .expect("JSON");
    let responses = &reply["responses"];
    assert_eq!(responses[0]["_shards"]["failed"], 1, "{reply}");
    assert_eq!(responses[1]["error"]["reason"], "Partial shards failure");
    assert_eq!(responses[2]["_shards"]["failed"], 0);
    assert_eq!(responses[2]["hits"]["total"]["value"], DOCUMENTS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn results_without_a_damaged_segment_say_that_they_are_partial() {
    let folder = tempfile::tempdir().expect("a folder");
    {
        let logs = open(folder.path());
        store(&logs, "broken").await;
    }
    spoil(folder.path());
    {
        let logs = open(folder.path());
        store(&logs, "whole").await;
        let base = serve(Arc::clone(&logs)).await;
        // The first search meets the damage, the later ones know of it.
        assert_partial(&base).await;
        assert_partial(&base).await;
        assert_partial_in_msearch(&base).await;
        let maintained = Arc::clone(&logs);
        tokio::task::spawn_blocking(move || maintained.maintain())
            .await
            .expect("maintained");
        assert_partial(&base).await;
    }
    // The server's task still holds the first handle: what is on disk is opened elsewhere.
    let copy = tempfile::tempdir().expect("a folder");
    copy_all(folder.path(), copy.path());
    let base = serve(open(copy.path())).await;
    assert_partial(&base).await;
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy_all(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).expect("copied")),
        }
    }
}
