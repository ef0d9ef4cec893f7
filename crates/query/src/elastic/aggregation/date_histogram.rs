//! `date_histogram`: counts over time.

use jiff::tz::TimeZone;

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed};
use super::{Read, Reported, ValueFormat, format, interval, substituted, terms, unsupported};
use crate::aggregate::{AggregationKind, DateHistogram, Interval};
use crate::ast::Scalar;
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
    format: Option<ValueFormat>,
    missing: Option<&'a Member>,
}

pub(super) fn date_histogram(node: &Node, context: &Context) -> Parsed<Read> {
    let mut request = Request::default();
    for member in object(node, NAME)? {
        request.parameter(member)?;
    }
    let histogram = request.histogram(node, context)?;
    let missing = match request.missing {
        Some(member) => {
            let clock = Clock {
                now: context.now,
                time_zone: histogram.time_zone.clone(),
            };
            Some(Scalar::Integer(request.instant(member, &clock)?))
        }
        None => None,
    };
    let Request { keyed, format, .. } = request;
    let reported = Reported::DateHistogram {
        keyed,
        interval: histogram.interval,
        format,
        time_zone: histogram.time_zone.clone(),
    };
    let kind = substituted(AggregationKind::DateHistogram(histogram), missing);
    Ok((kind, reported))
}

/// A source of `composite`, which has some of the parameters.
pub(super) fn source<'a>(
    node: &Node,
    members: &[&'a Member],
    context: &Context,
) -> Parsed<(DateHistogram, Option<ValueFormat>)> {
    let mut request = Request::default();
    for member in members {
        let member: &'a Member = member;
        match member.key.as_str() {
            "field" | "fixed_interval" | "calendar_interval" | "interval" | "offset"
            | "time_zone" | "format" => request.parameter(member)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let histogram = request.histogram(node, context)?;
    Ok((histogram, request.format))
}

impl<'a> Request<'a> {
    fn histogram(&mut self, node: &Node, context: &Context) -> Parsed<DateHistogram> {
        let time_zone = self.time_zone.clone().unwrap_or(TimeZone::UTC);
        let clock = Clock {
            now: context.now,
            time_zone: time_zone.clone(),
        };
        let refuse = |reason: String| Err(node.fault(DslErrorKind::ShardRefusal { reason }));
        let extended = self.bounds(self.extended, &clock)?;
        let hard = self.bounds(self.hard, &clock)?;
        if let Some((first, last)) = extended.filter(|(first, last)| first > last) {
            return refuse(format!(
                "[extended_bounds.min][{first}] cannot be greater than [extended_bounds.max][{last}] for histogram \
                 aggregation"
            ));
        }
        if let (Some(extended), Some(hard)) = (extended, hard)
            && (extended.0 < hard.0 || extended.1 > hard.1)
        {
            return refuse("Extended bounds have to be inside hard bounds".to_owned());
        }
        Ok(DateHistogram {
            field: self
                .field
                .take()
                .ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?,
            interval: self
                .interval
                .ok_or_else(|| node.fault(DslErrorKind::NoInterval))?,
            offset_ms: self.offset,
            time_zone,
            min_doc_count: self.min_doc_count,
            extended_bounds: extended,
            hard_bounds: hard,
            order: match self.order {
                Some(member) => terms::order(&member.value, NAME)?,
                None => Vec::new(),
            },
        })
    }

    fn parameter(&mut self, member: &'a Member) -> Parsed<()> {
        let text = member.value.text().unwrap_or_default();
        match member.key.as_str() {
            "field" => self.field = Some(member.text(NAME)?),
            "fixed_interval" => {
                let width = interval::fixed(&text).ok_or_else(|| {
                    member.bad(NAME, format!("failed to parse setting [date_histogram.fixedInterval] with value [{text}] as a time value: unit is missing or unrecognized"))
                })?;
                self.only_interval(member, "fixed_interval", "calendar_interval")?;
                self.interval = Some(Interval::Fixed(width));
            }
            "calendar_interval" => {
                let unit = interval::calendar(&text).ok_or_else(|| {
                    member.bad(NAME, format!("The supplied interval [{text}] could not be parsed as a calendar interval."))
                })?;
                self.only_interval(member, "calendar_interval", "fixed_interval")?;
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
                let unknown = |_| member.bad(NAME, format!("Unknown time-zone ID: {text}"));
                self.time_zone = Some(zone.map_err(unknown)?);
            }
            "min_doc_count" => self.min_doc_count = member.count("min_doc_count")? as u64,
            "extended_bounds" => self.extended = Some(member),
            "hard_bounds" => self.hard = Some(member),
            "order" => self.order = Some(member),
            "keyed" => self.keyed = member.boolean(NAME)?,
            "format" => self.format = Some(format(member, NAME)?),
            "missing" => self.missing = Some(member),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
        Ok(())
    }

    /// There is one interval.
    fn only_interval(&self, member: &Member, own: &str, other: &str) -> Parsed<()> {
        if self.interval.is_none() {
            return Ok(());
        }
        let reason = format!("Cannot use [{own}] with [{other}] configuration option.");
        Err(member.bad(NAME, reason))
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
        if name == "hard_bounds" {
            return Ok(Some(ends));
        }
        // Half a bound extends up to itself.
        Ok(match ends {
            (i64::MIN, i64::MAX) => None,
            (i64::MIN, last) => Some((last, last)),
            (first, i64::MAX) => Some((first, first)),
            ends => Some(ends),
        })
    }

    fn instant(&self, member: &Member, clock: &Clock) -> Parsed<i64> {
        if let Json::Number(number) = &member.value.value
            && let Some(milliseconds) = number.as_i64()
        {
            return Ok(milliseconds);
        }
        let format = self
            .format
            .as_ref()
            .map_or_else(Format::default, ValueFormat::dates);
        let text = member.text(NAME)?;
        datemath::instant(&text, Rounding::Down, &format, clock)
            .map_err(|date| member.value.fault(date.into()))
    }
}
