//! What went wrong last, in the words of whoever knows best.

use crate::assemble::TimedEvent;
use crate::attempts::TimedAttempt;

/// Who failed, and with what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    pub agent: Option<String>,
    /// The type of what was thrown, else the class or the words of the error.
    pub error: Option<String>,
}

/// How an attempt failed. The agent's event knows the type of what was thrown; the state its class.
pub fn of_attempt(attempt: &TimedAttempt<'_>, events: &[TimedEvent]) -> Failed {
    let thrown = events.iter().rev().find_map(|timed| {
        let exception = timed.event.exception.as_ref()?;
        let is_this = timed.event.task_id() == Some(attempt.task_id())
            && Some(timed.event.agent.as_str()) == attempt.agent;
        is_this.then(|| exception.kind.clone())
    });
    let row = attempt.ended;
    let said = row.and_then(|row| row.error_message.as_deref().or(row.error_type.as_deref()));
    Failed {
        agent: attempt.agent.map(str::to_owned),
        error: thrown
            .filter(|kind| !kind.is_empty())
            .or_else(|| said.map(first_line)),
    }
}

/// How the story failed as far as an event tells.
pub fn of_event(timed: &TimedEvent) -> Failed {
    let thrown = timed.event.exception.as_ref();
    let thrown = thrown.map(|exception| exception.kind.clone());
    Failed {
        agent: Some(timed.event.agent.clone()),
        error: thrown
            .filter(|kind| !kind.is_empty())
            .or_else(|| Some(first_line(&timed.event.message))),
    }
}

/// Enough of an error's message for a summary.
fn first_line(text: &str) -> String {
    const MOST: usize = 80;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line.to_owned(),
    }
}
