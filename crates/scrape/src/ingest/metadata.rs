//! What a target says about its metric families.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use swarmscope_model::limits::METADATA_SCRAPES;
use swarmscope_model::metrics::{MetricKind, MetricMetadata};

/// A family and what is known about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyMetadata {
    pub family: String,
    pub metadata: MetricMetadata,
}

/// The families of one target.
#[derive(Debug, Default)]
pub struct MetadataCache(Mutex<HashMap<String, Known>>);

#[derive(Debug, Default)]
struct Known {
    metadata: MetricMetadata,
    seen: u64,
}

/// Writes what one page says. Holds the lock: pages are read in milliseconds.
pub(super) struct Writer<'a> {
    families: MutexGuard<'a, HashMap<String, Known>>,
    scrape: u64,
}

impl MetadataCache {
    /// Every family, by name.
    pub fn list(&self) -> Vec<FamilyMetadata> {
        let mut list: Vec<_> = self
            .lock()
            .iter()
            .map(|(family, known)| FamilyMetadata {
                family: family.clone(),
                metadata: known.metadata.clone(),
            })
            .collect();
        list.sort_by(|a, b| a.family.cmp(&b.family));
        list
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn writer(&self, scrape: u64) -> Writer<'_> {
        Writer {
            families: self.lock(),
            scrape,
        }
    }
}

impl Writer<'_> {
    pub(super) fn kind(&mut self, family: &str, kind: MetricKind) {
        self.family(family).kind = kind;
    }

    pub(super) fn help(&mut self, family: &str, help: &str) {
        let metadata = self.family(family);
        if metadata.help != help {
            help.clone_into(&mut metadata.help);
        }
    }

    pub(super) fn unit(&mut self, family: &str, unit: &str) {
        let metadata = self.family(family);
        if metadata.unit != unit {
            unit.clone_into(&mut metadata.unit);
        }
    }

    /// Forgets families that have been gone for long.
    pub(super) fn finish(mut self) {
        let scrape = self.scrape;
        self.families
            .retain(|_, known| scrape.saturating_sub(known.seen) <= METADATA_SCRAPES);
    }

    fn family(&mut self, family: &str) -> &mut MetricMetadata {
        if !self.families.contains_key(family) {
            self.families.insert(family.to_owned(), Known::default());
        }
        let known = self.families.entry(family.to_owned()).or_default();
        known.seen = self.scrape;
        &mut known.metadata
    }
}
