//! What scraping does to native histograms: leaves out empty buckets, makes them coarser when they have
//! too many or too fine ones, and tells malformed ones.

mod resolution;

use swarmscope_model::metrics::{Buckets, Histogram, Span};

pub use resolution::{TooManyBuckets, largest_schema, limit_buckets, limit_schema};

/// The buckets without the empty ones. Malformed buckets, whose spans and counts do not agree, stay as
/// they are for the store to refuse.
pub fn compact(buckets: Buckets) -> Buckets {
    if !is_well_formed(&buckets) {
        return buckets;
    }
    collect(entries(&buckets).filter(|(_, count)| *count != 0.0))
}

/// Whether spans and counts agree, and no index leaves its range.
pub(crate) fn is_well_formed(buckets: &Buckets) -> bool {
    let total: u64 = buckets
        .spans
        .iter()
        .map(|span| u64::from(span.length))
        .sum();
    let ordered = buckets.spans.iter().skip(1).all(|span| span.offset >= 0);
    let end = buckets.spans.iter().try_fold(0_i32, |end, span| {
        end.checked_add(span.offset)?
            .checked_add(i32::try_from(span.length).ok()?)
    });
    total == buckets.counts.len() as u64 && ordered && end.is_some()
}

/// Index and count of every bucket.
pub(crate) fn entries(buckets: &Buckets) -> impl Iterator<Item = (i32, f64)> + '_ {
    let mut end = 0;
    buckets
        .spans
        .iter()
        .flat_map(move |span| {
            let start = end + span.offset;
            end = start + span.length as i32;
            start..end
        })
        .zip(buckets.counts.iter().copied())
}

/// Buckets from indices, ascending, and counts.
pub(crate) fn collect(entries: impl Iterator<Item = (i32, f64)>) -> Buckets {
    let mut buckets = Buckets::default();
    let mut end = 0;
    for (index, count) in entries {
        match buckets.spans.last_mut() {
            Some(span) if index == end => span.length += 1,
            _ => buckets.spans.push(Span {
                offset: index - end,
                length: 1,
            }),
        }
        end = index + 1;
        buckets.counts.push(count);
    }
    buckets
}

/// How many buckets a histogram has.
pub(crate) fn bucket_count(histogram: &Histogram) -> usize {
    histogram.positive.counts.len() + histogram.negative.counts.len()
}
