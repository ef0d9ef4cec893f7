//! `range`: bounds as numbers, strings and points in time, with date math.

use jiff::tz::TimeZone;

use super::super::error::DslErrorKind;
use super::super::json::{Json, Member, Node};
use super::super::{Context, Parsed};
use super::{Said, field, said};
use crate::ast::{Bound, Field, Query, Scalar};
use crate::datemath::{self, Clock, Format, Rounding};
use crate::lucene::is_time;

/// What a clause says, before the format and time zone that may follow are known.
#[derive(Default)]
struct Bounds<'a> {
    lower: Option<&'a Member>,
    lower_inclusive: bool,
    upper: Option<&'a Member>,
    upper_inclusive: bool,
    format: Option<Format>,
    time_zone: Option<TimeZone>,
}

pub(super) fn range(node: &Node, context: &Context) -> Parsed<Query> {
    let member = field(node, "range")?;
    let Said::Parameters(members) = said(member, "range")? else {
        return Err(member.not_supported("range"));
    };
    let mut range = Bounds {
        lower_inclusive: true,
        upper_inclusive: true,
        ..Bounds::default()
    };
    for parameter in members {
        range.parameter(parameter)?;
    }
    let field = Field::from_text(&member.key);
    let lower = range.bound(&field, range.lower, range.lower_inclusive, false, context)?;
    let upper = range.bound(&field, range.upper, range.upper_inclusive, true, context)?;
    if lower.is_none() && upper.is_none() {
        return Ok(Query::Exists { field });
    }
    Ok(Query::Range {
        field,
        lower,
        upper,
    })
}

impl<'a> Bounds<'a> {
    fn parameter(&mut self, member: &'a Member) -> Parsed<()> {
        let given = (member.value.value != Json::Null).then_some(member);
        match member.key.as_str() {
            "gte" | "ge" => (self.lower, self.lower_inclusive) = (given, true),
            "gt" => (self.lower, self.lower_inclusive) = (given, false),
            "lte" | "le" => (self.upper, self.upper_inclusive) = (given, true),
            "lt" => (self.upper, self.upper_inclusive) = (given, false),
            "from" => self.lower = given,
            "to" => self.upper = given,
            "include_lower" | "includeLower" => self.lower_inclusive = member.boolean("range")?,
            "include_upper" | "includeUpper" => self.upper_inclusive = member.boolean("range")?,
            "format" => {
                let format = Format::parse(&member.text("range")?);
                self.format = Some(format.map_err(|date| member.value.fault(date.into()))?);
            }
            "time_zone" | "timeZone" => {
                let zone = datemath::time_zone(&member.text("range")?);
                self.time_zone = Some(zone.map_err(|date| member.value.fault(date.into()))?);
            }
            "relation" | "boost" | "_name" => {}
            _ => return Err(member.not_supported("range")),
        }
        Ok(())
    }

    fn bound(
        &self,
        field: &Field,
        member: Option<&Member>,
        inclusive: bool,
        is_upper: bool,
        context: &Context,
    ) -> Parsed<Option<Bound>> {
        let Some(member) = member else {
            return Ok(None);
        };
        let value = member.value.scalar().ok_or_else(|| {
            member.value.fault(DslErrorKind::Malformed {
                query: "range".to_owned(),
                expected: "VALUE_STRING",
                found: member.value.token(),
            })
        })?;
        let rounding = if inclusive == is_upper {
            Rounding::Up
        } else {
            Rounding::Down
        };
        let clock = Clock {
            now: context.now,
            time_zone: self.time_zone.clone().unwrap_or(TimeZone::UTC),
        };
        let format = self.format.clone().unwrap_or_default();
        let text = match &value {
            Scalar::Float(number) if number.fract() == 0.0 => format!("{number:.0}"),
            _ => member.value.text().unwrap_or_default(),
        };
        let instant = match datemath::instant(&text, rounding, &format, &clock) {
            Ok(instant) => Some(instant),
            Err(date) if self.format.is_some() || is_time(field) => {
                return Err(member.value.fault(date.into()));
            }
            Err(_) => None,
        };
        Ok(Some(Bound {
            value,
            instant,
            inclusive,
            formatted: self.format.is_some(),
            time_zone: self.time_zone.clone(),
        }))
    }
}
