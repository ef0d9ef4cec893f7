//! The series in memory, found by number, by labels, or by single labels.
//!
//! A series' number is its place in a table, and is given anew when it is gone; together with how often
//! the place was given it is a [`SeriesId`].

use std::sync::{Arc, Mutex, PoisonError};

use hashbrown::{HashMap, HashTable};
use roaring::RoaringBitmap;
use swarmscope_model::metrics::{Labels, MetricError, SeriesId};
use xxhash_rust::xxh3::{Xxh3DefaultBuilder, xxh3_64};

use super::series::MemorySeries;
use crate::index::matching::LabelIndex;
use crate::index::postings::Postings;

type Values = HashMap<Box<str>, Postings, Xxh3DefaultBuilder>;

/// Half of a hash of labels, and the series' place.
#[derive(Debug, Clone, Copy)]
struct Entry {
    hash: u32,
    place: u32,
}

#[derive(Debug, Default)]
struct Place {
    series: Option<Arc<MemorySeries>>,
    /// How often the place was given.
    generation: u32,
}

/// The index of the head.
#[derive(Debug, Default)]
pub struct HeadIndex {
    places: Vec<Place>,
    free: Vec<u32>,
    table: HashTable<Entry>,
    names: HashMap<String, Values, Xxh3DefaultBuilder>,
    all: RoaringBitmap,
    ranks: Mutex<Ranks>,
}

/// The order of the series by labels, brought up to date when somebody asks for it.
#[derive(Debug, Default)]
struct Ranks {
    /// Places by labels, those of series that are gone among them.
    sorted: Vec<u32>,
    /// Places of series that came since.
    new: Vec<u32>,
    has_gone: bool,
    /// By place.
    ranks: Arc<Vec<u32>>,
}

impl HeadIndex {
    /// The series of an id, if it is still there.
    pub fn get(&self, id: SeriesId) -> Option<&Arc<MemorySeries>> {
        self.at(id.0 as u32).filter(|series| series.id == id)
    }

    /// The series at a place.
    pub fn at(&self, place: u32) -> Option<&Arc<MemorySeries>> {
        self.places.get(place as usize)?.series.as_ref()
    }

    /// The series with these labels.
    pub fn find(&self, labels: &Labels) -> Option<&Arc<MemorySeries>> {
        let hash = half(labels);
        let entry = self.table.find(spread(hash), |entry| {
            entry.hash == hash
                && self
                    .at(entry.place)
                    .is_some_and(|series| series.labels == *labels)
        })?;
        self.at(entry.place)
    }

    /// The id that the `ahead`th next new series will have.
    pub fn next_id(&self, ahead: usize) -> SeriesId {
        let place = match self.free.len().checked_sub(ahead + 1) {
            Some(last) => self.free[last],
            None => (self.places.len() + ahead - self.free.len()) as u32,
        };
        let generation = self
            .places
            .get(place as usize)
            .map_or(0, |place| place.generation);
        SeriesId(u64::from(generation) << 32 | u64::from(place))
    }

    /// Adds a series, whose labels must not be there and whose id has to be [`HeadIndex::next_id`].
    pub fn insert(&mut self, series: Arc<MemorySeries>) {
        let place = series.id.0 as u32;
        if self.free.last() == Some(&place) {
            self.free.pop();
        }
        if self.places.len() <= place as usize {
            self.places.resize_with(place as usize + 1, Place::default);
        }
        let hash = half(&series.labels);
        self.table
            .insert_unique(spread(hash), Entry { hash, place }, |entry| {
                spread(entry.hash)
            });
        for (name, value) in &series.labels {
            // Names and values are mostly known; only new ones are copied.
            let values = self.names.entry_ref(name).or_default();
            match values.get_mut(value) {
                Some(postings) => postings.insert(place),
                None => {
                    values.insert(value.into(), Postings::One(place));
                }
            }
        }
        self.all.insert(place);
        self.ranks_mut().new.push(place);
        self.places[place as usize] = Place {
            generation: (series.id.0 >> 32) as u32,
            series: Some(series),
        };
    }

    /// Takes a series out.
    pub fn remove(&mut self, id: SeriesId) {
        let place = id.0 as u32;
        let Some(series) = self.get(id).cloned() else {
            return;
        };
        let hash = half(&series.labels);
        if let Ok(found) = self
            .table
            .find_entry(spread(hash), |entry| entry.place == place)
        {
            found.remove();
        }
        for (name, value) in &series.labels {
            let Some(values) = self.names.get_mut(name) else {
                continue;
            };
            if values
                .get_mut(value)
                .is_some_and(|postings| postings.remove(place))
            {
                values.remove(value);
            }
            if values.is_empty() {
                self.names.remove(name);
            }
        }
        self.all.remove(place);
        self.ranks_mut().has_gone = true;
        let gone = &mut self.places[place as usize];
        gone.series = None;
        gone.generation = gone.generation.wrapping_add(1);
        self.free.push(place);
    }

