//! Text that fits a terminal's columns and cannot move its cursor.

use swarmscope_journey::Journey;

/// Columns that agents' names have: what the longest needs, and a fifth of the line at most.
pub fn agent_columns(journey: &Journey, columns: usize) -> usize {
    let lengths = journey
        .agents
        .iter()
        .map(|agent| agent.name.chars().count());
    lengths.max().unwrap_or(0).min(columns / 5)
}

/// The text without control characters, cut to so many characters.
pub fn fitted(text: &str, columns: usize) -> String {
    let mut fits: String = text
        .chars()
        .take(columns + 1)
        .map(|character| match character {
            '\n' | '\t' => ' ',
            character if character.is_control() => '\u{fffd}',
            character => character,
        })
        .collect();
    if fits.chars().count() > columns {
        fits = fits.chars().take(columns.saturating_sub(1)).collect();
        fits.push('…');
    }
    fits
}
