//! What each processor does to a document.

use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_query::datemath::{self, Clock, Rounding};

use super::super::errors::ElasticError;
use super::path;
use super::processor::{DateFormat, Processor};
use super::room::{Room, check_depth};

type Document = Map<String, Value>;

impl Processor {
    /// Does it.
    ///
    /// # Errors
    /// When the document is not as the processor needs it.
    pub fn apply(
        &self,
        document: &mut Document,
        now: Timestamp,
        room: &mut Room,
    ) -> Result<(), ElasticError> {
        match self {
            Processor::Set {
                field,
                value,
                copy_from,
                replace,
            } => {
                if *replace || path::get(document, field).is_none_or(Value::is_null) {
                    set(document, field, value, copy_from.as_deref(), now, room)
                } else {
                    Ok(())
                }
            }
            Processor::Remove {
                fields,
                ignore_missing,
            } => {
                let mut gone = fields
                    .iter()
                    .map(|field| (field, path::remove(document, field)));
                match gone.find(|(_, value)| value.is_none() && !ignore_missing) {
                    Some((field, _)) => Err(absent(field)),
                    None => Ok(()),
                }
            }
            Processor::Rename {
                field,
                target,
                ignore_missing,
                replace,
            } => match path::get(document, field) {
                None if *ignore_missing => Ok(()),
                None => Err(refused(format!("field [{field}] doesn't exist"))),
                Some(_) if path::get(document, target).is_some() && !replace => {
                    Err(refused(format!("field [{target}] already exists")))
                }
                Some(_) => {
                    let value = path::remove(document, field).unwrap_or_default();
                    put(document, target, value)
                }
            },
            Processor::Text {
                change,
                field,
                target,
                ignore_missing,
            } => match path::get(document, field) {
                Some(Value::String(text)) => {
                    let changed = change(text);
                    room.take(changed.len())?;
                    put(document, target, changed.into())
                }
                None | Some(Value::Null) if *ignore_missing => Ok(()),
                None => Err(absent(field)),
                Some(_) => Err(refused(format!(
                    "field [{field}] cannot be cast to [java.lang.String]"
                ))),
            },
            Processor::Append {
                field,
                values,
                duplicates,
            } => append(document, field, values, *duplicates, now, room),
            Processor::Json { field, target } => json(document, field, target.as_deref(), room),
            Processor::Date {
                field,
                target,
                formats,
                zone,
            } => {
                let clock = Clock {
                    now,
                    time_zone: zone.clone(),
                };
                date(document, field, target, formats, &clock)
            }
        }
    }
}

fn set(
    document: &mut Document,
    field: &str,
    value: &Value,
    copy_from: Option<&str>,
    now: Timestamp,
    room: &mut Room,
) -> Result<(), ElasticError> {
    let value = match copy_from {
        Some(from) => {
            let found = path::get(document, from).ok_or_else(|| absent(from))?;
            room.take_value(found)?;
            found.clone()
        }
        None => filled_in(value, document, now, room)?,
    };
    put(document, field, value)
}

fn append(
    document: &mut Document,
    field: &str,
    values: &[Value],
    duplicates: bool,
    now: Timestamp,
    room: &mut Room,
) -> Result<(), ElasticError> {
    let mut all = match path::get(document, field) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(items)) => items.clone(),
        Some(one) => vec![one.clone()],
    };
    for value in values {
        let value = filled_in(value, document, now, room)?;
        if duplicates || !all.contains(&value) {
            all.push(value);
        }
    }
    put(document, field, all.into())
}

fn date(
    document: &mut Document,
    field: &str,
    target: &str,
    formats: &[DateFormat],
    clock: &Clock,
) -> Result<(), ElasticError> {
    let text = match path::get(document, field) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => return Err(absent(field)),
    };
    let mut read = formats
        .iter()
        .filter_map(|format| instant(&text, format, clock));
    let at = read
        .next()
        .ok_or_else(|| refused(format!("unable to parse date [{text}]")))?;
    let shown = Timestamp::from_millisecond(at).to_string();
    put(document, target, shown.into())
}

fn refused(reason: String) -> ElasticError {
    ElasticError::illegal_argument(reason)
}

fn json(
    document: &mut Map<String, Value>,
    field: &str,
    target: Option<&str>,
    room: &mut Room,
) -> Result<(), ElasticError> {
    let Some(text) = path::get(document, field).and_then(Value::as_str) else {
        return Err(absent(field));
    };
    room.take(text.len())?;
    let value: Value = serde_json::from_str(text).map_err(|error| {
        ElasticError::illegal_argument(format!("field [{field}] is no JSON: {error}"))
    })?;
    match (target, value) {
        (Some(target), value) => put(document, target, value),
        (None, Value::Object(members)) => {
            document.extend(members);
            Ok(())
        }
        (None, _) => Err(ElasticError::illegal_argument(
            "cannot add non-map fields to root of document",
        )),
    }
}

fn instant(text: &str, format: &DateFormat, clock: &Clock) -> Option<i64> {
    match format {
        DateFormat::Unix => {
            let milliseconds = text.parse::<f64>().ok()? * 1_000.0;
            (milliseconds.abs() < 1e15).then_some(milliseconds.round() as i64)
        }
        DateFormat::UnixMs => text.parse().ok(),
        DateFormat::Pattern(format) => datemath::instant(text, Rounding::Down, format, clock).ok(),
    }
}

fn put(document: &mut Map<String, Value>, field: &str, value: Value) -> Result<(), ElasticError> {
    check_depth(field, &value)?;
    path::set(document, field, value).map_err(|_| {
        ElasticError::illegal_argument(format!(
            "cannot set [{field}]: what stands on its path is no object"
        ))
    })
}

fn absent(field: &str) -> ElasticError {
    ElasticError::illegal_argument(format!(
        "field [{field}] not present as part of path [{field}]"
    ))
}

/// A text with the values of the fields that it names.
fn filled_in(
    value: &Value,
    document: &Map<String, Value>,
    now: Timestamp,
    room: &mut Room,
) -> Result<Value, ElasticError> {
    let Value::String(text) = value else {
        room.take_value(value)?;
        return Ok(value.clone());
    };
    let (mut out, mut rest) = (String::new(), text.as_str());
    let mut add = |out: &mut String, part: &str| {
        room.take(part.len())?;
        out.push_str(part);
        Ok::<(), ElasticError>(())
    };
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            break;
        };
        add(&mut out, before)?;
        let name = name.trim_matches(['{', ' ']);
        match (name, path::get(document, name)) {
            ("_ingest.timestamp", _) => add(&mut out, &now.to_string())?,
            (_, Some(Value::String(text))) => add(&mut out, text)?,
            (_, Some(Value::Null) | None) => {}
            (_, Some(other)) => add(&mut out, &other.to_string())?,
        }
        rest = behind.strip_prefix('}').unwrap_or(behind);
    }
    add(&mut out, rest)?;
    Ok(out.into())
}
