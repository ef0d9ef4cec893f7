//! A query with all its selectors pinned to one time by `@`, which has to give the same at any time.

use crate::ast::{At, Call, Expr, Modifiers};
use crate::evaluator::depends_on_time;

/// The query with selectors pinned that are not yet. `None` when functions in it depend on the time.
pub(super) fn pinned(expr: &Expr, time: i64) -> Option<Expr> {
    if any_call_depends_on_time(expr) {
        return None;
    }
    let mut pinned = expr.clone();
    pin(&mut pinned, time);
    Some(pinned)
}

fn any_call_depends_on_time(expr: &Expr) -> bool {
    match expr {
        Expr::Call(Call {
            function,
            arguments,
            ..
        }) => {
            let constant = ["start", "end", "range", "step"].contains(&function.name);
            constant
                || depends_on_time(function.name)
                || arguments.iter().any(any_call_depends_on_time)
        }
        Expr::Subquery(subquery) => {
            // What a pinned subquery evaluates is pinned with it.
            subquery.modifiers.at.is_none() && any_call_depends_on_time(&subquery.inner)
        }
        Expr::Aggregate(aggregate) => {
            any_call_depends_on_time(&aggregate.inner)
                || aggregate
                    .parameter
                    .as_deref()
                    .is_some_and(any_call_depends_on_time)
        }
        Expr::Binary(binary) => {
            any_call_depends_on_time(&binary.left) || any_call_depends_on_time(&binary.right)
        }
        Expr::Unary(unary) => any_call_depends_on_time(&unary.inner),
        Expr::Paren(paren) => any_call_depends_on_time(&paren.inner),
        Expr::Number(_) | Expr::String(_) | Expr::Vector(_) | Expr::Matrix(_) => false,
    }
}

/// The start and the end of an instant query are its time.
fn pin_modifiers(modifiers: &mut Modifiers, time: i64) {
    if !matches!(modifiers.at, Some(At::Time(_))) {
        modifiers.at = Some(At::Time(time));
    }
}

fn pin(expr: &mut Expr, time: i64) {
    match expr {
        Expr::Vector(selector) => pin_modifiers(&mut selector.modifiers, time),
        Expr::Matrix(selector) => pin_modifiers(&mut selector.selector.modifiers, time),
        // Its selectors stay relative to it.
        Expr::Subquery(subquery) => pin_modifiers(&mut subquery.modifiers, time),
        Expr::Call(call) => call.arguments.iter_mut().for_each(|each| pin(each, time)),
        Expr::Aggregate(aggregate) => {
            pin(&mut aggregate.inner, time);
            if let Some(parameter) = &mut aggregate.parameter {
                pin(parameter, time);
            }
        }
        Expr::Binary(binary) => {
            pin(&mut binary.left, time);
            pin(&mut binary.right, time);
        }
        Expr::Unary(unary) => pin(&mut unary.inner, time),
        Expr::Paren(paren) => pin(&mut paren.inner, time),
        Expr::Number(_) | Expr::String(_) => {}
    }
}
