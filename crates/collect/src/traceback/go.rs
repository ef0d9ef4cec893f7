//! Go: `panic: …` or `fatal error: …`, then the goroutines.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Step, split_head};

static FUNCTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(created by )?[\w./*()\[\]{}·%~-]+\(.*\)$|^created by \S+")
        .expect("a valid pattern")
});

struct Go {
    head: String,
    certain: bool,
}

/// The grammar, if a traceback may begin with this line.
pub fn start(line: &str) -> Option<Box<dyn Grammar>> {
    let begins = line.starts_with("panic: ") || line.starts_with("fatal error: ");
    begins.then(|| -> Box<dyn Grammar> {
        Box::new(Go {
            head: line.to_owned(),
            certain: false,
        })
    })
}

impl Grammar for Go {
    fn step(&mut self, line: &str) -> Step {
        if line.starts_with("goroutine ") && line.ends_with("]:") {
            self.certain = true;
            return Step::Take;
        }
        if !self.certain {
            // A message may have lines of its own; those that follow decide.
            return Step::Hold;
        }
        let belongs = line.starts_with('\t')
            || line.starts_with("exit status ")
            || line.starts_with("...additional frames elided")
            || FUNCTION.is_match(line);
        match line {
            "" => Step::Hold,
            _ if belongs => Step::Take,
            _ => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.certain
    }

    fn kind_and_message(&self) -> (String, String) {
        let (kind, message) = split_head(&self.head);
        let message = message.trim_end_matches(" [recovered]");
        (kind, message.to_owned())
    }
}
