//! Telling what the end of a child made of its parent. The store has moved the parent already, within the
//! same change; nothing here decides anything.

use swarmscope_model::state::{Task, TaskState};

use crate::dispatch::Orchestrator;
use crate::events;

impl Orchestrator {
    /// Tells what the end of this task made of its parent, if it has one that waited for it.
    pub(crate) async fn child_ended(&self, child: &Task) {
        let mut ended = child.clone();
        while let (Some(parent), Some(at)) = (&ended.parent_task_id, ended.completed_at) {
            // What the store does not answer is told by nobody, and done all the same.
            let Ok(parent) = self.store().task(parent).await else {
                return;
            };
            if parent.updated_at != at || parent.state == TaskState::Waiting {
                return;
            }
            self.parent_moved(&parent);
            ended = parent;
        }
    }

    /// Tells what became of a parent that waited.
    pub(crate) fn parent_moved(&self, parent: &Task) {
        events::parent_moved(self.logger(), parent);
        self.ring(std::slice::from_ref(parent));
    }
}
