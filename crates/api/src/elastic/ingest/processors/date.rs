//! `date`: a text as a point in time.

use jiff::tz::TimeZone;
use serde_json::Value;
use swarmscope_model::Timestamp;
use swarmscope_query::datemath::{self, Clock, Format, Rounding};

use super::super::super::errors::ElasticError;
use super::super::Flow;
use super::super::Step;
use super::super::draft::Draft;
use super::super::said::Said;
use super::Process;

/// Reads a date.
#[derive(Debug)]
pub struct Date {
    field: String,
    target: String,
    formats: Vec<DateFormat>,
    zone: TimeZone,
}

/// How a date is written.
#[derive(Debug)]
enum DateFormat {
    /// Seconds since the epoch.
    Unix,
    /// Milliseconds since the epoch.
    UnixMs,
    Pattern(Format),
}

impl Date {
    /// Reads the processor.
    ///
    /// # Errors
    /// When it is malformed, or a format or zone is unknown.
    pub fn read(said: &mut Said<'_>) -> Result<Self, ElasticError> {
        let field = said.required("field")?;
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
        said.take("locale");
        Ok(Self {
            field,
            target: target.unwrap_or_else(|| "@timestamp".to_owned()),
            formats,
            zone,
        })
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

impl Process for Date {
    fn apply(&self, draft: &mut Draft<'_>, _: &Step) -> Result<Flow, ElasticError> {
        let text = match draft.value(&self.field)? {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let clock = Clock {
            now: draft.now,
            time_zone: self.zone.clone(),
        };
        let mut read = self
            .formats
            .iter()
            .filter_map(|format| instant(&text, format, &clock))
            .map(|at| (at, Timestamp::from_millisecond(at)))
            // What is out of range is no date, not the last one that there is.
            .filter(|(at, read)| read.as_millisecond() == *at);
        let (_, at) = read.next().ok_or_else(|| {
            ElasticError::illegal_argument(format!("unable to parse date [{text}]"))
        })?;
        draft.set(&self.target, at.to_string().into())?;
        Ok(Flow::On)
    }
}
