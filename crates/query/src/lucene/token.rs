//! A query text cut into tokens, as Lucene's classic parser does it: the longest match wins.

use swarmscope_model::limits::MAX_QUERY_BYTES;

use super::error::{QueryError, QueryErrorKind};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    And,
    Or,
    Not,
    Plus,
    Minus,
    /// `+`, `-` or `!` that white space follows: searched for, not obeyed.
    BareOperator,
    OpenGroup,
    CloseGroup,
    Colon,
    /// `*` alone.
    Star,
    Caret,
    Quoted,
    Term,
    /// `~` and what follows it.
    Fuzzy,
    /// A term with one `*`, at its end.
    Prefix,
    Wildcard,
    Regexp,
    Number,
    /// `[` or `{`.
    OpenRange,
    To,
    Bound,
    QuotedBound,
    /// `]` or `}`.
    CloseRange,
}

/// A piece of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub kind: Kind,
    pub offset: usize,
    pub text: &'a str,
}

impl Token<'_> {
    /// What the token says with its escapes resolved.
    pub fn unescaped(&self) -> Result<String, QueryError> {
        unescape(self.text, self.offset)
    }

    /// An error at this token.
    pub fn error(&self, kind: QueryErrorKind) -> QueryError {
        QueryError {
            kind,
            offset: self.offset,
            length: self.text.len(),
        }
    }
}

/// Where the tokens are being read.
enum State {
    Clauses,
    Boost,
    Range,
}

/// Cuts the text into tokens.
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, QueryError> {
    if text.len() > MAX_QUERY_BYTES {
        let kind = QueryErrorKind::TooLong {
            bytes: text.len(),
            limit: MAX_QUERY_BYTES,
        };
        return Err(QueryError {
            kind,
            offset: 0,
            length: text.len(),
        });
    }
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut state = State::Clauses;
    let mut offset = 0;
    loop {
        let rest = text[offset..].trim_start_matches(is_space);
        offset = text.len() - rest.len();
        let Some(first) = rest.chars().next() else {
            break;
        };
        let (kind, length) = match state {
            State::Clauses => clause_token(rest, first).map_err(|error| error.moved(offset))?,
            State::Boost => number(rest, first, offset)?,
            State::Range => range_token(rest, first).map_err(|error| error.moved(offset))?,
        };
        state = match kind {
            Kind::Caret => State::Boost,
            Kind::OpenRange => State::Range,
            Kind::To | Kind::Bound | Kind::QuotedBound => State::Range,
            _ => State::Clauses,
        };
        found.push(Token {
            kind,
            offset,
            text: &rest[..length],
        });
        offset += length;
    }
    Ok(found)
}

impl QueryError {
    fn moved(mut self, by: usize) -> Self {
        self.offset += by;
        self
    }
}

