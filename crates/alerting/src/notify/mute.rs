//! Which alerts are not told of now: silenced by somebody, or inhibited by others that fire.

use std::collections::{BTreeMap, BTreeSet};

use super::matching::all_match;
use super::settings::InhibitConfig;
use crate::silence::Silence;

/// What is not told of at a moment.
pub(super) struct Mutes<'a> {
    /// Those in force.
    silences: Vec<&'a Silence>,
    inhibitions: Vec<Inhibition<'a>>,
}

struct Inhibition<'a> {
    config: &'a InhibitConfig,
    /// The values of the labels that have to be alike, of every alert that inhibits.
    sources: BTreeSet<Vec<&'a str>>,
}

impl<'a> Mutes<'a> {
    /// What is muted now, when these alerts fire.
    pub fn new(
        silences: &'a [Silence],
        now: i64,
        inhibit: &'a [InhibitConfig],
        firing: impl Iterator<Item = &'a BTreeMap<String, String>> + Clone,
    ) -> Self {
        let silences = silences.iter().filter(|silence| silence.is_active(now));
        let inhibitions = inhibit.iter().map(|config| Inhibition {
            config,
            sources: firing
                .clone()
                .filter(|labels| all_match(&config.source, labels))
                .map(|labels| alike(config, labels))
                .collect(),
        });
        Self {
            silences: silences.collect(),
            inhibitions: inhibitions.collect(),
        }
    }

    /// Whether an alert with these labels is not told of.
    pub fn is_muted(&self, labels: &BTreeMap<String, String>) -> bool {
        self.silences.iter().any(|silence| silence.matches(labels))
            || self.inhibitions.iter().any(|each| each.is_muted(labels))
    }
}

impl Inhibition<'_> {
    fn is_muted(&self, labels: &BTreeMap<String, String>) -> bool {
        // An alert on both sides would silence itself.
        all_match(&self.config.target, labels)
            && !all_match(&self.config.source, labels)
            && self.sources.contains(&alike(self.config, labels))
    }
}

fn alike<'a>(config: &InhibitConfig, labels: &'a BTreeMap<String, String>) -> Vec<&'a str> {
    let value = |name: &String| labels.get(name).map_or("", String::as_str);
    config.equal.iter().map(value).collect()
}
