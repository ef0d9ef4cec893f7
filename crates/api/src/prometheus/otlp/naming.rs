//! Names of OTLP as Prometheus's: `http.server.duration` in `s` becomes
//! `http_server_duration_seconds`.
//!
//! The rules are those of OpenTelemetry's compatibility specification with underscores and suffixes, which
//! is Prometheus's default (`UnderscoreEscapingWithSuffixes`).

/// What a metric's suffix depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Gauge,
    Counter,
    Other,
}

const UNITS: &[(&str, &str)] = &[
    ("d", "days"),
    ("h", "hours"),
    ("min", "minutes"),
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("By", "bytes"),
    ("KiBy", "kibibytes"),
    ("MiBy", "mebibytes"),
    ("GiBy", "gibibytes"),
    ("TiBy", "tibibytes"),
    ("KBy", "kilobytes"),
    ("MBy", "megabytes"),
    ("GBy", "gigabytes"),
    ("TBy", "terabytes"),
    ("m", "meters"),
    ("V", "volts"),
    ("A", "amperes"),
    ("J", "joules"),
    ("W", "watts"),
    ("g", "grams"),
    ("Cel", "celsius"),
    ("Hz", "hertz"),
    ("1", ""),
    ("%", "percent"),
];

const PER_UNITS: &[(&str, &str)] = &[
    ("s", "second"),
    ("m", "minute"),
    ("h", "hour"),
    ("d", "day"),
    ("w", "week"),
    ("mo", "month"),
    ("y", "year"),
];

/// A metric's name. `None` when nothing of it is left.
pub fn metric(name: &str, unit: &str, shape: Shape) -> Option<String> {
    let is_separator = |character: char| !(character.is_ascii_alphanumeric() || character == ':');
    let mut tokens: Vec<&str> = name
        .split(is_separator)
        .filter(|token| !token.is_empty())
        .collect();
    let (mut main, mut per) = unit_parts(unit);
    if tokens.contains(&main.as_str()) {
        main.clear();
    }
    if tokens.contains(&per.as_str()) {
        per.clear();
    }
    tokens.extend(
        [main.as_str(), per.as_str()]
            .into_iter()
            .filter(|part| !part.is_empty()),
    );
    let suffix = match shape {
        Shape::Counter => Some("total"),
        // Many senders say "1" for counts of things; only of a gauge is it surely a ratio.
        Shape::Gauge if unit == "1" => Some("ratio"),
        _ => None,
    };
    if let Some(suffix) = suffix {
        tokens.retain(|token| *token != suffix);
        tokens.push(suffix);
    }
    let joined = tokens.join("_");
    match joined.chars().next() {
        None => None,
        Some(first) if first.is_ascii_digit() => Some(format!("_{joined}")),
        Some(_) => Some(joined),
    }
}

/// A label's name: underscores for what identifiers do not have. `None` when nothing else is left.
pub fn label(name: &str) -> Option<String> {
    let mut cleaned: String = name
        .chars()
        .map(|character| {
            if character.is_ascii_alphanumeric() {
                character
            } else {
                '_'
            }
        })
        .collect();
    if cleaned.starts_with(|first: char| first.is_ascii_digit()) {
        cleaned.insert_str(0, "key_");
    } else if cleaned.starts_with('_') && !cleaned.starts_with("__") {
        cleaned.insert_str(0, "key");
    }
    cleaned
        .contains(|character| character != '_')
        .then_some(cleaned)
}

/// `By/s` as `bytes` and `per_second`. What stands in braces is an annotation and no unit.
fn unit_parts(unit: &str) -> (String, String) {
    let (main, per) = unit.split_once('/').unwrap_or((unit, ""));
    let translated = |part: &str, table: &[(&str, &str)]| {
        let part = part.trim();
        if part.contains(['{', '}']) {
            return String::new();
        }
        let known = table.iter().find(|(short, _)| *short == part);
        let long = known.map_or(part, |(_, long)| long);
        collapsed(long).trim_matches('_').to_owned()
    };
    let per = match translated(per, PER_UNITS) {
        none if none.is_empty() => none,
        per => format!("per_{per}"),
    };
    (translated(main, UNITS), per)
}

/// With one underscore for each run of other characters.
fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_ascii_alphanumeric() {
            out.push(character);
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_get_their_unit_and_kind_as_suffixes() {
        for (name, unit, shape, expected) in [
            (
                "http.server.duration",
                "s",
                Shape::Other,
                "http_server_duration_seconds",
            ),
            ("system.io", "By", Shape::Counter, "system_io_bytes_total"),
            (
                "network.transmit",
                "By/s",
                Shape::Gauge,
                "network_transmit_bytes_per_second",
            ),
            (
                "cache.hits.total",
                "{hits}",
                Shape::Counter,
                "cache_hits_total",
            ),
            ("total.requests", "1", Shape::Counter, "requests_total"),
            (
                "cpu.utilization",
                "1",
                Shape::Gauge,
                "cpu_utilization_ratio",
            ),
            ("latency_seconds", "s", Shape::Other, "latency_seconds"),
            ("2xx", "", Shape::Gauge, "_2xx"),
            ("a__b--c", "", Shape::Gauge, "a_b_c"),
            ("speed", "m/m", Shape::Gauge, "speed_meters_per_minute"),
        ] {
            assert_eq!(metric(name, unit, shape).as_deref(), Some(expected));
        }
        assert_eq!(metric("___", "", Shape::Gauge), None);
    }

    #[test]
    fn labels_become_identifiers() {
        for (name, expected) in [
            ("http.method", Some("http_method")),
            ("1st", Some("key_1st")),
            ("_private", Some("key_private")),
            ("__reserved__", Some("__reserved__")),
            ("a..b", Some("a__b")),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(label(name).as_deref(), expected, "{name}");
        }
    }
}
