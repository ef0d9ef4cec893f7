//! Truth, comparison, length, index, slice; `args`.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::super::Context;
use super::super::compare;
use super::super::error::CallError;
use super::super::value::Value;

type Outcome = Result<Value, CallError>;

pub fn not(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    Ok(Value::Bool(!arguments[0].is_true()))
}

pub fn eq(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::equal(&arguments[0], &arguments[1..]).map(Value::Bool)
}

pub fn ne(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::equal(&arguments[0], &arguments[1..]).map(|equal| Value::Bool(!equal))
}

pub fn lt(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::less(&arguments[0], &arguments[1]).map(Value::Bool)
}

pub fn le(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::less_or_equal(&arguments[0], &arguments[1]).map(Value::Bool)
}

pub fn gt(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::less_or_equal(&arguments[0], &arguments[1]).map(|below| Value::Bool(!below))
}

pub fn ge(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    compare::less(&arguments[0], &arguments[1]).map(|below| Value::Bool(!below))
}

pub fn len(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let length = match &arguments[0] {
        Value::Text(text) => text.len(),
        Value::Labels(labels) => labels.len(),
        Value::Arguments(arguments) => arguments.len(),
        Value::Samples(samples) => samples.len(),
        Value::Nil => return Err(CallError::LengthOfNil),
        other => {
            let kind = pointee(other);
            return Err(CallError::NoLength { kind });
        }
    };
    Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
}

/// The type behind a pointer, which `len` and `index` look through.
fn pointee(value: &Value) -> String {
    value.kind().trim_start_matches('*').to_owned()
}

pub fn index(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let mut item = arguments[0].clone();
    if matches!(item, Value::Nil) {
        return Err(CallError::IndexOfNil);
    }
    for index in &arguments[1..] {
        item = match &item {
            Value::Labels(labels) => {
                let found = labels.get(key(index)?);
                Value::text(found.map_or("", String::as_str))
            }
            Value::Arguments(arguments) => {
                arguments.get(key(index)?).cloned().unwrap_or(Value::Nil)
            }
            Value::Samples(samples) => {
                let position = position(index, samples.len())?;
                let sample = samples.get(position);
                let sample = sample.ok_or(CallError::OutOfRange {
                    index: position as i64,
                })?;
                Value::Sample(Rc::clone(sample))
            }
            Value::Text(text) => {
                let position = position(index, text.len())?;
                let byte = text.as_bytes().get(position);
                Value::Int(i64::from(*byte.ok_or(CallError::OutOfRange {
                    index: position as i64,
                })?))
            }
            other => {
                let kind = pointee(other);
                return Err(CallError::NotIndexable { kind });
            }
        };
    }
    Ok(item)
}

fn key(index: &Value) -> Result<&str, CallError> {
    match index {
        Value::Text(key) => Ok(key),
        Value::Nil => Err(CallError::NilKey { wanted: "string" }),
        other => Err(CallError::KeyKind {
            got: other.kind().to_owned(),
            wanted: "string",
        }),
    }
}

fn position(index: &Value, most: usize) -> Result<usize, CallError> {
    match index {
        Value::Int(index) => usize::try_from(*index)
            .ok()
            .filter(|position| *position <= most)
            .ok_or(CallError::OutOfRange { index: *index }),
        Value::Nil => Err(CallError::NilIndex),
        other => Err(CallError::IndexKind {
            kind: other.kind().to_owned(),
        }),
    }
}

pub fn slice(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let (item, indexes) = (&arguments[0], &arguments[1..]);
    if indexes.len() > 3 {
        let count = indexes.len();
        return Err(CallError::TooManyIndexes { count });
    }
    let length = match item {
        Value::Text(_) if indexes.len() == 3 => return Err(CallError::ThreeIndexString),
        Value::Text(text) => text.len(),
        Value::Samples(samples) => samples.len(),
        Value::Nil => return Err(CallError::SliceOfNil),
        other => {
            let kind = pointee(other);
            return Err(CallError::NotSliceable { kind });
        }
    };
    let mut bounds = [0, length, length];
    for (bound, index) in bounds.iter_mut().zip(indexes) {
        *bound = position(index, length)?;
    }
    for pair in bounds.windows(2) {
        if pair[0] > pair[1] {
            let (from, to) = (pair[0], pair[1]);
            return Err(CallError::SliceOrder { from, to });
        }
    }
    let range = bounds[0]..bounds[1];
    Ok(match item {
        Value::Samples(samples) => Value::Samples(samples[range].into()),
        Value::Text(text) => Value::text(String::from_utf8_lossy(&text.as_bytes()[range])),
        other => other.clone(),
    })
}

pub fn arguments(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let named: BTreeMap<String, Value> = arguments
        .iter()
        .enumerate()
        .map(|(position, value)| (format!("arg{position}"), value.clone()))
        .collect();
    Ok(Value::Arguments(Rc::new(named)))
}
