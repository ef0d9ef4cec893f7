//! Messages of remote write 2.0: every text stands once in a table of symbols.

use std::collections::HashMap;

use prost::Message;
use swarmscope_model::metrics::{Labels, LabelsBuilder};

use crate::types::{Histogram, Sample};

/// A request of remote write 2.0.
#[derive(Clone, PartialEq, Message)]
pub struct Request {
    /// The first one is the empty text.
    #[prost(string, repeated, tag = "4")]
    pub symbols: Vec<String>,
    #[prost(message, repeated, tag = "5")]
    pub timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, Message)]
pub struct TimeSeries {
    /// Pairs of name and value, as places in the symbols.
    #[prost(uint32, repeated, tag = "1")]
    pub labels_refs: Vec<u32>,
    #[prost(message, repeated, tag = "2")]
    pub samples: Vec<Sample>,
    #[prost(message, repeated, tag = "3")]
    pub histograms: Vec<Histogram>,
    #[prost(message, repeated, tag = "4")]
    pub exemplars: Vec<Exemplar>,
    #[prost(message, optional, tag = "5")]
    pub metadata: Option<Metadata>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Exemplar {
    #[prost(uint32, repeated, tag = "1")]
    pub labels_refs: Vec<u32>,
    #[prost(double, tag = "2")]
    pub value: f64,
    #[prost(int64, tag = "3")]
    pub timestamp: i64,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Metadata {
    #[prost(enumeration = "MetricType", tag = "1")]
    pub kind: i32,
    #[prost(uint32, tag = "3")]
    pub help_ref: u32,
    #[prost(uint32, tag = "4")]
    pub unit_ref: u32,
}

/// Numbered otherwise than in 1.0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, prost::Enumeration)]
#[repr(i32)]
pub enum MetricType {
    Unspecified = 0,
    Counter = 1,
    Gauge = 2,
    Histogram = 3,
    GaugeHistogram = 4,
    Summary = 5,
    Info = 6,
    StateSet = 7,
}

/// References that name no labels.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadReferences {
    #[error("invalid labelRefs length {length}: names and values come in pairs")]
    Odd { length: usize },
    #[error(
        "labelRefs {reference} (name) = {reference}, outside of symbols table (size {symbols})"
    )]
    Outside { reference: u32, symbols: usize },
    #[error("duplicate label with name: {name}")]
    Twice { name: String },
}

/// The labels that references name.
///
/// # Errors
/// When they name none.
pub fn resolve(references: &[u32], symbols: &[String]) -> Result<Labels, BadReferences> {
    if !references.len().is_multiple_of(2) {
        return Err(BadReferences::Odd {
            length: references.len(),
        });
    }
    let symbol = |reference: &u32| {
        let found = symbols.get(*reference as usize).map(String::as_str);
        found.ok_or(BadReferences::Outside {
            reference: *reference,
            symbols: symbols.len(),
        })
    };
    let texts: Vec<&str> = references.iter().map(symbol).collect::<Result<_, _>>()?;
    let pairs = texts.chunks_exact(2).map(|pair| (pair[0], pair[1]));
    if let Some(labels) = Labels::from_sorted(pairs.clone()) {
        return Ok(labels);
    }
    let mut builder = LabelsBuilder::default();
    for (name, value) in pairs {
        if builder.get(name).is_some() {
            return Err(BadReferences::Twice {
                name: name.to_owned(),
            });
        }
        builder.set(name, value);
    }
    Ok(builder.build())
}

/// Makes the table of symbols of a request.
#[derive(Debug)]
pub struct Symbols {
    places: HashMap<String, u32>,
    symbols: Vec<String>,
}

impl Default for Symbols {
    fn default() -> Self {
        Self {
            places: HashMap::from([(String::new(), 0)]),
            symbols: vec![String::new()],
        }
    }
}

impl Symbols {
    /// The place of a text, which is added when it is new.
    pub fn place(&mut self, text: &str) -> u32 {
        if let Some(&place) = self.places.get(text) {
            return place;
        }
        let place = self.symbols.len() as u32;
        self.symbols.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    /// References to labels.
    pub fn references(&mut self, labels: &Labels) -> Vec<u32> {
        labels
            .iter()
            .flat_map(|(name, value)| [name, value])
            .map(|text| self.place(text))
            .collect()
    }

    /// The finished table.
    pub fn finish(self) -> Vec<String> {
        self.symbols
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_survive_the_table_of_symbols() {
        let labels = Labels::from_pairs([("__name__", "up"), ("job", "up")]);
        let mut symbols = Symbols::default();
        let references = symbols.references(&labels);
        let symbols = symbols.finish();
        assert_eq!(symbols, ["", "__name__", "up", "job"]);
        assert_eq!(resolve(&references, &symbols), Ok(labels));
    }

    #[test]
    fn references_that_name_no_labels_are_refused() {
        let symbols = [String::new(), "a".to_owned()];
        assert!(matches!(
            resolve(&[1], &symbols),
            Err(BadReferences::Odd { .. })
        ));
        assert!(matches!(
            resolve(&[1, 2], &symbols),
            Err(BadReferences::Outside { .. })
        ));
        assert!(matches!(
            resolve(&[1, 1, 1, 1], &symbols),
            Err(BadReferences::Twice { .. })
        ));
    }
}
