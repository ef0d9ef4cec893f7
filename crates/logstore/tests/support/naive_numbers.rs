//! The obviously right numbers: of a list of documents, looked at one by one.

use swarmscope_query::aggregate::{
    AggregationKind, AggregationResult, Boxplot, DistinctValues, Statistics, StringStatistics,
};
use swarmscope_query::ast::Scalar;
use swarmscope_query::document::is_time_field;

use super::{Stored, instants, values};

/// Aggregations without buckets.
pub fn numbers_of(matching: &[&Stored], kind: &AggregationKind) -> AggregationResult {
    match kind {
        AggregationKind::Min { field } => {
            metric(matching, field, |n| n.iter().copied().reduce(f64::min))
        }
        AggregationKind::Max { field } => {
            metric(matching, field, |n| n.iter().copied().reduce(f64::max))
        }
        AggregationKind::Sum { field } => {
            metric(matching, field, |n| (!n.is_empty()).then(|| n.iter().sum()))
        }
        AggregationKind::Avg { field } => metric(matching, field, |n| {
            (!n.is_empty()).then(|| n.iter().sum::<f64>() / n.len() as f64)
        }),
        AggregationKind::ValueCount { field } => AggregationResult::Count(
            matching
                .iter()
                .map(|stored| counted(&values(stored, field)))
                .sum(),
        ),
        AggregationKind::Cardinality { field } => {
            let mut all: Vec<String> = matching
                .iter()
                .flat_map(|stored| values(stored, field))
                .map(|value| format!("{value:?}"))
                .collect();
            all.sort();
            all.dedup();
            AggregationResult::Count(all.len() as u64)
        }
        AggregationKind::Stats { field } => {
            let (numbers, of_dates) = numbers(matching, field);
            let mut found = Statistics::default();
            for number in &numbers {
                found.add(*number, of_dates);
            }
            AggregationResult::Stats(Statistics { of_dates, ..found })
        }
        AggregationKind::Percentiles { field, percents } => {
            let (numbers, of_dates) = numbers(matching, field);
            let values = percents
                .iter()
                .map(|percent| (*percent, quantile(&numbers, *percent)));
            AggregationResult::Percentiles {
                values: values.collect(),
                of_dates,
            }
        }
        AggregationKind::PercentileRanks { field, values } => {
            let (numbers, _) = numbers(matching, field);
            let values = values.iter().map(|value| (*value, rank(&numbers, *value)));
            AggregationResult::Percentiles {
                values: values.collect(),
                of_dates: false,
            }
        }
        kind => spread_of(matching, kind),
    }
}

/// How values are spread.
fn spread_of(matching: &[&Stored], kind: &AggregationKind) -> AggregationResult {
    match kind {
        AggregationKind::MedianDeviation { field } => {
            let (numbers, _) = numbers(matching, field);
            let value = quantile(&numbers, 50.0).and_then(|median| {
                let distances: Vec<f64> = numbers.iter().map(|own| (own - median).abs()).collect();
                quantile(&distances, 50.0)
            });
            AggregationResult::Metric {
                value,
                of_dates: false,
            }
        }
        AggregationKind::Boxplot { field } => {
            let (numbers, of_dates) = numbers(matching, field);
            AggregationResult::Boxplot(boxplot(&numbers, of_dates))
        }
        AggregationKind::StringStats { field } => {
            AggregationResult::StringStats(letters(matching, field))
        }
        AggregationKind::DistinctValues { field } => {
            // How many there are is what can be told of hashes.
            let AggregationResult::Count(count) = numbers_of(
                matching,
                &AggregationKind::Cardinality {
                    field: field.clone(),
                },
            ) else {
                panic!("a count");
            };
            AggregationResult::Distinct(DistinctValues::Exact((0..count).collect()))
        }
        _ => panic!("an aggregation with buckets"),
    }
}

/// A document's own numbers of a field, and whether each is a point in time.
pub fn own_numbers(stored: &Stored, field: &str) -> Vec<(f64, bool)> {
    let values = values(stored, field).into_iter();
    values
        .filter_map(|(value, of_dates)| match value {
            Scalar::Integer(number) => Some((number as f64, of_dates)),
            Scalar::Float(number) => Some((number, of_dates)),
            Scalar::Boolean(flag) => Some((f64::from(u8::from(flag)), of_dates)),
            Scalar::Text(_) => None,
        })
        .collect()
}

