//! Several followers on one PostgreSQL.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use swarmscope_model::error_groups::{ErrorGroupStore, GroupAction, GroupFilter, GroupRetention};
use swarmscope_state::PostgresState;
use swarmscope_test_postgres::Database;

use crate::batches::{batch, group_id, occurrence};
use crate::fixture::PATIENCE;
use crate::{DAY, at};

/// Waits until somebody waits for a lock of another.
pub async fn until_one_waits(database: &Database<'_>) {
    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let waiting = sqlx::query_scalar(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND wait_event_type = 'Lock'",
        );
        let waiting: i64 = waiting.fetch_one(&mut connection).await.unwrap();
        if waiting > 0 {
            return;
        }
        assert!(Instant::now() < deadline, "nobody waits");
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_span_that_is_written_to_meanwhile_is_kept() {
    let Some(cluster) = swarmscope_test_postgres::shared() else {
        return;
    };
    let database = cluster.database();
    let clock = Arc::new(AtomicI64::new(1_769_860_800_000));
    let now = Arc::clone(&clock);
    let store = PostgresState::connect(&database.url(), PATIENCE).await;
    let store = store
        .unwrap()
        .with_clock(move || at(now.load(Ordering::SeqCst)));
    let mut one = occurrence(at(clock.load(Ordering::SeqCst)));
    one.task_id = Some("t".into());
    let errors = batch(None, 10, &[("kept", vec![one])]);
    store.apply_errors(&errors).await.unwrap();
    let now = clock.fetch_add(10 * DAY, Ordering::SeqCst) + 10 * DAY;
    let note = GroupAction::Note("still looking".into());
    store
        .act_on_groups(&[group_id("kept")], &note)
        .await
        .unwrap();

    let mut connection = PgConnection::connect(&database.url()).await.unwrap();
    let mut other = connection.begin().await.unwrap();
    let written = format!("UPDATE error_id_spans SET updated_at = {now}");
    let written = sqlx::query(AssertSqlSafe(written)).execute(&mut *other);
    assert_eq!(written.await.unwrap().rows_affected(), 1);
    let retention = GroupRetention {
        groups_before: Some(at(now - 5 * DAY)),
        batch: 100,
    };
    let (pruned, ()) = tokio::join!(store.prune_error_groups(&retention), async {
        until_one_waits(&database).await;
        other.commit().await.unwrap();
    });
    assert_eq!(pruned.unwrap(), (0, false));
    let filter = GroupFilter {
        task_id: Some("t".into()),
        ..GroupFilter::default()
    };
    let found = store.error_groups(&filter).await.unwrap().groups;
    assert_eq!(found.len(), 1);
}
