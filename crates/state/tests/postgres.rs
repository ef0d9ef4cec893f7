//! What only PostgreSQL does: databases with a past, servers that go away and come back, and `jsonb`.

mod fixture;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use fixture::{LEASE, PATIENCE, SWEEP, claim_of, task, types};
use futures::future::join_all;
use serde_json::{Map, json};
use sqlx::{Connection, PgConnection};
use swarmscope_model::limits::{STATE_PATIENCE, STATE_PING_TIMEOUT, STATE_STATEMENT_TIMEOUT};
use swarmscope_model::state::{AfterChildren, Join, NewAgent, NewTask, StateStore, TaskState};
use swarmscope_state::{ConnectError, PostgresState};
use swarmscope_test_postgres::{Cluster, Database};
use tokio::time::{sleep, timeout};

/// A call does not begin a wait, which lasts so long at most, that would end too late.
const LAST_WAIT: Duration = Duration::from_millis(500);
const INIT_DB: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/init-db.sql");

/// Everything about the schema that somebody could notice.
const CATALOGUE: &str = "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable, \
         column_default, is_identity, generation_expression) \
     FROM information_schema.columns WHERE table_schema = 'public' \
     AND table_name <> '_sqlx_migrations' \
     UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' \
     AND tablename <> '_sqlx_migrations' \
     UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) \
     FROM pg_constraint WHERE connamespace = 'public'::regnamespace \
     AND conrelid <> 0 AND conrelid::regclass::text <> '_sqlx_migrations' \
     UNION ALL SELECT relname || array_to_string(reloptions, ' ') FROM pg_class \
     WHERE relnamespace = 'public'::regnamespace AND reloptions IS NOT NULL \
     UNION ALL SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal \
     UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1";

async fn connect(database: &Database<'_>) -> PostgresState {
    PostgresState::connect(&database.url(), PATIENCE)
        .await
        .unwrap()
}

/// A task goes through, which takes every table but `system_config`.
async fn works(store: &PostgresState) {
    let agent = NewAgent {
        agent_name: "a".into(),
        agent_type: "test".into(),
        capabilities: Map::new(),
        metadata: Map::new(),
    };
    store.register(agent).await.unwrap();
    store.enqueue(vec![task("works")]).await.unwrap();
    let claimed = store.claim("a", &types(), LEASE).await.unwrap().unwrap();
    let claim = claim_of(&claimed);
    store.complete(&claim, Map::new(), vec![]).await.unwrap();
    assert_eq!(store.agents().await.unwrap()[0].completed_tasks, 1);
}

#[tokio::test]
async fn the_file_for_a_fresh_database_and_the_migrations_make_the_same_schema() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let (by_file, by_us) = (cluster.database(), cluster.database());
    by_file.file(INIT_DB);
    by_file.file(INIT_DB);
    let from_file = by_file.sql(CATALOGUE);
    works(&connect(&by_us).await).await;
    assert!(from_file.lines().count() > 50, "{from_file}");
    assert_eq!(from_file, by_us.sql(CATALOGUE));

    works(&connect(&by_file).await).await;
    assert_eq!(
        from_file,
        by_file.sql(CATALOGUE),
        "starting changes nothing"
    );
    by_file.file(INIT_DB);
    assert_eq!(
        connect(&by_file).await.task_counts().await.unwrap().len(),
        1
    );
}

#[tokio::test]
async fn tables_with_nothing_but_the_contracts_columns_get_what_is_missing() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    database.sql(
        "CREATE TABLE task_states (task_id VARCHAR(255) PRIMARY KEY, task_type VARCHAR(100), \
         agent_name VARCHAR(100), state VARCHAR(50), priority VARCHAR(20), \
         created_at TIMESTAMP, updated_at TIMESTAMP, completed_at TIMESTAMP, metadata JSONB); \
         CREATE TABLE agents (agent_name VARCHAR(100) UNIQUE, agent_type VARCHAR(100), \
         status VARCHAR(20), last_heartbeat TIMESTAMP, capabilities JSONB, metadata JSONB); \
         CREATE TABLE task_history (task_id VARCHAR(255), task_type VARCHAR(100), \
         agent_name VARCHAR(100), state VARCHAR(50), priority VARCHAR(20), created_at TIMESTAMP, \
         completed_at TIMESTAMP, duration_ms INTEGER, success BOOLEAN, error_type VARCHAR(100), \
         error_message TEXT, metadata JSONB); \
         CREATE TABLE system_config (config_key VARCHAR(100) PRIMARY KEY, config_value JSONB, \
         description TEXT, updated_at TIMESTAMP); \
         INSERT INTO task_states (task_id, task_type, state) VALUES ('before', 'research', 'queued'); \
         INSERT INTO task_history (task_id, success) VALUES ('before', false)",
    );
    let store = connect(&database).await;
    database.sql("INSERT INTO task_states (task_id, task_type) VALUES ('after', 'research')");
    let after = store.task("after").await.unwrap();
    assert_eq!((after.state, after.max_retries), (TaskState::Queued, 3));
    assert!(after.created_at.as_millisecond() > 0);
    works(&store).await;
    // A task without a time is the oldest, so that is the one that went through.
    let attempts = store.attempts("before").await.unwrap();
    let successes: Vec<bool> = attempts.iter().map(|attempt| attempt.success).collect();
    assert_eq!(successes, [false, true]);
    assert_eq!(store.settings().await.unwrap().len(), 0);
    store.sweep(&SWEEP).await.unwrap();
    connect(&database).await;
}

