//! Exponential histograms of OTLP as native ones: the same buckets, counted from another index, and
//! sparse instead of dense.

use swarmscope_model::metrics::{Buckets, Histogram, STALE_NAN};

use super::proto::{DenseBuckets, ExponentialPoint, NO_RECORDED_VALUE};

/// The finest resolution of native histograms; finer ones are merged to it.
const FINEST: i32 = 8;
const COARSEST: i32 = -4;
/// Native histograms name the width of their zero bucket; OTLP's senders hardly ever do.
const ZERO_THRESHOLD: f64 = 1e-128;
/// Doublings that are merged at most; beyond it all buckets of a sign are one.
const MOST_MERGED: i32 = 31;

/// The native histogram of a point.
///
/// # Errors
/// When its resolution is coarser than native histograms can be.
pub fn native(point: &ExponentialPoint) -> Result<Histogram, String> {
    if point.scale < COARSEST {
        return Err(format!(
            "cannot convert exponential to native histogram. Scale must be >= {COARSEST}, was {}",
            point.scale
        ));
    }
    let schema = point.scale.min(FINEST);
    let merged = (point.scale - schema).min(MOST_MERGED);
    let is_gone = point.flags & NO_RECORDED_VALUE != 0;
    let buckets = |dense: &Option<DenseBuckets>| {
        dense
            .as_ref()
            .map(|dense| sparse(dense, merged))
            .unwrap_or_default()
    };
    Ok(Histogram {
        schema,
        zero_threshold: ZERO_THRESHOLD,
        zero_count: point.zero_count as f64,
        count: point.count as f64,
        sum: if is_gone {
            STALE_NAN
        } else {
            point.sum.unwrap_or(0.0)
        },
        positive: buckets(&point.positive),
        negative: buckets(&point.negative),
        ..Histogram::default()
    })
}

/// OTLP's bucket 0 is above 1, that of native histograms is up to 1: hence one more.
fn sparse(dense: &DenseBuckets, merged: i32) -> Buckets {
    let mut counts: Vec<(i32, f64)> = Vec::new();
    let filled = dense.bucket_counts.iter().enumerate();
    for (position, count) in filled.filter(|(_, count)| **count > 0) {
        let index = ((i64::from(dense.offset) + position as i64) >> merged) + 1;
        let index = index.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        match counts.last_mut() {
            Some((last, total)) if *last == index => *total += *count as f64,
            _ => counts.push((index, *count as f64)),
        }
    }
    Buckets::from_indexed(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buckets(offset: i32, counts: &[u64], merged: i32) -> (Vec<(i32, u32)>, Vec<f64>) {
        let dense = DenseBuckets {
            offset,
            bucket_counts: counts.to_vec(),
        };
        let sparse = sparse(&dense, merged);
        let spans = sparse.spans.iter().map(|span| (span.offset, span.length));
        (spans.collect(), sparse.counts)
    }

    #[test]
    fn empty_buckets_are_skipped() {
        assert_eq!(
            buckets(1, &[4, 3, 0, 0, 0, 2], 0),
            (vec![(2, 2), (3, 1)], vec![4.0, 3.0, 2.0])
        );
        assert_eq!(buckets(-3, &[0, 0, 1], 0), (vec![(0, 1)], vec![1.0]));
        assert_eq!(buckets(0, &[0, 0], 0), (vec![], vec![]));
    }

    #[test]
    fn finer_buckets_are_merged() {
        // Indices 0 and 1 become 0, 2 and 3 become 1; each one more as a native index.
        assert_eq!(buckets(0, &[4, 3, 2, 1], 1), (vec![(1, 2)], vec![7.0, 3.0]));
        // Downwards, not towards zero: -1 belongs to -1.
        assert_eq!(buckets(-1, &[5, 6], 1), (vec![(0, 2)], vec![5.0, 6.0]));
    }

    #[test]
    fn a_resolution_that_is_too_coarse_is_refused() {
        let point = ExponentialPoint {
            scale: -5,
            ..ExponentialPoint::default()
        };
        assert!(native(&point).is_err());
    }
}
