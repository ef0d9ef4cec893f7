//! The processors, read: `set`, `remove`, `rename`, `lowercase`, `uppercase`, `trim`, `append`, `json`, `date`.

use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use swarmscope_query::datemath::{self, Format};

use super::super::errors::ElasticError;

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
}
