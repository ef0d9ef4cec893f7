//! A walk through everything, page by page in the order of writes, while writing goes on.

mod support;

use serde_json::json;
use support::{Store, all, delete, index, put};
use swarmscope_model::Timestamp;
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::Scalar;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{Hit, LogStore, SearchRequest, SortKey, TrackTotal};

const PAGE: usize = 7;

async fn page(store: &Store, direction: Direction, after: Option<u64>) -> Vec<Hit> {
    let mut request = SearchRequest::new(IndexExpression::all(), all());
    request.size = PAGE;
    request.sort = vec![SortKey::Sequence(direction)];
    request.total = TrackTotal::No;
    request.after = after.map(|after| vec![Some(Scalar::Integer(after as i64))]);
    store.logs().search(request).await.expect("a reply").hits
}

/// Documents in several segments of two indices and in memory, whose times go against the order of writes.
async fn filled() -> Store {
    let store = Store::new();
    for part in 0..6 {
        let writes = (0..20).map(|n| {
            let number = part * 20 + n;
            let time = Timestamp::from_millisecond(1_700_000_000_000 - number * 60_000);
            let name = format!("logs-{}", n % 2);
            put(
                &name,
                &format!("{number}"),
                &json!({"timestamp": time.to_string()}),
            )
        });
        store.write(writes.collect()).await;
        if part < 5 {
            store.logs().flush_async().await;
        }
    }
    store
}

#[tokio::test]
async fn every_document_comes_once_in_either_direction() {
    let store = filled().await;
    for direction in [Direction::Ascending, Direction::Descending] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let hits = page(&store, direction, after).await;
            let Some(last) = hits.last() else { break };
            after = Some(last.sequence);
            found.extend(hits.into_iter().map(|hit| hit.id));
        }
        let mut expected: Vec<String> = (0..120).map(|number| number.to_string()).collect();
        if direction == Direction::Descending {
            expected.reverse();
        }
        assert_eq!(found, expected);
    }
}

#[tokio::test]
async fn what_is_replaced_meanwhile_comes_again_at_the_end_and_nothing_else_moves() {
    let store = filled().await;
    let (mut found, mut after) = (Vec::new(), None);
    let mut turn = 0;
    loop {
        let hits = page(&store, Direction::Ascending, after).await;
        let Some(last) = hits.last() else { break };
        after = Some(last.sequence);
        found.extend(hits.into_iter().map(|hit| (hit.id, hit.version)));
        if turn == 2 {
            // One that was read, one that was not.
            let replaced = ["3", "99"].map(|id| index("logs-1", id, &json!({"new": true})));
            store.write(replaced.to_vec()).await;
            store.write(vec![delete("logs-0", "100")]).await;
            store.logs().flush_async().await;
            store.logs().maintain_async().await;
        }
        turn += 1;
    }
    let mut expected: Vec<(String, u64)> = (0..120)
        .filter(|number| ![99, 100].contains(number))
        .map(|number| (number.to_string(), 1))
        .collect();
    expected.extend([("3".to_owned(), 2), ("99".to_owned(), 2)]);
    assert_eq!(found, expected);
}
