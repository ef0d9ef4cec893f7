//! Where the time went: a bar for every span, one below the other.

use swarmscope_journey::{Journey, Span, SpanKind, human};

use super::draw::{head, put};
use super::text::{agent_columns, fitted};
use crate::terminal::{FAINT, NAME, severity_style};

/// Bars that are drawn unless everything is asked for: a screenful.
const MOST: usize = 40;
/// Columns of what a span is, and of its duration.
const WHAT: usize = 12;
const TOOK: usize = 10;
/// Columns beside the bar, the agent's name aside.
const BESIDE: usize = WHAT + TOOK + 9;

/// Appends the bars.
pub fn draw(text: &mut String, journey: &Journey, columns: usize, full: bool) {
    // A handover is what lies between two bars, and an agent's presence is no step.
    let steps: Vec<&Span> = journey
        .spans
        .iter()
        .filter(|span| !matches!(span.kind, SpanKind::Handover | SpanKind::Activity))
        .filter(|span| span.duration_ms > 0)
        .collect();
    if steps.is_empty() || journey.duration_ms == 0 {
        return;
    }
    head(text, "Where the time went");
    let names = agent_columns(journey, columns);
    let width = columns.saturating_sub(BESIDE + names).max(1);
    let shown = if full { steps.len() } else { MOST };
    for span in steps.iter().take(shown) {
        row(text, journey, span, (names, width));
    }
    if steps.len() > shown {
        let more = steps.len() - shown;
        put(
            text,
            format_args!("  {FAINT}… {more} more with --full{FAINT:#}\n"),
        );
    }
}

fn row(text: &mut String, journey: &Journey, span: &Span, (names, width): (usize, usize)) {
    let agent = fitted(span.agent.as_deref().unwrap_or("-"), names);
    let number = span.attempt.unwrap_or(1);
    let (what, fill) = match span.kind {
        SpanKind::Attempt => (format!("attempt {number}"), '█'),
        SpanKind::Backoff => ("until retry".to_owned(), '▒'),
        SpanKind::SetAside => ("set aside".to_owned(), '┄'),
        _ => ("in the queue".to_owned(), '░'),
    };
    let failed = severity_style("ERROR");
    let style = if span.has_failed() { failed } else { NAME };
    let took = fitted(&human(span.duration_ms), TOOK);
    let (before, length) = place(journey, span, width);
    let after = width - before - length;
    let bar: String = std::iter::repeat_n(fill, length).collect();
    let mark = if span.slowest { "◀" } else { " " };
    let row = format!(
        "  {NAME}{agent:<names$}{NAME:#} {what:<WHAT$} {took:>TOOK$} {FAINT}│{FAINT:#}{}{style}{bar}{style:#}{}{FAINT}│{FAINT:#} {mark}",
        " ".repeat(before),
        " ".repeat(after)
    );
    put(text, format_args!("{}\n", row.trim_end()));
}

/// Columns before the bar, and its own: one at least, and never beyond the frame.
fn place(journey: &Journey, span: &Span, width: usize) -> (usize, usize) {
    let start = journey.started_at.as_millisecond();
    let scale = |time: i64| {
        let part = (time - start) as f64 / journey.duration_ms as f64;
        ((part * width as f64).round().max(0.0) as usize).min(width)
    };
    let from = scale(span.start()).min(width - 1);
    let length = scale(span.end()).saturating_sub(from).max(1);
    (from, length)
}
