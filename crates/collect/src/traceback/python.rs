//! Python: `Traceback (most recent call last):`, frames, and the error at the end; chains of causes,
//! exception groups, and syntax errors, which have no header.

use std::sync::LazyLock;

use regex::Regex;

use super::{Grammar, Step, is_indented, split_head};

const HEADER: &str = "Traceback (most recent call last):";

static SYNTAX_ERROR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"^  File ".*", line \d+$"#).expect("a valid pattern"));
/// What Python and its libraries write above a traceback that nobody caught.
static PREAMBLE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(Exception in thread \S.*:|Exception ignored in: .*|Exception in callback .*)$")
        .expect("a valid pattern")
});
const CHAINS: [&str; 2] = [
    "During handling of the above exception, another exception occurred:",
    "The above exception was the direct cause of the following exception:",
];

enum Place {
    /// Above the header.
    Preamble,
    /// In the frames.
    Frames,
    /// In an exception group, which is drawn as a tree.
    Group,
    /// Below the error, where another one may follow.
    Below,
    /// Below a line that announces another one.
    Chained,
}

struct Python {
    place: Place,
    /// Whether a header was seen with something below it.
    frames: bool,
    error: Option<String>,
}

/// The grammar, if a traceback may begin with this line.
pub fn start(line: &str) -> Option<Box<dyn Grammar>> {
    let place = match line {
        HEADER => Place::Frames,
        _ if is_group(line) => Place::Group,
        _ if SYNTAX_ERROR.is_match(line) => Place::Frames,
        _ if PREAMBLE.is_match(line) => Place::Preamble,
        _ => return None,
    };
    Some(Box::new(Python {
        place,
        frames: false,
        error: None,
    }))
}

fn is_group(line: &str) -> bool {
    line.trim_start() == format!("+ Exception Group {HEADER}")
}

impl Grammar for Python {
    fn step(&mut self, line: &str) -> Step {
        match self.place {
            Place::Preamble | Place::Chained if line == HEADER => self.go_on(Place::Frames),
            Place::Preamble | Place::Chained if is_group(line) => self.go_on(Place::Group),
            Place::Preamble if PREAMBLE.is_match(line) => Step::Hold,
            Place::Preamble | Place::Chained if line.is_empty() => Step::Hold,
            Place::Frames if is_indented(line) => {
                self.frames |= line.starts_with("  File ");
                Step::Take
            }
            Place::Frames if is_error(line) => {
                self.error = Some(line.to_owned());
                self.go_on(Place::Below)
            }
            Place::Group if is_indented(line) => {
                // Frames and sources stand further to the right than the group itself.
                let text = line.strip_prefix("  | ").filter(|text| is_error(text));
                if self.error.is_none() {
                    self.error = text.map(str::to_owned);
                }
                self.frames = true;
                Step::Take
            }
            Place::Below | Place::Group if line.is_empty() => {
                self.place = Place::Below;
                Step::Hold
            }
            Place::Below if CHAINS.contains(&line) => {
                self.place = Place::Chained;
                Step::Hold
            }
            _ => Step::Done,
        }
    }

    fn is_certain(&self) -> bool {
        self.error.is_some() || self.frames
    }

    fn kind_and_message(&self) -> (String, String) {
        // Output that was cut off ends in a frame.
        split_head(self.error.as_deref().unwrap_or("Exception"))
    }
}

impl Python {
    fn go_on(&mut self, place: Place) -> Step {
        self.place = place;
        Step::Take
    }
}

/// `package.Error: message`, or the name alone.
fn is_error(line: &str) -> bool {
    let name = line.split_once(':').map_or(line, |(name, _)| name);
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '<' | '>'))
}
