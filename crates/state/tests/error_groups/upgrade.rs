//! A database of before, with what it knew of ids: the same questions have the same answers after the upgrade.

use std::sync::Arc;

use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use swarmscope_model::error_groups::{Applied, ErrorGroupStore, GroupFilter};
use swarmscope_model::state::StateStore;
use swarmscope_state::{PostgresState, SqliteState};

use crate::batches::{SOURCE, batch, group_id, occurrence};
use crate::fixture::{PATIENCE, task};
use crate::{Timestamp, at};

static SQLITE: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("./migrations/postgres");
/// The step that divides ids into spans.
const STEP: i64 = 20;
const NOW: i64 = 1_769_860_800_000;

/// The steps before.
fn before(all: &Migrator) -> Migrator {
    let steps = all.iter().filter(|step| step.version < STEP).cloned();
    Migrator::with_migrations(steps.collect())
}

/// Two groups, their tasks, and where the follower stood.
fn rows() -> String {
    let group = |name: &str, count: i64, age: i64| {
        let (id, at) = (group_id(name), NOW - age);
        format!(
            "INSERT INTO error_groups (group_id, fingerprint_version, source, title, error_type, culprit, \
             severity, frames, searched, count, first_seen, last_seen, created_at, updated_at) \
             VALUES ('{id}', 3, 'message', '{name}', '{name}', '', 'ERROR', '[]', '{name}', {count}, {at}, {at}, \
             {at}, {at});"
        )
    };
    let named = |name: &str, correlation_id: &str, task_id: &str, number: i64| {
        format!(
            "INSERT INTO error_group_tasks (group_id, correlation_id, task_id, number) \
             VALUES ('{}', '{correlation_id}', '{task_id}', {number});",
            group_id(name)
        )
    };
    [
        group("boom", 12_000, 0),
        group("crash", 1, 60_000),
        named("boom", "c-1", "t-1", 2_001),
        named("boom", "c-2", "t-1", 2_400),
        named("boom", "c-1", "t-2", 11_999),
        named("boom", "story", "", 12_000),
        named("crash", "c-1", "t-1", 1),
        named("crash", "", "it's \"odd\"", 1),
        format!(
            "INSERT INTO error_followers (source, cursor, documents, updated_at) \
             VALUES ('{SOURCE}', 70, 24002, {NOW});"
        ),
    ]
    .concat()
    .replace("it's", "it''s")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_what_it_knew_of_ids() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("state.db");
    let url = format!("sqlite://{}?mode=rwc", file.display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    before(&SQLITE).run(&mut connection).await.unwrap();
    connection.execute(AssertSqlSafe(rows())).await.unwrap();
    connection.close().await.unwrap();
    let store = SqliteState::open(&file).await.unwrap();
    let store = Arc::new(store.with_clock(|| Timestamp::from_millisecond(NOW)));
    all_is_there(store.as_ref(), store.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_what_it_knew_of_ids() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    before(&POSTGRES).run(&mut connection).await.unwrap();
    connection.execute(AssertSqlSafe(rows())).await.unwrap();
    connection.close().await.unwrap();
    let store = PostgresState::connect(&database.url(), PATIENCE)
        .await
        .unwrap();
    let store = Arc::new(store.with_clock(|| Timestamp::from_millisecond(NOW)));
    all_is_there(store.as_ref(), store.as_ref()).await;
}

async fn all_is_there(groups: &dyn ErrorGroupStore, state: &dyn StateStore) {
    let found = async |correlation_id: Option<&str>, task_id: Option<&str>| {
        let filter = GroupFilter {
            correlation_id: correlation_id.map(str::to_owned),
            task_id: task_id.map(str::to_owned),
            ..GroupFilter::default()
        };
        let page = groups.error_groups(&filter).await.unwrap();
        let names = page.groups.into_iter().map(|group| group.error_type);
        names.collect::<Vec<_>>()
    };
    assert_eq!(found(Some("c-1"), None).await, ["boom", "crash"]);
    assert_eq!(found(Some("c-2"), None).await, ["boom"]);
    assert_eq!(found(Some("t-1"), None).await, ["boom", "crash"]);
    assert_eq!(found(None, Some("t-2")).await, ["boom"]);
    assert_eq!(found(None, Some("it's \"odd\"")).await, ["crash"]);
    assert_eq!(found(None, Some("c-1")).await, [""; 0]);

    let mut tied = task("tied");
    tied.metadata = json!({"correlation_id": "story"})
        .as_object()
        .unwrap()
        .clone();
    let tasks = vec![task("t-1"), task("t-2"), task("it's \"odd\""), tied];
    state.enqueue(tasks).await.unwrap();
    let tasks = async |name: &str| {
        let found = groups.error_group_tasks(&group_id(name), 10, 0).await;
        let tasks = found.unwrap().tasks.into_iter().map(|task| task.task_id);
        let mut ids: Vec<String> = tasks.collect();
        ids.sort();
        ids
    };
    assert_eq!(tasks("boom").await, ["t-1", "t-2", "tied"]);
    assert_eq!(tasks("crash").await, ["it's \"odd\"", "t-1"]);

    // It goes on where it was.
    let mut one = occurrence(at(NOW));
    one.task_id = Some("t-3".into());
    let next = batch(Some(70), 80, &[("boom", vec![one])]);
    let applied = groups.apply_errors(&next).await.unwrap();
    assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
    assert_eq!(found(None, Some("t-3")).await, ["boom"]);
    assert_eq!(found(None, Some("t-2")).await, ["boom"]);
}
