//! Calls functions: looks them up, evaluates their arguments and checks their types.

use super::ast::{Command, Operand, Place, Term};
use super::error::Failure;
use super::execute::{Run, Step};
use super::functions::{self, Parameter, Signature};
use super::value::Value;

/// Whether there is such a function.
pub fn is_known(name: &str) -> bool {
    functions::find(name).is_some()
}

/// Calls a function with the words behind it and the value that the pipeline hands on.
pub fn call(
    run: &mut Run<'_>,
    dot: &Value,
    name: &str,
    command: &Command,
    last: Option<Value>,
) -> Step<Value> {
    let place = command.words[0].place;
    let words = &command.words[1..];
    let signature = functions::find(name).expect("the parser knows all functions");
    let given = words.len() + usize::from(last.is_some());
    check_count(run, signature, words.len(), given, place)?;
    if let Some(stop_at) = signature.stops_at {
        return first_that_decides(run, dot, words, last, stop_at);
    }
    let mut arguments = Vec::with_capacity(given);
    for (position, word) in words.iter().enumerate() {
        arguments.push(argument(run, dot, word, signature.parameter(position))?);
    }
    if let Some(last) = last {
        let parameter = signature.parameter(words.len());
        arguments.push(fitted(run, last, parameter, place)?);
    }
    finish(run, signature, &arguments, command.place)
}

/// Calls a function that stands as an argument by its name alone.
pub fn without_arguments(run: &mut Run<'_>, name: &str, place: Place) -> Step<Value> {
    let signature = functions::find(name).expect("the parser knows all functions");
    check_count(run, signature, 0, 0, place)?;
    finish(run, signature, &[], place)
}

fn finish(
    run: &mut Run<'_>,
    signature: &Signature,
    arguments: &[Value],
    place: Place,
) -> Step<Value> {
    match (signature.body)(run.context, arguments) {
        Ok(value) => Ok(value),
        Err(reason) => run.fail(
            place,
            Failure::Call {
                function: signature.name.to_owned(),
                reason,
            },
        ),
    }
}

fn check_count(
    run: &Run<'_>,
    signature: &Signature,
    words: usize,
    given: usize,
    place: Place,
) -> Step<()> {
    let fixed = signature.parameters.len() - usize::from(signature.variadic);
    let (fits, wanted, got) = if signature.variadic {
        (given >= fixed, format!("at least {fixed}"), words)
    } else {
        (given == fixed, fixed.to_string(), given)
    };
    if fits {
        return Ok(());
    }
    let function = signature.name.to_owned();
    run.fail(
        place,
        Failure::ArgumentCount {
            function,
            wanted,
            got,
        },
    )
}

/// `and` and `or` evaluate no further than they have to.
fn first_that_decides(
    run: &mut Run<'_>,
    dot: &Value,
    words: &[Operand],
    last: Option<Value>,
    stop_at: bool,
) -> Step<Value> {
    let mut value = Value::Nil;
    for word in words {
        value = run.operand(dot, word)?;
        if value.is_true() == stop_at {
            return Ok(value);
        }
    }
    Ok(last.unwrap_or(value))
}

fn argument(run: &mut Run<'_>, dot: &Value, word: &Operand, parameter: Parameter) -> Step<Value> {
    let literal = match &word.term {
        Term::Nil if parameter.can_be_nil() => return Ok(Value::Nil),
        Term::Nil => {
            let expected = parameter.kind();
            return run.fail(word.place, Failure::NilArgument { expected });
        }
        Term::Bool(_) | Term::Number(_) => true,
        Term::Text(_) => parameter != Parameter::Text,
        _ => false,
    };
    if literal && parameter != Parameter::Any {
        let found = run.source(word.place).to_owned();
        let expected = parameter.kind();
        let reason = match parameter {
            Parameter::Text => Failure::WrongLiteral { expected, found },
            _ => Failure::UnfitLiteral { expected, found },
        };
        return run.fail(word.place, reason);
    }
    let value = run.operand(dot, word)?;
    fitted(run, value, parameter, word.place)
}

fn fitted(run: &Run<'_>, value: Value, parameter: Parameter, place: Place) -> Step<Value> {
    let fits = matches!(
        (parameter, &value),
        (Parameter::Any, _)
            | (Parameter::Text, Value::Text(_))
            | (Parameter::Samples, Value::Samples(_) | Value::Nil)
            | (Parameter::Sample, Value::Sample(_) | Value::Nil)
    );
    if fits {
        return Ok(value);
    }
    let reason = match value {
        Value::Nil => Failure::InvalidValue {
            expected: parameter.kind(),
        },
        other => Failure::WrongType {
            expected: parameter.kind().to_owned(),
            got: other.kind().to_owned(),
        },
    };
    run.fail(place, reason)
}
