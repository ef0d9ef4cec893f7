//! How a parent task waits for its children, and what becomes of it when all have ended.

use serde::{Deserialize, Serialize};

/// What a waiting parent does when its children have ended.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterChildren {
    /// Returns to the queue, for a worker to gather what the children made.
    #[default]
    Continue,
    /// Is completed, without a worker.
    Complete,
}

/// What a child that ends without success makes of its waiting parent.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChildFailure {
    /// The parent waits for the other children, then fails.
    #[default]
    Fail,
    /// The parent fails at once, and the other children are cancelled.
    FailFast,
    /// The parent goes on as if the child had succeeded.
    Ignore,
}

/// How a parent waits for its children.
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Join {
    #[serde(default)]
    pub then: AfterChildren,
    #[serde(default)]
    pub on_child_failure: ChildFailure,
}

impl AfterChildren {
    /// The name as it stands in `task_states.after_children`.
    pub fn as_str(self) -> &'static str {
        match self {
            AfterChildren::Continue => "continue",
            AfterChildren::Complete => "complete",
        }
    }

    /// What that name says.
    pub fn from_name(name: &str) -> Option<Self> {
        [AfterChildren::Continue, AfterChildren::Complete]
            .into_iter()
            .find(|then| then.as_str() == name)
    }
}

impl ChildFailure {
    /// The name as it stands in `task_states.on_child_failure`.
    pub fn as_str(self) -> &'static str {
        match self {
            ChildFailure::Fail => "fail",
            ChildFailure::FailFast => "fail_fast",
            ChildFailure::Ignore => "ignore",
        }
    }

    /// What that name says.
    pub fn from_name(name: &str) -> Option<Self> {
        [
            ChildFailure::Fail,
            ChildFailure::FailFast,
            ChildFailure::Ignore,
        ]
        .into_iter()
        .find(|policy| policy.as_str() == name)
    }
}
