//! Lucene's regular expressions in the syntax of the regex library.
//!
//! Lucene anchors at both ends and gives `@ # & ~ < > "` meanings of their own; `^` and `$` mean
//! themselves. Complement, intersection and numeric intervals are refused, not misread.

use std::iter::Peekable;
use std::str::Chars;

use super::compile::BadQuery;

/// Appends a character that means itself.
pub(super) fn push_literal(expression: &mut String, character: char) {
    if character.is_ascii_punctuation() {
        expression.push('\\');
    }
    expression.push(character);
}

/// Translates an expression.
pub(super) fn from_lucene(pattern: &str) -> Result<String, BadQuery> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => escape(characters.next(), &mut out),
            '"' => {
                for quoted in characters.by_ref().take_while(|quoted| *quoted != '"') {
                    push_literal(&mut out, quoted);
                }
            }
            '[' => class(pattern, &mut characters, &mut out)?,
            '@' => out.push_str(".*"),
            '#' => out.push_str(r"[^\s\S]"),
            '~' => return Err(unsupported(pattern, "complement (~)")),
            '&' => return Err(unsupported(pattern, "intersection (&)")),
            '<' => return Err(unsupported(pattern, "numeric intervals (<n-m>)")),
            '(' => out.push_str("(?:"),
            '.' | '?' | '+' | '*' | '|' | ')' | '{' | '}' => out.push(character),
            literal => push_literal(&mut out, literal),
        }
    }
    Ok(out)
}

fn escape(character: Option<char>, out: &mut String) {
    match character {
        Some(class @ ('d' | 'D' | 'w' | 'W' | 's' | 'S')) => {
            out.push('\\');
            out.push(class);
        }
        Some(literal) => push_literal(out, literal),
        None => out.push_str(r"\\"),
    }
}

fn class(
    pattern: &str,
    characters: &mut Peekable<Chars<'_>>,
    out: &mut String,
) -> Result<(), BadQuery> {
    out.push('[');
    if characters.next_if_eq(&'^').is_some() {
        out.push('^');
    }
    while let Some(character) = characters.next() {
        match character {
            ']' => {
                out.push(']');
                return Ok(());
            }
            '\\' => escape(characters.next(), out),
            '-' => out.push('-'),
            literal => push_literal(out, literal),
        }
    }
    Err(unsupported(pattern, "a character class without its ']'"))
}

fn unsupported(pattern: &str, what: &'static str) -> BadQuery {
    BadQuery::Regexp {
        pattern: pattern.to_owned(),
        what,
    }
}
