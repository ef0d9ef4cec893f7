//! The whole story of a correlation id: fetched here, put together by `journey`.
//!
//! Three rounds: events and tasks at once, then what they name (attempts, relatives, signs of life), then
//! the assembly. Each has a limit, and the reply says what it left out.

mod events;
mod presence;
mod suggestions;
mod tasks;

use axum::Json;
use axum::extract::{Path, State};
use swarmscope_journey::{Journey, KnownAgent, Story, Truncated, assemble};
use swarmscope_model::Timestamp;
use swarmscope_model::limits::MAX_NAME_BYTES;
use swarmscope_query::store::LeftOut;

use super::NativeState;
use super::errors::ApiError;

/// `GET /api/v1/journeys/{correlation_id}`
pub async fn show(
    State(state): State<NativeState>,
    Path(correlation_id): Path<String>,
) -> Result<Json<Journey>, ApiError> {
    if correlation_id.is_empty() || correlation_id.len() > MAX_NAME_BYTES {
        return Err(ApiError::invalid(format!(
            "a correlation id has 1 to {MAX_NAME_BYTES} bytes"
        )));
    }
    let (events, tasks) = tokio::join!(
        events::of(state.logs.as_ref(), state.errors.as_ref(), &correlation_id),
        tasks::of(state.state.as_ref(), &correlation_id),
    );
    let events = events?;
    if events.events.is_empty() && tasks.own.is_empty() {
        return Err(suggestions::unknown(&state, &correlation_id).await);
    }
    let now = Timestamp::now();
    let names = presence::involved(&events.events, &tasks.own);
    let span = presence::around(&events.events, &tasks.own, now);
    let (related, agents, presence) = tokio::join!(
        tasks::related(state.state.as_ref(), &tasks.own, &events.events),
        known_agents(&state),
        presence::of(state.logs.as_ref(), state.errors.as_ref(), &names, span),
    );
    let presence = presence?;
    let mut truncated = events.truncated;
    truncated.extend(tasks.truncated);
    truncated.extend(presence.truncated);
    let mut tasks = tasks.own;
    tasks.extend(related);
    let story = Story {
        correlation_id,
        now: Some(now),
        events: events.events,
        tasks,
        agents,
        presence: presence.events,
        truncated,
    };
    // Ten thousand entries take some milliseconds, which no other request should wait for.
    let journey = tokio::task::spawn_blocking(move || assemble(story)).await;
    journey.map(Json).map_err(|error| {
        ApiError::unavailable(format!("the journey was not put together: {error}"))
    })
}

/// What is registered of agents; nothing while the state does not answer, which the tasks say already.
async fn known_agents(state: &NativeState) -> Vec<KnownAgent> {
    let agents = state.state.agents().await.unwrap_or_default();
    let known = agents.into_iter().map(|agent| KnownAgent {
        name: agent.agent_name,
        agent_type: agent.agent_type,
        status: agent.status,
    });
    known.collect()
}

/// Damaged parts of an index, as something that is not there in full.
fn damaged(left_out: Vec<LeftOut>) -> impl Iterator<Item = Truncated> {
    left_out.into_iter().map(|left| Truncated {
        what: left.index,
        shown: 0,
        total: left.parts,
        reason: format!("damaged parts are left out: {}", left.reason),
    })
}
