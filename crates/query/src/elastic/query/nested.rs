//! `nested`: one object of an array has to satisfy the query by itself.

use swarmscope_model::limits::{MAX_INNER_WINDOW, MAX_NESTED_PATH_PARTS};

use super::super::collapse::{InnerHits, inner_hits};
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::super::{Context, NestedHits, Parsed};
use super::clause;
use crate::ast::Query;

const NAME: &str = "nested";

/// How the scores of several objects would be one score: they are not told apart here.
const SCORE_MODES: [&str; 5] = ["avg", "sum", "min", "max", "none"];

pub(super) fn nested(node: &Node, context: &mut Context, depth: usize) -> Parsed<Query> {
    let (mut path, mut query, mut shown) = (None, None, None);
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "path" => path = Some(member.text(NAME)?),
            "query" => query = Some(clause(&member.value, context, depth + 1)?),
            "score_mode" => {
                let mode = member.text(NAME)?;
                if !SCORE_MODES.contains(&mode.as_str()) {
                    let reason = format!("No score mode for child query [{mode}] found");
                    return Err(member.value.fault(DslErrorKind::Argument { reason }));
                }
            }
            // Without the path there is nothing to find.
            "ignore_unmapped" | "boost" | "_name" => {}
            "inner_hits" => shown = Some(&member.value),
            _ => return Err(member.not_supported(NAME)),
        }
    }
    let lacks = |parameter| {
        let query = NAME;
        node.lacks(DslErrorKind::NoNestedPart { query, parameter })
    };
    let path = path.ok_or_else(|| lacks("path"))?;
    let query = query.ok_or_else(|| lacks("query"))?;
    if let Some(shown) = shown {
        show(shown, &path, &query, context)?;
    }
    let query = Box::new(query);
    Ok(Query::Nested { path, query })
}

/// Notes that hits show the objects which satisfy the query.
fn show(node: &Node, path: &str, query: &Query, context: &mut Context) -> Parsed<()> {
    let InnerHits { name, search } = inner_hits(node, context, Some(path))?;
    let refuse = |reason| Err(node.fault(DslErrorKind::ShardRefusal { reason }));
    let parts = path.split('.').count();
    if parts > MAX_NESTED_PATH_PARTS {
        return refuse(format!(
            "[inner_hits] of a path of [{parts}] parts: no more than [{MAX_NESTED_PATH_PARTS}] can be mapped"
        ));
    }
    let asked = search.from.saturating_add(search.size);
    if asked > MAX_INNER_WINDOW {
        return refuse(format!(
            "Inner result window is too large, the inner hit definition's [{name}]'s from + size must be less than or \
             equal to: [{MAX_INNER_WINDOW}] but was [{asked}]. This limit can be set by changing the \
             [index.max_inner_result_window] index level setting."
        ));
    }
    if context.inner.iter().any(|other| other.name == name) {
        return refuse(format!(
            "[inner_hits] already contains an entry for key [{name}]"
        ));
    }
    context.inner.push(NestedHits {
        name,
        path: path.to_owned(),
        query: query.clone(),
        search,
    });
    Ok(())
}
