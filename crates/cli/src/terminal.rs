//! How things look on a terminal. Colours are stripped by `anstream` where there is none.

use anstyle::{AnsiColor, Style};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let groups = [0, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(groups, ["0", "999", "1,000", "1,234,567"]);
    }
}
