//! `significant_terms` compares no more values than were looked up in the background, and all of those.

mod support;

use std::sync::Arc;

use serde_json::json;
use support::{Store, all, put};
use swarmscope_model::limits::{MAX_BUCKETS, MAX_SIGNIFICANT_TERMS};
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, BucketKey, Choice, Contrast, Heuristic,
    SignificantTerms,
};
use swarmscope_query::ast::{Case, Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::staged;
use swarmscope_query::store::{SearchReply, SearchRequest, StoreError};

/// Values with two errors each, so many that not all of them are looked up for each of the most aggregations.
const VALUES: usize = MAX_BUCKETS / MAX_SIGNIFICANT_TERMS + 50;

fn level(name: &str) -> Query {
    Query::Term {
        field: Field::Named("level.keyword".to_owned()),
        value: Scalar::Text(name.to_owned()),
        case: Case::AsGiven,
    }
}

fn significant(size: usize, heuristic: Heuristic, background: Option<Query>) -> Aggregation {
    Aggregation {
        name: "significant".to_owned(),
        kind: AggregationKind::SignificantTerms(SignificantTerms {
            field: "task.keyword".to_owned(),
            size,
            min_doc_count: 1,
            choice: Choice::default(),
            background,
            heuristic,
            known: Arc::default(),
        }),
        within: Vec::new(),
    }
}

/// The value `common` has one error, and a hundred events beside.
async fn filled() -> Store {
    let store = Store::new();
    let error = |task: &str| json!({"level": "error", "task": task});
    let mut events: Vec<_> = (0..VALUES)
        .flat_map(|n| std::iter::repeat_n(error(&format!("task {n}")), 2))
        .collect();
    events.push(error("common"));
    events.extend(std::iter::repeat_n(
        json!({"level": "info", "task": "common"}),
        100,
    ));
    let writes = events
        .iter()
        .enumerate()
        .map(|(n, event)| put("logs", &n.to_string(), event));
    let written = store.write(writes.collect()).await;
    assert!(written.iter().all(Result::is_ok));
    store
}

async fn search(store: &Store, aggregations: Vec<Aggregation>) -> Result<SearchReply, StoreError> {
    let request = SearchRequest {
        aggregations,
        ..SearchRequest::new(IndexExpression::all(), level("error"))
    };
    staged::search(&*store.logs().0, request, &all()).await
}

/// The values of the first aggregation with their documents in the background.
fn first(reply: &SearchReply) -> Vec<(String, u64)> {
    let Some((_, AggregationResult::Significant { buckets, .. })) = reply.aggregations.first()
    else {
        panic!("no significant terms: {:?}", reply.aggregations);
    };
    let each = buckets.iter().map(|found| match &found.bucket.key {
        BucketKey::Text(text) => (text.clone(), found.background),
        other => panic!("no text: {other:?}"),
    });
    each.collect()
}

#[tokio::test]
async fn a_value_that_was_not_looked_up_is_not_compared() {
    let store = filled().await;
    let jlh = |size| significant(size, Heuristic::Jlh, None);
    let mut aggregations = vec![jlh(VALUES + 1)];
    aggregations.extend((1..MAX_SIGNIFICANT_TERMS).map(|_| jlh(1)));
    let reply = search(&store, aggregations).await.expect("a reply");
    let found = first(&reply);
    assert_eq!(found.len(), MAX_BUCKETS / MAX_SIGNIFICANT_TERMS);
    let is_right = |(key, background): &(String, u64)| key != "common" && *background == 2;
    assert!(found.iter().all(is_right), "{:?}", &found[..3]);
    // Alone it is looked up, and known to be common.
    let part = significant(VALUES + 1, Heuristic::Percentage, None);
    let reply = search(&store, vec![part]).await;
    let found = first(&reply.expect("a reply"));
    assert_eq!(found.last(), Some(&("common".to_owned(), 101)));
}

#[tokio::test]
async fn a_value_that_the_background_lacks_was_looked_up() {
    let store = filled().await;
    let heuristic = Heuristic::ChiSquare(Contrast {
        include_negatives: true,
        background_is_superset: false,
    });
    let asked = significant(VALUES + 1, heuristic, Some(level("info")));
    let reply = search(&store, vec![asked]).await;
    let found = first(&reply.expect("a reply"));
    assert_eq!(found.len(), VALUES + 1);
    let lacking = found.iter().filter(|(_, background)| *background == 0);
    assert_eq!(lacking.count(), VALUES);
}

#[tokio::test]
async fn a_request_has_so_many_at_most() {
    let store = Store::new();
    let asked = (0..=MAX_SIGNIFICANT_TERMS).map(|_| significant(1, Heuristic::Jlh, None));
    let refused = search(&store, asked.collect()).await.expect_err("too many");
    assert!(
        matches!(&refused, StoreError::InvalidRequest { reason } if reason.contains("the limit is 32")),
        "{refused}"
    );
}
