//! Budgets hold: over them a whole request is refused, and nothing of it is written.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Logs, Store, all, options, put};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::limits::MAX_BUCKETS;
use swarmscope_query::aggregate::{Aggregation, AggregationKind, DateHistogram, Interval};
use swarmscope_query::ast::{Case, Field, Query};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, StoreError};

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_writes_share_fsyncs_and_a_full_queue_refuses_whole_requests() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = Logs(Arc::new(
        EmbeddedLogs::open(Options {
            write_queue_bytes: 40_000,
            ..options(folder.path())
        })
        .expect("an open store"),
    ));
    let tasks: Vec<_> = (0..200)
        .map(|task| {
            let logs = logs.clone();
            tokio::spawn(async move {
                let writes = (0..5).map(|n| put("logs", &format!("{task}-{n}"), &json!({"n": n})));
                logs.write(writes.collect()).await
            })
        })
        .collect();
    let (mut acknowledged, mut refused) = (0, 0);
    for task in tasks {
        match task.await.expect("a task") {
            Ok(results) => acknowledged += results.iter().filter(|result| result.is_ok()).count(),
            Err(StoreError::Overloaded { .. }) => refused += 5,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(acknowledged + refused, 1000);
    // The writer gives room back right after it has acknowledged.
    let deadline = Instant::now() + Duration::from_secs(60);
    while logs.stats().queued_bytes > 0 {
        assert!(Instant::now() < deadline, "{:?}", logs.stats());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let stats = logs.stats();
    assert_eq!(stats.documents, acknowledged as u64);
    assert!(stats.fsyncs < stats.writes, "{stats:?}");
}

#[tokio::test]
async fn a_search_is_held_to_its_time_its_buckets_and_its_window() {
    let folder = tempfile::tempdir().expect("a folder");
    let logs = EmbeddedLogs::open(Options {
        search_timeout: Duration::ZERO,
        ..options(folder.path())
    })
    .expect("an open store");
    logs.write(vec![put("logs", "a", &json!({"n": 1}))])
        .await
        .expect("written");
    let request = SearchRequest::new(IndexExpression::all(), all());
    assert!(matches!(
        logs.search(request).await,
        Err(StoreError::TimedOut { .. })
    ));

    let store = Store::new();
    let writes = [0, 86_400_000].map(|at| put("logs", &at.to_string(), &json!({"timestamp": at})));
    store.write(writes.to_vec()).await;
    let mut request = SearchRequest::new(IndexExpression::all(), all());
    request.aggregations = vec![Aggregation {
        name: "fine".into(),
        kind: AggregationKind::DateHistogram(DateHistogram {
            field: "timestamp".into(),
            interval: Interval::Fixed(1),
            offset_ms: 0,
            time_zone: jiff::tz::TimeZone::UTC,
            min_doc_count: 0,
            extended_bounds: Some((0, i64::MAX)),
            hard_bounds: None,
            order: None,
        }),
        within: Vec::new(),
    }];
    let refused = store
        .logs()
        .search(request)
        .await
        .expect_err("too many buckets");
    assert!(matches!(
        refused,
        StoreError::TooManyBuckets { limit: MAX_BUCKETS }
    ));

    let mut request = SearchRequest::new(IndexExpression::all(), all());
    (request.from, request.size) = (9_999, 2);
    let refused = store.logs().search(request).await.expect_err("too far");
    assert!(matches!(refused, StoreError::InvalidRequest { .. }));

    let pattern = Query::Regexp {
        field: Field::Any,
        pattern: "((((a{100}){100}){100}){100})".into(),
        case: Case::AsGiven,
    };
    let request = SearchRequest::new(IndexExpression::all(), pattern);
    let refused = store.logs().search(request).await.expect_err("too large");
    assert!(matches!(refused, StoreError::InvalidRequest { .. }));
}
