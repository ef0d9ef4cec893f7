//! Queries from templates, and what is done with their samples.

use std::rc::Rc;

use super::super::Context;
use super::super::error::CallError;
use super::super::value::{Sample, Value};
use super::text_at;

type Outcome = Result<Value, CallError>;

/// The label that holds a sample's text in consoles; alerts never have it.
const STRING_VALUE: &str = "__value__";

pub fn query(context: &Context<'_>, arguments: &[Value]) -> Outcome {
    let samples = (context.query)(text_at(arguments, 0)).map_err(CallError::Query)?;
    Ok(Value::Samples(samples.into_iter().map(Rc::new).collect()))
}

pub fn first(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    samples(arguments, 0)
        .first()
        .map(|sample| Value::Sample(Rc::clone(sample)))
        .ok_or(CallError::EmptyVector)
}

pub fn label(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    labelled(&arguments[1], text_at(arguments, 0))
}

pub fn string_value(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    labelled(&arguments[0], STRING_VALUE)
}

pub fn value(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    match &arguments[0] {
        Value::Sample(sample) => Ok(Value::from(&sample.value)),
        _ => Err(CallError::NilSample),
    }
}

pub fn sort_by_label(_: &Context<'_>, arguments: &[Value]) -> Outcome {
    let name = text_at(arguments, 0);
    let mut sorted = samples(arguments, 1).to_vec();
    sorted.sort_by(|a, b| a.labels.get(name).cmp(&b.labels.get(name)));
    Ok(Value::Samples(sorted.into()))
}

fn labelled(sample: &Value, name: &str) -> Outcome {
    match sample {
        Value::Sample(sample) => Ok(Value::text(
            sample.labels.get(name).map_or("", String::as_str),
        )),
        _ => Err(CallError::NilSample),
    }
}

fn samples(arguments: &[Value], position: usize) -> &[Rc<Sample>] {
    match arguments.get(position) {
        Some(Value::Samples(samples)) => samples,
        _ => &[],
    }
}
