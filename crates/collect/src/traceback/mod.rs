//! Tracebacks of five languages in a program's output: their lines become one piece, with the
//! exception that they tell of.
//!
//! A traceback is known by its first line in Python, Rust and Go, but only by its second or later in
//! Java and Node. Therefore every grammar that may begin with a line follows the output until it is
//! sure or out, and lines that turn out to belong to nothing come out as they went in. Nothing is ever
//! left out or reordered.

mod go;
mod java;
mod node;
mod python;
mod rust;

use std::collections::VecDeque;

use swarmscope_model::ExceptionInfo;
use swarmscope_model::limits::{MAX_TRACEBACK_LINES, MAX_UNDECIDED_LINES};

use crate::lines::Line;

/// What the output consists of.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// A line for itself.
    Line(Line),
    /// A traceback, as one.
    Traceback(ExceptionInfo),
}

/// What a grammar says of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// It belongs to the traceback, and so do those that were held.
    Take,
    /// A later line decides.
    Hold,
    /// It does not belong, and nothing after it.
    Done,
}

/// How one language writes a traceback.
trait Grammar: Send {
    fn step(&mut self, line: &str) -> Step;
    /// Whether what was taken is a traceback for certain.
    fn is_certain(&self) -> bool;
    /// The error's type and message.
    fn kind_and_message(&self) -> (String, String);
}

struct Candidate {
    grammar: Box<dyn Grammar>,
    /// How many of the open lines belong to it.
    taken: usize,
    alive: bool,
}

/// Lines that may be a traceback.
struct Open {
    lines: Vec<Line>,
    candidates: Vec<Candidate>,
}

/// Puts the lines of one stream together.
#[derive(Default)]
pub struct Joiner {
    open: Option<Open>,
}

impl Joiner {
    /// Takes the next line, and returns what is finished by it, in order.
    pub fn push(&mut self, line: Line) -> Vec<Piece> {
        let mut pieces = Vec::new();
        self.work(VecDeque::from([line]), &mut pieces);
        pieces
    }

    /// Whether lines are held back.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Returns everything that is held back: the stream rests or has ended.
    pub fn flush(&mut self) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while let Some(open) = self.open.take() {
            let rest = open.close(&mut pieces);
            self.work(rest, &mut pieces);
        }
        pieces
    }

    fn work(&mut self, mut queue: VecDeque<Line>, pieces: &mut Vec<Piece>) {
        while let Some(line) = queue.pop_front() {
            let Some(open) = &mut self.open else {
                match Open::with(line) {
                    Ok(open) => self.open = Some(open),
                    Err(line) => pieces.push(Piece::Line(line)),
                }
                continue;
            };
            open.push(line);
            if open.is_over()
                && let Some(open) = self.open.take()
            {
                for line in open.close(pieces).into_iter().rev() {
                    queue.push_front(line);
                }
            }
        }
    }
}

impl Open {
    /// Begins with this line, or gives it back when no traceback begins so.
    fn with(line: Line) -> Result<Self, Line> {
        let text = line.text();
        let starts = [
            python::start(&text),
            rust::start(&text),
            go::start(&text),
            java::start(&text),
            node::start(&text),
        ];
        let candidates: Vec<Candidate> = starts
            .into_iter()
            .flatten()
            .map(|grammar| Candidate {
                grammar,
                taken: 1,
                alive: true,
            })
            .collect();
        if candidates.is_empty() {
            drop(text);
            return Err(line);
        }
        let lines = vec![line];
        Ok(Self { lines, candidates })
    }

    fn push(&mut self, line: Line) {
        // An event of its own is never part of a traceback.
        let event = line.bytes.first() == Some(&b'{') && line.bytes.last() == Some(&b'}');
        let text = line.text();
        for candidate in &mut self.candidates {
            if !candidate.alive {
                continue;
            }
            let step = if event {
                Step::Done
            } else {
                candidate.grammar.step(&text)
            };
            match step {
                Step::Take => candidate.taken = self.lines.len() + 1,
                Step::Hold => {}
                Step::Done => candidate.alive = false,
            }
            if !candidate.grammar.is_certain() && self.lines.len() >= MAX_UNDECIDED_LINES {
                candidate.alive = false;
            }
        }
        drop(text);
        self.lines.push(line);
        if let Some(certain) = self.candidates.iter().position(Candidate::is_certain) {
            self.candidates.swap(0, certain);
            self.candidates.truncate(1);
        }
    }

    fn is_over(&self) -> bool {
        self.candidates.iter().all(|candidate| !candidate.alive)
    }

    /// The traceback, or the first line for itself; and the lines that come after it.
    fn close(mut self, pieces: &mut Vec<Piece>) -> VecDeque<Line> {
        let certain = self.candidates.into_iter().find(Candidate::is_certain);
        let taken = certain.as_ref().map_or(1, |candidate| candidate.taken);
        let rest = self.lines.split_off(taken);
        match certain {
            Some(candidate) => {
                let (kind, message) = candidate.grammar.kind_and_message();
                pieces.push(Piece::Traceback(ExceptionInfo {
                    kind,
                    message,
                    traceback: traceback(&self.lines),
                }));
            }
            None => pieces.extend(self.lines.into_iter().map(Piece::Line)),
        }
        rest.into()
    }
}

impl Candidate {
    fn is_certain(&self) -> bool {
        self.grammar.is_certain()
    }
}

/// The lines as text; the middle of an endless one is left out and says so.
fn traceback(lines: &[Line]) -> Vec<String> {
    let text = |lines: &[Line]| -> Vec<String> {
        lines.iter().map(|line| line.text().into_owned()).collect()
    };
    let Some(left_out) = lines.len().checked_sub(MAX_TRACEBACK_LINES) else {
        return text(lines);
    };
    let half = MAX_TRACEBACK_LINES / 2;
    let mut kept = text(&lines[..half]);
    kept.push(format!("… {left_out} lines left out …"));
    kept.extend(text(&lines[lines.len() - half..]));
    kept
}

/// `Type: message` cut at its first colon.
fn split_head(head: &str) -> (String, String) {
    let (kind, message) = head.split_once(": ").unwrap_or((head, ""));
    (kind.trim_end_matches(':').to_owned(), message.to_owned())
}

fn is_indented(line: &str) -> bool {
    line.starts_with([' ', '\t'])
}

#[cfg(test)]
mod tests;
