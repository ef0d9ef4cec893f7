//! Regular expressions of processors: written for Java's or Oniguruma's engine, run by one that takes linear time.

use regex::{Regex, RegexBuilder};
use swarmscope_model::limits::MAX_INGEST_EXPRESSION_BYTES;

use super::super::errors::ElasticError;
use super::room::Room;

/// Why an expression is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ExpressionError {
    /// It looks around, which takes more than one pass.
    #[error("[{0}] looks around; write what stands there as a part of the expression")]
    LookAround(&'static str),
    /// It is none, or too large.
    #[error(transparent)]
    Malformed(#[from] regex::Error),
}

/// Compiles an expression.
///
/// # Errors
/// When it is none, too large, or cannot be run in linear time.
pub fn compile(expression: &str) -> Result<Regex, ExpressionError> {
    build(&translated(expression, false)?, false)
}

/// Compiles an expression as Oniguruma reads it, whose `^` and `$` are the ends of lines and whose `(?m)` lets a dot
/// match the end of a line.
///
/// # Errors
/// As [`compile`].
pub fn compile_oniguruma(expression: &str) -> Result<Regex, ExpressionError> {
    build(&translated(expression, true)?, true)
}

fn build(expression: &str, by_lines: bool) -> Result<Regex, ExpressionError> {
    let compiled = RegexBuilder::new(expression)
        .multi_line(by_lines)
        .size_limit(MAX_INGEST_EXPRESSION_BYTES)
        .dfa_size_limit(MAX_INGEST_EXPRESSION_BYTES)
        .build()?;
    Ok(compiled)
}

/// The expression with groups that never go back as plain ones: here none goes back. What is escaped, or stands in a
/// class, is no group.
fn translated(expression: &str, is_oniguruma: bool) -> Result<String, ExpressionError> {
    let mut out = String::with_capacity(expression.len());
    let mut classes = 0_usize;
    let mut rest = expression;
    while let Some(sign) = rest.chars().next() {
        let mut taken = sign.len_utf8();
        match sign {
            '\\' => taken += rest[taken..].chars().next().map_or(0, char::len_utf8),
            '[' => {
                classes += 1;
                // A bracket that comes first in a class is one of its signs.
                taken += usize::from(rest[taken..].starts_with('^'));
                taken += usize::from(rest[taken..].starts_with(']'));
            }
            ']' => classes = classes.saturating_sub(1),
            '(' if classes == 0 => {
                let around = ["(?=", "(?!", "(?<=", "(?<!"];
                if let Some(around) = around.into_iter().find(|own| rest.starts_with(own)) {
                    return Err(ExpressionError::LookAround(around));
                }
                if let Some(behind) = rest.strip_prefix("(?>") {
                    out.push_str("(?:");
                    rest = behind;
                    continue;
                }
                if let Some(flags) = flags(rest).filter(|_| is_oniguruma) {
                    out.push_str(&flags.replace('m', "s"));
                    rest = &rest[flags.len()..];
                    continue;
                }
            }
            _ => {}
        }
        out.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    Ok(out)
}

/// The flags that stand at the beginning, as in `(?i-m`.
fn flags(expression: &str) -> Option<&str> {
    let given = expression.strip_prefix("(?")?;
    let end = given.find(|sign| !matches!(sign, 'i' | 'm' | 'x' | '-'))?;
    let is_whole = given[end..].starts_with([':', ')']);
    is_whole.then(|| &expression[..2 + end])
}

/// What a match becomes, as Java writes it: `$1` and `${name}` stand for groups, `\$` for the sign.
#[derive(Debug)]
pub struct Replacement(Vec<Piece>);

#[derive(Debug)]
enum Piece {
    Text(String),
    Group(usize),
    Named(String),
}

impl Replacement {
    /// Reads one; nothing is malformed.
    pub fn read(java: &str) -> Self {
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut rest = java;
        while let Some(sign) = rest.chars().next() {
            let behind = &rest[sign.len_utf8()..];
            let digits = behind.bytes().take_while(u8::is_ascii_digit).count();
            let named = behind.strip_prefix('{').and_then(|own| own.split_once('}'));
            rest = match (sign, named) {
                ('\\', _) => {
                    let escaped = behind.chars().next().unwrap_or('\\');
                    text.push(escaped);
                    behind.get(escaped.len_utf8()..).unwrap_or_default()
                }
                ('$', Some((name, behind))) => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    pieces.push(match name.parse() {
                        Ok(group) => Piece::Group(group),
                        Err(_) => Piece::Named(name.to_owned()),
                    });
                    behind
                }
                ('$', None) if digits > 0 => {
                    pieces.push(Piece::Text(std::mem::take(&mut text)));
                    let group = behind[..digits].parse().unwrap_or(usize::MAX);
                    pieces.push(Piece::Group(group));
                    &behind[digits..]
                }
                _ => {
                    text.push(sign);
                    behind
                }
            };
        }
        pieces.push(Piece::Text(text));
        pieces.retain(|piece| !matches!(piece, Piece::Text(text) if text.is_empty()));
        Self(pieces)
    }

    /// A text with this in place of what an expression matches; the room is taken before the text grows.
    ///
    /// # Errors
    /// When there is not enough room.
    pub fn in_place_of(
        &self,
        expression: &Regex,
        text: &str,
        room: &mut Room,
    ) -> Result<String, ElasticError> {
        let (mut out, mut end) = (String::new(), 0);
        for captures in expression.captures_iter(text) {
            let Some(whole) = captures.get(0) else {
                continue;
            };
            room.take(whole.start() - end)?;
            out.push_str(&text[end..whole.start()]);
            end = whole.end();
            for piece in &self.0 {
                let found = match piece {
                    Piece::Text(text) => text,
                    Piece::Group(group) => captures.get(*group).map_or("", |own| own.as_str()),
                    Piece::Named(name) => captures.name(name).map_or("", |own| own.as_str()),
                };
                // A group that is empty takes time, if no room.
                room.take(found.len().max(1))?;
                out.push_str(found);
            }
        }
        room.take(text.len() - end)?;
        out.push_str(&text[end..]);
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_around_is_refused_and_what_is_escaped_is_not() {
        for expression in ["a(?=b)", "(?<!x)y", r"\\(?!z)"] {
            assert!(matches!(
                compile(expression),
                Err(ExpressionError::LookAround(_))
            ));
        }
        assert!(compile(r"\(?!z").is_ok());
        assert!(compile("(?>a|b)+").is_ok_and(|expression| expression.is_match("ab")));
        let matches = |expression: &str, text: &str| {
            compile(expression).is_ok_and(|expression| expression.is_match(text))
        };
        // What is escaped or in a class is no group.
        assert!(matches(r"^\(?>$", "(>") && matches(r"^\(?>$", ">"));
        assert!(matches("^[(?>]+$", "(?>") && !matches("^[(?>]+$", ":"));
        assert!(matches("^[](?=]+$", "](?="));
    }

    #[test]
    fn a_dot_of_oniguruma_goes_over_lines_with_its_flag_m() {
        let matches = |expression: &str, text: &str| {
            compile_oniguruma(expression).is_ok_and(|expression| expression.is_match(text))
        };
        assert!(matches("(?m)a.b", "a\nb") && matches("(?mi:A.B)", "a\nb"));
        assert!(!matches("a.b", "a\nb") && !matches("(?m-m:a.b)", "a\nb"));
        assert!(matches("^[(?m)]$", "m"));
        // The ends of lines, unless they are called those of the text.
        assert!(matches("^b$", "a\nb\nc") && !matches(r"\Ab$", "a\nb"));
        assert!(!compile("^b$").is_ok_and(|java| java.is_match("a\nb\nc")));
        assert!(!compile("(?m)a.b").is_ok_and(|java| java.is_match("a\nb")));
    }

    #[test]
    fn an_expression_that_needs_much_memory_is_refused() {
        assert!(matches!(
            compile(r"(?:\w{1000}){1000}"),
            Err(ExpressionError::Malformed(regex::Error::CompiledTooBig(_)))
        ));
    }

    #[test]
    fn replacements_are_read_as_java_does() {
        let pair = compile("(?P<first>a)(b)").expect("an expression");
        let replaced = |java: &str| {
            let replacement = Replacement::read(java);
            let replaced = replacement.in_place_of(&pair, "xabx", &mut Room::default());
            replaced.map_err(|error| error.reason().to_owned())
        };
        for (java, expected) in [
            ("$2$1", "xbax"),
            (r"\$1", "x$1x"),
            ("$1b", "xabx"),
            (r"\\", r"x\x"),
            ("", "xx"),
            ("${first}${2}$9$", "xab$x"),
        ] {
            assert_eq!(replaced(java), Ok(expected.to_owned()), "{java}");
        }
    }

    #[test]
    fn a_text_that_grows_takes_its_room_match_by_match() {
        let any = compile("(.)").expect("an expression");
        let grown = |by: &str, room: usize| {
            let mut room = Room::new(room, "");
            let replacement = Replacement::read(by);
            replacement.in_place_of(&any, "abcd", &mut room).is_ok()
        };
        assert!(grown("$1$1$1", 12) && !grown("$1$1$1", 11));
        assert!(grown("xyz", 12) && !grown("xyz", 11));
    }
}
