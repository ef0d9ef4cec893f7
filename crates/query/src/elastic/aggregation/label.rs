//! The keys of buckets as text.

use jiff::tz::TimeZone;

use super::{NamedRange, Reported, ValueFormat};
use crate::aggregate::BucketKey;

impl Reported {
    /// The key of a bucket as text, `place` being the bucket's in the request when the request names it.
    pub fn label(&self, place: usize, key: Option<&BucketKey>) -> String {
        match self {
            Reported::Filters { names, .. } | Reported::AdjacencyMatrix { names } => {
                names.get(place).cloned().unwrap_or_default()
            }
            Reported::Range { ranges, format, .. } => {
                let text = |end: f64| number(end, format.as_ref());
                ranges
                    .get(place)
                    .map_or_else(String::new, |range| range.label(text))
            }
            Reported::IpRange { ranges, .. } => ranges
                .get(place)
                .map_or_else(String::new, super::AddressRange::label),
            Reported::DateRange {
                ranges,
                format,
                time_zone,
                ..
            } => {
                let text = |end: f64| ValueFormat::date(format.as_ref(), end as i64, time_zone);
                ranges
                    .get(place)
                    .map_or_else(String::new, |range| range.label(text))
            }
            Reported::DateHistogram {
                format, time_zone, ..
            }
            | Reported::AutoDateHistogram { format, time_zone } => {
                key.map_or_else(String::new, |key| of_key(key, format.as_ref(), time_zone))
            }
            Reported::Terms { format }
            | Reported::RareTerms { format }
            | Reported::SignificantTerms { format }
            | Reported::Histogram { format, .. } => key.map_or_else(String::new, |key| {
                of_key(key, format.as_ref(), &TimeZone::UTC)
            }),
            _ => key.map_or_else(String::new, |key| of_key(key, None, &TimeZone::UTC)),
        }
    }
}

impl Reported {
    /// The key of a combination as text.
    pub fn tuple_label(&self, key: &[Option<BucketKey>]) -> String {
        let text = |key: &Option<BucketKey>, format: Option<&ValueFormat>, zone: &TimeZone| {
            let shown = key.as_ref().map(|key| of_key(key, format, zone));
            shown.unwrap_or_else(|| "null".to_owned())
        };
        match self {
            Reported::Composite { sources } => {
                let named = sources.iter().zip(key).map(|(source, key)| {
                    let value = text(key, source.format.as_ref(), &source.time_zone);
                    format!("{}={value}", source.name)
                });
                format!("{{{}}}", named.collect::<Vec<_>>().join(", "))
            }
            Reported::MultiTerms { formats } => {
                let texts = formats.iter().zip(key);
                let texts = texts.map(|(format, key)| text(key, format.as_ref(), &TimeZone::UTC));
                texts.collect::<Vec<_>>().join("|")
            }
            _ => String::new(),
        }
    }
}

impl NamedRange {
    /// The caller's name for it, or its ends.
    pub fn label(&self, text: impl Fn(f64) -> String) -> String {
        let end = |end: Option<f64>| end.map_or_else(|| "*".to_owned(), &text);
        match &self.key {
            Some(key) => key.clone(),
            None => format!("{}-{}", end(self.from), end(self.to)),
        }
    }
}

fn of_key(key: &BucketKey, format: Option<&ValueFormat>, zone: &TimeZone) -> String {
    match key {
        BucketKey::Text(text) => text.clone(),
        BucketKey::Integer(whole) => {
            let shown = format.and_then(|format| format.number(*whole as f64));
            shown.unwrap_or_else(|| whole.to_string())
        }
        BucketKey::Float(value) => number(*value, format),
        BucketKey::Boolean(flag) => flag.to_string(),
        BucketKey::Instant(instant) => ValueFormat::date(format, *instant, zone),
    }
}

fn number(value: f64, format: Option<&ValueFormat>) -> String {
    let shown = format.and_then(|format| format.number(value));
    shown.unwrap_or_else(|| decimal(value))
}

/// A number as the text that Elasticsearch's keys hold: with a point, and an exponent beyond seven digits.
pub fn decimal(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-3..1e7).contains(&size) || !number.is_finite() {
        return format!("{number:?}");
    }
    let text = format!("{number:E}");
    match text.split_once('E') {
        Some((digits, exponent)) if !digits.contains('.') => format!("{digits}.0E{exponent}"),
        _ => text,
    }
}
