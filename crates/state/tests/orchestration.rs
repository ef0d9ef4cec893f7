//! What an orchestrator promises of tasks, through the trait on both databases.

mod fixture;
#[path = "orchestration/keys.rs"]
mod keys;
#[path = "orchestration/limits.rs"]
mod limits;
#[path = "orchestration/queue.rs"]
mod queue;
#[path = "orchestration/retries.rs"]
mod retries;

use fixture::{Fixture, LEASE, types};
use swarmscope_model::state::{ErrorClass, Failure};

async fn claimed(fixture: &Fixture, agent: &str) -> Option<String> {
    let task = fixture.store.claim(agent, &types(), LEASE).await.unwrap();
    task.map(|task| task.task_id)
}

fn failure(exception_type: &str) -> Failure {
    Failure {
        error_type: ErrorClass::Transient,
        error_message: "it broke".into(),
        exception_type: Some(exception_type.into()),
    }
}
