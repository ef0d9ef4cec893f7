//! Tasks as text for people. Pure: what is printed depends on what it is given alone.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use swarmscope_model::Timestamp;
use swarmscope_model::state::{Attempt, Schedule, Task, TaskState};
use swarmscope_sdk::wire::TaskDetail;

use crate::terminal::{FAINT, NAME, printable, severity_style, shell_word};

/// The colour of a state's name.
fn state_style(state: TaskState) -> Style {
    match state {
        TaskState::Completed => AnsiColor::Green.on_default(),
        TaskState::InProgress | TaskState::Waiting => AnsiColor::Cyan.on_default(),
        TaskState::Failed => severity_style("ERROR"),
        TaskState::DeadLetter => severity_style("CRITICAL"),
        TaskState::Cancelled => FAINT,
        TaskState::Queued => Style::new(),
    }
}

/// How long ago or ahead, in the largest unit that says enough.
fn span(milliseconds: i64) -> String {
    let seconds = milliseconds.unsigned_abs() / 1_000;
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3_600 => format!("{}m", seconds / 60),
        3_600..172_800 => format!("{}h", seconds / 3_600),
        _ => format!("{}d", seconds / 86_400),
    }
}

/// How long ago that was.
pub fn since(then: Timestamp, now: Timestamp) -> String {
    span(now.as_millisecond() - then.as_millisecond())
}

/// A table of tasks with its heading.
pub fn table(tasks: &[Task], now: Timestamp) -> String {
    if tasks.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:>5} {:<11} {:<36} {:<18} {:<6} {:<20} {:>5} {}{FAINT:#}\n",
        "AGO", "STATE", "TASK", "TYPE", "PRIO", "AGENT", "TRIES", "LAST ERROR"
    );
    for task in tasks {
        text.push_str(&line(task, now));
    }
    text
}

/// One task on one line.
pub fn line(task: &Task, now: Timestamp) -> String {
    let style = state_style(task.state);
    let agent = task.agent_name.as_deref().unwrap_or("-");
    let mut text = String::new();
    // Writing to a String does not fail.
    let _ = write!(
        text,
        "{FAINT}{:>5}{FAINT:#} {style}{:<11}{style:#} {:<36} {:<18} {FAINT}{:<6}{FAINT:#} \
         {NAME}{:<20}{NAME:#} {:>5}",
        since(task.updated_at, now),
        task.state.as_str(),
        printable(&task.task_id),
        printable(&task.task_type),
        task.priority.as_str(),
        printable(agent),
        format!("{}/{}", task.retry_count, task.max_retries),
    );
    if let Some(error) = &task.last_error {
        let _ = write!(text, " {}", printable(error));
    }
    text.push('\n');
    text
}

/// Everything about one task.
pub fn details(detail: &TaskDetail, children: &[Task], now: Timestamp) -> String {
    let mut text = String::new();
    let result = result(detail).map(|result| ("result", result));
    for (name, value) in facts(&detail.task, now).into_iter().chain(result) {
        let _ = writeln!(text, "{FAINT}{name:<14}{FAINT:#} {value}");
    }
    if !children.is_empty() {
        let _ = writeln!(text, "\n{FAINT}children{FAINT:#}");
        for child in children {
            text.push_str(&line(child, now));
        }
    }
    let _ = writeln!(text, "\n{FAINT}attempts{FAINT:#}");
    if detail.attempts.is_empty() {
        text.push_str("none has ended yet\n");
    }
    for attempt in &detail.attempts {
        text.push_str(&attempt_line(attempt));
    }
    let task = &detail.task;
    if matches!(task.state, TaskState::Failed | TaskState::DeadLetter) {
        let id = shell_word(&task.task_id);
        let _ = writeln!(
            text,
            "\n{FAINT}its story, errors like its own, and once more:\n\
             swarmscope journey {}\n\
             swarmscope errors --state all --correlation-id {id}\n\
             swarmscope tasks retry {id}{FAINT:#}",
            shell_word(task.correlation_id())
        );
    }
    text
}

/// What the agent made of a task that is completed.
fn result(detail: &TaskDetail) -> Option<String> {
    let completed = detail.task.state == TaskState::Completed;
    let attempt = detail.attempts.iter().rfind(|attempt| attempt.success)?;
    let result = attempt.metadata.get("result").filter(|_| completed)?;
    Some(printable(&result.to_string()))
}

