//! Stories as they happen in a swarm, and what is made of them.

mod stories;

use std::fmt::Write;

use serde_json::json;
use stories::{NOON, at, attempt, event, story, task};
use swarmscope_journey::{EntryKind, Journey, KnownAgent, Outcome, SpanKind, StoryEvent, assemble};
use swarmscope_model::Timestamp;
use swarmscope_model::state::TaskState;

/// The journey as lines: what matters of it, in milliseconds after noon.
fn told(journey: &Journey) -> String {
    let mut text = format!(
        "{}\n{:?}, {:?}\n",
        journey.summary, journey.outcome, journey.totals
    );
    let after_noon = |time: Timestamp| time.as_millisecond() - NOON;
    for agent in &journey.agents {
        let clock = agent
            .clock_ahead_ms
            .map(|ahead| format!(", clock {ahead:+} ms"));
        let (name, work, clock) = (&agent.name, agent.work_ms, clock.unwrap_or_default());
        writeln!(
            text,
            "agent {name}: {} events, {work} ms of work{clock}",
            agent.events
        )
        .unwrap();
    }
    for task in &journey.tasks {
        let indent = "  ".repeat(task.depth as usize);
        let (id, state, queue) = (&task.task_id, &task.state, task.queue_ms);
        writeln!(text, "task {indent}{id}: {state}, {queue} ms in the queue").unwrap();
    }
    for span in &journey.spans {
        let mark = if span.slowest { " (slowest)" } else { "" };
        let open = if span.open { " (open)" } else { "" };
        let (from, to) = (after_noon(span.from), after_noon(span.to));
        let agent = span.agent.as_deref().unwrap_or("-");
        writeln!(
            text,
            "span {from}..{to} {:?} {agent}{open}{mark}",
            span.kind
        )
        .unwrap();
    }
    if let Some(slowest) = &journey.slowest {
        writeln!(
            text,
            "slowest: {} ({} ms)",
            slowest.step, slowest.duration_ms
        )
        .unwrap();
    }
    for entry in &journey.entries {
        let severity = entry.severity.map(|severity| format!(" {severity}"));
        let (kind, at) = (format!("{:?}", entry.kind), after_noon(entry.at));
        let agent = entry.agent.as_deref().unwrap_or("-");
        let severity = severity.unwrap_or_default();
        writeln!(
            text,
            "{at:>6} {kind:<9} {agent}{severity}: {}",
            entry.message
        )
        .unwrap();
    }
    text
}

fn events_of_failed_pipeline() -> Vec<StoryEvent> {
    let of = |id: &str| json!({"correlation_id": "c", "task_id": id});
    vec![
        event(1, "orchestrator", "task_received", "INFO", of("t1")),
        event(101, "orchestrator", "task_dispatch", "INFO", of("t1")),
        event(
            103,
            "research_agent",
            "task_claimed",
            "INFO",
            json!({"task_id": "t1", "fencing_token": 1}),
        ),
        event(900, "research_agent", "task_processing", "INFO", of("t1")),
        event(1_502, "research_agent", "task_completed", "INFO", of("t1")),
        event(
            2_002,
            "writing_agent",
            "task_claimed",
            "INFO",
            json!({"task_id": "t2", "fencing_token": 1}),
        ),
        event(
            2_598,
            "writing_agent",
            "transient_error_retry",
            "WARNING",
            json!({"task_id": "t2", "retry_count": 1}),
        ),
        event(
            2_601,
            "orchestrator",
            "transient_error_retry",
            "WARNING",
            json!({"task_id": "t2", "retry_count": 1, "not_before": at(3_120)}),
        ),
        event(
            3_901,
            "writing_agent",
            "task_claimed",
            "INFO",
            json!({"task_id": "t2", "fencing_token": 2}),
        ),
        event(
            4_175,
            "writing_agent",
            "permanent_error",
            "ERROR",
            json!({"task_id": "t2",
            "exception": {"type": "TimeoutError", "message": "no outline", "traceback": ["a", "b"]}}),
        ),
    ]
}

/// Research, then writing that times out, is tried again and fails for good.
fn failed_pipeline() -> swarmscope_journey::Story {
    let mut research = task("t1", "research", TaskState::Completed, 0, None);
    research.completed_at = Some(at(1_500));
    let mut writing = task("t2", "content_generation", TaskState::Failed, 1_500, None);
    writing.completed_at = Some(at(4_180));
    let attempts = [
        attempt(
            &research,
            "research_agent",
            100..1_500,
            (1, 0),
            ("completed", None),
        ),
        attempt(
            &writing,
            "writing_agent",
            2_000..2_600,
            (1, 0),
            ("failed", Some(("transient", "busy"))),
        ),
        attempt(
            &writing,
            "writing_agent",
            3_900..4_180,
            (2, 1),
            ("failed", Some(("permanent", "no outline"))),
        ),
    ];
    let [first, second, third] = attempts;
    let mut story = story(
        events_of_failed_pipeline(),
        vec![(research, vec![first]), (writing, vec![second, third])],
    );
    story.agents.push(KnownAgent {
        name: "writing_agent".to_owned(),
        agent_type: "writing_agent".to_owned(),
        status: "active".to_owned(),
    });
    story
}

