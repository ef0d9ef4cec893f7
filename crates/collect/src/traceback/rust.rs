//! Rust: a panic with its note or backtrace, and the report of an error that `main` returned.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Step, is_indented, split_head};

static PANIC: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^thread '.*' (\(\d+\) )?panicked at (?:'(?<message>.*)', )?[^']+$")
        .expect("a valid pattern")
});
static FRAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s+\d+: ").expect("a valid pattern"));

enum Place {
    /// Below the head: the message.
    Message,
    /// Below the message: what `assert_eq!` compares, a note, a backtrace.
    Below,
    Backtrace,
}

struct Panic {
    place: Place,
    message: Option<String>,
}

/// An error with causes, as `anyhow` and `eyre` print it.
struct Report {
    head: String,
    certain: bool,
}

/// The grammar, if a traceback may begin with this line.
pub fn start(line: &str) -> Option<Box<dyn Grammar>> {
    if let Some(captures) = PANIC.captures(line) {
        // Until Rust 1.73 the message stood in the head.
        let message = captures
            .name("message")
            .map(|found| found.as_str().to_owned());
        let place = if message.is_some() {
            Place::Below
        } else {
            Place::Message
        };
        return Some(Box::new(Panic { place, message }));
    }
    line.starts_with("Error: ").then(|| -> Box<dyn Grammar> {
        Box::new(Report {
            head: line.to_owned(),
            certain: false,
        })
    })
}

impl Grammar for Panic {
    fn step(&mut self, line: &str) -> Step {
        match self.place {
            Place::Message => {
                self.message = Some(line.to_owned());
                self.place = Place::Below;
                Step::Take
            }
            _ if line == "stack backtrace:" => {
                self.place = Place::Backtrace;
                Step::Take
            }
            _ if is_indented(line) || line.starts_with("note: ") => Step::Take,
            Place::Below if line.is_empty() => Step::Hold,
            _ => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.message.is_some()
    }

    fn kind_and_message(&self) -> (String, String) {
        ("panic".to_owned(), self.message.clone().unwrap_or_default())
    }
}

impl Grammar for Report {
    fn step(&mut self, line: &str) -> Step {
        match line {
            "Caused by:" | "Stack backtrace:" | "Location:" => {
                self.certain = true;
                Step::Take
            }
            "" => Step::Hold,
            _ if self.certain && (is_indented(line) || FRAME.is_match(line)) => Step::Take,
            _ => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.certain
    }

    fn kind_and_message(&self) -> (String, String) {
        split_head(&self.head)
    }
}
