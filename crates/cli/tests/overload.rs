//! More at once than the server has memory for: requests are taken or refused, each as a whole.

mod support;

use std::fmt::Write;

use bytes::Bytes;
use reqwest::Method;
use support::Server;

const CLIENTS: usize = 64;
/// Documents of a request, and bytes of each: 64 clients send a gigabyte at once.
const DOCUMENTS: u64 = 16;
const DOCUMENT_BYTES: usize = 1024 * 1024;
/// What the server may take at most. The bodies alone would be more.
const MOST_BYTES: u64 = 900 * 1024 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_than_fits_into_memory_is_refused_whole_and_nothing_acknowledged_is_lost() {
    let mut server = Server::start().await;
    let server_id = server.id();
    let body = Bytes::from(bulk());
    let url = server.elastic_url("/overload/_bulk");
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (url, body) = (url.clone(), body.clone());
        clients.spawn(async move {
            let request = reqwest::Client::new()
                .post(url)
                .header("content-type", "application/x-ndjson")
                .body(body);
            let response = request.send().await.expect("an answer");
            let status = response.status().as_u16();
            let reply: serde_json::Value = response.json().await.expect("a JSON reply");
            (status, reply)
        });
    }
    // Searches are answered meanwhile.
    let (status, _) = server
        .elastic(Method::GET, "/_search", "{}".to_owned())
        .await;
    assert_eq!(status, 200);
    let (mut taken, mut refused) = (0, 0);
    for (status, reply) in clients.join_all().await {
        match status {
            200 => {
                assert_eq!(reply["errors"], false, "{reply}");
                taken += DOCUMENTS;
            }
            429 => {
                let kind = &reply["error"]["type"];
                assert_eq!(kind, "es_rejected_execution_exception", "{reply}");
                refused += 1;
            }
            other => panic!("{other}: {reply}"),
        }
    }
    assert!(taken > 0 && refused > 0, "{taken} taken, {refused} refused");
    let (_, count) = server
        .elastic(Method::GET, "/overload/_count", String::new())
        .await;
    assert_eq!(count["count"], taken);
    let peak = peak_bytes(server_id);
    assert!(peak < MOST_BYTES, "{} MB", peak >> 20);
    // With the load gone there is room again.
    let (status, _) = server
        .elastic(Method::POST, "/overload/_bulk", bulk())
        .await;
    assert_eq!(status, 200);
    server.terminate();
}

/// A request with documents that are large and cheap to index: each is one word.
fn bulk() -> String {
    let mut body = String::with_capacity(DOCUMENTS as usize * (DOCUMENT_BYTES + 64));
    for number in 0..DOCUMENTS {
        let blob = "x".repeat(DOCUMENT_BYTES);
        writeln!(
            body,
            "{{\"index\":{{}}}}\n{{\"number\":{number},\"blob\":\"{blob}\"}}"
        )
        .expect("a String");
    }
    body
}

fn peak_bytes(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
    kilobytes.expect("a peak").parse::<u64>().expect("a number") * 1024
}
