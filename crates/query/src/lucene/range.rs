//! Ranges: `[a TO b]`, `{a TO b}`, mixed, and `>a`, `>=a`, `<a`, `<=a`.

use super::error::{QueryError, QueryErrorKind};
use super::parse::Parser;
use super::term::in_any;
use super::token::{Kind, Token};
use crate::ast::{Bound, Field, Query, Scalar};
use crate::datemath::{Clock, DateMathError, Format, Rounding, instant};

/// `[a TO b]` and its kin; the opening bracket is ahead.
pub(super) fn bracketed(parser: &mut Parser<'_>, fields: &[Field]) -> Result<Query, QueryError> {
    let Some(open) = parser.next() else {
        return Err(parser.unexpected(|found| QueryErrorKind::ExpectedClause { found }));
    };
    let lower = end(parser, open)?;
    if parser.take(Kind::To).is_none() {
        return Err(match parser.peek() {
            None => open.error(QueryErrorKind::UnclosedRange),
            Some(_) => parser.unexpected(|found| QueryErrorKind::ExpectedTo { found }),
        });
    }
    let upper = end(parser, open)?;
    let Some(close) = parser.take(Kind::CloseRange) else {
        return Err(match parser.peek() {
            None => open.error(QueryErrorKind::UnclosedRange),
            Some(_) => parser.unexpected(|found| QueryErrorKind::Unexpected { found }),
        });
    };
    let boost = parser.boost()?.unwrap_or(1.0);
    let clock = &parser.clock;
    in_any(parser.options, fields, |field| {
        let lower = bound(field, &lower, open.text == "[", Side::Lower, clock)?;
        let upper = bound(field, &upper, close.text == "]", Side::Upper, clock)?;
        if lower.is_none() && upper.is_none() {
            return Ok(Some(Query::Exists {
                field: field.clone(),
            }));
        }
        Ok(Some(Query::Range {
            field: field.clone(),
            lower,
            upper,
        }))
    })
    .map(|query| query.unwrap_or(Query::Nothing).times(boost))
}

/// One end with where it stands.
struct End {
    text: String,
    offset: usize,
    length: usize,
    quoted: bool,
}

fn end(parser: &mut Parser<'_>, open: Token<'_>) -> Result<End, QueryError> {
    let Some(token) = parser.peek() else {
        return Err(open.error(QueryErrorKind::UnclosedRange));
    };
    let quoted = token.kind == Kind::QuotedBound;
    if !quoted && token.kind != Kind::Bound {
        return Err(parser.unexpected(|found| QueryErrorKind::ExpectedBound { found }));
    }
    parser.next();
    let mut text = token.unescaped()?;
    if quoted {
        text = text[1..text.len() - 1].to_owned();
    }
    Ok(End {
        text,
        offset: token.offset,
        length: token.text.len(),
        quoted,
    })
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Lower,
    Upper,
}

fn bound(
    field: &Field,
    end: &End,
    inclusive: bool,
    side: Side,
    clock: &Clock,
) -> Result<Option<Bound>, QueryError> {
    if end.text == "*" && !end.quoted {
        return Ok(None);
    }
    let rounding = match (side, inclusive) {
        (Side::Lower, true) | (Side::Upper, false) => Rounding::Down,
        (Side::Lower, false) | (Side::Upper, true) => Rounding::Up,
    };
    let instant = instant_of(field, &end.text, rounding, clock).map_err(|kind| QueryError {
        kind: kind.into(),
        offset: end.offset,
        length: end.length,
    })?;
    Ok(Some(Bound {
        value: Scalar::Text(end.text.clone()),
        instant,
        inclusive,
        formatted: false,
        time_zone: Some(clock.time_zone.clone()),
    }))
}

/// The point in time that a bound means. Only of the document's time must it mean one.
fn instant_of(
    field: &Field,
    text: &str,
    rounding: Rounding,
    clock: &Clock,
) -> Result<Option<i64>, DateMathError> {
    match instant(text, rounding, &Format::default(), clock) {
        Ok(instant) => Ok(Some(instant)),
        Err(error) if is_time(field) => Err(error),
        Err(_) => Ok(None),
    }
}

/// Whether the field is the document's time.
pub(crate) fn is_time(field: &Field) -> bool {
    matches!(field, Field::Named(name) if name == "timestamp" || name == "@timestamp")
}

/// `>=5` and its kin, when the text is one.
pub(super) fn compared(
    parser: &Parser<'_>,
    fields: &[Field],
    token: Token<'_>,
    text: &str,
) -> Result<Option<Query>, QueryError> {
    let (side, inclusive, rest) = if let Some(rest) = text.strip_prefix(">=") {
        (Side::Lower, true, rest)
    } else if let Some(rest) = text.strip_prefix("<=") {
        (Side::Upper, true, rest)
    } else if let Some(rest) = text.strip_prefix('>') {
        (Side::Lower, false, rest)
    } else if let Some(rest) = text.strip_prefix('<') {
        (Side::Upper, false, rest)
    } else {
        return Ok(None);
    };
    if rest.is_empty() {
        let found = "nothing behind the comparison".to_owned();
        return Err(token.error(QueryErrorKind::ExpectedBound { found }));
    }
    let end = End {
        text: rest.to_owned(),
        offset: token.offset,
        length: token.text.len(),
        quoted: false,
    };
    in_any(parser.options, fields, |field| {
        let bound = bound(field, &end, inclusive, side, &parser.clock)?;
        let (lower, upper) = if side == Side::Lower {
            (bound, None)
        } else {
            (None, bound)
        };
        Ok(Some(Query::Range {
            field: field.clone(),
            lower,
            upper,
        }))
    })
}

/// The stretch of time that a text means, `2026-01-31` being a day.
pub(crate) fn stretch(field: &Field, text: &str, clock: &Clock) -> Result<Query, DateMathError> {
    let bound = |rounding| {
        instant(text, rounding, &Format::default(), clock).map(|instant| {
            Some(Bound {
                value: Scalar::Text(text.to_owned()),
                instant: Some(instant),
                inclusive: true,
                formatted: false,
                time_zone: Some(clock.time_zone.clone()),
            })
        })
    };
    Ok(Query::Range {
        field: field.clone(),
        lower: bound(Rounding::Down)?,
        upper: bound(Rounding::Up)?,
    })
}
