//! From the page of one target to samples in the store: labels, limits, staleness, and the series that
//! tell how the scrape went.

mod batch;
mod cache;
mod error;
mod metadata;
mod mutate;
mod report;

pub use error::ScrapeError;
pub use metadata::{FamilyMetadata, MetadataCache};

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use swarmscope_model::metrics::{Append, Durability, MetricStore, Refusal};
use swarmscope_prometheus_config::{ScrapeConfig, ScrapeProtocol};

use crate::statistics::Statistics;
use crate::target::Target;
use batch::Batch;
use cache::SeriesCache;
use report::Report;

/// What a target answered.
#[derive(Debug)]
pub(crate) struct Page {
    pub protocol: ScrapeProtocol,
    /// As it came.
    pub body: Bytes,
    pub gzip: bool,
    /// Of the uncompressed page, in bytes.
    pub limit: usize,
}

impl Page {
    fn uncompressed(self) -> Result<(ScrapeProtocol, Bytes), ScrapeError> {
        if !self.gzip {
            return Ok((self.protocol, self.body));
        }
        let mut plain = Vec::with_capacity(self.body.len().saturating_mul(4).min(self.limit));
        let beyond = self.limit as u64 + 1;
        flate2::read::MultiGzDecoder::new(self.body.as_ref())
            .take(beyond)
            .read_to_end(&mut plain)
            .map_err(ScrapeError::Compression)?;
        if plain.len() > self.limit {
            return Err(ScrapeError::BodyTooLarge { limit: self.limit });
        }
        Ok((self.protocol, plain.into()))
    }
}

/// A scrape that has ended, well or not.
#[derive(Debug)]
pub(crate) struct Scrape {
    /// The time of its samples, in milliseconds since the epoch.
    pub at: i64,
    pub duration: Duration,
    pub page: Result<Page, ScrapeError>,
}

/// Writes the scrapes of one target, one after the other.
pub(crate) struct Ingest {
    config: Arc<ScrapeConfig>,
    target: Arc<Target>,
    store: Arc<dyn MetricStore>,
    statistics: Arc<Statistics>,
    metadata: Arc<MetadataCache>,
    cache: SeriesCache,
    report: Report,
}

/// What is kept of a target across changes of its job that do not change its series.
pub(crate) struct Remembered {
    pub cache: SeriesCache,
    pub metadata: Arc<MetadataCache>,
}

impl Default for Remembered {
    fn default() -> Self {
        Self {
            cache: SeriesCache::default(),
            metadata: Arc::new(MetadataCache::default()),
        }
    }
}

impl Ingest {
    pub(crate) fn new(
        config: Arc<ScrapeConfig>,
        target: Arc<Target>,
        store: Arc<dyn MetricStore>,
        statistics: Arc<Statistics>,
        remembered: Remembered,
    ) -> Self {
        let report = Report::new(&target.labels, config.extra_scrape_metrics);
        Self {
            config,
            target,
            store,
            statistics,
            metadata: remembered.metadata,
            cache: remembered.cache,
            report,
        }
    }

    pub(crate) fn into_remembered(self) -> Remembered {
        Remembered {
            cache: self.cache,
            metadata: self.metadata,
        }
    }

    /// Writes a scrape and how it went. A page that is malformed or over a limit counts as none: nothing of
    /// it is written, and its series become stale.
    ///
    /// # Errors
    /// Why the scrape failed, or what of it the store refused.
    pub(crate) fn write(&mut self, scrape: Scrape) -> Result<(), ScrapeError> {
        let (config, target) = (self.config.clone(), self.target.clone());
        let mut batch = Batch::new(&config, &target, scrape.at);
        let mut bytes = 0.0;
        let read = match scrape.page.and_then(Page::uncompressed) {
            Ok((protocol, body)) => {
                bytes = body.len() as f64;
                batch.read(&body, protocol, &mut self.cache, &self.metadata)
            }
            Err(ScrapeError::BodyTooLarge { limit }) => {
                bytes = -1.0;
                Err(ScrapeError::BodyTooLarge { limit })
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &read {
            self.statistics.failed(error);
            batch.discard(&mut self.cache);
        }
        self.statistics.duplicates(batch.duplicates);
        let own = batch.appends.len();
        let stale = self.cache.end(read.is_ok());
        batch.finish(stale);
        let figures = report::Figures {
            up: read.is_ok(),
            duration: scrape.duration,
            scraped: batch.scraped,
            after_relabeling: batch.after_relabeling,
            series_added: batch.series_added(),
            timeout: self.target.timeout,
            sample_limit: self.config.limits.sample_limit,
            body_bytes: bytes,
        };
        let first_report = batch.appends.len();
        batch
            .appends
            .extend(self.report.samples(scrape.at, &figures));
        let refused = self.append(&batch, own, first_report)?;
        read.and(refused)
    }

    /// Marks every series of the target as gone at a time.
    pub(crate) fn end(&mut self, at: i64) -> Result<(), ScrapeError> {
        let mut batch = Batch::new(&self.config, &self.target, at);
        let stale = self.cache.end(false);
        batch.finish(stale);
        batch.appends.extend(self.report.stale(at));
        let outcome = self.store.append(&batch.appends, Durability::Buffered);
        outcome.map(|_| ()).map_err(ScrapeError::Store)
    }

    /// The inner result tells what the store refused of a page; the outer one that it took nothing.
    fn append(
        &mut self,
        batch: &Batch<'_>,
        own: usize,
        first_report: usize,
    ) -> Result<Result<(), ScrapeError>, ScrapeError> {
        let outcome = match self.store.append(&batch.appends, Durability::Buffered) {
            Ok(outcome) => outcome,
            Err(error) => {
                self.cache.forget_new(&batch.new);
                return Err(ScrapeError::Store(error));
            }
        };
        let of_page = outcome.refused.iter().filter(|(at, _)| *at < own);
        let refused: Vec<(usize, Refusal)> = of_page.cloned().collect();
        self.statistics
            .wrote(own - refused.len().min(own), &refused);
        self.cache.learn(&batch.new, &outcome, &refused);
        self.report
            .learn(outcome.series.get(first_report..).unwrap_or_default());
        Ok(self.judge(&batch.appends, refused))
    }

    /// Samples that come too late are dropped and counted, as in Prometheus; other refusals are worth an
    /// error that people see.
    fn judge(&self, appends: &[Append], refused: Vec<(usize, Refusal)>) -> Result<(), ScrapeError> {
        let late = |refusal: &Refusal| {
            matches!(
                refusal,
                Refusal::OutOfOrder
                    | Refusal::TooOld
                    | Refusal::DuplicateTimestamp
                    | Refusal::TooFarAhead
                    | Refusal::OutOfOrderExemplar
            )
        };
        let job = &self.config.job_name;
        let late_count = refused.iter().filter(|(_, refusal)| late(refusal)).count();
        if late_count > 0 {
            tracing::warn!(%job, url = %self.target.url, late_count, "samples out of order, too old or duplicate");
        }
        let mut others = refused.into_iter().filter(|(_, refusal)| !late(refusal));
        let Some((at, refusal)) = others.next() else {
            return Ok(());
        };
        Err(ScrapeError::Refused {
            count: 1 + others.count(),
            series: format!("{:?}", appends[at].labels),
            refusal,
        })
    }
}
