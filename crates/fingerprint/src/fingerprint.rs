//! What is said of an error's group: its id, and what people read of it. Never how it is found.

use std::borrow::Cow;
use std::fmt;

/// An algorithm. A group keeps the number of the one that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Version {
    /// Frames of the application, else type and message; see `docs/error-groups.md`.
    One,
    /// What libraries print of causes, statuses and values is told apart from what varies.
    Two,
    /// Names and words that a program put together while it ran are values, and what the system or a database
    /// said tells the failures of one call apart.
    Three,
}

impl Version {
    /// The algorithm of new groups.
    pub const NEWEST: Version = Version::Three;

    /// The number that is stored with a group.
    pub fn number(self) -> u32 {
        match self {
            Version::One => 1,
            Version::Two => 2,
            Version::Three => 3,
        }
    }

    /// The algorithm of this number, if this program knows it.
    pub fn from_number(number: u32) -> Option<Self> {
        match number {
            1 => Some(Version::One),
            2 => Some(Version::Two),
            3 => Some(Version::Three),
            _ => None,
        }
    }
}

/// What decided which group an error belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The fingerprint that the client gave.
    Client,
    /// The frames of the application.
    Frames,
    /// Type and message.
    Message,
}

impl Source {
    /// The word for it in JSON and tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Source::Client => "client",
            Source::Frames => "frames",
            Source::Message => "message",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

/// A call on the stack of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// The function as the runtime prints it, without hashes and addresses; empty where it has no name.
    pub function: Cow<'a, str>,
    /// The file as it was printed; empty where none was.
    pub file: Cow<'a, str>,
    /// The line in it, from 1.
    pub line: Option<u32>,
    /// Whether it is the application's own code, not that of a library or runtime.
    pub in_app: bool,
}

/// What an error has in common with the others of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint<'a> {
    /// The algorithm that found it.
    pub version: Version,
    /// 32 hexadecimal digits: the same for errors of one group.
    pub id: String,
    /// One line for people: the type, and the message with its parameters made placeholders.
    pub title: String,
    /// The error's type as its language writes it, else the event's type; empty if there is neither.
    pub error_type: String,
    /// Where it happened: the innermost function of the application, and its file. Empty if unknown.
    pub culprit: String,
    /// The calls that led to it, the innermost first; those of a root cause before those of its wrappers.
    pub frames: Vec<Frame<'a>>,
    /// What decided.
    pub source: Source,
}

impl Fingerprint<'_> {
    /// The same, independent of the document.
    #[must_use]
    pub fn into_owned(self) -> Fingerprint<'static> {
        let frames = self.frames.into_iter().map(|frame| Frame {
            function: Cow::Owned(frame.function.into_owned()),
            file: Cow::Owned(frame.file.into_owned()),
            line: frame.line,
            in_app: frame.in_app,
        });
        Fingerprint {
            version: self.version,
            id: self.id,
            title: self.title,
            error_type: self.error_type,
            culprit: self.culprit,
            frames: frames.collect(),
            source: self.source,
        }
    }
}
