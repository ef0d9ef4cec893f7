//! The pages of one search by score agree, whatever is written between them, and go on to the last match.

mod support;

use std::sync::Arc;

use serde_json::json;
use support::{Logs, Store, options, put};
use swarmscope_logstore::{EmbeddedLogs, Options};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::ast::{Field, Operator, Query};
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::score_statistics::{ScoreStatistics, StatisticsRoom};
use swarmscope_query::store::{LogStore, SearchRequest, SortKey};

fn by_score(statistics: Option<Arc<ScoreStatistics>>) -> SearchRequest {
    SearchRequest {
        sort: vec![
            SortKey::Score(Direction::Descending),
            SortKey::Sequence(Direction::Ascending),
        ],
        size: 4,
        statistics,
        ..SearchRequest::new(
            IndexExpression::all(),
            Query::Match {
                field: Field::Named("message".to_owned()),
                text: "disk full".to_owned(),
                operator: Operator::Or,
                minimum: None,
            },
        )
    }
}

async fn write(logs: &Logs, name: &str, texts: impl Iterator<Item = String>) {
    let events = texts
        .enumerate()
        .map(|(n, text)| put("logs", &format!("{name}{n}"), &json!({"message": text})));
    let written = logs.write(events.collect()).await.expect("written");
    assert!(written.iter().all(Result::is_ok));
}

/// The ids of all pages, where something is written after each.
async fn walk(logs: &Logs, mut request: SearchRequest) -> Vec<String> {
    let mut found = Vec::new();
    for page in 0.. {
        let reply = logs.search(request.clone()).await.expect("a reply");
        request.up_to_sequence.get_or_insert(reply.newest_sequence);
        let Some(last) = reply.hits.last() else {
            break;
        };
        request.after = Some(last.sort.clone());
        found.extend(reply.hits.iter().map(|hit| hit.id.clone()));
        // Words become more and less rare, texts longer, and what was written before moves.
        let text = format!("disk {}", "and more ".repeat(30));
        write(
            logs,
            &format!("later{page}-"),
            std::iter::repeat_n(text, 50),
        )
        .await;
        logs.flush_async().await;
        logs.maintain_async().await;
    }
    found
}

/// Texts of several lengths with one of the words or both.
fn texts() -> impl Iterator<Item = String> {
    let word = |n| ["disk", "full", "disk full"][n % 3];
    (0..30).map(move |n| format!("{} {}", word(n), "node ".repeat(n % 7)))
}

#[tokio::test]
async fn what_is_written_between_pages_moves_no_document() {
    let store = Store::new();
    let logs = store.logs();
    write(&logs, "id", texts()).await;
    let found = walk(&logs, by_score(Some(Arc::default()))).await;
    let mut ids = found.clone();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((found.len(), ids.len()), (30, 30), "{found:?}");
}

#[tokio::test]
async fn pages_go_on_beyond_what_one_search_ranks() {
    let folder = tempfile::tempdir().expect("a folder");
    let opened = EmbeddedLogs::open(Options {
        max_scored_documents: 3,
        ..options(folder.path())
    });
    let logs = Logs(Arc::new(opened.expect("an open store")));
    // Several parts, of which a search alone ranks the newest.
    for (n, text) in texts().enumerate() {
        write(&logs, &format!("id{n}-"), std::iter::once(text)).await;
        if n % 10 == 0 {
            logs.flush_async().await;
        }
    }
    assert_eq!(walk(&logs, by_score(Some(Arc::default()))).await.len(), 30);
}

#[tokio::test]
async fn who_has_no_room_to_keep_anything_is_answered() {
    let store = Store::new();
    let logs = store.logs();
    write(&logs, "id", texts()).await;
    let mut found = Vec::new();
    for room in [0, 200, usize::MAX] {
        let room = Arc::new(StatisticsRoom::new(room, room));
        let request = by_score(Some(Arc::new(ScoreStatistics::within(room))));
        let reply = logs.search(request).await.expect("a reply");
        let hits = reply.hits.iter().map(|hit| (hit.id.clone(), hit.score));
        found.push(hits.collect::<Vec<_>>());
    }
    assert_eq!(found[0].len(), 4);
    assert!(found.iter().all(|other| *other == found[0]), "{found:?}");
}
