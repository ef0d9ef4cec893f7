//! Agents that read and write the four tables with SQL of their own, naming only the contract's
//! columns.

mod fixture;

use fixture::{Fixture, LEASE, SILENT, task, types};
use sqlx::{Connection, SqliteConnection};
use swarmscope_model::state::{StateStore, TaskState};

async fn foreign(fixture: &Fixture) -> SqliteConnection {
    let url = format!("sqlite://{}", fixture.path().display());
    SqliteConnection::connect(&url).await.unwrap()
}

#[tokio::test]
async fn rows_of_agents_with_their_own_sql_are_taken_in_shown_and_never_stolen() {
    let fixture = Fixture::new().await;
    let mut sql = foreign(&fixture).await;
    sqlx::raw_sql(
        "INSERT INTO task_states (task_id, task_type, state, priority, metadata) \
         VALUES ('theirs', 'research', 'queued', 'high', '{\"correlation_id\": \"c\"}');
         INSERT INTO task_states (task_id, task_type, state) VALUES ('kept', 'research', 'queued');
         UPDATE task_states SET agent_name = 'python_agent' WHERE task_id = 'kept';
         INSERT INTO agents (agent_name, agent_type, status, last_heartbeat, capabilities, metadata) \
         VALUES ('python_agent', 'test', 'active', '2026-01-31 11:59:55', '{\"skills\": [\"x\"]}', '{}');
         INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at, \
         completed_at, duration_ms, success, error_type, error_message, metadata) VALUES \
         ('old', 'research', 'python_agent', 'completed', 'low', '2026-01-31 11:00:00', \
         '2026-01-31 11:00:01', 1000, 1, NULL, NULL, NULL);
         INSERT INTO system_config (config_key, config_value, description) \
         VALUES ('max_retries', '3', 'retries');",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    let store = &fixture.store;
    fixture.register("ours").await;

    // Their task is ours to claim, by priority; what is kept for their agent is not.
    store.enqueue(vec![task("mine")]).await.unwrap();
    let mut claimed = Vec::new();
    while let Some(found) = store.claim("ours", &types(), LEASE).await.unwrap() {
        claimed.push(found.task_id);
    }
    assert_eq!(claimed, ["theirs", "mine"]);
    assert_eq!(store.task("theirs").await.unwrap().correlation_id(), "c");

    // Their own way of claiming: no lease, so no sweep takes it away.
    sqlx::raw_sql(
        "UPDATE task_states SET agent_name = 'python_agent', state = 'in_progress', \
         updated_at = CURRENT_TIMESTAMP WHERE task_id = 'kept' \
         AND (agent_name IS NULL OR agent_name = 'python_agent')",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    fixture.turn(60_000);
    let report = store.sweep(SILENT).await.unwrap();
    assert_eq!(report.expired.len(), 2);
    assert_eq!(report.silenced, ["ours", "python_agent"]);
    let kept = store.task("kept").await.unwrap();
    assert_eq!(kept.agent_name.as_deref(), Some("python_agent"));
    assert_eq!(kept.state, TaskState::InProgress);

    let agents = store.agents().await.unwrap();
    let theirs = agents
        .iter()
        .find(|agent| agent.agent_name == "python_agent")
        .unwrap();
    assert_eq!((theirs.active_tasks, theirs.completed_tasks), (1, 1));
    assert_eq!(
        store.attempts("old").await.unwrap()[0].duration_ms,
        Some(1_000)
    );
}

#[tokio::test]
async fn rows_that_read_oddly_are_shown() {
    let fixture = Fixture::new().await;
    let mut sql = foreign(&fixture).await;
    sqlx::raw_sql(
        "INSERT INTO task_states (task_id, task_type, state, priority, created_at, metadata) \
         VALUES ('odd', 'research', 'paused', 7, 1769860800, 'no json')",
    )
    .execute(&mut sql)
    .await
    .unwrap();
    let odd = fixture.store.task("odd").await.unwrap();
    assert_eq!(odd.state, TaskState::InProgress);
    assert_eq!(odd.metadata["value"], "no json");
    assert_eq!(odd.created_at, fixture.now());
    assert_eq!(odd.correlation_id(), "odd");
}
