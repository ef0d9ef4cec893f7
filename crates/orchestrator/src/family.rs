//! Telling what the end of a child made of its parent. The store has moved the parent already, within the
//! same change; nothing here decides anything.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use swarmscope_model::Timestamp;
use swarmscope_model::state::{Task, TaskState};

use crate::dispatch::Orchestrator;
use crate::events;

/// Moves that are remembered. Siblings that end in one change are told of within moments; these are more
/// parents than a dozen changes of the largest size can move.
const REMEMBERED_MOVES: usize = 1_024;

/// The moves of parents that were told last, by parent and time: siblings that end in one change all find that
/// their parent has moved with them.
#[derive(Default)]
pub struct ToldMoves(Mutex<VecDeque<(String, Timestamp)>>);

impl ToldMoves {
    /// Whether nobody has told of this move, who is to do so then.
    fn is_news(&self, parent: &Task) -> bool {
        let mut moves = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let at = parent.updated_at;
        if moves
            .iter()
            .any(|(id, moved_at)| *moved_at == at && *id == parent.task_id)
        {
            return false;
        }
        if moves.len() >= REMEMBERED_MOVES {
            moves.pop_front();
        }
        moves.push_back((parent.task_id.clone(), at));
        true
    }
}

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
            // Whoever told of it tells of its own parent too.
            if !self.told_moves().is_news(&parent) {
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
