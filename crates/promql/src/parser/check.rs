//! Types: what may be an argument of what. Runs when the whole text has been read.

use swarmscope_model::metrics::labels::METRIC_NAME;

use super::error::{Fault, Parsed};
use super::lexer::is_space;
use crate::ast::{
    Aggregate, Binary, BinaryOperator, Call, Cardinality, Expr, Matching, Unary, ValueType,
    VectorSelector,
};
use crate::quoting::quoted;

/// Checks a tree, and drops the matching of operators that stand between other things than two vectors.
pub(super) fn check(expr: &mut Expr, text: &str) -> Parsed<()> {
    match expr {
        Expr::Number(_) | Expr::String(_) => Ok(()),
        Expr::Vector(selector) => check_selector(selector, false),
        Expr::Matrix(matrix) => check_selector(&matrix.selector, false),
        Expr::Paren(paren) => check(&mut paren.inner, text),
        Expr::Subquery(subquery) => {
            check(&mut subquery.inner, text)?;
            let found = subquery.inner.value_type();
            if found != ValueType::Vector {
                let found = internal_name(found);
                return Err(Fault::new(
                    subquery.range.start,
                    format!("subquery is only allowed on instant vector, got {found} instead"),
                ));
            }
            Ok(())
        }
        Expr::Unary(unary) => check_unary(unary, text),
        Expr::Aggregate(aggregate) => check_aggregate(aggregate, text),
        Expr::Binary(binary) => check_binary(binary, text),
        Expr::Call(call) => check_call(call, text),
    }
}

/// The name that Prometheus uses where its messages do not take the documented one.
fn internal_name(found: ValueType) -> &'static str {
    match found {
        ValueType::Vector => "vector",
        ValueType::Matrix => "matrix",
        other => other.as_str(),
    }
}

fn expect_type(expr: &mut Expr, wanted: ValueType, context: &str, text: &str) -> Parsed<()> {
    check(expr, text)?;
    let found = expr.value_type();
    if found != wanted {
        return Err(Fault::new(
            expr.range().start,
            format!(
                "expected type {} in {context}, got {}",
                wanted.as_str(),
                found.as_str()
            ),
        ));
    }
    Ok(())
}

fn check_selector(selector: &VectorSelector, may_be_empty: bool) -> Parsed<()> {
    let fault = |message| Err(Fault::new(selector.range.start, message));
    if let Some(name) = &selector.name {
        let in_braces = selector
            .matchers
            .split_last()
            .map_or(&[][..], |(_, all)| all);
        let twice = in_braces.iter().find(|each| each.name == METRIC_NAME);
        return match twice {
            Some(other) => fault(format!(
                "metric name must not be set twice: {} or {}",
                quoted(name),
                quoted(&other.value)
            )),
            None => Ok(()),
        };
    }
    if !may_be_empty && selector.matchers.iter().all(|each| each.matches_empty()) {
        return fault("vector selector must contain at least one non-empty matcher".to_owned());
    }
    Ok(())
}

fn check_unary(unary: &mut Unary, text: &str) -> Parsed<()> {
    check(&mut unary.inner, text)?;
    let found = unary.inner.value_type();
    if matches!(found, ValueType::Scalar | ValueType::Vector) {
        return Ok(());
    }
    Err(Fault::new(
        unary.range.start,
        format!(
            "unary expression only allowed on expressions of type scalar or instant vector, got {}",
            quoted(found.as_str())
        ),
    ))
}

fn check_aggregate(aggregate: &mut Aggregate, text: &str) -> Parsed<()> {
    let context = "aggregation expression";
    expect_type(&mut aggregate.inner, ValueType::Vector, context, text)?;
    match (&mut aggregate.parameter, aggregate.aggregator.parameter()) {
        (Some(parameter), Some(wanted)) => {
            expect_type(parameter, wanted, "aggregation parameter", text)
        }
        _ => Ok(()),
    }
}

fn check_call(call: &mut Call, text: &str) -> Parsed<()> {
    check_argument_count(call)?;
    let function = call.function;
    if function.name == "info" {
        check_info(call)?;
    }
    let context = format!("call to function {}", quoted(function.name));
    let Some(last) = function.arguments.last() else {
        return Ok(());
    };
    for (place, argument) in call.arguments.iter_mut().enumerate() {
        let wanted = *function.arguments.get(place).unwrap_or(last);
        if function.name == "info" && place == 1 {
            // Checked above; it may match every series.
            continue;
        }
        expect_type(argument, wanted, &context, text)?;
    }
    Ok(())
}

