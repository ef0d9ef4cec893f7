//! `range` and `date_range`: a bucket for each range of numbers or of points in time.

use jiff::tz::TimeZone;
use swarmscope_model::limits::MAX_CLAUSES;

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::members::object;
use super::super::{Context, Parsed};
use super::histogram::number;
use super::{Read, Reported, ValueFormat, format, missing_number, substituted, unsupported};
use crate::aggregate::{AggregationKind, HalfOpen};
use crate::ast::Scalar;
use crate::datemath::{self, Clock, Format, Rounding};

/// What is told of a range besides what it counts.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedRange {
    /// The caller's name for it.
    pub key: Option<String>,
    pub from: Option<f64>,
    pub to: Option<f64>,
}

/// What the request says, before the format and time zone that may follow are known.
struct Request<'a> {
    kind: &'static str,
    field: Option<String>,
    ranges: &'a [Node],
    keyed: bool,
    format: Option<ValueFormat>,
    time_zone: TimeZone,
    missing: Option<Scalar>,
}

impl<'a> Request<'a> {
    fn read(node: &'a Node, kind: &'static str) -> Parsed<Self> {
        let mut request = Self {
            kind,
            field: None,
            ranges: &[],
            keyed: false,
            format: None,
            time_zone: TimeZone::UTC,
            missing: None,
        };
        for member in object(node, kind)? {
            match (member.key.as_str(), &member.value.value) {
                ("field", _) => request.field = Some(member.text(kind)?),
                ("ranges", Json::Array(items)) if items.len() <= MAX_CLAUSES => {
                    request.ranges = items;
                }
                ("ranges", _) => {
                    let reason = format!("expected an array of up to {MAX_CLAUSES} ranges");
                    return Err(member.bad(kind, reason));
                }
                ("keyed", _) => request.keyed = member.boolean(kind)?,
                ("format", _) => request.format = Some(format(member, kind)?),
                ("time_zone", _) if kind == "date_range" => {
                    let zone = datemath::time_zone(&member.text(kind)?);
                    request.time_zone = zone.map_err(|date| member.value.fault(date.into()))?;
                }
                ("missing", _) => request.missing = missing_number(member, kind)?,
                ("script", _) => return Err(unsupported(member, "use a field")),
                _ => return Err(member.unknown_in(kind)),
            }
        }
        if request.ranges.is_empty() {
            return Err(node.fault(DslErrorKind::NoRanges { kind }));
        }
        Ok(request)
    }

    /// The ranges, by their beginnings and then by their ends.
    fn ranges(&self, end: impl Fn(&Member) -> Parsed<f64>) -> Parsed<Vec<NamedRange>> {
        let mut found = Vec::with_capacity(self.ranges.len());
        for range in self.ranges {
            let mut named = NamedRange {
                key: None,
                from: None,
                to: None,
            };
            for member in object(range, self.kind)? {
                match member.key.as_str() {
                    "key" => named.key = Some(member.text(self.kind)?),
                    "from" | "to" if member.value.value == Json::Null => {}
                    "from" => named.from = Some(end(member)?),
                    "to" => named.to = Some(end(member)?),
                    _ => return Err(member.unknown_in(self.kind)),
                }
            }
            found.push(named);
        }
        found.sort_by(|a, b| {
            let from = |range: &NamedRange| range.from.unwrap_or(f64::NEG_INFINITY);
            let to = |range: &NamedRange| range.to.unwrap_or(f64::INFINITY);
            from(a)
                .total_cmp(&from(b))
                .then_with(|| to(a).total_cmp(&to(b)))
        });
        Ok(found)
    }

    fn field(&mut self, node: &Node) -> Parsed<String> {
        let field = self.field.take();
        field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))
    }
}

pub(super) fn range(node: &Node) -> Parsed<Read> {
    let mut request = Request::read(node, "range")?;
    let named = request.ranges(number)?;
    let ranges = named.iter().map(|range| HalfOpen {
        from: range.from,
        to: range.to,
    });
    let kind = AggregationKind::Range {
        field: request.field(node)?,
        ranges: ranges.collect(),
    };
    let reported = Reported::Range {
        ranges: named,
        keyed: request.keyed,
        format: request.format,
    };
    Ok((substituted(kind, request.missing), reported))
}

pub(super) fn date_range(node: &Node, context: &Context) -> Parsed<Read> {
    let mut request = Request::read(node, "date_range")?;
    let clock = Clock {
        now: context.now,
        time_zone: request.time_zone.clone(),
    };
    let shown = request
        .format
        .as_ref()
        .map_or_else(Format::default, ValueFormat::dates);
    let named = request.ranges(|member| match &member.value.value {
        Json::Number(_) => number(member),
        _ => datemath::instant(&member.text("date_range")?, Rounding::Down, &shown, &clock)
            .map(|instant| instant as f64)
            .map_err(|date| member.value.fault(date.into())),
    })?;
    let ranges = named.iter().map(|range| HalfOpen {
        from: range.from.map(|from| from as i64),
        to: range.to.map(|to| to as i64),
    });
    let kind = AggregationKind::DateRange {
        field: request.field(node)?,
        ranges: ranges.collect(),
    };
    let reported = Reported::DateRange {
        ranges: named,
        keyed: request.keyed,
        format: request.format,
        time_zone: request.time_zone,
    };
    Ok((substituted(kind, request.missing), reported))
}
