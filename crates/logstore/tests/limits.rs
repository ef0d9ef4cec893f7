//! Budgets hold: over them a whole request is refused, and nothing of it is written.

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use support::{Logs, Store, all, options, put};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_model::limits::MAX_BUCKETS;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, CompositeAggregation, DateHistogram,
    Direction, Interval, SourceValue, TopHitsAggregation, TupleSource,
};
use swarmscope_query::ast::{Case, Field, Operator, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, Missing, SearchRequest, SortKey, SortMode, StoreError};
use swarmscope_query::value_view::{IndexViews, ValueView, ValueViews};

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
            order: Vec::new(),
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

/// `word` in the text of every document, and `rare` in one of eight.
async fn with_words(logs: &Logs, documents: u64) {
    for first in (0..documents).step_by(1000) {
        let writes = (first..(first + 1000).min(documents)).map(|n| {
            let rare = if n % 8 == 0 { "rare" } else { "other" };
            let text = format!("word {rare} {}", "and more ".repeat(n as usize % 5));
            let event = json!({"timestamp": n * 1000, "message": text});
            put("logs", &n.to_string(), &event)
        });
        let results = logs.write(writes.collect()).await.expect("written");
        assert!(results.iter().all(Result::is_ok));
    }
    logs.flush_async().await;
}

fn by_score(text: &str) -> SearchRequest {
    SearchRequest {
        sort: vec![SortKey::Score(Direction::Descending)],
        size: 10,
        ..SearchRequest::new(
            IndexExpression::all(),
            Query::Match {
                field: Field::Named("message".to_owned()),
                text: text.to_owned(),
                operator: Operator::Or,
                minimum: None,
            },
        )
    }
}

#[tokio::test]
async fn what_scores_know_of_a_large_index_is_near_what_it_is() {
    let mut scores = Vec::new();
    for max_counted_rows in [u64::MAX, 2048] {
        let folder = tempfile::tempdir().expect("a folder");
        let opened = EmbeddedLogs::open(Options {
            max_counted_rows,
            ..options(folder.path())
        });
        let logs = Logs(Arc::new(opened.expect("an open store")));
        with_words(&logs, 12_000).await;
        let reply = logs.search(by_score("rare")).await.expect("a reply");
        scores.push(reply.max_score.expect("a score"));
    }
    let [exact, near] = scores.as_slice() else {
        panic!("two stores");
    };
    assert!((exact - near).abs() < 0.05 * exact, "{scores:?}");
    // Granules of the index do not hold the same documents, or nothing was left out.
    assert!((exact - near).abs() > 0.0, "{scores:?}");
}

