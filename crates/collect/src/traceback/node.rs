//! Node: perhaps the source line that threw, then the error, `at` frames, its properties in braces,
//! and Node's version.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Step};

/// `/app/main.js:12`, above the source line and its caret.
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(/|file://|node:|[A-Z]:\\)\S.*:\d+$").expect("a valid pattern"));
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?:Uncaught )?(?<kind>[\p{L}_$][\w$]*(?:Error|Exception|Rejection))(?: \[\w+\])?(?:: (?<message>.*))?$",
    )
    .expect("a valid pattern")
});
static ERROR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:Uncaught )?Error(?: \[\w+\])?: (?<message>.*)$").expect("a valid pattern")
});

#[derive(Default)]
struct Node {
    kind: Option<String>,
    message: String,
    frames: bool,
    /// Inside the braces of the error's properties.
    properties: bool,
}

/// The grammar, if a traceback may begin with this line.
pub fn start(line: &str) -> Option<Box<dyn Grammar>> {
    let mut node = Node::default();
    let begins = node.read_head(line) || PLACE.is_match(line);
    begins.then(|| -> Box<dyn Grammar> { Box::new(node) })
}

fn is_head(line: &str) -> bool {
    ERROR.is_match(line) || HEAD.is_match(line)
}

impl Node {
    fn read_head(&mut self, line: &str) -> bool {
        let (kind, captures) = if let Some(captures) = ERROR.captures(line) {
            ("Error".to_owned(), captures)
        } else if let Some(captures) = HEAD.captures(line) {
            (captures["kind"].to_owned(), captures)
        } else {
            return false;
        };
        self.message = captures
            .name("message")
            .map_or_else(String::new, |found| found.as_str().to_owned());
        self.kind = Some(kind);
        true
    }
}

impl Grammar for Node {
    fn step(&mut self, line: &str) -> Step {
        if self.kind.is_none() {
            self.read_head(line);
            return Step::Hold;
        }
        if self.properties {
            self.properties = line != "}";
            return Step::Take;
        }
        if line.starts_with("    at ") {
            self.frames = true;
            self.properties = line.ends_with('{');
            return Step::Take;
        }
        match self.frames {
            false if is_head(line) || PLACE.is_match(line) => Step::Done,
            // A message may have lines of its own; those that follow decide.
            false => Step::Hold,
            true if line.is_empty() => Step::Hold,
            true if line.starts_with("    ... ") || line.starts_with("Node.js v") => Step::Take,
            true => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.frames
    }

    fn kind_and_message(&self) -> (String, String) {
        (self.kind.clone().unwrap_or_default(), self.message.clone())
    }
}
