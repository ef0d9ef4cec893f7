//! `kill -9` in the middle of concurrent bulks, flushes and merges: what was acknowledged is there, exactly
//! once.

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use support::{Ports, Server};

const WRITERS: usize = 6;
const DOCUMENTS_IN_A_BULK: u64 = 40;

/// How often the server is killed; `make test-all` asks for more.
fn rounds() -> u64 {
    std::env::var("SWARMSCOPE_CRASH_ROUNDS").map_or(20, |text| text.parse().expect("a number"))
}

/// Numbers of the documents that were acknowledged, by writer.
type Acknowledged = Vec<BTreeSet<u64>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledged_documents_survive_kill_9_exactly_once() {
    let numbers = Arc::new(AtomicU64::new(0));
    let mut acknowledged: Acknowledged = vec![BTreeSet::new(); WRITERS];
    let mut data = tempfile::tempdir().expect("a temporary folder");
    let mut ports = Ports::free();
    for round in 0..rounds() {
        let server = Server::start_with(data, ports, &[]).await;
        if round > 0 {
            verify(&server, &acknowledged).await;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let url = server.elastic_url("/crash/_bulk");
                tokio::spawn(write_until_stopped(
                    writer,
                    url,
                    numbers.clone(),
                    stop.clone(),
                ))
            })
            .collect();
        // A different moment in every round, early ones and late ones.
        tokio::time::sleep(Duration::from_millis(30 + (round * 97) % 700)).await;
        if round % 3 == 2 {
            // A server that ends writes what is in memory as segments, which the next start merges.
            server.ask_to_end();
            tokio::time::sleep(Duration::from_millis((round * 31) % 120)).await;
        }
        (data, ports) = server.kill();
        stop.store(true, Ordering::Relaxed);
        for (writer, task) in writers.into_iter().enumerate() {
            acknowledged[writer].extend(task.await.expect("the writer ends"));
        }
    }
    let server = Server::start_with(data, ports, &[]).await;
    verify(&server, &acknowledged).await;
    let total: usize = acknowledged.iter().map(BTreeSet::len).sum();
    assert!(
        total > 500,
        "only {total} documents were acknowledged: the test tested little"
    );
    println!("{total} acknowledged documents over {} kills", rounds());
}

/// Sends bulks until the server is gone; half of the documents bring an id, half do not.
async fn write_until_stopped(
    writer: usize,
    url: String,
    numbers: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> BTreeSet<u64> {
    let client = reqwest::Client::new();
    let mut acknowledged = BTreeSet::new();
    while !stop.load(Ordering::Relaxed) {
        let first = numbers.fetch_add(DOCUMENTS_IN_A_BULK, Ordering::Relaxed);
        let batch: Vec<u64> = (first..first + DOCUMENTS_IN_A_BULK).collect();
        let body: String = batch
            .iter()
            .map(|number| bulk_lines(writer, *number))
            .collect();
        let request = client
            .post(&url)
            .header("content-type", "application/x-ndjson")
            .body(body);
        let Ok(response) = request.send().await else {
            break;
        };
        // The status line alone is the promise; the body may not make it through the kill.
        if !response.status().is_success() {
            continue;
        }
        let Ok(reply) = response.json::<Value>().await else {
            acknowledged.extend(batch);
            break;
        };
        assert_eq!(reply["errors"], false, "{reply}");
        acknowledged.extend(batch);
    }
    acknowledged
}

fn bulk_lines(writer: usize, number: u64) -> String {
    let action = match number % 2 {
        0 => json!({"create": {"_id": format!("n-{number}")}}),
        _ => json!({"index": {}}),
    };
    let document = json!({
        "timestamp": "2026-01-31T12:00:00.000Z",
        "agent_name": format!("writer_{writer}"),
        "message": format!("document number {number}"),
        "number": number,
    });
    format!("{action}\n{document}\n")
}

async fn verify(server: &Server, acknowledged: &Acknowledged) {
    for (writer, expected) in acknowledged.iter().enumerate() {
        let found = stored_numbers(server, writer).await;
        let lost: Vec<_> = expected
            .iter()
            .filter(|number| !found.contains_key(number))
            .collect();
        assert!(
            lost.is_empty(),
            "writer {writer}: acknowledged and gone: {lost:?}"
        );
        let twice: Vec<_> = found.iter().filter(|(_, count)| **count != 1).collect();
        assert!(
            twice.is_empty(),
            "writer {writer}: stored more than once: {twice:?}"
        );
    }
}

/// How often each number of the writer is stored.
async fn stored_numbers(server: &Server, writer: usize) -> BTreeMap<u64, u32> {
    let mut found = BTreeMap::new();
    let mut after: Option<Value> = None;
    // The first kill may come before anything was written; what was acknowledged is missed all the same.
    let path = "/crash/_search?ignore_unavailable=true";
    loop {
        let mut body = json!({
            "query": {"term": {"agent_name.keyword": format!("writer_{writer}")}},
            "sort": [{"number": "asc"}, "_doc"],
            "size": 5_000,
            "track_total_hits": false,
        });
        if let Some(after) = &after {
            body["search_after"] = after.clone();
        }
        let (status, reply) = server.elastic(Method::POST, path, body.to_string()).await;
        assert_eq!(status, 200, "{reply}");
        let hits = reply["hits"]["hits"].as_array().expect("hits").clone();
        for hit in &hits {
            *found
                .entry(hit["_source"]["number"].as_u64().expect("a number"))
                .or_insert(0) += 1;
        }
        match hits.last() {
            Some(last) => after = Some(last["sort"].clone()),
            None => return found,
        }
    }
}
