//! A backup taken while writers run holds everything acknowledged before it, once.

mod support;

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::json;
use support::{Logs, Store, all, delete, options, put};
use swarmscope_logstore::{EmbeddedLogs, OpenError, check};
use swarmscope_query::aggregate::Direction;
use swarmscope_query::indices::IndexExpression;
use swarmscope_query::store::{LogStore, SearchRequest, SortKey};

async fn ids(logs: &Logs) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = SearchRequest::new(IndexExpression::all(), all());
    request.size = 10_000;
    request.sort = vec![SortKey::Sequence(Direction::Ascending)];
    loop {
        let reply = logs.search(request.clone()).await.expect("a reply");
        let Some(last) = reply.hits.last() else {
            return ids;
        };
        request.after = Some(last.sort.clone());
        ids.extend(reply.hits.into_iter().map(|hit| hit.id));
    }
}

fn restored(folder: &Path) -> Logs {
    Logs(Arc::new(
        EmbeddedLogs::open(options(folder)).expect("a store"),
    ))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_acknowledged_before_a_backup_is_in_it_once() {
    let store = Store::new();
    let stop = Arc::new(AtomicBool::new(false));
    let acknowledged: Arc<Vec<AtomicU64>> = Arc::new((0..3).map(|_| AtomicU64::new(0)).collect());
    let mut writers = Vec::new();
    for writer in 0..3 {
        let (logs, stop, done) = (store.logs(), Arc::clone(&stop), Arc::clone(&acknowledged));
        writers.push(tokio::spawn(async move {
            for n in 0_u64.. {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let writes = (0..20).map(|part| {
                    put(
                        &format!("logs-{writer}"),
                        &format!("{writer}-{n}-{part}"),
                        &json!({"n": n}),
                    )
                });
                logs.write(writes.collect()).await.expect("acknowledged");
                done[writer].store(n + 1, Ordering::SeqCst);
            }
        }));
    }
    let target = tempfile::tempdir().expect("a folder");
    for round in 0..5 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        let before: Vec<u64> = acknowledged
            .iter()
            .map(|n| n.load(Ordering::SeqCst))
            .collect();
        let (logs, path) = (store.logs(), target.path().join(round.to_string()));
        let backup = tokio::task::spawn_blocking(move || logs.backup(&path));
        // Segments come and go meanwhile.
        store.logs().flush_async().await;
        store.logs().maintain_async().await;
        backup.await.expect("no panic").expect("copied");
        let path = target.path().join(round.to_string());
        let report = check(&path, &mut |_| {}).expect("a report");
        assert_eq!(report.problems().count(), 0, "{report:?}");
        let found = ids(&restored(&path)).await;
        let unique: HashSet<&String> = found.iter().collect();
        assert_eq!(unique.len(), found.len(), "nothing twice");
        for (writer, requests) in before.iter().enumerate() {
            for n in 0..*requests {
                for part in 0..20 {
                    let id = format!("{writer}-{n}-{part}");
                    assert!(unique.contains(&id), "{id} in round {round}");
                }
            }
        }
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writers {
        writer.await.expect("no panic");
    }
}

#[tokio::test]
async fn a_backup_is_a_store_of_its_own() {
    let store = Store::new();
    for n in 0..4 {
        store
            .write(vec![put("logs", &n.to_string(), &json!({"n": n}))])
            .await;
        store.logs().flush_async().await;
    }
    store.write(vec![delete("logs", "1")]).await;
    let target = tempfile::tempdir().expect("a folder");
    let path = target.path().join("copy");
    let (logs, to) = (store.logs(), path.clone());
    let copied = tokio::task::spawn_blocking(move || logs.backup(&to)).await;
    assert!(copied.expect("no panic").expect("copied").files > 4);
    // What happens to the original later is not in the copy, and the other way round.
    store
        .write(vec![put("logs", "later", &json!({"n": 9}))])
        .await;
    let copy = restored(&path);
    copy.write(vec![put("logs", "own", &json!({"n": 10}))])
        .await
        .expect("written");
    assert_eq!(ids(&copy).await, ["0", "2", "3", "own"]);
    assert_eq!(ids(&store.logs()).await, ["0", "2", "3", "later"]);
    copy.flush_async().await;
    copy.maintain_async().await;
    assert_eq!(ids(&store.logs()).await, ["0", "2", "3", "later"]);
    let refused = EmbeddedLogs::backup_closed(store.folder.path(), &target.path().join("other"));
    assert!(
        matches!(refused, Err(OpenError::InUse { .. })),
        "{refused:?}"
    );
}
