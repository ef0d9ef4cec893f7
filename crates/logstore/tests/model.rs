//! Whatever is written, flushed, merged, restarted and asked: the store answers as the naive one.

#[path = "support/agreement.rs"]
mod agreement;
#[path = "support/naive.rs"]
mod naive;
#[path = "support/strategies.rs"]
mod strategies;
mod support;

use std::collections::HashMap;

use naive::Stored;
use proptest::prelude::*;
use strategies::{Step, aggregations, query, sort, steps};
use support::{Store, operation};
use swarmscope_model::TimeRange;
use swarmscope_query::aggregate::Aggregation;
use swarmscope_query::ast::Query;
use swarmscope_query::document::Document;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{
    Action, Effect, LogStore, Refused, SearchReply, SearchRequest, SortKey,
};

/// The naive store's side of the writes.
#[derive(Default)]
struct Model {
    documents: Vec<Stored>,
    versions: HashMap<String, u64>,
}

impl Model {
    /// Checks one result and does the same here.
    fn apply(
        &mut self,
        action: Action,
        id: &str,
        source: &str,
        result: Result<swarmscope_query::store::Written, Refused>,
    ) {
        let known = self.versions.get(id).copied();
        match (action, known) {
            (Action::Create, Some(version)) => {
                let expected = Refused::AlreadyExists {
                    id: id.to_owned(),
                    version,
                };
                assert_eq!(result, Err(expected));
                return;
            }
            (Action::Delete, None) => {
                assert_eq!(result.expect("done").effect, Effect::NotFound);
                return;
            }
            _ => {}
        }
        let written = result.expect("written");
        self.documents.retain(|stored| stored.id != id);
        if action == Action::Delete {
            assert_eq!(written.effect, Effect::Deleted);
            self.versions.remove(id);
            return;
        }
        let version = known.map_or(1, |version| version + 1);
        assert_eq!(written.version, version, "{id}");
        self.versions.insert(id.to_owned(), version);
        let document = Document::parse(source.as_bytes()).expect("a document");
        self.documents.push(Stored {
            id: id.to_owned(),
            sequence: written.sequence,
            version,
            source: source.to_owned(),
            time: i64::MIN,
            document,
        });
    }
}

async fn run(store: &mut Store, model: &mut Model, steps: &[Step]) {
    for step in steps {
        match step {
            Step::Write(writes) => {
                let operations = writes
                    .iter()
                    .map(|(action, id, source)| operation(*action, "logs", Some(id), source))
                    .collect();
                let results = store.write(operations).await;
                for ((action, id, source), result) in writes.iter().zip(results) {
                    model.apply(*action, id, &source.to_string(), result);
                }
            }
            Step::Flush => store.logs().flush_async().await,
            Step::Merge => store.logs().maintain_async().await,
            Step::Reopen => store.reopen(),
        }
    }
}

/// Arrival times are the store's own: taken over from its answer, checked by everything else.
async fn learn_times(store: &Store, model: &mut Model) {
    for stored in &mut model.documents {
        let hit = store
            .logs()
            .get("logs", &stored.id)
            .await
            .expect("a reply")
            .expect("a hit");
        assert_eq!(
            (hit.version, hit.sequence),
            (stored.version, stored.sequence)
        );
        assert_eq!(hit.source.get(), stored.source);
        assert_eq!(stored.document.time(hit.time), hit.time);
        stored.time = hit.time;
    }
}

fn compare(
    reply: &SearchReply,
    model: &Model,
    request: &SearchRequest,
) -> Result<(), TestCaseError> {
    let (hits, total, aggregations) = naive::search(&model.documents, request);
    let found: Vec<_> = reply
        .hits
        .iter()
        .map(|hit| (hit.id.clone(), hit.sort.clone()))
        .collect();
    prop_assert_eq!(
        reply.total.expect("a total").count,
        total,
        "{:?}",
        request.query
    );
    prop_assert_eq!(found, hits, "{:?} {:?}", request.query, request.sort);
    prop_assert!(
        agreement::agree(&reply.aggregations, &aggregations),
        "{:?} instead of {aggregations:?}",
        reply.aggregations
    );
    Ok(())
}

fn requests(
    queries: Vec<Query>,
    sorts: &[Vec<SortKey>],
    aggregations: &[Aggregation],
    time: TimeRange,
) -> Vec<SearchRequest> {
    queries
        .into_iter()
        .enumerate()
        .map(|(at, query)| SearchRequest {
            sort: sorts[at % sorts.len()].clone(),
            time: if at % 3 == 0 { time } else { TimeRange::ALL },
            size: 1 + at * 3,
            from: at % 2,
            aggregations: aggregations.to_vec(),
            ..SearchRequest::new(IndexExpression::parse("logs*"), query)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_store_answers_as_the_naive_one(
        steps in steps(),
        queries in prop::collection::vec(query(), 1..8),
        sorts in prop::collection::vec(sort(), 1..4),
        aggregations in aggregations(),
        from in 0_i64..40,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(async {
            let mut store = Store::new();
            let mut model = Model::default();
            run(&mut store, &mut model, &steps).await;
            learn_times(&store, &mut model).await;
            let time = TimeRange { from: Some(from * 1000), to: Some((from + 20) * 1000) };
            for request in requests(queries, &sorts, &aggregations, time) {
                let reply = store.logs().search(request.clone()).await.expect("a reply");
                compare(&reply, &model, &request)?;
                // The page behind the last hit begins where that ends.
                if let Some(last) = reply.hits.last().filter(|_| !request.sort.is_empty()) {
                    let next = SearchRequest { after: Some(last.sort.clone()), from: 0, ..request.clone() };
                    let reply = store.logs().search(next.clone()).await.expect("a reply");
                    compare(&reply, &model, &next)?;
                }
                // A view of what was there a while ago, or of what came since.
                let middle = Some(reply.newest_sequence / 2);
                let earlier = SearchRequest { up_to_sequence: middle, ..request.clone() };
                let later = SearchRequest { after_sequence: middle, ..request };
                for part in [earlier, later] {
                    let reply = store.logs().search(part.clone()).await.expect("a reply");
                    compare(&reply, &model, &part)?;
                }
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}
