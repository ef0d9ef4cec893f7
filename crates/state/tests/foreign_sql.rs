//! Agents that read and write the four tables with SQL of their own, naming only the contract's
//! columns, in the same queue as agents that use the API.

mod fixture;

use fixture::{Fixture, LEASE, SWEEP, claim_of, task, types};
use serde_json::{Map, json};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Task, TaskState};

on_both!(
    both_kinds_of_agents_share_one_queue,
    a_whole_life_of_an_agent_in_sql,
    a_task_without_a_lease_stays_while_it_or_its_agent_changes,
    a_silent_agent_is_active_again_by_its_next_sign_of_life_in_sql,
    rows_that_read_oddly_are_shown,
);

/// How an agent claims, by the contract.
const CLAIM: &str = "UPDATE task_states SET agent_name = 'python_agent', state = 'in_progress', \
     updated_at = '$now' WHERE task_id = '$task' \
     AND (agent_name IS NULL OR agent_name = 'python_agent')";

const REGISTER: &str = "INSERT INTO agents \
     (agent_name, agent_type, status, last_heartbeat, capabilities, metadata) VALUES \
     ('python_agent', 'test', 'active', '$now', '{\"skills\": [\"x\"]}', '{}') \
     ON CONFLICT (agent_name) DO UPDATE SET status = 'active', last_heartbeat = '$now'";

const HEARTBEAT: &str =
    "UPDATE agents SET last_heartbeat = '$now' WHERE agent_name = 'python_agent'";

async fn sql(fixture: &Fixture, statement: &str, task_id: &str) -> u64 {
    let now = fixture.now().to_string();
    let statement = statement.replace("$now", &now).replace("$task", task_id);
    fixture.sql(&statement).await
}

async fn stands(fixture: &Fixture, task_id: &str) -> (TaskState, Option<String>) {
    let task: Task = fixture.store.task(task_id).await.unwrap();
    (task.state, task.agent_name)
}

async fn both_kinds_of_agents_share_one_queue(fixture: Fixture) {
    let store = &fixture.store;
    store.enqueue(vec![task("mine")]).await.unwrap();
    // Later than ours; its priority is worth more than that.
    fixture.turn(1_000);
    let insert = "INSERT INTO task_states \
         (task_id, task_type, state, priority, created_at, metadata) VALUES \
         ('theirs', 'research', 'queued', 'high', '$now', '{\"correlation_id\": \"c\"}')";
    sql(&fixture, insert, "").await;
    fixture
        .sql("INSERT INTO task_states (task_id, task_type, state) VALUES ('kept', 'research', 'queued')")
        .await;
    fixture
        .sql("UPDATE task_states SET agent_name = 'python_agent' WHERE task_id = 'kept'")
        .await;
    fixture.register("ours").await;

    // Their task is ours to claim, by priority; what is kept for their agent is not.
    let mut claimed = Vec::new();
    while let Some(found) = store.claim("ours", &types(), LEASE).await.unwrap() {
        claimed.push(found);
    }
    let ids: Vec<&str> = claimed.iter().map(|task| task.task_id.as_str()).collect();
    assert_eq!(ids, ["theirs", "mine"]);
    assert_eq!(claimed[0].correlation_id(), "c");
    assert_eq!(claimed[0].max_retries, 3);

    // What we have, they do not get.
    assert_eq!(sql(&fixture, CLAIM, "theirs").await, 0);
    assert_eq!(sql(&fixture, CLAIM, "kept").await, 1);
    store
        .complete(&claim_of(&claimed[0]), Map::new(), vec![])
        .await
        .unwrap();
    assert_eq!(
        stands(&fixture, "kept").await,
        (TaskState::InProgress, Some("python_agent".into()))
    );
}

async fn a_whole_life_of_an_agent_in_sql(fixture: Fixture) {
    let store = &fixture.store;
    sql(&fixture, REGISTER, "").await;
    sql(&fixture, REGISTER, "").await;
    store.enqueue(vec![task("t")]).await.unwrap();
    assert_eq!(sql(&fixture, CLAIM, "t").await, 1);
    let agents = store.agents().await.unwrap();
    assert_eq!(agents.len(), 1, "registering twice is one agent");
    assert_eq!(agents[0].capabilities["skills"], json!(["x"]));
    assert_eq!(agents[0].active_tasks, 1);
    fixture.turn(1_000);
    sql(
        &fixture,
        "UPDATE task_states SET state = 'completed', updated_at = '$now', completed_at = '$now' \
         WHERE task_id = '$task' AND agent_name = 'python_agent'",
        "t",
    )
    .await;
    sql(
        &fixture,
        "INSERT INTO task_history (task_id, task_type, agent_name, state, priority, created_at, \
         completed_at, duration_ms, success, error_type, error_message, metadata) VALUES \
         ('$task', 'research', 'python_agent', 'completed', 'low', '2026-01-31 11:00:00', '$now', \
         1000, true, NULL, NULL, NULL)",
        "t",
    )
    .await;
    let done = store.task("t").await.unwrap();
    assert_eq!(
        (done.state, done.completed_at),
        (TaskState::Completed, Some(fixture.now()))
    );
    let attempts = store.attempts("t").await.unwrap();
    assert_eq!(attempts.len(), 1);
    assert_eq!(
        (attempts[0].success, attempts[0].duration_ms),
        (true, Some(1_000))
    );
    assert_eq!(
        attempts[0].created_at,
        Timestamp::parse("2026-01-31T11:00:00Z").unwrap()
    );
    let agent = store.agents().await.unwrap().remove(0);
    assert_eq!((agent.completed_tasks, agent.active_tasks), (1, 0));
}

