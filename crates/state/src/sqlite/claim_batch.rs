//! The claims of many agents in one change: what they have in common is looked up once, and each lane of
//! the queue is walked once for all who may take from it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::{Row, SqliteConnection};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{StateError, Task};

use super::claims::{TakeNext, admit, claimer_of};
use super::context::Context;
use super::open::Clock;
use super::operation::Operation;
use super::writer::Writer;
use super::{rows, unavailable};
use crate::claimer::Claimer;
use crate::jitter::later;
use crate::together::{self, Outcome, Together, in_order};
use crate::transitions::unknown_agent;

/// The lanes of the types (`?1`) for an agent with these skills (`?2`).
const LANES: &str = "WITH RECURSIVE lane (task_type, skills) AS (\
         SELECT wanted.value, (SELECT min(required_skills) FROM task_states \
             WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL \
             AND task_states.task_type = wanted.value) FROM json_each(?1) AS wanted \
         UNION ALL SELECT lane.task_type, (SELECT min(required_skills) FROM task_states \
             WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL \
             AND task_states.task_type = lane.task_type AND required_skills > lane.skills) \
         FROM lane WHERE lane.skills IS NOT NULL) \
     SELECT task_type, skills FROM lane WHERE skills IS NOT NULL AND NOT EXISTS (\
         SELECT 1 FROM json_each(lane.skills) AS needed \
         WHERE needed.value NOT IN (SELECT had.value FROM json_each(?2) AS had))";

/// The first tasks of a lane, at most `?4`.
const FIRST_OF_LANE: &str = "SELECT claim_order, rowid AS place FROM task_states \
     WHERE state = 'queued' AND not_before IS NULL AND agent_name IS NULL AND task_type = ?1 \
     AND required_skills = ?2 AND (deadline IS NULL OR deadline > ?3) \
     ORDER BY claim_order, rowid LIMIT ?4";

/// Gives tasks to agents: `?1` has the place, the agent and the end of the lease of each.
const TAKE: &str = "UPDATE task_states SET state = 'in_progress', agent_name = given.agent, \
         updated_at = ?3, fencing_token = fencing_token + 1, claimed_at = ?2, \
         lease_expires_at = given.lease_end, first_claimed_at = coalesce(first_claimed_at, ?2) \
     FROM (SELECT value ->> 0 AS place, value ->> 1 AS agent, value ->> 2 AS lease_end \
         FROM json_each(?1)) AS given \
     WHERE task_states.rowid = given.place RETURNING *, task_states.rowid AS place";

const CLAIMERS: &str = "SELECT agent_name, status, draining, capabilities, last_heartbeat, \
         EXISTS (SELECT 1 FROM task_states WHERE state = 'queued' \
             AND task_states.agent_name = agents.agent_name) AS kept \
     FROM agents WHERE agent_name IN (SELECT value FROM json_each(?1))";

const SEEN: &str = "UPDATE agents SET last_heartbeat = ?2, \
         status = CASE WHEN draining THEN 'draining' ELSE 'active' END \
     WHERE agent_name IN (SELECT value FROM json_each(?1))";

/// Claims of this moment.
pub struct ClaimBatch {
    pub writer: Writer,
    pub clock: Clock,
}

type Outcomes = together::Outcomes<Option<Task>>;

#[async_trait]
impl Together for ClaimBatch {
    type Request = TakeNext;
    type Output = Option<Task>;

    async fn run(&self, requests: &[TakeNext]) -> Vec<Outcome<Option<Task>>> {
        let mut outcomes = Outcomes::new();
        if let Err(error) = self.claim_all(requests, &mut outcomes).await {
            tracing::debug!("a batch of claims failed: {error}");
            outcomes.clear();
        }
        in_order(requests.len(), outcomes)
    }
}

impl ClaimBatch {
    async fn claim_all(
        &self,
        requests: &[TakeNext],
        outcomes: &mut Outcomes,
    ) -> Result<(), StateError> {
        let mut change = self.writer.change().await.map_err(unavailable)?;
        let mut context = Context::new((self.clock)());
        let claimers = claimers(&mut change, requests).await?;
        admit(&mut change, &context).await?;
        let rules = context.rules(&mut change).await?.clone();
        let mut groups: BTreeMap<Wish<'_>, Vec<usize>> = BTreeMap::new();
        for (place, request) in requests.iter().enumerate() {
            match claimers.get(request.agent_name.as_str()) {
                None => {
                    let refusal = unknown_agent(&request.agent_name);
                    outcomes.insert(place, Outcome::Done(Err(refusal)));
                }
                Some((claimer, _)) if claimer.draining => {
                    outcomes.insert(place, Outcome::Done(Ok(None)));
                }
                Some((_, kept))
                    if *kept || rules.limit_claims(&request.agent_name, &request.task_types) =>
                {
                    let task = request.run(&mut change, &mut context).await?;
                    outcomes.insert(place, Outcome::Done(Ok(task)));
                }
                Some((claimer, _)) => {
                    let wish = Wish {
                        task_types: request.task_types.iter().map(String::as_str).collect(),
                        skills: claimer.skills.iter().map(String::as_str).collect(),
                    };
                    groups.entry(wish).or_default().push(place);
                }
            }
        }
        let mut seen = BTreeSet::new();
        for (wish, places) in &groups {
            let asking: Vec<&TakeNext> = places.iter().map(|place| &requests[*place]).collect();
            let taken = take(&mut change, context.now, wish, &asking).await?;
            for ((place, request), task) in places.iter().zip(asking).zip(taken) {
                let noted = claimers.get(request.agent_name.as_str());
                if task.is_some() && noted.is_some_and(|(one, _)| one.is_to_be_noted(context.now)) {
                    seen.insert(request.agent_name.as_str());
                }
                outcomes.insert(*place, Outcome::Done(Ok(task)));
            }
        }
        show_life(&mut change, &seen, context.now).await?;
        change.commit().await.map_err(unavailable)
    }
}

