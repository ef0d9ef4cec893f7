//! One page as a batch for the store.

use std::sync::Arc;

use swarmscope_model::metrics::{
    Append, Exemplar, Histogram, Labels, STALE_NAN, SampleValue, SeriesId,
};
use swarmscope_prometheus_config::{ScrapeConfig, ScrapeProtocol};

use super::cache::{Entry, Key, SeriesCache, Stale};
use super::error::ScrapeError;
use super::metadata::MetadataCache;
use super::mutate::mutate;
use crate::exposition::classic::{ClassicHistograms, OwnedSample};
use crate::exposition::{Entry as PageEntry, HistogramChoice, Parser, ScrapedExemplar};
use crate::resolution::{largest_schema, limit_buckets};
use crate::target::Target;

/// The samples of one scrape, as far as they are read.
pub(super) struct Batch<'a> {
    config: &'a ScrapeConfig,
    target: &'a Target,
    at: i64,
    pub appends: Vec<Append>,
    /// Samples again, for their further exemplars: the store takes one with each, and a sample that it has
    /// already changes nothing.
    repeated: Vec<Append>,
    /// Series that the cache did not know, and where they are in the batch.
    pub new: Vec<(Key, usize)>,
    pub scraped: u64,
    pub after_relabeling: u64,
    /// Samples of series that the page had before.
    pub duplicates: usize,
}