async fn a_task_without_a_lease_stays_while_it_or_its_agent_changes(fixture: Fixture) {
    let store = &fixture.store;
    let limit = i64::try_from(SWEEP.foreign_after.as_millis()).unwrap();
    store.enqueue(vec![task("t")]).await.unwrap();
    sql(&fixture, REGISTER, "").await;
    assert_eq!(sql(&fixture, CLAIM, "t").await, 1);

    // A long task whose agent shows itself now and then.
    for _ in 0..3 {
        fixture.turn(limit - 1);
        sql(&fixture, HEARTBEAT, "").await;
        assert!(store.sweep(&SWEEP).await.unwrap().expired.is_empty());
    }
    // An agent without heartbeats that touches its task.
    for _ in 0..3 {
        fixture.turn(limit - 1);
        let touch = "UPDATE task_states SET updated_at = '$now' WHERE task_id = '$task'";
        sql(&fixture, touch, "t").await;
        assert!(store.sweep(&SWEEP).await.unwrap().expired.is_empty());
    }
    assert_eq!(
        stands(&fixture, "t").await,
        (TaskState::InProgress, Some("python_agent".into()))
    );

    // A dead one.
    fixture.turn(limit);
    let report = store.sweep(&SWEEP).await.unwrap();
    assert_eq!(report.expired.len(), 1);
    assert_eq!(report.expired[0].agent_name, "python_agent");
    assert_eq!(stands(&fixture, "t").await, (TaskState::Queued, None));
    let attempts = store.attempts("t").await.unwrap();
    assert_eq!(attempts[0].state, "lease_expired");
    assert_eq!(attempts[0].duration_ms, Some(limit));
    fixture.register("heir").await;
    let taken = store.claim("heir", &types(), LEASE).await.unwrap().unwrap();
    assert_eq!(taken.task_id, "t");
    // The one that was taken for dead and comes back cannot take it again.
    assert_eq!(sql(&fixture, CLAIM, "t").await, 0);
}

async fn a_silent_agent_is_active_again_by_its_next_sign_of_life_in_sql(fixture: Fixture) {
    let store = &fixture.store;
    let agent = async || store.agents().await.unwrap().remove(0);
    let status = async || agent().await.status;
    sql(&fixture, REGISTER, "").await;
    fixture.turn(20_000);
    assert_eq!(agent().await.silenced_at, None);
    assert_eq!(
        store.sweep(&SWEEP).await.unwrap().silenced,
        ["python_agent"]
    );
    assert_eq!(status().await, "inactive");
    assert_eq!(agent().await.silenced_at, Some(fixture.now()));
    fixture.turn(1_000);
    sql(&fixture, HEARTBEAT, "").await;
    store.sweep(&SWEEP).await.unwrap();
    assert_eq!(status().await, "active");
    assert_eq!(agent().await.silenced_at, None);

    // Who leaves by itself stays away, whatever is written late.
    store.deregister("python_agent").await.unwrap();
    fixture.turn(1_000);
    sql(&fixture, HEARTBEAT, "").await;
    store.sweep(&SWEEP).await.unwrap();
    assert_eq!(status().await, "inactive");
    assert_eq!(agent().await.silenced_at, None);
}

async fn rows_that_read_oddly_are_shown(fixture: Fixture) {
    fixture
        .sql(
            "INSERT INTO task_states (task_id, task_type, state, priority, created_at, updated_at, \
             metadata) VALUES ('odd', 'research', 'paused', 'urgent', NULL, NULL, '[1]')",
        )
        .await;
    let odd = fixture.store.task("odd").await.unwrap();
    assert_eq!(odd.state, TaskState::InProgress);
    assert_eq!(odd.metadata["value"], json!([1]));
    assert_eq!(odd.created_at.as_millisecond(), 0);
    assert_eq!(odd.correlation_id(), "odd");
    assert!(
        fixture
            .store
            .sweep(&SWEEP)
            .await
            .unwrap()
            .expired
            .is_empty()
    );
}
