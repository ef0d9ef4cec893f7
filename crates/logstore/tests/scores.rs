//! The order by score, and what a least score leaves, are those of the naive model.

#[path = "support/naive.rs"]
mod naive;
mod support;

use naive::Stored;
use proptest::prelude::*;
use support::{Store, operation};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{BoolQuery, Case, Field, Operator, Query, Scalar, Scoring};
use swarmscope_query::document::Document;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Action, LogStore, Scores, SearchRequest, SortKey};

/// Few words, so that they repeat within a text and across documents.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["disk", "full", "node", "x.y", "Full"]),
        0..30,
    )
    .prop_map(|words| words.join(" "))
}

fn document() -> impl Strategy<Value = serde_json::Value> {
    let texts = prop::collection::vec(text(), 1..3);
    let tags = prop::collection::vec(prop::sample::select(vec!["disk", "full", "a b"]), 0..3);
    (texts, tags, text()).prop_map(|(texts, tags, title)| match texts.as_slice() {
        [only] => serde_json::json!({"message": only, "tags": tags, "title": title}),
        texts => serde_json::json!({"message": texts, "tags": tags}),
    })
}

fn field() -> impl Strategy<Value = Field> {
    let names = vec!["message", "message", "title", "tags.keyword", "*", "t*"];
    prop::sample::select(names).prop_map(Field::from_text)
}

fn clause() -> impl Strategy<Value = Query> {
    let value = "(disk|full|node|x.y|disc)( (disk|full|node|disk disk)){0,2}";
    prop_oneof![
        (field(), value, any::<bool>()).prop_map(|(field, text, all)| Query::Match {
            field,
            text,
            operator: if all { Operator::And } else { Operator::Or },
            minimum: None,
        }),
        (field(), value, 0_u32..4, any::<bool>()).prop_map(|(field, text, slop, prefix)| {
            Query::Phrase {
                field,
                text,
                slop,
                prefix,
            }
        }),
        (field(), value).prop_map(|(field, text)| Query::Term {
            field,
            value: Scalar::Text(text),
            case: Case::Analyzed,
        }),
        field().prop_map(|field| Query::Fuzzy {
            field,
            value: "dusk".into(),
            distance: 1,
            prefix: 1,
        }),
        Just(Query::All),
        Just(Query::Exists {
            field: Field::from_text("title"),
        }),
    ]
}

fn scored() -> impl Strategy<Value = Query> {
    clause().prop_recursive(2, 8, 3, |inner| {
        let some = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            (some.clone(), some.clone(), any::<bool>()).prop_map(|(first, should, required)| {
                let (must, filter) = match required {
                    true => (first, Vec::new()),
                    false => (Vec::new(), first),
                };
                Query::Bool(BoolQuery {
                    must,
                    filter,
                    should,
                    ..BoolQuery::default()
                })
            }),
            (some, 0_u8..3)
                .prop_map(|(queries, tie)| { Query::best_of(queries, f32::from(tie) / 2.0) }),
            (inner.clone(), inner.clone()).prop_map(|(query, clause)| Query::Scored {
                query: Box::new(query),
                scoring: Scoring::When(vec![(clause, 0.25), (Query::All, 2.0)]),
            }),
            (inner, any::<bool>()).prop_map(|(query, constant)| match constant {
                true => Query::Scored {
                    query: Box::new(query),
                    scoring: Scoring::Constant(2.0),
                },
                false => query.times(3.0),
            }),
        ]
    })
}

async fn filled(documents: &[serde_json::Value], flushed: usize) -> (Store, Vec<Stored>) {
    let store = Store::new();
    let mut model = Vec::new();
    for (at, source) in documents.iter().enumerate() {
        if at == flushed {
            store.logs().flush_async().await;
        }
        let id = format!("id{}", at % 20);
        let operation = operation(Action::Index, "logs", Some(&id), source);
        let written = store
            .write(vec![operation])
            .await
            .remove(0)
            .expect("written");
        let hit = store
            .logs()
            .get("logs", &id)
            .await
            .expect("a reply")
            .expect("a hit");
        model.retain(|stored: &Stored| stored.id != id);
        let source = source.to_string();
        model.push(Stored {
            id,
            sequence: written.sequence,
            version: written.version,
            document: Document::parse(source.as_bytes()).expect("a document"),
            source,
            time: hit.time,
        });
    }
    (store, model)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn the_best_matches_come_first(
        documents in prop::collection::vec(document(), 1..30),
        flushed in 0_usize..30,
        queries in prop::collection::vec(scored(), 1..10),
        least in prop::option::of(0.0_f32..2.0),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let (store, model) = filled(&documents, flushed).await;
            for query in queries {
                let request = SearchRequest {
                    sort: vec![SortKey::Score(Direction::Descending)],
                    size: 30,
                    min_score: least,
                    ..SearchRequest::new(IndexExpression::parse("logs"), query)
                };
                let reply = store.logs().search(request.clone()).await.expect("a reply");
                let (expected, total, _) = naive::search(&model, &request);
                let found: Vec<_> = reply.hits.iter().map(|hit| (hit.id.clone(), hit.sort.clone())).collect();
                prop_assert_eq!(found, expected, "{:?}", request.query);
                prop_assert_eq!(reply.total.expect("a total").count, total);
                let first = reply.hits.first().map(|hit| hit.score);
                prop_assert_eq!(reply.max_score, first);
                // The scores of hits are the same when nothing is sorted by them.
                let newest = SearchRequest { sort: Vec::new(), min_score: None, scores: Scores::OfHits, ..request };
                let by_time = store.logs().search(newest).await.expect("a reply");
                for hit in &reply.hits {
                    let same = by_time.hits.iter().find(|other| other.id == hit.id).expect("the hit");
                    prop_assert_eq!(same.score, hit.score);
                }
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}
