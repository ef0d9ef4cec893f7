//! The loop of one group: waits for its time, evaluates it on a thread for blocking work, counts what it
//! missed.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use swarmscope_model::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::environment::Environment;
use crate::group::{Group, Schedule};

/// A group and the task that evaluates it.
pub(super) struct GroupLoop {
    pub group: Arc<Group>,
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl GroupLoop {
    /// Starts to evaluate a group. Of all groups, as many are evaluated at once as there are turns.
    pub fn start(
        group: Arc<Group>,
        environment: Arc<Mutex<Environment>>,
        turns: Arc<Semaphore>,
    ) -> Self {
        let stop = CancellationToken::new();
        let rounds = run(Arc::clone(&group), environment, turns, stop.clone());
        Self {
            group,
            stop,
            task: tokio::spawn(rounds),
        }
    }

    /// Ends the loop, waits for the evaluation that runs, which is cancelled, and gives the group back.
    pub async fn stop(self) -> Arc<Group> {
        self.group.cancel();
        self.stop.cancel();
        if self.task.await.is_err() {
            tracing::error!(
                group = self.group.key.name,
                "the loop of a group has panicked"
            );
        }
        self.group
    }
}

async fn run(
    group: Arc<Group>,
    environment: Arc<Mutex<Environment>>,
    turns: Arc<Semaphore>,
    stop: CancellationToken,
) {
    let schedule = Schedule::new(&group.key, group.interval);
    let mut due = schedule.after(now());
    loop {
        let wait = Duration::from_millis(u64::try_from(due - now()).unwrap_or(0));
        let turn = async {
            tokio::time::sleep(wait).await;
            Arc::clone(&turns).acquire_owned().await
        };
        // The semaphore is never closed.
        let Some(Ok(turn)) = stop.run_until_cancelled(turn).await else {
            return;
        };
        let current = environment
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let evaluated = Arc::clone(&group);
        let evaluation = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            evaluated.evaluate(due, &current);
            if evaluated.wants_restoring() {
                evaluated.restore(now(), &current);
            }
        });
        if evaluation.await.is_err() {
            tracing::error!(
                group = group.key.name,
                "the evaluation of a group has panicked"
            );
        }
        let (next, missed) = schedule.next(due, now());
        group.count_missed(missed);
        due = next;
    }
}

fn now() -> i64 {
    Timestamp::now().as_millisecond()
}
