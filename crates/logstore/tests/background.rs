//! Merging, retention, many indices, and segments of many granules.

#[path = "support/naive.rs"]
mod naive;
mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Logs, Store, all, delete, never_merging, options, put};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::Timestamp;
use swarmscope_model::retention::RetentionRule;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Case, Field, Operator, Query, Scalar};
use swarmscope_query::document::Document;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, SortKey};

#[tokio::test]
async fn merging_keeps_documents_and_their_order_and_drops_the_deleted() {
    let mut store = Store::new();
    for part in 0..20 {
        let writes =
            (0..10).map(|n| put("logs", &format!("{part}-{n}"), &json!({"n": part * 10 + n})));
        store.write(writes.collect()).await;
        store
            .write(vec![delete("logs", &format!("{part}-0"))])
            .await;
        store.logs().flush_async().await;
    }
    store.logs().maintain_async().await;
    let stats = store.logs().stats();
    assert!(stats.merges > 0 && stats.segments < 8, "{stats:?}");
    for _ in 0..2 {
        let mut request = SearchRequest::new(IndexExpression::all(), all());
        request.size = 1000;
        request.sort = vec![SortKey::Sequence(Direction::Ascending)];
        let reply = store.logs().search(request).await.expect("a reply");
        let found: Vec<String> = reply.hits.into_iter().map(|hit| hit.id).collect();
        let expected: Vec<String> = (0..20)
            .flat_map(|part| (1..10).map(move |n| format!("{part}-{n}")))
            .collect();
        assert_eq!(found, expected);
        store.reopen();
    }
    let files = std::fs::read_dir(store.folder.path().join("segments"))
        .expect("segments")
        .count();
    assert!(files < 20, "merged segments are removed: {files}");
}

#[tokio::test]
async fn retention_removes_by_age_and_by_size() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |age, bytes| {
        let options = Options {
            retention_age: age,
            retention_bytes: bytes,
            ..never_merging(folder.path())
        };
        Logs(Arc::new(
            EmbeddedLogs::open(options).expect("an open store"),
        ))
    };
    let logs = open(None, None);
    let now = Timestamp::now().as_millisecond();
    for days in [9, 8, 2, 0] {
        let time = Timestamp::from_millisecond(now - days * 24 * 3600 * 1000).to_string();
        let index = format!("logs-{days}");
        logs.write(vec![put(
            &index,
            "a",
            &json!({"timestamp": time, "n": days}),
        )])
        .await
        .expect("written");
        logs.flush_async().await;
    }
    let names = |logs: Logs| async move {
        let all = logs
            .indices(&IndexExpression::all())
            .await
            .expect("a reply");
        all.into_iter().map(|info| info.name).collect::<Vec<_>>()
    };
    let one = logs.stats().segment_bytes / 4;
    drop(logs);
    // It is the arrival that counts: an old log imported today stays.
    let logs = open(Some(Duration::from_secs(7 * 24 * 3600)), None);
    logs.maintain_async().await;
    assert_eq!(
        names(logs.clone()).await,
        ["logs-0", "logs-2", "logs-8", "logs-9"]
    );
    drop(logs);
    let logs = open(None, Some(one * 2 + one / 2));
    logs.maintain_async().await;
    assert_eq!(names(logs.clone()).await, ["logs-0", "logs-2"]);
    drop(logs);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let logs = open(Some(Duration::from_millis(10)), None);
    let fresh = vec![put("logs-new", "a", &json!({"n": 1}))];
    logs.write(fresh).await.expect("written");
    logs.maintain_async().await;
    assert_eq!(names(logs.clone()).await, ["logs-new"]);
    drop(logs);
    assert_eq!(names(open(None, None)).await, ["logs-new"]);
}

#[tokio::test]
async fn the_first_rule_that_matches_an_index_governs_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = |retention: Vec<RetentionRule>, bytes| {
        let options = Options {
            retention,
            retention_bytes: bytes,
            ..never_merging(folder.path())
        };
        Logs(Arc::new(
            EmbeddedLogs::open(options).expect("an open store"),
        ))
    };
    let logs = open(Vec::new(), None);
    for round in 0..3 {
        for index in ["debug-a", "debug-keep", "audit", "other"] {
            let write = put(index, &format!("{round}"), &json!({"n": round}));
            logs.write(vec![write]).await.expect("written");
        }
        logs.flush_async().await;
    }
    let infos = logs.indices(&IndexExpression::all()).await;
    let infos = infos.expect("a reply");
    let bytes = |name: &str| -> u64 {
        let mut own = infos.iter().filter(|info| info.name == name);
        own.next().expect("an index").bytes
    };
    let (audit, others) = (bytes("audit"), bytes("debug-keep") + bytes("other"));
    drop(logs);
    tokio::time::sleep(Duration::from_millis(20)).await;
    let rule = |pattern: &str, age, bytes| RetentionRule {
        pattern: pattern.to_owned(),
        age,
        bytes,
    };
    let rules = vec![
        rule("debug-keep", Some(Duration::from_secs(3600)), None),
        rule("debug-*", Some(Duration::from_millis(1)), None),
        rule("audit", None, Some(audit - 1)),
    ];
    // What the rules leave to the default: the size of `debug-keep` and `other` together.
    let logs = open(rules, Some(others - 1));
    logs.maintain_async().await;
    let all = logs
        .indices(&IndexExpression::all())
        .await
        .expect("a reply");
    let left: Vec<(String, u64)> = all
        .into_iter()
        .map(|info| (info.name, info.documents))
        .collect();
    let expected = [("audit", 2), ("debug-keep", 2), ("other", 3)];
    assert_eq!(left, expected.map(|(name, count)| (name.to_owned(), count)));
}