/// What a group of agents may take.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wish<'a> {
    task_types: BTreeSet<&'a str>,
    skills: BTreeSet<&'a str>,
}

/// The agents by name, and whether tasks are kept for them.
async fn claimers(
    connection: &mut SqliteConnection,
    requests: &[TakeNext],
) -> Result<BTreeMap<String, (Claimer, bool)>, StateError> {
    let names = Value::from_iter(requests.iter().map(|request| request.agent_name.as_str()));
    let rows = sqlx::query(CLAIMERS)
        .bind(names.to_string())
        .fetch_all(connection)
        .await
        .map_err(unavailable)?;
    let claimers = rows.iter().map(|row| {
        let name = row.try_get_unchecked("agent_name")?;
        let kept = row.try_get_unchecked("kept")?;
        Ok((name, (claimer_of(row)?, kept)))
    });
    claimers
        .collect::<Result<_, sqlx::Error>>()
        .map_err(unavailable)
}

/// Tasks for the agents, in their order, as many as there are.
async fn take(
    connection: &mut SqliteConnection,
    now: Timestamp,
    wish: &Wish<'_>,
    asking: &[&TakeNext],
) -> Result<Vec<Option<Task>>, StateError> {
    let places = first(connection, now, wish, asking.len()).await?;
    let given: Vec<Value> = places
        .iter()
        .zip(asking)
        .map(|(place, request)| {
            let lease_end = later(now, request.lease).as_millisecond();
            json!([place, request.agent_name, lease_end])
        })
        .collect();
    let mut tasks = BTreeMap::new();
    if !given.is_empty() {
        let rows = sqlx::query(TAKE)
            .bind(Value::from(given).to_string())
            .bind(now.as_millisecond())
            .bind(now.to_string())
            .fetch_all(connection)
            .await
            .map_err(unavailable)?;
        for row in &rows {
            let place: i64 = row.try_get_unchecked("place").map_err(unavailable)?;
            tasks.insert(place, rows::task(row).map_err(unavailable)?.task);
        }
    }
    let mut places = places.iter();
    let next = || places.next().and_then(|place| tasks.remove(place));
    Ok(std::iter::repeat_with(next).take(asking.len()).collect())
}

/// Where the most urgent tasks are, at most so many.
async fn first(
    connection: &mut SqliteConnection,
    now: Timestamp,
    wish: &Wish<'_>,
    most: usize,
) -> Result<Vec<i64>, StateError> {
    let list = |names: &BTreeSet<&str>| Value::from_iter(names.iter().copied()).to_string();
    let lanes: Vec<(String, String)> = sqlx::query_as(LANES)
        .bind(list(&wish.task_types))
        .bind(list(&wish.skills))
        .fetch_all(&mut *connection)
        .await
        .map_err(unavailable)?;
    let mut found: Vec<(i64, i64)> = Vec::new();
    for (task_type, skills) in lanes {
        let of_lane: Vec<(i64, i64)> = sqlx::query_as(FIRST_OF_LANE)
            .bind(task_type)
            .bind(skills)
            .bind(now.as_millisecond())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&mut *connection)
            .await
            .map_err(unavailable)?;
        found.extend(of_lane);
    }
    found.sort_unstable();
    Ok(found
        .into_iter()
        .map(|(_, place)| place)
        .take(most)
        .collect())
}

async fn show_life(
    connection: &mut SqliteConnection,
    agents: &BTreeSet<&str>,
    now: Timestamp,
) -> Result<(), StateError> {
    if agents.is_empty() {
        return Ok(());
    }
    sqlx::query(SEEN)
        .bind(Value::from_iter(agents.iter().copied()).to_string())
        .bind(now.to_string())
        .execute(connection)
        .await
        .map_err(unavailable)?;
    Ok(())
}
