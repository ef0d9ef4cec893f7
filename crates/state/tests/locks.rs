//! What changes hold on PostgreSQL while they wait for a row that somebody else holds, and whom that delays.

mod fixture;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fixture::{LEASE, PATIENCE, SWEEP, claim_of, task, types};
use futures::future::join_all;
use serde_json::Map;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::STATE_STATEMENT_TIMEOUT;
use swarmscope_model::state::{
    AfterChildren, ChildFailure, Claim, ErrorClass, Failure, Join, MAX_LEASE_LOSSES, NewAgent,
    NewTask, Requeued, StateError, StateStore, TaskFilter, TaskState,
};
use swarmscope_state::PostgresState;
use swarmscope_test_postgres::Database;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

const POLL: Duration = Duration::from_millis(10);

/// What ends an attempt at the part of a whole.
#[derive(Debug, Clone, Copy)]
enum End {
    Completion,
    CompletionWithFollowUp,
    Failure,
    Cancellation,
    Deadline,
    LostLease,
}

const ENDS: [End; 6] = [
    End::Completion,
    End::CompletionWithFollowUp,
    End::Failure,
    End::Cancellation,
    End::Deadline,
    End::LostLease,
];

struct Swarm {
    database: Database<'static>,
    store: PostgresState,
    clock: Arc<AtomicI64>,
}

impl Swarm {
    /// `None` where PostgreSQL is not installed.
    async fn with_agents(agents: &[&str]) -> Option<Self> {
        let database = swarmscope_test_postgres::shared()?.database();
        let clock = Arc::new(AtomicI64::new(1_769_860_800_000));
        let now = Arc::clone(&clock);
        let store = PostgresState::connect(&database.url(), PATIENCE)
            .await
            .unwrap()
            .with_clock(move || Timestamp::from_millisecond(now.load(Ordering::SeqCst)));
        for agent_name in agents {
            let agent = NewAgent {
                agent_name: (*agent_name).into(),
                agent_type: "test".into(),
                capabilities: Map::new(),
                metadata: Map::new(),
            };
            store.register(agent).await.unwrap();
        }
        Some(Self {
            database,
            store,
            clock,
        })
    }

    async fn connect(&self) -> PgConnection {
        PgConnection::connect(&self.database.url()).await.unwrap()
    }

    async fn claim(&self, agent_name: &str) -> Claim {
        let claimed = self.store.claim(agent_name, &types(), LEASE).await;
        claim_of(&claimed.unwrap().expect("a task is there"))
    }

    async fn state(&self, task_id: &str) -> TaskState {
        self.store.task(task_id).await.unwrap().state
    }

    async fn complete(&self, claim: &Claim) -> TaskState {
        let completed = self.store.complete(claim, Map::new(), vec![]).await;
        completed.unwrap().state
    }

    /// Until a statement waits for a row.
    async fn until_somebody_waits(&self) {
        let mut connection = self.connect().await;
        let waiting = async {
            while !is_there(
                &mut connection,
                "SELECT FROM pg_stat_activity \
                 WHERE datname = current_database() AND wait_event_type = 'Lock'",
            )
            .await
            {
                sleep(POLL).await;
            }
        };
        let waited = timeout(PATIENCE, waiting).await;
        waited.expect("somebody waits for a row");
    }
}

async fn is_there(connection: &mut PgConnection, query: &'static str) -> bool {
    let rows = sqlx::query(query).fetch_all(connection).await;
    !rows.unwrap().is_empty()
}

fn part_of(whole: &str, id: &str) -> NewTask {
    NewTask {
        parent_task_id: Some(whole.into()),
        ..task(id)
    }
}

fn whole(id: &str, on_child_failure: ChildFailure) -> NewTask {
    NewTask {
        join: Some(Join {
            then: AfterChildren::Complete,
            on_child_failure,
        }),
        ..task(id)
    }
}

fn breaks() -> Failure {
    Failure {
        error_type: ErrorClass::Permanent,
        error_message: "it broke".into(),
        exception_type: None,
    }
}