fn facts(task: &Task, now: Timestamp) -> Vec<(&'static str, String)> {
    let style = state_style(task.state);
    let ahead = |point: Timestamp| {
        let wait = point.as_millisecond() - now.as_millisecond();
        match wait > 0 {
            true => format!("{point} (in {})", span(wait)),
            false => format!("{point} ({} ago)", span(wait)),
        }
    };
    let mut facts = vec![
        ("task", printable(&task.task_id)),
        ("state", format!("{style}{}{style:#}", task.state.as_str())),
        ("type", printable(&task.task_type)),
        ("priority", task.priority.as_str().to_owned()),
        ("correlation", printable(task.correlation_id())),
        ("created", ahead(task.created_at)),
        ("changed", ahead(task.updated_at)),
        (
            "retries",
            format!("{} of {}", task.retry_count, task.max_retries),
        ),
    ];
    let mut further = |name, value: Option<String>| facts.extend(value.map(|value| (name, value)));
    further("agent", task.agent_name.as_deref().map(printable));
    further("completed", task.completed_at.map(ahead));
    further("lease until", task.lease_expires_at.map(ahead));
    further("not before", task.not_before.map(ahead));
    further("deadline", task.deadline.map(ahead));
    further("parent", task.parent_task_id.as_deref().map(printable));
    further("key", task.idempotency_key.as_deref().map(printable));
    let skills = task.required_skills.join(", ");
    further("skills", (!skills.is_empty()).then(|| printable(&skills)));
    further("last error", task.last_error.as_deref().map(printable));
    let metadata = serde_json::Value::Object(task.metadata.clone()).to_string();
    further("metadata", Some(printable(&metadata)));
    facts
}

fn attempt_line(attempt: &Attempt) -> String {
    let ended = attempt.completed_at.unwrap_or(attempt.created_at);
    let style = match attempt.success {
        true => state_style(TaskState::Completed),
        false => severity_style("WARNING"),
    };
    let took = attempt
        .duration_ms
        .map_or_else(|| "-".to_owned(), |took| format!("{took} ms"));
    let mut text = format!(
        "{FAINT}{ended}{FAINT:#} {style}{:<13}{style:#} {NAME}{:<20}{NAME:#} {took:>10}",
        printable(&attempt.state),
        printable(attempt.agent_name.as_deref().unwrap_or("-")),
    );
    for part in [&attempt.error_type, &attempt.error_message]
        .into_iter()
        .flatten()
    {
        let _ = write!(text, " {}", printable(part));
    }
    text.push('\n');
    text
}

