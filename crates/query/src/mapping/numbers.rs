//! Ranges of numbers, which strings that are numbers are in as well.

use crate::ast::Query;

/// The clause over a field of numbers.
pub(super) fn coerced(leaf: Query) -> Query {
    match leaf {
        Query::Range {
            field,
            lower,
            upper,
        } => Query::NumberRange {
            field,
            lower,
            upper,
        },
        other => other,
    }
}
