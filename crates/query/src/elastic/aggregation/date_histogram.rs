//! `date_histogram`: counts over time.

use jiff::tz::TimeZone;

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed};
use super::{Read, Reported, format, interval, terms, unsupported};
use crate::aggregate::{AggregationKind, DateHistogram, Interval};
use crate::datemath::{self, Clock, Format, Rounding};

const NAME: &str = "date_histogram";

/// What the request says, before the format and time zone that may follow are known.
#[derive(Default)]
struct Request<'a> {
    field: Option<String>,
    interval: Option<Interval>,
    offset: i64,
    time_zone: Option<TimeZone>,
    min_doc_count: u64,
    extended: Option<&'a Member>,
    hard: Option<&'a Member>,
    order: Option<&'a Member>,
    keyed: bool,
    format: Option<Format>,
}

pub(super) fn date_histogram(node: &Node, context: &Context) -> Parsed<Read> {
    let mut request = Request::default();
    for member in object(node, NAME)? {
        request.parameter(member)?;
    }
    let time_zone = request.time_zone.clone().unwrap_or(TimeZone::UTC);
    let clock = Clock {
        now: context.now,
        time_zone: time_zone.clone(),
    };
    let histogram = DateHistogram {
        field: request
            .field
            .take()
            .ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?,
        interval: request
            .interval
            .ok_or_else(|| node.fault(DslErrorKind::NoInterval))?,
        offset_ms: request.offset,
        time_zone: time_zone.clone(),
        min_doc_count: request.min_doc_count,
        extended_bounds: request.bounds(request.extended, &clock)?,
        hard_bounds: request.bounds(request.hard, &clock)?,
        order: match request.order {
            Some(member) => terms::order(&member.value, NAME)?.into_iter().next(),
            None => None,
        },
    };
    let Request { keyed, format, .. } = request;
    let reported = Reported::DateHistogram {
        keyed,
        format,
        time_zone,
    };
    Ok((AggregationKind::DateHistogram(histogram), reported))
}

impl<'a> Request<'a> {
    fn parameter(&mut self, member: &'a Member) -> Parsed<()> {
        let text = member.value.text().unwrap_or_default();
        match member.key.as_str() {
            "field" => self.field = Some(member.text(NAME)?),
            "fixed_interval" => {
                let width = interval::fixed(&text).ok_or_else(|| {
                    member.bad(NAME, format!("failed to parse setting [date_histogram.fixedInterval] with value [{text}] as a time value: unit is missing or unrecognized"))
                })?;
                self.interval = Some(Interval::Fixed(width));
            }
            "calendar_interval" => {
                let unit = interval::calendar(&text).ok_or_else(|| {
                    member.bad(NAME, format!("The supplied interval [{text}] could not be parsed as a calendar interval."))
                })?;
                self.interval = Some(Interval::Calendar(unit));
            }
            "interval" => {
                let either = interval::either(&text).or_else(|| {
                    text.parse()
                        .ok()
                        .filter(|width| *width > 0)
                        .map(Interval::Fixed)
                });
                self.interval = Some(either.ok_or_else(|| {
                    member.bad(
                        NAME,
                        format!("the interval [{text}] is neither a calendar unit nor a width"),
                    )
                })?);
            }
            "offset" => {
                self.offset = interval::offset(&text)
                    .ok_or_else(|| member.bad(NAME, format!("[{text}] is no time value")))?;
            }
            "time_zone" => {
                let zone = datemath::time_zone(&text);
                self.time_zone = Some(zone.map_err(|date| member.value.fault(date.into()))?);
            }
            "min_doc_count" => self.min_doc_count = member.count("min_doc_count")? as u64,
            "extended_bounds" => self.extended = Some(member),
            "hard_bounds" => self.hard = Some(member),
            "order" => self.order = Some(member),
            "keyed" => self.keyed = member.boolean(NAME)?,
            "format" => self.format = Some(format(member, NAME)?),
            "missing" => return Err(unsupported(member, "only documents with a date count")),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
        Ok(())
    }

    fn bounds(&self, member: Option<&Member>, clock: &Clock) -> Parsed<Option<(i64, i64)>> {
        let Some(member) = member else {
            return Ok(None);
        };
        let name = member.key.as_str();
        let mut ends = (i64::MIN, i64::MAX);
        for part in object(&member.value, name)? {
            let end = match part.key.as_str() {
                "min" => &mut ends.0,
                "max" => &mut ends.1,
                _ => return Err(part.unknown_in("bounds")),
            };
            if part.value.value != Json::Null {
                *end = self.instant(part, clock)?;
            }
        }
        // Half a bound extends nothing.
        let is_whole = ends.0 != i64::MIN && ends.1 != i64::MAX;
        Ok((is_whole || name == "hard_bounds").then_some(ends))
    }

    fn instant(&self, member: &Member, clock: &Clock) -> Parsed<i64> {
        if let Json::Number(number) = &member.value.value
            && let Some(milliseconds) = number.as_i64()
        {
            return Ok(milliseconds);
        }
        let format = self.format.clone().unwrap_or_default();
        let text = member.text(NAME)?;
        datemath::instant(&text, Rounding::Down, &format, clock)
            .map_err(|date| member.value.fault(date.into()))
    }
}
