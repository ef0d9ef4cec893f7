//! Regular expressions of processors: written for Java's or Oniguruma's engine, run by one that takes linear time.

use regex::{Regex, RegexBuilder};
use swarmscope_model::limits::MAX_INGEST_EXPRESSION_BYTES;

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
    for around in ["(?=", "(?!", "(?<=", "(?<!"] {
        if contains_unescaped(expression, around) {
            return Err(ExpressionError::LookAround(around));
        }
    }
    let compiled = RegexBuilder::new(&expression.replace("(?>", "(?:"))
        .size_limit(MAX_INGEST_EXPRESSION_BYTES)
        .dfa_size_limit(MAX_INGEST_EXPRESSION_BYTES)
        .build()?;
    Ok(compiled)
}

fn contains_unescaped(expression: &str, part: &str) -> bool {
    let mut at = expression.match_indices(part);
    at.any(|(at, _)| {
        let before = expression[..at].bytes().rev();
        before.take_while(|&byte| byte == b'\\').count() % 2 == 0
    })
}

/// A replacement as Java writes it (`$1`, `\$`) as ours (`${1}`, `$$`).
pub fn replacement(java: &str) -> String {
    let mut out = String::with_capacity(java.len());
    let mut characters = java.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('$') => out.push_str("$$"),
                Some(escaped) => out.push(escaped),
                None => out.push('\\'),
            },
            '$' if characters.peek() == Some(&'{') => out.push('$'),
            '$' => {
                let mut group = String::new();
                while let Some(digit) = characters.next_if(char::is_ascii_digit) {
                    group.push(digit);
                }
                match group.is_empty() {
                    true => out.push_str("$$"),
                    false => out.push_str(&format!("${{{group}}}")),
                }
            }
            other => out.push(other),
        }
    }
    out
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
        let dashes = compile("(a)(b)").expect("an expression");
        let replaced = |java: &str| dashes.replace_all("xabx", replacement(java)).into_owned();
        assert_eq!(replaced("$2$1"), "xbax");
        assert_eq!(replaced(r"\$1"), "x$1x");
        assert_eq!(replaced("$1b"), "xabx");
        assert_eq!(replaced(r"\\"), r"x\x");
    }
}
