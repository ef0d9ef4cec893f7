//! The functions of PromQL: their names and types. What each computes is in the evaluator.

use crate::ast::ValueType::{self, Matrix, Scalar, String, Vector};

/// What the parser knows of a function.
#[derive(Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: &'static str,
    /// The types of the arguments; arguments beyond have the last one's type.
    pub arguments: &'static [ValueType],
    /// How many arguments a call needs.
    pub minimum: usize,
    /// How many it takes; `None` when there is no end.
    pub maximum: Option<usize>,
    pub returns: ValueType,
    /// Only behind the flag for experimental functions.
    pub experimental: bool,
}

impl Signature {
    const fn new(name: &'static str, arguments: &'static [ValueType], returns: ValueType) -> Self {
        Self {
            name,
            arguments,
            minimum: arguments.len(),
            maximum: Some(arguments.len()),
            returns,
            experimental: false,
        }
    }

    const fn takes(mut self, minimum: usize, maximum: Option<usize>) -> Self {
        self.minimum = minimum;
        self.maximum = maximum;
        self
    }

    const fn experimental(mut self) -> Self {
        self.experimental = true;
        self
    }
}

/// Instant vector to instant vector.
const fn map(name: &'static str) -> Signature {
    Signature::new(name, &[Vector], Vector)
}

/// Range vector to instant vector.
const fn over_time(name: &'static str) -> Signature {
    Signature::new(name, &[Matrix], Vector)
}

/// Of the given times, or of the evaluation time.
const fn calendar(name: &'static str) -> Signature {
    map(name).takes(0, Some(1))
}

/// Known when the evaluation begins.
const fn constant(name: &'static str) -> Signature {
    Signature::new(name, &[], Scalar)
}

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.name == name)
}

/// Every function of Prometheus 3.14, by name.
pub static SIGNATURES: &[Signature] = &[
    map("abs"),
    map("absent"),
    over_time("absent_over_time"),
    map("acos"),
    map("acosh"),
    map("asin"),
    map("asinh"),
    map("atan"),
    map("atanh"),
    over_time("avg_over_time"),
    map("ceil"),
    over_time("changes"),
    Signature::new("clamp", &[Vector, Scalar, Scalar], Vector),
    Signature::new("clamp_max", &[Vector, Scalar], Vector),
    Signature::new("clamp_min", &[Vector, Scalar], Vector),
    map("cos"),
    map("cosh"),
    over_time("count_over_time"),
    calendar("day_of_month"),
    calendar("day_of_week"),
    calendar("day_of_year"),
    calendar("days_in_month"),
    map("deg"),
    over_time("delta"),
    over_time("deriv"),
    Signature::new(
        "double_exponential_smoothing",
        &[Matrix, Scalar, Scalar],
        Vector,
    )
    .experimental(),
    constant("end").experimental(),
    map("exp"),
    over_time("first_over_time"),
    map("floor"),
    map("histogram_avg"),
    map("histogram_count"),
    Signature::new("histogram_fraction", &[Scalar, Scalar, Vector], Vector),
    Signature::new("histogram_quantile", &[Scalar, Vector], Vector),
    Signature::new(
        "histogram_quantiles",
        &[Vector, String, Scalar, Scalar],
        Vector,
    )
    .takes(3, Some(12))
    .experimental(),
    map("histogram_stddev"),
    map("histogram_stdvar"),
    map("histogram_sum"),
    calendar("hour"),
    over_time("idelta"),
    over_time("increase"),
    Signature::new("info", &[Vector, Vector], Vector)
        .takes(1, Some(2))
        .experimental(),
    over_time("irate"),
    Signature::new("label_join", &[Vector, String, String, String], Vector).takes(3, None),
    Signature::new(
        "label_replace",
        &[Vector, String, String, String, String],
        Vector,
    ),
    over_time("last_over_time"),
    map("ln"),
    map("log10"),
    map("log2"),
    over_time("mad_over_time").experimental(),
    Signature::new("max_of", &[Scalar, Scalar], Scalar).experimental(),
    over_time("max_over_time"),
    Signature::new("min_of", &[Scalar, Scalar], Scalar).experimental(),
    over_time("min_over_time"),
    calendar("minute"),
    calendar("month"),
    constant("pi"),
    Signature::new("predict_linear", &[Matrix, Scalar], Vector),
    over_time("present_over_time"),
    Signature::new("quantile_over_time", &[Scalar, Matrix], Vector),
    map("rad"),
    constant("range").experimental(),
    over_time("rate"),
    over_time("resets"),
    Signature::new("round", &[Vector, Scalar], Vector).takes(1, Some(2)),
    Signature::new("scalar", &[Vector], Scalar),
    map("sgn"),
    map("sin"),
    map("sinh"),
    map("sort"),
    Signature::new("sort_by_label", &[Vector, String], Vector)
        .takes(1, None)
        .experimental(),
    Signature::new("sort_by_label_desc", &[Vector, String], Vector)
        .takes(1, None)
        .experimental(),
    map("sort_desc"),
    map("sqrt"),
    constant("start").experimental(),
    map("start_timestamp").experimental(),
    over_time("stddev_over_time"),
    over_time("stdvar_over_time"),
    constant("step").experimental(),
    over_time("sum_over_time"),
    map("tan"),
    map("tanh"),
    constant("time"),
    map("timestamp"),
    over_time("ts_of_first_over_time").experimental(),
    over_time("ts_of_last_over_time").experimental(),
    over_time("ts_of_max_over_time").experimental(),
    over_time("ts_of_min_over_time").experimental(),
    Signature::new("vector", &[Scalar], Vector),
    calendar("year"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_there_once_and_in_order() {
        let names: Vec<_> = SIGNATURES.iter().map(|signature| signature.name).collect();
        assert!(names.is_sorted_by(|one, other| one < other), "{names:?}");
        assert!(names.iter().all(|name| find(name).is_some()));
        assert_eq!(find("Rate"), None);
    }

    #[test]
    fn calls_may_leave_out_and_repeat_arguments() {
        let takes = |name| {
            let signature = find(name).expect("a function");
            (signature.minimum, signature.maximum)
        };
        assert_eq!(takes("rate"), (1, Some(1)));
        assert_eq!(takes("round"), (1, Some(2)));
        assert_eq!(takes("hour"), (0, Some(1)));
        assert_eq!(takes("label_join"), (3, None));
        assert_eq!(takes("histogram_quantiles"), (3, Some(12)));
    }
}
