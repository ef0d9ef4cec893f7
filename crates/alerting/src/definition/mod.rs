//! Rule files: their format, what is refused in them, and how they are loaded.
//!
//! Nothing here evaluates. What leaves this module has been checked: expressions are parsed, names valid,
//! templates readable.

mod check;
mod error;
mod file;
mod group;
mod load;
mod source;

pub use error::{FileProblem, Problem, RuleFileError};
pub(crate) use file::Span;
pub use file::{Syntax, parse};
pub(crate) use group::sources;
pub use group::{GroupDefinition, RuleDefinition, RuleKind, TemplatedText};
pub use load::{load, load_patterns};
pub use source::SourceProblem;
