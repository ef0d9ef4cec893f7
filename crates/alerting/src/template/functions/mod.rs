//! The functions that templates call: Go's own and Prometheus's.
//!
//! `tmpl` is not among them: Prometheus has it in its consoles, not in alerts, and refuses it there.

mod general;
mod humanize;
mod samples;
mod text;
mod time;

use super::Context;
use super::error::{CallError, Failure};
use super::value::Value;

pub use text::table_path;
pub use time::{duration_text, method, time_text};

/// What an argument has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameter {
    Any,
    Text,
    /// What `query` gives.
    Samples,
    /// One of them.
    Sample,
}

impl Parameter {
    /// The name of its type in Go.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Any => "interface {}",
            Self::Text => "string",
            Self::Samples => "template.queryResult",
            Self::Sample => "*template.sample",
        }
    }

    /// Whether `nil` is one.
    pub fn can_be_nil(self) -> bool {
        self != Self::Text
    }
}

type Body = fn(&Context<'_>, &[Value]) -> Result<Value, CallError>;

/// A function and what it takes. The arguments that its body sees have been checked.
pub struct Signature {
    pub name: &'static str,
    pub parameters: &'static [Parameter],
    /// The last parameter may be there any number of times.
    pub variadic: bool,
    /// `and` and `or`: the truth at which they look no further. Their body is never called.
    pub stops_at: Option<bool>,
    pub body: Body,
}

impl Signature {
    /// The parameter of the argument at a position.
    pub fn parameter(&self, position: usize) -> Parameter {
        let last = self.parameters.len().saturating_sub(1);
        self.parameters
            .get(position.min(last))
            .copied()
            .unwrap_or(Parameter::Any)
    }
}

const fn fixed(name: &'static str, parameters: &'static [Parameter], body: Body) -> Signature {
    Signature {
        name,
        parameters,
        variadic: false,
        stops_at: None,
        body,
    }
}

const fn variadic(name: &'static str, parameters: &'static [Parameter], body: Body) -> Signature {
    Signature {
        name,
        parameters,
        variadic: true,
        stops_at: None,
        body,
    }
}

const fn logic(name: &'static str, stops_at: bool) -> Signature {
    Signature {
        name,
        parameters: &[Parameter::Any, Parameter::Any],
        variadic: true,
        stops_at: Some(stops_at),
        body: |_, _| Ok(Value::Nil),
    }
}

use Parameter::{Any, Sample, Samples, Text};

const SIGNATURES: &[Signature] = &[
    // Go's.
    logic("and", false),
    logic("or", true),
    fixed("not", &[Any], general::not),
    variadic("eq", &[Any, Any], general::eq),
    fixed("ne", &[Any, Any], general::ne),
    fixed("lt", &[Any, Any], general::lt),
    fixed("le", &[Any, Any], general::le),
    fixed("gt", &[Any, Any], general::gt),
    fixed("ge", &[Any, Any], general::ge),
    fixed("len", &[Any], general::len),
    variadic("index", &[Any, Any], general::index),
    variadic("slice", &[Any, Any], general::slice),
    variadic("print", &[Any], text::print),
    variadic("printf", &[Text, Any], text::printf),
    variadic("println", &[Any], text::println),
    variadic("html", &[Any], text::html),
    variadic("urlquery", &[Any], text::url_query),
    // Prometheus's.
    fixed("query", &[Text], samples::query),
    fixed("first", &[Samples], samples::first),
    fixed("label", &[Text, Sample], samples::label),
    fixed("value", &[Sample], samples::value),
    fixed("strvalue", &[Sample], samples::string_value),
    fixed("sortByLabel", &[Text, Samples], samples::sort_by_label),
    variadic("args", &[Any], general::arguments),
    fixed("humanize", &[Any], humanize::humanize),
    fixed("humanize1024", &[Any], humanize::humanize_1024),
    fixed("humanizeDuration", &[Any], humanize::duration),
    fixed("humanizePercentage", &[Any], humanize::percentage),
    fixed("humanizeTimestamp", &[Any], time::humanize),
    fixed("toTime", &[Any], time::to_time),
    fixed("toDuration", &[Any], time::to_duration),
    fixed("parseDuration", &[Text], time::parse_duration),
    fixed("now", &[], time::now),
    fixed("title", &[Text], text::title),
    fixed("toUpper", &[Text], text::upper),
    fixed("toLower", &[Text], text::lower),
    fixed("match", &[Text, Text], text::matches),
    fixed("reReplaceAll", &[Text, Text, Text], text::replace_all),
    fixed("safeHtml", &[Text], text::unchanged),
    fixed("stripPort", &[Text], text::strip_port),
    fixed("stripDomain", &[Text], text::strip_domain),
    fixed("graphLink", &[Text], text::graph_link),
    fixed("tableLink", &[Text], text::table_link),
    fixed("urlQueryEscape", &[Text], text::url_query),
    fixed("externalURL", &[], text::external_url),
    fixed("pathPrefix", &[], text::path_prefix),
];

/// The function of that name.
pub fn find(name: &str) -> Option<&'static Signature> {
    SIGNATURES.iter().find(|signature| signature.name == name)
}

/// The text of an argument that was checked to be one.
fn text_at(arguments: &[Value], position: usize) -> &str {
    match arguments.get(position) {
        Some(Value::Text(text)) => text,
        _ => "",
    }
}

/// A number, as Prometheus's functions take numbers: texts that are numbers count.
fn float(value: &Value) -> Result<f64, CallError> {
    match value {
        Value::Float(value) => Ok(*value),
        Value::Int(value) => Ok(*value as f64),
        Value::Text(text) => text.parse().map_err(|_| CallError::BadFloat {
            text: text.to_string(),
        }),
        Value::Nil => Err(CallError::NoFloat {
            kind: "<nil>".to_owned(),
        }),
        other => Err(CallError::NoFloat {
            kind: other.kind().to_owned(),
        }),
    }
}

/// A field or method that a value does not have.
fn no_field(value: &Value, name: &str) -> Failure {
    Failure::NoField {
        field: name.to_owned(),
        kind: value.kind().to_owned(),
    }
}