async fn end(swarm: &Swarm, end: End, claim: &Claim) -> Result<(), StateError> {
    let store = &swarm.store;
    match end {
        End::Completion => store.complete(claim, Map::new(), vec![]).await.map(drop),
        End::CompletionWithFollowUp => {
            let next = task(&format!("after {}", claim.task_id));
            store
                .complete(claim, Map::new(), vec![next])
                .await
                .map(drop)
        }
        End::Failure => store.fail(claim, &breaks()).await.map(drop),
        End::Cancellation => store.cancel(&claim.task_id).await.map(drop),
        End::Deadline | End::LostLease => store.sweep(&SWEEP).await.map(drop),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agents_row_is_free_while_the_end_of_its_task_waits_for_a_parent() {
    let Some(swarm) = Swarm::with_agents(&["a"]).await else {
        return;
    };
    let deadline = |end| matches!(end, End::Deadline).then_some(1_000);
    for ended_by in ENDS {
        for held in ["whole", "middle"] {
            let id = |name: &str| format!("{name} {ended_by:?} {held}");
            let middle = NewTask {
                parent_task_id: Some(id("whole")),
                ..whole(&id("middle"), ChildFailure::Fail)
            };
            let part = NewTask {
                deadline_ms: deadline(ended_by),
                ..part_of(&id("middle"), &id("part"))
            };
            let family = vec![whole(&id("whole"), ChildFailure::Fail), middle, part];
            swarm.store.enqueue(family).await.unwrap();
            let claim = swarm.claim("a").await;
            assert_eq!(claim.task_id, id("part"));
            let losses = MAX_LEASE_LOSSES - 1;
            let part = &claim.task_id;
            match ended_by {
                End::Deadline => swarm.clock.fetch_add(2_000, Ordering::SeqCst),
                End::LostLease => {
                    swarm.database.sql(&format!(
                        "UPDATE task_states SET lease_losses = {losses} WHERE task_id = '{part}'"
                    ));
                    swarm.clock.fetch_add(11_000, Ordering::SeqCst)
                }
                _ => 0,
            };
            holding(&swarm, &id(held), ended_by, &claim).await;
            let ends = [swarm.state(part).await, swarm.state(&id("whole")).await];
            assert!(
                ends.iter().all(|state| state.is_final()),
                "{ended_by:?} {ends:?}"
            );
            let attempts = swarm.store.attempts(part).await.unwrap();
            assert_eq!(attempts.len(), 1, "{ended_by:?}");
            // What followed is out of the way of the next.
            swarm
                .database
                .sql("DELETE FROM task_states WHERE task_id LIKE 'after%'");
        }
    }
}

/// Ends the attempt while somebody holds the task, and looks at the agent's row meanwhile.
async fn holding(swarm: &Swarm, task_id: &str, ended_by: End, claim: &Claim) {
    let mut holder = swarm.connect().await;
    let mut held = holder.begin().await.unwrap();
    let hold = format!("SELECT FROM task_states WHERE task_id = '{task_id}' FOR UPDATE");
    sqlx::query(AssertSqlSafe(hold))
        .execute(&mut *held)
        .await
        .unwrap();
    let watched = async {
        swarm.until_somebody_waits().await;
        let mut other = swarm.connect().await;
        let is_free = is_there(&mut other, "SELECT FROM agents FOR UPDATE SKIP LOCKED").await;
        held.rollback().await.unwrap();
        assert!(
            is_free,
            "{ended_by:?} holds the agent while it waits for {task_id}"
        );
    };
    let (ended, ()) = tokio::join!(end(swarm, ended_by, claim), watched);
    ended.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_holds_an_agent_delays_nobody_elses_completion() {
    let Some(swarm) = Swarm::with_agents(&["held", "free"]).await else {
        return;
    };
    let swarm = Arc::new(swarm);
    let tasks = (0..4).map(|number| task(&format!("t{number}")));
    swarm.store.enqueue(tasks.collect()).await.unwrap();
    let claim = swarm.claim("held").await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(swarm.claim("free").await);
    }
    let mut holder = swarm.connect().await;
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT FROM agents WHERE agent_name = 'held' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let delayed = {
        let swarm = Arc::clone(&swarm);
        tokio::spawn(async move { swarm.complete(&claim).await })
    };
    swarm.until_somebody_waits().await;
    let done = join_all(others.iter().map(|claim| swarm.complete(claim)));
    // Half of what a batch may take that waits for the row.
    let done = timeout(STATE_STATEMENT_TIMEOUT / 2, done).await;
    assert_eq!(
        done.expect("nothing is in their way"),
        [TaskState::Completed; 3]
    );
    held.rollback().await.unwrap();
    assert_eq!(delayed.await.unwrap(), TaskState::Completed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_that_fails_at_once_is_not_held_while_somebody_holds_one_of_its_parts() {
    let Some(swarm) = Swarm::with_agents(&["a"]).await else {
        return;
    };
    let swarm = Arc::new(swarm);
    let family = vec![
        whole("whole", ChildFailure::FailFast),
        part_of("whole", "breaks"),
        part_of("whole", "busy"),
    ];
    swarm.store.enqueue(family).await.unwrap();
    let claim = swarm.claim("a").await;
    assert_eq!(claim.task_id, "breaks");
    let mut holder = swarm.connect().await;
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT FROM task_states WHERE task_id = 'busy' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let (refused, mut was_refused) = watch::channel(false);
    let failing = {
        let swarm = Arc::clone(&swarm);
        tokio::spawn(async move {
            // While the part is held the store loses its patience.
            while let Err(error) = swarm.store.fail(&claim, &breaks()).await {
                assert_eq!(error.code(), "unavailable", "{error}");
                refused.send_replace(true);
            }
        })
    };
    let somebody_waits = tokio::select! {
        () = swarm.until_somebody_waits() => true,
        refused = was_refused.wait_for(|refused| *refused) => refused.is_err(),
    };
    assert!(
        !somebody_waits,
        "with the parent held nobody waits for a part"
    );
    let parent_is_free = async {
        let mut other = swarm.connect().await;
        let free = "SELECT FROM task_states WHERE task_id = 'whole' FOR UPDATE SKIP LOCKED";
        while !is_there(&mut other, free).await {
            sleep(POLL).await;
        }
    };
    let parent_is_free = timeout(STATE_STATEMENT_TIMEOUT / 2, parent_is_free).await;
    parent_is_free.expect("whoever ends a part gets hold of the parent");
    held.rollback().await.unwrap();
    failing.await.unwrap();
    assert_eq!(swarm.state("whole").await, TaskState::Failed);
    assert_eq!(swarm.state("busy").await, TaskState::Cancelled);
}

/// Two wholes, each with two parts that are in progress.
async fn two_families(swarm: &Swarm) -> Vec<Claim> {
    for name in ["one", "two"] {
        let part = |number: u8| part_of(name, &format!("{name} {number}"));
        let family = vec![whole(name, ChildFailure::Fail), part(1), part(2)];
        swarm.store.enqueue(family).await.unwrap();
    }
    let mut claims = Vec::new();
    for _ in 0..4 {
        claims.push(swarm.claim("a").await);
    }
    claims
}

/// Makes a change while somebody holds the last of these parts; no parent is held while it waits.
async fn without_a_parent(
    swarm: &Swarm,
    change: impl Future<Output = Result<Requeued, StateError>>,
) -> Requeued {
    let mut holder = swarm.connect().await;
    let mut held = holder.begin().await.unwrap();
    sqlx::query("SELECT FROM task_states WHERE task_id = 'two 2' FOR UPDATE")
        .execute(&mut *held)
        .await
        .unwrap();
    let watched = async {
        swarm.until_somebody_waits().await;
        let mut other = swarm.connect().await;
        let parents =
            "SELECT FROM task_states WHERE task_id IN ('one', 'two') FOR UPDATE SKIP LOCKED";
        let free = sqlx::query(parents).fetch_all(&mut other).await.unwrap();
        held.rollback().await.unwrap();
        free.len()
    };
    let (changed, free) = tokio::join!(change, watched);
    assert_eq!(free, 2, "whoever ends a part gets hold of its parent");
    changed.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_parent_is_held_while_a_bulk_cancellation_waits_for_a_part() {
    let Some(swarm) = Swarm::with_agents(&["a"]).await else {
        return;
    };
    two_families(&swarm).await;
    let in_progress = TaskFilter {
        state: Some(TaskState::InProgress),
        ..TaskFilter::default()
    };
    let cancelled = without_a_parent(&swarm, swarm.store.cancel_all(&in_progress, 4)).await;
    assert_eq!((cancelled.tasks.len(), cancelled.skipped.len()), (4, 0));
    for name in ["one", "two"] {
        assert_eq!(swarm.state(name).await, TaskState::Failed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_is_requeued_after_its_parts_were_locked() {
    let Some(swarm) = Swarm::with_agents(&["a"]).await else {
        return;
    };
    for claim in two_families(&swarm).await {
        swarm.store.fail(&claim, &breaks()).await.unwrap();
    }
    let failed = TaskFilter {
        state: Some(TaskState::Failed),
        ..TaskFilter::default()
    };
    let requeued = without_a_parent(&swarm, swarm.store.requeue(&failed, 6)).await;
    assert_eq!(requeued.tasks.len() + requeued.skipped.len(), 6);
    for (task_id, state) in [
        ("one", TaskState::Waiting),
        ("one 1", TaskState::Queued),
        ("two 2", TaskState::Queued),
    ] {
        assert_eq!(swarm.state(task_id).await, state, "{task_id}");
    }
}

/// Makes a change while somebody holds one task; meanwhile the others are free.
async fn waits_for(
    swarm: &Swarm,
    held: &'static str,
    others: &'static str,
    change: impl Future<Output = Result<(), StateError>>,
) -> bool {
    let mut holder = swarm.connect().await;
    let mut hold = holder.begin().await.unwrap();
    let query = format!("SELECT FROM task_states WHERE task_id = '{held}' FOR UPDATE");
    sqlx::query(AssertSqlSafe(query))
        .execute(&mut *hold)
        .await
        .unwrap();
    let watched = async {
        swarm.until_somebody_waits().await;
        let mut other = swarm.connect().await;
        let query =
            format!("SELECT FROM task_states WHERE task_id = '{others}' FOR UPDATE SKIP LOCKED");
        let free = sqlx::query(AssertSqlSafe(query)).fetch_all(&mut other);
        let is_free = !free.await.unwrap().is_empty();
        hold.rollback().await.unwrap();
        is_free
    };
    let (changed, is_free) = tokio::join!(change, watched);
    changed.unwrap();
    is_free
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_that_leaves_locks_a_part_of_a_part_first() {
    let Some(swarm) = Swarm::with_agents(&["a"]).await else {
        return;
    };
    let family = vec![
        task("top"),
        part_of("top", "a part"),
        part_of("a part", "b"),
    ];
    swarm.store.enqueue(family).await.unwrap();
    for _ in 0..3 {
        swarm.claim("a").await;
    }
    let leaves = async { swarm.store.deregister("a").await.map(drop) };
    assert!(waits_for(&swarm, "b", "a part", leaves).await);
    for task_id in ["top", "a part", "b"] {
        assert_eq!(swarm.state(task_id).await, TaskState::Queued, "{task_id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_removed_while_many_are_requeued_is_left_out() {
    let Some(swarm) = Swarm::with_agents(&[]).await else {
        return;
    };
    let tasks = vec![task("stays"), task("goes")];
    swarm.store.enqueue(tasks).await.unwrap();
    swarm.store.cancel("stays").await.unwrap();
    swarm.store.cancel("goes").await.unwrap();
    let cancelled = TaskFilter {
        state: Some(TaskState::Cancelled),
        ..TaskFilter::default()
    };
    let mut holder = swarm.connect().await;
    let mut removal = holder.begin().await.unwrap();
    sqlx::query("DELETE FROM task_states WHERE task_id = 'goes'")
        .execute(&mut *removal)
        .await
        .unwrap();
    let (requeued, ()) = tokio::join!(swarm.store.requeue(&cancelled, 2), async {
        swarm.until_somebody_waits().await;
        removal.commit().await.unwrap();
    });
    let requeued = requeued.unwrap();
    assert_eq!(requeued.tasks.len(), 1);
    assert_eq!(requeued.skipped[0].task_id, "goes");
    assert_eq!(swarm.state("stays").await, TaskState::Queued);
}
