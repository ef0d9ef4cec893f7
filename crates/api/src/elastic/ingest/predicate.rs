//! The condition of a processor, `if`: the part of Painless that asks and changes nothing.
//!
//! Fields of `ctx` with `.`, `?.` and `[…]`, constants and lists of them, comparisons, `&&`, `||`, `!`, `instanceof`,
//! regular expressions in linear time and a fixed set of methods. There are no variables, loops, arithmetic or
//! classes: a condition looks at each of its parts once, and what is more is refused when the pipeline is set up.

mod evaluate;
mod method;
mod parse;
mod token;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::super::errors::ElasticError;
use super::draft::Draft;
use super::said::Said;
use evaluate::Evaluation;
use parse::{Node, Parser};

/// What a condition may have in it.
const SERVED: &str = "fields of ctx (ctx.a, ctx?.a, ctx['a']), texts, numbers, true, false, null and lists of these, \
                      == != < <= > >=, =~ and ==~ with /an expression/, && || ! and parentheses, instanceof, and the \
                      methods contains, containsKey, endsWith, equals, equalsIgnoreCase, get, indexOf, isEmpty, \
                      length, size, startsWith, toLowerCase, toString, toUpperCase and trim";

/// A condition that was read.
#[derive(Debug)]
pub struct Predicate {
    text: String,
    root: Node,
}

/// Why a text is no condition.
#[derive(Debug, thiserror::Error)]
enum Unread {
    #[error("{what} at byte {offset} is not served in conditions; here there are {SERVED}")]
    Unserved { what: String, offset: usize },
    #[error("the condition has more than {limit} {of}")]
    TooLarge { limit: usize, of: &'static str },
    #[error("the expression at byte {offset} is not taken: {reason}")]
    Expression { offset: usize, reason: String },
}

/// Why a condition has no answer for a document, by the exception that it is in Java.
#[derive(Debug, PartialEq, Eq)]
struct Trouble {
    kind: &'static str,
    reason: String,
}

impl Trouble {
    fn null(reason: impl Into<String>) -> Self {
        Self {
            kind: "null_pointer_exception",
            reason: reason.into(),
        }
    }

    fn class(reason: impl Into<String>) -> Self {
        Self {
            kind: "class_cast_exception",
            reason: reason.into(),
        }
    }

    fn argument(reason: impl Into<String>) -> Self {
        Self {
            kind: "illegal_argument_exception",
            reason: reason.into(),
        }
    }
}

impl Predicate {
    /// Reads what a processor says under `if`: a text, or an object with the text as its `source`.
    ///
    /// # Errors
    /// When it is no condition, or asks for what is not served here.
    pub fn read(given: &Value, said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let text = match given {
            Value::Object(script) => match script.get("lang").and_then(Value::as_str) {
                None | Some("painless") => script.get("source").and_then(Value::as_str),
                Some(_) => None,
            },
            other => other.as_str(),
        };
        let Some(text) = text else {
            return Err(said.fail("if", "has to be a condition in the language [painless]"));
        };
        let root = Parser::read(text, said)?;
        Ok(Self {
            text: text.to_owned(),
            root,
        })
    }

    /// The condition as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds for a document. Each part that is looked at is a step of the pipeline, or
    /// several where a value is long.
    ///
    /// # Errors
    /// When a value is not what the condition takes it for, or there were too many steps.
    pub fn holds(&self, draft: &mut Draft<'_>) -> Result<bool, ElasticError> {
        let evaluation = Evaluation::new(draft);
        let holds = evaluation.boolean(&self.root);
        let steps = evaluation.steps();
        draft.count_steps(steps)?;
        holds.map_err(|trouble| self.failed(&trouble))
    }

    fn failed(&self, trouble: &Trouble) -> ElasticError {
        let reason = format!("runtime error in [{}]: {}", self.text, trouble.reason);
        ElasticError::new(StatusCode::BAD_REQUEST, "script_exception", reason)
            .with("script", self.text.as_str())
            .with("lang", "painless")
            .with(
                "caused_by",
                json!({ "type": trouble.kind, "reason": trouble.reason }),
            )
    }
}

#[cfg(test)]
mod tests;
