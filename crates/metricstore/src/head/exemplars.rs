//! The newest exemplars of all series, in a ring of bounded size.

use std::collections::{BTreeMap, VecDeque};

use hashbrown::HashMap;
use swarmscope_model::metrics::{Exemplar, Labels, Matcher, Refusal, SeriesExemplars};
use xxhash_rust::xxh3::Xxh3DefaultBuilder;

/// The ring.
#[derive(Debug)]
pub struct Exemplars {
    most: usize,
    ring: VecDeque<(Labels, Exemplar)>,
    /// The newest exemplar of each series that has one in the ring, and how many it has there.
    newest: HashMap<Labels, (Exemplar, usize), Xxh3DefaultBuilder>,
}

impl Exemplars {
    /// Keeps at most so many.
    pub fn new(most: usize) -> Self {
        Self {
            most,
            ring: VecDeque::new(),
            newest: HashMap::default(),
        }
    }

    /// Whether the ring takes an exemplar; `false` when it has it already.
    ///
    /// # Errors
    /// When it is older than the newest of its series.
    pub fn check(&self, series: &Labels, exemplar: &Exemplar) -> Result<bool, Refusal> {
        if self.most == 0 {
            return Ok(false);
        }
        match self.newest.get(series) {
            Some((newest, _)) if newest == exemplar => Ok(false),
            Some((newest, _)) if exemplar.timestamp < newest.timestamp => {
                Err(Refusal::OutOfOrderExemplar)
            }
            // A second one of the same time is kept only if it is told apart by value or labels.
            _ => Ok(true),
        }
    }

    /// Adds one, for which the oldest of all may have to go.
    pub fn add(&mut self, series: &Labels, exemplar: Exemplar) {
        if self.most == 0 {
            return;
        }
        if self.ring.len() == self.most
            && let Some((labels, _)) = self.ring.pop_front()
            && let Some((_, count)) = self.newest.get_mut(&labels)
        {
            *count -= 1;
            if *count == 0 {
                self.newest.remove(&labels);
            }
        }
        let entry = self
            .newest
            .entry_ref(series)
            .or_insert_with(|| (exemplar.clone(), 0));
        entry.0 = exemplar.clone();
        entry.1 += 1;
        self.ring.push_back((series.clone(), exemplar));
    }

    /// Those in the span whose series pass any of the lists, by labels and time.
    pub fn select(&self, start: i64, end: i64, any_of: &[Vec<Matcher>]) -> Vec<SeriesExemplars> {
        let mut passing: HashMap<&Labels, bool> = HashMap::new();
        let mut found: BTreeMap<&Labels, Vec<Exemplar>> = BTreeMap::new();
        for (labels, exemplar) in &self.ring {
            if exemplar.timestamp < start || exemplar.timestamp > end {
                continue;
            }
            if *passing
                .entry(labels)
                .or_insert_with(|| passes_any(labels, any_of))
            {
                found.entry(labels).or_default().push(exemplar.clone());
            }
        }
        found
            .into_iter()
            .map(|(labels, mut exemplars)| {
                exemplars.sort_by_key(|exemplar| exemplar.timestamp);
                SeriesExemplars {
                    labels: labels.clone(),
                    exemplars,
                }
            })
            .collect()
    }

    /// Every exemplar with its series, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &(Labels, Exemplar)> {
        self.ring.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ring.len()
    }
}

fn passes_any(labels: &Labels, any_of: &[Vec<Matcher>]) -> bool {
    let passes = |matcher: &Matcher| matcher.matches(labels.get(&matcher.name).unwrap_or_default());
    any_of.iter().any(|matchers| matchers.iter().all(passes))
}
