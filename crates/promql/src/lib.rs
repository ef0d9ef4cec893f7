//! PromQL as of Prometheus 3: parser, printer and evaluator over whatever is `Queryable`.
//!
//! This crate never imports a store and does no I/O. Rules are evaluated in `alerting`.

pub mod ast;
pub mod evaluator;
pub mod functions;
pub mod lengths;
pub mod parser;
pub mod printer;
pub mod promqltest;
mod quoting;
