//! What a value behind a field means: words, a phrase, a pattern, a stretch of time, a range.

use super::error::{KqlError, KqlErrorKind};
use super::scan::{Literal, Piece, Scanner};
use crate::ast::{Bound, Case, Field, Operator, Query, Scalar};
use crate::datemath::{Clock, DateMathError, Format, Rounding, instant};
use crate::lucene::{is_time, is_whole, matching, stretch};

/// How a field is compared with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    is_lower: bool,
    inclusive: bool,
}

impl Comparison {
    /// Takes `>=`, `>`, `<=` or `<`, if one is next.
    pub fn take(scanner: &mut Scanner<'_>) -> Option<Self> {
        let signs = [
            (">=", true, true),
            (">", true, false),
            ("<=", false, true),
            ("<", false, false),
        ];
        let (_, is_lower, inclusive) = signs.into_iter().find(|(sign, ..)| scanner.take(sign))?;
        Some(Self {
            is_lower,
            inclusive,
        })
    }
}

/// `field > value` and its kin.
pub fn range(
    field: &Field,
    comparison: Comparison,
    literal: &Literal,
    clock: &Clock,
) -> Result<Query, KqlError> {
    let text = literal.text();
    let Comparison {
        is_lower,
        inclusive,
    } = comparison;
    let rounding = match is_lower == inclusive {
        true => Rounding::Down,
        false => Rounding::Up,
    };
    let instant = match instant(&text, rounding, &Format::default(), clock) {
        Ok(instant) => Some(instant),
        // Only of the document's time must it mean one.
        Err(error) if is_time(field) => return Err(dated(literal, error)),
        Err(_) => None,
    };
    let bound = Some(Bound {
        value: Scalar::Text(text),
        instant,
        inclusive,
        formatted: false,
        time_zone: None,
    });
    let (lower, upper) = match is_lower {
        true => (bound, None),
        false => (None, bound),
    };
    Ok(Query::Range {
        field: field.clone(),
        lower,
        upper,
    })
}

/// `field: value`.
pub fn value(field: &Field, literal: &Literal, clock: &Clock) -> Result<Query, KqlError> {
    if literal.is_any() && !literal.quoted {
        return Ok(match field {
            Field::Any => Query::All,
            field => Query::Exists {
                field: field.clone(),
            },
        });
    }
    let text = literal.text();
    if is_time(field) && !literal.has_wildcard() {
        return stretch(field, &text, clock).map_err(|error| dated(literal, error));
    }
    if literal.quoted {
        return Ok(Query::Phrase {
            field: field.clone(),
            text,
            slop: 0,
            prefix: false,
        });
    }
    if !literal.has_wildcard() {
        return Ok(words(field, &text));
    }
    if is_whole(field) {
        return Ok(pattern(field, &literal.pieces));
    }
    let parts = literal
        .pieces
        .split(|piece| matches!(piece, Piece::Plain(character) if character.is_whitespace()));
    let parts =
        parts
            .filter(|part| !part.is_empty())
            .map(|part| match part.contains(&Piece::Any) {
                true => pattern(field, part),
                false => words(field, &plain(part)),
            });
    Ok(Query::any_of(parts.collect()))
}

/// Any of the words; of a whole string, the string.
fn words(field: &Field, text: &str) -> Query {
    match is_whole(field) {
        true => Query::Match {
            field: field.clone(),
            text: text.to_owned(),
            operator: Operator::Or,
            minimum: None,
        },
        false => matching(field, text, Operator::Or, None),
    }
}

fn plain(pieces: &[Piece]) -> String {
    let plain = pieces.iter().filter_map(|piece| match piece {
        Piece::Plain(character) => Some(*character),
        Piece::Any => None,
    });
    plain.collect()
}

fn pattern(field: &Field, pieces: &[Piece]) -> Query {
    let mut pattern = String::new();
    for piece in pieces {
        match piece {
            Piece::Any => pattern.push('*'),
            Piece::Plain(special @ ('*' | '?' | '\\')) => pattern.extend(['\\', *special]),
            Piece::Plain(character) => pattern.push(*character),
        }
    }
    Query::Wildcard {
        field: field.clone(),
        pattern,
        case: Case::Analyzed,
    }
}

fn dated(literal: &Literal, error: DateMathError) -> KqlError {
    KqlError {
        kind: KqlErrorKind::Date(error),
        offset: literal.offset,
    }
}