#[tokio::test]
async fn an_empty_database_may_be_opened_by_several_at_once() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let stores = futures::future::join_all((0..4).map(|_| connect(&database))).await;
    works(&stores[3]).await;
}

#[tokio::test]
async fn time_is_the_databases() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    let made = store.enqueue(vec![task("t")]).await.unwrap().remove(0);
    let off = database.sql(
        "SELECT abs(extract(epoch FROM clock_timestamp() - created_at)) < 60, \
         created_at = updated_at FROM task_states",
    );
    assert_eq!(off, "t|t", "{made:?}");
}

#[tokio::test]
async fn json_comes_back_as_it_was_and_what_cannot_be_kept_is_refused() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    let with = |value| NewTask {
        metadata: Map::from_iter([("x".to_owned(), value)]),
        ..task("t")
    };
    let odd = json!([1e16, 0.1, -0.0, "ü\u{1f600}\"\\", null, {"b": 1, "a": [true]}]);
    let made = store.enqueue(vec![with(odd.clone())]).await.unwrap();
    assert_eq!(made[0].metadata["x"][3], odd[3]);
    assert_eq!(made[0].metadata["x"][5], odd[5]);
    // The same again, whatever the database makes of the numbers.
    assert_eq!(store.enqueue(vec![with(odd)]).await.unwrap(), made);
    let refused = store
        .enqueue(vec![with(json!({"a\0": 1}))])
        .await
        .unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("metadata: holds the character U+0000"),
        "{refused}"
    );
}

#[tokio::test]
async fn single_tasks_that_are_submitted_at_once_are_one_change() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    let with = |task_id: &str, count: usize| NewTask {
        idempotency_key: Some(format!("key {task_id}")),
        metadata: Map::from_iter([("count".to_owned(), count.into())]),
        ..task(task_id)
    };
    let ids: Vec<String> = (0..40).map(|number| format!("t{number}")).collect();
    let submit = |(count, task_id): (usize, &String)| store.enqueue(vec![with(task_id, count)]);
    let together = async {
        // On a busy machine there may be no connection in time, and then each goes alone.
        loop {
            let submitted = join_all(ids.iter().enumerate().map(submit)).await;
            for (task_id, made) in ids.iter().zip(submitted) {
                assert_eq!(&made.unwrap()[0].task_id, task_id);
            }
            // Each change leaves its number in the rows that it wrote.
            let changes = database.sql("SELECT count(DISTINCT xmin::text) FROM task_states");
            if changes.parse::<usize>().unwrap() < ids.len() / 4 {
                break;
            }
            database.sql("DELETE FROM task_states");
            sleep(LAST_WAIT).await;
        }
    };
    let together = timeout(PATIENCE, together).await;
    together.expect("40 at once are fewer than 10 changes");
    // In the company of new ones: the same again is no new task, and with another content a conflict.
    let (again, other, new) = tokio::join!(
        store.enqueue(vec![with("t1", 1)]),
        store.enqueue(vec![with("t2", 7)]),
        store.enqueue(vec![with("new", 0)]),
    );
    assert_eq!(again.unwrap()[0].task_id, "t1");
    assert_eq!(other.unwrap_err().code(), "conflict");
    assert_eq!(new.unwrap()[0].task_id, "new");
    let total = database.sql("SELECT count(*) FROM task_states");
    assert_eq!(total, (ids.len() + 1).to_string());
}

#[tokio::test]
async fn of_two_submissions_with_one_id_each_gets_its_own_answer() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    let keyed = |task_id: &str| NewTask {
        idempotency_key: Some("k".into()),
        ..task(task_id)
    };
    store.enqueue(vec![keyed("holds the key")]).await.unwrap();
    // The first is not inserted, because of its key, and the second is.
    let (first, second) = tokio::join!(
        store.enqueue(vec![keyed("same")]),
        store.enqueue(vec![task("same")]),
    );
    assert_eq!(first.unwrap_err().code(), "conflict");
    let second = second.unwrap();
    assert_eq!(second[0].task_id, "same");
    assert_eq!(second[0].idempotency_key, None);
}