/// All numbers of a field, points in time in texts included, and whether all are points in time.
fn numbers(matching: &[&Stored], field: &str) -> (Vec<f64>, bool) {
    let mut found = Vec::new();
    for stored in matching {
        found.extend(own_numbers(stored, field));
        if !is_time_field(field) {
            let instants = instants(stored, field).into_iter();
            found.extend(instants.map(|at| (at as f64, true)));
        }
    }
    let of_dates = !found.is_empty() && found.iter().all(|(_, of_dates)| *of_dates);
    (
        found.into_iter().map(|(number, _)| number).collect(),
        of_dates,
    )
}

fn boxplot(numbers: &[f64], of_dates: bool) -> Option<Boxplot> {
    let at = |percent| quantile(numbers, percent);
    let (q1, q2, q3) = (at(25.0)?, at(50.0)?, at(75.0)?);
    let reach = 1.5 * (q3 - q1);
    let near = numbers
        .iter()
        .copied()
        .filter(|number| (q1 - reach..=q3 + reach).contains(number));
    let (min, max) = (at(0.0)?, at(100.0)?);
    Some(Boxplot {
        min,
        max,
        q1,
        q2,
        q3,
        lower: near.clone().reduce(f64::min).unwrap_or(min),
        upper: near.reduce(f64::max).unwrap_or(max),
        of_dates,
    })
}

fn letters(matching: &[&Stored], field: &str) -> StringStatistics {
    let mut found = StringStatistics::default();
    let mut lengths = Vec::new();
    for stored in matching {
        for (value, _) in values(stored, field) {
            let Scalar::Text(text) = value else { continue };
            let own: Vec<u16> = text.encode_utf16().collect();
            lengths.push(own.len() as u64);
            for unit in own {
                match found.units.iter_mut().find(|(known, _)| *known == unit) {
                    Some((_, count)) => *count += 1,
                    None => found.units.push((unit, 1)),
                }
            }
        }
    }
    found
        .units
        .sort_by_key(|(unit, count)| (std::cmp::Reverse(*count), *unit));
    StringStatistics {
        count: lengths.len() as u64,
        min_length: lengths.iter().copied().min().unwrap_or(0),
        max_length: lengths.iter().copied().max().unwrap_or(0),
        total_length: lengths.iter().sum(),
        ..found
    }
}

/// Between the two nearest, in proportion.
fn quantile(numbers: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = percent / 100.0 * (sorted.len().checked_sub(1)? as f64);
    let (low, high) = (
        sorted[place.floor() as usize],
        sorted[place.ceil() as usize],
    );
    Some(low + place.fract() * (high - low))
}

/// As Elasticsearch walks over few numbers in order.
fn rank(numbers: &[f64], value: f64) -> Option<f64> {
    let mut sorted = numbers.to_vec();
    sorted.sort_by(f64::total_cmp);
    let count = sorted.len() as f64;
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    if value < first {
        return Some(0.0);
    }
    if value >= last {
        let equal = sorted.iter().filter(|number| **number == value).count() as f64;
        return Some((1.0 - equal / 2.0 / count) * 100.0);
    }
    let (mut before, mut left) = (0.0, (sorted[1] - first) / 2.0);
    for pair in sorted.windows(2) {
        let right = (pair[1] - pair[0]) / 2.0;
        if value < pair[0] + right {
            let within = (value - (pair[0] - left)) / (left + right);
            return Some(((before + within) / count).max(0.0) * 100.0);
        }
        (before, left) = (before + 1.0, right);
    }
    Some((before + (value - (last - left)) / (left + left)) / count * 100.0)
}

fn metric(
    matching: &[&Stored],
    field: &str,
    reduce: impl Fn(&[f64]) -> Option<f64>,
) -> AggregationResult {
    let (numbers, of_dates) = numbers(matching, field);
    AggregationResult::Metric {
        value: reduce(&numbers),
        of_dates,
    }
}

/// Values of a document: a text counts once.
fn counted(values: &[(Scalar, bool)]) -> u64 {
    let each = values.iter().enumerate();
    let counts = each.filter(|(at, (value, _))| {
        let is_text = matches!(value, Scalar::Text(_));
        !is_text || !values[..*at].iter().any(|(before, _)| before == value)
    });
    counts.count() as u64
}
