//! The journey in one line.

use crate::duration::human;
use crate::errors::Failed;
use crate::journey::{Counts, Outcome, Totals};

/// What the line is made of.
pub struct Facts<'a> {
    /// Who worked; the orchestrator is not counted.
    pub agents: usize,
    pub counts: &'a Counts,
    pub totals: Totals,
    pub duration_ms: i64,
    pub outcome: Outcome,
    pub failed: Option<&'a Failed>,
    /// Who works on it now.
    pub holder: Option<&'a str>,
}

/// "3 agents, 2 tasks, 1 retry; took 4.2 s, of which 2.1 s waiting in the queue; failed in
/// writing_agent: TimeoutError"
pub fn line(facts: &Facts<'_>) -> String {
    let mut who = vec![many(facts.agents as u64, "agent", "agents")];
    let counts = facts.counts;
    if counts.tasks > 0 {
        who.push(many(counts.tasks, "task", "tasks"));
    } else {
        who.push(many(counts.events, "event", "events"));
    }
    if counts.retries > 0 {
        who.push(many(counts.retries, "retry", "retries"));
    }
    format!("{}; {}; {}", who.join(", "), time(facts), end(facts))
}

fn many(count: u64, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn time(facts: &Facts<'_>) -> String {
    let goes_on = matches!(facts.outcome, Outcome::Running | Outcome::Waiting);
    let verb = if goes_on { "for" } else { "took" };
    let mut text = format!("{verb} {}", human(facts.duration_ms));
    let waits = [
        (facts.totals.queue_ms, "waiting in the queue"),
        (facts.totals.backoff_ms, "waiting to try again"),
    ];
    let worth_saying: Vec<String> = waits
        .into_iter()
        // Less than a hundredth is no answer to "why did it take so long?".
        .filter(|(wait, _)| *wait > 0 && *wait * 100 >= facts.duration_ms)
        .map(|(wait, what)| format!("{} {what}", human(wait)))
        .collect();
    if !worth_saying.is_empty() {
        text.push_str(", of which ");
        text.push_str(&worth_saying.join(" and "));
    }
    text
}

fn end(facts: &Facts<'_>) -> String {
    let failed = facts.failed.map(|failed| {
        let place = failed.agent.as_deref().map(|agent| format!(" in {agent}"));
        let error = failed.error.as_deref().map(|error| format!(": {error}"));
        format!(
            "failed{}{}",
            place.unwrap_or_default(),
            error.unwrap_or_default()
        )
    });
    let stands = match (facts.outcome, facts.holder) {
        (Outcome::Completed, _) => "completed",
        (Outcome::Cancelled, _) => "cancelled",
        (Outcome::Running, Some(agent)) => &format!("{agent} works on it"),
        (Outcome::Running, None) => "it is being worked on",
        (Outcome::Waiting, _) => "waits in the queue",
        (Outcome::Failed, _) => return failed.unwrap_or_else(|| "failed".to_owned()),
        (Outcome::Unknown, _) => "nothing says how it ended",
    };
    match failed {
        Some(failed) => format!("{stands}; a part {failed}"),
        None => stands.to_owned(),
    }
}
