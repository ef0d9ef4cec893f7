//! A script as a list of commands.

use super::eval::{self, Eval};
use super::load::{self, Load};

/// One command of a script.
#[derive(Debug)]
pub(super) enum Command {
    Clear,
    Load(Load),
    Eval(Box<Eval>),
}

/// A place in a script that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{reason}")]
pub(super) struct ScriptError {
    /// The first line is 1.
    pub line: usize,
    pub reason: String,
}

impl ScriptError {
    pub fn new(line: usize, reason: impl Into<String>) -> Self {
        Self {
            line,
            reason: reason.into(),
        }
    }
}

/// The lines of a script, without comments, and where reading stands.
pub(super) struct Lines<'a> {
    lines: Vec<&'a str>,
    next: usize,
}

impl<'a> Lines<'a> {
    pub fn new(script: &'a str) -> Self {
        let without_comment = |line: &'a str| {
            let line = line.trim();
            if line.starts_with('#') { "" } else { line }
        };
        Self {
            lines: script.split('\n').map(without_comment).collect(),
            next: 0,
        }
    }

    /// The next line of a block, and its number. `None` at the block's end, an empty line.
    pub fn in_block(&mut self) -> Option<(usize, &'a str)> {
        let line = *self.lines.get(self.next)?;
        if line.is_empty() {
            return None;
        }
        self.next += 1;
        Some((self.next, line))
    }

    /// The next line that is not empty, and its number.
    fn after_blanks(&mut self) -> Option<(usize, &'a str)> {
        while self
            .lines
            .get(self.next)
            .is_some_and(|line| line.is_empty())
        {
            self.next += 1;
        }
        self.in_block()
    }

    /// Goes to the end of the block, past what cannot be read.
    fn skip_block(&mut self) {
        while self.in_block().is_some() {}
    }
}

/// Every command of a script, or why it cannot be read.
pub(super) fn parse(script: &str) -> Vec<Result<Command, ScriptError>> {
    let mut lines = Lines::new(script);
    let mut commands = Vec::new();
    while let Some((number, line)) = lines.after_blanks() {
        let word = line
            .split([' ', '\t'])
            .next()
            .unwrap_or_default()
            .to_lowercase();
        let command = if word == "clear" {
            Ok(Command::Clear)
        } else if word.starts_with("load") {
            load::parse(number, line, &mut lines).map(Command::Load)
        } else if word.starts_with("eval") {
            eval::parse(number, line, &mut lines).map(|eval| Command::Eval(Box::new(eval)))
        } else {
            Err(ScriptError::new(
                number,
                format!("invalid command {line:?}"),
            ))
        };
        if command.is_err() {
            lines.skip_block();
        }
        commands.push(command);
    }
    commands
}
