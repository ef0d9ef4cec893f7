//! What is set up beside the documents is there after a restart and in a backup, and damage is noticed.

mod support;

use support::Store;
use swarmscope_query::store::{LogStore, StoreError};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_are_there_after_a_restart_and_in_a_backup() {
    let mut store = Store::new();
    let logs = store.logs();
    assert!(logs.definitions().await.expect("read").is_empty());
    for kept in ["{}", "{\"aliases\":1}"] {
        logs.keep_definitions(kept.into()).await.expect("kept");
        assert_eq!(logs.definitions().await.expect("read"), kept.as_bytes());
    }
    let copy = tempfile::tempdir().expect("a folder");
    let target = copy.path().join("copy");
    let copied = logs.clone();
    let to = target.clone();
    let copying = tokio::task::spawn_blocking(move || copied.backup(&to));
    copying.await.expect("no panic").expect("copied");
    let name = "DEFINITIONS";
    let read = |folder: &std::path::Path| std::fs::read(folder.join(name)).expect("a file");
    assert_eq!(read(&target), read(store.folder.path()));
    drop(logs);
    store.reopen();
    let logs = store.logs();
    let again = logs.definitions().await.expect("read");
    assert_eq!(again, "{\"aliases\":1}".as_bytes());
    let path = store.folder.path().join(name);
    let mut bytes = std::fs::read(&path).expect("a file");
    *bytes.last_mut().expect("a byte") ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let damaged = logs.definitions().await;
    assert!(matches!(damaged, Err(StoreError::Io { .. })));
}
