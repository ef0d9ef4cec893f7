//! The values that templates work with, under the names of Go's types.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use swarmscope_model::metrics::Histogram;

use super::Data;

/// The number of a sample.
#[derive(Debug, Clone, PartialEq)]
pub enum SampleNumber {
    Float(f64),
    Histogram(Arc<Histogram>),
}

/// One element of what `query` gives.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub labels: BTreeMap<String, String>,
    pub value: SampleNumber,
}

/// A value.
#[derive(Debug, Clone)]
pub enum Value {
    /// Nothing; Go's untyped nil.
    Nil,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(Rc<str>),
    /// Labels: a key that is not there has the empty text.
    Labels(Rc<BTreeMap<String, String>>),
    /// What `args` makes: a key that is not there has no value.
    Arguments(Rc<BTreeMap<String, Value>>),
    Samples(Rc<[Rc<Sample>]>),
    Sample(Rc<Sample>),
    Histogram(Arc<Histogram>),
    /// Milliseconds since the epoch, UTC.
    Time(i64),
    /// Nanoseconds.
    Duration(i64),
    /// What the template was given.
    Data(Rc<Data>),
}

impl Value {
    /// A text.
    pub fn text(text: impl Into<Rc<str>>) -> Self {
        Self::Text(text.into())
    }

    /// The name of its type in Go.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Nil => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::Labels(_) => "map[string]string",
            Self::Arguments(_) => "map[string]interface {}",
            Self::Samples(_) => "template.queryResult",
            Self::Sample(_) => "*template.sample",
            Self::Histogram(_) => "*histogram.FloatHistogram",
            Self::Time(_) => "*time.Time",
            Self::Duration(_) => "*time.Duration",
            Self::Data(_) => {
                "struct { Labels map[string]string; ExternalLabels map[string]string; \
                 ExternalURL string; Value interface {} }"
            }
        }
    }

    /// Whether `if` takes it for true: it is not empty, zero or nothing.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Labels(labels) => !labels.is_empty(),
            Self::Arguments(arguments) => !arguments.is_empty(),
            Self::Samples(samples) => !samples.is_empty(),
            Self::Sample(_)
            | Self::Histogram(_)
            | Self::Time(_)
            | Self::Duration(_)
            | Self::Data(_) => true,
        }
    }
}

impl From<&SampleNumber> for Value {
    fn from(number: &SampleNumber) -> Self {
        match number {
            SampleNumber::Float(value) => Self::Float(*value),
            SampleNumber::Histogram(histogram) => Self::Histogram(Arc::clone(histogram)),
        }
    }
}
