//! Whether a long queue makes SQLite do more: its steps are counted, because it reads every row of the queue
//! as soon as it chooses an index that knows only states, and nothing but the time would tell.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::Map;
use sqlx::{Connection, Executor, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Claim, SweepLimits, Task};

use super::claim_batch::ClaimBatch;
use super::claims::TakeNext;
use super::complete_batch::{CompleteBatch, CompleteRequest};
use super::context::Context;
use super::open::{Clock, MIGRATIONS};
use super::operation::Operation;
use super::sweep::Due;
use super::work;
use super::writer::Writer;
use crate::together::{Outcome, Together};

const AGENTS: usize = 8;

/// A file with agents and so many queued tasks, every tenth of which has a deadline and every hundredth a
/// delay; and how many steps SQLite has taken.
async fn queue_of(tasks: u32) -> (Writer, Arc<AtomicU64>) {
    let connection = SqliteConnection::connect("sqlite::memory:").await;
    let mut connection = connection.expect("a database in memory");
    let migrated = MIGRATIONS.run_direct(None, &mut connection, false).await;
    migrated.expect("the schema");
    let filled = connection.execute(sqlx::AssertSqlSafe(format!(
        "WITH RECURSIVE queued (number) AS (SELECT 1 UNION ALL \
             SELECT number + 1 FROM queued WHERE number < {tasks}) \
         INSERT INTO task_states (task_id, task_type, deadline, not_before) \
         SELECT 'task-' || number, 'research', \
             CASE WHEN number % 10 = 9 THEN 4000000000000 END, \
             CASE WHEN number % 100 = 0 THEN 4000000000000 END FROM queued; \
         WITH RECURSIVE agent (number) AS (SELECT 0 UNION ALL \
             SELECT number + 1 FROM agent WHERE number < {AGENTS}) \
         INSERT INTO agents (agent_name, agent_type) SELECT 'a' || number, 'test' FROM agent;"
    )));
    filled.await.expect("tasks and agents");
    let steps = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&steps);
    let mut handle = connection.lock_handle().await.expect("its handle");
    handle.set_progress_handler(1, move || {
        counted.fetch_add(1, Ordering::Relaxed);
        true
    });
    drop(handle);
    (Writer::start(connection), steps)
}

fn done<T>(outcome: Outcome<T>) -> T {
    match outcome {
        Outcome::Done(Ok(value)) => value,
        Outcome::Done(Err(refusal)) => panic!("{refusal}"),
        Outcome::Alone => panic!("not done together"),
    }
}

fn claim_of(task: &Task) -> Claim {
    Claim {
        task_id: task.task_id.clone(),
        agent_name: task.agent_name.clone().expect("claimed"),
        fencing_token: task.fencing_token,
    }
}

fn wanted(agent: usize) -> TakeNext {
    TakeNext {
        agent_name: format!("a{agent}"),
        task_types: vec!["research".into()],
        lease: Duration::from_secs(60),
    }
}

/// Steps of claims together, of a claim alone, of completions, of a failure, and of a sweep's look.
async fn steps_with(tasks: u32) -> [u64; 5] {
    let (writer, steps) = queue_of(tasks).await;
    let clock: Clock = Arc::new(Timestamp::now);
    let spent = || steps.swap(0, Ordering::Relaxed);
    let batch = ClaimBatch {
        writer: writer.clone(),
        clock: Arc::clone(&clock),
    };
    let requests: Vec<TakeNext> = (0..AGENTS).map(wanted).collect();
    let claimed = batch.run(&requests).await.into_iter().map(done);
    let claimed: Vec<Task> = claimed.map(|task| task.expect("a task")).collect();
    let together = spent();
    let mut change = writer.change().await.expect("a change");
    let mut context = Context::new(clock());
    let last = wanted(AGENTS).run(&mut change, &mut context).await;
    let last = last.expect("taken").expect("a task");
    let alone = spent();
    let limits = SweepLimits {
        silent_after: Duration::from_secs(3600),
        foreign_after: Duration::from_secs(3600),
    };
    let due = Due::find(&mut change, &limits, clock()).await;
    due.expect("looked");
    let sweep = spent();
    let failure = work::Fail {
        claim: claim_of(&last),
        failure: serde_json::from_value(serde_json::json!({
            "error_type": "transient", "error_message": "no answer", "exception_type": null}))
        .expect("a failure"),
    };
    let failed = failure.run(&mut change, &mut context).await;
    failed.expect("failed");
    let failure = spent();
    change.commit().await.expect("committed");
    let completions = CompleteBatch { writer, clock };
    let reports: Vec<CompleteRequest> = claimed
        .iter()
        .map(|task| CompleteRequest {
            claim: claim_of(task),
            result: Map::new(),
        })
        .collect();
    completions.run(&reports).await.into_iter().for_each(|one| {
        done(one);
    });
    [together, alone, spent(), failure, sweep]
}

#[tokio::test]
async fn nothing_takes_more_steps_from_a_long_queue_than_from_a_short_one() {
    let short = steps_with(200).await;
    let long = steps_with(20_000).await;
    for (place, (short, long)) in short.into_iter().zip(long).enumerate() {
        assert!(short > 0, "{place} is not counted");
        assert!(long <= short * 3 / 2, "{place}: {long} steps, not {short}");
    }
}
