//! What a search goes on without: parts that were found damaged, before it or by it.

use std::collections::BTreeMap;

use swarmscope_query::store::LeftOut;

use super::part::{Data, Part};
use crate::state::Index;

/// Damage by index: how many parts, and the first one's reason.
#[derive(Debug, Default)]
pub struct Missing(BTreeMap<String, (u64, String)>);

impl Missing {
    /// Notes what an index is known to lack: what was set aside, and what will be.
    pub fn note_index(&mut self, index: &Index) {
        let aside = index.damage.iter().map(String::as_str);
        let still_there = index
            .segments
            .iter()
            .filter_map(|part| part.segment.damage());
        for reason in aside.chain(still_there) {
            self.note(&index.meta.name, reason);
        }
    }

    /// Notes a part of the search, if it was found damaged meanwhile.
    pub fn note_part(&mut self, part: &Part) {
        if let Data::Group(segment, _) = &part.data
            && let Some(reason) = segment.damage()
        {
            self.note(&part.index, reason);
        }
    }

    fn note(&mut self, index: &str, reason: &str) {
        match self.0.get_mut(index) {
            Some((parts, _)) => *parts += 1,
            None => {
                self.0.insert(index.to_owned(), (1, reason.to_owned()));
            }
        }
    }

    /// As the door of the store tells it.
    pub fn told(self) -> Vec<LeftOut> {
        let by_index = self.0.into_iter();
        by_index
            .map(|(index, (parts, reason))| LeftOut {
                index,
                parts,
                reason,
            })
            .collect()
    }
}
