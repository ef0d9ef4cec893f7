//! Objects of arrays, of more documents and larger ones than are read together.

mod support;

use serde_json::{Value, json};
use support::{Store, all, put};
use swarmscope_query::aggregate::{Aggregation, AggregationKind, AggregationResult};
use swarmscope_query::ast::{Case, Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest};

/// Steps of the largest document: more than are read together.
const STEPS: usize = 1_500;

fn run(steps: usize) -> Value {
    let step = |n: usize| json!({"n": n, "tries": [{"code": "ok"}, {"code": "late"}]});
    json!({ "steps": (0..steps).map(step).collect::<Vec<_>>() })
}

/// Documents of few steps, and one of many among them.
async fn filled() -> Store {
    let store = Store::new();
    let steps = (0..40).map(|n| if n == 20 { STEPS } else { 2 });
    let writes = steps
        .enumerate()
        .map(|(n, steps)| put("runs", &n.to_string(), &run(steps)));
    let written = store.write(writes.collect()).await;
    assert!(written.iter().all(Result::is_ok));
    store
}

fn aggregation(kind: AggregationKind, within: Vec<Aggregation>) -> Aggregation {
    let name = "a".to_owned();
    Aggregation { name, kind, within }
}

fn nested(path: &str, within: Vec<Aggregation>) -> Aggregation {
    let path = path.to_owned();
    aggregation(AggregationKind::Nested { path }, within)
}

/// The counts of buckets one within the other, the outermost first.
fn counts(results: &[(String, AggregationResult)]) -> Vec<u64> {
    match results.first() {
        None => Vec::new(),
        Some((_, AggregationResult::Slots(slots))) => {
            let within = counts(&slots[0].within);
            [slots[0].count].into_iter().chain(within).collect()
        }
        Some(other) => panic!("no bucket: {other:?}"),
    }
}

async fn check(store: &Store) {
    let back = aggregation(AggregationKind::ReverseNested { path: None }, Vec::new());
    let tries = nested("steps.tries", vec![back]);
    let request = SearchRequest {
        aggregations: vec![nested("steps", vec![tries])],
        ..SearchRequest::new(IndexExpression::all(), all())
    };
    let reply = store.logs().search(request).await.expect("a reply");
    let steps = 39 * 2 + STEPS as u64;
    assert_eq!(counts(&reply.aggregations), [steps, 2 * steps, 40]);
    let last = Query::Term {
        field: Field::Named("steps.n".to_owned()),
        value: Scalar::Integer(STEPS as i64 - 1),
        case: Case::AsGiven,
    };
    let last = Query::Nested {
        path: "steps".to_owned(),
        query: Box::new(last),
    };
    assert_eq!(store.count(last).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_counted_once_however_many_objects_it_has() {
    let store = filled().await;
    check(&store).await;
    store.logs().flush_async().await;
    check(&store).await;
}
