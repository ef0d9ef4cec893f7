//! Claiming: which task, and whether limits allow one more.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::ADMIT_BATCH;
use swarmscope_model::state::Task;

use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, limits};
use crate::broken::Broken;
use crate::jitter::later;
use crate::transitions::unknown_agent;

/// Lets delayed tasks into the queue that are due.
const ADMIT: &str = "UPDATE task_states SET not_before = NULL WHERE task_id IN (\
         SELECT task_id FROM task_states WHERE state = 'queued' AND not_before <= $1 \
         ORDER BY not_before LIMIT $2 FOR UPDATE SKIP LOCKED)";

/// What can be claimed now by anybody who has the skills.
macro_rules! ready {
    () => {
        "state = 'queued' AND not_before IS NULL AND agent_name IS NULL"
    };
}

/// The lanes of the types (`$2`) that have a task: a type with one set of required skills. Each costs a
/// few look-ups in the index, however long the queue. Needs `RECURSIVE`.
macro_rules! lanes {
    () => {
        concat!(
            "lane (task_type, skills) AS (\
                 SELECT wanted.task_type, (SELECT required_skills FROM task_states WHERE ",
            ready!(),
            " AND task_states.task_type = wanted.task_type ORDER BY required_skills LIMIT 1) \
                 FROM unnest($2::text[]) AS wanted (task_type) \
                 UNION ALL SELECT lane.task_type, (SELECT required_skills FROM task_states WHERE ",
            ready!(),
            " AND task_states.task_type = lane.task_type AND required_skills > lane.skills \
                 ORDER BY required_skills LIMIT 1) FROM lane WHERE lane.skills IS NOT NULL)"
        )
    };
}

/// What a claim at `$3` sets.
macro_rules! taken {
    ($agent:literal, $lease_end:literal) => {
        concat!(
            "state = 'in_progress', agent_name = ",
            $agent,
            ", updated_at = $3, fencing_token = fencing_token + 1, claimed_at = $3, \
             lease_expires_at = ",
            $lease_end,
            ", first_claimed_at = coalesce(first_claimed_at, $3)"
        )
    };
}

pub(super) use {lanes, ready, taken};

/// The lanes that have a task for the agent (`$1`) at this time (`$3`), and what is kept for it, the most
/// urgent first.
const LANES: &str = concat!(
    "WITH RECURSIVE had AS (SELECT coalesce(capabilities::jsonb -> 'skills', '[]') AS skills \
         FROM agents WHERE agent_name = $1), ",
    lanes!(),
    ", head AS (SELECT FALSE AS kept, lane.task_type, lane.skills, claim_order, enqueue_order \
             FROM lane CROSS JOIN LATERAL (SELECT claim_order, enqueue_order FROM task_states WHERE ",
    ready!(),
    " AND task_states.task_type = lane.task_type AND required_skills = lane.skills \
                 AND (deadline IS NULL OR deadline > $3) \
                 ORDER BY claim_order, enqueue_order LIMIT 1) AS next \
             WHERE lane.skills = '[]' OR lane.skills::jsonb <@ (SELECT had.skills FROM had) \
         UNION ALL SELECT TRUE, wanted.task_type, '[]', claim_order, enqueue_order \
             FROM unnest($2::text[]) AS wanted (task_type) \
             CROSS JOIN LATERAL (SELECT claim_order, enqueue_order FROM task_states \
                 WHERE state = 'queued' AND not_before IS NULL AND agent_name = $1 \
                 AND task_states.task_type = wanted.task_type \
                 AND (deadline IS NULL OR deadline > $3) AND (required_skills = '[]' \
                     OR required_skills::jsonb <@ (SELECT had.skills FROM had)) \
                 ORDER BY claim_order, enqueue_order LIMIT 1) AS next) \
     SELECT kept, task_type, skills FROM head ORDER BY claim_order, enqueue_order"
);

/// The next task of the lane that nobody else is taking.
const OF_LANE: &str = concat!(
    "WITH next AS MATERIALIZED (SELECT task_id FROM task_states WHERE ",
    ready!(),
    " AND task_type = $2 AND required_skills = $5 AND (deadline IS NULL OR deadline > $3) \
     ORDER BY claim_order, enqueue_order LIMIT 1 FOR UPDATE SKIP LOCKED), "
);

