//! Distinct texts are counted exactly while they are few, however the pages hold them: as UUIDs that are never
//! spelled, as texts, or in memory.

mod support;

use std::collections::HashSet;

use serde_json::{Value, json};
use support::{Store, all, delete, put};
use swarmscope_query::aggregate::{Aggregation, AggregationKind, AggregationResult};
use swarmscope_query::ast::{Field, Query, Scalar};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest};

/// Documents of a flush: several pages.
const ROWS: usize = 9_000;

/// A UUID of a number; one of seven has another version than the others.
fn uuid(number: usize) -> String {
    let version = if number.is_multiple_of(7) { 'c' } else { '4' };
    let spread = (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-{number:04x}-{version}000-8000-{:012x}",
        spread >> 32,
        spread & 0xffff_ffff
    )
}

/// Three documents have the same task; one field has UUIDs of one version, one of several, one other texts as well.
fn document(row: usize) -> Value {
    let task = row / 3;
    let mixed = match row % 50 {
        0 => uuid(task).to_uppercase(),
        1 => format!("task {task}"),
        2 => format!("{}-", uuid(task)),
        _ => uuid(task),
    };
    let random = uuid(task).replacen("-c000-", "-4000-", 1);
    json!({"task": random, "any": uuid(task), "mixed": mixed, "agent": format!("agent {}", row % 4)})
}

async fn write(store: &Store, rows: std::ops::Range<usize>) {
    for row in rows.clone().step_by(1_000) {
        let batch = row..rows.end.min(row + 1_000);
        let operations = batch.map(|row| put("logs", &row.to_string(), &document(row)));
        let written = store.write(operations.collect()).await;
        assert!(written.iter().all(Result::is_ok));
    }
}

async fn distinct(store: &Store, field: &str, query: Query) -> u64 {
    let request = SearchRequest {
        aggregations: vec![Aggregation {
            name: "distinct".to_owned(),
            kind: AggregationKind::Cardinality {
                field: field.to_owned(),
            },
            within: Vec::new(),
        }],
        ..SearchRequest::new(IndexExpression::all(), query)
    };
    let reply = store.logs().search(request).await.expect("a reply");
    match reply.aggregations.first() {
        Some((_, AggregationResult::Count(count))) => count.to_owned(),
        other => panic!("no count: {other:?}"),
    }
}

/// Compares with the documents themselves.
async fn check(store: &Store, rows: &[usize]) {
    let agent = |number: usize| Query::Term {
        field: Field::Named("agent.keyword".to_owned()),
        value: Scalar::Text(format!("agent {number}")),
        case: swarmscope_query::ast::Case::AsGiven,
    };
    for field in ["task", "any", "mixed"] {
        let expected = |of_agent: Option<usize>| {
            let rows = rows
                .iter()
                .filter(|row| of_agent.is_none_or(|own| *row % 4 == own));
            rows.map(|row| document(*row)[field].to_string())
                .collect::<HashSet<_>>()
                .len() as u64
        };
        assert_eq!(
            distinct(store, field, all()).await,
            expected(None),
            "{field}"
        );
        assert_eq!(
            distinct(store, field, agent(1)).await,
            expected(Some(1)),
            "{field} of an agent"
        );
    }
}

#[tokio::test]
async fn distinct_texts_are_counted_exactly_in_memory_on_disk_and_in_both() {
    let mut store = Store::new();
    write(&store, 0..ROWS).await;
    let mut rows: Vec<usize> = (0..ROWS).collect();
    check(&store, &rows).await;
    store.logs().flush_async().await;
    check(&store, &rows).await;
    // The same tasks again in memory, a task that is on both sides, and new ones.
    write(&store, ROWS..ROWS + 50).await;
    rows.extend(ROWS..ROWS + 50);
    check(&store, &rows).await;
    // Tasks 10 to 19 are gone, of the others of the page one document of three.
    let gone: HashSet<usize> = (30..60).chain((60..ROWS).step_by(9)).collect();
    let operations = gone.iter().map(|row| delete("logs", &row.to_string()));
    let deleted = store.write(operations.collect()).await;
    assert!(deleted.iter().all(Result::is_ok));
    rows.retain(|row| !gone.contains(row));
    check(&store, &rows).await;
    store.reopen();
    check(&store, &rows).await;
}
