//! What happened, line by line.

use swarmscope_journey::{Entry, EntryKind, ErrorDetail, Journey, human};

use super::draw::{head, put};
use super::text::{agent_columns, fitted};
use crate::commands::errors::short;
use crate::terminal::{FAINT, NAME, severity_style};

/// Entries that are shown unless everything is asked for: the beginning and the end.
const MOST: usize = 200;
/// Lines of a stack that are shown then: its two ends.
const STACK: usize = 6;
/// Columns of the time since the beginning, and of the kind.
const SINCE: usize = 11;
const KIND: usize = 12;

/// How a row is laid out.
struct Layout {
    /// When the journey began, in milliseconds since the epoch.
    start: i64,
    names: usize,
    /// Columns that are left for what happened.
    left: usize,
    columns: usize,
    full: bool,
}

/// Appends the entries.
pub fn draw(text: &mut String, journey: &Journey, columns: usize, full: bool) {
    head(text, "What happened");
    let all = &journey.entries;
    let (first, last) = match all.len() {
        count if full || count <= MOST => (&all[..], &all[count..]),
        count => (&all[..MOST / 2], &all[count - MOST / 2..]),
    };
    let names = agent_columns(journey, columns);
    let layout = Layout {
        start: journey.started_at.as_millisecond(),
        names,
        left: columns.saturating_sub(SINCE + KIND + names + 5).max(1),
        columns,
        full,
    };
    for entry in first {
        row(text, entry, &layout);
    }
    let between = all.len() - first.len() - last.len();
    if between > 0 {
        put(
            text,
            format_args!("  {FAINT}… {between} entries between, shown with --full{FAINT:#}\n"),
        );
    }
    for entry in last {
        row(text, entry, &layout);
    }
}

fn row(text: &mut String, entry: &Entry, layout: &Layout) {
    let names = layout.names;
    let since = human(entry.at.as_millisecond() - layout.start);
    let since = format!("+{since}");
    let kind = kind(entry.kind);
    let agent = fitted(entry.agent.as_deref().unwrap_or(""), names);
    let severity = entry.severity.map_or("", |severity| severity.as_str());
    let style = match severity {
        // Most events are INFO: colour is for what stands out.
        "" | "INFO" | "DEBUG" => anstyle::Style::new(),
        other => severity_style(other),
    };
    let event_type = entry.event_type.as_deref();
    let event_type = event_type.map_or(String::new(), |name| format!("{name}: "));
    let message = fitted(&format!("{event_type}{}", entry.message), layout.left);
    let line = format!(
        "  {FAINT}{since:>SINCE$}{FAINT:#} {kind:<KIND$} {NAME}{agent:<names$}{NAME:#} {style}{message}{style:#}"
    );
    put(text, format_args!("{}\n", line.trim_end()));
    // An error that threw nothing has said everything in its line.
    if let Some(error) = &entry.error
        && (error.message != entry.message || !error.traceback.is_empty())
    {
        stack(text, error, layout);
    }
    if let Some(group) = entry
        .error
        .as_ref()
        .and_then(|error| error.group.as_deref())
    {
        let indent = " ".repeat(SINCE + 3);
        let like_it = format!("errors like it: swarmscope errors show {}", short(group));
        put(text, format_args!("{indent}{FAINT}{like_it}{FAINT:#}\n"));
    }
}

fn kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Task => "task",
        EntryKind::Wait => "wait",
        EntryKind::Attempt => "attempt",
        EntryKind::Handover => "handover",
        EntryKind::Event => "",
        EntryKind::Retry => "retry",
        EntryKind::Error => "error",
        EntryKind::Heartbeat => "heartbeat",
        EntryKind::HeartbeatGap => "no heartbeat",
        EntryKind::Presence => "presence",
        EntryKind::Gap => "silence",
    }
}

fn stack(text: &mut String, error: &ErrorDetail, layout: &Layout) {
    let indent = " ".repeat(SINCE + 3);
    let left = layout.columns.saturating_sub(indent.len()).max(1);
    let what = fitted(&format!("{}: {}", error.kind, error.message), left);
    let style = severity_style("ERROR");
    put(text, format_args!("{indent}{style}{what}{style:#}\n"));
    let lines = &error.traceback;
    // Where it happened stands at one end or the other, as languages have it.
    let ends = match lines.len() {
        count if layout.full || count <= STACK => (&lines[..], &lines[count..]),
        count => (&lines[..STACK / 2], &lines[count - STACK / 2..]),
    };
    let mut show = |line: &str| {
        let line = fitted(line, left);
        put(text, format_args!("{indent}{FAINT}{line}{FAINT:#}\n"));
    };
    ends.0.iter().for_each(|line| show(line));
    let between = lines.len() - ends.0.len() - ends.1.len();
    if between > 0 {
        show(&format!("… {between} lines between, shown with --full"));
    }
    ends.1.iter().for_each(|line| show(line));
}