    /// Gives back memory that removed series have left behind, and makes every vacant place one that
    /// can be given.
    pub fn tidy(&mut self) {
        let vacant = |place: &u32| self.places[*place as usize].series.is_none();
        self.free = (0..self.places.len() as u32).rev().filter(vacant).collect();
        self.table
            .shrink_to(self.table.len() * 5 / 4, |entry| spread(entry.hash));
        for values in self.names.values_mut() {
            if values.capacity() > values.len() * 4 {
                values.shrink_to(values.len() * 5 / 4);
            }
        }
    }

    /// Where each place's series stands among all by its labels; of vacant places it says nothing.
    pub fn ranks(&self) -> Arc<Vec<u32>> {
        let mut guard = self.ranks.lock().unwrap_or_else(PoisonError::into_inner);
        let Ranks {
            sorted,
            new,
            has_gone,
            ranks,
        } = &mut *guard;
        if new.is_empty() && !*has_gone {
            return Arc::clone(ranks);
        }
        let labels = |place: u32| self.at(place).map(|series| &series.labels);
        // A place that was given anew is among the new ones and must not stay where it was.
        let came: RoaringBitmap = new.iter().copied().collect();
        sorted.retain(|place| labels(*place).is_some() && !came.contains(*place));
        let mut came: Vec<u32> = came
            .iter()
            .filter(|place| labels(*place).is_some())
            .collect();
        came.sort_unstable_by(|one, other| labels(*one).cmp(&labels(*other)));
        let mut joined = Vec::with_capacity(sorted.len() + came.len());
        let mut old = sorted.as_slice();
        for place in came {
            let before = old.partition_point(|each| labels(*each) < labels(place));
            joined.extend_from_slice(&old[..before]);
            joined.push(place);
            old = &old[before..];
        }
        joined.extend_from_slice(old);
        let mut by_place = vec![0; self.places.len()];
        for (rank, place) in joined.iter().enumerate() {
            by_place[*place as usize] = rank as u32;
        }
        (*sorted, *has_gone) = (joined, false);
        new.clear();
        *ranks = Arc::new(by_place);
        Arc::clone(ranks)
    }

    fn ranks_mut(&mut self) -> &mut Ranks {
        self.ranks.get_mut().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every series, by labels.
    pub fn by_labels(&self) -> Vec<Arc<MemorySeries>> {
        let ranks = self.ranks();
        let mut all: Vec<u32> = self.all.iter().collect();
        all.sort_unstable_by_key(|place| ranks[*place as usize]);
        all.into_iter()
            .filter_map(|place| self.at(place).cloned())
            .collect()
    }

    /// Every series, by place.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<MemorySeries>> {
        self.places.iter().filter_map(|place| place.series.as_ref())
    }

    /// How many series there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// How many series have the label.
    pub fn count(&self, name: &str, value: &str) -> u64 {
        self.names
            .get(name)
            .and_then(|values| values.get(value))
            .map_or(0, Postings::len)
    }

    /// Names of labels, in any order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.keys().map(String::as_str)
    }

    /// Values of a label and how many series have each, in any order.
    pub fn values(&self, name: &str) -> impl Iterator<Item = (&str, u64)> {
        self.names
            .get(name)
            .into_iter()
            .flatten()
            .map(|(value, postings)| (value.as_ref(), postings.len()))
    }
}

impl LabelIndex for HeadIndex {
    fn all(&self) -> Result<RoaringBitmap, MetricError> {
        Ok(self.all.clone())
    }

    fn add_with_value(
        &self,
        name: &str,
        value: &str,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError> {
        if let Some(postings) = self.names.get(name).and_then(|values| values.get(value)) {
            postings.add_to(into);
        }
        Ok(())
    }

    fn add_where(
        &self,
        name: &str,
        wanted: &dyn Fn(&str) -> bool,
        into: &mut RoaringBitmap,
    ) -> Result<(), MetricError> {
        for (value, postings) in self.names.get(name).into_iter().flatten() {
            if wanted(value) {
                postings.add_to(into);
            }
        }
        Ok(())
    }
}

fn half(labels: &Labels) -> u32 {
    xxh3_64(labels.packed().as_bytes()) as u32
}

/// The table looks at the highest bits, too.
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