#[test]
fn a_pipeline_that_fails_tells_where_and_why() {
    let journey = assemble(failed_pipeline());
    insta::assert_snapshot!(told(&journey));
    let error = journey
        .entries
        .iter()
        .find_map(|entry| entry.error.as_ref());
    assert_eq!(error.expect("an error").traceback, ["a", "b"]);
    let writer = journey
        .agents
        .iter()
        .find(|agent| agent.name == "writing_agent");
    assert_eq!(writer.expect("took part").status.as_deref(), Some("active"));
}

#[test]
fn a_task_whose_worker_dies_goes_on_with_another_and_the_silence_is_shown() {
    let mut lost = task("t", "research", TaskState::Completed, 0, None);
    lost.completed_at = Some(at(31_000));
    let attempts = vec![
        attempt(
            &lost,
            "agent_1",
            200..22_500,
            (1, 0),
            (
                "lease_expired",
                Some(("lease_expired", "the lease ran out")),
            ),
        ),
        attempt(
            &lost,
            "agent_2",
            22_900..31_000,
            (2, 0),
            ("completed", None),
        ),
    ];
    let of = json!({"task_id": "t"});
    let events = vec![
        event(210, "agent_1", "task_claimed", "INFO", of.clone()),
        event(12_400, "agent_1", "task_processing", "INFO", of.clone()),
        event(
            22_501,
            "orchestrator",
            "lease_expired",
            "WARNING",
            of.clone(),
        ),
        event(22_910, "agent_2", "task_claimed", "INFO", of.clone()),
        event(31_004, "agent_2", "task_completed", "INFO", of),
    ];
    let mut story = story(events, vec![(lost, attempts)]);
    let beat = |when: i64, agent: &str| event(when, agent, "agent_heartbeat", "DEBUG", json!({}));
    story.presence = (0..5).map(|n| beat(n * 2_500, "agent_1")).collect();
    story
        .presence
        .extend((0..16).map(|n| beat(n * 2_500, "agent_2")));
    story.presence.push(beat(1_000, "a_stranger"));
    story.presence.push(event(
        22_400,
        "orchestrator",
        "agent_silent",
        "WARNING",
        json!({"registered_agent": "agent_1"}),
    ));
    insta::assert_snapshot!(told(&assemble(story)));
}

#[test]
fn parts_nest_and_what_goes_on_is_open() {
    let parent = task("whole", "report", TaskState::InProgress, 0, None);
    let mut done = task(
        "part_a",
        "research",
        TaskState::Completed,
        1_000,
        Some("whole"),
    );
    done.completed_at = Some(at(3_000));
    let mut waiting = task(
        "part_b",
        "research",
        TaskState::Queued,
        1_001,
        Some("whole"),
    );
    waiting.not_before = Some(at(90_000));
    let deeper = task(
        "part_of_b",
        "editing",
        TaskState::Queued,
        2_000,
        Some("part_b"),
    );
    let mut elsewhere = task(
        "elsewhere",
        "editing",
        TaskState::Completed,
        2_000,
        Some("part_a"),
    );
    elsewhere
        .metadata
        .insert("correlation_id".to_owned(), "another".into());
    let mut parent = parent;
    parent.agent_name = Some("manager".to_owned());
    parent.fencing_token = 1;
    let first = attempt(&done, "worker", 1_200..3_000, (1, 0), ("completed", None));
    let events = vec![
        event(
            50,
            "orchestrator",
            "task_dispatch",
            "INFO",
            json!({"task_id": "whole", "fencing_token": 1}),
        ),
        event(
            1_210,
            "worker",
            "task_claimed",
            "INFO",
            json!({"task_id": "part_a"}),
        ),
    ];
    let tasks = vec![
        (deeper, vec![]),
        (waiting, vec![]),
        (done, vec![first]),
        (parent, vec![]),
        (elsewhere, vec![]),
    ];
    let journey = assemble(story(events, tasks));
    assert_eq!(journey.outcome, Outcome::Running);
    insta::assert_snapshot!(told(&journey));
}

#[test]
fn events_alone_are_a_story_too() {
    let events = vec![
        event(0, "orchestrator", "task_received", "INFO", json!({})),
        event(500, "research_agent", "task_claimed", "DEBUG", json!({})),
        event(
            700,
            "research_agent",
            "transient_error_retry",
            "WARNING",
            json!({"wait_ms": 520, "retry_count": 1}),
        ),
        event(5_000, "research_agent", "task_completed", "INFO", json!({})),
        event(
            5_500,
            "writing_agent",
            "unexpected_error",
            "CRITICAL",
            json!({"exception": {"type": "KeyError", "message": "outline", "traceback": []}}),
        ),
    ];
    insta::assert_snapshot!(told(&assemble(story(events, Vec::new()))));
}

