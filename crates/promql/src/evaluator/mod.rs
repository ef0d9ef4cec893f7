//! Evaluation: from the tree of a query, over the series of a store, to typed values.
//!
//! Range queries are evaluated series by series and not step by step: each series is read and decoded once,
//! all its steps are computed in one pass, and what is decided by labels alone (groups, matches) is decided
//! once. It never opens files or sockets, and it never parses.

mod aggregate;
mod annotations;
mod binary;
mod calendar;
mod context;
mod duplicates;
mod engine;
mod error;
mod expression;
mod extremes;
mod finding;
mod frame;
mod functions;
mod go_float;
mod grid;
mod hashing;
mod histograms;
mod interpolation;
mod invariance;
mod kahan;
mod range_functions;
mod rows;
mod selectors;
mod value;

pub use annotations::{Annotation, Annotations};
pub use engine::{EngineOptions, Outcome, Statistics, instant, range};
pub use error::EvalError;
pub use finding::Severity;
pub(crate) use invariance::depends_on_time;
pub use value::{MatrixSeries, Value, VectorSample};
