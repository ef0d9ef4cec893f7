//! Tasks to steer, as on the orchestrator's port, straight at the state store: the orchestrator finds what
//! is changed here when it looks.

use std::sync::Arc;

use axum::Router;
use swarmscope_model::state::StateStore;
use swarmscope_task_http::Tasks;
use tokio_util::sync::CancellationToken;

use super::NativeState;

/// The store, without anybody to tell of changes.
struct Steering(Arc<dyn StateStore>);

impl Tasks for Steering {
    fn store(&self) -> &dyn StateStore {
        self.0.as_ref()
    }
}

/// The routes of tasks, schedules and limits.
pub fn router(state: &NativeState) -> Router {
    let steering = Steering(Arc::clone(&state.state));
    // Streams end with the server, which lets go of every connection after a grace.
    swarmscope_task_http::router(Arc::new(steering), CancellationToken::new())
}
