//! The claims of many agents in one statement. Only the plain ones: an agent for which tasks are kept, and
//! everybody whom limits concern, is sent to claim alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use async_trait::async_trait;
use sqlx::Row;
use sqlx::postgres::{PgConnection, PgRow};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::STATE_GROUP_COMMIT;
use swarmscope_model::state::Task;

use super::batch_connection::BatchWork;
use super::claims::{admit, lanes, ready, taken};
use super::instant::Instant;
use super::rows::{self, task_columns};
use crate::broken::Broken;
use crate::together::{self, Outcome};
use crate::transitions::unknown_agent;

/// Serves all of the agents (`$1`, leases in `$4`) that have the skills of the first, at the time `$3`: as
/// many tasks as there are agents are picked from the lanes of the types (`$2`), the most urgent first, and
/// the agents get them in turn. Nobody is served while tasks are due (`$5` says that these are seen to) or
/// there are limits of these types or of agents. What others hold at this moment is passed over. The outermost limit in `next`, which is
/// never reached, tells the planner how few tasks there are.
const TAKE_FOR_MANY: &str = concat!(
    "WITH RECURSIVE asked AS (SELECT given.*, agents.draining, \
         coalesce(agents.capabilities::jsonb -> 'skills', '[]') AS skills, \
         agents.status IS NOT DISTINCT FROM 'active' \
             AND agents.last_heartbeat > $3 - interval '1 second' AS is_fresh, \
         (SELECT task_id FROM task_states WHERE state = 'queued' \
             AND task_states.agent_name = given.name \
             ORDER BY task_type, claim_order LIMIT 1) IS NOT NULL AS kept \
         FROM unnest($1::text[], $4::bigint[]) WITH ORDINALITY AS given (name, lease_ms, place) \
         JOIN agents ON agents.agent_name = given.name), \
     standing AS (SELECT EXISTS (SELECT FROM system_config \
             WHERE config_key LIKE 'claim\\_limit:agent:%' OR config_key IN (\
                 SELECT 'claim_limit:task_type:' || wanted.task_type \
                 FROM unnest($2::text[]) AS wanted (task_type))) AS limited, \
         NOT $5 AND coalesce((SELECT not_before FROM task_states WHERE state = 'queued' \
             AND not_before IS NOT NULL ORDER BY not_before LIMIT 1) <= $3, FALSE) AS due), \
     had AS (SELECT skills FROM asked WHERE NOT (draining OR kept) ORDER BY place LIMIT 1), \
     served AS (SELECT asked.*, row_number() OVER (ORDER BY place) AS turn \
         FROM asked JOIN had ON asked.skills = had.skills \
         WHERE NOT (draining OR kept OR (SELECT limited OR due FROM standing))), ",
    lanes!(),
    ", head AS (SELECT lane.task_type, lane.skills FROM lane CROSS JOIN LATERAL (\
             SELECT claim_order, enqueue_order FROM task_states WHERE ",
    ready!(),
    " AND task_states.task_type = lane.task_type AND required_skills = lane.skills \
             AND (deadline IS NULL OR deadline > $3) \
             ORDER BY claim_order, enqueue_order LIMIT (SELECT count(*) FROM served)) AS next \
         WHERE lane.skills = '[]' OR lane.skills::jsonb <@ (SELECT had.skills FROM had) \
         ORDER BY claim_order, enqueue_order LIMIT (SELECT count(*) FROM served)), \
     part AS (SELECT task_type, skills, count(*) AS tasks FROM head GROUP BY task_type, skills), \
     next AS MATERIALIZED (SELECT picked.* FROM part CROSS JOIN LATERAL (\
             SELECT task_id, claim_order, enqueue_order FROM task_states WHERE ",
    ready!(),
    " AND task_states.task_type = part.task_type AND required_skills = part.skills \
             AND (deadline IS NULL OR deadline > $3) \
             ORDER BY claim_order, enqueue_order LIMIT part.tasks FOR UPDATE SKIP LOCKED) AS picked \
         LIMIT 64), \
     given AS (SELECT next.task_id, served.name, served.lease_ms, served.place, served.is_fresh \
         FROM (SELECT task_id, row_number() OVER (ORDER BY claim_order, enqueue_order) AS turn \
             FROM next) AS next JOIN served USING (turn)), \
     seen AS (UPDATE agents SET last_heartbeat = $3, status = 'active' WHERE agent_name IN (\
         SELECT agent_name FROM agents WHERE agent_name IN (\
             SELECT name FROM given WHERE is_fresh IS NOT TRUE) FOR UPDATE SKIP LOCKED)), \
     taken AS (UPDATE task_states SET ",
    taken!(
        "given.name",
        "$3 + given.lease_ms * interval '1 millisecond'"
    ),
    " FROM given WHERE task_states.task_id = given.task_id RETURNING given.place, ",
    task_columns!(),
    ") SELECT asked.place AS turn, asked.draining, asked.kept, standing.limited, standing.due, \
         asked.place IN (SELECT place FROM served) AS served, \
         (SELECT count(*) FROM head) > (SELECT count(*) FROM next) AS passed_over, taken.* \
     FROM standing CROSS JOIN asked LEFT JOIN taken ON taken.place = asked.place"
);

