//! What holds of every journey, however wild its story.

mod stories;

use proptest::prelude::*;
use serde_json::json;
use stories::{at, attempt, event, story, task};
use swarmscope_journey::{Journey, Story, assemble};
use swarmscope_model::state::{Attempt, Task, TaskState};

const AGENTS: [&str; 4] = ["orchestrator", "a", "b", "c"];
const TYPES: [&str; 8] = [
    "task_claimed",
    "task_dispatch",
    "task_processing",
    "transient_error_retry",
    "task_completed",
    "unexpected_error",
    "agent_heartbeat",
    "",
];
const STATES: [&str; 6] = [
    "completed",
    "failed",
    "lease_expired",
    "released",
    "dead_letter",
    "odd",
];
const CLASSES: [Option<&str>; 4] = [
    None,
    Some("transient"),
    Some("permanent"),
    Some("lease_expired"),
];

fn any_event(number: usize) -> impl Strategy<Value = swarmscope_journey::StoryEvent> {
    // Far apart and far off, too: clocks of agents may be anywhere.
    let when = prop_oneof![0_i64..20_000, -200_000_i64..200_000];
    let metadata = (0_usize..6, 0_i64..4, prop::option::of(-5_000_i64..30_000));
    (when, 0..AGENTS.len(), 0..TYPES.len(), metadata).prop_map(move |(when, agent, kind, (task, token, due))| {
        let metadata = json!({"task_id": format!("t{task}"), "fencing_token": token, "retry_count": token,
            "not_before": due.map(at), "wait_ms": due, "registered_agent": AGENTS[task % 4]});
        let mut event = event(when, AGENTS[agent], TYPES[kind], "INFO", metadata);
        event.place.id = number.to_string();
        event
    })
}

fn any_task(number: usize) -> impl Strategy<Value = (Task, Vec<Attempt>)> {
    let parent = prop::option::of(0_usize..6);
    let row = (
        -1_000_i64..20_000,
        -500_i64..9_000,
        0_i64..4,
        0..STATES.len(),
        0..CLASSES.len(),
    );
    let rows = prop::collection::vec(row, 0..4);
    (
        0..TaskState::ALL.len(),
        0_i64..20_000,
        parent,
        rows,
        any::<bool>(),
    )
        .prop_map(move |(state, created, parent, rows, foreign)| {
            let parent = parent.map(|parent| format!("t{parent}"));
            let mut task = task(
                &format!("t{number}"),
                "kind",
                TaskState::ALL[state],
                created,
                parent.as_deref(),
            );
            task.agent_name = Some("a".to_owned());
            task.not_before = Some(at(created * 3));
            if foreign && number > 3 {
                task.metadata
                    .insert("correlation_id".to_owned(), "another".into());
            }
            let attempts = rows.into_iter().map(|(from, took, token, state, class)| {
                let end = (STATES[state], CLASSES[class].map(|class| (class, "words")));
                let agent = AGENTS[1 + token as usize % 3];
                attempt(&task, agent, from..from + took, (token, token as u32), end)
            });
            let attempts = attempts.collect();
            (task, attempts)
        })
}

fn any_story() -> impl Strategy<Value = Story> {
    let numbered = |most: usize| (0..most).collect::<Vec<usize>>();
    let events = prop::sample::subsequence(numbered(24), 0..24)
        .prop_flat_map(|numbers| numbers.into_iter().map(any_event).collect::<Vec<_>>());
    let presence = prop::sample::subsequence(numbered(8), 0..8).prop_flat_map(|numbers| {
        numbers
            .into_iter()
            .map(|number| any_event(number + 100))
            .collect::<Vec<_>>()
    });
    let tasks = prop::sample::subsequence(numbered(6), 0..6)
        .prop_flat_map(|numbers| numbers.into_iter().map(any_task).collect::<Vec<_>>());
    (events, presence, tasks).prop_map(|(events, presence, tasks)| {
        let mut told = story(events, tasks);
        told.presence = presence;
        told
    })
}

fn check(journey: &Journey, story: &Story) -> Result<(), TestCaseError> {
    prop_assert!(journey.entries.is_sorted_by_key(|entry| entry.at));
    prop_assert!(journey.spans.is_sorted_by_key(|span| span.from));
    for span in &journey.spans {
        let took = span.to.as_millisecond() - span.from.as_millisecond();
        prop_assert!(took >= 0 && took == span.duration_ms, "{span:?}");
    }
    for entry in &journey.entries {
        prop_assert!(
            entry.until.is_none_or(|until| until >= entry.at),
            "{entry:?}"
        );
        if let Some(place) = entry.span {
            let span = &journey.spans[place];
            prop_assert!(entry.at == span.from || entry.at == span.to);
        }
    }
    let length = journey.ended_at.as_millisecond() - journey.started_at.as_millisecond();
    prop_assert!(length >= 0 && length == journey.duration_ms);
    prop_assert!(journey.spans.iter().filter(|span| span.slowest).count() <= 1);
    // Every event once, and nothing invented.
    let mut shown: Vec<&str> = journey
        .entries
        .iter()
        .filter_map(|entry| Some(entry.document.as_ref()?.id.as_str()))
        .filter(|id| id.parse::<usize>().is_ok_and(|number| number < 100))
        .collect();
    shown.sort_unstable();
    let mut given: Vec<&str> = story
        .events
        .iter()
        .map(|event| event.place.id.as_str())
        .collect();
    given.sort_unstable();
    prop_assert_eq!(shown, given);
    // Every task once, behind its parent and one deeper.
    prop_assert_eq!(journey.tasks.len(), story.tasks.len());
    for (place, task) in journey.tasks.iter().enumerate() {
        match &task.parent_task_id {
            None => prop_assert_eq!(task.depth, 0),
            Some(parent) => {
                let above = journey.tasks[..place]
                    .iter()
                    .find(|other| other.task_id == *parent);
                prop_assert_eq!(above.map(|above| above.depth + 1), Some(task.depth));
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn every_journey_is_in_order_and_whole(story in any_story()) {
        let journey = assemble(story.clone());
        check(&journey, &story)?;
        // The order in which it was fetched does not matter.
        let mut shuffled = story;
        shuffled.events.reverse();
        shuffled.presence.reverse();
        shuffled.tasks.reverse();
        prop_assert_eq!(assemble(shuffled), journey);
    }

    #[test]
    fn it_comes_back_from_its_json(story in any_story()) {
        let journey = assemble(story);
        let text = serde_json::to_string(&journey).expect("is plain JSON");
        let back: Journey = serde_json::from_str(&text).expect("is its own format");
        prop_assert_eq!(back, journey);
    }
}