/// Schedules with their heading.
pub fn schedules(schedules: &[Schedule], now: Timestamp) -> String {
    if schedules.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "{FAINT}{:<20} {:<18} {:<16} {:<18} {:<10} {:<10} {}{FAINT:#}\n",
        "NAME", "CRON", "ZONE", "TYPE", "NEXT", "LAST", "LAST TASK"
    );
    for Schedule {
        schedule,
        next_at,
        last_at,
        last_task_id,
        ..
    } in schedules
    {
        let next = match next_at {
            _ if !schedule.enabled => "paused".to_owned(),
            None => "never".to_owned(),
            Some(next) => format!("in {}", since(*next, now)),
        };
        let last = last_at.map_or_else(
            || "-".to_owned(),
            |last| format!("{} ago", since(last, now)),
        );
        let _ = writeln!(
            text,
            "{NAME}{:<20}{NAME:#} {:<18} {:<16} {:<18} {next:<10} {last:<10} {}",
            printable(&schedule.name),
            printable(&schedule.cron),
            printable(&schedule.time_zone),
            printable(&schedule.task.task_type),
            last_task_id
                .as_deref()
                .map_or_else(|| "-".to_owned(), printable),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-01-31T12:10:00Z").expect("a time")
    }

    fn task(change: serde_json::Value) -> Task {
        let mut task = json!({
            "task_id": "0198c4a2-7a60-7b7d-a9a5-6f1d2f0f7b11", "task_type": "research",
            "agent_name": "research_agent", "state": "dead_letter", "priority": "high",
            "created_at": "2026-01-31T12:00:00Z", "updated_at": "2026-01-31T12:09:30Z",
            "completed_at": "2026-01-31T12:09:30Z", "metadata": {"topic": "tides"}, "fencing_token": 4,
            "lease_expires_at": null, "not_before": null, "retry_count": 3, "max_retries": 3,
            "last_error": "the source\ndoes not answer",
        });
        let (Some(task_object), Some(change)) = (task.as_object_mut(), change.as_object()) else {
            panic!("objects");
        };
        task_object.extend(change.clone());
        serde_json::from_value(task).expect("a task")
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_list_has_a_line_a_task_and_no_line_more_for_what_a_message_holds() {
        let waiting = json!({"task_id": "t-2", "state": "queued", "agent_name": null,
            "priority": "medium", "last_error": null, "retry_count": 0});
        let tasks = [task(json!({})), task(waiting)];
        insta::assert_snapshot!(plain(&table(&tasks, now())));
        assert_eq!(table(&[], now()), "");
    }

    #[test]
    fn a_task_is_shown_with_what_it_has() {
        let attempts = json!([{
            "task_id": "t", "task_type": "research", "agent_name": "research_agent",
            "state": "failed", "priority": "high", "created_at": "2026-01-31T12:00:10Z",
            "completed_at": "2026-01-31T12:00:11.500Z", "duration_ms": 1500, "success": false,
            "error_type": "transient", "error_message": "timeout", "metadata": {},
        }]);
        let detail = TaskDetail {
            task: task(
                json!({"parent_task_id": "p", "deadline": "2026-01-31T14:10:00Z",
                              "required_skills": ["french", "maths"]}),
            ),
            attempts: serde_json::from_value(attempts).expect("attempts"),
        };
        let child = task(json!({"task_id": "child", "state": "completed", "last_error": null}));
        insta::assert_snapshot!(plain(&details(&detail, &[child], now())));
    }

    #[test]
    fn a_completed_task_is_shown_with_its_result_and_one_that_is_tried_again_without() {
        let attempts = json!([{
            "task_id": "t", "task_type": "research", "agent_name": "research_agent",
            "state": "completed", "priority": "high", "created_at": "2026-01-31T12:00:10Z",
            "completed_at": "2026-01-31T12:00:11.500Z", "duration_ms": 1500, "success": true,
            "error_type": null, "error_message": null, "metadata": {"result": {"words": 6}},
        }]);
        let shown = |state: &str| {
            let detail = TaskDetail {
                task: task(json!({"state": state, "last_error": null})),
                attempts: serde_json::from_value(attempts.clone()).expect("attempts"),
            };
            plain(&details(&detail, &[], now()))
        };
        let completed = shown("completed");
        assert!(
            completed.contains("result         {\"words\":6}\n"),
            "{completed}"
        );
        assert!(!shown("queued").contains("result"), "{}", shown("queued"));
    }

    #[test]
    fn ids_in_commands_are_words_of_a_shell() {
        let odd = json!({"task_id": "it's $(reboot)", "metadata": {"correlation_id": "a;b"}});
        let detail = TaskDetail {
            task: task(odd),
            attempts: Vec::new(),
        };
        let text = plain(&details(&detail, &[], now()));
        let commands = r"swarmscope journey 'a;b'
swarmscope errors --state all --correlation-id 'it'\''s $(reboot)'
swarmscope tasks retry 'it'\''s $(reboot)'
";
        assert!(text.ends_with(commands), "{text}");
    }

    #[test]
    fn schedules_say_what_comes_next() {
        let schedule = |name: &str, enabled: bool, next: Option<&str>| {
            let schedule = json!({
                "name": name, "cron": "0 6 * * 1-5", "time_zone": "Europe/Berlin",
                "task": {"task_type": "research"}, "enabled": enabled, "next_at": next,
                "last_at": null, "last_task_id": null, "created_at": "2026-01-01T00:00:00Z",
                "updated_at": "2026-01-01T00:00:00Z",
            });
            serde_json::from_value(schedule).expect("a schedule")
        };
        let all = [
            schedule("news", true, Some("2026-02-02T05:00:00Z")),
            schedule("paused", false, None),
            schedule("once", true, None),
        ];
        insta::assert_snapshot!(plain(&schedules(&all, now())));
    }
}
