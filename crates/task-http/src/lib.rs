//! Tasks, agents, schedules and limits over HTTP, for whoever steers a swarm: the same routes on the
//! orchestrator's port and on the web UI's. Described by the document that the handlers make themselves.
//!
//! Handlers translate between HTTP and [`Tasks`]; what happens is behind it. Workers' calls, which carry a
//! claim, are the orchestrator's alone. Never checks credentials: whoever serves these routes guards them.

mod agents;
mod body;
mod bulk;
mod dead_letters;
mod errors;
mod examples;
mod limits;
mod listing;
mod replies;
mod retry_policies;
mod schedules;
mod seen;
mod steer;
mod submit;
mod tasks;
mod watch;

use std::sync::Arc;

use axum::Router;
use tokio_util::sync::CancellationToken;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use body::{Body, Parameters};
pub use bulk::{BulkRequest, CancelReply, RequeueReply};
pub use errors::ApiError;
pub use limits::{LimitList, NamedLimit, Scope};
pub use listing::Which;
pub use replies::{Absent, Refused, Shared};
pub use retry_policies::{NamedPolicy, PolicyList};
pub use schedules::{ScheduleList, ScheduleReply, ScheduleRequest};
pub use steer::Tasks;

use swarmscope_model::limits::MAX_METADATA_BYTES;
use watch::Changes;

/// Largest request body: a completion with a full result and several full follow-ups.
pub const MAX_BODY_BYTES: usize = 16 * MAX_METADATA_BYTES;

/// What the handlers work on. Cheap to clone.
#[derive(Clone)]
pub struct Door {
    tasks: Arc<dyn Tasks>,
    changes: Changes,
}

/// The routes with their description. Streams end when `closing` is cancelled.
pub fn routes(tasks: Arc<dyn Tasks>, closing: CancellationToken) -> OpenApiRouter {
    let door = Door {
        changes: Changes::new(Arc::clone(&tasks), closing),
        tasks,
    };
    OpenApiRouter::new()
        .routes(routes!(submit::submit, tasks::list))
        .routes(routes!(watch::watch))
        .routes(routes!(bulk::requeue))
        .routes(routes!(bulk::cancel))
        .routes(routes!(dead_letters::list))
        .routes(routes!(tasks::show))
        .routes(routes!(tasks::cancel))
        .routes(routes!(tasks::retry))
        .routes(routes!(agents::drain))
        .routes(routes!(agents::undrain))
        .routes(routes!(schedules::list))
        .routes(routes!(schedules::show, schedules::put, schedules::remove))
        .routes(routes!(schedules::pause))
        .routes(routes!(schedules::resume))
        .routes(routes!(schedules::run))
        .routes(routes!(limits::list))
        .routes(routes!(limits::put, limits::remove))
        .routes(routes!(retry_policies::list))
        .routes(routes!(retry_policies::put, retry_policies::remove))
        .with_state(door)
}

/// The routes alone.
pub fn router(tasks: Arc<dyn Tasks>, closing: CancellationToken) -> Router {
    routes(tasks, closing).split_for_parts().0
}