fn check_argument_count(call: &Call) -> Parsed<()> {
    let function = call.function;
    let found = call.arguments.len();
    let (minimum, maximum) = (function.minimum, function.maximum);
    let problem = if maximum == Some(minimum) && found != minimum {
        format!("{minimum} argument(s)")
    } else if found < minimum {
        format!("at least {minimum} argument(s)")
    } else if let Some(maximum) = maximum.filter(|maximum| found > *maximum) {
        format!("at most {maximum} argument(s)")
    } else {
        return Ok(());
    };
    Err(Fault::new(
        call.range.start,
        format!(
            "expected {problem} in call to {}, got {found}",
            quoted(function.name)
        ),
    ))
}

/// The second argument of `info` selects labels and is no vector.
fn check_info(call: &mut Call) -> Parsed<()> {
    let call_start = call.range.start;
    let Some(argument) = call.arguments.get_mut(1) else {
        return Ok(());
    };
    let found = argument.value_type();
    if found != ValueType::Vector {
        return Err(Fault::new(
            call_start,
            format!(
                "expected type instant vector in call to function \"info\", got {}",
                found.as_str()
            ),
        ));
    }
    let start = argument.range().start;
    match argument {
        Expr::Vector(selector) if selector.name.is_none() => check_selector(selector, true),
        Expr::Vector(_) => Err(Fault::new(
            start,
            "expected label selectors only, got vector selector instead",
        )),
        _ => Err(Fault::new(start, "expected label selectors only")),
    }
}

fn check_binary(binary: &mut Binary, text: &str) -> Parsed<()> {
    check(&mut binary.left, text)?;
    check(&mut binary.right, text)?;
    let mut matching = binary.matching.take().unwrap_or_default();
    if binary.operator.is_set() && matching.cardinality == Cardinality::OneToOne {
        matching.cardinality = Cardinality::ManyToMany;
    }
    if let Some(message) = operator_problem(binary, &matching) {
        let end = binary.left.range().end.min(text.len());
        let spaces = text[end..]
            .bytes()
            .take_while(|byte| is_space(char::from(*byte)));
        return Err(Fault::new(end + spaces.count(), message));
    }
    for side in [&binary.left, &binary.right] {
        if !matches!(side.value_type(), ValueType::Scalar | ValueType::Vector) {
            return Err(Fault::new(
                side.range().start,
                "binary expression must contain only scalar and instant vector types",
            ));
        }
    }
    let vectors = both_are(binary, ValueType::Vector);
    if let Some(message) = matching_problem(binary.operator, &matching, vectors) {
        return Err(Fault::new(binary.range.start, message));
    }
    binary.matching = vectors.then_some(matching);
    Ok(())
}

fn both_are(binary: &Binary, wanted: ValueType) -> bool {
    binary.left.value_type() == wanted && binary.right.value_type() == wanted
}

/// What is wrong about the operator itself.
fn operator_problem(binary: &Binary, matching: &Matching) -> Option<String> {
    let is_comparison = binary.operator.is_comparison();
    if binary.returns_bool && !is_comparison {
        return Some("bool modifier can only be used on comparison operators".to_owned());
    }
    if is_comparison && !binary.returns_bool && both_are(binary, ValueType::Scalar) {
        return Some("comparisons between scalars must use BOOL modifier".to_owned());
    }
    let twice = matching
        .labels
        .iter()
        .find(|label| matching.on && matching.include.contains(label))?;
    let label = quoted(twice);
    Some(format!(
        "label {label} must not occur in ON and GROUP clause at once"
    ))
}

/// What is wrong about the matching of the two sides.
fn matching_problem(
    operator: BinaryOperator,
    matching: &Matching,
    vectors: bool,
) -> Option<String> {
    let fills = matching.fill_left.is_some() || matching.fill_right.is_some();
    let groups = matches!(
        matching.cardinality,
        Cardinality::ManyToOne | Cardinality::OneToMany
    );
    let is_set = operator.is_set();
    let name = quoted(operator.as_str());
    if vectors {
        return match (is_set, groups, fills) {
            (true, true, _) => Some(format!("no grouping allowed for {name} operation")),
            (true, false, true) => {
                Some("filling in missing series not allowed for set operators".to_owned())
            }
            _ => None,
        };
    }
    if !matching.labels.is_empty() {
        return Some("vector matching only allowed between instant vectors".to_owned());
    }
    if fills {
        return Some("filling in missing series only allowed between instant vectors".to_owned());
    }
    is_set.then(|| format!("set operator {name} not allowed in binary scalar expression"))
}
