//! `stats`, `extended_stats`, `percentiles` and `percentile_ranks`: several numbers in one result.

use serde_json::{Map, Value, json};
use swarmscope_query::aggregate::Statistics;
use swarmscope_query::elastic::Reported;

use super::{as_string, decimal};

/// A number as JSON has it; one that is none, by its name.
pub fn number(value: Option<f64>) -> Value {
    match value {
        Some(value) if value.is_nan() => "NaN".into(),
        Some(value) if value.is_infinite() && value > 0.0 => "Infinity".into(),
        Some(value) if value.is_infinite() => "-Infinity".into(),
        value => json!(value),
    }
}

/// The body of `stats` or `extended_stats`.
pub fn stats(body: &mut Map<String, Value>, found: &Statistics, reported: &Reported) {
    let Reported::Stats { sigma, format } = reported else {
        return;
    };
    let some = found.count > 0;
    let plain = [
        ("min", some.then_some(found.min)),
        ("max", some.then_some(found.max)),
        ("avg", found.average()),
        ("sum", Some(found.sum)),
    ];
    body.insert("count".to_owned(), found.count.into());
    for (name, value) in plain {
        body.insert(name.to_owned(), number(value));
    }
    for (name, value) in plain {
        let text = value.and_then(|value| as_string(value, found.of_dates, format.as_ref()));
        if let Some(text) = text.filter(|_| some) {
            body.insert(format!("{name}_as_string"), text.into());
        }
    }
    if let Some(sigma) = sigma {
        extended(body, found, *sigma);
    }
}

fn extended(body: &mut Map<String, Value>, found: &Statistics, sigma: f64) {
    let squares = (found.count > 0).then_some(found.sum_of_squares);
    let (population, sampling) = (found.variance(), found.sample_variance());
    let deviation = population.map(f64::sqrt);
    let of_sample = sampling.map(f64::sqrt);
    for (name, value) in [
        ("sum_of_squares", squares),
        ("variance", population),
        ("variance_population", population),
        ("variance_sampling", sampling),
        ("std_deviation", deviation),
        ("std_deviation_population", deviation),
        ("std_deviation_sampling", of_sample),
    ] {
        body.insert(name.to_owned(), number(value));
    }
    let bound = |deviation: Option<f64>, side: f64| {
        let average = found.average()?;
        Some(average + side * sigma * deviation?)
    };
    let bounds = [
        ("upper", bound(deviation, 1.0)),
        ("lower", bound(deviation, -1.0)),
        ("upper_population", bound(deviation, 1.0)),
        ("lower_population", bound(deviation, -1.0)),
        ("upper_sampling", bound(of_sample, 1.0)),
        ("lower_sampling", bound(of_sample, -1.0)),
    ];
    let bounds = bounds.map(|(name, value)| (name.to_owned(), number(value)));
    body.insert(
        "std_deviation_bounds".to_owned(),
        Value::Object(bounds.into_iter().collect()),
    );
}

/// The body of `percentiles` or `percentile_ranks`.
pub fn percentiles(
    body: &mut Map<String, Value>,
    values: &[(f64, Option<f64>)],
    of_dates: bool,
    reported: &Reported,
) {
    let Reported::Percentiles { keyed, format, .. } = reported else {
        return;
    };
    let text = |value: Option<f64>| as_string(value?, of_dates, format.as_ref());
    let shown = if *keyed {
        let mut members = Map::new();
        for (asked, value) in values {
            let key = decimal(*asked);
            if let Some(text) = text(*value) {
                members.insert(format!("{key}_as_string"), text.into());
            }
            members.insert(key, number(*value));
        }
        Value::Object(members)
    } else {
        let items = values.iter().map(|(asked, value)| {
            let mut item = Map::new();
            item.insert("key".to_owned(), json!(asked));
            item.insert("value".to_owned(), number(*value));
            if let Some(text) = text(*value) {
                item.insert("value_as_string".to_owned(), text.into());
            }
            Value::Object(item)
        });
        items.collect()
    };
    body.insert("values".to_owned(), shown);
}
