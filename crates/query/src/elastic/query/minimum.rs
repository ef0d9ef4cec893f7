//! `minimum_should_match` and `operator`.

use super::super::Parsed;
use super::super::json::Member;
use crate::ast::{MinimumMatch, Operator};

/// Reads `2`, `-1`, `75%`, `-25%`, `3<90%` or `2<-25% 9<-3`.
pub fn minimum_match(text: &str) -> Option<MinimumMatch> {
    let text = text.trim();
    if text.contains('<') {
        let steps = text.split_ascii_whitespace().map(|step| {
            let (above, minimum) = step.split_once('<')?;
            let minimum = minimum_match(minimum).filter(|_| !minimum.contains('<'))?;
            Some((above.parse().ok()?, minimum))
        });
        return steps.collect::<Option<Vec<_>>>().map(MinimumMatch::Steps);
    }
    match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse().ok().map(MinimumMatch::Percent),
        None => text.parse().ok().map(MinimumMatch::Count),
    }
}

pub(super) fn minimum(member: &Member, query: &'static str) -> Parsed<MinimumMatch> {
    let text = member.text(query)?;
    minimum_match(&text).ok_or_else(|| {
        member.bad(
            query,
            format!("[{text}] is neither a number nor a percentage"),
        )
    })
}

pub(super) fn operator(member: &Member, query: &'static str) -> Parsed<Operator> {
    let text = member.text(query)?;
    match text.to_ascii_lowercase().as_str() {
        "or" => Ok(Operator::Or),
        "and" => Ok(Operator::And),
        _ => Err(member.bad(
            query,
            format!("operator needs to be either [and] or [or], but not [{text}]"),
        )),
    }
}
