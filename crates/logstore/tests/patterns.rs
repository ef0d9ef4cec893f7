//! Patterns of more messages than are kept apart, over several segments and the memtable.

mod support;

use std::collections::BTreeMap;

use serde_json::json;
use support::{Store, put};
use swarmscope_model::limits::MAX_PATTERN_SHAPES;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, BucketKey, Pattern, PatternsAggregation,
    TermsAggregation,
};
use swarmscope_query::ast::Query;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest};

/// A word without digits, so that no rule sees a value in it.
fn word(number: usize) -> String {
    number
        .to_string()
        .bytes()
        .map(|digit| (digit + 55) as char)
        .collect()
}

type Counts = BTreeMap<(String, String), u64>;

/// Writes messages, most of them with a word of their own, into two segments and the memtable; gives how
/// many there are of each pattern and level.
async fn filled(store: &Store) -> Counts {
    let most = MAX_PATTERN_SHAPES + 4_000;
    let mut expected = Counts::new();
    let numbers: Vec<usize> = (0..most).collect();
    for (part, numbers) in numbers.chunks(most / 3 + 1).enumerate() {
        let operations = numbers.iter().map(|number| {
            let level = if number % 3 == 0 { "ERROR" } else { "INFO" };
            let (pattern, message) = match number % 8 {
                0 => ("Stored <number> rows", format!("Stored {number} rows")),
                _ => (
                    "Queued <*> behind the others",
                    format!("Queued {} behind the others", word(*number)),
                ),
            };
            let key = (pattern.to_owned(), level.to_owned());
            *expected.entry(key).or_default() += 1;
            put(
                "logs",
                &format!("id{number}"),
                &json!({"message": message, "level": level}),
            )
        });
        store.write(operations.collect()).await;
        if part < 2 {
            store.logs().flush_async().await;
        }
    }
    expected
}

/// Patterns, and within them levels.
fn request() -> SearchRequest {
    let levels = TermsAggregation {
        field: "level".to_owned(),
        size: 5,
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    };
    SearchRequest {
        aggregations: vec![Aggregation {
            name: "patterns".to_owned(),
            kind: AggregationKind::Patterns(PatternsAggregation {
                field: "message".to_owned(),
                size: 10,
                samples: 2,
            }),
            within: vec![Aggregation {
                name: "levels".to_owned(),
                kind: AggregationKind::Terms(levels),
                within: Vec::new(),
            }],
        }],
        ..SearchRequest::new(IndexExpression::parse("logs"), Query::All)
    }
}

fn counts(pattern: &Pattern) -> impl Iterator<Item = ((String, String), u64)> {
    let levels = pattern.within.iter().flat_map(|(_, result)| match result {
        AggregationResult::Terms { buckets, .. } => buckets.as_slice(),
        _ => &[],
    });
    levels.map(|bucket| match &bucket.key {
        BucketKey::Text(level) => ((pattern.text.clone(), level.clone()), bucket.count),
        other => panic!("levels are texts, not {other:?}"),
    })
}

#[tokio::test]
async fn rare_words_are_drawn_into_patterns_and_what_is_told_of_them_adds_up() {
    let store = Store::new();
    let expected = filled(&store).await;
    let reply = store.logs().search(request()).await.expect("found");
    let Some((
        _,
        AggregationResult::Patterns {
            patterns,
            distinct,
            other_count,
        },
    )) = reply.aggregations.into_iter().next()
    else {
        panic!("patterns were asked for");
    };
    assert_eq!((distinct, other_count), (2, 0));
    assert!(patterns.iter().all(|pattern| pattern.samples.len() == 2));
    let found: Counts = patterns.iter().flat_map(counts).collect();
    assert_eq!(found, expected);
}
