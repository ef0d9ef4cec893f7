//! `Math.*`, as Java's `Math` has it.

use super::Value;
use super::number::double;

/// A function of one or two numbers.
#[derive(Debug, Clone, Copy)]
pub enum Function {
    Absolute,
    Max,
    Min,
    /// To the nearest whole number, halves up.
    Round,
    One(fn(f64) -> f64),
    Two(fn(f64, f64) -> f64),
}

impl Function {
    /// The function of that name with so many arguments.
    pub fn named(name: &str, arguments: usize) -> Option<Self> {
        Some(match (name, arguments) {
            ("abs", 1) => Self::Absolute,
            ("max", 2) => Self::Max,
            ("min", 2) => Self::Min,
            ("round", 1) => Self::Round,
            ("pow", 2) => Self::Two(power),
            ("atan2", 2) => Self::Two(f64::atan2),
            ("hypot", 2) => Self::Two(f64::hypot),
            ("IEEEremainder", 2) => Self::Two(remainder),
            (_, 1) => Self::One(one(name)?),
            _ => return None,
        })
    }

    /// The result; `None` when an argument is no number.
    pub fn apply(self, arguments: &[Value]) -> Option<Value> {
        let number = |place: usize| double(*arguments.get(place)?);
        Some(match (self, arguments) {
            (Self::Absolute, [Value::Int(number)]) => Value::Int(number.wrapping_abs()),
            (Self::Absolute, [Value::Long(number)]) => Value::Long(number.wrapping_abs()),
            (Self::Absolute, _) => Value::Double(number(0)?.abs()),
            (Self::Max, [Value::Int(a), Value::Int(b)]) => Value::Int(*a.max(b)),
            (Self::Min, [Value::Int(a), Value::Int(b)]) => Value::Int(*a.min(b)),
            (Self::Max, _) => Value::Double(chosen(number(0)?, number(1)?, f64::max)),
            (Self::Min, _) => Value::Double(chosen(number(0)?, number(1)?, f64::min)),
            (Self::Round, _) => Value::Long((number(0)? + 0.5).floor() as i64),
            (Self::One(function), _) => Value::Double(function(number(0)?)),
            (Self::Two(function), _) => Value::Double(function(number(0)?, number(1)?)),
        })
    }
}

/// What is no number stays so.
fn chosen(a: f64, b: f64, choose: fn(f64, f64) -> f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        f64::NAN
    } else {
        choose(a, b)
    }
}

/// One to the power of what is no number is no number in Java.
fn power(base: f64, exponent: f64) -> f64 {
    if exponent.is_nan() || (base.abs() == 1.0 && exponent.is_infinite()) {
        f64::NAN
    } else {
        base.powf(exponent)
    }
}

fn remainder(a: f64, b: f64) -> f64 {
    a - b * (a / b).round_ties_even()
}

fn signum(number: f64) -> f64 {
    if number == 0.0 {
        number
    } else {
        number.signum()
    }
}

fn one(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "sqrt" => f64::sqrt,
        "cbrt" => f64::cbrt,
        "exp" => f64::exp,
        "expm1" => f64::exp_m1,
        "log" => f64::ln,
        "log10" => f64::log10,
        "log1p" => f64::ln_1p,
        "floor" => f64::floor,
        "ceil" => f64::ceil,
        "rint" => f64::round_ties_even,
        "signum" => signum,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "sinh" => f64::sinh,
        "cosh" => f64::cosh,
        "tanh" => f64::tanh,
        "toDegrees" => f64::to_degrees,
        "toRadians" => f64::to_radians,
        _ => return None,
    })
}
