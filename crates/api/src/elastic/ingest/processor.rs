//! The processors: `set`, `remove`, `rename`, `lowercase`, `uppercase`, `trim`, `append`, `json`, `date`.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use swarmscope_model::Timestamp;
use swarmscope_query::datemath::{self, Clock, Format, Rounding};

use super::super::errors::ElasticError;
use super::path;

/// One thing to do to a document.
#[derive(Debug)]
pub enum Processor {
    Set {
        field: String,
        /// A text may name fields in `{{ }}`.
        value: Value,
        copy_from: Option<String>,
        replace: bool,
    },
    Remove {
        fields: Vec<String>,
        ignore_missing: bool,
    },
    Rename {
        field: String,
        target: String,
        ignore_missing: bool,
        replace: bool,
    },
    /// A text becomes another.
    Text {
        change: fn(&str) -> String,
        field: String,
        target: String,
        ignore_missing: bool,
    },
    Append {
        field: String,
        values: Vec<Value>,
        duplicates: bool,
    },
    Json {
        field: String,
        /// The root of the document when there is none.
        target: Option<String>,
    },
    Date {
        field: String,
        target: String,
        formats: Vec<DateFormat>,
        zone: TimeZone,
    },
}

/// How a date is written.
#[derive(Debug)]
pub enum DateFormat {
    /// Seconds since the epoch.
    Unix,
    /// Milliseconds since the epoch.
    UnixMs,
    Pattern(Format),
}

/// What a processor says, taken key by key.
struct Said<'a> {
    kind: &'a str,
    body: Map<String, Value>,
}

impl Said<'_> {
    fn fail(&self, property: &str, reason: &str) -> ElasticError {
        ElasticError::parse(format!("[{property}] {reason}"))
            .with("processor_type", self.kind)
            .with("property_name", property)
    }

    fn optional(&mut self, key: &str) -> Result<Option<String>, ElasticError> {
        match self.body.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !is_metadata(&text) => Ok(Some(text)),
            Some(Value::String(_)) => {
                Err(self.fail(key, "cannot be metadata of the document here"))
            }
            Some(_) => Err(self.fail(key, "property isn't a string")),
        }
    }

    fn required(&mut self, key: &str) -> Result<String, ElasticError> {
        let found = self.optional(key)?;
        found.ok_or_else(|| self.fail(key, "required property is missing"))
    }

    fn switch(&mut self, key: &str, default: bool) -> Result<bool, ElasticError> {
        match self.body.remove(key) {
            None | Some(Value::Null) => Ok(default),
            Some(Value::Bool(flag)) => Ok(flag),
            Some(_) => Err(self.fail(key, "property isn't a boolean")),
        }
    }

    fn list(&mut self, key: &str) -> Result<Vec<Value>, ElasticError> {
        match self.body.remove(key) {
            None | Some(Value::Null) => Err(self.fail(key, "required property is missing")),
            Some(Value::Array(items)) => Ok(items),
            Some(one) => Ok(vec![one]),
        }
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>, ElasticError> {
        let items = self.list(key)?;
        let texts: Option<Vec<String>> = items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect();
        texts.ok_or_else(|| self.fail(key, "property isn't a list of strings"))
    }

    fn done(self, processor: Processor) -> Result<Processor, ElasticError> {
        match self.body.keys().next() {
            None => Ok(processor),
            Some(key) => Err(ElasticError::parse(format!(
                "processor [{}] doesn't support one or more provided configuration parameters [{key}]",
                self.kind
            ))
            .with("processor_type", self.kind)),
        }
    }
}

fn is_metadata(field: &str) -> bool {
    matches!(
        field,
        "_index" | "_id" | "_routing" | "_version" | "_version_type"
    )
}

impl Processor {
    /// Reads a processor.
    ///
    /// # Errors
    /// When it is malformed or none of ours.
    pub fn read(kind: &str, body: Map<String, Value>) -> Result<Self, ElasticError> {
        let mut said = Said { kind, body };
        let processor = match kind {
            "set" => Processor::Set {
                field: said.required("field")?,
                copy_from: said.optional("copy_from")?,
                value: said.body.remove("value").unwrap_or(Value::Null),
                replace: said.switch("override", true)?,
            },
            "remove" => Processor::Remove {
                fields: said.texts("field")?,
                ignore_missing: said.switch("ignore_missing", false)?,
            },
            "rename" => Processor::Rename {
                field: said.required("field")?,
                target: said.required("target_field")?,
                ignore_missing: said.switch("ignore_missing", false)?,
                replace: said.switch("override", false)?,
            },
            "lowercase" | "uppercase" | "trim" => {
                let field = said.required("field")?;
                let target = said.optional("target_field")?;
                Processor::Text {
                    change: match kind {
                        "lowercase" => |text| text.to_lowercase(),
                        "uppercase" => |text| text.to_uppercase(),
                        _ => |text| text.trim().to_owned(),
                    },
                    target: target.unwrap_or_else(|| field.clone()),
                    field,
                    ignore_missing: said.switch("ignore_missing", false)?,
                }
            }
            "append" => Processor::Append {
                field: said.required("field")?,
                values: said.list("value")?,
                duplicates: said.switch("allow_duplicates", true)?,
            },
            "json" => {
                let field = said.required("field")?;
                let target = said.optional("target_field")?;
                let target = match said.switch("add_to_root", false)? {
                    true => None,
                    false => Some(target.unwrap_or_else(|| field.clone())),
                };
                Processor::Json { field, target }
            }
            "date" => Self::date(&mut said)?,
            _ => {
                return Err(ElasticError::parse(format!(
                    "No processor type exists with name [{kind}]; here there are set, remove, rename, lowercase, \
                     uppercase, trim, append, json and date"
                ))
                .with("processor_type", kind));
            }
        };
        said.done(processor)
    }