#[tokio::test]
async fn beyond_what_is_scored_matches_count_and_are_no_hits() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = EmbeddedLogs::open(Options {
        max_scored_documents: 10,
        ..options(folder.path())
    });
    let logs = Logs(Arc::new(opened.expect("an open store")));
    let old = json!({"timestamp": 1000, "message": "word"});
    logs.write(vec![put("logs", "old", &old)])
        .await
        .expect("written");
    logs.flush_async().await;
    for n in 0..20 {
        let event = json!({"timestamp": 2_000_000 + n, "message": "word and more and more"});
        logs.write(vec![put("logs", &n.to_string(), &event)])
            .await
            .expect("written");
    }
    let mut request = by_score("word");
    request.size = 30;
    let reply = logs.search(request.clone()).await.expect("a reply");
    assert_eq!(reply.total.map(|total| total.count), Some(21));
    let found: Vec<&str> = reply.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert!(!found.is_empty() && !found.contains(&"old"), "{found:?}");
    request.min_score = Some(0.0);
    // Which of the others score enough nobody knows.
    let refused = logs.search(request).await.expect_err("too many scores");
    assert!(
        matches!(&refused, StoreError::InvalidRequest { reason } if reason.contains("at most 10 documents")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_row_of_very_many_values_is_scored_in_time() {
    // Compared each with each, they would take longer than a search may.
    let store = Store::new();
    let tags: Vec<String> = (0..100_000).map(|n| format!("tag {n}")).collect();
    let event = json!({"timestamp": 1000, "tags": tags});
    store.write(vec![put("logs", "1", &event)]).await;
    let request = SearchRequest {
        query: Query::Term {
            field: Field::Named("tags.keyword".to_owned()),
            value: Scalar::Text("tag 99999".to_owned()),
            case: Case::AsGiven,
        },
        ..by_score("")
    };
    let reply = store.logs().search(request).await.expect("in time");
    assert_eq!(reply.hits.len(), 1);
}

#[tokio::test]
async fn beyond_what_is_scored_a_bucket_has_its_documents_by_another_key() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = EmbeddedLogs::open(Options {
        max_scored_documents: 10,
        ..options(folder.path())
    });
    let logs = Logs(Arc::new(opened.expect("an open store")));
    let old = json!({"timestamp": 1000, "message": "word", "n": 100});
    logs.write(vec![put("logs", "old", &old)])
        .await
        .expect("written");
    logs.flush_async().await;
    for n in 0..20 {
        let event = json!({"timestamp": 2_000_000 + n, "message": "word", "n": n});
        logs.write(vec![put("logs", &n.to_string(), &event)])
            .await
            .expect("written");
    }
    let best = TopHitsAggregation {
        sort: vec![SortKey::Field {
            field: "n".to_owned(),
            direction: Direction::Descending,
            missing: Missing::Last,
            mode: SortMode::default(),
        }],
        from: 0,
        size: 2,
        scored: true,
    };
    let mut request = by_score("word");
    request.sort.clear();
    request.size = 0;
    request.aggregations = vec![Aggregation {
        name: "best".into(),
        kind: AggregationKind::TopHits(best),
        within: Vec::new(),
    }];
    let reply = logs.search(request).await.expect("a reply");
    let AggregationResult::Hits(best) = &reply.aggregations[0].1 else {
        panic!("{:?}", reply.aggregations);
    };
    let ids: Vec<&str> = best.hits.iter().map(|hit| hit.id.as_str()).collect();
    assert_eq!((best.total, ids), (21, vec!["old", "19"]));
}

#[tokio::test]
async fn a_row_of_very_many_values_is_combined_in_time() {
    // Compared each with each, they would take longer than a search may.
    let store = Store::new();
    let tags: Vec<u32> = (0..400_000).collect();
    let event = json!({"timestamp": 1000, "tags": tags});
    store.write(vec![put("logs", "1", &event)]).await;
    let mut request = SearchRequest::new(IndexExpression::all(), Query::All);
    request.aggregations = vec![Aggregation {
        name: "tags".into(),
        kind: AggregationKind::Composite(CompositeAggregation {
            sources: vec![TupleSource {
                value: SourceValue::Term {
                    field: "tags".into(),
                },
                direction: Direction::Ascending,
                missing: None,
            }],
            size: 10,
            after: None,
        }),
        within: Vec::new(),
    }];
    let reply = store.logs().search(request).await.expect("in time");
    assert_eq!(reply.aggregations.len(), 1);
}

#[tokio::test]
async fn a_name_of_the_whole_text_has_the_dates_of_its_field() {
    let store = Store::new();
    let event = json!({"timestamp": 1000, "when": "1970-01-02T00:00:00Z"});
    store.write(vec![put("logs", "1", &event)]).await;
    let name = "when.keyword".to_owned();
    let views = ValueViews::default().with(&[&name], &ValueView::Instants(None));
    let request = SearchRequest {
        views: IndexViews::alike(views),
        sort: vec![SortKey::Field {
            field: name,
            direction: Direction::Ascending,
            missing: Missing::Last,
            mode: SortMode::default(),
        }],
        size: 1,
        ..SearchRequest::new(IndexExpression::all(), Query::All)
    };
    let reply = store.logs().search(request).await.expect("a reply");
    assert_eq!(reply.hits[0].sort, [Some(Scalar::Integer(86_400_000))]);
}
