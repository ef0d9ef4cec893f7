//! Queries over several lines, indented where a line would be too long.

use super::{aggregate_head, operator_with_modifiers, selector, sign};
use crate::ast::{Aggregate, Binary, Call, Expr, Subquery};

/// Longest piece that stays on one line, in bytes.
const LINE_BYTES: usize = 100;
const INDENT: &str = "  ";

/// The query as `/api/v1/format_query` gives it.
pub fn format_query(expr: &Expr) -> String {
    pretty(expr, 0)
}

/// Of a `level` above 0 the line above was broken, so that the text begins with its indentation.
fn pretty(expr: &Expr, level: usize) -> String {
    let indent = INDENT.repeat(level);
    let line = expr.to_string();
    let fits = line.len() <= LINE_BYTES;
    match expr {
        Expr::Unary(unary) => {
            let inner = pretty(&unary.inner, level);
            format!("{indent}{}{}", sign(unary.negative), inner.trim())
        }
        // As in Prometheus, a subquery that fits is not indented.
        Expr::Subquery(_) if fits => line,
        Expr::Subquery(subquery) => split_subquery(subquery, level),
        _ if fits => format!("{indent}{line}"),
        Expr::Aggregate(aggregate) => split_aggregate(aggregate, level, &indent),
        Expr::Binary(binary) => split_binary(binary, level, &indent),
        Expr::Call(call) => split_call(call, level, &indent),
        Expr::Paren(paren) => {
            let inner = pretty(&paren.inner, level + 1);
            format!("{indent}(\n{inner}\n{indent})")
        }
        Expr::Number(_) | Expr::String(_) | Expr::Vector(_) | Expr::Matrix(_) => {
            format!("{indent}{line}")
        }
    }
}

fn split_subquery(subquery: &Subquery, level: usize) -> String {
    let suffix = std::fmt::from_fn(|out| selector::write_subquery_suffix(out, subquery));
    format!("{}{suffix}", pretty(&subquery.inner, level))
}

fn split_aggregate(aggregate: &Aggregate, level: usize, indent: &str) -> String {
    let head = aggregate_head(aggregate);
    let parameter = match &aggregate.parameter {
        Some(parameter) => format!("{},\n", pretty(parameter, level + 1)),
        None => String::new(),
    };
    let inner = pretty(&aggregate.inner, level + 1);
    format!("{indent}{head}(\n{parameter}{inner}\n{indent})")
}

fn split_binary(binary: &Binary, level: usize, indent: &str) -> String {
    let operator = operator_with_modifiers(binary);
    let left = pretty(&binary.left, level + 1);
    let right = pretty(&binary.right, level + 1);
    format!("{left}\n{indent}{operator}\n{right}")
}

fn split_call(call: &Call, level: usize, indent: &str) -> String {
    let arguments: Vec<_> = call
        .arguments
        .iter()
        .map(|argument| pretty(argument, level + 1))
        .collect();
    let name = call.function.name;
    format!("{indent}{name}(\n{}\n{indent})", arguments.join(",\n"))
}
