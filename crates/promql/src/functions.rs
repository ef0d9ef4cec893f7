//! The functions of PromQL: their names and types. What each computes is in the evaluator.

use crate::ast::ValueType;

/// What the parser knows of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: &'static str,
    pub arguments: &'static [ValueType],
    /// How many of the last arguments may be left out; `None` when the last may be repeated at will.
    pub optional: Option<usize>,
    pub returns: ValueType,
    /// Only behind the flag for experimental functions.
    pub experimental: bool,
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.name == name)
}

/// Every function, by name.
pub const SIGNATURES: &[Signature] = &[];
