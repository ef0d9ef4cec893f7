//! What became of groups of errors.

use std::fmt;
use std::time::Duration;

use swarmscope_model::metrics::duration;

/// The label with the id of a group of errors.
pub const GROUP_LABEL: &str = "error_group";

/// What is looked for in a group of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorEvent {
    /// Its first error came within the window.
    New,
    /// It was resolved and came back within the window.
    Regressed,
    /// More than so many of its errors came within the window.
    Rate { above: u64 },
}

/// Groups of errors of which something is so. Ignored groups are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ErrorQuestion {
    pub event: ErrorEvent,
    pub window: Duration,
    /// With new groups: none is news until the first of all groups is so old.
    pub learn_for: Duration,
}

impl fmt::Display for ErrorQuestion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let window = duration::format(self.window);
        match self.event {
            ErrorEvent::New if self.learn_for.is_zero() => {
                write!(out, "errors: groups new within {window}")
            }
            ErrorEvent::New => write!(
                out,
                "errors: groups new within {window}, after {} of learning",
                duration::format(self.learn_for)
            ),
            ErrorEvent::Regressed => write!(out, "errors: groups back within {window}"),
            ErrorEvent::Rate { above } => {
                write!(out, "errors: groups with > {above} over {window}")
            }
        }
    }
}
