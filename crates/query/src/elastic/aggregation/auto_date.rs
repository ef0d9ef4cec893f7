//! `auto_date_histogram`: counts over time in about as many buckets as were asked for.
//!
//! How wide a bucket is shows only when the first and last point in time are known.

use jiff::tz::TimeZone;
use swarmscope_model::limits::MAX_AUTO_BUCKETS;

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::Node;
use super::super::members::object;
use super::{Read, Reported, format, missing_number, substituted, unsupported};
use crate::aggregate::{AggregationKind, AutoDateHistogram, AutoUnit};
use crate::datemath;

const NAME: &str = "auto_date_histogram";
const BUCKETS: usize = 10;

pub(super) fn auto_date_histogram(node: &Node) -> Parsed<Read> {
    let (mut field, mut shown, mut missing) = (None, None, None);
    let mut buckets = BUCKETS;
    let mut time_zone = TimeZone::UTC;
    let mut least = AutoUnit::Second;
    for member in object(node, NAME)? {
        match member.key.as_str() {
            "field" => field = Some(member.text(NAME)?),
            "buckets" => {
                let given = member.integer()?;
                buckets = match usize::try_from(given) {
                    Ok(buckets) if buckets >= MAX_AUTO_BUCKETS => {
                        let reason = format!("buckets must be less than {MAX_AUTO_BUCKETS}");
                        return Err(member.value.fault(DslErrorKind::ShardRefusal { reason }));
                    }
                    Ok(buckets) if buckets > 0 => buckets,
                    _ => return Err(member.bad(NAME, "buckets must be greater than 0")),
                };
            }
            "format" => shown = Some(format(member, NAME)?),
            "time_zone" => {
                let zone = datemath::time_zone(&member.text(NAME)?);
                time_zone = zone.map_err(|date| member.value.fault(date.into()))?;
            }
            "minimum_interval" => {
                let text = member.text(NAME)?;
                least = AutoUnit::named(&text).ok_or_else(|| {
                    let reason = "minimum_interval must be one of [[minute, day, second, month, hour, year]]";
                    member.bad(NAME, reason)
                })?;
            }
            "missing" => missing = missing_number(member, NAME)?,
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let kind = AggregationKind::AutoDateHistogram(AutoDateHistogram {
        field: field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?,
        buckets,
        time_zone: time_zone.clone(),
        least,
    });
    let reported = Reported::AutoDateHistogram {
        format: shown,
        time_zone,
    };
    Ok((substituted(kind, missing), reported))
}
