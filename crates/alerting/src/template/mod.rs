//! Go's `text/template` as far as rules use it: labels and annotations of alerts.
//!
//! A language of its own because rule files in the field are written in it. The crates that read it
//! (`gtmpl`, `gotmpl` and their kin) were looked at: they lack trim markers, variables of `range`, Go's way
//! of printing numbers or its error messages, and none bounds its work. The meaning follows Go to the
//! letter where a rule can tell: values have Go's types, numbers print as `fmt` prints them, and an error
//! reads as Prometheus shows it.
//!
//! Left out are `call` and `js`, which have nothing to work on in alerts.
//!
//! A template never loops for ever: steps, depth and output have limits. It reads nothing but what its
//! [`Context`] hands it; `query` is the only door to metrics.

mod ast;
mod call;
mod compare;
mod error;
mod execute;
mod functions;
mod literal;
mod parse;
mod pipeline;
mod printf;
mod show;
mod token;
mod value;

use std::collections::BTreeMap;

pub use error::{QueryError, TemplateError};
pub(crate) use functions::table_path as table_link;
pub use value::{Sample, SampleNumber};

/// What a template can see.
#[derive(Debug, Clone)]
pub struct Data {
    /// `.Labels` and `$labels`.
    pub labels: BTreeMap<String, String>,
    /// `.ExternalLabels` and `$externalLabels`.
    pub external_labels: BTreeMap<String, String>,
    /// `.ExternalURL` and `$externalURL`.
    pub external_url: String,
    /// `.Value` and `$value`.
    pub value: SampleNumber,
}

/// What the functions of a template need.
pub struct Context<'a> {
    /// Milliseconds since the epoch: `now`, and when `query` is evaluated.
    pub now: i64,
    /// `externalURL`, and what `pathPrefix` is cut from.
    pub external_url: &'a str,
    /// Evaluates a query to a vector; says why when it cannot.
    pub query: &'a dyn Fn(&str) -> Result<Vec<Sample>, QueryError>,
}

/// The variables that every rule has, written out as Prometheus does, so that positions in messages agree.
const DEFINITIONS: &str = "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}\
{{$externalURL := .ExternalURL}}{{$value := .Value}}";

/// A template that can be expanded.
#[derive(Debug, Clone)]
pub struct Template {
    parsed: std::sync::Arc<ast::Parsed>,
}

impl Template {
    /// Reads a template of the alert `alert`.
    ///
    /// # Errors
    /// When it is none, or larger than a template may be.
    pub fn parse(alert: &str, text: &str) -> Result<Self, TemplateError> {
        let parsed = parse::parse(format!("__alert_{alert}"), format!("{DEFINITIONS}{text}"))?;
        Ok(Self {
            parsed: std::sync::Arc::new(parsed),
        })
    }

    /// The text that the template makes of the data.
    ///
    /// # Errors
    /// When a function fails, a type does not fit, or a limit is reached.
    pub fn expand(&self, data: &Data, context: &Context<'_>) -> Result<String, TemplateError> {
        execute::execute(&self.parsed, data, context)
    }

    /// As [`Template::expand`], with what Prometheus puts in place of a text that fails.
    pub fn expand_or_explain(&self, data: &Data, context: &Context<'_>) -> String {
        self.expand(data, context).unwrap_or_else(|error| {
            tracing::warn!(%error, "a template of an alert cannot be expanded");
            format!(
                "<error expanding template: error executing template {}: {error}>",
                self.parsed.name
            )
        })
    }
}
