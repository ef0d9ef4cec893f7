//! The leaves: words, phrases, wildcards, regular expressions and fuzzy words.

use super::error::{QueryError, QueryErrorKind};
use super::parse::Parser;
use super::range::{compared, is_time, stretch};
use super::token::{Kind, Token};
use super::words::{in_a_row, is_split, is_whole, matching};
use super::{Options, Split};
use crate::analysis::words;
use crate::ast::{Case, Field, Operator, Query};

/// The same clause in any of the fields.
pub(super) fn in_any(
    options: &Options,
    fields: &[Field],
    mut clause: impl FnMut(&Field) -> Result<Option<Query>, QueryError>,
) -> Result<Option<Query>, QueryError> {
    let mut found = Vec::with_capacity(fields.len());
    for (at, field) in fields.iter().enumerate() {
        let own = clause(field)?;
        found.extend(own.map(|query| query.times(options.boost(fields, at))));
    }
    Ok(if found.is_empty() {
        None
    } else {
        Some(Query::best_of(found, options.tie_breaker))
    })
}

/// A term with what may follow it; the term is ahead.
pub(super) fn term(parser: &mut Parser<'_>, fields: &[Field]) -> Result<Option<Query>, QueryError> {
    let Some(token) = parser.next() else {
        return Err(parser.unexpected(|found| QueryErrorKind::ExpectedClause { found }));
    };
    let before = parser.boost()?;
    let fuzzy = parser.take(Kind::Fuzzy);
    let boost = match before {
        Some(_) => before,
        None => parser.boost()?,
    };
    let found = unboosted(parser, fields, token, fuzzy)?;
    Ok(found.map(|query| query.times(boost.unwrap_or(1.0))))
}

fn unboosted(
    parser: &mut Parser<'_>,
    fields: &[Field],
    token: Token<'_>,
    fuzzy: Option<Token<'_>>,
) -> Result<Option<Query>, QueryError> {
    match token.kind {
        Kind::Star => return in_any(parser.options, fields, |field| Ok(Some(any_value(field)))),
        Kind::Prefix | Kind::Wildcard => {
            if !parser.options.leading_wildcards && token.text.starts_with(['*', '?']) {
                return Err(token.error(QueryErrorKind::LeadingWildcard));
            }
            return in_any(parser.options, fields, |field| {
                wildcard(field, token).map(Some)
            });
        }
        Kind::Regexp => {
            // Only the delimiter is unescaped: every other backslash is the expression's own.
            let pattern = token.text[1..token.text.len() - 1].replace("\\/", "/");
            return in_any(parser.options, fields, |field| {
                let (field, pattern) = (field.clone(), pattern.clone());
                Ok(Some(Query::Regexp {
                    field,
                    pattern,
                    case: Case::AsGiven,
                }))
            });
        }
        _ => {}
    }
    let text = match token.kind {
        Kind::BareOperator => token.text.chars().take(1).collect(),
        _ => token.unescaped()?,
    };
    if let Some(fuzzy) = fuzzy {
        let distance = distance(fuzzy, &text)?;
        let prefix = parser.options.fuzzy_prefix;
        return in_any(parser.options, fields, |field| {
            Ok(Some(fuzzy_word(field, &text, distance, prefix)))
        });
    }
    if let Some(query) = compared(parser, fields, token, &text)? {
        return Ok(Some(query));
    }
    in_any(parser.options, fields, |field| {
        if is_id(field) {
            return Ok(Some(Query::Ids(vec![text.clone()])));
        }
        word(field, &text, parser.options).map_err(|date| token.error(date.into()))
    })
}

/// Whether it is the document's own id, which is compared as a whole.
fn is_id(field: &Field) -> bool {
    matches!(field, Field::Named(name) if name == "_id")
}

/// `"…"` with what may follow it; the quoted text is ahead.
pub(super) fn phrase(
    parser: &mut Parser<'_>,
    fields: &[Field],
) -> Result<Option<Query>, QueryError> {
    let Some(token) = parser.next() else {
        return Err(parser.unexpected(|found| QueryErrorKind::ExpectedClause { found }));
    };
    let before = parser.boost()?;
    let slop = (parser.take(Kind::Fuzzy)).map_or(parser.options.phrase_slop, slop);
    let boost = match before {
        Some(_) => before,
        None => parser.boost()?,
    };
    let quoted = token.unescaped()?;
    let text = quoted[1..quoted.len() - 1].to_owned();
    let suffix = parser.options.quoted_suffix.as_deref().unwrap_or_default();
    let suffixed = |field: &Field| match field {
        Field::Named(name) if !name.ends_with(suffix) => Field::Named(format!("{name}{suffix}")),
        field => field.clone(),
    };
    let found = in_any(parser.options, fields, |field| {
        let field = &suffixed(field);
        if is_id(field) {
            return Ok(Some(Query::Ids(vec![text.clone()])));
        }
        if is_time(field) {
            return stretch(field, &text, &parser.clock)
                .map(Some)
                .map_err(|date| token.error(date.into()));
        }
        if words(&text).next().is_none() && !is_whole(field) {
            return Ok(None);
        }
        Ok(Some(Query::Phrase {
            field: field.clone(),
            text: text.clone(),
            slop,
            prefix: false,
        }))
    })?;
    Ok(found.map(|query| query.times(boost.unwrap_or(1.0))))
}

