//! A message without its values.

use memchr::{memchr2, memmem};
use swarmscope_model::limits::MAX_PATTERN_MESSAGE_BYTES;
use swarmscope_parameters::find;

/// Makes shapes of messages, in one buffer.
#[derive(Debug, Default)]
pub struct Shaper {
    shape: String,
    scratch: String,
}

impl Shaper {
    /// The message with `<kind>` in the place of every value. Of several lines the first counts, of a long
    /// message its beginning; white space is one space, and a list of values of one kind one of them.
    pub fn shape(&mut self, message: &str) -> &str {
        let message = beginning(message);
        self.shape.clear();
        let mut written = 0;
        let mut last = None;
        for part in find(message).looking_into_quotes() {
            let between = &message[written..part.range.start];
            written = part.range.end;
            if last == Some(part.kind) && is_between_items(between) {
                continue;
            }
            self.shape.push_str(between);
            self.shape.push_str(part.kind.placeholder());
            last = Some(part.kind);
        }
        self.shape.push_str(&message[written..]);
        self.tidy_spaces();
        &self.shape
    }

    fn tidy_spaces(&mut self) {
        let bytes = self.shape.as_bytes();
        if memchr::memchr(b'\t', bytes).is_none()
            && memmem::find(bytes, b"  ").is_none()
            && !self.shape.ends_with(' ')
            && !self.shape.starts_with(' ')
        {
            return;
        }
        self.scratch.clear();
        for word in self.shape.split_ascii_whitespace() {
            if !self.scratch.is_empty() {
                self.scratch.push(' ');
            }
            self.scratch.push_str(word);
        }
        std::mem::swap(&mut self.shape, &mut self.scratch);
    }
}

/// The first line that is not empty, up to the longest length.
fn beginning(message: &str) -> &str {
    let message = message.trim_start();
    let end = memchr2(b'\n', b'\r', message.as_bytes()).unwrap_or(message.len());
    let mut end = end.min(MAX_PATTERN_MESSAGE_BYTES);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

/// What separates the items of a list.
fn is_between_items(text: &str) -> bool {
    matches!(text, "," | ", " | " " | ";" | "; " | "|" | "-" | " - ")
}
