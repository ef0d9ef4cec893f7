//! Lucene's regular expressions in the syntax of the regex library.
//!
//! Lucene anchors at both ends and gives `@ # & ~ < > "` meanings of their own; `^` and `$` mean
//! themselves. Complement and intersection are refused, not misread.

use std::iter::Peekable;
use std::str::Chars;

use swarmscope_model::limits::MAX_REGEXP_INTERVAL;

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
            '<' => interval(pattern, &mut characters, &mut out)?,
            '(' => out.push_str("(?:"),
            '{' => {
                out.push('{');
                let counts = characters.by_ref().take_while(|count| *count != '}');
                out.extend(counts.filter(|count| !count.is_whitespace()));
                out.push('}');
            }
            '.' | '?' | '+' | '*' | '|' | ')' | '}' => out.push(character),
            literal => push_literal(&mut out, literal),
        }
    }
    Ok(out)
}

/// `<n-m>`: the numbers between, both included, with as many digits as stand there.
fn interval(
    pattern: &str,
    characters: &mut Peekable<Chars<'_>>,
    out: &mut String,
) -> Result<(), BadQuery> {
    let inner: String = characters
        .by_ref()
        .take_while(|next| *next != '>')
        .collect();
    let ends = inner.split_once('-');
    let read = |text: &str| text.parse::<u64>().ok();
    let bounds = ends.and_then(|(first, last)| Some((read(first)?, read(last)?, first, last)));
    let Some((first, last, first_digits, last_digits)) = bounds else {
        return Err(unsupported(pattern, "an interval that is not <n-m>"));
    };
    let (least, most) = (first.min(last), first.max(last));
    if most - least >= MAX_REGEXP_INTERVAL {
        return Err(unsupported(
            pattern,
            "an interval of more than 1000 numbers",
        ));
    }
    let width = match first_digits.len() == last_digits.len() {
        true => first_digits.len(),
        false => 0,
    };
    let numbers: Vec<String> = (least..=most).map(|n| format!("{n:0width$}")).collect();
    out.push_str("(?:");
    out.push_str(&numbers.join("|"));
    out.push(')');
    Ok(())
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
