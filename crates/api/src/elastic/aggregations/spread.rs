//! `boxplot` and `string_stats`: how values are spread.

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::{Boxplot, StringStatistics};
use swarmscope_query::elastic::Reported;

use super::as_string;
use super::numbers::number;

/// The body of `boxplot`. Without numbers, the extremes have none between them.
pub fn boxplot(body: &mut Map<String, Value>, found: Option<Boxplot>, reported: &Reported) {
    let Reported::Boxplot { format } = reported else {
        return;
    };
    let found = found.unwrap_or(Boxplot {
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        q1: f64::NAN,
        q2: f64::NAN,
        q3: f64::NAN,
        lower: f64::NAN,
        upper: f64::NAN,
        of_dates: false,
    });
    let all = [
        ("min", found.min),
        ("max", found.max),
        ("q1", found.q1),
        ("q2", found.q2),
        ("q3", found.q3),
        ("lower", found.lower),
        ("upper", found.upper),
    ];
    for (name, value) in all {
        body.insert(name.to_owned(), number(Some(value)));
    }
    for (name, value) in all {
        if let Some(text) = as_string(value, found.of_dates, format.as_ref()) {
            body.insert(format!("{name}_as_string"), text.into());
        }
    }
}

/// The body of `string_stats`. Without texts there is a count, and nothing else.
pub fn string_stats(body: &mut Map<String, Value>, found: &StringStatistics, reported: &Reported) {
    let Reported::StringStats {
        distribution,
        format,
    } = reported
    else {
        return;
    };
    let some = found.count > 0;
    let average = found.total_length as f64 / found.count as f64;
    body.insert("count".to_owned(), found.count.into());
    for (name, value) in [
        ("min_length", json!(found.min_length)),
        ("max_length", json!(found.max_length)),
        ("avg_length", json!(average)),
    ] {
        body.insert(name.to_owned(), if some { value } else { Value::Null });
    }
    body.insert("entropy".to_owned(), json!(found.entropy()));
    if *distribution {
        let parts = found.parts().map(|(unit, part)| {
            let letter = String::from_utf16_lossy(&[unit]);
            (letter, json!(part))
        });
        let parts: Map<String, Value> = parts.collect();
        let shown = if some { parts.into() } else { Value::Null };
        body.insert("distribution".to_owned(), shown);
    }
    for (name, value) in [
        ("min_length", found.min_length as f64),
        ("max_length", found.max_length as f64),
        ("avg_length", average),
        ("entropy", found.entropy()),
    ] {
        if let Some(text) = as_string(value, false, format.as_ref()).filter(|_| some) {
            body.insert(format!("{name}_as_string"), text.into());
        }
    }
}
