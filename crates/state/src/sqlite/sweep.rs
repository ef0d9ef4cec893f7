//! The sweep: tasks whose worker is lost return, agents that fell silent are marked. Times are
//! compared here, not in SQL, where agents write them in formats of their own.

use std::time::Duration;

use async_trait::async_trait;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::SWEEP_BATCH;
use swarmscope_model::state::{LostLease, StateError, SweepLimits, SweepReport, Task, TaskState};

use super::context::Context;
use super::operation::Operation;
use super::steer::stop;
use super::{SqliteState, joins, reads, unavailable};
use crate::content::to_time;
use crate::joining::open_children;
use crate::transitions::{Ended, TaskRow, after_loss};

// The indexes are named because SQLite, which knows nothing of how long the queue is, would take that of all
// tasks by state: every sweep would read the whole queue for its deadlines.

const EXPIRED: &str = "SELECT * FROM task_states INDEXED BY task_states_held \
     WHERE state = 'in_progress' AND lease_expires_at <= ?1";

/// Tasks that agents have taken with SQL of their own.
const WITHOUT_LEASE: &str = "SELECT * FROM task_states INDEXED BY task_states_held \
     WHERE state = 'in_progress' AND lease_expires_at IS NULL";

const OVERDUE: &str = "SELECT * FROM task_states INDEXED BY task_states_deadline \
     WHERE deadline <= ?1 AND state IN ('queued', 'in_progress', 'waiting') \
     ORDER BY deadline LIMIT ?2";

pub async fn sweep(state: &SqliteState, limits: &SweepLimits) -> Result<SweepReport, StateError> {
    // Look first: a sweep that finds nothing, which is most of them, takes no lock.
    let mut reader = state.readers().acquire().await.map_err(unavailable)?;
    let due = Due::find(&mut reader, limits, state.now()).await?;
    drop(reader);
    if due.is_empty() {
        return Ok(SweepReport::default());
    }
    let limits = limits.clone();
    state.write(Sweep { limits }).await
}

struct Sweep {
    limits: SweepLimits,
}

#[async_trait]
impl Operation for Sweep {
    type Output = SweepReport;

    async fn run(
        &self,
        connection: &mut SqliteConnection,
        context: &mut Context,
    ) -> Result<SweepReport, StateError> {
        let now = context.now;
        let due = Due::find(connection, &self.limits, now).await?;
        let mut report = SweepReport::default();
        for before in due.overdue {
            report
                .overdue
                .extend(overdue(connection, &before, now).await?);
        }
        let expired = due
            .expired
            .into_iter()
            .map(|row| (row, Ended::LeaseExpired));
        let foreign = due.foreign.into_iter().map(|row| (row, Ended::AgentGone));
        for (before, ended) in expired.chain(foreign).take(SWEEP_BATCH) {
            // What was overdue has ended, and taken along what was under it.
            let row = reads::row(connection, &before.task.task_id).await?;
            if row.task.state != TaskState::InProgress {
                continue;
            }
            let task = stop(connection, &before, ended, after_loss(&before), now).await?;
            joins::child_ended(connection, &task, now).await?;
            report.expired.push(LostLease {
                task,
                agent_name: before.task.agent_name.unwrap_or_default(),
            });
        }
        for task_id in due.joinable {
            if joins::settle(connection, &task_id, now).await? {
                report
                    .joined
                    .push(reads::row(connection, &task_id).await?.task);
            }
        }
        for agent_name in due.silent {
            set_status(connection, &agent_name, "inactive", Some(now)).await?;
            report.silenced.push(agent_name);
        }
        for agent_name in due.revived {
            set_status(connection, &agent_name, "active", None).await?;
        }
        Ok(report)
    }
}

/// Fails a task whose deadline has passed, and cancels all under it. Nothing when an earlier one of
/// the same sweep has ended it.
async fn overdue(
    connection: &mut SqliteConnection,
    before: &TaskRow,
    now: Timestamp,
) -> Result<Option<Task>, StateError> {
    let before = reads::row(connection, &before.task.task_id).await?;
    if before.task.state.is_final() {
        return Ok(None);
    }
    let failed = stop(connection, &before, Ended::Overdue, TaskState::Failed, now).await?;
    joins::stop_all_under(connection, &failed.task_id, now).await?;
    joins::child_ended(connection, &failed, now).await?;
    Ok(Some(failed))
}

/// What there is to do.
pub(super) struct Due {
    expired: Vec<TaskRow>,
    foreign: Vec<TaskRow>,
    overdue: Vec<TaskRow>,
    /// Parents whose children have ended, which only happens behind our back.
    joinable: Vec<String>,
    silent: Vec<String>,
    revived: Vec<String>,
}

