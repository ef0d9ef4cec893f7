//! `format_query` and `parse_query`: a query as text laid out for reading, and as a tree.

use axum::extract::State;
use swarmscope_model::metrics::Matcher;
use swarmscope_promql::ast::Expr;
use swarmscope_promql::parser;
use swarmscope_promql::printer::format_query;

use super::PrometheusState;
use super::errors::PrometheusError;
use super::parameters::Form;
use super::reply::{Notes, Reply, success};
use super::tree;

/// `GET|POST /api/v1/format_query`
pub async fn format(State(state): State<PrometheusState>, form: Form) -> Reply {
    let expr = parsed(&state, &form)?;
    let text = format_query(&expr);
    Ok(success(&Notes::default(), |json| json.string(&text)))
}

/// `GET|POST /api/v1/parse_query`
pub async fn parse(State(state): State<PrometheusState>, form: Form) -> Reply {
    let expr = parsed(&state, &form)?;
    let tree = tree::of(&expr);
    Ok(success(&Notes::default(), |json| {
        json.raw(&tree.to_string());
    }))
}

fn parsed(state: &PrometheusState, form: &Form) -> Result<Expr, PrometheusError> {
    parser::parse(form.get("query"), state.syntax)
        .map_err(|error| PrometheusError::invalid_parameter("query", error))
}

/// The matchers of every selector in an expression.
pub fn selectors_of(expr: &Expr) -> Vec<Vec<Matcher>> {
    let mut found = Vec::new();
    collect(expr, &mut found);
    found
}

/// The parser bounds how deep a tree is.
fn collect(expr: &Expr, found: &mut Vec<Vec<Matcher>>) {
    match expr {
        Expr::Number(_) | Expr::String(_) => {}
        Expr::Vector(selector) => found.push(selector.matchers.clone()),
        Expr::Matrix(matrix) => found.push(matrix.selector.matchers.clone()),
        Expr::Subquery(subquery) => collect(&subquery.inner, found),
        Expr::Call(call) => call.arguments.iter().for_each(|each| collect(each, found)),
        Expr::Aggregate(aggregate) => {
            collect(&aggregate.inner, found);
            if let Some(parameter) = &aggregate.parameter {
                collect(parameter, found);
            }
        }
        Expr::Binary(binary) => {
            collect(&binary.left, found);
            collect(&binary.right, found);
        }
        Expr::Unary(unary) => collect(&unary.inner, found),
        Expr::Paren(paren) => collect(&paren.inner, found),
    }
}
