//! Java and what runs on its machine: a class and a message, then `at` frames, causes and suppressed
//! exceptions. .NET writes alike.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Step, split_head};

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"^(?:Exception in thread ".*" |Unhandled exception\. |Caused by: )?(?<head>(?:(?:[\p{L}_$][\w$]*\.)+[\p{Lu}][\w$]*|[\p{Lu}][\w$]*(?:Exception|Error))(?::.*)?)$"#,
    )
    .expect("a valid pattern")
});
/// Java indents its frames by tabs, .NET by three blanks; Node's four are not ours.
static FRAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(?:\t+|   )at \S").expect("a valid pattern"));
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*\.\.\. \d+ (more|common frames omitted)|^\s+--- End of ")
        .expect("a valid pattern")
});
/// Another exception inside the same traceback.
static CAUSE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(Caused by|Suppressed|Wrapped by): |^ ---> ").expect("a valid pattern")
});

struct Java {
    head: String,
    certain: bool,
    /// Below a cause's first line, whose message may have more of them.
    in_cause: bool,
}

/// The grammar, if a traceback may begin with this line.
pub fn start(line: &str) -> Option<Box<dyn Grammar>> {
    let captures = HEAD.captures(line)?;
    Some(Box::new(Java {
        head: captures["head"].to_owned(),
        certain: false,
        in_cause: false,
    }))
}

impl Grammar for Java {
    fn step(&mut self, line: &str) -> Step {
        if FRAME.is_match(line) {
            self.certain = true;
            self.in_cause = false;
            return Step::Take;
        }
        if !self.certain {
            // A message may have lines of its own; those that follow decide.
            return match HEAD.is_match(line) {
                true => Step::Done,
                false => Step::Hold,
            };
        }
        if CAUSE.is_match(line) {
            self.in_cause = true;
            return Step::Take;
        }
        match BETWEEN.is_match(line) {
            true => Step::Take,
            false if self.in_cause => Step::Hold,
            false => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.certain
    }

    fn kind_and_message(&self) -> (String, String) {
        split_head(&self.head)
    }
}