impl Due {
    pub(super) async fn find(
        connection: &mut SqliteConnection,
        limits: &SweepLimits,
        now: Timestamp,
    ) -> Result<Self, StateError> {
        let agents = agents(connection).await?;
        Ok(Self {
            expired: expired(connection, now).await?,
            foreign: foreign(connection, &agents, limits.foreign_after, now).await?,
            overdue: past_deadline(connection, now).await?,
            joinable: joinable(connection).await?,
            silent: named(&agents, |agent| {
                ["active", "draining"].contains(&agent.status.as_str())
                    && age(agent.heartbeat, now) > milliseconds(limits.silent_after)
            }),
            revived: named(&agents, |agent| {
                agent.status == "inactive"
                    && agent
                        .silenced_at
                        .is_some_and(|point| agent.heartbeat > point)
            }),
        })
    }

    fn is_empty(&self) -> bool {
        self.expired.is_empty()
            && self.foreign.is_empty()
            && self.overdue.is_empty()
            && self.joinable.is_empty()
            && self.silent.is_empty()
            && self.revived.is_empty()
    }
}

fn age(point: Timestamp, now: Timestamp) -> i64 {
    now.as_millisecond() - point.as_millisecond()
}

fn milliseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// An agent's sign of life.
struct Pulse {
    agent_name: String,
    status: String,
    heartbeat: Timestamp,
    silenced_at: Option<Timestamp>,
}

fn named(agents: &[Pulse], holds: impl Fn(&Pulse) -> bool) -> Vec<String> {
    agents
        .iter()
        .filter(|agent| holds(agent))
        .map(|agent| agent.agent_name.clone())
        .collect()
}

async fn agents(connection: &mut SqliteConnection) -> Result<Vec<Pulse>, StateError> {
    let read = |row: &SqliteRow| -> Result<Pulse, sqlx::Error> {
        let heartbeat: Option<String> = row.try_get_unchecked("last_heartbeat")?;
        let status: Option<String> = row.try_get_unchecked("status")?;
        let silenced_at: Option<i64> = row.try_get_unchecked("silenced_at")?;
        Ok(Pulse {
            agent_name: row.try_get_unchecked("agent_name")?,
            status: status.unwrap_or_default(),
            heartbeat: to_time(&heartbeat.unwrap_or_default()),
            silenced_at: silenced_at.map(Timestamp::from_millisecond),
        })
    };
    sqlx::query(
        "SELECT agent_name, status, last_heartbeat, silenced_at FROM agents ORDER BY agent_name",
    )
    .fetch_all(connection)
    .await
    .map_err(unavailable)?
    .iter()
    .map(read)
    .collect::<Result<_, _>>()
    .map_err(unavailable)
}

async fn expired(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<TaskRow>, StateError> {
    let query = sqlx::query(EXPIRED).bind(now.as_millisecond());
    reads::all_rows(connection, query).await
}

async fn past_deadline(
    connection: &mut SqliteConnection,
    now: Timestamp,
) -> Result<Vec<TaskRow>, StateError> {
    let query = sqlx::query(OVERDUE)
        .bind(now.as_millisecond())
        .bind(i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX));
    reads::all_rows(connection, query).await
}

async fn joinable(connection: &mut SqliteConnection) -> Result<Vec<String>, StateError> {
    sqlx::query_scalar(AssertSqlSafe(format!(
        "SELECT task_id FROM task_states AS parent WHERE parent.state = 'waiting' \
         AND parent.after_children IS NOT NULL AND NOT {} LIMIT ?1",
        open_children("parent.task_id")
    )))
    .bind(i64::try_from(SWEEP_BATCH).unwrap_or(i64::MAX))
    .fetch_all(connection)
    .await
    .map_err(unavailable)
}

/// Tasks without a lease that neither changed themselves nor have an agent that shows itself.
async fn foreign(
    connection: &mut SqliteConnection,
    agents: &[Pulse],
    after: Duration,
    now: Timestamp,
) -> Result<Vec<TaskRow>, StateError> {
    let found = reads::all_rows(connection, sqlx::query(WITHOUT_LEASE)).await?;
    let alive = |row: &TaskRow| {
        let holder = row.task.agent_name.as_deref();
        let pulse = agents
            .iter()
            .find(|agent| Some(agent.agent_name.as_str()) == holder);
        let changed = row.task.updated_at.max(row.task.created_at);
        let last = pulse.map_or(changed, |agent| agent.heartbeat.max(changed));
        age(last, now) < milliseconds(after)
    };
    Ok(found.into_iter().filter(|row| !alive(row)).collect())
}

async fn set_status(
    connection: &mut SqliteConnection,
    agent_name: &str,
    status: &str,
    silenced_at: Option<Timestamp>,
) -> Result<(), StateError> {
    sqlx::query(
        "UPDATE agents SET status = CASE WHEN ?2 = 'active' AND draining THEN 'draining' \
         ELSE ?2 END, silenced_at = ?3 WHERE agent_name = ?1",
    )
    .bind(agent_name)
    .bind(status)
    .bind(silenced_at.map(Timestamp::as_millisecond))
    .execute(connection)
    .await
    .map_err(unavailable)?;
    Ok(())
}
