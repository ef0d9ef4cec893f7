//! Tasks that come back at set times. Never computes a time: the store does, with the cron crate.

use serde::{Deserialize, Serialize};

use super::NewTask;
use crate::time::Timestamp;

/// What a tick does whose predecessor's task has not ended.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Overlap {
    /// Enqueues its task all the same.
    #[default]
    Allow,
    /// Enqueues nothing.
    Skip,
}

/// What happens to ticks that passed while no orchestrator ran.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CatchUp {
    /// The last of them is made up for, the others are not.
    #[default]
    Last,
    /// Every one is made up for.
    All,
    /// None is.
    Skip,
}

/// A schedule to keep, under its name.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NewSchedule {
    pub name: String,
    /// Five fields (minute, hour, day, month, weekday), or six with seconds first.
    pub cron: String,
    /// An IANA name, such as `Europe/Berlin`.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// What each tick enqueues. Ids, keys, `not_before`, `deadline` and `join` are refused; give
    /// `delay_ms` and `deadline_ms` instead, which count from the tick's enqueueing.
    pub task: NewTask,
    #[serde(default = "enabled")]
    pub enabled: bool,
    #[serde(default)]
    pub overlap: Overlap,
    #[serde(default)]
    pub catch_up: CatchUp,
}

fn utc() -> String {
    "UTC".to_owned()
}

fn enabled() -> bool {
    true
}

/// A schedule as it stands in the store.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    #[serde(flatten)]
    pub schedule: NewSchedule,
    /// The next tick; `None` while it is off, or when the expression never comes true again.
    pub next_at: Option<Timestamp>,
    /// The last tick that was seen to.
    pub last_at: Option<Timestamp>,
    /// The task of the last tick that enqueued one.
    pub last_task_id: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What seeing to the schedules did.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ticks {
    pub enqueued: Vec<ScheduledTask>,
    /// Schedules whose tick was left out, because the task of the one before has not ended.
    pub overlapping: Vec<String>,
}

/// A task that a tick enqueued.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduledTask {
    pub schedule: String,
    pub tick: Timestamp,
    pub task: super::Task,
}
