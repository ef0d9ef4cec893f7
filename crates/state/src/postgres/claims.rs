//! Claiming: which task, and whether limits allow one more.

use std::time::Duration;

use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use swarmscope_model::limits::ADMIT_BATCH;
use swarmscope_model::state::Task;

use super::failure::Broken;
use super::instant::Instant;
use super::rows::{self, task_columns};
use super::{PostgresState, limits};
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

/// The lanes that have a task for the agent (`$1`) at this time (`$3`), the most urgent first. A lane
/// is a type (of `$2`) with one set of required skills, or what is kept for the agent; each costs a few
/// look-ups in the index, however long the queue.
macro_rules! lanes {
    () => {
        concat!(
            "had AS (SELECT coalesce(capabilities::jsonb -> 'skills', '[]') AS skills FROM agents \
                 WHERE agent_name = $1), \
             lane (task_type, skills) AS (\
                 SELECT wanted.task_type, (SELECT required_skills FROM task_states WHERE ",
            ready!(),
            " AND task_states.task_type = wanted.task_type ORDER BY required_skills LIMIT 1) \
                 FROM unnest($2::text[]) AS wanted (task_type) \
                 UNION ALL SELECT lane.task_type, (SELECT required_skills FROM task_states WHERE ",
            ready!(),
            " AND task_states.task_type = lane.task_type AND required_skills > lane.skills \
                 ORDER BY required_skills LIMIT 1) FROM lane WHERE lane.skills IS NOT NULL), \
             head AS (SELECT FALSE AS kept, lane.task_type, lane.skills, claim_order, enqueue_order \
                 FROM lane CROSS JOIN LATERAL (SELECT claim_order, enqueue_order FROM task_states \
                     WHERE ",
            ready!(),
            " AND task_states.task_type = lane.task_type AND required_skills = lane.skills \
                     AND (deadline IS NULL OR deadline > $3) \
                     ORDER BY claim_order, enqueue_order LIMIT 1) AS next \
                 WHERE lane.skills = '[]' \
                     OR lane.skills::jsonb <@ (SELECT had.skills FROM had) \
                 UNION ALL SELECT TRUE, wanted.task_type, '[]', claim_order, enqueue_order \
                 FROM unnest($2::text[]) AS wanted (task_type) \
                 CROSS JOIN LATERAL (SELECT claim_order, enqueue_order FROM task_states \
                     WHERE state = 'queued' AND not_before IS NULL AND agent_name = $1 \
                     AND task_states.task_type = wanted.task_type \
                     AND (deadline IS NULL OR deadline > $3) AND (required_skills = '[]' \
                         OR required_skills::jsonb <@ (SELECT had.skills FROM had)) \
                     ORDER BY claim_order, enqueue_order LIMIT 1) AS next)"
        )
    };
}

/// The next task of the lane, or of those kept for the agent, that nobody else is taking.
macro_rules! next_of_lane {
    ($kept:literal, $task_type:literal, $skills:literal) => {
        concat!(
            "SELECT task_id FROM task_states WHERE state = 'queued' AND not_before IS NULL \
             AND agent_name IS NULL AND NOT ",
            $kept,
            " AND task_type = ",
            $task_type,
            " AND required_skills = ",
            $skills,
            " AND (deadline IS NULL OR deadline > $3) \
             ORDER BY claim_order, enqueue_order LIMIT 1 FOR UPDATE SKIP LOCKED"
        )
    };
}

/// What a claim does to its task and to the agent. Needs `next`.
macro_rules! take {
    () => {
        "UPDATE task_states SET state = 'in_progress', agent_name = $1, updated_at = $3, \
             fencing_token = fencing_token + 1, claimed_at = $3, lease_expires_at = $4, \
             first_claimed_at = coalesce(first_claimed_at, $3) \
         FROM next WHERE task_states.task_id = next.task_id RETURNING "
    };
}

