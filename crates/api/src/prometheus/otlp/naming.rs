//! Names of OTLP as Prometheus's: `http.server.duration` in `s` becomes
//! `http_server_duration_seconds`.
//!
//! The rules are those of OpenTelemetry's compatibility specification; how much of them applies says the
//! section `otlp` of the configuration.

use swarmscope_prometheus_config::{OtlpConfig, TranslationStrategy};

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
pub fn metric(
    name: &str,
    unit: &str,
    shape: Shape,
    strategy: TranslationStrategy,
) -> Option<String> {
    let named = match strategy {
        TranslationStrategy::UnderscoreEscapingWithSuffixes => escaped(name, unit, shape),
        TranslationStrategy::UnderscoreEscapingWithoutSuffixes => {
            let is_separator = |character: char| !(is_plain(character) || character == '_');
            let tokens = name.split(is_separator).filter(|token| !token.is_empty());
            tokens.collect::<Vec<_>>().join("_")
        }
        TranslationStrategy::NoUTF8EscapingWithSuffixes => suffixed(name, unit, shape),
        TranslationStrategy::NoTranslation => name.to_owned(),
    };
    let starts_with_digit = named.starts_with(|first: char| first.is_ascii_digit());
    match strategy.keeps_utf8() {
        _ if named.is_empty() => None,
        false if starts_with_digit => Some(format!("_{named}")),
        _ => Some(named),
    }
}

/// In one piece of identifier characters, with unit and kind behind.
fn escaped(name: &str, unit: &str, shape: Shape) -> String {
    let tokens = name.split(|character| !is_plain(character));
    let mut tokens: Vec<&str> = tokens.filter(|token| !token.is_empty()).collect();
    let (main, per) = unit_parts(unit);
    let (main, per) = (cleaned(&main), cleaned(&per));
    for part in [main.as_str(), per.as_str()] {
        if !part.is_empty() && !tokens.contains(&part) {
            tokens.push(part);
        }
    }
    if let Some(suffix) = kind_suffix(unit, shape) {
        tokens.retain(|token| *token != suffix);
        tokens.push(suffix);
    }
    tokens.join("_")
}

/// As it is, with unit and kind behind unless they stand there already.
fn suffixed(name: &str, unit: &str, shape: Shape) -> String {
    fn without<'a>(name: &'a str, suffix: &str) -> &'a str {
        let shorter = name.strip_suffix(suffix).filter(|rest| rest.len() > 1);
        // With the character that separates it.
        shorter.map_or(name, |rest| {
            rest.trim_end_matches(|c: char| !c.is_alphanumeric())
        })
    }
    let kind = kind_suffix(unit, shape);
    let (main, per) = unit_parts(unit);
    let mut named = kind.map_or(name, |kind| without(name, kind)).to_owned();
    if !per.is_empty() {
        named = without(&named, &per).to_owned();
    }
    if !main.is_empty() && !named.ends_with(&main) {
        named = format!("{named}_{main}");
    }
    for suffix in [per.as_str(), kind.unwrap_or("")] {
        if !suffix.is_empty() {
            named = format!("{named}_{suffix}");
        }
    }
    named
}

/// Many senders say "1" for counts of things; only of a gauge is it surely a ratio.
fn kind_suffix(unit: &str, shape: Shape) -> Option<&'static str> {
    match shape {
        Shape::Counter => Some("total"),
        Shape::Gauge if unit == "1" => Some("ratio"),
        _ => None,
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == ':'
}

/// A label's name. `None` when nothing but underscores is left.
pub fn label(name: &str, settings: &OtlpConfig) -> Option<String> {
    let has_more = |name: &str| name.contains(|character| character != '_');
    if settings.translation_strategy.keeps_utf8() {
        return has_more(name).then(|| name.to_owned());
    }
    let replaced = |name: &str| -> String {
        let plain = |character: char| match character {
            other if other.is_ascii_alphanumeric() => other,
            _ => '_',
        };
        name.chars().map(plain).collect()
    };
    let reserved = name
        .strip_prefix("__")
        .and_then(|rest| rest.strip_suffix("__"));
    let mut named = match (settings.label_name_preserve_multiple_underscores, reserved) {
        (true, _) => replaced(name),
        (false, Some(inner)) => format!("__{}__", collapsed(inner)),
        (false, None) => collapsed(name),
    };
    if named.starts_with(|first: char| first.is_ascii_digit()) {
        named.insert_str(0, "key_");
    } else if settings.label_name_underscore_sanitization
        && named.starts_with('_')
        && !named.starts_with("__")
    {
        named.insert_str(0, "key");
    }
    has_more(&named).then_some(named)
}

/// As far as names that are identifiers can have it.
fn cleaned(unit: &str) -> String {
    collapsed(unit).trim_matches('_').to_owned()
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
        long.to_owned()
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

    const SUFFIXES: TranslationStrategy = TranslationStrategy::UnderscoreEscapingWithSuffixes;

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
            assert_eq!(
                metric(name, unit, shape, SUFFIXES).as_deref(),
                Some(expected)
            );
        }
        assert_eq!(metric("___", "", Shape::Gauge, SUFFIXES), None);
    }

    #[test]
    fn other_strategies_keep_more_of_a_name() {
        for (strategy, expected) in [
            (
                TranslationStrategy::UnderscoreEscapingWithoutSuffixes,
                "http_server_io",
            ),
            (
                TranslationStrategy::NoUTF8EscapingWithSuffixes,
                "http.server.io_bytes_total",
            ),
            (TranslationStrategy::NoTranslation, "http.server.io"),
        ] {
            let named = metric("http.server.io", "By", Shape::Counter, strategy);
            assert_eq!(named.as_deref(), Some(expected));
        }
    }

    #[test]
    fn labels_become_identifiers_unless_they_may_be_anything() {
        let settings = OtlpConfig::default();
        for (name, expected) in [
            ("http.method", Some("http_method")),
            ("1st", Some("key_1st")),
            ("_private", Some("key_private")),
            ("__reserved__", Some("__reserved__")),
            ("a..b", Some("a__b")),
            ("..", None),
            ("", None),
        ] {
            assert_eq!(label(name, &settings).as_deref(), expected, "{name}");
        }
        let mut collapsing = OtlpConfig::default();
        collapsing.label_name_preserve_multiple_underscores = false;
        assert_eq!(label("a..b", &collapsing).as_deref(), Some("a_b"));
        let mut utf8 = OtlpConfig::default();
        utf8.translation_strategy = TranslationStrategy::NoTranslation;
        assert_eq!(label("http.method", &utf8).as_deref(), Some("http.method"));
    }
}