/// The limit that is never reached.
const _: () = assert!(STATE_GROUP_COMMIT <= 64);

/// What an agent asks for.
pub struct ClaimRequest {
    pub agent_name: String,
    pub task_types: Vec<String>,
    pub lease: Duration,
}

/// Claims of this moment.
pub struct ClaimBatch;

type Outcomes = together::Outcomes<Option<Task>>;

#[async_trait]
impl BatchWork for ClaimBatch {
    type Request = ClaimRequest;
    type Output = Option<Task>;

    async fn work(
        connection: &mut PgConnection,
        now: Timestamp,
        requests: &[ClaimRequest],
        outcomes: &mut Outcomes,
    ) -> Result<(), Broken> {
        // The same types in any order are the same wish.
        let mut groups: BTreeMap<BTreeSet<&str>, Vec<usize>> = BTreeMap::new();
        for (place, request) in requests.iter().enumerate() {
            let task_types = request.task_types.iter().map(String::as_str).collect();
            groups.entry(task_types).or_default().push(place);
        }
        for (task_types, places) in groups {
            let task_types: Vec<&str> = task_types.into_iter().collect();
            let group = Group {
                requests,
                task_types: &task_types,
                now,
            };
            group.serve(connection, places, outcomes).await?;
        }
        Ok(())
    }
}

/// Requests for the same types.
struct Group<'a> {
    requests: &'a [ClaimRequest],
    task_types: &'a [&'a str],
    now: Timestamp,
}

impl Group<'_> {
    /// One statement for each set of skills.
    async fn serve(
        &self,
        connection: &mut PgConnection,
        mut waiting: Vec<usize>,
        outcomes: &mut Outcomes,
    ) -> sqlx::Result<()> {
        let mut admitted = false;
        while !waiting.is_empty() {
            let rows = self.take(connection, &waiting, admitted).await?;
            let is_due = match rows.first() {
                Some(row) => row.try_get("due")?,
                None => false,
            };
            if is_due {
                admit(connection, self.now).await?;
                admitted = true;
                continue;
            }
            let mut unknown: BTreeSet<usize> = waiting.iter().copied().collect();
            let mut others = Vec::new();
            for row in &rows {
                let turn: i64 = row.try_get("turn")?;
                let turn = usize::try_from(turn - 1).unwrap_or_default();
                let Some(place) = waiting.get(turn).copied() else {
                    continue;
                };
                unknown.remove(&place);
                match outcome(row)? {
                    Some(outcome) => drop(outcomes.insert(place, outcome)),
                    None => others.push(place),
                }
            }
            for place in unknown {
                let refusal = unknown_agent(&self.requests[place].agent_name);
                outcomes.insert(place, Outcome::Done(Err(refusal)));
            }
            others.sort_unstable();
            waiting = others;
        }
        Ok(())
    }

    async fn take(
        &self,
        connection: &mut PgConnection,
        waiting: &[usize],
        admitted: bool,
    ) -> sqlx::Result<Vec<PgRow>> {
        let (names, leases): (Vec<&str>, Vec<i64>) = waiting
            .iter()
            .map(|place| {
                let request = &self.requests[*place];
                let lease = i64::try_from(request.lease.as_millis()).unwrap_or(i64::MAX);
                (request.agent_name.as_str(), lease)
            })
            .unzip();
        sqlx::query(TAKE_FOR_MANY)
            .bind(names)
            .bind(self.task_types)
            .bind(Instant(self.now))
            .bind(leases)
            .bind(admitted)
            .fetch_all(connection)
            .await
    }
}

/// What the row says became of its request; `None` for one that has other skills than those served.
fn outcome(row: &PgRow) -> sqlx::Result<Option<Outcome<Option<Task>>>> {
    if row.try_get::<Option<&str>, _>("task_id")?.is_some() {
        let task = rows::task(row)?.task;
        return Ok(Some(Outcome::Done(Ok(Some(task)))));
    }
    if row.try_get("draining")? {
        return Ok(Some(Outcome::Done(Ok(None))));
    }
    if row.try_get("kept")? || row.try_get("limited")? {
        return Ok(Some(Outcome::Alone));
    }
    if !row.try_get::<bool, _>("served")? {
        return Ok(None);
    }
    // What others held for a moment may be free again.
    let passed_over: bool = row.try_get("passed_over")?;
    Ok(Some(match passed_over {
        true => Outcome::Alone,
        false => Outcome::Done(Ok(None)),
    }))
}
