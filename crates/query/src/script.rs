//! Expressions of `bucket_script`, `bucket_selector` and `moving_fn`: the part of Painless that computes.
//!
//! Arithmetic, comparisons, logic, `?:`, `params.x`, `Math.*` and, over a window, `MovingFunctions.*`.
//! Numbers are Java's: `7 / 2` is 3. There are no statements, loops, strings or methods: an expression
//! ends after as many steps as it has parts, and it reaches nothing but what it was given.

mod error;
mod evaluate;
mod functions;
mod moving;
mod number;
mod parse;
mod token;

#[cfg(test)]
mod tests;

use std::collections::HashMap;

pub use error::ScriptError;
pub use evaluate::{Scope, Steps};

use parse::Node;

/// What an expression computes with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Int(i32),
    Long(i64),
    Double(f64),
}

/// An expression that was read, with the parameters of its own.
#[derive(Debug, Clone)]
pub struct Script {
    source: String,
    root: Node,
    parameters: HashMap<String, Value>,
}

/// What has to come out of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Number,
    Boolean,
}

impl Script {
    /// Reads an expression.
    ///
    /// # Errors
    /// With the place where it stops being one that is served here, or when it gives something else than is
    /// wanted.
    pub fn read(
        source: &str,
        parameters: HashMap<String, Value>,
        wanted: Wanted,
        over_values: bool,
    ) -> Result<Self, ScriptError> {
        let root = parse::read(source, over_values)?;
        let misfit = match (wanted, root.is_boolean()) {
            (Wanted::Number, Some(true)) => {
                Some("Cannot cast from [boolean] to [java.lang.Number].")
            }
            (Wanted::Boolean, Some(false)) => Some("Cannot cast from [double] to [boolean]."),
            _ => None,
        };
        if let Some(reason) = misfit {
            return Err(ScriptError::misfit(source, reason));
        }
        Ok(Self {
            source: source.to_owned(),
            root,
            parameters,
        })
    }

    /// The number that comes out; `None` for null.
    ///
    /// # Errors
    /// When it computes with nothing or with what is no number, or takes too many steps.
    pub fn number(&self, scope: &Scope<'_>, steps: &mut Steps) -> Result<Option<f64>, ScriptError> {
        match self.run(scope, steps)? {
            Value::Null => Ok(None),
            Value::Boolean(_) => Err(ScriptError::cast(&self.source, "Boolean", "Number")),
            value => Ok(number::double(value)),
        }
    }

    /// Whether it holds.
    ///
    /// # Errors
    /// As of [`Script::number`], and when something else than true or false comes out.
    pub fn holds(&self, scope: &Scope<'_>, steps: &mut Steps) -> Result<bool, ScriptError> {
        match self.run(scope, steps)? {
            Value::Boolean(holds) => Ok(holds),
            _ => Err(ScriptError::cast(&self.source, "Number", "boolean")),
        }
    }

    fn run(&self, scope: &Scope<'_>, steps: &mut Steps) -> Result<Value, ScriptError> {
        evaluate::Evaluation {
            source: &self.source,
            parameters: &self.parameters,
            scope,
            steps,
        }
        .value(&self.root)
    }
}
