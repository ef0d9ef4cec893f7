//! Strict YAML with line numbers, as Prometheus reads its files: anchors and merges work; unknown fields,
//! fields given twice and values of the wrong kind are refused where they stand.
//!
//! Types say what they expect by deriving `Deserialize`. Beyond plain serde, a struct may have
//! - a field renamed to [`INLINE`]: a struct that takes the keys which the outer one does not know, and
//! - a field renamed to [`LINE`]: receives the line that the mapping begins on.
//!
//! A null leaves a field at its default, as in Prometheus.

mod deserialize;
mod error;
mod node;
mod parse;
mod write;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use error::YamlError;
pub(crate) use node::{Content, Node};
pub use write::WriteError;

/// The name of the field that takes the keys which the struct around it does not know.
pub const INLINE: &str = "<inline>";
/// The name of the field that receives the line of its mapping.
pub const LINE: &str = "<line>";

/// Reads one document.
///
/// # Errors
/// When the text is no YAML, or holds something else than the type wants.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, YamlError> {
    from_node(&parse(text)?)
}

/// Writes a value; fields named [`INLINE`] become part of the struct around them.
///
/// # Errors
/// When the value has a shape that YAML cannot hold.
pub fn to_string(value: &impl Serialize) -> Result<String, WriteError> {
    write::to_string(value)
}

pub(crate) fn parse(text: &str) -> Result<Node, YamlError> {
    parse::parse(text)
}

pub(crate) fn from_node<T: DeserializeOwned>(node: &Node) -> Result<T, YamlError> {
    deserialize::from_node(node)
}

/// Where a mapping begins. It is no part of the value: two that differ in it alone are equal.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
pub struct Line(pub usize);

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Line {}
