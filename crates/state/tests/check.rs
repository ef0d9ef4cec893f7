//! A check of a state file counts what is in a sound one, names what is wrong with another, and changes
//! neither.

mod fixture;

use std::fs;
use std::path::Path;

use fixture::task;
use swarmscope_model::state::StateStore;
use swarmscope_state::{SqliteState, check};

async fn filled(path: &Path) -> SqliteState {
    let store = SqliteState::open(path).await.expect("open");
    let tasks = (0..500).map(|number| task(&format!("t{number}")));
    store.enqueue(tasks.collect()).await.expect("taken");
    store
}

#[tokio::test]
async fn a_sound_file_is_counted_with_and_without_its_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.db");
    let store = filled(&path).await;
    // As a killed process leaves it.
    let killed = folder.path().join("killed.db");
    for suffix in ["", "-wal"] {
        let from = folder.path().join(format!("state.db{suffix}"));
        fs::copy(from, folder.path().join(format!("killed.db{suffix}"))).expect("copied");
    }
    let log = folder.path().join("killed.db-wal");
    assert!(log.metadata().expect("a log").len() > 0);
    store.close().await;
    for path in [path, killed] {
        let before = fs::read(&path).expect("a file");
        let report = check(&path).await;
        assert_eq!(report.problems, Vec::<String>::new(), "{}", path.display());
        assert_eq!(
            (report.tasks, report.agents),
            (500, 0),
            "{}",
            path.display()
        );
        assert_eq!(fs::read(&path).expect("a file"), before);
    }
}

#[tokio::test]
async fn what_is_wrong_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("state.db");
    filled(&path).await.close().await;
    let good = fs::read(&path).expect("a file");

    let mut bad = good.clone();
    // Pages in the middle, as a bad disk gives them back.
    let middle = bad.len() / 2 / 4096 * 4096;
    bad[middle..middle + 8192].fill(0xa5);
    fs::write(&path, &bad).expect("spoiled");
    assert!(!check(&path).await.problems.is_empty());

    fs::write(&path, "this is no database, only text").expect("written");
    let said = check(&path).await.problems.join("; ");
    assert!(said.contains("cannot be read"), "{said}");

    fs::write(&path, &good).expect("mended");
    let newer = sqlx::SqlitePool::connect(&format!("sqlite:{}", path.display()))
        .await
        .expect("open");
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .execute(&newer)
    .await
    .expect("written");
    newer.close().await;
    let said = check(&path).await.problems.join("; ");
    assert!(said.contains("9999") && said.contains("newer"), "{said}");
}
