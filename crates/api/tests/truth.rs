//! Whatever JSON object is sent comes back byte for byte, and says when its time is not its own.

use std::sync::Arc;

use serde_json::Value;
use swarmscope_api::elastic::{ElasticState, router};
use swarmscope_logstore::{EmbeddedLogs, Options};

const DOCUMENTS: [&str; 5] = [
    r#"{"timestamp": "2026-01-31T13:00:00.5+01:00", "n": 1e400, "m": 123456789012345678901234567890}"#,
    r#"{"timestamp":"yesterday","a":1,"a.b":2.50,"a":{"b":"\u00E9\ud800"}}"#,
    r#"{"@timestamp":1769860800,"timestamp":[],"deep":[[[{"x":null}]]]}"#,
    r#"{"timestamp":false,"@timestamp":"no"}"#,
    r#"{ }"#,
];

async fn serve(folder: &std::path::Path) -> String {
    let logs = EmbeddedLogs::open(Options::new(folder)).expect("an open store");
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("the port that was bound");
    let app = router(ElasticState::new(Arc::new(logs)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn bulk(base: &str) {
    let lines = DOCUMENTS.iter().enumerate();
    let body: String = lines
        .map(|(id, document)| format!("{{\"create\":{{\"_id\":\"{id}\"}}}}\n{document}\r\n"))
        .collect();
    let request = reqwest::Client::new()
        .post(format!("{base}/logs/_bulk"))
        .header("content-type", "application/x-ndjson")
        .body(body);
    let reply = request.send().await.expect("a reply").text().await;
    let reply: Value = serde_json::from_str(&reply.expect("a body")).expect("JSON");
    assert_eq!(reply["errors"], false, "{reply}");
}

async fn text(url: String) -> String {
    let response = reqwest::get(url).await.expect("a reply");
    assert_eq!(response.status(), 200);
    response.text().await.expect("a body")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_come_back_byte_for_byte_and_say_what_of_them_was_ignored() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = serve(folder.path()).await;
    bulk(&base).await;
    let all = text(format!("{base}/logs/_search")).await;
    for (id, document) in DOCUMENTS.iter().enumerate() {
        assert_eq!(text(format!("{base}/logs/_source/{id}")).await, *document);
        let one = text(format!("{base}/logs/_doc/{id}")).await;
        let ignored = match id {
            1 => "\"_ignored\":[\"timestamp\"],",
            3 => "\"_ignored\":[\"timestamp\",\"@timestamp\"],",
            _ => "",
        };
        let shown = format!("\"_primary_term\":1,{ignored}\"found\":true,\"_source\":{document}}}");
        assert!(one.ends_with(&shown), "{one}");
        assert!(
            all.contains(&format!("\"_score\":1.0,{ignored}\"_source\":{document}}}")),
            "{all}"
        );
    }
    // A part of a document is what is asked for, whatever stands beside it.
    let part = text(format!("{base}/logs/_source/0?_source_includes=timestamp")).await;
    assert_eq!(part, r#"{"timestamp":"2026-01-31T13:00:00.5+01:00"}"#);
    // The offset counts, and seconds are told from milliseconds.
    let noon = text(format!(
        "{base}/logs/_count?q=@timestamp:%5B2026-01-31T12:00:00Z%20TO%202026-01-31T12:00:01Z%5D"
    ))
    .await;
    assert!(noon.starts_with("{\"count\":2,"), "{noon}");
}

/// Numbers whose nearest neighbour a quick parser gives instead.
const HARD_NUMBERS: [&str; 3] = [
    "0.36489180394089316",
    "91.33920171659405",
    "967210.2736093625",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_are_sorted_and_summed_as_the_nearest_double_to_their_digits() {
    let folder = tempfile::tempdir().expect("a folder");
    let base = serve(folder.path()).await;
    let client = reqwest::Client::new();
    for (id, number) in HARD_NUMBERS.iter().enumerate() {
        let request = client
            .put(format!("{base}/numbers/_doc/{id}"))
            .header("content-type", "application/json")
            .body(format!("{{\"n\":{number}}}"));
        assert_eq!(request.send().await.expect("a reply").status(), 201);
    }
    let search = client
        .post(format!("{base}/numbers/_search"))
        .header("content-type", "application/json")
        .body(r#"{"sort": "n", "_source": false, "aggs": {"each": {"terms": {"field": "n"}}}}"#);
    let reply = search.send().await.expect("a reply").text().await;
    let reply = reply.expect("a body");
    for number in HARD_NUMBERS {
        assert!(reply.contains(&format!("\"sort\":[{number}]")), "{reply}");
        assert!(reply.contains(&format!("\"key\":{number},")), "{reply}");
    }
}