/// The next task of those kept for the agent.
const KEPT: &str = "WITH next AS MATERIALIZED (SELECT task_id FROM task_states \
     WHERE state = 'queued' AND not_before IS NULL AND agent_name = $1 AND task_type = $2 \
     AND (deadline IS NULL OR deadline > $3) AND (required_skills = $5 \
         OR required_skills::jsonb <@ (SELECT coalesce(capabilities::jsonb -> 'skills', '[]') \
             FROM agents WHERE agent_name = $1)) \
     ORDER BY claim_order, enqueue_order LIMIT 1 FOR UPDATE SKIP LOCKED), ";

const SEEN: &str = "seen AS (UPDATE agents SET last_heartbeat = $3, \
     status = CASE WHEN draining THEN 'draining' ELSE 'active' END \
     WHERE agent_name = $1 AND EXISTS (SELECT FROM next)) ";

const TAKE: &str = concat!(
    "UPDATE task_states SET ",
    taken!("$1", "$4"),
    " FROM next WHERE task_states.task_id = next.task_id RETURNING ",
    task_columns!()
);

/// How things stand for the agent (`$1`) at `$2`.
const STANDING: &str = "SELECT draining, \
         EXISTS (SELECT FROM system_config WHERE config_key LIKE 'claim\\_limit:%') AS limited, \
         coalesce((SELECT not_before FROM task_states WHERE state = 'queued' \
             AND not_before IS NOT NULL ORDER BY not_before LIMIT 1) <= $2, FALSE) AS due \
     FROM agents WHERE agent_name = $1";

/// Who claims what.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub agent_name: &'a str,
    pub task_types: &'a [String],
    pub lease: Duration,
}

/// Claims for one agent.
pub async fn claim(state: &PostgresState, wanted: Wanted<'_>) -> Result<Option<Task>, Broken> {
    let mut connection = state.pool().acquire().await?;
    let now = state.now();
    let standing = sqlx::query(STANDING)
        .bind(wanted.agent_name)
        .bind(Instant(now))
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| unknown_agent(wanted.agent_name))?;
    if standing.try_get("draining")? {
        return Ok(None);
    }
    if standing.try_get("due")? {
        admit(&mut connection, now).await?;
    }
    if standing.try_get("limited")? {
        drop(connection);
        return limits::claim(state, wanted).await;
    }
    take_from_lanes(&mut connection, state, wanted).await
}

/// Lets some of the delayed tasks into the queue that are due.
pub async fn admit(connection: &mut PgConnection, now: Timestamp) -> sqlx::Result<()> {
    sqlx::query(ADMIT)
        .bind(Instant(now))
        .bind(i64::from(ADMIT_BATCH))
        .execute(connection)
        .await?;
    Ok(())
}

/// Goes through the lanes until one has a task that nobody else is taking.
pub async fn take_from_lanes(
    connection: &mut PgConnection,
    state: &PostgresState,
    wanted: Wanted<'_>,
) -> Result<Option<Task>, Broken> {
    let lanes = sqlx::query(LANES)
        .bind(wanted.agent_name)
        .bind(wanted.task_types)
        .bind(Instant(state.now()))
        .fetch_all(&mut *connection)
        .await?;
    for lane in &lanes {
        if let Some(row) = take_from(connection, state, wanted, lane).await? {
            return Ok(Some(rows::task(&row)?.task));
        }
    }
    Ok(None)
}

async fn take_from(
    connection: &mut PgConnection,
    state: &PostgresState,
    wanted: Wanted<'_>,
    lane: &PgRow,
) -> Result<Option<PgRow>, Broken> {
    let kept: bool = lane.try_get("kept")?;
    let statement = [if kept { KEPT } else { OF_LANE }, SEEN, TAKE].concat();
    let now = state.now();
    Ok(sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(wanted.agent_name)
        .bind(lane.try_get::<&str, _>("task_type")?)
        .bind(Instant(now))
        .bind(Instant(later(now, wanted.lease)))
        .bind(lane.try_get::<&str, _>("skills")?)
        .fetch_optional(connection)
        .await?)
}
