//! The series that tell how scrapes go: `up` and its kin.

use std::time::Duration;

use swarmscope_model::metrics::labels::METRIC_NAME;
use swarmscope_model::metrics::{Append, Labels, STALE_NAN, SampleValue, SeriesId};

const NAMES: [&str; 5] = [
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
];
const EXTRA_NAMES: [&str; 3] = [
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
];

/// How a scrape went, in numbers.
pub(super) struct Figures {
    pub up: bool,
    pub duration: Duration,
    pub scraped: u64,
    pub after_relabeling: u64,
    pub series_added: u64,
    pub timeout: Duration,
    pub sample_limit: u64,
    /// -1 when the page was over its limit.
    pub body_bytes: f64,
}

/// The series of one target.
#[derive(Debug)]
pub(super) struct Report {
    series: Vec<(Labels, Option<SeriesId>)>,
}

impl Report {
    pub(super) fn new(target: &Labels, extra: bool) -> Self {
        let extra = EXTRA_NAMES.iter().filter(|_| extra);
        let series = NAMES
            .iter()
            .chain(extra)
            .map(|name| {
                let mut labels = target.to_builder();
                labels.set(METRIC_NAME, *name);
                (labels.build(), None)
            })
            .collect();
        Self { series }
    }

    pub(super) fn samples(&self, at: i64, figures: &Figures) -> Vec<Append> {
        let values = [
            f64::from(u8::from(figures.up)),
            figures.duration.as_secs_f64(),
            figures.scraped as f64,
            figures.after_relabeling as f64,
            figures.series_added as f64,
            figures.timeout.as_secs_f64(),
            figures.sample_limit as f64,
            figures.body_bytes,
        ];
        self.appends(at, values)
    }

    pub(super) fn stale(&self, at: i64) -> Vec<Append> {
        self.appends(at, [STALE_NAN; 8])
    }

    fn appends(&self, at: i64, values: [f64; 8]) -> Vec<Append> {
        self.series
            .iter()
            .zip(values)
            .map(|((labels, series), value)| Append {
                labels: labels.clone(),
                series: *series,
                timestamp: at,
                value: SampleValue::Float(value),
                exemplar: None,
            })
            .collect()
    }

    /// Notes the store's names of the series.
    pub(super) fn learn(&mut self, series: &[Option<SeriesId>]) {
        for ((_, known), learnt) in self.series.iter_mut().zip(series) {
            *known = *learnt;
        }
    }
}
