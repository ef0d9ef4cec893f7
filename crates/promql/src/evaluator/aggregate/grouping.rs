//! Which series belong together, by the labels of `by` or `without`.

use swarmscope_model::metrics::Labels;
use swarmscope_model::metrics::labels::METRIC_NAME;

use crate::ast::Aggregate;
use crate::evaluator::frame::SeriesKey;
use crate::evaluator::hashing::FastMap;

/// The labels that tell groups, or series that match, apart.
#[derive(Debug, Clone)]
pub(crate) struct LabelChoice {
    labels: Vec<String>,
    /// All but these and the metric's name, rather than these only.
    without: bool,
}

impl LabelChoice {
    pub fn new(labels: &[String], without: bool) -> Self {
        Self {
            labels: labels.to_vec(),
            without,
        }
    }

    fn takes(&self, name: &str) -> bool {
        if self.without {
            name != METRIC_NAME && !self.names(name)
        } else {
            self.names(name)
        }
    }

    fn names(&self, name: &str) -> bool {
        self.labels.iter().any(|label| label == name)
    }

    /// Writes what tells the group of these labels apart.
    pub fn write_signature(&self, labels: &Labels, into: &mut String) {
        into.clear();
        for (name, value) in labels.iter().filter(|(name, _)| self.takes(name)) {
            // With both lengths behind them, the texts can be cut from the end in one way only.
            into.push_str(name);
            into.push_str(value);
            push_length(into, name.len());
            push_length(into, value.len());
        }
    }

    /// The labels that the group has.
    pub fn chosen(&self, labels: &Labels) -> Labels {
        let names: Vec<&str> = self.labels.iter().map(String::as_str).collect();
        if self.without {
            let names: Vec<&str> = names.into_iter().chain([METRIC_NAME]).collect();
            labels.without(&names)
        } else if names.is_empty() {
            Labels::empty()
        } else {
            labels.keep(&names)
        }
    }
}

fn push_length(into: &mut String, mut length: usize) {
    for _ in 0..4 {
        into.push(char::from((length & 0x3f) as u8));
        length >>= 6;
    }
}

/// Numbers signatures in the order in which they come.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    known: FastMap<Box<str>, usize>,
    buffer: String,
}

impl Signatures {
    /// The number of these labels' signature.
    pub fn number(&mut self, choice: &LabelChoice, labels: &Labels) -> usize {
        choice.write_signature(labels, &mut self.buffer);
        if let Some(number) = self.known.get(self.buffer.as_str()) {
            return *number;
        }
        let number = self.known.len();
        self.known.insert(self.buffer.as_str().into(), number);
        number
    }

    pub fn len(&self) -> usize {
        self.known.len()
    }
}

/// The groups of an aggregation.
pub(super) struct Groups {
    choice: LabelChoice,
    signatures: Signatures,
    keys: Vec<SeriesKey>,
}

impl Groups {
    pub fn of(aggregate: &Aggregate) -> Self {
        Self {
            choice: LabelChoice::new(&aggregate.labels, aggregate.without),
            signatures: Signatures::default(),
            keys: Vec::new(),
        }
    }

    /// The number of the group that these labels belong to.
    pub fn group(&mut self, labels: &Labels) -> usize {
        let group = self.signatures.number(&self.choice, labels);
        if group == self.keys.len() {
            let labels = self.choice.chosen(labels);
            self.keys.push(SeriesKey {
                labels,
                drop_name: false,
            });
        }
        group
    }

    /// A group's name goes when one of its series' names goes.
    pub fn note_name(&mut self, group: usize, drop_name: bool) {
        self.keys[group].drop_name |= drop_name;
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn into_keys(self) -> Vec<SeriesKey> {
        self.keys
    }
}
