//! Computes an expression with the numbers of one bucket.

use std::collections::HashMap;

use swarmscope_model::limits::MAX_REDUCTION_STEPS;

use super::number::{self, NoResult};
use super::parse::{Node, Operator, What};
use super::{ScriptError, Value};

/// What an expression may use besides its own parameters.
#[derive(Debug, Clone, Copy, Default)]
pub struct Scope<'a> {
    /// Names with values; they come before parameters of the same name.
    pub variables: &'a [(&'a str, f64)],
    /// The numbers of the window.
    pub values: &'a [f64],
}

/// The steps that a request may still take.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    left: u64,
}

impl Default for Steps {
    fn default() -> Self {
        Self {
            left: MAX_REDUCTION_STEPS,
        }
    }
}

impl Steps {
    /// Takes steps; `false` when there are not as many left.
    pub fn take(&mut self, steps: usize) -> bool {
        match self.left.checked_sub(steps as u64) {
            Some(left) => {
                self.left = left;
                true
            }
            None => false,
        }
    }
}

pub(super) struct Evaluation<'a> {
    pub source: &'a str,
    pub parameters: &'a HashMap<String, Value>,
    pub scope: &'a Scope<'a>,
    pub steps: &'a mut Steps,
}

impl Evaluation<'_> {
    fn fail(&self, at: usize, kind: &'static str, reason: impl Into<String>) -> ScriptError {
        ScriptError::failed(self.source, at, kind, reason)
    }

    fn take(&mut self, at: usize, steps: usize) -> Result<(), ScriptError> {
        if self.steps.take(steps) {
            return Ok(());
        }
        let reason = format!(
            "the pipeline aggregations take more than {MAX_REDUCTION_STEPS} steps; use fewer buckets or shorter \
             windows"
        );
        Err(self.fail(at, "illegal_argument_exception", reason))
    }

    /// What a part of the expression gives.
    pub fn value(&mut self, node: &Node) -> Result<Value, ScriptError> {
        self.take(node.at, 1)?;
        match &node.what {
            What::Constant(value) => Ok(*value),
            What::Parameter(name) => Ok(self.parameter(name)),
            What::Not(inner) => Ok(Value::Boolean(!self.boolean(inner)?)),
            What::Negative(inner) => {
                let value = self.value(inner)?;
                number::negative(value).ok_or_else(|| self.no_number(inner.at, value))
            }
            What::Cast(to, inner) => {
                let value = self.value(inner)?;
                number::cast(*to, value).ok_or_else(|| self.no_number(inner.at, value))
            }
            What::Binary(operator, left, right) => self.binary(node.at, *operator, left, right),
            What::Choice(condition, yes, no) => match self.boolean(condition)? {
                true => self.value(yes),
                false => self.value(no),
            },
            What::Elvis(first, other) => match self.value(first)? {
                Value::Null => self.value(other),
                value => Ok(value),
            },
            What::Call(function, arguments) => {
                let arguments = self.values(arguments)?;
                let result = function.apply(&arguments);
                result.ok_or_else(|| self.no_number(node.at, Value::Null))
            }
            What::Moving(function, arguments) => {
                self.take(node.at, self.scope.values.len())?;
                let mut numbers = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    let value = self.value(argument)?;
                    let number = number::double(value);
                    numbers.push(number.ok_or_else(|| self.no_number(argument.at, value))?);
                }
                Ok(Value::Double(function.apply(self.scope.values, &numbers)))
            }
            What::Length => Ok(Value::Int(self.scope.values.len() as i32)),
            What::Element(place) => {
                let value = self.value(place)?;
                let index = match value {
                    Value::Int(index) => usize::try_from(index).ok(),
                    _ => None,
                };
                let element = index.and_then(|index| self.scope.values.get(index));
                element.map(|number| Value::Double(*number)).ok_or_else(|| {
                    let reason = format!(
                        "Index {value:?} out of bounds for length {}",
                        self.scope.values.len()
                    );
                    self.fail(node.at, "array_index_out_of_bounds_exception", reason)
                })
            }
        }
    }

    fn values(&mut self, nodes: &[Node]) -> Result<Vec<Value>, ScriptError> {
        nodes.iter().map(|node| self.value(node)).collect()
    }

    fn parameter(&self, name: &str) -> Value {
        let mut variables = self.scope.variables.iter();
        match variables.find(|(own, _)| *own == name) {
            Some((_, value)) => Value::Double(*value),
            None => self.parameters.get(name).copied().unwrap_or(Value::Null),
        }
    }

    fn boolean(&mut self, node: &Node) -> Result<bool, ScriptError> {
        match self.value(node)? {
            Value::Boolean(value) => Ok(value),
            _ => Err(ScriptError {
                offset: node.at,
                ..ScriptError::cast(self.source, "Number", "boolean")
            }),
        }
    }

    fn no_number(&self, at: usize, value: Value) -> ScriptError {
        match value {
            Value::Null => {
                let reason = "a number is needed, but there is none: the value is null";
                self.fail(at, "null_pointer_exception", reason)
            }
            _ => ScriptError {
                offset: at,
                ..ScriptError::cast(self.source, "boolean", "Number")
            },
        }
    }

    fn binary(
        &mut self,
        at: usize,
        operator: Operator,
        left: &Node,
        right: &Node,
    ) -> Result<Value, ScriptError> {
        match operator {
            Operator::Or => return Ok(Value::Boolean(self.boolean(left)? || self.boolean(right)?)),
            Operator::And => {
                return Ok(Value::Boolean(self.boolean(left)? && self.boolean(right)?));
            }
            _ => {}
        }
        let (a, b) = (self.value(left)?, self.value(right)?);
        let misfit = || match a {
            Value::Int(_) | Value::Long(_) | Value::Double(_) => b,
            _ => a,
        };
        match operator {
            Operator::Equal => Ok(Value::Boolean(number::is_equal(a, b))),
            Operator::Unequal => Ok(Value::Boolean(!number::is_equal(a, b))),
            Operator::Less
            | Operator::LessOrEqual
            | Operator::Greater
            | Operator::GreaterOrEqual => {
                let holds = number::is_ordered(operator, a, b);
                holds
                    .map(Value::Boolean)
                    .ok_or_else(|| self.no_number(at, misfit()))
            }
            _ => number::arithmetic(operator, a, b).map_err(|error| match error {
                NoResult::DivisionByZero => self.fail(at, "arithmetic_exception", "/ by zero"),
                NoResult::NotNumbers => self.no_number(at, misfit()),
            }),
        }
    }
}
