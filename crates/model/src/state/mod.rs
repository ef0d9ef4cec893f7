//! Tasks and agents, and the door to whatever keeps them: [`StateStore`].
//!
//! The invariant everything rests on: whoever changes a claimed task proves its claim with the
//! fencing token it was given. A token grows with every claim of a task, so a worker that lost its
//! lease can never finish, fail or renew its successor's work.

mod agent;
mod attempt;
mod claim;
mod claim_limit;
mod error;
mod failure;
mod join;
mod listing;
mod news;
mod priority;
mod retry_policy;
mod schedule;
mod store;
mod task;
mod task_state;
mod upkeep;

pub use agent::{Agent, NewAgent};
pub use attempt::Attempt;
pub use claim::{Claim, LEASE_RANGE};
pub use claim_limit::{AGENT_LIMIT_PREFIX, ClaimLimit, ClaimRate, TYPE_LIMIT_PREFIX};
pub use error::StateError;
pub use failure::{ErrorClass, Failure, backoff};
pub use join::{AfterChildren, ChildFailure, Join};
pub use listing::{Requeued, Skipped, TaskFilter, TaskPage};
pub use news::News;
pub use priority::Priority;
pub use retry_policy::{RETRY_POLICY_PREFIX, RetryPolicy};
pub use schedule::{CatchUp, NewSchedule, Overlap, Schedule, ScheduledTask, Ticks};
pub use store::StateStore;
pub use task::{NewTask, Task};
pub use task_state::TaskState;
pub use upkeep::{LostLease, MAX_LEASE_LOSSES, Pruned, Retention, SweepLimits, SweepReport};