fn is_space(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

/// Characters that end a term unless escaped.
fn is_special(character: char) -> bool {
    is_space(character)
        || matches!(
            character,
            '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '/'
        )
}

fn error(kind: QueryErrorKind, offset: usize, length: usize) -> QueryError {
    QueryError {
        kind,
        offset,
        length,
    }
}

fn clause_token(rest: &str, first: char) -> Result<(Kind, usize), QueryError> {
    let space_follows = rest[first.len_utf8()..]
        .chars()
        .next()
        .is_some_and(is_space);
    let one = |kind| Ok((kind, 1));
    match first {
        '(' => one(Kind::OpenGroup),
        ')' => one(Kind::CloseGroup),
        ':' => one(Kind::Colon),
        '^' => one(Kind::Caret),
        '[' | '{' => one(Kind::OpenRange),
        '+' | '-' | '!' if space_follows => one(Kind::BareOperator),
        '!' => one(Kind::Not),
        '+' => one(Kind::Plus),
        '-' => one(Kind::Minus),
        '"' => delimited(rest, '"')
            .map(|length| (Kind::Quoted, length))
            .ok_or_else(|| error(QueryErrorKind::UnclosedQuote, 0, rest.len())),
        '/' => delimited(rest, '/')
            .map(|length| (Kind::Regexp, length))
            .ok_or_else(|| error(QueryErrorKind::UnclosedRegexp, 0, rest.len())),
        '~' => term_length(&rest[1..]).map(|length| (Kind::Fuzzy, length + 1)),
        ']' | '}' => Err(error(
            QueryErrorKind::Unexpected {
                found: format!("'{first}'"),
            },
            0,
            1,
        )),
        _ => term(rest),
    }
}

/// The length of a run from one delimiter to the next that no backslash escapes.
fn delimited(rest: &str, delimiter: char) -> Option<usize> {
    let mut characters = rest.char_indices().skip(1);
    while let Some((offset, character)) = characters.next() {
        if character == '\\' {
            characters.next();
        } else if character == delimiter {
            return Some(offset + character.len_utf8());
        }
    }
    None
}

/// How far a term reaches; wildcards belong to it.
fn term_length(rest: &str) -> Result<usize, QueryError> {
    let mut characters = rest.char_indices();
    while let Some((offset, character)) = characters.next() {
        if character == '\\' {
            if characters.next().is_none() {
                return Err(error(QueryErrorKind::DanglingEscape, offset, 1));
            }
        } else if is_special(character) {
            return Ok(offset);
        }
    }
    Ok(rest.len())
}

fn term(rest: &str) -> Result<(Kind, usize), QueryError> {
    let length = term_length(rest)?;
    let text = &rest[..length];
    let kind = match text {
        "AND" | "&&" => Kind::And,
        "OR" | "||" => Kind::Or,
        "NOT" => Kind::Not,
        "*" => Kind::Star,
        _ => match first_wildcard(text) {
            None => Kind::Term,
            Some(offset) if offset + 1 == length && text.ends_with('*') => Kind::Prefix,
            Some(_) => Kind::Wildcard,
        },
    };
    Ok((kind, length))
}

fn first_wildcard(text: &str) -> Option<usize> {
    let mut characters = text.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => {
                characters.next();
            }
            '*' | '?' => return Some(offset),
            _ => {}
        }
    }
    None
}

fn number(rest: &str, first: char, offset: usize) -> Result<(Kind, usize), QueryError> {
    let end = rest
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rest.len());
    if rest[..end].parse::<f32>().is_ok() {
        return Ok((Kind::Number, end));
    }
    let kind = QueryErrorKind::BadBoost {
        found: format!("'{first}'"),
    };
    Err(error(kind, offset, first.len_utf8()))
}

fn range_token(rest: &str, first: char) -> Result<(Kind, usize), QueryError> {
    match first {
        ']' | '}' => Ok((Kind::CloseRange, 1)),
        '"' => delimited(rest, '"')
            .map(|length| (Kind::QuotedBound, length))
            .ok_or_else(|| error(QueryErrorKind::UnclosedQuote, 0, rest.len())),
        _ => {
            let end = rest
                .find(|character| is_space(character) || matches!(character, ']' | '}'))
                .unwrap_or(rest.len());
            Ok((
                if &rest[..end] == "TO" {
                    Kind::To
                } else {
                    Kind::Bound
                },
                end,
            ))
        }
    }
}

/// Resolves `\x` and `\u0041`.
pub(super) fn unescape(text: &str, offset: usize) -> Result<String, QueryError> {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            None => return Err(error(QueryErrorKind::DanglingEscape, offset + at, 1)),
            Some((_, 'u')) => {
                let digits = text.get(at + 2..at + 6);
                let code = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let bad = || {
                    let length = text.len().min(at + 6) - at;
                    error(QueryErrorKind::UnicodeEscape, offset + at, length)
                };
                out.push(code.and_then(char::from_u32).ok_or_else(bad)?);
                characters.nth(3);
            }
            Some((_, escaped)) => out.push(escaped),
        }
    }
    Ok(out)
}