/// How things stand for the agent, and the task if it is as simple as it mostly is: no limits, nothing
/// delayed that is due, nothing kept for the agent that goes first.
const TAKE_AT_ONCE: &str = concat!(
    "WITH RECURSIVE ",
    lanes!(),
    ", agent AS (SELECT draining, \
         status = 'active' AND last_heartbeat > $3 - interval '1 second' AS is_fresh, \
         EXISTS (SELECT FROM system_config WHERE config_key LIKE 'claim\\_limit:%') AS limited, \
         EXISTS (SELECT FROM task_states WHERE state = 'queued' AND not_before <= $3) AS due \
         FROM agents WHERE agent_name = $1), \
     best AS (SELECT head.* FROM head, agent WHERE NOT (draining OR limited OR due) \
         ORDER BY claim_order, enqueue_order LIMIT 1), \
     next AS MATERIALIZED (",
    next_of_lane!(
        "(SELECT kept FROM best)",
        "(SELECT task_type FROM best)",
        "(SELECT skills FROM best)"
    ),
    "), seen AS (UPDATE agents SET last_heartbeat = $3, status = 'active' WHERE agent_name = $1 \
         AND EXISTS (SELECT FROM next) AND NOT (SELECT is_fresh FROM agent)), \
     taken AS (",
    take!(),
    task_columns!(),
    ") SELECT agent.draining, agent.limited, agent.due, EXISTS (SELECT FROM best) AS waiting, \
     taken.* FROM agent LEFT JOIN taken ON TRUE"
);

const LANES: &str = concat!(
    "WITH RECURSIVE ",
    lanes!(),
    " SELECT kept, task_type, skills FROM head ORDER BY claim_order, enqueue_order"
);

const SEEN: &str = "seen AS (UPDATE agents SET last_heartbeat = $3, \
     status = CASE WHEN draining THEN 'draining' ELSE 'active' END \
     WHERE agent_name = $1 AND EXISTS (SELECT FROM next)) ";

/// Who claims what.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    pub agent_name: &'a str,
    pub task_types: &'a [String],
    pub lease: Duration,
}

pub async fn claim(state: &PostgresState, wanted: Wanted<'_>) -> Result<Option<Task>, Broken> {
    let mut connection = state.pool().acquire().await?;
    let now = state.now();
    let row = sqlx::query(TAKE_AT_ONCE)
        .bind(wanted.agent_name)
        .bind(wanted.task_types)
        .bind(Instant(now))
        .bind(Instant(later(now, wanted.lease)))
        .fetch_optional(&mut *connection)
        .await?
        .ok_or_else(|| unknown_agent(wanted.agent_name))?;
    if row.try_get::<Option<&str>, _>("task_id")?.is_some() {
        return Ok(Some(rows::task(&row)?.task));
    }
    if row.try_get("draining")? {
        return Ok(None);
    }
    let due: bool = row.try_get("due")?;
    if due {
        sqlx::query(ADMIT)
            .bind(Instant(now))
            .bind(i64::from(ADMIT_BATCH))
            .execute(&mut *connection)
            .await?;
    }
    if row.try_get("limited")? {
        drop(connection);
        return limits::claim(state, wanted).await;
    }
    let waiting: bool = row.try_get("waiting")?;
    if !(due || waiting) {
        return Ok(None);
    }
    take_from_lanes(&mut connection, state, wanted).await
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
    const OF_LANE: &str = concat!(
        "WITH next AS MATERIALIZED (",
        next_of_lane!("FALSE", "$2", "$5"),
        "), "
    );
    const KEPT: &str = "WITH next AS MATERIALIZED (SELECT task_id FROM task_states \
         WHERE state = 'queued' AND not_before IS NULL AND agent_name = $1 AND task_type = $2 \
         AND (deadline IS NULL OR deadline > $3) AND (required_skills = $5 \
             OR required_skills::jsonb <@ (SELECT coalesce(capabilities::jsonb -> 'skills', '[]') \
                 FROM agents WHERE agent_name = $1)) \
         ORDER BY claim_order, enqueue_order LIMIT 1 FOR UPDATE SKIP LOCKED), ";
    const TAKE: &str = concat!(take!(), task_columns!());
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
