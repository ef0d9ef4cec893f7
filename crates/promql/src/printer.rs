//! From tree to text, exactly as Prometheus prints queries.
//!
//! What is printed reads back as the same tree. It never simplifies and never changes what a query means.

mod length;
mod pretty;
mod selector;

use std::fmt::{self, Display, Formatter};

use swarmscope_model::metrics::float;
use swarmscope_model::metrics::labels::is_legacy_label_name;

use crate::ast::{Aggregate, Binary, Cardinality, Expr, Matching, NumberLiteral, StringLiteral};
use crate::quoting::{quoted, quoted_bytes};

pub use self::pretty::format_query;

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write_number(out, number),
            Self::String(string) => out.write_str(&quoted_literal(string)),
            Self::Vector(selector) => selector::write_vector(out, selector),
            Self::Matrix(matrix) => selector::write_matrix(out, matrix),
            Self::Subquery(subquery) => {
                write!(out, "{}", subquery.inner)?;
                selector::write_subquery_suffix(out, subquery)
            }
            Self::Call(call) => {
                write!(out, "{}(", call.function.name)?;
                for (place, argument) in call.arguments.iter().enumerate() {
                    let separator = if place == 0 { "" } else { ", " };
                    write!(out, "{separator}{argument}")?;
                }
                out.write_str(")")
            }
            Self::Aggregate(aggregate) => {
                write!(out, "{}(", aggregate_head(aggregate))?;
                if let Some(parameter) = &aggregate.parameter {
                    write!(out, "{parameter}, ")?;
                }
                write!(out, "{})", aggregate.inner)
            }
            Self::Binary(binary) => write!(
                out,
                "{} {} {}",
                binary.left,
                operator_with_modifiers(binary),
                binary.right
            ),
            Self::Unary(unary) => write!(out, "{}{}", sign(unary.negative), unary.inner),
            Self::Paren(paren) => write!(out, "({})", paren.inner),
        }
    }
}

fn sign(negative: bool) -> char {
    if negative { '-' } else { '+' }
}

fn quoted_literal(string: &StringLiteral) -> String {
    match &string.invalid_utf8 {
        Some(bytes) => quoted_bytes(bytes),
        None => quoted(&string.value),
    }
}

fn write_number(out: &mut Formatter<'_>, number: &NumberLiteral) -> fmt::Result {
    if number.duration {
        length::write_seconds(out, number.value)
    } else {
        out.write_str(&float::plain(number.value))
    }
}

/// `sum by (a, b) `.
fn aggregate_head(aggregate: &Aggregate) -> String {
    let name = aggregate.aggregator.as_str();
    let labels = labels_in_parens(&aggregate.labels);
    match (aggregate.without, aggregate.labels.is_empty()) {
        (true, _) => format!("{name} without {labels} "),
        (false, false) => format!("{name} by {labels} "),
        (false, true) => name.to_owned(),
    }
}

/// `== bool on (a) group_left (b)`.
fn operator_with_modifiers(binary: &Binary) -> String {
    let mut text = binary.operator.as_str().to_owned();
    if binary.returns_bool {
        text.push_str(" bool");
    }
    if let Some(matching) = &binary.matching {
        push_matching(&mut text, matching);
    }
    text
}

fn push_matching(text: &mut String, matching: &Matching) {
    let group = match matching.cardinality {
        Cardinality::ManyToOne => Some("group_left"),
        Cardinality::OneToMany => Some("group_right"),
        Cardinality::OneToOne | Cardinality::ManyToMany => None,
    };
    if matching.on || !matching.labels.is_empty() || group.is_some() {
        let word = if matching.on { "on" } else { "ignoring" };
        text.push_str(&format!(" {word} {}", labels_in_parens(&matching.labels)));
    }
    if let Some(group) = group {
        text.push_str(&format!(" {group} {}", labels_in_parens(&matching.include)));
    }
    match (matching.fill_left, matching.fill_right) {
        (Some(left), Some(right)) if left == right => {
            text.push_str(&format!(" fill ({})", float::general(left)));
        }
        (left, right) => {
            for (word, value) in [("fill_left", left), ("fill_right", right)] {
                if let Some(value) = value {
                    text.push_str(&format!(" {word} ({})", float::general(value)));
                }
            }
        }
    }
}

fn labels_in_parens(labels: &[String]) -> String {
    let written: Vec<_> = labels.iter().map(|label| label_name(label)).collect();
    format!("({})", written.join(", "))
}

/// In quotes unless it is an identifier.
fn label_name(name: &str) -> String {
    if is_legacy_label_name(name) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
