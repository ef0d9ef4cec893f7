//! The notation of series in Prometheus's test scripts and rule tests: `up{job="a"} 1+1x3 _ stale {{count:1}}`.
//!
//! A line names a series and the values of its samples, one after the other at equal distances. The
//! notation stands beside PromQL and shares its names, labels and numbers with it.

mod cursor;
mod histogram;
mod metric;
mod values;

use std::sync::Arc;

use swarmscope_model::metrics::{Histogram, Labels};

use self::cursor::Cursor;
use super::error::ParseError;
use super::{Options, Parser, bounded};

/// A series and its values.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesDescription {
    pub labels: Labels,
    pub values: Vec<SequenceValue>,
}

/// What stands at one point in time.
#[derive(Debug, Clone, PartialEq)]
pub enum SequenceValue {
    /// `_`: no sample.
    Omitted,
    /// A number, or the staleness marker for `stale`.
    Float(f64),
    Histogram {
        histogram: Arc<Histogram>,
        /// Whether the text says something of counter resets, so that it can be compared.
        reset_hint_given: bool,
    },
}

/// Reads a series and its values.
///
/// # Errors
/// When the text is none, or stands for more values than a test needs.
pub fn parse_series_description(text: &str) -> Result<SeriesDescription, ParseError> {
    let parsed = bounded(text).and_then(|()| {
        let mut parser = Parser::new(text, Options::default());
        let labels = parser.metric()?;
        let mut cursor = Cursor::new(text, parser.lexer.position());
        let values = values::values(&mut cursor)?;
        Ok(SeriesDescription { labels, values })
    });
    parsed.map_err(|fault| fault.locate(text))
}

/// Reads a series without values, such as `up{job="a"}`.
///
/// # Errors
/// When the text is none.
pub fn parse_metric(text: &str) -> Result<Labels, ParseError> {
    let parsed = bounded(text).and_then(|()| {
        let mut parser = Parser::new(text, Options::default());
        let labels = parser.metric()?;
        parser.expect_end()?;
        Ok(labels)
    });
    parsed.map_err(|fault| fault.locate(text))
}
