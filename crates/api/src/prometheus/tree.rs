//! A query's tree as JSON, in the shape that Prometheus's UI draws.

use serde_json::{Value, json};
use swarmscope_model::metrics::Matcher;
use swarmscope_model::metrics::float::plain;
use swarmscope_promql::ast::{
    Aggregate, At, Binary, Call, Cardinality, Expr, Extension, Length, LengthExpr, LengthKind,
    Matching, Modifiers, Subquery, ValueType, VectorSelector,
};

/// The tree of an expression.
pub fn of(expr: &Expr) -> Value {
    match expr {
        Expr::Number(number) => json!({"type": "numberLiteral", "val": plain(number.value)}),
        Expr::String(string) => json!({"type": "stringLiteral", "val": string.value}),
        Expr::Vector(selector) => of_selector("vectorSelector", selector),
        Expr::Matrix(matrix) => {
            let mut tree = of_selector("matrixSelector", &matrix.selector);
            tree["range"] = milliseconds(Some(&matrix.length));
            tree["rangeExpr"] = expression(Some(&matrix.length));
            tree
        }
        Expr::Subquery(subquery) => of_subquery(subquery),
        Expr::Call(call) => of_call(call),
        Expr::Aggregate(aggregate) => of_aggregate(aggregate),
        Expr::Binary(binary) => of_binary(binary),
        Expr::Unary(unary) => json!({
            "type": "unaryExpr",
            "op": if unary.negative { "-" } else { "+" },
            "expr": of(&unary.inner),
        }),
        Expr::Paren(paren) => json!({"type": "parenExpr", "expr": of(&paren.inner)}),
    }
}

fn of_selector(kind: &str, selector: &VectorSelector) -> Value {
    let mut tree = json!({
        "type": kind,
        "name": selector.name.as_deref().unwrap_or(""),
        "matchers": selector.matchers.iter().map(of_matcher).collect::<Vec<_>>(),
        "anchored": selector.extension == Extension::Anchored,
        "smoothed": selector.extension == Extension::Smoothed,
    });
    add_modifiers(&mut tree, &selector.modifiers);
    tree
}

fn of_matcher(matcher: &Matcher) -> Value {
    json!({"name": matcher.name, "value": matcher.value, "type": matcher.operator.as_str()})
}

fn add_modifiers(tree: &mut Value, modifiers: &Modifiers) {
    let (timestamp, bound) = match modifiers.at {
        None => (Value::Null, Value::Null),
        Some(At::Time(time)) => (time.into(), Value::Null),
        Some(At::Start) => (Value::Null, "start".into()),
        Some(At::End) => (Value::Null, "end".into()),
    };
    tree["offset"] = milliseconds(modifiers.offset.as_ref());
    tree["offsetExpr"] = expression(modifiers.offset.as_ref());
    tree["timestamp"] = timestamp;
    tree["startOrEnd"] = bound;
}

fn of_subquery(subquery: &Subquery) -> Value {
    let mut tree = json!({
        "type": "subquery",
        "expr": of(&subquery.inner),
        "range": milliseconds(Some(&subquery.length)),
        "rangeExpr": expression(Some(&subquery.length)),
        "step": milliseconds(subquery.step.as_ref()),
        "stepExpr": expression(subquery.step.as_ref()),
    });
    add_modifiers(&mut tree, &subquery.modifiers);
    tree
}

fn of_call(call: &Call) -> Value {
    let function = call.function;
    let variadic = match function.maximum {
        None => -1,
        Some(maximum) => maximum.saturating_sub(function.minimum) as i64,
    };
    json!({
        "type": "call",
        "func": {
            "name": function.name,
            "argTypes": function.arguments.iter().copied().map(type_name).collect::<Vec<_>>(),
            "variadic": variadic,
            "returnType": type_name(function.returns),
        },
        "args": call.arguments.iter().map(of).collect::<Vec<_>>(),
    })
}

