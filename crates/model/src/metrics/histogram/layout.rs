//! Spans and counts: which buckets there are, and the same buckets laid out in another way.

use super::{Buckets, Span};

/// Walks over the buckets of one sign by index, empty ones included.
#[derive(Debug, Clone)]
pub struct Indexed<'a> {
    spans: std::slice::Iter<'a, Span>,
    counts: std::slice::Iter<'a, f64>,
    /// Buckets that the span has left.
    left: u32,
    next: i32,
}

impl Iterator for Indexed<'_> {
    type Item = (i32, f64);

    fn next(&mut self) -> Option<Self::Item> {
        while self.left == 0 {
            let span = self.spans.next()?;
            self.next = self.next.wrapping_add(span.offset);
            self.left = span.length;
        }
        let count = *self.counts.next()?;
        let index = self.next;
        self.left -= 1;
        self.next = index.wrapping_add(1);
        Some((index, count))
    }
}

impl Buckets {
    /// From buckets by ascending index. Neighbours share a span.
    pub fn from_indexed(buckets: impl IntoIterator<Item = (i32, f64)>) -> Self {
        let mut all = Self::default();
        let mut next = 0_i32;
        for (index, count) in buckets {
            match all.spans.last_mut() {
                Some(span) if index == next => span.length += 1,
                _ => all.spans.push(Span {
                    offset: index.wrapping_sub(next),
                    length: 1,
                }),
            }
            all.counts.push(count);
            next = index.wrapping_add(1);
        }
        all
    }

    /// Every bucket that has a place, by index, empty ones included. Ends where spans promise more
    /// buckets than there are.
    pub fn iter(&self) -> Indexed<'_> {
        Indexed {
            spans: self.spans.iter(),
            counts: self.counts.iter(),
            left: 0,
            next: 0,
        }
    }

    /// Whether no bucket has a place.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Takes empty buckets out, except where at most `gap` of them lie between two others.
    pub fn compact(&mut self, gap: u32) {
        if self.is_compact(gap) {
            return;
        }
        let mut kept: Vec<(i32, f64)> = Vec::with_capacity(self.counts.len());
        for (index, count) in self.iter().filter(|(_, count)| *count != 0.0) {
            if let Some((last, _)) = kept.last().copied() {
                let between = i64::from(index) - i64::from(last) - 1;
                if (1..=i64::from(gap)).contains(&between) {
                    kept.extend((last + 1..index).map(|empty| (empty, 0.0)));
                }
            }
            kept.push((index, count));
        }
        *self = Self::from_indexed(kept);
    }

    fn is_compact(&self, gap: u32) -> bool {
        let apart = |span: &Span| i64::from(span.offset) > i64::from(gap);
        self.counts.iter().all(|count| *count != 0.0)
            && self.spans.iter().all(|span| span.length > 0)
            && self.spans.iter().skip(1).all(apart)
    }

    /// Whether both have the same buckets with the same counts to the bit, however their spans are cut.
    pub fn equals(&self, other: &Self) -> bool {
        self.counts.len() == other.counts.len()
            && self
                .iter()
                .zip(other.iter())
                .all(|((index, count), (other_index, other_count))| {
                    index == other_index && count.to_bits() == other_count.to_bits()
                })
    }
}

/// The index of a bucket in a schema that is coarser by some steps.
pub(super) fn coarser(index: i32, steps: u32) -> i32 {
    (index.wrapping_sub(1) >> steps.min(31)).wrapping_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(spans: &[(i32, u32)], counts: &[f64]) -> Buckets {
        let spans = spans
            .iter()
            .map(|(offset, length)| Span {
                offset: *offset,
                length: *length,
            })
            .collect();
        Buckets {
            spans,
            counts: counts.to_vec(),
        }
    }

    #[test]
    fn spans_place_buckets() {
        let buckets = spans(&[(-2, 1), (0, 1), (3, 0), (1, 2)], &[1.0, 2.0, 3.0, 4.0]);
        let placed: Vec<_> = buckets.iter().collect();
        assert_eq!(placed, [(-2, 1.0), (-1, 2.0), (4, 3.0), (5, 4.0)]);
        let again = Buckets::from_indexed(placed);
        assert_eq!(again, spans(&[(-2, 2), (4, 2)], &[1.0, 2.0, 3.0, 4.0]));
        assert!(again.equals(&buckets));
        assert!(!again.equals(&spans(&[(-2, 4)], &[1.0, 2.0, 3.0, 4.0])));
        // A span without its buckets ends the walk.
        assert_eq!(spans(&[(0, 9)], &[1.0]).iter().count(), 1);
    }

    #[test]
    fn compacting_removes_what_is_empty() {
        let loose = spans(&[(1, 4), (2, 2)], &[0.0, 1.0, 0.0, 2.0, 0.0, 3.0]);
        let compacted = |gap| {
            let mut buckets = loose.clone();
            buckets.compact(gap);
            buckets
        };
        assert_eq!(
            compacted(0),
            spans(&[(2, 1), (1, 1), (3, 1)], &[1.0, 2.0, 3.0])
        );
        assert_eq!(
            compacted(1),
            spans(&[(2, 3), (3, 1)], &[1.0, 0.0, 2.0, 3.0])
        );
        assert_eq!(
            compacted(3),
            spans(&[(2, 7)], &[1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 3.0])
        );
        let mut empty = spans(&[(5, 2)], &[0.0, 0.0]);
        empty.compact(0);
        assert_eq!(empty, Buckets::default());
    }
}
