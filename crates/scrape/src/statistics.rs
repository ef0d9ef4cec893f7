//! What scraping counts about itself.

use std::sync::atomic::{AtomicU64, Ordering};

use swarmscope_model::metrics::Refusal;

use crate::ingest::ScrapeError;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Counters since the start.
        #[derive(Debug, Default)]
        pub struct Statistics {
            $($name: AtomicU64,)*
        }

        /// The counters at one moment.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct StatisticsSnapshot {
            $($(#[$doc])* pub $name: u64,)*
        }

        impl Statistics {
            /// The counters now.
            pub fn snapshot(&self) -> StatisticsSnapshot {
                StatisticsSnapshot {
                    $($name: self.$name.load(Ordering::Relaxed),)*
                }
            }
        }
    };
}

counters! {
    /// Scrapes that were tried.
    scrapes,
    /// Scrapes that failed, whatever the reason.
    failed_scrapes,
    /// Samples of pages that the store took.
    samples,
    out_of_order_samples,
    duplicate_samples,
    /// Samples too old or too far ahead.
    out_of_bounds_samples,
    /// Samples that a budget of series kept out.
    over_budget_samples,
    out_of_order_exemplars,
    exceeded_sample_limit,
    exceeded_body_size_limit,
    exceeded_label_limits,
    exceeded_bucket_limit,
    exceeded_target_limit,
}

fn add(counter: &AtomicU64, count: usize) {
    counter.fetch_add(count as u64, Ordering::Relaxed);
}

impl Statistics {
    pub(crate) fn scraped(&self) {
        add(&self.scrapes, 1);
    }

    pub(crate) fn failed(&self, error: &ScrapeError) {
        add(&self.failed_scrapes, 1);
        let counter = match error {
            ScrapeError::SampleLimit { .. } => &self.exceeded_sample_limit,
            ScrapeError::BodyTooLarge { .. } => &self.exceeded_body_size_limit,
            ScrapeError::BucketLimit(_) => &self.exceeded_bucket_limit,
            ScrapeError::TargetLimit { .. } => &self.exceeded_target_limit,
            ScrapeError::LabelLimit { .. }
            | ScrapeError::LabelNameLimit { .. }
            | ScrapeError::LabelValueLimit { .. } => &self.exceeded_label_limits,
            _ => return,
        };
        add(counter, 1);
    }

    pub(crate) fn duplicates(&self, samples: usize) {
        add(&self.duplicate_samples, samples);
    }

    pub(crate) fn wrote(&self, samples: usize, refused: &[(usize, Refusal)]) {
        add(&self.samples, samples);
        for (_, refusal) in refused {
            let counter = match refusal {
                Refusal::OutOfOrder => &self.out_of_order_samples,
                Refusal::DuplicateTimestamp => &self.duplicate_samples,
                Refusal::TooOld | Refusal::TooFarAhead => &self.out_of_bounds_samples,
                Refusal::TooManySeries { .. } => &self.over_budget_samples,
                Refusal::OutOfOrderExemplar => &self.out_of_order_exemplars,
                _ => continue,
            };
            add(counter, 1);
        }
    }
}
