//! The orchestrator and its state: `system_config` at work, and a database that goes away.

mod support;

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sqlx::{AssertSqlSafe, Connection, SqliteConnection};
use support::several::{PATIENCE, Server, until};
use swarmscope_state::{PostgresState, SqliteState};
use swarmscope_test_postgres::Cluster;

fn settle(config_key: &str, config_value: &str) -> String {
    format!(
        "INSERT INTO system_config (config_key, config_value) VALUES ('{config_key}', \
         '{config_value}') ON CONFLICT (config_key) DO UPDATE SET config_value = '{config_value}'"
    )
}

/// Rows that change while the server runs.
async fn system_config_counts_at_once(server: Server, sql: impl AsyncFn(String)) {
    let agent = json!({"agent_name": "a", "agent_type": "test"});
    server.post("/api/v1/agents", agent).await;
    let lease_of = async |task_id: &str| {
        let task = json!({"task_id": task_id, "task_type": "x"});
        let made = server.post("/api/v1/tasks", task).await;
        let claim = json!({"task_types": ["x"]});
        let claimed = server.post("/api/v1/agents/a/claim", claim).await;
        let point = |name: &str| {
            let text = claimed["task"][name].as_str().unwrap();
            swarmscope_model::Timestamp::parse(text).unwrap()
        };
        let lease =
            point("lease_expires_at").as_millisecond() - point("updated_at").as_millisecond();
        (lease, made["max_retries"].clone())
    };
    assert_eq!(lease_of("t0").await, (10_000, json!(3)));

    sql(settle("max_retries", "5")).await;
    sql(settle("lease_seconds", "60")).await;
    let changed = async || server.events.count("settings_changed") > 0;
    until("the settings are read again", changed).await;
    // Both rows may have been read by two sweeps.
    until("both are in force", async || {
        server.events.count("lease: 60s") >= 1
    })
    .await;
    assert_eq!(lease_of("t1").await, (60_000, json!(5)));

    // A bad value is told of once and leaves the default.
    sql(settle("lease_seconds", "\"soon\"")).await;
    let told = async || server.events.count("system_config: lease_seconds") > 0;
    until("the bad value is told of", told).await;
    assert_eq!(lease_of("t2").await, (10_000, json!(5)));
    sql(settle("sweep_interval_seconds", "0.1")).await;
    until("the sweep is quick", async || {
        server.events.count("sweep_interval: 100ms") > 0
    })
    .await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(server.events.count("system_config: lease_seconds"), 1);

    sql(settle("log_level", "\"ERROR\"")).await;
    until("the log is quiet", async || {
        let before = server.events.count("\"task_received\"");
        let task = json!({"task_type": "quiet"});
        server.post("/api/v1/tasks", task).await;
        // What is logged has left the queue when the next sweep has passed.
        tokio::time::sleep(Duration::from_millis(300)).await;
        server.events.count("\"task_received\"") == before
    })
    .await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn system_config_counts_at_once_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.db");
    let store = SqliteState::open(&path).await.unwrap();
    let server = Server::start(Arc::new(store)).await;
    let url = format!("sqlite://{}", path.display());
    system_config_counts_at_once(server, async |statement| {
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let done = sqlx::query(AssertSqlSafe(statement)).execute(&mut connection);
        done.await.unwrap();
        connection.close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn system_config_counts_at_once_on_postgres() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = PostgresState::connect(&database.url(), PATIENCE).await;
    let server = Server::start(Arc::new(store.unwrap())).await;
    system_config_counts_at_once(server, async |statement| {
        tokio::task::block_in_place(|| database.sql(&statement));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_follows_a_database_that_goes_away_and_comes_back() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = cluster.database();
    let store = PostgresState::connect(&database.url(), PATIENCE).await;
    let server = Server::start(Arc::new(store.unwrap())).await;
    assert_eq!(
        server.get("/health").await,
        (200, json!({"status": "ok", "state": "ok"}))
    );
    database.cut_connections();
    assert_eq!(server.get("/health").await.0, 200);

    cluster.stop_server();
    let (status, reply) = server.get("/health").await;
    assert_eq!((status, &reply["state"]), (503, &json!("unreachable")));
    let reason = reply["reason"].as_str().unwrap();
    assert!(reason.contains("Connection refused"), "{reason}");
    assert!(
        !reply.to_string().contains("orchestrator_password"),
        "{reply}"
    );
    until("the outage is an event", async || {
        server.events.count("the sweep failed") == 1
    })
    .await;

    cluster.run_server();
    until("it recovers by itself", async || {
        server.get("/health").await.0 == 200
    })
    .await;
    until("the end of the outage is an event", async || {
        server.events.count("state_recovered") == 1
    })
    .await;
    assert_eq!(server.events.count("the sweep failed"), 1);
    assert_eq!(server.events.count("orchestrator_password"), 0);
    server.stop().await;
}