#[test]
fn a_clock_that_is_wrong_is_put_right_and_said() {
    let mut only = task("t", "research", TaskState::Completed, 0, None);
    only.completed_at = Some(at(2_000));
    let done = attempt(&only, "late_agent", 100..2_000, (1, 0), ("completed", None));
    let behind = -30_000;
    let token = json!({"task_id": "t", "fencing_token": 1});
    let events = vec![
        event(
            5,
            "orchestrator",
            "task_received",
            "INFO",
            json!({"task_id": "t"}),
        ),
        event(
            120 + behind,
            "late_agent",
            "task_claimed",
            "INFO",
            token.clone(),
        ),
        event(
            900 + behind,
            "late_agent",
            "task_processing",
            "INFO",
            token.clone(),
        ),
        event(
            2_010 + behind,
            "late_agent",
            "task_completed",
            "INFO",
            token,
        ),
    ];
    let journey = assemble(story(events, vec![(only, vec![done])]));
    assert_eq!(journey.started_at, at(0));
    let working = journey
        .entries
        .iter()
        .find(|entry| entry.event_type.as_deref() == Some("task_processing"));
    let logged = working.expect("is there").logged_at.expect("was corrected");
    assert_eq!(logged.as_millisecond(), NOON + 900 + behind);
    insta::assert_snapshot!(told(&journey));
}

#[test]
fn nothing_known_is_an_empty_journey() {
    let journey = assemble(story(Vec::new(), Vec::new()));
    assert_eq!((journey.duration_ms, journey.entries.len()), (0, 0));
    assert_eq!(journey.outcome, Outcome::Unknown);
}

#[test]
fn an_error_that_is_set_aside_and_requeued_does_not_count_as_waiting_in_the_queue() {
    let mut again = task("t", "research", TaskState::Completed, 0, None);
    again.completed_at = Some(at(50_000));
    let attempts = vec![
        attempt(
            &again,
            "a",
            0..1_000,
            (1, 3),
            ("dead_letter", Some(("transient", "busy"))),
        ),
        attempt(&again, "a", 49_000..50_000, (2, 0), ("completed", None)),
    ];
    let journey = assemble(story(Vec::new(), vec![(again, attempts)]));
    assert_eq!(journey.totals.queue_ms + journey.totals.backoff_ms, 0);
    let waits: Vec<&str> = journey
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Wait)
        .map(|entry| entry.message.as_str())
        .collect();
    assert_eq!(
        waits,
        ["set aside for 48.0 s, then queued again: research task t"]
    );
    assert_eq!(
        journey.slowest.expect("one is").step,
        "the research task was set aside"
    );
}

#[test]
fn work_goes_on_and_never_back_even_within_one_millisecond() {
    let mut first = task("first", "research", TaskState::Completed, 0, None);
    first.completed_at = Some(at(0));
    let mut second = task(
        "a_second",
        "writing",
        TaskState::Completed,
        0,
        Some("first"),
    );
    second.completed_at = Some(at(0));
    let by = |task, agent| vec![attempt(task, agent, 0..0, (1, 0), ("completed", None))];
    let (of_first, of_second) = (by(&first, "reader"), by(&second, "writer"));
    let told = assemble(story(
        Vec::new(),
        vec![(second, of_second), (first, of_first)],
    ));
    let handovers: Vec<(Option<&str>, Option<&str>)> = told
        .spans
        .iter()
        .filter(|span| span.kind == SpanKind::Handover)
        .map(|span| (span.agent.as_deref(), span.to_agent.as_deref()))
        .collect();
    assert_eq!(handovers, [(Some("reader"), Some("writer"))]);
}

#[test]
fn a_task_that_waits_for_its_parts_has_not_failed_and_is_not_over() {
    let whole = task("whole", "report", TaskState::Waiting, 0, None);
    let split = attempt(&whole, "manager", 0..500, (1, 0), ("waiting", None));
    let mut part = task("part", "research", TaskState::Completed, 500, Some("whole"));
    part.completed_at = Some(at(900));
    let done = attempt(&part, "worker", 500..900, (1, 0), ("completed", None));
    let told = assemble(story(
        Vec::new(),
        vec![(whole, vec![split]), (part, vec![done])],
    ));
    assert_eq!(told.outcome, Outcome::Waiting);
    assert_eq!(told.tasks[1].parent_task_id.as_deref(), Some("whole"));
    assert!(!told.spans.iter().any(swarmscope_journey::Span::has_failed));
    let ends: Vec<&str> = told
        .entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::Attempt && entry.message.contains("left the rest"))
        .map(|entry| entry.message.as_str())
        .collect();
    assert_eq!(
        ends,
        ["attempt 1 left the rest to its parts after 500 ms (report task whole)"]
    );
}
