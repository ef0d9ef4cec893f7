//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: values of one kind compare, as in Go; an integer is no float.

use std::rc::Rc;

use super::error::CallError;
use super::value::Value;

/// Whether the first equals any of the others.
///
/// # Errors
/// When the kinds do not fit each other.
pub fn equal(first: &Value, others: &[Value]) -> Result<bool, CallError> {
    if others.is_empty() {
        return Err(CallError::NothingToCompare);
    }
    for other in others {
        if equal_to(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal_to(left: &Value, right: &Value) -> Result<bool, CallError> {
    Ok(match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Nil, _) | (_, Value::Nil) => false,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        // Pointers are equal when they point to the same thing.
        (Value::Sample(a), Value::Sample(b)) => Rc::ptr_eq(a, b),
        (Value::Labels(_), Value::Labels(_))
        | (Value::Arguments(_), Value::Arguments(_))
        | (Value::Samples(_), Value::Samples(_)) => {
            return Err(CallError::NoEquality {
                shown: super::show::plain(right),
                kind: right.kind().to_owned(),
            });
        }
        _ => return Err(incompatible(left, right)),
    })
}

/// Whether the left is below the right.
///
/// # Errors
/// When they cannot be put in order.
pub fn less(left: &Value, right: &Value) -> Result<bool, CallError> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Ok(a < b),
        (Value::Float(a), Value::Float(b)) => Ok(a < b),
        (Value::Text(a), Value::Text(b)) => Ok(a < b),
        _ if is_basic(left) && is_basic(right) && left.kind() != right.kind() => {
            Err(incompatible(left, right))
        }
        _ => Err(CallError::NotComparable),
    }
}

/// Whether the left is below the right or equal.
///
/// # Errors
/// As for [`less`].
pub fn less_or_equal(left: &Value, right: &Value) -> Result<bool, CallError> {
    Ok(less(left, right)? || equal_to(left, right)?)
}

fn is_basic(value: &Value) -> bool {
    matches!(
        value,
        Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_)
    )
}

fn incompatible(left: &Value, right: &Value) -> CallError {
    CallError::Incompatible {
        left: left.kind().to_owned(),
        right: right.kind().to_owned(),
    }
}
