//! The tree of a template. Every node knows where it stands, for messages.

use std::collections::BTreeMap;

use super::literal::Number;

/// A template that was read.
#[derive(Debug)]
pub struct Parsed {
    /// As messages name it.
    pub name: String,
    /// The whole text, which positions point into.
    pub text: String,
    pub root: Vec<Node>,
    /// What `define` and `block` made.
    pub defined: BTreeMap<String, Vec<Node>>,
}

/// A run of the template's text, in bytes, end excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub start: usize,
    pub end: usize,
    /// Where messages say it stands: Go takes the first field behind a variable, not the variable.
    pub reported: usize,
}

impl Place {
    /// A run whose beginning is what messages name.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end,
            reported: start,
        }
    }
}

/// A piece of the template that writes something.
#[derive(Debug)]
pub enum Node {
    Text(String),
    Action(Pipeline),
    If(Branch),
    With(Branch),
    Range(Branch),
    Template {
        name: String,
        argument: Option<Pipeline>,
        place: Place,
    },
    Break,
    Continue,
}

/// A control structure: its condition and both ways on.
#[derive(Debug)]
pub struct Branch {
    pub pipeline: Pipeline,
    pub then: Vec<Node>,
    pub otherwise: Vec<Node>,
}

/// Commands, each of which hands its value to the next, and the variables that get the last value.
#[derive(Debug)]
pub struct Pipeline {
    pub variables: Vec<String>,
    /// `=` rather than `:=`.
    pub assigns: bool,
    pub commands: Vec<Command>,
    pub place: Place,
}

/// A value, or a function with its arguments.
#[derive(Debug)]
pub struct Command {
    /// At least one.
    pub words: Vec<Operand>,
    pub place: Place,
}

/// A term of a command.
#[derive(Debug)]
pub struct Operand {
    pub term: Term,
    pub place: Place,
}

/// What a term is.
#[derive(Debug)]
pub enum Term {
    Dot,
    Nil,
    Bool(bool),
    Number(Number),
    Text(String),
    /// `.A.B`
    Field(Vec<String>),
    /// `$name.A.B`
    Variable(String, Vec<String>),
    Function(String),
    Parenthesized(Box<Pipeline>),
    /// Fields of a function's or parenthesis's value.
    Chain(Box<Operand>, Vec<String>),
}
