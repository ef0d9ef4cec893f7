//! Patterns of more messages than are kept apart, over several segments and the memtable.

mod support;

use std::collections::BTreeMap;

use serde_json::json;
use support::{Store, put};
use swarmscope_model::limits::MAX_PATTERN_SHAPES;
use swarmscope_query::aggregate::{
    Aggregation, AggregationKind, AggregationResult, BucketKey, PatternsAggregation,
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

#[tokio::test]
async fn rare_words_are_drawn_into_patterns_and_what_is_told_of_them_adds_up() {
    let store = Store::new();
    let most = MAX_PATTERN_SHAPES + 4_000;
    let mut expected: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for (part, numbers) in (0..most)
        .collect::<Vec<_>>()
        .chunks(most / 3 + 1)
        .enumerate()
    {
        let operations = numbers.iter().map(|number| {
            let level = if number % 3 == 0 { "ERROR" } else { "INFO" };
            let (pattern, message) = match number % 8 {
                1.. => (
                    "Queued <*> behind the others",
                    format!("Queued {} behind the others", word(*number)),
                ),
                0 => ("Stored <number> rows", format!("Stored {number} rows")),
            };
            *expected.entry((pattern, level)).or_default() += 1;
            put(
                "logs",
                &format!("id{number}"),
                &json!({"message": message, "level": level}),
            )
        });
        store.write(operations.collect()).await;
        // The last part stays in the memtable.
        if part < 2 {
            store.logs().flush_async().await;
        }
    }
    let levels = TermsAggregation {
        field: "level".to_owned(),
        size: 5,
        min_doc_count: 1,
        order: Vec::new(),
        missing: None,
    };
    let request = SearchRequest {
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
    };
    let reply = store.logs().search(request).await.expect("found");
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
    let mut found: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for pattern in &patterns {
        assert_eq!(pattern.samples.len(), 2);
        for (_, levels) in &pattern.within {
            let AggregationResult::Terms { buckets, .. } = levels else {
                panic!("levels were asked for");
            };
            for bucket in buckets {
                let BucketKey::Text(level) = &bucket.key else {
                    panic!("levels are texts");
                };
                found.insert((&pattern.text, level), bucket.count);
            }
        }
    }
    assert_eq!(found, expected);
}
