//! The types of events: how often each happens at which step of a task, and what it has besides.

use crate::random::Draws;
use crate::timeline::ROUNDS;
use crate::write;

/// The event types that occur.
pub const EVENT_TYPES: [&str; 14] = {
    let mut names = [""; 14];
    let mut position = 0;
    while position < names.len() {
        names[position] = KINDS[position].name;
        position += 1;
    }
    names
};

/// The severities that occur.
pub const SEVERITIES: [&str; 5] = ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"];

/// One event type.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    /// Of a thousand events: at the first step, between, and at the last step.
    weights: [u64; 3],
    severity: &'static str,
    /// How many message templates are its own.
    templates: u64,
    pub has_task: bool,
    has_duration: bool,
    pub is_error: bool,
}

const fn kind(
    name: &'static str,
    weights: [u64; 3],
    severity: &'static str,
    templates: u64,
) -> Kind {
    Kind {
        name,
        weights,
        severity,
        templates,
        has_task: true,
        has_duration: false,
        is_error: false,
    }
}

const fn error(name: &'static str, weights: [u64; 3], severity: &'static str) -> Kind {
    Kind {
        is_error: true,
        has_duration: true,
        ..kind(name, weights, severity, 20)
    }
}

const fn timed(kind: Kind) -> Kind {
    Kind {
        has_duration: true,
        ..kind
    }
}

const fn without_task(kind: Kind) -> Kind {
    Kind {
        has_task: false,
        ..kind
    }
}

const HEARTBEAT: &str = "agent_heartbeat";
const RETRY: &str = "transient_error_retry";
const PROCESSING: &str = "task_processing";

#[rustfmt::skip]
const KINDS: [Kind; 14] = [
    timed(kind(PROCESSING, [60, 400, 100], "INFO", 70)),
    without_task(kind(HEARTBEAT, [150, 200, 80], "DEBUG", 10)),
    kind("task_received", [620, 20, 10], "INFO", 25),
    timed(kind("task_completed", [10, 40, 560], "INFO", 30)),
    timed(kind(RETRY, [20, 120, 40], "WARNING", 25)),
    kind("test_task_created", [45, 92, 20], "INFO", 15),
    timed(kind("test_tasks_batch_created", [20, 60, 10], "INFO", 10)),
    without_task(kind("agent_registered", [40, 20, 5], "INFO", 15)),
    without_task(kind("system_startup", [10, 5, 5], "INFO", 10)),
    without_task(kind("system_shutdown", [5, 5, 10], "INFO", 10)),
    error("task_failed", [5, 10, 120], "ERROR"),
    error("max_retries_exceeded", [5, 10, 15], "ERROR"),
    error("permanent_error", [5, 10, 15], "ERROR"),
    error("unexpected_error", [5, 8, 10], "CRITICAL"),
];

/// How many message templates there are in all.
pub const TEMPLATES: u64 = {
    let mut sum = 0;
    let mut position = 0;
    while position < KINDS.len() {
        sum += KINDS[position].templates;
        position += 1;
    }
    sum
};

/// The type of an event at this step of its task.
pub fn draw(draws: &mut Draws, step: u64) -> &'static Kind {
    const LAST: u64 = ROUNDS - 1;
    let column = match step {
        0 => 0,
        LAST => 2,
        _ => 1,
    };
    let mut drawn = draws.below(1000);
    for kind in &KINDS {
        match drawn.checked_sub(kind.weights[column]) {
            None => return kind,
            Some(rest) => drawn = rest,
        }
    }
    &KINDS[0]
}

impl Kind {
    /// Its severity; work is logged at two of them.
    pub fn severity(&self, draws: &mut Draws) -> &'static str {
        match self.name {
            PROCESSING if draws.one_in(4) => "DEBUG",
            _ => self.severity,
        }
    }

    /// The number of the template of a message, among those of all types.
    pub fn template(&self, draws: &mut Draws) -> usize {
        let before = KINDS.iter().take_while(|other| other.name != self.name);
        let first: u64 = before.map(|kind| kind.templates).sum();
        (first + draws.skewed(self.templates)) as usize
    }

    /// Appends the fields of `metadata` that are numbers.
    pub fn append_fields(&self, draws: &mut Draws, line: &mut Vec<u8>) {
        if self.has_duration {
            let halvings = draws.below(6);
            field(line, "duration");
            write::thousandths(line, draws.below(30_000) >> halvings);
        }
        match self.name {
            RETRY => {
                field(line, "retry_count");
                write::integer(line, draws.below(3) + 1);
                field(line, "max_retries");
                write::integer(line, 3);
            }
            HEARTBEAT => {
                field(line, "active_tasks");
                write::integer(line, draws.skewed(12));
                field(line, "uptime");
                write::integer(line, draws.below(1_000_000));
            }
            _ => {}
        }
    }
}

fn field(line: &mut Vec<u8>, name: &str) {
    line.extend_from_slice(b",\"");
    line.extend_from_slice(name.as_bytes());
    line.extend_from_slice(b"\":");
}
