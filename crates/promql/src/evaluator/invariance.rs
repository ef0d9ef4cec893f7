//! Which expressions have the same value at every step, because `@` pins all their selectors.

use crate::ast::{Call, Expr};

use super::expression::unwrapped;

/// Functions whose value depends on the evaluation time even when their arguments do not.
const TIME_DEPENDENT: [&str; 11] = [
    "day_of_month",
    "day_of_week",
    "day_of_year",
    "days_in_month",
    "hour",
    "minute",
    "month",
    "predict_linear",
    "time",
    "timestamp",
    "year",
];

/// Whether the value depends on the evaluation time, given arguments that do not.
pub(crate) fn depends_on_time(function: &str) -> bool {
    TIME_DEPENDENT.contains(&function)
}

/// Whether it is enough to evaluate the expression once.
pub(crate) fn is_step_invariant(expr: &Expr) -> bool {
    match expr {
        Expr::Number(_) | Expr::String(_) => true,
        Expr::Vector(selector) => selector.modifiers.at.is_some(),
        Expr::Matrix(selector) => selector.selector.modifiers.at.is_some(),
        Expr::Subquery(subquery) => subquery.modifiers.at.is_some(),
        Expr::Call(call) => call_is_invariant(call),
        // Whatever its parameter is: Prometheus 3.14 takes that of the first step then.
        Expr::Aggregate(aggregate) => is_step_invariant(&aggregate.inner),
        Expr::Binary(binary) => is_step_invariant(&binary.left) && is_step_invariant(&binary.right),
        Expr::Unary(unary) => is_step_invariant(&unary.inner),
        Expr::Paren(paren) => is_step_invariant(&paren.inner),
    }
}

/// Whether a call has the same value at every step.
pub(crate) fn call_is_invariant(call: &Call) -> bool {
    let arguments = call.arguments.iter().all(is_step_invariant);
    if call.function.name == "timestamp" {
        // The time of a selected sample is as fixed as the sample.
        return arguments
            && call
                .arguments
                .iter()
                .all(|each| matches!(unwrapped(each), Expr::Vector(_)));
    }
    arguments && !depends_on_time(call.function.name)
}
