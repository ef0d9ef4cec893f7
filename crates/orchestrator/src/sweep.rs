//! The orchestrator's clock: puts settings into force, takes tasks back whose worker is lost, notes
//! who fell silent, fails what is overdue, sees to the ticks of schedules, removes what is old, and keeps
//! the gauges of active and of waiting tasks true. Survives a store that does not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use swarmscope_model::Timestamp;
use swarmscope_model::event::event_type;
use swarmscope_model::limits::{
    COUNT_QUEUE_EVERY, COUNT_QUEUE_REST, COUNT_QUEUE_WITHIN, PRUNE_BATCH, PRUNE_EVERY,
};
use swarmscope_model::settings::Settings;
use swarmscope_model::state::{Retention, StateError, SweepLimits, TaskFilter, TaskState};
use swarmscope_sdk::metrics;
use tokio::time::{Instant, sleep};

use crate::dispatch::Orchestrator;
use crate::{events, live};

/// Sweeps until the orchestrator closes.
pub async fn run(orchestrator: Orchestrator) {
    let mut failing = false;
    let mut next = Next {
        prune: Instant::now(),
        count: Instant::now(),
        counted_in: Duration::MAX,
    };
    loop {
        match once(&orchestrator, &mut next).await {
            Ok(()) if failing => {
                failing = false;
                events::state_is_back(orchestrator.logger());
            }
            Ok(()) => {}
            // Once per outage, not once per second.
            Err(error) if !failing => {
                failing = true;
                metrics::increment_errors("operation_failed");
                orchestrator
                    .logger()
                    .error(
                        event_type::OPERATION_FAILED,
                        format!("the sweep failed: {}", error.reason()),
                    )
                    .error(&error)
                    .emit();
            }
            Err(_) => {}
        }
        tokio::select! {
            () = orchestrator.closing().cancelled() => return,
            () = sleep(orchestrator.settings().sweep_interval) => {}
        }
    }
}

/// When what is not done in every round is due.
struct Next {
    prune: Instant,
    count: Instant,
    /// How long the last count took.
    counted_in: Duration,
}

async fn once(orchestrator: &Orchestrator, next: &mut Next) -> Result<(), StateError> {
    live::refresh(orchestrator).await?;
    let settings = orchestrator.settings();
    let limits = SweepLimits {
        silent_after: settings.agent_inactive_after,
        foreign_after: settings.foreign_task_timeout,
    };
    let report = orchestrator.store().sweep(&limits).await?;
    for lost in &report.expired {
        metrics::increment_errors("lease_expired");
        events::lease_expired(orchestrator.logger(), lost);
    }
    for agent_name in &report.silenced {
        metrics::increment_errors("agent_silent");
        events::agent_silent(orchestrator.logger(), agent_name);
    }
    for task in &report.overdue {
        metrics::increment_errors("deadline_exceeded");
        events::deadline_exceeded(orchestrator.logger(), task);
        orchestrator.child_ended(task).await;
    }
    for parent in &report.joined {
        orchestrator.parent_moved(parent);
    }
    if !report.expired.is_empty() {
        orchestrator.ring_all();
    } else if !report.overdue.is_empty() {
        orchestrator.attempts_ended();
    }
    tick(orchestrator).await?;
    count_active_tasks(orchestrator).await?;
    if Instant::now() >= next.count {
        let before = next.counted_in;
        next.counted_in = count_queued_tasks(orchestrator).await?;
        next.count = Instant::now() + rest_after(before, next.counted_in);
    }
    if Instant::now() >= next.prune {
        next.prune = Instant::now() + prune(orchestrator, &settings).await?;
    }
    Ok(())
}

async fn tick(orchestrator: &Orchestrator) -> Result<(), StateError> {
    let ticks = orchestrator.store().tick().await?;
    for scheduled in &ticks.enqueued {
        events::task_scheduled(orchestrator.logger(), scheduled);
        orchestrator.ring(std::slice::from_ref(&scheduled.task));
    }
    for name in &ticks.overlapping {
        events::tick_left_out(orchestrator.logger(), name);
    }
    Ok(())
}

async fn count_active_tasks(orchestrator: &Orchestrator) -> Result<(), StateError> {
    let mut active: BTreeMap<String, u64> = BTreeMap::new();
    for agent in orchestrator.store().agents().await? {
        *active.entry(agent.agent_type).or_default() += agent.active_tasks;
    }
    for (agent_type, tasks) in active {
        metrics::set_active_tasks(&agent_type, i64::try_from(tasks).unwrap_or(i64::MAX));
    }
    Ok(())
}

/// Counts the tasks that wait, and says how long that took.
async fn count_queued_tasks(orchestrator: &Orchestrator) -> Result<Duration, StateError> {
    let began = Instant::now();
    // Without a row: the count alone, which passes over all that has ended.
    let waiting = TaskFilter {
        state: Some(TaskState::Queued),
        limit: 0,
        ..TaskFilter::default()
    };
    let queued = orchestrator.store().tasks(&waiting).await?.total;
    metrics::set_queued_tasks(i64::try_from(queued).unwrap_or(i64::MAX));
    Ok(began.elapsed())
}

/// How long to leave the queue uncounted after two counts that took so long. The shorter one says what a count
/// costs: the other may have waited for a database that was away, and was tried again.
fn rest_after(before: Duration, took: Duration) -> Duration {
    took.min(before)
        .saturating_mul(COUNT_QUEUE_REST)
        .clamp(COUNT_QUEUE_EVERY, COUNT_QUEUE_WITHIN)
}

/// Removes one batch and says when to look again: at once while there is more.
async fn prune(orchestrator: &Orchestrator, settings: &Settings) -> Result<Duration, StateError> {
    let now = Timestamp::now().as_millisecond();
    let before = |kept: Option<Duration>| {
        kept.map(|kept| {
            let kept = i64::try_from(kept.as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_millisecond(now.saturating_sub(kept))
        })
    };
    let retention = Retention {
        tasks_before: before(settings.task_retention),
        history_before: before(settings.history_retention),
        batch: PRUNE_BATCH,
    };
    let pruned = orchestrator.store().prune(&retention).await?;
    if pruned.tasks > 0 || pruned.attempts > 0 {
        events::pruned(orchestrator.logger(), pruned);
    }
    let full = u64::from(PRUNE_BATCH);
    Ok(if pruned.tasks >= full || pruned.attempts >= full {
        Duration::ZERO
    } else {
        PRUNE_EVERY
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(before: u64, took: u64) -> u64 {
        let [before, took] = [before, took].map(Duration::from_millis);
        rest_after(before, took).as_secs()
    }

    #[test]
    fn slow_counts_are_followed_by_a_longer_rest_but_never_by_a_long_one() {
        let rests = [1, 80, 7_000].map(|took| rest(took, took));
        assert_eq!(rests, [10, 40, 60]);
    }

    #[test]
    fn a_count_that_had_to_wait_once_says_nothing_of_what_it_costs() {
        assert_eq!((rest(1, 7_000), rest(7_000, 1)), (10, 10));
        assert_eq!(rest(80, 7_000), 40);
    }
}
