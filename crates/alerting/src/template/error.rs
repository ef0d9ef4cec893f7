//! What can be wrong with a template. Messages follow Go's word for word where users know them.

use std::fmt;
use std::sync::Arc;

/// A template that cannot be read, or that failed while it was expanded.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TemplateError {
    /// In the text itself.
    #[error("template: {name}:{line}: {reason}")]
    Parse {
        name: String,
        line: usize,
        reason: String,
    },
    /// While it ran.
    #[error("template: {name}:{line}:{column}: executing {executing:?} at <{at}>: {reason}")]
    Execute {
        name: String,
        line: usize,
        column: usize,
        /// The template that ran: the whole, or one that it defines.
        executing: String,
        at: String,
        reason: Box<Failure>,
    },
}

/// Why an expansion stopped.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    #[error("error calling {function}: {reason}")]
    Call { function: String, reason: CallError },
    #[error("wrong number of args for {function}: want {wanted} got {got}")]
    ArgumentCount {
        function: String,
        wanted: String,
        got: usize,
    },
    #[error("wrong type for value; expected {expected}; got {got}")]
    WrongType { expected: String, got: String },
    #[error("invalid value; expected {expected}")]
    InvalidValue { expected: &'static str },
    #[error("expected {expected}; found {found}")]
    WrongLiteral {
        expected: &'static str,
        found: String,
    },
    #[error("can't handle {found} for arg of type {expected}")]
    UnfitLiteral {
        expected: &'static str,
        found: String,
    },
    #[error("cannot assign nil to {expected}")]
    NilArgument { expected: &'static str },
    #[error("can't evaluate field {field} in type {kind}")]
    NoField { field: String, kind: String },
    #[error("{field} has arguments but cannot be invoked as function")]
    FieldWithArguments { field: String },
    #[error("{key} is not a method but has arguments")]
    KeyWithArguments { key: String },
    #[error("can't give argument to non-function {what}")]
    NotAFunction { what: String },
    #[error("nil is not a command")]
    NilCommand,
    #[error("range can't iterate over {what}")]
    NotIterable { what: String },
    #[error("can't use {what} to iterate over more than one variable")]
    TwoRangeVariables { what: String },
    #[error("template {name:?} not defined")]
    NoTemplate { name: String },
    #[error("exceeded maximum template depth ({limit})")]
    TooDeep { limit: usize },
    #[error("the template takes more than {limit} steps")]
    TooManySteps { limit: usize },
    #[error("the template writes more than {limit} bytes")]
    TooMuchOutput { limit: usize },
}

/// Why `query` has no answer. Cheap to clone.
#[derive(Debug, Clone)]
pub struct QueryError(Arc<dyn std::error::Error + Send + Sync>);

impl QueryError {
    /// From whatever stopped the query.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(cause.into().into())
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(out)
    }
}

impl std::error::Error for QueryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

/// Equal when they say the same.
impl PartialEq for QueryError {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

/// Why a function gave up.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    #[error("first() called on vector with no elements")]
    EmptyVector,
    #[error("runtime error: invalid memory address or nil pointer dereference")]
    NilSample,
    #[error(transparent)]
    Query(QueryError),
    #[error("incompatible types for comparison: {left} and {right}")]
    Incompatible { left: String, right: String },
    #[error("invalid type for comparison")]
    NotComparable,
    #[error("missing argument for comparison")]
    NothingToCompare,
    #[error("non-comparable type {shown}: {kind}")]
    NoEquality { shown: String, kind: String },
    #[error("len of type {kind}")]
    NoLength { kind: String },
    #[error("reflect: call of reflect.Value.Type on zero Value")]
    LengthOfNil,
    #[error("index of untyped nil")]
    IndexOfNil,
    #[error("can't index item of type {kind}")]
    NotIndexable { kind: String },
    #[error("slice of untyped nil")]
    SliceOfNil,
    #[error("can't slice item of type {kind}")]
    NotSliceable { kind: String },
    #[error("cannot 3-index slice a string")]
    ThreeIndexString,
    #[error("too many slice indexes: {count}")]
    TooManyIndexes { count: usize },
    #[error("invalid slice index: {from} > {to}")]
    SliceOrder { from: usize, to: usize },
    #[error("cannot index slice/array with nil")]
    NilIndex,
    #[error("cannot index slice/array with type {kind}")]
    IndexKind { kind: String },
    #[error("index out of range: {index}")]
    OutOfRange { index: i64 },
    #[error("value has type {got}; should be {wanted}")]
    KeyKind { got: String, wanted: &'static str },
    #[error("value is nil; should be of type {wanted}")]
    NilKey { wanted: &'static str },
    #[error("can't convert {kind} to float")]
    NoFloat { kind: String },
    #[error("strconv.ParseFloat: parsing {text:?}: invalid syntax")]
    BadFloat { text: String },
    #[error("error parsing regexp: {0}")]
    BadPattern(regex::Error),
    #[error("value is NaN or Inf")]
    NotFinite,
    #[error("{value} cannot be represented as a nanoseconds timestamp since it overflows int64")]
    TimeOverflow { value: String },
    #[error("not a valid duration string: {text:?}")]
    BadDuration { text: String },
    #[error("the layout {layout:?} of a time cannot be written")]
    BadLayout { layout: String },
}
