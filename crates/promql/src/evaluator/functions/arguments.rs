//! Arguments that have to be literals.

use crate::ast::{Call, Expr};
use crate::evaluator::error::EvalError;
use crate::evaluator::expression::unwrapped;

/// A string argument.
pub(super) fn string(call: &Call, position: usize) -> Result<&str, EvalError> {
    match call.arguments.get(position).map(unwrapped) {
        Some(Expr::String(string)) => Ok(&string.value),
        _ => Err(EvalError::UnexpectedType {
            what: "a string argument that is no literal",
        }),
    }
}

/// A string argument that has to be the name of a label; `Err` has the text when it cannot be one.
pub(super) fn label_name(call: &Call, position: usize) -> Result<Result<&str, String>, EvalError> {
    let text = string(call, position)?;
    let is_text = matches!(
        call.arguments.get(position).map(unwrapped),
        Some(Expr::String(string)) if string.invalid_utf8.is_none()
    );
    if text.is_empty() || !is_text {
        return Ok(Err(text.to_owned()));
    }
    Ok(Ok(text))
}
