//! Index entries that a new segment takes over with the groups it copies: renumbered, never made anew.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;

use super::reader::Segment;
use super::token_index::{self, Pair};
use super::{GRANULE_ROWS, id_index};
use crate::error::SegmentError;

/// Where the copied groups of one segment have come to stand.
pub struct Inherited {
    segment: Arc<Segment>,
    /// By group: its first row and granule in the new segment.
    starts: Vec<Option<(u32, u32)>>,
}

impl Inherited {
    /// No group yet.
    pub fn new(segment: &Arc<Segment>) -> Self {
        Self {
            starts: vec![None; segment.groups().len()],
            segment: Arc::clone(segment),
        }
    }

    /// Whether it is about this segment.
    pub fn is_of(&self, segment: &Arc<Segment>) -> bool {
        Arc::ptr_eq(&self.segment, segment)
    }

    /// A group stands there now.
    pub fn moved(&mut self, group: usize, first_row: u32, first_granule: u32) {
        self.starts[group] = Some((first_row, first_granule));
    }

    /// The pairs of words and granules of the copied groups, in order.
    ///
    /// # Errors
    /// When the index cannot be read; the iterator's items, when a part of it cannot.
    pub fn pairs(
        &self,
    ) -> Result<impl Iterator<Item = Result<Pair, SegmentError>> + '_, SegmentError> {
        let mut granules = Vec::new();
        for (group, start) in self.segment.groups().iter().zip(&self.starts) {
            let count = group.rows().div_ceil(GRANULE_ROWS);
            granules.extend((0..count).map(|granule| start.map(|(_, first)| first + granule)));
        }
        let parts = self.segment.token_parts()?.iter();
        Ok(parts.flat_map(move |part| {
            let pairs = self.segment.part(part).and_then(|bytes| {
                token_index::pairs(&bytes)
                    .ok_or_else(|| self.segment.damaged("the token index cannot be read"))
            });
            match pairs {
                Err(error) => vec![Err(error)],
                Ok(pairs) => {
                    let moved = pairs.into_iter().filter_map(|pair| {
                        let granule = (*granules.get(pair as u32 as usize)?)?;
                        Some(Ok(token_index::pair((pair >> 32) as u32, granule)))
                    });
                    moved.collect()
                }
            }
        }))
    }

    /// Keys and rows of the ids in the copied groups.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn ids(&self) -> Result<Vec<(u32, u32)>, SegmentError> {
        let mut ids = Vec::new();
        for part in self.segment.id_parts()? {
            let entries = id_index::entries(&self.segment.part(part)?)
                .ok_or_else(|| self.segment.damaged("the id index cannot be read"))?;
            for (key, row) in entries {
                if let Some((group, own)) = self.segment.locate(row)
                    && let Some((first, _)) = self.starts[group]
                {
                    ids.push((key, first + own));
                }
            }
        }
        Ok(ids)
    }
}

type Pairs<'a> = Box<dyn Iterator<Item = Result<Pair, SegmentError>> + 'a>;

/// Several sequences in order as one. An error comes at once.
pub fn merged(mut sources: Vec<Pairs<'_>>) -> impl Iterator<Item = Result<Pair, SegmentError>> {
    let mut heads = BinaryHeap::new();
    let mut failure = None;
    for (place, source) in sources.iter_mut().enumerate() {
        match source.next() {
            Some(Ok(pair)) => heads.push(Reverse((pair, place))),
            Some(Err(error)) => failure = Some(error),
            None => {}
        }
    }
    std::iter::from_fn(move || {
        if let Some(error) = failure.take() {
            heads.clear();
            return Some(Err(error));
        }
        let mut head = heads.peek_mut()?;
        let Reverse((pair, place)) = *head;
        match sources[place].next() {
            Some(Ok(next)) => *head = Reverse((next, place)),
            Some(Err(error)) => {
                failure = Some(error);
                std::collections::binary_heap::PeekMut::pop(head);
            }
            None => {
                std::collections::binary_heap::PeekMut::pop(head);
            }
        }
        Some(Ok(pair))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_merged_in_order() {
        let sources: Vec<Pairs<'_>> = vec![
            Box::new([1, 4, 4, 9].into_iter().map(Ok)),
            Box::new(std::iter::empty()),
            Box::new([2, 4, 10].into_iter().map(Ok)),
        ];
        let all: Result<Vec<Pair>, SegmentError> = merged(sources).collect();
        assert_eq!(all.expect("no error"), [1, 2, 4, 4, 4, 9, 10]);
    }
}
