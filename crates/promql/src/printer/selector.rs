//! Selectors, ranges and subqueries with their modifiers.

use std::fmt::{self, Formatter};

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{MatchOperator, Matcher};

use super::label_name;
use crate::ast::{At, Extension, MatrixSelector, Modifiers, Subquery, VectorSelector};
use crate::quoting::quoted;

pub(super) fn write_vector(out: &mut Formatter<'_>, selector: &VectorSelector) -> fmt::Result {
    write_bare(out, selector)?;
    write_at(out, &selector.modifiers)?;
    write_extension(out, selector.extension)?;
    write_offset(out, &selector.modifiers)
}

pub(super) fn write_matrix(out: &mut Formatter<'_>, matrix: &MatrixSelector) -> fmt::Result {
    write_bare(out, &matrix.selector)?;
    write!(out, "[{}]", matrix.length)?;
    write_extension(out, matrix.selector.extension)?;
    write_at(out, &matrix.selector.modifiers)?;
    write_offset(out, &matrix.selector.modifiers)
}

/// What stands behind a subquery's expression.
pub(super) fn write_subquery_suffix(out: &mut Formatter<'_>, subquery: &Subquery) -> fmt::Result {
    write!(out, "[{}:", subquery.length)?;
    if let Some(step) = &subquery.step {
        write!(out, "{step}")?;
    }
    out.write_str("]")?;
    write_at(out, &subquery.modifiers)?;
    write_offset(out, &subquery.modifiers)
}

/// The name and the braces.
fn write_bare(out: &mut Formatter<'_>, selector: &VectorSelector) -> fmt::Result {
    let name = selector.name.as_deref().unwrap_or_default();
    let mut matchers: Vec<_> = selector
        .matchers
        .iter()
        .filter(|matcher| !is_name(matcher, name))
        .map(written)
        .collect();
    matchers.sort_unstable();
    out.write_str(name)?;
    // Prometheus prints nothing at all for `{}`, which does not read back.
    if matchers.is_empty() && !name.is_empty() {
        return Ok(());
    }
    write!(out, "{{{}}}", matchers.join(","))
}

/// Whether it says nothing but the name before the braces.
fn is_name(matcher: &Matcher, name: &str) -> bool {
    matcher.name == METRIC_NAME
        && matcher.operator == MatchOperator::Equal
        && matcher.value == name
        && !name.is_empty()
}

fn written(matcher: &Matcher) -> String {
    let name = label_name(&matcher.name);
    format!(
        "{name}{}{}",
        matcher.operator.as_str(),
        quoted(&matcher.value)
    )
}

fn write_at(out: &mut Formatter<'_>, modifiers: &Modifiers) -> fmt::Result {
    match modifiers.at {
        Some(At::Time(milliseconds)) => write!(out, " @ {:.3}", milliseconds as f64 / 1e3),
        Some(At::Start) => out.write_str(" @ start()"),
        Some(At::End) => out.write_str(" @ end()"),
        None => Ok(()),
    }
}

fn write_extension(out: &mut Formatter<'_>, extension: Extension) -> fmt::Result {
    out.write_str(match extension {
        Extension::None => "",
        Extension::Anchored => " anchored",
        Extension::Smoothed => " smoothed",
    })
}

fn write_offset(out: &mut Formatter<'_>, modifiers: &Modifiers) -> fmt::Result {
    match &modifiers.offset {
        Some(offset) => write!(out, " offset {offset}"),
        None => Ok(()),
    }
}
