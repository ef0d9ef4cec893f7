//! The language, checked against what Prometheus 3.14 prints and says for the same texts.

mod errors;
mod limits;
mod round_trip;
mod series;
mod syntax;

use super::{Options, parse};

/// The text of a query as it is printed again.
fn printed(text: &str) -> String {
    match parse(text, Options::ALL) {
        Ok(expr) => expr.to_string(),
        Err(error) => panic!("{text}: {error}"),
    }
}

/// What is wrong with a text.
fn refused(text: &str, options: Options) -> String {
    match parse(text, options) {
        Ok(expr) => panic!("{text} was read as {expr}"),
        Err(error) => error.to_string(),
    }
}
