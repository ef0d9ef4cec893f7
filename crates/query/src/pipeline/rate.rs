//! `rate`: what was counted in a bucket of a date histogram becomes so much a unit of time.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use super::view;
use crate::aggregate::{AggregationResult, AggregationResults, BucketKey, CalendarUnit, Interval};
use crate::elastic::{RateUnit, Reported, Shape, Shapes, months};

/// How long the bucket is that results are in.
#[derive(Clone, Copy)]
struct Length {
    milliseconds: f64,
    /// Of buckets that are months long.
    months: Option<f64>,
}

impl Length {
    fn units(self, unit: Option<RateUnit>) -> f64 {
        match (unit, self.months) {
            (None, _) => 1.0,
            (Some(RateUnit::Milliseconds(unit)), _) => self.milliseconds / unit,
            (Some(RateUnit::Months(unit)), Some(months)) => months / unit,
            // Refused when the request was read.
            (Some(RateUnit::Months(_)), None) => f64::NAN,
        }
    }
}

/// Divides what rates have counted, on every level.
pub fn apply(results: &mut AggregationResults, shapes: &Shapes) {
    if has_rates(shapes) {
        level(results, shapes, None);
    }
}

fn has_rates(shapes: &Shapes) -> bool {
    shapes
        .aggregations
        .iter()
        .any(|shape| matches!(shape.reported, Reported::Rate { .. }) || has_rates(&shape.within))
}

fn level(results: &mut AggregationResults, shapes: &Shapes, length: Option<Length>) {
    for ((_, result), shape) in results.iter_mut().zip(&shapes.aggregations) {
        if let (Reported::Rate { unit, .. }, Some(length)) = (&shape.reported, length) {
            let value = result.number(None).unwrap_or_default() / length.units(*unit);
            *result = AggregationResult::Metric {
                value: Some(value),
                of_dates: false,
            };
            continue;
        }
        for place in 0..view::count(result) {
            let key = view::bucket(result, place).and_then(|bucket| bucket.key.cloned());
            let own = length_of(shape, key.as_ref()).or(length);
            level(view::within_mut(result, place), &shape.within, own);
        }
    }
}

/// How long the bucket with the key is, of a date histogram.
fn length_of(shape: &Shape, key: Option<&BucketKey>) -> Option<Length> {
    let (
        Reported::DateHistogram {
            interval,
            time_zone,
            ..
        },
        Some(BucketKey::Instant(start)),
    ) = (&shape.reported, key)
    else {
        return None;
    };
    Some(match interval {
        Interval::Fixed(width) => Length {
            milliseconds: *width as f64,
            months: None,
        },
        Interval::Calendar(unit) => Length {
            milliseconds: calendar(*start, *unit, time_zone)?,
            months: months(*unit),
        },
    })
}

/// Milliseconds from a point in time to the next unit of the calendar.
fn calendar(start: i64, unit: CalendarUnit, zone: &TimeZone) -> Option<f64> {
    let span = match unit {
        CalendarUnit::Minute => 1.minute(),
        CalendarUnit::Hour => 1.hour(),
        CalendarUnit::Day => 1.day(),
        CalendarUnit::Week => 1.week(),
        CalendarUnit::Month => 1.month(),
        CalendarUnit::Quarter => 3.months(),
        CalendarUnit::Year => 1.year(),
    };
    let begin = zone.to_datetime(Timestamp::from_millisecond(start).ok()?);
    let end = begin.checked_add(span).ok()?;
    let end = zone.to_ambiguous_timestamp(end).compatible().ok()?;
    Some((end.as_millisecond() - start) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_the_calendar_are_as_long_as_they_are() {
        let february = 1_769_904_000_000;
        let days =
            |unit, zone: &TimeZone| calendar(february, unit, zone).map(|ms| ms / 86_400_000.0);
        assert_eq!(days(CalendarUnit::Month, &TimeZone::UTC), Some(28.0));
        assert_eq!(days(CalendarUnit::Quarter, &TimeZone::UTC), Some(89.0));
        let length = Length {
            milliseconds: 28.0 * 86_400_000.0,
            months: Some(1.0),
        };
        assert_eq!(
            length.units(Some(RateUnit::Milliseconds(86_400_000.0))),
            28.0
        );
        assert_eq!(length.units(Some(RateUnit::Months(12.0))), 1.0 / 12.0);
        assert_eq!(length.units(None), 1.0);
    }
}
