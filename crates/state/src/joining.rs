//! What becomes of a parent when its children have ended, whatever database keeps them. Pure.

use swarmscope_model::state::{AfterChildren, ChildFailure, Join, StateError, TaskState};

/// What a parent remembers that failed because of its children.
pub const CHILD_FAILED: &str = "a child of it ended without success";

/// How the children of a parent stand.
pub struct Children {
    /// One of them has not ended.
    pub open: bool,
    /// One of them ended without success.
    pub unsuccessful: bool,
}

/// What a waiting parent does next.
#[derive(Debug, PartialEq)]
pub enum AfterJoin {
    Waits,
    /// Returns to the queue.
    Continues,
    Ends {
        state: TaskState,
        error: Option<&'static str>,
        /// Whether the children that have not ended are cancelled.
        stops_children: bool,
    },
}

/// What the policy makes of the children.
pub fn after_join(join: Join, children: Children) -> AfterJoin {
    let failed = children.unsuccessful && join.on_child_failure != ChildFailure::Ignore;
    let at_once = failed && join.on_child_failure == ChildFailure::FailFast;
    if children.open && !at_once {
        return AfterJoin::Waits;
    }
    match (failed, join.then) {
        (true, _) => AfterJoin::Ends {
            state: TaskState::Failed,
            error: Some(CHILD_FAILED),
            stops_children: children.open,
        },
        (false, AfterChildren::Continue) => AfterJoin::Continues,
        (false, AfterChildren::Complete) => AfterJoin::Ends {
            state: TaskState::Completed,
            error: None,
            stops_children: false,
        },
    }
}

/// An expression that is true when a child of the task has not ended. Every name but the four final
/// ones counts, whoever wrote it; five ranges of the index, however many children there are.
pub fn open_children(parent: &str) -> String {
    let finals = ["cancelled", "completed", "dead_letter", "failed"];
    let mut ranges = vec![format!("state < '{}'", finals[0])];
    for pair in finals.windows(2) {
        ranges.push(format!("state > '{}' AND state < '{}'", pair[0], pair[1]));
    }
    ranges.push(format!("state > '{}'", finals[finals.len() - 1]));
    let checks: Vec<String> = ranges
        .iter()
        .map(|range| {
            format!(
                "EXISTS (SELECT 1 FROM task_states WHERE parent_task_id = {parent} AND {range})"
            )
        })
        .collect();
    format!("({})", checks.join(" OR "))
}

/// There is nothing to wait for.
pub fn no_children() -> StateError {
    StateError::Invalid {
        field: "children",
        reason: "is empty, and the task has no children yet; give it at least one".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_decides_what_a_failed_child_means() {
        let decide = |then, on_child_failure, open, unsuccessful| {
            let join = Join {
                then,
                on_child_failure,
            };
            after_join(join, Children { open, unsuccessful })
        };
        use AfterChildren::{Complete, Continue};
        use ChildFailure::{Fail, FailFast, Ignore};
        assert_eq!(decide(Continue, Fail, true, true), AfterJoin::Waits);
        assert_eq!(decide(Continue, Ignore, true, true), AfterJoin::Waits);
        assert_eq!(decide(Continue, Ignore, false, true), AfterJoin::Continues);
        assert_eq!(decide(Continue, FailFast, true, false), AfterJoin::Waits);
        for (policy, open) in [(Fail, false), (FailFast, true), (FailFast, false)] {
            let failed = AfterJoin::Ends {
                state: TaskState::Failed,
                error: Some(CHILD_FAILED),
                stops_children: open,
            };
            assert_eq!(decide(Complete, policy, open, true), failed);
        }
        let done = AfterJoin::Ends {
            state: TaskState::Completed,
            error: None,
            stops_children: false,
        };
        assert_eq!(decide(Complete, Fail, false, false), done);
    }
}