#[tokio::test]
async fn two_hundred_indices_share_one_memtable() {
    let mut store = Store::new();
    for round in 0..3 {
        let writes = (0..200).map(|n| {
            put(
                &format!("logs-{n:03}"),
                &round.to_string(),
                &json!({"n": n}),
            )
        });
        store.write(writes.collect()).await;
    }
    assert_eq!(store.logs().stats().memtable_documents, 600);
    store.logs().flush_async().await;
    assert_eq!(store.logs().stats().segments, 200);
    store.reopen();
    assert_eq!(store.count(all()).await, 600);
    let reply = SearchRequest::new(IndexExpression::parse("logs-00*,-logs-001"), all());
    let total = store.logs().search(reply).await.expect("a reply").total;
    assert_eq!(total.expect("a total").count, 27);
}

#[tokio::test]
async fn segments_of_many_granules_answer_as_the_naive_store() {
    const ROWS: u64 = 9000;
    let store = Store::new();
    let mut documents = Vec::new();
    for first in (0..ROWS).step_by(1000) {
        let sources: Vec<_> = (first..first + 1000)
            .map(|n| {
                json!({
                    "timestamp": Timestamp::from_millisecond(1_700_000_000_000 + n as i64 * 10).to_string(),
                    "message": format!("step {n} of task t{} went {}", n / 7, if n % 997 == 0 { "wrong" } else { "well" }),
                    "severity": (["INFO", "DEBUG", "ERROR"][n as usize % 3]),
                    "metadata": {"id": format!("{:08x}-x", n * 2_654_435_761), "n": n % 100, "list": [n % 5, n % 3]},
                })
            })
            .collect();
        let writes = (first..)
            .zip(&sources)
            .map(|(n, source)| put("logs", &n.to_string(), source));
        let results = store.write(writes.collect()).await;
        for (source, result) in sources.into_iter().zip(results) {
            let written = result.expect("written");
            let document = Document::parse(source.to_string().as_bytes()).expect("a document");
            documents.push(naive::Stored {
                time: document.time(0),
                id: written.id,
                sequence: written.sequence,
                version: 1,
                source: source.to_string(),
                document,
            });
        }
    }
    for round in 0..2 {
        for query in queries() {
            let request = SearchRequest {
                size: 20,
                sort: vec![SortKey::Time(Direction::Descending)],
                ..SearchRequest::new(IndexExpression::all(), query.clone())
            };
            let reply = store.logs().search(request.clone()).await.expect("a reply");
            let (hits, total, _) = naive::search(&documents, &request);
            let found: Vec<_> = reply
                .hits
                .into_iter()
                .map(|hit| (hit.id, hit.sort))
                .collect();
            assert_eq!(
                reply.total.expect("a total").count,
                total,
                "{query:?}, round {round}"
            );
            assert_eq!(found, hits, "{query:?}, round {round}");
            assert!(total > 0, "{query:?} is of no use");
        }
        store.logs().flush_async().await;
    }
}

fn queries() -> Vec<Query> {
    let term = |field: &str, value: &str| Query::Term {
        field: Field::from_text(field),
        value: Scalar::Text(value.into()),
        case: Case::AsGiven,
    };
    let words = |field: &str, text: &str| Query::Match {
        field: Field::from_text(field),
        text: text.into(),
        operator: Operator::And,
        minimum: None,
    };
    vec![
        term("message", "wrong"),
        term("message", "8191"),
        term(
            "metadata.id.keyword",
            &format!("{:08x}-x", 5000_u64 * 2_654_435_761),
        ),
        words("*", "wrong t0"),
        words("message", "task t1000"),
        term("severity.keyword", "ERROR"),
        term("metadata.list", "4"),
        Query::Phrase {
            field: Field::Any,
            text: "t900 went well".into(),
            slop: 0,
            prefix: true,
        },
        Query::all_of(vec![term("severity", "info"), words("message", "wrong")]),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn documents_replaced_while_they_are_flushed_and_merged_are_there_once() {
    const IDS: u64 = 40;
    let folder = tempfile::tempdir().expect("a folder");
    let busy = || Options {
        memtable_rows: 50,
        maintenance_interval: Duration::from_millis(1),
        ..options(folder.path())
    };
    let open = || Logs(Arc::new(EmbeddedLogs::open(busy()).expect("an open store")));
    let logs = open();
    for round in 0..120_u64 {
        let writes =
            (0..IDS).map(|id| support::index("logs", &id.to_string(), &json!({"round": round})));
        let results = logs.write(writes.collect()).await.expect("written");
        for written in results {
            assert_eq!(written.expect("written").version, round + 1);
        }
    }
    // Both happen by themselves, on threads that a busy machine lets run some time.
    let deadline = Instant::now() + Duration::from_secs(60);
    while logs.stats().flushes <= 10 || logs.stats().merges == 0 {
        assert!(Instant::now() < deadline, "{:?}", logs.stats());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let check = |logs: Logs| async move {
        let mut request = SearchRequest::new(IndexExpression::all(), all());
        request.size = 1000;
        let reply = logs.search(request).await.expect("a reply");
        let mut found: Vec<(u64, String)> = reply
            .hits
            .into_iter()
            .map(|hit| {
                (
                    hit.id.parse().expect("a number"),
                    hit.source.get().to_owned(),
                )
            })
            .collect();
        found.sort();
        let expected: Vec<_> = (0..IDS)
            .map(|id| (id, json!({"round": 119}).to_string()))
            .collect();
        assert_eq!(found, expected);
    };
    check(logs.clone()).await;
    drop(logs);
    check(open()).await;
}