fn of_aggregate(aggregate: &Aggregate) -> Value {
    json!({
        "type": "aggregation",
        "op": aggregate.aggregator.as_str(),
        "expr": of(&aggregate.inner),
        "param": aggregate.parameter.as_deref().map(of),
        "grouping": aggregate.labels,
        "without": aggregate.without,
    })
}

fn of_binary(binary: &Binary) -> Value {
    json!({
        "type": "binaryExpr",
        "op": binary.operator.as_str(),
        "lhs": of(&binary.left),
        "rhs": of(&binary.right),
        "matching": binary.matching.as_ref().map(of_matching),
        "bool": binary.returns_bool,
    })
}

fn of_matching(matching: &Matching) -> Value {
    let cardinality = match matching.cardinality {
        Cardinality::OneToOne => "one-to-one",
        Cardinality::ManyToOne => "many-to-one",
        Cardinality::OneToMany => "one-to-many",
        Cardinality::ManyToMany => "many-to-many",
    };
    json!({
        "card": cardinality,
        "labels": matching.labels,
        "on": matching.on,
        "include": matching.include,
        "fillValues": {"lhs": matching.fill_left, "rhs": matching.fill_right},
    })
}

/// Lengths that are computed have no number of their own.
fn milliseconds(length: Option<&Length>) -> Value {
    match length {
        Some(Length::Fixed(milliseconds)) => (*milliseconds).into(),
        Some(Length::Computed(_)) | None => 0.into(),
    }
}

fn expression(length: Option<&Length>) -> Value {
    match length {
        Some(Length::Computed(expr)) => of_length(expr, false),
        Some(Length::Fixed(_)) | None => Value::Null,
    }
}

fn of_length(expr: &LengthExpr, wrapped: bool) -> Value {
    let node = |operator: &str, left: Value, right: Value| json!({"type": "durationExpr", "op": operator, "lhs": left, "rhs": right, "wrapped": wrapped});
    let inner = |expr: &LengthExpr| of_length(expr, false);
    match &expr.kind {
        LengthKind::Number { seconds, duration } => {
            json!({"type": "numberLiteral", "val": plain(*seconds), "duration": duration})
        }
        LengthKind::Step => node("step", Value::Null, Value::Null),
        LengthKind::Range => node("range", Value::Null, Value::Null),
        LengthKind::Min(left, right) => node("min_of", inner(left), inner(right)),
        LengthKind::Max(left, right) => node("max_of", inner(left), inner(right)),
        LengthKind::Unary { negative, of } => {
            node(if *negative { "-" } else { "+" }, Value::Null, inner(of))
        }
        LengthKind::Binary {
            operator,
            left,
            right,
        } => node(operator.as_str(), inner(left), inner(right)),
        LengthKind::Paren(expr) => of_length(expr, true),
    }
}

fn type_name(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Scalar => "scalar",
        ValueType::String => "string",
        ValueType::Vector => "vector",
        ValueType::Matrix => "matrix",
    }
}

#[cfg(test)]
mod tests {
    use swarmscope_promql::parser::{Options, parse};

    use super::*;

    #[test]
    fn every_part_of_a_query_is_in_its_tree() {
        let query =
            r#"sum by (job) (rate(x{a=~"b"}[5m] offset 1m)) / on (job) group_left () -(y @ end())"#;
        let tree = of(&parse(query, Options::ALL).expect("a query"));
        assert_eq!(tree["type"], "binaryExpr");
        assert_eq!(tree["matching"]["card"], "many-to-one");
        assert_eq!(tree["matching"]["labels"], json!(["job"]));
        let call = &tree["lhs"]["expr"];
        assert_eq!(call["func"]["name"], "rate");
        assert_eq!(call["func"]["argTypes"], json!(["matrix"]));
        let matrix = &call["args"][0];
        assert_eq!(matrix["range"], 300_000);
        assert_eq!(matrix["offset"], 60_000);
        assert_eq!(
            matrix["matchers"][0],
            json!({"name": "a", "value": "b", "type": "=~"})
        );
        assert_eq!(tree["rhs"]["op"], "-");
        assert_eq!(tree["rhs"]["expr"]["expr"]["startOrEnd"], "end");
    }
}
