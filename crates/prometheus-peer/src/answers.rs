//! Whether two answers of the HTTP API say the same.

use std::collections::BTreeMap;

use serde_json::Value;

/// Sums may be taken in another order, so the last digits may differ.
const TOLERANCE: f64 = 1e-9;

/// What the second answer says differently, in a line; `None` when they agree.
pub fn difference(ours: &Value, theirs: &Value) -> Option<String> {
    if ours["status"] != theirs["status"] {
        return Some(format!("status: {} / {}", brief(ours), brief(theirs)));
    }
    if ours["status"] == "error" {
        let same = ours["errorType"] == theirs["errorType"] && ours["error"] == theirs["error"];
        return (!same).then(|| format!("error: {} / {}", ours["error"], theirs["error"]));
    }
    for notes in ["warnings", "infos"] {
        if sorted(&ours[notes]) != sorted(&theirs[notes]) {
            return Some(format!("{notes}: {} / {}", ours[notes], theirs[notes]));
        }
    }
    let (ours, theirs) = (&ours["data"], &theirs["data"]);
    if ours["resultType"] != theirs["resultType"] {
        return Some(format!(
            "resultType: {} / {}",
            ours["resultType"], theirs["resultType"]
        ));
    }
    if matches!(ours["resultType"].as_str(), Some("vector" | "matrix")) {
        series(&ours["result"], &theirs["result"])
    } else {
        value(&ours["result"], &theirs["result"])
    }
}

fn brief(answer: &Value) -> String {
    match &answer["error"] {
        Value::String(error) => error.clone(),
        _ => answer["status"].to_string(),
    }
}

fn sorted(notes: &Value) -> Vec<&str> {
    let mut texts: Vec<&str> = notes
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    texts.sort_unstable();
    texts
}

/// Series by their labels; the order matters only where a query sorts, which scripts of PromQL test.
fn series(ours: &Value, theirs: &Value) -> Option<String> {
    let (ours, theirs) = (by_labels(ours), by_labels(theirs));
    for (labels, sample) in &ours {
        let Some(other) = theirs.get(labels) else {
            return Some(format!("{labels} is ours alone"));
        };
        for field in ["value", "values", "histogram", "histograms"] {
            if let Some(difference) = value(&sample[field], &other[field]) {
                return Some(format!("{labels} {field}: {difference}"));
            }
        }
    }
    let missing = theirs.keys().find(|labels| !ours.contains_key(*labels));
    missing.map(|labels| format!("{labels} is missing"))
}

fn by_labels(result: &Value) -> BTreeMap<String, &Value> {
    let mut series = BTreeMap::new();
    for sample in result.as_array().into_iter().flatten() {
        let labels: BTreeMap<&String, &Value> =
            sample["metric"].as_object().into_iter().flatten().collect();
        series.insert(format!("{labels:?}"), sample);
    }
    series
}

fn value(ours: &Value, theirs: &Value) -> Option<String> {
    let same = match (ours, theirs) {
        (Value::Array(ours), Value::Array(theirs)) => {
            if ours.len() != theirs.len() {
                return Some(format!("{} values / {}", ours.len(), theirs.len()));
            }
            return ours
                .iter()
                .zip(theirs)
                .enumerate()
                .find_map(|(place, (ours, theirs))| {
                    value(ours, theirs).map(|difference| format!("[{place}] {difference}"))
                });
        }
        (Value::Object(ours), Value::Object(theirs)) => {
            if ours.len() != theirs.len() {
                return Some(format!("{ours:?} / {theirs:?}"));
            }
            return ours.iter().find_map(|(key, ours)| {
                value(ours, theirs.get(key).unwrap_or(&Value::Null))
                    .map(|difference| format!("{key}: {difference}"))
            });
        }
        (Value::Number(ours), Value::Number(theirs)) => ours.as_f64() == theirs.as_f64(),
        (Value::String(ours), Value::String(theirs)) => ours == theirs || close(ours, theirs),
        _ => ours == theirs,
    };
    (!same).then(|| format!("{ours} / {theirs}"))
}

fn close(ours: &str, theirs: &str) -> bool {
    let (Ok(ours), Ok(theirs)) = (ours.parse::<f64>(), theirs.parse::<f64>()) else {
        return false;
    };
    if ours.is_nan() || theirs.is_nan() {
        return ours.is_nan() && theirs.is_nan();
    }
    ours == theirs || (ours - theirs).abs() <= TOLERANCE * ours.abs().max(theirs.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn vector(value: &str) -> Value {
        json!({"status": "success", "data": {"resultType": "vector",
            "result": [{"metric": {"a": "b"}, "value": [1, value]}]}})
    }

    #[test]
    fn values_may_differ_in_their_last_digits_alone() {
        assert_eq!(
            difference(&vector("0.1"), &vector("0.10000000000000002")),
            None
        );
        assert_eq!(difference(&vector("NaN"), &vector("NaN")), None);
        assert!(difference(&vector("0.1"), &vector("0.1001")).is_some());
        assert!(difference(&vector("NaN"), &vector("0")).is_some());
    }

    #[test]
    fn missing_series_warnings_and_other_errors_are_differences() {
        let empty = json!({"status": "success", "data": {"resultType": "vector", "result": []}});
        assert!(difference(&empty, &vector("1")).is_some());
        assert!(difference(&vector("1"), &empty).is_some());
        let mut warned = vector("1");
        warned["warnings"] = json!(["careful"]);
        assert!(difference(&vector("1"), &warned).is_some());
        let error = |text: &str| json!({"status": "error", "errorType": "bad_data", "error": text});
        assert!(difference(&error("a"), &error("b")).is_some());
        assert_eq!(difference(&error("a"), &error("a")), None);
    }
}