#[tokio::test]
async fn whoever_holds_a_parent_delays_nobody_but_its_own_children() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    works(&store).await;
    let family = |whole: &str| {
        let parent = NewTask {
            join: Some(Join {
                then: AfterChildren::Complete,
                ..Join::default()
            }),
            ..task(whole)
        };
        let part = NewTask {
            parent_task_id: Some(whole.into()),
            ..task(&format!("part of {whole}"))
        };
        [parent, part]
    };
    let tasks = family("held").into_iter().chain(family("free"));
    let tasks = tasks.chain([task("plain")]).collect();
    store.enqueue(tasks).await.unwrap();
    let mut claims = BTreeMap::new();
    for _ in 0..3 {
        let claimed = store.claim("a", &types(), PATIENCE).await.unwrap().unwrap();
        claims.insert(claimed.task_id.clone(), claim_of(&claimed));
    }
    let mut holder = PgConnection::connect(&database.url()).await.unwrap();
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT FROM task_states WHERE task_id = 'held' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let complete = |task_id: &str| {
        let (store, claim) = (store.clone(), claims[task_id].clone());
        tokio::spawn(async move { store.complete(&claim, Map::new(), vec![]).await })
    };
    let delayed = complete("part of held");
    let others = join_all(["part of free", "plain"].map(complete));
    // Half of what a batch may take that waits for the row.
    let others = timeout(STATE_STATEMENT_TIMEOUT / 2, others).await;
    for outcome in others.expect("nothing is in their way") {
        assert_eq!(outcome.unwrap().unwrap().state, TaskState::Completed);
    }
    let state = async |task_id| store.task(task_id).await.unwrap().state;
    assert_eq!(state("free").await, TaskState::Completed);
    assert_eq!(state("part of held").await, TaskState::InProgress);
    held.rollback().await.unwrap();
    delayed.await.unwrap().unwrap();
    assert_eq!(state("held").await, TaskState::Completed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_that_are_cut_are_made_again() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    works(&store).await;
    for round in 0..10 {
        assert!(database.cut_connections() > 0, "there was nothing to cut");
        store
            .enqueue(vec![task(&format!("t{round}"))])
            .await
            .unwrap();
        store.ping().await.unwrap();
    }
    // Cut while work is under way: nothing is lost and nothing happens twice.
    let enqueued = async {
        for number in 0..100 {
            store
                .enqueue(vec![task(&format!("busy{number}"))])
                .await
                .unwrap();
        }
    };
    let cutting = async {
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(20)).await;
            tokio::task::block_in_place(|| database.cut_connections());
        }
    };
    tokio::join!(enqueued, cutting);
    assert_eq!(
        database.sql("SELECT count(*) FROM task_states WHERE task_id LIKE 'busy%'"),
        "100"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_goes_away_is_told_of_and_its_return_is_noticed() {
    let Some(cluster) = Cluster::start() else {
        return;
    };
    let database = cluster.database();
    let store = connect(&database).await;
    works(&store).await;
    cluster.stop_server();

    let asked = Instant::now();
    let away = store.ping().await.unwrap_err();
    assert!(asked.elapsed() < STATE_PING_TIMEOUT + Duration::from_secs(2));
    let reason = away.reason();
    assert_eq!(away.code(), "unavailable");
    assert!(reason.contains("Connection refused"), "{reason}");
    assert!(
        reason.contains("postgres://orchestrator_admin@127.0.0.1"),
        "{reason}"
    );
    assert!(!reason.contains("orchestrator_password"), "{reason}");
    assert_eq!(store.task("works").await.unwrap_err().code(), "unavailable");

    // A call that comes while the server is away is answered once it is back.
    for started in 1.. {
        let asked = Instant::now();
        let waiting = {
            let store = store.clone();
            tokio::spawn(async move { store.enqueue(vec![task("patient")]).await })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        cluster.run_server();
        let away = asked.elapsed();
        match waiting.await.unwrap() {
            Ok(_) => break,
            // A busy machine took longer to start the server than any call waits.
            Err(_) if away + LAST_WAIT > STATE_PATIENCE && started < 5 => cluster.stop_server(),
            Err(error) => panic!("the server was back after {away:?}: {error}"),
        }
    }
    store.ping().await.unwrap();
    assert_eq!(
        store.task("works").await.unwrap().state,
        TaskState::Completed
    );
}

#[tokio::test]
async fn an_address_that_does_not_serve_is_refused_with_the_reason() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let url = cluster.database().url();
    let wrong_password = url.replace("orchestrator_password", "guess");
    let refused = PostgresState::connect(&wrong_password, PATIENCE)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, ConnectError::TurnedAway { .. }),
        "{refused:?}"
    );
    assert!(!format!("{refused} {refused:?}").contains("guess"));
    let nowhere = "postgres://a:b@127.0.0.1:1/c";
    let refused = PostgresState::connect(nowhere, Duration::ZERO)
        .await
        .unwrap_err();
    assert!(
        matches!(refused, ConnectError::Unreachable { .. }),
        "{refused:?}"
    );
}
