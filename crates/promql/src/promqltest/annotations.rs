//! Whether a query says what it is expected to say. Scripts name the place in the query or leave it out.

use super::expect::{Expectations, TextPattern};
use crate::evaluator::{Annotations, Severity};

/// Why what was said about a query is not what was expected.
pub(super) fn check(
    expected: &Expectations,
    query: &str,
    found: &Annotations,
) -> Result<(), String> {
    let of = |severity: Severity| -> Vec<Said> {
        found
            .iter()
            .filter(|annotation| annotation.severity == severity)
            .map(|annotation| Said {
                text: annotation.text.clone(),
                placed: annotation.render(query),
            })
            .collect()
    };
    let (warnings, infos) = (of(Severity::Warning), of(Severity::Info));
    if expected.any_warning && warnings.is_empty() {
        return Err("expected warnings but got none".to_owned());
    }
    if expected.any_info && infos.is_empty() {
        return Err("expected info annotations but got none".to_owned());
    }
    check_kind("warn", &expected.warnings, &warnings)?;
    check_kind("info", &expected.infos, &infos)?;
    if expected.no_warnings && !warnings.is_empty() {
        return Err(format!(
            "unexpected warning annotations: {}",
            shown(&warnings)
        ));
    }
    if expected.no_infos && !infos.is_empty() {
        return Err(format!("unexpected info annotations: {}", shown(&infos)));
    }
    Ok(())
}

/// An annotation with and without its place.
struct Said {
    text: String,
    placed: String,
}

impl Said {
    fn meets(&self, pattern: &TextPattern) -> bool {
        pattern.matches(&self.placed) || pattern.matches(&self.text)
    }
}

fn shown(said: &[Said]) -> String {
    let placed: Vec<&str> = said.iter().map(|said| said.placed.as_str()).collect();
    format!("{placed:?}")
}

fn check_kind(kind: &str, expected: &[TextPattern], found: &[Said]) -> Result<(), String> {
    if expected.is_empty() {
        return Ok(());
    }
    if found.is_empty() {
        return Err(format!("expected {kind} annotations but none were found"));
    }
    for pattern in expected {
        if !found.iter().any(|said| said.meets(pattern)) {
            let (pattern, found) = (pattern.describe(), shown(found));
            return Err(format!(
                "expected {kind} annotation {pattern}, found {found}"
            ));
        }
    }
    for said in found {
        if !expected.iter().any(|pattern| said.meets(pattern)) {
            return Err(format!("unexpected {kind} annotation {:?}", said.placed));
        }
    }
    Ok(())
}
