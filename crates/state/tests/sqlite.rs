//! What only SQLite does: a file that may be new, foreign or held by others, and columns without types.

mod fixture;

use fixture::{Fixture, task};
use swarmscope_model::state::{StateStore, TaskState};

#[tokio::test]
async fn a_new_file_may_be_opened_by_several_at_once_and_keeps_what_was_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let opened =
        futures::future::join_all((0..4).map(|_| swarmscope_state::SqliteState::open(&path))).await;
    for (number, store) in opened.into_iter().enumerate() {
        let store = store.unwrap();
        store
            .enqueue(vec![task(&format!("t{number}"))])
            .await
            .unwrap();
        store.close().await;
    }
    let store = swarmscope_state::SqliteState::open(&path).await.unwrap();
    assert_eq!(store.task_counts().await.unwrap(), [(TaskState::Queued, 4)]);
    std::fs::write(
        folder.path().join("other.db"),
        "this is no database, only text",
    )
    .unwrap();
    let refused = swarmscope_state::SqliteState::open(&folder.path().join("other.db"))
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("is it a SQLite database?"),
        "{refused}"
    );
}

#[tokio::test]
async fn values_of_any_type_are_shown() {
    let fixture = Fixture::sqlite().await;
    fixture
        .sql(
            "INSERT INTO task_states (task_id, task_type, state, priority, created_at, metadata) \
             VALUES ('odd', 'research', 'paused', 7, 1769860800, 'no json')",
        )
        .await;
    let odd = fixture.store.task("odd").await.unwrap();
    assert_eq!(odd.state, TaskState::InProgress);
    assert_eq!(odd.metadata["value"], "no json");
    assert_eq!(odd.created_at, fixture.now());
    assert_eq!(odd.correlation_id(), "odd");
}
