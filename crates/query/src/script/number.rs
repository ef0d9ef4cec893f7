//! Java's arithmetic: whole numbers wrap around and stay whole, anything else is a double.

use super::Value;
use super::parse::{Cast, Operator};

/// The value as a double; `None` when it is no number.
pub fn double(value: Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(f64::from(number)),
        Value::Long(number) => Some(number as f64),
        Value::Double(number) => Some(number),
        Value::Null | Value::Boolean(_) => None,
    }
}

fn long(value: Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(i64::from(number)),
        Value::Long(number) => Some(number),
        _ => None,
    }
}

/// Why there is no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoResult {
    /// A whole number was divided by zero.
    DivisionByZero,
    /// One of both is no number.
    NotNumbers,
}

/// The result of an operator of arithmetic.
pub fn arithmetic(operator: Operator, a: Value, b: Value) -> Result<Value, NoResult> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        return whole(
            operator,
            a,
            b,
            [i32::wrapping_add, i32::wrapping_sub, i32::wrapping_mul],
            [i32::checked_div, i32::checked_rem],
        )
        .map(Value::Int);
    }
    if let (Some(a), Some(b)) = (long(a), long(b)) {
        return whole(
            operator,
            a,
            b,
            [i64::wrapping_add, i64::wrapping_sub, i64::wrapping_mul],
            [i64::checked_div, i64::checked_rem],
        )
        .map(Value::Long);
    }
    let (Some(a), Some(b)) = (double(a), double(b)) else {
        return Err(NoResult::NotNumbers);
    };
    Ok(Value::Double(match operator {
        Operator::Add => a + b,
        Operator::Subtract => a - b,
        Operator::Multiply => a * b,
        Operator::Divide => a / b,
        _ => a % b,
    }))
}

fn whole<T: Copy + PartialEq + Default>(
    operator: Operator,
    a: T,
    b: T,
    [add, subtract, multiply]: [fn(T, T) -> T; 3],
    [divide, remainder]: [fn(T, T) -> Option<T>; 2],
) -> Result<T, NoResult> {
    match operator {
        Operator::Add => Ok(add(a, b)),
        Operator::Subtract => Ok(subtract(a, b)),
        Operator::Multiply => Ok(multiply(a, b)),
        _ if b == T::default() => Err(NoResult::DivisionByZero),
        // The smallest number divided by -1 is itself, with no remainder.
        Operator::Divide => Ok(divide(a, b).unwrap_or(a)),
        _ => Ok(remainder(a, b).unwrap_or_default()),
    }
}

/// Whether both are the same; of numbers, whatever their types.
pub fn is_equal(a: Value, b: Value) -> bool {
    match (long(a), long(b)) {
        (Some(a), Some(b)) => a == b,
        _ => match (double(a), double(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

/// Whether an operator of order holds; `None` when one of both is no number.
pub fn is_ordered(operator: Operator, a: Value, b: Value) -> Option<bool> {
    let ordering = match (long(a), long(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => double(a)?.partial_cmp(&double(b)?),
    };
    Some(ordering.is_some_and(|ordering| match operator {
        Operator::Less => ordering.is_lt(),
        Operator::LessOrEqual => ordering.is_le(),
        Operator::Greater => ordering.is_gt(),
        _ => ordering.is_ge(),
    }))
}

/// The number in another type; `None` when it is none.
pub fn cast(to: Cast, value: Value) -> Option<Value> {
    Some(match (to, value) {
        (Cast::Int, Value::Long(number)) => Value::Int(number as i32),
        (Cast::Int, Value::Double(number)) => Value::Int(number as i32),
        (Cast::Long, Value::Double(number)) => Value::Long(number as i64),
        (Cast::Long, value) => Value::Long(long(value)?),
        (Cast::Double, value) => Value::Double(double(value)?),
        (Cast::Int, Value::Int(_)) => value,
        (Cast::Int, Value::Null | Value::Boolean(_)) => return None,
    })
}

/// The number with the other sign; `None` when it is none.
pub fn negative(value: Value) -> Option<Value> {
    Some(match value {
        Value::Int(number) => Value::Int(number.wrapping_neg()),
        Value::Long(number) => Value::Long(number.wrapping_neg()),
        Value::Double(number) => Value::Double(-number),
        Value::Null | Value::Boolean(_) => return None,
    })
}
