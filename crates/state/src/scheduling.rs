//! Which ticks of a schedule are due and what they enqueue, whatever database keeps it. Pure.

use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_model::limits::{MAX_TICKS_A_ROUND, TICK_GRACE};
use swarmscope_model::state::{CatchUp, NewSchedule, NewTask, Overlap, StateError};

use crate::cron::Pattern;
use crate::jitter::later;
use crate::validate;

/// Longest name of a schedule: its ticks' task ids have it with the time.
const MAX_SCHEDULE_NAME_BYTES: usize = 200;

/// The ticks to see to and the one after them.
#[derive(Debug, PartialEq)]
pub struct DueTicks {
    /// Those that enqueue a task.
    pub ticks: Vec<Timestamp>,
    pub next_at: Option<Timestamp>,
}

/// Checks a schedule and says when it ticks first.
///
/// # Errors
/// When it names what a schedule cannot keep.
pub fn first_tick(schedule: &NewSchedule, now: Timestamp) -> Result<Option<Timestamp>, StateError> {
    let invalid = |field, reason: &str| StateError::Invalid {
        field,
        reason: reason.to_owned(),
    };
    validate::name("name", &schedule.name)?;
    if schedule.name.len() > MAX_SCHEDULE_NAME_BYTES {
        return Err(invalid("name", "has over 200 bytes; find a shorter one"));
    }
    let pattern = Pattern::parse(&schedule.cron, &schedule.time_zone)?;
    let task = &schedule.task;
    validate::tasks("task", std::slice::from_ref(task))?;
    if task.task_id.is_some() || task.idempotency_key.is_some() {
        return Err(invalid(
            "task",
            "has an id or a key; each tick gives its task one",
        ));
    }
    if task.parent_task_id.is_some() || task.join.is_some() {
        return Err(invalid(
            "task",
            "has a parent or a join; let its worker fan out",
        ));
    }
    if task.not_before.is_some() || task.deadline.is_some() {
        return Err(invalid(
            "task",
            "has a point in time; use delay_ms and deadline_ms",
        ));
    }
    let first = pattern.next_after(now);
    if first.is_none() {
        return Err(invalid("cron", "never comes true; is there such a day?"));
    }
    Ok(first.filter(|_| schedule.enabled))
}

/// The ticks from `next_at` on that are due.
///
/// # Errors
/// When the expression, which was checked once, cannot be read any more.
pub fn due_ticks(
    schedule: &NewSchedule,
    next_at: Timestamp,
    now: Timestamp,
) -> Result<DueTicks, StateError> {
    let pattern = Pattern::parse(&schedule.cron, &schedule.time_zone)?;
    if schedule.catch_up == CatchUp::All {
        let mut ticks = vec![next_at];
        let mut next = pattern.next_after(next_at);
        while let Some(tick) = next.filter(|tick| *tick <= now) {
            if ticks.len() == MAX_TICKS_A_ROUND {
                break;
            }
            ticks.push(tick);
            next = pattern.next_after(tick);
        }
        return Ok(DueTicks {
            ticks,
            next_at: next,
        });
    }
    let last = pattern.last_until(now).unwrap_or(next_at).max(next_at);
    let in_time = later(last, TICK_GRACE) >= now;
    let kept = schedule.catch_up == CatchUp::Last || in_time;
    Ok(DueTicks {
        ticks: kept.then_some(last).into_iter().collect(),
        next_at: pattern.next_after(now),
    })
}

/// What a tick enqueues: always the same task, whoever sees to it.
pub fn task_of(schedule: &NewSchedule, tick: Timestamp) -> NewTask {
    let mut task = schedule.task.clone();
    task.task_id = Some(format!("schedule:{}:{tick}", schedule.name));
    task.metadata
        .insert("schedule".to_owned(), schedule.name.as_str().into());
    task.metadata
        .insert("scheduled_at".to_owned(), tick.to_string().into());
    task
}

/// The name of an overlap policy as its column has it, and of a policy for missed ticks.
pub fn policy_names(schedule: &NewSchedule) -> (String, String) {
    let name = |value: Result<Value, serde_json::Error>| {
        let value = value.unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    };
    (
        name(serde_json::to_value(schedule.overlap)),
        name(serde_json::to_value(schedule.catch_up)),
    )
}

/// The policies of those names; the defaults for others.
pub fn policies(overlap: &str, catch_up: &str) -> (Overlap, CatchUp) {
    (
        serde_json::from_value(overlap.into()).unwrap_or_default(),
        serde_json::from_value(catch_up.into()).unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse(&format!("2026-01-31T{text}Z")).unwrap()
    }

    fn hourly(catch_up: CatchUp) -> NewSchedule {
        NewSchedule {
            name: "hourly".into(),
            cron: "0 * * * *".into(),
            time_zone: "UTC".into(),
            task: NewTask {
                task_type: "research".into(),
                ..NewTask::default()
            },
            enabled: true,
            overlap: Overlap::Allow,
            catch_up,
        }
    }

    #[test]
    fn ticks_missed_in_a_downtime_are_made_up_for_as_the_schedule_says() {
        let due = |catch_up, now| due_ticks(&hourly(catch_up), at("03:00:00"), at(now)).unwrap();
        let next_at = Some(at("07:00:00"));
        let three = |ticks: &[&str]| DueTicks {
            ticks: ticks.iter().map(|tick| at(tick)).collect(),
            next_at,
        };
        assert_eq!(due(CatchUp::Last, "06:30:00"), three(&["06:00:00"]));
        assert_eq!(due(CatchUp::Skip, "06:30:00"), three(&[]));
        assert_eq!(due(CatchUp::Skip, "06:00:01"), three(&["06:00:00"]));
        assert_eq!(
            due(CatchUp::All, "06:30:00"),
            three(&["03:00:00", "04:00:00", "05:00:00", "06:00:00"])
        );
        let long = due_ticks(
            &hourly(CatchUp::All),
            Timestamp::from_millisecond(0),
            at("06:00:00"),
        );
        assert_eq!(long.unwrap().ticks.len(), MAX_TICKS_A_ROUND);
    }

    #[test]
    fn what_a_template_cannot_have_is_refused() {
        let now = at("00:00:00");
        assert_eq!(
            first_tick(&hourly(CatchUp::Last), now).unwrap(),
            Some(at("01:00:00"))
        );
        let mut named = hourly(CatchUp::Last);
        named.task.task_id = Some("t".into());
        assert!(first_tick(&named, now).is_err());
        let mut never = hourly(CatchUp::Last);
        never.cron = "0 0 30 2 *".into();
        assert!(first_tick(&never, now).is_err());
    }
}
