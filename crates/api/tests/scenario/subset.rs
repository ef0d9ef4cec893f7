//! Whether a reply holds what a scenario expects of it.
//!
//! Objects hold the expected keys and may hold others; arrays are as long as expected and hold the
//! expected elements in order; numbers are equal as numbers, scores in four digits. `<any>` is any value but null,
//! `<string>` any text, `<text …>` a text that contains what stands behind it.

use serde_json::{Number, Value};

/// The first place where they differ.
pub fn difference(expected: &Value, found: &Value, at: &str) -> Option<String> {
    match (expected, found) {
        (Value::String(text), found) if text.starts_with('<') && text.ends_with('>') => {
            let holds = match (text.as_str(), found) {
                ("<any>", found) => !found.is_null(),
                ("<string>", found) => found.is_string(),
                (_, Value::String(found)) => text
                    .strip_prefix("<text ")
                    .and_then(|text| text.strip_suffix('>'))
                    .is_some_and(|part| found.contains(part)),
                _ => false,
            };
            (!holds).then(|| format!("{at}: expected {text}, found {found}"))
        }
        (Value::Object(expected), Value::Object(found)) => {
            expected
                .iter()
                .find_map(|(key, value)| match found.get(key) {
                    None => Some(format!("{at}.{key}: expected {value}, found nothing")),
                    Some(Value::Number(found)) if is_score(key, value, found) => None,
                    Some(found) => difference(value, found, &format!("{at}.{key}")),
                })
        }
        (Value::Array(expected), Value::Array(found)) => {
            if expected.len() != found.len() {
                let (wanted, got) = (expected.len(), found.len());
                let found = Value::Array(found.clone());
                return Some(format!(
                    "{at}: expected {wanted} elements, found {got}: {found}"
                ));
            }
            let mut pairs = expected.iter().zip(found).enumerate();
            pairs.find_map(|(index, (expected, found))| {
                difference(expected, found, &format!("{at}[{index}]"))
            })
        }
        (Value::Number(expected), Value::Number(found)) if are_equal(expected, found) => None,
        _ if expected == found => None,
        _ => Some(format!("{at}: expected {expected}, found {found}")),
    }
}

/// Whether the key is a score's and both are the same in four digits: scores are numbers of single precision.
fn is_score(key: &str, expected: &Value, found: &Number) -> bool {
    let (true, Some(expected), Some(found)) = (
        matches!(key, "_score" | "max_score"),
        expected.as_f64(),
        found.as_f64(),
    ) else {
        return false;
    };
    (expected - found).abs() <= 5e-5 * expected.abs()
}

/// Whether two numbers are the same, but for the last digits of a fraction: those depend on the order in which
/// numbers were added up.
fn are_equal(expected: &Number, found: &Number) -> bool {
    match (expected.as_f64(), found.as_f64()) {
        (Some(expected), Some(found)) => {
            let off = (expected - found).abs();
            expected == found || off <= 4.0 * f64::EPSILON * expected.abs().max(found.abs())
        }
        _ => false,
    }
}

/// The value at a dotted path; numbers are positions in arrays.
pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| match value {
        Value::Array(items) => items.get(key.parse::<usize>().ok()?),
        value => value.get(key),
    })
}
