//! A journey as text: what it comes to, its tasks, where the time went, and what happened.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use swarmscope_journey::{Journey, Outcome, TaskPart, Truncated, human};

use super::text::fitted;
use super::{entries, waterfall};
use crate::terminal::{FAINT, severity_style};

/// For the heads of parts.
const HEAD: Style = Style::new().bold();

/// The journey in this many columns.
pub fn draw(journey: &Journey, columns: usize, full: bool) -> String {
    let mut text = String::new();
    let style = outcome_style(journey.outcome);
    let id = fitted(&journey.correlation_id, columns);
    put(&mut text, format_args!("{HEAD}{id}{HEAD:#}\n"));
    put(
        &mut text,
        format_args!("{style}{}{style:#}\n", journey.summary),
    );
    put(
        &mut text,
        format_args!(
            "{FAINT}{} to {}{FAINT:#}\n",
            journey.started_at, journey.ended_at
        ),
    );
    if let Some(slowest) = &journey.slowest {
        let share = (slowest.share * 100.0).round();
        let took = human(slowest.duration_ms);
        let words = format!("slowest: {}, {took} ({share} %)", slowest.step);
        put(&mut text, format_args!("{}\n", fitted(&words, columns)));
    }
    for agent in &journey.agents {
        if let Some(ahead) = agent.clock_ahead_ms {
            let (name, off) = (&agent.name, human(ahead.abs()));
            let direction = if ahead > 0 { "ahead" } else { "behind" };
            let note = format!("the clock of {name} is {off} {direction}; its times are corrected");
            put(&mut text, format_args!("{FAINT}{note}{FAINT:#}\n"));
        }
    }
    tasks(&mut text, &journey.tasks, columns);
    waterfall::draw(&mut text, journey, columns, full);
    entries::draw(&mut text, journey, columns, full);
    truncated(&mut text, &journey.truncated);
    text
}

/// Appends; a string takes everything.
pub fn put(text: &mut String, words: std::fmt::Arguments<'_>) {
    text.write_fmt(words).expect("a string takes everything");
}

/// Begins a part of the text.
pub fn head(text: &mut String, name: &str) {
    put(text, format_args!("\n{HEAD}{name}{HEAD:#}\n"));
}

fn outcome_style(outcome: Outcome) -> Style {
    match outcome {
        Outcome::Failed => severity_style("ERROR"),
        Outcome::Completed => severity_style("INFO"),
        Outcome::Cancelled | Outcome::Unknown => FAINT,
        Outcome::Running | Outcome::Waiting => severity_style("WARNING"),
    }
}

fn state_style(state: &str) -> Style {
    match state {
        "failed" | "dead_letter" => AnsiColor::Red.on_default(),
        "completed" => AnsiColor::Green.on_default(),
        "cancelled" => FAINT,
        _ => AnsiColor::Yellow.on_default(),
    }
}

fn tasks(text: &mut String, tasks: &[TaskPart], columns: usize) {
    if tasks.is_empty() {
        return;
    }
    head(text, "Tasks");
    for task in tasks {
        let indent = "  ".repeat(task.depth.min(8) as usize + 1);
        let style = state_style(&task.state);
        let tries = match task.attempts {
            1 => "1 attempt".to_owned(),
            attempts => format!("{attempts} attempts"),
        };
        let mut facts = vec![tries];
        let waits = [
            ("work", task.work_ms),
            ("in the queue", task.queue_ms),
            ("until retries", task.backoff_ms),
        ];
        for (what, took) in waits.into_iter().filter(|(_, took)| *took > 0) {
            facts.push(format!("{} {what}", human(took)));
        }
        if let Some(other) = &task.correlation_id {
            facts = vec![format!("of journey {other}")];
        }
        let name = format!("{} {}", task.task_type, task.task_id);
        let name = fitted(&name, columns / 2);
        let state = &task.state;
        let used = indent.len() + name.chars().count() + state.len() + 4;
        let facts = fitted(&facts.join(", "), columns.saturating_sub(used));
        put(
            text,
            format_args!("{indent}{name}  {style}{state}{style:#}  {FAINT}{facts}{FAINT:#}\n"),
        );
    }
}

fn truncated(text: &mut String, truncated: &[Truncated]) {
    let warning = severity_style("WARNING");
    for part in truncated {
        let Truncated {
            what,
            shown,
            total,
            reason,
        } = part;
        let of = if *total > 0 {
            format!("{shown} of {total} {what}")
        } else {
            what.clone()
        };
        put(
            text,
            format_args!(
                "{warning}incomplete:{warning:#} {of}: {}\n",
                fitted(reason, 400)
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journey() -> Journey {
        let text = include_str!("failed.json");
        serde_json::from_str(text).expect("a journey")
    }

    fn plain(columns: usize, full: bool) -> String {
        let drawn = draw(&journey(), columns, full);
        anstream::adapter::strip_str(&drawn).to_string()
    }

    #[test]
    fn a_failed_journey_is_drawn() {
        insta::assert_snapshot!(plain(100, false));
    }

    #[test]
    fn nothing_is_wider_than_a_narrow_terminal_but_the_summary() {
        let drawn = plain(60, false);
        let wide: Vec<&str> = drawn
            .lines()
            .filter(|line| line.chars().count() > 60)
            .collect();
        assert_eq!(wide, [journey().summary.as_str()]);
    }

    #[test]
    fn in_full_no_line_of_a_stack_is_missing() {
        let in_full = plain(100, true);
        for line in 1..=14 {
            assert!(in_full.contains(&format!("step_{line}.py")), "{in_full}");
        }
        let folded = plain(100, false);
        assert!(
            folded.contains("… 8 lines between") && !folded.contains("step_7.py"),
            "{folded}"
        );
    }

    #[test]
    fn colours_are_there_for_a_terminal() {
        assert!(draw(&journey(), 100, false).contains("\u{1b}["));
    }
}