/// A sample on its way into the batch.
struct Incoming<'a> {
    key: &'a str,
    value: SampleValue,
    timestamp: Option<i64>,
    exemplars: Vec<ScrapedExemplar>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(config: &'a ScrapeConfig, target: &'a Target, at: i64) -> Self {
        Self {
            config,
            target,
            at,
            appends: Vec::new(),
            repeated: Vec::new(),
            new: Vec::new(),
            scraped: 0,
            after_relabeling: 0,
            duplicates: 0,
        }
    }

    /// Reads a whole page.
    ///
    /// # Errors
    /// When the page is malformed or over a limit.
    pub(super) fn read(
        &mut self,
        page: &[u8],
        protocol: ScrapeProtocol,
        cache: &mut SeriesCache,
        metadata: &MetadataCache,
    ) -> Result<(), ScrapeError> {
        let choice = HistogramChoice {
            native: self.config.scrape_native_histograms,
            classic_too: self.config.always_scrape_classic_histograms,
        };
        let mut parser = Parser::new(page, protocol, choice)?;
        let mut metadata = metadata.writer(cache.scrape);
        let convert = self.config.convert_classic_histograms_to_nhcb;
        let mut classic = convert.then(ClassicHistograms::default);
        while let Some(entry) = parser.next_entry()? {
            match entry {
                PageEntry::Kind { family, kind } => {
                    metadata.kind(family, kind);
                    if let Some(classic) = &mut classic {
                        let finished = classic.kind(family, kind);
                        self.add_converted(finished, cache)?;
                    }
                }
                PageEntry::Help { family, help } => metadata.help(family, &help),
                PageEntry::Unit { family, unit } => metadata.unit(family, unit),
                PageEntry::Sample(mut sample) => {
                    if let Some(classic) = &mut classic {
                        let owned = OwnedSample {
                            labels: sample.labels()?,
                            value: sample.value.clone(),
                            timestamp: sample.timestamp,
                            exemplars: sample.exemplars.clone(),
                        };
                        let (taken, finished) = classic.add(&owned);
                        self.add_converted(finished, cache)?;
                        if taken && !self.config.always_scrape_classic_histograms {
                            continue;
                        }
                    }
                    let incoming = Incoming {
                        key: sample.key,
                        value: sample.value.clone(),
                        timestamp: sample.timestamp,
                        exemplars: std::mem::take(&mut sample.exemplars),
                    };
                    self.add(incoming, cache, || Ok(sample.labels()?))?;
                }
            }
        }
        if let Some(classic) = &mut classic {
            self.add_converted(classic.finish(), cache)?;
        }
        metadata.finish();
        self.check_sample_limit()
    }

    fn add_converted(
        &mut self,
        sample: Option<OwnedSample>,
        cache: &mut SeriesCache,
    ) -> Result<(), ScrapeError> {
        let Some(sample) = sample else {
            return Ok(());
        };
        let incoming = Incoming {
            key: sample.labels.packed(),
            value: sample.value,
            timestamp: sample.timestamp,
            exemplars: sample.exemplars,
        };
        self.add(incoming, cache, || Ok(sample.labels.clone()))
    }

    fn add(
        &mut self,
        incoming: Incoming<'_>,
        cache: &mut SeriesCache,
        labels: impl FnOnce() -> Result<Labels, ScrapeError>,
    ) -> Result<(), ScrapeError> {
        self.scraped += 1;
        let own_time = incoming.timestamp.filter(|_| self.config.honor_timestamps);
        let tracked = own_time.is_none() || self.config.track_timestamps_staleness;
        let histogram = matches!(incoming.value, SampleValue::Histogram(_));
        let scrape = cache.scrape;
        let key = Key::of(incoming.key);
        let (labels, series) = match cache.get(key) {
            Some(Entry::Dropped { seen }) => {
                *seen = scrape;
                return Ok(());
            }
            Some(Entry::Kept(kept)) => {
                let again = kept.seen == scrape && own_time.is_none();
                kept.seen = scrape;
                kept.tracked = tracked;
                kept.histogram = histogram;
                if again {
                    // The first of two samples counts, as in Prometheus.
                    self.after_relabeling += 1;
                    self.duplicates += 1;
                    return Ok(());
                }
                (kept.labels.clone(), kept.series)
            }
            None => {
                let Some(labels) = mutate(&labels()?, &self.target.labels, self.config)? else {
                    cache.insert_dropped(key);
                    return Ok(());
                };
                self.new.push((key, self.appends.len()));
                cache.insert(key, labels.clone(), tracked, histogram);
                (labels, None)
            }
        };
        self.after_relabeling += 1;
        self.push(labels, series, own_time, incoming)
    }

    fn push(
        &mut self,
        labels: Labels,
        series: Option<SeriesId>,
        own_time: Option<i64>,
        incoming: Incoming<'_>,
    ) -> Result<(), ScrapeError> {
        let timestamp = own_time.unwrap_or(self.at);
        let value = self.limited(incoming.value)?;
        let mut exemplars = exemplars(incoming.exemplars, timestamp).into_iter();
        let append = Append {
            labels,
            series,
            timestamp,
            value,
            exemplar: exemplars.next(),
        };
        self.repeated.extend(exemplars.map(|exemplar| Append {
            exemplar: Some(exemplar),
            ..append.clone()
        }));
        self.appends.push(append);
        Ok(())
    }

    /// A malformed histogram fails the scrape, as in Prometheus.
    fn limited(&self, value: SampleValue) -> Result<SampleValue, ScrapeError> {
        let SampleValue::Histogram(mut histogram) = value else {
            return Ok(value);
        };
        histogram.validate()?;
        let limit = self.config.native_histogram_bucket_limit;
        let factor = self.config.native_histogram_min_bucket_factor;
        if limit > 0 || factor > 1.0 {
            let changed = Arc::make_mut(&mut histogram);
            changed.reduce_resolution(largest_schema(factor));
            if limit > 0 {
                limit_buckets(changed, usize::try_from(limit).unwrap_or(usize::MAX))?;
            }
        }
        Ok(SampleValue::Histogram(histogram))
    }

    fn check_sample_limit(&self) -> Result<(), ScrapeError> {
        let limit = self.config.limits.sample_limit;
        let samples = self.appends.len() as u64;
        if limit > 0 && samples > limit {
            return Err(ScrapeError::SampleLimit { samples, limit });
        }
        Ok(())
    }

    /// Forgets what was read of a page that failed.
    pub(super) fn discard(&mut self, cache: &mut SeriesCache) {
        cache.forget_new(&self.new);
        self.appends.clear();
        self.repeated.clear();
        self.new.clear();
    }

    /// Series that were not there in the scrape before; none of a page that failed.
    pub(super) fn series_added(&self) -> u64 {
        self.new.len() as u64
    }

    /// Adds the exemplars that have no place with the samples, and marks series as gone.
    pub(super) fn finish(&mut self, series: Vec<Stale>) {
        self.appends.append(&mut self.repeated);
        let at = self.at;
        self.appends.extend(series.into_iter().map(|stale| Append {
            labels: stale.labels,
            series: stale.series,
            timestamp: at,
            value: if stale.histogram {
                SampleValue::Histogram(Arc::new(Histogram {
                    sum: STALE_NAN,
                    ..Histogram::default()
                }))
            } else {
                SampleValue::Float(STALE_NAN)
            },
            exemplar: None,
        }));
    }
}

/// By time, as the store wants them.
fn exemplars(scraped: Vec<ScrapedExemplar>, at: i64) -> Vec<Exemplar> {
    let mut exemplars: Vec<_> = scraped
        .into_iter()
        .map(|scraped| Exemplar {
            labels: scraped.labels,
            value: scraped.value,
            timestamp: scraped.timestamp.unwrap_or(at),
        })
        .collect();
    exemplars.sort_by_key(|exemplar| exemplar.timestamp);
    exemplars
}
