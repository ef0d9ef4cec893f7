//! How things look on a terminal. Colours are stripped by `anstream` where there is none.

use std::io;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressStyle};

/// The colour of a severity's name.
pub fn severity_style(severity: &str) -> Style {
    match severity {
        "CRITICAL" => AnsiColor::White.on(AnsiColor::Red).bold(),
        "ERROR" => AnsiColor::Red.on_default().bold(),
        "WARNING" => AnsiColor::Yellow.on_default(),
        "DEBUG" => AnsiColor::BrightBlack.on_default(),
        _ => AnsiColor::Green.on_default(),
    }
}

/// For what matters less.
pub const FAINT: Style = AnsiColor::BrightBlack.on_default();
/// For names of agents.
pub const NAME: Style = AnsiColor::Cyan.on_default();

/// Columns of the terminal; `None` where standard output is none.
pub fn columns() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size()?;
    Some(usize::from(width.0))
}

/// The text without control characters: a log line must not move the cursor or ring the bell.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|character| {
            if character.is_control() {
                '\u{fffd}'
            } else {
                character
            }
        })
        .collect()
}

/// Text as one word of a command that people copy into a POSIX shell; printable, so what holds control characters is
/// shown but not to be copied.
pub fn shell_word(text: &str) -> String {
    let text = printable(text);
    let plain =
        |character: char| character.is_ascii_alphanumeric() || "-_./:@%+=,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Says what the user should know though the work goes on.
pub fn warn(message: &str) {
    let warning = severity_style("WARNING");
    anstream::eprintln!("{warning}warning:{warning:#} {message}");
}

/// That nobody reads standard output any more, as after `| head`, is no failure.
///
/// # Errors
/// When writing failed for another reason.
pub fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// How far a work on so many documents is. Nothing is drawn where standard error is no terminal.
pub fn documents_bar(documents: u64) -> ProgressBar {
    let template = "{msg} [{bar:30}] {human_pos} of {human_len} documents ({per_sec}, {eta} left)";
    let style = ProgressStyle::with_template(template).expect("the template above is valid");
    let bar = ProgressBar::new(documents).with_style(style.progress_chars("=> "));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// `12345` as `12,345`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Counts as bars of a letter's width, the largest at full height; a count above zero is never without one.
pub fn sparkline(counts: &[u64]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |count: &u64| match count {
        0 => ' ',
        count => BARS[((count * 8).div_ceil(most) as usize).clamp(1, 8) - 1],
    };
    counts.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let groups = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(groups, ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn counts_become_bars() {
        assert_eq!(sparkline(&[0, 1, 50, 100]), " ▁▄█");
        assert_eq!(sparkline(&[0, 0]), "  ");
    }
}