    fn date(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let mut formats = Vec::new();
        for format in said.texts("formats")? {
            formats.push(match format.as_str() {
                "UNIX" => DateFormat::Unix,
                "UNIX_MS" => DateFormat::UnixMs,
                "ISO8601" => DateFormat::Pattern(Format::default()),
                pattern => DateFormat::Pattern(
                    Format::parse(pattern)
                        .map_err(|error| said.fail("formats", &error.to_string()))?,
                ),
            });
        }
        let zone = match said.optional("timezone")? {
            None => TimeZone::UTC,
            Some(zone) => datemath::time_zone(&zone)
                .map_err(|error| said.fail("timezone", &error.to_string()))?,
        };
        let target = said.optional("target_field")?;
        // What months are called is said in English.
        said.body.remove("locale");
        Ok(Processor::Date {
            field: said.required("field")?,
            target: target.unwrap_or_else(|| "@timestamp".to_owned()),
            formats,
            zone,
        })
    }

    /// Does it.
    ///
    /// # Errors
    /// When the document is not as the processor needs it.
    pub fn apply(
        &self,
        document: &mut Map<String, Value>,
        now: Timestamp,
    ) -> Result<(), ElasticError> {
        match self {
            Processor::Set {
                field,
                value,
                copy_from,
                replace,
            } => {
                let present = path::get(document, field).is_some_and(|value| !value.is_null());
                if present && !replace {
                    return Ok(());
                }
                let value = match copy_from {
                    Some(from) => path::get(document, from)
                        .cloned()
                        .ok_or_else(|| absent(from))?,
                    None => filled_in(value, document, now),
                };
                put(document, field, value)
            }
            Processor::Remove {
                fields,
                ignore_missing,
            } => {
                for field in fields {
                    if path::remove(document, field).is_none() && !ignore_missing {
                        return Err(absent(field));
                    }
                }
                Ok(())
            }
            Processor::Rename {
                field,
                target,
                ignore_missing,
                replace,
            } => {
                if path::get(document, field).is_none() {
                    return match ignore_missing {
                        true => Ok(()),
                        false => Err(ElasticError::illegal_argument(format!(
                            "field [{field}] doesn't exist"
                        ))),
                    };
                }
                if path::get(document, target).is_some() && !replace {
                    return Err(ElasticError::illegal_argument(format!(
                        "field [{target}] already exists"
                    )));
                }
                let value = path::remove(document, field).unwrap_or_default();
                put(document, target, value)
            }
            Processor::Text {
                change,
                field,
                target,
                ignore_missing,
            } => match path::get(document, field) {
                Some(Value::String(text)) => {
                    let changed = change(text);
                    put(document, target, changed.into())
                }
                None | Some(Value::Null) if *ignore_missing => Ok(()),
                None => Err(absent(field)),
                Some(_) => Err(ElasticError::illegal_argument(format!(
                    "field [{field}] cannot be cast to [java.lang.String]"
                ))),
            },
            Processor::Append {
                field,
                values,
                duplicates,
            } => {
                let mut all = match path::get(document, field) {
                    None | Some(Value::Null) => Vec::new(),
                    Some(Value::Array(items)) => items.clone(),
                    Some(one) => vec![one.clone()],
                };
                for value in values {
                    let value = filled_in(value, document, now);
                    if *duplicates || !all.contains(&value) {
                        all.push(value);
                    }
                }
                put(document, field, all.into())
            }
            Processor::Json { field, target } => json(document, field, target.as_deref()),
            Processor::Date {
                field,
                target,
                formats,
                zone,
            } => {
                let text = match path::get(document, field) {
                    Some(Value::String(text)) => text.clone(),
                    Some(Value::Number(number)) => number.to_string(),
                    _ => return Err(absent(field)),
                };
                let clock = Clock {
                    now,
                    time_zone: zone.clone(),
                };
                let mut read = formats
                    .iter()
                    .filter_map(|format| instant(&text, format, &clock));
                let at = read.next().ok_or_else(|| {
                    ElasticError::illegal_argument(format!("unable to parse date [{text}]"))
                })?;
                let shown = Timestamp::from_millisecond(at).to_string();
                put(document, target, shown.into())
            }
        }
    }
}

fn json(
    document: &mut Map<String, Value>,
    field: &str,
    target: Option<&str>,
) -> Result<(), ElasticError> {
    let Some(text) = path::get(document, field).and_then(Value::as_str) else {
        return Err(absent(field));
    };
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
fn filled_in(value: &Value, document: &Map<String, Value>, now: Timestamp) -> Value {
    let Value::String(text) = value else {
        return value.clone();
    };
    let (mut out, mut rest) = (String::new(), text.as_str());
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else {
            break;
        };
        out.push_str(before);
        let name = name.trim_matches(['{', ' ']);
        match (name, path::get(document, name)) {
            ("_ingest.timestamp", _) => out.push_str(&now.to_string()),
            (_, Some(Value::String(text))) => out.push_str(text),
            (_, Some(Value::Null) | None) => {}
            (_, Some(other)) => out.push_str(&other.to_string()),
        }
        rest = behind.strip_prefix('}').unwrap_or(behind);
    }
    out.push_str(rest);
    out.into()
}
