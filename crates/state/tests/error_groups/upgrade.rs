//! A database of before, with what it knew of ids: the same questions have the same answers after the upgrade.

use std::path::Path;

use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use swarmscope_model::error_groups::{Applied, ErrorGroupStore, GroupFilter, Occurrence};
use swarmscope_model::state::StateStore;
use swarmscope_state::{PostgresState, SqliteState};
use swarmscope_test_postgres::Database;

use crate::at;
use crate::batches::{SOURCE, batch, group_id, occurrence};
use crate::contending::until_one_waits;
use crate::fixture::{PATIENCE, task};

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

/// Opens a database of before with these rows in this folder.
async fn sqlite(folder: &Path, rows: String) -> SqliteState {
    let file = folder.join("state.db");
    let mut connection = SqliteConnection::connect(&url(folder)).await.unwrap();
    before(&SQLITE).run(&mut connection).await.unwrap();
    connection.execute(AssertSqlSafe(rows)).await.unwrap();
    connection.close().await.unwrap();
    let store = SqliteState::open(&file).await.unwrap();
    store.with_clock(|| at(NOW))
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}/state.db?mode=rwc", folder.display())
}

/// A connection to a database of before with these rows.
async fn postgres(database: &Database<'_>, rows: String) -> PgConnection {
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    before(&POSTGRES).run(&mut connection).await.unwrap();
    connection.execute(AssertSqlSafe(rows)).await.unwrap();
    connection
}

async fn upgraded(database: &Database<'_>) -> PostgresState {
    let store = PostgresState::connect(&database.url(), PATIENCE).await;
    store.unwrap().with_clock(|| at(NOW))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_what_it_knew_of_ids() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path(), rows()).await;
    all_is_there(&store, &store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_what_it_knew_of_ids() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    postgres(&database, rows()).await;
    let store = upgraded(&database).await;
    all_is_there(&store, &store).await;
}

/// The types of the groups in which an error has this correlation id or task, and of those with this task.
async fn found(
    groups: &dyn ErrorGroupStore,
    correlation_id: Option<&str>,
    task_id: Option<&str>,
) -> Vec<String> {
    let filter = GroupFilter {
        correlation_id: correlation_id.map(str::to_owned),
        task_id: task_id.map(str::to_owned),
        ..GroupFilter::default()
    };
    let page = groups.error_groups(&filter).await.unwrap();
    let names = page.groups.into_iter().map(|group| group.error_type);
    names.collect()
}

/// 40,000 errors of 100 groups, each with a correlation id of its own; two of a group share a task.
fn many_rows() -> String {
    let numbers = |most: i64| {
        format!(
            "WITH RECURSIVE numbers (n) AS \
             (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {most})"
        )
    };
    format!(
        "INSERT INTO error_groups (group_id, fingerprint_version, source, title, error_type, culprit, \
         severity, frames, searched, count, first_seen, last_seen, created_at, updated_at) {} \
         SELECT 'g-' || n, 3, 'message', '', 'kind ' || n, '', 'ERROR', '[]', '', 400, {NOW} - n, {NOW} - n, \
         {NOW} - n, {NOW} - n FROM numbers; \
         INSERT INTO error_group_tasks (group_id, correlation_id, task_id, number) {} \
         SELECT 'g-' || (n % 100), 'c-' || n, 't-' || (n % 100) || '-' || (n / 200), n / 100 + 1 FROM numbers;",
        numbers(100),
        numbers(40_000)
    )
}

/// Ids in all, spans, and most ids of one span.
const IDS_AND_SPANS: &str = "SELECT CAST(sum(ids) AS BIGINT), count(*), max(ids) FROM \
     (SELECT count(*) AS ids FROM error_ids JOIN error_id_spans ON error_id_spans.span = error_ids.span \
      GROUP BY error_ids.span) AS counted";

async fn many_are_there(groups: &dyn ErrorGroupStore, (ids, spans, most): (i64, i64, i64)) {
    assert_eq!(ids, 40_000 + 100 * 200, "{spans} spans");
    assert!(
        spans > 1 && most <= 2 * 8_192,
        "{spans} spans, {most} in one"
    );
    for number in [0, 99, 20_050, 39_999] {
        let group = number % 100;
        let its = [format!("kind {group}")];
        let correlation_id = format!("c-{number}");
        assert_eq!(found(groups, Some(&correlation_id), None).await, its);
        let task_id = format!("t-{group}-{}", number / 200);
        assert_eq!(found(groups, None, Some(&task_id)).await, its);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_keeps_what_it_knew_of_many_errors() {
    let folder = tempfile::tempdir().unwrap();
    let store = sqlite(folder.path(), many_rows()).await;
    let mut connection = SqliteConnection::connect(&url(folder.path()))
        .await
        .unwrap();
    let counted = sqlx::query_as(IDS_AND_SPANS).fetch_one(&mut connection);
    many_are_there(&store, counted.await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_keeps_what_it_knew_of_many_errors() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let mut connection = postgres(&database, many_rows()).await;
    let store = upgraded(&database).await;
    let counted = sqlx::query_as(IDS_AND_SPANS).fetch_one(&mut connection);
    many_are_there(&store, counted.await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_may_take_as_long_as_there_are_rows() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    // One of the step's tables notes under which limit it was written.
    let noting = "CREATE TABLE error_id_spans (span BIGINT PRIMARY KEY, updated_at BIGINT NOT NULL, \
         is_thinned BIGINT NOT NULL DEFAULT 0, under TEXT DEFAULT current_setting('statement_timeout'));";
    let mut connection = postgres(&database, rows() + noting).await;
    let store = upgraded(&database).await;
    let under = sqlx::query_scalar("SELECT DISTINCT under FROM error_id_spans");
    let under: Vec<String> = under.fetch_all(&mut connection).await.unwrap();
    assert_eq!(under, ["0"], "no limit");

    let one = batch(Some(70), 80, &[("boom", vec![of_task("t-3")])]);
    store.apply_errors(&one).await.unwrap();
    let under = sqlx::query_scalar("SELECT under FROM error_id_spans WHERE span >= 0");
    let under: String = under.fetch_one(&mut connection).await.unwrap();
    assert_eq!(under, "10s", "of everything else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_server_of_before_is_writing_is_kept() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let mut connection = postgres(&database, rows()).await;
    let mut change = connection.begin().await.unwrap();
    let late = format!(
        "INSERT INTO error_group_tasks (group_id, correlation_id, task_id, number) \
         VALUES ('{}', 'c-late', 't-late', 12001)",
        group_id("boom")
    );
    change.execute(AssertSqlSafe(late)).await.unwrap();
    let (store, ()) = tokio::join!(upgraded(&database), async {
        until_one_waits(&database).await;
        change.commit().await.unwrap();
    });
    assert_eq!(found(&store, Some("c-late"), None).await, ["boom"]);
    assert_eq!(found(&store, None, Some("t-late")).await, ["boom"]);
}

async fn all_is_there(groups: &dyn ErrorGroupStore, state: &dyn StateStore) {
    let found = async |correlation_id, task_id| found(groups, correlation_id, task_id).await;
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
    let next = batch(Some(70), 80, &[("boom", vec![of_task("t-3")])]);
    let applied = groups.apply_errors(&next).await.unwrap();
    assert!(matches!(applied, Applied::Done(_)), "{applied:?}");
    assert_eq!(found(None, Some("t-3")).await, ["boom"]);
    assert_eq!(found(None, Some("t-2")).await, ["boom"]);
}

fn of_task(task_id: &str) -> Occurrence {
    let mut one = occurrence(at(NOW));
    one.task_id = Some(task_id.to_owned());
    one
}
