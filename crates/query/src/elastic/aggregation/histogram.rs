//! `histogram`: counts over numbers.

use super::super::Parsed;
use super::super::error::DslErrorKind;
use super::super::json::{Member, Node};
use super::super::members::object;
use super::{Read, Reported, ValueFormat, format, substituted, terms, unsupported};
use crate::aggregate::{AggregationKind, Histogram};
use crate::ast::Scalar;

const NAME: &str = "histogram";

/// What the request says.
struct Request {
    field: Option<String>,
    found: Histogram,
    keyed: bool,
    format: Option<ValueFormat>,
    missing: Option<Scalar>,
}

impl Request {
    fn new(min_doc_count: u64) -> Self {
        Self {
            field: None,
            found: Histogram {
                field: String::new(),
                interval: 0.0,
                offset: 0.0,
                min_doc_count,
                extended_bounds: None,
                hard_bounds: None,
                order: Vec::new(),
            },
            keyed: false,
            format: None,
            missing: None,
        }
    }

    fn parameter(&mut self, member: &Member) -> Parsed<()> {
        let found = &mut self.found;
        match member.key.as_str() {
            "field" => self.field = Some(member.text(NAME)?),
            "interval" => {
                found.interval = number(member)?;
                if found.interval <= 0.0 {
                    return Err(member.bad(NAME, "[interval] must be >0 for histogram aggregation"));
                }
            }
            "offset" => found.offset = number(member)?,
            "min_doc_count" => found.min_doc_count = member.count("min_doc_count")? as u64,
            "extended_bounds" => found.extended_bounds = bounds(member, false)?,
            "hard_bounds" => found.hard_bounds = bounds(member, true)?,
            "order" => found.order = terms::order(&member.value, NAME)?,
            "keyed" => self.keyed = member.boolean(NAME)?,
            "format" => self.format = Some(format(member, NAME)?),
            "missing" => self.missing = member.value.scalar(),
            "script" => return Err(unsupported(member, "use a field")),
            _ => return Err(member.unknown_in(NAME)),
        }
        Ok(())
    }

    fn finish(mut self, node: &Node) -> Parsed<Self> {
        let field = self.field.take();
        self.found.field = field.ok_or_else(|| node.fault(DslErrorKind::NoAggregationField))?;
        if self.found.interval <= 0.0 {
            let reason = format!("interval must be positive, got: {:?}", self.found.interval);
            return Err(node.fault(DslErrorKind::ShardRefusal { reason }));
        }
        self.found.offset = self.found.offset.rem_euclid(self.found.interval);
        Ok(self)
    }
}

pub(super) fn histogram(node: &Node) -> Parsed<Read> {
    let mut request = Request::new(0);
    for member in object(node, NAME)? {
        request.parameter(member)?;
    }
    let request = request.finish(node)?;
    let kind = substituted(AggregationKind::Histogram(request.found), request.missing);
    let reported = Reported::Histogram {
        keyed: request.keyed,
        format: request.format,
    };
    Ok((kind, reported))
}

/// A source of `composite`, which has some of the parameters.
pub(super) fn source(node: &Node, members: &[&Member]) -> Parsed<(Histogram, Option<ValueFormat>)> {
    let mut request = Request::new(1);
    for member in members {
        match member.key.as_str() {
            "field" | "interval" | "format" => request.parameter(member)?,
            _ => return Err(member.unknown_in(NAME)),
        }
    }
    let request = request.finish(node)?;
    Ok((request.found, request.format))
}

/// A number that is finite.
pub(super) fn number(member: &Member) -> Parsed<f64> {
    let text = member.value.text().unwrap_or_default();
    match text.parse() {
        Ok(number) if f64::is_finite(number) => Ok(number),
        _ => Err(member.value.fault(DslErrorKind::NotANumber { given: text })),
    }
}

fn bounds(member: &Member, may_be_open: bool) -> Parsed<Option<(f64, f64)>> {
    let (mut low, mut high) = (None, None);
    for part in object(&member.value, &member.key)? {
        match part.key.as_str() {
            "min" => low = Some(number(part)?),
            "max" => high = Some(number(part)?),
            _ => return Err(part.unknown_in("bounds")),
        }
    }
    if low.is_some() || high.is_some() || may_be_open {
        let ends = match may_be_open {
            true => (
                low.unwrap_or(f64::NEG_INFINITY),
                high.unwrap_or(f64::INFINITY),
            ),
            // Half a bound extends up to itself.
            false => {
                let low_or_high = low.or(high).unwrap_or_default();
                (low.unwrap_or(low_or_high), high.unwrap_or(low_or_high))
            }
        };
        if ends.0 > ends.1 {
            return Err(member.bad(NAME, "[min] is above [max]"));
        }
        return Ok(Some(ends));
    }
    Ok(None)
}