/// Bare words as one phrase, in any of the fields.
pub(super) fn in_a_phrase(
    fields: &[Field],
    text: &str,
    options: &Options,
) -> Result<Option<Query>, QueryError> {
    let is_empty = words(text).next().is_none();
    let phrase = |field: &Field| Query::Phrase {
        field: field.clone(),
        text: text.to_owned(),
        slop: options.phrase_slop,
        prefix: false,
    };
    in_any(options, fields, |field| {
        Ok((!is_empty).then(|| phrase(field)))
    })
}

/// A bare word among others, in any of the fields. `None` when it has no words at all.
pub(super) fn words_of(
    fields: &[Field],
    text: &str,
    options: &Options,
) -> Result<Option<Query>, QueryError> {
    in_any(options, fields, |field| Ok(plain(field, text, options)))
}

/// Any of bare words side by side: the field that has the best of them counts.
pub(super) fn text_of(
    fields: &[Field],
    texts: &[String],
    options: &Options,
) -> Result<Option<Query>, QueryError> {
    in_any(options, fields, |field| {
        let own = texts.iter().filter_map(|text| plain(field, text, options));
        let own: Vec<Query> = own.collect();
        Ok((!own.is_empty()).then(|| Query::any_of(own)))
    })
}

fn word(
    field: &Field,
    text: &str,
    options: &Options,
) -> Result<Option<Query>, crate::datemath::DateMathError> {
    if is_time(field) {
        return stretch(field, text, &options.clock()).map(Some);
    }
    Ok(plain(field, text, options))
}

fn plain(field: &Field, text: &str, options: &Options) -> Option<Query> {
    if is_whole(field) {
        let operator = Operator::Or;
        return Some(Query::Match {
            field: field.clone(),
            text: text.to_owned(),
            operator,
            minimum: None,
        });
    }
    words(text).next()?;
    Some(match options.split {
        Split::InARow if is_split(text) => in_a_row(field, text),
        _ => matching(field, text, options.default_operator, None),
    })
}

/// `*` alone: everything, or everything with the field.
fn any_value(field: &Field) -> Query {
    match field {
        Field::Any => Query::All,
        field => Query::Exists {
            field: field.clone(),
        },
    }
}

fn wildcard(field: &Field, token: Token<'_>) -> Result<Query, QueryError> {
    let field = field.clone();
    if token.text.bytes().all(|byte| byte == b'*') {
        return Ok(any_value(&field));
    }
    if token.kind == Kind::Wildcard {
        let pattern = token.text.to_owned();
        return Ok(Query::Wildcard {
            field,
            pattern,
            case: Case::Analyzed,
        });
    }
    let beginning = Token {
        text: &token.text[..token.text.len() - 1],
        ..token
    };
    let value = beginning.unescaped()?;
    let one_word = value.chars().all(crate::analysis::is_word_character) && !is_split(&value);
    Ok(
        if one_word || is_whole(&field) || words(&value).next().is_none() {
            Query::Prefix {
                field,
                value,
                case: Case::Analyzed,
            }
        } else {
            Query::Phrase {
                field,
                text: value,
                slop: 0,
                prefix: true,
            }
        },
    )
}

fn fuzzy_word(field: &Field, text: &str, distance: u8, prefix: u32) -> Query {
    let value = if is_whole(field) {
        text.to_owned()
    } else {
        text.to_lowercase()
    };
    Query::Fuzzy {
        field: field.clone(),
        value,
        distance,
        prefix,
    }
}

/// The edits that `~`, `~1` allow; without a number the word's length decides.
fn distance(fuzzy: Token<'_>, word: &str) -> Result<u8, QueryError> {
    match &fuzzy.text[1..] {
        "" => Ok(match word.chars().count() {
            0..=2 => 0,
            3..=5 => 1,
            _ => 2,
        }),
        "0" | "0.0" => Ok(0),
        "1" | "1.0" => Ok(1),
        "2" | "2.0" => Ok(2),
        given => {
            let given = given.to_owned();
            Err(fuzzy.error(QueryErrorKind::BadFuzziness { given }))
        }
    }
}

/// How many moves a phrase allows; what is no number allows none, as in Lucene.
fn slop(fuzzy: Token<'_>) -> u32 {
    fuzzy.text[1..]
        .parse::<f32>()
        .map_or(0, |moves| moves as u32)
}
