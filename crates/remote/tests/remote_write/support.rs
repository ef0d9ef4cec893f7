//! A store that takes nearly everything, a tee before it, and a writer.

use std::path::Path;
use std::sync::Arc;

use swarmscope_model::metrics::{
    Append, AppendOutcome, BlockStatistics, Durability, Labels, Matcher, MetricError, MetricKind,
    MetricMetadata, MetricStore, Queryable, Refusal, SampleValue, Selection, Series,
    SeriesExemplars, StoreStatistics,
};
use swarmscope_remote::{MetadataSource, RemoteWriter, Tee};

/// Takes everything except what has a negative time.
pub struct Store;

impl MetricStore for Store {
    fn append(&self, batch: &[Append], _: Durability) -> Result<AppendOutcome, MetricError> {
        let refused = batch
            .iter()
            .enumerate()
            .filter(|(_, append)| append.timestamp < 0)
            .map(|(position, _)| (position, Refusal::TooOld))
            .collect();
        Ok(AppendOutcome {
            series: vec![None; batch.len()],
            refused,
        })
    }

    fn delete_series(&self, _: i64, _: i64, _: &[Vec<Matcher>]) -> Result<(), MetricError> {
        Err(MetricError::Unsupported { what: "delete" })
    }

    fn clean_tombstones(&self) -> Result<(), MetricError> {
        Err(MetricError::Unsupported { what: "clean" })
    }

    fn snapshot(&self, _: bool) -> Result<String, MetricError> {
        Err(MetricError::Unsupported { what: "snapshot" })
    }

    fn statistics(&self, _: usize) -> StoreStatistics {
        StoreStatistics::default()
    }

    fn blocks(&self) -> Vec<BlockStatistics> {
        Vec::new()
    }
}

impl Queryable for Store {
    fn select(&self, _: &Selection) -> Result<Vec<Box<dyn Series>>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn label_names(&self, _: &Selection) -> Result<Vec<String>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn label_values(&self, _: &str, _: &Selection) -> Result<Vec<String>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }

    fn exemplars(
        &self,
        _: i64,
        _: i64,
        _: &[Vec<Matcher>],
    ) -> Result<Vec<SeriesExemplars>, MetricError> {
        Err(MetricError::Unsupported { what: "select" })
    }
}

pub fn metadata() -> MetadataSource {
    Arc::new(|| {
        let metadata = MetricMetadata {
            kind: MetricKind::Counter,
            help: "Help.".to_owned(),
            unit: String::new(),
        };
        vec![("m".to_owned(), metadata)]
    })
}

pub fn append(name: &str, timestamp: i64, value: f64) -> Append {
    Append {
        labels: Labels::from_pairs([("__name__", name), ("job", "j")]),
        series: None,
        timestamp,
        value: SampleValue::Float(value),
        exemplar: None,
    }
}

pub fn open(folder: &Path) -> (RemoteWriter, Tee) {
    let writer = RemoteWriter::open(folder, metadata()).expect("a writer");
    let tee = writer.tee(Arc::new(Store));
    (writer, tee)
}
